"""Units, roles and other names around values.   (Sdf)"""
import math as _math

from strata import _enums
from strata._members import held

_FACTORS = {}
_UNITS = {
    "LengthUnit": ("Length", (("Millimeter", "mm", 0.001), ("Centimeter", "cm", 0.01), ("Decimeter", "dm", 0.1), ("Meter", "m", 1.0),
                              ("Kilometer", "km", 1000.0), ("Inch", "in", 0.0254), ("Foot", "ft", 0.3048), ("Yard", "yd", 0.9144),
                              ("Mile", "mi", 1609.344))),
    "AngularUnit": ("Angular", (("Degrees", "deg", 1.0), ("Radians", "rad", 180 / _math.pi))),
    "DimensionlessUnit": ("Dimensionless", (("Percent", "%", 0.01), ("Default", "default", 1.0))),
}
_scope = {"__name__": "strata.Sdf"}
for _name, (_category, _items) in _UNITS.items():
    _enums.make(_scope, "Sdf" + _name, _name, [(_name + word, text, number) for number, (word, text, _) in enumerate(_items)])
    for _word, _text, _factor in _items:
        _FACTORS[_scope[_name + _word]] = (_category, _factor)
_enums.make(_scope, "SdfListOpType", "ListOpType", [(f"ListOpType{word}", word, number) for number, word in enumerate(
    ("Explicit", "Added", "Prepended", "Appended", "Deleted", "Ordered"))])
_enums.make(_scope, "SdfAuthoringError", "AuthoringError", ("AuthoringErrorUnrecognizedFields", "AuthoringErrorUnrecognizedSpecType"))
NAMES = {name: value for name, value in _scope.items() if not name.startswith("__")}


def ConvertUnit(fromUnit, toUnit):
    """How many of one unit make one of another; 0 where they measure other things."""
    (category, factor), (other, divisor) = _FACTORS[fromUnit], _FACTORS[toUnit]
    return factor / divisor if category == other else 0.0


def DefaultUnit(unit):
    """The unit that stands for those of its kind, or for a type of values."""
    if unit not in _FACTORS:
        return _scope["DimensionlessUnitDefault"]
    return _scope[{"Length": "LengthUnitMeter", "Angular": "AngularUnitDegrees"}.get(_FACTORS[unit][0], "DimensionlessUnitDefault")]


def UnitCategory(unit):
    return _FACTORS[unit][0]


def GetNameForUnit(unit):
    return unit.displayName


def GetUnitFromName(name):
    return next((unit for unit in _FACTORS if unit.displayName == name), _scope["DimensionlessUnitDefault"])


class ValueRoleNames:
    """What values stand for."""

    Color, EdgeIndex, FaceIndex, Frame, Group, Normal = "Color", "EdgeIndex", "FaceIndex", "Frame", "Group", "Normal"
    Point, PointIndex, TextureCoordinate, Transform, Vector = "Point", "PointIndex", "TextureCoordinate", "Transform", "Vector"


class OpaqueValue:
    """A value that says nothing."""

    def __eq__(self, other):
        return isinstance(other, OpaqueValue)

    def __hash__(self):
        return hash(OpaqueValue)

    def __repr__(self):
        return "Sdf.OpaqueValue()"


class UnregisteredValue:
    """A value of a field that no schema knows: text, a dictionary or a list op of such values."""

    def __init__(self, value=None):
        if not isinstance(value, (str, dict, UnregisteredValueListOp, type(None))):
            raise TypeError("an unregistered value is text, a dictionary or a list op of such values")
        self._value = value

    value = property(lambda self: self._value)

    def __eq__(self, other):
        return isinstance(other, UnregisteredValue) and self._value == other._value

    def __hash__(self):
        return hash(str(self._value))

    def __str__(self):
        return str(self._value)

    def __repr__(self):
        return f"Sdf.UnregisteredValue({self._value!r})"


class UnregisteredValueListOp:
    """A list of unregistered values, or edits of one."""

    isExplicit = held("isExplicit", False)
    _EDITS = ("addedItems", "prependedItems", "appendedItems", "deletedItems", "orderedItems")

    def __init__(self):
        self.isExplicit = False
        self._lists = {name: [] for name in ("explicitItems", *self._EDITS)}

    def _list(name):
        def write(self, items):
            self.isExplicit = name == "explicitItems"
            self._lists[name] = list(items)
        return property(lambda self: list(self._lists[name]), write)

    explicitItems, addedItems, prependedItems = _list("explicitItems"), _list("addedItems"), _list("prependedItems")
    appendedItems, deletedItems, orderedItems = _list("appendedItems"), _list("deletedItems"), _list("orderedItems")
    del _list

    @staticmethod
    def Create(prependedItems=(), appendedItems=(), deletedItems=()):
        made = UnregisteredValueListOp()
        made._lists.update(prependedItems=list(prependedItems), appendedItems=list(appendedItems), deletedItems=list(deletedItems))
        return made

    @staticmethod
    def CreateExplicit(explicitItems=()):
        made = UnregisteredValueListOp()
        made.explicitItems = explicitItems
        return made

    def Clear(self):
        self.__init__()

    def ClearAndMakeExplicit(self):
        self.__init__()
        self.isExplicit = True

    def HasItem(self, item):
        names = ("explicitItems",) if self.isExplicit else self._EDITS
        return any(item in self._lists[name] for name in names)

    def GetAddedOrExplicitItems(self):
        if self.isExplicit:
            return self.explicitItems
        return [*self._lists["prependedItems"], *self._lists["addedItems"], *self._lists["appendedItems"]]

    def GetAppliedItems(self):
        return self.ApplyOperations([])

    def ApplyOperations(self, items):
        """A list with the edits made to it."""
        if self.isExplicit:
            return self.explicitItems
        lists = self._lists
        items = [item for item in items if item not in lists["deletedItems"]]
        items += [item for item in lists["addedItems"] if item not in items]
        items = lists["prependedItems"] + [item for item in items if item not in lists["prependedItems"]]
        return [item for item in items if item not in lists["appendedItems"]] + lists["appendedItems"]

    def __eq__(self, other):
        return isinstance(other, UnregisteredValueListOp) and (self.isExplicit, self._lists) == (other.isExplicit, other._lists)

    __hash__ = None

    def __str__(self):
        names = {"explicitItems": "Explicit"} if self.isExplicit else {
            "deletedItems": "Deleted", "addedItems": "Added", "prependedItems": "Prepended", "appendedItems": "Appended",
            "orderedItems": "Ordered"}
        parts = [f"{word} Items: [{', '.join(map(str, self._lists[name]))}]" for name, word in names.items()
                 if self._lists[name] or self.isExplicit]
        return f"SdfUnregisteredValueListOp({', '.join(parts)})"


for _class in (ValueRoleNames, OpaqueValue, UnregisteredValue, UnregisteredValueListOp):
    _class.__module__ = "strata.Sdf"
NAMES.update({item.__name__: item for item in (
    ConvertUnit, DefaultUnit, UnitCategory, GetNameForUnit, GetUnitFromName, ValueRoleNames, OpaqueValue, UnregisteredValue,
    UnregisteredValueListOp)})
