#include "strata/asset/host_resolvers.h"

#include "strata/asset/scheme_resolver.h"

namespace strata::asset {

HostResolvers::HostResolvers(std::shared_ptr<Resolver> next) : next_(std::move(next)), current_(next_) {}

Result<void> HostResolvers::Add(const std::string& scheme, std::shared_ptr<Resolver> resolver) {
  std::string lower;
  bool is_scheme = scheme.size() > 1;
  for (const char c : scheme) {
    const char letter = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool is_letter = letter >= 'a' && letter <= 'z';
    const bool is_other = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    is_scheme = is_scheme && (is_letter || (is_other && !lower.empty()));
    lower += letter;
  }
  if (!is_scheme)
    return Diagnostic(kAssetResolverFailed, "'" + scheme + "' cannot be the scheme of a URI", {},
                      "Begin with a letter, and use two or more letters, digits, '+', '-' or '.'.");
  const std::lock_guard lock(mutex_);
  by_scheme_[lower] = std::move(resolver);
  Rebuild();
  return {};
}

void HostResolvers::SetPrimary(std::shared_ptr<Resolver> resolver) {
  const std::lock_guard lock(mutex_);
  primary_ = std::move(resolver);
  Rebuild();
}

std::vector<std::string> HostResolvers::GetSchemes() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [scheme, resolver] : by_scheme_) out.push_back(scheme);
  return out;
}

bool HostResolvers::HasAny() const {
  const std::lock_guard lock(mutex_);
  return primary_ || !by_scheme_.empty();
}

void HostResolvers::Rebuild() {
  current_ = MakeSchemeResolver(primary_ ? primary_ : next_, by_scheme_);
}

std::shared_ptr<Resolver> HostResolvers::GetCurrent() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

std::string HostResolvers::CreateIdentifier(const std::string& asset_path, const std::string& anchor) const {
  return GetCurrent()->CreateIdentifier(asset_path, anchor);
}
std::string HostResolvers::Resolve(const std::string& identifier, const ResolverContext& context) const {
  return GetCurrent()->Resolve(identifier, context);
}
Result<std::shared_ptr<Asset>> HostResolvers::Open(const std::string& resolved_path) const {
  return GetCurrent()->Open(resolved_path);
}
std::string HostResolvers::GetModificationStamp(const std::string& resolved_path) const {
  return GetCurrent()->GetModificationStamp(resolved_path);
}
AssetInfo HostResolvers::GetAssetInfo(const std::string& identifier, const std::string& resolved_path) const {
  return GetCurrent()->GetAssetInfo(identifier, resolved_path);
}
std::vector<std::string> HostResolvers::ListFolder(const std::string& identifier) const {
  return GetCurrent()->ListFolder(identifier);
}
ResolverContext HostResolvers::CreateDefaultContextForAsset(const std::string& resolved_path) const {
  return GetCurrent()->CreateDefaultContextForAsset(resolved_path);
}
std::vector<std::string> HostResolvers::FindSimilar(const std::string& identifier) const {
  return GetCurrent()->FindSimilar(identifier);
}

}  // namespace strata::asset
