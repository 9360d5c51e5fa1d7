// Parts of geometry by indices, and the families they form.   (UsdGeomSubset)
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strata/stage/stage.h"

namespace strata::domain {

// Children of type GeomSubset.
std::vector<stage::Prim> GetGeomSubsets(const stage::Prim& geometry);
std::vector<stage::Prim> GetGeomSubsets(const stage::Prim& geometry, Token family);
// The families that children name, sorted; subsets without a name belong to none.
std::vector<Token> GetSubsetFamilyNames(const stage::Prim& geometry);
// "partition", "nonOverlapping" or "unrestricted".
Token GetSubsetFamilyType(const stage::Prim& geometry, Token family);

// How many elements of a type ("face", "point", "edge", "segment", "tetrahedron") the geometry has. Of edges
// and segments, which are pairs of indices, the elements themselves.
struct SubsetElements {
  bool is_known = false;  // the geometry can have elements of the type
  size_t count = 0;
  std::vector<std::pair<int, int>> edges;  // sorted, lesser point first
  std::vector<int> segments;               // of each curve
};
SubsetElements FindSubsetElements(const stage::Prim& geometry, Token element_type, stage::Time time);

// Whether the subsets of a family are of one element type, name elements that are there, and keep what the
// family type promises, at the default time and each sample that `includes` admits. `why` tells what does not
// hold.
bool ValidateSubsetFamily(const stage::Prim& geometry, Token family, std::string& why,
                          const std::function<bool(double)>& includes = {});
// Elements that no subset of the family names, sorted.
std::vector<int> GetUnassignedIndices(const stage::Prim& geometry, Token element_type, Token family,
                                      stage::Time time = stage::Time::Default());

}  // namespace strata::domain
