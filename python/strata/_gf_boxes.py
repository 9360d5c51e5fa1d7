"""Intervals, boxes and counts.   (Gf)"""
import math as _math

from strata._core.Gf import Matrix4d, Range3d, Vec2i
from strata._gf_base import GfValue, add_accessors, number, short


class Interval(GfValue):
    """The numbers between two ends, each of them included or not. Infinite ends are not."""

    __slots__ = ("min", "max", "minClosed", "maxClosed")

    def __init__(self, *given):
        """Interval(), (number), (min, max), (min, max, minClosed, maxClosed), (interval)"""
        if len(given) == 1 and isinstance(given[0], Interval):
            given = given[0]._parts()
        if not given:
            given = (0.0, 0.0, False, False)
        low, high = (given[0], given[0]) if len(given) == 1 else given[:2]
        closed = given[2:] if len(given) == 4 else (True, True)
        self.min, self.max = float(low), float(high)
        self.minClosed = bool(closed[0]) and not _math.isinf(self.min)
        self.maxClosed = bool(closed[1]) and not _math.isinf(self.max)

    def _parts(self):
        return self.min, self.max, self.minClosed, self.maxClosed

    @staticmethod
    def GetFullInterval():
        return Interval(-_math.inf, _math.inf)

    minOpen = property(lambda self: not self.minClosed)
    maxOpen = property(lambda self: not self.maxClosed)
    minFinite = property(lambda self: _math.isfinite(self.min))
    maxFinite = property(lambda self: _math.isfinite(self.max))
    finite = property(lambda self: self.minFinite and self.maxFinite)
    isEmpty = property(lambda self: self.min > self.max or (self.min == self.max and not (self.minClosed and self.maxClosed)))
    size = property(lambda self: max(0.0, self.max - self.min))

    def GetMin(self):
        return self.min

    def GetMax(self):
        return self.max

    def SetMin(self, value, closed=None):
        self.__init__(value, self.max, self.minClosed if closed is None else closed, self.maxClosed)

    def SetMax(self, value, closed=None):
        self.__init__(self.min, value, self.minClosed, self.maxClosed if closed is None else closed)

    def GetSize(self):
        return self.size

    def IsEmpty(self):
        return self.isEmpty

    def IsFinite(self):
        return self.finite

    def IsMinClosed(self):
        return self.minClosed

    def IsMaxClosed(self):
        return self.maxClosed

    def IsMinOpen(self):
        return self.minOpen

    def IsMaxOpen(self):
        return self.maxOpen

    def IsMinFinite(self):
        return self.minFinite

    def IsMaxFinite(self):
        return self.maxFinite

    def Contains(self, other):
        if isinstance(other, Interval):
            return (self & other) == other
        above = other >= self.min if self.minClosed else other > self.min
        return above and (other <= self.max if self.maxClosed else other < self.max)

    In = Contains

    def Intersects(self, other):
        return not (self & other).isEmpty

    def _low(self):
        return self.min, not self.minClosed

    def _high(self):
        return self.max, self.maxClosed

    def __and__(self, other):
        low, high = max(self._low(), other._low()), min(self._high(), other._high())
        return Interval(low[0], high[0], not low[1], high[1])

    def __or__(self, other):
        """The smallest interval around both."""
        if self.isEmpty or other.isEmpty:
            return Interval(other if self.isEmpty else self)
        low, high = min(self._low(), other._low()), max(self._high(), other._high())
        return Interval(low[0], high[0], not low[1], high[1])

    def __add__(self, other):
        if not isinstance(other, Interval):
            return NotImplemented
        if other.isEmpty:
            return Interval(self)
        return Interval(self.min + other.min, self.max + other.max, self.minClosed and other.minClosed,
                        self.maxClosed and other.maxClosed)

    def __neg__(self):
        return Interval(-self.max, -self.min, self.maxClosed, self.minClosed)

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        ends = [(a * b, ca and cb) for a, ca in ((self.min, self.minClosed), (self.max, self.maxClosed))
                for b, cb in ((other.min, other.minClosed), (other.max, other.maxClosed))]
        low, high = min(ends, key=lambda end: (end[0], not end[1])), max(ends)
        return Interval(low[0], high[0], low[1], high[1])

    def __lt__(self, other):
        return (self._low(), self._high()) < (other._low(), other._high())

    def __repr__(self):
        if self.isEmpty and not self.min and not self.max:
            return "Gf.Interval()"
        ends = f"{number(self.min)}, {number(self.max)}"
        return f"Gf.Interval({ends})" if self.minClosed and self.maxClosed else (
            f"Gf.Interval({ends}, {self.minClosed}, {self.maxClosed})")

    def __str__(self):
        return ("[" if self.minClosed else "(") + f"{short(self.min)}, {short(self.max)}" + ("]" if self.maxClosed else ")")


class BBox3d(GfValue):
    """A box along the axes of a space of its own: a range, and the matrix to where it is used."""

    __slots__ = ("_range", "_matrix", "hasZeroAreaPrimitives")

    def __init__(self, *given):
        """BBox3d(), (range), (range, matrix), (box)"""
        if len(given) == 1 and isinstance(given[0], BBox3d):
            other = given[0]
            self._range, self._matrix = Range3d(other._range), Matrix4d(other._matrix)
            self.hasZeroAreaPrimitives = other.hasZeroAreaPrimitives
            return
        self._range = Range3d(given[0]) if given else Range3d()
        self._matrix = Matrix4d(given[1]) if len(given) > 1 else Matrix4d()
        self.hasZeroAreaPrimitives = False

    box = property(lambda self: self._range, lambda self, box: self.SetRange(box))
    matrix = property(lambda self: self._matrix, lambda self, matrix: self.SetMatrix(matrix))

    def _parts(self):
        return self._range, self._matrix

    def GetRange(self):
        return self._range

    GetBox = GetRange

    def SetRange(self, box):
        self._range = Range3d(box)
        return self

    def GetMatrix(self):
        return self._matrix

    def SetMatrix(self, matrix):
        self._matrix = Matrix4d(matrix)
        return self

    def Set(self, box, matrix):
        self.__init__(box, matrix)
        return self

    def GetInverseMatrix(self):
        return self._matrix.GetInverse()

    def HasZeroAreaPrimitives(self):
        return self.hasZeroAreaPrimitives

    def SetHasZeroAreaPrimitives(self, value):
        self.hasZeroAreaPrimitives = value

    def GetVolume(self):
        if self._range.IsEmpty():
            return 0.0
        size = self._range.GetSize()
        return abs(self._matrix.GetDeterminant3() * size[0] * size[1] * size[2])

    def Transform(self, matrix):
        self._matrix = self._matrix * matrix
        return self

    def ComputeAlignedRange(self):
        """The range along the axes of the outer space around the box."""
        around = Range3d()
        if not self._range.IsEmpty():
            for i in range(8):
                around.UnionWith(self._matrix.Transform(self._range.GetCorner(i)))
        return around

    ComputeAlignedBox = ComputeAlignedRange

    def ComputeCentroid(self):
        return self._matrix.Transform(self._range.GetMidpoint())

    @staticmethod
    def Combine(a, b):
        """A box around both, in the space of the one in which it is smaller."""
        if a._range.IsEmpty() or b._range.IsEmpty():
            return BBox3d(b if a._range.IsEmpty() else a)

        def around(first, second):
            moved = BBox3d(second._range, second._matrix * first.GetInverseMatrix())
            return BBox3d(Range3d.GetUnion(first._range, moved.ComputeAlignedRange()), first._matrix)

        if a._matrix == b._matrix:
            return BBox3d(Range3d.GetUnion(a._range, b._range), a._matrix)
        flat_a, flat_b = a._matrix.GetDeterminant3() == 0, b._matrix.GetDeterminant3() == 0
        if flat_a and flat_b:
            return BBox3d(Range3d.GetUnion(a.ComputeAlignedRange(), b.ComputeAlignedRange()))
        if flat_a or flat_b:
            return around(b, a) if flat_a else around(a, b)
        in_a, in_b = around(a, b), around(b, a)
        small, large = in_a.GetVolume(), in_b.GetVolume()
        return in_a if abs(small - large) <= max(1e-6 * abs(small), 1e-6) or small < large else in_b

    def __str__(self):
        return f"[({self._range}) ({self._matrix}) {'true' if self.hasZeroAreaPrimitives else 'false'}]"


class Rect2i(GfValue):
    """Whole numbered places from one corner to the other, both included. A new one is empty."""

    __slots__ = ("min", "max")

    def __init__(self, *given):
        """Rect2i(), (min, max), (min, width, height), (rectangle)"""
        if len(given) == 1:
            given = given[0]._parts()
        if len(given) == 3:
            given = given[0], Vec2i(given[0][0] + given[1] - 1, given[0][1] + given[2] - 1)
        self.min, self.max = (Vec2i(given[0]), Vec2i(given[1])) if given else (Vec2i(0), Vec2i(-1))

    def _parts(self):
        return self.min, self.max

    minX = property(lambda self: self.min[0], lambda self, x: self.SetMinX(x))
    minY = property(lambda self: self.min[1], lambda self, y: self.SetMinY(y))
    maxX = property(lambda self: self.max[0], lambda self, x: self.SetMaxX(x))
    maxY = property(lambda self: self.max[1], lambda self, y: self.SetMaxY(y))

    def GetWidth(self):
        return self.max[0] - self.min[0] + 1

    def GetHeight(self):
        return self.max[1] - self.min[1] + 1

    def GetSize(self):
        return Vec2i(self.GetWidth(), self.GetHeight())

    def GetArea(self):
        return self.GetWidth() * self.GetHeight() if self.IsValid() else 0

    def GetCenter(self):
        return Vec2i((self.min[0] + self.max[0]) // 2, (self.min[1] + self.max[1]) // 2)

    def IsNull(self):
        return self.GetWidth() == 0 and self.GetHeight() == 0

    def IsEmpty(self):
        return self.GetWidth() <= 0 or self.GetHeight() <= 0

    def IsValid(self):
        return not self.IsEmpty()

    def Contains(self, place):
        return all(self.min[i] <= place[i] <= self.max[i] for i in range(2))

    def Translate(self, step):
        self.min, self.max = self.min + Vec2i(step), self.max + Vec2i(step)
        return self

    def GetNormalized(self):
        corners = list(zip(self.min, self.max))
        return Rect2i(Vec2i(*(min(pair) for pair in corners)), Vec2i(*(max(pair) for pair in corners)))

    def GetIntersection(self, other):
        return Rect2i(Vec2i(*map(max, self.min, other.min)), Vec2i(*map(min, self.max, other.max)))

    def GetUnion(self, other):
        return Rect2i(Vec2i(*map(min, self.min, other.min)), Vec2i(*map(max, self.max, other.max)))

    def __add__(self, other):
        return self.GetUnion(other) if isinstance(other, Rect2i) else NotImplemented

    def _get(corner, axis):
        return lambda self: getattr(self, corner)[axis]

    def _set(corner, axis):
        def write(self, value):
            place = Vec2i(getattr(self, corner))
            place[axis] = int(value)
            setattr(self, corner, place)
        return write

    GetMinX, GetMinY, GetMaxX, GetMaxY = _get("min", 0), _get("min", 1), _get("max", 0), _get("max", 1)
    SetMinX, SetMinY, SetMaxX, SetMaxY = _set("min", 0), _set("min", 1), _set("max", 0), _set("max", 1)

    def __str__(self):
        return f"[{self.min}:{self.max}]"


add_accessors(Rect2i, Min="min", Max="max")


class _Size(GfValue):
    """Counts along each axis."""

    __slots__ = ("_counts",)
    dimension = 0

    def __init__(self, *given):
        if len(given) == 1 and not isinstance(given[0], int):
            given = tuple(given[0])
        self._counts = [int(count) for count in given] or [0] * self.dimension
        if len(self._counts) != self.dimension:
            raise TypeError(f"{type(self).__name__} takes {self.dimension} counts")

    def _parts(self):
        return tuple(self._counts)

    def Set(self, *given):
        self.__init__(*given)
        return self

    def __len__(self):
        return self.dimension

    def __getitem__(self, index):
        return self._counts[index]

    def __setitem__(self, index, count):
        self._counts[index] = int(count)

    def __add__(self, other):
        return type(self)(*map(int.__add__, self._counts, other._counts))

    def __sub__(self, other):
        return type(self)(*map(int.__sub__, self._counts, other._counts))

    def __mul__(self, other):
        if isinstance(other, int):
            return type(self)(*(count * other for count in self._counts))
        return type(self)(*map(int.__mul__, self._counts, other._counts))

    __rmul__ = __mul__

    def __truediv__(self, divisor):
        return type(self)(*(count // divisor for count in self._counts))

    def __str__(self):
        return "( " + " ".join(map(str, self._counts)) + " )"


class Size2(_Size):
    dimension = 2


class Size3(_Size):
    dimension = 3
