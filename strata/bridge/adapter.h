// How prims of a stage become prims of a running scene: one adapter for each type and API schema.
// (UsdImagingPrimAdapter, UsdImagingAPISchemaAdapter)
#pragma once

#include <memory>
#include <span>
#include <vector>

#include <tsl/robin_map.h>

#include "strata/bridge/stage_globals.h"
#include "strata/scene/scene_index.h"

namespace strata::bridge {

// Which prims of the scene stand for a prim of the stage.
enum class PopulationMode : uint8_t {
  kRepresentsSelf,
  kRepresentsSelfAndDescendants,  // what is below belongs to this prim's data
  kRepresentedByAncestor,         // belongs to the data of the nearest prim above that represents descendants
};

// What happened to properties: values differ, or the properties themselves came, went or changed their kind.
enum class PropertyChange : uint8_t { kUpdate, kResync };

// Among the locators that an adapter gives for changed properties: the prim and all below it are to be shown
// anew.   (UsdImagingTokens->stageSceneIndexRepopulate)
const scene::DataSourceLocator& GetRepopulateLocator();

// Const and thread-safe.
class PrimAdapter {
 public:
  virtual ~PrimAdapter() = default;
  virtual PopulationMode GetPopulationMode() const { return PopulationMode::kRepresentsSelf; }
  // Empty: the prim has no type of its own in the scene.
  virtual Token GetImagingType(const stage::Prim& prim) const = 0;
  // Null: the prim has no data.
  virtual scene::ContainerDataSourceHandle GetData(const PrimSource& source) const = 0;
  // What changes of these properties mean for the data.
  virtual scene::DataSourceLocatorSet Invalidate(const stage::Prim& prim, std::span<const Token> properties,
                                                 PropertyChange change) const = 0;
  // The same for changes of a prim below, where this one represents descendants.
  virtual scene::DataSourceLocatorSet InvalidateFromDescendant(const stage::Prim& prim,
                                                               const stage::Prim& descendant,
                                                               std::span<const Token> properties,
                                                               PropertyChange change) const;
};
using PrimAdapterPtr = std::shared_ptr<const PrimAdapter>;

// Adds data to prims that have an API schema. `instance` is the name under which a multiple-apply schema is
// applied, else empty.
class APISchemaAdapter {
 public:
  virtual ~APISchemaAdapter() = default;
  virtual Token GetImagingType(const stage::Prim&, Token) const { return {}; }
  virtual scene::ContainerDataSourceHandle GetData(const PrimSource& source, Token instance) const = 0;
  virtual scene::DataSourceLocatorSet Invalidate(const stage::Prim& prim, Token instance,
                                                 std::span<const Token> properties,
                                                 PropertyChange change) const = 0;
};
using APISchemaAdapterPtr = std::shared_ptr<const APISchemaAdapter>;

class AdapterRegistry {
 public:
  // Of all types that the library knows.
  static std::shared_ptr<const AdapterRegistry> GetBuiltIn(DataForm form = DataForm::kNewest);
  // A copy of the newest to add to.
  static std::shared_ptr<AdapterRegistry> MakeExtended();

  // For prims of exactly this type, in place of the adapter that is there.
  void AddPrimAdapter(Token type, PrimAdapterPtr adapter) { prims_[type] = std::move(adapter); }
  void AddAPISchemaAdapter(Token schema, APISchemaAdapterPtr adapter) { apis_[schema] = std::move(adapter); }
  // Asked for every prim, before all others.
  void AddKeylessAdapter(APISchemaAdapterPtr adapter) { keyless_.push_back(std::move(adapter)); }

  const PrimAdapter& FindPrimAdapter(Token type) const;  // the base adapter for types that have none
  const APISchemaAdapter* FindAPISchemaAdapter(Token schema) const;
  const std::vector<APISchemaAdapterPtr>& GetKeylessAdapters() const { return keyless_; }

 private:
  tsl::robin_map<Token, PrimAdapterPtr> prims_;
  tsl::robin_map<Token, APISchemaAdapterPtr> apis_;
  std::vector<APISchemaAdapterPtr> keyless_;
};

// What adds the built-in adapters; each in the file of its types.
void AddGeometryAdapters(AdapterRegistry& registry);
void AddCameraAdapters(AdapterRegistry& registry);
void AddInstancerAdapters(AdapterRegistry& registry);
void AddLightAdapters(AdapterRegistry& registry);
void AddMaterialAdapters(AdapterRegistry& registry);
void AddBindingAdapters(AdapterRegistry& registry);
void AddGeospatialAdapters(AdapterRegistry& registry);
void AddWarpAdapters(AdapterRegistry& registry);
void AddRenderAdapters(AdapterRegistry& registry);
void AddColorSpaceAdapters(AdapterRegistry& registry);
void AddSkelAdapters(AdapterRegistry& registry);

}  // namespace strata::bridge
