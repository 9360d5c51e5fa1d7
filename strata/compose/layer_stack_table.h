// Which layers of a stack speak of a path, found once for all paths.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/compose/layer_stack.h"

namespace strata::compose {

inline bool IsPrimLike(layer::SpecType type) {
  return type == layer::SpecType::kPrim || type == layer::SpecType::kVariant ||
         type == layer::SpecType::kPseudoRoot;
}

// What one spec adds to a site.
struct SiteShare {
  uint32_t fields = 0;  // SiteField
  bool names_children = false;
  bool is_plain = false;  // IsPlainOver
};
SiteShare ReadSiteShare(const layer::SpecStore::SpecView& spec);

// Prim and variant sites are tabulated with the stack; other specs (mostly properties) when somebody first
// asks for one, for scenes are opened far more often than their properties are all read.
struct LayerStack::InvertedTable {
  struct Row {
    uint32_t begin = 0;
    uint32_t count = 0;
    uint32_t fields : 30 = 0;
    // Of the two that follow, edits of a site leave what is always true: that it may, and that it is not
    // known.
    uint32_t may_name_children : 1 = 0;
    uint32_t knows_plain : 1 = 0;  // Index::is_plain counts

    void Add(const SiteShare& share) {
      fields |= share.fields;
      may_name_children |= uint32_t{share.names_children};
    }
    void ForgetShares() {
      may_name_children = 1;
      knows_plain = 0;
    }
  };
  struct Index {
    tsl::robin_map<Path, Row> rows;
    std::vector<uint32_t> layers;
    std::vector<uint8_t> is_plain;  // beside `layers`, as far as it was tabulated
    size_t wasted = 0;              // of `layers`, left behind by edits
    std::span<const uint32_t> Get(const Row& row) const { return {layers.data() + row.begin, row.count}; }
  };

  static constexpr size_t kRoomForEdits = 64;  // the first of them are not to move what is there

  enum class Which : uint8_t { kPrimLike, kOther };
  static Index Tabulate(const std::vector<Entry>& entries, Which which) {
    Index index;
    size_t most = 0;  // specs of a layer; the others mostly speak of what that one speaks of
    for (const Entry& entry : entries) most = std::max(most, entry.layer->GetContent().GetSpecCount());
    index.rows.reserve(which == Which::kPrimLike ? most / 4 : most);
    std::vector<uint32_t> row_of;      // the number of each spec's row, layer by layer
    std::vector<uint8_t> is_plain;     // each spec
    std::vector<uint32_t> begin_of;    // of each row, at first how many specs it has
    std::vector<size_t> end_of_layer;  // in row_of
    end_of_layer.reserve(entries.size());
    for (const Entry& entry : entries) {
      entry.layer->GetContent().VisitSpecsOf(
          [&](layer::SpecType type) { return IsPrimLike(type) == (which == Which::kPrimLike); },
          [&](Path path, const layer::SpecStore::SpecView& spec) {
            const auto [it, is_new] = index.rows.try_emplace(path);
            Row& row = it.value();
            if (is_new) {
              row.begin = static_cast<uint32_t>(begin_of.size());
              begin_of.push_back(0);
            }
            ++begin_of[row.begin];
            row_of.push_back(row.begin);
            if (which != Which::kPrimLike) return;
            const SiteShare share = ReadSiteShare(spec);
            row.Add(share);
            row.knows_plain = 1;
            is_plain.push_back(share.is_plain ? 1 : 0);
          });
      end_of_layer.push_back(row_of.size());
    }
    uint32_t begin = 0;
    for (uint32_t& of_row : begin_of) begin += std::exchange(of_row, begin);
    for (auto it = index.rows.begin(); it != index.rows.end(); ++it) {
      Row& row = it.value();
      const uint32_t number = std::exchange(row.begin, begin_of[row.begin]);
      row.count = (number + 1 < begin_of.size() ? begin_of[number + 1] : begin) - row.begin;
    }
    index.layers.reserve(begin + begin / 8 + kRoomForEdits);
    index.layers.resize(begin);
    index.is_plain.resize(is_plain.size());
    size_t spec = 0;
    for (uint32_t i = 0; i < entries.size(); ++i) {
      for (; spec != end_of_layer[i]; ++spec) {
        const uint32_t place = begin_of[row_of[spec]]++;
        index.layers[place] = i;
        if (!is_plain.empty()) index.is_plain[place] = is_plain[spec];
      }
    }
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
