// Answers about composition: every prim index of a root layer, as JSON and in the shape of the AOUSD dumps.
#include <algorithm>
#include <regex>
#include <set>

#include "strata/compose/compose.h"
#include "strata/compose/dump.h"
#include "tests/conformance/answer.h"
#include "tests/registry_provider.h"

namespace strata::conformance {

namespace {

using compose::Cache;
using compose::NodeRef;
using compose::PrimIndex;

// The composition that a question asks about, and the folder from which its layers are named.
struct Composition {
  std::shared_ptr<layer::LayerRegistry> registry;
  std::unique_ptr<Cache> cache;
  std::string folder;
};

Composition Open(const Json& question) {
  Composition opened;
  opened.registry = MakeRegistry(question);
  Diagnostics diagnostics;
  auto open = [&](const std::string& file) {
    auto layer = opened.registry->FindOrOpen(GetDataPath(question, file), nullptr, {}, diagnostics);
    if (!layer) throw NotAnswered("the root layer does not open: " + diagnostics.GetAll().front().message);
    return layer;
  };
  layer::LayerPtr root = open(question.at("root")), session;
  if (question.contains("session") && question["session"].is_string()) session = open(question["session"]);
  compose::CacheOptions options;
  options.variant_fallbacks =
      question.value("variantFallbacks", Json::object()).get<decltype(options.variant_fallbacks)>();
  if (question.contains("payloads") && question["payloads"].is_string()) {
    options.include_payload = [pattern = std::regex(question["payloads"].get<std::string>())](Path path) {
      return std::regex_search(path.GetString(), pattern, std::regex_constants::match_continuous);
    };
  }
  options.muted_layers = question.value("muted", Json::array()).get<decltype(options.muted_layers)>();
  if (!question.value("usd", true)) options.mode = compose::CompositionMode::kFull;
  opened.folder = GetFolder(root->GetIdentifier());
  opened.cache = std::make_unique<Cache>(root, session, std::make_shared<RegistryProvider>(opened.registry),
                                         std::move(options));
  return opened;
}

// usd-core tells what is wrong with a layer stack where it first meets it: at the prim that leads there.
class StackErrors {
 public:
  void AddNew(const PrimIndex& index, compose::CompositionErrors& errors) {
    for (uint32_t i = 1; i < index.GetNodeCount(); ++i) {
      const compose::LayerStackPtr& stack = index.GetNode(i).GetLayerStack();
      if (!known_.insert(stack.get()).second || index.GetNode(i).IsInRootLayerStack()) continue;
      errors.insert(errors.begin(), stack->GetErrors().begin(), stack->GetErrors().end());
    }
  }

 private:
  std::set<const compose::LayerStack*> known_;
};

// What one prim's properties say, with the errors met on the way.
struct PropertyAnswers {
  Json stacks = Json::object(), targets = Json::object(), connections = Json::object(),
       deleted = Json::object();
  compose::CompositionErrors errors;
};

Json PathsToJson(const std::vector<Path>& paths) {
  Json list = Json::array();
  for (Path path : paths) list.push_back(path.GetString());
  return list;
}

Json NamesToJson(const std::vector<Token>& names) {
  Json list = Json::array();
  for (Token name : names) list.push_back(name.GetString());
  return list;
}

// Keys of properties are names, or whole paths.
enum class PropertyKey : uint8_t { kName, kPath };

PropertyAnswers DescribeProperties(Composition& composition, const PrimIndex& index,
                                   const std::vector<Token>& names, PropertyKey key_form) {
  PropertyAnswers answers;
  for (Token name : names) {
    const std::string key =
        key_form == PropertyKey::kName ? name.GetString() : index.GetPath().AppendProperty(name).GetString();
    const auto sites = composition.cache->ComputePropertyStack(index, name);
    Json rows = Json::array();
    for (const auto& site : sites)
      rows.push_back(Json::array({NameLayer(*site.entry->layer, composition.folder), site.path.GetString()}));
    if (rows.empty()) continue;
    answers.stacks[key] = std::move(rows);
    const bool is_relationship = sites.front().type == layer::SpecType::kRelationship;
    auto list = composition.cache->ComputeTargets(
        index, name, is_relationship ? Cache::Targets::kRelationshipTargets : Cache::Targets::kConnections);
    if (!list.targets.empty())
      (is_relationship ? answers.targets : answers.connections)[key] = PathsToJson(list.targets);
    if (!list.deleted.empty()) answers.deleted[key] = PathsToJson(list.deleted);
    answers.errors.insert(answers.errors.end(), list.errors.begin(), list.errors.end());
  }
  return answers;
}

// Calls visit(index, child names, prohibited names) for each prim, depth first, children in order.
template <class Visit>
void WalkPrims(Composition& composition, Visit&& visit) {
  std::vector<Path> waiting;
  auto add_children = [&](Path parent, const std::vector<Token>& names) {
    for (auto name = names.rbegin(); name != names.rend(); ++name)
      waiting.push_back(parent.AppendChild(*name));
  };
  std::vector<Token> names, prohibited;
  composition.cache->ComputePrimIndex(Path::AbsoluteRoot())->ComputeChildNames(names, prohibited);
  add_children(Path::AbsoluteRoot(), names);
  while (!waiting.empty()) {
    const Path path = waiting.back();
    waiting.pop_back();
    const compose::PrimIndexPtr index = composition.cache->ComputePrimIndex(path);
    names.clear();
    prohibited.clear();
    index->ComputeChildNames(names, prohibited);
    visit(*index, names, prohibited);
    add_children(path, names);
  }
}

// The oracle's Python enumeration lacks one kind's name and gives it a generated one.
std::string GetOracleName(compose::ErrorType type) {
  return type == compose::ErrorType::kArcToProhibitedChild ? "AutoGenerated_Pcp2"
                                                           : std::string(compose::GetErrorName(type));
}

Json ErrorsToJson(const compose::CompositionErrors& errors) {
  Json list = Json::array();
  for (const auto& error : errors)
    list.push_back({{"type", GetOracleName(error.type)}, {"message", error.diagnostic.message}});
  return list;
}

Json MapToJson(const compose::MapFunction& map) {
  Json pairs = Json::array();
  for (const auto& [source, target] : map.GetPairs())
    pairs.push_back(Json::array({source.GetString(), target.GetString()}));
  std::sort(pairs.begin(), pairs.end());
  return {{"offset", ToJson(map.GetTimeOffset())}, {"paths", std::move(pairs)}};
}

Json NodeToJson(NodeRef node, const std::string& folder) {
  auto number = [](NodeRef other) { return other ? Json(other.GetNumber()) : Json(); };
  const auto& stack = *node.GetLayerStack();
  const bool has_session = stack.GetSessionLayer() && node.IsInRootLayerStack();
  return {{"i", node.GetNumber()},
          {"parent", number(node.GetParent())},
          {"origin", number(node.GetOrigin())},
          {"arc", std::string(compose::GetArcName(node.GetArcType()))},
          {"path", node.GetPath().GetString()},
          {"layerStack", NameLayer(*stack.GetRootLayer(), folder)},
          {"session", has_session ? Json(NameLayer(*stack.GetSessionLayer(), folder)) : Json()},
          {"introPath", node.GetIntroPath().GetString()},
          {"pathAtIntro", node.GetPathAtIntroduction().GetString()},
          {"namespaceDepth", node.GetNamespaceDepth()},
          {"sibling", node.GetSiblingNumberAtOrigin()},
          {"hasSpecs", node.HasSpecs()},
          {"culled", node.IsCulled()},
          {"inert", node.IsInert()},
          {"restricted", node.IsRestricted()},
          {"ancestral", node.IsDueToAncestor()},
          {"permission", node.IsPrivate() ? "Private" : "Public"},
          {"mapToParent", MapToJson(node.GetMapToParent())},
          {"mapToRoot", MapToJson(node.GetMapToRoot())}};
}

Json StackRows(const PrimIndex& index, const std::string& folder) {
  Json rows = Json::array();
  for (const auto& site : index.GetSpecStack())
    rows.push_back(Json::array({NameLayer(*site.entry->layer, folder), site.path.GetString()}));
  return rows;
}

Json SelectionsToJson(const PrimIndex& index) {
  Json selections = Json::object();
  for (const auto& [set, selection] : index.GetVariantSelections())
    selections[set.GetString()] = selection.GetString();
  return selections;
}

Json LayerStackToJson(const compose::LayerStack& stack, const std::string& folder) {
  Json layers = Json::array(), relocates = Json::array();
  for (const auto& entry : stack.GetEntries())
    layers.push_back(Json::array({NameLayer(*entry.layer, folder), entry.offset.offset, entry.offset.scale}));
  for (const auto& [source, target] : stack.GetRelocatesSourceToTarget())
    relocates.push_back(Json::array({source.GetString(), target.GetString()}));
  return {{"layers", std::move(layers)},
          {"relocates", std::move(relocates)},
          {"expressionVariables", ToJson(Value(stack.GetExpressionVariables()))},
          {"errors", ErrorsToJson(stack.GetErrors())}};
}

// Time offsets of the nodes, and below each those of its sublayers, when any of them is one.
Json TimeRows(const PrimIndex& index, const std::string& folder) {
  Json rows = Json::array();
  bool any = false;
  for (uint32_t i = 0; i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    if (node.IsCulled() || (node.IsInert() && !node.HasSpecs())) continue;
    const LayerOffset& offset = node.GetMapToRoot().GetTimeOffset();
    any = any || !offset.IsIdentity();
    const auto& stack = *node.GetLayerStack();
    rows.push_back({NameLayer(*stack.GetRootLayer(), folder), node.GetPath().GetString(),
                    std::string(compose::GetArcName(node.GetArcType())), offset.offset, offset.scale});
    for (const auto& entry : stack.GetEntries()) {
      if (entry.offset.IsIdentity()) continue;
      any = true;
      rows.push_back(
          {NameLayer(*entry.layer, folder), "", "sublayer", entry.offset.offset, entry.offset.scale});
    }
  }
  return any ? rows : Json::array();
}

}  // namespace

Json AnswerComposition(const Json& question) {
  Composition composition = Open(question);
  Json answer = {
      {"schema", "pcp-oracle/1"},
      {"layerStack", LayerStackToJson(*composition.cache->GetRootLayerStack(), composition.folder)},
      {"prims", Json::array()}};
  StackErrors stack_errors;
  WalkPrims(composition, [&](const PrimIndex& index, const std::vector<Token>& names,
                             const std::vector<Token>& prohibited) {
    const std::vector<Token> properties = index.ComputePropertyNames();
    PropertyAnswers of_properties = DescribeProperties(composition, index, properties, PropertyKey::kName);
    compose::CompositionErrors errors = index.GetErrors();
    stack_errors.AddNew(index, errors);
    errors.insert(errors.end(), of_properties.errors.begin(), of_properties.errors.end());
    Json nodes = Json::array();
    for (uint32_t i = 0; i < index.GetNodeCount(); ++i)
      nodes.push_back(NodeToJson(index.GetNode(i), composition.folder));
    answer["prims"].push_back({{"path", index.GetPath().GetString()},
                               {"instanceable", index.IsInstanceable()},
                               {"hasAnyPayloads", index.HasAnyPayloads()},
                               {"primStack", StackRows(index, composition.folder)},
                               {"variantSelections", SelectionsToJson(index)},
                               {"childNames", NamesToJson(names)},
                               {"prohibitedChildNames", NamesToJson(prohibited)},
                               {"propertyNames", NamesToJson(properties)},
                               {"propertyStacks", std::move(of_properties.stacks)},
                               {"targets", std::move(of_properties.targets)},
                               {"connections", std::move(of_properties.connections)},
                               {"deletedTargets", std::move(of_properties.deleted)},
                               {"errors", ErrorsToJson(errors)},
                               {"nodes", std::move(nodes)}});
    if (question.value("dump", false)) answer["prims"].back()["dump"] = compose::DumpToString(index);
  });
  if (question.value("everyStack", false)) {
    compose::CompositionErrors errors;
    for (compose::CompositionError& error : composition.cache->GetAllErrors())
      if (error.root_site.IsAbsoluteRoot()) errors.push_back(std::move(error));
    answer["stackErrors"] = ErrorsToJson(errors);
  }
  return answer;
}

Json AnswerMuseum(const Json& question) {
  Composition composition = Open(question);
  const auto& stack = *composition.cache->GetRootLayerStack();
  Json answer = {{"layerStack", Json::array()}, {"prims", Json::array()}, {"errors", Json::array()}};
  for (const auto& entry : stack.GetEntries())
    answer["layerStack"].push_back(
        Json::array({NameLayer(*entry.layer, composition.folder), entry.offset.offset, entry.offset.scale}));
  if (!stack.GetErrors().empty()) answer["errors"].push_back("Errors while computing Layer Stack");
  WalkPrims(composition, [&](const PrimIndex& index, const std::vector<Token>& names,
                             const std::vector<Token>& prohibited) {
    const std::vector<Token> properties = index.ComputePropertyNames();
    PropertyAnswers of_properties = DescribeProperties(composition, index, properties, PropertyKey::kPath);
    if (!index.GetErrors().empty() || !of_properties.errors.empty())
      answer["errors"].push_back("Errors while composing <" + index.GetPath().GetString() + ">");
    Json prohibited_names = NamesToJson(prohibited);
    std::sort(prohibited_names.begin(), prohibited_names.end());
    answer["prims"].push_back({{"path", index.GetPath().GetString()},
                               {"primStack", StackRows(index, composition.folder)},
                               {"timeOffsets", TimeRows(index, composition.folder)},
                               {"variantSelections", SelectionsToJson(index)},
                               {"childNames", NamesToJson(names)},
                               {"prohibitedChildNames", std::move(prohibited_names)},
                               {"propertyNames", NamesToJson(properties)},
                               {"propertyStacks", std::move(of_properties.stacks)},
                               {"relationshipTargets", std::move(of_properties.targets)},
                               {"attributeConnections", std::move(of_properties.connections)},
                               {"deletedTargets", std::move(of_properties.deleted)}});
  });
  return answer;
}

}  // namespace strata::conformance
