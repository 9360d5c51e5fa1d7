// Path expressions asked of the prims of a running scene.
// (HdCollectionExpressionEvaluator, HdCollectionPredicateLibrary)
#pragma once

#include <memory>
#include <vector>

#include "strata/base/diagnostic.h"
#include "strata/base/result.h"
#include "strata/path/path_expression.h"
#include "strata/scene/scene_index.h"

namespace strata::scene {

inline constexpr DiagnosticCode kScenePredicateUnknown{
    "scene.predicate-unknown", Severity::kError,
    "A path expression asks for something that prims of a running scene cannot answer."};

// Immutable and cheap to copy. Predicates that prims of a scene answer:
//   hdType(mesh, ...), hdPurpose(render, ...): any of those named; hdVisible, hdVisible:false;
//   hdHasDataSource(xform/matrix, ...), hdHasPrimvar(points, ...): any of those named;
//   hdHasMaterialBinding, hdHasMaterialBinding(path, ...): any at all, or to a material whose path fits a
//   glob.
class CollectionExpression {
 public:
  // Patterns and references are absolute: what is not matches nothing. In error for other predicates.
  static Result<CollectionExpression> Create(const PathExpression& expression);

  // Of a prim that the scene has; others match nothing.
  bool Matches(const SceneIndex& scene, Path prim) const;
  // At and below `root`, parents first.
  std::vector<Path> FindMatching(const SceneIndex& scene, Path root = Path::AbsoluteRoot()) const;

  struct Program;

 private:
  explicit CollectionExpression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}
  std::shared_ptr<const Program> program_;
};

}  // namespace strata::scene
