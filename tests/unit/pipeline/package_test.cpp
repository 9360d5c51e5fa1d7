#include "strata/pipeline/package.h"

#include <stdlib.h>

#include <filesystem>

#include "strata/base/files.h"
#include "tests/unit/pipeline/scene.h"

using namespace strata;
using namespace strata::pipeline;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path root;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "strata_pack_XXXXXX").string();
    root = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(root); }
  std::string At(const std::string& name) const { return (root / name).string(); }
};

std::vector<std::string> CodesOf(const Diagnostics& diagnostics) {
  std::vector<std::string> codes;
  for (const Diagnostic& diagnostic : diagnostics.GetAll()) codes.emplace_back(diagnostic.code->name);
  return codes;
}

Diagnostics Check(const std::string& zip) {
  asset::MemoryResolver memory(nullptr);
  memory.Put("/p.usdz", zip);
  Diagnostics diagnostics;
  if (Result<void> checked = ValidatePackage(memory, "/p.usdz", diagnostics); !checked)
    diagnostics.Add(checked.TakeError());
  return diagnostics;
}

}  // namespace

TEST_CASE("a scene packs, checks, opens and unpacks") {
  const Folder folder;
  Scene scene({{"/s/root.usda", "def \"A\" (references = @../x/r.usda@</B>) {\n}\n"},
               {"/x/r.usda", "def \"B\" {\n asset t = @./t.png@\n}\n"},
               {"/x/t.png", "texture"}});
  const std::string path = folder.At("out.usdz");
  REQUIRE(CreateNewUsdzPackage(*scene.registry, scene.Open("/s/root.usda"), path, {}, scene.diagnostics));
  CHECK(scene.diagnostics.IsEmpty());

  const auto files = asset::MakePackageResolver(asset::MakeFileResolver());
  Diagnostics diagnostics;
  CHECK(ValidatePackage(*files, path, diagnostics));
  CHECK(diagnostics.IsEmpty());
  auto entries = ListPackage(*files, path, diagnostics);
  REQUIRE(entries);
  std::vector<std::string> names;
  for (const PackageEntry& entry : *entries) names.push_back(entry.name);
  CHECK(Join(names) == "root.usda 0/r.usda 0/t.png");
  CHECK(ExtractUsdzPackage(*files, path, folder.At("unpacked"), ExistingFiles::kRefuse, diagnostics));
  CHECK(*ReadWholeFile(folder.At("unpacked/0/t.png")) == "texture");
  CHECK_FALSE(ExtractUsdzPackage(*files, path, folder.At("unpacked"), ExistingFiles::kRefuse, diagnostics));
  CHECK(ExtractUsdzPackage(*files, path, folder.At("unpacked"), ExistingFiles::kReplace, diagnostics));
}

TEST_CASE("what packages may not be is told") {
  const std::string layer = "#usda 1.0\n";
  CHECK(CodesOf(Check(asset::MakeZip({{"x.png", "x"}, {"r.usda", layer}}))) ==
        std::vector<std::string>{"pipeline.package-root", "pipeline.package-layout",
                                 "pipeline.package-layout"});
  CHECK(CodesOf(Check(asset::MakeZip({{"r.usda", layer}}, asset::ZipNumbers::kZip64))) ==
        std::vector<std::string>{"pipeline.package-layout", "pipeline.package-layout"});
  CHECK(CodesOf(Check(asset::MakeZip({{"r.usda", layer, 8}}))) ==
        std::vector<std::string>{"asset.package-entry-unreadable"});
  CHECK(CodesOf(Check("no zip at all, and long enough to be one")) ==
        std::vector<std::string>{"asset.package-malformed"});
  CHECK(CodesOf(Check(asset::MakeZip({{"r.usda", layer}, {"notes.txt", "x"}}))).front() ==
        "pipeline.package-layout");
}

TEST_CASE("nothing is unpacked outside of the folder") {
  const Folder folder;
  asset::MemoryResolver memory(nullptr);
  memory.Put("/p.usdz",
             asset::MakeZip({{"../evil.usda", "x"}, {"/tmp/evil.usda", "x"}, {"link/evil.usda", "x"}}));
  fs::create_directories(folder.At("out"));
  fs::create_directories(folder.At("elsewhere"));
  fs::create_directory_symlink(folder.At("elsewhere"), folder.At("out/link"));
  Diagnostics diagnostics;
  CHECK_FALSE(ExtractUsdzPackage(memory, "/p.usdz", folder.At("out"), ExistingFiles::kReplace, diagnostics));
  CHECK_FALSE(fs::exists(folder.At("evil.usda")));
  CHECK_FALSE(fs::exists(folder.At("elsewhere/evil.usda")));
  CHECK(diagnostics.GetAll().size() == 2);
}
