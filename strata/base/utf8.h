// UTF-8 as bytes of unknown origin need it: strict decoding, repair, and the width of text on a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace strata {

inline constexpr char32_t kReplacementCharacter = 0xFFFD;

// One decoded code point. Where the bytes are not UTF-8, `is_valid` is false and `length` says how many to
// skip (at least 1).
struct Utf8CodePoint {
  char32_t value = kReplacementCharacter;
  uint8_t length = 1;
  bool is_valid = false;
};

// REQUIRES: offset < text.size(). Overlong forms, surrogates and values over U+10FFFF are not valid.
Utf8CodePoint DecodeUtf8(std::string_view text, size_t offset);

void AppendUtf8(std::string& out, char32_t code_point);

bool IsValidUtf8(std::string_view text);

// What may be shown on a terminal: invalid bytes become U+FFFD, control characters (also tabs and line ends)
// become their pictures (U+2400...), so that no input can move a cursor.
std::string MakePrintable(std::string_view text);

// How many columns `text` takes on a terminal: East Asian wide characters two, combining marks none.
size_t GetDisplayWidth(std::string_view text);
size_t GetDisplayWidth(char32_t code_point);

}  // namespace strata
