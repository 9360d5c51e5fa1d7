// Adds lines to diagnostics.
#include "tools/locate.h"

#include <filesystem>
#include <map>

#include "strata/context/engine.h"
#include "strata/layer/layer.h"
#include "strata/layer/source_map.h"

namespace strata::tool {

namespace {

constexpr size_t kMaxFiles = 8;
constexpr uintmax_t kMaxFileBytes = 64u << 20;

class Locator {
 public:
  explicit Locator(const std::vector<std::string>& search_paths) : engine_(MakeOptions(search_paths)) {}

  void Locate(SourceLocation& where, Token field) {
    if (where.line != 0 || where.file.empty() || where.path.empty()) return;
    const layer::Layer* layer = Open(where.file);
    const layer::SourceMap* map = layer ? layer->GetSourceMap() : nullptr;
    if (!map) return;
    const auto place = map->FindField(Path(where.path), field);
    if (!place) return;
    where.line = place->line;
    where.column = place->column;
  }

 private:
  static context::EngineOptions MakeOptions(const std::vector<std::string>& search_paths) {
    context::EngineOptions options;
    options.thread_count = 1;
    options.search_paths = search_paths;
    return options;
  }

  const layer::Layer* Open(const std::string& file) {
    const auto known = layers_.find(file);
    if (known != layers_.end()) return known->second.get();
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(file, error);
    if (error || size > kMaxFileBytes || layers_.size() >= kMaxFiles) return nullptr;
    layer::OpenOptions open;
    open.source_maps = layer::OpenOptions::SourceMaps::kRecord;
    Diagnostics ignored;
    return (layers_[file] = engine_.OpenLayer(file, open, ignored)).get();
  }

  context::Engine engine_;
  std::map<std::string, layer::LayerPtr> layers_;
};

// The field that a code speaks of, for a line closer than that of the whole spec.
Token GetFieldOf(const Diagnostic& diagnostic) {
  const std::string_view code = diagnostic.code ? diagnostic.code->name : "";
  if (code.find("sublayer") != std::string_view::npos) return layer::GetFieldNames().subLayers;
  return Token();
}

bool NeedsLine(const SourceLocation& where) {
  return where.line == 0 && !where.file.empty() && !where.path.empty();
}

}  // namespace

void LocateDiagnostics(Diagnostics& diagnostics, const std::vector<std::string>& search_paths) {
  bool is_needed = false;
  for (const Diagnostic& diagnostic : diagnostics.GetAll()) is_needed |= NeedsLine(diagnostic.location);
  if (!is_needed) return;
  Locator locator(search_paths);
  diagnostics.Edit([&](Diagnostic& diagnostic) {
    locator.Locate(diagnostic.location, GetFieldOf(diagnostic));
    for (DiagnosticNote& note : diagnostic.notes) locator.Locate(note.location, Token());
  });
}

}  // namespace strata::tool
