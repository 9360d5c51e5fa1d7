// One layer per identifier and arguments among those who share a registry.   (SdfLayer::FindOrOpen)
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strata/layer/layer.h"

namespace strata::layer {

struct OpenOptions {
  asset::ResolverContext context;
  Budgets budgets;
  Executor* executor = nullptr;
  ReadScope scope = ReadScope::kAll;        // kMetadataOnly layers are never shared
  enum class SourceMaps : uint8_t { kNone, kRecord } source_maps = SourceMaps::kNone;
};

// Owns the ways to open layers: resolver, formats, field registry. Thread-safe: two threads that ask for one layer get the
// same, read once. Holds layers weakly.
class LayerRegistry : public std::enable_shared_from_this<LayerRegistry> {
 public:
  static std::shared_ptr<LayerRegistry> Create(std::shared_ptr<asset::Resolver> resolver, std::shared_ptr<FieldRegistry> fields,
                                               std::vector<std::shared_ptr<const FileFormat>> formats);
  ~LayerRegistry();

  // `asset_path` as written in `anchor` (null: from the working directory), file format arguments included.
  LayerPtr FindOrOpen(const std::string& asset_path, const Layer* anchor, const OpenOptions& options, Diagnostics& diagnostics);
  LayerPtr Find(const std::string& identifier) const;
  // A new empty layer of the format of `path`'s extension; nothing is written before Save.
  Result<LayerPtr> CreateNew(const std::string& path);
  // Reads usda text into an anonymous layer.
  LayerPtr ImportFromString(const std::string& text, std::string_view tag, Diagnostics& diagnostics);
  // The identifier under which FindOrOpen would keep it.
  std::string CreateIdentifier(const std::string& asset_path, const Layer* anchor) const;

  const asset::Resolver& GetResolver() const;
  const FieldRegistry& GetFields() const;
  FieldRegistry& GetMutableFields();        // before layers are opened
  std::shared_ptr<const FileFormat> FindFormat(Token id) const;
  std::shared_ptr<const FileFormat> FindFormatByExtension(std::string_view extension) const;
  std::vector<LayerPtr> GetLoadedLayers() const;

 private:
  LayerRegistry() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::layer
