#include "strata/format/text/lexer.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace strata::format::text {

namespace {

constexpr size_t kWindowBytes = size_t{256} << 10;     // small enough to stay in a core's cache
constexpr size_t kWideWindowBytes = size_t{1} << 20;   // enough to share out between threads
constexpr size_t kLeastNames = 64, kMostNames = 4096;  // of the cache
constexpr uint64_t kBytesPerName = 32;

size_t Utf8Length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  return lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
}

// A hash of few bytes, eight at a time; the last step takes the last eight, some of them again.
uint64_t HashShort(std::string_view text) {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15ull;
  const char* p = text.data();
  size_t left = text.size();
  uint64_t hash = left * kFactor;
  uint64_t word = 0;
  for (; left > 8; left -= 8, p += 8) {
    std::memcpy(&word, p, 8);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 29;
  }
  word = 0;
  if (text.size() >= 8) {
    std::memcpy(&word, p + left - 8, 8);
  } else if (left >= 4) {
    uint32_t head = 0, tail = 0;
    std::memcpy(&head, p, 4);
    std::memcpy(&tail, p + left - 4, 4);
    word = uint64_t{head} << 32 | tail;
  } else {
    for (size_t i = 0; i < left; ++i) word = word << 8 | static_cast<unsigned char>(p[i]);
  }
  hash = (hash ^ word) * kFactor;
  return hash ^ hash >> 29;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = p + text.size();
  while (p != end) {
    if (*p < 0x80) {
      ++p;
      continue;
    }
    const size_t length = Utf8Length(*p);
    if (length == 0 || static_cast<size_t>(end - p) < length) return false;
    for (size_t i = 1; i < length; ++i)
      if ((p[i] & 0xC0) != 0x80) return false;
    if ((*p == 0xE0 && p[1] < 0xA0) || (*p == 0xED && p[1] > 0x9F) || (*p == 0xF0 && p[1] < 0x90) ||
        (*p == 0xF4 && p[1] > 0x8F))
      return false;
    p += length;
  }
  return true;
}

void Unescape(std::string_view raw, std::string& out) {
  out.clear();
  out.reserve(raw.size());
  for (size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '\\' && i + 1 < raw.size()) {
      c = raw[++i];
      switch (c) {
        case 'a':
          c = '\a';
          break;
        case 'b':
          c = '\b';
          break;
        case 'f':
          c = '\f';
          break;
        case 'n':
          c = '\n';
          break;
        case 'r':
          c = '\r';
          break;
        case 't':
          c = '\t';
          break;
        case 'v':
          c = '\v';
          break;
        case 'x': {
          int value = 0;
          for (int digits = 0; digits < 2 && i + 1 < raw.size() && HexDigit(raw[i + 1]) >= 0; ++digits)
            value = value * 16 + HexDigit(raw[++i]);
          c = static_cast<char>(value);
          break;
        }
        default:
          if (c >= '0' && c <= '7') {
            int value = c - '0';
            for (int digits = 1; digits < 3 && i + 1 < raw.size() && raw[i + 1] >= '0' && raw[i + 1] <= '7';
                 ++digits)
              value = value * 8 + (raw[++i] - '0');
            c = static_cast<char>(value);
          }
      }
    }
    if (c == 0) return;
    out += c;
  }
}

Lexer::Lexer(const asset::Asset& asset, const std::string& identifier, const Budgets& budgets,
             Diagnostics& diagnostics, Window window)
    : asset_(asset),
      identifier_(identifier),
      budgets_(budgets),
      diagnostics_(diagnostics),
      file_size_(asset.GetSize()) {
  capacity_ = static_cast<size_t>(
      std::min<uint64_t>(window == Window::kWide ? kWideWindowBytes : kWindowBytes, file_size_ + 1));
  buffer_.reset(new char[capacity_ + kPadding]);
  std::memset(buffer_.get(), 0, kPadding);
  cursor_ = end_ = buffer_.get();
  const uint64_t names = std::clamp<uint64_t>(file_size_ / kBytesPerName, kLeastNames, kMostNames);
  name_mask_ = std::bit_ceil(static_cast<size_t>(names)) - 1;
  names_ = std::make_unique<CachedName[]>(name_mask_ + 1);
  if (file_size_ > budgets.max_file_bytes) FailBudget("max_file_bytes", budgets.max_file_bytes);
}

bool Lexer::Fill() {
  if (at_end_) return false;
  const char* keep = keep_ ? keep_ : cursor_;
  const size_t kept = static_cast<size_t>(end_ - keep);
  const size_t cursor_in_kept = static_cast<size_t>(cursor_ - keep);
  const size_t dropped = static_cast<size_t>(keep - buffer_.get());
  if (kept > capacity_ / 2) {  // one long token: let the window grow around it
    if (kept > budgets_.max_string_bytes) return FailBudget("max_string_bytes", budgets_.max_string_bytes);
    const size_t larger = capacity_ * 2;
    std::unique_ptr<char[]> grown(new char[larger + kPadding]);
    std::memcpy(grown.get(), keep, kept);
    buffer_ = std::move(grown);
    capacity_ = larger;
  } else {
    std::memmove(buffer_.get(), keep, kept);
  }
  base_ += dropped;
  const uint64_t position = base_ + kept;
  Result<size_t> read = asset_.ReadAt(position, buffer_.get() + kept, capacity_ - kept);
  const size_t count = read ? *read : 0;
  cursor_ = buffer_.get() + cursor_in_kept;
  if (keep_) keep_ = buffer_.get();
  end_ = buffer_.get() + kept + count;
  std::memset(buffer_.get() + kept + count, 0, kPadding);
  if (count != 0) return true;
  at_end_ = true;
  if (!read) {
    const Diagnostic& why = read.GetError();
    Fail(*why.code, Mark{position, line_, 0}, why.message,
         why.hint.empty() ? "Check the file and the disk, then read it again." : why.hint);
    Stop();
  } else if (position < file_size_) {
    Fail(kTextTruncated,
         "The file ended after " + std::to_string(position) + " of its " + std::to_string(file_size_) +
             " bytes.",
         "Wait until whatever writes the file is done, then read it again.");
    Stop();
  }
  return false;
}

// One character of several bytes, reported when it is none.
void Lexer::SkipCharacter() {
  Want(4);
  const size_t length = std::min(std::max<size_t>(Utf8Length(static_cast<unsigned char>(*cursor_)), 1),
                                 static_cast<size_t>(end_ - cursor_));
  const Mark begin = Here();
  const bool is_well = IsUtf8({cursor_, length});
  cursor_ += length;
  if (!is_well) FailEncoding(begin);  // may stop, which moves the cursor to the end
}

bool Lexer::SkipBlockComment() {
  const Mark begin = Here();
  cursor_ += 2;
  for (;;) {
    const char c = Peek();
    if (c == 0 && cursor_ == end_) {
      Fail(kTextUnterminated, begin, "A comment opened with /* is not closed.",
           "Write */ where the comment ends.");
      Stop();
      return false;
    }
    if (c == '*' && PeekAt(1) == '/') {
      cursor_ += 2;
      return true;
    }
    if (c & 0x80) {
      SkipCharacter();
      continue;
    }
    ++cursor_;
    if (c == '\n' || (c == '\r' && Peek() != '\n')) NoteLines(1, cursor_);
  }
}

bool Lexer::SkipLineComment() {
  for (;;) {
    const char c = Peek();
    if (c == '\n' || c == '\r' || (c == 0 && cursor_ == end_)) return true;
    if (c & 0x80) {
      SkipCharacter();
      continue;
    }
    ++cursor_;
  }
}

bool Lexer::SkipSpaces() {
  bool any = false;
  for (;;) {
    const char c = Peek();
    if (c == ' ' || c == '\t') {
      ++cursor_;
    } else if (c == '/' && PeekAt(1) == '*') {
      if (!SkipBlockComment()) return any;
    } else {
      return any;
    }
    any = true;
  }
}

bool Lexer::SkipLineRest() {
  bool any = SkipSpaces();
  const char c = Peek();
  if (c == '#' || (c == '/' && PeekAt(1) == '/')) {
    SkipLineComment();
    any = true;
  }
  return any;
}

bool Lexer::EndItem(char closer) {
  SkipSpaces();
  const bool comma = Take(',');
  SkipAll();
  return comma || Peek() == closer || FailExpected(closer == ']' ? "a comma or ]" : "a comma or }");
}

bool Lexer::TakeLineEnd() {
  const char c = Peek();
  if (c == '\n') {
    ++cursor_;
  } else if (c == '\r') {
    cursor_ += PeekAt(1) == '\n' ? 2 : 1;
  } else {
    return false;
  }
  NoteLines(1, cursor_);
  return true;
}

bool Lexer::SkipAll() {
  bool any = false;
  for (;;) {
    const char c = Peek();
    if (c == ' ' || c == '\t')
      ++cursor_;
    else if (c == '\n' || c == '\r')
      TakeLineEnd();
    else if (c == '#' || c == '/') {
      if (!SkipLineRest()) return any;
    } else {
      return any;
    }
    any = true;
  }
}

bool Lexer::SkipGap() {
  const char c = Peek();
  if (c != ' ' && c != '\t') return false;
  return SkipSpaces();
}

std::string_view Lexer::ReadName() {
  if (!IsNameStartByte(Peek())) return {};
  keep_ = cursor_;
  const char* p = cursor_;
  char high = 0;
  for (;;) {
    while (IsNameByte(*p)) high |= *p++;
    if (*p != 0 || p != end_) break;
    cursor_ = p;
    const bool more = Fill();
    p = cursor_;
    if (!more) break;
  }
  const std::string_view name(keep_, static_cast<size_t>(p - keep_));
  cursor_ = p;
  keep_ = nullptr;
  if (!(high & 0x80)) return name;
  if (Path::IsValidIdentifier(name)) return name;
  const size_t length = name.size();
  Mark begin = Here();
  begin.offset -= length;
  begin.column -= static_cast<uint32_t>(length);
  if (!IsUtf8(name)) FailEncoding(begin);
  return {};
}

bool Lexer::ReadNamespacedName(Token& out) {
  const std::string_view first = ReadName();
  if (first.empty()) return false;
  if (*cursor_ != ':' && (*cursor_ != 0 || cursor_ != end_)) {  // the window still holds `first`
    out = Intern(first);
    return true;
  }
  std::string name(first);
  while (Peek() == ':') {
    ++cursor_;
    name += ':';
    const std::string_view part = ReadName();
    if (part.empty()) return false;
    name += part;
  }
  out = Intern(name);
  return true;
}

Token Lexer::Intern(std::string_view text) {
  if (text.size() > sizeof(CachedName::text) || text.empty()) return Token(text);
  const uint64_t hash = HashShort(text);
  CachedName& entry = names_[(hash ^ hash >> 32) & name_mask_];
  if (entry.length == text.size() && std::memcmp(entry.text, text.data(), text.size()) == 0)
    return entry.token;
  entry.token = Token(text);
  entry.length = static_cast<uint8_t>(text.size());
  std::memcpy(entry.text, text.data(), text.size());
  return entry.token;
}

bool Lexer::ReadQuoted(std::string& out) {
  const Mark begin = Here();
  const char quote = *cursor_;
  const bool triple = PeekAt(1) == quote && PeekAt(2) == quote;
  cursor_ += triple ? 3 : 1;
  return ReadQuotedBody(quote, triple, begin, out);
}

bool Lexer::ReadQuotedBody(char quote, bool triple, Mark begin, std::string& out) {
  keep_ = cursor_;
  bool plain = true;
  char high = 0;
  const char* close = nullptr;
  while (!close) {
    const char c = Peek();
    high |= c;
    if (c == quote) {
      if (!triple)
        close = cursor_++;
      else if (PeekAt(1) == quote && PeekAt(2) == quote) {
        close = cursor_;
        cursor_ += 3;
      } else
        ++cursor_;
    } else if (c == '\\') {
      plain = false;
      const char next = PeekAt(1);
      cursor_ += next == '\\' || next == quote ? 2 : 1;
    } else if ((c == '\n' || c == '\r') && !triple) {
      break;
    } else if (c == 0) {
      if (AtEnd()) break;
      plain = false;
      ++cursor_;
    } else {
      ++cursor_;
      if (c == '\n' || (c == '\r' && Peek() != '\n')) NoteLines(1, cursor_);
    }
  }
  if (!close) {
    keep_ = nullptr;
    Fail(kTextUnterminated, begin,
         triple ? "A string opened with three quotes is not closed." : "A string is not closed on its line.",
         triple ? std::string("Close it with ") + std::string(3, quote) + "."
                : std::string("Close it with ") + quote +
                      ", or open and close it with three quotes to let it span lines.");
    return false;
  }
  const std::string_view raw(keep_, static_cast<size_t>(close - keep_));
  keep_ = nullptr;
  if ((high & 0x80) && !IsUtf8(raw)) return FailEncoding(begin);
  if (plain)
    out.assign(raw);
  else
    Unescape(raw, out);
  return true;
}

bool Lexer::ReadAssetPath(std::string& out) {
  const Mark begin = Here();
  const bool triple = PeekAt(1) == '@' && PeekAt(2) == '@';
  cursor_ += triple ? 3 : 1;
  keep_ = cursor_;
  bool closed = false, escaped = false;
  size_t length = 0;
  for (;;) {
    const char c = Peek();
    if (c == '\n' || c == '\r' || (c == 0 && cursor_ == end_)) break;
    if (c == '\\' && triple && PeekAt(1) == '@' && PeekAt(2) == '@' && PeekAt(3) == '@') {
      escaped = true;
      cursor_ += 4;
      continue;
    }
    if (c == '@' && (!triple || (PeekAt(1) == '@' && PeekAt(2) == '@'))) {
      if (triple)  // up to two further marks belong to the path
        for (int i = 0; i < 2 && PeekAt(3) == '@'; ++i) ++cursor_;
      length = static_cast<size_t>(cursor_ - keep_);
      cursor_ += triple ? 3 : 1;
      closed = true;
      break;
    }
    ++cursor_;
  }
  const char* text = keep_;
  keep_ = nullptr;
  if (!closed)
    return Fail(
        kTextUnterminated, begin, "An asset path is not closed on its line.",
        triple ? "Close it with @@@." : "Close it with @; write @@@...@@@ around a path that holds @.");
  out.assign(text, length);
  if (escaped)
    for (size_t at = 0; (at = out.find("\\@@@", at)) != std::string::npos; at += 3) out.erase(at, 1);
  if (!IsUtf8(out)) return FailEncoding(begin);
  return true;
}

bool Lexer::ReadPathText(std::string& out) {
  const Mark begin = Here();
  ++cursor_;
  keep_ = cursor_;
  for (;;) {
    const char c = Peek();
    if (c == '>') break;
    if (c == '\n' || c == '\r' || (c == 0 && cursor_ == end_)) {
      keep_ = nullptr;
      return Fail(kTextUnterminated, begin, "A path opened with < is not closed on its line.",
                  "Close it with >.");
    }
    ++cursor_;
  }
  out.assign(keep_, static_cast<size_t>(cursor_ - keep_));
  keep_ = nullptr;
  ++cursor_;
  return true;
}

bool Lexer::AtNumber() {
  const char c = Peek();
  if (c >= '0' && c <= '9') return true;
  if (c == '.' || c == '-') {
    const char next = PeekAt(1);
    if (next >= '0' && next <= '9') return true;
    if (c == '.') return false;
    if (next == '.') return PeekAt(2) >= '0' && PeekAt(2) <= '9';
    return next == 'i' && PeekAt(2) == 'n' && PeekAt(3) == 'f' && !IsNameByte(PeekAt(4));
  }
  if (c == 'i') return PeekAt(1) == 'n' && PeekAt(2) == 'f' && !IsNameByte(PeekAt(3));
  if (c == 'n') return PeekAt(1) == 'a' && PeekAt(2) == 'n' && !IsNameByte(PeekAt(3));
  return false;
}

bool Lexer::ReadNumber(Number& out) {
  keep_ = cursor_;
  const auto take_digits = [this] {
    size_t count = 0;
    for (char c = Peek(); c >= '0' && c <= '9'; c = Peek(), ++count) ++cursor_;
    return count;
  };
  if (*cursor_ == '-') ++cursor_;
  const char c = Peek();
  if (c == 'i' || c == 'n') {
    cursor_ += 3;
  } else {
    take_digits();
    if (Peek() == '.') {
      ++cursor_;
      take_digits();
    }
    if (Peek() == 'e' || Peek() == 'E') {
      ++cursor_;
      if (Peek() == '+' || Peek() == '-') ++cursor_;
      if (take_digits() == 0) {
        keep_ = nullptr;
        return Fail(kTextSyntax, "A number ends in an exponent without digits.",
                    "Write the exponent, as in 1e5, or leave out the e.");
      }
    }
  }
  out = ParseNumber(keep_, cursor_);
  keep_ = nullptr;
  return true;
}

// -- reports
// --------------------------------------------------------------------------------------------------

SourceLocation Lexer::LocationOf(Mark mark, uint32_t length) const {
  SourceLocation location;
  location.file = identifier_;
  location.path = where.GetString();
  location.line = mark.line;
  location.column = mark.column;
  location.length = length;
  return location;
}

bool Lexer::Fail(const DiagnosticCode& code, Mark mark, std::string message, std::string hint) {
  failed_ = true;
  if (stopped_) return false;
  const Mark here = Here();
  const uint64_t length = here.line == mark.line && here.offset > mark.offset ? here.offset - mark.offset : 0;
  diagnostics_.Add(Diagnostic(code, std::move(message),
                              LocationOf(mark, static_cast<uint32_t>(std::min<uint64_t>(length, 200))),
                              std::move(hint)));
  if (++error_count_ >= budgets_.max_errors_reported) {
    diagnostics_.Add(Diagnostic(kTextSyntax, "Further errors of this file are not reported.",
                                LocationOf(here, 0), "Mend those above first."));
    Stop();
  }
  return false;
}

bool Lexer::FailExpected(std::string_view what) {
  const std::string found = AtEnd() ? "but the file ends here" : "not " + Describe();
  return Fail(kTextSyntax, "Expected " + std::string(what) + ", " + found + ".");
}

bool Lexer::FailEncoding(Mark mark) {
  return Fail(kTextEncoding, mark, "These bytes are not UTF-8.",
              "Save the file as UTF-8; usda text has no other encoding.");
}

bool Lexer::FailBudget(const char* name, uint64_t limit) {
  failed_ = true;
  if (!stopped_) diagnostics_.Add(MakeBudgetDiagnostic(name, limit, LocationOf(Here(), 0)));
  Stop();
  return false;
}

std::string Lexer::Describe() {
  Want(32);
  size_t length = 0;
  const size_t available = static_cast<size_t>(end_ - cursor_);
  while (length < available && length < 24 && cursor_[length] != '\n' && cursor_[length] != '\r') ++length;
  if (length == 0) return AtEnd() ? "the end of the file" : "the end of the line";
  std::string text(cursor_, length);
  while (!text.empty() && !IsUtf8(text)) text.pop_back();
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  const size_t last = text.find_last_not_of(' ');
  text.resize(last == std::string::npos ? 0 : last + 1);
  if (text.empty()) return "these bytes";
  return "'" + text + (length == 24 ? "...'" : "'");
}

void Lexer::SkipQuotedLoosely() {
  const char quote = *cursor_;
  const bool triple = PeekAt(1) == quote && PeekAt(2) == quote;
  cursor_ += triple ? 3 : 1;
  for (;;) {
    const char c = Peek();
    if (c == 0 && cursor_ == end_) return;
    if (c == '\n' || c == '\r') {
      if (!triple) return;
      TakeLineEnd();
      continue;
    }
    if (c == quote && (!triple || (PeekAt(1) == quote && PeekAt(2) == quote))) {
      cursor_ += triple ? 3 : 1;
      return;
    }
    cursor_ += c == '\\' && (PeekAt(1) == '\\' || PeekAt(1) == quote) ? 2 : 1;
  }
}

// Two words in a row, or a word and the quoted name of a prim, which no value holds outside of braces.
bool Lexer::LooksLikeStatement() {
  Want(256);
  const char* p = cursor_;
  if (!IsNameStartByte(*p)) return false;
  while (IsNameByte(*p) || *p == ':') ++p;
  const std::string_view word(cursor_, static_cast<size_t>(p - cursor_));
  if (p[0] == '[' && p[1] == ']') p += 2;
  if (*p != ' ') return false;
  while (*p == ' ') ++p;
  return IsNameStartByte(*p) ||
         (*p == '"' && (word == "def" || word == "over" || word == "class" || word == "variantSet"));
}

void Lexer::Recover(char closer) {
  uint32_t depth = nesting;
  uint32_t open_braces = braces;
  nesting = braces = 0;
  for (;;) {
    const char c = Peek();
    if (c == 0 && cursor_ == end_) return;
    switch (c) {
      case '\n':
      case '\r':
        TakeLineEnd();
        if (depth != 0 && open_braces != 0) continue;
        SkipAll();
        if (depth != 0) {
          if (LooksLikeStatement()) return;
          continue;
        }
        if (closer == '}' && (Peek() == '{' || Peek() == '(')) continue;  // the body of a broken head
        return;
      case '"':
      case '\'':
        SkipQuotedLoosely();
        continue;
      case '#':
        SkipLineComment();
        continue;
      case '/':
        if (PeekAt(1) == '*' || PeekAt(1) == '/')
          SkipLineRest();
        else
          ++cursor_;
        continue;
      case '{':
        ++open_braces;
        ++depth;
        break;
      case '(':
      case '[':
        ++depth;
        break;
      case '}':
        if (open_braces == 0 && closer == '}') return;
        if (open_braces != 0) --open_braces;
        if (depth != 0) --depth;
        break;
      case ')':
      case ']':
        if (depth != 0)
          --depth;
        else if (c == closer)
          return;
        break;
      default:
        break;
    }
    ++cursor_;
  }
}

}  // namespace strata::format::text
