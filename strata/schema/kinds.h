// The kinds of prims that are known, each with the kind that it is a special case of.   (KindRegistry)
#pragma once

#include <utility>
#include <vector>

#include "strata/base/token.h"

namespace strata::schema {

// A handful of names; safe for many readers.
class KindRegistry {
 public:
  KindRegistry();  // model, component, group, assembly, subcomponent
  static const KindRegistry& GetBuiltIn();
  // A kind that is known stays as it is. An empty base: none.
  void Add(Token kind, Token base);
  bool HasKind(Token kind) const;
  Token GetBaseKind(Token kind) const;  // empty: none, or not known
  // Whether `kind` is `base` or a special case of it. Circles end.
  bool IsA(Token kind, Token base) const;
  std::vector<Token> GetAllKinds() const;  // sorted

 private:
  std::vector<std::pair<Token, Token>> kinds_;
};

}  // namespace strata::schema
