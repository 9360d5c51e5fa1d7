#include "strata/compose/cache_impl.h"
#include "strata/compose/change_processor.h"

#include <unordered_set>

namespace strata::compose {

void Cache::Impl::Start() {
  pool = std::make_shared<IndexPool>();
  root_stack = LayerStackBuilder(provider.get(), options).Build({root, session, {}});
  root_stack_number = pool->AddStack(root_stack);
  sharing = std::make_unique<IndexSharing>(*this, pool);
  first_sharing.reset();
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

void Cache::Impl::RenewSharing() {
  if (!first_sharing) first_sharing = std::move(sharing);
  sharing = std::make_unique<IndexSharing>(*this, pool);
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

void Cache::ComputeSubtree(
    Path root, const std::function<bool(const PrimIndex&, std::vector<Token>& child_names)>& descend) {
  struct Open {
    Path path;
    PrimIndexPtr parent;
  };
  std::vector<Open> level;
  if (root.IsAbsoluteRoot() || root.IsRootPrim())
    level.push_back({root, nullptr});
  else
    level.push_back({root, ComputePrimIndex(root.GetParent())});
  while (!level.empty()) {
    std::vector<std::vector<Open>> found(level.size());
    auto visit = [&](size_t i) {
      const Open& open = level[i];
      PrimIndexPtr index = impl_->indices.Find(open.path);
      if (!index) index = impl_->indices.Put(open.path, impl_->Make(open.path, open.parent.get()));
      std::vector<Token> names, prohibited;
      index->ComputeChildNames(names, prohibited);
      if (!descend(*index, names)) return;
      if (open.path.GetElementCount() >= impl_->options.budgets.max_namespace_depth) return;
      found[i].reserve(names.size());
      // Prims below the pseudo-root begin anew.
      for (Token name : names) {
        Path child = open.path.AppendChild(name);
        if (!child.IsEmpty()) found[i].push_back({child, open.path.IsAbsoluteRoot() ? nullptr : index});
      }
    };
    if (impl_->options.executor && level.size() > 1) {
      impl_->options.executor->ParallelFor(level.size(), 16, [&](size_t begin, size_t end) {
        for (size_t i = begin; i < end; ++i) visit(i);
      });
    } else {
      for (size_t i = 0; i < level.size(); ++i) visit(i);
    }
    std::vector<Open> next;
    for (std::vector<Open>& opens : found) std::move(opens.begin(), opens.end(), std::back_inserter(next));
    level = std::move(next);
  }
}

std::vector<bool> Cache::Impl::FindUsedStacks() const {
  std::vector<bool> is_used(pool->GetStackCount(), false);
  is_used[root_stack_number] = true;
  for (size_t part = 0; part < IndexTable::kParts; ++part) {
    for (const IndexTable::Introduction& introduction : indices.GetIntroductions(part)) {
      const PrimIndexPtr index = indices.Find(introduction.path);
      if (!index) continue;
      for (uint32_t i = 1; i < index->GetNodeCount(); ++i)
        is_used[index->GetNode(i).GetLayerStackNumber()] = true;
      const IndexDependencies more = index->GetDependencies();
      for (const IndexDependencies::Site& site : more.culled) is_used[site.layer_stack] = true;
      for (uint32_t stack : more.opened) is_used[stack] = true;
    }
  }
  return is_used;
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

CompositionErrors Cache::GetAllErrors() const {
  CompositionErrors errors;
  std::unordered_set<std::string> known;
  auto add = [&](const CompositionErrors& more) {
    for (const CompositionError& error : more)
      if (known.insert(error.root_site.GetString() + '\n' + error.diagnostic.message).second)
        errors.push_back(error);
  };
  std::vector<std::pair<std::string, LayerStackPtr>> stacks;
  const std::vector<bool> is_used = impl_->FindUsedStacks();
  for (uint32_t i = 0; i < is_used.size(); ++i) {
    if (!is_used[i]) continue;
    const LayerStackPtr& stack = impl_->pool->GetStack(i);
    if (!stack->GetErrors().empty())
      stacks.emplace_back(i == 0 ? std::string() : stack->GetRootLayer()->GetIdentifier(), stack);
  }
  std::stable_sort(stacks.begin(), stacks.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [identifier, stack] : stacks) add(stack->GetErrors());
  std::vector<PrimIndexPtr> faulty = impl_->indices.FindFaulty();
  std::sort(faulty.begin(), faulty.end(),
            [](const auto& a, const auto& b) { return a->GetPath() < b->GetPath(); });
  for (const PrimIndexPtr& index : faulty) add(index->GetErrors());
  return errors;
}

void Cache::Clear() {
  impl_->Start();
}

CacheChanges Cache::Apply(const CacheEdits& edits) {
  return ChangeProcessor(*impl_, edits).Run();
}

}  // namespace strata::compose
