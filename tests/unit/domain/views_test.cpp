// Lights, coordinate systems, common transforms, curves and UDIM textures.
#include "strata/asset/resolver.h"
#include "strata/domain/domain.h"
#include "tests/unit/stage/scene.h"

namespace strata::domain {

namespace {

stage::Scene Open(const std::string& text) {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return stage::Scene(text, options);
}

}  // namespace

TEST_CASE("a light lights everything, unless its collection says otherwise") {
  const stage::Scene scene = Open(R"(
def Xform "W"
{
    def SphereLight "All"
    {
        rel light:filters = [</W/F>, </W/Absent>]
    }
    def SphereLight "One"
    {
        uniform bool collection:lightLink:includeRoot = false
        rel collection:lightLink:includes = </W/A>
        rel collection:shadowLink:excludes = </W/A>
    }
    def LightFilter "F" {
    }
    def Cube "A" {
    }
    def Cube "B" {
    }
}
)");
  const LightLinking linking({scene.At("/W/All"), scene.At("/W/One")});
  CHECK(linking.IsLit(0, Path("/W/A")));
  CHECK(linking.IsLit(0, Path("/W/B")));
  CHECK(linking.IsLit(1, Path("/W/A")));
  CHECK_FALSE(linking.IsLit(1, Path("/W/B")));
  CHECK_FALSE(linking.CastsShadow(1, Path("/W/A")));
  CHECK(linking.CastsShadow(1, Path("/W/B")));
  CHECK(stage::PathsOf(Light(scene.At("/W/All")).GetFilters()) == "/W/F");
  CHECK(Light(scene.At("/W/All")).GetShaderId() == "SphereLight");
  CHECK(stage::Join(ComputeLightList(scene.At("/W"), LightListMode::kIgnoreCache)) == "/W/All /W/F /W/One");
}

TEST_CASE("coordinate systems are inherited by name, and nothing bound is no binding") {
  const stage::Scene scene = Open(R"(
def Xform "W" (
    prepend apiSchemas = ["CoordSysAPI:paint", "CoordSysAPI:empty"]
)
{
    rel coordSys:paint:binding = </W/Space>
    def Xform "C" (
        prepend apiSchemas = ["CoordSysAPI:paint"]
    )
    {
        rel coordSys:paint:binding = </W/C>
        def Xform "D" {
        }
    }
}
)");
  CHECK(CoordSysAPI(scene.At("/W")).GetLocalBindings().size() == 1);
  CHECK_FALSE(CoordSysAPI(scene.At("/W/C/D")).HasLocalBindings());
  const auto binding = CoordSysAPI(scene.At("/W/C/D")).FindBindingWithInheritance(Token("paint"));
  REQUIRE(binding);
  CHECK(binding->prim == Path("/W/C"));
  CHECK_FALSE(CoordSysAPI(scene.At("/W/C/D")).FindBindingWithInheritance(Token("empty")));
}

TEST_CASE("common transforms are written with their ops, and read back") {
  const stage::Scene scene = Open(
      "def Xform \"A\" {\n}\ndef Xform \"B\" {\n    double xformOp:rotateX = 3\n    "
      "uniform token[] xformOpOrder = [\"xformOp:rotateX\"]\n}\n");
  stage::Editor editor(*scene);
  const XformCommonAPI api(scene.At("/A"));
  XformVectors vectors{
      .translation = {1, 2, 3}, .rotation = {0, 90, 0}, .scale = {2, 2, 2}, .pivot = {1, 0, 0}};
  vectors.rotation_order = XformOpType::kRotateZYX;
  CHECK(api.SetXformVectors(editor, vectors));
  CHECK(api.GetXformVectors() == vectors);
  CHECK(scene.Attr("/A.xformOpOrder").Get().GetOr(Array<Token>()) ==
        Array<Token>{Token("xformOp:translate"), Token("xformOp:translate:pivot"), Token("xformOp:rotateZYX"),
                     Token("xformOp:scale"), Token("!invert!xformOp:translate:pivot")});
  vectors.rotation_order = XformOpType::kRotateXYZ;
  const auto refused = api.SetXformVectors(editor, vectors);
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kXformIncompatible);
  CHECK_FALSE(XformCommonAPI(scene.At("/B")).IsCompatible());
}

TEST_CASE("curves have vertices enough for their basis, as many as there are points") {
  const Token cubic("cubic"), bezier("bezier"), nonperiodic("nonperiodic");
  std::string why;
  const BasisCurves sound({4, 7}, cubic, bezier, nonperiodic);
  CHECK(sound.Validate(11));
  CHECK(sound.ComputeSegmentCounts() == Array<int32_t>{1, 2});
  CHECK(sound.ComputeVaryingDataSize() == 5);
  CHECK(sound.ComputeInterpolationForSize(5) == "varying");
  CHECK_FALSE(sound.Validate(12, &why));
  CHECK(why == "the curves have 11 vertices, and there are 12 points");
  CHECK_FALSE(BasisCurves({5}, cubic, bezier, nonperiodic).Validate(5, &why));
  CHECK(why == "curve 0 has 5 vertices, where those of Bezier curves have 3n + 1");
  CHECK_FALSE(BasisCurves({3}, cubic, Token("bspline"), nonperiodic).Validate(3, &why));
  CHECK(BasisCurves({3}, cubic, Token("bspline"), Token("periodic")).Validate(3));
  const BasisCurves absurd({-3, INT32_MIN, INT32_MAX}, cubic, bezier, nonperiodic);
  CHECK(absurd.ComputeVertexDataSize() == size_t{INT32_MAX});
  CHECK(absurd.ComputeSegmentCounts()[1] == 0);
  CHECK_FALSE(absurd.Validate(3));
}

TEST_CASE("widths of points are one for all or one each, ids one each") {
  const stage::Scene scene = Open(
      "def Points \"P\" {\n    point3f[] points = [(0, 0, 0), (1, 0, 0)]\n    float[] "
      "widths = [1]\n    int64[] ids = [7]\n}\n");
  std::string why;
  CHECK_FALSE(ValidatePoints(scene.At("/P"), stage::Time::Default(), &why));
  CHECK(why == "there are 1 ids for 2 points");
}

TEST_CASE("the tiles of a UDIM texture are those that are there") {
  asset::MemoryResolver resolver(asset::MakeFileResolver());
  for (const char* name : {"/t/a.1001.png", "/t/a.1003.png", "/t/a.1101.png"}) resolver.Put(name, "x");
  const auto tiles = ResolveUdimTilePaths(resolver, "./a.<UDIM>.png", "/t/root.usda");
  REQUIRE(tiles.size() == 2);
  CHECK(tiles[1].tile == "1003");
  CHECK(ResolveUdimPath(resolver, "./a.<UDIM>.png", "/t/root.usda") == "/t/a.<UDIM>.png");
  CHECK(ResolveUdimPath(resolver, "./b.<UDIM>.png", "/t/root.usda").empty());
  CHECK_FALSE(IsUdimIdentifier("<UDIM>"));
}

TEST_CASE("hints for people are written where older readers look, too") {
  const stage::Scene scene =
      Open("def Sphere \"S\" (\n    displayName = \"Old\"\n)\n{\n    double radius = 1\n}\n");
  stage::Editor editor(*scene);
  const PrimHints prim(scene.At("/S"));
  const PropertyHints radius(scene.Attr("/S.radius"));
  CHECK(prim.GetDisplayName() == "Old");
  CHECK(prim.SetDisplayName(editor, "New"));
  CHECK(prim.SetDisplayGroupExpanded(editor, "Size", PrimHints::Expanded::kYes));
  CHECK(prim.SetDisplayGroupShownIf(editor, "Size", "radius > 1"));
  CHECK(radius.SetDisplayGroup(editor, "Size"));
  CHECK(radius.SetHidden(editor, PrimHints::Hidden::kYes));
  CHECK(radius.SetShownIf(editor, "radius > 0"));
  Dictionary labels;
  labels.entries.emplace("big", Value(10.0));
  CHECK(radius.SetValueLabels(editor, labels));
  CHECK(radius.SetValueLabelsOrder(editor, {Token("big")}));
  CHECK(prim.GetDisplayName() == "New");
  CHECK(scene.At("/S").GetMetadata(Token("displayName")) == Value(std::string("New")));
  CHECK(prim.IsDisplayGroupExpanded("Size"));
  CHECK_FALSE(prim.IsDisplayGroupExpanded("Other"));
  CHECK(prim.GetDisplayGroupShownIf("Size") == "radius > 1");
  CHECK(radius.GetDisplayGroup() == "Size");
  CHECK(radius.IsHidden());
  CHECK(scene.Attr("/S.radius").GetMetadata(Token("hidden")) == Value(true));
  CHECK(radius.GetShownIf() == "radius > 0");
  CHECK(radius.GetValueLabels() == labels);
  CHECK(radius.GetValueLabelsOrder() == Array<Token>{Token("big")});
}

}  // namespace strata::domain
