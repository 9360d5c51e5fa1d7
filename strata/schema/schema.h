// The door of `schema`: what a prim has before anyone speaks.   (UsdSchemaRegistry, UsdPrimDefinition)
//
// Threads: a registry is filled first and read then, by any number of threads. Owners: definitions are shared
// and never change; what a registry gives by pointer lives as long as the registry.
#pragma once

#include "strata/schema/plugin_schemas.h"
#include "strata/schema/prim_definition.h"
#include "strata/schema/registry.h"
#include "strata/schema/schema_info.h"
