#include "strata/bridge/point_prototypes.h"

#include <fmt/format.h>

#include "strata/bridge/names.h"
#include "strata/scene/compare.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceLocator;
using scene::RetainedContainerDataSource;

// The child of a prototype that is its copy for an instancer.
Token NameCopy(Path instancer) {
  return Token(fmt::format("ForInstancer{:016x}", scene::HashValue(Value(instancer))));
}

Path GetTarget(Path prototype, Path instancer, const CopyTables& tables) {
  // Inside a copy prototypes of its own are those of the copy.
  for (Path up = instancer; !up.IsEmpty(); up = up.GetParent())
    if (const auto copy = tables.copies.find(up); copy != tables.copies.end())
      if (prototype.HasPrefix(copy->second.source)) return prototype.ReplacePrefix(copy->second.source, up);
  return prototype;
}

}  // namespace

PointPrototypesSceneIndex::PointPrototypesSceneIndex(scene::SceneIndexPtr input)
    : PrototypeCopiesSceneIndex(std::move(input)) {
  Populate();
}

PointPrototypesSceneIndex::Mark PointPrototypesSceneIndex::GetMark(Path source) const {
  const auto* entry = marks_.Find(source);
  return entry ? entry->value : Mark();
}

bool PointPrototypesSceneIndex::TakeChanges(const scene::ChangeSet& changes) {
  static const Token kOver("over");
  const Names& names = GetNames();
  bool is_concerned = false;
  const auto forget = [&](Path path) {
    auto* entry = marks_.Find(path);
    if (entry && entry->value.is_instancer) is_concerned = true;
    if (entry) entry->value = Mark();
  };
  for (Path path : changes.removed) {
    if (mark_count_ && marks_.Find(path)) {
      is_concerned = true;
      marks_.RemoveSubtree(path);
    }
  }
  for (const scene::AddedPrim& added : changes.added) {
    const bool is_instancer = added.type == names.instancer;
    const bool is_over = scene::GetValueAs<Token>(GetInput().GetDataSource(
                             added.path, DataSourceLocator{names.prim_info, names.specifier})) == kOver;
    forget(added.path);
    if (!is_instancer && !is_over) continue;
    marks_.FindOrAdd(added.path).value = {is_instancer, is_over};
    ++mark_count_;
    is_concerned |= is_instancer;
  }
  for (const scene::DirtiedPrim& dirtied : changes.dirtied)
    if (dirtied.locators.Intersects(DataSourceLocator{names.instancerTopology, names.prototypes}) &&
        GetMark(dirtied.path).is_instancer)
      is_concerned = true;
  // Copies of prims that come and go move with these.
  return is_concerned;
}

PathVector PointPrototypesSceneIndex::GetPrototypes(Path source) const {
  const Names& names = GetNames();
  return scene::GetValueAs<PathVector>(
             GetInput().GetDataSource(source, DataSourceLocator{names.instancerTopology, names.prototypes}))
      .value_or(PathVector());
}

scene::DataSourceLocatorSet PointPrototypesSceneIndex::GetLocatorsOfExtraChildren() const {
  return {DataSourceLocator(GetNames().prim_info), DataSourceLocator(scene::GetContainerSentinel())};
}

// The prototypes that an instancer shows are part of what was fetched.
void PointPrototypesSceneIndex::AddChanges(const scene::ChangeSet&, scene::ChangeSet& out) {
  const Names& names = GetNames();
  if (!mark_count_) return;
  for (scene::DirtiedPrim& dirtied : out.dirtied)
    if (dirtied.locators.Intersects(DataSourceLocator{names.instancerTopology, names.prototypes}))
      dirtied.locators.Insert(DataSourceLocator(scene::GetContainerSentinel()));
}

CopyTables PointPrototypesSceneIndex::MakeTables() const {
  CopyTables tables;
  std::vector<const scene::PathTable<Mark>::Entry*> waiting;
  if (const auto* root = marks_.Find(Path::AbsoluteRoot())) waiting.push_back(root);
  while (!waiting.empty()) {
    const auto* entry = waiting.back();
    waiting.pop_back();
    if (entry->value.is_instancer) {
      // Instancers below this one are shown in copies alone.
      AddCopiesFor(entry->GetPath(), entry->GetPath(), 0, tables);
      continue;
    }
    for (const auto* child = entry->GetFirstChild(); child; child = child->GetNextSibling())
      waiting.push_back(child);
  }
  return tables;
}

void PointPrototypesSceneIndex::AddCopiesFor(Path instancer, Path source, uint32_t nesting,
                                             CopyTables& tables) const {
  const Token name = NameCopy(instancer);
  for (Path prototype : GetPrototypes(source)) {
    // What holds the instancer cannot be a prototype of it.
    if (!prototype.IsAbsolute() || !prototype.IsPrim() || source.HasPrefix(prototype)) continue;
    const Path target = GetTarget(prototype, instancer, tables), root = target.AppendChild(name);
    if (tables.copies.contains(root) || tables.copies.size() >= kMaxCopies) continue;
    tables.AddCopy(root, {prototype, instancer, FindPlace(tables, target).root});
    tables.extra_children[target].push_back(root);
    if (nesting >= kMaxNesting) continue;
    std::vector<const scene::PathTable<Mark>::Entry*> waiting;
    if (const auto* entry = marks_.Find(prototype)) waiting.push_back(entry);
    while (!waiting.empty()) {
      const auto* entry = waiting.back();
      waiting.pop_back();
      if (entry->value.is_instancer)
        AddCopiesFor(entry->GetPath().ReplacePrefix(prototype, root), entry->GetPath(), nesting + 1, tables);
      for (const auto* child = entry->GetFirstChild(); child; child = child->GetNextSibling())
        waiting.push_back(child);
    }
  }
}

bool PointPrototypesSceneIndex::HasNoType(const Place& place) const {
  if (!mark_count_) return false;
  const Path top = place.root.IsEmpty() ? Path::AbsoluteRoot() : GetTables().copies.at(place.root).source;
  if (place.source == top) return false;
  for (Path up = place.source.GetParent(); up != top && !up.IsEmpty(); up = up.GetParent())
    if (GetMark(up).IsAny()) return true;
  // A copy of an instancer is one, and what lies below it is its own.
  return !place.root.IsEmpty() && GetMark(top).is_instancer;
}

void PointPrototypesSceneIndex::Decorate(Path path, const Place& place, scene::ScenePrim& prim) const {
  const Names& names = GetNames();
  std::vector<RetainedContainerDataSource::Entry> more;
  if (prim.type == names.instancer) {
    PathVector prototypes = GetPrototypes(place.source);
    const Token name = NameCopy(path);
    for (Path& prototype : prototypes) prototype = GetTarget(prototype, path, GetTables()).AppendChild(name);
    more.emplace_back(
        names.instancerTopology,
        RetainedContainerDataSource::New({{names.prototypes, scene::Retain(std::move(prototypes))}}));
  }
  std::vector<RetainedContainerDataSource::Entry> info;
  if (const auto extra = GetTables().extra_children.find(path); extra != GetTables().extra_children.end()) {
    std::vector<RetainedContainerDataSource::Entry> propagated;
    for (Path root : extra->second) propagated.emplace_back(root.GetNameToken(), scene::Retain(root));
    info.emplace_back(Token("piPropagatedPrototypes"),
                      RetainedContainerDataSource::New(std::move(propagated)));
  }
  // Nor are instances drawn where prims have no type.
  if (HasNoType(place)) info.emplace_back(names.niPrototypePath, scene::BlockDataSource::Get());
  if (!info.empty()) more.emplace_back(names.prim_info, RetainedContainerDataSource::New(std::move(info)));
  if (!place.root.IsEmpty()) {
    const auto& copy = GetTables().copies.at(place.root);
    more.emplace_back(
        Token("instancedBy"),
        RetainedContainerDataSource::New({{Token("paths"), scene::Retain(PathVector{copy.instancer})},
                                          {Token("prototypeRoots"), scene::Retain(PathVector{place.root})}}));
    if (path == place.root) {
      more.emplace_back(names.xform,
                        RetainedContainerDataSource::New({{names.resetXformStack, scene::Retain(true)}}));
      if (auto system = GetInput().GetDataSource(Path::AbsoluteRoot(), names.system))
        more.emplace_back(names.system, std::move(system));
    }
  }
  prim.type = GetShownType(place, prim.type);
  if (prim.data && !more.empty())
    prim.data =
        scene::OverlayContainerDataSource::New(RetainedContainerDataSource::New(std::move(more)), prim.data);
}

}  // namespace strata::bridge
