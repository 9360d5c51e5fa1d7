#include "strata/scene/velocity_motion.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "strata/scene/names.h"
#include "strata/scene/overlay.h"
#include "strata/scene/retained.h"

namespace strata::scene {

namespace {

struct MotionNames {
  Token velocities{"velocities"}, accelerations{"accelerations"}, angular{"angularVelocities"},
      translations{"hydra:instanceTranslations"}, rotations{"hydra:instanceRotations"},
      codes_per_second{"timeCodesPerSecond"};
};
const MotionNames& GetMotionNames() {
  static const MotionNames names;
  return names;
}

bool IsVelocity(Token name) {
  const MotionNames& names = GetMotionNames();
  return name == names.velocities || name == names.accelerations || name == names.angular;
}

// What moves with velocities or turns with angular ones; of other prims than instancers points.
Token FindMoved(Token velocity, Token type) {
  const MotionNames& names = GetMotionNames();
  if (velocity == names.angular) return names.rotations;
  return type == scene::GetNames().instancer ? names.translations : scene::GetNames().points;
}

double FindCodesPerSecond(const std::weak_ptr<const SceneIndex>& scene) {
  constexpr double kOtherwise = 24;
  const auto held = scene.lock();
  const double said =
      held
          ? GetValueAs<double>(held->GetDataSource(Path::AbsoluteRoot(), {scene::GetNames().sceneGlobals,
                                                                          GetMotionNames().codes_per_second}))
                .value_or(kOtherwise)
          : kOtherwise;
  return said > 0 ? said : kOtherwise;
}

// The sample that the value at the frame comes from, relative to it; 0 where it does not lie between two.
double FindSampleTime(const SampledDataSource& source) {
  std::vector<double> times;
  if (!source.GetContributingSampleTimes(0, 0, &times) || times.empty()) return 0;
  return std::min(0.0, times.front());
}

// `by` moves `moved`, which has `count` elements at `time`; none where it does not fit.
Array<Vec3f> FindVelocities(const SampledDataSourceHandle& by, double time, size_t count) {
  constexpr double kSameTime = 1e-6;
  if (!by || std::abs(FindSampleTime(*by) - time) > kSameTime) return {};
  auto values = GetValueAs<Array<Vec3f>>(by, time).value_or(Array<Vec3f>());
  return values.GetSize() == count ? values : Array<Vec3f>();
}

template <class Quat>
Quat Turn(const Quat& q, const Vec3f& velocity, double seconds) {
  const double speed = std::sqrt(double(velocity[0]) * velocity[0] + double(velocity[1]) * velocity[1] +
                                 double(velocity[2]) * velocity[2]);
  if (speed == 0) return q;
  const double half = speed * seconds * std::numbers::pi / 360, s = std::sin(half) / speed,
               c = std::cos(half);
  const double x = velocity[0] * s, y = velocity[1] * s, z = velocity[2] * s;
  const auto qx = static_cast<double>(static_cast<float>(q.imaginary[0])),
             qy = static_cast<double>(static_cast<float>(q.imaginary[1])),
             qz = static_cast<double>(static_cast<float>(q.imaginary[2])),
             qr = static_cast<double>(static_cast<float>(q.real));
  // First the instance's own turn, then the one that goes on.
  using Real = std::remove_cvref_t<decltype(q.real)>;
  Quat out;
  out.real = static_cast<Real>(static_cast<float>(c * qr - x * qx - y * qy - z * qz));
  out.imaginary[0] = static_cast<Real>(static_cast<float>(c * qx + x * qr + y * qz - z * qy));
  out.imaginary[1] = static_cast<Real>(static_cast<float>(c * qy + y * qr + z * qx - x * qz));
  out.imaginary[2] = static_cast<Real>(static_cast<float>(c * qz + z * qr + x * qy - y * qx));
  return out;
}

// A primvar's value, moved on from its sample. What does not fit leaves it as it is.
class MovedSource final : public SampledDataSource {
 public:
  MovedSource(SampledDataSourceHandle moved, SampledDataSourceHandle velocities,
              SampledDataSourceHandle accelerations, std::weak_ptr<const SceneIndex> scene)
      : moved_(std::move(moved)),
        velocities_(std::move(velocities)),
        accelerations_(std::move(accelerations)),
        scene_(std::move(scene)) {}

  Value GetValue(double offset) const override {
    const double from = FindSampleTime(*moved_);
    Value value = moved_->GetValue(from);
    const double seconds = (offset - from) / FindCodesPerSecond(scene_);
    if (const auto* points = value.GetIf<Array<Vec3f>>()) {
      const Array<Vec3f> velocities = FindVelocities(velocities_, from, points->GetSize());
      if (velocities.IsEmpty()) return moved_->GetValue(offset);
      return Value(
          Move(*points, velocities, FindVelocities(accelerations_, from, points->GetSize()), seconds));
    }
    if (const auto* turns = value.GetIf<Array<Quath>>()) return TurnAll(*turns, from, offset, seconds);
    if (const auto* turns = value.GetIf<Array<Quatf>>()) return TurnAll(*turns, from, offset, seconds);
    return moved_->GetValue(offset);
  }

  bool GetContributingSampleTimes(double start, double end, std::vector<double>* times) const override {
    const double from = FindSampleTime(*moved_);
    const Value value = moved_->GetValue(from);
    const bool moves = !FindVelocities(velocities_, from, value.GetArraySize()).IsEmpty();
    if (!moves || !(start < end)) return moved_->GetContributingSampleTimes(start, end, times);
    // What speeds up or turns does not go along straight lines.
    const bool is_straight = !accelerations_ && value.Holds<Array<Vec3f>>();
    if (times)
      *times =
          is_straight ? std::vector<double>{start, end} : std::vector<double>{start, (start + end) / 2, end};
    return true;
  }

 private:
  static Array<Vec3f> Move(Array<Vec3f> points, const Array<Vec3f>& velocities,
                           const Array<Vec3f>& accelerations, double seconds) {
    Vec3f* all = points.GetMutableData();
    for (size_t i = 0; i < points.GetSize(); ++i)
      for (size_t k = 0; k < 3; ++k) {
        double way = velocities[i][k] * seconds;
        if (!accelerations.IsEmpty()) way += 0.5 * accelerations[i][k] * seconds * seconds;
        all[i][k] = static_cast<float>(all[i][k] + way);
      }
    return points;
  }
  template <class Quat>
  Value TurnAll(const Array<Quat>& turns, double from, double offset, double seconds) const {
    const Array<Vec3f> velocities = FindVelocities(velocities_, from, turns.GetSize());
    if (velocities.IsEmpty()) return moved_->GetValue(offset);
    Array<Quat> turned;
    turned.Reserve(turns.GetSize());
    for (size_t i = 0; i < turns.GetSize(); ++i) turned.PushBack(Turn(turns[i], velocities[i], seconds));
    return Value(std::move(turned));
  }

  SampledDataSourceHandle moved_, velocities_, accelerations_;
  std::weak_ptr<const SceneIndex> scene_;
};

class MovedPrimvars final : public ContainerDataSource {
 public:
  MovedPrimvars(ContainerDataSourceHandle primvars, Token type, std::weak_ptr<const SceneIndex> scene)
      : primvars_(std::move(primvars)), type_(type), scene_(std::move(scene)) {}
  std::vector<Token> GetNames() const override {
    std::vector<Token> names = primvars_->GetNames();
    std::erase_if(names, IsVelocity);
    return names;
  }
  DataSourceHandle Get(Token name) const override {
    const MotionNames& names = GetMotionNames();
    if (IsVelocity(name)) return nullptr;
    DataSourceHandle source = primvars_->Get(name);
    Token by;
    if (name == FindMoved(names.velocities, type_)) by = names.velocities;
    if (name == names.rotations) by = names.angular;
    auto velocities = by.IsEmpty() ? SampledDataSourceHandle() : FindValue(by);
    auto moved = velocities ? FindValue(name) : SampledDataSourceHandle();
    if (!moved) return source;
    auto accelerations = by == names.velocities ? FindValue(names.accelerations) : SampledDataSourceHandle();
    return OverlayContainerDataSource::New(
        RetainedContainerDataSource::New(
            {{scene::GetNames().primvarValue, Make<const MovedSource>(std::move(moved), std::move(velocities),
                                                                      std::move(accelerations), scene_)}}),
        ContainerDataSource::Cast(source));
  }

 private:
  SampledDataSourceHandle FindValue(Token primvar) const {
    return SampledDataSource::Cast(
        ContainerDataSource::Get(primvars_, {primvar, scene::GetNames().primvarValue}));
  }
  ContainerDataSourceHandle primvars_;
  Token type_;
  std::weak_ptr<const SceneIndex> scene_;
};

class MovedPrim final : public ContainerDataSource {
 public:
  MovedPrim(ContainerDataSourceHandle prim, Token type, std::weak_ptr<const SceneIndex> scene)
      : prim_(std::move(prim)), type_(type), scene_(std::move(scene)) {}
  std::vector<Token> GetNames() const override { return prim_->GetNames(); }
  DataSourceHandle Get(Token name) const override {
    DataSourceHandle source = prim_->Get(name);
    if (name != scene::GetNames().primvars) return source;
    auto primvars = ContainerDataSource::Cast(source);
    return primvars ? Make<const MovedPrimvars>(std::move(primvars), type_, scene_) : source;
  }

 private:
  ContainerDataSourceHandle prim_;
  Token type_;
  std::weak_ptr<const SceneIndex> scene_;
};

// Prims that may have velocities.
bool MayMove(Token type) {
  const Names& names = scene::GetNames();
  static const Token kTypes[] = {Token("basisCurves"), Token("nurbsCurves"), Token("nurbsPatch"),
                                 Token("tetMesh")};
  return type == names.points || type == names.mesh || type == names.instancer ||
         std::ranges::find(kTypes, type) != std::end(kTypes);
}

}  // namespace

ScenePrim VelocityMotionSceneIndex::GetPrim(Path path) const {
  ScenePrim prim = GetInput().GetPrim(path);
  if (prim.data && MayMove(prim.type))
    prim.data = Make<const MovedPrim>(std::move(prim.data), prim.type, input_);
  return prim;
}

void VelocityMotionSceneIndex::ProcessChanges(const ChangeSet& changes) {
  const Names& names = scene::GetNames();
  ChangeSet out = changes;
  bool is_rate_other = false;
  for (DirtiedPrim& dirtied : out.dirtied) {
    is_rate_other |=
        dirtied.path.IsAbsoluteRoot() &&
        dirtied.locators.Intersects(DataSourceLocator{names.sceneGlobals, GetMotionNames().codes_per_second});
    DataSourceLocatorSet told;
    for (const DataSourceLocator& locator : dirtied.locators) {
      const bool is_velocity = locator.GetElementCount() > 1 && locator.GetElement(0) == names.primvars &&
                               IsVelocity(locator.GetElement(1));
      if (!is_velocity) {
        told.Insert(locator);
        continue;
      }
      // Velocities are not shown, but by what they move; that is made anew where they may come or go.
      const DataSourceLocator moved{names.primvars,
                                    FindMoved(locator.GetElement(1), GetInput().GetPrim(dirtied.path).type)};
      told.Insert(locator.GetElementCount() > 2 ? moved.Append(names.primvarValue) : moved);
    }
    dirtied.locators = std::move(told);
  }
  if (is_rate_other)
    VisitPrims(GetInput(), Path::AbsoluteRoot(), [&](Path path) {
      const ScenePrim prim = GetInput().GetPrim(path);
      if (!prim.data || !MayMove(prim.type)) return;
      for (const Token velocity : {GetMotionNames().velocities, GetMotionNames().angular})
        if (ContainerDataSource::Get(prim.data, {names.primvars, velocity}))
          out.dirtied.push_back(
              {path, DataSourceLocator{names.primvars, FindMoved(velocity, prim.type), names.primvarValue}});
    });
  Send(std::move(out), is_rate_other ? Form::kAny : Form::kNormal);
}

}  // namespace strata::scene
