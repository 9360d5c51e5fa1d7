// Names and permissions of layers.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "strata/base/files.h"
#include "strata/layer/registry.h"
#include "tests/unit/layer/line_format.h"

using namespace strata;
using namespace strata::layer;

TEST_CASE("a layer that is closed to edits refuses each, and stays as it was") {
  const LayerPtr layer = Layer::CreateAnonymous("locked");
  REQUIRE(layer->CreateAttributeSpec(Path("/A.x"), Token("double")));
  REQUIRE(layer->SetTimeSample(Path("/A.x"), 1, Value(2.0)));
  layer->SetPermissionToEdit(Layer::Permission::kDenied);
  const uint64_t revision = layer->GetRevision();
  std::vector<Result<void>> refused;
  refused.push_back(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  refused.push_back(layer->CreateAttributeSpec(Path("/A.y"), Token("double")));
  refused.push_back(layer->CreateRelationshipSpec(Path("/A.r")));
  refused.push_back(layer->CreateVariantSpec(Path("/A{v=one}")));
  refused.push_back(layer->SetField(Path("/A"), Token("comment"), Value(std::string("no"))));
  refused.push_back(layer->DeleteSpec(Path("/A")));
  refused.push_back(layer->SetTimeSample(Path("/A.x"), 2, Value(3.0)));
  refused.push_back(layer->EraseTimeSample(Path("/A.x"), 1));
  refused.push_back(layer->CopySpec(*layer, Path("/A"), Path("/C")));
  for (const Result<void>& one : refused) {
    REQUIRE_FALSE(one);
    CHECK(one.GetError().code == &kLayerEditRefused);
    CHECK_FALSE(one.GetError().hint.empty());
  }
  CHECK(layer->GetRevision() == revision);
  layer->SetPermissionToEdit(Layer::Permission::kAllowed);
  CHECK(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
}

TEST_CASE("a layer that may not be saved keeps its file, and stays dirty") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  layer->SetPermissionToSave(Layer::Permission::kDenied);
  const auto refused = layer->Save();
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kLayerEditRefused);
  CHECK(layer->IsDirty());
  CHECK(*ReadWholeFile(path) == "#usda\nA\n");
  layer->SetPermissionToSave(Layer::Permission::kAllowed);
  CHECK(layer->Save());
}

TEST_CASE("a layer takes another name, is found by it, and is saved there") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const std::string other = path.substr(0, path.rfind('/')) + "/other.usda";
  const LayerPtr layer = scene.Open(path);
  std::vector<std::string> told;
  layer->AddNoticeListener([&told](const Layer&, const LayerNotice& notice) {
    if (notice.kind == LayerNotice::Kind::kIdentifierDidChange) told.push_back(notice.old_identifier);
  });
  REQUIRE(layer->SetIdentifier(other));
  CHECK(layer->GetIdentifier() == other);
  CHECK(layer->GetResolvedPath() == other);
  CHECK(layer->IsDirty());
  CHECK(told == std::vector<std::string>{path});
  CHECK(layer->GetRegistry()->Find(other) == layer);
  CHECK(layer->GetRegistry()->Find(path) == nullptr);
  REQUIRE(layer->Save());
  CHECK(*ReadWholeFile(other) == "#usda\nA\n");
  CHECK(scene.Open(path) != layer);
}

TEST_CASE("names that a layer cannot have are refused") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const std::string taken = scene.Write("taken.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path), other = scene.Open(taken);
  for (const std::string& name :
       {std::string(), std::string("anon:0x1"), taken, path + ":SDF_FORMAT_ARGS:a=b"}) {
    const auto refused = layer->SetIdentifier(name);
    REQUIRE_FALSE(refused);
    CHECK_FALSE(refused.GetError().hint.empty());
    CHECK(layer->GetIdentifier() == path);
  }
  CHECK_FALSE(layer->IsDirty());
  CHECK_FALSE(Layer::CreateAnonymous()->SetIdentifier("free.usda"));
}
