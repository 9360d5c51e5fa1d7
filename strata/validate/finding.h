// What a validator found: where, how bad, why, and what would make it right.   (UsdValidationError)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/layer/layer.h"
#include "strata/stage/stage.h"

namespace strata::validate {

enum class FindingType : uint8_t { kInfo, kWarning, kError };
std::string_view GetFindingTypeName(FindingType type);  // "info", "warning", "error"

// Where something was found.   (UsdValidationErrorSite)
struct Site {
  enum class Kind : uint8_t { kStage, kLayer, kPrim, kProperty, kSpec } kind = Kind::kStage;
  std::string layer;  // identifier; of prims and properties empty
  Path path;          // of kPrim, kProperty and kSpec
  friend bool operator==(const Site&, const Site&) = default;

  static Site Of(const stage::Stage& stage);
  static Site Of(const layer::Layer& layer);
  static Site Of(const stage::Prim& prim);
  static Site Of(const stage::Property& property);
  static Site Of(const layer::Layer& layer, Path spec);
};

struct Finding {
  Token validator;  // "usdGeomValidators:StageMetadataChecker"
  Token error;      // "MissingUpAxisMetadata"
  FindingType type = FindingType::kError;
  std::string message;
  std::string remedy;  // an imperative sentence; may be empty
  std::vector<Site> sites;

  std::string GetIdentifier() const { return validator.GetString() + '.' + error.GetString(); }
};

// Collects what one validator finds. Past `limit` further ones are counted, not kept.
class Findings {
 public:
  explicit Findings(size_t limit = 100000) : limit_(limit) {}
  void SetValidator(Token validator) { validator_ = validator; }
  void Add(std::string_view error, FindingType type, std::vector<Site> sites, std::string message,
           std::string remedy = {});
  void Error(std::string_view error, std::vector<Site> sites, std::string message, std::string remedy = {}) {
    Add(error, FindingType::kError, std::move(sites), std::move(message), std::move(remedy));
  }
  void Warn(std::string_view error, std::vector<Site> sites, std::string message, std::string remedy = {}) {
    Add(error, FindingType::kWarning, std::move(sites), std::move(message), std::move(remedy));
  }
  void Info(std::string_view error, std::vector<Site> sites, std::string message, std::string remedy = {}) {
    Add(error, FindingType::kInfo, std::move(sites), std::move(message), std::move(remedy));
  }
  const std::vector<Finding>& GetAll() const { return all_; }
  std::vector<Finding> Take() { return std::move(all_); }
  size_t GetSuppressedCount() const { return suppressed_; }

 private:
  Token validator_;
  std::vector<Finding> all_;
  size_t limit_, suppressed_ = 0;
};

}  // namespace strata::validate
