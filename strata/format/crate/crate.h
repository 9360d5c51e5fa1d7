// The door of `format/crate`: usdc files to layers and back.
//
// Threads: the format is stateless and safe from any thread. Owners: layers read from a file keep it open as
// long as they live.
#pragma once

#include <memory>

#include "strata/format/crate/writer.h"
#include "strata/layer/file_format.h"

namespace strata::format::crate {

std::shared_ptr<const layer::FileFormat> MakeUsdcFormat();

}  // namespace strata::format::crate
