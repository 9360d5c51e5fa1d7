// Which objects of a stage a user has chosen.
#pragma once

#include <algorithm>
#include <vector>

#include "strata/path/path.h"

namespace strata::context {

// A value: paths in the order in which they were chosen, each once.
class Selection {
 public:
  Selection() = default;
  explicit Selection(const std::vector<Path>& paths) {
    for (Path path : paths) Add(path);
  }
  const std::vector<Path>& GetPaths() const { return paths_; }
  bool IsEmpty() const { return paths_.empty(); }
  bool Contains(Path path) const { return std::find(paths_.begin(), paths_.end(), path) != paths_.end(); }
  void Add(Path path) {
    if (!path.IsEmpty() && !Contains(path)) paths_.push_back(path);
  }
  void Remove(Path path) { std::erase(paths_, path); }
  friend bool operator==(const Selection&, const Selection&) = default;

 private:
  std::vector<Path> paths_;
};

}  // namespace strata::context
