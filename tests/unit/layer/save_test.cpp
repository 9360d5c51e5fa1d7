#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

#include "strata/base/files.h"
#include "strata/layer/registry.h"
#include "tests/unit/layer/line_format.h"

using namespace strata;
using namespace strata::layer;

namespace {

size_t CountFiles(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

// While one lives, no file grows beyond so many bytes: as on a disk that is full.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace

TEST_CASE("a file that someone else changed is not saved over, unless that is asked for") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  scene.Write("root.usda", "#usda\nTheirs\n");
  const auto refused = layer->Save();
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kLayerChangedOutside);
  CHECK(refused.GetError().location.file == path);
  CHECK_FALSE(refused.GetError().hint.empty());
  CHECK(layer->IsDirty());
  CHECK(*ReadWholeFile(path) == "#usda\nTheirs\n");

  SaveOptions options;
  options.external_change = SaveOptions::ExternalChange::kOverwrite;
  REQUIRE(layer->Save(options));
  CHECK(*ReadWholeFile(path) == "#usda\nA\nB\n");
  REQUIRE(layer->CreatePrimSpec(Path("/C"), Specifier::kDef));
  REQUIRE(layer->Save());  // what it wrote itself is no change
  CHECK(*ReadWholeFile(path) == "#usda\nA\nB\nC\n");
}

TEST_CASE("a file that is gone is saved anew, and one that came into being meanwhile is kept") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  fs::remove(path);
  REQUIRE(layer->Save());
  CHECK(*ReadWholeFile(path) == "#usda\nA\nB\n");

  const std::string fresh = (scene.root / "fresh.usda").string();
  const auto created = scene.registry->CreateNew(fresh);
  REQUIRE(created);
  scene.Write("fresh.usda", "#usda\nTheirs\n");
  CHECK_FALSE((*created)->Save());
  CHECK(*ReadWholeFile(fresh) == "#usda\nTheirs\n");
}

TEST_CASE("a layer that says what its file says is not written") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  const auto before = fs::last_write_time(path);
  fs::permissions(path, fs::perms::owner_read);
  CHECK(layer->Save());
  CHECK(fs::last_write_time(path) == before);
}

TEST_CASE("a disk that fills up leaves the old file and the layer dirty") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  for (int i = 0; i < 2000; ++i)
    REQUIRE(layer->CreatePrimSpec(Path("/Prim_" + std::to_string(i)), Specifier::kDef));
  {
    const FullDisk full(4096);
    const auto failed = layer->Save();
    REQUIRE_FALSE(failed);
    CHECK(failed.GetError().code == &kFileUnwritable);
    CHECK_FALSE(failed.GetError().hint.empty());
    CHECK_FALSE(layer->Export((scene.root / "other.usda").string()));
  }
  CHECK(layer->IsDirty());
  CHECK(*ReadWholeFile(path) == "#usda\nA\n");
  CHECK(CountFiles(scene.root) == 1);  // nothing half written beside it
  REQUIRE(layer->Save());
  CHECK(scene.Open(path)->HasSpec(Path("/Prim_1999")));
}

TEST_CASE("a folder that may not be written in is an error that names the file") {
  if (geteuid() == 0) return;  // the superuser may
  const Scene scene;
  const std::string path = scene.Write("sub/root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  fs::permissions(scene.root / "sub", fs::perms::owner_read | fs::perms::owner_exec);
  const auto failed = layer->Save();
  fs::permissions(scene.root / "sub", fs::perms::owner_all);
  REQUIRE_FALSE(failed);
  CHECK(failed.GetError().code == &kFileUnwritable);
  CHECK(failed.GetError().location.file == path);
  CHECK(*ReadWholeFile(path) == "#usda\nA\n");
  CHECK(layer->IsDirty());
}

TEST_CASE("saving through a symbolic link writes the file that it names and keeps the link") {
  const Scene scene;
  const std::string real = scene.Write("real/root.usda", "#usda\nA\n");
  const fs::path link = scene.root / "link.usda";
  fs::create_symlink("real/root.usda", link);
  const LayerPtr layer = scene.Open(link.string());
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  REQUIRE(layer->Save());
  CHECK(fs::is_symlink(link));
  CHECK(*ReadWholeFile(real) == "#usda\nA\nB\n");
}
