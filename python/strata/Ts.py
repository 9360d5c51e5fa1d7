"""Splines: knots, tangents, extrapolation and loops.   (Ts)"""
from strata import _enums
from strata._core import Ts as _core
from strata._core.Ts import Spline
from strata._core.Usd import Attribute as _Attribute


def _enum(name, *labels):
    made = _enums.make(globals(), "Ts" + name, name, [(label, display, number) for number, (label, display) in enumerate(labels)])
    for item in made.allValues:
        item.fullName = f"Ts{name}::Ts{item.name}"
    made.GetValueFromName = staticmethod(lambda name: next((item for item in made.allValues if "Ts" + item.name == name), None))
    return made


def _named(prefix, *titles):
    return [(prefix + title.replace(" ", ""), title) for title in titles]


_enum("InterpMode", *_named("Interp", "Value Block", "Held", "Linear", "Curve"))
_enum("CurveType", *_named("CurveType", "Bezier", "Hermite"))
_enum("ExtrapMode", *_named("Extrap", "Value Block", "Held", "Linear", "Sloped", "Loop Repeat", "Loop Reset", "Loop Oscillate"))
_enum("TangentAlgorithm", *_named("TangentAlgorithm", "None", "Custom", "Auto Ease"))
_enum("AntiRegressionMode", *_named("AntiRegression", "None", "Contain", "Keep Ratio", "Keep Start"))
_enum("SplineSampleSource", ("SourcePreExtrap", "Pre Extrapolation"), ("SourcePreExtrapLoop", "Pre Extrapolation Loop"),
      ("SourceInnerLoopPreEcho", "Pre Inner Loop"), ("SourceInnerLoopProto", "Inner Loop Prototype"),
      ("SourceInnerLoopPostEcho", "Post Inner Loop"), ("SourceKnotInterp", "Knot Interpolation"),
      ("SourcePostExtrap", "Post Extrapolation"), ("SourcePostExtrapLoop", "Post Extrapolation Loop"))
_interps, _curves, _extraps, _algorithms = (
    InterpMode.allValues, CurveType.allValues, ExtrapMode.allValues, TangentAlgorithm.allValues)  # noqa: F821


def _error(text):
    from strata.Tf import RaiseCodingError
    RaiseCodingError(text)


# -- knots ---------------------------------------------------------------------------------------------------------------

_Base = _core._Knot


class Knot(_Base):
    """A point of a spline: a time, a value, and how the curve comes and goes."""

    def __init__(self, typeName="double", curveType=None, time=None, nextInterp=None, value=None, preValue=None, customData=None,
                 preTanWidth=None, preTanSlope=None, postTanWidth=None, postTanSlope=None, preTanAlgorithm=None,
                 postTanAlgorithm=None):
        if isinstance(typeName, _Base):
            super().__init__(typeName)
            return
        super().__init__()
        if not self._SetType(typeName):
            raise TypeError(f"a knot cannot be of type '{typeName}'")
        for given, put in ((time, self.SetTime), (nextInterp, self.SetNextInterpolation), (value, self.SetValue),
                           (preValue, self.SetPreValue), (customData, self.SetCustomData), (preTanWidth, self.SetPreTanWidth),
                           (preTanSlope, self.SetPreTanSlope), (postTanWidth, self.SetPostTanWidth),
                           (postTanSlope, self.SetPostTanSlope), (preTanAlgorithm, self.SetPreTanAlgorithm),
                           (postTanAlgorithm, self.SetPostTanAlgorithm)):
            if given is not None:
                put(given)

    def __eq__(self, other):
        return isinstance(other, Knot) and self._Equals(other)

    __hash__ = None

    def GetValueTypeName(self):
        return self._type

    def GetTime(self):
        return self._time

    def SetTime(self, time):
        self._time = time
        return True

    def GetValue(self):
        return self._value

    def SetValue(self, value):
        self._value = value

    def IsDualValued(self):
        return self._preValue is not None

    def GetPreValue(self):
        return self._value if self._preValue is None else self._preValue

    def SetPreValue(self, value):
        self._preValue = value

    def ClearPreValue(self):
        self._preValue = None
        return True

    def GetNextInterpolation(self):
        return _interps[self._interpolation]

    def SetNextInterpolation(self, mode):
        self._interpolation = mode.value
        return True

    def GetCurveType(self):
        return CurveTypeBezier  # noqa: F821

    def SetCurveType(self, curveType):
        """Does nothing: curves have types, knots do not."""
        return True

    def GetCustomData(self):
        return self._customData

    def SetCustomData(self, customData):
        self._customData = customData
        return True

    def GetCustomDataByKey(self, keyPath):
        found = self._customData
        for key in keyPath.split(":"):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def SetCustomDataByKey(self, keyPath, value):
        data = self._customData
        *keys, last = keyPath.split(":")
        inside = data
        for key in keys:
            inside[key] = inside = inside.get(key) if isinstance(inside.get(key), dict) else {}
        inside[last] = value
        self._customData = data
        return True

    def UpdateTangents(self, prevKnot, nextKnot, curveType=_curves[0]):
        """Works the tangents out that an algorithm makes; whether any changed."""
        changed = False
        for side, neighbour in (("pre", prevKnot), ("post", nextKnot)):
            if getattr(self, f"_{side}Algorithm") != TangentAlgorithmAutoEase.value or neighbour is None:  # noqa: F821
                continue
            width, slope = abs(neighbour.GetTime() - self._time) / 3, self._eased_slope(prevKnot, nextKnot)
            changed = changed or (width, slope) != (getattr(self, f"_{side}Width"), getattr(self, f"_{side}Slope"))
            setattr(self, f"_{side}Width", width)
            setattr(self, f"_{side}Slope", slope)
        return changed

    def _eased_slope(self, before, after):
        """Flat at ends and at peaks; between, leaning to the side that is less steep."""
        if before is None or after is None:
            return 0.0
        span_in, span_out = self._time - before.GetTime(), after.GetTime() - self._time
        rise_in, rise_out = self.GetPreValue() - before.GetValue(), after.GetPreValue() - self._value
        if rise_in * rise_out <= 0 or span_in <= 0 or span_out <= 0:
            return 0.0
        slope_in, slope_out = rise_in / span_in, rise_out / span_out
        limit = 3 * min(abs(slope_in), abs(slope_out))
        mean = (rise_in + rise_out) / (span_in + span_out)
        return max(-limit, min(limit, mean))


def _tangent_members(side, title):
    def get_width(self):
        return getattr(self, f"_{side}Width")

    def set_width(self, width):
        if not width >= 0:
            _error(f"the width of a tangent cannot be {width}")
        setattr(self, f"_{side}Width", width)
        return True

    def get_slope(self):
        return getattr(self, f"_{side}Slope")

    def set_slope(self, slope):
        setattr(self, f"_{side}Slope", slope)

    def get_algorithm(self):
        return _algorithms[getattr(self, f"_{side}Algorithm")]

    def set_algorithm(self, algorithm):
        setattr(self, f"_{side}Algorithm", algorithm.value)
        return True

    for name, function in (("GetXTanWidth", get_width), ("SetXTanWidth", set_width), ("GetXTanSlope", get_slope),
                           ("SetXTanSlope", set_slope), ("GetXTanAlgorithm", get_algorithm), ("SetXTanAlgorithm", set_algorithm)):
        setattr(Knot, name.replace("X", title), function)


_tangent_members("pre", "Pre")
_tangent_members("post", "Post")


class KnotMap:
    """Knots by their times, in order."""

    def __init__(self, other=None):
        self._knots, self._type = {}, "double"
        if other is not None:
            self._knots, self._type = dict(other._knots), other._type

    @staticmethod
    def _of(knots, type_name):
        made = KnotMap()
        made._knots, made._type = {one._time: Knot(one) for one in knots}, type_name
        return made

    def keys(self):
        return sorted(self._knots)

    def values(self):
        return [self._knots[time] for time in self.keys()]

    def __iter__(self):
        return iter(self.keys())

    def __len__(self):
        return len(self._knots)

    def __contains__(self, time):
        return float(time) in self._knots

    def __getitem__(self, time):
        if time not in self:
            raise IndexError(f"there is no knot at {time}")
        return self._knots[float(time)]

    def __setitem__(self, time, knot):
        if not isinstance(knot, Knot):
            raise TypeError(f"{knot!r} is no knot")
        made = Knot(knot)
        made._time = float(time)
        self._knots[float(time)] = made

    def __delitem__(self, time):
        self._knots.pop(float(time), None)

    def __eq__(self, other):
        return isinstance(other, KnotMap) and self.keys() == other.keys() and all(
            one == two for one, two in zip(self.values(), other.values()))

    __hash__ = None

    def clear(self):
        self._knots.clear()

    def FindClosest(self, time):
        return min(self.values(), key=lambda knot: abs(knot._time - time), default=None)

    def GetTimeSpan(self):
        from strata.Gf import Interval
        return Interval(self.keys()[0], self.keys()[-1]) if self._knots else Interval()

    def GetValueType(self):
        from strata.Tf import Type
        return Type.FindByName(self._type)

    def HasCurveSegments(self):
        return len(self._knots) > 1 and any(one._interpolation == InterpCurve.value for one in self.values()[:-1])  # noqa: F821


# -- extrapolation and loops ---------------------------------------------------------------------------------------------


class Extrapolation:
    """How a spline goes on before its first knot, or past its last."""

    mode = slope = loopBoundaryTime = None  # each object has its own

    def __init__(self, mode=None):
        if isinstance(mode, Extrapolation):
            self.mode, self.slope, self.loopBoundaryTime = mode.mode, mode.slope, mode.loopBoundaryTime
            return
        self.mode = ExtrapHeld if mode is None else mode  # noqa: F821
        self.slope, self.loopBoundaryTime = 0.0, None

    def IsLooping(self):
        return self.mode.value >= ExtrapLoopRepeat.value  # noqa: F821

    def __eq__(self, other):
        return isinstance(other, Extrapolation) and self.mode == other.mode and (
            self.mode != ExtrapSloped or self.slope == other.slope)  # noqa: F821

    __hash__ = None


class LoopParams:
    """Which knots repeat within a spline, how often, and how much higher each time."""

    def __init__(self, other=None):
        if other is not None and not isinstance(other, LoopParams):
            raise TypeError(f"{other!r} tells of no loop")
        fields = other._tuple() if other is not None else (0.0, 0.0, 0, 0, 0.0)
        self.protoStart, self.protoEnd, self.numPreLoops, self.numPostLoops, self.valueOffset = fields

    def __setattr__(self, name, value):
        super().__setattr__(name, (int if name.startswith("num") else float)(value))

    def _tuple(self):
        return self.protoStart, self.protoEnd, self.numPreLoops, self.numPostLoops, self.valueOffset

    def GetPrototypeInterval(self):
        from strata.Gf import Interval
        return Interval(self.protoStart, self.protoEnd, True, False)

    def GetLoopedInterval(self):
        from strata.Gf import Interval
        length = self.protoEnd - self.protoStart
        return Interval(self.protoStart - self.numPreLoops * length, self.protoEnd + self.numPostLoops * length)

    def __eq__(self, other):
        return isinstance(other, LoopParams) and self._tuple() == other._tuple()

    __hash__ = None


for _one in (Knot, KnotMap, Extrapolation, LoopParams):
    _one.__module__ = "strata.Ts"


# -- attributes ----------------------------------------------------------------------------------------------------------

_Attribute.GetSpline = lambda self: _core._GetSpline(self)
_Attribute.SetSpline = lambda self, spline: _core._SetSpline(self, spline)

from strata import _ts_splines  # noqa: E402,F401
from strata._ts_splines import SplineSamples, SplineSamplesWithSources  # noqa: E402,F401
from strata._ts_tangents import (  # noqa: E402,F401
    AntiRegressionAuthoringSelector, ConvertFromStandardTangent, ConvertToStandardTangent, EditBehaviorBlock, RegressionPreventer)
