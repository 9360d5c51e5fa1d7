#include "strata/stage/composition_query.h"

#include <optional>
#include <type_traits>

#include "strata/compose/expression.h"
#include "strata/layer/fields.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

template <class T>
struct IntroducedItem {
  T anchored;  // as lists of different layers compare it
  T item;      // as composition reads it: asset paths after variable expressions
  layer::LayerPtr layer;
};

// An item means what it names from where it is written.
template <class T>
T Anchor(const T& item, const layer::Layer& layer, Path path, compose::LayerProvider& provider) {
  T anchored = item;
  if constexpr (std::is_same_v<T, Path>) {
    anchored = item.MakeAbsolute(path.GetPrimPath());
  } else if constexpr (!std::is_same_v<T, std::string>) {
    if (!item.asset_path.empty()) anchored.asset_path = provider.CreateIdentifier(item.asset_path, layer);
  }
  return anchored;
}

// The list that the layers of a stack make together at a path, each item with the strongest layer that names
// it.
template <class Op>
class SourcedList {
 public:
  using Item = typename Op::Item;
  SourcedList(const compose::LayerStack& stack, Path path, Token field, compose::LayerProvider& provider) {
    const auto& entries = stack.GetEntries();
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      const Op* op = entry->layer->template GetFieldAs<Op>(path, field);
      if (!op) continue;
      op->Map([&](const Item& authored) -> std::optional<Item> {
          Item item = authored;
          if constexpr (std::is_same_v<Item, Reference> || std::is_same_v<Item, Payload>)
            item.asset_path = compose::EvaluateText(item.asset_path, stack.GetExpressionVariables()).text;
          Item anchored = Anchor(item, *entry->layer, path, provider);
          Remember(anchored, item, entry->layer);
          return anchored;
        }).ApplyTo(items_);
    }
  }
  size_t GetSize() const { return items_.size(); }
  const IntroducedItem<Item>* Get(size_t i) const { return Find(items_[i]); }

 private:
  const IntroducedItem<Item>* Find(const Item& anchored) const {
    for (const auto& known : known_)
      if (known.anchored == anchored) return &known;
    return nullptr;
  }
  void Remember(const Item& anchored, const Item& item, const layer::LayerPtr& layer) {
    for (auto& known : known_) {
      if (!(known.anchored == anchored)) continue;
      known = {anchored, item, layer};
      return;
    }
    known_.push_back({anchored, item, layer});
  }
  std::vector<Item> items_;
  std::vector<IntroducedItem<Item>> known_;
};

// Fills in what introduced an arc, from the lists where it was introduced.
class Introduction {
 public:
  Introduction(CompositionArc& arc, compose::NodeRef original, compose::LayerProvider& provider)
      : arc_(arc), original_(original), provider_(provider), stack_(*arc.introducing_node.GetLayerStack()) {}

  template <class Op>
  void ByNumber(Token field) {
    SourcedList<Op> list(stack_, arc_.introducing_path, field, provider_);
    uint32_t number = original_.GetSiblingNumberAtOrigin();
    if (number >= list.GetSize()) return;
    const auto* introduced = list.Get(number);
    arc_.introducing_field = field;
    arc_.introducing_item = Value(introduced->item);
    arc_.introducing_layer = introduced->layer;
  }

  void OfVariant() {
    const Token field = layer::GetFieldNames().variantSetNames;
    SourcedList<StringListOp> list(stack_, arc_.introducing_path, field, provider_);
    std::string set = original_.GetPathAtIntroduction().GetVariantSet().GetString();
    for (size_t i = 0; i < list.GetSize(); ++i) {
      if (list.Get(i)->item != set) continue;
      arc_.introducing_field = field;
      arc_.introducing_item = Value(set);
      arc_.introducing_layer = list.Get(i)->layer;
      return;
    }
  }

  // Relocates stand in the metadata of layers, not at prims.
  void OfRelocate() {
    // Implied ones count where they meet a relocate of the same target, as usd-core looks them up.
    Path target = arc_.node.GetIntroPath();
    arc_.introducing_path = Path::AbsoluteRoot();
    for (const compose::LayerStack::Entry& entry : stack_.GetEntries()) {
      const Token field = layer::GetFieldNames().layerRelocates;
      const auto* relocates = entry.layer->GetFieldAs<Relocates>(Path::AbsoluteRoot(), field);
      if (!relocates) continue;
      for (const auto& [source, to] : *relocates) {
        if (to.MakeAbsolute(Path::AbsoluteRoot()) != target) continue;
        arc_.introducing_layer = entry.layer;
        return;
      }
    }
  }

 private:
  CompositionArc& arc_;
  compose::NodeRef original_;
  compose::LayerProvider& provider_;
  const compose::LayerStack& stack_;
};

void FindIntroduction(CompositionArc& arc, compose::NodeRef original, compose::LayerProvider& provider) {
  const layer::FieldNames& names = layer::GetFieldNames();
  Introduction introduction(arc, original, provider);
  switch (arc.type) {
    case compose::ArcType::kReference:
      return introduction.ByNumber<ReferenceListOp>(names.references);
    case compose::ArcType::kPayload:
      return introduction.ByNumber<PayloadListOp>(names.payload);
    case compose::ArcType::kInherit:
      return introduction.ByNumber<PathListOp>(names.inheritPaths);
    case compose::ArcType::kSpecialize:
      return introduction.ByNumber<PathListOp>(names.specializes);
    case compose::ArcType::kVariant:
      return introduction.OfVariant();
    case compose::ArcType::kRelocate:
      return introduction.OfRelocate();
    case compose::ArcType::kRoot:
      return;
  }
}

// Whether a node is below a specialize that stands, with all below it, under the root as well.
bool IsBelowCopied(const compose::PrimIndex& index, compose::NodeRef node) {
  for (; !node.IsRoot(); node = node.GetParent()) {
    if (!node.IsInert() || node.GetArcType() != compose::ArcType::kSpecialize) continue;
    for (compose::NodeRef top : index.GetRootNode().GetChildren())
      if (!(top == node) && top.GetOrigin() == node && top.GetPath() == node.GetPath()) return true;
  }
  return false;
}

CompositionArc DescribeRoot(const compose::PrimIndexPtr& index) {
  CompositionArc arc;
  arc.index = index;
  arc.node = arc.introducing_node = index->GetRootNode();
  arc.has_specs = arc.node.HasSpecs();
  arc.is_in_root_layer_stack = arc.is_in_root_layer_prim_spec = true;
  arc.target_layer = arc.node.GetLayerStack()->GetRootLayer();
  arc.target_path = arc.node.GetPath();
  return arc;
}

CompositionArc Describe(const compose::PrimIndexPtr& index, compose::NodeRef node,
                        compose::LayerProvider& provider) {
  // An arc that another implies elsewhere was introduced where that one was.
  compose::NodeRef original = node.GetOriginRoot();
  CompositionArc arc;
  arc.index = index;
  arc.node = node;
  arc.introducing_node = original.GetParent();
  arc.type = node.GetArcType();
  arc.has_specs = node.HasSpecs();
  arc.is_ancestral = node.IsDueToAncestor();
  // A specialize moved to the root, where it is weakest, is still itself.
  // Relocates hold no place for one that is implied to them.
  compose::NodeRef origin = node.GetOrigin();
  while (origin.IsInert() && origin.GetArcType() == compose::ArcType::kSpecialize &&
         origin.GetParent().GetArcType() == compose::ArcType::kRelocate &&
         !(origin.GetOrigin() == origin.GetParent()))
    origin = origin.GetOrigin();
  const bool is_moved = node.GetPath() == origin.GetPath() && node.GetLayerStack() == origin.GetLayerStack();
  arc.is_implicit = !(origin == node.GetParent()) && !is_moved;
  // Whoever references the stage's root layer, without its session, still leads there.
  arc.is_in_root_layer_stack = arc.introducing_node.GetLayerStack()->GetRootLayer() ==
                               index->GetRootNode().GetLayerStack()->GetRootLayer();
  arc.is_in_root_layer_prim_spec = arc.introducing_node.IsRoot();
  arc.target_layer = node.GetLayerStack()->GetRootLayer();
  arc.target_path = node.GetPath();
  arc.introducing_path = original.GetIntroPath();
  FindIntroduction(arc, original, provider);
  return arc;
}

}  // namespace

CompositionArcs FindCompositionArcs(const Prim& prim) {
  CompositionArcs arcs;
  PrimAccess access(prim);
  if (!access || !access.Index()) return arcs;
  arcs.index = access.stage->cache->ComputeExpandedPrimIndex(access.Index()->GetPath());
  if (!arcs.index->IsValid()) return arcs;
  for (uint32_t n = 1; n < arcs.index->GetNodeCount(); ++n) {
    compose::NodeRef node = arcs.index->GetNode(n);
    // Placeholders mark where an arc would stand; another node carries it, and what is below.
    if (node.IsInert() &&
        (node.GetArcType() != compose::ArcType::kRelocate || IsBelowCopied(*arcs.index, node)))
      continue;
    arcs.all.push_back(Describe(arcs.index, node, *access.stage->provider));
  }
  return arcs;
}

bool PrimCompositionQuery::Filter::Admits(const CompositionArc& arc) const {
  using Type = compose::ArcType;
  const bool is_reference = arc.type == Type::kReference, is_payload = arc.type == Type::kPayload;
  const bool is_inherit = arc.type == Type::kInherit, is_specialize = arc.type == Type::kSpecialize;
  auto has_type = [&] {
    switch (arc_type) {
      case ArcTypeFilter::kAll:
        return true;
      case ArcTypeFilter::kReference:
        return is_reference;
      case ArcTypeFilter::kPayload:
        return is_payload;
      case ArcTypeFilter::kInherit:
        return is_inherit;
      case ArcTypeFilter::kSpecialize:
        return is_specialize;
      case ArcTypeFilter::kVariant:
        return arc.type == Type::kVariant;
      case ArcTypeFilter::kRelocate:
        return arc.type == Type::kRelocate;
      case ArcTypeFilter::kReferenceOrPayload:
        return is_reference || is_payload;
      case ArcTypeFilter::kInheritOrSpecialize:
        return is_inherit || is_specialize;
      case ArcTypeFilter::kNotReferenceOrPayload:
        return !is_reference && !is_payload;
      case ArcTypeFilter::kNotInheritOrSpecialize:
        return !is_inherit && !is_specialize;
      case ArcTypeFilter::kNotVariant:
        return arc.type != Type::kVariant;
      case ArcTypeFilter::kNotRelocate:
        return arc.type != Type::kRelocate;
    }
    return false;
  };
  if (!has_type()) return false;
  if (dependency_type != DependencyTypeFilter::kAll &&
      arc.is_ancestral != (dependency_type == DependencyTypeFilter::kAncestral))
    return false;
  if (has_specs != HasSpecsFilter::kAll && arc.has_specs != (has_specs == HasSpecsFilter::kHasSpecs))
    return false;
  switch (arc_introduced) {
    case ArcIntroducedFilter::kAll:
      return true;
    case ArcIntroducedFilter::kIntroducedInRootLayerStack:
      return arc.is_in_root_layer_stack;
    case ArcIntroducedFilter::kIntroducedInRootLayerPrimSpec:
      return arc.is_in_root_layer_prim_spec;
  }
  return false;
}

PrimCompositionQuery::PrimCompositionQuery(const Prim& prim, const Filter& filter) : filter_(filter) {
  CompositionArcs found = FindCompositionArcs(prim);
  if (!found.index || !found.index->IsValid()) return;
  arcs_ = std::move(found.all);
  if (!found.index->GetRootNode().IsInert()) arcs_.insert(arcs_.begin(), DescribeRoot(found.index));
}

PrimCompositionQuery PrimCompositionQuery::GetDirectInherits(const Prim& prim) {
  Filter filter;
  filter.arc_type = ArcTypeFilter::kInherit;
  filter.dependency_type = DependencyTypeFilter::kDirect;
  return PrimCompositionQuery(prim, filter);
}

PrimCompositionQuery PrimCompositionQuery::GetDirectReferences(const Prim& prim) {
  Filter filter;
  filter.arc_type = ArcTypeFilter::kReference;
  filter.dependency_type = DependencyTypeFilter::kDirect;
  return PrimCompositionQuery(prim, filter);
}

PrimCompositionQuery PrimCompositionQuery::GetDirectRootLayerArcs(const Prim& prim) {
  Filter filter;
  filter.dependency_type = DependencyTypeFilter::kDirect;
  filter.arc_introduced = ArcIntroducedFilter::kIntroducedInRootLayerStack;
  return PrimCompositionQuery(prim, filter);
}

std::vector<CompositionArc> PrimCompositionQuery::GetCompositionArcs() const {
  std::vector<CompositionArc> admitted;
  for (const CompositionArc& arc : arcs_)
    if (filter_.Admits(arc)) admitted.push_back(arc);
  return admitted;
}

}  // namespace strata::stage
