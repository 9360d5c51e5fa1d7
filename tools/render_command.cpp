// `strata render`: a picture of a stage.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>

#ifdef STRATA_WITH_EMBREE
#include "consumers/embree/embree_renderer.h"
#include "consumers/embree/png.h"
#endif
#include "strata/base/files.h"
#include "strata/render/render.h"
#include "strata/scene/resolving.h"
#include "tools/chain_options.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

#ifdef STRATA_WITH_EMBREE
constexpr bool kCanDraw = true;
#else
constexpr bool kCanDraw = false;
#endif

inline constexpr DiagnosticCode kRendererUnknown{"tool.renderer-unknown", Severity::kError,
                                                 "There is no renderer of a name."};
inline constexpr DiagnosticCode kCameraUnknown{"tool.camera-unknown", Severity::kError,
                                               "A scene has no camera at a path."};

struct RenderCommand {
  StageOptions stage;
  ChainChoice chain;
  std::string output, camera;
  uint32_t width = 640, height = 0;  // 0: as the camera's shape says
  std::vector<double> times;
  int samples = 0;  // 0: as the renderer says
  std::vector<std::string> settings;
  bool shows_progress = false, has_headlight = false;
};

render::RendererRegistry MakeRegistry() {
  render::RendererRegistry registry;
#ifdef STRATA_WITH_EMBREE
  (void)registry.Add(embree::MakePlugin());
#endif
  return registry;
}

const render::RendererPlugin* FindRenderer(Session& session, const render::RendererRegistry& registry,
                                           const std::string& name) {
  const render::RendererPlugin* found = registry.Find(name.empty() ? "embree" : name);
  if (found) return found;
  if (!kCanDraw) {
    session.GetDiagnostics().Add(
        Diagnostic(kRendererUnknown, "This build of strata has no renderer.", {},
                   "Install Embree 3 and libpng (on Debian 12: apt-get install libembree-dev libpng-dev) "
                   "and build again."));
    return nullptr;
  }
  std::string known;
  for (const render::RendererPlugin* plugin : registry.GetAll())
    known += (known.empty() ? "" : ", ") + plugin->name;
  session.GetDiagnostics().Add(Diagnostic(kRendererUnknown, fmt::format("There is no renderer \"{}\".", name),
                                          {}, fmt::format("These are there: {}.", known)));
  return nullptr;
}

// "NAME=VALUE", the value as the setting's type.
Result<render::RenderSettings> ReadSettings(const render::RendererPlugin& plugin,
                                            const RenderCommand& options) {
  render::RenderSettings settings;
  if (options.samples > 0) settings["samples"] = Value(static_cast<int32_t>(options.samples));
  if (options.has_headlight) settings["headlight"] = Value(true);
  for (const std::string& text : options.settings) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const render::RenderSetting* known = plugin.FindSetting(name);
    if (!known || equals == std::string::npos) {
      std::string names;
      for (const render::RenderSetting& each : plugin.settings)
        names += fmt::format("\n  {}: {}", each.name, each.about);
      return Diagnostic(render::kPictureBad, fmt::format("\"{}\" is no setting with its value.", text), {},
                        fmt::format("Write NAME=VALUE; {} has these:{}", plugin.name, names));
    }
    const std::string value = text.substr(equals + 1);
    if (known->fallback.Holds<bool>())
      settings[name] = Value(value == "1" || value == "true" || value == "on");
    else
      settings[name] = CastValue(Value(std::strtod(value.c_str(), nullptr)), known->fallback.GetType());
  }
  return render::CompleteSettings(plugin, settings);
}

// The camera that is named, else the scene's, else the first there is, else one that sees everything.
Result<render::CameraView> FindCamera(const scene::SceneIndex& scene, const RenderCommand& options,
                                      render::Renderer& renderer, Diagnostics& remarks) {
  static const Token kCamera("camera");
  if (!options.camera.empty()) {
    const scene::ScenePrim prim = scene.GetPrim(Path(options.camera));
    if (prim.type == kCamera) return render::ReadCamera(prim);
    std::string known;
    scene::VisitPrims(scene, Path::AbsoluteRoot(), [&](Path path) {
      if (scene.GetPrim(path).type == kCamera) known += fmt::format("\n  {}", path.GetString());
    });
    return Diagnostic(
        kCameraUnknown, fmt::format("There is no camera at <{}>.", options.camera), {},
        known.empty() ? "The scene has no camera: leave --camera away." : "These are there:" + known);
  }
  Path chosen = render::ReadSceneFacts(scene).primary_camera;
  if (scene.GetPrim(chosen).type != kCamera) {
    chosen = Path();
    scene::VisitPrims(scene, Path::AbsoluteRoot(), [&](Path path) {
      if (chosen.IsEmpty() && scene.GetPrim(path).type == kCamera) chosen = path;
    });
  }
  if (!chosen.IsEmpty()) return render::ReadCamera(scene.GetPrim(chosen));
  const double aspect = options.height ? static_cast<double>(options.width) / options.height : 4.0 / 3;
  return renderer.Frame(aspect, remarks);
}

// Tells how far the work is, each tenth of it; on a terminal in one line.
std::function<bool(double)> MakeProgress(bool is_wanted) {
  const bool is_terminal = isatty(2) != 0;
  if (!is_wanted && !is_terminal) return nullptr;
  return [is_terminal, last = -1](double done) mutable {
    const int now = static_cast<int>(done * 10);
    if (now == last) return true;
    last = now;
    if (is_terminal)
      std::fprintf(stderr, "\rrendering: %d %%%s", now * 10, now >= 10 ? "\n" : "");
    else
      std::fprintf(stderr, "rendering: %d %%\n", now * 10);
    return true;
  };
}

Result<std::string> Encode([[maybe_unused]] const render::Picture& picture) {
#ifdef STRATA_WITH_EMBREE
  return embree::EncodePng(picture);
#else
  return Diagnostic(kRendererUnknown, "This build of strata writes no pictures.");
#endif
}

// Draws the picture and writes it; what it holds, in words or JSON.
Result<std::string> Draw(Session& session, const RenderCommand& options, const render::RendererPlugin& plugin,
                         const bridge::Chain& chain) {
  STRATA_TRY(std::unique_ptr<render::Renderer> renderer, plugin.make(session.GetEngine().GetExecutor()));
  const scene::SceneIndexPtr scene = chain.GetFinal();
  renderer->SetScene(scene);
  render::RenderRequest request;
  STRATA_TRY(request.settings, ReadSettings(plugin, options));
  STRATA_TRY(const render::CameraView camera,
             FindCamera(*scene, options, *renderer, session.GetDiagnostics()));
  request.width = options.width;
  request.height = options.height ? options.height
                                  : static_cast<uint32_t>(std::clamp(
                                        std::lround(options.width / camera.GetAspectRatio()), 1L, 16384L));
  request.camera = render::FitToAspectRatio(camera, static_cast<double>(request.width) / request.height);
  request.progress = MakeProgress(options.shows_progress);
  STRATA_TRY(const render::RenderResult result, renderer->Render(request, session.GetDiagnostics()));
  renderer.reset();
  const render::Picture& picture = result.outputs.at("color");
  size_t covered = 0;
  for (size_t i = 3; i < picture.values.size(); i += 4) covered += picture.values[i] > 0;
  STRATA_TRY(const std::string bytes, Encode(picture));
  STRATA_CHECK(ReplaceFile(options.output, bytes));
  if (session.GetOptions().output != OutputFormat::kJson)
    return fmt::format("{}: {} by {} pixels, {:.1f} % covered\n", options.output, request.width,
                       request.height, 100.0 * static_cast<double>(covered) * 4 / picture.values.size());
  JsonWriter writer;
  writer.BeginObject().Key("file").String(options.output).Key("width").Number(request.width);
  writer.Key("height").Number(request.height).Key("coveredPixels").Number(covered).EndObject();
  return writer.GetText();
}

int Run(Session& session, const RenderCommand& options) {
  const render::RendererRegistry registry = MakeRegistry();
  const render::RendererPlugin* plugin = FindRenderer(session, registry, options.chain.renderer);
  if (!plugin) return session.Finish("render", std::nullopt);
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("render", std::nullopt);
  ChainChoice choice = options.chain;
  choice.renderer = plugin->name;
  for (const std::string& name : plugin->resolving)
    if (scene::FindResolvingIndex(name)) choice.resolving.push_back(name);
  bridge::Chain chain = MakeChain(session, choice);
  chain.stage->SetTime(options.times.empty() ? GetFirstTime(*stage) : options.times.front());
  if (auto shown = ShowStage(session, chain, stage); !shown) {
    session.GetDiagnostics().Add(shown.TakeError());
    return session.Finish("render", std::nullopt);
  }
  Result<std::string> answer = Draw(session, options, *plugin, chain);
  ReportChecks(session, options.chain);
  if (answer) return session.Finish("render", *answer);
  session.GetDiagnostics().Add(answer.TakeError());
  return session.Finish("render", std::nullopt);
}

}  // namespace

void AddRender(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<RenderCommand>();
  CLI::App* command = app.add_subcommand("render", "Draw a picture of a stage");
  AddStageOptions(*command, options->stage);
  command->add_option("output", options->output, "The PNG file to write")->required()->type_name("FILE");
  command
      ->add_option("--camera", options->camera,
                   "The camera prim; else the scene's primary or first one, else all is seen")
      ->type_name("PATH");
  command->add_option("--width", options->width, "Pixels across")
      ->check(CLI::Range(1u, 16384u).description(""))
      ->type_name("N");
  command->add_option("--height", options->height, "Pixels down; else by the camera's shape")
      ->check(CLI::Range(1u, 16384u).description(""))
      ->type_name("N");
  command->add_option("--time", options->times, "The frame; else the start time code")
      ->type_name("T")
      ->expected(1);
  command->add_option("--samples", options->samples, "Paths of light for each pixel")
      ->check(CLI::Range(1, 65536).description(""))
      ->type_name("N");
  command->add_flag_callback(
      "--headlight", [options] { options->has_headlight = true; },
      "Light it from the camera, whatever lights there are; for thumbnails");
  command
      ->add_option("--setting", options->settings, "A setting of the renderer, NAME=VALUE; may be repeated")
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command->add_flag_callback(
      "--progress", [options] { options->shows_progress = true; },
      "Tell how far it is on standard error, also when that is no terminal");
  AddChainOptions(*command, options->chain);
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Run(session, *options); }; });
  command->footer(
      "Examples:\n"
      "  strata render shot.usda shot.png                               all there is, or what its camera "
      "sees\n"
      "  strata render shot.usda shot.png --camera /Cam --time 24 --width 1920 --samples 64");
}

}  // namespace strata::tool
