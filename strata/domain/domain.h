// The door of `domain`: typed views of prims, with the behaviour that people rely on.   (UsdGeom, UsdShade,
// UsdSkel)
//
// Threads: views are for one thread each, as many as you like; caches say so themselves. Owners: views hold
// prim handles, which test false once their stage is gone.
#pragma once

#include "strata/domain/bounds.h"
#include "strata/domain/camera.h"
#include "strata/domain/collection.h"
#include "strata/domain/color_space.h"
#include "strata/domain/connectable.h"
#include "strata/domain/coord_sys.h"
#include "strata/domain/curves.h"
#include "strata/domain/extent.h"
#include "strata/domain/geom_subset.h"
#include "strata/domain/imageable.h"
#include "strata/domain/light.h"
#include "strata/domain/material_binding.h"
#include "strata/domain/mesh.h"
#include "strata/domain/metrics.h"
#include "strata/domain/metrics_editing.h"
#include "strata/domain/model.h"
#include "strata/domain/point_instancer.h"
#include "strata/domain/primvars.h"
#include "strata/domain/shader_registry.h"
#include "strata/domain/skeleton.h"
#include "strata/domain/skinning.h"
#include "strata/domain/stage_transforms.h"
#include "strata/domain/udim.h"
#include "strata/domain/ui_hints.h"
#include "strata/domain/xform_common.h"
#include "strata/domain/xformable.h"
