// Works out what edits did to a cache, and brings it up to date.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <vector>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/compose/cache_impl.h"
#include "strata/compose/index_comparison.h"
#include "strata/compose/site_arcs.h"

namespace strata::compose {

// Lives for one Cache::Apply. Dependents are found in the cache as it was; then what is stale goes, layer
// stacks and tables are brought up to date, and what stays in need of other specs is mended.
class ChangeProcessor {
 public:
  ChangeProcessor(Cache::Impl& cache, const CacheEdits& edits, const Cache::Descend& descend)
      : cache_(cache), edits_(edits), descend_(descend) {}
  CacheChanges Run();
  static bool MayChangeArguments(const Cache& cache, const layer::ChangeList& changes);
  // Of how many sites it is known who depends on them. None before the first edit or question, and then those
  // of the layer stacks that it is about.
  static size_t CountSitesWithDependents(const Cache& cache);

 private:
  struct StackEdit {
    std::shared_ptr<LayerStack> fresh;  // null: the same layers as before
    std::vector<layer::LayerPtr> entered, left;
    // Whose specs came, went or were edited in what steers composition.
    std::vector<LayerStackEditor::EditedSite> sites;
    std::set<Path> moved;  // root prims below which relocates differ
    bool has_other_variables = false;
    bool affects_all = false;     // whatever leads into the stack is composed anew
    bool is_table_stale = false;  // beyond `sites`
    bool is_changed = false;
  };
  enum class Effect : uint8_t {
    kSpecAdded,  // without arcs of its own
    kSpecRemoved,
    kArcs,           // the arcs of the site, and so all below it
    kOwnSelections,  // as kArcs, but nothing more than which variants the root layer stack selects for a prim
  };

  // -- change_processor_stacks.cpp: which layer stacks have other layers now
  void ApplyOptions();
  void FindStackEdits();
  void MarkStacksOf(const layer::Layer& layer);
  void MarkMuted();
  void Rebuild(uint32_t stack, StackEdit& edit);
  void ResyncAllOf(uint32_t stack);
  void AdoptStacks();

  // -- change_processor.cpp: who depends on what was edited
  void ProcessEdit(const LayerEdit& edit, uint32_t stack);
  void ProcessSpec(const LayerEdit& edit, uint32_t stack, Path path, const layer::Change& change);
  void ProcessLayer(const layer::LayerPtr& layer, uint32_t stack, SpecChange::Kind kind);
  void ProcessDefaultPrim(const layer::Layer& layer, const Value& before);
  void ProcessSite(uint32_t stack, Path site, Effect effect);
  void SettleReselected();
  void AddSpecChanges(uint32_t stack, const SpecChange& change);
  static Path Translate(Path site, Path arc_site, Path index);
  template <class Visitor>
  void VisitDependents(uint32_t stack, Path site, Visitor&& visit);
  // kOwn: the edit is one of the prim's own specs, in the root layer stack.
  enum class Relation : uint8_t { kOwn, kOther };
  void AddDependent(Path prim, Effect effect, Relation relation);
  void AddRelocated(const PrimIndex& parent, Token child);
  void MendFully(Path prim) {
    mended_.insert(prim);
    mended_fully_.insert(prim);
  }

  // -- change_processor_arguments.cpp: what arguments of formats are composed from
  struct ArgumentEdit {
    enum class What : uint8_t { kField, kAttribute, kSpec };  // kSpec: all that a prim spec may say
    What what;
    Token name;
    const Value& before;
    const Value& after;
  };
  void ProcessArguments(const LayerEdit& edit, uint32_t stack, Path path, const layer::Change& change);
  void ProcessArgumentsOf(const layer::SpecStore::SpecView& spec, uint32_t stack, Path path);
  void ProcessArgument(uint32_t stack, Path site, const ArgumentEdit& edit);

  // -- change_processor_options.cpp: answers from outside the layers
  void ProcessResolver();
  struct OpenedItem {
    std::string identifier;
    layer::LayerPtr layer;  // null when none was opened
    bool is_muted = false;
    bool is_dynamic = false;  // it leads each index elsewhere
  };
  std::vector<OpenedItem> OpenItems(const std::vector<ArcItem>& items);
  bool LeadsElsewhere(const PrimIndex& index, uint32_t stack, Path site, ArcType type,
                      const std::vector<ArcItem>& items, const std::vector<OpenedItem>& opened) const;
  void ProcessFallbacks();

  // -- change_processor_finish.cpp: the cache brought up to date
  void Finish();
  bool KeepsSharing();
  bool KeepsChildren() const;
  // Room for lists that one thread makes again and again.
  struct Scratch {
    std::vector<Path> open, gone;
    std::vector<Token> names, former, prohibited;
  };
  size_t DropSubtree(Path root, Scratch& scratch);
  size_t DropSubtrees(const std::vector<Path>& roots);
  size_t DropByScan(const std::vector<Path>& roots);
  void ListFormerNames(const PrimIndex& index, Scratch& scratch) const;
  void AppendRemovedNames(const PrimIndex& index, std::vector<Token>& names) const;
  void Mend(Path prim);
  PrimIndexPtr MakeMended(Path prim, const PrimIndex& before);
  bool IsBelowResynced(Path path) const;

  // -- change_processor_renewal.cpp: what stays of subtrees that are composed anew
  struct Renewal {
    std::vector<Path> kept;
    size_t dropped = 0;
  };
  // What the former and the new index of a prim have in common.
  struct Common {
    IndexComparison comparison;
    // Where they differ in these alone; else empty.
    std::vector<VariantSwitch> switches;
  };
  // A prim to be looked at: its new parent, and what that one has in common with the former one.
  struct Open {
    Path path;
    PrimIndexPtr parent;
    std::shared_ptr<const Common> of_parents;
  };
  void NoteTouched();
  void RenewSubtrees();
  void RenewSubtree(Path root, Renewal& renewal, Scratch& scratch);
  PrimIndexPtr MakeSwitched(const Open& prim, const PrimIndex& before,
                            std::vector<VariantSwitch>& switches) const;
  IndexComparison Compare(const Open& prim, const PrimIndex& before, const PrimIndex& after);
  void RenewBelow(const PrimIndex& before, const PrimIndexPtr& after, std::shared_ptr<const Common> common,
                  std::vector<Open>& open, Renewal& renewal, Scratch& scratch);

  Cache::Impl& cache_;
  const CacheEdits& edits_;
  const Cache::Descend& descend_;  // may be empty: then nothing stays of subtrees
  DependencyTable* dependencies_ = nullptr;
  CacheChanges result_;
  std::map<uint32_t, StackEdit> stacks_;
  std::vector<Path> resynced_;
  tsl::robin_set<Path> resynced_set_;  // when they are final
  // Of prims that are resynced for that alone: what own specs selected before they were edited.
  std::map<Path, std::vector<const VariantSelectionMap*>> reselected_;
  tsl::robin_set<Path> mended_;
  tsl::robin_set<Path> mended_fully_;    // of these, those for which more than specs of their own may matter
  tsl::robin_set<Token> removed_names_;  // of prims that some layer had
  std::vector<const layer::Layer*> left_layers_;         // that some layer stack has no more
  std::vector<std::pair<uint32_t, Path>> edited_sites_;  // by layer stack
  bool are_layers_changed_ = false;                      // something is said of a layer itself
  bool comes_over_arc_ = false;                          // a prim may be new that no layer of its own brings
  bool names_unknown_ = false;                           // some layer had prims nobody can name now
  std::set<std::string> changed_fallbacks_;              // variant sets
  bool resyncs_all_ = false;
  bool is_renewing_ = false;  // subtrees are composed anew here
  IndexComparison::Memory comparisons_;
  tsl::robin_set<Path> touched_;  // prims below resynced ones that edits concern, and all that is above them
};

// What lies between a site and the arc's own is appended to the index's path; what is in a variant that the
// index does not have is not about it.
inline Path ChangeProcessor::Translate(Path site, Path arc_site, Path index) {
  const Path path = site.ReplacePrefix(arc_site, index, Path::TargetFix::kKeepTargets);
  return path.ContainsPrimVariantSelection() ? Path() : path;
}

template <class Visitor>
void ChangeProcessor::VisitDependents(uint32_t stack, Path site, Visitor&& visit) {
  if (stack == cache_.root_stack_number && !site.ContainsPrimVariantSelection()) visit(site);
  dependencies_->VisitAtOrAbove(stack, site, [&](Path index, Path arc_site) {
    const Path path = Translate(site, arc_site, index);
    if (path.IsEmpty()) return;
    // An arc to a missing default prim holds its place at "/", and brings no children.
    if (!arc_site.IsAbsoluteRoot() || cache_.indices.Has(path)) visit(path);
  });
}

}  // namespace strata::compose
