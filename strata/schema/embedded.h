// The files of data/schemas, which the build puts into the library.
#pragma once

#include <span>
#include <string_view>

namespace strata::schema {

struct EmbeddedFile {
  std::string_view name;  // "usdGeom.usda"
  std::string_view text;
};
std::span<const EmbeddedFile> GetEmbeddedFiles();

}  // namespace strata::schema
