#include "strata/render/camera.h"

#include <algorithm>
#include <cmath>

#include "strata/math/transform.h"
#include "strata/scene/schemas_geometry.h"
#include "strata/scene/schemas_material.h"
#include "strata/scene/schemas_scene.h"

namespace strata::render {

namespace {

double Length(const Vec3d& v) {
  return std::sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}
Vec3d Cross(const Vec3d& a, const Vec3d& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

bool IsSize(double value) {
  return std::isfinite(value) && value > 0;
}

double GetOr(std::optional<float> said, double otherwise) {
  return said && std::isfinite(*said) ? *said : otherwise;
}
double GetSizeOr(std::optional<float> said, double otherwise) {
  return said && IsSize(*said) ? *said : otherwise;
}

// The camera's own axes at length one: a camera does not see larger where its prim is scaled.
Matrix4d RemoveScale(const Matrix4d& m) {
  Vec3d z{m[2][0], m[2][1], m[2][2]}, y{m[1][0], m[1][1], m[1][2]};
  if (!IsSize(Length(z)) || !IsSize(Length(y))) return MakeTranslation({m[3][0], m[3][1], m[3][2]});
  z = z * (1 / Length(z));
  Vec3d x = Cross(y, z);
  if (!IsSize(Length(x))) return MakeTranslation({m[3][0], m[3][1], m[3][2]});
  x = x * (1 / Length(x));
  y = Cross(z, x);
  Matrix4d out = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i) {
    out[0][i] = x[i];
    out[1][i] = y[i];
    out[2][i] = z[i];
    out[3][i] = std::isfinite(m[3][i]) ? m[3][i] : 0;
  }
  return out;
}

Matrix4d LookAlong(const Vec3d& eye, const Vec3d& back, const Vec3d& up) {
  Matrix4d m = Matrix4d::Identity();
  for (size_t i = 0; i < 3; ++i) {
    m[1][i] = up[i];
    m[2][i] = back[i];
    m[3][i] = eye[i];
  }
  return RemoveScale(m);
}

}  // namespace

double CameraView::GetAspectRatio() const {
  const double width = window_max[0] - window_min[0], height = window_max[1] - window_min[1];
  return IsSize(width) && IsSize(height) ? width / height : 1;
}

CameraView ReadCamera(const scene::ScenePrim& prim) {
  const auto camera = scene::CameraSchema::GetFromParent(prim.data);
  CameraView view;
  view.transform =
      RemoveScale(scene::XformSchema::GetFromParent(prim.data).GetMatrix().value_or(Matrix4d::Identity()));
  view.is_orthographic = camera.GetProjection() == Token("orthographic");
  const double width = GetSizeOr(camera.GetHorizontalAperture(), 2.0955);
  const double height = GetSizeOr(camera.GetVerticalAperture(), 1.52908);
  const Vec2d middle{GetOr(camera.GetHorizontalApertureOffset(), 0),
                     GetOr(camera.GetVerticalApertureOffset(), 0)};
  const double scale = view.is_orthographic ? 1 : 1 / GetSizeOr(camera.GetFocalLength(), 5);
  view.window_min = (middle - Vec2d{width, height} * 0.5) * scale;
  view.window_max = (middle + Vec2d{width, height} * 0.5) * scale;
  if (const auto range = camera.GetClippingRange();
      range && (*range)[0] < (*range)[1] && std::isfinite((*range)[0]))
    view.clipping_range = {(*range)[0], (*range)[1]};
  const auto exposure =
      scene::GetValueAs<float>(camera.GetContainer(), scene::DataSourceLocator(Token("linearExposureScale")));
  if (exposure && IsSize(*exposure) && *exposure != 1) {
    view.exposure_scale = *exposure;
    view.has_exposure = true;
  }
  return view;
}

SceneFacts ReadSceneFacts(const scene::SceneIndex& scene) {
  SceneFacts facts;
  const scene::ScenePrim root = scene.GetPrim(Path::AbsoluteRoot());
  static const Token kMetrics("sceneMetrics");
  const auto up = scene::GetValueAs<Token>(root.data, {kMetrics, Token("upAxis")});
  if (up == Token("Z")) facts.up = UpAxis::kZ;
  if (up == Token("X")) facts.up = UpAxis::kX;
  const auto meters = scene::GetValueAs<double>(root.data, {kMetrics, Token("metersPerUnit")});
  if (meters && IsSize(*meters)) facts.meters_per_unit = *meters;
  const auto globals = scene::SceneGlobalsSchema::GetFromParent(root.data);
  facts.start_time = globals.GetStartTimeCode().value_or(0);
  facts.end_time = globals.GetEndTimeCode().value_or(facts.start_time);
  const double rate = globals.GetTimeCodesPerSecond().value_or(24);
  if (IsSize(rate)) facts.time_codes_per_second = rate;
  facts.primary_camera = globals.GetPrimaryCameraPrim().value_or(Path());
  return facts;
}

CameraView FrameBox(const Vec3d& min, const Vec3d& max, UpAxis up, double aspect_ratio) {
  const bool is_empty = !(min[0] <= max[0] && min[1] <= max[1] && min[2] <= max[2]);
  const Vec3d middle = is_empty ? Vec3d() : (min + max) * 0.5;
  const double radius = is_empty ? 1 : std::max(Length(max - min) / 2, 1e-6);
  const size_t vertical = up == UpAxis::kX ? 0 : up == UpAxis::kY ? 1 : 2;
  Vec3d back, above;
  back[vertical] = 0.45;
  back[(vertical + 1) % 3] = 0.8;
  back[(vertical + 2) % 3] = up == UpAxis::kZ ? -0.6 : 0.6;
  above[vertical] = 1;
  back = back * (1 / Length(back));
  CameraView view;
  const double half_height = 0.35, half_width = half_height * aspect_ratio;
  view.window_min = {-half_width, -half_height};
  view.window_max = {half_width, half_height};
  view.transform = LookAlong(middle, back, above);
  // So far away that each corner of the box is on the picture, with some room around.
  constexpr double kRoom = 1.08;
  double distance = 0, nearest = -1e300, farthest = 1e300;
  for (int corner = 0; corner < 8; ++corner) {
    Vec3d from;
    for (size_t k = 0; k < 3; ++k)
      from[k] = is_empty ? radius : (max[k] - min[k]) / 2 * (corner >> k & 1 ? 1 : -1);
    double at[3] = {};
    for (size_t row = 0; row < 3; ++row)
      for (size_t k = 0; k < 3; ++k) at[row] += from[k] * view.transform[row][k];
    const double away = std::max(std::abs(at[0]) / half_width, std::abs(at[1]) / half_height) * kRoom;
    distance = std::max(distance, at[2] + std::max(away, radius * 1e-3));
    nearest = std::max(nearest, at[2]);
    farthest = std::min(farthest, at[2]);
  }
  for (size_t k = 0; k < 3; ++k) view.transform[3][k] = middle[k] + back[k] * distance;
  view.clipping_range = {std::max((distance - nearest) * 0.5, distance * 1e-4),
                         distance - farthest + radius * 0.1};
  return view;
}

CameraView FitToAspectRatio(CameraView view, double aspect_ratio) {
  if (!IsSize(aspect_ratio)) return view;
  Vec2d middle = (view.window_min + view.window_max) * 0.5, half = (view.window_max - view.window_min) * 0.5;
  if (view.GetAspectRatio() < aspect_ratio)
    half[0] = half[1] * aspect_ratio;
  else
    half[1] = half[0] / aspect_ratio;
  view.window_min = middle - half;
  view.window_max = middle + half;
  return view;
}

}  // namespace strata::render
