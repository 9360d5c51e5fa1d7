"""Levels of detail: which one counts at a distance, or at a size on the screen.   (UsdLod)"""
import math as _math

from strata import _schemas
from strata._core.Usd import TimeCode as _TimeCode
from strata.Gf import Matrix4d as _Matrix4d
from strata.Gf import Range3d as _Range3d
from strata.Gf import Vec3d as _Vec3d
from strata.Gf import Vec3f as _Vec3f
from strata.Vt import FloatArray as _FloatArray

_DEFAULT = _TimeCode.Default()


def _with_hysteresis(value, previous, hysteresis):
    """What a value is taken for that only follows when it is farther from the previous one than that."""
    if value > previous + hysteresis:
        return value - hysteresis
    return value + hysteresis if value < previous - hysteresis else previous


def _single(number):
    return float(_Vec3f(number)[0])


class HeuristicQuery:
    """What a heuristic says, read once."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    lodDomain = property(lambda self: self._domain)
    thresholds = property(lambda self: self._thresholds)
    blendThresholds = property(lambda self: self._blends)
    extent = property(lambda self: self._extent)

    @classmethod
    def _of(cls, heuristic, time):
        prim, made = heuristic.GetPrim(), cls.__new__(cls)

        def get(name, empty):
            value = prim.GetAttribute(name).Get(time)
            return empty if value is None else value

        made._domain = get("lod:domain", "")
        made._thresholds, made._blends = get("thresholds", _FloatArray()), get("blendThresholds", _FloatArray())
        made._extent = made._volume(heuristic, time)
        made._read(get)
        return made

    @staticmethod
    def _volume(heuristic, time):
        """The box of the prim that the heuristic names; empty where it names none."""
        targets = heuristic.GetBoundingVolumeRel().GetForwardedTargets() if heuristic.GetBoundingVolumeRel() else []
        prim = heuristic.GetPrim().GetStage().GetPrimAtPath(targets[0]) if targets else None
        corners = prim.GetAttribute("extent").Get(time) if prim and prim.HasAttribute("extent") else None
        return _Range3d(_Vec3d(corners[0]), _Vec3d(corners[1])) if corners is not None and len(corners) == 2 else _Range3d()


class DistanceHeuristicQuery(HeuristicQuery):
    """The nearer, the more detail."""

    center = property(lambda self: self._center)

    def _read(self, get):
        self._center = get("center", _Vec3f(0))

    def _distance(self, viewpoint, transform):
        viewpoint, transform = _Vec3d(viewpoint), _Matrix4d(transform)
        if self._extent.IsEmpty():
            return (viewpoint - transform.Transform(_Vec3d(self._center))).GetLength()
        local = transform.GetInverse().Transform(viewpoint)
        low, high = self._extent.GetMin(), self._extent.GetMax()
        nearest = _Vec3d(*[min(max(local[i], low[i]), high[i]) for i in range(3)])
        return (viewpoint - transform.Transform(nearest)).GetLength()

    def ComputeDistance(self, viewpoint, transform, prevDistance=None, hysteresis=0.0):
        distance = self._distance(viewpoint, transform)
        return distance if prevDistance is None else _with_hysteresis(distance, prevDistance, hysteresis)

    def ComputeLOD(self, distanceOrViewpoint, transform=None, prevDistance=None, hysteresis=0.0):
        """The level, with a part of the next while one is blended into it; with a previous distance (level, distance)."""
        if transform is None:
            return self._level(distanceOrViewpoint)
        distance = self.ComputeDistance(distanceOrViewpoint, transform, prevDistance, hysteresis)
        return self._level(distance) if prevDistance is None else (self._level(distance), distance)

    def _level(self, distance):
        level = 0.0
        for i, threshold in enumerate(self._thresholds):
            if distance < threshold:
                break
            level = float(i + 1)
            if i < len(self._blends) and distance < self._blends[i]:
                level = i + (distance - threshold) / (self._blends[i] - threshold)
        return _single(level)


class ScreenSizeHeuristicQuery(HeuristicQuery):
    """The larger on the screen, the more detail."""

    projectionMethod = property(lambda self: self._method)

    def _read(self, get):
        self._method = get("projectionMethod", "projectedSphere")
        corners = get("extent", None)
        if self._extent.IsEmpty() and corners is not None and len(corners) == 2:
            self._extent = _Range3d(_Vec3d(corners[0]), _Vec3d(corners[1]))

    def ComputeScreenSize(self, frustum, transform, prevSize=None, hysteresis=0.0):
        """Which part of the screen the sphere around the extent takes."""
        size = self._size(frustum, _Matrix4d(transform))
        return size if prevSize is None else _with_hysteresis(size, prevSize, hysteresis)

    def _size(self, frustum, transform):
        if self._extent.IsEmpty():
            return 0.0
        to_view = transform * frustum.ComputeViewMatrix()
        center = to_view.Transform(self._extent.GetMidpoint())
        corner = to_view.Transform(self._extent.GetMax())
        radius, depth = (corner - center).GetLength(), -center[2]
        window = frustum.GetWindow()
        width, height = (window.GetMax()[i] - window.GetMin()[i] for i in (0, 1))
        if frustum.GetProjectionType() == type(frustum).Perspective:
            if depth <= 0:
                return 0.0
            radius /= depth  # the window is given at a distance of one
        return _math.pi * radius * radius / (width * height) if width * height > 0 else 0.0

    def ComputeLOD(self, sizeOrFrustum, transform=None, prevSize=None, hysteresis=0.0):
        if transform is None:
            return self._level(sizeOrFrustum)
        size = self.ComputeScreenSize(sizeOrFrustum, transform, prevSize, hysteresis)
        return self._level(size) if prevSize is None else (self._level(size), size)

    def _level(self, size):
        level = 0.0
        for i, threshold in enumerate(self._thresholds):
            if size > threshold:
                break
            level = float(i + 1)
            if i < len(self._blends) and size > self._blends[i]:
                level = i + (threshold - size) / (threshold - self._blends[i])
        return _single(level)


def _time_and_rest(given, named):
    """The time at the end of arguments, and the others."""
    time = named.pop("time", None)
    given = list(given)
    if time is None and given and isinstance(given[-1], _TimeCode):
        time = given.pop()
    return (_DEFAULT if time is None else time), given


@_schemas.add_to("UsdLod", "DistanceHeuristic")
class _DistanceHeuristic:
    def CreateDistanceHeuristicQuery(self, time=_DEFAULT):
        return DistanceHeuristicQuery._of(self, time)

    def ComputeDistance(self, *given, **named):
        time, given = _time_and_rest(given, named)
        return DistanceHeuristicQuery._of(self, time).ComputeDistance(*given, **named)

    def ComputeLOD(self, *given, **named):
        time, given = _time_and_rest(given, named)
        return DistanceHeuristicQuery._of(self, time).ComputeLOD(*given, **named)


@_schemas.add_to("UsdLod", "ScreenSizeHeuristic")
class _ScreenSizeHeuristic:
    def CreateScreenSizeHeuristicQuery(self, time=_DEFAULT):
        return ScreenSizeHeuristicQuery._of(self, time)

    def ComputeScreenSize(self, *given, **named):
        time, given = _time_and_rest(given, named)
        return ScreenSizeHeuristicQuery._of(self, time).ComputeScreenSize(*given, **named)

    def ComputeLOD(self, *given, **named):
        time, given = _time_and_rest(given, named)
        return ScreenSizeHeuristicQuery._of(self, time).ComputeLOD(*given, **named)


@_schemas.add_to("UsdLod", "OverrideAPI")
class _OverrideAPI:
    def ComputeLODOverride(self, time=_DEFAULT):
        """(mode, the level that is asked for; None where none is)"""
        mode = self._prim.GetAttribute("lod:override:mode").Get(time) or "noOverride"
        index = self._prim.GetAttribute("lod:override:index").Get(time)
        return mode, (None if mode == "noOverride" else index)


for _one in (HeuristicQuery, DistanceHeuristicQuery, ScreenSizeHeuristicQuery):
    _one.__module__ = "strata.UsdLod"

_schemas.install("UsdLod", globals(), (
    "audio", "imaging", "physics",
))
