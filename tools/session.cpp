#include "tools/session.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <unistd.h>

#include <fmt/format.h>

#include "strata/base/files.h"
#include "strata/base/trace.h"
#include "tools/locate.h"

namespace strata::tool {

namespace {

context::EngineOptions MakeEngineOptions(const CommonOptions& options) {
  context::EngineOptions engine;
  engine.network = context::EngineOptions::Network::kOn;
  engine.thread_count = options.threads;
  engine.search_paths = options.search_paths;
  engine.budgets = options.budgets;
  return engine;
}

std::map<std::string, std::vector<std::string>> ParseFallbacks(const std::vector<std::string>& texts) {
  std::map<std::string, std::vector<std::string>> fallbacks;
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    std::vector<std::string>& names = fallbacks[text.substr(0, equals)];
    for (size_t at = equals + 1; equals != std::string::npos && at <= text.size();) {
      const size_t comma = std::min(text.find(',', at), text.size());
      names.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return fallbacks;
}

}  // namespace

Session::Session(const CommonOptions& options) : options_(options), engine_(MakeEngineOptions(options)) {
  diagnostics_.Append(engine_.GetStartupRemarks());
}

layer::LayerPtr Session::OpenLayer(const std::string& path, layer::OpenOptions::SourceMaps source_maps) {
  layer::OpenOptions open;
  open.source_maps = source_maps;
  layer::LayerPtr layer = engine_.OpenLayer(path, open, diagnostics_);
  if (!layer) NoteIfMissing(path);
  return layer;
}

void Session::NoteIfMissing(const std::string& path) {
  const layer::LayerRegistry& layers = *engine_.GetLayerRegistry();
  std::error_code error;
  is_missing_ |= layers.GetResolver().Resolve(layers.CreateIdentifier(path, nullptr), {}).empty() &&
                 !std::filesystem::exists(path, error);
}

stage::StagePtr Session::OpenStage(const StageOptions& options, layer::OpenOptions::SourceMaps source_maps) {
  stage::OpenOptions open;
  open.source_maps = source_maps;
  open.load = options.loads_payloads ? stage::LoadPolicy::kLoadAll : stage::LoadPolicy::kLoadNone;
  open.interpolation =
      options.holds_values ? stage::InterpolationType::kHeld : stage::InterpolationType::kLinear;
  open.variant_fallbacks = ParseFallbacks(options.variant_fallbacks);
  for (const std::string& layer : options.muted_layers)
    open.muted_layers.insert(engine_.GetLayerRegistry()->CreateIdentifier(layer, nullptr));
  if (!options.session.empty()) {
    open.session = OpenLayer(options.session, source_maps);
    if (!open.session) return nullptr;
  }
  auto stage = engine_.OpenStage(options.root, std::move(open), diagnostics_);
  if (stage) return *std::move(stage);
  // What kept the root layer from opening is among the diagnostics already.
  const Diagnostic& why = stage.GetError();
  const auto is_same = [&why](const Diagnostic& said) {
    return said.code == why.code && said.message == why.message && said.location.line == why.location.line;
  };
  const std::vector<Diagnostic>& all = diagnostics_.GetAll();
  if (std::none_of(all.begin(), all.end(), is_same)) diagnostics_.Add(why);
  NoteIfMissing(options.root);
  return nullptr;
}

layer::ExportOptions Session::MakeExportOptions() {
  layer::ExportOptions options;
  options.executor = &engine_.GetExecutor();
  options.remarks = &diagnostics_;
  return options;
}

int Session::Finish(std::string_view command, const std::optional<std::string>& answer) {
  LocateDiagnostics(diagnostics_, options_.search_paths);
  std::string out;
  if (options_.output == OutputFormat::kJson) {
    JsonWriter head;
    head.BeginObject();
    head.Key("command").String(command);
    head.Key("ok").Bool(answer.has_value());
    head.Key("diagnostics");
    WriteDiagnostics(head, diagnostics_);
    head.EndObject();
    out = head.TakeText();
    if (answer) {
      out.pop_back();
      out += ",\"answer\":" + *answer + "}";
    }
    out += '\n';
  } else {
    if (answer) out = *answer;
    if (!diagnostics_.IsEmpty()) {
      std::fflush(stdout);
      const std::string remarks = RenderDiagnostics(diagnostics_, DecideColor(options_.color, 2));
      std::fwrite(remarks.data(), 1, remarks.size(), stderr);
    }
  }
  if (!WriteToStandardOutput(out)) return kFailed;
  if (!answer) return is_missing_ ? kMissing : kFailed;
  return options_.is_strict && diagnostics_.HasErrors() ? kFailed : kAnswered;
}

bool WriteToStandardOutput(std::string_view text) {
  std::string harmless;
  if (isatty(STDOUT_FILENO)) text = harmless = MakeHarmless(text);
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return std::fflush(stdout) == 0 && written;
}

}  // namespace strata::tool
