// Curves: how many segments they have, and how many elements primvars of each interpolation need.
// (UsdGeomCurves, UsdGeomBasisCurves)
#pragma once

#include <string>

#include "strata/stage/stage.h"
#include "strata/value/array.h"

namespace strata::domain {

// A prim of type BasisCurves, at one time.
class BasisCurves {
 public:
  explicit BasisCurves(const stage::Prim& prim, stage::Time time = stage::Time::Default());
  BasisCurves(Array<int32_t> vertex_counts, Token type, Token basis, Token wrap);

  size_t GetCurveCount() const { return counts_.size(); }
  Array<int32_t> ComputeSegmentCounts() const;  // none below 0
  size_t ComputeUniformDataSize() const { return counts_.size(); }
  size_t ComputeVaryingDataSize() const;
  size_t ComputeVertexDataSize() const;
  // The interpolation for which `size` elements are as many as are needed; the simplest of several. Empty:
  // none.
  Token ComputeInterpolationForSize(size_t size) const;

  // Whether the counts fit the type, basis and wrap, and add up to `point_count`. `why` tells what does not.
  bool Validate(size_t point_count, std::string* why = nullptr) const;

 private:
  bool IsCubic() const { return type_ == Token("cubic"); }
  int64_t CountSegments(int64_t vertices) const;
  Array<int32_t> counts_;
  Token type_, basis_, wrap_;
};

// Whether widths, ids and normals of points are as many as they should be: one for all where that is allowed,
// or one for each of the points. `why` names the first that is not.   (UsdGeomPoints, UsdGeomCurves)
bool ValidatePoints(const stage::Prim& prim, stage::Time time = stage::Time::Default(),
                    std::string* why = nullptr);

}  // namespace strata::domain
