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
  ReadScope scope = ReadScope::kAll;  // kMetadataOnly layers are never shared
  Detach detach = Detach::kYes;
  enum class SourceMaps : uint8_t { kNone, kRecord } source_maps = SourceMaps::kNone;
};

// Owns the ways to open layers: resolver, formats, field registry. Thread-safe: two threads that ask for one
// layer get the same, read once. Holds layers weakly.
class LayerRegistry : public std::enable_shared_from_this<LayerRegistry> {
 public:
  // What lies in packages is opened through `resolver` too, which need not know of them.
  static std::shared_ptr<LayerRegistry> Create(std::shared_ptr<asset::Resolver> resolver,
                                               std::shared_ptr<FieldRegistry> fields,
                                               std::vector<std::shared_ptr<const FileFormat>> formats);
  ~LayerRegistry();

  // `asset_path` as written in `anchor` (null: from the working directory), file format arguments included.
  // Null when it cannot be opened; `diagnostics` then says why and how to mend it, and who asked. A layer
  // that is open already is given as it is: its source map was made, or not, by whoever opened it first.
  LayerPtr FindOrOpen(const std::string& asset_path, const Layer* anchor, const OpenOptions& options,
                      Diagnostics& diagnostics);
  LayerPtr Find(const std::string& identifier) const;
  // A new empty layer of the format that ChooseFormatToWrite names; nothing is written before Save.
  Result<LayerPtr> CreateNew(const std::string& path);
  // A new empty layer that has no file, with the formats of this registry; found by its identifier while it
  // lives.
  LayerPtr CreateAnonymous(std::string_view tag = {});
  // Reads usda text into an anonymous layer.
  LayerPtr ImportFromString(const std::string& text, std::string_view tag, Diagnostics& diagnostics);
  // The identifier under which FindOrOpen would keep it.
  std::string CreateIdentifier(const std::string& asset_path, const Layer* anchor) const;

  const asset::Resolver& GetResolver() const;
  const FieldRegistry& GetFields() const;
  FieldRegistry& GetMutableFields();  // before layers are opened
  // Adds a format of the host's own, or replaces the one of its id; layers that are open keep theirs. Of
  // several formats with one extension the first added is meant, unless the argument "target" says otherwise.
  void AddFormat(std::shared_ptr<const FileFormat> format);
  std::shared_ptr<const FileFormat> FindFormat(Token id) const;
  // Null when none has it. `target` empty: of any.
  std::shared_ptr<const FileFormat> FindFormatByExtension(std::string_view extension,
                                                          std::string_view target = {}) const;
  // The format in which a file is written: that of the extension of `path`; of .usd usdc, or what the
  // argument "format" says. Why not, when there is none.
  Result<std::shared_ptr<const FileFormat>> ChooseFormatToWrite(
      const std::string& path, const std::map<std::string, std::string>& arguments) const;
  std::vector<LayerPtr> GetLoadedLayers() const;  // sorted by identifier

  // The format for the content of an asset, chosen by extension, target and first bytes; why not, with a
  // remedy, when there is none.
  Result<std::shared_ptr<const FileFormat>> ChooseFormat(
      const asset::Asset& asset, const std::string& resolved_path,
      const std::map<std::string, std::string>& arguments = {}) const;

 private:
  friend class Layer;
  LayerRegistry();
  bool Read(Layer& layer, const asset::Asset& asset, const OpenOptions& options,
            Diagnostics& diagnostics) const;
  LayerPtr Open(const std::string& identifier, const std::string& resolved,
                const std::map<std::string, std::string>& arguments, const OpenOptions& options,
                Diagnostics& diagnostics);
  void Adopt(Layer& anonymous);
  Result<void> Rename(Layer& layer, const std::string& identifier);
  void Forget(const std::string& key);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::layer
