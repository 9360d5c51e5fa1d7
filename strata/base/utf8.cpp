// Decoding, repairing and measuring UTF-8.
#include "strata/base/utf8.h"

#include <algorithm>
#include <iterator>

namespace strata {
namespace {

struct CodeRange {
  char32_t first, last;
};

// Characters that terminals draw two columns wide: the large blocks of East Asian width W and F, and
// pictographs.
constexpr CodeRange kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},
                               {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
                               {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
                               {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

// Combining marks and joiners of the common scripts, which take no column of their own.
constexpr CodeRange kZeroWidth[] = {{0x0300, 0x036F}, {0x0483, 0x0489},  {0x0591, 0x05BD}, {0x064B, 0x065F},
                                    {0x093C, 0x093C}, {0x0941, 0x0948},  {0x0E34, 0x0E3A}, {0x1AB0, 0x1AFF},
                                    {0x1DC0, 0x1DFF}, {0x200B, 0x200F},  {0x20D0, 0x20FF}, {0xFE00, 0xFE0F},
                                    {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF}};

template <size_t N>
bool IsIn(const CodeRange (&ranges)[N], char32_t code_point) {
  const CodeRange* end = std::end(ranges);
  const CodeRange* at =
      std::upper_bound(std::begin(ranges), end, code_point,
                       [](char32_t value, const CodeRange& range) { return value < range.first; });
  return at != std::begin(ranges) && code_point <= std::prev(at)->last;
}

}  // namespace

Utf8CodePoint DecodeUtf8(std::string_view text, size_t offset) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[offset + i]); };
  unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  uint8_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return {};
  char32_t value = lead & (0x7Fu >> length);
  for (uint8_t i = 1; i < length; ++i) {
    if (offset + i >= text.size() || (byte(i) & 0xC0) != 0x80) return {kReplacementCharacter, i, false};
    value = value << 6 | (byte(i) & 0x3Fu);
    // The second byte alone decides overlong forms, surrogates and the upper end.
    if (i == 1 && ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
                   (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F))) {
      return {};
    }
  }
  return {value, length, true};
}

void AppendUtf8(std::string& out, char32_t c) {
  auto put = [&](char32_t bits) { out += static_cast<char>(bits); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  }
}

bool IsValidUtf8(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    Utf8CodePoint point = DecodeUtf8(text, i);
    if (!point.is_valid) return false;
    i += point.length;
  }
  return true;
}

std::string MakePrintable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    Utf8CodePoint point = DecodeUtf8(text, i);
    char32_t c = point.value;
    bool is_c1 = c >= 0x80 && c < 0xA0;
    bool is_bidi = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    if (c < 0x20)
      c = 0x2400 + c;
    else if (c == 0x7F)
      c = 0x2421;
    else if (is_c1 || is_bidi)
      c = kReplacementCharacter;
    AppendUtf8(out, c);
    i += point.length;
  }
  return out;
}

size_t GetDisplayWidth(char32_t c) {
  if (c < 0x300) return 1;
  return IsIn(kZeroWidth, c) ? 0 : IsIn(kWide, c) ? 2 : 1;
}

size_t GetDisplayWidth(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size();) {
    Utf8CodePoint point = DecodeUtf8(text, i);
    width += GetDisplayWidth(point.value);
    i += point.length;
  }
  return width;
}

}  // namespace strata
