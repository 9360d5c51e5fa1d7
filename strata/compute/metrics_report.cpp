#include "strata/compute/metrics_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "strata/compute/metrics_shapes.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::Editor;
using stage::Prim;
using stage::Time;
using Action = MetricsReport::Divergence::Action;

struct Names {
  Token domain{"metrics:domain"}, report{"metrics:report"};
  Token scale{"xformOp:scale:unitsResolve"}, rotate{"xformOp:rotateX:unitsResolve"};
  Token matrix{"xformOp:transform:unitsResolve"}, order{"xformOpOrder"}, reset{"!resetXformStack!"};
};
const Names& GetNames() {
  static const Names names;
  return names;
}

bool LooksCorrected(const Prim& prim, Time time, const UnitChange& corrective) {
  if (corrective.length == 1) return false;
  for (const domain::XformOp& op : domain::Xformable(prim).GetOrderedXformOps().ops) {
    if (op.type != domain::XformOpType::kScale) continue;
    const auto m = op.MakeTransform(prim.GetAttribute(op.attribute).Get(time));
    if (!m) continue;
    bool is_uniform = true;
    for (size_t i = 0; i < 3; ++i)
      is_uniform = is_uniform && std::abs((*m)[i][i] / corrective.length - 1) < 1e-6;
    if (is_uniform) return true;
  }
  return false;
}

// What units of length leave as it is.
bool IsScaleOrTurn(Token attribute) {
  const auto op = domain::XformOp::Parse(attribute);
  return op && op->type != domain::XformOpType::kTransform && op->type > domain::XformOpType::kTranslateZ;
}

template <class Visit>
void VisitAll(const System& system, Time time, const Visit& visit) {
  const stage::Stage& stage = *system.GetStage();
  for (const Prim& prim :
       stage.Traverse(stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse))) {
    const Datum own = system.Compute(prim, GetNames().domain, time);
    const auto* domain = own.GetIf<MetricDomain>();
    if (!domain) continue;
    const Datum above = system.Compute(prim.GetParent(), GetNames().domain, time);
    visit(prim, *domain, above.GetIf<MetricDomain>());
  }
}

// Times at which what diverges may be another. Samples have one opinion for all frames, clips one each; ops
// that leave everything in its place at one frame need not at the next.
std::vector<Time> ListTimesOf(const Attribute& attribute, bool is_op) {
  const Time first(attribute.GetStage()->GetStartTimeCode());
  std::vector<Time> times = {first, Time::Default()};
  if (is_op || attribute.GetResolveInfo(first).source == stage::ResolveSource::kValueClips)
    for (const double sample : attribute.GetTimeSamples()) times.push_back(Time(sample));
  return times;
}

// What diverges of one prim.
class DivergenceSearch {
 public:
  DivergenceSearch(const MetricDomains& domains, const Prim& prim, const MetricDomain& own,
                   const MetricDomain* parent, const MetricsOptions& options)
      : domains_(domains), prim_(prim), own_(own), parent_(parent), options_(options) {}

  std::vector<MetricsReport::Divergence> Run() {
    for (const Token name : ListMeasured(prim_, options_)) {
      const Attribute attribute = prim_.GetAttribute(name);
      if (!attribute.IsDefined()) continue;
      first_ = found_.size();
      const bool is_op = name.GetText().starts_with("xformOp:");
      for (const Time time : ListTimesOf(attribute, is_op))
        if (is_op)
          TakeOp(attribute, time);
        else
          Take(attribute, time);
    }
    return std::move(found_);
  }

 private:
  MetricsReport::Divergence Begin(const Attribute& attribute, const MetricDomain& of_value, std::string layer,
                                  std::string dimension) const {
    MetricsReport::Divergence divergence{};
    divergence.attribute = attribute.GetPath();
    divergence.layer = std::move(layer);
    divergence.of_value = of_value;
    divergence.of_prim = own_;
    divergence.dimension = std::move(dimension);
    return divergence;
  }
  // Of each attribute what diverges alike is listed once, whatever the time.
  bool IsListed(const MetricsReport::Divergence& divergence) const {
    return std::find(found_.begin() + static_cast<std::ptrdiff_t>(first_), found_.end(), divergence) !=
           found_.end();
  }
  void TakeOp(const Attribute& attribute, Time time) {
    const stage::ResolveInfo info = attribute.GetResolveInfo(time);
    if (!info.HasAuthoredValue()) return;
    const MetricDomain of_value = domains_.OfValue(attribute, time, info, own_);
    if (GetChange(of_value, own_, options_.tolerance).IsIdentity()) return;
    if (of_value.up_axis == own_.up_axis && IsScaleOrTurn(attribute.GetName())) return;
    auto divergence = Begin(attribute, of_value, info.layer->GetIdentifier(), "transform");
    divergence.action = Action::kTurnedAsMatrix;
    if (!IsListed(divergence) && FindTransformChange(prim_, time, own_, parent_, options_).has_changed_ops)
      found_.push_back(std::move(divergence));
  }
  void Take(const Attribute& attribute, Time time) {
    const auto change = FindAttributeChange(attribute, time, own_, options_);
    if (!change) return;
    auto divergence =
        Begin(attribute, change->from, change->info.layer ? change->info.layer->GetIdentifier() : "fallback",
              change->dimension->GetText());
    // Whether numbers can be changed is the same for all: only axes differ in that.
    const bool is_known = found_.size() > first_ && found_.back().action != Action::kByTransform &&
                          found_.back().layer == divergence.layer &&
                          found_.back().of_value == divergence.of_value &&
                          attribute.GetTypeName() != Token("token");
    divergence.action = change->is_by_hand               ? Action::kLeftByHand
                        : IsByTransform(attribute, time) ? Action::kByTransform
                        : is_known                       ? found_.back().action
                        : Convert(attribute.Get(time), *change->dimension, change->change)
                            ? Action::kConverted
                            : Action::kCannot;
    if (!IsListed(divergence)) found_.push_back(std::move(divergence));
  }
  bool IsByTransform(const Attribute& attribute, Time time) const {
    return options_.mode == MetricsMode::kTransforms && IsOfShape(attribute, options_) &&
           FindShapeChange(prim_, time, own_, options_).IsByTransform();
  }

  const MetricDomains& domains_;
  const Prim& prim_;
  const MetricDomain& own_;
  const MetricDomain* parent_;
  const MetricsOptions& options_;
  std::vector<MetricsReport::Divergence> found_;
  size_t first_ = 0;  // of the attribute
};

Result<Datum> ComputePrimMetrics(const MetricsOptions& options, const Arguments& arguments) {
  const Prim& prim = arguments.GetPrim();
  const auto* own = arguments.GetIf<MetricDomain>(0);
  if (!own) return Datum();
  const MetricDomains domains(*prim.GetStage(), options);
  DivergenceSearch search(domains, prim, *own, arguments.GetIf<MetricDomain>(1), options);
  return Datum::Of(PrimMetrics{domains.OfStage(), *own, search.Run()});
}

}  // namespace

std::string_view GetActionName(Action action) {
  switch (action) {
    case Action::kConverted:
      return "converted";
    case Action::kTurnedAsMatrix:
      return "turned as a matrix";
    case Action::kByTransform:
      return "corrected by the prim's transform";
    case Action::kLeftByHand:
      return "left: corrected by hand";
    case Action::kCannot:
      return "left: cannot be converted";
  }
  return {};
}

MetricsReport CollectMetricsReport(const System& system, Time time, const MetricsOptions& options) {
  MetricsReport report;
  const MetricDomains domains(*system.GetStage(), options);
  report.of_stage = domains.OfStage();
  VisitAll(system, time, [&](const Prim& prim, const MetricDomain& own, const MetricDomain* parent) {
    const MetricDomain& outer = parent ? *parent : report.of_stage;
    if (!GetChange(own, outer, options.tolerance).IsIdentity()) {
      MetricsReport::Boundary boundary{prim.GetPath(), own, outer, {}, false};
      boundary.transform = FindTransformChange(prim, time, own, parent, options);
      boundary.looks_corrected = LooksCorrected(prim, time, boundary.transform.corrective);
      report.boundaries.push_back(std::move(boundary));
    }
    const auto found = DivergenceSearch(domains, prim, own, parent, options).Run();
    report.divergences.insert(report.divergences.end(), found.begin(), found.end());
  });
  return report;
}

Token GetMetricsReportOutput() {
  return GetNames().report;
}

Result<void> AddMetricsReport(Registry& registry, const MetricsOptions& options) {
  const Names& names = GetNames();
  const layer::FieldNames& fields = layer::GetFieldNames();
  const auto shared = std::make_shared<const MetricsOptions>(options);
  Computation report;
  report.output = report.name = names.report;
  report.module = "metrics";
  report.reads = Computation::Reads::kAsWritten;
  report.schemas = {Token("Typed")};
  report.cutoff = Computation::Cutoff::kEarly;
  report.is_used = [shared](const stage::Stage& stage) { return MetricDomains(stage, *shared).AreSeveral(); };
  // Any attribute may have a dimension, and whichever layer gives it decides.
  report.inputs = {in::Computation(names.domain),
                   in::Parent(names.domain),
                   in::SourcesNamed(Token()),
                   in::Metadata(Token("customData")),
                   in::StageMetadata(fields.metersPerUnit),
                   in::StageMetadata(fields.kilogramsPerUnit),
                   in::StageMetadata(fields.upAxis)};
  if (options.mode == MetricsMode::kTransforms) report.inputs.push_back(in::Computation(GetShapeOutput()));
  report.function = [shared](const Arguments& arguments) { return ComputePrimMetrics(*shared, arguments); };
  registry.Publish(names.report, Token("metrics"));
  return registry.Add(std::move(report));
}

namespace {

// What is to be written of one prim, found before anything is.
struct Baked {
  Path prim;
  struct Sample {
    Time time;
    Value value;
  };
  struct Written {
    Token name, type_name;
    std::vector<Sample> samples;
  };
  std::vector<Written> attributes;
  std::vector<Token> order;  // of ops; empty: as it is
  bool has_order = false;
};

std::vector<Time> ListTimes(const std::vector<double>& samples) {
  std::vector<Time> times = {Time::Default()};
  for (double sample : samples) times.push_back(Time(sample));
  return times;
}

void BakeTransform(const Prim& prim, const MetricDomain& own, const MetricDomain* parent,
                   const MetricsOptions& options, Baked& baked) {
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
    Baked::Written matrix{GetNames().matrix, Token("matrix4d"), {}};
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
                   Baked& baked, Diagnostics& remarks) {
  std::vector<double> times = attribute.GetTimeSamples();
  if (FindTurnedSide(attribute, times.empty() ? Time::Default() : Time(times.front()), own, options))
    times = Attribute::GetUnionedTimeSamples({attribute.GetPrim().GetAttribute(Token("width")),
                                              attribute.GetPrim().GetAttribute(Token("length"))});
  Baked::Written written{attribute.GetName(), attribute.GetTypeName(), {}};
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

Result<void> Write(Editor& editor, const Baked& baked) {
  for (const Baked::Written& each : baked.attributes) {
    const Path path = baked.prim.AppendProperty(each.name);
    const auto made = editor.CreateAttribute(path, each.type_name, Editor::Custom::kNo);
    if (!made) return made.GetError();
    for (const Baked::Sample& sample : each.samples)
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

Result<size_t> BakeMetrics(const System& system, Editor& editor, Diagnostics& remarks,
                           const MetricsOptions& options) {
  std::vector<Baked> all;
  std::set<Path> taken_apart;
  VisitAll(system, Time::Default(),
           [&](const Prim& prim, const MetricDomain& own, const MetricDomain* parent) {
             Baked baked;
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
             all.push_back(std::move(baked));
           });
  // Outer ones first; what is below can be written once they are composed without being shared.
  for (const Path path : taken_apart)
    STRATA_CHECK(editor.SetMetadata(path, layer::GetFieldNames().instanceable, Value(false)));
  const Editor::ChangeBlock block(editor);
  for (const Baked& baked : all) STRATA_CHECK(Write(editor, baked));
  return all.size();
}

}  // namespace strata::compute
