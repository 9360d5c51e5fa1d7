// Which material each prim has in the end, for each purpose. (UsdImagingMaterialBindingsResolvingSceneIndex)
#pragma once

#include <mutex>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/scene/filtering.h"
#include "strata/scene/flattening.h"

namespace strata::bridge {

// Which bindings count: those that a prim or one above it authors, or those of collections too.
enum class BindingRule : uint8_t { kDirect, kDirectAndCollections };

// `directMaterialBindings`: for each purpose the nearest one, unless one above is stronger than its
// descendants. With collections those of prims above say so, as MaterialBindingsSceneIndex needs it.
scene::FlatteningProviderPtr MakeDirectBindingFlattening(BindingRule rule);

// Adds `materialBindings`: a path for each purpose. Direct bindings are flattened in the input already;
// collections are looked for at the prim and all above it. At one prim the first collection that holds the
// prim wins over the direct binding.   (UsdShadeMaterialBindingAPI::ComputeBoundMaterial)
class MaterialBindingsSceneIndex final : public scene::SingleInputFilteringSceneIndex {
 public:
  MaterialBindingsSceneIndex(scene::SceneIndexPtr input, BindingRule rule)
      : SingleInputFilteringSceneIndex(input),
        shared_(rule == BindingRule::kDirect ? nullptr : std::make_shared<Shared>(input)) {}
  scene::ScenePrim GetPrim(Path path) const override;
  std::string GetDisplayName() const override { return "Material bindings"; }

 private:
  // What the data of prims need to find collections.
  struct Shared {
    explicit Shared(const scene::SceneIndexPtr& scene) : input(scene) {}
    std::weak_ptr<const scene::SceneIndex> input;  // data sources do not keep indices alive
    std::mutex mutex;
    // Prims that bind through collections, by the prims that have those. Guarded by mutex.
    tsl::robin_map<Path, tsl::robin_set<Path>> binders;
  };
  class BoundPrim;
  class CollectedBindings;
  void ProcessChanges(const scene::ChangeSet& changes) override;
  void DirtyBelow(Path root, scene::ChangeSet& out) const;

  std::shared_ptr<Shared> shared_;  // null: direct bindings alone count
};

}  // namespace strata::bridge
