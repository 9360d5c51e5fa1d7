// UsdGeom.Subset: what strata/_geom_subsets.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/geom_subset.h"

namespace strata::python {

void BindGeomSubsets(nb::module_& core) {
  nb::module_ geom = nb::cast<nb::module_>(core.attr("UsdGeom"));
  geom.def("_GeomSubsets", [](const PrimObject& p) { return MakePrims(domain::GetGeomSubsets(Check(p))); });
  geom.def("_GeomSubsetFamilies", [](const PrimObject& p) { return domain::GetSubsetFamilyNames(Check(p)); });
  geom.def("_GeomSubsetFamilyType",
           [](const PrimObject& p, Token family) { return domain::GetSubsetFamilyType(Check(p), family); });
  geom.def(
      "_UnassignedIndices",
      [](const PrimObject& p, Token element_type, Token family, TimeArgument time) {
        const std::vector<int> found =
            domain::GetUnassignedIndices(Check(p), element_type, family, time.time);
        return Array<int32_t>(found.begin(), found.end());
      },
      "prim"_a, "elementType"_a, "family"_a, "time"_a = TimeArgument());
  geom.def("_ValidateSubsetFamily", [](const PrimObject& p, Token family) {
    std::string why;
    const bool holds = domain::ValidateSubsetFamily(Check(p), family, why);
    return nb::make_tuple(holds, why);
  });
}

}  // namespace strata::python
