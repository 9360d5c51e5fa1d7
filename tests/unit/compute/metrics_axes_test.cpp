#include "strata/compute/metrics_bake.h"
#include "strata/compute/metrics_report.h"
#include "tests/unit/compute/units.h"

// Row M17 for prims that look along axes of their own.
namespace strata::compute {

namespace {

const std::string kRoot =
    "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @y.usda@\n    ]\n)\n";
const std::string kYUpLayer = "(\n    defaultPrim = \"W\"\n    metersPerUnit = 1\n    upAxis = \"Y\"\n)\n";
// What a prim of a type looks like in its layer: where it is, how it is turned, and what hangs on it.
std::string Rig(std::string_view type, std::string_view ops) {
  return fmt::format(
      "def Xform \"W\" {{\n    def {} \"C\" {{\n{}        def Xform \"On\" {{\n{}        }}\n    }}\n}}\n",
      type, ops, Move("(0, 1, 2)"));
}
constexpr std::string_view kOps =
    "        double3 xformOp:translate = (1, 2, 3)\n        float3 xformOp:rotateXYZ = (10, 20, 30)\n        "
    "uniform "
    "token[] xformOpOrder = [\"xformOp:translate\", \"xformOp:rotateXYZ\"]\n";

}  // namespace

TEST_CASE("M17: cameras and lights of a layer with another up axis look where that layer meant") {
  for (const char* type : {"Camera", "RectLight", "DistantLight", "CylinderLight", "DomeLight"})
    for (const std::string& ops : {std::string(kOps), std::string()}) {
      CAPTURE(type);
      const std::string text = kYUpLayer + Rig(type, ops);
      Running alone(text, std::make_shared<Registry>());
      Running sublayer({{"root.usda", kRoot}, {"y.usda", text}}, GetMetrics());
      Running reference(
          {{"root.usda", "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n)\n" + Ref("W", "y.usda")},
           {"y.usda", text}},
          GetMetrics());
      Matrix4d upright;  // the world of the layer, stood up
      upright[0][0] = upright[1][2] = upright[3][3] = 1;
      upright[2][1] = -1;
      for (const char* path : {"/W/C", "/W/C/On"}) {
        const Matrix4d expected = MultiplyAffine(alone.World(path), upright);
        CHECK(Difference(sublayer.World(path), expected) < 1e-12);
        CHECK(Difference(reference.World(path), expected) < 1e-12);
      }
    }
}

TEST_CASE("M17: who turns a camera says where it looks, whoever moves it or made it") {
  const auto over = [](const std::string& ops) {
    return kRoot + "over \"W\" {\n    over \"C\" {\n" + ops + "    }\n}\n";
  };
  const std::string made = kYUpLayer + Rig("Camera", std::string(kOps));
  // Turned upright by the scene itself: it looks along the scene's north, and stands where its layer says.
  Running turned({{"root.usda", over("        float3 xformOp:rotateXYZ = (90, 0, 0)\n")}, {"y.usda", made}},
                 GetMetrics());
  const Matrix4d world = turned.World("/W/C");
  CHECK(Distance(TransformDirection({0, 0, -1}, world), {0, 1, 0}) < 1e-12);
  CHECK(Distance(Translation(world), {1, -3, 2}) < 1e-12);
  // Moved by the scene: the turn stays the layer's.
  Running moved({{"root.usda", over("        double3 xformOp:translate = (7, 8, 9)\n")}, {"y.usda", made}},
                GetMetrics());
  Running as_made({{"root.usda", kRoot}, {"y.usda", made}}, GetMetrics());
  CHECK(Distance(Translation(moved.World("/W/C")), {7, 8, 9}) < 1e-12);
  Matrix4d expected = as_made.World("/W/C");
  for (size_t i = 0; i < 3; ++i) expected[3][i] = Translation(moved.World("/W/C"))[i];
  CHECK(Difference(moved.World("/W/C"), expected) < 1e-12);
  // An edit that takes the turn over counts at once.
  moved.PullAll();
  auto edit = moved.Edit();
  {
    const stage::Editor::ChangeBlock block(edit);
    REQUIRE(edit.Set(Path("/W/C.xformOp:rotateXYZ"), Vec3f{90, 0, 0}));
  }
  CHECK(Distance(TransformDirection({0, 0, -1}, moved.World("/W/C")), {0, 1, 0}) < 1e-12);
  CHECK(moved.TakeNotices() ==
        "dirtied /W/C {authoredXform, metricsPreservedXform, xform}; dirtied /W/C/On {xform}");
}

TEST_CASE("M17: what is baked of a camera looks the same without computations, and is not turned again") {
  const std::string text = kYUpLayer + Rig("Camera", std::string(kOps)) + "def RectLight \"L\" {\n}\n";
  Running running(
      {{"root.usda", kRoot +
                         "over \"W\" {\n    over \"C\" {\n        double3 xformOp:translate = (7, 8, 9)\n   "
                         " }\n}\n"},
       {"y.usda", text}},
      GetMetrics());
  const char* paths[] = {"/W/C", "/W/C/On", "/L"};
  std::vector<Matrix4d> worlds;
  for (const char* path : paths) worlds.push_back(running.World(path));
  const MetricsReport report = CollectMetricsReport(running.GetSystem(), 0.0);
  std::string boundaries;
  for (const auto& each : report.boundaries) boundaries += each.prim.GetString() + " ";
  CHECK(boundaries == "/W/C /L ");
  auto edit = running.Edit();
  Diagnostics remarks;
  REQUIRE(BakeMetrics(running.GetSystem(), edit, remarks));
  CHECK(remarks.IsEmpty());
  for (size_t i = 0; i < 3; ++i) {
    CAPTURE(paths[i]);
    CHECK(Difference(domain::XformCache(0.0).GetLocalToWorldTransform(running.At(paths[i])), worlds[i]) <
          1e-12);
    CHECK(Difference(running.World(paths[i]), worlds[i]) < 1e-12);
  }
}

}  // namespace strata::compute
