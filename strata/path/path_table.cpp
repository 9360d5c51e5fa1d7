// The table of interned path nodes.
#include "strata/path/path_table.h"

#include <algorithm>
#include <new>

namespace strata::path_table {

constinit Table table;

namespace {

Node MakeNode(uint32_t parent_id, PathElement element, uint32_t first, uint32_t second) {
  const Node& parent = Get(parent_id);
  Node node{parent_id, first, second, parent.depth + 1, element, parent.flags, parent.nesting};
  switch (element) {
    case PathElement::kVariantSelection:
      node.flags |= kHasVariant;
      break;
    case PathElement::kTarget:
    case PathElement::kMapper:
      node.flags |= kHasProperty | kHasTarget;
      node.nesting = std::max<uint8_t>(node.nesting, Get(first).nesting + 1);
      break;
    case PathElement::kProperty:
    case PathElement::kRelationalAttribute:
    case PathElement::kMapperArgument:
    case PathElement::kExpression:
      node.flags |= kHasProperty;
      break;
    default:
      break;
  }
  return node;
}

}  // namespace

uint32_t Find(uint32_t parent, PathElement element, uint32_t first, uint32_t second) {
  return table.index.Find(HashKey(parent, element, first, second), [&](uint32_t id) {
    const Node& node = table.nodes[id];
    return node.parent == parent && node.first == first && node.second == second && node.element == element;
  });
}

uint32_t FindOrAdd(uint32_t parent, PathElement element, uint32_t first, uint32_t second) {
  return table.index.FindOrAdd(
      HashKey(parent, element, first, second),
      [&](uint32_t id) {
        const Node& node = table.nodes[id];
        return node.parent == parent && node.first == first && node.second == second &&
               node.element == element;
      },
      [&] {
        uint32_t id = table.next_id.fetch_add(1, std::memory_order_relaxed);
        if (id >= UINT32_MAX - 1) throw std::bad_alloc();
        table.nodes.Reserve(id) = MakeNode(parent, element, first, second);
        return id;
      });
}

}  // namespace strata::path_table
