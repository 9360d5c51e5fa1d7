// The properties that a prim has, authored or defined by its schemas.
#include <algorithm>

#include "strata/layer/fields.h"
#include "strata/stage/attribute.h"
#include "strata/stage/metadata.h"
#include "strata/stage/relationship.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

// AOUSD 11.3.2: names in element order, those that the strongest propertyOrder names before all others.
void SortNames(const compose::PrimIndex& index, std::vector<Token>& names) {
  std::sort(names.begin(), names.end(),
            [](Token a, Token b) { return ElementOrderLess(a.GetText(), b.GetText()); });
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const compose::SpecSite& site : index.GetSpecStack()) {
    const Token field = layer::GetFieldNames().propertyOrder;
    const auto* order = site.entry->layer->GetFieldAs<TokenVector>(site.path, field);
    if (!order) continue;
    auto rest = names.begin();
    for (Token name : *order) {
      auto found = std::find(rest, names.end(), name);
      if (found == names.end()) continue;
      std::rotate(rest, found, found + 1);
      ++rest;
    }
    return;
  }
}

template <class Kind>
std::vector<Kind> SelectKind(const std::vector<Property>& properties, layer::SpecType type) {
  std::vector<Kind> selected;
  for (const Property& property : properties)
    if (property.GetSpecType() == type) selected.emplace_back(property.GetPrim(), property.GetName());
  return selected;
}

std::vector<Property> MakeProperties(const Prim& prim, const std::vector<Token>& names) {
  std::vector<Property> properties;
  properties.reserve(names.size());
  for (Token name : names) properties.emplace_back(prim, name);
  return properties;
}

}  // namespace

std::vector<Token> Prim::GetAuthoredPropertyNames() const {
  PrimAccess access(*this);
  if (!access || !access.Index()) return {};
  std::vector<Token> names = access.Index()->ComputePropertyNames();
  SortNames(*access.Index(), names);
  return names;
}

std::vector<Token> Prim::GetPropertyNames() const {
  PrimAccess access(*this);
  if (!access || !access.Index()) return {};
  std::vector<Token> names = access.Index()->ComputePropertyNames();
  if (const schema::PrimDefinition* definition = access.Get().definition) {
    const std::vector<Token>& defined = definition->GetPropertyNames();
    names.insert(names.end(), defined.begin(), defined.end());
  }
  SortNames(*access.Index(), names);
  return names;
}

std::vector<Property> Prim::GetProperties() const {
  return MakeProperties(*this, GetPropertyNames());
}
std::vector<Property> Prim::GetAuthoredProperties() const {
  return MakeProperties(*this, GetAuthoredPropertyNames());
}
std::vector<Attribute> Prim::GetAttributes() const {
  return SelectKind<Attribute>(GetProperties(), layer::SpecType::kAttribute);
}
std::vector<Attribute> Prim::GetAuthoredAttributes() const {
  return SelectKind<Attribute>(GetAuthoredProperties(), layer::SpecType::kAttribute);
}
std::vector<Relationship> Prim::GetRelationships() const {
  return SelectKind<Relationship>(GetProperties(), layer::SpecType::kRelationship);
}
std::vector<Relationship> Prim::GetAuthoredRelationships() const {
  return SelectKind<Relationship>(GetAuthoredProperties(), layer::SpecType::kRelationship);
}

Property Prim::GetProperty(Token name) const {
  return Property(*this, name);
}
Attribute Prim::GetAttribute(Token name) const {
  return Attribute(*this, name);
}
Relationship Prim::GetRelationship(Token name) const {
  return Relationship(*this, name);
}
bool Prim::HasProperty(Token name) const {
  return GetProperty(name).IsDefined();
}
bool Prim::HasAttribute(Token name) const {
  return GetProperty(name).IsAttribute();
}
bool Prim::HasRelationship(Token name) const {
  return GetProperty(name).IsRelationship();
}

}  // namespace strata::stage
