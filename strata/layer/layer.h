// The door of `layer`: what one file (or an anonymous buffer) says about a scene.   (SdfLayer)
//
// Threads: a Layer has many readers or one writer; the registry is safe from any thread.
// Owners: shared by whoever opened it; the registry holds weak references.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "strata/asset/asset.h"
#include "strata/base/result.h"
#include "strata/layer/changes.h"
#include "strata/layer/fields.h"
#include "strata/layer/file_format.h"
#include "strata/layer/journal.h"
#include "strata/layer/source_map.h"
#include "strata/layer/spec_store.h"

namespace strata::layer {

inline constexpr DiagnosticCode kLayerUnopened{"layer.unopened", Severity::kError,
                                               "A layer cannot be opened."};
inline constexpr DiagnosticCode kLayerFormatUnknown{"layer.format-unknown", Severity::kError,
                                                    "No file format reads a file."};
inline constexpr DiagnosticCode kLayerEditRefused{"layer.edit-refused", Severity::kError,
                                                  "An edit of a layer is not possible."};

inline constexpr DiagnosticCode kLayerDamaged{
    "layer.damaged", Severity::kError, "A layer is not saved, because values of its file cannot be read."};
inline constexpr DiagnosticCode kLayerChangedOutside{
    "layer.changed-outside", Severity::kError,
    "A layer is not saved, because its file was changed by someone else since it was read."};

class LayerRegistry;

struct ExportOptions {
  Token format;                                  // by id; empty: as the extension says
  std::map<std::string, std::string> arguments;  // file format arguments, such as format=usda for .usd files
  std::string comment;                           // for formats that have comments
  Executor* executor = nullptr;                  // null: one thread
  Flush flush = Flush::kWhenReplacing;
  Diagnostics* remarks = nullptr;  // when given, what deserves a remark though all was written
};

struct SaveOptions {
  // What to do with a file that is not as this layer left or read it.
  enum class ExternalChange : uint8_t { kRefuse, kOverwrite } external_change = ExternalChange::kRefuse;
  Executor* executor = nullptr;
  Diagnostics* remarks = nullptr;
};

class Layer : public std::enable_shared_from_this<Layer> {
 public:
  // Identifier "anon:0x...:tag". Without a registry it knows no formats: text and files need SetRegistry
  // first, or a layer made by LayerRegistry::CreateAnonymous.
  static std::shared_ptr<Layer> CreateAnonymous(std::string_view tag = {});
  ~Layer();
  Layer(const Layer&) = delete;
  Layer& operator=(const Layer&) = delete;

  // -- identity ---------------------------------------------------------------------------------------
  const std::string& GetIdentifier() const { return identifier_; }
  const std::string& GetResolvedPath() const { return resolved_path_; }  // empty for anonymous layers
  std::string GetDisplayName() const;                                    // the file name, or the tag
  bool IsAnonymous() const;
  bool IsDirty() const { return dirty_; }
  const std::shared_ptr<const FileFormat>& GetFileFormat() const { return format_; }
  const SourceMap* GetSourceMap() const { return source_map_.get(); }  // null unless opened with one
  uint64_t GetRevision() const { return revision_; }                   // grows with every edit
  // The registry that opened or adopted it; null when it has none.
  const std::shared_ptr<LayerRegistry>& GetRegistry() const { return registry_; }
  // Gives an anonymous layer the formats and fields of a registry, which then finds it by its identifier. No
  // effect on a layer that has one.
  void SetRegistry(std::shared_ptr<LayerRegistry> registry);
  const FieldRegistry& GetFields() const;  // of the registry, else the built-in ones
  const std::map<std::string, std::string>& GetFileFormatArguments() const { return arguments_; }
  // Another name, under which its registry finds it from now on and to whose file it is saved; nothing is
  // written, and the layer is dirty. Needs a registry and no edit under way. Refused for anonymous and empty
  // names, for other arguments than it has, for the extension of another format, and for a name whose layer
  // is open.
  Result<void> SetIdentifier(const std::string& identifier);
  // Whether it may be edited and saved; both from the start. Where not, each edit is refused. What replaces
  // the whole content (TransferContent, ReplaceContent, Reload) is not kept from it.
  enum class Permission : uint8_t { kDenied, kAllowed };
  Permission GetPermissionToEdit() const { return permission_to_edit_; }
  Permission GetPermissionToSave() const { return permission_to_save_; }
  void SetPermissionToEdit(Permission permission) { permission_to_edit_ = permission; }
  void SetPermissionToSave(Permission permission) { permission_to_save_ = permission; }

  // -- content ----------------------------------------------------------------------------------------
  const SpecStore& GetContent() const { return content_; }
  bool HasSpec(Path path) const { return content_.Has(path); }
  SpecType GetSpecType(Path path) const { return content_.GetType(path); }
  const Value* GetField(Path path, Token field) const { return content_.GetField(path, field); }
  template <class T>
  const T* GetFieldAs(Path path, Token field) const {
    const Value* v = GetField(path, field);
    return v ? v->GetIf<T>() : nullptr;
  }
  std::vector<Token> ListFields(Path path) const;
  std::vector<Token> GetChildNames(Path path, Token children_field) const;
  // The pseudo-root's field, or the registered fallback.
  Value GetMetadata(Token field) const;
  Path GetDefaultPrimAsPath() const;     // "A/B" -> /A/B; empty when none or malformed
  double GetTimeCodesPerSecond() const;  // authored, else framesPerSecond, else 24
  size_t GetSpecCountLikeOpenUsd()
      const;  // what SdfLayer::Traverse visits: targets and connections count as specs

  // -- editing: each call is one transaction; refused edits change nothing and say why
  // ----------------------------- Ancestors that are missing are made as `over`, variants too. A prim that is
  // there already gets the specifier, and the type name unless that is empty.
  Result<void> CreatePrimSpec(Path path, Specifier specifier, Token type_name = Token());
  // A property that is there already gets variability and custom; refused when it is of another kind or type.
  Result<void> CreateAttributeSpec(Path path, Token type_name,
                                   Variability variability = Variability::kVarying, bool custom = false);
  Result<void> CreateRelationshipSpec(Path path, Variability variability = Variability::kUniform,
                                      bool custom = false);
  Result<void> CreateVariantSpec(Path variant_selection_path);  // "/A{set=name}", set and prim too
  // An empty value erases. Values are cast to the field's (or attribute's) type where that loses only
  // precision. Children fields are refused, and registered fields on specs they do not belong to;
  // unregistered ones are kept as given.
  Result<void> SetField(Path path, Token field, Value value);
  Result<void> EraseField(Path path, Token field) { return SetField(path, field, Value()); }
  Result<void> DeleteSpec(Path path);  // with everything below
  Result<void> SetTimeSample(Path attribute, double time, Value value);
  Result<void> EraseTimeSample(Path attribute, double time);
  // Replaces the spec tree at `to` (in `this`) by a copy of the one at `from` in `source`; paths inside that
  // point at or below the prim of `from` point below the prim of `to` afterwards (targets, connections,
  // inherits, specializes, internal references and payloads, relocates). Prims into variants and back (a
  // variant keeps no type name of its own: the prim's stays), properties, variant sets and variants, "/" onto
  // "/". What is to hold `to` must be there, except variant sets, which are made.
  Result<void> CopySpec(const Layer& source, Path from, Path to);
  void TransferContent(const Layer& source);
  void ReplaceContent(SpecStore content);  // of a file just read: not dirty afterwards
  // Whether its file is not as this layer left or read it: saving would be refused. Not when it is gone, and
  // not for layers without a file.
  bool HasFileChanged() const;
  // Reads the file again, unless neither it nor the layer has changed since. On any error the content stays
  // as it is.
  enum class ReloadMode : uint8_t { kIfChanged, kAlways };
  Result<void> Reload(ReloadMode mode = ReloadMode::kIfChanged);

  // -- text and files -----------------------------------------------------------------------------------
  Result<std::string> ExportToString() const;  // as usda
  // By the extension of `path`: .usd is usdc, unless the arguments say format=usda. Replaces the file as a
  // whole, or leaves it as it is.
  Result<void> Export(const std::string& path, const ExportOptions& options = {}) const;
  // To the file that it was read from or made for, in the format that this has. Nothing to do unless dirty.
  // On any error the old file is as it was, and the layer still dirty.
  Result<void> Save(const SaveOptions& options = {});

  // -- changes ------------------------------------------------------------------------------------------
  // All listeners are called by the thread that edits, after the edit, with no lock held; each in the order
  // in which it was added. They may edit, add and remove listeners. What one throws keeps no other from
  // being called, and goes no further. Adding and removing is safe from any thread; removing does not wait
  // for a call that has begun. An id is good for the listener that it was given for, of whatever kind.
  using ChangeListener = std::function<void(const Layer&, const ChangeList&)>;
  // Values before and after come with each field; keeping the value before makes each edit in place (of time
  // samples) cost a copy of all of them, unless all listeners do without.   (SdfNotice::LayersDidChange)
  enum class Before : uint8_t { kAlways, kUnlessEditedInPlace };
  uint64_t AddChangeListener(ChangeListener listener, Before before = Before::kAlways);
  // What happened to the layer as a whole. Of one edit: kDirtinessChanged first, then kInfoDidChange for each
  // field of "/" in the order of their names, kIdentifierDidChange, kDidReloadContent, kDidReplaceContent;
  // the change listeners last.
  using NoticeListener = std::function<void(const Layer&, const LayerNotice&)>;
  uint64_t AddNoticeListener(NoticeListener listener);
  // The steps of each edit, from which it can be undone and done again. Before the change listeners.
  using JournalListener = std::function<void(const Layer&, const Journal&)>;
  uint64_t AddJournalListener(JournalListener listener);
  void RemoveListener(uint64_t id);
  void RemoveChangeListener(uint64_t id) { RemoveListener(id); }
  // Takes the steps of a journal, in their order, as one edit. Refused, with nothing changed, when the layer
  // is not as it was when they were first taken (journals of other edits in between, for example).
  Result<void> Apply(const Journal& journal);
  // While one lives, changes gather and are announced once, when the last one ends.
  class ChangeBlock {
   public:
    explicit ChangeBlock(Layer& layer);
    ~ChangeBlock();
    ChangeBlock(const ChangeBlock&) = delete;
    ChangeBlock& operator=(const ChangeBlock&) = delete;

   private:
    Layer& layer_;
  };

 private:
  friend class LayerRegistry;
  friend class LayerEditor;  // layer/editor.h
  Result<void> RefuseLoss() const;
  void Send(const LayerNotice& notice) const;
  // In the order in which they were added. A list stays as it is: whoever calls those in it holds it
  // meanwhile.
  template <class Listener>
  using Listeners = std::shared_ptr<const std::vector<std::pair<uint64_t, Listener>>>;
  template <class Listener>
  Listeners<Listener> HoldListeners(const Listeners<Listener>& listeners) const {
    std::lock_guard lock(listeners_mutex_);
    return listeners;
  }
  void SetDirty(bool dirty);
  Layer();
  std::string identifier_, resolved_path_, registry_key_, modification_stamp_;
  std::map<std::string, std::string> arguments_;
  SpecStore content_;
  std::shared_ptr<const FileFormat> format_;
  std::unique_ptr<SourceMap> source_map_;
  std::shared_ptr<LayerRegistry> registry_;  // that opened it; null for anonymous layers
  ChangeList pending_;
  Journal journal_;
  mutable std::mutex listeners_mutex_;
  // The following are guarded by listeners_mutex_; null lists are empty.
  Listeners<ChangeListener> listeners_;
  Listeners<NoticeListener> notice_listeners_;
  Listeners<JournalListener> journal_listeners_;
  uint64_t next_listener_ = 1;
  std::vector<uint64_t> wanting_before_;

  std::atomic<bool> is_watched_ = false, is_recorded_ = false, wants_all_before_ = false;
  uint64_t revision_ = 0;
  int open_blocks_ = 0;
  bool dirty_ = false, announced_dirty_ = false, is_reloading_ = false;
  Permission permission_to_edit_ = Permission::kAllowed, permission_to_save_ = Permission::kAllowed;
};

using LayerPtr = std::shared_ptr<Layer>;

}  // namespace strata::layer
