// The door of `scene`: the running scene, prims with data that flow through a chain of scene indices and are
// watched for changes.   (Hd)
#pragma once

#include "strata/scene/changes.h"
#include "strata/scene/compare.h"
#include "strata/scene/data_source.h"
#include "strata/scene/editor.h"
#include "strata/scene/locator.h"
#include "strata/scene/locator_set.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"
#include "strata/scene/scene_index.h"
