#include "strata/bridge/skinning.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <optional>

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include "strata/bridge/attribute_source.h"
#include "strata/bridge/names.h"
#include "strata/domain/skinning.h"
#include "strata/domain/xformable.h"
#include "strata/math/transform.h"
#include "strata/scene/overlay.h"
#include "strata/scene/rerooting.h"
#include "strata/scene/retained.h"

namespace strata::bridge {

namespace {

using domain::SkinningQuery;
using scene::ContainerDataSource;
using scene::ContainerDataSourceHandle;
using scene::DataSourceHandle;
using scene::DataSourceLocator;
using scene::DataSourceLocatorSet;
using scene::RetainedContainerDataSource;
using scene::SampledDataSourceHandle;

const DataSourceLocator& GetPointsLocator() {
  static const DataSourceLocator locator{GetNames().primvars, GetNames().points, GetNames().primvarValue};
  return locator;
}
const DataSourceLocator& GetNormalsLocator() {
  static const DataSourceLocator locator{GetNames().primvars, GetNames().normals, GetNames().primvarValue};
  return locator;
}

// Told by the stage of the geometry when the time moves something that moves it: each binding has a number of
// its own, for copies of one geometry may be bound to others. Nobody else hears of it.
const DataSourceLocator& GetMovedLocator() {
  static const DataSourceLocator locator{GetNames().skelBinding, Token("__moved")};
  return locator;
}

// What an animation says at each time.
const std::array<Token, 4>& GetPoseNames() {
  static const std::array<Token, 4> names = {Token("translations"), Token("rotations"), Token("scales"),
                                             Token("blendShapeWeights")};
  return names;
}

// Whether all that it says of animations is what these say at each time.
bool IsOfPoses(const DataSourceLocatorSet& locators) {
  for (const DataSourceLocator& locator : locators.Intersection(DataSourceLocator(GetNames().skelAnimation)))
    if (locator.GetElementCount() < 2 ||
        std::ranges::find(GetPoseNames(), locator.GetElement(1)) == GetPoseNames().end())
      return false;
  return true;
}

bool HasPoints(Token type) {
  const Names& names = GetNames();
  for (const Token each :
       {names.mesh, names.points, names.basisCurves, names.nurbsCurves, names.nurbsPatch, names.tetMesh})
    if (type == each) return true;
  return false;
}

// The way from a skeleton's space to that of geometry, over the prims that they do not share: what moves both
// alike moves no points.
class WayHome {
 public:
  WayHome(const stage::Prim& skeleton, const stage::Prim& geometry)
      : skeleton_(skeleton), geometry_(geometry) {
    tsl::robin_set<Path> above;
    for (stage::Prim at = geometry; at && !at.IsPseudoRoot(); at = at.GetParent()) above.insert(at.GetPath());
    Path shared;
    for (stage::Prim at = skeleton; at && !at.IsPseudoRoot() && shared.IsEmpty(); at = at.GetParent())
      if (above.contains(at.GetPath())) shared = at.GetPath();
    AddWay(skeleton, shared, down_);
    AddWay(geometry, shared, up_);
    if (!resets_) return;
    down_.clear();
    up_.clear();
    AddWay(skeleton, Path(), down_);
    AddWay(geometry, Path(), up_);
  }
  const std::vector<stage::Attribute>& GetVarying() const { return varying_; }
  std::optional<Matrix4d> Compute(stage::Time time) const {
    const auto up = GetTransformInverse(Multiply(up_, time));
    return up ? std::optional(MultiplyAffine(Multiply(down_, time), *up)) : std::nullopt;
  }

 private:
  struct Step {
    stage::Prim prim;
    domain::Xformable::Ops ops;
  };
  // From the prim up to `end`, without that; or to where the stack is reset.
  void AddWay(const stage::Prim& from, Path end, std::vector<Step>& way) {
    for (stage::Prim at = from; at && !at.IsPseudoRoot() && at.GetPath() != end; at = at.GetParent()) {
      Step step{at, domain::Xformable(at).GetOrderedXformOps()};
      for (const domain::XformOp& op : step.ops.ops)
        if (stage::Attribute attribute = at.GetAttribute(op.attribute); attribute.ValueMightBeTimeVarying())
          varying_.push_back(std::move(attribute));
      const bool resets = step.ops.resets_stack;
      way.push_back(std::move(step));
      if (!resets) continue;
      resets_ = true;
      return;
    }
  }
  static Matrix4d Multiply(const std::vector<Step>& way, stage::Time time) {
    Matrix4d product = Matrix4d::Identity();
    for (const Step& step : way)
      product =
          MultiplyAffine(product, domain::Xformable(step.prim).GetLocalTransformation(step.ops, time).matrix);
    return product;
  }

  stage::Prim skeleton_, geometry_;
  std::vector<Step> down_, up_;
  std::vector<stage::Attribute> varying_;
  bool resets_ = false;
};

}  // namespace

// How one geometry of the scene is moved, as of the last edit of what moves it; or that it is not.
class SkinningSceneIndex::Binding {
 public:
  Path source;                         // on the stage
  std::vector<Path> users_of;          // prims of the scene whose changes concern it
  std::optional<SkinningQuery> query;  // none: nothing moves it
  std::optional<domain::Skeleton> skeleton;
  std::optional<WayHome> home;
  std::optional<Matrix4d> first_home;     // at the time at which it was made
  std::vector<stage::Attribute> varying;  // that move it
  stage::Prim animation;                  // not valid: none
  bool has_normals = false;
  DataSourceLocator moved;
  StageGlobalsPtr globals;

  // What moves it with time, as the stage is now.
  std::vector<stage::Attribute> FindVarying(const WayHome& way) const {
    std::vector<stage::Attribute> found;
    std::vector<Token> moving;
    if (query->HasJointInfluences()) {
      found = way.GetVarying();
      moving = {GetPoseNames().begin(), GetPoseNames().begin() + 3};
    }
    if (query->HasBlendShapes()) moving.push_back(GetPoseNames()[3]);
    if (animation)
      for (const Token name : moving)
        if (stage::Attribute attribute = animation.GetAttribute(name); attribute.ValueMightBeTimeVarying())
          found.push_back(std::move(attribute));
    return found;
  }
  bool VariesAsBefore() const {
    return std::ranges::equal(varying, FindVarying(*home), {}, &stage::Attribute::GetPath,
                              &stage::Attribute::GetPath);
  }
  // Its data that are others when it moves.
  DataSourceLocatorSet GetMovedData() const {
    DataSourceLocatorSet data{GetPointsLocator(), DataSourceLocator(GetNames().extent)};
    if (has_normals) data.Insert(GetNormalsLocator());
    return data;
  }

  ~Binding() {
    if (query && !varying.empty()) globals->Unflag(source, moved);
  }

  Array<Vec3f> Deform(SkinningQuery::Part part, Array<Vec3f> rest, double offset,
                      Diagnostics* remarks) const {
    using Joints = SkinningQuery::Joints;
    const stage::Time time = globals->GetStageTime(offset);
    const auto moves = query->HasJointInfluences() ? home->Compute(time) : std::nullopt;
    auto moved_values =
        moves ? query->Deform(part, rest, *skeleton, time, Joints::kMove, remarks) : std::nullopt;
    if (moved_values) {
      TakeHome(part, *moves, *moved_values);
      return *std::move(moved_values);
    }
    // Blend shapes hold where joints do not fit, too.
    if (query->HasBlendShapes())
      if (auto blended = query->Deform(part, rest, *skeleton, time, Joints::kIgnored))
        return *std::move(blended);
    return rest;
  }

 private:
  static void TakeHome(SkinningQuery::Part part, const Matrix4d& home, Array<Vec3f>& values) {
    Vec3f* all = values.GetMutableData();
    const auto inverse = part == SkinningQuery::Part::kNormals ? GetTransformInverse(home) : std::nullopt;
    const Matrix4d turn = inverse ? GetTranspose(*inverse) : home;
    for (size_t i = 0; i < values.GetSize(); ++i) {
      const Vec3d value{all[i][0], all[i][1], all[i][2]};
      Vec3d at = part == SkinningQuery::Part::kPoints ? TransformPoint(value, home)
                                                      : TransformDirection(value, turn);
      if (part == SkinningQuery::Part::kNormals)
        if (const double length = std::sqrt(at[0] * at[0] + at[1] * at[1] + at[2] * at[2]); length > 1e-10)
          for (size_t k = 0; k < 3; ++k) at[k] /= length;
      all[i] = {static_cast<float>(at[0]), static_cast<float>(at[1]), static_cast<float>(at[2])};
    }
  }
};

class SkinningSceneIndex::State {
 public:
  State(const scene::SceneIndexPtr& input, const std::shared_ptr<const StageSceneIndex>& stage,
        std::function<Path(Path)> find_source)
      : input_(input), stage_(stage), find_source_(std::move(find_source)) {}

  bool MayHaveSkin() const {
    const auto stage = stage_.lock();
    return stage && stage->MayHaveSkin();
  }

  // Null: nothing moves it.
  std::shared_ptr<const Binding> Find(Path path) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto known = bindings_.find(path); known != bindings_.end())
        return known->second->query ? known->second : nullptr;
    }
    std::shared_ptr<Binding> made = Resolve(path);
    const std::lock_guard lock(mutex_);
    const auto [known, is_new] = bindings_.emplace(path, made);
    if (is_new)
      for (const Path used : made->users_of) users_[used].insert(path);
    return known->second->query ? known->second : nullptr;
  }

  void Remark(Path path, const Diagnostics& remarks) {
    const std::lock_guard lock(mutex_);
    if (remarks.GetAll().empty() || !remarked_.insert(path).second) return;
    for (const Diagnostic& each : remarks.GetAll()) remarks_.Add(each);
  }
  Diagnostics TakeRemarks() {
    const std::lock_guard lock(mutex_);
    return std::exchange(remarks_, Diagnostics());
  }

  // For the thread that changes the scene; nobody reads meanwhile.
  bool IsUnused() const { return bindings_.empty(); }
  const Binding* Peek(Path path) const {
    const auto known = bindings_.find(path);
    return known == bindings_.end() ? nullptr : known->second.get();
  }
  std::vector<Path> FindUsers(Path used) const {
    const auto found = users_.find(used);
    return found == users_.end() ? std::vector<Path>()
                                 : std::vector<Path>(found->second.begin(), found->second.end());
  }
  void Drop(Path path) {
    const auto known = bindings_.find(path);
    if (known == bindings_.end()) return;
    for (const Path used : known->second->users_of)
      if (const auto found = users_.find(used); found != users_.end()) found.value().erase(path);
    bindings_.erase(known);
    remarked_.erase(path);
  }
  // For who was told of no change and asks for nothing anew.
  void ResolveAgain(Path path) {
    Drop(path);
    (void)Find(path);
  }
  // What goes is dropped; gives the geometry that stays and was moved by what goes.
  std::vector<Path> TakeRemovals(const scene::PathPrefixes& gone) {
    std::vector<Path> dropped, concerned;
    for (const auto& [path, binding] : bindings_)
      if (gone.Cover(path)) dropped.push_back(path);
    for (const Path path : dropped) Drop(path);
    for (const auto& [used, users] : users_)
      if (gone.Cover(used)) concerned.insert(concerned.end(), users.begin(), users.end());
    return concerned;
  }

 private:
  std::shared_ptr<Binding> Resolve(Path path) const {
    const Names& names = GetNames();
    auto binding = std::make_shared<Binding>();
    const auto input = input_.lock();
    const auto stage_index = stage_.lock();
    const stage::StagePtr stage = stage_index ? stage_index->GetStage() : nullptr;
    if (!input || !stage) return binding;
    const ContainerDataSourceHandle data = input->GetPrim(path).data;
    const auto skin = ContainerDataSource::Cast(data ? data->Get(names.skelBinding) : nullptr);
    binding->source = find_source_(path);
    binding->globals = stage_index->GetGlobals();
    const Path skeleton = scene::GetValueAs<Path>(skin, names.skeleton).value_or(Path());
    if (skeleton.IsEmpty() || !scene::GetValueAs<bool>(skin, names.hasSkelRoot).value_or(false))
      return binding;
    binding->users_of.push_back(skeleton);
    const stage::Prim geometry = stage->GetPrimAtPath(binding->source);
    SkinningQuery query(geometry);
    if (!query.HasJointInfluences() && !query.HasBlendShapes()) return binding;
    const ContainerDataSourceHandle posed = input->GetPrim(skeleton).data;
    const stage::Prim skeleton_prim = stage->GetPrimAtPath(find_source_(skeleton));
    if (!posed || !skeleton_prim || !skeleton_prim.IsA(Token("Skeleton"))) return binding;
    const Path animation =
        scene::GetValueAs<Path>(posed, DataSourceLocator{names.skelBinding, names.animationSource})
            .value_or(Path());
    stage::Prim animation_prim;
    if (!animation.IsEmpty()) {
      binding->users_of.push_back(animation);
      if (input->GetPrim(animation)) animation_prim = stage->GetPrimAtPath(find_source_(animation));
    }
    // Who asks for points hears of transforms only if they were looked at.
    (void)data->Get(names.xform);
    (void)posed->Get(names.xform);
    AddBlendShapes(path, geometry, *binding);
    binding->skeleton.emplace(skeleton_prim, domain::SkelAnimation(animation_prim));
    binding->home.emplace(skeleton_prim, geometry);
    binding->first_home = binding->home->Compute(binding->globals->GetStageTime(0));
    binding->query = std::move(query);
    binding->animation = animation_prim;
    binding->has_normals =
        bool(ContainerDataSource::Get(data, DataSourceLocator{names.primvars, names.normals}));
    FlagVarying(*binding);
    return binding;
  }

  // Where blend shapes are shown: they lie in the same copy as the geometry, or in none.
  static void AddBlendShapes(Path path, const stage::Prim& geometry, Binding& binding) {
    Path from = binding.source, to = path;
    while (from != to && !from.IsRootPrim() && from.GetNameToken() == to.GetNameToken()) {
      from = from.GetParent();
      to = to.GetParent();
    }
    const scene::PathMap map(from, to);
    for (const Path target : geometry.GetRelationship(Token("skel:blendShapeTargets")).GetTargets())
      binding.users_of.push_back(map.Map(target));
  }

  void FlagVarying(Binding& binding) const {
    binding.varying = binding.FindVarying(*binding.home);
    if (binding.varying.empty()) return;
    binding.moved = GetMovedLocator().Append(Token(std::to_string(next_number_++)));
    binding.globals->FlagAsTimeVarying(binding.source, binding.moved, binding.varying);
  }

  std::weak_ptr<const scene::SceneIndex> input_;  // data sources do not keep indices alive
  std::weak_ptr<const StageSceneIndex> stage_;
  std::function<Path(Path)> find_source_;
  mutable std::atomic<uint64_t> next_number_ = 0;
  std::mutex mutex_;  // of those who read; guards what follows
  tsl::robin_map<Path, std::shared_ptr<const Binding>> bindings_;
  tsl::robin_map<Path, tsl::robin_set<Path>> users_;  // geometry, by what its binding was made of
  tsl::robin_set<Path> remarked_;
  Diagnostics remarks_;
};

// Data of a geometry whose points are moved.
class SkinningSceneIndex::SkinnedPrim final : public ContainerDataSource {
 public:
  SkinnedPrim(std::shared_ptr<State> state, Path path, ContainerDataSourceHandle data)
      : state_(std::move(state)), path_(path), data_(std::move(data)) {}

  std::vector<Token> GetNames() const override {
    std::vector<Token> all = data_->GetNames();
    const Token extent = bridge::GetNames().extent;
    if (std::ranges::find(all, extent) == all.end() && Get(extent)) all.push_back(extent);
    return all;
  }
  DataSourceHandle Get(Token name) const override {
    const Names& names = bridge::GetNames();
    if (name != names.primvars && name != names.extent) return data_->Get(name);
    const auto primvars = ContainerDataSource::Cast(data_->Get(names.primvars));
    if (name == names.primvars)
      return primvars ? scene::Make<const Primvars>(state_, path_, primvars) : nullptr;
    const auto points = MakeSource(state_, path_, primvars, names.points);
    if (!points) return data_->Get(name);
    return RetainedContainerDataSource::New(
        {{names.min, scene::Make<const ExtentCorner>(points, ExtentCorner::Side::kMin)},
         {names.max, scene::Make<const ExtentCorner>(points, ExtentCorner::Side::kMax)}});
  }

 private:
  class Moved final : public scene::TypedSampledDataSource<Array<Vec3f>> {
   public:
    Moved(std::shared_ptr<State> state, Path path, std::shared_ptr<const Binding> binding,
          SampledDataSourceHandle rest, SkinningQuery::Part part)
        : state_(std::move(state)),
          path_(path),
          binding_(std::move(binding)),
          rest_(std::move(rest)),
          part_(part) {}
    Array<Vec3f> GetTypedValue(double offset) const override {
      Diagnostics remarks;
      auto moved =
          binding_->Deform(part_, scene::GetValueAs<Array<Vec3f>>(rest_, offset).value_or(Array<Vec3f>()),
                           offset, part_ == SkinningQuery::Part::kPoints ? &remarks : nullptr);
      state_->Remark(path_, remarks);
      return moved;
    }
    bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
      std::vector<double> moving, resting;
      const bool moves = GetSampleTimes(binding_->varying, binding_->globals->GetTime(), start, end, &moving);
      const bool varies = rest_->GetContributingSampleTimes(start, end, &resting);
      if (!moves && !varies) return false;
      if (!times) return true;
      moving.insert(moving.end(), resting.begin(), resting.end());
      std::sort(moving.begin(), moving.end());
      moving.erase(std::unique(moving.begin(), moving.end()), moving.end());
      *times = scene::ClipSampleTimes(moving, start, end);
      return true;
    }

   private:
    std::shared_ptr<State> state_;
    Path path_;
    std::shared_ptr<const Binding> binding_;
    SampledDataSourceHandle rest_;
    SkinningQuery::Part part_;
  };
  using MovedHandle = scene::Handle<const Moved>;

  class ExtentCorner final : public scene::TypedSampledDataSource<Vec3d> {
   public:
    enum class Side : uint8_t { kMin, kMax };
    ExtentCorner(MovedHandle points, Side side) : points_(std::move(points)), side_(side) {}
    Vec3d GetTypedValue(double offset) const override {
      const Array<Vec3f> points = points_->GetTypedValue(offset);
      if (points.IsEmpty()) return {};
      Vec3f corner = points[0];
      for (const Vec3f& point : points)
        for (size_t i = 0; i < 3; ++i)
          corner[i] = side_ == Side::kMin ? std::min(corner[i], point[i]) : std::max(corner[i], point[i]);
      return {corner[0], corner[1], corner[2]};
    }
    bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
      return points_->GetContributingSampleTimes(start, end, times);
    }

   private:
    MovedHandle points_;
    Side side_;
  };

  // Null where nothing moves it.
  static MovedHandle MakeSource(const std::shared_ptr<State>& state, Path path,
                                const ContainerDataSourceHandle& primvars, Token name) {
    const Names& names = bridge::GetNames();
    const auto primvar = ContainerDataSource::Cast(primvars ? primvars->Get(name) : nullptr);
    auto rest = scene::SampledDataSource::Cast(primvar ? primvar->Get(names.primvarValue) : nullptr);
    if (!rest) return nullptr;
    const bool is_points = name == names.points;
    // Of normals those of which there is one for each point.
    const Token interpolation = scene::GetValueAs<Token>(primvar, names.interpolation).value_or(Token());
    if (!is_points && interpolation != names.vertex && interpolation != names.varying) return nullptr;
    auto binding = state->Find(path);
    if (!binding) return nullptr;
    return scene::Make<const Moved>(state, path, std::move(binding), std::move(rest),
                                    is_points ? SkinningQuery::Part::kPoints : SkinningQuery::Part::kNormals);
  }

  // Looks for what moves the points each time they are asked for.
  class Primvars final : public ContainerDataSource {
   public:
    Primvars(std::shared_ptr<State> state, Path path, ContainerDataSourceHandle rest)
        : state_(std::move(state)), path_(path), rest_(std::move(rest)) {}
    std::vector<Token> GetNames() const override { return rest_->GetNames(); }
    DataSourceHandle Get(Token name) const override {
      const Names& names = bridge::GetNames();
      DataSourceHandle rest = rest_->Get(name);
      if (name != names.points && name != names.normals) return rest;
      DataSourceHandle moved = MakeSource(state_, path_, rest_, name);
      if (!moved) return rest;
      return scene::OverlayContainerDataSource::New(
          RetainedContainerDataSource::New({{names.primvarValue, std::move(moved)}}),
          ContainerDataSource::Cast(rest));
    }

   private:
    std::shared_ptr<State> state_;
    Path path_;
    ContainerDataSourceHandle rest_;
  };

  std::shared_ptr<State> state_;
  Path path_;
  ContainerDataSourceHandle data_;
};

SkinningSceneIndex::SkinningSceneIndex(scene::SceneIndexPtr input,
                                       std::shared_ptr<const StageSceneIndex> stage,
                                       std::function<Path(Path)> find_source)
    : SingleInputFilteringSceneIndex(input),
      state_(std::make_shared<State>(input, stage, std::move(find_source))) {}

SkinningSceneIndex::~SkinningSceneIndex() = default;

Diagnostics SkinningSceneIndex::TakeRemarks() const {
  return state_->TakeRemarks();
}

scene::ScenePrim SkinningSceneIndex::GetPrim(Path path) const {
  scene::ScenePrim prim = GetInput().GetPrim(path);
  if (!prim.data || !HasPoints(prim.type) || !state_->MayHaveSkin()) return prim;
  prim.data = scene::Make<const SkinnedPrim>(state_, path, std::move(prim.data));
  return prim;
}

void SkinningSceneIndex::ProcessChanges(const scene::ChangeSet& changes) {
  if (state_->IsUnused()) return Forward(changes);
  const Names& names = GetNames();
  // The containers of what is moved are made anew.
  const DataSourceLocatorSet remade{DataSourceLocator{names.primvars, names.points},
                                    DataSourceLocator{names.primvars, names.normals},
                                    DataSourceLocator(names.extent)};
  const DataSourceLocatorSet moving{names.skeleton, names.skelBlendShape, names.skelBinding};
  scene::ChangeSet out = changes;
  out.dirtied.clear();
  const auto remake = [&](const std::vector<Path>& geometry) {
    for (const Path path : geometry) {
      const Binding* before = state_->Peek(path);
      const bool was_moved = before && before->query;
      state_->Drop(path);
      if (was_moved || state_->Find(path)) out.dirtied.push_back({path, remade});
    }
  };
  // Poses are read when points are: bindings hold as long as the same attributes vary.
  const auto move = [&](const std::vector<Path>& geometry) {
    for (const Path path : geometry) {
      const Binding* binding = state_->Peek(path);
      if (!binding || !binding->query) continue;
      if (binding->VariesAsBefore())
        out.dirtied.push_back({path, binding->GetMovedData()});
      else
        remake({path});
    }
  };
  // Where the way from the skeleton is the same, nothing has moved.
  const auto look_at_way = [&](Path path) {
    const Binding* binding = state_->Peek(path);
    if (!binding || !binding->query || !binding->query->HasJointInfluences()) return;
    const stage::Prim skeleton = binding->skeleton->GetPrim(), geometry = binding->query->GetPrim();
    const WayHome now(skeleton, geometry);
    const stage::Time time = binding->globals->GetStageTime(0);
    if (now.GetVarying().empty() && binding->home->GetVarying().empty() &&
        now.Compute(time) == binding->first_home)
      return;
    remake({path});
  };
  if (!changes.removed.empty()) remake(state_->TakeRemovals(scene::PathPrefixes(changes.removed)));
  for (const scene::AddedPrim& added : changes.added) {
    state_->Drop(added.path);
    remake(state_->FindUsers(added.path));
  }
  for (const scene::DirtiedPrim& dirtied : changes.dirtied) {
    scene::DirtiedPrim told{dirtied.path, {}};
    bool is_rebound = false;
    const Binding* binding = state_->Peek(dirtied.path);
    for (const DataSourceLocator& locator : dirtied.locators) {
      if (!locator.HasPrefix(GetMovedLocator())) {
        told.locators.Insert(locator);
        is_rebound |= locator.IsEmpty() || locator.GetFirstElement() == names.skelBinding;
      } else if (binding && binding->query && locator == binding->moved) {
        told.locators.Insert(binding->GetMovedData());
      }
    }
    const bool is_moved = binding && binding->query;
    if (is_moved && told.locators.Intersects(GetPointsLocator())) told.locators.Insert(names.extent);
    if (binding && is_rebound)
      remake({dirtied.path});
    else if (is_moved && told.locators.Intersects(GetNormalsLocator()))
      state_->ResolveAgain(dirtied.path);
    if (!told.locators.IsEmpty()) out.dirtied.push_back(told);
    if (told.locators.Intersects(names.skelAnimation) && IsOfPoses(told.locators))
      move(state_->FindUsers(dirtied.path));
    else if (told.locators.Intersects(names.skelAnimation))
      remake(state_->FindUsers(dirtied.path));
    if (told.locators.Intersects(moving)) remake(state_->FindUsers(dirtied.path));
    if (told.locators.Intersects(names.xform)) {
      look_at_way(dirtied.path);
      for (const Path user : state_->FindUsers(dirtied.path)) look_at_way(user);
    }
  }
  Send(std::move(out));
}

}  // namespace strata::bridge
