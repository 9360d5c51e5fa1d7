"""Values written only where they change anything.   (UsdUtilsSparseValueWriter)"""
from strata._core.Usd import TimeCode
from strata.Gf import IsClose

_DEFAULT = TimeCode.Default()


def _is_close(one, other):
    """Whether values are the same but for rounding."""
    if one is None or other is None or type(one) is not type(other):
        return one == other
    if isinstance(one, (float, int)) and not isinstance(one, bool):
        return abs(one - other) < 1e-6
    try:
        return bool(IsClose(one, other, 1e-6))
    except TypeError:
        pass
    if hasattr(one, "__len__") and not isinstance(one, str):
        return len(one) == len(other) and all(_is_close(a, b) for a, b in zip(one, other))
    return one == other


class SparseAttrValueWriter:
    """Writes the samples of one attribute, in the order of time, and leaves out those that repeat what was written."""

    def __init__(self, attr, defaultValue=None):
        self._attribute, self._before, self._skipped = attr, None, None
        if defaultValue is not None:
            self._set_default(defaultValue)
        elif attr:
            self._before = attr.Get(_DEFAULT)

    def _set_default(self, value):
        held = self._attribute.Get(_DEFAULT)
        if held is None or not _is_close(held, _typed(value, held)):
            self._attribute.Set(value, _DEFAULT)
        self._before = self._attribute.Get(_DEFAULT)
        return True

    def SetTimeSample(self, value, time):
        time = time if isinstance(time, TimeCode) else TimeCode(time)
        if time.IsDefault():
            from strata.Tf import RaiseCodingError
            RaiseCodingError("SetTimeSample takes a time that is a number")
        if self._before is not None and _is_close(self._before, _typed(value, self._before)):
            self._skipped = time, value
            return True
        if self._skipped is not None:  # what held until now holds up to its last time
            self._attribute.Set(self._skipped[1], self._skipped[0])
            self._skipped = None
        if not self._attribute.Set(value, time):
            return False
        self._before = self._attribute.Get(time)
        return True


def _typed(value, like):
    try:
        return value if type(value) is type(like) else type(like)(value)
    except (TypeError, ValueError):
        return value


class SparseValueWriter:
    """The same for any number of attributes."""

    def __init__(self):
        self._writers = {}

    def SetAttribute(self, attr, value, time=_DEFAULT):
        time = time if isinstance(time, TimeCode) else TimeCode(time)
        key = attr.GetPath(), attr.GetStage()
        writer = self._writers.get(key)
        if time.IsDefault():
            if writer is None:
                self._writers[key] = SparseAttrValueWriter(attr, value)
                return True
            return writer._set_default(value)
        if writer is None:
            writer = self._writers[key] = SparseAttrValueWriter(attr)
        return writer.SetTimeSample(value, time)

    def GetSparseAttrValueWriters(self):
        return list(self._writers.values())


for _one in (SparseAttrValueWriter, SparseValueWriter):
    _one.__module__ = "strata.UsdUtils"
