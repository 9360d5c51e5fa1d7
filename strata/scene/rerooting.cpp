#include "strata/scene/rerooting.h"

#include "strata/scene/names.h"
#include "strata/scene/retained.h"

namespace strata::scene {

Path PathMap::Map(Path path) const {
  if (!path.IsAbsolute()) return path;
  for (const auto& [from, to] : moves_)
    if (path.HasPrefix(from)) return path.ReplacePrefix(from, to);
  return path;
}

namespace {

DataSourceHandle MapSource(const DataSourceHandle& source, const PathMap& map);

class MappedSampled final : public SampledDataSource {
 public:
  MappedSampled(SampledDataSourceHandle source, const PathMap& map) : source_(std::move(source)), map_(map) {}
  Value GetValue(double offset) const override {
    Value value = source_->GetValue(offset);
    if (const Path* path = value.GetIf<Path>()) return Value(map_.Map(*path));
    if (PathVector* paths = value.GetMutable<PathVector>())
      for (Path& path : *paths) path = map_.Map(path);
    else if (const PathExpression* expression = value.GetIf<PathExpression>())
      return Value(expression->MapPaths([this](Path path) { return map_.Map(path); }));
    return value;
  }
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    return source_->GetContributingSampleTimes(start, end, times);
  }

 private:
  SampledDataSourceHandle source_;
  PathMap map_;
};

class MappedVector final : public VectorDataSource {
 public:
  MappedVector(VectorDataSourceHandle source, const PathMap& map) : source_(std::move(source)), map_(map) {}
  size_t GetNumElements() const override { return source_->GetNumElements(); }
  DataSourceHandle GetElement(size_t element) const override {
    return MapSource(source_->GetElement(element), map_);
  }

 private:
  VectorDataSourceHandle source_;
  PathMap map_;
};

class MappedContainer final : public ContainerDataSource {
 public:
  MappedContainer(ContainerDataSourceHandle source, const PathMap& map)
      : source_(std::move(source)), map_(map) {}
  std::vector<Token> GetNames() const override { return source_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    if (name == scene::GetNames().primOrigin) return source_->Get(name);
    return MapSource(source_->Get(name), map_);
  }

 private:
  ContainerDataSourceHandle source_;
  PathMap map_;
};

// Values of these types hold no paths.
bool HoldsNoPath(ValueType type) {
  return type != ValueType::kEmpty && type != ValueType::kPath && type != ValueType::kPathVector &&
         type != ValueType::kPathExpression;
}

DataSourceHandle MapSource(const DataSourceHandle& source, const PathMap& map) {
  if (const auto container = ContainerDataSource::Cast(source))
    return Make<const MappedContainer>(container, map);
  if (const auto vector = VectorDataSource::Cast(source)) return Make<const MappedVector>(vector, map);
  const auto sampled = SampledDataSource::Cast(source);
  if (!sampled || HoldsNoPath(sampled->GetValueType())) return source;
  return Make<const MappedSampled>(sampled, map);
}

}  // namespace

ContainerDataSourceHandle MapPaths(const ContainerDataSourceHandle& data, const PathMap& map) {
  if (!data || map.IsEmpty()) return data;
  return Make<const MappedContainer>(data, map);
}

RerootingSceneIndex::RerootingSceneIndex(SceneIndexPtr input, Path from, Path to)
    : SingleInputFilteringSceneIndex(std::move(input)), from_(from), to_(to) {}

Path RerootingSceneIndex::ToInput(Path path) const {
  return path.HasPrefix(to_) ? path.ReplacePrefix(to_, from_) : Path();
}

Path RerootingSceneIndex::FromInput(Path path) const {
  return path.HasPrefix(from_) ? path.ReplacePrefix(from_, to_) : Path();
}

ScenePrim RerootingSceneIndex::GetPrim(Path path) const {
  static const ContainerDataSourceHandle empty = RetainedContainerDataSource::New();
  if (!path.IsAbsolute()) return {};
  if (const Path at = ToInput(path); !at.IsEmpty()) {
    ScenePrim prim = GetInput().GetPrim(at);
    prim.data = MapPaths(prim.data, PathMap(from_, to_));
    return prim;
  }
  return to_.HasPrefix(path) ? ScenePrim{Token(), empty} : ScenePrim();
}

std::vector<Path> RerootingSceneIndex::GetChildPrimPaths(Path path) const {
  if (!path.IsAbsolute()) return {};
  if (const Path at = ToInput(path); !at.IsEmpty()) {
    std::vector<Path> children = GetInput().GetChildPrimPaths(at);
    for (Path& child : children) child = FromInput(child);
    return children;
  }
  if (!to_.HasPrefix(path)) return {};
  Path next = to_;
  while (next.GetParent() != path) next = next.GetParent();
  return {next};
}

void RerootingSceneIndex::ProcessChanges(const ChangeSet& changes) {
  ChangeSet out;
  for (Path path : changes.removed) {
    if (const Path at = FromInput(path); !at.IsEmpty())
      out.removed.push_back(at);
    else if (from_.HasPrefix(path))
      out.removed.push_back(to_);
  }
  for (const AddedPrim& added : changes.added)
    if (const Path at = FromInput(added.path); !at.IsEmpty()) out.added.push_back({at, added.type});
  for (const DirtiedPrim& dirtied : changes.dirtied)
    if (const Path at = FromInput(dirtied.path); !at.IsEmpty()) out.dirtied.push_back({at, dirtied.locators});
  Send(std::move(out), Form::kNormal);
}

SceneIndexPtr MakePrefixingSceneIndex(SceneIndexPtr input, Path prefix) {
  return std::make_shared<RerootingSceneIndex>(std::move(input), Path::AbsoluteRoot(), prefix);
}

}  // namespace strata::scene
