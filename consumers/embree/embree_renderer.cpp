#include "consumers/embree/embree_renderer.h"

#include <fmt/format.h>

#include <atomic>
#include <limits>
#include <mutex>

#include "consumers/embree/lighting.h"
#include "consumers/embree/traced_scene.h"
#include "strata/math/transform.h"

namespace strata::embree {

namespace {

using render::Picture;
using render::RenderRequest;
using render::RenderResult;

constexpr uint32_t kMaxSide = 16384;
constexpr uint64_t kMaxPixels = uint64_t{1} << 27;
constexpr uint32_t kTile = 16;
constexpr int32_t kMaxSamples = 65536, kMaxBounces = 16;

// How a surface reflects: a diffuse part, and one after GGX with the Fresnel term of Schlick.
class Reflection {
 public:
  Reflection(const Hit& hit, const Vec3f& view)
      : frame_(hit.normal),
        view_(view),
        diffuse_(Scale(hit.color, 1 - hit.metallic)),
        straight_(Mix({hit.reflectance, hit.reflectance, hit.reflectance}, hit.color, hit.metallic)),
        alpha_(std::max(hit.roughness * hit.roughness, 1e-3f)) {
    const float shiny = Luminance(straight_), matt = Luminance(diffuse_);
    shiny_share_ = shiny + matt > 0 ? std::clamp(shiny / (shiny + matt), 0.1f, 0.9f) : 0.5f;
  }

  // Of light from a direction, times the cosine.
  Vec3f Evaluate(const Vec3f& light) const {
    const float cosine = Dot(frame_.z, light);
    if (cosine <= 0) return {};
    const Vec3f half = Normalize(light + view_);
    const float nh = std::max(Dot(frame_.z, half), 0.0f), nv = std::max(Dot(frame_.z, view_), 1e-4f);
    const float shiny = Distribute(nh) * Shadow(cosine) * Shadow(nv) / (4 * nv);
    return Scale(diffuse_, cosine / kPi) + Scale(Reflect(Dot(view_, half)), shiny);
  }

  // A direction in which the path goes on, and by what the light from there counts; zero where it ends.
  Vec3f Sample(Random& random, Vec3f& direction) const {
    const float choice = random.Next(), a = random.Next(), around = 2 * kPi * random.Next();
    if (choice >= shiny_share_) {
      const float r = std::sqrt(a);
      direction = frame_.ToWorld(r * std::cos(around), r * std::sin(around), std::sqrt(1 - a));
      return Scale(diffuse_, 1 / (1 - shiny_share_));
    }
    const float cosine = std::sqrt((1 - a) / (1 + (alpha_ * alpha_ - 1) * a));
    const float sine = std::sqrt(std::max(1 - cosine * cosine, 0.0f));
    const Vec3f half = frame_.ToWorld(sine * std::cos(around), sine * std::sin(around), cosine);
    const float vh = Dot(view_, half);
    direction = Scale(half, 2 * vh) - view_;
    const float nl = Dot(frame_.z, direction), nv = std::max(Dot(frame_.z, view_), 1e-4f);
    if (nl <= 0 || vh <= 0) return {};
    return Scale(Reflect(vh), Shadow(nl) * Shadow(nv) * vh / (nv * std::max(cosine, 1e-4f) * shiny_share_));
  }

 private:
  float Distribute(float nh) const {
    const float squared = alpha_ * alpha_, d = nh * nh * (squared - 1) + 1;
    return squared / (kPi * d * d);
  }
  float Shadow(float cosine) const {
    const float squared = alpha_ * alpha_;
    return 2 * cosine / (cosine + std::sqrt(squared + (1 - squared) * cosine * cosine));
  }
  Vec3f Reflect(float cosine) const {
    const float rest = std::pow(std::clamp(1 - cosine, 0.0f, 1.0f), 5.0f);
    return Mix(straight_, {1, 1, 1}, rest);
  }

  Frame frame_;
  Vec3f view_, diffuse_, straight_;
  float alpha_, shiny_share_;
};

struct Seen {
  Vec3f color;
  float alpha = 0, depth = std::numeric_limits<float>::infinity();
};

class Tracer {
 public:
  Tracer(const TracedScene& scene, const Lighting& lighting, const RenderRequest& request, int32_t bounces)
      : scene_(scene), lighting_(lighting), request_(request), bounces_(bounces) {}

  // What is seen at a place on the picture, from 0 to its width and height.
  Seen Look(double x, double y, Random& random) const {
    float cosine = 1;
    Ray ray = MakeRay(x, y, cosine);
    Seen seen;
    Vec3f share{1, 1, 1};
    bool is_first = true;
    for (int32_t bounce = 0, layer = 0; bounce <= bounces_ && layer < kMaxLayers;) {
      Hit hit;
      if (!scene_.Intersect(ray, hit)) {
        if (!is_first || lighting_.HasDome()) seen.color = seen.color + Multiply(share, lighting_.GetDome());
        if (is_first && lighting_.HasDome()) seen.alpha = 1;
        break;
      }
      if (hit.opacity < 1 && random.Next() >= hit.opacity) {
        ray.near = hit.distance * 1.0001f + 1e-6f;
        ++layer;
        continue;
      }
      if (is_first) {
        seen.alpha = 1;
        seen.depth = hit.distance * cosine;
      }
      const Vec3f view = Scale(ray.direction, -1);
      const Reflection reflection(hit, view);
      seen.color = seen.color + Multiply(share, hit.emission + GatherLight(hit, reflection, random));
      Vec3f direction;
      share = Multiply(share, reflection.Sample(random, direction));
      if (Luminance(share) < 1e-4f) break;
      ray = Leave(hit, direction, std::numeric_limits<float>::infinity());
      is_first = false;
      ++bounce;
    }
    for (size_t i = 0; i < 3; ++i)
      if (!std::isfinite(seen.color[i])) seen.color = {};
    return seen;
  }

 private:
  static constexpr int32_t kMaxLayers = 64;

  Ray MakeRay(double x, double y, float& cosine) const {
    const render::CameraView& camera = request_.camera;
    const Vec2d size = camera.window_max - camera.window_min;
    const double at_x = camera.window_min[0] + size[0] * x / request_.width;
    const double at_y = camera.window_max[1] - size[1] * y / request_.height;
    const Vec3d from = camera.is_orthographic ? Vec3d{at_x, at_y, 0} : Vec3d();
    Vec3d along = camera.is_orthographic ? Vec3d{0, 0, -1} : Vec3d{at_x, at_y, -1};
    const double length = std::sqrt(along[0] * along[0] + along[1] * along[1] + 1 * along[2] * along[2]);
    along = along * (1 / length);
    cosine = static_cast<float>(1 / length);
    const Vec3d origin = TransformDirection(from, camera.transform);
    const Vec3d direction = TransformDirection(along, camera.transform);
    Ray ray;
    for (size_t i = 0; i < 3; ++i) {
      ray.origin[i] = static_cast<float>(origin[i]);
      ray.direction[i] = static_cast<float>(direction[i]);
    }
    ray.near = static_cast<float>(std::max(camera.clipping_range[0], 0.0) * length);
    ray.far = static_cast<float>(std::min(camera.clipping_range[1] * length, 1e30));
    return ray;
  }

  // From beside the surface, so that it does not meet itself.
  static Ray Leave(const Hit& hit, const Vec3f& direction, float far) {
    const float side = Dot(direction, hit.face_normal) < 0 ? -1.0f : 1.0f;
    float away = 1e-6f;
    for (size_t i = 0; i < 3; ++i) away = std::max(away, std::abs(hit.position[i]));
    return {hit.position + Scale(hit.face_normal, side * away * 1e-5f), direction, away * 1e-5f,
            std::min(far, 1e30f)};
  }

  Vec3f GatherLight(const Hit& hit, const Reflection& reflection, Random& random) const {
    Vec3f gathered;
    lighting_.Sample(hit.position, random, [&](const LightSample& light) {
      const Vec3f reflected = Multiply(reflection.Evaluate(light.direction), light.strength);
      if (Luminance(reflected) <= 0) return;
      const float through = light.has_shadow && Dot(light.direction, hit.face_normal) > 0
                                ? scene_.Transmit(Leave(hit, light.direction, light.distance * 0.999f))
                            : light.has_shadow ? 0.0f
                                               : 1.0f;
      gathered = gathered + Scale(reflected, through);
    });
    return gathered;
  }

  const TracedScene& scene_;
  const Lighting& lighting_;
  const RenderRequest& request_;
  int32_t bounces_;
};

// What the picture is to be multiplied by so that most of what is seen is neither dark nor white.
double FindExposure(const Picture& picture) {
  std::vector<float> luminances;
  for (size_t i = 0; i < picture.values.size(); i += 4)
    if (picture.values[i + 3] > 0)
      luminances.push_back(Luminance({picture.values[i], picture.values[i + 1], picture.values[i + 2]}));
  if (luminances.empty()) return 1;
  const size_t at = luminances.size() * 9 / 10;
  std::nth_element(luminances.begin(), luminances.begin() + static_cast<std::ptrdiff_t>(at),
                   luminances.end());
  return luminances[at] > 1e-20f ? 0.6 / luminances[at] : 1;
}

class EmbreeRenderer final : public render::Renderer {
 public:
  explicit EmbreeRenderer(Executor& executor) : executor_(executor), traced_(executor.GetThreadCount()) {}
  std::string GetError() const { return traced_.GetError(); }

  void SetScene(scene::SceneIndexPtr scene) override {
    scene_.reset();
    if (!scene) return;
    render::DrawOptions options;
    options.render_contexts = MakePlugin().render_contexts;
    options.executor = &executor_;
    scene_ = std::make_unique<render::DrawScene>(std::move(scene), options);
  }

  render::CameraView Frame(double aspect_ratio, Diagnostics& remarks) override {
    if (!scene_) return {};
    scene_->Update(remarks);
    const render::DrawScene::Box box = scene_->ComputeBox();
    return render::FrameBox(box.min, box.max, render::ReadSceneFacts(*scene_->GetScene()).up, aspect_ratio);
  }

  Result<RenderResult> Render(const RenderRequest& request, Diagnostics& remarks) override {
    STRATA_TRY(const render::RenderSettings settings,
               render::CompleteSettings(MakePlugin(), request.settings));
    STRATA_CHECK(CheckRequest(request));
    RenderResult result;
    Picture& color = result.outputs["color"];
    color = {request.width, request.height, 4, {}};
    color.values.resize(size_t{request.width} * request.height * 4);
    Picture depth{request.width, request.height, 1, {}};
    depth.values.assign(size_t{request.width} * request.height, std::numeric_limits<float>::infinity());
    if (scene_) {
      scene_->Update(remarks);
      const Matrix4d& view = request.camera.transform;
      const Vec3d eye{view[3][0], view[3][1], view[3][2]};
      if (!traced_.Build(*scene_, eye, remarks))
        return Diagnostic(render::kRendererUnusable,
                          "Embree cannot hold the scene: there is not enough memory.", {},
                          "Draw a part of the scene, with --scope.");
      const bool has_headlight = settings.at("headlight").Get<bool>();
      const Lighting lighting(has_headlight ? std::vector<render::Light>() : scene_->PlaceLights(), eye);
      const Tracer tracer(traced_, lighting, request,
                          std::clamp(settings.at("bounces").Get<int32_t>(), 0, kMaxBounces));
      const int32_t samples = std::clamp(settings.at("samples").Get<int32_t>(), 1, kMaxSamples);
      result.is_complete = Trace(tracer, request, static_cast<uint32_t>(samples), color, depth);
      double exposure = std::exp2(static_cast<double>(settings.at("exposure").Get<float>()));
      exposure *= request.camera.exposure_scale;
      if (settings.at("autoExposure").Get<bool>() && !lighting.IsHeadlight() && !request.camera.has_exposure)
        exposure *= FindExposure(color);
      for (size_t i = 0; i < color.values.size(); ++i)
        if (i % 4 != 3) color.values[i] = static_cast<float>(color.values[i] * exposure);
    }
    for (const std::string& output : request.outputs)
      if (output == "depth") result.outputs[output] = depth;
    return result;
  }

 private:
  static Result<void> CheckRequest(const RenderRequest& request) {
    if (request.width < 1 || request.height < 1 || request.width > kMaxSide || request.height > kMaxSide ||
        uint64_t{request.width} * request.height > kMaxPixels)
      return Diagnostic(
          render::kPictureBad,
          fmt::format("A picture of {} by {} pixels cannot be made.", request.width, request.height), {},
          fmt::format("Ask for sides from 1 to {}.", kMaxSide));
    for (const std::string& output : request.outputs)
      if (!MakePlugin().FindOutput(output))
        return Diagnostic(render::kPictureBad, fmt::format("Embree has no output \"{}\".", output), {},
                          "Ask for color or depth.");
    return {};
  }

  // Tile by tile; false where it was ended.
  bool Trace(const Tracer& tracer, const RenderRequest& request, uint32_t samples, Picture& color,
             Picture& depth) {
    const uint32_t across = (request.width + kTile - 1) / kTile, down = (request.height + kTile - 1) / kTile;
    const size_t tiles = size_t{across} * down;
    std::atomic<bool> goes_on{true};
    std::mutex progress_lock;
    size_t done = 0;
    executor_.ParallelFor(tiles, 1, [&](size_t begin, size_t end) {
      for (size_t tile = begin; tile < end && goes_on; ++tile) {
        const auto left = static_cast<uint32_t>(tile % across) * kTile;
        const auto top = static_cast<uint32_t>(tile / across) * kTile;
        for (uint32_t y = top; y < std::min(top + kTile, request.height); ++y)
          for (uint32_t x = left; x < std::min(left + kTile, request.width); ++x)
            TracePixel(tracer, x, y, samples, color, depth);
        const std::lock_guard<std::mutex> guard(progress_lock);
        ++done;
        if (request.progress && !request.progress(static_cast<double>(done) / static_cast<double>(tiles)))
          goes_on = false;
      }
    });
    return goes_on;
  }

  static void TracePixel(const Tracer& tracer, uint32_t x, uint32_t y, uint32_t samples, Picture& color,
                         Picture& depth) {
    // Steps that fill the pixel evenly whatever their number (R2: the plastic number's powers).
    constexpr double kStepX = 0.7548776662466927, kStepY = 0.5698402909980532;
    const size_t pixel = size_t{y} * color.width + x;
    Vec3f sum;
    float alpha = 0, nearest = std::numeric_limits<float>::infinity();
    for (uint32_t sample = 0; sample < samples; ++sample) {
      Random random(static_cast<uint32_t>(pixel), sample);
      double whole;
      const Seen seen = tracer.Look(x + std::modf(0.5 + sample * kStepX, &whole),
                                    y + std::modf(0.5 + sample * kStepY, &whole), random);
      sum = sum + seen.color;
      alpha += seen.alpha;
      nearest = std::min(nearest, seen.depth);
    }
    for (size_t i = 0; i < 3; ++i)
      color.values[pixel * 4 + i] = alpha > 0 ? sum[i] / alpha : 0;  // not darkened by what is not covered
    color.values[pixel * 4 + 3] = alpha / static_cast<float>(samples);
    depth.values[pixel] = nearest;
  }

  Executor& executor_;
  std::unique_ptr<render::DrawScene> scene_;
  TracedScene traced_;
};

}  // namespace

render::RendererPlugin MakePlugin() {
  render::RendererPlugin plugin;
  plugin.name = "embree";
  plugin.about = "follows paths of light with Embree, on the processor";
  for (const char* type :
       {"mesh", "basisCurves", "points", "instancer", "geomSubset", "material", "camera", "distantLight",
        "sphereLight", "diskLight", "rectLight", "cylinderLight", "domeLight"})
    plugin.prim_types.emplace_back(type);
  plugin.render_contexts = {Token("embree"), Token()};
  plugin.resolving = {"nurbs", "pinnedCurves", "tetMeshes", "implicitSurfaces", "materialOverrides"};
  plugin.settings = {{"samples", "paths of light for each pixel", Value(int32_t{16})},
                     {"bounces", "how often a path is reflected", Value(int32_t{2})},
                     {"headlight", "a light at the camera in place of the scene's", Value(false)},
                     {"autoExposure", "whether pictures are as bright as can be seen", Value(true)},
                     {"exposure", "stops by which pictures are brighter", Value(0.0f)}};
  plugin.outputs = {{"color", "linear, Rec. 709 primaries, with alpha", 4},
                    {"depth", "scene units along the view", 1}};
  plugin.make = [](Executor& executor) -> Result<std::unique_ptr<render::Renderer>> {
    auto made = std::make_unique<EmbreeRenderer>(executor);
    if (const std::string error = made->GetError(); !error.empty())
      return Diagnostic(render::kRendererUnusable, "Embree cannot be used: " + error + ".");
    return std::unique_ptr<render::Renderer>(std::move(made));
  };
  return plugin;
}

}  // namespace strata::embree
