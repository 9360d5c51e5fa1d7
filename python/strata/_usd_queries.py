"""Usd: why a prim is as it is (arcs, resolve targets), and how much of a scene a stage has."""
from strata import _enums
from strata._core import Usd as _core
from strata._core.Usd import CompositionArc, EditTarget, Prim, StageLoadRules, StagePopulationMask  # noqa: F401

_FIELDS = {"references": "referenceList", "payload": "payloadList", "inheritPaths": "inheritPathList",
           "specializes": "specializesList", "variantSetNames": "variantSetNameList"}


def _introducing_list_editor(arc):
    """(the list that introduces the arc, its item); (None, None) for the root and for relocates."""
    field, item = arc._IntroducingItem()
    layer = arc.GetIntroducingLayer()
    spec = layer.GetPrimAtPath(arc.GetIntroducingPrimPath()) if layer else None
    return (getattr(spec, _FIELDS[field]), item) if spec and field in _FIELDS else (None, None)


CompositionArc.GetIntroducingListEditor = _introducing_list_editor
_core.AttributeQuery.GetSpline = lambda self: self._Spline()


class PrimCompositionQuery:
    """The arcs of a prim, those that a filter lets through, strongest first; as they are when the query is made."""

    def __init__(self, prim, queryFilter=None):
        self._arcs = _core._FindArcs(prim)
        self.filter = PrimCompositionQuery.Filter() if queryFilter is None else queryFilter

    class Filter:
        """Which arcs: by kind, by who introduced them, by whether they lead to specs."""

        def __init__(self):
            self._parts = {kind: getattr(PrimCompositionQuery, kind).All for kind in _KINDS}

        def __eq__(self, other):
            return isinstance(other, PrimCompositionQuery.Filter) and self._parts == other._parts

        __hash__ = None

    @property
    def filter(self):
        """A copy: assign it to have it count."""
        given = PrimCompositionQuery.Filter()
        given._parts = dict(self._filter._parts)
        return given

    @filter.setter
    def filter(self, wanted):
        if not isinstance(wanted, PrimCompositionQuery.Filter):
            raise TypeError(f"a PrimCompositionQuery.Filter is wanted, not {wanted!r}")
        self._filter = PrimCompositionQuery.Filter()
        self._filter._parts = dict(wanted._parts)

    def GetCompositionArcs(self):
        wanted = [int(self._filter._parts[kind]) for kind in _KINDS]
        return [arc for arc in self._arcs if arc._PassesFilter(*wanted)]

    @staticmethod
    def _of(prim, **wanted):
        asked = PrimCompositionQuery.Filter()
        asked.dependencyTypeFilter = PrimCompositionQuery.DependencyTypeFilter.Direct
        for name, value in wanted.items():
            setattr(asked, name, value)
        return PrimCompositionQuery(prim, asked)

    @staticmethod
    def GetDirectReferences(prim):
        return PrimCompositionQuery._of(prim, arcTypeFilter=PrimCompositionQuery.ArcTypeFilter.Reference)

    @staticmethod
    def GetDirectInherits(prim):
        return PrimCompositionQuery._of(prim, arcTypeFilter=PrimCompositionQuery.ArcTypeFilter.Inherit)

    @staticmethod
    def GetDirectRootLayerArcs(prim):
        return PrimCompositionQuery._of(
            prim, arcIntroducedFilter=PrimCompositionQuery.ArcIntroducedFilter.IntroducedInRootLayerStack)


# In the order in which the arcs are asked.
_KINDS = {
    "ArcTypeFilter": ("All", "Reference", "Payload", "Inherit", "Specialize", "Variant", "Relocate", "ReferenceOrPayload",
                      "InheritOrSpecialize", "NotReferenceOrPayload", "NotInheritOrSpecialize", "NotVariant", "NotRelocate"),
    "DependencyTypeFilter": ("All", "Direct", "Ancestral"),
    "ArcIntroducedFilter": ("All", "IntroducedInRootLayerStack", "IntroducedInRootLayerPrimSpec"),
    "HasSpecsFilter": ("All", "HasSpecs", "HasNoSpecs")}


def _part(kind):
    def get(self):
        return self._parts[kind]

    def set(self, value):
        if not isinstance(value, getattr(PrimCompositionQuery, kind)):
            raise TypeError(f"a PrimCompositionQuery.{kind} is wanted, not {value!r}")
        self._parts[kind] = value

    return property(get, set)


PrimCompositionQuery.__module__ = "strata.Usd"
for _name, _values in _KINDS.items():
    _enums.make_int(PrimCompositionQuery, _name, _values)
    setattr(PrimCompositionQuery.Filter, _name[0].lower() + _name[1:], _part(_name))

Prim.GetPrimIndex = lambda self: _core._PrimIndex(self)
Prim.ComputeExpandedPrimIndex = lambda self: _core._ExpandedPrimIndex(self)
Prim.MakeResolveTargetUpToEditTarget = lambda self, editTarget: _core._ResolveTargetUpTo(self, editTarget)
Prim.MakeResolveTargetStrongerThanEditTarget = lambda self, editTarget: _core._ResolveTargetStrongerThan(self, editTarget)
EditTarget.GetMapFunction = lambda self: _core._MapFunction(self)


def _reachable(of):
    """FindAll...Paths(traversal, predicate, recurse): what the properties of a prim and all below lead to."""
    def find(self, *arguments, traversal=None, predicate=None, recurseOnTargets=False, recurseOnSources=False):
        given = list(arguments)
        if given and isinstance(given[0], _core._PrimFlagsPredicate):
            traversal = given.pop(0)
        if given and (given[0] is None or callable(given[0])):
            predicate = given.pop(0)
        recurse = given.pop(0) if given else recurseOnTargets or recurseOnSources
        stage, found, seen, waiting = self.GetStage(), [], set(), [self]
        while waiting:
            prim = waiting.pop(0)
            for below in _core.PrimRange(prim, traversal) if traversal is not None else _core.PrimRange(prim):
                if below.GetPath() in seen:
                    continue
                seen.add(below.GetPath())
                for prop in of(below):
                    if predicate is not None and not predicate(prop):
                        continue
                    for path in prop.GetTargets() if isinstance(prop, _core.Relationship) else prop.GetConnections():
                        found.append(path)
                        if recurse and stage.GetPrimAtPath(path.GetPrimPath()):
                            waiting.append(stage.GetPrimAtPath(path.GetPrimPath()))
        return sorted(set(found))

    return find


Prim.FindAllRelationshipTargetPaths = _reachable(lambda prim: prim.GetRelationships())
Prim.FindAllAttributeConnectionPaths = _reachable(lambda prim: prim.GetAttributes())

_enums.make(StageLoadRules, "UsdStageLoadRules::Rule", "Rule", ("AllRule", "OnlyRule", "NoneRule"), prefix="Usd.StageLoadRules.")


def _rules(self):
    return [(path, StageLoadRules.Rule.allValues[rule]) for path, rule in self._GetRules()]


def _set_rules(self, rules):
    self._Assign(StageLoadRules())
    for path, rule in rules:
        self.AddRule(path, rule)


def _swap_rules(self, other):
    mine, theirs = _rules(self), _rules(other)
    _set_rules(self, theirs)
    _set_rules(other, mine)


StageLoadRules.AddRule = lambda self, path, rule: self._AddRule(path, int(rule))
StageLoadRules.GetEffectiveRuleForPath = lambda self, path: StageLoadRules.Rule.allValues[self._GetEffectiveRule(path)]
StageLoadRules.GetRules, StageLoadRules.SetRules, StageLoadRules.swap = _rules, _set_rules, _swap_rules
