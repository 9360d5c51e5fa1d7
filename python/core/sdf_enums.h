// The enumerations of scene description that Python sees.
#pragma once

#include "python/core/enums.h"
#include "strata/layer/fields.h"
#include "strata/value/types.h"

namespace nanobind::detail {
STRATA_ENUM_CASTER(strata::Specifier)
STRATA_ENUM_CASTER(strata::Variability)
STRATA_ENUM_CASTER(strata::Permission)
STRATA_ENUM_CASTER(strata::layer::SpecType)
}  // namespace nanobind::detail
