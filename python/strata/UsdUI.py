"""How editors show nodes and properties: the schemas of UsdUI."""
from strata import _schemas
from strata._core.Sdf import Path as _Path
from strata._core.Usd import Attribute as _Attribute
from strata._core.Usd import Object as _Object
from strata._core.Usd import Prim as _Prim
from strata._core.Usd import Property as _Property


@_schemas.add_to("UsdUI", "AccessibilityAPI")
class _AccessibilityAPI:
    @classmethod
    def CreateDefaultAPI(cls, prim):
        """The schema under the name "default", whether or not it is applied."""
        return cls(prim, "default")

    @classmethod
    def ApplyDefaultAPI(cls, prim):
        return cls.Apply(prim, "default")

    @staticmethod
    def IsAccessibilityAPIPath(path):
        path = _Path(path) if isinstance(path, str) else path
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return len(parts) > 1 and parts[0] == "accessibility" and parts[-1] not in ("label", "description", "priority")


# -- hints ---------------------------------------------------------------------------------------------------------------


class HintKeys:
    """Under which keys hints are kept."""

    UIHints, DisplayName, DisplayGroup, Hidden, ShownIf = "uiHints", "displayName", "displayGroup", "hidden", "shownIf"
    DisplayGroupsExpanded, DisplayGroupsShownIf = "displayGroupsExpanded", "displayGroupsShownIf"
    ValueLabels, ValueLabelsOrder = "valueLabels", "valueLabelsOrder"

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")


class ObjectHints:
    """How an object wants to be shown to people."""

    _kind = _Object

    def __init__(self, obj=None):
        if obj is not None and not isinstance(obj, self._kind):
            raise TypeError(f"{obj!r} cannot have hints of this kind")
        self._object = obj

    def __bool__(self):
        return self._object is not None and bool(self._object)

    def __eq__(self, other):
        return isinstance(other, ObjectHints) and self._object == other._object

    __hash__ = None

    def GetObject(self):
        return self._object if self._object is not None else _Prim()

    def _hint(self, key, kind, empty):
        value = self._object.GetMetadataByDictKey(HintKeys.UIHints, key)
        return value if isinstance(value, kind) else empty

    def _set(self, key, value):
        return self._object.SetMetadataByDictKey(HintKeys.UIHints, key, value)

    def _has(self, key):
        return self._object.HasMetadataDictKey(HintKeys.UIHints, key)

    # What older fields say counts where the hints do not; writing writes both.

    def GetDisplayName(self):
        return self._hint(HintKeys.DisplayName, str, "") if self._has(HintKeys.DisplayName) else (
            self._object.GetMetadata("displayName") or "")

    def SetDisplayName(self, name):
        return self._set(HintKeys.DisplayName, name) and self._object.SetMetadata("displayName", name)

    def GetHidden(self):
        return self._hint(HintKeys.Hidden, bool, False) if self._has(HintKeys.Hidden) else bool(self._object.GetMetadata("hidden"))

    def SetHidden(self, hidden):
        return self._set(HintKeys.Hidden, bool(hidden)) and self._object.SetMetadata("hidden", bool(hidden))


class PrimHints(ObjectHints):
    """And which groups of its properties are open, or shown at all."""

    _kind = _Prim

    def GetPrim(self):
        return self.GetObject()

    def GetDisplayGroupsExpanded(self):
        return self._hint(HintKeys.DisplayGroupsExpanded, dict, {})

    def SetDisplayGroupsExpanded(self, expanded):
        return self._set(HintKeys.DisplayGroupsExpanded, dict(expanded))

    def GetDisplayGroupExpanded(self, group):
        value = self.GetDisplayGroupsExpanded().get(group)
        return value if isinstance(value, bool) else False

    def SetDisplayGroupExpanded(self, group, expanded):
        return self.SetDisplayGroupsExpanded({**self.GetDisplayGroupsExpanded(), group: bool(expanded)})

    def GetDisplayGroupsShownIf(self):
        return self._hint(HintKeys.DisplayGroupsShownIf, dict, {})

    def SetDisplayGroupsShownIf(self, shownIf):
        return self._set(HintKeys.DisplayGroupsShownIf, dict(shownIf))

    def GetDisplayGroupShownIf(self, group):
        value = self.GetDisplayGroupsShownIf().get(group)
        return value if isinstance(value, str) else ""

    def SetDisplayGroupShownIf(self, group, shownIf):
        return self.SetDisplayGroupsShownIf({**self.GetDisplayGroupsShownIf(), group: shownIf})


class PropertyHints(ObjectHints):
    """And the group that it stands in, and when it is shown."""

    _kind = _Property

    def GetProperty(self):
        return self.GetObject()

    def GetDisplayGroup(self):
        return self._hint(HintKeys.DisplayGroup, str, "") if self._has(HintKeys.DisplayGroup) else (
            self._object.GetMetadata("displayGroup") or "")

    def SetDisplayGroup(self, group):
        return self._set(HintKeys.DisplayGroup, group) and self._object.SetMetadata("displayGroup", group)

    def GetShownIf(self):
        return self._hint(HintKeys.ShownIf, str, "")

    def SetShownIf(self, shownIf):
        return self._set(HintKeys.ShownIf, shownIf)


class AttributeHints(PropertyHints):
    """And what its values are called."""

    _kind = _Attribute

    def GetAttribute(self):
        return self.GetObject()

    def GetValueLabels(self):
        return self._hint(HintKeys.ValueLabels, dict, {})

    def SetValueLabels(self, labels):
        return self._set(HintKeys.ValueLabels, dict(labels))

    def GetValueLabelsOrder(self):
        from strata.Vt import TokenArray
        return self._hint(HintKeys.ValueLabelsOrder, TokenArray, TokenArray())

    def SetValueLabelsOrder(self, order):
        from strata.Vt import TokenArray
        return self._set(HintKeys.ValueLabelsOrder, order if isinstance(order, TokenArray) else TokenArray(order))

    def ApplyValueLabel(self, label):
        """Gives the attribute the value that a label stands for; False where there is no such label."""
        labels = self.GetValueLabels()
        return label in labels and self._object.Set(labels[label])


for _one in (HintKeys, ObjectHints, PrimHints, PropertyHints, AttributeHints):
    _one.__module__ = "strata.UsdUI"

_schemas.install("UsdUI", globals(), (
    "default_=default", "description", "label", "priority",
))
