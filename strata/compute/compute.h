// The door of `compute`: values that are computed while a scene runs, from what a stage says, and that
// renderers and queries see in place of what is authored.   (Exec)
//
// A Computation is registered for schemas and says what it needs; a System links those of a stage into a
// network, makes answers when they are asked for and keeps them until something they depend on changes.
//
// Threads: many ask at a time, or one takes in a change, never both (Access). A change waits until nobody
// asks; whoever begins to ask meanwhile waits until it is done, the functions that it calls among it, and
// then gets what holds after it. Both let go of the host's lock while they wait. So answers are handed to
// functions where they are kept, without a copy: nothing but a change takes them away. Reading the stage
// itself is the host's to keep apart from edits (stage::ReadScope).
#pragma once

#include "strata/compute/computation.h"
#include "strata/compute/crs.h"
#include "strata/compute/dimensions.h"
#include "strata/compute/geospatial.h"
#include "strata/compute/kernels.h"
#include "strata/compute/metrics_assembly.h"
#include "strata/compute/metrics_bake.h"
#include "strata/compute/metrics_report.h"
#include "strata/compute/network.h"
#include "strata/compute/plugin_orders.h"
#include "strata/compute/simulation.h"
#include "strata/compute/system.h"

namespace strata::compute {

// Adds all computations of this room: places on the Earth, metrics, and simulations by modules of the library
// (null: an empty one, with which prims that name modules are told of). Coordinate reference systems that are
// not known here are the backend's to resolve (null: prims whose positions are in them are told of).
Result<void> AddStandardComputations(Registry& registry, const MetricsOptions& metrics = {},
                                     std::shared_ptr<SimulationLibrary> library = nullptr,
                                     std::shared_ptr<const CrsBackend> crs = nullptr);
// One that has them.
Result<std::shared_ptr<const Registry>> MakeStandardRegistry(
    const MetricsOptions& metrics = {}, std::shared_ptr<SimulationLibrary> library = nullptr,
    std::shared_ptr<const CrsBackend> crs = nullptr);

}  // namespace strata::compute
