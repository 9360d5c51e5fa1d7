// Usd.Property, Usd.Attribute, Usd.Relationship.
#include "python/core/pcp.h"
#include "python/core/usd.h"
#include "python/core/usd_reading.h"
#include "python/core/usd_resolve_info.h"

namespace strata::python {

nb::list MakePropertySpecs(const Object& object, bool with_offsets);  // usd_prim.cpp

namespace {

using stage::Attribute;

std::vector<Token> Split(Token name) {
  return Path::TokenizeIdentifier(name.GetString());
}

ValueType GetValueType(const Object& object) {
  const ValueTypeName* type = GetAttribute(object).GetValueTypeName();
  return type ? type->type : ValueType::kEmpty;
}

bool SetValue(const AttributeObject& a, nb::handle value, TimeArgument time) {
  Check(a);
  stage::Editor editor = GetStage(a).Edit();
  Value read = FromPython(value, GetValueType(a));
  if (read.IsEmpty()) RaiseTypeError("None is no value of an attribute: Block() says that there is none");
  CheckOrRaise(editor.Set(a.GetPath(), std::move(read), time.time));
  return true;
}

std::vector<Attribute> Plain(const std::vector<AttributeObject>& attributes) {
  std::vector<Attribute> all;
  for (const AttributeObject& a : attributes) all.push_back(GetAttribute(a));
  return all;
}

template <class Object_>
Path Anchor(const Object_& object, Path path) {
  return path.IsAbsolute() ? path : path.MakeAbsolute(object.prim.GetPath());
}
std::vector<Path> Anchor(const Object& object, const std::vector<PathArgument>& paths) {
  std::vector<Path> out;
  for (const PathArgument& path : paths) out.push_back(Anchor(object, path.path));
  return out;
}

void BindProperty(nb::class_<PropertyObject, Object>& cls) {
  cls.def("__bool__", [](const PropertyObject& p) { return p.prim.IsValid() && GetProperty(p).IsDefined(); });
  cls.def("IsValid", [](const PropertyObject& p) { return p.prim.IsValid() && GetProperty(p).IsDefined(); });
  cls.def("IsDefined", [](const PropertyObject& p) { return GetProperty(p).IsDefined(); });
  cls.def("IsAuthored", [](const PropertyObject& p) { return GetProperty(p).IsAuthored(); });
  cls.def(
      "IsAuthoredAt",
      [](const PropertyObject& p, const stage::EditTarget& target) {
        return target && target.GetLayer()->HasSpec(target.MapToSpecPath(p.GetPath()));
      },
      "editTarget"_a);
  cls.def("IsCustom", [](const PropertyObject& p) { return GetProperty(p).IsCustom(); });
  cls.def(
      "SetCustom",
      [](const PropertyObject& p, bool custom) {
        CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), layer::GetFieldNames().custom, custom));
        return true;
      },
      "isCustom"_a);
  cls.def("GetBaseName", [](const PropertyObject& p) { return GetProperty(p).GetBaseName(); });
  cls.def("GetNamespace", [](const PropertyObject& p) { return GetProperty(p).GetNamespace(); });
  cls.def("SplitName", [](const PropertyObject& p) { return Split(p.name); });
  cls.def(
      "GetPropertyStack", [](const PropertyObject& p, TimeArgument) { return MakePropertySpecs(p, false); },
      "time"_a = TimeArgument(), "The specs that speak of the property, strongest first.");
  cls.def(
      "GetPropertyStackWithLayerOffsets",
      [](const PropertyObject& p, TimeArgument) { return MakePropertySpecs(p, true); },
      "time"_a = TimeArgument());
  const Token group = layer::GetFieldNames().displayGroup;
  const auto get_group = [group](const PropertyObject& p) {
    const Value value = GetProperty(p).GetMetadata(group);
    return value.Holds<std::string>() ? value.Get<std::string>() : std::string();
  };
  const auto set_group = [group](const PropertyObject& p, const std::string& text) {
    CheckOrRaise(GetStage(p).Edit().SetMetadata(p.GetPath(), group, text));
    return true;
  };
  cls.def("GetDisplayGroup", get_group);
  cls.def("SetDisplayGroup", set_group, "displayGroup"_a);
  cls.def("ClearDisplayGroup", [group](const PropertyObject& p) {
    CheckOrRaise(GetStage(p).Edit().ClearMetadata(p.GetPath(), group));
    return true;
  });
  cls.def("HasAuthoredDisplayGroup",
          [group](const PropertyObject& p) { return GetProperty(p).HasAuthoredMetadata(group); });
  cls.def("GetNestedDisplayGroups", [get_group](const PropertyObject& p) {
    const std::string text = get_group(p);
    return text.empty() ? std::vector<Token>() : Split(Token(text));
  });
  cls.def(
      "SetNestedDisplayGroups",
      [set_group](const PropertyObject& p, const std::vector<std::string>& groups) {
        std::string text;
        for (const std::string& one : groups) text += (text.empty() ? "" : ":") + one;
        return set_group(p, text);
      },
      "nestedGroups"_a);
}

void BindValues(nb::class_<AttributeObject, PropertyObject>& cls) {
  BindReading(cls);
  cls.def(
      "Set", &SetValue, "value"_a.none(), "time"_a = TimeArgument(),
      "Writes a value where the stage's edit target says. Raises when it does not fit the attribute's type.");
  cls.def(
      "Clear",
      [](const AttributeObject& a) {
        CheckOrRaise(GetStage(a).Edit().Clear(a.GetPath()));
        return true;
      },
      "Takes back the default, the samples and the spline that the edit target's layer has.");
  cls.def(
      "ClearAtTime",
      [](const AttributeObject& a, TimeArgument time) {
        CheckOrRaise(GetStage(a).Edit().ClearAtTime(a.GetPath(), time.time));
        return true;
      },
      "time"_a);
  cls.def("ClearDefault", [](const AttributeObject& a) {
    CheckOrRaise(GetStage(a).Edit().ClearAtTime(a.GetPath(), stage::Time::Default()));
    return true;
  });
  cls.def(
      "Block", [](const AttributeObject& a) { CheckOrRaise(GetStage(a).Edit().Block(a.GetPath())); },
      "Says that there is no value, at any time.");
  cls.def("BlockAnimation",
          [](const AttributeObject& a) { CheckOrRaise(GetStage(a).Edit().BlockAnimation(a.GetPath())); });
  cls.def_static(
      "GetUnionedTimeSamples",
      [](const std::vector<AttributeObject>& attributes) {
        return Attribute::GetUnionedTimeSamples(Plain(attributes));
      },
      "attrs"_a);
  cls.def_static(
      "GetUnionedTimeSamplesInInterval",
      [](const std::vector<AttributeObject>& attributes, nb::handle interval) {
        return Clip(Attribute::GetUnionedTimeSamples(Plain(attributes)), ReadInterval(interval));
      },
      "attrs"_a, "interval"_a);
}

void BindAttribute(nb::module_& usd) {
  nb::class_<AttributeObject, PropertyObject> cls(usd, "Attribute", "A property with a value at any time.");
  cls.def(nb::init<>());
  cls.def("__bool__",
          [](const AttributeObject& a) { return a.prim.IsValid() && GetAttribute(a).IsDefined(); });
  cls.def("IsValid",
          [](const AttributeObject& a) { return a.prim.IsValid() && GetAttribute(a).IsDefined(); });
  cls.def("__repr__", [](const AttributeObject& a) {
    if (!a.prim.IsValid() || !GetAttribute(a).IsDefined()) return Describe(a, "attribute");
    return "Usd.Prim(<" + a.prim.GetPath().GetString() + ">).GetAttribute('" + a.name.GetString() + "')";
  });
  BindValues(cls);
  const layer::FieldNames& names = layer::GetFieldNames();
  cls.def("GetTypeName", [](const AttributeObject& a) {
    return ToPython(ValueTypeNameArgument{GetAttribute(a).GetValueTypeName()});
  });
  cls.def(
      "SetTypeName",
      [field = names.typeName](const AttributeObject& a, const ValueTypeNameObject& type) {
        CheckOrRaise(GetStage(a).Edit().SetMetadata(a.GetPath(), field, Token(type.GetName())));
        return true;
      },
      "typeName"_a);
  cls.def("GetRoleName", [](const AttributeObject& a) {
    return nb::cast<std::string>(
        ToPython(ValueTypeNameArgument{GetAttribute(a).GetValueTypeName()}).attr("role"));
  });
  cls.def("GetVariability", [](const AttributeObject& a) { return GetAttribute(a).GetVariability(); });
  cls.def(
      "SetVariability",
      [field = names.variability](const AttributeObject& a, Variability variability) {
        CheckOrRaise(GetStage(a).Edit().SetMetadata(a.GetPath(), field, variability));
        return true;
      },
      "variability"_a);
  cls.def("GetColorSpace", [field = names.colorSpace](const AttributeObject& a) {
    const Value value = GetAttribute(a).GetMetadata(field);
    return value.Holds<Token>() ? value.Get<Token>() : Token();
  });
  cls.def(
      "SetColorSpace",
      [field = names.colorSpace](const AttributeObject& a, Token space) {
        CheckOrRaise(GetStage(a).Edit().SetMetadata(a.GetPath(), field, space));
      },
      "colorSpace"_a);
  cls.def("HasColorSpace", [field = names.colorSpace](const AttributeObject& a) {
    return GetAttribute(a).HasAuthoredMetadata(field);
  });
  cls.def("ClearColorSpace", [field = names.colorSpace](const AttributeObject& a) {
    return bool(GetStage(a).Edit().ClearMetadata(a.GetPath(), field));
  });

  cls.def("GetConnections", [](const AttributeObject& a) { return GetAttribute(a).GetConnections(); });
  cls.def("HasAuthoredConnections",
          [](const AttributeObject& a) { return GetAttribute(a).HasAuthoredConnections(); });
  cls.def(
      "AddConnection",
      [](const AttributeObject& a, PathArgument source, stage::ListPosition position) {
        CheckOrRaise(GetStage(a).Edit().AddConnection(a.GetPath(), Anchor(a, source.path), position));
        return true;
      },
      "source"_a, "position"_a = stage::ListPosition::kBackOfPrependList);
  cls.def(
      "RemoveConnection",
      [](const AttributeObject& a, PathArgument source) {
        CheckOrRaise(GetStage(a).Edit().RemoveConnection(a.GetPath(), Anchor(a, source.path)));
        return true;
      },
      "source"_a);
  cls.def(
      "SetConnections",
      [](const AttributeObject& a, const std::vector<PathArgument>& sources) {
        CheckOrRaise(GetStage(a).Edit().SetConnections(a.GetPath(), Anchor(a, sources)));
        return true;
      },
      "sources"_a);
  cls.def("ClearConnections", [field = names.connectionPaths](const AttributeObject& a) {
    StageObject& owner = GetStage(a);
    const Path spec = owner.target.MapToSpecPath(a.GetPath());
    if (owner.target.GetLayer()->GetField(spec, field))
      CheckOrRaise(owner.Edit().ClearMetadata(a.GetPath(), field));
    return true;
  });

  BindResolveInfo(usd);
  cls.def("GetResolveInfo",
          [](const AttributeObject& a) { return ResolveInfoObject(GetAttribute(a).GetResolveInfo()); });
  cls.def(
      "GetResolveInfo",
      [](const AttributeObject& a, TimeArgument time) {
        return ResolveInfoObject(GetAttribute(a).GetResolveInfoChain(time.time));
      },
      "time"_a);
}

void BindRelationship(nb::module_& usd) {
  nb::class_<RelationshipObject, PropertyObject> cls(usd, "Relationship",
                                                     "A property that points at other objects.");
  cls.def(nb::init<>());
  cls.def("__bool__",
          [](const RelationshipObject& r) { return r.prim.IsValid() && GetRelationship(r).IsDefined(); });
  cls.def("IsValid",
          [](const RelationshipObject& r) { return r.prim.IsValid() && GetRelationship(r).IsDefined(); });
  cls.def("__repr__", [](const RelationshipObject& r) {
    if (!r.prim.IsValid() || !GetRelationship(r).IsDefined()) return Describe(r, "relationship");
    return "Usd.Prim(<" + r.prim.GetPath().GetString() + ">).GetRelationship('" + r.name.GetString() + "')";
  });
  cls.def("GetTargets", [](const RelationshipObject& r) { return GetRelationship(r).GetTargets(); });
  cls.def("GetForwardedTargets",
          [](const RelationshipObject& r) { return GetRelationship(r).GetForwardedTargets(); });
  cls.def("HasAuthoredTargets",
          [](const RelationshipObject& r) { return GetRelationship(r).HasAuthoredTargets(); });
  cls.def(
      "AddTarget",
      [](const RelationshipObject& r, PathArgument target, stage::ListPosition position) {
        CheckOrRaise(GetStage(r).Edit().AddTarget(r.GetPath(), Anchor(r, target.path), position));
        return true;
      },
      "target"_a, "position"_a = stage::ListPosition::kBackOfPrependList);
  cls.def(
      "RemoveTarget",
      [](const RelationshipObject& r, PathArgument target) {
        CheckOrRaise(GetStage(r).Edit().RemoveTarget(r.GetPath(), Anchor(r, target.path)));
        return true;
      },
      "target"_a);
  cls.def(
      "SetTargets",
      [](const RelationshipObject& r, const std::vector<PathArgument>& targets) {
        CheckOrRaise(GetStage(r).Edit().SetTargets(r.GetPath(), Anchor(r, targets)));
        return true;
      },
      "targets"_a);
  cls.def(
      "ClearTargets",
      [](const RelationshipObject& r, bool remove_spec) {
        StageObject& owner = GetStage(r);
        const Path spec = owner.target.MapToSpecPath(r.GetPath());
        if (!owner.target.GetLayer()->HasSpec(spec)) return true;
        stage::Editor editor = owner.Edit();
        CheckOrRaise(remove_spec ? editor.RemoveProperty(r.GetPath())
                                 : editor.ClearMetadata(r.GetPath(), layer::GetFieldNames().targetPaths));
        return true;
      },
      "removeSpec"_a);
}

}  // namespace

void BindProperties(nb::module_& usd) {
  nb::class_<PropertyObject, Object> cls(usd, "Property", "An attribute or a relationship of a prim.");
  BindProperty(cls);
  BindAttribute(usd);
  BindRelationship(usd);
}

}  // namespace strata::python
