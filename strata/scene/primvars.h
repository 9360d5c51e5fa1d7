// What readers of primvars need beside their schema.   (HdPrimvarSchema, HdFlattenedPrimvarValueDataSource)
#pragma once

#include "strata/scene/schemas_geometry.h"

namespace strata::scene {

// The value of a primvar without indices: `primvarValue` where there is one, else the elements of
// `indexedPrimvarValue` that its `indices` name, gathered each time the value is asked for. Null for a
// primvar that has neither. The value is empty where it cannot be: of indices that name no element, and of
// values that are no array. An element is `elementSize` values of the array.
SampledDataSourceHandle GetFlattenedPrimvarValue(const PrimvarSchema& primvar);

// Whether a primvar has values and indices apart.
bool IsIndexed(const PrimvarSchema& primvar);

}  // namespace strata::scene
