// Which lights shine on which prims, as categories.   (HdsiLightLinkingSceneIndex)
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "strata/path/path_expression.h"
#include "strata/scene/filtering.h"

namespace strata::scene {

// Collections of lights that do not hold everything are categories, named by the collection's path:
//   light/lightLink, light/shadowLink, light/filterLink   of lights: the category's name; empty: everything
//   categories                                            of geometry and instancers: {name: true}
//   instanceCategories/categoriesValues                   of instancers: such a container for each instance
// What is in instances counts by its paths on the stage, through `instancerTopology/instanceLocations`. A
// prim, or an inner instance, in a prototype has the categories that it has in all instances around it: those
// of one instance alone are that instance's. Whoever draws takes both together.
//
// Lights are looked for when the first category is asked for; until then changes are only passed on.
class LightLinkingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  explicit LightLinkingSceneIndex(SceneIndexPtr input);
  ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Light linking"; }

  class Linker;

 private:
  void ProcessChanges(const ChangeSet& changes) override;
  std::shared_ptr<Linker> linker_;  // shared with the data of prims
};

}  // namespace strata::scene
