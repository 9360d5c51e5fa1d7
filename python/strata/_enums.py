"""Enumerations of modules that stand in Python, in the two shapes that pxr has them in."""
from strata._core.Tf import Enum


def make(owner, cpp_name, name, enumerators, prefix=""):
    """A class `name` in a module's dictionary or a class, and its enumerators: ["Name", ("Name", "display", 7), ...].

    Each has name, displayName, fullName and value, and prints as `prefix` + its name.
    """
    scope = owner if isinstance(owner, dict) else None
    prefix = prefix or (scope["__name__"].rpartition(".")[2] + "." if scope is not None else owner.__name__ + ".")
    made = type(name, (_Enumerator,), {"__module__": "strata." + prefix.partition(".")[0], "_prefix": prefix, "_cpp": cpp_name})
    # Enumerators of a module have its name before theirs in C++; those of a class do not.
    made._cpp_prefix = prefix.partition(".")[0] if scope is not None else ""
    found = []
    for number, one in enumerate(enumerators):
        label, display, value = (one, one, number) if isinstance(one, str) else one
        item = made.__new__(made)
        Enum.__init__(item)
        item.name, item.displayName, item.value = label, display, value
        item._cpp_name = label if label.startswith(made._cpp_prefix.upper() + "_") else made._cpp_prefix + label
        item.fullName = f"{cpp_name}::{item._cpp_name}"
        found.append(item)
        if scope is not None:
            scope[label] = item
        else:
            setattr(owner, label, item)
    made.allValues = tuple(found)
    if scope is not None:
        scope[name] = made
    else:
        setattr(owner, name, made)
    return made


class _Enumerator(Enum):
    allValues = ()

    def __init__(self, *given):
        raise TypeError(f"{type(self).__name__} has no other values than its enumerators")

    @classmethod
    def GetValueFromName(cls, name):
        """The enumerator of a name in C++ ("SdfSpecifierDef"); None when there is none."""
        return next((item for item in cls.allValues if item._cpp_name == name), None)

    def __repr__(self):
        return self._prefix + self.name

    def __hash__(self):
        return hash((self._cpp, self.value))

    def __eq__(self, other):
        return self.value == other if isinstance(other, int) else self is other

    def __lt__(self, other):
        return self.value < (other if isinstance(other, int) else other.value)

    def __gt__(self, other):
        return self.value > (other if isinstance(other, int) else other.value)

    def __le__(self, other):
        return not self > other

    def __ge__(self, other):
        return not self < other

    def __int__(self):
        return self.value

    __index__ = __int__

    def __bool__(self):
        return self.value != 0

    def __reduce__(self):
        return type(self).GetValueFromName, (self._cpp_name,)


class IntEnum(int):
    """The other shape: whole numbers with names."""
    names, values = {}, {}

    @property
    def name(self):
        return next((name for name, item in type(self).names.items() if item == self), None)

    def __repr__(self):
        kind = type(self)
        found = kind.values.get(int(self))
        return f"{kind.__module__}.{kind.__qualname__}" + (f".{found.name}" if found is not None else f"({int(self)})")

    def __str__(self):
        return self.name or repr(int(self))


def make_int(owner, name, numbers, export=False):
    """A class `name` in a module's dictionary or a class: {"Name": 0, ...} or names in order. `export`: names in the owner, too."""
    scope = owner if isinstance(owner, dict) else None
    module = scope["__name__"] if scope is not None else owner.__module__
    made = type(name, (IntEnum,), {"__module__": module, "names": {}, "values": {}})
    if scope is None:
        made.__qualname__ = f"{owner.__qualname__}.{name}"
    if not isinstance(numbers, dict):
        numbers = {label: number for number, label in enumerate(numbers)}
    for label, number in numbers.items():
        item = made(number)
        made.names[label] = item
        made.values[number] = item
        setattr(made, label, item)
        if export:
            (scope.__setitem__ if scope is not None else lambda key, value: setattr(owner, key, value))(label, item)
    if scope is not None:
        scope[name] = made
    else:
        setattr(owner, name, made)
    return made
