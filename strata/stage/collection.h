// Named sets of prims and properties, and who is in them.   (UsdCollectionAPI, UsdCollectionMembershipQuery)
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/stage/path_evaluator.h"
#include "strata/stage/stage.h"

namespace strata::stage {

enum class ExpansionRule : uint8_t { kExclude, kExplicitOnly, kExpandPrims, kExpandPrimsAndProperties };

// Who is in a collection: by rules of paths, which no stage is needed for, or by an expression.
class CollectionMembership {
 public:
  // Whether the prim or property at `path` is in it.
  bool IsPathIncluded(Path path) const;
  bool UsesExpression() const { return uses_expression_; }
  // As authored, with references and predicates.
  const PathExpression& GetExpression() const { return expression_; }
  // Null where it goes by rules, and where its expression cannot be asked.
  const PathExpressionEvaluator* GetEvaluator() const { return evaluator_ ? &*evaluator_ : nullptr; }
  // Paths with what each says of itself and of what is below it.
  const tsl::robin_map<Path, ExpansionRule>& GetRules() const { return rules_; }
  bool HasExcludes() const;
  // Paths of the collections that were included or referred to, itself left out; sorted.
  const std::vector<Path>& GetIncludedCollections() const { return included_; }
  bool IsEmpty() const { return uses_expression_ ? expression_.IsEmpty() : rules_.empty(); }

 private:
  friend class Collection;
  tsl::robin_map<Path, ExpansionRule> rules_;
  PathExpression expression_;
  std::optional<PathExpressionEvaluator> evaluator_;
  std::vector<Path> included_;
  bool uses_expression_ = false;
};

class Collection {
 public:
  Collection(Prim prim, Token name);
  // From the path of a collection: "/World.collection:lights", or of one of its properties. Nothing valid
  // where it is none.
  static Collection FromPath(const Stage& stage, Path path);
  static bool IsCollectionPath(Path path);  // of a collection itself, not of one of its properties

  bool IsValid() const { return bool(prim_) && !name_.IsEmpty(); }
  const Prim& GetPrim() const { return prim_; }
  Token GetName() const { return name_; }
  Path GetPath() const;

  // Of the collections that it includes or refers to, too; one that leads to itself adds nothing by that.
  // What is wrong with an expression goes to `diagnostics`; it then has no members.
  CollectionMembership ComputeMembership(Diagnostics* diagnostics = nullptr) const;
  // Everything of the stage that is in it: prims that the predicate admits, and their properties where rules
  // say so; an expression finds prims alone, as in OpenUSD. In the order of a traversal.
  std::vector<Path> ComputeIncludedPaths(const PrimPredicate& predicate = PrimPredicate::Default()) const;

 private:
  CollectionMembership Compute(std::vector<Path>& around, Diagnostics* diagnostics) const;
  void AddTo(CollectionMembership& membership, std::vector<Path>& around) const;
  void AddExpression(CollectionMembership& membership, std::vector<Path>& around,
                     Diagnostics* diagnostics) const;
  Token MakeName(std::string_view part) const;

  Prim prim_;
  Token name_;
};

}  // namespace strata::stage
