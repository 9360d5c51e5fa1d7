// Prims that get other API schemas and are in all else what they were.
#pragma once

#include <vector>

#include "strata/schema/prim_definition.h"
#include "strata/stage/notices.h"

namespace strata::stage {

// A prim that a notice tells of as resynced since API schemas were applied to it or taken away. There are the
// same prims below it as before, and nothing was said of them.
struct Redefinition {
  Path path;
  const schema::PrimDefinition* former = nullptr;  // what its schemas gave it before; null: nothing
  const schema::PrimDefinition* now = nullptr;
  std::vector<Path> properties;  // that were edited along with it, which the notice does not name

  // API schemas that it had before or has now, and not both; where only their order differs, all.
  std::vector<Token> FindOtherSchemas() const;
  // Properties that its schemas say something else of than before.
  std::vector<Token> FindOtherProperties() const;
};

// Leaves in `former` prims of which nothing but API schemas and properties was edited, and nothing below.
// REQUIRES: the edits are there, as long as a stage is told of them.
void KeepRedefined(StageChanges& changes);

// Of a notice, whose changes are such. In path order. What is in prototypes is none: it is seen elsewhere.
std::vector<Redefinition> FindRedefinitions(const Stage& stage, const ObjectsChanged& objects);

}  // namespace strata::stage
