"""Checks of layers, stages and prims, what they find, and what mends it.   (UsdValidation)"""
from strata import _enums, _notices
from strata._core import Usd as _usd
from strata._core import UsdValidation as _core
from strata._core.Sdf import Layer as _Layer
from strata._core.Sdf import Path as _Path
from strata._core.Sdf import PrimSpec as _PrimSpec
from strata._core.Sdf import PropertySpec as _PropertySpec
from strata.Gf import Interval as _Interval

_DEFAULT = _usd.TimeCode.Default()


def _error(text):
    from strata.Tf import RaiseCodingError
    RaiseCodingError(text)


def _cannot_be_made(self):
    raise RuntimeError("This class cannot be instantiated from Python")


class _Types:
    """Holds the enumeration while it is made."""


ValidationErrorType = _enums.make(_Types, "UsdValidationErrorType", "ValidationErrorType", [
    ("None_", "None", 0), ("Error", "Error", 1), ("Warn", "Warn", 2), ("Info", "Info", 3)], "UsdValidation.ValidationErrorType.")
for _item in ValidationErrorType.allValues:
    setattr(ValidationErrorType, _item.name, _item)
ValidationErrorType.None_.fullName = "UsdValidationErrorType::None"


class ValidationTimeRange:
    """The times at which validators look: all of them, one, or those of an interval."""

    def __init__(self, when=None, includeTimeCodeDefault=None):
        if when is None:
            self._interval, self._default = _Interval.GetFullInterval(), True
        elif isinstance(when, _Interval):
            self._interval, self._default = when, bool(includeTimeCodeDefault)
        else:
            time = when if isinstance(when, _usd.TimeCode) else _usd.TimeCode(when)
            self._default = time.IsDefault()
            self._interval = _Interval() if self._default else _Interval(time.GetValue(), time.GetValue())

    def GetInterval(self):
        return self._interval

    def IncludesTimeCodeDefault(self):
        return self._default

    def _for_engine(self):
        interval = self._interval
        if interval.IsEmpty():
            return (1.0, -1.0), self._default
        return (interval.GetMin(), interval.GetMax()), self._default


class ValidationErrorSite:
    """Where something was found: in a layer, or on a stage."""

    def __init__(self, stageOrLayer=None, objectPath=_Path(), layer=None):
        given = stageOrLayer
        self._stage = given if isinstance(given, _usd.Stage) else None
        self._layer = given if isinstance(given, _Layer) else layer
        if given is not None and self._stage is None and self._layer is None:
            raise TypeError(f"{given!r} is neither a stage nor a layer")
        self._path = _Path(objectPath) if isinstance(objectPath, str) else objectPath

    def IsValid(self):
        return self.IsValidSpecInLayer() or self.IsPrim() or self.IsProperty()

    def IsValidSpecInLayer(self):
        return self._layer is not None and bool(self._path) and self._layer.GetObjectAtPath(self._path) is not None

    def IsPrim(self):
        return bool(self.GetPrim())

    def IsProperty(self):
        return bool(self.GetProperty())

    def GetLayer(self):
        return self._layer

    def GetStage(self):
        return self._stage

    def GetPrim(self):
        return self._stage.GetPrimAtPath(self._path) if self._stage is not None and self._path.IsAbsoluteRootOrPrimPath() else (
            _usd.Prim())

    def GetProperty(self):
        if self._stage is None or not self._path.IsPropertyPath():
            return _usd.Attribute()
        return self._stage.GetPropertyAtPath(self._path)

    def _spec(self, kind):
        found = self._layer.GetObjectAtPath(self._path) if self._layer is not None and self._path else None
        return found if isinstance(found, kind) else None

    def GetPrimSpec(self):
        return self._spec(_PrimSpec)

    def GetPropertySpec(self):
        return self._spec(_PropertySpec)

    def __eq__(self, other):
        return isinstance(other, ValidationErrorSite) and (self._layer, self._stage, self._path) == (
            other._layer, other._stage, other._path)

    __hash__ = None


class ValidationError:
    """What a validator found."""

    def __init__(self, name="", errorType=ValidationErrorType.None_, errorSites=(), errorMessage=""):
        self._name, self._type, self._sites, self._message = name, errorType, list(errorSites), errorMessage
        self._validator, self._data = None, None

    def GetName(self):
        return self._name

    def GetType(self):
        return self._type

    def GetSites(self):
        return list(self._sites)

    def GetMessage(self):
        return self._message

    def GetData(self):
        return self._data

    def GetValidator(self):
        return self._validator

    def HasNoError(self):
        return self._type == ValidationErrorType.None_

    def GetIdentifier(self):
        """The name with that of the validator; only what a validator gave has one."""
        if self._validator is None:
            _error("an error that no validator gave has no identifier")
        name = self._validator.GetMetadata().name
        return f"{name}.{self._name}" if self._name else name

    def GetErrorAsString(self):
        return "" if self.HasNoError() else f"{self._type.displayName}: ({self.GetIdentifier()}) {self._message}"

    def _fixers(self):
        return self._validator.GetFixers() if self._validator is not None else []

    def GetFixers(self):
        """Those that mend this error, or any of the validator."""
        return [one for one in self._fixers() if one.IsAssociatedWithErrorName(self._name) or not one.errorName]

    def GetFixerByName(self, name):
        return next((one for one in self._fixers() if one.name == name), None)

    def GetFixerByNameAndErrorName(self, name):
        return next((one for one in self.GetFixersByErrorName() if one.name == name), None)

    def GetFixersByErrorName(self):
        return [one for one in self._fixers() if one.IsAssociatedWithErrorName(self._name)]

    def GetFixersByKeywords(self, keywords):
        return [one for one in self._fixers() if any(one.HasKeyword(keyword) for keyword in keywords)]

    def __eq__(self, other):
        return isinstance(other, ValidationError) and (self._name, self._type, self._sites, self._message, self._validator) == (
            other._name, other._type, other._sites, other._message, other._validator)

    __hash__ = None


class ValidationFixer:
    """Mends errors: fixerImplFn(error, editTarget, time) does, canApplyFn(the same) says whether it could."""

    def __init__(self, name, description, fixerImplFn, canApplyFn, keywords=(), errorName=""):
        if not callable(fixerImplFn) or not callable(canApplyFn):
            raise TypeError("a fixer is made of two functions")
        self._name, self._description, self._keywords, self._error_name = name, description, list(keywords), errorName
        self._apply, self._can_apply = fixerImplFn, canApplyFn

    name = property(lambda self: self._name)
    description = property(lambda self: self._description)
    errorName = property(lambda self: self._error_name)
    keywords = property(lambda self: list(self._keywords))

    def HasKeyword(self, keyword):
        return keyword in self._keywords

    def IsAssociatedWithErrorName(self, errorName):
        return self._error_name == errorName

    def _fits(self, error):
        return error.GetValidator() is not None and (not self._error_name or self._error_name == error.GetName())

    def CanApplyFix(self, error, editTarget, timeCode=_DEFAULT):
        return self._fits(error) and bool(self._can_apply(error, editTarget, timeCode))

    def ApplyFix(self, error, editTarget, timeCode=_DEFAULT):
        return self._fits(error) and bool(self._apply(error, editTarget, timeCode))


class ValidatorMetadata:
    """What is told of a validator."""

    def __init__(self, name="", plugin=None, keywords=(), doc="", schemaTypes=(), isTimeDependent=False, isSuite=False):
        self._name, self._plugin, self._keywords, self._doc = name, plugin, list(keywords), doc
        self._schema_types, self._time_dependent, self._suite = list(schemaTypes), isTimeDependent, isSuite

    name = property(lambda self: self._name)
    plugin = property(lambda self: self._plugin)
    doc = property(lambda self: self._doc)
    isTimeDependent = property(lambda self: self._time_dependent)
    isSuite = property(lambda self: self._suite)

    def GetKeywords(self):
        return list(self._keywords)

    def GetSchemaTypes(self):
        return list(self._schema_types)


class Validator:
    """Checks layers, stages or prims."""

    __init__ = _cannot_be_made

    @classmethod
    def _new(cls, metadata, kind, check, fixers=()):
        made = cls.__new__(cls)
        made._metadata, made._kind, made._check, made._fixers = metadata, kind, check, list(fixers)
        return made

    def __eq__(self, other):
        return isinstance(other, Validator) and self._metadata.name == other._metadata.name

    def __hash__(self):
        return hash(self._metadata.name)

    def __repr__(self):
        return f"UsdValidation.ValidationRegistry().GetOrLoadValidatorByName('{self._metadata.name}')"

    def GetMetadata(self):
        return self._metadata

    def GetFixers(self):
        return list(self._fixers)

    def GetFixerByName(self, name):
        return next((one for one in self._fixers if one.name == name), None)

    def GetFixerByNameAndErrorName(self, name, errorName):
        return next((one for one in self.GetFixersByErrorName(errorName) if one.name == name), None)

    def GetFixersByErrorName(self, errorName):
        return [one for one in self._fixers if one.IsAssociatedWithErrorName(errorName)]

    def GetFixersByKeywords(self, keywords):
        return [one for one in self._fixers if any(one.HasKeyword(keyword) for keyword in keywords)]

    def Validate(self, what, timeRange=None):
        """The errors of a layer, stage or prim; none where the validator checks something else."""
        kind = "layer" if isinstance(what, _Layer) else "stage" if isinstance(what, _usd.Stage) else "prim"
        if kind == "prim" and not isinstance(what, _usd.Prim):
            raise TypeError(f"{what!r} is neither a layer, a stage nor a prim")
        if kind != self._kind:
            return []
        found = list(self._check(what) if kind == "layer" else self._check(what, timeRange or ValidationTimeRange()))
        for one in found:
            one._validator = self
        return found


class ValidatorSuite:
    """Validators under one name."""

    __init__ = _cannot_be_made

    def GetMetadata(self):
        return self._metadata

    def GetContainedValidators(self):
        return list(self._validators)

    def __eq__(self, other):
        return isinstance(other, ValidatorSuite) and self._metadata.name == other._metadata.name

    def __hash__(self):
        return hash(self._metadata.name)


# -- registry ------------------------------------------------------------------------------------------------------------


def _shown(findings, stage, layer=None):
    out = []
    for _, name, kind, message, sites in findings:
        shown = []
        for identifier, path in sites:
            of_layer = layer if layer is not None and layer.identifier == identifier else _Layer.Find(identifier) if identifier else None
            shown.append(ValidationErrorSite(stage, path or _Path.absoluteRootPath, of_layer) if stage is not None else
                         ValidationErrorSite(of_layer, path or _Path.absoluteRootPath))
        out.append(ValidationError(name, ValidationErrorType.allValues[kind], shown, message))
    return out


def _of_engine(name, documentation, keywords, schema_types, is_time_dependent, contains, kind, fixers):
    from strata import Plug
    infos = [_usd._SchemaInfo(one) for one in schema_types]
    schema_types = [info[1] for info in infos if info is not None]
    metadata = ValidatorMetadata(name, Plug.Registry().GetPluginWithName(name.partition(":")[0]), keywords, documentation, schema_types,
                                 is_time_dependent, bool(contains))
    checks = {"layer": lambda layer: _shown(_core._CheckLayer(name, layer), None, layer),
              "stage": lambda stage, times: _shown(_core._CheckStage(name, stage, *times._for_engine()), stage),
              "prim": lambda prim, times: _shown(_core._CheckPrim(name, prim, *times._for_engine()), prim.GetStage())}
    return Validator._new(metadata, kind, checks[kind])


class Notice:
    """What is told when validators are registered."""

    __init__ = _cannot_be_made

    class DidRegisterValidator(_notices.Notice):
        def GetValidator(self):
            return self._validator

    class DidRegisterValidatorSuite(_notices.Notice):
        def GetValidatorSuite(self):
            return self._suite


class ValidationRegistry:
    """All validators and suites. There is one in a program."""

    _validators, _suites = None, {}

    @staticmethod
    def _all():
        if ValidationRegistry._validators is None:
            ValidationRegistry._validators = {one[0]: _of_engine(*one) for one in _core._All() if not one[5]}
            for one in _core._All():
                if one[5]:
                    suite = ValidatorSuite.__new__(ValidatorSuite)
                    suite._metadata = ValidatorMetadata(one[0], None, one[2], one[1], (), False, True)
                    suite._validators = [ValidationRegistry._validators[name] for name in one[5]
                                         if name in ValidationRegistry._validators]
                    ValidationRegistry._suites.setdefault(one[0], suite)
        return ValidationRegistry._validators

    def HasValidator(self, validatorName):
        return validatorName in self._all()

    def HasValidatorSuite(self, suiteName):
        self._all()
        return suiteName in self._suites

    def GetOrLoadAllValidators(self):
        return list(self._all().values())

    def GetOrLoadAllValidatorSuites(self):
        self._all()
        return list(self._suites.values())

    def GetOrLoadValidatorByName(self, validatorName):
        return self._all().get(validatorName)

    def GetOrLoadValidatorsByName(self, validatorNames):
        return [self._all()[name] for name in validatorNames if name in self._all()]

    def GetOrLoadValidatorSuiteByName(self, suiteName):
        self._all()
        return self._suites.get(suiteName)

    def GetOrLoadValidatorSuitesByName(self, suiteNames):
        self._all()
        return [self._suites[name] for name in suiteNames if name in self._suites]

    def GetAllValidatorMetadata(self):
        return [one._metadata for one in self.GetOrLoadAllValidators() + self.GetOrLoadAllValidatorSuites()]

    def GetValidatorMetadata(self, name):
        return next((one for one in self.GetAllValidatorMetadata() if one.name == name), None)

    def _metadata(self, test):
        return [one for one in self.GetAllValidatorMetadata() if test(one)]

    def GetValidatorMetadataForKeyword(self, keyword):
        return self._metadata(lambda one: keyword in one._keywords)

    def GetValidatorMetadataForKeywords(self, keywords):
        return self._metadata(lambda one: set(keywords) & set(one._keywords))

    def GetValidatorMetadataForSchemaType(self, schemaType):
        return self._metadata(lambda one: schemaType in one._schema_types)

    def GetValidatorMetadataForSchemaTypes(self, schemaTypes):
        return self._metadata(lambda one: set(schemaTypes) & set(one._schema_types))

    def GetValidatorMetadataForPlugin(self, pluginName):
        return self.GetValidatorMetadataForPlugins([pluginName])

    def GetValidatorMetadataForPlugins(self, pluginNames):
        return self._metadata(lambda one: one._plugin is not None and one._plugin.name in pluginNames)

    def _register(self, metadata, kind, check, fixers):
        if not callable(check):
            raise TypeError("a validator is made of a function")
        if not metadata.name or metadata.name in self._all() or metadata.name in self._suites:
            _error(f"a validator cannot be registered as '{metadata.name}': the name is empty or taken")
        made = Validator._new(metadata, kind, check, fixers)
        self._all()[metadata.name] = made
        notice = Notice.DidRegisterValidator()
        notice._validator = made
        notice.SendGlobally()

    def RegisterLayerValidator(self, metadata, layerTaskFn, fixers=()):
        self._register(metadata, "layer", layerTaskFn, fixers)

    def RegisterStageValidator(self, metadata, stageTaskFn, fixers=()):
        self._register(metadata, "stage", stageTaskFn, fixers)

    def RegisterPrimValidator(self, metadata, primTaskFn, fixers=()):
        self._register(metadata, "prim", primTaskFn, fixers)

    def RegisterValidatorSuite(self, metadata, validators):
        if not metadata.name or self.HasValidatorSuite(metadata.name) or self.HasValidator(metadata.name):
            _error(f"a suite cannot be registered as '{metadata.name}': the name is empty or taken")
        made = ValidatorSuite.__new__(ValidatorSuite)
        made._metadata, made._validators = metadata, list(validators)
        self._suites[metadata.name] = made
        notice = Notice.DidRegisterValidatorSuite()
        notice._suite = made
        notice.SendGlobally()

    # Validators of plugins: their metadata stand in the plugin's plugInfo, under Validators.

    def _of_plugin(self, name):
        from strata import Plug
        plugin_name, _, last = name.partition(":")
        plugin = Plug.Registry().GetPluginWithName(plugin_name)
        told = plugin.metadata.get("Validators", {}).get(last) if plugin is not None and last else None
        if told is None:
            _error(f"no plugin tells of a validator '{name}'")
        return ValidatorMetadata(name, plugin, told.get("keywords", ()), told.get("doc", ""), told.get("schemaTypes", ()),
                                 told.get("isTimeDependent", False), told.get("isSuite", False))

    def RegisterPluginLayerValidator(self, validatorName, layerTaskFn, fixers=()):
        self.RegisterLayerValidator(self._of_plugin(validatorName), layerTaskFn, fixers)

    def RegisterPluginStageValidator(self, validatorName, stageTaskFn, fixers=()):
        self.RegisterStageValidator(self._of_plugin(validatorName), stageTaskFn, fixers)

    def RegisterPluginPrimValidator(self, validatorName, primTaskFn, fixers=()):
        self.RegisterPrimValidator(self._of_plugin(validatorName), primTaskFn, fixers)

    def RegisterPluginValidatorSuite(self, validatorSuiteName, validators):
        self.RegisterValidatorSuite(self._of_plugin(validatorSuiteName), validators)


class ValidationContext:
    """Runs validators: those given, those of suites, or those of keywords, plugins or types of schemas."""

    def __init__(self, given, includeAllAncestors=True):
        registry, found = ValidationRegistry(), []
        from strata.Tf import Type
        for one in given:
            if isinstance(one, Validator):
                found.append(one)
            elif isinstance(one, ValidatorSuite):
                found += one.GetContainedValidators()
            elif isinstance(one, ValidatorMetadata):
                found += registry.GetOrLoadValidatorsByName([one.name])
            elif isinstance(one, str):
                found += registry.GetOrLoadValidatorsByName([each.name for each in registry.GetValidatorMetadataForKeyword(one)])
            elif isinstance(one, Type):
                names = [each.typeName for each in ([one] + (list(one.GetAllAncestorTypes()) if includeAllAncestors else []))]
                found += registry.GetOrLoadValidatorsByName([each.name for each in registry.GetValidatorMetadataForSchemaTypes(names)])
            elif hasattr(one, "metadata"):
                found += registry.GetOrLoadValidatorsByName([each.name for each in registry.GetValidatorMetadataForPlugin(one.name)])
            else:
                raise TypeError(f"{one!r} names no validators")
        self._validators = list({one.GetMetadata().name: one for one in found}.values())

    def Validate(self, what, *more, timeRange=None, timeCodes=None, predicate=None):
        """The errors of a layer; of a stage with its layers and prims; or of prims."""
        times = timeRange
        for one in more:
            if isinstance(one, ValidationTimeRange):
                times = one
            elif isinstance(one, (list, tuple)):
                timeCodes = one
            else:
                predicate = one
        ranges = [ValidationTimeRange(one) for one in timeCodes] if timeCodes is not None else [times or ValidationTimeRange()]
        if isinstance(what, _Layer):
            return self._run("layer", [what], ranges)
        if isinstance(what, _usd.Stage):
            root = what.GetPseudoRoot()
            prims = _usd.PrimRange(root, predicate) if predicate is not None else _usd.PrimRange(
                root, _usd.TraverseInstanceProxies(_usd.PrimDefaultPredicate))
            return (self._run("prim", [one for one in prims if not one.IsPseudoRoot()], ranges) + self._run("stage", [what], ranges)
                    + self._run("layer", what.GetUsedLayers(), ranges))
        return self._run("prim", list(what), ranges)

    def _run(self, kind, objects, ranges):
        out = []
        for validator in self._validators:
            if validator._kind != kind:
                continue
            for one in objects:
                if kind == "prim" and not _applies(validator, one):
                    continue
                # What does not depend on time is asked once.
                for times in ranges if validator._metadata.isTimeDependent else ranges[:1]:
                    out += validator.Validate(one, times)
        return out


def _applies(validator, prim):
    types = validator._metadata._schema_types
    if not types:
        return True
    for name in types:
        info = _usd._SchemaInfoOfType(name)
        if info is not None and (prim.HasAPI(info[0]) if info[2].endswith("API") else prim.IsA(info[0])):
            return True
    return False


for _name, _one in list(globals().items()):
    if isinstance(_one, type) and _one.__module__ == __name__ and not _name.startswith("_"):
        _one.__module__ = "strata.UsdValidation"
