// Where a move of an object in one layer stack makes moves in others, over arcs.
#pragma once

#include <string>
#include <vector>

#include "strata/stage/stage_impl.h"

namespace strata::stage {

// One move in the namespace of a layer stack; `to` is empty for deletions.
struct SiteMove {
  const Stage::Impl* stage = nullptr;
  compose::LayerStackPtr stack;
  Path from, to;
  bool is_derived = false;           // follows from another one
  bool moves_specs = true;           // false where opinions that do not move would be left without these
  compose::PrimIndexPtr index = {};  // of derived ones: where it was found, and
  compose::NodeRef node = {};        // the node whose site it is
};

// An arc of another layer stack that leads to, or below, what moves.
struct ArcMove {
  const Stage::Impl* stage = nullptr;
  compose::LayerStackPtr stack;  // that has the arc
  Path site;                     // of the prim with the arc, with variant selections
  layer::LayerPtr target;        // the root layer of the stack that it leads to
  Path from, to;
};

class NamespaceSites {
 public:
  // `stages` are those to look in; the first one is the one that is edited. `relocating` is the layer in
  // which a relocate will be written, or null.
  NamespaceSites(std::vector<const Stage::Impl*> stages, Path from, Path to,
                 const layer::LayerPtr& relocating);

  const std::vector<SiteMove>& GetMoves() const { return moves_; }
  const std::vector<ArcMove>& GetArcs() const { return arcs_; }
  const std::vector<std::string>& GetWarnings() const { return warnings_; }

 private:
  void AddStacksWith(const layer::Layer& layer, Path from, Path to, bool is_derived);
  void Add(SiteMove move);
  void Follow(SiteMove move);
  void FollowFromParent(const SiteMove& move);
  void FollowNode(const SiteMove& move, const compose::PrimIndexPtr& index, compose::NodeRef node);
  static bool MapToParent(const SiteMove& move, compose::NodeRef node, SiteMove& above);
  void AddDerived(SiteMove above);
  void FindArcs(const SiteMove& move);
  void FollowBelow(const SiteMove& move);
  void KeepWhatOthersNeed();

  std::vector<const Stage::Impl*> stages_;
  std::vector<SiteMove> moves_;
  std::vector<ArcMove> arcs_;
  std::vector<std::string> warnings_;
};

// The first node below `node` that has opinions about the object, came over arcs of ancestors (properties:
// over any arc) and is neither at nor below the site of one of `moves`. The null node when there is none.
compose::NodeRef FindOtherOpinions(const compose::PrimIndex& index, compose::NodeRef node, Path object,
                                   const std::vector<SiteMove>& moves);

}  // namespace strata::stage
