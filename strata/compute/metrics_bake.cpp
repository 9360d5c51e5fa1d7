#include "strata/compute/metrics_bake.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "strata/compute/metrics_shapes.h"
#include "strata/compute/metrics_walk.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::Editor;
using stage::Prim;
using stage::Time;

struct Names {
  Token scale{"xformOp:scale:unitsResolve"}, rotate{"xformOp:rotateX:unitsResolve"};
  Token matrix{"xformOp:transform:unitsResolve"}, order{"xformOpOrder"}, reset{"!resetXformStack!"};
};
const Names& GetNames() {
  static const Names names;
  return names;
}

std::vector<Time> ListTimes(const std::vector<double>& samples) {
  std::vector<Time> times = {Time::Default()};
  for (double sample : samples) times.push_back(Time(sample));
  return times;
}

void BakeTransform(const Prim& prim, const MetricDomain& own, const MetricDomain* parent,
                   const MetricsOptions& options, MetricsBake::OfPrim& baked) {
  const domain::Xformable xformable(prim);
  const std::vector<double> samples = xformable.GetTimeSamples();
  const Time first = samples.empty() ? Time::Default() : Time(samples.front());
  TransformChange change = FindTransformChange(prim, first, own, parent, options);
  for (const double sample : samples) {
    const TransformChange then = FindTransformChange(prim, Time(sample), own, parent, options);
    change.has_changed_ops = change.has_changed_ops || then.has_changed_ops;
    change.has_outer_ops = change.has_outer_ops && then.has_outer_ops;
  }
  if (!change.IsChanged()) return;
  std::vector<Token> order;
  if (change.resets_stack) order.push_back(GetNames().reset);
  baked.has_order = true;
  if (change.has_changed_ops && !change.has_outer_ops) {
    MetricsBake::Written matrix{GetNames().matrix, Token("matrix4d"), {}};
    for (const Time time : samples.empty() ? std::vector<Time>{Time::Default()} : ListTimes(samples))
      if (samples.empty() || !time.IsDefault())
        matrix.samples.push_back({time, Value(FindTransformChange(prim, time, own, parent, options).matrix)});
    baked.attributes.push_back(std::move(matrix));
    order.push_back(GetNames().matrix);
    baked.order = std::move(order);
    return;
  }
  // Ops in the parent's units stay outside of the corrective, those in the prim's own inside.
  std::vector<Token> corrective;
  if (change.corrective.turn != UnitChange::Turn::kNone) {
    const double degrees = change.corrective.turn == UnitChange::Turn::kYToZ ? 90 : -90;
    baked.attributes.push_back({GetNames().rotate, Token("double"), {{Time::Default(), Value(degrees)}}});
    corrective.push_back(GetNames().rotate);
  }
  if (change.corrective.length != 1) {
    const double k = change.corrective.length;
    baked.attributes.push_back(
        {GetNames().scale, Token("double3"), {{Time::Default(), Value(Vec3d{k, k, k})}}});
    corrective.push_back(GetNames().scale);
  }
  if (!change.has_outer_ops) order.insert(order.end(), corrective.begin(), corrective.end());
  for (const domain::XformOp& op : xformable.GetOrderedXformOps().ops) order.push_back(op.name);
  if (change.has_outer_ops) order.insert(order.end(), corrective.begin(), corrective.end());
  baked.order = std::move(order);
}

// Of planes that are turned in themselves; nothing of everything else.
std::optional<double> FindTurnedSide(const Attribute& attribute, Time time, const MetricDomain& own,
                                     const MetricsOptions& options) {
  const bool is_width = attribute.GetName() == Token("width");
  if (!is_width && attribute.GetName() != Token("length")) return std::nullopt;
  const auto sides = FindTurnedSides(attribute.GetPrim(), time, own, options);
  return sides ? std::optional(is_width ? sides->width : sides->length) : std::nullopt;
}

void BakeAttribute(const Attribute& attribute, const MetricDomain& own, const MetricsOptions& options,
                   MetricsBake::OfPrim& baked, Diagnostics& remarks) {
  std::vector<double> times = attribute.GetTimeSamples();
  if (FindTurnedSide(attribute, times.empty() ? Time::Default() : Time(times.front()), own, options))
    times = Attribute::GetUnionedTimeSamples({attribute.GetPrim().GetAttribute(Token("width")),
                                              attribute.GetPrim().GetAttribute(Token("length"))});
  MetricsBake::Written written{attribute.GetName(), attribute.GetTypeName(), {}};
  bool is_changed = false;
  for (const Time time : ListTimes(times)) {
    Value value = attribute.Get(time);
    if (value.IsEmpty()) continue;
    if (const auto side = FindTurnedSide(attribute, time, own, options)) {
      written.samples.push_back({time, Value(*side)});
      is_changed = true;
      continue;
    }
    const auto change = FindAttributeChange(attribute, time, own, options);
    if (change && !change->is_by_hand) {
      const auto converted = Convert(value, *change->dimension, change->change);
      if (!converted || attribute.HasSpline()) {
        remarks.Add(Diagnostic(kNotBaked,
                               converted ? "Splines are not written down in other units."
                                         : "The value has no form in other units.",
                               {change->info.layer ? change->info.layer->GetIdentifier() : std::string(),
                                attribute.GetPath().GetString(), 0, 0, 0},
                               "Write it by hand."));
        return;
      }
      value = *converted;
      is_changed = true;
    }
    written.samples.push_back({time, std::move(value)});
  }
  if (is_changed) baked.attributes.push_back(std::move(written));
}

Result<void> WritePrim(Editor& editor, const MetricsBake::OfPrim& baked) {
  for (const MetricsBake::Written& each : baked.attributes) {
    const Path path = baked.prim.AppendProperty(each.name);
    const auto made = editor.CreateAttribute(path, each.type_name, Editor::Custom::kNo);
    if (!made) return made.GetError();
    for (const MetricsBake::Sample& sample : each.samples)
      STRATA_CHECK(editor.Set(path, sample.value, sample.time));
    STRATA_CHECK(
        editor.SetMetadataByDictKey(path, layer::GetFieldNames().customData, "unitsResolved", Value(true)));
  }
  if (!baked.has_order) return {};
  const Path path = baked.prim.AppendProperty(GetNames().order);
  const auto made =
      editor.CreateAttribute(path, Token("token[]"), Editor::Custom::kNo, Variability::kUniform);
  if (!made) return made.GetError();
  return editor.Set(path, Value(Array<Token>(baked.order.begin(), baked.order.end())));
}

}  // namespace

MetricsBake FindMetricsBake(const System& system, Diagnostics& remarks, const MetricsOptions& options) {
  MetricsBake bake;
  std::set<Path> taken_apart;
  VisitMetrics(system, Time::Default(),
               [&](const Prim& prim, const MetricDomain& own, const MetricDomain* parent) {
                 MetricsBake::OfPrim baked;
                 baked.prim = prim.GetPath();
                 if (domain::Xformable(prim).IsValid()) {
                   BakeTransform(prim, own, parent, options, baked);
                 } else if (FindTransformChange(prim, Time::Default(), own, parent, options).IsChanged()) {
                   remarks.Add(Diagnostic(kNotBaked, "The prim stands between units and has no transform.",
                                          {{}, prim.GetPath().GetString(), 0, 0, 0}, "Make it an Xform."));
                 }
                 std::vector<Token> names = ListMeasured(prim, options);
                 // A side that nobody says is said once the plane is turned in itself.
                 if (prim.IsA(Token("Plane")))
                   for (const Token side : {Token("width"), Token("length")})
                     if (std::find(names.begin(), names.end(), side) == names.end()) names.push_back(side);
                 for (const Token name : names)
                   if (const Attribute attribute = prim.GetAttribute(name); attribute.IsDefined())
                     BakeAttribute(attribute, own, options, baked, remarks);
                 if (baked.attributes.empty() && !baked.has_order) return;
                 for (Prim above = prim; prim.IsInstanceProxy() && above; above = above.GetParent())
                   if (above.IsInstance()) taken_apart.insert(above.GetPath());
                 bake.prims.push_back(std::move(baked));
               });
  bake.taken_apart.assign(taken_apart.begin(), taken_apart.end());
  return bake;
}

Result<void> WriteMetricsBake(const MetricsBake& bake, Editor& editor) {
  // What is in instances can be written once they are composed without being shared.
  for (const Path path : bake.taken_apart)
    STRATA_CHECK(editor.SetMetadata(path, layer::GetFieldNames().instanceable, Value(false)));
  const Editor::ChangeBlock block(editor);
  for (const MetricsBake::OfPrim& baked : bake.prims) STRATA_CHECK(WritePrim(editor, baked));
  return {};
}

Result<size_t> BakeMetrics(const System& system, Editor& editor, Diagnostics& remarks,
                           const MetricsOptions& options) {
  const MetricsBake bake = FindMetricsBake(system, remarks, options);
  STRATA_CHECK(WriteMetricsBake(bake, editor));
  return bake.prims.size();
}

Result<void> ExportBaked(const stage::Stage& stage, const std::string& file,
                         const layer::ExportOptions& options) {
  const layer::LayerPtr& baked = stage.GetSessionLayer();
  const std::string& root = stage.GetRootLayer()->GetIdentifier();
  if (!baked || stage.GetRootLayer()->IsAnonymous()) {
    Diagnostic why(kNotBaked,
                   baked ? "The root layer has no file that what is baked could stand over."
                         : "The stage has no session layer that it was baked into.",
                   {root, {}, 0, 0, 0},
                   baked ? "Save the root layer first." : "Open the stage with a session layer.");
    why.severity = Severity::kError;
    return why;
  }
  const layer::FieldNames& fields = layer::GetFieldNames();
  for (const auto& field : stage.GetAllAuthoredMetadata())
    if (field.name != fields.subLayers && field.name != fields.subLayerOffsets)
      STRATA_CHECK(baked->SetField(Path::AbsoluteRoot(), field.name, field.value));
  const auto below = std::filesystem::absolute(root).lexically_normal();
  const auto folder = std::filesystem::absolute(file).parent_path();
  const std::string relative = "./" + below.lexically_relative(folder).generic_string();
  STRATA_CHECK(
      baked->SetField(Path::AbsoluteRoot(), fields.subLayers, Value(std::vector<std::string>{relative})));
  return baked->Export(file, options);
}

}  // namespace strata::compute
