// What the terminal can do, and text dressed for it.
#pragma once

#include <string>
#include <string_view>

#include "strata/base/diagnostic.h"

namespace strata::tool {

enum class ColorChoice : uint8_t { kAuto, kAlways, kNever };

// Colour for a stream: as chosen; for kAuto only on a terminal, unless NO_COLOR is set or TERM is "dumb".
ColorMode DecideColor(ColorChoice choice, int descriptor);
// Columns of the terminal that standard output is (COLUMNS overrides); 0 where it is none: lines are then
// never cut.
size_t GetTerminalWidth();

enum class Style : uint8_t { kPlain, kBold, kDim, kRed, kGreen, kYellow, kBlue, kMagenta, kCyan };

// Dresses text when colour is on.
class Painter {
 public:
  explicit Painter(ColorMode mode) : mode_(mode) {}
  std::string operator()(Style style, std::string_view text) const;

 private:
  ColorMode mode_;
};

// Columns that `text` takes, escape sequences not counted.
size_t GetShownWidth(std::string_view text);
std::string PadTo(std::string text, size_t width);
// Each line cut to `width` columns, the cut shown as "…"; 0 cuts nothing.
std::string FitLines(std::string_view text, size_t width);
// What may go to a terminal as it is: lines, tabs and colours stay, everything else that would steer the
// terminal is shown as MakePrintable shows it. Names in scenes may hold any character.
std::string MakeHarmless(std::string_view text);

}  // namespace strata::tool
