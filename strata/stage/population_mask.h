// Which parts of a scene a stage has at all: paths that are there with all above and below them.
// (UsdStagePopulationMask)
#pragma once

#include <optional>
#include <vector>

#include "strata/path/path.h"

namespace strata::stage {

// A value. The default one includes nothing, not even "/".
class StagePopulationMask {
 public:
  StagePopulationMask() = default;
  // Absolute paths of prims, or "/"; others are left out.
  explicit StagePopulationMask(const std::vector<Path>& paths);
  static StagePopulationMask All() { return StagePopulationMask({Path::AbsoluteRoot()}); }

  StagePopulationMask& Add(Path path);
  StagePopulationMask& Add(const StagePopulationMask& other);
  StagePopulationMask GetUnion(const StagePopulationMask& other) const;
  StagePopulationMask GetIntersection(const StagePopulationMask& other) const;

  bool IsEmpty() const { return paths_.empty(); }
  bool IsAll() const { return paths_.size() == 1 && paths_[0].IsAbsoluteRoot(); }
  // Whether there may be a prim at a path: it is one of the paths, or above or below one.
  bool Includes(Path path) const;
  bool Includes(const StagePopulationMask& other) const;  // with all below each of its paths
  // Whether the path is one of the paths or below one.
  bool IncludesSubtree(Path path) const;
  // The children that may be there, sorted by text; nothing when all may. Of paths that are not included:
  // none.
  std::optional<std::vector<Token>> GetIncludedChildNames(Path path) const;
  const std::vector<Path>& GetPaths() const { return paths_; }  // in path order, none below another
  friend bool operator==(const StagePopulationMask&, const StagePopulationMask&) = default;

 private:
  std::vector<Path> paths_;
};

// Takes away the names of children of the prim at `path` that the mask leaves out.
void RemoveMasked(const StagePopulationMask& mask, Path path, std::vector<Token>& child_names);

}  // namespace strata::stage
