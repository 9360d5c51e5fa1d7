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
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;

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

class DirectBindingFlattening final : public scene::FlatteningProvider {
 public:
  ContainerDataSourceHandle GetFlattenedDataSource(const scene::FlatteningContext& context) const override {
    if (!context.input || !context.parent) return context.input ? context.input : context.parent;
    return scene::Make<const DirectBindings>(context.input, context.parent);
  }
  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet&,
                                                          const ContainerDataSourceHandle&) const override {
    return DataSourceLocatorSet::Universal();
  }
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

// A prim's data with its bindings resolved; looks only when it is asked.
class BoundPrim final : public ContainerDataSource {
 public:
  explicit BoundPrim(ContainerDataSourceHandle data) : data_(std::move(data)) {}
  std::vector<Token> GetNames() const override {
    const Names& names = bridge::GetNames();
    std::vector<Token> all = data_->GetNames();
    if (std::ranges::find(all, names.directMaterialBindings) != all.end() &&
        std::ranges::find(all, names.materialBindings) == all.end())
      all.push_back(names.materialBindings);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = bridge::GetNames();
    if (name == names.materialBindings)
      if (auto direct = ContainerDataSource::Cast(data_->Get(names.directMaterialBindings)))
        return scene::Make<const ResolvedBindings>(std::move(direct));
    return data_->Get(name);
  }

 private:
  ContainerDataSourceHandle data_;
};

}  // namespace

scene::FlatteningProviderPtr MakeDirectBindingFlattening() {
  return std::make_shared<DirectBindingFlattening>();
}

scene::ScenePrim MaterialBindingsSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (prim.data) prim.data = scene::Make<const BoundPrim>(std::move(prim.data));
  return prim;
}

void MaterialBindingsSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  const Names& names = GetNames();
  scene::ChangeSet out = changes;
  for (scene::DirtiedPrim& entry : out.dirtied)
    if (entry.locators.Intersects(names.directMaterialBindings))
      entry.locators.Insert(names.materialBindings);
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::bridge
