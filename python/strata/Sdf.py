"""Layers: what one file, or an anonymous buffer, says about a scene.   (Sdf)

Layer, Spec and the values in them come from the engine; the objects through which a spec's lists, children and dictionaries are
read and written in place from strata._sdf_proxies.
"""
import importlib as _importlib

from strata import _sdf_proxies as _proxies
from strata._core import Tf as _Tf
from strata._core.Sdf import *  # noqa: F403
from strata._core import Sdf as _core
from strata._core.Sdf import (  # noqa: F401
    AttributeSpec, Layer, LayerOffset, Path, PrimSpec, PropertySpec, RelationshipSpec, Spec, VariantSetSpec, VariantSpec)


def _prims(spec):
    return _proxies.children("Prim", spec, "primChildren", lambda path, name: path.AppendChild(name))


def _properties(spec, kind=PropertySpec):
    view = {PropertySpec: "Property", AttributeSpec: "Attribute", RelationshipSpec: "Relationship"}[kind]
    return _proxies.children(view, spec, "properties", lambda path, name: path.AppendProperty(name), lambda child: isinstance(child, kind))


def _variant_sets(spec):
    return _proxies.children("VariantSet", spec, "variantSetChildren", lambda path, name: path.AppendVariantSelection(name, ""))


def _variants(spec):
    def path_of(path, name):
        return path.GetParentPath().AppendVariantSelection(path.GetVariantSelection()[0], name)

    return _proxies.children("Variant", spec, "variantChildren", path_of)


# -- what a spec says, one property each ---------------------------------------------------------------------------------


def _field(name):
    return property(lambda spec: spec.GetInfo(name), lambda spec, value: spec.SetInfo(name, value))


def _dictionary(name):
    def write(spec, entries):
        _proxies.dictionary(spec, name)._save(dict(entries))

    return property(lambda spec: _proxies.dictionary(spec, name), write)


def _plain_dictionary(name):
    return property(lambda spec: dict(spec.GetInfo(name) or {}) if spec.HasInfo(name) else {},
                    lambda spec, entries: spec.SetInfo(name, dict(entries)) if entries else spec.ClearInfo(name))


def _list_editor(name, op_type, item=lambda given: given):
    return property(lambda spec: _proxies.edit_list(spec, name, op_type, item))


def _name_order(spec, field):
    return _proxies.list_of("NameTokenKey", lambda: list(spec.GetInfo(field) or []) if spec.HasInfo(field) else [],
                            lambda names: spec.SetInfo(field, list(names)) if names else spec.ClearInfo(field))


def _order(field):
    return property(lambda spec: _name_order(spec, field),
                    lambda spec, names: spec.SetInfo(field, list(names)) if len(names) else spec.ClearInfo(field))


def _apply_order(field):
    def apply(spec, names):
        """The names as the order of the spec puts them: those it names in its order, each followed by what came after it."""
        wanted = [name for name in _name_order(spec, field) if name in names]
        if not wanted:
            return list(names)
        groups, last, first = {}, None, []
        for name in names:
            if name in wanted:
                last = groups.setdefault(name, [name])
            else:
                (first if last is None else last).append(name)
        return first + [name for one in wanted for name in groups[one]]
    return apply


def _rename(spec, name):
    """Another name in its layer: the object follows, others that stand for the spec or for what is below it do not."""
    if not _can_set_name(spec, name):
        from strata.Tf import RaiseCodingError
        RaiseCodingError(f"Cannot rename <{spec.path}> to '{name}'")
    _core._Rename(spec, name)


def _can_set_name(spec, newName):
    parent = _parent(spec)
    good = _Tf.IsValidIdentifier(newName) if isinstance(spec, PrimSpec) else Path.IsValidNamespacedIdentifier(newName)
    if not good or parent is None or not spec.layer.permissionToEdit:
        return False
    return newName == spec.name or newName not in (parent.nameChildren if isinstance(spec, PrimSpec) else parent.properties)


def _extend(cls, **members):
    for name, member in members.items():
        setattr(cls, name, member)


def _add_has_and_clear(cls, **fields):
    for suffix, field in fields.items():
        setattr(cls, "Has" + suffix, lambda spec, field=field: spec.HasInfo(field))
        setattr(cls, "Clear" + suffix, lambda spec, field=field: spec.ClearInfo(field))


def _keys(cls, **fields):
    for name, field in fields.items():
        setattr(cls, name + "Key", field)


def _parent(spec):
    path = spec.path.GetParentPath()
    return spec.layer._MakeSpec(path) if path else None


def _as_path(given):
    return given if isinstance(given, Path) else Path(given)


def _at(spec, path):
    path = _as_path(path)
    return spec.layer._MakeSpec(path if path.IsAbsolutePath() else spec.path.AppendPath(path))


def _if_kind(found, kind):
    return found if isinstance(found, kind) else None


def _is_inert(spec, ignoreChildren=False, requiredFieldOnlyPropertiesAreInert=False):
    fields = set(spec.ListInfoKeys()) - {"specifier"}
    if isinstance(spec, PropertySpec):
        return not fields - {"typeName", "custom", "variability"}
    if isinstance(spec, PrimSpec) and spec.specifier != _core.SpecifierOver:
        return False
    if fields:
        return False
    return ignoreChildren or not (len(spec.nameChildren) or len(spec.properties) or len(spec.variantSets))


def _variant_names(spec, name):
    sets = spec.variantSets
    return [variant.name for variant in sets[name].variants] if name in sets else []


def _block_variant_selection(spec, name):
    spec.variantSelections[name] = ""


_extend(
    Spec,
    owner=property(_parent),
    isInert=property(lambda spec: _is_inert(spec)),
    IsInert=_is_inert,
)
_extend(
    PrimSpec,
    specifier=_field("specifier"),
    typeName=_field("typeName"),
    kind=_field("kind"),
    active=_field("active"),
    hidden=_field("hidden"),
    instanceable=_field("instanceable"),
    comment=_field("comment"),
    documentation=_field("documentation"),
    permission=_field("permission"),
    prefix=_field("prefix"),
    suffix=_field("suffix"),
    symmetricPeer=_field("symmetricPeer"),
    symmetryFunction=_field("symmetryFunction"),
    assetInfo=_dictionary("assetInfo"),
    customData=_dictionary("customData"),
    clips=_dictionary("clips"),
    symmetryArguments=_dictionary("symmetryArguments"),
    prefixSubstitutions=_plain_dictionary("prefixSubstitutions"),
    suffixSubstitutions=_plain_dictionary("suffixSubstitutions"),
    variantSelections=_dictionary("variantSelection"),
    clipSetsList=_list_editor("clipSets", _core.StringListOp),
    inheritPathList=_list_editor("inheritPaths", _core.PathListOp, _as_path),
    specializesList=_list_editor("specializes", _core.PathListOp, _as_path),
    referenceList=_list_editor("references", _core.ReferenceListOp),
    payloadList=_list_editor("payload", _core.PayloadListOp),
    variantSetNameList=_list_editor("variantSetNames", _core.StringListOp),
    nameChildren=property(_prims),
    properties=property(_properties),
    attributes=property(lambda spec: _properties(spec, AttributeSpec)),
    relationships=property(lambda spec: _properties(spec, RelationshipSpec)),
    variantSets=property(_variant_sets),
    nameParent=property(lambda spec: _if_kind(_parent(spec), PrimSpec)
                        if spec.path.GetParentPath() != Path.absoluteRootPath else None),
    realNameParent=property(_parent),
    nameRoot=property(lambda spec: spec.layer._MakeSpec(Path.absoluteRootPath)),
    hasClipSets=property(lambda spec: spec.HasInfo("clipSets")),
    hasInheritPaths=property(lambda spec: spec.HasInfo("inheritPaths")),
    hasPayloads=property(lambda spec: spec.HasInfo("payload")),
    hasReferences=property(lambda spec: spec.HasInfo("references")),
    hasSpecializes=property(lambda spec: spec.HasInfo("specializes")),
    ClearReferenceList=lambda spec: spec.ClearInfo("references"),
    ClearPayloadList=lambda spec: spec.ClearInfo("payload"),
    GetVariantNames=_variant_names,
    BlockVariantSelection=_block_variant_selection,
    GetPrimAtPath=lambda spec, path: _if_kind(_at(spec, path), PrimSpec),
    GetObjectAtPath=_at,
    GetPropertyAtPath=lambda spec, path: _if_kind(_at(spec, path), PropertySpec),
    GetAttributeAtPath=lambda spec, path: _if_kind(_at(spec, path), AttributeSpec),
    GetRelationshipAtPath=lambda spec, path: _if_kind(_at(spec, path), RelationshipSpec),
    RemoveProperty=lambda spec, child: _core._DeleteSpec(child),
    nameChildrenOrder=_order("primOrder"),
    propertyOrder=_order("propertyOrder"),
    ApplyNameChildrenOrder=_apply_order("primOrder"),
    ApplyPropertyOrder=_apply_order("propertyOrder"),
    CanSetName=_can_set_name,
    DisplayName="displayName",
)
PrimSpec.name = PropertySpec.name = property(_core.Spec.name.__get__, _rename)
_add_has_and_clear(PrimSpec, Active="active", Instanceable="instanceable", Kind="kind")
_keys(PrimSpec, Active="active", Comment="comment", CustomData="customData", Documentation="documentation", Hidden="hidden",
      InheritPaths="inheritPaths", Kind="kind", Payload="payload", Permission="permission", Prefix="prefix",
      PrefixSubstitutions="prefixSubstitutions", PrimOrder="primOrder", PropertyOrder="propertyOrder", References="references",
      Specializes="specializes", Specifier="specifier", SymmetricPeer="symmetricPeer",
      SymmetryArguments="symmetryArguments", SymmetryFunction="symmetryFunction", TypeName="typeName",
      VariantSelection="variantSelection", VariantSetNames="variantSetNames")
PrimSpec.AnyTypeToken = "__AnyType__"

_extend(
    PropertySpec,
    custom=_field("custom"),
    variability=property(lambda spec: spec.GetInfo("variability")),
    comment=_field("comment"),
    documentation=_field("documentation"),
    displayGroup=_field("displayGroup"),
    displayName=_field("displayName"),
    hidden=_field("hidden"),
    permission=_field("permission"),
    prefix=_field("prefix"),
    symmetricPeer=_field("symmetricPeer"),
    symmetryFunction=_field("symmetryFunction"),
    symmetryArguments=_dictionary("symmetryArguments"),
    assetInfo=_dictionary("assetInfo"),
    customData=_dictionary("customData"),
    hasOnlyRequiredFields=property(_is_inert),
)
_keys(PropertySpec, AssetInfo="assetInfo", Comment="comment", CustomData="customData", Custom="custom",
      DisplayGroup="displayGroup", DisplayName="displayName", Documentation="documentation", Hidden="hidden",
      Permission="permission", Prefix="prefix", SymmetricPeer="symmetricPeer", SymmetryArguments="symmetryArguments",
      SymmetryFunction="symmetryFunction")


def _set_default(spec, value):
    spec.ClearInfo("default") if value is None else spec.SetInfo("default", value)


def _set_spline(spec, spline):
    """Splines are of the type of the attribute."""
    from strata.Ts import Spline
    if not isinstance(spline, Spline):
        raise TypeError(f"a Ts.Spline is needed, not {type(spline).__name__}")
    kind, wanted = spline.GetValueTypeName(), spec.GetInfo("typeName")
    if not (wanted == "timecode" and kind == "double" if spline.IsTimeValued() else wanted == kind):
        from strata.Tf import RaiseCodingError
        RaiseCodingError(f"<{spec.path}> is of type {wanted}: it takes no spline of {kind}")
    spec.SetInfo("spline", spline)


def _bracketing(spec, time):
    return spec.layer.GetBracketingTimeSamplesForPath(spec.path, time)


_extend(
    AttributeSpec,
    typeName=property(lambda spec: _core.ValueTypeNames.Find(spec.GetInfo("typeName"))),
    roleName=property(lambda spec: spec.typeName.role),
    default=property(lambda spec: spec.GetInfo("default"), _set_default),
    HasDefaultValue=lambda spec: spec.HasInfo("default"),
    ClearDefaultValue=lambda spec: spec.ClearInfo("default"),
    allowedTokens=property(lambda spec: spec.GetInfo("allowedTokens") if spec.HasInfo("allowedTokens") else [],
                           lambda spec, tokens: spec.SetInfo("allowedTokens", tokens)),
    arraySizeConstraint=_field("arraySizeConstraint"),
    colorSpace=_field("colorSpace"),
    displayUnit=property(lambda spec: spec.GetInfo("displayUnit") or __getattr__("DimensionlessUnitDefault"),
                         lambda spec, unit: spec.SetInfo("displayUnit", unit)),
    limits=_plain_dictionary("limits"),
    connectionPathList=_list_editor("connectionPaths", _core.PathListOp, _as_path),
    ListTimeSamples=lambda spec: spec.layer.ListTimeSamplesForPath(spec.path),
    GetNumTimeSamples=lambda spec: spec.layer.GetNumTimeSamplesForPath(spec.path),
    GetBracketingTimeSamples=_bracketing,
    QueryTimeSample=lambda spec, time: spec.layer.QueryTimeSample(spec.path, time),
    SetTimeSample=lambda spec, time, value: spec.layer.SetTimeSample(spec.path, time, value),
    EraseTimeSample=lambda spec, time: spec.layer.EraseTimeSample(spec.path, time),
    HasSpline=lambda spec: spec.HasInfo("spline"),
    ClearSpline=lambda spec: spec.ClearInfo("spline"),
    GetSpline=lambda spec: spec.GetInfo("spline") if spec.HasSpline() else _importlib.import_module("strata.Ts").Spline(),
    SetSpline=_set_spline,
)
_add_has_and_clear(AttributeSpec, ArraySizeConstraint="arraySizeConstraint", ColorSpace="colorSpace", Limits="limits")
_keys(AttributeSpec, AllowedTokens="allowedTokens", ArraySizeConstraint="arraySizeConstraint", ColorSpace="colorSpace",
      ConnectionPaths="connectionPaths", DefaultValue="default", DisplayUnit="displayUnit", Limits="limits",
      Spline="spline", TimeSamples="timeSamples")
_extend(
    RelationshipSpec,
    targetPathList=_list_editor("targetPaths", _core.PathListOp, _as_path),
    noLoadHint=_field("noLoadHint"),
)
RelationshipSpec.TargetsKey = "targetPaths"
_extend(VariantSetSpec, variants=property(_variants), variantList=property(lambda spec: list(_variants(spec))),
        RemoveVariant=lambda spec, variant: _core._DeleteSpec(variant))
_extend(VariantSpec, primSpec=property(lambda spec: spec.layer._MakeStackSpec(spec.path)), variantSets=property(_variant_sets),
        nameChildren=property(_prims), properties=property(_properties),
        owner=property(lambda spec: spec.layer._MakeSpec(spec.path.GetParentPath().AppendVariantSelection(
            spec.path.GetVariantSelection()[0], ""))),
        GetVariantNames=_variant_names)


# -- what a layer says of itself -----------------------------------------------------------------------------------------


def _root(layer):
    return layer._MakeSpec(Path.absoluteRootPath)


def _layer_field(name):
    return property(lambda layer: _root(layer).GetInfo(name), lambda layer, value: _root(layer).SetInfo(name, value))


def _layer_dictionary(name):
    return property(lambda layer: _root(layer).GetInfo(name) or {}, lambda layer, value: _root(layer).SetInfo(name, value))


def _has(name):
    return lambda layer: _root(layer).HasInfo(name)


def _clear(name):
    return lambda layer: _root(layer).ClearInfo(name)


def _write_sub_layers(layer, paths):
    root = _root(layer)
    old = list(root.GetInfo("subLayers") or []) if root.HasInfo("subLayers") else []
    offsets = list(root.GetInfo("subLayerOffsets")) if root.HasInfo("subLayerOffsets") else []
    offsets += [LayerOffset()] * (len(old) - len(offsets))
    by_path = dict(zip(old, offsets))
    paths = [str(path) for path in paths]
    if len(set(paths)) < len(paths):
        raise _Tf.ErrorException("a layer names each of its sublayers once")
    with ChangeBlock(layer):
        root.SetInfo("subLayers", paths) if paths else root.ClearInfo("subLayers")
        kept = [by_path.get(path, LayerOffset()) for path in paths]
        root.SetInfo("subLayerOffsets", kept) if any(not o.IsIdentity() for o in kept) else root.ClearInfo("subLayerOffsets")


def _sub_layer_paths(layer):
    root = _root(layer)
    return _proxies.list_of("SubLayerType", lambda: list(root.GetInfo("subLayers") or []), lambda paths: _write_sub_layers(layer, paths))


def _sub_layer_offsets(layer):
    root = _root(layer)

    def read():
        count = len(_sub_layer_paths(layer))
        offsets = list(root.GetInfo("subLayerOffsets") or []) if root.HasInfo("subLayerOffsets") else []
        return (offsets + [LayerOffset()] * count)[:count]

    return _proxies.SubLayerOffsetsProxy(read, lambda offsets: root.SetInfo("subLayerOffsets", list(offsets)))


def _root_prim_order(layer):
    root = _root(layer)
    return _name_order(root, "primOrder")


def _is_empty(layer):
    return not len(layer.rootPrims) and not _root(layer).ListInfoKeys()


_external_fields = ("subLayers", "references", "payload")


def _external_references(layer):
    """The asset paths of sublayers, references and payloads, sorted."""
    found = set(_sub_layer_paths(layer))

    def visit(path):
        spec = layer._MakeSpec(path)
        if not isinstance(spec, (PrimSpec, VariantSpec)):
            return
        for field in ("references", "payload"):
            if spec.HasInfo(field):
                op = spec.GetInfo(field)
                for items in (op.explicitItems, op.addedItems, op.prependedItems, op.appendedItems):
                    found.update(item.assetPath for item in items if item.assetPath)

    layer.Traverse("/", visit)
    return sorted(found)


_extend(
    Layer,
    pseudoRoot=property(_root),
    rootPrims=property(lambda layer: _prims(_root(layer))),
    rootPrimOrder=property(_root_prim_order, lambda layer, names: _root(layer).SetInfo("primOrder", list(names))),
    subLayerPaths=property(_sub_layer_paths, _write_sub_layers),
    subLayerOffsets=property(_sub_layer_offsets),
    empty=property(_is_empty),
    defaultPrim=_layer_field("defaultPrim"),
    comment=_layer_field("comment"),
    documentation=_layer_field("documentation"),
    startTimeCode=_layer_field("startTimeCode"),
    endTimeCode=_layer_field("endTimeCode"),
    timeCodesPerSecond=_layer_field("timeCodesPerSecond"),
    framesPerSecond=_layer_field("framesPerSecond"),
    framePrecision=_layer_field("framePrecision"),
    owner=_layer_field("owner"),
    sessionOwner=_layer_field("sessionOwner"),
    hasOwnedSubLayers=_layer_field("hasOwnedSubLayers"),
    colorConfiguration=_layer_field("colorConfiguration"),
    colorManagementSystem=_layer_field("colorManagementSystem"),
    customLayerData=_layer_dictionary("customLayerData"),
    expressionVariables=_layer_dictionary("expressionVariables"),
    relocates=property(lambda layer: _root(layer).GetInfo("layerRelocates") or [],
                       lambda layer, value: _root(layer).SetInfo("layerRelocates", value)),
    externalReferences=property(_external_references),
    GetExternalReferences=lambda layer: tuple(_external_references(layer)),
    GetCompositionAssetDependencies=_external_references,
    GetObjectAtPath=lambda layer, path: layer._MakeSpec(path),
    GetPrimAtPath=lambda layer, path: _if_kind(layer._MakeStackSpec(path), PrimSpec),
    GetPropertyAtPath=lambda layer, path: _if_kind(layer._MakeSpec(path), PropertySpec),
    GetAttributeAtPath=lambda layer, path: _if_kind(layer._MakeSpec(path), AttributeSpec),
    GetRelationshipAtPath=lambda layer, path: _if_kind(layer._MakeSpec(path), RelationshipSpec),
)
for _suffix, _name_of in {
        "DefaultPrim": "defaultPrim", "StartTimeCode": "startTimeCode", "EndTimeCode": "endTimeCode",
        "TimeCodesPerSecond": "timeCodesPerSecond", "FramesPerSecond": "framesPerSecond",
        "FramePrecision": "framePrecision", "Owner": "owner", "SessionOwner": "sessionOwner",
        "ColorConfiguration": "colorConfiguration", "ColorManagementSystem": "colorManagementSystem",
        "CustomLayerData": "customLayerData", "ExpressionVariables": "expressionVariables",
        "Relocates": "layerRelocates"}.items():
    setattr(Layer, "Has" + _suffix, _has(_name_of))
    setattr(Layer, "Clear" + _suffix, _clear(_name_of))
Layer.HasOwnedSubLayers = "hasOwnedSubLayers"
_keys(Layer, ColorConfiguration="colorConfiguration", ColorManagementSystem="colorManagementSystem", Comment="comment",
      Documentation="documentation", EndFrame="endFrame", EndTimeCode="endTimeCode", FramePrecision="framePrecision",
      FramesPerSecond="framesPerSecond", LayerRelocates="layerRelocates", Owner="owner", SessionOwner="sessionOwner",
      StartFrame="startFrame", StartTimeCode="startTimeCode", TimeCodesPerSecond="timeCodesPerSecond")


def Find(layer, path=None):
    """An open layer by its identifier, or the object at a path of it; None when there is none."""
    found = Layer.Find(layer)
    return found if found is None or path is None else found.GetObjectAtPath(path)


class LayerTree:
    """A layer with the trees of its sublayers, and its time offset."""

    expired = False

    def __init__(self, layer, childTrees, cumulativeOffset=None):
        self._layer, self._trees = layer, list(childTrees)
        self._offset = cumulativeOffset if cumulativeOffset is not None else LayerOffset()

    layer = property(lambda self: self._layer)
    offset = property(lambda self: self._offset)
    childTrees = property(lambda self: list(self._trees))


class ChangeBlock:
    """While one is open, changes are gathered and announced at once: those of the thread that opened it, or of the layers given."""

    def __init__(self, *layers):
        self._layers = layers
        self._open = []

    def __enter__(self):
        self._open = [_core._LayerChangeBlock(layer) for layer in self._layers] or [_core._ThreadChangeBlock()]
        return self

    def __exit__(self, kind, value, trace):
        self._open.clear()
        return False


def _loaded_first(module, cls, *names, is_static=False):
    """Methods of a class that stand in a module that is loaded where one of them is first called."""
    def add(name):
        def call(*arguments, **named):
            importer()
            return getattr(cls, name)(*arguments, **named)
        call.__name__ = name
        setattr(cls, name, staticmethod(call) if is_static else call)

    def importer():
        loaded = _importlib.import_module("strata." + module)
        if hasattr(loaded, "install"):
            loaded.install()

    for name in names:
        add(name)


_loaded_first("_sdf_formats", Layer, "GetFileFormat")
_loaded_first("_sdf_edits", Layer, "CanApply", "Apply")
_loaded_first(
    "_sdf_layers", Layer, "IsMuted", "SetMuted", "IsDetached", "StreamsData", "GetAssetInfo", "UpdateAssetInfo",
    "GetExternalAssetDependencies", "UpdateExternalReference", "UpdateCompositionAssetDependency", "RemoveInertSceneDescription",
    "ScheduleRemoveIfInert", "RemovePropertyIfHasOnlyRequiredFields", "GetPreviousTimeSampleForPath", "ApplyRootPrimOrder")


class _LoadedFirst:
    """A class of a module that is loaded where it is first asked for."""

    def __get__(self, layer, owner):
        _importlib.import_module("strata._sdf_layers").install()
        return owner.DetachedLayerRules


Layer.DetachedLayerRules = _LoadedFirst()
_loaded_first(
    "_sdf_layers", Layer, "GetMutedLayers", "AddToMutedLayers", "RemoveFromMutedLayers", "GetDetachedLayerRules", "SetDetachedLayerRules",
    "IsIncludedByDetachedLayerRules", "ConvertDefaultPrimTokenToPath", "ConvertDefaultPrimPathToToken", "DumpLayerInfo",
    is_static=True)


def ComputeAssetPathRelativeToLayer(anchor, assetPath):
    """The asset path as it is seen from the layer."""
    return anchor.ComputeAbsolutePath(assetPath)


def ConvertToValidMetadataDictionary(dictionary):
    """(whether each value can stand in scene description, the dictionary with lists as arrays, what cannot)"""
    if not isinstance(dictionary, dict):
        raise TypeError("a dictionary is needed, not " + type(dictionary).__name__)
    scratch = Layer.CreateAnonymous()
    good, converted = True, {}
    for key, value in dictionary.items():
        if value is None:
            good, converted[key] = False, None
            continue
        scratch.pseudoRoot.SetInfo("customLayerData", {key: value})
        converted[key] = scratch.pseudoRoot.GetInfo("customLayerData")[key]
    return good, converted, ""


def JustCreateRelationshipInLayer(layer, relPath, variability=VariabilityVarying, isCustom=False):  # noqa: F405
    """Makes a relationship, and the prims above it as `over` where there are none."""
    return bool(CreateRelationshipInLayer(layer, relPath, variability, isCustom))  # noqa: F405


def _type_of(name):
    return _importlib.import_module("strata.Tf").Type.FindByName(name)


_CPP_NAMES = {"token": "TfToken", "asset": "SdfAssetPath", "string": "std::string", "half": "GfHalf", "timecode": "SdfTimeCode",
              "uchar": "unsigned char", "uint": "unsigned int", "int64": "int64_t", "uint64": "uint64_t", "opaque": "SdfOpaqueValue",
              "group": "SdfOpaqueValue", "pathExpression": "SdfPathExpression"}
_OF_ROLES = {"Color": "", "Point": "", "Normal": "", "Vector": "", "TextureCoordinate": "", "Frame": "", "Transform": ""}


def _cpp_type_name(type_name):
    text = str(type_name)
    if not text:
        return "void"
    if text.endswith("[]"):
        return f"VtArray<{_cpp_type_name(ValueTypeNames.Find(text[:-2]))}>"  # noqa: F405
    if text in _CPP_NAMES or text in ("bool", "int", "float", "double"):
        return _CPP_NAMES.get(text, text)
    kind = type(type_name.defaultValue).__name__
    return "Gf" + kind if type_name.defaultValue is not None else "TfType::_Unknown"


ValueTypeName.cppTypeName = property(_cpp_type_name)  # noqa: F405
_TYPES = {"int64_t": "long", "uint64_t": "unsigned long", "std::string": "string", "GfHalf": "pxr_half::half"}


def _type_of_values(type_name):
    name = _cpp_type_name(type_name)
    for cpp_name, known in _TYPES.items():
        name = known if name == cpp_name else name.replace(f"<{cpp_name}>", f"<{known}>")
    return _type_of(name)


ValueTypeName.type = property(_type_of_values)  # noqa: F405
ValueTypeName.defaultUnit = property(lambda self: __getattr__(  # noqa: F405
    "LengthUnitMeter" if self.role in ("Point", "Vector") or str(self).startswith(("point", "vector")) else "DimensionlessUnitDefault"))


def GetTypeForValueTypeName(name):
    return _type_of_values(ValueTypeNames.Find(name))  # noqa: F405


_OF_FIELDS = {bool: "bool", int: "int", float: "double", str: "std::string", dict: "VtDictionary"}


def _type_for_info(spec, key):
    """The type of a field's values."""
    named = {"references": "SdfListOp<SdfReference>", "payload": "SdfListOp<SdfPayload>", "inheritPaths": "SdfListOp<SdfPath>",
             "specializes": "SdfListOp<SdfPath>", "variantSetNames": "SdfListOp<string>", "apiSchemas": "SdfListOp<TfToken>",
             "specifier": "SdfSpecifier", "permission": "SdfPermission", "variability": "SdfVariability"}
    tokens = ("kind", "typeName", "symmetryFunction", "colorSpace", "displayGroup", "interpolation", "purpose")
    if key in named or key in tokens:
        return _type_of(named.get(key, "TfToken"))
    return _type_of(_OF_FIELDS.get(type(spec.GetFallbackForInfo(key)), ""))


def _has_default(spec):
    return spec.HasInfo("default")


Spec.GetTypeForInfo = _type_for_info
Spec.GetMetaDataDisplayGroup = lambda spec, key: ""
Spec.GetAsText = lambda spec: _importlib.import_module("strata._sdf_layers").text_of(spec)
AttributeSpec.valueType = property(lambda spec: spec.typeName.type)
_extend(PropertySpec, default=property(lambda spec: spec.GetInfo("default"), _set_default), HasDefaultValue=_has_default,
        ClearDefaultValue=lambda spec: spec.ClearInfo("default"))
_extend(
    RelationshipSpec,
    RemoveTargetPath=lambda spec, path, preserveTargetOrder=False: spec.targetPathList.Erase(path) if preserveTargetOrder else (
        spec.targetPathList.RemoveItemEdits(path)),
    ReplaceTargetPath=lambda spec, oldPath, newPath: spec.targetPathList.ReplaceItemEdits(oldPath, newPath))


class _AncestorsRange:
    """A path and those above it, one after the other."""

    def __init__(self, path):
        self._path = path if isinstance(path, Path) else Path(path)

    def GetPath(self):
        return self._path

    def __iter__(self):
        path = self._path
        while path and path not in (Path.absoluteRootPath, Path.reflexiveRelativePath):
            yield path
            path = path.GetParentPath()


_AncestorsRange.__module__, _AncestorsRange.__name__, _AncestorsRange.__qualname__ = __name__, "AncestorsRange", "Path.AncestorsRange"
Path.AncestorsRange, Path.GetAncestorsRange = _AncestorsRange, lambda self: _AncestorsRange(self)
globals().update(_proxies.CLASSES)


_LAZY = {
    "PredicateExpression": "_sdf_expressions", "PredicateFunctionResult": "_sdf_expressions", "PathPattern": "_sdf_expressions",
    "FileFormat": "_sdf_formats", "HostFileFormat": "_sdf_formats", "UsdFileFormat": "_sdf_formats", "CrateInfo": "_sdf_formats", "ZipFile": "_sdf_formats",
    "ZipFileWriter": "_sdf_formats", "NamespaceEdit": "_sdf_edits", "NamespaceEditDetail": "_sdf_edits",
    "BatchNamespaceEdit": "_sdf_edits", "Notice": "_sdf_notices", "CleanupEnabler": "_sdf_layers",
    "VariableExpression": "_sdf_variables", "VariableExpressionAST": "_sdf_variables", "VariableExpressionASTNodes": "_sdf_variables",
}
_UNITS = """AngularUnit AngularUnitDegrees AngularUnitRadians AuthoringError AuthoringErrorUnrecognizedFields
    AuthoringErrorUnrecognizedSpecType ConvertUnit DefaultUnit DimensionlessUnit DimensionlessUnitDefault DimensionlessUnitPercent
    GetNameForUnit GetUnitFromName LengthUnit LengthUnitCentimeter LengthUnitDecimeter LengthUnitFoot LengthUnitInch LengthUnitKilometer
    LengthUnitMeter LengthUnitMile LengthUnitMillimeter LengthUnitYard ListOpType ListOpTypeAdded ListOpTypeAppended ListOpTypeDeleted
    ListOpTypeExplicit ListOpTypeOrdered ListOpTypePrepended OpaqueValue UnitCategory UnregisteredValue UnregisteredValueListOp
    ValueRoleNames""".split()
del PathExpression  # noqa: F821  its operations are added where it is first asked for


def __getattr__(name):
    """Makes what few scripts use where it is first asked for."""
    made = None
    if name == "PathExpression":
        _importlib.import_module("strata._sdf_expressions")
        made = _core.PathExpression
    elif name in _LAZY:
        made = getattr(_importlib.import_module("strata." + _LAZY[name]), name)
    elif name in ("AssetPathArrayEdit", "AssetPathArrayEditBuilder", "PathExpressionArrayEdit", "PathExpressionArrayEditBuilder"):
        from strata import _vt_edits
        array = getattr(_core, name.partition("Edit")[0])
        made = _vt_edits.make(__name__, array)[name.endswith("Builder")]
    elif name in _UNITS:
        from strata import _sdf_units
        made = _sdf_units.NAMES[name]
    elif name == "PathArray":
        from strata import _vt_arrays
        made = _vt_arrays.make_paths()
    if made is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    globals()[name] = made
    return made


def __dir__():
    lazy = ["PathExpression", "AssetPathArrayEdit", "AssetPathArrayEditBuilder", "PathExpressionArrayEdit", "PathExpressionArrayEditBuilder"]
    return sorted({*globals(), *_LAZY, *_UNITS, "PathArray", *lazy})
