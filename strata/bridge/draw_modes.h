// Models that are drawn as something simpler: their axes, the box around them, or cards with pictures.
// (UsdImagingDrawModeSceneIndex, UsdImagingFlattenedGeomModelDataSourceProvider)
#pragma once

#include <functional>
#include <memory>

#include <tsl/robin_map.h>

#include "strata/bridge/draw_mode_standins.h"
#include "strata/scene/filtering.h"
#include "strata/scene/flattening.h"

namespace strata::bridge {

// `geomModel`: prims that have none have that of the prim above; others inherit `drawMode` and
// `cardVisibility` where theirs are "inherited".
scene::FlatteningProviderPtr MakeGeomModelFlattening();

// The draw mode that replaces a prim with these flattened data: "origin", "bounds" or "cards" where
// `applyDrawMode` holds, else empty. Instances are not replaced: their prototypes are.
Token FindAppliedDrawMode(const scene::ContainerDataSourceHandle& prim);

// In place of all that lies below a prim that a draw mode replaces stands what MakeStandin makes; the prim
// itself keeps its data and has no type. Copies of the prim for instancers, which stand below it, stay. Needs
// `geomModel` flattened. A change of the mode tells of the whole subtree; of extents, colours and pictures,
// of what shows them.
class DrawModesSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  struct Options {
    // Whether replaced prims have their data, or none, as in OpenUSD 24.08.
    enum class Replaced : uint8_t { kHasData, kIsEmpty } replaced = Replaced::kHasData;
    // Added prims are asked for their draw modes once it says yes; null: always.
    std::function<bool()> may_have;
    PictureMatrixReader read_matrix;
    // Whether a prim is the root of a copy that an instancer shows; null: none is.
    std::function<bool(Path)> is_copy_root;
  };
  DrawModesSceneIndex(scene::SceneIndexPtr input, Options options);
  scene::ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Draw modes"; }
  size_t GetStandinCount() const { return standins_.size(); }

 private:
  using Standins = tsl::robin_map<Path, StandinForm>;  // by replaced prim
  void ProcessChanges(const scene::ChangeSet& changes) override;
  bool MayHave() const { return !options_.may_have || options_.may_have(); }
  bool IsCopyRoot(Path path) const { return options_.is_copy_root && options_.is_copy_root(path); }
  // The prim whose stand-in the path is in.
  Standins::const_iterator FindAtOrAbove(Path path) const;
  bool IsHidden(Path path) const;
  // What the input says stands in for the prim; nothing: it is drawn itself.
  std::optional<StandinForm> FindForm(Path path) const;
  Token FindUpAxis() const;
  void Forget(const scene::PathPrefixes& gone);
  std::vector<Path> FindCopies(Path replaced) const;
  void AddStandin(Path root, const StandinForm& form, scene::ChangeSet& out) const;
  void AddBelow(Path root, scene::ChangeSet& out);
  // Shows the prim and all below it as they are now; they were shown before.
  void Replace(Path root, scene::ChangeSet& out);
  class Newcomers;
  void Add(const scene::AddedPrim& added, const Newcomers& newcomers, scene::ChangeSet& out);
  void Dirty(const scene::DirtiedPrim& dirtied, scene::ChangeSet& out);
  void LookAgain(scene::ChangeSet& out);

  Options options_;
  Standins standins_;
};

}  // namespace strata::bridge
