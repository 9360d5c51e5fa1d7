// What a stage did to follow edits of its layers.
#pragma once

#include <cstddef>
#include <vector>

#include "strata/compose/changes.h"

namespace strata::schema {
class PrimDefinition;
}

namespace strata::stage {

// Paths are those of the stage; of prims in prototypes those below the prototype. In path order.
struct StageChanges {
  // What composition says. Its paths are where prims are composed: what is shared in a prototype is composed
  // at one of the instances.
  compose::CacheChanges cache;
  // Roots of the subtrees of prims that were made anew, that came or that went, none at or below another. The
  // rest of the stage has the same prims in the same places. "/": everything.
  std::vector<Path> resynced;
  // Other prims that may answer otherwise than before: specs, type or children of theirs are not the same.
  std::vector<Path> changed;
  // Those among them of which prim specs were edited, and what schemas gave each before; null: nothing.
  struct Former {
    Path path;
    const schema::PrimDefinition* definition;
  };
  std::vector<Former> former;
  // Prototypes that came, those that are made of another instance or anew, and those that nothing uses any
  // more. They are among `resynced`, too.
  std::vector<Path> added_prototypes, changed_prototypes, removed_prototypes;

  // How much was done: prims made, those of the same path as before among them, and prims that are gone.
  size_t made_prims = 0, dropped_prims = 0;

  // Whether there are other prims than before, or a prim is something else.
  bool HasOtherPrims() const { return made_prims != 0 || dropped_prims != 0 || !changed.empty(); }
};

}  // namespace strata::stage
