// Subtrees of a scene shown again in other places, as prototypes of instancers are.
#pragma once

#include <vector>

#include <tsl/robin_map.h>

#include "strata/scene/filtering.h"
#include "strata/scene/rerooting.h"

namespace strata::bridge {

// What a scene of copies is made of. Paths of the output unless said otherwise.
struct CopyTables {
  struct Copy {
    Path source;     // in the input
    Path instancer;  // that the copy is for
    Path outer;      // the copy around it; empty: none
    friend bool operator==(const Copy&, const Copy&) = default;
  };
  tsl::robin_map<Path, Copy> copies;                        // by root
  tsl::robin_map<Path, std::vector<Path>> roots_by_source;  // by path in the input
  tsl::robin_map<Path, std::vector<Path>> extra_children;   // beside those of the input
  tsl::robin_map<Path, scene::ScenePrim> made_prims;        // that the input does not have

  void AddCopy(Path root, Copy copy);
  void AddMadePrim(Path path, scene::ScenePrim prim);
};

// The input with copies of some of its subtrees. Paths in the data of a copy lead to the copy.
class PrototypeCopiesSceneIndex : public scene::SingleInputFilteringSceneIndex {
 public:
  scene::ScenePrim GetPrim(Path path) const final;
  std::vector<Path> GetChildPrimPaths(Path path) const final;
  // Whether the prim is none of the input's, nor a copy of one.
  bool IsMade(Path path) const { return tables_.made_prims.contains(path); }
  // Where in the input a prim comes from; the path itself where it is made.
  Path FindSource(Path path) const { return FindPlace(path).source; }
  bool IsCopyRoot(Path path) const { return tables_.copies.contains(path); }

 protected:
  explicit PrototypeCopiesSceneIndex(scene::SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(std::move(input)) {}

  // Where a path of the output comes from.
  struct Place {
    Path source;  // in the input; empty: nowhere
    Path root;    // of the innermost copy that holds it; empty: it is none
    bool IsRoot(Path path) const { return path == root; }
  };
  Place FindPlace(Path path) const { return FindPlace(tables_, path); }
  static Place FindPlace(const CopyTables& tables, Path path);
  const CopyTables& GetTables() const { return tables_; }
  // Calls visit(path, root) for each prim of the output that shows one of the input; `root` as in Place.
  template <class Visit>
  void VisitShown(Path source, Visit&& visit) const;

  // Whether the tables must be made anew for these changes, which it may take note of.
  virtual bool TakeChanges(const scene::ChangeSet& changes) = 0;
  virtual CopyTables MakeTables() const = 0;
  // What the input has at the prim that is shown at `path`, changed for that place.
  virtual void Decorate(Path path, const Place& place, scene::ScenePrim& prim) const = 0;
  // The type there, where the input has `type`.
  virtual Token GetShownType(const Place&, Token type) const { return type; }
  virtual bool IsHidden(Path) const { return false; }  // of the input
  // What of a prim of the input says which children it has beside those that are its own there.
  virtual scene::DataSourceLocatorSet GetLocatorsOfExtraChildren() const { return {}; }
  // More that changes of the input mean; paths of the output.
  virtual void AddChanges(const scene::ChangeSet&, scene::ChangeSet&) {}
  // For the constructors of derived classes.
  void Populate();

 private:
  void ProcessChanges(const scene::ChangeSet& changes) final;
  void CompareTables(const CopyTables& old, scene::ChangeSet& out) const;
  void AddBelow(Path root, scene::ChangeSet& out) const;
  void AddAgain(const scene::PathPrefixes& gone, scene::ChangeSet& out) const;

  CopyTables tables_;
};

}  // namespace strata::bridge
