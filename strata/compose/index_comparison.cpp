#include "strata/compose/index_comparison.h"

#include <algorithm>

#include "strata/compose/graph_contents.h"
#include "strata/compose/index_graph.h"

namespace strata::compose {

namespace {

// Indices that differ in more nodes are not worth the search.
constexpr size_t kMostOthers = 32;

// What is set anew for each prim further down.
constexpr uint16_t kFlagsOfPrim = kNodeHasSpecs | kNodeNew | kNodeDueToAncestor;

bool IsOfSameSite(const PrimIndex& a, uint32_t i, const PrimIndex& b, uint32_t k) {
  const PrimIndexNode &x = a.GetGraph()->nodes[i], &y = b.GetGraph()->nodes[k];
  return x.layer_stack == y.layer_stack && x.arc == y.arc && a.GetNode(i).GetPath() == b.GetNode(k).GetPath();
}

bool AreSameNumbers(const std::vector<uint32_t>& after_of, uint32_t before, uint32_t after) {
  return before == kNoNode || after == kNoNode ? before == after : after_of[before] == after;
}

bool AreInSamePlace(const PrimIndex& before, const PrimIndex& after) {
  const auto &a = before.GetTrunks(), &b = after.GetTrunks();
  return before.GetPlace() == after.GetPlace() && (a == b || (a && b && *a == *b));
}

// Whether nodes `i` and `k` lead to their parents and to the root by the same maps.
bool HaveSameMaps(const PrimIndex& before, uint32_t i, const PrimIndex& after, uint32_t k,
                  bool are_in_one_place) {
  if (i == 0 || k == 0) return i == k;
  const IndexGraph &a = *before.GetGraph(), &b = *after.GetGraph();
  const PrimIndexNode &x = a.nodes[i], &y = b.nodes[k];
  if (are_in_one_place)
    return AreMapsAlike(a, x.map_to_parent, b, y.map_to_parent, x.layer_stack,
                        a.nodes[x.parent].layer_stack) &&
           AreMapsAlike(a, x.map_to_root, b, y.map_to_root, x.layer_stack, a.nodes[0].layer_stack);
  return before.GetNode(i).GetMapToParent() == after.GetNode(k).GetMapToParent() &&
         before.GetNode(i).GetMapToRoot() == after.GetNode(k).GetMapToRoot();
}

// Whether variants may be selected at the node's site or above it, as far as arcs led there: prims further
// down whose arcs lead to what is below may read that, wherever they stand.
bool MaySelect(NodeRef node) {
  const Path first = node.GetPathAtIntroduction();
  for (Path path = node.GetPath();; path = path.GetParent()) {
    if (node.GetLayerStack()->FindSite(path).fields & kSiteVariantSelection) return true;
    if (path == first || path.IsEmpty() || path.IsAbsoluteRoot()) return false;
  }
}

bool HasSpecializes(const PrimIndex& index) {
  const std::vector<PrimIndexNode>& nodes = index.GetGraph()->nodes;
  return std::any_of(nodes.begin(), nodes.end(),
                     [](const PrimIndexNode& node) { return node.arc == ArcType::kSpecialize; });
}

bool HasArcsOfItsOwn(const PrimIndex& index) {
  const std::vector<PrimIndexNode>& nodes = index.GetGraph()->nodes;
  return std::any_of(nodes.begin() + 1, nodes.end(),
                     [](const PrimIndexNode& node) { return node.Has(kNodeNew); });
}

}  // namespace

bool AreSameAtOnce(const PrimIndex& before, const PrimIndex& after) {
  return before.GetGraph() == after.GetGraph() && AreInSamePlace(before, after);
}

IndexComparison::IndexComparison(const PrimIndex& before, const PrimIndex& after, Memory& memory) {
  if (!before.IsValid() || !after.IsValid()) return;
  const IndexGraph &a = *before.GetGraph(), &b = *after.GetGraph();
  const bool are_in_one_place = a.home->size() == b.home->size() && AreInSamePlace(before, after);
  const bool is_remembered = are_in_one_place && !a.is_private && !b.is_private;
  std::shared_ptr<const Finding> finding;
  if (is_remembered) {
    const std::lock_guard lock(memory.mutex_);
    const auto known = memory.findings_.find({a.id, b.id});
    if (known != memory.findings_.end()) finding = known->second;
  }
  if (!finding) {
    auto made = std::make_shared<Finding>();
    // Below instances, and where relocates are, more than what nodes say themselves decides.
    made->is_comparable = !before.IsInstanceable() && !after.IsInstanceable() && !before.HasRelocates() &&
                          !after.HasRelocates() && Match(before, after, are_in_one_place, *made);
    // Where specializes come to stand below follows from all that they meet, also from what says nothing
    // there.
    if (!made->others.empty() && (HasSpecializes(before) || HasSpecializes(after)))
      made->is_comparable = false;
    finding = std::move(made);
    if (is_remembered) {
      const std::lock_guard lock(memory.mutex_);
      memory.findings_.try_emplace({a.id, b.id}, finding);
    }
  }
  if (!finding->is_comparable) return;
  for (const Finding::Other& other : finding->others) {
    const NodeRef node = (other.is_of_after ? after : before).GetNode(other.node);
    if (MaySelect(node)) return;
    AddOther(node.GetLayerStack().get(), node.GetLayerStack()->FindSite(node.GetPath()), node.GetPath());
  }
  has_others_ = !finding->others.empty();
  is_comparable_ = true;
}

IndexComparison::IndexComparison(const IndexPool& pool, const std::vector<VariantSwitch>& switches)
    : is_comparable_(true), has_others_(!switches.empty()) {
  others_.reserve(2 * switches.size());
  for (const VariantSwitch& one : switches) {
    const LayerStack* const stack = pool.GetStack(one.layer_stack).get();
    for (const VariantSwitch::Variant* variant : {&one.before, &one.after})
      AddOther(stack, variant->site, variant->path);
  }
}

bool IndexComparison::Descend(const IndexComparison& parents, const PrimIndex& before,
                              const PrimIndex& after) {
  if (!parents.is_comparable_ || before.IsInstanceable() || after.IsInstanceable() ||
      HasArcsOfItsOwn(before) || HasArcsOfItsOwn(after))
    return false;
  const Token name = after.GetPath().GetNameToken();
  for (const auto& [stack, path] : parents.others_) {
    const Path below = path.AppendChild(name);
    const LayerStack::Site site = stack->FindSite(below);
    if (site.fields & kSiteVariantSelection) return false;
    AddOther(stack, site, below);
  }
  has_others_ = parents.has_others_;
  return is_comparable_ = true;
}

bool IndexComparison::Match(const PrimIndex& before, const PrimIndex& after, bool are_in_one_place,
                            Finding& finding) {
  // A node that the other index does not have. False when it may change what others say.
  const auto skip = [&](const NodeRef& node, bool is_of_after, uint32_t number) {
    if (node.IsRoot() || IsClassBased(node.GetArcType()) || node.GetArcType() == ArcType::kRelocate)
      return false;
    finding.others.push_back({is_of_after, number});
    return finding.others.size() <= kMostOthers;
  };
  const std::vector<PrimIndexNode>&a = before.GetGraph()->nodes, &b = after.GetGraph()->nodes;
  std::vector<uint32_t> after_of(a.size(), kNoNode - 1);  // no number
  std::vector<uint32_t> origins;
  uint32_t i = 0, k = 0;
  while (i < a.size() || k < b.size()) {
    if (i < a.size() && k < b.size() && IsOfSameSite(before, i, after, k)) {
      const PrimIndexNode &x = a[i], &y = b[k];
      after_of[i] = k;
      const bool is_same =
          ((x.flags ^ y.flags) & ~kFlagsOfPrim) == 0 && x.sibling_number == y.sibling_number &&
          x.namespace_depth == y.namespace_depth && x.restricted_depth == y.restricted_depth &&
          AreSameNumbers(after_of, x.parent, y.parent) && HaveSameMaps(before, i, after, k, are_in_one_place);
      if (!is_same) return false;
      ++i, ++k;
      continue;
    }
    bool is_of_after = i == a.size();  // the node that the other index does not have
    for (uint32_t later = k + 1; later < b.size() && !is_of_after; ++later)
      is_of_after = IsOfSameSite(before, i, after, later);
    if (is_of_after ? !skip(after.GetNode(k), true, k) : !skip(before.GetNode(i), false, i)) return false;
    ++(is_of_after ? k : i);
  }
  // What a node stems from may come later.
  for (i = 0; i < a.size(); ++i)
    if (after_of[i] < b.size() && !AreSameNumbers(after_of, a[i].origin, b[after_of[i]].origin)) return false;
  return true;
}

void IndexComparison::AddOther(const LayerStack* stack, const LayerStack::Site& site, Path path) {
  if (!site.HasSpecs()) return;
  others_.emplace_back(stack, path);
  if (!site.may_name_children) return;
  const Token field = layer::GetFieldNames().primChildren;
  for (uint32_t entry : site.layers)
    if (auto* children = stack->GetEntries()[entry].layer->GetFieldAs<TokenVector>(path, field))
      names_of_others_.insert(names_of_others_.end(), children->begin(), children->end());
}

}  // namespace strata::compose
