// Reading local files.
#include "strata/base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "strata/base/budget.h"

namespace strata {
namespace {

std::string DescribeError(int error) {
  return std::generic_category().message(error);
}

SourceLocation At(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

Diagnostic MakeOpenDiagnostic(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return {kFileNotFound, "there is no file '" + path + "'", At(path),
            "Check the spelling and the working folder."};
  }
  std::string hint = error == EACCES ? "Give yourself permission to read it." : "";
  if (error == EMFILE || error == ENFILE) hint = "Raise the limit of open files (ulimit -n).";
  return {kFileUnreadable, "cannot open '" + path + "': " + DescribeError(error), At(path), hint};
}

struct OpenedFile {
  int descriptor;
  uint64_t size;
  int64_t written_at;
};

int64_t GetTimeWritten(const struct stat& status) {
  return static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

std::atomic<uint64_t> open_files = 0;

Result<OpenedFile> OpenForReading(const std::string& path) {
  // A name with a NUL would open another file than the one named.
  if (path.find('\0') != std::string::npos) return MakeOpenDiagnostic(path, ENOENT);
  // Non-blocking, so that a pipe without a writer cannot hang us before we see that it is no file.
  int descriptor;
  do {
    descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return MakeOpenDiagnostic(path, errno);
  struct stat status;
  if (fstat(descriptor, &status) != 0) {
    int error = errno;
    close(descriptor);
    return MakeOpenDiagnostic(path, error);
  }
  if (!S_ISREG(status.st_mode)) {
    close(descriptor);
    const char* what = S_ISDIR(status.st_mode) ? "a folder" : "not a regular file";
    return Diagnostic{kFileUnreadable, "cannot read '" + path + "': it is " + what, At(path), "Name a file."};
  }
  return OpenedFile{descriptor, static_cast<uint64_t>(status.st_size), GetTimeWritten(status)};
}

}  // namespace

InputFile::InputFile(std::string path, int descriptor, uint64_t size, int64_t written_at)
    : path_(std::move(path)), descriptor_(descriptor), size_(size), written_at_(written_at) {
  open_files.fetch_add(1, std::memory_order_relaxed);
}

InputFile::~InputFile() {
  open_files.fetch_sub(1, std::memory_order_relaxed);
  close(descriptor_);
}

bool InputFile::AreManyOpen() {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  return open_files.load(std::memory_order_relaxed) > limit.rlim_cur / 2;
}

bool InputFile::HasChanged() const {
  struct stat status;
  return fstat(descriptor_, &status) != 0 || static_cast<uint64_t>(status.st_size) != size_ ||
         GetTimeWritten(status) != written_at_;
}

Result<std::shared_ptr<InputFile>> InputFile::Open(const std::string& path) {
  STRATA_TRY(OpenedFile opened, OpenForReading(path));
  return std::shared_ptr<InputFile>(new InputFile(path, opened.descriptor, opened.size, opened.written_at));
}

Result<size_t> InputFile::ReadAt(uint64_t offset, void* buffer, size_t count) const {
  size_t done = 0;
  while (done < count) {
    ssize_t got = pread(descriptor_, static_cast<char*>(buffer) + done, count - done,
                        static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got < 0) {
      if (errno == EINTR) continue;
      return Diagnostic{kFileUnreadable, "cannot read '" + path_ + "': " + DescribeError(errno), At(path_)};
    }
    done += static_cast<size_t>(got);
  }
  return done;
}

Result<std::shared_ptr<MappedFile>> InputFile::Map() const {
  return MappedFile::Map(path_, descriptor_, size_);
}

Result<std::shared_ptr<MappedFile>> MappedFile::Map(const std::string& path, int descriptor, uint64_t size) {
  std::shared_ptr<MappedFile> file(new MappedFile);
  file->data_ = "";
  if (size == 0) return file;
  void* memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (memory == MAP_FAILED)
    return Diagnostic{kFileUnreadable, "cannot map '" + path + "': " + DescribeError(errno), At(path)};
  file->data_ = static_cast<const char*>(memory);
  file->size_ = size;
  return file;
}

Result<std::shared_ptr<MappedFile>> MappedFile::Open(const std::string& path) {
  STRATA_TRY(OpenedFile opened, OpenForReading(path));
  auto file = Map(path, opened.descriptor, opened.size);
  close(opened.descriptor);
  return file;
}

MappedFile::~MappedFile() {
  if (size_ != 0) munmap(const_cast<char*>(data_), size_);
}

Result<std::string> ReadWholeFile(const std::string& path, uint64_t max_bytes) {
  STRATA_TRY(std::shared_ptr<InputFile> file, InputFile::Open(path));
  if (file->GetSize() > max_bytes) return MakeBudgetDiagnostic("max_file_bytes", max_bytes, At(path));
  std::string bytes;
  // Files under /proc say size 0 and others may grow while they are read: read until the end is seen.
  size_t wanted = static_cast<size_t>(file->GetSize()) + 1;
  for (;;) {
    size_t before = bytes.size();
    bytes.resize(before + wanted);
    STRATA_TRY(size_t got, file->ReadAt(before, bytes.data() + before, wanted));
    bytes.resize(before + got);
    if (got < wanted) return bytes;
    if (bytes.size() > max_bytes) return MakeBudgetDiagnostic("max_file_bytes", max_bytes, At(path));
    wanted = std::max<size_t>(4096, bytes.size() / 2);
  }
}

}  // namespace strata
