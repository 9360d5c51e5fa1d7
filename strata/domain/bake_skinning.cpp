// What skeletons and blend shapes do to geometry, written as samples of the geometry itself.
#include <map>
#include <set>

#include "strata/domain/extent.h"
#include "strata/domain/names.h"
#include "strata/domain/skinning.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"

namespace strata::domain {

namespace {

using stage::Prim;
using stage::Time;

Vec3d ToDouble(const Vec3f& v) {
  return {v[0], v[1], v[2]};
}
Vec3f ToFloat(const Vec3d& v) {
  return {static_cast<float>(v[0]), static_cast<float>(v[1]), static_cast<float>(v[2])};
}

// The times at which the skeleton moves, or else what `query` bakes.
void AddTimes(const SkinningQuery& query, const Skeleton& skeleton, std::set<double>& times) {
  const auto add = [&](const std::vector<double>& samples) { times.insert(samples.begin(), samples.end()); };
  const auto add_transforms = [&](const Prim& from) {
    for (Prim at = from; at && !at.IsPseudoRoot(); at = at.GetParent()) add(Xformable(at).GetTimeSamples());
  };
  if (skeleton.GetAnimation().IsValid()) add(skeleton.GetAnimation().GetTimeSamples());
  add_transforms(skeleton.GetPrim());
  // With those that a baked transform replaces: what is written must cover the samples that are there.
  add_transforms(query.GetPrim());
  if (query.IsRigidlyDeformed() && !query.HasBlendShapes()) return;
  for (const char* name : {"points", "normals"})
    add(query.GetPrim().GetAttribute(Token(name)).GetTimeSamples());
}

// Bakes one piece of geometry: samples in its own space, at the default time and `times`.
class Baker {
 public:
  Baker(stage::Editor& editor, const SkinningQuery& query, const Skeleton& skeleton, Diagnostics& remarks)
      : editor_(editor), query_(query), skeleton_(skeleton), remarks_(remarks) {}

  Result<bool> Bake(const std::set<double>& times) {
    // All is computed before anything is written: what is written would move the geometry again.
    std::vector<Sample> samples = {Compute(Time::Default())};
    for (double time : times) samples.push_back(Compute(time));
    bool is_baked = false;
    for (const Sample& sample : samples) {
      is_baked |= sample.points || sample.transform;
      STRATA_CHECK(WriteSample(sample));
    }
    return is_baked;
  }

 private:
  struct Sample {
    Time time;
    std::optional<Array<Vec3f>> points, normals;
    std::optional<Matrix4d> transform;  // to the parent's space
  };

  Sample Compute(Time time) const {
    Sample sample{time, {}, {}, {}};
    if (!query_.IsRigidlyDeformed()) {
      const std::optional<Matrix4d> home = FindWayHome(time);
      sample.points = TakeHome(query_.ComputeSkinnedPoints(skeleton_, time, &remarks_), home);
      sample.normals = TakeNormalsHome(query_.ComputeSkinnedNormals(skeleton_, time), home);
      if (sample.points) return sample;
    } else if (const auto moved = query_.ComputeSkinnedTransform(skeleton_, time)) {
      const auto inverse =
          GetTransformInverse(Xformable(query_.GetPrim()).ComputeParentToWorldTransform(time));
      if (inverse)
        sample.transform = MultiplyAffine(MultiplyAffine(*moved, GetSkeletonToWorld(time)), *inverse);
    }
    if (query_.HasBlendShapes()) {  // they hold where joints do not fit, too
      sample.points = query_.ComputeBlendedPoints(skeleton_, time);
      sample.normals = query_.ComputeBlendedNormals(skeleton_, time);
    }
    return sample;
  }

  Result<void> WriteSample(const Sample& sample) {
    if (sample.points) {
      STRATA_CHECK(Write("points", "point3f[]", Value(*sample.points), sample.time));
      const Range3d range = ComputeRange(sample.points->GetData(), sample.points->size());
      STRATA_CHECK(Write("extent", "float3[]", Value(Array<Vec3f>{ToFloat(range.min), ToFloat(range.max)}),
                         sample.time));
    }
    if (sample.normals) STRATA_CHECK(Write("normals", "normal3f[]", Value(*sample.normals), sample.time));
    if (!sample.transform) return {};
    STRATA_CHECK(Write("xformOp:transform", "matrix4d", Value(*sample.transform), sample.time));
    return Write("xformOpOrder", "token[]", Value(Array<Token>{Token("xformOp:transform")}), Time::Default());
  }

  Path GetPath(const char* property) const {
    return query_.GetPrim().GetPath().AppendProperty(Token(property));
  }

  Result<void> Write(const char* name, const char* type, Value value, Time time) {
    if (!query_.GetPrim().GetAttribute(Token(name)).IsDefined()) {
      auto made = editor_.CreateAttribute(GetPath(name), Token(type), stage::Editor::Custom::kNo);
      if (!made) return made.TakeError();
    }
    return editor_.Set(GetPath(name), std::move(value), time);
  }

  Matrix4d GetSkeletonToWorld(Time time) const {
    return Xformable(skeleton_.GetPrim()).ComputeLocalToWorldTransform(time);
  }

  // From the skeleton's space to the geometry's own; nothing where that is flat.
  std::optional<Matrix4d> FindWayHome(Time time) const {
    if (!query_.HasJointInfluences()) return Matrix4d::Identity();
    const auto inverse = GetTransformInverse(Xformable(query_.GetPrim()).ComputeLocalToWorldTransform(time));
    if (!inverse) return std::nullopt;
    return MultiplyAffine(GetSkeletonToWorld(time), *inverse);
  }

  static std::optional<Array<Vec3f>> TakeHome(std::optional<Array<Vec3f>> points,
                                              const std::optional<Matrix4d>& home) {
    if (!points || !home) return std::nullopt;
    for (size_t i = 0; i < points->size(); ++i) {
      Vec3f& point = points->GetMutableData()[i];
      point = ToFloat(TransformPoint(ToDouble(point), *home));
    }
    return points;
  }

  static std::optional<Array<Vec3f>> TakeNormalsHome(std::optional<Array<Vec3f>> normals,
                                                     const std::optional<Matrix4d>& home) {
    if (!normals || !home) return std::nullopt;
    const auto inverse = GetTransformInverse(*home);
    if (!inverse) return std::nullopt;
    const Matrix4d turn = GetTranspose(*inverse);
    for (size_t i = 0; i < normals->size(); ++i) {
      Vec3f& normal = normals->GetMutableData()[i];
      normal = ToFloat(TransformDirection(ToDouble(normal), turn));
    }
    return normals;
  }

  stage::Editor& editor_;
  const SkinningQuery& query_;
  const Skeleton& skeleton_;
  Diagnostics& remarks_;
};

}  // namespace

Result<size_t> BakeSkinning(stage::Stage& stage, stage::Editor& editor, const Prim& root,
                            std::optional<std::pair<double, double>> interval, Diagnostics& remarks) {
  (void)stage;
  // All geometry of a skeleton is baked at the same times: what is worn stays on what wears it between
  // samples.
  struct Character {
    explicit Character(const Prim& prim) : skeleton(prim) {}
    Skeleton skeleton;
    std::set<double> times;
  };
  std::map<Path, Character> characters;
  std::vector<SkinningQuery> queries;
  for (const Prim& prim : stage::PrimRange(root)) {
    if (!prim.IsA(Token("Boundable")) || prim.IsA(Token("Skeleton")) || prim.IsA(Token("SkelRoot"))) continue;
    SkinningQuery query(prim);
    if (!query.GetSkeletonPrim() || (!query.HasJointInfluences() && !query.HasBlendShapes())) continue;
    Character& character =
        characters.try_emplace(query.GetSkeletonPrim().GetPath(), query.GetSkeletonPrim()).first->second;
    AddTimes(query, character.skeleton, character.times);
    queries.push_back(std::move(query));
  }
  if (interval)
    for (auto& [path, character] : characters)
      std::erase_if(character.times,
                    [&](double time) { return time < interval->first || time > interval->second; });
  size_t baked = 0;
  stage::Editor::ChangeBlock block(editor);
  for (const SkinningQuery& query : queries) {
    const Character& character = characters.at(query.GetSkeletonPrim().GetPath());
    STRATA_TRY(const bool is_baked, Baker(editor, query, character.skeleton, remarks).Bake(character.times));
    baked += is_baked;
  }
  // Bindings stay: below a prim that is no SkelRoot they move nothing.
  if (baked > 0 && root.GetTypeName() == Token("SkelRoot"))
    STRATA_CHECK(editor.SetMetadata(root.GetPath(), layer::GetFieldNames().typeName, Value(Token("Xform"))));
  return baked;
}

}  // namespace strata::domain
