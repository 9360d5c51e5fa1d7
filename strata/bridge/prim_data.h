// The data that prims of every type have: where they come from, transforms, visibility, purposes, extents,
// primvars.   (UsdImagingDataSourcePrim)
#pragma once

#include "strata/bridge/adapter.h"
#include "strata/bridge/parts.h"
#include "strata/bridge/primvars.h"

namespace strata::bridge {

// The prim's own data, with `primvars` of these attributes beside those under "primvars:".
scene::ContainerDataSourceHandle MakePrimData(const PrimSource& source, const PrimvarMappings& mappings);
scene::DataSourceLocatorSet InvalidatePrimData(const stage::Prim& prim, std::span<const Token> properties,
                                               PropertyChange change, const PrimvarMappings& mappings);

// {min, max} of the pair of points at `first`.
scene::ContainerDataSourceHandle MakeExtent(const PrimSource& source, Token attribute, size_t first,
                                            const scene::DataSourceLocator& locator);

// The adapter of prims whose type has none: their data and no type.
class BaseAdapter : public PrimAdapter {
 public:
  Token GetImagingType(const stage::Prim&) const override { return {}; }
  scene::ContainerDataSourceHandle GetData(const PrimSource& source) const override {
    return MakePrimData(source, GetMappings());
  }
  scene::DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                         PropertyChange change) const override {
    return InvalidatePrimData(prim, properties, change, GetMappings());
  }

 protected:
  virtual const PrimvarMappings& GetMappings() const { return GetNoMappings(); }
};

}  // namespace strata::bridge
