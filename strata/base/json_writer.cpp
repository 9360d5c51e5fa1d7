#include "strata/base/json_writer.h"

#include <charconv>
#include <cmath>

namespace strata {

namespace {

// Bytes of the valid UTF-8 character at the start of `text`; 0 when there is none.
size_t GetCharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) || (first == 0xF0 && byte(1) < 0x90) ||
      (first == 0xF4 && byte(1) > 0x8F))
    return 0;
  return length;
}

void AppendEscaped(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[c >> 4];
  out += kDigits[c & 15];
}

}  // namespace

void JsonWriter::NewLine() {
  if (layout_ == JsonLayout::kCompact) return;
  text_ += '\n';
  text_.append(2 * open_.size(), ' ');
}

void JsonWriter::BeforeValue() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_sibling_) text_ += ',';
  if (!open_.empty()) NewLine();
}

JsonWriter& JsonWriter::BeginObject() {
  BeforeValue();
  text_ += '{';
  open_.push_back('{');
  has_sibling_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  open_.pop_back();
  if (has_sibling_) NewLine();
  text_ += '}';
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  BeforeValue();
  text_ += '[';
  open_.push_back('[');
  has_sibling_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  open_.pop_back();
  if (has_sibling_) NewLine();
  text_ += ']';
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  String(name);
  text_ += layout_ == JsonLayout::kCompact ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  BeforeValue();
  text_ += '"';
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    size_t length = GetCharacterLength(text);
    if (length == 0) {
      text_ += "\xEF\xBF\xBD";
      length = 1;
    } else if (length == 1 && (first < 0x20 || first == '"' || first == '\\' || first == 0x7F)) {
      AppendEscaped(text_, first);
    } else {
      text_.append(text.data(), length);
    }
    text.remove_prefix(length);
  }
  text_ += '"';
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Number(double value) {
  if (!std::isfinite(value)) {
    BeginObject().Key("$f").String(std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return EndObject();
  }
  BeforeValue();
  char buffer[32];
  text_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Integer(int64_t value) {
  BeforeValue();
  text_ += std::to_string(value);
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Unsigned(uint64_t value) {
  BeforeValue();
  text_ += std::to_string(value);
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  BeforeValue();
  text_ += value ? "true" : "false";
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Null() {
  BeforeValue();
  text_ += "null";
  has_sibling_ = true;
  return *this;
}

}  // namespace strata
