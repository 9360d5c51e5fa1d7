#include <algorithm>

#include <fmt/format.h>

#include "strata/compose/indexer.h"

namespace strata::compose {

bool Indexer::IsClassPath(uint32_t node, ArcType type, Path target) {
  if (target.IsAbsolute() && target.IsPrim() && !target.ContainsPrimVariantSelection()) return true;
  AddError(ErrorType::kInvalidPrimPath,
           fmt::format("Invalid {} path <{}> introduced by {}-- must be an absolute prim path with no "
                       "variant selections.",
                       GetArcName(type), target.GetString(),
                       DescribeSite(graph_[node].layer_stack, graph_[node].path)),
           node, "Name the prim itself.");
  return false;
}

void Indexer::EvaluateClasses(uint32_t node, ArcType type) {
  if (!graph_[node].CanContributeSpecs()) return;
  const layer::FieldNames& names = layer::GetFieldNames();
  const Path site_path = graph_[node].path;
  const std::vector<PathArcItem> items =
      ComposePaths(graph_.GetStack(node), graph_.GetSite(node), site_path,
                   type == ArcType::kInherit ? names.inheritPaths : names.specializes);
  for (uint32_t i = 0; i < items.size(); ++i) {
    const Path target = items[i].path;
    if (!IsClassPath(node, type, target)) continue;
    const MapFunction map = MakeArcMap(target, node, {}).AddRootIdentity();
    AddClassArc(type, node, node, target, map, i, CountNamespaceDepth(site_path), nullptr);
  }
}

// Whether a child of the prim that has the class stands for it already: what is at the site of the class,
// however it came there. At the source of a relocate it is the class that the same map leads to, from
// something as far below its introduction, wherever that class is: what was moved and what moved it there
// are said in one namespace.
bool Indexer::StandsFor(uint32_t known, const Arc& arc) const {
  const Node& node = graph_[known];
  if (GetArcTo(arc.parent) != ArcType::kRelocate)
    return node.path == arc.path && node.layer_stack == arc.layer_stack;
  return node.arc == arc.type && node.map_to_parent == arc.map_to_parent &&
         graph_.GetDepthBelowIntroduction(node.origin) == graph_.GetDepthBelowIntroduction(arc.origin);
}

uint32_t Indexer::AddClassArc(ArcType type, uint32_t parent, uint32_t origin, Path class_path,
                              const MapFunction& map, uint32_t sibling_number, uint32_t namespace_depth,
                              const Node* ignored_site) {
  if (IsTop()) NoteAskedSite(class_path);
  Arc arc{type, parent, origin, graph_[parent].layer_stack, class_path};
  arc.map_to_parent = pool_.InternMap(map);
  arc.sibling_number = sibling_number;
  arc.namespace_depth = namespace_depth;
  // An implied class at the very site that implies it would say everything twice.
  const bool says_the_same =
      ignored_site && ignored_site->path == class_path && ignored_site->layer_stack == arc.layer_stack;
  const bool is_placeholder = IsPlaceholder(type, parent);
  ArcOptions options;
  options.contributes = !says_the_same && !is_placeholder;
  options.include_ancestral = options.contributes && !class_path.IsRootPrim();
  options.skip_duplicates = options.contributes;
  // One class of a prim is said once. Of several places that imply a specialize the strongest counts, even
  // where that has nothing to say here; placeholders say nothing, so any of them does. What a class brings
  // cannot be stronger than that class.
  for (uint32_t known : graph_.GetChildren(parent)) {
    if (!StandsFor(known, arc)) continue;
    const Node& node = graph_[known];
    if (type == ArcType::kInherit || node.arc != type || is_placeholder || !ignored_site ||
        graph_.IsBelow(graph_.GetOriginRoot(origin).first, known) ||
        graph_.CompareStrengthAnew(origin, node.origin) >= 0)
      return known;
    Silence(known);
  }
  const uint32_t added = AddArc(arc, options);
  if (added == kNoNode || !is_placeholder || !IsTop()) return added;
  // Who brought a class that something else says already does not bring the classes of that.
  if (FindSaidAtRoot(added) == kNoNode && !PropagateToRoot(added)) return kNoNode;
  AddImpliedClassTask(added);
  return added;
}

void Indexer::Silence(uint32_t top) {
  for (uint32_t node : graph_.GetSubtree(top)) graph_[node].MakeInert(graph_[node].path.GetElementCount());
}

// The first class of the hierarchy that `node`, a class, is in: classes of classes introduced at one prim.
// What it is a class of is their instance. A specialize that is followed below the root stands there for a
// prim as far down as the one asked for; the place where it is written may be further up.
uint32_t Indexer::FindFirstClass(uint32_t node) const {
  node = graph_.GetPlaceholder(node);
  const uint32_t asked = node, depth = graph_.GetDepthBelowIntroduction(node);
  first_classes_.resize(graph_.GetSize(), kNoNode);
  while (first_classes_[node] == kNoNode) {
    const uint32_t above = graph_.GetPlaceholder(GetIntroducing(node));
    if (!IsClassBased(graph_[above].arc) || graph_.GetDepthBelowIntroduction(above) != depth)
      first_classes_[node] = node;
    else
      node = above;
  }
  return first_classes_[asked] = first_classes_[node];
}

void Indexer::EvaluateImpliedClasses(uint32_t node) {
  const uint32_t parent = graph_[node].parent;
  if (parent == kNoNode) return;
  ImplyClasses(parent, node, graph_.GetMapToParent(node).AddRootIdentity(), 0);
  // Past the source of a relocate all that is below it is implied anew: now what stands for a specialize may
  // have classes for its place.
  if (graph_[parent].arc == ArcType::kRelocate) AddTask({TaskType::kImpliedClasses, parent, {}, {}, 0});
}

namespace {

// What is next to a prim inside a variant is looked for inside that variant: the innermost alone.
Path MoveIntoVariant(Path path, Path site) {
  if (!site.ContainsPrimVariantSelection()) return path;
  while (!site.IsPrimVariantSelection()) site = site.GetParent();
  const Path plain = site.StripAllVariantSelections();
  if (path == plain || !path.HasPrefix(plain)) return path;
  return path.ReplacePrefix(plain, site, Path::TargetFix::kKeepTargets);
}

}  // namespace

// Gives `destination` the classes of `source` as seen through `transfer`, and the classes of these.
void Indexer::ImplyClasses(uint32_t destination, uint32_t source, const MapFunction& transfer, int depth) {
  if (depth > static_cast<int>(options_.budgets.max_arc_depth) || CountRounds(1)) return;
  // The source of a relocate is no place for classes of what is below it.
  if (graph_[destination].arc == ArcType::kRelocate) {
    const MapFunction onward = graph_.GetMapToParent(destination).AddRootIdentity().Compose(transfer);
    ImplyClasses(graph_[destination].parent, source, onward, depth);
    return;
  }
  const uint32_t propagated = FindPropagated(source);
  for (uint32_t child : graph_.GetChildren(propagated == kNoNode ? source : propagated)) {
    const Node from = graph_[child];
    if (!IsClassBased(from.arc)) continue;
    // Classes that came with the instance, itself a class, are part of its own hierarchy.
    if (depth == 0 && IsClassBased(graph_[source].arc) &&
        graph_.GetDepthBelowIntroduction(child) == graph_.GetDepthBelowIntroduction(source))
      continue;
    const MapFunction& class_map = graph_.GetMapToParent(child);
    MapFunction map = transfer.IsIdentity() ? class_map : MapFunction::ImpliedClass(transfer, class_map);
    map = map.ComposeOffset(map.GetTimeOffset().GetInverse());  // classes are of one stack: no retiming
    // A relocate may lead to where the class is: nothing new is implied there, but what is known to stand for
    // the class is followed.
    const Path plain_path = transfer.MapSourceToTarget(from.path.StripAllVariantSelections());
    const Path class_path =
        plain_path.IsEmpty() ? Path() : MoveIntoVariant(plain_path, graph_[destination].path);
    const uint32_t stack = graph_[destination].layer_stack;
    uint32_t implied = kNoNode;
    for (uint32_t known : graph_.GetChildren(destination)) {
      const Node& node = graph_[known];
      const bool stands_for_child = class_path.IsEmpty()
                                        ? node.origin == child
                                        : node.path == class_path && graph_.GetMapToParent(known) == map;
      if (node.arc == from.arc && node.layer_stack == stack && stands_for_child &&
          (node.arc == ArcType::kInherit || (node.origin == child && !graph_.IsPropagated(known)))) {
        implied = known;
        break;
      }
    }
    const size_t known_count = graph_.GetSize();
    if (implied == kNoNode && class_path.IsEmpty()) continue;
    if (implied == kNoNode)
      implied = AddClassArc(from.arc, destination, child, class_path, map, from.sibling_number,
                            CountNamespaceDepth(graph_[destination].path), &from);
    if (implied == kNoNode) continue;
    // What is new goes on at what stands for the class below the root, whoever brought that there.
    const bool is_new = implied >= known_count;
    uint32_t followed =
        is_new && IsPlaceholder(from.arc, destination) ? FindSaidAtRoot(implied) : FindPropagated(implied);
    if (followed == kNoNode) followed = implied;
    ImplyClasses(followed, child, transfer, depth + 1);
  }
}

}  // namespace strata::compose
