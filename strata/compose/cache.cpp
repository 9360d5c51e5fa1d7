#include "strata/compose/cache_impl.h"
#include "strata/compose/change_processor.h"
#include "strata/compose/index_graph.h"

#include <unordered_set>

#include <tsl/robin_set.h>

namespace strata::compose {

void Cache::Impl::Start() {
  pool = std::make_shared<IndexPool>();
  root_stack = LayerStackBuilder(provider.get(), options).Build({root, session, {}});
  root_stack_number = pool->AddStack(root_stack);
  sharing = std::make_unique<IndexSharing>(*this, pool);
  first_sharing.reset();
  settled_graphs = 0;
  targets.numbers.clear();
  targets.maps.clear();
  argument_names = {};
  generated_layers = 0;
  is_edited = false;
  cut_errors.clear();
  has_cut_circles = false;
  cut_prims.clear();
  short_prims.clear();
  are_indices_short = false;
  counted_stacks = 0;
  has_room = true;
  indices.Clear();
  dependencies.reset();
  std::lock_guard lock(stacks_mutex);
  stacks.clear();
  if (session) return;
  // Without a session, whoever references the root layer reaches the root stack itself.
  auto slot = std::make_unique<StackSlot>();
  slot->overrides = root_stack->GetExpressionVariables();
  slot->number = root_stack_number;
  slot->is_root = true;
  stacks[root.get()].push_back(std::move(slot));
}

namespace {

std::string MakeTargetKey(const layer::Layer& anchor, const std::string& asset_path, uint32_t referencer) {
  const layer::Layer* const address = &anchor;
  std::string key;
  key.reserve(sizeof address + sizeof referencer + asset_path.size());
  key.append(reinterpret_cast<const char*>(&address), sizeof address);
  key.append(reinterpret_cast<const char*>(&referencer), sizeof referencer);
  return key += asset_path;
}

}  // namespace

std::optional<uint32_t> Cache::Impl::FindTarget(const layer::Layer& anchor, const std::string& asset_path,
                                                uint32_t referencer) const {
  const std::string key = MakeTargetKey(anchor, asset_path, referencer);
  std::shared_lock lock(targets.mutex);
  const auto found = targets.numbers.find(key);
  return found == targets.numbers.end() ? std::nullopt : std::optional<uint32_t>(found->second);
}

void Cache::Impl::NoteTarget(const layer::Layer& anchor, const std::string& asset_path, uint32_t referencer,
                             uint32_t target) {
  std::string key = MakeTargetKey(anchor, asset_path, referencer);
  std::lock_guard lock(targets.mutex);
  targets.numbers.emplace(std::move(key), target);
}

std::optional<uint32_t> Cache::Impl::FindArcMap(const ArcMapKey& key) const {
  std::shared_lock lock(targets.mutex);
  const auto found = targets.maps.find(key);
  return found == targets.maps.end() ? std::nullopt : std::optional<uint32_t>(found->second);
}

void Cache::Impl::NoteArcMap(const ArcMapKey& key, uint32_t map) {
  std::lock_guard lock(targets.mutex);
  targets.maps.emplace(key, map);
}

void Cache::Impl::RenewSharing() {
  targets.numbers.clear();
  targets.maps.clear();
  if (!first_sharing) first_sharing = std::move(sharing);
  sharing = std::make_unique<IndexSharing>(*this, pool);
  settled_graphs = 0;
}

uint32_t Cache::Impl::GetStackNumber(const layer::LayerPtr& layer, const LayerStack& referencer) {
  const Dictionary& overrides = referencer.GetExpressionVariables();
  StackSlot* slot = nullptr;
  {
    std::lock_guard lock(stacks_mutex);
    std::vector<std::unique_ptr<StackSlot>>& slots = stacks[layer.get()];
    auto found = std::find_if(slots.begin(), slots.end(),
                              [&](const auto& known) { return known->overrides == overrides; });
    if (found == slots.end()) {
      slots.push_back(std::make_unique<StackSlot>());
      slots.back()->overrides = overrides;
      found = slots.end() - 1;
    }
    slot = found->get();
  }
  if (!slot->is_root) {
    std::call_once(slot->once, [&] {
      slot->number =
          pool->AddStack(LayerStackBuilder(provider.get(), options).Build({layer, nullptr, overrides}));
    });
  }
  return slot->number;
}

Dictionary Cache::Impl::FindOverrides(uint32_t stack) const {
  std::lock_guard lock(stacks_mutex);
  auto found = stacks.find(pool->GetStack(stack)->GetRootLayer().get());
  if (found == stacks.end()) return {};
  for (const std::unique_ptr<StackSlot>& slot : found->second)
    if (slot->number == stack && !slot->is_root) return slot->overrides;
  return {};
}

bool Cache::Impl::HaveLedOn(const Dictionary& variables) const {
  std::lock_guard lock(stacks_mutex);
  for (const auto& [layer, slots] : stacks)
    for (const std::unique_ptr<StackSlot>& slot : slots)
      if (!slot->is_root && slot->overrides == variables) return true;
  return false;
}

void Cache::Impl::RenewRootOverrides() {
  std::lock_guard lock(stacks_mutex);
  auto found = stacks.find(root.get());
  if (found == stacks.end()) return;
  for (const std::unique_ptr<StackSlot>& slot : found->second)
    if (slot->is_root) slot->overrides = root_stack->GetExpressionVariables();
}

DependencyTable& Cache::Impl::GetDependencies() const {
  if (!dependencies) dependencies = std::make_unique<DependencyTable>(indices, *pool);
  dependencies->Update();
  return *dependencies;
}

Cache::Cache(layer::LayerPtr root, layer::LayerPtr session, std::shared_ptr<LayerProvider> provider,
             CacheOptions options)
    : impl_(std::make_unique<Impl>()) {
  impl_->root = std::move(root);
  impl_->session = std::move(session);
  impl_->provider = std::move(provider);
  impl_->options = std::move(options);
  impl_->Start();
}

Cache::~Cache() = default;

const LayerStackPtr& Cache::GetRootLayerStack() const {
  return impl_->root_stack;
}
const CacheOptions& Cache::GetOptions() const {
  return impl_->options;
}

PrimIndexPtr Cache::ComputePrimIndex(Path prim_path) {
  if (PrimIndexPtr known = impl_->indices.Find(prim_path)) return known;
  const bool is_possible = prim_path.IsAbsolute() && prim_path.IsAbsoluteRootOrPrim() &&
                           !prim_path.ContainsPrimVariantSelection() &&
                           prim_path.GetElementCount() <= impl_->options.budgets.max_namespace_depth;
  if (!is_possible) return std::make_shared<PrimIndex>();
  // Ancestors that are missing, innermost first; made outermost first, without recursion.
  std::vector<Path> missing;
  PrimIndexPtr parent;
  for (Path path = prim_path;; path = path.GetParent()) {
    missing.push_back(path);
    if (path.IsAbsoluteRoot() || path.IsRootPrim()) break;
    parent = impl_->indices.Find(path.GetParent());
    if (parent) break;
  }
  impl_->LookForRoom(missing.size(), 0);
  for (size_t i = missing.size(); i-- > 0;)
    parent = impl_->indices.PutAlone(missing[i], impl_->Make(missing[i], parent.get()));
  return parent;
}

PrimIndexPtr Cache::ComputeExpandedPrimIndex(Path prim_path) {
  if (!ComputePrimIndex(prim_path)->IsValid()) return std::make_shared<PrimIndex>();
  std::vector<Path> paths;  // innermost first
  for (Path path = prim_path;; path = path.GetParent()) {
    paths.push_back(path);
    if (path.IsAbsoluteRoot() || path.IsRootPrim()) break;
  }
  PrimIndexPtr index;
  for (size_t i = paths.size(); i-- > 0;) index = impl_->sharing->ComputeExpanded(paths[i], index.get());
  return index;
}

void Cache::ComputeSubtree(Path root, const Descend& descend) {
  struct Visitor final : SubtreeVisitor {
    explicit Visitor(const Descend& asked) : descend(asked) {}
    void BeginLevel(size_t, size_t) override {}
    bool Visit(size_t, const PrimIndex& index, std::vector<Token>& child_names) override {
      return descend(index, child_names);
    }
    const Descend& descend;
  };
  Visitor visitor(descend);
  ComputeSubtree(root, visitor);
}

std::vector<bool> Cache::Impl::FindUsedStacks() const {
  std::vector<bool> is_used(pool->GetStackCount(), false);
  is_used[root_stack_number] = true;
  // Which stacks a graph leads into is the same for all who share it.
  tsl::robin_set<const IndexGraph*> known;
  for (size_t part = 0; part < IndexTable::kParts; ++part) {
    for (const IndexTable::Introduction& introduction : indices.GetIntroductions(part)) {
      const IndexGraph* graph = introduction.graph;
      PrimIndexPtr index;
      if (indices.HasStaleNotes()) {
        index = indices.Find(introduction.path);
        graph = index ? index->GetGraph() : nullptr;
      }
      if (!graph || !known.insert(graph).second) continue;
      for (size_t i = 1; i < graph->nodes.size(); ++i) is_used[graph->nodes[i].layer_stack] = true;
      if (!graph->dependencies) continue;
      for (const IndexDependencies::Site& site : graph->dependencies->culled)
        is_used[site.layer_stack] = true;
      for (uint32_t stack : graph->dependencies->opened) is_used[stack] = true;
    }
  }
  return is_used;
}

std::vector<Path> Cache::FindPrimsThatAskForPayloads() const {
  std::vector<Path> paths;
  impl_->indices.Visit([&](Path path, const PrimIndexPtr& index) {
    if (index->GetGraph() && index->GetGraph()->asks_for_payload) paths.push_back(path);
  });
  return paths;
}

std::vector<layer::LayerPtr> Cache::GetUsedLayers() const {
  std::vector<layer::LayerPtr> layers;
  std::unordered_set<const layer::Layer*> known;
  const std::vector<bool> is_used = impl_->FindUsedStacks();
  for (uint32_t i = 0; i < is_used.size(); ++i) {
    if (!is_used[i]) continue;
    for (const LayerStack::Entry& entry : impl_->pool->GetStack(i)->GetEntries())
      if (known.insert(entry.layer.get()).second) layers.push_back(entry.layer);
  }
  return layers;
}

size_t Cache::GetLayerStackCount() const {
  return impl_->pool->GetStackCount();
}
const LayerStackPtr& Cache::GetLayerStack(size_t number) const {
  return impl_->pool->GetStack(static_cast<uint32_t>(number));
}

CompositionErrors Cache::GetAllErrors() const {
  CompositionErrors errors;
  std::unordered_set<std::string> known;
  auto tell = [](const CompositionError& error) {
    return error.root_site.GetString() + '\n' + error.diagnostic.message;
  };
  auto add = [&](const CompositionErrors& more) {
    for (const CompositionError& error : more)
      if (known.insert(tell(error)).second) errors.push_back(error);
  };
  // Sorted by what can be seen of them: the numbers of stacks depend on what was composed before.
  std::vector<std::pair<std::string, LayerStackPtr>> stacks;
  const std::vector<bool> is_used = impl_->FindUsedStacks();
  for (uint32_t i = 0; i < is_used.size(); ++i) {
    if (!is_used[i]) continue;
    const LayerStackPtr& stack = impl_->pool->GetStack(i);
    if (stack->GetErrors().empty()) continue;
    std::string key = i == 0 ? std::string() : stack->GetRootLayer()->GetIdentifier();
    for (const CompositionError& error : stack->GetErrors()) key += '\n' + tell(error);
    stacks.emplace_back(std::move(key), stack);
  }
  std::sort(stacks.begin(), stacks.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [key, stack] : stacks) add(stack->GetErrors());
  {
    const std::lock_guard lock(impl_->cut_mutex);
    add(impl_->cut_errors);
  }
  CompositionErrors without_arcs;
  impl_->AddCutPrims(without_arcs);
  add(without_arcs);
  std::vector<PrimIndexPtr> faulty = impl_->indices.FindFaulty();
  std::sort(faulty.begin(), faulty.end(),
            [](const auto& a, const auto& b) { return a->GetPath() < b->GetPath(); });
  for (const PrimIndexPtr& index : faulty) add(index->GetErrors());
  return errors;
}

void Cache::Clear() {
  impl_->Start();
}

namespace {

// Whether children may come in another order, and are composed in that, though none comes or goes.
bool MayReorderPrims(const CacheEdits& edits) {
  for (const LayerEdit& edit : edits.layers) {
    tsl::robin_set<Path> others;  // list what came or went below them
    for (const auto& [path, change] : edit.changes.by_path)
      if (change.spec_added || change.spec_removed) others.insert(path.GetParent());
    for (const auto& [path, change] : edit.changes.by_path) {
      if (!path.IsAbsoluteRoot() && !path.IsPrimOrPrimVariantSelection()) continue;
      if (change.children_changed && !others.count(path)) return true;
      for (const layer::Change::FieldChange& field : change.fields)
        if (field.field == layer::GetFieldNames().primOrder) return true;
    }
  }
  return false;
}

}  // namespace

CacheChanges Cache::Apply(const CacheEdits& edits, const Descend& descend) {
  impl_->generated_layers = 0;
  // What was cut short once may be whole now, and what was whole be cut: where a limit ends the scene follows
  // from all of it.
  const bool met_limit = impl_->MayMeetLimit();
  impl_->counted_stacks = 0;
  CacheChanges changes = ChangeProcessor(*impl_, edits, met_limit ? Descend() : descend).Run();
  if (changes.resynced.empty() && !(met_limit && MayReorderPrims(edits))) return changes;
  impl_->is_edited = true;
  if (met_limit)
    impl_->StartAnew(changes);
  else
    (void)StartAnewAtLimit(changes);
  return changes;
}

bool Cache::StartAnewAtLimit(CacheChanges& changes) {
  if (!impl_->is_edited || !impl_->MayMeetLimit()) return false;
  impl_->StartAnew(changes);
  return true;
}

}  // namespace strata::compose
