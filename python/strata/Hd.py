"""The running scene: data sources, scene indices, observers, and the chain from a stage to what renderers read.   (Hd)

No package of OpenUSD has this module; the names are those of its Hydra. A scene index of your own:

    class OnlyMeshes(Hd.SingleInputFilteringSceneIndexBase):
        def GetPrim(self, primPath):
            prim = self._GetInputSceneIndex().GetPrim(primPath)
            return prim if prim.primType in ("", "mesh") else Hd.SceneIndexPrim("", prim.dataSource)

    Hd.RegisterSceneIndexPlugin("onlyMeshes", lambda input, context: OnlyMeshes(input), phase="resolved")
    scene = Hd.CreateSceneIndices(stage).finalSceneIndex
"""
import collections.abc as _abc
import json as _json
import typing as _typing

from strata._core import Hd as _core
from strata._core.Hd import *  # noqa: F403
from strata._core.Hd import ContainerDataSource, SampledDataSource, SceneIndexBase, SceneIndexObserver, VectorDataSource
from strata._hd_views import VIEWS as _VIEWS
from strata._hd_views import ContainerSchema, Schema, VectorSchema

globals().update({f"{_name}Schema": _view for _name, _view in _VIEWS.items()})
for _base in (Schema, ContainerSchema, VectorSchema):
    _base.__module__ = "strata.Hd"

SceneIndexObserver.AddedPrimEntry = _core._AddedPrimEntry
SceneIndexObserver.RemovedPrimEntry = _core._RemovedPrimEntry
SceneIndexObserver.DirtiedPrimEntry = _core._DirtiedPrimEntry
SceneIndexObserver.RenamedPrimEntry = _core._RenamedPrimEntry


def RetainedContainerDataSource(*parts, **named) -> ContainerDataSource:
    """A container of names and data sources: in turn, in a dict, or by keyword."""
    return _core._RetainedContainer(*parts, **named)


def RetainedTypedSampledDataSource(value, typeName=None) -> SampledDataSource:
    """The same value at all times; of a type of Sdf.ValueTypeNames, else of the one that fits best."""
    return _core._RetainedValue(value, typeName)


def RetainedSmallVectorDataSource(*elements) -> VectorDataSource:
    """Data sources by number."""
    return _core._RetainedVector(elements)


def OverlayContainerDataSource(*strongestFirst) -> ContainerDataSource:
    """Several containers as one; None counts for nothing."""
    return _core._Overlay(*strongestFirst)


def FlatteningSceneIndex(inputSceneIndex: SceneIndexBase, rules: _abc.Mapping[str, str]) -> SceneIndexBase:
    """Data that prims inherit, gathered at each: {"xform": "xform", "model": "overlay"}.

    Rules: xform (products), visibility, purpose, primvars (constant ones), overlay (the prim's own over those above).
    """
    return _core._Flattening(inputSceneIndex, dict(rules))


def ComputeSceneIndexDiff(before: SceneIndexBase, after: SceneIndexBase, comparesData: bool = False):
    """What turns one scene into another: (paths removed, entries added, entries dirtied).

    Prims in both are dirtied as a whole unless their data are the same object; with comparesData, unless they say the same.
    """
    return _core._ComputeDiff(before, after, comparesData)


def Plan(sceneIndices: _core.SceneIndices) -> list[tuple[str, str]]:
    """The indices of a chain in order, and why each stands where it does, as `strata scene plan` says it."""
    return list(zip((index.GetDisplayName() for index in sceneIndices.sceneIndices), sceneIndices.reasons))


def FindSceneIndex(sceneIndices: _core.SceneIndices, name: str) -> SceneIndexBase | None:
    """The last index of a chain with a display name, but for case, spaces and hyphens, as `strata scene dump --index` takes it."""
    def plain(text):
        return text.replace(" ", "").replace("-", "").lower()
    return next((index for index in reversed(sceneIndices.sceneIndices) if plain(index.GetDisplayName()) == plain(name)), None)


def Watch(sceneIndices: _core.SceneIndices, times: _abc.Iterable[float],
          sceneIndex: SceneIndexBase | None = None) -> _abc.Iterator[tuple[float, list[str]]]:
    """Moves a chain from time to time and gives for each what an index of it, else the last one, then told, as `strata scene watch` does.

    All data are read before each step: only who has looked at data is told that they change.
    """
    watched = sceneIndex if sceneIndex is not None else sceneIndices.finalSceneIndex
    observer = _core.RecordingSceneIndexObserver()
    watched.AddObserver(observer)
    try:
        for time in times:
            watched.Print()
            observer.Take()
            sceneIndices.SetTime(time)
            yield time, observer.Take()
    finally:
        watched.RemoveObserver(observer)


def ToJson(sceneIndex: SceneIndexBase, root="/"):
    """Prims and data as `strata scene dump --json` tells them: {path: {"type", "data"}}."""
    return _json.loads(sceneIndex._Json(root))


def RegisterSceneIndexPlugin(name, append, phase="postFlatten", renderers=(), apps=(), after=(), before=(), tags=(), displayName=""):
    """Has chains that are made from now on call append(input, {"renderer", "app"}), which gives a scene index over the input.

    Phases, in the chain's order: stage, preInstancing, preFlatten, postFlatten, resolved, renderer. Without renderers or apps it is
    for all of them. Within a phase it stands after and before the plugins of those names and tags.
    """
    _core._RegisterPlugin(name, append, phase, list(renderers), list(apps), list(after), list(before), list(tags), displayName)


def LoadSceneIndexPlugins(*paths):
    """The plugins that plugInfo files declare: in shared libraries, and in modules of Python.

    In a module, a type with HdSceneIndexPlugin among its bases names a class whose objects have _AppendSceneIndex(input, context).
    """
    from strata import Plug
    _core._LoadPlugins(list(map(str, paths)))
    for path in paths:
        for plugin in Plug._read(str(path), set()):
            for type_name, told in plugin.metadata.get("Types", {}).items():
                if plugin.isPythonModule and "HdSceneIndexPlugin" in told.get("bases", ()):
                    _load_from_module(plugin, type_name, told)


def _load_from_module(plugin, type_name, told):
    import importlib
    made = getattr(importlib.import_module(plugin.name), type_name.rpartition(".")[2])()
    ordering = told.get("ordering", {})
    RegisterSceneIndexPlugin(type_name, made._AppendSceneIndex, getattr(made, "phase", "postFlatten"),
                             [one for one in [told.get("loadWithRenderer", "")] if one], told.get("loadWithApps", ()),
                             ordering.get("after", ()), ordering.get("before", ()), told.get("tags", ()), told.get("displayName", ""))


def PlanSceneIndexPlugins(phase, renderer="", app=""):
    """[(name, why it stands where it does)] of the plugins of a phase, in order."""
    return _core._PlanPlugins(phase, renderer, app)
