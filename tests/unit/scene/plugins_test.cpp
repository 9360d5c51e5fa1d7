#include "strata/scene/plugins.h"

#include <stdexcept>

#include "doctest/doctest.h"
#include "strata/scene/filtering.h"
#include "strata/scene/retained_scene_index.h"

namespace strata::scene {

namespace {

using Position = SceneIndexPlugin::Position;

class Marked final : public SingleInputFilteringSceneIndex {
 public:
  Marked(SceneIndexPtr input, std::string name)
      : SingleInputFilteringSceneIndex(std::move(input)), name_(std::move(name)) {}
  std::string GetDisplayName() const override { return name_; }

 private:
  std::string name_;
};

SceneIndexPlugin MakePlugin(const std::string& name, std::vector<std::string> after = {},
                            std::vector<std::string> before = {},
                            Position position = Position::kDoesNotMatter) {
  SceneIndexPlugin plugin;
  plugin.name = name;
  plugin.after = std::move(after);
  plugin.before = std::move(before);
  plugin.position = position;
  plugin.append = [name](SceneIndexPtr input, const PluginContext&) -> SceneIndexPtr {
    return std::make_shared<Marked>(std::move(input), name);
  };
  return plugin;
}

SceneIndexPluginRegistry MakeRegistry(std::vector<SceneIndexPlugin> plugins,
                                      OrderingPolicy policy = OrderingPolicy::kHybrid) {
  SceneIndexPluginRegistry registry(policy);
  for (SceneIndexPlugin& plugin : plugins) CHECK(registry.Add(std::move(plugin)));
  return registry;
}

std::string OrderOf(const SceneIndexPluginRegistry& registry, const PluginContext& context = {},
                    size_t remark_count = 0) {
  Diagnostics remarks;
  std::string text;
  for (const PlannedPlugin& planned : registry.Plan(ChainPhase::kPostFlatten, context, remarks))
    text += (text.empty() ? "" : " ") + planned.plugin->name;
  CHECK(remarks.GetAll().size() == remark_count);
  return text;
}

}  // namespace

TEST_CASE(
    "plugins stand in the order in which they came, in insertion phases, those at the start in reverse") {
  SceneIndexPlugin late = MakePlugin("late"), first = MakePlugin("first"), second = MakePlugin("second");
  late.insertion_phase = 2;
  first.insertion = second.insertion = SceneIndexPlugin::Insertion::kAtStart;
  for (const OrderingPolicy policy : {OrderingPolicy::kRegistration, OrderingPolicy::kHybrid})
    CHECK(OrderOf(MakeRegistry({late, MakePlugin("b"), MakePlugin("a"), first, second}, policy)) ==
          "second first b a late");
  CHECK(OrderOf(MakeRegistry({late, MakePlugin("b"), MakePlugin("a"), first, second},
                             OrderingPolicy::kMetadata)) == "a b first late second");
}

TEST_CASE("what plugins say of each other decides, by name and by tag, whatever came first") {
  SceneIndexPlugin tagged = MakePlugin("z");
  tagged.tags = {"materials"};
  const std::vector<SceneIndexPlugin> plugins = {MakePlugin("a", {"materials"}), MakePlugin("b", {}, {"z"}),
                                                 MakePlugin("c", {"nobody"}), tagged};
  CHECK(OrderOf(MakeRegistry(plugins)) == "b c z a");
  CHECK(OrderOf(MakeRegistry(plugins, OrderingPolicy::kMetadata)) == "b c z a");
  CHECK(OrderOf(MakeRegistry(plugins, OrderingPolicy::kRegistration)) == "a b c z");
}

TEST_CASE("a plugin stands right after or right before others where it asks for that") {
  CHECK(OrderOf(MakeRegistry({MakePlugin("a"), MakePlugin("b"), MakePlugin("c"),
                              MakePlugin("n", {"a"}, {}, Position::kFirstAfter)})) == "a n b c");
  CHECK(OrderOf(MakeRegistry({MakePlugin("n", {}, {"c"}, Position::kLastBefore), MakePlugin("a"),
                              MakePlugin("b"), MakePlugin("c")})) == "a b n c");
}

TEST_CASE("those for all renderers come first, those for others and for other applications do not come") {
  SceneIndexPlugin mine = MakePlugin("mine"), other = MakePlugin("other"), app = MakePlugin("app"),
                   off = MakePlugin("off");
  mine.renderers = {"Embree"};
  other.renderers = {"Storm"};
  app.apps = {"viewer"};
  off.is_enabled = [](const PluginContext& context) { return context.app == "viewer"; };
  const SceneIndexPluginRegistry registry = MakeRegistry({mine, other, app, off, MakePlugin("all")});
  CHECK(OrderOf(registry) == "all");
  CHECK(OrderOf(registry, {"Embree", "viewer", nullptr}) == "app off all mine");
}

TEST_CASE("a cycle is reported with its plugins, and the others stand as they asked") {
  const SceneIndexPluginRegistry registry = MakeRegistry(
      {MakePlugin("c", {"b"}), MakePlugin("b", {"a"}), MakePlugin("a", {"c"}), MakePlugin("d", {"c"})});
  CHECK(OrderOf(registry, {}, 1) == "a b c d");
  Diagnostics remarks;
  (void)registry.Plan(ChainPhase::kPostFlatten, {}, remarks);
  CHECK(std::string(remarks.GetAll()[0].code->name) == "scene.plugin-cycle");
  CHECK(remarks.GetAll()[0].message.find("a, b, c") != std::string::npos);
}

TEST_CASE("a plugin without a name or with one that is taken is refused") {
  SceneIndexPluginRegistry registry = MakeRegistry({MakePlugin("a")});
  CHECK_FALSE(registry.Add(MakePlugin("a")));
  CHECK_FALSE(registry.Add(MakePlugin("")));
  SceneIndexPlugin idle;
  idle.name = "idle";
  CHECK_FALSE(registry.Add(std::move(idle)));
  CHECK(registry.GetCount() == 1);
}

TEST_CASE("plugins are put over each other, and one that fails is reported and left out") {
  SceneIndexPlugin throws = MakePlugin("throws"), none = MakePlugin("none"), same = MakePlugin("same"),
                   asks = MakePlugin("asks");
  throws.append = [](SceneIndexPtr, const PluginContext&) -> SceneIndexPtr {
    throw std::runtime_error("no license");
  };
  none.append = [](SceneIndexPtr, const PluginContext&) { return SceneIndexPtr(); };
  same.append = [](SceneIndexPtr input, const PluginContext&) { return input; };
  asks.is_enabled = [](const PluginContext&) -> bool { throw std::runtime_error("no answer"); };
  const SceneIndexPluginRegistry registry =
      MakeRegistry({MakePlugin("a"), throws, none, same, asks, MakePlugin("z", {"a"})});
  Diagnostics remarks;
  const auto inserted =
      registry.Append(ChainPhase::kPostFlatten, std::make_shared<RetainedSceneIndex>(), {}, remarks);
  REQUIRE(inserted.size() == 2);
  CHECK(inserted[0].index->GetDisplayName() == "a");
  CHECK(inserted[0].reason == "plugin a: phase postFlatten");
  CHECK(inserted[1].index->GetInputScenes().at(0) == inserted[0].index);
  CHECK(inserted[1].reason == "plugin z: phase postFlatten, after a");
  REQUIRE(remarks.GetAll().size() == 3);
  CHECK(remarks.GetAll()[1].message.find("no license") != std::string::npos);
  CHECK(registry.Append(ChainPhase::kStage, inserted[0].index, {}, remarks).empty());
}

TEST_CASE("what is declared of a plugin counts whether it comes before or after") {
  SceneIndexPlugin declared;
  declared.name = "a";
  declared.after = {"b"};
  declared.renderers = {"Embree"};
  for (const bool is_first : {true, false}) {
    SceneIndexPluginRegistry registry;
    if (is_first) registry.Declare(declared);
    CHECK(registry.Add(MakePlugin("a")));
    CHECK(registry.Add(MakePlugin("b")));
    if (!is_first) registry.Declare(declared);
    CHECK(OrderOf(registry) == "b");
    CHECK(OrderOf(registry, {"Embree", "", nullptr}) == "b a");
  }
}

TEST_CASE("phases have names") {
  CHECK(GetChainPhaseName(ChainPhase::kPreFlatten) == "preFlatten");
  CHECK(FindChainPhase("renderer") == ChainPhase::kRenderer);
  CHECK_FALSE(FindChainPhase("later"));
}

}  // namespace strata::scene
