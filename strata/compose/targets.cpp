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
    if (op->is_explicit)
      result_.errors.erase(result_.errors.begin() + static_cast<ptrdiff_t>(first_error_),
                           result_.errors.end());
    PathListOp mapped;
    mapped.is_explicit = op->is_explicit;
    auto map_all = [&](const PathVector& from, PathVector& to, bool is_deletion) {
      for (Path target : from) {
        const Path path = Translate(site, target, is_deletion);
        if (!path.IsEmpty() && std::find(to.begin(), to.end(), path) == to.end()) to.push_back(path);
      }
    };
    map_all(op->explicit_items, mapped.explicit_items, false);
    map_all(op->deleted_items, mapped.deleted_items, true);
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

  void AddError(ErrorType type, std::string message, const PropertySite& site, std::string hint) {
    SourceLocation location;
    location.file = site.entry->layer->GetIdentifier();
    location.path = site.path.GetString();
    result_.errors.push_back({type, index_.GetPath(),
                              Diagnostic(GetErrorCode(type), std::move(message), location, std::move(hint))});
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
               "Name something in the class: each instance then has its own.");
      return Path();
    }
    return path;
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
             site, "Name something below the prim that the arc brings in.");
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
  PathVector deleted_;
};

}  // namespace

std::vector<PropertySite> Cache::ComputePropertyStack(const PrimIndex& index, Token property_name,
                                                      CompositionErrors* errors) {
  std::vector<PropertySite> sites;
  Path site_path, property_path;
  for (const SpecSite& spec : index.GetSpecStack()) {
    if (spec.path != site_path) {
      site_path = spec.path;
      property_path = site_path.AppendProperty(property_name);
    }
    const SpecType type = spec.entry->layer->GetSpecType(property_path);
    if (type == SpecType::kUnknown) continue;
    if (!sites.empty() && sites.front().type != type) {
      if (!errors) continue;
      auto describe = [](SpecType t) {
        return t == SpecType::kAttribute ? "an attribute" : "a relationship";
      };
      const PropertySite& first = sites.front();
      SourceLocation location;
      location.file = spec.entry->layer->GetIdentifier();
      location.path = property_path.GetString();
      errors->push_back(
          {ErrorType::kInconsistentPropertyType, index.GetPath(),
           Diagnostic(
               GetErrorCode(ErrorType::kInconsistentPropertyType),
               fmt::format(
                   "The property <{}> has inconsistent spec types.  The defining spec is @{}@<{}> and is {} "
                   "spec.  The "
                   "conflicting spec is @{}@<{}> and is {} spec.  The conflicting spec will be ignored.",
                   index.GetPath().AppendProperty(property_name).GetString(),
                   first.entry->layer->GetIdentifier(), first.path.GetString(), describe(first.type),
                   spec.entry->layer->GetIdentifier(), property_path.GetString(), describe(type)),
               location, "Rename one of the two, or make them the same kind.")});
      continue;
    }
    sites.push_back({spec.node, spec.entry, property_path, type});
  }
  return sites;
}

TargetList Cache::ComputeTargets(const PrimIndex& index, Token property_name, Targets which) {
  TargetList result;
  std::vector<PropertySite> sites = ComputePropertyStack(index, property_name, &result.errors);
  TargetComposer composer(*this, index, property_name, which, result);
  for (auto site = sites.rbegin(); site != sites.rend(); ++site) composer.Add(*site);
  composer.Finish();
  return result;
}

}  // namespace strata::compose
