// Turns asset paths into identifiers, resolved locations and bytes.   (ArResolver, ArAsset)
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "strata/asset/asset_path.h"
#include "strata/base/result.h"

namespace strata::asset {

inline constexpr DiagnosticCode kAssetUnresolved{"asset.unresolved", Severity::kError,
                                                 "An asset path names nothing that exists."};
inline constexpr DiagnosticCode kAssetChanged{"asset.changed", Severity::kError,
                                              "A file changed while it was read."};

// All bytes of an asset in memory, valid as long as `owner` lives.
struct MappedBytes {
  const char* data = nullptr;
  size_t size = 0;
  std::shared_ptr<const void> owner;
};

// Bytes that can be read by position, whatever they come from. Thread-safe. Always held by a shared_ptr:
// those who read lazily keep it with shared_from_this().
class Asset : public std::enable_shared_from_this<Asset> {
 public:
  virtual ~Asset() = default;
  virtual uint64_t GetSize() const = 0;
  virtual Result<size_t> ReadAt(uint64_t offset, void* buffer,
                                size_t count) const = 0;     // bytes read; 0 at the end
  virtual const char* GetBuffer() const { return nullptr; }  // all bytes, when they are in memory anyway
  // The bytes without a copy: a mapping of the file, made once and shared, or the memory they are in anyway.
  // Null data when that cannot be had and ReadAt must serve. A mapped file that others truncate ends the
  // process when its lost pages are touched: map only files that nobody else writes in place.
  virtual Result<MappedBytes> Map() const { return MappedBytes{}; }
  Result<std::string> ReadAll(uint64_t max_bytes) const;
};
std::shared_ptr<Asset> MakeMemoryAsset(std::string bytes);

// What a stage tells the resolver: search paths for names that are neither absolute nor begin with ./ or ../,
// and whatever else a resolver of the host's asks for, by names of its choice ("shot", "mydb.revision").
struct ResolverContext {
  std::vector<std::string> search_paths;
  std::map<std::string, std::string> values;
  friend bool operator==(const ResolverContext&, const ResolverContext&) = default;
};

// What an asset system says of an asset besides its bytes; empty where it says nothing.   (ArAssetInfo)
struct AssetInfo {
  std::string version, asset_name, repo_path;
  std::map<std::string, std::string> resolver_info;
  friend bool operator==(const AssetInfo&, const AssetInfo&) = default;
};

// A host may bring its own, as the primary one or for the schemes of its URIs (EngineOptions). All calls come
// from any thread, also at once.
class Resolver {
 public:
  virtual ~Resolver() = default;
  // The identifier of `asset_path` seen from the asset at `anchor` (a resolved path; empty: none).
  virtual std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const = 0;
  // Where an identifier is, empty when nowhere.
  virtual std::string Resolve(const std::string& identifier, const ResolverContext& context) const = 0;
  virtual Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const = 0;
  // Changes whenever the asset's bytes do; empty when unknown.
  virtual std::string GetModificationStamp(const std::string& resolved_path) const = 0;
  virtual AssetInfo GetAssetInfo(const std::string& identifier, const std::string& resolved_path) const;
  // The names of the files in the folder in which `identifier` lies or would lie, sorted; none where that
  // cannot be known.
  virtual std::vector<std::string> ListFolder(const std::string& identifier) const;
  // The context for a stage whose root layer is at `resolved_path`, unless it is given another: its folder,
  // that of the package for what lies in one.
  virtual ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const;
  // Names beside `identifier`, which is nowhere, that may have been meant. For diagnostics only.
  virtual std::vector<std::string> FindSimilar(const std::string& identifier) const;
};

// Files of the local disk, with OpenUSD's default rules: paths that begin with ./ or ../ are anchored; other
// relative paths are looked for beside the anchor first, then from the working directory, then in the search
// paths of the context, those given here, and those of PXR_AR_DEFAULT_SEARCH_PATH (read once, here). Only
// regular files open.
std::shared_ptr<Resolver> MakeFileResolver(std::vector<std::string> search_paths = {});

// Assets kept in memory by name, in front of another resolver. Thread-safe.
class MemoryResolver final : public Resolver {
 public:
  explicit MemoryResolver(std::shared_ptr<Resolver> next);
  void Put(const std::string& name, std::string bytes);  // replaces
  bool Remove(const std::string& name);                  // whether there was one
  std::string CreateIdentifier(const std::string& asset_path, const std::string& anchor) const override;
  std::string Resolve(const std::string& identifier, const ResolverContext& context) const override;
  Result<std::shared_ptr<Asset>> Open(const std::string& resolved_path) const override;
  std::string GetModificationStamp(const std::string& resolved_path) const override;
  AssetInfo GetAssetInfo(const std::string& identifier, const std::string& resolved_path) const override;
  std::vector<std::string> ListFolder(const std::string& identifier) const override;
  ResolverContext CreateDefaultContextForAsset(const std::string& resolved_path) const override;
  std::vector<std::string> FindSimilar(const std::string& identifier) const override;

 private:
  bool Has(const std::string& name) const;
  struct Entry {
    std::shared_ptr<Asset> asset;
    uint64_t stamp = 0;
  };
  std::shared_ptr<Resolver> next_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry> entries_;
  uint64_t next_stamp_ = 1;
};

}  // namespace strata::asset
