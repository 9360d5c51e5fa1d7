"""Sets of numbers made of intervals.   (Gf.MultiInterval)"""


from strata._gf_base import GfValue
from strata._gf_boxes import Interval


class MultiInterval(GfValue):
    """Intervals that do not touch, in ascending order."""

    __slots__ = ("_set",)

    def __init__(self, given=()):
        """(), (interval), (intervals), (another one)"""
        self._set = []
        if isinstance(given, MultiInterval):
            self._set = list(given._set)
        elif isinstance(given, Interval):
            self.Add(given)
        else:
            for interval in given:
                self.Add(interval)

    def _parts(self):
        return tuple(self._set)

    @staticmethod
    def GetFullInterval():
        return MultiInterval(Interval.GetFullInterval())

    @staticmethod
    def _check(given):
        if isinstance(given, Interval):
            return [given]
        if isinstance(given, MultiInterval):
            return list(given._set)
        raise TypeError("an interval or a set of them is needed, not " + type(given).__name__)

    def Add(self, given):
        """Joins what touches."""
        for interval in self._check(given):
            if interval.isEmpty:
                continue
            apart, joined = [], interval
            for one in self._set:
                if _touch(one, joined):
                    joined = one | joined
                else:
                    apart.append(one)
            self._set = sorted([*apart, joined], key=lambda one: one._low())

    def Remove(self, given):
        for interval in self._check(given):
            self._set = [part for one in self._set for part in _without(one, interval)]

    def Intersect(self, given):
        others = self._check(given)
        self._set = [both for one in self._set for both in (one & other for other in others) if not both.isEmpty]

    def ArithmeticAdd(self, interval):
        """Adds the interval to each, as numbers."""
        grown = [one + interval for one in self._set]
        self._set = []
        for one in grown:
            self.Add(one)

    def Clear(self):
        self._set = []

    def GetComplement(self):
        whole = MultiInterval.GetFullInterval()
        whole.Remove(self)
        return whole

    def Contains(self, what):
        if isinstance(what, MultiInterval):
            return all(self.Contains(one) for one in what._set)
        return any(one.Contains(what) for one in self._set)

    def GetBounds(self):
        return Interval(self._set[0].min, self._set[-1].max, self._set[0].minClosed, self._set[-1].maxClosed) if self._set else Interval()

    def GetSize(self):
        """How many intervals there are."""
        return len(self._set)

    def IsEmpty(self):
        return not self._set

    bounds, size, isEmpty = property(GetBounds), property(GetSize), property(IsEmpty)

    def GetContainingInterval(self, x):
        return next((one for one in self._set if one.Contains(x)), None)

    def GetNextNonContainingInterval(self, x):
        """The first interval above x that does not have it."""
        return next((one for one in self._set if not one.Contains(x) and one.min >= x), None)

    def GetPriorNonContainingInterval(self, x):
        return next((one for one in reversed(self._set) if not one.Contains(x) and one.max <= x), None)

    def __iter__(self):
        return iter(list(self._set))

    def _order(self):
        return [(one._low(), one._high()) for one in self._set]

    def __lt__(self, other):
        return self._order() < other._order()

    def __le__(self, other):
        return self._order() <= other._order()

    def __gt__(self, other):
        return self._order() > other._order()

    def __ge__(self, other):
        return self._order() >= other._order()

    def __str__(self):
        return "[" + ", ".join(map(str, self._set)) + "]"

    def __repr__(self):
        return f"Gf.MultiInterval([{', '.join(map(repr, self._set))}])" if self._set else "Gf.MultiInterval()"


def _touch(a, b):
    """Whether two intervals have a number in common, or one begins where the other ends with nothing between."""
    if a._low() > b._low():
        a, b = b, a
    return a.max > b.min or (a.max == b.min and (a.maxClosed or b.minClosed))


def _without(one, other):
    if (one & other).isEmpty:
        return [one]
    left = Interval(one.min, other.min, one.minClosed, not other.minClosed)
    right = Interval(other.max, one.max, not other.maxClosed, one.maxClosed)
    return [part for part, is_cut in ((left, one._low() < other._low()), (right, one._high() > other._high())) if is_cut and not part.isEmpty]


MultiInterval.__module__ = "strata.Gf"
