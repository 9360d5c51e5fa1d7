// What an application chooses for a stage's scene: the render pass, the settings, the camera.
#include "tests/unit/bridge/running.h"

namespace strata::bridge {

namespace {

using scene::DataSourceLocator;

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}

const char* const kText = R"(
def Xform "Model" { def Cube "Box" {} }
def Scope "World" {
    def Xform "A" (instanceable = true  references = </Model>) {}
    def Xform "B" (instanceable = true  references = </Model>) {}
    def Xform "C" (instanceable = true  references = </Model>) {}
    def Sphere "Ball" {}
    def SphereLight "Lamp" {}
}
def Scope "Render" {
    def RenderSettings "Draft" { uniform int2 resolution = (64, 32) }
    def RenderSettings "Final" { uniform int2 resolution = (640, 320) }
    def RenderPass "Pass" {
        uniform token passType = "raster"
        rel collection:prune:includes = [</World/B>, </World/Lamp>]
        uniform bool collection:renderVisibility:includeRoot = 0
        rel collection:renderVisibility:includes = </World/A>
        rel collection:matte:includes = </World/Ball>
    }
    def RenderPass "Other" { uniform token passType = "raster" }
})";

void Choose(Running& running, const char* pass) {
  scene::SceneGlobals globals = running.GetChain().globals->GetGlobals();
  globals.active_render_pass = Path(pass);
  running.GetChain().globals->SetGlobals(globals);
}

// Of the one instancer of /Model: where its instances are, and which of them are seen.
std::pair<PathVector, Array<bool>> FindInstances(const scene::SceneIndex& scene) {
  for (Path path : scene::CollectPrimPaths(scene)) {
    const auto topology = scene::InstancerTopologySchema::GetFromParent(scene.GetPrim(path).data);
    if (topology.IsDefined())
      return {topology.GetInstanceLocations().value_or(PathVector()),
              topology.GetMask().value_or(Array<bool>())};
  }
  return {};
}

}  // namespace

TEST_CASE(
    "the pass that an application chooses prunes, hides and holds out prims and instances of the stage") {
  Running running(kText);
  running.Pull();
  running.TakeFinal();
  const std::string before = scene::PrintScene(running.Final(), Path("/World"));
  Choose(running, "/Render/Pass");
  CHECK_FALSE(running.Final().GetPrim(Path("/World/B")));
  CHECK_FALSE(running.Final().GetPrim(Path("/World/Lamp")));
  const auto [locations, mask] = FindInstances(running.Final());
  CHECK(locations == PathVector{Path("/World/A"), Path("/World/C")});
  CHECK(mask == Array<bool>({true, false}));
  const auto ball = running.Final().GetPrim(Path("/World/Ball")).data;
  CHECK(scene::VisibilitySchema::GetFromParent(ball).GetVisibility() == false);
  CHECK(scene::RenderPassVisibilitySchema::GetFromParent(ball).GetMatte() == true);
  Choose(running, "/Render/Other");
  CHECK(scene::PrintScene(running.Final(), Path("/World")) == before);
}

TEST_CASE("what observers know follows a pass through edits of its collections and of the stage") {
  Running running(kText);
  scene::MirrorObserver mirror(running.Final());
  running.GetChain().GetFinal()->AddObserver(mirror);
  const auto compare = [&] {
    Chain fresh = MakeChain();
    fresh.stage->SetStage(running.First().GetStage());
    fresh.globals->SetGlobals(running.GetChain().globals->GetGlobals());
    for (const std::string& difference : mirror.Compare(*fresh.GetFinal())) FAIL_CHECK(difference);
    CHECK(scene::PrintScene(*fresh.GetFinal()) == scene::PrintScene(running.Final()));
  };
  running.Pull();
  Choose(running, "/Render/Pass");
  compare();
  running.Change([](layer::Layer& layer) {
    CHECK(layer.SetField(Path("/Render/Pass.collection:prune:includes"), layer::GetFieldNames().targetPaths,
                         Value(PathListOp::CreateExplicit({Path("/World/C"), Path("/World/Ball")}))));
  });
  compare();
  CHECK_FALSE(running.Final().GetPrim(Path("/World/Ball")));
  CHECK(running.Final().GetPrim(Path("/World/B")));
  running.SetActive("/World/A", false);
  compare();
  running.SetActive("/Render/Pass", false);
  compare();
  CHECK(running.Final().GetPrim(Path("/World/Ball")));
  running.SetActive("/Render/Pass", true);
  compare();
  running.First().SetStage(nullptr);
  CHECK_FALSE(running.Final().GetPrim(Path("/World")));
  running.GetChain().GetFinal()->RemoveObserver(mirror);
}

TEST_CASE(
    "render settings say whether they are the active ones, those that the stage or an application names") {
  Running running(kText);
  const auto is_active = [&](const char* settings) {
    return scene::GetValueAs<bool>(running.Final().GetDataSource(Path(settings), L("renderSettings/active")));
  };
  running.Pull();
  CHECK(is_active("/Render/Draft") == false);
  running.TakeFinal();
  scene::SceneGlobals globals;
  globals.active_render_settings = Path("/Render/Final");
  running.GetChain().globals->SetGlobals(globals);
  CHECK(running.TakeFinal() ==
        "dirtied / {__containerDataSource, sceneGlobals/__containerDataSource, "
        "sceneGlobals/activeRenderSettingsPrim}; dirtied /Render/Draft {renderSettings/active}; "
        "dirtied /Render/Final {renderSettings/active}");
  CHECK(is_active("/Render/Draft") == false);
  CHECK(is_active("/Render/Final") == true);
  running.GetChain().globals->SetGlobals({});
  running.Change([](layer::Layer& layer) {
    CHECK(layer.SetField(Path::AbsoluteRoot(), Token("renderSettingsPrimPath"),
                         Value(std::string("/Render/Draft"))));
  });
  CHECK(is_active("/Render/Draft") == true);
  CHECK(is_active("/Render/Final") == false);
  Running older(kText, ChainOptions::LikeOpenUSD());
  CHECK_FALSE(older.Final().GetDataSource(Path("/Render/Draft"), L("renderSettings/active")));
}

}  // namespace strata::bridge
