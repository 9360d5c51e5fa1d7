#include "strata/asset/package_resolver.h"

#include <algorithm>
#include <list>
#include <mutex>

#include <fmt/format.h>

#include "strata/asset/similar.h"
#include "strata/base/budget.h"

namespace strata::asset {

namespace {

SourceLocation AtFile(const std::string& path) {
  SourceLocation where;
  where.file = path;
  return where;
}

using ArchivePtr = std::shared_ptr<const ZipArchive>;

class PackageResolver final : public Resolver {
 public:
  PackageResolver(std::shared_ptr<Resolver> next, const ZipLimits& limits)
      : next_(std::move(next)), limits_(limits) {}

  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override {
    const auto [outer, packaged] = SplitPackageOuter(asset_path);
    if (outer.empty()) return {};
    if (IsAbsolutePath(outer) || !(IsPackage(anchor) || IsPackageRelativePath(anchor)))
      return JoinPackage(next_->CreateIdentifier(outer, anchor), packaged);
    const std::string root = FindRootLayer(IsPackage(anchor) ? anchor : SplitPackageInner(anchor).first);
    const std::string from = IsPackage(anchor) ? root : anchor;
    if (from.empty()) return JoinPackage(next_->CreateIdentifier(outer, anchor), packaged);
    std::string beside = JoinPackage(AnchorInPackage(outer, from), packaged);
    if (IsFileRelativePath(outer) || Exists(beside)) return beside;
    if (!root.empty() && root != from) {
      std::string beside_root = JoinPackage(AnchorInPackage(outer, root), packaged);
      if (Exists(beside_root)) return beside_root;
    }
    return JoinPackage(next_->CreateIdentifier(outer, {}), packaged);
  }

  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override {
    if (!IsPackageRelativePath(identifier)) return next_->Resolve(identifier, context);
    const auto [outer, packaged] = SplitPackageOuter(identifier);
    const std::string resolved = next_->Resolve(outer, context);
    if (resolved.empty()) return {};
    std::string found = JoinPackage(resolved, packaged);
    return Exists(found) ? found : std::string();
  }

  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override {
    if (!IsPackageRelativePath(resolved_path)) return next_->Open(resolved_path);
    const auto [package, packaged] = SplitPackageInner(resolved_path);
    STRATA_TRY(const ArchivePtr archive, OpenPackage(package));
    if (const ZipEntry* entry = archive->Find(packaged)) return archive->OpenEntry(*entry);
    return Diagnostic(kAssetUnresolved,
                      fmt::format("There is no '{}' in the package '{}'.", packaged, package),
                      AtFile(package), SuggestNames(*archive, packaged));
  }

  std::string GetModificationStamp(const std::string& resolved_path) const override {
    return next_->GetModificationStamp(SplitPackageOuter(resolved_path).first);
  }

  AssetInfo GetAssetInfo(const std::string& identifier, const std::string& resolved_path) const override {
    return next_->GetAssetInfo(identifier, resolved_path);
  }

  std::vector<std::string> ListFolder(const std::string& identifier) const override {
    if (!IsPackageRelativePath(identifier)) return next_->ListFolder(identifier);
    const auto [package, packaged] = SplitPackageInner(identifier);
    auto archive = OpenPackage(package);
    std::vector<std::string> names;
    if (!archive) return names;
    const std::string_view folder = GetFolder(packaged);
    for (const ZipEntry& entry : (*archive)->GetEntries())
      if (entry.is_usable && GetFolder(entry.name) == folder) names.emplace_back(GetFileName(entry.name));
    std::sort(names.begin(), names.end());
    return names;
  }

  ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const override {
    return next_->CreateDefaultContextForAsset(SplitPackageOuter(resolved_path).first);
  }

  std::vector<std::string> FindSimilar(const std::string& identifier) const override {
    if (!IsPackageRelativePath(identifier)) return next_->FindSimilar(identifier);
    const auto [package, packaged] = SplitPackageInner(identifier);
    const std::string resolved = Resolve(package, {});
    if (resolved.empty()) return FindSimilar(package);
    auto archive = OpenPackage(resolved);
    if (!archive) return {};
    std::vector<std::string> similar = FindSimilarNames(packaged, ListNames(**archive));
    for (std::string& name : similar) name = JoinPackage(package, name);
    return similar;
  }

 private:
  static constexpr size_t kMostOpen = 32;
  static constexpr size_t kMostNamesCompared = 10'000;
  struct Held {
    std::string path, stamp;
    ArchivePtr archive;
  };

  static std::string AnchorInPackage(const std::string& path, const std::string& anchor) {
    const auto [package, packaged] = SplitPackageInner(anchor);
    return JoinPackage(package, AnchorToFile(path, packaged));
  }

  static std::vector<std::string> ListNames(const ZipArchive& archive) {
    std::vector<std::string> names;
    for (const ZipEntry& entry : archive.GetEntries())
      if (entry.is_usable && names.size() < kMostNamesCompared) names.push_back(entry.name);
    return names;
  }

  static std::string SuggestNames(const ZipArchive& archive, const std::string& name) {
    const std::vector<std::string> similar = FindSimilarNames(name, ListNames(archive));
    if (similar.empty()) return "List the package with 'strata pack --list' and name a file in it.";
    return fmt::format("Did you mean '{}'?", fmt::join(similar, "' or '"));
  }

  bool Exists(const std::string& resolved_path) const {
    const auto [package, packaged] = SplitPackageInner(resolved_path);
    auto archive = OpenPackage(package);
    return archive && (*archive)->Find(packaged) != nullptr;
  }

  // The first file of a package, or of the package that this is; empty when there is none.
  std::string FindRootLayer(std::string package) const {
    for (uint32_t depth = 0; depth < limits_.max_depth; ++depth) {
      auto archive = OpenPackage(package);
      const ZipEntry* first = archive ? (*archive)->GetFirst() : nullptr;
      if (!first) return {};
      package = JoinPackage(package, first->name);
      if (!IsPackage(first->name)) return package;
    }
    return {};
  }

  // Each package in which `package` lies is opened on the way, and kept.
  Result<ArchivePtr> OpenPackage(const std::string& package) const {
    const std::string outermost = SplitPackageOuter(package).first;
    const std::string stamp = next_->GetModificationStamp(outermost);
    std::vector<std::string> inward{package};  // innermost first
    ArchivePtr archive;
    while (!(archive = FindHeld(inward.back(), stamp)) && inward.back() != outermost) {
      if (inward.size() > limits_.max_depth)
        return MakeBudgetDiagnostic("max_depth", limits_.max_depth, AtFile(outermost));
      inward.push_back(SplitPackageInner(inward.back()).first);
    }
    if (archive) inward.pop_back();
    for (; !inward.empty(); inward.pop_back()) {
      const std::string& path = inward.back();
      std::shared_ptr<Asset> asset;
      if (path == outermost) {
        STRATA_TRY(asset, next_->Open(path));
      } else {
        const std::string packaged = SplitPackageInner(path).second;
        const ZipEntry* entry = archive->Find(packaged);
        if (!entry) {
          return Diagnostic(
              kAssetUnresolved,
              fmt::format("There is no '{}' in the package '{}'.", packaged, archive->GetPath()),
              AtFile(archive->GetPath()), SuggestNames(*archive, packaged));
        }
        STRATA_TRY(asset, archive->OpenEntry(*entry));
      }
      STRATA_TRY(archive, ZipArchive::Open(std::move(asset), path, limits_));
      Hold(path, stamp, archive);
    }
    return archive;
  }

  ArchivePtr FindHeld(const std::string& path, const std::string& stamp) const {
    const std::lock_guard lock(mutex_);
    auto found =
        std::find_if(held_.begin(), held_.end(), [&](const Held& held) { return held.path == path; });
    if (found == held_.end()) return nullptr;
    if (stamp.empty() || found->stamp != stamp) {
      held_.erase(found);
      return nullptr;
    }
    held_.splice(held_.begin(), held_, found);
    return found->archive;
  }

  void Hold(const std::string& path, const std::string& stamp, ArchivePtr archive) const {
    if (stamp.empty()) return;
    const std::lock_guard lock(mutex_);
    held_.push_front(Held{path, stamp, std::move(archive)});
    if (held_.size() > kMostOpen) held_.pop_back();
  }

  const std::shared_ptr<Resolver> next_;
  const ZipLimits limits_;
  mutable std::mutex mutex_;
  mutable std::list<Held> held_;  // used last first; guarded by mutex_
};

}  // namespace

bool IsPackage(std::string_view path) {
  while (path.ends_with(']')) path.remove_suffix(1);
  if (HasScheme(path) && path.find('[') == std::string_view::npos)
    path = path.substr(0, path.find_first_of("?#"));
  constexpr std::string_view kExtension = ".usdz";
  if (path.size() <= kExtension.size()) return false;
  path.remove_prefix(path.size() - kExtension.size());
  return std::equal(path.begin(), path.end(), kExtension.begin(), [](char c, char wanted) {
    return c == wanted || (c >= 'A' && c <= 'Z' && c + 32 == wanted);
  });
}

std::shared_ptr<Resolver> MakePackageResolver(std::shared_ptr<Resolver> next, const ZipLimits& limits) {
  if (std::dynamic_pointer_cast<PackageResolver>(next)) return next;
  return std::make_shared<PackageResolver>(std::move(next), limits);
}

}  // namespace strata::asset
