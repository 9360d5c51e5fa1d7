#include <fmt/format.h>

#include "strata/compose/indexer.h"

namespace strata::compose {

namespace {

// How a trail tells an arc: followed, and refused.
std::string_view GetFollowedPhrase(ArcType arc) {
  switch (arc) {
    case ArcType::kInherit:
      return "inherits from:";
    case ArcType::kVariant:
      return "uses variant:";
    case ArcType::kRelocate:
      return "is relocated from:";
    case ArcType::kReference:
      return "references:";
    case ArcType::kPayload:
      return "gets payload from:";
    case ArcType::kSpecialize:
      return "specializes:";
    case ArcType::kRoot:
      break;
  }
  return "refers to:";
}

// Of a longer trail the middle is left out: a prim may have a thousand errors.
constexpr size_t kMostStepsTold = 64;

}  // namespace

std::string_view GetRefusedPhrase(ArcType arc) {
  switch (arc) {
    case ArcType::kInherit:
      return "CANNOT inherit from:";
    case ArcType::kVariant:
      return "CANNOT use variant:";
    case ArcType::kRelocate:
      return "CANNOT be relocated from:";
    case ArcType::kReference:
      return "CANNOT reference:";
    case ArcType::kPayload:
      return "CANNOT get payload from:";
    case ArcType::kSpecialize:
      return "CANNOT specialize:";
    case ArcType::kRoot:
      break;
  }
  return "CANNOT refer to:";
}

CompositionError& Indexer::AddError(ErrorType type, std::string message, uint32_t node, std::string hint) {
  SourceLocation location;
  location.file = graph_.GetStack(node).GetRootLayer()->GetIdentifier();
  location.path = graph_[node].path.GetString();
  CompositionError error{
      type, root_path_,
      Diagnostic(GetErrorCode(type), std::move(message), std::move(location), std::move(hint))};
  if (!HasRoomForErrors()) {
    ++GetTop().errors_not_told_;
    return error_not_told_ = std::move(error);
  }
  errors_.push_back(std::move(error));
  return errors_.back();
}

void Indexer::ReportErrorsNotTold() {
  if (errors_not_told_ == 0) return;
  const uint32_t limit = options_.budgets.max_errors_per_prim;
  Diagnostic why = MakeBudgetDiagnostic(
      "max_errors_per_prim", limit,
      {graph_.GetStack(0).GetRootLayer()->GetIdentifier(), graph_[0].path.GetString(), 0, 0, 0});
  why.code = &GetErrorCode(ErrorType::kIndexCapacityExceeded);
  why.message = fmt::format("{} more errors at <{}> are not told: {}", errors_not_told_,
                            root_path_.GetString(), why.message);
  errors_.push_back({ErrorType::kIndexCapacityExceeded, root_path_, std::move(why), "max_errors_per_prim"});
}

std::string Indexer::DescribeSite(uint32_t layer_stack, Path path) const {
  return fmt::format("@{}@<{}>", pool_.GetStack(layer_stack)->GetRootLayer()->GetIdentifier(),
                     path.GetString());
}

// The arc alone, without the way to it: the same wherever it is met.
std::string Indexer::DescribeRefusedArc(const Arc& arc) const {
  const Node& parent = graph_[arc.parent];
  const bool is_asked_for = parent.parent == kNoNode && frame_;
  return fmt::format("{} {} {}",
                     is_asked_for ? DescribeSite(frame_->layer_stack, frame_->path)
                                  : DescribeSite(parent.layer_stack, parent.path),
                     GetRefusedPhrase(arc.type), DescribeSite(arc.layer_stack, arc.path));
}

// The way from the prim asked for to `arc`, which is refused. Each frame asks for a site that its graph may
// not have reached yet; the trail tells sites as they were asked for.
std::string Indexer::DescribeTrail(const Arc& arc, std::vector<DiagnosticNote>* notes) const {
  struct Step {
    ArcType arc;
    uint32_t stack;
    Path path;
  };
  std::vector<Step> steps;
  auto add = [&](ArcType type, uint32_t stack, Path path) { steps.push_back({type, stack, path}); };
  add(arc.type, arc.layer_stack, arc.path);
  uint32_t node = arc.parent;
  for (const Indexer* indexer = this;; indexer = indexer->frame_->outer) {
    for (; indexer->graph_[node].parent != kNoNode; node = indexer->graph_[node].parent)
      add(indexer->graph_[node].arc, indexer->graph_[node].layer_stack, indexer->graph_[node].path);
    if (!indexer->frame_) {
      add(ArcType::kRoot, indexer->graph_[node].layer_stack, indexer->graph_[node].path);
      break;
    }
    add(indexer->frame_->arc, indexer->frame_->layer_stack, indexer->frame_->path);
    node = indexer->frame_->parent_node;
  }
  std::string text;
  if (notes) text = "Cycle detected:\n";
  const size_t count = steps.size();
  for (size_t i = count; i-- > 0;) {
    if (count > kMostStepsTold && i + 1 + kMostStepsTold / 2 == count) {
      const size_t left_out = count - kMostStepsTold;
      text += fmt::format("... {} more arcs ...\n", left_out);
      if (notes) notes->push_back({fmt::format("over {} more arcs", left_out), {}});
      i -= left_out;
    }
    const Step& step = steps[i];
    if (step.arc != ArcType::kRoot) {
      const bool is_refused = i == 0;
      std::string_view phrase = is_refused ? GetRefusedPhrase(step.arc) : GetFollowedPhrase(step.arc);
      text += fmt::format("{}{}\n", i + 2 < steps.size() ? "which " : "", phrase);
    }
    text += DescribeSite(step.stack, step.path) + "\n";
    if (notes) {
      SourceLocation location;
      location.file = pool_.GetStack(step.stack)->GetRootLayer()->GetIdentifier();
      location.path = step.path.GetString();
      notes->push_back(
          {step.arc == ArcType::kRoot ? "composing" : fmt::format("over {}", GetArcName(step.arc)),
           location});
    }
  }
  return text;
}

}  // namespace strata::compose
