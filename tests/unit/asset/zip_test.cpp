#include "strata/asset/zip.h"

#include <doctest/doctest.h>

#include "strata/base/budget.h"
#include "tests/unit/asset/zip_maker.h"

using namespace strata;
using namespace strata::asset;

namespace {

Result<std::shared_ptr<const ZipArchive>> OpenZip(std::string bytes, const ZipLimits& limits = {}) {
  return ZipArchive::Open(MakeMemoryAsset(std::move(bytes)), "p.usdz", limits);
}

std::string ReadEntry(const ZipArchive& archive, std::string_view name) {
  const ZipEntry* entry = archive.Find(name);
  if (!entry) return "no entry";
  auto asset = archive.OpenEntry(*entry);
  if (!asset) return asset.GetError().code->name;
  return *(*asset)->ReadAll(1 << 20);
}

// The name of the code with which an archive is refused; empty when it opens.
std::string GetRefusal(std::string bytes, const ZipLimits& limits = {}) {
  auto archive = OpenZip(std::move(bytes), limits);
  return archive ? std::string() : archive.GetError().code->name;
}

}  // namespace

TEST_CASE("checksums are those of zip files") {
  CHECK(ComputeCrc32("") == 0);
  CHECK(ComputeCrc32("123456789") == 0xcbf43926);
  CHECK(ComputeCrc32("56789", ComputeCrc32("1234")) == 0xcbf43926);
  CHECK(ComputeCrc32("The quick brown fox jumps over the lazy dog") == 0x414fa339);
}

TEST_CASE("stored files of an archive are read in place") {
  auto asset = MakeMemoryAsset(MakeZip({{"a.usda", "first"}, {"b/c.png", "second"}, {"empty", ""}}));
  auto archive = ZipArchive::Open(asset, "p.usdz");
  REQUIRE(archive);
  CHECK((*archive)->GetFirst()->name == "a.usda");
  CHECK(ReadEntry(**archive, "b/c.png") == "second");
  CHECK(ReadEntry(**archive, "empty").empty());
  CHECK((*archive)->Find("b") == nullptr);
  auto inner = (*archive)->OpenEntry(*(*archive)->Find("b/c.png"));
  REQUIRE(inner);
  auto bytes = (*inner)->Map();
  REQUIRE(bytes);
  CHECK(std::string_view(bytes->data, bytes->size) == "second");
  CHECK(bytes->data >= asset->GetBuffer());
  CHECK(bytes->data < asset->GetBuffer() + asset->GetSize());
  char buffer[16];
  CHECK(*(*inner)->ReadAt(3, buffer, 16) == 3);
  CHECK(*(*inner)->ReadAt(6, buffer, 16) == 0);
  for (const ZipEntry& entry : (*archive)->GetEntries()) CHECK((*archive)->CheckContent(entry));
}

TEST_CASE("the first file is the one that lies first, whatever the directory lists first") {
  std::string zip = MakeZip({{"a.usda", "1"}, {"b.usda", "2"}});
  const size_t first = zip.find("PK\x01\x02"), second = zip.find("PK\x01\x02", first + 1);
  const std::string entry = zip.substr(first, second - first);
  zip.erase(first, entry.size());
  zip.insert(zip.rfind("PK\x05\x06"), entry);
  auto archive = OpenZip(zip);
  REQUIRE(archive);
  CHECK((*archive)->GetFirst()->name == "a.usda");
}

TEST_CASE("Zip64 archives are read") {
  auto archive = OpenZip(MakeZip({{"a.usda", "first"}, {"b.usda", "second"}}, ZipNumbers::kZip64));
  REQUIRE(archive);
  CHECK(ReadEntry(**archive, "a.usda") == "first");
  CHECK(ReadEntry(**archive, "b.usda") == "second");
}

TEST_CASE("a comment behind the end record does no harm") {
  const std::vector<ZipFile> files{{"a.usda", "first"}};
  CHECK(GetRefusal(MakeZip(files, ZipNumbers::kPlain, "made today")).empty());
  CHECK(GetRefusal(MakeZip(files, ZipNumbers::kPlain, std::string(60'000, 'x'))).empty());
  CHECK(GetRefusal(MakeZip(files) + "zz").empty());
}

TEST_CASE("compressed and encrypted files are refused by name, their neighbours are not") {
  auto archive = OpenZip(MakeZip({{"a.usda", "x", 8}, {"b.usda", "x", 0, 1}, {"c.usda", "x"}}));
  REQUIRE(archive);
  auto compressed = (*archive)->OpenEntry(*(*archive)->Find("a.usda"));
  REQUIRE_FALSE(compressed);
  CHECK(compressed.GetError().message.find("is compressed") != std::string::npos);
  auto encrypted = (*archive)->OpenEntry(*(*archive)->Find("b.usda"));
  REQUIRE_FALSE(encrypted);
  CHECK(encrypted.GetError().message.find("is encrypted") != std::string::npos);
  CHECK(ReadEntry(**archive, "c.usda") == "x");
}

TEST_CASE("a header that contradicts the directory is refused") {
  auto archive = OpenZip(MakeZip({{"a.usda", "x", 0, 0, "b.usda"}, {"c.usda", "x"}}));
  REQUIRE(archive);
  CHECK(ReadEntry(**archive, "a.usda") == kPackageEntryUnreadable.name);
  CHECK(ReadEntry(**archive, "c.usda") == "x");
  archive = OpenZip(MakeZip({{"a.usda", "12345", 0, 0, {}, -2}}));
  REQUIRE(archive);
  CHECK(ReadEntry(**archive, "a.usda") == kPackageEntryUnreadable.name);
}

TEST_CASE("names that leave the package, or come twice, are left out with a remark") {
  auto archive = OpenZip(MakeZip({{"../a.usda", "1"},
                                  {"/b.usda", "2"},
                                  {"c\\d.usda", "3"},
                                  {"x/../../e.usda", "4"},
                                  {"f.usda", "5"},
                                  {"f.usda", "6"},
                                  {"folder/", ""},
                                  {"", "7"},
                                  {"\xff.usda", "8"}}));
  REQUIRE(archive);
  CHECK((*archive)->GetFirst()->name == "f.usda");
  CHECK(ReadEntry(**archive, "f.usda") == "5");
  CHECK((*archive)->Find("../a.usda") == nullptr);
  CHECK((*archive)->GetRemarks().GetAll().size() == 7);
  CHECK_FALSE((*archive)->GetRemarks().HasErrors());
}

TEST_CASE("files that share bytes are refused") {
  // Both directory entries name the same bytes.
  std::string zip = MakeZip({{"a.usda", "first"}, {"b.usda", "other"}});
  const size_t second = zip.find("PK\x01\x02", zip.find("PK\x01\x02") + 1);
  zip.replace(second + 42, 4, std::string(4, '\0'));
  CHECK(GetRefusal(zip) == kPackageMalformed.name);
  CHECK(GetRefusal(MakeZip({{"a.usda", "12345", 0, 0, {}, 40}, {"b.usda", "x"}})) == kPackageMalformed.name);
  CHECK(GetRefusal(MakeZip({{"a.usda", "12345", 0, 0, {}, 1 << 30}})) == kPackageMalformed.name);
}

TEST_CASE("an archive that is cut anywhere is refused") {
  const std::string zip = MakeZip({{"a.usda", "first"}, {"b.usda", "second"}}, ZipNumbers::kZip64);
  for (size_t size = 0; size < zip.size(); ++size) {
    CAPTURE(size);
    CHECK(GetRefusal(zip.substr(0, size)) == kPackageMalformed.name);
  }
}

TEST_CASE("counts and sizes that the file cannot hold are refused") {
  std::string zip = MakeZip({{"a.usda", "x"}});
  const size_t end = zip.rfind("PK\x05\x06");
  std::string many = zip;
  many.replace(end + 8, 4, "\xfe\xff\xfe\xff");
  CHECK(GetRefusal(many) == kPackageMalformed.name);
  ZipLimits limits;
  limits.max_entries = 1;
  CHECK(GetRefusal(zip, limits).empty());
  CHECK(GetRefusal(MakeZip({{"a.usda", "x"}, {"b.usda", "x"}}), limits) == kBudgetExceeded.name);
  limits.max_directory_bytes = 10;
  CHECK(GetRefusal(zip, limits) == kBudgetExceeded.name);
}

TEST_CASE("a changed byte shows in the checksum") {
  std::string zip = MakeZip({{"a.usda", "first"}});
  zip[zip.find("first")] = 'F';
  auto archive = OpenZip(zip);
  REQUIRE(archive);
  const Result<void> checked = (*archive)->CheckContent(*(*archive)->Find("a.usda"));
  REQUIRE_FALSE(checked);
  CHECK(checked.GetError().code->name == std::string(kPackageEntryUnreadable.name));
}
