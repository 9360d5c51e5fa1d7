// Resolvers that a host adds while the program runs, for schemes of URIs or in front of all others. (resolver
// plugins of Ar)
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "strata/asset/resolver.h"

namespace strata::asset {

inline constexpr DiagnosticCode kAssetResolverFailed{"asset.resolver-failed", Severity::kError,
                                                     "A resolver of the host's failed."};

// Thread-safe. What was resolved before a resolver was added stays as it was: add them before anything of
// theirs is opened.
class HostResolvers final : public Resolver {
 public:
  // `next` answers for all that no resolver was added for.
  explicit HostResolvers(std::shared_ptr<Resolver> next);
  // For "scheme:..." and names in what lies there; replaces the one that there was. Schemes of one letter,
  // and what RFC 3986 does not count as a scheme, are refused.
  Result<void> Add(const std::string& scheme, std::shared_ptr<Resolver> resolver);
  void SetPrimary(std::shared_ptr<Resolver> resolver);  // in place of `next`; null: `next` again
  std::vector<std::string> GetSchemes() const;          // sorted, in lower case
  bool HasAny() const;
  const Resolver& GetNext() const { return *next_; }

  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override;
  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override;
  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override;
  std::string GetModificationStamp(const std::string& resolved_path) const override;
  AssetInfo GetAssetInfo(const std::string& identifier, const std::string& resolved_path) const override;
  std::vector<std::string> ListFolder(const std::string& identifier) const override;
  ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const override;
  std::vector<std::string> FindSimilar(const std::string& identifier) const override;

 private:
  void Rebuild();  // with the lock held
  std::shared_ptr<Resolver> GetCurrent() const;

  std::shared_ptr<Resolver> next_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Resolver>> by_scheme_;  // guarded by mutex_
  std::shared_ptr<Resolver> primary_, current_;                 // guarded by mutex_
};

}  // namespace strata::asset
