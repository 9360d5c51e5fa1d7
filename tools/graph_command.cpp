#include <CLI/CLI.hpp>

#include "strata/compose/dump.h"
#include "strata/inspect/graph.h"
#include "tools/commands.h"

namespace strata::tool {

namespace {

struct GraphCommand {
  StageOptions stage;
  std::string subject;
  std::string format = "dot";
  inspect::GraphNodes nodes = inspect::GraphNodes::kKept;
  compose::MapInfo maps = compose::MapInfo::kOmit;
};

std::string MakeJson(const inspect::GraphAnswer& answer) {
  JsonWriter writer;
  inspect::WriteGraph(writer, answer);
  return writer.TakeText();
}

std::string Render(const inspect::GraphAnswer& answer, const GraphCommand& options) {
  if (options.format == "svg") return inspect::RenderGraphAsSvg(answer);
  if (options.format == "text") return compose::DumpToString(*answer.index);
  if (options.format == "json") return MakeJson(answer) + "\n";
  return compose::DumpToDotGraph(*answer.index, compose::OriginInfo::kInclude, options.maps);
}

int Graph(Session& session, const GraphCommand& options) {
  Result<Path> path = Path::Parse(options.subject);
  if (!path) {
    session.GetDiagnostics().Add(path.TakeError());
    return session.Finish("graph", std::nullopt);
  }
  const stage::StagePtr stage = session.OpenStage(options.stage, layer::OpenOptions::SourceMaps::kNone);
  if (!stage) return session.Finish("graph", std::nullopt);
  Result<inspect::GraphAnswer> answer = inspect::DescribeGraph(*stage, *path, options.nodes);
  if (!answer) {
    session.GetDiagnostics().Add(answer.TakeError());
    return session.Finish("graph", std::nullopt);
  }
  if (session.GetOptions().output == OutputFormat::kJson) return session.Finish("graph", MakeJson(*answer));
  return session.Finish("graph", Render(*answer, options));
}

}  // namespace

void AddGraph(CLI::App& app, Action& chosen) {
  auto options = std::make_shared<GraphCommand>();
  CLI::App* command = app.add_subcommand(
      "graph", "Show the index of a prim: its nodes, arcs and maps, as a graph or picture");
  AddStageOptions(*command, options->stage);
  command->add_option("PATH", options->subject, "The prim")->required();
  command
      ->add_option(
          "--format", options->format,
          "dot (for graphviz; the default), svg (drawn here), text (every field of every node) or json")
      ->check(CLI::IsMember({"dot", "svg", "text", "json"}).description(""))
      ->type_name("FORMAT");
  command->add_flag_callback(
      "--expanded", [options] { options->nodes = inspect::GraphNodes::kAll; },
      "The nodes that say nothing too: every arc there is");
  command->add_flag_callback(
      "--maps", [options] { options->maps = compose::MapInfo::kInclude; },
      "Write paths and times of maps at the arcs of a dot graph");
  command->footer(
      "Examples:\n"
      "  strata graph shot.usda /World/Car | dot -Tpng -o car.png\n"
      "  strata graph shot.usda /World/Car --format svg > car.svg\n"
      "  strata graph shot.usda /World/Car --format text --expanded\n"
      "  strata graph shot.usda /World/Car --json | jq '.answer.nodes[].arc'");
  command->callback(
      [options, &chosen] { chosen = [options](Session& session) { return Graph(session, *options); }; });
}

}  // namespace strata::tool
