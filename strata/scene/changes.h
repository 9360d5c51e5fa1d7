// What changed in a running scene in one step, as one value.
//
// Removals take whole subtrees. Additions, and dirtied data, are of single prims; an addition of a prim that
// is there says that everything about it may differ. Locators hold all below them.
#pragma once

#include <vector>

#include <tsl/robin_map.h>

#include "strata/path/path.h"
#include "strata/scene/locator_set.h"

namespace strata::scene {

struct AddedPrim {
  Path path;
  Token type;
  friend bool operator==(const AddedPrim&, const AddedPrim&) = default;
};
struct DirtiedPrim {
  Path path;
  DataSourceLocatorSet locators;
  friend bool operator==(const DirtiedPrim&, const DirtiedPrim&) = default;
};
struct RenamedPrim {
  Path old_path, new_path;  // of a subtree
  friend bool operator==(const RenamedPrim&, const RenamedPrim&) = default;
};

struct ChangeSet {
  // In this order: what is removed is gone before what is renamed takes its place, and so on.
  std::vector<Path> removed;
  std::vector<RenamedPrim> renamed;
  std::vector<AddedPrim> added;
  std::vector<DirtiedPrim> dirtied;

  bool IsEmpty() const { return removed.empty() && renamed.empty() && added.empty() && dirtied.empty(); }
  // Additions with parents before their children, else in the order given. No prim is removed twice or below
  // another that is, added twice, dirtied twice, or dirtied while it is added or gone.
  void Normalize();
  friend bool operator==(const ChangeSet&, const ChangeSet&) = default;
};

// Removed subtrees, asked whether they hold a path.
class PathPrefixes {
 public:
  explicit PathPrefixes(const std::vector<Path>& roots);
  bool IsEmpty() const { return roots_.empty(); }
  // Whether the path or one above it is among them.
  bool Cover(Path path) const;

 private:
  tsl::robin_map<Path, bool> roots_;
};

}  // namespace strata::scene
