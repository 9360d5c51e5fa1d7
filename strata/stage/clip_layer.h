// Which file of a sequence of value clips speaks at a time.
#pragma once

#include "strata/stage/attribute.h"

namespace strata::stage {

// The layer of the clip that is active at the time, where clips give the attribute's value; else null. Opens
// it.
layer::LayerPtr FindClipLayer(const Attribute& attribute, Time time);

}  // namespace strata::stage
