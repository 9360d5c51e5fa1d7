"""Shading: materials, shaders, what connects them, and what is bound to what.   (UsdShade)"""
from strata import _schemas
from strata._core import Tf as _Tf
from strata._core import Usd as _Usd
from strata._core import UsdGeom as _geom
from strata._core import UsdShade as _core
from strata._core.Sdf import ValueTypeNames as _types

_DEFAULT = _Usd.TimeCode.Default()


class AttributeType:
    """What an attribute of a shading prim is."""

    Invalid, Input, Output = "Invalid", "Input", "Output"


class ConnectionSourceInfo:
    """One end of a connection: the prim, and the name and kind of its attribute."""

    def __init__(self, source, sourceName, sourceType, typeName=None):
        self.source, self.sourceName, self.sourceType, self.typeName = source, sourceName, sourceType, typeName

    def IsValid(self):
        return bool(self.source) and bool(self.sourceName)

    def __eq__(self, other):
        return isinstance(other, ConnectionSourceInfo) and (
            (self.source, self.sourceName, self.sourceType) == (other.source, other.sourceName, other.sourceType))

    __hash__ = None

    def __repr__(self):
        prefix = "inputs:" if self.sourceType == AttributeType.Input else "outputs:"
        return (f"UsdShade.UsdShadeConnectionSourceInfo({self.source.GetPrim()!r}, {self.sourceName}, {prefix}, "
                f"{self.typeName})")


def _kind_and_name(name):
    for prefix, kind in (("inputs:", AttributeType.Input), ("outputs:", AttributeType.Output)):
        if name.startswith(prefix):
            return kind, name[len(prefix):]
    return AttributeType.Invalid, name


class _Port:
    """What inputs and outputs have in common: an attribute under a prefix."""

    _prefix = ""

    def __init__(self, attribute=None):
        self._attribute = attribute if attribute is not None else _Usd.Attribute()

    def GetAttr(self):
        return self._attribute

    def GetPrim(self):
        return self._attribute.GetPrim()

    def GetFullName(self):
        return self._attribute.GetName()

    def GetBaseName(self):
        return self._attribute.GetName()[len(self._prefix):]

    def GetTypeName(self):
        return self._attribute.GetTypeName()

    def Get(self, time=_DEFAULT):
        return self._attribute.Get(time)

    def Set(self, value, time=_DEFAULT):
        return self._attribute.Set(value, time)

    def GetRenderType(self):
        return self._attribute.GetMetadata("renderType") or ""

    def SetRenderType(self, renderType):
        return self._attribute.SetMetadata("renderType", renderType)

    def HasRenderType(self):
        return self._attribute.HasMetadata("renderType")

    def IsDefined(self):
        return bool(self)

    def ConnectToSource(self, source, *more):
        """Connects to an input or output, an attribute, a path, or (a prim view, a name[, the kind])."""
        return self._attribute.SetConnections([self._path_of(source, *more)])

    def _path_of(self, source, name=None, kind=AttributeType.Output, typeName=None):
        if isinstance(source, _Port):
            return source.GetAttr().GetPath()
        if isinstance(source, ConnectionSourceInfo):
            source, name, kind, typeName = source.source, source.sourceName, source.sourceType, source.typeName
        if isinstance(source, _Usd.Attribute):
            return source.GetPath()
        if name is None:
            return source
        prim = source.GetPrim()
        full = ("inputs:" if kind == AttributeType.Input else "outputs:") + name
        if not prim.HasAttribute(full):
            prim.CreateAttribute(full, typeName or self.GetTypeName(), False)
        return prim.GetAttribute(full).GetPath()

    def SetConnectedSources(self, sources):
        return self._attribute.SetConnections([self._path_of(source) for source in sources])

    def DisconnectSource(self, source=None):
        if source is None:
            return self._attribute.SetConnections([])
        return self._attribute.RemoveConnection(self._path_of(source))

    def ClearSources(self):
        return self._attribute.ClearConnections()

    ClearSource = ClearSources

    def HasConnectedSource(self):
        return bool(self.GetConnectedSources()[0])

    def GetRawConnectedSourcePaths(self):
        return self._attribute.GetConnections()

    def GetConnectedSources(self):
        """(the sources that are there, the paths of those that are not)"""
        found, missing = [], []
        stage = self._attribute.GetStage()
        for path in self._attribute.GetConnections():
            kind, name = _kind_and_name(path.name)
            prim = stage.GetPrimAtPath(path.GetPrimPath())
            attribute = stage.GetAttributeAtPath(path) if prim else None
            if kind == AttributeType.Invalid or not prim:
                missing.append(path)
                continue
            type_name = attribute.GetTypeName() if attribute else None
            found.append(ConnectionSourceInfo(ConnectableAPI(prim), name, kind, type_name))
        return found, missing

    def GetConnectedSource(self):
        found, _ = self.GetConnectedSources()
        return (found[0].source, found[0].sourceName, found[0].sourceType) if found else None

    def GetValueProducingAttributes(self, shaderOutputsOnly=False):
        """The attributes at the far ends of the connections: outputs of shaders, and values where those end."""
        found, seen = [], set()

        def follow(attribute):
            if attribute.GetPath() in seen:
                return
            seen.add(attribute.GetPath())
            port = Input(attribute) if attribute.GetName().startswith("inputs:") else Output(attribute)
            sources, _ = port.GetConnectedSources()
            for info in sources:
                prefix = "inputs:" if info.sourceType == AttributeType.Input else "outputs:"
                source = info.source.GetPrim().GetAttribute(prefix + info.sourceName)
                if not source:
                    continue
                if info.sourceType == AttributeType.Output and not ConnectableAPI(info.source.GetPrim()).IsContainer():
                    found.append(source)
                else:
                    follow(source)
            if not sources and not shaderOutputsOnly and attribute.HasAuthoredValue():
                found.append(attribute)

        follow(self._attribute)
        return found

    def __bool__(self):
        return bool(self._attribute) and self._attribute.GetName().startswith(self._prefix)

    def __eq__(self, other):
        return type(self) is type(other) and self._attribute == other._attribute

    def __hash__(self):
        return hash(self._attribute)


class Input(_Port):
    """What a shading prim takes."""

    _prefix = "inputs:"

    @staticmethod
    def IsInput(attribute):
        return attribute.GetName().startswith("inputs:")

    def GetConnectability(self):
        return self._attribute.GetMetadata("connectability") or "full"

    def SetConnectability(self, connectability):
        return self._attribute.SetMetadata("connectability", connectability)

    def ClearConnectability(self):
        return self._attribute.ClearMetadata("connectability")


class Output(_Port):
    """What a shading prim gives."""

    _prefix = "outputs:"

    @staticmethod
    def IsOutput(attribute):
        return attribute.GetName().startswith("outputs:")


class _Connectable:
    def _ports(self, kind, only_authored):
        names = self._prim.GetAuthoredPropertyNames() if only_authored else self._prim.GetPropertyNames()
        ports = (kind(self._prim.GetAttribute(name)) for name in names if name.startswith(kind._prefix))
        return [port for port in ports if port]

    def CreateInput(self, name, typeName):
        attribute = self._prim.GetAttribute("inputs:" + name)
        return Input(attribute or self._prim.CreateAttribute("inputs:" + name, typeName, False))

    def CreateOutput(self, name, typeName):
        attribute = self._prim.GetAttribute("outputs:" + name)
        return Output(attribute or self._prim.CreateAttribute("outputs:" + name, typeName, False))

    def GetInput(self, name):
        return Input(self._prim.GetAttribute("inputs:" + name))

    def GetOutput(self, name):
        return Output(self._prim.GetAttribute("outputs:" + name))

    def GetInputs(self, onlyAuthored=True):
        return self._ports(Input, onlyAuthored)

    def GetOutputs(self, onlyAuthored=True):
        return self._ports(Output, onlyAuthored)

    def ConnectableAPI(self):
        return ConnectableAPI(self._prim)


@_schemas.add_to("UsdShade", "ConnectableAPI")
class _ConnectableAPI(_Connectable):
    def _is_compatible(self):
        return _core._IsConnectable(self._prim)

    def IsContainer(self):
        return bool(self._prim) and _core._IsContainer(self._prim)

    @staticmethod
    def ConnectToSource(port, *source):
        return _as_port(port).ConnectToSource(*source)

    @staticmethod
    def GetConnectedSources(port):
        return _as_port(port).GetConnectedSources()

    @staticmethod
    def HasConnectedSource(port):
        return _as_port(port).HasConnectedSource()

    @staticmethod
    def DisconnectSource(port, source=None):
        return _as_port(port).DisconnectSource(source)

    @staticmethod
    def ClearSources(port):
        return _as_port(port).ClearSources()


def _as_port(port):
    return port if isinstance(port, _Port) else Input(port) if Input.IsInput(port) else Output(port)


@_schemas.add_to("UsdShade", "Shader")
class _Shader(_Connectable):
    def GetShaderId(self):
        return self.GetIdAttr().Get()

    def SetShaderId(self, identifier):
        return bool(self.CreateIdAttr(identifier))

    def GetIdAttr(self):
        return self._prim.GetAttribute("info:id")

    def CreateIdAttr(self, defaultValue=None, writeSparsely=False):
        from strata._core.Sdf import VariabilityUniform
        attribute = self._prim.CreateAttribute("info:id", _types.Token, False, VariabilityUniform)
        if defaultValue is not None:
            attribute.Set(defaultValue)
        return attribute

    def GetImplementationSource(self):
        return self.GetImplementationSourceAttr().Get() or "id"

    def GetImplementationSourceAttr(self):
        return self._prim.GetAttribute("info:implementationSource")


@_schemas.add_to("UsdShade", "NodeGraph")
class _NodeGraph(_Connectable):
    def GetInterfaceInputs(self):
        return self.GetInputs()

    def ComputeOutputSource(self, outputName):
        """(the shader behind an output, the name of its output, the kind)"""
        output = self.GetOutput(outputName)
        for attribute in output.GetValueProducingAttributes(True) if output else []:
            kind, name = _kind_and_name(attribute.GetName())
            return __getattr__("Shader")(attribute.GetPrim()), name, kind  # noqa: F821
        return __getattr__("Shader")(), "", AttributeType.Invalid  # noqa: F821


@_schemas.add_to("UsdShade", "Material")
class _Material(_NodeGraph):
    def _terminal(self, terminal, render_context):
        return ("" if not render_context else render_context + ":") + terminal

    def _create(self, terminal, render_context):
        return self.CreateOutput(self._terminal(terminal, render_context), _types.Token)

    def _compute(self, terminal, contexts):
        contexts = [contexts] if isinstance(contexts, str) else list(contexts)
        for context in contexts + [""]:
            found = self.ComputeOutputSource(self._terminal(terminal, context))
            if found[0]:
                return found
        return __getattr__("Shader")(), "", AttributeType.Invalid  # noqa: F821


def _add_terminal(terminal):
    title = terminal[:1].upper() + terminal[1:]
    setattr(_Material, f"Create{title}Output",
            lambda self, renderContext="": self._create(terminal, renderContext))
    setattr(_Material, f"Get{title}Output",
            lambda self, renderContext="": self.GetOutput(self._terminal(terminal, renderContext)))
    setattr(_Material, f"Compute{title}Source",
            lambda self, renderContext="", contextVector=(): self._compute(terminal, renderContext or list(contextVector)))


for _terminal in ("surface", "displacement", "volume"):
    _add_terminal(_terminal)


def _binding_name(purpose):
    return "material:binding" + (":" + purpose if purpose else "")


@_schemas.add_to("UsdShade", "MaterialBindingAPI")
class _MaterialBindingAPI:
    def GetDirectBindingRel(self, materialPurpose=""):
        return self._prim.GetRelationship(_binding_name(materialPurpose))

    def GetCollectionBindingRel(self, bindingName, materialPurpose=""):
        purpose = ":" + materialPurpose if materialPurpose else ""
        return self._prim.GetRelationship(f"material:binding:collection{purpose}:{bindingName}")

    def Bind(self, *given, bindingStrength="fallbackStrength", materialPurpose="", bindingName=""):
        """Bind(material), or Bind(collection, material); then bindingStrength, materialPurpose."""
        given = list(given)
        collection = given.pop(0) if len(given) > 1 and isinstance(given[1], _schemas.SchemaBase) else None
        material = given.pop(0)
        if collection is not None and given:
            bindingName = given.pop(0)
        bindingStrength = given.pop(0) if given else bindingStrength
        materialPurpose = given.pop(0) if given else materialPurpose
        if materialPurpose == "allPurpose":
            materialPurpose = ""
        if collection is None:
            relationship = self._prim.CreateRelationship(_binding_name(materialPurpose), False)
            done = relationship.SetTargets([material.GetPath()])
        else:
            purpose = ":" + materialPurpose if materialPurpose else ""
            name = f"material:binding:collection{purpose}:{bindingName or collection.GetName()}"
            relationship = self._prim.CreateRelationship(name, False)
            path = collection.GetPath().AppendProperty("collection:" + collection.GetName())
            done = relationship.SetTargets([path, material.GetPath()])
        if bindingStrength != "fallbackStrength":
            self.SetMaterialBindingStrength(relationship, bindingStrength)
        return done

    def UnbindDirectBinding(self, materialPurpose=""):
        return self._prim.CreateRelationship(_binding_name(materialPurpose), False).SetTargets([])

    def UnbindAllBindings(self):
        names = [name for name in self._prim.GetAuthoredPropertyNames() if name.startswith("material:binding")]
        return all([self._prim.GetRelationship(name).SetTargets([]) for name in names])

    def GetDirectBinding(self, materialPurpose=""):
        return DirectBinding(self.GetDirectBindingRel(materialPurpose))

    def ComputeBoundMaterial(self, materialPurpose="", supportLegacyBindings=True):
        """(the material that holds for the prim, the relationship that says so)"""
        prim, relationship = _geom._BoundMaterial(self._prim, "" if materialPurpose == "allPurpose" else materialPurpose)
        return __getattr__("Material")(prim), relationship  # noqa: F821

    @staticmethod
    def ComputeBoundMaterials(prims, materialPurpose=""):
        found = [__getattr__("MaterialBindingAPI")(prim).ComputeBoundMaterial(materialPurpose) for prim in prims]  # noqa: F821
        return [material for material, _ in found], [relationship for _, relationship in found]

    @staticmethod
    def GetMaterialBindingStrength(bindingRel):
        return bindingRel.GetMetadata("bindMaterialAs") or "weakerThanDescendants"

    @staticmethod
    def SetMaterialBindingStrength(bindingRel, bindingStrength):
        if bindingStrength == "fallbackStrength":
            return bindingRel.SetMetadata("bindMaterialAs", "weakerThanDescendants")
        return bindingRel.SetMetadata("bindMaterialAs", bindingStrength)

    @staticmethod
    def GetMaterialPurposes():
        return ["", "preview", "full"]


class DirectBinding:
    """A relationship of a prim that binds it to one material."""

    def __init__(self, relationship):
        self._relationship = relationship

    def GetBindingRel(self):
        return self._relationship

    def GetMaterialPath(self):
        targets = self._relationship.GetForwardedTargets() if self._relationship else []
        from strata._core.Sdf import Path
        return targets[0] if len(targets) == 1 else Path()

    def GetMaterial(self):
        path = self.GetMaterialPath()
        material = __getattr__("Material")  # noqa: F821
        return material(self._relationship.GetStage().GetPrimAtPath(path)) if path else material()

    def GetMaterialPurpose(self):
        parts = self._relationship.GetName().split(":")
        return parts[2] if len(parts) > 2 else ""


_schemas.install("UsdShade", globals(), (
    "surface", "displacement", "volume", "preview", "full", "fallbackStrength", "strongerThanDescendants",
    "weakerThanDescendants", "materialBind", "interfaceOnly", "ConnectableAPI", "allPurpose=",
    "bindMaterialAs", "inputs=inputs:", "materialBinding=material:binding",
    "materialBindingCollection=material:binding:collection", "materialVariant", "outputs=outputs:",
    "sdrMetadata", "subIdentifier", "universalRenderContext=", "universalSourceType=",
))
ConnectableAPI = __getattr__("ConnectableAPI")  # noqa: F821
