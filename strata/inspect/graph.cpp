#include "strata/inspect/graph.h"

#include <fmt/format.h>

#include "strata/compose/dependencies.h"
#include "strata/compose/dump.h"
#include "strata/inspect/why.h"

namespace strata::inspect {

namespace {

std::optional<uint32_t> GetNumber(compose::NodeRef node) {
  return node ? std::optional(node.GetNumber()) : std::nullopt;
}

GraphMap CopyMap(const compose::MapFunction& map) {
  return {map.GetTimeOffset(), map.GetPairs()};
}

GraphNode DescribeNode(compose::NodeRef node) {
  GraphNode row;
  row.parent = GetNumber(node.GetParent());
  row.origin = GetNumber(node.GetOrigin());
  row.arc = compose::GetArcName(node.GetArcType());
  row.dependency = compose::DescribeDependencyTypes(compose::ClassifyNodeDependency(node));
  row.path = node.GetPath();
  row.layer = node.GetLayerStack()->GetRootLayer()->GetIdentifier();
  row.layer_name = node.GetLayerStack()->GetRootLayer()->GetDisplayName();
  row.layer_stack = compose::DescribeLayerStack(node);
  row.intro_path = node.GetIntroPath();
  row.path_at_introduction = node.GetPathAtIntroduction();
  row.map_to_parent = CopyMap(node.GetMapToParent());
  row.map_to_root = CopyMap(node.GetMapToRoot());
  row.namespace_depth = node.GetNamespaceDepth();
  row.depth_below_introduction = node.GetDepthBelowIntroduction();
  row.sibling_number = node.GetSiblingNumberAtOrigin();
  row.restricted_depth = node.GetSpecContributionRestrictedDepth();
  row.is_due_to_ancestor = node.IsDueToAncestor();
  row.is_inert = node.IsInert();
  row.is_culled = node.IsCulled();
  row.is_restricted = node.IsRestricted();
  row.is_private = node.IsPrivate();
  row.has_specs = node.HasSpecs();
  row.has_symmetry = node.HasSymmetry();
  row.can_contribute_specs = node.CanContributeSpecs();
  return row;
}

void WriteMap(JsonWriter& writer, const char* name, const GraphMap& map) {
  writer.Key(name).BeginObject();
  writer.Key("offset").BeginArray().Number(map.offset.offset).Number(map.offset.scale).EndArray();
  writer.Key("paths").BeginArray();
  for (const auto& [source, target] : map.paths)
    writer.BeginArray().String(source.GetString()).String(target.GetString()).EndArray();
  writer.EndArray().EndObject();
}

void WriteNumber(JsonWriter& writer, const char* name, std::optional<uint32_t> number) {
  writer.Key(name);
  if (number)
    writer.Unsigned(*number);
  else
    writer.Null();
}

void WriteNode(JsonWriter& writer, uint32_t number, const GraphNode& node) {
  writer.BeginObject();
  writer.Key("i").Unsigned(number);
  WriteNumber(writer, "parent", node.parent);
  WriteNumber(writer, "origin", node.origin);
  writer.Key("arc").String(node.arc);
  writer.Key("dependency").String(node.dependency);
  writer.Key("path").String(node.path.GetString());
  writer.Key("layer").String(node.layer);
  writer.Key("layerStack").String(node.layer_stack);
  writer.Key("introPath").String(node.intro_path.GetString());
  writer.Key("pathAtIntro").String(node.path_at_introduction.GetString());
  WriteMap(writer, "mapToParent", node.map_to_parent);
  WriteMap(writer, "mapToRoot", node.map_to_root);
  writer.Key("namespaceDepth").Unsigned(node.namespace_depth);
  writer.Key("depthBelowIntro").Unsigned(node.depth_below_introduction);
  writer.Key("sibling").Unsigned(node.sibling_number);
  writer.Key("restrictedDepth").Unsigned(node.restricted_depth);
  writer.Key("ancestral").Bool(node.is_due_to_ancestor);
  writer.Key("inert").Bool(node.is_inert);
  writer.Key("culled").Bool(node.is_culled);
  writer.Key("restricted").Bool(node.is_restricted);
  writer.Key("permission").String(node.is_private ? "private" : "public");
  writer.Key("hasSpecs").Bool(node.has_specs);
  writer.Key("hasSymmetry").Bool(node.has_symmetry);
  writer.Key("canContributeSpecs").Bool(node.can_contribute_specs);
  writer.Key("specs").BeginArray();
  for (const auto& [layer, path] : node.specs)
    writer.BeginArray().String(layer).String(path.GetString()).EndArray();
  writer.EndArray().EndObject();
}

}  // namespace

Result<GraphAnswer> DescribeGraph(const stage::Stage& stage, Path path, GraphNodes nodes) {
  const stage::Prim prim = stage.GetPrimAtPath(path);
  GraphAnswer answer;
  answer.path = path;
  if (prim) answer.index = nodes == GraphNodes::kAll ? prim.ComputeExpandedPrimIndex() : prim.GetPrimIndex();
  if (!answer.index) {
    SourceLocation where;
    where.file = stage.GetRootLayer()->GetIdentifier();
    where.path = path.GetString();
    if (prim)
      return Diagnostic(kSubjectUnknown,
                        fmt::format("<{}> is the root of a prototype and has no index.", path.GetString()),
                        std::move(where), "Ask about one of its instances, or about a prim below it.");
    return Diagnostic(kSubjectUnknown, fmt::format("The stage has no prim at <{}>.", path.GetString()),
                      std::move(where), "List the prims with `strata tree STAGE --all`.");
  }
  for (uint32_t i = 0; i < answer.index->GetNodeCount(); ++i)
    answer.nodes.push_back(DescribeNode(answer.index->GetNode(i)));
  for (const compose::SpecSite& spec : answer.index->GetSpecStack())
    answer.nodes[spec.node.GetNumber()].specs.emplace_back(spec.entry->layer->GetIdentifier(), spec.path);
  for (const compose::CompositionError& error : answer.index->GetErrors())
    answer.errors.push_back(error.diagnostic);
  answer.format_arguments = DescribeFormatArguments(*answer.index);
  return answer;
}

void WriteGraph(JsonWriter& writer, const GraphAnswer& answer) {
  writer.BeginObject();
  writer.Key("path").String(answer.path.GetString());
  writer.Key("nodes").BeginArray();
  for (uint32_t i = 0; i < answer.nodes.size(); ++i) WriteNode(writer, i, answer.nodes[i]);
  writer.EndArray();
  writer.Key("errors").BeginArray();
  for (const Diagnostic& error : answer.errors) writer.String(error.message);
  writer.EndArray();
  WriteFormatArguments(writer, answer.format_arguments);
  writer.EndObject();
}

}  // namespace strata::inspect
