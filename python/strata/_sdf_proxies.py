"""What a spec's lists, children and dictionaries are read and written in place through.   (Sdf)"""
import collections.abc as _abc

from strata._core import Sdf as _core

_EDITS = ("addedItems", "prependedItems", "appendedItems", "deletedItems", "orderedItems")


class _Iterator:
    """Goes over what there was when it was asked for."""

    def __init__(self, items):
        self._items = iter(list(items))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self._items)


def _text_of_offset(offset):
    return f"SdfLayerOffset({offset.offset:g}, {offset.scale:g})"


def _text_of_items(items):
    """As OpenUSD prints the items of a list op."""
    def text(item):
        if isinstance(item, _core.Reference):
            return f"SdfReference({item.assetPath}, {item.primPath}, {_text_of_offset(item.layerOffset)}, {item.customData})"
        if isinstance(item, _core.Payload):
            return f"SdfPayload({item.assetPath}, {item.primPath}, {_text_of_offset(item.layerOffset)})"
        return str(item)
    return "[" + ", ".join(map(text, items)) + "]"


def _apply_part(op, name, items):
    """A list as one of the lists of an op alone makes it."""
    part = type(op)()
    setattr(part, name, getattr(op, name))
    return part.ApplyOperations(items)


class ListProxy(_abc.MutableSequence):
    """A list that is read from a field each time it is looked at, and written back each time it changes."""

    def __init__(self, read, write, item=lambda given: given, is_expired=lambda: False):
        self._read, self._write, self._item, self._is_expired = read, write, item, is_expired

    expired = property(lambda self: self._is_expired())
    invalidIndex = -1

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
        """An item that is there already stays where it is."""
        items, item = list(self._read()), self._item(value)
        if item not in items:
            items.insert(index, item)
            self._write(items)

    def append(self, value):
        self.insert(len(self), value)

    def remove(self, value):
        """An item that is not there is none to take out."""
        items, item = list(self._read()), self._item(value)
        if item in items:
            items.remove(item)
            self._write(items)

    def replace(self, old, new):
        items, old = list(self._read()), self._item(old)
        if old in items:
            items[items.index(old)] = self._item(new)
            self._write(items)

    def index(self, value):
        """Where the item is; -1 where it is not."""
        items, item = list(self._read()), self._item(value)
        return items.index(item) if item in items else self.invalidIndex

    def count(self, value):
        return list(self._read()).count(self._item(value))

    def clear(self):
        self._write([])

    def copy(self):
        return list(self._read())

    def ApplyEditsToList(self, items):
        """The list as the edits leave it: without what they delete, with what they add."""
        return self._apply(list(items))

    def ApplyList(self, other):
        """Makes the edits of another list here, too."""
        self._write(other.ApplyEditsToList(list(self._read())))

    def _apply(self, items):
        return items

    def __eq__(self, other):
        return list(self._read()) == list(other)

    def __lt__(self, other):
        return list(self._read()) < list(other)

    __hash__ = None

    def __str__(self):
        return str(list(self._read()))


class ListEditor:
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

            proxy = self._list_class(lambda: getattr(self._op(), name), write, self._item, lambda: self._spec.expired)
            proxy._apply = lambda items: _apply_part(self._op(), name, items)
            return proxy

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

    _list_class = None

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
        return True

    def ClearEdits(self):
        self._spec.ClearInfo(self._field)
        return True

    def ClearEditsAndMakeExplicit(self):
        op = self._op_type()
        op.ClearAndMakeExplicit()
        self._spec.SetInfo(self._field, op)
        return True

    def GetAddedOrExplicitItems(self):
        op = self._op()
        return tuple(op.explicitItems if op.isExplicit else [*op.prependedItems, *op.addedItems, *op.appendedItems])

    def GetAppliedItems(self):
        return tuple(self._op().GetAppliedItems())

    def ApplyEditsToList(self, items):
        return self._op().ApplyOperations(list(items))

    def __bool__(self):
        return not self._spec.expired

    def __eq__(self, other):
        return isinstance(other, ListEditor) and self._op() == other._op()

    __hash__ = None

    def __str__(self):
        op = self._op()
        if op.isExplicit:
            return _text_of_items(op.explicitItems)
        added, prepended, appended, deleted, ordered = (_text_of_items(getattr(op, name)) for name in _EDITS)
        return f"{{ 'added': {added}'prepended': {prepended}'appended': {appended}, 'deleted': {deleted}, 'ordered': {ordered} }}"


class MapProxy(_abc.MutableMapping):
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
        return self.keys()

    def __len__(self):
        return len(self._held())

    def keys(self):
        return self._key_iterator(self._held())

    def values(self):
        return self._value_iterator(self._held().values())

    def items(self):
        return self._iterator(self._held().items())

    def copy(self, other):
        """Takes what a dictionary has, and nothing else."""
        if not isinstance(other, dict):
            raise TypeError("a dictionary is needed, not " + type(other).__name__)
        self._save(dict(other.items()))

    def pop(self, key):
        value = self[key]
        del self[key]
        return value

    def popitem(self):
        for key in sorted(self._held()):
            return key, self.pop(key)
        raise KeyError("an empty dictionary")

    def clear(self):
        self._save({})

    def update(self, other):
        entries = self._held()
        entries.update(other.items() if hasattr(other, "items") else other)
        self._save(entries)

    def __eq__(self, other):
        return self._held() == dict(other.items() if hasattr(other, "items") else other)

    __hash__ = None

    def __repr__(self):
        return f"Sdf.{type(self).__name__}(<field '{self._field}' in <{self._spec.path}>>)"

    def __str__(self):
        return str(self._held())


class Children:
    """The specs below another, in order: by name, by position, or one after the other."""

    def __init__(self, spec, field, path_of, keep=lambda child: True):
        self._spec, self._field, self._path_of, self._keep = spec, field, path_of, keep

    def _names(self):
        return [name for name in self._spec._ChildNames(self._field) if self._keep(self._child(name))]

    def _child(self, name):
        return self._spec.layer._MakeSpec(self._path_of(self._spec.path, name))

    def keys(self):
        return self._key_iterator(self._names())

    def values(self):
        return self._value_iterator(self._child(name) for name in self._names())

    def items(self):
        return self._iterator((name, self._child(name)) for name in self._names())

    def get(self, key):
        return self._child(key) if key in self._names() else None

    def index(self, key):
        """Where a child, or one of a name, is; -1 where it is not."""
        names, name = self._names(), key if isinstance(key, str) else key.name
        return names.index(name) if name in names else -1

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
                raise IndexError(repr(key))
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


# -- the classes by OpenUSD's names --------------------------------------------------------------------------------------


class SubLayerOffsetsProxy(ListProxy):
    """The offsets of the sublayers of a layer, in their order."""

    def insert(self, index, value):
        raise TypeError("a layer has one offset for each of its sublayers")

    def __repr__(self):
        return str(self)


SubLayerOffsetsProxy.__module__ = "strata.Sdf"


def _add_iterators(cls):
    """The classes of what keys(), values() and items() give."""
    for suffix, name in (("_Iterator", "_iterator"), ("_KeyIterator", "_key_iterator"), ("_ValueIterator", "_value_iterator")):
        made = type(cls.__name__ + suffix, (_Iterator,), {"__module__": "strata.Sdf", "__doc__": _Iterator.__doc__})
        made.__qualname__ = f"{cls.__name__}.{made.__name__}"
        setattr(cls, made.__name__, made)
        setattr(cls, name, made)
    return cls


def _named(name, base, **facts):
    return type(name, (base,), dict(facts, __module__="strata.Sdf", __doc__=base.__doc__))


_LISTS = {kind: _named(f"ListProxy_Sdf{kind}Policy", ListProxy)
          for kind in ("NameKey", "NameTokenKey", "PathKey", "PayloadType", "ReferenceType", "SubLayerType")}
_EDITORS = {kind: _named(f"ListEditorProxy_Sdf{kind}Policy", ListEditor, _list_class=_LISTS[kind])
            for kind in ("NameKey", "PathKey", "PayloadType", "ReferenceType")}
_OF_OPS = {_core.StringListOp: "NameKey", _core.PathListOp: "PathKey", _core.PayloadListOp: "PayloadType",
           _core.ReferenceListOp: "ReferenceType"}


def _name_of_view(kind, spec=""):
    if kind in ("Attribute", "Relationship") and not spec:
        return f"ChildrenView_Sdf_{kind}ChildPolicy_Sdf{kind}ViewPredicate"
    return f"ChildrenView_Sdf_{kind}ChildPolicy_SdfChildrenViewTrivialPredicate_SdfHandle_Sdf{spec or kind + 'Spec'}___"


_VIEWS = {name: _add_iterators(_named(name, Children)) for name in (
    _name_of_view("Attribute"), _name_of_view("Attribute", "AttributeSpec"), _name_of_view("Prim"), _name_of_view("Property"),
    _name_of_view("Relationship"), _name_of_view("Variant"), _name_of_view("VariantSet"))}
_MAPS = {of_text: _add_iterators(_named("MapEditProxy_" + name, MapProxy)) for of_text, name in (
    (False, "VtDictionary"), (True, "map_string__string__less_string___allocator_pair_stringconst__string_____"))}
CLASSES = {cls.__name__: cls for cls in (*_LISTS.values(), *_EDITORS.values(), *_VIEWS.values(), *_MAPS.values())}


def edit_list(spec, field, op_type, item):
    return _EDITORS[_OF_OPS[op_type]](spec, field, op_type, item)


def list_of(kind, read, write):
    return _LISTS[kind](read, write)


def children(kind, spec, field, path_of, keep=lambda child: True):
    return _VIEWS[_name_of_view(kind)](spec, field, path_of, keep)


def dictionary(spec, field):
    return _MAPS[field == "variantSelection"](spec, field)
