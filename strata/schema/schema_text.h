// One schema as usda text says it: the properties it declares, its built-in API schemas, its metadata.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/layer/fields.h"
#include "strata/schema/prim_definition.h"

namespace strata::schema {

struct SchemaBody {
  std::vector<std::pair<Token, PropertyDefinitionPtr>> properties;
  // Properties that only change what a built-in API schema says (customData.apiSchemaOverride).
  std::vector<std::pair<Token, PropertyDefinitionPtr>> overrides;
  bool has_built_in_schemas = false;  // says which; else those of its base hold
  std::vector<Token> built_in_schemas;
  std::vector<layer::SpecStore::Field> metadata;
  std::string documentation;
};

// OpenUSD keeps brief documentation of its own schemas in customData.userDocBrief; the files under data/
// leave it to be made, those of plugins hold what they want to hold.
enum class BriefDocumentation { kAsWritten, kMade };

// The body of the class prim </identifier>.
SchemaBody ReadSchemaBody(const layer::SpecStore& content, Token identifier, BriefDocumentation brief);

// Reads usda text. False, with remarks, when it cannot be read.
bool ReadSchemaText(std::string text, const std::string& file, const layer::FieldRegistry& fields,
                    layer::SpecStore& content, Diagnostics& remarks);

// The text of each class of a file that scripts/make_schemas.py wrote: such a class begins and ends at the
// start of a line. Calls take(identifier, text).
template <class Take>
void SplitClasses(std::string_view text, Take&& take) {
  constexpr std::string_view kBegin = "\nclass ", kEnd = "\n}\n";
  for (size_t begin = text.find(kBegin); begin != std::string_view::npos; begin = text.find(kBegin, begin)) {
    const size_t open = text.find('"', begin), close = text.find('"', open + 1);
    const size_t end = text.find(kEnd, begin);
    if (close == std::string_view::npos || end == std::string_view::npos) return;
    take(text.substr(open + 1, close - open - 1), text.substr(begin + 1, end + kEnd.size() - begin - 1));
    begin = end;
  }
}

}  // namespace strata::schema
