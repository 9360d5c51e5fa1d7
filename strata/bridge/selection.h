// What a user has selected, as data of prims.   (UsdImagingSelectionSceneIndex)
#pragma once

#include <set>

#include "strata/scene/filtering.h"

namespace strata::bridge {

// Selected prims have `selections`: that they are selected with all below them, and in which instances. A
// prim in an instance is selected by its path on the stage; an instance selects itself and what its
// instancer shows for it. What a path leads to is looked for when it is selected, and again with each change
// of the scene around it.
class SelectionSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit SelectionSceneIndex(scene::SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(std::move(input)) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Selection"; }

  // False where the scene has no such prim: it is selected once it comes.
  bool AddSelection(Path stage_path);
  void ClearSelection();

 private:
  using Selections = tsl::robin_map<Path, std::vector<scene::DataSourceHandle>>;
  void ProcessChanges(const scene::ChangeSet& changes) override;
  Selections FindSelections() const;
  bool Select(Path stage_path, Selections& selections) const;
  void Replace(Selections selections, scene::ChangeSet changes);

  std::set<Path> paths_;   // on the stage
  Selections selections_;  // by prim of the scene
};

}  // namespace strata::bridge
