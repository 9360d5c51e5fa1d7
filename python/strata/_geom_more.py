"""What scripts ask of instancers, meshes, curves, models and points.   (UsdGeom)"""
from strata import _enums, _schemas
from strata._core import Gf as _gf
from strata._core import Usd as _Usd
from strata._core.Sdf import Int64ListOp
from strata._core.Vt import Int64Array

_DEFAULT = _Usd.TimeCode.Default()


class XformOpTypes:
    """The names of kinds of transform ops."""

    orient, resetXformStack, transform = "orient", "!resetXformStack!", "transform"
    rotateX, rotateY, rotateZ, rotateXYZ, rotateXZY = "rotateX", "rotateY", "rotateZ", "rotateXYZ", "rotateXZY"
    rotateYXZ, rotateYZX, rotateZXY, rotateZYX = "rotateYXZ", "rotateYZX", "rotateZXY", "rotateZYX"
    scale, scaleX, scaleY, scaleZ = "scale", "scaleX", "scaleY", "scaleZ"
    translate, translateX, translateY, translateZ = "translate", "translateX", "translateY", "translateZ"


# -- point instancers ----------------------------------------------------------------------------------------------------


class _Ids:
    """Instances are hidden one by one by ids, inactive for all times, invisible at a time."""

    def _edit_inactive(self, ids, is_active):
        prim, op = self._prim, self._prim.GetMetadata("inactiveIds") or Int64ListOp()
        items = [one for one in op.GetAppliedItems() if one not in ids]
        made = Int64ListOp()
        made.explicitItems = items if is_active else items + [int(one) for one in ids]
        return prim.SetMetadata("inactiveIds", made)

    def ActivateId(self, id):
        return self._edit_inactive([id], True)

    def ActivateIds(self, ids):
        return self._edit_inactive(list(ids), True)

    def ActivateAllIds(self):
        return self._prim.SetMetadata("inactiveIds", Int64ListOp.CreateExplicit([]))

    def DeactivateId(self, id):
        return self._edit_inactive([id], False)

    def DeactivateIds(self, ids):
        return self._edit_inactive(list(ids), False)

    def _edit_invisible(self, ids, is_visible, time):
        held = list(self.GetInvisibleIdsAttr().Get(time) or [])
        left = [one for one in held if one not in ids] if is_visible else held + [int(one) for one in ids if one not in held]
        return self.CreateInvisibleIdsAttr().Set(Int64Array(left), time)

    def VisId(self, id, time=_DEFAULT):
        return self._edit_invisible([id], True, time)

    def VisIds(self, ids, time=_DEFAULT):
        return self._edit_invisible(list(ids), True, time)

    def VisAllIds(self, time=_DEFAULT):
        return self.CreateInvisibleIdsAttr().Set(Int64Array(), time)

    def InvisId(self, id, time=_DEFAULT):
        return self._edit_invisible([id], False, time)

    def InvisIds(self, ids, time=_DEFAULT):
        return self._edit_invisible(list(ids), False, time)

    def GetInstanceCount(self, timeCode=_DEFAULT):
        return len(self.GetProtoIndicesAttr().Get(timeCode) or [])

    def ComputeMaskAtTime(self, time, ids=None):
        """Whether each instance is shown; nothing where all are."""
        count = self.GetInstanceCount(time)
        inactive = self._prim.GetMetadata("inactiveIds")
        hidden = set(inactive.GetAppliedItems() if inactive else ()) | set(self.GetInvisibleIdsAttr().Get(time) or ())
        names = list(ids) if ids is not None else list(self.GetIdsAttr().Get(time) or range(count))
        mask = [one not in hidden for one in names]
        return [] if all(mask) else mask


_enums.make(_Ids, "UsdGeomPointInstancer::MaskApplication", "MaskApplication", ("ApplyMask", "IgnoreMask"),
            prefix="UsdGeom.PointInstancer.")
_enums.make(_Ids, "UsdGeomPointInstancer::ProtoXformInclusion", "ProtoXformInclusion", ("IncludeProtoXform", "ExcludeProtoXform"),
            prefix="UsdGeom.PointInstancer.")
_schemas.add_to("UsdGeom", "PointInstancer")(_Ids)


# -- interpolation and counts --------------------------------------------------------------------------------------------


def _interpolation_of(attribute, otherwise):
    def get(self):
        held = getattr(self, f"Get{attribute}Attr")()
        return held.GetMetadata("interpolation") if held.HasAuthoredMetadata("interpolation") else otherwise

    def set(self, interpolation):
        if interpolation not in ("constant", "uniform", "varying", "vertex", "faceVarying"):
            from strata.Tf import ErrorException
            raise ErrorException(f"Attempt to set invalid interpolation '{interpolation}' for {attribute.lower()} attr")
        return getattr(self, f"Get{attribute}Attr")().SetMetadata("interpolation", interpolation)
    return get, set


def _count_of(attribute):
    def count(self, timeCode=_DEFAULT):
        return len(getattr(self, f"Get{attribute}Attr")().Get(timeCode) or [])
    return count


class _Points:
    """Widths and counts."""

    GetWidthsInterpolation, SetWidthsInterpolation = _interpolation_of("Widths", "vertex")
    GetPointCount = _count_of("Points")


class _Curves:
    """Widths and counts."""

    GetWidthsInterpolation, SetWidthsInterpolation = _interpolation_of("Widths", "vertex")
    GetCurveCount = _count_of("CurveVertexCounts")


class _Normals:
    """The interpolation of normals."""

    GetNormalsInterpolation, SetNormalsInterpolation = _interpolation_of("Normals", "vertex")


class _Mesh:
    """The topology of faces."""

    SHARPNESS_INFINITE = 10.0
    GetFaceCount = _count_of("FaceVertexCounts")

    @staticmethod
    def ValidateTopology(faceVertexIndices, faceVertexCounts, numPoints):
        """(whether the faces fit the points, why not)"""
        if sum(faceVertexCounts) != len(faceVertexIndices):
            return False, (f"Sum of faceVertexCounts [{sum(faceVertexCounts)}] != size of faceVertexIndices "
                           f"[{len(faceVertexIndices)}].")
        for index in faceVertexIndices:
            if not 0 <= index < numPoints:
                return False, f"Out of range face vertex index {index}: Vertex must be in the range [0,{numPoints})."
        return True, ""


for _name, _class in (("Points", _Points), ("Curves", _Curves), ("PointBased", _Normals), ("Mesh", _Mesh)):
    _schemas.add_to("UsdGeom", _name)(_class)


# -- imageable, cameras, models, motion ----------------------------------------------------------------------------------


class _Imageables:
    """Purposes, proxies and what is seen for a purpose."""

    @staticmethod
    def GetOrderedPurposeTokens():
        return ["default", "render", "proxy", "guide"]

    def SetProxyPrim(self, proxy):
        prim = proxy if isinstance(proxy, _Usd.Prim) else proxy.GetPrim()
        return self.CreateProxyPrimRel().SetTargets([prim.GetPath()])

    def ComputeProxyPrim(self):
        """(the proxy, the prim that it stands for); None when there is none."""
        prim = self._prim
        if self.ComputePurpose() != "render":
            return None
        while prim and not prim.IsPseudoRoot():
            targets = prim.GetRelationship("proxyPrim").GetForwardedTargets() if prim.HasRelationship("proxyPrim") else []
            if targets:
                proxy = prim.GetStage().GetPrimAtPath(targets[0])
                is_one = bool(proxy) and len(targets) == 1 and type(self)(proxy).ComputePurpose() == "proxy"
                return (proxy, prim) if is_one else None
            prim = prim.GetParent()
        return None

    def GetPurposeVisibilityAttr(self, purpose="default"):
        if purpose == "default":
            return self.GetVisibilityAttr()
        return self._prim.GetAttribute(purpose + "Visibility")

    def ComputeEffectiveVisibility(self, purpose="default", time=_DEFAULT):
        """visible, invisible, or, where nobody says, inherited; of a purpose that is not shown by itself, what says it."""
        if self.ComputeVisibility(time) == "invisible":
            return "invisible"
        if purpose == "default":
            return "visible"
        prim = self._prim
        while prim and not prim.IsPseudoRoot():
            attribute = prim.GetAttribute(purpose + "Visibility")
            value = attribute.Get(time) if attribute else None
            if value in ("visible", "invisible"):
                return value
            prim = prim.GetParent()
        return "invisible" if purpose == "guide" else "inherited"

    class PurposeInfo:
        """A purpose, and whether children have it where they say none."""

        purpose, isInheritable = "", False

        def __init__(self, purpose="", isInheritable=False):
            self.purpose, self.isInheritable = purpose, isInheritable

        def GetInheritablePurpose(self):
            return self.purpose if self.isInheritable else ""

        def __bool__(self):
            return bool(self.purpose)

        def __eq__(self, other):
            return type(other) is type(self) and (self.purpose, self.isInheritable) == (other.purpose, other.isInheritable)

        __hash__ = None

    def ComputePurposeInfo(self, parentPurposeInfo=None):
        prim = self._prim
        attribute = prim.GetAttribute("purpose") if prim.IsA("Imageable") else None
        if attribute and attribute.HasAuthoredValue():
            return self.PurposeInfo(attribute.Get(), True)
        if parentPurposeInfo is not None:
            inherited = parentPurposeInfo.GetInheritablePurpose()
            return self.PurposeInfo(inherited, True) if inherited else self.PurposeInfo("default", False)
        above = prim.GetParent()
        while above and not above.IsPseudoRoot():
            attribute = above.GetAttribute("purpose") if above.IsA("Imageable") else None
            if attribute and attribute.HasAuthoredValue():
                return self.PurposeInfo(attribute.Get(), True)
            above = above.GetParent()
        return self.PurposeInfo("default", False)


_Imageables.PurposeInfo.__module__, _Imageables.PurposeInfo.__qualname__ = "strata.UsdGeom", "Imageable.PurposeInfo"


class _Camera:
    """Between a prim and a Gf.Camera."""

    def GetCamera(self, time=_DEFAULT):
        from strata.Gf import Camera
        camera = Camera()
        camera.transform = self.ComputeLocalToWorldTransform(time)
        projection = self.GetProjectionAttr().Get(time)
        camera.projection = Camera.Orthographic if projection == "orthographic" else Camera.Perspective
        for name in (*Camera._NUMBERS, "fStop", "focusDistance"):
            value = getattr(self, f"Get{name[0].upper()}{name[1:]}Attr")().Get(time)
            if value is not None:
                setattr(camera, name, value)
        near, far = self.GetClippingRangeAttr().Get(time) or (1, 1000000)
        camera.clippingRange = _gf.Range1f(near, far)
        camera.clippingPlanes = self.GetClippingPlanesAttr().Get(time) or []
        return camera

    def SetFromCamera(self, camera, time=_DEFAULT):
        from strata.Gf import Camera
        above = self.ComputeParentToWorldTransform(time).GetInverse()
        self.MakeMatrixXform().Set(camera.transform * above, time)
        self.GetProjectionAttr().Set("orthographic" if camera.projection == Camera.Orthographic else "perspective", time)
        for name in (*Camera._NUMBERS, "fStop", "focusDistance"):
            getattr(self, f"Get{name[0].upper()}{name[1:]}Attr")().Set(getattr(camera, name), time)
        self.GetClippingRangeAttr().Set(_gf.Vec2f(camera.clippingRange.min, camera.clippingRange.max), time)
        self.GetClippingPlanesAttr().Set(camera.clippingPlanes, time)

    def ComputeLinearExposureScale(self, time=_DEFAULT):
        """What light is multiplied by: exposure, its time, stop, responsivity and ISO."""
        def value(name, otherwise):
            attribute = self._prim.GetAttribute(name)
            read = attribute.Get(time) if attribute else None
            return otherwise if read is None else read
        stop = value("exposure:fStop", 1.0)
        return (value("exposure:time", 1.0) * value("exposure:iso", 100.0) * 2.0 ** value("exposure", 0.0) *
                value("exposure:responsivity", 1.0)) / (100.0 * stop * stop) if stop else 0.0


class _Models:
    """Extents of models."""

    def GetExtentsHint(self, time=_DEFAULT):
        attribute = self._prim.GetAttribute("extentsHint")
        return attribute.Get(time) if attribute else None

    def SetExtentsHint(self, extents, time=_DEFAULT):
        attribute = self._prim.GetAttribute("extentsHint")
        if not attribute:
            from strata._core.Sdf import ValueTypeNames
            attribute = self._prim.CreateAttribute("extentsHint", ValueTypeNames.Float3Array, False)
        return attribute.Set(extents, time)

    def ComputeModelDrawMode(self, parentDrawMode=""):
        """Of the nearest model at or above it that says one."""
        own = self._draw_mode(self._prim)
        if own and own != "inherited":
            return own
        if parentDrawMode:
            return parentDrawMode
        prim = self._prim.GetParent()
        while prim and not prim.IsPseudoRoot():
            mode = self._draw_mode(prim)
            if mode and mode != "inherited":
                return mode
            prim = prim.GetParent()
        return "default"

    @staticmethod
    def _draw_mode(prim):
        attribute = prim.GetAttribute("model:drawMode")
        return attribute.Get() if attribute else None


class _Motion:
    """What holds of motion at a prim, said there or above."""

    def _nearest(self, name, otherwise, time):
        prim = self._prim
        while prim and not prim.IsPseudoRoot():
            attribute = prim.GetAttribute(name)
            if attribute and attribute.HasAuthoredValue():
                return attribute.Get(time)
            prim = prim.GetParent()
        return otherwise

    def ComputeVelocityScale(self, time=_DEFAULT):
        return self._nearest("motion:velocityScale", 1.0, time)

    def ComputeNonlinearSampleCount(self, time=_DEFAULT):
        return self._nearest("motion:nonlinearSampleCount", 3, time)

    def ComputeMotionBlurScale(self, time=_DEFAULT):
        return self._nearest("motion:blurScale", 1.0, time)


for _name, _class in (("Imageable", _Imageables), ("Camera", _Camera), ("ModelAPI", _Models), ("MotionAPI", _Motion)):
    _schemas.add_to("UsdGeom", _name)(_class)
