#include <doctest/doctest.h>

#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "strata/asset/asset.h"
#include "strata/base/files.h"
#include "strata/format/crate/crate.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/format/text/text.h"
#include "strata/layer/layer.h"
#include "strata/layer/registry.h"
#include "strata/value/time_samples.h"

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
  layer::ReadOptions options;
  options.detach = layer::Detach::kNo;
  REQUIRE(kUsdc->Read(**asset, "test", options, layer, diagnostics));
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

// The code of the one problem that reading the big array met; empty when it was read.
std::string ReadBigArray(const layer::LayerPtr& layer) {
  const bool is_read = layer->GetField(Path("/A.x"), Token("default")) != nullptr;
  const Diagnostics problems = layer->GetContent().GetReadProblems();
  CHECK(is_read == problems.IsEmpty());
  CHECK(layer->GetSpecType(Path("/A.x")) == SpecType::kAttribute);
  return is_read ? std::string() : std::string(problems.GetAll().front().code->name);
}

TEST_CASE("a layer says that its file was shortened or written in place, and lives") {
  const Scratch scratch;
  Diagnostics diagnostics;
  const auto registry = MakeRegistry();
  const std::string file = scratch.path.string() + ".usd", bytes = MakeBigFile();
  for (const std::string& change : {std::string(bytes, 0, 1000), std::string(), bytes + "more"}) {
    REQUIRE(ReplaceFile(file, bytes));
    const layer::LayerPtr layer = registry->FindOrOpen(file, nullptr, {}, diagnostics);
    INFO(RenderDiagnostics(diagnostics, ColorMode::kPlain));
    REQUIRE(layer);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << change;  // in place
    CHECK(ReadBigArray(layer) == "asset.changed");
  }
  std::filesystem::remove(file);
}

TEST_CASE("a file that is shortened while it is opened is refused with a reason") {
  const Scratch scratch;
  const std::string bytes = MakeBigFile();
  REQUIRE(ReplaceFile(scratch.path, bytes));
  const auto asset = asset::MakeFileResolver()->Open(scratch.path);
  REQUIRE(asset);
  std::filesystem::resize_file(scratch.path, bytes.size() / 2);
  SpecStore layer;
  Diagnostics diagnostics;
  CHECK_FALSE(kUsdc->Read(**asset, "test", {}, layer, diagnostics));
  REQUIRE(diagnostics.GetErrorCount() == 1);
  CHECK(diagnostics.GetAll()[0].code->name == "asset.changed");
}

TEST_CASE("layers of big files are read whole where the process has few descriptors left") {
  const Scratch scratch;
  REQUIRE(ReplaceFile(scratch.path, MakeBigFile()));
  rlimit before;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit few = before;
  few.rlim_cur = 64;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  std::vector<SpecStore> layers(100);
  size_t read = 0;
  for (SpecStore& layer : layers) {
    Diagnostics diagnostics;
    const auto asset = asset::MakeFileResolver()->Open(scratch.path);
    if (asset && kUsdc->Read(**asset, "test", {}, layer, diagnostics)) ++read;
  }
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(read == layers.size());
  for (const SpecStore& layer : layers) CHECK(layer.GetField(Path("/A.x"), Token("default")) != nullptr);
}

// Counts what is read of it, and where.
class CountingAsset final : public asset::Asset {
 public:
  explicit CountingAsset(std::string bytes) : bytes_(std::move(bytes)) {}
  uint64_t GetSize() const override { return bytes_.size(); }
  Result<size_t> ReadAt(uint64_t offset, void* buffer, size_t count) const override {
    if (offset >= bytes_.size()) return size_t{0};
    count = std::min<size_t>(count, bytes_.size() - offset);
    std::memcpy(buffer, bytes_.data() + offset, count);
    count_ += count;
    return count;
  }
  uint64_t TakeCount() const { return std::exchange(count_, 0); }

 private:
  const std::string bytes_;
  mutable uint64_t count_ = 0;
};

TEST_CASE("of time samples those are read that are asked for") {
  std::string text = "def \"A\" {\n float3[] x.timeSamples = {\n";
  for (int time = 0; time < 20; ++time) {
    text += std::to_string(time) + ": [";
    for (int i = 0; i < 2000; ++i)
      text += "(" + std::to_string(i) + ", " + std::to_string(time) + ".5, 0.25), ";
    text += "(0, 0, 0)],\n";
  }
  const auto file = std::make_shared<CountingAsset>(ToCrate(text + "20: None }\n}\n"));
  SpecStore layer;
  Diagnostics diagnostics;
  REQUIRE(kUsdc->Read(*file, "test", {}, layer, diagnostics));
  (void)file->TakeCount();
  const Value* value = layer.GetField(Path("/A.x"), Token("timeSamples"));
  REQUIRE(value);
  const auto& samples = value->Get<TimeSamples>();
  REQUIRE(samples.GetSize() == 21);
  CHECK(samples.GetValueType(3) == ValueType::kVec3fArray);
  CHECK(samples.GetValueType(20) == ValueType::kValueBlock);
  CHECK(file->TakeCount() < 3 * 16384);  // times and where the samples are
  const Value third = samples.GetValue(3);
  CHECK(third.GetArraySize() == 2001);
  CHECK(third.Get<Array<Vec3f>>()[7] == Vec3f{{7, 3.5f, 0.25f}});
  CHECK(file->TakeCount() <= 16384 + 2001 * sizeof(Vec3f));  // a block with its size, and the array
  CHECK(samples.GetValue(3) == third);
  CHECK(file->TakeCount() == 0);  // the last ones are kept
  CHECK(samples.GetValue(20).IsBlock());
  TimeSamples copy = samples;
  copy.Set(3, Value(ValueBlock()));
  CHECK(copy.GetValue(3).IsBlock());
  CHECK(copy.GetValue(4) == samples.GetValue(4));
  CHECK(samples.GetValue(3) == third);
}

TEST_CASE("a layer with values that cannot be read does not replace the file that holds them") {
  const Scratch scratch;
  Diagnostics diagnostics;
  const auto registry = MakeRegistry();
  const std::string file = scratch.path.string() + ".usd";
  std::string samples = "def \"A\" {\n float[] x.timeSamples = { 0: None, 1: [";
  for (int i = 0; i < 60000; ++i) samples += std::to_string(i * 7919 % 100003) + ".37, ";
  samples = ToCrate(samples + "0.5] }\n}\n");
  const std::string big = MakeBigFile();
  for (const std::string& content : {big, samples}) {
    REQUIRE(ReplaceFile(file, content));
    const layer::LayerPtr layer = registry->FindOrOpen(file, nullptr, {}, diagnostics);
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
  }
  std::filesystem::remove(file);
}

TEST_CASE("a sample that cannot be read is a block, and told once") {
  const Scratch scratch;
  std::string text = "def \"A\" {\n float[] x.timeSamples = { 0: None, 1: [";
  for (int i = 0; i < 60000; ++i) text += std::to_string(i * 7919 % 100003) + ".37, ";
  REQUIRE(ReplaceFile(scratch.path, ToCrate(text + "0.5] }\n}\n")));
  const auto asset = asset::MakeFileResolver()->Open(scratch.path);
  REQUIRE(asset);
  SpecStore layer;
  Diagnostics diagnostics;
  REQUIRE(kUsdc->Read(**asset, "test", {}, layer, diagnostics));
  const Value* value = layer.GetField(Path("/A.x"), Token("timeSamples"));
  REQUIRE(value);
  const auto& samples = value->Get<TimeSamples>();
  std::filesystem::resize_file(scratch.path, 1000);
  CHECK(samples.GetValue(0).IsBlock());
  CHECK(layer.GetReadProblems().IsEmpty());
  CHECK(samples.GetValue(1).IsBlock());
  CHECK(samples.GetValue(1).IsBlock());
  CHECK(layer.GetReadProblems().GetErrorCount() == 1);
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

TEST_CASE("metadata alone is read without touching the rest of a file") {
  std::string text = "(\n customLayerData = { int[] a = [1, 2]; string s = \"t\" }\n upAxis = \"Z\"\n)\n";
  for (int i = 0; i < 2000; ++i) {
    text += "def \"p" + std::to_string(i) + "\" {\n float[] y = [";
    for (int k = 0; k < 250; ++k)
      text += std::to_string((int64_t{i} + 1) * (k + 7) * 7919 % 100003) + ".37, ";
    text += "1]\n}\n";
  }
  const std::string crate = ToCrate(text);
  for (const auto& [format, bytes, most] : {std::tuple(kUsdc, crate, crate.size() / 8),
                                            std::tuple(kUsda, "#usda 1.0\n" + text, size_t{300 << 10})}) {
    const auto file = std::make_shared<CountingAsset>(bytes);
    layer::ReadOptions options;
    options.scope = layer::ReadScope::kMetadataOnly;
    SpecStore layer, whole;
    Diagnostics diagnostics;
    REQUIRE(format->Read(*file, "test", options, layer, diagnostics));
    CHECK(layer.GetSpecCount() == 1);
    for (const char* field : {"upAxis", "customLayerData"}) {
      REQUIRE(layer.GetField(Path::AbsoluteRoot(), Token(field)));
      REQUIRE(format->Read(*file, "test", {}, whole, diagnostics));
      INFO(field);
      REQUIRE(whole.GetField(Path::AbsoluteRoot(), Token(field)));
      CHECK(*layer.GetField(Path::AbsoluteRoot(), Token(field)) ==
            *whole.GetField(Path::AbsoluteRoot(), Token(field)));
      whole = SpecStore();
    }
    (void)file->TakeCount();
    SpecStore again;
    REQUIRE(format->Read(*file, "test", options, again, diagnostics));
    CHECK(again.GetField(Path::AbsoluteRoot(), Token("upAxis"))->GetOr(Token()) == Token("Z"));
    INFO(bytes.size());
    CHECK(file->TakeCount() < most);
  }
}

TEST_CASE("metadata alone has the specs of none but the root") {
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
