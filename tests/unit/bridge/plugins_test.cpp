#include "strata/bridge/plugin_info.h"

#include <algorithm>

#include "strata/bridge/chain.h"
#include "strata/scene/scene.h"
#include "tests/unit/stage/scene.h"

namespace strata::bridge {

namespace {

const char* const kInfo = R"(# comments are passed over
{ "Plugins": [ { "Type": "library", "Name": "demo", "LibraryPath": "", "Info": { "Types": {
    "Second": { "bases": ["HdSceneIndexPlugin"], "displayName": "Second one", "priority": 0, "loadWithRenderer": "",
                "tags": ["late"], "ordering": { "after": ["First"], "position": "firstAfter" } },
    "First": { "bases": ["HdSceneIndexPlugin"], "loadWithRenderer": ["Embree", "Storm"], "loadWithApps": ["viewer"] },
    "Wrong": { "bases": ["HdSceneIndexPlugin"], "ordering": { "position": "everywhere" } },
    "Other": { "bases": ["HdRendererPlugin"] } } } } ] })";

// Sets the height of /A, wherever it stands.
class Lift final : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit Lift(scene::SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  scene::ScenePrim GetPrim(Path path) const override {
    scene::ScenePrim prim = GetInput().GetPrim(path);
    if (path != Path("/A")) return prim;
    Matrix4d up = Matrix4d::Identity();
    up[3][1] = 7;
    scene::ContainerDataSourceEditor editor(prim.data);
    editor.Set(scene::DataSourceLocator::Parse("xform/matrix"), scene::Retain(up));
    prim.data = editor.Finish();
    return prim;
  }
  std::string GetDisplayName() const override { return "Lift"; }
};

double HeightOf(const Chain& chain, const char* path) {
  const auto matrix = scene::GetValueAs<Matrix4d>(
      chain.GetFinal()->GetDataSource(Path(path), scene::DataSourceLocator::Parse("xform/matrix")));
  return matrix ? (*matrix)[3][1] : -1;
}

}  // namespace

TEST_CASE("plugInfo files declare scene index plugins; what cannot be used is reported") {
  scene::SceneIndexPluginRegistry registry;
  Diagnostics remarks;
  DeclareScenePlugins(kInfo, "plugInfo.json", registry, remarks);
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].message.find("Wrong") != std::string::npos);
  for (const char* name : {"Second", "First", "Other"}) {
    scene::SceneIndexPlugin plugin;
    plugin.name = name;
    plugin.append = [](scene::SceneIndexPtr input, const scene::PluginContext&) { return input; };
    CHECK(registry.Add(std::move(plugin)));
  }
  CHECK(registry.Find("Second")->display_name == "Second one");
  CHECK(registry.Find("First")->apps == std::vector<std::string>{"viewer"});
  std::string order;
  for (const auto& planned :
       registry.Plan(scene::ChainPhase::kPostFlatten, {"Embree", "viewer", nullptr}, remarks))
    order += planned.plugin->name + " ";
  CHECK(order == "Other First Second ");  // those for all renderers come first
  DeclareScenePlugins("no json", "bad.json", registry, remarks);
  CHECK(remarks.GetAll().size() == 2);
}

TEST_CASE("a plugin before flattening reaches what is below, one after it does not") {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  stage::Scene scene("def Xform \"A\"\n{\n    def Cube \"B\"\n    {\n    }\n}\n", options);
  for (const auto phase :
       {scene::ChainPhase::kStage, scene::ChainPhase::kPreInstancing, scene::ChainPhase::kPreFlatten,
        scene::ChainPhase::kPostFlatten, scene::ChainPhase::kRenderer}) {
    auto registry = std::make_shared<scene::SceneIndexPluginRegistry>();
    scene::SceneIndexPlugin plugin;
    plugin.name = "lift";
    plugin.phase = phase;
    plugin.append = [](scene::SceneIndexPtr input, const scene::PluginContext&) -> scene::SceneIndexPtr {
      return std::make_shared<Lift>(std::move(input));
    };
    CHECK(registry->Add(std::move(plugin)));
    ChainOptions chain_options;
    chain_options.plugins = registry;
    Diagnostics remarks;
    const Chain chain = MakeChain(chain_options, remarks);
    chain.stage->SetStage(scene.GetOwner());
    CHECK(remarks.GetAll().empty());
    CHECK(HeightOf(chain, "/A") == 7);
    CHECK(HeightOf(chain, "/A/B") == (phase < scene::ChainPhase::kPostFlatten ? 7 : 0));
    const auto at = std::ranges::find_if(chain.indices,
                                         [](const auto& index) { return index->GetDisplayName() == "Lift"; });
    REQUIRE(at != chain.indices.end());
    CHECK(chain.reasons[static_cast<size_t>(at - chain.indices.begin())].starts_with("plugin lift: phase "));
  }
}

TEST_CASE("an edit asks and tells of as many prims in a large scene as in a small one") {
  struct Asked {
    size_t prims, told;
    bool operator==(const Asked&) const = default;
  };
  const auto count = [](int groups) {
    std::string text = "def Xform \"Model\"\n{\n    def Cube \"Box\"\n    {\n    }\n}\n";
    for (int i = 0; i < groups; ++i) {
      const std::string n = std::to_string(i);
      text += "def Xform \"I" + n + "\" (\n    instanceable = true\n    references = </Model>\n)\n{\n}\n";
      text += "def Xform \"G" + n + "\"\n{\n    def Cube \"C\"\n    {\n    }\n}\n";
    }
    stage::OpenOptions options;
    options.schemas = schema::Registry::GetBuiltIn();
    stage::Scene scene(text, options);
    auto registry = std::make_shared<scene::SceneIndexPluginRegistry>();
    std::shared_ptr<scene::DebuggingSceneIndex> watch;
    scene::SceneIndexPlugin plugin;
    plugin.name = "watch";
    plugin.phase = scene::ChainPhase::kStage;
    plugin.append = [&](scene::SceneIndexPtr input, const scene::PluginContext&) -> scene::SceneIndexPtr {
      return watch = std::make_shared<scene::DebuggingSceneIndex>(std::move(input));
    };
    CHECK(registry->Add(std::move(plugin)));
    ChainOptions chain_options;
    chain_options.plugins = registry;
    const Chain chain = MakeChain(chain_options);
    chain.stage->SetStage(scene.GetOwner());
    scene::RecordingObserver observer;
    chain.GetFinal()->AddObserver(observer);
    scene::PrintScene(*chain.GetFinal());
    std::vector<Asked> asked;
    const layer::LayerPtr layer = scene->GetRootLayer();
    for (const char* prim : {"/G1", "/G1/C", "/I1"})
      for (const char* value : {"invisible", "inherited"}) {
        const size_t before = watch->GetCounts().prims_asked;
        const Path attribute = Path(prim).AppendProperty(Token("visibility"));
        if (!layer->HasSpec(attribute)) CHECK(layer->CreateAttributeSpec(attribute, Token("token")));
        CHECK(layer->SetField(attribute, layer::GetFieldNames().default_, Value(Token(value))));
        asked.push_back({watch->GetCounts().prims_asked - before, observer.Take().size()});
      }
    CHECK(watch->GetViolations().empty());
    chain.GetFinal()->RemoveObserver(observer);
    return asked;
  };
  const std::vector<Asked> small = count(5), large = count(80);
  CHECK(small == large);
  for (const Asked& each : small) CHECK(each.told <= 4);
}

TEST_CASE("filling the chain asks the stage for each prim twice at most") {
  const auto count = [](int groups) {
    std::string text;
    for (int i = 0; i < groups; ++i)
      text += "def Xform \"G" + std::to_string(i) + "\"\n{\n    def Cube \"C\"\n    {\n    }\n}\n";
    stage::OpenOptions options;
    options.schemas = schema::Registry::GetBuiltIn();
    stage::Scene scene(text, options);
    auto registry = std::make_shared<scene::SceneIndexPluginRegistry>();
    std::shared_ptr<scene::DebuggingSceneIndex> watch;
    scene::SceneIndexPlugin plugin;
    plugin.name = "watch";
    plugin.phase = scene::ChainPhase::kStage;
    plugin.append = [&](scene::SceneIndexPtr input, const scene::PluginContext&) -> scene::SceneIndexPtr {
      return watch = std::make_shared<scene::DebuggingSceneIndex>(std::move(input));
    };
    CHECK(registry->Add(std::move(plugin)));
    ChainOptions chain_options;
    chain_options.plugins = registry;
    const Chain chain = MakeChain(chain_options);
    scene::RecordingObserver observer;
    chain.GetFinal()->AddObserver(observer);
    chain.stage->SetStage(scene.GetOwner());
    chain.GetFinal()->RemoveObserver(observer);
    return watch->GetCounts().prims_asked;
  };
  // Once to see whether it is an instancer, once whether it is an instance.
  const size_t few = count(5), many = count(80);
  CHECK(many - few <= 2 * 2 * 75);
  CHECK(few <= 2 * 2 * 5 + 8);
}

TEST_CASE("a plugin library that is not there is reported, and the chain is made without it") {
  scene::SceneIndexPluginRegistry registry;
  Diagnostics remarks;
  LoadScenePlugins({"/nowhere/plugInfo.json"}, registry, remarks);
  CHECK(registry.GetCount() == 0);
}

}  // namespace strata::bridge
