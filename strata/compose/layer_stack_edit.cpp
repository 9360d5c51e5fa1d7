#include <algorithm>

#include "strata/compose/layer_stack_builder.h"
#include "strata/compose/layer_stack_table.h"

namespace strata::compose {

namespace {

bool HasDuplicates(const std::vector<LayerStack::Entry>& entries) {
  std::vector<const layer::Layer*> layers;
  layers.reserve(entries.size());
  for (const LayerStack::Entry& entry : entries) layers.push_back(entry.layer.get());
  std::sort(layers.begin(), layers.end());
  return std::adjacent_find(layers.begin(), layers.end()) != layers.end();
}

}  // namespace

void LayerStackEditor::UpdateSites(const LayerStackPtr& stack, const std::vector<Path>& paths) {
  LayerStack& edited = const_cast<LayerStack&>(*stack);  // was made as one that is not const
  if (!edited.table_ || paths.empty()) return;
  LayerStack::InvertedTable::Index& prims = edited.table_->prims;
  std::vector<uint32_t> layers;
  for (const Path path : paths) {
    if (!path.IsAbsoluteRootOrPrim() && !path.IsPrimVariantSelection()) continue;
    layers.clear();
    LayerStack::InvertedTable::Row found_row;
    for (uint32_t i = 0; i < edited.entries_.size(); ++i) {
      const layer::SpecStore::SpecView spec = edited.entries_[i].layer->GetContent().Find(path);
      if (!spec || !IsPrimLike(spec.GetType())) continue;
      layers.push_back(i);
      found_row.Add(ReadSiteShare(spec));
    }
    if (layers.empty()) {
      auto found = prims.rows.find(path);
      if (found == prims.rows.end()) continue;
      prims.wasted += found->second.count;
      prims.rows.erase(found);
      continue;
    }
    LayerStack::InvertedTable::Row& row = prims.rows[path];
    const auto count = static_cast<uint32_t>(layers.size());
    if (count > row.count) {
      prims.wasted += row.count;
      row.begin = static_cast<uint32_t>(prims.layers.size());
      prims.layers.resize(prims.layers.size() + count);
    } else {
      prims.wasted += row.count - count;
    }
    row.count = count;
    row.fields = found_row.fields;
    row.may_name_children = found_row.may_name_children;
    row.knows_plain = 0;
    std::copy(layers.begin(), layers.end(), prims.layers.begin() + row.begin);
  }
  if (prims.wasted > prims.layers.size() / 2 + 1024)
    edited.table_ = std::make_shared<LayerStack::InvertedTable>(edited.entries_);
  edited.table_->others = std::make_unique<LayerStack::InvertedTable::Lazy>();
}

void LayerStackEditor::NoteEdit(const LayerStackPtr& stack, Path path) {
  const LayerStack& edited = *stack;
  if (!edited.table_) return;
  auto& rows = edited.table_->prims.rows;
  if (auto found = rows.find(path); found != rows.end()) found.value().ForgetShares();
}

void LayerStackEditor::UpdateAllSites(const LayerStackPtr& stack) {
  LayerStack& edited = const_cast<LayerStack&>(*stack);
  if (edited.table_) edited.table_ = std::make_shared<LayerStack::InvertedTable>(edited.entries_);
}

void LayerStackEditor::Adopt(const LayerStackPtr& stack, LayerStack&& fresh) {
  LayerStack& edited = const_cast<LayerStack&>(*stack);
  const bool keeps_table = edited.table_ && fresh.entries_.size() > 1 && !HasDuplicates(edited.entries_) &&
                           !HasDuplicates(fresh.entries_);
  std::vector<Path> paths;  // of layers that came or went
  if (keeps_table) {
    tsl::robin_map<const layer::Layer*, uint32_t> places;
    for (uint32_t i = 0; i < fresh.entries_.size(); ++i) places[fresh.entries_[i].layer.get()] = i;
    auto collect = [&](const layer::Layer& layer) {
      layer.GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
        if (IsPrimLike(spec.GetType())) paths.push_back(path);
      });
    };
    constexpr uint32_t kGone = UINT32_MAX;
    std::vector<uint32_t> moved;
    for (const LayerStack::Entry& entry : edited.entries_) {
      auto found = places.find(entry.layer.get());
      moved.push_back(found == places.end() ? kGone : found->second);
      if (found == places.end())
        collect(*entry.layer);
      else
        places.erase(found);
    }
    for (const auto& [layer, place] : places) collect(*layer);
    LayerStack::InvertedTable::Index& prims = edited.table_->prims;
    for (auto it = prims.rows.begin(); it != prims.rows.end(); ++it) {
      LayerStack::InvertedTable::Row& row = it.value();
      const auto begin = prims.layers.begin() + row.begin;
      uint32_t kept = 0;
      for (uint32_t i = 0; i < row.count; ++i)
        if (moved[begin[i]] != kGone) begin[kept++] = moved[begin[i]];
      prims.wasted += row.count - kept;
      row.count = kept;
      row.knows_plain = 0;
      std::sort(begin, begin + kept);  // their order may have changed, too
    }
  }
  // Indices that stay point at entries; those keep their place in memory.
  std::vector<LayerStack::Entry> before = std::move(edited.entries_);
  std::vector<std::vector<LayerStack::Entry>> former = std::move(edited.former_entries_);
  former.push_back(std::move(before));
  std::shared_ptr<LayerStack::InvertedTable> table = keeps_table ? std::move(edited.table_) : nullptr;
  edited = std::move(fresh);
  edited.former_entries_ = std::move(former);
  edited.table_ = std::move(table);
  if (keeps_table)
    UpdateSites(stack, paths);
  else if (edited.entries_.size() > 1)
    edited.table_ = std::make_shared<LayerStack::InvertedTable>(edited.entries_);
}

}  // namespace strata::compose
