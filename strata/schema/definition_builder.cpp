// How properties, built-in and applied schemas become one definition. AOUSD 13.3.2.
#include <algorithm>

#include "strata/schema/registry_entry.h"

namespace strata::schema {

namespace {

// Schemas that bring schemas that bring schemas: no sensible library nests them deeper.
constexpr int kMostNested = 64;

std::vector<Token> MakeInstances(const std::vector<Token>& templates, Token instance) {
  std::vector<Token> made;
  made.reserve(templates.size());
  for (Token name : templates) made.push_back(instance.IsEmpty() ? name : MakeNameInstance(name, instance));
  return made;
}

bool SaySame(const PropertyDefinition& a, const PropertyDefinition& b) {
  return a.type == b.type && a.type_name == b.type_name && a.variability == b.variability;
}

}  // namespace

void DefinitionBuilder::CopyFrom(const PrimDefinition& definition) {
  *made_ = definition;
  made_->names_.clear();
}

void DefinitionBuilder::AddSchema(const Registry::Entry& entry) {
  const SchemaBody& body = registry_.GetBody(entry);
  made_->metadata_ = body.metadata;
  made_->documentation_ = body.documentation;
  if (entry.info.IsAppliedAPI()) {
    const bool is_template = entry.info.kind == SchemaKind::kMultipleApplyAPI;
    made_->applied_.push_back(is_template ? Token(entry.info.identifier.GetString() + ":__INSTANCE_NAME__")
                                          : entry.info.identifier);
  } else {
    for (const Registry::Entry* at = &entry; at && made_->lineage_.size() < kMostNested;
         at = registry_.FindEntry(at->info.base)) {
      made_->lineage_.push_back(at->info.identifier);
    }
  }
  AddOwnProperties(entry);
  AddBuiltInSchemas(entry);
  AddOverrides(body.overrides);
}

void DefinitionBuilder::AddOwnProperties(const Registry::Entry& entry) {
  const Registry::Entry* at = &entry;
  for (int steps = 0; at && steps < kMostNested; ++steps) {
    for (const auto& [name, property] : registry_.GetBody(*at).properties)
      made_->properties_.try_emplace(name, property);
    at = registry_.FindEntry(at->info.base);
  }
}

void DefinitionBuilder::AddBuiltInSchemas(const Registry::Entry& entry) {
  for (Token name : registry_.GetBuiltInSchemas(entry.info.identifier)) AddAppliedSchema(name);
  for (Token name : registry_.auto_applied_) {
    const Registry::Entry* applied = registry_.FindEntry(name);
    if (!applied) continue;
    const std::vector<Token>& to = applied->info.auto_apply_to;
    const auto applies = [&](Token target) { return registry_.IsA(entry.info.identifier, target); };
    if (std::any_of(to.begin(), to.end(), applies)) AddAppliedSchema(name);
  }
}

// Of a property that a stronger schema has too, a weaker one gives the fallback where there is none.
void DefinitionBuilder::AddWeaker(Token name, const PropertyDefinitionPtr& property) {
  const auto [place, is_new] = made_->properties_.try_emplace(name, property);
  if (is_new) return;
  const PropertyDefinition& stronger = *place->second;
  if (!SaySame(stronger, *property)) return;
  const Token hidden = layer::GetFieldNames().hidden;
  const Value* weaker_hidden = property->FindMetadata(hidden);
  const bool takes_fallback = stronger.fallback.IsEmpty() && !property->fallback.IsEmpty();
  const bool takes_hidden = weaker_hidden && !stronger.FindMetadata(hidden);
  if (!takes_fallback && !takes_hidden) return;
  auto both = std::make_shared<PropertyDefinition>(stronger);
  if (takes_fallback) both->fallback = property->fallback;
  if (takes_hidden) both->metadata.emplace_back(hidden, *weaker_hidden);
  place.value() = std::move(both);
}

void DefinitionBuilder::AddOverrides(const std::vector<std::pair<Token, PropertyDefinitionPtr>>& overrides) {
  for (const auto& [name, change] : overrides) {
    const auto place = made_->properties_.find(name);
    if (place == made_->properties_.end() || !SaySame(*place->second, *change)) continue;
    auto changed = std::make_shared<PropertyDefinition>(*place->second);
    if (!change->fallback.IsEmpty()) changed->fallback = change->fallback;
    if (!change->documentation.empty()) changed->documentation = change->documentation;
    for (const layer::SpecStore::Field& field : change->metadata) {
      std::erase_if(changed->metadata, [&](const auto& known) { return known.name == field.name; });
      changed->metadata.push_back(field);
    }
    place.value() = std::move(changed);
  }
}

// A prim has one version of a schema; of a multiple-apply schema, one for each instance name.
bool DefinitionBuilder::FitsVersions(const std::vector<Token>& schemas) const {
  for (Token name : schemas) {
    const auto [identifier, instance] = ParseNameAndInstance(name);
    const auto [family, version] = ParseFamilyAndVersion(identifier);
    for (Token present : made_->applied_) {
      const auto [other, other_instance] = ParseNameAndInstance(present);
      const auto [other_family, other_version] = ParseFamilyAndVersion(other);
      if (family == other_family && instance == other_instance && version != other_version) return false;
    }
  }
  return true;
}

void DefinitionBuilder::AddAppliedSchema(Token name) {
  std::vector<Token>& applied = made_->applied_;
  if (depth_ > kMostNested || std::find(applied.begin(), applied.end(), name) != applied.end()) return;
  const auto [identifier, instance] = ParseNameAndInstance(name);
  const Registry::Entry* entry = registry_.FindEntry(identifier);
  if (!entry || !entry->info.IsAppliedAPI()) return;
  const bool needs_instance = entry->info.kind == SchemaKind::kMultipleApplyAPI;
  if (needs_instance == instance.IsEmpty()) return;
  const PrimDefinitionPtr definition = registry_.GetDefinition(identifier, depth_ + 1);
  if (!definition) return;
  const std::vector<Token> brought = MakeInstances(definition->GetAppliedSchemas(), instance);
  if (!FitsVersions(brought)) return;
  for (Token schema : brought)
    if (std::find(applied.begin(), applied.end(), schema) == applied.end()) applied.push_back(schema);
  for (Token property : definition->GetPropertyNames())
    AddWeaker(instance.IsEmpty() ? property : MakeNameInstance(property, instance),
              definition->properties_.at(property));
}

PrimDefinitionPtr DefinitionBuilder::Finish() {
  made_->names_.reserve(made_->properties_.size());
  for (const auto& [name, property] : made_->properties_) made_->names_.push_back(name);
  std::sort(made_->names_.begin(), made_->names_.end(),
            [](Token a, Token b) { return ElementOrderLess(a.GetText(), b.GetText()); });
  return std::move(made_);
}

}  // namespace strata::schema
