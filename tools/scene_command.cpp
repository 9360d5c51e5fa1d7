// `strata scene`: a stage as the running scene that renderers read.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "strata/scene/scene.h"
#include "tools/chain_options.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

inline constexpr DiagnosticCode kSceneIndexUnknown{"tool.scene-index-unknown", Severity::kError,
                                                   "The chain has no scene index of a name."};
inline constexpr DiagnosticCode kScenePrimUnknown{"tool.scene-prim-unknown", Severity::kError,
                                                  "A scene index has no prim at a path."};

struct SceneCommand {
  StageOptions stage;
  std::string index;  // empty: the last one
  std::string root = "/";
  std::vector<double> times;
  ChainChoice chain;
};

// The index whose name is `name`, but for case and spaces; of several the last one.
scene::SceneIndexPtr FindIndex(const bridge::Chain& chain, const std::string& name) {
  const auto simplify = [](std::string text) {
    std::erase_if(text, [](char letter) { return letter == ' ' || letter == '-'; });
    for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return text;
  };
  if (name.empty()) return chain.GetFinal();
  for (size_t i = chain.indices.size(); i-- > 0;)
    if (simplify(chain.indices[i]->GetDisplayName()) == simplify(name)) return chain.indices[i];
  return nullptr;
}

scene::SceneIndexPtr FindIndex(Session& session, const bridge::Chain& chain, const std::string& name) {
  scene::SceneIndexPtr found = FindIndex(chain, name);
  if (!found)
    session.GetDiagnostics().Add(Diagnostic(kSceneIndexUnknown,
                                            fmt::format("The chain has no scene index \"{}\".", name), {},
                                            "See the names with `strata scene plan`."));
  return found;
}

double GetFirstTime(const stage::Stage& stage, const SceneCommand& options) {
  return options.times.empty() ? tool::GetFirstTime(stage) : options.times.front();
}

int Dump(Session& session, const SceneCommand& options) {
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("scene dump", std::nullopt);
  bridge::Chain chain = MakeChain(session, options.chain);
  const scene::SceneIndexPtr index = FindIndex(session, chain, options.index);
  if (!index) return session.Finish("scene dump", std::nullopt);
  chain.stage->SetTime(GetFirstTime(*stage, options));
  if (auto shown = ShowStage(session, chain, stage); !shown) {
    session.GetDiagnostics().Add(shown.TakeError());
    return session.Finish("scene dump", std::nullopt);
  }
  const Path root(options.root);
  if (!index->GetPrim(root) && index->GetChildPrimPaths(root).empty()) {
    SourceLocation where;
    where.file = stage->GetRootLayer()->GetIdentifier();
    where.path = options.root;
    session.GetDiagnostics().Add(Diagnostic(
        kScenePrimUnknown,
        fmt::format("The scene index \"{}\" has no prim at <{}>.", index->GetDisplayName(), options.root),
        std::move(where), "Dump the whole scene, without --root."));
    return session.Finish("scene dump", std::nullopt);
  }
  const scene::PrintOptions print{.max_elements = 8, .shutter = {-0.5, 0.5}};
  if (session.GetOptions().output != OutputFormat::kJson) {
    const std::string text = scene::PrintScene(*index, root, print);
    ReportChecks(session, options.chain);
    return session.Finish("scene dump", text);
  }
  JsonWriter writer;
  scene::WriteScene(*index, writer, root, print);
  ReportChecks(session, options.chain);
  return session.Finish("scene dump", writer.GetText());
}

int Plan(Session& session, const SceneCommand& options) {
  const bridge::Chain chain = MakeChain(session, options.chain);
  if (session.GetOptions().output == OutputFormat::kJson) {
    JsonWriter writer;
    writer.BeginArray();
    for (size_t i = 0; i < chain.indices.size(); ++i)
      writer.BeginObject()
          .Key("name")
          .String(chain.indices[i]->GetDisplayName())
          .Key("reason")
          .String(chain.reasons[i])
          .EndObject();
    writer.EndArray();
    return session.Finish("scene plan", writer.GetText());
  }
  std::string text;
  for (size_t i = 0; i < chain.indices.size(); ++i)
    text += fmt::format("{}. {:<20} {}\n", i + 1, chain.indices[i]->GetDisplayName(), chain.reasons[i]);
  return session.Finish("scene plan", text);
}

int Watch(Session& session, const SceneCommand& options) {
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("scene watch", std::nullopt);
  bridge::Chain chain = MakeChain(session, options.chain);
  const scene::SceneIndexPtr index = FindIndex(session, chain, options.index);
  if (!index) return session.Finish("scene watch", std::nullopt);
  scene::RecordingObserver observer;
  chain.stage->SetTime(GetFirstTime(*stage, options));
  if (auto shown = ShowStage(session, chain, stage); !shown) {
    session.GetDiagnostics().Add(shown.TakeError());
    return session.Finish("scene watch", std::nullopt);
  }
  index->AddObserver(observer);
  JsonWriter writer;
  writer.BeginArray();
  std::string text;
  for (double time : options.times) {
    // Only who has looked at data is told that they change.
    scene::PrintScene(*index, Path(options.root));
    chain.stage->SetTime(time);
    text += fmt::format("time {}\n", time);
    writer.BeginObject().Key("time").Number(time).Key("notices").BeginArray();
    for (const std::string& line : observer.Take()) {
      text += "  " + line + "\n";
      writer.String(line);
    }
    writer.EndArray().EndObject();
  }
  writer.EndArray();
  index->RemoveObserver(observer);
  ReportChecks(session, options.chain);
  const bool is_json = session.GetOptions().output == OutputFormat::kJson;
  return session.Finish("scene watch", is_json ? writer.GetText() : text);
}

}  // namespace

void AddScene(CLI::App& app, Action& chosen) {
  CLI::App* scene = app.add_subcommand("scene", "Show a stage as the running scene that renderers read");
  scene->require_subcommand(1);
  const auto add = [&](const char* name, const char* summary, int (*run)(Session&, const SceneCommand&)) {
    auto options = std::make_shared<SceneCommand>();
    CLI::App* command = scene->add_subcommand(name, summary);
    AddChainOptions(*command, options->chain);
    command->callback([options, run, &chosen] {
      chosen = [options, run](Session& session) { return run(session, *options); };
    });
    return std::pair(command, options);
  };
  const auto [dump, dumped] = add("dump", "Print prims and their data at one index of the chain", Dump);
  AddStageOptions(*dump, dumped->stage);
  dump->add_option("--index", dumped->index, "The scene index to print, as `plan` names it; else the last")
      ->type_name("NAME");
  dump->add_option("--root", dumped->root, "Begin at this prim")->type_name("PATH");
  dump->add_option("--time", dumped->times, "The frame; else the start time code")
      ->type_name("T")
      ->expected(1);
  add("plan", "Name the scene indices of the chain, in order, and why they stand so", Plan);
  const auto [watch, watched] = add("watch", "Print what is told as the time moves", Watch);
  AddStageOptions(*watch, watched->stage);
  watch->add_option("--index", watched->index, "The scene index to watch; else the last")->type_name("NAME");
  watch->add_option("--times", watched->times, "The frames to move to, in order")->type_name("T")->required();
  scene->footer(
      "Examples:\n"
      "  strata scene plan                              the chain of scene indices\n"
      "  strata scene dump shot.usda --root /World      what renderers read below a prim\n"
      "  strata scene dump shot.usda --index stage      the stage before the chain\n"
      "  strata scene watch shot.usda --times 1 2 3     what changes from frame to frame");
}

}  // namespace strata::tool
