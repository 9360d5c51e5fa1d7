// Matching names.
#include "strata/path/identifier.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "strata/base/utf8.h"
#include "strata/path/path.h"

namespace strata {
namespace identifier {
namespace {

struct CodeRange {
  char32_t first, last;
};

#include "strata/path/xid_table.inc"

enum AsciiClass : uint8_t { kStart = 1, kContinue = 2 };

constexpr std::array<uint8_t, 128> MakeAsciiTable() {
  std::array<uint8_t, 128> classes{};
  for (char32_t c = 0; c < 128; ++c) {
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    if (is_letter) classes[c] = kStart | kContinue;
    if (c >= '0' && c <= '9') classes[c] = kContinue;
  }
  return classes;
}

constexpr std::array<uint8_t, 128> kAscii = MakeAsciiTable();

template <size_t N>
bool IsIn(const CodeRange (&ranges)[N], char32_t code_point) {
  const CodeRange* at =
      std::upper_bound(std::begin(ranges), std::end(ranges), code_point,
                       [](char32_t value, const CodeRange& range) { return value < range.first; });
  return at != std::begin(ranges) && code_point <= std::prev(at)->last;
}

// The length of the character at `offset` if it is of the class, else 0.
size_t MatchClass(std::string_view text, size_t offset, AsciiClass wanted) {
  if (offset >= text.size()) return 0;
  unsigned char byte = static_cast<unsigned char>(text[offset]);
  if (byte < 128) return kAscii[byte] & wanted ? 1 : 0;
  Utf8CodePoint point = DecodeUtf8(text, offset);
  if (!point.is_valid) return 0;
  return (wanted == kStart ? IsIn(kXidStart, point.value) : IsIn(kXidContinue, point.value)) ? point.length
                                                                                             : 0;
}

size_t MatchContinues(std::string_view text, size_t offset, std::string_view also) {
  size_t at = offset;
  for (;;) {
    size_t step = MatchClass(text, at, kContinue);
    if (step == 0 && at < text.size() && also.find(text[at]) != std::string_view::npos) step = 1;
    if (step == 0) return at - offset;
    at += step;
  }
}

}  // namespace

bool IsXidStart(char32_t c) {
  if (c < 128) return (kAscii[c] & kStart) && c != '_';
  return IsIn(kXidStart, c);
}

bool IsXidContinue(char32_t c) {
  return c < 128 ? (kAscii[c] & kContinue) != 0 : IsIn(kXidContinue, c);
}

size_t MatchIdentifier(std::string_view text, size_t offset) {
  size_t start = MatchClass(text, offset, kStart);
  return start == 0 ? 0 : start + MatchContinues(text, offset + start, "");
}

size_t MatchNamespacedIdentifier(std::string_view text, size_t offset) {
  size_t length = MatchIdentifier(text, offset);
  while (length != 0 && offset + length < text.size() && text[offset + length] == ':') {
    size_t next = MatchIdentifier(text, offset + length + 1);
    if (next == 0) break;
    length += next + 1;
  }
  return length;
}

size_t MatchVariantSetName(std::string_view text, size_t offset) {
  size_t start = MatchClass(text, offset, kStart);
  return start == 0 ? 0 : start + MatchContinues(text, offset + start, "-");
}

size_t MatchVariantName(std::string_view text, size_t offset) {
  size_t dot = offset < text.size() && text[offset] == '.' ? 1 : 0;
  return dot + MatchContinues(text, offset + dot, "|-");
}

}  // namespace identifier

bool Path::IsValidIdentifier(std::string_view name) {
  return !name.empty() && identifier::MatchIdentifier(name, 0) == name.size();
}

bool Path::IsValidNamespacedIdentifier(std::string_view name) {
  return !name.empty() && identifier::MatchNamespacedIdentifier(name, 0) == name.size();
}

bool Path::IsValidVariantName(std::string_view name) {
  return !name.empty() && identifier::MatchVariantName(name, 0) == name.size();
}

std::vector<Token> Path::TokenizeIdentifier(std::string_view name) {
  std::vector<Token> parts;
  if (!IsValidNamespacedIdentifier(name)) return parts;
  for (;;) {
    size_t colon = name.find(':');
    parts.emplace_back(name.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    name.remove_prefix(colon + 1);
  }
}

Token Path::JoinIdentifier(Token left, Token right) {
  if (left.IsEmpty()) return right;
  if (right.IsEmpty()) return left;
  std::string joined = left.GetString();
  joined += ':';
  joined += right.GetText();
  return Token(joined);
}

Token Path::StripNamespace(Token name) {
  std::string_view text = name.GetText();
  size_t colon = text.rfind(':');
  return colon == std::string_view::npos ? name : Token(text.substr(colon + 1));
}

}  // namespace strata
