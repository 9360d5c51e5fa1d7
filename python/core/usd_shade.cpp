// UsdShade: what strata/UsdShade.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/connectable.h"
#include "strata/domain/coord_sys.h"
#include "strata/domain/udim.h"

namespace strata::python {

void BindShading(nb::module_& core) {
  nb::module_ shade = MakeModule(core, "UsdShade", "Computations over prims with inputs and outputs.");
  shade.def("_IsConnectable", [](const PrimObject& p) { return domain::Connectable(Check(p)).IsValid(); });
  shade.def("_IsContainer", [](const PrimObject& p) { return domain::Connectable(Check(p)).IsContainer(); });
  shade.def("_RequiresEncapsulation",
            [](const PrimObject& p) { return domain::Connectable(Check(p)).RequiresEncapsulation(); });
  shade.def("_MakesConnectable", [](Token identifier) {
    const schema::Registry& schemas = *GetEngine().GetSchemas();
    for (const schema::SchemaInfo* info = schemas.Find(identifier); info; info = schemas.Find(info->base))
      if (info->is_connectable) return true;
    return false;
  });
  shade.def("_CanConnect", [](const AttributeObject& attribute, const AttributeObject& source) {
    return domain::Connectable::CanConnect(GetAttribute(attribute), GetAttribute(source));
  });
  shade.def("_IsConnectionFromBaseMaterial", [](const AttributeObject& attribute) {
    return domain::Connectable::IsConnectionFromBaseMaterial(GetAttribute(attribute));
  });
  shade.def("_ConnectedSources", [](const AttributeObject& attribute) {
    std::vector<Path> found, missing;
    for (const domain::ConnectionSource& source :
         domain::Connectable::GetConnectedSources(GetAttribute(attribute), &missing))
      found.push_back(source.GetAttribute().GetPath());
    return nb::make_tuple(found, missing);
  });
  shade.def("_SourceTypes", [](const PrimObject& p) { return domain::Shader(Check(p)).GetSourceTypes(); });
  shade.def("_IsUdimIdentifier", [](const std::string& path) { return domain::IsUdimIdentifier(path); });
  shade.def("_ReplaceUdimPattern", [](const std::string& path, const std::string& tile) {
    return domain::ReplaceUdimPattern(path, tile);
  });
  shade.def("_ResolveUdimPath", [](const std::string& path, const std::string& anchor) {
    return domain::ResolveUdimPath(GetEngine().GetLayerRegistry()->GetResolver(), path, anchor);
  });
  shade.def("_ResolveUdimTilePaths", [](const std::string& path, const std::string& anchor) {
    nb::list out;
    for (const domain::UdimTile& tile :
         domain::ResolveUdimTilePaths(GetEngine().GetLayerRegistry()->GetResolver(), path, anchor))
      out.append(nb::make_tuple(tile.resolved_path, tile.tile));
    return out;
  });
  shade.def("_HasCoordSysBindings",
            [](const PrimObject& p) { return domain::CoordSysAPI(Check(p)).HasLocalBindings(); });
  shade.def("_CoordSysBindings", [](const PrimObject& p, bool inherited) {
    const domain::CoordSysAPI view(Check(p));
    nb::list out;
    for (const domain::CoordSysBinding& found :
         inherited ? view.FindBindingsWithInheritance() : view.GetLocalBindings())
      out.append(nb::make_tuple(found.name, found.relationship, found.prim));
    return out;
  });
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
