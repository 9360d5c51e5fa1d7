#include "strata/pipeline/localize.h"

#include "tests/unit/pipeline/scene.h"

using namespace strata;
using namespace strata::pipeline;

namespace {

std::string PlacesOf(const std::map<std::string, std::string>& files) {
  std::vector<std::string> places;
  for (const auto& [place, content] : files) places.push_back(place);
  return Join(places);
}

}  // namespace

TEST_CASE("what lies below the root layer keeps its place and its bytes") {
  Scene scene({{"/s/root.usda", "(subLayers = [@./deep/sub.usda@])\n# a comment\n"},
               {"/s/deep/sub.usda", "def \"A\" {\n asset t = @./t.png@\n asset u = @../u.png@\n}\n"},
               {"/s/deep/t.png", "t"},
               {"/s/u.png", "u"}});
  const auto files = scene.Localize("/s/root.usda");
  CHECK(PlacesOf(files) == "deep/sub.usda deep/t.png root.usda u.png");
  CHECK(files.at("root.usda").find("# a comment") != std::string::npos);
}

TEST_CASE("files of other folders go to numbered ones, and every path finds its file") {
  Scene scene(
      {{"/s/main/root.usda", R"((subLayers = [@../other/a.usda@])
def "P" (
    references = [@../other/sub/b.usda@</B>, @/s/main/../other/a.usda@]
    delete payload = @../other/a.usda@
)
{
    asset tile = @../other/sub/u.<UDIM>.png@
    asset own = @search.png@
    asset number = @./0/taken.png@
    asset missing = @../other/missing.png@
}
)"},
       {"/s/main/search.png", "s"},
       {"/s/main/0/taken.png", "n"},
       {"/s/other/a.usda", "def \"A\" {\n asset t = @./t.png@\n asset back = @../main/search.png@\n}\n"},
       {"/s/other/t.png", "t"},
       {"/s/other/sub/b.usda", "def \"B\" {\n asset t = @../t.png@\n}\n"},
       {"/s/other/sub/u.1001.png", "u"}});
  const auto files = scene.Localize("/s/main/root.usda");
  CHECK(PlacesOf(files) == "0/taken.png 1/a.usda 1/t.png 2/b.usda 2/u.1001.png root.usda search.png");
  CHECK(files.at("root.usda") == R"(#usda 1.0
(
    subLayers = [
        @./1/a.usda@
    ]
)

def "P" (
    delete payload = @./1/a.usda@
    references = [
        @./2/b.usda@</B>,
        @./1/a.usda@
    ]
)
{
    asset missing = @../other/missing.png@
    asset number = @./0/taken.png@
    asset own = @search.png@
    asset tile = @./2/u.<UDIM>.png@
}

)");
  CHECK(files.at("2/b.usda").find("@../1/t.png@") != std::string::npos);
  CHECK(files.at("1/a.usda").find("@../search.png@") != std::string::npos);
  CHECK(scene.diagnostics.GetAll().size() == 1);
  CHECK_FALSE(scene.Open("/s/main/root.usda")->IsDirty());
}

TEST_CASE("localizing what is localized changes nothing") {
  Scene scene({{"/s/main/root.usda", "def \"A\" (references = @../x/r.usda@</B>) {\n}\n"},
               {"/s/x/r.usda", "def \"B\" {\n asset t = @../y/t.png@\n}\n"},
               {"/s/y/t.png", "t"}});
  const auto once = scene.Localize("/s/main/root.usda");
  for (const auto& [place, content] : once) scene.memory->Put("/new/" + place, content);
  CHECK(scene.Localize("/new/root.usda") == once);
}

TEST_CASE("expressions stay while they say the right thing") {
  Scene scene({{"/s/root.usda", R"((expressionVariables = { string V = "near"; string F = "../far" })
def "A" {
    asset near = @`"./${V}.png"`@
    asset far = @`"${F}/far.png"`@
}
)"},
               {"/s/near.png", "n"},
               {"/far/far.png", "f"}});
  const std::string text = scene.Localize("/s/root.usda").at("root.usda");
  CHECK(text.find("@`\"./${V}.png\"`@") != std::string::npos);
  CHECK(text.find("far = @./0/far.png@") != std::string::npos);
}

TEST_CASE("packages are taken whole, and arguments stay") {
  Scene scene(
      {{"/s/root.usda",
        "def \"A\" {\n asset t = @../p/q.usdz[t.png]@\n asset l = @../p/l.usda:SDF_FORMAT_ARGS:k=v@\n}\n"},
       {"/p/l.usda", ""}});
  scene.memory->Put("/p/q.usdz", asset::MakeZip({{"r.usda", "#usda 1.0\n"}, {"t.png", "t"}}));
  const auto files = scene.Localize("/s/root.usda");
  CHECK(PlacesOf(files) == "0/l.usda 0/q.usdz root.usda");
  CHECK(files.at("root.usda").find("@./0/q.usdz[t.png]@") != std::string::npos);
  CHECK(files.at("root.usda").find("@./0/l.usda:SDF_FORMAT_ARGS:k=v@") != std::string::npos);
  CHECK_FALSE(PlanLocalization(*scene.registry, scene.Open("/p/q.usdz"), {}, scene.diagnostics));
}
