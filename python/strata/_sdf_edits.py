"""Renames, moves and removals of specs in a layer, one after the other.   (Sdf.BatchNamespaceEdit)"""
from strata import _enums
from strata._core import Sdf as _core
from strata._core.Sdf import Layer, Path, PrimSpec, PropertySpec, VariantSpec
from strata._members import held


class NamespaceEdit:
    """Where a spec goes: a new path, nowhere, and the place among its siblings."""

    atEnd, same = -1, -2
    currentPath, newPath, index = held("currentPath", Path()), held("newPath", Path()), held("index", -1)

    def __init__(self, currentPath="", newPath="", index=atEnd):
        if isinstance(currentPath, NamespaceEdit):
            currentPath, newPath, index = currentPath.currentPath, currentPath.newPath, currentPath.index
        self.currentPath = currentPath if isinstance(currentPath, Path) else Path(currentPath) if currentPath else Path()
        self.newPath = newPath if isinstance(newPath, Path) else Path(newPath) if newPath else Path()
        self.index = index

    @staticmethod
    def Remove(currentPath):
        return NamespaceEdit(currentPath)

    @staticmethod
    def Rename(currentPath, name):
        return NamespaceEdit(currentPath, Path(currentPath).ReplaceName(name), NamespaceEdit.same)

    @staticmethod
    def Reorder(currentPath, index):
        return NamespaceEdit(currentPath, currentPath, index)

    @staticmethod
    def Reparent(currentPath, newParentPath, index):
        return NamespaceEdit(currentPath, Path(currentPath).ReplacePrefix(Path(currentPath).GetParentPath(), newParentPath), index)

    @staticmethod
    def ReparentAndRename(currentPath, newParentPath, name, index):
        moved = NamespaceEdit.Reparent(currentPath, newParentPath, index)
        return NamespaceEdit(currentPath, moved.newPath.ReplaceName(name), index)

    def _parts(self):
        return self.currentPath, self.newPath, self.index

    def __eq__(self, other):
        return isinstance(other, NamespaceEdit) and self._parts() == other._parts()

    def __hash__(self):
        return hash(self._parts())

    def __repr__(self):
        return f"Sdf.NamespaceEdit({self.currentPath!r},{self.newPath!r},{self.index})"

    def __str__(self):
        return f"({self.currentPath},{self.newPath},{self.index})"


class NamespaceEditDetail:
    """What became of an edit, and why."""

    result, edit, reason = held("result"), held("edit"), held("reason", "")

    def __init__(self, result=None, edit=None, reason=""):
        self.result = result if result is not None else NamespaceEditDetail.Okay
        self.edit, self.reason = edit if edit is not None else NamespaceEdit(), reason

    def __eq__(self, other):
        return isinstance(other, NamespaceEditDetail) and (self.result, self.edit, self.reason) == (other.result, other.edit, other.reason)

    __hash__ = None

    def __repr__(self):
        return f"Sdf.NamespaceEditDetail({self.result!r},{self.edit!r},{self.reason!r})"

    def __str__(self):
        return f"({self.result.name},{self.edit},{self.reason})"


_enums.make(NamespaceEditDetail, "SdfNamespaceEditDetail::Result", "Result", ("Error", "Unbatched", "Okay"),
            prefix="Sdf.NamespaceEditDetail.")


class BatchNamespaceEdit:
    """Edits that are made one after the other: each speaks of where the ones before it left things."""

    def __init__(self, edits=()):
        edits = edits.edits if isinstance(edits, BatchNamespaceEdit) else list(edits)
        for edit in edits:
            if not isinstance(edit, NamespaceEdit):
                raise TypeError("a batch is made of Sdf.NamespaceEdit, not " + type(edit).__name__)
        self._edits = edits

    edits = property(lambda self: list(self._edits))

    def Add(self, *given):
        """A NamespaceEdit, or what one is made of."""
        self._edits.append(given[0] if isinstance(given[0], NamespaceEdit) else NamespaceEdit(*given))

    def Process(self, hasObjectAtPath, canEdit, fixBackpointers=True):
        """(whether all can be made, the edits by the paths before any of them), or (False, what is wrong)."""
        names = _Names(hasObjectAtPath, canEdit)
        for edit in self._edits:
            why = names.take(edit)
            if why:
                return False, [NamespaceEditDetail(NamespaceEditDetail.Error, edit, why)]
        return True, list(self._edits)

    def __repr__(self):
        return f"Sdf.BatchNamespaceEdit({self._edits!r})"

    def __str__(self):
        return "[" + ",".join(map(str, self._edits)) + "]"


class _Names:
    """What is where after some edits."""

    def __init__(self, has_object, can_edit):
        self._has_object, self._can_edit, self._moves = has_object, can_edit, []

    def _original(self, path):
        """Where what is at `path` was at first; None when it was taken away or another took its place."""
        for before, after in reversed(self._moves):
            if after and path.HasPrefix(after):
                path = path.ReplacePrefix(after, before)
            elif path.HasPrefix(before):
                return None
        return path

    def _is_there(self, path):
        original = self._original(path)
        return original is not None and (self._has_object is None or self._has_object(original))

    def take(self, edit):
        """Why it cannot be made; nothing when it can."""
        if not edit.currentPath:
            return "Current path is empty"
        if not self._is_there(edit.currentPath):
            return "Object does not exist"
        if edit.newPath and edit.newPath != edit.currentPath:
            if edit.newPath.HasPrefix(edit.currentPath):
                return "Object cannot be moved under itself"
            if self._has_object is not None and self._is_there(edit.newPath):
                return "Object already exists"
            if self._has_object is not None and not self._is_there(edit.newPath.GetParentPath()):
                return "New parent does not exist"
        if self._can_edit is not None:
            answer = self._can_edit(edit)
            good, why = answer if isinstance(answer, tuple) else (bool(answer), getattr(answer, "whyNot", ""))
            if not good:
                return why or "Edit is not allowed"
        if edit.newPath != edit.currentPath:
            self._moves.append((edit.currentPath, edit.newPath))
        return ""


def _process(layer, batch):
    def has_object(path):
        return path == Path.absoluteRootPath or isinstance(layer.GetObjectAtPath(path), (PrimSpec, PropertySpec, VariantSpec))
    return batch.Process(has_object, None)


def _can_apply(layer, edits):
    """Whether the edits can be made in the layer; false with what is wrong when they cannot."""
    good, found = _process(layer, edits)
    return True if good else (False, found)


def _apply(layer, edits):
    """Makes the edits, or none of them."""
    if not layer.permissionToEdit:
        return False
    good, found = _process(layer, edits)
    if not good:
        return False
    from strata.Sdf import ChangeBlock
    with ChangeBlock(layer):
        for edit in found:
            _make(layer, edit)
    return True


def _make(layer, edit):
    if not edit.newPath:
        _core._DeleteSpec(layer.GetObjectAtPath(edit.currentPath))
        return
    names = _names_around(layer, edit.newPath)
    place = names.index(edit.currentPath.name) if edit.currentPath.name in names and (
        edit.currentPath.GetParentPath() == edit.newPath.GetParentPath()) else len(names)
    if edit.newPath != edit.currentPath:
        _core._MoveSpec(layer, edit.currentPath, edit.newPath)
    index = place if edit.index == NamespaceEdit.same else edit.index
    _core._PlaceChild(layer, edit.newPath, index)


def _names_around(layer, path):
    parent = layer.GetObjectAtPath(path.GetParentPath())
    if parent is None:
        return []
    return list((parent.properties if path.IsPropertyPath() else parent.nameChildren).keys())


Layer.CanApply, Layer.Apply = _can_apply, _apply
for _class in (NamespaceEdit, NamespaceEditDetail, BatchNamespaceEdit):
    _class.__module__ = "strata.Sdf"
