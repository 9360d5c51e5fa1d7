// Reads the text of a path.   (AOUSD core spec 8.5, with the targets, mappers and expressions of 8.7)
#include "strata/base/utf8.h"
#include "strata/path/identifier.h"
#include "strata/path/path.h"
#include "strata/path/path_table.h"

namespace strata {
namespace {

using path_table::FindOrAdd;

// One pass from left to right. A method that cannot go on leaves what it wanted in `wanted_`.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  uint32_t ParseAll() {
    uint32_t path = ParsePath(0);
    if (!failed_ && at_ != text_.size()) Fail("the end of the path");
    return failed_ ? 0 : path;
  }

  Diagnostic MakeDiagnostic() const {
    constexpr size_t kMaxShown = 200;
    std::string shown = MakePrintable(text_.substr(0, kMaxShown));
    if (text_.size() > kMaxShown) shown += "...";
    if (text_.empty())
      return {kPathMalformed, "an empty text is no path", {}, "Write '/', '.', or a prim's path."};
    std::string message = "<" + shown + "> is no path: expected " + wanted_;
    if (at_ < text_.size()) {
      message += " at character " + std::to_string(at_ + 1);
      Utf8CodePoint point = DecodeUtf8(text_, at_);
      message += ", found '" + MakePrintable(text_.substr(at_, point.length)) + "'";
    } else {
      message += " at its end";
    }
    return {kPathMalformed, std::move(message)};
  }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  uint32_t Fail(const char* wanted) {
    if (!failed_) wanted_ = wanted;
    failed_ = true;
    return 0;
  }

  bool CountElement() {
    if (++elements_ <= path_table::kMaxParsedElements) return true;
    Fail("at most 16384 elements");
    return false;
  }

  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t') ++at_;
  }

  Token Take(size_t length) {
    Token token(text_.substr(at_, length));
    at_ += length;
    return token;
  }

  uint32_t ParsePath(int nesting) {
    uint32_t path;
    if (Peek() == '/') {
      ++at_;
      path = 1;
      if (identifier::MatchIdentifier(text_, at_) == 0) return path;
      path = ParsePrims(path);
    } else if (Peek() == '.' && Peek(1) == '.') {
      path = ParseParents();
    } else if (Peek() == '.') {
      if (nesting == 0 && at_ + 1 == text_.size()) {
        ++at_;
        return 2;
      }
      path = 2;
    } else {
      if (identifier::MatchIdentifier(text_, at_) == 0) return Fail("'/', '.' or a prim name");
      path = ParsePrims(2);
    }
    if (!failed_ && Peek() == '.' && path_table::Get(path).element != PathElement::kParent) {
      path = ParseProperty(path, nesting);
    }
    return failed_ ? 0 : path;
  }

  // "..", "../..", and what may follow.
  uint32_t ParseParents() {
    uint32_t path = 2;
    for (;;) {
      at_ += 2;
      if (!CountElement()) return 0;
      path = FindOrAdd(path, PathElement::kParent, 0, 0);
      if (Peek() != '/') return path;
      ++at_;
      if (Peek() == '.' && Peek(1) == '.') continue;
      if (Peek() == '.') return ParseProperty(path, 0);
      if (identifier::MatchIdentifier(text_, at_) == 0) return Fail("'..', a prim name or a property");
      return ParsePrims(path);
    }
  }

  // A prim name and all prims and variant selections after it.
  uint32_t ParsePrims(uint32_t path) {
    for (;;) {
      size_t length = identifier::MatchIdentifier(text_, at_);
      if (length == 0) return Fail("a prim name");
      if (!CountElement()) return 0;
      path = FindOrAdd(path, PathElement::kPrim, Take(length).GetId(), 0);
      bool has_selection = false;
      while (SkipToBrace()) {
        path = ParseVariantSelection(path);
        if (failed_) return 0;
        has_selection = true;
      }
      if (has_selection) {
        SkipBlanks();
        if (identifier::MatchIdentifier(text_, at_) == 0) return path;
        continue;
      }
      if (Peek() != '/') return path;
      ++at_;
    }
  }

  // Blanks may stand before a selection, and are no part of the path otherwise.
  bool SkipToBrace() {
    size_t ahead = 0;
    while (Peek(ahead) == ' ' || Peek(ahead) == '\t') ++ahead;
    if (Peek(ahead) != '{') return false;
    at_ += ahead;
    return true;
  }

  uint32_t ParseVariantSelection(uint32_t path) {
    ++at_;
    SkipBlanks();
    size_t length = identifier::MatchVariantSetName(text_, at_);
    if (length == 0) return Fail("a variant set name after '{'");
    if (!CountElement()) return 0;
    Token set = Take(length);
    SkipBlanks();
    if (Peek() != '=') return Fail("'=' after the variant set name");
    ++at_;
    SkipBlanks();
    Token selection = Take(identifier::MatchVariantName(text_, at_));
    SkipBlanks();
    if (Peek() != '}') return Fail("a variant name or '}'");
    ++at_;
    return FindOrAdd(path, PathElement::kVariantSelection, set.GetId(), selection.GetId());
  }

  uint32_t ParseProperty(uint32_t path, int nesting) {
    ++at_;
    size_t length = MatchWholeName();
    if (length == 0) return Fail("a property name after '.'");
    path = FindOrAdd(path, PathElement::kProperty, Take(length).GetId(), 0);
    if (Peek() == '[') {
      path = ParseTarget(path, PathElement::kTarget, nesting);
      if (failed_ || Peek() != '.') return path;
      ++at_;
      length = MatchWholeName();
      if (length == 0) return Fail("a relational attribute name after '.'");
      path = FindOrAdd(path, PathElement::kRelationalAttribute, Take(length).GetId(), 0);
      if (Peek() == '[') return ParseTarget(path, PathElement::kTarget, nesting);
    }
    if (Peek() == '.') return ParseMapperOrExpression(path, nesting);
    return path;
  }

  // A namespaced name; 0 also when a ':' follows that joins nothing.
  size_t MatchWholeName() {
    size_t length = identifier::MatchNamespacedIdentifier(text_, at_);
    if (length == 0 || Peek(length) != ':') return length;
    at_ += length + 1;
    Fail("a name after ':'");
    return 0;
  }

  uint32_t ParseMapperOrExpression(uint32_t path, int nesting) {
    ++at_;
    size_t length = identifier::MatchIdentifier(text_, at_);
    std::string_view word = text_.substr(at_, length);
    if (word == "expression") {
      at_ += length;
      return FindOrAdd(path, PathElement::kExpression, 0, 0);
    }
    if (word != "mapper") return Fail("'mapper' or 'expression' after '.'");
    at_ += length;
    if (Peek() != '[') return Fail("a target after 'mapper'");
    path = ParseTarget(path, PathElement::kMapper, nesting);
    if (failed_ || Peek() != '.') return path;
    ++at_;
    length = identifier::MatchIdentifier(text_, at_);
    if (length == 0) return Fail("a mapper argument name after '.'");
    return FindOrAdd(path, PathElement::kMapperArgument, Take(length).GetId(), 0);
  }

  uint32_t ParseTarget(uint32_t path, PathElement element, int nesting) {
    if (nesting >= path_table::kMaxTargetNesting) return Fail("targets nested at most 64 deep");
    ++at_;
    uint32_t target = ParsePath(nesting + 1);
    if (failed_) return 0;
    if (Peek() != ']') return Fail("']' after the target");
    ++at_;
    return FindOrAdd(path, element, target, 0);
  }

  std::string_view text_;
  size_t at_ = 0;
  uint32_t elements_ = 0;
  bool failed_ = false;
  std::string wanted_;
};

}  // namespace

Path::Path(std::string_view text) : id_(Parser(text).ParseAll()) {}

Result<Path> Path::Parse(std::string_view text) {
  Parser parser(text);
  if (uint32_t id = parser.ParseAll()) return FromId(id);
  return parser.MakeDiagnostic();
}

}  // namespace strata
