// What numbers of a prim mean: units, up axis, time range, colour space, as applied schemas that inherit down
// namespace.
//
// A metric of a prim is what the nearest prim at or above it says that applies the metric's schema and has a
// value; else what the stage's metadata says (session layer over root layer); else a fixed fallback. Each
// attribute is looked up by itself. A value whose schema is not applied says nothing, and a value that cannot
// be (a unit that is not positive and finite, an axis other than Y and Z) is passed over with a remark.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/base/diagnostic.h"
#include "strata/stage/stage.h"

namespace strata::domain {

inline constexpr DiagnosticCode kMetricUnusable{"domain.metric-unusable", Severity::kWarning,
                                                "A metric has a value that cannot be."};

enum class MetricOrigin : uint8_t { kPrim, kStageMetadata, kFallback };
std::string_view GetMetricOriginName(MetricOrigin origin);  // "prim", "stage metadata", "fallback"

// Where a metric comes from.
struct MetricSource {
  MetricOrigin origin = MetricOrigin::kFallback;
  Path attribute;         // of kPrim: what says it
  layer::LayerPtr layer;  // of kStageMetadata: the session layer or the root layer
  Path GetPrimPath() const { return attribute.IsEmpty() ? Path() : attribute.GetPrimPath(); }
  friend bool operator==(const MetricSource&, const MetricSource&) = default;
};

template <class T>
struct Metric {
  T value{};
  MetricSource source;
};

// How a difference of a metric between an asset and the scene that references it can be made good by a
// transform.
enum class MetricCorrective : uint8_t { kNone, kScale, kRotateX };

// One metric: which attribute of which applied schema says it, and what else does.
struct MetricDefinition {
  Token schema;
  Token attribute;
  Token type_name;    // of the attribute
  Token stage_field;  // layer metadata of the same meaning; empty: none
  Value fallback;     // empty: none
  // Whether the fallback is also what an asset means that says nothing: of units, not of time ranges.
  bool fallback_is_meant = true;
  MetricCorrective corrective = MetricCorrective::kNone;
  std::vector<std::pair<Token, Token>> aliases;  // other schemas and attributes that are read the same
  // Whether a value can be; null: any.
  bool (*is_usable)(const Value& value) = nullptr;
};

// The metrics that are computed together. A domain of the host's own adds its metric once and passes the
// table to caches and to AddReferenceWithMetrics.
class MetricTable {
 public:
  // Numbers of the metrics that every table has.
  enum Standard : uint32_t {
    kMetersPerUnit,
    kUpAxis,
    kKilogramsPerUnit,
    kStartTimeCode,
    kEndTimeCode,
    kColorSpaceName,
    kStandardCount
  };
  MetricTable();  // the standard ones
  static const MetricTable& GetStandard();
  uint32_t Add(MetricDefinition definition);  // its number
  const std::vector<MetricDefinition>& GetAll() const { return all_; }

 private:
  std::vector<MetricDefinition> all_;
};

struct MetricValue {
  Value value;  // empty: nobody says anything, and there is no fallback
  MetricSource source;
};

// Remembers the metrics of prims. Asking for each prim of a stage costs one look at each prim's schemas:
// outside of instances no hash table is asked at all, inside of them one each. Prims that say nothing share
// what their parents have. Not for several threads at a time. Composing the stage anew empties it; after
// other edits of metrics call Clear. The stage must outlive it.
class MetricsCache {
 public:
  explicit MetricsCache(const stage::Stage& stage, const MetricTable& table = MetricTable::GetStandard());
  const stage::Stage& GetStage() const { return stage_; }
  const MetricTable& GetTable() const { return table_; }
  // REQUIRES: `prim` is of the stage, `metric` of the table. Valid until the next call.
  const MetricValue& Compute(const stage::Prim& prim, uint32_t metric);
  void Clear();

  size_t GetHashLookupCount() const { return hash_lookups_; }
  size_t GetPrimVisitCount() const { return visits_; }  // prims whose schemas were looked at
  const Diagnostics& GetRemarks() const { return remarks_; }

 private:
  using Entry = std::vector<MetricValue>;  // by metric
  uint32_t FindEntry(const stage::Prim& prim);
  uint32_t* FindPlace(const stage::Prim& prim, uint32_t record, bool is_proxy);
  uint32_t MakeEntry(const stage::Prim& prim, uint32_t inherited);

  const stage::Stage& stage_;
  const MetricTable& table_;
  std::vector<Entry> entries_;              // [0]: of the stage
  std::vector<uint32_t> by_record_;         // entry + 1; 0: not known
  tsl::robin_map<Path, uint32_t> proxies_;  // the same, of instance proxies
  uint32_t generation_ = 0;
  size_t hash_lookups_ = 0, visits_ = 0;
  Diagnostics remarks_;
};

// Without a cache each costs a look at every ancestor.
MetricValue ComputeMetric(const stage::Prim& prim, uint32_t metric,
                          const MetricTable& table = MetricTable::GetStandard());
// What the metadata of one layer says, else the fallback; needs no more of the layer than its metadata.
MetricValue ComputeLayerMetric(const layer::LayerPtr& layer, const MetricDefinition& definition,
                               Diagnostics* remarks = nullptr);

Metric<double> ComputeMetersPerUnit(const stage::Prim& prim, MetricsCache* cache = nullptr);
Metric<Token> ComputeUpAxis(const stage::Prim& prim, MetricsCache* cache = nullptr);
Metric<double> ComputeKilogramsPerUnit(const stage::Prim& prim, MetricsCache* cache = nullptr);
// In the stage's time, whichever arcs brought the prim that says it.
struct TimeCodeRange {
  Metric<double> start, end;
};
TimeCodeRange ComputeTimeCodeRange(const stage::Prim& prim, MetricsCache* cache = nullptr);

// What the stage's own metadata says: session layer over root layer, else the fallback; prims are not asked.
// For readers of old scenes; ask a prim where there is one.   (UsdGeomGetStageMetersPerUnit and others)
Metric<double> GetStageMetersPerUnit(const stage::Stage& stage);
Metric<Token> GetStageUpAxis(const stage::Stage& stage);
Metric<double> GetStageKilogramsPerUnit(const stage::Stage& stage);
bool StageHasAuthoredMetersPerUnit(const stage::Stage& stage);
bool StageHasAuthoredKilogramsPerUnit(const stage::Stage& stage);

// Which names colours by, for whole scenes: never by prim, never through references.
struct ColorConfiguration {
  AssetPath configuration{};  // colorConfiguration
  Token management_system;    // colorManagementSystem
};
// Session layer over root layer, else `fallbacks`.
ColorConfiguration GetColorConfiguration(const stage::Stage& stage, const ColorConfiguration& fallbacks = {});

// Whether two units are the same but for rounding.   (UsdGeomLinearUnitsAre)
bool LinearUnitsAre(double authored, double standard, double epsilon = 1e-5);

}  // namespace strata::domain
