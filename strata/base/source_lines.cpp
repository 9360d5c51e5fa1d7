// Reading lines for code frames.
#include "strata/base/source_lines.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace strata {
namespace {

constexpr uint64_t kMaxScan = uint64_t{256} << 20;
constexpr size_t kBlockBytes = 1 << 16;

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

bool SourceLineReader::Open(const std::string& file) {
  if (file == opened_) return input_ != nullptr;
  opened_ = file;
  input_.reset();
  line_ = 1;
  line_offset_ = 0;
  Result<std::shared_ptr<InputFile>> opened = InputFile::Open(file);
  if (opened) input_ = *std::move(opened);
  return input_ != nullptr;
}

bool SourceLineReader::SeekLine(uint32_t line) {
  if (line < line_) {
    line_ = 1;
    line_offset_ = 0;
  }
  std::vector<char> block(line_ < line ? kBlockBytes : 0);
  uint64_t offset = line_offset_;
  while (line_ < line) {
    if (offset > kMaxScan) return false;
    Result<size_t> got = input_->ReadAt(offset, block.data(), block.size());
    if (!got || *got == 0) return false;
    const char* end = block.data() + *got;
    for (const char* at = block.data(); line_ < line;) {
      at = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at)));
      if (!at) break;
      ++at;
      ++line_;
      line_offset_ = offset + static_cast<uint64_t>(at - block.data());
    }
    offset += *got;
  }
  return true;
}

bool SourceLineReader::Read(const std::string& file, uint32_t line, uint32_t column, size_t max_bytes,
                            LineWindow& window) {
  if (line == 0 || !Open(file) || !SeekLine(line)) return false;
  column = std::max(1u, column);
  // Two thirds of the window lie before the column: what led to the place explains more than what follows.
  uint64_t before = column - 1;
  uint64_t skip = before > max_bytes * 2 / 3 ? before - max_bytes * 2 / 3 : 0;
  if (before < max_bytes) skip = 0;
  std::string text(max_bytes + 8, '\0');
  Result<size_t> got = input_->ReadAt(line_offset_ + skip, text.data(), text.size());
  if (!got) return false;
  text.resize(*got);
  size_t end = text.find('\n');
  window.is_cut_after = end == std::string::npos && text.size() > max_bytes;
  text.resize(std::min({end, text.size(), window.is_cut_after ? max_bytes : text.size()}));
  if (end != std::string::npos && text.ends_with('\r')) text.pop_back();
  size_t head = 0;
  while (skip && head < text.size() && head < 4 && IsContinuation(text[head])) ++head;
  window.first_column = static_cast<uint32_t>(skip + head + 1);
  window.is_cut_before = skip != 0;
  size_t tail = text.size();
  for (int i = 0; window.is_cut_after && i < 4 && tail > head; ++i) {
    char last = text[--tail];
    if (IsContinuation(last)) continue;
    if (static_cast<unsigned char>(last) < 0x80) ++tail;
    break;
  }
  window.text = text.substr(head, tail - head);
  return true;
}

std::string ReadLineOfFile(const std::string& path, uint32_t line) {
  SourceLineReader reader;
  LineWindow window;
  return reader.Read(path, line, 1, 1 << 20, window) ? window.text : std::string();
}

}  // namespace strata
