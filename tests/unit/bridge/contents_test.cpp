// What prims of a stage have in the running scene, where it is not the same for all of a type.
#include "strata/bridge/instance_proxies.h"
#include "tests/unit/bridge/running.h"

namespace strata::bridge {

namespace {

using scene::DataSourceLocator;

template <class T>
std::optional<T> At(const scene::SceneIndex& scene, const char* prim, std::string_view locator) {
  return scene::GetValueAs<T>(scene.GetDataSource(Path(prim), DataSourceLocator::Parse(locator)));
}

// The categories of each instance of the instancer that shows this instance.
std::string CategoriesOfInstances(const scene::SceneIndex& scene, Path instance) {
  const auto instancer =
      scene::GetValueAs<Path>(scene.GetDataSource(instance, {Token("instance"), Token("instancer")}));
  if (!instancer) return "no instance";
  const auto values = scene::VectorDataSource::Cast(
      scene.GetDataSource(*instancer, {Token("instanceCategories"), Token("categoriesValues")}));
  std::string text;
  for (size_t i = 0; values && i < values->GetNumElements(); ++i) {
    text += "[";
    for (Token name : scene::ContainerDataSource::Cast(values->GetElement(i))->GetNames())
      text += name.GetString();
    text += "]";
  }
  return text;
}

}  // namespace

TEST_CASE("lights that link to nested instances give categories to instances, outer and inner ones") {
  ChainOptions options;
  options.resolving = {"lightLinking"};
  const auto text = [](const char* includes) {
    return R"(def Xform "Leaf" { def Sphere "Ball" {} }
def Xform "Model" { def Xform "In" (instanceable = true  references = </Leaf>) {}
  def Xform "Too" (instanceable = true  references = </Leaf>) {} }
def Xform "W" {
  def Xform "A" (instanceable = true  references = </Model>) {}
  def Xform "B" (instanceable = true  references = </Model>) {}
}
def SphereLight "Key" {
  uniform bool collection:lightLink:includeRoot = 0
  rel collection:lightLink:includes = )" +
           std::string(includes) + "\n}";
  };
  const std::string key = "[/Key.collection:lightLink]";
  Running outer(text("</W/A>"), options);
  CHECK(CategoriesOfInstances(outer.Final(), Path("/W/A")) == key + "[]");
  const Path in = FindInstanceProxy(outer.Final(), Path("/W/A/In")).path;
  REQUIRE_FALSE(in.IsEmpty());
  CHECK(CategoriesOfInstances(outer.Final(), in) == "[][]");
  Running inner(text("[</W/A/In>, </W/B/In>]"), options);
  CHECK(CategoriesOfInstances(inner.Final(), Path("/W/A")) == "[][]");
  CHECK(CategoriesOfInstances(inner.Final(), in) == key + "[]");
}

TEST_CASE("a resolving scene index that nobody knows is reported, and the chain is made without it") {
  ChainOptions options;
  options.resolving = {"lightLinking", "nothing"};
  Diagnostics remarks;
  const Chain chain = MakeChain(options, remarks);
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kResolvingUnknown);
  CHECK(chain.GetFinal()->GetDisplayName() == "Light linking");
}

TEST_CASE("primvars say how many values make an element, and are gathered by it") {
  Running running(R"(def Mesh "M" {
    float[] primvars:weights = [1, 2, 3, 4] ( interpolation = "vertex"  elementSize = 2 )
    int[] primvars:weights:indices = [1, 0, 1]
    float[] primvars:plain = [1] ( interpolation = "constant" )
})");
  CHECK(At<int32_t>(running.Final(), "/M", "primvars/weights/elementSize") == 2);
  CHECK_FALSE(At<int32_t>(running.Final(), "/M", "primvars/plain/elementSize"));
  const auto weights =
      scene::PrimvarsSchema::GetFromParent(running.Final().GetPrim(Path("/M")).data).Get(Token("weights"));
  const auto flat = scene::GetFlattenedPrimvarValue(weights);
  REQUIRE(flat);
  CHECK(flat->GetValue(0) == Value(Array<float>{3, 4, 1, 2, 3, 4}));
}

TEST_CASE("colours say their space, or that of the nearest prim at or above that has one") {
  Running running(R"(def Xform "W" (prepend apiSchemas = ["ColorSpaceAPI"]) {
    uniform token colorSpace:name = "srgb_rec709_scene"
    def Mesh "M" {
      color3f[] primvars:displayColor = [(1, 0, 0)]
      color3f[] primvars:own = [(1, 0, 0)] ( colorSpace = "lin_ap1_scene" )
      float[] primvars:number = [1]
      point3f[] points = [(0, 0, 0)]
    }
    def Material "Mat" {
      token outputs:surface.connect = </W/Mat/S.outputs:out>
      def Shader "S" {
        uniform token info:id = "Test"
        color3f inputs:tint = (1, 1, 1)
        float inputs:rough = 1
        token outputs:out
      }
    }
  }
  def Mesh "Out" { color3f[] primvars:displayColor = [(1, 0, 0)] })");
  const auto space = [&](const char* prim, std::string_view locator) {
    return At<Token>(running.Final(), prim, locator).value_or(Token()).GetString();
  };
  CHECK(space("/W/M", "primvars/displayColor/colorSpace") == "srgb_rec709_scene");
  CHECK(space("/W/M", "primvars/own/colorSpace") == "lin_ap1_scene");
  CHECK(space("/W/M", "primvars/number/colorSpace") == "");
  CHECK(space("/Out", "primvars/displayColor/colorSpace") == "");
  const auto parameter = [&](const char* name) {
    return scene::GetValueAs<Token>(
               running.Final().GetDataSource(Path("/W/Mat"),
                                             {Token("material"), Token(""), Token("nodes"), Token("S"),
                                              Token("parameters"), Token(name), Token("colorSpace")}))
        .value_or(Token())
        .GetString();
  };
  CHECK(parameter("tint") == "srgb_rec709_scene");
  CHECK(parameter("rough") == "");
  running.Pull();
  running.TakeFirst();
  running.Set("/W.colorSpace:name", Value(Token("lin_ap0_scene")));
  CHECK(running.TakeFirst() == "added /W; added /W/M mesh; added /W/Mat material; removed /W");
  CHECK(space("/W/M", "primvars/displayColor/colorSpace") == "lin_ap0_scene");
}

TEST_CASE("a scene in OpenUSD's older form shows neither element sizes nor colour spaces of primvars") {
  Running running(R"(def Mesh "M" {
    color3f[] primvars:tint = [(1, 0, 0), (0, 0, 1)] ( colorSpace = "lin_ap1_scene"  elementSize = 2 )
})",
                  ChainOptions::LikeOpenUSD());
  CHECK_FALSE(At<int32_t>(running.Final(), "/M", "primvars/tint/elementSize"));
  CHECK_FALSE(At<Token>(running.Final(), "/M", "primvars/tint/colorSpace"));
}

TEST_CASE("of a scene with a root only the subtree is drawn, where it stands, and materials stay") {
  ChainOptions options;
  options.root = Path("/World/Set");
  Running running(R"(def Xform "Model" { def Cube "Box" {} }
def Xform "World" (prepend apiSchemas = ["MaterialBindingAPI"]) {
  rel material:binding = </Looks/Red>
  double3 xformOp:translate = (5, 0, 0)
  uniform token[] xformOpOrder = ["xformOp:translate"]
  def Xform "Set" {
    def Sphere "Ball" {}
    def Xform "I" (instanceable = true  references = </Model>) {}
  }
  def Sphere "Other" {}
  def Xform "J" (instanceable = true  references = </Model>) {}
}
def Scope "Looks" { def Material "Red" {} })",
                  options);
  const scene::SceneIndex& final = running.Final();
  CHECK(final.GetPrim(Path("/World/Set/Ball")).type == Token("sphere"));
  CHECK(final.GetPrim(Path("/World/Other")).type == Token());
  CHECK(final.GetPrim(Path("/Model/Box")).type == Token());
  CHECK(final.GetPrim(Path("/Looks/Red")).type == Token("material"));
  const auto matrix = At<Matrix4d>(final, "/World/Set/Ball", "xform/matrix");
  REQUIRE(matrix);
  CHECK((*matrix)[3][0] == 5.0);
  CHECK(scene::GetValueAs<Path>(final.GetDataSource(Path("/World/Set/Ball"),
                                                    {Token("materialBindings"), Token(""), Token("path")})) ==
        Path("/Looks/Red"));
  // The one instance inside is the only one of its instancer.
  CHECK(At<int32_t>(final, "/World/Set/I", "instance/instanceIndex") == 0);
  CHECK_FALSE(At<int32_t>(final, "/World/J", "instance/instanceIndex"));
  CHECK(running.TakeFinal().find("added /World/Other;") != std::string::npos);
  running.Pull();
  running.Set("/World.xformOp:translate", Value(Vec3d{1, 0, 0}));
  CHECK(running.TakeFinal().find("dirtied /World/Set/Ball {xform}") != std::string::npos);
}

}  // namespace strata::bridge
