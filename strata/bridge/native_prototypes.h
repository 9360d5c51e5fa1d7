// Instances of a stage as instancers: those that share a prototype and all that matters to it together.
// (UsdImagingNiPrototypePropagatingSceneIndex, UsdImagingNiInstanceAggregationSceneIndex)
#pragma once

#include <tuple>

#include "strata/bridge/prototype_copies.h"
#include "strata/scene/path_table.h"

namespace strata::bridge {

// The prim below which instancers are made, at the root and in copies.
Token GetPropagatedPrototypesName();

// Whether a path is of a prototype of the stage, or below one.
bool IsInStagePrototype(Path path);

// The instances of an instancer. Its data read them when they are asked, and so hold as long as it is there.
struct InstancerMembers {
  std::vector<Path> sources;  // in the input
  PathVector locations;       // in the output
};

// For each prototype and each combination of what instances hand on to it (purpose, bound materials, names of
// their constant primvars) there is an instancer with a copy of the prototype:
//   /UsdNiPropagatedPrototypes/<combination>/__Prototype_1/UsdNiInstancer/UsdNiPrototype
// and so below each copy for the instances in it, whether it is one of these or one for a point instancer.
// The stage's own prototypes are not shown. Instances say which element of which instancer they are.
class NativePrototypesSceneIndex final : public PrototypeCopiesSceneIndex {
 public:
  // `flattened` is the same scene as `input`, flattened: what instances inherit is read there. Both tell of
  // their changes; `flattened` stands before this index among the observers of `input`.
  NativePrototypesSceneIndex(scene::SceneIndexPtr input, scene::SceneIndexPtr flattened);
  ~NativePrototypesSceneIndex() override;
  std::string GetDisplayName() const override { return "Native prototypes"; }

 private:
  // What instances of one instancer have in common.
  struct Group {
    Path around;  // the copy for a point instancer that they are in, in the input; empty: none
    Token combination;
    Path prototype;  // in the input
    bool operator<(const Group& other) const {
      return std::tuple(around, prototype, combination.GetText()) <
             std::tuple(other.around, other.prototype, other.combination.GetText());
    }
  };
  struct Membership {
    Path instancer;
    int32_t index = 0;
    friend bool operator==(const Membership&, const Membership&) = default;
  };
  class FlattenedObserver;

  bool TakeChanges(const scene::ChangeSet& changes) override;
  CopyTables MakeTables() const override;
  void Decorate(Path path, const Place& place, scene::ScenePrim& prim) const override;
  bool IsHidden(Path source) const override;
  void AddChanges(const scene::ChangeSet& changes, scene::ChangeSet& out) override;

  // The instances at and below `scope` in the input, shown at and below `top`.
  // `outer`: the `geomModel` that the scope inherits there.
  void AddScope(Path scope, Path top, uint32_t nesting, const scene::ContainerDataSourceHandle& outer,
                CopyTables& tables) const;
  // What an instance hands on under a name.
  scene::DataSourceHandle FindShared(Path instance, Token name) const;
  Token FindCombination(Path instance, std::vector<Token>* primvars) const;
  scene::ContainerDataSourceHandle MakeInstancerData(
      Path path, std::shared_ptr<const InstancerMembers> instances, const std::vector<Token>& primvars,
      const scene::ContainerDataSourceHandle& instanced_by) const;

  scene::SceneIndexPtr flattened_;
  std::unique_ptr<FlattenedObserver> observer_;
  scene::PathTable<Path> instances_;  // in the input: the prototype; empty for the prims above
  size_t instance_count_ = 0;
  bool has_prototypes_ = false;  // prims that are hidden
  struct Instancer {
    std::shared_ptr<InstancerMembers> instances;
    std::vector<Token> primvars;
    scene::ContainerDataSourceHandle data;
  };
  const scene::ContainerDataSourceHandle& FindInstancerData(
      Path path, InstancerMembers instances, const std::vector<Token>& primvars,
      const scene::ContainerDataSourceHandle& instanced_by) const;
  using Members = tsl::robin_map<Path, Membership>;  // by instance in the output
  class InstanceSource;
  mutable Members former_members_;  // until they were compared
  // Shared with the data sources that tell of them.
  std::shared_ptr<Members> members_ = std::make_shared<Members>();
  mutable tsl::robin_map<Path, std::vector<Path>> instancers_;  // by instance in the input
  mutable tsl::robin_map<Path, Token> combinations_;            // by instance in the input
  mutable tsl::robin_map<Path, Instancer> made_, former_made_;  // by instancer
  mutable std::vector<Path> regrouped_;  // instancers that have other instances, until that was told
  struct Shared {
    scene::ContainerDataSourceHandle inherited;
    scene::ContainerDataSourceHandle model, skin;  // `geomModel`, `skelBinding`; null: none
  };
  mutable tsl::robin_map<Token, Shared> shared_;  // by combination
};

// What a flattened scene shows, but for prims that `copies` made: those inherit nothing.
class MadePrimsSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  MadePrimsSceneIndex(scene::SceneIndexPtr flattened, std::shared_ptr<PrototypeCopiesSceneIndex> copies)
      : SingleInputFilteringSceneIndex(std::move(flattened)), copies_(std::move(copies)) {}
  scene::ScenePrim GetPrim(Path path) const override {
    return copies_->IsMade(path) ? copies_->GetPrim(path) : GetInput().GetPrim(path);
  }
  std::string GetDisplayName() const override { return "Instancers"; }

 private:
  void ProcessChanges(const scene::ChangeSet& changes) override;

  std::shared_ptr<PrototypeCopiesSceneIndex> copies_;
};

}  // namespace strata::bridge
