"""The running scene: data sources, scene indices, observers, and the chain from a stage to what renderers read.   (Hd)

No package of OpenUSD has this module; the names are those of its Hydra. A scene index of your own:

    class OnlyMeshes(Hd.SingleInputFilteringSceneIndexBase):
        def GetPrim(self, primPath):
            prim = self._GetInputSceneIndex().GetPrim(primPath)
            return prim if prim.primType in ("", "mesh") else Hd.SceneIndexPrim("", prim.dataSource)

    Hd.RegisterSceneIndexPlugin("onlyMeshes", lambda input, context: OnlyMeshes(input), phase="resolved")
    scene = Hd.CreateSceneIndices(stage).finalSceneIndex
"""
import json as _json

from strata._core import Hd as _core
from strata._core.Hd import *  # noqa: F403
from strata._core.Hd import ContainerDataSource, SampledDataSource, SceneIndexBase, SceneIndexObserver, VectorDataSource

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
