// A cache over layers written as text, and what its indices hold as text.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "strata/compose/compose.h"
#include "strata/format/text/text.h"
#include "strata/layer/registry.h"
#include "tests/registry_provider.h"

namespace strata::compose {

using Layers = std::vector<std::pair<std::string, std::string>>;

// The first layer is the root; `session` names another one, or none.
inline std::unique_ptr<Cache> Open(const Layers& layers, CacheOptions options = {},
                                   const char* session = "") {
  auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
  for (const auto& [name, text] : layers) resolver->Put(name, "#usda 1.0\n" + text);
  auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                               {format::text::MakeUsdaFormat()});
  Diagnostics diagnostics;
  layer::LayerPtr root = registry->FindOrOpen(layers.front().first, nullptr, {}, diagnostics);
  REQUIRE_MESSAGE(root, RenderDiagnostics(diagnostics, ColorMode::kPlain));
  layer::LayerPtr session_layer =
      *session ? registry->FindOrOpen(session, nullptr, {}, diagnostics) : nullptr;
  return std::make_unique<Cache>(root, session_layer, std::make_shared<RegistryProvider>(registry),
                                 std::move(options));
}
inline std::unique_ptr<Cache> Open(const std::string& text, CacheOptions options = {}) {
  return Open(Layers{{"root.usda", text}}, std::move(options));
}

// The names of the errors of an index.
inline std::vector<std::string> GetErrors(Cache& cache, const char* path) {
  std::vector<std::string> names;
  for (const CompositionError& error : cache.ComputePrimIndex(Path(path))->GetErrors())
    names.emplace_back(GetErrorName(error.type));
  return names;
}

// "/A /R": the sites with opinions about a prim, strongest first.
inline std::string GetStack(Cache& cache, const char* path) {
  std::string text;
  for (const SpecSite& site : cache.ComputePrimIndex(Path(path))->GetSpecStack())
    text += (text.empty() ? "" : " ") + site.path.GetString();
  return text;
}

// The nodes of the prim at `path`, strongest first, indented below their parents; culled ones left out.
inline std::string DescribeNodes(const Layers& layers, const char* path) {
  const auto cache = Open(layers);
  const auto index = cache->ComputePrimIndex(Path(path));
  std::string result;
  for (uint32_t i = 0; i < index->GetNodeCount(); ++i) {
    const NodeRef node = index->GetNode(i);
    if (node.IsCulled()) continue;
    for (NodeRef above = node.GetParent(); above; above = above.GetParent()) result += "  ";
    const std::string layer = node.GetLayerStack()->GetRootLayer()->GetDisplayName();
    result += fmt::format("{} {}<{}>{}\n", GetArcName(node.GetArcType()),
                          layer == layers.front().first ? "" : layer, node.GetPath().GetString(),
                          node.IsInert() ? " silent" : "");
  }
  return result;
}

inline std::string MakePrim(const std::string& name, const std::string& metadata,
                            const std::string& content = "") {
  return "def \"" + name + "\" (\n" + metadata + "\n)\n{\n" + content + "\n}\n";
}

}  // namespace strata::compose
