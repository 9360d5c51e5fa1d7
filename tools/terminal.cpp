#include "tools/terminal.h"

#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

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

size_t GetDisplayWidth(std::string_view text) {
  size_t width = 0;
  bool in_escape = false;
  for (const char c : text) {
    if (in_escape) {
      in_escape = c != 'm';
    } else if (c == '\x1b') {
      in_escape = true;
    } else if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      ++width;
    }
  }
  return width;
}

std::string PadTo(std::string text, size_t width) {
  const size_t now = GetDisplayWidth(text);
  if (now < width) text.append(width - now, ' ');
  return text;
}

}  // namespace strata::tool
