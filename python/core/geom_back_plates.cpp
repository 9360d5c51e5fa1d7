// UsdGeom.BackPlateAPI: what strata/_geom_plates.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/back_plate.h"

namespace strata::python {

void BindBackPlates(nb::module_& core) {
  using domain::BackPlate;
  nb::module_ geom = nb::cast<nb::module_>(core.attr("UsdGeom"));
  nb::class_<BackPlate> cls(geom, "_BackPlate", "A back plate of a camera.");
  cls.def("__init__",
          [](BackPlate* b, const PrimObject& p, Token name) { new (b) BackPlate(Check(p), name); });
  cls.def("Dimensions",
          [](const BackPlate& b, TimeArgument time) { return b.ComputeEffectiveDimensions(time.time); });
  cls.def("ScaleForSize", [](const BackPlate& b, float width, float height, TimeArgument time) {
    return b.ComputeScaleForSize({width, height}, time.time);
  });
  cls.def("CameraSpacePosition",
          [](const BackPlate& b, TimeArgument time) { return b.GetCameraSpacePosition(time.time); });
  cls.def("WorldSpacePosition",
          [](const BackPlate& b, TimeArgument time) { return b.GetWorldSpacePosition(time.time); });
  cls.def("TranslateForCameraSpace", [](const BackPlate& b, Vec3f position, TimeArgument time) {
    return b.ComputeTranslateForCameraSpace(position, time.time);
  });
  cls.def("TranslateForWorldSpace", [](const BackPlate& b, Vec3f position, TimeArgument time) {
    return b.ComputeTranslateForWorldSpace(position, time.time);
  });
}

}  // namespace strata::python
