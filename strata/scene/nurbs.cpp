#include "strata/scene/nurbs.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <type_traits>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/primvars.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::scene {

namespace {

constexpr int32_t kPointsPerSpan = 8;
constexpr int32_t kMaxOrder = 32;       // orders beyond count as malformed
constexpr size_t kMaxPoints = 1 << 26;  // of one prim

const Token& GetCurvesType() {
  static const Token type = NurbsCurvesSchema::GetSchemaToken();
  return type;
}
const Token& GetPatchType() {
  static const Token type = NurbsPatchSchema::GetSchemaToken();
  return type;
}
const Token& GetBasisCurvesType() {
  static const Token type = BasisCurvesSchema::GetSchemaToken();
  return type;
}

// A point along one direction: how much of which control points it is, and where among the spans.
struct Sample {
  size_t first = 0;
  std::vector<double> weights;  // of the control points from `first` on
  size_t span = 0;
  double fraction = 0;
};

struct Direction {
  std::vector<Sample> samples;
  size_t vertices = 0, spans = 0;  // of the data: also those without length
};

// Cox and de Boor. REQUIRES: u lies in the span from knots[span], which is not empty.
std::vector<double> ComputeBasis(const double* knots, size_t span, size_t degree, double u) {
  std::vector<double> basis(degree + 1, 0.0), left(degree + 1), right(degree + 1);
  basis[0] = 1;
  for (size_t j = 1; j <= degree; ++j) {
    left[j] = u - knots[span + 1 - j];
    right[j] = knots[span + j] - u;
    double saved = 0;
    for (size_t r = 0; r < j; ++r) {
      const double width = right[r + 1] + left[j - r];
      const double part = width != 0 ? basis[r] / width : 0;
      basis[r] = saved + right[r + 1] * part;
      saved = left[j - r] * part;
    }
    basis[j] = saved;
  }
  return basis;
}

// The control points themselves.
Direction MakeHull(size_t vertices) {
  Direction hull{{}, vertices, vertices > 1 ? vertices - 1 : 0};
  for (size_t i = 0; i < vertices; ++i) {
    const bool is_last = i > 0 && i + 1 == vertices;
    hull.samples.push_back({i, {1}, is_last ? i - 1 : i, is_last ? 1.0 : 0.0});
  }
  return hull;
}

// `knots` has vertices + order values where they are sound.
Direction MakeDirection(int64_t vertices, int32_t order, const double* knots, size_t knot_count,
                        Vec2d range) {
  const auto count = static_cast<size_t>(std::max<int64_t>(0, vertices));
  const bool is_sound =
      order >= 2 && order <= kMaxOrder && vertices >= order &&
      knot_count == count + static_cast<size_t>(order) &&
      std::all_of(knots, knots + knot_count, [](double knot) { return std::isfinite(knot); }) &&
      std::is_sorted(knots, knots + knot_count);
  if (!is_sound) return MakeHull(count);
  const auto degree = static_cast<size_t>(order - 1);
  double begin = knots[degree], end = knots[count];
  if (range[0] < range[1]) {
    begin = std::max(begin, range[0]);
    end = std::min(end, range[1]);
  }
  if (!(begin < end)) return MakeHull(count);
  Direction direction{{}, count, count - degree};
  const int32_t steps = degree == 1 ? 1 : kPointsPerSpan;
  const auto add = [&](size_t span, double u) {
    const double width = knots[span + 1] - knots[span];
    direction.samples.push_back(
        {span - degree, ComputeBasis(knots, span, degree, u), span - degree, (u - knots[span]) / width});
  };
  size_t last = degree;
  for (size_t span = degree; span < count; ++span) {
    const double from = std::max(begin, knots[span]), to = std::min(end, knots[span + 1]);
    if (!(from < to)) continue;
    for (int32_t step = 0; step < steps; ++step) add(span, from + (to - from) * step / steps);
    last = span;
  }
  add(last, end);
  return direction;
}

// What points of an approximation are made of: of which values how much.
struct Stencils {
  std::vector<size_t> begins{0};  // one more than there are points
  std::vector<size_t> indices;
  std::vector<double> weights;
  size_t GetCount() const { return begins.size() - 1; }
  void Add(size_t index, double weight) {
    indices.push_back(index);
    weights.push_back(weight);
  }
  void End() { begins.push_back(indices.size()); }
};

void AddVarying(const Sample& sample, size_t first, double part, size_t stride, Stencils& to) {
  to.Add(first + sample.span * stride, part * (1 - sample.fraction));
  if (sample.fraction > 0) to.Add(first + (sample.span + 1) * stride, part * sample.fraction);
}

struct Approximation {
  Stencils vertex, varying;
  std::vector<size_t> faces;       // of a patch: its spans; empty: uniform values stay
  Array<int32_t> counts, indices;  // of curves: counts alone
};

Approximation ApproximateCurves(const NurbsCurvesSchema& curves) {
  const auto counts = curves.GetCurveVertexCounts().value_or(Array<int32_t>());
  const auto orders = curves.GetOrder().value_or(Array<int32_t>());
  const auto knots = curves.GetKnots().value_or(Array<double>());
  const auto ranges = curves.GetRanges().value_or(Array<Vec2d>());
  Approximation made;
  size_t vertex = 0, varying = 0, knot = 0;
  for (size_t i = 0; i < counts.GetSize(); ++i) {
    const int64_t count = std::max(0, counts[i]);
    const int32_t order = i < orders.GetSize() ? orders[i] : 0;
    const size_t wanted = static_cast<size_t>(count) + static_cast<size_t>(std::max(0, order));
    const size_t found = std::min(wanted, knots.GetSize() - std::min(knot, knots.GetSize()));
    if (vertex + static_cast<size_t>(count) > kMaxPoints / kPointsPerSpan) break;
    const Direction line = MakeDirection(count, order, knots.GetData() + std::min(knot, knots.GetSize()),
                                         found, i < ranges.GetSize() ? ranges[i] : Vec2d{0, 0});
    for (const Sample& sample : line.samples) {
      for (size_t k = 0; k < sample.weights.size(); ++k)
        made.vertex.Add(vertex + sample.first + k, sample.weights[k]);
      made.vertex.End();
      AddVarying(sample, varying, 1, 1, made.varying);
      made.varying.End();
    }
    made.counts.PushBack(static_cast<int32_t>(line.samples.size()));
    vertex += line.vertices;
    varying += line.spans + 1;
    knot += wanted;
  }
  return made;
}

Approximation ApproximatePatch(const NurbsPatchSchema& patch) {
  const auto make = [](std::optional<int32_t> count, std::optional<int32_t> order,
                       const std::optional<Array<double>>& knots, std::optional<Vec2d> range) {
    const Array<double> none;
    const Array<double>& all = knots ? *knots : none;
    const int32_t vertices = std::min<int32_t>(count.value_or(0), 1 << 20);
    return MakeDirection(vertices, order.value_or(0), all.GetData(), all.GetSize(),
                         range.value_or(Vec2d{0, 0}));
  };
  const Direction u = make(patch.GetUVertexCount(), patch.GetUOrder(), patch.GetUKnots(), patch.GetURange());
  const Direction v = make(patch.GetVVertexCount(), patch.GetVOrder(), patch.GetVKnots(), patch.GetVRange());
  Approximation made;
  if (u.samples.size() < 2 || v.samples.size() < 2 || u.samples.size() > kMaxPoints / v.samples.size())
    return made;
  for (const Sample& b : v.samples)
    for (const Sample& a : u.samples) {
      for (size_t j = 0; j < b.weights.size(); ++j)
        for (size_t i = 0; i < a.weights.size(); ++i)
          made.vertex.Add((b.first + j) * u.vertices + a.first + i, a.weights[i] * b.weights[j]);
      made.vertex.End();
      AddVarying(a, b.span * (u.spans + 1), 1 - b.fraction, 1, made.varying);
      if (b.fraction > 0) AddVarying(a, (b.span + 1) * (u.spans + 1), b.fraction, 1, made.varying);
      made.varying.End();
    }
  const size_t width = u.samples.size();
  for (size_t j = 0; j + 1 < v.samples.size(); ++j)
    for (size_t i = 0; i + 1 < width; ++i) {
      made.counts.PushBack(4);
      for (const size_t corner :
           {j * width + i, j * width + i + 1, (j + 1) * width + i + 1, (j + 1) * width + i})
        made.indices.PushBack(static_cast<int32_t>(corner));
      made.faces.push_back(v.samples[j].span * u.spans + u.samples[i].span);
    }
  return made;
}

template <class T>
constexpr bool kBlends = std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, Vec2f> ||
                         std::is_same_v<T, Vec3f> || std::is_same_v<T, Vec4f> || std::is_same_v<T, Vec2d> ||
                         std::is_same_v<T, Vec3d> || std::is_same_v<T, Vec4d>;

// Numbers are blended; of others the value that weighs most is taken. Values that are not there weigh
// nothing.
template <class T>
Array<T> Apply(const Array<T>& values, const Stencils& stencils) {
  Array<T> out;
  out.Reserve(stencils.GetCount());
  for (size_t i = 0; i < stencils.GetCount(); ++i) {
    T blended{};
    double most = 0;
    for (size_t k = stencils.begins[i]; k < stencils.begins[i + 1]; ++k) {
      if (stencils.indices[k] >= values.GetSize()) continue;
      const T& value = values[stencils.indices[k]];
      const double weight = stencils.weights[k];
      if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
        blended += static_cast<T>(value * weight);
      } else if constexpr (kBlends<T>) {
        for (size_t c = 0; c < sizeof(T) / sizeof(value[0]); ++c)
          blended[c] += static_cast<std::remove_cvref_t<decltype(value[0])>>(value[c] * weight);
      } else if (weight > most) {
        most = weight;
        blended = value;
      }
    }
    out.PushBack(std::move(blended));
  }
  return out;
}

using ApproximationPtr = std::shared_ptr<const Approximation>;

class BlendedSource final : public SampledDataSource {
 public:
  BlendedSource(SampledDataSourceHandle source, ApproximationPtr made, Token interpolation)
      : source_(std::move(source)), made_(std::move(made)), interpolation_(interpolation) {}
  Value GetValue(double offset) const override {
    Value value = source_->GetValue(offset);
#define X(name, type, text) \
  if (const auto* array = value.GetIf<Array<type>>()) return Value(Blend<type>(*array));
    STRATA_ELEMENT_TYPES(X)
#undef X
    return value;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return source_->GetContributingSampleTimes(start, end, times);
  }

 private:
  template <class T>
  Array<T> Blend(const Array<T>& values) const {
    const Names& names = scene::GetNames();
    if (interpolation_ == names.vertex) return Apply<T>(values, made_->vertex);
    if (interpolation_ == names.varying) return Apply<T>(values, made_->varying);
    Array<T> out;
    for (const size_t face : made_->faces) out.PushBack(face < values.GetSize() ? values[face] : T{});
    return out;
  }
  SampledDataSourceHandle source_;
  ApproximationPtr made_;
  Token interpolation_;
};

ApproximationPtr Approximate(const ContainerDataSourceHandle& prim, Token type) {
  return std::make_shared<const Approximation>(type == GetCurvesType()
                                                   ? ApproximateCurves(NurbsCurvesSchema::GetFromParent(prim))
                                                   : ApproximatePatch(NurbsPatchSchema::GetFromParent(prim)));
}

class BlendedPrimvars final : public ContainerDataSource {
 public:
  BlendedPrimvars(ContainerDataSourceHandle primvars, ContainerDataSourceHandle prim, Token type)
      : primvars_(std::move(primvars)), prim_(std::move(prim)), type_(type) {}
  std::vector<Token> GetNames() const override { return primvars_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    const Names& names = scene::GetNames();
    DataSourceHandle source = primvars_->Get(name);
    const auto primvar = ContainerDataSource::Cast(source);
    if (!primvar) return source;
    const Token interpolation = GetValueAs<Token>(primvar->Get(names.interpolation)).value_or(Token());
    const bool is_blended = interpolation == names.vertex || interpolation == names.varying ||
                            (interpolation == names.uniform && type_ == GetPatchType());
    if (!is_blended) return source;
    // Indices are gathered first: it is values that are blended.
    const auto flat = GetFlattened(primvar);
    if (!flat) return source;
    return OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{names.primvarValue, Make<const BlendedSource>(flat, Approximate(prim_, type_), interpolation)},
             {names.indexedPrimvarValue, BlockDataSource::Get()},
             {names.indices, BlockDataSource::Get()}}),
        primvar);
  }

 private:
  static SampledDataSourceHandle GetFlattened(const ContainerDataSourceHandle& primvar) {
    return GetFlattenedPrimvarValue(PrimvarSchema(primvar));
  }
  ContainerDataSourceHandle primvars_, prim_;
  Token type_;
};

DataSourceHandle MakeLines(const ContainerDataSourceHandle& prim) {
  using Topology = BasisCurvesTopologySchema;
  return SchemaBuilder()
      .Set(BasisCurvesSchema::kTopology,
           SchemaBuilder()
               .SetValue(Topology::kCurveVertexCounts, Approximate(prim, GetCurvesType())->counts)
               .SetValue(Topology::kBasis, Token("bezier"))
               .SetValue(Topology::kType, Token("linear"))
               .SetValue(Topology::kWrap, Token("nonperiodic"))
               .Build())
      .Build();
}

DataSourceHandle MakeMesh(const ContainerDataSourceHandle& prim) {
  using Topology = MeshTopologySchema;
  const NurbsPatchSchema patch = NurbsPatchSchema::GetFromParent(prim);
  const ApproximationPtr made = Approximate(prim, GetPatchType());
  return SchemaBuilder()
      .Set(MeshSchema::kTopology,
           SchemaBuilder()
               .SetValue(Topology::kFaceVertexCounts, made->counts)
               .SetValue(Topology::kFaceVertexIndices, made->indices)
               .SetValue(Topology::kOrientation, patch.GetOrientation().value_or(Token("rightHanded")))
               .Build())
      .SetValue(MeshSchema::kSubdivisionScheme, Token("none"))
      .SetValue(MeshSchema::kDoubleSided, patch.GetDoubleSided().value_or(false))
      .Build();
}

Token GetShownType(Token type) {
  return type == GetCurvesType() ? GetBasisCurvesType() : scene::GetNames().mesh;
}
bool IsNurbs(Token type) {
  return type == GetCurvesType() || type == GetPatchType();
}

class ApproximatedPrim final : public ContainerDataSource {
 public:
  ApproximatedPrim(ContainerDataSourceHandle prim, Token type) : prim_(std::move(prim)), type_(type) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> all = prim_->GetNames();
    const Token shown = GetShownType(type_);
    if (std::ranges::find(all, shown) == all.end()) all.push_back(shown);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    if (name == GetShownType(type_)) return type_ == GetCurvesType() ? MakeLines(prim_) : MakeMesh(prim_);
    DataSourceHandle source = prim_->Get(name);
    auto primvars =
        name == scene::GetNames().primvars ? ContainerDataSource::Cast(source) : ContainerDataSourceHandle();
    return primvars ? Make<const BlendedPrimvars>(std::move(primvars), prim_, type_) : source;
  }

 private:
  ContainerDataSourceHandle prim_;
  Token type_;
};

}  // namespace

ScenePrim NurbsSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.data || !IsNurbs(prim.type)) return prim;
  return {GetShownType(prim.type), Make<const ApproximatedPrim>(std::move(prim.data), prim.type)};
}

void NurbsSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out = changes;
  for (AddedPrim& added : out.added)
    if (IsNurbs(added.type)) added.type = GetShownType(added.type);
  // How primvars are blended follows from the knots.
  for (DirtiedPrim& dirtied : out.dirtied)
    for (const Token type : {GetCurvesType(), GetPatchType()})
      if (dirtied.locators.Intersects(type) && !dirtied.locators.IsUniversal()) {
        dirtied.locators.Insert(DataSourceLocator(GetShownType(type)));
        dirtied.locators.Insert(DataSourceLocator(scene::GetNames().primvars));
      }
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::scene
