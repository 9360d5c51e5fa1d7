// Reads predicates: functions joined by "not", "and", "or" and by standing side by side.
#include "strata/path/path_predicate.h"

#include <fast_float/fast_float.h>

#include <charconv>
#include <cstdint>

#include "strata/path/identifier.h"

namespace strata {
namespace {

constexpr int kMaxDepth = 64;

// From loosest to tightest.
enum Binding { kOr, kAnd, kImpliedAnd, kNot, kCall };

struct Piece {
  std::string text;
  Binding binding = kCall;
};

class PredicateParser {
 public:
  PredicateParser(std::string_view text, size_t offset) : text_(text), at_(offset) {}

  bool Parse(std::string& canonical) {
    Piece piece = ParseJoined(kOr, 0);
    if (ok_ && Peek() != '}') Fail("'}' after the predicate");
    if (!ok_) return false;
    ++at_;
    canonical = std::move(piece.text);
    return true;
  }
  size_t GetOffset() const { return at_; }
  const char* GetWanted() const { return wanted_; }

 private:
  char Peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  void SkipBlanks() {
    while (Peek() == ' ' || Peek() == '\t') ++at_;
  }
  Piece Fail(const char* wanted) {
    if (ok_) wanted_ = wanted;
    ok_ = false;
    return {};
  }
  std::string_view PeekWord() const { return text_.substr(at_, identifier::MatchIdentifier(text_, at_)); }

  static std::string Wrap(const Piece& piece, Binding outer) {
    return piece.binding < outer ? "(" + piece.text + ")" : piece.text;
  }

  // Whether another operand of `binding` follows; passes over the word that says so.
  bool TakeJoin(Binding binding) {
    SkipBlanks();
    std::string_view word = PeekWord();
    if (binding == kOr && word == "or") return at_ += 2, true;
    if (binding == kAnd && word == "and") return at_ += 3, true;
    if (binding != kImpliedAnd || word == "or" || word == "and") return false;
    return !word.empty() || Peek() == '(';
  }

  Piece ParseJoined(Binding binding, int depth) {
    if (depth > kMaxDepth) return Fail("predicates nested less deep");
    auto operand = [&] {
      return binding == kImpliedAnd ? ParseNot(depth) : ParseJoined(static_cast<Binding>(binding + 1), depth);
    };
    static constexpr const char* kJoins[] = {" or ", " and ", " "};
    Piece left = operand();
    while (ok_ && TakeJoin(binding)) {
      Piece right = operand();
      if (!ok_) return {};
      bool needs_marks = right.binding <= binding;
      left = {Wrap(left, binding) + kJoins[binding] + (needs_marks ? "(" + right.text + ")" : right.text),
              binding};
    }
    return ok_ ? left : Piece{};
  }

  Piece ParseNot(int depth) {
    int negations = 0;
    for (SkipBlanks(); PeekWord() == "not"; SkipBlanks()) {
      at_ += 3;
      ++negations;
    }
    Piece piece = ParseAtom(depth);
    if (!ok_ || negations == 0) return piece;
    std::string text = Wrap(piece, kNot);
    for (int i = 0; i < negations; ++i) text = "not " + text;
    return {text, kNot};
  }

  Piece ParseAtom(int depth) {
    SkipBlanks();
    if (Peek() == '(') {
      ++at_;
      Piece inner = ParseJoined(kOr, depth + 1);
      SkipBlanks();
      if (ok_ && Peek() != ')') Fail("')'");
      ++at_;
      return inner;
    }
    std::string_view name = PeekWord();
    if (name.empty() || name == "and" || name == "or") return Fail("the name of a predicate");
    at_ += name.size();
    std::string call(name);
    if (Peek() == ':') return {call + ParseColonArguments(), kCall};
    if (Peek() == '(') return {call + ParseArguments(), kCall};
    return {call, kCall};
  }

  // ":a,b" without blanks.
  std::string ParseColonArguments() {
    std::string out = ":";
    do {
      ++at_;
      out += ParseValue() + ",";
    } while (ok_ && Peek() == ',');
    out.pop_back();
    return out;
  }

  // "(a, key=b)".
  std::string ParseArguments() {
    std::string out = "(";
    ++at_;
    SkipBlanks();
    bool has_keyword = false;
    // No argument is one that is empty, as everywhere.
    for (;;) {
      out += ParseArgument(has_keyword);
      SkipBlanks();
      if (!ok_ || Peek() == ')') break;
      if (Peek() != ',') return Fail("',' or ')'").text;
      ++at_;
      SkipBlanks();
      out += ", ";
    }
    ++at_;
    return out + ")";
  }

  std::string ParseArgument(bool& has_keyword) {
    std::string_view word = PeekWord();
    size_t end = at_ + word.size();
    while (end < text_.size() && text_[end] == ' ') ++end;
    if (!word.empty() && end < text_.size() && text_[end] == '=') {
      at_ = end + 1;
      SkipBlanks();
      has_keyword = true;
      return std::string(word) + "=" + ParseValue();
    }
    if (has_keyword) Fail("'name=' as before: positions come first");
    return ParseValue();
  }

  std::string ParseValue() {
    char quote = Peek();
    if (quote == '"' || quote == '\'') return ParseQuoted(quote);
    size_t begin = at_;
    while (at_ < text_.size() && std::string_view(" \t\n,(){}\"':").find(Peek()) == std::string_view::npos)
      ++at_;
    std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty()) return "\"\"";
    if (word == "true") return "1";
    if (word == "false") return "0";
    return FormatWord(word);
  }

  std::string FormatWord(std::string_view word) {
    const char* end = word.data() + word.size();
    int64_t integer;
    auto whole = std::from_chars(word.data(), end, integer);
    if (whole.ec == std::errc{} && whole.ptr == end) return std::to_string(integer);
    double number;
    // Other words that number parsers take for no number, such as nan, are words here.
    const std::string_view magnitude = word.substr(word[0] == '-');
    const bool looks_numeric =
        magnitude == "inf" || (!magnitude.empty() && magnitude[0] >= '0' && magnitude[0] <= '9');
    auto real = fast_float::from_chars(word.data(), end, number);
    if (!looks_numeric || real.ec != std::errc{} || real.ptr != end) return Quote(TakeEscapes(word));
    char digits[32];
    return std::string(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
  }

  // Words without quotes have the escapes of strings in C, of which only those of quoted values can be said.
  std::string TakeEscapes(std::string_view word) {
    std::string out;
    for (size_t i = 0; i < word.size(); ++i) {
      if (word[i] != '\\') {
        out += word[i];
        continue;
      }
      if (++i == word.size()) break;
      const size_t known = std::string_view("tnr").find(word[i]);
      if (known != std::string_view::npos) {
        out += "\t\n\r"[known];
      } else if (word[i] == 'x' || (word[i] >= '0' && word[i] <= '7')) {
        const bool is_hex = word[i] == 'x';
        const std::string_view digits = word.substr(i + is_hex, is_hex ? 2 : 3);
        unsigned code = 0;
        const auto read =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, is_hex ? 16 : 8);
        if (code < ' ' || code >= 0x7F) return Fail("an escape of a character that can be printed").text;
        i += is_hex + static_cast<size_t>(read.ptr - digits.data()) - 1;
        out += static_cast<char>(code);
      } else if (std::string_view("abfv").find(word[i]) != std::string_view::npos) {
        return Fail("an escape of a character that can be printed").text;
      } else {
        out += word[i];
      }
    }
    return out;
  }

  std::string ParseQuoted(char quote) {
    std::string value;
    for (++at_; at_ < text_.size() && Peek() != quote; ++at_) {
      if (Peek() == '\\') {
        ++at_;
        const size_t known = std::string_view("tnr\\\"'").find(Peek());
        if (at_ == text_.size() || known == std::string_view::npos)
          return Fail("one of the escapes \\t, \\n, \\r, \\\\, \\\" and \\'").text;
        value += "\t\n\r\\\"'"[known];
      } else {
        value += Peek();
      }
    }
    if (at_ == text_.size()) return Fail("a closing quote").text;
    ++at_;
    return Quote(value);
  }

  static std::string Quote(std::string_view value) {
    const bool has_double = value.find('"') != std::string_view::npos;
    const char mark = has_double && value.find('\'') == std::string_view::npos ? '\'' : '"';
    std::string out(1, mark);
    for (char c : value) {
      const size_t known = std::string_view("\t\n\r").find(c);
      if (c == mark || c == '\\' || known != std::string_view::npos) out += '\\';
      out += known != std::string_view::npos ? "tnr"[known] : c;
    }
    return out + mark;
  }

  std::string_view text_;
  size_t at_;
  bool ok_ = true;
  const char* wanted_ = "";
};

}  // namespace

bool ParsePathPredicate(std::string_view text, size_t& offset, std::string& canonical, std::string& wanted) {
  PredicateParser parser(text, offset);
  bool ok = parser.Parse(canonical);
  offset = parser.GetOffset();
  if (!ok) wanted = parser.GetWanted();
  return ok;
}

}  // namespace strata
