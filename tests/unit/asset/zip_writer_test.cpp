#include "strata/asset/zip_writer.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "strata/base/files.h"

using namespace strata;
using namespace strata::asset;

namespace {

struct TemporaryFile {
  std::string path;
  TemporaryFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "strata_zip_XXXXXX").string();
    close(mkstemp(pattern.data()));
    path = pattern;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

void WriteTwo(const std::string& path) {
  auto zip = ZipWriter::Open(path);
  REQUIRE(zip);
  CHECK((*zip)->Add("root.usda", "#usda 1.0\n"));
  CHECK((*zip)->Add("deep/er/tex.png", *MakeMemoryAsset(std::string(3'000'000, 'x'))));
  CHECK((*zip)->Add("empty.png", ""));
  CHECK((*zip)->Commit());
}

}  // namespace

TEST_CASE("what is written reads back, each file at a multiple of 64") {
  const TemporaryFile file;
  WriteTwo(file.path);
  auto bytes = ReadWholeFile(file.path);
  REQUIRE(bytes);
  auto archive = ZipArchive::Open(MakeMemoryAsset(*bytes), file.path);
  REQUIRE(archive);
  REQUIRE((*archive)->GetEntries().size() == 3);
  CHECK((*archive)->GetFirst()->name == "root.usda");
  CHECK((*archive)->GetRemarks().IsEmpty());
  CHECK_FALSE((*archive)->IsZip64());
  CHECK_FALSE((*archive)->HasTail());
  for (const ZipEntry& entry : (*archive)->GetEntries()) {
    CAPTURE(entry.name);
    CHECK((*archive)->CheckContent(entry));
    CHECK((*archive)->FindData(entry).ValueOr(1) % 64 == 0);
  }
}

TEST_CASE("every length of a name leaves the bytes aligned") {
  const TemporaryFile file;
  {
    auto zip = ZipWriter::Open(file.path);
    REQUIRE(zip);
    for (size_t length = 1; length <= 130; ++length) CHECK((*zip)->Add(std::string(length, 'n'), "bytes"));
    CHECK((*zip)->Commit());
  }
  auto archive = ZipArchive::Open(MakeMemoryAsset(*ReadWholeFile(file.path)), file.path);
  REQUIRE(archive);
  for (const ZipEntry& entry : (*archive)->GetEntries())
    CHECK((*archive)->FindData(entry).ValueOr(1) % 64 == 0);
}

TEST_CASE("equal files make equal archives") {
  const TemporaryFile one, two;
  WriteTwo(one.path);
  WriteTwo(two.path);
  CHECK(*ReadWholeFile(one.path) == *ReadWholeFile(two.path));
}

TEST_CASE("names that leave the archive or come twice are refused") {
  const TemporaryFile file;
  auto zip = ZipWriter::Open(file.path);
  REQUIRE(zip);
  CHECK((*zip)->Add("a.usda", "x"));
  for (const std::string name : {"a.usda", "../b.usda", "/b.usda", "b\\c.usda", "", "x/../../b.usda"}) {
    CAPTURE(name);
    CHECK_FALSE((*zip)->Add(name, "x"));
  }
}

TEST_CASE("without commit the old file stays") {
  const TemporaryFile file;
  CHECK(ReplaceFile(file.path, "before"));
  {
    auto zip = ZipWriter::Open(file.path);
    REQUIRE(zip);
    CHECK((*zip)->Add("a.usda", "x"));
  }
  CHECK(*ReadWholeFile(file.path) == "before");
}

TEST_CASE("Zip64 is written on request alone") {
  // So many files need Zip64 as much as so many bytes do.
  for (const auto zip64 : {ZipWriterOptions::Zip64::kRefuse, ZipWriterOptions::Zip64::kAllow}) {
    const TemporaryFile file;
    ZipWriterOptions options;
    options.zip64 = zip64;
    options.alignment = 1;
    auto zip = ZipWriter::Open(file.path, options);
    REQUIRE(zip);
    std::string refusal;
    for (int i = 0; i < 65'600 && refusal.empty(); ++i)
      if (auto added = (*zip)->Add(std::to_string(i), "x"); !added) refusal = added.GetError().code->name;
    CHECK(refusal.empty() == (zip64 == ZipWriterOptions::Zip64::kAllow));
    if (!refusal.empty()) continue;
    CHECK((*zip)->Commit());
    CHECK((*zip)->IsZip64());
    auto archive = ZipArchive::Open(MakeMemoryAsset(*ReadWholeFile(file.path)), file.path);
    REQUIRE(archive);
    CHECK((*archive)->IsZip64());
    CHECK((*archive)->GetEntries().size() == 65'600);
    CHECK((*archive)->CheckContent(*(*archive)->Find("65599")));
  }
}
