// Files as the engine needs them: mapped for reading, read in windows, replaced atomically.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "strata/base/result.h"

namespace strata {

inline constexpr DiagnosticCode kFileNotFound{"base.file-not-found", Severity::kError,
                                              "A file does not exist."};
inline constexpr DiagnosticCode kFileUnreadable{"base.file-unreadable", Severity::kError,
                                                "A file cannot be opened or read."};
inline constexpr DiagnosticCode kFileUnwritable{"base.file-unwritable", Severity::kError,
                                                "A file cannot be written."};

class MappedFile;

// An open local file read by position. Thread-safe. Closed by the destructor.
class InputFile {
 public:
  static Result<std::shared_ptr<InputFile>> Open(const std::string& path);
  ~InputFile();

  uint64_t GetSize() const { return size_; }  // when opened
  const std::string& GetPath() const { return path_; }
  // Reads up to `count` bytes at `offset`; returns how many were there (0 at the end).
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const;
  // Whether the file was written or cut in place since it was opened. (Replacing its name leaves it as it
  // is.)
  bool HasChanged() const;
  // Whether so many are open that the process may soon be refused more; over half of what it is allowed.
  static bool AreManyOpen();
  // A mapping of the file that is open, whatever its name stands for by now.
  Result<std::shared_ptr<MappedFile>> Map() const;

 private:
  InputFile(std::string path, int descriptor, uint64_t size, int64_t written_at);
  std::string path_;
  int descriptor_;
  uint64_t size_;
  int64_t written_at_;  // nanoseconds since the epoch
};

// A read-only mapping of a whole file. The bytes must not be used if others may truncate the file: see
// InputFile.
class MappedFile {
 public:
  static Result<std::shared_ptr<MappedFile>> Open(const std::string& path);
  ~MappedFile();
  const char* GetData() const { return data_; }
  size_t GetSize() const { return size_; }

 private:
  friend class InputFile;
  MappedFile() = default;
  static Result<std::shared_ptr<MappedFile>> Map(const std::string& path, int descriptor, uint64_t size);
  const char* data_ = nullptr;
  size_t size_ = 0;
};

// Whether what is written has to be on the disk, not only on its way there, before it takes the place of what
// was. Replacing waits for the disk, so that a loss of power leaves the old file or the new one. A new file
// has nothing to lose but itself: after a loss of power it may be missing or empty, unless it is flushed too.
enum class Flush : uint8_t { kWhenReplacing, kAlways };

// Writes beside `path` and renames over it on Commit; without Commit the old file stays untouched. Follows a
// symbolic link to what it names; keeps the permissions of the file it replaces.
class AtomicFileWriter {
 public:
  static Result<std::unique_ptr<AtomicFileWriter>> Open(const std::string& path,
                                                        Flush flush = Flush::kWhenReplacing);
  ~AtomicFileWriter();
  Result<void> Write(std::string_view bytes);  // buffered
  // Whether what was written can be changed before Commit: not where it went straight into a pipe or a
  // device.
  bool CanPatch() const { return !temporary_.empty(); }
  // Puts `bytes` in the place of others written before. REQUIRES: CanPatch(), and as many were.
  Result<void> WriteAt(uint64_t offset, std::string_view bytes);
  Result<void> Commit();

 private:
  AtomicFileWriter() = default;
  std::string target_, temporary_, buffer_;
  int descriptor_ = -1;
  bool do_flush_ = true;
};

Result<std::string> ReadWholeFile(const std::string& path, uint64_t max_bytes = uint64_t{1} << 32);
Result<void> ReplaceFile(const std::string& path, std::string_view bytes);  // atomic

// The line numbered `line` (from 1) of a local file, without its end; nothing if it cannot be read.
std::string ReadLineOfFile(const std::string& path, uint32_t line);

}  // namespace strata
