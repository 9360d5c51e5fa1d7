// The door of `render`: renderers fed by the last scene index of a chain, and what a running scene is to
// those who draw it or write it as something else.
#pragma once

#include "strata/render/draw_scene.h"
#include "strata/render/renderer.h"
