#include "strata/bridge/selection.h"

#include "strata/bridge/instance_proxies.h"
#include "strata/scene/compare.h"
#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"
#include "strata/scene/schemas_scene.h"

namespace strata::bridge {

namespace {

using scene::DataSourceHandle;
using Steps = std::vector<InstanceProxyPlace::Step>;

const Token& GetSelectionsName() {
  static const Token name = scene::SelectionsSchema::GetSchemaToken();
  return name;
}

// Fully selected, in the instances of `steps`, outermost first.
DataSourceHandle MakeSelection(const Steps& steps) {
  using scene::NestedInstanceIndicesSchema;
  using scene::SelectionSchema;
  std::vector<DataSourceHandle> nested;
  for (const InstanceProxyPlace::Step& step : steps)
    nested.push_back(
        scene::SchemaBuilder()
            .SetValue(NestedInstanceIndicesSchema::kInstancer, step.instancer)
            .SetValue(NestedInstanceIndicesSchema::kPrototypeIndex, step.prototype_index)
            .SetValue(NestedInstanceIndicesSchema::kInstanceIndices, Array<int32_t>{step.instance_index})
            .Build());
  scene::SchemaBuilder selection;
  selection.SetValue(SelectionSchema::kFullySelected, true);
  if (!nested.empty())
    selection.Set(SelectionSchema::kNestedInstanceIndices,
                  scene::RetainedVectorDataSource::New(std::move(nested)));
  return selection.Build();
}

}  // namespace

scene::ScenePrim SelectionSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (selections_.empty() || !prim.data) return prim;
  if (const auto found = selections_.find(path); found != selections_.end())
    prim.data = scene::OverlayContainerDataSource::New(
        scene::RetainedContainerDataSource::New(
            {{GetSelectionsName(), scene::RetainedVectorDataSource::New(found->second)}}),
        prim.data);
  return prim;
}

bool SelectionSceneIndex::Select(Path stage_path, Selections& selections) const {
  const scene::Names& names = scene::GetNames();
  InstanceProxyPlace place = FindInstanceProxy(GetInput(), stage_path);
  if (place.path.IsEmpty()) return false;
  selections[place.path].push_back(MakeSelection(place.steps));
  // What is drawn of an instance is the prototype of its instancer.
  const auto instance = scene::InstanceSchema::GetFromParent(GetInput().GetPrim(place.path).data);
  const auto instancer = instance.GetInstancer();
  if (!instancer) return true;
  const int32_t prototype = instance.GetPrototypeIndex().value_or(0);
  const auto prototypes = scene::GetValueAs<PathVector>(
      GetInput().GetDataSource(*instancer, {names.instancerTopology, names.prototypes}));
  if (!prototypes || prototype < 0 || static_cast<size_t>(prototype) >= prototypes->size()) return true;
  place.steps.push_back({place.path, *instancer, prototype, instance.GetInstanceIndex().value_or(0)});
  selections[(*prototypes)[static_cast<size_t>(prototype)]].push_back(MakeSelection(place.steps));
  return true;
}

SelectionSceneIndex::Selections SelectionSceneIndex::FindSelections() const {
  Selections selections;
  for (Path path : paths_) Select(path, selections);
  return selections;
}

void SelectionSceneIndex::Replace(Selections selections, scene::ChangeSet changes) {
  const scene::DataSourceLocatorSet locators{scene::DataSourceLocator(GetSelectionsName()),
                                             scene::DataSourceLocator(scene::GetContainerSentinel())};
  const auto say = [](const std::vector<DataSourceHandle>& all) {
    return scene::RetainedVectorDataSource::New(all);
  };
  for (const auto& [path, was] : selections_)
    if (!selections.contains(path) && GetInput().GetPrim(path)) changes.dirtied.push_back({path, locators});
  for (const auto& [path, is] : selections) {
    const auto before = selections_.find(path);
    if (before == selections_.end() || !scene::DeepEquals(say(before->second), say(is)))
      changes.dirtied.push_back({path, locators});
  }
  selections_ = std::move(selections);
  Send(std::move(changes));
}

bool SelectionSceneIndex::AddSelection(Path stage_path) {
  paths_.insert(stage_path);
  Selections alone;
  const bool is_there = Select(stage_path, alone);
  Replace(FindSelections(), {});
  return is_there;
}

void SelectionSceneIndex::ClearSelection() {
  paths_.clear();
  Replace({}, {});
}

void SelectionSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  if (paths_.empty()) return Forward(changes);
  bool may_lead_elsewhere = !changes.removed.empty() || !changes.added.empty();
  for (const scene::DirtiedPrim& dirtied : changes.dirtied)
    may_lead_elsewhere |= dirtied.locators.Intersects(scene::GetNames().instance) ||
                          dirtied.locators.Intersects(scene::GetNames().instancerTopology);
  if (!may_lead_elsewhere) return Forward(changes);
  Replace(FindSelections(), changes);
}

}  // namespace strata::bridge
