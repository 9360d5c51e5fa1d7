#include "strata/domain/metrics.h"

#include <fmt/format.h>

#include <cmath>

#include "strata/layer/fields.h"
#include "strata/stage/stage_impl.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Stage;

bool IsUnit(const Value& value) {
  const double* unit = value.GetIf<double>();
  return unit && std::isfinite(*unit) && *unit > 0;
}

bool IsAxis(const Value& value) {
  const Token* axis = value.GetIf<Token>();
  return axis && (*axis == "Y" || *axis == "Z");
}

bool IsTime(const Value& value) {
  const TimeCode* time = value.GetIf<TimeCode>();
  return time && std::isfinite(time->value);
}

bool IsName(const Value& value) {
  const Token* name = value.GetIf<Token>();
  return name && !name->IsEmpty();
}

// As the type of the metric, where that loses nothing but precision: files say 1 for 1.0, and times of stage
// metadata are plain numbers.
Value TakeAs(const MetricDefinition& definition, const Value& value) {
  const ValueTypeName* type = FindValueTypeName(definition.type_name);
  if (!type || value.GetType() == type->type) return value;
  if (type->type == ValueType::kTimeCode) {
    const Value number = CastValue(value, ValueType::kDouble);
    return number.IsEmpty() ? Value() : Value(TimeCode{number.Get<double>()});
  }
  return CastValue(value, type->type);
}

bool IsUsable(const MetricDefinition& definition, const Value& value) {
  return !value.IsEmpty() && (!definition.is_usable || definition.is_usable(value));
}

void Refuse(Diagnostics* remarks, Token name, SourceLocation where) {
  if (!remarks) return;
  remarks->Add(Diagnostic(
      kMetricUnusable, fmt::format("The value of {} cannot be: it is passed over.", name.GetText()),
      std::move(where), "Units are positive and finite numbers, an up axis is Y or Z, a time is finite."));
}

// What the prim itself says; nothing when it leaves the word to others.
std::optional<MetricValue> FindOwn(const Prim& prim, const MetricDefinition& definition,
                                   Diagnostics* remarks) {
  const auto ask = [&](Token schema, Token name) -> std::optional<MetricValue> {
    if (!prim.HasAPI(schema)) return std::nullopt;
    const stage::Attribute attribute = prim.GetAttribute(name);
    const Value authored = attribute.Get();
    if (authored.IsEmpty()) return std::nullopt;
    Value value = TakeAs(definition, authored);
    if (IsUsable(definition, value))
      return MetricValue{std::move(value), {MetricOrigin::kPrim, attribute.GetPath(), nullptr}};
    Refuse(remarks, name, {{}, attribute.GetPath().GetString(), 0, 0, 0});
    return std::nullopt;
  };
  if (auto own = ask(definition.schema, definition.attribute)) return own;
  for (const auto& [schema, name] : definition.aliases)
    if (auto own = ask(schema, name)) return own;
  return std::nullopt;
}

bool MaySpeak(const Prim& prim, const MetricTable& table) {
  const stage::PrimAccess access(prim);
  if (!access || !access.Index()) return false;
  if (!access.stage->options.schemas) return !prim.GetAppliedSchemas().empty();
  const schema::PrimDefinition* known = access.Get().definition;
  if (!known || known->GetAppliedSchemas().empty()) return false;
  for (const MetricDefinition& definition : table.GetAll()) {
    if (known->HasAPI(definition.schema)) return true;
    for (const auto& [schema, name] : definition.aliases)
      if (known->HasAPI(schema)) return true;
  }
  return false;
}

MetricValue FindOfStage(const Stage& stage, const MetricDefinition& definition, Diagnostics* remarks) {
  for (const layer::LayerPtr& layer : {stage.GetSessionLayer(), stage.GetRootLayer()}) {
    if (!layer || stage.IsLayerMuted(layer->GetIdentifier())) continue;
    MetricValue of_layer = ComputeLayerMetric(layer, definition, remarks);
    if (of_layer.source.origin == MetricOrigin::kStageMetadata) return of_layer;
  }
  return {definition.fallback, {}};
}

template <class T>
Metric<T> As(const MetricValue& metric) {
  return {metric.value.GetOr(T()), metric.source};
}

Metric<double> AsTime(const MetricValue& metric) {
  return {metric.value.GetOr(TimeCode{}).value, metric.source};
}

const MetricValue& Ask(const Prim& prim, uint32_t metric, MetricsCache* cache, MetricValue& room) {
  if (cache) return cache->Compute(prim, metric);
  room = ComputeMetric(prim, metric);
  return room;
}

template <class T>
Metric<T> GetOfStage(const Stage& stage, MetricTable::Standard metric) {
  return As<T>(FindOfStage(stage, MetricTable::GetStandard().GetAll()[metric], nullptr));
}

}  // namespace

std::string_view GetMetricOriginName(MetricOrigin origin) {
  switch (origin) {
    case MetricOrigin::kPrim:
      return "prim";
    case MetricOrigin::kStageMetadata:
      return "stage metadata";
    case MetricOrigin::kFallback:
      return "fallback";
  }
  return {};
}

MetricTable::MetricTable() {
  const layer::FieldNames& names = layer::GetFieldNames();
  const Token geom("GeomMetricsAPI"), physics("PhysicsMetricsAPI"), scene("SceneAPI"),
      spatial("SpatialMetricsAPI");
  const Token double_type("double"), token_type("token"), time_type("timecode");
  all_ = {
      {geom,
       names.metersPerUnit,
       double_type,
       names.metersPerUnit,
       Value(0.01),
       true,
       MetricCorrective::kScale,
       {{spatial, Token("spatial:metersPerUnit")}},
       IsUnit},
      {geom,
       names.upAxis,
       token_type,
       names.upAxis,
       Value(Token("Y")),
       true,
       MetricCorrective::kRotateX,
       {{spatial, Token("spatial:upAxis")}},
       IsAxis},
      {physics,
       names.kilogramsPerUnit,
       double_type,
       names.kilogramsPerUnit,
       Value(1.0),
       true,
       MetricCorrective::kNone,
       {},
       IsUnit},
      {scene,
       names.startTimeCode,
       time_type,
       names.startTimeCode,
       Value(TimeCode{0}),
       false,
       MetricCorrective::kNone,
       {},
       IsTime},
      {scene,
       names.endTimeCode,
       time_type,
       names.endTimeCode,
       Value(TimeCode{0}),
       false,
       MetricCorrective::kNone,
       {},
       IsTime},
      {Token("ColorSpaceAPI"),
       Token("colorSpace:name"),
       token_type,
       Token(),
       Value(),
       false,
       MetricCorrective::kNone,
       {},
       IsName},
  };
}

const MetricTable& MetricTable::GetStandard() {
  static const MetricTable table;
  return table;
}

uint32_t MetricTable::Add(MetricDefinition definition) {
  all_.push_back(std::move(definition));
  return static_cast<uint32_t>(all_.size() - 1);
}

MetricsCache::MetricsCache(const Stage& stage, const MetricTable& table) : stage_(stage), table_(table) {
  Clear();
}

void MetricsCache::Clear() {
  generation_ = stage_.GetRef().GetGeneration();
  entries_.clear();
  remarks_.Clear();
  Entry& of_stage = entries_.emplace_back();
  for (const MetricDefinition& definition : table_.GetAll())
    of_stage.push_back(FindOfStage(stage_, definition, &remarks_));
  by_record_.clear();
  proxies_.clear();
}

uint32_t* MetricsCache::FindPlace(const Prim& prim, uint32_t record, bool is_proxy) {
  if (is_proxy) {
    ++hash_lookups_;
    return &proxies_[prim.GetPath()];
  }
  if (record >= by_record_.size())
    by_record_.resize(std::max<size_t>(record + 1, stage_.GetImpl().records.size()));
  return &by_record_[record];
}

uint32_t MetricsCache::MakeEntry(const Prim& prim, uint32_t inherited) {
  ++visits_;
  if (!MaySpeak(prim, table_)) return inherited;
  std::vector<std::pair<uint32_t, MetricValue>> own;
  for (uint32_t i = 0; i < table_.GetAll().size(); ++i)
    if (auto value = FindOwn(prim, table_.GetAll()[i], &remarks_)) own.emplace_back(i, std::move(*value));
  if (own.empty()) return inherited;
  Entry entry = entries_[inherited];
  for (auto& [metric, value] : own) entry[metric] = std::move(value);
  entries_.push_back(std::move(entry));
  return static_cast<uint32_t>(entries_.size() - 1);
}

// Up to the nearest ancestor that is known, then down again.
uint32_t MetricsCache::FindEntry(const Prim& prim) {
  struct Step {
    Prim prim;
    uint32_t record;
    bool is_proxy;
  };
  std::vector<Step> steps;
  uint32_t entry = 0;
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    const uint32_t record = at.GetRecord();
    const bool is_proxy = stage_.GetImpl().Record(record).path != at.GetPath();
    if (const uint32_t known = *FindPlace(at, record, is_proxy)) {
      entry = known - 1;
      break;
    }
    steps.push_back({at, record, is_proxy});
  }
  for (size_t i = steps.size(); i-- > 0;) {
    entry = MakeEntry(steps[i].prim, entry);
    // The place of a proxy may have moved since: its table grows.
    if (steps[i].is_proxy) {
      proxies_[steps[i].prim.GetPath()] = entry + 1;
    } else {
      by_record_[steps[i].record] = entry + 1;
    }
  }
  return entry;
}

const MetricValue& MetricsCache::Compute(const Prim& prim, uint32_t metric) {
  if (generation_ != stage_.GetRef().GetGeneration()) Clear();
  return entries_[FindEntry(prim)][metric];
}

MetricValue ComputeMetric(const Prim& prim, uint32_t metric, const MetricTable& table) {
  const MetricDefinition& definition = table.GetAll()[metric];
  for (Prim at = prim; at && !at.IsPseudoRoot(); at = at.GetParent())
    if (auto own = FindOwn(at, definition, nullptr)) return std::move(*own);
  if (!prim) return {definition.fallback, {}};
  return FindOfStage(*prim.GetStage(), definition, nullptr);
}

MetricValue ComputeLayerMetric(const layer::LayerPtr& layer, const MetricDefinition& definition,
                               Diagnostics* remarks) {
  const Value* authored = definition.stage_field.IsEmpty()
                              ? nullptr
                              : layer->GetField(Path::AbsoluteRoot(), definition.stage_field);
  if (authored) {
    Value value = TakeAs(definition, *authored);
    if (IsUsable(definition, value)) return {std::move(value), {MetricOrigin::kStageMetadata, Path(), layer}};
    Refuse(remarks, definition.stage_field, {layer->GetIdentifier(), "/", 0, 0, 0});
  }
  return {definition.fallback, {}};
}

Metric<double> ComputeMetersPerUnit(const Prim& prim, MetricsCache* cache) {
  MetricValue room;
  return As<double>(Ask(prim, MetricTable::kMetersPerUnit, cache, room));
}

Metric<Token> ComputeUpAxis(const Prim& prim, MetricsCache* cache) {
  MetricValue room;
  return As<Token>(Ask(prim, MetricTable::kUpAxis, cache, room));
}

Metric<double> ComputeKilogramsPerUnit(const Prim& prim, MetricsCache* cache) {
  MetricValue room;
  return As<double>(Ask(prim, MetricTable::kKilogramsPerUnit, cache, room));
}

TimeCodeRange ComputeTimeCodeRange(const Prim& prim, MetricsCache* cache) {
  MetricValue room;
  TimeCodeRange range;
  range.start = AsTime(Ask(prim, MetricTable::kStartTimeCode, cache, room));
  range.end = AsTime(Ask(prim, MetricTable::kEndTimeCode, cache, room));
  return range;
}

Metric<double> GetStageMetersPerUnit(const Stage& stage) {
  return GetOfStage<double>(stage, MetricTable::kMetersPerUnit);
}
Metric<Token> GetStageUpAxis(const Stage& stage) {
  return GetOfStage<Token>(stage, MetricTable::kUpAxis);
}
Metric<double> GetStageKilogramsPerUnit(const Stage& stage) {
  return GetOfStage<double>(stage, MetricTable::kKilogramsPerUnit);
}
bool StageHasAuthoredMetersPerUnit(const Stage& stage) {
  return stage.HasAuthoredMetadata(layer::GetFieldNames().metersPerUnit);
}
bool StageHasAuthoredKilogramsPerUnit(const Stage& stage) {
  return stage.HasAuthoredMetadata(layer::GetFieldNames().kilogramsPerUnit);
}

ColorConfiguration GetColorConfiguration(const Stage& stage, const ColorConfiguration& fallbacks) {
  const layer::FieldNames& names = layer::GetFieldNames();
  ColorConfiguration configuration = fallbacks;
  if (stage.HasAuthoredMetadata(names.colorConfiguration))
    configuration.configuration = stage.GetMetadata(names.colorConfiguration).GetOr(AssetPath());
  if (stage.HasAuthoredMetadata(names.colorManagementSystem))
    configuration.management_system = stage.GetMetadata(names.colorManagementSystem).GetOr(Token());
  return configuration;
}

bool LinearUnitsAre(double authored, double standard, double epsilon) {
  if (!(authored > 0) || !(standard > 0)) return false;
  const double difference = std::abs(authored - standard);
  return difference / authored < epsilon && difference / standard < epsilon;
}

}  // namespace strata::domain
