// A pattern over scene paths with set algebra, parsed and printed.   (SdfPathExpression)
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/path/path.h"

namespace strata {

inline constexpr DiagnosticCode kPathExpressionMalformed{"path.expression-malformed", Severity::kError,
                                                         "A text is not a path expression."};

// One pattern: a prefix path, then components, each a glob with an optional predicate in braces; "//" is
// stretch.
struct PathPattern {
  struct Component {
    std::string text;         // name glob; empty with is_stretch
    std::string predicate;    // canonical text between { }, empty when none
    bool is_stretch = false;  // "//"
    bool is_literal = false;  // no wildcard
  };
  Path prefix;
  std::vector<Component> components;
  bool is_property = false;  // the last component names a property
  std::string GetText() const;
};

// Immutable and cheap to copy (shared tree). The default one matches nothing. Predicates are kept, parsed and
// printed; they are evaluated where prims are known (stage).
class PathExpression {
 public:
  enum class Op : uint8_t {
    kPattern,
    kReference,
    kComplement,
    kImpliedUnion,
    kUnion,
    kIntersection,
    kDifference
  };

  PathExpression() = default;
  static Result<PathExpression> Parse(std::string_view text);
  static PathExpression Everything();  // "//"
  static PathExpression Nothing() { return {}; }
  static PathExpression WeakerReference();  // "%_"

  std::string GetText() const;  // canonical, as usd-core prints it
  bool IsEmpty() const { return !root_; }
  bool IsComplete() const;  // no references, and every pattern is absolute
  bool ContainsWeakerReference() const;
  PathExpression ComposeOver(const PathExpression& weaker) const;  // "%_" replaced
  PathExpression ReplacePrefix(Path old_prefix, Path new_prefix) const;
  PathExpression MakeAbsolute(Path anchor) const;
  // Each path as `map` gives it; what it gives an empty path for matches nothing. A pattern that
  // begins with "//" speaks of the whole scene and stays.
  PathExpression MapPaths(const std::function<Path(Path)>& map) const;

  struct Node {
    Op op = Op::kPattern;
    PathPattern pattern;    // kPattern
    std::string reference;  // kReference: "name" of %path:name, "_" for the weaker one
    Path reference_path;
    std::vector<std::shared_ptr<const Node>>
        operands;        // left to right; one for a complement, else two or more
    uint32_t depth = 1;  // of operands in operands
  };
  const std::shared_ptr<const Node>& GetRoot() const { return root_; }

  // Whether it matches a prim's or property's path. Where that hangs on predicates or on what is missing from
  // an incomplete expression, it says so.
  enum class Match : uint8_t { kNo, kYes, kNeedsPredicate, kIncomplete };
  Match Matches(Path path) const;

  friend bool operator==(const PathExpression& a, const PathExpression& b) {
    return a.GetText() == b.GetText();
  }

 private:
  explicit PathExpression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace strata
