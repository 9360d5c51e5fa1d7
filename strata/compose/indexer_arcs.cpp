#include <memory>

#include <fmt/format.h>

#include "strata/compose/indexer.h"
#include "strata/compose/layer_stack_builder.h"

namespace strata::compose {

namespace {

// Fewer than these are put together in no time.
constexpr size_t kManyRelocates = 16;

const char* GetItemName(ArcType type) {
  return type == ArcType::kPayload ? "payload" : "reference";
}

}  // namespace

bool Indexer::IsDuplicate(const Arc& arc) {
  Path path = arc.path;
  for (Indexer* indexer = this;; indexer = indexer->frame_->outer) {
    if (indexer->IsTop()) indexer->NoteAskedSite(path);
    if (indexer->graph_.HasSpeakingSite(arc.layer_stack, path)) return true;
    if (!indexer->frame_) return false;
    // The outer graph is about a prim further down: what would this site be there?
    path = indexer->frame_->path.ReplacePrefix(indexer->graph_[0].path, path, Path::TargetFix::kKeepTargets);
    if (path.IsEmpty()) return false;
  }
}

// Whether the prim asked for is below an instance and `arc` leads to another place below the same instance:
// what is said there is about the place of the instance, which has no say.
bool Indexer::StaysWithinInstance(const Arc& arc) const {
  const Node& root = graph_[0];
  if (!IsTop() || !root.Has(kNodeInert) || arc.layer_stack != root.layer_stack) return false;
  if (arc.path.ContainsPrimVariantSelection()) return false;
  return arc.path.HasPrefix(GetInstancePath());
}

Path Indexer::GetInstancePath() const {
  const Node& root = graph_[0];
  Path instance = root.path;
  while (instance.GetElementCount() > root.restricted_depth) instance = instance.GetParent();
  return instance;
}

Node Indexer::MakeNode(const Arc& arc) {
  Node node;
  node.arc = arc.type;
  node.origin = arc.origin;
  node.path = arc.path;
  node.layer_stack = arc.layer_stack;
  node.map_to_parent = arc.map_to_parent;
  node.sibling_number = arc.sibling_number;
  node.namespace_depth = static_cast<uint16_t>(arc.namespace_depth);
  return node;
}

uint32_t Indexer::AddArc(const Arc& arc, const ArcOptions& options) {
  NoteVisit(arc.layer_stack, arc.path, arc.type);
  if (GetTop().is_full_ || HasCycle(arc) || ExceedsBudget(arc)) return kNoNode;
  const bool skip_duplicates = options.skip_duplicates || (frame_ && frame_->skip_duplicates);
  if (skip_duplicates && IsDuplicate(arc)) return kNoNode;

  const bool contributes = options.contributes && !StaysWithinInstance(arc);
  if (!options.include_ancestral || arc.path.IsRootPrim()) return AddSite(arc, contributes);
  return AddNested(arc, contributes, skip_duplicates);
}

uint32_t Indexer::AddSite(const Arc& arc, bool contributes) {
  Node node = MakeNode(arc);
  if (!contributes) node.MakeInert(1);
  const uint32_t number = graph_.Insert(arc.parent, node);
  if (IsDenied(arc, graph_[number])) Silence(number);
  AddTasksFor(number);
  if (IsClassBased(arc.type) && !IsPlaceholder(arc.type, arc.parent) && !graph_.IsPropagated(number))
    AddImpliedClassTask(number);
  return number;
}

bool Indexer::IsProhibited(const Arc& arc, const Indexer& nested) {
  if (nested.prohibited_source_.IsEmpty()) return false;
  AddError(ErrorType::kArcToProhibitedChild,
           fmt::format("{}which is a prohibited child of its parent because it would require allowing "
                       "opinions from the source of "
                       "a relocation at {}.",
                       DescribeTrail(arc, nullptr),
                       DescribeSite(nested.prohibited_stack_, nested.prohibited_source_)),
           arc.parent, "Let the arc lead to where the prim was relocated to.")
      .cause = DescribeRefusedArc(arc);
  return true;
}

// What an arc within an arc needs, which is kept off the stack: hosts' threads may have half a MiB of that.
struct Indexer::Nested {
  Nested(Indexer& outer, const Arc& arc, bool skip_duplicates)
      : frame{&outer, arc.parent, arc.type, arc.layer_stack, arc.path, skip_duplicates},
        indexer(outer.environment_, &frame, outer.errors_, outer.root_path_) {}
  Frame frame;
  Indexer indexer;
};

uint32_t Indexer::AddNested(const Arc& arc, bool contributes, bool skip_duplicates) {
  const auto made = std::make_unique<Nested>(*this, arc, skip_duplicates);
  Indexer& nested = made->indexer;
  nested.BuildSite(arc.layer_stack, arc.path, contributes);
  const Silenced silenced = IsProhibited(arc, nested) ? Silenced::kByRelocate : Silenced::kByArc;
  if (silenced == Silenced::kByRelocate && arc.type == ArcType::kVariant) {
    NoteRefused(nested.graph_);  // nobody asked for it: the selection stands further up
    return kNoNode;
  }
  has_payloads_ |= nested.has_payloads_;
  CountWork(nested.graph_.GetSize(), arc.path);
  const uint32_t number = graph_.InsertGraph(arc.parent, MakeNode(arc), nested.graph_);
  if (IsDenied(arc, graph_[number], silenced)) Silence(number);
  for (Unresolved& open : nested.unresolved_) {
    open.node += number;
    unresolved_.push_back(std::move(open));
  }
  for (const DynamicPayloads& payloads : nested.dynamic_payloads_)
    AddTasksForDynamicPayloads({payloads.node + number, payloads.site});
  AddTasksForAttached(number);
  return number;
}

MapFunction Indexer::MakeArcMap(Path source, uint32_t target_node, Path target_path,
                                const LayerOffset& offset) const {
  const Path target = target_path.StripAllVariantSelections();
  MapFunction map = MapFunction::Create({{source.StripAllVariantSelections(), target}}, offset);
  const LayerStack& stack = graph_.GetStack(target_node);
  if (!stack.HasRelocates()) return map;
  // Relocates of the referencing stack move what the arc brings in. Where one is nested in another, the map
  // of joined relocates and that of single ones both lead to its target; the joined one is what the arc's
  // namespace needs.
  std::vector<MapFunction::Pair> pairs{{target, target}};
  std::set<Path> targets;
  auto add = [&](const std::map<Path, Path>& relocates) {
    for (auto it = relocates.lower_bound(target); it != relocates.end() && it->first.HasPrefix(target);
         ++it) {
      if (it->second.IsEmpty() || !targets.insert(it->second).second) continue;
      if (it->first == target)
        pairs.front().second = it->second;  // an arc in a variant of what was moved
      else
        pairs.emplace_back(it->first, it->second);
    }
  };
  add(stack.GetRelocatesSourceToTarget());
  add(stack.GetIncrementalRelocatesSourceToTarget());
  if (pairs.size() == 1 && pairs.front().second == target) return map;
  return MapFunction::Create(std::move(pairs)).Compose(map).Defer();
}

uint32_t Indexer::FindItemMap(Path source, uint32_t node, Path site_path, const LayerOffset& offset,
                              RootIdentity root_identity) {
  const bool has_root_identity = root_identity == RootIdentity::kYes;
  const auto make = [&] {
    const MapFunction map = MakeArcMap(source, node, site_path, offset);
    return pool_.InternMap(has_root_identity ? map.AddRootIdentity() : map);
  };
  if (graph_.GetStack(node).GetIncrementalRelocatesSourceToTarget().size() < kManyRelocates) return make();
  const IndexEnvironment::ArcMapKey key{
      graph_[node].layer_stack, source.GetId(), site_path.GetId(), offset.offset, offset.scale,
      has_root_identity};
  if (const auto known = environment_.FindArcMap(key)) return *known;
  const uint32_t map = make();
  environment_.NoteArcMap(key, map);
  return map;
}

void Indexer::ReportProblems(uint32_t node, ArcType type, const std::vector<ExpressionProblem>& problems) {
  for (const ExpressionProblem& problem : problems) {
    AddError(ErrorType::kVariableExpressionError,
             fmt::format("Error evaluating expression {} for {} at {} in @{}@: {}", problem.expression,
                         GetItemName(type), graph_[node].path.GetString(), problem.layer->GetIdentifier(),
                         problem.why),
             node, "Mend the expression, or define the variables it uses in the root layer.");
  }
}

void Indexer::EvaluateReferences(uint32_t node) {
  if (!graph_[node].CanContributeSpecs()) return;
  ExpressionRemarks remarks;
  std::vector<ArcItem> items = ComposeReferences(graph_.GetStack(node), graph_.GetSite(node),
                                                 graph_[node].path, environment_.GetProvider(), remarks);
  NoteVariables(graph_[node].layer_stack, remarks.used_variables);
  ReportProblems(node, ArcType::kReference, remarks.problems);
  EvaluateItems(node, ArcType::kReference, items);
}

void Indexer::EvaluatePayloads(uint32_t node) {
  if (!graph_[node].CanContributeSpecs()) return;
  ExpressionRemarks remarks;
  std::vector<ArcItem> items = ComposePayloads(graph_.GetStack(node), graph_.GetSite(node), graph_[node].path,
                                               environment_.GetProvider(), remarks);
  NoteVariables(graph_[node].layer_stack, remarks.used_variables);
  // OpenUSD looks at payloads twice, for those whose format makes them up from fields comes last, and tells
  // of an expression each time.
  std::vector<ExpressionProblem>& problems = remarks.problems;
  for (size_t i = 0, count = problems.size(); i < count; ++i)
    problems.push_back(ExpressionProblem(problems[i]));
  ReportProblems(node, ArcType::kPayload, problems);
  if (items.empty()) return;
  has_payloads_ = true;
  // What lies above the target of an arc to a prim below the root is part of that arc: no prim could load it.
  if (options_.include_payload && !IsAboveTarget()) {
    GetTop().asks_for_payload_ = true;
    if (!options_.include_payload(root_path_)) return;
  }
  DeferDynamicPayloads(node, items);
  EvaluateItems(node, ArcType::kPayload, items);
}

bool Indexer::IsAboveTarget() const {
  for (const Indexer* indexer = this; indexer->frame_; indexer = indexer->frame_->outer)
    if (indexer->is_above_target_ &&
        (indexer->frame_->arc == ArcType::kReference || indexer->frame_->arc == ArcType::kPayload)) {
      return true;
    }
  return false;
}

void Indexer::EvaluateItems(uint32_t node, ArcType type, const std::vector<ArcItem>& items) {
  for (size_t i = 0; i < items.size(); ++i)
    if (!items[i].format) EvaluateItem(node, type, items[i], static_cast<uint32_t>(i), graph_[node].path);
}

// The number of the layer stack an item leads to; kNoNode when there is none.
uint32_t Indexer::OpenTarget(uint32_t node, ArcType type, const ArcItem& item, Path site_path) {
  const LayerStack& stack = graph_.GetStack(node);
  if (item.asset_path.empty()) return graph_[node].layer_stack;
  const layer::Layer& anchor = *item.entry->layer;
  const uint32_t referencer = graph_[node].layer_stack;
  if (const auto known = environment_.FindTarget(anchor, item.asset_path, referencer)) return *known;
  LayerProvider& provider = environment_.GetProvider();
  const std::string identifier = provider.CreateIdentifier(item.asset_path, anchor);
  const std::string site = DescribeSite(graph_[node].layer_stack, site_path);
  auto report_muted = [&] {
    AddError(
        ErrorType::kMutedAssetPath,
        fmt::format("Asset @{}@ was muted for {} introduced by {}.", identifier, GetItemName(type), site),
        node, "Unmute the layer.")
        .cause = identifier;
    return kNoNode;
  };
  if (options_.muted_layers.count(identifier)) return report_muted();
  Diagnostics why;
  layer::LayerPtr layer = provider.FindOrOpen(item.asset_path, anchor, why);
  if (!layer) {
    CompositionError& error =
        AddError(ErrorType::kInvalidAssetPath,
                 fmt::format("Could not open asset @{}@ for {} introduced by {}.", identifier,
                             GetItemName(type), site),
                 node, fmt::format("Put the file there, or take the {} away.", GetItemName(type)));
    error.cause = identifier;  // the file, whoever wants it
    for (const Diagnostic& diagnostic : why.GetAll())
      error.diagnostic.notes.push_back({diagnostic.message, diagnostic.location});
    return kNoNode;
  }
  if (options_.muted_layers.count(layer->GetIdentifier())) return report_muted();
  const uint32_t target = environment_.GetStackNumber(layer, stack);
  environment_.NoteTarget(anchor, item.asset_path, referencer, target);
  return target;
}

Path Indexer::FindTargetPrim(uint32_t node, ArcType type, const ArcItem& item, uint32_t target_stack,
                             Path site_path) {
  auto describe = [&] { return DescribeSite(graph_[node].layer_stack, site_path); };
  if (item.prim_path.IsEmpty()) {
    const layer::Layer& root = *pool_.GetStack(target_stack)->GetRootLayer();
    const Path path = root.GetDefaultPrimAsPath();
    if (!path.IsEmpty()) return path;
    AddError(ErrorType::kUnresolvedPrimPath,
             fmt::format("Unresolved {} prim path @{}@<defaultPrim> introduced by {}", GetItemName(type),
                         root.GetIdentifier(), describe()),
             node, fmt::format("Name a prim in the {}, or set defaultPrim in the layer.", GetItemName(type)));
    return Path();
  }
  if (item.prim_path.IsAbsolute() && item.prim_path.IsPrim() &&
      !item.prim_path.ContainsPrimVariantSelection())
    return item.prim_path;
  AddError(
      ErrorType::kInvalidPrimPath,
      fmt::format(
          "Invalid {} path <{}> introduced by {}-- must be an absolute prim path with no variant selections.",
          GetItemName(type), item.prim_path.GetString(), describe()),
      node, "Name the prim itself; selections are made where the arc is written.");
  return Path();
}

void Indexer::EvaluateItem(uint32_t node, ArcType type, const ArcItem& item, uint32_t number,
                           Path site_path) {
  const bool is_above = graph_[node].path != site_path;
  LayerOffset offset = item.offset;
  const bool has_offset = IsUsableOffset(offset);
  if (!has_offset) {
    AddError(ErrorType::kInvalidReferenceOffset,
             fmt::format("Invalid {} offset {} for @{}@<{}> introduced by {}. Using no offset instead.",
                         GetItemName(type), FormatOffset(offset), item.asset_path, item.prim_path.GetString(),
                         DescribeSite(graph_[node].layer_stack, site_path)),
             node, "Write a finite offset and a scale greater than zero.");
    offset = LayerOffset();
  }
  const uint32_t target_stack = OpenTarget(node, type, item, site_path);
  if (target_stack == kNoNode) return;
  const bool is_internal = item.asset_path.empty();
  if (!is_internal) {  // what stays in the stack has the time of the stack, wherever in it the arc is written
    const double rate = item.entry->layer->GetTimeCodesPerSecond(),
                 target_rate = pool_.GetStack(target_stack)->GetTimeCodesPerSecond();
    offset = has_offset ? item.entry->offset * offset
                        : LayerOffset();  // no offset at all, that of the layer neither
    if (rate != target_rate && target_rate != 0) offset.scale *= rate / target_rate;
  }
  const Path target = FindTargetPrim(node, type, item, target_stack, site_path);
  if (target.IsEmpty() && item.prim_path.IsEmpty() && !is_above) {
    // The layer is referenced, if nothing in it: a placeholder keeps the arc.
    Arc arc{type, node, node, target_stack, Path::AbsoluteRoot()};
    arc.map_to_parent = pool_.InternMap(MakeArcMap(Path::AbsoluteRoot(), node, offset));
    arc.sibling_number = number;
    arc.namespace_depth = CountNamespaceDepth(site_path);
    ArcOptions options;
    options.contributes = false;
    const uint32_t placeholder = AddArc(arc, options);
    if (placeholder != kNoNode) graph_[placeholder].restricted_depth = 0;  // nothing is kept from it
  }
  if (target.IsEmpty()) return NoteOpened(target_stack);

  Arc arc{type, node, node, target_stack,
          graph_[node].path.ReplacePrefix(site_path, target, Path::TargetFix::kKeepTargets)};
  arc.map_to_parent =
      FindItemMap(target, node, site_path, offset, is_internal ? RootIdentity::kYes : RootIdentity::kNo);
  arc.sibling_number = number;
  arc.namespace_depth = CountNamespaceDepth(site_path);
  ArcOptions options;
  options.include_ancestral = true;
  const uint32_t added = AddArc(arc, options);
  if (added == kNoNode) return NoteOpened(target_stack);
  unresolved_.push_back({added,
                         type,
                         {target_stack, target},
                         {graph_[node].layer_stack, site_path},
                         item.entry->layer.get(),
                         is_above});
}

// At the end of all: variants, which only the outermost frame selects, may bring what an arc leads to.
void Indexer::CheckTargets() {
  for (const Unresolved& open : unresolved_) {
    // Above what an arc leads to, it is enough that each arc on the way found something where it was written.
    bool has_specs = false;
    graph_.VisitSubtree(open.node, [&](uint32_t node) {
      has_specs |= open.is_above
                       ? graph_.GetStack(node).FindSite(graph_.GetPathAtIntroduction(node)).HasSpecs()
                       : graph_[node].Has(kNodeHasSpecs);
    });
    if (has_specs) continue;
    CompositionError& error =
        AddError(ErrorType::kUnresolvedPrimPath,
                 fmt::format("Unresolved {} prim path {} introduced by {}", GetItemName(open.type),
                             DescribeSite(open.target.layer_stack, open.target.path),
                             DescribeSite(open.site.layer_stack, open.site.path)),
                 open.node, "Name a prim that exists, or make that prim.");
    error.diagnostic.location.file = open.layer->GetIdentifier();
    error.diagnostic.location.path = open.site.path.GetString();
  }
  unresolved_.clear();
}

}  // namespace strata::compose
