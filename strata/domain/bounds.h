// Bounding boxes of prims with everything below them, at one time, for some purposes.   (UsdGeomBBoxCache)
#pragma once

#include <memory>
#include <vector>

#include "strata/math/range.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/stage.h"

namespace strata::domain {

struct InstancerNest;

enum class ExtentsHints : uint8_t { kIgnore, kUse };  // of models, in place of what is below them
enum class Visibility : uint8_t { kRespect, kIgnore };

struct BoundsOptions {
  stage::Time time = stage::Time::Default();
  std::vector<Token> purposes = {Token("default")};
  ExtentsHints extents_hints = ExtentsHints::kIgnore;
  Visibility visibility = Visibility::kRespect;
  // What is computed in place of what is authored; null: nothing. Outlives the cache, which knows of no
  // changes of it: call Clear.
  const stage::ComputedValues* computed = nullptr;
};

// Asks each prim once and remembers, so that asking for a prim and then for those below it, or at another
// time for what does not vary, costs little. Works on the stage's executor; not to be used by several threads
// at a time. After changes of the stage it starts anew. The stage must outlive it.
class BoundsCache {
 public:
  explicit BoundsCache(const stage::Stage& stage, BoundsOptions options = {});
  // For the prototypes of a point instancer: `nest` is what lies around them.
  BoundsCache(const stage::Stage& stage, BoundsOptions options, const InstancerNest* nest);
  ~BoundsCache();
  BoundsCache(const BoundsCache&) = delete;
  BoundsCache& operator=(const BoundsCache&) = delete;

  const BoundsOptions& GetOptions() const;
  void SetTime(stage::Time time);
  void Clear();

  // Of the prim, its own transform not applied. A boundable prim is bounded by its extent: where none is
  // authored it is computed, and what lies below the prim does not count. Other prims are bounded by the
  // children that are active, defined, not abstract, and shown. Invisible prims count only when they, or
  // prims below them, are what is asked for. The box is along the axes of the nearest prim of kind
  // component or subcomponent, or instance, at or above the prim, else of the world.
  BBox3d ComputeUntransformedBound(const stage::Prim& prim);
  BBox3d ComputeLocalBound(const stage::Prim& prim);  // its own transform applied
  BBox3d ComputeWorldBound(const stage::Prim& prim);
  BBox3d ComputeRelativeBound(const stage::Prim& prim, const stage::Prim& ancestor);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::domain
