// All file formats of this build.
#pragma once

#include <memory>
#include <vector>

#include "strata/layer/file_format.h"

namespace strata::format {

// One of each, the packages' format reading root layers with the others.
std::vector<std::shared_ptr<const layer::FileFormat>> MakeFormats();

}  // namespace strata::format
