// Validators by name, and running them.   (UsdValidationValidator, UsdValidationRegistry,
// UsdValidationContext)
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "strata/base/result.h"
#include "strata/domain/metrics.h"
#include "strata/stage/editor.h"
#include "strata/validate/finding.h"

namespace strata::validate {

inline constexpr DiagnosticCode kValidatorUnknown{"validate.validator-unknown", Severity::kError,
                                                  "No validator, suite or keyword has a name."};
inline constexpr DiagnosticCode kFixRefused{"validate.fix-refused", Severity::kError,
                                            "A finding cannot be mended as asked."};

// The times at which validators look: all of them unless said otherwise.   (UsdValidationTimeRange)
struct TimeRange {
  std::optional<std::pair<double, double>> interval;  // none: unbounded
  enum class DefaultTime : uint8_t { kInclude, kExclude } default_time = DefaultTime::kInclude;
  bool Includes(double time) const {
    return !interval || (time >= interval->first && time <= interval->second);
  }
};

// What the checks of one stage share.
class StageScope {
 public:
  explicit StageScope(const stage::Stage& stage, TimeRange times = {});
  const stage::Stage& GetStage() const { return stage_; }
  const TimeRange& GetTimes() const { return times_; }
  // Active, loaded, defined, not abstract, in traversal order, instance proxies among them.
  const std::vector<stage::Prim>& GetPrims() const { return prims_; }
  domain::MetricsCache& GetMetrics() const { return metrics_; }
  // The stage of another layer, opened once; null when it cannot be.
  const stage::Stage* OpenStage(const layer::LayerPtr& layer) const;

 private:
  const stage::Stage& stage_;
  TimeRange times_;
  std::vector<stage::Prim> prims_;
  mutable domain::MetricsCache metrics_;
  mutable std::map<std::string, stage::StagePtr> others_;
};

// Mends one kind of finding.   (UsdValidationFixer)
struct Fixer {
  Token name{};  // "ApplyMaterialBindingAPI"
  std::string description{};
  std::vector<Token> errors{};  // those it mends; empty: all of the validator
  std::vector<Token> keywords{};
  // Whether it can, where the editor's target points.
  std::function<bool(const Finding&, const stage::Stage&, const stage::Editor&)> can_apply{};
  std::function<Result<void>(const Finding&, stage::Stage&, stage::Editor&)> apply{};

  bool Mends(const Finding& finding) const;
};

struct Validator {
  Token name{};  // "plugin:Name"
  std::string documentation{};
  std::vector<Token> keywords{};
  // Prims that are checked: of these types, or with these API schemas. Empty: all.
  std::vector<Token> schema_types{};
  bool is_time_dependent = false;
  std::vector<Token> contains{};  // of a suite: the validators it stands for
  std::function<void(const layer::Layer&, Findings&)> check_layer{};
  std::function<void(const StageScope&, Findings&)> check_stage{};
  std::function<void(const stage::Prim&, const StageScope&, Findings&)> check_prim{};
  std::vector<Fixer> fixers{};

  bool IsSuite() const { return !contains.empty(); }
  bool Admits(const stage::Prim& prim) const;
};

class ValidatorRegistry {
 public:
  ValidatorRegistry();  // the validators of OpenUSD and Strata's own
  static const std::shared_ptr<const ValidatorRegistry>& GetBuiltIn();
  // False when the name is taken.
  bool Register(Validator validator);

  const Validator* Find(Token name) const;
  std::vector<const Validator*> GetAll() const;  // sorted by name, suites among them
  std::vector<const Validator*> FindByKeyword(Token keyword) const;
  std::vector<const Validator*> FindBySchemaType(Token schema_type) const;
  const Fixer* FindFixer(const Finding& finding, Token name = {}) const;  // the first that mends it
  // The validators for names of validators, suites ("usd", "strata") and keywords; of none: all. Without
  // suites, each once, sorted by name. Names that nobody knows are an error.
  Result<std::vector<const Validator*>> Select(const std::vector<std::string>& names) const;

 private:
  std::map<std::string, std::unique_ptr<Validator>, std::less<>> by_name_;
};

// Everything: the stage, its prims, and each layer that it uses. By validator, then in the order of the
// scene.
std::vector<Finding> Validate(const StageScope& scope, const std::vector<const Validator*>& validators);
std::vector<Finding> ValidatePrims(const StageScope& scope, const std::vector<stage::Prim>& prims,
                                   const std::vector<const Validator*>& validators);
std::vector<Finding> ValidateLayer(const layer::Layer& layer,
                                   const std::vector<const Validator*>& validators);
// Mends each finding that has a fixer, and returns those that have been mended. Edits that are refused are
// remarks in `diagnostics`.
std::vector<Finding> Fix(const std::vector<Finding>& findings, const ValidatorRegistry& registry,
                         stage::Stage& stage, stage::Editor& editor, Diagnostics& diagnostics);

// For the files of this room: what each adds to a new registry.
void AddCoreValidators(ValidatorRegistry& registry);
void AddGeometryValidators(ValidatorRegistry& registry);
void AddShadingValidators(ValidatorRegistry& registry);
void AddPhysicsValidators(ValidatorRegistry& registry);
void AddPackageValidators(ValidatorRegistry& registry);
void AddMetricsValidators(ValidatorRegistry& registry);
void AddMetadataValidators(ValidatorRegistry& registry);
void AddReferenceValidators(ValidatorRegistry& registry);
void AddGeospatialValidators(ValidatorRegistry& registry);
void AddEffectValidators(ValidatorRegistry& registry);

}  // namespace strata::validate
