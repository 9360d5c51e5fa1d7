#include <functional>

#include "tests/unit/compute/places.h"

// Rows G6, G10, G12 and G13: what edits and the time mean for places on the Earth, and for whom.
namespace strata::compute {

namespace {

// Two frames; below the first two places, one of which carries a prim, and a prim that is no place.
Running OpenTwoFrames() {
  return Running(Stage(kZUp, Frame("A", kHamburg, "",
                                   Place("P", kHamburg, "", "def Xform \"C\" {\n}\n") +
                                       Place("Q", {53.5, 10.2, 0}) + "def Xform \"Plain\" {\n}\n") +
                                 Frame("B", kHamburg, "", Place("P", kHamburg)) + "def Xform \"Far\" {\n}\n"),
                 GetGeospatial());
}

}  // namespace

TEST_CASE("G6, G10: an edit of a position dirties that place and what it carries") {
  Running running = OpenTwoFrames();
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/A/P.omni:geospatial:wgs84:local:position"), Vec3d{53.5, 10.3, 10}));
  CHECK(running.TakeNotices() ==
        "dirtied /A/P {localPositionApi/position, positionApi/position, xform}; dirtied /A/P/C {xform}");
  CHECK(Distance(Translation(running.World("/A/P")), Enu({53.5, 10.3, 10}, kHamburg)) < kTight);
}

TEST_CASE("G6, G10: an edit of a frame dirties the places in it, and the same frame again dirties nothing") {
  Running running = OpenTwoFrames();
  running.PullAll();
  auto edit = running.Edit();
  REQUIRE(edit.Set(Path("/A.omni:geospatial:wgs84:reference:referencePosition"), Vec3d{53.4, 10.2, 0}));
  CHECK(running.TakeNotices() ==
        "dirtied /A {referencePositionApi/referencePosition, targetFrameApi/referencePosition}; dirtied /A/P "
        "{xform}; dirtied /A/P/C {xform}; dirtied /A/Q {xform}");
  CHECK(Distance(Translation(running.World("/A/Q")), Enu({53.5, 10.2, 0}, {53.4, 10.2, 0})) < kTight);
  const Path orientation("/A.omni:geospatial:wgs84:reference:orientation");
  REQUIRE(edit.CreateAttribute(orientation, Token("double3")));
  running.PullAll();
  REQUIRE(edit.Set(orientation, Vec3d{0, 0, 0}));
  CHECK(running.TakeNotices() == "dirtied /A {referencePositionApi/orientation, targetFrameApi/orientation}");
}

TEST_CASE("G10: units and axes of the stage dirty the root and the places of all frames, and nothing else") {
  const std::string places =
      "dirtied / {__containerDataSource, sceneMetrics}; dirtied /A/P {xform}; dirtied /A/P/C {xform}; "
      "dirtied /A/Q {xform}; dirtied /B/P {xform}";
  Running running = OpenTwoFrames();
  const Vec3d enu = Enu({53.5, 10.2, 0}, kHamburg);
  running.PullAll();
  REQUIRE(running.Edit().SetMetadata(Path("/"), Token("metersPerUnit"), Value(0.5)));
  CHECK(running.TakeNotices() == places);
  CHECK(Distance(Translation(running.World("/A/Q")), enu * 2) < 2 * kTight);
  running.PullAll();
  REQUIRE(running.Edit().SetMetadata(Path("/"), Token("upAxis"), Value(Token("Y"))));
  CHECK(running.TakeNotices() == places);
  CHECK(Distance(Translation(running.World("/A/Q")), Vec3d{enu[0], enu[2], -enu[1]} * 2) < 2 * kTight);
}

TEST_CASE("G10: ops of a frame move what stands in it; ops between frame and place move no place") {
  Running running(Stage(kZUp, Frame("A", kHamburg, Moved("(1, 0, 0)"),
                                    "def Xform \"X\" {\n" + Moved("(7, 0, 0)") + Place("P", {53.5, 10.2, 0}) +
                                        "def Xform \"Plain\" {\n}\n}\n")),
                  GetGeospatial());
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/A.xformOp:translate"), Vec3d{2, 0, 0}));
  CHECK(running.TakeNotices() ==
        "dirtied /A {xform}; dirtied /A/X {xform}; dirtied /A/X/P {xform}; dirtied /A/X/Plain {xform}");
  const Vec3d enu = Enu({53.5, 10.2, 0}, kHamburg);
  CHECK(Distance(Translation(running.World("/A/X/P")), {enu[0] + 2, enu[1], enu[2]}) < kTight);
  running.PullAll();
  REQUIRE(running.Edit().Set(Path("/A/X.xformOp:translate"), Vec3d{9, 0, 0}));
  // What inherits is told of by its place in the scene, whether it resets or not.
  CHECK(running.TakeNotices() == "dirtied /A/X {xform}; dirtied /A/X/P {xform}; dirtied /A/X/Plain {xform}");
  CHECK(Distance(Translation(running.World("/A/X/P")), {enu[0] + 2, enu[1], enu[2]}) < kTight);
  running.PullAll();
  // Those of the place itself count but for their translation, which is replaced.
  REQUIRE(running.Edit().CreateAttribute(Path("/A/X/P.xformOp:scale"), Token("double3")));
  REQUIRE(running.Edit().Set(Path("/A/X/P.xformOp:scale"), Vec3d{2, 2, 2}));
  REQUIRE(running.Edit().CreateAttribute(Path("/A/X/P.xformOpOrder"), Token("token[]")));
  running.TakeNotices();
  REQUIRE(running.Edit().Set(Path("/A/X/P.xformOpOrder"), Array<Token>{Token("xformOp:scale")}));
  CHECK(running.TakeNotices() == "dirtied /A/X/P {authoredXform, geospatialPreservedXform, xform}");
  CHECK(running.World("/A/X/P")[0][0] == 2);
  CHECK(Distance(Translation(running.World("/A/X/P")), {enu[0] + 2, enu[1], enu[2]}) < kTight);
}

TEST_CASE(
    "G6: applying a frame to a prim above and taking it away moves the places below, and nobody beside") {
  Running running(Stage(kZUp,
                        "def Xform \"A\" {\n    double3 omni:geospatial:wgs84:reference:referencePosition = "
                        "(53.4, 10.2, 0)\n" +
                            Place("P", {53.5, 10.2, 0}) + Place("Q", {53.5, 10.3, 0}) +
                            "def Xform \"Plain\" {\n}\n}\ndef Xform \"B\" {\n}\n"),
                  GetGeospatial());
  CHECK(running.World("/A/P") == Matrix4d::Identity());
  running.PullAll();
  const auto schemas = ListOp<Token>::Create({Token("OmniWGS84ReferencePositionAPI")});
  REQUIRE(running.Edit().SetMetadata(Path("/A"), Token("apiSchemas"), Value(schemas)));
  // The places below, and of the prim itself what the schema brings.
  const std::string places =
      "dirtied /A {__containerDataSource, __usdPrimInfo/apiSchemas, referencePositionApi, targetFrameApi}; "
      "dirtied /A/P {xform}; "
      "dirtied /A/Q {xform}";
  CHECK(running.TakeNotices() == places);
  CHECK(Distance(Translation(running.World("/A/P")), Enu({53.5, 10.2, 0}, {53.4, 10.2, 0})) < kTight);
  running.PullAll();
  REQUIRE(running.Edit().ClearMetadata(Path("/A"), Token("apiSchemas")));
  CHECK(running.TakeNotices() == places);
  CHECK(running.World("/A/P") == Matrix4d::Identity());
}

TEST_CASE("G10: a frame that is put between a frame and its places takes over what is below it") {
  Running running = OpenTwoFrames();
  running.PullAll();
  auto edit = running.Edit();
  {
    const stage::Editor::ChangeBlock block(edit);
    REQUIRE(edit.DefinePrim(Path("/A/New"), Token("Xform")));
    REQUIRE(edit.SetMetadata(Path("/A/New"), Token("apiSchemas"),
                             Value(ListOp<Token>::Create({Token("OmniWGS84ReferencePositionAPI")}))));
    const Path origin("/A/New.omni:geospatial:wgs84:reference:referencePosition");
    REQUIRE(edit.CreateAttribute(origin, Token("double3")));
    REQUIRE(edit.Set(origin, Vec3d{53.3, 10.1, 0}));
    REQUIRE(edit.DefinePrim(Path("/A/New/P"), Token("Xform")));
    REQUIRE(edit.SetMetadata(Path("/A/New/P"), Token("apiSchemas"),
                             Value(ListOp<Token>::Create({Token("OmniWGS84LocalPositionAPI")}))));
    const Path place("/A/New/P.omni:geospatial:wgs84:local:position");
    REQUIRE(edit.CreateAttribute(place, Token("double3")));
    REQUIRE(edit.Set(place, Vec3d{53.31, 10.1, 0}));
  }
  CHECK(running.TakeNotices() == "added /A/New; added /A/New/P; removed /A/New");
  CHECK(Distance(Translation(running.World("/A/New/P")), Enu({53.31, 10.1, 0}, {53.3, 10.1, 0})) < kTight);
  running.PullAll();
  REQUIRE(edit.RemovePrim(Path("/A/New")));
  CHECK(running.TakeNotices() == "removed /A/New");
}

TEST_CASE("G12: after each of a script of edits the running scene says what one opened anew says") {
  Running running = OpenTwoFrames();
  const Path at("/A/P.omni:geospatial:wgs84:local:position");
  const Path of_frame("/A.omni:geospatial:wgs84:reference:referencePosition");
  const std::vector<std::pair<const char*, std::function<bool(stage::Editor&)>>> script = {
      {"a place moves", [&](auto& edit) { return bool(edit.Set(at, Vec3d{53.5, 10.3, 10})); }},
      {"the frame moves", [&](auto& edit) { return bool(edit.Set(of_frame, Vec3d{53.4, 10.25, 5})); }},
      {"a place gets an op",
       [&](auto& edit) {
         return edit.CreateAttribute(Path("/A/P/C.xformOp:translate"), Token("double3")) &&
                edit.Set(Path("/A/P/C.xformOp:translate"), Vec3d{1, 2, 3}) &&
                edit.CreateAttribute(Path("/A/P/C.xformOpOrder"), Token("token[]")) &&
                edit.Set(Path("/A/P/C.xformOpOrder"), Array<Token>{Token("xformOp:translate")});
       }},
      {"the stage has other units",
       [&](auto& edit) { return bool(edit.SetMetadata(Path("/"), Token("metersPerUnit"), Value(0.01))); }},
      {"a place is one no more",
       [&](auto& edit) { return bool(edit.ClearMetadata(Path("/A/Q"), Token("apiSchemas"))); }},
      {"a frame goes", [&](auto& edit) { return bool(edit.RemovePrim(Path("/B"))); }},
      {"a place moves back", [&](auto& edit) { return bool(edit.Set(at, Vec3d{53.5, 10.2, 0})); }}};
  std::vector<Matrix4d> seen;
  for (const auto& [what, apply] : script) {
    CAPTURE(what);
    stage::Editor edit = running.Edit();
    REQUIRE(apply(edit));
    Running anew(*running.GetStage().GetRootLayer()->ExportToString(), GetGeospatial());
    for (const char* path : {"/A", "/A/P", "/A/P/C", "/A/Q", "/A/Plain", "/Far"})
      CHECK(running.World(path) == anew.World(path));
    CHECK(bool(running.At("/B/P")) == bool(anew.At("/B/P")));
    if (running.At("/B/P")) CHECK(running.World("/B/P") == anew.World("/B/P"));
    seen.push_back(running.World("/A/P/C"));
  }
  // What each edit does to the prim that the place carries: four move it, two do not, the last one does.
  for (const size_t i : {1, 2, 3, 6}) CHECK_FALSE(seen[i] == seen[i - 1]);
  for (const size_t i : {4, 5}) CHECK(seen[i] == seen[i - 1]);
}

TEST_CASE("G13: samples of ops and of the position are merged, and shutters learn of both") {
  const std::string moving =
      "    double3 omni:geospatial:wgs84:local:position.timeSamples = {\n        0: (53.49, 10.2, 0),\n      "
      "  10: (53.5, 10.2, 0),\n    }\n    double xformOp:rotateZ.timeSamples = {\n        0: 0,\n        "
      "4.25: 90,\n        8: 90\n    }\n    uniform token[] xformOpOrder = [\"xformOp:rotateZ\"]\n";
  Running running(Stage(kZUp, Frame("A", kHamburg, "",
                                    "def Xform \"P\" (\n    prepend apiSchemas = "
                                    "[\"OmniWGS84LocalPositionAPI\"]\n)\n{\n" +
                                        moving + "}\n")),
                  GetGeospatial());
  const Vec3d from = Enu({53.49, 10.2, 0}, kHamburg), to = Enu({53.5, 10.2, 0}, kHamburg);
  for (const double time : {0.0, 4.25, 6.0, 10.0}) {
    const Matrix4d world = running.World("/A/P", time);
    CHECK(Distance(Translation(world), from * (1 - time / 10) + to * (time / 10)) < kTight);
    CHECK(world[0][0] == doctest::Approx(time == 0 ? 1 : 0));
  }
  running.GetChain().stage->SetTime(4);
  const auto matrix = scene::SampledDataSource::Cast(running.GetChain().GetFinal()->GetDataSource(
      Path("/A/P"), scene::DataSourceLocator::Parse("xform/matrix")));
  std::vector<double> times;
  CHECK(matrix->GetContributingSampleTimes(-0.5, 0.5, &times));
  CHECK(times == std::vector<double>{-0.5, 0.25, 0.5});
  CHECK(matrix->GetValue(0.25).GetIf<Matrix4d>()->operator[](0)[0] == doctest::Approx(0));
}

TEST_CASE("G8: what a prim says of resetting stays apart from what its place does") {
  const std::string resets =
      "    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = [\"!resetXformStack!\", "
      "\"xformOp:translate\"]\n";
  Running running(Stage(kZUp, Frame("A", kHamburg, "",
                                    Place("Resets", {53.5, 10.2, 0}, resets) +
                                        Place("Plain", {53.5, 10.2, 0}, Moved("(1, 2, 3)")) +
                                        "def Xform \"Xform\" {\n" + resets + "}\n")),
                  GetGeospatial());
  const auto read = [&](const char* path, const char* locator) {
    return scene::GetValueAs<bool>(running.GetChain().GetFinal()->GetPrim(Path(path)).data,
                                   scene::DataSourceLocator::Parse(locator));
  };
  for (const char* path : {"/A/Resets", "/A/Plain", "/A/Xform"}) {
    CHECK(read(path, "xform/composed") == true);
    CHECK(read(path, "xform/resetXformStack") == true);
  }
  CHECK(read("/A/Resets", "authoredXform/resetXformStack").value_or(false));
  CHECK_FALSE(read("/A/Plain", "authoredXform/resetXformStack").value_or(false));
  CHECK_FALSE(read("/A/Xform", "authoredXform/resetXformStack"));  // nothing is computed of it
}

TEST_CASE("G8: prims without a transform between a frame, a place and what it carries change nothing") {
  Running running(
      Stage(kZUp, Frame("A", kHamburg, Moved("(5, 0, 0)"),
                        "def Scope \"S\" {\n" +
                            Place("P", {53.5, 10.2, 0}, "",
                                  "def Scope \"T\" {\ndef Cube \"C\" {\n" + Moved("(0, 1, 0)") + "}\n}\n") +
                            "}\n")),
      GetGeospatial());
  const Vec3d enu = Enu({53.5, 10.2, 0}, kHamburg);
  CHECK(Distance(Translation(running.World("/A/S/P/T/C")), {enu[0] + 5, enu[1] + 1, enu[2]}) < kTight);
}

TEST_CASE("places that are instances or carry instances and point instancers stand each where it says") {
  const std::string part =
      "def Xform \"Part\" {\n    def Cube \"Box\" {\n" + Moved("(0, 0, 1)") + "    }\n}\n";
  const auto instance = [](std::string_view name, const Geodetic& at) {
    return fmt::format(
        "def Xform \"{}\" (\n    instanceable = true\n    references = </Part>\n    prepend apiSchemas = "
        "[\"OmniWGS84LocalPositionAPI\"]\n)\n{{\n    double3 omni:geospatial:wgs84:local:position = ({}, {}, "
        "{})\n}}\n",
        name, at.latitude, at.longitude, at.height);
  };
  const Geodetic near{53.5, 10.2, 0}, far{53.6, 10.3, 5}, berlin{52.52, 13.405, 34};
  const std::string points =
      "def PointInstancer \"I\" {\n    rel prototypes = </B/P/I/C>\n    int[] protoIndices = [0, 0]\n    "
      "point3f[] positions = [(0, 0, 0), (4, 0, 0)]\n    def Cube \"C\" {\n    }\n}\n";
  Running running(Stage(kZUp, part + Frame("A", kHamburg, "", instance("P", near) + instance("Q", far)) +
                                  Frame("B", berlin, "", instance("R", near) + Place("P", far, "", points))),
                  GetGeospatial());
  const std::pair<const char*, Vec3d> expected[] = {
      {"/A/P", Enu(near, kHamburg)}, {"/A/Q", Enu(far, kHamburg)}, {"/B/R", Enu(near, berlin)}};
  for (const auto& [path, enu] : expected) {
    CHECK(Distance(Translation(running.World(path)), enu) < kTight);
    const Range3d box = running.Bound((std::string(path) + "/Box").c_str());
    CHECK(Distance(box.min, {enu[0] - 1, enu[1] - 1, enu[2]}) < kTight);
  }
  // What renderers draw: one prototype, three instances each at its place.
  std::vector<Vec3d> drawn;
  for (const Path path : scene::CollectPrimPaths(*running.GetChain().GetFinal())) {
    const auto matrices = scene::GetValueAs<Array<Matrix4d>>(
        running.GetChain().GetFinal()->GetPrim(path).data,
        scene::DataSourceLocator::Parse("primvars/hydra:instanceTransforms/primvarValue"));
    for (size_t i = 0; matrices && i < matrices->GetSize(); ++i) drawn.push_back(Translation((*matrices)[i]));
  }
  REQUIRE(drawn.size() == 3);
  for (size_t i = 0; i < 3; ++i) CHECK(Distance(drawn[i], expected[i].second) < kTight);
  const Vec3d enu = Enu(far, berlin);
  const Range3d box = running.Bound("/B/P/I");
  CHECK(Distance(box.min, {enu[0] - 1, enu[1] - 1, enu[2] - 1}) < 1e-6);
  CHECK(Distance(box.max, {enu[0] + 5, enu[1] + 1, enu[2] + 1}) < 1e-6);
  CHECK(Distance(Translation(running.World("/B/P/I")), enu) < kTight);
}

}  // namespace strata::compute
