// The door of `math`: vectors, matrices, quaternions and half floats.   (Gf)
//
// Threads: plain values. Owners: none.
#pragma once

#include "strata/math/half.h"
#include "strata/math/matrix.h"
#include "strata/math/quat.h"
#include "strata/math/range.h"
#include "strata/math/transform.h"
#include "strata/math/vec.h"
