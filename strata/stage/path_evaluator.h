// Path expressions asked of the objects of a stage, one by one or all along a traversal.
//   (UsdObjectCollectionExpressionEvaluator)
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "strata/base/result.h"
#include "strata/path/path_expression.h"
#include "strata/stage/prim.h"

namespace strata::stage {

// Immutable and cheap to copy. Answers no for everything once its stage is gone.
class PathExpressionEvaluator {
 public:
  // Whether a path is in what a reference of an expression names.
  using Members = std::function<bool(Path)>;
  // What `%path:name` names; an empty function for nothing.
  using FindMembers = std::function<Members(Path prim, const std::string& name)>;

  // Relative patterns and references are meant from `anchor`. Without `find`, references name nothing.
  static Result<PathExpressionEvaluator> Create(StageRef stage, const PathExpression& expression, Path anchor,
                                                const FindMembers& find = nullptr);

  bool Matches(Path object) const;  // of a prim or property; what the stage does not have never matches
  // Prims that match, in the order of a traversal. Each name is matched once, and what is below prims that
  // nothing can match any more is passed over.
  std::vector<Path> FindMatchingPrims(const PrimPredicate& predicate = PrimPredicate::Default()) const;

  struct Program;

 private:
  PathExpressionEvaluator(StageRef stage, std::shared_ptr<const Program> program)
      : stage_(std::move(stage)), program_(std::move(program)) {}
  StageRef stage_;
  std::shared_ptr<const Program> program_;
};

}  // namespace strata::stage
