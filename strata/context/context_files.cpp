// Files of layers that others change while a context has them open.
#include <fmt/format.h>

#include <algorithm>

#include "strata/context/context.h"

namespace strata::context {

std::vector<layer::LayerPtr> Context::ListFileLayers() const {
  std::lock_guard lock(mutex_);
  std::vector<layer::LayerPtr> layers = stage_ ? stage_->GetUsedLayers() : std::vector<layer::LayerPtr>();
  std::erase_if(layers, [](const layer::LayerPtr& layer) {
    return layer->IsAnonymous() || layer->GetResolvedPath().empty();
  });
  return layers;
}

Context::FileChanges Context::CheckFiles(Diagnostics& diagnostics) {
  FileChanges changes;
  const std::vector<layer::LayerPtr> layers = ListFileLayers();  // sorted by identifier
  const stage::StageRef stage = GetStage();
  {
    std::optional<stage::Stage::ChangeBlock> block;
    if (stage) block.emplace(*stage.Get());
    for (const layer::LayerPtr& layer : layers) {
      if (!layer->HasFileChanged()) continue;
      if (layer->IsDirty()) {
        changes.conflicts.push_back(layer->GetIdentifier());
      } else if (Result<void> read = layer->Reload(); read) {
        changes.reloaded.push_back(layer->GetIdentifier());
      } else {
        diagnostics.Add(read.GetError());
        changes.failed.push_back(layer->GetIdentifier());
      }
    }
  }
  if (!changes.reloaded.empty()) {
    UpdateWatcher();
    Announce(ContextEvent::kLayersReloaded);
  }
  SetConflicts(changes.conflicts);
  return changes;
}

std::vector<std::string> Context::GetConflicts() const {
  std::lock_guard lock(mutex_);
  return conflicts_;
}

void Context::SetConflicts(std::vector<std::string> conflicts) {
  {
    std::lock_guard lock(mutex_);
    if (conflicts_ == conflicts) return;
    conflicts_ = std::move(conflicts);
  }
  Announce(ContextEvent::kConflictsChanged);
}

Result<void> Context::ResolveConflict(const std::string& identifier, Resolution resolution) {
  const std::vector<layer::LayerPtr> layers = ListFileLayers();
  const auto found = std::find_if(layers.begin(), layers.end(), [&](const layer::LayerPtr& layer) {
    return layer->GetIdentifier() == identifier;
  });
  if (found == layers.end())
    return Refuse(
        kContextClosed,
        fmt::format("The stage of the context '{}' has no layer '{}' with a file.", name_, identifier),
        "Give one of the identifiers of GetConflicts.");
  if (resolution == Resolution::kKeepMine) {
    layer::SaveOptions options;
    options.external_change = layer::SaveOptions::ExternalChange::kOverwrite;
    STRATA_CHECK((*found)->Save(options));
  } else {
    STRATA_CHECK((*found)->Reload(layer::Layer::ReloadMode::kAlways));
  }
  std::vector<std::string> conflicts = GetConflicts();
  std::erase(conflicts, identifier);
  SetConflicts(std::move(conflicts));
  return {};
}

void Context::StartWatching(FileWatcher::Options options) {
  auto watcher =
      std::make_shared<FileWatcher>([this](const std::vector<std::string>&) { HearOfFiles(); }, options);
  {
    std::lock_guard lock(mutex_);
    watcher_.swap(watcher);
  }
  watcher.reset();  // the former one
  UpdateWatcher();
}

void Context::StopWatching() {
  std::shared_ptr<FileWatcher> watcher;
  std::lock_guard lock(mutex_);
  watcher.swap(watcher_);
}

void Context::UpdateWatcher() {
  std::shared_ptr<FileWatcher> watcher;
  {
    std::lock_guard lock(mutex_);
    watcher = watcher_;
  }
  if (!watcher) return;
  std::vector<std::string> files;
  for (const layer::LayerPtr& layer : ListFileLayers()) files.push_back(layer->GetResolvedPath());
  watcher->Watch(std::move(files));
}

// Called by the watcher's thread.
void Context::HearOfFiles() {
  Dispatcher dispatcher;
  {
    std::lock_guard lock(mutex_);
    dispatcher = dispatcher_;
  }
  if (!dispatcher) return Announce(ContextEvent::kFilesChanged);
  dispatcher([this, shared = weak_from_this(), was_shared = weak_from_this().lock() != nullptr] {
    const std::shared_ptr<Context> keep = shared.lock();
    if (was_shared && !keep) return;
    Announce(ContextEvent::kFilesChanged);
    Diagnostics unheard;
    (void)CheckFiles(unheard);
  });
}

}  // namespace strata::context
