#include <algorithm>

#include <fmt/format.h>

#include "strata/compose/layer_stack_builder.h"

namespace strata::compose {

namespace {

struct Authored {
  Path source, target;
  const layer::Layer* layer;
};

const char* kHint = "Mend the relocate in the layer's metadata.";

// Why one relocate is not valid whatever the others are; null when it is.
const char* FindOwnFault(Path source, Path target) {
  if (source.ContainsPrimVariantSelection() || target.ContainsPrimVariantSelection())
    return "Relocates cannot have any variant selections.";
  if (source == target) return "The target of a relocate cannot be the same as its source.";
  if (source.IsRootPrim() || source.IsAbsoluteRoot()) return "Root prims cannot be the source of a relocate.";
  if (target.IsEmpty()) return nullptr;
  if (target.HasPrefix(source)) return "The target of a relocate cannot be a descendant of its source.";
  if (source.HasPrefix(target)) return "The target of a relocate cannot be an ancestor of its source.";
  return nullptr;
}

std::string DescribeTarget(const Authored& relocate) {
  return fmt::format("relocation from <{}> authored at @{}@</>", relocate.source.GetString(),
                     relocate.layer->GetIdentifier());
}

class RelocatesComputer {
 public:
  RelocatesResult Run(const std::vector<LayerStack::Entry>& entries) {
    for (const LayerStack::Entry& entry : entries) Gather(*entry.layer);
    if (by_source_.empty()) return std::move(result_);
    FindSharedTargets();
    FindConflicts();
    for (Path source : faulty_) by_source_.erase(source);
    for (const auto& [source, relocate] : by_source_) result_.incremental[source] = relocate.target;
    Combine();
    return std::move(result_);
  }

 private:
  void AddError(ErrorType type, std::string message, const layer::Layer& layer, Path where) {
    SourceLocation location;
    location.file = layer.GetIdentifier();
    location.path = where.GetString();
    result_.errors.push_back(
        {type, Path::AbsoluteRoot(), Diagnostic(GetErrorCode(type), std::move(message), location, kHint)});
  }

  void Gather(const layer::Layer& layer) {
    auto* written = layer.GetFieldAs<Relocates>(Path::AbsoluteRoot(), layer::GetFieldNames().layerRelocates);
    if (!written) return;
    for (const auto& [source_written, target_written] : *written) {
      const Path root = Path::AbsoluteRoot();
      const Path source = source_written.MakeAbsolute(root);
      const Path target = target_written.IsEmpty() ? Path() : target_written.MakeAbsolute(root);
      if (const char* fault = FindOwnFault(source, target)) {
        AddError(
            ErrorType::kInvalidAuthoredRelocation,
            fmt::format("Relocation from <{}> to <{}> authored at @{}@</> is invalid and will be ignored: {}",
                        source.GetString(), target.GetString(), layer.GetIdentifier(), fault),
            layer, source);
        continue;
      }
      by_source_.emplace(source, Authored{source, target, &layer});  // a stronger layer's stays
    }
  }

  void FindSharedTargets() {
    std::map<Path, std::vector<const Authored*>> by_target;
    for (const auto& [source, relocate] : by_source_)
      if (!relocate.target.IsEmpty()) by_target[relocate.target].push_back(&relocate);
    for (const auto& [target, relocates] : by_target) {
      if (relocates.size() < 2) continue;
      std::string list;
      for (const Authored* relocate : relocates) {
        list += (list.empty() ? "" : "; ") + DescribeTarget(*relocate);
        faulty_.push_back(relocate->source);
      }
      AddError(ErrorType::kInvalidSameTargetRelocations,
               fmt::format("The path <{}> is the target of multiple relocations from different sources. The "
                           "following relocates "
                           "to this target are invalid and will be ignored: {}.",
                           target.GetString(), list),
               *relocates.front()->layer, target);
    }
  }

  void AddConflict(const Authored& relocate, const Authored& other, const char* why) {
    AddError(
        ErrorType::kInvalidConflictingRelocation,
        fmt::format("Relocation from <{}> to <{}> authored at @{}@</> conflicts with another relocation from "
                    "<{}> to <{}> "
                    "authored at @{}@</> and will be ignored: {}",
                    relocate.source.GetString(), relocate.target.GetString(), relocate.layer->GetIdentifier(),
                    other.source.GetString(), other.target.GetString(), other.layer->GetIdentifier(), why),
        *relocate.layer, relocate.source);
    faulty_.push_back(relocate.source);
  }

  // The relocate whose source is `path` or its nearest ancestor above.
  const Authored* FindAt(Path path) const {
    auto found = by_source_.find(path);
    return found == by_source_.end() ? nullptr : &found->second;
  }

  void FindConflicts() {
    for (const auto& [source, relocate] : by_source_) {
      if (!relocate.target.IsEmpty()) {
        if (const Authored* other = FindAt(relocate.target)) {
          AddConflict(
              relocate, *other,
              "The target of a relocate cannot be the source of another relocate in the same layer stack.");
          AddConflict(
              *other, relocate,
              "The source of a relocate cannot be the target of another relocate in the same layer stack.");
        }
        for (Path above = relocate.target.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
             above = above.GetParent())
          if (const Authored* other = FindAt(above))
            AddConflict(relocate, *other,
                        "The target of a relocate cannot be a descendant of the source of another relocate.");
      }
      std::vector<const Authored*> outer;
      for (Path above = source.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
           above = above.GetParent())
        if (const Authored* other = FindAt(above)) outer.push_back(other);
      for (auto other = outer.rbegin(); other != outer.rend(); ++other)
        AddConflict(relocate, **other,
                    "The source of a relocate cannot be a descendant of the source of another relocate.");
    }
  }

  // Writes every source as it was before any relocate of an ancestor: /A/New/B -> /A/C with /A/Old -> /A/New
  // becomes /A/Old/B -> /A/C.
  void Combine() {
    std::map<Path, Path> by_target;
    for (const auto& [source, target] : result_.incremental)
      if (!target.IsEmpty()) by_target[target] = source;
    for (const auto& [source, target] : result_.incremental) {
      Path original = source;
      size_t steps = 0;
      for (Path above = original; !above.IsAbsoluteRoot() && !above.IsEmpty() && steps <= by_target.size();) {
        auto found = by_target.find(above);
        if (found == by_target.end() || found->second == source) {
          above = above.GetParent();
          continue;
        }
        original = original.ReplacePrefix(found->first, found->second);
        above = original;
        ++steps;
      }
      result_.combined[original] = target;
    }
  }

  std::map<Path, Authored> by_source_;
  std::vector<Path> faulty_;
  RelocatesResult result_;
};

}  // namespace

RelocatesResult ComputeRelocates(const std::vector<LayerStack::Entry>& entries) {
  return RelocatesComputer().Run(entries);
}

}  // namespace strata::compose
