#include "consumers/embree/traced_scene.h"

#include <fmt/format.h>

#include <cstring>

#include "strata/math/transform.h"

namespace strata::embree {

namespace {

using render::Geometry;
using render::ShapeKind;
using render::Surface;

// Places where nothing is to be seen: flat to a line, or beyond what floats hold.
bool CanBeTraced(const Matrix4d& m) {
  for (const auto& row : m.data)
    for (double each : row)
      if (!(std::abs(each) < 1e18)) return false;
  return std::abs(GetDeterminant3(m)) > 1e-30;
}

// By the cofactors, which is the transposed inverse but for its size; mirrored places turn it as well.
Vec3f TransformNormal(const float* m, const Vec3f& n) {
  const Vec3f a{m[0], m[1], m[2]}, b{m[3], m[4], m[5]}, c{m[6], m[7], m[8]};
  const Vec3f normal = Scale(Cross(b, c), n[0]) + Scale(Cross(c, a), n[1]) + Scale(Cross(a, b), n[2]);
  return Normalize(Dot(a, Cross(b, c)) < 0 ? Scale(normal, -1) : normal);
}

RTCRay MakeRay(const Ray& ray) {
  RTCRay made{};
  made.org_x = ray.origin[0];
  made.org_y = ray.origin[1];
  made.org_z = ray.origin[2];
  made.dir_x = ray.direction[0];
  made.dir_y = ray.direction[1];
  made.dir_z = ray.direction[2];
  made.tnear = ray.near;
  made.tfar = ray.far;
  made.mask = ~0u;
  return made;
}

float* AddVertices(RTCGeometry made, const Geometry& geometry, bool with_radii) {
  const size_t size = with_radii ? 16 : 12;
  auto* data = static_cast<float*>(rtcSetNewGeometryBuffer(made, RTC_BUFFER_TYPE_VERTEX, 0,
                                                           with_radii ? RTC_FORMAT_FLOAT4 : RTC_FORMAT_FLOAT3,
                                                           size, geometry.points.size()));
  for (size_t i = 0; data && i < geometry.points.size(); ++i) {
    float* at = data + i * size / 4;
    const bool is_finite = std::isfinite(geometry.points[i][0]) && std::isfinite(geometry.points[i][1]) &&
                           std::isfinite(geometry.points[i][2]);
    for (size_t k = 0; k < 3; ++k) at[k] = is_finite ? geometry.points[i][k] : 0;
    if (with_radii) at[3] = geometry.radii[i];
  }
  return data;
}

uint32_t* AddIndices(RTCGeometry made, RTCFormat format, size_t numbers, size_t count) {
  return static_cast<uint32_t*>(
      rtcSetNewGeometryBuffer(made, RTC_BUFFER_TYPE_INDEX, 0, format, numbers * 4, count));
}

}  // namespace

TracedScene::TracedScene(unsigned thread_count)
    : device_(rtcNewDevice(fmt::format("threads={}", thread_count).c_str())) {}

TracedScene::~TracedScene() {
  if (top_) rtcReleaseScene(top_);
  for (auto& [geometry, tree] : trees_)
    if (tree.scene) rtcReleaseScene(tree.scene);
  if (device_) rtcReleaseDevice(device_);
}

std::string TracedScene::GetError() const {
  switch (rtcGetDeviceError(device_)) {
    case RTC_ERROR_NONE:
      return device_ ? "" : "it cannot be started";
    case RTC_ERROR_OUT_OF_MEMORY:
      return "there is not enough memory";
    case RTC_ERROR_UNSUPPORTED_CPU:
      return "it does not know this processor";
    default:
      return "it fails";
  }
}

RTCScene TracedScene::BuildTree(const Geometry& geometry) {
  RTCGeometry made = nullptr;
  bool has_memory = false;
  if (geometry.kind == ShapeKind::kTriangles) {
    made = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_TRIANGLE);
    uint32_t* indices = AddIndices(made, RTC_FORMAT_UINT3, 3, geometry.triangles.size());
    has_memory = indices && AddVertices(made, geometry, false);
    for (size_t i = 0; has_memory && i < geometry.triangles.size(); ++i)
      std::memcpy(indices + i * 3, geometry.triangles[i].points, 12);
  } else if (geometry.kind == ShapeKind::kLines) {
    made = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_ROUND_LINEAR_CURVE);
    uint32_t* indices = AddIndices(made, RTC_FORMAT_UINT, 1, geometry.segments.size());
    has_memory = indices && AddVertices(made, geometry, true);
    if (has_memory) std::memcpy(indices, geometry.segments.data(), geometry.segments.size() * 4);
  } else {
    // Balls have no indices: those that are not drawn are left out.
    made = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_SPHERE_POINT);
    auto* data = static_cast<float*>(rtcSetNewGeometryBuffer(made, RTC_BUFFER_TYPE_VERTEX, 0,
                                                             RTC_FORMAT_FLOAT4, 16, geometry.balls.size()));
    has_memory = data != nullptr;
    for (size_t i = 0; data && i < geometry.balls.size(); ++i) {
      std::memcpy(data + i * 4, geometry.points[geometry.balls[i]].data, 12);
      data[i * 4 + 3] = geometry.radii[geometry.balls[i]];
    }
  }
  if (!has_memory) {
    if (made) rtcReleaseGeometry(made);
    return nullptr;
  }
  rtcCommitGeometry(made);
  RTCScene scene = rtcNewScene(device_);
  rtcSetSceneFlags(scene, RTC_SCENE_FLAG_ROBUST);
  rtcAttachGeometry(scene, made);
  rtcReleaseGeometry(made);
  rtcCommitScene(scene);
  return scene;
}

TracedScene::Tree* TracedScene::FindTree(const render::GeometryPtr& geometry) {
  Tree& tree = trees_[geometry.get()];
  if (!tree.scene) {
    tree.geometry = geometry;
    tree.scene = BuildTree(*geometry);
    if (geometry->is_smooth) tree.normals = render::ComputeSmoothNormals(*geometry);
  }
  tree.is_used = true;
  return tree.scene ? &tree : nullptr;
}

bool TracedScene::Build(const render::DrawScene& scene, const Vec3d& eye, Diagnostics& remarks) {
  if (top_) rtcReleaseScene(top_);
  top_ = rtcNewScene(device_);
  rtcSetSceneFlags(top_, RTC_SCENE_FLAG_ROBUST);
  placements_.clear();
  faces_.clear();
  is_opaque_ = true;
  for (auto& [geometry, tree] : trees_) tree.is_used = false;
  const auto find_surface = [&](Path material) -> const Surface* {
    const auto found = scene.GetSurfaces().find(material);
    return found == scene.GetSurfaces().end() ? nullptr : &found->second;
  };
  const auto note = [&](const Surface* surface) {
    if (surface && (surface->opacity.value < 1 || surface->opacity.texture)) is_opaque_ = false;
  };
  bool has_memory = true;
  scene.VisitPlacements(remarks, [&](const render::Drawable& drawable, const Matrix4d& transform) {
    const Matrix4d seen = transform * MakeTranslation(eye * -1);
    if (!has_memory || !CanBeTraced(seen)) return;
    const Tree* tree = FindTree(drawable.geometry);
    if (!tree) {
      has_memory = false;
      return;
    }
    Placement placement{tree, &drawable, find_surface(drawable.material), nullptr, {}};
    note(placement.surface);
    if (drawable.geometry->opacities.IsThere()) is_opaque_ = false;
    if (!drawable.face_materials.empty()) {
      auto& faces = faces_[&drawable];
      if (faces.empty())
        for (const auto& [face, material] : drawable.face_materials) {
          faces[face] = find_surface(material);
          note(faces[face]);
        }
      placement.faces = &faces;
    }
    for (size_t i = 0; i < 12; ++i) placement.rows[i] = static_cast<float>(seen[i / 3][i % 3]);
    RTCGeometry instance = rtcNewGeometry(device_, RTC_GEOMETRY_TYPE_INSTANCE);
    rtcSetGeometryInstancedScene(instance, tree->scene);
    rtcSetGeometryTransform(instance, 0, RTC_FORMAT_FLOAT3X4_COLUMN_MAJOR, placement.rows);
    rtcCommitGeometry(instance);
    rtcAttachGeometryByID(top_, instance, static_cast<unsigned>(placements_.size()));
    rtcReleaseGeometry(instance);
    placements_.push_back(placement);
  });
  for (auto at = trees_.begin(); at != trees_.end();) {
    if (!at->second.is_used && at->second.scene) rtcReleaseScene(at->second.scene);
    at = at->second.is_used ? std::next(at) : trees_.erase(at);
  }
  rtcCommitScene(top_);
  return has_memory && rtcGetDeviceError(device_) == RTC_ERROR_NONE;
}

const Surface* TracedScene::FindSurface(const Placement& placement, uint32_t face) {
  if (!placement.faces) return placement.surface;
  const auto found = placement.faces->find(face);
  return found == placement.faces->end() ? placement.surface : found->second;
}

// What the shape and its material say of the place of a primitive.
void TracedScene::Describe(const Placement& placement, uint32_t primitive, float u, float v,
                           const Vec3f& local_normal, const Vec3f& direction, Hit& hit) const {
  const Geometry& geometry = *placement.tree->geometry;
  const float weights[3] = {1 - u - v, u, v};
  uint32_t face = 0, point = 0, corner = 0;
  Vec3f normal = local_normal;
  if (geometry.kind == ShapeKind::kTriangles) {
    const render::Triangle& triangle = geometry.triangles[primitive];
    const size_t nearest = weights[1] > weights[0]   ? (weights[2] > weights[1] ? 2 : 1)
                           : weights[2] > weights[0] ? 2
                                                     : 0;
    face = triangle.face;
    point = triangle.points[nearest];
    corner = triangle.corners[nearest];
    Vec3f smooth;
    for (size_t k = 0; k < 3; ++k) {
      if (geometry.normals.IsThere())
        smooth =
            smooth + Scale(geometry.normals.Get(face, triangle.points[k], triangle.corners[k]), weights[k]);
      else if (!placement.tree->normals.empty())
        smooth = smooth + Scale(placement.tree->normals[triangle.points[k]], weights[k]);
    }
    if (Dot(smooth, smooth) > 0) normal = smooth;
    if (geometry.colors.IsThere()) {
      hit.color = {};
      for (size_t k = 0; k < 3; ++k)
        hit.color =
            hit.color + Scale(geometry.colors.Get(face, triangle.points[k], triangle.corners[k]), weights[k]);
    }
  } else {
    point = geometry.kind == ShapeKind::kLines ? geometry.segments[primitive] : geometry.balls[primitive];
    face = geometry.kind == ShapeKind::kLines ? geometry.point_sources[point] : point;
    corner = point;
    if (geometry.colors.IsThere()) hit.color = geometry.colors.Get(face, point, corner);
  }
  hit.face_normal = TransformNormal(placement.rows, local_normal);
  if (Dot(hit.face_normal, direction) > 0) hit.face_normal = Scale(hit.face_normal, -1);
  hit.normal = TransformNormal(placement.rows, normal);
  if (Dot(hit.normal, hit.face_normal) < 0) hit.normal = Scale(hit.normal, -1);
  if (Dot(hit.normal, direction) >= 0) hit.normal = hit.face_normal;
  if (geometry.opacities.IsThere()) hit.opacity = geometry.opacities.Get(face, point, corner);
  const Surface* surface = FindSurface(placement, face);
  if (!surface) return;
  const bool has_own_color = surface->diffuse_color.texture || !surface->diffuse_color.primvar.IsEmpty();
  if (!has_own_color) hit.color = surface->diffuse_color.value;
  hit.emission = surface->emissive_color.value;
  hit.opacity = surface->opacity.value;
  if (surface->opacity_threshold.value > 0) hit.opacity = hit.opacity >= surface->opacity_threshold.value;
  hit.metallic = surface->uses_specular_workflow ? 0 : std::clamp(surface->metallic.value, 0.0f, 1.0f);
  hit.roughness = std::clamp(surface->roughness.value, 0.0f, 1.0f);
  const float ior = std::max(surface->ior.value, 1.0f), r = (ior - 1) / (ior + 1);
  hit.reflectance = surface->uses_specular_workflow ? Luminance(surface->specular_color.value) : r * r;
}

bool TracedScene::Intersect(const Ray& ray, Hit& hit) const {
  RTCIntersectContext context;
  rtcInitIntersectContext(&context);
  RTCRayHit found{};
  found.ray = MakeRay(ray);
  found.hit.geomID = RTC_INVALID_GEOMETRY_ID;
  found.hit.instID[0] = RTC_INVALID_GEOMETRY_ID;
  rtcIntersect1(top_, &context, &found);
  if (found.hit.geomID == RTC_INVALID_GEOMETRY_ID || found.hit.instID[0] >= placements_.size()) return false;
  hit = Hit();
  hit.distance = found.ray.tfar;
  hit.position = ray.origin + Scale(ray.direction, hit.distance);
  Describe(placements_[found.hit.instID[0]], found.hit.primID, found.hit.u, found.hit.v,
           {found.hit.Ng_x, found.hit.Ng_y, found.hit.Ng_z}, ray.direction, hit);
  return true;
}

float TracedScene::Transmit(const Ray& ray) const {
  constexpr int kMaxLayers = 16;
  Ray rest = ray;
  float through = 1;
  for (int layer = 0; layer < kMaxLayers && rest.near < rest.far; ++layer) {
    Hit hit;
    if (is_opaque_) {
      RTCIntersectContext context;
      rtcInitIntersectContext(&context);
      RTCRay shadow = MakeRay(ray);
      rtcOccluded1(top_, &context, &shadow);
      return shadow.tfar < 0 ? 0 : 1;
    }
    if (!Intersect(rest, hit)) return through;
    through *= 1 - std::clamp(hit.opacity, 0.0f, 1.0f);
    if (through < 1e-3f) return 0;
    rest.near = hit.distance * 1.0001f + 1e-6f;
  }
  return through;
}

}  // namespace strata::embree
