// Brings a scene and everything it needs together: which file goes where, and layers whose paths then say so.
//   (UsdUtilsLocalizeAsset)
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/pipeline/dependencies.h"

namespace strata::pipeline {

inline constexpr DiagnosticCode kLocalizeRefused{"pipeline.localize-refused", Severity::kError,
                                                 "A scene cannot be brought together as it is."};
inline constexpr DiagnosticCode kExpressionKept{
    "pipeline.expression-kept", Severity::kWarning,
    "A variable expression stands for several files and cannot say where they went."};

// One file of a localized scene.
struct LocalizedFile {
  std::string place;                   // relative, with slashes: "textures/wood.png"
  std::string source;                  // resolved path
  std::optional<std::string> content;  // of a layer that had to be rewritten; none: the bytes of `source`
};

struct Localization {
  std::vector<LocalizedFile> files;  // the root layer, other layers by place, all else by place
  Dependencies dependencies;
};

// What lies in or below the root layer's folder keeps its relative place; files of other folders share a
// folder named by a number, one for each folder. Packages are taken whole. Asset paths are rewritten only
// where they would not find their file, and layers that need no rewriting keep their bytes. What does not
// exist is a warning, and its path stays. The root layer must not lie in a package. Paths that the options'
// processor changes are written as it says, led to where their file goes; those that it empties are removed.
Result<Localization> PlanLocalization(layer::LayerRegistry& registry, const layer::LayerPtr& root,
                                      const DependencyOptions& options, Diagnostics& diagnostics);

// Writes the files into `folder`, which is made when it is not there. Each file is replaced atomically.
Result<void> WriteLocalization(const layer::LayerRegistry& registry, const Localization& localization,
                               const std::string& folder);

}  // namespace strata::pipeline
