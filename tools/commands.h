// The subcommands: each adds itself to the command line, and says what to run when it is chosen.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "strata/pipeline/localize.h"
#include "tools/session.h"

namespace CLI {
class App;
}

namespace strata::tool {

// What the command line chose; returns the exit code.
using Action = std::function<int(Session&)>;

void AddCat(CLI::App& app, Action& chosen);
void AddTree(CLI::App& app, Action& chosen);
void AddWhy(CLI::App& app, Action& chosen);
void AddGraph(CLI::App& app, Action& chosen);
void AddFlatten(CLI::App& app, Action& chosen);
void AddSquash(CLI::App& app, Action& chosen);
void AddSample(CLI::App& app, Action& chosen);
void AddDeps(CLI::App& app, Action& chosen);
void AddLocalize(CLI::App& app, Action& chosen);
void AddPack(CLI::App& app, Action& chosen);
void AddUnpack(CLI::App& app, Action& chosen);
void AddStitch(CLI::App& app, Action& chosen);
void AddStitchClips(CLI::App& app, Action& chosen);
void AddMove(CLI::App& app, Action& chosen);
void AddRemove(CLI::App& app, Action& chosen);
void AddStat(CLI::App& app, Action& chosen);
void AddCheck(CLI::App& app, Action& chosen);
void AddMetrics(CLI::App& app, Action& chosen);
void AddScene(CLI::App& app, Action& chosen);
void AddRender(CLI::App& app, Action& chosen);
void AddExport(CLI::App& app, Action& chosen);
void AddCompute(CLI::App& app, Action& chosen);
void AddAssemble(CLI::App& app, Action& chosen);
void AddSchema(CLI::App& app, Action& chosen);
void AddCompletions(CLI::App& app, Action& chosen);

// The options of everything that opens a stage.
void AddStageOptions(CLI::App& command, StageOptions& options);

// What was brought together, one line or a JSON value.
std::string FormatLocalization(const pipeline::Localization& localization, const std::string& output,
                               OutputFormat format);

}  // namespace strata::tool
