// Prototypes of point instancers, each copied for each instancer that uses it.
// (UsdImagingPiPrototypePropagatingSceneIndex)
#pragma once

#include "strata/bridge/prototype_copies.h"
#include "strata/scene/path_table.h"

namespace strata::bridge {

// Below each prototype stands a copy of it for each instancer. What lies below instancers, and below prims
// that are only `over`, has no type but in copies, so that nothing draws them where they are.
class PointPrototypesSceneIndex final : public PrototypeCopiesSceneIndex {
 public:
  explicit PointPrototypesSceneIndex(scene::SceneIndexPtr input);
  std::string GetDisplayName() const override { return "Point prototypes"; }

 private:
  // Instancers in the prototypes of others, and so on; prims that instance themselves end here.
  static constexpr uint32_t kMaxNesting = 32;
  static constexpr size_t kMaxCopies = 1000000;
  struct Mark {
    bool is_instancer = false;
    bool is_over = false;
    bool IsAny() const { return is_instancer || is_over; }
  };

  bool TakeChanges(const scene::ChangeSet& changes) override;
  CopyTables MakeTables() const override;
  Token GetShownType(const Place& place, Token type) const override {
    return HasNoType(place) ? Token() : type;
  }
  void Decorate(Path path, const Place& place, scene::ScenePrim& prim) const override;
  scene::DataSourceLocatorSet GetLocatorsOfExtraChildren() const override;
  void AddChanges(const scene::ChangeSet& changes, scene::ChangeSet& out) override;
  void AddCopiesFor(Path instancer, Path source, uint32_t nesting, CopyTables& tables) const;
  PathVector GetPrototypes(Path source) const;
  bool HasNoType(const Place& place) const;
  Mark GetMark(Path source) const;

  scene::PathTable<Mark> marks_;  // of prims of the input that matter, and those above them
  size_t mark_count_ = 0;
};

}  // namespace strata::bridge
