// The prims of a stage as a running scene, read when they are asked for.   (UsdImagingStageSceneIndex)
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "strata/bridge/adapter.h"
#include "strata/bridge/definition_table.h"
#include "strata/compute/system.h"
#include "strata/scene/checks.h"
#include "strata/scene/scene_index.h"
#include "strata/stage/redefinition.h"

namespace strata::bridge {

struct StageSceneIndexOptions {
  TimeRule time_rule = TimeRule::kChanged;
  DataForm form = DataForm::kNewest;
  std::shared_ptr<const AdapterRegistry> adapters;  // null: the built-in ones
  // Of the stage that is shown; null: nothing is computed.
  std::shared_ptr<const compute::Registry> computations;
  compute::SystemOptions system;  // for them; what it follows is the scene's to say
  // Prims that no adapter gives data: with the data that all prims have, so that what they inherit shows at
  // them; or without data, as Hydra had it before 25.11.
  enum class Dataless : uint8_t { kEmpty, kNull } dataless = Dataless::kEmpty;
  // What is told of readers that are there while the stage, the time or prims change, and keeps them apart;
  // null: nobody looks.
  std::shared_ptr<scene::SceneChecks> checks;
};

// What was done to a stage since the scene last showed it, in the stage's own paths.
struct StageChanges {
  std::vector<Path> resynced;  // prims: they and all below are to be looked at anew
  struct Property {
    Path path;
    PropertyChange change;
  };
  std::vector<Property> properties;
  std::vector<stage::Redefinition> redefined;  // prims of other API schemas
  bool stage_metadata = false;                 // what is said of the stage as a whole
  // From what Stage::Recompose answers.
  static StageChanges FromStage(const stage::StageChanges& changes);
  // From what a stage tells its listeners. `redefined` are those of the notice that may count as such.
  static StageChanges FromNotice(const stage::ObjectsChanged& objects,
                                 std::vector<stage::Redefinition> redefined = {});
};

// Shows active prims that are not abstract, without descending into instances, whose prototypes are children
// of "/". Instances of which something inside is computed from what stands above them are shown as other
// prims are: no prototype can say what is in them. Holds the stage.
class StageSceneIndex final : public scene::SceneIndex {
 public:
  explicit StageSceneIndex(StageSceneIndexOptions options = {});
  ~StageSceneIndex() override;

  scene::ScenePrim GetPrim(Path path) const override;
  std::vector<Path> GetChildPrimPaths(Path path) const override;
  std::string GetDisplayName() const override { return "Stage"; }

  // Null: the scene is empty. Where the stage follows its layers, the scene follows the stage.
  void SetStage(stage::StagePtr stage);
  const stage::StagePtr& GetStage() const { return stage_; }
  double GetTime() const { return globals_->GetTime(); }
  void SetTime(double time);
  // After a stage that does not follow its layers was edited and composed anew.
  void ApplyChanges(const StageChanges& changes);
  // Composes the stage anew after edits to its layers, and shows what that did. Where the stage follows its
  // layers, it has done so when they were edited, and there is nothing left to do.
  void Recompose(const compose::CacheEdits& edits);
  // Null without a stage or without computations.
  std::shared_ptr<const compute::System> GetComputations() const { return system_; }
  StageGlobalsPtr GetGlobals() const { return globals_; }
  size_t GetTimeVaryingCount() const { return globals_->GetTimeVaryingCount(); }
  // Whether a prim that was shown since the stage was set has GeomModelAPI.
  bool MayHaveGeomModels() const { return may_have_geom_models_; }
  bool MayHaveSkin() const { return may_have_skin_; }  // SkelBindingAPI, likewise

 private:
  struct Adapters;
  const Adapters& FindAdapters(const schema::PrimDefinition* definition) const;
  const Adapters& FindAdapters(const stage::Prim& prim) const {
    return FindAdapters(prim.GetPrimDefinition());
  }
  Token FindType(const stage::Prim& prim, const Adapters& adapters) const;
  bool IsShown(const stage::Prim& prim) const;
  bool IsShown(uint32_t record) const;
  // Whether all instances above an instance proxy are taken apart.
  bool IsShownProxy(const stage::Prim& proxy) const;
  stage::Prim FindShown(Path path) const;
  scene::ContainerDataSourceHandle MakeRootData() const;
  std::map<Path, Path> ListPrototypes() const;
  tsl::robin_map<Path, Path> ListInstances() const;
  // The path, and those of prims in prototypes that are composed there.
  std::vector<Path> FindPlaces(Path path) const;
  tsl::robin_map<Path, Path> ListTakenApart() const;
  void CompareInstancing(std::vector<Path>& resynced, scene::ChangeSet& out);
  void AddSubtree(Path root, std::vector<scene::AddedPrim>& out) const;
  void AddProxies(const stage::Prim& above, std::vector<scene::AddedPrim>& out) const;
  // The prim that stands for one which an ancestor represents; not valid where none does.
  stage::Prim FindRepresentative(stage::Prim prim) const;
  // Gives the prims that are to be shown anew for it.
  std::vector<Path> DirtyProperties(const std::vector<StageChanges::Property>& properties,
                                    scene::ChangeSet& out) const;
  // What other API schemas mean for the data of a prim. False where it is to be shown anew for them.
  bool DirtyRedefined(const stage::Redefinition& redefined, std::vector<StageChanges::Property>& properties,
                      scene::ChangeSet& out) const;
  void DirtyRoot(scene::ChangeSet& out);
  void ShowAnew(std::vector<Path> roots, scene::ChangeSet& out);
  // Of instance proxies those that are shown.
  void TakePublished(std::vector<scene::DirtiedPrim> published, scene::ChangeSet& out) const;

  bool FollowsStage() const;
  void ApplyChanges(const StageChanges& changes, compute::ComputedChanges computed);
  void StopFollowing();

  StageSceneIndexOptions options_;
  stage::StagePtr stage_;
  std::shared_ptr<compute::System> system_;
  scene::ContainerDataSourceHandle root_data_;  // null without a stage
  uint64_t listener_ = 0;                       // of the stage's notices; 0 when there is none
  scene::Handle<StageGlobals> globals_;
  // The prototypes that were shown last, and where they are composed: their names may pass to others.
  std::map<Path, Path> prototypes_;
  tsl::robin_map<Path, Path> instances_;  // their prototypes
  // Instances that are, and those nested in them by where they appear; their prototypes.
  tsl::robin_map<Path, Path> taken_apart_;
  mutable DefinitionTable<Adapters> adapters_;
  mutable std::atomic<bool> may_have_geom_models_ = false, may_have_skin_ = false;
};

}  // namespace strata::bridge
