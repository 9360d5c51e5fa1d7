#include "strata/validate/validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "strata/asset/similar.h"

namespace strata::validate {

namespace {

template <class T>
bool Contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

void AddSuite(ValidatorRegistry& registry, const char* name, const char* documentation,
              const std::function<bool(const Validator&)>& belongs) {
  Validator suite;
  suite.name = Token(name);
  suite.documentation = documentation;
  for (const Validator* validator : registry.GetAll())
    if (!validator->IsSuite() && belongs(*validator)) suite.contains.push_back(validator->name);
  registry.Register(std::move(suite));
}

bool IsOwn(const Validator& validator) {
  return validator.name.GetText().starts_with("strata");
}

void CheckPrims(const Validator& validator, const StageScope& scope, const std::vector<stage::Prim>& prims,
                Findings& findings) {
  if (!validator.check_prim) return;
  for (const stage::Prim& prim : prims)
    if (validator.Admits(prim)) validator.check_prim(prim, scope, findings);
}

}  // namespace

StageScope::StageScope(const stage::Stage& stage, TimeRange times)
    : stage_(stage), times_(times), metrics_(stage) {
  const auto predicate = stage::PrimPredicate::Default().With(stage::InstanceProxies::kTraverse);
  for (const stage::Prim& prim : stage.Traverse(predicate))
    if (!prim.IsPseudoRoot()) prims_.push_back(prim);
}

const stage::Stage* StageScope::OpenStage(const layer::LayerPtr& layer) const {
  const auto [place, is_new] = others_.try_emplace(layer->GetIdentifier());
  if (is_new) {
    stage::OpenOptions options = stage_.GetOpenOptions();
    options.session = nullptr;
    options.session_layer = stage::OpenOptions::Session::kNone;
    options.load_rules.reset();
    Diagnostics remarks;  // those of this stage have been told already
    auto opened = stage::Stage::Open(stage_.GetLayerRegistry(), layer, options, remarks);
    if (opened) place->second = std::move(*opened);
  }
  return place->second.get();
}

bool Fixer::Mends(const Finding& finding) const {
  return errors.empty() || Contains(errors, finding.error);
}

bool Validator::Admits(const stage::Prim& prim) const {
  if (schema_types.empty()) return true;
  return std::any_of(schema_types.begin(), schema_types.end(),
                     [&](Token schema) { return prim.IsA(schema) || prim.HasAPI(schema); });
}

ValidatorRegistry::ValidatorRegistry() {
  AddCoreValidators(*this);
  AddGeometryValidators(*this);
  AddShadingValidators(*this);
  AddPhysicsValidators(*this);
  AddPackageValidators(*this);
  AddMetricsValidators(*this);
  AddMetadataValidators(*this);
  AddReferenceValidators(*this);
  AddGeospatialValidators(*this);
  AddEffectValidators(*this);
  AddSuite(*this, "usd", "The validators that OpenUSD 26.11 ships.",
           [](const Validator& v) { return !IsOwn(v); });
  AddSuite(*this, "strata", "Strata's own validators.", IsOwn);
}

const std::shared_ptr<const ValidatorRegistry>& ValidatorRegistry::GetBuiltIn() {
  static const std::shared_ptr<const ValidatorRegistry> built_in = std::make_shared<ValidatorRegistry>();
  return built_in;
}

bool ValidatorRegistry::Register(Validator validator) {
  const std::string name = validator.name.GetString();
  return by_name_.try_emplace(name, std::make_unique<Validator>(std::move(validator))).second;
}

const Validator* ValidatorRegistry::Find(Token name) const {
  const auto found = by_name_.find(name.GetText());
  return found == by_name_.end() ? nullptr : found->second.get();
}

std::vector<const Validator*> ValidatorRegistry::GetAll() const {
  std::vector<const Validator*> all;
  for (const auto& [name, validator] : by_name_) all.push_back(validator.get());
  return all;
}

std::vector<const Validator*> ValidatorRegistry::FindByKeyword(Token keyword) const {
  std::vector<const Validator*> found;
  for (const Validator* validator : GetAll())
    if (Contains(validator->keywords, keyword)) found.push_back(validator);
  return found;
}

std::vector<const Validator*> ValidatorRegistry::FindBySchemaType(Token schema_type) const {
  std::vector<const Validator*> found;
  for (const Validator* validator : GetAll())
    if (Contains(validator->schema_types, schema_type)) found.push_back(validator);
  return found;
}

const Fixer* ValidatorRegistry::FindFixer(const Finding& finding, Token name) const {
  const Validator* validator = Find(finding.validator);
  if (!validator) return nullptr;
  for (const Fixer& fixer : validator->fixers)
    if (fixer.Mends(finding) && (name.IsEmpty() || fixer.name == name)) return &fixer;
  return nullptr;
}

Result<std::vector<const Validator*>> ValidatorRegistry::Select(const std::vector<std::string>& names) const {
  std::set<std::string> chosen;
  const auto add = [&](const Validator& validator) {
    if (!validator.IsSuite()) chosen.insert(validator.name.GetString());
    for (Token one : validator.contains) chosen.insert(one.GetString());
  };
  if (names.empty())
    for (const Validator* validator : GetAll()) add(*validator);
  for (const std::string& name : names) {
    if (const Validator* validator = Find(Token(name))) {
      add(*validator);
      continue;
    }
    const std::vector<const Validator*> by_keyword = FindByKeyword(Token(name));
    for (const Validator* validator : by_keyword) add(*validator);
    if (!by_keyword.empty()) continue;
    std::vector<std::string> known;
    for (const auto& [known_name, validator] : by_name_) known.push_back(known_name);
    const std::vector<std::string> similar = asset::FindSimilarNames(name, known);
    return Diagnostic(kValidatorUnknown, fmt::format("No validator, suite or keyword is called '{}'.", name),
                      {},
                      similar.empty() ? "`strata check --list` names them."
                                      : fmt::format("Did you mean {}?", fmt::join(similar, ", ")));
  }
  std::vector<const Validator*> selected;
  for (const std::string& name : chosen)
    if (const Validator* validator = Find(Token(name))) selected.push_back(validator);
  return selected;
}

std::vector<Finding> Validate(const StageScope& scope, const std::vector<const Validator*>& validators) {
  Findings findings;
  for (const Validator* validator : validators) {
    findings.SetValidator(validator->name);
    if (validator->check_layer)
      for (const layer::LayerPtr& layer : scope.GetStage().GetUsedLayers())
        validator->check_layer(*layer, findings);
    if (validator->check_stage) validator->check_stage(scope, findings);
    CheckPrims(*validator, scope, scope.GetPrims(), findings);
  }
  return findings.Take();
}

std::vector<Finding> ValidatePrims(const StageScope& scope, const std::vector<stage::Prim>& prims,
                                   const std::vector<const Validator*>& validators) {
  Findings findings;
  for (const Validator* validator : validators) {
    findings.SetValidator(validator->name);
    CheckPrims(*validator, scope, prims, findings);
  }
  return findings.Take();
}

std::vector<Finding> ValidateLayer(const layer::Layer& layer,
                                   const std::vector<const Validator*>& validators) {
  Findings findings;
  for (const Validator* validator : validators) {
    findings.SetValidator(validator->name);
    if (validator->check_layer) validator->check_layer(layer, findings);
  }
  return findings.Take();
}

std::vector<Finding> Fix(const std::vector<Finding>& findings, const ValidatorRegistry& registry,
                         stage::Stage& stage, stage::Editor& editor, Diagnostics& diagnostics) {
  std::vector<Finding> mended;
  for (const Finding& finding : findings) {
    const Fixer* fixer = registry.FindFixer(finding);
    if (!fixer || (fixer->can_apply && !fixer->can_apply(finding, stage, editor))) continue;
    Result<void> done = fixer->apply(finding, stage, editor);
    if (done) {
      mended.push_back(finding);
    } else {
      diagnostics.Add(done.TakeError());
    }
  }
  return mended;
}

}  // namespace strata::validate
