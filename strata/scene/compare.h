// Whether two data sources say the same, and a number that stands for what one says.
#pragma once

#include <cstdint>

#include "strata/scene/data_source.h"

namespace strata::scene {

// A part of the shutter, both ends included.
struct ShutterInterval {
  double start = 0;
  double end = 0;
};

// Deeper data are not looked at: they count as different, or as nothing in a hash.
inline constexpr uint32_t kMaxDataSourceDepth = 256;

// The same structure, and equal values at all times that contribute to the interval. Null and blocks are
// equal. Both are read throughout unless they differ early.
bool DeepEquals(const DataSourceHandle& a, const DataSourceHandle& b, ShutterInterval interval = {});

// Equal for equal data, in every run and on every machine: names, paths and tokens count by their text. Not
// a proof of equality.
uint64_t HashDataSource(const DataSourceHandle& source, ShutterInterval interval = {});
// Of a value alone.
uint64_t HashValue(const Value& value);

}  // namespace strata::scene
