// A root layer with its sublayers (and a session layer with its own), strongest first.   (PcpLayerStack)
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <tsl/robin_set.h>

#include "strata/compose/errors.h"
#include "strata/layer/layer.h"

namespace strata::compose {

// Which fields that steer composition some layer of a stack writes at a site.
enum SiteField : uint32_t {
  kSiteReferences = 1u << 0,
  kSitePayload = 1u << 1,
  kSiteInherits = 1u << 2,
  kSiteSpecializes = 1u << 3,
  kSiteVariantSets = 1u << 4,
  kSiteVariantSelection = 1u << 5,
  kSiteInstanceable = 1u << 6,
  kSitePermission = 1u << 7,
  kSiteSymmetry = 1u << 8,
  kSiteArcs = kSiteReferences | kSitePayload | kSiteInherits | kSiteSpecializes | kSiteVariantSets,
};

uint32_t GetSiteField(Token field);  // 0: does not steer composition
uint32_t ReadSiteFields(const layer::SpecStore::SpecView& spec);
// Whether the spec is an over that only lists what it holds.
bool IsPlainOver(const layer::SpecStore::SpecView& spec);

// Thread-safe. Changes only when its cache is told of edits; entries that were given out stay as they were.
class LayerStack {
 public:
  struct Entry {
    layer::LayerPtr layer;
    LayerOffset offset;  // layer time -> time of the root layer, timeCodesPerSecond included
    int depth = 0;       // sublayer nesting, for display
    bool is_session = false;
  };
  const layer::LayerPtr& GetRootLayer() const { return root_; }
  const layer::LayerPtr& GetSessionLayer() const { return session_; }  // null when none
  const std::vector<Entry>& GetEntries() const { return entries_; }
  double GetTimeCodesPerSecond() const { return time_codes_per_second_; }
  const CompositionErrors& GetErrors() const { return errors_; }
  const Dictionary& GetExpressionVariables() const { return expression_variables_; }
  // Variables that the sublayers' paths asked for, defined or not.
  const std::set<std::string>& GetExpressionVariableDependencies() const { return used_variables_; }
  // Identifiers of sublayers left out because they are muted.
  const std::set<std::string>& GetMutedLayers() const { return muted_layers_; }

  // The layers with a prim or variant spec at a path, and the union of what they write there; one probe.
  struct Site {
    std::span<const uint32_t> layers;  // indices into GetEntries(), strongest first
    uint32_t fields = 0;               // SiteField
    bool may_name_children = false;    // false: none of them names or orders children
    // For each of `layers`, whether its spec is an over that only lists what it holds; null: not known.
    const uint8_t* is_plain = nullptr;
    bool HasSpecs() const { return !layers.empty(); }
  };
  Site FindSite(Path prim_path) const;

  // Indices into GetEntries() of the layers with a spec at `path`, strongest first; one probe (an inverted
  // table).
  std::span<const uint32_t> FindLayersWithSpec(Path path) const;

  // Valid relocates of all layers: source -> target, target empty for a removal.
  const std::map<Path, Path>& GetRelocatesSourceToTarget() const {
    return relocates_;
  }  // combined (chains joined)
  const std::map<Path, Path>& GetIncrementalRelocatesSourceToTarget() const { return incremental_relocates_; }
  const std::map<Path, Path>& GetRelocatesTargetToSource() const { return relocates_by_target_; }
  // Whether a relocate leads from or to what is at or below `path`.
  bool TouchesRelocates(Path path) const { return relocated_.count(path) != 0; }
  bool HasRelocates() const { return !incremental_relocates_.empty(); }
  Path FindRelocateTarget(Path source) const;  // empty when not relocated
  Path FindRelocateSource(Path target) const;
  bool IsRelocationSource(Path path) const;  // a removal counts

 private:
  friend class LayerStackBuilder;
  friend class LayerStackEditor;
  layer::LayerPtr root_, session_;
  std::vector<Entry> entries_;
  CompositionErrors errors_;
  Dictionary expression_variables_;
  std::map<Path, Path> relocates_, incremental_relocates_, relocates_by_target_;
  tsl::robin_set<Path> relocated_;  // sources and targets of relocates and all above them
  double time_codes_per_second_ = 24;
  std::set<std::string> used_variables_, muted_layers_;
  struct InvertedTable;
  std::shared_ptr<InvertedTable> table_;            // null for a single layer
  std::vector<std::vector<Entry>> former_entries_;  // indices point into them
};

using LayerStackPtr = std::shared_ptr<const LayerStack>;

}  // namespace strata::compose
