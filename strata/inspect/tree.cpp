#include "strata/inspect/tree.h"

#include <algorithm>

namespace strata::inspect {

namespace {

std::string_view GetSpecifierName(Specifier specifier) {
  switch (specifier) {
    case Specifier::kDef:
      return "def";
    case Specifier::kOver:
      return "over";
    case Specifier::kClass:
      return "class";
  }
  return {};
}

// Kinds of arcs authored on this prim itself that bring opinions.
std::vector<std::string> ListDirectArcs(const stage::Prim& prim) {
  std::vector<std::string> arcs;
  const compose::PrimIndexPtr index = prim.GetPrimIndex();
  if (!index) return arcs;
  for (uint32_t i = 1; i < index->GetNodeCount(); ++i) {
    const compose::NodeRef node = index->GetNode(i);
    if (node.IsDueToAncestor() || node.IsInert() || !node.HasSpecs()) continue;
    std::string name(compose::GetArcName(node.GetArcType()));
    if (std::find(arcs.begin(), arcs.end(), name) == arcs.end()) arcs.push_back(std::move(name));
  }
  return arcs;
}

TreeRow MakeRow(const stage::Prim& prim, uint32_t depth, const TreeOptions& options) {
  TreeRow row;
  row.path = prim.GetPath();
  row.depth = depth;
  row.name = prim.IsPseudoRoot() ? "/" : prim.GetName().GetString();
  row.specifier = GetSpecifierName(prim.GetSpecifier());
  row.type_name = prim.GetTypeName().GetString();
  row.kind = prim.GetKind().GetString();
  row.arcs = ListDirectArcs(prim);
  for (const stage::VariantSet& set : prim.GetVariantSets())
    row.variants.emplace_back(set.name.GetString(), set.selection.GetString());
  row.is_active = prim.IsActive();
  row.is_loaded = prim.IsLoaded();
  row.is_defined = prim.IsDefined();
  row.is_abstract = prim.IsAbstract();
  row.is_instance = prim.IsInstance();
  row.is_instance_proxy = prim.IsInstanceProxy();
  if (row.is_instance) row.prototype = prim.GetPrototype().GetPath();
  if (options.properties == TreeOptions::Properties::kList)
    for (Token name : prim.GetAuthoredPropertyNames()) row.properties.push_back(name.GetString());
  return row;
}

// Depth first with a stack of our own: the depth of a scene is not the depth of a call.
void ListBelow(const stage::Prim& start, const stage::PrimPredicate& predicate, const TreeOptions& options,
               std::vector<TreeRow>& rows) {
  struct Pending {
    stage::Prim prim;
    uint32_t depth;
    bool is_last;
  };
  std::vector<Pending> stack{{start, 0, true}};
  while (!stack.empty()) {
    const Pending next = std::move(stack.back());
    stack.pop_back();
    rows.push_back(MakeRow(next.prim, next.depth, options));
    rows.back().is_last_sibling = next.is_last;
    const std::vector<stage::Prim> children = next.prim.GetFilteredChildren(predicate);
    if (next.depth >= options.max_depth) {
      rows.back().hidden_children = children.size();
      continue;
    }
    for (size_t i = children.size(); i-- > 0;)
      stack.push_back({children[i], next.depth + 1, i + 1 == children.size()});
  }
}

void WriteRow(JsonWriter& writer, const TreeRow& row) {
  writer.BeginObject();
  writer.Key("path").String(row.path.GetString());
  writer.Key("specifier").String(row.specifier);
  writer.Key("typeName").String(row.type_name);
  writer.Key("kind").String(row.kind);
  writer.Key("active").Bool(row.is_active);
  writer.Key("loaded").Bool(row.is_loaded);
  writer.Key("defined").Bool(row.is_defined);
  writer.Key("abstract").Bool(row.is_abstract);
  writer.Key("instance").Bool(row.is_instance);
  writer.Key("instanceProxy").Bool(row.is_instance_proxy);
  if (!row.prototype.IsEmpty()) writer.Key("prototype").String(row.prototype.GetString());
  writer.Key("arcs").BeginArray();
  for (const std::string& arc : row.arcs) writer.String(arc);
  writer.EndArray();
  writer.Key("variants").BeginObject();
  for (const auto& [set, selection] : row.variants) writer.Key(set).String(selection);
  writer.EndObject();
  if (row.hidden_children != 0) writer.Key("hiddenChildren").Unsigned(row.hidden_children);
  if (!row.properties.empty()) {
    writer.Key("properties").BeginArray();
    for (const std::string& name : row.properties) writer.String(name);
    writer.EndArray();
  }
  writer.EndObject();
}

}  // namespace

std::vector<TreeRow> ListTree(const stage::Stage& stage, const TreeOptions& options) {
  std::vector<TreeRow> rows;
  const stage::Prim root = stage.GetPrimAtPath(options.root);
  if (!root) return rows;
  const auto predicate = (options.prims == TreeOptions::Prims::kAll ? stage::PrimPredicate::All()
                                                                    : stage::PrimPredicate::Default())
                             .With(options.proxies);
  ListBelow(root, predicate, options, rows);
  if (options.proxies == stage::InstanceProxies::kSkip && root.IsPseudoRoot())
    for (const stage::Prim& prototype : stage.GetPrototypes()) ListBelow(prototype, predicate, options, rows);
  return rows;
}

void WriteTree(JsonWriter& writer, const std::vector<TreeRow>& rows) {
  writer.BeginArray();
  for (const TreeRow& row : rows) WriteRow(writer, row);
  writer.EndArray();
}

}  // namespace strata::inspect
