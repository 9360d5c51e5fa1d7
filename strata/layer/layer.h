// The door of `layer`: what one file (or an anonymous buffer) says about a scene.   (SdfLayer)
//
// Threads: a Layer has many readers or one writer; the registry is safe from any thread.
// Owners: shared by whoever opened it; the registry holds weak references.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "strata/asset/asset.h"
#include "strata/base/result.h"
#include "strata/layer/changes.h"
#include "strata/layer/fields.h"
#include "strata/layer/file_format.h"
#include "strata/layer/source_map.h"
#include "strata/layer/spec_store.h"

namespace strata::layer {

inline constexpr DiagnosticCode kLayerUnopened{"layer.unopened", Severity::kError, "A layer cannot be opened."};
inline constexpr DiagnosticCode kLayerFormatUnknown{"layer.format-unknown", Severity::kError, "No file format reads a file."};
inline constexpr DiagnosticCode kLayerEditRefused{"layer.edit-refused", Severity::kError, "An edit of a layer is not possible."};

class LayerRegistry;

class Layer : public std::enable_shared_from_this<Layer> {
 public:
  static std::shared_ptr<Layer> CreateAnonymous(std::string_view tag = {});   // identifier "anon:0x...:tag"

  // -- identity ---------------------------------------------------------------------------------------
  const std::string& GetIdentifier() const { return identifier_; }
  const std::string& GetResolvedPath() const { return resolved_path_; }  // empty for anonymous layers
  std::string GetDisplayName() const;                                      // the file name, or the tag
  bool IsAnonymous() const;
  bool IsDirty() const { return dirty_; }
  const std::shared_ptr<const FileFormat>& GetFileFormat() const { return format_; }
  const SourceMap* GetSourceMap() const { return source_map_.get(); }     // null unless opened with one
  uint64_t GetRevision() const { return revision_; }                      // grows with every edit

  // -- content ----------------------------------------------------------------------------------------
  const SpecStore& GetContent() const { return content_; }
  bool HasSpec(Path path) const { return content_.Has(path); }
  SpecType GetSpecType(Path path) const { return content_.GetType(path); }
  const Value* GetField(Path path, Token field) const { return content_.GetField(path, field); }
  template <class T>
  const T* GetFieldAs(Path path, Token field) const { const Value* v = GetField(path, field); return v ? v->GetIf<T>() : nullptr; }
  std::vector<Token> ListFields(Path path) const;
  std::vector<Token> GetChildNames(Path path, Token children_field) const;
  // The pseudo-root's field, or the registered fallback.
  Value GetMetadata(Token field) const;
  Path GetDefaultPrimAsPath() const;    // "A/B" -> /A/B; empty when none or malformed
  double GetTimeCodesPerSecond() const; // authored, else framesPerSecond, else 24

  // -- editing: each call is one transaction; refused edits change nothing and say why -----------------------------
  Result<void> CreatePrimSpec(Path path, Specifier specifier, Token type_name = Token());   // ancestors made as `over`; variants too
  Result<void> CreateAttributeSpec(Path path, Token type_name, Variability variability = Variability::kVarying, bool custom = false);
  Result<void> CreateRelationshipSpec(Path path, Variability variability = Variability::kUniform, bool custom = false);
  Result<void> CreateVariantSpec(Path variant_selection_path);     // "/A{set=name}", set and prim too
  Result<void> SetField(Path path, Token field, Value value);      // an empty value erases; children fields are refused
  Result<void> EraseField(Path path, Token field) { return SetField(path, field, Value()); }
  Result<void> DeleteSpec(Path path);                              // with everything below
  Result<void> SetTimeSample(Path attribute, double time, Value value);
  Result<void> EraseTimeSample(Path attribute, double time);
  // Replaces the spec tree at `to` (in `this`) by a copy of the one at `from` in `source`; paths inside that point below
  // `from` point below `to` afterwards. Prims into variants and back, properties, variant sets and variants.
  Result<void> CopySpec(const Layer& source, Path from, Path to);
  void TransferContent(const Layer& source);
  void ReplaceContent(SpecStore content);                          // of a file just read
  Result<void> Reload();

  // -- text and files -----------------------------------------------------------------------------------
  Result<std::string> ExportToString() const;                      // as usda
  Result<void> Export(const std::string& path) const;              // by the extension of `path`
  Result<void> Save();

  // -- changes ------------------------------------------------------------------------------------------
  using ChangeListener = std::function<void(const Layer&, const ChangeList&)>;
  uint64_t AddChangeListener(ChangeListener listener);
  void RemoveChangeListener(uint64_t id);
  // While one lives, changes gather and are announced once, when the last one ends.
  class ChangeBlock {
   public:
    explicit ChangeBlock(Layer& layer);
    ~ChangeBlock();

   private:
    Layer& layer_;
  };

 private:
  friend class LayerRegistry;
  Layer() = default;
  std::string identifier_, resolved_path_;
  SpecStore content_;
  std::shared_ptr<const FileFormat> format_;
  std::unique_ptr<SourceMap> source_map_;
  std::shared_ptr<LayerRegistry> registry_;  // that opened it; null for anonymous layers
  ChangeList pending_;
  std::vector<std::pair<uint64_t, ChangeListener>> listeners_;
  uint64_t revision_ = 0;
  uint64_t next_listener_ = 1;
  int open_blocks_ = 0;
  bool dirty_ = false;
};

using LayerPtr = std::shared_ptr<Layer>;

}  // namespace strata::layer
