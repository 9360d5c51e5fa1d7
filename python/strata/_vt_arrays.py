"""Arrays of what no scene description holds: characters, short numbers, intervals, boxes, dual quaternions.   (Vt)

They keep Python objects; the arrays of the types that attributes have are the engine's (strata._core.Vt).
"""
import operator as _operator
import struct as _struct

from strata import Gf as _gf


def _to_char(value):
    """A character, kept as the number from -128 to 127 that it is."""
    if not isinstance(value, str):
        raise TypeError("a character is text of length one")
    code = value.encode("latin-1", "replace")[0] if value else 0
    return code - 256 if code > 127 else code


def _char_of(value):
    return bytes([value % 256]).decode("ascii", "ignore") or None


def _to_whole(low, high):
    def convert(value):
        if isinstance(value, float) or not hasattr(value, "__index__"):
            raise TypeError("a whole number is needed")
        value = _operator.index(value)
        if not low <= value <= high:
            raise OverflowError(f"{value} is not from {low} to {high}")
        return value
    return convert


def _to_kind(kind):
    def convert(value):
        if type(value) is not kind:
            raise TypeError(f"{kind.__name__} is needed, not {type(value).__name__}")
        return kind(value)
    return convert


def _wrap(bits, signed):
    def wrap(value):
        value %= 1 << bits
        return value - (1 << bits) if signed and value >= 1 << (bits - 1) else value
    return wrap


def _divide(a, b):
    """Towards zero, as C++ does."""
    if b == 0:
        raise ValueError("division of whole numbers by zero")
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


def _remainder(a, b):
    return a - b * _divide(a, b)


class _Array:
    """Values of one type, one after the other."""

    _isVtArray = True
    _operations = {}
    _components = 0
    __slots__ = ("_items",)
    __hash__ = None

    def __init__(self, *given, **named):
        """(), (size), (values), (size, fill)"""
        given += tuple(named[name] for name in ("size", "values", "fill") if name in named)
        if not given:
            self._items = []
        elif isinstance(given[0], int) and not isinstance(given[0], bool):
            if given[0] < 0:
                raise OverflowError("the size of an array is not negative")
            self._items = [self._default() for _ in range(given[0])]
            if len(given) == 2:
                self._fill(given[1])
        elif len(given) == 1:
            self._items = self._read(given[0])
        else:
            raise TypeError(f"{type(self).__name__} of a size, of values, or of a size and what to fill it with")

    def _fill(self, fill):
        values = self._read_one_or_many(fill)
        if not values and self._items:
            raise ValueError("no value to fill an array with")
        self._items = [values[i % len(values)] for i in range(len(self._items))]

    def _read_one_or_many(self, given):
        try:
            return [self._convert(given)]
        except TypeError:
            return self._read(given)

    @classmethod
    def _read(cls, values):
        if type(values) is cls:
            return list(values._items)
        return [cls._convert(value) for value in values]

    @classmethod
    def _made(cls, items):
        array = cls()
        array._items = items
        return array

    def __len__(self):
        return len(self._items)

    def __iter__(self):
        return iter([self._shown(item) for item in self._items])

    def __getitem__(self, index):
        if index is Ellipsis:
            return self._made(list(self._items))
        if isinstance(index, slice):
            return self._made(self._items[index])
        return self._shown(self._items[self._place(index)])

    def _place(self, index):
        index = _operator.index(index)
        if not -len(self._items) <= index < len(self._items):
            raise IndexError("Index out of range.")
        return index

    def __setitem__(self, index, value):
        if not isinstance(index, slice) and index is not Ellipsis:
            self._items[self._place(index)] = self._convert(value)
            return
        places = range(len(self._items))[slice(None) if index is Ellipsis else index]
        values = self._read_one_or_many(value)
        if len(values) == 1:
            values *= len(places)
        if len(values) < len(places):
            raise ValueError(f"Not enough values to set slice.  Expected {len(places)}, got {len(values)}.")
        for place, item in zip(places, values):
            self._items[place] = item

    def __eq__(self, other):
        try:
            return self._items == self._read(other)
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __reduce__(self):
        return type(self), (list(self),)

    def __repr__(self):
        items = [repr(self._shown(item)) for item in self._items]
        inside = f"{len(items)}, ({', '.join(items)}{',' if len(items) == 1 else ''})" if items else ""
        return f"{type(self).__module__.rpartition('.')[2]}.{type(self).__name__}({inside})"

    def __str__(self):
        return "[" + ", ".join(str(item) for item in self._items) + "]"

    def _operate(self, name, other, reversed=False):
        operation = self._operations.get(name)
        if operation is None:
            return NotImplemented
        if name == "*" and isinstance(other, (int, float)) and self._scales:
            return self._made([item * other for item in self._items])
        if name == "/" and self._scales == "divide":
            if not isinstance(other, (int, float)) or reversed:
                return NotImplemented
            return self._made([item / other for item in self._items])
        try:
            others = self._read_one_or_many(other)
        except TypeError:
            return NotImplemented
        items = self._items
        if len(items) != len(others) and 1 not in (len(items), len(others)):
            raise ValueError(f"Non-conforming inputs: arrays of {len(items)} and {len(others)} elements.")
        count = max(len(items), len(others)) if items and others else 0
        items = items * count if len(items) == 1 else items
        others = others * count if len(others) == 1 else others
        if reversed:
            items, others = others, items
        return self._made([self._fit(operation(a, b)) for a, b in zip(items, others)])

    def __add__(self, other):
        return self._operate("+", other)

    def __radd__(self, other):
        return self._operate("+", other, True)

    def __sub__(self, other):
        return self._operate("-", other)

    def __rsub__(self, other):
        return self._operate("-", other, True)

    def __mul__(self, other):
        return self._operate("*", other)

    def __rmul__(self, other):
        return self._operate("*", other, True)

    def __truediv__(self, other):
        return self._operate("/", other)

    def __rtruediv__(self, other):
        return self._operate("/", other, True)

    def __mod__(self, other):
        return self._operate("%", other)

    def __rmod__(self, other):
        return self._operate("%", other, True)

    def __neg__(self):
        if "neg" not in self._operations:
            raise TypeError(f"bad operand type for unary -: '{type(self).__name__}'")
        return self._made([self._fit(self._operations["neg"](item)) for item in self._items])

    @classmethod
    def _from_buffer(cls, buffer):
        view = memoryview(buffer)
        kind = view.format.lstrip("<=@")
        if len(kind) != 1 or kind not in "?bBhHiIlLqQefd":
            raise ValueError("a buffer of numbers of another type")
        numbers = _struct.unpack(f"={view.nbytes // view.itemsize}{kind if view.itemsize != 8 or kind not in 'lL' else 'qQ'['lL'.index(kind)]}",
                                 view.tobytes())
        if len(numbers) % cls._components:
            raise ValueError("a buffer of another shape or of another type of numbers")
        return cls._made([cls._from_numbers(numbers[i:i + cls._components]) for i in range(0, len(numbers), cls._components)])


_WHOLE = {"+": _operator.add, "-": _operator.sub, "*": _operator.mul, "/": _divide, "%": _remainder, "neg": _operator.neg}
_SUMS = {"+": _operator.add}
_TURNS = {"+": _operator.add, "-": _operator.sub, "*": _operator.mul, "/": _operator.truediv}
_MATRICES = dict(_TURNS, neg=_operator.neg)
_MATRICES["/"] = lambda a, b: a * b.GetInverse()


def _pairs(vec):
    """Reads two corners."""
    return lambda numbers: (vec(*numbers[:len(numbers) // 2]), vec(*numbers[len(numbers) // 2:]))


def _quats(quat):
    """Reads dual quaternions, imaginary parts first."""
    return lambda n: (quat(n[3], n[0], n[1], n[2]), quat(n[7], n[4], n[5], n[6]))


def _whole(bits, signed):
    low = -(1 << (bits - 1)) if signed else 0
    return dict(_convert=staticmethod(_to_whole(low, low + (1 << bits) - 1)), _default=int, _fit=staticmethod(_wrap(bits, signed)),
                _operations=_WHOLE, _components=1, _from_numbers=staticmethod(lambda n: _wrap(bits, signed)(int(n[0]))))


def _values(kind, operations, components=0, from_numbers=None, scales=""):
    made = dict(_convert=staticmethod(_to_kind(kind)), _default=kind, _operations=operations, _components=components, _scales=scales)
    if components:
        made["_from_numbers"] = staticmethod(lambda n: kind(*from_numbers(n)))
    return made


def _describe(name):
    """What the class of arrays of `name` has of its own."""
    if name == "Char":
        return dict(_whole(8, True), _convert=staticmethod(_to_char), _shown=staticmethod(_char_of))
    if name in ("Short", "UShort"):
        return _whole(16, name == "Short")
    kind = getattr(_gf, name)
    if name.startswith("Range"):
        size, suffix = int(name[5]), name[6]
        corner = float if size == 1 else getattr(_gf, f"Vec{size}{suffix}")
        return _values(kind, _SUMS, 2 * size, _pairs(corner))
    if name == "Rect2i":
        return _values(kind, _SUMS, 4, _pairs(_gf.Vec2i))
    if name == "Interval":
        return _values(kind, _SUMS)
    if name == "Quaternion":
        return _values(kind, _TURNS, scales="divide")
    if name.startswith("DualQuat"):
        return _values(kind, _TURNS, 8, _quats(getattr(_gf, name[4:])), "divide")
    size = int(name[6])
    made = _values(kind, _MATRICES, size * size, lambda numbers: numbers, "multiply")
    made["_default"] = lambda: kind(0)
    return made


NAMES = ("Char Short UShort Interval Quaternion Range1d Range1f Range2d Range2f Range3d Range3f Rect2i DualQuatd DualQuatf "
         "DualQuath Matrix2f Matrix3f Matrix4f").split()


def make(name):
    """The class of arrays of a type of NAMES."""
    facts = dict(_shown=staticmethod(lambda item: item), _fit=staticmethod(lambda item: item), _scales="")
    facts.update(_describe(name))
    cls = type(name + "Array", (_Array,), dict(facts, __slots__=(), __module__="strata.Vt", __doc__=_Array.__doc__))
    if isinstance(cls.__dict__["_default"], type(lambda: 0)):
        cls._default = staticmethod(cls.__dict__["_default"])
    if cls._components:
        def from_buffer(buffer):
            return cls._from_buffer(buffer)
        cls.FromBuffer = cls.FromNumpy = staticmethod(from_buffer)
    return cls


def make_paths():
    """Sdf.PathArray."""
    from strata._core.Sdf import Path
    return type("PathArray", (_Array,), dict(
        __slots__=(), __module__="strata.Sdf", __doc__=_Array.__doc__, _shown=staticmethod(lambda item: item), _scales="",
        _fit=staticmethod(lambda item: item), _default=Path, _convert=staticmethod(_to_path)))


def _to_path(value):
    from strata._core.Sdf import Path
    if not isinstance(value, (Path, str)):
        raise TypeError("a path is needed, not " + type(value).__name__)
    return value if isinstance(value, Path) else Path(value)
