// Who depends on which site, found out part by part when asked: indices by the sites to which their own arcs
// lead, for one layer stack at a time.
//
// An index depends on more sites than those of its own arcs; these are below the sites of its ancestors' arcs
// by the same names. Hence one looks for a site and all above it, and appends what is left of the path.
#pragma once

#include <array>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compose/index_pool.h"
#include "strata/compose/index_table.h"

namespace strata::compose {

// For one thread at a time.
class DependencyTable {
 public:
  explicit DependencyTable(const IndexTable& indices, const IndexPool& pool)
      : indices_(indices), pool_(pool) {}

  // Takes note of indices and stacks made since the last time. To be called before anything else is asked.
  void Update();
  // The places of introductions are others now.
  void Restart();
  // `stack` has other layers than it had.
  void MoveStack(uint32_t stack, const std::vector<LayerStack::Entry>& before);

  // Numbers of the layer stacks that have `layer`, ascending. Valid until the next call of a function here.
  const std::vector<uint32_t>& FindStacks(const layer::Layer* layer);
  std::vector<uint32_t> FindStacksWithRoot(const layer::Layer* layer) const;

  // Calls visit(index path, site path) for each index with an arc of its own to `path`, or to something above
  // it. kOnlySelections: those which merely read variant selections at exactly `path`.
  template <class Visitor>
  void VisitAtOrAbove(uint32_t stack, Path path, Visitor&& visit) {
    bool has_rows = false;
    for (Path site = path; !has_rows && !site.IsEmpty(); site = site.GetParent())
      has_rows = MayHaveRows(SiteFilter::Role::kArc, stack, site);
    if (!has_rows) return;
    Rows& rows = GetRows(stack);
    for (Path site = path; !site.IsEmpty(); site = site.GetParent()) {
      auto found = rows.by_site.find(site);
      if (found != rows.by_site.end()) VisitRow(stack, site, found.value().arcs, visit);
    }
  }
  template <class Visitor>
  void VisitSelectionsAt(uint32_t stack, Path path, Visitor&& visit) {
    if (!MayHaveRows(SiteFilter::Role::kSelection, stack, path)) return;
    Rows& rows = GetRows(stack);
    auto found = rows.by_site.find(path);
    if (found != rows.by_site.end()) VisitRow(stack, path, found.value().selections, visit);
  }
  // The same for sites below `path`.
  template <class Visitor>
  void VisitBelow(uint32_t stack, Path path, Visitor&& visit) {
    if (!MayHaveRows(SiteFilter::Role::kAboveArc, stack, path)) return;
    Rows& rows = GetRows(stack);
    auto top = rows.by_site.find(path);
    if (top == rows.by_site.end()) return;
    std::vector<Path> open = top->second.below;
    while (!open.empty()) {
      const Path site = open.back();
      open.pop_back();
      auto found = rows.by_site.find(site);
      if (found == rows.by_site.end()) continue;
      open.insert(open.end(), found->second.below.begin(), found->second.below.end());
      VisitRow(stack, site, found.value().arcs, visit);
    }
  }
  // Every index with an arc of its own into `stack`, or that opened it in vain.
  template <class Visitor>
  void VisitStack(uint32_t stack, Visitor&& visit) {
    const uint64_t bit = uint64_t{1} << (stack % 64);
    for (size_t part = 0; part < IndexTable::kParts; ++part) {
      indices_.VisitIntroductions(part, indices_.GetIntroductions(part).size(), bit,
                                  [&](const IndexTable::Introduction& introduction) {
                                    const PrimIndexPtr index = indices_.Find(introduction.path);
                                    if (index && Reaches(*index, stack)) visit(*index);
                                  });
    }
  }
  // Whether arcs of the index itself lead into `stack`.
  static bool Reaches(const PrimIndex& index, uint32_t stack);
  size_t GetRowCount() const;  // made so far

 private:
  struct Row {
    std::vector<Path> arcs, selections;  // indices; some may not depend on the site any more
    std::vector<Path> below;             // sites one step down that have rows
    size_t compact_at = 16;
  };
  struct Rows {
    tsl::robin_map<Path, Row> by_site;
    bool is_made = false;
    bool is_being_made = false;  // nothing is said twice yet
  };
  enum class Which : uint8_t { kArcs, kSelections };
  // Over an arc, or for a selection.
  static bool DependsOn(const PrimIndex& index, uint32_t stack, Path site);
  template <class Visitor>
  void VisitRow(uint32_t stack, Path site, std::vector<Path>& dependents, Visitor&& visit) {
    // Rows only grow while indices come and go: what is no longer so is passed over here.
    for (size_t i = 0; i < dependents.size(); ++i) {
      PrimIndexPtr index = indices_.Find(dependents[i]);
      if (index && DependsOn(*index, stack, site)) visit(dependents[i], site);
    }
  }
  // Whether it is worth to find out: where no arc that was ever followed leads, there is nobody.
  bool MayHaveRows(SiteFilter::Role role, uint32_t stack, Path path) const;
  Rows& GetRows(uint32_t stack);
  void AddIndex(const PrimIndex& index, uint32_t only_stack);
  void AddRow(uint32_t stack, Path site, Path index, Which which);
  void AddStack(uint32_t stack);
  std::vector<uint32_t>* FindNumbers(const layer::Layer* layer);

  const IndexTable& indices_;
  const IndexPool& pool_;
  tsl::robin_map<uint32_t, Rows> rows_;
  std::array<size_t, IndexTable::kParts> seen_{};  // introductions that are in the rows that are made
  // Of layers that were asked for; of all when these are many.
  tsl::robin_map<const layer::Layer*, std::vector<uint32_t>> stacks_;
  bool knows_all_layers_ = false;
  uint32_t seen_stacks_ = 0;
};

}  // namespace strata::compose
