#include "strata/stage/population_mask.h"

#include <algorithm>

namespace strata::stage {

namespace {

// What is at or below `path` follows it in path order, with nothing in between.
std::vector<Path>::const_iterator FindFirstAtOrBelow(const std::vector<Path>& paths, Path path) {
  return std::lower_bound(paths.begin(), paths.end(), path);
}

}  // namespace

StagePopulationMask::StagePopulationMask(const std::vector<Path>& paths) {
  for (Path path : paths)
    if (path.IsAbsoluteRootOrPrim() && path.IsAbsolute()) paths_.push_back(path);
  std::sort(paths_.begin(), paths_.end());
  paths_.erase(std::unique(paths_.begin(), paths_.end()), paths_.end());
  Path::RemoveDescendants(paths_);
  std::sort(paths_.begin(), paths_.end());
}

StagePopulationMask& StagePopulationMask::Add(Path path) {
  return Add(StagePopulationMask({path}));
}

StagePopulationMask& StagePopulationMask::Add(const StagePopulationMask& other) {
  return *this = GetUnion(other);
}

StagePopulationMask StagePopulationMask::GetUnion(const StagePopulationMask& other) const {
  std::vector<Path> paths = paths_;
  paths.insert(paths.end(), other.paths_.begin(), other.paths_.end());
  return StagePopulationMask(paths);
}

StagePopulationMask StagePopulationMask::GetIntersection(const StagePopulationMask& other) const {
  std::vector<Path> paths;
  for (Path path : paths_)
    if (other.IncludesSubtree(path)) paths.push_back(path);
  for (Path path : other.paths_)
    if (IncludesSubtree(path)) paths.push_back(path);
  return StagePopulationMask(paths);
}

bool StagePopulationMask::IncludesSubtree(Path path) const {
  for (; !path.IsEmpty(); path = path.GetParent())
    if (std::binary_search(paths_.begin(), paths_.end(), path)) return true;
  return false;
}

bool StagePopulationMask::Includes(Path path) const {
  const auto below = FindFirstAtOrBelow(paths_, path);
  return (below != paths_.end() && below->HasPrefix(path)) || IncludesSubtree(path);
}

bool StagePopulationMask::Includes(const StagePopulationMask& other) const {
  return std::all_of(other.paths_.begin(), other.paths_.end(),
                     [this](Path path) { return IncludesSubtree(path); });
}

std::optional<std::vector<Token>> StagePopulationMask::GetIncludedChildNames(Path path) const {
  if (IncludesSubtree(path)) return std::nullopt;
  std::vector<Token> names;
  const size_t depth = path.GetPrefixes().size();
  for (auto below = FindFirstAtOrBelow(paths_, path); below != paths_.end() && below->HasPrefix(path);
       ++below) {
    const Token name = below->GetPrefixes()[depth].GetNameToken();
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

void RemoveMasked(const StagePopulationMask& mask, Path path, std::vector<Token>& child_names) {
  if (mask.IncludesSubtree(path)) return;
  std::erase_if(child_names, [&](Token name) { return !mask.Includes(path.AppendChild(name)); });
}

}  // namespace strata::stage
