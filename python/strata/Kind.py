"""Kinds of prims: model, group, assembly, component, subcomponent, and those that plugins add.   (Kind)"""
from strata._core import Kind as _core


class Tokens:
    """The kinds that OpenUSD gives."""

    model, group, assembly, component, subcomponent = "model", "group", "assembly", "component", "subcomponent"


class Registry:
    """Which kinds there are, and what each derives from: those of OpenUSD, and of the plugInfo files that PXR_PLUGINPATH_NAME leads
    to."""

    expired = False

    @staticmethod
    def GetAllKinds():
        return _core.GetAllKinds()

    @staticmethod
    def HasKind(kind):
        return _core.HasKind(kind)

    @staticmethod
    def GetBaseKind(kind):
        """The kind that it is a special case of; "" where there is none. Raises where nobody knows it."""
        if not _core.HasKind(kind):
            from strata.Tf import RaiseCodingError
            RaiseCodingError(f"Unknown kind: '{kind}'")
        return _core.GetBaseKind(kind)

    @staticmethod
    def IsA(derivedKind, baseKind):
        return _core.IsA(derivedKind, baseKind)


def _is(base):
    return staticmethod(lambda kind: _core.IsA(kind, base))


for _name, _base in (("IsModel", "model"), ("IsGroup", "group"), ("IsAssembly", "assembly"), ("IsComponent", "component"),
                     ("IsSubComponent", "subcomponent")):
    setattr(Registry, _name, _is(_base))
