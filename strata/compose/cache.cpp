#include <algorithm>
#include <array>
#include <mutex>
#include <unordered_set>

#include <tsl/robin_map.h>

#include "strata/compose/compose.h"
#include "strata/compose/index_sharing.h"
#include "strata/compose/layer_stack_builder.h"

namespace strata::compose {

namespace {

// Indices made so far, in parts so that threads seldom meet.
class IndexTable {
 public:
  PrimIndexPtr Find(Path path) const {
    const Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    auto found = part.indices.find(path);
    return found == part.indices.end() ? nullptr : found->second;
  }
  // The one kept: whoever came first. Equal inputs make equal indices.
  PrimIndexPtr Put(Path path, PrimIndexPtr index) {
    Part& part = GetPart(path);
    std::lock_guard lock(part.mutex);
    return part.indices.emplace(path, std::move(index)).first->second;
  }
  void Clear() {
    for (Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      part.indices.clear();
    }
  }
  template <class Visitor>
  void Visit(Visitor&& visit) const {
    for (const Part& part : parts_) {
      std::lock_guard lock(part.mutex);
      for (const auto& [path, index] : part.indices) visit(path, index);
    }
  }

 private:
  struct Part {
    mutable std::mutex mutex;
    tsl::robin_map<Path, PrimIndexPtr> indices;
  };
  static constexpr size_t kParts = 64;
  Part& GetPart(Path path) { return parts_[std::hash<Path>()(path) >> 7 & (kParts - 1)]; }
  const Part& GetPart(Path path) const { return parts_[std::hash<Path>()(path) >> 7 & (kParts - 1)]; }
  std::array<Part, kParts> parts_;
};

}  // namespace

struct Cache::Impl final : IndexEnvironment {
  layer::LayerPtr root, session;
  std::shared_ptr<LayerProvider> provider;
  CacheOptions options;
  std::shared_ptr<IndexPool> pool = std::make_shared<IndexPool>();
  LayerStackPtr root_stack;
  uint32_t root_stack_number = 0;
  std::unique_ptr<IndexSharing> sharing;
  IndexTable indices;

  struct StackSlot {
    Dictionary overrides;
    std::once_flag once;
    uint32_t number = 0;
    bool is_root = false;
  };
  mutable std::mutex stacks_mutex;
  tsl::robin_map<const layer::Layer*, std::vector<std::unique_ptr<StackSlot>>> stacks;

  void Start() {
    pool = std::make_shared<IndexPool>();
    root_stack = LayerStackBuilder(provider.get(), options).Build({root, session, {}});
    root_stack_number = pool->AddStack(root_stack);
    sharing = std::make_unique<IndexSharing>(*this, pool);
    indices.Clear();
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

  IndexPool& GetPool() override { return *pool; }
  const CacheOptions& GetOptions() const override { return options; }
  LayerProvider& GetProvider() override { return *provider; }
  uint32_t GetRootStackNumber() const override { return root_stack_number; }

  uint32_t GetStackNumber(const layer::LayerPtr& layer, const LayerStack& referencer) override {
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

  PrimIndexPtr Compute(Path path, const PrimIndex* parent) {
    return indices.Put(path, sharing->Compute(path, parent));
  }
};

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
  for (size_t i = missing.size(); i-- > 0;) parent = impl_->Compute(missing[i], parent.get());
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
      if (!index) index = impl_->Compute(open.path, open.parent.get());
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

std::vector<layer::LayerPtr> Cache::GetUsedLayers() const {
  std::vector<layer::LayerPtr> layers;
  std::unordered_set<const layer::Layer*> known;
  const uint32_t count = impl_->pool->GetStackCount();
  for (uint32_t i = 0; i < count; ++i)
    for (const LayerStack::Entry& entry : impl_->pool->GetStack(i)->GetEntries())
      if (known.insert(entry.layer.get()).second) layers.push_back(entry.layer);
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
  const uint32_t count = impl_->pool->GetStackCount();
  for (uint32_t i = 0; i < count; ++i) {
    const LayerStackPtr& stack = impl_->pool->GetStack(i);
    if (!stack->GetErrors().empty())
      stacks.emplace_back(i == 0 ? std::string() : stack->GetRootLayer()->GetIdentifier(), stack);
  }
  std::stable_sort(stacks.begin(), stacks.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [identifier, stack] : stacks) add(stack->GetErrors());
  std::vector<PrimIndexPtr> faulty;
  impl_->indices.Visit([&](Path, const PrimIndexPtr& index) {
    if (!index->GetErrors().empty()) faulty.push_back(index);
  });
  std::sort(faulty.begin(), faulty.end(),
            [](const auto& a, const auto& b) { return a->GetPath() < b->GetPath(); });
  for (const PrimIndexPtr& index : faulty) add(index->GetErrors());
  return errors;
}

void Cache::Clear() {
  impl_->Start();
}

CacheChanges Cache::Apply(const CacheEdits& edits) {
  impl_->options.muted_layers.insert(edits.mute.begin(), edits.mute.end());
  for (const std::string& identifier : edits.unmute) impl_->options.muted_layers.erase(identifier);
  if (edits.variant_fallbacks) impl_->options.variant_fallbacks = *edits.variant_fallbacks;
  CacheChanges changes;
  impl_->indices.Visit([&](Path, const PrimIndexPtr&) { ++changes.dropped_indices; });
  changes.rebuilt_layer_stacks = impl_->pool->GetStackCount();
  impl_->Start();
  changes.resynced.push_back(Path::AbsoluteRoot());
  changes.layer_stacks.push_back(impl_->root_stack);
  return changes;
}

}  // namespace strata::compose
