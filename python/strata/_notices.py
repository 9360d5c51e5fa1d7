"""Notices: who tells whom of what.   (Tf.Notice, Usd.Notice)"""
import weakref as _weakref

from strata import _enums
from strata._core import Usd as _core
from strata._core.Usd import Object


class Listener:
    """Keeps a callback registered while it lives."""

    def __init__(self, kind, callback, sender):
        self._kind, self._sender = kind, sender
        self._callback = _weakref.WeakMethod(callback) if hasattr(callback, "__self__") else lambda: callback
        _listeners.append(_weakref.ref(self))
        if hasattr(kind, "_begin"):
            kind._begin()
        if issubclass(kind, StageNotice):
            _core._SetNoticeHandler(_hear)

    def Revoke(self):
        self._kind = None

    def _tell(self, notice, sender):
        callback = self._callback()
        if self._kind is None or callback is None or not isinstance(notice, self._kind):
            return
        if self._sender is None or self._sender == sender:
            callback(notice, sender)


_listeners = []


class Notice:
    """The base of what is told."""

    Listener = Listener

    @staticmethod
    def Register(noticeType, callback, sender):
        """Calls callback(notice, sender) for the notices of one sender, as long as the listener that is given back lives."""
        return Listener(noticeType, callback, sender)

    @staticmethod
    def RegisterGlobally(noticeType, callback):
        return Listener(noticeType, callback, None)

    def Send(self, sender=None):
        """Tells all who listen; gives back how many listeners there were."""
        _listeners[:] = [one for one in _listeners if one() is not None]
        heard = [one() for one in list(_listeners)]
        for listener in heard:
            if listener is not None:
                listener._tell(self, sender)
        return len(heard)

    def SendGlobally(self):
        return self.Send()


def _path(thing):
    return thing.GetPath() if isinstance(thing, Object) else thing


class StageNotice(Notice):
    """What a stage tells."""

    def __init__(self, stage):
        self._stage = stage

    def GetStage(self):
        return self._stage


class ObjectsChanged(StageNotice):
    """Objects of a stage are others than before, or say something else."""

    def __init__(self, stage, told):
        super().__init__(stage)
        self._told = told

    def AffectedObject(self, object):
        return self.ResyncedObject(object) or self.ChangedInfoOnly(object)

    def ResyncedObject(self, object):
        return self._told.ResyncedObject(_path(object))

    def ChangedInfoOnly(self, object):
        return self._told.ChangedInfoOnly(_path(object))

    def ResolvedAssetPathsResynced(self, object):
        return self._told.ResolvedAssetPathsResynced(_path(object))

    def GetResyncedPaths(self):
        return self._told.GetResyncedPaths()

    def GetChangedInfoOnlyPaths(self):
        return self._told.GetChangedInfoOnlyPaths()

    def GetResolvedAssetPathsResyncedPaths(self):
        return self._told.GetResolvedAssetPathsResyncedPaths()

    def GetChangedFields(self, pathOrObject):
        return self._told.GetChangedFields(_path(pathOrObject))

    def HasChangedFields(self, pathOrObject):
        return self._told.HasChangedFields(_path(pathOrObject))

    def GetPrimResyncType(self, path):
        """(what became of a prim, the other end of a move)"""
        kind, other = self._told.GetPrimResyncType(path)
        return self.PrimResyncType.GetValueFromName(kind), other

    def GetRenamedProperties(self):
        return self._told.GetRenamedProperties()


_enums.make(ObjectsChanged, "UsdNotice::ObjectsChanged::PrimResyncType", "PrimResyncType", (
    "RenameSource", "RenameDestination", "ReparentSource", "ReparentDestination", "RenameAndReparentSource",
    "RenameAndReparentDestination", "Delete", "UnchangedPrimStack", "Other", "Invalid"),
    prefix="Usd.Notice.ObjectsChanged.PrimResyncType.")
for _item in ObjectsChanged.PrimResyncType.allValues:
    setattr(ObjectsChanged.PrimResyncType, _item.name, _item)
    delattr(ObjectsChanged, _item.name)


class StageContentsChanged(StageNotice):
    """Something of a stage changed."""


class StageEditTargetChanged(StageNotice):
    """A stage has another edit target."""


class LayerMutingChanged(StageNotice):
    """Layers of a stage were muted, or are not any more."""

    def __init__(self, stage, told):
        super().__init__(stage)
        self._muted, self._unmuted = told

    def GetMutedLayers(self):
        return list(self._muted)

    def GetUnmutedLayers(self):
        return list(self._unmuted)


class UsdNotice:
    """What stages tell."""

    StageNotice, ObjectsChanged, StageContentsChanged = StageNotice, ObjectsChanged, StageContentsChanged
    StageEditTargetChanged, LayerMutingChanged = StageEditTargetChanged, LayerMutingChanged


Notice.__module__ = Listener.__module__ = "strata.Tf"
UsdNotice.__name__ = UsdNotice.__qualname__ = "Notice"
for _class in (StageNotice, ObjectsChanged, StageContentsChanged, StageEditTargetChanged, LayerMutingChanged, UsdNotice):
    _class.__module__ = "strata.Usd"


def _hear(kind, stage, told):
    cls = getattr(UsdNotice, kind)
    (cls(stage, told) if cls in (ObjectsChanged, LayerMutingChanged) else cls(stage)).Send(stage)


