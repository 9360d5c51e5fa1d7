// How paths and times of one node's namespace appear in another's.   (PcpMapFunction)
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "strata/path/path.h"
#include "strata/value/time.h"

namespace strata::compose {

// Immutable, cheap to copy (shared pairs). Path pairs are canonical: sorted, none implied by another. A pair
// with an empty target blocks its source. The default one maps nothing.
class MapFunction {
 public:
  using Pair = std::pair<Path, Path>;  // source, target

  MapFunction() = default;
  static MapFunction Identity();
  static MapFunction Create(std::vector<Pair> source_to_target, LayerOffset offset = {});

  bool IsNull() const { return !pairs_ && !has_root_identity_; }
  bool IsIdentity() const { return has_root_identity_ && !pairs_ && offset_.IsIdentity(); }
  bool IsIdentityPathMapping() const { return has_root_identity_ && !pairs_; }
  bool HasRootIdentity() const { return has_root_identity_; }  // maps "/" to "/"
  MapFunction AddRootIdentity() const;                         // the same pairs with "/" to "/"; not deferred
  // The same, to be kept as a step of its own by whatever it is composed with: a path takes one step after
  // the other, and goes nowhere when one of them has no place for it. The pairs are those of the whole, which
  // may have a place for more.   (PcpMapFunction::DeferredComposition)
  MapFunction Defer() const;
  bool IsDeferred() const { return steps_ != nullptr; }
  std::vector<MapFunction> GetSteps() const;  // the last first; of one that is not deferred, itself
  // What `class_map`, of a class in the namespace that `transfer` maps from, is in the one it maps to.
  //   (PcpMapFunction::ImpliedClass)
  static MapFunction ImpliedClass(const MapFunction& transfer, const MapFunction& class_map);
  Path MapSourceToTarget(Path path) const;  // empty when outside; target paths inside [ ] are mapped too
  Path MapTargetToSource(Path path) const;
  const LayerOffset& GetTimeOffset() const { return offset_; }
  MapFunction Compose(const MapFunction& inner) const;         // this after inner
  MapFunction ComposeOffset(const LayerOffset& offset) const;  // this after a map of time alone
  MapFunction GetInverse() const;
  std::vector<Pair> GetPairs() const;                                  // with the root identity, sorted
  size_t GetPairCount() const { return pairs_ ? pairs_->size() : 0; }  // without the root identity
  size_t GetHash() const;
  friend bool operator==(const MapFunction& a, const MapFunction& b);

 private:
  using Pairs = std::vector<Pair>;
  using Steps = std::vector<MapFunction>;
  static MapFunction Make(Pairs pairs, bool has_root_identity, LayerOffset offset);
  static MapFunction FromSteps(Steps steps);
  MapFunction ComposePairs(const MapFunction& inner) const;
  void AppendStepsTo(Steps& steps) const;
  enum class Direction : uint8_t { kForward, kBackward };
  Path Map(Path path, Direction direction) const;
  Path MapPrefix(Path path, Direction direction) const;

  std::shared_ptr<const std::vector<Pair>> pairs_;  // without the root identity
  LayerOffset offset_;
  bool has_root_identity_ = false;
  std::shared_ptr<const Steps> steps_;  // of a deferred one: none of them deferred, the last first
};

}  // namespace strata::compose
