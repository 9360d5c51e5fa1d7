#include "strata/context/reanchor.h"

#include <filesystem>
#include <map>
#include <optional>

#include "strata/asset/asset_path.h"
#include "strata/asset/resolver.h"
#include "strata/layer/asset_paths.h"

namespace strata::context {

namespace {

namespace fs = std::filesystem;

bool IsExpression(const std::string& authored) {
  return authored.size() > 1 && authored.front() == '`' && authored.back() == '`';
}

// Nothing where the path is to stay.
std::optional<std::string> MoveAnchor(const std::string& authored, const std::string& from,
                                      const fs::path& folder, const asset::Resolver& resolver) {
  if (IsExpression(authored)) return std::nullopt;
  std::map<std::string, std::string> arguments;
  const std::string plain = asset::SplitIdentifier(authored, &arguments);
  const auto [outer, packaged] = asset::IsPackageRelativePath(plain)
                                     ? asset::SplitPackageOuter(plain)
                                     : std::pair<std::string, std::string>(plain, {});
  if (outer.empty() || asset::IsAbsolutePath(outer)) return std::nullopt;
  const std::string place = resolver.CreateIdentifier(outer, from);
  if (!asset::IsAbsolutePath(place) || asset::HasScheme(place)) return std::nullopt;
  std::string moved = fs::path(place).lexically_relative(folder).generic_string();
  if (moved.empty()) moved = place;
  if (!asset::IsAbsolutePath(moved) && !moved.starts_with("../")) moved.insert(0, "./");
  if (!packaged.empty()) moved = asset::JoinPackage(moved, packaged);
  return asset::JoinIdentifier(moved, arguments);
}

}  // namespace

layer::LayerPtr Reanchor(const layer::LayerPtr& layer, layer::LayerRegistry& registry,
                         const std::string& path) {
  const std::string& from = layer->GetResolvedPath();
  if (layer->IsAnonymous() || from.empty() || asset::HasScheme(from) || asset::HasScheme(path)) return layer;
  std::error_code failed;
  const fs::path folder = fs::absolute(path, failed).lexically_normal().parent_path();
  if (failed || folder == fs::path(from).lexically_normal().parent_path()) return layer;
  const layer::LayerPtr copy = registry.CreateAnonymous(layer->GetDisplayName());
  copy->TransferContent(*layer);
  const size_t count = layer::ModifyAssetPaths(*copy, [&](const layer::AssetPathUse& use) {
    return MoveAnchor(use.authored, from, folder, registry.GetResolver());
  });
  return count > 0 ? copy : layer;
}

}  // namespace strata::context
