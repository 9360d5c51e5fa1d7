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

// Writes down which layers speak of the site, and what they say together.
void LayerStackEditor::SetRow(LayerStack& edited, Path path, const std::vector<uint32_t>& layers,
                              uint32_t fields, bool may_name_children) {
  LayerStack::InvertedTable::Index& prims = edited.table_->prims;
  if (layers.empty()) {
    const auto found = prims.rows.find(path);
    if (found == prims.rows.end()) return;
    prims.wasted += found->second.count;
    prims.rows.erase(found);
    return;
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
  row.fields = fields;
  row.may_name_children = may_name_children ? 1 : 0;
  row.knows_plain = 0;
  std::copy(layers.begin(), layers.end(), prims.layers.begin() + row.begin);
}

// As UpdateSites. Where the layer comes to speak of the site, others say what they said, and are not asked.
void LayerStackEditor::UpdateSite(LayerStack& edited, Path path, const layer::Layer* layer) {
  std::vector<uint32_t> layers;
  SiteShare said;  // of all of them
  const auto add_share = [&](const SiteShare& share) {
    said.fields |= share.fields;
    said.names_children |= share.names_children;
  };
  const auto add = [&](uint32_t entry) {
    const layer::SpecStore::SpecView spec = edited.entries_[entry].layer->GetContent().Find(path);
    if (!spec || !IsPrimLike(spec.GetType())) return;
    layers.push_back(entry);
    add_share(ReadSiteShare(spec));
  };
  if (!layer) {
    for (uint32_t entry = 0; entry < edited.entries_.size(); ++entry) add(entry);
    return SetRow(edited, path, layers, said.fields, said.names_children);
  }
  const LayerStack::InvertedTable::Index& prims = edited.table_->prims;
  const auto row = prims.rows.find(path);
  const std::span<const uint32_t> known =
      row == prims.rows.end() ? std::span<const uint32_t>() : prims.Get(row->second);
  bool was_there = false;
  for (uint32_t entry = 0; entry < edited.entries_.size(); ++entry)
    if (edited.entries_[entry].layer.get() == layer) {
      was_there |= std::find(known.begin(), known.end(), entry) != known.end();
      add(entry);
    }
  if (was_there) {  // what others say must be told apart from what it said
    layers.clear();
    said = {};
    for (const uint32_t entry : known) add(entry);
  } else if (layers.empty()) {
    return;
  } else if (row != prims.rows.end()) {
    add_share({row->second.fields, row->second.may_name_children != 0});
    layers.insert(layers.end(), known.begin(), known.end());
    std::sort(layers.begin(), layers.end());
  }
  SetRow(edited, path, layers, said.fields, said.names_children);
}

void LayerStackEditor::UpdateSites(const LayerStackPtr& stack, const std::vector<EditedSite>& sites) {
  LayerStack& edited = const_cast<LayerStack&>(*stack);  // was made as one that is not const
  if (!edited.table_ || sites.empty()) return;
  for (const EditedSite& site : sites)
    if (site.path.IsAbsoluteRootOrPrim() || site.path.IsPrimVariantSelection())
      UpdateSite(edited, site.path, site.layer);
  const LayerStack::InvertedTable::Index& prims = edited.table_->prims;
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
  std::vector<EditedSite> sites;  // of layers that came or went
  if (keeps_table) {
    tsl::robin_map<const layer::Layer*, uint32_t> places;
    for (uint32_t i = 0; i < fresh.entries_.size(); ++i) places[fresh.entries_[i].layer.get()] = i;
    constexpr uint32_t kGone = UINT32_MAX;
    std::vector<uint32_t> moved;
    for (const LayerStack::Entry& entry : edited.entries_) {
      auto found = places.find(entry.layer.get());
      moved.push_back(found == places.end() ? kGone : found->second);
      if (found != places.end()) places.erase(found);
    }
    for (const auto& [layer, place] : places)
      layer->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
        if (IsPrimLike(spec.GetType())) sites.push_back({path, nullptr});
      });
    LayerStack::InvertedTable::Index& prims = edited.table_->prims;
    for (auto it = prims.rows.begin(); it != prims.rows.end(); ++it) {
      LayerStack::InvertedTable::Row& row = it.value();
      const auto begin = prims.layers.begin() + row.begin;
      uint32_t kept = 0;
      for (uint32_t i = 0; i < row.count; ++i)
        if (moved[begin[i]] != kGone) begin[kept++] = moved[begin[i]];
      if (kept < row.count) sites.push_back({it->first, nullptr});  // by then a layer may say another thing
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
    UpdateSites(stack, sites);
  else if (edited.entries_.size() > 1)
    edited.table_ = std::make_shared<LayerStack::InvertedTable>(edited.entries_);
}

}  // namespace strata::compose
