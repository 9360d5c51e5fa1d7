// Where clips come in among other opinions, and in whose time they are told.
#include <cmath>

#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

const char* const kClip =
    "def \"M\"\n{\n    double x.timeSamples = { 0: 0, 10: 100 }\n    int[] y.timeSamples = { 0: [1], 5: [2] "
    "}\n"
    "    timecode t.timeSamples = { 0: 20, 10: 100 }\n    duration d.timeSamples = { 0: 3, 10: 3 }\n"
    "    def \"B\"\n    {\n        double x.timeSamples = { 0: 0, 10: 100 }\n    }\n}\n";
const char* const kNamed = "string primPath = \"/M\"\nasset[] assetPaths = [@./clip.usda@]\n";
const char* const kActive = "double2[] active = [(4, 0)]\n";
const char* const kTimes = "double2[] times = [(4, 0), (14, 10)]\n";
const char* const kBody = "double x\nint[] y\ntimecode t\nduration d\n";

std::string Clips(const std::string& set) {
  return set.empty() ? "" : "clips = {\n    dictionary default = {\n" + set + "\n}\n}\n";
}
std::string PrimA(const std::string& specifier, const std::string& set, const std::string& body = kBody,
                  const std::string& arcs = "") {
  return specifier + " \"A\" (\n" + arcs + Clips(set) + ")\n{\n" + body + "\n}\n";
}
// Root over a sublayer and a reference that are moved by ten.
Scene Moved(const std::string& in_root, const std::string& in_sub, const std::string& in_ref) {
  return Scene({{"root.usda", "(\n    subLayers = [@./sub.usda@ (offset = 10)]\n)\n" +
                                  PrimA("def", in_root, "", "references = @./ref.usda@</A> (offset = 10)\n")},
                {"sub.usda", PrimA("over", in_sub)},
                {"ref.usda", PrimA("def", in_ref)},
                {"clip.usda", kClip}});
}
std::string Times(const Scene& scene, const char* path = "/A.x") {
  std::string text;
  for (double time : scene.Attr(path).GetTimeSamples()) text += std::to_string(std::lround(time)) + " ";
  return text;
}

}  // namespace

TEST_CASE("clip times are those of the layer that tells them, beside the anchor") {
  const std::string named = kNamed, active = kActive, times = kTimes;
  CHECK(Times(Moved("", named + active + times, "")) == "14 24 ");
  CHECK(Times(Moved(active, named + times, "")) == "4 14 24 ");
  CHECK(Times(Moved(active + times, named, "")) == "4 14 ");
  CHECK(Times(Moved("", "", named + active + times)) == "14 24 ");
}

TEST_CASE("what is told of clips weaker than their anchor, or across arcs, is in the anchor's time") {
  const std::string named = kNamed, active = kActive, times = kTimes;
  CHECK(Times(Moved(named, active + times, "")) == "4 14 ");
  CHECK(Times(Moved(named, "", active + times)) == "4 14 ");
  CHECK(Times(Moved(active + times, "", named)) == "14 24 ");
}

TEST_CASE("a jump at the beginning has nothing before it, and three entries at one time are refused") {
  Scene first(
      {{"root.usda", PrimA("def", std::string(kNamed) + kActive + "double2[] times = [(0, 0), (0, 10)]")},
       {"clip.usda", kClip}});
  CHECK(first.Attr("/A.x").Get(-5) == Value(100.0));
  Scene three({{"root.usda", PrimA("def", std::string(kNamed) + kActive +
                                              "double2[] times = [(0, 0), (2, 1), (2, 2), (2, 3)]")},
               {"clip.usda", kClip}});
  CHECK(three.Attr("/A.x").GetTimeSamples().empty());
}

TEST_CASE("times in a clip that stands still all become one moment, and durations stay") {
  Scene scene(
      {{"root.usda", PrimA("def", std::string(kNamed) + kActive + "double2[] times = [(6, 2), (9, 2)]")},
       {"clip.usda", kClip}});
  CHECK(scene.Attr("/A.t").Get(7) == Value(TimeCode{6}));
  REQUIRE(scene.Attr("/A.d").Get(7).Holds<Duration>());
  CHECK(scene.Attr("/A.d").Get(7).Get<Duration>().value == doctest::Approx(3));
}

TEST_CASE("array edits of stronger layers apply to clips, those of the clips' own layer do not") {
  const std::string set = std::string(kNamed) + "double2[] active = [(0, 0)]";
  Scene over({{"root.usda",
               "(\n    subLayers = [@./sub.usda@]\n)\n" + PrimA("def", "", "int[] y = edit [append 9]")},
              {"sub.usda", PrimA("over", set)},
              {"clip.usda", kClip}});
  CHECK(over.Attr("/A.y").Get(7) == Value(Array<int32_t>{2, 9}));
  CHECK(Times(over, "/A.y") == "0 5 ");
  Scene beside({{"root.usda", PrimA("def", set, "int[] y = edit [append 9]")}, {"clip.usda", kClip}});
  CHECK(beside.Attr("/A.y").Get(7) == Value(Array<int32_t>{9}));
  CHECK(Times(beside, "/A.y").empty());
}

TEST_CASE("clips of an instance do not reach into its prototype") {
  const std::string set = std::string(kNamed) + "double2[] active = [(0, 0)]";
  Scene scene({{"root.usda", PrimA("def", "", "", "instanceable = true\nreferences = @./ref.usda@</A>\n")},
               {"ref.usda", PrimA("def", set, "double x\ndef \"B\"\n{\n    double x\n}")},
               {"clip.usda", kClip}});
  CHECK(Times(scene) == "0 10 ");
  CHECK(Times(scene, "/A/B.x").empty());
}

TEST_CASE("a stack that takes a clip set off its list says nothing of it") {
  const std::string root = "def \"A\" (\n    references = @./ref.usda@</A>\n    clipSets = [\"other\"]\n" +
                           Clips(std::string(kNamed) + "double2[] active = [(0, 0)]") + ")\n{\n}\n";
  Scene scene({{"root.usda", root},
               {"ref.usda", PrimA("def", std::string(kNamed) + kActive + kTimes)},
               {"clip.usda", kClip}});
  CHECK(Times(scene) == "4 14 ");
}

TEST_CASE("template clips keep the arguments of their format, and need a stride") {
  auto make = [](const char* stride) {
    return Scene(
        {{"root.usda", PrimA("def", std::string("string primPath = \"/M\"\nstring templateAssetPath = "
                                                "\"./c.#.usda:SDF_FORMAT_ARGS:a=1\"\ndouble "
                                                "templateStartTime = 1\ndouble templateEndTime = 2\n") +
                                        stride)},
         {"c.1.usda", kClip},
         {"c.2.usda", kClip}});
  };
  CHECK(make("double templateStride = 1").Attr("/A.x").Get(1) == Value(10.0));
  CHECK(make("").Attr("/A.x").GetTimeSamples().empty());
}

}  // namespace strata::stage
