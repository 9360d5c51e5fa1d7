// Metadata of prims, properties and the stage: one composition of opinions, three places to ask.
#include "strata/layer/fields.h"
#include "strata/stage/asset_values.h"
#include "strata/stage/metadata.h"
#include "strata/stage/property.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// What a question about a field needs to know of the object asked.
struct MetadataQuery {
  const Stage::Impl* stage = nullptr;
  compose::PrimIndexPtr index;
  std::vector<FieldSite> sites;
  FieldOwner owner = FieldOwner::kPrim;
  const std::vector<layer::SpecStore::Field>* schema_fields = nullptr;

  explicit operator bool() const { return stage != nullptr; }
  AssetPathResolver MakeResolver() const {
    return AssetPathResolver(*stage->registry, *stage->options.resolver_context);
  }
  const Value* FindFallback(Token field) const {
    return FindFieldFallback(stage->registry->GetFields(), field, owner, schema_fields);
  }
};

// The metadata of a stage is what its root layer and the root of its session say, not what sublayers do.
std::vector<FieldSite> KeepRootLayers(const Stage::Impl& stage, std::vector<FieldSite> sites) {
  std::erase_if(sites, [&stage](const FieldSite& at) {
    return at.site.entry->layer != stage.root && at.site.entry->layer != stage.session;
  });
  return sites;
}

MetadataQuery QueryPrim(const Prim& prim) {
  MetadataQuery query;
  PrimAccess access(prim);
  if (!access) return query;
  query.stage = access.stage;
  query.sites = FindPrimSites(access.Index());
  if (access.Index()) query.index = access.Get().index;
  if (access.Get().Is(PrimFlag::kPseudoRoot)) {
    query.owner = FieldOwner::kStage;
    query.sites = KeepRootLayers(*access.stage, std::move(query.sites));
  }
  if (access.Get().definition) query.schema_fields = &access.Get().definition->GetMetadata();
  return query;
}

MetadataQuery QueryProperty(const Property& property) {
  MetadataQuery query;
  PrimAccess access(property.GetPrim());
  if (!access) return query;
  query.stage = access.stage;
  query.owner = FieldOwner::kProperty;
  query.sites = FindPropertySites(access.Index(), property.GetName());
  if (access.Index()) query.index = access.Get().index;
  if (const schema::PrimDefinition* definition = access.Get().definition)
    if (const schema::PropertyDefinition* known = definition->FindProperty(property.GetName()))
      query.schema_fields = &known->metadata;
  return query;
}

Value AskField(const MetadataQuery& query, Token field) {
  if (!query) return {};
  return ComposeField(query.sites, field, query.MakeResolver(), query.FindFallback(field));
}

Value AskKey(const MetadataQuery& query, Token field, std::string_view key_path) {
  Value whole = AskField(query, field);
  const Dictionary* dictionary = whole.GetIf<Dictionary>();
  const Value* entry = dictionary ? dictionary->FindByKeyPath(key_path) : nullptr;
  return entry ? *entry : Value();
}

// Custom data of schemas adds to what is authored, and is not metadata of the object by itself.
std::vector<layer::SpecStore::Field> AskAll(const MetadataQuery& query, bool with_schema) {
  std::vector<layer::SpecStore::Field> fields;
  if (!query) return fields;
  std::vector<Token> names = ListMetadataFields(query.sites, query.owner);
  if (with_schema && query.schema_fields) {
    for (const layer::SpecStore::Field& known : *query.schema_fields)
      if (known.name != layer::GetFieldNames().customData) names.push_back(known.name);
    std::sort(names.begin(), names.end(), TokenTextLess());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
  AssetPathResolver resolver = query.MakeResolver();
  for (Token name : names) {
    const Value* fallback = with_schema ? query.FindFallback(name) : nullptr;
    Value value = ComposeField(query.sites, name, resolver, fallback);
    if (!value.IsEmpty()) fields.push_back({name, std::move(value)});
  }
  return fields;
}

Opinions AskOpinions(const MetadataQuery& query, Token field) {
  if (!query) return {};
  return ListFieldOpinions(query.index, query.sites, field, query.MakeResolver(), query.FindFallback(field));
}

}  // namespace

Value Prim::GetMetadata(Token field) const {
  return AskField(QueryPrim(*this), field);
}
Value Prim::GetMetadataByDictKey(Token field, std::string_view key_path) const {
  return AskKey(QueryPrim(*this), field, key_path);
}
bool Prim::HasAuthoredMetadata(Token field) const {
  return IsFieldAuthored(QueryPrim(*this).sites, field);
}
std::vector<layer::SpecStore::Field> Prim::GetAllAuthoredMetadata() const {
  return AskAll(QueryPrim(*this), false);
}
std::vector<layer::SpecStore::Field> Prim::GetAllMetadata() const {
  return AskAll(QueryPrim(*this), true);
}
Opinions Prim::GetMetadataOpinions(Token field) const {
  return AskOpinions(QueryPrim(*this), field);
}

Value Property::GetMetadata(Token field) const {
  return AskField(QueryProperty(*this), field);
}
Value Property::GetMetadataByDictKey(Token field, std::string_view key_path) const {
  return AskKey(QueryProperty(*this), field, key_path);
}
bool Property::HasAuthoredMetadata(Token field) const {
  return IsFieldAuthored(QueryProperty(*this).sites, field);
}
std::vector<layer::SpecStore::Field> Property::GetAllAuthoredMetadata() const {
  return AskAll(QueryProperty(*this), false);
}
std::vector<layer::SpecStore::Field> Property::GetAllMetadata() const {
  return AskAll(QueryProperty(*this), true);
}
Opinions Property::GetMetadataOpinions(Token field) const {
  return AskOpinions(QueryProperty(*this), field);
}

Value Stage::GetMetadata(Token field) const {
  if (field == layer::GetFieldNames().timeCodesPerSecond) return Value(GetTimeCodesPerSecond());
  return GetPseudoRoot().GetMetadata(field);
}
Value Stage::GetMetadataByDictKey(Token field, std::string_view key_path) const {
  return GetPseudoRoot().GetMetadataByDictKey(field, key_path);
}
bool Stage::HasAuthoredMetadata(Token field) const {
  return GetPseudoRoot().HasAuthoredMetadata(field);
}
std::vector<layer::SpecStore::Field> Stage::GetAllAuthoredMetadata() const {
  return GetPseudoRoot().GetAllAuthoredMetadata();
}
Opinions Stage::GetMetadataOpinions(Token field) const {
  return GetPseudoRoot().GetMetadataOpinions(field);
}

// Old files name the range in frames.
double Stage::GetStartTimeCode() const {
  const layer::FieldNames& names = layer::GetFieldNames();
  bool old = !HasAuthoredMetadata(names.startTimeCode) && HasAuthoredMetadata(names.startFrame);
  return GetMetadata(old ? names.startFrame : names.startTimeCode).GetOr(0.0);
}
double Stage::GetEndTimeCode() const {
  const layer::FieldNames& names = layer::GetFieldNames();
  bool old = !HasAuthoredMetadata(names.endTimeCode) && HasAuthoredMetadata(names.endFrame);
  return GetMetadata(old ? names.endFrame : names.endTimeCode).GetOr(0.0);
}
bool Stage::HasAuthoredTimeCodeRange() const {
  const layer::FieldNames& names = layer::GetFieldNames();
  return (HasAuthoredMetadata(names.startTimeCode) || HasAuthoredMetadata(names.startFrame)) &&
         (HasAuthoredMetadata(names.endTimeCode) || HasAuthoredMetadata(names.endFrame));
}

// Where no rate of time codes is authored, that of frames stands in for it.
double Stage::GetTimeCodesPerSecond() const {
  const layer::FieldNames& names = layer::GetFieldNames();
  Prim root = GetPseudoRoot();
  if (root.HasAuthoredMetadata(names.timeCodesPerSecond))
    return root.GetMetadata(names.timeCodesPerSecond).GetOr(24.0);
  if (root.HasAuthoredMetadata(names.framesPerSecond)) return GetFramesPerSecond();
  return 24.0;
}
double Stage::GetFramesPerSecond() const {
  return GetMetadata(layer::GetFieldNames().framesPerSecond).GetOr(24.0);
}

}  // namespace strata::stage
