// The interned nodes behind paths: an element and its parent, found by key without a lock.
#pragma once

#include <atomic>
#include <cstdint>

#include "strata/base/chunked_array.h"
#include "strata/base/intern_index.h"
#include "strata/path/path.h"

namespace strata::path_table {

// What a path holds, itself and its ancestors.
enum Flags : uint8_t {
  kAbsolute = 1,
  kHasVariant = 2,
  kHasProperty = 4,
  kHasTarget = 8,
};

struct Node {
  uint32_t parent;
  uint32_t first;   // token of the name or of the variant set; path of the target
  uint32_t second;  // token of the variant selection
  uint32_t depth;   // elements up to this one
  PathElement element;
  uint8_t flags;
  uint8_t nesting;  // of targets in targets
};

// Targets nested deeper than this make no path; everything that follows targets recursively relies on it.
inline constexpr uint8_t kMaxTargetNesting = 64;
// The text of a path with more elements is not parsed.
inline constexpr uint32_t kMaxParsedElements = 16384;

inline constexpr Node kFixedNodes[] = {
    {0, 0, 0, 0, PathElement::kEmpty, 0, 0},
    {0, 0, 0, 0, PathElement::kAbsoluteRoot, kAbsolute, 0},
    {0, 0, 0, 0, PathElement::kReflexiveRelative, 0, 0},
};

struct Table {
  InternIndex index;
  ChunkedArray<Node> nodes;
  std::atomic<uint32_t> next_id{3};
};
extern constinit Table table;

inline const Node& Get(uint32_t id) {
  return id < 3 ? kFixedNodes[id] : table.nodes[id];
}
inline const Node& Get(Path path) {
  return Get(path.GetId());
}

// Keys of one parent whose names were interned one after the other get neighbouring places, since they are
// asked for together.
inline uint64_t HashKey(uint32_t parent, PathElement element, uint32_t first, uint32_t second) {
  uint64_t hash = (uint64_t{parent} << 32 | first >> 3) * 0x9E3779B97F4A7C15ull;
  hash ^= (uint64_t{second} << 8 | static_cast<uint8_t>(element)) * 0xC2B2AE3D27D4EB4Full;
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93ull;
  hash ^= hash >> 29;
  hash *= 0xA0761D6478BD642Full;
  return ((hash ^ hash >> 32) & ~uint64_t{7}) | (first & 7);
}

// The node of these parts, or 0.
uint32_t Find(uint32_t parent, PathElement element, uint32_t first, uint32_t second);

// The node of these parts, made where there is none. REQUIRES: they make a path.
uint32_t FindOrAdd(uint32_t parent, PathElement element, uint32_t first, uint32_t second);

}  // namespace strata::path_table
