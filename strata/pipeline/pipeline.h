// The door of `pipeline`: operations on whole scenes: what they need, moved into a folder or a package.
//   (UsdUtils)
//
// Threads: each call reads layers as any reader does; nothing is shared between calls. Owners: an answer owns
// what it holds.
#pragma once

#include "strata/layer/asset_paths.h"
#include "strata/pipeline/dependencies.h"
#include "strata/pipeline/localize.h"
#include "strata/pipeline/package.h"
#include "strata/pipeline/stitch.h"
#include "strata/pipeline/time_code_range.h"
