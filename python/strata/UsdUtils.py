"""Operations over whole scenes: what they need, packages, clips, layers made into one, sparse writing.   (UsdUtils)"""
import os

from strata import _enums
from strata._core import Usd as _usd
from strata._core import UsdUtils as _core
from strata._core.Sdf import AssetPath, Layer, Path, PrimSpec, Spec
from strata._core.UsdUtils import (  # noqa: F401
    GenerateClipManifestName, GenerateClipTopologyName, StitchLayers, UninstancePrimAtPath)
from strata._utils_collections import AuthorCollection, ComputeCollectionIncludesAndExcludes, CreateCollections  # noqa: F401
from strata._utils_diagnostics import (  # noqa: F401
    CoalescingDiagnosticDelegate, CoalescingDiagnosticDelegateItem, CoalescingDiagnosticDelegateSharedItem,
    CoalescingDiagnosticDelegateUnsharedItem, ConditionalAbortDiagnosticDelegate, ConditionalAbortDiagnosticDelegateErrorFilters)
from strata._utils_repair import FixBrokenPixarSchemas  # noqa: F401
from strata._utils_stats import ComputeUsdStageStats, UsdStageStatsKeys  # noqa: F401
from strata._utils_times import TimeCodeRange  # noqa: F401
from strata._utils_usdz import ExtractUsdzPackage, UsdzAssetIterator, UsdzScanIterator, UsdzUpdateIterator  # noqa: F401
from strata._utils_writing import SparseAttrValueWriter, SparseValueWriter  # noqa: F401


# -- dependencies --------------------------------------------------------------------------------------------------------


class ExtractExternalReferencesParams:
    """How references are looked for."""

    def __init__(self):
        self._resolve_udim_paths = False

    def GetResolveUdimPaths(self):
        return self._resolve_udim_paths

    def SetResolveUdimPaths(self, resolveUdimPaths):
        self._resolve_udim_paths = bool(resolveUdimPaths)


class DependencyInfo:
    """An asset path as a layer has it, and the files that it stands for where there are several."""

    def __init__(self, assetPath="", dependencies=()):
        self._raw = ""
        if isinstance(assetPath, DependencyInfo):
            assetPath, dependencies, self._raw = assetPath._path, assetPath._dependencies, assetPath._raw
        if not isinstance(assetPath, str):
            raise TypeError(f"{assetPath!r} is no asset path")
        self._path, self._dependencies = assetPath, list(dependencies)

    assetPath = property(lambda self: self._path)
    dependencies = property(lambda self: list(self._dependencies))
    rawAssetPath = property(lambda self: self._raw)
    expressionVariables = property(lambda self: {})


def _open(path):
    """The layer at a path, or None with what went wrong told as a warning."""
    path = path.path if isinstance(path, AssetPath) else path
    return Layer.FindOrOpen(os.fspath(path))


def ExtractExternalReferences(filePath, parameters=None):
    """(sublayers, references, payloads): the asset paths that a layer names."""
    layer = _open(filePath)
    if not layer:
        from strata.Tf import RaiseRuntimeError
        RaiseRuntimeError(f"there is no layer at '{filePath}'")
    return _core._ExtractExternalReferences(layer, bool(parameters and parameters.GetResolveUdimPaths()))


def ComputeAllDependencies(assetPath, processingFunc=None):
    """(layers, resolved paths of what is no layer, paths that lead nowhere), of all that a layer leads to.

    processingFunc(layer, DependencyInfo) may answer with another DependencyInfo: what it names is followed in place of the path.
    """
    root = _open(assetPath)
    if not root:
        return [], [], []
    if processingFunc is None:
        return _core._ComputeAllDependencies(root)[:3]
    return _Walk(processingFunc).walk(root)


class _Walk:
    """Dependencies as a function of the caller has them."""

    def __init__(self, process):
        self._process, self._layers, self._assets, self._missing = process, [], set(), set()

    def walk(self, root):
        self._layers.append(root)
        for layer in self._layers:  # grows on the way
            for path in sum(_core._ExtractExternalReferences(layer, False), []):
                given = DependencyInfo(path)
                given._raw = path
                info = self._process(layer, given)
                for one in [info.assetPath] + info.dependencies:
                    if one:
                        self._take(layer, one)
        layers = [root] + sorted(self._layers[1:], key=lambda layer: layer.identifier)
        return layers, sorted(self._assets), sorted(self._missing)

    def _take(self, layer, path):
        from strata import Ar
        identifier = layer.ComputeAbsolutePath(path)
        resolved = str(Ar.GetResolver().Resolve(identifier))
        if not resolved:
            self._missing.add(identifier)
        elif Layer.IsAnonymousLayerIdentifier(identifier) or _is_layer(resolved):
            found = Layer.FindOrOpen(identifier)
            if found and found not in self._layers:
                self._layers.append(found)
        else:
            self._assets.add(resolved)


def _is_layer(path):
    return path.rpartition(".")[2].lower() in ("usd", "usda", "usdc", "usdz", "sdf")


def ModifyAssetPaths(layer, modifyFn, keepEmptyPathsInArrays=False):
    """Puts modifyFn(path) in the place of each asset path of a layer; where it is empty the path is removed."""
    def modify(path):
        new = modifyFn(path)
        if not isinstance(new, str):
            raise TypeError(f"{new!r} is no asset path")
        return None if new == path else new

    _core._ModifyAssetPaths(layer, modify, bool(keepEmptyPathsInArrays))


# -- packages ------------------------------------------------------------------------------------------------------------


def CreateNewUsdzPackage(assetPath, usdzFilePath, firstLayerName="", editLayersInPlace=False):
    """Packs a layer and all that it needs; False when there is no such layer."""
    root = _open(assetPath)
    if not root:
        return False
    _core._CreatePackage(root, usdzFilePath, firstLayerName)
    return True


def CreateNewARKitUsdzPackage(assetPath, usdzFilePath, firstLayerName="", editLayersInPlace=False):
    """The same, with a scene of several layers made into one .usdc file first."""
    import tempfile
    root = _open(assetPath)
    if not root:
        return False
    if os.path.splitext(root.realPath)[1] == ".usdc" and not any(_core._ExtractExternalReferences(root, False)[::2]):
        return CreateNewUsdzPackage(assetPath, usdzFilePath, firstLayerName)
    flat = _usd.Stage.Open(root).Flatten()
    with tempfile.TemporaryDirectory() as folder:
        name = firstLayerName or os.path.splitext(os.path.basename(root.realPath))[0] + ".usdc"
        path = os.path.join(folder, os.path.splitext(name)[0] + ".usdc")
        flat.Export(path)
        _core._CreatePackage(Layer.FindOrOpen(path), usdzFilePath, os.path.basename(path))
    return True


def LocalizeAsset(assetPath, localizationDirectory, editLayersInPlace=False, processingFunc=None):
    """Brings a layer and all that it needs into a folder; False when there is no such layer.

    processingFunc(layer, DependencyInfo) is asked once for each path of each layer, with the files that a pattern stands for as
    dependencies, and answers with a DependencyInfo: its path is written in place of the other one, or removed where it is empty,
    and its dependencies, if there are any, are brought in place of what the path names. A layer's own text is never changed.
    """
    root = _open(assetPath)
    if not root:
        return False

    def process(layer, path, raw, dependencies):
        given = DependencyInfo(path, dependencies)
        given._raw = raw
        answered = processingFunc(layer, given)
        if not isinstance(answered, DependencyInfo):
            raise TypeError(f"{answered!r} is no DependencyInfo")
        return answered.assetPath, answered.dependencies

    _core._Localize(root, localizationDirectory, process if processingFunc is not None else None)
    return True


# -- clips ---------------------------------------------------------------------------------------------------------------


def _open_clips(files):
    from strata.Tf import RaiseRuntimeError
    layers = [Layer.FindOrOpen(one) for one in files]
    missing = [one for one, layer in zip(files, layers) if not layer]
    if missing:
        RaiseRuntimeError(f"there is no clip at {', '.join(missing)}")
    return layers


def StitchClips(resultLayer, clipLayerFiles, clipPath, startFrame=None, endFrame=None, interpolateMissingClipValues=None,
                clipSet=None):
    """Makes a layer that plays clips one after the other, with a topology and a manifest beside it."""
    _core._StitchClips(resultLayer, clipLayerFiles, clipPath, startFrame, endFrame, interpolateMissingClipValues, clipSet)
    return True


def StitchClipsTopology(topologyLayer, clipLayerFiles):
    _core._StitchClipsTopology(topologyLayer, _open_clips(clipLayerFiles))
    topologyLayer.Save()
    return True


def StitchClipsManifest(manifestLayer, topologyLayer, clipPath, clipLayerFiles):
    """The attributes with time samples; `clipPath` is where the files stand, `clipLayerFiles` the path, as the names go in pxr."""
    _core._StitchClipsManifest(manifestLayer, _open_clips(clipPath), clipLayerFiles)
    manifestLayer.Save()
    return True


def StitchClipsTemplate(resultLayer, topologyLayer, manifestLayer, clipPath, templatePath, startTimeCode, endTimeCode, stride,
                        activeOffset=None, interpolateMissingClipValues=None, clipSet=None):
    folder = os.path.dirname(resultLayer.realPath)

    def relative(layer):
        return "./" + os.path.relpath(layer.realPath, folder) if os.path.dirname(layer.realPath) == folder else layer.realPath

    _core._StitchClipsTemplate(resultLayer, relative(topologyLayer), relative(manifestLayer), clipPath, templatePath,
                               startTimeCode, endTimeCode, stride, activeOffset, interpolateMissingClipValues, clipSet)
    resultLayer.Save()
    return True


# -- layers --------------------------------------------------------------------------------------------------------------


def _merged(strong, weak):
    return {**weak, **strong, **{key: _merged(strong[key], weak[key]) for key in strong
                                 if isinstance(strong[key], dict) and isinstance(weak.get(key), dict)}}


def StitchInfo(strongObj, weakObj):
    """Adds to a spec what only the other one says: its fields, not its children."""
    if not isinstance(strongObj, Spec) or not isinstance(weakObj, Spec):
        raise TypeError("StitchInfo takes two specs")
    for key in weakObj.ListInfoKeys():
        weak = weakObj.GetInfo(key)
        if not strongObj.HasInfo(key):
            strongObj.SetInfo(key, weak)
        elif isinstance(weak, dict):
            strongObj.SetInfo(key, _merged(strongObj.GetInfo(key), weak))


def CopyLayerMetadata(source, destination, skipSublayers=False, bakeUnauthoredFallbacks=False):
    """Gives a layer the metadata of another one."""
    for key in source.pseudoRoot.ListInfoKeys():
        if key not in ("subLayers", "subLayerOffsets"):
            destination.pseudoRoot.SetInfo(key, source.pseudoRoot.GetInfo(key))
    if not skipSublayers:
        destination.subLayerPaths = list(source.subLayerPaths)
        for number, offset in enumerate(source.subLayerOffsets):
            destination.subLayerOffsets[number] = offset
    return True


def FlattenLayerStackResolveAssetPath(sourceLayer, assetPath):
    """The asset path as it means the same from anywhere."""
    return sourceLayer.ComputeAbsolutePath(assetPath)


def FlattenLayerStack(stage, *given, resolveAssetPathFn=None, tag=""):
    """FlattenLayerStack(stage[, tag]) or (stage, resolveAssetPathFn[, tag]): the stage's own layers as one, arcs kept."""
    for one in given:
        if isinstance(one, str):
            tag = one
        elif callable(one):
            resolveAssetPathFn = one
        else:
            raise TypeError(f"{one!r} is neither a tag nor a function")
    return _core._FlattenLayerStack(stage, resolveAssetPathFn, tag or ".usda")


def GetDirtyLayers(stage, includeClipLayers=True):
    return [layer for layer in stage.GetUsedLayers(includeClipLayers) if layer.dirty]


def GetModelNameFromRootLayer(rootLayer):
    """The default prim, else the prim named as the file, else the first root prim."""
    if rootLayer.defaultPrim:
        return rootLayer.defaultPrim
    name = os.path.splitext(os.path.basename(rootLayer.realPath))[0]
    roots = [prim.name for prim in rootLayer.rootPrims]
    return name if name in roots else roots[0] if roots else ""


def GetPrimAtPathWithForwarding(stage, path):
    """The prim at a path, or the one of the prototype that an instance proxy stands for."""
    prim = stage.GetPrimAtPath(path)
    return prim.GetPrimInPrototype() if prim and prim.IsInstanceProxy() else prim


# -- names by agreement --------------------------------------------------------------------------------------------------


def GetAlphaAttributeNameForColor(colorAttrName):
    return colorAttrName + "_A"


def GetMaterialsScopeName(forceDefault=False):
    return "Looks"


def GetPrimaryCameraName(forceDefault=False):
    return "main_cam"


def GetPrimaryUVSetName():
    return "st"


def GetPrefName():
    return "pref"


class RegisteredVariantSet:
    """A variant set that a pipeline knows by name; plugins register them."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    name = property(lambda self: self._name)
    selectionExportPolicy = property(lambda self: self._policy)


_enums.make_int(RegisteredVariantSet, "SelectionExportPolicy", {"IfAuthored": 1, "Always": 2, "Never": 0})


def _register_variant_set(name, policy):
    made = RegisteredVariantSet.__new__(RegisteredVariantSet)
    made._name, made._policy = name, RegisteredVariantSet.SelectionExportPolicy.names[policy[:1].upper() + policy[1:]]
    _registered_variant_sets.append(made)


_registered_variant_sets = []


def GetRegisteredVariantSets():
    return list(_registered_variant_sets)


# -- stages in one cache -------------------------------------------------------------------------------------------------

_cache = _usd.StageCache()
_session_layers = {}


class StageCache:
    """The cache of stages that a whole process shares."""

    @staticmethod
    def Get():
        return _cache

    @staticmethod
    def GetSessionLayerForVariantSelections(modelName, variantSelections):
        """A layer that selects variants of a prim; the same layer for the same selections."""
        path = modelName if isinstance(modelName, Path) else Path.absoluteRootPath.AppendChild(modelName)
        key = path, tuple(sorted(variantSelections))
        if key not in _session_layers:
            layer = Layer.CreateAnonymous()
            spec = layer.pseudoRoot
            from strata.Sdf import CreatePrimInLayer
            spec = CreatePrimInLayer(layer, path)
            for name, selection in variantSelections:
                spec.variantSelections[name] = selection
            _session_layers[key] = layer
        return _session_layers[key]


# -- words of schemas made from shaders ----------------------------------------------------------------------------------


class ConstantsGroup:
    """A class whose members are constants: it has a length, is iterated and cannot be changed."""

    def __init__(self, *given):
        raise TypeError("a group of constants has no objects")


def _constants(class_name, **members):
    made = type(class_name, (ConstantsGroup,), members)
    made.__module__ = "strata.UsdUtils"
    return made


SchemaDefiningKeys = _constants(
    "SchemaDefiningKeys", API_SCHEMAS_FOR_ATTR_PRUNING="apiSchemasForAttrPruning", API_SCHEMA_AUTO_APPLY_TO="apiSchemaAutoApplyTo",
    API_SCHEMA_CAN_ONLY_APPLY_TO="apiSchemaCanOnlyApplyTo", IS_USD_SHADE_CONTAINER="isUsdShadeContainer",
    PROVIDES_USD_SHADE_CONNECTABLE_API_BEHAVIOR="providesUsdShadeConnectableAPIBehavior",
    REQUIRES_USD_SHADE_ENCAPSULATION="requiresUsdShadeEncapsulation", SCHEMA_BASE="schemaBase", SCHEMA_KIND="schemaKind",
    SCHEMA_NAME="schemaName", SCHEMA_PROPERTY_NS_PREFIX_OVERRIDE="schemaPropertyNSPrefixOverride",
    TF_TYPENAME_SUFFIX="tfTypeNameSuffix", TYPED_SCHEMA_FOR_ATTR_PRUNING="typedSchemaForAttrPruning")
SchemaDefiningMiscConstants = _constants(
    "SchemaDefiningMiscConstants", API_SCHEMA_BASE="APISchemaBase", API_STRING="API", NodeDefAPI="NodeDefAPI",
    SINGLE_APPLY_SCHEMA="singleApply", TYPED_SCHEMA="Typed", USD_SOURCE_TYPE="USD")
PropertyDefiningKeys = _constants(
    "PropertyDefiningKeys", CONNECTABILITY="connectability", INTERNAL_DISPLAY_GROUP="Internal", MAX="max", MIN="min",
    NULL_VALUE="null", PROPERTY_NS_PREFIX_OVERRIDE="propertyNSPrefixOverride", SDF_VARIABILITY_UNIFORM_STRING="Uniform",
    SHADER_ID="shaderId", SLIDER_MAX="slidermax", SLIDER_MIN="slidermin", STRICT_LIMITS="strictLimits",
    USD_SUPPRESS_PROPERTY="usdSuppressProperty", USD_VARIABILITY="usdVariability", WIDGET="widget")
