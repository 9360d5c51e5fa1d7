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
  MapFunction AddRootIdentity() const;                         // the same, with "/" to "/"
  Path MapSourceToTarget(Path path) const;  // empty when outside; target paths inside [ ] are mapped too
  Path MapTargetToSource(Path path) const;
  const LayerOffset& GetTimeOffset() const { return offset_; }
  MapFunction Compose(const MapFunction& inner) const;         // this after inner
  MapFunction ComposeOffset(const LayerOffset& offset) const;  // this after a map of time alone
  MapFunction GetInverse() const;
  std::vector<Pair> GetPairs() const;  // with the root identity, sorted
  size_t GetHash() const;
  friend bool operator==(const MapFunction& a, const MapFunction& b);

 private:
  using Pairs = std::vector<Pair>;
  static MapFunction Make(Pairs pairs, bool has_root_identity, LayerOffset offset);
  enum class Direction : uint8_t { kForward, kBackward };
  Path Map(Path path, Direction direction) const;
  Path MapPrefix(Path path, Direction direction) const;

  std::shared_ptr<const std::vector<Pair>> pairs_;  // without the root identity
  LayerOffset offset_;
  bool has_root_identity_ = false;
};

}  // namespace strata::compose
