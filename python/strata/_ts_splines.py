"""What is done to whole splines: editing, dividing, baking loops, sampling.   (TsSpline)"""
import math

from strata import Ts
from strata._core.Gf import Vec2d
from strata._ts_tangents import current_mode, is_regressive, shortened
from strata.Gf import Interval

Spline, Knot, KnotMap = Ts.Spline, Ts.Knot, Ts.KnotMap
_CURVE = Ts.InterpCurve.value
Spline._knots = property(lambda self: [Knot(one) for one in self._coreKnots],
                         lambda self, knots: setattr(self, "_coreKnots", knots))


def _method(function):
    setattr(Spline, function.__name__, function)
    return function


def _static(function):
    setattr(Spline, function.__name__, staticmethod(function))
    return function


def _map(spline, knots=None):
    return KnotMap._of(spline._knots if knots is None else knots, spline.GetValueTypeName())


# -- facts ---------------------------------------------------------------------------------------------------------------


@_static
def IsSupportedValueType(valueType):
    return valueType.typeName in ("double", "float", "half", "GfHalf", "pxr_half::half", "SdfTimeCode")


@_method
def GetCurveType(self):
    return Ts._curves[self._curveType]


@_method
def SetCurveType(self, curveType):
    self._curveType = curveType.value


def _extrapolation(pair):
    made = Ts.Extrapolation(Ts._extraps[pair[0]])
    made.slope = pair[1]
    return made


@_method
def GetPreExtrapolation(self):
    return _extrapolation(self._pre)


@_method
def GetPostExtrapolation(self):
    return _extrapolation(self._post)


@_method
def SetPreExtrapolation(self, extrap):
    self._pre = extrap.mode.value, extrap.slope


@_method
def SetPostExtrapolation(self, extrap):
    self._post = extrap.mode.value, extrap.slope


@_method
def IsPreExtrapolationValid(self):
    return not _extrapolation(self._pre).IsLooping() or len(self._knots) > 1


@_method
def IsPostExtrapolationValid(self):
    return not _extrapolation(self._post).IsLooping() or len(self._knots) > 1


@_method
def GetInnerLoopParams(self):
    made = Ts.LoopParams()
    if self._loop is not None:
        made.protoStart, made.protoEnd, made.numPreLoops, made.numPostLoops, made.valueOffset = self._loop
    return made


@_method
def SetInnerLoopParams(self, params):
    self._loop = params._tuple()


@_method
def HasInnerLoops(self):
    if self._loop is None:
        return False
    start, end, before, after, _ = self._loop
    return end > start and (before > 0 or after > 0) and any(one._time == start for one in self._knots)


@_method
def HasExtrapolatingLoops(self):
    return len(self._knots) > 1 and any(_extrapolation(one).IsLooping() for one in (self._pre, self._post))


@_method
def HasLoops(self):
    return self.HasInnerLoops() or self.HasExtrapolatingLoops()


@_method
def HasValueBlocks(self):
    knots = self._knots
    return bool(knots) and (self._pre[0] == 0 or self._post[0] == 0 or any(one._interpolation == 0 for one in knots[:-1]))


@_method
def HasValueBlockAtTime(self, time):
    return bool(self._knots) and self.Eval(time) is None


@_method
def DoSidesDiffer(self, time):
    return self.Eval(time) != self.EvalPreValue(time)


def _held(spline, time, strictly):
    """The value of the knot at or before a time."""
    if not spline._knots:
        return None
    knots = spline.GetKnotsWithLoopsBaked(Interval(math.nextafter(time, -math.inf), time)).values()
    before = [one for one in knots if one._time < time or not strictly and one._time == time]
    return before[-1].GetValue() if before else knots[0].GetPreValue()


@_method
def EvalHeld(self, time):
    """The value as if all of the curve were held."""
    return _held(self, time, False)


@_method
def EvalPreValueHeld(self, time):
    return _held(self, time, True)


# -- knots ---------------------------------------------------------------------------------------------------------------


@_method
def GetKnots(self, interval=None):
    """All knots, or those that say what the curve does in an interval."""
    knots = self._knots
    if interval is not None and not interval.IsEmpty():
        first = max((i for i, one in enumerate(knots) if one._time <= interval.GetMin()), default=0)
        last = min((i for i, one in enumerate(knots) if one._time >= interval.GetMax()), default=len(knots) - 1)
        knots = knots[first:last + 1]
    return _map(self, knots)


@_method
def GetKnot(self, time):
    return next((Knot(one) for one in self._knots if one._time == time), None)


@_method
def SetKnot(self, knot):
    if not isinstance(knot, Knot):
        raise TypeError(f"{knot!r} is no knot")
    if knot.GetValueTypeName() != self.GetValueTypeName():
        Ts._error(f"a knot of {knot.GetValueTypeName()} cannot be put into a spline of {self.GetValueTypeName()}")
    knots = [one for one in self._knots if one._time != knot._time] + [Knot(knot)]
    knots.sort(key=lambda one: one._time)
    at = next(i for i, one in enumerate(knots) if one._time == knot._time)
    for i in (at - 1, at):
        _shorten(self, knots, i)
    self._knots = knots
    return Interval()


@_method
def SetKnots(self, knots):
    self._knots = knots.values()


@_method
def RemoveKnot(self, time):
    knots = self._knots
    kept = [one for one in knots if one._time != time]
    if len(kept) == len(knots):
        Ts._error(f"there is no knot at {time}")
    self._knots = kept


@_method
def ClearKnots(self):
    self._knots = []


# -- tangents ------------------------------------------------------------------------------------------------------------


def _shorten(spline, knots, i):
    """Whether the tangents of the segment after knot i had to be shortened."""
    if not 0 <= i < len(knots) - 1 or spline._curveType != 0 or knots[i]._interpolation != _CURVE:
        return False
    start, end = knots[i], knots[i + 1]
    length = end._time - start._time
    old = start._postWidth / length, end._preWidth / length
    new = shortened(*old, current_mode())
    if new == old:
        return False
    start._postWidth, end._preWidth = new[0] * length, new[1] * length
    return True


@_static
def GetAntiRegressionAuthoringMode():
    return current_mode()


@_method
def HasRegressiveTangents(self):
    if self._curveType != 0:
        return False
    knots = self._knots
    return any(one._interpolation == _CURVE and is_regressive(one._postWidth / (two._time - one._time),
                                                              two._preWidth / (two._time - one._time))
               for one, two in zip(knots, knots[1:]))


@_method
def AdjustRegressiveTangents(self):
    """Shortens what is too long; whether anything was."""
    knots = self._knots
    changed = [_shorten(self, knots, i) for i in range(len(knots) - 1)]
    if any(changed):
        self._knots = knots
    return any(changed)


# -- dividing ------------------------------------------------------------------------------------------------------------


@_method
def CanBreakdown(self, time):
    """True, or (False, why not)."""
    if not self._knots:
        return False, "Cannot breakdown an empty spline."
    if any(one._time == time for one in self._knots):
        return False, f"Cannot breakdown a spline at an existing knot. (time={time:.12g})"
    if self.Eval(time) is None:
        return False, f"Cannot breakdown a spline where it has no value. (time={time:.12g})"
    return True


@_method
def Breakdown(self, time):
    """Adds a knot that does not change the curve; the interval in which something was touched."""
    if self.CanBreakdown(time) is not True:
        return Interval()
    knots = self._knots
    made = Knot(self.GetValueTypeName(), time=time, value=self.Eval(time))
    before = [one for one in knots if one._time < time]
    after = [one for one in knots if one._time > time]
    if before and after:
        _divide(self, before[-1], made, after[0])
        touched = Interval(before[-1]._time, after[0]._time)
    else:
        _extend(self, made, before, after)
        touched = Interval(before[-1]._time, time) if before else Interval(time, after[0]._time)
    self._knots = before + [made] + after
    return touched


def _divide(spline, before, made, after):
    made._interpolation = before._interpolation
    if before._interpolation != _CURVE:
        slope = spline.EvalDerivative(made._time)
        if before._interpolation == Ts.InterpLinear.value:
            made._preSlope = made._postSlope = slope
        return
    length = after._time - before._time
    if spline._curveType == 1:
        made._preSlope = made._postSlope = spline.EvalDerivative(made._time)
        return
    times = [before._time, before._time + before._postWidth, after._time - after._preWidth, after._time]
    values = [before._value, before._value + before._postWidth * before._postSlope,
              after.GetPreValue() - after._preWidth * after._preSlope, after.GetPreValue()]
    u = _solve(times, made._time, (made._time - before._time) / length)
    left_t, right_t = _split(times, u)
    left_v, right_v = _split(values, u)
    made._value = left_v[3]
    before._postWidth = left_t[1] - left_t[0]
    made._preWidth, made._postWidth = made._time - left_t[2], right_t[1] - made._time
    made._preSlope = (left_v[3] - left_v[2]) / made._preWidth if made._preWidth else 0.0
    made._postSlope = (right_v[1] - right_v[0]) / made._postWidth if made._postWidth else 0.0
    after._preWidth = right_t[3] - right_t[2]


def _split(points, u):
    """The two halves of a cubic at u."""
    a, b, c, d = points
    ab, bc, cd = a + (b - a) * u, b + (c - b) * u, c + (d - c) * u
    abc, bcd = ab + (bc - ab) * u, bc + (cd - bc) * u
    middle = abc + (bcd - abc) * u
    return (a, ab, abc, middle), (middle, bcd, cd, d)


def _solve(times, time, guess):
    """Where a cubic that rises has a value."""
    low, high, u = 0.0, 1.0, guess
    for _ in range(200):
        error = _split(times, u)[0][3] - time
        if error == 0 or high - low < 1e-16:
            break
        low, high = (u, high) if error < 0 else (low, u)
        u = (low + high) / 2
    return u


def _extend(spline, made, before, after):
    """A knot beyond the ends, where extrapolation says what is there."""
    neighbour, mode = (before[-1], spline._post[0]) if before else (after[0], spline._pre[0])
    slope = spline.EvalDerivative(made._time) or 0.0
    interpolation = Ts.InterpHeld.value if mode == Ts.ExtrapHeld.value else Ts.InterpLinear.value
    width = abs(made._time - neighbour._time) / 3
    if before:
        neighbour._interpolation = interpolation
        made._preWidth, made._preSlope = width, slope
    else:
        made._interpolation = interpolation
        made._postWidth, made._postSlope = width, slope


@_method
def GetTruncated(self, timeInterval, preExtrapolation, postExtrapolation):
    """The part of the curve within an interval."""
    made = Spline(self)
    for time in (timeInterval.GetMin(), timeInterval.GetMax()):
        if math.isfinite(time):
            made.Breakdown(time)
    made._knots = [one for one in made._knots if timeInterval.GetMin() <= one._time <= timeInterval.GetMax()]
    made.SetPreExtrapolation(preExtrapolation)
    made.SetPostExtrapolation(postExtrapolation)
    return made


@_method
def GetTimeScaled(self, timeScale, timeOffset):
    """The curve in another time: scaled, then moved; backwards where the scale is negative."""
    made = Spline(self)
    if timeScale == 0:
        Ts._error("a spline cannot be scaled to no time at all")
    knots = made._knots
    interpolations = [one._interpolation for one in knots]
    out = []
    for i, one in enumerate(knots):
        one._time = one._time * timeScale + timeOffset
        pre, post = ((one._preWidth, one._preSlope, one._preAlgorithm), (one._postWidth, one._postSlope, one._postAlgorithm))
        if timeScale < 0:
            pre, post = post, pre
            if one.IsDualValued():
                one._value, one._preValue = one._preValue, one._value
            one._interpolation = interpolations[i - 1] if i > 0 else Ts.InterpHeld.value
        for side, (width, slope, algorithm) in (("pre", pre), ("post", post)):
            setattr(one, f"_{side}Width", width * abs(timeScale))
            setattr(one, f"_{side}Slope", slope / timeScale)
            setattr(one, f"_{side}Algorithm", algorithm)
        out.append(one)
    made._knots = out
    ends = [(mode, slope / timeScale) for mode, slope in (self._pre, self._post)]
    made._pre, made._post = ends if timeScale > 0 else ends[::-1]
    if self._loop is not None:
        start, end, before, after, offset = self._loop
        start, end = sorted((start * timeScale + timeOffset, end * timeScale + timeOffset))
        made._loop = (start, end, before, after, offset) if timeScale > 0 else (start, end, after, before, -offset)
    return made


@_static
def Concatenate(splines):
    """One after the other: splines whose times do not overlap."""
    splines = list(splines)
    if not splines:
        return Spline()
    made = Spline(splines[0])
    knots = list(made._knots)
    for one in splines[1:]:
        if knots and one._knots and one._knots[0]._time <= knots[-1]._time:
            Ts._error("splines that overlap cannot be concatenated")
        knots += one._knots
    made._knots = knots
    made._post = splines[-1]._post
    return made


@_method
def Diff(self, other, compareInterval=None):
    """The interval in which two curves may differ."""
    interval = compareInterval if compareInterval is not None else Interval(-math.inf, math.inf, False, False)
    mine, theirs = self._knots, other._knots
    first = 0
    while first < min(len(mine), len(theirs)) and mine[first]._Equals(theirs[first]):
        first += 1
    last = 0
    while last < min(len(mine), len(theirs)) - first and mine[-1 - last]._Equals(theirs[-1 - last]):
        last += 1
    same_knots = first == len(mine) == len(theirs)
    low, high = math.inf, -math.inf
    if not same_knots:
        low = mine[first - 1]._time if first and self._pre == other._pre else -math.inf
        high = mine[-last]._time if last else math.inf
    if self._pre != other._pre or self._loop != other._loop:
        low, high = -math.inf, max(high, mine[0]._time if mine else math.inf)
    if self._post != other._post or self._loop != other._loop:
        low, high = min(low, mine[-1]._time if mine else -math.inf), math.inf
    if low > high:
        return Interval()
    found = Interval(low, high, math.isfinite(low), math.isfinite(high) and last == 0)
    return found & interval


# -- loops ---------------------------------------------------------------------------------------------------------------


def _shifted(knot, time, value):
    made = Knot(knot)
    made._time = knot._time + time
    made._value = knot._value + value
    if knot._preValue is not None:
        made._preValue = knot._preValue + value
    return made


def _inner_baked(spline):
    if not spline.HasInnerLoops():
        return spline._knots
    start, end, before, after, offset = spline._loop
    length = end - start
    prototype = [one for one in spline._knots if start <= one._time < end]
    first, last = start - before * length, end + after * length
    out = [one for one in spline._knots if one._time < first]
    for copy in range(-before, after + 1):
        out += [_shifted(one, copy * length, copy * offset) for one in prototype]
    out.append(_shifted(prototype[0], (after + 1) * length, (after + 1) * offset))
    return out + [one for one in spline._knots if one._time > last]


@_method
def GetKnotsWithInnerLoopsBaked(self):
    return _map(self, _inner_baked(self))


@_method
def BakeInnerLoops(self):
    self._knots = _inner_baked(self)
    self._loop = None
    return True


def _mirrored(knot, next_interpolation, around):
    """A knot of a copy that runs backwards."""
    made = Knot(knot)
    made._time = around - knot._time
    made._interpolation = next_interpolation
    for to, of in (("pre", "post"), ("post", "pre")):
        setattr(made, f"_{to}Width", getattr(knot, f"_{of}Width"))
        setattr(made, f"_{to}Slope", -getattr(knot, f"_{of}Slope"))
    if knot._preValue is not None:
        made._value, made._preValue = knot._preValue, knot._value
    return made


def _copy_of(knots, mode, number):
    """The knots of one repetition past the ends, without its last; `number` is negative before the first knot."""
    length = knots[-1]._time - knots[0]._time
    rise = knots[-1]._value - knots[0].GetPreValue() if mode == Ts.ExtrapLoopRepeat else 0.0
    if mode == Ts.ExtrapLoopOscillate and number % 2:
        backwards = list(reversed(knots))
        around = knots[0]._time + knots[-1]._time + number * length
        following = [knots[len(knots) - 2 - i]._interpolation for i in range(len(knots) - 1)] + [knots[-1]._interpolation]
        return [_mirrored(one, following[i], around) for i, one in enumerate(backwards)]
    return [_shifted(one, number * length, number * rise) for one in knots]


@_method
def GetKnotsWithLoopsBaked(self, interval):
    """The knots of an interval, with all repetitions written out: whole ones that touch it."""
    knots = _inner_baked(self)
    if len(knots) < 2 or interval.IsEmpty():
        return _map(self, knots)
    length = knots[-1]._time - knots[0]._time
    pre, post = Ts._extraps[self._pre[0]], Ts._extraps[self._post[0]]
    out = {}
    if _extrapolation(self._pre).IsLooping() and math.isfinite(interval.GetMin()):
        count = max(0, min(100000, math.ceil((knots[0]._time - interval.GetMin()) / length)))
        for number in range(-count, 0):
            out.update({one._time: one for one in _copy_of(knots, pre, number)[:-1]})
    out.update({one._time: one for one in knots})
    if _extrapolation(self._post).IsLooping() and math.isfinite(interval.GetMax()):
        count = max(0, min(100000, math.ceil((interval.GetMax() - knots[-1]._time) / length)))
        for number in range(1, count + 1):
            copy = _copy_of(knots, post, number)
            last = out[max(out)]
            last._interpolation = copy[0]._interpolation
            last._postWidth, last._postSlope = copy[0]._postWidth, copy[0]._postSlope
            out.update({one._time: one for one in copy[1:]})
    ordered = [out[time] for time in sorted(out)]
    first = max((i for i, one in enumerate(ordered) if one._time <= interval.GetMin()), default=0)
    last = min((i for i, one in enumerate(ordered) if one._time >= interval.GetMax()), default=len(ordered) - 1)
    return _map(self, ordered[first:last + 1])


# -- sampling ------------------------------------------------------------------------------------------------------------


class SplineSamples:
    """Points along a curve, in unbroken lines."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    polylines = property(lambda self: [list(line) for line in self._lines])


class SplineSamplesWithSources:
    """The same, and what each line comes from."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    polylines = property(lambda self: [list(line) for line in self._lines])
    sources = property(lambda self: list(self._sources))


class _Sampler:
    def __init__(self, spline, interval, scale, tolerance):
        self._spline, self._interval, self._scale, self._tolerance = spline, interval, scale, tolerance
        self._lines = []  # (points, source)

    def add(self, points, source):
        low, high = self._interval.GetMin(), self._interval.GetMax()
        points = [one for one in points if low <= one[0] <= high]
        if len(points) < 2:
            return
        if self._lines and self._lines[-1][1] == source and self._lines[-1][0][-1] == points[0]:
            self._lines[-1][0].extend(points[1:])
        else:
            self._lines.append((points, source))

    def at(self, time, is_end):
        value = self._spline.EvalPreValue(time) if is_end else self._spline.Eval(time)
        return None if value is None else Vec2d(time, value)

    def straight(self, start, end, source):
        low, high = max(start, self._interval.GetMin()), min(end, self._interval.GetMax())
        if high > low:
            points = [self.at(low, False), self.at(high, True)]
            if None not in points:
                self.add(points, source)

    def curve(self, start, end, source):
        """Divided until each piece is as good as straight."""
        low, high = max(start, self._interval.GetMin()), min(end, self._interval.GetMax())
        if not high > low:
            return
        first, last = self.at(low, False), self.at(high, True)
        if first is None or last is None:
            return
        points, waiting = [first], [(first, last, 0)]
        while waiting:
            a, b, depth = waiting.pop()
            time = (a[0] + b[0]) / 2
            middle = self.at(time, False)
            quarters = [self.at(a[0] + (b[0] - a[0]) * part, False) for part in (0.25, 0.5, 0.75)]
            off = max(abs(one[1] - (a[1] + (b[1] - a[1]) * (one[0] - a[0]) / (b[0] - a[0]))) for one in quarters)
            if depth >= 24 or off * self._scale <= self._tolerance:
                points.append(b)
            else:
                waiting += [(middle, b, depth + 1), (a, middle, depth + 1)]
        self.add(points, source)


def _source_of(spline, time, ends):
    if time < ends[0]:
        return Ts.SourcePreExtrapLoop if _extrapolation(spline._pre).IsLooping() else Ts.SourcePreExtrap
    if time > ends[1]:
        return Ts.SourcePostExtrapLoop if _extrapolation(spline._post).IsLooping() else Ts.SourcePostExtrap
    if spline.HasInnerLoops():
        start, end, before, after, _ = spline._loop
        length = end - start
        if start - before * length <= time < start:
            return Ts.SourceInnerLoopPreEcho
        if start <= time < end:
            return Ts.SourceInnerLoopProto
        if end <= time < end + after * length:
            return Ts.SourceInnerLoopPostEcho
    return Ts.SourceKnotInterp


@_method
def Sample(self, timeInterval, timeScale, valueScale, tolerance, withSources=False):
    """The curve as lines that are at most `tolerance` off, after scaling."""
    if timeInterval.IsEmpty() or not min(timeScale, valueScale, tolerance) > 0:
        Ts._error("sampling takes an interval that is not empty, and scales and a tolerance above zero")
    made = SplineSamplesWithSources if withSources else SplineSamples
    result = made.__new__(made)
    result._lines, result._sources = [], []
    if not self._knots:
        return result
    sampler = _Sampler(self, timeInterval, valueScale, tolerance)
    inner = _inner_baked(self)
    ends = inner[0]._time, inner[-1]._time
    knots = self.GetKnotsWithLoopsBaked(timeInterval).values()
    if timeInterval.GetMin() < knots[0]._time:
        sampler.straight(timeInterval.GetMin(), knots[0]._time, _source_of(self, timeInterval.GetMin(), ends))
    for one, two in zip(knots, knots[1:]):
        source = _source_of(self, (one._time + two._time) / 2, ends)
        (sampler.curve if one._interpolation == _CURVE else sampler.straight)(one._time, two._time, source)
    if timeInterval.GetMax() > knots[-1]._time:
        sampler.straight(knots[-1]._time, timeInterval.GetMax(), _source_of(self, timeInterval.GetMax(), ends))
    lines = sampler._lines
    if not withSources:  # what only differs in where it comes from is one line
        joined = []
        for points, _ in lines:
            if joined and joined[-1][-1] == points[0]:
                joined[-1] = joined[-1] + points[1:]
            else:
                joined.append(list(points))
        result._lines = joined
    else:
        result._lines, result._sources = [points for points, _ in lines], [source for _, source in lines]
    return result


for _one in (SplineSamples, SplineSamplesWithSources):
    _one.__module__ = "strata.Ts"
