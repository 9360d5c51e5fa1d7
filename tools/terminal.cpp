#include "tools/terminal.h"

#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

#include "strata/base/utf8.h"

namespace strata::tool {

ColorMode DecideColor(ColorChoice choice, int descriptor) {
  if (choice == ColorChoice::kAlways) return ColorMode::kAnsi;
  if (choice == ColorChoice::kNever || !isatty(descriptor)) return ColorMode::kPlain;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if ((no_color && *no_color) || (terminal && std::strcmp(terminal, "dumb") == 0)) return ColorMode::kPlain;
  return ColorMode::kAnsi;
}

size_t GetTerminalWidth() {
  if (!isatty(STDOUT_FILENO)) return 0;
  if (const char* columns = std::getenv("COLUMNS"))
    if (const int width = std::atoi(columns); width >= 20) return static_cast<size_t>(width);
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 100;
}

std::string Painter::operator()(Style style, std::string_view text) const {
  static constexpr const char* kCodes[] = {"", "1", "2", "31", "32", "33", "34", "35", "36"};
  if (mode_ == ColorMode::kPlain || style == Style::kPlain || text.empty()) return std::string(text);
  std::string out = "\x1b[";
  out += kCodes[static_cast<size_t>(style)];
  out += 'm';
  out += text;
  return out + "\x1b[0m";
}

namespace {

// The escape sequence that begins at `at`, or the one character there.
std::string_view TakePiece(std::string_view text, size_t at) {
  if (text[at] != '\x1b') return text.substr(at, DecodeUtf8(text, at).length);
  const size_t end = text.find('m', at);
  return text.substr(at, end == std::string_view::npos ? end : end - at + 1);
}

size_t GetPieceWidth(std::string_view piece) {
  return piece[0] == '\x1b' ? 0 : GetDisplayWidth(piece);
}

void AppendFitted(std::string& out, std::string_view line, size_t width) {
  if (GetShownWidth(line) <= width) {
    out += line;
    return;
  }
  size_t used = 0;
  bool is_cut = false;
  for (size_t at = 0; at < line.size();) {
    const std::string_view piece = TakePiece(line, at);
    at += piece.size();
    const size_t columns = GetPieceWidth(piece);
    if (columns == 0) {
      out += piece;  // also behind the cut: it ends a colour
    } else if (!is_cut && used + columns < width) {
      out += piece;
      used += columns;
    } else if (!is_cut) {
      out += "…";
      is_cut = true;
    }
  }
}

}  // namespace

size_t GetShownWidth(std::string_view text) {
  size_t width = 0;
  for (size_t at = 0; at < text.size();) {
    const std::string_view piece = TakePiece(text, at);
    width += GetPieceWidth(piece);
    at += piece.size();
  }
  return width;
}

std::string PadTo(std::string text, size_t width) {
  const size_t now = GetShownWidth(text);
  if (now < width) text.append(width - now, ' ');
  return text;
}

std::string FitLines(std::string_view text, size_t width) {
  if (width == 0) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    AppendFitted(out, text.substr(0, end), width);
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string MakeHarmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    std::string_view piece = TakePiece(text, at);
    const bool is_color = piece.size() > 2 && piece.substr(0, 2) == "\x1b[" && piece.back() == 'm' &&
                          piece.find_first_not_of("0123456789;", 2) == piece.size() - 1;
    if (!is_color) piece = text.substr(at, DecodeUtf8(text, at).length);
    out += is_color || piece == "\n" || piece == "\t" ? std::string(piece) : MakePrintable(piece);
    at += piece.size();
  }
  return out;
}

}  // namespace strata::tool
