#include "strata/scene/resolving.h"

#include <algorithm>

#include "strata/scene/implicit_surfaces.h"
#include "strata/scene/light_linking.h"
#include "strata/scene/material_overrides.h"
#include "strata/scene/nurbs.h"
#include "strata/scene/pinned_curves.h"
#include "strata/scene/tet_meshes.h"
#include "strata/scene/velocity_motion.h"

namespace strata::scene {

namespace {

template <class T>
SceneIndexPtr MakeIndex(SceneIndexPtr input) {
  return std::make_shared<T>(std::move(input));
}

constexpr ResolvingIndex kIndices[] = {
    {"velocityMotion", "before shapes are made anew: velocities are those of control points",
     MakeIndex<VelocityMotionSceneIndex>},
    {"nurbs", "for renderers without nurbs", MakeIndex<NurbsSceneIndex>},
    {"pinnedCurves", "for renderers without pinned curves", MakeIndex<PinnedCurvesSceneIndex>},
    {"tetMeshes", "for renderers that draw meshes alone", MakeIndex<TetMeshesSceneIndex>},
    {"implicitSurfaces", "for renderers that draw meshes alone", MakeIndex<ImplicitSurfacesSceneIndex>},
    {"materialOverrides", "after bindings: what materials are is settled, and their values may be replaced",
     MakeIndex<MaterialOverridesSceneIndex>},
    {"lightLinking", "after instancing: instances of one instancer may be lit by other lights",
     MakeIndex<LightLinkingSceneIndex>},
};

}  // namespace

std::span<const ResolvingIndex> GetResolvingIndices() {
  return kIndices;
}

const ResolvingIndex* FindResolvingIndex(std::string_view name) {
  const auto found = std::ranges::find(kIndices, name, &ResolvingIndex::name);
  return found == std::end(kIndices) ? nullptr : found;
}

}  // namespace strata::scene
