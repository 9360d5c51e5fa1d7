#include "strata/pipeline/dependencies.h"

#include "tests/unit/pipeline/scene.h"

using namespace strata;
using namespace strata::pipeline;

namespace {

const char* const kEverything = R"((
    customLayerData = { asset c = @./c.png@; dictionary d = { asset[] a = [@./d1.png@, @@, @./d2.png@] } }
    expressionVariables = { string X = "xsub" }
    subLayers = [@./sub.usda@ (offset = 10), @`"./${X}.usda"`@]
)
def "A" (
    assetInfo = { asset identifier = @./own.usda@; asset[] payloadAssetDependencies = [@./p.png@] }
    clips = {
        dictionary one = { asset[] assetPaths = [@./clip.usda@]; asset manifestAssetPath = @./manifest.usda@ }
        dictionary two = { string templateAssetPath = "./t.##.usda" }
    }
    references = [@./ref.usda@</X>, </Internal>]
    payload = @./pay.usda@
    prepend variantSets = "v"
)
{
    asset tex = @./tex.png@ ( customData = { asset m = @./m.png@ } )
    asset tile = @./tile.<UDIM>.png@
    asset ts.timeSamples = { 1: @./ts1.png@, 2: None }
    asset expression = @`"./${X}.png"`@
    asset absent = @./absent.png@
    string text = "no.png"
    variantSet "v" = {
        "a" (references = @./va.usda@) {
        }
        "b" {
            asset vb = @./vb.png@
        }
    }
}
)";

Scene MakeEverything() {
  Scene scene({{"/s/root.usda", kEverything}});
  for (const std::string name :
       {"sub", "xsub", "clip", "manifest", "t.01", "t.02", "t.100", "t.1", "ref", "pay", "va", "own"})
    scene.memory->Put("/s/" + name + ".usda", "#usda 1.0\n");
  for (const std::string name : {"c", "d1", "d2", "p", "tex", "m", "tile.1001", "tile.1100", "tile.1101",
                                 "tile.10", "ts1", "xsub", "vb"})
    scene.memory->Put("/s/" + name + ".png", "x");
  return scene;
}

}  // namespace

TEST_CASE("external references are told by kind, patterns as what they stand for") {
  Scene scene = MakeEverything();
  const layer::LayerPtr root = scene.Open("/s/root.usda");
  ExternalReferences found = ExtractExternalReferences(*scene.registry, *root);
  CHECK(Join(found.sublayers) == "./sub.usda ./xsub.usda");
  CHECK(Join(found.payloads) == "./pay.usda");
  CHECK(Join(found.references) ==
        "./absent.png ./c.png ./clip.usda ./d1.png ./d2.png ./m.png ./manifest.usda ./own.usda ./p.png "
        "./ref.usda "
        "./t.01.usda ./t.02.usda ./t.1.usda ./t.100.usda ./tex.png ./tile.<UDIM>.png ./ts1.png ./va.usda "
        "./vb.png "
        "./xsub.png");
  found = ExtractExternalReferences(*scene.registry, *root, UdimPaths::kExpand);
  CHECK(Join(found.references).find("./tile.1001.png ./tile.1100.png ./ts1.png") != std::string::npos);
}

TEST_CASE("all dependencies are followed, those in every variant too") {
  Scene scene = MakeEverything();
  const Dependencies found = scene.Compute("/s/root.usda");
  CHECK(Join(found.layers) ==
        "/s/root.usda /s/clip.usda /s/manifest.usda /s/pay.usda /s/ref.usda /s/sub.usda /s/t.01.usda "
        "/s/t.02.usda /s/t.1.usda "
        "/s/t.100.usda /s/va.usda /s/xsub.usda");
  CHECK(Join(found.assets) ==
        "/s/c.png /s/d1.png /s/d2.png /s/m.png /s/p.png /s/tex.png /s/tile.1001.png /s/tile.1100.png "
        "/s/ts1.png "
        "/s/vb.png /s/xsub.png");
  CHECK(Join(found.unresolved) == "/s/absent.png");
  REQUIRE(scene.diagnostics.GetAll().size() == 1);
  CHECK(scene.diagnostics.GetAll()[0].location.path == "/A.absent");
}

TEST_CASE("each use says where it stands") {
  Scene scene = MakeEverything();
  const Dependencies found = scene.Compute("/s/root.usda");
  std::map<std::string, const DependencyUse*> by_text;
  for (const DependencyUse& use : found.uses) by_text[use.at.authored] = &use;
  const DependencyUse& in_dictionary = *by_text.at("./d2.png");
  CHECK(in_dictionary.at.spec == Path::AbsoluteRoot());
  CHECK(in_dictionary.at.field == "customLayerData");
  CHECK(in_dictionary.at.place == "d:a[2]");
  CHECK(in_dictionary.at.kind == AssetPathKind::kMetadata);
  CHECK(by_text.at("./ts1.png")->at.place == "at 1");
  CHECK(by_text.at("./vb.png")->at.spec.GetString() == "/A{v=b}.vb");
  CHECK(by_text.at("`\"./${X}.png\"`")->evaluated == "./xsub.png");
  CHECK(by_text.at("./t.##.usda")->resolved.size() == 4);
  CHECK(by_text.at("./t.##.usda")->at.kind == AssetPathKind::kClipTemplate);
}

TEST_CASE("variables of the layers that lead to one win over its own, in each of its uses") {
  Scene scene({{"/root.usda", R"((expressionVariables = { string V = "outer" })
def "A" (references = @./middle.usda@) {
}
)"},
               {"/middle.usda", R"((expressionVariables = { string V = "inner"; string W = "own" })
def "A" {
    asset v = @`"./${V}.png"`@
    asset w = @`"./${W}.png"`@
}
)"},
               {"/outer.png", ""},
               {"/own.png", ""}});
  CHECK(Join(scene.Compute("/root.usda").assets) == "/outer.png /own.png");
}

TEST_CASE("circles end, and layers named in many ways are visited once") {
  Scene scene({{"/a.usda", "(subLayers = [@./b.usda@, @/b.usda@, @./x/../b.usda@])\n"},
               {"/b.usda", "(subLayers = [@./a.usda@])\n"}});
  CHECK(Join(scene.Compute("/a.usda").layers) == "/a.usda /b.usda");
}

TEST_CASE("deleted items of list ops are no dependencies") {
  Scene scene({{"/a.usda", "def \"A\" (delete references = @./gone.usda@) {\n}\n"}});
  CHECK(scene.Compute("/a.usda").unresolved.empty());
  CHECK(scene.diagnostics.IsEmpty());
}

TEST_CASE("paths are modified in every place, and emptied ones go") {
  Scene scene({{"/a.usda", R"((
    subLayers = [@./one.usda@ (offset = 1), @./two.usda@ (offset = 2)]
)
def "A" (
    references = [@./one.usda@, @./two.usda@]
    customData = { asset[] many = [@./one.usda@, @./two.usda@] }
)
{
    asset one = @./one.usda@
    asset two = @./two.usda@
    asset[] e = edit [append @./two.usda@]
}
)"}});
  const layer::LayerPtr layer = scene.Open("/a.usda");
  const size_t count = ModifyAssetPaths(*layer, [](const AssetPathUse& use) -> std::optional<std::string> {
    return use.authored == "./one.usda" ? "" : "./changed.usda";
  });
  CHECK(count == 9);
  const Scene expected({{"/a.usda", R"((
    subLayers = [@./changed.usda@ (offset = 2)]
)
def "A" (
    references = [@./changed.usda@]
    customData = { asset[] many = [@./changed.usda@] }
)
{
    asset one
    asset two = @./changed.usda@
    asset[] e = edit [append @./changed.usda@]
}
)"}});
  CHECK(*layer->ExportToString() == *const_cast<Scene&>(expected).Open("/a.usda")->ExportToString());
  CHECK(ModifyAssetPaths(*layer, [](const AssetPathUse&) { return std::nullopt; }) == 0);
}
