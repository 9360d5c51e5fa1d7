// The arcs that the layers of a stack write at one site, list-edited across the layers.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "strata/compose/compose.h"

namespace strata::compose {

// One reference or payload after list editing.
struct ArcItem {
  std::string authored;                      // as written
  std::string asset_path;                    // after variable expressions; empty: internal
  Path prim_path;                            // empty: the default prim
  LayerOffset offset;                        // as written
  const LayerStack::Entry* entry = nullptr;  // the strongest layer that mentions it
  // Of a payload, when its arguments are yet to be composed for the prim.
  DynamicFileFormatPtr format = nullptr;
};

struct PathArcItem {
  Path path;  // absolute
  const LayerStack::Entry* entry = nullptr;
};

// An asset path whose expression has no value.
struct ExpressionProblem {
  std::string expression;
  std::string why;
  const layer::Layer* layer = nullptr;
};
struct ExpressionRemarks {
  std::vector<ExpressionProblem> problems;
  std::set<std::string> used_variables;  // asked for, defined or not
};

std::vector<ArcItem> ComposeReferences(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                       LayerProvider& provider, ExpressionRemarks& remarks);
std::vector<ArcItem> ComposePayloads(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                     LayerProvider& provider, ExpressionRemarks& remarks);
std::vector<PathArcItem> ComposePaths(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                      Token field);
std::vector<Token> ComposeVariantSetNames(const LayerStack& stack, const LayerStack::Site& site, Path path);
// Names of the variants of a set at a site, unsorted.
std::vector<Token> ComposeVariantNames(const LayerStack& stack, const LayerStack::Site& site, Path path,
                                       Token variant_set);
// Sites of prims and variants of a stack that write one of `fields` (of SiteField), each once, unsorted.
std::vector<Path> FindSitesWith(const LayerStack& stack, uint32_t fields);

}  // namespace strata::compose
