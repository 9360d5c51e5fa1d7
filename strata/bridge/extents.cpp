#include "strata/bridge/extents.h"

#include <algorithm>

#include "strata/bridge/names.h"
#include "strata/math/range.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;

ContainerDataSourceHandle MakeExtentOf(const ContainerDataSource& hints, const std::vector<Token>& purposes) {
  const Names& names = GetNames();
  Range3d range;
  for (Token purpose : purposes) {
    const auto hint = ContainerDataSource::Cast(hints.Get(purpose));
    const auto min = scene::GetValueAs<Vec3d>(hint, names.min),
               max = scene::GetValueAs<Vec3d>(hint, names.max);
    if (min && max) range.Add(Range3d{*min, *max});
  }
  if (range.IsEmpty()) return nullptr;
  return scene::RetainedContainerDataSource::New(
      {{names.min, scene::Retain(range.min)}, {names.max, scene::Retain(range.max)}});
}

class PrimWithExtent final : public ContainerDataSource {
 public:
  PrimWithExtent(ContainerDataSourceHandle data, std::shared_ptr<const std::vector<Token>> purposes)
      : data_(std::move(data)), purposes_(std::move(purposes)) {}
  std::vector<Token> GetNames() const override {
    const Names& names = bridge::GetNames();
    std::vector<Token> all = data_->GetNames();
    if (std::ranges::find(all, names.extentsHint) != all.end() &&
        std::ranges::find(all, names.extent) == all.end())
      all.push_back(names.extent);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle found = data_->Get(name);
    if (found || name != bridge::GetNames().extent) return found;
    const auto hints = ContainerDataSource::Cast(data_->Get(bridge::GetNames().extentsHint));
    return hints ? MakeExtentOf(*hints, *purposes_) : nullptr;
  }

 private:
  ContainerDataSourceHandle data_;
  std::shared_ptr<const std::vector<Token>> purposes_;
};

}  // namespace

scene::ScenePrim ExtentSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (prim.data) prim.data = scene::Make<const PrimWithExtent>(std::move(prim.data), purposes_);
  return prim;
}

void ExtentSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  const Token hint = GetNames().extentsHint;
  const auto concerns = [hint](const scene::DirtiedPrim& entry) { return entry.locators.Intersects(hint); };
  if (std::ranges::none_of(changes.dirtied, concerns)) return Forward(changes);
  scene::ChangeSet out = changes;
  for (scene::DirtiedPrim& entry : out.dirtied)
    if (concerns(entry)) entry.locators.Insert(GetNames().extent);
  Send(std::move(out), Form::kNormal);
}

}  // namespace strata::bridge
