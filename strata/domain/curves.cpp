#include "strata/domain/curves.h"

#include <fmt/format.h>

#include <algorithm>

namespace strata::domain {

namespace {

size_t Sum(const Array<int32_t>& counts) {
  size_t sum = 0;
  for (int32_t count : counts) sum += static_cast<size_t>(std::max(count, 0));
  return sum;
}

}  // namespace

BasisCurves::BasisCurves(const stage::Prim& prim, stage::Time time)
    : BasisCurves(prim.GetAttribute(Token("curveVertexCounts")).Get(time).GetOr(Array<int32_t>()),
                  prim.GetAttribute(Token("type")).Get().GetOr(Token("cubic")),
                  prim.GetAttribute(Token("basis")).Get().GetOr(Token("bezier")),
                  prim.GetAttribute(Token("wrap")).Get().GetOr(Token("nonperiodic"))) {}

BasisCurves::BasisCurves(Array<int32_t> vertex_counts, Token type, Token basis, Token wrap)
    : counts_(std::move(vertex_counts)), type_(type), basis_(basis), wrap_(wrap) {}

int64_t BasisCurves::CountSegments(int64_t vertices) const {
  const bool is_periodic = wrap_ == Token("periodic");
  if (!IsCubic()) return is_periodic ? vertices : vertices - 1;
  const int64_t step = basis_ == Token("bezier") ? 3 : 1;
  if (is_periodic) return std::max<int64_t>(vertices / step, 0);
  if (wrap_ == Token("pinned") && step == 1) return std::max<int64_t>(vertices - 1, 0);
  return std::max<int64_t>((vertices - 4) / step + 1, 0);
}

Array<int32_t> BasisCurves::ComputeSegmentCounts() const {
  Array<int32_t> segments;
  for (int32_t count : counts_)
    segments.PushBack(static_cast<int32_t>(std::max<int64_t>(CountSegments(count), 0)));
  return segments;
}

// As OpenUSD counts: of linear curves one more than segments, of cubic ones as if pinned ends were not there.
size_t BasisCurves::ComputeVaryingDataSize() const {
  const bool is_periodic = wrap_ == Token("periodic");
  const int64_t step = basis_ == Token("bezier") ? 3 : 1;
  int64_t size = 0;
  for (int32_t count : counts_) {
    const int64_t segments = !IsCubic() || is_periodic ? CountSegments(count) : (int64_t{count} - 4) / step + 1;
    size += std::max<int64_t>(segments, 0) + (IsCubic() && is_periodic ? 0 : 1);
  }
  return static_cast<size_t>(size);
}

size_t BasisCurves::ComputeVertexDataSize() const {
  return Sum(counts_);
}

Token BasisCurves::ComputeInterpolationForSize(size_t size) const {
  if (size == 1) return Token("constant");
  if (size == ComputeUniformDataSize()) return Token("uniform");
  if (size == ComputeVaryingDataSize()) return Token("varying");
  if (size == ComputeVertexDataSize()) return Token("vertex");
  return {};
}

bool BasisCurves::Validate(size_t point_count, std::string* why) const {
  const auto refuse = [&](std::string text) {
    if (why) *why = std::move(text);
    return false;
  };
  const bool is_bezier = IsCubic() && basis_ == Token("bezier");
  const bool is_periodic = wrap_ == Token("periodic"), is_pinned = wrap_ == Token("pinned");
  for (size_t i = 0; i < counts_.size(); ++i) {
    const int32_t count = counts_[i];
    const int32_t fewest = !IsCubic() ? 2 : is_periodic ? 3 : is_pinned && !is_bezier ? 2 : 4;
    if (count < fewest)
      return refuse(fmt::format("curve {} has {} vertices, and needs {} or more", i, count, fewest));
    if (is_bezier && count % 3 != (is_periodic ? 0 : 1))
      return refuse(fmt::format("curve {} has {} vertices, where {} of Bezier curves have {}", i, count,
                                is_periodic ? "periodic ones" : "those", is_periodic ? "3n" : "3n + 1"));
  }
  if (Sum(counts_) != point_count)
    return refuse(
        fmt::format("the curves have {} vertices, and there are {} points", Sum(counts_), point_count));
  return true;
}

bool ValidatePoints(const stage::Prim& prim, stage::Time time, std::string* why) {
  const size_t points = prim.GetAttribute(Token("points")).Get(time).GetOr(Array<Vec3f>()).size();
  const auto fits = [&](const char* name, size_t size, bool one_is_enough) {
    if (size == 0 || size == points || (one_is_enough && size == 1)) return true;
    if (why) *why = fmt::format("there are {} {} for {} points", size, name, points);
    return false;
  };
  const auto size_of = [&](const char* name) { return prim.GetAttribute(Token(name)).Get(time); };
  return fits("widths", size_of("widths").GetOr(Array<float>()).size(), true) &&
         fits("ids", size_of("ids").GetOr(Array<int64_t>()).size(), false) &&
         fits("velocities", size_of("velocities").GetOr(Array<Vec3f>()).size(), false) &&
         fits("accelerations", size_of("accelerations").GetOr(Array<Vec3f>()).size(), false);
}

}  // namespace strata::domain
