// What prims say of places on the Earth, under the names that Hydra's first such scene indices gave it.
#include <algorithm>

#include "strata/bridge/adapter.h"
#include "strata/bridge/parts.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceLocator;
using scene::RetainedContainerDataSource;

// Attributes of an API schema as a container that stands under two names: of the document that describes it,
// and of the program it was first written in. Tables are static.
class PlaceAdapter final : public APISchemaAdapter {
 public:
  PlaceAdapter(const AttributeParts& parts, const AttributeParts& same_parts)
      : tables_{&parts, &same_parts} {}

  ContainerDataSourceHandle GetData(const PrimSource& source, Token) const override {
    std::vector<RetainedContainerDataSource::Entry> entries;
    for (const AttributeParts* table : tables_)
      entries.emplace_back(table->locator.GetFirstElement(), MakeAttributeParts(source, *table));
    return RetainedContainerDataSource::New(std::move(entries));
  }
  scene::DataSourceLocatorSet Invalidate(const stage::Prim&, Token, std::span<const Token> properties,
                                         PropertyChange) const override {
    scene::DataSourceLocatorSet dirty;
    for (const AttributeParts* table : tables_)
      for (const AttributePart& part : table->parts)
        if (std::ranges::find(properties, part.attribute) != properties.end())
          dirty.Insert(table->locator.Append(part.name));
    return dirty;
  }

 private:
  const AttributeParts* tables_[2];
};

AttributeParts MakeFrameParts(std::string_view name) {
  return {DataSourceLocator(Token(name)),
          {{Token("tangentPlane"), Token("omni:geospatial:wgs84:reference:tangentPlane")},
           {Token("referencePosition"), Token("omni:geospatial:wgs84:reference:referencePosition")},
           {Token("orientation"), Token("omni:geospatial:wgs84:reference:orientation")}}};
}
const AttributeParts& GetSameFrameParts() {
  static const AttributeParts parts = MakeFrameParts("referencePositionApi");
  return parts;
}

AttributeParts MakePlaceParts(std::string_view name) {
  return {DataSourceLocator(Token(name)),
          {{Token("position"), Token("omni:geospatial:wgs84:local:position")}}};
}
const AttributeParts& GetPlaceParts() {
  static const AttributeParts parts = MakePlaceParts("positionApi");
  return parts;
}
const AttributeParts& GetSamePlaceParts() {
  static const AttributeParts parts = MakePlaceParts("localPositionApi");
  return parts;
}

}  // namespace

const AttributeParts& GetGeoFrameParts() {
  static const AttributeParts parts = MakeFrameParts("targetFrameApi");
  return parts;
}

void AddGeospatialAdapters(AdapterRegistry& registry) {
  const auto frame = std::make_shared<const PlaceAdapter>(GetGeoFrameParts(), GetSameFrameParts());
  for (const char* schema : {"OmniWGS84ReferencePositionAPI", "OmniGeospatialWGS84ReferencePositionAPI",
                             "OmniGeospatialWGS84TargetFrameAPI"})
    registry.AddAPISchemaAdapter(Token(schema), frame);
  const auto place = std::make_shared<const PlaceAdapter>(GetPlaceParts(), GetSamePlaceParts());
  for (const char* schema :
       {"OmniWGS84LocalPositionAPI", "OmniGeospatialWGS84LocalPositionAPI", "OmniGeospatialWGS84PositionAPI"})
    registry.AddAPISchemaAdapter(Token(schema), place);
}

}  // namespace strata::bridge
