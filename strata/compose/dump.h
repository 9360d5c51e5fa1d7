// A prim index as text and as a graph for `dot`, field for field as OpenUSD dumps one.
#pragma once

#include <string>

#include "strata/compose/prim_index.h"

namespace strata::compose {

// Whether implied nodes say which node they come from.
enum class OriginInfo : uint8_t { kOmit, kInclude };
enum class MapInfo : uint8_t { kOmit, kInclude };

// A paragraph per node, strongest first. Empty for an index that is not valid.   (PcpPrimIndex::DumpToString)
std::string DumpToString(const PrimIndex& index, OriginInfo origins = OriginInfo::kInclude);
// Text in the language of graphviz: nodes as boxes, arcs as coloured edges, dotted edges to where implied
// nodes come from.   (PcpPrimIndex::DumpToDotGraph)
std::string DumpToDotGraph(const PrimIndex& index, OriginInfo origins = OriginInfo::kInclude,
                           MapInfo maps = MapInfo::kOmit);

// How a layer stack is told apart, as OpenUSD writes it: "@root@", with the session layer, and with the layer
// stack whose expression variables it was composed with when that is not the root one of the stage.
std::string DescribeLayerStack(NodeRef node);
// The map's time offset, when it has one, and its pairs, a line each.   (PcpMapFunction::GetString)
std::string DescribeMap(const MapFunction& map);
// The colour of an arc in graphs, by a name that X11, SVG and graphviz know.
std::string_view GetArcColor(ArcType type);

}  // namespace strata::compose
