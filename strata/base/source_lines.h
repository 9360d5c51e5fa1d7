// Finds lines of local files for code frames, without ever holding more of a file than is shown.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "strata/base/files.h"

namespace strata {

// A piece of a line around a column.
struct LineWindow {
  std::string text;           // bytes as they are, cut at whole UTF-8 characters
  uint32_t first_column = 1;  // of the first byte of `text`
  bool is_cut_before = false;
  bool is_cut_after = false;
};

// Asking in ascending order of lines of one file reads it once. Gives up (false) past the first 256 MiB of a
// file.
class SourceLineReader {
 public:
  bool Read(const std::string& file, uint32_t line, uint32_t column, size_t max_bytes, LineWindow& window);

 private:
  bool Open(const std::string& file);
  bool SeekLine(uint32_t line);

  std::string opened_;  // name asked for last, whether or not it could be opened
  std::shared_ptr<InputFile> input_;
  uint32_t line_ = 1;  // the line that begins at line_offset_
  uint64_t line_offset_ = 0;
};

}  // namespace strata
