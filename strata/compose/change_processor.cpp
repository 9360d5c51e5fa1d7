#include "strata/compose/change_processor.h"

namespace strata::compose {

namespace {

using layer::SpecType;

// Permissions count in OpenUSD's other mode alone.
// Those of permissions and symmetry steer only where composition heeds them.
uint32_t GetSteeringFields(CompositionMode mode) {
  constexpr uint32_t kAlways = kSiteArcs | kSiteVariantSelection | kSiteInstanceable;
  return mode == CompositionMode::kFull ? kAlways | kSitePermission | kSiteSymmetry : kAlways;
}

// What a spec selected before an edit.
const VariantSelectionMap* GetFormerSelections(const layer::Change& change) {
  static const VariantSelectionMap none;
  for (const layer::Change::FieldChange& field : change.fields)
    if (field.field == layer::GetFieldNames().variantSelection)
      if (const auto* selections = field.before.GetIf<VariantSelectionMap>()) return selections;
  return &none;
}

}  // namespace

CacheChanges ChangeProcessor::Run() {
  dependencies_ = &cache_.GetDependencies();
  ApplyOptions();
  FindStackEdits();
  size_t edited = 0;
  for (const LayerEdit& edit : edits_.layers) edited += edit.changes.by_path.size();
  result_.specs.reserve(edited);
  edited_sites_.reserve(edited);
  for (const LayerEdit& edit : edits_.layers)
    for (uint32_t stack : std::vector<uint32_t>(dependencies_->FindStacks(edit.layer.get())))
      ProcessEdit(edit, stack);
  for (auto& [stack, edit] : stacks_) {
    if (edit.affects_all) {
      ResyncAllOf(stack);
      continue;
    }
    for (const Path root : edit.moved) ProcessSite(stack, root, Effect::kArcs);
    for (const layer::LayerPtr& layer : edit.entered) ProcessLayer(layer, stack, SpecChange::Kind::kEntered);
    for (const layer::LayerPtr& layer : edit.left) ProcessLayer(layer, stack, SpecChange::Kind::kLeft);
  }
  ProcessFallbacks();
  if (edits_.resolver == CacheEdits::Resolver::kChanged && !resyncs_all_) ProcessResolver();
  for (Path path : edits_.payloads)
    if (cache_.indices.Has(path)) resynced_.push_back(path);
  SettleReselected();
  Finish();
  return std::move(result_);
}

void ChangeProcessor::ProcessEdit(const LayerEdit& edit, uint32_t stack) {
  for (const auto& [path, change] : edit.changes.by_path) ProcessSpec(edit, stack, path, change);
}

void ChangeProcessor::ProcessSpec(const LayerEdit& edit, uint32_t stack, Path path,
                                  const layer::Change& change) {
  const layer::FieldNames& names = layer::GetFieldNames();
  const SpecChange spec{path, edit.layer, path, &change, SpecChange::Kind::kEdited};
  if (path.IsAbsoluteRoot()) {
    are_layers_changed_ |= change.content_replaced || !change.fields.empty();
    for (const layer::Change::FieldChange& field : change.fields)
      if (field.field == names.defaultPrim && stack == dependencies_->FindStacks(edit.layer.get()).front())
        ProcessDefaultPrim(*edit.layer, field.before);
    if (stack == cache_.root_stack_number) result_.specs.push_back(spec);
    return;
  }
  ProcessArguments(edit, stack, path, change);
  const bool came_or_went = change.spec_added || change.spec_removed;
  if (!path.IsPrimOrPrimVariantSelection()) {
    AddSpecChanges(stack, spec);
    return;
  }
  edited_sites_.emplace_back(stack, path);
  if (path.IsPrimVariantSelection() && path.GetVariantSelection().IsEmpty()) {
    // Which variants a set has matters to whoever has a fallback for it.
    if ((came_or_went || change.children_changed || change.content_replaced) &&
        cache_.options.variant_fallbacks.count(path.GetVariantSet().GetString()))
      ProcessSite(stack, path.GetParent(), Effect::kArcs);
    return;
  }
  uint32_t fields = 0;
  for (const layer::Change::FieldChange& field : change.fields) fields |= GetSiteField(field.field);
  if (change.spec_added) fields |= ReadSiteFields(edit.layer->GetContent().Find(path));
  StackEdit* known = nullptr;
  if (came_or_went || fields || change.content_replaced) {
    known = &stacks_[stack];
    const LayerStackEditor::EditedSite site{path, edit.layer.get()};
    if (known->sites.empty() || !(known->sites.back() == site)) known->sites.push_back(site);
  }
  if (change.spec_removed) removed_names_.insert(path.GetPrimPath().GetNameToken());
  if (change.content_replaced) {
    names_unknown_ = true;
    known->is_table_stale = true;
    ProcessSite(stack, path, Effect::kArcs);
  } else if (const uint32_t steering = fields & GetSteeringFields(cache_.options.mode)) {
    const bool is_own = steering == kSiteVariantSelection && stack == cache_.root_stack_number &&
                        !change.spec_removed && !path.ContainsPrimVariantSelection();
    if (is_own) reselected_[path].push_back(GetFormerSelections(change));
    ProcessSite(stack, path, is_own ? Effect::kOwnSelections : Effect::kArcs);
  } else if (came_or_went) {
    ProcessSite(stack, path, change.spec_added ? Effect::kSpecAdded : Effect::kSpecRemoved);
  }
  AddSpecChanges(stack, spec);
}

void ChangeProcessor::ProcessLayer(const layer::LayerPtr& layer, uint32_t stack, SpecChange::Kind kind) {
  layer->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
    const SpecChange change{path, layer, path, nullptr, kind};
    ProcessArgumentsOf(spec, stack, path);
    switch (spec.GetType()) {
      case SpecType::kPseudoRoot:
        if (stack != cache_.root_stack_number) return;
        MendFully(path);
        result_.specs.push_back(change);
        return;
      case SpecType::kPrim:
      case SpecType::kVariant:
        edited_sites_.emplace_back(stack, path);
        ProcessSite(stack, path,
                    ReadSiteFields(spec) & GetSteeringFields(cache_.options.mode) ? Effect::kArcs
                    : kind == SpecChange::Kind::kEntered                          ? Effect::kSpecAdded
                                                                                  : Effect::kSpecRemoved);
        AddSpecChanges(stack, change);
        return;
      case SpecType::kVariantSet:
        if (cache_.options.variant_fallbacks.count(path.GetVariantSet().GetString()))
          ProcessSite(stack, path.GetParent(), Effect::kArcs);
        return;
      case SpecType::kAttribute:
      case SpecType::kRelationship:
        AddSpecChanges(stack, change);
        return;
      default:
        return;
    }
  });
}

void ChangeProcessor::ProcessDefaultPrim(const layer::Layer& layer, const Value& before) {
  std::string text = before.GetOr(Token()).GetString();
  if (!text.empty() && text.front() != '/') text.insert(0, 1, '/');
  const Path path(text);
  for (uint32_t stack : dependencies_->FindStacksWithRoot(&layer)) {
    dependencies_->VisitStack(stack, [&](const PrimIndex& index) {
      bool is_user = false;
      for (uint32_t i = 1; i < index.GetNodeCount() && !path.IsEmpty(); ++i) {
        const NodeRef node = index.GetNode(i);
        is_user |=
            node.IsIntroducedHere() && node.GetLayerStackNumber() == stack && node.GetPath().HasPrefix(path);
      }
      const IndexDependencies more = index.GetDependencies();
      is_user |= std::find(more.opened.begin(), more.opened.end(), stack) != more.opened.end();
      for (const IndexDependencies::Site& site : more.culled)
        is_user |= site.layer_stack == stack && !path.IsEmpty() && site.path.HasPrefix(path);
      if (is_user) resynced_.push_back(index.GetPath());
    });
  }
}

void ChangeProcessor::ProcessSite(uint32_t stack, Path site, Effect effect) {
  // Opinions where a relocate takes a prim away are an error of whoever follows the relocate.
  if (cache_.pool->GetStack(stack)->IsRelocationSource(site)) effect = Effect::kArcs;
  VisitDependents(stack, site, [&](Path prim) {
    const bool is_own = stack == cache_.root_stack_number && prim == site;
    AddDependent(prim, effect, is_own ? Relation::kOwn : Relation::kOther);
  });
  if (effect == Effect::kSpecAdded || effect == Effect::kSpecRemoved) {
    // Where there is nothing, arcs to what is below are in error for that, also when ancestors have them.
    const LayerStack& known = *cache_.pool->GetStack(stack);
    const size_t count = known.GetEntries().size() > 1 ? known.FindSite(site).layers.size() : 0;
    if (count > (effect == Effect::kSpecAdded ? 0u : 1u)) return;
    dependencies_->VisitBelow(stack, site, [this](Path index, Path) { MendFully(index); });
  }
  if (effect != Effect::kArcs && effect != Effect::kOwnSelections) return;
  auto resync = [this](Path index, Path) { resynced_.push_back(index); };
  dependencies_->VisitBelow(stack, site, resync);
  dependencies_->VisitSelectionsAt(stack, site, resync);
}

void ChangeProcessor::AddDependent(Path prim, Effect effect, Relation relation) {
  const bool is_there = cache_.indices.Has(prim);
  // What comes over an arc may come where relocates take it, though the prim itself is there already.
  const bool may_move = relation == Relation::kOther && effect != Effect::kSpecRemoved;
  const PrimIndexPtr parent = !is_there || may_move ? cache_.FindParent(prim) : nullptr;
  if (parent && parent->HasRelocates()) AddRelocated(*parent, prim.GetNameToken());
  if (!is_there) {
    // A prim that was not there: its parent may have it now.
    comes_over_arc_ |= relation == Relation::kOther;
    if (prim.IsRootPrim() || parent) resynced_.push_back(prim);
    return;
  }
  if (effect == Effect::kOwnSelections && relation == Relation::kOwn) return;  // see SettleReselected
  if (effect == Effect::kArcs || effect == Effect::kOwnSelections)
    resynced_.push_back(prim);
  else if (relation == Relation::kOwn)
    mended_.insert(prim);
  else
    MendFully(prim);
}

// A child that comes may come where relocates take it.
void ChangeProcessor::AddRelocated(const PrimIndex& parent, Token child) {
  for (uint32_t i = 0; i < parent.GetNodeCount(); ++i) {
    const NodeRef node = parent.GetNode(i);
    const auto& relocates = node.GetLayerStack()->GetIncrementalRelocatesSourceToTarget();
    const auto found = relocates.find(node.GetPath().StripAllVariantSelections().AppendChild(child));
    if (found == relocates.end() || found->second.IsEmpty()) continue;
    const Path target = node.GetMapToRoot().MapSourceToTarget(found->second);
    if (!target.IsEmpty() && !cache_.indices.Has(target)) resynced_.push_back(target);
  }
}

// Prims whose own selections were edited are resynced; for that alone are those that nothing else touches.
void ChangeProcessor::SettleReselected() {
  if (reselected_.empty()) return;
  const tsl::robin_set<Path> others(resynced_.begin(), resynced_.end());
  std::erase_if(reselected_, [&](const auto& known) {
    const Path prim = known.first;
    const bool is_there = cache_.indices.Has(prim);
    if (is_there) resynced_.push_back(prim);
    return !is_there || others.count(prim) != 0 || mended_.count(prim) != 0 ||
           cache_.options.mode != CompositionMode::kUsd;
  });
}

void ChangeProcessor::AddSpecChanges(uint32_t stack, const SpecChange& change) {
  const Path prim = change.spec.GetPrimOrPrimVariantSelectionPath();
  VisitDependents(stack, prim, [&](Path path) {
    const bool is_there = cache_.indices.Has(path);
    // What a prim that was not there is made of is told beside its being new.
    if (!is_there && (change.spec != prim || !(path.IsRootPrim() || cache_.indices.Has(path.GetParent()))))
      return;
    SpecChange& added = (is_there ? result_.specs : result_.resynced_specs).emplace_back(change);
    added.path =
        change.spec == prim ? path : change.spec.ReplacePrefix(prim, path, Path::TargetFix::kKeepTargets);
    // What belongs to a property is about the property.
    while (!added.path.IsEmpty() && !added.path.IsPrimProperty() && !added.path.IsAbsoluteRootOrPrim())
      added.path = added.path.GetParent();
  });
}

}  // namespace strata::compose
