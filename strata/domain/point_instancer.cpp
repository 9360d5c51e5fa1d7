#include "strata/domain/point_instancer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <unordered_set>

#include <fmt/format.h>

#include "strata/domain/bounds.h"
#include "strata/domain/record_reader.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Time;

// Point instancers whose prototypes hold point instancers.
constexpr uint32_t kMostNested = 32;

using Computed = const stage::ComputedValues*;  // null: nothing is computed

template <class T>
Array<T> GetArray(const Prim& prim, Token name, Time time, Computed computed = nullptr) {
  const stage::Attribute attribute = prim.GetAttribute(name);
  if (computed)
    if (const auto value = computed->GetValue(attribute, time)) return value->GetOr(Array<T>());
  return attribute.Get(time).GetOr(Array<T>());
}

// The sample of an attribute at or before a time; the time itself where there are no samples.
double FindSampleTime(const stage::Attribute& attribute, Time time) {
  const auto around = attribute.GetBracketingTimeSamples(time.GetValue());
  return around ? around->first : time.GetValue();
}

struct Moving {
  double sample_time = 0;         // from where velocities count
  Array<Vec3f> velocities, more;  // `more`: accelerations
};

// Velocities of an attribute with `count` elements, when they may be used.
std::optional<Moving> FindVelocities(const Prim& prim, Token moved, Token velocities, size_t count,
                                     Time base_time, Computed computed) {
  if (base_time.IsDefault()) return std::nullopt;
  const stage::Attribute attribute = prim.GetAttribute(velocities);
  if (!attribute.HasAuthoredValue()) return std::nullopt;
  Moving moving;
  moving.sample_time = FindSampleTime(prim.GetAttribute(moved), base_time);
  if (FindSampleTime(attribute, base_time) != moving.sample_time) return std::nullopt;
  moving.velocities = GetArray<Vec3f>(prim, velocities, moving.sample_time, computed);
  if (moving.velocities.GetSize() != count) return std::nullopt;
  return moving;
}

// The arrays of an instancer at a time, checked against each other.
struct Arrays {
  Array<int32_t> indices;
  Array<Vec3f> positions, scales;
  Array<Quath> orientations;
  Array<Quatf> orientationsf;
  std::optional<Moving> moving, turning;
  double seconds_moved = 0, seconds_turned = 0;
  std::vector<Prim> prototypes;
  std::vector<bool> mask;  // empty: all are shown

  size_t GetCount() const { return indices.GetSize(); }
  Matrix4d MakeInstance(size_t i) const;
};

Matrix4d Arrays::MakeInstance(size_t i) const {
  Matrix4d m = Matrix4d::Identity();
  if (!orientationsf.IsEmpty() || !orientations.IsEmpty()) {
    Quatd turn;
    if (!orientationsf.IsEmpty()) {
      const Quatf& q = orientationsf[i];
      turn = {{q.imaginary[0], q.imaginary[1], q.imaginary[2]}, q.real};
    } else {
      const Quath& q = orientations[i];
      for (size_t k = 0; k < 3; ++k) turn.imaginary[k] = static_cast<float>(q.imaginary[k]);
      turn.real = static_cast<float>(q.real);
    }
    m = MakeRotationAsIs(turn);
  }
  if (turning) {
    const Vec3f& velocity = turning->velocities[i];  // degrees a second about its own direction
    const double speed = std::sqrt(double(velocity[0]) * velocity[0] + double(velocity[1]) * velocity[1] +
                                   double(velocity[2]) * velocity[2]);
    const double half = speed * seconds_turned * (3.14159265358979323846 / 360.0);
    Quatd more{{velocity[0], velocity[1], velocity[2]}, std::cos(half)};
    if (std::sin(half) < 0) more.imaginary = more.imaginary * -1;
    m = MultiplyAffine(m, MakeRotation(more));
  }
  if (!scales.IsEmpty())
    for (size_t r = 0; r < 3; ++r)
      for (size_t c = 0; c < 3; ++c) m[r][c] *= scales[i][r];
  for (size_t c = 0; c < 3; ++c) {
    m[3][c] = positions[i][c];
    if (!moving) continue;
    m[3][c] += moving->velocities[i][c] * seconds_moved;
    if (!moving->more.IsEmpty()) m[3][c] += moving->more[i][c] * (0.5 * seconds_moved * seconds_moved);
  }
  return m;
}

Diagnostic Refuse(const Prim& prim, std::string message, std::string hint) {
  SourceLocation where;
  where.path = prim.GetPath().GetString();
  return Diagnostic(kInstancerMalformed, std::move(message), std::move(where), std::move(hint));
}

template <class T>
bool Fits(const Array<T>& array, size_t count) {
  return array.IsEmpty() || array.GetSize() == count;
}

std::vector<Prim> FindPrototypes(const Prim& prim) {
  std::vector<Prim> prototypes;
  for (Path path : prim.GetRelationship(GetNames().prototypes).GetForwardedTargets())
    prototypes.push_back(prim.GetStage()->GetPrimAtPath(path));
  return prototypes;
}

void AddMotion(const Prim& prim, Time time, Time base_time, Computed computed, Arrays& arrays) {
  const Names& names = GetNames();
  const double rate = prim.GetStage()->GetTimeCodesPerSecond();
  const size_t count = arrays.GetCount();
  arrays.moving = FindVelocities(prim, names.positions, names.velocities, count, base_time, computed);
  if (arrays.moving) {
    Moving& moving = *arrays.moving;
    arrays.positions = GetArray<Vec3f>(prim, names.positions, moving.sample_time, computed);
    arrays.seconds_moved = (time.GetValue() - moving.sample_time) / rate;
    moving.more = GetArray<Vec3f>(prim, names.accelerations, moving.sample_time, computed);
    if (moving.more.GetSize() != count) moving.more = {};
  }
  if (arrays.orientations.IsEmpty() && arrays.orientationsf.IsEmpty()) return;
  const Token turned = arrays.orientationsf.IsEmpty() ? names.orientations : names.orientationsf;
  arrays.turning = FindVelocities(prim, turned, names.angularVelocities, count, base_time, computed);
  if (!arrays.turning) return;
  arrays.orientations = GetArray<Quath>(prim, names.orientations, arrays.turning->sample_time, computed);
  arrays.orientationsf = GetArray<Quatf>(prim, names.orientationsf, arrays.turning->sample_time, computed);
  arrays.seconds_turned = (time.GetValue() - arrays.turning->sample_time) / rate;
}

Result<Arrays> ReadArrays(const Prim& prim, Time time, Time base_time, PointInstancer::Mask mask,
                          Computed computed = nullptr) {
  const Names& names = GetNames();
  Arrays arrays;
  arrays.indices = GetArray<int32_t>(prim, names.protoIndices, base_time, computed);
  arrays.positions = GetArray<Vec3f>(prim, names.positions, base_time, computed);
  arrays.scales = GetArray<Vec3f>(prim, names.scales, base_time, computed);
  arrays.orientations = GetArray<Quath>(prim, names.orientations, base_time, computed);
  arrays.orientationsf = GetArray<Quatf>(prim, names.orientationsf, base_time, computed);
  const size_t count = arrays.GetCount();
  if (count == 0) return arrays;
  AddMotion(prim, time, base_time, computed, arrays);
  if (arrays.positions.GetSize() != count || !Fits(arrays.scales, count) ||
      !Fits(arrays.orientations, count) || !Fits(arrays.orientationsf, count)) {
    return Refuse(prim,
                  fmt::format("There are {} protoIndices, but {} positions, {} scales and {} orientations.",
                              count, arrays.positions.GetSize(), arrays.scales.GetSize(),
                              std::max(arrays.orientations.GetSize(), arrays.orientationsf.GetSize())),
                  "Give each instance a position, and a scale and an orientation or none of them.");
  }
  arrays.prototypes = FindPrototypes(prim);
  const auto limit = static_cast<int64_t>(arrays.prototypes.size());
  for (size_t i = 0; i < count; ++i) {
    if (arrays.indices[i] >= 0 && arrays.indices[i] < limit) continue;
    return Refuse(
        prim, fmt::format("Instance {} names prototype {}, but there are {}.", i, arrays.indices[i], limit),
        "Make protoIndices count the targets of the prototypes relationship from 0.");
  }
  if (mask == PointInstancer::Mask::kApply) {
    arrays.mask = PointInstancer(prim).ComputeMask(base_time);
    if (!arrays.mask.empty() && arrays.mask.size() != count)
      return Refuse(prim, fmt::format("There are {} ids for {} instances.", arrays.mask.size(), count),
                    "Give each instance an id, or none.");
  }
  return arrays;
}

// Calls body(begin, end) for all instances, in pieces on all threads of the stage.
void ForInstances(const Prim& prim, size_t count, const std::function<void(size_t, size_t)>& body) {
  constexpr size_t kInstancesATask = 4096;
  Executor* const executor = prim.GetStage()->GetOpenOptions().executor;
  if (executor && count > kInstancesATask)
    executor->ParallelFor(count, kInstancesATask, body);
  else
    body(0, count);
}

}  // namespace

bool PointInstancer::IsValid() const {
  return prim_.IsA(GetNames().PointInstancer);
}

std::vector<bool> PointInstancer::ComputeMask(Time time) const {
  const Names& names = GetNames();
  std::unordered_set<int64_t> hidden;
  const Value inactive = prim_.GetMetadata(names.inactiveIds);
  if (const Int64ListOp* op = inactive.GetIf<Int64ListOp>())
    for (int64_t id : op->GetAppliedItems()) hidden.insert(id);
  for (int64_t id : GetArray<int64_t>(prim_, names.invisibleIds, time)) hidden.insert(id);
  if (hidden.empty()) return {};
  const Array<int64_t> ids = GetArray<int64_t>(prim_, names.ids, time);
  const size_t count =
      ids.IsEmpty() ? GetArray<int32_t>(prim_, names.protoIndices, time).GetSize() : ids.GetSize();
  std::vector<bool> mask(count);
  bool hides = false;
  for (size_t i = 0; i < count; ++i) {
    mask[i] = !hidden.contains(ids.IsEmpty() ? static_cast<int64_t>(i) : ids[i]);
    hides = hides || !mask[i];
  }
  return hides ? mask : std::vector<bool>();
}

Result<std::vector<Matrix4d>> PointInstancer::ComputeInstanceTransforms(Time time, Time base_time,
                                                                        PrototypeTransform prototype,
                                                                        Mask mask) const {
  Result<Arrays> read = ReadArrays(prim_, time, base_time, mask);
  if (!read) return read.GetError();
  const Arrays& arrays = *read;
  std::vector<Matrix4d> own(arrays.prototypes.size(), Matrix4d::Identity());
  if (prototype == PrototypeTransform::kInclude)
    for (size_t i = 0; i < own.size(); ++i)
      own[i] = Xformable(arrays.prototypes[i]).GetLocalTransformation(time).matrix;
  const auto make = [&](size_t i) {
    return MultiplyAffine(own[static_cast<size_t>(arrays.indices[i])], arrays.MakeInstance(i));
  };
  std::vector<Matrix4d> transforms;
  if (arrays.mask.empty()) {
    transforms.resize(arrays.GetCount());
    ForInstances(prim_, arrays.GetCount(), [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) transforms[i] = make(i);
    });
    return transforms;
  }
  transforms.reserve(arrays.GetCount());
  for (size_t i = 0; i < arrays.GetCount(); ++i)
    if (arrays.mask[i]) transforms.push_back(make(i));
  return transforms;
}

namespace {

std::optional<Range3d> ComputeAround(const Prim& prim, Time time, const InstancerNest& nest,
                                     Computed computed) {
  const Result<Arrays> read = ReadArrays(prim, time, time, PointInstancer::Mask::kApply, computed);
  if (!read || read->GetCount() == 0) return std::nullopt;
  const Arrays& arrays = *read;
  const Names& names = GetNames();
  BoundsCache cache(
      *prim.GetStage(),
      {.time = time, .purposes = {names.default_, names.proxy, names.render}, .computed = computed}, &nest);
  std::vector<BBox3d> boxes;
  for (const Prim& prototype : arrays.prototypes) {
    BBox3d box = cache.ComputeUntransformedBound(prototype);
    box.Transform(XformCache(time, computed).GetLocalTransformation(prototype).matrix);
    boxes.push_back(box);
  }
  Range3d range;
  std::mutex mutex;  // guards `range`: what is added in any order gives the same
  ForInstances(prim, arrays.GetCount(), [&](size_t begin, size_t end) {
    Range3d part;
    for (size_t i = begin; i < end; ++i) {
      if (!arrays.mask.empty() && !arrays.mask[i]) continue;
      const BBox3d& box = boxes[static_cast<size_t>(arrays.indices[i])];
      if (!box.IsEmpty())
        part.Add(GetAlignedRange(box.range, MultiplyAffine(box.matrix, arrays.MakeInstance(i))));
    }
    const std::lock_guard lock(mutex);
    range.Add(part);
  });
  return range;
}

}  // namespace

std::optional<Range3d> ComputePointInstancerExtent(const RecordReader& reader, Time time) {
  const uint32_t number = reader.GetNumber();
  InstancerNest nest;
  nest.outer = reader.GetNest();
  nest.record = number;
  nest.known = nest.outer ? nest.outer->known : std::make_shared<InstancerNest::Known>();
  if (nest.outer) {
    // Prototypes that hold their instancer have no end.
    if (nest.outer->Holds(number) || nest.GetDepth() > kMostNested) return std::nullopt;
    std::lock_guard lock(nest.known->mutex);
    const auto found = nest.known->extents.find(number);
    if (found != nest.known->extents.end()) return found->second;
  }
  const Prim prim = reader.GetStage().MakePrim(reader.GetRecord().path, number);
  const std::optional<Range3d> extent = ComputeAround(prim, time, nest, reader.GetAllComputed());
  std::lock_guard lock(nest.known->mutex);
  nest.known->extents[number] = extent;
  return extent;
}

}  // namespace strata::domain
