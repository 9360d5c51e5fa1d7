// Where an opinion stands, in words and numbers: layer, spec path, line, and the arcs that lead to it.
#pragma once

#include <string>
#include <vector>

#include "strata/base/json_writer.h"
#include "strata/compose/prim_index.h"
#include "strata/inspect/summarize.h"
#include "strata/layer/layer.h"

namespace strata::inspect {

// One arc between the prim asked about and a site, outermost first.
struct ArcStep {
  std::string arc;            // "reference", "inherit", ...
  std::string layer;          // display name of the root layer of the stack it leads to
  Path path;                  // of the site it leads to
  bool is_ancestral = false;  // authored on an ancestor of the prim
  bool is_implied = false;    // follows from an arc authored elsewhere
};

struct Place {
  std::string layer;       // identifier
  std::string layer_name;  // the file name, for people
  Path path;               // of the spec
  uint32_t line = 0;       // 0: not recorded
  uint32_t column = 0;
  std::vector<ArcStep> arcs;   // empty: authored in the stage's own layers
  LayerOffset layer_to_stage;  // stage time = offset + scale * layer time
};

// `field` may be empty: the place of the spec itself.
Place DescribePlace(const compose::NodeRef& node, const layer::Layer& layer, Path spec_path, Token field,
                    const LayerOffset& layer_to_stage);
std::vector<ArcStep> DescribeArcs(const compose::NodeRef& node);

// "local", or the arcs as a chain: "reference > inherit (implied)".
std::string SummarizeArcs(const std::vector<ArcStep>& arcs);
void WritePlace(JsonWriter& writer, const Place& place);  // the keys of an object that the caller has begun

}  // namespace strata::inspect
