#include "strata/domain/color_space.h"

#include "tests/unit/stage/scene.h"

// A case for each rule C-01 to C-04 of colour spaces; expectations as usd-core 26.11 answers, where no line
// says otherwise.
namespace strata::domain {

namespace {

stage::Scene Open(const std::string& text) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return stage::Scene(text, options);
}

constexpr const char* kScene = R"(
def Scope "A" (
    prepend apiSchemas = ["ColorSpaceAPI", "ColorSpaceDefinitionAPI:x"]
)
{
    uniform token colorSpace:name = "mine"
    uniform token colorSpaceDefinition:x:name = "mine"
    float2 colorSpaceDefinition:x:redChroma = (0.7, 0.3)
    float2 colorSpaceDefinition:x:greenChroma = (0.3, 0.6)
    float2 colorSpaceDefinition:x:blueChroma = (0.15, 0.06)
    float2 colorSpaceDefinition:x:whitePoint = (0.3127, 0.329)
    def Scope "B"
    {
        color3f c (
            colorSpace = "srgb_rec709_scene"
        )
        color3f d
        color3f e (
            colorSpace = "mine"
        )
        def Scope "Empty" (
            prepend apiSchemas = ["ColorSpaceAPI"]
        )
        {
        }
        def Scope "NoApi"
        {
            uniform token colorSpace:name = "raw"
        }
        def Scope "Unknown" (
            prepend apiSchemas = ["ColorSpaceAPI"]
        )
        {
            uniform token colorSpace:name = "nope"
            def Scope "Below" {
            }
        }
        def Scope "Early" (
            prepend apiSchemas = ["ColorSpaceAPI"]
        )
        {
            uniform token colorSpace:name = "late"
            def Scope "Late" (
                prepend apiSchemas = ["ColorSpaceDefinitionAPI:y"]
            )
            {
                uniform token colorSpaceDefinition:y:name = "late"
            }
        }
        def Scope "Own" (
            prepend apiSchemas = ["ColorSpaceAPI", "ColorSpaceDefinitionAPI:z"]
        )
        {
            uniform token colorSpace:name = "lin_rec709_scene"
            uniform token colorSpaceDefinition:z:name = "lin_rec709_scene"
        }
    }
}
def Scope "Z"
{
    color3f d
}
)";

}  // namespace

TEST_CASE(
    "C-01 an attribute's colour space is its own, else that of the nearest prim that applies and says one") {
  const stage::Scene scene = Open(kScene);
  MetricsCache cache(*scene);
  CHECK(ComputeColorSpaceName(scene.Attr("/A/B.c"), &cache) == Token("srgb_rec709_scene"));
  CHECK(ComputeColorSpaceName(scene.Attr("/A/B.d"), &cache) == Token("mine"));
  CHECK(ComputeColorSpaceName(scene.Attr("/A/B.e")) == Token("mine"));
  CHECK(ComputeColorSpaceName(scene.At("/A/B/Empty")) == Token("mine"));
  CHECK(ComputeColorSpaceName(scene.At("/A/B/NoApi"), &cache) == Token("mine"));
  CHECK(ComputeColorSpaceName(scene.Attr("/Z.d"), &cache).IsEmpty());
  CHECK_FALSE(ComputeColorSpace(scene.Attr("/Z.d"), &cache));
}

TEST_CASE("C-02 names are defined at or above the prim that says them; unknown ones end the search") {
  const stage::Scene scene = Open(kScene);
  Diagnostics remarks;
  CHECK(ComputeColorSpaceName(scene.At("/A/B/Unknown/Below"), nullptr, &remarks).IsEmpty());
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kColorSpaceUnknown);
  CHECK(ComputeColorSpaceName(scene.At("/A/B/Early/Late")).IsEmpty());
  CHECK(IsValidColorSpaceName(scene.At("/A/B"), Token("mine")));
  CHECK_FALSE(IsValidColorSpaceName(scene.At("/Z"), Token("mine")));
  CHECK(IsValidColorSpaceName(scene.At("/Z"), Token("lin_ap1_scene")));
  // A deliberate divergence: usd-core 26.11 takes the built-in space here, the rule says the definition wins.
  CHECK(ComputeColorSpace(scene.At("/A/B/Own"))->GetPrimariesAndWhitePoint().red == Vec2d{1, 0});
}

TEST_CASE("C-03 definitions have fallbacks, and are written and read back") {
  const stage::Scene scene = Open(
      "def Scope \"A\" (\n    prepend apiSchemas = [\"ColorSpaceDefinitionAPI:c\"]\n)\n{\n}\ndef Scope \"B\" "
      "{\n}\n");
  const auto all = ColorSpaceDefinition::GetAll(scene.At("/A"));
  REQUIRE(all.size() == 1);
  CHECK(all[0].GetName() == Token("custom"));
  const auto space = all[0].ComputeColorSpace();
  REQUIRE(space);
  CHECK(space->GetPrimariesAndWhitePoint().green == Vec2d{0, 1});
  CHECK(space->GetGamma() == 1);
  CHECK(space->GetLinearBias() == 0);

  stage::Editor editor(*scene);
  const auto adobe = ColorSpace::Find("g22_adobergb_scene");
  REQUIRE(DefineColorSpace(editor, scene.At("/B"), Token("a"), *adobe));
  const auto back = ColorSpaceDefinition(scene.At("/B"), Token("a")).ComputeColorSpace();
  REQUIRE(back);
  CHECK(back->GetGamma() == doctest::Approx(2.19921875));
  CHECK(back->GetRGBToXYZ()[0][0] == doctest::Approx(0.5766691565513611));
  CHECK_FALSE(ColorSpace::FromPrimaries("line", {{0.1, 0.1}, {0.2, 0.2}, {0.3, 0.3}, {0.3, 0.3}}, 1, 0));
}

TEST_CASE("C-04 the built-in spaces convert as they should") {
  CHECK(ColorSpace::GetBuiltInNames().size() == 19);
  const auto ap1 = ColorSpace::Find("lin_ap1_scene"), rec709 = ColorSpace::Find("lin_rec709_scene");
  const Vec3d red = rec709->Convert(*ap1, {1, 0, 0});
  CHECK(red[0] == doctest::Approx(1.7050503).epsilon(1e-5));
  CHECK(red[1] == doctest::Approx(-0.1302564).epsilon(1e-5));
  CHECK(red[2] == doctest::Approx(-0.0240033).epsilon(1e-4));
  for (std::string_view name : ColorSpace::GetBuiltInNames()) {
    CAPTURE(name);
    const auto space = ColorSpace::Find(name);
    REQUIRE(space);
    for (double v : {-0.1, 0.0, 0.02, 0.5, 1.0, 3.0})
      CHECK(space->FromLinear(space->ToLinear(v)) == doctest::Approx(v));
    const Vec3d back = space->Convert(*rec709, rec709->Convert(*space, {0.2, 0.4, 0.6}));
    CHECK(back[1] == doctest::Approx(0.4));
  }
  CHECK(ColorSpace::Find("srgb_rec709_scene")->GetTransferFunctionParams().phi == doctest::Approx(12.92321));
  CHECK(ColorSpace::Find("raw")->Convert(*ap1, {1, 2, 3}) == Vec3d{1, 2, 3});
  CHECK_FALSE(ColorSpace::Find("nope"));
}

}  // namespace strata::domain
