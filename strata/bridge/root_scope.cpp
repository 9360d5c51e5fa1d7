#include "strata/bridge/root_scope.h"

#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/bridge/native_prototypes.h"
#include "strata/scene/data_source.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;

// What is said of a prim outside that the subtree may need: all of it above the subtree, but what makes it an
// instance; else its collections and where it comes from.
class OutsidePrim final : public scene::ContainerDataSource {
 public:
  OutsidePrim(ContainerDataSourceHandle data, bool is_above) : data_(std::move(data)), is_above_(is_above) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = data_->GetNames();
    std::erase_if(names, [this](Token name) { return !IsKept(name); });
    return names;
  }
  DataSourceHandle Get(Token name) const override { return IsKept(name) ? data_->Get(name) : nullptr; }

 private:
  bool IsKept(Token name) const {
    const Names& names = bridge::GetNames();
    if (is_above_) return name != names.prim_info && name != names.instancerTopology;
    return name == names.collections || name == names.primOrigin;
  }
  ContainerDataSourceHandle data_;
  bool is_above_;
};

}  // namespace

bool RootScopeSceneIndex::IsInside(Path path) const {
  return path.HasPrefix(root_) || path.IsAbsoluteRoot() || IsInStagePrototype(path);
}

Token RootScopeSceneIndex::FindType(Path path, Token type) const {
  return IsInside(path) || type == GetNames().material ? type : Token();
}

scene::ScenePrim RootScopeSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (!prim || IsInside(path) || prim.type == GetNames().material) return prim;
  prim.type = Token();
  if (prim.data) prim.data = scene::Make<const OutsidePrim>(std::move(prim.data), root_.HasPrefix(path));
  return prim;
}

void RootScopeSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  scene::ChangeSet out = changes;
  for (scene::AddedPrim& added : out.added) added.type = FindType(added.path, added.type);
  std::erase_if(out.dirtied, [&](scene::DirtiedPrim& dirtied) {
    if (IsInside(dirtied.path) || root_.HasPrefix(dirtied.path) ||
        GetInput().GetPrim(dirtied.path).type == GetNames().material)
      return false;
    return !dirtied.locators.Intersects(GetNames().collections);
  });
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::bridge
