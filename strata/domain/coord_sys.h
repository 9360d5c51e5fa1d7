// Named coordinate systems: prims whose space shaders are told of by name.   (UsdShadeCoordSysAPI)
#pragma once

#include <optional>
#include <vector>

#include "strata/stage/stage.h"

namespace strata::domain {

struct CoordSysBinding {
  Token name;         // "paint", of CoordSysAPI:paint
  Path relationship;  // that binds it: </World.coordSys:paint:binding>
  Path prim;          // whose space it is, there or not
  friend bool operator==(const CoordSysBinding&, const CoordSysBinding&) = default;
};

// A view of a prim of any type.
class CoordSysAPI {
 public:
  explicit CoordSysAPI(stage::Prim prim) : prim_(std::move(prim)) {}
  bool HasLocalBindings() const;  // the schema is applied, whether or not it binds
  // What the prim binds itself, in the order in which schemas are applied; bindings without a target are
  // none.
  std::vector<CoordSysBinding> GetLocalBindings() const;
  // And what the prims above it bind under other names, the nearest first.
  std::vector<CoordSysBinding> FindBindingsWithInheritance() const;
  std::optional<CoordSysBinding> FindBindingWithInheritance(Token name) const;

 private:
  stage::Prim prim_;
};

}  // namespace strata::domain
