#include "strata/bridge/native_prototypes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "strata/bridge/draw_modes.h"
#include "strata/bridge/names.h"
#include "strata/scene/compare.h"
#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::RetainedContainerDataSource;
using Entries = std::vector<RetainedContainerDataSource::Entry>;

// Prototypes in prototypes; deeper ones stay away.
constexpr uint32_t kMaxNesting = 64;
constexpr size_t kMaxCopies = 1000000;

// What instances hand on as a whole: what is below the combination's prim inherits it, but for draw modes,
// which are the prototype's.
std::vector<Token> GetInheritedNames() {
  const Names& names = GetNames();
  return {names.purpose, names.directMaterialBindings};
}
std::vector<Token> GetSharedNames() {
  std::vector<Token> shared = GetInheritedNames();
  shared.push_back(GetNames().geomModel);
  shared.push_back(GetNames().skelBinding);
  return shared;
}

std::vector<Token> FindConstantPrimvars(const scene::SceneIndex& flattened, Path instance) {
  const Names& names = GetNames();
  std::vector<Token> constant;
  const auto primvars =
      ContainerDataSource::Cast(flattened.GetDataSource(instance, DataSourceLocator(names.primvars)));
  if (!primvars) return constant;
  for (Token name : primvars->GetNames())
    if (scene::GetValueAs<Token>(ContainerDataSource::Cast(primvars->Get(name)), names.interpolation) ==
        names.constant)
      constant.push_back(name);
  std::sort(constant.begin(), constant.end(), TokenTextLess());
  return constant;
}

// What data say now, kept whatever becomes of the prim that said it.
DataSourceHandle Freeze(const DataSourceHandle& source, uint32_t depth = 0) {
  if (depth > scene::kMaxDataSourceDepth) return nullptr;
  if (const auto sampled = scene::SampledDataSource::Cast(source)) return scene::Retain(sampled->GetValue(0));
  if (const auto vector = scene::VectorDataSource::Cast(source)) {
    std::vector<DataSourceHandle> elements;
    for (size_t i = 0; i < vector->GetNumElements(); ++i)
      elements.push_back(Freeze(vector->GetElement(i), depth + 1));
    return scene::RetainedVectorDataSource::New(std::move(elements));
  }
  const auto container = ContainerDataSource::Cast(source);
  if (!container) return nullptr;
  Entries entries;
  for (Token name : container->GetNames())
    entries.emplace_back(name, Freeze(container->Get(name), depth + 1));
  return RetainedContainerDataSource::New(std::move(entries));
}

// -- what is gathered of many instances
// -----------------------------------------------------------------------

using InstancesPtr = std::shared_ptr<const InstancerMembers>;

// The same data of each instance, one after the other. Times are those at which any of them has one.
class GatheredSource : public scene::SampledDataSource {
 public:
  GatheredSource(scene::SceneIndexPtr flattened, InstancesPtr instances, DataSourceLocator locator)
      : flattened_(std::move(flattened)), instances_(std::move(instances)), locator_(std::move(locator)) {}
  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    std::vector<scene::SampledDataSourceHandle> sources;
    if (const auto flattened = flattened_.lock())
      for (Path instance : instances_->sources)
        sources.push_back(scene::SampledDataSource::Cast(flattened->GetDataSource(instance, locator_)));
    return scene::GetMergedContributingSampleTimes(sources, start, end, times);
  }

 protected:
  template <class T>
  Value Gather(double offset, T otherwise) const {
    Array<T> values;
    values.Reserve(instances_->sources.size());
    const auto flattened = flattened_.lock();
    for (Path instance : instances_->sources)
      values.PushBack(
          flattened
              ? scene::GetValueAs<T>(flattened->GetDataSource(instance, locator_), offset).value_or(otherwise)
              : otherwise);
    return Value(std::move(values));
  }
  std::weak_ptr<const scene::SceneIndex> flattened_;  // data sources do not keep indices alive
  InstancesPtr instances_;
  DataSourceLocator locator_;
};

class InstanceTransforms final : public GatheredSource {
 public:
  using GatheredSource::GatheredSource;
  Value GetValue(double offset) const override { return Gather<Matrix4d>(offset, Matrix4d::Identity()); }
};

class InstanceMask final : public GatheredSource {
 public:
  using GatheredSource::GatheredSource;
  Value GetValue(double offset) const override { return Gather<bool>(offset, true); }
};

// A constant primvar of the instances: each has one element of the array, of arrays the first.
class InstancePrimvar final : public GatheredSource {
 public:
  using GatheredSource::GatheredSource;
  Value GetValue(double offset) const override {
    const auto flattened = flattened_.lock();
    Value gathered;
    const std::vector<Path>& instances = instances_->sources;
    for (size_t i = 0; flattened && i < instances.size(); ++i) {
      const auto source = scene::SampledDataSource::Cast(flattened->GetDataSource(instances[i], locator_));
      const Value value = source ? source->GetValue(offset) : Value();
#define X(name, type, text)                                           \
  if (value.Holds<type>()) Put<type>(gathered, i, value.Get<type>()); \
  if (const auto* array = value.GetIf<Array<type>>())                 \
    Put<type>(gathered, i, array->IsEmpty() ? type() : static_cast<type>((*array)[0]));
      STRATA_ELEMENT_TYPES(X)
#undef X
    }
    return gathered;
  }

 private:
  // Instances whose value has another type than the first one's have none.
  template <class T>
  static void Put(Value& gathered, size_t at, T element) {
    Array<T> values;
    if (const auto* held = gathered.GetIf<Array<T>>())
      values = *held;
    else if (!gathered.IsEmpty())
      return;
    gathered = Value();
    values.Resize(at);
    values.PushBack(std::move(element));
    gathered = Value(std::move(values));
  }
};

ContainerDataSourceHandle MakeInstancedBy(Path instancer, Path root) {
  return RetainedContainerDataSource::New({{Token("paths"), scene::Retain(PathVector{instancer})},
                                           {Token("prototypeRoots"), scene::Retain(PathVector{root})}});
}

// What stands in the copy of a prototype with this root is there because of the instancer around it.
ContainerDataSourceHandle MakeInstancedBy(Path root) {
  return MakeInstancedBy(root.GetParent(), root);
}

// The first of the paths that a prim says of those who instance it; empty where none does.
Path FindInstancedBy(const scene::SceneIndex& scene, Path prim, Token what) {
  const auto paths = scene::GetValueAs<PathVector>(
      scene.GetDataSource(prim, DataSourceLocator{strata::scene::GetNames().instancedBy, what}));
  return paths && !paths->empty() ? paths->front() : Path();
}

// Of the root .../<combination>/<prototype>/UsdNiInstancer/UsdNiPrototype.
Token GetCombinationOf(Path root) {
  return root.GetParent().GetParent().GetParent().GetNameToken();
}

class InstanceLocations final : public scene::TypedSampledDataSource<PathVector> {
 public:
  explicit InstanceLocations(InstancesPtr instances) : instances_(std::move(instances)) {}
  PathVector GetTypedValue(double) const override { return instances_->locations; }
  bool GetContributingSampleTimes(double, double, std::vector<double>*) const override { return false; }

 private:
  InstancesPtr instances_;
};

// Each instance shows the one prototype there is.
class InstanceIndices final : public scene::TypedSampledDataSource<Array<int32_t>> {
 public:
  explicit InstanceIndices(InstancesPtr instances) : instances_(std::move(instances)) {}
  Array<int32_t> GetTypedValue(double) const override {
    Array<int32_t> indices;
    indices.Resize(instances_->sources.size());
    std::iota(indices.GetMutableData(), indices.GetMutableData() + indices.GetSize(), 0);
    return indices;
  }
  bool GetContributingSampleTimes(double, double, std::vector<double>*) const override { return false; }

 private:
  InstancesPtr instances_;
};

}  // namespace

Token GetPropagatedPrototypesName() {
  static const Token name("UsdNiPropagatedPrototypes");
  return name;
}

bool IsInStagePrototype(Path path) {
  static const std::string_view kPrefix = "__Prototype_";
  if (path.IsAbsoluteRoot() || !path.IsAbsolute()) return false;
  Path top = path;
  while (!top.GetParent().IsAbsoluteRoot()) top = top.GetParent();
  return top.GetNameToken().GetText().starts_with(kPrefix);
}

// Which element of which instancer an instance is, as of now.
class NativePrototypesSceneIndex::InstanceSource final : public ContainerDataSource {
 public:
  InstanceSource(std::shared_ptr<const Members> members, Path instance)
      : members_(std::move(members)), instance_(instance) {}
  std::vector<Token> GetNames() const override {
    if (!members_->contains(instance_)) return {};
    return {bridge::GetNames().instancer, GetPrototypeIndexName(), GetInstanceIndexName()};
  }
  DataSourceHandle Get(Token name) const override {
    const auto found = members_->find(instance_);
    if (found == members_->end()) return nullptr;
    if (name == bridge::GetNames().instancer) return scene::Retain(found->second.instancer);
    if (name == GetPrototypeIndexName()) return scene::Retain(int32_t{0});
    return name == GetInstanceIndexName() ? scene::Retain(found->second.index) : nullptr;
  }

 private:
  static Token GetPrototypeIndexName() {
    static const Token name("prototypeIndex");
    return name;
  }
  static Token GetInstanceIndexName() {
    static const Token name("instanceIndex");
    return name;
  }
  std::shared_ptr<const Members> members_;
  Path instance_;
};

// Notes which prims changed in the flattened scene, until the changes of the scene itself come.
class NativePrototypesSceneIndex::FlattenedObserver final : public scene::SceneIndexObserver {
 public:
  void ApplyChanges(const scene::SceneIndex&, const scene::ChangeSet& changes) override {
    dirtied.insert(dirtied.end(), changes.dirtied.begin(), changes.dirtied.end());
  }
  std::vector<scene::DirtiedPrim> dirtied;
};

NativePrototypesSceneIndex::NativePrototypesSceneIndex(scene::SceneIndexPtr input,
                                                       scene::SceneIndexPtr flattened)
    : PrototypeCopiesSceneIndex(std::move(input)),
      flattened_(std::move(flattened)),
      observer_(std::make_unique<FlattenedObserver>()) {
  flattened_->AddObserver(*observer_);
  Populate();
}

NativePrototypesSceneIndex::~NativePrototypesSceneIndex() {
  flattened_->RemoveObserver(*observer_);
}

bool NativePrototypesSceneIndex::IsHidden(Path source) const {
  return has_prototypes_ && IsInStagePrototype(source);
}

bool NativePrototypesSceneIndex::TakeChanges(const scene::ChangeSet& changes) {
  const Names& names = GetNames();
  bool is_concerned = false;
  for (Path path : changes.removed) {
    if (!instance_count_ || !instances_.Find(path)) continue;
    instances_.RemoveSubtree(path);
    is_concerned = true;
  }
  const DataSourceLocator prototype_locator{names.prim_info, names.niPrototypePath};
  const auto look_at = [&](Path path) {
    const Path prototype =
        scene::GetValueAs<Path>(GetInput().GetDataSource(path, prototype_locator)).value_or(Path());
    auto* known = instances_.Find(path);
    const bool was_instance = known && !known->value.IsEmpty();
    if (prototype.IsEmpty() && !was_instance) return;
    instances_.FindOrAdd(path).value = prototype;
    ++instance_count_;
    is_concerned = true;
  };
  for (const scene::AddedPrim& added : changes.added) {
    look_at(added.path);
    has_prototypes_ |= added.path.IsRootPrim() && IsInStagePrototype(added.path);
  }
  for (const scene::DirtiedPrim& dirtied : changes.dirtied)
    if (dirtied.locators.Intersects(prototype_locator)) look_at(dirtied.path);
  // Instances that hand on something else may belong to another instancer now.
  if (instance_count_)
    for (const scene::DirtiedPrim& dirtied : observer_->dirtied) {
      const auto known = combinations_.find(dirtied.path);
      if (known == combinations_.end()) continue;
      bool matters = dirtied.locators.Intersects(names.primvars);
      for (Token name : GetSharedNames()) matters |= dirtied.locators.Intersects(name);
      if (matters && FindCombination(dirtied.path, nullptr) != known->second) is_concerned = true;
    }
  // Instances below a prim that is drawn as something else are none.
  if (instance_count_)
    for (const scene::DirtiedPrim& dirtied : observer_->dirtied)
      is_concerned |= dirtied.locators.Intersects(names.geomModel) && instances_.Find(dirtied.path);
  return is_concerned;
}

DataSourceHandle NativePrototypesSceneIndex::FindShared(Path instance, Token name) const {
  DataSourceHandle data = flattened_->GetDataSource(instance, name);
  const auto* known = data && name == GetNames().skelBinding ? instances_.Find(instance) : nullptr;
  if (!known) return data;
  // What lies in the instance lies in its prototype for all that share it.
  return scene::MapPaths(ContainerDataSource::Cast(data), scene::PathMap(instance, known->value));
}

Token NativePrototypesSceneIndex::FindCombination(Path instance, std::vector<Token>* primvars) const {
  std::vector<Token> constant = FindConstantPrimvars(*flattened_, instance);
  std::string name = "NoPrimvars";
  if (!constant.empty()) {
    name = "Primvars";
    uint64_t hash = constant.size();
    for (Token each : constant) hash = MixBits(hash * 31 + scene::HashValue(Value(each)));
    name += fmt::format("{:016x}", hash);
  }
  for (Token shared : GetSharedNames()) {
    const DataSourceHandle data = FindShared(instance, shared);
    if (data) name += fmt::format("_{}{:016x}", shared.GetText(), scene::HashDataSource(data));
  }
  if (primvars) *primvars = std::move(constant);
  return Token(name);
}

CopyTables NativePrototypesSceneIndex::MakeTables() const {
  former_members_ = std::exchange(*members_, {});
  former_made_ = std::exchange(made_, {});
  instancers_.clear();
  combinations_.clear();
  CopyTables tables;
  if (instance_count_) AddScope(Path::AbsoluteRoot(), Path::AbsoluteRoot(), 0, nullptr, tables);
  former_made_.clear();
  return tables;
}

namespace {

// Which prims of a scope are drawn as something else, with all that is below them.
class ReplacedPrims {
 public:
  // `outer` is what the scope inherits from where it is shown; null: nothing.
  ReplacedPrims(const scene::SceneIndex& flattened, Path scope, ContainerDataSourceHandle outer)
      : flattened_(flattened), scope_(scope), outer_(std::move(outer)) {}
  bool IsScopeReplaced() const { return !scope_.IsAbsoluteRoot() && IsReplaced(scope_); }
  // Whether a prim above this one is, up to the scope.
  bool IsBelowOne(Path path) {
    std::vector<Path> unknown;
    bool is_below = false;
    for (path = path.GetParent(); path != scope_; path = path.GetParent()) {
      if (const auto known = known_.find(path); known != known_.end()) {
        is_below = known->second;
        break;
      }
      unknown.push_back(path);
    }
    for (; !unknown.empty(); unknown.pop_back()) {
      is_below = is_below || IsReplaced(unknown.back());
      known_[unknown.back()] = is_below;
    }
    return is_below;
  }

 private:
  bool IsReplaced(Path path) const {
    static const scene::FlatteningProviderPtr flattening = MakeGeomModelFlattening();
    const Token name = GetNames().geomModel;
    const auto model = flattening->GetFlattenedDataSource(
        {ContainerDataSource::Cast(flattened_.GetDataSource(path, name)), outer_, Token()});
    return model && !FindAppliedDrawMode(RetainedContainerDataSource::New({{name, model}})).IsEmpty();
  }

  const scene::SceneIndex& flattened_;
  Path scope_;
  ContainerDataSourceHandle outer_;
  tsl::robin_map<Path, bool> known_;  // itself or one above it
};

}  // namespace

void NativePrototypesSceneIndex::AddScope(Path scope, Path top, uint32_t nesting,
                                          const ContainerDataSourceHandle& outer, CopyTables& tables) const {
  ReplacedPrims replaced(*flattened_, scope, outer);
  if (replaced.IsScopeReplaced()) return;
  std::vector<Path> found;
  std::vector<const scene::PathTable<Path>::Entry*> waiting;
  if (const auto* entry = instances_.Find(scope)) waiting.push_back(entry);
  while (!waiting.empty()) {
    const auto* entry = waiting.back();
    waiting.pop_back();
    if (!entry->value.IsEmpty()) found.push_back(entry->GetPath());
    for (const auto* child = entry->GetFirstChild(); child; child = child->GetNextSibling())
      // The instances in prototypes belong to their copies.
      if (!scope.IsAbsoluteRoot() || !IsHidden(child->GetPath())) waiting.push_back(child);
  }
  std::erase_if(found, [&](Path instance) { return replaced.IsBelowOne(instance); });
  if (found.empty()) return;
  std::sort(found.begin(), found.end());
  struct Members {
    std::vector<Path> instances;
    std::vector<Token> primvars;
  };
  std::map<Group, Members> groups;
  for (Path instance : found) {
    std::vector<Token> primvars;
    const Token combination = FindCombination(instance, &primvars);
    combinations_[instance] = combination;
    const Path around = FindInstancedBy(GetInput(), instance, Token("prototypeRoots"));
    Members& members = groups[{around, combination, instances_.Find(instance)->value}];
    members.instances.push_back(instance);
    members.primvars = std::move(primvars);
  }
  static const Token kInstancer("UsdNiInstancer"), kPrototype("UsdNiPrototype");
  static const ContainerDataSourceHandle empty = RetainedContainerDataSource::New();
  const Names& names = GetNames();
  const bool is_copy = !scope.IsAbsoluteRoot();
  for (const auto& [group, members] : groups) {
    if (tables.copies.size() >= kMaxCopies || nesting >= kMaxNesting) return;
    // Instances in the prototype of a point instancer are placed as often as that is, and so is their
    // instancer.
    const bool is_in_points = !group.around.IsEmpty();
    const Path around = is_in_points ? group.around.ReplacePrefix(scope, top) : top;
    const Path propagated = around.AppendChild(GetPropagatedPrototypesName());
    if (!tables.made_prims.contains(propagated)) tables.AddMadePrim(propagated, {Token(), nullptr});
    ContainerDataSourceHandle instanced_by;
    if (is_in_points)
      instanced_by = MakeInstancedBy(
          FindInstancedBy(GetInput(), members.instances.front(), Token("paths")).ReplacePrefix(scope, top),
          around);
    else if (is_copy)
      instanced_by = MakeInstancedBy(top);
    const Path combination = propagated.AppendChild(group.combination);
    Shared& shared = shared_[group.combination];
    if (!shared.inherited) {
      // The name of the combination stands for what they say: it is the same for all of its instances.
      const auto freeze = [&](Token name) { return Freeze(FindShared(members.instances.front(), name)); };
      Entries entries;
      for (Token name : GetInheritedNames()) entries.emplace_back(name, freeze(name));
      shared.inherited = RetainedContainerDataSource::New(std::move(entries));
      shared.model = ContainerDataSource::Cast(freeze(names.geomModel));
      shared.skin = ContainerDataSource::Cast(freeze(names.skelBinding));
    }
    tables.AddMadePrim(combination, {Token(), shared.inherited});
    const Path holder = combination.AppendChild(group.prototype.GetNameToken());
    tables.AddMadePrim(holder, {Token(), empty});
    const Path instancer = holder.AppendChild(kInstancer), root = instancer.AppendChild(kPrototype);
    InstancerMembers instances{members.instances, {}};
    for (Path instance : members.instances) instances.locations.push_back(instance.ReplacePrefix(scope, top));
    tables.AddMadePrim(instancer, {names.instancer, FindInstancerData(instancer, std::move(instances),
                                                                      members.primvars, instanced_by)});
    for (size_t i = 0; i < members.instances.size(); ++i) {
      const Path instance = members.instances[i];
      (*members_)[instance.ReplacePrefix(scope, top)] = {instancer, static_cast<int32_t>(i)};
      instancers_[instance].push_back(instancer);
    }
    tables.AddCopy(root, {group.prototype, instancer, is_copy ? top : Path()});
    tables.extra_children[instancer].push_back(root);
    // A prototype that holds an instance of itself would have no end.
    bool is_inside_itself = false;
    for (Path around = is_copy ? top : Path(); !around.IsEmpty(); around = tables.copies.at(around).outer)
      is_inside_itself |= tables.copies.at(around).source == group.prototype;
    if (!is_inside_itself) {
      const auto model = MakeGeomModelFlattening()->GetFlattenedDataSource(
          {shared_[group.combination].model, outer, Token()});
      AddScope(group.prototype, root, nesting + 1, model, tables);
    }
  }
}

const ContainerDataSourceHandle& NativePrototypesSceneIndex::FindInstancerData(
    Path path, InstancerMembers instances, const std::vector<Token>& primvars,
    const ContainerDataSourceHandle& instanced_by) const {
  const auto known = former_made_.find(path);
  Instancer& made = made_[path];
  if (known != former_made_.end() && known->second.primvars == primvars) {
    made = known->second;
    InstancerMembers& held = *made.instances;
    if (held.sources != instances.sources || held.locations != instances.locations) {
      held = std::move(instances);
      regrouped_.push_back(path);
    }
  } else {
    made.instances = std::make_shared<InstancerMembers>(std::move(instances));
    made.primvars = primvars;
    made.data = MakeInstancerData(path, made.instances, primvars, instanced_by);
  }
  return made.data;
}

ContainerDataSourceHandle NativePrototypesSceneIndex::MakeInstancerData(
    Path path, InstancesPtr instances, const std::vector<Token>& primvars,
    const ContainerDataSourceHandle& instanced_by) const {
  static const Token kTransforms("hydra:instanceTransforms"), kLocations("instanceLocations");
  static const Token kPrototype("UsdNiPrototype");
  const Names& names = GetNames();
  const DataSourceHandle per_instance = scene::Retain(names.instance);
  Entries values = {
      {kTransforms,
       RetainedContainerDataSource::New(
           {{names.primvarValue, scene::Make<const InstanceTransforms>(
                                     flattened_, instances, DataSourceLocator{names.xform, names.matrix})},
            {names.interpolation, per_instance}})}};
  for (Token primvar : primvars)
    values.emplace_back(
        primvar,
        RetainedContainerDataSource::New(
            {{names.primvarValue,
              scene::Make<const InstancePrimvar>(
                  flattened_, instances, DataSourceLocator{names.primvars, primvar, names.primvarValue})},
             {names.interpolation, per_instance}}));
  const auto topology = RetainedContainerDataSource::New(
      {{names.prototypes, scene::Retain(PathVector{path.AppendChild(kPrototype)})},
       {names.instanceIndices,
        scene::RetainedVectorDataSource::New({scene::Make<const InstanceIndices>(instances)})},
       {names.mask, scene::Make<const InstanceMask>(flattened_, instances,
                                                    DataSourceLocator{names.visibility, names.visibility})},
       {kLocations, scene::Make<const InstanceLocations>(instances)}});
  Entries entries = {{names.instancerTopology, topology},
                     {names.primvars, RetainedContainerDataSource::New(std::move(values))}};
  if (instanced_by) entries.emplace_back(strata::scene::GetNames().instancedBy, instanced_by);
  return RetainedContainerDataSource::New(std::move(entries));
}

void NativePrototypesSceneIndex::Decorate(Path path, const Place& place, scene::ScenePrim& prim) const {
  const Names& names = GetNames();
  if (!prim.data) return;
  Entries more;
  if (members_->contains(path)) {
    more.emplace_back(names.instance, scene::Make<const InstanceSource>(members_, path));
  } else if (!place.root.IsEmpty() && !prim.data->Get(strata::scene::GetNames().instancedBy)) {
    // What a point instancer in the prototype shows is instanced by that.
    more.emplace_back(strata::scene::GetNames().instancedBy, MakeInstancedBy(place.root));
  }
  if (path == place.root) {
    more.emplace_back(names.xform,
                      RetainedContainerDataSource::New({{names.resetXformStack, scene::Retain(true)}}));
    if (const auto shared = shared_.find(GetCombinationOf(path)); shared != shared_.end()) {
      more.emplace_back(names.geomModel, shared->second.model);
      scene::PathMap map;
      for (Path root = path; !root.IsEmpty(); root = GetTables().copies.at(root).outer)
        map.Add(GetTables().copies.at(root).source, root);
      more.emplace_back(names.skelBinding, scene::MapPaths(shared->second.skin, map));
    }
    if (auto system = GetInput().GetDataSource(Path::AbsoluteRoot(), DataSourceLocator(names.system)))
      more.emplace_back(names.system, std::move(system));
  }
  if (!more.empty())
    prim.data =
        scene::OverlayContainerDataSource::New(RetainedContainerDataSource::New(std::move(more)), prim.data);
}

void NativePrototypesSceneIndex::AddChanges(const scene::ChangeSet& changes, scene::ChangeSet& out) {
  for (const auto& [instance, before] : std::exchange(former_members_, {})) {
    const auto now = members_->find(instance);
    if (now != members_->end() && !(now->second == before))
      out.dirtied.push_back({instance, DataSourceLocator(GetNames().instance)});
  }
  static const Token kTransforms("hydra:instanceTransforms");
  const Names& names = GetNames();
  const auto tell_all = [&](Path instancer, scene::DataSourceLocatorSet locators) {
    locators.Insert(DataSourceLocator{names.primvars, kTransforms});
    const auto made = made_.find(instancer);
    if (made == made_.end()) return;
    for (Token primvar : made->second.primvars) locators.Insert(DataSourceLocator{names.primvars, primvar});
    out.dirtied.push_back({instancer, std::move(locators)});
  };
  for (Path instancer : std::exchange(regrouped_, {}))
    tell_all(instancer, DataSourceLocator(names.instancerTopology));
  // All that is gathered of an instance may differ when it is there anew.
  const scene::DataSourceLocatorSet of_one{DataSourceLocator{names.instancerTopology, names.instanceIndices},
                                           DataSourceLocator{names.instancerTopology, names.mask}};
  for (const scene::AddedPrim& added : changes.added)
    if (const auto found = instancers_.find(added.path); found != instancers_.end())
      for (Path instancer : found->second) tell_all(instancer, of_one);
  for (const scene::DirtiedPrim& dirtied : std::exchange(observer_->dirtied, {})) {
    const auto found = instancers_.find(dirtied.path);
    if (found == instancers_.end()) continue;
    scene::DataSourceLocatorSet locators;
    if (dirtied.locators.Intersects(names.visibility))
      locators.Insert(DataSourceLocator{names.instancerTopology, names.mask});
    if (dirtied.locators.Intersects(names.xform))
      locators.Insert(DataSourceLocator{names.primvars, kTransforms, names.primvarValue});
    for (const DataSourceLocator& locator : dirtied.locators.Intersection(DataSourceLocator(names.primvars)))
      locators.Insert(locator);
    if (!locators.IsEmpty())
      for (Path instancer : found->second) out.dirtied.push_back({instancer, locators});
  }
}

// What prims that were made would inherit, they do not have, and so it does not change.
void MadePrimsSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  const auto is_made = [&](const scene::DirtiedPrim& each) { return copies_->IsMade(each.path); };
  if (std::none_of(changes.dirtied.begin(), changes.dirtied.end(), is_made))
    return Forward(changes);
  scene::ChangeSet told = changes;
  std::vector<scene::DirtiedPrim> dirtied;
  for (scene::DirtiedPrim& each : told.dirtied) {
    if (is_made(each)) {
      const scene::ScenePrim prim = copies_->GetPrim(each.path);
      scene::DataSourceLocatorSet kept;
      for (const DataSourceLocator& locator : each.locators)
        if (locator.IsEmpty() || (prim.data && prim.data->Get(locator.GetFirstElement())))
          kept.Insert(locator);
      each.locators = std::move(kept);
    }
    if (!each.locators.IsEmpty()) dirtied.push_back(std::move(each));
  }
  told.dirtied = std::move(dirtied);
  Send(std::move(told), Form::kNormal);
}

}  // namespace strata::bridge
