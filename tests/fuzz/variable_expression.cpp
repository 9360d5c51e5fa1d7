// Any bytes parse and evaluate as a variable expression, or are refused with a reason; evaluating twice gives
// the same.
#include <cstddef>
#include <cstdint>
#include <string>

#include "strata/compose/expression.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t count) {
  using strata::compose::VariableExpression;
  static const strata::Dictionary variables = [] {
    strata::Dictionary made;
    made.entries["A"] = strata::Value(std::string("text"));
    made.entries["B"] = strata::Value(int64_t{3});
    made.entries["C"] = strata::Value(true);
    made.entries["D"] = strata::Value(strata::StringVector{"a", "b"});
    made.entries["E"] = strata::Value(std::string("`${E}`"));  // names itself
    made.entries["F"] = strata::Value(std::string("`${A}_${B}`"));
    return made;
  }();
  const std::string text(reinterpret_cast<const char*>(bytes), count);
  const std::string quoted = VariableExpression::IsExpression(text) ? text : '`' + text + '`';
  const VariableExpression expression(quoted);
  const auto first = expression.Evaluate(variables), second = expression.Evaluate(variables);
  Require(first.value == second.value && first.errors == second.errors);
  Require(expression.GetErrors().empty() || !first.errors.empty());
  const auto evaluated = strata::compose::EvaluateText(text, variables);
  Require(evaluated.is_expression == VariableExpression::IsExpression(text));
  Require(evaluated.errors.empty() || evaluated.text.empty());
  return 0;
}
