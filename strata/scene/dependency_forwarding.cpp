#include "strata/scene/dependency_forwarding.h"

#include <algorithm>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

TokenVector ToTokens(const DataSourceLocator& locator) {
  return {locator.GetNames().begin(), locator.GetNames().end()};
}

DataSourceLocator GetLocator(const ContainerDataSource& entry, Token name) {
  const TokenVector names = GetValueAs<TokenVector>(entry.Get(name)).value_or(TokenVector());
  return DataSourceLocator(std::span<const Token>(names));
}

}  // namespace

ContainerDataSourceHandle MakeDependency(const Dependency& dependency) {
  const Names& names = GetNames();
  return RetainedContainerDataSource::New(
      {{names.dependedOnPrimPath, Retain(dependency.depended_on)},
       {names.dependedOnDataSourceLocator, Retain(ToTokens(dependency.depended_on_locator))},
       {names.affectedDataSourceLocator, Retain(ToTokens(dependency.affected_locator))}});
}

std::vector<Dependency> ReadDependencies(const ContainerDataSourceHandle& prim_data) {
  const Names& names = GetNames();
  std::vector<Dependency> found;
  const auto all = ContainerDataSource::Cast(ContainerDataSource::Get(prim_data, names.dependencies));
  if (!all) return found;
  for (Token name : all->GetNames())
    if (const auto entry = ContainerDataSource::Cast(all->Get(name)))
      found.push_back({GetValueAs<Path>(entry->Get(names.dependedOnPrimPath)).value_or(Path()),
                       GetLocator(*entry, names.dependedOnDataSourceLocator),
                       GetLocator(*entry, names.affectedDataSourceLocator)});
  return found;
}

ScenePrim DependencyForwardingSceneIndex::GetPrim(Path path) const {
  static const ContainerDataSourceHandle hidden =
      RetainedContainerDataSource::New({{GetNames().dependencies, BlockDataSource::Get()}});
  ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.data) return prim;
  {
    const std::lock_guard lock(mutex_);
    if (!dependencies_.contains(path)) Learn(path, prim.data);
  }
  if (prim.data->Get(GetNames().dependencies)) prim.data = OverlayContainerDataSource::New(hidden, prim.data);
  return prim;
}

size_t DependencyForwardingSceneIndex::GetDependentCount() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::ranges::count_if(dependencies_, [](const auto& entry) { return !entry.second.empty(); }));
}

size_t DependencyForwardingSceneIndex::GetDependedOnCount() const {
  const std::lock_guard lock(mutex_);
  return dependents_.size();
}

void DependencyForwardingSceneIndex::Learn(Path path, const ContainerDataSourceHandle& data) const {
  std::vector<Dependency> found = ReadDependencies(data);
  for (Dependency& dependency : found) {
    if (dependency.depended_on.IsEmpty()) dependency.depended_on = path;
    std::vector<Path>& dependents = dependents_[dependency.depended_on];
    if (std::ranges::find(dependents, path) == dependents.end()) dependents.push_back(path);
  }
  dependencies_[path] = std::move(found);
}

void DependencyForwardingSceneIndex::Forget(Path path) {
  const auto known = dependencies_.find(path);
  if (known == dependencies_.end()) return;
  for (const Dependency& dependency : known->second) {
    const auto dependents = dependents_.find(dependency.depended_on);
    if (dependents == dependents_.end()) continue;
    std::erase(dependents.value(), path);
    if (dependents->second.empty()) dependents_.erase(dependents);
  }
  dependencies_.erase(path);
}

void DependencyForwardingSceneIndex::AddDependents(std::vector<DirtiedPrim>& dirtied) const {
  // What is known to be dirty already: an entry goes on only with what it adds.
  tsl::robin_map<Path, DataSourceLocatorSet> visited;
  std::vector<DirtiedPrim> waiting = dirtied;
  for (const DirtiedPrim& entry : dirtied) visited[entry.path].Insert(entry.locators);
  while (!waiting.empty()) {
    const DirtiedPrim entry = std::move(waiting.back());
    waiting.pop_back();
    const auto dependents = dependents_.find(entry.path);
    if (dependents == dependents_.end()) continue;
    for (Path dependent : dependents->second) {
      DataSourceLocatorSet affected;
      for (const Dependency& dependency : dependencies_.at(dependent))
        if (dependency.depended_on == entry.path && entry.locators.Intersects(dependency.depended_on_locator))
          affected.Insert(dependency.affected_locator);
      DataSourceLocatorSet& known = visited[dependent];
      if (affected.IsEmpty() || known.Contains(affected)) continue;
      known.Insert(affected);
      dirtied.push_back({dependent, affected});
      waiting.push_back({dependent, std::move(affected)});
    }
  }
}

void DependencyForwardingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const DataSourceLocator dependencies(GetNames().dependencies);
  ChangeSet out = changes;
  // Of what is removed or added everything changes for those that depend on it.
  std::vector<DirtiedPrim> causes = changes.dirtied;
  std::unique_lock lock(mutex_);
  if (!changes.removed.empty() && !dependencies_.empty()) {
    const PathPrefixes gone(changes.removed);
    std::vector<Path> forgotten, missing;
    for (const auto& [path, known] : dependencies_)
      if (gone.Cover(path)) forgotten.push_back(path);
    for (Path path : forgotten) Forget(path);
    for (const auto& [path, dependents] : dependents_)
      if (gone.Cover(path)) causes.push_back({path, DataSourceLocatorSet::Universal()});
  }
  for (const AddedPrim& added : changes.added) {
    Forget(added.path);
    causes.push_back({added.path, DataSourceLocatorSet::Universal()});
  }
  const size_t count = causes.size();
  AddDependents(causes);
  // Dependencies that changed themselves are learned anew; whoever asks for the prim does that as well.
  for (const DirtiedPrim& entry : causes)
    if (entry.locators.Intersects(dependencies) && dependencies_.contains(entry.path)) {
      Forget(entry.path);
      Learn(entry.path, GetInput().GetPrim(entry.path).data);
    }
  out.dirtied.insert(out.dirtied.end(), causes.begin() + static_cast<std::ptrdiff_t>(count), causes.end());
  // Who is told reads.
  lock.unlock();
  Send(std::move(out));
}

}  // namespace strata::scene
