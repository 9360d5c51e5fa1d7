// Flattened layer stacks, and which space the colours of a prim are in.
#include "python/core/engine.h"
#include "python/core/pcp.h"
#include "python/core/usd.h"
#include "strata/domain/color_space.h"
#include "strata/math/color_space.h"
#include "strata/stage/flatten_layer_stack.h"

namespace strata::python {

namespace {

layer::LayerPtr Flatten(const LayerStackObject& stack, nb::object resolve, const std::string& tag) {
  if (!stack.stack) throw nb::value_error("a layer stack without layers");
  stage::FlattenLayerStackOptions options;
  if (!tag.empty()) options.tag = tag;
  if (!resolve.is_none())
    options.resolve_asset_path = [&resolve](const layer::Layer& layer, const compose::LayerStack& layers,
                                            const std::string& authored) {
      const auto shown = std::const_pointer_cast<layer::Layer>(layer.shared_from_this());
      const Value variables(layers.GetExpressionVariables());
      return nb::cast<std::string>(resolve(shown, authored, ToPython(variables)));
    };
  return stage::FlattenLayerStack(*stack.stack, GetEngine().GetLayerRegistry(), options);
}

nb::object ToObject(const std::optional<ColorSpace>& space) {
  return space ? nb::make_tuple(space->GetName(), *space) : nb::object(nb::none());
}

}  // namespace

void BindFlattening(nb::module_& usd) {
  usd.def("_FlattenLayerStack", &Flatten, "layerStack"_a, "resolve"_a.none(), "tag"_a);
  usd.def("_ColorSpaceName", [](const PrimObject& p) { return domain::ComputeColorSpaceName(Check(p)); });
  usd.def("_ColorSpaceName",
          [](const AttributeObject& a) { return domain::ComputeColorSpaceName(GetAttribute(a)); });
  usd.def("_ColorSpace", [](const PrimObject& p) { return ToObject(domain::ComputeColorSpace(Check(p))); });
  usd.def("_ColorSpace",
          [](const AttributeObject& a) { return ToObject(domain::ComputeColorSpace(GetAttribute(a))); });
  usd.def("_IsValidColorSpaceName",
          [](const PrimObject& p, Token name) { return domain::IsValidColorSpaceName(Check(p), name); });
}

}  // namespace strata::python
