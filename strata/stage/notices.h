// What a stage tells those who listen to it after it changed.   (UsdNotice)
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "strata/path/path.h"
#include "strata/stage/stage_changes.h"

namespace strata::stage {

class Prim;
class Property;
class Stage;

// What became of a prim whose subtree was composed anew.   (UsdNotice::ObjectsChanged::PrimResyncType)
enum class PrimResyncType : uint8_t {
  kRenameSource,
  kRenameDestination,
  kReparentSource,
  kReparentDestination,
  kRenameAndReparentSource,
  kRenameAndReparentDestination,
  kDelete,              // there is no prim any more
  kUnchangedPrimStack,  // the same opinions as before, but the prim is made anew
  kOther,
  kInvalid,  // the prim was not resynced
};
std::string_view GetPrimResyncTypeName(PrimResyncType type);  // "RenameSource", ...

// Everything that one edit, or one change block, did to the objects of a stage.
//
// Paths are those of the stage; what instances share has paths below their prototype. All lists are in path
// order. Listeners may keep a copy; `GetChanges` points into what ends with the call.
class ObjectsChanged {
 public:
  struct ResyncType {
    PrimResyncType type = PrimResyncType::kInvalid;
    Path associated;  // the other end of a rename or a move
    friend bool operator==(const ResyncType&, const ResyncType&) = default;
  };

  // Objects that came, went, or may be something else altogether; of a prim all that is below is meant, too.
  const std::vector<Path>& GetResyncedPaths() const { return resynced_; }
  // Other objects some of whose fields changed: values and metadata may differ, nothing below them does.
  const std::vector<Path>& GetChangedInfoOnlyPaths() const { return info_only_; }
  // Other objects whose asset paths may lead elsewhere, though no opinion about them changed.
  const std::vector<Path>& GetResolvedAssetPathsResyncedPaths() const { return asset_paths_; }
  // Fields of specs behind one of the paths above, sorted by name.
  std::vector<Token> GetChangedFields(Path path) const;
  bool HasChangedFields(Path path) const { return fields_.count(path) != 0; }
  // Renames and moves are known where an editor of namespaces made them; otherwise one end was deleted and
  // the other is new.
  ResyncType GetPrimResyncType(Path prim) const;
  // Old and new paths.
  const std::vector<std::pair<Path, Path>>& GetRenamedProperties() const { return renamed_properties_; }

  // Whether an object is one of the resynced ones, or below one.
  bool ResyncedObject(Path path) const;
  bool ChangedInfoOnly(Path path) const;
  bool ResolvedAssetPathsResynced(Path path) const;
  bool AffectedObject(Path path) const { return ResyncedObject(path) || ChangedInfoOnly(path); }

  // What was composed anew, exactly: less than the above says, where opinions changed without effect. The
  // changes of layers that it names are gone.
  const StageChanges& GetChanges() const { return *changes_; }

 private:
  friend class NoticeBuilder;
  std::vector<Path> resynced_, info_only_, asset_paths_;
  std::map<Path, std::vector<Token>> fields_;  // sorted, without those that none changed of
  std::map<Path, ResyncType> resync_types_;    // other than kOther
  std::vector<std::pair<Path, Path>> renamed_properties_;
  const StageChanges* changes_ = nullptr;
};

struct LayerMutingChanged {
  std::vector<std::string> muted, unmuted;  // identifiers of layers, sorted
};

// One notice. The order is that of OpenUSD: kLayerMutingChanged before what it leads to, and
// kStageContentsChanged after each kObjectsChanged.
struct StageNotice {
  enum class Kind : uint8_t {
    kObjectsChanged,
    kStageContentsChanged,
    kStageEditTargetChanged,
    kLayerMutingChanged,
  };
  Kind kind;
  Stage* stage;
  const ObjectsChanged* objects = nullptr;
  const LayerMutingChanged* muting = nullptr;
};

// A move of prims or properties that an edit under way makes, told by whoever makes it.
struct NamespaceMove {
  Path from, to;  // paths of the stage; `to` empty: deleted
};

}  // namespace strata::stage
