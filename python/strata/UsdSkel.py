"""Skeletons, blend shapes, and what they move.   (UsdSkel)"""
from strata import _schemas
from strata._core import Usd as _usd
from strata._core import UsdSkel as _core
from strata._core.Sdf import ValueTypeNames as _types
from strata._skel_math import (  # noqa: F401
    AnimMapper, ApplyBlendShape, ComputeJointLocalTransforms, ComputeJointsExtent, ConcatJointTransforms, DecomposeTransform,
    DecomposeTransforms, ExpandConstantInfluencesToVarying, InterleaveInfluences, MakeTransform, MakeTransforms, NormalizeWeights,
    ResizeInfluences, SkinNormals, SkinNormalsLBS, SkinPoints, SkinPointsLBS, SkinTransform, SkinTransformLBS, SortInfluences,
    Topology, validate_indices as _validate_indices)
from strata._skel_queries import (  # noqa: F401
    AnimQuery, Binding, Cache, IsSkelAnimationPrim, IsSkinnablePrim, SkeletonQuery, SkinningQuery)
from strata._skel_shapes import BlendShapeQuery, InbetweenShape  # noqa: F401

_DEFAULT = _usd.TimeCode.Default()


def BakeSkinning(rootOrRange, interval=None):
    """Writes what skeletons and blend shapes do to geometry as its points, and takes the bindings off."""
    roots = [rootOrRange.GetPrim()] if isinstance(rootOrRange, _schemas.SchemaBase) else [
        prim for prim in rootOrRange if prim.IsA("SkelRoot")]
    if any(not root for root in roots):
        return False
    bounds = None if interval is None else (interval.GetMin(), interval.GetMax())
    for root in roots:
        _core._Bake(root, bounds)
    return True


@_schemas.add_to("UsdSkel", "Root")
class _Root:
    @classmethod
    def Find(cls, prim):
        """The root at a prim or above it."""
        while prim and not prim.IsPseudoRoot():
            if prim.IsA("SkelRoot"):
                return cls(prim)
            prim = prim.GetParent()
        return cls()


@_schemas.add_to("UsdSkel", "Animation")
class _Animation:
    def GetTransforms(self, time=_DEFAULT):
        parts = [attribute.Get(time) for attribute in (self.GetTranslationsAttr(), self.GetRotationsAttr(), self.GetScalesAttr())]
        return None if any(part is None for part in parts) else MakeTransforms(*parts)

    def SetTransforms(self, xforms, time=_DEFAULT):
        parts = DecomposeTransforms(xforms)
        attributes = self.CreateTranslationsAttr(), self.CreateRotationsAttr(), self.CreateScalesAttr()
        return all([attribute.Set(part, time) for attribute, part in zip(attributes, parts)])


@_schemas.add_to("UsdSkel", "BindingAPI")
class _BindingAPI:
    def _target(self, relationship):
        targets = relationship.GetTargets() if relationship else []
        return self._prim.GetStage().GetPrimAtPath(targets[0]) if targets else None

    def GetSkeleton(self):
        prim = self._target(self.GetSkeletonRel())
        return __getattr__("Skeleton")(prim) if prim is not None else None  # noqa: F821

    def GetInheritedSkeleton(self):
        return __getattr__("Skeleton")(_core._FindInheritedTarget(self._prim, "skel:skeleton"))  # noqa: F821

    def GetAnimationSource(self):
        return self._target(self.GetAnimationSourceRel())

    def GetInheritedAnimationSource(self):
        return _core._FindInheritedTarget(self._prim, "skel:animationSource")

    def _primvar(self, name):
        return _schemas.find("UsdGeom", "PrimvarsAPI")(self._prim).GetPrimvar(name)

    def _create(self, name, kind, constant, element_size):
        api = _schemas.find("UsdGeom", "PrimvarsAPI")(self._prim)
        return api.CreatePrimvar(name, kind, "constant" if constant else "vertex", element_size)

    def GetJointIndicesPrimvar(self):
        return self._primvar("skel:jointIndices")

    def GetJointWeightsPrimvar(self):
        return self._primvar("skel:jointWeights")

    def CreateJointIndicesPrimvar(self, constant, elementSize=-1):
        return self._create("skel:jointIndices", _types.IntArray, constant, elementSize)

    def CreateJointWeightsPrimvar(self, constant, elementSize=-1):
        return self._create("skel:jointWeights", _types.FloatArray, constant, elementSize)

    def SetRigidJointInfluence(self, jointIndex, weight=1.0):
        """One joint moves the whole."""
        if jointIndex < 0:
            from strata.Tf import RaiseCodingError
            RaiseCodingError(f"{jointIndex} is no joint")
        indices, weights = self.CreateJointIndicesPrimvar(True, 1), self.CreateJointWeightsPrimvar(True, 1)
        return indices.Set([jointIndex]) and weights.Set([weight])

    @staticmethod
    def ValidateJointIndices(jointIndices, numJoints):
        return _validate_indices(jointIndices, numJoints, "joints")


_schemas.install("UsdSkel", globals(), (
    "weight",
))
