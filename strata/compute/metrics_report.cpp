#include "strata/compute/metrics_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "strata/compute/metrics_shapes.h"
#include "strata/compute/metrics_walk.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"

namespace strata::compute {

namespace {

using stage::Attribute;
using stage::Prim;
using stage::Time;
using Action = MetricsReport::Divergence::Action;

struct Names {
  Token domain{"metrics:domain"}, report{"metrics:report"};
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
  VisitMetrics(system, time, [&](const Prim& prim, const MetricDomain& own, const MetricDomain* parent) {
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

}  // namespace strata::compute
