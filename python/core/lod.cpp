// UsdLod: what strata/UsdLod.py asks of the engine.
#include "strata/domain/lod.h"
#include "python/core/usd.h"

namespace strata::python {

namespace {

using domain::DistanceLod;
using domain::ScreenSizeLod;

// The two corners; None where it is empty.
nb::object ToPython(const Range3d& range) {
  return range.IsEmpty() ? nb::none() : nb::object(nb::make_tuple(range.min, range.max));
}

template <class Lod>
nb::class_<Lod> BindHeuristic(nb::module_& lod, const char* name) {
  nb::class_<Lod> cls(lod, name, "What a heuristic says, read once.");
  cls.def("__init__",
          [](Lod* self, const PrimObject& p, TimeArgument time) { new (self) Lod(Check(p), time.time); });
  cls.def_prop_ro("domain", [](const Lod& l) { return l.domain; });
  cls.def_prop_ro("thresholds", [](const Lod& l) { return l.thresholds; });
  cls.def_prop_ro("blends", [](const Lod& l) { return l.blend_thresholds; });
  cls.def_prop_ro("extent", [](const Lod& l) { return ToPython(l.extent); });
  cls.def("Level", [](const Lod& l, double value) { return l.ComputeLevel(value); });
  return cls;
}

}  // namespace

void BindLods(nb::module_& core) {
  nb::module_ lod = MakeModule(core, "UsdLod", "Levels of detail.");
  auto distance = BindHeuristic<DistanceLod>(lod, "_Distance");
  distance.def_prop_ro("center", [](const DistanceLod& l) { return l.center; });
  distance.def("Measure", &DistanceLod::ComputeDistance, "viewpoint"_a, "transform"_a);
  auto size = BindHeuristic<ScreenSizeLod>(lod, "_ScreenSize");
  size.def_prop_ro("projectionMethod", [](const ScreenSizeLod& l) { return l.projection_method; });
  size.def("Measure", [](const ScreenSizeLod& l, const Matrix4d& to_world, const Vec2d& window_min,
                         const Vec2d& window_max, bool is_perspective, const Matrix4d& transform) {
    domain::Frustum frustum;
    frustum.transform = to_world;
    frustum.window_min = window_min;
    frustum.window_max = window_max;
    frustum.projection =
        is_perspective ? domain::Projection::kPerspective : domain::Projection::kOrthographic;
    return l.ComputeScreenSize(frustum, transform);
  });
  lod.def("_ApplyHysteresis", &domain::ApplyHysteresis);
  lod.def("_Override", [](const PrimObject& p, TimeArgument time) {
    const domain::LodOverride found = domain::ComputeLodOverride(Check(p), time.time);
    return nb::make_tuple(found.mode, found.level);
  });
}

}  // namespace strata::python
