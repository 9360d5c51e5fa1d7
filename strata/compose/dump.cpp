#include "strata/compose/dump.h"

#include <algorithm>

#include <fmt/format.h>

#include "strata/base/utf8.h"
#include "strata/compose/dependencies.h"

namespace strata::compose {

namespace {

std::string DescribeIdentifier(const LayerStack& stack) {
  std::string text = fmt::format("@{}@", stack.GetRootLayer()->GetIdentifier());
  if (stack.GetSessionLayer()) text += fmt::format(",@{}@", stack.GetSessionLayer()->GetIdentifier());
  return text;
}

// The node by which one comes to the layer stack of `node`.
NodeRef FindReferencer(NodeRef node) {
  const uint32_t own = node.GetLayerStackNumber();
  while (!node.IsRoot() && node.GetLayerStackNumber() == own) node = node.GetParent();
  return node;
}

// The node whose layer stack made the variables that override those of `node`'s: the nearest before it that
// adds any to those it was given. Null when that is the root.
NodeRef FindVariablesSource(NodeRef node) {
  node = FindReferencer(node);
  while (!node.IsInRootLayerStack()) {
    const NodeRef before = FindReferencer(node);
    if (node.GetLayerStack()->GetExpressionVariables() != before.GetLayerStack()->GetExpressionVariables())
      return node;
    node = before;
  }
  return {};
}

const char* Say(bool is_true) {
  return is_true ? "TRUE" : "FALSE";
}

bool IsImplied(NodeRef node) {
  return !node.IsRoot() && !(node.GetOrigin() == node.GetParent());
}

std::string Indent(const std::string& lines, std::string_view lead) {
  std::string text;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    text += fmt::format("{}{}\n", lead, std::string_view(lines).substr(begin, end - begin));
    begin = end + 1;
  }
  return text;
}

std::string DescribeNode(NodeRef node, OriginInfo origins) {
  const NodeRef parent = node.GetParent();
  std::string text = fmt::format("Node {}:\n", node.GetNumber());
  auto row = [&](const char* name, const std::string& value) {
    text += fmt::format("    {:<26}{}\n", std::string(name) + ":", value);
  };
  row("Parent node", parent ? std::to_string(parent.GetNumber()) : "NONE");
  row("Type", std::string(GetArcName(node.GetArcType())));
  row("DependencyType", DescribeDependencyTypes(ClassifyNodeDependency(node)));
  row("Source path", fmt::format("<{}>", node.GetPath().GetString()));
  row("Source layer stack", DescribeLayerStack(node));
  row("Target path", parent ? fmt::format("<{}>", parent.GetPath().GetString()) : "<NONE>");
  row("Target layer stack", parent ? DescribeLayerStack(parent) : "NONE");
  if (origins == OriginInfo::kInclude && IsImplied(node)) {
    row("Origin node", std::to_string(node.GetOrigin().GetNumber()));
    row("Sibling # at origin", std::to_string(node.GetSiblingNumberAtOrigin()));
  }
  text += "    Map to parent:\n" + Indent(DescribeMap(node.GetMapToParent()), "        ");
  text += "    Map to root:\n" + Indent(DescribeMap(node.GetMapToRoot()), "        ");
  row("Namespace depth", std::to_string(node.GetNamespaceDepth()));
  row("Depth below introduction", std::to_string(node.GetDepthBelowIntroduction()));
  row("Is due to ancestor", Say(node.IsDueToAncestor()));
  row("Permission", node.IsPrivate() ? "Private" : "Public");
  row("Is restricted", Say(node.IsRestricted()));
  row("Is inert", Say(node.IsInert()));
  row("Contribute specs", Say(node.CanContributeSpecs()));
  text +=
      fmt::format("        {:<22}{}\n", "Restricted at depth:", node.GetSpecContributionRestrictedDepth());
  row("Has specs", Say(node.HasSpecs()));
  row("Has symmetry", Say(node.HasSymmetry()));
  return text;
}

// UTF-8 without control characters: graphviz takes nothing else as it stands.
std::string QuoteForDot(std::string_view text) {
  std::string out;
  for (const char c : MakePrintable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string MakeDotLines(const std::string& lines) {
  std::string out;
  for (size_t begin = 0; begin < lines.size();) {
    const size_t end = std::min(lines.find('\n', begin), lines.size());
    if (begin != 0) out += "\\l";
    out += QuoteForDot(std::string_view(lines).substr(begin, end - begin));
    begin = end + 1;
  }
  return out;
}

std::string MakeDotNode(NodeRef node) {
  std::string remarks;
  if (node.IsPrivate()) remarks += "private\\n";
  if (node.IsRestricted()) remarks += "permission denied\\n";
  if (node.IsInert()) remarks += "inert\\n";
  if (node.IsCulled()) remarks += "culled\\n";
  if (!node.CanContributeSpecs()) remarks += "CANNOT contribute specs\\n";
  const char* style = !node.CanContributeSpecs() ? "dotted" : node.HasSpecs() ? "solid" : "dashed";
  return fmt::format(
      "  n{} [label=\"{}\\n<{}> ({})\\n\\n{}depth (below intro): {} ({})\", shape=\"box\", style=\"{}\"];\n",
      node.GetNumber(), QuoteForDot(DescribeLayerStack(node)), QuoteForDot(node.GetPath().GetString()),
      node.GetNumber(), remarks, node.GetNamespaceDepth(), node.GetDepthBelowIntroduction(), style);
}

}  // namespace

std::string DescribeLayerStack(NodeRef node) {
  const LayerStack& stack = *node.GetLayerStack();
  std::string text = DescribeIdentifier(stack);
  if (node.IsInRootLayerStack()) return text;
  if (const NodeRef source = FindVariablesSource(node))
    text += fmt::format(",exprVarOverrideSource={}", DescribeIdentifier(*source.GetLayerStack()));
  return text;
}

std::string DescribeMap(const MapFunction& map) {
  std::vector<std::string> lines;
  for (const auto& [source, target] : map.GetPairs())
    lines.push_back(fmt::format("{} -> {}", source.GetString(), target.GetString()));
  std::sort(lines.begin(), lines.end());
  const LayerOffset& offset = map.GetTimeOffset();
  if (!offset.IsIdentity())
    lines.insert(lines.begin(), fmt::format("SdfLayerOffset({:g}, {:g})", offset.offset, offset.scale));
  return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string_view GetArcColor(ArcType type) {
  switch (type) {
    case ArcType::kRoot:
      return "black";
    case ArcType::kInherit:
      return "green";
    case ArcType::kVariant:
      return "orange";
    case ArcType::kRelocate:
      return "purple";
    case ArcType::kReference:
      return "red";
    case ArcType::kPayload:
      return "indigo";
    case ArcType::kSpecialize:
      return "sienna";
  }
  return "black";
}

std::string DumpToString(const PrimIndex& index, OriginInfo origins) {
  std::string text;
  const SpecStack specs = index.GetSpecStack();
  size_t spec = 0;
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    text += DescribeNode(node, origins);
    if (spec < specs.size() && specs[spec].node == node) text += "    Prim stack:\n";
    for (; spec < specs.size() && specs[spec].node == node; ++spec) {
      const layer::Layer& layer = *specs[spec].entry->layer;
      text += fmt::format("      <{}> {} - @{}@\n", specs[spec].path.GetString(), layer.GetDisplayName(),
                          layer.GetIdentifier());
    }
  }
  return text;
}

std::string DumpToDotGraph(const PrimIndex& index, OriginInfo origins, MapInfo maps) {
  std::string text = "digraph PcpPrimIndex {\n";
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    text += MakeDotNode(node);
    if (node.IsRoot()) continue;
    std::string label(GetArcName(node.GetArcType()));
    if (maps == MapInfo::kInclude)
      label += fmt::format("\\l-- mapToParent:\\l{}\\l-- mapToRoot:\\l{}\\l",
                           MakeDotLines(DescribeMap(node.GetMapToParent())),
                           MakeDotLines(DescribeMap(node.GetMapToRoot())));
    text += fmt::format("  n{} -> n{} [color={}, label=\"{}\"{}];\n", node.GetParent().GetNumber(), i,
                        GetArcColor(node.GetArcType()), label, IsImplied(node) ? ", style=dashed" : "");
    if (origins == OriginInfo::kInclude && IsImplied(node))
      text += fmt::format("  n{} -> n{} [style=dotted, label=\"origin\", constraint=\"false\"];\n", i,
                          node.GetOrigin().GetNumber());
  }
  return text + "}\n";
}

}  // namespace strata::compose
