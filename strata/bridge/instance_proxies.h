// Prims in instances, by their paths on the stage.
// (UsdImagingInstanceProxyPathTranslationSceneIndex)
#pragma once

#include <functional>
#include <vector>

#include "strata/scene/scene_index.h"

namespace strata::bridge {

// Where the end of a chain shows a prim of the stage.
struct InstanceProxyPlace {
  // An instance on the way: which element of which instancer it is.
  struct Step {
    Path instance;  // in the scene
    Path instancer;
    int32_t prototype_index = 0;
    int32_t instance_index = 0;
    friend bool operator==(const Step&, const Step&) = default;
  };
  Path path;                // in the scene: of instance proxies, in the copy that their instance shows
  std::vector<Step> steps;  // outermost first; none for prims outside instances
};

// `path` is one of the stage, of an instance proxy or of any other prim; an empty place where the scene has
// none. An instance itself is where it stands, and no step of its own. Costs a look at each prim on the way.
InstanceProxyPlace FindInstanceProxy(const scene::SceneIndex& scene, Path path);

// Calls `visit` for each prim at and below `root` with its path on the stage, parents first, those in
// instances too, and without the instancers that were made for them. `visit` answers whether what is below
// the prim is wanted: prims in nested instances may be more than anyone can walk.
using InstanceProxyVisitor = std::function<bool(Path path, const InstanceProxyPlace& place)>;
void VisitInstanceProxies(const scene::SceneIndex& scene, Path root, const InstanceProxyVisitor& visit);

}  // namespace strata::bridge
