#include "strata/format/crate/writer.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "strata/asset/asset.h"
#include "strata/base/files.h"
#include "strata/format/crate/value_kinds.h"
#include "strata/format/text/text.h"
#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace strata::format::crate {
namespace {

namespace fs = std::filesystem;
using layer::SpecStore;
using layer::SpecType;

SpecStore MakeLayer(Value value) {
  const auto& names = layer::GetFieldNames();
  SpecStore content;
  content.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  content.SetField(Path::AbsoluteRoot(), names.primChildren, TokenVector{Token("A")});
  content.Create(Path("/A"), SpecType::kPrim);
  content.SetField(Path("/A"), names.specifier, Specifier::kDef);
  content.SetField(Path("/A"), names.properties, TokenVector{Token("x")});
  content.Create(Path("/A.x"), SpecType::kAttribute);
  content.SetField(Path("/A.x"), names.typeName, Token("double"));
  content.SetField(Path("/A.x"), names.default_, std::move(value));
  return content;
}

std::string Write(const SpecStore& content, const layer::WriteOptions& options = {}) {
  auto bytes = WriteCrateToString(content, options);
  REQUIRE_MESSAGE(bytes, (bytes ? "" : bytes.GetError().message));
  return *bytes;
}

Version VersionOf(const std::string& bytes) {
  REQUIRE(bytes.substr(0, 8) == kMagic);
  return {static_cast<uint8_t>(bytes[8]), static_cast<uint8_t>(bytes[9]), static_cast<uint8_t>(bytes[10])};
}

Version VersionFor(Value value) {
  return VersionOf(Write(MakeLayer(std::move(value))));
}

SpecStore ReadText(const std::string& text) {
  SpecStore content;
  Diagnostics diagnostics;
  REQUIRE(text::MakeUsdaFormat()->Read(*asset::MakeMemoryAsset(text), "test.usda", {}, content, diagnostics));
  return content;
}

// A folder of its own, gone with it.
struct Folder {
  fs::path root = fs::temp_directory_path() / ("strata_crate_writer_" + std::to_string(getpid()));
  Folder() { fs::create_directories(root); }
  ~Folder() { fs::remove_all(root); }
  std::string At(const char* name) const { return (root / name).string(); }
};

TEST_CASE("the oldest version is taken that can hold the content") {
  CHECK(VersionFor(1.5) == Version{0, 8, 0});
  CHECK(VersionFor(AnimationBlock()) == Version{0, 8, 0});
  CHECK(VersionFor(TimeCode{1}) == Version{0, 9, 0});
  CHECK(VersionFor(Array<TimeCode>{TimeCode{1}}) == Version{0, 9, 0});
  CHECK(VersionFor(Array<TimeCode>{}) == Version{0, 8, 0});
  CHECK(VersionFor(Array<Duration>{}) == Version{0, 8, 0});
  CHECK(VersionFor(PathExpression::Everything()) == Version{0, 10, 0});
  CHECK(VersionFor(Relocates{{Path("/A/B"), Path("/A/C")}}) == Version{0, 11, 0});
  Spline spline;
  CHECK(VersionFor(spline) == Version{0, 12, 0});
  spline.knots.emplace_back().pre_tangent.algorithm = TangentAlgorithm::kAutoEase;
  CHECK(VersionFor(spline) == Version{0, 13, 0});
  ArrayEdit edit;
  edit.element_type = ValueType::kInt;
  CHECK(VersionFor(edit) == Version{0, 14, 0});
  spline.value_type = ValueType::kTimeCode;
  spline.time_valued = true;
  CHECK(VersionFor(spline) == Version{0, 15, 0});
  spline.value_type = ValueType::kDuration;
  CHECK(VersionFor(spline) == Version{0, 16, 0});
  CHECK(VersionFor(Duration{1}) == Version{0, 16, 0});
  edit.element_type = ValueType::kDuration;
  CHECK(VersionFor(edit) == Version{0, 14, 0});
  edit.literals = Value(Array<Duration>{Duration{1}});
  CHECK(VersionFor(edit) == Version{0, 16, 0});
  // Wherever it lies.
  TimeSamples samples;
  samples.Set(1, TimeCode{2});
  CHECK(VersionFor(samples) == Version{0, 9, 0});
  Dictionary inner, outer;
  inner.entries["d"] = Duration{1};
  outer.entries["inner"] = inner;
  CHECK(VersionFor(outer) == Version{0, 16, 0});
}

TEST_CASE("a version may be asked for, and going beyond it is remarked") {
  Diagnostics remarks;
  layer::WriteOptions options;
  options.remarks = &remarks;
  for (const char* version : {"0.10", "0.10.0"}) {
    options.arguments[kVersionArgument] = version;
    CHECK(VersionOf(Write(MakeLayer(1.5), options)) == Version{0, 10, 0});
    CHECK(VersionOf(Write(MakeLayer(TimeCode{1}), options)) == Version{0, 10, 0});
  }
  CHECK(remarks.IsEmpty());
  CHECK(VersionOf(Write(MakeLayer(Duration{1}), options)) == Version{0, 16, 0});
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kCrateUpgraded);
  CHECK(remarks.GetAll()[0].message.find("0.16.0") != std::string::npos);
  CHECK(remarks.GetAll()[0].message.find("durations") != std::string::npos);

  for (const char* version :
       {"", "0", "0.7", "0.17", "1.0", "0.8.1", "0.8.", "0.8.0.0", "0.x", "-1", "0.8 "}) {
    CAPTURE(version);
    options.arguments[kVersionArgument] = version;
    const auto refused = WriteCrateToString(MakeLayer(1.5), options);
    REQUIRE_FALSE(refused);
    CHECK(refused.GetError().code == &kCrateVersionUnknown);
  }
}

TEST_CASE("any number of threads writes the same bytes, to a file and to a string") {
  const Folder folder;
  std::string text = "#usda 1.0\n";
  for (int prim = 0; prim < 60; ++prim) {
    text += "def \"P" + std::to_string(prim) + "\" {\n  int[] i = [";
    for (int i = 0; i < 5000; ++i) text += (i ? "," : "") + std::to_string(i * (prim % 7));
    text += "]\n  double[] d.timeSamples = { 1: [";
    for (int i = 0; i < 2000; ++i) text += (i ? "," : "") + std::to_string(i % 3 + prim % 5) + ".5";
    text += "], 2: None }\n}\n";
  }
  const SpecStore content = ReadText(text);
  const std::string one = Write(content);
  for (const unsigned threads : {2u, 4u}) {
    Executor executor(threads);
    layer::WriteOptions options;
    options.executor = &executor;
    CHECK(Write(content, options) == one);
    REQUIRE(WriteCrateToFile(content, folder.At("out.usdc"), options));
    CHECK(*ReadWholeFile(folder.At("out.usdc")) == one);
  }
}

TEST_CASE("equal values are written once") {
  SpecStore content = MakeLayer(1.5);
  const auto& names = layer::GetFieldNames();
  Array<Vec3f> points(1000);
  for (size_t i = 0; i < points.size(); ++i)
    points.GetMutableData()[i] = Vec3f{{1.5f, 2, static_cast<float>(i)}};
  Array<int32_t> indices(5000);
  for (size_t i = 0; i < indices.size(); ++i)
    indices.GetMutableData()[i] = static_cast<int32_t>(i * i * 7919 % 65537);
  const auto add = [&](const char* path, Value first, Value second) {
    content.Create(Path(path), SpecType::kAttribute);
    content.SetField(Path(path), names.default_, first);
    TimeSamples samples;
    samples.Set(0.1, first);
    samples.Set(0.2, second);
    content.SetField(Path(path), names.timeSamples, samples);
  };
  add("/A.p0", points, indices);
  const size_t once = Write(content).size();
  for (int i = 1; i < 20; ++i) {
    // Copies that share nothing with the first.
    const Array<Vec3f> same(points.begin(), points.end());
    const Array<int32_t> also(indices.begin(), indices.end());
    add(("/A.p" + std::to_string(i)).c_str(), same, also);
  }
  CHECK(Write(content).size() < once + 1000);
  Array<Vec3f> other = points;
  other.GetMutableData()[500].data[1] = -2;
  add("/A.other", other, indices);
  CHECK(Write(content).size() > once + 12000);
}

TEST_CASE("zeros of either sign are two values") {
  SpecStore content = MakeLayer(0.0);
  content.Create(Path("/A.y"), SpecType::kAttribute);
  const auto& names = layer::GetFieldNames();
  content.SetField(Path("/A.y"), names.default_, Vec3d{{0.5, 0.0, 0.25}});
  const size_t one = Write(content).size();
  content.Create(Path("/A.z"), SpecType::kAttribute);
  content.SetField(Path("/A.z"), names.default_, Vec3d{{0.5, -0.0, 0.25}});
  CHECK(Write(content).size() >= one + sizeof(Vec3d));
}

TEST_CASE("what no file can hold is refused by its path, and the old file stays") {
  const Folder folder;
  REQUIRE(ReplaceFile(folder.At("out.usdc"), "old"));
  SpecStore content = MakeLayer(Value(Opaque()));
  content.Create(Path("/A.y"), SpecType::kAttribute);
  content.SetField(Path("/A.y"), layer::GetFieldNames().default_,
                   Value(PathListOp::CreateExplicit({Path("a/b")})));
  const auto refused = WriteCrateToFile(content, folder.At("out.usdc"), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kCrateUnwritable);
  CHECK(refused.GetError().location.path == "/A.x");
  CHECK(refused.GetError().location.file == folder.At("out.usdc"));
  CHECK(refused.GetError().message.find("default") != std::string::npos);
  REQUIRE(refused.GetError().notes.size() == 1);
  CHECK(refused.GetError().notes[0].location.path == "/A.y");
  CHECK(*ReadWholeFile(folder.At("out.usdc")) == "old");
  CHECK(std::distance(fs::directory_iterator(folder.root), fs::directory_iterator()) == 1);
}

TEST_CASE("texts with a zero byte and endless dictionaries are refused") {
  CHECK_FALSE(WriteCrateToString(MakeLayer(std::string("a\0b", 3)), {}));
  CHECK_FALSE(WriteCrateToString(MakeLayer(Token(std::string_view("a\0b", 3))), {}));
  Dictionary nested;
  for (int i = 0; i < 2000; ++i) {
    Dictionary outer;
    outer.entries["d"] = std::move(nested);
    nested = std::move(outer);
  }
  const auto refused = WriteCrateToString(MakeLayer(nested), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().message.find("deep") != std::string::npos);
}

TEST_CASE("prims nested as deep as any are written without recursion") {
  SpecStore content;
  content.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
  Path path = Path::AbsoluteRoot();
  for (int i = 0; i < 20000; ++i) {
    path = path.AppendChild(Token("a"));
    content.Create(path, SpecType::kPrim);
  }
  CHECK(Write(content).size() > kBootstrapBytes);
}

TEST_CASE("a full disk is an error that leaves the old file") {
  if (!fs::exists("/dev/full")) return;
  const auto full = WriteCrateToFile(MakeLayer(1.5), "/dev/full", {});
  REQUIRE_FALSE(full);
  CHECK(full.GetError().code == &kFileUnwritable);
}

}  // namespace
}  // namespace strata::format::crate
