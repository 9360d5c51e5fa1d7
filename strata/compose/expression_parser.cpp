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

bool IsHexDigit(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// What does not match is no error by itself: whoever asked may go on otherwise. What begins like something
// and does not end like it is one, and the first of them ends the parsing.
class Parser {
 public:
  Parser(std::string_view text, std::vector<std::string>& errors) : text_(text), errors_(errors) {}

  std::vector<Node> Run() {
    if (Peek() != '`') return Fail("Expressions must begin with '`'", 0), std::vector<Node>();
    position_ = 1;
    uint32_t root = 0;
    const Match match = ParseAny(root, 0, Lists::kAllowed);
    if (match == Match::kNo) Fail("Unexpected expression", position_);
    // What follows the closing back-tick does not count.
    if (match == Match::kYes && Peek() != '`') Fail("Missing ending '`'", position_);
    if (errors_.empty()) CheckFunctions(root);
    return errors_.empty() ? std::move(nodes_) : std::vector<Node>();
  }

 private:
  enum class Match : uint8_t { kNo, kYes, kFailed };
  enum class Lists : uint8_t { kAllowed, kRefused };

  char Peek(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  void SkipSpaces() {
    while (Peek() == ' ') ++position_;
  }
  // Positions are told within their line, as usd-core counts.
  Match Fail(std::string_view message, size_t position) {
    const size_t line_end = position ? text_.rfind('\n', position - 1) : std::string_view::npos;
    if (line_end != std::string_view::npos) position -= line_end + 1;
    errors_.push_back(fmt::format("{} at character {}", message, position));
    return Match::kFailed;
  }
  Match Emit(Node node, uint32_t& result) {
    result = static_cast<uint32_t>(nodes_.size());
    nodes_.push_back(std::move(node));
    return Match::kYes;
  }
  Match EmitLiteral(ExpressionValue value, uint32_t& result) {
    Node node;
    node.literal = std::move(value);
    return Emit(std::move(node), result);
  }

  Match ParseAny(uint32_t& result, int depth, Lists lists) {
    if (depth > kMaxNesting) return Fail("Expression is nested too deeply", position_);
    const char c = Peek();
    if (c == '$') return Peek(1) == '{' ? ParseVariable(result) : Match::kNo;
    if (c == '"' || c == '\'') return ParseText(result);
    if (c == '[') return lists == Lists::kAllowed ? ParseList(result, depth) : Match::kNo;
    if (IsDigit(c) || (c == '-' && IsDigit(Peek(1)))) return ParseInteger(result);
    return IsIdentifierStart(c) ? ParseWord(result, depth) : Match::kNo;
  }

  // ${name}; the dollar sign and the brace are next.
  Match ParseVariableName(std::string& name) {
    size_t end = position_ + 2;
    const size_t begin = end;
    if (end >= text_.size() || !IsIdentifierStart(text_[end]))
      return Fail("Variables must be a C identifier", end);
    while (end < text_.size() && (IsIdentifierStart(text_[end]) || IsDigit(text_[end]))) ++end;
    if (end >= text_.size() || text_[end] != '}') return Fail("Missing ending '}'", end);
    name.assign(text_.substr(begin, end - begin));
    position_ = end + 1;
    return Match::kYes;
  }

  Match ParseVariable(uint32_t& result) {
    Node node;
    node.kind = ExpressionKind::kVariable;
    const Match match = ParseVariableName(node.name);
    return match == Match::kYes ? Emit(std::move(node), result) : match;
  }

  // The character that an escape stands for; its backslash is behind us. \x has up to two digits, octal ones
  // up to three.
  char ParseEscape() {
    const char c = text_[position_++];
    unsigned code = 0;
    if (c == 'x') {
      for (int i = 0; i < 2 && IsHexDigit(Peek()); ++i) {
        const char digit = text_[position_++];
        code = code * 16 + static_cast<unsigned>(IsDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
      }
      return static_cast<char>(code);
    }
    if (c >= '0' && c <= '7') {
      --position_;
      for (int i = 0; i < 3 && Peek() >= '0' && Peek() <= '7'; ++i)
        code = code * 8 + static_cast<unsigned>(text_[position_++] - '0');
      return static_cast<char>(code);
    }
    constexpr std::string_view kLetters = "ntrabfv", kCodes = "\n\t\r\a\b\f\v";
    const size_t known = kLetters.find(c);
    return known == std::string_view::npos ? c : kCodes[known];
  }

  Match ParseText(uint32_t& result) {
    const char quote = text_[position_++];
    Node node;
    node.kind = ExpressionKind::kText;
    std::string plain;
    while (true) {
      if (position_ >= text_.size())
        return Fail(quote == '"' ? "Missing ending '\"'" : "Missing ending \"'\"", position_);
      const char c = Peek();
      if (c == quote) break;
      if (c == '\\' && position_ + 1 < text_.size()) {
        ++position_;
        plain += ParseEscape();
      } else if (c == '$' && Peek(1) == '{') {
        if (!plain.empty()) node.parts.push_back({std::exchange(plain, {}), false});
        std::string name;
        if (ParseVariableName(name) == Match::kFailed) return Match::kFailed;
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

  Match ParseInteger(uint32_t& result) {
    const size_t begin = position_;
    if (Peek() == '-') ++position_;
    while (IsDigit(Peek())) ++position_;
    std::string_view digits = text_.substr(begin, position_ - begin);
    int64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc()) return Fail(fmt::format("Integer {} out of range.", digits), begin);
    return EmitLiteral(value, result);
  }

  // One or more, separated by commas with spaces around them; what follows the last one is next.
  Match ParseArguments(std::vector<uint32_t>& arguments, int depth, Lists lists) {
    while (true) {
      const size_t after_last = position_;
      if (!arguments.empty()) {
        SkipSpaces();
        if (Peek() != ',') return position_ = after_last, Match::kYes;
        ++position_;
        SkipSpaces();
      }
      uint32_t argument = 0;
      const Match match = ParseAny(argument, depth + 1, lists);
      if (match == Match::kFailed) return match;
      if (match == Match::kNo) {
        position_ = after_last;
        return arguments.empty() ? Match::kNo : Match::kYes;
      }
      arguments.push_back(argument);
    }
  }

  // No lists in lists, and no spaces around what is in them.
  Match ParseList(uint32_t& result, int depth) {
    Node node;
    node.kind = ExpressionKind::kList;
    ++position_;
    const Match match = ParseArguments(node.arguments, depth, Lists::kRefused);
    if (match == Match::kFailed) return match;
    if (match == Match::kNo) SkipSpaces();
    if (Peek() != ']') return Fail("Missing ending ']'", position_);
    ++position_;
    return Emit(std::move(node), result);
  }

  Match ParseWord(uint32_t& result, int depth) {
    const size_t begin = position_;
    while (IsIdentifierStart(Peek()) || IsDigit(Peek())) ++position_;
    const std::string_view word = text_.substr(begin, position_ - begin);
    if (word == "True" || word == "true") return EmitLiteral(true, result);
    if (word == "False" || word == "false") return EmitLiteral(false, result);
    if (word == "None" || word == "none") return EmitLiteral(std::monostate(), result);
    SkipSpaces();
    if (Peek() == '(') return ParseFunction(word, result, depth);
    position_ = begin;
    return Match::kNo;
  }

  Match ParseFunction(std::string_view name, uint32_t& result, int depth) {
    ++position_;
    Node node;
    node.kind = ExpressionKind::kFunction;
    node.name = name;
    SkipSpaces();
    if (ParseArguments(node.arguments, depth, Lists::kAllowed) == Match::kFailed) return Match::kFailed;
    SkipSpaces();
    if (Peek() != ')') return Fail("Missing ending ')'", position_);
    ++position_;
    SkipSpaces();
    if (const FunctionSignature* signature = FindFunctionSignature(name)) node.function = signature->function;
    return Emit(std::move(node), result);
  }

  // One error is told: of several, the one that usd-core tells. What is within the arguments of a function
  // in error does not count.
  void CheckFunctions(uint32_t root) {
    std::string error;
    std::vector<uint32_t> pending{root};
    while (!pending.empty()) {
      const Node& node = nodes_[pending.back()];
      pending.pop_back();
      const size_t count = node.arguments.size();
      if (node.kind == ExpressionKind::kFunction) {
        const FunctionSignature* signature = FindFunctionSignature(node.name);
        if (!signature) {
          error = fmt::format("Unknown function {}", node.name);
          continue;
        }
        const bool is_open = signature->max_arguments == kAny;
        if (is_open && count < signature->min_arguments) {
          error = fmt::format("Function '{}' requires at least {} arguments.", node.name,
                              signature->min_arguments);
          continue;
        }
        // Of functions with a fixed number the first one is told; with an error known, the longer form of
        // `if` is not looked into.
        if (!error.empty() && signature->min_arguments != signature->max_arguments && !is_open &&
            count == signature->max_arguments)
          continue;
        if (count < signature->min_arguments || count > signature->max_arguments) {
          if (error.empty())
            error = fmt::format("Function '{}' does not take {} arguments.", node.name, count);
          continue;
        }
      }
      pending.insert(pending.end(), node.arguments.rbegin(), node.arguments.rend());
    }
    if (!error.empty()) errors_.push_back(std::move(error));
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
