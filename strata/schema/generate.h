// Typed views and documentation written from what a registry knows of schemas.   (usdGenSchema)
#pragma once

#include <string>
#include <vector>

#include "strata/schema/registry.h"

namespace strata::schema {

struct GenerateOptions {
  std::string name_space = "schemas";  // of C++ views: "studio::schemas"
};

// One C++ header with a class for each schema: bases first, in the order of names. A class derives from that
// of its base where that is among them; otherwise it holds what the base declares, too. Each attribute has a
// getter for the attribute and one for its value, each relationship one. Multiple-apply schemas take an
// instance name. Names that are no identifiers are changed to be some; unknown schemas are left out.
std::string GenerateCppViews(const Registry& registry, const std::vector<Token>& identifiers,
                             const GenerateOptions& options = {});
// The same as Python classes over prims with the methods of OpenUSD's Python.
std::string GeneratePythonViews(const Registry& registry, const std::vector<Token>& identifiers);
// Markdown: a section a schema, with its properties in a table.
std::string GenerateDocumentation(const Registry& registry, const std::vector<Token>& identifiers);

// What a schema declares itself: not what its base or built-in API schemas give just so.
std::vector<Token> GetOwnPropertyNames(const Registry& registry, Token identifier);

}  // namespace strata::schema
