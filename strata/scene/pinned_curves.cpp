#include "strata/scene/pinned_curves.h"

#include <algorithm>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

struct PinnedNames {
  Token basisCurves{"basisCurves"}, curveVertexCounts{"curveVertexCounts"}, curveIndices{"curveIndices"},
      wrap{"wrap"}, pinned{"pinned"}, nonperiodic{"nonperiodic"}, type{"type"}, cubic{"cubic"},
      basis{"basis"}, bspline{"bspline"}, catmullRom{"catmullRom"};
};
const PinnedNames& GetPinnedNames() {
  static const PinnedNames names;
  return names;
}

// How a prim's curves grow: so many values more at each end of each curve.
struct Growth {
  bool is_pinned = false;
  size_t ends = 0;
  Array<int32_t> counts;  // as they were
  bool has_indices = false;
};

Growth FindGrowth(const ContainerDataSourceHandle& topology) {
  const PinnedNames& names = GetPinnedNames();
  Growth growth;
  if (!topology || GetValueAs<Token>(topology->Get(names.wrap)) != names.pinned) return growth;
  growth.is_pinned = true;
  const Token basis = GetValueAs<Token>(topology->Get(names.basis)).value_or(Token());
  if (GetValueAs<Token>(topology->Get(names.type)) == names.cubic)
    growth.ends = basis == names.bspline ? 2 : basis == names.catmullRom ? 1 : 0;
  growth.counts =
      GetValueAs<Array<int32_t>>(topology->Get(names.curveVertexCounts)).value_or(Array<int32_t>());
  const auto indices = GetValueAs<Array<int32_t>>(topology->Get(names.curveIndices));
  growth.has_indices = indices && !indices->IsEmpty();
  return growth;
}

// The values of each curve with its first and last one repeated. What does not fit the counts stays as it is.
template <class T>
Array<T> Repeat(const Array<T>& values, const Growth& growth, size_t ends) {
  size_t wanted = 0, grown = 0;
  for (int32_t count : growth.counts) {
    if (count < 0) return values;
    wanted += static_cast<size_t>(count);
    if (count > 0) grown += 2 * ends;
  }
  if (wanted != values.GetSize() || ends == 0) return values;
  Array<T> out;
  out.Reserve(wanted + grown);
  size_t at = 0;
  for (int32_t count : growth.counts) {
    if (count == 0) continue;
    const size_t last = at + static_cast<size_t>(count) - 1;
    for (size_t i = 0; i < ends; ++i) out.PushBack(values[at]);
    for (; at <= last; ++at) out.PushBack(values[at]);
    for (size_t i = 0; i < ends; ++i) out.PushBack(values[last]);
  }
  return out;
}

class GrownSource final : public SampledDataSource {
 public:
  GrownSource(SampledDataSourceHandle source, Growth growth, size_t ends)
      : source_(std::move(source)), growth_(std::move(growth)), ends_(ends) {}
  Value GetValue(double offset) const override {
    Value value = source_->GetValue(offset);
#define X(name, type, text) \
  if (const auto* array = value.GetIf<Array<type>>()) return Value(Repeat<type>(*array, growth_, ends_));
    STRATA_ELEMENT_TYPES(X)
#undef X
    return value;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return source_->GetContributingSampleTimes(start, end, times);
  }

 private:
  SampledDataSourceHandle source_;
  Growth growth_;
  size_t ends_;
};

DataSourceHandle Grow(const DataSourceHandle& source, const Growth& growth, size_t ends) {
  auto sampled = SampledDataSource::Cast(source);
  return sampled && ends > 0 ? Make<const GrownSource>(std::move(sampled), growth, ends) : source;
}

class GrownTopology final : public ContainerDataSource {
 public:
  explicit GrownTopology(ContainerDataSourceHandle topology) : topology_(std::move(topology)) {}
  std::vector<Token> GetNames() const override { return topology_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    const PinnedNames& names = GetPinnedNames();
    DataSourceHandle source = topology_->Get(name);
    const Growth growth = FindGrowth(topology_);
    if (!source || !growth.is_pinned) return source;
    if (name == names.wrap) return scene::Retain(names.nonperiodic);
    if (name == names.curveIndices) return Grow(source, growth, growth.ends);
    if (name != names.curveVertexCounts || growth.ends == 0) return source;
    Array<int32_t> counts = growth.counts;
    for (size_t i = 0; i < counts.GetSize(); ++i)
      if (counts[i] > 0) counts.GetMutableData()[i] += static_cast<int32_t>(2 * growth.ends);
    return scene::Retain(std::move(counts));
  }

 private:
  ContainerDataSourceHandle topology_;
};

// A primvar, or all of them, of curves that grow.
class GrownPrimvars final : public ContainerDataSource {
 public:
  GrownPrimvars(ContainerDataSourceHandle primvars, ContainerDataSourceHandle prim)
      : primvars_(std::move(primvars)), prim_(std::move(prim)) {}
  std::vector<Token> GetNames() const override { return primvars_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    const Names& names = scene::GetNames();
    DataSourceHandle source = primvars_->Get(name);
    const auto primvar = ContainerDataSource::Cast(source);
    const Growth growth = FindGrowth(ContainerDataSource::Cast(
        ContainerDataSource::Get(prim_, {GetPinnedNames().basisCurves, names.topology})));
    const size_t ends = primvar ? FindEnds(primvar, growth) : 0;
    if (ends == 0) return source;
    // Indices lead to values, which stay.
    const Token grown = primvar->Get(names.indices) ? names.indices : names.primvarValue;
    return OverlayContainerDataSource::New(
        RetainedContainerDataSource::New({{grown, Grow(primvar->Get(grown), growth, ends)}}), primvar);
  }

 private:
  // Values at the ends of segments are one less at each end than there are points more.
  static size_t FindEnds(const ContainerDataSourceHandle& primvar, const Growth& growth) {
    const Names& names = scene::GetNames();
    if (growth.ends == 0) return 0;
    const auto interpolation = GetValueAs<Token>(primvar->Get(names.interpolation));
    if (interpolation == names.vertex) return growth.has_indices ? 0 : growth.ends;
    return interpolation == names.varying ? growth.ends - 1 : 0;
  }
  ContainerDataSourceHandle primvars_, prim_;
};

class GrownCurves final : public ContainerDataSource {
 public:
  explicit GrownCurves(ContainerDataSourceHandle curves) : curves_(std::move(curves)) {}
  std::vector<Token> GetNames() const override { return curves_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle source = curves_->Get(name);
    auto topology =
        name == scene::GetNames().topology ? ContainerDataSource::Cast(source) : ContainerDataSourceHandle();
    return topology ? Make<const GrownTopology>(std::move(topology)) : source;
  }

 private:
  ContainerDataSourceHandle curves_;
};

class GrownPrim final : public ContainerDataSource {
 public:
  explicit GrownPrim(ContainerDataSourceHandle prim) : prim_(std::move(prim)) {}
  std::vector<Token> GetNames() const override { return prim_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle source = prim_->Get(name);
    auto container = ContainerDataSource::Cast(source);
    if (container && name == GetPinnedNames().basisCurves)
      return Make<const GrownCurves>(std::move(container));
    if (container && name == scene::GetNames().primvars)
      return Make<const GrownPrimvars>(std::move(container), prim_);
    return source;
  }

 private:
  ContainerDataSourceHandle prim_;
};

}  // namespace

ScenePrim PinnedCurvesSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (prim.type == GetPinnedNames().basisCurves && prim.data)
    prim.data = Make<const GrownPrim>(std::move(prim.data));
  return prim;
}

void PinnedCurvesSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const Names& names = scene::GetNames();
  ChangeSet out = changes;
  // How primvars grow follows from the topology.
  for (DirtiedPrim& dirtied : out.dirtied)
    if (dirtied.locators.Intersects(DataSourceLocator{GetPinnedNames().basisCurves, names.topology}))
      dirtied.locators.Insert(DataSourceLocator(names.primvars));
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::scene
