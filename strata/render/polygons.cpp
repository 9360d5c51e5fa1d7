#include "strata/render/polygons.h"

#include <cmath>
#include <numeric>

namespace strata::render {

namespace {

constexpr size_t kMaxConcaveCorners = 1000;

struct Flat {
  double x, y;
};

double Cross(const Flat& a, const Flat& b, const Flat& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// The polygon seen along its normal, so that it turns counterclockwise.
std::vector<Flat> Flatten(std::span<const Vec3f> corners) {
  double normal[3] = {};
  for (size_t i = 0; i < corners.size(); ++i) {
    const Vec3f &a = corners[i], &b = corners[(i + 1) % corners.size()];
    for (size_t k = 0; k < 3; ++k) {
      const size_t u = (k + 1) % 3, v = (k + 2) % 3;
      normal[k] += (static_cast<double>(a[u]) - b[u]) * (static_cast<double>(a[v]) + b[v]);
    }
  }
  size_t axis = 0;
  for (size_t k = 1; k < 3; ++k)
    if (std::abs(normal[k]) > std::abs(normal[axis])) axis = k;
  const size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
  const double side = normal[axis] < 0 ? -1 : 1;
  std::vector<Flat> flat;
  flat.reserve(corners.size());
  for (const Vec3f& corner : corners) flat.push_back({corner[u] * side, corner[v]});
  return flat;
}

bool IsConvex(const std::vector<Flat>& flat) {
  const size_t count = flat.size();
  for (size_t i = 0; i < count; ++i)
    if (Cross(flat[i], flat[(i + 1) % count], flat[(i + 2) % count]) < 0) return false;
  return true;
}

void CutAsFan(size_t count, std::vector<uint32_t>& triangles) {
  for (uint32_t i = 1; i + 1 < count; ++i) triangles.insert(triangles.end(), {0, i, i + 1});
}

bool IsEar(const std::vector<Flat>& flat, const std::vector<uint32_t>& left, size_t at) {
  const size_t count = left.size();
  const uint32_t before = left[(at + count - 1) % count], tip = left[at], after = left[(at + 1) % count];
  if (Cross(flat[before], flat[tip], flat[after]) <= 0) return false;
  for (uint32_t other : left) {
    if (other == before || other == tip || other == after) continue;
    if (Cross(flat[before], flat[tip], flat[other]) >= 0 && Cross(flat[tip], flat[after], flat[other]) >= 0 &&
        Cross(flat[after], flat[before], flat[other]) >= 0)
      return false;
  }
  return true;
}

}  // namespace

void CutPolygon(std::span<const Vec3f> corners, std::vector<uint32_t>& triangles) {
  const size_t count = corners.size();
  if (count < 3) return;
  if (count == 3 || count > kMaxConcaveCorners) return CutAsFan(count, triangles);
  const std::vector<Flat> flat = Flatten(corners);
  if (IsConvex(flat)) return CutAsFan(count, triangles);
  std::vector<uint32_t> left(count);
  std::iota(left.begin(), left.end(), 0);
  while (left.size() > 3) {
    size_t ear = 0;
    while (ear < left.size() && !IsEar(flat, left, ear)) ++ear;
    // A polygon that crosses itself has none: any corner goes.
    if (ear == left.size()) ear = 0;
    const size_t now = left.size();
    triangles.insert(triangles.end(), {left[(ear + now - 1) % now], left[ear], left[(ear + 1) % now]});
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(ear));
  }
  triangles.insert(triangles.end(), left.begin(), left.end());
}

}  // namespace strata::render
