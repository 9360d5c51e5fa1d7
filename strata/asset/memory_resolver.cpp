#include <algorithm>

#include <fmt/format.h>

#include "strata/asset/resolver.h"
#include "strata/asset/similar.h"

namespace strata::asset {

MemoryResolver::MemoryResolver(std::shared_ptr<Resolver> next) : next_(std::move(next)) {}

void MemoryResolver::Put(const std::string& name, std::string bytes) {
  std::shared_ptr<Asset> asset = MakeMemoryAsset(std::move(bytes));
  const std::lock_guard lock(mutex_);
  entries_[NormalizePath(name)] = Entry{std::move(asset), next_stamp_++};
}

bool MemoryResolver::Remove(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return entries_.erase(NormalizePath(name)) != 0;
}

bool MemoryResolver::Has(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return entries_.contains(name);
}

std::string MemoryResolver::CreateIdentifier(const std::string& asset_path, const std::string& anchor) const {
  if (asset_path.empty()) return {};
  const std::string plain = NormalizePath(asset_path);
  if (!IsAbsolutePath(asset_path)) {
    if (!anchor.empty()) {
      std::string anchored = AnchorToFile(asset_path, anchor);
      if (Has(anchored)) return anchored;
      // From an asset in memory, names that must be beside it are in memory too or nowhere.
      if (IsFileRelativePath(asset_path) && Has(anchor) && !IsAbsolutePath(anchor)) return anchored;
    }
    if (!IsFileRelativePath(asset_path) && Has(plain)) return plain;
    if (anchor.empty() && Has(plain)) return plain;
  } else if (Has(plain)) {
    return plain;
  }
  if (next_) return next_->CreateIdentifier(asset_path, anchor);
  return IsFileRelativePath(asset_path) && !anchor.empty() ? AnchorToFile(asset_path, anchor) : plain;
}

std::string MemoryResolver::Resolve(const std::string& identifier, const ResolverContext& context) const {
  std::string plain = NormalizePath(identifier);
  if (Has(plain)) return plain;
  for (const std::string& folder : context.search_paths) {
    if (IsAbsolutePath(identifier) || IsFileRelativePath(identifier)) break;
    std::string candidate = NormalizePath(folder + '/' + identifier);
    if (Has(candidate)) return candidate;
  }
  return next_ ? next_->Resolve(identifier, context) : std::string();
}

Result<std::shared_ptr<Asset>> MemoryResolver::Open(const std::string& resolved_path) const {
  {
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(resolved_path);
    if (found != entries_.end()) return found->second.asset;
  }
  if (next_) return next_->Open(resolved_path);
  SourceLocation where;
  where.file = resolved_path;
  return Diagnostic(kAssetUnresolved, fmt::format("There is no asset '{}' in memory.", resolved_path), where,
                    "Put it there before it is asked for.");
}

std::string MemoryResolver::GetModificationStamp(const std::string& resolved_path) const {
  {
    const std::lock_guard lock(mutex_);
    auto found = entries_.find(resolved_path);
    if (found != entries_.end()) return fmt::format("memory-{}", found->second.stamp);
  }
  return next_ ? next_->GetModificationStamp(resolved_path) : std::string();
}

ResolverContext MemoryResolver::CreateDefaultContextForAsset(const std::string& resolved_path) const {
  if (Has(resolved_path) || !next_) return Resolver::CreateDefaultContextForAsset(resolved_path);
  return next_->CreateDefaultContextForAsset(resolved_path);
}

AssetInfo MemoryResolver::GetAssetInfo(const std::string& identifier,
                                       const std::string& resolved_path) const {
  return next_ && !Has(resolved_path) ? next_->GetAssetInfo(identifier, resolved_path) : AssetInfo();
}

std::vector<std::string> MemoryResolver::ListFolder(const std::string& identifier) const {
  std::vector<std::string> names = next_ ? next_->ListFolder(identifier) : std::vector<std::string>();
  const std::string plain = NormalizePath(identifier);
  const std::string_view folder = GetFolder(plain);
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : entries_)
      if (GetFolder(name) == folder) names.emplace_back(GetFileName(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> MemoryResolver::FindSimilar(const std::string& identifier) const {
  std::vector<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, entry] : entries_) names.push_back(name);
  }
  std::vector<std::string> similar = FindSimilarNames(NormalizePath(identifier), names);
  if (similar.empty() && next_) similar = next_->FindSimilar(identifier);
  return similar;
}

}  // namespace strata::asset
