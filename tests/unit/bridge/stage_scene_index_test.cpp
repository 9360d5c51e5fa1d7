#include "strata/bridge/stage_scene_index.h"

#include <algorithm>

#include "tests/unit/bridge/running.h"

namespace strata::bridge {

namespace {

using scene::DataSourceLocator;

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}

const char* const kAnimated = R"(
def Mesh "pCube1" (prepend apiSchemas = ["MaterialBindingAPI"]) {
    rel material:binding = </testMaterial>
    float3[] extent.timeSamples = { 1: [(0, 0, 0), (1, 1, 1)], 2: [(0, 0, 0), (2, 2, 2)] }
    int[] faceVertexCounts = [3]
    int[] faceVertexIndices = [0, 1, 2]
    point3f[] points.timeSamples = { 1: [(0, 0, 0), (1, 0, 0), (0, 1, 0)], 2: [(0, 0, 0), (2, 0, 0), (0, 2, 0)] }
    token visibility.timeSamples = { 1: "inherited", 2: "invisible" }
    double3 xformOp:translate.timeSamples = { 1: (0, 0, 0), 2: (1, 0, 0) }
    uniform token[] xformOpOrder = ["xformOp:translate"]
}
def Material "testMaterial" {
    color3f inputs:tint = (1, 1, 1)
    token outputs:surface.connect = </testMaterial/Surface.outputs:out>
    def Shader "Surface" {
        uniform token info:id = "Test"
        color3f inputs:emitColor.timeSamples = { 1: (0, 0, 0), 2: (1, 1, 1) }
        color3f inputs:tint.connect = </testMaterial.inputs:tint>
        token outputs:out
    }
}
)";

}  // namespace

TEST_CASE("the prims that are added are those that can be reached, and \"/\" is one of them") {
  Running running(R"(def Xform "A" { def Sphere "B" {} over "C" {} }
class "K" { def Cube "D" {} }
def Xform "Off" (active = false) { def Cube "E" {} })");
  CHECK(PathsOf(running.First()) == "/ /A /A/B /A/C");
  CHECK(running.TakeFirst() == "added /; added /A; added /A/B sphere; added /A/C");
  running.First().SetStage(nullptr);
  CHECK(running.TakeFirst() == "removed /");
  CHECK(running.TakeFinal().find("removed /") != std::string::npos);
  CHECK_FALSE(running.First().GetPrim(Path::AbsoluteRoot()));
}

TEST_CASE("a scene follows a stage that follows its layers, and shows each edit once") {
  Running running(R"(def Sphere "A" { double radius = 1 })");
  running.TakeFirst();
  running.Pull();
  running.Set("/A.radius",
              Value(2.0));  // tells the stage of the edit again, as the edits of a stage that does not follow
  const std::string told = running.TakeFirst();
  CHECK(told.find("dirtied /A") == 0);
  CHECK(told.find("/A", 10) == std::string::npos);
  CHECK(running.First().GetStage()->GetAttributeAtPath(Path("/A.radius")).GetAs<double>() == 2.0);
}

TEST_CASE("moving the time dirties what was asked for and varies, and nothing else") {
  Running running(kAnimated);
  running.First().SetTime(1);
  running.TakeFirst();
  running.First().SetTime(2);
  CHECK(running.TakeFirst() == "");
  running.First().SetTime(1);
  running.Pull();
  running.First().SetTime(1);
  CHECK(running.TakeFirst() == "");
  running.First().SetTime(2);
  CHECK(running.TakeFirst() ==
        "dirtied /pCube1 {extent, primvars/points/primvarValue, visibility, xform}; dirtied /testMaterial "
        "{material//nodes/Surface/parameters/emitColor/value, "
        "material/__all/nodes/Surface/parameters/emitColor/value}");
}

TEST_CASE("times beyond the last sample are alike, unless all are to count as different") {
  ChainOptions every;
  every.stage.time_rule = TimeRule::kAny;
  for (const bool any : {false, true}) {
    Running running(kAnimated, any ? every : ChainOptions());
    running.First().SetTime(5);
    running.Pull();
    running.TakeFirst();
    running.First().SetTime(6);
    CHECK(running.TakeFirst().empty() != any);
    running.First().SetTime(1.5);
    CHECK_FALSE(running.TakeFirst().empty());
  }
}

TEST_CASE("edits of properties dirty the data that are made of them") {
  Running running(kAnimated);
  running.Pull();
  running.TakeFirst();
  running.Set("/pCube1.faceVertexCounts", Value(Array<int32_t>{1, 2}));
  CHECK(running.TakeFirst() == "dirtied /pCube1 {mesh/topology/faceVertexCounts}");
  running.Set("/testMaterial.inputs:tint", Value(Vec3f{0, 1, 0}));
  CHECK(running.TakeFirst() == "dirtied /testMaterial {material}");
  running.Change([](layer::Layer& layer) {
    CHECK(layer.SetTimeSample(Path("/testMaterial/Surface.inputs:emitColor"), 3, Value(Vec3f{1, 0, 0})));
  });
  CHECK(running.TakeFirst() == "dirtied /testMaterial {material}");
  running.Change([](layer::Layer& layer) {
    CHECK(layer.SetTimeSample(Path("/pCube1.points"), 3, Value(Array<Vec3f>{{0, 0, 0}})));
  });
  CHECK(running.TakeFirst() == "dirtied /pCube1 {primvars/points}");
}

TEST_CASE("a new primvar dirties all primvars, a changed one only itself") {
  Running running(R"(def Mesh "M" {})");
  running.Pull();
  running.TakeFirst();
  running.Change([](layer::Layer& layer) {
    CHECK(layer.CreateAttributeSpec(Path("/M.primvars:mine"), Token("float")));
    CHECK(layer.SetField(Path("/M.primvars:mine"), layer::GetFieldNames().default_, Value(1.0f)));
  });
  CHECK(running.TakeFirst() == "dirtied /M {primvars}");
  running.Set("/M.primvars:mine", Value(2.0f));
  CHECK(running.TakeFirst() == "dirtied /M {primvars/mine}");
  CHECK(scene::GetValueAs<float>(
            running.First().GetDataSource(Path("/M"), L("primvars/mine/primvarValue"))) == 2.0f);
}

TEST_CASE("prims that go are removed, prims that come are added, in one step") {
  Running running(R"(def Xform "A" { def Sphere "B" {} }
def Cube "C" {})");
  running.TakeFirst();
  running.SetActive("/A/B", false);
  CHECK(running.TakeFirst() == "removed /A/B");
  CHECK(PathsOf(running.Final()) == "/ /A /C");
  running.SetActive("/A/B", true);
  CHECK(running.TakeFirst() == "added /A/B sphere; removed /A/B");
  CHECK(PathsOf(running.Final()) == "/ /A /A/B /C");
}

TEST_CASE("a stage without what it needs is shown as far as it goes") {
  Running running(R"(def Mesh "M" { point3f[] points = None  int[] faceVertexCounts = [3] }
def Material "Loop" {
    token outputs:surface.connect = </Loop/N.outputs:a>
    def NodeGraph "N" {
        token outputs:a.connect = </Loop/N.inputs:b>
        token inputs:b.connect = </Loop/N.outputs:a>
    }
}
def PointInstancer "Self" { rel prototypes = [</Self>, </Nowhere>]  int[] protoIndices = [0, 5, -1, 2000000000]  point3f[] positions = [(0, 0, 0)] })");
  running.Pull();
  CHECK_FALSE(running.Final().GetDataSource(Path("/M"), L("primvars/points")));
  const auto indices = scene::VectorDataSource::Cast(
      running.Final().GetDataSource(Path("/Self"), L("instancerTopology/instanceIndices")));
  CHECK(indices->GetNumElements() == 6);
}

TEST_CASE("transforms, visibility and primvars come down the chain to prims below") {
  Running running(R"(def Xform "A" {
    double3 xformOp:translate = (1, 0, 0)
    uniform token[] xformOpOrder = ["xformOp:translate"]
    token visibility = "invisible"
    float primvars:inherited = 3
    def Sphere "B" { double3 xformOp:translate = (0, 2, 0)  uniform token[] xformOpOrder = ["xformOp:translate"] }
})");
  const auto matrix =
      scene::GetValueAs<Matrix4d>(running.Final().GetDataSource(Path("/A/B"), L("xform/matrix")));
  CHECK((*matrix)[3][0] == 1);
  CHECK((*matrix)[3][1] == 2);
  const auto at = [&](const char* locator) {
    return running.Final().GetDataSource(Path("/A/B"), L(locator));
  };
  CHECK(scene::GetValueAs<bool>(at("visibility/visibility")) == false);
  CHECK(scene::GetValueAs<float>(at("primvars/inherited/primvarValue")) == 3.0f);
  CHECK(scene::GetValueAs<double>(at("sphere/radius")) == 1.0);
}

TEST_CASE(
    "each prototype of a point instancer is copied for it, and nested instancers have copies of their own") {
  Running running(R"(def PointInstancer "Outer" {
    rel prototypes = </Outer/P>
    int[] protoIndices = [0, 0]
    point3f[] positions = [(0, 0, 0), (1, 0, 0)]
    def Xform "P" {
        def Cube "Box" {}
        def PointInstancer "Inner" {
            rel prototypes = </Outer/P/Inner/Q>
            int[] protoIndices = [0]
            point3f[] positions = [(0, 0, 0)]
            def Sphere "Q" {}
        }
    }
})");
  const scene::SceneIndex& final_scene = running.Final();
  const auto outer = scene::GetValueAs<PathVector>(
      final_scene.GetDataSource(Path("/Outer"), L("instancerTopology/prototypes")));
  REQUIRE(outer);
  REQUIRE(outer->size() == 1);
  const Path copy = outer->front();
  CHECK(copy.GetParent() == Path("/Outer/P"));
  CHECK(final_scene.GetPrim(copy.AppendChild(Token("Box"))).type == "cube");
  CHECK(final_scene.GetPrim(Path("/Outer/P/Box")).type.IsEmpty());
  const Path inner_copy = copy.AppendChild(Token("Inner"));
  CHECK(final_scene.GetPrim(inner_copy).type == "instancer");
  const auto inner =
      scene::GetValueAs<PathVector>(final_scene.GetDataSource(inner_copy, L("instancerTopology/prototypes")));
  REQUIRE(inner);
  CHECK(inner->front().HasPrefix(inner_copy));
  CHECK(final_scene.GetPrim(inner->front()).type == "sphere");
  CHECK(scene::GetValueAs<PathVector>(final_scene.GetDataSource(inner->front(), L("instancedBy/paths"))) ==
        PathVector{inner_copy});
}

namespace {

const char* const kInstances = R"(
def Xform "Model" { def Cube "Box" {} }
def Scope "World" {
    def Xform "A" (instanceable = true  references = </Model>) {
        double3 xformOp:translate = (1, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
    def Xform "B" (instanceable = true  references = </Model>) {
        double3 xformOp:translate = (2, 0, 0)
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
    def Xform "C" (instanceable = true  references = </Model>) { uniform token purpose = "proxy" }
}
)";

std::vector<Path> FindInstancers(const scene::SceneIndex& index) {
  std::vector<Path> found;
  for (Path path : scene::CollectPrimPaths(index))
    if (index.GetPrim(path).type == "instancer") found.push_back(path);
  return found;
}

}  // namespace

TEST_CASE("excluded prims are not shown, nor told of, nor counted among the instances") {
  ChainOptions options;
  options.excluded = {Path("/World/B"), Path("/Model/Box")};
  Running running(kInstances, options);
  CHECK_FALSE(running.Final().GetPrim(Path("/World/B")));
  CHECK_FALSE(running.Final().GetPrim(Path("/Model/Box")));
  CHECK(running.Final().GetPrim(Path("/Model")));
  CHECK(running.TakeFinal().find("/World/B") == std::string::npos);
  const auto instancer =
      scene::GetValueAs<Path>(running.Final().GetDataSource(Path("/World/A"), L("instance/instancer")));
  REQUIRE(instancer);
  CHECK(scene::GetValueAs<PathVector>(running.Final().GetDataSource(
            *instancer, L("instancerTopology/instanceLocations"))) == PathVector{Path("/World/A")});
  running.Pull();
  running.TakeFinal();
  running.Set("/World/B.xformOp:translate", Value(Vec3d{5, 0, 0}));
  CHECK(running.TakeFinal() == "");
  running.SetActive("/World/B", false);
  running.SetActive("/World/B", true);
  CHECK(running.TakeFinal() == "");
  CHECK_FALSE(running.Final().GetPrim(Path("/World/B")));
}

TEST_CASE("instances that hand on the same share an instancer; others have one of their own") {
  Running running(kInstances);
  const scene::SceneIndex& final_scene = running.Final();
  const std::vector<Path> instancers = FindInstancers(final_scene);
  REQUIRE(instancers.size() == 2);
  std::vector<size_t> sizes;
  for (Path instancer : instancers) {
    const auto transforms = scene::GetValueAs<Array<Matrix4d>>(
        final_scene.GetDataSource(instancer, L("primvars/hydra:instanceTransforms/primvarValue")));
    REQUIRE(transforms);
    sizes.push_back(transforms->GetSize());
    const Path box = instancer.AppendChild(Token("UsdNiPrototype")).AppendChild(Token("Box"));
    CHECK(final_scene.GetPrim(box).type == "cube");
    if (transforms->GetSize() != 2) continue;
    CHECK((*transforms)[0][3][0] == 1);
    CHECK((*transforms)[1][3][0] == 2);
    CHECK(scene::GetValueAs<Path>(final_scene.GetDataSource(Path("/World/B"), L("instance/instancer"))) ==
          instancer);
    CHECK(scene::GetValueAs<int32_t>(
              final_scene.GetDataSource(Path("/World/B"), L("instance/instanceIndex"))) == 1);
  }
  std::sort(sizes.begin(), sizes.end());
  CHECK(sizes == std::vector<size_t>{1, 2});
  CHECK_FALSE(final_scene.GetPrim(Path("/__Prototype_1")));
}

TEST_CASE("moving an instance dirties one instancer, whatever the number of instances") {
  for (const int count : {4, 40}) {
    std::string text = "def Xform \"Model\" { def Cube \"Box\" {} }\ndef Scope \"World\" {\n";
    for (int i = 0; i < count; ++i)
      text +=
          "def Xform \"I" + std::to_string(i) +
          "\" (instanceable = true  references = </Model>) { double3 xformOp:translate = (0, 0, 0)\n uniform "
          "token[] xformOpOrder = [\"xformOp:translate\"] }\n";
    Running running(text + "}\n");
    running.Pull();
    running.TakeFinal();
    running.Set("/World/I1.xformOp:translate", Value(Vec3d{5, 0, 0}));
    const std::string told = running.TakeFinal();
    CHECK(std::count(told.begin(), told.end(), ';') == 1);
    CHECK(told.find("dirtied /World/I1 {xform}") != std::string::npos);
    CHECK(told.find("{primvars/hydra:instanceTransforms/primvarValue}") != std::string::npos);
  }
}

TEST_CASE("a scene without a stage is empty, and says that it became so") {
  Running running("def Scope \"A\" {}");
  running.TakeFirst();
  running.TakeFinal();
  running.First().SetStage(nullptr);
  CHECK(running.TakeFirst() == "removed /");
  CHECK(running.TakeFinal() == "removed /");
  CHECK_FALSE(running.Final().GetPrim(Path::AbsoluteRoot()));
  CHECK(running.Final().GetChildPrimPaths(Path::AbsoluteRoot()).empty());
}

TEST_CASE("inputs of node graphs and of the material itself dirty the material that they belong to") {
  Running running(R"(
def Material "M" {
    color3f inputs:tint = (1, 1, 1)
    token outputs:surface.connect = </M/Graph/Surface.outputs:out>
    def NodeGraph "Graph" {
        float inputs:amount = 1

        def Shader "Surface" {
            uniform token info:id = "Test"
            float inputs:rough.connect = </M/Graph.inputs:amount>
            color3f inputs:color.connect = </M.inputs:tint>
            token outputs:out
        }
    }
})");
  running.Pull();
  CHECK(PathsOf(running.Final()) == "/ /M");
  for (const char* const attribute : {"/M.inputs:tint", "/M/Graph.inputs:amount"}) {
    running.TakeFirst();
    const bool is_color = std::string_view(attribute).ends_with("tint");
    running.Set(attribute, is_color ? Value(Vec3f{0, 1, 0}) : Value(2.0f));
    CHECK(running.TakeFirst() == "dirtied /M {material}");
  }
  const DataSourceLocator parameters =
      L("material//nodes").Append(Token("Graph/Surface")).Append(Token("parameters"));
  CHECK(scene::GetValueAs<float>(running.Final().GetDataSource(
            Path("/M"), parameters.Append(Token("rough")).Append(Token("value")))) == 2.0f);
  CHECK(scene::GetValueAs<Vec3f>(running.Final().GetDataSource(
            Path("/M"), parameters.Append(Token("color")).Append(Token("value")))) == Vec3f{0, 1, 0});
}

TEST_CASE("a sublayer that comes adds what it brings and dirties what it changes, and nothing else") {
  Running running(R"(def Xform "A" { def Cube "B" {} } def Xform "C" {})");
  const layer::LayerPtr sub = running.First().GetStage()->GetLayerRegistry()->CreateAnonymous("sub.usda");
  CHECK(sub->CreatePrimSpec(Path("/A/B"), Specifier::kOver));
  CHECK(sub->CreateAttributeSpec(Path("/A/B.size"), Token("double")));
  CHECK(sub->SetField(Path("/A/B.size"), layer::GetFieldNames().default_, Value(3.0)));
  CHECK(sub->CreatePrimSpec(Path("/D"), Specifier::kDef));
  running.Pull();
  running.TakeFinal();
  running.Change([&](layer::Layer& layer) {
    CHECK(layer.SetField(Path::AbsoluteRoot(), layer::GetFieldNames().subLayers,
                         Value(StringVector{sub->GetIdentifier()})));
  });
  CHECK(running.TakeFinal() == "added /D; dirtied /A/B {cube/size}; removed /D");
  CHECK(scene::GetValueAs<double>(running.Final().GetDataSource(Path("/A/B"), L("cube/size"))) == 3);
}

TEST_CASE("prototypes of instancers in prototypes of others are copied for each that shows them") {
  Running running(R"(
def PointInstancer "Outer" {
    rel prototypes = </Outer/Part>
    int[] protoIndices = [0]
    point3f[] positions = [(0, 0, 0)]
    def Xform "Part" {
        def PointInstancer "Inner" {
            rel prototypes = </Outer/Part/Inner/Ball>
            int[] protoIndices = [0]
            point3f[] positions = [(0, 0, 0)]
            def Sphere "Ball" {}
        }
    }
})");
  size_t balls = 0, instancers = 0;
  for (Path path : scene::CollectPrimPaths(running.Final())) {
    const scene::ScenePrim prim = running.Final().GetPrim(path);
    balls += prim.type == "sphere";
    instancers += prim.type == "instancer";
    if (prim.type != "sphere") continue;
    const auto roots =
        scene::GetValueAs<PathVector>(running.Final().GetDataSource(path, L("instancedBy/prototypeRoots")));
    REQUIRE(roots);
    CHECK(roots->front() == path);
    const auto paths =
        scene::GetValueAs<PathVector>(running.Final().GetDataSource(path, L("instancedBy/paths")));
    REQUIRE(paths);
    CHECK(running.Final().GetPrim(paths->front()).type == "instancer");
    const auto prototypes = scene::GetValueAs<PathVector>(
        running.Final().GetDataSource(paths->front(), L("instancerTopology/prototypes")));
    CHECK(*prototypes == PathVector{path});
  }
  CHECK(balls == 1);
  CHECK(instancers == 2);
}

TEST_CASE("instances with different materials have instancers of their own, which hand the material on") {
  Running running(R"(
def Material "Red" {}
def Material "Blue" {}
def Xform "Model" { def Cube "Box" {} }
def Xform "A" (instanceable = true  references = </Model>  prepend apiSchemas = ["MaterialBindingAPI"]) {
    rel material:binding = </Red>
}
def Xform "B" (instanceable = true  references = </Model>  prepend apiSchemas = ["MaterialBindingAPI"]) {
    rel material:binding = </Blue>
}
def Xform "C" (instanceable = true  references = </Model>) {}
)");
  const std::vector<Path> instancers = FindInstancers(running.Final());
  CHECK(instancers.size() == 3);
  std::vector<std::string> bound;
  for (Path instancer : instancers) {
    const Path box = instancer.AppendChild(Token("UsdNiPrototype")).AppendChild(Token("Box"));
    const auto material = scene::GetValueAs<Path>(running.Final().GetDataSource(
        box, DataSourceLocator{Token("materialBindings"), Token(), Token("path")}));
    bound.push_back(material ? material->GetString() : "none");
  }
  std::sort(bound.begin(), bound.end());
  CHECK(bound == std::vector<std::string>{"/Blue", "/Red", "none"});
}

TEST_CASE("an instance that is told anew dirties what its instancer gathers of it, and no other instance") {
  Running running(R"(
def Xform "Model" { def Cube "Box" {} }
def Xform "Set" { def Xform "A" (instanceable = true  references = </Model>) {}
    def Xform "B" (instanceable = true  references = </Model>) {}
}
def Xform "World" (references = </Set>) {}
)");
  running.Pull();
  running.TakeFinal();
  running.Change([](layer::Layer& layer) {
    CHECK(layer.CreatePrimSpec(Path("/World/A"), Specifier::kOver));
    CHECK(layer.CreateAttributeSpec(Path("/World/A.visibility"), Token("token")));
    CHECK(layer.SetField(Path("/World/A.visibility"), layer::GetFieldNames().default_,
                         Value(Token("invisible"))));
  });
  const std::vector<Path> instancers = FindInstancers(running.Final());
  REQUIRE(instancers.size() == 1);
  CHECK(running.TakeFinal() == "added /World/A; dirtied " + instancers[0].GetString() +
                                   " {instancerTopology/instanceIndices, instancerTopology/mask, "
                                   "primvars/hydra:instanceTransforms}; removed /World/A");
  CHECK(scene::GetValueAs<Array<bool>>(running.Final().GetDataSource(
            instancers[0], L("instancerTopology/mask"))) == Array<bool>({true, true, false, true}));
}

TEST_CASE("an instance that goes leaves its instancer, and the last one takes the instancer along") {
  Running running(kInstances);
  running.Pull();
  running.TakeFinal();
  running.SetActive("/World/C", false);
  CHECK(FindInstancers(running.Final()).size() == 1);
  CHECK(scene::GetValueAs<int32_t>(
            running.Final().GetDataSource(Path("/World/B"), L("instance/instanceIndex"))) == 1);
  running.SetActive("/World/A", false);
  CHECK(scene::GetValueAs<int32_t>(
            running.Final().GetDataSource(Path("/World/B"), L("instance/instanceIndex"))) == 0);
  running.SetActive("/World/B", false);
  CHECK(FindInstancers(running.Final()).empty());
  CHECK_FALSE(running.Final().GetPrim(Path("/UsdNiPropagatedPrototypes")));
}

TEST_CASE("a prototype's name that passes to another prototype shows what that one holds") {
  Running running(R"(
def Xform "One" { def Cube "Box" {} }
def Xform "Two" { def Sphere "Ball" {} }
def Xform "A" (instanceable = true  references = </One>) {}
def Xform "B" (instanceable = true  references = </Two>) {}
)");
  running.Pull();
  running.SetActive("/A", false);
  std::string types;
  for (Path path : scene::CollectPrimPaths(running.Final()))
    if (path.HasPrefix(Path("/UsdNiPropagatedPrototypes")))
      types += running.Final().GetPrim(path).type.GetString() + " ";
  CHECK(types.find("sphere") != std::string::npos);
  CHECK(types.find("cube") == std::string::npos);
}

TEST_CASE("after any edits, what observers know is what a chain made afresh shows") {
  Running running(std::string(kInstances) + kAnimated + R"(
def PointInstancer "Points" {
    rel prototypes = </Points/P>
    int[] protoIndices = [0]
    point3f[] positions = [(0, 0, 0)]
    def Xform "P" { def Cube "Box" {} }
})");
  scene::MirrorObserver mirror(running.Final());
  running.GetChain().GetFinal()->AddObserver(mirror);
  const char* const kPrims[] = {"/World",  "/World/A",  "/World/B", "/World/C",     "/Model/Box",
                                "/Points", "/Points/P", "/pCube1",  "/testMaterial"};
  uint32_t random = 5;
  for (int round = 0; round < 40; ++round) {
    random = random * 1664525u + 1013904223u;
    const std::string prim = kPrims[(random >> 16) % std::size(kPrims)];
    running.SetActive(prim.c_str(), (random >> 8) % 3 != 0);
    if (round % 5 == 0) running.First().SetTime(round % 3);
    if (round % 2 == 0) running.Pull();
    const Chain fresh = MakeChain();
    fresh.stage->SetTime(running.First().GetTime());
    fresh.stage->SetStage(running.First().GetStage());
    CAPTURE(round);
    CAPTURE(prim);
    for (const std::string& difference : mirror.Compare(*fresh.GetFinal())) FAIL_CHECK(difference);
    for (Path path : scene::CollectPrimPaths(*fresh.GetFinal()))
      if (!scene::DeepEquals(fresh.GetFinal()->GetPrim(path).data, running.Final().GetPrim(path).data))
        FAIL_CHECK(path.GetString() << " differs:\n"
                                    << scene::PrintPrim(*fresh.GetFinal(), path) << "against\n"
                                    << scene::PrintPrim(running.Final(), path));
  }
  running.GetChain().GetFinal()->RemoveObserver(mirror);
}

}  // namespace strata::bridge
