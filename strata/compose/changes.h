// What happened to what a cache composes from, and what that did to its indices.   (PcpChanges,
// PcpCacheChanges)
//
// A caller gathers edits that are done already, hands them in as one value and gets one value back. Nothing
// is called back, nothing is announced: whoever has stages and listeners tells them from the answer.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "strata/compose/layer_stack.h"
#include "strata/layer/changes.h"
#include "strata/layer/layer.h"

namespace strata::compose {

// A layer and what was done to it, as its listeners were told. Sublayers, their offsets, relocates,
// timeCodesPerSecond, defaultPrim and expressionVariables are fields of "/"; a reload is `content_replaced`.
// One layer may come several times, in order.
struct LayerEdit {
  layer::LayerPtr layer;
  layer::ChangeList changes;
};

struct CacheEdits {
  std::vector<LayerEdit> layers;
  std::vector<std::string> mute, unmute;  // layer identifiers
  // Prims for which CacheOptions::include_payload answers otherwise than when they were composed.
  std::vector<Path> payloads;
  std::optional<std::map<std::string, std::vector<std::string>>> variant_fallbacks;  // instead of those there
  // kChanged: asset paths may lead to other layers than before, or to some where there were none.
  enum class Resolver : uint8_t { kSame, kChanged } resolver = Resolver::kSame;
};

// One spec that was edited, or that came or went with its layer, as one composed object sees it.
struct SpecChange {
  enum class Kind : uint8_t {
    kEdited,   // `change` says how; the spec may be new or gone
    kEntered,  // its layer came into the layer stack, or was replaced as a whole
    kLeft,
  };
  Path path;  // prim or property, in the cache's namespace
  layer::LayerPtr layer;
  Path spec;                              // its path in `layer`
  const layer::Change* change = nullptr;  // of the LayerEdit handed in, which must outlive this; kEdited only
  Kind kind = Kind::kEdited;
};

struct CacheChanges {
  // Roots of the subtrees whose indices were dropped; they are made anew when asked for. A prim that was not
  // composed before is among them when a parent that was may have it as a child now. In path order, none at
  // or below another.   (significant changes)
  std::vector<Path> resynced;
  // Roots of subtrees below these whose indices are the very same as before; for who composes what is above
  // with the edits (Cache::Apply) alone. None at or below another; the order is always the same.
  std::vector<Path> kept;
  // Other prims whose specs are not the ones they were. Their index is up to date already; its arcs, and all
  // below, are as before. Names of children and properties, and every field, may differ. In path order.
  std::vector<Path> spec_stacks;
  // Specs behind objects of composed prims outside `resynced`, in path order: what their fields say may
  // differ. Properties whose specs came or went are here, too. Targets and connections are among the fields.
  std::vector<SpecChange> specs;
  // The same behind the roots of `resynced` themselves.
  std::vector<SpecChange> resynced_specs;
  // Layer stacks with other layers, offsets, relocates or variables than before, the root's first.
  std::vector<LayerStackPtr> layer_stacks;

  // How much was done: indices dropped, indices mended in place, layer stacks made anew.
  size_t dropped_indices = 0, mended_indices = 0, rebuilt_layer_stacks = 0;

  // Whether each prim that is neither in or below `resynced` nor in `spec_stacks` has all children that it
  // had: no prim spec went, and what steers composition from outside the specs is as it was. Others may have
  // come, and their order be another, where `specs` tell of its specs.
  bool keeps_children = false;

  bool IsEmpty() const {
    return resynced.empty() && spec_stacks.empty() && specs.empty() && layer_stacks.empty();
  }
};

}  // namespace strata::compose
