// Writing JSON.
#include "strata/base/json_writer.h"

#include <charconv>
#include <cmath>

#include "strata/base/utf8.h"

namespace strata {
namespace {

void AppendEscaped(std::string& out, char32_t c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[c >> 4];
  out += kDigits[c & 15];
}

bool NeedsEscape(unsigned char c) {
  return c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

void AppendQuoted(std::string& out, std::string_view text) {
  out += '"';
  size_t i = 0;
  while (i < text.size()) {
    size_t plain = i;
    while (plain < text.size() && static_cast<unsigned char>(text[plain]) < 0x80 && !NeedsEscape(text[plain]))
      ++plain;
    out.append(text, i, plain - i);
    i = plain;
    if (i == text.size()) break;
    Utf8CodePoint point = DecodeUtf8(text, i);
    if (point.value < 0x80)
      AppendEscaped(out, point.value);
    else
      AppendUtf8(out, point.value);
    i += point.length;
  }
  out += '"';
}

}  // namespace

void JsonWriter::NewLine() {
  if (layout_ == JsonLayout::kCompact) return;
  text_ += '\n';
  text_.append(open_.size() * 2, ' ');
}

void JsonWriter::BeforeValue() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_sibling_) text_ += ',';
  if (!open_.empty()) NewLine();
  has_sibling_ = true;
}

JsonWriter& JsonWriter::BeginObject() {
  BeforeValue();
  text_ += '{';
  open_.push_back('{');
  has_sibling_ = false;
  return *this;
}

JsonWriter& JsonWriter::BeginArray() {
  BeforeValue();
  text_ += '[';
  open_.push_back('[');
  has_sibling_ = false;
  return *this;
}

JsonWriter& JsonWriter::EndObject() {
  if (open_.empty() || open_.back() != '{') return *this;
  open_.pop_back();
  if (has_sibling_) NewLine();
  text_ += '}';
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::EndArray() {
  if (open_.empty() || open_.back() != '[') return *this;
  open_.pop_back();
  if (has_sibling_) NewLine();
  text_ += ']';
  has_sibling_ = true;
  return *this;
}

JsonWriter& JsonWriter::Key(std::string_view name) {
  BeforeValue();
  AppendQuoted(text_, name);
  text_ += layout_ == JsonLayout::kCompact ? ":" : ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::String(std::string_view text) {
  BeforeValue();
  AppendQuoted(text_, text);
  return *this;
}

JsonWriter& JsonWriter::Number(double value) {
  if (!std::isfinite(value)) {
    BeginObject().Key("$f").String(std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return EndObject();
  }
  BeforeValue();
  char digits[32];
  auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  text_.append(digits, end);
  return *this;
}

JsonWriter& JsonWriter::Integer(int64_t value) {
  BeforeValue();
  text_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::Unsigned(uint64_t value) {
  BeforeValue();
  text_ += std::to_string(value);
  return *this;
}

JsonWriter& JsonWriter::Bool(bool value) {
  BeforeValue();
  text_ += value ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::Null() {
  BeforeValue();
  text_ += "null";
  return *this;
}

}  // namespace strata
