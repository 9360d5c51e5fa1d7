#include "strata/compose/expression.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "strata/compose/expression_nodes.h"

namespace strata::compose {

namespace {

using Node = VariableExpression::Node;
using Result = VariableExpression::Result;
using Function = ExpressionFunction;

constexpr size_t kMaxSubstitutions = 64;

std::string_view GetTypeName(const ExpressionValue& value) {
  constexpr std::string_view kNames[] = {"None", "bool", "int", "string", "list", "list", "list", "list"};
  return kNames[value.index()];
}

bool IsList(const ExpressionValue& value) {
  return value.index() >= 4;
}

size_t GetListSize(const ExpressionValue& value) {
  if (auto* bools = std::get_if<std::vector<bool>>(&value)) return bools->size();
  if (auto* ints = std::get_if<std::vector<int64_t>>(&value)) return ints->size();
  if (auto* strings = std::get_if<std::vector<std::string>>(&value)) return strings->size();
  return 0;
}

template <class T>
std::vector<T> CopyArray(const Array<T>& array) {
  return std::vector<T>(array.begin(), array.end());
}

// A variable's value; nothing when its type is not one that variables may have.
std::optional<ExpressionValue> FromValue(const Value& value) {
  if (value.IsEmpty()) return ExpressionValue(std::monostate());
  if (value.IsBlock()) return ExpressionValue(std::monostate());
  if (auto* text = value.GetIf<std::string>()) return ExpressionValue(*text);
  if (auto* flag = value.GetIf<bool>()) return ExpressionValue(*flag);
  if (auto* small = value.GetIf<int32_t>()) return ExpressionValue(int64_t{*small});
  if (auto* number = value.GetIf<int64_t>()) return ExpressionValue(*number);
  if (auto* texts = value.GetIf<Array<std::string>>()) return ExpressionValue(CopyArray(*texts));
  if (auto* flags = value.GetIf<Array<bool>>()) return ExpressionValue(CopyArray(*flags));
  if (auto* numbers = value.GetIf<Array<int64_t>>()) return ExpressionValue(CopyArray(*numbers));
  if (auto* numbers = value.GetIf<Array<int32_t>>())
    return ExpressionValue(std::vector<int64_t>(numbers->begin(), numbers->end()));
  return std::nullopt;
}

class Evaluator {
 public:
  Evaluator(const Dictionary& variables, Result& result) : variables_(variables), result_(result) {}

  ExpressionValue Evaluate(const std::vector<Node>& nodes, uint32_t position) {
    const Node& node = nodes[position];
    switch (node.kind) {
      case ExpressionKind::kLiteral:
        return node.literal;
      case ExpressionKind::kVariable:
        return EvaluateVariable(node.name);
      case ExpressionKind::kText:
        return EvaluateText(node);
      case ExpressionKind::kList:
        return EvaluateList(nodes, node);
      case ExpressionKind::kFunction:
        return EvaluateFunction(nodes, node);
    }
    return {};
  }

 private:
  ExpressionValue Fail(std::string message) {
    result_.errors.push_back(std::move(message));
    return {};
  }
  // Errors told so far: more than that, and what was evaluated since has none but an empty value.
  size_t CountErrors() const { return result_.errors.size(); }

  // The variable's value, evaluated when it is itself an expression. Nothing when it has none; errors are in
  // the result.
  std::optional<ExpressionValue> FindVariable(const std::string& name) {
    result_.used_variables.insert(name);
    if (std::find(substituting_.begin(), substituting_.end(), name) != substituting_.end() ||
        substituting_.size() >= kMaxSubstitutions) {
      std::string names;
      for (const std::string& outer : substituting_) names += fmt::format("'{}', ", outer);
      return Fail(fmt::format("Encountered circular variable substitutions: [{}'{}']", names, name));
    }
    const Value* held = variables_.Find(name);
    if (!held) return std::nullopt;
    std::optional<ExpressionValue> value = FromValue(*held);
    if (!value) {
      std::string_view type = held->Holds<ValueVector>()  ? "vector<VtValue, allocator<VtValue> >"
                              : held->Holds<Dictionary>() ? "VtDictionary"
                                                          : GetTypeText(held->GetType());
      return Fail(fmt::format("Variable '{}' has unsupported type {}", name, type));
    }
    const std::string* text = std::get_if<std::string>(&*value);
    if (!text || !VariableExpression::IsExpression(*text)) return value;
    std::vector<std::string> parse_errors;
    std::vector<Node> nodes = ParseExpression(*text, parse_errors);
    if (nodes.empty()) {
      for (std::string& error : parse_errors)
        result_.errors.push_back(fmt::format("{} (in variable '{}')", error, name));
      return ExpressionValue();
    }
    substituting_.push_back(name);
    ExpressionValue inner = Evaluate(nodes, static_cast<uint32_t>(nodes.size() - 1));
    substituting_.pop_back();
    return inner;
  }

  ExpressionValue EvaluateVariable(const std::string& name) {
    std::optional<ExpressionValue> value = FindVariable(name);
    return value ? *value : Fail(fmt::format("No value for variable '{}'", name));
  }

  ExpressionValue EvaluateText(const Node& node) {
    std::string text;
    const size_t errors_before = CountErrors();
    for (const TextPart& part : node.parts) {
      if (!part.is_variable) {
        text += part.text;
        continue;
      }
      std::optional<ExpressionValue> value = FindVariable(part.text);
      if (CountErrors() != errors_before) return {};
      if (!value) {
        text += "${" + part.text + "}";  // unknown ones stay as they are written
      } else if (const std::string* inner = std::get_if<std::string>(&*value)) {
        text += *inner;
      } else if (!std::holds_alternative<std::monostate>(*value)) {
        return Fail(fmt::format("String value required for substituting variable '{}', got {}.", part.text,
                                GetTypeName(*value)));
      }
    }
    return text;
  }

  template <class T>
  static std::vector<T> MakeList(const std::vector<ExpressionValue>& items) {
    std::vector<T> list;
    for (const ExpressionValue& item : items) list.push_back(std::get<T>(item));
    return list;
  }

  // The first item without errors says what all must be.
  ExpressionValue EvaluateList(const std::vector<Node>& nodes, const Node& node) {
    const size_t errors_before = CountErrors();
    std::vector<ExpressionValue> items;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
      const size_t errors_known = CountErrors();
      ExpressionValue item = Evaluate(nodes, node.arguments[i]);
      if (CountErrors() != errors_known) continue;
      const bool is_plain = item.index() != 0 && !IsList(item);
      if (!is_plain || (!items.empty() && item.index() != items[0].index()))
        Fail(fmt::format("Unexpected value of type {} in list at element {}", GetTypeName(item), i));
      else
        items.push_back(std::move(item));
    }
    if (CountErrors() != errors_before) return {};
    if (items.empty()) return EmptyList();
    if (std::holds_alternative<std::string>(items[0])) return MakeList<std::string>(items);
    if (std::holds_alternative<int64_t>(items[0])) return MakeList<int64_t>(items);
    return MakeList<bool>(items);
  }

  ExpressionValue EvaluateFunction(const std::vector<Node>& nodes, const Node& node) {
    switch (node.function) {
      case Function::kIf:
        return EvaluateIf(nodes, node);
      case Function::kAnd:
        return EvaluateLogic(nodes, node, false);
      case Function::kOr:
        return EvaluateLogic(nodes, node, true);
      case Function::kDefined:
        return EvaluateDefined(nodes, node);
      default:
        break;
    }
    const size_t errors_before = CountErrors();
    std::vector<ExpressionValue> arguments;
    for (uint32_t argument : node.arguments) arguments.push_back(Evaluate(nodes, argument));
    if (CountErrors() != errors_before) return {};
    switch (node.function) {
      case Function::kNot: {
        const bool* flag = std::get_if<bool>(&arguments[0]);
        return flag ? ExpressionValue(!*flag)
                    : Fail(fmt::format("not: Invalid type {} for argument", GetTypeName(arguments[0])));
      }
      case Function::kContains:
        return EvaluateContains(arguments);
      case Function::kAt:
        return EvaluateAt(arguments);
      case Function::kLen:
        if (auto* text = std::get_if<std::string>(&arguments[0])) return static_cast<int64_t>(text->size());
        if (IsList(arguments[0])) return static_cast<int64_t>(GetListSize(arguments[0]));
        return Fail("len: Unsupported type");
      default:
        return EvaluateComparison(node.function, arguments);
    }
  }

  // Notes the variables of a branch that is not taken; what goes wrong in it does not matter.
  std::optional<ExpressionValue> EvaluateAside(const std::vector<Node>& nodes, uint32_t position) {
    Result aside;
    Evaluator evaluator(variables_, aside);
    evaluator.substituting_ = substituting_;
    ExpressionValue value = evaluator.Evaluate(nodes, position);
    result_.used_variables.insert(aside.used_variables.begin(), aside.used_variables.end());
    if (!aside.errors.empty()) return std::nullopt;
    return value;
  }

  ExpressionValue EvaluateIf(const std::vector<Node>& nodes, const Node& node) {
    size_t errors_before = CountErrors();
    ExpressionValue condition = Evaluate(nodes, node.arguments[0]);
    if (CountErrors() != errors_before) return {};
    const bool* flag = std::get_if<bool>(&condition);
    if (!flag) return Fail("if: Condition must be a boolean value");
    const bool has_else = node.arguments.size() == 3;
    ExpressionValue taken;
    errors_before = CountErrors();
    if (*flag || has_else) taken = Evaluate(nodes, node.arguments[*flag ? 1 : 2]);
    const bool has_failed = CountErrors() != errors_before;
    if (*flag && !has_else) return taken;
    const std::optional<ExpressionValue> other = EvaluateAside(nodes, node.arguments[*flag ? 2 : 1]);
    const bool differ = other && taken.index() != 0 && other->index() != 0 && taken.index() != other->index();
    if (differ && !has_failed)
      return Fail("if: if-value and else-value must evaluate to the same type or None.");
    return taken;
  }

  ExpressionValue EvaluateLogic(const std::vector<Node>& nodes, const Node& node, bool decisive) {
    std::string_view name = GetFunctionSignature(node.function).name;
    const size_t errors_before = CountErrors();
    for (size_t i = 0; i < node.arguments.size(); ++i) {
      const size_t errors_known = CountErrors();
      ExpressionValue value = Evaluate(nodes, node.arguments[i]);
      if (CountErrors() != errors_known) continue;
      const bool* flag = std::get_if<bool>(&value);
      if (!flag) Fail(fmt::format("{}: Invalid type {} for argument {}", name, GetTypeName(value), i));
      if (flag && *flag == decisive) return decisive;
    }
    return CountErrors() != errors_before ? ExpressionValue() : ExpressionValue(!decisive);
  }

  template <class T>
  static bool Compare(Function function, const T& a, const T& b) {
    switch (function) {
      case Function::kEq:
        return a == b;
      case Function::kNeq:
        return !(a == b);
      case Function::kLt:
        return a < b;
      case Function::kLeq:
        return !(b < a);
      case Function::kGt:
        return b < a;
      default:
        return !(a < b);
    }
  }

  ExpressionValue EvaluateComparison(Function function, const std::vector<ExpressionValue>& arguments) {
    const ExpressionValue &a = arguments[0], &b = arguments[1];
    std::string_view name = GetFunctionSignature(function).name;
    const bool is_equality = function == Function::kEq || function == Function::kNeq;
    if (a.index() != b.index())
      return Fail(
          fmt::format("{}: Cannot compare values of type {} and {}", name, GetTypeName(a), GetTypeName(b)));
    if (IsList(a)) return Fail(fmt::format("{}: Unsupported type for comparison", name));
    if (a.index() == 0 && is_equality) return function == Function::kEq;
    if (a.index() == 0) return Fail(fmt::format("{}: Comparison operation not supported for None", name));
    if (auto* text = std::get_if<std::string>(&a)) return Compare(function, *text, std::get<std::string>(b));
    if (auto* number = std::get_if<int64_t>(&a)) return Compare(function, *number, std::get<int64_t>(b));
    return Compare(function, std::get<bool>(a), std::get<bool>(b));
  }

  template <class T>
  static std::optional<bool> FindIn(const ExpressionValue& list, const ExpressionValue& item) {
    const std::vector<T>* items = std::get_if<std::vector<T>>(&list);
    const T* wanted = std::get_if<T>(&item);
    if (!items || !wanted) return std::nullopt;
    return std::find(items->begin(), items->end(), *wanted) != items->end();
  }

  ExpressionValue EvaluateContains(const std::vector<ExpressionValue>& arguments) {
    const ExpressionValue &where = arguments[0], &what = arguments[1];
    if (auto* text = std::get_if<std::string>(&where)) {
      auto* part = std::get_if<std::string>(&what);
      return part ? ExpressionValue(text->find(*part) != std::string::npos)
                  : Fail("contains: Invalid search value");
    }
    if (!IsList(where)) return Fail("contains: Value to search must be a list or string");
    if (std::holds_alternative<EmptyList>(where)) return false;
    std::optional<bool> found = FindIn<std::string>(where, what);
    if (!found) found = FindIn<int64_t>(where, what);
    if (!found) found = FindIn<bool>(where, what);
    return found ? ExpressionValue(*found) : Fail("contains: Invalid search value");
  }

  ExpressionValue EvaluateAt(const std::vector<ExpressionValue>& arguments) {
    const ExpressionValue& where = arguments[0];
    auto* text = std::get_if<std::string>(&where);
    auto* index = std::get_if<int64_t>(&arguments[1]);
    if (!index) return Fail("at: Index must be an integer");
    if (!text && !IsList(where)) return Fail("at: Only supported for lists or strings");
    const auto size = static_cast<int64_t>(text ? text->size() : GetListSize(where));
    const int64_t position = *index < 0 ? size + *index : *index;
    if (position < 0 || position >= size) return Fail("at: Index out of range");
    const auto i = static_cast<size_t>(position);
    if (text) return std::string(1, (*text)[i]);
    if (auto* texts = std::get_if<std::vector<std::string>>(&where)) return (*texts)[i];
    if (auto* numbers = std::get_if<std::vector<int64_t>>(&where)) return (*numbers)[i];
    return static_cast<bool>(std::get<std::vector<bool>>(where)[i]);
  }

  ExpressionValue EvaluateDefined(const std::vector<Node>& nodes, const Node& node) {
    const size_t errors_before = CountErrors();
    bool all = true;
    for (size_t i = 0; i < node.arguments.size(); ++i) {
      const size_t errors_known = CountErrors();
      const ExpressionValue argument = Evaluate(nodes, node.arguments[i]);
      if (CountErrors() != errors_known) continue;
      if (auto* name = std::get_if<std::string>(&argument))
        all &= variables_.Find(*name) != nullptr;
      else
        Fail(fmt::format("defined: Invalid type {} for argument {}", GetTypeName(argument), i));
    }
    return CountErrors() != errors_before ? ExpressionValue() : ExpressionValue(all);
  }

  const Dictionary& variables_;
  Result& result_;
  std::vector<std::string> substituting_;
};

}  // namespace

Value ToValue(const ExpressionValue& value) {
  if (auto* flag = std::get_if<bool>(&value)) return Value(*flag);
  if (auto* number = std::get_if<int64_t>(&value)) return Value(*number);
  if (auto* text = std::get_if<std::string>(&value)) return Value(*text);
  if (auto* flags = std::get_if<std::vector<bool>>(&value))
    return Value(Array<bool>(flags->begin(), flags->end()));
  if (auto* numbers = std::get_if<std::vector<int64_t>>(&value))
    return Value(Array<int64_t>(numbers->begin(), numbers->end()));
  if (auto* texts = std::get_if<std::vector<std::string>>(&value))
    return Value(Array<std::string>(texts->begin(), texts->end()));
  return Value();
}

bool VariableExpression::IsExpression(std::string_view text) {
  return text.size() > 2 && text.front() == '`' && text.back() == '`';
}

bool VariableExpression::IsValidVariableType(const Value& value) {
  return FromValue(value).has_value();
}

VariableExpression::VariableExpression(std::string_view text) {
  nodes_ = std::make_shared<const std::vector<Node>>(ParseExpression(text, errors_));
}

Result VariableExpression::Evaluate(const Dictionary& variables) const {
  Result result;
  if (!errors_.empty()) {
    result.errors = errors_;
    return result;
  }
  Evaluator evaluator(variables, result);
  result.value = evaluator.Evaluate(*nodes_, static_cast<uint32_t>(nodes_->size() - 1));
  if (!result.errors.empty()) result.value = std::monostate();
  return result;
}

EvaluatedText EvaluateText(std::string_view text, const Dictionary& variables) {
  EvaluatedText evaluated;
  if (!VariableExpression::IsExpression(text)) {
    evaluated.text = text;
    return evaluated;
  }
  evaluated.is_expression = true;
  Result result = VariableExpression(text).Evaluate(variables);
  evaluated.errors = std::move(result.errors);
  evaluated.used_variables = std::move(result.used_variables);
  if (auto* value = std::get_if<std::string>(&result.value)) {
    evaluated.text = *value;
  } else if (evaluated.errors.empty() && !std::holds_alternative<std::monostate>(result.value)) {
    evaluated.errors.push_back(
        fmt::format("Expression evaluated to '{}' but expected 'string'", GetTypeName(result.value)));
  }
  return evaluated;
}

}  // namespace strata::compose
