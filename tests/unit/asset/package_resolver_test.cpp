#include "strata/asset/package_resolver.h"

#include <doctest/doctest.h>

#include <thread>

#include "strata/base/budget.h"
#include "tests/unit/asset/zip_maker.h"

using namespace strata;
using namespace strata::asset;

namespace {

struct Scene {
  std::shared_ptr<MemoryResolver> memory = std::make_shared<MemoryResolver>(nullptr);
  std::shared_ptr<Resolver> resolver = MakePackageResolver(memory);
  Scene() {
    const std::string inner = MakeZip({{"parts/root.usda", "inner root"},
                                       {"parts/sub/side.usda", "side"},
                                       {"parts/beside_root.usda", "beside root"},
                                       {"parts/a[1].png", "brackets"}});
    memory->Put("/p/outer.usdz", MakeZip({{"inner.usdz", inner}, {"top.usda", "top"}}));
    memory->Put("/p/found.usda", "beside the package");
  }
  std::string Read(const std::string& path) const {
    auto asset = resolver->Open(path);
    return asset ? *(*asset)->ReadAll(1 << 20) : std::string(asset.GetError().code->name);
  }
};

}  // namespace

TEST_CASE("packages are known by their extension") {
  CHECK(IsPackage("a.usdz"));
  CHECK(IsPackage("/b/A.USDZ"));
  CHECK(IsPackage("a.usdz[b.usdz]"));
  CHECK_FALSE(IsPackage("a.usdz[b.usda]"));
  CHECK_FALSE(IsPackage(".usdz"));
  CHECK_FALSE(IsPackage("a.usd"));
}

TEST_CASE("what lies in packages in packages opens") {
  const Scene scene;
  CHECK(scene.Read("/p/outer.usdz[top.usda]") == "top");
  CHECK(scene.Read("/p/outer.usdz[inner.usdz[parts/sub/side.usda]]") == "side");
  CHECK(scene.Read("/p/outer.usdz[none.usda]") == kAssetUnresolved.name);
  CHECK(scene.Read("/p/outer.usdz[top.usda[x.usda]]") == kPackageMalformed.name);
  CHECK(scene.resolver->Resolve("/p/outer.usdz[inner.usdz[parts/root.usda]]", {}) ==
        "/p/outer.usdz[inner.usdz[parts/root.usda]]");
  CHECK(scene.resolver->Resolve("/p/outer.usdz[none.usda]", {}).empty());
  CHECK(scene.resolver->Resolve("/p/none.usdz[none.usda]", {}).empty());
  CHECK(scene.Read(JoinPackage("/p/outer.usdz[inner.usdz]", "parts/a[1].png")) == "brackets");
  CHECK(scene.resolver->FindSimilar("/p/outer.usdz[tip.usda]") ==
        std::vector<std::string>{"/p/outer.usdz[top.usda]"});
}

TEST_CASE("names in a package are looked for in it first") {
  const Scene scene;
  const std::string side = "/p/outer.usdz[inner.usdz[parts/sub/side.usda]]";
  const auto identify = [&](const std::string& path, const std::string& anchor) {
    return scene.resolver->CreateIdentifier(path, anchor);
  };
  CHECK(identify("./x.png", side) == "/p/outer.usdz[inner.usdz[parts/sub/x.png]]");
  CHECK(identify("../x.png", side) == "/p/outer.usdz[inner.usdz[parts/x.png]]");
  CHECK(identify("side.usda", side) == side);
  CHECK(identify("beside_root.usda", side) == "/p/outer.usdz[inner.usdz[parts/beside_root.usda]]");
  CHECK(identify("top.usda", side) == "top.usda");  // in the package around, which is another matter
  CHECK(identify("found.usda", side) == "found.usda");
  CHECK(identify("/p/found.usda", side) == "/p/found.usda");
  // A package stands for its root layer.
  CHECK(identify("./x.png", "/p/outer.usdz") == "/p/outer.usdz[inner.usdz[parts/x.png]]");
  CHECK(identify("sub/side.usda", "/p/outer.usdz") == side);
  CHECK(identify("./outer.usdz[top.usda]", "/p/found.usda") == "/p/outer.usdz[top.usda]");
}

TEST_CASE("a package that changes is opened anew") {
  const Scene scene;
  CHECK(scene.Read("/p/outer.usdz[top.usda]") == "top");
  auto before = scene.resolver->Open("/p/outer.usdz[top.usda]");
  scene.memory->Put("/p/outer.usdz", MakeZip({{"top.usda", "changed"}}));
  CHECK(scene.Read("/p/outer.usdz[top.usda]") == "changed");
  REQUIRE(before);
  CHECK(*(*before)->ReadAll(100) == "top");
}

TEST_CASE("packages nest only so deep") {
  auto memory = std::make_shared<MemoryResolver>(nullptr);
  std::string zip = MakeZip({{"leaf.usda", "leaf"}});
  std::string path = "leaf.usda";
  for (int depth = 0; depth < 40; ++depth) {
    zip = MakeZip({{"n.usdz", zip}});
    path = "n.usdz[" + path + "]";
  }
  memory->Put("/deep.usdz", zip);
  auto opened = MakePackageResolver(memory)->Open("/deep.usdz[" + path + "]");
  REQUIRE_FALSE(opened);
  CHECK(opened.GetError().code->name == std::string(kBudgetExceeded.name));
  CHECK(MakePackageResolver(memory)->CreateIdentifier("./x", "/deep.usdz") == "/x");
}

TEST_CASE("many threads read from one package") {
  const Scene scene;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i)
        if (scene.Read("/p/outer.usdz[inner.usdz[parts/sub/side.usda]]") != "side") ++wrong;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("one resolver of packages is enough") {
  auto resolver = MakePackageResolver(MakeFileResolver());
  CHECK(MakePackageResolver(resolver) == resolver);
}
