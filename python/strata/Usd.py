"""Stages: the scene that layers compose.   (Usd)"""
from strata import _enums, _schemas
from strata._core import Usd as _core
from strata._core.Sdf import Layer
from strata._core.Usd import *  # noqa: F403
from strata._core.Usd import PrimAllPrimsPredicate, _PrimFlagsPredicate  # noqa: F401
from strata._core.Pcp import PrimIndex as _PrimIndex
from strata._core.Usd import EditTarget, Object, Prim, PrimDefaultPredicate, Stage, TimeCode, VariantSet
from strata._notices import UsdNotice as _UsdNotice
from strata._schemas import SchemaKind  # noqa: F401
from strata._usd_apis import (  # noqa: F401
    AssetInfoKeys, AttributeLimits, CollectionAPI as _CollectionAPI, LimitsKeys, UsdCollectionMembershipQuery)
from strata._usd_queries import PrimCompositionQuery  # noqa: F401
from strata._usd_schemas import PrimTypeInfo, SchemaRegistry  # noqa: F401


class EditContext:
    """Within it edits of a stage go to another target (the stage's own when none is given)."""

    def __init__(self, stage, editTarget=None):
        if isinstance(stage, tuple):
            stage, editTarget = stage
        self._stage = stage
        self._target = editTarget if isinstance(editTarget, (EditTarget, type(None))) else EditTarget(editTarget)

    def __enter__(self):
        self._before = self._stage.GetEditTarget()
        if self._target is not None:
            self._stage.SetEditTarget(self._target)
        return self

    def __exit__(self, kind, value, trace):
        self._stage.SetEditTarget(self._before)
        return False


def _variant_edit_context(variant_set, layer=None):
    """Within it edits of the stage go into the selected variant."""
    return EditContext(variant_set.GetPrim().GetStage(), variant_set.GetVariantEditTarget(layer))


VariantSet.GetVariantEditContext = _variant_edit_context


# -- caches of stages ----------------------------------------------------------------------------------------------------

_enums.make(globals(), "UsdStageCacheContextBlockType", "StageCacheContextBlockType", ("BlockStageCaches", "BlockStageCachePopulation",
                                                                                    "_NoBlock"))
_bound = []  # (cache or block type, whether it is filled), the one bound last comes last


class UseButDoNotPopulateCache:
    """A cache that is asked for stages, and not filled."""

    def __init__(self, cache):
        self._cache = cache


class StageCacheContext:
    """Within it stages that are opened come from a cache, and go into it."""

    def __init__(self, cacheOrBlock):
        self._given = cacheOrBlock

    def __enter__(self):
        _bound.append(self._given)
        return self

    def __exit__(self, kind, value, trace):
        _bound.remove(self._given)
        return False


def _through_caches(open_stage):
    def opened(root, *arguments, **named):
        """Opens and composes a file or a layer. Raises when it cannot be opened.

        budgets: a dict of limits by name, as in {"max_arc_depth": 2000}; ValueError where there is none of a name, or it cannot
        hold as much; TypeError where it is no such dict. So take all that make a stage."""
        if not _bound:
            return open_stage(root, *arguments, **named)
        layer = root if isinstance(root, Layer) else Layer.FindOrOpen(str(root))
        readable, writable = [], []
        for given in reversed(_bound):
            if given == BlockStageCaches:  # noqa: F405
                break
            if given == BlockStageCachePopulation:  # noqa: F405
                writable = None
            elif isinstance(given, UseButDoNotPopulateCache):
                readable.append(given._cache)
            else:
                readable.append(given)
                if writable is not None:
                    writable.append(given)
        for cache in readable:
            found = cache.FindOneMatching(layer, *[one for one in arguments if isinstance(one, Layer)]) if layer else None
            if found is not None:
                return found
        made = open_stage(root, *arguments, **named)
        for cache in writable or ():
            cache.Insert(made)
        return made

    return staticmethod(opened)


Stage.Open = _through_caches(Stage.Open)


def _shown(name):
    """What notebooks show, by a module that is loaded when one asks."""
    def shown(self):
        from strata import _display
        return getattr(_display, name)(self)

    return shown


Stage._repr_html_, Prim._repr_html_, _PrimIndex._repr_html_ = _shown("stage_html"), _shown("prim_html"), _shown("index_html")


# -- the rest ------------------------------------------------------------------------------------------------------------

Notice = _UsdNotice
_variant_fallbacks = {}


def _set_variant_fallbacks(fallbacks):
    _variant_fallbacks.clear()
    _variant_fallbacks.update({name: list(values) for name, values in fallbacks.items()})
    _core._SetVariantFallbacks(_variant_fallbacks)


Stage.SetGlobalVariantFallbacks = staticmethod(_set_variant_fallbacks)
Stage.GetGlobalVariantFallbacks = staticmethod(lambda: dict(_variant_fallbacks))
Object.IsValid = lambda self: bool(self)


class _TimeTokens:
    """The texts of special times."""

    DEFAULT, EARLIEST, PRE_TIME = "DEFAULT", "EARLIEST", "PRE_TIME"


TimeCode.Tokens = _TimeTokens


def GetVersion():
    """The version of OpenUSD whose meaning this has."""
    return (0, 26, 11)


def GetMajorVersion():
    return GetVersion()[0]


def GetMinorVersion():
    return GetVersion()[1]


def GetPatchVersion():
    return GetVersion()[2]


def Describe(thing):
    """What a stage or an object of one is, in words."""
    if isinstance(thing, Stage):
        text = f"stage with rootLayer @{thing.GetRootLayer().identifier}@"
        session = thing.GetSessionLayer()
        return text + (f", sessionLayer @{session.identifier}@" if session else "")
    return thing.GetDescription()


def ComputeIncludedPathsFromCollection(query, stage, predicate=PrimDefaultPredicate):
    return _CollectionAPI.ComputeIncludedPaths(query, stage, predicate)


def ComputeIncludedObjectsFromCollection(query, stage, predicate=PrimDefaultPredicate):
    return _CollectionAPI.ComputeIncludedObjects(query, stage, predicate)


from strata._usd_more import (  # noqa: E402, F401
    ColorSpaceCache, ColorSpaceHashCache, FlattenLayerStack, FlattenLayerStackAdvanced, FlattenLayerStackResolveAssetPath,
    FlattenLayerStackResolveAssetPathAdvanced, FlattenResolveAssetPathContext)

from strata._usd_expressions import ComputePathExpressionFromCollectionMembershipQueryRuleMap  # noqa: E402, F401

SchemaBase, APISchemaBase, Typed = _schemas.SchemaBase, _schemas.APISchemaBase, _schemas.Typed
_schemas.install("Usd", globals(), (
    "apiSchemas", "clipSets", "clips", "custom", "exclude", "fallbackPrimTypes",
))
