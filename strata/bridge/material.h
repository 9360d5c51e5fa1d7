// Networks of shaders as data of one prim: nodes with parameters and connections, and where they end.
// (UsdImagingDataSourceMaterial)
#pragma once

#include "strata/bridge/stage_globals.h"
#include "strata/scene/data_source.h"

namespace strata::bridge {

// Of a material: one network for each render context that its outputs name, the empty one first.
scene::ContainerDataSourceHandle MakeMaterial(const PrimSource& source);
// Of a light or light filter, which is the only node that its own network must have: `terminal` leads to it.
// `shader_id` is the attribute that says what it is.
scene::ContainerDataSourceHandle MakeLightMaterial(const PrimSource& source, Token terminal, Token shader_id);

}  // namespace strata::bridge
