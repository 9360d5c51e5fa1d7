// The bytes of a crate file: mapped, in memory, or read piece by piece.
//
// Threads: safe from any.
#pragma once

#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

#include "strata/asset/resolver.h"
#include "strata/format/crate/compression.h"

namespace strata::format::crate {

class FileBytes {
 public:
  enum class Access : uint8_t {
    kMapped,  // without copies; the file must not be truncated while it is in use
    kRead,    // read when needed, into memory of the reader; the file is kept open
  };
  // Small files are read at once, whatever the access: that is faster, and safe.
  static Result<FileBytes> Open(const asset::Asset& asset, Access access, uint64_t whole_up_to);

  uint64_t GetSize() const { return size_; }
  // Bytes [offset, offset + size), in place or in `scratch`; null data when they are not there.
  std::string_view View(uint64_t offset, uint64_t size, Scratch& scratch) const;
  // The same, copied to `out`; false when they are not there.
  bool Read(uint64_t offset, uint64_t size, void* out) const;
  // The same in place only, with whoever keeps them alive; null data when bytes have to be read.
  const char* GetData() const { return data_; }
  const std::shared_ptr<const void>& GetOwner() const { return owner_; }

  // How often bytes that should be there could not be read, and why the last time.
  uint64_t CountFailures() const;
  std::optional<Diagnostic> GetFailure() const;

 private:
  struct Reader;
  const char* data_ = nullptr;  // null: read through reader_
  uint64_t size_ = 0;
  std::shared_ptr<const void> owner_;
  std::shared_ptr<Reader> reader_;
};

// Reads one thing after the other from a place in the file. What does not fit in the file fails, and
// everything after that.
class Cursor {
 public:
  Cursor(const FileBytes& bytes, uint64_t offset) : bytes_(bytes), at_(offset) {
    good_ = offset <= bytes.GetSize();
  }

  bool IsGood() const { return good_; }
  uint64_t GetOffset() const { return at_; }
  uint64_t GetRemaining() const { return good_ ? bytes_.GetSize() - at_ : 0; }
  bool Fail() { return good_ = false; }
  void Seek(uint64_t offset) {
    at_ = offset;
    if (offset > bytes_.GetSize()) good_ = false;
  }
  // To where a signed distance from here leads.
  void SeekBy(int64_t distance) { Seek(at_ + static_cast<uint64_t>(distance)); }
  void Skip(uint64_t count) { count <= GetRemaining() ? Seek(at_ + count) : void(Fail()); }

  template <class T>
  T Take() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (const char* from = Peek(sizeof value)) {
      std::memcpy(&value, from, sizeof value);
      at_ += sizeof value;
    }
    return value;
  }
  // How many elements of at least `bytes_each` follow; fails when the file has no room for so many.
  uint64_t TakeCount(uint64_t bytes_each) {
    const auto count = Take<uint64_t>();
    if (good_ && bytes_each != 0 && count > GetRemaining() / bytes_each) good_ = false;
    return good_ ? count : 0;
  }
  // The next bytes, copied to `out`.
  bool TakeInto(void* out, uint64_t count) {
    if (!good_ || !bytes_.Read(at_, count, out)) return good_ = false;
    at_ += count;
    return true;
  }
  // The next bytes, valid until the next call; null data when they are not there.
  std::string_view TakeBytes(uint64_t count) {
    if (!good_ || count > GetRemaining()) {
      good_ = false;
      return {};
    }
    const std::string_view found = bytes_.View(at_, count, scratch_);
    if (!found.data()) good_ = false;
    at_ += count;
    return found;
  }

 private:
  static constexpr uint64_t kFirstWindow = 256, kWidestWindow = 4096;

  const char* Peek(uint64_t count) {
    if (!good_ || count > GetRemaining()) {
      good_ = false;
      return nullptr;
    }
    if (const char* data = bytes_.GetData()) return data + at_;
    if (at_ < window_at_ || at_ + count > window_at_ + window_.size()) {
      window_ =
          bytes_.View(at_, GetRemaining() < window_bytes_ ? GetRemaining() : window_bytes_, window_scratch_);
      window_bytes_ = kWidestWindow;
      window_at_ = at_;
      if (window_.size() < count) {
        good_ = false;
        return nullptr;
      }
    }
    return window_.data() + (at_ - window_at_);
  }

  const FileBytes& bytes_;
  uint64_t at_;
  bool good_;
  std::string_view window_;  // of files that are read
  uint64_t window_at_ = 0, window_bytes_ = kFirstWindow;
  Scratch window_scratch_, scratch_;
};

}  // namespace strata::format::crate
