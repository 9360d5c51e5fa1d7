"""Vectors, matrices, quaternions, boxes and what is computed with them.   (Gf)

Angles are degrees. Points are rows: p * M. What is small and hot (vectors, matrices, quaternions, ranges) is the engine's; the
rest stands here.
"""
import math as _math

from strata._core.Gf import *  # noqa: F403
from strata._core.Gf import (  # noqa: F401
    MIN_VECTOR_LENGTH, Matrix3d, Matrix3f, Matrix4d, Matrix4f, Quatd, Quatf, Quath, Range3d, Vec2i, Vec3d, Vec4d)
from strata._core.Gf import Dot as _DotOfQuaternions
from strata._core.Gf import Slerp as _SlerpOfQuaternions

MIN_ORTHO_TOLERANCE = 1e-6


def _number(value):
    """A number as repr gives it, so that it reads back."""
    if value != value:
        return "float('nan')"
    if value in (_math.inf, -_math.inf):
        return "float('inf')" if value > 0 else "-float('inf')"
    return repr(float(value))


def _short(value):
    """A number as usda writes it."""
    return str(Vec2i(int(value), 0))[1:-4] if isinstance(value, int) else str(Vec3d(value))[1:-1].split(",")[0]


class _Value:
    """What values have in common: equal when their parts are, hashable, printed by their parts."""

    __slots__ = ()

    def _parts(self):
        raise NotImplementedError

    def __eq__(self, other):
        return self._parts() == other._parts() if type(self) is type(other) else NotImplemented

    def __ne__(self, other):
        return not self == other if type(self) is type(other) else NotImplemented

    def __hash__(self):
        return hash(tuple(str(part) for part in self._parts()))

    def __repr__(self):
        parts = ", ".join(_number(part) if isinstance(part, float) else repr(part) for part in self._parts())
        return f"Gf.{type(self).__name__}({parts})"


# -- functions over numbers and vectors ----------------------------------------------------------------------------------


def Dot(left, right):
    """The dot product of two vectors or quaternions."""
    if isinstance(left, (Quatd, Quatf, Quath)):
        return _DotOfQuaternions(left, right)
    return sum(a * b for a, b in zip(left, right)) if isinstance(left, (tuple, list)) else left * right


def Cross(left, right):
    return _vector3(left) ^ _vector3(right)


def _vector3(given):
    return Vec3d(given) if isinstance(given, (tuple, list)) else given


def CompMult(left, right):
    """The product component by component."""
    return type(left)(*(a * b for a, b in zip(left, right)))


def CompDiv(left, right):
    return type(left)(*(a / b for a, b in zip(left, right)))


def GetLength(v):
    return v.GetLength()


def GetNormalized(v, eps=MIN_VECTOR_LENGTH):
    return v.GetNormalized(eps)


def Normalize(v, eps=MIN_VECTOR_LENGTH):
    return v.Normalize(eps)


def GetProjection(a, b):
    return a.GetProjection(b)


def GetComplement(a, b):
    return a.GetComplement(b)


def IsClose(a, b, tolerance):
    """Whether two numbers, or the ends of two vectors, are nearer than the tolerance."""
    if isinstance(a, (int, float)):
        return abs(a - b) < tolerance
    if hasattr(a, "GetTranspose"):
        return all(abs(x - y) < tolerance for r, s in zip(a, b) for x, y in zip(r, s))
    difference = a - b
    return Dot(difference, difference) <= tolerance * tolerance


def Lerp(alpha, a, b):
    return (1 - alpha) * a + alpha * b


Lerpf = Lerp


def Slerp(alpha, a, b):
    """Between two directions, or rotations, along the shorter arc."""
    if isinstance(a, (Quatd, Quatf, Quath)):
        return _SlerpOfQuaternions(alpha, a, b)
    length_a, length_b = a.GetLength(), b.GetLength()
    cosine = max(-1.0, min(1.0, Dot(a, b) / (length_a * length_b)))
    angle = _math.acos(cosine)
    if angle < 1e-10:
        return Lerp(alpha, a, b)
    sine = _math.sin(angle)
    return a * (_math.sin((1 - alpha) * angle) / sine) + b * (_math.sin(alpha * angle) / sine)


def Clamp(value, min, max):
    return float(min if value < min else max if value > max else value)


Clampf = Clamp


def Min(first, *others):
    return min((first, *others))


def Max(first, *others):
    return max((first, *others))


def Abs(value):
    return float(abs(value))


def Floor(value):
    return float(_math.floor(value))


def Ceil(value):
    return float(_math.ceil(value))


def Round(value):
    return float(round(value))


def Sqrt(value):
    return _math.sqrt(value)


def Exp(value):
    return _math.exp(value)


def Log(value):
    return _math.log(value)


def Pow(base, exponent):
    return float(base) ** exponent


Absf, Floorf, Ceilf, Roundf, Sqrtf, Expf, Logf, Powf = Abs, Floor, Ceil, Round, Sqrt, Exp, Log, Pow


def Mod(a, b):
    """The remainder with the sign of b."""
    return float(_math.fmod(_math.fmod(a, b) + b, b))


Modf = Mod


def Sqr(value):
    return Dot(value, value) if hasattr(value, "GetDot") else float(value) * value


def Sgn(value):
    return (value > 0) - (value < 0)


def SmoothStep(min, max, value, slope0=0.0, slope1=0.0):
    """From 0 at min to 1 at max along a cubic of the slopes given there."""
    if value >= max:
        return 1.0
    if value <= min:
        return 0.0
    width = max - min
    t = (value - min) / width
    return t * t * (3 - 2 * t) + slope0 * width * t * (1 - t) * (1 - t) + slope1 * width * t * t * (t - 1)


def DegreesToRadians(degrees):
    return _math.radians(degrees)


def RadiansToDegrees(radians):
    return _math.degrees(radians)


def IsFloatingPointType(value):
    return isinstance(value, float)


def GetHomogenized(v):
    """The vector of four divided by its last component, which becomes 1."""
    w = v[3] if v[3] != 0 else 1.0
    return type(v)(v[0] / w, v[1] / w, v[2] / w, 1)


def Project(v):
    """The point of a homogeneous vector."""
    w = 1 / v[3] if v[3] != 0 else 1.0
    return Vec3d(v[0] * w, v[1] * w, v[2] * w)


def HomogeneousCross(a, b):
    cross = Cross(Project(a), Project(b))
    return Vec4d(cross[0], cross[1], cross[2], 1)


_DISPLAY_GAMMA = 2.2


def GetDisplayGamma():
    return _DISPLAY_GAMMA


def ApplyGamma(v, gamma):
    """The colour's components to the power of gamma; a fourth one, alpha, stays."""
    return type(v)(*(component if i == 3 else component ** gamma for i, component in enumerate(v)))


def ConvertLinearToDisplay(color):
    return ApplyGamma(color, 1 / _DISPLAY_GAMMA)


def ConvertDisplayToLinear(color):
    return ApplyGamma(color, _DISPLAY_GAMMA)


# -- rotations -----------------------------------------------------------------------------------------------------------


class Quaternion(_Value):
    """A real part and an imaginary vector of doubles: the older form of Quatd."""

    __slots__ = ("real", "imaginary")

    def __init__(self, real=0.0, imaginary=None):
        self.real, self.imaginary = float(real), Vec3d(imaginary) if imaginary is not None else Vec3d()

    def _parts(self):
        return self.real, self.imaginary

    def _as_quatd(self):
        return Quatd(self.real, self.imaginary)

    @staticmethod
    def _from_quatd(q):
        return Quaternion(q.real, q.imaginary)

    @staticmethod
    def GetIdentity():
        return Quaternion(1.0)

    def GetReal(self):
        return self.real

    def GetImaginary(self):
        return self.imaginary

    def GetLength(self):
        return self._as_quatd().GetLength()

    def GetNormalized(self, eps=MIN_VECTOR_LENGTH):
        return self._from_quatd(self._as_quatd().GetNormalized(eps))

    def GetInverse(self):
        return self._from_quatd(self._as_quatd().GetInverse())

    def __mul__(self, other):
        other = other._as_quatd() if isinstance(other, Quaternion) else other
        return self._from_quatd(self._as_quatd() * other)


class Rotation(_Value):
    """A turn by an angle about an axis of length one."""

    __slots__ = ("_axis", "_angle")

    def __init__(self, *given):
        """Rotation(), (axis, angle), (from, to), (quaternion), (rotation)"""
        if not given:
            self._axis, self._angle = Vec3d(1, 0, 0), 0.0
        elif len(given) == 1 and isinstance(given[0], Rotation):
            self._axis, self._angle = Vec3d(given[0]._axis), given[0]._angle
        elif len(given) == 1:
            self.SetQuat(given[0])
        elif isinstance(given[1], (int, float)):
            self.SetAxisAngle(*given)
        else:
            self.SetRotateInto(*given)

    axis = property(lambda self: self._axis, lambda self, axis: self.SetAxisAngle(axis, self._angle))
    angle = property(lambda self: self._angle, lambda self, angle: self.SetAxisAngle(self._axis, angle))

    def _parts(self):
        return self._axis, self._angle

    def GetAxis(self):
        return self._axis

    def GetAngle(self):
        return self._angle

    def SetAxisAngle(self, axis, angle):
        axis = Vec3d(axis)
        self._axis = axis if abs(axis.GetLength() - 1) < 1e-10 else axis.GetNormalized()
        self._angle = float(angle)
        return self

    def SetQuat(self, quat):
        imaginary = Vec3d(quat.imaginary)
        length = imaginary.GetLength()
        if length > MIN_VECTOR_LENGTH:
            real = max(-1.0, min(1.0, quat.real))
            return self.SetAxisAngle(imaginary / length, 2 * _math.degrees(_math.acos(real)))
        return self.SetIdentity()

    SetQuaternion = SetQuat

    def SetRotateInto(self, start, end):
        """The shortest turn of one direction into another."""
        start, end = Vec3d(start).GetNormalized(), Vec3d(end).GetNormalized()
        cosine = start * end
        if cosine > 0.9999999:
            return self.SetIdentity()
        if cosine < -0.9999999:  # any axis across the first will do
            across = start ^ Vec3d(1, 0, 0)
            if across.GetLength() < 1e-5:
                across = start ^ Vec3d(0, 1, 0)
            # The sense of a half turn makes no difference; the axis is told as the positive one.
            across = across.GetNormalized()
            if across[2] < 0 or (across[2] == 0 and across[1] < 0):
                across = -across
            return self.SetAxisAngle(across, 180.0)
        return self.SetAxisAngle(start ^ end, _math.degrees(_math.acos(cosine)))

    def SetIdentity(self):
        self._axis, self._angle = Vec3d(1, 0, 0), 0.0
        return self

    def GetQuat(self):
        half = _math.radians(self._angle) / 2
        return Quatd(_math.cos(half), self._axis * _math.sin(half))

    def GetQuaternion(self):
        quat = self.GetQuat()
        return Quaternion(quat.real, quat.imaginary)

    def GetInverse(self):
        return Rotation(self._axis, -self._angle)

    def TransformDir(self, direction):
        return Matrix4d().SetRotate(self).TransformDir(Vec3d(direction))

    def Decompose(self, axis0, axis1, axis2):
        """Angles of turns about three axes, one after the other, that together make this."""
        frame = Matrix3d(*Vec3d(axis0).GetNormalized(), *Vec3d(axis1).GetNormalized(), *Vec3d(axis2).GetNormalized())
        m = frame * Matrix3d(self) * frame.GetTranspose()
        i, j, k = 0, 1, 2
        r = [[m[row][column] for column in range(3)] for row in range(3)]
        across = _math.hypot(r[i][i], r[i][j])
        if across > 1e-6:
            angles = (_math.atan2(r[j][k], r[k][k]), _math.atan2(-r[i][k], across), _math.atan2(r[i][j], r[i][i]))
        else:
            angles = (_math.atan2(-r[k][j], r[j][j]), _math.atan2(-r[i][k], across), 0.0)
        if frame.GetDeterminant() < 0:
            angles = tuple(-angle for angle in angles)
        return Vec3d(*(_math.degrees(angle) for angle in angles))

    def __mul__(self, other):
        """First this, then the other; or the angle times a number."""
        if isinstance(other, (int, float)):
            return Rotation(self._axis, self._angle * other)
        if not isinstance(other, Rotation):
            return NotImplemented
        return Rotation((other.GetQuat() * self.GetQuat()).GetNormalized())

    def __rmul__(self, factor):
        return self * factor if isinstance(factor, (int, float)) else NotImplemented

    def __truediv__(self, divisor):
        return Rotation(self._axis, self._angle / divisor)

    def __str__(self):
        return f"[{self._axis} {_short(self._angle)}]"


def _extract_rotation(matrix):
    """The rotation of a matrix with rows at right angles."""
    return Rotation(matrix.ExtractRotationQuat())


for _matrix in (Matrix3d, Matrix3f, Matrix4d, Matrix4f):
    _matrix.ExtractRotation = _extract_rotation


class Transform(_Value):
    """Scale, rotation and translation about a pivot, as one matrix."""

    __slots__ = ("translation", "rotation", "scale", "pivotPosition", "pivotOrientation")

    def __init__(self, *given, translation=None, rotation=None, scale=None, pivotPosition=None, pivotOrientation=None):
        self.SetIdentity()
        if len(given) == 1 and isinstance(given[0], Transform):
            for name in self.__slots__:
                setattr(self, name, getattr(given[0], name))
        elif len(given) == 1:
            self.SetMatrix(given[0])
        names = ("translation", "rotation", "scale", "pivotPosition", "pivotOrientation")
        for name, value in zip(names, (translation, rotation, scale, pivotPosition, pivotOrientation)):
            if value is not None:
                setattr(self, name, value)

    def _parts(self):
        return tuple(getattr(self, name) for name in self.__slots__)

    def SetIdentity(self):
        self.translation, self.scale, self.pivotPosition = Vec3d(0), Vec3d(1), Vec3d(0)
        self.rotation, self.pivotOrientation = Rotation(), Rotation()
        return self

    def GetMatrix(self):
        to_pivot = Matrix4d().SetTranslate(-self.pivotPosition)
        orientation = Matrix4d().SetRotate(self.pivotOrientation)
        back = Matrix4d().SetRotate(self.pivotOrientation.GetInverse())
        scale = Matrix4d().SetScale(self.scale)
        rotation = Matrix4d().SetRotate(self.rotation)
        from_pivot = Matrix4d().SetTranslate(self.pivotPosition)
        return to_pivot * back * scale * orientation * rotation * from_pivot * Matrix4d().SetTranslate(self.translation)

    def SetMatrix(self, matrix):
        rows = [Vec3d(*(matrix[i][j] for j in range(3))) for i in range(3)]
        sign = -1.0 if matrix.GetDeterminant3() < 0 else 1.0
        self.SetIdentity()
        self.scale = Vec3d(*(sign * row.GetLength() for row in rows))
        frame = Matrix3d(*(component / s for row, s in zip(rows, self.scale) for component in row))
        self.rotation = Rotation(frame.GetOrthonormalized().ExtractRotationQuat())
        self.translation = matrix.ExtractTranslation()
        return self

    def __repr__(self):
        parts = []
        if self.translation != Vec3d(0):
            parts.append(f"translation = {self.translation!r}")
        if self.rotation != Rotation():
            parts.append(f"rotation = {self.rotation!r}")
        if self.scale != Vec3d(1):
            parts.append(f"scale = {self.scale!r}")
        if self.pivotPosition != Vec3d(0):
            parts.append(f"pivotPosition = {self.pivotPosition!r}")
        if self.pivotOrientation != Rotation():
            parts.append(f"pivotOrientation = {self.pivotOrientation!r}")
        return "Gf.Transform(" + ", \n             ".join(parts) + ")"


def _add_accessors(cls, **names):
    for suffix, name in names.items():
        setattr(cls, "Get" + suffix, lambda self, name=name: getattr(self, name))
        setattr(cls, "Set" + suffix, lambda self, value, name=name: setattr(self, name, value))


_add_accessors(Transform, Translation="translation", Rotation="rotation", Scale="scale", PivotPosition="pivotPosition",
               PivotOrientation="pivotOrientation")


# -- intervals and boxes -------------------------------------------------------------------------------------------------


class Interval(_Value):
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
        if self.isEmpty or other.isEmpty:
            return Interval()
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
        ends = f"{_number(self.min)}, {_number(self.max)}"
        return f"Gf.Interval({ends})" if self.minClosed and self.maxClosed else (
            f"Gf.Interval({ends}, {self.minClosed}, {self.maxClosed})")

    def __str__(self):
        return ("[" if self.minClosed else "(") + f"{_short(self.min)}, {_short(self.max)}" + ("]" if self.maxClosed else ")")


class BBox3d(_Value):
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

    def GetMatrix(self):
        return self._matrix

    def SetMatrix(self, matrix):
        self._matrix = Matrix4d(matrix)

    def Set(self, box, matrix):
        self.__init__(box, matrix)

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


class Rect2i(_Value):
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

    minX = property(lambda self: self.min[0])
    minY = property(lambda self: self.min[1])
    maxX = property(lambda self: self.max[0])
    maxY = property(lambda self: self.max[1])

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

    def GetNormalized(self):
        corners = list(zip(self.min, self.max))
        return Rect2i(Vec2i(*(min(pair) for pair in corners)), Vec2i(*(max(pair) for pair in corners)))

    def GetIntersection(self, other):
        return Rect2i(Vec2i(*map(max, self.min, other.min)), Vec2i(*map(min, self.max, other.max)))

    def GetUnion(self, other):
        return Rect2i(Vec2i(*map(min, self.min, other.min)), Vec2i(*map(max, self.max, other.max)))

    def __str__(self):
        return f"[{self.min}:{self.max}]"


_add_accessors(Rect2i, Min="min", Max="max")


class _Size(_Value):
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


# -- lines and planes ----------------------------------------------------------------------------------------------------


class Plane(_Value):
    """Points whose distance along a normal of length one is that of the plane from the origin."""

    __slots__ = ("normal", "distanceFromOrigin")

    def __init__(self, *given):
        """Plane(), (normal, distance), (normal, point), (point, point, point), (equation)"""
        if given:
            self.Set(*given)
        else:
            self.normal, self.distanceFromOrigin = Vec3d(0), 0.0

    def Set(self, *given):
        if len(given) == 1:
            equation = given[0]
            length = Vec3d(equation[0], equation[1], equation[2]).GetLength()
            self.normal = Vec3d(equation[0], equation[1], equation[2]) / (length or 1.0)
            self.distanceFromOrigin = -equation[3] / (length or 1.0)
        elif len(given) == 2:
            self.normal = Vec3d(given[0]).GetNormalized()
            second = given[1]
            self.distanceFromOrigin = float(second) if isinstance(second, (int, float)) else self.normal * Vec3d(second)
        else:
            a, b, c = (Vec3d(point) for point in given)
            self.normal = ((b - a) ^ (c - a)).GetNormalized()
            self.distanceFromOrigin = self.normal * a

    def _parts(self):
        return self.normal, self.distanceFromOrigin

    def GetNormal(self):
        return self.normal

    def GetDistanceFromOrigin(self):
        return self.distanceFromOrigin

    def GetDistance(self, point):
        return Vec3d(point) * self.normal - self.distanceFromOrigin

    def Project(self, point):
        return Vec3d(point) - self.normal * self.GetDistance(point)

    def GetEquation(self):
        return Vec4d(self.normal[0], self.normal[1], self.normal[2], -self.distanceFromOrigin)

    def Transform(self, matrix):
        point = matrix.Transform(self.normal * self.distanceFromOrigin)
        inverse = matrix.GetInverse().GetTranspose()
        self.normal = inverse.TransformDir(self.normal).GetNormalized()
        self.distanceFromOrigin = self.normal * point
        return self

    def Reorient(self, point):
        """Turns the plane so that the point is on the side of the normal."""
        if self.GetDistance(point) < 0:
            self.normal, self.distanceFromOrigin = -self.normal, -self.distanceFromOrigin
        return self

    def IntersectsPositiveHalfSpace(self, what):
        if isinstance(what, Range3d):
            return not what.IsEmpty() and any(self.GetDistance(what.GetCorner(i)) >= 0 for i in range(8))
        return self.GetDistance(what) >= 0


class Line(_Value):
    """A point and a direction of length one."""

    __slots__ = ("_start", "direction")

    def __init__(self, point=None, direction=None):
        self._start = Vec3d(point) if point is not None else Vec3d(0)
        self.direction = Vec3d(direction).GetNormalized() if direction is not None else Vec3d(0)

    def Set(self, point, direction):
        length = Vec3d(direction).GetLength()
        self.__init__(point, direction)
        return length

    def _parts(self):
        return self._start, self.direction

    def GetDirection(self):
        return self.direction

    def GetPoint(self, distance):
        return self._start + self.direction * distance

    def FindClosestPoint(self, point):
        """The nearest point of the line, and its distance along it."""
        distance = (Vec3d(point) - self._start) * self.direction
        return self.GetPoint(distance), distance


class LineSeg(_Value):
    """The way from one point to another."""

    __slots__ = ("_start", "_end")

    def __init__(self, start=None, end=None):
        self._start = Vec3d(start) if start is not None else Vec3d(0)
        self._end = Vec3d(end) if end is not None else Vec3d(0)

    def _parts(self):
        return self._start, self._end

    direction = property(lambda self: (self._end - self._start).GetNormalized())
    length = property(lambda self: (self._end - self._start).GetLength())

    def GetDirection(self):
        return self.direction

    def GetLength(self):
        return self.length

    def GetPoint(self, t):
        """The point at a part of the way from 0 to 1."""
        return self._start + (self._end - self._start) * t

    def FindClosestPoint(self, point):
        way = self._end - self._start
        squared = way * way
        t = 0.0 if squared == 0 else max(0.0, min(1.0, (Vec3d(point) - self._start) * way / squared))
        return self.GetPoint(t), t


class Ray(_Value):
    """A point and a direction of any length, in which distances are counted."""

    __slots__ = ("startPoint", "direction")

    def __init__(self, startPoint=None, direction=None):
        self.startPoint = Vec3d(startPoint) if startPoint is not None else Vec3d(0)
        self.direction = Vec3d(direction) if direction is not None else Vec3d(0)

    def _parts(self):
        return self.startPoint, self.direction

    def SetPointAndDirection(self, startPoint, direction):
        self.__init__(startPoint, direction)

    def SetEnds(self, startPoint, endPoint):
        self.__init__(startPoint, Vec3d(endPoint) - Vec3d(startPoint))

    def GetPoint(self, distance):
        return self.startPoint + self.direction * distance

    def FindClosestPoint(self, point):
        distance = max(0.0, (Vec3d(point) - self.startPoint) * self.direction / (self.direction * self.direction))
        return self.GetPoint(distance), distance

    def Transform(self, matrix):
        self.startPoint = matrix.Transform(self.startPoint)
        self.direction = matrix.TransformDir(self.direction)
        return self

    def Intersect(self, *given):
        """With a plane, a range, a box, a triangle (three points) or a sphere (center, radius): whether, and where."""
        if len(given) == 3:
            return self._intersect_triangle(*(Vec3d(point) for point in given))
        if len(given) == 2:
            return self._intersect_sphere(Vec3d(given[0]), given[1])
        what = given[0]
        if isinstance(what, Plane):
            towards = self.direction * what.normal
            if abs(towards) < MIN_VECTOR_LENGTH:
                return False, 0.0, False
            distance = -what.GetDistance(self.startPoint) / towards
            return (distance >= 0, distance, towards < 0) if distance >= 0 else (False, 0.0, False)
        if isinstance(what, BBox3d):
            inverse = what.GetInverseMatrix()
            moved = Ray(inverse.Transform(self.startPoint), inverse.TransformDir(self.direction))
            return moved.Intersect(what.GetRange())
        return self._intersect_range(what)

    def _intersect_range(self, box):
        if box.IsEmpty():
            return False, 0.0, 0.0
        enter, leave = -_math.inf, _math.inf
        for start, step, low, high in zip(self.startPoint, self.direction, box.min, box.max):
            if step == 0:
                if start < low or start > high:
                    return False, 0.0, 0.0
                continue
            near, far = sorted(((low - start) / step, (high - start) / step))
            enter, leave = max(enter, near), min(leave, far)
        return (True, enter, leave) if enter <= leave and leave >= 0 else (False, 0.0, 0.0)

    def _intersect_triangle(self, a, b, c):
        missed = False, 0.0, Vec3d(0), False
        plane = Plane(a, b, c)
        hit, distance, facing = self.Intersect(plane)
        if not hit:
            return missed
        point = self.GetPoint(distance)
        area = ((b - a) ^ (c - a)) * plane.normal
        if area == 0:
            return missed
        weights = Vec3d(((b - point) ^ (c - point)) * plane.normal / area, ((c - point) ^ (a - point)) * plane.normal / area,
                        ((a - point) ^ (b - point)) * plane.normal / area)
        return missed if min(weights) < -1e-12 else (True, distance, weights, facing)

    def _intersect_sphere(self, center, radius):
        offset = self.startPoint - center
        a, b = self.direction * self.direction, 2 * (self.direction * offset)
        discriminant = b * b - 4 * a * (offset * offset - radius * radius)
        if discriminant < 0 or a == 0:
            return False, 0.0, 0.0
        root = _math.sqrt(discriminant)
        enter, leave = (-b - root) / (2 * a), (-b + root) / (2 * a)
        return (True, enter, leave) if leave >= 0 else (False, 0.0, 0.0)


def FindClosestPoints(first, second):
    """Where two lines come nearest: (whether they do, point, point, distance along each)."""
    p, d = first._start, first.GetDirection()
    q, e = second._start, second.GetDirection()
    between, cosine = p - q, d * e
    spread = 1 - cosine * cosine
    if abs(spread) < 1e-4:
        return False, Vec3d(0), Vec3d(0), 0.0, 0.0
    along_first = (cosine * (e * between) - d * between) / spread
    along_second = (e * between - cosine * (d * between)) / spread
    return True, first.GetPoint(along_first), second.GetPoint(along_second), along_first, along_second
