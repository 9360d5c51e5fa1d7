#include "strata/stage/property.h"

#include "strata/layer/fields.h"
#include "strata/stage/metadata.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

const schema::PropertyDefinition* FindDefinition(const PrimAccess& access, Token name) {
  const schema::PrimDefinition* definition = access ? access.Get().definition : nullptr;
  return definition ? definition->FindProperty(name) : nullptr;
}

}  // namespace

layer::SpecType Property::GetSpecType() const {
  PrimAccess access(prim_);
  if (!access) return layer::SpecType::kUnknown;
  if (const schema::PropertyDefinition* known = FindDefinition(access, name_)) return known->type;
  const compose::PrimIndex* index = access.Index();
  if (!index) return layer::SpecType::kUnknown;
  for (const compose::SpecSite& site : index->GetSpecStack()) {
    const layer::SpecType type =
        FindPropertySpec(site.entry->layer->GetContent(), site.path, name_).GetType();
    if (type == layer::SpecType::kAttribute || type == layer::SpecType::kRelationship) return type;
  }
  return layer::SpecType::kUnknown;
}

bool Property::IsDefined() const {
  return GetSpecType() != layer::SpecType::kUnknown;
}

bool Property::IsAuthored() const {
  PrimAccess access(prim_);
  return access && !FindPropertySites(access.Index(), name_).empty();
}

Token Property::GetBaseName() const {
  return Path::StripNamespace(name_);
}

Token Property::GetNamespace() const {
  std::string_view text = name_.GetText();
  size_t colon = text.rfind(':');
  return colon == std::string_view::npos ? Token() : Token(text.substr(0, colon));
}

bool Property::IsCustom() const {
  PrimAccess access(prim_);
  if (!access || FindDefinition(access, name_)) return false;
  for (const FieldSite& at : FindPropertySites(access.Index(), name_)) {
    const Value* custom = at.spec.Find(layer::GetFieldNames().custom);
    if (custom && custom->GetOr(false)) return true;
  }
  return false;
}

Variability Property::GetVariability() const {
  PrimAccess access(prim_);
  if (!access) return Variability::kVarying;
  if (const schema::PropertyDefinition* known = FindDefinition(access, name_)) return known->variability;
  return ComposeVariability(FindPropertySites(access.Index(), name_));
}

std::vector<SpecWithOffset> Property::GetPropertyStack() const {
  std::vector<SpecWithOffset> stack;
  PrimAccess access(prim_);
  for (const FieldSite& at : FindPropertySites(access ? access.Index() : nullptr, name_))
    stack.push_back({at.site.entry->layer, at.path, at.site.GetOffsetToRoot()});
  return stack;
}

}  // namespace strata::stage
