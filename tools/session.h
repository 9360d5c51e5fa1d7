// One run of the tool: the options all subcommands share, the engine made from them, and how answers and
// remarks leave.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/base/budget.h"
#include "strata/base/json_writer.h"
#include "strata/context/engine.h"
#include "tools/terminal.h"

namespace strata::tool {

// Exit codes, as `strata --help` lists them.
enum ExitCode : int { kAnswered = 0, kFailed = 1, kUsage = 2, kMissing = 3 };

enum class OutputFormat : uint8_t { kText, kJson };

struct CommonOptions {
  OutputFormat output = OutputFormat::kText;
  ColorChoice color = ColorChoice::kAuto;
  unsigned threads = 0;
  std::string trace_path;
  std::vector<std::string> search_paths;
  Budgets budgets;
  bool is_strict = false;
};

struct StageOptions {
  std::string root;
  std::string session;
  bool loads_payloads = true;
  bool holds_values = false;                   // held instead of linear interpolation
  std::vector<std::string> variant_fallbacks;  // "set=first,second"
  std::vector<std::string> muted_layers;
};

class Session {
 public:
  explicit Session(const CommonOptions& options);

  const CommonOptions& GetOptions() const { return options_; }
  const context::Engine& GetEngine() const { return engine_; }
  Diagnostics& GetDiagnostics() { return diagnostics_; }
  Painter GetPainter() const { return Painter(DecideColor(options_.color, 1)); }

  // Null, with the reason among the diagnostics, when it cannot be opened.
  layer::LayerPtr OpenLayer(const std::string& path, layer::OpenOptions::SourceMaps source_maps);
  stage::StagePtr OpenStage(const StageOptions& options, layer::OpenOptions::SourceMaps source_maps);

  // Writes on all threads, remarks among the diagnostics.
  layer::ExportOptions MakeExportOptions();

  // Ends the run: diagnostics to standard error (or into the JSON object), the answer to standard output.
  // `answer` is text, or a JSON value with OutputFormat::kJson; nothing when there is none. Returns the exit
  // code.
  int Finish(std::string_view command, const std::optional<std::string>& answer);

 private:
  void NoteIfMissing(const std::string& path);

  CommonOptions options_;
  context::Engine engine_;
  Diagnostics diagnostics_;
  bool is_missing_ = false;  // an input that was named does not exist
};

// Writes all of `text` to standard output; false when it cannot (a closed pipe).
bool WriteToStandardOutput(std::string_view text);

}  // namespace strata::tool
