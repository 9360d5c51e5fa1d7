"""What a skeleton, its animation and the geometry that it moves have together.   (UsdSkelCache)"""
from strata import Gf, Vt, _schemas
from strata._core import Usd as _usd
from strata._core import UsdSkel as _core
from strata._skel_math import AnimMapper, Topology

_DEFAULT = _usd.TimeCode.Default()


def _cannot_be_made(self):
    raise RuntimeError("This class cannot be instantiated from Python")


def _within(times, interval):
    return [time for time in times if interval.Contains(time)]


class AnimQuery:
    """What an animation says of joints and blend shapes."""

    __init__ = _cannot_be_made

    def GetPrim(self):
        return self._prim

    def __bool__(self):
        return bool(self._prim) and _core._IsAnimation(self._prim)

    def __eq__(self, other):
        return isinstance(other, AnimQuery) and self._prim == other._prim

    def __hash__(self):
        return hash(self._prim)

    def _array(self, name, kind):
        value = self._prim.GetAttribute(name).Get()
        return value if value is not None else kind()

    def GetJointOrder(self):
        return self._array("joints", Vt.TokenArray)

    def GetBlendShapeOrder(self):
        return self._array("blendShapes", Vt.TokenArray)

    def ComputeJointLocalTransforms(self, time=_DEFAULT):
        return _core._AnimationTransforms(self._prim, time)

    def ComputeJointLocalTransformComponents(self, time=_DEFAULT):
        """(translations, rotations, scales)"""
        return tuple(self._prim.GetAttribute(name).Get(time) for name in ("translations", "rotations", "scales"))

    def ComputeBlendShapeWeights(self, time=_DEFAULT):
        return self._prim.GetAttribute("blendShapeWeights").Get(time)

    def _joint_attributes(self):
        return [self._prim.GetAttribute(name) for name in ("translations", "rotations", "scales")]

    def GetJointTransformTimeSamples(self):
        return _usd.Attribute.GetUnionedTimeSamples(self._joint_attributes())

    def GetJointTransformTimeSamplesInInterval(self, interval):
        return _within(self.GetJointTransformTimeSamples(), interval)

    def JointTransformsMightBeTimeVarying(self):
        return any(one.ValueMightBeTimeVarying() for one in self._joint_attributes())

    def GetBlendShapeWeightTimeSamples(self):
        return self._prim.GetAttribute("blendShapeWeights").GetTimeSamples()

    def GetBlendShapeWeightTimeSamplesInInterval(self, interval):
        return _within(self.GetBlendShapeWeightTimeSamples(), interval)

    def BlendShapeWeightsMightBeTimeVarying(self):
        return self._prim.GetAttribute("blendShapeWeights").ValueMightBeTimeVarying()


def _make(cls, **members):
    made = cls.__new__(cls)
    for name, value in members.items():
        setattr(made, "_" + name, value)
    return made


def anim_query(prim):
    return _make(AnimQuery, prim=prim)


class SkeletonQuery:
    """A skeleton's joints and where they are."""

    __init__ = _cannot_be_made

    def GetPrim(self):
        return self._prim

    def GetSkeleton(self):
        return _schemas.find("UsdSkel", "Skeleton")(self._prim)

    def __bool__(self):
        return bool(self._prim) and self._engine is not None and self._engine.IsValid()

    def __eq__(self, other):
        return isinstance(other, SkeletonQuery) and self._prim == other._prim

    def __hash__(self):
        return hash(self._prim)

    def GetAnimQuery(self):
        return anim_query(self._engine.GetAnimationPrim())

    def _array(self, name, kind):
        value = self._prim.GetAttribute(name).Get()
        return value if value is not None else kind()

    def GetJointOrder(self):
        return self._array("joints", Vt.TokenArray)

    def GetTopology(self):
        return Topology(self.GetJointOrder())

    def GetMapper(self):
        """From the order of the animation's joints to that of the skeleton's."""
        animation = self.GetAnimQuery()
        return AnimMapper(animation.GetJointOrder(), self.GetJointOrder()) if animation else AnimMapper()

    def HasBindPose(self):
        return len(self._array("bindTransforms", Vt.Matrix4dArray)) == len(self.GetJointOrder())

    def HasRestPose(self):
        return len(self._array("restTransforms", Vt.Matrix4dArray)) == len(self.GetJointOrder())

    def GetJointWorldBindTransforms(self):
        return self._array("bindTransforms", Vt.Matrix4dArray)

    def ComputeJointLocalTransforms(self, time=_DEFAULT, atRest=False):
        return self._engine.Local(time, atRest)

    def ComputeJointSkelTransforms(self, time=_DEFAULT, atRest=False):
        return self._engine.Skel(time, atRest)

    def ComputeJointWorldTransforms(self, xfCache, atRest=False):
        found = self._engine.Skel(xfCache.GetTime(), atRest)
        to_world = xfCache.GetLocalToWorldTransform(self._prim)
        return None if found is None else Vt.Matrix4dArray([one * to_world for one in found])

    def ComputeSkinningTransforms(self, time=_DEFAULT):
        return self._engine.Skinning(time)

    def ComputeJointRestRelativeTransforms(self, time=_DEFAULT):
        """How far each joint is from rest: local = this * rest."""
        local, rest = self._engine.Local(time, False), self._engine.Local(time, True)
        if local is None or rest is None:
            return None
        return Vt.Matrix4dArray([one * other.GetInverse() for one, other in zip(local, rest)])


class SkinningQuery:
    """A piece of geometry, by what joints and blend shapes move it."""

    def __init__(self):
        self._prim, self._joint_order, self._shape_order = _usd.Prim(), None, None
        self._skeleton = None

    def GetPrim(self):
        return self._prim

    def __bool__(self):
        return bool(self._prim) and (self.HasJointInfluences() or self.HasBlendShapes())

    # Properties are the geometry's own, or inherited from above where those are primvars.

    def _attribute(self, name):
        found = self._primvar(name).GetAttr() if name.startswith("primvars:") else self._prim.GetAttribute(name)
        return found

    def _primvar(self, name):
        api = _schemas.find("UsdGeom", "PrimvarsAPI")(self._prim)
        return api.FindPrimvarWithInheritance(name)

    def HasJointInfluences(self):
        indices, weights = self.GetJointIndicesPrimvar(), self.GetJointWeightsPrimvar()
        return bool(indices) and bool(weights) and indices.GetAttr().HasAuthoredValue() and weights.GetAttr().HasAuthoredValue() and (
            indices.GetElementSize() == weights.GetElementSize() and indices.GetInterpolation() == weights.GetInterpolation())

    def HasBlendShapes(self):
        return self.GetBlendShapeOrder() is not None and bool(self._prim.GetRelationship("skel:blendShapeTargets").GetTargets())

    def IsRigidlyDeformed(self):
        return self.HasJointInfluences() and self.GetInterpolation() == "constant"

    def GetJointIndicesPrimvar(self):
        return self._primvar("primvars:skel:jointIndices")

    def GetJointWeightsPrimvar(self):
        return self._primvar("primvars:skel:jointWeights")

    def GetNumInfluencesPerComponent(self):
        return self.GetJointIndicesPrimvar().GetElementSize() if self.HasJointInfluences() else 1

    def GetInterpolation(self):
        return self.GetJointIndicesPrimvar().GetInterpolation() if self.HasJointInfluences() else ""

    def GetSkinningMethodAttr(self):
        return self._attribute("primvars:skel:skinningMethod")

    def GetSkinningMethod(self):
        attribute = self.GetSkinningMethodAttr()
        return attribute.Get() if attribute and attribute.HasAuthoredValue() else "classicLinear"

    def GetGeomBindTransformAttr(self):
        return self._attribute("primvars:skel:geomBindTransform")

    def GetGeomBindTransform(self, time=_DEFAULT):
        attribute = self.GetGeomBindTransformAttr()
        value = attribute.Get(time) if attribute else None
        return value if value is not None else Gf.Matrix4d(1)

    def GetBlendShapesAttr(self):
        return self._prim.GetAttribute("skel:blendShapes")

    def GetBlendShapeTargetsRel(self):
        return self._prim.GetRelationship("skel:blendShapeTargets")

    def GetBlendShapeOrder(self):
        attribute = self._prim.GetAttribute("skel:blendShapes")
        return attribute.Get() if attribute else None

    def GetJointOrder(self):
        attribute = self._prim.GetAttribute("skel:joints")
        return attribute.Get() if attribute else None

    def GetJointMapper(self):
        """From the order of the skeleton's joints to that of the geometry, where it has one of its own."""
        order = self.GetJointOrder()
        if order is None or self._skeleton is None:
            return None
        return AnimMapper(self._skeleton.GetJointOrder(), order)

    GetMapper = GetJointMapper

    def GetBlendShapeMapper(self):
        order = self.GetBlendShapeOrder()
        animation = self._skeleton.GetAnimQuery() if self._skeleton is not None else None
        return AnimMapper(animation.GetBlendShapeOrder(), order) if order is not None and animation else None

    def GetTimeSamples(self):
        attributes = [self.GetJointIndicesPrimvar().GetAttr(), self.GetJointWeightsPrimvar().GetAttr(), self.GetGeomBindTransformAttr()]
        return _usd.Attribute.GetUnionedTimeSamples([one for one in attributes if one])

    def GetTimeSamplesInInterval(self, interval):
        return _within(self.GetTimeSamples(), interval)

    def ComputeJointInfluences(self, time=_DEFAULT):
        """(indices, weights); None where they do not fit together."""
        indices, weights = self.GetJointIndicesPrimvar().ComputeFlattened(time), self.GetJointWeightsPrimvar().ComputeFlattened(time)
        if indices is None or weights is None or len(indices) != len(weights):
            return None
        return indices, weights

    def ComputeVaryingJointInfluences(self, numPoints, time=_DEFAULT):
        found = self.ComputeJointInfluences(time)
        if found is None:
            return None
        indices, weights = found
        if self.IsRigidlyDeformed():
            return Vt.IntArray(list(indices) * numPoints), Vt.FloatArray(list(weights) * numPoints)
        return found if len(indices) == numPoints * self.GetNumInfluencesPerComponent() else None

    def _mapped(self, xforms):
        mapper = self.GetJointMapper()
        return xforms if mapper is None or mapper.IsIdentity() else mapper.RemapTransforms(xforms, Vt.Matrix4dArray())

    def ComputeSkinnedPoints(self, xforms, points, time=_DEFAULT):
        from strata._skel_math import SkinPoints
        found = self.ComputeVaryingJointInfluences(len(points), time)
        return found is not None and SkinPoints(self.GetSkinningMethod(), self.GetGeomBindTransform(time), self._mapped(xforms),
                                                *found, self.GetNumInfluencesPerComponent(), points)

    def ComputeSkinnedTransform(self, xforms, time=_DEFAULT):
        from strata._skel_math import SkinTransform
        found = self.ComputeJointInfluences(time) if self.IsRigidlyDeformed() else None
        if found is None:
            return None
        return SkinTransform(self.GetSkinningMethod(), self.GetGeomBindTransform(time), self._mapped(xforms), *found)

    def ComputeExtentsPadding(self, skelRestXforms, boundable, time=_DEFAULT):
        """How far geometry at rest reaches beyond the joints."""
        from strata._skel_math import ComputeJointsExtent
        extent = boundable.GetExtentAttr().Get(time) if boundable.GetExtentAttr().HasAuthoredValue() else None
        if extent is None or len(extent) != 2:
            return 0.0
        joints = ComputeJointsExtent(skelRestXforms)
        box = Gf.BBox3d(Gf.Range3d(Gf.Vec3d(extent[0]), Gf.Vec3d(extent[1])), self.GetGeomBindTransform(time)).ComputeAlignedRange()
        low, high = joints.GetMin() - Gf.Vec3f(box.GetMin()), Gf.Vec3f(box.GetMax()) - joints.GetMax()
        return max(0.0, *low, *high)


class Binding:
    """A skeleton and the geometry that it moves."""

    def __init__(self, skel=None, skinningQueries=()):
        self._skeleton, self._targets = skel, list(skinningQueries)

    def GetSkeleton(self):
        return self._skeleton

    def GetSkinningTargets(self):
        return list(self._targets)


class Cache:
    """Queries of what lies below roots of skeletons."""

    def __init__(self):
        self._skinning = {}  # path: SkinningQuery

    def Clear(self):
        self._skinning = {}

    def Populate(self, skelRoot, predicate):
        prim = skelRoot.GetPrim() if isinstance(skelRoot, _schemas.SchemaBase) else None
        if prim is None:
            raise TypeError(f"{skelRoot!r} is no root of skeletons")
        if not skelRoot:
            from strata.Tf import RaiseCodingError
            RaiseCodingError("the root of skeletons is not there")
        for one in _usd.PrimRange(prim, predicate):
            if not IsSkinnablePrim(one):
                continue
            query = SkinningQuery()
            query._prim = one
            if query:
                bound = _core._FindInheritedTarget(one, "skel:skeleton")
                query._skeleton = self._skel_query(bound) if bound and bound.IsA("Skeleton") else None
                self._skinning[one.GetPath()] = query
        return True

    def _skel_query(self, prim):
        return _make(SkeletonQuery, prim=prim, engine=_core._Skeleton(prim) if prim else None)

    def GetSkelQuery(self, skel):
        return self._skel_query(skel.GetPrim())

    def GetAnimQuery(self, animOrPrim):
        return anim_query(animOrPrim.GetPrim())

    def GetSkinningQuery(self, prim):
        return self._skinning.get(prim.GetPath()) or SkinningQuery()

    def ComputeSkelBindings(self, skelRoot, predicate):
        """A Binding for each skeleton that moves anything below the root."""
        bindings = {}
        for one in _usd.PrimRange(skelRoot.GetPrim(), predicate):
            query = self._skinning.get(one.GetPath())
            if query is not None and query._skeleton is not None:
                bindings.setdefault(query._skeleton.GetPrim().GetPath(), (query._skeleton, []))[1].append(query)
        return [Binding(skeleton.GetSkeleton(), queries) for skeleton, queries in bindings.values()]

    def ComputeSkelBinding(self, skelRoot, skel, predicate):
        for one in self.ComputeSkelBindings(skelRoot, predicate):
            if one.GetSkeleton().GetPrim() == skel.GetPrim():
                return one
        return None


def IsSkelAnimationPrim(prim):
    return _core._IsAnimation(prim)


def IsSkinnablePrim(prim):
    """Geometry that may be moved: neither a skeleton nor the root of some."""
    return prim.IsA("Boundable") and not prim.IsA("SkelRoot") and not prim.IsA("Skeleton")


for _one in (AnimQuery, SkeletonQuery, SkinningQuery, Binding, Cache):
    _one.__module__ = "strata.UsdSkel"
