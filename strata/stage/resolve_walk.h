// The body of the walk over value sources: a template, so that each caller's visitor is compiled into it.
#pragma once

#include "strata/layer/fields.h"
#include "strata/stage/resolve.h"
#include "strata/value/spline.h"

namespace strata::stage {

// Visits the value fields of one attribute spec in the order in which they hide each other. False: the
// visitor is done.
template <class Visitor>
bool VisitSpecSources(const layer::SpecStore::SpecView& spec, Moment moment, ValueSource& source,
                      Visitor&& visit) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (moment == Moment::kNumeric) {
    const Value* samples = spec.Find(names.timeSamples);
    if (samples && samples->Holds<TimeSamples>() && !samples->Get<TimeSamples>().IsEmpty()) {
      source.kind = ResolveSource::kTimeSamples;
      source.value = samples;
      if (!visit(source)) return false;
    }
    const Value* spline = spec.Find(names.spline);
    if (spline && spline->Holds<Spline>() && !spline->Get<Spline>().knots.empty()) {
      source.kind = ResolveSource::kSpline;
      source.value = spline;
      if (!visit(source)) return false;
    }
  }
  if (const Value* value = spec.Find(names.default_)) {
    source.kind = ResolveSource::kDefault;
    source.value = value;
    if (!visit(source)) return false;
  }
  return true;
}

// The clip sets of a prim and its ancestors, nearest prim first.
ClipSets FindClipSets(const Stage::Impl& stage, uint32_t record);

// As VisitAll, for prims that clips may speak about: clips follow the layer that anchors them, specs there or
// not.
template <class Visitor>
void VisitSourcesWithClips(const Stage::Impl& stage, uint32_t record, Token name, const ResolveTarget* target,
                           Visitor&& visit) {
  const compose::PrimIndex* index = target ? target->GetPrimIndex().get() : stage.IndexOf(record);
  ClipSets sets = FindClipSets(stage, record);
  for (uint32_t n = 0; n < index->GetNodeCount(); ++n) {
    compose::NodeRef node = index->GetNode(n);
    if (!node.CanContributeSpecs()) continue;
    const compose::LayerStack& stack = *node.GetLayerStack();
    ValueSource source;
    source.node = node;
    source.spec_path = node.GetPath().AppendProperty(name);
    Path plain_path = source.spec_path.StripAllVariantSelections();
    LayerOffset to_root = node.GetMapToRoot().GetTimeOffset();
    for (uint32_t i = 0; i < stack.GetEntries().size(); ++i) {
      source.entry = &stack.GetEntries()[i];
      if (target) {
        const ResolveTarget::Place place = target->Find(node, *source.entry);
        if (place == ResolveTarget::Place::kBehind) return;
        if (place == ResolveTarget::Place::kBefore) continue;
      }
      source.layer_to_stage = to_root * source.entry->offset;
      layer::SpecStore::SpecView spec = source.entry->layer->GetContent().Find(source.spec_path);
      if (spec && !VisitSpecSources(spec, Moment::kNumeric, source, visit)) return;
      for (auto& set : sets) {
        if (!set || !set->IsAnchoredAt(stack, i, plain_path.GetPrimPath())) continue;
        if (!set->Declares(plain_path)) continue;
        // Each set speaks once: in the strongest place that it is anchored at.
        const std::shared_ptr<const ClipSet> asked = std::move(set);
        ValueSource of_clips = source;
        of_clips.kind = ResolveSource::kValueClips;
        of_clips.spec_path = plain_path;
        of_clips.value = nullptr;
        of_clips.clips = asked.get();
        of_clips.layer_to_stage = asked->GetLayerToStage();
        if (!visit(of_clips)) return;
      }
    }
  }
}

template <class Visitor>
void AttributeResolver::VisitAll(Moment moment, Visitor&& visit) const {
  const compose::PrimIndex* index = target_ ? target_->GetPrimIndex().get() : stage_.IndexOf(record_);
  if (!index) return;
  if (moment == Moment::kNumeric && stage_.Record(record_).Is(PrimFlag::kHasClips)) {
    VisitSourcesWithClips(stage_, record_, name_, target_, visit);
    return;
  }
  ValueSource source;
  if (sites_) {
    for (const FieldSite& at : *sites_) {
      source.spec_path = at.path;
      source.node = at.site.node;
      source.entry = at.site.entry;
      source.layer_to_stage = at.site.GetOffsetToRoot();
      if (!VisitSpecSources(at.spec, moment, source, visit)) return;
    }
    return;
  }
  source.name = name_;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    if (target_) {
      const ResolveTarget::Place place = target_->Find(site.node, *site.entry);
      if (place == ResolveTarget::Place::kBehind) return;
      if (place == ResolveTarget::Place::kBefore) continue;
    }
    const auto spec = FindPropertySpec(site.entry->layer->GetContent(), site.path, name_);
    if (!spec) continue;
    source.prim_path = site.path;
    source.node = site.node;
    source.entry = site.entry;
    source.layer_to_stage = site.GetOffsetToRoot();
    if (!VisitSpecSources(spec, moment, source, visit)) return;
  }
}

}  // namespace strata::stage
