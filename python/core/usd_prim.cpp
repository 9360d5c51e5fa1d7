// Usd.Prim.
#include "python/core/spec.h"
#include "python/core/usd.h"

namespace strata::python {

namespace {

using stage::Prim;

// What Python gives where a schema is meant: its name, a class of ours, or a Tf.Type.
Token ReadSchema(nb::handle schema) {
  Token name;
  if (nb::try_cast(schema, name)) {
    const schema::SchemaInfo* info = GetEngine().GetSchemas()->FindByTypeName(name);
    return info ? info->identifier : name;
  }
  PyErr_Clear();
  if (nb::hasattr(schema, "_schemaIdentifier")) return nb::cast<Token>(schema.attr("_schemaIdentifier"));
  RaiseTypeError("a schema is named by a str or a schema class");
}
Token WithInstance(Token schema, const std::string& instance) {
  return instance.empty() ? schema : Path::JoinIdentifier(schema, Token(instance));
}

nb::list MakeSpecs(const std::vector<stage::SpecWithOffset>& stack) {
  nb::list out;
  for (const stage::SpecWithOffset& spec : stack) out.append(MakeStackSpec(spec.layer, spec.path));
  return out;
}
nb::list MakeSpecsWithOffsets(const std::vector<stage::SpecWithOffset>& stack) {
  nb::list out;
  for (const stage::SpecWithOffset& spec : stack)
    out.append(nb::make_tuple(MakeStackSpec(spec.layer, spec.path), spec.layer_to_stage));
  return out;
}

Path Anchor(const Object& prim, Path path) {
  return path.IsAbsolute() ? path : path.MakeAbsolute(Check(prim).GetPath());
}

// The next sibling that the predicate lets through.
Prim GetNextSibling(const Prim& prim, const Predicate& predicate) {
  const Prim parent = prim.GetParent();
  if (!parent) return {};
  bool passed = false;
  for (const Prim& sibling : parent.GetAllChildren()) {
    if (passed && predicate.Matches(sibling.GetFlags())) return sibling;
    passed |= sibling == prim;
  }
  return {};
}

std::vector<Prim> GetFiltered(const Prim& prim, const Predicate& predicate) {
  if (!predicate.is_negated) return prim.GetFilteredChildren(predicate.conjunction);
  std::vector<Prim> kept;
  for (const Prim& child : prim.GetAllChildren())
    if (predicate.Matches(child.GetFlags())) kept.push_back(child);
  return kept;
}

nb::list GetPropertiesInNamespace(const Prim& prim, nb::handle space, const nb::object& predicate,
                                  bool only_authored) {
  std::string prefix;
  if (!nb::try_cast(space, prefix)) {
    for (const std::string& part : nb::cast<std::vector<std::string>>(space))
      prefix += (prefix.empty() ? "" : ":") + part;
  }
  if (!prefix.empty() && prefix.back() != ':') prefix += ':';
  nb::list out;
  for (Token name : only_authored ? prim.GetAuthoredPropertyNames() : prim.GetPropertyNames()) {
    if (name.GetString().compare(0, prefix.size(), prefix) != 0) continue;
    if (!predicate.is_none() && !nb::cast<bool>(nb::bool_(predicate(name)))) continue;
    out.append(MakeProperty(prim, name));
  }
  return out;
}

// The schemas that a layer's apiSchemas list op would apply, edited.
void EditAppliedSchemas(const Object& object, Token schema, bool apply) {
  const Prim& prim = Check(object);
  StageObject& owner = GetStage(object);
  const Token field = layer::GetFieldNames().apiSchemas;
  const Path spec = owner.target.MapToSpecPath(prim.GetPath());
  const TokenListOp* authored = owner.target.GetLayer()->GetFieldAs<TokenListOp>(spec, field);
  TokenListOp op = authored ? *authored : TokenListOp();
  const auto drop = [schema](std::vector<Token>& items) { std::erase(items, schema); };
  if (op.is_explicit) {
    const bool is_there =
        std::find(op.explicit_items.begin(), op.explicit_items.end(), schema) != op.explicit_items.end();
    if (apply && !is_there) op.explicit_items.push_back(schema);
    if (!apply) drop(op.explicit_items);
  } else if (apply) {
    drop(op.deleted_items);
    const bool is_there =
        std::find(op.prepended_items.begin(), op.prepended_items.end(), schema) != op.prepended_items.end();
    if (!is_there) op.prepended_items.push_back(schema);
  } else {
    drop(op.prepended_items);
    drop(op.appended_items);
    drop(op.added_items);
    if (!op.HasItem(schema)) op.deleted_items.push_back(schema);
  }
  CheckOrRaise(owner.Edit().SetMetadata(prim.GetPath(), field, op.HasKeys() ? Value(op) : Value()));
}

void CheckCanApply(Token schema, const std::string& instance) {
  const schema::SchemaInfo* info = GetEngine().GetSchemas()->Find(schema);
  if (!info) throw nb::value_error(("no schema is called '" + schema.GetString() + "'").c_str());
  const bool is_multiple = info->kind == schema::SchemaKind::kMultipleApplyAPI;
  if (!is_multiple && info->kind != schema::SchemaKind::kSingleApplyAPI)
    throw nb::value_error(("'" + schema.GetString() + "' is no API schema that can be applied").c_str());
  if (is_multiple && instance.empty())
    throw nb::value_error(
        ("'" + schema.GetString() + "' is applied under an instance name: give one").c_str());
}

// Whether a schema could be applied, and why not.
struct CanApplyResult {
  std::string why_not;
  bool IsYes() const { return why_not.empty(); }
};

CanApplyResult CanApply(const Prim& prim, Token schema, const std::string& instance) {
  const schema::SchemaInfo& info = *GetEngine().GetSchemas()->Find(schema);
  const std::vector<Token>& allowed = info.allowed_instance_names;
  if (!instance.empty()) {
    const schema::PrimDefinitionPtr definition = GetEngine().GetSchemas()->FindDefinition(schema);
    const std::string last = instance.substr(instance.rfind(':') + 1);
    bool is_taken = false;  // by what a property of the schema is called
    for (Token name : definition->GetPropertyNames()) is_taken |= name.GetString().ends_with("__:" + last);
    if (is_taken ||
        (!allowed.empty() && std::find(allowed.begin(), allowed.end(), Token(instance)) == allowed.end()))
      return {"'" + instance + "' is not an allowed instance name for multiple apply API schema '" +
              schema.GetString() + "'."};
  }
  if (info.can_only_apply_to.empty()) return {};
  std::string all;
  for (Token to : info.can_only_apply_to) {
    if (prim.IsA(to) || prim.HasAPI(to)) return {};
    all += (all.empty() ? "" : ", ") + to.GetString();
  }
  return {
      "API schema '" + schema.GetString() +
      "' can only be applied to prims that are of following type, or have following API schema applied: " +
      all + "."};
}

void BindCanApply(nb::module_& usd) {
  nb::class_<CanApplyResult>(usd, "_CanApplyAPIResult", "Whether a schema can be applied, and why not.")
      .def_static("_NoPrim", [] { return CanApplyResult{"Prim is not valid."}; })
      .def("__bool__", &CanApplyResult::IsYes)
      .def_ro("whyNot", &CanApplyResult::why_not)
      .def(
          "__eq__", [](const CanApplyResult& r, bool yes) { return r.IsYes() == yes; }, nb::is_operator())
      .def(
          "__ne__", [](const CanApplyResult& r, bool yes) { return r.IsYes() != yes; }, nb::is_operator())
      .def("__hash__", [](const CanApplyResult& r) { return r.IsYes() ? 1 : 0; })
      .def("__getitem__",
           [](const CanApplyResult& r, Py_ssize_t index) {
             return CheckIndex(index, 2) == 0 ? nb::object(nb::bool_(r.IsYes()))
                                              : nb::object(nb::cast(r.why_not));
           })
      .def("__repr__", [](const CanApplyResult& r) {
        return r.IsYes() ? std::string("True") : "(False, " + Repr(nb::cast(r.why_not)) + ")";
      });
}

void BindFlags(nb::class_<PrimObject, Object>& cls) {
#define STRATA_FLAG(name) cls.def(#name, [](const PrimObject& p) { return Check(p).name(); })
  STRATA_FLAG(IsActive);
  STRATA_FLAG(IsLoaded);
  STRATA_FLAG(IsDefined);
  STRATA_FLAG(HasDefiningSpecifier);
  STRATA_FLAG(IsAbstract);
  STRATA_FLAG(IsModel);
  STRATA_FLAG(IsGroup);
  STRATA_FLAG(IsComponent);
  STRATA_FLAG(IsSubComponent);
  STRATA_FLAG(IsInstanceable);
  STRATA_FLAG(IsInstance);
  STRATA_FLAG(IsInstanceProxy);
  STRATA_FLAG(IsPrototype);
  STRATA_FLAG(IsInPrototype);
  STRATA_FLAG(HasPayload);
  STRATA_FLAG(HasAuthoredReferences);
  STRATA_FLAG(HasAuthoredInherits);
  STRATA_FLAG(HasAuthoredSpecializes);
#undef STRATA_FLAG
  cls.def("IsPseudoRoot", [](const PrimObject& p) { return p.prim.IsValid() && p.prim.IsPseudoRoot(); });
  cls.def("HasAuthoredPayloads", [](const PrimObject& p) { return Check(p).HasPayload(); });
  cls.def("HasClassSpecifier",
          [](const PrimObject& p) { return Check(p).GetSpecifier() == Specifier::kClass; });
  cls.def("IsValid", [](const PrimObject& p) { return p.prim.IsValid(); });
  cls.def("__bool__", [](const PrimObject& p) { return p.prim.IsValid(); });
  cls.def("__repr__", [](const PrimObject& p) {
    return p.prim.IsValid() ? "Usd.Prim(<" + p.prim.GetPath().GetString() + ">)" : Describe(p);
  });
  const layer::FieldNames& names = layer::GetFieldNames();
  const std::pair<const char*, Token> authored[] = {{"HasAuthoredActive", names.active},
                                                    {"HasAuthoredInstanceable", names.instanceable},
                                                    {"HasAuthoredTypeName", names.typeName}};
  for (const auto& [name, field] : authored)
    cls.def(name, [field = field](const PrimObject& p) { return Check(p).HasAuthoredMetadata(field); });
  const std::tuple<const char*, const char*, Token> written[] = {
      {"SetActive", "ClearActive", names.active},
      {"SetInstanceable", "ClearInstanceable", names.instanceable}};
  for (const auto& [set, clear, field] : written) {
    cls.def(
        set,
        [field = field](const PrimObject& p, bool value) {
          CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), field, value));
          return true;
        },
        "value"_a);
    cls.def(clear, [field = field](const PrimObject& p) {
      CheckOrRaise(GetStage(p).Edit().ClearMetadata(p.GetPath(), field));
      return true;
    });
  }
}

void BindTree(nb::class_<PrimObject, Object>& cls) {
  cls.def("GetParent", [](const PrimObject& p) { return MakePrim(Check(p).GetParent()); });
  cls.def("GetChildren", [](const PrimObject& p) { return MakePrims(Check(p).GetChildren()); });
  cls.def("GetAllChildren", [](const PrimObject& p) { return MakePrims(Check(p).GetAllChildren()); });
  cls.def(
      "GetFilteredChildren",
      [](const PrimObject& p, const Predicate& predicate) {
        return MakePrims(GetFiltered(Check(p), predicate));
      },
      "predicate"_a);
  cls.def("GetChildrenNames", [](const PrimObject& p) { return Check(p).GetChildrenNames(); });
  cls.def("GetAllChildrenNames", [](const PrimObject& p) { return Check(p).GetAllChildrenNames(); });
  cls.def(
      "GetFilteredChildrenNames",
      [](const PrimObject& p, const Predicate& predicate) {
        std::vector<Token> names;
        for (const Prim& child : GetFiltered(Check(p), predicate)) names.push_back(child.GetName());
        return names;
      },
      "predicate"_a);
  cls.def(
      "GetChild", [](const PrimObject& p, Token name) { return MakePrim(Check(p).GetChild(name)); },
      "name"_a);
  cls.def("GetNextSibling", [](const PrimObject& p) {
    return MakePrim(GetNextSibling(Check(p), {stage::PrimPredicate::Default(), false}));
  });
  cls.def(
      "GetFilteredNextSibling",
      [](const PrimObject& p, const Predicate& predicate) {
        return MakePrim(GetNextSibling(Check(p), predicate));
      },
      "predicate"_a);
  cls.def(
      "GetPrimAtPath",
      [](const PrimObject& p, PathArgument path) {
        return MakePrim(Check(p).GetStage()->GetPrimAtPath(Anchor(p, path)));
      },
      "path"_a);
  cls.def(
      "GetObjectAtPath",
      [](const PrimObject& p, PathArgument path) -> nb::object {
        const Path at = Anchor(p, path);
        const Prim found = Check(p).GetStage()->GetPrimAtPath(at.GetPrimPath());
        return at.IsProperty() ? MakeProperty(found, at.GetNameToken()) : nb::cast(MakePrim(found));
      },
      "path"_a);
  cls.def(
      "GetPropertyAtPath",
      [](const PrimObject& p, PathArgument path) {
        const Path at = Anchor(p, path);
        return MakeProperty(Check(p).GetStage()->GetPrimAtPath(at.GetPrimPath()), at.GetNameToken());
      },
      "path"_a);
  cls.def(
      "GetAttributeAtPath",
      [](const PrimObject& p, PathArgument path) {
        const Path at = Anchor(p, path);
        return AttributeObject{{{Check(p).GetStage()->GetPrimAtPath(at.GetPrimPath()), at.GetNameToken()}}};
      },
      "path"_a);
  cls.def(
      "GetRelationshipAtPath",
      [](const PrimObject& p, PathArgument path) {
        const Path at = Anchor(p, path);
        return RelationshipObject{
            {{Check(p).GetStage()->GetPrimAtPath(at.GetPrimPath()), at.GetNameToken()}}};
      },
      "path"_a);
  cls.def("GetPrototype", [](const PrimObject& p) { return MakePrim(Check(p).GetPrototype()); });
  cls.def("GetPrimInPrototype", [](const PrimObject& p) { return MakePrim(Check(p).GetPrimInPrototype()); });
  cls.def("GetInstances", [](const PrimObject& p) { return MakePrims(Check(p).GetInstances()); });
  cls.def_static(
      "IsPrototypePath",
      [](PathArgument path) {
        return path.path.IsRootPrim() && path.path.GetName().compare(0, 12, "__Prototype_") == 0;
      },
      "path"_a);
  cls.def_static(
      "IsPathInPrototype",
      [](PathArgument path) {
        const std::vector<Path> prefixes = path.path.GetPrefixes();
        return !prefixes.empty() && prefixes.front().GetName().compare(0, 12, "__Prototype_") == 0;
      },
      "path"_a);
  cls.def(
      "Load",
      [](const PrimObject& p, stage::StageLoadRules::Rule policy) {
        GetStage(p).stage->Load(p.GetPath(), policy);
      },
      "policy"_a = stage::StageLoadRules::Rule::kAllRule);
  cls.def("Unload", [](const PrimObject& p) { GetStage(p).stage->Unload(p.GetPath()); });
}

void BindType(nb::class_<PrimObject, Object>& cls) {
  const layer::FieldNames& names = layer::GetFieldNames();
  cls.def("GetTypeName", [](const PrimObject& p) { return Check(p).GetTypeName(); });
  cls.def(
      "SetTypeName",
      [field = names.typeName](const PrimObject& p, Token type) {
        CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), field, type));
        return true;
      },
      "typeName"_a);
  cls.def("ClearTypeName", [field = names.typeName](const PrimObject& p) {
    CheckOrRaise(GetStage(p).Edit().ClearMetadata(p.GetPath(), field));
    return true;
  });
  cls.def("GetSpecifier", [](const PrimObject& p) { return Check(p).GetSpecifier(); });
  cls.def(
      "SetSpecifier",
      [field = names.specifier](const PrimObject& p, Specifier specifier) {
        CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), field, specifier));
        return true;
      },
      "specifier"_a);
  cls.def("GetKind", [](const PrimObject& p) { return Check(p).GetKind(); });
  cls.def(
      "SetKind",
      [field = names.kind](const PrimObject& p, Token kind) {
        CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), field, kind));
        return true;
      },
      "kind"_a);
  cls.def(
      "IsA", [](const PrimObject& p, nb::handle schema) { return Check(p).IsA(ReadSchema(schema)); },
      "schema"_a, "Whether the prim's type is a schema (a name or a class), or derives from it.");
  cls.def(
      "HasAPI",
      [](const PrimObject& p, nb::handle schema, const std::string& instance) {
        return Check(p).HasAPI(WithInstance(ReadSchema(schema), instance));
      },
      "schema"_a, "instanceName"_a = "");
  cls.def(
      "CanApplyAPI",
      [](const PrimObject& p, nb::handle schema, const std::string& instance) {
        Check(p);
        const Token name = ReadSchema(schema);
        CheckCanApply(name, instance);
        return CanApply(p.prim, name, instance);
      },
      "schema"_a, "instanceName"_a = "");
  cls.def(
      "ApplyAPI",
      [](const PrimObject& p, nb::handle schema, const std::string& instance) {
        const Token name = ReadSchema(schema);
        CheckCanApply(name, instance);
        EditAppliedSchemas(p, WithInstance(name, instance), true);
        return true;
      },
      "schema"_a, "instanceName"_a = "");
  cls.def(
      "RemoveAPI",
      [](const PrimObject& p, nb::handle schema, const std::string& instance) {
        const Token name = ReadSchema(schema);
        CheckCanApply(name, instance);
        EditAppliedSchemas(p, WithInstance(name, instance), false);
        return true;
      },
      "schema"_a, "instanceName"_a = "");
  cls.def(
      "AddAppliedSchema",
      [](const PrimObject& p, Token name) {
        EditAppliedSchemas(p, name, true);
        return true;
      },
      "appliedSchemaName"_a);
  cls.def(
      "RemoveAppliedSchema",
      [](const PrimObject& p, Token name) {
        EditAppliedSchemas(p, name, false);
        return true;
      },
      "appliedSchemaName"_a);
  cls.def("GetAppliedSchemas", [](const PrimObject& p) { return Check(p).GetAppliedSchemas(); });
}

// Properties whose kind is known.
template <class Object, class Property>
nb::list MakeAll(const std::vector<Property>& properties) {
  static const nb::handle cls = nb::type<Object>();
  nb::list out;
  for (const Property& property : properties) {
    nb::object made = nb::inst_alloc(cls);  // without the search for the class that a cast makes
    new (nb::inst_ptr<Object>(made)) Object{{{property.GetPrim(), property.GetName()}}};
    nb::inst_mark_ready(made);
    out.append(std::move(made));
  }
  return out;
}

void BindPrimProperties(nb::class_<PrimObject, Object>& cls) {
  const auto names = [](const std::vector<Token>& all, const nb::object& predicate) {
    std::vector<Token> kept;
    for (Token name : all)
      if (predicate.is_none() || nb::cast<bool>(nb::bool_(predicate(name)))) kept.push_back(name);
    return kept;
  };
  cls.def(
      "GetPropertyNames",
      [names](const PrimObject& p, const nb::object& predicate) {
        return names(Check(p).GetPropertyNames(), predicate);
      },
      "predicate"_a = nb::none());
  cls.def(
      "GetAuthoredPropertyNames",
      [names](const PrimObject& p, const nb::object& predicate) {
        return names(Check(p).GetAuthoredPropertyNames(), predicate);
      },
      "predicate"_a = nb::none());
  cls.def(
      "GetProperties",
      [](const PrimObject& p, const nb::object& predicate) {
        return GetPropertiesInNamespace(Check(p), nb::str(""), predicate, false);
      },
      "predicate"_a = nb::none());
  cls.def(
      "GetAuthoredProperties",
      [](const PrimObject& p, const nb::object& predicate) {
        return GetPropertiesInNamespace(Check(p), nb::str(""), predicate, true);
      },
      "predicate"_a = nb::none());
  cls.def(
      "GetPropertiesInNamespace",
      [](const PrimObject& p, nb::handle space) {
        return GetPropertiesInNamespace(Check(p), space, nb::none(), false);
      },
      "namespaces"_a);
  cls.def(
      "GetAuthoredPropertiesInNamespace",
      [](const PrimObject& p, nb::handle space) {
        return GetPropertiesInNamespace(Check(p), space, nb::none(), true);
      },
      "namespaces"_a);
  cls.def("GetAttributes",
          [](const PrimObject& p) { return MakeAll<AttributeObject>(Check(p).GetAttributes()); });
  cls.def("GetAuthoredAttributes",
          [](const PrimObject& p) { return MakeAll<AttributeObject>(Check(p).GetAuthoredAttributes()); });
  cls.def("GetRelationships",
          [](const PrimObject& p) { return MakeAll<RelationshipObject>(Check(p).GetRelationships()); });
  cls.def("GetAuthoredRelationships", [](const PrimObject& p) {
    return MakeAll<RelationshipObject>(Check(p).GetAuthoredRelationships());
  });
  cls.def(
      "GetProperty", [](const PrimObject& p, Token name) { return MakeProperty(Check(p), name); },
      "propName"_a);
  cls.def(
      "GetAttribute", [](const PrimObject& p, Token name) { return AttributeObject{{{Check(p), name}}}; },
      "attrName"_a);
  cls.def(
      "GetRelationship",
      [](const PrimObject& p, Token name) { return RelationshipObject{{{Check(p), name}}}; }, "relName"_a);
  cls.def(
      "HasProperty", [](const PrimObject& p, Token name) { return Check(p).HasProperty(name); },
      "propName"_a);
  cls.def(
      "HasAttribute", [](const PrimObject& p, Token name) { return Check(p).HasAttribute(name); },
      "attrName"_a);
  cls.def(
      "HasRelationship", [](const PrimObject& p, Token name) { return Check(p).HasRelationship(name); },
      "relName"_a);
  cls.def(
      "CreateAttribute",
      [](const PrimObject& p, nb::handle name, const ValueTypeNameObject& type, bool custom,
         Variability variability) {
        std::string full;
        if (!nb::try_cast(name, full))
          for (const std::string& part : nb::cast<std::vector<std::string>>(name))
            full += (full.empty() ? "" : ":") + part;
        const Path path = Check(p).GetPath().AppendProperty(Token(full));
        ValueOrRaise(GetStage(p).Edit().CreateAttribute(
            path, Token(type.GetName()), custom ? stage::Editor::Custom::kYes : stage::Editor::Custom::kNo,
            variability));
        return AttributeObject{{{p.prim, Token(full)}}};
      },
      "name"_a, "typeName"_a, "custom"_a = true, "variability"_a = Variability::kVarying);
  cls.def(
      "CreateRelationship",
      [](const PrimObject& p, nb::handle name, bool custom) {
        std::string full;
        if (!nb::try_cast(name, full))
          for (const std::string& part : nb::cast<std::vector<std::string>>(name))
            full += (full.empty() ? "" : ":") + part;
        ValueOrRaise(GetStage(p).Edit().CreateRelationship(
            Check(p).GetPath().AppendProperty(Token(full)),
            custom ? stage::Editor::Custom::kYes : stage::Editor::Custom::kNo));
        return RelationshipObject{{{p.prim, Token(full)}}};
      },
      "name"_a, "custom"_a = true);
  cls.def(
      "RemoveProperty",
      [](const PrimObject& p, Token name) {
        return bool(GetStage(p).Edit().RemoveProperty(Check(p).GetPath().AppendProperty(name)));
      },
      "propName"_a);
  const layer::FieldNames& fields = layer::GetFieldNames();
  const std::tuple<const char*, const char*, const char*, Token> orders[] = {
      {"GetPropertyOrder", "SetPropertyOrder", "ClearPropertyOrder", fields.propertyOrder},
      {"GetChildrenReorder", "SetChildrenReorder", "ClearChildrenReorder", fields.primOrder}};
  for (const auto& [get, set, clear, field] : orders) {
    cls.def(get, [field = field](const PrimObject& p) {
      const Value order = Check(p).GetMetadata(field);
      return order.Holds<TokenVector>() ? order.Get<TokenVector>() : TokenVector();
    });
    cls.def(
        set,
        [field = field](const PrimObject& p, const std::vector<Token>& order) {
          CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), field, TokenVector(order)));
        },
        "order"_a);
    cls.def(clear, [field = field](const PrimObject& p) {
      CheckOrRaise(GetStage(p).Edit().ClearMetadata(p.GetPath(), field));
    });
  }
}

}  // namespace

void BindPrims(nb::module_& usd) {
  BindCanApply(usd);
  nb::class_<PrimObject, Object> cls(usd, "Prim",
                                     "One prim of a stage; tests false when it is not there (any more).");
  cls.def(nb::init<>());
  BindFlags(cls);
  BindTree(cls);
  BindType(cls);
  BindPrimProperties(cls);
  cls.def(
      "GetPrimStack", [](const PrimObject& p) { return MakeSpecs(Check(p).GetPrimStack()); },
      "The specs that speak of the prim, strongest first.");
  cls.def("GetPrimStackWithLayerOffsets",
          [](const PrimObject& p) { return MakeSpecsWithOffsets(Check(p).GetPrimStack()); });
}

nb::list MakePropertySpecs(const Object& object, bool with_offsets) {
  const auto stack = GetProperty(object).GetPropertyStack();
  return with_offsets ? MakeSpecsWithOffsets(stack) : MakeSpecs(stack);
}

}  // namespace strata::python
