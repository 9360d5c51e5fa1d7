#include "strata/bridge/color_spaces.h"

#include "strata/bridge/adapter.h"
#include "strata/bridge/names.h"
#include "strata/domain/color_space.h"

namespace strata::bridge {

namespace {

const Token& GetSchemaName() {
  static const Token name("ColorSpaceAPI");
  return name;
}

// What a prim says of colours holds for all below it.
class ColorSpaceAdapter final : public APISchemaAdapter {
 public:
  scene::ContainerDataSourceHandle GetData(const PrimSource&, Token) const override { return nullptr; }
  scene::DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                         PropertyChange) const override {
    for (Token property : properties)
      if (property.GetText().starts_with("colorSpace"))
        return scene::DataSourceLocatorSet(GetRepopulateLocator());
    return {};
  }
};

}  // namespace

Token FindColorSpace(const stage::Attribute& attribute) {
  const Token own = attribute.GetMetadata(GetNames().colorSpace).GetOr(Token());
  if (!own.IsEmpty()) return own;
  const ValueTypeName* type = attribute.GetValueTypeName();
  if (!type || type->role != Role::kColor) return {};
  for (stage::Prim prim = attribute.GetPrim(); prim && !prim.IsPseudoRoot(); prim = prim.GetParent())
    if (prim.HasAPI(GetSchemaName())) return domain::ComputeColorSpaceName(attribute);
  return {};
}

void AddColorSpaceAdapters(AdapterRegistry& registry) {
  const auto adapter = std::make_shared<ColorSpaceAdapter>();
  registry.AddAPISchemaAdapter(GetSchemaName(), adapter);
  registry.AddAPISchemaAdapter(Token("ColorSpaceDefinitionAPI"), adapter);
}

}  // namespace strata::bridge
