#include "strata/render/curves.h"

#include <array>
#include <cmath>

#include "strata/render/primvar_values.h"
#include "strata/scene/names.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::render {

namespace {

constexpr uint32_t kLinesPerPiece = 8;
constexpr size_t kMaxLines = size_t{1} << 28;

using Weights = std::array<double, 4>;

Weights GetWeights(Token basis, double t) {
  static const Token kBezier("bezier"), kCatmullRom("catmullRom");
  const double s = 1 - t, t2 = t * t, t3 = t2 * t;
  if (basis == kBezier) return {s * s * s, 3 * s * s * t, 3 * s * t2, t3};
  if (basis == kCatmullRom)
    return {(-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2};
  return {s * s * s / 6, (3 * t3 - 6 * t2 + 4) / 6, (-3 * t3 + 3 * t2 + 3 * t + 1) / 6, t3 / 6};
}

class CurveReader {
 public:
  CurveReader(const scene::ScenePrim& prim, Geometry& geometry, GeometryRemarks& remarks)
      : geometry_(geometry), remarks_(remarks), points_(ReadPoints(prim)) {
    const auto topology = scene::BasisCurvesSchema::GetFromParent(prim.data).GetTopology();
    counts_ = topology.GetCurveVertexCounts().value_or(Array<int32_t>());
    indices_ = topology.GetCurveIndices().value_or(Array<int32_t>());
    basis_ = topology.GetBasis().value_or(Token("bezier"));
    is_cubic_ = topology.GetType().value_or(Token("cubic")) == Token("cubic");
    is_periodic_ = topology.GetWrap() == Token("periodic");
    const AttributeCounts counts{counts_.GetSize(), points_.size(), points_.size()};
    widths_ = ReadAttribute<float>(prim, scene::GetNames().widths, counts, remarks);
    colors_ = ReadAttribute<Vec3f>(prim, Token("displayColor"), counts, remarks);
  }

  void Read() {
    geometry_.kind = ShapeKind::kLines;
    geometry_.face_count = counts_.GetSize();
    const size_t all = indices_.IsEmpty() ? points_.size() : indices_.GetSize();
    size_t first = 0;
    for (size_t curve = 0; curve < counts_.GetSize(); ++curve) {
      if (counts_[curve] < 0 || static_cast<size_t>(counts_[curve]) > all - first) {
        remarks_.bad_faces += counts_.GetSize() - curve;
        break;
      }
      if (geometry_.points.size() > kMaxLines) {
        remarks_.too_large = true;
        break;
      }
      ReadCurve(curve, first, static_cast<size_t>(counts_[curve]));
      first += static_cast<size_t>(counts_[curve]);
    }
    if (colors_.IsThere()) {
      geometry_.colors.interpolation = colors_.interpolation == Interpolation::kConstant
                                           ? Interpolation::kConstant
                                           : Interpolation::kVertex;
      if (colors_.interpolation == Interpolation::kConstant) geometry_.colors.values = {colors_.values[0]};
    }
  }

 private:
  // Of the vertices of a curve; nothing where one is no point.
  bool TakeVertices(size_t first, size_t count) {
    vertices_.clear();
    for (size_t i = 0; i < count; ++i) {
      const auto index = static_cast<int64_t>(indices_.IsEmpty() ? first + i : 0);
      const int64_t at = indices_.IsEmpty() ? index : indices_[first + i];
      if (at < 0 || static_cast<size_t>(at) >= points_.size()) {
        ++remarks_.bad_faces;
        return false;
      }
      if (!IsFinite(points_[static_cast<size_t>(at)])) {
        ++remarks_.bad_points;
        return false;
      }
      vertices_.push_back(static_cast<uint32_t>(at));
    }
    return true;
  }

  float GetWidth(size_t curve, uint32_t vertex) const {
    return widths_.IsThere() ? widths_.Get(curve, vertex, vertex) : 1.0f;
  }
  Vec3f GetColor(size_t curve, uint32_t vertex) const { return colors_.Get(curve, vertex, vertex); }

  void AddPoint(size_t curve, const uint32_t* vertices, const double* weights, size_t count) {
    Vec3f point, color;
    double width = 0;
    for (size_t i = 0; i < count; ++i) {
      point = point + points_[vertices[i]] * weights[i];
      width += GetWidth(curve, vertices[i]) * weights[i];
      if (colors_.IsThere()) color = color + GetColor(curve, vertices[i]) * weights[i];
    }
    geometry_.points.push_back(point);
    geometry_.point_sources.push_back(static_cast<uint32_t>(curve));
    const auto radius = static_cast<float>(width / 2);
    geometry_.radii.push_back(std::isfinite(radius) && radius > 0 ? radius : 1e-6f);
    if (colors_.IsThere() && colors_.interpolation != Interpolation::kConstant)
      geometry_.colors.values.push_back(color);
  }

  // Joins the points of the curve that were added last, from `from` on.
  void Join(size_t from) {
    for (size_t i = from; i + 1 < geometry_.points.size(); ++i)
      geometry_.segments.push_back(static_cast<uint32_t>(i));
  }

  void ReadCurve(size_t curve, size_t first, size_t count) {
    if (count < 2 || !TakeVertices(first, count)) return;
    const size_t from = geometry_.points.size();
    const double whole = 1;
    if (!is_cubic_) {
      for (uint32_t vertex : vertices_) AddPoint(curve, &vertex, &whole, 1);
      if (is_periodic_) AddPoint(curve, vertices_.data(), &whole, 1);
      return Join(from);
    }
    static const Token kBezier("bezier");
    const size_t step = basis_ == kBezier ? 3 : 1;
    const size_t pieces = is_periodic_ ? count / step : count < 4 ? 0 : (count - 4) / step + 1;
    for (size_t piece = 0; piece < pieces; ++piece) {
      std::array<uint32_t, 4> around;
      for (size_t k = 0; k < 4; ++k) around[k] = vertices_[(piece * step + k) % count];
      for (uint32_t i = piece ? 1 : 0; i <= kLinesPerPiece; ++i)
        AddPoint(curve, around.data(), GetWeights(basis_, double(i) / kLinesPerPiece).data(), 4);
    }
    Join(from);
  }

  Geometry& geometry_;
  GeometryRemarks& remarks_;
  std::vector<Vec3f> points_;
  Array<int32_t> counts_, indices_;
  Attribute<float> widths_;
  Attribute<Vec3f> colors_;
  std::vector<uint32_t> vertices_;
  Token basis_;
  bool is_cubic_ = true, is_periodic_ = false;
};

}  // namespace

GeometryPtr ReadCurves(const scene::ScenePrim& prim, GeometryRemarks& remarks) {
  auto geometry = std::make_shared<Geometry>();
  CurveReader(prim, *geometry, remarks).Read();
  return geometry->segments.empty() ? nullptr : geometry;
}

}  // namespace strata::render
