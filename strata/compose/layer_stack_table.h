// Which layers of a stack speak of a path, found once for all paths.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compose/layer_stack.h"

namespace strata::compose {

inline bool IsPrimLike(layer::SpecType type) {
  return type == layer::SpecType::kPrim || type == layer::SpecType::kVariant ||
         type == layer::SpecType::kPseudoRoot;
}

// Prim and variant sites are tabulated with the stack; other specs (mostly properties) when somebody first
// asks for one, for scenes are opened far more often than their properties are all read.
struct LayerStack::InvertedTable {
  struct Row {
    uint32_t begin = 0;
    uint32_t count = 0;
    uint32_t fields = 0;
  };
  struct Index {
    tsl::robin_map<Path, Row> rows;
    std::vector<uint32_t> layers;
    size_t wasted = 0;  // of `layers`, left behind by edits
    std::span<const uint32_t> Get(const Row& row) const { return {layers.data() + row.begin, row.count}; }
  };

  enum class Which : uint8_t { kPrimLike, kOther };
  static Index Tabulate(const std::vector<Entry>& entries, Which which) {
    Index index;
    size_t total = 0;
    for (const Entry& entry : entries) total += entry.layer->GetContent().GetSpecCount();
    index.rows.reserve(which == Which::kPrimLike ? total / 4 : total);
    auto visit_all = [&](auto&& visit) {
      for (uint32_t i = 0; i < entries.size(); ++i) {
        entries[i].layer->GetContent().VisitSpecsOf(
            [&](layer::SpecType type) { return IsPrimLike(type) == (which == Which::kPrimLike); },
            [&](Path path, const layer::SpecStore::SpecView& spec) { visit(i, path, spec); });
      }
    };
    visit_all([&](uint32_t, Path path, const layer::SpecStore::SpecView& spec) {
      Row& row = index.rows[path];
      ++row.count;
      if (which == Which::kPrimLike) row.fields |= ReadSiteFields(spec);
    });
    uint32_t begin = 0;
    for (auto it = index.rows.begin(); it != index.rows.end(); ++it) {
      it.value().begin = begin;
      begin += it.value().count;
      it.value().count = 0;
    }
    index.layers.resize(begin);
    visit_all([&](uint32_t i, Path path, const layer::SpecStore::SpecView&) {
      Row& row = index.rows[path];
      index.layers[row.begin + row.count++] = i;
    });
    return index;
  }

  explicit InvertedTable(const std::vector<Entry>& entries) : prims(Tabulate(entries, Which::kPrimLike)) {}

  Index prims;
  struct Lazy {
    std::once_flag once;
    Index index;
  };
  std::unique_ptr<Lazy> others = std::make_unique<Lazy>();
};

}  // namespace strata::compose
