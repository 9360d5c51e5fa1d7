#include "strata/stage/stage.h"

#include <algorithm>

#include "strata/compose/causes.h"
#include "strata/layer/fields.h"
#include "strata/stage/change_feed.h"
#include "strata/stage/clips.h"
#include "strata/stage/populator.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// Opens layers for composition in the way the stage was opened.
class RegistryLayerProvider final : public compose::LayerProvider {
 public:
  RegistryLayerProvider(std::shared_ptr<layer::LayerRegistry> registry, layer::OpenOptions options,
                        std::shared_ptr<const std::atomic<bool>> cancelled)
      : registry_(std::move(registry)), options_(std::move(options)), cancelled_(std::move(cancelled)) {}

  layer::LayerPtr FindOrOpen(const std::string& asset_path, const layer::Layer& anchor,
                             Diagnostics& diagnostics) override {
    if (cancelled_ && cancelled_->load(std::memory_order_relaxed))
      return nullptr;  // nobody will ask the stage
    return registry_->FindOrOpen(asset_path, &anchor, options_, diagnostics);
  }
  std::string CreateIdentifier(const std::string& asset_path, const layer::Layer& anchor) override {
    return registry_->CreateIdentifier(asset_path, &anchor);
  }
  compose::DynamicFileFormatPtr FindDynamicFormat(const std::string& asset_path,
                                                  const layer::Layer&) override {
    return compose::FindDynamicFormat(*registry_, asset_path);
  }

 private:
  std::shared_ptr<layer::LayerRegistry> registry_;
  layer::OpenOptions options_;
  std::shared_ptr<const std::atomic<bool>> cancelled_;
};

bool IsCancelled(const OpenOptions& options) {
  return options.cancelled && options.cancelled->load(std::memory_order_relaxed);
}

layer::OpenOptions MakeLayerOptions(const OpenOptions& options) {
  layer::OpenOptions layer_options;
  if (options.resolver_context) layer_options.context = *options.resolver_context;
  layer_options.budgets = options.budgets.value_or(Budgets());
  layer_options.executor = options.executor;
  layer_options.source_maps = options.source_maps;
  return layer_options;
}

compose::CacheOptions MakeCacheOptions(const OpenOptions& options, const StageLoadRules& load_rules) {
  compose::CacheOptions cache_options;
  cache_options.instancing = options.instancing;
  cache_options.variant_fallbacks = options.variant_fallbacks;
  cache_options.muted_layers = options.muted_layers;
  cache_options.include_payload = [&load_rules](Path path) { return load_rules.IsLoaded(path); };
  cache_options.budgets = options.budgets.value_or(Budgets());
  cache_options.executor = options.executor;
  return cache_options;
}

std::string MakeSessionTag(const layer::Layer& root) {
  std::string tag = root.GetDisplayName();
  size_t dot = tag.rfind('.');
  if (dot != std::string::npos) tag.resize(dot);
  return tag + "-session.usda";
}

}  // namespace

Stage::Stage() : impl_(std::make_unique<Impl>()) {
  impl_->self = this;
  impl_->control = new StageControl;
  impl_->control->stage.store(this, std::memory_order_release);
}

Stage::Impl::~Impl() {
  control->stage.store(nullptr, std::memory_order_release);
  if (control->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete control;
}

Stage::~Stage() = default;

Result<StagePtr> Stage::Open(std::shared_ptr<layer::LayerRegistry> registry, const std::string& root,
                             const OpenOptions& options, Diagnostics& diagnostics) {
  Diagnostics of_root;
  layer::LayerPtr layer = registry->FindOrOpen(root, nullptr, MakeLayerOptions(options), of_root);
  if (layer) {
    diagnostics.Append(of_root);
    return Open(std::move(registry), std::move(layer), options, diagnostics);
  }
  // The first error is the answer; what else there is to say stands beside it, once.
  std::optional<Diagnostic> first_error;
  for (const Diagnostic& remark : of_root.GetAll()) {
    if (remark.severity == Severity::kError && !first_error) {
      first_error = remark;
    } else {
      diagnostics.Add(remark);
    }
  }
  if (first_error) return *std::move(first_error);
  return Diagnostic(kStageUnopened, "cannot open root layer @" + root + "@", {root, {}, 0, 0, 0},
                    "Check that the file exists and can be read.");
}

Result<StagePtr> Stage::Open(std::shared_ptr<layer::LayerRegistry> registry, layer::LayerPtr root,
                             const OpenOptions& options, Diagnostics& diagnostics) {
  if (!root) {
    return Diagnostic(kStageUnopened, "no root layer was given", {}, "Open or create a layer first.");
  }
  StagePtr stage(new Stage);
  Impl& impl = *stage->impl_;
  impl.options = options;
  impl.registry = std::move(registry);
  impl.root = std::move(root);
  if (!impl.options.resolver_context) {
    impl.options.resolver_context.emplace();
    if (!impl.root->IsAnonymous()) {
      *impl.options.resolver_context =
          impl.registry->GetResolver().CreateDefaultContextForAsset(impl.root->GetResolvedPath());
    }
  }
  impl.session = options.session;
  if (!impl.session && options.session_layer == OpenOptions::Session::kDefault) {
    impl.session = layer::Layer::CreateAnonymous(MakeSessionTag(*impl.root));
    impl.session->SetRegistry(impl.registry);
  }
  impl.load_rules = options.load_rules                      ? *options.load_rules
                    : options.load == LoadPolicy::kLoadNone ? StageLoadRules::LoadNone()
                                                            : StageLoadRules::LoadAll();
  impl.provider = std::make_shared<RegistryLayerProvider>(impl.registry, MakeLayerOptions(impl.options),
                                                          options.cancelled);
  impl.cache = std::make_unique<compose::Cache>(impl.root, impl.session, impl.provider,
                                                MakeCacheOptions(options, impl.load_rules));
  impl.clips = std::make_unique<ClipCache>(impl.registry, *impl.options.resolver_context, impl.provider);
  impl.edit_target = EditTarget(impl.root);
  impl.feed = std::make_unique<ChangeFeed>(*stage);
  impl.Populate();
  if (IsCancelled(options)) {
    return Diagnostic(kStageUnopened, "the opening was called off", {impl.root->GetIdentifier(), {}, 0, 0, 0},
                      "Open it again.");
  }
  if (options.follow == OpenOptions::Follow::kLayers) impl.feed->Follow();
  for (Diagnostic& diagnostic : compose::TellCauses(impl.cache->GetAllErrors()))
    diagnostics.Add(std::move(diagnostic));
  return stage;
}

void Stage::Recompose() {
  impl_->cache->Clear();
  impl_->clips =
      std::make_unique<ClipCache>(impl_->registry, *impl_->options.resolver_context, impl_->provider);
  impl_->Populate();
  impl_->control->generation.fetch_add(1, std::memory_order_acq_rel);
  impl_->feed->Restart();
  impl_->feed->TellOfAll();
}

const StageLoadRules& Stage::GetLoadRules() const {
  return impl_->load_rules;
}

StageChanges Stage::SetLoadRules(StageLoadRules rules) {
  if (rules == impl_->load_rules) return {};
  const StageLoadRules before = std::exchange(impl_->load_rules, std::move(rules));
  compose::CacheEdits edits;
  for (Path path : impl_->cache->FindPrimsThatAskForPayloads())
    if (before.IsLoaded(path) != impl_->load_rules.IsLoaded(path)) edits.payloads.push_back(path);
  for (const Prototype& prototype : impl_->prototypes) {
    for (uint32_t instance : prototype.instances) {
      const Path path = impl_->Record(instance).index->GetPath();
      if (MakeLoadKey(path, before) != MakeLoadKey(path, impl_->load_rules)) edits.payloads.push_back(path);
    }
  }
  return Recompose(edits);
}

StageChanges Stage::Load(Path path, StageLoadRules::Rule how) {
  return LoadAndUnload({path}, {}, how);
}
StageChanges Stage::Unload(Path path) {
  return LoadAndUnload({}, {path});
}
StageChanges Stage::LoadAndUnload(const std::vector<Path>& load, const std::vector<Path>& unload,
                                  StageLoadRules::Rule how) {
  StageLoadRules rules = impl_->load_rules;
  rules.LoadAndUnload(load, unload, how);
  return SetLoadRules(std::move(rules));
}

StageChanges Stage::Recompose(const compose::CacheEdits& edits) {
  impl_->feed->Flush();
  return impl_->feed->Apply(edits);
}

StageChanges Stage::Impl::Compose(const compose::CacheEdits& edits) {
  StageChanges changes;
  VisitedPrims visited;
  const auto visit = [&](const compose::PrimIndex& index, std::vector<Token>& child_names) {
    const PrimFacts facts = FindFacts(index);
    if (!options.population_mask.IsAll()) RemoveMasked(options.population_mask, index.GetPath(), child_names);
    const bool goes_on = facts.is_active && !facts.is_instance;
    visited.Note({&index, facts, goes_on ? child_names : std::vector<Token>()});
    return goes_on;
  };
  changes.cache = cache->Apply(edits, visit);
  const compose::CacheChanges& of_cache = changes.cache;
  const bool has_prim_changes =
      !of_cache.resynced.empty() || !of_cache.layer_stacks.empty() ||
      std::any_of(of_cache.specs.begin(), of_cache.specs.end(),
                  [](const compose::SpecChange& change) { return change.path.IsAbsoluteRootOrPrim(); });
  // Clips are fields of prims.
  if (has_prim_changes) clips = std::make_unique<ClipCache>(registry, *options.resolver_context, provider);
  const size_t former = by_path.GetSize();
  Repopulate(changes, visited);
  if (cache->StartAnewAtLimit(changes.cache)) {
    StageChanges anew;
    anew.cache = std::move(changes.cache);
    Repopulate(anew, VisitedPrims());
    changes = std::move(anew);
    changes.dropped_prims = former - 1;
  }
  if (changes.HasOtherPrims()) control->generation.fetch_add(1, std::memory_order_acq_rel);
  return changes;
}

StageRef Stage::GetRef() const {
  return StageRef(impl_->control);
}
const layer::LayerPtr& Stage::GetRootLayer() const {
  return impl_->root;
}
const layer::LayerPtr& Stage::GetSessionLayer() const {
  return impl_->session;
}
const compose::LayerStackPtr& Stage::GetRootLayerStack() const {
  return impl_->cache->GetRootLayerStack();
}
const std::shared_ptr<layer::LayerRegistry>& Stage::GetLayerRegistry() const {
  return impl_->registry;
}
const OpenOptions& Stage::GetOpenOptions() const {
  return impl_->options;
}
compose::CompositionErrors Stage::GetCompositionErrors() const {
  return impl_->cache->GetAllErrors();
}
InterpolationType Stage::GetInterpolationType() const {
  return impl_->options.interpolation;
}

std::vector<layer::LayerPtr> Stage::GetLayerStack() const {
  std::vector<layer::LayerPtr> layers;
  for (const compose::LayerStack::Entry& entry : GetRootLayerStack()->GetEntries())
    layers.push_back(entry.layer);
  return layers;
}

std::vector<layer::LayerPtr> Stage::GetUsedLayers() const {
  std::vector<layer::LayerPtr> layers = impl_->cache->GetUsedLayers();
  for (const PrimRecord& record : impl_->records) {
    if (!record.Is(PrimFlag::kHasClips)) continue;
    for (const auto& set : *impl_->clips->FindAuthored(*record.index)) set->PrepareManifest();
  }
  std::vector<layer::LayerPtr> of_clips = impl_->clips->GetOpenedLayers();
  layers.insert(layers.end(), of_clips.begin(), of_clips.end());
  std::sort(layers.begin(), layers.end(), [](const layer::LayerPtr& a, const layer::LayerPtr& b) {
    return a->GetIdentifier() < b->GetIdentifier();
  });
  layers.erase(std::unique(layers.begin(), layers.end()), layers.end());
  return layers;
}

Prim Stage::GetPseudoRoot() const {
  return impl_->MakePrim(Path::AbsoluteRoot(), 0);
}

Prim Stage::GetPrimAtPath(Path path) const {
  if (!path.IsAbsoluteRoot() && !path.IsPrim()) return {};
  uint32_t record = impl_->FindRecord(path);
  return record == kNoRecord ? Prim() : impl_->MakePrim(path, record);
}

Property Stage::GetPropertyAtPath(Path path) const {
  if (!path.IsPrimProperty()) return {};
  Prim prim = GetPrimAtPath(path.GetParent());
  Property property = prim ? prim.GetProperty(path.GetNameToken()) : Property();
  return property.IsDefined() ? property : Property();
}

Attribute Stage::GetAttributeAtPath(Path path) const {
  Property property = GetPropertyAtPath(path);
  return property.IsAttribute() ? Attribute(property.GetPrim(), property.GetName()) : Attribute();
}

Relationship Stage::GetRelationshipAtPath(Path path) const {
  Property property = GetPropertyAtPath(path);
  return property.IsRelationship() ? Relationship(property.GetPrim(), property.GetName()) : Relationship();
}

Prim Stage::GetDefaultPrim() const {
  return GetPrimAtPath(impl_->root->GetDefaultPrimAsPath());
}

std::vector<Prim> Stage::GetPrototypes() const {
  std::vector<Prim> prims;
  for (const Prototype& prototype : impl_->prototypes)
    prims.push_back(impl_->MakePrim(impl_->Record(prototype.record).path, prototype.record));
  return prims;
}

PrimRange Stage::Traverse(const PrimPredicate& predicate) const {
  return PrimRange(GetPseudoRoot(), predicate, PrimRange::Start::kSkip);
}

size_t Stage::GetPrimCount() const {
  return impl_->by_path.GetSize() - 1;
}

Result<std::string> Stage::ExportToString(const FlattenOptions& options) const {
  return Flatten(options)->ExportToString();
}

uint32_t Stage::Impl::FindChild(uint32_t record, Token name) const {
  return FindOwn(records[record].path.AppendChild(name));
}

uint32_t Stage::Impl::FindByIndexPath(Path path) const {
  const uint32_t own = FindOwn(path);
  if (own != kNoRecord || prototypes.empty()) return own;
  for (Path above = path.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
       above = above.GetParent()) {
    const auto found = prototypes_by_source.find(above);
    if (found == prototypes_by_source.end()) continue;
    const Path root = records[prototypes[found->second].record].path;
    return FindOwn(path.ReplacePrefix(above, root, Path::TargetFix::kKeepTargets));
  }
  return kNoRecord;
}

uint32_t Stage::Impl::FindHolder(Path path) const {
  const uint32_t record = FindByIndexPath(path);
  if (record == kNoRecord || !records[record].Is(PrimFlag::kInstance)) return record;
  const auto found = prototypes_by_source.find(path);
  return found == prototypes_by_source.end() ? kNoRecord : prototypes[found->second].record;
}

uint32_t Stage::Impl::FindRecord(Path path) const {
  std::vector<Token> below;
  Path present = path;
  uint32_t record = FindOwn(present);
  while (record == kNoRecord) {
    if (present.IsEmpty() || present.IsAbsoluteRoot()) return kNoRecord;
    below.push_back(present.GetNameToken());
    present = present.GetParent();
    record = FindOwn(present);
  }
  for (; !below.empty(); below.pop_back()) {
    if (records[record].prototype != kNoRecord) record = records[record].prototype;
    record = FindChild(record, below.back());
    if (record == kNoRecord) return kNoRecord;
  }
  return record;
}

}  // namespace strata::stage
