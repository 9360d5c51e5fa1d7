// Hd: a stage as the chain of scene indices that renderers read, and the plugins that stand in it.
#include "python/core/compute.h"
#include "python/core/engine.h"
#include "python/core/hd.h"
#include "python/core/reading.h"
#include "python/core/usd.h"
#include "strata/bridge/chain.h"
#include "strata/bridge/plugin_info.h"
#include "strata/compute/compute.h"

namespace strata::python {

namespace {

using scene::SceneIndexPlugin;
using scene::SceneIndexPtr;

// Outlives the interpreter: chains do.
const std::shared_ptr<scene::SceneIndexPluginRegistry>& GetPlugins() {
  static const auto& registry = *new std::shared_ptr<scene::SceneIndexPluginRegistry>(
      std::make_shared<scene::SceneIndexPluginRegistry>());
  return registry;
}

struct ChainObject {
  bridge::Chain chain;
  StageObjectPtr stage;                        // that is shown, kept
  std::shared_ptr<scene::SceneChecks> checks;  // null: nothing is checked
};

ChainObject MakeScene(const StageObjectPtr& stage, const std::string& renderer, const std::string& app,
                      bool like_openusd, bool with_plugins, const std::vector<PathArgument>& excluded,
                      TimeArgument time, bool check, std::vector<std::string> resolving, PathArgument root,
                      nb::handle computed) {
  bridge::ChainOptions options = like_openusd ? bridge::ChainOptions::LikeOpenUSD() : bridge::ChainOptions();
  options.context.renderer = renderer;
  options.context.app = app;
  options.excluded.assign(excluded.begin(), excluded.end());
  if (with_plugins) options.plugins = GetPlugins();
  if (check) options.checks = std::make_shared<scene::SceneChecks>();
  options.resolving = std::move(resolving);
  options.root = root;
  constexpr double kSecondsPerCall = 60;
  if (nb::isinstance<RegistryObject>(computed)) {
    auto& registry = nb::cast<RegistryObject&>(computed);
    options.stage.system = ShareRegistry(registry, kSecondsPerCall);
    options.stage.computations = registry.registry;
  } else if (ReadAs<bool>(computed, "a Compute.Registry, True or False")) {
    options.stage.computations = compute::MakeStandardRegistry().ValueOr(nullptr);
  }
  Diagnostics remarks;
  const Alone alone;
  ChainObject made{bridge::MakeChain(options, remarks), stage, options.checks};
  Warn(remarks);
  if (!time.time.IsDefault()) made.chain.stage->SetTime(time.time.GetValue());
  if (stage) made.chain.stage->SetStage(stage->stage.Own());
  if (const auto computations = made.chain.stage->GetComputations()) {
    const Diagnostics unresolved = [&] {
      const Reading reading;
      return compute::FindUnresolvedPlaces(*computations);
    }();
    if (!unresolved.GetAll().empty()) Raise(unresolved.GetAll().front());
  }
  return made;
}

template <class T>
std::optional<T> ReadOptional(nb::handle object, const char* wanted) {
  if (object.is_none()) return std::nullopt;
  return ReadAs<T>(object, wanted);
}
std::optional<Path> ReadPath(nb::handle object) {
  if (object.is_none()) return std::nullopt;
  return ReadAs<PathArgument>(object, "a path");
}

void SetGlobals(ChainObject& chain, nb::handle camera, nb::handle pass, nb::handle settings, nb::handle start,
                nb::handle end, nb::handle rate, nb::handle frame, nb::handle state) {
  scene::SceneGlobals globals;
  globals.primary_camera = ReadPath(camera);
  globals.active_render_pass = ReadPath(pass);
  globals.active_render_settings = ReadPath(settings);
  globals.start_time_code = ReadOptional<double>(start, "a time");
  globals.end_time_code = ReadOptional<double>(end, "a time");
  globals.time_codes_per_second = ReadOptional<double>(rate, "a number");
  globals.current_frame = ReadOptional<double>(frame, "a time");
  globals.scene_state_id = ReadOptional<int32_t>(state, "a number");
  const Alone alone;
  chain.chain.globals->SetGlobals(std::move(globals));
}

scene::ChainPhase FindPhaseOrRaise(const std::string& name) {
  if (const std::optional<scene::ChainPhase> found = scene::FindChainPhase(name)) return *found;
  std::string known;
  for (size_t i = 0; i < scene::kChainPhaseCount; ++i)
    known += (i ? ", " : "") + std::string(scene::GetChainPhaseName(static_cast<scene::ChainPhase>(i)));
  throw nb::value_error(("there is no phase '" + name + "', but " + known).c_str());
}

// The function gets (input, {"renderer", "app"}) and gives a scene index.
void RegisterPlugin(const std::string& name, nb::object append, const std::string& phase,
                    std::vector<std::string> renderers, std::vector<std::string> apps,
                    std::vector<std::string> after, std::vector<std::string> before,
                    std::vector<std::string> tags, const std::string& display_name) {
  SceneIndexPlugin plugin;
  if (!PyCallable_Check(append.ptr())) RaiseTypeError("what appends a scene index is a function");
  plugin.name = name;
  plugin.display_name = display_name;
  plugin.phase = FindPhaseOrRaise(phase);
  plugin.renderers = std::move(renderers);
  plugin.apps = std::move(apps);
  plugin.after = std::move(after);
  plugin.before = std::move(before);
  plugin.tags = std::move(tags);
  plugin.append = [kept = Keep(std::move(append))](SceneIndexPtr input, const scene::PluginContext& context) {
    if (!Py_IsInitialized()) throw std::runtime_error("its interpreter has ended");
    const nb::gil_scoped_acquire held;
    try {
      nb::dict told;
      told["renderer"] = context.renderer;
      told["app"] = context.app;
      return nb::cast<SceneIndexPtr>(kept->Get()(input, told));
    } catch (nb::python_error& error) {
      throw std::runtime_error(DescribeException(error));
    } catch (const nb::cast_error&) {
      throw std::runtime_error("it gives no scene index");
    }
  };
  KeepEditsToTheirThread();
  CheckOrRaise(GetPlugins()->Add(std::move(plugin)));
}

}  // namespace

void BindSceneChains(nb::module_& hd) {
  using Stage = bridge::StageSceneIndex;
  nb::class_<Stage, scene::SceneIndex> stage(hd, "StageSceneIndex",
                                             "The prims of a stage, read when they are asked for.");
  stage.def(
      "SetTime",
      [](Stage& s, TimeArgument time) {
        const Alone alone;
        s.SetTime(time.time.GetValue());
      },
      "time"_a);
  stage.def("GetTime", &Stage::GetTime);
  nb::class_<ChainObject> chain(hd, "SceneIndices", "The chain from a stage to what renderers read.");
  chain.def_prop_ro("stageSceneIndex", [](const ChainObject& c) -> SceneIndexPtr { return c.chain.stage; });
  chain.def_prop_ro("finalSceneIndex", [](const ChainObject& c) { return c.chain.GetFinal(); });
  chain.def_prop_ro(
      "sceneIndices", [](const ChainObject& c) { return c.chain.indices; }, "In order, the stage's first.");
  chain.def_prop_ro(
      "reasons", [](const ChainObject& c) { return c.chain.reasons; },
      "Why each index stands where it does.");
  chain.def(
      "SetTime",
      [](ChainObject& c, TimeArgument time) {
        const Alone alone;
        c.chain.stage->SetTime(time.time.GetValue());
      },
      "time"_a);
  chain.def("GetTime", [](const ChainObject& c) { return c.chain.stage->GetTime(); });
  chain.def(
      "GetViolations",
      [](const ChainObject& c) { return c.checks ? c.checks->GetViolations() : std::vector<std::string>(); },
      "Promises that were broken, each once, of a chain that is checked.");
  chain.def("SetSceneGlobals", &SetGlobals, "primaryCameraPrim"_a.none() = nb::none(),
            "activeRenderPassPrim"_a.none() = nb::none(), "activeRenderSettingsPrim"_a.none() = nb::none(),
            "startTimeCode"_a.none() = nb::none(), "endTimeCode"_a.none() = nb::none(),
            "timeCodesPerSecond"_a.none() = nb::none(), "currentFrame"_a.none() = nb::none(),
            "sceneStateId"_a.none() = nb::none(),
            "What an application says of the scene as a whole; what is None is as the stage says it.");
  hd.def(
      "CreateSceneIndices", &MakeScene, "stage"_a.none(), "renderer"_a = "", "app"_a = "",
      "likeOpenUSD"_a = false, "withPlugins"_a = true, "excludedPrimPaths"_a = std::vector<PathArgument>(),
      "time"_a = TimeArgument(), "check"_a = false, "resolving"_a = std::vector<std::string>(),
      "rootPrimPath"_a = PathArgument(), "computed"_a = nb::bool_(false),
      "The standard chain over a stage, with the plugins for a renderer and an application at their phases; "
      "with the resolving scene indices of these names, the subtree of a prim alone, and what is computed "
      "of places and metrics (True) or by a Compute.Registry, where these are asked for.");
  using Strings = std::vector<std::string>;
  hd.def("_RegisterPlugin", &RegisterPlugin, "name"_a, "append"_a, "phase"_a = "postFlatten",
         "renderers"_a = Strings(), "apps"_a = Strings(), "after"_a = Strings(), "before"_a = Strings(),
         "tags"_a = Strings(), "displayName"_a = "");
  hd.def("_LoadPlugins", [](const Strings& paths) {
    Diagnostics remarks;
    bridge::LoadScenePlugins(paths, *GetPlugins(), remarks);
    Warn(remarks);
  });
  hd.def("_PlanPlugins", [](const std::string& phase, const std::string& renderer, const std::string& app) {
    nb::list out;
    Diagnostics remarks;
    for (const scene::PlannedPlugin& one :
         GetPlugins()->Plan(FindPhaseOrRaise(phase), {renderer, app, nullptr}, remarks))
      out.append(nb::make_tuple(one.plugin->name, one.reason));
    Warn(remarks);
    return out;
  });
}

}  // namespace strata::python
