#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "strata/asset/asset.h"
#include "strata/asset/similar.h"

using namespace strata;
using namespace strata::asset;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path root;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "strata_asset_XXXXXX").string();
    root = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(root); }
  std::string Write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << bytes;
    return (root / name).string();
  }
  std::string At(const std::string& name) const { return (root / name).string(); }
};

std::string ReadText(const Resolver& resolver, const std::string& path) {
  auto asset = resolver.Open(path);
  if (!asset) return "error: " + asset.GetError().message;
  auto text = (*asset)->ReadAll(1 << 20);
  return text ? *text : "error: " + text.GetError().message;
}

}  // namespace

TEST_CASE("paths with a leading dot are anchored whether or not they exist") {
  Folder folder;
  const std::string anchor = folder.Write("a/root.usda", "");
  auto resolver = MakeFileResolver();
  CHECK(resolver->CreateIdentifier("./none.usda", anchor) == folder.At("a/none.usda"));
  CHECK(resolver->CreateIdentifier("../none.usda", anchor) == folder.At("none.usda"));
  CHECK(resolver->CreateIdentifier("/x//y.usda", anchor) == "/x/y.usda");
  CHECK(resolver->CreateIdentifier("", anchor).empty());
}

TEST_CASE("other relative paths are looked for beside the anchor first, then in search paths") {
  Folder folder;
  const std::string anchor = folder.Write("a/root.usda", "");
  folder.Write("a/near.usda", "near");
  folder.Write("lib/far.usda", "far");
  folder.Write("lib/near.usda", "hidden");
  auto resolver = MakeFileResolver({folder.At("lib")});
  CHECK(resolver->CreateIdentifier("near.usda", anchor) == folder.At("a/near.usda"));
  CHECK(resolver->CreateIdentifier("far.usda", anchor) == "far.usda");
  CHECK(resolver->Resolve("far.usda", {}) == folder.At("lib/far.usda"));
  CHECK(ReadText(*resolver, resolver->Resolve("far.usda", {})) == "far");
  CHECK(resolver->Resolve("nowhere.usda", {}).empty());
}

TEST_CASE("search paths of the context come before those of the resolver") {
  Folder folder;
  folder.Write("one/x.usda", "");
  folder.Write("two/x.usda", "");
  auto resolver = MakeFileResolver({folder.At("two")});
  CHECK(resolver->Resolve("x.usda", {}) == folder.At("two/x.usda"));
  CHECK(resolver->Resolve("x.usda", ResolverContext{{folder.At("one")}}) == folder.At("one/x.usda"));
}

TEST_CASE("search paths come from PXR_AR_DEFAULT_SEARCH_PATH too") {
  Folder folder;
  folder.Write("env/y.usda", "");
  setenv("PXR_AR_DEFAULT_SEARCH_PATH", (folder.At("none") + ":" + folder.At("env")).c_str(), 1);
  auto resolver = MakeFileResolver();
  unsetenv("PXR_AR_DEFAULT_SEARCH_PATH");
  CHECK(resolver->Resolve("y.usda", {}) == folder.At("env/y.usda"));
}

TEST_CASE("folders and pipes do not open as assets") {
  Folder folder;
  fs::create_directory(folder.root / "sub");
  REQUIRE(mkfifo(folder.At("pipe").c_str(), 0600) == 0);
  auto resolver = MakeFileResolver();
  CHECK(ReadText(*resolver, folder.At("sub")).starts_with("error: "));
  CHECK(ReadText(*resolver, folder.At("pipe")).starts_with("error: "));
  CHECK(ReadText(*resolver, folder.At("none")).starts_with("error: "));
}

TEST_CASE("a stamp changes when the bytes do") {
  Folder folder;
  const std::string path = folder.Write("x.usda", "one");
  auto resolver = MakeFileResolver();
  const std::string before = resolver->GetModificationStamp(path);
  CHECK_FALSE(before.empty());
  CHECK(resolver->GetModificationStamp(path) == before);
  folder.Write("x.usda", "longer");
  CHECK(resolver->GetModificationStamp(path) != before);
  CHECK(resolver->GetModificationStamp(folder.At("none")).empty());
}

TEST_CASE("what lies in a package refers to things in it") {
  auto resolver = MakePackageResolver(MakeFileResolver());
  CHECK(resolver->CreateIdentifier("./d.png", "/p/a.usdz[b/c.usda]") == "/p/a.usdz[b/d.png]");
  CHECK(resolver->CreateIdentifier("./a.usdz[b.usd]", "/p/x.usda") == "/p/a.usdz[b.usd]");
}

TEST_CASE("a mistyped name finds its neighbours") {
  Folder folder;
  folder.Write("geometry.usda", "");
  folder.Write("lights.usda", "");
  auto resolver = MakeFileResolver();
  CHECK(resolver->FindSimilar(folder.At("geometri.usda")) ==
        std::vector<std::string>{folder.At("geometry.usda")});
  CHECK(resolver->FindSimilar(folder.At("zzzzzzzzzzzz.png")).empty());
  CHECK(resolver->FindSimilar("/no/such/folder/x.usda").empty());
  CHECK(FindSimilarNames("Lights.usda", {"lights.usda"}) == std::vector<std::string>{"lights.usda"});
}

TEST_CASE("assets in memory come before files and are anchored to each other") {
  Folder folder;
  const std::string disk = folder.Write("disk.usda", "disk");
  MemoryResolver resolver(MakeFileResolver());
  resolver.Put("shot/root.usda", "root");
  resolver.Put("shot/part.usda", "part");
  resolver.Put(disk, "shadow");
  CHECK(resolver.CreateIdentifier("./part.usda", "shot/root.usda") == "shot/part.usda");
  CHECK(resolver.CreateIdentifier("part.usda", "shot/root.usda") == "shot/part.usda");
  CHECK(resolver.CreateIdentifier("./none.usda", "shot/root.usda") == "shot/none.usda");
  CHECK(ReadText(resolver, resolver.Resolve("shot/part.usda", {})) == "part");
  CHECK(ReadText(resolver, resolver.Resolve(disk, {})) == "shadow");
  CHECK(resolver.Remove(disk));
  CHECK(ReadText(resolver, resolver.Resolve(disk, {})) == "disk");
  const std::string before = resolver.GetModificationStamp("shot/part.usda");
  resolver.Put("shot/part.usda", "part");
  CHECK(resolver.GetModificationStamp("shot/part.usda") != before);
  CHECK(ReadText(MemoryResolver(nullptr), "x").starts_with("error: "));
}

TEST_CASE("reading by position ends at the end") {
  auto asset = MakeMemoryAsset("abcdef");
  char buffer[8] = {};
  CHECK(*asset->ReadAt(4, buffer, 8) == 2);
  CHECK(std::string(buffer, 2) == "ef");
  CHECK(*asset->ReadAt(6, buffer, 8) == 0);
  CHECK_FALSE(asset->ReadAll(5));
}

TEST_CASE("a mapping outlives its asset and is of the file that was opened") {
  Folder folder;
  const std::string path = folder.Write("a.bin", "first");
  auto opened = MakeFileResolver()->Open(path);
  REQUIRE(opened);
  fs::remove(path);
  folder.Write("a.bin", "another file");
  auto mapping = (*opened)->Map();
  REQUIRE(mapping);
  CHECK((*opened)->Map()->data == mapping->data);
  opened->reset();
  CHECK(std::string_view(mapping->data, mapping->size) == "first");

  auto memory = MakeMemoryAsset("bytes");
  auto bytes = memory->Map();
  REQUIRE(bytes);
  CHECK(bytes->data == memory->GetBuffer());
  memory.reset();
  CHECK(std::string_view(bytes->data, bytes->size) == "bytes");
}

TEST_CASE("many threads put and read assets in memory") {
  MemoryResolver resolver(nullptr);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&resolver, &wrong, t] {
      for (int i = 0; i < 500; ++i) {
        const std::string name = "a" + std::to_string((i + t) % 7);
        resolver.Put(name, name);
        if (ReadText(resolver, resolver.Resolve(name, {})) != name) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}
