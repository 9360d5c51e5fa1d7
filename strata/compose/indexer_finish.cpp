#include <algorithm>

#include "strata/compose/indexer.h"

namespace strata::compose {

bool Indexer::CanBeCulled(uint32_t number) const {
  const Node& node = graph_[number];
  if (node.parent == kNoNode) return false;
  if (node.Has(kNodeCulled)) return true;
  if (node.CanContributeSpecs() && node.Has(kNodeHasSpecs)) return false;
  // Symmetry holds for all that is below, said there or not.
  if (node.Has(kNodeSymmetry)) return false;
  // What an arc leads to directly shows that the arc is there.
  if (graph_.GetDepthBelowIntroduction(number) == 0) return false;
  // A class that is inside some model may get opinions from what that model references: its path stays of
  // interest.
  if (node.arc == ArcType::kInherit && node.layer_stack == environment_.GetRootStackNumber()) {
    if (!graph_.GetPathAtIntroduction(graph_.GetOriginRoot(number).first).IsRootPrim()) return false;
  }
  return true;
}

void Indexer::Cull() {
  // Nodes were made after their parents.
  std::vector<bool> has_kept_child(graph_.GetSize(), false);
  for (uint32_t number = static_cast<uint32_t>(graph_.GetSize()); number-- > 0;) {
    Node& node = graph_[number];
    // What came below a prohibited site is gone, whatever is implied there later.
    if (node.Has(kNodeElided) || (!has_kept_child[number] && CanBeCulled(number)))
      node.Set(kNodeCulled, true);
    if (!node.Has(kNodeCulled) && node.parent != kNoNode) has_kept_child[node.parent] = true;
  }
}

// Below an instance only what its own arcs bring counts: every instance with the same arcs has the same
// descendants.
void Indexer::MakeUninstanceableInert(const PrimIndex& parent) {
  const std::vector<bool> is_own = FindInstanceableNodes(parent.GetGraph()->nodes);
  for (uint32_t i = 0; i < is_own.size(); ++i)
    if (!is_own[i]) graph_[i].MakeInert(graph_[i].path.GetElementCount() - 1);
}

// One prim further down, as below any prim: when this one is an instance, only what its own arcs bring
// counts. Of what is above the prim asked for, that prim knows, with its variants.
void Indexer::DescendTo(Token child) {
  std::vector<bool> is_own;
  const Graph& top = GetTop().graph_;
  const bool is_above_top =
      !IsTop() && graph_[0].layer_stack == top[0].layer_stack && top[0].path.HasPrefix(graph_[0].path);
  const bool is_instance = is_above_top ? GetTop().IsInstanceAbove(graph_[0].path) : IsInstanceable();
  if (is_instance) is_own = FindInstanceableNodes(graph_.GetNodes(), InstancePlace::kOnTheWay);
  graph_.DescendTo(child);
  for (uint32_t i = 0; i < is_own.size(); ++i)
    if (!is_own[i]) graph_[i].MakeInert(graph_[i].path.GetElementCount() - 1);
}

// Of a prim above the one asked for.
bool Indexer::IsInstanceAbove(Path path) const {
  const size_t levels = graph_[0].path.GetElementCount() - path.GetElementCount();
  return levels > 0 && levels <= 64 && (instances_above_ >> (levels - 1) & 1) != 0;
}

// Whether what lies on the way to an arc's target is an instance. Specializes are not yet where they will
// count, and make none.
bool Indexer::IsInstanceable() const {
  if (!options_.HasInstances()) return false;
  const Token field = layer::GetFieldNames().instanceable;
  bool has_own_arc = false;
  const bool* instanceable = nullptr;
  for (uint32_t number : graph_.GetSubtree(0)) {
    const Node& node = graph_[number];
    if (!node.CanContributeSpecs() || !node.Has(kNodeHasSpecs)) continue;
    has_own_arc |= number != 0;
    const LayerStack::Site& site = graph_.GetSite(number);
    if (instanceable || !(site.fields & kSiteInstanceable)) continue;
    for (size_t i = 0; i < site.layers.size() && !instanceable; ++i)
      instanceable =
          graph_.GetStack(number).GetEntries()[site.layers[i]].layer->GetFieldAs<bool>(node.path, field);
  }
  if (!has_own_arc || !instanceable || !*instanceable) return false;
  const std::vector<bool> is_own = FindInstanceableNodes(graph_.GetNodes(), InstancePlace::kOnTheWay);
  for (uint32_t i = 0; i < is_own.size(); ++i)
    if (is_own[i] && graph_[i].Has(kNodeHasSpecs) && graph_[i].CanContributeSpecs() &&
        FindSpecializing(i) == kNoNode)
      return true;
  return false;
}

namespace {

// Whether arcs of the prim itself bring opinions.
bool HasInstanceableArc(const std::vector<PrimIndexNode>& nodes) {
  const std::vector<bool> is_instanceable = FindInstanceableNodes(nodes);
  for (size_t i = 0; i < nodes.size(); ++i)
    if (is_instanceable[i] && nodes[i].CanContributeSpecs() && nodes[i].Has(kNodeHasSpecs)) return true;
  return false;
}

}  // namespace

std::vector<std::pair<Token, Token>> ListVariantSelections(const std::vector<PrimIndexNode>& nodes) {
  std::vector<std::pair<Token, Token>> selections;
  for (const PrimIndexNode& node : nodes) {
    if (node.arc != ArcType::kVariant || !node.path.IsPrimVariantSelection()) continue;
    const Token set = node.path.GetVariantSet();
    const bool is_known = std::any_of(selections.begin(), selections.end(),
                                      [&](const auto& known) { return known.first == set; });
    if (!is_known) selections.emplace_back(set, node.path.GetVariantSelection());
  }
  return selections;
}

std::shared_ptr<IndexGraph> Indexer::Finish(const std::shared_ptr<IndexPool>& pool) {
  if (culling_ == Culling::kCull) Cull();
  if (options_.mode == CompositionMode::kFull) RestrictByPermission();
  ReportErrorsNotTold();
  auto result = std::make_shared<IndexGraph>();
  result->pool = pool;
  result->nodes = graph_.Finish(culling_ == Culling::kCull ? Graph::Culled::kDrop : Graph::Culled::kKeep,
                                dependencies_.culled);
  if (!dependencies_.IsEmpty())
    result->dependencies = std::make_unique<const IndexDependencies>(std::move(dependencies_));
  result->errors = std::move(errors_);
  result->selection_reads = selection_reads_;
  result->is_full = is_full_of_nodes_;
  result->has_any_payloads = has_payloads_;
  result->asks_for_payload = asks_for_payload_;
  result->asks_above = asks_above_;
  const layer::FieldNames& names = layer::GetFieldNames();

  const bool* instanceable = nullptr;
  for (uint32_t i = 0; i < result->nodes.size(); ++i) {
    const Node& node = result->nodes[i];
    if (!node.CanContributeSpecs() || !node.Has(kNodeHasSpecs)) continue;
    const LayerStackPtr& stack = pool_.GetStack(node.layer_stack);
    const LayerStack::Site site = stack->FindSite(node.path);
    for (uint32_t layer : site.layers) result->specs.push_back({i, &stack->GetEntries()[layer]});
    if (!instanceable && (site.fields & kSiteInstanceable)) {
      for (uint32_t layer : site.layers) {
        instanceable = stack->GetEntries()[layer].layer->GetFieldAs<bool>(node.path, names.instanceable);
        if (instanceable) break;
      }
    }
  }
  result->specs.shrink_to_fit();
  result->variant_selections = ListVariantSelections(result->nodes);
  result->instances_above = instances_above_;
  result->is_instanceable =
      options_.HasInstances() && instanceable && *instanceable && HasInstanceableArc(result->nodes);
  return result;
}

}  // namespace strata::compose
