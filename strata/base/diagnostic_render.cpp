// Diagnostics as people read them: a headline, the place, the source line underlined, notes and the remedy.
#include <algorithm>

#include "strata/base/diagnostic.h"
#include "strata/base/source_lines.h"
#include "strata/base/utf8.h"

namespace strata {
namespace {

constexpr size_t kMaxFrameBytes = 120;
constexpr size_t kTabWidth = 4;
constexpr size_t kMaxScenePathBytes = 160;
constexpr size_t kMaxMessageBytes = 4000;

// The beginning and the end of a text so long that it would bury the rest.
std::string Shorten(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  size_t begin = max_bytes / 2 - 2, end = text.size() - begin;
  auto is_inside = [&](size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80; };
  while (begin > 0 && is_inside(begin)) --begin;
  while (end < text.size() && is_inside(end)) ++end;
  return std::string(text.substr(0, begin)) + "..." + std::string(text.substr(end));
}

class Renderer {
 public:
  explicit Renderer(ColorMode color) : color_(color) {}

  void Render(const Diagnostic& diagnostic) {
    const char* paint = diagnostic.severity == Severity::kError     ? "\033[1;31m"
                        : diagnostic.severity == Severity::kWarning ? "\033[1;33m"
                                                                    : "\033[1;36m";
    std::string head(GetSeverityName(diagnostic.severity));
    if (diagnostic.code) head += std::string("[") + diagnostic.code->name + "]";
    Paint(paint, head);
    out_ += ": ";
    AppendLines(Shorten(diagnostic.message, kMaxMessageBytes), "  ");
    AppendPlace(diagnostic.location, " ");
    AppendFrame(diagnostic.location, paint);
    for (const DiagnosticNote& note : diagnostic.notes) {
      Paint("\033[1m", "note");
      out_ += ": ";
      AppendLines(Shorten(note.message, kMaxMessageBytes), "  ");
      AppendPlace(note.location, " ");
    }
    if (!diagnostic.hint.empty()) {
      Paint("\033[1;32m", "hint");
      out_ += ": ";
      AppendLines(diagnostic.hint, "  ");
    }
  }

  std::string TakeText() { return std::move(out_); }

  void Paint(const char* code, std::string_view text) {
    if (color_ == ColorMode::kAnsi) out_ += code;
    out_ += text;
    if (color_ == ColorMode::kAnsi) out_ += "\033[0m";
  }

  void Say(std::string_view line) { out_.append(line) += '\n'; }

 private:
  // Text may have lines of its own; what is not printable cannot reach the terminal.
  void AppendLines(std::string_view text, std::string_view indent) {
    for (;;) {
      size_t end = text.find('\n');
      out_ += MakePrintable(text.substr(0, end));
      out_ += '\n';
      if (end == std::string_view::npos || end + 1 == text.size()) return;
      text.remove_prefix(end + 1);
      out_ += indent;
    }
  }

  void AppendPlace(const SourceLocation& where, std::string_view indent) {
    if (where.IsEmpty()) return;
    out_ += indent;
    Paint("\033[1;34m", "-->");
    out_ += ' ';
    if (!where.file.empty()) out_ += MakePrintable(where.file);
    if (where.line) out_ += (where.file.empty() ? "line " : ":") + std::to_string(where.line);
    if (where.line && where.column) out_ += ":" + std::to_string(where.column);
    if (!where.path.empty()) {
      std::string path = "<" + MakePrintable(Shorten(where.path, kMaxScenePathBytes)) + ">";
      bool is_alone = where.file.empty() && where.line == 0;
      out_ += is_alone ? path : " (" + path + ")";
    }
    out_ += '\n';
  }

  void AppendFrame(const SourceLocation& where, const char* paint) {
    LineWindow window;
    if (where.line == 0 || where.file.empty()) return;
    if (!lines_.Read(where.file, where.line, where.column, kMaxFrameBytes, window)) return;
    std::string number = std::to_string(where.line);
    std::string margin(number.size() + 1, ' ');
    std::string shown = window.is_cut_before ? "..." : "";
    size_t caret_begin = std::string::npos, caret_end = 0, width = shown.size();
    size_t first = where.column ? where.column - std::min(where.column, window.first_column) : 0;
    size_t last = first + std::max(1u, where.length);
    for (size_t i = 0; i < window.text.size();) {
      Utf8CodePoint point = DecodeUtf8(window.text, i);
      if (i >= first && caret_begin == std::string::npos) caret_begin = width;
      if (point.value == '\t') {
        size_t spaces = kTabWidth - width % kTabWidth;
        shown.append(spaces, ' ');
        width += spaces;
      } else {
        std::string piece = MakePrintable(std::string_view(window.text).substr(i, point.length));
        shown += piece;
        width += GetDisplayWidth(piece);
      }
      i += point.length;
      if (i <= last || caret_end == 0) caret_end = width;
    }
    if (caret_begin == std::string::npos) caret_begin = width;  // at the end of the line
    if (window.is_cut_after) shown += "...";
    Paint("\033[1;34m", margin + "|");
    out_ += '\n';
    Paint("\033[1;34m", number + " |");
    out_ += ' ' + shown + '\n';
    if (where.column == 0) return;
    Paint("\033[1;34m", margin + "|");
    out_ += ' ' + std::string(caret_begin, ' ');
    Paint(paint, std::string(caret_end > caret_begin ? caret_end - caret_begin : 1, '^'));
    out_ += '\n';
  }

  std::string out_;
  SourceLineReader lines_;
  ColorMode color_;
};

}  // namespace

std::string RenderDiagnostic(const Diagnostic& diagnostic, ColorMode color) {
  Renderer renderer(color);
  renderer.Render(diagnostic);
  return renderer.TakeText();
}

std::string RenderDiagnostics(const Diagnostics& diagnostics, ColorMode color) {
  Renderer renderer(color);
  for (const Diagnostic& diagnostic : diagnostics.GetAll()) renderer.Render(diagnostic);
  if (size_t more = diagnostics.GetSuppressedCount()) {
    renderer.Say("... and " + std::to_string(more) + (more == 1 ? " more like these" : " more"));
  }
  return renderer.TakeText();
}

}  // namespace strata
