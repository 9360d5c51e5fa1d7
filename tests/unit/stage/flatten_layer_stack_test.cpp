#include "strata/stage/flatten_layer_stack.h"

#include "strata/layer/fields.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

std::string Flat(const Scene& scene, const FlattenLayerStackOptions& options = {}) {
  const layer::LayerPtr flat =
      FlattenLayerStack(*scene->GetRootLayerStack(), scene->GetLayerRegistry(), options);
  auto text = flat->ExportToString();
  return text ? *text : std::string();
}
Scene Stack(const std::string& root, const std::string& sub) {
  return Scene({{"root.usda", "(\n    subLayers = [@./sub.usda@ (offset = 10; scale = 2)]\n)\n" + root},
                {"sub.usda", sub}});
}
bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("values of sublayers are told in the root layer's time") {
  const std::string text = Flat(Stack("over \"A\"\n{\n}\n",
                                      "def \"A\"\n{\n    double d.timeSamples = { 1: 1 }\n    timecode t = "
                                      "5\n    double s.spline = {\n        3: 1,\n    }\n}\n"));
  CHECK(Has(text, "12: 1"));
  CHECK(Has(text, "timecode t = 20"));
  CHECK(Has(text, "16: 1;"));
  CHECK_FALSE(Has(text, "subLayers"));
}

TEST_CASE("a stronger default hides weaker samples, and lets its own layer's stand") {
  const std::string text =
      Flat(Stack("over \"A\"\n{\n    double d = 4\n    double e.timeSamples = { 1: 7 }\n}\n",
                 "def \"A\"\n{\n    double d.timeSamples = { 1: 1 }\n    double e = 3\n}\n"));
  CHECK_FALSE(Has(text, "d.timeSamples"));
  CHECK(Has(text, "double e = 3"));
  CHECK(Has(text, "1: 7"));
}

TEST_CASE("edits of arrays are applied where the weaker array is in the stack, and kept where it is not") {
  const std::string text =
      Flat(Stack("over \"A\"\n{\n    int[] a = edit [append 9]\n    int[] b = edit [append 9]\n}\n",
                 "def \"A\"\n{\n    int[] a = [1, 2]\n}\n"));
  CHECK(Has(text, "int[] a = [1, 2, 9]"));
  CHECK(Has(text, "int[] b = edit [append 9]"));
}

TEST_CASE("arcs stay, with the offset of their layer, and equal ones stay one") {
  const std::string text =
      Flat(Stack("def \"A\" (\n    prepend references = </R>\n)\n{\n}\ndef \"R\"\n{\n}\n",
                 "over \"A\" (\n    prepend references = [</R>, </S> (offset = 3)]\n)\n{\n}\n"));
  CHECK(Has(text, "</R>,"));
  CHECK(Has(text, "</S> (offset = 16; scale = 2)"));
  CHECK_FALSE(Has(text, "</R> (offset"));
}

TEST_CASE("clips are moved with the layer that names them") {
  const char* const sub =
      "def \"A\" (\n    clips = {\n        dictionary b = {\n            double2[] active = [(1, 0)]\n       "
      "     "
      "asset[] assetPaths = [@./c.usda@]\n            double2[] times = [(1, 7)]\n        }\n    "
      "}\n)\n{\n}\n";
  const std::string text =
      Flat(Stack("over \"A\" (\n    clips = {\n        dictionary a = {\n            double2[] active = [(1, "
                 "0)]\n        }\n    "
                 "}\n)\n{\n}\n",
                 sub));
  CHECK(Has(text, "active = [(12, 0)]"));
  CHECK(Has(text, "times = [(12, 7)]"));
  CHECK(Has(text, "active = [(1, 0)]"));
}

TEST_CASE("the rate of times stays that of the root layer") {
  const std::string text = Flat(Stack("def \"A\"\n{\n}\n", "(\n    timeCodesPerSecond = 12\n)\n"));
  CHECK(Has(text, "timeCodesPerSecond = 24"));
}

TEST_CASE("asset paths become what the caller makes of them") {
  FlattenLayerStackOptions options;
  options.resolve_asset_path = [](const layer::Layer& layer, const compose::LayerStack&,
                                  const std::string& path) { return layer.GetDisplayName() + "|" + path; };
  const std::string text = Flat(Stack("def \"A\"\n{\n    asset a = @./x.png@\n}\n",
                                      "over \"A\" (\n    references = @./y.usda@\n)\n{\n}\n"),
                                options);
  CHECK(Has(text, "@root.usda|./x.png@"));
  CHECK(Has(text, "@sub.usda|./y.usda@"));
}

}  // namespace strata::stage
