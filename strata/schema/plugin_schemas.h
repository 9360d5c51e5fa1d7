// Schemas, and kinds of prims, that plugInfo files declare under Types and Kinds, with the
// generatedSchema.usda beside them, added to a registry.   (PlugRegistry)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/layer/fields.h"
#include "strata/schema/registry.h"

namespace strata::schema {

// Adds what the text of one plugInfo file declares; `file` is its path, from which its schema files are
// found. Fields that the schemas use should be in `fields` already.
void AddPluginSchemas(std::string_view text, const std::string& file, const layer::FieldRegistry& fields,
                      Registry& registry, Diagnostics& remarks);

// Reads plugInfo files as layer::ReadPluginFields does. Files that cannot be read are passed over in silence:
// reading their fields has told of them.
void ReadPluginSchemas(const std::vector<std::string>& paths, const layer::FieldRegistry& fields,
                       Registry& registry, Diagnostics& remarks);

}  // namespace strata::schema
