// Which prim indices depend on a place.   (PcpDependency)
#pragma once

#include <cstdint>
#include <string>

#include "strata/compose/map_function.h"
#include "strata/path/path.h"

namespace strata::compose {

// How an index depends on a site; a mask of them asks for several at once.   (PcpDependencyFlags)
enum DependencyType : uint8_t {
  kDependencyNone = 0,
  kDependencyRoot = 1u << 0,          // the site is the prim's own
  kDependencyPurelyDirect = 1u << 1,  // an arc of the prim leads there, over nothing that came with ancestors
  kDependencyPartlyDirect = 1u << 2,  // an arc of the prim is among those that lead there
  kDependencyAncestral = 1u << 3,     // only arcs of ancestors lead there
  kDependencyVirtual = 1u << 4,       // what is there does not count, and yet decides about what does
  kDependencyNonVirtual = 1u << 5,
  kDependencyDirect = kDependencyPurelyDirect | kDependencyPartlyDirect,
  kDependencyAnyNonVirtual =
      kDependencyRoot | kDependencyDirect | kDependencyAncestral | kDependencyNonVirtual,
  kDependencyAnyIncludingVirtual = kDependencyAnyNonVirtual | kDependencyVirtual,
};

class NodeRef;
// How a node makes its index depend on the node's site. Placeholders that other nodes stand for make no
// dependency of their own.   (PcpClassifyNodeDependency)
uint8_t ClassifyNodeDependency(NodeRef node);
// "non-virtual, purely-direct", "root", "none", ...   (PcpDependencyFlagsToString)
std::string DescribeDependencyTypes(uint8_t types);

// `map` leads from the site's namespace to that of the index, time included.
struct Dependency {
  Path index_path;
  Path site_path;
  MapFunction map;
};

enum class RecurseOnSite : uint8_t { kNo, kYes };   // sites below the one asked about, too
enum class RecurseOnIndex : uint8_t { kNo, kYes };  // indices below those that depend, too

}  // namespace strata::compose
