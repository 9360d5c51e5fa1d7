#include <fstream>
#include <random>
#include <sstream>

#include "strata/compute/metrics_report.h"
#include "strata/compute/simulation.h"
#include "tests/unit/compute/places.h"
#include "tests/unit/compute/units.h"

// Figures that the rows G1 to G15 and M10 to M25 name, and that geospatial_test.cpp and metrics_test.cpp have
// not.
namespace strata::compute {

namespace {

// The textbook's formulas in long double, apart from those that are tested.
struct Point {
  long double x, y, z;
};
struct Turn {
  explicit Turn(double degrees) {
    const long double radians = degrees * 3.14159265358979323846264338327950288L / 180;
    sin = std::sin(radians);
    cos = std::cos(radians);
  }
  long double sin, cos;
};
Point Geocentric(const Vec3d& place) {
  constexpr long double a = 6378137, f = 1 / 298.257223563L, e2 = f * (2 - f);
  const Turn latitude(place[0]), longitude(place[1]);
  const long double normal = a / std::sqrt(1 - e2 * latitude.sin * latitude.sin), h = place[2];
  return {(normal + h) * latitude.cos * longitude.cos, (normal + h) * latitude.cos * longitude.sin,
          (normal * (1 - e2) + h) * latitude.sin};
}
Point EastNorthUp(const Vec3d& place, const Vec3d& origin) {
  const Point p = Geocentric(place), q = Geocentric(origin);
  const long double x = p.x - q.x, y = p.y - q.y, z = p.z - q.z;
  const Turn latitude(origin[0]), longitude(origin[1]);
  const long double out = longitude.cos * x + longitude.sin * y;
  return {longitude.cos * y - longitude.sin * x, latitude.cos * z - latitude.sin * out,
          latitude.cos * out + latitude.sin * z};
}
long double DistanceOf(const Point& a, const Vec3d& b) {
  return std::hypot(a.x - b[0], a.y - b[1], a.z - b[2]);
}

constexpr const char* kReference = "omni:geospatial:wgs84:reference:referencePosition";
constexpr const char* kPosition = "omni:geospatial:wgs84:local:position";

}  // namespace

TEST_CASE("G15: 1,476 places of the sample are those of an independent closed form to a nanometre") {
  const std::string file = STRATA_SOURCE_DIR "/../shared/conformance/runtime/wgs84/deutschebahn-rails.usda";
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  if (text.str().empty()) {
    MESSAGE("skipped: " << file << " is not there");
    return;
  }
  Running running(text.str(), GetGeospatial());
  const Vec3d origin =
      running.At("/RootGeoReference").GetAttribute(Token(kReference)).GetAs<Vec3d>().value_or(Vec3d());
  size_t count = 0;
  long double worst = 0;
  for (const Path path : scene::CollectPrimPaths(*running.GetChain().GetFinal())) {
    const stage::Prim prim = running.GetStage().GetPrimAtPath(path);
    if (!prim || !prim.HasAPI(Token("OmniWGS84LocalPositionAPI"))) continue;
    const Vec3d place = prim.GetAttribute(Token(kPosition)).GetAs<Vec3d>().value_or(Vec3d());
    const Vec3d found = Translation(running.World(path.GetString().c_str()));
    worst = std::max(worst, DistanceOf(EastNorthUp(place, origin), found));
    ++count;
  }
  CHECK(count == 1476);
  CHECK(worst < 1e-9L);
  // The document's own, printed to a nanometre.
  const std::pair<const char*, Vec3d> printed[] = {
      {"World/CurveXform0Geo", {0, 0, 0}},
      {"World/CurveXform1Geo", {11.226189434, 0.346755118, 0.209172084}},
      {"World/CurveXform2Geo", {-925.970707630, -522.656860080, 0.028204300}},
      {"World/CurveXform4Geo", {-182.993761657, -137.145619990, 0.782414029}},
      {"MapGeo0", {-2420.478830926, -2351.387325866, -0.891810185}},
  };
  for (const auto& [name, expected] : printed) {
    CAPTURE(name);
    CHECK(Distance(Translation(running.World(fmt::format("/RootGeoReference/{}", name).c_str())), expected) <
          2e-9);
  }
  // With latitude and longitude exchanged the third would be elsewhere.
  CHECK(Distance(Translation(running.World("/RootGeoReference/World/CurveXform2Geo")),
                 {-514.657, -1542.954, -0.092}) > 1000);
}

TEST_CASE("G15: far places are right to the last bits, and are near again as seen from another place") {
  const Geodetic everest{27.9881, 86.925, 8848.86};
  Running running(
      Stage(kZUp, Frame("F", kHamburg, "",
                        Place("P", everest, "", "def Xform \"C\" {\n" + Moved("(1, 2, 3)") + "}\n"))),
      GetGeospatial());
  const Matrix4d world = running.World("/F/P");
  // Numbers of that size are 0.93 nanometres apart.
  CHECK(Distance(Translation(world), {5493114.7972273991820, 750613.03018928847598, -3197928.1792205609733}) <
        1e-9);
  const Datum held = running.GetSystem().Compute(running.At("/F"), Token("geo:frame"), 0.0);
  const auto* frame = held.GetIf<GeoFrame>();
  REQUIRE(frame);
  const Matrix4d near = frame->Rebase(everest);
  CHECK(Distance(Translation(MultiplyAffine(world, near)), {0, 0, 0}) < 2e-9);
  // What was moved in Hamburg's axes is turned into those of the mountain: as far away, and no farther.
  const Vec3d child = Translation(MultiplyAffine(running.World("/F/P/C"), near));
  CHECK(std::hypot(child[0], child[1], child[2]) == doctest::Approx(std::sqrt(14.0)).epsilon(1e-9));
  const Geodetic beside{27.98, 86.92, 5000};
  CHECK(Distance(TransformPoint(frame->Place(beside), near), Enu(beside, everest)) < 4e-9);
  for (const char* metrics :
       {"(\n    upAxis = \"Y\"\n    metersPerUnit = 0.01\n)\n", "(\n    upAxis = \"Z\"\n)\n"}) {
    Running other(Stage(metrics, Frame("F", kHamburg,
                                       "    uniform token omni:geospatial:wgs84:reference:tangentPlane "
                                       "= \"NED\"\n",
                                       "") +
                                     Frame("E", everest,
                                           "    uniform token "
                                           "omni:geospatial:wgs84:reference:tangentPlane = \"NED\"\n",
                                           "")),
                  GetGeospatial());
    const auto find = [&](const char* path) {
      return *other.GetSystem().Compute(other.At(path), Token("geo:frame"), 0.0).GetIf<GeoFrame>();
    };
    CHECK(Distance(TransformPoint(find("/F").Place(beside), find("/F").Rebase(everest)),
                   find("/E").Place(beside)) < 4e-7);
  }
}

TEST_CASE("G1, G3: the brief's distances between towns, in the plane of each") {
  CHECK(Distance(Enu({-33.8568, 151.2153, 5}, {-37.8136, 144.9631, 12.5}),
                 {577428.5024, 419347.8909, -40073.3044}) < 1e-4);
  const Vec3d berlin = Enu({52.52, 13.405, 34}, kHamburg);
  CHECK(Distance(berlin, {216777.7500528, -103260.6683848, -4529.2649820}) < 1e-6);
  CHECK(std::hypot(berlin[0], berlin[1], berlin[2]) == doctest::Approx(240158.0163).epsilon(1e-9));
}

TEST_CASE("G2: what a prim that does not turn with its place is wrong by") {
  // Ten kilometres to the north the Earth has turned by 0.0898 degrees and dropped by 7.8 metres: of what is
  // a hundred metres long, the far end is wrong by 0.157 metres; ten times as far away by ten times as much.
  const std::string orient = "    bool omni:geospatial:wgs84:local:orientToLocalFrame = true\n";
  const std::string end = "def Xform \"End\" {\n" + Moved("(0, 100, 0)") + "}\n";
  for (const auto& [degrees, wrong, drop] :
       {std::tuple(0.0898, 0.157, 7.8322), std::tuple(0.898, 1.57, 783.3)}) {
    const Geodetic there{kHamburg.latitude + degrees, kHamburg.longitude, kHamburg.height};
    Running running(Stage(kZUp, Frame("F", kHamburg, "",
                                      Place("Flat", there, "", end) + Place("Turned", there, orient, end))),
                    GetGeospatial());
    CHECK(Translation(running.World("/F/Flat"))[2] == doctest::Approx(-drop).epsilon(1e-3));
    const Vec3d flat = Translation(running.World("/F/Flat/End")),
                turned = Translation(running.World("/F/Turned/End"));
    CHECK(Distance(flat, turned) == doctest::Approx(wrong).epsilon(1e-2));
    const double tilt = std::acos(running.World("/F/Turned")[1][1]) * 180 / 3.14159265358979;
    CHECK(tilt == doctest::Approx(degrees).epsilon(1e-4));
  }
}

TEST_CASE("G2: an orientation about three axes turns about X, then Y, then Z") {
  const Geodetic near{53.5, 10.22, 100};
  Running running(
      Stage(kZUp,
            Frame("F", kHamburg, "    double3 omni:geospatial:wgs84:reference:orientation = (10, 20, 30)\n",
                  Place("P", near)) +
                "def Xform \"Turned\" {\n    double3 xformOp:rotateXYZ = (10, 20, 30)\n    uniform "
                "token[] xformOpOrder = [\"xformOp:rotateXYZ\"]\n}\n"),
      GetGeospatial());
  // The prim's axes are turned against the tangent frame: in the tangent frame its numbers are the place's.
  const Vec3d found = TransformPoint(Translation(running.World("/F/P")), running.World("/Turned"));
  CHECK(Distance(found, Enu(near, kHamburg)) < 1e-9);
  CHECK(GetDeterminant3(running.World("/F/P")) == 1);
}

TEST_CASE(
    "G7: what a turned place carries is turned with it, below shear and scales that cannot be inverted") {
  const std::string turn =
      "    double xformOp:rotateZ = 90\n    uniform token[] xformOpOrder = [\"xformOp:rotateZ\"]\n";
  const std::string shear =
      "    matrix4d xformOp:transform = ( (1, 0.5, 0, 0), (0, 1, 0.25, 0), (0, 0, 1, 0), (1e7, -1e7, 5, 1) "
      ")\n    "
      "uniform token[] xformOpOrder = [\"xformOp:transform\"]\n";
  const std::string flat =
      "    double3 xformOp:scale = (1, 0, 1)\n    uniform token[] xformOpOrder = [\"xformOp:scale\"]\n";
  const Geodetic near{53.5, 10.2, 0};
  const std::string place = Place("P", near, turn, "def Xform \"C\" {\n" + Moved("(1, 0, 0)") + "}\n");
  Running running(Stage(kZUp, Frame("F", kHamburg, "",
                                    "def Xform \"Shear\" {\n" + shear + place + "}\ndef Xform \"Flat\" {\n" +
                                        flat + place + "}\n")),
                  GetGeospatial());
  const Vec3d enu = Enu(near, kHamburg);
  for (const char* path : {"/F/Shear/P/C", "/F/Flat/P/C"})
    CHECK(Distance(Translation(running.World(path)), {enu[0], enu[1] + 1, enu[2]}) < kTight);
}

TEST_CASE("G9: turns and scales about a pivot stay bit by bit, and a scaled parent does not count twice") {
  const std::string ops =
      "    double3 xformOp:translate = (5, 6, 7)\n    double3 xformOp:translate:pivot = (1, 2, 3)\n    "
      "float3 "
      "xformOp:rotateXYZ = (10, 20, 30)\n    float3 xformOp:scale = (2, 3, 4)\n    uniform token[] "
      "xformOpOrder = "
      "[\"xformOp:translate\", \"xformOp:translate:pivot\", \"xformOp:rotateXYZ\", \"xformOp:scale\", "
      "\"!invert!xformOp:translate:pivot\"]\n";
  const std::string large =
      "    float3 xformOp:scale = (9, 9, 9)\n    uniform token[] xformOpOrder = [\"xformOp:scale\"]\n";
  const Geodetic near{53.5, 10.2, 0};
  Running running(Stage(kZUp, Frame("F", kHamburg, "",
                                    "def Xform \"Large\" {\n" + large + Place("P", near, ops) + "}\n") +
                                  "def Xform \"Alone\" {\n" + ops + "}\n"),
                  GetGeospatial());
  const Matrix4d placed = running.World("/F/Large/P"), alone = running.World("/Alone");
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) CHECK(placed[i][j] == alone[i][j]);
  CHECK(Distance(Translation(placed), Enu(near, kHamburg)) < kTight);
}

TEST_CASE("G10: each thing that a frame says dirties the places in it when it is edited") {
  Running running(
      Stage(kZUp, Frame("A", kHamburg,
                        "    uniform token omni:geospatial:wgs84:reference:tangentPlane = \"ENU\"\n    "
                        "double3 omni:geospatial:wgs84:reference:orientation = (0, 0, 0)\n    bool "
                        "omni:geospatial:wgs84:reference:orientToLocalFrame = false\n",
                        Place("P", {53.5, 10.2, 0}) + "def Xform \"Plain\" {\n}\n") +
                      Frame("B", kHamburg, "", Place("P", {53.5, 10.2, 0}))),
      GetGeospatial());
  const std::string beginning = "/A.omni:geospatial:wgs84:reference:";
  for (const auto& [name, value] :
       {std::pair("tangentPlane", Value(Token("NED"))), std::pair("orientation", Value(Vec3d{0, 0, 45})),
        std::pair("orientToLocalFrame", Value(true))}) {
    const Matrix4d before = running.World("/A/P");
    running.PullAll();
    REQUIRE(running.Edit().Set(Path(beginning + name), value));
    const std::string told = running.TakeNotices();
    CAPTURE(told);
    CHECK(told.find("dirtied /A/P {xform}") != std::string::npos);
    CHECK(told.find("/B") == std::string::npos);
    CHECK(told.find("Plain") == std::string::npos);
    CHECK_FALSE(running.World("/A/P") == before);
  }
  running.PullAll();
  REQUIRE(running.Edit().CreateAttribute(Path("/A/P.omni:geospatial:wgs84:local:orientToLocalFrame"),
                                         Token("bool")));
  REQUIRE(running.Edit().Set(Path("/A.omni:geospatial:wgs84:reference:orientToLocalFrame"), false));
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/A/P.omni:geospatial:wgs84:local:orientToLocalFrame"), true));
  CHECK(running.TakeNotices().find("dirtied /A/P {xform}") != std::string::npos);
}

TEST_CASE("M10: cameras, lights, velocities and physics of a layer of grams and centimetres, by value") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    kilogramsPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n     "
        "   @cm.usda@\n    ]\n)\n"},
       {"cm.usda",
        "(\n    metersPerUnit = 0.01\n    kilogramsPerUnit = 0.001\n    upAxis = \"Z\"\n)\n"
        "def Camera \"Camera\" {\n    float focalLength = 50\n    float horizontalAperture = 20\n    float "
        "focusDistance = 400\n    float2 clippingRange = (10, 10000)\n    float fStop = 2.8\n}\n"
        "def SphereLight \"Light\" {\n    float inputs:radius = 50\n    float inputs:intensity = 7\n}\n"
        "def DistantLight \"Sun\" {\n    float inputs:angle = 0.53\n}\n"
        "def Mesh \"Mesh\" {\n    point3f[] points = [(100, 0, 0)]\n    vector3f[] velocities = [(0, 300, "
        "0)]\n    "
        "vector3f[] accelerations = [(0, 0, -981)]\n    normal3f[] normals = [(0, 0, 1)]\n    float3[] "
        "extent = "
        "[(100, 0, 0), (100, 0, 0)]\n}\n"
        "def BasisCurves \"Curves\" {\n    float[] widths = [3]\n}\n"
        "def PhysicsScene \"Physics\" {\n    float physics:gravityMagnitude = 981\n}\n"
        "def Xform \"Body\" (\n    prepend apiSchemas = [\"PhysicsRigidBodyAPI\", "
        "\"PhysicsMassAPI\"]\n)\n{\n    "
        "vector3f physics:velocity = (100, 0, 0)\n    vector3f physics:angularVelocity = (90, 0, 0)\n    "
        "float "
        "physics:density = 1\n    float3 physics:diagonalInertia = (10000000, 0, 0)\n}\n"}},
      GetMetrics());
  const auto vector = [&](const char* path) {
    const stage::Attribute found = running.GetStage().GetAttributeAtPath(Path(path));
    const Value value = running.GetSystem().GetValue(found, 0.0).value_or(found.Get(0.0));
    if (const auto* all = value.GetIf<Array<Vec3f>>()) return (*all)[0];
    return value.GetOr(Vec3f{-1, -1, -1});
  };
  // A tenth of a unit each: what 50 mm are in centimetres is 0.5 in metres.
  CHECK(Number(running, "/Camera.focalLength") == doctest::Approx(0.5));
  CHECK(Number(running, "/Camera.horizontalAperture") == doctest::Approx(0.2));
  CHECK(Number(running, "/Camera.focusDistance") == doctest::Approx(4));
  CHECK(Number(running, "/Camera.fStop") == doctest::Approx(2.8));
  CHECK(Number(running, "/Light.inputs:radius") == doctest::Approx(0.5));
  CHECK(Number(running, "/Light.inputs:intensity") == doctest::Approx(7));
  CHECK(Number(running, "/Sun.inputs:angle") == doctest::Approx(0.53));
  CHECK(vector("/Mesh.points")[0] == doctest::Approx(1));
  CHECK(vector("/Mesh.velocities")[1] == doctest::Approx(3));
  CHECK(vector("/Mesh.accelerations")[2] == doctest::Approx(-9.81));
  CHECK(vector("/Mesh.normals") == Vec3f{0, 0, 1});
  CHECK(Number(running, "/Physics.physics:gravityMagnitude") == doctest::Approx(9.81));
  CHECK(vector("/Body.physics:velocity")[0] == doctest::Approx(1));
  CHECK(vector("/Body.physics:angularVelocity")[0] == doctest::Approx(90));
  CHECK(Number(running, "/Body.physics:density") == doctest::Approx(1000));  // g/cm³ as kg/m³
  CHECK(vector("/Body.physics:diagonalInertia")[0] == doctest::Approx(1));   // mass by the square of length
  const stage::Attribute range = running.GetStage().GetAttributeAtPath(Path("/Camera.clippingRange"));
  CHECK(running.GetSystem().GetValue(range, 0.0)->GetOr(Vec2f()) == Vec2f{0.1f, 100});
}

TEST_CASE(
    "M10: of random assets the same in metres and, turned, in centimetres, all boxes and places agree") {
  std::mt19937 random(20);
  const auto number = [&](double least, double most) {
    return least + (most - least) * static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
  };
  // One tree of prims, written in units of 1/k metres, standing on Z or on Y.
  struct Shape {
    std::string type, name;
    Vec3d place{}, size{};
    double turn = 0;
    std::vector<Vec3d> points;
    std::vector<Shape> below;
  };
  const std::function<Shape(int, int)> grow = [&](int depth, int index) {
    Shape shape;
    const char* types[] = {"Xform", "Sphere", "Cube", "Mesh", "Points"};
    shape.type = depth < 3 ? types[random() % 2 == 0 ? 0 : random() % 5] : types[1 + random() % 4];
    shape.name = fmt::format("N{}", index);
    for (size_t i = 0; i < 3; ++i) shape.place[i] = number(-5, 5);
    shape.turn = number(-180, 180);
    shape.size[0] = number(0.1, 3);
    for (int i = 0; i < 4; ++i) shape.points.push_back({number(-2, 2), number(-2, 2), number(-2, 2)});
    if (shape.type == "Xform")
      for (int i = 0; i < 3 && depth < 3; ++i) shape.below.push_back(grow(depth + 1, i));
    return shape;
  };
  const std::function<std::string(const Shape&, double, bool)> write = [&](const Shape& shape, double k,
                                                                           bool is_y) {
    const auto vec = [&](const Vec3d& v) {
      return is_y ? fmt::format("({}, {}, {})", v[0] * k, v[2] * k, -v[1] * k)
                  : fmt::format("({}, {}, {})", v[0] * k, v[1] * k, v[2] * k);
    };
    std::string text = fmt::format(
        "def {} \"{}\" {{\n    double3 xformOp:translate = {}\n    double xformOp:rotate{} = {}\n    uniform "
        "token[] "
        "xformOpOrder = [\"xformOp:translate\", \"xformOp:rotate{}\"]\n",
        shape.type, shape.name, vec(shape.place), is_y ? "Y" : "Z", shape.turn, is_y ? "Y" : "Z");
    if (shape.type == "Sphere") text += fmt::format("    double radius = {}\n", shape.size[0] * k);
    if (shape.type == "Cube") text += fmt::format("    double size = {}\n", shape.size[0] * k);
    if (shape.type == "Mesh" || shape.type == "Points") {
      text += "    point3f[] points = [";
      for (const Vec3d& each : shape.points) text += vec(each) + ", ";
      text += "]\n";
    }
    for (const Shape& each : shape.below) text += write(each, k, is_y);
    return text + "}\n";
  };
  const auto metadata = [](double k, bool is_y) {
    return fmt::format("(\n    defaultPrim = \"N0\"\n    metersPerUnit = {}\n    upAxis = \"{}\"\n)\n", 1 / k,
                       is_y ? "Y" : "Z");
  };
  size_t compared = 0;
  for (int round = 0; round < 40; ++round) {
    Shape root = grow(0, 0);
    root.type = "Xform";
    const std::string stage = "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" + Ref("A", "asset.usda");
    Running metres({{"root.usda", stage}, {"asset.usda", metadata(1, false) + write(root, 1, false)}},
                   GetMetrics());
    Running others({{"root.usda", stage}, {"asset.usda", metadata(100, true) + write(root, 100, true)}},
                   GetMetrics());
    for (const Path path : scene::CollectPrimPaths(*metres.GetChain().GetFinal(), Path("/A"))) {
      const std::string at = path.GetString();
      const Vec3d here = At(metres, at.c_str()), there = At(others, at.c_str());
      CHECK(Distance(here, there) <= 1e-12 * std::max(1.0, Distance(here, {0, 0, 0})));
      const Range3d box = metres.Bound(at.c_str()), other = others.Bound(at.c_str());
      CHECK(box.IsEmpty() == other.IsEmpty());
      if (box.IsEmpty()) continue;
      const double size = Distance(box.min, box.max) + Distance(box.min, {0, 0, 0});
      CHECK(Distance(box.min, other.min) <= 1e-6 * size);
      CHECK(Distance(box.max, other.max) <= 1e-6 * size);
      ++compared;
    }
  }
  CHECK(compared > 200);
}

TEST_CASE("M8, M13: units that the session says are the stage's, and what the root wrote is in the root's") {
  Running running("(\n    metersPerUnit = 1\n)\ndef Sphere \"S\" {\n    double radius = 2\n}\n",
                  GetMetrics());
  CHECK(Number(running, "/S.radius") == 2);
  REQUIRE(running.GetStage().GetSessionLayer()->SetField(Path("/"), Token("metersPerUnit"), Value(0.5)));
  CHECK(Number(running, "/S.radius") == 4);
  CHECK(running.Bound("/S").max[0] == 4);
}

TEST_CASE("M13: units of a sublayer dirty its points and extents, and what others say not at all") {
  Running running({{"root.usda",
                    "(\n    metersPerUnit = 1\n    subLayers = [\n        @sub.usda@\n    ]\n)\ndef Mesh "
                    "\"Other\" {\n    point3f[] points = [(1, 1, 1)]\n    float3[] extent = [(1, 1, 1), "
                    "(1, 1, 1)]\n}\n"},
                   {"sub.usda",
                    "(\n    metersPerUnit = 0.5\n)\ndef Mesh \"M\" {\n    point3f[] points = [(2, 4, "
                    "6)]\n    float3[] extent = [(2, 4, 6), (2, 4, 6)]\n}\n"}},
                  GetMetrics());
  running.PullAll();
  CHECK(running.Bound("/M").max == Vec3d{1, 2, 3});
  for (const layer::LayerPtr& each : running.GetStage().GetUsedLayers())
    if (each->GetIdentifier().ends_with("sub.usda"))
      REQUIRE(each->SetField(Path("/"), Token("metersPerUnit"), Value(0.25)));
  const std::string told = running.TakeNotices();
  CAPTURE(told);
  CHECK(told.find("primvars/points") != std::string::npos);
  CHECK(told.find("extent") != std::string::npos);
  CHECK(told.find("/Other") == std::string::npos);
  CHECK(running.Bound("/M").max == Vec3d{0.5, 1, 1.5});
}

TEST_CASE("M14: a block in a layer of other units is the fallback, and nothing diverges from it") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @mm.usda@,\n        @m.usda@\n "
        "   ]\n)\n"},
       {"mm.usda", "(\n    metersPerUnit = 0.001\n)\nover \"S\" {\n    double radius = None\n}\n"},
       {"m.usda", "(\n    metersPerUnit = 1\n)\ndef Sphere \"S\" {\n    double radius = 5\n}\n"}},
      *MakeStandardRegistry());
  CHECK(Number(running, "/S.radius") == 1);
  CHECK(running.Bound("/S").max[0] == 1);
  CHECK(CollectMetricsReport(running.GetSystem(), 0.0).divergences.empty());
}

TEST_CASE("M16: width from millimetres and length from metres: two by three metres, exactly") {
  for (const char* axis : {"X", "Y", "Z"}) {
    Running running(
        {{"root.usda",
          "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @mm.usda@,\n        "
          "@m.usda@,\n    ]\n)\n"},
         {"mm.usda", "(\n    metersPerUnit = 0.001\n)\nover \"P\" {\n    double width = 2000\n}\n"},
         {"m.usda",
          fmt::format("(\n    metersPerUnit = 1\n)\ndef Plane \"P\" {{\n    double length = 3\n    uniform "
                      "token axis = \"{}\"\n}}\n",
                      axis)}},
        GetMetrics());
    const Vec3d half = *axis == 'X' ? Vec3d{0, 1.5, 1} : *axis == 'Y' ? Vec3d{1, 0, 1.5} : Vec3d{1, 1.5, 0};
    CHECK(running.Bound("/P") == Range3d{half * -1.0, half});
    CHECK(running.World("/P") == Matrix4d::Identity());
  }
}

TEST_CASE(
    "M18: flags on a prim and on an attribute say that people corrected it; a scale that just fits does "
    "not") {
  const std::string asset =
      "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Xform \"T\" {\n    def Cube \"C\" {\n" +
      Move("(100, 0, 0)") + "    }\n}\n";
  const std::string fits =
      "    double3 xformOp:scale = (0.01, 0.01, 0.01)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:scale\"]\n";
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @half.usda@\n    ]\n)\ndef \"Flagged\" (\n "
        "   prepend references = @asset.usda@\n    customData = { bool unitsResolved = 1 }\n)\n{\n" +
            fits + "}\n" + Ref("Fits", "asset.usda", fits)},
       {"asset.usda", asset},
       {"half.usda",
        "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"S\" {\n    double radius = 1 (\n        customData "
        "= { bool unitsResolved = 1 }\n    )\n}\n"}},
      *MakeStandardRegistry());
  CHECK(Scale(running.World("/Flagged/C")) == doctest::Approx(0.01));
  CHECK(At(running, "/Flagged/C")[0] == doctest::Approx(1));
  CHECK(Scale(running.World("/Fits/C")) == doctest::Approx(0.0001));
  CHECK(Number(running, "/S.radius") == 1);
  const MetricsReport report = CollectMetricsReport(running.GetSystem(), 0.0);
  REQUIRE(report.boundaries.size() == 2);
}

TEST_CASE("M19: three domains come to what one step from the innermost to the stage comes to, exactly") {
  const std::string box = "def Xform \"D\" {\n    def Cube \"E\" {\n" + Move("(1000, 0, 0)") + "    }\n}\n";
  const std::string inner = "(\n    defaultPrim = \"D\"\n    metersPerUnit = 0.001\n)\n" + box;
  Running nested({{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "cm.usda")},
                  {"cm.usda", "(\n    defaultPrim = \"C\"\n    metersPerUnit = 0.01\n)\ndef Xform \"C\" {\n" +
                                  Ref("M", "mm.usda") + "}\n"},
                  {"mm.usda", inner}},
                 GetMetrics());
  Running direct(
      {{"root.usda", "(\n    metersPerUnit = 1\n)\ndef Xform \"A\" {\n" + Ref("M", "mm.usda") + "}\n"},
       {"mm.usda", inner}},
      GetMetrics());
  CHECK(Difference(nested.World("/A/M/E"), direct.World("/A/M/E")) < 1e-15);
}

TEST_CASE(
    "modules get points, instances and colliders of layers in other units in the prim's, and give such") {
  // Lifts what it moves by the radius of what it looks at.
  class Lift final : public SimulationModule {
   public:
    Result<SimulationFrame> Begin(const SimulationCall& call) const override {
      Array<Vec3f> points = call.shape.points;
      const Value* radius = call.colliders.at(0).attributes.Find("radius");
      Vec3f* at = points.GetMutableData();
      for (size_t i = 0; i < points.GetSize(); ++i)
        at[i][1] += static_cast<float>(radius ? radius->GetOr(0.0) : 0.0);
      return SimulationFrame{Datum(),
                             {{Token(call.shape.is_instancer ? "positions" : "points"), Value(points)}}};
    }
    Result<SimulationFrame> Step(const SimulationCall& call, const Datum&) const override {
      return Begin(call);
    }
  };
  const std::string warp =
      " (\n    apiSchemas = [\"WarpComputationAPI\"]\n)\n{\n    string warp:sourceFile = \"lift\"\n    rel "
      "warp:dependentPrims = </Ball>\n";
  const std::string moved = "def Mesh \"M\"" + warp + "    point3f[] points = [(100, 0, 0)]\n}\n" +
                            "def PointInstancer \"I\"" + warp +
                            "    point3f[] positions = [(100, 0, 0)]\n    int[] protoIndices = [0]\n    rel "
                            "prototypes = </I/P>\n    def Cube \"P\" {\n        double size = 2\n    }\n}\n" +
                            "def Sphere \"Ball\" {\n    double radius = 200\n}\n";
  for (const MetricsMode mode : {MetricsMode::kValues, MetricsMode::kTransforms}) {
    CAPTURE(mode == MetricsMode::kTransforms);
    auto library = std::make_shared<SimulationLibrary>();
    library->Add("lift", std::make_shared<Lift>());
    MetricsOptions options;
    options.mode = mode;
    Running running(
        {{"root.usda", "(\n    metersPerUnit = 1\n    subLayers = [\n        @cm.usda@\n    ]\n)\n"},
         {"cm.usda", "(\n    metersPerUnit = 0.01\n)\n" + moved}},
        *MakeStandardRegistry(options, library));
    // By transforms the mesh stays in centimetres, and with it what it is lifted by.
    CHECK(Distance(running.Bound("/M", 1.0).min, Vec3d{1, 2, 0}) < 1e-6);
    CHECK(running.Bound("/I", 1.0).max[0] - running.Bound("/I", 1.0).min[0] == doctest::Approx(0.02));
    CHECK(running.GetSystem().GetDiagnostics().IsEmpty());
    // Units that are edited are those of the next run.
    for (const layer::LayerPtr& each : running.GetStage().GetUsedLayers())
      if (each->GetIdentifier().ends_with("cm.usda"))
        REQUIRE(each->SetField(Path("/"), Token("metersPerUnit"), Value(0.1)));
    CHECK(running.Bound("/M", 1.0).min[0] == doctest::Approx(10));
  }
}

}  // namespace strata::compute
