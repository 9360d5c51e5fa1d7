// Indices that follow from the one before an edit: what they are made of is mostly the same.
#include <algorithm>
#include <optional>

#include "strata/compose/expression.h"
#include "strata/compose/index_sharing.h"
#include "strata/compose/site_arcs.h"

namespace strata::compose {

namespace {

// What could bring nodes to the sites of a variant, or take other selections there.
constexpr uint32_t kMoreThanOpinions =
    kSiteArcs | kSiteVariantSelection | kSiteInstanceable | kSitePermission | kSiteSymmetry;

// What the layers of a stack select at a site, the strongest of each set. Nothing where that does not follow
// from the words alone.
std::optional<VariantSelectionMap> ComposeSelections(const LayerStack& stack, const LayerStack::Site& site,
                                                     Path path) {
  VariantSelectionMap selections;
  for (uint32_t entry : site.layers) {
    const layer::Layer& layer = *stack.GetEntries()[entry].layer;
    const auto* own = layer.GetFieldAs<VariantSelectionMap>(path, layer::GetFieldNames().variantSelection);
    if (own) selections.insert(own->begin(), own->end());
  }
  for (const auto& [set, selection] : selections)
    if (selection.empty() || VariableExpression::IsExpression(selection)) return std::nullopt;
  return selections;
}

// Whether what is written about variant sets at the node's site is about the prim of the index itself, and so
// asks the root node first.
bool IsSelectedAtRoot(NodeRef node) {
  Path path = node.GetPath().StripAllVariantSelections();
  for (; !node.IsRoot() && !path.IsEmpty(); node = node.GetParent()) {
    // Arcs of the prim itself lead from the site of the parent to that of the node.
    const bool is_between_sites = node.IsIntroducedHere() && node.GetArcType() != ArcType::kRelocate &&
                                  path == node.GetPath().StripAllVariantSelections();
    path = is_between_sites ? node.GetParent().GetPath().StripAllVariantSelections()
                            : node.GetMapToParent().MapSourceToTarget(path);
  }
  return path == node.GetPath();
}

}  // namespace

// A copy of the graph that can be changed.
std::shared_ptr<IndexGraph> IndexSharing::CopyGraph(const IndexGraph& known) const {
  auto graph = std::make_shared<IndexGraph>();
  graph->pool = pool_;
  graph->id = MakeId();
  constexpr size_t kRoom = 2;  // for variants that come
  graph->nodes.reserve(known.nodes.size() + kRoom);
  graph->nodes = known.nodes;  // with the paths and maps of the home, which it keeps
  graph->home = known.home;
  graph->variant_selections = known.variant_selections;
  if (known.dependencies)
    graph->dependencies = std::make_unique<const IndexDependencies>(*known.dependencies);
  graph->introduced_stacks = known.introduced_stacks;
  graph->selection_reads = known.selection_reads;
  graph->instances_above = known.instances_above;
  graph->has_any_payloads = known.has_any_payloads;
  graph->asks_for_payload = known.asks_for_payload;
  graph->asks_above = known.asks_above;
  graph->has_fixed_nodes = known.has_fixed_nodes;
  graph->stands_for_others = known.stands_for_others;
  return graph;
}

// Whether specs of the prim's own, in the root layer stack, are those of the root node and of no other, and
// decide about nothing but what they say.
bool IndexSharing::HasOwnSpecsAlone(const PrimIndex& index) const {
  const uint32_t root_stack = environment_.GetRootStackNumber();
  const IndexGraph* graph = index.GetGraph();
  // Errors tell of specs that are missing or must not be; relocates make some of the latter.
  if (!graph || graph->nodes.empty() || !graph->errors.empty() || graph->is_instanceable ||
      pool_->HasRelocates(root_stack))
    return false;
  const PrimIndexNode& own = graph->nodes.front();
  if (own.layer_stack != root_stack || !own.CanContributeSpecs()) return false;
  for (uint32_t i = 1; i < graph->nodes.size(); ++i)
    if (graph->nodes[i].layer_stack == root_stack && index.GetNode(i).GetPath() == index.GetPath())
      return false;
  return true;
}

PrimIndexPtr IndexSharing::MakeWithOwnSpecs(const PrimIndex& before) const {
  if (!HasOwnSpecsAlone(before)) return nullptr;
  const std::shared_ptr<IndexGraph> graph = CopyGraph(*before.GetGraph());
  RenewSpecs(*graph, before, {});
  graph->is_private = true;
  graph->stands_for_others = false;
  CountBytes(*graph);
  return MakeIndex(before.GetPath(), graph, {before.GetPlace(), before.GetTrunks()});
}

// Looks up the specs of the root node and of those that are switched; the others have theirs of before.
void IndexSharing::RenewSpecs(IndexGraph& graph, const PrimIndex& before,
                              const std::vector<SwitchedNode>& switched) const {
  const std::vector<IndexGraph::Spec>& known = before.GetGraph()->specs;
  graph.specs.reserve(known.size() + 1);
  auto renew = [&](uint32_t node, const LayerStack::Site& site) {
    const LayerStack& stack = *pool_->GetStack(graph.nodes[node].layer_stack);
    graph.nodes[node].Set(kNodeHasSpecs, site.HasSpecs());
    graph.nodes[node].Set(kNodeHasVariantSets, (site.fields & kSiteVariantSets) != 0);
    for (uint32_t layer : site.layers) graph.specs.push_back({node, &stack.GetEntries()[layer]});
  };
  renew(0, pool_->GetStack(graph.nodes[0].layer_stack)->FindSite(before.GetPath()));
  auto next = switched.begin();
  for (size_t i = 0; i < known.size() || next != switched.end();) {
    const uint32_t node = i < known.size() ? known[i].node : kNoNode;
    if (next != switched.end() && next->node <= node) {
      renew(next->node, next->after.site);
      while (i < known.size() && known[i].node == next->node) ++i;
      ++next;
      continue;
    }
    if (node != 0) graph.specs.push_back(known[i]);
    ++i;
  }
}

bool IndexSharing::FindSwitchedNodes(const PrimIndex& before, const VariantSelectionMap& selections,
                                     std::vector<SwitchedNode>& switched) const {
  const IndexGraph& graph = *before.GetGraph();
  const std::vector<PrimIndexNode>& nodes = graph.nodes;
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    if (pool_->HasRelocates(nodes[i].layer_stack)) return false;
    if (!nodes[i].CanContributeSpecs() || !nodes[i].Has(kNodeHasVariantSets)) continue;
    const NodeRef node = before.GetNode(i);
    if (!IsSelectedAtRoot(node)) continue;
    const LayerStack& stack = *pool_->GetStack(nodes[i].layer_stack);
    const Path path = node.GetPath();
    const auto find_variant = [&](Token set) {
      uint32_t child = nodes[i].first_child;
      auto is_of_set = [&] {
        const Path at_home = nodes[child].path;
        return nodes[child].arc == ArcType::kVariant && nodes[child].Has(kNodeNew) &&
               at_home.IsPrimVariantSelection() && at_home.GetVariantSet() == set;
      };
      while (child != kNoNode && !is_of_set()) child = nodes[child].next_sibling;
      return child;
    };
    for (const auto& [name, selection] : selections) {
      const Token set(name);
      const uint32_t variant = find_variant(set);
      if (variant == kNoNode) {
        const std::vector<Token> sets = ComposeVariantSetNames(stack, stack.FindSite(path), path);
        if (std::find(sets.begin(), sets.end(), set) == sets.end()) continue;
        return false;  // there was no such selection
      }
      const Path was = before.GetNode(variant).GetPath();
      const Path is = path.AppendVariantSelection(set, Token(selection));
      const LayerStack::Site was_site = stack.FindSite(was), is_site = stack.FindSite(is);
      // What a variant selects itself counts from when it is selected, which may be sooner than it was.
      if (is.IsEmpty() || ((was_site.fields | is_site.fields) & kMoreThanOpinions)) return false;
      if (is == was) continue;
      if (nodes[variant].first_child != kNoNode || !nodes[variant].CanContributeSpecs()) return false;
      for (uint32_t k = 0; k < nodes.size(); ++k)
        if (nodes[k].origin == variant ||
            (nodes[k].layer_stack == nodes[variant].layer_stack && before.GetNode(k).GetPath() == is))
          return false;
      switched.push_back({variant, {was, was_site}, {is, is_site}});
    }
  }
  std::sort(switched.begin(), switched.end(),
            [](const SwitchedNode& a, const SwitchedNode& b) { return a.node < b.node; });
  return true;
}

PrimIndexPtr IndexSharing::MakeWithOwnSelections(const PrimIndex& before,
                                                 const std::vector<const VariantSelectionMap*>& former,
                                                 std::vector<VariantSwitch>& switches) {
  const IndexGraph* const known = before.GetGraph();
  if (!HasOwnSpecsAlone(before) || known->is_private || known->is_full || known->asks_above) return nullptr;
  if (known->dependencies &&
      (!known->dependencies->selections.empty() || !known->dependencies->variables.empty() ||
       !known->dependencies->arguments.empty()))
    return nullptr;
  const LayerStack& stack = *pool_->GetStack(environment_.GetRootStackNumber());
  const std::optional<VariantSelectionMap> selections =
      ComposeSelections(stack, stack.FindSite(before.GetPath()), before.GetPath());
  if (!selections) return nullptr;
  // Where a selection went, a weaker one counts, or a fallback.
  for (const VariantSelectionMap* map : former)
    for (const auto& [set, selection] : *map)
      if (!selections->count(set)) return nullptr;
  std::vector<SwitchedNode> switched;
  if (!FindSwitchedNodes(before, *selections, switched) || !environment_.TakeRoomForIndex(before.GetPath()))
    return nullptr;

  std::shared_ptr<IndexGraph> graph = CopyGraph(*known);
  RenewSpecs(*graph, before, switched);
  for (const SwitchedNode& one : switched) {
    PrimIndexNode& node = graph->nodes[one.node];
    node.path = node.path.GetParent().AppendVariantSelection(one.after.path.GetVariantSet(),
                                                             one.after.path.GetVariantSelection());
    NoteArc(*graph, node.layer_stack, node.path, node.trunk);
    NoteSite(node);
    switches.push_back({node.layer_stack, before.GetNode(node.parent).GetPath(), one.before, one.after,
                        node.namespace_depth, node.sibling_number});
  }
  graph->variant_selections = ListVariantSelections(graph->nodes);
  graph->is_quiet = false;  // the prim has selections of its own
  return FinishEdited(std::move(graph), before);
}

PrimIndexPtr IndexSharing::FinishEdited(std::shared_ptr<IndexGraph> graph, const PrimIndex& before) {
  CountBytes(*graph);
  // The sites that it had are noted, unless that was done for another sharing.
  if (before.GetGraph()->id < id_) NoteSites(*graph, {}, nullptr);
  size_.fetch_add(1, std::memory_order_relaxed);
  const Place place{before.GetPlace(), before.GetTrunks()};
  return MakeIndex(before.GetPath(), Unify(std::move(graph), before.GetPath(), place), place);
}

namespace {

// Nodes stand in strength order: one goes, or comes before the one with its number.
void MoveNumbers(std::vector<PrimIndexNode>& nodes, std::vector<IndexGraph::Spec>& specs, uint32_t from,
                 int by) {
  auto move = [&](uint32_t& number) {
    if (number != kNoNode && number >= from) number += static_cast<uint32_t>(by);
  };
  for (PrimIndexNode& node : nodes)
    for (uint32_t* number : {&node.parent, &node.origin, &node.first_child, &node.next_sibling})
      move(*number);
  for (IndexGraph::Spec& spec : specs) move(spec.node);
}

// What leads to the child `number` of `parent`, or to the end of its children for kNoNode.
uint32_t& FindLink(std::vector<PrimIndexNode>& nodes, uint32_t parent, uint32_t number) {
  uint32_t* link = &nodes[parent].first_child;
  while (*link != number && *link != kNoNode) link = &nodes[*link].next_sibling;
  return *link;
}

bool IsOriginOfOther(const std::vector<PrimIndexNode>& nodes, uint32_t number) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [number](const PrimIndexNode& node) { return node.origin == number; });
}

bool HasTellingChild(const std::vector<PrimIndexNode>& nodes, uint32_t parent) {
  uint32_t child = nodes[parent].first_child;
  while (child != kNoNode && nodes[child].Has(kNodeCulled)) child = nodes[child].next_sibling;
  return child != kNoNode;
}

void RemoveLeaf(IndexGraph& graph, uint32_t number) {
  std::vector<PrimIndexNode>& nodes = graph.nodes;
  FindLink(nodes, nodes[number].parent, number) = nodes[number].next_sibling;
  std::erase_if(graph.specs, [number](const IndexGraph::Spec& spec) { return spec.node == number; });
  nodes.erase(nodes.begin() + number);
  MoveNumbers(nodes, graph.specs, number, -1);
}

// The first node behind the subtree of `top`.
uint32_t FindEnd(const std::vector<PrimIndexNode>& nodes, uint32_t top) {
  for (; top != kNoNode; top = nodes[top].parent)
    if (nodes[top].next_sibling != kNoNode) return nodes[top].next_sibling;
  return static_cast<uint32_t>(nodes.size());
}

// Puts a variant that came with the namespace parent below `parent`: behind variants of sets of prims further
// down, and those of stronger sets. Gives its number.
uint32_t InsertVariant(IndexGraph& graph, uint32_t parent, PrimIndexNode node) {
  std::vector<PrimIndexNode>& nodes = graph.nodes;
  auto is_stronger = [&](const PrimIndexNode& other) {
    if (other.arc != node.arc) return other.arc < node.arc;
    if (other.namespace_depth != node.namespace_depth) return other.namespace_depth > node.namespace_depth;
    return other.sibling_number < node.sibling_number;
  };
  uint32_t before = nodes[parent].first_child, last = kNoNode;
  for (; before != kNoNode && is_stronger(nodes[before]); before = nodes[before].next_sibling) last = before;
  const uint32_t number = last == kNoNode ? parent + 1 : FindEnd(nodes, last);
  MoveNumbers(nodes, graph.specs, number, 1);
  node.parent = node.origin = parent;
  node.next_sibling = before == kNoNode ? kNoNode : before + 1;
  (last == kNoNode ? nodes[parent].first_child : nodes[last].next_sibling) = number;
  nodes.insert(nodes.begin() + number, node);
  return number;
}

}  // namespace

// False where more than the node of the variant may be another.
bool IndexSharing::SwitchBelow(IndexGraph& graph, const VariantSwitch& one) {
  const LayerStack& stack = *pool_->GetStack(one.layer_stack);
  const LayerStack::Site &before = one.before.site, &after = one.after.site;
  if ((before.fields | after.fields) & kMoreThanOpinions) return false;
  uint32_t holder = kNoNode, known = kNoNode;
  for (uint32_t i = 0; i < graph.nodes.size(); ++i) {
    const PrimIndexNode& node = graph.nodes[i];
    if (node.layer_stack != one.layer_stack) continue;
    uint32_t* const found = node.path == one.holder        ? &holder
                            : node.path == one.before.path ? &known
                                                           : nullptr;
    if (node.path == one.after.path || (found && *found != kNoNode))
      return false;  // it is not clear which counts
    if (found) *found = i;
  }
  if (before.HasSpecs() != (known != kNoNode)) return false;
  if (known == kNoNode && !after.HasSpecs()) return true;
  // In another place these would go by other paths.
  if (holder == kNoNode || graph.nodes[holder].trunk != 0) return false;
  if (known != kNoNode) {
    const PrimIndexNode& node = graph.nodes[known];
    if (node.arc != ArcType::kVariant || node.parent != holder || node.first_child != kNoNode ||
        !node.CanContributeSpecs() || IsOriginOfOther(graph.nodes, known))
      return false;
    RemoveLeaf(graph, known);  // behind the holder, whose number stays
    // What says nothing itself may have stayed for the variant alone.
    if (!after.HasSpecs() && !graph.nodes[holder].Has(kNodeHasSpecs) && !HasTellingChild(graph.nodes, holder))
      return false;
  }
  if (!after.HasSpecs()) return true;
  if (graph.nodes[holder].Has(kNodeCulled) || !graph.nodes[holder].CanContributeSpecs()) return false;
  PrimIndexNode node;
  node.path = one.after.path;
  node.layer_stack = one.layer_stack;
  node.map_to_root = graph.nodes[holder].map_to_root;
  node.sibling_number = one.sibling_number;
  node.namespace_depth = one.namespace_depth;
  node.flags = kNodeHasSpecs | kNodeDueToAncestor;
  node.arc = ArcType::kVariant;
  NoteSite(node);
  const uint32_t number = InsertVariant(graph, holder, node);
  auto place = std::find_if(graph.specs.begin(), graph.specs.end(),
                            [number](const IndexGraph::Spec& spec) { return spec.node > number; });
  for (uint32_t layer : after.layers)
    place = graph.specs.insert(place, {number, &stack.GetEntries()[layer]}) + 1;
  return true;
}

PrimIndexPtr IndexSharing::MakeBelowSwitched(const PrimIndex& before,
                                             const std::vector<VariantSwitch>& switches) {
  const IndexGraph* const known = before.GetGraph();
  if (!known || known->nodes.empty() || known->is_private || known->is_full || known->asks_above ||
      known->is_instanceable || !known->errors.empty() ||
      (known->dependencies && !known->dependencies->arguments.empty()))
    return nullptr;
  if (before.HasRelocates()) return nullptr;
  std::shared_ptr<IndexGraph> graph = CopyGraph(*known);
  graph->specs.reserve(known->specs.size() + 2 * switches.size());
  graph->specs = known->specs;
  graph->is_quiet = known->is_quiet;
  for (const VariantSwitch& one : switches)
    if (!SwitchBelow(*graph, one)) return nullptr;
  if (!environment_.TakeRoomForIndex(before.GetPath())) return nullptr;
  return FinishEdited(std::move(graph), before);
}

}  // namespace strata::compose
