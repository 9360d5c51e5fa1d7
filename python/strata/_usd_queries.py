"""Usd: why a prim is as it is (arcs, resolve targets), and how much of a scene a stage has."""
from strata import _enums
from strata._members import held
from strata._core import Usd as _core
from strata._core.Usd import CompositionArc, EditTarget, Prim, StageLoadRules, StagePopulationMask  # noqa: F401

_FIELDS = {"references": "referenceList", "payload": "payloadList", "inheritPaths": "inheritPathList",
           "specializes": "specializesList", "variantSetNames": "variantSetNameList"}


def _introducing_list_editor(arc):
    """(the list that introduces the arc, its item); None for implied relocates."""
    field, item = arc._IntroducingItem()
    layer = arc.GetIntroducingLayer()
    spec = layer.GetPrimAtPath(arc.GetIntroducingPrimPath()) if layer else None
    return (getattr(spec, _FIELDS[field]), item) if spec and field in _FIELDS else None


CompositionArc.GetIntroducingListEditor = _introducing_list_editor


_core.AttributeQuery.GetSpline = lambda self: self.GetAttribute().GetSpline()


class PrimCompositionQuery:
    """The arcs of a prim, those that a filter lets through, strongest first."""

    filter = held("filter")

    def __init__(self, prim, queryFilter=None):
        self._prim, self.filter = prim, queryFilter or PrimCompositionQuery.Filter()

    class Filter:
        """Which arcs: by kind, by who introduced them, by whether they lead to specs."""

        arcTypeFilter, arcIntroducedFilter = held("arcTypeFilter"), held("arcIntroducedFilter")
        dependencyTypeFilter, hasSpecsFilter = held("dependencyTypeFilter"), held("hasSpecsFilter")

        def __init__(self):
            query = PrimCompositionQuery
            self.arcTypeFilter, self.dependencyTypeFilter = query.ArcTypeFilter.All, query.DependencyTypeFilter.All
            self.arcIntroducedFilter, self.hasSpecsFilter = query.ArcIntroducedFilter.All, query.HasSpecsFilter.All

        def _parts(self):
            return (self.arcTypeFilter, self.dependencyTypeFilter, self.arcIntroducedFilter, self.hasSpecsFilter)

        def __eq__(self, other):
            return isinstance(other, PrimCompositionQuery.Filter) and self._parts() == other._parts()

        __hash__ = None

        def _admits(self, arc):
            query = PrimCompositionQuery
            kind = arc.GetArcType().displayName
            types, words = self.arcTypeFilter.name, kind[:1].upper() + kind[1:]
            if types != "All" and (words in types.removeprefix("Not").split("Or")) == types.startswith("Not"):
                return False
            if self.dependencyTypeFilter != query.DependencyTypeFilter.All and (
                    arc.IsAncestral() != (self.dependencyTypeFilter == query.DependencyTypeFilter.Ancestral)):
                return False
            if self.arcIntroducedFilter == query.ArcIntroducedFilter.IntroducedInRootLayerStack and (
                    not arc.IsIntroducedInRootLayerStack()):
                return False
            if self.arcIntroducedFilter == query.ArcIntroducedFilter.IntroducedInRootLayerPrimSpec and (
                    not arc.IsIntroducedInRootLayerPrimSpec()):
                return False
            return self.hasSpecsFilter == query.HasSpecsFilter.All or (
                arc.HasSpecs() == (self.hasSpecsFilter == query.HasSpecsFilter.HasSpecs))

    def GetCompositionArcs(self):
        return [arc for arc in _core._FindArcs(self._prim) if self.filter._admits(arc)]

    @staticmethod
    def _of(prim, types, introduced="All"):
        made = PrimCompositionQuery(prim)
        made.filter.arcTypeFilter = PrimCompositionQuery.ArcTypeFilter.names[types]
        made.filter.arcIntroducedFilter = PrimCompositionQuery.ArcIntroducedFilter.names[introduced]
        made.filter.dependencyTypeFilter = PrimCompositionQuery.DependencyTypeFilter.Direct
        return made

    @staticmethod
    def GetDirectReferences(prim):
        return PrimCompositionQuery._of(prim, "Reference")

    @staticmethod
    def GetDirectInherits(prim):
        return PrimCompositionQuery._of(prim, "Inherit")

    @staticmethod
    def GetDirectRootLayerArcs(prim):
        return PrimCompositionQuery._of(prim, "All", "IntroducedInRootLayerStack")


PrimCompositionQuery.__module__ = "strata.Usd"
for _name, _values in {
        "ArcTypeFilter": ("All", "Reference", "Payload", "Inherit", "Specialize", "Variant", "Relocate", "ReferenceOrPayload",
                          "InheritOrSpecialize", "NotReferenceOrPayload", "NotInheritOrSpecialize", "NotVariant", "NotRelocate"),
        "DependencyTypeFilter": ("All", "Direct", "Ancestral"),
        "ArcIntroducedFilter": ("All", "IntroducedInRootLayerStack", "IntroducedInRootLayerPrimSpec"),
        "HasSpecsFilter": ("All", "HasSpecs", "HasNoSpecs")}.items():
    _enums.make_int(PrimCompositionQuery, _name, _values)

Prim.GetPrimIndex = lambda self: _core._PrimIndex(self)
Prim.ComputeExpandedPrimIndex = lambda self: _core._ExpandedPrimIndex(self)
Prim.MakeResolveTargetUpToEditTarget = lambda self, editTarget: _core._ResolveTarget(self, editTarget, True)
Prim.MakeResolveTargetStrongerThanEditTarget = lambda self, editTarget: _core._ResolveTarget(self, editTarget, False)
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
