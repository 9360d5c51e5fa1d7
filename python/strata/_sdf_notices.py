"""What layers tell: Sdf.Notice.

Layers are listened to from when somebody first asks for their notices: those that are open then, and those that are opened later
through Sdf or Usd.
"""
from strata import _notices
from strata._core import Sdf as _core
from strata._core.Sdf import Layer

_heard = set()  # identities of the layers that are listened to
_state = {"serial": 0, "is on": False}


class Base(_notices.Notice):
    """What layers tell."""

    @classmethod
    def _begin(cls):
        _start()


class _LayersNotice(Base):
    """Of some layers."""

    def __init__(self, layers=(), serial=0):
        self._layers, self._serial = list(layers), serial

    def GetLayers(self):
        return list(self._layers)

    def GetSerialNumber(self):
        """Counts the rounds of changes."""
        return self._serial


class LayersDidChange(_LayersNotice):
    """Layers say something else than before."""


class LayersDidChangeSentPerLayer(_LayersNotice):
    """The same, told to those who listen to one layer."""


class LayerDidReplaceContent(Base):
    """All of a layer is another."""


class LayerDidReloadContent(LayerDidReplaceContent):
    """A layer was read again."""


class LayerInfoDidChange(Base):
    """A field of a layer as a whole is another."""

    def __init__(self, key=""):
        self._key = key

    def key(self):
        """The name of the field."""
        return self._key


class LayerIdentifierDidChange(Base):
    """A layer has another identifier."""

    def __init__(self, old="", new=""):
        self._old, self._new = old, new

    oldIdentifier, newIdentifier = property(lambda self: self._old), property(lambda self: self._new)


class LayerDirtinessChanged(Base):
    """A layer has edits that its file has not, or has no more of them."""


class LayerMutenessChanged(Base):
    """A layer says nothing, or what it said before."""

    def __init__(self, path="", was_muted=False):
        self._path, self._was_muted = path, was_muted

    layerPath, wasMuted = property(lambda self: self._path), property(lambda self: self._was_muted)


class Notice:
    """What layers tell."""


for _class in (Base, LayersDidChange, LayersDidChangeSentPerLayer, LayerDidReplaceContent, LayerDidReloadContent, LayerInfoDidChange,
               LayerIdentifierDidChange, LayerDirtinessChanged, LayerMutenessChanged):
    _class.__module__, _class.__qualname__ = "strata.Sdf", "Notice." + _class.__name__
    setattr(Notice, _class.__name__, _class)
Notice.__module__ = "strata.Sdf"


def listen(layer):
    """Passes on what a layer tells, once somebody listens to layers."""
    if _state["is on"] and layer is not None and id(layer) not in _heard:
        if hash(layer) not in _heard:
            _heard.add(hash(layer))
            _core._ListenToLayer(layer)
    return layer


def _start():
    if not _state["is on"]:
        _state["is on"] = True
        _core._SetLayerHandler(_hear)
        for name in ("FindOrOpen", "CreateNew", "CreateAnonymous", "OpenAsAnonymous", "FindOrOpenRelativeToLayer", "New"):
            if hasattr(Layer, name):
                setattr(Layer, name, staticmethod(_listening(getattr(Layer, name))))
    for layer in Layer.GetLoadedLayers():
        listen(layer)


def _listening(make):
    def made(*arguments, **named):
        return listen(make(*arguments, **named))
    made.__doc__, made.__name__ = make.__doc__, getattr(make, "__name__", "")
    return made


def _hear(kind, layer, text):
    if kind == "LayersDidChange":
        _state["serial"] += 1
        LayersDidChange([layer], _state["serial"]).Send()
        LayersDidChangeSentPerLayer([layer], _state["serial"]).Send(layer)
    elif kind == "LayerInfoDidChange":
        LayerInfoDidChange(text).Send(layer)
    elif kind == "LayerIdentifierDidChange":
        LayerIdentifierDidChange(text, layer.identifier).Send(layer)
    else:
        getattr(Notice, kind)().Send(layer)
