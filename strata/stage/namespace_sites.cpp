#include "strata/stage/namespace_sites.h"

#include <algorithm>

#include <fmt/format.h>

namespace strata::stage {

namespace {

bool HasSpecs(compose::NodeRef node, Path object) {
  if (!node.CanContributeSpecs()) return false;
  if (!object.IsPrimProperty()) return node.HasSpecs();
  const Path spec = node.GetPath().AppendProperty(object.GetNameToken());
  for (const auto& entry : node.GetLayerStack()->GetEntries())
    if (entry.layer->HasSpec(spec)) return true;
  return false;
}

bool HasSpecsAtOrBelow(compose::NodeRef node) {
  if (node.HasSpecs()) return true;
  const std::vector<compose::NodeRef> children = node.GetChildren();
  return std::any_of(children.begin(), children.end(), HasSpecsAtOrBelow);
}

bool IsMoved(compose::NodeRef node, Path object, const std::vector<SiteMove>& moves) {
  return std::any_of(moves.begin(), moves.end(), [&](const SiteMove& move) {
    if (move.stack != node.GetLayerStack() || move.from.IsPrimProperty() != object.IsPrimProperty())
      return false;
    const Path site = move.from.GetPrimPath();
    return node.GetPath() == site || (move.to.IsEmpty() && node.GetPath().HasPrefix(site));
  });
}

}  // namespace

compose::NodeRef FindOtherOpinions(const compose::PrimIndex& index, compose::NodeRef node, Path object,
                                   const std::vector<SiteMove>& moves) {
  for (uint32_t n = node.GetNumber() + 1; n < index.GetNodeCount(); ++n) {
    const compose::NodeRef other = index.GetNode(n);
    if (!HasSpecs(other, object)) continue;
    bool is_below = false, moves_along = false;
    compose::NodeRef first = other;  // the one right below `node`
    for (compose::NodeRef at = other; at; at = at.IsRoot() ? compose::NodeRef() : at.GetParent()) {
      if (at == node) {
        is_below = true;
        break;
      }
      moves_along = moves_along || IsMoved(at, object, moves);
      first = at;
    }
    if (!is_below || moves_along) continue;
    // What an arc of the prim itself brings goes where the prim goes.
    const bool is_own =
        first.GetDepthBelowIntroduction() == 0 && first.GetArcType() != compose::ArcType::kRelocate;
    if (is_own && !object.IsPrimProperty()) continue;
    return other;
  }
  return {};
}

NamespaceSites::NamespaceSites(std::vector<const Stage::Impl*> stages, Path from, Path to,
                               const layer::LayerPtr& relocating)
    : stages_(std::move(stages)) {
  const Stage::Impl& edited = *stages_.front();
  Add({.stage = &edited, .stack = edited.cache->GetRootLayerStack(), .from = from, .to = to});
  for (const auto& entry : moves_.front().stack->GetEntries())
    if (entry.layer->HasSpec(from) || entry.layer == relocating) AddStacksWith(*entry.layer, from, to, false);
  for (size_t i = 0; i < moves_.size(); ++i) {
    Follow(moves_[i]);
    if (from.IsPrimProperty()) continue;
    FindArcs(moves_[i]);
    if (moves_[i].to.IsEmpty()) FollowBelow(moves_[i]);
  }
  KeepWhatOthersNeed();
}

void NamespaceSites::AddStacksWith(const layer::Layer& layer, Path from, Path to, bool is_derived) {
  for (const Stage::Impl* stage : stages_) {
    for (compose::LayerStackPtr& stack : stage->cache->FindAllLayerStacksUsingLayer(layer)) {
      Add({.stage = stage, .stack = std::move(stack), .from = from, .to = to, .is_derived = is_derived});
    }
  }
}

void NamespaceSites::Add(SiteMove move) {
  for (const SiteMove& known : moves_)
    if (known.stack == move.stack && known.from == move.from) return;
  moves_.push_back(std::move(move));
}

void NamespaceSites::Follow(SiteMove move) {
  const Path site = move.from.GetPrimPath();
  const auto dependent = move.stage->cache->FindSiteDependencies(*move.stack, site);
  for (const compose::Dependency& dependency : dependent) {
    const compose::PrimIndexPtr index = move.stage->cache->ComputePrimIndex(dependency.index_path);
    for (uint32_t n = 1; n < index->GetNodeCount(); ++n) {
      const compose::NodeRef node = index->GetNode(n);
      if (node.GetLayerStack() == move.stack && node.GetPath() == site) FollowNode(move, index, node);
    }
  }
  if (!move.from.IsPrimProperty() && !site.IsRootPrim()) FollowFromParent(move);
}

// Where nothing speaks at the site, but weaker arcs bring the prim, indices have no node for it: the node of
// the prim above it knows the way.
void NamespaceSites::FollowFromParent(const SiteMove& move) {
  const Path parent = move.from.GetParent();
  for (const compose::Dependency& dependency : move.stage->cache->FindSiteDependencies(*move.stack, parent)) {
    const compose::PrimIndexPtr index = move.stage->cache->ComputePrimIndex(dependency.index_path);
    const Path child_path = dependency.index_path.AppendChild(move.from.GetNameToken());
    compose::PrimIndexPtr child;
    for (uint32_t n = 1; n < index->GetNodeCount(); ++n) {
      const compose::NodeRef node = index->GetNode(n);
      if (node.GetLayerStack() != move.stack || node.GetPath() != parent) continue;
      SiteMove above;
      if (!MapToParent(move, node, above)) continue;
      if (!child) child = move.stage->cache->ComputePrimIndex(child_path);
      for (uint32_t m = 0; m < child->GetNodeCount() && !above.node; ++m) {
        const compose::NodeRef at = child->GetNode(m);
        if (at.GetLayerStack() == above.stack && at.GetPath() == above.from) above.node = at;
      }
      above.index = child;
      if (above.node) AddDerived(std::move(above));
    }
  }
}

// What stands at the node's site stands in its parent's namespace, too, where opinions may speak of it.
void NamespaceSites::FollowNode(const SiteMove& move, const compose::PrimIndexPtr& index,
                                compose::NodeRef node) {
  if (node.GetDepthBelowIntroduction() == 0 && !move.from.IsPrimProperty()) return;
  SiteMove above;
  if (!MapToParent(move, node, above)) return;
  above.node = node.GetParent();
  above.index = index;
  AddDerived(std::move(above));
}

// Fills what `move` is in the namespace of the node's parent; false where it is nothing.
bool NamespaceSites::MapToParent(const SiteMove& move, compose::NodeRef node, SiteMove& above) {
  // Relocates are mended where they are written.
  if (node.GetArcType() == compose::ArcType::kRelocate || node.GetArcType() == compose::ArcType::kVariant)
    return false;
  const compose::MapFunction& map = node.GetMapToParent();
  above.from = map.MapSourceToTarget(move.from);
  if (above.from.IsEmpty()) return false;
  if (!move.to.IsEmpty()) above.to = map.MapSourceToTarget(move.to);
  // Class arcs let all other paths through: what leaves the class is gone from what inherits it.
  if (!above.to.HasPrefix(node.GetIntroPath().StripAllVariantSelections())) above.to = Path();
  above.stage = move.stage;
  above.stack = node.GetParent().GetLayerStack();
  above.is_derived = true;
  return above.from != above.to;
}

void NamespaceSites::AddDerived(SiteMove above) {
  const compose::LayerStackPtr stack = above.stack;
  const Path from = above.from, to = above.to;
  Add(std::move(above));
  for (const auto& entry : stack->GetEntries())
    if (entry.layer->HasSpec(from)) AddStacksWith(*entry.layer, from, to, true);
}

// Where an arc leads to what is deleted, or below, what was said there of its descendants is deleted with
// them.
void NamespaceSites::FollowBelow(const SiteMove& move) {
  const SiteMove deleted = move;
  const auto dependent = deleted.stage->cache->FindSiteDependencies(
      *deleted.stack, deleted.from, compose::kDependencyAnyNonVirtual, compose::RecurseOnSite::kYes);
  for (const compose::Dependency& dependency : dependent) {
    const compose::PrimIndexPtr index = deleted.stage->cache->ComputePrimIndex(dependency.index_path);
    for (uint32_t n = 1; n < index->GetNodeCount(); ++n) {
      const compose::NodeRef node = index->GetNode(n);
      if (node.GetLayerStack() != deleted.stack || node.GetPath() == deleted.from ||
          !node.GetPath().HasPrefix(deleted.from) || !HasSpecsAtOrBelow(node)) {
        continue;
      }
      SiteMove below = deleted;
      below.from = node.GetPath();
      FollowNode(below, index, node);
    }
  }
}

void NamespaceSites::FindArcs(const SiteMove& move) {
  const auto dependent = move.stage->cache->FindSiteDependencies(
      *move.stack, move.from, compose::kDependencyAnyNonVirtual, compose::RecurseOnSite::kYes);
  for (const compose::Dependency& dependency : dependent) {
    const compose::PrimIndexPtr index = move.stage->cache->ComputePrimIndex(dependency.index_path);
    for (uint32_t n = 1; n < index->GetNodeCount(); ++n) {
      const compose::NodeRef node = index->GetNode(n);
      const bool leads_out = node.GetArcType() == compose::ArcType::kReference ||
                             node.GetArcType() == compose::ArcType::kPayload;
      if (!leads_out || node.GetLayerStack() != move.stack || node.GetDepthBelowIntroduction() != 0 ||
          node.GetParent().GetLayerStack() == move.stack || !node.GetPath().HasPrefix(move.from)) {
        continue;
      }
      arcs_.push_back({move.stage, node.GetParent().GetLayerStack(), node.GetParent().GetPath(),
                       move.stack->GetRootLayer(), move.from, move.to});
    }
  }
}

namespace {

bool ShareLayers(const compose::LayerStack& a, const compose::LayerStack& b) {
  for (const auto& one : a.GetEntries())
    for (const auto& other : b.GetEntries())
      if (one.layer == other.layer) return true;
  return false;
}

}  // namespace

void NamespaceSites::KeepWhatOthersNeed() {
  for (SiteMove& move : moves_) {
    if (!move.is_derived || !move.node) continue;
    const compose::NodeRef other = FindOtherOpinions(*move.index, move.node, move.from, moves_);
    if (!other) continue;
    move.moves_specs = false;
    warnings_.push_back(
        fmt::format("The specs at <{}> stay: <{}> of @{}@ speaks of the same object and does "
                    "not move.",
                    move.from.GetString(), other.GetPath().GetString(),
                    other.GetLayerStack()->GetRootLayer()->GetIdentifier()));
    // The same specs stand in layer stacks of other stages, too; and what is not deleted keeps what is below.
    for (SiteMove& same : moves_) {
      const bool is_kept_below = move.to.IsEmpty() && same.to.IsEmpty() && same.from.HasPrefix(move.from);
      if (same.is_derived && (same.from == move.from || is_kept_below) &&
          ShareLayers(*same.stack, *move.stack))
        same.moves_specs = false;
    }
  }
}

}  // namespace strata::stage
