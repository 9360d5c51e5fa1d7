#include <algorithm>

#include <fmt/format.h>

#include "strata/compose/expression.h"
#include "strata/compose/indexer.h"

namespace strata::compose {

// Whether a site selects variants at a path at or above it. A silent one does where it had not yet been
// silenced: what is above the source of a relocate selects what is in it. What came below a prohibited site
// is gone.
bool Indexer::MaySelectAt(uint32_t number, Path path) const {
  const Node& node = graph_[number];
  if (node.Has(kNodeElided)) return false;
  return node.CanContributeSpecs() || path.GetElementCount() < node.restricted_depth;
}

void Indexer::EvaluateVariantSets(const Task& task) {
  if (!graph_[task.node].CanContributeSpecs()) return;
  const std::vector<Token> names =
      ComposeVariantSetNames(graph_.GetStack(task.node), graph_.GetSite(task.node), graph_[task.node].path);
  for (uint32_t i = 0; i < names.size(); ++i)
    AddTask({TaskType::kVariantAuthored, task.node, {}, names[i], i});
}

// Variant sets of what is above a site that was reached directly: their selections decide what is there.
void Indexer::EvaluateAncestralVariantSets(uint32_t node) {
  if (graph_[node].path.IsPrimVariantSelection()) return;
  const LayerStackPtr stack = pool_.GetStack(graph_[node].layer_stack);
  for (Path above = graph_[node].path.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
       above = above.GetParent()) {
    if (!MaySelectAt(node, above)) continue;
    NoteVisit(graph_[node].layer_stack, above, ArcType::kVariant);
    const LayerStack::Site site = stack->FindSite(above);
    if (site.fields & kSiteVariantSets) {
      const std::vector<Token> names = ComposeVariantSetNames(*stack, site, above);
      asks_above_ |= !names.empty();
      for (uint32_t i = 0; i < names.size(); ++i)
        AddTask({TaskType::kAncestralVariantAuthored, node, above, names[i], i});
    }
    if (above.IsPrimVariantSelection()) break;
  }
}

void Indexer::EvaluateVariant(const Task& task) {
  const Path path = task.set_path.IsEmpty() ? graph_[task.node].path : task.set_path;
  if (!MaySelectAt(task.node, path)) return;
  const Selection selection = FindSelection(task.node, path, task.variant_set);
  if (selection.found && !selection.name.IsEmpty()) return AddVariantArc(task, selection.name);
  Task later = task;
  later.type = task.type == TaskType::kVariantAuthored ? TaskType::kVariantFallback
                                                       : TaskType::kAncestralVariantFallback;
  AddTask(std::move(later));
}

void Indexer::EvaluateVariantFallback(const Task& task) {
  auto fallbacks = options_.variant_fallbacks.find(task.variant_set.GetString());
  if (fallbacks != options_.variant_fallbacks.end()) {
    const Path path = task.set_path.IsEmpty() ? graph_[task.node].path : task.set_path;
    const LayerStack& stack = graph_.GetStack(task.node);
    const std::vector<Token> names = ComposeVariantNames(stack, stack.FindSite(path), path, task.variant_set);
    for (const std::string& wanted : fallbacks->second) {
      auto found =
          std::find_if(names.begin(), names.end(), [&](Token name) { return name.GetText() == wanted; });
      if (found != names.end()) return AddVariantArc(task, *found);
    }
  }
  Task never = task;
  never.type =
      task.type == TaskType::kVariantFallback ? TaskType::kVariantNone : TaskType::kAncestralVariantNone;
  AddTask(std::move(never));
}

namespace {

// What in a new variant can bring selections: its own, and those of where its arcs lead.
constexpr uint32_t kBringsSelections =
    kSiteVariantSelection | kSiteReferences | kSitePayload | kSiteInherits | kSiteSpecializes;

}  // namespace

void Indexer::AddVariantArc(const Task& task, Token selection) {
  const Path node_path = graph_[task.node].path;
  const Path set_path = task.set_path.IsEmpty() ? node_path : task.set_path;
  const Path variant = set_path.AppendVariantSelection(task.variant_set, selection);
  if (variant.IsEmpty()) {
    AddError(ErrorType::kInvalidVariantSelection,
             fmt::format("Invalid variant selection {{{} = {}}} at {}.", task.variant_set.GetText(),
                         selection.GetText(), DescribeSite(graph_[task.node].layer_stack, set_path)),
             task.node, "Select a variant whose name has only letters, digits, '_', '|' and '-'.");
    return;
  }
  Arc arc{ArcType::kVariant, task.node, task.node, graph_[task.node].layer_stack,
          task.set_path.IsEmpty()
              ? variant
              : node_path.ReplacePrefix(set_path, variant, Path::TargetFix::kKeepTargets)};
  arc.sibling_number = task.set_number;
  arc.namespace_depth = CountNamespaceDepth(variant);
  ArcOptions options;
  options.include_ancestral = !task.set_path.IsEmpty();
  // What a class of the prim itself has in a variant above it is often there already, implied from within
  // that variant; of a class that has no say nothing is, nor of one that the namespace parent has.
  if (options.include_ancestral)
    for (uint32_t node = task.node; node != kNoNode; node = graph_[node].parent)
      options.skip_duplicates |= IsClassBased(graph_[node].arc) && graph_[node].CanContributeSpecs() &&
                                 graph_.GetDepthBelowIntroduction(node) == 0;
  const uint32_t added = AddArc(arc, options);
  if (added == kNoNode) return;
  const bool selects =
      (graph_.GetStack(added).FindSite(graph_.GetPathAtIntroduction(added)).fields & kBringsSelections) != 0;
  if (selects) RetryVariants();
}

// A new variant may bring selections: sets that were given a fallback's turn are asked again.
void Indexer::RetryVariants() {
  for (Task& task : tasks_by_strength_) {
    if (task.type == TaskType::kVariantFallback || task.type == TaskType::kVariantNone)
      task.type = TaskType::kVariantAuthored;
    if (task.type == TaskType::kAncestralVariantFallback || task.type == TaskType::kAncestralVariantNone)
      task.type = TaskType::kAncestralVariantAuthored;
  }
  std::make_heap(tasks_by_strength_.begin(), tasks_by_strength_.end(), LastFirst());
}

std::pair<uint32_t, Path> Indexer::MapOutwards(uint32_t node, Path path) const {
  Path there = path.StripAllVariantSelections();
  for (uint32_t parent = graph_[node].parent; parent != kNoNode; parent = graph_[node].parent) {
    const Path outside = graph_.GetMapToParent(node).MapSourceToTarget(there);
    if (outside.IsEmpty()) break;
    there = outside;
    node = parent;
  }
  return {node, there};
}

// The strongest selection for a set at `path` of `node`, from anywhere in the index that knows this prim.
Indexer::Selection Indexer::FindSelection(uint32_t node, Path path, Token variant_set) {
  const auto [top, there] = MapOutwards(node, path);
  if (graph_.GetSize() > kFewNodes && HasSelectionIndex(top, there))
    return FindIndexedSelection(top, there, variant_set);
  // What has been selected once stays, also for a set of the same name inside the variant.
  const Selection prior = FindSelectionAt(top, there, variant_set, &Indexer::ReadPriorSelection);
  return prior.found ? prior : FindSelectionAt(top, there, variant_set, &Indexer::ReadSelection);
}

Indexer::Selection Indexer::FindSelectionAt(uint32_t top, Path path, Token variant_set,
                                            SelectionReader read) {
  // Strongest first; below a node that cannot name the prim nobody can.
  std::vector<std::pair<uint32_t, Path>> pending{{top, path}};
  while (!pending.empty()) {
    auto [node, there] = pending.back();
    pending.pop_back();
    const Selection selection = (this->*read)(node, there, variant_set);
    if (selection.found) return selection;
    const std::vector<uint32_t> children = graph_.GetChildren(node);
    for (auto child = children.rbegin(); child != children.rend(); ++child) {
      const Path inside = graph_.GetMapToParent(*child).MapTargetToSource(there);
      if (!inside.IsEmpty()) pending.emplace_back(*child, inside);
    }
  }
  return {};
}

Indexer::Selection Indexer::ReadPriorSelection(uint32_t number, Path path, Token variant_set) {
  ++selection_reads_;
  if (graph_[number].arc != ArcType::kVariant) return {};
  const Path variant = graph_.GetPathAtIntroduction(number);
  if (variant.GetVariantSet() != variant_set || variant.GetPrimPath() != path) return {};
  return {variant.GetVariantSelection(), true};
}

// The selections of a variant belong to the path of what is asked for too. A class beside a prim in a variant
// is in that variant itself, and reads what is selected outside.
Path Indexer::GetSiteInVariants(uint32_t number, Path path) const {
  const Node& node = graph_[number];
  if (node.arc != ArcType::kVariant) return path;
  for (Path prefix = node.path; !prefix.IsEmpty() && !prefix.IsAbsoluteRoot(); prefix = prefix.GetParent()) {
    const Path plain = prefix.StripAllVariantSelections();
    if (path.HasPrefix(plain)) return path.ReplacePrefix(plain, prefix, Path::TargetFix::kKeepTargets);
  }
  return path;
}

Indexer::Selection Indexer::ReadSelection(uint32_t number, Path path, Token variant_set) {
  ++selection_reads_;
  const Node& node = graph_[number];
  const Path site_path = GetSiteInVariants(number, path);
  const LayerStackPtr& stack = pool_.GetStack(node.layer_stack);
  if (!MaySelectAt(number, path)) return {};
  NoteSelectionSite(number, site_path);
  NoteVisit(node.layer_stack, site_path, ArcType::kVariant);
  const LayerStack::Site site = stack->FindSite(site_path);
  if (!(site.fields & kSiteVariantSelection)) return {};
  const std::string set_name = variant_set.GetString();
  for (uint32_t entry : site.layers) {
    const layer::Layer& layer = *stack->GetEntries()[entry].layer;
    auto* selections =
        layer.GetFieldAs<VariantSelectionMap>(site_path, layer::GetFieldNames().variantSelection);
    if (!selections) continue;
    auto found = selections->find(set_name);
    if (found == selections->end()) continue;
    EvaluatedText evaluated = EvaluateText(found->second, stack->GetExpressionVariables());
    NoteVariables(node.layer_stack, evaluated.used_variables);
    if (evaluated.errors.empty()) return {Token(evaluated.text), true};
    for (const std::string& why : evaluated.errors) {
      std::string message = fmt::format("Error evaluating expression {} for variant at {} in @{}@: {}",
                                        found->second, site_path.GetString(), layer.GetIdentifier(), why);
      AddError(ErrorType::kVariableExpressionError, std::move(message), number,
               "Mend the expression, or define the variables it uses in the root layer.");
    }
  }
  return {};
}

}  // namespace strata::compose
