#include "strata/format/text/value_reader.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "strata/format/text/keywords.h"
#include "strata/format/text/plain_numbers.h"

namespace strata::format::text {

namespace {

bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
}

bool BoolFromWord(std::string_view word, bool& out) {
  for (const std::string_view yes : {"true", "yes", "1"})
    if (EqualsIgnoringCase(word, yes)) return out = true, true;
  for (const std::string_view no : {"false", "no", "0"})
    if (EqualsIgnoringCase(word, no)) return out = false, true;
  return false;
}

template <class T>
struct IsMatrix : std::false_type {};
template <size_t N>
struct IsMatrix<Matrix<N>> : std::true_type {};

template <class T>
constexpr bool kIsNumber = (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) || std::is_same_v<T, Half> ||
                           std::is_same_v<T, TimeCode> || std::is_same_v<T, Duration>;
template <class S>
constexpr bool kTakesInfinityAsText = std::is_floating_point_v<S> || std::is_same_v<S, Half>;

constexpr size_t kRunElements = 512;
constexpr size_t kParallelBytes = size_t{96} << 10;  // per thread, below which sharing out does not pay

}  // namespace

// -- messages
// ------------------------------------------------------------------------------------------------

// The value at the cursor is none of the kind wanted: of another kind, or no value at all.
bool ValueReader::FailMismatch(Mark mark) {
  const char c = lexer_.Peek();
  const bool is_value = c == '"' || c == '\'' || c == '@' || c == '<' || c == '(' || c == '[' || c == '{' ||
                        IsNameStartByte(c) || lexer_.AtNumber();
  if (!is_value) return lexer_.FailExpected("a value of type " + std::string(type_text_));
  const std::string found = lexer_.Describe();
  return lexer_.Fail(kTextValue, mark, found + " is not a value of type " + std::string(type_text_) + ".",
                     "Write a value of that type, or change the type.");
}

bool ValueReader::FailTuple(Mark mark, size_t wanted) {
  return lexer_.Fail(kTextShape, mark,
                     "A value of type " + std::string(type_text_) + " has " + std::to_string(wanted) +
                         " components in parentheses here.",
                     "Write exactly that many.");
}

// -- scalars
// ---------------------------------------------------------------------------------------------------

template <class S>
bool ValueReader::ReadScalarNumber(S& out) {
  lexer_.Want(64);
  const char* p = lexer_.GetCursor();
  if (TakePlainNumber(p, out) && p < lexer_.GetWindowEnd() && !IsNameByte(*p) && *p != '.') {
    lexer_.SetCursor(p);
    return true;
  }
  const Mark mark = lexer_.Here();
  if (lexer_.AtNumber()) {
    Number number;
    if (!lexer_.ReadNumber(number)) return false;
    if (ConvertNumber(number, out)) return true;
    return lexer_.Fail(kTextValue, mark,
                       "This number is outside the range of type " + std::string(type_text_) + ".",
                       "Use a number within the range, or a wider type.");
  }
  if constexpr (kTakesInfinityAsText<S>) {
    const char c = lexer_.Peek();
    if (c == '"' || c == '\'') {
      std::string text;
      if (!lexer_.ReadQuoted(text)) return false;
      if (text == "inf" || text == "-inf" || text == "nan")
        return ConvertNumber(ParseNumber(text.data(), text.data() + text.size()), out);
      return lexer_.Fail(kTextValue, mark, "A string is not a value of type " + std::string(type_text_) + ".",
                         "Write a number.");
    }
  }
  return FailMismatch(mark);
}

bool ValueReader::ReadBool(bool& out) {
  const Mark mark = lexer_.Here();
  const char c = lexer_.Peek();
  if (lexer_.AtNumber()) {
    Number number;
    return lexer_.ReadNumber(number) && ConvertNumber(number, out);
  }
  if (c == '"' || c == '\'') {
    std::string text;
    if (!lexer_.ReadQuoted(text)) return false;
    if (BoolFromWord(text, out)) return true;
  } else if (IsNameStartByte(c)) {
    const std::string word(lexer_.ReadName());
    if (BoolFromWord(word, out)) return true;
  } else {
    return FailMismatch(mark);
  }
  return lexer_.Fail(kTextValue, mark, "This is not a value of type bool.", "Write true or false.");
}

bool ValueReader::ReadDouble(double& out) {
  if (!lexer_.AtNumber()) return lexer_.FailExpected("a number");
  Number number;
  if (!lexer_.ReadNumber(number)) return false;
  out = number.ToDouble();
  return true;
}

// -- tuples
// ------------------------------------------------------------------------------------------------------

// After the last item of a list or tuple: an optional comma, white space and the closing bracket.
bool ValueReader::ExpectListEnd(char close) {
  lexer_.SkipSpaces();
  if (lexer_.Take(',')) lexer_.SkipAll();
  lexer_.SkipAll();
  if (!lexer_.Take(close)) return lexer_.FailExpected(close == ')' ? "a comma or )" : "a comma or ]");
  --lexer_.nesting;
  return true;
}

template <class S, size_t N>
bool ValueReader::ReadTuple(S (&out)[N]) {
  const Mark mark = lexer_.Here();
  if (!lexer_.Take('(')) {
    if (lexer_.AtNumber()) return FailTuple(mark, N);
    return FailMismatch(mark);
  }
  ++lexer_.nesting;
  lexer_.SkipAll();
  for (size_t i = 0; i < N; ++i) {
    if constexpr (std::is_array_v<S>) {
      if (!ReadTuple(out[i])) return false;
    } else {
      if (lexer_.Peek() == '(') return FailTuple(mark, N);
      if (!ReadScalarNumber(out[i])) return false;
    }
    if (i + 1 == N) break;
    lexer_.SkipSpaces();
    if (!lexer_.Take(',')) {
      lexer_.SkipAll();
      return lexer_.Peek() == ')' ? FailTuple(mark, N) : lexer_.FailExpected("a comma or )");
    }
    lexer_.SkipAll();
    if (lexer_.Peek() == ')') return FailTuple(mark, N);
  }
  lexer_.SkipSpaces();
  if (lexer_.Take(',')) {
    lexer_.SkipAll();
    if (lexer_.Peek() != ')') return FailTuple(mark, N);
  }
  lexer_.SkipAll();
  if (!lexer_.Take(')')) return lexer_.FailExpected("a comma or )");
  --lexer_.nesting;
  return true;
}

// -- elements
// ------------------------------------------------------------------------------------------------------

bool ValueReader::ReadAsset(std::string& out) {
  const Mark mark = lexer_.Here();
  if (!lexer_.ReadAssetPath(out)) return false;
  for (size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    const bool second_set = c == 0xC2 && i + 1 < out.size() && static_cast<unsigned char>(out[i + 1]) < 0xA0;
    if (c == 0) {  // as in OpenUSD, a NUL ends the text
      out.resize(i);
      break;
    }
    if (c < 0x20 || c == 0x7F || second_set)
      return lexer_.Fail(
          kTextAssetPath, mark,
          "This asset path holds a control character at its byte " + std::to_string(i + 1) + ".",
          "Remove it.");
  }
  return true;
}

bool ValueReader::ReadPath(Path& out) {
  const Mark mark = lexer_.Here();
  if (!lexer_.ReadPathText(scratch_)) return false;
  if (scratch_.empty()) {
    out = Path();
    return true;
  }
  if (scratch_[0] == '/') {
    const size_t slash = scratch_.rfind('/');
    const std::string_view last = std::string_view(scratch_).substr(slash + 1);
    if (slash != 0 && slash == last_parent_text_.size() &&
        scratch_.compare(0, slash, last_parent_text_) == 0 &&
        std::all_of(last.begin(), last.end(), [](char c) { return IsNameByte(c) && !(c & 0x80); }) &&
        !last.empty() && !IsDigit(last[0])) {
      out = last_parent_.AppendChild(lexer_.Intern(last));
      return true;
    }
  }
  Result<Path> path = Path::Parse(scratch_);
  if (!path || path->IsEmpty() || *path == Path::ReflexiveRelative())
    return lexer_.Fail(kTextPath, mark,
                       "<" + scratch_ + "> is not a path." + (path ? "" : " " + path.GetError().message),
                       "Write an absolute path such as </World/Prim.property>.");
  out = *path;
  const size_t slash = scratch_.rfind('/');
  if (out.IsAbsolute() && out.IsPrim() && slash != std::string::npos && slash != 0) {
    last_parent_text_.assign(scratch_, 0, slash);
    last_parent_ = out.GetParent();
  }
  return true;
}

template <class T>
bool ValueReader::ReadElement(T& out) {
  if constexpr (std::is_same_v<T, bool>) {
    return ReadBool(out);
  } else if constexpr (kIsNumber<T>) {
    return ReadScalarNumber(out);
  } else if constexpr (IsMatrix<T>::value) {
    return ReadTuple(out.data);
  } else if constexpr (ElementShape<T>::kCount > 1) {
    typename ElementShape<T>::Scalar scalars[ElementShape<T>::kCount];
    if (!ReadTuple(scalars)) return false;
    ElementShape<T>::Set(out, scalars);
    return true;
  } else {
    const Mark mark = lexer_.Here();
    const char c = lexer_.Peek();
    if constexpr (std::is_same_v<T, AssetPath>) {
      if (c == '@') return ReadAsset(out.authored);
    }
    if (c != '"' && c != '\'') return FailMismatch(mark);
    if constexpr (std::is_same_v<T, std::string>) {
      return lexer_.ReadQuoted(out);
    } else {
      if (!lexer_.ReadQuoted(scratch_)) return false;
      if constexpr (std::is_same_v<T, Token>) {
        out = lexer_.Intern(scratch_);
      } else if constexpr (std::is_same_v<T, AssetPath>) {
        const bool clean = std::none_of(scratch_.begin(), scratch_.end(), [](char b) {
          return static_cast<unsigned char>(b) < 0x20 || b == 0x7F;
        });
        if (!clean)
          return lexer_.Fail(kTextAssetPath, mark, "This asset path holds a control character.",
                             "Remove it.");
        out.authored = scratch_;
      } else {
        static_assert(std::is_same_v<T, PathExpression>);
        if (scratch_.empty()) {
          out = PathExpression();
          return true;
        }
        Result<PathExpression> expression = PathExpression::Parse(scratch_);
        if (!expression)
          return lexer_.Fail(
              kTextValue, mark,
              "\"" + scratch_ + "\" is not a path expression. " + expression.GetError().message,
              "Write one such as \"/World//Light* - /World/Fill\".");
        out = *std::move(expression);
      }
      return true;
    }
  }
}

// Array edits read elements too.
#define X(name, type, text) template bool ValueReader::ReadElement<type>(type&);
STRATA_ELEMENT_TYPES(X)
#undef X

// -- arrays
// ----------------------------------------------------------------------------------------------------------

// Reads plain elements straight from the window. The cursor ends at an element, or, with `after_element`,
// right after one.
template <class T>
bool ValueReader::AppendRuns(Array<T>& array, bool& after_element) {
  if (executor_ && executor_->GetThreadCount() > 1 && AppendRunsInParallel(array, after_element)) return true;
  T run[kRunElements];
  bool any = false;
  for (;;) {
    RunEnd end;
    const char* limit = lexer_.GetWindowEnd();
    const size_t count = ReadPlainRun(lexer_.GetCursor(), limit, limit, run, kRunElements, end);
    if (count == 0) return any;
    if (end.lines != 0) lexer_.NoteLines(end.lines, end.line_start);
    lexer_.SetCursor(end.cursor);
    std::copy_n(run, count, array.AppendUninitialized(count));
    after_element = end.after_element;
    any = true;
    if (after_element || count < kRunElements) return any;
  }
}

// Cuts what is in the window into a piece per thread, each beginning at an element. A piece counts only when
// the one before it ended exactly where it begins, so the result is that of one thread.
template <class T>
bool ValueReader::AppendRunsInParallel(Array<T>& array, bool& after_element) {
  const char* begin = lexer_.GetCursor();
  const char* end = lexer_.GetWindowEnd();
  const size_t bytes = static_cast<size_t>(end - begin);
  const size_t piece_count = std::min<size_t>(executor_->GetThreadCount(), bytes / kParallelBytes);
  if (piece_count < 2) return false;
  struct Piece {
    const char* begin;
    const char* stop;
    std::vector<T> elements;
    RunEnd end;
  };
  std::vector<Piece> pieces(piece_count);
  for (size_t i = 0; i < piece_count; ++i) {
    const char* cut = begin;
    if (i != 0) {
      cut = begin + bytes * i / piece_count;
      constexpr bool kIsTuple = ElementShape<T>::kCount > 1;
      while (cut < end && !(*cut == ',' && (!kIsTuple || cut[-1] == ')'))) ++cut;
      if (cut < end) ++cut;
      while (cut < end && (*cut == ' ' || *cut == '\n')) ++cut;
    }
    pieces[i].begin = cut;
    if (i != 0) pieces[i - 1].stop = cut;
  }
  pieces.back().stop = end;
  executor_->ParallelFor(piece_count, 1, [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      Piece& piece = pieces[i];
      constexpr size_t kShortest = 2 * ElementShape<T>::kCount + 1;  // bytes an element takes at least
      piece.elements.resize(static_cast<size_t>(piece.stop - piece.begin) / kShortest + 1);
      const size_t count =
          ReadPlainRun(piece.begin, end, piece.stop, piece.elements.data(), piece.elements.size(), piece.end);
      piece.elements.resize(count);
    }
  });
  bool any = false;
  for (size_t i = 0; i < piece_count; ++i) {
    const Piece& piece = pieces[i];
    if (i != 0 && (after_element || pieces[i - 1].end.cursor != piece.begin)) break;
    if (piece.elements.empty()) break;
    std::copy_n(piece.elements.data(), piece.elements.size(),
                array.AppendUninitialized(piece.elements.size()));
    if (piece.end.lines != 0) lexer_.NoteLines(piece.end.lines, piece.end.line_start);
    lexer_.SetCursor(piece.end.cursor);
    after_element = piece.end.after_element;
    any = true;
  }
  return any;
}

template <class T>
bool ValueReader::ReadArray(Value& out) {
  Array<T> array;
  lexer_.Advance();  // "["
  ++lexer_.nesting;
  lexer_.SkipSpaces();
  if (lexer_.Take(']')) {
    --lexer_.nesting;
    out = Value(std::move(array));
    return true;
  }
  const Mark begin = lexer_.Here();
  // Lists in lists must make a rectangle: all of one level have as many items, and elements lie on one level.
  struct Level {
    size_t count = 0;     // items of the list being read
    size_t expected = 0;  // items of the lists before it, plus one; 0 before the first
  };
  std::vector<Level> levels(1);
  size_t element_depth = 0;
  const auto fail_shape = [&] {
    return lexer_.Fail(kTextShape, begin, "The lists in this list are not of one length.",
                       "Write one flat list.");
  };
  uint32_t depth = 1;
  bool after_comma = false;
  for (;;) {
    lexer_.SkipAll();
    const char c = lexer_.Peek();
    if (c == '[') {  // nested lists are read as one flat one
      if (++depth > budgets_.max_value_depth)
        return lexer_.FailBudget("max_value_depth", budgets_.max_value_depth);
      ++levels[depth - 2].count;
      if (levels.size() < depth) levels.emplace_back();
      levels[depth - 1].count = 0;
      lexer_.Advance();
      ++lexer_.nesting;
      after_comma = false;
      continue;
    }
    bool after_element = false;
    if (!(c == ']' && after_comma)) {
      if (element_depth == 0) element_depth = depth;
      if (element_depth != depth) return fail_shape();
      bool any = false;
      const size_t size_before = array.size();
      if constexpr (ElementShape<T>::kCount != 0) any = AppendRuns(array, after_element);
      levels[depth - 1].count += array.size() - size_before;
      if (!after_element) {
        if (any) {
          lexer_.Want(256);
          after_comma = true;
          continue;
        }
        const char* window_before = lexer_.GetWindowEnd();
        if (ElementShape<T>::kCount != 0 && lexer_.GetWindowEnd() - lexer_.GetCursor() < 256 &&
            !lexer_.WindowReachesEnd()) {
          lexer_.Want(256);
          if (lexer_.GetWindowEnd() != window_before) continue;
        }
        T element{};
        if (!ReadElement(element)) return false;
        array.PushBack(std::move(element));
        ++levels[depth - 1].count;
      }
      if (array.size() > budgets_.max_array_elements)
        return lexer_.FailBudget("max_array_elements", budgets_.max_array_elements);
    }
    // Between elements: commas, and the ends of nested lists.
    for (;;) {
      lexer_.SkipSpaces();
      if (lexer_.Take(',')) {
        lexer_.SkipAll();
        if (lexer_.Peek() != ']') {
          after_comma = true;
          break;
        }
      } else {
        lexer_.SkipAll();
      }
      if (!lexer_.Take(']')) return lexer_.FailExpected("a comma or ]");
      --lexer_.nesting;
      Level& level = levels[depth - 1];
      if (level.expected != 0 && level.expected != level.count + 1) return fail_shape();
      level.expected = level.count + 1;
      if (--depth == 0) {
        if constexpr (std::is_trivially_copyable_v<T>) array.ShrinkToFit();
        out = Value(std::move(array));
        return true;
      }
    }
  }
}

bool ValueReader::ReadTyped(ValueType element, bool is_array, Value& out) {
  const Mark mark = lexer_.Here();
  const char c = lexer_.Peek();
  type_text_ = GetTypeText(is_array ? GetArrayType(element) : element);
  if (c == '<') {
    Path path;
    if (!ReadPath(path)) return false;
    out = Value(path);
    return true;
  }
  if (is_array && c != '[') {
    if (c != '"' && c != '\'' && c != '@' && c != '(' && !IsNameStartByte(c) && !lexer_.AtNumber())
      return lexer_.FailExpected("a list in square brackets");
    return lexer_.Fail(
        kTextShape, mark,
        lexer_.Describe() + " is one value where type " + std::string(type_text_) + " asks for a list.",
        "Put it in square brackets, or take [] from the type.");
  }
  if (!is_array && c == '[')
    return lexer_.Fail(kTextShape, mark,
                       "A list stands where type " + std::string(type_text_) + " asks for one value.",
                       "Add [] to the type, or write one value.");
  switch (element) {
#define X(name, type, text)                    \
  case ValueType::k##name: {                   \
    if (is_array) return ReadArray<type>(out); \
    type value{};                              \
    if (!ReadElement(value)) return false;     \
    out = Value(std::move(value));             \
    return true;                               \
  }
    STRATA_ELEMENT_TYPES(X)
#undef X
    default:
      return lexer_.Fail(kTextValue, mark,
                         "A property of type " + std::string(type_text_) + " holds no value.",
                         "Leave the value out, or write None.");
  }
}

// -- dictionaries
// --------------------------------------------------------------------------------------------------

bool ValueReader::ReadDictionary(Dictionary& out, uint32_t depth) {
  if (depth >= budgets_.max_value_depth)
    return lexer_.FailBudget("max_value_depth", budgets_.max_value_depth);
  if (!lexer_.Take('{')) return lexer_.FailExpected("{");
  ++lexer_.nesting;
  ++lexer_.braces;
  lexer_.SkipAll();
  while (!lexer_.Take('}')) {
    const Mark mark = lexer_.Here();
    const std::string_view word = lexer_.ReadName();
    if (word.empty()) return lexer_.FailExpected("a typed entry such as 'int key = 1', or }");
    const bool is_dictionary = word == "dictionary";
    std::string type_text(word);
    if (!is_dictionary) {
      if (IsKeyword(word))
        return lexer_.Fail(kTextSyntax, mark, "'" + type_text + "' is a keyword, not the type of an entry.");
      if (lexer_.Peek() == ':' && lexer_.PeekAt(1) == ':')
        return lexer_.Fail(kTextType, mark, "'" + type_text + "::' is not a type that an entry can have.");
    }
    bool is_array = false;
    if (!is_dictionary) {
      if (lexer_.Peek() == '[')
        is_array = true;
      else if (lexer_.SkipGap() && lexer_.Peek() == '[')
        is_array = true;
      if (is_array) {
        lexer_.Advance();
        lexer_.SkipSpaces();
        if (!lexer_.Take(']')) return lexer_.FailExpected("]");
        if (lexer_.Peek() != ' ' && lexer_.Peek() != '\t') return lexer_.FailExpected("a space and the key");
      }
    }
    lexer_.SkipSpaces();
    std::string key;
    const char c = lexer_.Peek();
    if (c == '"' || c == '\'') {
      if (!lexer_.ReadQuoted(key)) return false;
    } else {
      key = lexer_.ReadName();
      if (key.empty()) {
        return lexer_.FailExpected(is_dictionary || FindValueTypeName(lexer_.Intern(type_text))
                                       ? "the key of an entry"
                                       : "the type, the key, = and the value of an entry");
      }
    }
    lexer_.SkipSpaces();
    if (!lexer_.Take('=')) {
      if (lexer_.Peek() == ':' || lexer_.Peek() == '.')
        return lexer_.Fail(kTextSyntax, "The key of an entry is one name.",
                           "Put a key with other characters in quotes.");
      return lexer_.FailExpected("=");
    }
    lexer_.SkipSpaces();
    Value value;
    if (is_dictionary) {
      Dictionary nested;
      if (!ReadDictionary(nested, depth + 1)) return false;
      value = Value(std::move(nested));
    } else {
      const ValueTypeName* type = FindValueTypeName(lexer_.Intern(type_text));
      if (!type)
        return lexer_.Fail(kTextType, mark, "'" + type_text + "' is not a type that an entry can have.",
                           "Use a type such as int, double, string, token[] or dictionary.");
      if (!ReadTyped(type->type, is_array, value)) return false;
    }
    out.entries.insert_or_assign(std::move(key), std::move(value));
    lexer_.SkipLineRest();
    if (lexer_.Take(';') || lexer_.TakeLineEnd())
      lexer_.SkipAll();
    else if (lexer_.Peek() != '}')
      return lexer_.FailExpected("a new line, ; or }");
  }
  --lexer_.nesting;
  --lexer_.braces;
  return true;
}

// -- values of unknown types
// -----------------------------------------------------------------------------------------

bool ValueReader::ReadAsText(std::string& out, uint32_t depth) {
  if (depth >= budgets_.max_value_depth)
    return lexer_.FailBudget("max_value_depth", budgets_.max_value_depth);
  const char c = lexer_.Peek();
  std::string text;
  if (c == '"' || c == '\'') {
    if (!lexer_.ReadQuoted(text)) return false;
    AppendQuoted(out, text);
    return true;
  }
  if (c == '@') {
    if (!ReadAsset(text)) return false;
    AppendAssetPath(out, text);
    return true;
  }
  if (c == '<' && depth == 0) {
    if (!lexer_.ReadPathText(text)) return false;
    out += '<' + text + '>';
    return true;
  }
  if (lexer_.AtNumber()) {
    Number number;
    if (!lexer_.ReadNumber(number)) return false;
    if (number.kind == Number::Kind::kUnsigned)
      AppendNumber(out, number.unsigned_value);
    else if (number.kind == Number::Kind::kSigned)
      AppendNumber(out, number.signed_value);
    else
      AppendNumber(out, number.double_value);
    return true;
  }
  if (c == '(' || c == '[') {
    const char close = c == '(' ? ')' : ']';
    lexer_.Advance();
    ++lexer_.nesting;
    out += c;
    if (c == '[') {
      lexer_.SkipSpaces();
      if (depth == 0 && lexer_.Take(']')) {
        --lexer_.nesting;
        out += ']';
        return true;
      }
    }
    lexer_.SkipAll();
    for (bool first = true;; first = false) {
      if (!first) out += ", ";
      if (c == '(' && lexer_.Peek() == '[')
        return lexer_.FailExpected("a value that may stand in parentheses");
      if (!ReadAsText(out, depth + 1)) return false;
      lexer_.SkipSpaces();
      if (!lexer_.Take(',')) break;
      lexer_.SkipAll();
      if (lexer_.Peek() == close) break;
    }
    lexer_.SkipAll();
    if (!lexer_.Take(close)) return lexer_.FailExpected(c == '(' ? "a comma or )" : "a comma or ]");
    --lexer_.nesting;
    out += close;
    return true;
  }
  const Mark mark = lexer_.Here();
  const std::string_view word = lexer_.ReadName();
  if (word.empty()) return lexer_.FailExpected("a value");
  if (IsKeyword(word))
    return lexer_.Fail(kTextSyntax, mark, "The keyword '" + std::string(word) + "' is not a value.");
  out += word;
  return true;
}

}  // namespace strata::format::text
