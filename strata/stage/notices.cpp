#include "strata/stage/notices.h"

#include <algorithm>

namespace strata::stage {

namespace {

bool Contains(const std::vector<Path>& sorted, Path path) {
  return std::binary_search(sorted.begin(), sorted.end(), path);
}

}  // namespace

std::string_view GetPrimResyncTypeName(PrimResyncType type) {
  switch (type) {
    case PrimResyncType::kRenameSource:
      return "RenameSource";
    case PrimResyncType::kRenameDestination:
      return "RenameDestination";
    case PrimResyncType::kReparentSource:
      return "ReparentSource";
    case PrimResyncType::kReparentDestination:
      return "ReparentDestination";
    case PrimResyncType::kRenameAndReparentSource:
      return "RenameAndReparentSource";
    case PrimResyncType::kRenameAndReparentDestination:
      return "RenameAndReparentDestination";
    case PrimResyncType::kDelete:
      return "Delete";
    case PrimResyncType::kUnchangedPrimStack:
      return "UnchangedPrimStack";
    case PrimResyncType::kOther:
      return "Other";
    case PrimResyncType::kInvalid:
      return "Invalid";
  }
  return {};
}

std::vector<Token> ObjectsChanged::GetChangedFields(Path path) const {
  const auto found = fields_.find(path);
  return found == fields_.end() ? std::vector<Token>() : found->second;
}

ObjectsChanged::ResyncType ObjectsChanged::GetPrimResyncType(Path prim) const {
  const auto known = resync_types_.find(prim);
  if (known != resync_types_.end()) return known->second;
  const bool is_prim = prim.IsAbsoluteRootOrPrim() && Contains(resynced_, prim);
  return {is_prim ? PrimResyncType::kOther : PrimResyncType::kInvalid, Path()};
}

bool ObjectsChanged::ResyncedObject(Path path) const {
  for (; !path.IsEmpty(); path = path.GetParent())
    if (Contains(resynced_, path)) return true;
  return false;
}
bool ObjectsChanged::ChangedInfoOnly(Path path) const {
  return Contains(info_only_, path);
}
bool ObjectsChanged::ResolvedAssetPathsResynced(Path path) const {
  for (; !path.IsEmpty(); path = path.GetParent())
    if (Contains(asset_paths_, path)) return true;
  return false;
}

}  // namespace strata::stage
