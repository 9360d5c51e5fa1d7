#include <doctest/doctest.h>

#include <map>
#include <string>

#include "strata/base/files.h"
#include "strata/layer/registry.h"
#include "tests/unit/layer/line_format.h"

using namespace strata;
using namespace strata::layer;

namespace {

// A host's own format: a file of one number makes so many root prims; the argument "stem" says their names.
// It takes any content, even none.
class CountFormat : public FileFormat {
 public:
  Token GetId() const override { return Token("count"); }
  std::vector<std::string> GetExtensions() const override { return {"count", "shared"}; }
  Token GetTarget() const override { return Token("counting"); }
  bool CanRead(std::string_view) const override { return true; }
  bool CanWrite() const override { return false; }
  bool Read(const asset::Asset& asset, const std::string&, const ReadOptions& options, SpecStore& out,
            Diagnostics& diagnostics) const override {
    auto text = asset.ReadAll(options.budgets.max_file_bytes);
    if (!text) return diagnostics.Add(text.TakeError()), false;
    const auto stem = options.arguments.find("stem");
    TokenVector children;
    out.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
    for (int i = 0, count = std::atoi(text->c_str()); i < count; ++i) {
      children.push_back(
          Token((stem == options.arguments.end() ? "Prim" : stem->second) + std::to_string(i)));
      out.SetField(out.Create(Path::AbsoluteRoot().AppendChild(children.back()), SpecType::kPrim),
                   GetFieldNames().specifier, Specifier::kDef);
    }
    out.SetField(Path::AbsoluteRoot(), GetFieldNames().primChildren, children);
    return true;
  }
  Result<std::string> WriteToString(const SpecStore&, const WriteOptions&) const override {
    return Diagnostic(kLayerFormatUnknown, "Counts are not written.");
  }
  Result<void> WriteToFile(const SpecStore&, const std::string&, const WriteOptions&) const override {
    return Diagnostic(kLayerFormatUnknown, "Counts are not written.");
  }
};

// Another one for some of the same files.
class OtherFormat final : public CountFormat {
 public:
  Token GetId() const override { return Token("other"); }
  std::vector<std::string> GetExtensions() const override { return {"shared"}; }
  Token GetTarget() const override { return Token("othering"); }
};

}  // namespace

TEST_CASE("a format of the host's own reads its files like any layer") {
  const Scene scene;
  const std::string path = scene.Write("three.count", "3");
  CHECK(scene.Fail(path).code == &kLayerFormatUnknown);
  scene.registry->AddFormat(std::make_shared<CountFormat>());
  const LayerPtr layer = scene.Open(path);
  CHECK(layer->HasSpec(Path("/Prim2")));
  CHECK(layer->GetFileFormat()->GetId() == "count");
  CHECK(scene.Open(scene.Write("none.count", ""))->GetContent().GetSpecCount() == 1);
}

TEST_CASE("file format arguments reach the format, and layers of other arguments are other layers") {
  const Scene scene;
  scene.registry->AddFormat(std::make_shared<CountFormat>());
  const std::string path = scene.Write("two.count", "2");
  const LayerPtr plain = scene.Open(path);
  const LayerPtr named = scene.Open(path + ":SDF_FORMAT_ARGS:stem=Lamp");
  CHECK(plain != named);
  CHECK(named->HasSpec(Path("/Lamp1")));
  CHECK(named->GetFileFormatArguments() == std::map<std::string, std::string>{{"stem", "Lamp"}});
  CHECK(scene.Open(path + ":SDF_FORMAT_ARGS:stem=Lamp") == named);
  CHECK(scene.Open(named->GetIdentifier()) == named);
}

TEST_CASE("of formats with one extension the first is meant, or the one of the target asked for") {
  const Scene scene;
  scene.registry->AddFormat(std::make_shared<CountFormat>());
  scene.registry->AddFormat(std::make_shared<OtherFormat>());
  const std::string path = scene.Write("x.shared", "1");
  CHECK(scene.Open(path)->GetFileFormat()->GetId() == "count");
  CHECK(scene.Open(path + ":SDF_FORMAT_ARGS:target=othering")->GetFileFormat()->GetId() == "other");
  CHECK(scene.Open(path + ":SDF_FORMAT_ARGS:target=counting")->GetFileFormat()->GetId() == "count");
  CHECK(scene.Fail(path + ":SDF_FORMAT_ARGS:target=nobody").code == &kLayerFormatUnknown);
}

TEST_CASE("a format that is added again takes the place of the first, and one that cannot write refuses") {
  const Scene scene;
  scene.registry->AddFormat(std::make_shared<CountFormat>());
  const auto second = std::make_shared<CountFormat>();
  scene.registry->AddFormat(second);
  CHECK(scene.registry->FindFormat(Token("count")) == second);
  const LayerPtr layer = scene.Open(scene.Write("two.count", "2"));
  REQUIRE(layer->CreatePrimSpec(Path("/New"), Specifier::kDef));
  CHECK_FALSE(layer->Save());
  CHECK(layer->IsDirty());
  CHECK_FALSE(scene.registry->CreateNew((scene.root / "new.count").string()));
  REQUIRE(layer->Export((scene.root / "out.usda").string()));
  CHECK(scene.Open((scene.root / "out.usda").string())->HasSpec(Path("/New")));
}
