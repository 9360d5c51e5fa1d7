#include "strata/stage/metadata.h"

#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/asset_values.h"

namespace strata::stage {

namespace {

template <class T>
struct IsListOp : std::false_type {};
template <class T>
struct IsListOp<ListOp<T>> : std::true_type {};

// Combines two list ops of one kind into one that says the same as both; where none does, into the list they
// make.
template <class Op>
Value CombineListOps(const Value& strong, const Value& weak) {
  const Op& above = strong.Get<Op>();
  const Op& below = weak.Get<Op>();
  if (above.is_explicit) return strong;
  if (std::optional<Op> both = above.ComposeOver(below)) return Value(std::move(*both));
  std::vector<typename Op::Item> items;
  below.ApplyTo(items);
  above.ApplyTo(items);
  return Value(Op::CreateExplicit(std::move(items)));
}

template <class Op>
Value MakeExplicit(const Value& value) {
  const Op& op = value.Get<Op>();
  return op.is_explicit ? value : Value(Op::CreateExplicit(op.GetAppliedItems()));
}

// Calls visit.template operator()<Op>() with the list op type that `type` names; false when it names none.
template <class Visitor>
bool VisitListOpType(ValueType type, Visitor&& visit) {
  switch (type) {
#define X(name, cpp_type)                      \
  case ValueType::k##name:                     \
    if constexpr (IsListOp<cpp_type>::value) { \
      visit.template operator()<cpp_type>();   \
      return true;                             \
    }                                          \
    return false;
    STRATA_FIELD_TYPES(X)
#undef X
    default:
      return false;
  }
}

bool IsListOpType(ValueType type) {
  return VisitListOpType(type, []<class Op>() {});
}

Value TakeFieldValue(const FieldSite& at, const Value& authored, const AssetPathResolver& resolver) {
  Value value = Retime(authored, at.site.GetOffsetToRoot());
  if (HoldsAssetPaths(value)) resolver.ResolveIn(value, *at.site.entry->layer, *at.site.node.GetLayerStack());
  return value;
}

// A class that an inherit of the prim itself brings says how the class is meant, not what the prim is.
bool ComesFromDirectInherit(compose::NodeRef node) {
  for (; node && !node.IsRoot(); node = node.GetParent())
    if (node.GetArcType() == compose::ArcType::kInherit && !node.IsDueToAncestor()) return true;
  return false;
}

bool IsStructural(Token field, FieldOwner owner) {
  const layer::FieldNames& names = layer::GetFieldNames();
  auto any_of = [field](std::initializer_list<Token> tokens) {
    return std::find(tokens.begin(), tokens.end(), field) != tokens.end();
  };
  switch (owner) {
    case FieldOwner::kStage:
      return any_of({names.primChildren, names.subLayers, names.subLayerOffsets, names.layerRelocates,
                     names.properties});
    case FieldOwner::kPrim:
      return any_of({names.primChildren, names.properties, names.variantSetChildren, names.variantSetNames,
                     names.variantSelection, names.references, names.payload, names.inheritPaths,
                     names.specializes, names.relocates, names.clips, names.clipSets});
    case FieldOwner::kProperty:
      return any_of({names.default_, names.timeSamples, names.spline, names.connectionPaths,
                     names.targetPaths, names.connectionChildren, names.targetChildren});
  }
  return false;
}

bool AppliesTo(const layer::FieldDefinition& definition, FieldOwner owner) {
  if (owner == FieldOwner::kStage) return definition.on_layer;
  if (owner == FieldOwner::kPrim) return definition.on_prim;
  return definition.on_attribute || definition.on_relationship;
}

}  // namespace

std::vector<FieldSite> FindPrimSites(const compose::PrimIndex* index) {
  std::vector<FieldSite> sites;
  if (!index) return sites;
  sites.reserve(index->GetSpecStack().size());
  for (const compose::SpecSite& site : index->GetSpecStack())
    sites.push_back({site, site.path, site.entry->layer->GetContent().Find(site.path)});
  return sites;
}

std::vector<FieldSite> FindPropertySites(const compose::PrimIndex* index, Token property) {
  std::vector<FieldSite> sites;
  if (!index) return sites;
  for (const compose::SpecSite& site : index->GetSpecStack())
    if (const auto spec = FindPropertySpec(site.entry->layer->GetContent(), site.path, property))
      sites.push_back({site, site.path.AppendProperty(property), spec});
  return sites;
}

layer::SpecType FindPropertyType(const std::vector<FieldSite>& sites) {
  for (const FieldSite& at : sites) {
    const layer::SpecType type = at.spec.GetType();
    if (type == layer::SpecType::kAttribute || type == layer::SpecType::kRelationship) return type;
  }
  return layer::SpecType::kUnknown;
}

Variability ComposeVariability(const std::vector<FieldSite>& sites) {
  if (sites.empty()) return Variability::kVarying;
  const FieldSite& weakest = sites.back();
  const bool is_relationship = weakest.spec.GetType() == layer::SpecType::kRelationship;
  const Variability unauthored = is_relationship ? Variability::kUniform : Variability::kVarying;
  const Value* authored = weakest.spec.Find(layer::GetFieldNames().variability);
  return authored ? authored->GetOr(unauthored) : unauthored;
}

Token ComposeTypeName(const std::vector<FieldSite>& sites) {
  for (const FieldSite& at : sites) {
    const Value* authored = at.spec.Find(layer::GetFieldNames().typeName);
    if (authored && authored->Holds<Token>()) return authored->Get<Token>();
  }
  return {};
}

Specifier ComposeSpecifier(const compose::PrimIndex& index) {
  const Token field = layer::GetFieldNames().specifier;
  if (index.GetPath().IsAbsoluteRoot()) return Specifier::kDef;
  Specifier composed = Specifier::kOver;
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    const auto* specifier = site.entry->layer->GetFieldAs<Specifier>(site.path, field);
    if (!specifier || *specifier == Specifier::kOver) continue;
    if (*specifier == Specifier::kDef) return Specifier::kDef;
    composed = Specifier::kClass;
    if (!ComesFromDirectInherit(site.node)) return composed;
  }
  return composed;
}

std::vector<Token> ComposeAppliedSchemas(const compose::PrimIndex& index) {
  const Token field = layer::GetFieldNames().apiSchemas;
  std::vector<const TokenListOp*> ops;
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    const auto* op = site.entry->layer->GetFieldAs<TokenListOp>(site.path, field);
    if (!op) continue;
    ops.push_back(op);
    if (op->is_explicit) break;
  }
  std::vector<Token> schemas;
  for (auto op = ops.rbegin(); op != ops.rend(); ++op) (*op)->ApplyTo(schemas);
  return schemas;
}

bool IsCombining(const Value& value) {
  if (value.Holds<Dictionary>() || IsListOpType(value.GetType())) return true;
  const PathExpression* expression = value.GetIf<PathExpression>();
  return expression && expression->ContainsWeakerReference();
}

Value CombineFieldValues(const Value& strong, const Value& weak) {
  if (strong.GetType() != weak.GetType()) return {};
  if (strong.Holds<Dictionary>()) return strong.Get<Dictionary>().ComposeOver(weak.Get<Dictionary>());
  if (strong.Holds<PathExpression>())
    return strong.Get<PathExpression>().ComposeOver(weak.Get<PathExpression>());
  Value combined;
  VisitListOpType(strong.GetType(), [&]<class Op>() { combined = CombineListOps<Op>(strong, weak); });
  return combined;
}

Value ComposeField(const std::vector<FieldSite>& sites, Token field, const AssetPathResolver& resolver,
                   const Value* fallback) {
  std::vector<Value> combining;  // strongest first, all of one type
  for (const FieldSite& at : sites) {
    const Value* authored = at.spec.Find(field);
    if (!authored) continue;
    if (!combining.empty() && authored->GetType() != combining.front().GetType()) continue;
    Value value = TakeFieldValue(at, *authored, resolver);
    if (combining.empty() && !IsCombining(value)) return value;
    combining.push_back(std::move(value));
  }
  if (combining.empty()) return fallback ? *fallback : Value();
  if (fallback && fallback->GetType() == combining.front().GetType()) combining.push_back(*fallback);
  // From the weakest up: a list op over a list is a list, whatever kinds of edit it holds.
  Value composed = std::move(combining.back());
  VisitListOpType(composed.GetType(), [&]<class Op>() { composed = MakeExplicit<Op>(composed); });
  for (size_t i = combining.size() - 1; i-- > 0;) composed = CombineFieldValues(combining[i], composed);
  return composed;
}

bool IsFieldAuthored(const std::vector<FieldSite>& sites, Token field) {
  return std::any_of(sites.begin(), sites.end(),
                     [field](const FieldSite& at) { return at.spec.Find(field); });
}

std::vector<Token> ListMetadataFields(const std::vector<FieldSite>& sites, FieldOwner owner) {
  std::vector<Token> fields;
  for (const FieldSite& at : sites)
    for (size_t i = 0; i < at.spec.GetFieldCount(); ++i)
      if (const Token field = at.spec.GetFieldName(i); !IsStructural(field, owner)) fields.push_back(field);
  std::sort(fields.begin(), fields.end(), TokenTextLess());
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  return fields;
}

const Value* FindFieldFallback(const layer::FieldRegistry& registry, Token field, FieldOwner owner,
                               const std::vector<layer::SpecStore::Field>* of_schema) {
  if (of_schema)
    for (const layer::SpecStore::Field& known : *of_schema)
      if (known.name == field) return &known.value;
  const layer::FieldDefinition* definition = registry.Find(field);
  if (!definition || definition->fallback.IsEmpty() || !AppliesTo(*definition, owner)) return nullptr;
  return &definition->fallback;
}

std::vector<Token> ListFallbackFields(const layer::FieldRegistry& registry, layer::SpecType type,
                                      FieldOwner owner,
                                      const std::vector<layer::SpecStore::Field>* of_schema) {
  std::vector<Token> fields;
  if (of_schema)
    for (const layer::SpecStore::Field& known : *of_schema) fields.push_back(known.name);
  for (const layer::FieldDefinition* known : registry.GetAll())
    if (known->is_metadata && !known->fallback.IsEmpty() && IsAllowedOn(*known, type) &&
        !IsStructural(known->name, owner))
      fields.push_back(known->name);
  return fields;
}

Opinions ListFieldOpinions(compose::PrimIndexPtr index, const std::vector<FieldSite>& sites, Token field,
                           const AssetPathResolver& resolver, const Value* fallback) {
  Opinions opinions;
  opinions.index = std::move(index);
  bool decided = false;
  ValueType combined_type = ValueType::kEmpty;
  for (const FieldSite& at : sites) {
    const Value* authored = at.spec.Find(field);
    if (!authored) continue;
    Opinion& opinion = opinions.all.emplace_back();
    opinion.node = at.site.node;
    opinion.layer = at.site.entry->layer;
    opinion.spec_path = at.path;
    opinion.field = field;
    opinion.value = *authored;
    opinion.layer_to_stage = at.site.GetOffsetToRoot();
    if (decided || (combined_type != ValueType::kEmpty && combined_type != authored->GetType())) continue;
    decided = !IsCombining(*authored);
    VisitListOpType(authored->GetType(), [&]<class Op>() { decided = authored->Get<Op>().is_explicit; });
    opinion.role =
        combined_type == ValueType::kEmpty && decided ? OpinionRole::kWins : OpinionRole::kContributes;
    combined_type = authored->GetType();
  }
  // One opinion that could have been combined but met no other has the answer to itself.
  if (opinions.all.size() == 1) opinions.all.front().role = OpinionRole::kWins;
  if (fallback) opinions.fallback = *fallback;
  opinions.resolved = ComposeField(sites, field, resolver, fallback);
  return opinions;
}

}  // namespace strata::stage
