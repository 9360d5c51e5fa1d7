#include "strata/compose/change_processor.h"

namespace strata::compose {

namespace {

bool DecidesLayers(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  return field == names.subLayers || field == names.subLayerOffsets || field == names.layerRelocates ||
         field == names.expressionVariables || field == names.hasOwnedSubLayers || field == names.owner ||
         field == names.sessionOwner;
}

bool DecidesRate(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  return field == names.timeCodesPerSecond || field == names.framesPerSecond;
}

using Entries = std::vector<LayerStack::Entry>;

// The layers of `a` that `b` does not have.
std::vector<layer::LayerPtr> FindMissing(const Entries& a, const Entries& b) {
  tsl::robin_set<const layer::Layer*> there;
  for (const LayerStack::Entry& entry : b) there.insert(entry.layer.get());
  std::vector<layer::LayerPtr> missing;
  for (const LayerStack::Entry& entry : a)
    if (there.insert(entry.layer.get()).second) missing.push_back(entry.layer);
  return missing;
}

// Whether the layers that both have are in the same order, at the same times, each once.
bool AgreeOnCommon(const Entries& a, const Entries& b) {
  tsl::robin_map<const layer::Layer*, int> counts;
  for (const Entries* entries : {&a, &b})
    for (const LayerStack::Entry& entry : *entries) ++counts[entry.layer.get()];
  auto get_common = [&](const Entries& entries) {
    std::vector<const LayerStack::Entry*> common;
    for (const LayerStack::Entry& entry : entries)
      if (counts[entry.layer.get()] > 1) common.push_back(&entry);
    return common;
  };
  const auto of_a = get_common(a), of_b = get_common(b);
  if (of_a.size() != of_b.size()) return false;
  for (size_t i = 0; i < of_a.size(); ++i) {
    const LayerStack::Entry &x = *of_a[i], &y = *of_b[i];
    if (x.layer != y.layer || !(x.offset == y.offset) || x.depth != y.depth || x.is_session != y.is_session ||
        counts[x.layer.get()] != 2)
      return false;
  }
  return true;
}

// The names of variables that one of the two has, or that are not the same.
std::set<std::string> FindChangedVariables(const LayerStack& a, const LayerStack& b) {
  std::set<std::string> names;
  for (const auto& [one, other] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    for (const auto& [name, value] : one->GetExpressionVariables().entries) {
      const Value* there = other->GetExpressionVariables().Find(name);
      if (!there || !(*there == value)) names.insert(name);
    }
  }
  return names;
}

// The root prims of the relocates that are in one of two alone. What a relocate decides lies at and below its
// root prim: what is moved, the names of children, and the maps of arcs to what is above.
void AddMoved(const std::map<Path, Path>& before, const std::map<Path, Path>& after, std::set<Path>& moved) {
  for (const auto& [one, other] : {std::pair(&before, &after), std::pair(&after, &before)}) {
    for (const auto& relocate : *one) {
      const auto same = other->find(relocate.first);
      if (same != other->end() && same->second == relocate.second) continue;
      for (Path path : {relocate.first, relocate.second}) {
        while (!path.IsEmpty() && !path.IsRootPrim() && !path.IsAbsoluteRoot()) path = path.GetParent();
        if (!path.IsEmpty()) moved.insert(path);
      }
    }
  }
}

}  // namespace

void ChangeProcessor::ApplyOptions() {
  CacheOptions& options = cache_.options;
  for (const std::string& identifier : edits_.mute) options.muted_layers.insert(identifier);
  for (const std::string& identifier : edits_.unmute) options.muted_layers.erase(identifier);
  if (!edits_.variant_fallbacks) return;
  const auto &before = options.variant_fallbacks, &after = *edits_.variant_fallbacks;
  for (const auto* one : {&before, &after}) {
    for (const auto& [set, names] : *one) {
      auto was = before.find(set), is = after.find(set);
      if (was == before.end() || is == after.end() || was->second != is->second)
        changed_fallbacks_.insert(set);
    }
  }
  options.variant_fallbacks = *edits_.variant_fallbacks;
}

void ChangeProcessor::MarkStacksOf(const layer::Layer& layer) {
  for (uint32_t stack : dependencies_->FindStacks(&layer)) stacks_[stack].is_changed = true;
}

void ChangeProcessor::MarkMuted() {
  if (edits_.mute.empty() && edits_.unmute.empty()) return;
  const std::set<std::string> muted(edits_.mute.begin(), edits_.mute.end());
  const std::set<std::string> unmuted(edits_.unmute.begin(), edits_.unmute.end());
  for (uint32_t stack = 0; stack < cache_.pool->GetStackCount(); ++stack) {
    const LayerStackPtr& known = cache_.pool->GetStack(stack);
    bool is_affected = std::any_of(
        known->GetEntries().begin(), known->GetEntries().end(),
        [&](const LayerStack::Entry& entry) { return muted.count(entry.layer->GetIdentifier()) != 0; });
    for (const std::string& identifier : known->GetMutedLayers())
      is_affected |= unmuted.count(identifier) != 0;
    if (is_affected) stacks_[stack].is_changed = true;
    if (stack != cache_.root_stack_number && muted.count(known->GetRootLayer()->GetIdentifier()))
      stacks_[stack].affects_all = true;  // nothing leads there any more
  }
  if (unmuted.empty()) return;
  for (const PrimIndexPtr& index : cache_.indices.FindFaulty()) {
    const bool is_muted =
        std::any_of(index->GetErrors().begin(), index->GetErrors().end(),
                    [](const CompositionError& error) { return error.type == ErrorType::kMutedAssetPath; });
    if (is_muted) resynced_.push_back(index->GetPath());
  }
}

void ChangeProcessor::FindStackEdits() {
  for (const LayerEdit& edit : edits_.layers) {
    auto root = edit.changes.by_path.find(Path::AbsoluteRoot());
    if (root == edit.changes.by_path.end()) continue;
    bool decides_rate = false, decides_layers = false;
    for (const layer::Change::FieldChange& field : root->second.fields) {
      decides_layers |= DecidesLayers(field.field);
      decides_rate |= DecidesRate(field.field);
    }
    const bool is_replaced = root->second.content_replaced;
    if (!decides_layers && !decides_rate && !is_replaced) continue;
    std::vector<uint32_t> stacks = dependencies_->FindStacks(edit.layer.get());
    // It defines variables even where it is muted.
    if (stacks.empty() && edit.layer == cache_.session) stacks.push_back(cache_.root_stack_number);
    for (uint32_t stack : stacks) {
      StackEdit& found = stacks_[stack];
      found.is_changed = true;
      found.affects_all |= decides_rate || is_replaced;
      found.is_table_stale |= is_replaced;
    }
    names_unknown_ |= is_replaced;
  }
  MarkMuted();
  if (edits_.resolver == CacheEdits::Resolver::kChanged) {
    for (uint32_t stack = 0; stack < cache_.pool->GetStackCount(); ++stack) stacks_[stack].is_changed = true;
  }
  for (auto& [stack, edit] : stacks_)
    if (edit.is_changed) Rebuild(stack, edit);
}

void ChangeProcessor::Rebuild(uint32_t stack, StackEdit& edit) {
  const LayerStack& known = *cache_.pool->GetStack(stack);
  LayerStackRequest request{known.GetRootLayer(), known.GetSessionLayer(), cache_.FindOverrides(stack)};
  edit.fresh = LayerStackBuilder(cache_.provider.get(), cache_.options).BuildWithoutTable(request);
  ++result_.rebuilt_layer_stacks;
  const LayerStack& fresh = *edit.fresh;
  AddMoved(known.GetIncrementalRelocatesSourceToTarget(), fresh.GetIncrementalRelocatesSourceToTarget(),
           edit.moved);
  AddMoved(known.GetRelocatesSourceToTarget(), fresh.GetRelocatesSourceToTarget(), edit.moved);
  edit.affects_all |= known.GetTimeCodesPerSecond() != fresh.GetTimeCodesPerSecond() ||
                      !AgreeOnCommon(known.GetEntries(), fresh.GetEntries());
  const std::set<std::string> variables = FindChangedVariables(known, fresh);
  edit.has_other_variables = !variables.empty();
  if (!variables.empty()) {
    // Those who are led to from here have these variables, too, and are other stacks with other ones.
    edit.affects_all |= cache_.HaveLedOn(known.GetExpressionVariables());
    for (Path path : cache_.FindPrimsUsingVariables(known, &variables)) resynced_.push_back(path);
  }
  edit.entered = FindMissing(fresh.GetEntries(), known.GetEntries());
  edit.left = FindMissing(known.GetEntries(), fresh.GetEntries());
  edit.is_changed = edit.affects_all || !edit.moved.empty() || !variables.empty() || !edit.entered.empty() ||
                    !edit.left.empty();
}

void ChangeProcessor::ResyncAllOf(uint32_t stack) {
  if (stack == cache_.root_stack_number)
    resyncs_all_ = true;
  else
    dependencies_->VisitStack(stack, [&](const PrimIndex& index) { resynced_.push_back(index.GetPath()); });
}

void ChangeProcessor::AdoptStacks() {
  for (const auto& [stack, path] : edited_sites_)
    LayerStackEditor::NoteEdit(cache_.pool->GetStack(stack), path);
  for (auto& [number, edit] : stacks_) {
    const LayerStackPtr& stack = cache_.pool->GetStack(number);
    if (edit.fresh) {
      const std::vector<LayerStack::Entry> before = stack->GetEntries();
      LayerStackEditor::Adopt(stack, std::move(*edit.fresh));
      cache_.pool->NoteEdit(number, edit.entered);
      dependencies_->MoveStack(number, before);
      if (number == cache_.root_stack_number) cache_.RenewRootOverrides();
    }
    if (edit.is_table_stale)
      LayerStackEditor::UpdateAllSites(stack);
    else
      LayerStackEditor::UpdateSites(stack, edit.sites);
    if (edit.is_changed) result_.layer_stacks.push_back(stack);
  }
}

}  // namespace strata::compose
