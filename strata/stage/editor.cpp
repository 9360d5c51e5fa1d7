#include "strata/stage/editor.h"

#include <fmt/format.h>

#include <cmath>

#include "strata/layer/fields.h"
#include "strata/layer/validate.h"
#include "strata/stage/change_feed.h"
#include "strata/stage/stage_impl.h"

namespace strata::stage {

namespace {

Value RetimeToLayer(Value value, const EditTarget& target) {
  const LayerOffset& offset = target.GetLayerToStage();
  return offset.IsIdentity() ? value : Retime(value, offset.GetInverse());
}

}  // namespace

Editor::Editor(Stage& stage) : Editor(stage, stage.GetEditTarget()) {}

Editor::Editor(Stage& stage, EditTarget target)
    : stage_(stage), alive_(stage.GetRef()), target_(std::move(target)) {
  stage_.FollowLayers();
}

Editor::~Editor() = default;

bool Editor::IsGathering() const {
  return stage_.GetImpl().feed->GetDepth() > open_steps_;
}

Diagnostic Editor::Refuse(Path path, std::string message, std::string hint) const {
  SourceLocation location;
  location.file = target_ ? target_.GetLayer()->GetIdentifier() : std::string();
  location.path = path.GetString();
  return Diagnostic(kEditRefused, std::move(message), location, std::move(hint));
}

Result<Path> Editor::FindSpecPath(Path path) const {
  if (!target_)
    return Refuse(path, "The edit target names no layer.", "Set an edit target with a layer of the stage.");
  if (!path.IsAbsolute() || path.ContainsPrimVariantSelection() || path.ContainsTarget()) {
    return Refuse(path, fmt::format("<{}> is not a path of a prim or property of a stage.", path.GetString()),
                  "Give an absolute path; to edit a variant, use an edit target that leads into it.");
  }
  for (Path above = path.GetPrimPath().GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
       above = above.GetParent()) {
    const Prim prim = stage_.GetPrimAtPath(above);
    if (prim.IsInstance() || prim.IsPrototype()) {
      const Path shared = stage_.GetPrimAtPath(path.GetPrimPath()).GetIndexPath();
      return Refuse(
          path,
          fmt::format("<{}> lies below {} <{}>, whose descendants are shared.", path.GetString(),
                      prim.IsInstance() ? "the instance" : "the prototype", above.GetString()),
          fmt::format("Edit what the instance references, set instanceable = false on <{}>, or edit the "
                      "instance itself.{}",
                      above.GetString(),
                      shared.IsEmpty()
                          ? std::string()
                          : fmt::format(" Its prims are composed at <{}>.", shared.GetString())));
    }
  }
  const Path spec = target_.MapToSpecPath(path);
  if (spec.IsEmpty()) {
    return Refuse(path, fmt::format("The edit target cannot speak of <{}>.", path.GetString()),
                  "Edit below the prim that the target's arc or variant belongs to, or use another target.");
  }
  const LayerOffset& offset = target_.GetLayerToStage();
  if (!(offset.scale != 0 && std::isfinite(offset.scale) && std::isfinite(offset.offset)))
    return Refuse(path, "The edit target's time offset has no inverse.",
                  "Give the arc a scale other than 0.");
  return spec;
}

Result<void> Editor::WriteField(Path spec, Token field, Value value) {
  return target_.GetLayer()->SetField(spec, field, std::move(value));
}

Result<Path> Editor::CreatePrim(Path path, Specifier specifier, Token type_name) {
  STRATA_TRY(Path spec, FindSpecPath(path));
  if (spec.IsPrimVariantSelection()) {
    STRATA_CHECK(target_.GetLayer()->CreateVariantSpec(spec));
  } else {
    STRATA_CHECK(target_.GetLayer()->CreatePrimSpec(spec, specifier, type_name));
  }
  return spec;
}

// In a change block the stage does not know yet of the prims that it made.
Result<void> Editor::CheckExists(Path path) const {
  if (path.IsPrimProperty()) {
    if (stage_.GetPropertyAtPath(path) || target_.GetLayer()->HasSpec(target_.MapToSpecPath(path))) return {};
    return Refuse(path, fmt::format("There is no property at <{}>.", path.GetString()),
                  "Create the attribute or relationship first.");
  }
  if (path.IsAbsoluteRoot() || stage_.GetPrimAtPath(path)) return {};
  if (path.IsPrim() && IsGathering() && target_.GetLayer()->HasSpec(target_.MapToSpecPath(path))) return {};
  return Refuse(path, fmt::format("There is no prim at <{}>.", path.GetString()),
                "Define or override the prim first.");
}

// Whether a value can be what a field holds, before a spec is made for it.
Result<void> Editor::CheckField(Path path, Token field, const Value& value) const {
  const layer::FieldDefinition* definition = target_.GetLayer()->GetFields().Find(field);
  if (!definition || value.IsEmpty()) return {};
  const Property property = path.IsPrimProperty() ? stage_.GetPropertyAtPath(path) : Property();
  const layer::SpecType owner = path.IsAbsoluteRoot() ? layer::SpecType::kPseudoRoot
                                : property            ? property.GetSpecType()
                                                      : layer::SpecType::kPrim;
  const bool fits = definition->type == ValueType::kEmpty || value.GetType() == definition->type ||
                    !CastValue(value, definition->type).IsEmpty();
  if (fits && layer::IsAllowedOn(*definition, owner)) return {};
  return Refuse(path,
                fmt::format("<{}> cannot hold this value in field '{}'.", path.GetString(), field.GetText()),
                "Give a value of the field's type, on an object that has the field.");
}

Result<Path> Editor::PreparePrim(Path path) {
  STRATA_TRY(Path spec, FindSpecPath(path));
  if (path.IsAbsoluteRoot()) {
    if (target_.GetLayer() != stage_.GetRootLayer() && target_.GetLayer() != stage_.GetSessionLayer()) {
      return Refuse(path, "Metadata of the stage belongs to its root layer or its session layer.",
                    "Set an edit target for one of these.");
    }
    return spec;
  }
  STRATA_CHECK(CheckExists(path));
  if (target_.GetLayer()->HasSpec(spec)) return spec;
  return CreatePrim(path, Specifier::kOver, Token());
}

Result<Path> Editor::PrepareProperty(Path path) {
  STRATA_TRY(Path spec, FindSpecPath(path));
  if (target_.GetLayer()->HasSpec(spec)) return spec;
  STRATA_CHECK(CheckExists(path));
  const Property property = stage_.GetPropertyAtPath(path);
  Step step(*this);
  if (property.IsAttribute()) {
    const Attribute attribute(property.GetPrim(), property.GetName());
    STRATA_CHECK(target_.GetLayer()->CreateAttributeSpec(spec, attribute.GetTypeName(),
                                                         attribute.GetVariability(), attribute.IsCustom()));
  } else {
    STRATA_CHECK(
        target_.GetLayer()->CreateRelationshipSpec(spec, property.GetVariability(), property.IsCustom()));
  }
  return spec;
}

Result<Path> Editor::Prepare(Path path) {
  return path.IsPrimProperty() ? PrepareProperty(path) : PreparePrim(path);
}

// What is made below an inactive prim would not be on the stage. In a change block the prim may have become
// active.
Result<void> Editor::CheckPopulated(Path path) const {
  if (IsGathering()) return {};
  for (Path above = path.GetParent(); !above.IsEmpty() && !above.IsAbsoluteRoot();
       above = above.GetParent()) {
    const Prim prim = stage_.GetPrimAtPath(above);
    if (!prim) continue;
    if (prim.IsActive()) return {};
    return Refuse(
        path, fmt::format("<{}> lies below <{}>, which is inactive.", path.GetString(), above.GetString()),
        fmt::format("Set active = true on <{}> first.", above.GetString()));
  }
  return {};
}

Result<Prim> Editor::GetPrim(Path path) {
  return alive_ ? stage_.GetPrimAtPath(path) : Prim();
}

Result<void> Editor::DefineAncestors(Path path) {
  std::vector<Path> ancestors = path.GetParent().GetPrefixes();
  for (Path ancestor : ancestors) {
    if (stage_.GetPrimAtPath(ancestor).IsDefined()) continue;
    const Path spec = target_.MapToSpecPath(ancestor);
    // Above what the target reaches the prims are others' to define.
    if (spec.IsEmpty() || !spec.IsPrim()) continue;
    const auto* known = target_.GetLayer()->GetFieldAs<Specifier>(spec, layer::GetFieldNames().specifier);
    if (known && *known != Specifier::kOver) continue;
    STRATA_TRY(Path made, CreatePrim(ancestor, Specifier::kDef, Token()));
    (void)made;
  }
  return {};
}

Result<Path> Editor::FindPrimSpecPath(Path path) const {
  if (!path.IsPrim()) {
    return Refuse(path, fmt::format("<{}> is not a path of a prim.", path.GetString()),
                  "Give one, such as </A>.");
  }
  return FindSpecPath(path);
}

Result<Prim> Editor::DefinePrim(Path path, Token type_name) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_CHECK(FindPrimSpecPath(path));
  const Prim known = stage_.GetPrimAtPath(path);
  if (!IsGathering() && known.IsDefined() && (type_name.IsEmpty() || known.GetTypeName() == type_name))
    return known;
  STRATA_CHECK(CheckPopulated(path));
  STRATA_CHECK(DefineAncestors(path));
  STRATA_TRY(Path made, CreatePrim(path, Specifier::kDef, type_name));
  (void)made;
  return GetPrim(path);
}

Result<Prim> Editor::OverridePrim(Path path) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindPrimSpecPath(path));
  if (const Prim known = stage_.GetPrimAtPath(path)) return known;
  if (!target_.GetLayer()->HasSpec(spec)) {
    STRATA_TRY(Path made, CreatePrim(path, Specifier::kOver, Token()));
    (void)made;
  }
  return GetPrim(path);
}

Result<Prim> Editor::CreateClassPrim(Path path) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_CHECK(FindPrimSpecPath(path));
  const Prim known = stage_.GetPrimAtPath(path);
  if (known.GetSpecifier() == Specifier::kClass) return known;
  if (known.GetSpecifier() == Specifier::kDef) {
    return Refuse(path, fmt::format("<{}> is defined, and not as a class.", path.GetString()),
                  "Choose another path, or set its specifier.");
  }
  STRATA_CHECK(CheckPopulated(path));
  STRATA_CHECK(DefineAncestors(path));
  STRATA_TRY(Path made, CreatePrim(path, Specifier::kClass, Token()));
  (void)made;
  return GetPrim(path);
}

Result<void> Editor::RemovePrim(Path path) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(path));
  if (!path.IsPrim() || !spec.IsPrim() || !target_.GetLayer()->HasSpec(spec)) {
    return Refuse(path, fmt::format("The edit target says nothing of a prim <{}>.", path.GetString()),
                  "Choose the layer that does as the edit target, or set active = false.");
  }
  return target_.GetLayer()->DeleteSpec(spec);
}

Result<Attribute> Editor::CreateAttribute(Path path, Token type_name, Custom custom,
                                          Variability variability) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(path));
  {
    Step step(*this);
    STRATA_TRY(Path prim, PreparePrim(path.GetPrimPath()));
    (void)prim;
    if (stage_.GetAttributeAtPath(path)) {
      STRATA_TRY(Path prepared, PrepareProperty(path));
      (void)prepared;
    } else {
      STRATA_CHECK(
          target_.GetLayer()->CreateAttributeSpec(spec, type_name, variability, custom == Custom::kYes));
    }
  }
  return Attribute(alive_ ? stage_.GetPrimAtPath(path.GetPrimPath()) : Prim(), path.GetNameToken());
}

Result<Relationship> Editor::CreateRelationship(Path path, Custom custom) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(path));
  {
    Step step(*this);
    STRATA_TRY(Path prim, PreparePrim(path.GetPrimPath()));
    (void)prim;
    if (stage_.GetRelationshipAtPath(path)) {
      STRATA_TRY(Path prepared, PrepareProperty(path));
      (void)prepared;
    } else {
      STRATA_CHECK(
          target_.GetLayer()->CreateRelationshipSpec(spec, Variability::kUniform, custom == Custom::kYes));
    }
  }
  return Relationship(alive_ ? stage_.GetPrimAtPath(path.GetPrimPath()) : Prim(), path.GetNameToken());
}

Result<void> Editor::RemoveProperty(Path path) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(path));
  if (!path.IsPrimProperty() || !target_.GetLayer()->HasSpec(spec)) {
    return Refuse(path, fmt::format("The edit target says nothing of a property <{}>.", path.GetString()),
                  "Choose the layer that does as the edit target.");
  }
  return target_.GetLayer()->DeleteSpec(spec);
}

Result<void> Editor::Set(Path attribute, Value value, Time time) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path known, FindSpecPath(attribute));
  STRATA_CHECK(CheckExists(attribute));
  if (time.IsPreTime())
    return Refuse(attribute, "A value cannot be set just before a time.", "Set it at the time itself.");
  // Before anything is written.
  const Token* type = target_.GetLayer()->GetFieldAs<Token>(known, layer::GetFieldNames().typeName);
  STRATA_TRY(value,
             layer::CheckAttributeValue(*target_.GetLayer(), known,
                                        type ? *type : stage_.GetAttributeAtPath(attribute).GetTypeName(),
                                        RetimeToLayer(std::move(value), target_)));
  STRATA_TRY(Path spec, PrepareProperty(attribute));
  if (time.IsDefault())
    return target_.GetLayer()->SetField(spec, layer::GetFieldNames().default_, std::move(value));
  double in_layer = target_.GetLayerToStage().GetInverse() * time.GetValue();
  return target_.GetLayer()->SetTimeSample(spec, in_layer, std::move(value));
}

Result<void> Editor::Clear(Path attribute) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(attribute));
  STRATA_CHECK(CheckExists(attribute.GetPrimPath()));
  if (!target_.GetLayer()->HasSpec(spec)) return {};
  const layer::FieldNames& names = layer::GetFieldNames();
  for (Token field : {names.default_, names.timeSamples, names.spline})
    STRATA_CHECK(target_.GetLayer()->EraseField(spec, field));
  return {};
}

Result<void> Editor::ClearAtTime(Path attribute, Time time) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(attribute));
  STRATA_CHECK(CheckExists(attribute.GetPrimPath()));
  if (!target_.GetLayer()->HasSpec(spec)) return {};
  if (time.IsDefault()) return target_.GetLayer()->EraseField(spec, layer::GetFieldNames().default_);
  return target_.GetLayer()->EraseTimeSample(spec, target_.GetLayerToStage().GetInverse() * time.GetValue());
}

Result<void> Editor::Block(Path attribute) {
  STRATA_CHECK(Clear(attribute));
  return Set(attribute, Value(ValueBlock()));
}

Result<void> Editor::BlockAnimation(Path attribute) {
  STRATA_CHECK(Clear(attribute));
  return Set(attribute, Value(AnimationBlock()));
}

Result<void> Editor::SetMetadata(Path path, Token field, Value value) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(path));
  STRATA_CHECK(CheckExists(path));
  if (value.IsEmpty() && !target_.GetLayer()->HasSpec(spec)) return {};
  STRATA_CHECK(CheckField(path, field, value));
  STRATA_TRY(Path prepared, Prepare(path));
  return WriteField(prepared, field, RetimeToLayer(std::move(value), target_));
}

Result<void> Editor::SetMetadataByDictKey(Path path, Token field, std::string_view key_path, Value value) {
  STRATA_TRY(const WriteScope writing, WriteScope::Begin(stage_));
  STRATA_TRY(Path spec, FindSpecPath(path));
  STRATA_CHECK(CheckExists(path));
  const auto* known = target_.GetLayer()->GetFieldAs<Dictionary>(spec, field);
  if (value.IsEmpty() && !known) return {};
  STRATA_CHECK(CheckField(path, field, Value(Dictionary())));
  Dictionary dictionary = known ? *known : Dictionary();
  if (value.IsEmpty())
    dictionary.EraseByKeyPath(key_path);
  else
    dictionary.SetByKeyPath(key_path, RetimeToLayer(std::move(value), target_));
  STRATA_TRY(Path prepared, Prepare(path));
  return WriteField(prepared, field, dictionary.IsEmpty() ? Value() : Value(std::move(dictionary)));
}

}  // namespace strata::stage
