"""What the values of Gf that stand in Python have in common."""
import math as _math

from strata._core.Gf import Vec2i, Vec3d


def number(value):
    """A number as repr gives it, so that it reads back."""
    if value != value:
        return "float('nan')"
    if value in (_math.inf, -_math.inf):
        return "float('inf')" if value > 0 else "-float('inf')"
    return repr(float(value))


def short(value):
    """A number as usda writes it."""
    return str(Vec2i(int(value), 0))[1:-4] if isinstance(value, int) else str(Vec3d(value))[1:-1].split(",")[0]


class GfValue:
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
        parts = ", ".join(number(part) if isinstance(part, float) else repr(part) for part in self._parts())
        return f"Gf.{type(self).__name__}({parts})"


def add_accessors(cls, **names):
    """GetX and SetX for members: add_accessors(cls, X="x")"""
    for suffix, name in names.items():
        setattr(cls, "Get" + suffix, lambda self, name=name: getattr(self, name))
        setattr(cls, "Set" + suffix, lambda self, value, name=name: setattr(self, name, value))
