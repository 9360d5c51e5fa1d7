"""Frames as people write them: "101:120x2".   (UsdUtilsTimeCodeRange)"""
from strata._core.Usd import TimeCode
from strata.Tf import RaiseCodingError


def _code(given):
    return given if isinstance(given, TimeCode) else TimeCode(given)


def _text(number):
    return f"{number:.12g}"


class TimeCodeRange:
    """Times from a first to a last one, a stride apart; iterated without any error adding up."""

    class Tokens:
        EmptyTimeCodeRange, RangeSeparator, StrideSeparator = "NONE", ":", "x"

        def __init__(self):
            raise RuntimeError("This class cannot be instantiated from Python")

    def __init__(self, startTimeCode=None, endTimeCode=None, stride=None):
        self._empty = startTimeCode is None
        start = _code(0 if self._empty else startTimeCode)
        end = _code(-1) if self._empty else start if endTimeCode is None else _code(endTimeCode)
        if not self._empty and (start.IsDefault() or end.IsDefault() or start.IsEarliestTime() or end.IsEarliestTime()):
            RaiseCodingError("a range of times goes from a number to a number")
        self._start, self._end = start, end
        forward = end.GetValue() >= start.GetValue() or self._empty
        self._stride = (1.0 if forward else -1.0) if stride is None else float(stride)
        if self._stride == 0:
            RaiseCodingError("the stride of a range of times cannot be zero")
        if forward != (self._stride > 0):
            RaiseCodingError(f"a range of times cannot go from {start} to {end} with a stride of {_text(self._stride)}")

    @staticmethod
    def CreateFromFrameSpec(frameSpec):
        """Of "first", "first:last" or "first:lastxstride"."""
        numbers, _, stride = frameSpec.partition(TimeCodeRange.Tokens.StrideSeparator)
        parts = numbers.split(TimeCodeRange.Tokens.RangeSeparator)
        try:
            if len(parts) > 2 or stride and len(parts) < 2 or frameSpec.endswith("x"):
                raise ValueError(frameSpec)
            codes = [TimeCode(float(part)) for part in parts]
            step = float(stride) if stride else None
        except ValueError:
            RaiseCodingError(f'"{frameSpec}" is no range of frames: write "first", "first:last" or "first:lastxstride"')
        return TimeCodeRange(codes[0], codes[-1], step)

    startTimeCode = property(lambda self: self._start)
    endTimeCode = property(lambda self: self._end)
    stride = property(lambda self: self._stride)

    @property
    def frameSpec(self):
        if self.empty():
            return self.Tokens.EmptyTimeCodeRange
        start, end = self._start.GetValue(), self._end.GetValue()
        text = _text(start)
        if start != end:
            text += self.Tokens.RangeSeparator + _text(end)
        if self._stride not in (1.0, -1.0):
            text += self.Tokens.StrideSeparator + _text(self._stride)
        return text

    def empty(self):
        return self._empty

    def IsValid(self):
        return not self._empty

    __bool__ = IsValid

    def __iter__(self):
        start, end = self._start.GetValue(), self._end.GetValue()
        if self._empty:
            return
        for number in range(int((end - start) / self._stride + 1e-9) + 1):
            yield TimeCode(start + number * self._stride)

    def __eq__(self, other):
        return isinstance(other, TimeCodeRange) and (self._start, self._end, self._stride) == (
            other._start, other._end, other._stride)

    __hash__ = None

    def __str__(self):
        return repr(self)

    def __repr__(self):
        return "UsdUtils.TimeCodeRange()" if self._empty else f"UsdUtils.TimeCodeRange.CreateFromFrameSpec('{self.frameSpec}')"


TimeCodeRange.__module__ = "strata.UsdUtils"
