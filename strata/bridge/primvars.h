// Primvars of a prim: what is under "primvars:", and geometry attributes under their names in scenes.
// (UsdImagingDataSourcePrimvars)
#pragma once

#include <span>
#include <vector>

#include "strata/bridge/adapter.h"

namespace strata::bridge {

// An attribute that is a primvar in scenes.
struct PrimvarMapping {
  Token primvar;
  Token attribute;
  // Where the attribute authors none of its own; empty: "vertex".
  Token interpolation;
  // An attribute that says nothing where its first value is empty, so that another one may speak.
  enum class Emptiness : uint8_t { kCounts, kIsNothing } emptiness = Emptiness::kCounts;
};
using PrimvarMappings = std::vector<PrimvarMapping>;
const PrimvarMappings& GetNoMappings();

scene::ContainerDataSourceHandle MakePrimvars(const PrimSource& source, const PrimvarMappings& mappings);
scene::DataSourceLocatorSet InvalidatePrimvars(std::span<const Token> properties, PropertyChange change,
                                               const PrimvarMappings& mappings);

}  // namespace strata::bridge
