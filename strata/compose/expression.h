// Variable expressions: the small language of asset paths and variant selections that depend on variables.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "strata/value/value.h"

namespace strata::compose {

struct EmptyList {
  friend bool operator==(EmptyList, EmptyList) { return true; }
};
// std::monostate is None.
using ExpressionValue = std::variant<std::monostate, bool, int64_t, std::string, EmptyList, std::vector<bool>,
                                     std::vector<int64_t>, std::vector<std::string>>;

// The value as a layer would hold it; empty for None.
Value ToValue(const ExpressionValue& value);

// A parsed expression: text between back-ticks. Immutable, thread-safe.
class VariableExpression {
 public:
  // Whether `text` looks like one: begins and ends with a back-tick.
  static bool IsExpression(std::string_view text);
  // Whether a variable may hold a value of this type.
  static bool IsValidVariableType(const Value& value);

  explicit VariableExpression(std::string_view text);
  const std::vector<std::string>& GetErrors() const { return errors_; }  // of parsing; empty when it parses

  struct Result {
    ExpressionValue value;  // None when there are errors
    std::vector<std::string> errors;
    std::set<std::string> used_variables;  // asked for, defined or not
  };
  Result Evaluate(const Dictionary& variables) const;

  struct Node;  // of the syntax tree, private to the implementation

 private:
  std::shared_ptr<const std::vector<Node>> nodes_;  // the last one is the root
  std::vector<std::string> errors_;
};

// `text` evaluated when it is an expression, else as it is. On failure the empty string and the errors.
struct EvaluatedText {
  std::string text;
  std::vector<std::string> errors;
  std::set<std::string> used_variables;
  bool is_expression = false;
};
EvaluatedText EvaluateText(std::string_view text, const Dictionary& variables);

}  // namespace strata::compose
