// The edits of a layer: checked as a whole, then done.
#include <fmt/format.h>

#include "strata/layer/editor.h"
#include "strata/layer/layer.h"
#include "strata/layer/validate.h"
#include "strata/value/time_samples.h"

namespace strata::layer {

namespace {

// The nearest spec above `path` that exists must be one that can hold prims.
Result<void> CheckHolder(const Layer& layer, Path path) {
  for (Path p = path.GetParent(); !p.IsEmpty(); p = p.GetParent()) {
    switch (layer.GetSpecType(p)) {
      case SpecType::kUnknown:
        continue;
      case SpecType::kPrim:
      case SpecType::kVariant:
      case SpecType::kPseudoRoot:
        return {};
      default:
        return MakeRefusal(layer, path,
                           fmt::format("<{}> cannot hold <{}>.", p.GetString(), path.GetString()),
                           "Give a path below a prim or a variant.");
    }
  }
  return {};
}

Result<void> CheckPropertyPath(const Layer& layer, Path path) {
  if (!path.IsPrimProperty() || path.GetParent().IsAbsoluteRoot()) {
    return MakeRefusal(layer, path,
                       fmt::format("<{}> is not a path of a property of a prim.", path.GetString()),
                       "Give a path such as </Prim.name>.");
  }
  STRATA_CHECK(CheckSpecPath(layer, path));
  return CheckHolder(layer, path);
}

// A path whose names are all variant selections with a name, or prims.
Result<void> CheckPrimPath(const Layer& layer, Path path) {
  STRATA_CHECK(CheckSpecPath(layer, path));
  for (Path p = path; p.IsPrimOrPrimVariantSelection(); p = p.GetParent()) {
    if (!p.IsPrimVariantSelection() || !p.GetVariantSelection().IsEmpty()) continue;
    return MakeRefusal(layer, path, fmt::format("<{}> names no variant.", p.GetString()),
                       "Name the variant: {set=variant}.");
  }
  return CheckHolder(layer, path);
}

}  // namespace

Result<void> Layer::CreatePrimSpec(Path path, Specifier specifier, Token type_name) {
  if (!path.IsPrim()) {
    return MakeRefusal(*this, path, fmt::format("<{}> is not a path of a prim.", path.GetString()),
                       "Give a path such as </World/Prim>.");
  }
  STRATA_CHECK(CheckEditable(*this, path));
  STRATA_CHECK(CheckPrimPath(*this, path));
  const FieldNames& names = GetFieldNames();
  LayerEditor editor(*this);
  editor.CreatePrimsUpTo(path);
  editor.SetField(path, names.specifier, Value(specifier));
  if (!type_name.IsEmpty()) editor.SetField(path, names.typeName, Value(type_name));
  return {};
}

Result<void> Layer::CreateAttributeSpec(Path path, Token type_name, Variability variability, bool custom) {
  STRATA_CHECK(CheckEditable(*this, path));
  STRATA_CHECK(CheckPropertyPath(*this, path));
  const FieldNames& names = GetFieldNames();
  if (type_name.IsEmpty()) {
    return MakeRefusal(*this, path, fmt::format("The attribute <{}> is given no type.", path.GetString()),
                       "Name a type, for example float or token[].");
  }
  const SpecType known = GetSpecType(path);
  const Token* known_type = GetFieldAs<Token>(path, names.typeName);
  if (known != SpecType::kUnknown &&
      (known != SpecType::kAttribute || (known_type && *known_type != type_name))) {
    return MakeRefusal(
        *this, path,
        fmt::format("<{}> is there already, as {} {}.", path.GetString(), GetSpecTypeName(known),
                    known_type ? known_type->GetText() : std::string_view()),
        "Delete it first, or choose another name.");
  }
  LayerEditor editor(*this);
  editor.CreatePrimsUpTo(path.GetParent());
  editor.CreateSpec(path, SpecType::kAttribute);
  editor.SetField(path, names.typeName, Value(type_name));
  editor.SetField(path, names.variability, Value(variability));
  editor.SetField(path, names.custom, Value(custom));
  return {};
}

Result<void> Layer::CreateRelationshipSpec(Path path, Variability variability, bool custom) {
  STRATA_CHECK(CheckEditable(*this, path));
  STRATA_CHECK(CheckPropertyPath(*this, path));
  const SpecType known = GetSpecType(path);
  if (known != SpecType::kUnknown && known != SpecType::kRelationship) {
    return MakeRefusal(*this, path,
                       fmt::format("<{}> is there already, as {}.", path.GetString(), GetSpecTypeName(known)),
                       "Delete it first, or choose another name.");
  }
  const FieldNames& names = GetFieldNames();
  LayerEditor editor(*this);
  editor.CreatePrimsUpTo(path.GetParent());
  editor.CreateSpec(path, SpecType::kRelationship);
  editor.SetField(path, names.variability, Value(variability));
  editor.SetField(path, names.custom, Value(custom));
  return {};
}

Result<void> Layer::CreateVariantSpec(Path path) {
  if (!path.IsPrimVariantSelection()) {
    return MakeRefusal(*this, path, fmt::format("<{}> is not a path of a variant.", path.GetString()),
                       "Give a path such as </Prim{set=variant}>.");
  }
  STRATA_CHECK(CheckPrimPath(*this, path));
  if (HasSpec(path)) return {};
  STRATA_CHECK(CheckEditable(*this, path));
  LayerEditor(*this).CreatePrimsUpTo(path);
  return {};
}

Result<void> Layer::SetField(Path path, Token field, Value value) {
  STRATA_CHECK(CheckEditable(*this, path));
  STRATA_TRY(Value checked, CheckFieldValue(*this, path, field, std::move(value)));
  const Value* known = GetField(path, field);
  if (known ? *known == checked : checked.IsEmpty()) return {};
  LayerEditor(*this).SetField(path, field, std::move(checked));
  return {};
}

Result<void> Layer::DeleteSpec(Path path) {
  if (path.IsAbsoluteRoot() || !HasSpec(path)) {
    return MakeRefusal(*this, path, fmt::format("There is no spec at <{}> to delete.", path.GetString()),
                       "Give the path of a spec of this layer other than </>.");
  }
  STRATA_CHECK(CheckEditable(*this, path));
  LayerEditor(*this).EraseTree(path);
  return {};
}

Result<void> Layer::SetTimeSample(Path attribute, double time, Value value) {
  const FieldNames& names = GetFieldNames();
  if (GetSpecType(attribute) != SpecType::kAttribute) {
    return MakeRefusal(
        *this, attribute,
        fmt::format("There is no attribute at <{}> to hold a time sample.", attribute.GetString()),
        "Create the attribute first.");
  }
  if (value.IsEmpty()) return EraseTimeSample(attribute, time);
  STRATA_CHECK(CheckEditable(*this, attribute));
  const Token* type_name = GetFieldAs<Token>(attribute, names.typeName);
  STRATA_TRY(Value checked,
             CheckAttributeValue(*this, attribute, type_name ? *type_name : Token(), std::move(value)));
  LayerEditor editor(*this);
  Value* held = editor.EditField(attribute, names.timeSamples);
  if (TimeSamples* samples = held ? held->GetMutable<TimeSamples>() : nullptr) {
    samples->Set(time, std::move(checked));
    return {};
  }
  TimeSamples samples;
  samples.Set(time, std::move(checked));
  editor.SetField(attribute, names.timeSamples, Value(std::move(samples)));
  return {};
}

Result<void> Layer::EraseTimeSample(Path attribute, double time) {
  const FieldNames& names = GetFieldNames();
  const TimeSamples* known = GetFieldAs<TimeSamples>(attribute, names.timeSamples);
  if (!known || !known->Find(time)) {
    return MakeRefusal(*this, attribute,
                       fmt::format("<{}> has no time sample at {}.", attribute.GetString(), time),
                       "Give the time of a sample that is there.");
  }
  STRATA_CHECK(CheckEditable(*this, attribute));
  LayerEditor editor(*this);
  if (known->GetSize() == 1) {
    editor.SetField(attribute, names.timeSamples, Value());
    return {};
  }
  editor.EditField(attribute, names.timeSamples)->GetMutable<TimeSamples>()->Erase(time);
  return {};
}

}  // namespace strata::layer
