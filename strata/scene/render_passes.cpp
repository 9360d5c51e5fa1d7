#include "strata/scene/render_passes.h"

#include "strata/scene/overlay.h"
#include "strata/scene/prim_types.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_geometry.h"
#include "strata/scene/schemas_material.h"
#include "strata/scene/schemas_scene.h"

namespace strata::scene {

namespace {

struct PassNames {
  Token prune{"prune"}, renderVisibility{"renderVisibility"}, cameraVisibility{"cameraVisibility"},
      matte{"matte"}, membershipExpression{"membershipExpression"};
};
const PassNames& GetPassNames() {
  static const PassNames names;
  return names;
}

bool IsIn(const std::optional<PathExpression>& collection, Path path) {
  return collection && collection->Matches(path) == PathExpression::Match::kYes;
}

bool IsInstance(const ScenePrim& prim) {
  return !UsdPrimInfoSchema::GetFromParent(prim.data).GetNiPrototypePath().value_or(Path()).IsEmpty();
}

bool IsLight(const ScenePrim& prim) {
  return LightSchema::GetFromParent(prim.data).IsDefined();
}

}  // namespace

RenderPassesSceneIndex::RenderPassesSceneIndex(SceneIndexPtr input)
    : SingleInputFilteringSceneIndex(std::move(input)), pass_(FindPass()) {}

RenderPassesSceneIndex::Pass RenderPassesSceneIndex::FindPass() const {
  const PassNames& names = GetPassNames();
  Pass pass;
  const auto active = SceneGlobalsSchema::GetFromParent(GetInput().GetPrim(Path::AbsoluteRoot()).data)
                          .GetActiveRenderPassPrim();
  if (!active || active->IsEmpty()) return pass;
  const ScenePrim prim = GetInput().GetPrim(*active);
  if (!prim) return pass;
  pass.path = *active;
  const CollectionsSchema collections = CollectionsSchema::GetFromParent(prim.data);
  const auto read = [&](Token name) { return collections.Get(name).GetMembershipExpression(); };
  pass.prune = read(names.prune);
  pass.render_visibility = read(names.renderVisibility);
  pass.camera_visibility = read(names.cameraVisibility);
  pass.matte = read(names.matte);
  return pass;
}

bool RenderPassesSceneIndex::IsPruned(const Pass& pass, Path path) {
  if (!pass.prune) return false;
  // The pass itself and the root stay: they say what counts.
  for (Path up = path; up.IsAbsolute() && !up.IsAbsoluteRoot(); up = up.GetParent())
    if (!pass.path.HasPrefix(up) && IsIn(pass.prune, up)) return true;
  return false;
}

RenderPassesSceneIndex::Part RenderPassesSceneIndex::FindPart(const Pass& pass, Path path,
                                                              const ScenePrim& prim) {
  Part part;
  if (pass.path.IsEmpty() || !prim.data) return part;
  const bool is_drawn = IsGeometryType(prim.type) || IsInstance(prim);
  const bool is_light = !is_drawn && IsLight(prim);
  if (is_drawn || is_light) part.is_hidden = pass.render_visibility && !IsIn(pass.render_visibility, path);
  if (!is_drawn) return part;
  part.is_off_camera = pass.camera_visibility && !IsIn(pass.camera_visibility, path);
  part.is_matte = IsIn(pass.matte, path);
  return part;
}

ScenePrim RenderPassesSceneIndex::GetPrim(Path path) const {
  if (pass_.path.IsEmpty()) return GetInput().GetPrim(path);
  if (IsPruned(pass_, path)) return {};
  ScenePrim prim = GetInput().GetPrim(path);
  const Part part = FindPart(pass_, path, prim);
  if (part == Part()) return prim;
  std::vector<RetainedContainerDataSource::Entry> entries;
  if (part.is_hidden)
    entries.emplace_back(VisibilitySchema::GetSchemaToken(),
                         SchemaBuilder().SetValue(VisibilitySchema::kVisibility, false).Build());
  if (part.is_off_camera || part.is_matte)
    entries.emplace_back(RenderPassVisibilitySchema::GetSchemaToken(),
                         SchemaBuilder()
                             .SetValue(RenderPassVisibilitySchema::kCamera, !part.is_off_camera)
                             .SetValue(RenderPassVisibilitySchema::kMatte, part.is_matte)
                             .Build());
  prim.data = OverlayContainerDataSource::New(RetainedContainerDataSource::New(std::move(entries)),
                                              std::move(prim.data));
  return prim;
}

std::vector<Path> RenderPassesSceneIndex::GetChildPrimPaths(Path path) const {
  std::vector<Path> children = GetInput().GetChildPrimPaths(path);
  if (!pass_.prune) return children;
  if (IsPruned(pass_, path)) return {};
  std::erase_if(children, [this](Path child) { return IsPruned(pass_, child); });
  return children;
}

void RenderPassesSceneIndex::Compare(const Pass& before, ChangeSet& out) const {
  const DataSourceLocatorSet differing{VisibilitySchema::GetDefaultLocator(),
                                       RenderPassVisibilitySchema::GetDefaultLocator(),
                                       DataSourceLocator(GetContainerSentinel())};
  std::vector<Path> waiting = {Path::AbsoluteRoot()};
  while (!waiting.empty()) {
    const Path path = waiting.back();
    waiting.pop_back();
    const bool was_pruned = IsPruned(before, path), is_pruned = IsPruned(pass_, path);
    if (was_pruned && is_pruned) continue;
    if (is_pruned) {
      out.removed.push_back(path);
      continue;
    }
    const ScenePrim prim = GetInput().GetPrim(path);
    if (was_pruned) {
      VisitPrims(*this, path, [&](Path back) { out.added.push_back({back, GetPrim(back).type}); });
      continue;
    }
    if (FindPart(before, path, prim) != FindPart(pass_, path, prim)) out.dirtied.push_back({path, differing});
    for (Path child : GetInput().GetChildPrimPaths(path)) waiting.push_back(child);
  }
}

void RenderPassesSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const auto concerns_pass = [&](Path path) {
    return path.IsAbsoluteRoot() || (!pass_.path.IsEmpty() && path == pass_.path);
  };
  bool may_differ = false;
  for (const AddedPrim& added : changes.added) may_differ |= concerns_pass(added.path);
  for (Path removed : changes.removed) may_differ |= !pass_.path.IsEmpty() && pass_.path.HasPrefix(removed);
  for (const DirtiedPrim& dirtied : changes.dirtied)
    may_differ |=
        concerns_pass(dirtied.path) && (dirtied.locators.Intersects(SceneGlobalsSchema::GetSchemaToken()) ||
                                        dirtied.locators.Intersects(CollectionsSchema::GetSchemaToken()));
  // A pass that is named and was not there may have come.
  may_differ |= pass_.path.IsEmpty() && !changes.added.empty();
  if (!may_differ && pass_.path.IsEmpty()) return Forward(changes);
  const Pass before = may_differ ? std::exchange(pass_, FindPass()) : pass_;
  if (before.path.IsEmpty() && pass_.path.IsEmpty()) return Forward(changes);
  ChangeSet out;
  const auto is_there = [this](Path path) { return !IsPruned(pass_, path); };
  for (Path path : changes.removed)
    if (!IsPruned(before, path)) out.removed.push_back(path);
  for (const AddedPrim& added : changes.added)
    if (is_there(added.path)) out.added.push_back(added);
  for (const DirtiedPrim& dirtied : changes.dirtied) {
    if (!is_there(dirtied.path)) continue;
    out.dirtied.push_back(dirtied);
    // What makes an instance or a light of a prim decides whether it is hidden.
    if (dirtied.locators.Intersects(UsdPrimInfoSchema::GetSchemaToken()) ||
        dirtied.locators.Intersects(LightSchema::GetSchemaToken()))
      out.dirtied.back().locators.Insert(VisibilitySchema::GetDefaultLocator());
  }
  if (may_differ) Compare(before, out);
  Send(std::move(out));
}

}  // namespace strata::scene
