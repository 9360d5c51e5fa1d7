// Fields that plugInfo files declare under SdfMetadata, added to a registry.   (PlugRegistry, SdfSchema)
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/layer/fields.h"

namespace strata::layer {

inline constexpr DiagnosticCode kPluginInfoUnreadable{
    "layer.plugin-info-unreadable", Severity::kWarning,
    "A plugInfo file, or a field it declares, cannot be used."};

// Adds what the text of one plugInfo file declares; `file` is its name in remarks. Fields that are known
// already stay as they are when they are built in. Lines that begin with '#' are comments.
void AddPluginFields(std::string_view text, const std::string& file, FieldRegistry& fields,
                     Diagnostics& remarks);

// Calls take(file, text) with each plugInfo file: those named, the plugInfo.json of folders named, and those
// they include, each once. Paths may hold wildcards.
void ReadPluginFiles(const std::vector<std::string>& paths,
                     const std::function<void(const std::string& file, std::string_view text)>& take,
                     Diagnostics& remarks);
// The text of a plugInfo file as JSON: comment lines become empty ones, so that places in errors stay right.
std::string StripPluginComments(std::string_view text);

// Adds the fields of plugInfo files found in this way.
void ReadPluginFields(const std::vector<std::string>& paths, FieldRegistry& fields, Diagnostics& remarks);

// The paths in PXR_PLUGINPATH_NAME.
std::vector<std::string> GetPluginPathsOfEnvironment();

}  // namespace strata::layer
