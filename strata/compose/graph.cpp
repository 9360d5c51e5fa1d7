#include "strata/compose/graph.h"

#include <algorithm>

#include <tsl/robin_set.h>

namespace strata::compose {

namespace {

// Between two nodes that are placed one after the other.
constexpr uint64_t kPlaceStep = uint64_t{1} << 32;
// Fewer nodes are looked at one by one.
constexpr size_t kFewNodes = 64;

uint64_t GetSiteKey(uint32_t layer_stack, Path path) {
  return uint64_t{layer_stack} << 32 | path.GetId();
}

Path GetRootPrim(Path path) {
  while (!path.IsEmpty() && !path.IsAbsoluteRoot() && !path.IsRootPrim()) path = path.GetParent();
  return path;
}

}  // namespace

uint32_t CountNamespaceDepth(Path path) {
  if (!path.ContainsPrimVariantSelection()) return path.GetElementCount();
  uint32_t count = 0;
  for (; !path.IsEmpty() && !path.IsAbsoluteRoot(); path = path.GetParent())
    if (!path.IsPrimVariantSelection()) ++count;
  return count;
}

Path StripNamespaceDepth(Path path, uint32_t depth) {
  for (; depth != 0; --depth) {
    while (path.IsPrimVariantSelection()) path = path.GetParent();
    path = path.GetParent();
  }
  return path;
}

void Graph::Reset(uint32_t layer_stack, Path path) {
  nodes_.clear();
  sites_.clear();
  Node root;
  root.path = path;
  root.layer_stack = layer_stack;
  root.flags = kNodeNew;
  nodes_.push_back(root);
  is_in_order_ = true;
  sites_.emplace_back();
  last_children_.assign(1, kNoNode);
  places_.assign(1, kPlaceStep);
  next_in_order_.assign(1, kNoNode);
  arcs_to_.clear();
  noted_ = 0;
  copies_.clear();
  Probe(0);
}

void Graph::Reset(std::vector<Node> nodes) {
  nodes_ = std::move(nodes);
  is_in_order_ = true;
  sites_.assign(nodes_.size(), {});
  last_children_.assign(nodes_.size(), kNoNode);
  for (uint32_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].parent != kNoNode && nodes_[i].next_sibling == kNoNode)
      last_children_[nodes_[i].parent] = i;
  places_.assign(nodes_.size(), 0);
  next_in_order_.assign(nodes_.size(), kNoNode);
  PlaceAll();
  arcs_to_.clear();
  noted_ = 0;
  copies_.clear();
  for (uint32_t child = nodes_[0].first_child; child != kNoNode; child = nodes_[child].next_sibling)
    NoteCopy(child);
}

void Graph::Probe(uint32_t node) {
  sites_[node] = GetStack(node).FindSite(nodes_[node].path);
  nodes_[node].Set(kNodeHasSpecs, sites_[node].HasSpecs());
  nodes_[node].Set(kNodeHasVariantSets, (sites_[node].fields & kSiteVariantSets) != 0);
  if (mode_ == CompositionMode::kFull && !nodes_[node].Has(kNodeInert)) ProbePermission(node);
}

// What is below a private prim is private whatever it says itself.
void Graph::ProbePermission(uint32_t number) {
  Node& node = nodes_[number];
  const LayerStack::Site& site = sites_[number];
  if (site.fields & kSiteSymmetry) node.Set(kNodeSymmetry, true);
  if (!(site.fields & kSitePermission)) return;
  for (const uint32_t entry : site.layers) {
    const layer::Layer& layer = *GetStack(number).GetEntries()[entry].layer;
    const auto* permission = layer.GetFieldAs<Permission>(node.path, layer::GetFieldNames().permission);
    if (!permission) continue;
    if (*permission == Permission::kPrivate) node.Set(kNodePrivate, true);
    return;
  }
}

void Graph::DescendTo(Token child) {
  noted_ = 0;
  Path last, last_below;  // many nodes have one path
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (node.path != last || i == 0) {
      last = node.path;
      last_below = last.AppendChild(child);
    }
    node.path = last_below;
    node.Set(kNodeNew, false);
    if (i != 0) node.Set(kNodeDueToAncestor, true);
    if (node.Has(kNodeHasSpecs))
      Probe(i);
    else
      sites_[i] = {};
  }
}

void Graph::Link(uint32_t parent, uint32_t node) {
  // Strength among specializes is no order in the strict sense, so it matters who is compared: the first and
  // the last sibling before those between them, as OpenUSD does.
  uint32_t* link = &nodes_[parent].first_child;
  uint32_t before = kNoNode;
  unlinked_ = node;
  if (*link != kNoNode && CompareSiblings(node, *link) >= 0) {
    const uint32_t last = last_children_[parent];
    if (CompareSiblings(node, last) >= 0) {
      before = last;
      link = &nodes_[last].next_sibling;
    } else {
      do {
        before = *link;
        link = &nodes_[*link].next_sibling;
      } while (*link != kNoNode && CompareSiblings(node, *link) >= 0);
    }
  }
  unlinked_ = kNoNode;
  if (*link == kNoNode) last_children_[parent] = node;
  nodes_[node].next_sibling = *link;
  *link = node;
  if (before == kNoNode)
    before = parent;
  else
    while (last_children_[before] != kNoNode) before = last_children_[before];
  PlaceSubtree(node, before, static_cast<uint32_t>(nodes_.size()) - node);
  if (parent == 0) NoteCopy(node);
}

void Graph::NoteCopy(uint32_t node) {
  const Node& n = nodes_[node];
  if (n.arc == ArcType::kSpecialize && n.origin != 0) copies_[n.origin].push_back(node);
}

// The nodes of the subtree, of which there are `count`, come next after `before`. Most are the last of all or
// follow what has just been placed, so most of the room is left behind them.
void Graph::PlaceSubtree(uint32_t top, uint32_t before, uint32_t count) {
  const uint32_t after = next_in_order_[before];
  const uint64_t start = places_[before];
  const uint64_t room = (after == kNoNode ? UINT64_MAX : places_[after]) - start;
  const uint64_t step = after == kNoNode ? std::min(kPlaceStep, room / (count + 1)) : room / 8 / count;
  if (step == 0) return PlaceAll();
  uint64_t place = start;
  VisitSubtree(top, [&](uint32_t node) {
    places_[node] = place += step;
    next_in_order_[before] = node;
    before = node;
  });
  next_in_order_[before] = after;
}

void Graph::PlaceAll() {
  uint64_t place = 0;
  uint32_t before = kNoNode;
  VisitSubtree(0, [&](uint32_t node) {
    places_[node] = place += kPlaceStep;
    if (before != kNoNode) next_in_order_[before] = node;
    before = node;
  });
  next_in_order_[before] = kNoNode;
}

void Graph::NoteSites() const {
  if (noted_ == 0) {
    noted_sites_.clear();
    noted_roots_.clear();
    noted_children_.clear();
  }
  for (; noted_ < nodes_.size(); ++noted_) {
    const Node& node = nodes_[noted_];
    noted_sites_.insert(GetSiteKey(node.layer_stack, node.path));
    noted_roots_.insert(GetSiteKey(node.layer_stack, GetRootPrim(node.path)));
    if (node.parent == 0) noted_children_.insert(GetSiteKey(node.layer_stack, node.path));
  }
}

bool Graph::MayMeet(uint32_t layer_stack, Path path) const {
  if (nodes_.size() < kFewNodes || path.IsEmpty() || path.IsAbsoluteRoot()) return true;
  NoteSites();
  return noted_roots_.count(GetSiteKey(layer_stack, GetRootPrim(path))) != 0 ||
         noted_roots_.count(GetSiteKey(layer_stack, Path::AbsoluteRoot())) != 0;
}

uint32_t Graph::Insert(uint32_t parent, Node node) {
  const auto number = static_cast<uint32_t>(nodes_.size());
  is_in_order_ = false;
  node.parent = parent;
  if (node.origin == kNoNode) node.origin = parent;
  node.map_to_root = pool_.ComposeMaps(nodes_[parent].map_to_root, node.map_to_parent);
  node.flags |= kNodeNew;
  nodes_.push_back(node);
  sites_.emplace_back();
  last_children_.push_back(kNoNode);
  places_.push_back(0);
  next_in_order_.push_back(kNoNode);
  Probe(number);
  Link(parent, number);
  return number;
}

uint32_t Graph::InsertGraph(uint32_t parent, const Node& arc, const Graph& other) {
  const auto base = static_cast<uint32_t>(nodes_.size());
  is_in_order_ = false;
  auto shift = [base](uint32_t& number) {
    if (number != kNoNode) number += base;
  };
  for (size_t i = 0; i < other.nodes_.size(); ++i) {
    Node node = other.nodes_[i];
    shift(node.parent);
    shift(node.origin);
    shift(node.first_child);
    shift(node.next_sibling);
    node.Set(kNodeNew, true);
    nodes_.push_back(node);
    sites_.push_back(other.sites_[i]);
    last_children_.push_back(other.last_children_[i]);
    places_.push_back(0);
    next_in_order_.push_back(kNoNode);
    shift(last_children_.back());
  }
  Node& root = nodes_[base];
  root.arc = arc.arc;
  root.parent = parent;
  root.origin = arc.origin == kNoNode ? parent : arc.origin;
  root.map_to_parent = arc.map_to_parent;
  root.sibling_number = arc.sibling_number;
  root.namespace_depth = arc.namespace_depth;
  root.Set(kNodeDueToAncestor, false);
  Link(parent, base);
  root.map_to_root = pool_.ComposeMaps(nodes_[parent].map_to_root, root.map_to_parent);
  // After the maps to the root of `other`, not one arc after the other: these block what the whole does not.
  VisitSubtree(base, [this, base](uint32_t i) {
    if (i != base) nodes_[i].map_to_root = pool_.ComposeMaps(nodes_[base].map_to_root, nodes_[i].map_to_root);
  });
  return base;
}

uint32_t Graph::GetDepthBelowIntroduction(uint32_t node) const {
  const Node& n = nodes_[node];
  if (n.parent == kNoNode) return 0;
  return CountNamespaceDepth(nodes_[n.parent].path) - n.namespace_depth;
}

Path Graph::GetIntroPath(uint32_t node) const {
  const Node& n = nodes_[node];
  if (n.parent == kNoNode) return Path::AbsoluteRoot();
  return StripNamespaceDepth(nodes_[n.parent].path, GetDepthBelowIntroduction(node));
}

Path Graph::GetPathAtIntroduction(uint32_t node) const {
  return StripNamespaceDepth(nodes_[node].path, GetDepthBelowIntroduction(node));
}

uint32_t Graph::GetDepth(uint32_t node) const {
  uint32_t depth = 0;
  for (; nodes_[node].parent != kNoNode; node = nodes_[node].parent) ++depth;
  return depth;
}

uint32_t Graph::CountArcsTo(uint32_t node) const {
  arcs_to_.resize(nodes_.size(), 0);
  const uint32_t asked = node;
  uint32_t count = 0;
  for (; nodes_[node].parent != kNoNode && count < nodes_.size(); node = nodes_[node].parent) {
    if (arcs_to_[node] != 0) {
      count += arcs_to_[node] - 1;
      break;
    }
    node = GetPlaceholder(node);
    ++count;
  }
  arcs_to_[asked] = count + 1;
  return count;
}

bool Graph::IsBelow(uint32_t node, uint32_t top) const {
  do {
    node = nodes_[node].parent;
  } while (node != kNoNode && node != top);
  return node == top;
}

// What a node stems from was made before it, so this ends.
std::pair<uint32_t, uint32_t> Graph::GetOriginRoot(uint32_t node) const {
  uint32_t steps = 0;
  for (; nodes_[node].origin != nodes_[node].parent && nodes_[node].origin != kNoNode;
       node = nodes_[node].origin)
    ++steps;
  return {node, steps};
}

// Of arcs that stem from different ones, an arc within another is weaker, wherever it came to stand. Then
// those introduced deeper in namespace are stronger, then those whose origins are.
int Graph::CompareSpecializes(uint32_t a, uint32_t b) const {
  const auto [root_a, steps_a] = GetOriginRoot(a);
  const auto [root_b, steps_b] = GetOriginRoot(b);
  if (root_a == root_b) return CompareSpecializesOfOneArc(a, steps_a, b, steps_b);
  if (IsWithin(root_a, root_b) || IsWithin(root_b, root_a)) {
    const int roots = CompareStrength(root_a, root_b);
    if (roots != 0) return roots;
  }
  if (nodes_[a].namespace_depth != nodes_[b].namespace_depth) return 0;
  return steps_a + steps_b == 0 ? 0 : CompareStrength(root_a, root_b);
}

// What was implied further out is stronger, unless the classes that it was implied across stand deeper in
// namespace. What stands for a placeholder follows what that one implies; where neither belongs to a class
// of a class their origins decide first.
int Graph::CompareSpecializesOfOneArc(uint32_t a, uint32_t steps_a, uint32_t b, uint32_t steps_b) const {
  const uint32_t instance_a = FindInstance(nodes_[a].origin), instance_b = FindInstance(nodes_[b].origin);
  const uint32_t depth_a = nodes_[instance_a].namespace_depth, depth_b = nodes_[instance_b].namespace_depth;
  if (depth_a != depth_b) return depth_a < depth_b ? -1 : 1;
  if (steps_a != steps_b) return steps_a > steps_b ? -1 : 1;
  const bool is_copy_a = IsPropagated(a), is_copy_b = IsPropagated(b);
  if (is_copy_a == is_copy_b) return 0;
  if (!IsClassBased(nodes_[instance_a].arc) && !IsClassBased(nodes_[instance_b].arc)) {
    const int origins = CompareStrength(nodes_[a].origin, nodes_[b].origin);
    if (origins != 0) return origins;
  }
  return is_copy_b ? -1 : 1;
}

// The node to whose class, or class of a class, `node` belongs. Classes pass what was relocated by.
uint32_t Graph::FindInstance(uint32_t node) const {
  node = GetPlaceholder(node);
  const uint32_t below = GetDepthBelowIntroduction(node);
  auto is_class = [&] { return IsClassBased(nodes_[node].arc) && GetDepthBelowIntroduction(node) == below; };
  auto climb = [&] {
    node = nodes_[node].parent;
    if (node != kNoNode && node != 0) node = GetPlaceholder(node);
    return node != kNoNode && node != 0;
  };
  bool is_inner = climb();
  while (is_inner && is_class()) is_inner = climb();
  while (is_inner && nodes_[node].arc == ArcType::kRelocate) is_inner = climb();
  return is_inner ? node : 0;
}

int Graph::CompareSiblings(uint32_t a, uint32_t b) const {
  const Node &node_a = nodes_[a], &node_b = nodes_[b];
  if (node_a.arc != node_b.arc) return node_a.arc < node_b.arc ? -1 : 1;
  if (node_a.arc == ArcType::kSpecialize) {
    const int order = CompareSpecializes(a, b);
    if (order != 0) return order;
  }
  // What was introduced deeper in namespace is stronger.
  if (node_a.namespace_depth != node_b.namespace_depth)
    return node_a.namespace_depth > node_b.namespace_depth ? -1 : 1;
  // Then what was written here (its origin, the parent, is stronger than all below it) before what is
  // implied.
  if (node_a.origin != node_b.origin) {
    const int origins = CompareStrength(node_a.origin, node_b.origin);
    if (origins != 0) return origins;
  }
  if (node_a.sibling_number != node_b.sibling_number)
    return node_a.sibling_number < node_b.sibling_number ? -1 : 1;
  return 0;
}

// Whether `node` is in the subtree of `top`; what stands below the root for a placeholder counts as there.
bool Graph::IsWithin(uint32_t node, uint32_t top) const {
  for (size_t steps = 0; node != kNoNode && steps < nodes_.size(); ++steps) {
    if (node == top) return true;
    node = IsPropagated(node) ? nodes_[node].origin : nodes_[node].parent;
  }
  return false;
}

bool Graph::IsPropagated(uint32_t node) const {
  const Node& n = nodes_[node];
  if (n.arc != ArcType::kSpecialize || n.parent != 0 || n.origin == n.parent) return false;
  return nodes_[n.origin].path == n.path && nodes_[n.origin].layer_stack == n.layer_stack;
}

uint32_t Graph::GetPlaceholder(uint32_t node) const {
  while (IsPropagated(node)) node = nodes_[node].origin;
  return node;
}

uint32_t Graph::FindPropagated(uint32_t placeholder) const {
  const auto found = copies_.find(placeholder);
  if (found == copies_.end()) return kNoNode;
  uint32_t strongest = kNoNode;
  for (const uint32_t node : found->second)
    if (IsPropagated(node) && (strongest == kNoNode || CompareStrength(node, strongest) < 0))
      strongest = node;
  return strongest;
}

int Graph::CompareStrength(uint32_t a, uint32_t b) const {
  if (a == b) return 0;
  if (places_[a] == 0 || places_[b] == 0) return ComparePlaces(a, b);
  return places_[a] < places_[b] ? -1 : 1;
}

int Graph::CompareStrengthAnew(uint32_t a, uint32_t b) const {
  if (a == b) return 0;
  const auto [branch_a, branch_b] = FindParting(a, b);
  if (branch_a == branch_b) return branch_a == a ? -1 : 1;  // an ancestor is stronger
  return CompareSiblings(branch_a, branch_b);
}

// Of nodes of which one has no place yet.
int Graph::ComparePlaces(uint32_t a, uint32_t b) const {
  const auto [branch_a, branch_b] = FindParting(a, b);
  if (branch_a == branch_b) return branch_a == a ? -1 : 1;
  if (branch_a == unlinked_ || branch_b == unlinked_) return CompareSiblings(branch_a, branch_b);
  for (uint32_t sibling = nodes_[branch_a].next_sibling; sibling != kNoNode;
       sibling = nodes_[sibling].next_sibling)
    if (sibling == branch_b) return -1;
  return 1;
}

// The two siblings that the nodes are or are below; where one is above the other, that one twice.
std::pair<uint32_t, uint32_t> Graph::FindParting(uint32_t a, uint32_t b) const {
  uint32_t depth_a = GetDepth(a), depth_b = GetDepth(b);
  for (; depth_a > depth_b; --depth_a) a = nodes_[a].parent;
  for (; depth_b > depth_a; --depth_b) b = nodes_[b].parent;
  while (a != b && nodes_[a].parent != nodes_[b].parent) {
    a = nodes_[a].parent;
    b = nodes_[b].parent;
  }
  return {a, b};
}

uint32_t Graph::FindChild(uint32_t parent, uint32_t layer_stack, Path path, ArcType arc) const {
  for (uint32_t child = nodes_[parent].first_child; child != kNoNode; child = nodes_[child].next_sibling) {
    const Node& node = nodes_[child];
    if (node.arc == arc && node.layer_stack == layer_stack && node.path == path) return child;
  }
  return kNoNode;
}

uint32_t Graph::FindChildAt(uint32_t parent, uint32_t layer_stack, Path path) const {
  if (parent == 0 && nodes_.size() >= kFewNodes) {
    NoteSites();
    if (noted_children_.count(GetSiteKey(layer_stack, path)) == 0) return kNoNode;
  }
  for (uint32_t child = nodes_[parent].first_child; child != kNoNode; child = nodes_[child].next_sibling)
    if (nodes_[child].layer_stack == layer_stack && nodes_[child].path == path) return child;
  return kNoNode;
}

bool Graph::HasSpeakingSite(uint32_t layer_stack, Path path) const {
  if (nodes_.size() >= kFewNodes) {
    NoteSites();
    if (noted_sites_.count(GetSiteKey(layer_stack, path)) == 0) return false;
  }
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& node) {
    return node.path == path && node.layer_stack == layer_stack && !node.Has(kNodeCulled) &&
           !node.Has(kNodeInert);
  });
}

uint32_t Graph::SkipSubtree(uint32_t top, uint32_t node) const {
  while (node != top) {
    if (nodes_[node].next_sibling != kNoNode) return nodes_[node].next_sibling;
    node = nodes_[node].parent;
  }
  return kNoNode;
}

uint32_t Graph::GetNextInSubtree(uint32_t top, uint32_t node) const {
  return nodes_[node].first_child != kNoNode ? nodes_[node].first_child : SkipSubtree(top, node);
}

std::vector<uint32_t> Graph::GetChildren(uint32_t node) const {
  std::vector<uint32_t> children;
  for (uint32_t child = nodes_[node].first_child; child != kNoNode; child = nodes_[child].next_sibling)
    children.push_back(child);
  return children;
}

std::vector<uint32_t> Graph::GetSubtree(uint32_t top) const {
  std::vector<uint32_t> subtree;
  VisitSubtree(top, [&](uint32_t node) { subtree.push_back(node); });
  return subtree;
}

std::vector<Node> Graph::Finish(Culled culled, std::vector<IndexDependencies::Site>& dropped) const {
  const auto is_culled = [](const Node& node) { return node.Has(kNodeCulled); };
  if (is_in_order_ && (culled == Culled::kKeep || std::none_of(nodes_.begin(), nodes_.end(), is_culled)))
    return nodes_;
  std::vector<bool> keep(nodes_.size(), false);
  std::vector<uint32_t> pending;
  auto keep_with_ancestors = [&](uint32_t node) {
    for (; node != kNoNode && !keep[node]; node = nodes_[node].parent) {
      keep[node] = true;
      pending.push_back(node);
    }
  };
  for (uint32_t i = 0; i < nodes_.size(); ++i)
    if (i == 0 || culled == Culled::kKeep || !nodes_[i].Has(kNodeCulled)) keep_with_ancestors(i);
  // The origin of a kept node is kept too, for strength order is told from origins.
  while (!pending.empty()) {
    const uint32_t node = pending.back();
    pending.pop_back();
    keep_with_ancestors(nodes_[node].origin);
  }

  std::vector<uint32_t> order;
  order.reserve(nodes_.size());
  std::vector<uint32_t> renumbered(nodes_.size(), kNoNode);
  auto number = [&](uint32_t node) {
    if (!keep[node]) return;
    renumbered[node] = static_cast<uint32_t>(order.size());
    order.push_back(node);
  };
  if (is_in_order_)
    for (uint32_t i = 0; i < nodes_.size(); ++i) number(i);
  else
    VisitSubtree(0, number);
  std::vector<Node> result;
  result.reserve(order.size());
  for (uint32_t old : order) {
    Node node = nodes_[old];
    if (node.parent != kNoNode) node.parent = renumbered[node.parent];
    if (node.origin != kNoNode) node.origin = renumbered[node.origin];
    auto next_kept = [&](uint32_t sibling) {
      while (sibling != kNoNode && !keep[sibling]) sibling = nodes_[sibling].next_sibling;
      return sibling == kNoNode ? kNoNode : renumbered[sibling];
    };
    node.first_child = next_kept(node.first_child);
    node.next_sibling = next_kept(node.next_sibling);
    result.push_back(node);
  }
  auto get_key = [](const Node& node) { return GetSiteKey(node.layer_stack, node.path); };
  tsl::robin_set<uint64_t> known;
  for (const IndexDependencies::Site& site : dropped) known.insert(GetSiteKey(site.layer_stack, site.path));
  for (uint32_t i = 0; i < nodes_.size(); ++i)
    if (keep[i] && nodes_[i].Has(kNodeNew)) known.insert(get_key(nodes_[i]));
  for (uint32_t i = 0; i < nodes_.size(); ++i)
    if (!keep[i] && nodes_[i].Has(kNodeNew) && known.insert(get_key(nodes_[i])).second)
      dropped.push_back({nodes_[i].layer_stack, nodes_[i].path});
  return result;
}

}  // namespace strata::compose
