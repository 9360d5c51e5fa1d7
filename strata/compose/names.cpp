#include <algorithm>
#include <set>

#include <tsl/robin_set.h>

#include "strata/compose/index_graph.h"

namespace strata::compose {

namespace {

// Names in order, each once. Few are looked through, many have an index.
class NameList {
 public:
  void Add(Token name) {
    if (Contains(name)) return;
    names_.push_back(name);
    if (is_indexed_)
      known_.insert(name);
    else if (names_.size() > kFew)
      MakeIndex();
  }
  void AddAll(const TokenVector& names) {
    if (names_.empty()) names_.reserve(names.size());
    for (Token name : names) Add(name);
  }
  void Reorder(const TokenVector& order) {
    if (order.empty() || names_.empty()) return;
    TokenListOp op;
    op.ordered_items = order;
    op.ApplyTo(names_);
  }
  void Remove(Token name) {
    if (!Contains(name)) return;
    names_.erase(std::find(names_.begin(), names_.end(), name));
    known_.erase(name);
  }
  void Rename(Token from, Token to) {
    if (!Contains(from)) return Add(to);
    if (Contains(to)) return Remove(from);
    *std::find(names_.begin(), names_.end(), from) = to;
    known_.erase(from);
    if (is_indexed_) known_.insert(to);
  }
  bool Contains(Token name) const {
    return is_indexed_ ? known_.count(name) != 0
                       : std::find(names_.begin(), names_.end(), name) != names_.end();
  }
  std::vector<Token> Take() { return std::move(names_); }

 private:
  static constexpr size_t kFew = 16;
  void MakeIndex() {
    known_.insert(names_.begin(), names_.end());
    is_indexed_ = true;
  }
  std::vector<Token> names_;
  tsl::robin_set<Token> known_;
  bool is_indexed_ = false;
};

class ChildNamesComposer {
 public:
  explicit ChildNamesComposer(const IndexPool& pool) : pool_(pool) {}

  void AddNode(const PrimIndexNode& node, Path path) {
    const LayerStack& stack = *pool_.GetStack(node.layer_stack);
    if (!node.CanContributeSpecs()) return;
    if (stack.HasRelocates()) ApplyRelocates(stack, path);
    if (!node.Has(kNodeHasSpecs)) return;
    const std::vector<LayerStack::Entry>& entries = stack.GetEntries();
    if (entries.size() == 1) return AddSpec(entries[0].layer->GetContent().Find(path));
    const LayerStack::Site site = stack.FindSite(path);
    if (!site.may_name_children) return;
    for (auto entry = site.layers.rbegin(); entry != site.layers.rend(); ++entry)
      AddSpec(entries[*entry].layer->GetContent().Find(path));
  }

  void Finish(std::vector<Token>& names, std::vector<Token>& prohibited) {
    names = names_.Take();
    if (prohibited_.empty()) return;
    names.erase(std::remove_if(names.begin(), names.end(),
                               [this](Token name) { return prohibited_.count(name) != 0; }),
                names.end());
    prohibited.assign(prohibited_.begin(), prohibited_.end());
  }

 private:
  void AddSpec(const layer::SpecStore::SpecView& spec) {
    const layer::FieldNames& fields = layer::GetFieldNames();
    const Value* const children = spec.Find(fields.primChildren);
    if (const TokenVector* held = children ? children->GetIf<TokenVector>() : nullptr) names_.AddAll(*held);
    const Value* const order = spec.Find(fields.primOrder);
    if (const TokenVector* held = order ? order->GetIf<TokenVector>() : nullptr) names_.Reorder(*held);
  }
  void ApplyRelocates(const LayerStack& stack, Path path) {
    std::set<Token, TokenTextLess> moved_in;
    for (const auto& [source, target] : stack.GetIncrementalRelocatesSourceToTarget()) {
      const bool leaves = source.GetParent() == path;
      const bool arrives = !target.IsEmpty() && target.GetParent() == path;
      if (leaves) prohibited_.insert(source.GetNameToken());
      if (leaves && arrives) {
        // A prim that is not there has no new name either.
        if (names_.Contains(source.GetNameToken()))
          names_.Rename(source.GetNameToken(), target.GetNameToken());
      } else if (leaves) {
        names_.Remove(source.GetNameToken());
      } else if (arrives) {
        moved_in.insert(target.GetNameToken());
      }
    }
    for (Token name : moved_in) names_.Add(name);
  }

  const IndexPool& pool_;
  NameList names_;
  std::set<Token, TokenTextLess> prohibited_;
};

}  // namespace

std::vector<bool> FindInstanceableNodes(const std::vector<PrimIndexNode>& nodes, InstancePlace place) {
  std::vector<bool> is_direct(nodes.size(), false), is_own(nodes.size(), false);
  const auto visit = [&](size_t i) {
    const PrimIndexNode& node = nodes[i];
    if (node.parent == kNoNode) return false;
    // A specialize below the root belongs to the arc that brought it.
    const bool is_copy =
        node.arc == ArcType::kSpecialize && node.origin != node.parent && node.origin != kNoNode;
    const bool direct = (place == InstancePlace::kPrim && is_direct[node.parent]) ||
                        !node.Has(kNodeDueToAncestor) || (is_copy && is_direct[node.origin]);
    const bool own = is_own[node.parent] || (direct && node.Has(kNodeHasSpecs) && node.CanContributeSpecs());
    const bool is_news = direct != is_direct[i] || own != is_own[i];
    is_direct[i] = direct;
    is_own[i] = own;
    return is_news;
  };
  // What a node stems from may be weaker, and come later.
  for (bool is_news = true; is_news;) {
    is_news = false;
    for (size_t i = 0; i < nodes.size(); ++i) is_news |= visit(i);
  }
  return is_own;
}

namespace {

// The names of children where one spec alone speaks of them; null when there may be more to it.
const TokenVector* FindOnlyNames(const PrimIndex& index) {
  static const TokenVector none;
  const IndexGraph& graph = *index.GetGraph();
  if (graph.nodes.size() != 1 || graph.specs.size() != 1 || graph.is_instanceable ||
      graph.pool->GetStack(graph.nodes[0].layer_stack)->HasRelocates())
    return nullptr;
  const layer::FieldNames& fields = layer::GetFieldNames();
  const layer::SpecStore::SpecView spec = graph.specs[0].entry->layer->GetContent().Find(index.GetPath());
  if (spec.HasField(fields.primOrder)) return nullptr;
  const Value* children = spec.Find(fields.primChildren);
  return children ? children->GetIf<TokenVector>() : &none;
}

}  // namespace

void PrimIndex::ComputeChildNames(std::vector<Token>& names, std::vector<Token>& prohibited) const {
  names.clear();
  prohibited.clear();
  if (!IsValid()) return;
  if (graph_->owner != 0 && graph_->owner == graph_->pool->GetSharing()) {
    names = graph_->child_names;
    prohibited = graph_->prohibited_names;
    return;
  }
  if (const TokenVector* only = FindOnlyNames(*this)) {
    names = *only;
    return;
  }
  ChildNamesComposer composer(*graph_->pool);
  const std::vector<Node>& nodes = graph_->nodes;
  // An instance has the children of its prototype; what is said about others by the place of the instance
  // does not count.
  std::vector<bool> counts;
  if (graph_->is_instanceable) counts = FindInstanceableNodes(nodes);
  for (auto i = static_cast<uint32_t>(nodes.size()); i-- > 0;)
    if (!nodes[i].Has(kNodeCulled) && (counts.empty() || (counts[i] && nodes[i].Has(kNodeHasSpecs))))
      composer.AddNode(nodes[i], GetNode(i).GetPath());
  composer.Finish(names, prohibited);
}

std::vector<Token> PrimIndex::ComputePropertyNames() const {
  const layer::FieldNames& fields = layer::GetFieldNames();
  NameList names;
  const SpecStack specs = GetSpecStack();
  for (size_t i = specs.size(); i-- > 0;) {
    const SpecSite site = specs[i];
    if (auto* properties = site.entry->layer->GetFieldAs<TokenVector>(site.path, fields.properties))
      names.AddAll(*properties);
  }
  return names.Take();
}

}  // namespace strata::compose
