// The computations of a stage for those who ask: values, requests that tell when they must be made again, and
// what is computed in place of what is authored.   (ExecUsdSystem)
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "strata/compute/network.h"
#include "strata/compute/outside.h"
#include "strata/scene/changes.h"
#include "strata/stage/computed_values.h"

namespace strata::compute {

struct SystemOptions {
  NetworkOptions network;
  // Whether it hears of changes of the stage by itself, or is told.
  enum class Follow : uint8_t { kStage, kNothing } follow = Follow::kStage;
  // What it gives lives while answers are made for who asked: such a host lets its lock go meanwhile, since
  // functions on other threads may need it. Null: nothing is done.
  std::function<std::shared_ptr<void>()> while_asked;
};

// What changes of a stage mean beyond what the stage itself tells.
struct ComputedChanges {
  // Prims whose published outputs may differ; instance proxies that somebody asked for are among them.
  std::vector<scene::DirtiedPrim> published;
  std::vector<Path> properties;  // attributes whose computed values may differ
  bool is_everything = false;    // other computations have an effect in the stage than before
};

inline constexpr DiagnosticCode kOverrideUnusable{
    "compute.override-unusable", Severity::kError,
    "A value that stands in for an attribute's cannot be one of it."};

class Request;

// Holds the stage. Threads: as the network, whose Ask and BeginChanges guard what is not const here, too.
class System final : public stage::ComputedValues {
 public:
  System(stage::StagePtr stage, std::shared_ptr<const Registry> registry, SystemOptions options = {});
  ~System() override;
  const stage::StagePtr& GetStage() const { return stage_; }
  const Registry& GetRegistry() const { return *registry_; }
  Network& GetNetwork() { return network_; }
  const Network& GetNetwork() const { return network_; }

  // Empty where the prim has no such output, and where it has no answer.
  Datum Compute(const stage::Prim& prim, Token output, stage::Time time) const;
  // Several at a time (null: no answer), on the executor of the stage where it has one.
  std::vector<Datum> Compute(const std::vector<Network::Node*>& nodes, stage::Time time) const;

  // What renderers and caches see in place of what is authored.
  bool MightCompute(const stage::Prim& prim) const override;
  std::optional<Value> GetValue(const stage::Attribute& attribute, stage::Time time) const override;
  std::optional<stage::ComputedTransform> GetLocalTransform(const stage::Prim& prim,
                                                            stage::Time time) const override;
  bool TransformMightVary(const stage::Prim& prim) const override;
  bool ValuesMightVary(const stage::Prim& prim) const override;
  std::optional<std::vector<double>> GetValueTimes(const stage::Attribute& attribute, double begin,
                                                   double end) const override;
  // Where what is in an instance is computed from what stands above it.
  bool IsTakenApart(const stage::Prim& instance) const override;
  // Publications of outputs that are computed for the prim by its schemas, or for all prims of this stage.
  std::vector<const Registry::Publication*> FindPublished(const stage::Prim& prim) const;
  // Under which names scenes hold the prim's transform as it is authored, where one is computed.
  std::vector<Token> FindAuthoredNames(const stage::Prim& prim) const;
  // Whether some definition that was looked at has any: until then scenes cost nothing.
  bool IsActive() const { return is_active_; }
  void Look(const schema::PrimDefinition* definition) const;

  // Of the prims of a notice that have other API schemas: those for which what is computed of others follows
  // from inputs alone. What a computation asks of prims itself (Computation::is_for) may reach farther.
  std::vector<stage::Redefinition> FindRedefinitions(const stage::ObjectsChanged& objects) const;
  // Told by whoever hears of changes; tells requests.
  ComputedChanges Apply(NetworkChanges changes);
  ComputedChanges ChangeTime(stage::Time from, stage::Time to);
  ComputedChanges Clear();
  // Outputs that their functions make otherwise now: files that they were made of have changed. Tells the
  // listener, too.
  void Invalidate(std::vector<ValueKey> outputs);

  // Hears of changes that no notice of the stage tells of: units of layers were edited.
  void SetListener(std::function<void(ComputedChanges)> listener) { on_changes_ = std::move(listener); }

  // Called with the numbers of keys whose values must be made again. Of a value that was not computed since
  // it was told of last, nothing is told.
  using Invalidation = std::function<void(const std::vector<size_t>& keys)>;
  std::shared_ptr<Request> MakeRequest(std::vector<ValueKey> keys, Invalidation on_values = {},
                                       Invalidation on_time = {});

  // What is wrong now, by prim.
  Diagnostics GetDiagnostics() const;

 private:
  struct Published {
    std::vector<const Registry::Publication*> publications;
    std::vector<const AttributeExpression*> expressions;
    std::vector<Token> authored_names;  // of transforms
  };
  void TellOfConflict(const stage::Attribute& attribute, const AttributeExpression& one,
                      const AttributeExpression& other) const;
  const Published& FindPublished(const schema::PrimDefinition* definition) const;
  // Null where a function of a computation makes the changes: they are kept for the next ones.
  std::unique_ptr<Access::Changing> BeginChanges(NetworkChanges& changes);
  // A call of somebody who asked, for when others may ask again.
  struct Telling {
    std::shared_ptr<Request> request;
    Invalidation Request::* callback;
    std::vector<size_t> keys;
  };
  static void Tell(const std::vector<Telling>& tellings);
  // These with the network's BeginChanges.
  ComputedChanges ApplyAlone(NetworkChanges changes, std::vector<Telling>& tellings);
  // What was asked for in vain of prims at and below those that are `resynced` may be there now.
  ComputedChanges Publish(const std::vector<ValueKey>& keys, std::vector<Telling>& tellings,
                          const std::vector<Path>& resynced, Invalidation Request::* callback);
  std::vector<std::shared_ptr<Request>> TakeRequests();
  // Whether other ones are used than before.
  bool FindExpressions();
  void WatchLayers();

  stage::StagePtr stage_;
  std::shared_ptr<const Registry> registry_;
  Network network_;
  OutsideNeeds outside_;
  std::function<std::shared_ptr<void>()> while_asked_;
  uint64_t listener_ = 0;
  NetworkChanges kept_;                                  // until the next ones
  std::vector<const AttributeExpression*> expressions_;  // that are used in the stage
  std::mutex requests_mutex_;
  std::vector<std::weak_ptr<Request>> requests_;  // guarded by requests_mutex_
  std::map<layer::LayerPtr, uint64_t> watched_;   // listeners by layer, where layers' metadata count
  bool watches_layers_ = false;
  std::function<void(ComputedChanges)> on_changes_;
  mutable std::atomic<bool> is_active_ = false, has_conflicts_ = false;
  mutable std::shared_mutex mutex_;  // among those who ask; guards what follows
  mutable tsl::robin_map<const schema::PrimDefinition*, std::unique_ptr<Published>> published_;
  mutable std::map<std::pair<std::string, std::string>, Diagnostic> conflicts_;  // by prim and attribute
};

// Values that are asked for together, again and again.   (ExecUsdRequest, ExecUsdCacheView)
class Request {
 public:
  const std::vector<ValueKey>& GetKeys() const { return keys_; }
  // In the order of the keys.
  std::vector<Datum> Compute(stage::Time time);
  // As if the layers that give attributes their values said these; nothing is kept. So a value is in the
  // units of that layer, and turned into the prim's as its own. It may be of another type that casts to the
  // attribute's. What names no attribute of a prim, or cannot be cast, is a remark, and nothing has an
  // answer.
  std::vector<Datum> ComputeWithOverrides(stage::Time time, const Overrides& overrides, Diagnostics& remarks);

 private:
  friend class System;
  Request(const System& system, std::vector<ValueKey> keys) : system_(system), keys_(std::move(keys)) {}
  const System& system_;  // outlives it
  std::vector<ValueKey> keys_;
  // Found once, and anew when the network's generation is another.
  const std::vector<Network::Node*>& FindNodes();
  std::vector<Network::Node*> nodes_;
  uint64_t generation_ = 0;
  bool has_nodes_ = false;
  std::vector<bool> is_computed_;  // since it was told of last
  System::Invalidation on_values_, on_time_;
};

}  // namespace strata::compute
