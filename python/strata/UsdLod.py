"""Levels of detail: which one counts at a distance, or at a size on the screen.   (UsdLod)"""
from strata import _schemas
from strata._core import UsdLod as _core
from strata._core.Usd import TimeCode as _TimeCode
from strata.Gf import Matrix4d as _Matrix4d
from strata.Gf import Range3d as _Range3d
from strata.Gf import Vec3d as _Vec3d
from strata.Vt import FloatArray as _FloatArray

_DEFAULT = _TimeCode.Default()


class HeuristicQuery:
    """What a heuristic says, read once."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    lodDomain = property(lambda self: self._read.domain)
    thresholds = property(lambda self: _FloatArray(self._read.thresholds))
    blendThresholds = property(lambda self: _FloatArray(self._read.blends))
    extent = property(lambda self: _Range3d(*self._read.extent) if self._read.extent else _Range3d())

    @classmethod
    def _of(cls, heuristic, time):
        made = cls.__new__(cls)
        made._read = cls._READER(heuristic.GetPrim(), time)
        return made

    def _followed(self, value, previous, hysteresis):
        return value if previous is None else _core._ApplyHysteresis(value, previous, hysteresis)


class DistanceHeuristicQuery(HeuristicQuery):
    """The nearer, the more detail."""

    _READER = _core._Distance
    center = property(lambda self: self._read.center)

    def ComputeDistance(self, viewpoint, transform, prevDistance=None, hysteresis=0.0):
        return self._followed(self._read.Measure(_Vec3d(viewpoint), _Matrix4d(transform)), prevDistance, hysteresis)

    def ComputeLOD(self, distanceOrViewpoint, transform=None, prevDistance=None, hysteresis=0.0):
        """The level, with a part of the next while one is blended into it; with a previous distance (level, distance)."""
        if transform is None:
            return self._read.Level(distanceOrViewpoint)
        distance = self.ComputeDistance(distanceOrViewpoint, transform, prevDistance, hysteresis)
        level = self._read.Level(distance)
        return level if prevDistance is None else (level, distance)


class ScreenSizeHeuristicQuery(HeuristicQuery):
    """The larger on the screen, the more detail."""

    _READER = _core._ScreenSize
    projectionMethod = property(lambda self: self._read.projectionMethod)

    def ComputeScreenSize(self, frustum, transform, prevSize=None, hysteresis=0.0):
        """Which part of the screen the sphere around the extent takes."""
        window = frustum.GetWindow()
        size = self._read.Measure(frustum.ComputeViewInverse(), window.GetMin(), window.GetMax(),
                                  frustum.GetProjectionType() == type(frustum).Perspective, _Matrix4d(transform))
        return self._followed(size, prevSize, hysteresis)

    def ComputeLOD(self, sizeOrFrustum, transform=None, prevSize=None, hysteresis=0.0):
        if transform is None:
            return self._read.Level(sizeOrFrustum)
        size = self.ComputeScreenSize(sizeOrFrustum, transform, prevSize, hysteresis)
        level = self._read.Level(size)
        return level if prevSize is None else (level, size)


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
        return _core._Override(self._prim, time)


for _one in (HeuristicQuery, DistanceHeuristicQuery, ScreenSizeHeuristicQuery):
    _one.__module__ = "strata.UsdLod"

_schemas.install("UsdLod", globals(), (
    "audio", "imaging", "physics",
))
