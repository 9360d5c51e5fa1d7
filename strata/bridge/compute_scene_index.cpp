#include "strata/bridge/compute_scene_index.h"

#include "strata/bridge/names.h"
#include "strata/bridge/parts.h"
#include "strata/compute/geospatial.h"
#include "strata/compute/metrics_report.h"
#include "strata/scene/editor.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using stage::ComputedTransform;

struct MetricsNames {
  Token stage{"stage"}, domain{"domain"}, divergences{"divergences"};
  Token property{"property"}, dimension{"dimension"}, layer_id{"layerId"}, layer{"layer"}, action{"action"};
  Token layer_mpu{"layerMpu"}, stage_mpu{"stageMpu"};
};
const MetricsNames& GetMetricsNames() {
  static const MetricsNames names;
  return names;
}

// What the data of one output share.
struct OutputSource {
  std::shared_ptr<const compute::System> system;
  StageGlobalsPtr globals;
  stage::Prim prim;
  Token output;

  compute::Datum Compute(double offset) const {
    return system->Compute(prim, output, globals->GetStageTime(offset));
  }
  bool GetTimes(double start, double end, std::vector<double>* times) const {
    const auto asking = system->GetNetwork().Ask();
    const compute::Network::Node* node = system->GetNetwork().Find(prim, output);
    if (!node || !system->GetNetwork().MightVary(*node)) return false;
    Compute(0);
    if (!system->GetNetwork().VariesAsKnown(*node)) return false;
    if (!times) return true;
    // Between samples answers need not lie on straight lines: the ends of the interval count too.
    const double frame = globals->GetTime();
    *times = system->GetNetwork().GetTimes(*node, frame + start, frame + end);
    for (double& time : *times) time -= frame;
    times->front() = start;
    times->back() = end;
    return true;
  }
};

class MatrixSource final : public scene::TypedSampledDataSource<Matrix4d> {
 public:
  explicit MatrixSource(OutputSource source) : source_(std::move(source)) {}
  Matrix4d GetTypedValue(double offset) const override {
    const compute::Datum answer = source_.Compute(offset);
    const auto* transform = answer.GetIf<ComputedTransform>();
    return transform ? transform->matrix : Matrix4d::Identity();
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return source_.GetTimes(start, end, times);
  }

 private:
  OutputSource source_;
};

class ResetSource final : public scene::TypedSampledDataSource<bool> {
 public:
  explicit ResetSource(OutputSource source) : source_(std::move(source)) {}
  bool GetTypedValue(double) const override {
    const compute::Datum answer = source_.Compute(0);
    const auto* transform = answer.GetIf<ComputedTransform>();
    return transform && transform->resets_stack;
  }
  bool GetContributingSampleTimes(double, double, std::vector<double>*) const override { return false; }

 private:
  OutputSource source_;
};

class ValueSource final : public scene::SampledDataSource {
 public:
  explicit ValueSource(OutputSource source) : source_(std::move(source)) {}
  Value GetValue(double offset) const override { return source_.Compute(offset).GetValue(); }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return source_.GetTimes(start, end, times);
  }

 private:
  OutputSource source_;
};

scene::ContainerDataSourceHandle MakeDomainData(const compute::MetricDomain& domain) {
  const Names& names = GetNames();
  return scene::RetainedContainerDataSource::New(
      {{names.metersPerUnit, scene::Retain(domain.meters_per_unit)},
       {names.kilogramsPerUnit, scene::Retain(domain.kilograms_per_unit)},
       {names.upAxis, scene::Retain(domain.up_axis)}});
}

// `layerMpu` and `stageMpu` are the names of Hydra's first such scene index, for lengths; `layer` says it
// all.
scene::DataSourceHandle MakeDivergenceData(const compute::MetricsReport::Divergence& divergence,
                                           const compute::MetricDomain& of_stage) {
  const MetricsNames& names = GetMetricsNames();
  return scene::RetainedContainerDataSource::New(
      {{names.property, scene::Retain(divergence.attribute.GetNameToken())},
       {names.dimension, scene::Retain(Token(divergence.dimension))},
       {names.layer_id, scene::Retain(divergence.layer)},
       {names.layer_mpu, scene::Retain(divergence.of_value.meters_per_unit)},
       {names.stage_mpu, scene::Retain(of_stage.meters_per_unit)},
       {names.layer, MakeDomainData(divergence.of_value)},
       {names.action, scene::Retain(Token(compute::GetActionName(divergence.action)))}});
}

// The units of the stage and of a prim, and which of its values are in others.
class MetricsSource final : public scene::ContainerDataSource {
 public:
  explicit MetricsSource(OutputSource source) : source_(std::move(source)) {}
  std::vector<Token> GetNames() const override {
    const MetricsNames& names = GetMetricsNames();
    return {names.stage, names.domain, names.divergences};
  }
  scene::DataSourceHandle Get(Token name) const override {
    const MetricsNames& names = GetMetricsNames();
    if (name != names.stage && name != names.domain && name != names.divergences) return nullptr;
    const compute::Datum answer = source_.Compute(0);
    const auto* metrics = answer.GetIf<compute::PrimMetrics>();
    if (!metrics) return nullptr;
    if (name == names.stage) return MakeDomainData(metrics->of_stage);
    if (name == names.domain) return MakeDomainData(metrics->of_prim);
    std::vector<scene::DataSourceHandle> divergences;
    for (const auto& divergence : metrics->divergences)
      divergences.push_back(MakeDivergenceData(divergence, metrics->of_stage));
    return scene::RetainedVectorDataSource::New(std::move(divergences));
  }

 private:
  OutputSource source_;
};

scene::DataSourceHandle MakeSource(OutputSource source);

// Of a place what the frame says that it stands in, and the stage's units as the frame has them: nothing of
// it is kept here, the frame is asked.
class ReferenceSource final : public scene::ContainerDataSource {
 public:
  explicit ReferenceSource(OutputSource source) : source_(std::move(source)) {}
  std::vector<Token> GetNames() const override {
    const stage::Prim frame = FindFrame();
    if (!frame) return {};
    std::vector<Token> names = MakeParts(frame)->GetNames();
    const Token container = compute::GetGeoStageOutputs().front().container;
    for (const compute::GeoStageOutput& each : compute::GetGeoStageOutputs())
      if (each.container == container) names.push_back(each.name);
    return names;
  }
  scene::DataSourceHandle Get(Token name) const override {
    const stage::Prim frame = FindFrame();
    if (!frame) return nullptr;
    for (const compute::GeoStageOutput& each : compute::GetGeoStageOutputs())
      if (each.name == name) return MakeSource({source_.system, source_.globals, frame, each.output});
    return MakeParts(frame)->Get(name);
  }

 private:
  // Asked for, so that changes of it are told of.
  stage::Prim FindFrame() const {
    return source_.Compute(0).IsEmpty() ? stage::Prim() : compute::FindGeoReference(source_.prim);
  }
  scene::ContainerDataSourceHandle MakeParts(const stage::Prim& frame) const {
    return MakeAttributeParts({frame, source_.globals}, GetGeoFrameParts());
  }
  OutputSource source_;
};

const scene::DataSourceHandle& GetIdentityXform() {
  static const scene::DataSourceHandle identity =
      scene::RetainedContainerDataSource::New({{GetNames().matrix, scene::Retain(Matrix4d::Identity())},
                                               {GetNames().resetXformStack, scene::Retain(false)}});
  return identity;
}

scene::DataSourceHandle MakeSource(OutputSource source) {
  const Names& names = GetNames();
  if (source.output == compute::GetMetricsReportOutput())
    return scene::Make<const MetricsSource>(std::move(source));
  if (source.output == compute::GetGeoReferenceOutput() ||
      source.output == compute::GetGeoReferenceOutputByOtherName())
    return scene::Make<const ReferenceSource>(std::move(source));
  if (source.output != compute::GetOutputs().xform) return scene::Make<const ValueSource>(std::move(source));
  return scene::RetainedContainerDataSource::New(
      {{names.matrix, scene::Make<const MatrixSource>(source)},
       {names.resetXformStack, scene::Make<const ResetSource>(source)}});
}

}  // namespace

scene::ScenePrim ComputeSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  const std::shared_ptr<const compute::System>& system = stage_->GetComputations();
  if (!prim.data || !system || !system->IsActive() || path.IsAbsoluteRoot()) return prim;
  const stage::Prim source = stage_->GetStage()->GetPrimAtPath(path);
  const auto published = system->FindPublished(source);
  if (published.empty()) return prim;
  count_.fetch_add(1, std::memory_order_relaxed);
  scene::ContainerDataSourceEditor editor(prim.data);
  for (const auto* publication : published) {
    if (publication->output == compute::GetOutputs().xform) {
      scene::DataSourceHandle authored = prim.data->Get(GetNames().xform);
      if (!authored) authored = GetIdentityXform();  // whoever asks what was authored gets an answer
      for (const Token name : system->FindAuthoredNames(source)) editor.Set(name, authored);
    }
    editor.Set(publication->locator, MakeSource({system, stage_->GetGlobals(), source, publication->output}));
  }
  prim.data = editor.Finish();
  return prim;
}

}  // namespace strata::bridge
