#include "strata/bridge/prototype_copies.h"

#include <algorithm>

#include "strata/scene/compare.h"

namespace strata::bridge {

void CopyTables::AddCopy(Path root, Copy copy) {
  roots_by_source[copy.source].push_back(root);
  copies[root] = copy;
}

void CopyTables::AddMadePrim(Path path, scene::ScenePrim prim) {
  if (made_prims.emplace(path, std::move(prim)).second) extra_children[path.GetParent()].push_back(path);
}

namespace {

// The names under which two containers hold other data; the one is to be fetched in place of the other.
scene::DataSourceLocatorSet CompareNames(const scene::ContainerDataSourceHandle& before,
                                         const scene::ContainerDataSourceHandle& after) {
  const scene::DataSourceLocator sentinel(scene::GetContainerSentinel());
  scene::DataSourceLocatorSet different(sentinel);
  for (const auto& container : {before, after})
    if (container)
      for (Token name : container->GetNames())
        if (!before || !after || !scene::DeepEquals(before->Get(name), after->Get(name)))
          different.Insert(scene::DataSourceLocator(name));
  return different;
}

}  // namespace

PrototypeCopiesSceneIndex::Place PrototypeCopiesSceneIndex::FindPlace(const CopyTables& tables, Path path) {
  if (!tables.copies.empty() && path.IsAbsolute())
    for (Path up = path; !up.IsEmpty(); up = up.GetParent())
      if (const auto found = tables.copies.find(up); found != tables.copies.end())
        return {path.ReplacePrefix(up, found->second.source), up};
  return {path, Path()};
}

template <class Visit>
void PrototypeCopiesSceneIndex::VisitShown(Path source, Visit&& visit) const {
  if (!IsHidden(source)) visit(source, Path());
  if (tables_.roots_by_source.empty() || !source.IsAbsolute()) return;
  for (Path up = source; !up.IsEmpty(); up = up.GetParent())
    if (const auto found = tables_.roots_by_source.find(up); found != tables_.roots_by_source.end())
      for (Path root : found->second) visit(source.ReplacePrefix(up, root), root);
}

scene::ScenePrim PrototypeCopiesSceneIndex::GetPrim(Path path) const {
  if (const auto made = tables_.made_prims.find(path); made != tables_.made_prims.end()) return made->second;
  const Place place = FindPlace(path);
  if (place.root.IsEmpty() && IsHidden(path)) return {};
  scene::ScenePrim prim = GetInput().GetPrim(place.source);
  if (!prim) return prim;
  if (!place.root.IsEmpty()) {
    scene::PathMap map;
    for (Path root = place.root; !root.IsEmpty(); root = tables_.copies.at(root).outer)
      map.Add(tables_.copies.at(root).source, root);
    prim.data = scene::MapPaths(prim.data, map);
  }
  Decorate(path, place, prim);
  return prim;
}

std::vector<Path> PrototypeCopiesSceneIndex::GetChildPrimPaths(Path path) const {
  std::vector<Path> children;
  if (!tables_.made_prims.contains(path)) {
    const Place place = FindPlace(path);
    if (!place.root.IsEmpty() || !IsHidden(path)) {
      children = GetInput().GetChildPrimPaths(place.source);
      if (!place.root.IsEmpty())
        for (Path& child : children) child = path.AppendChild(child.GetNameToken());
      else
        std::erase_if(children, [this](Path child) { return IsHidden(child); });
    }
  }
  if (const auto extra = tables_.extra_children.find(path); extra != tables_.extra_children.end())
    for (Path child : extra->second)
      if (std::ranges::find(children, child) == children.end()) children.push_back(child);
  return children;
}

void PrototypeCopiesSceneIndex::Populate() {
  scene::ChangeSet all;
  scene::VisitPrims(GetInput(), Path::AbsoluteRoot(),
                    [&](Path path) { all.added.push_back({path, GetInput().GetPrim(path).type}); });
  if (TakeChanges(all)) tables_ = MakeTables();
}

void PrototypeCopiesSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  scene::ChangeSet out;
  // What goes is gone from where it was, what comes appears where it will be.
  for (Path path : changes.removed) VisitShown(path, [&](Path shown, Path) { out.removed.push_back(shown); });
  const scene::PathPrefixes gone(out.removed);
  const bool is_remade = TakeChanges(changes);
  if (is_remade) {
    const CopyTables old = std::exchange(tables_, MakeTables());
    CompareTables(old, out);
  }
  if (!gone.IsEmpty()) AddAgain(gone, out);
  for (const scene::AddedPrim& added : changes.added)
    VisitShown(added.path, [&](Path shown, Path root) {
      out.added.push_back({shown, GetShownType({added.path, root}, added.type)});
    });
  out.dirtied.reserve(out.dirtied.size() + changes.dirtied.size());
  for (const scene::DirtiedPrim& dirtied : changes.dirtied)
    VisitShown(dirtied.path, [&](Path shown, Path) { out.dirtied.push_back({shown, dirtied.locators}); });
  const size_t dirtied_count = out.dirtied.size();
  AddChanges(changes, out);
  // Nothing is told twice as long as all is shown where it is, or not at all.
  const bool is_plain =
      !is_remade && tables_.copies.empty() && gone.IsEmpty() && out.dirtied.size() == dirtied_count;
  Send(std::move(out), is_plain ? Form::kNormal : Form::kAny);
}

void PrototypeCopiesSceneIndex::AddBelow(Path root, scene::ChangeSet& out) const {
  // What an instancer names need not be there.
  if (!GetPrim(root) && GetChildPrimPaths(root).empty()) return;
  scene::VisitPrims(*this, root, [&](Path path) { out.added.push_back({path, GetPrim(path).type}); });
}

// What is made below what is gone comes again with it, though the input tells of neither.
void PrototypeCopiesSceneIndex::AddAgain(const scene::PathPrefixes& gone, scene::ChangeSet& out) const {
  for (const auto& [path, prim] : tables_.made_prims)
    if (gone.Cover(path)) out.added.push_back({path, prim.type});
  for (const auto& [root, copy] : tables_.copies)
    if (gone.Cover(root)) AddBelow(root, out);
}

void PrototypeCopiesSceneIndex::CompareTables(const CopyTables& old, scene::ChangeSet& out) const {
  for (const auto& [root, copy] : old.copies) {
    const auto found = tables_.copies.find(root);
    if (found == tables_.copies.end() || !(found->second == copy)) out.removed.push_back(root);
  }
  for (const auto& [path, prim] : old.made_prims)
    if (!tables_.made_prims.contains(path)) out.removed.push_back(path);
  for (const auto& [path, prim] : tables_.made_prims) {
    const auto before = old.made_prims.find(path);
    if (before == old.made_prims.end())
      out.added.push_back({path, prim.type});
    else if (before->second.data != prim.data)
      out.dirtied.push_back({path, CompareNames(before->second.data, prim.data)});
  }
  for (const auto& [root, copy] : tables_.copies) {
    const auto before = old.copies.find(root);
    if (before == old.copies.end() || !(before->second == copy)) AddBelow(root, out);
  }
  const scene::DataSourceLocatorSet locators = GetLocatorsOfExtraChildren();
  if (locators.IsEmpty()) return;
  for (const auto& [parent, children] : tables_.extra_children) {
    const auto before = old.extra_children.find(parent);
    if (before == old.extra_children.end() || before->second != children)
      out.dirtied.push_back({parent, locators});
  }
  for (const auto& [parent, children] : old.extra_children)
    if (!tables_.extra_children.contains(parent) && GetPrim(parent))
      out.dirtied.push_back({parent, locators});
}

}  // namespace strata::bridge
