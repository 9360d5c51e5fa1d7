"""Vectors, matrices, quaternions, boxes and what is computed with them.   (Gf)

Angles are degrees. Points are rows: p * M. What is small and hot (vectors, matrices, quaternions, ranges) is the engine's; the
rest stands here.
"""
import importlib as _importlib
import math as _math

from strata._core.Gf import *  # noqa: F403
from strata._core.Gf import (  # noqa: F401
    MIN_VECTOR_LENGTH, Matrix3d, Matrix3f, Matrix4d, Matrix4f, Quatd, Quatf, Quath, Range3d, Vec2i, Vec3d, Vec4d)
from strata._core.Gf import Dot as _DotOfQuaternions
from strata._core.Gf import Slerp as _SlerpOfQuaternions

from strata._gf_base import GfValue, add_accessors, short
from strata._gf_boxes import BBox3d, Interval, Rect2i, Size2, Size3  # noqa: F401
from strata._gf_color import Color, ColorSpace, ColorSpaceNames  # noqa: F401
from strata._gf_dual import DualQuatd, DualQuatf, DualQuath  # noqa: F401
from strata._gf_dual import dot as _dot_of_duals
from strata._gf_lines import FindClosestPoints, Line, LineSeg, Plane, Ray  # noqa: F401

MIN_ORTHO_TOLERANCE = 1e-6


_LAZY = {"Camera": "_gf_frustum", "Frustum": "_gf_frustum", "MultiInterval": "_gf_multi"}


def __getattr__(name):
    """Loads what few scripts use where it is first asked for."""
    if name not in _LAZY:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    globals()[name] = getattr(_importlib.import_module("strata." + _LAZY[name]), name)
    return globals()[name]


def __dir__():
    return sorted({*globals(), *_LAZY})


# -- functions over numbers and vectors ----------------------------------------------------------------------------------


def Dot(left, right):
    """The dot product of two vectors or quaternions."""
    if isinstance(left, (Quatd, Quatf, Quath)):
        return _DotOfQuaternions(left, right)
    if isinstance(left, (DualQuatd, DualQuatf, DualQuath)):
        return _dot_of_duals(left, right)
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


def IsFloatingPointType(type):
    """Whether a Tf.Type is a number with a fraction."""
    return type.typeName in ("double", "float", "GfHalf", "half", "pxr_half::half")


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


class Quaternion(GfValue):
    """A real part and an imaginary vector of doubles: the older form of Quatd."""

    __slots__ = ("real", "imaginary")

    def __init__(self, real=0.0, imaginary=None):
        if isinstance(real, Quaternion):
            real, imaginary = real.real, real.imaginary
        self.real, self.imaginary = float(real), Vec3d(imaginary) if imaginary is not None else Vec3d(0)

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

    @staticmethod
    def GetZero():
        return Quaternion()

    def Normalize(self, eps=MIN_VECTOR_LENGTH):
        """Makes the length 1, in place; gives back itself."""
        unit = self.GetNormalized(eps)
        self.real, self.imaginary = unit.real, unit.imaginary
        return self

    def __mul__(self, other):
        if not isinstance(other, (Quaternion, int, float)):
            return NotImplemented
        other = other._as_quatd() if isinstance(other, Quaternion) else other
        return self._from_quatd(self._as_quatd() * other)

    def __rmul__(self, factor):
        return self * factor if isinstance(factor, (int, float)) else NotImplemented

    def __truediv__(self, divisor):
        return self * (1 / divisor) if isinstance(divisor, (int, float)) else NotImplemented

    def __add__(self, other):
        if not isinstance(other, Quaternion):
            return NotImplemented
        return Quaternion(self.real + other.real, self.imaginary + other.imaginary)

    def __sub__(self, other):
        if not isinstance(other, Quaternion):
            return NotImplemented
        return Quaternion(self.real - other.real, self.imaginary - other.imaginary)

    def __str__(self):
        return f"({short(self.real)} + {self.imaginary})"


class Rotation(GfValue):
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
        return f"[{self._axis} {short(self._angle)}]"


def _extract_rotation(matrix):
    """The rotation of a matrix with rows at right angles."""
    return Rotation(matrix.ExtractRotationQuat())


for _matrix in (Matrix3d, Matrix3f, Matrix4d, Matrix4f):
    _matrix.ExtractRotation = _extract_rotation
for _matrix in (Matrix4d, Matrix4f):
    _matrix.Factor = lambda self, eps=1e-10: _importlib.import_module("strata._gf_factor").factor(self, eps)
    _matrix.RemoveScaleShear = lambda self: _importlib.import_module("strata._gf_factor").remove_scale_shear(self)


def _decompose_rotation(three):
    def decompose(rot, twAxis, fbAxis, lrAxis, handedness, *given, **named):
        return _importlib.import_module("strata._gf_factor").decompose(three, rot, twAxis, fbAxis, lrAxis, handedness, *given, **named)
    return staticmethod(decompose)


Rotation.DecomposeRotation, Rotation.DecomposeRotation3 = _decompose_rotation(False), _decompose_rotation(True)
Rotation.RotateOntoProjected = staticmethod(
    lambda v1, v2, axis: _importlib.import_module("strata._gf_factor").rotate_onto_projected(v1, v2, axis))
Rotation.MatchClosestEulerRotation = staticmethod(
    lambda *angles: _importlib.import_module("strata._gf_factor").match_closest(*angles))


def FitPlaneToPoints(points):
    """The plane through points, the nearest one where there are more than three."""
    return _importlib.import_module("strata._gf_factor").fit_plane(points)


class Transform(GfValue):
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

    def Set(self, *given, translation=None, rotation=None, scale=None, pivotPosition=None, pivotOrientation=None):
        """The parts; those that are not given become the identity. Gives back itself."""
        self.SetIdentity()
        names = ("translation", "rotation", "scale", "pivotPosition", "pivotOrientation")
        parts = dict(zip(names, (translation, rotation, scale, pivotPosition, pivotOrientation)))
        parts.update(zip(names, given))
        for name, value in parts.items():
            if value is not None:
                setattr(self, name, value)
        return self

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


add_accessors(Transform, Translation="translation", Rotation="rotation", Scale="scale", PivotPosition="pivotPosition",
               PivotOrientation="pivotOrientation")
