#include "strata/compose/layer_stack.h"

#include "strata/compose/layer_stack_builder.h"
#include "strata/compose/layer_stack_table.h"

namespace strata::compose {

using layer::SpecType;

uint32_t GetSiteField(Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (field == names.references) return kSiteReferences;
  if (field == names.payload) return kSitePayload;
  if (field == names.inheritPaths) return kSiteInherits;
  if (field == names.specializes) return kSiteSpecializes;
  if (field == names.variantSetNames) return kSiteVariantSets;
  if (field == names.variantSelection) return kSiteVariantSelection;
  if (field == names.instanceable) return kSiteInstanceable;
  if (field == names.permission) return kSitePermission;
  if (field == names.symmetryFunction || field == names.symmetryArguments) return kSiteSymmetry;
  return 0;
}

uint32_t ReadSiteFields(const layer::SpecStore::SpecView& spec) {
  uint32_t fields = 0;
  for (size_t i = 0; i < spec.GetFieldCount(); ++i) fields |= GetSiteField(spec.GetFieldName(i));
  return fields;
}

SiteShare ReadSiteShare(const layer::SpecStore::SpecView& spec) {
  const layer::FieldNames& names = layer::GetFieldNames();
  SiteShare share;
  share.names_children = spec.GetType() == SpecType::kPseudoRoot;
  bool is_plain = true;
  size_t specifier = spec.GetFieldCount();
  for (size_t i = 0; i < spec.GetFieldCount(); ++i) {
    const Token field = spec.GetFieldName(i);
    if (field == names.specifier) {
      specifier = i;
    } else if (field == names.primChildren || field == names.primOrder) {
      share.names_children = true;
    } else if (field != names.properties) {
      is_plain = false;
      share.fields |= GetSiteField(field);
    }
  }
  if (!is_plain) return share;
  const Value* value = specifier == spec.GetFieldCount() ? nullptr : spec.GetFieldValue(specifier);
  share.is_plain = value && value->GetOr(Specifier::kDef) == Specifier::kOver;
  return share;
}

bool IsPlainOver(const layer::SpecStore::SpecView& spec) {
  return ReadSiteShare(spec).is_plain;
}

namespace {

constexpr uint32_t kFirstEntry[] = {0};

}  // namespace

LayerStack::Site LayerStack::FindSite(Path prim_path) const {
  if (!table_) {
    if (entries_.empty()) return {};
    layer::SpecStore::SpecView spec = entries_[0].layer->GetContent().Find(prim_path);
    if (!spec || !IsPrimLike(spec.GetType())) return {};
    return {kFirstEntry, ReadSiteFields(spec), true, nullptr};
  }
  auto found = table_->prims.rows.find(prim_path);
  if (found == table_->prims.rows.end()) return {};
  const InvertedTable::Row& row = found->second;
  return {table_->prims.Get(row), row.fields, row.may_name_children != 0,
          row.knows_plain ? table_->prims.is_plain.data() + row.begin : nullptr};
}

std::span<const uint32_t> LayerStack::FindLayersWithSpec(Path path) const {
  if (!table_) {
    if (entries_.empty() || !entries_[0].layer->HasSpec(path)) return {};
    return kFirstEntry;
  }
  if (path.IsAbsoluteRootOrPrim() || path.IsPrimVariantSelection()) {
    auto found = table_->prims.rows.find(path);
    if (found != table_->prims.rows.end()) return table_->prims.Get(found->second);
    if (!path.IsPrimVariantSelection()) return {};
  }
  InvertedTable::Lazy& others = *table_->others;
  std::call_once(others.once,
                 [&] { others.index = InvertedTable::Tabulate(entries_, InvertedTable::Which::kOther); });
  auto found = others.index.rows.find(path);
  return found == others.index.rows.end() ? std::span<const uint32_t>() : others.index.Get(found->second);
}

Path LayerStack::FindRelocateTarget(Path source) const {
  if (incremental_relocates_.empty()) return Path();
  auto found = incremental_relocates_.find(source);
  return found == incremental_relocates_.end() ? Path() : found->second;
}

Path LayerStack::FindRelocateSource(Path target) const {
  if (relocates_by_target_.empty()) return Path();
  auto found = relocates_by_target_.find(target);
  return found == relocates_by_target_.end() ? Path() : found->second;
}

bool LayerStack::IsRelocationSource(Path path) const {
  return !incremental_relocates_.empty() && incremental_relocates_.count(path) != 0;
}

void LayerStackBuilder::AddRelocates() {
  RelocatesResult relocates = ComputeRelocates(stack_->entries_);
  for (CompositionError& error : relocates.errors) stack_->errors_.push_back(std::move(error));
  stack_->incremental_relocates_ = std::move(relocates.incremental);
  stack_->relocates_ = std::move(relocates.combined);
  for (const auto& [source, target] : stack_->incremental_relocates_)
    if (!target.IsEmpty()) stack_->relocates_by_target_[target] = source;
  for (const std::map<Path, Path>* relocates : {&stack_->incremental_relocates_, &stack_->relocates_}) {
    for (const auto& pair : *relocates)
      for (Path end : {pair.first, pair.second})
        for (; !end.IsEmpty() && !end.IsAbsoluteRoot() && stack_->relocated_.insert(end).second;)
          end = end.GetParent();
  }
}

LayerStackPtr LayerStackBuilder::Build(const LayerStackRequest& request) {
  std::shared_ptr<LayerStack> stack = BuildWithoutTable(request);
  if (stack->entries_.size() > 1)
    stack->table_ = std::make_shared<LayerStack::InvertedTable>(stack->entries_);
  return stack;
}

std::shared_ptr<LayerStack> LayerStackBuilder::BuildWithoutTable(const LayerStackRequest& request) {
  const layer::FieldNames& names = layer::GetFieldNames();
  stack_ = std::make_shared<LayerStack>();
  stack_->root_ = request.root;
  stack_->session_ = request.session;
  const Path root = Path::AbsoluteRoot();

  Dictionary variables;
  if (auto* own = request.root->GetFieldAs<Dictionary>(root, names.expressionVariables)) variables = *own;
  if (request.session)
    if (auto* own = request.session->GetFieldAs<Dictionary>(root, names.expressionVariables))
      variables = own->ComposeOver(variables);
  // A muted session layer goes on to name the stack, and to define its variables.
  layer::LayerPtr session = request.session;
  if (session && options_.muted_layers.count(session->GetIdentifier())) {
    stack_->muted_layers_.insert(session->GetIdentifier());
    session = nullptr;
  }
  stack_->expression_variables_ = request.variable_overrides.IsEmpty()
                                      ? std::move(variables)
                                      : request.variable_overrides.ComposeOver(variables);

  // The session layer decides the rate when it writes one; its frame rate counts only when the root has no
  // rate at all.
  const bool session_decides = session && (session->GetField(root, names.timeCodesPerSecond) ||
                                           (session->GetField(root, names.framesPerSecond) &&
                                            !request.root->GetField(root, names.timeCodesPerSecond)));
  const double rate = (session_decides ? session : request.root)->GetTimeCodesPerSecond();
  stack_->time_codes_per_second_ = rate;
  auto add_tree = [&](const layer::LayerPtr& layer, bool is_session) {
    const double own_rate = layer->GetTimeCodesPerSecond();
    LayerOffset offset;
    if (own_rate != rate && own_rate != 0) offset.scale = rate / own_rate;
    AddLayer(layer, offset, own_rate, 0, is_session);
  };
  if (session) add_tree(session, true);
  for (const LayerStack::Entry& entry : stack_->entries_) {  // of the session; the strongest that names one
    auto* owner = entry.layer->GetFieldAs<std::string>(root, names.sessionOwner);
    if (!owner) continue;
    session_owner_ = *owner;
    break;
  }
  add_tree(request.root, false);
  AddRelocates();
  return std::move(stack_);
}

void LayerStackBuilder::AddLayer(const layer::LayerPtr& layer, const LayerOffset& offset,
                                 double time_codes_per_second, int depth, bool is_session) {
  stack_->entries_.push_back({layer, offset, depth, is_session});
  open_.push_back(layer.get());
  AddSublayers(layer, offset, time_codes_per_second, depth, is_session);
  open_.pop_back();
}

void LayerStackBuilder::AddError(ErrorType type, std::string message, const layer::Layer& where,
                                 std::string hint) {
  SourceLocation location;
  location.file = where.GetIdentifier();
  location.path = "/";
  stack_->errors_.push_back(
      {type, Path::AbsoluteRoot(),
       Diagnostic(GetErrorCode(type), std::move(message), std::move(location), std::move(hint))});
}

}  // namespace strata::compose
