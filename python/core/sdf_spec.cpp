// Sdf.Spec and its kinds. Lists, children and dictionaries as objects that write back are made in
// strata/Sdf.py.
#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/engine.h"
#include "python/core/reading.h"
#include "python/core/sdf_enums.h"
#include "python/core/spec.h"
#include "strata/layer/fields.h"
#include "strata/layer/thread_change_block.h"

namespace strata::python {

namespace {

using layer::FieldDefinition;
using layer::LayerPtr;
using layer::SpecType;

const Spec& Check(const Spec& spec) {
  if (spec.IsExpired())
    throw std::runtime_error("a spec is used after it was removed: <" + spec.path.GetString() + ">");
  return spec;
}

// Of a variant or a set of them what the selection names.
std::string GetName(const Spec& spec) {
  if (spec.path == Path::AbsoluteRoot()) return "/";
  if (!spec.path.IsPrimVariantSelection()) return spec.path.GetName();
  const Token variant = spec.path.GetVariantSelection();
  return (variant.IsEmpty() ? spec.path.GetVariantSet() : variant).GetString();
}

// The type in which a field is kept; of defaults that of the attribute.
ValueType GetFieldType(const Spec& spec, Token field) {
  const layer::FieldNames& names = layer::GetFieldNames();
  if (field == names.default_) {
    const Token* type_name = spec.layer->GetFieldAs<Token>(spec.path, names.typeName);
    const ValueTypeName* type = type_name ? FindValueTypeName(*type_name) : nullptr;
    return type ? type->type : ValueType::kEmpty;
  }
  const FieldDefinition* definition = spec.layer->GetFields().Find(field);
  return definition ? definition->type : ValueType::kEmpty;
}

nb::object GetFallback(const Spec& spec, Token field) {
  const FieldDefinition* definition = spec.layer->GetFields().Find(field);
  return definition ? ToPython(definition->fallback) : nb::none();
}

nb::object GetInfo(const Spec& spec, Token field) {
  const Value* value = Check(spec).layer->GetField(spec.path, field);
  return value ? ToPython(*value) : GetFallback(spec, field);
}

void SetInfo(const Spec& spec, Token field, nb::handle value) {
  Check(spec);
  WaitForReaders();
  CheckOrRaise(spec.layer->SetField(spec.path, field, FromPython(value, GetFieldType(spec, field))));
}

void SetInfoDictionaryValue(const Spec& spec, Token field, const std::string& key, nb::handle value) {
  WaitForReaders();
  const Value* held = Check(spec).layer->GetField(spec.path, field);
  Dictionary dictionary = held && held->Holds<Dictionary>() ? held->Get<Dictionary>() : Dictionary();
  if (value.is_none())
    dictionary.entries.erase(key);
  else
    dictionary.entries[key] = FromPython(value);
  CheckOrRaise(spec.layer->SetField(spec.path, field, dictionary.IsEmpty() ? Value() : Value(dictionary)));
}

std::vector<Token> ListInfoKeys(const Spec& spec) {
  std::vector<Token> keys;
  for (Token field : Check(spec).layer->ListFields(spec.path))
    if (!layer::IsChildrenField(field)) keys.push_back(field);
  return keys;
}

void BindSpec(nb::module_& sdf) {
  nb::class_<Spec> cls(sdf, "Spec", "What a layer says about one object: a layer and a path in it.");
  cls.def_prop_ro("layer", [](const Spec& s) { return s.layer; });
  cls.def_prop_ro("path", [](const Spec& s) { return s.path; });
  cls.def_prop_ro("name", &GetName);
  cls.def_prop_ro("expired", &Spec::IsExpired);
  cls.def_prop_ro("specType", &Spec::GetType);
  cls.def("__bool__", [](const Spec& s) { return !s.IsExpired(); });
  cls.def("__eq__", [](const Spec& a, const Spec& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Spec& a, const Spec& b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](const Spec& s) {
    return (std::hash<const void*>()(s.layer.get()) ^ std::hash<Path>()(s.path)) >> 1;
  });
  cls.def("__repr__", [](nb::handle self) {
    const Spec& s = nb::cast<const Spec&>(self);
    if (s.IsExpired()) return "<dormant " + nb::cast<std::string>(self.type().attr("__name__")) + ">";
    return "Sdf.Find(" + Repr(nb::str(s.layer->GetIdentifier().c_str())) + ", " +
           Repr(nb::str(s.path.GetString().c_str())) + ")";
  });
  cls.def("GetInfo", &GetInfo, "key"_a, "What the layer says of a field, else its fallback.");
  cls.def("SetInfo", &SetInfo, "key"_a, "value"_a.none());
  cls.def("SetInfoDictionaryValue", &SetInfoDictionaryValue, "dictionaryKey"_a, "entryKey"_a,
          "value"_a.none());
  cls.def(
      "HasInfo",
      [](const Spec& s, Token field) { return Check(s).layer->GetField(s.path, field) != nullptr; }, "key"_a);
  cls.def(
      "ClearInfo",
      [](const Spec& s, Token field) {
        WaitForReaders();
        CheckOrRaise(Check(s).layer->EraseField(s.path, field));
      },
      "key"_a);
  cls.def("ListInfoKeys", &ListInfoKeys, "The fields that the layer speaks of, without those of children.");
  cls.def("GetFallbackForInfo", &GetFallback, "key"_a);
  cls.def(
      "GetMetaDataInfoKeys",
      [](const Spec& s) {
        std::vector<Token> keys;
        for (const FieldDefinition* definition : Check(s).layer->GetFields().GetAll())
          if (definition->is_metadata && layer::IsAllowedOn(*definition, s.GetType()))
            keys.push_back(definition->name);
        return keys;
      },
      "All fields that are metadata of such a spec.");
  cls.def("_ChildNames",
          [](const Spec& s, Token field) { return Check(s).layer->GetChildNames(s.path, field); });
}

// Sdf.PrimSpec(parent, name, specifier, typeName) and its like.
// Makes the spec of a variant. The constructors of Sdf leave the list of set names as it is: a set that is
// not in it is kept, and has no effect.
void CreateUnlisted(const LayerPtr& layer, Path path) {
  const Token list = layer::GetFieldNames().variantSetNames;
  WaitForReaders();
  const layer::Layer::ChangeBlock block(*layer);
  const Value* known = layer->GetField(path.GetParent(), list);
  Value before = known ? *known : Value();
  CheckOrRaise(layer->CreateVariantSpec(path));
  CheckOrRaise(layer->SetField(path.GetParent(), list, std::move(before)));
}

void BindConstructors(nb::module_& sdf) {
  nb::class_<PrimSpec, Spec> prim(sdf, "PrimSpec", "What a layer says about a prim.");
  const auto make_prim = [](PrimSpec* self, const LayerPtr& layer, Path path, Specifier specifier,
                            Token type_name) {
    if (layer->HasSpec(path))
      throw nb::value_error(("there is a spec already at <" + path.GetString() + ">").c_str());
    WaitForReaders();
    CheckOrRaise(layer->CreatePrimSpec(path, specifier, type_name));
    new (self) PrimSpec{{layer, path}};
  };
  prim.def(
      "__init__",
      [make_prim](PrimSpec* self, const LayerPtr& layer, Token name, Specifier specifier, Token type_name) {
        make_prim(self, layer, Path::AbsoluteRoot().AppendChild(name), specifier, type_name);
      },
      "parentLayer"_a, "name"_a, "specifier"_a, "typeName"_a = "");
  prim.def(
      "__init__",
      [make_prim](PrimSpec* self, const Spec& parent, Token name, Specifier specifier, Token type_name) {
        make_prim(self, Check(parent).layer, parent.path.AppendChild(name), specifier, type_name);
      },
      "parentPrim"_a, "name"_a, "specifier"_a, "typeName"_a = "");
  sdf.attr("PseudoRootSpec") = prim;

  nb::class_<PropertySpec, Spec>(sdf, "PropertySpec", "What a layer says about a property.");
  nb::class_<AttributeSpec, PropertySpec> attribute(sdf, "AttributeSpec",
                                                    "What a layer says about an attribute.");
  attribute.def(
      "__init__",
      [](AttributeSpec* self, const Spec& owner, Token name, const ValueTypeNameObject& type,
         Variability variability, bool custom) {
        const Path path = Check(owner).path.AppendProperty(name);
        WaitForReaders();
        CheckOrRaise(owner.layer->CreateAttributeSpec(path, Token(type.GetName()), variability, custom));
        new (self) AttributeSpec{{{owner.layer, path}}};
      },
      "ownerPrimSpec"_a, "name"_a, "typeName"_a, "variability"_a = Variability::kVarying,
      "declaresCustom"_a = false);
  nb::class_<RelationshipSpec, PropertySpec> relationship(sdf, "RelationshipSpec",
                                                          "What a layer says about a relationship.");
  relationship.def(
      "__init__",
      [](RelationshipSpec* self, const Spec& owner, Token name, bool custom, Variability variability) {
        const Path path = Check(owner).path.AppendProperty(name);
        WaitForReaders();
        CheckOrRaise(owner.layer->CreateRelationshipSpec(path, variability, custom));
        new (self) RelationshipSpec{{{owner.layer, path}}};
      },
      "ownerPrimSpec"_a, "name"_a, "custom"_a = true, "variability"_a = Variability::kUniform);

  nb::class_<VariantSetSpec, Spec> set(sdf, "VariantSetSpec",
                                       "The variants that a layer gives a prim under one name.");
  set.def(
      "__init__",
      [](VariantSetSpec* self, const Spec& owner, Token name) {
        // The layer keeps it once its first variant is there.
        const Path path = Check(owner).path.AppendVariantSelection(name, Token());
        new (self) VariantSetSpec{{owner.layer, path}};
      },
      "owner"_a, "name"_a);
  nb::class_<VariantSpec, Spec> variant(sdf, "VariantSpec", "What a layer says under one variant.");
  variant.def(
      "__init__",
      [](VariantSpec* self, const VariantSetSpec& owner, Token name) {
        const Path path = owner.path.GetParent().AppendVariantSelection(owner.path.GetVariantSet(), name);
        CreateUnlisted(owner.layer, path);
        new (self) VariantSpec{{owner.layer, path}};
      },
      "owner"_a, "name"_a);
}

void BindFunctions(nb::module_& sdf) {
  sdf.def(
      "JustCreatePrimInLayer",
      [](const LayerPtr& layer, PathArgument path) {
        WaitForReaders();
        CheckOrRaise(layer->HasSpec(path) ? Result<void>() : layer->CreatePrimSpec(path, Specifier::kOver));
        return true;
      },
      "layer"_a, "primPath"_a,
      "Makes the prim and what is missing above it, as overs. Whether it is there then.");
  sdf.def(
      "CreatePrimInLayer",
      [](const LayerPtr& layer, PathArgument path) {
        WaitForReaders();
        CheckOrRaise(layer->HasSpec(path) ? Result<void>() : layer->CreatePrimSpec(path, Specifier::kOver));
        return MakeSpec(layer, path);
      },
      "layer"_a, "primPath"_a);
  sdf.def(
      "CreateVariantInLayer",
      [](const LayerPtr& layer, PathArgument prim, Token set, Token variant) {
        const Path path = prim.path.AppendVariantSelection(set, variant);
        WaitForReaders();
        CheckOrRaise(layer->CreateVariantSpec(path));
        return MakeSpec(layer, path);
      },
      "layer"_a, "primPath"_a, "variantSetName"_a, "variantName"_a);
  const auto create_attribute = [](const LayerPtr& layer, PathArgument path, const ValueTypeNameObject& type,
                                   Variability variability, bool custom) {
    const Path prim = path.path.GetPrimPath();
    WaitForReaders();
    if (!layer->HasSpec(prim)) CheckOrRaise(layer->CreatePrimSpec(prim, Specifier::kOver));
    CheckOrRaise(layer->CreateAttributeSpec(path, Token(type.GetName()), variability, custom));
    return MakeSpec(layer, path);
  };
  sdf.def("CreatePrimAttributeInLayer", create_attribute, "layer"_a, "attrPath"_a, "typeName"_a,
          "variability"_a = Variability::kVarying, "isCustom"_a = false);
  sdf.def(
      "JustCreatePrimAttributeInLayer",
      [create_attribute](const LayerPtr& layer, PathArgument path, const ValueTypeNameObject& type,
                         Variability variability, bool custom) {
        return nb::cast<bool>(nb::bool_(create_attribute(layer, path, type, variability, custom)));
      },
      "layer"_a, "attrPath"_a, "typeName"_a, "variability"_a = Variability::kVarying, "isCustom"_a = false);
  const auto create_relationship = [](const LayerPtr& layer, PathArgument path, Variability variability,
                                      bool custom) {
    const Path prim = path.path.GetPrimPath();
    WaitForReaders();
    if (!layer->HasSpec(prim)) CheckOrRaise(layer->CreatePrimSpec(prim, Specifier::kOver));
    CheckOrRaise(layer->CreateRelationshipSpec(path, variability, custom));
    return MakeSpec(layer, path);
  };
  sdf.def("CreateRelationshipInLayer", create_relationship, "layer"_a, "relPath"_a,
          "variability"_a = Variability::kUniform, "isCustom"_a = false);
  sdf.def(
      "CopySpec",
      [](const LayerPtr& from_layer, PathArgument from, const LayerPtr& to_layer, PathArgument to) {
        WaitForReaders();
        CheckOrRaise(to_layer->CopySpec(*from_layer, from, to));
        return true;
      },
      "srcLayer"_a, "srcPath"_a, "dstLayer"_a, "dstPath"_a);
  sdf.def("_DeleteSpec", [](const Spec& spec) {
    WaitForReaders();
    CheckOrRaise(Check(spec).layer->DeleteSpec(spec.path));
  });
  sdf.def(
      "ValueHasValidType",
      [](nb::handle value) {
        try {
          return !FromPython(value).IsEmpty();
        } catch (nb::python_error& error) {
          return false;
        }
      },
      "value"_a);
  sdf.def(
      "GetValueTypeNameForValue",
      [](nb::handle value) {
        return ToPython(ValueTypeNameArgument{GetValueTypeNameOf(FromPython(value).GetType())});
      },
      "value"_a);

  nb::class_<layer::Layer::ChangeBlock>(sdf, "_LayerChangeBlock")
      .def(nb::init<layer::Layer&>(), nb::keep_alive<1, 2>());
  nb::class_<layer::ThreadChangeBlock>(sdf, "_ThreadChangeBlock").def(nb::init<>());
}

}  // namespace

nb::object MakeSpec(const LayerPtr& layer, Path path) {
  switch (layer->GetSpecType(path)) {
    case SpecType::kPrim:
    case SpecType::kPseudoRoot:
      return nb::cast(PrimSpec{{layer, path}});
    case SpecType::kAttribute:
      return nb::cast(AttributeSpec{{{layer, path}}});
    case SpecType::kRelationship:
      return nb::cast(RelationshipSpec{{{layer, path}}});
    case SpecType::kVariantSet:
      return nb::cast(VariantSetSpec{{layer, path}});
    case SpecType::kVariant:
      return nb::cast(VariantSpec{{layer, path}});
    default:
      return nb::none();
  }
}

nb::object MakeStackSpec(const LayerPtr& layer, Path path) {
  const bool is_variant = layer->GetSpecType(path) == SpecType::kVariant;
  return is_variant ? nb::cast(PrimSpec{{layer, path}}) : MakeSpec(layer, path);
}

void BindSpecs(nb::module_& sdf) {
  BindSpec(sdf);
  BindConstructors(sdf);
  BindFunctions(sdf);
}

}  // namespace strata::python
