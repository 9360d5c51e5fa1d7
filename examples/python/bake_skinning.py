"""Bends a strip with two joints, then bakes what the skeleton does into its points.

    bake_skinning.py OUTPUT
"""
import sys

from pxr import Gf, Sdf, Usd, UsdGeom, UsdSkel, Vt


def make_character(stage: Usd.Stage) -> UsdGeom.Mesh:
    root = UsdSkel.Root.Define(stage, "/Strip")
    stage.SetDefaultPrim(root.GetPrim())
    skeleton = UsdSkel.Skeleton.Define(stage, "/Strip/Skeleton")
    joints = ["Base", "Base/Tip"]
    rest = [Gf.Matrix4d(1), Gf.Matrix4d().SetTranslate((0, 2, 0))]
    skeleton.CreateJointsAttr(joints)
    skeleton.CreateRestTransformsAttr(rest)
    skeleton.CreateBindTransformsAttr(rest)
    animation = UsdSkel.Animation.Define(stage, "/Strip/Skeleton/Bend")
    animation.CreateJointsAttr(joints)
    animation.CreateTranslationsAttr([(0, 0, 0), (0, 2, 0)])
    animation.CreateScalesAttr([(1, 1, 1), (1, 1, 1)])
    rotations = animation.CreateRotationsAttr()
    for frame in (1, 2, 3):
        bend = Gf.Quatf(Gf.Rotation(Gf.Vec3d(0, 0, 1), 45.0 * (frame - 1)).GetQuat())
        rotations.Set(Vt.QuatfArray([Gf.Quatf(1), bend]), frame)
    UsdSkel.BindingAPI.Apply(skeleton.GetPrim()).CreateAnimationSourceRel().SetTargets([animation.GetPath()])

    mesh = UsdGeom.Mesh.Define(stage, "/Strip/Mesh")
    mesh.CreatePointsAttr([(x, y, 0) for y in range(0, 5, 2) for x in (-1, 1)])
    mesh.CreateExtentAttr([(-1, 0, 0), (1, 4, 0)])
    mesh.CreateFaceVertexCountsAttr([4, 4])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 3, 2, 2, 3, 5, 4])
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    binding.CreateJointIndicesPrimvar(False, 2).Set(Vt.IntArray([0, 1] * 6))
    weights = [1, 0, 1, 0, 0.5, 0.5, 0.5, 0.5, 0, 1, 0, 1]
    binding.CreateJointWeightsPrimvar(False, 2).Set(Vt.FloatArray(weights))
    return mesh


def main() -> int:
    stage = Usd.Stage.CreateNew(sys.argv[1])
    stage.SetStartTimeCode(1)
    stage.SetEndTimeCode(3)
    mesh = make_character(stage)
    cache = UsdSkel.Cache()
    root = UsdSkel.Root(stage.GetDefaultPrim())
    cache.Populate(root, Usd.PrimDefaultPredicate)
    skeleton = UsdSkel.Skeleton(stage.GetPrimAtPath("/Strip/Skeleton"))
    query = cache.GetSkelQuery(skeleton)
    print(query.GetJointOrder(), query.GetTopology().GetParentIndices())
    for matrix in query.ComputeSkinningTransforms(3):
        print(matrix.Transform(Gf.Vec3d(0, 4, 0)))
    if not UsdSkel.BakeSkinning(root, Gf.Interval(1, 3)):
        return 1
    stage.GetRootLayer().Save()
    points = mesh.GetPointsAttr()
    print(points.GetTimeSamples())
    for frame in points.GetTimeSamples():
        print(frame, [tuple(round(float(x), 4) + 0.0 for x in point) for point in points.Get(frame)])
    print(root.GetPrim().GetTypeName(), mesh.GetPrim().GetAppliedSchemas())
    return 0


if __name__ == "__main__":
    sys.exit(main())
