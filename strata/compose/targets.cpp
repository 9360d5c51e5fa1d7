#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "strata/compose/compose.h"

namespace strata::compose {

namespace {

using layer::SpecType;

class TargetComposer {
 public:
  TargetComposer(Cache& cache, const PrimIndex& index, Token name, Cache::Targets which, TargetList& result)
      : cache_(cache),
        index_(index),
        name_(name),
        which_(which),
        result_(result),
        first_error_(result.errors.size()) {}

  void Add(const PropertySite& site) {
    const layer::FieldNames& names = layer::GetFieldNames();
    const bool wants_connections = which_ == Cache::Targets::kConnections;
    auto* op = site.entry->layer->GetFieldAs<PathListOp>(
        site.path, wants_connections ? names.connectionPaths : names.targetPaths);
    if (!op) return;
    // An explicit list leaves nothing of weaker ones, their faults included.
    if (op->is_explicit) DropErrors([](Path) { return true; });
    PathListOp mapped;
    mapped.is_explicit = op->is_explicit;
    auto map_all = [&](const PathVector& from, PathVector& to, bool is_deletion) {
      for (Path target : from) {
        const Path path = Translate(site, target, is_deletion);
        if (!path.IsEmpty() && std::find(to.begin(), to.end(), path) == to.end()) to.push_back(path);
      }
    };
    // Nor does a deletion leave the faults of what it deletes.
    map_all(op->deleted_items, mapped.deleted_items, true);
    DropErrors([&](Path target) {
      const PathVector& deleted = mapped.deleted_items;
      return std::find(deleted.begin(), deleted.end(), target) != deleted.end();
    });
    map_all(op->explicit_items, mapped.explicit_items, false);
    map_all(op->added_items, mapped.added_items, false);
    map_all(op->prepended_items, mapped.prepended_items, false);
    map_all(op->appended_items, mapped.appended_items, false);
    map_all(op->ordered_items, mapped.ordered_items, false);
    if (mapped.is_explicit) deleted_.clear();
    deleted_.insert(deleted_.end(), mapped.deleted_items.begin(), mapped.deleted_items.end());
    mapped.ApplyTo(result_.targets);
  }

  void Finish() { result_.deleted = std::move(deleted_); }

 private:
  const char* GetTargetName() const {
    return which_ == Cache::Targets::kConnections ? "attribute connection" : "relationship target";
  }

  // About `path` in the scene; empty where it is not there.
  void AddError(ErrorType type, std::string message, const PropertySite& site, std::string hint, Path path) {
    faulty_.push_back(path);
    SourceLocation location;
    location.file = site.entry->layer->GetIdentifier();
    location.path = site.path.GetString();
    result_.errors.push_back({type, index_.GetPath(),
                              Diagnostic(GetErrorCode(type), std::move(message), location, std::move(hint))});
  }

  template <class IsDropped>
  void DropErrors(IsDropped&& is_dropped) {
    size_t kept = 0;
    for (size_t i = 0; i < faulty_.size(); ++i) {
      if (is_dropped(faulty_[i])) continue;
      if (kept != i) {
        faulty_[kept] = faulty_[i];
        result_.errors[first_error_ + kept] = std::move(result_.errors[first_error_ + i]);
      }
      ++kept;
    }
    faulty_.resize(kept);
    result_.errors.erase(result_.errors.begin() + static_cast<ptrdiff_t>(first_error_ + kept),
                         result_.errors.end());
  }

  Path Translate(const PropertySite& site, Path authored, bool is_deletion) {
    const Path target = authored.MakeAbsolute(site.path.GetPrimPath().StripAllVariantSelections())
                            .StripAllVariantSelections();
    if (target.IsEmpty()) return Path();
    const std::string start =
        fmt::format("The {} <{}> from <{}> in layer @{}@ ", GetTargetName(), target.GetString(),
                    site.path.GetString(), site.entry->layer->GetIdentifier());
    const Path path = site.node.GetMapToRoot().MapSourceToTarget(target);
    if (path.IsEmpty()) {
      if (!is_deletion) AddExternalError(start, target, site);
      return Path();
    }
    if (!is_deletion && IsInstance(target, path, site.node)) {
      AddError(ErrorType::kInvalidInstanceTargetPath,
               start + "is authored in a class but refers to an instance of that class.  Ignoring.", site,
               "Name something in the class: each instance then has its own.", path);
      return Path();
    }
    if (!is_deletion && cache_.GetOptions().mode == CompositionMode::kFull) {
      const Fault fault = FindFaultBelow(target, path, site.node);
      if (fault != Fault::kNone) {
        AddFault(fault, start, target, path, site);
        return Path();
      }
    }
    return path;
  }

  enum class Fault : uint8_t { kNone, kRelocated, kPrivate };

  void AddFault(Fault fault, const std::string& start, Path target, Path path, const PropertySite& site) {
    if (fault == Fault::kRelocated)
      return AddError(ErrorType::kInvalidTargetPath,
                      start +
                          "is invalid.  This may be because the path is the pre-relocated source path of a "
                          "relocated prim.  Ignoring.",
                      site, "Name where the prim was relocated to.", path);
    AddError(
        ErrorType::kTargetPermissionDenied,
        fmt::format(
            "The {} <{}> from <{}> in layer @{}@ targets an object that is private on the far side of "
            "a reference or inherit.  This {} will be ignored.",
            GetTargetName(), target.GetString(), site.path.GetString(), site.entry->layer->GetIdentifier(),
            which_ == Cache::Targets::kConnections ? "connection" : "target"),
        site, "Name something that the other side of the arc does not keep private.", path);
  }

  // What keeps `node` from naming as `authored` what is `target` in the scene: a relocate took the prim away,
  // or an arc beyond the node cannot name the target; or it is private where arcs beyond the node lead, or
  // kept from speaking there by what is.
  Fault FindFaultBelow(Path authored, Path target, NodeRef node) {
    const PrimIndexPtr index = cache_.ComputePrimIndex(target.GetPrimPath());
    if (index->GetRootNode().IsInert()) return Fault::kRelocated;
    const auto count = static_cast<uint32_t>(index->GetNodeCount());
    auto is_where_authored = [&](NodeRef other) {
      return other.GetLayerStackNumber() == node.GetLayerStackNumber() &&
             other.GetPath() == authored.GetPrimPath();
    };
    uint32_t start = 0;
    while (!node.IsRoot() && start < count && !is_where_authored(index->GetNode(start))) ++start;
    if (start == count) return Fault::kNone;  // nothing is said there, nor beyond
    const NodeRef top = index->GetNode(start);
    for (uint32_t i = start + 1; i < count; ++i) {
      NodeRef below = index->GetNode(i);
      const NodeRef found = below;
      while (below && !(below == top)) below = below.GetParent();
      if (!below) break;  // nodes are listed depth first
      const Path path = found.GetMapToRoot().MapTargetToSource(target);
      if (path.IsEmpty()) return Fault::kRelocated;
      if (found.IsPrivate() || found.IsRestricted() || IsPrivateProperty(found, path)) return Fault::kPrivate;
    }
    return Fault::kNone;
  }

  // Whether some layer of the node's stack makes the property private where the node's arcs take it: where a
  // relocate ends, the source has it at the same path.
  static bool IsPrivateProperty(NodeRef node, Path path) {
    if (!path.IsProperty()) return false;
    path = path.ReplacePrefix(node.GetPath().StripAllVariantSelections(), node.GetPath());
    const Token permission = layer::GetFieldNames().permission;
    for (const LayerStack::Entry& entry : node.GetLayerStack()->GetEntries()) {
      const auto* said = entry.layer->GetFieldAs<Permission>(path, permission);
      if (said && *said == Permission::kPrivate) return true;
    }
    return false;
  }

  // The innermost arc that cannot name the target is to blame, or else the outermost.
  void AddExternalError(const std::string& start, Path target, const PropertySite& site) {
    NodeRef node = site.node;
    for (NodeRef next = node; !next.IsRoot(); next = next.GetParent()) {
      node = next;
      target = node.GetMapToParent().MapSourceToTarget(target);
      if (target.IsEmpty()) break;
    }
    AddError(ErrorType::kInvalidExternalTargetPath,
             start + fmt::format("refers to a path outside the scope of the {} from <{}>.  Ignoring.",
                                 GetArcName(node.GetArcType()), node.GetIntroPath().GetString()),
             site, "Name something below the prim that the arc brings in.", Path());
  }

  // Whether `target` is in a prim that inherits the class which `node` is in, and was written as such.
  bool IsInstance(Path authored, Path target, NodeRef node) {
    if (node.GetArcType() != ArcType::kInherit) return false;
    const Path class_path = node.GetPathAtIntroduction();
    if (authored.HasPrefix(class_path)) return false;
    const PrimIndexPtr index = cache_.ComputePrimIndex(target.GetPrimPath());
    for (uint32_t i = 0; i < index->GetNodeCount(); ++i) {
      const NodeRef other = index->GetNode(i);
      if (other.GetArcType() == ArcType::kInherit && other.GetLayerStack() == node.GetLayerStack() &&
          other.GetPath().HasPrefix(class_path))
        return true;
    }
    return false;
  }

  Cache& cache_;
  const PrimIndex& index_;
  Token name_;
  Cache::Targets which_;
  TargetList& result_;
  size_t first_error_;  // those before are not about targets
  PathVector faulty_;   // what each error since then is about, in the scene
  PathVector deleted_;
};

}  // namespace

TargetList Cache::ComputeTargets(const PrimIndex& index, Token property_name, Targets which) {
  TargetList result;
  std::vector<PropertySite> sites = ComputePropertyStack(index, property_name, &result.errors);
  TargetComposer composer(*this, index, property_name, which, result);
  for (auto site = sites.rbegin(); site != sites.rend(); ++site) composer.Add(*site);
  composer.Finish();
  return result;
}

}  // namespace strata::compose
