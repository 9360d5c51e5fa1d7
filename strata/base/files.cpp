#include "strata/base/files.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strata {

namespace {

constexpr size_t kWriteBufferBytes = 256 * 1024;

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

Diagnostic MakeReadError(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR)
    return Diagnostic(kFileNotFound, fmt::format("There is no file '{}'.", path), AtFile(path), "Check the spelling and the folder.");
  const char* hint = error == EACCES   ? "Give this user permission to read it."
                     : error == EISDIR ? "Name a file, not a folder."
                     : error == EMFILE ? "Raise the limit of open files (ulimit -n)."
                                       : "See the system's reason above.";
  return Diagnostic(kFileUnreadable, fmt::format("The file '{}' cannot be read: {}.", path, std::strerror(error)), AtFile(path), hint);
}

Diagnostic MakeWriteError(const std::string& path, int error) {
  const char* hint = error == ENOSPC || error == EDQUOT ? "Free some space; what was there before is untouched."
                     : error == EACCES || error == EROFS ? "Give this user permission to write in the folder; what was there before is untouched."
                     : error == ENOENT                   ? "Make the folder first."
                     : error == EISDIR                   ? "Name a file, not a folder."
                                                         : "What was there before is untouched.";
  return Diagnostic(kFileUnwritable, fmt::format("The file '{}' cannot be written: {}.", path, std::strerror(error)), AtFile(path), hint);
}

// Opens a regular file (or pipe) for reading; a negative errno on failure.
int OpenForReading(const std::string& path, struct stat& status) {
  int descriptor;
  do descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return -errno;
  const int error = fstat(descriptor, &status) < 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
  if (error == 0) return descriptor;
  close(descriptor);
  return -error;
}

std::string GetFolder(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

InputFile::InputFile(std::string path, int descriptor, uint64_t size) : path_(std::move(path)), descriptor_(descriptor), size_(size) {}

InputFile::~InputFile() { close(descriptor_); }

Result<std::shared_ptr<InputFile>> InputFile::Open(const std::string& path) {
  struct stat status {};
  const int descriptor = OpenForReading(path, status);
  if (descriptor < 0) return MakeReadError(path, -descriptor);
  return std::shared_ptr<InputFile>(new InputFile(path, descriptor, static_cast<uint64_t>(status.st_size)));
}

Result<size_t> InputFile::ReadAt(uint64_t offset, void* buffer, size_t count) const {
  size_t done = 0;
  while (done < count) {
    const ssize_t got = pread(descriptor_, static_cast<char*>(buffer) + done, count - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return MakeReadError(path_, errno);
    done += static_cast<size_t>(got);
  }
  return done;
}

Result<std::shared_ptr<MappedFile>> MappedFile::Open(const std::string& path) {
  struct stat status {};
  const int descriptor = OpenForReading(path, status);
  if (descriptor < 0) return MakeReadError(path, -descriptor);
  std::shared_ptr<MappedFile> file(new MappedFile);
  file->size_ = static_cast<size_t>(status.st_size);
  int error = 0;
  if (file->size_ != 0) {
    void* data = mmap(nullptr, file->size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED) {
      error = errno;
      file->size_ = 0;
    } else {
      file->data_ = static_cast<const char*>(data);
    }
  }
  close(descriptor);
  if (error) return MakeReadError(path, error);
  return file;
}

MappedFile::~MappedFile() {
  if (data_) munmap(const_cast<char*>(data_), size_);
}

Result<std::unique_ptr<AtomicFileWriter>> AtomicFileWriter::Open(const std::string& path) {
  std::unique_ptr<AtomicFileWriter> writer(new AtomicFileWriter);
  char resolved[PATH_MAX];
  writer->target_ = realpath(path.c_str(), resolved) ? std::string(resolved) : path;
  struct stat status {};
  const bool exists = stat(writer->target_.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return MakeWriteError(path, EISDIR);
  if (exists && access(writer->target_.c_str(), W_OK) != 0) return MakeWriteError(path, errno);
  static std::atomic<uint32_t> serial{0};
  for (int attempt = 0; attempt < 100; ++attempt) {
    writer->temporary_ = fmt::format("{}.{}-{}.part", writer->target_, getpid(), serial++);
    writer->descriptor_ = open(writer->temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (writer->descriptor_ >= 0 || errno != EEXIST) break;
  }
  if (writer->descriptor_ < 0) {
    const int error = errno;
    writer->temporary_.clear();
    return MakeWriteError(path, error);
  }
  if (exists && fchmod(writer->descriptor_, status.st_mode & 07777) != 0) return MakeWriteError(path, errno);
  return writer;
}

AtomicFileWriter::~AtomicFileWriter() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Result<void> AtomicFileWriter::Write(std::string_view bytes) {
  buffer_.append(bytes);
  return buffer_.size() < kWriteBufferBytes ? Result<void>() : Flush();
}

Result<void> AtomicFileWriter::Flush() {
  for (size_t done = 0; done < buffer_.size();) {
    const ssize_t put = write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return MakeWriteError(target_, errno);
    done += static_cast<size_t>(put);
  }
  buffer_.clear();
  return {};
}

Result<void> AtomicFileWriter::Commit() {
  STRATA_CHECK(Flush());
  if (fsync(descriptor_) != 0) return MakeWriteError(target_, errno);
  const int closed = close(descriptor_);
  descriptor_ = -1;
  if (closed != 0) return MakeWriteError(target_, errno);
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return MakeWriteError(target_, errno);
  temporary_.clear();
  // The rename itself lasts once the folder is flushed; a file system that cannot is no reason to fail.
  if (const int folder = open(GetFolder(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return {};
}

Result<std::string> ReadWholeFile(const std::string& path, uint64_t max_bytes) {
  STRATA_TRY(auto file, InputFile::Open(path));
  if (file->GetSize() > max_bytes)
    return Diagnostic(kFileUnreadable, fmt::format("The file '{}' is {} bytes long; {} are allowed here.", path, file->GetSize(), max_bytes),
                      AtFile(path), "Raise the limit if the file is trusted.");
  std::string bytes(file->GetSize(), '\0');
  STRATA_TRY(const size_t got, file->ReadAt(0, bytes.data(), bytes.size()));
  bytes.resize(got);
  return bytes;
}

Result<void> ReplaceFile(const std::string& path, std::string_view bytes) {
  STRATA_TRY(auto writer, AtomicFileWriter::Open(path));
  STRATA_CHECK(writer->Write(bytes));
  return writer->Commit();
}

std::string ReadLineOfFile(const std::string& path, uint32_t line) {
  constexpr size_t kLongestLine = 4096;
  auto file = InputFile::Open(path);
  if (!file || line == 0) return {};
  std::string text, window(64 * 1024, '\0');
  uint32_t at = 1;
  for (uint64_t offset = 0;;) {
    const auto got = (*file)->ReadAt(offset, window.data(), window.size());
    if (!got || *got == 0) return text;
    offset += *got;
    for (size_t i = 0; i < *got; ++i) {
      if (window[i] == '\n') {
        if (at++ == line) return text;
      } else if (at == line && text.size() < kLongestLine) {
        text += window[i];
      }
      if (at > line) return text;
    }
  }
}

}  // namespace strata
