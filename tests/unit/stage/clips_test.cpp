#include <cmath>

#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

const char* const kOne = "def \"M\"\n{\n    double x.timeSamples = { 0: 0, 5: 50, 10: 100, 20: 200 }\n}\n";
const char* const kTwo = "def \"M\"\n{\n    double x.timeSamples = { 0: 1000, 10: 1100 }\n}\n";
const char* const kEmpty = "def \"M\"\n{\n}\n";

Scene WithClips(const std::string& set, const std::string& body = "double x") {
  return Scene({{"root.usda",
                 "def \"A\" (\n    clips = {\n        dictionary default = {\n            string primPath = "
                 "\"/M\"\n" +
                     set + "\n        }\n    }\n)\n{\n" + body + "\n}\n"},
                {"one.usda", kOne},
                {"two.usda", kTwo},
                {"empty.usda", kEmpty},
                {"manifest.usda", "over \"M\"\n{\n    double x = -1\n}\n"},
                {"c.1.usda", kOne},
                {"c.2.usda", kTwo}});
}

std::string At(const Scene& scene, std::initializer_list<double> times) {
  std::string text;
  for (double time : times) {
    Value value = scene.Attr("/A.x").Get(time);
    text += value.IsEmpty() ? "none " : std::to_string(std::lround(value.GetOr(0.0))) + " ";
  }
  return text;
}

std::string Times(const Scene& scene) {
  std::string text;
  for (double time : scene.Attr("/A.x").GetTimeSamples())
    text += std::to_string(std::lround(time * 10)) + " ";
  return text;
}

const char* const kBoth =
    "asset[] assetPaths = [@./one.usda@, @./two.usda@]\ndouble2[] active = [(0, 0), (8, 1)]\n";

}  // namespace

TEST_CASE("without a mapping a clip's time is the stage's") {
  Scene scene = WithClips("asset[] assetPaths = [@./one.usda@]\ndouble2[] active = [(0, 0)]");
  CHECK(At(scene, {-5, 0, 3, 10, 25}) == "0 0 30 100 200 ");
  CHECK(Times(scene) == "0 50 100 200 ");
  CHECK(scene.Attr("/A.x").GetResolveInfo().source == ResolveSource::kValueClips);
  CHECK(scene.Attr("/A.x").Get().IsEmpty());
}

TEST_CASE("clips take over where they become active, and interpolation goes on across") {
  Scene scene = WithClips(kBoth);
  CHECK(At(scene, {0, 3, 5, 8, 9.9, 12}) == "0 30 50 1080 1099 1100 ");
  CHECK(Times(scene) == "0 50 80 100 ");
}

TEST_CASE("a mapping scales, holds outside its ends, and jumps where a time stands twice") {
  Scene scaled = WithClips(
      "asset[] assetPaths = [@./one.usda@]\ndouble2[] active = [(0, 0)]\n"
      "double2[] times = [(0, 0), (10, 20)]");
  CHECK(At(scaled, {-5, 3, 5, 10, 15}) == "0 60 100 200 200 ");
  CHECK(Times(scaled) == "0 25 50 100 ");
  Scene looped = WithClips(
      "asset[] assetPaths = [@./one.usda@]\ndouble2[] active = [(0, 0)]\n"
      "double2[] times = [(0, 0), (10, 10), (10, 0), (20, 10)]");
  CHECK(At(looped, {5, 9.9, 10, 15, 25}) == "50 99 0 50 100 ");
  CHECK(looped.Attr("/A.x").GetTimeSamples().size() == 6);
  CHECK(looped.Attr("/A.x").GetTimeSamples()[2] == 10 - 4.440892098500626e-09);
}

TEST_CASE("opinions of the layer that anchors the clips are stronger than they are") {
  CHECK(At(WithClips(kBoth, "double x = 7"), {0, 9}) == "7 7 ");
  CHECK(At(WithClips(kBoth, "double x.timeSamples = { 0: 7 }"), {0, 9}) == "7 7 ");
}

TEST_CASE("a clip without values blocks, stands for the manifest's default, or is interpolated over") {
  const std::string set =
      "asset[] assetPaths = [@./one.usda@, @./empty.usda@, @./two.usda@]\n"
      "double2[] active = [(0, 0), (10, 1), (20, 2)]\n";
  CHECK(At(WithClips(set), {5, 10, 15, 20}) == "50 none none 1100 ");
  CHECK(At(WithClips(set + "asset manifestAssetPath = @./manifest.usda@"), {5, 10, 15}) == "50 -1 550 ");
  Scene interpolated = WithClips(set + "bool interpolateMissingClipValues = true");
  CHECK(At(interpolated, {5, 20}) == "50 1100 ");
  CHECK(Times(interpolated) == "0 50 200 ");
}

TEST_CASE("just before a jump the last value is held, not led over to what follows") {
  Scene scene = WithClips(
      "asset[] assetPaths = [@./one.usda@, @./two.usda@]\ndouble2[] active = [(0, 0), (8, 1)]\n"
      "double2[] times = [(0, 0), (8, 8), (8, 0), (20, 12)]");
  CHECK(At(scene, {7, 7.9, 8, 18}) == "70 79 1000 1100 ");
  CHECK(scene.Attr("/A.x").Get(7.999999998).GetOr(0.0) == doctest::Approx(80));
}

TEST_CASE("clip sets are asked by name unless clipSets says otherwise") {
  auto open = [](const std::string& edit) {
    auto set = [](const char* name, const char* file) {
      return std::string("        dictionary ") + name + " = {\n            asset[] assetPaths = [@./" +
             file +
             "@]\n            double2[] active = [(0, 0)]\n            string primPath = \"/M\"\n        }\n";
    };
    return Scene({{"root.usda", "def \"A\" (\n    clips = {\n" + set("b", "two.usda") + set("a", "one.usda") +
                                    "    }\n" + edit + ")\n{\n    double x\n}\n"},
                  {"one.usda", kOne},
                  {"two.usda", kTwo}});
  };
  CHECK(At(open(""), {0}) == "0 ");
  CHECK(At(open("    prepend clipSets = [\"b\"]\n"), {0}) == "1000 ");
  CHECK(At(open("    delete clipSets = [\"a\"]\n"), {0}) == "1000 ");
}

TEST_CASE("a template names clips by frame and takes those that exist") {
  Scene scene = WithClips(
      "string templateAssetPath = \"./c.#.usda\"\ndouble templateStartTime = 1\n"
      "double templateEndTime = 4\ndouble templateStride = 1");
  CHECK(At(scene, {1, 2}) == "10 1020 ");
}

TEST_CASE("malformed clip metadata is passed over") {
  CHECK(At(WithClips("asset[] assetPaths = [@./one.usda@]\ndouble2[] active = [(0, 4)]"), {0}) == "none ");
  CHECK(At(WithClips("asset[] assetPaths = [@./missing.usda@]\ndouble2[] active = [(0, 0)]"), {0}) ==
        "none ");
  CHECK(At(WithClips("string templateAssetPath = \"./c.usda\""), {0}) == "none ");
  CHECK(At(WithClips("string templateAssetPath = \"./c.#.usda\"\ndouble templateStartTime = 0\n"
                     "double templateEndTime = 1e30\ndouble templateStride = 0.001"),
           {0}) == "none ");
}

// As usd-core 26.11 answers.
TEST_CASE("clipSets edits the sets of its own layer stack alone") {
  auto set = [](const char* name) {
    return std::string("clips = {\n        dictionary ") + name +
           " = {\n            string primPath = \"/C\"\n            asset[] assetPaths = [@c.usda@]\n"
           "            double2[] active = [(0, 0)]\n        }\n    }\n";
  };
  auto samples = [&](const std::string& own, const std::string& referenced) {
    Scene scene(
        {{"root.usda", "def \"A\" (\n    references = @r.usda@</R>\n    " + own + ")\n{\n    double x\n}\n"},
         {"r.usda", "def \"R\" (\n    " + referenced + ")\n{\n}\n"},
         {"c.usda", "over \"C\"\n{\n    double x.timeSamples = {\n        0: 1,\n    }\n}\n"}});
    return scene.Attr("/A.x").GetNumTimeSamples();
  };
  CHECK(samples("clipSets = [\"other\"]\n", set("default")) == 1);
  CHECK(samples("", set("default") + "    clipSets = [\"other\"]\n") == 0);
  CHECK(samples(set("own"), "clipSets = [\"other\"]\n") == 1);
}

}  // namespace strata::stage
