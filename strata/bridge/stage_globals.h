// What the data sources of one stage share: the time, and what depends on it.
// (UsdImagingDataSourceStageGlobals)
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/scene/changes.h"
#include "strata/scene/handle.h"
#include "strata/stage/attribute_query.h"
#include "strata/stage/computed_values.h"
#include "strata/stage/stage.h"

namespace strata::bridge {

// Which times of an attribute count as different when the time moves.
enum class TimeRule : uint8_t {
  kChanged,  // those whose values may differ, up to a frame before and after
  kAny,      // all, as Hydra has it: held values and values outside all samples are dirtied too
};

// Which data prims have.
enum class DataForm : uint8_t {
  kNewest,  // all that is known of them
  k2408,  // as OpenUSD 24.08 had it: neither element sizes nor colour spaces of primvars, and what is said of
          // rendering not at all
};

class StageGlobals final : public scene::Counted {
 public:
  // What is computed in place of what is authored; null: nothing.
  explicit StageGlobals(TimeRule rule, DataForm form = DataForm::kNewest,
                        std::shared_ptr<const stage::ComputedValues> computed = nullptr)
      : rule_(rule), form_(form), computed_(std::move(computed)) {}
  DataForm GetDataForm() const { return form_; }
  const stage::ComputedValues* GetComputed() const { return computed_.get(); }
  // Whether an instance shows its own prims in place of its prototype's.
  bool IsTakenApart(const stage::Prim& instance) const {
    return computed_ && computed_->IsTakenApart(instance);
  }

  double GetTime() const { return time_; }
  stage::Time GetStageTime(double shutter_offset) const { return stage::Time(time_ + shutter_offset); }
  // For data sources when they are made: what they say of the prim changes with time. Thread-safe.
  void FlagAsTimeVarying(Path prim, const scene::DataSourceLocator& locator,
                         std::vector<stage::Attribute> attributes) const;
  // For who flagged a locator that nobody else does.
  void Unflag(Path prim, const scene::DataSourceLocator& locator) const;

  // For the index alone; nobody reads meanwhile.
  void SetTime(double time) { time_ = time; }
  // What a move from the time to another one dirties.
  std::vector<scene::DirtiedPrim> CollectDirty(double to) const;
  // The prims at and below are made anew.
  void Forget(const std::vector<Path>& roots);
  size_t GetTimeVaryingCount() const;

 private:
  struct Dependent {
    scene::DataSourceLocator locator;
    std::vector<stage::AttributeQuery> attributes;
  };
  using Dependents = std::vector<Dependent>;  // of one prim
  struct Varying {
    Path prim;
    Dependents* dependents;
    scene::DataSourceLocatorSet all;  // of the dependents
  };
  struct Shard {
    mutable std::mutex mutex;
    tsl::robin_map<Path, std::unique_ptr<Dependents>> dependents;  // guarded by mutex
  };
  void SortDependents() const;
  static constexpr size_t kShards = 16;

  TimeRule rule_;
  DataForm form_;
  std::shared_ptr<const stage::ComputedValues> computed_;
  double time_ = 0;
  mutable std::array<Shard, kShards> shards_;
  // Those of all shards by path, as long as nothing was flagged or forgotten since.
  mutable std::vector<Varying> sorted_;
  mutable std::atomic<bool> is_sorted_ = false;
};
using StageGlobalsPtr = scene::Handle<const StageGlobals>;

// A prim and what its data sources share.
struct PrimSource {
  stage::Prim prim;
  StageGlobalsPtr globals;
};

}  // namespace strata::bridge
