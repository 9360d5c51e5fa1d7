#include "strata/compute/geospatial.h"
#include "strata/compute/metrics_bake.h"
#include "strata/compute/metrics_report.h"
#include "tests/unit/compute/units.h"

// Rows M10 to M24; M12 and M13 as time and edits go on are in metrics_changes_test.cpp, M25 in network_test.cpp.
namespace strata::compute {

namespace {

constexpr const char* kTurned =
    "    double3 xformOp:translate = (10, 0, 0)\n    double xformOp:rotateZ = 90\n    uniform token[] "
    "xformOpOrder = [\"xformOp:translate\", \"xformOp:rotateZ\"]\n";

}  // namespace

TEST_CASE("values of a layer in other units become the prim's, and its matrix stays as it is") {
  // Radius alone from a layer of half metres; then radius and translation.
  for (const bool moves : {false, true}) {
    const std::string strong = std::string("over \"P\" {\n    over \"S\" {\n        double radius = 1\n") +
                               (moves ? Move("(0, 10, 0)") : "") + "    }\n}\n";
    const std::string weak = std::string("def Xform \"P\" {\n") + kTurned + "    def Sphere \"S\" {\n" +
                             (moves ? "" : Move("(0, 10, 0)")) + "    }\n}\n";
    const std::string root =
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @half.usda@,\n        @whole.usda@,\n    "
        "]\n)\n";
    Running running({{"root.usda", root},
                     {"half.usda", "(\n    metersPerUnit = 0.5\n)\n" + strong},
                     {"whole.usda", "(\n    metersPerUnit = 1\n)\n" + weak}},
                    GetMetrics());
    CHECK(Number(running, "/P/S.radius") == 0.5);
    CHECK(Distance(At(running, "/P/S"), moves ? Vec3d{5, 0, 0} : Vec3d{0, 0, 0}) < 1e-12);
    CHECK(std::abs(Scale(running.World("/P/S")) - 1) < 1e-12);
    const Range3d box = running.Bound("/P/S");
    CHECK(std::abs(box.max[2] - 0.5) < 1e-7);
  }
}

TEST_CASE(
    "the sample's scene: half the radius where the layer has half the units, the other sphere untouched") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    upAxis = \"Y\"\n    subLayers = [\n        @./two.usda@\n    ]\n)\n"
        "def Xform \"World\" {\n    def Sphere \"TranslatedSphere\" {\n        double radius = 1.0\n        "
        "float3 xformOp:translate = (0, 10, 0)\n        uniform token[] xformOpOrder = "
        "[\"xformOp:translate\"]\n    }\n}\n"},
       {"two.usda",
        "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"Sphere\" {\n    double radius = 1.0\n    float3 "
        "xformOp:scale = (1, 1, 1)\n    uniform token[] xformOpOrder = [\"xformOp:scale\"]\n}\n"}},
      GetMetrics());
  CHECK(Number(running, "/Sphere.radius") == 0.5);
  CHECK(running.World("/Sphere") == Matrix4d::Identity());
  CHECK(running.Bound("/Sphere").max == Vec3d{0.5, 0.5, 0.5});
  CHECK(Number(running, "/World/TranslatedSphere.radius") == 1);
  CHECK(running.Bound("/World/TranslatedSphere").min == Vec3d{-1, 9, -1});
  CHECK(running.Bound("/World/TranslatedSphere").max == Vec3d{1, 11, 1});
  // What renderers read.
  CHECK(scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path("/Sphere")).data,
                                  scene::DataSourceLocator::Parse("sphere/radius"))
            .value_or(0) == 0.5);
}

TEST_CASE("M17: a centimetre asset with Y up stands right in a stage of metres with Z up") {
  Running running(
      {{"root.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    kilogramsPerUnit = 1\n)\n" +
                         Ref("A", "asset.usda")},
       {"asset.usda",
        "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n    upAxis = \"Y\"\n    kilogramsPerUnit = "
        "0.001\n)\n"
        "def Xform \"T\" (\n    prepend apiSchemas = [\"PhysicsMassAPI\"]\n)\n{\n    float physics:mass = "
        "1\n    def Cube \"C\" {\n" +
            Move("(0, 100, 0)") + "    }\n}\n"}},
      GetMetrics());
  Matrix4d corrective;
  corrective[0][0] = corrective[1][2] = 0.01;
  corrective[2][1] = -0.01;
  corrective[3][3] = 1;
  CHECK(Difference(running.World("/A"), corrective) < 1e-15);
  CHECK(Distance(At(running, "/A/C"), {0, 0, 1}) < 1e-12);
  // The mass is in the prim's own unit: grams, as its schema domain says.
  const Datum domain = running.GetSystem().Compute(running.At("/A"), Token("metrics:domain"), 0.0);
  CHECK(domain.GetIf<MetricDomain>()->kilograms_per_unit == 0.001);
}

TEST_CASE("M17: a mass that a layer of grams writes for a prim of kilograms is converted") {
  Running running({{"root.usda",
                    "(\n    metersPerUnit = 1\n    kilogramsPerUnit = 1\n    subLayers = [\n        "
                    "@g.usda@\n    ]\n)\n"},
                   {"g.usda",
                    "(\n    metersPerUnit = 0.01\n    kilogramsPerUnit = 0.001\n)\ndef Xform \"T\" (\n    "
                    "prepend apiSchemas = [\"PhysicsMassAPI\"]\n)\n{\n    float physics:mass = 1\n    float "
                    "physics:density = 1\n    point3f physics:centerOfMass = (100, 0, 0)\n}\n"}},
                  GetMetrics());
  CHECK(Number(running, "/T.physics:mass") == doctest::Approx(0.001));
  CHECK(Number(running, "/T.physics:density") == doctest::Approx(1000));
  const stage::Attribute centre = running.GetStage().GetAttributeAtPath(Path("/T.physics:centerOfMass"));
  CHECK(running.GetSystem().GetValue(centre, 0.0)->GetOr(Vec3f()) == Vec3f{1, 0, 0});
}

TEST_CASE("a place that the scene gives an asset is in the scene's units") {
  Running running(
      {{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda", Move("(5, 0, 0)"))},
       {"asset.usda",
        "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Xform \"T\" {\n    def Cube \"C\" {\n" +
            Move("(100, 0, 0)") + "    }\n}\n"}},
      GetMetrics());
  CHECK(Distance(At(running, "/A"), {5, 0, 0}) < 1e-12);
  CHECK(Distance(At(running, "/A/C"), {6, 0, 0}) < 1e-12);
  CHECK(std::abs(Scale(running.World("/A/C")) - 0.01) < 1e-15);
}

TEST_CASE("M11: what a layer means that says nothing is the host's to choose") {
  const auto open = [](UnauthoredMetrics policy) {
    MetricsOptions options;
    options.unauthored = policy;
    return std::make_unique<Running>(
        Running::Layers{
            {"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda")},
            {"asset.usda", "(\n    defaultPrim = \"T\"\n)\ndef Cube \"T\" {\n    double size = 2\n}\n"}},
        GetMetrics(options));
  };
  const auto inherit = open(UnauthoredMetrics::kInherit);
  CHECK(Scale(inherit->World("/A")) == 1);
  const auto fallback = open(UnauthoredMetrics::kUsdFallback);
  CHECK(Scale(fallback->World("/A")) == 0.01);
  const auto error = open(UnauthoredMetrics::kError);
  CHECK(Scale(error->World("/A")) == 1);
  const Diagnostics remarks = error->GetSystem().GetDiagnostics();
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kMetricsUnknown);
  CHECK(remarks.GetAll()[0].location.path == "/A");
}

TEST_CASE("M12: the layer that speaks at the time decides: samples and defaults") {
  const std::string root =
      "(\n    metersPerUnit = 1\n    subLayers = [\n        @a.usda@,\n        @b.usda@,\n    ]\n)\n";
  Running running(
      {{"root.usda", root},
       {"a.usda",
        "(\n    metersPerUnit = 0.1\n)\nover \"S\" {\n    double radius.timeSamples = {\n        0: 10,\n    "
        "    10: 20,\n    }\n}\n"},
       {"b.usda", "(\n    metersPerUnit = 0.01\n)\ndef Sphere \"S\" {\n    double radius = 300\n}\n"}},
      GetMetrics());
  CHECK(Number(running, "/S.radius", 5) == doctest::Approx(1.5));
  CHECK(Number(running, "/S.radius", stage::Time::Default()) == doctest::Approx(3));
  // In the scene the value follows the time.
  const auto radius = [&](double time) {
    running.GetChain().stage->SetTime(time);
    return scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path("/S")).data,
                                     scene::DataSourceLocator::Parse("sphere/radius"))
        .value_or(0);
  };
  CHECK(radius(0) == doctest::Approx(1));
  CHECK(radius(5) == doctest::Approx(1.5));
}

TEST_CASE("M12: values of a clip are in the clip's own units, or else in those of who names it") {
  const auto clip = [](const std::string& metadata, const char* samples) {
    return metadata + "def Sphere \"S\" {\n    double radius.timeSamples = { " + samples + " }\n}\n";
  };
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n)\ndef Sphere \"S\" (\n    clips = {\n        dictionary default = {\n"
        "            asset[] assetPaths = [@a.usda@, @b.usda@]\n            asset manifestAssetPath = "
        "@m.usda@\n            string primPath = \"/S\"\n            double2[] active = [(0, 0), (10, 1)]\n"
        "        }\n    }\n)\n{\n}\n"},
       {"a.usda", clip("(\n    metersPerUnit = 0.01\n)\n", "0: 300, 8: 500")},
       {"b.usda", clip("", "10: 7, 20: 9")},
       {"m.usda", "over \"S\" {\n    double radius\n}\n"}},
      GetMetrics());
  CHECK(Number(running, "/S.radius", 4) == doctest::Approx(4));
  CHECK(Number(running, "/S.radius", 15) == doctest::Approx(8));
  CHECK(Number(running, "/S.radius", 9) == doctest::Approx(6));  // between five metres and seven
  CHECK(running.Bound("/S", 4).max[0] == doctest::Approx(4));
}

TEST_CASE("M14, M15: blocks and fallbacks are in the prim's own units, or the stage's where asked for") {
  Running running(
      {{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda", "    double size = None\n") +
                         Ref("B", "asset.usda")},
       {"asset.usda", "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Cube \"T\" {\n}\n"}},
      GetMetrics());
  CHECK(Number(running, "/A.size") == 2);
  CHECK(Number(running, "/B.size") == 2);
  CHECK(running.Bound("/B").max[0] == doctest::Approx(0.01));
  MetricsOptions options;
  options.fallbacks = FallbackDomain::kStage;
  Running of_stage(
      {{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("B", "asset.usda")},
       {"asset.usda", "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Cube \"T\" {\n}\n"}},
      GetMetrics(options));
  CHECK(Number(of_stage, "/B.size") == doctest::Approx(200));
  CHECK(of_stage.Bound("/B").max[0] == doctest::Approx(1));
}

TEST_CASE("M16: width from millimetres and length from metres make one plane") {
  Running running({{"root.usda",
                    "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @mm.usda@,\n   "
                    "     @m.usda@,\n    ]\n)\n"},
                   {"mm.usda", "(\n    metersPerUnit = 0.001\n)\nover \"P\" {\n    double width = 2000\n}\n"},
                   {"m.usda",
                    "(\n    metersPerUnit = 1\n)\ndef Plane \"P\" {\n    double length = 3\n    uniform "
                    "token axis = \"Z\"\n}\n"}},
                  GetMetrics());
  CHECK(Number(running, "/P.width") == 2);
  CHECK(Number(running, "/P.length") == 3);
  const Range3d box = running.Bound("/P");
  CHECK(box.max[0] == doctest::Approx(1));
  CHECK(box.max[1] == doctest::Approx(1.5));
}

TEST_CASE("M18: what was corrected by hand is not corrected again") {
  const std::string asset =
      "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n    upAxis = \"Y\"\n)\ndef Xform \"T\" {\n    "
      "def Cube \"C\" {\n" +
      Move("(0, 100, 0)") + "    }\n}\n";
  const std::string by_hand =
      "    double3 xformOp:translate = (5, 0, 0)\n    double xformOp:rotateX:unitsResolve = 90\n    double3 "
      "xformOp:scale:unitsResolve = (0.01, 0.01, 0.01)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\", \"xformOp:rotateX:unitsResolve\", \"xformOp:scale:unitsResolve\"]\n";
  const std::string half =
      "    double3 xformOp:translate = (5, 0, 0)\n    double3 xformOp:scale:unitsResolve = (0.01, 0.01, "
      "0.01)\n    uniform token[] xformOpOrder = [\"xformOp:translate\", \"xformOp:scale:unitsResolve\"]\n";
  Running running({{"root.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" +
                                     Ref("Own", "asset.usda", Move("(5, 0, 0)")) +
                                     Ref("Hand", "asset.usda", by_hand) + Ref("Half", "asset.usda", half)},
                   {"asset.usda", asset}},
                  GetMetrics());
  CHECK(Difference(running.World("/Own/C"), running.World("/Hand/C")) < 1e-12);
  CHECK(Difference(running.World("/Own/C"), running.World("/Half/C")) < 1e-12);
  CHECK(Distance(At(running, "/Own/C"), {5, 0, 1}) < 1e-12);
}

TEST_CASE("M19: domains inside of each other join one by one, and come to what they are together") {
  Running running(
      {{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "cm.usda")},
       {"cm.usda", "(\n    defaultPrim = \"C\"\n    metersPerUnit = 0.01\n)\ndef Xform \"C\" {\n" +
                       Ref("M", "mm.usda", Move("(100, 0, 0)")) + "}\n"},
       {"mm.usda",
        "(\n    defaultPrim = \"D\"\n    metersPerUnit = 0.001\n)\ndef Xform \"D\" {\n    def Cube \"E\" "
        "{\n" +
            Move("(1000, 0, 0)") + "    }\n}\n"}},
      GetMetrics());
  CHECK(Distance(At(running, "/A/M"), {1, 0, 0}) < 1e-12);
  CHECK(Distance(At(running, "/A/M/E"), {2, 0, 0}) < 1e-12);
  CHECK(Scale(running.World("/A/M/E")) == doctest::Approx(0.001).epsilon(1e-14));
}

TEST_CASE("M20: a stage of one domain pays nothing: no node, no prim wrapped, no value converted") {
  Running running({{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda")},
                   {"asset.usda",
                    "(\n    defaultPrim = \"T\"\n    metersPerUnit = 1\n)\ndef Xform \"T\" {\n    def Cube "
                    "\"C\" {\n    }\n}\n"}},
                  GetMetrics());
  running.PullAll();
  running.Bound("/A");
  CHECK(running.GetChain().stage->GetComputations()->GetNetwork().GetNodeCount() == 0);
  CHECK(!running.GetChain().stage->GetComputations()->IsActive());
  CHECK(!running.GetSystem().MightCompute(running.At("/A")));
}

TEST_CASE("M21: what is below a converted shape is not converted with it") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @half.usda@\n    ]\n)\nover \"S\" {\n    def "
        "Cube \"C\" {\n" +
            Move("(0, 10, 0)") + "    }\n}\n"},
       {"half.usda", "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"S\" {\n    double radius = 1\n" +
                         Move("(2, 0, 0)") + "}\n"}},
      GetMetrics());
  CHECK(Distance(At(running, "/S"), {1, 0, 0}) < 1e-12);
  CHECK(Distance(At(running, "/S/C"), {1, 10, 0}) < 1e-12);
  CHECK(running.Bound("/S/C").max[1] == doctest::Approx(11));
}

TEST_CASE("M22: a prim that resets its stack is corrected against the stage") {
  Running running({{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda", Move("(5, 0, 0)"))},
                   {"asset.usda",
                    "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Xform \"T\" {\n    def "
                    "Cube \"C\" {\n    double3 xformOp:translate = (100, 0, 0)\n    uniform token[] "
                    "xformOpOrder = [\"!resetXformStack!\", \"xformOp:translate\"]\n    }\n}\n"}},
                  GetMetrics());
  Matrix4d expected = MakeScale({0.01, 0.01, 0.01});
  expected[3][0] = 1;
  CHECK(Difference(running.World("/A/C"), expected) < 1e-14);
}

TEST_CASE("M10, M23: an asset in centimetres is the asset in metres: boxes of all kinds of shapes agree") {
  const auto asset = [](double k) {
    const auto n = [&](double metres) { return fmt::format("{}", metres * k); };
    const auto p = [&](double x, double y, double z) {
      return fmt::format("({}, {}, {})", x * k, y * k, z * k);
    };
    return fmt::format(
               "(\n    defaultPrim = \"T\"\n    metersPerUnit = {}\n    upAxis = \"Z\"\n)\ndef Xform \"T\" "
               "{{\n",
               1 / k) +
           "def Sphere \"Sphere\" {\n    double radius = " + n(2) + "\n" + Move(p(1, 2, 3)) + "}\n" +
           "def Cube \"Cube\" {\n    double size = " + n(3) + "\n}\n" +
           "def Cylinder \"Cylinder\" {\n    double radius = " + n(1) + "\n    double height = " + n(5) +
           "\n}\n" + "def Cone \"Cone\" {\n    double radius = " + n(1) + "\n    double height = " + n(5) +
           "\n}\n" + "def Capsule \"Capsule\" {\n    double radius = " + n(1) +
           "\n    double height = " + n(5) + "\n}\n" + "def Plane \"Plane\" {\n    double width = " + n(1) +
           "\n    double length = " + n(5) + "\n}\n" + "def Mesh \"Mesh\" {\n    point3f[] points = [" +
           p(0, 0, 0) + ", " + p(1, 2, 3) + ", " + p(-4, 5, 6) +
           "]\n    int[] faceVertexCounts = [3]\n    int[] faceVertexIndices = [0, 1, 2]\n}\n" +
           "def Points \"Points\" {\n    point3f[] points = [" + p(0, 0, 0) + ", " + p(1, 2, 3) +
           "]\n    float[] widths = [" + n(1) + ", " + n(2) + "]\n}\n" +
           "def BasisCurves \"Curves\" {\n    point3f[] points = [" + p(0, 0, 0) + ", " + p(1, 2, 3) +
           "]\n    int[] curveVertexCounts = [2]\n    uniform token type = \"linear\"\n    float[] widths = "
           "[" +
           n(0.5) + ", " + n(0.5) + "]\n}\n" + "def Mesh \"Extent\" {\n    float3[] extent = [" +
           p(-1, -2, -3) + ", " + p(1, 2, 3) + "]\n}\n}\n";
  };
  const std::string root = "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n";
  const std::string sub =
      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @cm.usda@\n    ]\n)\n";
  Running metres({{"root.usda", root + Ref("A", "m.usda")}, {"m.usda", asset(1)}}, GetMetrics());
  Running centimetres({{"root.usda", root + Ref("A", "cm.usda")}, {"cm.usda", asset(100)}}, GetMetrics());
  Running sublayer({{"root.usda", sub}, {"cm.usda", asset(100)}}, GetMetrics());
  for (const char* name :
       {"Sphere", "Cube", "Cylinder", "Cone", "Capsule", "Plane", "Mesh", "Points", "Curves", "Extent"}) {
    const Range3d expected = metres.Bound(fmt::format("/A/{}", name).c_str());
    const Range3d by_transform = centimetres.Bound(fmt::format("/A/{}", name).c_str());
    const Range3d by_value = sublayer.Bound(fmt::format("/T/{}", name).c_str());
    REQUIRE(!expected.IsEmpty());
    for (size_t i = 0; i < 3; ++i) {
      CHECK(by_transform.min[i] == doctest::Approx(expected.min[i]).epsilon(1e-6));
      CHECK(by_transform.max[i] == doctest::Approx(expected.max[i]).epsilon(1e-6));
      CHECK(by_value.min[i] == doctest::Approx(expected.min[i]).epsilon(1e-6));
      CHECK(by_value.max[i] == doctest::Approx(expected.max[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("a Y-up layer below a Z-up one: points, ops and axes of its prims are turned") {
  const std::string body =
      "def Xform \"T\" {\n    double3 xformOp:translate = (1, 2, 3)\n    float3 xformOp:rotateXYZ = (10, 20, "
      "30)\n    uniform token[] xformOpOrder = [\"xformOp:translate\", \"xformOp:rotateXYZ\"]\n    def Mesh "
      "\"M\" {\n        point3f[] points = [(1, 2, 3), (4, 5, 6)]\n        int[] faceVertexCounts = [2]\n    "
      "    int[] faceVertexIndices = [0, 1]\n    }\n    def Cylinder \"C\" {\n        uniform token axis = "
      "\"Y\"\n        double height = 6\n    }\n}\n";
  Running sublayer(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @y.usda@\n    ]\n)\n"},
       {"y.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Y\"\n)\n" + body}},
      GetMetrics());
  Running reference(
      {{"root.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" + Ref("T", "y.usda")},
       {"y.usda", "(\n    defaultPrim = \"T\"\n    metersPerUnit = 1\n    upAxis = \"Y\"\n)\n" + body}},
      GetMetrics());
  for (const char* path : {"/T/M", "/T/C"}) {
    const Range3d a = sublayer.Bound(path), b = reference.Bound(path);
    for (size_t i = 0; i < 3; ++i) {
      CHECK(a.min[i] == doctest::Approx(b.min[i]).epsilon(1e-6));
      CHECK(a.max[i] == doctest::Approx(b.max[i]).epsilon(1e-6));
    }
  }
}

TEST_CASE("metrics schemas of prims count as units of layers do, and a flattened scene stays as it was") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n)\ndef Xform \"World\" {\n    def Xform \"Toy\" (\n        prepend "
        "apiSchemas = [\"GeomMetricsAPI\"]\n    )\n    {\n        uniform double metersPerUnit = 0.01\n" +
            Move("(5, 0, 0)") + "        def Cube \"C\" {\n" + Move("(100, 0, 0)") +
            "        }\n    }\n}\n"}},
      GetMetrics());
  CHECK(Distance(At(running, "/World/Toy"), {5, 0, 0}) < 1e-12);
  CHECK(Distance(At(running, "/World/Toy/C"), {6, 0, 0}) < 1e-12);
  // Corrected by hand, as references with metrics are.
  Running by_hand({{"root.usda",
                    "(\n    metersPerUnit = 1\n)\ndef Xform \"Toy\" (\n        prepend apiSchemas = "
                    "[\"GeomMetricsAPI\"]\n    )\n    {\n        uniform double metersPerUnit = 0.01\n    "
                    "double3 xformOp:translate = (5, 0, 0)\n    double3 xformOp:scale:unitsResolve = (0.01, "
                    "0.01, 0.01)\n    uniform token[] xformOpOrder = [\"xformOp:translate\", "
                    "\"xformOp:scale:unitsResolve\"]\n        def Cube \"C\" {\n" +
                        Move("(100, 0, 0)") + "        }\n    }\n"}},
                  GetMetrics());
  CHECK(Difference(by_hand.World("/Toy/C"), running.World("/World/Toy/C")) < 1e-12);
}

TEST_CASE("M24: places on the Earth and metrics give one answer, whichever was loaded first") {
  const std::string asset =
      "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n    upAxis = \"Z\"\n)\ndef Xform \"T\" (\n    "
      "prepend apiSchemas = [\"OmniWGS84LocalPositionAPI\"]\n)\n{\n    double3 "
      "omni:geospatial:wgs84:local:position = (53.5, 10.2, 0)\n    def Cube \"C\" {\n" +
      Move("(100, 0, 0)") + "    }\n}\n";
  const std::string root =
      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\ndef Xform \"F\" (\n    prepend apiSchemas = "
      "[\"OmniWGS84ReferencePositionAPI\"]\n)\n{\n    double3 "
      "omni:geospatial:wgs84:reference:referencePosition = (53.4, 10.2, 0)\n" +
      Ref("A", "asset.usda") + "}\n";
  Matrix4d worlds[2];
  for (int order = 0; order < 2; ++order) {
    auto registry = std::make_shared<Registry>();
    if (order == 0) REQUIRE(AddGeospatial(*registry));
    REQUIRE(AddMetricsAssembly(*registry));
    if (order == 1) REQUIRE(AddGeospatial(*registry));
    Running running({{"root.usda", root}, {"asset.usda", asset}}, registry);
    worlds[order] = running.World("/F/A/C");
    CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
    CHECK(running.Bound("/F/A/C").max[0] - running.Bound("/F/A/C").min[0] == doctest::Approx(0.02));
  }
  CHECK(worlds[0] == worlds[1]);
  const Vec3d enu = TangentFrame({53.4, 10.2, 0}).ToEastNorthUp({53.5, 10.2, 0});
  CHECK(Distance(Translation(worlds[0]), {enu[0] + 1, enu[1], enu[2]}) < 1e-9);
}

TEST_CASE("zero, negative and foolish units are passed over") {
  for (const char* units : {"0", "-1", "nan", "inf"}) {
    Running running(
        {{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda")},
         {"asset.usda",
          fmt::format("(\n    defaultPrim = \"T\"\n    metersPerUnit = {}\n)\ndef Cube \"T\" {{\n}}\n",
                      units)}},
        GetMetrics());
    CHECK(Scale(running.World("/A")) == 1);
  }
}

TEST_CASE("what is baked gives programs without computations the same scene, and is not corrected again") {
  const std::string asset =
      "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n    upAxis = \"Y\"\n)\ndef Xform \"T\" {\n" +
      Move("(100, 0, 0)") + "    def Cube \"C\" {\n" + Move("(0, 100, 0)") + "    }\n}\n";
  const std::string root =
      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @half.usda@\n    ]\n)\n" +
      Ref("Plain", "asset.usda") + Ref("Placed", "asset.usda", Move("(5, 0, 0)")) +
      "def Xform \"Inst\" (\n    instanceable = true\n    prepend references = @holder.usda@\n)\n{\n}\n";
  const std::string half =
      "(\n    metersPerUnit = 0.5\n    upAxis = \"Y\"\n)\ndef Xform \"H\" {\n    float3 xformOp:rotateXYZ = "
      "(10, 20, 30)\n"
      "    double3 xformOp:translate.timeSamples = {\n        0: (1, 2, 3),\n        10: (4, 5, 6),\n    }\n"
      "    uniform token[] xformOpOrder = [\"xformOp:translate\", \"xformOp:rotateXYZ\"]\n"
      "    def Sphere \"S\" {\n        double radius.timeSamples = {\n            0: 1,\n            10: "
      "2,\n        }\n    }\n}\n";
  const std::string holder =
      "(\n    defaultPrim = \"Q\"\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\ndef Xform \"Q\" {\n" +
      Ref("In", "asset.usda") + "}\n";
  Running running({{"root.usda", root}, {"half.usda", half}, {"asset.usda", asset}, {"holder.usda", holder}},
                  GetMetrics());
  const char* paths[] = {"/Plain/C", "/Placed/C", "/H/S", "/Inst/In/C"};
  std::vector<Range3d> boxes;
  std::vector<Matrix4d> worlds;
  for (const char* path : paths)
    for (double time : {0.0, 10.0}) {
      boxes.push_back(running.Bound(path, time));
      worlds.push_back(
          domain::XformCache(time, &running.GetSystem()).GetLocalToWorldTransform(running.At(path)));
    }
  const MetricsReport report = CollectMetricsReport(running.GetSystem(), 0.0);
  REQUIRE(report.boundaries.size() == 3);
  CHECK(report.boundaries[0].prim == Path("/Plain"));
  CHECK(report.divergences.size() == 4);

  auto edit = running.Edit();
  Diagnostics remarks;
  const auto baked = BakeMetrics(running.GetSystem(), edit, remarks);
  if (!baked) FAIL(RenderDiagnostic(baked.GetError(), ColorMode::kPlain));
  CHECK(*baked == 5);
  CHECK(remarks.IsEmpty());
  size_t at = 0;
  for (const char* path : paths)
    for (double time : {0.0, 10.0}) {
      // As authored now, and with computations on top.
      for (const stage::ComputedValues* computed :
           {static_cast<const stage::ComputedValues*>(nullptr),
            static_cast<const stage::ComputedValues*>(&running.GetSystem())}) {
        CHECK(Difference(domain::XformCache(time, computed).GetLocalToWorldTransform(running.At(path)),
                         worlds[at]) < 1e-12);
        domain::BoundsOptions options;
        options.time = time;
        options.computed = computed;
        const Range3d box = domain::BoundsCache(running.GetStage(), options)
                                .ComputeWorldBound(running.At(path))
                                .ComputeAlignedRange();
        CHECK(Distance(box.min, boxes[at].min) < 1e-6);
        CHECK(Distance(box.max, boxes[at].max) < 1e-6);
      }
      ++at;
    }
}

TEST_CASE("M10: point instancers and their prototypes are in their own units each") {
  const auto instancer = [](double k, const std::string& prototype) {
    return fmt::format(
        "def PointInstancer \"I\" {{\n    rel prototypes = </I/P>\n    int[] protoIndices = [0, 0]\n    "
        "point3f[] "
        "positions = [({0}, 0, 0), (0, {0}, 0)]\n{1}}}\n",
        3 * k, prototype);
  };
  const std::string meta =
      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @sub.usda@\n    ]\n)\n";
  const std::string cube = "    def Cube \"P\" {\n        double size = 1\n    }\n";
  Running metres({{"root.usda", meta},
                  {"sub.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" + instancer(1, cube)}},
                 GetMetrics());
  // Positions from a layer of centimetres; a prototype that is an asset of millimetres with another axis up.
  Running mixed({{"root.usda", meta},
                 {"sub.usda", "(\n    metersPerUnit = 0.01\n    upAxis = \"Z\"\n)\n" +
                                  instancer(100, Ref("P", "p.usda"))},
                 {"p.usda",
                  "(\n    defaultPrim = \"C\"\n    metersPerUnit = 0.001\n    upAxis = \"Y\"\n)\ndef Cube "
                  "\"C\" {\n    double size = 1000\n}\n"}},
                GetMetrics());
  const Range3d expected = metres.Bound("/I"), found = mixed.Bound("/I");
  REQUIRE(!expected.IsEmpty());
  CHECK(Distance(expected.min, found.min) < 1e-6);
  CHECK(Distance(expected.max, found.max) < 1e-6);
  // As drawn: the copy's transform holds the corrective.
  scene::SceneIndexPtr final_index = mixed.GetChain().GetFinal();
  bool is_drawn = false;
  for (Path path : scene::CollectPrimPaths(*final_index)) {
    if (final_index->GetPrim(path).type != "cube") continue;
    const Matrix4d matrix = mixed.OfScene(path.GetString().c_str());
    CHECK(Scale(matrix) == doctest::Approx(0.001));
    is_drawn = true;
  }
  CHECK(is_drawn);
}

}  // namespace strata::compute
