// Makes layer stacks: opens sublayers, joins their offsets, gathers variables and relocates.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "strata/compose/compose.h"
#include "strata/compose/expression.h"
#include "strata/compose/layer_stack.h"

namespace strata::compose {

// What one layer stack is made of.
struct LayerStackRequest {
  layer::LayerPtr root;
  layer::LayerPtr session;        // null when none
  Dictionary variable_overrides;  // of whoever references this stack; stronger than its own
};

class LayerStackBuilder {
 public:
  LayerStackBuilder(LayerProvider* provider, const CacheOptions& options)
      : provider_(provider), options_(options) {}
  LayerStackPtr Build(const LayerStackRequest& request);
  // As long as nobody asks it for sites.
  std::shared_ptr<LayerStack> BuildWithoutTable(const LayerStackRequest& request);

 private:
  void AddLayer(const layer::LayerPtr& layer, const LayerOffset& offset, double time_codes_per_second,
                int depth, bool is_session);
  void AddSublayers(const layer::LayerPtr& layer, const LayerOffset& offset, double time_codes_per_second,
                    int depth, bool is_session);
  std::vector<LayerOffset> ReadOffsets(const layer::Layer& layer, size_t count);
  struct Sublayer {
    EvaluatedText path;
    std::string identifier;
    layer::LayerPtr layer;
    Diagnostics why;  // it was not opened
  };
  // Those that `authored` names, on all threads; null for the ones that do not count.
  std::vector<layer::LayerPtr> OpenSublayers(const layer::Layer& layer,
                                             const std::vector<std::string>& authored);
  void OpenSublayer(const layer::Layer& layer, const std::string& authored, Sublayer& sublayer) const;
  layer::LayerPtr AcceptSublayer(const layer::Layer& layer, const std::string& authored, Sublayer& sublayer);
  void OrderByOwner(const layer::Layer& layer, std::vector<layer::LayerPtr>& sublayers,
                    std::vector<LayerOffset>& offsets);
  void AddRelocates();
  // Whether the stack is inside the sublayers of `layer`: to add it again would not end.
  bool IsOpen(const layer::Layer& layer) const;
  void AddError(ErrorType type, std::string message, const layer::Layer& where, std::string hint);

  LayerProvider* provider_;
  const CacheOptions& options_;
  std::shared_ptr<LayerStack> stack_;
  std::string session_owner_;
  std::vector<const layer::Layer*> open_;  // from the root to the layer being added
};

// Brings stacks up to date with edits of their layers. For one writer.
class LayerStackEditor {
 public:
  // Where specs came or went, or fields that steer composition did: of this layer, or of any where it is
  // null.
  struct EditedSite {
    Path path;
    const layer::Layer* layer;
    friend bool operator==(const EditedSite& a, const EditedSite& b) {
      return a.path == b.path && a.layer == b.layer;
    }
  };
  static void UpdateSites(const LayerStackPtr& stack, const std::vector<EditedSite>& sites);
  // What a layer says of a prim or variant is not what it was, though the site's layers and arcs may be.
  static void NoteEdit(const LayerStackPtr& stack, Path path);
  static void UpdateAllSites(const LayerStackPtr& stack);
  // Makes `stack` what `fresh`, made without a table, is. Costs the specs of layers that came or went, and a
  // pass over the table.
  static void Adopt(const LayerStackPtr& stack, LayerStack&& fresh);

 private:
  static void UpdateSite(LayerStack& edited, Path path, const layer::Layer* layer);
  static void SetRow(LayerStack& edited, Path path, const std::vector<uint32_t>& layers, uint32_t fields,
                     bool may_name_children);
};

// The relocates of all layers of a stack after the rules that make them valid; defined in relocates.cpp.
struct RelocatesResult {
  std::map<Path, Path> incremental;  // as written
  std::map<Path, Path> combined;     // with chains of ancestors joined
  CompositionErrors errors;
};
RelocatesResult ComputeRelocates(const std::vector<LayerStack::Entry>& entries);

// "SdfLayerOffset(0, 1)", as messages show an offset.
std::string FormatOffset(const LayerOffset& offset);
// A number as messages show it: six significant digits.
std::string FormatNumber(double number);
// Whether times can be mapped through it in both directions.
bool IsUsableOffset(const LayerOffset& offset);

}  // namespace strata::compose
