// The door of `validate`: checks of layers, stages and prims, what they find, and what mends it.
// (UsdValidation)
//
// Threads: a registry is filled first and read then, by any number of threads; a check reads its stage as any
// reader. Owners: findings own what they hold.
#pragma once

#include "strata/validate/baseline.h"
#include "strata/validate/finding.h"
#include "strata/validate/report.h"
#include "strata/validate/validator.h"
