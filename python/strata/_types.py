"""Tf.Type: the classes of the schemas, and those that scripts define, with what they derive from."""
import importlib as _importlib

from strata._core import Usd as _usd

_ROOT, _BASE = "TfType::_Root", "UsdSchemaBase"
_VALUES = {"bool", "int", "float", "double", "string", "half", "TfToken", "SdfAssetPath", "SdfPath", "GfVec3f", "GfVec3d",
           "GfMatrix4d", "SdfTimeCode", "VtDictionary",
           "SdfFileFormat", "SdfSpecifier", "SdfPermission", "SdfVariability", "GfVec2f", "GfVec2d", "GfVec2h", "GfVec2i", "GfVec3h",
           "GfVec3i", "GfVec4f", "GfVec4d", "GfVec4h", "GfVec4i", "GfQuatf", "GfQuatd", "GfQuath", "GfMatrix2d", "GfMatrix3d",
           "unsigned char", "unsigned int", "long", "unsigned long", "pxr_half::half", "std::string", "SdfPathExpression",
           "SdfOpaqueValue", "void"}


class Type:
    """A type by its name. Unknown where there is none of that name."""

    __slots__ = ("_name",)
    _defined = {}  # name: (names of the bases, class), of what scripts define
    _aliases = {}  # (name of the base, alias): name

    def __init__(self, name=""):
        self._name = name._name if isinstance(name, Type) else name

    # -- finding ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def GetRoot():
        return Type(_ROOT)

    @staticmethod
    def FindByName(name):
        known = name in (_ROOT, _BASE) or name.startswith(("VtArray<", "SdfListOp<")) or name in Type._defined or name in _VALUES or _usd._SchemaInfoOfType(name) is not None
        return Type(name if known else "")

    @staticmethod
    def Find(given):
        """The type of a class, or of the class of an object."""
        cls = given if isinstance(given, type) else type(given)
        identifier = cls.__dict__.get("_schemaIdentifier")
        if identifier:
            return Type(_usd._SchemaInfo(identifier)[1])
        if identifier == "":
            return Type(_BASE)
        return next((Type(name) for name, (_, python) in Type._defined.items() if python is cls), Type())

    @staticmethod
    def Define(pythonClass):
        name = f"{pythonClass.__module__}.{pythonClass.__name__}"
        bases = tuple(base for base in (Type.Find(base) for base in pythonClass.__bases__) if not base.isUnknown)
        Type._defined[name] = (tuple(base._name for base in bases) or (_ROOT,), pythonClass)
        return Type(name)

    def FindDerivedByName(self, name):
        aliased = Type._aliases.get((self._name, name))
        info = _usd._SchemaInfo(name)
        found = Type(aliased) if aliased else Type(info[1]) if info else Type.FindByName(name)
        return found if found.IsA(self) else Type()

    def AddAlias(self, base, name):
        Type._aliases[base._name, name] = self._name

    def GetAliases(self, derivedType):
        return tuple(alias for (base, alias), name in Type._aliases.items() if (base, name) == (self._name, derivedType._name))

    # -- asking ----------------------------------------------------------------------------------------------------------

    typeName = property(lambda self: self._name or "TfType::_Unknown")
    isUnknown = property(lambda self: not self._name)
    isEnumType = property(lambda self: False)
    isPlainOldDataType = property(lambda self: self._name in ("bool", "int", "float", "double"))

    @property
    def sizeof(self):
        """Bytes of a value; 0 where the type has no plain values."""
        sizes = {"bool": 1, "int": 4, "float": 4, "double": 8, "half": 2, "pxr_half::half": 2, "unsigned char": 1, "unsigned int": 4,
                 "long": 8, "unsigned long": 8, "string": 32, "std::string": 32, "TfToken": 8, "SdfTimeCode": 8}
        if self._name.startswith("GfVec"):
            return int(self._name[5]) * {"d": 8, "f": 4, "h": 2, "i": 4}[self._name[6]]
        if self._name.startswith("GfMatrix"):
            return int(self._name[8]) ** 2 * {"d": 8, "f": 4}[self._name[9]]
        if self._name.startswith("GfQuat"):
            return 4 * {"d": 8, "f": 4, "h": 2}[self._name[6]]
        return sizes.get(self._name, 0)

    @property
    def baseTypes(self):
        if self._name in Type._defined:
            return tuple(Type(name) for name in Type._defined[self._name][0])
        info = _usd._SchemaInfoOfType(self._name) if self._name else None
        if info is None:
            return (Type(_ROOT),) if self._name and self._name != _ROOT else ()
        base = _usd._SchemaInfo(info[5]) if info[5] else None
        return (Type(base[1] if base else _BASE),)

    @property
    def derivedTypes(self):
        names = [type_name for _, type_name, *_ in _usd._ListSchemas()] + list(Type._defined)
        return tuple(Type(name) for name in sorted(names) if self in Type(name).baseTypes)

    def GetAllAncestorTypes(self):
        """Itself, then what it derives from, up to the root."""
        found = [self]
        for one in found:
            found.extend(base for base in one.baseTypes if base not in found)
        return tuple(found)

    def GetAllDerivedTypes(self):
        found = list(self.derivedTypes)
        for one in found:
            found.extend(below for below in one.derivedTypes if below not in found)
        return tuple(found)

    def IsA(self, other):
        other = other if isinstance(other, Type) else Type.Find(other)
        return not other.isUnknown and other in self.GetAllAncestorTypes()

    @property
    def pythonClass(self):
        if self._name in Type._defined:
            return Type._defined[self._name][1]
        info = next((one for one in _usd._ListSchemas() if one[1] == self._name), None)
        if info is None:
            return None
        library = info[3][:1].upper() + info[3][1:]
        name = self._name[len(library):] if self._name.startswith(library) else self._name
        return getattr(_importlib.import_module("strata." + library), name, None)

    def __bool__(self):
        return bool(self._name)

    def __eq__(self, other):
        return isinstance(other, Type) and self._name == other._name

    def __lt__(self, other):
        return self._name < other._name

    def __hash__(self):
        return hash(self._name)

    def __repr__(self):
        return f"Tf.Type.FindByName({self._name!r})" if self._name else "Tf.Type.Unknown"


Type.Unknown = Type()
Type.__module__ = "strata.Tf"
