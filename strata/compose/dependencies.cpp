#include "strata/compose/dependencies.h"

#include <algorithm>
#include <set>

#include <tsl/robin_set.h>

#include "strata/compose/change_processor.h"
#include "strata/compose/site_arcs.h"

namespace strata::compose {

namespace {

// Virtual dependencies are wanted only when they are asked for by name.
bool IsWanted(NodeRef node, uint8_t wanted) {
  uint8_t type = ClassifyNodeDependency(node);
  if (type == kDependencyRoot) return wanted & kDependencyRoot;
  if (type != kDependencyNone && node.IsCulled())
    type = static_cast<uint8_t>((type & ~kDependencyNonVirtual) | kDependencyVirtual);
  const uint8_t how = kDependencyDirect | kDependencyAncestral;
  const uint8_t counts = kDependencyVirtual | kDependencyNonVirtual;
  return (type & wanted & how) && (type & wanted & counts);
}

class SiteQuery {
 public:
  SiteQuery(const IndexTable& indices, uint32_t stack, uint8_t types)
      : indices_(indices), stack_(stack), types_(types) {}

  void Add(Path prim, Path site) {
    const PrimIndexPtr index = indices_.Find(prim);
    if (!index) return;
    for (uint32_t i = 0; i < index->GetNodeCount(); ++i) {
      const NodeRef node = index->GetNode(i);
      if (node.GetLayerStackNumber() == stack_ && node.GetPath() == site && IsWanted(node, types_))
        found.push_back({prim, site, node.GetMapToRoot()});
    }
  }

  std::vector<Dependency> found;

 private:
  const IndexTable& indices_;
  uint32_t stack_;
  uint8_t types_;
};

bool IsPropagatedSpecialize(NodeRef node) {
  const NodeRef origin = node.GetOrigin();
  return node.GetArcType() == ArcType::kSpecialize && node.GetParent().IsRoot() &&
         !(origin == node.GetParent()) && origin.GetPath() == node.GetPath() &&
         origin.GetLayerStackNumber() == node.GetLayerStackNumber();
}

}  // namespace

uint8_t ClassifyNodeDependency(NodeRef node) {
  if (node.IsRoot()) return kDependencyRoot;
  // An inert class is mostly a placeholder: of a specialize for what stands below the root, of what is
  // implied for the one that implies it. One of the prim itself is not: it leads to what is private, or was
  // relocated away.
  if (node.IsInert() && node.GetArcType() == ArcType::kSpecialize && !node.GetParent().IsRoot())
    return kDependencyNone;
  if (node.IsInert() && IsClassBased(node.GetArcType()) && !(node.GetOrigin() == node.GetParent()))
    return kDependencyNone;
  const uint8_t counts = node.IsInert() ? kDependencyVirtual : kDependencyNonVirtual;
  bool is_direct = false, is_ancestral = false;
  while (!node.IsRoot()) {
    is_ancestral |= node.IsDueToAncestor();
    is_direct |= !node.IsDueToAncestor();
    // What stands below the root for a placeholder depends over the way by which that came.
    node = IsPropagatedSpecialize(node) ? node.GetOrigin() : node.GetParent();
  }
  if (!is_direct) return kDependencyAncestral | counts;
  return (is_ancestral ? kDependencyPartlyDirect : kDependencyPurelyDirect) | counts;
}

std::string DescribeDependencyTypes(uint8_t types) {
  static constexpr std::pair<uint8_t, const char*> kNames[] = {{kDependencyAncestral, "ancestral"},
                                                               {kDependencyNonVirtual, "non-virtual"},
                                                               {kDependencyPartlyDirect, "partly-direct"},
                                                               {kDependencyPurelyDirect, "purely-direct"},
                                                               {kDependencyRoot, "root"},
                                                               {kDependencyVirtual, "virtual"}};
  std::string text;
  for (const auto& [type, name] : kNames)
    if (types & type) text.append(text.empty() ? "" : ", ").append(name);
  return text.empty() ? "none" : text;
}

size_t ChangeProcessor::CountSitesWithDependents(const Cache& cache) {
  std::lock_guard lock(cache.impl_->dependencies_mutex);
  return cache.impl_->dependencies ? cache.impl_->dependencies->GetRowCount() : 0;
}

std::vector<Dependency> Cache::FindSiteDependencies(const LayerStack& stack, Path site, uint8_t types,
                                                    RecurseOnSite on_site, RecurseOnIndex on_index) const {
  std::lock_guard lock(impl_->dependencies_mutex);
  DependencyTable& table = impl_->GetDependencies();
  uint32_t number = 0;
  const uint32_t count = impl_->pool->GetStackCount();
  while (number < count && impl_->pool->GetStack(number).get() != &stack) ++number;
  if (number == count) return {};

  SiteQuery query(impl_->indices, number, types);
  tsl::robin_set<Path> prims;
  auto add = [&](Path prim) {
    if (!prim.IsEmpty() && prims.insert(prim).second) query.Add(prim, site);
  };
  if (number == impl_->root_stack_number) add(site);
  table.VisitAtOrAbove(number, site, [&](Path index, Path arc_site) {
    add(site.ReplacePrefix(arc_site, index, Path::TargetFix::kKeepTargets));
  });
  if (on_site == RecurseOnSite::kYes) {
    // Sites below are known by the indices that have them; those are below dependents, or have arcs of
    // their own.
    table.VisitBelow(number, site, [&](Path index, Path) { prims.insert(index); });
    if (number == impl_->root_stack_number) prims.insert(site);
    query.found.clear();
    impl_->indices.Visit([&](Path path, const PrimIndexPtr& index) {
      Path above = path;
      while (!above.IsEmpty() && !prims.count(above)) above = above.GetParent();
      if (above.IsEmpty()) return;
      for (uint32_t i = 0; i < index->GetNodeCount(); ++i) {
        const NodeRef node = index->GetNode(i);
        if (node.GetLayerStackNumber() == number && node.GetPath().HasPrefix(site) && IsWanted(node, types))
          query.found.push_back({path, node.GetPath(), node.GetMapToRoot()});
      }
    });
  }
  if (on_index == RecurseOnIndex::kYes) {
    std::vector<Dependency> below;
    impl_->indices.Visit([&](Path path, const PrimIndexPtr&) {
      for (const Dependency& known : query.found) {
        if (known.index_path == path || !path.HasPrefix(known.index_path)) continue;
        const Path there =
            path.ReplacePrefix(known.index_path, known.site_path, Path::TargetFix::kKeepTargets);
        below.push_back({path, there, known.map});
      }
    });
    for (Dependency& more : below) {
      const bool is_known = std::any_of(query.found.begin(), query.found.end(), [&](const Dependency& known) {
        return known.index_path == more.index_path && known.site_path == more.site_path;
      });
      if (!is_known) query.found.push_back(std::move(more));
    }
  }
  std::sort(query.found.begin(), query.found.end(), [](const Dependency& a, const Dependency& b) {
    return a.index_path != b.index_path ? a.index_path < b.index_path : a.site_path < b.site_path;
  });
  return std::move(query.found);
}

std::vector<Dependency> Cache::FindSiteDependencies(const layer::Layer& layer, Path site, uint8_t types,
                                                    RecurseOnSite on_site, RecurseOnIndex on_index) const {
  std::vector<Dependency> all;
  for (const LayerStackPtr& stack : FindAllLayerStacksUsingLayer(layer)) {
    std::vector<Dependency> more = FindSiteDependencies(*stack, site, types, on_site, on_index);
    std::move(more.begin(), more.end(), std::back_inserter(all));
  }
  std::stable_sort(all.begin(), all.end(), [](const Dependency& a, const Dependency& b) {
    return a.index_path != b.index_path ? a.index_path < b.index_path : a.site_path < b.site_path;
  });
  return all;
}

std::vector<LayerStackPtr> Cache::FindAllLayerStacksUsingLayer(const layer::Layer& layer) const {
  std::lock_guard lock(impl_->dependencies_mutex);
  std::vector<LayerStackPtr> stacks;
  const std::vector<bool> is_used = impl_->FindUsedStacks();
  for (uint32_t number : impl_->GetDependencies().FindStacks(&layer))
    if (number < is_used.size() && is_used[number]) stacks.push_back(impl_->pool->GetStack(number));
  return stacks;
}

namespace {

void SortOnce(std::vector<Path>& paths) {
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
}

// The variables that arcs and selections of an index asked for, each with its layer stack.
template <class Visitor>
void VisitVariables(const IndexTable& indices, Visitor&& visit) {
  for (size_t part = 0; part < IndexTable::kParts; ++part) {
    for (const IndexTable::Introduction& introduction : indices.GetIntroductions(part)) {
      const PrimIndexPtr index = indices.Find(introduction.path);
      if (!index) continue;
      for (const auto& [number, name] : index->GetDependencies().variables)
        visit(introduction.path, number, name);
    }
  }
}

// Whether a site of the index, or of what is above it where its arcs lead, has the variant set.
bool HasVariantSet(const PrimIndex& index, Token variant_set) {
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    for (Path path = node.GetPath(); !path.IsEmpty() && !path.IsAbsoluteRoot(); path = path.GetParent()) {
      const LayerStack::Site site = node.GetLayerStack()->FindSite(path);
      if (!(site.fields & kSiteVariantSets)) continue;
      const std::vector<Token> names = ComposeVariantSetNames(*node.GetLayerStack(), site, path);
      if (std::find(names.begin(), names.end(), variant_set) != names.end()) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<Path> Cache::Impl::FindPrimsUsingVariables(const LayerStack& stack,
                                                       const std::set<std::string>* names) const {
  std::vector<Path> prims;
  VisitVariables(indices, [&](Path prim, uint32_t number, const std::string& used) {
    if ((!names || names->count(used)) && pool->GetStack(number).get() == &stack) prims.push_back(prim);
  });
  SortOnce(prims);
  return prims;
}

std::vector<Path> Cache::FindPrimsUsingExpressionVariables(const LayerStack& stack) const {
  return impl_->FindPrimsUsingVariables(stack, nullptr);
}

std::vector<Path> Cache::FindPrimsUsingExpressionVariable(const LayerStack& stack,
                                                          const std::string& name) const {
  const std::set<std::string> names{name};
  return impl_->FindPrimsUsingVariables(stack, &names);
}

std::vector<Path> Cache::FindPrimsUsingAsset(const std::string& identifier) const {
  std::lock_guard lock(impl_->dependencies_mutex);
  DependencyTable& table = impl_->GetDependencies();
  std::vector<Path> prims;
  for (uint32_t stack = 0; stack < impl_->pool->GetStackCount(); ++stack) {
    const LayerStack& known = *impl_->pool->GetStack(stack);
    for (Path site : FindSitesWith(known, kSiteReferences | kSitePayload)) {
      ExpressionRemarks unread;
      LayerProvider& provider = *impl_->provider;
      std::vector<ArcItem> items = ComposeReferences(known, known.FindSite(site), site, provider, unread);
      for (ArcItem& item : ComposePayloads(known, known.FindSite(site), site, provider, unread))
        items.push_back(std::move(item));
      const bool is_used = std::any_of(items.begin(), items.end(), [&](const ArcItem& item) {
        return !item.asset_path.empty() &&
               provider.CreateIdentifier(item.asset_path, *item.entry->layer) == identifier;
      });
      if (!is_used) continue;
      auto add = [&](Path prim) {
        if (!prim.ContainsPrimVariantSelection() && impl_->indices.Find(prim)) prims.push_back(prim);
      };
      if (stack == impl_->root_stack_number) add(site);
      table.VisitAtOrAbove(stack, site, [&](Path index, Path arc_site) {
        add(site.ReplacePrefix(arc_site, index, Path::TargetFix::kKeepTargets));
      });
      table.VisitBelow(stack, site, [&](Path index, Path) { add(index); });
    }
  }
  // Layers that a format makes are named by each prim for itself.
  if (!impl_->argument_names.fields.empty() || !impl_->argument_names.attributes.empty()) {
    impl_->indices.Visit([&](Path prim, const PrimIndexPtr& index) {
      for (const ComposedArguments& composed : index->GetComposedArguments())
        if (impl_->provider->CreateIdentifier(composed.asset_path, *composed.layer) == identifier)
          prims.push_back(prim);
    });
  }
  SortOnce(prims);
  return prims;
}

std::vector<Path> Cache::FindPrimsUsingVariantSelection(const LayerStack& stack, Path site,
                                                        Token variant_set) const {
  std::lock_guard lock(impl_->dependencies_mutex);
  DependencyTable& table = impl_->GetDependencies();
  std::vector<Path> prims;
  auto add = [&](Path prim) {
    if (prim.ContainsPrimVariantSelection()) return;
    const PrimIndexPtr index = impl_->indices.Find(prim);
    if (index && HasVariantSet(*index, variant_set)) prims.push_back(prim);
  };
  for (uint32_t number = 0; number < impl_->pool->GetStackCount(); ++number) {
    if (impl_->pool->GetStack(number).get() != &stack) continue;
    if (number == impl_->root_stack_number) add(site);
    table.VisitAtOrAbove(number, site, [&](Path index, Path arc_site) {
      add(site.ReplacePrefix(arc_site, index, Path::TargetFix::kKeepTargets));
    });
    table.VisitBelow(number, site, [&](Path index, Path) { add(index); });
    table.VisitSelectionsAt(number, site, [&](Path index, Path) { add(index); });
  }
  SortOnce(prims);
  return prims;
}

}  // namespace strata::compose
