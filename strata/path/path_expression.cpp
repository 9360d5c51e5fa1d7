// The algebra of path expressions: reading, printing, composing and matching.
#include "strata/path/path_expression.h"

#include <algorithm>
#include <functional>

#include "strata/base/utf8.h"
#include "strata/path/identifier.h"
#include "strata/path/path_pattern.h"

namespace strata {
namespace {

using Node = PathExpression::Node;
using NodePtr = std::shared_ptr<const Node>;
using Op = PathExpression::Op;
using Match = PathExpression::Match;

constexpr uint32_t kMaxDepth = 256;

// How tightly an operator binds its operands.
int GetBinding(Op op) {
  switch (op) {
    case Op::kDifference:
      return 1;
    case Op::kIntersection:
      return 2;
    case Op::kUnion:
      return 3;
    case Op::kImpliedUnion:
      return 4;
    case Op::kComplement:
      return 5;
    default:
      return 6;
  }
}

NodePtr MakePattern(PathPattern pattern) {
  auto node = std::make_shared<Node>();
  node->pattern = std::move(pattern);
  return node;
}

NodePtr MakeEverything() {
  PathPattern pattern;
  pattern.prefix = Path::AbsoluteRoot();
  pattern.components.emplace_back();
  pattern.components.back().is_stretch = true;
  return MakePattern(std::move(pattern));
}

NodePtr MakeReference(Path path, std::string name) {
  auto node = std::make_shared<Node>();
  node->op = Op::kReference;
  node->reference = std::move(name);
  node->reference_path = path;
  return node;
}

// Null operands match nothing, here and in the result.
NodePtr MakeComplement(NodePtr operand) {
  if (!operand) return MakeEverything();
  if (operand->op == Op::kComplement) return operand->operands[0];
  auto node = std::make_shared<Node>();
  node->op = Op::kComplement;
  node->depth = operand->depth + 1;
  node->operands.push_back(std::move(operand));
  return node;
}

NodePtr MakeBinary(Op op, NodePtr left, NodePtr right) {
  bool is_union = op == Op::kUnion || op == Op::kImpliedUnion;
  if (!left) return is_union ? right : nullptr;
  if (!right) return op == Op::kIntersection ? nullptr : left;
  auto node = std::make_shared<Node>();
  node->op = op;
  // A chain of one operator is one node, which keeps trees flat however long the chain.
  if (left->op == op)
    node->operands = left->operands;
  else
    node->operands.push_back(left);
  node->operands.push_back(right);
  for (const NodePtr& operand : node->operands) node->depth = std::max(node->depth, operand->depth + 1);
  return node;
}

// Reads with two stacks, so that parentheses may nest as deep as memory allows.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : text_(text) {}

  bool Parse(NodePtr& root) {
    SkipBlanks();
    if (at_ == text_.size()) return true;
    for (;;) {
      if (!TakeOperand()) return false;
      bool blank = SkipBlanks();
      while (Peek() == ')') {
        if (!CloseParenthesis()) return false;
        blank = SkipBlanks();
      }
      if (at_ == text_.size()) break;
      if (!TakeOperator(blank)) return false;
    }
    while (!operators_.empty()) {
      if (operators_.back() == kOpen) return Fail("')'");
      if (!Reduce()) return false;
    }
    root = operands_.back();
    return true;
  }

  Diagnostic MakeDiagnostic() const {
    constexpr size_t kMaxShown = 200;
    std::string shown = MakePrintable(text_.substr(0, kMaxShown));
    if (text_.size() > kMaxShown) shown += "...";
    std::string message = "'" + shown + "' is no path expression: expected " + wanted_;
    message += at_ < text_.size() ? " at character " + std::to_string(at_ + 1) : " at its end";
    return {kPathExpressionMalformed, std::move(message)};
  }

 private:
  static constexpr int kOpen = -1;

  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool Fail(std::string wanted) {
    wanted_ = std::move(wanted);
    return false;
  }
  bool SkipBlanks() {
    size_t begin = at_;
    while (Peek() == ' ' || Peek() == '\t') ++at_;
    return at_ != begin;
  }

  bool TakeOperand() {
    for (SkipBlanks(); Peek() == '~' || Peek() == '('; SkipBlanks()) {
      bool is_complement = Peek() == '~';
      bool follows_complement = !operators_.empty() && operators_.back() == static_cast<int>(Op::kComplement);
      if (is_complement && follows_complement) return Fail("a pattern after '~'");
      operators_.push_back(is_complement ? static_cast<int>(Op::kComplement) : kOpen);
      ++at_;
    }
    if (Peek() == '%') return TakeReference();
    PathPattern pattern;
    std::string wanted;
    if (!ParsePathPattern(text_, at_, pattern, wanted)) return Fail(wanted);
    operands_.push_back(MakePattern(std::move(pattern)));
    return true;
  }

  bool TakeReference() {
    ++at_;
    bool ends_name = identifier::MatchIdentifier(text_, at_) == 1;
    if (Peek() == '_' && ends_name && Peek(1) != ':') {
      ++at_;
      operands_.push_back(MakeReference(Path(), "_"));
      return true;
    }
    size_t colon = at_;
    while (colon < text_.size() &&
           std::string_view(":+&-~() \t\n").find(text_[colon]) == std::string_view::npos)
      ++colon;
    if (colon == text_.size() || text_[colon] != ':') return Fail("'%_' or '%/path:collection'");
    std::string_view path_text = text_.substr(at_, colon - at_);
    Path path(path_text);
    if (!path_text.empty() && !path.IsAbsoluteRootOrPrim()) return Fail("a prim's path after '%'");
    size_t length = identifier::MatchIdentifier(text_, colon + 1);
    if (length == 0) return Fail("a collection's name after ':'");
    at_ = colon + 1 + length;
    operands_.push_back(MakeReference(path, std::string(text_.substr(colon + 1, length))));
    return true;
  }

  bool TakeOperator(bool blank) {
    Op op = Op::kImpliedUnion;
    if (Peek() == '+')
      op = Op::kUnion;
    else if (Peek() == '&')
      op = Op::kIntersection;
    else if (Peek() == '-')
      op = Op::kDifference;
    else if (!blank)
      return Fail("an operator or the end");
    if (op != Op::kImpliedUnion) ++at_;
    while (!operators_.empty() && operators_.back() != kOpen &&
           GetBinding(static_cast<Op>(operators_.back())) >= GetBinding(op)) {
      if (!Reduce()) return false;
    }
    operators_.push_back(static_cast<int>(op));
    return true;
  }

  bool CloseParenthesis() {
    while (!operators_.empty() && operators_.back() != kOpen) {
      if (!Reduce()) return false;
    }
    if (operators_.empty()) return Fail("no ')' without '('");
    operators_.pop_back();
    ++at_;
    return true;
  }

  bool Reduce() {
    Op op = static_cast<Op>(operators_.back());
    operators_.pop_back();
    NodePtr right = std::move(operands_.back());
    operands_.pop_back();
    if (op == Op::kComplement) {
      right = MakeComplement(std::move(right));
    } else {
      right = MakeBinary(op, std::move(operands_.back()), std::move(right));
      operands_.pop_back();
    }
    if (right->depth > kMaxDepth) return Fail("operators nested at most 256 deep");
    operands_.push_back(std::move(right));
    return true;
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<NodePtr> operands_;
  std::vector<int> operators_;  // an Op, or kOpen
  std::string wanted_;
};

void AppendText(const Node& node, std::string& out) {
  auto append = [&](const Node& operand, bool needs_marks) {
    if (needs_marks) out += '(';
    AppendText(operand, out);
    if (needs_marks) out += ')';
  };
  switch (node.op) {
    case Op::kPattern:
      out += node.pattern.GetText();
      return;
    case Op::kReference: {
      out += '%';
      bool is_weaker = node.reference == "_" && node.reference_path.IsEmpty();
      if (!is_weaker) out += node.reference_path.GetString() + ":";
      out += node.reference;
      return;
    }
    case Op::kComplement:
      out += '~';
      append(*node.operands[0], GetBinding(node.operands[0]->op) < GetBinding(Op::kComplement));
      return;
    default:
      break;
  }
  const char* join = node.op == Op::kUnion          ? " + "
                     : node.op == Op::kIntersection ? " & "
                     : node.op == Op::kDifference   ? " - "
                                                    : " ";
  for (size_t i = 0; i < node.operands.size(); ++i) {
    if (i) out += join;
    int inner = GetBinding(node.operands[i]->op), outer = GetBinding(node.op);
    append(*node.operands[i], i == 0 ? inner < outer : inner <= outer);
  }
}

bool Any(const NodePtr& node, const std::function<bool(const Node&)>& test) {
  if (!node) return false;
  if (test(*node)) return true;
  return std::any_of(node->operands.begin(), node->operands.end(),
                     [&](const NodePtr& n) { return Any(n, test); });
}

bool IsWeakerReference(const Node& node) {
  return node.op == Op::kReference && node.reference == "_" && node.reference_path.IsEmpty();
}

// The same tree with each leaf replaced. A leaf that becomes null matches nothing.
NodePtr Transform(const NodePtr& node, const std::function<NodePtr(const NodePtr&)>& replace) {
  if (!node || node->operands.empty()) return node ? replace(node) : nullptr;
  if (node->op == Op::kComplement) return MakeComplement(Transform(node->operands[0], replace));
  NodePtr result = Transform(node->operands[0], replace);
  for (size_t i = 1; i < node->operands.size(); ++i) {
    result = MakeBinary(node->op, std::move(result), Transform(node->operands[i], replace));
  }
  return result;
}

NodePtr TransformPaths(const NodePtr& root, const std::function<Path(Path)>& map) {
  return Transform(root, [&](const NodePtr& leaf) -> NodePtr {
    auto changed = std::make_shared<Node>(*leaf);
    Path& path = leaf->op == Op::kPattern ? changed->pattern.prefix : changed->reference_path;
    if (path.IsEmpty()) return leaf;
    path = map(path);
    return path.IsEmpty() ? nullptr : changed;
  });
}

Match Negate(Match match) {
  return match == Match::kYes ? Match::kNo : match == Match::kNo ? Match::kYes : match;
}

// Three-valued "and": no decides, then what is not known, an incomplete expression before a predicate.
Match Both(Match a, Match b) {
  if (a == Match::kNo || b == Match::kNo) return Match::kNo;
  return std::max(a, b);  // kYes < kNeedsPredicate < kIncomplete
}

Match MatchNode(const Node& node, Path path) {
  switch (node.op) {
    case Op::kPattern:
      return node.pattern.prefix.IsAbsolute() ? MatchPathPattern(node.pattern, path) : Match::kIncomplete;
    case Op::kReference:
      return Match::kIncomplete;
    case Op::kComplement:
      return Negate(MatchNode(*node.operands[0], path));
    default:
      break;
  }
  Match result = MatchNode(*node.operands[0], path);
  for (size_t i = 1; i < node.operands.size(); ++i) {
    Match next = MatchNode(*node.operands[i], path);
    if (node.op == Op::kIntersection)
      result = Both(result, next);
    else if (node.op == Op::kDifference)
      result = Both(result, Negate(next));
    else
      result = Negate(Both(Negate(result), Negate(next)));
  }
  return result;
}

}  // namespace

Result<PathExpression> PathExpression::Parse(std::string_view text) {
  ExpressionParser parser(text);
  NodePtr root;
  if (!parser.Parse(root)) return parser.MakeDiagnostic();
  return PathExpression(std::move(root));
}

PathExpression PathExpression::Everything() {
  return PathExpression(MakeEverything());
}
PathExpression PathExpression::WeakerReference() {
  return PathExpression(MakeReference(Path(), "_"));
}

std::string PathExpression::GetText() const {
  std::string text;
  if (root_) AppendText(*root_, text);
  return text;
}

bool PathExpression::IsComplete() const {
  return !Any(root_, [](const Node& node) {
    return node.op == Op::kReference || (node.op == Op::kPattern && !node.pattern.prefix.IsAbsolute());
  });
}

bool PathExpression::ContainsWeakerReference() const {
  return Any(root_, IsWeakerReference);
}

PathExpression PathExpression::ComposeOver(const PathExpression& weaker) const {
  if (!ContainsWeakerReference()) return *this;
  return PathExpression(
      Transform(root_, [&](const NodePtr& leaf) { return IsWeakerReference(*leaf) ? weaker.root_ : leaf; }));
}

PathExpression PathExpression::ReplacePrefix(Path old_prefix, Path new_prefix) const {
  return PathExpression(
      TransformPaths(root_, [&](Path path) { return path.ReplacePrefix(old_prefix, new_prefix); }));
}

PathExpression PathExpression::MakeAbsolute(Path anchor) const {
  return PathExpression(TransformPaths(root_, [&](Path path) { return path.MakeAbsolute(anchor); }));
}

PathExpression PathExpression::MapPaths(const std::function<Path(Path)>& map) const {
  return PathExpression(Transform(root_, [&](const NodePtr& leaf) -> NodePtr {
    const Path path = leaf->op == Op::kPattern ? leaf->pattern.prefix : leaf->reference_path;
    const auto& components = leaf->pattern.components;
    const bool is_everywhere = path.IsAbsoluteRoot() && !components.empty() && components.front().is_stretch;
    if (path.IsEmpty() || is_everywhere) return leaf;
    const Path mapped = map(path);
    if (mapped.IsEmpty()) return nullptr;
    auto changed = std::make_shared<Node>(*leaf);
    (leaf->op == Op::kPattern ? changed->pattern.prefix : changed->reference_path) = mapped;
    return changed;
  }));
}

PathExpression::Match PathExpression::Matches(Path path) const {
  return root_ ? MatchNode(*root_, path) : Match::kNo;
}

}  // namespace strata
