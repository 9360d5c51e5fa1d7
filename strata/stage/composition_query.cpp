#include "strata/stage/composition_query.h"

#include <algorithm>

#include "strata/compose/expression.h"
#include "strata/layer/fields.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

template <class T>
struct IntroducedItem {
  T item;
  layer::LayerPtr layer;
};

// The list that the layers of a stack make together at a path, each item with the strongest layer that names
// it.
template <class Op>
std::vector<IntroducedItem<typename Op::Item>> ComposeWithSources(const compose::LayerStack& stack, Path path,
                                                                  Token field) {
  using Item = typename Op::Item;
  std::vector<IntroducedItem<Item>> sourced;
  std::vector<Item> items;
  const auto& entries = stack.GetEntries();
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const Op* op = entry->layer->template GetFieldAs<Op>(path, field);
    if (!op) continue;
    op->ApplyTo(items);
    auto names = [&](const std::vector<Item>& list, const Item& item) {
      return std::find(list.begin(), list.end(), item) != list.end();
    };
    for (const Item& item : items) {
      bool is_named = op->is_explicit || names(op->added_items, item) || names(op->prepended_items, item) ||
                      names(op->appended_items, item);
      if (!is_named) continue;
      auto known =
          std::find_if(sourced.begin(), sourced.end(), [&](const auto& s) { return s.item == item; });
      if (known == sourced.end()) {
        sourced.push_back({item, entry->layer});
      } else {
        known->layer = entry->layer;
      }
    }
  }
  std::vector<IntroducedItem<Item>> ordered;
  for (const Item& item : items) {
    auto known = std::find_if(sourced.begin(), sourced.end(), [&](const auto& s) { return s.item == item; });
    if (known != sourced.end()) ordered.push_back(*known);
  }
  return ordered;
}

// Items as composition reads them: asset paths after variable expressions.
template <class T>
void EvaluateItem(T& item, const compose::LayerStack& stack) {
  if constexpr (std::is_same_v<T, Reference> || std::is_same_v<T, Payload>)
    item.asset_path = compose::EvaluateText(item.asset_path, stack.GetExpressionVariables()).text;
}

template <class Op>
void IntroduceByNumber(CompositionArc& arc, compose::NodeRef original, Path path, Token field) {
  auto items = ComposeWithSources<Op>(*arc.introducing_node.GetLayerStack(), path, field);
  uint32_t number = original.GetSiblingNumberAtOrigin();
  if (number >= items.size()) return;
  EvaluateItem(items[number].item, *arc.introducing_node.GetLayerStack());
  arc.introducing_item = Value(items[number].item);
  arc.introducing_layer = items[number].layer;
}

void IntroduceVariant(CompositionArc& arc, compose::NodeRef original, Path path) {
  const Token field = layer::GetFieldNames().variantSetNames;
  Path selection = original.GetPathAtIntroduction();
  std::string set = selection.GetVariantSet().GetString();
  for (auto& item : ComposeWithSources<StringListOp>(*arc.introducing_node.GetLayerStack(), path, field)) {
    if (item.item != set) continue;
    arc.introducing_item = Value(set);
    arc.introducing_layer = item.layer;
    return;
  }
}

void FindIntroduction(CompositionArc& arc, compose::NodeRef original) {
  const layer::FieldNames& names = layer::GetFieldNames();
  Path path = arc.introducing_path;
  switch (arc.type) {
    case compose::ArcType::kReference:
      return IntroduceByNumber<ReferenceListOp>(arc, original, path, names.references);
    case compose::ArcType::kPayload:
      return IntroduceByNumber<PayloadListOp>(arc, original, path, names.payload);
    case compose::ArcType::kInherit:
      return IntroduceByNumber<PathListOp>(arc, original, path, names.inheritPaths);
    case compose::ArcType::kSpecialize:
      return IntroduceByNumber<PathListOp>(arc, original, path, names.specializes);
    case compose::ArcType::kVariant:
      return IntroduceVariant(arc, original, path);
    default:
      return;
  }
}

}  // namespace

CompositionArcs FindCompositionArcs(const Prim& prim) {
  CompositionArcs arcs;
  arcs.index = prim.GetPrimIndex();
  if (!arcs.index) return arcs;
  compose::NodeRef root = arcs.index->GetRootNode();
  for (uint32_t n = 1; n < arcs.index->GetNodeCount(); ++n) {
    compose::NodeRef node = arcs.index->GetNode(n);
    // An arc that another implies elsewhere was introduced where that one was.
    compose::NodeRef original = node.GetOriginRoot();
    CompositionArc arc;
    arc.node = node;
    arc.introducing_node = original.GetParent();
    arc.type = node.GetArcType();
    arc.has_specs = node.HasSpecs();
    arc.is_ancestral = node.IsDueToAncestor();
    arc.is_implicit = !(node.GetParent() == arc.introducing_node);
    arc.is_in_root_layer_stack = arc.introducing_node.IsInRootLayerStack();
    arc.is_in_root_layer_prim_spec = arc.introducing_node == root;
    arc.target_layer = node.GetLayerStack()->GetRootLayer();
    arc.target_path = node.GetPath();
    arc.introducing_path = original.GetIntroPath();
    FindIntroduction(arc, original);
    arcs.all.push_back(std::move(arc));
  }
  return arcs;
}

}  // namespace strata::stage
