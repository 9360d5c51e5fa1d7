// Ar.Ar_PyAsset: the bytes of an asset.
#pragma once

#include "python/core/core.h"
#include "strata/asset/asset.h"

namespace strata::python {

struct AssetObject {
  std::shared_ptr<asset::Asset> asset;
  nb::bytes Read(uint64_t offset, uint64_t count) const;
};

}  // namespace strata::python
