#include "strata/bridge/material_bindings.h"

#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

const Token& GetInheritedName() {
  static const Token name("inherited");
  return name;
}

bool IsStrong(const DataSourceHandle& binding) {
  const Names& names = GetNames();
  return scene::GetValueAs<Token>(ContainerDataSource::Cast(binding), names.bindingStrength) ==
         names.strongerThanDescendants;
}

class DirectBindings final : public ContainerDataSource {
 public:
  DirectBindings(ContainerDataSourceHandle own, ContainerDataSourceHandle parent)
      : own_(std::move(own)), parent_(std::move(parent)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> purposes = own_->GetNames();
    for (Token purpose : parent_->GetNames())
      if (std::ranges::find(purposes, purpose) == purposes.end()) purposes.push_back(purpose);
    return purposes;
  }
  DataSourceHandle Get(Token purpose) const override {
    DataSourceHandle above = parent_->Get(purpose);
    if (above && IsStrong(above)) return above;
    DataSourceHandle own = own_->Get(purpose);
    return own ? own : above;
  }

 private:
  ContainerDataSourceHandle own_, parent_;
};

// Bindings of prims above, which say that they are.
class InheritedBindings final : public ContainerDataSource {
 public:
  explicit InheritedBindings(ContainerDataSourceHandle above) : above_(std::move(above)) {}
  std::vector<Token> GetNames() const override { return above_->GetNames(); }
  DataSourceHandle Get(Token purpose) const override {
    static const ContainerDataSourceHandle mark =
        RetainedContainerDataSource::New({{GetInheritedName(), scene::Retain(true)}});
    auto binding = ContainerDataSource::Cast(above_->Get(purpose));
    return binding ? scene::OverlayContainerDataSource::New(mark, std::move(binding)) : nullptr;
  }

 private:
  ContainerDataSourceHandle above_;
};

class DirectBindingFlattening final : public scene::FlatteningProvider {
 public:
  explicit DirectBindingFlattening(BindingRule rule) : rule_(rule) {}
  ContainerDataSourceHandle GetFlattenedDataSource(const scene::FlatteningContext& context) const override {
    ContainerDataSourceHandle above = context.parent;
    if (above && rule_ == BindingRule::kDirectAndCollections)
      above = scene::Make<const InheritedBindings>(std::move(above));
    if (!context.input || !above) return context.input ? context.input : above;
    return scene::Make<const DirectBindings>(context.input, std::move(above));
  }
  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet&,
                                                          const ContainerDataSourceHandle&) const override {
    return DataSourceLocatorSet::Universal();
  }

 private:
  BindingRule rule_;
};

// {path} for each purpose that is bound.
class ResolvedBindings final : public ContainerDataSource {
 public:
  explicit ResolvedBindings(ContainerDataSourceHandle direct) : direct_(std::move(direct)) {}
  std::vector<Token> GetNames() const override { return direct_->GetNames(); }
  DataSourceHandle Get(Token purpose) const override {
    const Names& names = bridge::GetNames();
    const ContainerDataSourceHandle binding = ContainerDataSource::Cast(direct_->Get(purpose));
    DataSourceHandle path = binding ? binding->Get(names.materialPath) : nullptr;
    return path ? RetainedContainerDataSource::New({{names.path, std::move(path)}}) : nullptr;
  }

 private:
  ContainerDataSourceHandle direct_;
};

ContainerDataSourceHandle MakeResolved(DataSourceHandle material) {
  return RetainedContainerDataSource::New({{GetNames().path, std::move(material)}});
}

}  // namespace

// The bindings of a prim, those of collections that hold it among them.
class MaterialBindingsSceneIndex::CollectedBindings final : public ContainerDataSource {
 public:
  CollectedBindings(std::shared_ptr<Shared> shared, Path prim) : shared_(std::move(shared)), prim_(prim) {}

  std::vector<Token> GetNames() const override {
    const Names& names = bridge::GetNames();
    std::vector<Token> purposes;
    const auto input = shared_->input.lock();
    for (Path at = prim_; input && !at.IsEmpty(); at = at.GetParent())
      for (Token kind : {names.directMaterialBindings, names.collectionMaterialBindings})
        if (const auto bindings = ContainerDataSource::Cast(input->GetDataSource(at, kind)))
          for (Token purpose : bindings->GetNames())
            if (std::ranges::find(purposes, purpose) == purposes.end()) purposes.push_back(purpose);
    std::erase_if(purposes, [&](Token purpose) { return !Get(purpose); });
    return purposes;
  }

  DataSourceHandle Get(Token purpose) const override {
    ContainerDataSourceHandle best;
    const auto input = shared_->input.lock();
    for (Path at = prim_; input && !at.IsEmpty(); at = at.GetParent()) {
      const scene::ScenePrim here = input->GetPrim(at);
      ContainerDataSourceHandle found = FindCollection(*input, at, here, purpose);
      if (!found) found = FindDirect(here, purpose);
      if (found && (!best || IsStrong(found))) best = std::move(found);
    }
    DataSourceHandle material = best ? best->Get(bridge::GetNames().materialPath) : nullptr;
    return material ? MakeResolved(std::move(material)) : nullptr;
  }

 private:
  static ContainerDataSourceHandle FindDirect(const scene::ScenePrim& here, Token purpose) {
    auto binding = ContainerDataSource::Cast(ContainerDataSource::Get(
        here.data, DataSourceLocator{bridge::GetNames().directMaterialBindings, purpose}));
    return binding && !scene::GetValueAs<bool>(binding->Get(GetInheritedName())) ? binding : nullptr;
  }

  ContainerDataSourceHandle FindCollection(const scene::SceneIndex& input, Path binder,
                                           const scene::ScenePrim& here, Token purpose) const {
    const Names& names = bridge::GetNames();
    const auto bindings = scene::VectorDataSource::Cast(
        ContainerDataSource::Get(here.data, DataSourceLocator{names.collectionMaterialBindings, purpose}));
    for (size_t i = 0; bindings && i < bindings->GetNumElements(); ++i) {
      const auto binding = ContainerDataSource::Cast(bindings->GetElement(i));
      const auto collection = scene::GetValueAs<Path>(binding, names.collectionPath);
      if (!collection || !collection->IsPrimProperty()) continue;
      {
        const std::lock_guard lock(shared_->mutex);
        shared_->binders[collection->GetPrimPath()].insert(binder);
      }
      constexpr std::string_view kPrefix = "collection:";
      const std::string_view name = collection->GetNameToken().GetText();
      if (!name.starts_with(kPrefix)) continue;
      const auto members = scene::GetValueAs<PathExpression>(input.GetDataSource(
          collection->GetPrimPath(), DataSourceLocator{names.collections, Token(name.substr(kPrefix.size())),
                                                       names.membershipExpression}));
      if (members && members->Matches(prim_) == PathExpression::Match::kYes) return binding;
    }
    return nullptr;
  }

  std::shared_ptr<Shared> shared_;
  Path prim_;
};

// A prim's data with its bindings resolved; looks only when it is asked.
class MaterialBindingsSceneIndex::BoundPrim final : public ContainerDataSource {
 public:
  BoundPrim(ContainerDataSourceHandle data, std::shared_ptr<Shared> shared, Path path)
      : data_(std::move(data)), shared_(std::move(shared)), path_(path) {}
  std::vector<Token> GetNames() const override {
    const Names& names = bridge::GetNames();
    std::vector<Token> all = data_->GetNames();
    const bool is_bound = shared_ ? !CollectedBindings(shared_, path_).GetNames().empty()
                                  : std::ranges::find(all, names.directMaterialBindings) != all.end();
    if (is_bound && std::ranges::find(all, names.materialBindings) == all.end())
      all.push_back(names.materialBindings);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = bridge::GetNames();
    if (name != names.materialBindings) return data_->Get(name);
    if (shared_) {
      auto bindings = scene::Make<const CollectedBindings>(shared_, path_);
      return bindings->GetNames().empty() ? nullptr : ContainerDataSourceHandle(std::move(bindings));
    }
    auto direct = ContainerDataSource::Cast(data_->Get(names.directMaterialBindings));
    return direct ? scene::Make<const ResolvedBindings>(std::move(direct)) : data_->Get(name);
  }

 private:
  ContainerDataSourceHandle data_;
  std::shared_ptr<Shared> shared_;
  Path path_;
};

scene::FlatteningProviderPtr MakeDirectBindingFlattening(BindingRule rule) {
  return std::make_shared<DirectBindingFlattening>(rule);
}

scene::ScenePrim MaterialBindingsSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (prim.data) prim.data = scene::Make<const BoundPrim>(std::move(prim.data), shared_, path);
  return prim;
}

void MaterialBindingsSceneIndex::DirtyBelow(Path root, scene::ChangeSet& out) const {
  scene::VisitPrims(GetInput(), root, [&](Path path) {
    out.dirtied.push_back({path, DataSourceLocatorSet(GetNames().materialBindings)});
  });
}

void MaterialBindingsSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  const Names& names = GetNames();
  const bool is_concerned = std::ranges::any_of(changes.dirtied, [&names](const scene::DirtiedPrim& entry) {
    for (Token name : {names.directMaterialBindings, names.collectionMaterialBindings, names.collections})
      if (entry.locators.Intersects(name)) return true;
    return false;
  });
  const bool is_dirty_alone = changes.added.empty() && changes.removed.empty();
  if (!is_concerned && (!shared_ || is_dirty_alone)) return Forward(changes);
  scene::ChangeSet out = changes;
  for (scene::DirtiedPrim& entry : out.dirtied)
    if (entry.locators.Intersects(names.directMaterialBindings))
      entry.locators.Insert(names.materialBindings);
  if (!shared_) return Send(std::move(out), Form::kNormal);
  // Who is bound through a collection is told when the collection changes, or who binds through it.
  std::vector<Path> roots;
  const auto add_binders = [&](Path collection) {
    const std::lock_guard lock(shared_->mutex);
    if (const auto found = shared_->binders.find(collection); found != shared_->binders.end())
      roots.insert(roots.end(), found->second.begin(), found->second.end());
  };
  for (const scene::DirtiedPrim& entry : changes.dirtied) {
    if (entry.locators.Intersects(names.collectionMaterialBindings)) roots.push_back(entry.path);
    if (entry.locators.Intersects(names.collections)) add_binders(entry.path);
  }
  for (const scene::AddedPrim& entry : changes.added) add_binders(entry.path);
  if (!changes.removed.empty() && !shared_->binders.empty()) {
    const scene::PathPrefixes gone(changes.removed);
    std::vector<Path> collections;
    for (const auto& [collection, binders] : shared_->binders)
      if (gone.Cover(collection)) collections.push_back(collection);
    for (Path collection : collections) add_binders(collection);
  }
  Path::RemoveDescendants(roots);
  for (Path root : roots)
    if (GetInput().GetPrim(root)) DirtyBelow(root, out);
  Send(std::move(out));
}

}  // namespace strata::bridge
