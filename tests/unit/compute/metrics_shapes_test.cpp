#include "strata/compute/metrics_shapes.h"
#include "strata/compute/metrics_bake.h"
#include "strata/compute/metrics_report.h"
#include "tests/unit/compute/units.h"

// Shapes in other units than their prim, corrected by its transform in place of their values.
namespace strata::compute {

namespace {

MetricsOptions ByTransforms() {
  MetricsOptions options;
  options.mode = MetricsMode::kTransforms;
  return options;
}

// A stage of metres with Z up over a layer in other units, which is weaker.
Running::Layers::value_type Root(const std::string& text = {}) {
  return {
      "root.usda",
      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @other.usda@\n    ]\n)\n" +
          text};
}
Running::Layers::value_type Other(const std::string& text, const char* units = "0.01", const char* up = "Y") {
  return {"other.usda", fmt::format("(\n    metersPerUnit = {}\n    upAxis = \"{}\"\n)\n", units, up) + text};
}

constexpr const char* kTurned =
    "    double3 xformOp:translate = (10, 0, 0)\n    double xformOp:rotateZ = 90\n    uniform token[] "
    "xformOpOrder = [\"xformOp:translate\", \"xformOp:rotateZ\"]\n";

std::string GetAction(Running& running, const char* attribute, const MetricsOptions& options) {
  for (const auto& each : CollectMetricsReport(running.GetSystem(), 0.0, options).divergences)
    if (each.attribute == Path(attribute)) return std::string(GetActionName(each.action));
  return "none";
}

}  // namespace

TEST_CASE("a shape is scaled innermost, whatever else of it is in other units, and what is below is not") {
  // Radius alone from a layer of half metres; then radius and translation.
  for (const bool moves : {false, true}) {
    CAPTURE(moves);
    const std::string strong = std::string("over \"P\" {\n    over \"S\" {\n        double radius = 1\n") +
                               (moves ? Move("(0, 10, 0)") : "") + "    }\n}\n";
    const std::string weak = std::string("def Xform \"P\" {\n") + kTurned + "    def Sphere \"S\" {\n" +
                             (moves ? "" : Move("(0, 10, 0)")) + "        def Cube \"C\" {\n" +
                             Move("(0, 0, 3)") + "        }\n    }\n}\n";
    Running running({{"root.usda",
                      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        "
                      "@half.usda@,\n        @whole.usda@,\n    ]\n)\n"},
                     {"half.usda", "(\n    metersPerUnit = 0.5\n    upAxis = \"Z\"\n)\n" + strong},
                     {"whole.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" + weak}},
                    GetMetrics(ByTransforms()));
    const Matrix4d placed = MultiplyAffine(MakeRotation(2, 90), MakeTranslation({moves ? 5.0 : 0.0, 0, 0}));
    const Matrix4d expected = MultiplyAffine(MakeScale({0.5, 0.5, 0.5}), placed);
    CHECK(Difference(running.World("/P/S"), expected) < 1e-12);
    CHECK(Number(running, "/P/S.radius") == 1);
    CHECK(running.Bound("/P/S").min[0] == doctest::Approx(moves ? 4.5 : -0.5));
    // As it stands where the sphere's values are changed instead.
    const Matrix4d below = MultiplyAffine(MakeTranslation({0, 0, 3}), placed);
    CHECK(Difference(running.World("/P/S/C"), below) < 1e-12);
    CHECK(GetAction(running, "/P/S.radius", ByTransforms()) == "corrected by the prim's transform");
    // What was authored stays readable where renderers look.
    const auto data = running.GetChain().GetFinal()->GetPrim(Path("/P/S")).data;
    CHECK(
        scene::GetValueAs<Matrix4d>(data, scene::DataSourceLocator::Parse("metricsPreservedXform/matrix")) ==
        MakeTranslation({0, 10, 0}));
    CHECK(scene::GetValueAs<double>(data, scene::DataSourceLocator::Parse("sphere/radius")) == 1);
  }
}

TEST_CASE("both modes draw one scene, of all kinds of shapes, by other matrices") {
  const std::string shapes =
      "def Sphere \"Sphere\" {\n    double radius = 2\n" + Move("(1, 2, 3)") + "}\n" +
      "def Cube \"Cube\" {\n    double size = 3\n}\n" +
      "def Cylinder \"Cylinder\" {\n    double radius = 1\n    double height = 5\n    uniform token axis = "
      "\"Z\"\n}\n"
      "def Cone \"Cone\" {\n    double radius = 1\n    double height = 5\n    uniform token axis = \"Y\"\n}\n"
      "def Plane \"Plane\" {\n    double width = 1\n    double length = 5\n    uniform token axis = "
      "\"X\"\n}\n"
      "def Mesh \"Mesh\" {\n    point3f[] points = [(0, 0, 0), (1, 2, 3), (-4, 5, 6)]\n    normal3f[] "
      "normals "
      "= [(0, 1, 0), (0, 1, 0), (0, 1, 0)]\n    int[] faceVertexCounts = [3]\n    int[] faceVertexIndices = "
      "[0, 1, 2]\n    float3[] extent = [(-4, 0, 0), (1, 5, 6)]\n    def Sphere \"Below\" {\n        double "
      "radius = 7\n" +
      Move("(1, 1, 1)") +
      "    }\n}\n"
      "def Points \"Points\" {\n    point3f[] points = [(0, 0, 0), (1, 2, 3)]\n    float[] widths = [1, "
      "2]\n}\n"
      "def BasisCurves \"Curves\" {\n    point3f[] points = [(0, 0, 0), (1, 2, 3)]\n    int[] "
      "curveVertexCounts = [2]\n    uniform token type = \"linear\"\n    float[] widths = [0.5, 0.5]\n}\n";
  Running values({Root(), Other(shapes)}, GetMetrics());
  Running transforms({Root(), Other(shapes)}, GetMetrics(ByTransforms()));
  for (const char* name :
       {"/Sphere", "/Cube", "/Cylinder", "/Cone", "/Plane", "/Mesh", "/Mesh/Below", "/Points", "/Curves"}) {
    CAPTURE(std::string(name));
    const Range3d expected = values.Bound(name), found = transforms.Bound(name);
    REQUIRE(!expected.IsEmpty());
    for (size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(found.min[i] - expected.min[i]) < 1e-7);
      CHECK(std::abs(found.max[i] - expected.max[i]) < 1e-7);
    }
    CHECK(Scale(values.World(name)) == doctest::Approx(1));
    CHECK(Scale(transforms.World(name)) == doctest::Approx(0.01));
  }
  CHECK(transforms.GetSystem().GetValue(transforms.GetStage().GetAttributeAtPath(Path("/Mesh.points")),
                                        0.0) == std::nullopt);
}

TEST_CASE("a plane across X that stands on its other side has its sides exchanged, wherever that is asked") {
  const std::string plane =
      "def Plane \"P\" {\n    double width = 100\n    double length.timeSamples = { 0: 500, 10: 700 }\n    "
      "uniform token axis = \"X\"\n}\ndef Plane \"Half\" {\n    double width = 600\n    uniform token axis = "
      "\"X\"\n}\n";
  Running running({Root(), Other(plane)}, GetMetrics());
  const auto is = [&](Running& of, const char* path, double time, const Vec3d& size) {
    of.GetChain().stage->SetTime(time);
    const Range3d box = of.Bound(path, time);
    CHECK(Distance(box.max - box.min, size) < 1e-6);
  };
  is(running, "/P", 0, {0, 1, 5});
  is(running, "/P", 5, {0, 1, 6});
  is(running, "/Half", 0, {0, 6, 2});  // the other side is two metres, as nobody says it
  const auto side = [&](const char* locator) {
    return scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path("/P")).data,
                                     scene::DataSourceLocator::Parse(locator));
  };
  running.GetChain().stage->SetTime(5);
  CHECK(side("plane/width") == 6.0);
  CHECK(side("plane/length") == 1.0);
  running.TakeNotices();
  // A side that is edited is the other one in scenes.
  const layer::LayerPtr other = [&] {
    for (const layer::LayerPtr& each : running.GetStage().GetUsedLayers())
      if (each->GetIdentifier().ends_with("other.usda")) return each;
    return layer::LayerPtr();
  }();
  REQUIRE(other->SetField(Path("/P.width"), Token("default"), Value(200.0)));
  const std::string told = running.TakeNotices();
  CHECK(told.find("plane/length") != std::string::npos);
  is(running, "/P", 5, {0, 2, 6});
  // Written down it is the same for programs that compute nothing, and is not exchanged again.
  stage::Editor editor(running.GetStage());
  Diagnostics remarks;
  REQUIRE(BakeMetrics(running.GetSystem(), editor, remarks));
  CHECK(remarks.IsEmpty());
  CHECK(running.At("/P").GetAttribute(Token("width")).GetAs<double>(5.0) == 6.0);
  CHECK(running.At("/P").GetAttribute(Token("length")).GetAs<double>(5.0) == 2.0);
  CHECK(running.At("/Half").GetAttribute(Token("length")).GetAs<double>(5.0) == 6.0);
  is(running, "/P", 5, {0, 2, 6});
  is(running, "/Half", 5, {0, 6, 2});
}

TEST_CASE("an arrow that no name says in other axes is turned by the transform") {
  const std::string cone =
      "def Cone \"C\" {\n    double radius = 1\n    double height = 5\n    uniform token axis = \"Z\"\n}\n";
  Running values({Root(), Other(cone)}, GetMetrics());
  CHECK(GetAction(values, "/C.axis", {}) == "left: cannot be converted");
  Running transforms({Root(), Other(cone)}, GetMetrics(ByTransforms()));
  CHECK(GetAction(transforms, "/C.axis", ByTransforms()) == "corrected by the prim's transform");
  // Z of the layer is towards the viewer, who looks along Y of the stage.
  const Vec3d tip = TransformDirection({0, 0, 1}, transforms.World("/C"));
  CHECK(Distance(tip, {0, -0.01, 0}) < 1e-15);
}

TEST_CASE("numbers that disagree are changed one by one, and so are those that no transform changes") {
  // A width of millimetres and a length of metres; a cylinder whose height nobody says; a mass.
  Running running(
      {Root("over \"P\" {\n    double length = 3\n}\n"),
       Other(
           "def Plane \"P\" {\n    double width = 2000\n}\ndef Cylinder \"C\" {\n    double radius = 500\n}\n"
           "def Sphere \"M\" (\n    prepend apiSchemas = [\"PhysicsMassAPI\", \"PhysicsRigidBodyAPI\"]\n)\n"
           "{\n    double radius = 500\n    float physics:density = 1\n    vector3f physics:velocity = "
           "(1000, 0, 0)\n}\n",
           "0.001", "Z")},
      GetMetrics(ByTransforms()));
  CHECK(Number(running, "/P.width") == 2);
  CHECK(Number(running, "/P.length") == 3);
  CHECK(Scale(running.World("/P")) == 1);
  CHECK(GetAction(running, "/P.width", ByTransforms()) == "converted");
  CHECK(Number(running, "/C.radius") == 0.5);
  CHECK(Scale(running.World("/C")) == 1);
  CHECK(Number(running, "/M.radius") == 500);
  CHECK(Scale(running.World("/M")) == doctest::Approx(0.001));
  CHECK(Number(running, "/M.physics:density") == doctest::Approx(1e9));
  CHECK(running.GetSystem()
            .GetValue(running.GetStage().GetAttributeAtPath(Path("/M.physics:velocity")), 0.0)
            ->GetOr(Vec3f()) == Vec3f{1, 0, 0});
}

TEST_CASE("shapes that are seen by more than their transform are changed by their values") {
  const std::string place =
      "    def Cube \"Place\" (\n        prepend apiSchemas = [\"OmniWGS84LocalPositionAPI\"]\n    )\n    "
      "{\n "
      "   }\n";
  Running running(
      {Root(),
       Other("def Sphere \"Carries\" {\n    double radius = 100\n" + place +
             "}\ndef Mesh \"Skinned\" (\n    prepend apiSchemas = [\"SkelBindingAPI\"]\n)\n{\n    "
             "point3f[] points = [(100, 0, 0)]\n}\ndef Sphere \"Free\" {\n    double radius = 100\n}\n"
             "def \"Shared\" (\n    instanceable = true\n    prepend references = </Free>\n)\n{\n}\n")},
      GetMetrics(ByTransforms()));
  for (const char* name : {"/Carries", "/Skinned", "/Shared"}) {
    CAPTURE(name);
    CHECK(Scale(running.World(name)) == 1);
  }
  CHECK(Number(running, "/Carries.radius") == 1);
  CHECK(Scale(running.World("/Free")) == doctest::Approx(0.01));
  // What is carried goes, and the shape is free.
  REQUIRE(running.Edit().SetMetadata(Path("/Carries/Place"), Token("active"), Value(false)));
  CHECK(Scale(running.World("/Carries")) == doctest::Approx(0.01));
  CHECK(Number(running, "/Carries.radius") == 100);
}

TEST_CASE("edits dirty the transform of a shape and of what is below, or its values where those change") {
  Running running({Root("over \"P\" {\n}\n"),
                   Other("def Plane \"P\" {\n    double width = 200\n    double length = 300\n    uniform "
                         "token axis = \"X\"\n    def Cube \"C\" {\n    }\n}\ndef Cube \"Beside\" {\n    "
                         "double size = 100\n}\n",
                         "0.01", "Z")},
                  GetMetrics(ByTransforms()));
  const auto pull = [&] {
    for (const char* name : {"/P", "/P/C", "/Beside"}) running.World(name);
    Number(running, "/P.width");
    running.TakeNotices();
  };
  pull();
  CHECK(Scale(running.World("/P")) == doctest::Approx(0.01));
  // From now on the length is in metres, and both are changed one by one.
  REQUIRE(running.Edit().Set(Path("/P.length"), 3.0));
  CHECK(running.TakeNotices() ==
        "dirtied /P {plane/axis, plane/length, plane/width, xform}; dirtied /P {plane/length}; dirtied /P/C "
        "{xform}");
  CHECK(Scale(running.World("/P")) == doctest::Approx(1));
  CHECK(Number(running, "/P.width") == doctest::Approx(2));
  CHECK(Number(running, "/P.length") == doctest::Approx(3));
  pull();
  // Nothing of the transform follows from a value that goes on in the same layer.
  REQUIRE(running.Edit().Set(Path("/P.length"), 4.0));
  CHECK(running.TakeNotices().find("xform") == std::string::npos);
}

TEST_CASE(
    "computations of others read attributes in their prim's units, one by one, in batches and by steps") {
  const auto make = [](const char* name, Input input, Function function) {
    return MakeComputation(name, {Token("Sphere")}, {std::move(input)}, std::move(function));
  };
  const Function first = [](const Arguments& a) { return a.Get(0); };
  const Function lower = [](const Arguments& a) -> Result<Datum> {
    const auto* samples = a.GetIf<Samples>(0);
    return samples ? Datum(samples->upper) : Datum();
  };
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddMetricsAssembly(*registry));
  REQUIRE(registry->Add(make("one", in::Attribute(Token("radius")), first)));
  REQUIRE(registry->Add(make("sampled", in::AttributeSamples(Token("radius")), lower)));
  Computation written = make("written", in::Attribute(Token("radius")), first);
  written.reads = Computation::Reads::kAsWritten;
  REQUIRE(registry->Add(std::move(written)));
  Computation many = make("many", in::Attribute(Token("radius")), first);
  many.batch = [](std::span<const Arguments> all) {
    std::vector<Result<Datum>> made;
    for (const Arguments& each : all) made.emplace_back(each.Get(0));
    return made;
  };
  REQUIRE(registry->Add(std::move(many)));
  Computation stepped = make("stepped", in::Attribute(Token("radius")),
                             [](const Arguments& a) -> Result<Datum> { return a.GetState(); });
  Stepping stepping;
  stepping.init = first;
  stepping.step = [](const Arguments& a) -> Result<Datum> {
    return Datum(Value(a.GetState().GetValue().GetOr(0.0) + a.GetOr(0, 0.0)));
  };
  stepped.stepping = std::make_shared<const Stepping>(std::move(stepping));
  REQUIRE(registry->Add(std::move(stepped)));
  Running running(
      {Root(), Other("def Sphere \"S\" {\n    double radius.timeSamples = { 0: 100, 10: 300 }\n}\n"
                     "def Sphere \"T\" {\n    double radius = 100\n}\n")},
      registry);
  const auto ask = [&](const char* path, const char* output, double time) {
    return running.GetSystem().Compute(running.At(path), Token(output), time).GetValue().GetOr(-1.0);
  };
  CHECK(ask("/S", "one", 5) == doctest::Approx(2));
  CHECK(ask("/S", "sampled", 5) == doctest::Approx(3));
  CHECK(ask("/S", "written", 5) == 200);
  CHECK(ask("/T", "stepped", 3) == doctest::Approx(4));
  const auto request =
      running.GetSystem().MakeRequest({{Path("/S"), Token("many")}, {Path("/T"), Token("many")}});
  const std::vector<Datum> answers = request->Compute(5.0);
  CHECK(answers[0].GetValue().GetOr(0.0) == doctest::Approx(2));
  CHECK(answers[1].GetValue().GetOr(0.0) == doctest::Approx(1));
  // The units of the layer that wrote them are edited: all is made again.
  for (const layer::LayerPtr& each : running.GetStage().GetUsedLayers())
    if (each->GetIdentifier().ends_with("other.usda"))
      REQUIRE(each->SetField(Path("/"), Token("metersPerUnit"), Value(0.1)));
  CHECK(ask("/T", "one", 0) == doctest::Approx(10));
  CHECK(ask("/T", "stepped", 3) == doctest::Approx(40));
}

}  // namespace strata::compute
