#include "strata/domain/imageable.h"

#include "strata/domain/names.h"

namespace strata::domain {

bool Imageable::IsValid() const {
  return prim_.IsA(GetNames().Imageable);
}

Token Imageable::ComputeVisibility(stage::Time time) const {
  const Names& names = GetNames();
  for (stage::Prim at = prim_; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.IsA(names.Imageable)) continue;
    if (at.GetAttribute(names.visibility).Get(time).GetOr(Token()) == names.invisible) return names.invisible;
  }
  return names.inherited;
}

PurposeInfo Imageable::ComputePurposeInfo() const {
  const Names& names = GetNames();
  for (stage::Prim at = prim_; at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!at.IsA(names.Imageable)) continue;
    const stage::Attribute attribute = at.GetAttribute(names.purpose);
    if (!attribute.HasAuthoredValue()) continue;
    const Token purpose = attribute.Get().GetOr(Token());
    if (!purpose.IsEmpty()) return {purpose, true};
  }
  return {names.default_, false};
}

}  // namespace strata::domain
