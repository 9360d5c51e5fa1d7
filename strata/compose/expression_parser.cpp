#include <charconv>
#include <iterator>

#include <fmt/format.h>

#include "strata/compose/expression_nodes.h"

namespace strata::compose {

namespace {

using Node = VariableExpression::Node;

constexpr uint32_t kAny = UINT32_MAX;
constexpr int kMaxNesting = 200;

constexpr FunctionSignature kSignatures[] = {
    {"if", ExpressionFunction::kIf, 2, 3},
    {"and", ExpressionFunction::kAnd, 2, kAny},
    {"or", ExpressionFunction::kOr, 2, kAny},
    {"not", ExpressionFunction::kNot, 1, 1},
    {"eq", ExpressionFunction::kEq, 2, 2},
    {"neq", ExpressionFunction::kNeq, 2, 2},
    {"lt", ExpressionFunction::kLt, 2, 2},
    {"leq", ExpressionFunction::kLeq, 2, 2},
    {"gt", ExpressionFunction::kGt, 2, 2},
    {"geq", ExpressionFunction::kGeq, 2, 2},
    {"contains", ExpressionFunction::kContains, 2, 2},
    {"at", ExpressionFunction::kAt, 2, 2},
    {"len", ExpressionFunction::kLen, 1, 1},
    {"defined", ExpressionFunction::kDefined, 1, kAny},
};

bool IsIdentifierStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<std::string>& errors) : text_(text), errors_(errors) {}

  std::vector<Node> Run() {
    if (Peek() != '`') return Fail("Expressions must begin with '`'", 0), std::vector<Node>();
    position_ = 1;
    uint32_t root = 0;
    if (!ParseAny(root, 0)) return {};
    if (Peek() != '`') return Fail("Missing ending '`'", position_), std::vector<Node>();
    ++position_;
    if (position_ != text_.size()) return Fail("Unexpected expression", position_), std::vector<Node>();
    return std::move(nodes_);
  }

 private:
  char Peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }
  void SkipSpaces() {
    while (Peek() == ' ' || Peek() == '\t') ++position_;
  }
  bool Fail(std::string_view message, size_t position) {
    errors_.push_back(fmt::format("{} at character {}", message, position));
    return false;
  }
  bool Emit(Node node, uint32_t& result) {
    result = static_cast<uint32_t>(nodes_.size());
    nodes_.push_back(std::move(node));
    return true;
  }
  bool EmitLiteral(ExpressionValue value, uint32_t& result) {
    Node node;
    node.literal = std::move(value);
    return Emit(std::move(node), result);
  }

  bool ParseAny(uint32_t& result, int depth) {
    if (depth > kMaxNesting) return Fail("Expression is nested too deeply", position_);
    const char c = Peek();
    if (c == '$') return ParseVariable(result);
    if (c == '"' || c == '\'') return ParseText(result);
    if (c == '[') return ParseList(result, depth);
    if (IsDigit(c) || (c == '-' && position_ + 1 < text_.size() && IsDigit(text_[position_ + 1])))
      return ParseInteger(result);
    if (IsIdentifierStart(c)) return ParseWord(result, depth);
    return Fail("Unexpected expression", position_);
  }

  // ${name}; the dollar sign is next.
  bool ParseVariableName(std::string& name) {
    size_t end = position_ + 1;
    if (end >= text_.size() || text_[end] != '{') return Fail("Unexpected expression", position_);
    size_t begin = ++end;
    if (end >= text_.size() || !IsIdentifierStart(text_[end]))
      return Fail("Variables must be a C identifier", end);
    while (end < text_.size() && (IsIdentifierStart(text_[end]) || IsDigit(text_[end]))) ++end;
    if (end >= text_.size() || text_[end] != '}') return Fail("Missing ending '}'", end);
    name.assign(text_.substr(begin, end - begin));
    position_ = end + 1;
    return true;
  }

  bool ParseVariable(uint32_t& result) {
    Node node;
    node.kind = ExpressionKind::kVariable;
    return ParseVariableName(node.name) && Emit(std::move(node), result);
  }

  static char Unescape(char c) {
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case 'r':
        return '\r';
      case 'a':
        return '\a';
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'v':
        return '\v';
      default:
        return c;
    }
  }

  bool ParseText(uint32_t& result) {
    const char quote = text_[position_++];
    Node node;
    node.kind = ExpressionKind::kText;
    std::string plain;
    while (true) {
      if (position_ >= text_.size() || Peek() == '`') {
        return Fail(quote == '"' ? "Missing ending '\"'" : "Missing ending \"'\"", position_);
      }
      const char c = Peek();
      if (c == quote) break;
      if (c == '\\' && position_ + 1 < text_.size()) {
        plain += Unescape(text_[position_ + 1]);
        position_ += 2;
      } else if (c == '$' && position_ + 1 < text_.size() && text_[position_ + 1] == '{') {
        if (!plain.empty()) node.parts.push_back({std::exchange(plain, {}), false});
        std::string name;
        if (!ParseVariableName(name)) return false;
        node.parts.push_back({std::move(name), true});
      } else {
        plain += c;
        ++position_;
      }
    }
    ++position_;
    if (!plain.empty()) node.parts.push_back({std::move(plain), false});
    return Emit(std::move(node), result);
  }

  bool ParseInteger(uint32_t& result) {
    const size_t begin = position_;
    if (Peek() == '-') ++position_;
    while (IsDigit(Peek())) ++position_;
    std::string_view digits = text_.substr(begin, position_ - begin);
    int64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc()) return Fail(fmt::format("Integer {} out of range.", digits), begin);
    return EmitLiteral(value, result);
  }

  // Arguments up to and including `close`; the opening mark is behind us.
  bool ParseArguments(char close, std::string_view missing, std::vector<uint32_t>& arguments, int depth) {
    SkipSpaces();
    if (Peek() == close) return ++position_, true;
    if (position_ >= text_.size() || Peek() == '`') return Fail(missing, position_);
    while (true) {
      uint32_t argument = 0;
      if (!ParseAny(argument, depth + 1)) return false;
      arguments.push_back(argument);
      SkipSpaces();
      if (Peek() == close) return ++position_, true;
      if (Peek() != ',') return Fail(missing, position_);
      ++position_;
      SkipSpaces();
    }
  }

  bool ParseList(uint32_t& result, int depth) {
    Node node;
    node.kind = ExpressionKind::kList;
    ++position_;
    const size_t begin = position_;
    if (!ParseArguments(']', "Missing ending ']'", node.arguments, depth)) return false;
    for (uint32_t argument : node.arguments)
      if (nodes_[argument].kind == ExpressionKind::kList) return Fail("Unexpected expression", begin);
    return Emit(std::move(node), result);
  }

  bool ParseWord(uint32_t& result, int depth) {
    const size_t begin = position_;
    while (IsIdentifierStart(Peek()) || IsDigit(Peek())) ++position_;
    std::string_view word = text_.substr(begin, position_ - begin);
    const size_t after = position_;
    SkipSpaces();
    if (Peek() == '(') return ParseFunction(word, result, depth);
    position_ = after;
    if (word == "True" || word == "true") return EmitLiteral(true, result);
    if (word == "False" || word == "false") return EmitLiteral(false, result);
    if (word == "None" || word == "none") return EmitLiteral(std::monostate(), result);
    return Fail("Unexpected expression", begin);
  }

  bool ParseFunction(std::string_view name, uint32_t& result, int depth) {
    ++position_;
    Node node;
    node.kind = ExpressionKind::kFunction;
    if (!ParseArguments(')', "Missing ending ')'", node.arguments, depth)) return false;
    const FunctionSignature* signature = FindFunctionSignature(name);
    if (!signature) return errors_.push_back(fmt::format("Unknown function {}", name)), false;
    const size_t count = node.arguments.size();
    if (count < signature->min_arguments && signature->max_arguments == kAny) {
      errors_.push_back(
          fmt::format("Function '{}' requires at least {} arguments.", name, signature->min_arguments));
      return false;
    }
    if (count < signature->min_arguments || count > signature->max_arguments) {
      errors_.push_back(fmt::format("Function '{}' does not take {} arguments.", name, count));
      return false;
    }
    node.function = signature->function;
    return Emit(std::move(node), result);
  }

  std::string_view text_;
  std::vector<std::string>& errors_;
  std::vector<Node> nodes_;
  size_t position_ = 0;
};

}  // namespace

const FunctionSignature* FindFunctionSignature(std::string_view name) {
  for (const FunctionSignature& signature : kSignatures)
    if (signature.name == name) return &signature;
  return nullptr;
}

const FunctionSignature& GetFunctionSignature(ExpressionFunction function) {
  return kSignatures[static_cast<size_t>(function)];
}

std::vector<VariableExpression::Node> ParseExpression(std::string_view text,
                                                      std::vector<std::string>& errors) {
  return Parser(text, errors).Run();
}

}  // namespace strata::compose
