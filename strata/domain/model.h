// Models and what is said of them as a whole: kinds, asset information, stand-ins, motion, constraint
// targets. (UsdModelAPI, KindRegistry, UsdGeomModelAPI, UsdGeomMotionAPI, UsdGeomConstraintTarget)
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "strata/math/matrix.h"
#include "strata/schema/kinds.h"
#include "strata/stage/editor.h"
#include "strata/stage/stage.h"

namespace strata::domain {

using schema::KindRegistry;

class ModelAPI {
 public:
  explicit ModelAPI(stage::Prim prim) : prim_(std::move(prim)) {}
  Token GetKind() const { return prim_.GetKind(); }
  // By the authored kind; with kModelHierarchy the models above must be groups too, as they are for
  // renderers.
  enum class KindValidation : uint8_t { kNone, kModelHierarchy };
  bool IsKind(Token base, KindValidation validation = KindValidation::kModelHierarchy) const;
  bool IsModel() const { return prim_.IsModel(); }
  bool IsGroup() const { return prim_.IsGroup(); }

  // assetInfo
  Dictionary GetAssetInfo() const;
  std::string GetAssetName() const;
  std::string GetAssetVersion() const;
  AssetPath GetAssetIdentifier() const;
  Array<AssetPath> GetPayloadAssetDependencies() const;

  // How the model is drawn: "default", "origin", "bounds" or "cards". Of the nearest model at or above it
  // that says anything but "inherited"; components that do not are drawn as they are.
  Token ComputeModelDrawMode() const;

  // Attributes "constraintTargets:<name>": places on the model for others to hold on to. None of other prims.
  struct ConstraintTarget {
    stage::Attribute attribute;
    Token name;        // without "constraintTargets:"
    Token identifier;  // of the metadata; empty: none
    // From the target's space to the world: the model's transform applied.
    Matrix4d ComputeInWorldSpace(stage::Time time = stage::Time::Default()) const;
  };
  std::vector<ConstraintTarget> GetConstraintTargets() const;

 private:
  stage::Prim prim_;
};

// Sets the kind of a prim.
Result<void> SetKind(stage::Editor& editor, const stage::Prim& prim, Token kind);

// How motion blur treats a prim: of the nearest prim at or above it with MotionAPI that says so.
struct Motion {
  float blur_scale = 1;
  float velocity_scale = 1;
  int nonlinear_sample_count = 3;
};
Motion ComputeMotion(const stage::Prim& prim, stage::Time time = stage::Time::Default());

}  // namespace strata::domain
