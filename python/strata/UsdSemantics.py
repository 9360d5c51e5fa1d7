"""Labels: the schemas of UsdSemantics."""
from strata import _schemas
from strata._core.Sdf import Path as _Path
from strata._core.Usd import TimeCode as _TimeCode
from strata.Gf import Interval as _Interval
from strata.Vt import TokenArray as _TokenArray

_SCHEMA, _PREFIX = "SemanticsLabelsAPI:", "semantics:labels:"


@_schemas.add_to("UsdSemantics", "LabelsAPI")
class _LabelsAPI:
    @staticmethod
    def GetDirectTaxonomies(prim):
        return [one[len(_SCHEMA):] for one in prim.GetAppliedSchemas() if one.startswith(_SCHEMA)]

    @staticmethod
    def ComputeInheritedTaxonomies(prim):
        """Those of the prim and of all above it, sorted."""
        found = set()
        while prim and not prim.IsPseudoRoot():
            found.update(_LabelsAPI.GetDirectTaxonomies(prim))
            prim = prim.GetParent()
        return sorted(found)

    @staticmethod
    def IsSemanticsLabelsAPIPath(path):
        path = _Path(path) if isinstance(path, str) else path
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return len(parts) == 3 and parts[:2] == ["semantics", "labels"]


class LabelsQuery:
    """The labels of prims in one taxonomy, at a time or at all times of an interval."""

    def __init__(self, taxonomy, timeCodeOrInterval):
        if not taxonomy or isinstance(timeCodeOrInterval, _Interval) and timeCodeOrInterval.IsEmpty():
            from strata.Tf import RaiseCodingError
            RaiseCodingError("a query of labels takes the name of a taxonomy, and times that are not empty")
        self._taxonomy, self._time = taxonomy, timeCodeOrInterval
        if not isinstance(timeCodeOrInterval, (_Interval, _TimeCode)):
            self._time = _TimeCode(timeCodeOrInterval)

    def GetTaxonomy(self):
        return self._taxonomy

    def _labels(self, prim):
        if _SCHEMA + self._taxonomy not in prim.GetAppliedSchemas():
            return set()
        attribute = prim.GetAttribute(_PREFIX + self._taxonomy)
        if not isinstance(self._time, _Interval):
            return set(attribute.Get(self._time) or ())
        times = [_TimeCode(time) for time in attribute.GetTimeSamplesInInterval(self._time)]
        times += [_TimeCode(end) for end in (self._time.GetMin(), self._time.GetMax())]
        return {label for time in times for label in attribute.Get(time) or ()}

    def ComputeUniqueDirectLabels(self, prim):
        return _TokenArray(sorted(self._labels(prim)))

    def ComputeUniqueInheritedLabels(self, prim):
        found = set()
        while prim and not prim.IsPseudoRoot():
            found |= self._labels(prim)
            prim = prim.GetParent()
        return _TokenArray(sorted(found))

    def HasDirectLabel(self, prim, label):
        return label in self._labels(prim)

    def HasInheritedLabel(self, prim, label):
        return label in self.ComputeUniqueInheritedLabels(prim)


LabelsQuery.__module__ = "strata.UsdSemantics"

_schemas.install("UsdSemantics", globals())
