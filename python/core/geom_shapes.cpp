// UsdGeom.BasisCurves and UsdGeom.PointInstancer: what strata/_geom_shapes.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/curves.h"
#include "strata/domain/point_instancer.h"

namespace strata::python {

void BindGeomShapes(nb::module_& core) {
  nb::module_ geom = nb::cast<nb::module_>(core.attr("UsdGeom"));
  geom.def(
      "_CurveCounts",
      [](const PrimObject& p, TimeArgument time) {
        const domain::BasisCurves curves(Check(p), time.time);
        return nb::make_tuple(curves.ComputeSegmentCounts(), curves.ComputeUniformDataSize(),
                              curves.ComputeVaryingDataSize(), curves.ComputeVertexDataSize());
      },
      "prim"_a, "time"_a);
  geom.def(
      "_CurveInterpolation",
      [](const PrimObject& p, size_t size, TimeArgument time) {
        return domain::BasisCurves(Check(p), time.time).ComputeInterpolationForSize(size);
      },
      "prim"_a, "size"_a, "time"_a);
  geom.def(
      "_InstanceTransforms",
      [](const PrimObject& p, TimeArgument time, TimeArgument base_time, bool with_prototypes,
         bool with_mask) {
        using Instancer = domain::PointInstancer;
        const std::vector<Matrix4d> found = ValueOrRaise(Instancer(Check(p)).ComputeInstanceTransforms(
            time.time, base_time.time,
            with_prototypes ? Instancer::PrototypeTransform::kInclude
                            : Instancer::PrototypeTransform::kExclude,
            with_mask ? Instancer::Mask::kApply : Instancer::Mask::kIgnore));
        return Array<Matrix4d>(found.begin(), found.end());
      },
      "prim"_a, "time"_a, "baseTime"_a, "withPrototypes"_a, "withMask"_a);
}

}  // namespace strata::python
