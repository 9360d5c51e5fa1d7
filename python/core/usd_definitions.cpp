// Usd.PrimDefinition, and what strata/_usd_schemas.py asks the schema registry.
#include "python/core/usd.h"
#include "strata/stage/collection.h"

namespace strata::python {

namespace {

using schema::PrimDefinition;
using schema::PropertyDefinition;

// Usd.PrimDefinition. The engine's registry keeps what `definition` points at alive.
struct DefinitionObject {
  std::shared_ptr<const PrimDefinition> definition;  // null: the empty one
  const PrimDefinition& Get() const {
    static const PrimDefinition& empty = *new PrimDefinition;
    return definition ? *definition : empty;
  }
  const PropertyDefinition* Find(Token name) const { return definition ? Get().FindProperty(name) : nullptr; }
};

// Usd.PrimDefinition.Property; one that is not there tests false.
struct DefinedProperty {
  DefinitionObject of;
  Token name;
  const PropertyDefinition* Find() const { return of.Find(name); }
};

const Value* FindField(const std::vector<layer::SpecStore::Field>& fields, Token name) {
  for (const auto& field : fields)
    if (field.name == name) return &field.value;
  return nullptr;
}

Value GetOfDictionary(const Value& value, const std::string& key_path) {
  const Value* found = value.Holds<Dictionary>() ? value.Get<Dictionary>().FindByKeyPath(key_path) : nullptr;
  return found ? *found : Value();
}

// The fields of a property in its schema: those that every spec of its kind has, and its own.
Value GetPropertyField(const PropertyDefinition* property, Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (!property) return {};
  const bool is_attribute = property->type == layer::SpecType::kAttribute;
  if (field == names.typeName && is_attribute) return Value(property->type_name);
  if (field == names.variability) return Value(property->variability);
  if (field == names.custom) return Value(false);
  if (field == names.default_ && is_attribute) return property->fallback;
  if (field == names.documentation && !property->documentation.empty()) return Value(property->documentation);
  const Value* found = property->FindMetadata(field);
  return found ? *found : Value();
}

std::vector<Token> ListPropertyFields(const PropertyDefinition* property) {
  std::vector<Token> all;
  if (!property) return all;
  const layer::FieldNames& names = layer::GetFieldNames();
  for (Token name : {names.custom, names.variability, names.typeName, names.default_, names.documentation})
    if (!GetPropertyField(property, name).IsEmpty()) all.push_back(name);
  for (const auto& field : property->metadata) all.push_back(field.name);
  std::sort(all.begin(), all.end(), [](Token a, Token b) { return a.GetString() < b.GetString(); });
  return all;
}

Value GetField(const PrimDefinition& definition, Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (field == names.typeName && !definition.GetSchemaType().IsEmpty())
    return Value(definition.GetSchemaType());
  if (field == names.documentation && !definition.GetDocumentation().empty())
    return Value(definition.GetDocumentation());
  const Value* found = FindField(definition.GetMetadata(), field);
  return found ? *found : Value();
}

void BindProperty(nb::class_<DefinitionObject>& definition) {
  nb::class_<DefinedProperty> cls(definition, "Property", "A property that schemas declare.");
  cls.def("__bool__", [](const DefinedProperty& p) { return p.Find() != nullptr; });
  cls.def("GetName", [](const DefinedProperty& p) { return p.name; });
  cls.def("GetSpecType",
          [](const DefinedProperty& p) { return p.Find() ? p.Find()->type : layer::SpecType::kUnknown; });
  cls.def("IsAttribute",
          [](const DefinedProperty& p) { return p.Find() && p.Find()->type == layer::SpecType::kAttribute; });
  cls.def("IsRelationship", [](const DefinedProperty& p) {
    return p.Find() && p.Find()->type == layer::SpecType::kRelationship;
  });
  cls.def("GetVariability",
          [](const DefinedProperty& p) { return p.Find() ? p.Find()->variability : Variability::kVarying; });
  cls.def("GetDocumentation",
          [](const DefinedProperty& p) { return p.Find() ? p.Find()->documentation : std::string(); });
  cls.def("ListMetadataFields", [](const DefinedProperty& p) { return ListPropertyFields(p.Find()); });
  cls.def(
      "GetMetadata",
      [](const DefinedProperty& p, Token key) { return ToPython(GetPropertyField(p.Find(), key)); }, "key"_a);
  cls.def(
      "GetMetadataByDictKey",
      [](const DefinedProperty& p, Token key, const std::string& key_path) {
        return ToPython(GetOfDictionary(GetPropertyField(p.Find(), key), key_path));
      },
      "key"_a, "keyPath"_a);
  cls.def("_FallbackValue",
          [](const DefinedProperty& p) { return p.Find() ? ToPython(p.Find()->fallback) : nb::none(); });
  cls.def("_TypeName", [](const DefinedProperty& p) { return p.Find() ? p.Find()->type_name : Token(); });
}

void BindDefinition(nb::module_& usd) {
  nb::class_<DefinitionObject> cls(usd, "PrimDefinition", "Everything that the schemas of a prim give it.");
  BindProperty(cls);
  cls.def("GetPropertyNames", [](const DefinitionObject& d) { return d.Get().GetPropertyNames(); });
  cls.def("GetAppliedAPISchemas", [](const DefinitionObject& d) { return d.Get().GetAppliedSchemas(); });
  cls.def("GetDocumentation", [](const DefinitionObject& d) { return d.Get().GetDocumentation(); });
  cls.def(
      "GetSpecType",
      [](const DefinitionObject& d, Token name) {
        const PropertyDefinition* property = d.Find(name);
        return property ? property->type : layer::SpecType::kUnknown;
      },
      "propName"_a);
  cls.def("_Property", [](const DefinitionObject& d, Token name) { return DefinedProperty{d, name}; });
  cls.def("ListMetadataFields", [](const DefinitionObject& d) {
    std::vector<Token> all;
    const layer::FieldNames& names = layer::GetFieldNames();
    for (Token name : {names.typeName, names.documentation})
      if (!GetField(d.Get(), name).IsEmpty()) all.push_back(name);
    for (const auto& field : d.Get().GetMetadata()) all.push_back(field.name);
    return all;
  });
  cls.def(
      "GetMetadata", [](const DefinitionObject& d, Token key) { return ToPython(GetField(d.Get(), key)); },
      "key"_a);
  cls.def(
      "GetMetadataByDictKey",
      [](const DefinitionObject& d, Token key, const std::string& key_path) {
        return ToPython(GetOfDictionary(GetField(d.Get(), key), key_path));
      },
      "key"_a, "keyPath"_a);
  cls.def("__bool__", [](const DefinitionObject&) { return true; });
  cls.def(
      "__eq__",
      [](const DefinitionObject& a, const DefinitionObject& b) { return a.definition == b.definition; },
      nb::is_operator());
}

nb::tuple Describe(const schema::SchemaInfo& info) {
  return nb::make_tuple(info.identifier, info.type_name, std::string(schema::GetSchemaKindName(info.kind)),
                        info.family, info.version, info.base, info.can_only_apply_to, info.auto_apply_to,
                        info.allowed_instance_names);
}

}  // namespace

void BindDefinitions(nb::module_& usd) {
  BindDefinition(usd);
  usd.def("_PrimDefinition", [](const PrimObject& p) {
    const PrimDefinition* found = Check(p).GetPrimDefinition();
    return DefinitionObject{std::shared_ptr<const PrimDefinition>(std::shared_ptr<void>(), found)};
  });
  usd.def("_FindDefinition", [](Token identifier) -> nb::object {
    const schema::PrimDefinitionPtr found = GetEngine().GetSchemas()->FindDefinition(identifier);
    return found ? nb::cast(DefinitionObject{found}) : nb::none();
  });
  usd.def("_BuildDefinition", [](Token type, const std::vector<Token>& applied) {
    return DefinitionObject{GetEngine().GetSchemas()->BuildDefinition(type, applied)};
  });
  usd.def("_SchemaInfo", [](Token identifier) -> nb::object {
    const schema::SchemaInfo* info = GetEngine().GetSchemas()->Find(identifier);
    return info ? nb::object(Describe(*info)) : nb::none();
  });
  usd.def("_SchemaInfoOfType", [](Token type_name) -> nb::object {
    const schema::SchemaInfo* info = GetEngine().GetSchemas()->FindByTypeName(type_name);
    return info ? nb::object(Describe(*info)) : nb::none();
  });
  usd.def("_SchemaFamily", [](Token family) {
    nb::list out;
    for (const schema::SchemaInfo* info : GetEngine().GetSchemas()->FindFamily(family))
      out.append(Describe(*info));
    return out;
  });
  usd.def("_SchemaType", [](const PrimObject& p) { return Check(p).GetSchemaType(); });
  usd.def("_MakeNameInstance",
          [](Token name, Token instance) { return schema::MakeNameInstance(name, instance); });
}

void BindCollections(nb::module_& usd) {
  using stage::CollectionMembership;
  nb::class_<CollectionMembership> cls(usd, "_Membership", "Who is in a collection.");
  cls.def("IsPathIncluded",
          [](const CollectionMembership& m, PathArgument path) { return m.IsPathIncluded(path); });
  cls.def("HasExcludes", &CollectionMembership::HasExcludes);
  cls.def("UsesExpression", &CollectionMembership::UsesExpression);
  cls.def("GetExpression", &CollectionMembership::GetExpression);
  cls.def("GetIncludedCollections", &CollectionMembership::GetIncludedCollections);
  cls.def("GetRules", [](const CollectionMembership& m) {
    nb::dict out;
    static const char* const kNames[] = {"exclude", "explicitOnly", "expandPrims",
                                         "expandPrimsAndProperties"};
    std::map<Path, stage::ExpansionRule> sorted(m.GetRules().begin(), m.GetRules().end());
    for (const auto& [path, rule] : sorted) out[nb::cast(path)] = nb::str(kNames[static_cast<int>(rule)]);
    return out;
  });
  usd.def("_ComputeMembership", [](const PrimObject& p, Token name) {
    Diagnostics remarks;
    CollectionMembership made = stage::Collection(Check(p), name).ComputeMembership(&remarks);
    Warn(remarks);
    return made;
  });
  usd.def("_IncludedPaths", [](const PrimObject& p, Token name, const Predicate& predicate) {
    return stage::Collection(Check(p), name).ComputeIncludedPaths(predicate.conjunction);
  });
}

}  // namespace strata::python
