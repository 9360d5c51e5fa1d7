// Which material a prim is bound to: by itself or an ancestor, directly or through collections.
// (UsdShadeMaterialBindingAPI)
#pragma once

#include <memory>

#include "strata/stage/collection.h"
#include "strata/stage/stage.h"

namespace strata::domain {

struct BoundMaterial {
  stage::Prim material;  // not valid where the winning relationship leads to no material
  Path relationship;     // the one that wins; empty: the prim is bound to nothing
};

// Asks the bindings of each prim, and the members of each collection, once. Not for several threads at a
// time, nor across changes of the stage.
class MaterialBindings {
 public:
  // For a purpose: "preview", "full", another name, or the empty token for all. Where nothing is bound for
  // the purpose at the prim and all its ancestors, the bindings for all purposes count. The nearest prim
  // wins, unless one above it binds "strongerThanDescendants"; at one prim a collection wins over a direct
  // binding, and the first collection in property order that holds the prim over others.
  BoundMaterial ComputeBoundMaterial(const stage::Prim& prim, Token purpose = {});

 private:
  struct Binding {
    Path relationship;
    Path material;
    bool is_strong = false;
    std::shared_ptr<const stage::CollectionMembership> members;  // null: a direct binding
  };
  struct AtPrim {
    std::vector<Binding> collections;  // in property order
    std::vector<Binding> direct;       // none or one
  };
  const AtPrim& FindAt(const stage::Prim& prim, Token purpose);
  std::shared_ptr<const stage::CollectionMembership> FindMembers(const stage::Stage& stage, Path collection);

  std::map<std::pair<Path, Token>, AtPrim> at_prims_;
  std::map<Path, std::shared_ptr<const stage::CollectionMembership>> members_;
};

}  // namespace strata::domain
