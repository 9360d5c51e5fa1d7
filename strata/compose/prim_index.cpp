#include "strata/compose/prim_index.h"

#include <algorithm>

#include "strata/compose/prim_index_node.h"

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

PrimIndex::PrimIndex() = default;
PrimIndex::~PrimIndex() = default;

size_t PrimIndex::GetNodeCount() const {
  return nodes_.size();
}

bool PrimIndex::HasSpecs() const {
  return !spec_stack_.empty();
}

const PrimIndexNode& NodeRef::Get() const {
  return index_->nodes_[number_];
}

ArcType NodeRef::GetArcType() const {
  return Get().arc;
}
Path NodeRef::GetPath() const {
  return Get().path;
}
const LayerStackPtr& NodeRef::GetLayerStack() const {
  return index_->pool_->GetStack(Get().layer_stack);
}
const MapFunction& NodeRef::GetMapToParent() const {
  return index_->pool_->GetMap(Get().map_to_parent);
}
const MapFunction& NodeRef::GetMapToRoot() const {
  return index_->pool_->GetMap(Get().map_to_root);
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
  for (uint32_t child = Get().first_child; child != kNoNode; child = index_->nodes_[child].next_sibling)
    children.push_back(NodeRef(index_, child));
  return children;
}

uint32_t NodeRef::GetDepthBelowIntroduction() const {
  if (Get().parent == kNoNode) return 0;
  return CountNamespaceDepth(index_->nodes_[Get().parent].path) - Get().namespace_depth;
}

Path NodeRef::GetIntroPath() const {
  if (Get().parent == kNoNode) return Path::AbsoluteRoot();
  return StripNamespaceDepth(index_->nodes_[Get().parent].path, GetDepthBelowIntroduction());
}

Path NodeRef::GetPathAtIntroduction() const {
  return StripNamespaceDepth(Get().path, GetDepthBelowIntroduction());
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
bool NodeRef::IsIntroducedHere() const {
  return number_ != 0 && Get().Has(kNodeNew);
}
bool NodeRef::IsInRootLayerStack() const {
  return Get().layer_stack == index_->nodes_[0].layer_stack;
}

}  // namespace strata::compose
