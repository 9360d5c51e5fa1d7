// A relationship on a stage: composed targets, and what they lead to.   (UsdRelationship)
#pragma once

#include <vector>

#include "strata/stage/property.h"

namespace strata::stage {

class Relationship : public Property {
 public:
  Relationship() = default;
  Relationship(Prim prim, Token name) : Property(std::move(prim), name) {}
  bool IsDefined() const { return IsRelationship(); }
  explicit operator bool() const { return IsDefined(); }

  std::vector<Path> GetTargets() const;  // composed, in the stage's namespace
  std::vector<Path> GetForwardedTargets()
      const;  // relationships among the targets replaced by what they target
  bool HasAuthoredTargets() const;
};

}  // namespace strata::stage
