// Which specs lie directly below a spec, as its children fields say.
#pragma once

#include <cstddef>
#include <vector>

#include "strata/layer/fields.h"
#include "strata/layer/spec_store.h"

namespace strata::layer {

// One child of a spec: the field that lists it and its name there.
struct Child {
  Token field;  // primChildren, properties, variantSetChildren, variantChildren, targetChildren,
                // connectionChildren
  Token name;   // empty for targets
  Path target;  // of targets
};

// The path of a child of the spec at `parent`.
Path GetChildPath(Path parent, const Child& child);
// The same child as its parent lists it, and where the parent is; the empty path for "/" and for paths that
// no spec can have.
Path GetSpecParent(Path path, Child* child);
// Children of the spec, properties first, in the order of each field.
std::vector<Child> ListChildren(const SpecStore& content, Path parent);

// `root`, when it has a spec, and all specs below it that children fields reach; parents before their
// children. Without recursion.
std::vector<Path> ListSpecTree(const SpecStore& content, Path root);

// Whether list-edited targets that are prepended or appended count as specs: they do in crate files and do
// not in text.
enum class TargetCounting : uint8_t { kAsText, kAsCrate };
// The number of specs that OpenUSD's SdfLayer::Traverse visits from "/": it counts each target and connection
// as a spec.
size_t CountSpecsAsOpenUsd(const SpecStore& content, TargetCounting counting);

}  // namespace strata::layer
