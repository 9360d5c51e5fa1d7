// Primvars as attributes of drawn shapes.
#pragma once

#include "strata/render/geometry.h"

namespace strata::render {

// How many values an attribute needs where it has one for each face, point and corner.
struct AttributeCounts {
  size_t faces = 0, points = 0, corners = 0;
  size_t Get(Interpolation interpolation) const;
};

// The primvar of a name, with indices followed, of any precision. Not there where the prim does not have it;
// `remarks` name those with too few values, or of other types.
template <class T>
Attribute<T> ReadAttribute(const scene::ScenePrim& prim, Token name, const AttributeCounts& counts,
                           GeometryRemarks& remarks);
extern template Attribute<float> ReadAttribute(const scene::ScenePrim&, Token, const AttributeCounts&,
                                               GeometryRemarks&);
extern template Attribute<Vec2f> ReadAttribute(const scene::ScenePrim&, Token, const AttributeCounts&,
                                               GeometryRemarks&);
extern template Attribute<Vec3f> ReadAttribute(const scene::ScenePrim&, Token, const AttributeCounts&,
                                               GeometryRemarks&);

// Points of the prim; empty where it has none.
std::vector<Vec3f> ReadPoints(const scene::ScenePrim& prim);
// All primvars that are texture coordinates by their role, or two numbers each.
std::vector<TextureCoordinates> ReadTextureCoordinates(const scene::ScenePrim& prim,
                                                       const AttributeCounts& counts,
                                                       GeometryRemarks& remarks);

bool IsFinite(const Vec3f& point);

}  // namespace strata::render
