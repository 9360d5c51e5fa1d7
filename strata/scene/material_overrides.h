// Values that are put into materials from outside.   (HdsiMaterialOverrideResolvingSceneIndex)
#pragma once

#include "strata/scene/filtering.h"

namespace strata::scene {

// What a material's `materialOverride` says stands in each of its networks:
//   interfaceValues/NAME                the parameters of nodes that `interface/parameters/NAME` maps to
//   parameterValues/NODE/INPUT          that parameter of that node; stronger than what the interface says
// A parameter that is set is no longer connected. Nodes that a network does not have are passed over.
// `materialOverride` stays to be read.
class MaterialOverridesSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit MaterialOverridesSceneIndex(SceneIndexPtr input)
      : SingleInputFilteringSceneIndex(std::move(input)) {}
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Material overrides"; }

 private:
  void ProcessChanges(const ChangeSet& changes) override;
};

}  // namespace strata::scene
