// Replacing a file so that a crash or a full disk leaves the old one or the new one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <system_error>

#include "strata/base/files.h"

namespace strata {
namespace {

constexpr size_t kBufferBytes = 1 << 18;

Diagnostic MakeWriteDiagnostic(const std::string& path, const char* what, int error) {
  SourceLocation where;
  where.file = path;
  std::string hint;
  if (error == ENOSPC || error == EDQUOT) hint = "Free some space; the old file is untouched.";
  if (error == EFBIG) hint = "Raise the limit of file sizes (ulimit -f); the old file is untouched.";
  if (error == EACCES || error == EPERM || error == EROFS) hint = "Give yourself permission to write there.";
  if (error == ENOENT || error == ENOTDIR) hint = "Create the folder first.";
  return {kFileUnwritable,
          "cannot " + std::string(what) + " '" + path + "': " + std::generic_category().message(error),
          std::move(where), std::move(hint)};
}

std::string GetFolder(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Where a chain of symbolic links leads, also when nothing is there yet. Fails with ELOOP like the kernel.
Result<std::string> FollowLinks(std::string path) {
  std::string given = path;
  for (int hops = 0; hops < 40; ++hops) {
    char link[PATH_MAX];
    ssize_t length = readlink(path.c_str(), link, sizeof(link));
    if (length < 0) return path;
    std::string target(link, static_cast<size_t>(length));
    path = target.front() == '/' ? target : GetFolder(path) + "/" + target;
  }
  return MakeWriteDiagnostic(given, "write", ELOOP);
}

std::string MakeTemporaryName(const std::string& target) {
  static std::atomic<unsigned> counter{0};
  auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  return GetFolder(target) + "/.strata-" + std::to_string(getpid()) + "-" + std::to_string(now) + "-" +
         std::to_string(counter.fetch_add(1)) + ".tmp";
}

// 0 or the error. Short writes and interruptions are continued.
int WriteAll(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t wrote = write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return 0;
}

int SyncDescriptor(int descriptor) {
  while (fsync(descriptor) != 0) {
    if (errno == EINTR) continue;
    // Some file systems cannot flush; their word is then as good as it gets.
    return errno == EINVAL || errno == EROFS || errno == ENOTSUP ? 0 : errno;
  }
  return 0;
}

void SyncFolder(const std::string& folder) {
  int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  SyncDescriptor(descriptor);
  close(descriptor);
}

}  // namespace

Result<std::unique_ptr<AtomicFileWriter>> AtomicFileWriter::Open(const std::string& path, Flush flush) {
  if (path.empty() || path.find('\0') != std::string::npos) return MakeWriteDiagnostic(path, "write", ENOENT);
  std::unique_ptr<AtomicFileWriter> writer(new AtomicFileWriter);
  struct stat status;
  bool exists = stat(path.c_str(), &status) == 0;
  writer->do_flush_ = exists || flush == Flush::kAlways;
  if (exists && S_ISDIR(status.st_mode)) return MakeWriteDiagnostic(path, "write", EISDIR);
  if (exists && access(path.c_str(), W_OK) != 0) return MakeWriteDiagnostic(path, "write", errno);
  // A pipe or a terminal has no old content to keep, and what /dev/stdout leads to is already open: write
  // straight to it.
  if (exists && (!S_ISREG(status.st_mode) || path.starts_with("/dev/"))) {
    writer->target_ = path;
    writer->descriptor_ = open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_APPEND);
    if (writer->descriptor_ < 0) return MakeWriteDiagnostic(path, "write", errno);
    return writer;
  }
  STRATA_TRY(writer->target_, FollowLinks(path));
  writer->temporary_ = MakeTemporaryName(writer->target_);
  writer->descriptor_ = open(writer->temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (writer->descriptor_ < 0) {
    int error = errno;
    writer->temporary_.clear();
    return MakeWriteDiagnostic(path, "write", error);
  }
  if (exists) {
    // The owner first: changing it may clear bits of the mode. Only the superuser can, and nobody else needs
    // to.
    if (fchown(writer->descriptor_, status.st_uid, status.st_gid) != 0) errno = 0;
    if (fchmod(writer->descriptor_, status.st_mode & 07777) != 0) errno = 0;
  }
  return writer;
}

AtomicFileWriter::~AtomicFileWriter() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Result<void> AtomicFileWriter::Write(std::string_view bytes) {
  if (descriptor_ < 0) return MakeWriteDiagnostic(target_, "write", EBADF);
  if (buffer_.size() + bytes.size() < kBufferBytes) {
    buffer_.append(bytes);
    return {};
  }
  int error = WriteAll(descriptor_, buffer_);
  buffer_.clear();
  if (!error) error = WriteAll(descriptor_, bytes);
  if (error) return MakeWriteDiagnostic(target_, "write", error);
  return {};
}

Result<void> AtomicFileWriter::WriteAt(uint64_t offset, std::string_view bytes) {
  if (descriptor_ < 0) return MakeWriteDiagnostic(target_, "write", EBADF);
  int error = WriteAll(descriptor_, buffer_);
  buffer_.clear();
  while (!error && !bytes.empty()) {
    const ssize_t wrote = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (wrote < 0) {
      if (errno != EINTR) error = errno;
      continue;
    }
    bytes.remove_prefix(static_cast<size_t>(wrote));
    offset += static_cast<uint64_t>(wrote);
  }
  if (error) return MakeWriteDiagnostic(target_, "write", error);
  return {};
}

Result<void> AtomicFileWriter::Commit() {
  if (descriptor_ < 0) return MakeWriteDiagnostic(target_, "write", EBADF);
  int error = WriteAll(descriptor_, buffer_);
  buffer_.clear();
  if (!error && !temporary_.empty() && do_flush_) error = SyncDescriptor(descriptor_);
  // Network file systems may report a failed write only here.
  if (close(descriptor_) != 0 && !error && errno != EINTR) error = errno;
  descriptor_ = -1;
  if (error) return MakeWriteDiagnostic(target_, "write", error);
  if (temporary_.empty()) return {};
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return MakeWriteDiagnostic(target_, "replace", errno);
  temporary_.clear();
  if (do_flush_) SyncFolder(GetFolder(target_));
  return {};
}

Result<void> ReplaceFile(const std::string& path, std::string_view bytes) {
  STRATA_TRY(std::unique_ptr<AtomicFileWriter> writer, AtomicFileWriter::Open(path));
  STRATA_CHECK(writer->Write(bytes));
  return writer->Commit();
}

}  // namespace strata
