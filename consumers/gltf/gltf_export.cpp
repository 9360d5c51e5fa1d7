#include "consumers/gltf/gltf_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "consumers/gltf/document.h"
#include "consumers/gltf/meshes.h"
#include "consumers/gltf/nodes.h"
#include "strata/math/transform.h"

namespace strata::gltf {

namespace {

constexpr double kPi = 3.14159265358979323846;

// From the scene's units and axes to metres with Y up.
Matrix4d MakeRootMatrix(const render::SceneFacts& facts) {
  const double scale = facts.meters_per_unit;
  Matrix4d m = MakeScale({scale, scale, scale});
  if (facts.up == render::UpAxis::kZ) m = m * MakeRotation(0, -90);
  if (facts.up == render::UpAxis::kX) m = m * MakeRotation(2, 90);
  for (auto& row : m.data)
    for (double& each : row)
      if (std::abs(each) < scale * 1e-12) each = 0;
  return m;
}

std::vector<double> ListMatrix(const Matrix4d& m) {
  return {&m.data[0][0], &m.data[0][0] + 16};
}

class Exporter {
 public:
  Exporter(scene::SceneIndexPtr scene, const ExportOptions& options, Diagnostics& remarks)
      : options_(options),
        remarks_(remarks),
        facts_(render::ReadSceneFacts(*scene)),
        meshes_(document_, options, remarks) {
    if (!options.times.empty()) options.set_time(options.times.front());
    render::DrawOptions draw;
    draw.executor = options.executor;
    draw_ = std::make_unique<render::DrawScene>(std::move(scene), draw);
    draw_->Update(remarks);
    first_ = draw_->GetDrawables();
  }

  Result<std::string> Run(ExportCounts& counts) {
    NodePlan plan(*draw_, options_, remarks_);
    TakeTimes(plan);
    if (plan.IsTooLarge())
      return Diagnostic(
          kExportTooLarge,
          fmt::format("There are more than {} places of nodes at all times together.", options_.max_places),
          {}, "Write fewer frames, a part of the scene (--scope), or --instancing gpu.");
    plan.FinishParents();
    tinygltf::Node root;
    root.name = "Scene";
    const Matrix4d matrix = MakeRootMatrix(facts_);
    if (!IsIdentity(matrix)) root.matrix = ListMatrix(matrix);
    document_.model.nodes.push_back(std::move(root));
    for (const PlannedNode& node : plan.GetNodes()) WriteNode(plan, node);
    if (options_.instances == InstanceForm::kGpu) WriteInstances();
    FinishAnimation();
    tinygltf::Scene scene;
    scene.nodes = {0};
    document_.model.scenes.push_back(std::move(scene));
    document_.model.defaultScene = 0;
    RemarkDomes();
    if (document_.GetByteCount() > options_.max_bytes)
      return Diagnostic(kExportTooLarge, "The numbers of the scene are more than one glTF file holds.", {},
                        "Write a part of the scene, with --scope.");
    const tinygltf::Model& model = document_.model;
    counts = {model.nodes.size(),   model.meshes.size(), model.materials.size(), model.images.size(),
              model.cameras.size(), model.lights.size(), animated_count_};
    std::string bytes = document_.Write(options_.is_binary);
    if (bytes.empty()) return Diagnostic(kExportTooLarge, "The glTF library cannot write the scene.");
    return bytes;
  }

 private:
  void Remark(Path path, const std::string& what) {
    SourceLocation where;
    where.path = path.GetString();
    remarks_.Add(Diagnostic(kExportPartial, fmt::format("<{}>: {}.", path.GetString(), what), where));
  }

  // Where nodes are and what shapes are at all times.
  void TakeTimes(NodePlan& plan) {
    plan.TakeTime();
    uint64_t kept_bytes = 0;
    for (size_t i = 1; i < options_.times.size() && !plan.IsTooLarge(); ++i) {
      options_.set_time(options_.times[i]);
      draw_->Update(remarks_);
      plan.TakeTime();
      for (const auto& [path, before] : first_) {
        const auto now = draw_->GetDrawables().find(path);
        if (!before.geometry || now == draw_->GetDrawables().end() || !now->second.geometry) continue;
        std::vector<render::GeometryPtr>& shapes = shapes_[path];
        const render::GeometryPtr& last = shapes.empty() ? before.geometry : shapes.back();
        const bool can_morph = now->second.geometry->points.size() == before.geometry->points.size();
        if (now->second.geometry != last && !can_morph) has_other_topology_.insert(path);
        const bool is_kept = now->second.geometry == last || !can_morph ||
                             (kept_bytes += last->points.size() * 12) > options_.max_bytes;
        shapes.push_back(is_kept ? last : now->second.geometry);
      }
    }
    if (options_.times.size() > 1) {
      options_.set_time(options_.times.front());  // for what is written once
      draw_->Update(remarks_);
    }
    for (Path path : has_other_topology_)
      Remark(path, "its number of points differs with time; in glTF it stays as in the frames before");
  }

  int AddKeyTimes() {
    if (key_times_ < 0) {
      std::vector<float> seconds;
      for (double time : options_.times)
        seconds.push_back(static_cast<float>((time - options_.times.front()) / facts_.time_codes_per_second));
      key_times_ = document_.AddFloats(seconds, 1, true, false);
    }
    return key_times_;
  }

  void AddChannel(int node, const char* what, const std::vector<float>& numbers, size_t components) {
    tinygltf::AnimationSampler sampler;
    sampler.input = AddKeyTimes();
    sampler.output = document_.AddFloats(numbers, components, false, false);
    sampler.interpolation = "LINEAR";
    tinygltf::AnimationChannel channel;
    channel.sampler = static_cast<int>(animation_.samplers.size());
    channel.target_node = node;
    channel.target_path = what;
    animation_.samplers.push_back(std::move(sampler));
    animation_.channels.push_back(std::move(channel));
  }

  // The place of a node, at the first frame, and what moves it.
  void WritePlace(const PlannedNode& planned, const std::vector<Matrix4d>& locals, int index,
                  tinygltf::Node& node) {
    const bool moves = std::any_of(locals.begin(), locals.end(),
                                   [&](const Matrix4d& local) { return !(local == locals.front()); });
    if (!moves) {
      if (!IsIdentity(locals.front())) node.matrix = ListMatrix(locals.front());
      return;
    }
    ++animated_count_;
    std::vector<float> translations, rotations, scales;
    bool is_exact = true;
    Quatd last{{0, 0, 0}, 1};
    for (const Matrix4d& local : locals) {
      Placement place = Decompose(local);
      is_exact &= place.is_exact;
      // Of the two quaternions of a turn the one near the last, so that what is between goes the short way.
      Quatd& q = place.rotation;
      if (q.real * last.real + q.imaginary[0] * last.imaginary[0] + q.imaginary[1] * last.imaginary[1] +
              q.imaginary[2] * last.imaginary[2] <
          0)
        q = {q.imaginary * -1, -q.real};
      last = q;
      for (size_t i = 0; i < 3; ++i) {
        translations.push_back(static_cast<float>(place.translation[i]));
        rotations.push_back(static_cast<float>(q.imaginary[i]));
        scales.push_back(static_cast<float>(place.scale[i]));
      }
      rotations.push_back(static_cast<float>(q.real));
    }
    node.translation.assign(translations.begin(), translations.begin() + 3);
    node.rotation.assign(rotations.begin(), rotations.begin() + 4);
    node.scale.assign(scales.begin(), scales.begin() + 3);
    AddChannel(index, "translation", translations, 3);
    AddChannel(index, "rotation", rotations, 4);
    AddChannel(index, "scale", scales, 3);
    if (!is_exact) Remark(planned.path, "it is sheared while it moves, which glTF cannot say");
  }

  void WriteNode(const NodePlan& plan, const PlannedNode& planned) {
    const int index = static_cast<int>(document_.model.nodes.size());
    tinygltf::Node node;
    node.name = planned.name;
    node.extras =
        tinygltf::Value(tinygltf::Value::Object{{"primPath", tinygltf::Value(planned.path.GetString())}});
    WritePlace(planned, plan.ComputeLocals(planned), index, node);
    if (const auto found = first_.find(planned.path);
        found != first_.end() && found->second.is_drawn && found->second.geometry)
      node.mesh = WriteMesh(found->second, index);
    if (const auto camera = draw_->GetCameras().find(planned.path); camera != draw_->GetCameras().end())
      node.camera = WriteCamera(planned.name, camera->second);
    if (const auto light = draw_->GetLights().find(planned.path); light != draw_->GetLights().end())
      WriteLight(light->second.light, node);
    document_.model.nodes[static_cast<size_t>(planned.parent + 1)].children.push_back(index);
    document_.model.nodes.push_back(std::move(node));
  }

  // The mesh, with what it becomes, and for this node when.
  int WriteMesh(const render::Drawable& drawable, int node) {
    std::vector<render::GeometryPtr> morphs;
    std::vector<float> weights;
    const auto shapes = shapes_.find(drawable.path);
    if (shapes != shapes_.end() && drawable.geometry->kind == render::ShapeKind::kTriangles) {
      std::vector<size_t> numbers = {0};  // of the morph at each time, from 1
      for (const render::GeometryPtr& shape : shapes->second) {
        if (shape != (morphs.empty() ? drawable.geometry : morphs.back())) morphs.push_back(shape);
        numbers.push_back(morphs.size());
      }
      if (!morphs.empty())
        for (size_t number : numbers)
          for (size_t i = 1; i <= morphs.size(); ++i) weights.push_back(i == number ? 1 : 0);
    }
    const int mesh = meshes_.Write(drawable, draw_->GetSurfaces(), morphs);
    if (!weights.empty()) AddChannel(node, "weights", weights, 1);
    return mesh;
  }

  int WriteCamera(const std::string& name, const render::CameraView& view) {
    tinygltf::Camera camera;
    camera.name = name;
    const double scale = facts_.meters_per_unit;
    const double height = (view.window_max[1] - view.window_min[1]) / 2;
    const double near = std::max(view.clipping_range[0] * scale, 1e-4);
    const double far = std::max(view.clipping_range[1] * scale, near * 1.001);
    if (view.is_orthographic) {
      camera.type = "orthographic";
      camera.orthographic.xmag = height * view.GetAspectRatio() * scale;
      camera.orthographic.ymag = height * scale;
      camera.orthographic.znear = std::max(view.clipping_range[0] * scale, 0.0);
      camera.orthographic.zfar = far;
    } else {
      camera.type = "perspective";
      camera.perspective.yfov = 2 * std::atan(height);
      camera.perspective.aspectRatio = view.GetAspectRatio();
      camera.perspective.znear = near;
      camera.perspective.zfar = far;
    }
    document_.model.cameras.push_back(std::move(camera));
    return static_cast<int>(document_.model.cameras.size()) - 1;
  }

  // Light that shines from a point: what the light gives off as a whole, ahead of it or all around.
  double FindIntensity(const render::Light& light) const {
    const double meters = facts_.meters_per_unit;
    double size = 0, area = 0;  // as it is seen from ahead, and all of it
    switch (light.kind) {
      case render::LightKind::kSphere:
        size = kPi * light.radius * light.radius;
        area = 4 * size;
        break;
      case render::LightKind::kDisk:
        size = area = kPi * light.radius * light.radius;
        break;
      case render::LightKind::kRect:
        size = area = light.width * light.height;
        break;
      case render::LightKind::kCylinder:
        size = 2 * light.radius * light.length;
        area = kPi * size;
        break;
      default:
        break;
    }
    if (size <= 0) return light.is_normalized ? 0.25 : 0;
    return light.is_normalized ? size / area : size * meters * meters;
  }

  void WriteLight(const render::Light& light, tinygltf::Node& node) {
    tinygltf::Light made;
    made.name = node.name;
    double strongest = 0;
    for (size_t i = 0; i < 3; ++i) strongest = std::max(strongest, static_cast<double>(light.radiance[i]));
    for (size_t i = 0; i < 3; ++i)
      made.color.push_back(strongest > 0 ? std::max(0.0, light.radiance[i] / strongest) : 1);
    if (light.kind == render::LightKind::kDistant) {
      const double half = std::sin(light.angle_degrees * kPi / 360);
      made.type = "directional";
      made.intensity = strongest * (light.is_normalized || half == 0 ? 1 : kPi * half * half);
    } else {
      made.intensity = strongest * FindIntensity(light);
      const bool is_flat = light.kind == render::LightKind::kDisk || light.kind == render::LightKind::kRect;
      const double cone = std::min(light.cone_degrees * kPi / 180, is_flat ? kPi / 2 : kPi);
      made.type = cone <= kPi / 2 ? "spot" : "point";
      if (made.type == "spot") {
        made.spot.outerConeAngle = std::max(cone, 1e-3);
        made.spot.innerConeAngle =
            std::min(is_flat ? 0 : cone * (1 - light.cone_softness), made.spot.outerConeAngle - 1e-4);
      }
      if (light.kind != render::LightKind::kSphere) Remark(light.path, "in glTF it shines from a point");
    }
    node.extensions["KHR_lights_punctual"] = tinygltf::Value(
        tinygltf::Value::Object{{"light", tinygltf::Value(static_cast<int>(document_.model.lights.size()))}});
    document_.model.lights.push_back(std::move(made));
    document_.Use("KHR_lights_punctual");
  }

  // All places of a shape in one node each.
  void WriteInstances() {
    render::InstancePlaces places(draw_->GetInstancers(), options_.max_places);
    for (const auto& [path, drawable] : first_) {
      if (!drawable.is_drawn || !drawable.geometry || !drawable.by.IsInstanced()) continue;
      std::vector<float> translations, rotations, scales;
      bool is_exact = true;
      for (const Matrix4d& place : places.Find(drawable.by)) {
        const Placement each = Decompose(drawable.transform * place);
        is_exact &= each.is_exact;
        for (size_t i = 0; i < 3; ++i) {
          translations.push_back(static_cast<float>(each.translation[i]));
          rotations.push_back(static_cast<float>(each.rotation.imaginary[i]));
          scales.push_back(static_cast<float>(each.scale[i]));
        }
        rotations.push_back(static_cast<float>(each.rotation.real));
      }
      if (translations.empty()) continue;
      if (!is_exact) Remark(path, "instances of it are sheared, which EXT_mesh_gpu_instancing cannot say");
      tinygltf::Node node;
      node.name = path.GetName();
      node.mesh = WriteMesh(drawable, static_cast<int>(document_.model.nodes.size()));
      const auto attribute = [&](const std::vector<float>& numbers, size_t components) {
        return tinygltf::Value(document_.AddFloats(numbers, components, false, false));
      };
      node.extensions["EXT_mesh_gpu_instancing"] = tinygltf::Value(tinygltf::Value::Object{
          {"attributes", tinygltf::Value(tinygltf::Value::Object{{"TRANSLATION", attribute(translations, 3)},
                                                                 {"ROTATION", attribute(rotations, 4)},
                                                                 {"SCALE", attribute(scales, 3)}})}});
      document_.Use("EXT_mesh_gpu_instancing", true);
      document_.model.nodes[0].children.push_back(static_cast<int>(document_.model.nodes.size()));
      document_.model.nodes.push_back(std::move(node));
    }
  }

  void FinishAnimation() {
    if (animation_.channels.empty()) return;
    animation_.name = "Scene";
    document_.model.animations.push_back(std::move(animation_));
  }

  void RemarkDomes() {
    for (const auto& [path, light] : draw_->GetLights())
      if (light.light.kind == render::LightKind::kDome) Remark(path, "glTF has no dome lights");
  }

  const ExportOptions& options_;
  Diagnostics& remarks_;
  render::SceneFacts facts_;
  Document document_;
  MeshWriter meshes_;
  std::unique_ptr<render::DrawScene> draw_;
  std::map<Path, render::Drawable> first_;                   // at the first frame
  std::map<Path, std::vector<render::GeometryPtr>> shapes_;  // at those after it
  std::set<Path> has_other_topology_;
  tinygltf::Animation animation_;
  int key_times_ = -1;
  size_t animated_count_ = 0;
};

}  // namespace

Result<std::string> Export(scene::SceneIndexPtr scene, const ExportOptions& options, ExportCounts& counts,
                           Diagnostics& remarks) {
  return Exporter(std::move(scene), options, remarks).Run(counts);
}

}  // namespace strata::gltf
