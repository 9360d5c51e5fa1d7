#include "strata/compose/indexer.h"

#include <algorithm>

namespace strata::compose {

Indexer::Indexer(IndexEnvironment& environment, const Frame* frame, CompositionErrors& errors, Path root_path)
    : environment_(environment),
      pool_(environment.GetPool()),
      options_(environment.GetOptions()),
      frame_(frame),
      errors_(errors),
      root_path_(root_path),
      visits_(frame ? frame->outer->visits_ : nullptr),
      graph_(environment.GetPool(), environment.GetOptions().mode),
      frame_depth_(frame ? frame->outer->frame_depth_ + 1 : 0) {}

std::shared_ptr<IndexGraph> Indexer::Compute(IndexEnvironment& environment,
                                             const std::shared_ptr<IndexPool>& pool, const Request& request) {
  CompositionErrors errors;
  Indexer indexer(environment, nullptr, errors, request.path);
  indexer.culling_ = request.culling;
  indexer.visits_ = request.visits;
  indexer.is_short_ = environment.AreIndicesShort();
  if (request.parent) {
    indexer.BeginFromParent(*request.parent, request.path);
  } else {
    indexer.graph_.Reset(environment.GetRootStackNumber(), request.path);
    const bool has_arcs = !request.path.IsAbsoluteRoot() && request.arcs == Arcs::kFollow;
    if (has_arcs) indexer.AddTasksForAll();
  }
  indexer.RunTasks();
  indexer.CheckTargets();
  return indexer.Finish(pool);
}

void Indexer::BeginFromParent(const PrimIndex& parent, Path path) {
  graph_.Reset(parent.CopyNodes());
  graph_.DescendTo(path.GetNameToken());
  const bool is_below_instance = parent.IsInstanceable() && options_.HasInstances();
  if (is_below_instance) MakeUninstanceableInert(parent);
  instances_above_ = parent.GetGraph()->instances_above << 1 | uint64_t{is_below_instance};
  AfterDescent();
}

void Indexer::NoteVisits() {
  if (!visits_) return;
  for (uint32_t i = 0; i < graph_.GetSize(); ++i)
    NoteVisit(graph_[i].layer_stack, graph_[i].path, i == 0 ? frame_->arc : graph_[i].arc);
}

void Indexer::BuildSite(uint32_t layer_stack, Path path, bool contributes) {
  // Ancestors down from the root prim, or from the variant that holds the prim: what lies above a variant has
  // been seen to by whoever selected it.
  std::vector<Path> levels;
  for (Path level = path; !level.IsEmpty() && !level.IsAbsoluteRoot(); level = level.GetParent()) {
    levels.push_back(level);
    if (level.IsPrimVariantSelection()) break;
  }
  if (levels.empty()) levels.push_back(path);
  graph_.Reset(layer_stack, levels.back());
  for (size_t i = levels.size(); i-- > 0;) {
    const bool is_last = i == 0;
    if (i + 1 != levels.size()) {
      for (Unresolved& open : unresolved_) open.is_above = true;
      has_payloads_ = false;
      CountWork(graph_.GetSize(), levels[i]);
      DescendTo(levels[i].GetNameToken());
    }
    NoteVisits();
    is_above_target_ = !is_last;
    if (is_last && !contributes) graph_[0].MakeInert(graph_[0].path.GetElementCount());
    if (i + 1 == levels.size()) {
      if (!is_last || frame_->arc != ArcType::kRelocate) FindProhibited();
      if (prohibited_source_.IsEmpty()) AddTasksForAll();
    } else {
      AfterDescent();
    }
    RunTasks();
    if (prohibited_source_.IsEmpty()) continue;
    // What its ancestors brought stays, silent: the classes in it are implied further out all the same.
    for (uint32_t node = 0; node < graph_.GetSize(); ++node) {
      if (node != 0) graph_[node].Set(kNodeElided, true);
      graph_[node].MakeInert(graph_[node].path.GetElementCount());
    }
    while (i-- > 0) graph_.DescendTo(levels[i].GetNameToken());
    return;
  }
}

void Indexer::AfterDescent() {
  FindProhibited();
  if (prohibited_source_.IsEmpty()) return AddTasksForAll();
  // No scene has this prim; who asks for it all the same, as for a target, gets an index that says nothing.
  if (!IsTop()) return;
  ElideSubtree(0);
  graph_[0].Set(kNodeCulled, false);
  graph_[0].Set(kNodeElided, false);
}

namespace {

template <class Task>
struct HeapOrder {
  // std heaps keep the largest in front; the task to do first is the "largest".
  bool operator()(const Task& a, const Task& b) const {
    if (a.type != b.type) return a.type > b.type;
    return a.node > b.node;
  }
};

}  // namespace

bool Indexer::IsBefore(const Task& a, const Task& b) const {
  if (a.type != b.type) return a.type < b.type;
  if (a.node != b.node) {
    // Classes are implied outwards: those of all that is below an instance before its own.
    if (a.type == TaskType::kImpliedClasses && graph_.IsBelow(a.node, b.node)) return true;
    if (a.type == TaskType::kImpliedClasses && graph_.IsBelow(b.node, a.node)) return false;
    return graph_.CompareStrength(a.node, b.node) < 0;
  }
  const uint32_t depth_a = a.set_path.GetElementCount(), depth_b = b.set_path.GetElementCount();
  if (depth_a != depth_b) return depth_a < depth_b;
  if (a.set_number != b.set_number) return a.set_number < b.set_number;
  return a.number < b.number;
}

void Indexer::AddTask(Task task) {
  switch (task.type) {
    case TaskType::kImpliedSpecializes:
      if (!implied_.emplace(task.type, task.node).second) return;
      break;
    case TaskType::kImpliedClasses:
      if (!implied_.emplace(task.type, task.node).second) return;
      [[fallthrough]];
    case TaskType::kAncestralVariantAuthored:
    case TaskType::kAncestralVariantFallback:
    case TaskType::kVariantAuthored:
    case TaskType::kVariantFallback:
    case TaskType::kAncestralVariantNone:
    case TaskType::kVariantNone:
    case TaskType::kAncestralDynamicPayloads:
    case TaskType::kDynamicPayloads:
      task.number = next_task_++;
      tasks_by_strength_.push_back(std::move(task));
      std::push_heap(tasks_by_strength_.begin(), tasks_by_strength_.end(), LastFirst());
      return;
    default:
      break;
  }
  tasks_.push_back(std::move(task));
  std::push_heap(tasks_.begin(), tasks_.end(), HeapOrder<Task>());
}

void Indexer::AddTasksFor(uint32_t number) {
  const Node& node = graph_[number];
  if (node.Has(kNodeCulled)) return;
  const LayerStack& stack = graph_.GetStack(number);
  if (node.CanContributeSpecs() && stack.HasRelocates() && !stack.FindRelocateSource(node.path).IsEmpty())
    AddTask({TaskType::kRelocations, number, {}, {}, 0});
  if (node.arc == ArcType::kRelocate && !node.Has(kNodeDueToAncestor) && node.Has(kNodeNew))
    AddTask({TaskType::kImpliedRelocations, number, {}, {}, 0});
  if (node.CanContributeSpecs() && node.Has(kNodeHasSpecs)) {
    const uint32_t fields = graph_.GetSite(number).fields;
    if (fields & kSiteReferences) AddTask({TaskType::kReferences, number, {}, {}, 0});
    if (fields & kSitePayload) AddTask({TaskType::kPayloads, number, {}, {}, 0});
    if (fields & kSiteInherits) AddTask({TaskType::kInherits, number, {}, {}, 0});
    if (fields & kSiteSpecializes) AddTask({TaskType::kSpecializes, number, {}, {}, 0});
    if (IsTop() && (fields & kSiteVariantSets)) AddTask({TaskType::kVariantSets, number, {}, {}, 0});
  }
}

// The instance of the hierarchy of classes that `node` is in implies it further out. Where that is a class
// itself, it does so only for what lies in it and has another path there; else the instance of its own
// hierarchy does, and at the source of a relocate in any case.
void Indexer::AddImpliedClassTask(uint32_t node) {
  uint32_t first = FindFirstClass(node), instance = GetIntroducing(first);
  while (IsClassBased(graph_[instance].arc)) {
    const uint32_t arc = graph_.GetPlaceholder(instance);
    const Path path = graph_[first].path.StripAllVariantSelections();
    const Path outside = graph_.GetMapToParent(arc).AddRootIdentity().MapSourceToTarget(path);
    const Path introduced = graph_.GetPathAtIntroduction(arc).StripAllVariantSelections();
    if (!outside.IsEmpty() && outside != path && path.HasPrefix(introduced)) {
      if (GetArcTo(graph_[arc].parent) != ArcType::kRelocate) break;
      AddTask({TaskType::kImpliedClasses, arc, {}, {}, 0});
    }
    first = FindFirstClass(instance);
    instance = GetIntroducing(first);
  }
  AddTask({TaskType::kImpliedClasses, graph_.GetPlaceholder(instance), {}, {}, 0});
}

void Indexer::AddTasksForAll() {
  for (uint32_t number = 0; number < graph_.GetSize(); ++number) AddTasksFor(number);
}

// The arcs of sites in an attached subtree have been followed by the frame that made it; what is left is to
// imply its classes further out, those of the attached prim alone, and, at the top, to look at variants:
// those of the sites and of what is above them.
void Indexer::AddTasksForAttached(uint32_t top) {
  const Node& attached = graph_[top];
  bool has_placeholder = false, has_class = false;
  for (uint32_t number : graph_.GetSubtree(top)) {
    const Node& node = graph_[number];
    const bool is_placeholder = IsPlaceholder(node.arc, node.parent);
    has_placeholder |= is_placeholder;  // also what a relocate took away
    has_class |= node.parent == top && IsClassBased(node.arc);
    if (node.Has(kNodeCulled)) continue;
    if (node.arc == ArcType::kRelocate && !node.Has(kNodeDueToAncestor))
      AddTask({TaskType::kImpliedRelocations, number, {}, {}, 0});
    if (!IsTop()) continue;
    AddTask({TaskType::kAncestralVariantSets, number, {}, {}, 0});
    if (node.CanContributeSpecs() && (graph_.GetSite(number).fields & kSiteVariantSets))
      AddTask({TaskType::kVariantSets, number, {}, {}, 0});
  }
  // What is further in has been implied up to the attached prim already. At the top a placeholder waits for
  // what stands for it below the root.
  if (IsClassBased(attached.arc)) {
    if (!(IsTop() && IsPlaceholder(attached.arc, attached.parent)) && !graph_.IsPropagated(top))
      AddImpliedClassTask(top);
  } else if (has_class) {
    AddTask({TaskType::kImpliedClasses, top, {}, {}, 0});
  }
  if (IsTop() && has_placeholder) AddTask({TaskType::kImpliedSpecializes, top, {}, {}, 0});
}

void Indexer::RunTasks() {
  while (true) {
    if (GetTop().is_full_) {  // what is left could only be refused, arc by arc
      tasks_.clear();
      tasks_by_strength_.clear();
      implied_.clear();
      return;
    }
    // The order of what waits stays as it is while the graph grows: nodes keep their places.
    const bool has_strongest = !tasks_by_strength_.empty();
    if (tasks_.empty() && !has_strongest) return;
    Task task;
    if (!tasks_.empty() && (!has_strongest || tasks_.front().type < tasks_by_strength_.front().type)) {
      std::pop_heap(tasks_.begin(), tasks_.end(), HeapOrder<Task>());
      task = std::move(tasks_.back());
      tasks_.pop_back();
    } else {
      std::pop_heap(tasks_by_strength_.begin(), tasks_by_strength_.end(), LastFirst());
      task = std::move(tasks_by_strength_.back());
      tasks_by_strength_.pop_back();
    }
    Run(task);
  }
}

void Indexer::Run(const Task& task) {
  switch (task.type) {
    case TaskType::kRelocations:
      return EvaluateRelocations(task.node);
    case TaskType::kImpliedRelocations:
      return EvaluateImpliedRelocations(task.node);
    case TaskType::kReferences:
      return EvaluateReferences(task.node);
    case TaskType::kPayloads:
      return EvaluatePayloads(task.node);
    case TaskType::kInherits:
      return EvaluateClasses(task.node, ArcType::kInherit);
    case TaskType::kSpecializes:
      return EvaluateClasses(task.node, ArcType::kSpecialize);
    case TaskType::kImpliedClasses:
      implied_.erase({task.type, task.node});
      return EvaluateImpliedClasses(task.node);
    case TaskType::kImpliedSpecializes:
      implied_.erase({task.type, task.node});
      return EvaluateImpliedSpecializes(task.node);
    case TaskType::kAncestralVariantSets:
      return EvaluateAncestralVariantSets(task.node);
    case TaskType::kVariantSets:
      return EvaluateVariantSets(task);
    case TaskType::kAncestralVariantAuthored:
    case TaskType::kVariantAuthored:
      return EvaluateVariant(task);
    case TaskType::kAncestralVariantFallback:
    case TaskType::kVariantFallback:
      return EvaluateVariantFallback(task);
    case TaskType::kAncestralVariantNone:
    case TaskType::kVariantNone:
      return;
    case TaskType::kAncestralDynamicPayloads:
    case TaskType::kDynamicPayloads:
      return EvaluateDynamicPayloads(task);
  }
}

}  // namespace strata::compose
