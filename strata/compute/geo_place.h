// How places become transforms; for the files of this room.
#pragma once

#include "strata/compute/geospatial.h"

namespace strata::compute {

// A place, or two of them and how far it is from the first to the second along the chord.
struct Track {
  Geodetic from, to;
  double fraction = 0;
};

// The prim's transform with its place in its own frame (null: it is none), else in the nearest one. Argument
// 0 is the transform before.
Result<Datum> PlaceIn(const Arguments& arguments, const GeoFrame* own, const GeoFrame* frame,
                      const Track& track, bool orients);

// A computation of these, of values as they are written.
Computation MakeGeoComputation(Token output, std::string_view name, std::vector<Token> schemas,
                               std::vector<Input> inputs, Function function);

// There are many places, and each takes less than a call by itself costs.
template <auto kCompute>
BatchFunction MakeBatch() {
  return [](std::span<const Arguments> all) {
    std::vector<Result<Datum>> made;
    made.reserve(all.size());
    for (const Arguments& arguments : all) made.push_back(kCompute(arguments));
    return made;
  };
}

}  // namespace strata::compute
