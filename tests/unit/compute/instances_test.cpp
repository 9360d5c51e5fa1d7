#include "tests/unit/compute/places.h"

// Places inside of instances whose frame is outside of them: what instances share cannot say where they are.
namespace strata::compute {

namespace {

std::string Instance(std::string_view name, std::string_view of, std::string_view more = {}) {
  return fmt::format("def Xform \"{}\" (\n    instanceable = true\n    references = <{}>\n)\n{{\n{}\n}}\n",
                     name, of, more);
}

const Geodetic kNear{53.5, 10.2, 0}, kBerlin{52.52, 13.405, 34};

// A part with a place that carries a box, one with a frame of its own, and one that holds an instance.
std::string Parts() {
  return "def Xform \"Part\" {\n" + Place("P", kNear, "", "def Cube \"Box\" {\n}\n") +
         "def Cube \"Plain\" {\n}\n}\n" + "def Xform \"Whole\" {\n" +
         Frame("F", kBerlin, "", Place("P", kNear)) + "}\n" + "def Xform \"Outer\" {\n" +
         Instance("Inner", "/Part") + "}\n";
}

// What renderers are shown at and below a path, by path and type.
std::string List(Running& running, const char* root) {
  std::string all;
  for (const Path path : scene::CollectPrimPaths(*running.GetChain().GetFinal()))
    if (path.HasPrefix(Path(root)))
      all += path.GetString() + " " + running.GetChain().GetFinal()->GetPrim(path).type.GetString() + "; ";
  return all;
}

// Notices, folded, say what the scene says.
void CheckTold(Running& running, const scene::MirrorObserver& mirror) {
  CHECK(mirror.Compare(*running.GetChain().GetFinal()).empty());
}

}  // namespace

TEST_CASE("places in instances stand in the frame above each instance, in scenes as in queries") {
  Running running(
      Stage(kZUp, Parts() + Frame("A", kHamburg, "", Instance("I", "/Part") + Instance("J", "/Part")) +
                      Frame("B", kBerlin, "", Instance("K", "/Part") + Instance("L", "/Outer")) +
                      Instance("Bare", "/Part") + Instance("W", "/Whole")),
      GetGeospatial());
  for (const char* path : {"/A/I/P", "/A/J/P/Box"})
    CHECK(Distance(Translation(running.World(path)), Enu(kNear, kHamburg)) < kTight);
  for (const char* path : {"/B/K/P", "/B/K/P/Box", "/B/L/Inner/P", "/B/L/Inner/P/Box"})
    CHECK(Distance(Translation(running.World(path)), Enu(kNear, kBerlin)) < kTight);
  const Range3d box = running.Bound("/B/L/Inner/P/Box");
  CHECK(Distance((box.min + box.max) * 0.5, Enu(kNear, kBerlin)) < kTight);
  // Those that look at nothing outside are shared as ever.
  CHECK(List(running, "/Bare") == "/Bare ; ");
  CHECK(List(running, "/W") == "/W ; ");
  CHECK(List(running, "/A/I") == "/A/I ; /A/I/P ; /A/I/P/Box cube; /A/I/Plain cube; ");
  CHECK(List(running, "/B/L") ==
        "/B/L ; /B/L/Inner ; /B/L/Inner/P ; /B/L/Inner/P/Box cube; /B/L/Inner/Plain cube; ");
  const auto info = [&](const char* path) {
    return scene::GetValueAs<Path>(running.GetChain().GetFinal()->GetPrim(Path(path)).data,
                                   scene::DataSourceLocator::Parse("__usdPrimInfo/niPrototypePath"));
  };
  CHECK_FALSE(info("/A/I"));
  CHECK(info("/Bare"));
}

TEST_CASE("edits reach places in instances wherever they are shown, and instances come apart and together") {
  Running running(
      Stage(kZUp, Parts() + Frame("A", kHamburg, "", Instance("I", "/Part")) + "def Xform \"C\" {\n" +
                      Instance("I", "/Part") + Instance("J", "/Part") + "}\n"),
      GetGeospatial());
  scene::MirrorObserver mirror(*running.GetChain().GetFinal());
  running.GetChain().GetFinal()->AddObserver(mirror);
  const auto world = [&](const char* path) { return Translation(running.World(path)); };
  CHECK(Distance(world("/A/I/P/Box"), Enu(kNear, kHamburg)) < kTight);
  running.PullAll();
  const Path position("/Part/P.omni:geospatial:wgs84:local:position");
  REQUIRE(running.Edit().Set(position, Vec3d{53.6, 10.2, 0}));
  CHECK(running.TakeNotices().find("dirtied /A/I/P {localPositionApi/position, positionApi/position, xform}; "
                                   "dirtied /A/I/P/Box {xform}") != std::string::npos);
  CHECK(Distance(world("/A/I/P/Box"), Enu({53.6, 10.2, 0}, kHamburg)) < kTight);
  running.PullAll();
  REQUIRE(
      running.Edit().Set(Path("/A.omni:geospatial:wgs84:reference:referencePosition"), Vec3d{53.4, 10.2, 0}));
  CHECK(Distance(world("/A/I/P/Box"), Enu({53.6, 10.2, 0}, {53.4, 10.2, 0})) < kTight);
  CheckTold(running, mirror);
  // A frame above takes the instances apart; without it they are one prototype's again.
  const std::string shared = List(running, "/C");
  const auto schemas = ListOp<Token>::Create({Token("OmniWGS84ReferencePositionAPI")});
  const Path origin("/C.omni:geospatial:wgs84:reference:referencePosition");
  REQUIRE(running.Edit().SetMetadata(Path("/C"), Token("apiSchemas"), Value(schemas)));
  REQUIRE(running.Edit().Set(origin, Vec3d{53.3, 10.2, 0}));
  CHECK(Distance(world("/C/J/P/Box"), Enu({53.6, 10.2, 0}, {53.3, 10.2, 0})) < kTight);
  CheckTold(running, mirror);
  REQUIRE(running.Edit().ClearMetadata(Path("/C"), Token("apiSchemas")));
  CHECK(List(running, "/C") == shared);
  CheckTold(running, mirror);
  // A part that gets a prim, and one that is no place any more.
  REQUIRE(running.Edit().DefinePrim(Path("/Part/New"), Token("Sphere")));
  CHECK(List(running, "/A/I").find("/A/I/New sphere") != std::string::npos);
  CheckTold(running, mirror);
  REQUIRE(running.Edit().ClearMetadata(Path("/Part/P"), Token("apiSchemas")));
  CHECK(List(running, "/A/I") == "/A/I ; ");
  CheckTold(running, mirror);
  running.GetChain().GetFinal()->RemoveObserver(mirror);
}

}  // namespace strata::compute
