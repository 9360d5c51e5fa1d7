"""The shader nodes that are known: what they take and give, and where they come from.   (Sdr)"""
import os as _os

from strata import _enums
from strata._core import Sdr as _core
from strata._core.Sdf import AssetPath as _AssetPath
from strata._core.Sdf import ValueTypeNames as _types
from strata._sdr_metadata import (  # noqa: F401
    MetadataHelpers, NodeContext, NodeDomain, NodeFieldKey, NodeMetadata, NodeRole, NodeSubdomain, PropertyMetadata, PropertyRole,
    PropertyTypes, ShaderNodeMetadata, ShaderPropertyMetadata)
from strata._sdr_query import ShaderNodeQuery, ShaderNodeQueryResult, ShaderNodeQueryUtils  # noqa: F401

_enums.make(globals(), "SdrVersionFilter", "VersionFilter", [
    ("VersionFilterDefaultOnly", "VersionFilterDefaultOnly", 0), ("VersionFilterAllVersions", "VersionFilterAllVersions", 1)])

VersionFilter.GetValueFromName = staticmethod(  # noqa: F821
    lambda name: next((one for one in VersionFilter.allValues if "Sdr" + one.name == name), None))  # noqa: F821


def _cannot_be_made(self):
    raise RuntimeError("This class cannot be instantiated from Python")


class Version:
    """A number of a node, with a lesser one."""

    def __init__(self, major=None, minor=0):
        self._default = False
        if isinstance(major, str):
            parts = major.split(".")
            if not 0 < len(parts) < 3 or not all(part.isdigit() for part in parts):
                from strata.Tf import RaiseRuntimeError
                RaiseRuntimeError(f"'{major}' is no version")
            major, minor = int(parts[0]), int(parts[1]) if len(parts) > 1 else 0
        if major is not None and (major < 0 or minor < 0 or major == minor == 0):
            from strata.Tf import RaiseRuntimeError
            RaiseRuntimeError(f"{major}.{minor} is no version")
        self._numbers = (0, 0) if major is None else (major, minor)

    def GetMajor(self):
        return self._numbers[0]

    def GetMinor(self):
        return self._numbers[1]

    def IsDefault(self):
        return self._default

    def GetAsDefault(self):
        made = Version()
        made._numbers, made._default = self._numbers, True
        return made

    def GetStringSuffix(self):
        """What names of nodes of the version end in."""
        return "" if self._default else "_" + str(self)

    def __bool__(self):
        return self._numbers != (0, 0)

    def __eq__(self, other):
        return isinstance(other, Version) and self._numbers == other._numbers

    def __lt__(self, other):
        return self._numbers < other._numbers

    def __hash__(self):
        return hash(self._numbers)

    def __str__(self):
        if not self:
            return "<invalid version>"
        return f"{self._numbers[0]}.{self._numbers[1]}" if self._numbers[1] else str(self._numbers[0])

    def __repr__(self):
        numbers = ", ".join(str(one) for one in self._numbers) if self else ""
        return f"Sdr.Version({numbers})" + (".GetAsDefault()" if self._default else "")


# -- properties ----------------------------------------------------------------------------------------------------------

_SDR_TYPES = {"bool": "int", "color3f": "color", "color3d": "color", "color3h": "color", "color4f": "color4", "color4d": "color4",
              "normal3f": "normal", "point3f": "point", "vector3f": "vector", "matrix4d": "matrix", "token": "string",
              "asset": "string", "string": "string", "int": "int", "float": "float", "double": "float"}


def _sdr_type(name):
    """(type, array size) that a registry has for a type of scene description."""
    plain = name.rstrip("[]")
    if plain in _SDR_TYPES:
        return _SDR_TYPES[plain], 0
    base, size = plain[:-1], plain[-1:]
    if size in ("2", "3", "4") and base in ("int", "float", "double", "half"):
        return ("int" if base == "int" else "float"), int(size)
    return "unknown", 0


class SdfTypeIndicator:
    """The type of scene description that a type of a registry means."""

    __init__ = _cannot_be_made

    def GetSdfType(self):
        return self._sdf

    def GetSdrType(self):
        return self._sdr

    def HasSdfType(self):
        return self._has


class ShaderProperty:
    """An input or output of a node."""

    __init__ = _cannot_be_made

    @classmethod
    def _new(cls, name, type_name, value, is_output, metadata, options=()):
        made = cls.__new__(cls)
        made._name, made._type_name, made._value, made._is_output = name, type_name, value, is_output
        made._type, made._array_size = _sdr_type(type_name)
        made._options = [(one, "") if isinstance(one, str) else one for one in options]
        made._metadata = {"sdrUsdDefinitionType": type_name, **metadata}
        if metadata.get("renderType") == "terminal" or is_output and type_name == "token":
            made._type = "terminal"
        return made

    def _said(self, key, empty=""):
        return self._metadata.get(key, empty)

    def GetName(self):
        return self._name

    def GetType(self):
        return self._type

    def GetTypeAsSdfType(self):
        made = SdfTypeIndicator.__new__(SdfTypeIndicator)
        made._sdf, made._sdr = _types.Find(self._type_name), self._type
        made._has = bool(made._sdf)
        return made

    def GetDefaultValue(self):
        if isinstance(self._value, bool):
            return int(self._value)
        return self._value

    def GetDefaultValueAsSdfType(self):
        return self._value

    def GetArraySize(self):
        return self._array_size

    def IsArray(self):
        return self._array_size > 0 or self.IsDynamicArray()

    def IsDynamicArray(self):
        return self._type_name.endswith("[]") or self._said("isDynamicArray") == "1"

    def GetTupleSize(self):
        return int(self._said("tupleSize", "0"))

    def IsOutput(self):
        return self._is_output

    def IsConnectable(self):
        return self._is_output or self._said("connectable", "1") not in ("0", "False", "false")

    def IsAssetIdentifier(self):
        return "__SDR__isAssetIdentifier" in self._metadata

    def IsDefaultInput(self):
        return "__SDR__defaultinput" in self._metadata

    def IsVStruct(self):
        return self._type == "vstruct"

    def IsVStructMember(self):
        return "vstructMemberOf" in self._metadata

    def GetVStructMemberOf(self):
        return self._said("vstructMemberOf")

    def GetVStructMemberName(self):
        return self._said("vstructMemberName")

    def GetVStructConditionalExpr(self):
        return self._said("vstructConditionalExpr")

    def GetLabel(self):
        return self._said("label")

    def GetHelp(self):
        return self._said("help")

    def GetPage(self):
        return self._said("page")

    def GetShownIf(self):
        return self._said("shownIf")

    def GetWidget(self):
        return self._said("widget", "default")

    def GetHints(self):
        return {}

    def GetOptions(self):
        return list(self._options)

    def GetImplementationName(self):
        return self._said("__SDR__implementationName", self._name)

    def GetValidConnectionTypes(self):
        return [one for one in self._said("validConnectionTypes").split("|") if one]

    def GetMetadata(self):
        return dict(self._metadata)

    def GetMetadataObject(self):
        return ShaderPropertyMetadata._new(self._metadata, widget=self.GetWidget())

    def GetInfoString(self):
        return f"{self._name} (type: '{self._type}'); {'output' if self._is_output else 'input'}"

    def CanConnectTo(self, other):
        """Whether values can go from one to the other: an input and an output of types that fit."""
        if self._is_output == other._is_output:
            return False
        source, taker = (self, other) if self._is_output else (other, self)
        if source._type == taker._type and source._array_size == taker._array_size:
            return True
        triples = ("color", "normal", "point", "vector")

        def is_triple(one):
            return one._type in triples or one._type == "float" and one._array_size == 3

        return is_triple(source) and is_triple(taker)

    def __repr__(self):
        return self.GetInfoString()


# -- nodes ---------------------------------------------------------------------------------------------------------------


class ShaderNode:
    """A node: its names, its properties and what is said of it."""

    __init__ = _cannot_be_made

    @classmethod
    def _new(cls, identifier, source_type, context, family, role, inputs, outputs, **more):
        made = cls.__new__(cls)
        made._identifier, made._source_type, made._context, made._family = identifier, source_type, context, family
        name, _, last = identifier.rpartition("_")
        has_version = bool(name) and last.isdigit() and family == name
        made._name = name if has_version else identifier
        made._version = Version(int(last)).GetAsDefault() if has_version else Version().GetAsDefault()
        made._function = family
        made._inputs = {one._name: one for one in inputs}
        made._outputs = {one._name: one for one in outputs}
        made._definition, made._implementation = more.get("definition", ""), more.get("implementation", "")
        made._source_code = more.get("source_code", "")
        metadata = {"context": context, "domain": "rendering", "sdrUsdEncodingVersion": "-1"}
        if role and role != made._name and role != identifier:
            metadata["role"] = role
        if source_type == "USD":
            metadata.update(subdomain="lighting", help="Fallback shader node generated from the USD  schema")
        metadata.update(more.get("metadata", {}))
        made._metadata = {key: value for key, value in metadata.items() if value}
        return made

    def _said(self, key, empty=""):
        return self._metadata.get(key, empty)

    def _list(self, key):
        return [one for one in self._said(key).split("|") if one]

    def IsValid(self):
        return True

    def GetIdentifier(self):
        return self._identifier

    def GetName(self):
        return self._name

    def GetFamily(self):
        return self._family

    def GetFunction(self):
        return self._function

    def GetShaderVersion(self):
        return self._version

    def GetContext(self):
        return self._context

    def GetSourceType(self):
        return self._source_type

    GetShadingSystem = GetSourceType

    def GetResolvedDefinitionURI(self):
        return self._definition

    def GetResolvedImplementationURI(self):
        return self._implementation

    def GetSourceCode(self):
        return self._source_code

    def GetMetadata(self):
        return dict(self._metadata)

    def GetMetadataObject(self):
        return ShaderNodeMetadata._new(self._metadata)

    def GetInfoString(self):
        return (f"{self._identifier} (context: '{self._context}', version: '{self._version}', function: '{self._function}'); "
                f"definition URI: '{self._definition}'; implementation URI: '{self._implementation}'")

    def __repr__(self):
        return self.GetInfoString()

    def GetShaderInputNames(self):
        return list(self._inputs)

    def GetShaderOutputNames(self):
        return list(self._outputs)

    def GetShaderInput(self, inputName):
        return self._inputs.get(inputName)

    def GetShaderOutput(self, outputName):
        return self._outputs.get(outputName)

    def GetDefaultInput(self):
        return next((one for one in self._inputs.values() if one.IsDefaultInput()), None)

    def GetAssetIdentifierInputNames(self):
        return [name for name, one in self._inputs.items() if one.IsAssetIdentifier()]

    def GetAllVstructNames(self):
        return sorted({one.GetVStructMemberOf() for one in self._inputs.values() if one.IsVStructMember()})

    def GetAdditionalPrimvarProperties(self):
        return [one[1:] for one in self._list("primvars") if one.startswith("$")]

    def GetPrimvars(self):
        return [one for one in self._list("primvars") if not one.startswith("$")]

    def GetLabel(self):
        return self._said("label")

    def GetCategory(self):
        return self._said("category")

    def GetHelp(self):
        return self._said("help")

    def GetRole(self):
        return self._said("role", self._name)

    def GetDomain(self):
        return self._said("domain")

    def GetSubdomain(self):
        return self._said("subdomain")

    def GetDepartments(self):
        return self._list("departments")

    def GetImplementationName(self):
        return self._said("__SDR__implementationName", self._name)

    def GetPages(self):
        pages = dict.fromkeys(one.GetPage() for one in list(self._inputs.values()) + list(self._outputs.values()))
        return list(pages)

    def GetOpenPages(self):
        return self._list("openPages")

    def GetPagesShownIf(self):
        return {}

    def GetPropertyNamesForPage(self, pageName):
        return [one._name for one in list(self._inputs.values()) + list(self._outputs.values()) if one.GetPage() == pageName]

    def GetDataForKey(self, key):
        """What a query compares: fields by the names of NodeFieldKey, else metadata; None where there is nothing."""
        fields = {NodeFieldKey.Identifier: self._identifier, NodeFieldKey.Name: self._name, NodeFieldKey.Family: self._family,
                  NodeFieldKey.Function: self._function, NodeFieldKey.SourceType: self._source_type,
                  NodeFieldKey.ShadingSystem: self._source_type}
        if key in fields:
            return fields[key]
        return self.GetMetadataObject().GetItemValue(key)


class ShaderNodeList(list):
    """Nodes."""

    def append(self, item):
        if not isinstance(item, ShaderNode):
            raise TypeError("Attempting to append an invalid type")
        super().append(item)

    def extend(self, items):
        for item in items:
            self.append(item)

    __repr__ = object.__repr__
    __hash__ = None


# -- finding -------------------------------------------------------------------------------------------------------------


class DiscoveryUri:
    """Where a file was found, as it is named and as it is resolved."""

    uri = resolvedUri = ""

    def __init__(self, other=None):
        self.uri, self.resolvedUri = (other.uri, other.resolvedUri) if other is not None else ("", "")


class NodeDiscoveryResult:
    """A node that was found, before it is read."""

    _NAMES = ("identifier", "version", "name", "function", "discoveryType", "shadingSystem", "uri", "resolvedUri", "sourceCode",
              "metadata", "blindData", "subIdentifier", "family")

    def __init__(self, identifier, version, name, function, discoveryType, shadingSystem, uri, resolvedUri, sourceCode="",
                 metadata=None, blindData="", subIdentifier="", family=""):
        given = (identifier, version, name, function, discoveryType, shadingSystem, uri, resolvedUri, sourceCode, metadata or {},
                 blindData, subIdentifier, family or function)
        for key, value in zip(self._NAMES, given):
            self.__dict__["_" + key] = value

    sourceType = property(lambda self: self._shadingSystem)


for _name in NodeDiscoveryResult._NAMES:
    setattr(NodeDiscoveryResult, _name, property(lambda self, name=_name: self.__dict__["_" + name]))


class _Weak:
    __init__ = _cannot_be_made
    expired = property(lambda self: False)


class DiscoveryPluginContext(_Weak):
    """What a plugin that finds nodes may ask."""

    def GetSourceType(self, discoveryType):
        return discoveryType

    GetShadingSystem = GetSourceType


class DiscoveryPlugin(_Weak):
    """What finds nodes."""

    def DiscoverShaderNodes(self, context):
        return []

    def GetSearchURIs(self):
        return []


def FsHelpersSplitShaderIdentifier(identifier):
    """(family, name, version) of "family_name_1_2"; None where the version is none."""
    parts = identifier.split("_")
    if not parts[0]:
        return None
    numbers = 0
    while numbers < len(parts) - 1 and numbers < 2 and parts[-1 - numbers].isdigit():
        numbers += 1
    version = Version(*[int(one) for one in parts[len(parts) - numbers:]]) if numbers else Version()
    name = "_".join(parts[:len(parts) - numbers])
    return parts[0], name, version


def FsHelpersDiscoverFiles(searchPaths, allowedExtensions, followSymlinks=True):
    """Files of folders and below, by their endings."""
    found = []
    for path in searchPaths:
        for folder, _, names in sorted(_os.walk(path, followlinks=followSymlinks)):
            for name in sorted(names):
                if name.rpartition(".")[2].lower() in [one.lower() for one in allowedExtensions]:
                    one = DiscoveryUri()
                    one.uri = one.resolvedUri = _os.path.join(folder, name)
                    found.append(one)
    return found


def FsHelpersDiscoverShaderNodes(searchPaths, allowedExtensions, followSymlinks=True, context=None):
    found = []
    for one in FsHelpersDiscoverFiles(searchPaths, allowedExtensions, followSymlinks):
        identifier, _, extension = _os.path.basename(one.uri).rpartition(".")
        split = FsHelpersSplitShaderIdentifier(identifier)
        if split is None:
            continue
        family, name, version = split
        kind = context.GetSourceType(extension) if context is not None else ""
        found.append(NodeDiscoveryResult(identifier, version, name, family, extension.lower(), kind, one.uri, one.resolvedUri,
                                         family=family))
    return found


def _properties(given, is_output):
    out = []
    for name, type_name, value, is_connectable, options in given:
        metadata = {} if is_output else {"connectable": "1" if is_connectable else "0"}
        if type_name == "asset":
            metadata["__SDR__isAssetIdentifier"] = "1"
        out.append(ShaderProperty._new(name, type_name, value, is_output, metadata, options))
    return out


def properties_of(connectable):
    """The properties that a shader prim defines, by its inputs and outputs."""
    out = []
    for ports, is_output in ((connectable.GetInputs(False), False), (connectable.GetOutputs(False), True)):
        for port in ports:
            attribute = port.GetAttr()
            metadata = dict(attribute.GetMetadata("sdrMetadata") or {})
            if port.GetRenderType():
                metadata["renderType"] = port.GetRenderType()
            type_name = str(attribute.GetTypeName())
            if type_name == "asset":
                metadata.setdefault("__SDR__isAssetIdentifier", "1")
            if not is_output:
                metadata.setdefault("connectable", "0" if port.GetConnectability() == "interfaceOnly" else "1")
            options = attribute.GetMetadata("allowedTokens") or ()
            out.append(ShaderProperty._new(port.GetBaseName(), type_name, attribute.Get(), is_output, metadata, list(options)))
    return out


class Registry:
    """All nodes. There is one in a program."""

    _nodes, _extra, _from_assets = None, [], {}

    expired = property(lambda self: False)

    def __bool__(self):
        return True

    def __eq__(self, other):
        return isinstance(other, Registry)

    def __hash__(self):
        return hash(Registry)

    @staticmethod
    def _all():
        if Registry._nodes is None:
            Registry._nodes = [ShaderNode._new(*fields, _properties(inputs, False), _properties(outputs, True))
                               for *fields, inputs, outputs in _core._Nodes()]
        return Registry._nodes + Registry._extra

    @staticmethod
    def _select(matches, priority=()):
        found = [one for one in Registry._all() if matches(one)]
        for wanted in priority:
            typed = [one for one in found if one._source_type == wanted]
            if typed:
                return typed
        return [] if priority else found

    def GetAllShaderNodeSourceTypes(self):
        return sorted({one._source_type for one in self._all()})

    def GetAllShaderNodes(self):
        found = ShaderNodeList()
        found.extend(self._all())
        return found

    def ParseAll(self):
        """Nothing is left to read."""

    def GetSearchURIs(self):
        return []

    def SetExtraDiscoveryPlugins(self, plugins):
        for plugin in plugins:
            for result in plugin.DiscoverShaderNodes(DiscoveryPluginContext.__new__(DiscoveryPluginContext)):
                self.AddDiscoveryResult(result)

    def SetExtraParserPlugins(self, pluginTypes):
        """Nodes are read by the parser of shader prims alone."""

    def AddDiscoveryResult(self, discoveryResult):
        """Reads a node that was found in a file of scene description."""
        node = self._read(discoveryResult.resolvedUri or discoveryResult.uri, discoveryResult.subIdentifier,
                          discoveryResult.identifier, discoveryResult.shadingSystem, discoveryResult.metadata)
        if node is not None:
            Registry._extra.append(node)

    def _read(self, path, sub_identifier, identifier, source_type, metadata):
        from strata._core.Usd import Stage
        from strata import UsdShade
        if not path.rpartition(".")[2] in ("usd", "usda", "usdc") or not _os.path.exists(path):
            return None
        stage = Stage.Open(path)
        for prim in stage.GetPseudoRoot().GetAllChildren():
            shader = UsdShade.Shader(prim)
            if not shader or sub_identifier and prim.GetName() != sub_identifier:
                continue
            properties = properties_of(shader.ConnectableAPI())
            said = {**shader.GetSdrMetadata(), **(metadata or {})}
            return ShaderNode._new(
                identifier or prim.GetName(), source_type, said.get("context", ""), said.get("family", ""), said.get("role", ""),
                [one for one in properties if not one.IsOutput()], [one for one in properties if one.IsOutput()],
                definition=path, implementation=path, metadata=said)
        return None

    def GetShaderNodeFromAsset(self, shaderAsset, metadata=None, subIdentifier="", sourceType=""):
        path = shaderAsset.resolvedPath or shaderAsset.path if isinstance(shaderAsset, _AssetPath) else shaderAsset
        key = path, subIdentifier, sourceType, tuple(sorted((metadata or {}).items()))
        if key not in self._from_assets:
            self._from_assets[key] = self._read(_os.path.abspath(path), subIdentifier, "", sourceType, metadata)
        return self._from_assets[key]

    def GetShaderNodeFromSourceCode(self, sourceCode, sourceType, metadata=None):
        """None: no language of shaders is read here."""
        return None

    def GetShaderNodeIdentifiers(self, function="", filter=VersionFilterDefaultOnly):  # noqa: F821
        return sorted({one._identifier for one in self._select(lambda one: not function or one._function == function)})

    def GetShaderNodeNames(self, function=""):
        return sorted({one._name for one in self._select(lambda one: not function or one._function == function)})

    def GetShaderNodeByIdentifier(self, identifier, typePriority=()):
        return next(iter(self._select(lambda one: one._identifier == identifier, typePriority)), None)

    def GetShaderNodeByIdentifierAndType(self, identifier, nodeType):
        return self.GetShaderNodeByIdentifier(identifier, [nodeType])

    def GetShaderNodeByIdentifierAndSystem(self, identifier, shadingSystem):
        return self.GetShaderNodeByIdentifier(identifier, [shadingSystem])

    def GetShaderNodesByIdentifier(self, identifier):
        return self._select(lambda one: one._identifier == identifier)

    def GetShaderNodeByName(self, name, typePriority=(), filter=VersionFilterDefaultOnly):  # noqa: F821
        return next(iter(self._select(lambda one: one._name == name, typePriority)), None)

    def GetShaderNodeByNameAndType(self, name, nodeType, filter=VersionFilterDefaultOnly):  # noqa: F821
        return self.GetShaderNodeByName(name, [nodeType])

    def GetShaderNodeByNameAndSystem(self, name, shadingSystem, filter=VersionFilterDefaultOnly):  # noqa: F821
        return self.GetShaderNodeByName(name, [shadingSystem])

    def GetShaderNodesByName(self, name, filter=VersionFilterDefaultOnly):  # noqa: F821
        return self._select(lambda one: one._name == name)

    def GetShaderNodesByFamily(self, family="", filter=VersionFilterDefaultOnly):  # noqa: F821
        return self._select(lambda one: not family or one._family == family)

    def GetShaderNodesByFunction(self, function="", filter=VersionFilterDefaultOnly):  # noqa: F821
        return self._select(lambda one: not function or one._function == function)

    def RunQuery(self, query):
        return query._run(self._all())


def _find_for_prim(view, source_type):
    """The node that a shader prim names; None where there is none."""
    registry = Registry()
    kind = view.GetImplementationSource()
    if kind == "id":
        identifier = view.GetShaderId()
        return registry.GetShaderNodeByIdentifierAndType(identifier, source_type) if identifier else None
    if kind == "sourceAsset":
        asset = view.GetSourceAsset(source_type)
        metadata = view.GetSdrMetadata() if hasattr(view, "GetSdrMetadata") else {}
        return registry.GetShaderNodeFromAsset(asset, metadata, view.GetSourceAssetSubIdentifier(source_type) or "",
                                               source_type) if asset else None
    code = view.GetSourceCode(source_type)
    return registry.GetShaderNodeFromSourceCode(code, source_type) if code else None
