// The layers of a stage over its life: muting, saving, reading again, edit targets, changes of options.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/layer/fields.h"
#include "strata/stage/change_feed.h"
#include "strata/stage/clips.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

Diagnostic Refuse(const Stage& stage, Path path, std::string message, std::string hint) {
  SourceLocation location;
  location.file = stage.GetRootLayer()->GetIdentifier();
  location.path = path.GetString();
  return Diagnostic(kEditRefused, std::move(message), std::move(location), std::move(hint));
}

// The session layer and its sublayers.
std::set<layer::LayerPtr> ListSessionLayers(const Stage& stage) {
  std::set<layer::LayerPtr> layers;
  for (const compose::LayerStack::Entry& entry : stage.GetRootLayerStack()->GetEntries())
    if (entry.is_session) layers.insert(entry.layer);
  if (stage.GetSessionLayer()) layers.insert(stage.GetSessionLayer());
  return layers;
}

bool SaveLayers(const std::vector<layer::LayerPtr>& layers, const layer::SaveOptions& options,
                Diagnostics& diagnostics) {
  bool all_saved = true;
  for (const layer::LayerPtr& layer : layers) {
    if (!layer->IsDirty()) continue;
    if (layer->IsAnonymous()) {
      SourceLocation where;
      where.file = layer->GetIdentifier();
      diagnostics.Add(Diagnostic(
          kLayerNotSaved, fmt::format("The layer '{}' is anonymous and not saved.", layer->GetIdentifier()),
          std::move(where), "Export it to a file to keep it."));
      continue;
    }
    if (Result<void> saved = layer->Save(options); !saved) {
      diagnostics.Add(saved.GetError());
      all_saved = false;
    }
  }
  return all_saved;
}

}  // namespace

bool Stage::HasLocalLayer(const layer::LayerPtr& layer) const {
  const auto& entries = GetRootLayerStack()->GetEntries();
  return std::any_of(entries.begin(), entries.end(), [&](const auto& entry) { return entry.layer == layer; });
}

const asset::ResolverContext& Stage::GetPathResolverContext() const {
  return *impl_->options.resolver_context;
}

std::string Stage::ResolveIdentifierToEditTarget(const std::string& identifier) const {
  return impl_->provider->CreateIdentifier(identifier, *impl_->edit_target.GetLayer());
}

// -- edit targets --

const EditTarget& Stage::GetEditTarget() const {
  return impl_->edit_target;
}

Result<void> Stage::SetEditTarget(EditTarget target) {
  if (!target) {
    return Refuse(*this, Path::AbsoluteRoot(), "The edit target names no layer.",
                  "Make it of a layer of the stage.");
  }
  if (target == impl_->edit_target) return {};
  impl_->edit_target = std::move(target);
  impl_->feed->TellOfEditTarget();
  return {};
}

EditTarget Stage::GetEditTargetForLocalLayer(const layer::LayerPtr& layer) const {
  for (const compose::LayerStack::Entry& entry : GetRootLayerStack()->GetEntries())
    if (entry.layer == layer) return EditTarget(layer, entry.offset);
  return {};
}

// -- muting --

std::string Stage::Impl::MakeMutedIdentifier(const std::string& identifier) const {
  return identifier.starts_with("anon:") ? identifier : provider->CreateIdentifier(identifier, *root);
}

std::vector<std::string> Stage::GetMutedLayers() const {
  const std::set<std::string>& muted = impl_->cache->GetOptions().muted_layers;
  return {muted.begin(), muted.end()};
}

bool Stage::IsLayerMuted(const std::string& identifier) const {
  return impl_->cache->GetOptions().muted_layers.count(impl_->MakeMutedIdentifier(identifier)) != 0;
}

Result<void> Stage::MuteAndUnmuteLayers(const std::vector<std::string>& mute,
                                        const std::vector<std::string>& unmute) {
  const std::set<std::string>& known = impl_->cache->GetOptions().muted_layers;
  std::set<std::string> muted, unmuted;
  for (const std::string& identifier : mute) {
    const std::string made = impl_->MakeMutedIdentifier(identifier);
    if (made == GetRootLayer()->GetIdentifier()) {
      return Refuse(*this, Path::AbsoluteRoot(),
                    fmt::format("The root layer '{}' of a stage cannot be muted.", made),
                    "Mute sublayers of it, or close the stage.");
    }
    if (!known.count(made)) muted.insert(made);
  }
  for (const std::string& identifier : unmute) {
    const std::string made = impl_->MakeMutedIdentifier(identifier);
    if (known.count(made) && !muted.count(made)) unmuted.insert(made);
  }
  for (const std::string& identifier : mute) unmuted.erase(impl_->MakeMutedIdentifier(identifier));
  if (muted.empty() && unmuted.empty()) return {};
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(*this));
  LayerMutingChanged told{{muted.begin(), muted.end()}, {unmuted.begin(), unmuted.end()}};
  compose::CacheEdits edits;
  edits.mute = told.muted;
  edits.unmute = told.unmuted;
  for (const std::string& identifier : muted) impl_->options.muted_layers.insert(identifier);
  for (const std::string& identifier : unmuted) impl_->options.muted_layers.erase(identifier);
  impl_->feed->Flush();
  (void)impl_->feed->Apply(edits, &told);
  return {};
}

// -- files --

bool Stage::Save(Diagnostics& diagnostics, const layer::SaveOptions& options) {
  const std::set<layer::LayerPtr> of_session = ListSessionLayers(*this);
  std::vector<layer::LayerPtr> layers = GetUsedLayers();
  std::erase_if(layers, [&](const layer::LayerPtr& layer) { return of_session.count(layer) != 0; });
  return SaveLayers(layers, options, diagnostics);
}

bool Stage::SaveSessionLayers(Diagnostics& diagnostics, const layer::SaveOptions& options) {
  const std::set<layer::LayerPtr> of_session = ListSessionLayers(*this);
  std::vector<layer::LayerPtr> layers(of_session.begin(), of_session.end());
  std::sort(layers.begin(), layers.end(), [](const layer::LayerPtr& a, const layer::LayerPtr& b) {
    return a->GetIdentifier() < b->GetIdentifier();
  });
  return SaveLayers(layers, options, diagnostics);
}

bool Stage::Reload(Diagnostics& diagnostics) {
  const std::set<layer::LayerPtr> of_session = ListSessionLayers(*this);
  bool all_read = true;
  ChangeBlock block(*this);
  for (const layer::LayerPtr& layer : GetUsedLayers()) {
    if (layer->IsAnonymous() || of_session.count(layer)) continue;
    if (Result<void> read = layer->Reload(); !read) {
      diagnostics.Add(read.GetError());
      all_read = false;
    }
  }
  return all_read;
}

bool Stage::HasDirtyLayers() const {
  return impl_->feed->HasDirtyLayers();
}
void Stage::SetDirtinessListener(std::function<void()> listener) {
  impl_->feed->SetDirtinessListener(std::move(listener));
}

// -- options --

Result<void> Stage::SetDefaultPrim(const Prim& prim) {
  if (!prim || prim.GetPath().IsAbsoluteRoot() || prim.GetStage() != this) {
    return Refuse(*this, Path::AbsoluteRoot(), "A default prim must be a prim of the stage.",
                  "Give one that GetPrimAtPath finds, not the pseudo-root.");
  }
  const Path path = prim.GetPath();
  const Token name = path.IsRootPrim() ? path.GetNameToken() : Token(path.GetString());
  return GetRootLayer()->SetField(Path::AbsoluteRoot(), layer::GetFieldNames().defaultPrim, Value(name));
}

void Stage::ClearDefaultPrim() {
  (void)GetRootLayer()->EraseField(Path::AbsoluteRoot(), layer::GetFieldNames().defaultPrim);
}

void Stage::SetInterpolationType(InterpolationType interpolation) {
  if (interpolation == impl_->options.interpolation) return;
  impl_->options.interpolation = interpolation;
  impl_->feed->TellOfAll();
}

// -- notices --

uint64_t Stage::AddListener(Listener listener) {
  return impl_->feed->AddListener(std::move(listener));
}
void Stage::RemoveListener(uint64_t id) {
  impl_->feed->RemoveListener(id);
}
size_t Stage::GetListenerFailureCount() const {
  return impl_->feed->GetFailureCount();
}
bool Stage::IsInChangeBlock() const {
  return impl_->feed->IsInBlock();
}
void Stage::FollowLayers() {
  if (!impl_->feed->IsFollowing()) impl_->feed->Follow();
}
void Stage::ExpectMoves(std::vector<NamespaceMove> moves) {
  impl_->feed->AddMoves(std::move(moves));
}

Stage::ChangeBlock::ChangeBlock(Stage& stage) : stage_(stage.GetRef()) {
  stage.impl_->feed->BeginBlock();
}
Stage::ChangeBlock::~ChangeBlock() {
  if (Stage* stage = stage_.Get()) stage->impl_->feed->EndBlock();
}

}  // namespace strata::stage
