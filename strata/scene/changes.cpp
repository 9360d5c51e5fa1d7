#include "strata/scene/changes.h"

#include <algorithm>

namespace strata::scene {

PathPrefixes::PathPrefixes(const std::vector<Path>& roots) {
  roots_.reserve(roots.size());
  for (Path root : roots) roots_.emplace(root, true);
}

bool PathPrefixes::Cover(Path path) const {
  if (roots_.empty() || !path.IsAbsolute()) return false;
  for (; !path.IsEmpty(); path = path.GetParent())
    if (roots_.contains(path)) return true;
  return false;
}

namespace {

using Places = tsl::robin_map<Path, size_t>;

// Removed roots without those below others.
void NormalizeRemoved(std::vector<Path>& removed) {
  const PathPrefixes roots(removed);
  tsl::robin_map<Path, bool> seen;
  std::erase_if(removed, [&](Path path) {
    return !seen.emplace(path, true).second || (!path.IsAbsoluteRoot() && roots.Cover(path.GetParent()));
  });
}

// Each prim once, with the type said last; parents first.
Places NormalizeAdded(std::vector<AddedPrim>& added) {
  Places places;
  places.reserve(added.size());
  size_t kept = 0;
  for (const AddedPrim& entry : added) {
    const auto [found, is_new] = places.emplace(entry.path, kept);
    if (is_new)
      added[kept++] = entry;
    else
      added[found->second].type = entry.type;
  }
  added.resize(kept);
  const bool is_ordered = std::ranges::all_of(added, [&](const AddedPrim& entry) {
    const auto parent = places.find(entry.path.GetParent());
    return parent == places.end() || parent->second < places.find(entry.path)->second;
  });
  if (!is_ordered)
    std::stable_sort(added.begin(), added.end(), [](const AddedPrim& a, const AddedPrim& b) {
      return a.path.GetElementCount() < b.path.GetElementCount();
    });
  return places;
}

void NormalizeDirtied(std::vector<DirtiedPrim>& dirtied) {
  Places places;
  places.reserve(dirtied.size());
  size_t kept = 0;
  for (size_t i = 0; i < dirtied.size(); ++i) {
    if (dirtied[i].locators.IsEmpty()) continue;
    const auto [found, is_new] = places.emplace(dirtied[i].path, kept);
    if (!is_new) {
      dirtied[found->second].locators.Insert(dirtied[i].locators);
    } else {
      if (kept != i) dirtied[kept] = std::move(dirtied[i]);
      ++kept;
    }
  }
  dirtied.resize(kept);
}

}  // namespace

void ChangeSet::Normalize() {
  if (removed.size() > 1) NormalizeRemoved(removed);
  const Places places = NormalizeAdded(added);
  NormalizeDirtied(dirtied);
  if (dirtied.empty() || (added.empty() && removed.empty())) return;
  const PathPrefixes gone(removed);
  std::erase_if(dirtied, [&](const DirtiedPrim& entry) {
    return places.contains(entry.path) || gone.Cover(entry.path);
  });
}

}  // namespace strata::scene
