#include "strata/format/package/package.h"

#include <doctest/doctest.h>

#include "strata/asset/asset.h"
#include "strata/format/formats.h"
#include "strata/layer/registry.h"
#include "tests/unit/asset/zip_maker.h"

using namespace strata;
using strata::asset::MakeZip;
using strata::asset::MemoryResolver;

namespace {

struct Scene {
  std::shared_ptr<MemoryResolver> memory = std::make_shared<MemoryResolver>(nullptr);
  std::shared_ptr<layer::LayerRegistry> registry =
      layer::LayerRegistry::Create(memory, nullptr, format::MakeFormats());
  Diagnostics diagnostics;
  layer::LayerPtr Open(const std::string& path, const layer::Layer* anchor = nullptr) {
    return registry->FindOrOpen(path, anchor, {}, diagnostics);
  }
  std::string GetError() const {
    for (const Diagnostic& remark : diagnostics.GetAll())
      if (remark.severity == Severity::kError) return remark.code->name;
    return {};
  }
};

const std::string kLayer = "#usda 1.0\ndef \"A\"\n{\n}\n";

}  // namespace

TEST_CASE("a package says what its first file says") {
  Scene scene;
  scene.memory->Put("/p.usdz", MakeZip({{"sub/root.usda", kLayer}, {"x.png", "x"}}));
  const layer::LayerPtr layer = scene.Open("/p.usdz");
  REQUIRE(layer);
  CHECK(layer->HasSpec(Path("/A")));
  CHECK(layer->GetIdentifier() == "/p.usdz");
  CHECK(layer->GetFileFormat()->GetId() == "usdz");
  CHECK(scene.diagnostics.IsEmpty());
  // The root layer opened by its own name is another layer of the same content.
  const layer::LayerPtr packaged = scene.Open("./root.usda", layer.get());
  REQUIRE(packaged);
  CHECK(packaged->GetIdentifier() == "/p.usdz[sub/root.usda]");
  CHECK(packaged->GetDisplayName() == "p.usdz[sub/root.usda]");
}

TEST_CASE("a package whose first file is a package says what that one says") {
  Scene scene;
  const std::string inner = MakeZip({{"root.usd", kLayer}});
  scene.memory->Put("/p.usdz", MakeZip({{"inner.usdz", inner}}));
  const layer::LayerPtr layer = scene.Open("/p.usdz");
  REQUIRE(layer);
  CHECK(layer->HasSpec(Path("/A")));
}

TEST_CASE("a package that has no root layer is refused with the reason") {
  for (const auto& [bytes, code] : std::vector<std::pair<std::string, std::string>>{
           {MakeZip({{"x.png", "x"}, {"root.usda", kLayer}}), "layer.format-unknown"},
           {MakeZip({{"root.usda", kLayer, 8}}), "asset.package-entry-unreadable"},
           {MakeZip({{"folder/", ""}}), "asset.package-malformed"},
           {MakeZip({{"root.usda", kLayer}}).substr(0, 40), "asset.package-malformed"}}) {
    CAPTURE(code);
    Scene scene;
    scene.memory->Put("/p.usdz", bytes);
    CHECK(scene.Open("/p.usdz") == nullptr);
    CHECK(scene.GetError() == code);
  }
}

TEST_CASE("a file named .usd is no package") {
  Scene scene;
  scene.memory->Put("/p.usd", MakeZip({{"root.usda", kLayer}}));
  CHECK(scene.Open("/p.usd") == nullptr);
  CHECK(scene.GetError() == "layer.format-unknown");
}

TEST_CASE("nothing is written into a package") {
  Scene scene;
  scene.memory->Put("/p.usdz", MakeZip({{"root.usda", kLayer}}));
  for (const std::string path : {"/p.usdz", "/p.usdz[root.usda]"}) {
    const layer::LayerPtr layer = scene.Open(path);
    REQUIRE(layer);
    CHECK(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
    CHECK_FALSE(layer->Save());
    CHECK(layer->IsDirty());
    CHECK_FALSE(layer->Export(path));
  }
}

TEST_CASE("names that cannot be used are remarks of the package") {
  Scene scene;
  scene.memory->Put("/p.usdz", MakeZip({{"root.usda", kLayer}, {"../x.png", "x"}}));
  CHECK(scene.Open("/p.usdz"));
  REQUIRE(scene.diagnostics.GetAll().size() == 1);
  CHECK(scene.diagnostics.GetAll()[0].code == &asset::kPackageEntryName);
}
