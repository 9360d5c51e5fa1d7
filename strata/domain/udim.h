// Textures of several tiles, named by one path with "<UDIM>" in it.   (UsdShadeUdimUtils)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "strata/asset/resolver.h"

namespace strata::domain {

bool IsUdimIdentifier(std::string_view path);  // holds "<UDIM>" and more
// The first "<UDIM>" as `tile`; the path itself when it is no such identifier.
std::string ReplaceUdimPattern(std::string_view path, std::string_view tile);

struct UdimTile {
  std::string resolved_path;
  std::string tile;  // "1001"
};
// The tiles 1001 to 1100 that are there, seen from the asset at `anchor` (a resolved path; empty: none).
// Costs one look at the folder where the resolver can list it, else a hundred questions.
std::vector<UdimTile> ResolveUdimTilePaths(const asset::Resolver& resolver, const std::string& path,
                                           const std::string& anchor,
                                           const asset::ResolverContext& context = {});
// Where the tiles are, with "<UDIM>" for their number; empty when no tile is there.
std::string ResolveUdimPath(const asset::Resolver& resolver, const std::string& path,
                            const std::string& anchor, const asset::ResolverContext& context = {});

}  // namespace strata::domain
