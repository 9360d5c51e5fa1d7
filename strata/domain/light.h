// Lights: which a scene has, what each lights and shadows, and its filters.
// (UsdLuxLightAPI, UsdLuxLightListAPI, UsdLuxLightFilter)
#pragma once

#include <vector>

#include "strata/domain/collection.h"
#include "strata/stage/stage.h"

namespace strata::domain {

// A prim with LightAPI, of a light's type or by application, or a LightFilter.
class Light {
 public:
  explicit Light(stage::Prim prim) : prim_(std::move(prim)) {}
  const stage::Prim& GetPrim() const { return prim_; }
  bool IsValid() const { return IsLight() || IsFilter(); }
  bool IsLight() const;
  bool IsFilter() const;
  // What it lights, or filters, and of lights what casts its shadows: everything, unless the collection says
  // otherwise.
  Collection GetLinkCollection() const;
  Collection GetShadowLinkCollection() const { return {prim_, Token("shadowLink")}; }
  // The filters of a light, in the order in which they are applied; those that are not there left out.
  std::vector<stage::Prim> GetFilters() const;
  // The shader of a renderer: <render context>:light:shaderId, else light:shaderId. Empty: none.
  Token GetShaderId(Token render_context = Token()) const;

 private:
  stage::Prim prim_;
};

// Lights and filters at and below a prim, instance proxies too, sorted by path. kIgnoreCache looks at every
// prim; kConsultCache keeps to the model hierarchy and believes the lists that models keep
// (lightList:cacheBehavior), which may name lights that are not there.
enum class LightListMode : uint8_t { kIgnoreCache, kConsultCache };
std::vector<Path> ComputeLightList(const stage::Prim& prim, LightListMode mode);

// Answers for many prims and lights which light which: each collection is worked out once. Not for several
// threads at a time, nor across changes of the stage.
class LightLinking {
 public:
  explicit LightLinking(std::vector<stage::Prim> lights);
  const std::vector<stage::Prim>& GetLights() const { return lights_; }
  bool IsLit(size_t light, Path geometry) const { return links_[light].IsPathIncluded(geometry); }
  bool CastsShadow(size_t light, Path geometry) const { return shadows_[light].IsPathIncluded(geometry); }

 private:
  std::vector<stage::Prim> lights_;
  std::vector<CollectionMembership> links_, shadows_;
};

}  // namespace strata::domain
