// Named sets of prims and properties, and who is in them.   (UsdCollectionAPI, UsdCollectionMembershipQuery)
#pragma once

#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/stage/stage.h"

namespace strata::domain {

enum class ExpansionRule : uint8_t { kExclude, kExplicitOnly, kExpandPrims, kExpandPrimsAndProperties };

// Who is in a collection, without a stage: by rules of paths, or by an expression.
class CollectionMembership {
 public:
  // Whether the prim or property at `path` is in it.
  bool IsPathIncluded(Path path) const;
  bool UsesExpression() const { return uses_expression_; }
  const PathExpression& GetExpression() const { return expression_; }
  // Paths with what each says of itself and of what is below it.
  const tsl::robin_map<Path, ExpansionRule>& GetRules() const { return rules_; }
  bool IsEmpty() const { return uses_expression_ ? expression_.IsEmpty() : rules_.empty(); }

 private:
  friend class Collection;
  tsl::robin_map<Path, ExpansionRule> rules_;
  PathExpression expression_;
  bool uses_expression_ = false;
};

class Collection {
 public:
  Collection(stage::Prim prim, Token name);
  // From the path of a collection: "/World.collection:lights", or of one of its properties. Nothing valid
  // where it is none.
  static Collection FromPath(const stage::Stage& stage, Path path);
  static bool IsCollectionPath(Path path);  // of a collection itself, not of one of its properties

  bool IsValid() const { return bool(prim_) && !name_.IsEmpty(); }
  const stage::Prim& GetPrim() const { return prim_; }
  Token GetName() const { return name_; }
  Path GetPath() const;

  // Of the collections that it includes too; one that includes itself adds nothing by that. An expression
  // that refers to another collection, or that has predicates, matches only what is sure without them.
  CollectionMembership ComputeMembership() const;
  // Everything of the stage that is in it: prims that the predicate admits, and their properties where rules
  // say so. In the order of a traversal.
  std::vector<Path> ComputeIncludedPaths(
      const stage::PrimPredicate& predicate = stage::PrimPredicate::Default()) const;

 private:
  void AddTo(CollectionMembership& membership, std::vector<Path>& around) const;
  Token MakeName(std::string_view part) const;

  stage::Prim prim_;
  Token name_;
};

}  // namespace strata::domain
