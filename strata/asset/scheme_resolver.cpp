#include "strata/asset/scheme_resolver.h"

namespace strata::asset {

namespace {

std::string ToLower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// "http://host" as well as "asset:name": what stands before the first colon, if it can be a scheme.
std::string GetScheme(std::string_view path) {
  const size_t colon = path.find(':');
  if (colon == std::string_view::npos || colon < 2) return {};
  const std::string scheme = ToLower(path.substr(0, colon));
  const bool is_scheme =
      scheme.front() >= 'a' && scheme.front() <= 'z' &&
      scheme.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+-.") == std::string::npos;
  return is_scheme ? scheme : std::string();
}

class SchemeResolver final : public Resolver {
 public:
  SchemeResolver(std::shared_ptr<Resolver> primary,
                 std::map<std::string, std::shared_ptr<Resolver>> by_scheme)
      : primary_(std::move(primary)) {
    for (auto& [scheme, resolver] : by_scheme) by_scheme_.emplace(ToLower(scheme), std::move(resolver));
  }

  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override {
    const Resolver* own = Find(asset_path);
    return (own ? *own : Get(anchor)).CreateIdentifier(asset_path, anchor);
  }
  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override {
    return Get(identifier).Resolve(identifier, context);
  }
  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override {
    return Get(resolved_path).Open(resolved_path);
  }
  std::string GetModificationStamp(const std::string& resolved_path) const override {
    return Get(resolved_path).GetModificationStamp(resolved_path);
  }
  AssetInfo GetAssetInfo(const std::string& identifier, const std::string& resolved_path) const override {
    return Get(identifier).GetAssetInfo(identifier, resolved_path);
  }
  ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const override {
    return Get(resolved_path).CreateDefaultContextForAsset(resolved_path);
  }
  std::vector<std::string> ListFolder(const std::string& identifier) const override {
    return Get(identifier).ListFolder(identifier);
  }
  std::vector<std::string> FindSimilar(const std::string& identifier) const override {
    return Get(identifier).FindSimilar(identifier);
  }

 private:
  // Null when the path has no scheme that anyone registered.
  const Resolver* Find(std::string_view path) const {
    const std::string scheme = GetScheme(path);
    const auto found = scheme.empty() ? by_scheme_.end() : by_scheme_.find(scheme);
    return found == by_scheme_.end() ? nullptr : found->second.get();
  }
  const Resolver& Get(std::string_view path) const {
    const Resolver* own = Find(path);
    return own ? *own : *primary_;
  }

  std::shared_ptr<Resolver> primary_;
  std::map<std::string, std::shared_ptr<Resolver>> by_scheme_;
};

}  // namespace

std::shared_ptr<Resolver> MakeSchemeResolver(std::shared_ptr<Resolver> primary,
                                             std::map<std::string, std::shared_ptr<Resolver>> by_scheme) {
  return std::make_shared<SchemeResolver>(std::move(primary), std::move(by_scheme));
}

}  // namespace strata::asset
