#include "strata/compose/prim_index.h"

#include <algorithm>

#include "strata/compose/index_graph.h"

namespace strata::compose {

std::string_view GetArcName(ArcType type) {
  switch (type) {
    case ArcType::kRoot:
      return "root";
    case ArcType::kInherit:
      return "inherit";
    case ArcType::kVariant:
      return "variant";
    case ArcType::kRelocate:
      return "relocate";
    case ArcType::kReference:
      return "reference";
    case ArcType::kPayload:
      return "payload";
    case ArcType::kSpecialize:
      return "specialize";
  }
  return "";
}

PrimIndex::PrimIndex(Path path, std::shared_ptr<const IndexGraph> graph, Path place,
                     std::shared_ptr<const std::vector<Trunk>> trunks)
    : path_(path), place_(place), graph_(std::move(graph)), trunks_(std::move(trunks)) {}

size_t PrimIndex::GetNodeCount() const {
  return graph_ ? graph_->nodes.size() : 0;
}
bool PrimIndex::HasSpecs() const {
  return graph_ && !graph_->specs.empty();
}
bool PrimIndex::IsInstanceable() const {
  return graph_ && graph_->is_instanceable;
}
bool PrimIndex::HasAnyPayloads() const {
  return graph_ && graph_->has_any_payloads;
}
bool PrimIndex::HasRelocates() const {
  return graph_ && std::any_of(graph_->nodes.begin(), graph_->nodes.end(), [this](const Node& node) {
           return graph_->pool->HasRelocates(node.layer_stack);
         });
}

const CompositionErrors& PrimIndex::GetErrors() const {
  static const CompositionErrors none;
  return graph_ ? graph_->errors : none;
}

const std::vector<std::pair<Token, Token>>& PrimIndex::GetVariantSelections() const {
  static const std::vector<std::pair<Token, Token>> none;
  return graph_ ? graph_->variant_selections : none;
}

std::atomic<uint64_t>* PrimIndex::GetSharedNote() const {
  return graph_ && graph_->owner != 0 && graph_->owner == graph_->pool->GetSharing() ? &graph_->note
                                                                                     : nullptr;
}

Path PrimIndex::GetTrunkPath(uint16_t number) const {
  return number == 1 ? place_ : (*trunks_)[number - 1].path;
}

bool PrimIndex::IsAtHome() const {
  return trunks_ ? trunks_ == graph_->home || *trunks_ == *graph_->home
                 : place_ == graph_->home->front().path;
}

std::vector<PrimIndexNode> PrimIndex::CopyNodes() const {
  std::vector<PrimIndexNode> nodes = graph_->nodes;
  if (IsAtHome()) {
    if (!nodes.empty()) nodes.front().path = path_;
    return nodes;
  }
  for (uint32_t i = 0; i < nodes.size(); ++i) {
    const NodeRef node(this, i);
    nodes[i].path = node.GetPath();
    if (i == 0) continue;
    // Maps are named by number: those that differ here get one.
    const MapFunction &to_parent = node.GetMapToParent(), &to_root = node.GetMapToRoot();
    if (&to_parent != &graph_->pool->GetMap(nodes[i].map_to_parent))
      nodes[i].map_to_parent = graph_->pool->InternMap(to_parent);
    if (&to_root != &graph_->pool->GetMap(nodes[i].map_to_root))
      nodes[i].map_to_root = graph_->pool->InternMap(to_root);
  }
  return nodes;
}

IndexDependencies PrimIndex::GetDependencies() const {
  if (!graph_ || !graph_->dependencies) return {};
  IndexDependencies dependencies = *graph_->dependencies;
  for (auto* sites : {&dependencies.culled, &dependencies.selections})
    for (IndexDependencies::Site& site : *sites) site.path = GetPathHere(site.layer_stack, site.path);
  return dependencies;
}

const IndexDependencies* PrimIndex::GetDependenciesAtHome() const {
  return graph_ ? graph_->dependencies.get() : nullptr;
}

Path PrimIndex::GetPathHere(uint32_t layer_stack, Path at_home) const {
  const uint16_t trunk = FindTrunk(*graph_->home, layer_stack, at_home);
  if (trunk == 0) return at_home;
  const Path from = (*graph_->home)[trunk - 1].path, to = GetTrunkPath(trunk);
  return from == to ? at_home : at_home.ReplacePrefix(from, to, Path::TargetFix::kKeepTargets);
}

// No index that has some shares its graph: paths are those of its place.
const std::vector<ComposedArguments>& PrimIndex::GetComposedArguments() const {
  static const std::vector<ComposedArguments> none;
  return graph_ && graph_->dependencies ? graph_->dependencies->arguments : none;
}

size_t SpecStack::size() const {
  return index_->GetGraph() ? index_->GetGraph()->specs.size() : 0;
}

std::vector<uint32_t> PrimIndex::ListTellingSpecs() const {
  std::vector<uint32_t> numbers;
  if (!graph_) return numbers;
  const std::vector<IndexGraph::Spec>& specs = graph_->specs;
  for (uint32_t begin = 0, end = 0; begin < specs.size(); begin = end) {
    const NodeRef node = GetNode(specs[begin].node);
    const LayerStack& stack = *node.GetLayerStack();
    const LayerStack::Site site = stack.FindSite(node.GetPath());
    for (; end < specs.size() && specs[end].node == specs[begin].node; ++end) {
      const uint32_t i = end - begin;
      // The stack may be ahead of an index that an edit concerns.
      const bool is_known =
          site.is_plain && i < site.layers.size() && specs[end].entry == &stack.GetEntries()[site.layers[i]];
      if (!is_known || !site.is_plain[i]) numbers.push_back(end);
    }
  }
  return numbers;
}

SpecSite SpecStack::Iterator::operator*() const {
  const IndexGraph::Spec& spec = index_->GetGraph()->specs[at_];
  const NodeRef node = index_->GetNode(spec.node);
  return {node, spec.entry, node.GetPath()};
}

std::optional<MapFunction> RenameMap(const MapFunction& map, uint32_t source_stack, uint32_t target_stack,
                                     const Trunks& from, const Trunks& to) {
  bool is_changed = false;
  auto rename = [&](Path& path, uint32_t stack) {
    const uint16_t trunk = path.IsEmpty() ? uint16_t{0} : FindTrunk(from, stack, path);
    if (trunk == 0 || from[trunk - 1].path == to[trunk - 1].path) return;
    path = path.ReplacePrefix(from[trunk - 1].path, to[trunk - 1].path, Path::TargetFix::kKeepTargets);
    is_changed = true;
  };
  auto rename_ends = [&](const MapFunction& step, bool is_first, bool is_last) {
    std::vector<MapFunction::Pair> pairs = step.GetPairs();
    for (auto& [source, target] : pairs) {
      if (is_first) rename(source, source_stack);
      if (is_last) rename(target, target_stack);
    }
    return MapFunction::Create(std::move(pairs), step.GetTimeOffset());
  };
  MapFunction renamed;
  if (map.IsDeferred()) {
    const std::vector<MapFunction> steps = map.GetSteps();
    renamed = MapFunction::Identity();
    for (size_t i = 0; i < steps.size(); ++i)
      renamed = renamed.Compose(rename_ends(steps[i], i + 1 == steps.size(), i == 0).Defer());
  } else {
    renamed = rename_ends(map, true, true);
  }
  return is_changed ? std::optional<MapFunction>(std::move(renamed)) : std::nullopt;
}

bool HasStepAtTrunk(const MapFunction& map, const Trunks& trunks) {
  if (!map.IsDeferred()) return false;
  const std::vector<MapFunction> steps = map.GetSteps();
  auto is_at_trunk = [&](Path path) {
    return !path.IsEmpty() && std::any_of(trunks.begin(), trunks.end(),
                                          [&](const Trunk& trunk) { return path.HasPrefix(trunk.path); });
  };
  for (size_t i = 0; i < steps.size(); ++i)
    for (const auto& [source, target] : steps[i].GetPairs())
      if ((i + 1 != steps.size() && is_at_trunk(source)) || (i != 0 && is_at_trunk(target))) return true;
  return false;
}

uint16_t FindTrunk(const Trunks& trunks, uint32_t layer_stack, Path path) {
  for (size_t i = 0; i < trunks.size(); ++i)
    if (trunks[i].layer_stack == layer_stack && path.HasPrefix(trunks[i].path))
      return static_cast<uint16_t>(i + 1);
  return 0;
}

const PrimIndexNode& NodeRef::Get() const {
  return index_->graph_->nodes[number_];
}

ArcType NodeRef::GetArcType() const {
  return Get().arc;
}

Path NodeRef::GetPath() const {
  if (number_ == 0) return index_->path_;
  const PrimIndexNode& node = Get();
  if (node.trunk == 0) return node.path;
  const Path from = (*index_->graph_->home)[node.trunk - 1].path, to = index_->GetTrunkPath(node.trunk);
  return from == to ? node.path : node.path.ReplacePrefix(from, to, Path::TargetFix::kKeepTargets);
}

const LayerStackPtr& NodeRef::GetLayerStack() const {
  return index_->graph_->pool->GetStack(Get().layer_stack);
}
uint32_t NodeRef::GetLayerStackNumber() const {
  return Get().layer_stack;
}

// The map numbered `map` as it is in the place of this index.
const MapFunction& NodeRef::RenameMap(uint32_t map, bool to_root) const {
  const IndexGraph& graph = *index_->graph_;
  const MapFunction& at_home = graph.pool->GetMap(map);
  if (map == IndexPool::kIdentity || number_ == 0 || index_->IsAtHome()) return at_home;
  const Trunks only{{graph.home->front().layer_stack, index_->place_}};
  const std::optional<MapFunction> renamed =
      compose::RenameMap(at_home, Get().layer_stack, graph.nodes[to_root ? 0 : Get().parent].layer_stack,
                         *graph.home, index_->trunks_ ? *index_->trunks_ : only);
  return renamed ? graph.pool->GetMap(graph.pool->InternMap(*renamed)) : at_home;
}

const MapFunction& NodeRef::GetMapToParent() const {
  return RenameMap(Get().map_to_parent, false);
}
const MapFunction& NodeRef::GetMapToRoot() const {
  return RenameMap(Get().map_to_root, true);
}
const LayerOffset& NodeRef::GetTimeOffsetToRoot() const {
  return index_->graph_->pool->GetMap(Get().map_to_root).GetTimeOffset();
}

NodeRef NodeRef::GetParent() const {
  return Get().parent == kNoNode ? NodeRef() : NodeRef(index_, Get().parent);
}
NodeRef NodeRef::GetOrigin() const {
  return Get().origin == kNoNode ? NodeRef() : NodeRef(index_, Get().origin);
}

NodeRef NodeRef::GetOriginRoot() const {
  NodeRef node = *this;
  while (node.GetOrigin() && node.Get().origin != node.Get().parent) node = node.GetOrigin();
  return node;
}

std::vector<NodeRef> NodeRef::GetChildren() const {
  std::vector<NodeRef> children;
  for (uint32_t child = Get().first_child; child != kNoNode;
       child = index_->graph_->nodes[child].next_sibling)
    children.push_back(NodeRef(index_, child));
  return children;
}

uint32_t NodeRef::GetDepthBelowIntroduction() const {
  if (Get().parent == kNoNode) return 0;
  return CountNamespaceDepth(index_->graph_->nodes[Get().parent].path) - Get().namespace_depth;
}

Path NodeRef::GetIntroPath() const {
  if (Get().parent == kNoNode) return Path::AbsoluteRoot();
  return StripNamespaceDepth(GetParent().GetPath(), GetDepthBelowIntroduction());
}

Path NodeRef::GetPathAtIntroduction() const {
  return StripNamespaceDepth(GetPath(), GetDepthBelowIntroduction());
}

uint32_t NodeRef::GetNamespaceDepth() const {
  return Get().namespace_depth;
}
uint32_t NodeRef::GetSiblingNumberAtOrigin() const {
  return Get().sibling_number;
}
bool NodeRef::IsDueToAncestor() const {
  return Get().Has(kNodeDueToAncestor);
}
bool NodeRef::IsInert() const {
  return Get().Has(kNodeInert);
}
bool NodeRef::IsCulled() const {
  return Get().Has(kNodeCulled);
}
uint32_t NodeRef::GetSpecContributionRestrictedDepth() const {
  return Get().restricted_depth;
}
bool NodeRef::IsRestricted() const {
  return Get().Has(kNodeRestricted);
}
bool NodeRef::HasSpecs() const {
  return Get().Has(kNodeHasSpecs);
}
bool NodeRef::CanContributeSpecs() const {
  return Get().CanContributeSpecs();
}
bool NodeRef::IsPrivate() const {
  return Get().Has(kNodePrivate);
}
bool NodeRef::HasSymmetry() const {
  return Get().Has(kNodeSymmetry);
}
bool NodeRef::IsIntroducedHere() const {
  return number_ != 0 && Get().Has(kNodeNew);
}
bool NodeRef::IsInRootLayerStack() const {
  return Get().layer_stack == index_->graph_->nodes[0].layer_stack;
}

}  // namespace strata::compose
