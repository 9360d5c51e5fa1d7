// The door of `stage`: the composed scene and the values in it.   (UsdStage, UsdPrim, UsdAttribute,
// UsdRelationship)
//
// Threads: many readers or one writer. Owners: whoever opened a stage owns it (a context, or the caller);
// prims and properties are handles that test false once their stage is gone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/layer/registry.h"
#include "strata/schema/registry.h"
#include "strata/stage/attribute.h"
#include "strata/stage/flatten.h"
#include "strata/stage/load_rules.h"
#include "strata/stage/prim.h"
#include "strata/stage/property.h"
#include "strata/stage/relationship.h"
#include "strata/stage/resolve_info.h"
#include "strata/stage/stage_changes.h"
#include "strata/stage/time.h"

namespace strata::stage {

inline constexpr DiagnosticCode kStageUnopened{"stage.unopened", Severity::kError,
                                               "A stage cannot be opened."};

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
  std::set<std::string> muted_layers;
  // Where to look for what is neither absolute nor beside the layer that names it. None: what the resolver
  // makes of the root layer's place (CreateDefaultContextForAsset), nothing for anonymous root layers.
  std::optional<asset::ResolverContext> resolver_context;
  InterpolationType interpolation = InterpolationType::kLinear;
  Budgets budgets;
  Executor* executor = nullptr;
  layer::OpenOptions::SourceMaps source_maps = layer::OpenOptions::SourceMaps::kNone;
  std::shared_ptr<const schema::Registry> schemas;  // null: no schemas are known
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

  // Editing: change layers through Layer, then compose anew. A writer: nobody reads meanwhile. Handles of
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
