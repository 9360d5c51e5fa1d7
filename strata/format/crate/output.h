// Where the bytes of a crate file go while it is written: a file or a string, never held whole for a file.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "strata/base/files.h"

namespace strata::format::crate {

// Takes bytes one after the other and knows how many there were. After a failure it takes and drops them;
// Finish says what failed.
class Output {
 public:
  explicit Output(std::string& bytes) : out_(bytes) {}
  // REQUIRES: file.CanPatch().
  explicit Output(AtomicFileWriter& file) : file_(&file), out_(buffer_) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  uint64_t GetOffset() const { return flushed_ + out_.size(); }
  bool HasFailed() const { return !status_; }

  void Append(std::string_view bytes) {
    if (file_ && bytes.size() >= kFlushBytes) {
      Flush();
      Send(bytes);
      return;
    }
    out_.append(bytes);
    if (file_ && out_.size() >= kFlushBytes) Flush();
  }
  template <class T>
  void AppendNumber(T number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    Append({bytes, sizeof number});
  }
  // Zeros up to a multiple of `alignment`, a power of two.
  void AlignTo(uint64_t alignment) {
    static constexpr char kZeros[16] = {};
    const uint64_t over = GetOffset() & (alignment - 1);
    if (over != 0) Append({kZeros, alignment - over});
  }

  // Puts `bytes` in the place of what was written at `offset`, and hands on everything.
  Result<void> Finish(uint64_t offset, std::string_view bytes);

 private:
  static constexpr size_t kFlushBytes = size_t{1} << 19;

  void Flush();
  void Send(std::string_view bytes);

  AtomicFileWriter* file_ = nullptr;
  std::string buffer_;
  std::string& out_;
  uint64_t flushed_ = 0;
  Result<void> status_;
};

}  // namespace strata::format::crate
