// Usd.Object: what prims and properties have in common, metadata above all.
#include "python/core/usd.h"

namespace strata::python {

namespace {

std::string DescribeLayers(const stage::Stage* stage) {
  if (!stage) return "";
  std::string text = " on stage with rootLayer @" + stage->GetRootLayer()->GetIdentifier() + "@";
  if (stage->GetSessionLayer()) text += ", sessionLayer @" + stage->GetSessionLayer()->GetIdentifier() + "@";
  return text;
}

Value GetMetadata(const Object& object, Token field) {
  return object.IsPrim() ? Check(object).GetMetadata(field) : GetProperty(object).GetMetadata(field);
}
Value GetMetadataByKey(const Object& object, Token field, const std::string& key) {
  return object.IsPrim() ? Check(object).GetMetadataByDictKey(field, key)
                         : GetProperty(object).GetMetadataByDictKey(field, key);
}
bool HasAuthored(const Object& object, Token field) {
  return object.IsPrim() ? Check(object).HasAuthoredMetadata(field)
                         : GetProperty(object).HasAuthoredMetadata(field);
}
bool HasAuthoredKey(const Object& object, Token field, const std::string& key) {
  return HasAuthored(object, field) && !GetMetadataByKey(object, field, key).IsEmpty();
}

ValueType GetFieldType(const Object& object, Token field) {
  const layer::FieldDefinition* definition =
      Check(object).GetStage()->GetLayerRegistry()->GetFields().Find(field);
  return definition ? definition->type : ValueType::kEmpty;
}

bool SetMetadata(const Object& object, Token field, nb::handle value) {
  const Value read = FromPython(value, GetFieldType(object, field));
  CheckOrRaise(GetStage(object).Edit().SetMetadata(object.GetPath(), field, read));
  return true;
}
bool ClearMetadata(const Object& object, Token field) {
  CheckOrRaise(GetStage(object).Edit().ClearMetadata((Check(object), object.GetPath()), field));
  return true;
}
bool SetMetadataByKey(const Object& object, Token field, const std::string& key, nb::handle value) {
  Check(object);
  CheckOrRaise(GetStage(object).Edit().SetMetadataByDictKey(object.GetPath(), field, key, FromPython(value)));
  return true;
}
bool ClearMetadataByKey(const Object& object, Token field, const std::string& key) {
  Check(object);
  CheckOrRaise(GetStage(object).Edit().SetMetadataByDictKey(object.GetPath(), field, key, Value()));
  return true;
}

nb::dict ToDictionary(const std::vector<layer::SpecStore::Field>& fields) {
  nb::dict out;
  for (const layer::SpecStore::Field& field : fields) out[nb::cast(field.name)] = ToPython(field.value);
  return out;
}

nb::object OrEmpty(const Value& value, const nb::object& empty) {
  return value.IsEmpty() ? empty : ToPython(value);
}

// GetCustomData, SetCustomDataByKey, ... over one dictionary field.
void BindDictionary(nb::class_<Object>& cls, const std::string& name, Token field) {
  const auto def = [&cls](const std::string& method, auto function, auto... extra) {
    cls.def(method.c_str(), function, extra...);
  };
  def("Get" + name, [field](const Object& o) { return OrEmpty(GetMetadata(o, field), nb::dict()); });
  def(
      "Get" + name + "ByKey",
      [field](const Object& o, const std::string& key) { return ToPython(GetMetadataByKey(o, field, key)); },
      "key"_a);
  def(
      "Set" + name, [field](const Object& o, nb::handle value) { SetMetadata(o, field, value); },
      nb::arg("value"));
  def(
      "Set" + name + "ByKey",
      [field](const Object& o, const std::string& key, nb::handle value) {
        SetMetadataByKey(o, field, key, value);
      },
      "key"_a, "value"_a);
  def("Clear" + name, [field](const Object& o) { ClearMetadata(o, field); });
  def(
      "Clear" + name + "ByKey",
      [field](const Object& o, const std::string& key) { ClearMetadataByKey(o, field, key); }, "key"_a);
  def("Has" + name, [field](const Object& o) { return !GetMetadata(o, field).IsEmpty(); });
  def(
      "Has" + name + "Key",
      [field](const Object& o, const std::string& key) { return !GetMetadataByKey(o, field, key).IsEmpty(); },
      "key"_a);
  def("HasAuthored" + name, [field](const Object& o) { return HasAuthored(o, field); });
  def(
      "HasAuthored" + name + "Key",
      [field](const Object& o, const std::string& key) { return HasAuthoredKey(o, field, key); }, "key"_a);
}

// GetDocumentation, SetHidden, ... over one field.
void BindField(nb::class_<Object>& cls, const std::string& name, Token field, const nb::object& fallback,
               const char* getter = nullptr) {
  const auto def = [&cls](const std::string& method, auto function, auto... extra) {
    cls.def(method.c_str(), function, extra...);
  };
  def(getter ? getter : "Get" + name,
      [field, fallback](const Object& o) { return OrEmpty(GetMetadata(o, field), fallback); });
  def(
      "Set" + name, [field](const Object& o, nb::handle value) { return SetMetadata(o, field, value); },
      nb::arg("value"));
  def("Clear" + name, [field](const Object& o) { return ClearMetadata(o, field); });
  def("HasAuthored" + name, [field](const Object& o) { return HasAuthored(o, field); });
}

}  // namespace

std::string Describe(const Object& object, std::string_view kind) {
  const stage::Prim& prim = object.prim;
  std::string of_prim;
  if (!prim.IsValid()) {
    of_prim = prim.GetPath().IsEmpty() ? "null prim" : "expired prim <" + prim.GetPath().GetString() + "> ";
  } else {
    const std::string type = prim.GetTypeName().GetString();
    of_prim = (type.empty() ? "" : "'" + type + "' ") +
              (prim.IsInstanceProxy() ? "instance proxy "
               : prim.IsPrototype()   ? "prototype "
                                      : "") +
              "prim <" + prim.GetPath().GetString() + ">" + DescribeLayers(prim.GetStage());
  }
  if (object.IsPrim() && kind.empty()) return prim.IsValid() ? of_prim : "invalid " + of_prim;
  const bool defined = prim.IsValid() && GetProperty(object).IsDefined();
  if (kind.empty())
    kind = prim.IsValid() && GetProperty(object).IsRelationship() ? "relationship" : "attribute";
  return std::string(defined ? "" : "invalid ") + std::string(kind) + " '" + object.name.GetString() +
         "' on " + of_prim;
}

const stage::Prim& Check(const Object& object) {
  if (!object.prim.IsValid()) throw std::runtime_error("Accessed " + Describe({object.prim, Token()}));
  return object.prim;
}

StageObject& GetStage(const Object& object) {
  const StageObjectPtr found = FindStageObject(Check(object).GetStage());
  if (!found) throw std::runtime_error("Accessed a stage that nobody holds any more");
  return *found;
}

nb::object MakePrimObject(stage::Prim prim) {
  static const nb::handle cls = nb::type<PrimObject>();
  nb::object made = nb::inst_alloc(cls);
  new (nb::inst_ptr<PrimObject>(made)) PrimObject{{std::move(prim), Token()}};
  nb::inst_mark_ready(made);
  return made;
}

nb::object MakeProperty(const stage::Prim& prim, Token name) {
  const stage::Property property(prim, name);
  if (property.IsAttribute()) return nb::cast(AttributeObject{{{prim, name}}});
  if (property.IsRelationship()) return nb::cast(RelationshipObject{{{prim, name}}});
  return nb::cast(PropertyObject{{prim, name}});
}

nb::list MakePrims(const std::vector<stage::Prim>& prims) {
  nb::list out;
  for (const stage::Prim& prim : prims) out.append(MakePrimObject(prim));
  return out;
}

void BindObjects(nb::module_& usd) {
  nb::class_<Object> cls(usd, "Object", "A prim or a property of a stage.");
  cls.def("__eq__", [](const Object& a, const Object& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Object& a, const Object& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const Object& o) {
    return (std::hash<Path>()(o.prim.GetPath()) ^ MixBits(o.name.GetId()) ^
            std::hash<const void*>()(o.prim.GetStage())) >>
           1;
  });
  cls.def("GetStage", [](const Object& o) { return FindStageObject(Check(o).GetStage()); });
  cls.def("GetPath", [](const Object& o) { return o.prim.GetPath().IsEmpty() ? Path() : o.GetPath(); });
  cls.def("GetPrimPath", [](const Object& o) { return o.prim.GetPath(); });
  cls.def("GetPrim", [](const Object& o) { return MakePrim(o.prim); });
  cls.def("GetName", [](const Object& o) {
    if (!o.IsPrim()) return o.name;
    return o.GetPath() == Path::AbsoluteRoot() ? Token("/") : Check(o).GetName();
  });
  cls.def("GetDescription", [](const Object& o) { return Describe(o); });
  cls.def_static("GetNamespaceDelimiter", [] { return ":"; });

  cls.def(
      "GetMetadata", [](const Object& o, Token field) { return ToPython(GetMetadata(o, field)); }, "key"_a,
      "The composed value of a field, else its fallback; None when there is neither.");
  cls.def("SetMetadata", &SetMetadata, "key"_a, "value"_a);
  cls.def("ClearMetadata", &ClearMetadata, "key"_a);
  cls.def(
      "HasMetadata", [](const Object& o, Token field) { return !GetMetadata(o, field).IsEmpty(); }, "key"_a);
  cls.def("HasAuthoredMetadata", &HasAuthored, "key"_a);
  cls.def(
      "GetMetadataByDictKey",
      [](const Object& o, Token field, const std::string& key) {
        return ToPython(GetMetadataByKey(o, field, key));
      },
      "key"_a, "keyPath"_a);
  cls.def("SetMetadataByDictKey", &SetMetadataByKey, "key"_a, "keyPath"_a, "value"_a);
  cls.def("ClearMetadataByDictKey", &ClearMetadataByKey, "key"_a, "keyPath"_a);
  cls.def(
      "HasMetadataDictKey",
      [](const Object& o, Token field, const std::string& key) {
        return !GetMetadataByKey(o, field, key).IsEmpty();
      },
      "key"_a, "keyPath"_a);
  cls.def("HasAuthoredMetadataDictKey", &HasAuthoredKey, "key"_a, "keyPath"_a);
  cls.def("GetAllMetadata", [](const Object& o) {
    return ToDictionary(o.IsPrim() ? Check(o).GetAllMetadata() : GetProperty(o).GetAllMetadata());
  });
  cls.def("GetAllAuthoredMetadata", [](const Object& o) {
    return ToDictionary(o.IsPrim() ? Check(o).GetAllAuthoredMetadata()
                                   : GetProperty(o).GetAllAuthoredMetadata());
  });
  const layer::FieldNames& names = layer::GetFieldNames();
  BindDictionary(cls, "CustomData", names.customData);
  BindDictionary(cls, "AssetInfo", names.assetInfo);
  BindField(cls, "Documentation", names.documentation, nb::str(""));
  BindField(cls, "DisplayName", names.displayName, nb::str(""));
  BindField(cls, "Hidden", names.hidden, nb::bool_(false), "IsHidden");
}

}  // namespace strata::python
