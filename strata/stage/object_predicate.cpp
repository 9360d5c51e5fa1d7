#include "strata/stage/object_predicate.h"

#include <algorithm>
#include <optional>

#include "strata/path/path_pattern.h"
#include "strata/schema/prim_definition.h"
#include "strata/schema/registry.h"
#include "strata/stage/stage.h"

namespace strata::stage {

struct ObjectPredicate::Node {
  enum class Op : uint8_t { kCall, kNot, kAnd, kOr } op = Op::kCall;
  std::vector<std::shared_ptr<const Node>> operands;
  // Of calls.
  std::string function;
  std::vector<std::string> values;  // without names
  std::vector<std::pair<std::string, std::string>> keywords;
};

namespace {

using Node = ObjectPredicate::Node;
using NodePtr = std::shared_ptr<const Node>;
using Subject = ObjectPredicate::Subject;

bool IsNamePart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Reads the canonical text, which the path room has checked and whose depth it has bounded.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  NodePtr ReadOr() {
    return ReadJoined(Node::Op::kOr, "or", [this] { return ReadAnd(); });
  }

 private:
  NodePtr ReadAnd() {
    return ReadJoined(Node::Op::kAnd, "and", [this] { return ReadSide(); });
  }
  // Predicates side by side.
  NodePtr ReadSide() {
    std::vector<NodePtr> operands{ReadNot()};
    for (SkipBlanks(); at_ < text_.size() && Peek() != ')' && !IsWord("or") && !IsWord("and"); SkipBlanks())
      operands.push_back(ReadNot());
    return Join(Node::Op::kAnd, std::move(operands));
  }
  NodePtr ReadNot() {
    SkipBlanks();
    if (!IsWord("not")) return ReadAtom();
    at_ += 3;
    auto node = std::make_shared<Node>();
    node->op = Node::Op::kNot;
    node->operands.push_back(ReadNot());
    return node;
  }
  NodePtr ReadAtom() {
    SkipBlanks();
    if (Peek() == '(') {
      ++at_;
      NodePtr inner = ReadOr();
      SkipBlanks();
      if (Peek() == ')') ++at_;
      return inner;
    }
    auto call = std::make_shared<Node>();
    call->function = ReadWord();
    if (call->function.empty()) ++at_;  // never stands still
    if (Peek() == ':') {
      do {
        ++at_;
        call->values.push_back(ReadValue());
      } while (Peek() == ',');
    } else if (Peek() == '(') {
      ReadArguments(*call);
    }
    return call;
  }
  void ReadArguments(Node& call) {
    for (++at_, SkipBlanks(); at_ < text_.size() && Peek() != ')'; SkipBlanks()) {
      if (Peek() == ',') {
        ++at_;
        continue;
      }
      const size_t begin = at_;
      std::string name = ReadWord();
      SkipBlanks();
      if (!name.empty() && Peek() == '=') {
        ++at_;
        SkipBlanks();
        call.keywords.emplace_back(std::move(name), ReadValue());
      } else {
        at_ = begin;
        call.values.push_back(ReadValue());
      }
    }
    ++at_;
  }
  std::string ReadValue() {
    std::string value;
    if (const char mark = Peek(); mark == '"' || mark == '\'') {
      for (++at_; at_ < text_.size() && Peek() != mark; ++at_) {
        if (Peek() == '\\') ++at_;
        value += Peek();
      }
      ++at_;
      return value;
    }
    for (; at_ < text_.size() && std::string_view(" ,(){}").find(Peek()) == std::string_view::npos; ++at_)
      value += Peek();
    if (value.empty()) ++at_;
    return value;
  }

  template <class ReadOperand>
  NodePtr ReadJoined(Node::Op op, std::string_view word, ReadOperand&& read) {
    std::vector<NodePtr> operands{read()};
    for (SkipBlanks(); IsWord(word); SkipBlanks()) {
      at_ += word.size();
      operands.push_back(read());
    }
    return Join(op, std::move(operands));
  }
  static NodePtr Join(Node::Op op, std::vector<NodePtr> operands) {
    if (operands.size() == 1) return operands.front();
    auto node = std::make_shared<Node>();
    node->op = op;
    node->operands = std::move(operands);
    return node;
  }

  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipBlanks() {
    while (Peek() == ' ') ++at_;
  }
  bool IsWord(std::string_view word) const {
    return text_.substr(at_, word.size()) == word &&
           (at_ + word.size() >= text_.size() || !IsNamePart(text_[at_ + word.size()]));
  }
  std::string ReadWord() {
    const size_t begin = at_;
    while (at_ < text_.size() && IsNamePart(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string_view text_;
  size_t at_ = 0;
};

const std::string* FindKeyword(const Node& call, std::string_view name) {
  for (const auto& [key, value] : call.keywords)
    if (key == name) return &value;
  return nullptr;
}

bool IsTrue(const std::string& value) {
  return value == "1" || value == "true";
}

// A flag that is asked for, or for being off.
bool TestFlag(const Node& call, bool flag) {
  return flag == (call.values.empty() || IsTrue(call.values.front()));
}

bool IsStrict(const Node& call) {
  const std::string* strict = FindKeyword(call, "strict");
  return strict && IsTrue(*strict);
}

bool TestKind(const Node& call, const Prim& prim) {
  const schema::KindRegistry& kinds = schema::GetKinds(prim.GetStage()->GetOpenOptions().schemas);
  const Token kind = prim.GetKind();
  const bool is_strict = IsStrict(call);
  return std::any_of(call.values.begin(), call.values.end(), [&](const std::string& wanted) {
    return is_strict ? kind == wanted : kinds.IsA(kind, Token(wanted));
  });
}

bool TestIsA(const Node& call, const Prim& prim) {
  const bool strict = IsStrict(call);
  return std::any_of(call.values.begin(), call.values.end(), [&](const std::string& name) {
    return strict ? prim.GetSchemaType() == name : prim.IsA(Token(name));
  });
}

bool TestHasApi(const Node& call, const Prim& prim) {
  const std::string* instance = FindKeyword(call, "instanceName");
  return std::any_of(call.values.begin(), call.values.end(), [&](const std::string& name) {
    return prim.HasAPI(Token(instance ? name + ":" + *instance : name));
  });
}

bool TestSpecifier(const Node& call, const Prim& prim) {
  static constexpr std::string_view kNames[] = {"def", "over", "class"};
  const std::string_view own = kNames[static_cast<size_t>(prim.GetSpecifier())];
  return std::find(call.values.begin(), call.values.end(), own) != call.values.end();
}

bool TestVariant(const Node& call, const Prim& prim) {
  return std::all_of(call.keywords.begin(), call.keywords.end(), [&](const auto& wanted) {
    return MatchGlob(wanted.second, prim.GetVariantSelection(Token(wanted.first)).GetText());
  });
}

using Function = bool (*)(const Node&, const Prim&);
struct Entry {
  std::string_view name;
  bool of_properties;  // tells of properties what it tells of their prim
  bool needs_values;
  Function test;
};
constexpr Entry kLibrary[] = {
    {"abstract", true, false,
     [](const Node& call, const Prim& prim) { return TestFlag(call, prim.IsAbstract()); }},
    {"defined", true, false,
     [](const Node& call, const Prim& prim) { return TestFlag(call, prim.IsDefined()); }},
    {"model", false, false,
     [](const Node& call, const Prim& prim) { return TestFlag(call, prim.IsModel()); }},
    {"group", false, false,
     [](const Node& call, const Prim& prim) { return TestFlag(call, prim.IsGroup()); }},
    {"kind", false, true, TestKind},
    {"isa", false, true, TestIsA},
    {"specifier", false, true, TestSpecifier},
    {"hasAPI", false, true, TestHasApi},
    {"variant", false, false, TestVariant},
};
const Entry* FindEntry(std::string_view name) {
  const auto* found = std::find_if(std::begin(kLibrary), std::end(kLibrary),
                                   [name](const Entry& entry) { return entry.name == name; });
  return found == std::end(kLibrary) ? nullptr : found;
}

// What of a predicate cannot be asked; nothing when all can.
std::optional<std::string> FindFault(const Node& node) {
  for (const NodePtr& operand : node.operands)
    if (auto fault = FindFault(*operand)) return fault;
  if (node.op != Node::Op::kCall) return std::nullopt;
  const Entry* entry = FindEntry(node.function);
  if (!entry) return "There is no predicate \"" + node.function + "\".";
  if (entry->needs_values && node.values.empty())
    return "The predicate \"" + node.function + "\" needs a name.";
  const bool takes_sets = node.function == "variant";
  if (takes_sets && (node.keywords.empty() || !node.values.empty()))
    return "The predicate \"variant\" needs variant sets and selections: variant(set=selection).";
  return std::nullopt;
}

bool TestNode(const Node& node, const Prim& prim, Subject subject) {
  auto test = [&](const NodePtr& operand) { return TestNode(*operand, prim, subject); };
  switch (node.op) {
    case Node::Op::kNot:
      return !test(node.operands.front());
    case Node::Op::kAnd:
      return std::all_of(node.operands.begin(), node.operands.end(), test);
    case Node::Op::kOr:
      return std::any_of(node.operands.begin(), node.operands.end(), test);
    case Node::Op::kCall:
      break;
  }
  const Entry* entry = FindEntry(node.function);
  return entry && (subject == Subject::kPrim || entry->of_properties) && entry->test(node, prim);
}

}  // namespace

Result<ObjectPredicate> ObjectPredicate::Parse(std::string_view text) {
  NodePtr root = Reader(text).ReadOr();
  if (auto fault = FindFault(*root)) {
    return Diagnostic(kPredicateUnknown, std::move(*fault), {},
                      "Ask for abstract, defined, model, group, kind, isa, specifier, hasAPI or variant.");
  }
  return ObjectPredicate(std::move(root));
}

bool ObjectPredicate::Test(const Prim& prim, Subject subject) const {
  return TestNode(*root_, prim, subject);
}

}  // namespace strata::stage
