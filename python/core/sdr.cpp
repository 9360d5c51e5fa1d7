// Sdr: the shader nodes that the engine knows, as plain data for strata/Sdr.py.
#include "python/core/usd.h"
#include "strata/domain/shader_registry.h"

namespace strata::python {

namespace {

nb::list Show(const std::vector<domain::ShaderProperty>& properties) {
  nb::list out;
  for (const domain::ShaderProperty& one : properties)
    out.append(
        nb::make_tuple(one.name, one.type_name, ToPython(one.fallback), one.is_connectable, one.options));
  return out;
}

}  // namespace

void BindShaderNodes(nb::module_& core) {
  nb::module_ sdr = MakeModule(core, "Sdr", "Shader nodes.");
  sdr.def(
      "_Nodes",
      [] {
        const domain::ShaderRegistry& registry = *domain::ShaderRegistry::GetBuiltIn();
        nb::list out;
        for (Token identifier : registry.GetIdentifiers())
          for (Token type : registry.GetSourceTypes())
            if (const domain::ShaderNode* node = registry.FindByIdentifierAndType(identifier, type))
              out.append(nb::make_tuple(node->identifier, node->source_type, node->context, node->family,
                                        node->role, Show(node->inputs), Show(node->outputs)));
        return out;
      },
      "(identifier, source type, context, family, role, inputs, outputs) of each node");
}

}  // namespace strata::python
