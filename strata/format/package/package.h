// The door of `format/package`: usdz packages as layers, which say what their first file says.
//
// Threads: the format is stateless and safe from any thread. Owners: the format shares the formats it was
// given.
#pragma once

#include <memory>
#include <vector>

#include "strata/layer/file_format.h"

namespace strata::format::package {

// Reads the first file of a package with the one of `formats` that knows it, be it in a package again. Does
// not write: packages are made as a whole, by the room `pipeline`.
std::shared_ptr<const layer::FileFormat> MakeUsdzFormat(
    std::vector<std::shared_ptr<const layer::FileFormat>> formats);

}  // namespace strata::format::package
