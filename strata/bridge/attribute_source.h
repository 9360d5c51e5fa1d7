// Attributes of a stage as data sources that read them when asked.   (UsdImagingDataSourceAttribute)
#pragma once

#include <vector>

#include "strata/bridge/stage_globals.h"
#include "strata/scene/data_source.h"

namespace strata::bridge {

// Changes a value into the form that scenes have it in.
using Convert = Value (*)(const Value&);

// The resolved value, else the fallback, else zero of the attribute's type. `locator` is where the source
// stands in its prim; it is dirtied when the time moves, if the attribute has more than one value.
scene::DataSourceHandle MakeAttributeSource(const PrimSource& source, Token attribute,
                                            const scene::DataSourceLocator& locator,
                                            Convert convert = nullptr);

// The same for data that several prims make up: whoever makes them flags them.
scene::DataSourceHandle MakeUnflaggedAttributeSource(const PrimSource& source, Token attribute);

// The shutter times at which one of these attributes has samples, with the nearest around the interval. False
// when all are constant.
bool GetSampleTimes(const std::vector<stage::Attribute>& attributes, double frame, double start, double end,
                    std::vector<double>* times);

}  // namespace strata::bridge
