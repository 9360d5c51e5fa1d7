// A renderer that follows light with Embree: for pictures of scenes, and thumbnails.
#pragma once

#include "strata/render/renderer.h"

namespace strata::embree {

// "embree": follows paths of light from the camera; shapes are meshes (subdivision surfaces as their cages,
// with smooth normals), curves and points; materials are UsdPreviewSurface, with their colours, or the
// displayColor; lights are distant, sphere, disk, rect and cylinder ones, and domes of one colour; where none
// shines, there is one at the camera. Settings: samples, bounces, headlight, autoExposure, exposure. Outputs:
// color (linear, with alpha), depth (along the view; infinite where nothing is).
render::RendererPlugin MakePlugin();

}  // namespace strata::embree
