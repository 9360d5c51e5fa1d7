// Writes JSON to a string: balanced by construction, valid UTF-8 out whatever bytes come in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strata {

enum class JsonLayout : uint8_t { kCompact, kIndented };

class JsonWriter {
 public:
  explicit JsonWriter(JsonLayout layout = JsonLayout::kCompact) : layout_(layout) {}

  JsonWriter& BeginObject();
  JsonWriter& EndObject();
  JsonWriter& BeginArray();
  JsonWriter& EndArray();
  JsonWriter& Key(std::string_view name);

  JsonWriter& String(std::string_view text);  // bytes that are not UTF-8 become U+FFFD
  JsonWriter& Number(double value);  // shortest form that reads back; not finite: {"$f": "inf"|"-inf"|"nan"}
  JsonWriter& Integer(int64_t value);
  JsonWriter& Unsigned(uint64_t value);
  JsonWriter& Bool(bool value);
  JsonWriter& Null();

  const std::string& GetText() const { return text_; }
  std::string TakeText() { return std::move(text_); }

 private:
  void BeforeValue();
  void NewLine();
  std::string text_;
  std::vector<char> open_;  // '{' or '['
  bool has_sibling_ = false;
  bool after_key_ = false;
  JsonLayout layout_;
};

}  // namespace strata
