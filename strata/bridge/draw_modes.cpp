#include "strata/bridge/draw_modes.h"

#include <algorithm>

#include <tsl/robin_set.h>

#include "strata/bridge/names.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::GeomModelSchema;

bool IsInheritable(Token name) {
  static const Token visibility = GeomModelSchema::kCardVisibility.GetToken();
  return name == GetNames().drawMode || name == visibility;
}

class InheritingModel final : public ContainerDataSource {
 public:
  InheritingModel(ContainerDataSourceHandle own, ContainerDataSourceHandle parent)
      : own_(std::move(own)), parent_(std::move(parent)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> all = own_->GetNames();
    for (const Token name : parent_->GetNames())
      if (IsInheritable(name) && std::ranges::find(all, name) == all.end()) all.push_back(name);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle own = own_->Get(name);
    if (!IsInheritable(name)) return own;
    const Token said = scene::GetValueAs<Token>(own).value_or(Token());
    if (!said.IsEmpty() && said != bridge::GetNames().inherited) return own;
    DataSourceHandle above = parent_->Get(name);
    return above ? above : own;
  }

 private:
  ContainerDataSourceHandle own_, parent_;
};

class GeomModelFlattening final : public scene::FlatteningProvider {
 public:
  ContainerDataSourceHandle GetFlattenedDataSource(const scene::FlatteningContext& context) const override {
    if (!context.input || !context.parent) return context.input ? context.input : context.parent;
    return scene::Make<const InheritingModel>(context.input, context.parent);
  }
  DataSourceLocatorSet ComputeDirtyLocatorsForDescendants(const DataSourceLocatorSet& locators,
                                                          const ContainerDataSourceHandle&) const override {
    return locators;
  }
};

}  // namespace

scene::FlatteningProviderPtr MakeGeomModelFlattening() {
  return std::make_shared<GeomModelFlattening>();
}

Token FindAppliedDrawMode(const ContainerDataSourceHandle& prim) {
  static const Token kModes[] = {Token("origin"), Token("bounds"), Token("cards")};
  const GeomModelSchema model = GeomModelSchema::GetFromParent(prim);
  if (!model.IsDefined() || !model.GetApplyDrawMode().value_or(false)) return {};
  const Token mode = model.GetDrawMode().value_or(Token());
  if (std::ranges::find(kModes, mode) == std::end(kModes)) return {};
  const DataSourceLocator prototype{GetNames().prim_info, GetNames().niPrototypePath};
  return ContainerDataSource::Get(prim, prototype) ? Token() : mode;
}

DrawModesSceneIndex::DrawModesSceneIndex(scene::SceneIndexPtr input, Options options)
    : SingleInputFilteringSceneIndex(std::move(input)), options_(std::move(options)) {
  if (!MayHave()) return;
  scene::ChangeSet unsent;
  AddBelow(Path::AbsoluteRoot(), unsent);
}

DrawModesSceneIndex::Standins::const_iterator DrawModesSceneIndex::FindAtOrAbove(Path path) const {
  if (!standins_.empty())
    for (; !path.IsEmpty(); path = path.GetParent()) {
      if (const auto found = standins_.find(path); found != standins_.end()) return found;
      if (!IsCopyRoot(path)) continue;
      // The prim that it is a copy of does not hide it; what is further up does.
      path = path.GetParent();
    }
  return standins_.end();
}

bool DrawModesSceneIndex::IsHidden(Path path) const {
  if (standins_.empty() || path.IsAbsoluteRoot()) return false;
  return FindAtOrAbove(IsCopyRoot(path) ? path.GetParent().GetParent() : path.GetParent()) != standins_.end();
}

scene::ScenePrim DrawModesSceneIndex::GetPrim(Path path) const {
  const auto found = FindAtOrAbove(path);
  if (found == standins_.end()) return GetInput().GetPrim(path);
  const Path root = found->first;
  scene::ScenePrim model = GetInput().GetPrim(root);
  if (path != root) return MakeStandin(found->second, root, model.data, path.MakeRelative(root));
  return {Token(), options_.replaced == Options::Replaced::kHasData ? std::move(model.data) : nullptr};
}

std::vector<Path> DrawModesSceneIndex::GetChildPrimPaths(Path path) const {
  const auto found = FindAtOrAbove(path);
  if (found == standins_.end()) return GetInput().GetChildPrimPaths(path);
  std::vector<Path> children;
  for (const auto& [relative, type] : ListStandinPrims(found->second))
    if (const Path child = found->first.AppendPath(relative); child.GetParent() == path)
      children.push_back(child);
  if (path == found->first)
    for (const Path copy : FindCopies(path)) children.push_back(copy);
  return children;
}

Token DrawModesSceneIndex::FindUpAxis() const {
  const Names& names = GetNames();
  return scene::GetValueAs<Token>(
             GetInput().GetDataSource(Path::AbsoluteRoot(), {names.sceneMetrics, names.upAxis}))
      .value_or(Token());
}

std::optional<StandinForm> DrawModesSceneIndex::FindForm(Path path) const {
  const ContainerDataSourceHandle data = GetInput().GetPrim(path).data;
  const Token mode = FindAppliedDrawMode(data);
  if (mode.IsEmpty()) return std::nullopt;
  return FindStandinForm(mode, data, FindUpAxis(), options_.read_matrix);
}

void DrawModesSceneIndex::Forget(const scene::PathPrefixes& gone) {
  std::vector<Path> roots;
  for (const auto& [root, form] : standins_)
    if (gone.Cover(root)) roots.push_back(root);
  for (const Path root : roots) standins_.erase(root);
}

std::vector<Path> DrawModesSceneIndex::FindCopies(Path replaced) const {
  std::vector<Path> children = GetInput().GetChildPrimPaths(replaced);
  std::erase_if(children, [this](Path child) { return !IsCopyRoot(child); });
  return children;
}

void DrawModesSceneIndex::AddStandin(Path root, const StandinForm& form, scene::ChangeSet& out) const {
  out.added.push_back({root, Token()});
  for (const auto& [relative, type] : ListStandinPrims(form))
    out.added.push_back({root.AppendPath(relative), type});
}

// Below a prim that is replaced nothing is looked at.
void DrawModesSceneIndex::AddBelow(Path root, scene::ChangeSet& out) {
  std::vector<Path> waiting = {root};
  while (!waiting.empty()) {
    const Path path = waiting.back();
    waiting.pop_back();
    std::vector<Path> children;
    if (auto form = FindForm(path)) {
      AddStandin(path, *form, out);
      standins_[path] = *std::move(form);
      children = FindCopies(path);
    } else {
      out.added.push_back({path, GetInput().GetPrim(path).type});
      children = GetInput().GetChildPrimPaths(path);
    }
    waiting.insert(waiting.end(), children.rbegin(), children.rend());
  }
}

void DrawModesSceneIndex::Replace(Path root, scene::ChangeSet& out) {
  out.removed.push_back(root);
  Forget(scene::PathPrefixes({root}));
  AddBelow(root, out);
}

// Tells prims that come in a change set from those that were there.
class DrawModesSceneIndex::Newcomers {
 public:
  explicit Newcomers(const scene::ChangeSet& changes) : changes_(changes), gone_(changes.removed) {}
  // Whether something below an added prim may have been shown before.
  bool HadChildren(const scene::SceneIndex& input, Path path) const {
    if (gone_.Cover(path)) return false;
    if (added_.empty())
      for (const scene::AddedPrim& added : changes_.added) added_.insert(added.path);
    return !std::ranges::all_of(input.GetChildPrimPaths(path),
                                [this](Path child) { return added_.contains(child); });
  }

 private:
  const scene::ChangeSet& changes_;
  scene::PathPrefixes gone_;
  mutable tsl::robin_set<Path> added_;
};

void DrawModesSceneIndex::Add(const scene::AddedPrim& added, const Newcomers& newcomers,
                              scene::ChangeSet& out) {
  if (IsHidden(added.path)) return;
  const auto known = standins_.find(added.path);
  auto form = FindForm(added.path);
  if (known != standins_.end() && !(form && *form == known->second)) return Replace(added.path, out);
  if (!form) {
    out.added.push_back(added);
    return;
  }
  if (known == standins_.end() && newcomers.HadChildren(GetInput(), added.path))
    return Replace(added.path, out);
  AddStandin(added.path, *form, out);
  standins_[added.path] = *std::move(form);
}

void DrawModesSceneIndex::Dirty(const scene::DirtiedPrim& dirtied, scene::ChangeSet& out) {
  if (IsHidden(dirtied.path)) return;
  if (dirtied.path.IsAbsoluteRoot() && dirtied.locators.Intersects(GetNames().sceneMetrics)) LookAgain(out);
  const auto known = standins_.find(dirtied.path);
  const bool is_known = known != standins_.end();
  const DataSourceLocator prototype{GetNames().prim_info, GetNames().niPrototypePath};
  if (dirtied.locators.Intersects(GetNames().geomModel) ||
      (is_known && dirtied.locators.Intersects(prototype))) {
    const auto form = FindForm(dirtied.path);
    if (is_known != form.has_value() || (is_known && !(*form == known->second)))
      return Replace(dirtied.path, out);
  }
  if (!is_known) {
    out.dirtied.push_back(dirtied);
    return;
  }
  if (options_.replaced == Options::Replaced::kHasData) out.dirtied.push_back(dirtied);
  for (auto& [relative, locators] : TranslateForStandin(known->second, dirtied.locators))
    out.dirtied.push_back({dirtied.path.AppendPath(relative), std::move(locators)});
}

// After the scene's up axis may have changed.
void DrawModesSceneIndex::LookAgain(scene::ChangeSet& out) {
  const Standins before = standins_;
  for (const auto& [root, form] : before)
    if (const auto now = FindForm(root); now && !(*now == form)) Replace(root, out);
}

void DrawModesSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  if (standins_.empty() && !MayHave()) return Forward(changes);
  scene::ChangeSet out;
  for (const Path path : changes.removed)
    if (!IsHidden(path)) out.removed.push_back(path);
  if (!standins_.empty() && !changes.removed.empty()) Forget(scene::PathPrefixes(changes.removed));
  const Newcomers newcomers(changes);
  for (const scene::AddedPrim& added : changes.added) Add(added, newcomers, out);
  for (const scene::DirtiedPrim& dirtied : changes.dirtied) Dirty(dirtied, out);
  Send(std::move(out));
}

}  // namespace strata::bridge
