// An interned string: equal text means equal 32-bit id, so tokens compare and hash as integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace strata {

// Thread-safe. Interned text is never freed. The empty token has id 0.
class Token {
 public:
  constexpr Token() = default;
  explicit Token(std::string_view text);

  // The token of `text` if it was interned before; the empty token (and false from the bool) otherwise.
  // Use it to look up names that come from outside without growing the table.
  static Token Find(std::string_view text, bool* found = nullptr);

  std::string_view GetText() const;  // valid for the life of the process; NUL-terminated
  std::string GetString() const { return std::string(GetText()); }
  const char* GetCString() const { return GetText().data(); }
  bool IsEmpty() const { return id_ == 0; }
  uint32_t GetId() const { return id_; }
  static Token FromId(uint32_t id) {
    Token t;
    t.id_ = id;
    return t;
  }

  friend bool operator==(Token a, Token b) { return a.id_ == b.id_; }
  friend bool operator!=(Token a, Token b) { return a.id_ != b.id_; }
  friend bool operator==(Token a, std::string_view b) { return a.GetText() == b; }
  // Order of ids: fast, arbitrary. For an order people can rely on use TokenTextLess.
  friend bool operator<(Token a, Token b) { return a.id_ < b.id_; }

 private:
  uint32_t id_ = 0;
};

// Orders tokens by their bytes.
struct TokenTextLess {
  bool operator()(Token a, Token b) const { return a.GetText() < b.GetText(); }
};

// Mixes a 32 or 64-bit key well enough for power-of-two tables.
constexpr uint64_t MixBits(uint64_t x) {
  x ^= x >> 32;
  x *= 0x9E3779B97F4A7C15ull;
  x ^= x >> 29;
  return x;
}

}  // namespace strata

template <>
struct std::hash<strata::Token> {
  size_t operator()(strata::Token t) const noexcept { return strata::MixBits(t.GetId()); }
};
