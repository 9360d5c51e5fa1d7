"""Composition: from layers to prim indices, every arc in strength order.   (Pcp)"""
import os as _os

from strata import Ar as _Ar
from strata import Sdf as _Sdf
from strata import _enums
from strata._core.Pcp import *  # noqa: F403
from strata._core import Pcp as _core
from strata._core.Pcp import LayerStack, PrimIndex, PropertyIndex, _Cache

_FLAGS = {"None": 0, "Root": 1, "PurelyDirect": 2, "PartlyDirect": 4, "Direct": 6, "Ancestral": 8, "Virtual": 16, "NonVirtual": 32,
          "AnyNonVirtual": 47, "AnyIncludingVirtual": 63}
_enums.make(globals(), "PcpDependencyType", "DependencyType",
            [("DependencyType" + name, name, value) for name, value in _FLAGS.items()])
_enums.make(globals(), "PcpErrorType", "ErrorType", ["ErrorType_" + name for name in (
    "ArcCycle", "ArcPermissionDenied", "IndexCapacityExceeded", "ArcCapacityExceeded", "ArcNamespaceDepthCapacityExceeded",
    "InconsistentPropertyType", "InconsistentAttributeType", "InconsistentAttributeVariability", "InternalAssetPath",
    "InvalidPrimPath", "InvalidAssetPath", "InvalidInstanceTargetPath", "InvalidExternalTargetPath", "InvalidTargetPath",
    "InvalidReferenceOffset", "InvalidSublayerOffset", "InvalidSublayerOwnership", "InvalidSublayerPath", "InvalidVariantSelection",
    "MutedAssetPath", "InvalidAuthoredRelocation", "InvalidConflictingRelocation", "InvalidSameTargetRelocations",
    "OpinionAtRelocationSource", "PrimPermissionDenied", "PropertyPermissionDenied", "SublayerCycle", "TargetPermissionDenied",
    "UnresolvedPrimPath", "VariableExpressionError", "InvalidSublayerAndOffsetCount")])


# -- errors --------------------------------------------------------------------------------------------------------------


class ErrorBase:
    """What was wrong in composition: its text is the error. `details`, of those that a stage tells: the same with the place, the arcs
    that led there and the remedy."""

    details = None

    def __init__(self, kind, root_path, message):
        self._kind, self._root_path, self._message = kind, root_path, message
        self._identifier = None  # of the layer stack of the cache that met it

    errorType = property(lambda self: globals().get("ErrorType_" + self._kind))
    rootSite = property(lambda self: Site(self._identifier, self._root_path))

    def __str__(self):
        return self._message


class ErrorInvalidAssetPathBase(ErrorBase):
    """An asset that cannot be used."""


class ErrorTargetPathBase(ErrorBase):
    """A target that cannot be used."""


class ErrorRelocationBase(ErrorBase):
    """A relocate that cannot be used."""


_kinds = {}
for _name, _base in {
        "ArcCycle": ErrorBase, "ArcPermissionDenied": ErrorBase, "ArcToProhibitedChild": ErrorBase, "CapacityExceeded": ErrorBase,
        "InconsistentAttributeType": ErrorBase, "InconsistentAttributeVariability": ErrorBase, "InconsistentPropertyType": ErrorBase,
        "InvalidAssetPath": ErrorInvalidAssetPathBase, "MutedAssetPath": ErrorInvalidAssetPathBase,
        "InvalidAuthoredRelocation": ErrorRelocationBase, "InvalidConflictingRelocation": ErrorRelocationBase,
        "InvalidSameTargetRelocations": ErrorRelocationBase, "InvalidExternalTargetPath": ErrorTargetPathBase,
        "InvalidInstanceTargetPath": ErrorTargetPathBase, "InvalidTargetPath": ErrorTargetPathBase,
        "TargetPermissionDenied": ErrorTargetPathBase, "InvalidPrimPath": ErrorBase, "InvalidReferenceOffset": ErrorBase,
        "InvalidSublayerOffset": ErrorBase, "InvalidSublayerOwnership": ErrorBase, "InvalidSublayerPath": ErrorBase,
        "InvalidVariantSelection": ErrorBase, "OpinionAtRelocationSource": ErrorBase, "PrimPermissionDenied": ErrorBase,
        "PropertyPermissionDenied": ErrorBase, "SublayerCycle": ErrorBase, "UnresolvedPrimPath": ErrorBase,
        "VariableExpressionError": ErrorBase, "InvalidSublayerAndOffsetCount": ErrorBase}.items():
    _title = "Error" + _name
    _kinds[_name] = globals()[_title] = type(_title, (_base,), {"__module__": "strata.Pcp"})


def _errors(told):
    return [_kinds.get(kind, ErrorCapacityExceeded if kind.endswith("CapacityExceeded") else ErrorBase)(  # noqa: F821
        kind, path, message) for kind, path, message in told]


def _errors_of_stage(stage):
    """What Usd.Stage.GetCompositionErrors answers."""
    told = stage._CompositionErrors()
    errors = _errors([error for error, _ in told])
    identifier = LayerStackIdentifier(stage.GetRootLayer(), stage.GetSessionLayer())
    for error, (_, details) in zip(errors, told):
        error._identifier, error.details = identifier, details
    return errors


for _class in (LayerStack, PrimIndex, PropertyIndex):
    _class.localErrors = property(lambda self: _errors(self._errors))


# -- layer stacks --------------------------------------------------------------------------------------------------------


class ExpressionVariablesSource:
    """Which layer stack gives expression variables: the root one unless told otherwise."""

    def __init__(self, layerStackIdentifier=None, rootLayerStackIdentifier=None):
        self._identifier = None if layerStackIdentifier == rootLayerStackIdentifier else layerStackIdentifier

    def IsRootLayerStack(self):
        return self._identifier is None

    def GetLayerStackIdentifier(self):
        return self._identifier

    def ResolveLayerStackIdentifier(self, rootLayerStackIdentifier):
        return self._identifier or getattr(rootLayerStackIdentifier, "_identifier", rootLayerStackIdentifier)

    def __eq__(self, other):
        return isinstance(other, ExpressionVariablesSource) and self._identifier == other._identifier

    def __hash__(self):
        return hash(self._identifier)

    def __repr__(self):
        return f"Pcp.ExpressionVariablesSource({'' if self._identifier is None else repr(self._identifier)})"


class ExpressionVariables:
    """Variables that expressions use, and where they come from."""

    def __init__(self, source=None, variables=None):
        self._source, self._variables = source or ExpressionVariablesSource(), dict(variables or {})

    def GetSource(self):
        return self._source

    def GetVariables(self):
        return dict(self._variables)

    @staticmethod
    def Compute(sourceLayerStackIdentifier, rootLayerStackIdentifier, overrideExpressionVars=None):
        """What the root and session layer of a layer stack say, under what overrides them."""
        variables = {}
        for layer in (sourceLayerStackIdentifier.rootLayer, sourceLayerStackIdentifier.sessionLayer):
            if layer:
                variables.update(layer.expressionVariables)
        source = ExpressionVariablesSource(sourceLayerStackIdentifier, rootLayerStackIdentifier)
        if overrideExpressionVars is not None:
            overrides = overrideExpressionVars.GetVariables()
            if not set(variables) - set(overrides):
                source = overrideExpressionVars.GetSource()
            variables.update(overrides)
        return ExpressionVariables(source, variables)

    def __eq__(self, other):
        return isinstance(other, ExpressionVariables) and (self._source, self._variables) == (other._source, other._variables)

    __hash__ = None

    def __repr__(self):
        return f"Pcp.ExpressionVariables({self._source!r}, {self._variables!r})" if self._variables else "Pcp.ExpressionVariables()"


class LayerStackIdentifier:
    """What tells a layer stack apart: its root layer, session layer and resolver context."""

    rootLayer = sessionLayer = pathResolverContext = expressionVariablesOverrideSource = None

    def __init__(self, rootLayer=None, sessionLayer=None, pathResolverContext=None, expressionVariablesOverrideSource=None):
        self.rootLayer, self.sessionLayer = rootLayer, sessionLayer
        self.pathResolverContext = pathResolverContext or _Ar.ResolverContext()
        self.expressionVariablesOverrideSource = expressionVariablesOverrideSource or ExpressionVariablesSource()

    def _parts(self):
        return (self.rootLayer, self.sessionLayer, self.pathResolverContext, self.expressionVariablesOverrideSource)

    def __bool__(self):
        return self.rootLayer is not None

    def __eq__(self, other):
        return isinstance(other, LayerStackIdentifier) and self._parts() == other._parts()

    def __hash__(self):
        return hash(self._parts())

    def __repr__(self):
        return f"Pcp.LayerStackIdentifier({', '.join(map(repr, self._parts()))})"


def _tree(parts):
    return None if parts is None else _Sdf.LayerTree(parts[0], [_tree(below) for below in parts[2]], parts[1])


LayerStack.identifier = property(lambda self: LayerStackIdentifier(self._rootLayer, self._sessionLayer))
LayerStack.layerTree = property(lambda self: _tree(self._layerTree))
LayerStack.sessionLayerTree = property(lambda self: _tree(self._sessionLayerTree))
LayerStack.expressionVariables = property(lambda self: ExpressionVariables(ExpressionVariablesSource(), self._variables))


class Site:
    """A path in the layer stack of an identifier."""

    layerStack = path = None

    def __init__(self, layerStack=None, path=_Sdf.Path()):
        self.layerStack, self.path = layerStack, _Sdf.Path(path)

    def __eq__(self, other):
        return isinstance(other, Site) and (self.layerStack, self.path) == (other.layerStack, other.path)

    def __hash__(self):
        return hash((self.layerStack, self.path))


# -- indices -------------------------------------------------------------------------------------------------------------


def _print_statistics(self):
    counts = {}

    def visit(node):
        counts[node.arcType.displayName] = counts.get(node.arcType.displayName, 0) + 1
        for child in node.children:
            visit(child)

    visit(self.rootNode)
    _os.write(1, (f"{sum(counts.values())} nodes: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + "\n").encode())


PrimIndex.PrintStatistics = _print_statistics


class Dependency:
    """A prim index that depends on a site, and how paths lead from there to it."""

    indexPath = sitePath = mapFunc = None

    def __init__(self, indexPath=_Sdf.Path(), sitePath=_Sdf.Path(), mapFunc=None):
        self.indexPath, self.sitePath = indexPath, sitePath
        self.mapFunc = mapFunc or _core.MapFunction()

    def _parts(self):
        return (self.indexPath, self.sitePath, self.mapFunc)

    def __eq__(self, other):
        return isinstance(other, Dependency) and self._parts() == other._parts()

    def __hash__(self):
        return hash(self._parts())

    def __repr__(self):
        return f"Pcp.Dependency({', '.join(map(repr, self._parts()))})"


class Cache(_Cache):
    """Prim indices of a layer stack, made when they are asked for. Edits of layers are followed after Reload alone.

    budgets: limits by name, as Usd.Stage.Open takes them."""

    def __init__(self, layerStackIdentifier, fileFormatTarget="", usd=False, *, budgets=None):
        super().__init__(layerStackIdentifier.rootLayer, layerStackIdentifier.sessionLayer, fileFormatTarget, usd, budgets)
        self._identifier, self._budgets = layerStackIdentifier, budgets

    def GetLayerStackIdentifier(self):
        return self._identifier

    def ComputeLayerStack(self, identifier):
        """(the layer stack, its errors)"""
        found = self._FindStack(identifier.rootLayer, identifier.sessionLayer)
        if found is None:
            found = Cache(identifier, budgets=self._budgets).layerStack
        return found, found.localErrors

    def ComputePrimIndex(self, primPath):
        """(the index, its errors)"""
        index = self._ComputePrimIndex(primPath)
        errors = _errors(self._NewStackErrors()) + index.localErrors
        for error in errors:
            error._identifier = self._identifier
        return index, errors

    def IsInvalidAssetPath(self, resolvedAssetPath):
        """Whether a reference or payload of an index made so far leads to this file, which cannot be opened."""
        return self._IsInvalidAssetPath(resolvedAssetPath)

    def IsInvalidSublayerIdentifier(self, identifier):
        """Whether a layer of a stack made so far names this as a sublayer, as it is written there, and it cannot be opened."""
        return self._IsInvalidSublayerIdentifier(identifier)

    def ComputePropertyIndex(self, propertyPath):
        """(the index, its errors)"""
        index = self._ComputePropertyIndex(propertyPath)
        return index, index.localErrors

    def ComputeRelationshipTargetPaths(self, relPath, localOnly=False, stopProperty=None, includeStopProperty=False):
        """(targets, deleted targets, errors)"""
        targets, deleted, errors = self._Targets(relPath)
        return targets, deleted, _errors(errors)

    def ComputeAttributeConnectionPaths(self, attributePath, localOnly=False, stopProperty=None, includeStopProperty=False):
        """(sources, deleted sources, errors)"""
        sources, deleted, errors = self._Connections(attributePath)
        return sources, deleted, _errors(errors)

    def FindSiteDependencies(self, siteLayerOrLayerStack, sitePath, depMask=47, recurseOnSite=False, recurseOnIndex=False,
                             filterForExistingCachesOnly=False):
        return [Dependency(*one) for one in self._FindSiteDependencies(
            siteLayerOrLayerStack, _Sdf.Path(sitePath), int(depMask), recurseOnSite, recurseOnIndex)]

    def RequestLayerMuting(self, layersToMute, layersToUnmute):
        self._RequestLayerMuting(layersToMute, layersToUnmute)

    def GetExpressionVariablesFromLayerStackUsedByPrim(self, primIndexPath, layerStack):
        used = _Sdf.Path(primIndexPath) in self.GetPrimsUsingExpressionVariablesFromLayerStack(layerStack)
        return sorted(layerStack.expressionVariables.GetVariables()) if used else []

    def GetDynamicFileFormatArgumentDependencyData(self, primIndexPath):
        """What the arguments of file formats at a prim were composed from; empty where no index was computed."""
        return DynamicFileFormatDependencyData._Of(self.FindPrimIndex(primIndexPath))

    def HasAnyDynamicFileFormatArgumentFieldDependencies(self):
        return bool(self._ArgumentNames()[0])

    def HasAnyDynamicFileFormatArgumentAttributeDependencies(self):
        return bool(self._ArgumentNames()[1])

    def IsPossibleDynamicFileFormatArgumentField(self, field):
        """Whether some index computed so far asked for the field."""
        return field in self._ArgumentNames()[0]

    def IsPossibleDynamicFileFormatArgumentAttribute(self, attributeName):
        return attributeName in self._ArgumentNames()[1]

    def PrintStatistics(self):
        _os.write(1, (f"{len(self.GetUsedLayers())} layers" + "\n").encode())


def BuildPrimPropertyIndex(propertyPath, cache, primIndex=None):
    return cache.ComputePropertyIndex(propertyPath)


class LayerRelocatesEditBuilder:
    """Gathers moves of a layer stack's prims as edits of the relocates of its root layer."""

    def __init__(self, layerStack, layerWithNewRelocates=None):
        self._layer = layerWithNewRelocates or layerStack._rootLayer
        self._relocates = {source: target for source, target in layerStack.incrementalRelocatesSourceToTarget.items()}
        self._is_edited = False

    def Relocate(self, source, target):
        """(whether it can be, why not)"""
        source, target = _Sdf.Path(source), _Sdf.Path(target)
        if source in self._relocates:
            return False, f"'{source}' is already a relocation source"
        if source == target or not source.IsPrimPath() or source.IsRootPrimPath():
            return False, f"'{source}' cannot be relocated to '{target}'"
        moved = {}
        for old, new in self._relocates.items():
            moved[old.ReplacePrefix(source, target) if old.HasPrefix(source) else old] = new.ReplacePrefix(source, target)
        if source not in self._relocates.values():
            moved[source] = target
        self._relocates = {old: new for old, new in moved.items() if old != new}
        self._is_edited = True
        return True

    def RemoveRelocate(self, source):
        source = _Sdf.Path(source)
        if source not in self._relocates:
            return False, f"'{source}' is not a relocation source"
        del self._relocates[source]
        self._is_edited = True
        return True

    def GetEditedRelocatesMap(self):
        return dict(self._relocates)

    def GetEdits(self):
        if not self._is_edited:
            return []
        return [(self._layer, sorted(self._relocates.items()))]


class InstanceKey:
    """What is the same of all prims that share a prototype; that of an index that cannot be shared is the empty one."""

    __slots__ = ("_parts",)

    def __init__(self, primIndex=None):
        self._parts = ()
        if primIndex is not None and primIndex.IsInstanceable():
            selections = tuple(sorted(primIndex.ComposeAuthoredVariantSelections().items()))
            self._parts = (selections, *self._arcs(primIndex.rootNode))

    @staticmethod
    def _arcs(node):
        for child in node.children:
            offset = child.mapToRoot.timeOffset
            yield (child.arcType, tuple(layer.identifier for layer in child.layerStack.layers), child.path, (offset.offset, offset.scale))
            yield from InstanceKey._arcs(child)

    def __eq__(self, other):
        return isinstance(other, InstanceKey) and self._parts == other._parts

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(repr(self._parts))


def TranslatePathFromNodeToRoot(sourceNode, path):
    """A path of a node's site as the root of its index has it; the empty path where that has none."""
    return sourceNode.mapToRoot.MapSourceToTarget(path)


def TranslatePathFromRootToNode(destNode, path):
    """A path of the root's as a node's site has it."""
    return destNode.mapToRoot.MapTargetToSource(path)


Cache.GetUsedLayersRevision = lambda self: hash(tuple(sorted(layer.identifier for layer in self.GetUsedLayers()))) & 0x7fffffff
