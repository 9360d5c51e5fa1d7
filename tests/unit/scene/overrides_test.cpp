// What is said of scenes and materials from outside.
#include "doctest/doctest.h"
#include "strata/scene/scene.h"

namespace strata::scene {

namespace {

using Entry = RetainedContainerDataSource::Entry;

const Token kMaterial("material"), kMesh("mesh");

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}
ContainerDataSourceHandle Box(std::vector<std::pair<const char*, DataSourceHandle>> entries) {
  std::vector<Entry> list;
  for (auto& [name, source] : entries) list.emplace_back(Token(name), source);
  return RetainedContainerDataSource::New(std::move(list));
}
DataSourceHandle Parameter(float value) {
  return Box({{"value", Retain(value)}});
}
DataSourceHandle List(std::vector<DataSourceHandle> elements) {
  return RetainedVectorDataSource::New(std::move(elements));
}

// A network of a surface and a texture, whose roughness and scale the interface says.
DataSourceHandle MakeNetwork() {
  const auto mapping = [](const char* node, const char* input) {
    return Box({{"nodePath", Retain(Token(node))}, {"inputName", Retain(Token(input))}});
  };
  return Box(
      {{"nodes",
        Box({{"Surface",
              Box({{"nodeIdentifier", Retain(Token("UsdPreviewSurface"))},
                   {"parameters", Box({{"roughness", Parameter(0.5f)}, {"metallic", Parameter(0.25f)}})},
                   {"inputConnections",
                    Box({{"diffuse", List({Box({{"upstreamNodePath", Retain(Token("Texture"))}})})},
                         {"opacity", List({Box({{"upstreamNodePath", Retain(Token("Texture"))}})})}})}})},
             {"Texture", Box({{"parameters", Box({{"scale", Parameter(1)}})}})}})},
       {"terminals", Box({{"surface", Box({{"upstreamNodePath", Retain(Token("Surface"))}})}})},
       {"interface",
        Box({{"parameters", Box({{"grain", Box({{"mappings", List({mapping("Surface", "roughness"),
                                                                   mapping("Texture", "scale"),
                                                                   mapping("Gone", "x")})}})}})}})}});
}

// Two contexts with the same network, and what `materialOverride` says.
ContainerDataSourceHandle MakeMaterialData(DataSourceHandle overridden) {
  return RetainedContainerDataSource::New(
      {{kMaterial,
        RetainedContainerDataSource::New({{Token(), MakeNetwork()}, {Token("ri"), MakeNetwork()}})},
       {Token("materialOverride"), std::move(overridden)}});
}

std::optional<float> ParameterOf(const SceneIndex& scene, const char* context, const char* node,
                                 const char* input) {
  return GetValueAs<float>(scene.GetDataSource(
      Path("/M"), DataSourceLocator{kMaterial, Token(context), Token("nodes"), Token(node),
                                    Token("parameters"), Token(input), Token("value")}));
}
DataSourceHandle ConnectionOf(const SceneIndex& scene, const char* input) {
  return scene.GetDataSource(Path("/M"),
                             DataSourceLocator{kMaterial, Token(), Token("nodes"), Token("Surface"),
                                               Token("inputConnections"), Token(input)});
}

class Watch {
 public:
  explicit Watch(SceneIndex& scene) : scene_(scene) { scene.AddObserver(observer_); }
  ~Watch() { scene_.RemoveObserver(observer_); }
  std::string Take() { return observer_.TakeSorted(); }

 private:
  SceneIndex& scene_;
  RecordingObserver observer_;
};

std::string Paths(const SceneIndex& scene) {
  std::string text;
  for (Path path : CollectPrimPaths(scene)) text += (text.empty() ? "" : " ") + path.GetString();
  return text;
}

}  // namespace

// -- materials ----------------------------------------------------------------------------------------------

TEST_CASE("a value of a material's interface is that of all parameters it maps to, in every network") {
  const auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(
      {{Path("/M"), kMaterial,
        MakeMaterialData(
            Box({{"interfaceValues", Box({{"grain", Parameter(0.75f)}, {"unknown", Parameter(9)}})}}))}});
  MaterialOverridesSceneIndex overrides(scene);
  for (const char* context : {"", "ri"}) {
    CHECK(ParameterOf(overrides, context, "Surface", "roughness") == 0.75f);
    CHECK(ParameterOf(overrides, context, "Texture", "scale") == 0.75f);
    CHECK(ParameterOf(overrides, context, "Surface", "metallic") == 0.25f);
    CHECK_FALSE(ParameterOf(overrides, context, "Gone", "x"));
  }
  CHECK(ConnectionOf(overrides, "diffuse"));
  CHECK(overrides.GetDataSource(Path("/M"), L("material//terminals/surface")));
  CHECK(GetValueAs<Token>(overrides.GetDataSource(
            Path("/M"), DataSourceLocator{kMaterial, Token(), Token("nodes"), Token("Surface"),
                                          Token("nodeIdentifier")})) == Token("UsdPreviewSurface"));
  const auto nodes =
      MaterialSchema::GetFromParent(overrides.GetPrim(Path("/M")).data).Get(Token()).GetNodes();
  CHECK(nodes.GetNames().size() == 2);
}

TEST_CASE("a value of one parameter wins over the interface, and takes its connection away") {
  const auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(
      {{Path("/M"), kMaterial,
        MakeMaterialData(Box({{"interfaceValues", Box({{"grain", Parameter(0.75f)}})},
                              {"parameterValues", Box({{"Surface", Box({{"roughness", Parameter(1)},
                                                                        {"diffuse", Parameter(0)}})}})}}))}});
  MaterialOverridesSceneIndex overrides(scene);
  CHECK(ParameterOf(overrides, "", "Surface", "roughness") == 1);
  CHECK(ParameterOf(overrides, "", "Texture", "scale") == 0.75f);
  CHECK(ParameterOf(overrides, "", "Surface", "diffuse") == 0);
  CHECK_FALSE(ConnectionOf(overrides, "diffuse"));
  CHECK(ConnectionOf(overrides, "opacity"));
  CHECK(GetValueAs<float>(
            overrides.GetDataSource(Path("/M"), L("materialOverride/interfaceValues/grain/value"))) == 0.75f);
}

TEST_CASE("an override that changes dirties the material, and one of no material nothing else") {
  const auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims({{Path("/M"), kMaterial, MakeMaterialData(nullptr)}, {Path("/G"), kMesh, Box({})}});
  MaterialOverridesSceneIndex overrides(scene);
  Watch watch(overrides);
  CHECK(ParameterOf(overrides, "", "Surface", "roughness") == 0.5f);
  scene->DirtyPrims({{Path("/M"), L("materialOverride/interfaceValues/grain")}});
  CHECK(watch.Take() == "dirtied /M {material, materialOverride/interfaceValues/grain}");
  scene->DirtyPrims({{Path("/M"), L("xform")}, {Path("/G"), L("materialOverride")}});
  CHECK(watch.Take() == "dirtied /G {materialOverride}; dirtied /M {xform}");
}

TEST_CASE("overrides that are no containers, and networks without nodes, change nothing") {
  const auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(
      {{Path("/M"), kMaterial,
        RetainedContainerDataSource::New(
            {{kMaterial, RetainedContainerDataSource::New(
                             {{Token(), Box({{"terminals", Box({})}})}, {Token("odd"), Retain(1)}})},
             {Token("materialOverride"),
              Box({{"interfaceValues", Retain(3)}, {"parameterValues", Box({{"Surface", Retain(4)}})}})}})}});
  MaterialOverridesSceneIndex overrides(scene);
  CHECK(PrintScene(overrides) == PrintScene(*scene));
}

// -- the scene as a whole -----------------------------------------------------------------------------------

TEST_CASE("what an application says of the scene stands over what the scene says, and dirties what differs") {
  const auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(
      {{Path("/"), Token(),
        Box({{"sceneGlobals", Box({{"startTimeCode", Retain(1.0)}, {"endTimeCode", Retain(9.0)}})},
             {"other", Retain(1)}})}});
  SceneGlobalsSceneIndex globals(scene);
  Watch watch(globals);
  const auto read = [&] { return SceneGlobalsSchema::GetFromParent(globals.GetPrim(Path("/")).data); };
  SceneGlobals said;
  said.primary_camera = Path("/Camera");
  said.start_time_code = 5;
  globals.SetGlobals(said);
  CHECK(watch.Take() ==
        "dirtied / {__containerDataSource, sceneGlobals/__containerDataSource, "
        "sceneGlobals/primaryCameraPrim, sceneGlobals/startTimeCode}");
  CHECK(read().GetPrimaryCameraPrim() == Path("/Camera"));
  CHECK(read().GetStartTimeCode() == 5);
  CHECK(read().GetEndTimeCode() == 9);
  CHECK(GetValueAs<int32_t>(globals.GetDataSource(Path("/"), L("other"))) == 1);
  globals.SetGlobals(said);
  CHECK(watch.Take() == "");
  said.current_frame = 7.5;
  said.active_render_pass = Path("/Pass");
  said.active_render_settings = Path("/Settings");
  said.time_codes_per_second = 30;
  said.end_time_code = 9;  // as the scene says
  said.scene_state_id = 3;
  globals.SetGlobals(said);
  CHECK(watch.Take() ==
        "dirtied / {__containerDataSource, sceneGlobals/__containerDataSource, "
        "sceneGlobals/activeRenderPassPrim, sceneGlobals/activeRenderSettingsPrim, "
        "sceneGlobals/currentFrame, sceneGlobals/sceneStateId, sceneGlobals/timeCodesPerSecond}");
  CHECK(read().GetCurrentFrame() == 7.5);
  CHECK(read().GetActiveRenderPassPrim() == Path("/Pass"));
  CHECK(read().GetActiveRenderSettingsPrim() == Path("/Settings"));
  CHECK(read().GetTimeCodesPerSecond() == 30);
  CHECK(read().GetSceneStateId() == 3);
  globals.SetGlobals({});
  CHECK(read().GetStartTimeCode() == 1);
  CHECK_FALSE(read().GetPrimaryCameraPrim());
  CHECK(globals.GetGlobals() == SceneGlobals());
}

TEST_CASE("a scene without prims has no globals, whatever an application says") {
  SceneGlobalsSceneIndex globals(nullptr);
  Watch watch(globals);
  SceneGlobals said;
  said.current_frame = 1;
  globals.SetGlobals(said);
  CHECK_FALSE(globals.GetPrim(Path("/")));
  CHECK(watch.Take() == "");
}

TEST_CASE("what is said of the system is found at the nearest prim that says it, and gathered upwards") {
  const auto scene = std::make_shared<RetainedSceneIndex>();
  const auto system = [](std::vector<std::pair<const char*, DataSourceHandle>> entries) {
    return Box({{"system", Box(std::move(entries))}});
  };
  scene->AddPrims({{Path("/"), Token(), system({{"assetResolution", Retain(1)}, {"other", Retain(2)}})},
                   {Path("/A"), Token(), Box({})},
                   {Path("/A/B"), Token(), system({{"assetResolution", Retain(3)}})},
                   {Path("/A/B/C"), Token(), Box({})}});
  Path found_at;
  const auto find = [&](const char* from, const char* key) {
    found_at = Path();
    return GetValueAs<int32_t>(FindSystemData(*scene, Path(from), Token(key), &found_at));
  };
  CHECK(find("/A/B/C", "assetResolution") == 3);
  CHECK(found_at == Path("/A/B"));
  CHECK(find("/A/B/C", "other") == 2);
  CHECK(found_at == Path("/"));
  CHECK(find("/A", "assetResolution") == 1);
  CHECK_FALSE(find("/A/B/C", "unknown"));
  CHECK(found_at.IsEmpty());
  const SystemSchema composed(ComposeSystemData(*scene, Path("/A/B/C"), &found_at));
  CHECK(found_at == Path("/A/B"));
  CHECK(composed.GetNames().size() == 2);
  CHECK(GetValueAs<int32_t>(composed.Get(Token("assetResolution"))) == 3);
  CHECK(GetValueAs<int32_t>(composed.Get(Token("other"))) == 2);
  CHECK_FALSE(ComposeSystemData(RetainedSceneIndex(), Path("/A")));
}

// -- render passes ------------------------------------------------------------------------------------------

namespace {

// "/" that names the pass, the pass with its collections, and a scene.
class Passes {
 public:
  Passes() {
    const auto mesh = [] { return Box({{"visibility", Box({{"visibility", Retain(true)}})}}); };
    scene->AddPrims({{Path("/World/A"), kMesh, mesh()},
                     {Path("/World/B"), kMesh, mesh()},
                     {Path("/World/B/Below"), kMesh, mesh()},
                     {Path("/World/Light"), Token("sphereLight"), Box({{"light", Box({})}})},
                     {Path("/World/Instance"), Token(),
                      Box({{"__usdPrimInfo", Box({{"niPrototypePath", Retain(Path("/P"))}})}})}});
    scene->AddPrims(
        {{Path("/"), Token(),
          Box({{"sceneGlobals", Box({{"activeRenderPassPrim", Retain(Path("/Render/Pass"))}})}})}});
  }
  void SetPass(std::vector<std::pair<const char*, const char*>> collections) {
    std::vector<std::pair<const char*, DataSourceHandle>> data;
    for (const auto& [name, expression] : collections)
      data.emplace_back(name, Box({{"membershipExpression", Retain(*PathExpression::Parse(expression))}}));
    scene->AddPrims(
        {{Path("/Render/Pass"), Token("renderPass"), Box({{"collections", Box(std::move(data))}})}});
  }
  bool IsVisible(const char* path) const {
    return VisibilitySchema::GetFromParent(passes->GetPrim(Path(path)).data).GetVisibility().value_or(true);
  }
  RenderPassVisibilitySchema Of(const char* path) const {
    return RenderPassVisibilitySchema::GetFromParent(passes->GetPrim(Path(path)).data);
  }
  std::shared_ptr<RetainedSceneIndex> scene = std::make_shared<RetainedSceneIndex>();
  std::shared_ptr<RenderPassesSceneIndex> passes = std::make_shared<RenderPassesSceneIndex>(scene);
};

}  // namespace

TEST_CASE("without a pass, or with one that says nothing, the scene is as it was") {
  Passes of;
  CHECK(PrintScene(*of.passes) == PrintScene(*of.scene));
  of.SetPass({});
  CHECK(PrintScene(*of.passes) == PrintScene(*of.scene));
  of.SetPass({{"renderVisibility", "//"}, {"cameraVisibility", "//"}});
  CHECK(PrintScene(*of.passes) == PrintScene(*of.scene));
}

TEST_CASE("what a pass prunes is gone with what is below, and comes back when the pass changes") {
  Passes of;
  MirrorObserver mirror(*of.passes);
  of.passes->AddObserver(mirror);
  Watch watch(*of.passes);
  of.SetPass({{"prune", "/World/B /Render"}});
  CHECK(Paths(*of.passes) == "/ /World /World/A /World/Light /World/Instance /Render /Render/Pass");
  CHECK_FALSE(of.passes->GetPrim(Path("/World/B/Below")));
  CHECK(watch.Take() == "added /Render; added /Render/Pass renderPass; removed /World/B");
  of.scene->DirtyPrims({{Path("/World/B"), L("xform")}, {Path("/World/A"), L("xform")}});
  of.scene->AddPrims({{Path("/World/B/More"), kMesh, Box({})}});
  CHECK(watch.Take() == "dirtied /World/A {xform}");
  of.SetPass({{"prune", "/World/A"}});
  CHECK(watch.Take() ==
        "added /Render/Pass renderPass; added /World/B mesh; added /World/B/Below mesh; "
        "added /World/B/More mesh; removed /World/A");
  of.scene->RemovePrims({Path("/World/A"), Path("/World/B")});
  CHECK(watch.Take() == "removed /World/B");
  of.scene->RemovePrims({Path("/Render")});
  CHECK(watch.Take() == "removed /Render");
  CHECK(mirror.Compare(*of.passes).empty());
  of.passes->RemoveObserver(mirror);
}

TEST_CASE("geometry, lights and instances that a pass does not show are invisible, and nothing else is") {
  Passes of;
  Watch watch(*of.passes);
  of.SetPass({{"renderVisibility", "/World/A"}});
  CHECK(watch.Take() ==
        "added /Render; added /Render/Pass renderPass; "
        "dirtied /World/B {__containerDataSource, renderPassVisibility, visibility}; "
        "dirtied /World/B/Below {__containerDataSource, renderPassVisibility, visibility}; "
        "dirtied /World/Instance {__containerDataSource, renderPassVisibility, visibility}; "
        "dirtied /World/Light {__containerDataSource, renderPassVisibility, visibility}");
  CHECK(of.IsVisible("/World/A"));
  CHECK(of.IsVisible("/World"));
  for (const char* hidden : {"/World/B", "/World/B/Below", "/World/Instance", "/World/Light"})
    CHECK_FALSE(of.IsVisible(hidden));
  CHECK(Paths(*of.passes) == Paths(*of.scene));
}

TEST_CASE("what a pass keeps from cameras, and what it holds out, is said of each prim") {
  Passes of;
  of.SetPass({{"cameraVisibility", "// - /World/A"}, {"matte", "/World/A /World/B"}});
  CHECK(of.Of("/World/A").GetCamera() == false);
  CHECK(of.Of("/World/A").GetMatte() == true);
  CHECK(of.Of("/World/B").GetCamera() == true);
  CHECK(of.Of("/World/B").GetMatte() == true);
  CHECK_FALSE(of.Of("/World/B/Below").IsDefined());
  CHECK_FALSE(of.Of("/World/Light").IsDefined());
}

TEST_CASE("an application changes passes through the scene's globals") {
  Passes of;
  of.SetPass({{"prune", "/World/A"}});
  of.scene->AddPrims(
      {{Path("/Render/Other"), Token("renderPass"),
        Box({{"collections", Box({{"prune", Box({{"membershipExpression",
                                                  Retain(*PathExpression::Parse("/World/B"))}})}})}})}});
  const auto globals = std::make_shared<SceneGlobalsSceneIndex>(of.scene);
  RenderPassesSceneIndex passes(globals);
  Watch watch(passes);
  CHECK_FALSE(passes.GetPrim(Path("/World/A")));
  SceneGlobals said;
  said.active_render_pass = Path("/Render/Other");
  globals->SetGlobals(said);
  CHECK(passes.GetPrim(Path("/World/A")));
  CHECK_FALSE(passes.GetPrim(Path("/World/B")));
  CHECK(watch.Take() ==
        "added /World/A mesh; dirtied / {__containerDataSource, sceneGlobals/__containerDataSource, "
        "sceneGlobals/activeRenderPassPrim}; removed /World/B");
  said.active_render_pass = Path("/Nowhere");
  globals->SetGlobals(said);
  CHECK(Paths(passes) == Paths(*of.scene));
}

}  // namespace strata::scene
