#include "strata/base/diagnostic.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/base/files.h"
#include "strata/base/json_writer.h"

namespace strata {

namespace {

constexpr size_t kFrameWidth = 100;   // columns of source shown

// Escape sequences, empty in plain mode.
struct Colors {
  explicit Colors(ColorMode mode) {
    if (mode == ColorMode::kPlain) return;
    reset = "\x1b[0m";
    bold = "\x1b[1m";
    dim = "\x1b[2m";
    blue = "\x1b[34m";
    error = "\x1b[1;31m";
    warning = "\x1b[1;33m";
    remark = "\x1b[1;36m";
  }
  const char* Of(Severity severity) const {
    return severity == Severity::kError ? error : severity == Severity::kWarning ? warning : remark;
  }
  const char *reset = "", *bold = "", *dim = "", *blue = "", *error = "", *warning = "", *remark = "";
};

std::string RenderPlace(const SourceLocation& location) {
  std::string text = location.file;
  if (location.line) text += fmt::format("{}{}", text.empty() ? "line " : ":", location.line);
  if (location.line && location.column) text += fmt::format(":{}", location.column);
  if (!location.path.empty()) text += fmt::format("{}<{}>", text.empty() ? "" : " ", location.path);
  return text;
}

// A line of source as it may be shown: tabs as spaces, control and broken bytes as "?", one column a character.
struct ShownLine {
  std::string text;
  size_t caret = 0;    // column of the caret, from 0
  size_t length = 1;   // columns to underline
};

// Where byte `offset` of `line` stands in columns.
size_t CountColumns(std::string_view line, size_t offset) {
  size_t columns = 0;
  for (size_t i = 0; i < std::min(offset, line.size()); ++i) columns += (static_cast<unsigned char>(line[i]) & 0xC0) != 0x80;
  return columns;
}

ShownLine MakeShownLine(std::string line, uint32_t column, uint32_t length) {
  for (char& c : line)
    if (c == '\t') c = ' ';
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  size_t at = std::min<size_t>(column ? column - 1 : 0, line.size());
  size_t first = 0;
  if (at > kFrameWidth * 3 / 4) first = at - kFrameWidth / 2;
  while (first > 0 && first < line.size() && (static_cast<unsigned char>(line[first]) & 0xC0) == 0x80) --first;
  size_t last = std::min(line.size(), first + kFrameWidth);
  while (last < line.size() && last > first && (static_cast<unsigned char>(line[last]) & 0xC0) == 0x80) --last;
  ShownLine shown;
  shown.text = (first ? "..." : "") + line.substr(first, last - first) + (last < line.size() ? "..." : "");
  shown.caret = (first ? 3 : 0) + CountColumns(std::string_view(line).substr(first), at - first);
  const size_t end = std::min<size_t>(at + std::max(1u, length), last);
  shown.length = std::max<size_t>(1, end > at ? CountColumns(std::string_view(line).substr(at), end - at) : 1);
  return shown;
}

std::string RenderFrame(const SourceLocation& location, const Colors& colors) {
  if (location.line == 0 || location.file.empty()) return {};
  const std::string line = ReadLineOfFile(location.file, location.line);
  if (line.empty()) return {};
  const ShownLine shown = MakeShownLine(line, location.column, location.length);
  const std::string number = std::to_string(location.line);
  const std::string blank(number.size(), ' ');
  std::string text = fmt::format("{}{} |{}\n", colors.blue, blank, colors.reset);
  text += fmt::format("{}{} |{} {}\n", colors.blue, number, colors.reset, shown.text);
  if (location.column)
    text += fmt::format("{}{} |{} {}{}{}{}\n", colors.blue, blank, colors.reset, std::string(shown.caret, ' '), colors.error,
                        std::string(shown.length, '^'), colors.reset);
  return text;
}

void WriteLocation(JsonWriter& writer, const SourceLocation& location) {
  writer.BeginObject();
  if (!location.file.empty()) writer.Key("file").String(location.file);
  if (!location.path.empty()) writer.Key("path").String(location.path);
  if (location.line) writer.Key("line").Unsigned(location.line);
  if (location.column) writer.Key("column").Unsigned(location.column);
  if (location.length) writer.Key("length").Unsigned(location.length);
  writer.EndObject();
}

}  // namespace

std::string_view GetSeverityName(Severity severity) {
  switch (severity) {
    case Severity::kRemark: return "remark";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
  }
  return {};
}

void Diagnostics::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++error_count_;
  if (all_.size() >= limit_) {
    ++suppressed_count_;
    return;
  }
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::Append(const Diagnostics& other) {
  for (const Diagnostic& diagnostic : other.all_) Add(diagnostic);
  suppressed_count_ += other.suppressed_count_;
  size_t kept_errors = 0;
  for (const Diagnostic& diagnostic : other.all_) kept_errors += diagnostic.severity == Severity::kError;
  error_count_ += other.error_count_ - kept_errors;
}

void Diagnostics::Clear() {
  all_.clear();
  error_count_ = suppressed_count_ = 0;
}

std::string RenderDiagnostic(const Diagnostic& diagnostic, ColorMode color) {
  const Colors colors(color);
  std::string text = fmt::format("{}{}{}", colors.Of(diagnostic.severity), GetSeverityName(diagnostic.severity), colors.reset);
  if (diagnostic.code) text += fmt::format("{}[{}]{}", colors.dim, diagnostic.code->name, colors.reset);
  text += fmt::format(": {}{}{}\n", colors.bold, diagnostic.message, colors.reset);
  if (!diagnostic.location.IsEmpty())
    text += fmt::format(" {}-->{} {}\n", colors.blue, colors.reset, RenderPlace(diagnostic.location));
  text += RenderFrame(diagnostic.location, colors);
  for (const DiagnosticNote& note : diagnostic.notes) {
    text += fmt::format(" {}note:{} {}", colors.remark, colors.reset, note.message);
    if (!note.location.IsEmpty()) text += fmt::format(" ({})", RenderPlace(note.location));
    text += '\n';
  }
  if (!diagnostic.hint.empty()) text += fmt::format(" {}hint:{} {}\n", colors.bold, colors.reset, diagnostic.hint);
  return text;
}

std::string RenderDiagnostics(const Diagnostics& diagnostics, ColorMode color) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics.GetAll()) text += RenderDiagnostic(diagnostic, color);
  if (const size_t more = diagnostics.GetSuppressedCount()) text += fmt::format("... and {} more\n", more);
  return text;
}

void WriteDiagnostic(JsonWriter& writer, const Diagnostic& diagnostic) {
  writer.BeginObject();
  writer.Key("severity").String(GetSeverityName(diagnostic.severity));
  if (diagnostic.code) writer.Key("code").String(diagnostic.code->name);
  writer.Key("message").String(diagnostic.message);
  if (!diagnostic.location.IsEmpty()) {
    writer.Key("location");
    WriteLocation(writer, diagnostic.location);
  }
  if (!diagnostic.notes.empty()) {
    writer.Key("notes").BeginArray();
    for (const DiagnosticNote& note : diagnostic.notes) {
      writer.BeginObject().Key("message").String(note.message);
      if (!note.location.IsEmpty()) {
        writer.Key("location");
        WriteLocation(writer, note.location);
      }
      writer.EndObject();
    }
    writer.EndArray();
  }
  if (!diagnostic.hint.empty()) writer.Key("hint").String(diagnostic.hint);
  writer.EndObject();
}

void WriteDiagnostics(JsonWriter& writer, const Diagnostics& diagnostics) {
  writer.BeginArray();
  for (const Diagnostic& diagnostic : diagnostics.GetAll()) WriteDiagnostic(writer, diagnostic);
  writer.EndArray();
}

}  // namespace strata
