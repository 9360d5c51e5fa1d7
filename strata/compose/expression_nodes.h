// The syntax tree of variable expressions, shared by its parser and its evaluator.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/compose/expression.h"

namespace strata::compose {

enum class ExpressionKind : uint8_t { kLiteral, kVariable, kText, kList, kFunction };

enum class ExpressionFunction : uint8_t {
  kIf,
  kAnd,
  kOr,
  kNot,
  kEq,
  kNeq,
  kLt,
  kLeq,
  kGt,
  kGeq,
  kContains,
  kAt,
  kLen,
  kDefined
};

struct FunctionSignature {
  std::string_view name;
  ExpressionFunction function;
  uint32_t min_arguments;
  uint32_t max_arguments;  // UINT32_MAX: any number
};
const FunctionSignature* FindFunctionSignature(std::string_view name);
const FunctionSignature& GetFunctionSignature(ExpressionFunction function);

struct TextPart {
  std::string text;
  bool is_variable = false;
};

struct VariableExpression::Node {
  ExpressionKind kind = ExpressionKind::kLiteral;
  ExpressionFunction function = ExpressionFunction::kIf;
  ExpressionValue literal;
  std::string name;                 // of a variable or function
  std::vector<TextPart> parts;      // of a text
  std::vector<uint32_t> arguments;  // of a function or list: positions of nodes
};

// Parses a whole expression, back-ticks included. Errors are those usd-core 26.11 reports.
std::vector<VariableExpression::Node> ParseExpression(std::string_view text,
                                                      std::vector<std::string>& errors);

}  // namespace strata::compose
