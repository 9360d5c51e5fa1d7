// The door of `stage`: the composed scene and the values in it.   (UsdStage, UsdPrim, UsdAttribute,
// UsdRelationship)
//
// Threads: many readers or one writer; ReadScope and WriteScope keep them apart where callers do not. Owners:
// whoever opened a stage owns it (a context, or the caller); prims and properties are handles that test false
// once their stage is gone.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/layer/registry.h"
#include "strata/schema/registry.h"
#include "strata/stage/access.h"
#include "strata/stage/attribute.h"
#include "strata/stage/attribute_query.h"
#include "strata/stage/edit_target.h"
#include "strata/stage/flatten.h"
#include "strata/stage/load_rules.h"
#include "strata/stage/notices.h"
#include "strata/stage/population_mask.h"
#include "strata/stage/prim.h"
#include "strata/stage/property.h"
#include "strata/stage/relationship.h"
#include "strata/stage/resolve_info.h"
#include "strata/stage/resolve_target.h"
#include "strata/stage/stage_changes.h"
#include "strata/stage/time.h"

namespace strata::stage {

inline constexpr DiagnosticCode kStageUnopened{"stage.unopened", Severity::kError,
                                               "A stage cannot be opened."};
inline constexpr DiagnosticCode kEditRefused{"stage.edit-refused", Severity::kError,
                                             "An edit of a stage is not possible."};
inline constexpr DiagnosticCode kLayerNotSaved{"stage.layer-not-saved", Severity::kWarning,
                                               "A layer of a stage has changes that are not saved."};

enum class LoadPolicy : uint8_t { kLoadAll, kLoadNone };

struct OpenOptions {
  LoadPolicy load = LoadPolicy::kLoadAll;
  std::optional<StageLoadRules> load_rules;  // instead of `load`
  layer::LayerPtr session;                   // null: a fresh anonymous one
  enum class Session : uint8_t {
    kDefault,
    kNone
  } session_layer = Session::kDefault;  // kNone: no session layer at all
  std::map<std::string, std::vector<std::string>> variant_fallbacks;
  compose::Instancing instancing = compose::Instancing::kAsMode;     // whether prims can be instances
  StagePopulationMask population_mask = StagePopulationMask::All();  // nothing else is composed
  std::set<std::string> muted_layers;
  // Where to look for what is neither absolute nor beside the layer that names it. None: what the resolver
  // makes of the root layer's place (CreateDefaultContextForAsset), nothing for anonymous root layers.
  std::optional<asset::ResolverContext> resolver_context;
  InterpolationType interpolation = InterpolationType::kLinear;
  // Whether the stage hears of the edits of its layers. One that does not is as it was when it was opened
  // until it is told (Recompose), or follows (FollowLayers): for those who only read.
  enum class Follow : uint8_t { kLayers, kNothing } follow = Follow::kLayers;
  std::optional<Budgets> budgets;  // none: those of the engine that opens the stage, else the defaults
  Executor* executor = nullptr;
  layer::OpenOptions::SourceMaps source_maps = layer::OpenOptions::SourceMaps::kNone;
  std::shared_ptr<const schema::Registry> schemas;     // null: no schemas are known
  WhileRead while_read = WhileRead::kWait;             // what editors do while a ReadScope lives
  std::shared_ptr<const std::atomic<bool>> cancelled;  // when it becomes true, opening ends with an error
};

class Stage;
using StagePtr = std::shared_ptr<Stage>;

class Stage {
 public:
  // Opens the layer `root` names and composes. Remarks (missing layers, cycles, ...) go to `diagnostics`;
  // what can be composed is. No answer only when the root layer itself cannot be opened.
  static Result<StagePtr> Open(std::shared_ptr<layer::LayerRegistry> registry, const std::string& root,
                               const OpenOptions& options, Diagnostics& diagnostics);
  static Result<StagePtr> Open(std::shared_ptr<layer::LayerRegistry> registry, layer::LayerPtr root,
                               const OpenOptions& options, Diagnostics& diagnostics);
  ~Stage();
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Layers
  const layer::LayerPtr& GetRootLayer() const;
  const layer::LayerPtr& GetSessionLayer() const;  // null when opened without one
  const compose::LayerStackPtr& GetRootLayerStack() const;
  std::vector<layer::LayerPtr> GetLayerStack() const;  // strongest first, session first
  std::vector<layer::LayerPtr> GetUsedLayers() const;  // sorted by identifier
  const std::shared_ptr<layer::LayerRegistry>& GetLayerRegistry() const;
  const OpenOptions& GetOpenOptions() const;
  compose::CompositionErrors GetCompositionErrors() const;
  bool HasLocalLayer(const layer::LayerPtr& layer) const;  // whether it is in GetLayerStack
  const asset::ResolverContext& GetPathResolverContext() const;
  // The identifier that an asset path has when written in the layer of the edit target.
  std::string ResolveIdentifierToEditTarget(const std::string& identifier) const;

  // Prims
  Prim GetPseudoRoot() const;
  Prim GetPrimAtPath(Path path) const;  // instance proxies too; a null prim when there is none
  Property GetPropertyAtPath(Path path) const;
  Attribute GetAttributeAtPath(Path path) const;
  Relationship GetRelationshipAtPath(Path path) const;
  Prim GetDefaultPrim() const;
  PrimRange Traverse() const { return Traverse(PrimPredicate::Default()); }
  PrimRange Traverse(const PrimPredicate& predicate) const;
  PrimRange TraverseAll() const { return Traverse(PrimPredicate::All()); }
  std::vector<Prim> GetPrototypes() const;
  size_t GetPrimCount() const;  // prims of the stage and of its prototypes, without "/"

  // Metadata of the stage: session layer over root layer, nothing else
  Value GetMetadata(Token field) const;  // else the fallback; empty when there is none
  Value GetMetadataByDictKey(Token field, std::string_view key_path) const;
  bool HasMetadata(Token field) const { return !GetMetadata(field).IsEmpty(); }
  bool HasAuthoredMetadata(Token field) const;
  std::vector<layer::SpecStore::Field> GetAllAuthoredMetadata() const;  // sorted by name
  Opinions GetMetadataOpinions(Token field) const;
  double GetStartTimeCode() const;
  double GetEndTimeCode() const;
  bool HasAuthoredTimeCodeRange() const;
  double GetTimeCodesPerSecond() const;
  double GetFramesPerSecond() const;
  InterpolationType GetInterpolationType() const;

  // Whole-stage answers
  layer::LayerPtr Flatten(const FlattenOptions& options = {}) const { return stage::Flatten(*this, options); }
  Result<std::string> ExportToString(const FlattenOptions& options = {}) const;  // flattened, as usda

  // Metadata of the root layer. A default prim may be any prim of the stage.
  bool HasDefaultPrim() const { return bool(GetDefaultPrim()); }
  Result<void> SetDefaultPrim(const Prim& prim);
  void ClearDefaultPrim();
  void SetInterpolationType(InterpolationType interpolation);

  // Where editors write unless told otherwise: the root layer until it is set. Refused are targets without a
  // layer.
  const EditTarget& GetEditTarget() const;
  Result<void> SetEditTarget(EditTarget target);
  // With the layer's offset; empty when the layer is not in GetLayerStack.
  EditTarget GetEditTargetForLocalLayer(const layer::LayerPtr& layer) const;

  // Layers left out of the stage. Identifiers are as written in the root layer; what is both muted and
  // unmuted is muted. The root layer itself cannot be. A writer.
  std::vector<std::string> GetMutedLayers() const;  // sorted
  bool IsLayerMuted(const std::string& identifier) const;
  Result<void> MuteLayer(const std::string& identifier) { return MuteAndUnmuteLayers({identifier}, {}); }
  Result<void> UnmuteLayer(const std::string& identifier) { return MuteAndUnmuteLayers({}, {identifier}); }
  Result<void> MuteAndUnmuteLayers(const std::vector<std::string>& mute,
                                   const std::vector<std::string>& unmute);

  // What is dirty among the layers used, but for the session layer and its sublayers; those alone. Anonymous
  // layers are left as they are, which is a remark. All are tried; whether all went well.
  bool Save(Diagnostics& diagnostics, const layer::SaveOptions& options = {});
  bool SaveSessionLayers(Diagnostics& diagnostics, const layer::SaveOptions& options = {});
  // Reads again the files of the layers used, but for the session layer and its sublayers, where they changed
  // or the layer did. What cannot be read stays as it is. A writer.
  bool Reload(Diagnostics& diagnostics);
  // Whether Save has something to do. The listener is called when a layer becomes dirty or clean, as
  // listeners of layers are.
  bool HasDirtyLayers() const;
  void SetDirtinessListener(std::function<void()> listener);

  // Which prims there are at all. A writer; a wider mask composes what it adds.
  const StagePopulationMask& GetPopulationMask() const;
  void SetPopulationMask(StagePopulationMask mask);
  // Adds the prims of the targets and connections that the predicates admit (null: all), of the prims that
  // `traversal` visits, then those of the prims so added, and so on.
  void ExpandPopulationMask(const PrimPredicate& traversal = PrimPredicate::Default(),
                            const std::function<bool(const Relationship&)>& relationships = {},
                            const std::function<bool(const Attribute&)>& attributes = {});

  // Notices. Listeners are called by the thread that edits, in the order in which they were added, after the
  // stage has been composed anew, with no lock held. What they edit is told of when all have heard of what
  // was before. One that is removed, by another listener too, is not called any more; what one throws goes no
  // further; one may end the stage: nobody else is told then. Adding and removing is safe from any thread.
  using Listener = std::function<void(const StageNotice&)>;
  uint64_t AddListener(Listener listener);
  void RemoveListener(uint64_t id);
  size_t GetListenerFailureCount() const;  // how often a listener has thrown

  // While one lives, edits of the stage's layers gather: the stage stays as it is until the outermost one
  // ends, then is composed once and tells of all in one notice. A writer.
  class ChangeBlock {
   public:
    explicit ChangeBlock(Stage& stage);
    ~ChangeBlock();
    ChangeBlock(const ChangeBlock&) = delete;
    ChangeBlock& operator=(const ChangeBlock&) = delete;

   private:
    StageRef stage_;
  };
  bool IsInChangeBlock() const;
  // Begins to hear of the edits of layers, where the stage was opened without.
  void FollowLayers();
  // Says which moves the edits of the block under way make, for GetPrimResyncType.
  void ExpectMoves(std::vector<NamespaceMove> moves);

  // Editing: layers announce their edits, and the stage follows at once, or when the change blocks of the
  // layer and of the stage have ended. An edit that a layer refuses changes nothing. Editing a layer writes
  // to all stages that use it: nobody reads them meanwhile. Handles of prims that are still there stay valid.
  // Recompose composes everything anew, for stages that do not follow their layers: change layers
  // through Layer, then compose anew. A writer: nobody reads meanwhile. Handles of
  // prims that are still there stay valid.
  void Recompose();
  // The same for edits that are known: what does not depend on them stays as it is. Costs what depends on
  // them.
  StageChanges Recompose(const compose::CacheEdits& edits);

  // Payloads. A writer, as Recompose; nothing is composed where nothing changes.
  const StageLoadRules& GetLoadRules() const;
  StageChanges SetLoadRules(StageLoadRules rules);
  // kAllRule or kOnlyRule.
  StageChanges Load(Path path, StageLoadRules::Rule how = StageLoadRules::Rule::kAllRule);
  StageChanges Unload(Path path);
  StageChanges LoadAndUnload(const std::vector<Path>& load, const std::vector<Path>& unload,
                             StageLoadRules::Rule how = StageLoadRules::Rule::kAllRule);

  // Weak reference: for those who hold on to a stage without owning it.
  StageRef GetRef() const;

  // For the files of this room and the rooms that stand on it.
  struct Impl;
  Impl& GetImpl() const { return *impl_; }

 private:
  Stage();
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::stage
