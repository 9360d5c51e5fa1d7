// The prim index of one prim as a graph: every node with its arc, maps and flags, as data, as a picture.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "strata/base/json_writer.h"
#include "strata/base/result.h"
#include "strata/compose/prim_index.h"
#include "strata/inspect/arguments.h"
#include "strata/stage/stage.h"

namespace strata::inspect {

struct GraphMap {
  LayerOffset offset;
  std::vector<std::pair<Path, Path>> paths;  // source, target
};

struct GraphNode {
  std::optional<uint32_t> parent, origin;  // numbers of nodes; none for the root
  std::string arc;                         // "reference", "inherit", ...; "root"
  std::string dependency;                  // "non-virtual, purely-direct", ...
  Path path;                               // of the node's site
  std::string layer;                       // identifier of the root layer of its layer stack
  std::string layer_name;                  // the same for people
  std::string layer_stack;                 // as OpenUSD tells layer stacks apart
  Path intro_path, path_at_introduction;
  GraphMap map_to_parent, map_to_root;
  uint32_t namespace_depth = 0, depth_below_introduction = 0;
  uint32_t sibling_number = 0;    // at the origin
  uint32_t restricted_depth = 0;  // 0: it may contribute specs
  bool is_due_to_ancestor = false, is_inert = false, is_culled = false, is_restricted = false;
  bool is_private = false, has_specs = false, has_symmetry = false, can_contribute_specs = true;
  std::vector<std::pair<std::string, Path>> specs;  // layer identifier and path, strongest first
};

struct GraphAnswer {
  Path path;
  compose::PrimIndexPtr index;   // that the nodes are of
  std::vector<GraphNode> nodes;  // strongest first; a node's number is its place
  std::vector<Diagnostic> errors;
  std::vector<FormatArguments> format_arguments;  // of payloads with dynamic formats
};

// kKept: the nodes that composition keeps; kAll: those that say nothing too.
enum class GraphNodes : uint8_t { kKept, kAll };
// No answer when the stage has no prim at the path, or one without an index: the root of a prototype.
Result<GraphAnswer> DescribeGraph(const stage::Stage& stage, Path path, GraphNodes nodes);
void WriteGraph(JsonWriter& writer, const GraphAnswer& answer);  // an object
// A picture that needs nothing else: the root at the left, each arc one step to the right, the strongest on
// top.
std::string RenderGraphAsSvg(const GraphAnswer& answer);

}  // namespace strata::inspect
