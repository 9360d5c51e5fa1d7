"""Layers: what one file, or an anonymous buffer, says about a scene.   (Sdf)

Layer, Spec and the values in them come from the engine. Here stand the objects through which a spec's lists, children and
dictionaries are read and written in place.
"""
import collections.abc as _abc

from strata._core import Tf as _Tf
from strata._core.Sdf import *  # noqa: F403
from strata._core import Sdf as _core
from strata._core.Sdf import (  # noqa: F401
    AttributeSpec, Layer, LayerOffset, Path, PrimSpec, PropertySpec, RelationshipSpec, Spec, VariantSetSpec, VariantSpec)


# -- lists and dictionaries that write back ------------------------------------------------------------------------------


class _ListProxy(_abc.MutableSequence):
    """A list that is read from a field each time it is looked at, and written back each time it changes."""

    def __init__(self, read, write, item=lambda given: given):
        self._read, self._write, self._item = read, write, item

    expired = False

    def __len__(self):
        return len(self._read())

    def __getitem__(self, index):
        return self._read()[index]

    def __setitem__(self, index, value):
        items = list(self._read())
        items[index] = [self._item(one) for one in value] if isinstance(index, slice) else self._item(value)
        self._write(items)

    def __delitem__(self, index):
        items = list(self._read())
        del items[index]
        self._write(items)

    def insert(self, index, value):
        items = list(self._read())
        items.insert(index, self._item(value))
        self._write(items)

    def replace(self, old, new):
        items = list(self._read())
        items[items.index(self._item(old))] = self._item(new)
        self._write(items)

    def clear(self):
        self._write([])

    def copy(self):
        return list(self._read())

    def __eq__(self, other):
        return list(self._read()) == list(other)

    def __repr__(self):
        return repr(list(self._read()))


class _ListEditor:
    """The list op of a field: explicitItems, prependedItems, ... are lists that write back."""

    def __init__(self, spec, field, op_type, item=lambda given: given):
        self._spec, self._field, self._op_type, self._item = spec, field, op_type, item

    def _op(self):
        return self._op_type(self._spec.GetInfo(self._field)) if self._spec.HasInfo(self._field) else self._op_type()

    def _save(self, op):
        if op == self._op_type():
            self._spec.ClearInfo(self._field)
        else:
            self._spec.SetInfo(self._field, op)

    def _items(name):
        def read(self):
            def write(items):
                op = self._op()
                setattr(op, name, items)
                self._save(op)

            return _ListProxy(lambda: getattr(self._op(), name), write, self._item)

        def replace(self, items):
            op = self._op()
            setattr(op, name, [self._item(item) for item in items])
            self._save(op)

        return property(read, replace)

    explicitItems = _items("explicitItems")
    addedItems = _items("addedItems")
    prependedItems = _items("prependedItems")
    appendedItems = _items("appendedItems")
    deletedItems = _items("deletedItems")
    orderedItems = _items("orderedItems")
    del _items

    isExpired = property(lambda self: self._spec.expired)
    isExplicit = property(lambda self: self._op().isExplicit)

    @property
    def isOrderedOnly(self):
        return False

    def _edit(self, item, into, at_front, drop_from):
        item = self._item(item)
        op = self._op()
        if op.isExplicit:
            into = "explicitItems"
        else:
            for name in drop_from:
                kept = [one for one in getattr(op, name) if one != item]
                if kept != getattr(op, name):
                    setattr(op, name, kept)
        items = [one for one in getattr(op, into) if one != item]
        items.insert(0 if at_front else len(items), item)
        setattr(op, into, items)
        self._save(op)

    def Add(self, item):
        item = self._item(item)
        if self._op().isExplicit:
            if item not in self._op().explicitItems:
                self._edit(item, "explicitItems", False, ())
        elif item not in self._op().addedItems:
            self._edit(item, "addedItems", False, ("deletedItems",))

    def Prepend(self, item):
        self._edit(item, "prependedItems", True, ("deletedItems", "addedItems", "appendedItems"))

    def Append(self, item):
        self._edit(item, "appendedItems", False, ("deletedItems", "addedItems", "prependedItems"))

    def Remove(self, item):
        """Takes the item out of an explicit list; else drops its additions and deletes it from weaker ones."""
        item = self._item(item)
        op = self._op()
        if op.isExplicit:
            op.explicitItems = [one for one in op.explicitItems if one != item]
            self._save(op)
        else:
            self._edit(item, "deletedItems", False, ("addedItems", "prependedItems", "appendedItems"))

    def Erase(self, item):
        """Forgets that the item was added."""
        item = self._item(item)
        op = self._op()
        for name in ("explicitItems",) if op.isExplicit else ("addedItems", "prependedItems", "appendedItems"):
            setattr(op, name, [one for one in getattr(op, name) if one != item])
        self._save(op)

    def RemoveItemEdits(self, item):
        self.ModifyItemEdits(lambda one: None if one == self._item(item) else one)

    def ReplaceItemEdits(self, old, new):
        self.ModifyItemEdits(lambda one: self._item(new) if one == self._item(old) else one)

    def ModifyItemEdits(self, change):
        """Replaces every item by change(item); None drops it."""
        op = self._op()
        names = ("explicitItems",) if op.isExplicit else (
            "addedItems", "prependedItems", "appendedItems", "deletedItems", "orderedItems")
        for name in names:
            changed = [change(one) for one in getattr(op, name)]
            setattr(op, name, [one for one in changed if one is not None])
        self._save(op)

    def ContainsItemEdit(self, item, onlyAddOrExplicit=False):
        op = self._op()
        if onlyAddOrExplicit:
            return self._item(item) in op.GetAddedOrExplicitItems()
        return op.HasItem(self._item(item))

    def CopyItems(self, other):
        self._save(other._op())

    def ClearEdits(self):
        self._spec.ClearInfo(self._field)

    def ClearEditsAndMakeExplicit(self):
        op = self._op_type()
        op.ClearAndMakeExplicit()
        self._spec.SetInfo(self._field, op)

    def GetAddedOrExplicitItems(self):
        return tuple(self._op().GetAddedOrExplicitItems())

    def GetAppliedItems(self):
        return tuple(self._op().GetAppliedItems())

    def ApplyEditsToList(self, items):
        return self._op().ApplyOperations(list(items))

    def __bool__(self):
        return not self._spec.expired

    def __eq__(self, other):
        return isinstance(other, _ListEditor) and self._op() == other._op()

    def __str__(self):
        return str(self._op())


class _MapProxy(_abc.MutableMapping):
    """A dictionary field, read each time it is looked at and written back each time it changes."""

    def __init__(self, spec, field):
        self._spec, self._field = spec, field

    expired = property(lambda self: self._spec.expired)

    def _held(self):
        return dict(self._spec.GetInfo(self._field) or {}) if self._spec.HasInfo(self._field) else {}

    def _save(self, entries):
        if entries:
            self._spec.SetInfo(self._field, entries)
        else:
            self._spec.ClearInfo(self._field)

    def __getitem__(self, key):
        return self._held()[key]

    def __setitem__(self, key, value):
        entries = self._held()
        entries[key] = value
        self._save(entries)

    def __delitem__(self, key):
        entries = self._held()
        del entries[key]
        self._save(entries)

    def __iter__(self):
        return iter(self._held())

    def __len__(self):
        return len(self._held())

    def copy(self):
        return self._held()

    def __eq__(self, other):
        return self._held() == dict(other)

    def __repr__(self):
        return f"{type(self).__name__.strip('_')}(<field '{self._field}' in <{self._spec.path}>>)"

    def __str__(self):
        return str(self._held())


class _Children:
    """The specs below another, in order: by name, by position, or one after the other."""

    def __init__(self, spec, field, path_of, keep=lambda child: True):
        self._spec, self._field, self._path_of, self._keep = spec, field, path_of, keep

    def _names(self):
        return [name for name in self._spec._ChildNames(self._field) if self._keep(self._child(name))]

    def _child(self, name):
        return self._spec.layer._MakeSpec(self._path_of(self._spec.path, name))

    def keys(self):
        return iter(self._names())

    def values(self):
        return (self._child(name) for name in self._names())

    def items(self):
        return ((name, self._child(name)) for name in self._names())

    def get(self, name, default=None):
        return self._child(name) if name in self._names() else default

    def index(self, name):
        return self._names().index(name if isinstance(name, str) else name.name)

    def __len__(self):
        return len(self._names())

    def __iter__(self):
        return self.values()

    def __contains__(self, key):
        names = self._names()
        return key in names if isinstance(key, str) else any(self._child(name) == key for name in names)

    def __getitem__(self, key):
        names = self._names()
        if isinstance(key, str):
            if key not in names:
                raise KeyError(key)
            return self._child(key)
        if isinstance(key, slice):
            return [self._child(name) for name in names[key]]
        return self._child(names[key])

    def __delitem__(self, key):
        _core._DeleteSpec(self[key])

    def clear(self):
        for child in list(self):
            _core._DeleteSpec(child)

    def __eq__(self, other):
        return list(self) == list(other)

    def __repr__(self):
        return "{" + ", ".join(f"{name!r}: {child!r}" for name, child in self.items()) + "}"


def _prims(spec):
    return _Children(spec, "primChildren", lambda path, name: path.AppendChild(name))


def _properties(spec, kind=PropertySpec):
    return _Children(spec, "properties", lambda path, name: path.AppendProperty(name), lambda child: isinstance(child, kind))


def _variant_sets(spec):
    return _Children(spec, "variantSetChildren", lambda path, name: path.AppendVariantSelection(name, ""))


def _variants(spec):
    def path_of(path, name):
        return path.GetParentPath().AppendVariantSelection(path.GetVariantSelection()[0], name)

    return _Children(spec, "variantChildren", path_of)


# -- what a spec says, one property each ---------------------------------------------------------------------------------


def _field(name):
    return property(lambda spec: spec.GetInfo(name), lambda spec, value: spec.SetInfo(name, value))


def _dictionary(name):
    def write(spec, entries):
        _MapProxy(spec, name)._save(dict(entries))

    return property(lambda spec: _MapProxy(spec, name), write)


def _list_editor(name, op_type, item=lambda given: given):
    return property(lambda spec: _ListEditor(spec, name, op_type, item))


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


def _name(spec):
    set_name, variant = spec.path.GetVariantSelection()
    if isinstance(spec, VariantSetSpec):
        return set_name
    return variant if variant else "" if spec.path == Path.absoluteRootPath else spec.path.name


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
    name=property(_name),
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
    prefixSubstitutions=_dictionary("prefixSubstitutions"),
    suffixSubstitutions=_dictionary("suffixSubstitutions"),
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
)
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


def _bracketing(spec, time):
    return spec.layer.GetBracketingTimeSamplesForPath(spec.path, time)


_extend(
    AttributeSpec,
    typeName=property(lambda spec: _core.ValueTypeNames.Find(spec.GetInfo("typeName"))),
    roleName=property(lambda spec: spec.typeName.role),
    default=property(lambda spec: spec.GetInfo("default"), _set_default),
    HasDefaultValue=lambda spec: spec.HasInfo("default"),
    ClearDefaultValue=lambda spec: spec.ClearInfo("default"),
    allowedTokens=_field("allowedTokens"),
    arraySizeConstraint=_field("arraySizeConstraint"),
    colorSpace=_field("colorSpace"),
    displayUnit=_field("displayUnit"),
    limits=_dictionary("limits"),
    connectionPathList=_list_editor("connectionPaths", _core.PathListOp, _as_path),
    ListTimeSamples=lambda spec: spec.layer.ListTimeSamplesForPath(spec.path),
    GetNumTimeSamples=lambda spec: spec.layer.GetNumTimeSamplesForPath(spec.path),
    GetBracketingTimeSamples=_bracketing,
    QueryTimeSample=lambda spec, time: spec.layer.QueryTimeSample(spec.path, time),
    SetTimeSample=lambda spec, time, value: spec.layer.SetTimeSample(spec.path, time, value),
    EraseTimeSample=lambda spec, time: spec.layer.EraseTimeSample(spec.path, time),
    HasSpline=lambda spec: spec.HasInfo("spline"),
    ClearSpline=lambda spec: spec.ClearInfo("spline"),
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
    return _ListProxy(lambda: list(root.GetInfo("subLayers") or []), lambda paths: _write_sub_layers(layer, paths))


def _sub_layer_offsets(layer):
    root = _root(layer)

    def read():
        count = len(_sub_layer_paths(layer))
        offsets = list(root.GetInfo("subLayerOffsets") or []) if root.HasInfo("subLayerOffsets") else []
        return (offsets + [LayerOffset()] * count)[:count]

    return _ListProxy(read, lambda offsets: root.SetInfo("subLayerOffsets", list(offsets)))


def _root_prim_order(layer):
    root = _root(layer)
    return _ListProxy(lambda: list(root.GetInfo("primOrder") or []), lambda names: root.SetInfo("primOrder", list(names)))


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
Layer.HasOwnedSubLayers = _has("hasOwnedSubLayers")
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
    """While one is open the layers given (all that are open, when none are) gather their changes and announce them at once."""

    def __init__(self, *layers):
        self._layers = layers
        self._open = []

    def __enter__(self):
        self._open = [_core._LayerChangeBlock(layer) for layer in self._layers or Layer.GetLoadedLayers()]
        return self

    def __exit__(self, kind, value, trace):
        self._open.clear()
        return False


def __getattr__(name):
    """Makes the classes of edits of arrays where they are first asked for."""
    if name in ("AssetPathArrayEdit", "AssetPathArrayEditBuilder", "PathExpressionArrayEdit", "PathExpressionArrayEditBuilder"):
        from strata import _vt_edits
        array = getattr(_core, name.partition("Edit")[0])
        globals()[name] = _vt_edits.make(__name__, array)[name.endswith("Builder")]
        return globals()[name]
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
