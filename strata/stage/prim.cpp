#include "strata/stage/prim.h"

#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

bool AnySpecHas(const Prim& prim, Token field) {
  PrimAccess access(prim);
  return access && IsFieldAuthored(FindPrimSites(access.Index()), field);
}

}  // namespace

Prim::Prim(StageRef stage, Path path, uint32_t record)
    : stage_(std::move(stage)), path_(path), record_(record), generation_(stage_.GetGeneration()) {}

uint32_t Prim::GetRecord() const {
  Stage* stage = stage_.Get();
  if (!stage) return kNoRecord;
  if (generation_ == stage_.GetGeneration()) return record_;
  // The stage has other prims since: this one may have another record, or be gone.
  const std::vector<PrimRecord>& records = stage->GetImpl().records;
  if (record_ < records.size() && records[record_].path == path_) return record_;
  return stage->GetImpl().FindRecord(path_);
}

Token Prim::GetName() const {
  return path_.IsAbsoluteRoot() ? Token() : path_.GetNameToken();
}

Path Prim::GetIndexPath() const {
  PrimAccess access(*this);
  return access ? access.Get().index->GetPath() : Path();
}

uint32_t Prim::GetFlags() const {
  PrimAccess access(*this);
  return access ? access.Get().flags : 0;
}

bool Prim::IsInstanceable() const {
  return GetMetadata(layer::GetFieldNames().instanceable).GetOr(false);
}

bool Prim::IsInstanceProxy() const {
  PrimAccess access(*this);
  return access && access.Get().path != path_;
}

bool Prim::IsInPrototype() const {
  PrimAccess access(*this);
  return access && access.Get().Is(PrimFlag::kInPrototype) && access.Get().path == path_;
}

bool Prim::HasAuthoredReferences() const {
  return AnySpecHas(*this, layer::GetFieldNames().references);
}
bool Prim::HasAuthoredInherits() const {
  return AnySpecHas(*this, layer::GetFieldNames().inheritPaths);
}
bool Prim::HasAuthoredSpecializes() const {
  return AnySpecHas(*this, layer::GetFieldNames().specializes);
}

Prim Prim::GetPrototype() const {
  PrimAccess access(*this);
  if (!access || access.Get().prototype == kNoRecord) return {};
  uint32_t prototype = access.Get().prototype;
  return access.stage->MakePrim(access.stage->Record(prototype).path, prototype);
}

Prim Prim::GetPrimInPrototype() const {
  PrimAccess access(*this);
  if (!access || access.Get().path == path_) return {};
  return access.stage->MakePrim(access.Get().path, access.record);
}

std::vector<Prim> Prim::GetInstances() const {
  std::vector<Prim> instances;
  PrimAccess access(*this);
  if (!access) return instances;
  const auto found = access.stage->prototypes_by_record.find(access.record);
  if (found == access.stage->prototypes_by_record.end()) return instances;
  for (uint32_t instance : access.stage->prototypes[found->second].instances)
    instances.push_back(access.stage->MakePrim(access.stage->Record(instance).path, instance));
  return instances;
}

Token Prim::GetTypeName() const {
  PrimAccess access(*this);
  return access ? access.Get().type_name : Token();
}

Specifier Prim::GetSpecifier() const {
  PrimAccess access(*this);
  if (!access) return Specifier::kOver;
  return access.Index() ? ComposeSpecifier(*access.Index()) : Specifier::kDef;
}

Token Prim::GetKind() const {
  return GetMetadata(layer::GetFieldNames().kind).GetOr(Token());
}

std::vector<Token> Prim::GetAppliedSchemas() const {
  PrimAccess access(*this);
  if (!access || !access.Index()) return {};
  if (access.Get().definition) return access.Get().definition->GetAppliedSchemas();
  // What no schema is known for is not applied; without schemas nobody can tell.
  return access.stage->options.schemas ? std::vector<Token>() : ComposeAppliedSchemas(*access.Index());
}

bool Prim::HasAPI(Token schema) const {
  PrimAccess access(*this);
  if (access && access.stage->options.schemas)
    return access.Get().definition && access.Get().definition->HasAPI(schema);
  std::vector<Token> schemas = GetAppliedSchemas();
  return std::find(schemas.begin(), schemas.end(), schema) != schemas.end();
}

Token Prim::GetSchemaType() const {
  const schema::PrimDefinition* definition = GetPrimDefinition();
  return definition ? definition->GetSchemaType() : Token();
}

bool Prim::IsA(Token schema) const {
  const schema::PrimDefinition* definition = GetPrimDefinition();
  return definition && definition->IsA(schema);
}

const schema::PrimDefinition* Prim::GetPrimDefinition() const {
  PrimAccess access(*this);
  return access ? access.Get().definition : nullptr;
}

compose::PrimIndexPtr Prim::GetPrimIndex() const {
  PrimAccess access(*this);
  return access && access.Index() ? access.Get().index : nullptr;
}

compose::PrimIndexPtr Prim::ComputeExpandedPrimIndex() const {
  PrimAccess access(*this);
  if (!access || !access.Index()) return nullptr;
  return access.stage->cache->ComputeExpandedPrimIndex(access.Index()->GetPath());
}

std::vector<SpecWithOffset> Prim::GetPrimStack() const {
  std::vector<SpecWithOffset> stack;
  PrimAccess access(*this);
  for (const FieldSite& at : FindPrimSites(access ? access.Index() : nullptr))
    stack.push_back({at.site.entry->layer, at.path, at.site.GetOffsetToRoot()});
  return stack;
}

std::vector<Token> Prim::GetVariantSetNames() const {
  PrimAccess access(*this);
  std::vector<FieldSite> sites = FindPrimSites(access ? access.Index() : nullptr);
  // Each node lists its own sets: what one node says does not edit the list of another.
  std::vector<std::string> names;
  for (size_t end = 0; end < sites.size();) {
    size_t begin = end;
    while (end < sites.size() && sites[end].site.node == sites[begin].site.node) ++end;
    std::vector<std::string> of_node;
    for (size_t i = end; i-- > begin;) {
      const Value* authored = sites[i].spec.Find(layer::GetFieldNames().variantSetNames);
      if (const StringListOp* op = authored ? authored->GetIf<StringListOp>() : nullptr) op->ApplyTo(of_node);
    }
    for (std::string& name : of_node)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return {names.begin(), names.end()};
}

std::vector<Token> Prim::GetVariantNames(Token variant_set) const {
  PrimAccess access(*this);
  std::vector<Token> names;
  for (const FieldSite& at : FindPrimSites(access ? access.Index() : nullptr)) {
    Path set = at.path.AppendVariantSelection(variant_set, Token());
    const auto* variants =
        at.site.entry->layer->GetFieldAs<TokenVector>(set, layer::GetFieldNames().variantChildren);
    if (variants) names.insert(names.end(), variants->begin(), variants->end());
  }
  std::sort(names.begin(), names.end(), TokenTextLess());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Token Prim::GetVariantSelection(Token variant_set) const {
  PrimAccess access(*this);
  if (!access || !access.Index()) return {};
  for (const auto& [set, selection] : access.Index()->GetVariantSelections())
    if (set == variant_set) return selection;
  return {};
}

std::vector<VariantSet> Prim::GetVariantSets() const {
  std::vector<VariantSet> sets;
  for (Token name : GetVariantSetNames())
    sets.push_back({name, GetVariantNames(name), GetVariantSelection(name)});
  return sets;
}

}  // namespace strata::stage
