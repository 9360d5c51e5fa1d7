"""Flattened layer stacks, definitions as specs, colour spaces of prims.   (Usd)"""
from strata import _schemas
from strata._core import Sdf as _sdf
from strata._core import Usd as _core
from strata._core.Usd import PrimDefinition, Stage

# -- layer stacks --------------------------------------------------------------------------------------------------------


class FlattenResolveAssetPathContext:
    """What is asked of a function that says what to write for an asset path."""

    sourceLayer, assetPath, expressionVariables = None, "", None

    def __init__(self, sourceLayer=None, assetPath="", expressionVariables=None):
        self.sourceLayer, self.assetPath, self.expressionVariables = sourceLayer, assetPath, expressionVariables or {}


def FlattenLayerStack(layerStack, *given, **named):
    """(layerStack, [resolveAssetPathFn(layer, path),] tag="") -> an anonymous layer that says what the whole stack says."""
    resolve, tag = _arguments(given, named)
    return _core._FlattenLayerStack(layerStack, resolve and (lambda layer, path, variables: resolve(layer, path)), f"{tag}.usda")


def FlattenLayerStackAdvanced(layerStack, resolveAssetPathFn, tag=""):
    """As FlattenLayerStack; the function takes a FlattenResolveAssetPathContext."""
    return _core._FlattenLayerStack(layerStack, lambda *of: resolveAssetPathFn(FlattenResolveAssetPathContext(*of)), f"{tag}.usda")


def _arguments(given, named):
    given = list(given)
    resolve = given.pop(0) if given and not isinstance(given[0], str) else named.pop("resolveAssetPathFn", None)
    tag = given.pop(0) if given else named.pop("tag", "")
    if given or named:
        raise TypeError("FlattenLayerStack takes a layer stack, a function and a tag")
    return resolve, tag


def FlattenLayerStackResolveAssetPath(sourceLayer, assetPath):
    """What an asset path of a layer is where no function says otherwise: anchored to the layer."""
    from strata.Sdf import VariableExpression
    if not assetPath or VariableExpression.IsExpression(assetPath):
        return assetPath
    return sourceLayer.ComputeAbsolutePath(assetPath)


def FlattenLayerStackResolveAssetPathAdvanced(context):
    from strata.Sdf import VariableExpression
    path = context.assetPath
    if VariableExpression.IsExpression(path):
        path = VariableExpression(path).Evaluate(context.expressionVariables).value or ""
    return FlattenLayerStackResolveAssetPath(context.sourceLayer, path)


# -- definitions ---------------------------------------------------------------------------------------------------------


def _flatten_to(self, *given, **named):
    """(layer, path, specifier) or (parent prim, name, specifier): writes what the schemas say as specs."""
    given = list(given) + [named[name] for name in ("layer", "path", "parent", "name", "newSpecSpecifier") if name in named]
    specifier = given[2] if len(given) > 2 else _sdf.SpecifierOver
    if isinstance(given[0], _core.Prim):
        prim = given[0]
        layer = prim.GetStage().GetEditTarget().GetLayer()
        path = prim.GetPath().AppendChild(given[1])
    else:
        layer, path = given[0], given[1] if isinstance(given[1], _sdf.Path) else _sdf.Path(given[1])
    from strata.Sdf import CreatePrimInLayer
    spec = CreatePrimInLayer(layer, path)
    spec.specifier = specifier
    kind = self.GetMetadata("typeName")
    if kind:
        spec.typeName = kind
    if self.GetAppliedAPISchemas():
        spec.SetInfo("apiSchemas", _sdf.TokenListOp.CreateExplicit(self.GetAppliedAPISchemas()))
    for name in self.GetPropertyNames():
        _write_property(spec, self._Property(name))
    return given[0].GetStage().GetPrimAtPath(path) if isinstance(given[0], _core.Prim) else bool(spec)


def _write_property(spec, declared):
    path = spec.path.AppendProperty(declared.GetName())
    if declared.IsRelationship():
        made = _sdf.CreateRelationshipInLayer(spec.layer, path, declared.GetVariability(), False)
    else:
        kind = _sdf.ValueTypeNames.Find(declared._TypeName())
        made = _sdf.CreatePrimAttributeInLayer(spec.layer, path, kind, declared.GetVariability(), False)
    fallback = declared._FallbackValue()
    if fallback is not None:
        made.SetInfo("default", fallback)
    for field in declared.ListMetadataFields():
        if field not in ("custom", "typeName", "variability", "default"):
            value = declared.GetMetadata(field)
            if value is not None:
                made.SetInfo(field, value)


def _schema_layer(definition):
    """A layer with the definition as the spec /Schema; each definition keeps its own."""
    from strata._core.Sdf import Layer
    layer = Layer.CreateAnonymous("schema.usda")
    _flatten_to(definition, layer, "/Schema", _sdf.SpecifierClass)
    return layer


_layers = {}


def _schema_spec(definition, name):
    key = (definition.GetMetadata("typeName"), tuple(definition.GetAppliedAPISchemas()))
    layer = _layers.get(key) or _layers.setdefault(key, _schema_layer(definition))
    return layer.GetPropertyAtPath(_sdf.Path("/Schema").AppendProperty(name)) if name in definition.GetPropertyNames() else None


def _spec_of_kind(kind):
    def get(self, propName):
        found = _schema_spec(self, propName)
        return found if isinstance(found, kind) else None
    return get


def _local_property_names(self):
    """Those that the schema of the definition declares itself, and not what it inherits or has built in."""
    identifier = self.GetMetadata("typeName") or next(iter(self.GetAppliedAPISchemas()), "")
    own = {name for name, *_ in _core._ListProperties(identifier, False)} if identifier else set()
    built_in = [_core._FindDefinition(name) for name in self.GetAppliedAPISchemas() if name != identifier]

    def is_as_in(other, name):
        there, here = other._Property(name), self._Property(name)
        return bool(there) and (there._TypeName(), there._FallbackValue()) == (here._TypeName(), here._FallbackValue())

    return [name for name in sorted(own & set(self.GetPropertyNames()))
            if not any(one is not None and is_as_in(one, name) for one in built_in)]


PrimDefinition.GetLocallyDefinedPropertyNames = _local_property_names
PrimDefinition.FlattenTo = _flatten_to
PrimDefinition.GetSchemaPropertySpec = _spec_of_kind(_sdf.PropertySpec)
PrimDefinition.GetSchemaAttributeSpec = _spec_of_kind(_sdf.AttributeSpec)
PrimDefinition.GetSchemaRelationshipSpec = _spec_of_kind(_sdf.RelationshipSpec)


# -- colour spaces -------------------------------------------------------------------------------------------------------


class ColorSpaceCache:
    """The base of caches of colour spaces: keeps nothing."""

    def Find(self, path):
        """The name that is kept for a path; the empty text when there is none."""
        return ""

    def Insert(self, path, colorSpace):
        pass


class ColorSpaceHashCache(ColorSpaceCache):
    """What was found of colour spaces, by path."""

    def __init__(self):
        self._held = {}

    def Find(self, path):
        return self._held.get(str(path), "")

    def Insert(self, path, colorSpace):
        self._held[str(path)] = colorSpace


def _cached_name(of, cache):
    if isinstance(of, _core.Attribute):
        name = of.GetMetadata("colorSpace") if of.HasAuthoredMetadata("colorSpace") else ""
        return name or _cached_name(of.GetPrim(), cache)
    name = cache.Find(of.GetPath())
    if name:
        return name
    name = _core._ColorSpaceName(of)
    if name:
        cache.Insert(of.GetPath(), name)
        while not of.IsPseudoRoot() and not of.HasAPI("ColorSpaceAPI"):
            of = of.GetParent()
        if not of.IsPseudoRoot() and not cache.Find(of.GetPath()):
            cache.Insert(of.GetPath(), name)
    return name


@_schemas.add_to("Usd", "ColorSpaceAPI")
class _ColorSpaces:
    """Which space the colours of a prim or an attribute are in."""

    @staticmethod
    def ComputeColorSpaceName(primOrAttribute, cache=None):
        """The name; of prims that a cache knows what it says. It and the prim that decides are put into it."""
        if cache is None:
            return _core._ColorSpaceName(primOrAttribute)
        if not isinstance(cache, ColorSpaceCache):
            raise TypeError(f"a ColorSpaceCache is needed, not {type(cache).__name__}")
        return _cached_name(primOrAttribute, cache)

    @staticmethod
    def ComputeColorSpace(primOrAttribute, cache=None):
        from strata.Gf import ColorSpace
        if cache is not None:
            _ColorSpaces.ComputeColorSpaceName(primOrAttribute, cache)
        found = _core._ColorSpace(primOrAttribute)
        if found is None:
            return ColorSpace("")
        made = ColorSpace(found[0])
        made._space = found[1]
        return made

    @staticmethod
    def IsValidColorSpaceName(prim, name, cache=None):
        return _core._IsValidColorSpaceName(prim, name)


# -- the rest ------------------------------------------------------------------------------------------------------------


def _write_fallback_types(self):
    """Writes what stands in for prim types that a reader may not know: of the schemas here none names any."""
    from strata.Usd import SchemaRegistry
    fallbacks = SchemaRegistry().GetFallbackPrimTypes() if hasattr(SchemaRegistry, "GetFallbackPrimTypes") else {}
    if fallbacks:
        self.SetMetadata("fallbackPrimTypes", fallbacks)


Stage.WriteFallbackPrimTypes = _write_fallback_types


def _composition_errors(self):
    """Everything wrong in the composition of what is there, as Pcp's errors."""
    from strata import Pcp
    return Pcp._errors_of_stage(self)


Stage.GetCompositionErrors = _composition_errors
for _class in (FlattenResolveAssetPathContext, ColorSpaceHashCache, ColorSpaceCache):
    _class.__module__ = "strata.Usd"
