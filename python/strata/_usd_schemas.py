"""Usd.SchemaRegistry, and what definitions of prims say."""
from strata import _enums
from strata._core import Usd as _core
from strata._core.Sdf import ValueTypeNames as _types
from strata._core.Usd import Prim, PrimDefinition
from strata._schemas import SchemaKind
from strata._types import Type

_KINDS = {name[:1].lower() + name[1:]: kind for name, kind in SchemaKind.names.items()}
_INSTANCE = "__INSTANCE_NAME__"
_STRUCTURE = ("inheritPaths", "payload", "references", "specializes", "variantSelection", "variantSetNames", "customData",
              "clips", "clipSets", "active", "instanceable", "typeName", "specifier", "kind", "assetInfo", "primOrder",
              "propertyOrder", "connectionPaths", "targetPaths", "timeSamples", "spline")


def _info(schema):
    """What is known of a schema, given by its identifier, its type or its class."""
    if isinstance(schema, str):
        return _core._SchemaInfo(schema)
    kind = schema if isinstance(schema, Type) else Type.Find(schema)
    return _core._SchemaInfoOfType(kind.typeName)


def _type_only(schema):
    if isinstance(schema, str):
        raise TypeError(f"cannot convert {schema!r} to a Tf.Type")
    return _info(schema)


class SchemaRegistry:
    """The schemas that are known. There is one registry."""

    expired = False

    class SchemaInfo:
        """What is known of a schema."""

        identifier = type = kind = family = version = None

        def __init__(self, told):
            self.identifier, type_name, kind, self.family, self.version = told[:5]
            self.type, self.kind = Type(type_name), _KINDS[kind]

    # -- schemas ---------------------------------------------------------------------------------------------------------

    @staticmethod
    def FindSchemaInfo(schema, version=None):
        told = _info(schema if version is None else SchemaRegistry.MakeSchemaIdentifierForFamilyAndVersion(schema, version))
        return SchemaRegistry.SchemaInfo(told) if told else None

    @staticmethod
    def FindSchemaInfosInFamily(family, version=None, versionPolicy=None):
        found = [SchemaRegistry.SchemaInfo(told) for told in _core._SchemaFamily(family)]
        return [info for info in found if _fits(info.version, version, versionPolicy)]

    @staticmethod
    def GetSchemaKind(schema):
        told = _info(schema)
        return _KINDS[told[2]] if told else SchemaKind.Invalid

    @staticmethod
    def GetSchemaTypeName(schemaType):
        told = _info(schemaType)
        return told[0] if told else ""

    @staticmethod
    def GetConcreteSchemaTypeName(schemaType):
        told = _info(schemaType)
        return told[0] if told and told[2] == "concreteTyped" else ""

    @staticmethod
    def GetAPISchemaTypeName(schemaType):
        told = _info(schemaType)
        return told[0] if told and told[2].endswith("API") else ""

    @staticmethod
    def GetTypeFromName(typeName):
        return Type.FindByName(typeName)

    @staticmethod
    def GetTypeFromSchemaTypeName(typeName):
        told = _core._SchemaInfo(typeName)
        return Type(told[1]) if told else Type()

    @staticmethod
    def GetConcreteTypeFromSchemaTypeName(typeName):
        told = _core._SchemaInfo(typeName)
        return Type(told[1]) if told and told[2] == "concreteTyped" else Type()

    @staticmethod
    def GetAPITypeFromSchemaTypeName(typeName):
        told = _core._SchemaInfo(typeName)
        return Type(told[1]) if told and told[2].endswith("API") else Type()

    @staticmethod
    def IsAbstract(schema):
        return SchemaRegistry.GetSchemaKind(schema) in (SchemaKind.AbstractTyped, SchemaKind.AbstractBase)

    @staticmethod
    def IsConcrete(schema):
        return SchemaRegistry.GetSchemaKind(schema) == SchemaKind.ConcreteTyped

    @staticmethod
    def IsTyped(schemaType):
        told = _type_only(schemaType)
        return bool(told) and Type(told[1]).IsA(Type("UsdTyped"))

    @staticmethod
    def IsAppliedAPISchema(schema):
        return SchemaRegistry.GetSchemaKind(schema) in (SchemaKind.SingleApplyAPI, SchemaKind.MultipleApplyAPI)

    @staticmethod
    def IsMultipleApplyAPISchema(schema):
        return SchemaRegistry.GetSchemaKind(schema) == SchemaKind.MultipleApplyAPI

    @staticmethod
    def GetAPISchemaCanOnlyApplyToTypeNames(apiSchemaName, instanceName=""):
        told = _core._SchemaInfo(apiSchemaName)
        return list(told[6]) if told else []

    @staticmethod
    def GetAutoApplyAPISchemas():
        return {identifier: list(_core._SchemaInfo(identifier)[7]) for identifier, *_ in _core._ListSchemas()
                if _core._SchemaInfo(identifier)[7]}

    @staticmethod
    def IsDisallowedField(fieldName):
        """Whether schemas may not give a field to prims: it composes, or only layers can say it."""
        return fieldName in _STRUCTURE

    @staticmethod
    def IsAllowedAPISchemaInstanceName(apiSchemaName, instanceName):
        told = _core._SchemaInfo(apiSchemaName)
        if not told or told[2] != "multipleApplyAPI" or not instanceName:
            return False
        if told[8] and instanceName not in told[8]:
            return False
        names = _core._FindDefinition(apiSchemaName).GetPropertyNames()
        return not any(name.endswith("__:" + instanceName.split(":")[-1]) for name in names)

    # -- names -----------------------------------------------------------------------------------------------------------

    @staticmethod
    def GetTypeNameAndInstance(apiSchemaName):
        name, _, instance = apiSchemaName.partition(":")
        return name, instance

    @staticmethod
    def IsAllowedSchemaFamily(schemaFamily):
        return schemaFamily.isidentifier() and SchemaRegistry.ParseSchemaFamilyAndVersionFromIdentifier(schemaFamily)[0] == schemaFamily

    @staticmethod
    def IsAllowedSchemaIdentifier(schemaIdentifier):
        family, version = SchemaRegistry.ParseSchemaFamilyAndVersionFromIdentifier(schemaIdentifier)
        return SchemaRegistry.IsAllowedSchemaFamily(family) and (
            SchemaRegistry.MakeSchemaIdentifierForFamilyAndVersion(family, version) == schemaIdentifier)

    @staticmethod
    def MakeSchemaIdentifierForFamilyAndVersion(schemaFamily, schemaVersion):
        return f"{schemaFamily}_{schemaVersion}" if schemaVersion else schemaFamily

    @staticmethod
    def ParseSchemaFamilyAndVersionFromIdentifier(schemaIdentifier):
        family, line, version = schemaIdentifier.rpartition("_")
        return (family, int(version)) if line and version.isascii() and version.isdigit() else (schemaIdentifier, 0)

    @staticmethod
    def IsMultipleApplyNameTemplate(nameTemplate):
        return _INSTANCE in nameTemplate.split(":")

    @staticmethod
    def MakeMultipleApplyNameTemplate(namespacePrefix, baseName):
        return ":".join(part for part in (namespacePrefix, _INSTANCE, baseName) if part)

    @staticmethod
    def MakeMultipleApplyNameInstance(nameTemplate, instanceName):
        return _core._MakeNameInstance(nameTemplate, instanceName)

    @staticmethod
    def GetMultipleApplyNameTemplateBaseName(nameTemplate):
        return nameTemplate.partition(_INSTANCE)[2].lstrip(":") if _INSTANCE in nameTemplate else nameTemplate

    # -- definitions -----------------------------------------------------------------------------------------------------

    def FindDefinition(self, identifier):
        return _core._FindDefinition(identifier)

    def _of_kind(self, identifier, *kinds):
        told = _core._SchemaInfo(identifier)
        return _core._FindDefinition(identifier) if told and told[2] in kinds else None

    def FindConcretePrimDefinition(self, typeName):
        return self._of_kind(typeName, "concreteTyped")

    def FindAbstractPrimDefinition(self, typeName):
        return self._of_kind(typeName, "abstractTyped", "abstractBase")

    def FindAppliedAPIPrimDefinition(self, typeName):
        return self._of_kind(typeName, "singleApplyAPI", "multipleApplyAPI")

    def GetEmptyPrimDefinition(self):
        return _core._BuildDefinition("", [])

    def BuildComposedPrimDefinition(self, primType, appliedAPISchemas):
        return _core._BuildDefinition(primType, appliedAPISchemas)

    def GetFallbackPrimTypes(self):
        return {}


SchemaRegistry.__module__ = "strata.Usd"
_enums.make_int(SchemaRegistry, "VersionPolicy", ("All", "GreaterThan", "GreaterThanOrEqual", "LessThan", "LessThanOrEqual"))


def _fits(version, than, policy):
    if than is None or policy in (None, SchemaRegistry.VersionPolicy.All):
        return True
    return {"GreaterThan": version > than, "GreaterThanOrEqual": version >= than, "LessThan": version < than,
            "LessThanOrEqual": version <= than}[policy.name]


# -- definitions ---------------------------------------------------------------------------------------------------------

Property = PrimDefinition.Property


class Attribute:
    """An attribute that schemas declare."""

    def __init__(self, of):
        self._of = of

    GetFallbackValue = lambda self: self._of._FallbackValue()  # noqa: E731
    GetTypeNameToken = lambda self: self._of._TypeName()  # noqa: E731
    GetTypeName = lambda self: _types.Find(self._of._TypeName())  # noqa: E731

    def __bool__(self):
        return self._of.IsAttribute()


class Relationship:
    """A relationship that schemas declare."""

    def __init__(self, of):
        self._of = of

    def __bool__(self):
        return self._of.IsRelationship()


def _forward(name):
    return lambda self, *arguments: getattr(self._of, name)(*arguments)


for _class in (Attribute, Relationship):
    for _name in ("GetName", "GetSpecType", "IsAttribute", "IsRelationship", "GetVariability", "GetDocumentation",
                  "ListMetadataFields", "GetMetadata", "GetMetadataByDictKey"):
        setattr(_class, _name, _forward(_name))
    _class.__module__, _class.__qualname__ = "strata.Usd", "PrimDefinition." + _class.__name__
PrimDefinition.Attribute, PrimDefinition.Relationship = Attribute, Relationship
PrimDefinition.GetPropertyDefinition = lambda self, propName: self._Property(propName)
PrimDefinition.GetAttributeDefinition = lambda self, attrName: Attribute(self._Property(attrName))
PrimDefinition.GetRelationshipDefinition = lambda self, relName: Relationship(self._Property(relName))
PrimDefinition.GetAttributeFallbackValue = lambda self, attrName: self._Property(attrName)._FallbackValue()
PrimDefinition.GetPropertyDocumentation = lambda self, propName: self._Property(propName).GetDocumentation()
PrimDefinition.GetPropertyMetadata = lambda self, propName, key: self._Property(propName).GetMetadata(key)
PrimDefinition.GetPropertyMetadataByDictKey = lambda self, propName, key, keyPath: (
    self._Property(propName).GetMetadataByDictKey(key, keyPath))
PrimDefinition.ListPropertyMetadataFields = lambda self, propName: self._Property(propName).ListMetadataFields()


class PrimTypeInfo:
    """The type of a prim and the schemas applied to it."""

    def __init__(self, prim=None):
        self._prim = prim  # None: the empty type, that of prims without type and schemas

    @staticmethod
    def GetEmptyPrimType():
        return PrimTypeInfo()

    def GetTypeName(self):
        return self._prim.GetTypeName() if self._prim else ""

    def GetSchemaType(self):
        return SchemaRegistry.GetTypeFromSchemaTypeName(self.GetSchemaTypeName())

    def GetSchemaTypeName(self):
        return _core._SchemaType(self._prim) if self._prim else ""

    def GetAppliedAPISchemas(self):
        return [] if not self._prim else [name for name in self._prim.GetAppliedSchemas() if name not in self._built_in()]

    def _built_in(self):
        own = _core._FindDefinition(self.GetSchemaTypeName())
        return own.GetAppliedAPISchemas() if own else []

    def GetPrimDefinition(self):
        return _core._PrimDefinition(self._prim) if self._prim else SchemaRegistry().GetEmptyPrimDefinition()

    def _parts(self):
        return self.GetTypeName(), self.GetSchemaTypeName(), self.GetAppliedAPISchemas()

    def __eq__(self, other):
        return isinstance(other, PrimTypeInfo) and self._parts() == other._parts()

    __hash__ = None


PrimTypeInfo.__module__ = "strata.Usd"

Prim.GetPrimTypeInfo = lambda self: PrimTypeInfo(self)
Prim.GetPrimDefinition = lambda self: _core._PrimDefinition(self)


def _version_in_family(self, family, names):
    found = [info.version for info in SchemaRegistry.FindSchemaInfosInFamily(family) if names(info)]
    return max(found, default=None)


def _family(family):
    return family if isinstance(family, str) else SchemaRegistry.FindSchemaInfo(family).family


def _version_if_in_family(self, schemaFamily):
    return _version_in_family(self, _family(schemaFamily), lambda info: self.IsA(info.identifier))


def _version_if_has_api(self, schemaFamily, instanceName=""):
    return _version_in_family(self, _family(schemaFamily), lambda info: self.HasAPI(info.identifier, instanceName))


def _is_in_family(self, schemaFamily, schemaVersion=None, versionPolicy=None):
    version = self.GetVersionIfIsInFamily(schemaFamily)
    return version is not None and _fits(version, schemaVersion, versionPolicy)


def _has_api_in_family(self, schemaFamily, *how):
    policy = [one for one in how if isinstance(one, SchemaRegistry.VersionPolicy)]
    numbers = [one for one in how if isinstance(one, int) and one not in policy]
    names = [one for one in how if isinstance(one, str)]
    version = self.GetVersionIfHasAPIInFamily(schemaFamily, *names)
    return version is not None and _fits(version, numbers[0] if numbers else None, policy[0] if policy else None)


Prim.GetVersionIfIsInFamily, Prim.GetVersionIfHasAPIInFamily = _version_if_in_family, _version_if_has_api
Prim.IsInFamily, Prim.HasAPIInFamily = _is_in_family, _has_api_in_family
