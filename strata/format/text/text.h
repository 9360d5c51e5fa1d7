// The door of `format/text`: usda text to layers and back.
//
// Threads: the format is stateless and safe from any thread. Owners: nothing.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "strata/layer/file_format.h"

namespace strata::format::text {

std::shared_ptr<const layer::FileFormat> MakeUsdaFormat();

// A file format argument: given, with any value, the paths of references, payloads, inherits, specializes and
// relocates may hold variant selections.   (SDF_SCHEMA_PROHIBIT_INVALID_VARIANT_SELECTIONS=0)
inline constexpr const char* kVariantSelectionsArgument = "acceptVariantSelectionsInPaths";

// A value as usda writes it: 1.5, (1, 2), [1, 2], "text", @asset@, {...} dictionaries.
std::string FormatValue(const Value& value);

// Parses a value of `type_name` ("float3[]", "token", ...) as it stands after "=" in usda.
Result<Value> ParseValue(std::string_view type_name, std::string_view text);

}  // namespace strata::format::text
