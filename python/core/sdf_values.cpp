// The values of scene description that are neither numbers nor paths: enumerators, type names, asset paths,
// times, references and payloads.
#include "python/core/arguments.h"
#include "python/core/core.h"
#include "python/core/sdf_enums.h"

namespace strata::python {

namespace {

void BindEnums(nb::module_& sdf) {
  BindEnum<Specifier>(sdf, "SdfSpecifier", "Specifier",
                      {{Specifier::kDef, "SpecifierDef", "Def"},
                       {Specifier::kOver, "SpecifierOver", "Over"},
                       {Specifier::kClass, "SpecifierClass", "Class"}});
  BindEnum<Variability>(sdf, "SdfVariability", "Variability",
                        {{Variability::kVarying, "VariabilityVarying", "Varying"},
                         {Variability::kUniform, "VariabilityUniform", "Uniform"}});
  BindEnum<Permission>(sdf, "SdfPermission", "Permission",
                       {{Permission::kPublic, "PermissionPublic", "Public"},
                        {Permission::kPrivate, "PermissionPrivate", "Private"}});
  using layer::SpecType;
  BindEnum<SpecType>(
      sdf, "SdfSpecType", "SpecType",
      {{SpecType::kUnknown, "SpecTypeUnknown", "SdfSpecTypeUnknown"},
       {SpecType::kAttribute, "SpecTypeAttribute", "SdfSpecTypeAttribute"},
       {SpecType::kConnection, "SpecTypeConnection", "SdfSpecTypeConnection"},
       {SpecType::kExpression, "SpecTypeExpression", "SdfSpecTypeExpression"},
       {SpecType::kMapper, "SpecTypeMapper", "SdfSpecTypeMapper"},
       {SpecType::kMapperArgument, "SpecTypeMapperArg", "SdfSpecTypeMapperArg"},
       {SpecType::kPrim, "SpecTypePrim", "SdfSpecTypePrim"},
       {SpecType::kPseudoRoot, "SpecTypePseudoRoot", "SdfSpecTypePseudoRoot"},
       {SpecType::kRelationship, "SpecTypeRelationship", "SdfSpecTypeRelationship"},
       {SpecType::kRelationshipTarget, "SpecTypeRelationshipTarget", "SdfSpecTypeRelationshipTarget"},
       {SpecType::kVariant, "SpecTypeVariant", "SdfSpecTypeVariant"},
       {SpecType::kVariantSet, "SpecTypeVariantSet", "SdfSpecTypeVariantSet"}});
}

const char* GetRoleName(Role role) {
  switch (role) {
    case Role::kPoint:
      return "Point";
    case Role::kNormal:
      return "Normal";
    case Role::kVector:
      return "Vector";
    case Role::kColor:
      return "Color";
    case Role::kTextureCoordinate:
      return "TextureCoordinate";
    case Role::kFrame:
      return "Frame";
    case Role::kTransform:
      return "Transform";
    case Role::kPointIndex:
      return "PointIndex";
    case Role::kEdgeIndex:
      return "EdgeIndex";
    case Role::kFaceIndex:
      return "FaceIndex";
    case Role::kGroup:
      return "Group";
    case Role::kOpaque:
      return "";
    case Role::kNone:
      break;
  }
  return "";
}

// "color3f[]" is Color3fArray in Sdf.ValueTypeNames.
std::string GetAttributeName(const ValueTypeName& type) {
  std::string name = type.name.GetString();
  const std::pair<const char*, const char*> compound[] = {
      {"texCoord", "TexCoord"}, {"timecode", "TimeCode"}, {"uchar", "UChar"},
      {"uint64", "UInt64"},     {"uint", "UInt"},         {"pathExpression", "PathExpression"}};
  const bool is_array = name.size() > 2 && name.compare(name.size() - 2, 2, "[]") == 0;
  if (is_array) name.resize(name.size() - 2);
  bool found = false;
  for (const auto& [text, spelled] : compound) {
    if (name.compare(0, std::strlen(text), text) != 0) continue;
    name.replace(0, std::strlen(text), spelled);
    found = true;
    break;
  }
  if (!found && !name.empty()) name[0] = static_cast<char>(std::toupper(name[0]));
  return is_array ? name + "Array" : name;
}

}  // namespace

nb::object ToPython(const ValueTypeNameArgument& argument) {
  static std::unordered_map<const ValueTypeName*, nb::object>& known =
      *new std::unordered_map<const ValueTypeName*, nb::object>;
  nb::object& object = known[argument.type];
  if (!object.is_valid()) object = nb::cast(ValueTypeNameObject{argument.type});
  return object;
}

namespace {

void BindValueTypeNames(nb::module_& sdf) {
  using Object = ValueTypeNameObject;
  nb::class_<Object> cls(sdf, "ValueTypeName", "The type of an attribute, such as color3f[].");
  cls.def("__init__", [](Object* type) { new (type) Object{}; });
  cls.def("__bool__", [](const Object& t) { return t.type != nullptr; });
  cls.def("__str__", [](const Object& t) { return t.GetName(); });
  cls.def("__hash__", [](const Object& t) { return std::hash<const void*>()(t.type) >> 1; });
  cls.def("__eq__", [](const Object& a, const Object& b) { return a.type == b.type; }, nb::is_operator());
  cls.def("__ne__", [](const Object& a, const Object& b) { return a.type != b.type; }, nb::is_operator());
  const auto equals_text = [](const Object& a, Token b) {
    return a.type ? FindValueTypeName(b) == a.type : b.IsEmpty();
  };
  cls.def("__eq__", equals_text, nb::is_operator());
  cls.def(
      "__ne__", [equals_text](const Object& a, Token b) { return !equals_text(a, b); }, nb::is_operator());
  cls.def_prop_ro("role", [](const Object& t) { return t.type ? GetRoleName(t.type->role) : ""; });
  cls.def_prop_ro("isArray", [](const Object& t) { return t.type && t.type->is_array; });
  cls.def_prop_ro("isScalar", [](const Object& t) { return t.type && !t.type->is_array; });
  cls.def_prop_ro("scalarType",
                  [](const Object& t) { return ToPython({t.type ? t.type->scalar : nullptr}); });
  cls.def_prop_ro("arrayType", [](const Object& t) { return ToPython({t.type ? t.type->array : nullptr}); });
  cls.def_prop_ro("defaultValue",
                  [](const Object& t) { return t.type ? ToPython(t.type->fallback) : nb::none(); });
  cls.def_prop_ro("aliasesAsStrings", [](const Object& t) {
    std::vector<Token> all;
    if (t.type) {
      all = t.type->aliases;
      all.insert(all.begin(), t.type->name);
    }
    return all;
  });
  cls.def("__reduce__", [sdf](const Object& t) {
    return nb::make_tuple(sdf.attr("ValueTypeNames").attr("Find"), nb::make_tuple(t.GetName()));
  });

  nb::object names = nb::module_::import_("types").attr("SimpleNamespace")();
  for (const ValueTypeName* type : GetAllValueTypeNames())
    names.attr(GetAttributeName(*type).c_str()) = ToPython({type});
  names.attr("Find") =
      nb::cpp_function([](Token name) { return ToPython({FindValueTypeName(name)}); }, nb::name("Find"),
                       "type"_a, "The type of a name as layers write it; false when there is none.");
  sdf.attr("ValueTypeNames") = names;
}

void BindAssetPath(nb::module_& sdf) {
  nb::class_<AssetPath> cls(sdf, "AssetPath", "Where a file is, as authored, evaluated and resolved.");
  cls.def(
      "__init__",
      [](AssetPath* path, std::string authored, std::string resolved, std::string evaluated) {
        new (path) AssetPath(std::move(authored));
        path->evaluated = std::move(evaluated);
        path->resolved = std::move(resolved);
      },
      "authoredPath"_a = "", "resolvedPath"_a = "", "evaluatedPath"_a = "");
  cls.def("__init__", [](AssetPath* path, const AssetPath& other) { new (path) AssetPath(other); });
  cls.def_prop_ro("authoredPath", [](const AssetPath& p) { return p.authored; });
  cls.def_prop_ro("evaluatedPath", [](const AssetPath& p) { return p.evaluated; });
  cls.def_prop_ro("resolvedPath", [](const AssetPath& p) { return p.resolved; });
  cls.def_prop_ro("path", [](const AssetPath& p) { return p.GetPath(); });
  const auto key = [](const AssetPath& p) { return std::tie(p.authored, p.evaluated, p.resolved); };
  cls.def("__bool__", [](const AssetPath& p) {
    return !p.authored.empty() || !p.evaluated.empty() || !p.resolved.empty();
  });
  cls.def("__eq__", [](const AssetPath& a, const AssetPath& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const AssetPath& a, const AssetPath& b) { return !(a == b); }, nb::is_operator());
  cls.def(
      "__lt__", [key](const AssetPath& a, const AssetPath& b) { return key(a) < key(b); }, nb::is_operator());
  cls.def("__hash__", [](const AssetPath& p) { return Value(p).GetHash() >> 1; });
  cls.def("__str__", [](const AssetPath& p) { return "@" + p.GetPath() + "@"; });
  cls.def("__repr__", [](const AssetPath& p) {
    std::string text = "Sdf.AssetPath(";
    const std::pair<const char*, const std::string*> parts[] = {
        {"authoredPath", &p.authored}, {"evaluatedPath", &p.evaluated}, {"resolvedPath", &p.resolved}};
    for (const auto& [name, part] : parts)
      if (!part->empty() || part == &p.authored)
        text += (text.back() == '(' ? "" : ", ") + std::string(name) + "=" + Repr(nb::str(part->c_str()));
    return text + ")";
  });
  cls.def("__reduce__", [](nb::handle self) {
    const AssetPath& p = nb::cast<const AssetPath&>(self);
    return nb::make_tuple(self.type(), nb::make_tuple(p.authored, p.resolved, p.evaluated));
  });
}

// TimeCode and Duration: numbers that retiming treats differently.
template <class T>
void BindTimeLike(nb::module_& gf, const char* name, const char* what) {
  nb::class_<T> cls(gf, name, what);
  cls.def("__init__", [](T* t, double value) { new (t) T{value}; }, "value"_a = 0.0);
  cls.def("__init__", [](T* t, const T& other) { new (t) T(other); });
  nb::implicitly_convertible<double, T>();
  cls.def("GetValue", [](T t) { return t.value; });
  cls.def("__float__", [](T t) { return t.value; });
  cls.def("__bool__", [](T t) { return t.value != 0; });
  cls.def("__hash__", [](T t) { return std::hash<double>()(t.value) >> 1; });
  cls.def("__repr__", [name = std::string(name)](T t) { return "Gf." + name + "(" + TextOf(t.value) + ")"; });
  cls.def("__str__", [](T t) { return TextOf(t.value); });
  cls.def("__eq__", [](T a, T b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](T a, T b) { return !(a == b); }, nb::is_operator());
  cls.def("__lt__", [](T a, T b) { return a.value < b.value; }, nb::is_operator());
  cls.def("__le__", [](T a, T b) { return a.value <= b.value; }, nb::is_operator());
  cls.def("__gt__", [](T a, T b) { return a.value > b.value; }, nb::is_operator());
  cls.def("__ge__", [](T a, T b) { return a.value >= b.value; }, nb::is_operator());
  cls.def("__neg__", [](T a) { return T{-a.value}; });
  cls.def("__add__", [](T a, T b) { return T{a.value + b.value}; }, nb::is_operator());
  cls.def("__radd__", [](T a, T b) { return T{b.value + a.value}; }, nb::is_operator());
  cls.def("__sub__", [](T a, T b) { return T{a.value - b.value}; }, nb::is_operator());
  cls.def("__rsub__", [](T a, T b) { return T{b.value - a.value}; }, nb::is_operator());
  cls.def("__mul__", [](T a, T b) { return T{a.value * b.value}; }, nb::is_operator());
  cls.def("__rmul__", [](T a, T b) { return T{b.value * a.value}; }, nb::is_operator());
  cls.def("__truediv__", [](T a, T b) { return T{a.value / b.value}; }, nb::is_operator());
  cls.def("__reduce__", [](nb::handle self) {
    return nb::make_tuple(self.type(), nb::make_tuple(nb::cast<T>(self).value));
  });
}

void BindLayerOffset(nb::module_& sdf) {
  nb::class_<LayerOffset> cls(sdf, "LayerOffset", "outer time = offset + scale * inner time");
  cls.def(
      "__init__", [](LayerOffset* o, double offset, double scale) { new (o) LayerOffset{offset, scale}; },
      "offset"_a = 0.0, "scale"_a = 1.0);
  cls.def_rw("offset", &LayerOffset::offset);
  cls.def_rw("scale", &LayerOffset::scale);
  cls.def("IsIdentity", &LayerOffset::IsIdentity);
  cls.def("GetInverse", &LayerOffset::GetInverse);
  cls.def("__mul__", [](LayerOffset a, LayerOffset b) { return a * b; }, nb::is_operator());
  cls.def("__mul__", [](LayerOffset a, TimeCode t) { return a * t; }, nb::is_operator());
  cls.def("__mul__", [](LayerOffset a, double t) { return a * t; }, nb::is_operator());
  cls.def("__eq__", [](LayerOffset a, LayerOffset b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](LayerOffset a, LayerOffset b) { return !(a == b); }, nb::is_operator());
  cls.def("__hash__", [](LayerOffset o) {
    return (std::hash<double>()(o.offset) * 31 + std::hash<double>()(o.scale)) >> 1;
  });
  cls.def("__repr__", [](LayerOffset o) {
    if (o.IsIdentity()) return std::string("Sdf.LayerOffset()");
    return "Sdf.LayerOffset(" + TextOf(o.offset) + (o.scale == 1 ? "" : ", " + TextOf(o.scale)) + ")";
  });
  cls.def("__reduce__", [](nb::handle self) {
    const LayerOffset o = nb::cast<LayerOffset>(self);
    return nb::make_tuple(self.type(), nb::make_tuple(o.offset, o.scale));
  });
}

// What references and payloads have in common.
template <class Arc>
void BindArc(nb::class_<Arc>& cls) {
  cls.def_prop_ro("assetPath", [](const Arc& arc) { return arc.asset_path; });
  cls.def_prop_ro("primPath", [](const Arc& arc) { return arc.prim_path; });
  cls.def_prop_ro("layerOffset", [](const Arc& arc) { return arc.offset; });
  cls.def("__eq__", [](const Arc& a, const Arc& b) { return a == b; }, nb::is_operator());
  cls.def("__ne__", [](const Arc& a, const Arc& b) { return !(a == b); }, nb::is_operator());
  cls.def("__lt__", [](const Arc& a, const Arc& b) { return a < b; }, nb::is_operator());
  cls.def("__hash__", [](const Arc& arc) { return ListOpItemHash<Arc>()(arc) >> 1; });
}

template <class Arc>
std::string ReprArc(const char* name, const Arc& arc, const std::string& more) {
  std::vector<std::string> parts;
  bool named = false;  // once one is left out, those that follow are named
  const auto add = [&](bool is_there, const char* keyword, const std::string& text) {
    if (!is_there) {
      named = true;
      return;
    }
    parts.push_back((named ? std::string(keyword) + "=" : "") + text);
  };
  add(!arc.asset_path.empty(), "assetPath", Repr(nb::str(arc.asset_path.c_str())));
  add(!arc.prim_path.IsEmpty(), "primPath", Repr(nb::cast(arc.prim_path)));
  add(!arc.offset.IsIdentity(), "layerOffset", Repr(nb::cast(arc.offset)));
  if (!more.empty()) parts.push_back("customData=" + more);
  std::string text = std::string("Sdf.") + name + "(";
  for (size_t i = 0; i < parts.size(); ++i) text += (i ? ", " : "") + parts[i];
  return text + ")";
}

void BindArcs(nb::module_& sdf) {
  nb::class_<Reference> reference(sdf, "Reference", "A layer, a prim in it, a retiming, and custom data.");
  reference.def(
      "__init__",
      [](Reference* r, std::string asset, PathArgument prim, LayerOffset offset, nb::object custom) {
        new (r) Reference{std::move(asset), prim.path, offset, nullptr};
        const Value data = FromPython(custom, ValueType::kDictionary);
        if (!data.Get<Dictionary>().IsEmpty())
          r->custom_data = std::make_shared<const Dictionary>(data.Get<Dictionary>());
      },
      "assetPath"_a = "", "primPath"_a = PathArgument(), "layerOffset"_a = LayerOffset(),
      "customData"_a = nb::dict());
  BindArc(reference);
  reference.def_prop_ro("customData", [](const Reference& r) {
    return r.custom_data ? ToPython(Value(*r.custom_data)) : nb::dict();
  });
  reference.def("IsInternal", [](const Reference& r) { return r.asset_path.empty(); });
  reference.def("__repr__", [](const Reference& r) {
    return ReprArc("Reference", r, r.custom_data ? Repr(ToPython(Value(*r.custom_data))) : "");
  });
  nb::class_<Payload> payload(sdf, "Payload", "A layer, a prim in it and a retiming, loaded on demand.");
  payload.def(
      "__init__",
      [](Payload* p, std::string asset, PathArgument prim, LayerOffset offset) {
        new (p) Payload{std::move(asset), prim.path, offset};
      },
      "assetPath"_a = "", "primPath"_a = PathArgument(), "layerOffset"_a = LayerOffset());
  BindArc(payload);
  payload.def("__repr__", [](const Payload& p) { return ReprArc("Payload", p, ""); });
}

// ValueBlock and AnimationBlock: all of one kind are equal.
template <class T>
void BindBlock(nb::module_& sdf, const char* name, const char* what) {
  nb::class_<T> cls(sdf, name, what);
  cls.def(nb::init<>());
  cls.def("__repr__", [name = std::string("Sdf.") + name](const T&) { return name; });
  cls.def("__eq__", [](const T&, const T&) { return true; }, nb::is_operator());
  cls.def("__hash__", [](const T&) { return 1; });
}

}  // namespace

void BindValueTypes(nb::module_& sdf) {
  nb::module_ gf = nb::borrow<nb::module_>(nb::module_::import_("strata._core").attr("Gf"));
  BindEnums(sdf);
  BindTimeLike<TimeCode>(gf, "TimeCode", "A moment: a number that retiming scales and offsets.");
  BindTimeLike<Duration>(gf, "Duration", "A length of time: a number that retiming scales.");
  sdf.attr("TimeCode") = gf.attr("TimeCode");
  BindAssetPath(sdf);
  BindLayerOffset(sdf);
  BindArcs(sdf);
  BindBlock<ValueBlock>(sdf, "ValueBlock", "Says that there is no value.");
  BindBlock<AnimationBlock>(sdf, "AnimationBlock",
                            "Hides weaker time samples, splines and clips, not defaults.");
  BindValueTypeNames(sdf);
}

}  // namespace strata::python
