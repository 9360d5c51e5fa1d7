// Materials, shaders, lights: who may live in whom, bindings, types of inputs, normal maps.
#include <fmt/format.h>

#include <algorithm>

#include "strata/domain/collection.h"
#include "strata/domain/connectable.h"
#include "strata/domain/geom_subset.h"
#include "strata/domain/shader_registry.h"
#include "strata/layer/fields.h"
#include "strata/validate/validator.h"

namespace strata::validate {

namespace {

using domain::Connectable;
using stage::Attribute;
using stage::Prim;
using stage::Relationship;

std::string NameOf(const Prim& prim) {
  return fmt::format("{} <{}>", prim.GetTypeName().IsEmpty() ? "prim" : prim.GetTypeName().GetText(),
                     prim.GetPath().GetString());
}

// -- who may live in whom -----------------------------------------------------------------------------

void CheckPlace(const Prim& prim, Findings& findings) {
  const Prim parent = prim.GetParent();
  if (parent.IsPseudoRoot()) return;
  const Connectable around(parent);
  if (around.IsValid()) {
    if (around.IsContainer()) return;
    findings.Error("ConnectableInNonContainer", {Site::Of(prim)},
                   fmt::format("{} lies in {}, which can hold no others.", NameOf(prim), NameOf(parent)),
                   "Move it beside, into a material or node graph.");
    return;
  }
  for (Prim at = parent.GetParent(); at && !at.IsPseudoRoot(); at = at.GetParent()) {
    if (!Connectable(at).IsValid()) continue;
    findings.Error("InvalidConnectableHierarchy", {Site::Of(prim)},
                   fmt::format("Between {} and {} stands {}, which has no inputs and outputs.", NameOf(prim),
                               NameOf(at), NameOf(parent)),
                   "Use a NodeGraph in its place.");
    return;
  }
}

void CheckShadingPlace(const Prim& prim, const StageScope&, Findings& findings) {
  CheckPlace(prim, findings);
}

void CheckLightPlace(const Prim& prim, const StageScope&, Findings& findings) {
  CheckPlace(prim, findings);
  const Token light("LightAPI");
  const Prim parent = prim.GetParent();
  if (!prim.HasAPI(light) || !Connectable(parent).IsValid() || parent.HasAPI(light)) return;
  findings.Error("LightUnderConnectable", {Site::Of(prim)},
                 fmt::format("The light {} lies in {}.", NameOf(prim), NameOf(parent)),
                 "Lights stand below other lights or outside of networks.");
}

void CheckMaterialContent(const Prim& material, const StageScope&, Findings& findings) {
  const auto predicate = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  for (const Prim& prim : stage::PrimRange(material, predicate, stage::PrimRange::Start::kSkip)) {
    const bool fits =
        prim.IsA(Token("Shader")) || (prim.IsA(Token("NodeGraph")) && !prim.IsA(Token("Material")));
    if (Connectable(prim).IsValid() && !fits) {
      findings.Error("InvalidConnectableInMaterial", {Site::Of(material), Site::Of(prim)},
                     fmt::format("{} lies in {}: materials hold shaders and node graphs.", NameOf(prim),
                                 NameOf(material)),
                     "Move it out of the material.");
    }
    if (prim.IsA(Token("Imageable"))) {
      findings.Error("InvalidImageableInMaterial", {Site::Of(material), Site::Of(prim)},
                     fmt::format("{} lies in {}, where nothing is shown.", NameOf(prim), NameOf(material)),
                     "Move it out of the material.");
    }
  }
}

// -- bindings -----------------------------------------------------------------------------------------

constexpr std::string_view kBinding = "material:binding";

bool IsBindingName(Token name) {
  const std::string_view text = name.GetText();
  return text.starts_with(kBinding) && (text.size() == kBinding.size() || text[kBinding.size()] == ':');
}

std::vector<Relationship> FindBindings(const Prim& prim) {
  std::vector<Relationship> bindings;
  for (Token name : prim.GetAuthoredPropertyNames()) {
    if (!IsBindingName(name)) continue;
    const Relationship relationship = prim.GetRelationship(name);
    if (relationship.IsDefined()) bindings.push_back(relationship);
  }
  return bindings;
}

void CheckBindingApplied(const Prim& prim, const StageScope&, Findings& findings) {
  if (prim.HasAPI(Token("MaterialBindingAPI")) || FindBindings(prim).empty()) return;
  findings.Error(
      "MissingMaterialBindingAPI", {Site::Of(prim)},
      fmt::format("<{}> binds a material, but MaterialBindingAPI is not applied: renderers may pass it "
                  "over.",
                  prim.GetPath().GetString()),
      "Apply MaterialBindingAPI.");
}

Result<void> ApplyBindingSchema(const Finding& finding, stage::Stage& stage, stage::Editor& editor) {
  const Path path = finding.sites.empty() ? Path() : finding.sites.front().path;
  if (!stage.GetPrimAtPath(path)) {
    return Diagnostic(kFixRefused, fmt::format("There is no prim at <{}>.", path.GetString()), {},
                      "Check the stage anew.");
  }
  const Token field = layer::GetFieldNames().apiSchemas, schema("MaterialBindingAPI");
  const Path spec = editor.GetEditTarget().MapToSpecPath(path);
  const Value* authored = editor.GetEditTarget().GetLayer()->GetField(spec, field);
  TokenListOp op = authored ? authored->GetOr(TokenListOp()) : TokenListOp();
  if (!op.HasItem(schema)) (op.is_explicit ? op.explicit_items : op.prepended_items).push_back(schema);
  return editor.SetMetadata(path, field, Value(std::move(op)));
}

void CheckMaterial(const Relationship& binding, Path material, std::string_view kind, const StageScope& scope,
                   Findings& findings) {
  const Prim prim = material.IsPrim() ? scope.GetStage().GetPrimAtPath(material) : Prim();
  if (prim.IsA(Token("Material"))) return;
  findings.Error("InvalidResourcePath", {Site::Of(binding)},
                 fmt::format("The {} binding <{}> leads to <{}>, which is no material.", kind,
                             binding.GetPath().GetString(), material.GetString()),
                 "Target a prim of type Material.");
}

void CheckCollectionBinding(const Relationship& binding, const std::vector<Path>& targets,
                            const StageScope& scope, Findings& findings) {
  const bool is_first = domain::Collection::IsCollectionPath(targets[0]),
             is_second = domain::Collection::IsCollectionPath(targets[1]);
  // One collection and one material, in any order; anything else is neither.
  const bool is_sound = is_first != is_second;
  const Path collection = !is_sound ? Path() : targets[is_first ? 0 : 1];
  const Path material = !is_sound ? Path() : targets[is_first ? 1 : 0];
  const domain::Collection known = is_sound ? domain::Collection::FromPath(scope.GetStage(), collection)
                                            : domain::Collection(Prim(), Token());
  const bool is_there =
      known.IsValid() && known.GetPrim().HasAPI(Token("CollectionAPI:" + known.GetName().GetString()));
  if (!is_there) {
    findings.Error("InvalidResourcePath", {Site::Of(binding)},
                   fmt::format("The collection binding <{}> leads to <{}>, which is no collection.",
                               binding.GetPath().GetString(), collection.GetString()),
                   "Target one collection that is applied, and one material.");
  }
  CheckMaterial(binding, material, "collection", scope, findings);
}

void CheckBindingTargets(const Prim& prim, const StageScope& scope, Findings& findings) {
  for (const Relationship& binding : FindBindings(prim)) {
    const std::vector<Path> targets = binding.GetTargets();
    const std::string_view name = binding.GetName().GetText();
    const bool is_collection = name.starts_with("material:binding:collection");
    if (targets.size() == 2) {
      CheckCollectionBinding(binding, targets, scope, findings);
    } else if (targets.size() == 1 && !is_collection) {
      CheckMaterial(binding, targets[0], "direct", scope, findings);
    } else {
      findings.Error(
          "InvalidMaterialCollection", {Site::Of(binding)},
          fmt::format("The binding <{}> has {} targets.", binding.GetPath().GetString(), targets.size()),
          is_collection ? "Target one collection and one material." : "Target one material.");
    }
  }
}

void CheckBindingKinds(const Prim& prim, const StageScope&, Findings& findings) {
  for (Token name : prim.GetAuthoredPropertyNames()) {
    if (!IsBindingName(name)) continue;
    const stage::Property property = prim.GetProperty(name);
    if (property.IsRelationship()) continue;
    findings.Error(
        "MaterialBindingPropNotARel", {Site::Of(property)},
        fmt::format("<{}> is no relationship, so it binds nothing.", property.GetPath().GetString()),
        "Declare it with `rel`.");
  }
}

void CheckSubsetFamilyName(const Prim& prim, const StageScope&, Findings& findings) {
  const std::vector<Relationship> bindings = FindBindings(prim);
  const bool binds = std::any_of(bindings.begin(), bindings.end(),
                                 [](const Relationship& binding) { return binding.HasAuthoredTargets(); });
  if (!binds || prim.GetAttribute(Token("familyName")).HasAuthoredValue()) return;
  findings.Error(
      "MissingFamilyNameOnGeomSubset", {Site::Of(prim)},
      fmt::format("The subset <{}> binds a material but belongs to no family.", prim.GetPath().GetString()),
      "Set familyName = \"materialBind\".");
}

void CheckBindFamilyType(const Prim& prim, const StageScope&, Findings& findings) {
  const Token family("materialBind");
  const std::vector<Token> families = domain::GetSubsetFamilyNames(prim);
  if (std::find(families.begin(), families.end(), family) == families.end()) return;
  const Token type = domain::GetSubsetFamilyType(prim, family);
  if (type == "nonOverlapping" || type == "partition") return;
  findings.Error(
      "InvalidFamilyType", {Site::Of(prim)},
      fmt::format("The family 'materialBind' of <{}> may overlap ('{}'): two materials may meet on one "
                  "face.",
                  prim.GetPath().GetString(), type.GetText()),
      "Set subsetFamily:materialBind:familyType to nonOverlapping or partition.");
}

// -- shaders ------------------------------------------------------------------------------------------

void CheckShaderInputs(const Prim& prim, const StageScope&, Findings& findings) {
  const domain::Shader shader(prim);
  const auto& nodes = *domain::ShaderRegistry::GetBuiltIn();
  const Token source = shader.GetImplementationSource();
  if (source != "id") {
    const std::vector<Token> types = shader.GetSourceTypes();
    if (types.empty()) {
      findings.Error("MissingSourceType", {Site::Of(prim)},
                     fmt::format("The shader <{}> is to come from {}, but nothing says where that is.",
                                 prim.GetPath().GetString(), source.GetText()),
                     fmt::format("Author info:<type>:{}.", source.GetText()));
    }
    for (Token type : types) {
      const Attribute attribute = prim.GetAttribute(
          Token(type.IsEmpty() ? fmt::format("info:{}", source.GetText())
                               : fmt::format("info:{}:{}", type.GetText(), source.GetText())));
      findings.Error("MissingSourceTypeInRegistry", {Site::Of(attribute)},
                     fmt::format("Nothing here reads shaders of the source type '{}', which <{}> has.",
                                 type.GetText(), prim.GetPath().GetString()),
                     "Check the network in the renderer that it is for.");
    }
    return;
  }
  const Token id = shader.GetShaderId();
  if (id.IsEmpty()) return;
  const domain::ShaderNode* node = nodes.FindByIdentifier(id);
  if (!node && id.GetText().starts_with("ND_")) {
    findings.Info(
        "UncheckedMaterialX", {Site::Of(prim.GetAttribute(Token("info:id")))},
        fmt::format("<{}> is the MaterialX node '{}', whose definition is not known here: its inputs "
                    "are not checked.",
                    prim.GetPath().GetString(), id.GetText()),
        "Register MaterialX's nodes to have them checked.");
    return;
  }
  if (!node) {
    findings.Error(
        "MissingShaderIdInRegistry", {Site::Of(prim.GetAttribute(Token("info:id")))},
        fmt::format("No shader is called '{}', which <{}> names.", id.GetText(), prim.GetPath().GetString()),
        "Correct info:id, or register the shader's definition.");
    return;
  }
  for (const Attribute& input : Connectable(prim).GetInputs()) {
    const domain::ShaderProperty* declared = node->FindInput(domain::ParseShadeName(input.GetName()).first);
    if (!declared || FindValueTypeName(declared->type_name) == input.GetValueTypeName()) continue;
    findings.Error("MismatchedPropertyType", {Site::Of(input)},
                   fmt::format("<{}> is of type '{}'; the shader {} takes '{}'.", input.GetPath().GetString(),
                               input.GetTypeName().GetText(), id.GetText(), declared->type_name.GetText()),
                   fmt::format("Declare it as {}.", declared->type_name.GetText()));
  }
}

// -- normal maps --------------------------------------------------------------------------------------

// The value that reaches an input, through connections.
Value FindInputValue(const Prim& prim, const char* input) {
  const Attribute attribute = prim.GetAttribute(Token(input));
  if (!attribute.IsDefined()) return {};
  const std::vector<Attribute> producers = domain::GetValueProducingAttributes(attribute);
  return producers.empty() ? Value() : producers.front().Get();
}

bool HasEightBits(std::string_view path) {
  std::string ending(path.substr(std::min(path.find_last_of('.'), path.size())));
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  while (ending.ends_with(']')) ending.pop_back();  // in a package
  for (const char* known : {".bmp", ".tga", ".jpg", ".jpeg", ".png", ".tif"})
    if (ending == known) return true;
  return false;
}

bool BeginsWith(const Vec4f& value, float component) {
  return value[0] == component && value[1] == component && value[2] == component;
}

void CheckNormalMap(const Prim& surface, const Prim& texture, Findings& findings) {
  const std::vector<Site> sites = {Site::Of(surface), Site::Of(texture)};
  const std::string who = fmt::format("The normal map <{}>", texture.GetPath().GetString());
  const AssetPath file = FindInputValue(texture, "inputs:file").GetOr(AssetPath());
  if (file.resolved.empty()) {
    findings.Error("InvalidFile", sites,
                   fmt::format("{} has no file that is there: @{}@.", who, file.authored),
                   "Name an image that exists.");
    return;
  }
  if (!HasEightBits(file.resolved)) return;
  const Value space_value = FindInputValue(texture, "inputs:sourceColorSpace");
  const std::string* as_text = space_value.GetIf<std::string>();
  if (as_text ? *as_text != "raw" : space_value.GetOr(Token()) != "raw") {
    findings.Error("InvalidSourceColorSpace", sites,
                   fmt::format("{} would be read as colours: @{}@.", who, file.authored),
                   "Set inputs:sourceColorSpace = \"raw\".");
  }
  const Value bias = FindInputValue(texture, "inputs:bias"), scale = FindInputValue(texture, "inputs:scale");
  const std::string remedy = "Set inputs:scale = (2, 2, 2, 1) and inputs:bias = (-1, -1, -1, 0).";
  if (!bias.Holds<Vec4f>() || !scale.Holds<Vec4f>()) {
    findings.Error("NonCompliantBiasAndScale", sites,
                   fmt::format("{} has 8 bits a channel and stays in the range 0 to 1.", who), remedy);
    return;
  }
  if (!BeginsWith(scale.Get<Vec4f>(), 2)) {
    findings.Warn("NonCompliantScaleValues", sites,
                  fmt::format("{} has an unusual scale: normals do not come out from -1 to 1.", who), remedy);
  } else if (!BeginsWith(bias.Get<Vec4f>(), -1)) {
    findings.Warn("NonCompliantBiasValues", sites,
                  fmt::format("{} has an unusual bias: normals do not come out from -1 to 1.", who), remedy);
  }
}

void CheckNormalInput(const Prim& prim, const StageScope&, Findings& findings) {
  if (domain::Shader(prim).GetShaderId() != "UsdPreviewSurface") return;
  const Attribute normal = prim.GetAttribute(Token("inputs:normal"));
  if (!normal.IsDefined()) return;
  const std::vector<Attribute> producers = domain::GetValueProducingAttributes(normal);
  if (producers.empty() || producers.front().GetPrim() == prim) return;
  const Prim source = producers.front().GetPrim();
  const domain::Shader shader(source);
  if (!shader.IsValid()) {
    // An input of a container may well hold the normal itself.
    if (Connectable(source).IsValid()) return;
    findings.Error("NonShaderConnection", {Site::Of(prim)},
                   fmt::format("inputs:normal of <{}> is connected to <{}>, which is no shader.",
                               prim.GetPath().GetString(), source.GetPath().GetString()),
                   "Connect it to the output of a shader.");
    return;
  }
  if (shader.GetShaderId() == "UsdUVTexture") CheckNormalMap(prim, source, findings);
}

}  // namespace

void AddShadingValidators(ValidatorRegistry& registry) {
  const Token shade("UsdShadeValidators"), subset("UsdGeomSubset");
  const auto add = [&](const char* name, const char* documentation, std::vector<Token> keywords,
                       std::vector<Token> types, auto check) {
    Validator validator{.name = Token(name),
                        .documentation = documentation,
                        .keywords = std::move(keywords),
                        .schema_types = std::move(types)};
    validator.check_prim = check;
    return validator;
  };
  registry.Register(add("usdShadeValidators:EncapsulationRulesValidator",
                        "Shaders and node graphs stand in containers, with nothing else between.", {shade},
                        {Token("Shader"), Token("Material"), Token("NodeGraph")}, CheckShadingPlace));
  registry.Register(add("usdLuxValidators:EncapsulationRulesValidator",
                        "Lights and light filters stand below containers that can hold them.",
                        {Token("UsdLuxValidators")}, {Token("LightAPI"), Token("LightFilter")},
                        CheckLightPlace));
  registry.Register(add("usdShadeValidators:EncapsulationMaterialValidator",
                        "Materials hold shaders and node graphs only.", {shade}, {Token("Material")},
                        CheckMaterialContent));
  Validator applied =
      add("usdShadeValidators:MaterialBindingApiAppliedValidator",
          "Prims that bind materials have MaterialBindingAPI applied.", {shade}, {}, CheckBindingApplied);
  Fixer apply{.name = Token("ApplyMaterialBindingAPI"),
              .description = "Applies MaterialBindingAPI to the prim.",
              .errors = {Token("MissingMaterialBindingAPI")},
              .keywords = {shade},
              .can_apply =
                  [](const Finding& finding, const stage::Stage& stage, const stage::Editor& editor) {
                    return !finding.sites.empty() && stage.GetPrimAtPath(finding.sites[0].path) &&
                           !stage.GetPrimAtPath(finding.sites[0].path).IsInstanceProxy() &&
                           editor.GetEditTarget();
                  },
              .apply = ApplyBindingSchema};
  applied.fixers.push_back(std::move(apply));
  registry.Register(std::move(applied));
  registry.Register(add("usdShadeValidators:MaterialBindingCollectionValidator",
                        "Bindings lead to materials, and collection bindings to collections too.", {shade},
                        {Token("MaterialBindingAPI")}, CheckBindingTargets));
  registry.Register(add("usdShadeValidators:MaterialBindingRelationships",
                        "Properties named as bindings are relationships.", {shade}, {}, CheckBindingKinds));
  registry.Register(add("usdShadeValidators:NormalMapTextureValidator",
                        "Textures of normals with 8 bits are read raw, scaled by 2 and moved by -1.", {shade},
                        {Token("Shader")}, CheckNormalInput));
  registry.Register(add("usdShadeValidators:ShaderSdrCompliance",
                        "Shaders are known, and their inputs have the types that their nodes declare.",
                        {shade}, {Token("Shader")}, CheckShaderInputs));
  registry.Register(add("usdShadeValidators:SubsetMaterialBindFamilyName",
                        "Subsets that bind materials name their family.", {shade, subset},
                        {Token("GeomSubset")}, CheckSubsetFamilyName));
  registry.Register(add("usdShadeValidators:SubsetsMaterialBindFamily",
                        "Subsets that bind materials do not overlap.", {shade, subset}, {Token("Imageable")},
                        CheckBindFamilyType));
}

}  // namespace strata::validate
