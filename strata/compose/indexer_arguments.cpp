// Payloads whose formats compose their arguments of what is said of the prim. They are followed last, by the
// outermost frame, when all that is stronger is known.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "strata/asset/asset_path.h"
#include "strata/compose/indexer.h"

namespace strata::compose {

namespace {

bool IsStructure(Token field, const layer::FieldRegistry& fields) {
  const layer::FieldDefinition* definition = fields.Find(field);
  return GetSiteField(field) != 0 || (definition && !definition->is_metadata);
}

}  // namespace

// Answers a format, and keeps what it asked for. What is asked of is the path of the payload's site, seen
// from as far out as it has a name there; then every node from there inwards that has one, strongest first,
// up to the place where the payload will stand.
class Indexer::Arguments final : public ArgumentContext {
 public:
  Arguments(Indexer& indexer, uint32_t node, uint32_t number, ComposedArguments& out)
      : indexer_(indexer), node_(node), number_(number), out_(out) {}

  std::optional<Value> ComposeValue(Token field) override {
    std::optional<Value> composed;
    Visit(field, [&](const Value& value) {
      if (!composed) {
        composed = value;
        return value.Holds<Dictionary>();
      }
      if (const Dictionary* weaker = value.GetIf<Dictionary>())
        composed = Value(composed->Get<Dictionary>().ComposeOver(*weaker));
      return true;
    });
    return composed;
  }

  std::vector<Value> ComposeValueStack(Token field) override {
    std::vector<Value> values;
    Visit(field, [&](const Value& value) {
      values.push_back(value);
      return true;
    });
    return values;
  }

  std::optional<Value> ComposeAttributeDefaultValue(Token attribute) override {
    out_.attributes.insert(attribute);
    std::optional<Value> found;
    VisitSites([&](const layer::LayerPtr& layer, Path site) {
      const Path path = site.AppendProperty(attribute);
      const Value* value = path.IsEmpty() ? nullptr : layer->GetField(path, layer::GetFieldNames().default_);
      if (!value) return true;
      out_.opinions.push_back({attribute, true, layer, site});
      if (!value->Holds<ValueBlock>()) found = *value;
      return false;
    });
    return found;
  }

 private:
  template <class Visitor>
  void Visit(Token field, Visitor&& visit) {
    if (IsStructure(field, layer::FieldRegistry::GetBuiltIn())) return;
    out_.fields.insert(field);
    VisitSites([&](const layer::LayerPtr& layer, Path site) {
      const Value* value = layer->GetField(site, field);
      if (!value) return true;
      out_.opinions.push_back({field, false, layer, site});
      return visit(*value);
    });
  }

  // Calls visit(layer, path) for each that may speak, until it says false.
  template <class Visitor>
  void VisitSites(Visitor&& visit) {
    const Graph& graph = indexer_.graph_;
    std::vector<std::pair<uint32_t, Path>> pending{indexer_.MapOutwards(node_, out_.site.path)};
    while (!pending.empty()) {
      const auto [node, path] = pending.back();
      pending.pop_back();
      if (!VisitNode(node, path, visit)) return;
      // Weaker than the payload is what comes after the node that has it and its stronger children.
      if (node == node_) pending.clear();
      const std::vector<uint32_t> children = graph.GetChildren(node);
      for (auto child = children.rbegin(); child != children.rend(); ++child) {
        if (node == node_ && !IsStronger(*child)) continue;
        const Path inside = graph.GetMapToParent(*child).MapTargetToSource(path);
        if (!inside.IsEmpty()) pending.emplace_back(*child, inside);
      }
    }
  }

  template <class Visitor>
  bool VisitNode(uint32_t node, Path path, Visitor&& visit) {
    if (!indexer_.MaySelectAt(node, path)) return true;
    const Path site = indexer_.GetSiteInVariants(node, path);
    const uint32_t stack = indexer_.graph_[node].layer_stack;
    indexer_.NoteSelectionSite(node, site);
    const ComposedArguments::Site asked{stack, site};
    if (!out_.DependsOn(asked)) out_.asked.push_back(asked);
    const LayerStackPtr& known = indexer_.pool_.GetStack(stack);
    for (uint32_t entry : known->FindSite(site).layers)
      if (!visit(known->GetEntries()[entry].layer, site)) return false;
    return true;
  }

  // Whether a child of the payload's node stands before the payload.
  bool IsStronger(uint32_t child) const {
    const Node& node = indexer_.graph_[child];
    if (node.arc != ArcType::kPayload) return node.arc < ArcType::kPayload;
    const uint32_t depth = CountNamespaceDepth(out_.site.path);
    return node.namespace_depth != depth ? node.namespace_depth > depth : node.sibling_number < number_;
  }

  Indexer& indexer_;
  const uint32_t node_, number_;
  ComposedArguments& out_;
};

void Indexer::DeferDynamicPayloads(uint32_t node, std::vector<ArcItem>& items) {
  bool is_any = false;
  for (ArcItem& item : items) {
    if (item.asset_path.empty()) continue;
    item.format = environment_.GetProvider().FindDynamicFormat(item.asset_path, *item.entry->layer);
    is_any |= item.format != nullptr;
  }
  if (is_any) AddTasksForDynamicPayloads({node, graph_[node].path});
}

void Indexer::AddTasksForDynamicPayloads(const DynamicPayloads& payloads) {
  if (!IsTop()) return dynamic_payloads_.push_back(payloads);
  if (graph_[payloads.node].path == payloads.site)
    AddTask({TaskType::kDynamicPayloads, payloads.node, {}, {}, 0});
  else
    AddTask({TaskType::kAncestralDynamicPayloads, payloads.node, payloads.site, {}, 0});
}

void Indexer::EvaluateDynamicPayloads(const Task& task) {
  const Path site = task.set_path.IsEmpty() ? graph_[task.node].path : task.set_path;
  if (!MaySelectAt(task.node, site)) return;
  const LayerStack& stack = graph_.GetStack(task.node);
  ExpressionRemarks known;  // from when the payloads were put off
  const std::vector<ArcItem> items =
      ComposePayloads(stack, stack.FindSite(site), site, environment_.GetProvider(), known);
  for (uint32_t i = 0; i < items.size(); ++i) {
    if (items[i].asset_path.empty()) continue;
    DynamicFileFormatPtr format =
        environment_.GetProvider().FindDynamicFormat(items[i].asset_path, *items[i].entry->layer);
    if (!format) continue;
    ComposedArguments composed;
    composed.format = std::move(format);
    composed.site = {graph_[task.node].layer_stack, site};
    composed.layer = items[i].entry->layer;
    composed.number = i;
    const ArcItem item = ComposeArguments(task.node, items[i], composed);
    environment_.NoteArguments(composed);
    dependencies_.arguments.push_back(std::move(composed));
    if (HasRoomForGeneratedLayer(task.node, item, site))
      EvaluateItem(task.node, ArcType::kPayload, item, i, site);
  }
}

// The item with its arguments, those that are composed over those that are written.
ArcItem Indexer::ComposeArguments(uint32_t node, const ArcItem& item, ComposedArguments& composed) {
  Arguments context(*this, node, composed.number, composed);
  std::map<std::string, std::string> arguments;
  const std::string path = asset::SplitIdentifier(item.asset_path, &arguments);
  composed.format->ComposeFieldsForFileFormatArguments(item.asset_path, context, composed.arguments,
                                                       composed.data);
  for (const auto& [name, value] : composed.arguments) arguments[name] = value;
  composed.asset_path = asset::JoinIdentifier(path, arguments);
  ArcItem opened = item;
  opened.asset_path = composed.asset_path;
  return opened;
}

// A format may make layers that have payloads to it again, without end.
bool Indexer::HasRoomForGeneratedLayer(uint32_t node, const ArcItem& item, Path site) {
  if (environment_.FindTarget(*item.entry->layer, item.asset_path, graph_[node].layer_stack)) return true;
  const IndexEnvironment::Room room = environment_.TakeRoomForGeneratedLayer();
  if (room == IndexEnvironment::Room::kYes) return true;
  if (room == IndexEnvironment::Room::kNoMoreAndTold) return false;
  const Diagnostic why =
      MakeBudgetDiagnostic("max_generated_layers", options_.budgets.max_generated_layers, {});
  CompositionError& error =
      AddError(ErrorType::kInvalidAssetPath,
               fmt::format("Could not open asset @{}@ for payload introduced by {}.", item.asset_path,
                           DescribeSite(graph_[node].layer_stack, site)),
               node, why.hint);
  error.diagnostic.notes.push_back({why.message, why.location});
  error.cause = "max_generated_layers";
  return false;
}

}  // namespace strata::compose
