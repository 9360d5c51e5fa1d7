"""Shading: materials, shaders, what connects them, and what is bound to what.   (UsdShade)"""
from strata import _schemas, _shade_binding, _shade_nodes  # noqa: F401
from strata._core import UsdShade as _core
from strata._core.Sdf import Path
from strata._shade_definitions import ShaderDefParserPlugin, ShaderDefUtils  # noqa: F401
from strata._shade_ports import (  # noqa: F401
    AttributeType, ConnectionModification, ConnectionSourceInfo, Input, Output, Utils)


class UdimUtils:
    """Textures of several tiles, named by one path with "<UDIM>" in it."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    IsUdimIdentifier = staticmethod(_core._IsUdimIdentifier)
    ReplaceUdimPattern = staticmethod(_core._ReplaceUdimPattern)

    @staticmethod
    def ResolveUdimPath(udimPath, layer):
        return _core._ResolveUdimPath(udimPath, _place(layer))

    @staticmethod
    def ResolveUdimTilePaths(udimPath, layer):
        """[(resolved path, tile)]"""
        return _core._ResolveUdimTilePaths(udimPath, _place(layer))


def _place(layer):
    return layer.realPath if layer else ""


# -- coordinate systems --------------------------------------------------------------------------------------------------

_PREFIX, _BINDING = "coordSys:", ":binding"
_NO_BINDING = ("", Path(), Path())


def _show(found):
    return [(name + _BINDING, relationship, prim) for name, relationship, prim in found]


@_schemas.add_to("UsdShade", "CoordSysAPI")
class _CoordSysAPI:
    @staticmethod
    def GetCoordSysRelationshipName(coordSysName):
        return _PREFIX + coordSysName

    @staticmethod
    def CanContainPropertyName(name):
        return name.startswith(_PREFIX)

    @staticmethod
    def IsCoordSysAPIPath(path):
        path = Path(path) if isinstance(path, str) else path
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return len(parts) > 1 and parts[0] == "coordSys" and parts[-1] != "binding"

    # A name as the first argument means a relationship as prims had it before the schema was applied under names.

    def _rel(self, old_name):
        return self._prim.CreateRelationship(*((_PREFIX + old_name, True) if old_name else (_PREFIX + self._name + _BINDING, False)))

    def Bind(self, *nameAndPath):
        """Bind(path) or, of another name, Bind(name, path)."""
        return self._rel("" if len(nameAndPath) == 1 else nameAndPath[0]).SetTargets([nameAndPath[-1]])

    def ApplyAndBind(self, name, path):
        return self.Bind(name, path)

    def BlockBinding(self, name=""):
        return self._rel(name).SetTargets([])

    def ClearBinding(self, *nameAndRemove, removeSpec=False):
        name = nameAndRemove[0] if nameAndRemove and isinstance(nameAndRemove[0], str) else ""
        remove = next((one for one in nameAndRemove if not isinstance(one, str)), removeSpec)
        relationship = self._prim.GetRelationship(_PREFIX + (name or self._name + _BINDING))
        return not relationship or relationship.ClearTargets(bool(remove))

    def HasLocalBindings(self):
        return self.HasLocalBindingsForPrim(self._prim)

    def GetLocalBinding(self):
        return self._own(self.GetLocalBindings())

    def GetLocalBindings(self):
        return self.GetLocalBindingsForPrim(self._prim)

    def FindBindingWithInheritance(self):
        return self._own(self.FindBindingsWithInheritance())

    def FindBindingsWithInheritance(self):
        return self.FindBindingsWithInheritanceForPrim(self._prim)

    def _own(self, bindings):
        return next((one for one in bindings if one[0] == self.GetName() + _BINDING), _NO_BINDING)

    @staticmethod
    def HasLocalBindingsForPrim(prim):
        return _core._HasCoordSysBindings(prim)

    @staticmethod
    def GetLocalBindingsForPrim(prim):
        """[(name, path of the relationship, path of the prim whose space it is)]"""
        return _show(_core._CoordSysBindings(prim, False))

    @staticmethod
    def FindBindingsWithInheritanceForPrim(prim):
        return _show(_core._CoordSysBindings(prim, True))


_schemas.install("UsdShade", globals(), (
    "surface", "displacement", "volume", "preview", "full", "fallbackStrength", "strongerThanDescendants",
    "weakerThanDescendants", "materialBind", "interfaceOnly", "ConnectableAPI", "allPurpose=",
    "bindMaterialAs", "inputs=inputs:", "materialBinding=material:binding",
    "materialBindingCollection=material:binding:collection", "materialVariant", "outputs=outputs:",
    "sdrMetadata", "subIdentifier", "universalRenderContext=", "universalSourceType=",
))
