#include "strata/stage/notice_builder.h"

#include <algorithm>

#include "strata/layer/fields.h"

namespace strata::stage {

namespace {

using compose::SpecChange;

// Fields of prims that decide what a prim is to its stage.
bool MakesPrimAnew(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  for (Token known : {names.active, names.kind, names.typeName, names.specifier, names.apiSchemas,
                      names.clips, names.clipSets, names.primOrder, names.instanceable})
    if (field == known) return true;
  return false;
}

// What a spec without the field says all the same.
Value GetRequiredFallback(Path spec, Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (spec.IsPrimProperty()) {
    if (field == names.custom) return Value(false);
    if (field == names.variability) return Value(Variability::kVarying);
    if (field == names.typeName) return Value(Token());
  } else if (field == names.specifier) {
    return Value(Specifier::kOver);
  }
  return {};
}

bool IsChanged(Path spec, const layer::Change::FieldChange& field) {
  if (layer::IsChildrenField(field.field)) return false;
  const Value fallback = GetRequiredFallback(spec, field.field);
  const Value& before = field.before.IsEmpty() ? fallback : field.before;
  const Value& after = field.after.IsEmpty() ? fallback : field.after;
  return before.IsEmpty() || after.IsEmpty() ? before.IsEmpty() != after.IsEmpty() || field.before.IsEmpty()
                                             : !(before == after);
}

}  // namespace

std::shared_ptr<ObjectsChanged> NoticeBuilder::MakeOfAll(const StageChanges& changes) {
  auto notice = std::make_shared<ObjectsChanged>();
  notice->changes_ = &changes;
  notice->resynced_ = {Path::AbsoluteRoot()};
  return notice;
}

// Where the stage has what composition has at `path`: what instances share is below their prototype. Empty
// below an instance that no prototype was made from.
Path NoticeBuilder::MapToStage(Path path) const {
  if (path.IsPrimProperty()) {
    const Path prim = MapToStage(path.GetParent());
    if (prim.IsEmpty()) return prim;
    return prim == path.GetParent() ? path : prim.AppendProperty(path.GetNameToken());
  }
  const uint32_t record = stage_.FindByIndexPath(path);
  if (record != kNoRecord) return stage_.Record(record).path;
  // It is gone: where it would be below what is there.
  Path below = path;
  for (Path above = path.GetParent(); !above.IsEmpty(); below = above, above = above.GetParent()) {
    const uint32_t holder = stage_.FindHolder(above);
    // What an instance shares is where its prototype was made from, and nowhere else.
    if (holder == kNoRecord && stage_.FindByIndexPath(above) != kNoRecord) return {};
    if (holder == kNoRecord) continue;
    return path.ReplacePrefix(above, stage_.Record(holder).path, Path::TargetFix::kKeepTargets);
  }
  return path;
}

void NoticeBuilder::AddFields(Path path, const SpecChange& spec) {
  if (!spec.change || spec.change->spec_removed) return;
  for (const layer::Change::FieldChange& field : spec.change->fields)
    if (IsChanged(spec.spec, field)) fields_[path].insert(field.field);
}

// Whether nothing but the names of what is below changed, which is told of there.
bool NoticeBuilder::IsOfChildren(const SpecChange& spec) {
  return spec.change && !spec.change->spec_added && !spec.change->spec_removed &&
         !spec.change->content_replaced &&
         std::none_of(spec.change->fields.begin(), spec.change->fields.end(),
                      [&](const layer::Change::FieldChange& field) { return IsChanged(spec.spec, field); });
}

// Whether a spec that came or went says more than that there is a prim.
bool NoticeBuilder::IsTelling(const SpecChange& spec) {
  const Value over(Specifier::kOver);
  const Token specifier = layer::GetFieldNames().specifier;
  if (spec.kind != SpecChange::Kind::kEdited) {
    for (const auto& [name, value] : spec.layer->GetContent().Find(spec.spec))
      if (!layer::IsChildrenField(name) && !(name == specifier && value == over)) return true;
    return false;
  }
  return spec.change->spec_removed && std::any_of(spec.change->fields.begin(), spec.change->fields.end(),
                                                  [&](const layer::Change::FieldChange& field) {
                                                    return field.field != specifier ||
                                                           !(field.before == over);
                                                  });
}

void NoticeBuilder::AddSpec(const SpecChange& spec) {
  if (IsOfChildren(spec)) return;
  // What the stage says of itself is said by its root layer and its session layer.
  if (spec.path.IsAbsoluteRoot() && spec.kind != SpecChange::Kind::kEdited) return;
  const Path path = MapToStage(spec.path);
  if (path.IsEmpty()) return;
  AddFields(path, spec);
  const bool came_or_went = spec.kind != SpecChange::Kind::kEdited || spec.change->spec_added ||
                            spec.change->spec_removed || spec.change->content_replaced;
  if (path.IsPrimProperty()) {
    (came_or_went ? properties_ : info_).insert(path);
    return;
  }
  const bool is_anew =
      IsTelling(spec) ||
      (spec.change && std::any_of(spec.change->fields.begin(), spec.change->fields.end(),
                                  [&](const layer::Change::FieldChange& field) {
                                    return MakesPrimAnew(field.field) && IsChanged(spec.spec, field);
                                  }));
  (is_anew ? prims_ : info_).insert(path);
}

void NoticeBuilder::AddPrototypes() {
  for (const std::vector<Path>* paths :
       {&changes_.added_prototypes, &changes_.changed_prototypes, &changes_.removed_prototypes})
    prims_.insert(paths->begin(), paths->end());
}

bool NoticeBuilder::IsBelowResynced(Path path) const {
  for (Path above = path.GetParent(); !above.IsEmpty(); above = above.GetParent())
    if (prims_.count(above)) return true;
  return false;
}

// Deleted prims, and the ends of moves.
void NoticeBuilder::AddResyncTypes() {
  using Type = PrimResyncType;
  for (Path path : notice_->resynced_) {
    const bool is_gone = path.IsPrim() && stage_.FindOwn(path) == kNoRecord;
    if (is_gone) notice_->resync_types_[path] = {Type::kDelete, Path()};
  }
  for (const NamespaceMove& move : moves_) {
    if (move.to.IsEmpty()) continue;
    if (move.from.IsPrimProperty()) {
      notice_->renamed_properties_.emplace_back(move.from, move.to);
      continue;
    }
    const bool is_renamed = move.from.GetNameToken() != move.to.GetNameToken();
    const bool is_moved = move.from.GetParent() != move.to.GetParent();
    const Type source = is_renamed && is_moved ? Type::kRenameAndReparentSource
                        : is_moved             ? Type::kReparentSource
                                               : Type::kRenameSource;
    const Type destination = is_renamed && is_moved ? Type::kRenameAndReparentDestination
                             : is_moved             ? Type::kReparentDestination
                                                    : Type::kRenameDestination;
    const std::vector<Path>& resynced = notice_->resynced_;
    if (std::binary_search(resynced.begin(), resynced.end(), move.from))
      notice_->resync_types_[move.from] = {source, move.to};
    if (std::binary_search(resynced.begin(), resynced.end(), move.to))
      notice_->resync_types_[move.to] = {destination, move.from};
  }
}

// Expressions in asset paths are evaluated when they are asked for: all that a layer stack with other
// variables brings may lead elsewhere, from the prims on whose arcs lead there.
void NoticeBuilder::AddVariables(const compose::CacheEdits& edits) {
  const Token field = layer::GetFieldNames().expressionVariables;
  for (const compose::LayerEdit& edit : edits.layers) {
    const auto change = edit.changes.by_path.find(Path::AbsoluteRoot());
    const bool speaks =
        change != edit.changes.by_path.end() &&
        std::any_of(change->second.fields.begin(), change->second.fields.end(),
                    [&](const layer::Change::FieldChange& one) { return one.field == field; });
    if (!speaks) continue;
    for (const compose::LayerStackPtr& stack : stage_.cache->FindAllLayerStacksUsingLayer(*edit.layer)) {
      if (stack == stage_.cache->GetRootLayerStack()) {
        asset_paths_.insert(Path::AbsoluteRoot());
        continue;
      }
      std::set<Path> dependent;
      for (const compose::Dependency& dependency : stage_.cache->FindSiteDependencies(
               *stack, Path::AbsoluteRoot(), compose::kDependencyAnyNonVirtual, compose::RecurseOnSite::kYes))
        dependent.insert(dependency.index_path);
      for (Path path : dependent) {
        bool is_below = false;
        for (Path above = path.GetParent(); !above.IsEmpty() && !is_below; above = above.GetParent())
          is_below = dependent.count(above) != 0;
        if (is_below) continue;
        const Path on_stage = MapToStage(path);
        if (on_stage.IsEmpty()) continue;
        asset_paths_.insert(on_stage);
        info_.insert(on_stage);
        fields_[on_stage].insert(field);
      }
    }
  }
}

void NoticeBuilder::Finish() {
  for (Path path : prims_)
    if (!IsBelowResynced(path)) notice_->resynced_.push_back(path);
  auto is_told = [&](Path path) { return prims_.count(path) != 0 || IsBelowResynced(path); };
  for (Path path : properties_)
    if (!is_told(path)) notice_->resynced_.push_back(path);
  std::sort(notice_->resynced_.begin(), notice_->resynced_.end());
  for (Path path : info_)
    if (!is_told(path) && !properties_.count(path)) notice_->info_only_.push_back(path);
  for (Path path : asset_paths_)
    if (!is_told(path)) notice_->asset_paths_.push_back(path);
  for (auto& [path, fields] : fields_) {
    if (fields.empty() || IsBelowResynced(path)) continue;
    std::vector<Token> sorted(fields.begin(), fields.end());
    std::sort(sorted.begin(), sorted.end(), TokenTextLess());
    notice_->fields_[path] = std::move(sorted);
  }
}

std::shared_ptr<ObjectsChanged> NoticeBuilder::Build() {
  const StagePopulationMask& mask = stage_.options.population_mask;
  for (Path path : changes_.cache.resynced)
    if (mask.Includes(path)) prims_.insert(MapToStage(path));
  prims_.erase(Path());
  for (const SpecChange& spec : changes_.cache.specs) AddSpec(spec);
  for (const SpecChange& spec : changes_.cache.resynced_specs)
    if (const Path path = MapToStage(spec.path); !path.IsEmpty()) AddFields(path, spec);
  for (Path path : changes_.cache.spec_stacks)
    if (path.IsPrim()) info_.insert(MapToStage(path));
  info_.erase(Path());
  AddPrototypes();
  Finish();
  if (notice_->resynced_.empty() && notice_->info_only_.empty() && notice_->asset_paths_.empty())
    return nullptr;
  AddResyncTypes();
  notice_->changes_ = &changes_;
  return std::move(notice_);
}

}  // namespace strata::stage
