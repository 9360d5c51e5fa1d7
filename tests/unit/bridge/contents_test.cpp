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
  CHECK(chain.indices[chain.indices.size() - 2]->GetDisplayName() == "Light linking");
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

TEST_CASE("each concrete type has its type in scenes, and what all prims have") {
  // Those that are not here have none.
  const std::map<std::string, std::string> types = {
      {"BasisCurves", "basisCurves"},
      {"Camera", "camera"},
      {"Capsule", "capsule"},
      {"Capsule_1", "capsule"},
      {"Cone", "cone"},
      {"Cube", "cube"},
      {"Cylinder", "cylinder"},
      {"Cylinder_1", "cylinder"},
      {"CylinderLight", "cylinderLight"},
      {"DiskLight", "diskLight"},
      {"DistantLight", "distantLight"},
      {"DomeLight", "domeLight"},
      {"DomeLight_1", "domeLight"},
      {"Field3DAsset", "field3dAsset"},
      {"GenerativeProcedural", "inertGenerativeProcedural"},
      {"GeomSubset", "geomSubset"},
      {"HermiteCurves", "basisCurves"},
      {"LightFilter", "lightFilter"},
      {"Material", "material"},
      {"Mesh", "mesh"},
      {"NurbsCurves", "nurbsCurves"},
      {"NurbsPatch", "nurbsPatch"},
      {"OpenVDBAsset", "openvdbAsset"},
      {"ParticleField", "particleField"},
      {"ParticleField3DGaussianSplat", "particleField"},
      {"Plane", "plane"},
      {"PluginLight", "pluginLight"},
      {"PluginLightFilter", "lightFilter"},
      {"PointInstancer", "instancer"},
      {"Points", "points"},
      {"RectLight", "rectLight"},
      {"RenderPass", "renderPass"},
      {"RenderProduct", "renderProduct"},
      {"RenderSettings", "renderSettings"},
      {"RenderVar", "renderVar"},
      {"Sphere", "sphere"},
      {"SphereLight", "sphereLight"},
      {"TetMesh", "tetMesh"},
      {"Volume", "volume"},
  };
  size_t concrete = 0, of_a_type = 0;
  for (const schema::SchemaInfo* info : schema::Registry::GetBuiltIn()->GetAll()) {
    if (info->kind != schema::SchemaKind::kConcreteTyped) continue;
    ++concrete;
    const std::string name = info->identifier.GetString();
    Running running("def " + name + " \"P\" {}");
    const scene::ScenePrim prim = running.First().GetPrim(Path("/P"));
    // Shaders are part of materials, and no prims.
    if (name == "Shader" || name == "NodeGraph") continue;
    const auto expected = types.find(name);
    of_a_type += expected != types.end();
    CHECK_MESSAGE(prim.type == Token(expected == types.end() ? "" : expected->second), name);
    REQUIRE_MESSAGE(prim.data, name);
    CHECK_MESSAGE(prim.data->Get(Token("primOrigin")), name);
  }
  CHECK(concrete >= 59);
  CHECK(of_a_type == types.size());
}

TEST_CASE("render settings gather their products and variables, and follow edits of them") {
  Running running(R"(def Scope "Render" {
  def RenderSettings "Main" {
    rel camera = </Cam>
    rel products = [</Render/Beauty>, </Render/Small>]
    uniform int2 resolution = (2000, 1000)
    int ri:samples = 4
  }
  def RenderProduct "Beauty" {
    rel orderedVars = </Render/Color>
    token productName = "beauty.exr"
  }
  def RenderProduct "Small" {
    uniform int2 resolution = (100, 100)
    token aspectRatioConformPolicy = "cropAperture"
  }
  def RenderVar "Color" { string sourceName = "Ci" }
}
def Camera "Cam" { float horizontalAperture = 36
  float verticalAperture = 24 })");
  const auto settings = [&] {
    return scene::RenderSettingsSchema::GetFromParent(running.Final().GetPrim(Path("/Render/Main")).data);
  };
  const auto products = settings().GetRenderProducts();
  REQUIRE(products.GetNumElements() == 2);
  const auto beauty = products.GetElement(0), small = products.GetElement(1);
  CHECK(beauty.GetPath() == Path("/Render/Beauty"));
  CHECK(beauty.GetName() == Token("beauty.exr"));
  CHECK(beauty.GetType() == Token("raster"));
  CHECK(beauty.GetResolution() == Vec2i{2000, 1000});  // of the settings
  CHECK(beauty.GetCameraPrim() == Path("/Cam"));
  REQUIRE(beauty.GetRenderVars().GetNumElements() == 1);
  CHECK(beauty.GetRenderVars().GetElement(0).GetSourceName() == std::string("Ci"));
  CHECK(small.GetResolution() == Vec2i{100, 100});
  // Twice as wide as high: the film grows in width. Square: it loses width.
  CHECK((*beauty.GetApertureSize())[0] == doctest::Approx(4.8));
  CHECK((*beauty.GetApertureSize())[1] == doctest::Approx(2.4));
  CHECK((*small.GetApertureSize())[0] == doctest::Approx(2.4));
  CHECK((*small.GetApertureSize())[1] == doctest::Approx(2.4));
  CHECK(settings().GetContainer()->Get(Token("namespacedSettings")));
  CHECK(At<int32_t>(running.Final(), "/Render/Main", "renderSettings/namespacedSettings/ri:samples") == 4);
  running.Pull();
  running.TakeFinal();
  running.Set("/Render/Color.sourceName", Value(std::string("a")));
  CHECK(running.TakeFinal() ==
        "dirtied /Render/Color {__usdRenderVar/sourceName}; "
        "dirtied /Render/Main {renderSettings/renderProducts}");
  running.Set("/Render/Main.resolution", Value(Vec2i{10, 10}));
  CHECK(running.TakeFinal() ==
        "dirtied /Render/Main {__usdRenderSettings/resolution, renderSettings/renderProducts}");
  running.Set("/Cam.verticalAperture", Value(12.0f));
  CHECK(running.TakeFinal() ==
        "dirtied /Cam {camera/verticalAperture}; dirtied /Render/Main {renderSettings/renderProducts}");
}

TEST_CASE("the root says the stage's time, metrics and active render settings, and edits of them dirty it") {
  Running running("");
  CHECK(At<double>(running.Final(), "/", "sceneMetrics/metersPerUnit") == 0.01);
  CHECK(At<Token>(running.Final(), "/", "sceneMetrics/upAxis") == Token("Y"));
  running.TakeFinal();
  running.Change([](layer::Layer& layer) {
    CHECK(layer.SetField(Path::AbsoluteRoot(), Token("metersPerUnit"), Value(1.0)));
    CHECK(layer.SetField(Path::AbsoluteRoot(), Token("renderSettingsPrimPath"), Value(std::string("/R"))));
  });
  CHECK(running.TakeFinal() == "dirtied / {__containerDataSource, sceneGlobals, sceneMetrics}");
  CHECK(At<double>(running.Final(), "/", "sceneMetrics/metersPerUnit") == 1.0);
  CHECK(At<Path>(running.Final(), "/", "sceneGlobals/activeRenderSettingsPrim") == Path("/R"));
}

TEST_CASE("a camera says its exposure, and how much brighter pictures are by all of it") {
  Running running(R"(def Camera "Cam" {
    float exposure = 2
    float exposure:time = 0.5
    float exposure:iso = 200
    float exposure:fStop = 2
    float exposure:responsivity = 3
    double shutter:open = -0.25
})");
  CHECK(At<double>(running.Final(), "/Cam", "camera/shutterOpen") == -0.25);
  CHECK(At<float>(running.Final(), "/Cam", "camera/exposureIso") == 200.0f);
  CHECK(*At<float>(running.Final(), "/Cam", "camera/linearExposureScale") == doctest::Approx(3.0));
  running.Pull();
  running.TakeFirst();
  running.Set("/Cam.exposure:time", Value(1.0f));
  CHECK(running.TakeFirst() == "dirtied /Cam {camera/exposureTime, camera/linearExposureScale}");
  CHECK(*At<float>(running.Final(), "/Cam", "camera/linearExposureScale") == doctest::Approx(6.0));
}

TEST_CASE("a material says what its inputs lead to, in their order, and parameters say their type") {
  Running running(R"(def Material "Mat" {
  color3f inputs:tint = (1, 1, 1) ( displayGroup = "Look" )
  float inputs:rough = 1
  float inputs:unused = 1
  token outputs:surface.connect = </Mat/S.outputs:out>
  def Shader "S" {
    uniform token info:id = "Test"
    color3f inputs:a.connect = </Mat.inputs:tint>
    float inputs:b.connect = </Mat.inputs:rough>
    token outputs:out
  }
})");
  const auto at = [&](std::initializer_list<const char*> names) {
    DataSourceLocator locator{Token("material"), Token("")};
    for (const char* name : names) locator = locator.Append(Token(name));
    return running.Final().GetDataSource(Path("/Mat"), locator);
  };
  CHECK(scene::GetValueAs<Array<Token>>(at({"interface", "parameterOrder"})) ==
        Array<Token>{Token("rough"), Token("tint")});
  CHECK(scene::GetValueAs<Token>(at({"interface", "parameters", "tint", "displayGroup"})) == Token("Look"));
  const auto mappings = scene::VectorDataSource::Cast(at({"interface", "parameters", "tint", "mappings"}));
  REQUIRE(mappings);
  const auto mapping = scene::ContainerDataSource::Cast(mappings->GetElement(0));
  CHECK(scene::GetValueAs<Token>(mapping->Get(Token("inputName"))) == Token("a"));
  CHECK(scene::GetValueAs<Token>(at({"nodes", "S", "parameters", "a", "typeName"})) == Token("color3f"));
}

TEST_CASE("a prim says its type, its schemas, its kind and the variants that are chosen") {
  Running running(R"(def Xform "A" (
  kind = "component"
  prepend apiSchemas = ["GeomModelAPI"]
  variants = { string look = "red" }
  prepend variantSets = "look"
) {
  variantSet "look" = { "red" { def Cube "C" {} } }
})");
  CHECK(At<Token>(running.Final(), "/A", "__usdPrimInfo/typeName") == Token("Xform"));
  CHECK(At<Array<Token>>(running.Final(), "/A", "__usdPrimInfo/apiSchemas") ==
        Array<Token>{Token("GeomModelAPI")});
  CHECK(At<Token>(running.Final(), "/A", "__usdPrimInfo/kind") == Token("component"));
  CHECK(At<Token>(running.Final(), "/A", "__usdPrimInfo/variantSelections/look") == Token("red"));
}

TEST_CASE("what is selected says so, in the instance that it is selected in, and edits keep it") {
  Running running(R"(def Xform "Model" { def Cube "Box" {} }
def Xform "W" {
  def Xform "A" (instanceable = true  references = </Model>) {}
  def Xform "B" (instanceable = true  references = </Model>) {}
  def Sphere "Ball" {}
})");
  SelectionSceneIndex& selection = *running.GetChain().selection;
  const auto selected = [&](Path path) {
    return scene::SelectionsSchema::GetFromParent(selection.GetPrim(path).data);
  };
  running.Pull();
  running.TakeFinal();
  CHECK(selection.AddSelection(Path("/W/Ball")));
  CHECK(running.TakeFinal() == "dirtied /W/Ball {__containerDataSource, selections}");
  CHECK(selected(Path("/W/Ball")).GetElement(0).GetFullySelected() == true);
  CHECK(selection.AddSelection(Path("/W/B/Box")));
  const InstanceProxyPlace box = FindInstanceProxy(running.Final(), Path("/W/B/Box"));
  REQUIRE(box.steps.size() == 1);
  const auto nested = selected(box.path).GetElement(0).GetNestedInstanceIndices();
  REQUIRE(nested.GetNumElements() == 1);
  CHECK(nested.GetElement(0).GetInstancer() == box.steps[0].instancer);
  CHECK(nested.GetElement(0).GetInstanceIndices() == Array<int32_t>{1});
  // The instance before it goes: the selected one has another number.
  running.SetActive("/W/A", false);
  const InstanceProxyPlace moved = FindInstanceProxy(running.Final(), Path("/W/B/Box"));
  REQUIRE(moved.steps.size() == 1);
  CHECK(selected(moved.path).GetElement(0).GetNestedInstanceIndices().GetElement(0).GetInstanceIndices() ==
        Array<int32_t>{0});
  running.TakeFinal();
  CHECK_FALSE(selection.AddSelection(Path("/Nowhere")));
  CHECK(running.TakeFinal() == "");
  selection.ClearSelection();
  CHECK(running.TakeFinal().find("dirtied /W/Ball {__containerDataSource, selections}") != std::string::npos);
  CHECK_FALSE(selected(Path("/W/Ball")).IsDefined());
}

TEST_CASE("a selected instance selects what its instancer shows for it") {
  Running running(R"(def Xform "Model" { def Cube "Box" {} }
def Xform "A" (instanceable = true  references = </Model>) {})");
  SelectionSceneIndex& selection = *running.GetChain().selection;
  CHECK(selection.AddSelection(Path("/A")));
  const auto instancer = At<Path>(running.Final(), "/A", "instance/instancer");
  REQUIRE(instancer);
  const auto shown = scene::SelectionsSchema::GetFromParent(
      selection.GetPrim(instancer->AppendChild(Token("UsdNiPrototype"))).data);
  REQUIRE(shown.GetNumElements() == 1);
  CHECK(shown.GetElement(0).GetNestedInstanceIndices().GetElement(0).GetInstanceIndices() ==
        Array<int32_t>{0});
}

}  // namespace strata::bridge
