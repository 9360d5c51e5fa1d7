"""Inputs and outputs of shading prims, and what they are connected to.   (UsdShade)"""
from strata import _enums, _schemas
from strata._core import Usd as _Usd
from strata._core import UsdShade as _core
from strata._core.Sdf import Path, ValueTypeNames
from strata.Tf import RaiseCodingError, Type

_DEFAULT = _Usd.TimeCode.Default()
_scope = {"__name__": "strata.UsdShade"}
AttributeType = _enums.make_int(_scope, "AttributeType", ("Invalid", "Input", "Output"))
ConnectionModification = _enums.make_int(_scope, "ConnectionModification", ("Replace", "Prepend", "Append"))
_PREFIXES = {AttributeType.Invalid: "", AttributeType.Input: "inputs:", AttributeType.Output: "outputs:"}


def kind_and_name(name):
    for kind in (AttributeType.Input, AttributeType.Output):
        if name.startswith(_PREFIXES[kind]):
            return kind, name[len(_PREFIXES[kind]):]
    return AttributeType.Invalid, name


def full_name(name, kind):
    return _PREFIXES[kind] + name


def connectable(prim=None):
    return _schemas.find("UsdShade", "ConnectableAPI")(prim)


class ConnectionSourceInfo:
    """One end of a connection: the prim, and the name and kind of its attribute.

    Made of a port, of (a connectable, a name, a kind[, a type]), or of (a stage, a path).
    """

    source = sourceName = sourceType = typeName = None  # each object has its own

    def __init__(self, source=None, sourceName="", sourceType=AttributeType.Invalid, typeName=None):
        if isinstance(source, Port):
            attribute = source.GetAttr()
            sourceType, sourceName = kind_and_name(attribute.GetName())
            typeName, source = attribute.GetTypeName(), attribute.GetPrim()
        elif isinstance(source, _Usd.Stage):
            path = Path(sourceName) if isinstance(sourceName, str) else sourceName
            attribute = source.GetAttributeAtPath(path) if path.IsPropertyPath() else None
            sourceType, sourceName = kind_and_name(path.name) if path.IsPropertyPath() else (AttributeType.Invalid, "")
            typeName = attribute.GetTypeName() if attribute else None
            source = source.GetPrimAtPath(path.GetPrimPath())
        elif source is not None and not isinstance(source, _schemas.SchemaBase):
            raise TypeError(f"no source of a connection: {source!r}")
        self.source = connectable(source)
        self.sourceName, self.sourceType = sourceName, sourceType
        self.typeName = typeName if typeName is not None else ValueTypeNames.Find("")

    def IsValid(self):
        return self.sourceType != AttributeType.Invalid and bool(self.sourceName) and bool(self.source.GetPrim())

    __bool__ = IsValid

    def __eq__(self, other):
        return isinstance(other, ConnectionSourceInfo) and (
            (self.source, self.sourceName, self.sourceType) == (other.source, other.sourceName, other.sourceType))

    __hash__ = None

    def __repr__(self):
        return (f"UsdShade.UsdShadeConnectionSourceInfo({self.source.GetPrim()!r}, {self.sourceName}, "
                f"{_PREFIXES[self.sourceType]}, {self.typeName})")


ConnectionSourceInfo.__module__ = "strata.UsdShade"


def _known(type_name):
    """A type, where it is one."""
    return type_name if type_name is not None and type_name != ValueTypeNames.Find("") else None


class SdrMetadata:
    """What an object tells a registry of shaders: texts by key."""

    def _sdr_owner(self):
        raise NotImplementedError

    def GetSdrMetadata(self):
        return dict(self._sdr_owner().GetMetadata("sdrMetadata") or {})

    def GetSdrMetadataByKey(self, key):
        return self._sdr_owner().GetMetadataByDictKey("sdrMetadata", key) or ""

    def HasSdrMetadata(self):
        return self._sdr_owner().HasAuthoredMetadata("sdrMetadata")

    def HasSdrMetadataByKey(self, key):
        return self._sdr_owner().HasAuthoredMetadataDictKey("sdrMetadata", key)

    def SetSdrMetadata(self, sdrMetadata):
        for key, value in sdrMetadata.items():
            self.SetSdrMetadataByKey(key, value)

    def SetSdrMetadataByKey(self, key, value):
        if not isinstance(value, str):
            raise TypeError("what a registry of shaders is told is text")
        self._sdr_owner().SetMetadataByDictKey("sdrMetadata", key, value)

    def ClearSdrMetadata(self):
        self._sdr_owner().ClearMetadata("sdrMetadata")

    def ClearSdrMetadataByKey(self, key):
        self._sdr_owner().ClearMetadataByDictKey("sdrMetadata", key)


class Port(SdrMetadata):
    """What inputs and outputs have in common: an attribute under a prefix."""

    _kind = AttributeType.Invalid

    def __init__(self, attr=None):
        if attr is not None and not isinstance(attr, _Usd.Attribute):
            raise TypeError(f"{attr!r} is no attribute")
        self._attribute = attr if attr is not None else _Usd.Attribute()

    def _sdr_owner(self):
        return self._attribute

    def GetAttr(self):
        return self._attribute

    def GetPrim(self):
        return self._attribute.GetPrim()

    def GetFullName(self):
        return self._attribute.GetName() if self._attribute else ""

    def GetBaseName(self):
        name, prefix = self.GetFullName(), _PREFIXES[self._kind]
        return name[len(prefix):] if name.startswith(prefix) else name

    def GetTypeName(self):
        return self._attribute.GetTypeName()

    def Set(self, value, time=_DEFAULT):
        return self._attribute.Set(value, time)

    def GetRenderType(self):
        return self._attribute.GetMetadata("renderType") or ""

    def SetRenderType(self, renderType):
        return self._attribute.SetMetadata("renderType", renderType)

    def HasRenderType(self):
        return self._attribute.HasAuthoredMetadata("renderType")

    def CanConnect(self, source):
        return bool(self) and bool(source) and _core._CanConnect(self._attribute, source)

    def ConnectToSource(self, source, *more, **named):
        """To a port, a path, (a source info[, how]) or (a connectable, a name[, a kind[, a type]])."""
        how = ConnectionModification.Replace
        if isinstance(source, ConnectionSourceInfo):
            how = named.pop("mod", more[0] if more else how)
        path = self._path_of(source, *(() if isinstance(source, ConnectionSourceInfo) else more), **named)
        if how == ConnectionModification.Replace:
            return self._attribute.SetConnections([path])
        position = _Usd.ListPositionFrontOfPrependList if how == ConnectionModification.Prepend else (
            _Usd.ListPositionBackOfAppendList)
        return self._attribute.AddConnection(path, position)

    def _path_of(self, source, sourceName=None, sourceType=AttributeType.Output, typeName=None):
        if isinstance(source, Port):
            return source.GetAttr().GetPath()
        if isinstance(source, (str, Path)):
            path = Path(source) if isinstance(source, str) else source
            info = ConnectionSourceInfo(self._attribute.GetStage(), path)
            if not info:
                RaiseCodingError(f"<{path}> is no input or output of a prim that is there")
            source = info
        if isinstance(source, _schemas.SchemaBase) and sourceName is not None:
            source = ConnectionSourceInfo(source, sourceName, sourceType, typeName)
        if not isinstance(source, ConnectionSourceInfo):
            raise TypeError(f"{source!r} is no source of a connection")
        if not source:
            RaiseCodingError(f"an invalid source to connect <{self._attribute.GetPath()}> to")
        prim, name = source.source.GetPrim(), full_name(source.sourceName, source.sourceType)
        if not prim.HasAttribute(name):
            prim.CreateAttribute(name, _known(source.typeName) or self.GetTypeName(), False)
        return prim.GetPath().AppendProperty(name)

    def SetConnectedSources(self, sources):
        if not isinstance(sources, (list, tuple)) or not all(isinstance(one, ConnectionSourceInfo) for one in sources):
            raise TypeError("SetConnectedSources takes a list of ConnectionSourceInfo")
        return self._attribute.SetConnections([self._path_of(source) for source in sources])

    def DisconnectSource(self, sourceAttr=None):
        if not sourceAttr:
            return self._attribute.SetConnections([])
        return self._attribute.RemoveConnection(sourceAttr.GetPath())

    def ClearSources(self):
        return self._attribute.ClearConnections()

    def ClearSource(self):
        return self._attribute.ClearConnections()

    def HasConnectedSource(self):
        return bool(self.GetConnectedSources()[0])

    def IsSourceConnectionFromBaseMaterial(self):
        return _core._IsConnectionFromBaseMaterial(self._attribute)

    def GetRawConnectedSourcePaths(self):
        return self._attribute.GetConnections()

    def GetConnectedSources(self):
        """(the sources that are there, the paths of those that are not)"""
        stage = self._attribute.GetStage()
        found, missing = _core._ConnectedSources(self._attribute)
        return [ConnectionSourceInfo(stage, path) for path in found], missing

    def GetConnectedSource(self):
        found, _ = self.GetConnectedSources()
        return (found[0].source, found[0].sourceName, found[0].sourceType) if found else None

    def GetValueProducingAttributes(self, shaderOutputsOnly=False):
        """The attributes at the far ends of the connections: outputs of shaders, and values where those end."""
        return _core._ValueProducingAttributes(self._attribute, shaderOutputsOnly)

    def __bool__(self):
        return bool(self._attribute) and self._attribute.GetName().startswith(_PREFIXES[self._kind])

    def __eq__(self, other):
        return type(self) is type(other) and self._attribute == other._attribute

    def __hash__(self):
        return hash(self._attribute)


class Input(Port):
    """What a shading prim takes."""

    _kind = AttributeType.Input

    @staticmethod
    def IsInput(attribute):
        return bool(attribute) and attribute.GetName().startswith("inputs:")

    @staticmethod
    def IsInterfaceInputName(name):
        return name.startswith("inputs:")

    def Get(self, time=_DEFAULT):
        return self._attribute.Get(time)

    def GetValueProducingAttribute(self):
        """(the first attribute that gives the value, its kind)"""
        for attribute in self.GetValueProducingAttributes():
            return attribute, kind_and_name(attribute.GetName())[0]
        return _Usd.Attribute(), AttributeType.Invalid

    def GetConnectability(self):
        return self._attribute.GetMetadata("connectability") or "full"

    def SetConnectability(self, connectability):
        return self._attribute.SetMetadata("connectability", connectability)

    def ClearConnectability(self):
        return self._attribute.ClearMetadata("connectability")

    def GetDocumentation(self):
        return self._attribute.GetDocumentation()

    def SetDocumentation(self, documentation):
        return self._attribute.SetDocumentation(documentation)

    def GetDisplayGroup(self):
        return self._attribute.GetDisplayGroup()

    def SetDisplayGroup(self, displayGroup):
        return self._attribute.SetDisplayGroup(displayGroup)


class Output(Port):
    """What a shading prim gives."""

    _kind = AttributeType.Output

    @staticmethod
    def IsOutput(attribute):
        return bool(attribute) and attribute.GetName().startswith("outputs:")


for _one in (Input, Output):
    _one.__module__ = "strata.UsdShade"


class Connectable:
    """What schemas of prims with inputs and outputs have in common."""

    def _ports(self, kind, only_authored):
        names = self._prim.GetAuthoredPropertyNames() if only_authored else self._prim.GetPropertyNames()
        prefix = _PREFIXES[kind._kind]
        ports = (kind(self._prim.GetAttribute(name)) for name in names if name.startswith(prefix))
        return [port for port in ports if port]

    def _create_port(self, kind, name, type_name):
        name = full_name(name, kind._kind)
        return kind(self._prim.GetAttribute(name) or self._prim.CreateAttribute(name, type_name, False))

    def CreateInput(self, name, type):
        return self._create_port(Input, name, type)

    def CreateOutput(self, name, type):
        return self._create_port(Output, name, type)

    def GetInput(self, name):
        return Input(self._prim.GetAttribute("inputs:" + name))

    def GetOutput(self, name):
        return Output(self._prim.GetAttribute("outputs:" + name))

    def GetInputs(self, onlyAuthored=True):
        return self._ports(Input, onlyAuthored)

    def GetOutputs(self, onlyAuthored=True):
        return self._ports(Output, onlyAuthored)

    def ConnectableAPI(self):
        return connectable(self._prim)


def _as_port(port):
    if isinstance(port, Port):
        return port
    if not isinstance(port, _Usd.Attribute):
        raise TypeError(f"{port!r} is no input, output or attribute")
    return Input(port) if Input.IsInput(port) else Output(port)


@_schemas.add_to("UsdShade", "ConnectableAPI")
class ConnectableAPI(Connectable):
    def _is_compatible(self):
        return _core._IsConnectable(self._prim)

    def IsContainer(self):
        return bool(self._prim) and _core._IsContainer(self._prim)

    def RequiresEncapsulation(self):
        return bool(self._prim) and _core._RequiresEncapsulation(self._prim)

    @staticmethod
    def HasConnectableAPI(schemaType):
        cls = schemaType.pythonClass if isinstance(schemaType, Type) else schemaType
        identifier = getattr(cls, "_schemaIdentifier", "")
        if not identifier:
            return False
        definition = _Usd._FindDefinition(identifier)
        applied = [one.partition(":")[0] for one in definition.GetAppliedAPISchemas()] if definition else []
        return any(_core._MakesConnectable(one) for one in [identifier] + applied)

    @staticmethod
    def CanConnect(port, source=None):
        return _as_port(port).CanConnect(source)

    @staticmethod
    def ConnectToSource(shadingAttr, *source, **named):
        return _as_port(shadingAttr).ConnectToSource(*source, **named)

    @staticmethod
    def SetConnectedSources(shadingAttr, sources):
        return _as_port(shadingAttr).SetConnectedSources(sources)

    @staticmethod
    def GetConnectedSources(shadingAttr):
        return _as_port(shadingAttr).GetConnectedSources()

    @staticmethod
    def GetConnectedSource(shadingAttr):
        return _as_port(shadingAttr).GetConnectedSource()

    @staticmethod
    def GetRawConnectedSourcePaths(shadingAttr):
        return _as_port(shadingAttr).GetRawConnectedSourcePaths()

    @staticmethod
    def HasConnectedSource(shadingAttr):
        return _as_port(shadingAttr).HasConnectedSource()

    @staticmethod
    def IsSourceConnectionFromBaseMaterial(shadingAttr):
        return _as_port(shadingAttr).IsSourceConnectionFromBaseMaterial()

    @staticmethod
    def DisconnectSource(shadingAttr, sourceAttr=None):
        return _as_port(shadingAttr).DisconnectSource(sourceAttr)

    @staticmethod
    def ClearSources(shadingAttr):
        return _as_port(shadingAttr).ClearSources()

    @staticmethod
    def ClearSource(shadingAttr):
        return _as_port(shadingAttr).ClearSource()


class Utils:
    """Names of inputs and outputs, and where values come from."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    @staticmethod
    def GetBaseNameAndType(fullName):
        kind, name = kind_and_name(fullName)
        return name, kind

    @staticmethod
    def GetType(fullName):
        return kind_and_name(fullName)[0]

    GetFullName = staticmethod(full_name)

    @staticmethod
    def GetPrefixForAttributeType(sourceType):
        return _PREFIXES[sourceType]

    @staticmethod
    def GetConnectedSourcePath(connectionSourceInfo):
        info = connectionSourceInfo
        return info.source.GetPath().AppendProperty(full_name(info.sourceName, info.sourceType)) if info else Path()

    @staticmethod
    def GetValueProducingAttributes(port, shaderOutputsOnly=False):
        return port.GetValueProducingAttributes(shaderOutputsOnly)


Utils.__module__ = "strata.UsdShade"
