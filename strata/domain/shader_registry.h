// The shader nodes that are known: their inputs and outputs with types and defaults.   (SdrRegistry)
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/base/diagnostic.h"
#include "strata/layer/fields.h"
#include "strata/layer/spec_store.h"
#include "strata/value/value.h"

namespace strata::domain {

inline constexpr DiagnosticCode kShaderNodesUnusable{"domain.shader-nodes-unusable", Severity::kWarning,
                                                     "A file of shader nodes cannot be used."};

// (SdrShaderProperty)
struct ShaderProperty {
  Token name;       // without "inputs:" or "outputs:"
  Token type_name;  // as attributes have it
  Value fallback;   // empty: none
  bool is_connectable = true;
  std::vector<Token> options;  // the values that a token may have; empty: any
};

// (SdrShaderNode)
struct ShaderNode {
  Token identifier, source_type, context, family, role;
  std::vector<ShaderProperty> inputs, outputs;  // sorted by name
  const ShaderProperty* FindInput(Token name) const;
  const ShaderProperty* FindOutput(Token name) const;
};

// Immutable once filled; then safe for any number of threads. What it gives by pointer lives as long as it
// does.
class ShaderRegistry {
 public:
  ShaderRegistry();  // the nodes of OpenUSD
  static const std::shared_ptr<const ShaderRegistry>& GetBuiltIn();
  // Adds the root prims of type Shader of a usda text such as data/shaders/nodes.usda. Nodes of a known
  // identifier and source type are left as they are.
  void AddNodes(std::string text, const std::string& file, const layer::FieldRegistry& fields,
                Diagnostics& remarks);

  const ShaderNode* FindByIdentifier(Token identifier) const;  // the first of several source types
  const ShaderNode* FindByIdentifierAndType(Token identifier, Token source_type) const;
  std::vector<Token> GetIdentifiers() const;  // sorted
  std::vector<Token> GetSourceTypes() const;  // sorted

 private:
  void AddNode(const layer::SpecStore& content, Path prim);
  std::vector<std::unique_ptr<ShaderNode>> nodes_;
  tsl::robin_map<Token, std::vector<const ShaderNode*>> by_identifier_;
};

}  // namespace strata::domain
