#include "strata/schema/kinds.h"

#include <algorithm>

namespace strata::schema {

KindRegistry::KindRegistry() {
  Add(Token("model"), Token());
  Add(Token("component"), Token("model"));
  Add(Token("group"), Token("model"));
  Add(Token("assembly"), Token("group"));
  Add(Token("subcomponent"), Token());
}

const KindRegistry& KindRegistry::GetBuiltIn() {
  static const KindRegistry registry;
  return registry;
}

void KindRegistry::Add(Token kind, Token base) {
  if (!HasKind(kind)) kinds_.emplace_back(kind, base);
}

bool KindRegistry::HasKind(Token kind) const {
  return std::any_of(kinds_.begin(), kinds_.end(), [&](const auto& known) { return known.first == kind; });
}

Token KindRegistry::GetBaseKind(Token kind) const {
  for (const auto& [known, base] : kinds_)
    if (known == kind) return base;
  return {};
}

bool KindRegistry::IsA(Token kind, Token base) const {
  for (size_t steps = 0; !kind.IsEmpty() && steps <= kinds_.size(); ++steps, kind = GetBaseKind(kind))
    if (kind == base) return true;
  return false;
}

std::vector<Token> KindRegistry::GetAllKinds() const {
  std::vector<Token> all;
  for (const auto& [kind, base] : kinds_) all.push_back(kind);
  std::sort(all.begin(), all.end(), TokenTextLess());
  return all;
}

}  // namespace strata::schema
