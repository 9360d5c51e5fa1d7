"""Makes the classes of schemas (UsdGeom.Mesh, UsdLux.LightAPI, ...) from what the engine knows of them."""
import importlib

from strata import _enums
from strata._core import Usd as _usd
from strata._core.Sdf import Path, ValueTypeNames, VariabilityUniform, VariabilityVarying

_INSTANCE = "__INSTANCE_NAME__"
_classes = {}  # by identifier
_infos = None  # identifier: (type name, base, library, kind)


def _schemas():
    global _infos
    if _infos is None:
        _infos = {identifier: rest for identifier, *rest in _usd._ListSchemas()}
    return _infos


_scope = {"__name__": "strata.Usd"}
SchemaKind = _enums.make_int(_scope, "SchemaKind", ("Invalid", "AbstractBase", "AbstractTyped", "ConcreteTyped", "NonAppliedAPI",
                                                    "SingleApplyAPI", "MultipleApplyAPI"))


class SchemaBase:
    """A view of a prim through a schema; true when the prim is there and has the schema."""

    _schemaIdentifier = ""
    _schemaKind = "abstractBase"
    _moduleName = "Usd"

    def __init__(self, prim=None):
        if isinstance(prim, SchemaBase):
            prim = prim.GetPrim()
        self._prim = _usd.Prim() if prim is None else prim

    def GetPrim(self):
        return self._prim

    def GetPath(self):
        return self._prim.GetPath() if self._prim else Path()

    def _is_compatible(self):
        return True

    def __bool__(self):
        return bool(self._prim) and self._is_compatible()

    def __eq__(self, other):
        return isinstance(other, SchemaBase) and self._prim == other._prim

    def __hash__(self):
        return hash(self._prim)

    def __repr__(self):
        return f"{self._moduleName}.{type(self).__name__}({self._prim!r})"

    @classmethod
    def GetSchemaAttributeNames(cls, includeInherited=True, instanceName=""):
        names = _usd._ListAttributeNames(cls._schemaIdentifier, includeInherited)
        return [name.replace(_INSTANCE, instanceName) for name in names] if instanceName else names

    def GetSchemaKind(self):
        return SchemaKind.names[self._schemaKind[:1].upper() + self._schemaKind[1:]]

    def GetSchemaClassPrimDefinition(self):
        return _usd._FindDefinition(self._schemaIdentifier)

    def IsConcrete(self):
        return self._schemaKind == "concreteTyped"

    def IsTyped(self):
        return self._schemaKind in ("concreteTyped", "abstractTyped")

    def IsAPISchema(self):
        return self._schemaKind.endswith("API")

    def IsAppliedAPISchema(self):
        return self._schemaKind in ("singleApplyAPI", "multipleApplyAPI")

    def IsMultipleApplyAPISchema(self):
        return self._schemaKind == "multipleApplyAPI"


class Typed(SchemaBase):
    """The base of schemas that a prim has as its type."""

    _schemaIdentifier = "Typed"
    _schemaKind = "abstractBase"

    def _is_compatible(self):
        return self._prim.IsA(self._schemaIdentifier)

    @classmethod
    def Get(cls, stage, path):
        return cls(stage.GetPrimAtPath(path))


def _define(cls, stage, path):
    """The prim at a path, made of this type."""
    return cls(stage.DefinePrim(path, cls._schemaIdentifier))


class APISchemaBase(SchemaBase):
    """The base of schemas that are applied to prims, or are views of any prim."""

    _schemaIdentifier = "APISchemaBase"

    def __init__(self, prim=None, name=""):
        super().__init__(prim)
        self._name = name or getattr(prim, "_name", "") if self.IsMultipleApplyAPISchema() else ""

    def _is_compatible(self):
        return not self.IsAppliedAPISchema() or self._prim.HasAPI(self._schemaIdentifier, self._name)

    def __eq__(self, other):
        return super().__eq__(other) and getattr(other, "_name", "") == self._name

    __hash__ = SchemaBase.__hash__

    def __repr__(self):
        name = f", '{self._name!r}'" if self._name else ""
        return f"{self._moduleName}.{type(self).__name__}({self._prim!r}{name})"

    def GetName(self):
        return self._name

    @classmethod
    def Get(cls, stageOrPrim, pathOrName=""):
        """Get(stage, path), and for schemas applied under names Get(prim, name); paths may end in the collection's property."""
        if isinstance(stageOrPrim, _usd.Prim):
            return cls(stageOrPrim, pathOrName)
        path = Path(pathOrName) if isinstance(pathOrName, str) else pathOrName
        name = path.name.split(":")[-1] if path.IsPropertyPath() else ""
        return cls(stageOrPrim.GetPrimAtPath(path.GetPrimPath()), name)

    @classmethod
    def Apply(cls, prim, name=""):
        prim.ApplyAPI(cls._schemaIdentifier, name)
        return cls(prim, name)

    @classmethod
    def CanApply(cls, prim, name=""):
        return prim.CanApplyAPI(cls._schemaIdentifier, name) if prim else _usd._CanApplyAPIResult._NoPrim()

    @classmethod
    def GetAll(cls, prim):
        """The schema under each name that it is applied under."""
        start = cls._schemaIdentifier + ":"
        return [cls(prim, one[len(start):]) for one in prim.GetAppliedSchemas() if one.startswith(start)]


_classes["Typed"] = Typed
_classes["APISchemaBase"] = APISchemaBase


def _accessor_names(property_name):
    """visibility: Visibility; primvars:displayColor: PrimvarsDisplayColor, DisplayColor."""
    parts = [part[:1].upper() + part[1:] for part in property_name.split(":") if part and part != _INSTANCE]
    return ["".join(parts[i:]) for i in range(len(parts))]


def _instance_name(view, name):
    return name.replace(_INSTANCE, view._name) if _INSTANCE in name else name


def _attribute_accessors(name, type_name, is_uniform):
    value_type = ValueTypeNames.Find(type_name)
    variability = VariabilityUniform if is_uniform else VariabilityVarying

    def get(self):
        return self._prim.GetAttribute(_instance_name(self, name))

    def create(self, defaultValue=None, writeSparsely=False):
        attribute = self._prim.CreateAttribute(_instance_name(self, name), value_type, False, variability)
        if defaultValue is not None and not (writeSparsely and attribute.Get() == defaultValue):
            attribute.Set(defaultValue)
        return attribute

    return get, create


def accessors(name, type_name, is_uniform=False):
    """The getter and the maker of an attribute, for classes that call it by another name."""
    return _attribute_accessors(name, type_name, is_uniform)


def _relationship_accessors(name):
    def get(self):
        return self._prim.GetRelationship(_instance_name(self, name))

    def create(self):
        return self._prim.CreateRelationship(_instance_name(self, name), False)

    return get, create


def _add_accessors(members, identifier):
    ranked = {}
    for name, is_attribute, type_name, is_uniform in _usd._ListProperties(identifier, False):
        get, create = _attribute_accessors(name, type_name, is_uniform) if is_attribute else _relationship_accessors(name)
        suffix = "Attr" if is_attribute else "Rel"
        for rank, accessor in enumerate(_accessor_names(name)):
            ranked.setdefault(rank, []).append((f"Get{accessor}{suffix}", get))
            ranked[rank].append((f"Create{accessor}{suffix}", create))
    for rank in sorted(ranked):  # FStop is fStop rather than exposure:fStop
        for name, accessor in ranked[rank]:
            members.setdefault(name, accessor)


def _python_name(type_name, module_name):
    return type_name[len(module_name):] if type_name.startswith(module_name) else type_name


def _module_name(library):
    return library[:1].upper() + library[1:]


def make(identifier, extras):
    """The class of a schema, with its bases. `extras(name)` gives what a module adds to the class of that name."""
    if identifier in _classes:
        return _classes[identifier]
    type_name, base, library, kind = _schemas()[identifier]
    module_name = _module_name(library)
    if base in ("", "SchemaBase"):
        parent = SchemaBase
    else:
        parent = make(base, extras)
    members = {"_schemaIdentifier": identifier, "_schemaKind": kind, "_moduleName": module_name,
               "__module__": "strata." + module_name, "__doc__": f"A view of a prim through the schema {identifier}."}
    name = _python_name(type_name, module_name)
    bases = tuple(extra for extra in (extras(module_name, name),) if extra) + (parent,)
    if kind == "concreteTyped":
        members["Define"] = classmethod(_define)
    _add_accessors(members, identifier)
    _classes[identifier] = type(name, bases, members)
    return _classes[identifier]


_extras = {}  # (module, class): a class with what is added


def add_to(module_name, name):
    """Decorates a class whose members the schema class of that name gets."""
    def register(extra):
        held = _extras.setdefault((module_name, name), extra)
        for member, value in vars(extra).items() if held is not extra else ():
            if not member.startswith("__"):
                setattr(held, member, value)
        return extra

    return register


def find(module_name, name):
    """The class of that name in a module, for modules that cannot import each other."""
    return getattr(importlib.import_module("strata." + module_name), name)


def install(module_name, scope, tokens=()):
    """Gives a module the classes of its library, each made when it is first asked for, and Tokens (with these, too)."""
    by_name = {_python_name(type_name, module_name): identifier for identifier, (type_name, _, library, _) in _schemas().items()
               if _module_name(library) == module_name}

    def find(name):
        if name in by_name:
            made = make(by_name[name], lambda module, cls: _extras.get((module, cls)))
        elif name == "Tokens":
            made = _tokens(list(by_name.values()), tokens)
        else:
            raise AttributeError(f"module 'strata.{module_name}' has no attribute '{name}'")
        scope[name] = made
        return made

    scope["__getattr__"] = find
    scope["__dir__"] = lambda: sorted(set(scope) | set(by_name) | {"Tokens"})


_RESERVED = {"default", "bool", "double", "float", "int", "None", "True", "False", "in", "is", "from", "class"}
_TEMPLATE = "_MultipleApplyTemplate_"


def _token_name(text):
    """collection:__INSTANCE_NAME__:includes: collection_MultipleApplyTemplate_Includes; None for what is no name."""
    parts = [part for part in text.split(":") if part]
    if not parts or not all(part.isidentifier() for part in parts):
        return None
    name = parts[0] + "".join(_TEMPLATE if part == _INSTANCE else part[:1].upper() + part[1:] for part in parts[1:])
    if len(parts) > 1 and not name[1:2].isupper():
        name = name[:1].lower() + name[1:]
    return name + "_" if name in _RESERVED else name


def _tokens(identifiers, others):
    """The names that a library's schemas speak of: schemas, properties and their allowed values; and others, as "name" or
    "name=value"."""
    tokens = {}

    def add(text):
        name = _token_name(text)
        if name:
            tokens.setdefault(name, text)

    for text in others:
        name, given, value = text.partition("=")
        if given:
            tokens[name] = value
        else:
            add(text)
    for identifier in identifiers:
        tokens.setdefault(identifier, identifier)
        for name, *_ in _usd._ListProperties(identifier, False):
            if _INSTANCE in name:
                add(name.split(_INSTANCE)[0].rstrip(":"))
            add(name)
        for text in _usd._ListAllowedTokens(identifier):
            add(text)
    tokens["__doc__"] = "Names of schemas and properties, and the values that properties may have."
    return type("Tokens", (), tokens)
