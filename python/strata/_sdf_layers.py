"""What scripts seldom ask of layers: muting, detaching, dependencies, names of prims.   (Sdf.Layer)"""
import os

from strata._core import Sdf as _core
from strata._core.Sdf import Layer, Path, PrimSpec, PropertySpec

# -- muting --------------------------------------------------------------------------------------------------------------


def _mute(path, is_muted):
    if _core._SetMuted(path, is_muted):
        from strata import _sdf_notices
        _sdf_notices.LayerMutenessChanged(path, is_muted).Send()


def _get_muted():
    return _core._GetMuted()


def _add_muted(mutedPath):
    """The layer of a path says nothing until it is taken out again."""
    _mute(mutedPath, True)


def _remove_muted(mutedPath):
    _mute(mutedPath, False)


# -- detaching -----------------------------------------------------------------------------------------------------------


class DetachedLayerRules:
    """Which layers are read into memory whole when they are opened: parts of identifiers, or all, and exceptions."""

    def __init__(self, other=None):
        self._all = other._all if other else False
        self._in, self._out = (set(other._in), set(other._out)) if other else (set(), set())

    def IncludeAll(self):
        self._all, self._in = True, set()
        return self

    def Include(self, patterns):
        self._all, self._in = False, self._in | set(patterns)
        return self

    def Exclude(self, patterns):
        self._out |= set(patterns)
        return self

    def IncludedAll(self):
        return self._all

    def GetIncluded(self):
        return sorted(self._in)

    def GetExcluded(self):
        return sorted(self._out)

    def IsIncluded(self, identifier):
        wanted = self._all or any(pattern in identifier for pattern in self._in)
        return wanted and not any(pattern in identifier for pattern in self._out)


DetachedLayerRules.__module__, DetachedLayerRules.__qualname__ = "strata.Sdf", "Layer.DetachedLayerRules"
_rules = [DetachedLayerRules()]


def _set_rules(rules):
    _rules[0] = DetachedLayerRules(rules)


def _is_detached(layer):
    """Whether nothing of it is read from its file later."""
    return not layer.StreamsData()


def _streams(layer):
    if layer.anonymous or not layer.realPath or _rules[0].IsIncluded(layer.identifier):
        return False
    return layer.GetFileFormat().formatId == "usdc" or _is_crate(layer.realPath)


def _is_crate(path):
    try:
        with open(path, "rb") as file:
            return file.read(8) == b"PXR-USDC"
    except OSError:
        return False


# -- what a layer leads to -----------------------------------------------------------------------------------------------


def _update_dependency(layer, oldAssetPath, newAssetPath=""):
    """Sublayers, references and payloads of one asset path lead to another, or are gone where there is none. Always true."""
    if not oldAssetPath:
        return False
    paths = list(layer.subLayerPaths)
    if oldAssetPath in paths:
        layer.subLayerPaths = [path for path in (newAssetPath if one == oldAssetPath else one for one in paths) if path]
    found = []
    layer.Traverse(Path.absoluteRootPath, found.append)
    for path in found:
        spec = layer.GetPrimAtPath(path)
        if spec is None:
            continue
        for editor in (spec.referenceList, spec.payloadList):
            editor.ModifyItemEdits(lambda item: _led_to(item, oldAssetPath, newAssetPath))
    return True


def _led_to(item, old, new):
    if item.assetPath != old:
        return item
    if not new:
        return None
    if isinstance(item, _core.Reference):
        return _core.Reference(new, item.primPath, item.layerOffset, item.customData)
    return _core.Payload(new, item.primPath, item.layerOffset)


def _external_assets(layer):
    """The assets beside layers that a format reads: those of usda and usdc have none."""
    return []


# -- specs that say nothing ----------------------------------------------------------------------------------------------


def _remove_inert(layer):
    """Takes out each prim, property and variant that says nothing."""
    found = []
    layer.Traverse(Path.absoluteRootPath, found.append)
    for path in sorted(found, key=lambda path: -len(str(path))):
        spec = layer.GetObjectAtPath(path)
        if isinstance(spec, PrimSpec) and path != Path.absoluteRootPath and spec.IsInert():
            _core._DeleteSpec(spec)


def _remove_if_inert(layer, spec):
    if spec and spec.IsInert():
        _core._DeleteSpec(spec)


def _remove_if_required_only(layer, prop):
    if isinstance(prop, PropertySpec) and prop and prop.hasOnlyRequiredFields:
        _core._DeleteSpec(prop)


# -- the rest ------------------------------------------------------------------------------------------------------------


def _token_to_path(defaultPrim):
    """A prim's path of its name, or of a path as text; the empty path where it is none."""
    from strata.Tf import IsValidIdentifier
    if IsValidIdentifier(defaultPrim):
        return Path.absoluteRootPath.AppendChild(defaultPrim)
    path = Path(defaultPrim) if defaultPrim and Path.IsValidPathString(defaultPrim) else Path.emptyPath
    return path if path.IsAbsolutePath() and path.IsPrimPath() else Path.emptyPath


def _path_to_token(primPath):
    path = primPath if isinstance(primPath, Path) else Path(primPath)
    if not path.IsPrimPath() or not path.IsAbsolutePath():
        return ""
    return path.name if path.GetParentPath() == Path.absoluteRootPath else str(path)


def _previous_sample(layer, path, time):
    """(whether there is a time sample before `time`, when)"""
    earlier = [sample for sample in layer.ListTimeSamplesForPath(path) if sample < time]
    return (True, max(earlier)) if earlier else (False, 0.0)


def _dump():
    """Writes the layers that are open to the error output."""
    lines = ["Layers in the layer registry:"] + [
        f"    {layer.identifier}: format '{layer.GetFileFormat().formatId}', realPath '{layer.realPath}'"
        for layer in sorted(Layer.GetLoadedLayers(), key=lambda layer: layer.identifier)]
    os.write(2, ("\n".join(lines) + "\n").encode())


def text_of(spec):
    """A prim or property as usda writes it."""
    from strata.Sdf import CopySpec, CreatePrimInLayer
    scratch = Layer.CreateAnonymous(".usda")
    if isinstance(spec, PropertySpec):
        CreatePrimInLayer(scratch, "/P")
        CopySpec(spec.layer, spec.path, scratch, Path("/P").AppendProperty(spec.path.name))
        lines = scratch.ExportToString().split("{\n", 1)[1].rsplit("}\n", 1)[0].splitlines()
        return "\n".join(line[4:] if line.startswith("    ") else line for line in lines) + "\n"
    if spec.path == Path.absoluteRootPath:
        return spec.layer.ExportToString()
    CopySpec(spec.layer, spec.path, scratch, Path("/" + (spec.name or "P")))
    return scratch.ExportToString().split("\n\n", 1)[1].rstrip("\n") + "\n"


class CleanupEnabler:
    """While one is open specs that edits leave with nothing to say are taken out when it closes."""

    def __init__(self):
        self._layers = []

    def __enter__(self):
        self._layers = [layer for layer in Layer.GetLoadedLayers() if layer.dirty or layer.anonymous]
        return self

    def __exit__(self, kind, value, trace):
        for layer in self._layers:
            _remove_inert(layer)
        return False


CleanupEnabler.__module__ = "strata.Sdf"


def install():
    for name, function in {
            "GetMutedLayers": _get_muted, "AddToMutedLayers": _add_muted, "RemoveFromMutedLayers": _remove_muted,
            "GetDetachedLayerRules": lambda: _rules[0], "SetDetachedLayerRules": _set_rules,
            "IsIncludedByDetachedLayerRules": lambda identifier: _rules[0].IsIncluded(identifier),
            "ConvertDefaultPrimTokenToPath": _token_to_path, "ConvertDefaultPrimPathToToken": _path_to_token,
            "DumpLayerInfo": _dump}.items():
        setattr(Layer, name, staticmethod(function))
    for name, function in {
            "IsMuted": lambda layer: _core._IsMuted(layer),
            "SetMuted": lambda layer, muted: _mute(layer.realPath or layer.identifier, bool(muted)),
            "IsDetached": _is_detached, "StreamsData": _streams, "GetAssetInfo": lambda layer: None,
            "UpdateAssetInfo": lambda layer: None, "GetExternalAssetDependencies": _external_assets,
            "UpdateExternalReference": _update_dependency, "UpdateCompositionAssetDependency": _update_dependency,
            "RemoveInertSceneDescription": _remove_inert, "ScheduleRemoveIfInert": _remove_if_inert,
            "RemovePropertyIfHasOnlyRequiredFields": _remove_if_required_only, "GetPreviousTimeSampleForPath": _previous_sample,
            "ApplyRootPrimOrder": lambda layer, names: layer.pseudoRoot.ApplyNameChildrenOrder(names)}.items():
        setattr(Layer, name, function)
    Layer.DetachedLayerRules = DetachedLayerRules
