#include "consumers/gltf/nodes.h"

#include <fmt/format.h>

#include <cmath>

#include "strata/math/transform.h"
#include "strata/scene/schemas_geometry.h"

namespace strata::gltf {

namespace {

constexpr size_t kMaxPlaces = 50'000'000;

bool IsFinite(const Matrix4d& m) {
  for (const auto& row : m.data)
    for (double each : row)
      if (!std::isfinite(each)) return false;
  return true;
}

}  // namespace

NodePlan::NodePlan(const render::DrawScene& draw, const ExportOptions& options, Diagnostics& remarks)
    : draw_(draw), options_(options), remarks_(remarks) {
  render::InstancePlaces places(draw.GetInstancers(), kMaxPlaces);
  for (const auto& [path, drawable] : draw.GetDrawables()) {
    if (!drawable.is_drawn || !drawable.geometry) continue;
    if (!drawable.by.IsInstanced())
      AddPrim(path);
    else if (options.instances == InstanceForm::kNodes)
      AddInstances(drawable, places.Find(drawable.by).size());
  }
  for (const auto& [path, light] : draw.GetLights())
    if (!light.by.IsInstanced() && light.light.kind != render::LightKind::kDome) AddPrim(path);
  for (const auto& [path, camera] : draw.GetCameras()) AddPrim(path);
}

int NodePlan::AddPrim(Path path) {
  if (path.IsAbsoluteRoot() || path.IsEmpty()) return -1;
  std::vector<Path> missing;
  int parent = -1;
  for (Path up = path; !up.IsAbsoluteRoot() && !up.IsEmpty(); up = up.GetParent()) {
    if (const auto known = by_path_.find(up); known != by_path_.end()) {
      parent = known->second;
      break;
    }
    missing.push_back(up);
  }
  for (; !missing.empty(); missing.pop_back()) {
    PlannedNode node;
    node.path = missing.back();
    node.name = node.path.GetName();
    node.parent = parent;
    parent = static_cast<int>(nodes_.size());
    by_path_[node.path] = parent;
    nodes_.push_back(std::move(node));
  }
  return parent;
}

void NodePlan::AddInstances(const render::Drawable& drawable, size_t count) {
  const size_t times = std::max<size_t>(options_.times.size(), 1);
  if (nodes_.size() + count > options_.max_places / times) {
    is_too_large_ = true;
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    PlannedNode node;
    node.path = drawable.path;
    node.name = fmt::format("{}_{}", drawable.path.GetName(), i);
    node.instance = static_cast<int>(i);
    nodes_.push_back(std::move(node));
  }
}

void NodePlan::TakeTime() {
  const size_t times = std::max<size_t>(options_.times.size(), 1);
  if (is_too_large_ || nodes_.size() > options_.max_places / times) {
    is_too_large_ = true;
    return;
  }
  render::InstancePlaces places(draw_.GetInstancers(), kMaxPlaces);
  for (PlannedNode& node : nodes_) {
    Matrix4d world = Matrix4d::Identity();
    if (!node.worlds.empty())
      world = node.worlds.back();
    else if (node.parent >= 0)
      world = nodes_[static_cast<size_t>(node.parent)].worlds.back();
    if (node.instance >= 0) {
      const auto drawable = draw_.GetDrawables().find(node.path);
      if (drawable != draw_.GetDrawables().end()) {
        const auto& all = places.Find(drawable->second.by);
        if (static_cast<size_t>(node.instance) < all.size())
          world = drawable->second.transform * all[static_cast<size_t>(node.instance)];
        else
          has_other_counts_ = true;
      }
    } else {
      world = scene::XformSchema::GetFromParent(draw_.GetScene()->GetPrim(node.path).data)
                  .GetMatrix()
                  .value_or(world);
    }
    node.worlds.push_back(IsFinite(world) ? world : Matrix4d::Identity());
  }
}

void NodePlan::FinishParents() {
  std::vector<bool> is_flat(nodes_.size());
  for (size_t i = 0; i < nodes_.size(); ++i)
    for (const Matrix4d& world : nodes_[i].worlds)
      if (!GetTransformInverse(world)) is_flat[i] = true;
  for (PlannedNode& node : nodes_)
    while (node.parent >= 0 && is_flat[static_cast<size_t>(node.parent)])
      node.parent = nodes_[static_cast<size_t>(node.parent)].parent;
  if (has_other_counts_)
    remarks_.Add(Diagnostic(
        kExportPartial, "Instances come and go with time; in glTF there are those of the first frame.", {}));
}

std::vector<Matrix4d> NodePlan::ComputeLocals(const PlannedNode& node) const {
  if (node.parent < 0) return node.worlds;
  const PlannedNode& parent = nodes_[static_cast<size_t>(node.parent)];
  std::vector<Matrix4d> locals;
  for (size_t i = 0; i < node.worlds.size(); ++i)
    locals.push_back(node.worlds[i] == parent.worlds[i]
                         ? Matrix4d::Identity()
                         : node.worlds[i] *
                               GetTransformInverse(parent.worlds[i]).value_or(Matrix4d::Identity()));
  return locals;
}

}  // namespace strata::gltf
