// UsdSkel: what strata/UsdSkel.py asks of the engine.
#include "python/core/usd.h"
#include "strata/domain/skinning.h"

namespace strata::python {

namespace {

using Matrices = Array<Matrix4d>;

nb::object Show(const std::optional<std::vector<Matrix4d>>& transforms) {
  if (!transforms) return nb::none();
  return nb::cast(Matrices(transforms->begin(), transforms->end()));
}

std::optional<domain::SkinningMethod> ReadMethod(const std::string& name) {
  if (name == "classicLinear") return domain::SkinningMethod::kLinearBlend;
  if (name == "dualQuaternion") return domain::SkinningMethod::kDualQuaternion;
  return std::nullopt;
}

using Skin = bool (*)(domain::SkinningMethod, const Matrix4d&, std::span<const Matrix4d>,
                      const domain::JointInfluences&, std::span<Vec3f>, std::string*);

// The moved vectors; None where the arrays do not fit together.
nb::object Move(Skin skin, const std::string& method, const Matrix4d& bind, const Matrices& transforms,
                const Array<int32_t>& indices, const Array<float>& weights, size_t influences,
                const Array<Vec3f>& values) {
  const auto how = ReadMethod(method);
  if (!how || influences == 0) return nb::none();
  const domain::JointInfluences given{indices, weights, influences, false};
  std::vector<Vec3f> moved(values.begin(), values.end());
  if (!skin(*how, bind, {transforms.begin(), transforms.end()}, given, moved, nullptr)) return nb::none();
  return nb::cast(Array<Vec3f>(moved.begin(), moved.end()));
}

void BindSkeletonQueries(nb::module_& skel) {
  using domain::Skeleton;
  nb::class_<Skeleton> cls(skel, "_Skeleton", "A skeleton with the animation that is bound to it.");
  cls.def("__init__", [](Skeleton* s, const PrimObject& p) { new (s) Skeleton(Check(p)); });
  cls.def("IsValid", &Skeleton::IsValid);
  cls.def("GetAnimationPrim", [](const Skeleton& s) { return MakePrim(s.GetAnimation().GetPrim()); });
  const auto pose = [](bool at_rest) { return at_rest ? Skeleton::Pose::kRest : Skeleton::Pose::kAnimated; };
  cls.def("Local", [pose](const Skeleton& s, TimeArgument time, bool at_rest) {
    return Show(s.ComputeJointLocalTransforms(time.time, pose(at_rest)));
  });
  cls.def("Skel", [pose](const Skeleton& s, TimeArgument time, bool at_rest) {
    return Show(s.ComputeJointSkelTransforms(time.time, pose(at_rest)));
  });
  cls.def("Skinning",
          [](const Skeleton& s, TimeArgument time) { return Show(s.ComputeSkinningTransforms(time.time)); });

  skel.def("_AnimationTransforms", [](const PrimObject& p, TimeArgument time) {
    return Show(domain::SkelAnimation(Check(p)).ComputeJointLocalTransforms(time.time));
  });
  skel.def("_IsAnimation",
           [](const PrimObject& p) { return p.prim.IsValid() && domain::SkelAnimation(p.prim).IsValid(); });
  skel.def("_FindInheritedTarget", [](const PrimObject& p, Token relationship) {
    return MakePrim(domain::FindInheritedSkelTarget(Check(p), relationship));
  });
}

void BindFunctions(nb::module_& skel) {
  skel.def("_Assign", [](Array<float>& to, const Array<float>& from) { to = from; });
  skel.def("_Assign", [](Array<int32_t>& to, const Array<int32_t>& from) { to = from; });
  skel.def("_ParentIndices", [](const Array<Token>& joints) {
    const domain::SkelTopology topology(joints);
    std::vector<int32_t> parents;
    for (size_t i = 0; i < topology.GetJointCount(); ++i) parents.push_back(topology.GetParent(i));
    std::string why;
    const bool holds = topology.Validate(&why);
    return nb::make_tuple(Array<int32_t>(parents.begin(), parents.end()), holds, why);
  });
  skel.def("_Sources", [](const Array<Token>& from, const Array<Token>& to) {
    const domain::AnimMapper mapper(from, to);
    std::vector<int> sources;
    for (size_t i = 0; i < mapper.GetTargetCount(); ++i) sources.push_back(mapper.GetSource(i));
    return nb::make_tuple(sources, mapper.IsIdentity(), mapper.IsSparse(), mapper.IsNull());
  });
  skel.def("_SkinPoints", [](const std::string& method, const Matrix4d& bind, const Matrices& transforms,
                             const Array<int32_t>& indices, const Array<float>& weights, size_t influences,
                             const Array<Vec3f>& points) {
    return Move(&domain::SkinPoints, method, bind, transforms, indices, weights, influences, points);
  });
  skel.def("_SkinNormals", [](const std::string& method, const Matrix4d& bind, const Matrices& transforms,
                              const Array<int32_t>& indices, const Array<float>& weights, size_t influences,
                              const Array<Vec3f>& normals) {
    return Move(&domain::SkinNormals, method, bind, transforms, indices, weights, influences, normals);
  });
  skel.def(
      "_Bake",
      [](const PrimObject& root, std::optional<std::pair<double, double>> interval) {
        StageObject& object = GetStage(root);
        stage::Editor editor = object.Edit();
        Diagnostics remarks;
        const size_t count =
            ValueOrRaise(domain::BakeSkinning(*object.stage, editor, Check(root), interval, remarks));
        Warn(remarks);
        return count;
      },
      "root"_a, "interval"_a.none());
}

}  // namespace

void BindSkeletons(nb::module_& core) {
  nb::module_ skel = MakeModule(core, "UsdSkel", "Skeletons and what they move.");
  BindSkeletonQueries(skel);
  BindFunctions(skel);
}

}  // namespace strata::python
