#include "strata/render/instances.h"

#include <algorithm>
#include <cmath>

#include "strata/math/transform.h"
#include "strata/scene/primvars.h"
#include "strata/scene/schemas_geometry.h"
#include "strata/scene/schemas_scene.h"

namespace strata::render {

namespace {

Value ReadInstancePrimvar(const scene::PrimvarsSchema& primvars, const char* name) {
  const auto source = scene::GetFlattenedPrimvarValue(primvars.Get(Token(name)));
  return source ? source->GetValue(0) : Value();
}

template <class T>
Vec3d GetVector(const T& v) {
  return {static_cast<double>(v[0]), static_cast<double>(v[1]), static_cast<double>(v[2])};
}

template <class T>
Matrix4d GetRotation(const Quat<T>& q) {
  return MakeRotation(Quatd{GetVector(q.imaginary), static_cast<double>(q.real)});
}

// Multiplies the transform of each instance by what `convert` makes of its element; instances beyond the end
// of the array are marked as bad.
template <class T, class Convert>
bool Multiply(const Value& value, std::vector<Matrix4d>& transforms, std::vector<bool>& is_bad,
              const Convert& convert) {
  const auto* array = value.GetIf<Array<T>>();
  if (!array) return false;
  for (size_t i = 0; i < transforms.size(); ++i) {
    if (i < array->GetSize())
      transforms[i] = transforms[i] * convert((*array)[i]);
    else
      is_bad[i] = true;
  }
  return true;
}

bool IsFinite(const Matrix4d& m) {
  for (const auto& row : m.data)
    for (double each : row)
      if (!std::isfinite(each)) return false;
  return true;
}

// How many instances the primvars tell of.
size_t CountInstances(const scene::PrimvarsSchema& primvars) {
  size_t count = 0;
  for (const char* name : {"hydra:instanceTransforms", "hydra:instanceScales", "hydra:instanceRotations",
                           "hydra:instanceTranslations"})
    count = std::max(count, ReadInstancePrimvar(primvars, name).GetArraySize());
  return count;
}

// p * transform * scale * rotation * translation, as Hydra has it.
void ReadTransforms(const scene::PrimvarsSchema& primvars, std::vector<Matrix4d>& transforms,
                    std::vector<bool>& is_bad) {
  const auto same = [](const Matrix4d& m) { return m; };
  Multiply<Matrix4d>(ReadInstancePrimvar(primvars, "hydra:instanceTransforms"), transforms, is_bad, same);
  const auto scale = [](const auto& v) { return MakeScale(GetVector(v)); };
  const Value scales = ReadInstancePrimvar(primvars, "hydra:instanceScales");
  if (!Multiply<Vec3f>(scales, transforms, is_bad, scale)) Multiply<Vec3d>(scales, transforms, is_bad, scale);
  const auto turn = [](const auto& q) { return GetRotation(q); };
  const Value rotations = ReadInstancePrimvar(primvars, "hydra:instanceRotations");
  if (!Multiply<Quath>(rotations, transforms, is_bad, turn) &&
      !Multiply<Quatf>(rotations, transforms, is_bad, turn))
    Multiply<Quatd>(rotations, transforms, is_bad, turn);
  const auto move = [](const auto& v) { return MakeTranslation(GetVector(v)); };
  const Value moves = ReadInstancePrimvar(primvars, "hydra:instanceTranslations");
  if (!Multiply<Vec3f>(moves, transforms, is_bad, move)) Multiply<Vec3d>(moves, transforms, is_bad, move);
  for (size_t i = 0; i < transforms.size(); ++i)
    if (!IsFinite(transforms[i])) is_bad[i] = true;
}

}  // namespace

InstancedBy ReadInstancedBy(const scene::ScenePrim& prim) {
  const auto by = scene::InstancedBySchema::GetFromParent(prim.data);
  InstancedBy read{by.GetPaths().value_or(PathVector()), by.GetPrototypeRoots().value_or(PathVector())};
  read.prototypes.resize(read.instancers.size());
  return read;
}

Instancer ReadInstancer(const scene::ScenePrim& prim, size_t& bad_count) {
  Instancer instancer;
  instancer.transform =
      scene::XformSchema::GetFromParent(prim.data).GetMatrix().value_or(Matrix4d::Identity());
  instancer.is_visible = scene::VisibilitySchema::GetFromParent(prim.data).GetVisibility().value_or(true);
  const InstancedBy outer = ReadInstancedBy(prim);
  instancer.outer = outer.instancers;
  instancer.outer_prototypes = outer.prototypes;
  const auto topology = scene::InstancerTopologySchema::GetFromParent(prim.data);
  instancer.prototypes = topology.GetPrototypes().value_or(PathVector());
  const Array<bool> mask = topology.GetMask().value_or(Array<bool>());
  const scene::InstanceIndicesSchema indices = topology.GetInstanceIndices();
  const auto primvars = scene::PrimvarsSchema::GetFromParent(prim.data);
  const size_t known = CountInstances(primvars);
  instancer.transforms.assign(known, Matrix4d::Identity());
  std::vector<bool> is_bad(known);
  ReadTransforms(primvars, instancer.transforms, is_bad);
  instancer.instances.resize(instancer.prototypes.size());
  for (size_t i = 0; i < instancer.instances.size(); ++i)
    for (int32_t index : indices.GetElement(i).value_or(Array<int32_t>())) {
      const auto at = static_cast<size_t>(index);
      if (index < 0 || at >= known || is_bad[at])
        ++bad_count;
      else if (at >= mask.GetSize() || mask[at])
        instancer.instances[i].push_back(static_cast<uint32_t>(at));
    }
  return instancer;
}

void InstancePlaces::Place(const Instancer& instancer, size_t prototype, uint32_t nesting,
                           std::vector<Matrix4d>& out) {
  std::vector<Matrix4d> around;
  if (instancer.outer.empty()) around.push_back(Matrix4d::Identity());
  for (size_t i = 0; i < instancer.outer.size(); ++i) {
    const std::vector<Matrix4d>& more = Find(instancer.outer[i], instancer.outer_prototypes[i], nesting + 1);
    around.insert(around.end(), more.begin(), more.end());
  }
  for (const Matrix4d& outer : around) {
    const Matrix4d base = instancer.transform * outer;
    for (uint32_t index : instancer.instances[prototype]) {
      if (left_ == 0) {
        is_cut_ = true;
        return;
      }
      --left_;
      out.push_back(instancer.transforms[index] * base);
    }
  }
}

const std::vector<Matrix4d>& InstancePlaces::Find(Path path, Path prototype, uint32_t nesting) {
  const auto [at, is_new] = places_.try_emplace(Key{path, prototype});
  if (!is_new) return at->second;  // empty while it is being made: what instances itself is shown nowhere
  const auto found = instancers_.find(path);
  if (found == instancers_.end() || !found->second.is_visible) return at->second;
  if (nesting > kMaxNesting) {
    is_cut_ = true;
    return at->second;
  }
  std::vector<Matrix4d> places;
  for (size_t i = 0; i < found->second.prototypes.size(); ++i)
    if (found->second.prototypes[i] == prototype) Place(found->second, i, nesting, places);
  std::vector<Matrix4d>& kept = places_[Key{path, prototype}];
  kept = std::move(places);
  return kept;
}

const std::vector<Matrix4d>& InstancePlaces::Find(const InstancedBy& by) {
  static const std::vector<Matrix4d> as_it_is{Matrix4d::Identity()};
  if (!by.IsInstanced()) return as_it_is;
  if (by.instancers.size() == 1) return Find(by.instancers[0], by.prototypes[0], 0);
  std::vector<Key> keys;
  for (size_t i = 0; i < by.instancers.size(); ++i) keys.push_back({by.instancers[i], by.prototypes[i]});
  const auto [at, is_new] = joined_.try_emplace(keys);
  if (is_new)
    for (const Key& key : keys) {
      const std::vector<Matrix4d>& more = Find(key.instancer, key.prototype, 0);
      at->second.insert(at->second.end(), more.begin(), more.end());
    }
  return at->second;
}

}  // namespace strata::render
