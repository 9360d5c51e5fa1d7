// The scene indices that turn what scenes say into what renderers draw, by name: each renderer asks for those
// that it needs.
#pragma once

#include <span>
#include <string_view>

#include "strata/scene/scene_index.h"

namespace strata::scene {

struct ResolvingIndex {
  std::string_view name;    // "lightLinking"
  std::string_view reason;  // why it stands where it does
  SceneIndexPtr (*make)(SceneIndexPtr input);
};

// In the order in which they stand above each other.
std::span<const ResolvingIndex> GetResolvingIndices();
const ResolvingIndex* FindResolvingIndex(std::string_view name);  // null: there is none of that name

}  // namespace strata::scene
