// What holds of every stage: metadata, composition, types of attributes; authorship records.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "strata/layer/fields.h"
#include "strata/schema/schema_info.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using stage::Prim;

void CheckDefaultPrim(const StageScope& scope, Findings& findings) {
  const stage::Stage& stage = scope.GetStage();
  if (stage.GetDefaultPrim()) return;
  findings.Error("MissingDefaultPrim", {Site::Of(stage)},
                 fmt::format("The root layer @{}@ names no default prim that is there.",
                             stage.GetRootLayer()->GetDisplayName()),
                 "Set defaultPrim to the root prim that references should get.");
}

void CheckComposition(const StageScope& scope, Findings& findings) {
  for (const compose::CompositionError& error : scope.GetStage().GetCompositionErrors()) {
    const Prim prim = scope.GetStage().GetPrimAtPath(error.root_site);
    findings.Error("CompositionError", {prim ? Site::Of(prim) : Site::Of(scope.GetStage())},
                   error.diagnostic.message, error.diagnostic.hint);
  }
}

void CheckAttributeTypes(const Prim& prim, const StageScope&, Findings& findings) {
  const schema::PrimDefinition* definition = prim.GetPrimDefinition();
  if (!definition) return;
  for (Token name : prim.GetAuthoredPropertyNames()) {
    const schema::PropertyDefinition* declared = definition->FindProperty(name);
    if (!declared || declared->type != layer::SpecType::kAttribute) continue;
    for (const stage::SpecWithOffset& spec : prim.GetProperty(name).GetPropertyStack()) {
      const Token* authored = spec.layer->GetFieldAs<Token>(spec.path, layer::GetFieldNames().typeName);
      const Token type = authored ? *authored : Token();
      if (type == declared->type_name) continue;
      // One name for another, such as PointFloat for point3f, is the same type.
      const ValueTypeName* known = FindValueTypeName(type);
      if (known && known == FindValueTypeName(declared->type_name)) continue;
      findings.Error("AttributeTypeMismatch", {Site::Of(*spec.layer, spec.path)},
                     fmt::format("<{}> is of type '{}' in @{}@; the schema says '{}'.", spec.path.GetString(),
                                 type.GetText(), spec.layer->GetDisplayName(), declared->type_name.GetText()),
                     fmt::format("Declare it as {}.", declared->type_name.GetText()));
    }
  }
}

// -- authorship records (usdMedia) --------------------------------------------------------------------

void CheckAuthorshipInputs(const Prim& prim, const StageScope&, Findings& findings) {
  for (Token applied : prim.GetAppliedSchemas()) {
    const auto [schema, instance] = schema::ParseNameAndInstance(applied);
    if (schema != "AuthorshipAPI" || instance.IsEmpty()) continue;
    const stage::Attribute inputs =
        prim.GetAttribute(Token(fmt::format("authorship:{}:inputs", instance.GetText())));
    const auto constraint = inputs.GetMetadata(layer::GetFieldNames().arraySizeConstraint).GetOr(int64_t{0});
    const size_t length = constraint < 0 ? static_cast<size_t>(-constraint) : 1;
    const size_t count = inputs.Get().GetArraySize();
    if (count % length == 0) continue;
    findings.Error("UnpairedAuthorshipInputs", {Site::Of(inputs)},
                   fmt::format("<{}> has {} elements, which is no multiple of {}.",
                               inputs.GetPath().GetString(), count, length),
                   "Give each input its name and its value.");
  }
}

void CheckAuthorshipApplications(const Prim& prim, const StageScope&, Findings& findings) {
  std::map<Token, size_t, TokenTextLess> applications;
  bool has_explicit_list = false;
  for (const stage::SpecWithOffset& spec : prim.GetPrimStack()) {
    const auto* op = spec.layer->GetFieldAs<TokenListOp>(spec.path, layer::GetFieldNames().apiSchemas);
    if (!op) continue;
    has_explicit_list |= op->is_explicit;
    for (Token name : op->GetAppliedItems())
      if (name.GetText().starts_with("AuthorshipAPI:")) ++applications[name];
  }
  for (const auto& [name, count] : applications) {
    if (!prim.HasAPI(name)) {
      if (!has_explicit_list) continue;
      findings.Warn(
          "ShadowedAuthorshipApplication", {Site::Of(prim)},
          fmt::format("{} is applied to <{}> by a layer, but a stronger, explicit list of apiSchemas "
                      "leaves it out.",
                      name.GetText(), prim.GetPath().GetString()),
          "Prepend or append in the stronger layer instead of listing.");
    } else if (count > 1) {
      findings.Warn(
          "DuplicateAuthorshipApplication", {Site::Of(prim)},
          fmt::format("{} is applied to <{}> by {} layers; of each field only the strongest opinion is "
                      "seen.",
                      name.GetText(), prim.GetPath().GetString(), count),
          "Give each record its own instance name.");
    }
  }
}

}  // namespace

void AddCoreValidators(ValidatorRegistry& registry) {
  const std::vector<Token> core = {Token("UsdCoreValidators")}, media = {Token("UsdMediaValidators")};
  Validator metadata{.name = Token("usdValidation:StageMetadataChecker"),
                     .documentation = "A stage that is to be referenced names a default prim.",
                     .keywords = core};
  metadata.check_stage = CheckDefaultPrim;
  registry.Register(std::move(metadata));
  Validator composition{.name = Token("usdValidation:CompositionErrorTest"),
                        .documentation = "A stage composes without errors.",
                        .keywords = core};
  composition.check_stage = CheckComposition;
  registry.Register(std::move(composition));
  Validator types{.name = Token("usdValidation:AttributeTypeMismatch"),
                  .documentation = "Attributes have the types that schemas declare for them, in every layer.",
                  .keywords = core};
  types.check_prim = CheckAttributeTypes;
  registry.Register(std::move(types));
  Validator inputs{.name = Token("usdMediaValidators:AuthorshipInputsPaired"),
                   .documentation = "Inputs of an authorship record come as pairs of name and value.",
                   .keywords = media};
  inputs.check_prim = CheckAuthorshipInputs;
  registry.Register(std::move(inputs));
  Validator applications{
      .name = Token("usdMediaValidators:ShadowedOrDuplicateAuthorship"),
      .documentation = "Every authorship record that a layer applies can be seen on the composed prim.",
      .keywords = media};
  applications.check_prim = CheckAuthorshipApplications;
  registry.Register(std::move(applications));
}

}  // namespace strata::validate
