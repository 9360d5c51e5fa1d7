"""Tangents that are too long: a curve that runs back in time has no value there.   (TsRegressionPreventer)"""
import math

from strata import Ts, _enums

# Just inside the longest that is allowed, as the engine's evaluation has it.
_MARGIN = 1e-5
_LONGEST, _BESIDE = 4.0 / 3.0, 1.0 / 3.0
_mode = [Ts.AntiRegressionKeepRatio]


class AntiRegressionAuthoringSelector:
    """Within it tangents that are written are shortened in a certain way."""

    def __init__(self, mode):
        self._selected, self._before = mode, None

    def __enter__(self):
        self._before, _mode[0] = _mode[0], self._selected
        return self

    def __exit__(self, kind, value, trace):
        _mode[0] = self._before
        return False


class EditBehaviorBlock:
    """Within it writing knots changes nothing else of a spline."""

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        return False


def current_mode():
    return _mode[0]


def is_regressive(start, end):
    """Of widths in lengths of the segment: whether time runs back."""
    return start + end - math.sqrt(start * end) > 1


def opposite_limit(width):
    """The longest tangent that the other end may have; both in lengths of the segment."""
    if width >= _LONGEST:
        return _BESIDE
    root = (math.sqrt(width) + math.sqrt(4 - 3 * width)) / 2
    return root * root


def shortened(start, end, mode):
    """The widths of a segment's two tangents, as a mode allows them."""
    if mode == Ts.AntiRegressionNone:
        return start, end
    if mode == Ts.AntiRegressionContain:
        return min(start, 1.0), min(end, 1.0)
    if not is_regressive(start, end):
        return start, end
    if mode == Ts.AntiRegressionKeepStart:
        if start >= _LONGEST:
            return _LONGEST - _MARGIN, _BESIDE - _MARGIN
        return start, max(0.0, opposite_limit(start) - _MARGIN)
    if end == 0:
        return 1 - _MARGIN, end
    ratio = start / end
    longest = (math.sqrt(ratio) + ratio + 1) / (ratio * ratio + ratio + 1)
    return max(0.0, longest * ratio - _MARGIN), max(0.0, longest - _MARGIN)


def ConvertToStandardTangent(widthIn, slopeOrHeightIn, convertHeightToSlope=False, divideValuesByThree=False, negateHeight=False):
    """(width, slope) of a tangent that another program has."""
    width, slope = float(widthIn), float(slopeOrHeightIn)
    if divideValuesByThree:
        width /= 3
        if convertHeightToSlope:
            slope /= 3
    if negateHeight:
        slope = -slope
    if convertHeightToSlope:
        slope = slope / width if width else 0.0
    return width, slope


def ConvertFromStandardTangent(widthIn, slopeIn, convertSlopeToHeight=False, multiplyValuesByThree=False, negateHeight=False):
    """(width, slope or height) of a tangent as another program wants it."""
    width, slope = float(widthIn), float(slopeIn)
    if convertSlopeToHeight:
        slope = slope * width
    if multiplyValuesByThree:
        width *= 3
        if convertSlopeToHeight:
            slope *= 3
    if negateHeight:
        slope = -slope
    return width, slope


class RegressionPreventer:
    """Keeps time from running back while one knot is edited by hand."""

    class SetResult:
        """What was shortened by an edit."""

        def __init__(self):
            raise RuntimeError("This class cannot be instantiated from Python")

        def GetDebugDescription(self, precision=6):
            lines = ["TsRegressionPreventer::SetResult:", f"  adjusted: {str(self.adjusted).lower()}"]
            for side in ("pre", "post"):
                have = f"have{side.title()}Segment"
                lines.append(f"  {have}: {str(getattr(self, have)).lower()}")
                for which in ("Active", "Opposite"):
                    name = f"{side}{which}Adjusted"
                    lines.append(f"  {name}: {str(getattr(self, name)).lower()}")
                    lines.append(f"  {name}Width: {getattr(self, name + 'Width'):.{precision}f}")
            return "\n".join(lines) + "\n"

    def __init__(self, spline, activeKnotTime, mode=None, limit=True):
        if isinstance(mode, bool):
            mode, limit = None, mode
        self._spline, self._time, self._limit = spline, activeKnotTime, limit
        self._mode = mode
        self._before = spline.GetKnots().values()
        if not any(one.GetTime() == activeKnotTime for one in self._before):
            Ts._error(f"there is no knot at {activeKnotTime}")

    def Set(self, proposedActiveKnot):
        """Puts a knot in the place of the active one, with what has to be shorter for it."""
        knots = {one.GetTime(): Ts.Knot(one) for one in self._before if one.GetTime() != self._time}
        active = Ts.Knot(proposedActiveKnot)
        knots[active.GetTime()] = active
        ordered = [knots[time] for time in sorted(knots)]
        at = ordered.index(active)
        result = _make_result()
        if at > 0 and ordered[at - 1].GetNextInterpolation() == Ts.InterpCurve:
            result.havePreSegment = True
            self._fit(result, "pre", active, "_preWidth", ordered[at - 1], "_postWidth")
        if at + 1 < len(ordered) and active.GetNextInterpolation() == Ts.InterpCurve:
            result.havePostSegment = True
            self._fit(result, "post", active, "_postWidth", ordered[at + 1], "_preWidth")
        self._time = active.GetTime()
        self._spline._knots = ordered
        return result

    def _fit(self, result, side, active, active_name, other, other_name):
        length = abs(other.GetTime() - active.GetTime())
        start, end = getattr(active, active_name) / length, getattr(other, other_name) / length
        new_start, new_end = start, end
        if self._limit and is_regressive(start, end):
            if self._mode == RegressionPreventer.ModeLimitOpposite:
                new_start = min(start, _LONGEST - _MARGIN)
                new_end = min(end, max(0.0, opposite_limit(new_start) - _MARGIN))
            else:
                new_end = min(end, _LONGEST - _MARGIN)
                new_start = min(start, max(0.0, opposite_limit(new_end) - _MARGIN))
        for which, old, new, knot, name in (("Active", start, new_start, active, active_name),
                                            ("Opposite", end, new_end, other, other_name)):
            changed = new != old
            if changed:
                setattr(knot, name, new * length)
            setattr(result, f"{side}{which}Adjusted", changed)
            setattr(result, f"{side}{which}AdjustedWidth", getattr(knot, name))
            result.adjusted = result.adjusted or changed


def _make_result():
    made = RegressionPreventer.SetResult.__new__(RegressionPreventer.SetResult)
    made.adjusted = False
    for side in ("pre", "post"):
        setattr(made, f"have{side.title()}Segment", False)
        for which in ("Active", "Opposite"):
            setattr(made, f"{side}{which}Adjusted", False)
            setattr(made, f"{side}{which}AdjustedWidth", 0.0)
    return made


for _name in ("adjusted", "havePreSegment", "havePostSegment", "preActiveAdjusted", "preActiveAdjustedWidth", "preOppositeAdjusted",
              "preOppositeAdjustedWidth", "postActiveAdjusted", "postActiveAdjustedWidth", "postOppositeAdjusted",
              "postOppositeAdjustedWidth"):
    setattr(RegressionPreventer.SetResult, _name, None)
_enums.make(RegressionPreventer, "TsRegressionPreventer", "InteractiveMode", ("ModeLimitActive", "ModeLimitOpposite"))
RegressionPreventer.InteractiveMode._prefix = "Ts.RegressionPreventer."
for _one in (AntiRegressionAuthoringSelector, EditBehaviorBlock, RegressionPreventer, RegressionPreventer.SetResult):
    _one.__module__ = "strata.Ts"
