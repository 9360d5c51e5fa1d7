"""Usd.ClipsAPI, Usd.CollectionAPI, Usd.ModelAPI, limits of attributes, and the colour settings of stages."""
from strata import _enums, _schemas
from strata._core import Sdf as _sdf
from strata._core import Usd as _core
from strata._core.Sdf import AssetPath, Path
from strata._core.Usd import Attribute, Prim, PrimDefaultPredicate, Property, Stage


# -- clips ---------------------------------------------------------------------------------------------------------------


@_schemas.add_to("Usd", "ClipsAPI")
class ClipsAPI:
    def GetClips(self):
        return self._prim.GetMetadata("clips") or {}

    def SetClips(self, clips):
        return self._prim.SetMetadata("clips", clips)

    def GetClipSets(self):
        found = self._prim.GetMetadata("clipSets")
        return found if found is not None else _sdf.StringListOp()

    def SetClipSets(self, clipSets):
        return self._prim.SetMetadata("clipSets", clipSets)

    def GenerateClipManifest(self, clipSet="default", writeBlocksForClipsWithMissingValues=False):
        """A layer that declares what the clips of a set have samples of; or (whether to block what clips lack,) of "default"."""
        if isinstance(clipSet, bool):
            clipSet, writeBlocksForClipsWithMissingValues = "default", clipSet
        made = _core._GenerateClipManifest(self._prim, clipSet, bool(writeBlocksForClipsWithMissingValues))
        if made is None:
            from strata.Tf import RaiseCodingError
            RaiseCodingError(f"No clip set named '{clipSet}'")
        return made

    @staticmethod
    def GenerateClipManifestFromLayers(clipLayers, clipPrimPath):
        """The same, of layers and the prim in them."""
        path = Path(clipPrimPath) if isinstance(clipPrimPath, str) else clipPrimPath
        if not path.IsPrimPath() or any(layer is None for layer in clipLayers):
            from strata.Tf import RaiseCodingError
            RaiseCodingError(f"<{path}> must be a prim path" if not path.IsPrimPath() else "Invalid clip layer")
        return _core._MakeClipManifest(list(clipLayers), path)

    def ComputeClipAssetPaths(self, clipSet="default"):
        """The asset paths of the clips: those listed, else those that the template finds."""
        listed = self.GetClipAssetPaths(clipSet)
        return list(listed) if listed else list(_core._ClipAssetPaths(self._prim, clipSet))


def _add_clip_info(name, key, empty, given):
    def get(self, clipSet="default"):
        value = self._prim.GetMetadataByDictKey("clips", f"{clipSet}:{key}")
        return empty() if value is None else list(value) if given == "paths" else value

    def put(self, value, clipSet="default"):
        from strata import Vt
        convert = {"pairs": Vt.Vec2dArray, "number": float, "paths": _sdf.AssetPathArray}.get(given, lambda one: one)
        return self._prim.SetMetadataByDictKey("clips", f"{clipSet}:{key}", convert(value))

    def put_nothing(self, value, clipSet="default"):
        put(self, value, clipSet)

    setattr(ClipsAPI, "Get" + name, get)
    setattr(ClipsAPI, "Set" + name, put_nothing if given in ("pairs", "paths") or key == "templateAssetPath" else put)


def _no_pairs():
    from strata import Vt
    return Vt.Vec2dArray()


for _name, _key, _empty, _given in (
        ("ClipAssetPaths", "assetPaths", list, "paths"), ("ClipPrimPath", "primPath", str, "text"),
        ("ClipActive", "active", _no_pairs, "pairs"), ("ClipTimes", "times", _no_pairs, "pairs"),
        ("ClipManifestAssetPath", "manifestAssetPath", AssetPath, "path"),
        ("InterpolateMissingClipValues", "interpolateMissingClipValues", bool, "truth"),
        ("ClipTemplateAssetPath", "templateAssetPath", str, "text"), ("ClipTemplateStride", "templateStride", float, "number"),
        ("ClipTemplateStartTime", "templateStartTime", float, "number"),
        ("ClipTemplateEndTime", "templateEndTime", float, "number"),
        ("ClipTemplateActiveOffset", "templateActiveOffset", float, "number")):
    _add_clip_info(_name, _key, _empty, _given)


# -- collections ---------------------------------------------------------------------------------------------------------

_PREFIX = "collection:"
_BASE_NAMES = ("excludes", "expansionRule", "includeRoot", "includes", "membershipExpression", "mode")


class UsdCollectionMembershipQuery:
    """Who is in a collection."""

    def __init__(self, told, prim, name):
        self._told, self._prim, self._name = told, prim, name

    def GetAsPathExpansionRuleMap(self):
        return self._told.GetRules()

    def GetIncludedCollections(self):
        return sorted(self._told.GetIncludedCollections())

    def HasExcludes(self):
        return self._told.HasExcludes()

    def UsesPathExpansionRuleMap(self):
        return not self._told.UsesExpression()

    def IsPathIncluded(self, path, parentExpansionRule=None):
        if parentExpansionRule is None:
            return self._told.IsPathIncluded(path)
        rule = self._told.GetRules().get(Path(path), parentExpansionRule)
        if rule in ("exclude", ""):
            return False
        return rule == "expandPrimsAndProperties" or not Path(path).IsPropertyPath() if rule != "explicitOnly" else (
            Path(path) in self._told.GetRules())


UsdCollectionMembershipQuery.__module__ = "strata.Usd"


@_schemas.add_to("Usd", "CollectionAPI")
class CollectionAPI:
    def GetCollectionPath(self):
        return CollectionAPI.GetNamedCollectionPath(self._prim, self.GetName())

    @staticmethod
    def GetNamedCollectionPath(prim, collectionName):
        return prim.GetPath().AppendProperty(_PREFIX + collectionName)

    @classmethod
    def GetCollection(cls, stageOrPrim, pathOrName):
        return cls.Get(stageOrPrim, pathOrName)

    @classmethod
    def GetAllCollections(cls, prim):
        return cls.GetAll(prim)

    @staticmethod
    def IsSchemaPropertyBaseName(baseName):
        return baseName in _BASE_NAMES

    @staticmethod
    def IsCollectionAPIPath(path):
        path = Path(path)
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return len(parts) > 1 and parts[0] == "collection" and parts[-1] not in _BASE_NAMES

    @staticmethod
    def CanContainPropertyName(name):
        return name.startswith(_PREFIX)

    def IncludePath(self, path):
        return self._move(path, self.GetExcludesRel(), self.CreateIncludesRel, True)

    def ExcludePath(self, path):
        return self._move(path, self.GetIncludesRel(), self.CreateExcludesRel, False)

    def _move(self, path, other, create, wanted):
        path = Path(path)
        if path == Path.absoluteRootPath:
            self.CreateIncludeRootAttr().Set(wanted)
            return True
        if self.ComputeMembershipQuery().IsPathIncluded(path) == wanted:
            return True
        if other and other.RemoveTarget(path):
            if self.ComputeMembershipQuery().IsPathIncluded(path) == wanted:
                return True
        return create().AddTarget(path)

    def HasNoIncludedPaths(self):
        return not self.GetIncludesRel().GetTargets() and not self.GetIncludeRootAttr().Get()

    def ResetCollection(self):
        for relationship in (self.GetIncludesRel(), self.GetExcludesRel()):
            if relationship:
                relationship.ClearTargets(True)
        if self.GetIncludeRootAttr().HasAuthoredValue():
            self.GetIncludeRootAttr().Clear()
        return True

    def BlockCollection(self):
        for relationship in (self.CreateIncludesRel(), self.CreateExcludesRel()):
            relationship.SetTargets([])
        if self.GetIncludeRootAttr().HasAuthoredValue():
            self.GetIncludeRootAttr().Block()
        return True

    def ComputeMembershipQuery(self):
        return UsdCollectionMembershipQuery(_core._ComputeMembership(self._prim, self.GetName()), self._prim, self.GetName())

    def IsInRelationshipsMode(self):
        return self.ComputeMembershipQuery().UsesPathExpansionRuleMap()

    def IsInExpressionMode(self):
        return not self.IsInRelationshipsMode()

    def Validate(self):
        """(whether the collection means something, why not)"""
        includes, excludes = self.GetIncludesRel().GetTargets(), self.GetExcludesRel().GetTargets()
        both = [path for path in includes if path in excludes]
        if both:
            return False, f"Path <{both[0]}> is both included and excluded."
        return True, ""

    @staticmethod
    def ComputeIncludedPaths(query, stage, predicate=PrimDefaultPredicate):
        return sorted(_core._IncludedPaths(query._prim, query._name, predicate))

    @staticmethod
    def ComputeIncludedObjects(query, stage, predicate=PrimDefaultPredicate):
        return [stage.GetObjectAtPath(path) for path in CollectionAPI.ComputeIncludedPaths(query, stage, predicate)]


# -- models --------------------------------------------------------------------------------------------------------------


class AssetInfoKeys:
    """The keys of assetInfo that models have."""

    identifier, name, version, payloadAssetDependencies = "identifier", "name", "version", "payloadAssetDependencies"


@_schemas.add_to("Usd", "ModelAPI")
class ModelAPI:
    def GetKind(self):
        return self._prim.GetKind()

    def SetKind(self, kind):
        return self._prim.SetKind(kind)

    def IsKind(self, baseKind, validation=None):
        from strata import Kind
        if validation != ModelAPI.KindValidationNone and Kind.Registry.IsA(baseKind, "model") and not self.IsModel():
            return False
        return Kind.Registry.IsA(self._prim.GetKind(), baseKind)

    def IsModel(self):
        return self._prim.IsModel()

    def IsGroup(self):
        return self._prim.IsGroup()

    def GetAssetInfo(self):
        return self._prim.GetAssetInfo()

    def SetAssetInfo(self, info):
        self._prim.SetAssetInfo(info)


def _add_model_info(name, key, empty):
    def get(self):
        value = self._prim.GetAssetInfoByKey(key)
        return value if value is not None else empty()

    def put(self, value):
        self._prim.SetAssetInfoByKey(key, _sdf.AssetPathArray(value) if name.startswith("Payload") else value)

    setattr(ModelAPI, "Get" + name, get)
    setattr(ModelAPI, "Set" + name, put)


for _name, _key, _empty in (("AssetName", "name", str), ("AssetVersion", "version", str), ("AssetIdentifier", "identifier", AssetPath),
                            ("PayloadAssetDependencies", "payloadAssetDependencies", _sdf.AssetPathArray)):
    _add_model_info(_name, _key, _empty)
_enums.make(ModelAPI, "UsdModelAPI::KindValidation", "KindValidation", ("KindValidationNone", "KindValidationModelHierarchy"),
            prefix="Usd.ModelAPI.")


# -- limits of attributes ------------------------------------------------------------------------------------------------


class LimitsKeys:
    """The keys of the limits of attributes."""

    Soft, Hard, Minimum, Maximum = "soft", "hard", "minimum", "maximum"


class AttributeLimits:
    """One kind of limits of an attribute: "soft", "hard", or of a name of one's own."""

    class ValidationResult:
        """Whether limits fit an attribute, and what does not."""

        invalidValuesDict = conformedSubDict = None

        def __init__(self, invalid=None, conformed=()):
            self.invalidValuesDict, self.conformedSubDict = dict(invalid or {}), dict(conformed)
            self._is_answer = invalid is not None

        success = property(lambda self: self._is_answer and not self.invalidValuesDict)

        def __bool__(self):
            return self.success

        def GetErrorString(self):
            return ", ".join(f"{key} ({value!r})" for key, value in sorted(self.invalidValuesDict.items()))

    def __init__(self, attribute=None, subDictKey=""):
        self._attribute, self._key = attribute if attribute is not None else Attribute(), subDictKey

    def IsValid(self):
        return bool(self._attribute) and bool(self._key)

    __bool__ = IsValid

    def GetAttribute(self):
        return self._attribute

    def GetSubDictKey(self):
        return self._key

    def Get(self, key):
        return self._attribute.GetMetadataByDictKey("limits", f"{self._key}:{key}")

    def Set(self, key, value=None):
        if isinstance(key, dict):
            return self._attribute.SetMetadataByDictKey("limits", self._key, key)
        return self._attribute.SetMetadataByDictKey("limits", f"{self._key}:{key}", value)

    def Clear(self, key=None):
        return self._attribute.ClearMetadataByDictKey("limits", f"{self._key}:{key}" if key else self._key)

    def HasAuthored(self, key=None):
        return self._attribute.HasAuthoredMetadataDictKey("limits", f"{self._key}:{key}" if key else self._key)

    def Validate(self, subDict):
        """Whether the limits of a dictionary are of the attribute's type."""
        kind = type(self._attribute.GetTypeName().defaultValue)
        invalid, conformed = {}, {}
        for key, value in subDict.items():
            if key in (LimitsKeys.Minimum, LimitsKeys.Maximum) and not isinstance(value, kind):
                try:
                    conformed[key] = kind(value)
                except (TypeError, ValueError):
                    invalid[key] = value
            else:
                conformed[key] = value
        return AttributeLimits.ValidationResult(invalid, conformed if not invalid else {})

    def __eq__(self, other):
        return isinstance(other, AttributeLimits) and (self._attribute, self._key) == (other._attribute, other._key)

    __hash__ = None


for _name, _key in (("Minimum", "minimum"), ("Maximum", "maximum")):
    setattr(AttributeLimits, "Get" + _name, lambda self, key=_key: self.Get(key))
    setattr(AttributeLimits, "Set" + _name, lambda self, value, key=_key: self.Set(key, value))
    setattr(AttributeLimits, "Clear" + _name, lambda self, key=_key: self.Clear(key))
    setattr(AttributeLimits, "HasAuthored" + _name, lambda self, key=_key: self.HasAuthored(key))
AttributeLimits.__module__ = AttributeLimits.ValidationResult.__module__ = LimitsKeys.__module__ = AssetInfoKeys.__module__ = "strata.Usd"


def _limits(self, key=None):
    return (self.GetMetadata("limits") or {}) if key is None else AttributeLimits(self, key)


Attribute.GetLimits = _limits
Attribute.GetSoftLimits = lambda self: AttributeLimits(self, "soft")
Attribute.GetHardLimits = lambda self: AttributeLimits(self, "hard")
Attribute.SetLimits = lambda self, limits: self.SetMetadata("limits", limits)
Attribute.ClearLimits = lambda self: self.ClearMetadata("limits")
Attribute.HasAuthoredLimits = lambda self: self.HasAuthoredMetadata("limits")
Attribute.GetArraySizeConstraint = lambda self: self.GetMetadata("arraySizeConstraint") or 0
Attribute.SetArraySizeConstraint = lambda self, constraint: self.SetMetadata("arraySizeConstraint", constraint)
Attribute.HasAuthoredArraySizeConstraint = lambda self: self.HasAuthoredMetadata("arraySizeConstraint")
Attribute.ClearArraySizeConstraint = lambda self: self.ClearMetadata("arraySizeConstraint")


def _flatten_to(self, parentOrProperty, propName=None):
    """Writes what the property says, values and metadata, to another one; gives that back."""
    if isinstance(parentOrProperty, Prim):
        prim, name = parentOrProperty, propName or self.GetName()
    else:
        prim, name = parentOrProperty.GetPrim(), parentOrProperty.GetName()
    if isinstance(self, Attribute):
        made = prim.CreateAttribute(name, self.GetTypeName(), self.IsCustom(), self.GetVariability())
        if self.HasAuthoredValueOpinion() or not made.HasValue():
            value = self.Get()
            if value is not None:
                made.Set(value)
            for time in self.GetTimeSamples():
                made.Set(self.Get(time), time)
        if self.HasAuthoredConnections():
            made.SetConnections(self.GetConnections())
    else:
        made = prim.CreateRelationship(name, self.IsCustom())
        if self.HasAuthoredTargets():
            made.SetTargets(self.GetTargets())
    for key, value in self.GetAllAuthoredMetadata().items():
        if key not in ("typeName", "custom", "variability", "default", "timeSamples", "spline"):
            made.SetMetadata(key, value)
    return made


Property.FlattenTo = _flatten_to


# -- stages --------------------------------------------------------------------------------------------------------------

_color_fallbacks = [AssetPath(), ""]


def _set_color_fallbacks(configuration=None, cms=None):
    if configuration is not None:
        _color_fallbacks[0] = configuration
    if cms is not None:
        _color_fallbacks[1] = cms


def _set_configuration(self, colorConfig):
    self.SetMetadata("colorConfiguration", colorConfig)


def _set_system(self, cms):
    self.SetMetadata("colorManagementSystem", cms)


Stage.GetColorConfigFallbacks = staticmethod(lambda: (AssetPath(_color_fallbacks[0]) if isinstance(_color_fallbacks[0], str) else _color_fallbacks[0], _color_fallbacks[1]))
Stage.SetColorConfigFallbacks = staticmethod(_set_color_fallbacks)
Stage.GetColorConfiguration = lambda self: self.GetMetadata("colorConfiguration") or _color_fallbacks[0]
Stage.SetColorConfiguration = _set_configuration
Stage.GetColorManagementSystem = lambda self: self.GetMetadata("colorManagementSystem") or _color_fallbacks[1]
Stage.SetColorManagementSystem = _set_system


# -- splines, color spaces -----------------------------------------------------------------------------------------------


def _get_spline(self):
    from strata import Ts
    return Ts._core._GetSpline(self)


def _set_spline(self, spline):
    from strata import Ts
    return Ts._core._SetSpline(self, spline)


Attribute.GetSpline, Attribute.SetSpline = _get_spline, _set_spline


@_schemas.add_to("Usd", "ColorSpaceDefinitionAPI")
class ColorSpaceDefinitionAPI:
    @staticmethod
    def IsColorSpaceDefinitionAPIPath(path):
        path = Path(path)
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return (len(parts) > 1 and parts[0] == "colorSpaceDefinition" and parts[-1] not in
                ("name", "redChroma", "greenChroma", "blueChroma", "whitePoint", "gamma", "linearBias"))

    def ComputeColorSpaceFromDefinitionAttributes(self):
        """The color space that the attributes define, under the name of the definition."""
        from strata.Gf import ColorSpace
        value = {name: getattr(self, f"Get{name}Attr")().Get() for name in (
            "RedChroma", "GreenChroma", "BlueChroma", "WhitePoint", "Gamma", "LinearBias")}
        return ColorSpace(self.GetName(), *value.values())

    def CreateColorSpaceAttrsWithMatrix(self, rgbToXYZ, gamma, linearBias):
        """The same from the matrix that leads from its colors to XYZ."""
        from strata.Gf import ColorSpace
        made = ColorSpace("", rgbToXYZ, gamma, linearBias)
        self.CreateColorSpaceAttrsWithChroma(*made.GetPrimariesAndWhitePoint(), gamma, linearBias)

    def CreateColorSpaceAttrsWithChroma(self, redChroma, greenChroma, blueChroma, whitePoint, gamma, linearBias):
        for attribute, value in ((self.CreateRedChromaAttr(), redChroma), (self.CreateGreenChromaAttr(), greenChroma),
                                 (self.CreateBlueChromaAttr(), blueChroma), (self.CreateWhitePointAttr(), whitePoint),
                                 (self.CreateGammaAttr(), gamma), (self.CreateLinearBiasAttr(), linearBias)):
            attribute.Set(value)
