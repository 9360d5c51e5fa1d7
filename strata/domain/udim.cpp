#include "strata/domain/udim.h"

#include <algorithm>

namespace strata::domain {

namespace {

constexpr std::string_view kUdim = "<UDIM>";
constexpr int kFirstTile = 1001, kLastTile = 1100;

// What of a listed folder may be a tile; without a list all of them.
std::vector<std::string> ListTiles(const asset::Resolver& resolver, const std::string& identifier) {
  // A name to look for has no folder of its own; a mark in the folder's name, and a package, say nothing of
  // the names in one folder.
  const bool is_in_one_folder = asset::IsAbsolutePath(identifier) &&
                                identifier.find('[') == std::string::npos &&
                                asset::GetFileName(identifier).find(kUdim) != std::string_view::npos;
  const std::vector<std::string> names =
      is_in_one_folder ? resolver.ListFolder(identifier) : std::vector<std::string>();
  std::vector<std::string> tiles;
  for (int tile = kFirstTile; tile <= kLastTile; ++tile) {
    std::string number = std::to_string(tile);
    const std::string name(asset::GetFileName(ReplaceUdimPattern(identifier, number)));
    if (names.empty() || std::binary_search(names.begin(), names.end(), name))
      tiles.push_back(std::move(number));
  }
  return tiles;
}

}  // namespace

bool IsUdimIdentifier(std::string_view path) {
  return path.size() > kUdim.size() && path.find(kUdim) != std::string_view::npos;
}

std::string ReplaceUdimPattern(std::string_view path, std::string_view tile) {
  std::string out(path);
  if (IsUdimIdentifier(path)) out.replace(out.find(kUdim), kUdim.size(), tile);
  return out;
}

std::vector<UdimTile> ResolveUdimTilePaths(const asset::Resolver& resolver, const std::string& path,
                                           const std::string& anchor, const asset::ResolverContext& context) {
  std::vector<UdimTile> found;
  if (!IsUdimIdentifier(path)) return found;
  const std::string identifier = resolver.CreateIdentifier(path, anchor);
  for (std::string& tile : ListTiles(resolver, identifier)) {
    std::string resolved =
        resolver.Resolve(resolver.CreateIdentifier(ReplaceUdimPattern(path, tile), anchor), context);
    if (!resolved.empty()) found.push_back({std::move(resolved), std::move(tile)});
  }
  return found;
}

std::string ResolveUdimPath(const asset::Resolver& resolver, const std::string& path,
                            const std::string& anchor, const asset::ResolverContext& context) {
  const std::vector<UdimTile> tiles = ResolveUdimTilePaths(resolver, path, anchor, context);
  if (tiles.empty()) return {};
  // The number stands where the mark does, seen from the end: what is before it may have been resolved.
  const size_t after = path.size() - path.find(kUdim) - kUdim.size();
  std::string resolved = tiles.front().resolved_path;
  const size_t length = tiles.front().tile.size();
  if (resolved.size() >= after + length) resolved.replace(resolved.size() - after - length, length, kUdim);
  return resolved;
}

}  // namespace strata::domain
