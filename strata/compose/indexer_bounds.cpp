// What keeps an index finite: arcs that lead back to themselves, and the budgets.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "strata/compose/indexer.h"

namespace strata::compose {

namespace {

// Work below which nobody counts ahead.
constexpr size_t kWorkBeforeCounting = 1024;
// Sites that counting ahead looks at before it gives up.
constexpr size_t kMaxSitesCounted = 10'000;
// What an index may take where many have ended at a budget for nodes.
constexpr size_t kWorkOfShort = kWorkBeforeCounting;
// Elements of a path that cost as much as a node.
constexpr size_t kElementsOfStep = 32;
// Steps that an arc to where some arc has led since the first one led back counts for.
constexpr size_t kStepsOfArc = 16;

// Counts the nodes that the references and payloads of a site bring, each site once however many ways lead to
// it: what no index can hold is known long before it is made. A lower bound, or nothing where the arcs are
// not plain enough to tell.
class NodeCounter {
 public:
  enum class Payloads : uint8_t { kCounted, kLeftOut };
  NodeCounter(IndexEnvironment& environment, uint64_t limit, Payloads payloads)
      : environment_(environment), limit_(limit), payloads_(payloads) {}

  uint64_t Count(uint32_t stack_number, Path path) { return Count(stack_number, path, 0); }
  bool IsKnown() const { return is_known_; }

 private:
  static constexpr uint64_t kOpen = UINT64_MAX;  // being counted: to meet it again is a cycle

  uint64_t Count(uint32_t stack_number, Path path, uint32_t depth) {
    auto [place, is_new] = counts_.emplace(std::pair(stack_number, path), kOpen);
    if (!is_new && place->second != kOpen) return place->second;
    const CacheOptions& options = environment_.GetOptions();
    if (!is_new || depth > options.budgets.max_arc_depth || counts_.size() > kMaxSitesCounted) {
      is_known_ = false;
      return 0;
    }
    const LayerStackPtr& stack = environment_.GetPool().GetStack(stack_number);
    uint64_t count = 1;
    for (Path above = path; !above.IsAbsoluteRoot() && is_known_ && !stack->HasRelocates();
         above = above.GetParent()) {
      const LayerStack::Site site = stack->FindSite(above);
      ExpressionRemarks remarks;
      std::vector<ArcItem> items;
      if (site.fields & kSiteReferences)
        items = ComposeReferences(*stack, site, above, environment_.GetProvider(), remarks);
      if ((site.fields & kSitePayload) && payloads_ == Payloads::kCounted) {
        for (ArcItem& item : ComposePayloads(*stack, site, above, environment_.GetProvider(), remarks))
          items.push_back(std::move(item));
      }
      for (const ArcItem& item : items) {
        if (!is_known_ || count > limit_) break;
        count += CountTarget(stack_number, item, above, path, depth);
      }
    }
    count = std::min(count, limit_ + 1);
    counts_[{stack_number, path}] = count;
    return count;
  }

  uint64_t CountTarget(uint32_t stack_number, const ArcItem& item, Path above, Path path, uint32_t depth) {
    uint32_t target_stack = stack_number;
    if (!item.asset_path.empty()) {
      if (environment_.GetProvider().FindDynamicFormat(item.asset_path, *item.entry->layer)) return 0;
      Diagnostics ignored;
      const layer::LayerPtr layer =
          environment_.GetProvider().FindOrOpen(item.asset_path, *item.entry->layer, ignored);
      const std::set<std::string>& muted = environment_.GetOptions().muted_layers;
      if (!layer || muted.count(layer->GetIdentifier())) return 0;
      target_stack = environment_.GetStackNumber(layer, *environment_.GetPool().GetStack(stack_number));
    }
    const Path prim =
        item.prim_path.IsEmpty()
            ? environment_.GetPool().GetStack(target_stack)->GetRootLayer()->GetDefaultPrimAsPath()
            : item.prim_path;
    if (!prim.IsPrim() || prim.ContainsPrimVariantSelection()) return 0;
    return Count(target_stack, path.ReplacePrefix(above, prim, Path::TargetFix::kKeepTargets), depth + 1);
  }

  IndexEnvironment& environment_;
  const uint64_t limit_;
  const Payloads payloads_;
  std::map<std::pair<uint32_t, Path>, uint64_t> counts_;
  bool is_known_ = true;
};

}  // namespace

// Whether `node` was led to by the arc from `source` to `target`, followed further up in namespace.
bool Indexer::IsLedToBy(uint32_t node, ArcType type, uint32_t layer_stack, Path source, Path target) const {
  const Node& passed = graph_[node];
  return passed.arc == type && passed.layer_stack == layer_stack && passed.parent != kNoNode &&
         graph_.GetIntroPath(node) == source && graph_.GetPathAtIntroduction(node) == target;
}

// Whether an arc leads back to where one came by. An arc to an ancestor or descendant of such a place would
// come by again, below itself. One that is followed again and again on its own way would be so without end,
// each time further down in namespace; the way to what is implied, or stands below the root for a
// placeholder, is that of where it comes from. What is implied at the source of a relocate, or at classes of
// it, may lead to that source and to whatever the source is reached from: it is said of the prim before it
// was moved.
bool Indexer::HasCycle(const Arc& arc) {
  if (arc.type == ArcType::kVariant) return false;
  // What stands below the root for a placeholder is the arc of that, wherever it was written.
  const Node& origin = graph_[arc.origin];
  const bool is_propagated = arc.type == ArcType::kSpecialize && arc.origin != arc.parent &&
                             origin.layer_stack == arc.layer_stack && origin.path == arc.path;
  const bool is_implied = !is_propagated && arc.origin != arc.parent;
  const Path source = is_propagated ? graph_.GetIntroPath(arc.origin) : graph_[arc.parent].path;
  const Path target = is_propagated ? graph_.GetPathAtIntroduction(arc.origin) : arc.path;
  const Indexer* indexer = this;
  uint32_t start = arc.parent, repeats = 0;
  bool is_over_classes = true;  // alone, the way so far
  Path path = arc.path;
  while (true) {
    bool has_cycle = false;
    const bool may_meet = is_implied || indexer->graph_.MayMeet(arc.layer_stack, path);
    for (uint32_t node = may_meet ? start : kNoNode; node != kNoNode && !has_cycle;
         node = indexer->graph_[node].parent) {
      const Node& passed = indexer->graph_[node];
      if (is_implied && is_over_classes && indexer->GetArcTo(node) == ArcType::kRelocate) return false;
      has_cycle = passed.layer_stack == arc.layer_stack &&
                  (passed.path.HasPrefix(path) || path.HasPrefix(passed.path));
      is_over_classes &= IsClassBased(indexer->GetArcTo(node));
    }
    uint32_t node = is_propagated && indexer == this ? origin.parent : start;
    const bool may_repeat = !is_implied && indexer->graph_.MayMeet(arc.layer_stack, target);
    while (may_repeat && node != kNoNode && !has_cycle) {
      if (indexer->IsLedToBy(node, arc.type, arc.layer_stack, source, target)) ++repeats;
      has_cycle = repeats > options_.budgets.max_arc_repeats;
      const Node& passed = indexer->graph_[node];
      node = passed.origin == kNoNode ? passed.parent : passed.origin;
    }
    if (has_cycle) {
      ReportCycle(arc);
      return true;
    }
    if (!indexer->frame_) return false;
    // The outer graph is about a prim further down: where would the arc lead there?
    path = indexer->frame_->path.ReplacePrefix(indexer->graph_[0].path, path, Path::TargetFix::kKeepTargets);
    start = indexer->frame_->parent_node;
    indexer = indexer->frame_->outer;
  }
}

// Where arcs lead back there are often many ways around, each of which meets the others: their number grows
// with the power of what the layers hold. What has been found by then is what the index has.
void Indexer::ReportCycle(const Arc& arc) {
  Indexer& top = GetTop();
  ++top.work_;
  const uint32_t most = options_.budgets.max_cycles_per_prim;
  if (++top.cycles_ > most) {
    top.is_full_ = true;
    ReportFull(ErrorType::kIndexCapacityExceeded, "max_cycles_per_prim", most, 0);
  }
  if (top.is_full_) return;
  if (!HasRoomForErrors()) {  // the trail is long to tell
    ++GetTop().errors_not_told_;
    return;
  }
  std::vector<DiagnosticNote> trail;
  CompositionError& error =
      AddError(ErrorType::kArcCycle, DescribeTrail(arc, &trail), arc.parent,
               "Take one of these arcs away, or let it lead to a prim outside the cycle.");
  error.diagnostic.notes = std::move(trail);
  error.cause = DescribeRefusedArc(arc);
}

// Whether there is no more room for steps on ways around. Free until some arc has led back.
bool Indexer::CountRounds(size_t steps) {
  Indexer& top = GetTop();
  if (top.cycles_ == 0 || top.is_full_) return top.is_full_;
  top.rounds_ += steps;
  const uint32_t most = options_.budgets.max_arcs_around_per_prim;
  if (top.rounds_ < kStepsOfArc * most) return false;
  top.is_full_ = true;
  ReportFull(ErrorType::kIndexCapacityExceeded, "max_arcs_around_per_prim", most, 0);
  return true;
}

// Whether there is no more room for an arc to where some arc has led since the first one led back.
bool Indexer::GoesRound(const Arc& arc) {
  Indexer& top = GetTop();
  if (top.cycles_ == 0) return false;
  const uint64_t site = uint64_t{arc.layer_stack} << 32 | arc.path.GetId();
  return top.met_.insert(site).second ? top.is_full_ : CountRounds(kStepsOfArc);
}

// Whether the index is known to end at its budget. Asked once, when there has been some work.
bool Indexer::WillExceedBudget() const {
  const Indexer* top = this;
  while (top->frame_) top = top->frame_->outer;
  const bool has_payloads = !options_.include_payload || options_.include_payload(root_path_);
  NodeCounter counter(environment_, options_.budgets.max_nodes_per_prim,
                      has_payloads ? NodeCounter::Payloads::kCounted : NodeCounter::Payloads::kLeftOut);
  uint64_t count = 0;
  for (uint32_t node = 0; node < top->graph_.GetSize() && count <= options_.budgets.max_nodes_per_prim;
       ++node) {
    const Node& n = top->graph_[node];
    if (n.path.ContainsPrimVariantSelection() || !n.CanContributeSpecs()) continue;
    count = std::max(count, counter.Count(n.layer_stack, n.path));
    if (!counter.IsKnown()) return false;
  }
  return count > options_.budgets.max_nodes_per_prim;
}

// Paths cost what they are long.
void Indexer::CountWork(size_t nodes, Path path) {
  GetTop().work_ += nodes * (1 + path.GetElementCount() / kElementsOfStep);
}

bool Indexer::ExceedsBudget(const Arc& arc) {
  const Budgets& budgets = options_.budgets;
  Indexer& top = GetTop();
  size_t nodes = 0;
  uint32_t depth = 0;
  uint32_t node =
      arc.type == ArcType::kSpecialize && arc.origin != arc.parent ? graph_[arc.origin].parent : arc.parent;
  for (const Indexer* indexer = this;; indexer = indexer->frame_->outer) {
    nodes += indexer->graph_.GetSize();
    depth += indexer->graph_.CountArcsTo(node) + 1;
    if (!indexer->frame_) break;
    node = indexer->frame_->parent_node;
  }
  // Graphs of frames are made to be copied further out: all of that work counts too, or diamonds would have
  // no end.
  CountWork(1, arc.path);
  if (GoesRound(arc)) return true;
  auto refuse = [&](ErrorType type, const char* budget, uint64_t limit) {
    if (type == ErrorType::kIndexCapacityExceeded) {
      top.is_full_ = true;
      top.is_full_of_nodes_ = !top.is_short_;
      if (top.is_short_) environment_.NoteShortIndex(root_path_);
    }
    ReportFull(type, budget, limit, arc.parent);
    return true;
  };
  if (arc.path.GetElementCount() > budgets.max_namespace_depth)
    return refuse(ErrorType::kArcNamespaceDepthCapacityExceeded, "max_namespace_depth",
                  budgets.max_namespace_depth);
  if (depth > budgets.max_arc_depth)
    return refuse(ErrorType::kArcCapacityExceeded, "max_arc_depth", budgets.max_arc_depth);
  if (frame_depth_ >= budgets.max_nested_arcs)
    return refuse(ErrorType::kArcCapacityExceeded, "max_nested_arcs", budgets.max_nested_arcs);
  if (top.is_short_ && top.work_ >= kWorkOfShort)
    return refuse(ErrorType::kIndexCapacityExceeded, "max_full_prims_at_once",
                  budgets.max_full_prims_at_once);
  if (top.work_ >= budgets.max_nodes_made_per_prim)
    return refuse(ErrorType::kIndexCapacityExceeded, "max_nodes_made_per_prim",
                  budgets.max_nodes_made_per_prim);
  bool is_too_much = nodes >= budgets.max_nodes_per_prim;
  if (!is_too_much && !top.is_counted_ && top.work_ > kWorkBeforeCounting) {
    top.is_counted_ = true;
    is_too_much = WillExceedBudget();
  }
  return is_too_much &&
         refuse(ErrorType::kIndexCapacityExceeded, "max_nodes_per_prim", budgets.max_nodes_per_prim);
}

void Indexer::ReportFull(ErrorType type, const char* budget, uint64_t limit, uint32_t node) {
  Indexer& top = GetTop();
  if (top.budget_reported_) return;
  top.budget_reported_ = true;
  const Diagnostic why = MakeBudgetDiagnostic(budget, limit, {});
  AddError(
      type,
      fmt::format("Composition graph capacity exceeded at <{}>: {}", root_path_.GetString(), why.message),
      node, why.hint)
      .cause = budget;
}

}  // namespace strata::compose
