// Prims with inputs and outputs that connect to each other, and where values flow from.
// (UsdShadeConnectableAPI, UsdShadeUtils, UsdShadeMaterial)
#pragma once

#include <optional>
#include <vector>

#include "strata/stage/stage.h"

namespace strata::domain {

enum class ShadeAttributeType : uint8_t { kInvalid, kInput, kOutput };
// "inputs:diffuseColor" is the input "diffuseColor".
std::pair<Token, ShadeAttributeType> ParseShadeName(Token full_name);
Token MakeShadeName(Token base_name, ShadeAttributeType type);

// What an input or output is connected to.
struct ConnectionSource {
  stage::Prim source;
  Token source_name;  // without "inputs:" or "outputs:"
  ShadeAttributeType source_type = ShadeAttributeType::kInvalid;
  stage::Attribute GetAttribute() const {
    return source.GetAttribute(MakeShadeName(source_name, source_type));
  }
};

class Connectable {
 public:
  explicit Connectable(stage::Prim prim) : prim_(std::move(prim)) {}
  const stage::Prim& GetPrim() const { return prim_; }
  // The prim's type, or an API schema that it has, makes it connectable: shaders, node graphs, lights.
  bool IsValid() const;
  // Others can live inside: node graphs, materials, lights and light filters.
  bool IsContainer() const;
  // Connections stay within the container: all but lights.
  bool RequiresEncapsulation() const;
  // Whether an input or output of this prim may be connected to another attribute: shaders and node graphs
  // take from inputs of the container that they are in and from outputs beside them, containers' outputs from
  // inside, inputs of materials and light filters from inside too, lights from anywhere. Inputs for
  // interfaces only take from inputs that are for interfaces only. Types of values are not compared.
  static bool CanConnect(const stage::Attribute& attribute, const stage::Attribute& source);
  // Whether the strongest connections of an attribute come from what its prim, or one above it, specializes.
  static bool IsConnectionFromBaseMaterial(const stage::Attribute& attribute);

  // Attributes of that kind, in property order; with those that only a schema declares.
  std::vector<stage::Attribute> GetInputs() const { return Get(ShadeAttributeType::kInput); }
  std::vector<stage::Attribute> GetOutputs() const { return Get(ShadeAttributeType::kOutput); }
  // Connections that lead to an input or output that is there; the others go to `invalid`.
  static std::vector<ConnectionSource> GetConnectedSources(const stage::Attribute& attribute,
                                                           std::vector<Path>* invalid = nullptr);

 private:
  std::vector<stage::Attribute> Get(ShadeAttributeType type) const;
  stage::Prim prim_;
};

// The attributes that an input or output gets its value from, past the inputs and outputs of containers:
// outputs of shaders, and what has a value of its own where connections lead to nothing, as circles do.
enum class ValueProducers : uint8_t { kAll, kShaderOutputsOnly };
std::vector<stage::Attribute> GetValueProducingAttributes(const stage::Attribute& attribute,
                                                          ValueProducers which = ValueProducers::kAll);

// A shader's own words about what it is.
class Shader {
 public:
  explicit Shader(stage::Prim prim) : prim_(std::move(prim)) {}
  bool IsValid() const;
  const stage::Prim& GetPrim() const { return prim_; }
  Token GetImplementationSource() const;  // "id" where nothing else is said
  Token GetShaderId() const;              // empty unless the implementation source is "id"
  // "glslfx" of info:glslfx:sourceAsset; of source assets and source code only.
  std::vector<Token> GetSourceTypes() const;

 private:
  stage::Prim prim_;
};

// What draws a material's surface, displacement or volume: the shader output that the material's output of
// that name gets its value from, for the first render context that has one, the universal context ("") last.
std::optional<ConnectionSource> ComputeMaterialSource(const stage::Prim& material, Token output,
                                                      const std::vector<Token>& render_contexts = {});

}  // namespace strata::domain
