// Layers that are muted: they say nothing, and take no edits, until they are unmuted.   (SdfLayer::SetMuted)
#pragma once

#include "python/core/core.h"
#include "strata/layer/layer.h"

namespace strata::python {

void BindMuting(nb::module_& sdf);

// Empties a layer that was just opened where its path is among those that are muted; what it said is kept.
void MuteIfAsked(const layer::LayerPtr& layer);

}  // namespace strata::python
