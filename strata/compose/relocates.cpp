#include <algorithm>

#include <fmt/format.h>

#include "strata/compose/layer_stack_builder.h"

namespace strata::compose {

namespace {

struct Relocate {
  enum State { kAsAuthored, kInChain, kFinished };

  Path source, target;
  const layer::Layer* layer;
  size_t rank;    // among all, the strongest layer's first, as written there
  Path original;  // the source before any other relocate
  State state = kAsAuthored;
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

std::string DescribeTarget(const Relocate& relocate) {
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
      // A stronger layer's stays.
      by_source_.emplace(source, Relocate{source, target, &layer, by_source_.size(), source});
    }
  }

  void FindSharedTargets() {
    std::map<Path, std::vector<const Relocate*>> by_target;
    for (const auto& [source, relocate] : by_source_)
      if (!relocate.target.IsEmpty()) by_target[relocate.target].push_back(&relocate);
    for (const auto& [target, relocates] : by_target) {
      if (relocates.size() < 2) continue;
      std::string list;
      for (const Relocate* relocate : relocates) {
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

  void AddConflict(const Relocate& relocate, const Relocate& other, const char* why) {
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
  const Relocate* FindAt(Path path) const {
    auto found = by_source_.find(path);
    return found == by_source_.end() ? nullptr : &found->second;
  }

  void FindConflicts() {
    for (const auto& [source, relocate] : by_source_) {
      if (!relocate.target.IsEmpty()) {
        if (const Relocate* other = FindAt(relocate.target)) {
          AddConflict(
              relocate, *other,
              "The target of a relocate cannot be the source of another relocate in the same layer stack.");
          AddConflict(
              *other, relocate,
              "The source of a relocate cannot be the target of another relocate in the same layer stack.");
        }
        for (Path above = relocate.target.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
             above = above.GetParent())
          if (const Relocate* other = FindAt(above))
            AddConflict(relocate, *other,
                        "The target of a relocate cannot be a descendant of the source of another relocate.");
      }
      std::vector<const Relocate*> outer;
      for (Path above = source.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
           above = above.GetParent())
        if (const Relocate* other = FindAt(above)) outer.push_back(other);
      for (auto other = outer.rbegin(); other != outer.rend(); ++other)
        AddConflict(relocate, **other,
                    "The source of a relocate cannot be a descendant of the source of another relocate.");
    }
  }

  // Writes every source as it was before any relocate of an ancestor: /A/New/B -> /A/C with /A/Old -> /A/New
  // becomes /A/Old/B -> /A/C. The relocate above is written so first. Where relocates lead into each other in
  // a circle the one that closes the circle is taken as authored; the circle is entered at the strongest one,
  // the first written in its layer.
  void Combine() {
    std::vector<Relocate*> by_rank;
    std::map<Path, Relocate*> by_target;
    for (auto& [source, relocate] : by_source_) {
      by_rank.push_back(&relocate);
      if (!relocate.target.IsEmpty()) by_target[relocate.target] = &relocate;
    }
    std::sort(by_rank.begin(), by_rank.end(), [](auto* a, auto* b) { return a->rank < b->rank; });
    for (Relocate* start : by_rank) {
      std::vector<Relocate*> chain;  // each below the target of the next
      Relocate* above = start;
      for (; above && above->state == Relocate::kAsAuthored; above = FindAbove(by_target, *above)) {
        above->state = Relocate::kInChain;
        chain.push_back(above);
      }
      if (above && above->state == Relocate::kInChain) {
        above = chain.back();
        above->state = Relocate::kAsAuthored;
        chain.pop_back();
      }
      for (; !chain.empty(); chain.pop_back()) {
        Relocate* relocate = chain.back();
        if (above) relocate->original = relocate->source.ReplacePrefix(above->target, above->original);
        relocate->state = Relocate::kFinished;
        above = relocate;
      }
    }
    for (const auto& [source, relocate] : by_source_) result_.combined[relocate.original] = relocate.target;
  }

  // The relocate whose target is the nearest ancestor of the source of `below`, or the source itself.
  static Relocate* FindAbove(const std::map<Path, Relocate*>& by_target, const Relocate& below) {
    for (Path path = below.source; !path.IsAbsoluteRoot() && !path.IsEmpty(); path = path.GetParent()) {
      auto found = by_target.find(path);
      if (found != by_target.end() && found->second != &below) return found->second;
    }
    return nullptr;
  }

  std::map<Path, Relocate> by_source_;
  std::vector<Path> faulty_;
  RelocatesResult result_;
};

}  // namespace

RelocatesResult ComputeRelocates(const std::vector<LayerStack::Entry>& entries) {
  return RelocatesComputer().Run(entries);
}

}  // namespace strata::compose
