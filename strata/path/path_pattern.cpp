// Reading and matching patterns.
#include "strata/path/path_pattern.h"

#include "strata/base/utf8.h"
#include "strata/path/identifier.h"
#include "strata/path/path_predicate.h"

namespace strata {
namespace {

constexpr size_t kMaxComponents = 4096;

// The length of the glob at `offset`, 0 where there is none; a class that is not closed ends it.
size_t MeasureGlob(std::string_view text, size_t offset) {
  size_t at = offset;
  while (at < text.size()) {
    if (text[at] == '*' || text[at] == '?') {
      ++at;
    } else if (text[at] == '[') {
      size_t close = text.find(']', at + 2);
      if (close == std::string_view::npos ||
          text.substr(at, close - at).find_first_of("/{ ") != std::string_view::npos)
        break;
      at = close + 1;
    } else {
      Utf8CodePoint point = DecodeUtf8(text, at);
      if (!point.is_valid || !identifier::IsXidContinue(point.value)) break;
      at += point.length;
    }
  }
  return at - offset;
}

// As MeasureGlob, for property names: ':' joins.
size_t MeasurePropertyGlob(std::string_view text, size_t offset) {
  size_t length = MeasureGlob(text, offset);
  while (length != 0 && offset + length < text.size() && text[offset + length] == ':') {
    size_t next = MeasureGlob(text, offset + length + 1);
    if (next == 0) break;
    length += next + 1;
  }
  return length;
}

bool IsLiteral(std::string_view glob) {
  return glob.find_first_of("*?[") == std::string_view::npos;
}

class PatternParser {
 public:
  PatternParser(std::string_view text, size_t offset, PathPattern& pattern)
      : text_(text), at_(offset), pattern_(pattern) {}

  bool Parse() {
    pattern_.prefix = Path::ReflexiveRelative();
    if (Peek() == '/') {
      pattern_.prefix = Path::AbsoluteRoot();
      if (Peek(1) == '/') return TakeStretch() && ParseRest();
      ++at_;
      return IsAtElement() ? TakeElement() && ParseRest() : true;
    }
    if (Peek() == '.' && Peek(1) == '.') {
      TakeParents();
      return Peek() == '.' ? Fail("'/' and a name after '..'") : ParseRest();
    }
    if (Peek() == '.') {
      ++at_;
      return Peek() == '/' && Peek(1) == '/' ? TakeStretch() && ParseRest() : true;
    }
    return (IsAtElement() || Fail("a path pattern")) && TakeElement() && ParseRest();
  }
  size_t GetOffset() const { return at_; }
  const std::string& GetWanted() const { return wanted_; }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool Fail(const char* wanted) {
    wanted_ = wanted;
    return false;
  }
  bool IsAtElement() const { return Peek() == '{' || MeasureGlob(text_, at_) != 0; }

  void TakeParents() {
    for (;;) {
      at_ += 2;
      pattern_.prefix = pattern_.prefix.GetParent();
      if (Peek() != '/' || Peek(1) != '.' || Peek(2) != '.') return;
      ++at_;
    }
  }

  bool TakeStretch() {
    at_ += 2;
    PathPattern::Component stretch;
    stretch.is_stretch = true;
    pattern_.components.push_back(stretch);
    if (Peek() == '/') return Fail("a name, not a third '/'");
    if (Peek() == '.') return Fail("a prim's name before the property");
    return !IsAtElement() || TakeElement();
  }

  // A name with its predicate; a plain name goes to the prefix while nothing else came before it.
  bool TakeElement() {
    size_t length = MeasureGlob(text_, at_);
    PathPattern::Component component;
    component.text = std::string(text_.substr(at_, length));
    component.is_literal = length != 0 && IsLiteral(component.text);
    at_ += length;
    if (Peek() == '{' && !TakePredicate(component)) return false;
    if (pattern_.components.empty() && component.is_literal && component.predicate.empty()) {
      Path child = pattern_.prefix.AppendChild(Token(component.text));
      if (child.IsEmpty()) return Fail("a name that begins with a letter or '_'");
      pattern_.prefix = child;
      return true;
    }
    pattern_.components.push_back(std::move(component));
    return pattern_.components.size() <= kMaxComponents || Fail("at most 4096 elements");
  }

  bool TakePredicate(PathPattern::Component& component) {
    ++at_;
    return ParsePathPredicate(text_, at_, component.predicate, wanted_);
  }

  bool ParseRest() {
    for (;;) {
      if (Peek() == '/' && Peek(1) == '/') {
        if (!pattern_.components.empty() && pattern_.components.back().is_stretch) return Fail("a name");
        if (!TakeStretch()) return false;
      } else if (Peek() == '/') {
        ++at_;
        if (!IsAtElement()) return Fail("a name after '/'");
        if (!TakeElement()) return false;
      } else if (Peek() == '.') {
        return TakeProperty();
      } else {
        return true;
      }
    }
  }

  bool TakeProperty() {
    ++at_;
    size_t length = MeasurePropertyGlob(text_, at_);
    if (length == 0) return Fail("a property name after '.'");
    PathPattern::Component component;
    component.text = std::string(text_.substr(at_, length));
    component.is_literal = IsLiteral(component.text);
    at_ += length;
    if (Peek() == '{' && !TakePredicate(component)) return false;
    if (pattern_.components.empty() && component.is_literal && component.predicate.empty()) {
      Path property = pattern_.prefix.AppendProperty(Token(component.text));
      if (property.IsEmpty()) return Fail("a property name");
      pattern_.prefix = property;
      return true;
    }
    pattern_.is_property = true;
    pattern_.components.push_back(std::move(component));
    return true;
  }

  std::string_view text_;
  size_t at_;
  PathPattern& pattern_;
  std::string wanted_;
};

// One class "[...]" at `at`; moves behind it.
bool MatchClass(std::string_view glob, size_t& at, unsigned char c) {
  size_t close = glob.find(']', at + 2);
  size_t i = at + 1;
  bool is_negated = glob[i] == '!' || glob[i] == '^';
  if (is_negated) ++i;
  bool is_in = false;
  for (; i < close; ++i) {
    unsigned char first = glob[i], last = first;
    if (i + 2 < close && glob[i + 1] == '-') {
      last = glob[i + 2];
      i += 2;
    }
    is_in |= first <= c && c <= last;
  }
  at = close + 1;
  return is_in != is_negated;
}

struct Element {
  std::string_view name;
  bool is_property;
};

bool MatchComponent(const PathPattern& pattern, size_t index, const Element& element) {
  const PathPattern::Component& component = pattern.components[index];
  bool wants_property = pattern.is_property && index + 1 == pattern.components.size();
  if (wants_property != element.is_property) return false;
  if (component.text.empty()) return true;
  return component.is_literal ? component.text == element.name : MatchGlob(component.text, element.name);
}

// As globbing does for characters: on a mismatch, the last stretch takes one element more.
bool MatchElements(const PathPattern& pattern, const std::vector<Element>& elements) {
  const auto& components = pattern.components;
  size_t c = 0, e = 0, retry_component = SIZE_MAX, retry_element = 0;
  for (;;) {
    if (c < components.size() && components[c].is_stretch) {
      retry_component = ++c;
      retry_element = e;
      if (c == components.size()) return true;
    } else if (c < components.size() && e < elements.size() && MatchComponent(pattern, c, elements[e])) {
      ++c;
      ++e;
    } else if (c == components.size() && e == elements.size()) {
      return true;
    } else if (retry_component == SIZE_MAX || retry_element >= elements.size()) {
      return false;
    } else {
      c = retry_component;
      e = ++retry_element;
    }
  }
}

}  // namespace

bool MatchGlob(std::string_view glob, std::string_view name) {
  size_t g = 0, n = 0, retry_glob = SIZE_MAX, retry_name = 0;
  for (;;) {
    size_t next = g;
    if (g < glob.size() && glob[g] == '*') {
      retry_glob = ++g;
      retry_name = n;
    } else if (g < glob.size() && n < name.size() && glob[g] == '?') {
      ++g;
      n += DecodeUtf8(name, n).length;
    } else if (g < glob.size() && n < name.size() && glob[g] == '[' &&
               MatchClass(glob, next, static_cast<unsigned char>(name[n]))) {
      g = next;
      ++n;
    } else if (g < glob.size() && n < name.size() && glob[g] != '[' && glob[g] == name[n]) {
      ++g;
      ++n;
    } else if (g == glob.size() && n == name.size()) {
      return true;
    } else if (retry_glob == SIZE_MAX || retry_name >= name.size()) {
      return false;
    } else {
      g = retry_glob;
      n = ++retry_name;
    }
  }
}

std::string PathPattern::GetText() const {
  bool hides_prefix = prefix == Path::ReflexiveRelative() && !components.empty() && !components[0].is_stretch;
  std::string text = hides_prefix ? std::string() : prefix.GetString();
  bool after_stretch = false;
  for (size_t i = 0; i < components.size(); ++i) {
    const Component& component = components[i];
    bool is_last = i + 1 == components.size();
    if (component.is_stretch)
      text += text == "/" ? "/" : "//";
    else if (is_property && is_last)
      text += '.';
    else if (!after_stretch && !text.empty() && text != "/")
      text += '/';
    text += component.text;
    if (!component.predicate.empty()) text += "{" + component.predicate + "}";
    after_stretch = component.is_stretch;
  }
  return text;
}

bool ParsePathPattern(std::string_view text, size_t& offset, PathPattern& pattern, std::string& wanted) {
  PatternParser parser(text, offset, pattern);
  bool ok = parser.Parse();
  offset = parser.GetOffset();
  if (!ok) wanted = parser.GetWanted();
  return ok;
}

PathExpression::Match MatchPathPattern(const PathPattern& pattern, Path path) {
  using Match = PathExpression::Match;
  if (!path.HasPrefix(pattern.prefix)) return Match::kNo;
  std::vector<Path> prefixes;
  if (path != pattern.prefix) prefixes = path.GetPrefixes();
  std::vector<Element> elements;
  for (size_t i = pattern.prefix.GetElementCount(); i < prefixes.size(); ++i) {
    bool is_name = prefixes[i].GetElement() == PathElement::kPrim || prefixes[i].IsPrimProperty();
    if (!is_name) return Match::kNo;
    elements.push_back({prefixes[i].GetNameToken().GetText(), prefixes[i].IsPrimProperty()});
  }
  if (!MatchElements(pattern, elements)) return Match::kNo;
  for (const PathPattern::Component& component : pattern.components) {
    if (!component.predicate.empty()) return Match::kNeedsPredicate;
  }
  return Match::kYes;
}

}  // namespace strata
