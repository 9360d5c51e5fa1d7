// What depends on answers from outside the layers: where asset paths lead, which variants are fallbacks.
#include "strata/compose/change_processor.h"
#include "strata/compose/site_arcs.h"

namespace strata::compose {

namespace {

using layer::SpecType;

// The arc of an index that item `number` at a site brought; null when it brought none.
NodeRef FindArc(const PrimIndex& index, uint32_t stack, Path site, ArcType type, uint32_t number) {
  for (uint32_t i = 1; i < index.GetNodeCount(); ++i) {
    const NodeRef node = index.GetNode(i);
    if (node.GetArcType() == type && node.IsIntroducedHere() && node.GetSiblingNumberAtOrigin() == number &&
        node.GetParent().GetLayerStackNumber() == stack && node.GetIntroPath() == site)
      return node;
  }
  return {};
}

// What index `index` composed for payload `number` of a site; null when it did not follow it.
const ComposedArguments* FindArguments(const PrimIndex& index, uint32_t stack, Path site, uint32_t number) {
  for (const ComposedArguments& composed : index.GetComposedArguments())
    if (composed.site == ComposedArguments::Site{stack, site} && composed.number == number) return &composed;
  return nullptr;
}

}  // namespace

// Where the items of a site lead now.
std::vector<ChangeProcessor::OpenedItem> ChangeProcessor::OpenItems(const std::vector<ArcItem>& items) {
  std::vector<OpenedItem> opened;
  for (const ArcItem& item : items) {
    OpenedItem& one = opened.emplace_back();
    if (item.asset_path.empty()) continue;
    const layer::Layer& anchor = *item.entry->layer;
    const std::set<std::string>& muted = cache_.options.muted_layers;
    Diagnostics unread;
    one.is_dynamic = cache_.provider->FindDynamicFormat(item.asset_path, anchor) != nullptr;
    if (one.is_dynamic) continue;
    one.identifier = cache_.provider->CreateIdentifier(item.asset_path, anchor);
    one.is_muted = muted.count(one.identifier) != 0;
    if (!one.is_muted) one.layer = cache_.provider->FindOrOpen(item.asset_path, anchor, unread);
    one.is_muted |= one.layer && muted.count(one.layer->GetIdentifier());
  }
  return opened;
}

// Whether some item of a site leads an index elsewhere than it did.
bool ChangeProcessor::LeadsElsewhere(const PrimIndex& index, uint32_t stack, Path site, ArcType type,
                                     const std::vector<ArcItem>& items,
                                     const std::vector<OpenedItem>& opened) const {
  const auto& include = cache_.options.include_payload;
  const bool is_left_out =
      type == ArcType::kPayload && include && index.GetGraph()->asks_for_payload && !include(index.GetPath());
  const CompositionErrors& errors = index.GetErrors();
  // Where there is no arc, it may be for what was found where the path led: that it is muted, or has no such
  // prim, or says nothing of this one.
  const bool may_tell_more = std::any_of(errors.begin(), errors.end(), [](const CompositionError& error) {
    return error.type != ErrorType::kInvalidAssetPath;
  });
  const auto found_nothing = [&](const OpenedItem& item) {
    return std::any_of(errors.begin(), errors.end(), [&](const CompositionError& error) {
      return error.type == ErrorType::kInvalidAssetPath && error.cause == item.identifier;
    });
  };
  for (uint32_t i = 0; i < items.size(); ++i) {
    if (items[i].asset_path.empty()) continue;
    const NodeRef node = FindArc(index, stack, site, type, i);
    // Those above what an arc leads to are followed all the same.
    if (is_left_out && !node && errors.empty()) continue;
    if (opened[i].is_dynamic) {
      const ComposedArguments* composed =
          type == ArcType::kPayload ? FindArguments(index, stack, site, i) : nullptr;
      if (!composed) continue;
      Diagnostics unread;
      const layer::LayerPtr now =
          cache_.provider->FindOrOpen(composed->asset_path, *items[i].entry->layer, unread);
      if (now != (node ? node.GetLayerStack()->GetRootLayer() : nullptr)) return true;
      continue;
    }
    if (node && !opened[i].is_muted && node.GetLayerStack()->GetRootLayer() == opened[i].layer) continue;
    // Where there is no arc although there is a layer, something else was wrong; that is looked at anew.
    if (node || opened[i].layer || opened[i].is_muted || may_tell_more || !found_nothing(opened[i]))
      return true;
  }
  return false;
}

// Sublayers have been looked at with their stacks: here are the references and payloads.
void ChangeProcessor::ProcessResolver() {
  for (uint32_t stack = 0; stack < cache_.pool->GetStackCount(); ++stack) {
    const LayerStackPtr& known = cache_.pool->GetStack(stack);
    for (Path site : FindSitesWith(*known, kSiteReferences | kSitePayload)) {
      const LayerStack::Site found = known->FindSite(site);
      for (ArcType type : {ArcType::kReference, ArcType::kPayload}) {
        ExpressionRemarks unread;
        auto compose = type == ArcType::kReference ? ComposeReferences : ComposePayloads;
        const std::vector<ArcItem> items = compose(*known, found, site, *cache_.provider, unread);
        const std::vector<OpenedItem> opened = OpenItems(items);
        auto check = [&](Path prim) {
          const PrimIndexPtr index = cache_.indices.Find(prim);
          if (index && LeadsElsewhere(*index, stack, site, type, items, opened)) resynced_.push_back(prim);
        };
        VisitDependents(stack, site, check);
        dependencies_->VisitBelow(stack, site, [&](Path index, Path) { check(index); });
      }
    }
  }
}

// Sets whose fallbacks are others now.
void ChangeProcessor::ProcessFallbacks() {
  for (uint32_t stack = 0; stack < cache_.pool->GetStackCount() && !changed_fallbacks_.empty(); ++stack) {
    for (const LayerStack::Entry& entry : cache_.pool->GetStack(stack)->GetEntries()) {
      entry.layer->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
        if (spec.GetType() == SpecType::kVariantSet &&
            changed_fallbacks_.count(path.GetVariantSet().GetString()))
          ProcessSite(stack, path.GetParent(), Effect::kArcs);
      });
    }
  }
}

}  // namespace strata::compose
