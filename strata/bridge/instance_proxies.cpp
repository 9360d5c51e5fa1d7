#include "strata/bridge/instance_proxies.h"

#include <utility>

#include "strata/bridge/native_prototypes.h"
#include "strata/scene/schemas_scene.h"

namespace strata::bridge {

namespace {

// Goes from an instance to the copy of its prototype. False where the prim is no instance, or its instancer
// does not say what it shows.
bool Enter(const scene::SceneIndex& scene, InstanceProxyPlace& place) {
  const auto instance = scene::InstanceSchema::GetFromParent(scene.GetPrim(place.path).data);
  const Path instancer = instance.GetInstancer().value_or(Path());
  if (instancer.IsEmpty()) return false;
  InstanceProxyPlace::Step step{place.path, instancer, instance.GetPrototypeIndex().value_or(0),
                                instance.GetInstanceIndex().value_or(0)};
  const auto prototypes =
      scene::InstancerTopologySchema::GetFromParent(scene.GetPrim(instancer).data).GetPrototypes();
  if (!prototypes || step.prototype_index < 0 ||
      static_cast<size_t>(step.prototype_index) >= prototypes->size())
    return false;
  place.path = (*prototypes)[static_cast<size_t>(step.prototype_index)];
  place.steps.push_back(step);
  return true;
}

}  // namespace

InstanceProxyPlace FindInstanceProxy(const scene::SceneIndex& scene, Path path) {
  if (!path.IsAbsolute() || !(path.IsPrim() || path.IsAbsoluteRoot())) return {};
  std::vector<Token> names;
  for (Path above = path; !above.IsAbsoluteRoot(); above = above.GetParent())
    names.push_back(above.GetNameToken());
  InstanceProxyPlace place{Path::AbsoluteRoot(), {}};
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    Enter(scene, place);
    place.path = place.path.AppendChild(*name);
  }
  // Prims above may have no data where scenes have gaps: the prim itself decides.
  return scene.GetPrim(place.path) ? place : InstanceProxyPlace();
}

void VisitInstanceProxies(const scene::SceneIndex& scene, Path root, const InstanceProxyVisitor& visit) {
  std::vector<std::pair<Path, InstanceProxyPlace>> waiting = {{root, FindInstanceProxy(scene, root)}};
  if (waiting.back().second.path.IsEmpty()) return;
  const Token made = GetPropagatedPrototypesName();
  while (!waiting.empty()) {
    auto [path, place] = std::move(waiting.back());
    waiting.pop_back();
    if (!visit(path, place)) continue;
    Enter(scene, place);
    const std::vector<Path> children = scene.GetChildPrimPaths(place.path);
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      const Token name = child->GetNameToken();
      if (name != made) waiting.push_back({path.AppendChild(name), {*child, place.steps}});
    }
  }
}

}  // namespace strata::bridge
