#include "strata/domain/metrics_editing.h"

#include <fmt/format.h>

#include <algorithm>

#include "strata/domain/names.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"

namespace strata::domain {

namespace {

using stage::Editor;
using stage::Prim;
using stage::Stage;

constexpr const char* kScaleOp = "xformOp:scale:unitsResolve";
constexpr const char* kRotateOp = "xformOp:rotateX:unitsResolve";

TokenListOp AddSchema(const Value* authored, Token schema) {
  TokenListOp op = authored ? authored->GetOr(TokenListOp()) : TokenListOp();
  if (op.is_explicit) {
    if (!op.HasItem(schema)) op.explicit_items.push_back(schema);
    return op;
  }
  std::erase(op.deleted_items, schema);
  if (!op.HasItem(schema)) op.prepended_items.push_back(schema);
  return op;
}

Result<void> ApplySchema(Editor& editor, const Prim& prim, Token schema) {
  if (prim.HasAPI(schema)) return {};
  const Token field = layer::GetFieldNames().apiSchemas;
  const Path spec = editor.GetEditTarget().MapToSpecPath(prim.GetPath());
  const Value* authored = editor.GetEditTarget().GetLayer()->GetField(spec, field);
  return editor.SetMetadata(prim.GetPath(), field, Value(AddSchema(authored, schema)));
}

Result<void> SetAttribute(Editor& editor, Path attribute, Token type_name, Variability variability,
                          Value value) {
  auto made = editor.CreateAttribute(attribute, type_name, Editor::Custom::kNo, variability);
  if (!made) return made.TakeError();
  return editor.Set(attribute, std::move(value));
}

Result<void> Apply(Editor& editor, const Prim& prim, const MetricDefinition& definition, const Value& value) {
  STRATA_CHECK(ApplySchema(editor, prim, definition.schema));
  return SetAttribute(editor, prim.GetPath().AppendProperty(definition.attribute), definition.type_name,
                      Variability::kUniform, value);
}

// The op last in the order: it is what points meet first.
Result<void> AddOp(Editor& editor, const Prim& prim, Token op, const char* type_name, Value value) {
  STRATA_CHECK(SetAttribute(editor, prim.GetPath().AppendProperty(op), Token(type_name),
                            Variability::kVarying, std::move(value)));
  const Token order_name = GetNames().xformOpOrder;
  Array<Token> order = prim.GetAttribute(order_name).Get().GetOr(Array<Token>());
  if (std::find(order.begin(), order.end(), op) != order.end()) return {};
  order.PushBack(op);
  return SetAttribute(editor, prim.GetPath().AppendProperty(order_name), Token("token[]"),
                      Variability::kUniform, Value(std::move(order)));
}

Result<void> Correct(Editor& editor, const Prim& prim, MetricCorrective corrective, const MetricValue& asset,
                     const MetricValue& scene) {
  if (corrective == MetricCorrective::kRotateX) {
    const double degrees = asset.value.GetOr(Token()) == "Z" ? -90 : 90;
    return AddOp(editor, prim, Token(kRotateOp), "double", Value(degrees));
  }
  const double factor = asset.value.GetOr(1.0) / scene.value.GetOr(1.0);
  return AddOp(editor, prim, Token(kScaleOp), "double3", Value(Vec3d{factor, factor, factor}));
}

// What the asset means where its prim says nothing itself.
struct AssetMetrics {
  std::vector<MetricValue> values;
  LayerOffset to_stage;  // of its times
};

Result<AssetMetrics> FindAssetMetrics(const Stage& stage, const Editor& editor, const Reference& reference,
                                      const MetricTable& table, Diagnostics& diagnostics) {
  const layer::LayerPtr& edited = editor.GetEditTarget().GetLayer();
  const auto& registry = stage.GetLayerRegistry();
  AssetMetrics metrics;
  metrics.to_stage = editor.GetEditTarget().GetLayerToStage() * reference.offset;
  const bool is_internal = reference.asset_path.empty();
  const bool is_below_root = !reference.prim_path.IsEmpty() && !reference.prim_path.IsRootPrim();
  layer::OpenOptions open;
  if (stage.GetOpenOptions().resolver_context) open.context = *stage.GetOpenOptions().resolver_context;
  if (!is_below_root) open.scope = layer::ReadScope::kMetadataOnly;
  const layer::LayerPtr layer =
      is_internal ? edited : registry->FindOrOpen(reference.asset_path, edited.get(), open, diagnostics);
  if (!layer) {
    return Diagnostic(kReferenceTargetUnknown,
                      fmt::format("The asset @{}@ cannot be opened.", reference.asset_path),
                      {edited->GetIdentifier(), {}, 0, 0, 0}, "Name a layer that exists.");
  }
  if (!is_internal) {
    metrics.to_stage =
        metrics.to_stage * LayerOffset{0, edited->GetTimeCodesPerSecond() / layer->GetTimeCodesPerSecond()};
  }
  if (is_below_root) {
    auto found = ComputeMetricsForReferenceTarget(registry, layer, reference.prim_path,
                                                  stage.GetOpenOptions(), diagnostics, table);
    if (!found) return found.TakeError();
    metrics.values = std::move(*found);
    return metrics;
  }
  for (const MetricDefinition& definition : table.GetAll())
    metrics.values.push_back(ComputeLayerMetric(layer, definition));
  return metrics;
}

}  // namespace

Result<std::vector<MetricValue>> ComputeMetricsForReferenceTarget(
    const std::shared_ptr<layer::LayerRegistry>& registry, const layer::LayerPtr& layer, Path path,
    const stage::OpenOptions& options, Diagnostics& diagnostics, const MetricTable& table) {
  stage::OpenOptions open;
  open.session_layer = stage::OpenOptions::Session::kNone;
  open.schemas = options.schemas;
  open.executor = options.executor;
  open.budgets = options.budgets;
  open.resolver_context = options.resolver_context;
  open.variant_fallbacks = options.variant_fallbacks;
  auto opened = Stage::Open(registry, layer, open, diagnostics);
  if (!opened) return opened.TakeError();
  const Prim prim = path.IsEmpty() ? (*opened)->GetDefaultPrim() : (*opened)->GetPrimAtPath(path);
  if (!prim) {
    return Diagnostic(kReferenceTargetUnknown,
                      path.IsEmpty() ? "The layer has no default prim."
                                     : fmt::format("There is no prim at <{}>.", path.GetString()),
                      {layer->GetIdentifier(), path.GetString(), 0, 0, 0},
                      "Name a prim of the layer's stage.");
  }
  std::vector<MetricValue> values;
  for (uint32_t i = 0; i < table.GetAll().size(); ++i) values.push_back(ComputeMetric(prim, i, table));
  return values;
}

Result<std::vector<ReferencedMetric>> AddReferenceWithMetrics(Stage& stage, Editor& editor, Path path,
                                                              const Reference& reference,
                                                              MetricsRemedy remedy, Diagnostics& diagnostics,
                                                              const MetricTable& table) {
  const Prim prim = stage.GetPrimAtPath(path);
  if (!prim) {
    return Diagnostic(kReferenceTargetUnknown, fmt::format("There is no prim at <{}>.", path.GetString()),
                      {{}, path.GetString(), 0, 0, 0}, "Define or override the prim first.");
  }
  STRATA_TRY(AssetMetrics asset, FindAssetMetrics(stage, editor, reference, table, diagnostics));
  std::vector<ReferencedMetric> all(table.GetAll().size());
  for (uint32_t i = 0; i < all.size(); ++i) {
    all[i].metric = i;
    all[i].of_scene = ComputeMetric(prim, i, table);
  }
  STRATA_CHECK(editor.AddReference(path, reference));
  const bool can_be_moved = Xformable(prim).IsValid();
  for (ReferencedMetric& one : all) {
    const MetricDefinition& definition = table.GetAll()[one.metric];
    const MetricValue now = ComputeMetric(prim, one.metric, table);
    const bool is_brought = now.source.GetPrimPath() == path && !(now.source == one.of_scene.source);
    one.of_asset = is_brought ? now : asset.values[one.metric];
    if (!is_brought) one.of_asset.value = Retime(one.of_asset.value, asset.to_stage);
    if (is_brought) one.action = ReferencedMetric::Action::kBrought;
    if (one.of_asset.value.IsEmpty() || one.of_asset.value == one.of_scene.value) continue;
    if (one.of_asset.source.origin == MetricOrigin::kFallback && !definition.fallback_is_meant) continue;
    if (!is_brought) {
      STRATA_CHECK(Apply(editor, prim, definition, one.of_asset.value));
      one.action = ReferencedMetric::Action::kApplied;
    }
    if (remedy != MetricsRemedy::kCorrectiveOps || definition.corrective == MetricCorrective::kNone) continue;
    if (!can_be_moved) {
      diagnostics.Add(Diagnostic(kMetricUnusable,
                                 fmt::format("<{}> has no transform: its {} is said, not made good.",
                                             path.GetString(), definition.attribute.GetText()),
                                 {{}, path.GetString(), 0, 0, 0},
                                 "Reference the asset from a prim of type Xform."));
      continue;
    }
    STRATA_CHECK(Correct(editor, prim, definition.corrective, one.of_asset, one.of_scene));
    one.action = ReferencedMetric::Action::kCorrected;
  }
  return all;
}

Result<std::vector<Path>> MigrateStageMetadata(layer::Layer& layer, const MetricTable& table) {
  const layer::FieldNames& names = layer::GetFieldNames();
  layer::Layer::ChangeBlock block(layer);
  std::vector<Path> changed;
  for (Token name : layer.GetChildNames(Path::AbsoluteRoot(), names.primChildren)) {
    const Path prim = Path::AbsoluteRoot().AppendChild(name);
    const Specifier* specifier = layer.GetFieldAs<Specifier>(prim, names.specifier);
    if (!specifier || *specifier != Specifier::kDef) continue;
    const uint64_t before = layer.GetRevision();
    for (const MetricDefinition& definition : table.GetAll()) {
      if (definition.stage_field.IsEmpty()) continue;
      const Path attribute = prim.AppendProperty(definition.attribute);
      const Value* said = layer.GetField(attribute, names.default_);
      const MetricValue of_layer = ComputeLayerMetric(layer.shared_from_this(), definition);
      if (said || of_layer.source.origin != MetricOrigin::kStageMetadata) continue;
      const Value* schemas = layer.GetField(prim, names.apiSchemas);
      const TokenListOp op = AddSchema(schemas, definition.schema);
      if (!schemas || !(Value(op) == *schemas))
        STRATA_CHECK(layer.SetField(prim, names.apiSchemas, Value(op)));
      STRATA_CHECK(layer.CreateAttributeSpec(attribute, definition.type_name, Variability::kUniform));
      STRATA_CHECK(layer.SetField(attribute, names.default_, of_layer.value));
    }
    if (layer.GetRevision() != before) changed.push_back(prim);
  }
  return changed;
}

}  // namespace strata::domain
