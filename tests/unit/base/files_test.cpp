#include "strata/base/files.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace strata;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() : path(fs::temp_directory_path() / ("strata_files_" + std::to_string(getpid()))) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const char* name) const { return (path / name).string(); }
  size_t CountFiles() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
};

mode_t GetMode(const std::string& path) {
  struct stat status{};
  stat(path.c_str(), &status);
  return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("What is written is read back, whole, mapped and by position") {
  Folder folder;
  std::string file = folder / "a.bin", bytes(300'000, 'x');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  REQUIRE(ReplaceFile(file, bytes));
  CHECK(*ReadWholeFile(file) == bytes);
  auto mapped = MappedFile::Open(file);
  REQUIRE(mapped);
  CHECK(std::string_view((*mapped)->GetData(), (*mapped)->GetSize()) == bytes);
  auto input = InputFile::Open(file);
  REQUIRE(input);
  CHECK((*input)->GetSize() == bytes.size());
  char part[10];
  CHECK(*(*input)->ReadAt(299'995, part, 10) == 5);
  CHECK(std::string_view(part, 5) == bytes.substr(299'995));
  CHECK(*(*input)->ReadAt(400'000, part, 10) == 0);
}

TEST_CASE("An empty file maps to no bytes") {
  Folder folder;
  REQUIRE(ReplaceFile(folder / "empty", ""));
  auto mapped = MappedFile::Open(folder / "empty");
  REQUIRE(mapped);
  CHECK((*mapped)->GetSize() == 0);
  CHECK((*mapped)->GetData() != nullptr);
  CHECK(ReadWholeFile(folder / "empty")->empty());
}

TEST_CASE("Missing files, folders and pipes are refused with their own diagnostics") {
  Folder folder;
  auto missing = ReadWholeFile(folder / "none");
  REQUIRE_FALSE(missing);
  CHECK(missing.GetError().code == &kFileNotFound);
  CHECK(missing.GetError().location.file == folder / "none");
  CHECK(InputFile::Open(folder.path.string()).GetError().code == &kFileUnreadable);
  CHECK(InputFile::Open(folder.path.string()).GetError().message.find("folder") != std::string::npos);
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(MappedFile::Open(folder / "pipe").GetError().code == &kFileUnreadable);
  CHECK(InputFile::Open(std::string("a\0b", 3)).GetError().code == &kFileNotFound);
}

TEST_CASE("A file larger than the limit is not read") {
  Folder folder;
  REQUIRE(ReplaceFile(folder / "a", "0123456789"));
  CHECK(ReadWholeFile(folder / "a", 10).HasValue());
  CHECK_FALSE(ReadWholeFile(folder / "a", 9).HasValue());
}

TEST_CASE("Without Commit the old file stays and nothing is left beside it") {
  Folder folder;
  std::string file = folder / "a";
  REQUIRE(ReplaceFile(file, "old"));
  {
    auto writer = AtomicFileWriter::Open(file);
    REQUIRE(writer);
    REQUIRE((*writer)->Write(std::string(1'000'000, 'n')));
  }
  CHECK(*ReadWholeFile(file) == "old");
  CHECK(folder.CountFiles() == 1);
}

TEST_CASE("Replacing a file keeps its permissions and follows links") {
  Folder folder;
  std::string file = folder / "real", link = folder / "link";
  REQUIRE(ReplaceFile(file, "old"));
  REQUIRE(chmod(file.c_str(), 0640) == 0);
  fs::create_symlink("real", link);
  REQUIRE(ReplaceFile(link, "new"));
  CHECK(*ReadWholeFile(file) == "new");
  CHECK(fs::is_symlink(link));
  CHECK(GetMode(file) == 0640);
  fs::create_symlink("not_yet", folder / "dangling");
  REQUIRE(ReplaceFile(folder / "dangling", "made"));
  CHECK(*ReadWholeFile(folder / "not_yet") == "made");
  fs::create_symlink("loop", folder / "loop");
  CHECK(ReplaceFile(folder / "loop", "x").GetError().code == &kFileUnwritable);
}

TEST_CASE("Writing into a missing folder or over a folder is refused") {
  Folder folder;
  CHECK(ReplaceFile(folder / "no/such/file", "x").GetError().code == &kFileUnwritable);
  CHECK(ReplaceFile(folder.path.string(), "x").GetError().code == &kFileUnwritable);
  CHECK(ReplaceFile("", "x").GetError().code == &kFileUnwritable);
}

TEST_CASE("When space runs out the old file is intact and the diagnostic says so") {
  Folder folder;
  std::string file = folder / "a";
  REQUIRE(ReplaceFile(file, "old"));
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, SIG_IGN);
  rlimit tight{100'000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &tight);
  auto result = ReplaceFile(file, std::string(1'000'000, 'n'));
  setrlimit(RLIMIT_FSIZE, &before);
  REQUIRE_FALSE(result);
  CHECK(result.GetError().code == &kFileUnwritable);
  CHECK(*ReadWholeFile(file) == "old");
  CHECK(folder.CountFiles() == 1);
  if (access("/dev/full", W_OK) == 0) {
    auto full = ReplaceFile("/dev/full", "x");
    REQUIRE_FALSE(full);
    CHECK(full.GetError().message.find("No space") != std::string::npos);
  }
}

TEST_CASE("Single lines are found by number") {
  Folder folder;
  REQUIRE(ReplaceFile(folder / "t", "one\r\ntwo\n\nfour"));
  CHECK(ReadLineOfFile(folder / "t", 1) == "one");
  CHECK(ReadLineOfFile(folder / "t", 2) == "two");
  CHECK(ReadLineOfFile(folder / "t", 3).empty());
  CHECK(ReadLineOfFile(folder / "t", 4) == "four");
  CHECK(ReadLineOfFile(folder / "t", 5).empty());
  CHECK(ReadLineOfFile(folder / "none", 1).empty());
}
