// What a scene needs besides its root layer: layers, textures and everything else that asset paths name.
//   (UsdUtilsExtractExternalReferences, UsdUtilsComputeAllDependencies)
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "strata/layer/asset_paths.h"
#include "strata/layer/registry.h"

namespace strata::pipeline {

using layer::AssetPathKind;
using layer::AssetPathUse;

inline constexpr DiagnosticCode kDependencyUnresolved{"pipeline.dependency-unresolved", Severity::kWarning,
                                                      "An asset path of a scene names nothing that exists."};

struct ExternalReferences {
  std::vector<std::string> sublayers;   // in their order
  std::vector<std::string> references;  // sorted, each once: all that is neither sublayer nor payload
  std::vector<std::string> payloads;    // sorted, each once
};
// What one layer names, with its own expression variables; clip templates and UDIM paths as the files that
// they stand for, the latter only when asked for.
enum class UdimPaths : uint8_t { kKeep, kExpand };
ExternalReferences ExtractExternalReferences(const layer::LayerRegistry& registry, const layer::Layer& layer,
                                             UdimPaths udim = UdimPaths::kKeep);

// The paths that a pattern stands for: "<UDIM>" with the tiles 1001 to 1100, and for clip templates "##.#"
// with frames; as they are written, those that exist alone, sorted. `path` alone when it is no pattern.
std::vector<std::string> ExpandPattern(const layer::LayerRegistry& registry, const std::string& path,
                                       AssetPathKind kind, const std::string& anchor,
                                       const asset::ResolverContext& context);

// One mention of something, in one layer.
struct DependencyUse {
  layer::LayerPtr layer;
  AssetPathUse at;
  std::string evaluated;   // of an expression, or what the processor made of it; otherwise as authored
  std::string identifier;  // as seen from the layer; of a pattern, the pattern's
  std::vector<std::string> resolved;  // where; several for a pattern, none when it is nowhere
  bool is_processed = false;          // the processor has put something else in its place
};

struct Dependencies {
  std::vector<layer::LayerPtr> layers;  // the root, then all others by identifier
  std::vector<std::string> assets;      // resolved paths of what is no layer, sorted
  std::vector<std::string> unresolved;  // identifiers, sorted
  std::vector<DependencyUse> uses;      // layer by layer, in the order in which they were reached
};

// A path, and the files that it stands for, as the layer would name them; none when it stands for itself.
struct ProcessedPath {
  std::string path;
  std::vector<std::string> dependencies;
  bool operator==(const ProcessedPath&) const = default;
};

struct DependencyOptions {
  // None: what the resolver makes of the root layer's place.
  std::optional<asset::ResolverContext> context;
  Budgets budgets;
  Executor* executor = nullptr;
  enum class Packages : uint8_t { kEnter, kKeepWhole } packages = Packages::kEnter;
  // Says what is followed in the place of a path: asked once for each that a layer's paths evaluate to. An
  // empty path is followed nowhere. What it throws goes on to the caller.
  using Processor =
      std::function<ProcessedPath(const layer::LayerPtr&, const AssetPathUse&, const ProcessedPath&)>;
  Processor processor;
};

// Follows every asset path from `root` on, in all variants, whichever are selected. Expression variables are
// those of the layer, under those of the layers that led to it. What does not exist, or cannot be read, is a
// remark in `diagnostics`. An assetInfo identifier is no dependency: it names the asset itself.
Dependencies ComputeAllDependencies(layer::LayerRegistry& registry, const layer::LayerPtr& root,
                                    const DependencyOptions& options, Diagnostics& diagnostics);

}  // namespace strata::pipeline
