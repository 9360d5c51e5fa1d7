#include <doctest/doctest.h>

#include <unistd.h>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "strata/asset/asset.h"
#include "strata/base/files.h"
#include "strata/format/crate/crate.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
#include "strata/layer/registry.h"

namespace strata::format::crate {
namespace {

using layer::SpecStore;
using layer::SpecType;

const std::shared_ptr<const layer::FileFormat> kUsda = text::MakeUsdaFormat();
const std::shared_ptr<const layer::FileFormat> kUsdc = MakeUsdcFormat();

bool Read(const layer::FileFormat& format, std::string bytes, SpecStore& out, Diagnostics& diagnostics,
          const layer::ReadOptions& options = {}) {
  return format.Read(*asset::MakeMemoryAsset(std::move(bytes)), "test", options, out, diagnostics);
}

std::string ToCrate(const std::string& text) {
  SpecStore layer;
  Diagnostics diagnostics;
  REQUIRE(Read(*kUsda, "#usda 1.0\n" + text, layer, diagnostics));
  const auto bytes = WriteCrateToString(layer, {});
  REQUIRE(bytes);
  return *bytes;
}

struct Scratch {
  Scratch() : path(std::filesystem::temp_directory_path() / ("strata_crate_" + std::to_string(getpid()))) {}
  ~Scratch() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::string MakeBigFile() {
  std::string text = "def \"A\" {\n float[] x = [";
  for (int i = 0; i < 60000; ++i) text += std::to_string(i * 7919 % 100003) + ".37, ";
  return ToCrate(text + "0.5]\n}\n");
}

std::shared_ptr<layer::LayerRegistry> MakeRegistry() {
  return layer::LayerRegistry::Create(asset::MakeFileResolver(), nullptr, {kUsda, kUsdc});
}

TEST_CASE("what is written as a crate file reads as the same text") {
  const std::string text = R"(def "A" (prepend references = @x.usda@</B> (offset = 2)) {
    float[] f = [1, 2.5]
    double d.timeSamples = { 0: 1, 1: None }
    double h.spline = {
        hermite,
        1: 2; pre (0); post curve (0.5),
        4: 5; pre (1); post curve (0),
    }
    rel r = </A.f>
    def "B" {
        token t = "u"
    }
}
)";
  SpecStore from_text, from_crate;
  Diagnostics diagnostics;
  REQUIRE(Read(*kUsda, "#usda 1.0\n" + text, from_text, diagnostics));
  REQUIRE(Read(*kUsdc, ToCrate(text), from_crate, diagnostics));
  CHECK(diagnostics.IsEmpty());
  CHECK(*kUsda->WriteToString(from_text, {}) == *kUsda->WriteToString(from_crate, {}));
  const Path spline("/A.h");
  CHECK(*from_text.GetField(spline, Token("spline")) == *from_crate.GetField(spline, Token("spline")));
}

TEST_CASE("every beginning of a crate file is refused with a reason") {
  const std::string whole = ToCrate("def \"A\" { float[] f = [1, 2.5]\n }\n");
  for (size_t size = 0; size < whole.size(); ++size) {
    SpecStore layer;
    Diagnostics diagnostics;
    CHECK_FALSE(Read(*kUsdc, whole.substr(0, size), layer, diagnostics));
    CHECK(diagnostics.HasErrors());
  }
}

TEST_CASE("versions that are not read are named") {
  std::string bytes = ToCrate("def \"A\" { }\n");
  for (const char minor : {char{3}, char{17}}) {
    bytes[9] = minor;
    SpecStore layer;
    Diagnostics diagnostics;
    CHECK_FALSE(Read(*kUsdc, bytes, layer, diagnostics));
    REQUIRE(diagnostics.GetErrorCount() == 1);
    CHECK(std::string(diagnostics.GetAll()[0].code->name) == "crate.version");
  }
}

TEST_CASE("children that are listed and not there are taken out of the list") {
  // The list of children names a token by its number: it is made another one's.
  const std::string good = ToCrate("def \"Abc\" { }\ndef \"Def\" { }\n");
  bool was_repaired = false;
  for (size_t at = kBootstrapBytes; at + 16 < good.size(); ++at) {
    uint64_t count;
    std::memcpy(&count, good.data() + at, sizeof count);
    if (count != 2) continue;
    std::string bytes = good;
    bytes[at + 12] = bytes[at + 8];  // the first child twice
    SpecStore layer;
    Diagnostics diagnostics;
    if (!Read(*kUsdc, bytes, layer, diagnostics) || diagnostics.IsEmpty()) continue;
    if (std::string(diagnostics.GetAll()[0].code->name) != "crate.children") continue;
    const Value* children = layer.GetField(Path::AbsoluteRoot(), Token("primChildren"));
    REQUIRE(children);
    CHECK(children->GetOr(TokenVector()).size() == 2);
    CHECK(layer.Has(Path("/Abc")));
    CHECK(layer.Has(Path("/Def")));
    was_repaired = true;
    break;
  }
  CHECK(was_repaired);
}

TEST_CASE("nesting is bounded by its budget and not by the stack") {
  for (const int depth : {4000, 100000}) {
    SpecStore content;
    Path path = Path::AbsoluteRoot();
    content.Create(path, SpecType::kPseudoRoot);
    const Token name("p");
    for (int i = 0; i < depth; ++i) {
      content.SetField(path, Token("primChildren"), Value(TokenVector{name}));
      path = path.AppendChild(name);
      content.SetField(content.Create(path, SpecType::kPrim), Token("specifier"), Value(Specifier::kDef));
    }
    const auto bytes = WriteCrateToString(content, {});
    REQUIRE(bytes);
    SpecStore layer;
    Diagnostics diagnostics;
    CHECK(Read(*kUsdc, *bytes, layer, diagnostics) == (depth == 4000));
    if (depth == 4000)
      CHECK(layer.Has(path));
    else
      CHECK(std::string(diagnostics.GetAll()[0].code->name) == "base.budget-exceeded");
    layer::ReadOptions generous;
    generous.budgets.max_namespace_depth = 200000;
    SpecStore deep;
    CHECK(Read(*kUsdc, *bytes, deep, diagnostics, generous));
    CHECK(deep.Has(path));
  }
}

TEST_CASE("arrays that lie aligned in a mapped file are not copied") {
  const Scratch scratch;
  REQUIRE(ReplaceFile(scratch.path, MakeBigFile()));
  const auto resolver = asset::MakeFileResolver();
  const auto asset = resolver->Open(scratch.path);
  REQUIRE(asset);
  SpecStore layer;
  Diagnostics diagnostics;
  REQUIRE(kUsdc->Read(**asset, "test", {}, layer, diagnostics));
  const Value* value = layer.GetField(Path("/A.x"), Token("default"));
  REQUIRE(value);
  const auto& array = value->Get<Array<float>>();
  const auto mapped = (*asset)->Map();
  REQUIRE(mapped);
  const auto* bytes = reinterpret_cast<const char*>(array.GetData());
  CHECK(bytes > mapped->data);
  CHECK(bytes < mapped->data + mapped->size);
  Array<float> copy = array;
  copy.GetMutableData()[0] = 1;
  CHECK(copy[0] != array[0]);
}

TEST_CASE("a detached layer says that its file was shortened, and lives") {
  const Scratch scratch;
  layer::OpenOptions options;
  options.detach = layer::Detach::kYes;
  Diagnostics diagnostics;
  const auto registry = MakeRegistry();
  const std::string file = scratch.path.string() + ".usd";
  REQUIRE(ReplaceFile(file, MakeBigFile()));
  const layer::LayerPtr detached = registry->FindOrOpen(file, nullptr, options, diagnostics);
  INFO(RenderDiagnostics(diagnostics, ColorMode::kPlain));
  REQUIRE(detached);
  std::filesystem::resize_file(file, 1000);
  CHECK(detached->GetField(Path("/A.x"), Token("default")) == nullptr);
  CHECK(detached->GetContent().GetReadProblems().GetErrorCount() == 1);
  CHECK(detached->GetSpecType(Path("/A.x")) == SpecType::kAttribute);
  std::filesystem::remove(file);
}

TEST_CASE("a layer with values that cannot be read does not replace the file that holds them") {
  const Scratch scratch;
  layer::OpenOptions options;
  options.detach = layer::Detach::kYes;
  Diagnostics diagnostics;
  const auto registry = MakeRegistry();
  const std::string file = scratch.path.string() + ".usd";
  REQUIRE(ReplaceFile(file, MakeBigFile()));
  const layer::LayerPtr layer = registry->FindOrOpen(file, nullptr, options, diagnostics);
  REQUIRE(layer);
  std::filesystem::resize_file(file, 1000);
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  layer::SaveOptions save;
  save.external_change = layer::SaveOptions::ExternalChange::kOverwrite;
  const Result<void> saved = layer->Save(save);
  REQUIRE(!saved);
  CHECK(saved.GetError().code->name == "layer.damaged");
  CHECK(std::filesystem::file_size(file) == 1000);
  CHECK(layer->IsDirty());
  std::filesystem::remove(file);
}

TEST_CASE("replacing an open file leaves its readers the old bytes") {
  const Scratch scratch;
  const std::string file = scratch.path.string() + ".usdc";
  REQUIRE(ReplaceFile(file, MakeBigFile()));
  Diagnostics diagnostics;
  const auto registry = MakeRegistry();
  const layer::LayerPtr layer = registry->FindOrOpen(file, nullptr, {}, diagnostics);
  REQUIRE(layer);
  REQUIRE(ReplaceFile(file, "nothing of the kind"));
  const Value* value = layer->GetField(Path("/A.x"), Token("default"));
  REQUIRE(value);
  CHECK(value->GetArraySize() == 60001);
  std::filesystem::remove(file);
}

TEST_CASE("metadata alone is read without the specs") {
  SpecStore layer;
  Diagnostics diagnostics;
  layer::ReadOptions options;
  options.scope = layer::ReadScope::kMetadataOnly;
  REQUIRE(Read(*kUsdc, ToCrate("(\n defaultPrim = \"A\"\n upAxis = \"Z\"\n)\ndef \"A\" { }\n"), layer,
               diagnostics, options));
  CHECK(layer.GetSpecCount() == 1);
  CHECK(layer.GetField(Path::AbsoluteRoot(), Token("upAxis"))->GetOr(Token()) == Token("Z"));
}

}  // namespace
}  // namespace strata::format::crate
