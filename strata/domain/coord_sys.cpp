#include "strata/domain/coord_sys.h"

#include <algorithm>

#include "strata/schema/schema_info.h"

namespace strata::domain {

namespace {

using stage::Prim;

template <class Take>
void VisitNames(const Prim& prim, Take&& take) {
  for (Token applied : prim.GetAppliedSchemas()) {
    const auto [schema, instance] = schema::ParseNameAndInstance(applied);
    if (schema == "CoordSysAPI" && !instance.IsEmpty()) take(instance);
  }
}

}  // namespace

bool CoordSysAPI::HasLocalBindings() const {
  bool has = false;
  VisitNames(prim_, [&](Token) { has = true; });
  return has;
}

std::vector<CoordSysBinding> CoordSysAPI::GetLocalBindings() const {
  std::vector<CoordSysBinding> bindings;
  VisitNames(prim_, [&](Token name) {
    const stage::Relationship binding =
        prim_.GetRelationship(Token("coordSys:" + name.GetString() + ":binding"));
    const std::vector<Path> targets = binding.GetForwardedTargets();
    if (!targets.empty()) bindings.push_back({name, binding.GetPath(), targets.front()});
  });
  return bindings;
}

std::vector<CoordSysBinding> CoordSysAPI::FindBindingsWithInheritance() const {
  std::vector<CoordSysBinding> found;
  for (Prim at = prim_; at && !at.IsPseudoRoot(); at = at.GetParent())
    for (CoordSysBinding& binding : CoordSysAPI(at).GetLocalBindings())
      if (std::none_of(found.begin(), found.end(),
                       [&](const auto& other) { return other.name == binding.name; }))
        found.push_back(std::move(binding));
  return found;
}

std::optional<CoordSysBinding> CoordSysAPI::FindBindingWithInheritance(Token name) const {
  for (CoordSysBinding& binding : FindBindingsWithInheritance())
    if (binding.name == name) return std::move(binding);
  return std::nullopt;
}

}  // namespace strata::domain
