// UsdLux: what strata/UsdLux.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/light.h"

namespace strata::python {

void BindLights(nb::module_& core) {
  nb::module_ lux = MakeModule(core, "UsdLux", "Lights.");
  lux.def("_LightList", [](const PrimObject& p, bool consult_cache) {
    return domain::ComputeLightList(
        Check(p), consult_cache ? domain::LightListMode::kConsultCache : domain::LightListMode::kIgnoreCache);
  });
}

}  // namespace strata::python
