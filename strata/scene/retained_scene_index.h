// A scene index that holds the prims it is given.   (HdRetainedSceneIndex)
#pragma once

#include "strata/scene/path_table.h"
#include "strata/scene/scene_index.h"

namespace strata::scene {

class RetainedSceneIndex final : public SceneIndex {
 public:
  struct Entry {
    Path path;  // absolute
    Token type;
    ContainerDataSourceHandle data;  // null: an empty container
  };

  ScenePrim GetPrim(Path path) const override;
  // In the order in which they came.
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Retained"; }

  // A prim that is there already is replaced. Those above are there then, without a type.
  void AddPrims(std::vector<Entry> entries);
  void RemovePrims(const std::vector<Path>& roots);  // with all below
  // Data of prims say something else than before.
  void DirtyPrims(std::vector<DirtiedPrim> entries);
  // Several changes as one change set.
  struct Changes {
    std::vector<Path> removed;
    std::vector<Entry> added;
    std::vector<DirtiedPrim> dirtied;
  };
  void Apply(Changes changes);

 private:
  struct Held {
    ScenePrim prim;
  };
  PathTable<Held> prims_;
};

}  // namespace strata::scene
