// UsdShade: what strata/UsdShade.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/connectable.h"

namespace strata::python {

void BindShading(nb::module_& core) {
  nb::module_ shade = MakeModule(core, "UsdShade", "Computations over prims with inputs and outputs.");
  shade.def("_IsConnectable", [](const PrimObject& p) { return domain::Connectable(Check(p)).IsValid(); });
  shade.def("_IsContainer", [](const PrimObject& p) { return domain::Connectable(Check(p)).IsContainer(); });
  shade.def(
      "_ValueProducingAttributes",
      [](const AttributeObject& attribute, bool only_shaders) {
        const auto which =
            only_shaders ? domain::ValueProducers::kShaderOutputsOnly : domain::ValueProducers::kAll;
        nb::list out;
        for (const stage::Attribute& found :
             domain::GetValueProducingAttributes(GetAttribute(attribute), which))
          out.append(AttributeObject{{{found.GetPrim(), found.GetName()}}});
        return out;
      },
      "attribute"_a, "onlyShaderOutputs"_a);
}

}  // namespace strata::python
