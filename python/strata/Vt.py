"""Arrays of values of one type, and edits of them.   (Vt)"""
from strata._core.Vt import *  # noqa: F403
from strata._core import Vt as _core

_core_names = {name for name in vars(_core) if name.endswith("Array")}


class _ValueWrapper:
    """A value with the type of it that is meant."""

    __slots__ = ("_text", "_array_of_one")

    def __init__(self, text, array):
        self._text, self._array_of_one = text, array

    def __repr__(self):
        return self._text


def _add_wrapper(name, cpp_name, array):
    def wrap(value):
        if cpp_name == "unsigned char" and isinstance(value, int) and not 0 <= value < 256:
            raise OverflowError(f"{value} is no {cpp_name}")
        checked = _array_named(array[:-5])([value])
        return _ValueWrapper(f"{cpp_name}({str(checked)[1:-1]})", checked)
    wrap.__name__ = name
    wrap.__doc__ = f"The value, to be taken as a {cpp_name}."
    globals()[name] = wrap


for _name, _cpp, _array in (
        ("Bool", "bool", "BoolArray"), ("Double", "double", "DoubleArray"), ("Duration", "GfDuration", "DurationArray"),
        ("Float", "float", "FloatArray"), ("Half", "pxr_half::half", "HalfArray"), ("Int", "int", "IntArray"),
        ("Int64", "long", "Int64Array"), ("Long", "long", "Int64Array"), ("Short", "short", "ShortArray"),
        ("TimeCode", "GfTimeCode", "TimeCodeArray"), ("Token", "TfToken", "TokenArray"), ("UChar", "unsigned char", "UCharArray"),
        ("UInt", "unsigned int", "UIntArray"), ("UInt64", "unsigned long", "UInt64Array"), ("ULong", "unsigned long", "UInt64Array"),
        ("UShort", "unsigned short", "UShortArray")):
    _add_wrapper(_name, _cpp, _array)


def _array_named(base):
    return globals().get(base + "Array") or __getattr__(base + "Array")


def __getattr__(name):
    """Makes the rarer arrays, and the edits, where they are first asked for."""
    base = name.partition("Array")[0]
    made = None
    if name == base + "Array":
        from strata import _vt_arrays
        made = _vt_arrays.make(base) if base in _vt_arrays.NAMES else None
    elif name == base + "ArrayFromBuffer":
        made = getattr(_array_named(base), "FromBuffer", None)
    elif name in (base + "ArrayEdit", base + "ArrayEditBuilder") and base:
        from strata import _vt_edits
        made = _vt_edits.make(__name__, _array_named(base))[name.endswith("Builder")]
    if made is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    globals()[name] = made
    return made


def __dir__():
    from strata import _vt_arrays
    bases = sorted({name[:-5] for name in _core_names} | set(_vt_arrays.NAMES))
    lazy = [base + ending for base in bases for ending in ("Array", "ArrayEdit", "ArrayEditBuilder")]
    return sorted(set(globals()) | set(lazy) | {base + "ArrayFromBuffer" for base in _vt_arrays.NAMES if base not in
                                                ("Interval", "Quaternion")})
