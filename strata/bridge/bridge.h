// The door of `bridge`: a stage seen as a running scene, and the chain of scene indices that applications
// show it through.   (UsdImaging)
#pragma once

#include "strata/bridge/adapter.h"
#include "strata/bridge/chain.h"
#include "strata/bridge/compute_scene_index.h"
#include "strata/bridge/instance_proxies.h"
#include "strata/bridge/plugin_info.h"
#include "strata/bridge/selection.h"
#include "strata/bridge/stage_scene_index.h"
