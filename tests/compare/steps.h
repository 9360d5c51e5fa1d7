// The program that the comparisons ask: what its parts share.
//
// A question is one line of JSON on standard input: {"steps": [...]}; the answer is one line: a list with one
// entry a step. Every question starts from a fresh set of layers.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "strata/layer/registry.h"
#include "strata/stage/stage.h"
#include "tests/conformance/answer.h"

namespace strata::compare {

using conformance::Json;

// What the steps of one question stand on.
struct Bench {
  std::shared_ptr<layer::LayerRegistry> registry;
  stage::StagePtr stage;
  std::map<std::string, layer::LayerPtr> layers;  // kept open, by the name that steps use
};

Json Resolve(const Bench& bench, const Json& step);  // steps_resolve.cpp
Json ResolveParts(const Bench& bench, const Json& step);
Json EditStage(const Bench& bench, const Json& step);      // steps_edit.cpp
Json EditNamespace(const Bench& bench, const Json& step);  // steps_namespace.cpp
Json ExportLayers(const Bench& bench);
Json FlattenStack(const Bench& bench);  // steps_layers.cpp
Json FlattenStage(const Bench& bench);
Json ListMembers(const Bench& bench, const Json& step);
Json Stitch(const Bench& bench, const Json& step);
Json ListArcs(const Bench& bench);  // steps_arcs.cpp

}  // namespace strata::compare
