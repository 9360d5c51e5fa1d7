#include "strata/layer/validate.h"

#include <unordered_set>

#include <fmt/format.h>

#include "strata/value/array_edit.h"
#include "strata/value/spline.h"
#include "strata/value/time_samples.h"

namespace strata::layer {

namespace {

// Why `path` cannot be in the list of `field`; null when it can.
const char* FindPathFault(Token field, Path path) {
  const FieldNames& names = GetFieldNames();
  if (path.IsEmpty()) return "an empty path";
  if (field == names.inheritPaths || field == names.specializes) {
    if (!path.IsAbsolute() || !path.IsPrim()) return "not an absolute path of a prim";
  } else if (field == names.targetPaths || field == names.connectionPaths) {
    if (!path.IsAbsolute()) return "not an absolute path";
  } else {
    return nullptr;
  }
  return path.ContainsPrimVariantSelection() ? "a path with a variant selection" : nullptr;
}

const char* FindArcFault(Path prim_path) {
  if (prim_path.IsEmpty()) return nullptr;
  if (!prim_path.IsAbsolute() || !prim_path.IsPrim()) return "not an absolute path of a prim";
  return prim_path.ContainsPrimVariantSelection() ? "a path with a variant selection" : nullptr;
}

template <class T, class Visit>
void VisitItems(const ListOp<T>& list, Visit&& visit) {
  for (const auto* items : {&list.explicit_items, &list.added_items, &list.prepended_items,
                            &list.appended_items, &list.deleted_items, &list.ordered_items})
    for (const T& item : *items) visit(item);
}

struct Fault {
  std::string item;
  const char* reason = nullptr;
};

template <class Arc>
Fault FindArcListFault(const ListOp<Arc>& list) {
  Fault fault;
  VisitItems(list, [&fault](const Arc& arc) {
    const char* reason = FindArcFault(arc.prim_path);
    if (reason && !fault.reason) fault = {arc.prim_path.GetString(), reason};
  });
  return fault;
}

Fault FindRepeated(const PathListOp& list) {
  for (const auto* items : {&list.explicit_items, &list.added_items, &list.prepended_items,
                            &list.appended_items, &list.deleted_items, &list.ordered_items}) {
    std::unordered_set<Path> seen;
    for (const Path path : *items)
      if (!seen.insert(path).second) return {path.GetString(), "listed twice"};
  }
  return {};
}

Fault FindListFault(Token field, const Value& value) {
  if (const auto* paths = value.GetIf<PathListOp>()) {
    Fault fault = FindRepeated(*paths);
    VisitItems(*paths, [&fault, field](const Path& path) {
      const char* reason = FindPathFault(field, path);
      if (reason && !fault.reason) fault = {path.GetString(), reason};
    });
    return fault;
  }
  if (const auto* references = value.GetIf<ReferenceListOp>()) return FindArcListFault(*references);
  if (const auto* payloads = value.GetIf<PayloadListOp>()) return FindArcListFault(*payloads);
  if (const auto* relocates = value.GetIf<Relocates>()) {
    for (const auto& [source, target] : *relocates) {
      if (source.IsEmpty()) return {"", "an empty source path"};
      for (const Path path : {source, target})
        if (const char* reason = FindArcFault(path)) return {path.GetString(), reason};
    }
  }
  return {};
}

Diagnostic MakeTypeRefusal(const Layer& layer, Path path, std::string_view what, ValueType wanted,
                           ValueType given) {
  return MakeRefusal(layer, path,
                     fmt::format("{} of <{}> holds a value of type {}, not {}.", what, path.GetString(),
                                 GetTypeText(wanted), GetTypeText(given)),
                     fmt::format("Give a value of type {}.", GetTypeText(wanted)));
}

Result<Value> CheckTimeSamples(const Layer& layer, Path path, Token type_name, Value value) {
  const TimeSamples* samples = value.GetIf<TimeSamples>();
  if (!samples)
    return MakeTypeRefusal(layer, path, "Field 'timeSamples'", ValueType::kTimeSamples, value.GetType());
  const ValueTypeName* type = FindValueTypeName(type_name);
  bool is_all_right = true;
  for (size_t i = 0; i < samples->GetSize() && type; ++i) {
    const ValueType sample = samples->GetValueType(i);
    is_all_right = is_all_right && (sample == ValueType::kValueBlock || sample == type->type);
  }
  if (is_all_right) return value;
  TimeSamples cast;
  cast.Reserve(samples->GetSize());
  for (size_t i = 0; i < samples->GetSize(); ++i) {
    STRATA_TRY(Value sample, CheckAttributeValue(layer, path, type_name, samples->GetValue(i)));
    cast.Set(samples->GetTime(i), std::move(sample));
  }
  return Value(std::move(cast));
}

Result<Value> CheckSpline(const Layer& layer, Path path, Token type_name, Value value) {
  if (!value.Holds<Spline>())
    return MakeTypeRefusal(layer, path, "Field 'spline'", ValueType::kSpline, value.GetType());
  const ValueTypeName* type = FindValueTypeName(type_name);
  if (!type) return value;
  switch (type->type) {
    case ValueType::kDouble:
    case ValueType::kFloat:
    case ValueType::kHalf:
    case ValueType::kTimeCode:
    case ValueType::kDuration:
      return value;
    default:
      return MakeRefusal(
          layer, path, fmt::format("Attributes of type {} cannot have a spline.", type_name.GetText()),
          "Use time samples, or an attribute of type double, float, half, timecode or duration.");
  }
}

}  // namespace

Diagnostic MakeRefusal(const Layer& layer, Path path, std::string message, std::string hint) {
  SourceLocation where;
  where.file = layer.GetIdentifier();
  where.path = path.GetString();
  return Diagnostic(kLayerEditRefused, std::move(message), std::move(where), std::move(hint));
}

Result<Value> CheckAttributeValue(const Layer& layer, Path path, Token type_name, Value value) {
  if (value.IsBlock() || value.Holds<AnimationBlock>()) return value;
  const ValueTypeName* type = FindValueTypeName(type_name);
  if (!type) return value;  // a type nobody knows: its values are kept as they are
  if (type->type == ValueType::kOpaque) {
    return MakeRefusal(layer, path, fmt::format("Attributes of type {} hold no value.", type_name.GetText()),
                       "Leave it without a value; connect it instead.");
  }
  if (value.GetType() == type->type) return value;
  if (const ArrayEdit* edit = value.GetIf<ArrayEdit>())
    if (type->is_array && edit->element_type == GetElementType(type->type)) return value;
  Value cast = CastValue(value, type->type);
  if (cast.IsEmpty()) return MakeTypeRefusal(layer, path, "The attribute", type->type, value.GetType());
  return cast;
}

Result<Value> CheckFieldValue(const Layer& layer, Path path, Token field, Value value) {
  const FieldNames& names = GetFieldNames();
  if (IsChildrenField(field)) {
    return MakeRefusal(
        layer, path, fmt::format("Field '{}' follows from the specs below and is not set.", field.GetText()),
        "Create or delete those specs.");
  }
  const SpecType owner = layer.GetSpecType(path);
  if (owner == SpecType::kUnknown) {
    return MakeRefusal(
        layer, path,
        fmt::format("There is no spec at <{}> to hold field '{}'.", path.GetString(), field.GetText()),
        "Create the spec first.");
  }
  const bool is_required = (owner == SpecType::kPrim && field == names.specifier) ||
                           (owner == SpecType::kAttribute && field == names.typeName);
  if (value.IsEmpty()) {
    if (is_required)
      return MakeRefusal(layer, path, fmt::format("Field '{}' cannot be taken away.", field.GetText()),
                         "Delete the spec instead.");
    return value;
  }
  const FieldDefinition* definition = layer.GetFields().Find(field);
  if (!definition) return value;
  if (!IsAllowedOn(*definition, owner)) {
    return MakeRefusal(layer, path,
                       fmt::format("A {} has no field '{}'.", GetSpecTypeName(owner), field.GetText()),
                       "Set it on a spec that has it.");
  }
  if (owner == SpecType::kAttribute) {
    const Token* type_name = layer.GetFieldAs<Token>(path, names.typeName);
    const Token type = type_name ? *type_name : Token();
    if (field == names.default_) return CheckAttributeValue(layer, path, type, std::move(value));
    if (field == names.timeSamples) return CheckTimeSamples(layer, path, type, std::move(value));
    if (field == names.spline) return CheckSpline(layer, path, type, std::move(value));
    if (field == names.typeName && value.Holds<Token>() && value.Get<Token>() != type) {
      for (const Token authored : {names.default_, names.timeSamples, names.spline}) {
        if (!layer.GetField(path, authored)) continue;
        return MakeRefusal(
            layer, path, fmt::format("The type of <{}> cannot change while it has values.", path.GetString()),
            "Erase its default, time samples and spline first.");
      }
    }
  }
  if (definition->type != ValueType::kEmpty && value.GetType() != definition->type) {
    Value cast = CastValue(value, definition->type);
    if (cast.IsEmpty())
      return MakeTypeRefusal(layer, path, fmt::format("Field '{}'", field.GetText()), definition->type,
                             value.GetType());
    value = std::move(cast);
  }
  const Fault fault = FindListFault(field, value);
  if (fault.reason) {
    return MakeRefusal(
        layer, path,
        fmt::format("Field '{}' cannot list <{}>: {}.", field.GetText(), fault.item, fault.reason),
        "Correct or remove that item.");
  }
  return value;
}

Result<void> CheckEditable(const Layer& layer, Path path) {
  if (layer.GetPermissionToEdit() == Layer::Permission::kAllowed) return {};
  return MakeRefusal(layer, path,
                     fmt::format("<{}> is not edited: the layer '{}' is closed to edits.", path.GetString(),
                                 layer.GetIdentifier()),
                     "Allow it with SetPermissionToEdit, or edit another layer.");
}

Result<void> CheckSpecPath(const Layer& layer, Path path) {
  if (!path.IsAbsolute() || path.ContainsTarget()) {
    return MakeRefusal(layer, path,
                       fmt::format("<{}> is not a path that a new spec can have.", path.GetString()),
                       "Give an absolute path of a prim, property or variant.");
  }
  for (Path p = path; !p.IsEmpty() && !p.IsAbsoluteRoot(); p = p.GetParent()) {
    bool is_valid = false;
    switch (p.GetElement()) {
      case PathElement::kPrim:
        is_valid = Path::IsValidIdentifier(p.GetNameToken().GetText());
        break;
      case PathElement::kProperty:
        is_valid = Path::IsValidNamespacedIdentifier(p.GetNameToken().GetText());
        break;
      case PathElement::kVariantSelection: {
        const std::string_view selection = p.GetVariantSelection().GetText();
        is_valid = Path::IsValidIdentifier(p.GetVariantSet().GetText()) &&
                   (selection.empty() || Path::IsValidVariantName(selection));
        break;
      }
      default:
        break;
    }
    if (!is_valid) {
      return MakeRefusal(layer, path,
                         fmt::format("'{}' is not a name that a spec can have.", p.GetElementString()),
                         "Use letters, digits and underscores, not beginning with a digit.");
    }
  }
  return {};
}

}  // namespace strata::layer
