// Predicates of path patterns, asked of the objects of a stage: {isa:Mesh}, {kind:model}, {hasAPI:...}, ...
//   (UsdGetCollectionPredicateLibrary)
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/base/result.h"
#include "strata/stage/prim.h"

namespace strata::stage {

inline constexpr DiagnosticCode kPredicateUnknown{
    "stage.predicate-unknown", Severity::kError,
    "A path expression asks for something that objects of a stage cannot answer."};

// Immutable, cheap to copy. What it knows:
//   abstract, defined (true or false), of prims and of what is theirs;
//   model, group (true or false), of prims;
//   kind(name, ..., strict), isa(type, ..., strict), specifier(def, over, class), any of those named;
//   hasAPI(schema, ..., instanceName); variant(set=pattern, ...), all of those named.
class ObjectPredicate {
 public:
  // `text` as a PathPattern holds it.
  static Result<ObjectPredicate> Parse(std::string_view text);
  enum class Subject : uint8_t { kPrim, kProperty };
  bool Test(const Prim& prim, Subject subject) const;

  struct Node;

 private:
  explicit ObjectPredicate(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace strata::stage
