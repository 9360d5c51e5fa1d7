"""Kinds of prims: model, group, assembly, component, subcomponent, and those that plugins add.   (Kind)"""

_bases = {"model": "", "group": "model", "assembly": "group", "component": "model", "subcomponent": ""}


class Tokens:
    """The kinds that OpenUSD gives."""

    model, group, assembly, component, subcomponent = "model", "group", "assembly", "component", "subcomponent"


class Registry:
    """Which kinds there are, and what each derives from."""

    expired = False

    @staticmethod
    def GetAllKinds():
        return sorted(_bases)

    @staticmethod
    def HasKind(kind):
        return kind in _bases

    @staticmethod
    def GetBaseKind(kind):
        return _bases.get(kind, "")

    @staticmethod
    def IsA(derivedKind, baseKind):
        kind = derivedKind
        while kind:
            if kind == baseKind:
                return True
            kind = _bases.get(kind, "")
        return False

    @staticmethod
    def IsModel(kind):
        return Registry.IsA(kind, "model")

    @staticmethod
    def IsGroup(kind):
        return Registry.IsA(kind, "group")

    @staticmethod
    def IsAssembly(kind):
        return Registry.IsA(kind, "assembly")

    @staticmethod
    def IsComponent(kind):
        return Registry.IsA(kind, "component")

    @staticmethod
    def IsSubComponent(kind):
        return Registry.IsA(kind, "subcomponent")
