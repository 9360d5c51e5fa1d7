#include <set>
#include <string>

#include "tests/unit/compute/places.h"

// A case for each of the rows G1 to G15; what edits dirty is in geospatial_edits_test.cpp. Places are checked
// against values of the closed form in 50 digits.
namespace strata::compute {

TEST_CASE("geocentric coordinates are those of the closed form, at poles and across the antimeridian") {
  const std::pair<Geodetic, Vec3d> cases[] = {
      {{0, 0, 0}, {6378137, 0, 0}},
      {{90, 0, 0}, {0, 0, 6356752.314245}},
      {{45, 45, 1000}, {3194919.145061, 3194919.145061, 4488055.515647}},
      {kHamburg, {3742658.100307, 674070.685213, 5103320.545507}},
      {{27.9881, 86.925, 8848.86}, {302769.934269, 5636026.225470, 2979493.490937}},
      {{-33.8568, 151.2153, 5}, {-4646972.276464, 2553078.919527, -3533269.913086}},
      {{40.689167, -74.044444, 93}, {1331365.246003, -4656652.145236, 4136371.251760}},
      {{0, 180, 0}, {-6378137, 0, 0}},
      {{0, -180, 0}, {-6378137, 0, 0}}};
  for (const auto& [place, expected] : cases) {
    CHECK(Distance(ToEcef(place), expected) < 1e-6);
    const Geodetic back = FromEcef(ToEcef(place));
    CHECK(std::abs(back.latitude - place.latitude) < 1e-12);
    CHECK(std::abs(back.height - place.height) < 3e-9);
  }
  CHECK(ToEcef({90, 0, 0})[0] == 0);
  CHECK(ToEcef({0, 180, 0})[1] == 0);
}

TEST_CASE("G15: local places are right to a nanometre, near and far, on mountains and at poles") {
  const struct {
    Geodetic place, origin;
    Vec3d expected;
  } cases[] = {
      {{53.491594958614904, 10.209958857823686, 49.69231437733929},
       kHamburg,
       {11.226189433677842154, 0.34675511731866403571, 0.20917208290740104282}},
      {{53.4868949453427, 10.195840181715438, 49.59982543753276},
       kHamburg,
       {-925.97070763013950768, -522.65686008006412095, 0.028204300519133480297}},
      {{53.470458984375, 10.17333984375, 49.48313242683307},
       kHamburg,
       {-2420.4788309259954062, -2351.3873258666521714, -0.89181018533263637091}},
      {{52.52, 13.405, 34}, kHamburg, {216777.7500528036496, -103260.66838475847826, -4529.2649820296565561}},
      {{-33.8568, 151.2153, 5},
       {-37.8136, 144.9631, 31},
       {577428.50237280835038, 419347.89086422535489, -40091.804393598137577}},
      {{0, -179.9, 0}, {0, 179.9, 0}, {22263.852945539584504, 0, -38.857793263825233554}},
      {{27.9881, 86.925, 8848.86},
       {27.98, 86.92, 5000},
       {492.54525183052539262, 898.89652563662051278, 3848.7774822004330192}},
      {{90, 0, 0}, {89.9, 10, 0}, {0, 11169.392170605669311, -9.7471359654927073789}},
  };
  for (const auto& each : cases) {
    const Vec3d found = Enu(each.place, each.origin);
    CHECK(Distance(found, each.expected) < kTight);
  }
  // Latitude and longitude exchanged would be elsewhere.
  CHECK(Distance(Enu({10.195840181715438, 53.4868949453427, 49.59982543753276}, kHamburg),
                 cases[1].expected) > 1000);
}

TEST_CASE("G1: each place stands in the nearest frame above it, and frames are independent") {
  const Geodetic sydney{-33.8568, 151.2153, 5}, melbourne{-37.8136, 144.9631, 31};
  const Geodetic berlin{52.52, 13.405, 34};
  Running running(
      Stage(kZUp,
            Frame("A", kHamburg, "", Place("P", berlin) + Frame("Inner", sydney, "", Place("Q", melbourne))) +
                Frame("B", sydney, "", "def Scope \"S\" {\n" + Place("P", melbourne) + "\n}\n")),
      GetGeospatial());
  CHECK(Distance(Translation(running.World("/A/P")), Enu(berlin, kHamburg)) < kTight);
  CHECK(Distance(Translation(running.World("/A/Inner/Q")), Enu(melbourne, sydney)) < kTight);
  CHECK(Distance(Translation(running.World("/B/S/P")), Enu(melbourne, sydney)) < kTight);
  // East stays east in the southern half.
  CHECK(Translation(running.World("/B/S/P"))[0] < 0);
}

TEST_CASE("G1: a frame that is itself a place stands in its parent's space, what is below in the frame") {
  const Geodetic berlin{52.52, 13.405, 34}, near{52.53, 13.405, 34};
  const std::string both =
      "def Xform \"F\" (\n    prepend apiSchemas = [\"OmniWGS84ReferencePositionAPI\", "
      "\"OmniWGS84LocalPositionAPI\"]\n)\n{\n    double3 "
      "omni:geospatial:wgs84:reference:referencePosition = (52.52, 13.405, 34)\n    double3 "
      "omni:geospatial:wgs84:local:position = (52.53, 13.405, 34)\n" +
      Place("P", near) + "\n}\n";
  Running running(Stage(kZUp, both), GetGeospatial());
  const Vec3d step = Enu(near, berlin);
  CHECK(Distance(Translation(running.World("/F")), step) < kTight);
  CHECK(Distance(Translation(running.World("/F/P")), step * 2) < kTight);
  // Its own frame counts where there is one around it, too; and that one's space, as any parent's.
  Running inside(Stage(kZUp, Frame("Outer", kHamburg, Moved("(7, 8, 9)"), both)), GetGeospatial());
  CHECK(Distance(Translation(inside.World("/Outer/F")), step + Vec3d{7, 8, 9}) < kTight);
  CHECK(Distance(Translation(inside.World("/Outer/F/P")), step * 2 + Vec3d{7, 8, 9}) < kTight);
}

TEST_CASE("G2: orientation turns the prim against the tangent frame, and places turn with their own") {
  const Geodetic berlin{52.52, 13.405, 34};
  const std::string orient = "    bool omni:geospatial:wgs84:local:orientToLocalFrame = true\n";
  Running running(
      Stage(kZUp,
            Frame("A", kHamburg, "", Place("P", berlin, orient)) +
                Frame("B", kHamburg, "    double3 omni:geospatial:wgs84:reference:orientation = (0, 0, 90)\n",
                      Place("P", berlin)) +
                Frame("C", kHamburg, "    bool omni:geospatial:wgs84:reference:orientToLocalFrame = true\n",
                      Place("P", berlin))),
      GetGeospatial());
  const double rows[3][3] = {{0.998445427168, 0.044800538997, -0.033160830389},
                             {-0.044231800761, 0.998864650443, 0.017690616068},
                             {0.033915730390, -0.016196351474, 0.999293451110}};
  for (const char* path : {"/A/P", "/C/P"}) {
    const Matrix4d world = running.World(path);
    for (size_t i = 0; i < 3; ++i)
      for (size_t j = 0; j < 3; ++j) CHECK(std::abs(world[i][j] - rows[i][j]) < 1e-11);
    const double cosine = (world[0][0] + world[1][1] + world[2][2] - 1) / 2;
    CHECK(std::abs(std::acos(cosine) * 180 / 3.14159265358979 - 3.339628) < 1e-5);
  }
  // The prim's X points north: what is north is along X, what is east along -Y.
  const Vec3d enu = Enu(berlin, kHamburg);
  CHECK(Distance(Translation(running.World("/B/P")), {enu[1], -enu[0], enu[2]}) < 1e-9);
}

TEST_CASE("G3: planes, up axes, units and the frame prim's own transform all count") {
  const Geodetic berlin{52.52, 13.405, 34};
  const Vec3d enu = Enu(berlin, kHamburg);
  const std::string ned = "    uniform token omni:geospatial:wgs84:reference:tangentPlane = \"NED\"\n";
  const std::string ecef = "    uniform token omni:geospatial:wgs84:reference:tangentPlane = \"ECEF\"\n";
  const std::string moved =
      "    double3 xformOp:translate = (10, 20, 30)\n    double xformOp:rotateZ = 90\n"
      "    uniform token[] xformOpOrder = [\"xformOp:translate\", \"xformOp:rotateZ\"]\n";
  const std::string text = Frame("A", kHamburg, "", Place("P", berlin)) +
                           Frame("N", kHamburg, ned, Place("P", berlin)) +
                           Frame("G", kHamburg, ecef, Place("P", berlin)) +
                           Frame("M", kHamburg, moved,
                                 "def Xform \"X\" {\n    double3 xformOp:translate = (1000, 0, 0)\n    "
                                 "uniform token[] xformOpOrder = [\"xformOp:translate\"]\n" +
                                     Place("P", berlin) + "\n}\n");
  Running z(Stage(kZUp, text), GetGeospatial()), y(Stage(kYUp, text), GetGeospatial());
  Running cm(Stage("(\n    upAxis = \"Z\"\n)\n", text), GetGeospatial());
  CHECK(Distance(Translation(z.World("/A/P")), enu) < kTight);
  CHECK(Distance(Translation(z.World("/N/P")), {enu[1], enu[0], -enu[2]}) < kTight);
  CHECK(Distance(Translation(z.World("/G/P")), ToEcef(berlin)) < kTight);
  CHECK(Distance(Translation(y.World("/A/P")), {enu[0], enu[2], -enu[1]}) < kTight);
  CHECK(Distance(Translation(cm.World("/A/P")), enu * 100) < 100 * kTight);
  // Turned by the frame, then moved by it; what lies between frame and place does not count.
  CHECK(Distance(Translation(z.World("/M/X/P")), {10 - enu[1], 20 + enu[0], 30 + enu[2]}) < 1e-9);
  CHECK(GetDeterminant3(y.World("/A/P")) == 1);
}

TEST_CASE("G4: a place without a frame keeps its transform, and one remark says so") {
  Running running(Stage(kZUp, Place("P", kHamburg,
                                    "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] "
                                    "xformOpOrder = [\"xformOp:translate\"]\n")),
                  GetGeospatial());
  CHECK(running.World("/P") == MakeTranslation({1, 2, 3}));
  running.World("/P");
  const Diagnostics remarks = running.GetSystem().GetDiagnostics();
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kGeoUnrooted);
  CHECK(remarks.GetAll()[0].location.path == "/P");
}

TEST_CASE("places and frames that cannot be leave what is authored, are told of, and hurt nobody else") {
  const std::string moved =
      "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n";
  Running running(
      Stage(kZUp, Frame("A", kHamburg, "",
                        Place("Swapped", {10, 153.5, 0}, moved) + Place("Bad", {153.5, 10, 0}, moved) +
                            Place("Nan", {0, 0, 0}, moved) + Place("Good", kHamburg, moved)) +
                      Frame("Pole", {90, 0, 0}, "", Place("P", {89.9, 10, 0})) +
                      Frame("Off", {91, 0, 0}, "", Place("P", kHamburg, moved))),
      GetGeospatial());
  REQUIRE(running.Edit().Set(Path("/A/Nan.omni:geospatial:wgs84:local:position"), Vec3d{std::nan(""), 0, 0}));
  CHECK(running.World("/A/Bad") == MakeTranslation({1, 2, 3}));
  CHECK(running.World("/A/Nan") == MakeTranslation({1, 2, 3}));
  CHECK(running.World("/A/Good") == Matrix4d::Identity());
  CHECK(running.World("/Off/P") == MakeTranslation({1, 2, 3}));
  CHECK(Distance(Translation(running.World("/Pole/P")), Enu({89.9, 10, 0}, {90, 0, 0})) < kTight);
  std::string told;
  const Diagnostics remarks = running.GetSystem().GetDiagnostics();
  for (const Diagnostic& each : remarks.GetAll())
    told += fmt::format("{} {}\n", each.code->name, each.location.path);
  CHECK(told ==
        "compute.geo-place-unusable /A/Bad\n"
        "compute.geo-place-unusable /A/Nan\n"
        "compute.geo-frame-unusable /Off\n"
        "compute.geo-unrooted /Off/P\n");
  Running flat("(\n    metersPerUnit = 0\n)\n" + Frame("A", kHamburg, "", Place("P", kHamburg, moved)),
               GetGeospatial());
  CHECK(flat.World("/A/P") == MakeTranslation({1, 2, 3}));
}

TEST_CASE("G7: what is below a place is right whatever lies above: no inverse is taken") {
  const std::string flat =
      "    double3 xformOp:scale = (0, 0, 0)\n    uniform token[] xformOpOrder = [\"xformOp:scale\"]\n";
  const std::string far =
      "    double3 xformOp:translate = (10000000, 0, 0)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n";
  const Geodetic near{53.4915918, 10.2097898, 49.5};
  const std::string child =
      "def Xform \"C\" {\n    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n}\n";
  Running running(Stage(kZUp, Frame("A", kHamburg, "",
                                    "def Xform \"Zero\" {\n" + flat + Place("P", near, "", child) + "}\n" +
                                        "def Xform \"Far\" {\n" + far + Place("P", near, "", child) + "}\n")),
                  GetGeospatial());
  const Vec3d expected{0.0053663613840653639541 + 1, -0.0048005753919793500386 + 2,
                       0.016867573162867158057 + 3};
  for (const char* path : {"/A/Zero/P/C", "/A/Far/P/C"})
    CHECK(Distance(Translation(running.World(path)), expected) < kTight);
}

TEST_CASE("G8: a place resets its own stack; what resets below it is left alone") {
  const std::string reset =
      "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = [\"!resetXformStack!\", "
      "\"xformOp:translate\"]\n";
  const std::string plain =
      "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = "
      "[\"xformOp:translate\"]\n";
  const Geodetic near{53.5, 10.2, 0};
  for (const std::string& own : {reset, plain})
    for (const std::string& below : {reset, plain}) {
      Running running(
          Stage(kZUp, Frame("A", kHamburg, "",
                            "def Xform \"X\" {\n" + plain +
                                Place("P", near, own, "def Xform \"C\" {\n" + below + "}\n") + "}\n")),
          GetGeospatial());
      const Vec3d enu = Enu(near, kHamburg);
      CHECK(Distance(Translation(running.World("/A/X/P")), enu) < kTight);
      const Vec3d moved = below == reset ? Vec3d{1, 2, 3} : Vec3d{enu[0] + 1, enu[1] + 2, enu[2] + 3};
      CHECK(Distance(Translation(running.World("/A/X/P/C")), moved) < kTight);
    }
}

TEST_CASE("G9: the prim's own turn, scale and shear stay as they are, bit by bit") {
  const std::string sheared =
      "    matrix4d xformOp:transform = ( (1, 0.3, 0, 0), (0.1, 2, 0.7, 0), (0, 0, 3, 0), (5, 6, 7, 1) )\n"
      "    uniform token[] xformOpOrder = [\"xformOp:transform\"]\n";
  Running running(Stage(kZUp, Frame("A", kHamburg, "", Place("P", {53.5, 10.2, 0}, sheared))),
                  GetGeospatial());
  const Matrix4d world = running.World("/A/P");
  const double rows[3][3] = {{1, 0.3, 0}, {0.1, 2, 0.7}, {0, 0, 3}};
  for (size_t i = 0; i < 3; ++i)
    for (size_t j = 0; j < 3; ++j) CHECK(world[i][j] == rows[i][j]);
  // As authored it can still be read.
  const auto authored = scene::GetValueAs<Matrix4d>(running.GetChain().GetFinal()->GetPrim(Path("/A/P")).data,
                                                    scene::DataSourceLocator::Parse("authoredXform/matrix"));
  REQUIRE(authored);
  CHECK(Translation(*authored) == Vec3d{5, 6, 7});
}

TEST_CASE("G11: a scene without places costs nothing: no node, no prim wrapped") {
  Running running(Stage(kZUp, "def Xform \"A\" {\n    def Cube \"C\" {\n    }\n}\n"), GetGeospatial());
  running.PullAll();
  CHECK(running.GetChain().stage->GetComputations()->GetNetwork().GetNodeCount() == 0);
  CHECK(!running.GetChain().stage->GetComputations()->IsActive());
}

TEST_CASE("G11: eight threads pulling one scene see one answer") {
  std::string places;
  for (int i = 0; i < 200; ++i)
    places += Place("P" + std::to_string(i), {53.49 + i * 1e-5, 10.2, 0}, "", "def Cube \"C\" {\n}\n");
  Running running(Stage(kZUp, Frame("A", kHamburg, "", places)), GetGeospatial());
  Executor executor(8);
  std::vector<Vec3d> found(1600);
  executor.ParallelFor(found.size(), 1, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i)
      found[i] = Translation(running.OfScene(fmt::format("/A/P{}/C", i % 200).c_str()));
  });
  for (size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Translation(running.World(fmt::format("/A/P{}", i % 200).c_str())));
  const Network& network = running.GetChain().stage->GetComputations()->GetNetwork();
  // Of each place the authored transform, the frame's origin is one.
  CHECK(network.GetEvaluationCount() == 200 * 2 + 4);
}

TEST_CASE("G13: samples are joined by chords, across the antimeridian too") {
  const std::string moving =
      "    double3 omni:geospatial:wgs84:local:position.timeSamples = {\n        0: (0, 179.9, 0),\n        "
      "10: (0, -179.9, 0),\n    }\n";
  const std::string place =
      "def Xform \"P\" (\n    prepend apiSchemas = [\"OmniWGS84LocalPositionAPI\"]\n)\n{\n" + moving + "}\n";
  Running running(Stage(kZUp, Frame("A", {0, 179.9, 0}, "", place)), GetGeospatial());
  const Vec3d end{22263.852945539584504, 0, -38.857793263825233554};
  for (double time : {0.0, 2.5, 5.0, 10.0, 20.0}) {
    const double part = std::min(time / 10, 1.0);
    CHECK(Distance(Translation(running.World("/A/P", time)), end * part) < kTight);
  }
  running.World("/A/P", 3);
  running.TakeNotices();
  running.GetChain().stage->SetTime(4);
  CHECK(running.TakeNotices() == "dirtied /A/P {xform}");
  const auto matrix = scene::SampledDataSource::Cast(running.GetChain().GetFinal()->GetDataSource(
      Path("/A/P"), scene::DataSourceLocator::Parse("xform/matrix")));
  REQUIRE(matrix);
  std::vector<double> times;
  CHECK(matrix->GetContributingSampleTimes(-0.5, 0.5, &times));
  CHECK(times == std::vector<double>{-0.5, 0.5});
}

TEST_CASE("G14: bounding boxes reach around computed places, and are what is drawn") {
  Running running(
      Stage(kZUp, Frame("A", kHamburg, "",
                        Place("P", {53.5, 10.2, 0}, "", "def Cube \"C\" {\n    double size = 2\n}\n") +
                            Place("Q", {53.4, 10.3, 100}, "", "def Sphere \"C\" {\n}\n"))),
      GetGeospatial());
  for (const char* path : {"/A/P/C", "/A/Q/C"}) {
    const Vec3d centre = Translation(running.World(path));
    const Range3d box = running.Bound(path);
    for (size_t i = 0; i < 3; ++i) {
      CHECK(box.min[i] == doctest::Approx(centre[i] - 1));
      CHECK(box.max[i] == doctest::Approx(centre[i] + 1));
    }
  }
  Range3d both = running.Bound("/A/P/C");
  both.Add(running.Bound("/A/Q/C"));
  CHECK(running.Bound("/A").min == both.min);
  CHECK(running.Bound("/A").max == both.max);
}

TEST_CASE("G5: a frame is made once, whatever stands in it") {
  std::string places;
  for (int i = 0; i < 100; ++i) places += Place("P" + std::to_string(i), {53.49 + i * 1e-5, 10.2, 0});
  Running running(Stage(kZUp, Frame("A", kHamburg, "", places)), GetGeospatial());
  for (int i = 0; i < 100; ++i) running.World(fmt::format("/A/P{}", i).c_str());
  Network& network = running.GetSystem().GetNetwork();
  Network::Node* frame = network.Find(running.At("/A"), Token("geo:frame"));
  REQUIRE(frame);
  CHECK(network.Explain(*frame, 0.0).back().evaluations == 1);
}

TEST_CASE(
    "Cesium's anchors stand in its georeference, bound or at the root, and Omniverse's names all count") {
  const Geodetic near{53.5, 10.2, 0};
  const std::string text =
      "def CesiumGeoreferencePrim \"CesiumGeoreference\" {\n    double cesium:georeferenceOrigin:latitude = "
      "53.491591843133264\n    double cesium:georeferenceOrigin:longitude = 10.209789719148057\n    double "
      "cesium:georeferenceOrigin:height = 49.48313242683307\n}\n"
      "def CesiumGeoreference \"Other\" {\n    double cesium:georeferenceOrigin:latitude = 53\n}\n"
      "def Xform \"A\" (\n    prepend apiSchemas = [\"CesiumGlobeAnchorAPI\"]\n)\n{\n    double "
      "cesium:anchor:latitude = 53.5\n    double cesium:anchor:longitude = 10.2\n}\n"
      "def Xform \"B\" (\n    prepend apiSchemas = [\"CesiumGlobeAnchorSchemaAPI\"]\n)\n{\n    double "
      "cesium:anchor:latitude = 53.5\n    double cesium:anchor:longitude = 10.2\n    rel "
      "cesium:anchor:georeferenceBinding = </Other>\n}\n"
      "def Xform \"T\" (\n    prepend apiSchemas = [\"OmniGeospatialWGS84TargetFrameAPI\"]\n)\n{\n    "
      "double3 omni:geospatial:wgs84:reference:referencePosition = (53, 10, 0)\n    def Xform \"P\" (\n      "
      "  prepend apiSchemas = [\"OmniGeospatialWGS84PositionAPI\"]\n    )\n    {\n        double3 "
      "omni:geospatial:wgs84:local:position = (53.5, 10.2, 0)\n    }\n}\n";
  Running running(Stage(kZUp, text), GetGeospatial());
  CHECK(Distance(Translation(running.World("/A")), Enu(near, kHamburg)) < kTight);
  CHECK(Distance(Translation(running.World("/B")), Enu(near, {53, 0, 0})) < kTight);
  CHECK(Distance(Translation(running.World("/T/P")), Enu(near, {53, 10, 0})) < kTight);
  REQUIRE(running.Edit().Set(Path("/Other.cesium:georeferenceOrigin:latitude"), 54.0));
  CHECK(Distance(Translation(running.World("/B")), Enu(near, {54, 0, 0})) < kTight);
}

TEST_CASE("scenes hold what prims say of places, under the names that Hydra's samples gave it") {
  Running running(Stage(kZUp, Frame("A", kHamburg, "",
                                    Place("P", kHamburg, Moved("(1, 2, 3)")) + Place("Bare", kHamburg))),
                  GetGeospatial());
  const auto read = [&](const char* path, const char* locator) {
    return scene::GetValueAs<Vec3d>(running.GetChain().GetFinal()->GetPrim(Path(path)).data,
                                    scene::DataSourceLocator::Parse(locator));
  };
  const Vec3d hamburg{kHamburg.latitude, kHamburg.longitude, kHamburg.height};
  CHECK(read("/A", "targetFrameApi/referencePosition").value_or(Vec3d()) == hamburg);
  CHECK(read("/A", "referencePositionApi/referencePosition").value_or(Vec3d()) == hamburg);
  CHECK(read("/A/P", "positionApi/position").value_or(Vec3d()) == hamburg);
  CHECK(read("/A/P", "localPositionApi/position").value_or(Vec3d()) == hamburg);
  // Of a place also what its frame says, read where it is said.
  for (const char* name : {"targetFrameApi/referencePosition", "referencePositionApi/referencePosition"})
    CHECK(read("/A/P", name).value_or(Vec3d()) == hamburg);
  running.TakeNotices();
  REQUIRE(running.Edit().Set(Path("/A.omni:geospatial:wgs84:reference:referencePosition"), Vec3d{53, 10, 0}));
  CHECK(running.TakeNotices() ==
        "dirtied /A {referencePositionApi/referencePosition, targetFrameApi/referencePosition}; dirtied /A/P "
        "{referencePositionApi, targetFrameApi}");
  CHECK(read("/A/P", "targetFrameApi/referencePosition") == Vec3d{53, 10, 0});
  REQUIRE(running.Edit().Set(Path("/A.omni:geospatial:wgs84:reference:referencePosition"), hamburg));
  read("/A/P", "targetFrameApi/referencePosition");
  running.TakeNotices();
  const auto data = running.GetChain().GetFinal()->GetPrim(Path("/A/P")).data;
  const auto preserved =
      scene::GetValueAs<Matrix4d>(data, scene::DataSourceLocator::Parse("geospatialPreservedXform/matrix"));
  CHECK(preserved == MakeTranslation({1, 2, 3}));
  CHECK_FALSE(data->Get(Token("metricsPreservedXform")));
  // A place that says no transform of its own had the one that changes nothing.
  const auto bare = running.GetChain().GetFinal()->GetPrim(Path("/A/Bare")).data;
  for (const char* name : {"geospatialPreservedXform", "authoredXform"})
    CHECK(scene::GetValueAs<Matrix4d>(bare, scene::DataSourceLocator{Token(name), Token("matrix")}) ==
          Matrix4d::Identity());
  CHECK_FALSE(
      running.GetChain().GetFinal()->GetPrim(Path("/A")).data->Get(Token("geospatialPreservedXform")));
}

TEST_CASE("scenes hold each name of frames and places: those of the document, and of the code, as aliases") {
  Running running(
      Stage(kZUp,
            Frame("A", kHamburg,
                  "    double3 omni:geospatial:wgs84:reference:orientation = (0, 0, 30)\n    uniform token "
                  "omni:geospatial:wgs84:reference:tangentPlane = \"NED\"\n",
                  Place("P", kHamburg, Moved("(1, 2, 3)")))),
      GetGeospatial());
  const auto read = [&](const char* path, const std::string& locator) {
    const auto source = scene::SampledDataSource::Cast(
        running.GetChain().GetFinal()->GetDataSource(Path(path), scene::DataSourceLocator::Parse(locator)));
    return source ? source->GetValue(0) : Value();
  };
  const Vec3d hamburg{kHamburg.latitude, kHamburg.longitude, kHamburg.height};
  const auto check_frame = [&](const Value& up_axis, const Value& meters_per_unit) {
    for (const std::string container : {"targetFrameApi", "referencePositionApi"})
      for (const char* path : {"/A", "/A/P"}) {
        CAPTURE(container);
        CAPTURE(path);
        CHECK(read(path, container + "/tangentPlane") == Value(Token("NED")));
        CHECK(read(path, container + "/referencePosition") == Value(hamburg));
        CHECK(read(path, container + "/orientation") == Value(Vec3d{0, 0, 30}));
        CHECK(read(path, container + "/stageUpAxis") == up_axis);
        CHECK(read(path, container + "/stageMetersPerUnit") == meters_per_unit);
        const auto held = scene::ContainerDataSource::Cast(
            running.GetChain().GetFinal()->GetPrim(Path(path)).data->Get(Token(container)));
        REQUIRE(held);
        std::set<std::string> names;
        for (const Token& name : held->GetNames()) names.insert(name.GetString());
        CHECK(names == std::set<std::string>{"orientation", "referencePosition", "stageMetersPerUnit",
                                             "stageUpAxis", "tangentPlane"});
      }
  };
  for (const char* container : {"positionApi", "localPositionApi"})
    CHECK(read("/A/P", std::string(container) + "/position") == Value(hamburg));
  CHECK(read("/A/P", "geospatialPreservedXform/matrix") == Value(MakeTranslation({1, 2, 3})));
  check_frame(Value(Token("Z")), Value(1.0));
  // What the stage says is told of where it is said, at frames and at places.
  running.TakeNotices();
  REQUIRE(running.Edit().SetMetadata(Path("/"), Token("metersPerUnit"), Value(0.5)));
  const std::string told = running.TakeNotices();
  CHECK(
      told.find("dirtied /A {referencePositionApi/stageMetersPerUnit, targetFrameApi/stageMetersPerUnit}") !=
      std::string::npos);
  CHECK(told.find("dirtied /A/P {referencePositionApi, targetFrameApi}") != std::string::npos);
  check_frame(Value(Token("Z")), Value(0.5));
  // A stage that says nothing is in centimetres, Y up.
  REQUIRE(running.Edit().ClearMetadata(Path("/"), Token("metersPerUnit")));
  REQUIRE(running.Edit().ClearMetadata(Path("/"), Token("upAxis")));
  check_frame(Value(Token("Y")), Value(0.01));
}

}  // namespace strata::compute
