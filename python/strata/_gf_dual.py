"""Dual quaternions: a rotation and a translation in one value.   (Gf)"""
import math as _math

from strata._core import Gf as _gf
from strata._gf_base import GfValue

_MIN_LENGTH = {"d": 1e-10, "f": 1e-10, "h": 1e-3}


class _DualQuat(GfValue):
    """A real and a dual quaternion."""

    __slots__ = ("_real", "_dual")
    _suffix = "d"

    def __init__(self, *given, **named):
        """(), (number), (real), (real, dual), (rotation, translation), (another dual quaternion)"""
        given += tuple(named[name] for name in ("real", "realVal", "rotation", "dual", "translation") if name in named)
        self._real, self._dual = self._quat(0), self._quat(0)
        if not given:
            return
        first = given[0]
        if len(given) == 1 and isinstance(first, _DualQuat):
            self._real, self._dual = self._convert(first._real), self._convert(first._dual)
        elif len(given) == 1:
            self._real = self._quat(first) if isinstance(first, (int, float)) else self._convert(first, self._widens(first))
        elif len(given) == 2 and isinstance(given[1], (_gf.Quatd, _gf.Quatf, _gf.Quath)):
            self._real = self._convert(first, self._widens(first))
            self._dual = self._convert(given[1], self._widens(given[1]))
        elif len(given) == 2:
            self._real = self._convert(first, self._widens(first))
            self.SetTranslation(given[1])
        else:
            raise TypeError(f"{type(self).__name__} of a number, a real and a dual quaternion, or a rotation and a translation")

    def _widens(self, quat):
        order = "hfd"
        if not isinstance(quat, (_gf.Quatd, _gf.Quatf, _gf.Quath)):
            raise TypeError(f"{type(self).__name__} of something that is no quaternion")
        if order.index(type(quat).__name__[-1]) > order.index(self._suffix):
            raise TypeError(f"{type(self).__name__} does not take the wider {type(quat).__name__}")
        return True

    def _convert(self, quat, _=True):
        return self._quat(quat.real, self._vec(*quat.imaginary))

    def _parts(self):
        return self._real, self._dual

    @classmethod
    def GetZero(cls):
        return cls()

    @classmethod
    def GetIdentity(cls):
        return cls(1)

    def GetReal(self):
        return self._quat(self._real)

    def GetDual(self):
        return self._quat(self._dual)

    def SetReal(self, real):
        self._widens(real)
        self._real = self._convert(real)

    def SetDual(self, dual):
        self._widens(dual)
        self._dual = self._convert(dual)

    real = property(GetReal, SetReal)
    dual = property(GetDual, SetDual)

    def GetTranslation(self):
        """Twice the imaginary part of dual * conjugate(real)."""
        return self._vec(*((self._dual * self._real.GetConjugate()).imaginary * 2))

    def SetTranslation(self, translation):
        self._dual = self._quat(0, self._vec(*translation) * 0.5) * self._real

    def GetLength(self):
        """(length of the real part, the dual part along it)"""
        length = self._real.GetLength()
        if length == 0:
            return 0.0, 0.0
        return length, self._dot(self._real, self._dual) / length

    def Normalize(self, eps=None):
        """Makes the length (1, 0), or the identity where the real part is shorter than eps. Gives back itself."""
        length, _ = self.GetLength()
        if length < (_MIN_LENGTH[self._suffix] if eps is None else eps):
            self._real, self._dual = self._quat(1), self._quat(0)
            return self
        real, dual = self._real / length, self._dual / length
        self._real, self._dual = real, dual - real * self._dot(real, dual)
        return self

    def GetNormalized(self, eps=None):
        return type(self)(self).Normalize(eps)

    def GetConjugate(self):
        return type(self)(self._real.GetConjugate(), self._dual.GetConjugate())

    def GetInverse(self):
        """The identity where the real part is zero."""
        squared = self._dot(self._real, self._real)
        if squared <= 0:
            return type(self).GetIdentity()
        real = self._real.GetConjugate() / squared
        dual = (self._dual.GetConjugate() - real * (2 * self._dot(self._real, self._dual))) / squared
        return type(self)(real, dual)

    def Transform(self, point):
        """A point turned and moved."""
        return self._vec(*self._real.GetNormalized().Transform(self._vec(*point))) + self.GetTranslation()

    @staticmethod
    def _dot(a, b):
        return _gf.Dot(a, b)

    def __eq__(self, other):
        return isinstance(other, _DualQuat) and all(a.real == b.real and tuple(a.imaginary) == tuple(b.imaginary)
                                                    for a, b in zip(self._parts(), other._parts()))

    def __ne__(self, other):
        return not self == other

    __hash__ = GfValue.__hash__

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def _with(self, other, combine):
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(combine(self._real, other._real), combine(self._dual, other._dual))

    def __mul__(self, other):
        if isinstance(other, (int, float)):
            return type(self)(self._real * other, self._dual * other)
        if type(other) is not type(self):
            return NotImplemented
        return type(self)(self._real * other._real, self._real * other._dual + self._dual * other._real)

    def __rmul__(self, factor):
        return self * factor if isinstance(factor, (int, float)) else NotImplemented

    def __truediv__(self, divisor):
        return self * (1 / divisor) if isinstance(divisor, (int, float)) else NotImplemented

    def __str__(self):
        return f"({self._real}, {self._dual})"

    def __copy__(self):
        return type(self)(self)

    def __deepcopy__(self, memo):
        return type(self)(self)


def _make(suffix):
    return type("DualQuat" + suffix, (_DualQuat,), {
        "__slots__": (), "__module__": "strata.Gf", "_suffix": suffix, "_quat": getattr(_gf, "Quat" + suffix),
        "_vec": getattr(_gf, "Vec3" + suffix), "__doc__": "A rotation and a translation in two quaternions."})


DualQuatd, DualQuatf, DualQuath = _make("d"), _make("f"), _make("h")


def dot(a, b):
    return _math.fsum((_gf.Dot(a.real, b.real), _gf.Dot(a.dual, b.dual)))
