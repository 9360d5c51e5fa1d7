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


PrimDefinition.FlattenTo = _flatten_to
PrimDefinition.GetSchemaPropertySpec = _spec_of_kind(_sdf.PropertySpec)
PrimDefinition.GetSchemaAttributeSpec = _spec_of_kind(_sdf.AttributeSpec)
PrimDefinition.GetSchemaRelationshipSpec = _spec_of_kind(_sdf.RelationshipSpec)


# -- colour spaces -------------------------------------------------------------------------------------------------------


class ColorSpaceHashCache:
    """What was found of colour spaces, by path."""

    def __init__(self):
        self._held = {}

    def Find(self, path):
        """The name that is kept for a path; the empty text when there is none."""
        return self._held.get(str(path), "")

    def Insert(self, path, colorSpace):
        self._held[str(path)] = colorSpace


class ColorSpaceCache(ColorSpaceHashCache):
    """The same, as a base of others."""


@_schemas.add_to("Usd", "ColorSpaceAPI")
class _ColorSpaces:
    """Which space the colours of a prim or an attribute are in."""

    @staticmethod
    def ComputeColorSpaceName(primOrAttribute, cache=None):
        return _core._ColorSpaceName(primOrAttribute)

    @staticmethod
    def ComputeColorSpace(primOrAttribute, cache=None):
        from strata.Gf import ColorSpace
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
for _class in (FlattenResolveAssetPathContext, ColorSpaceHashCache, ColorSpaceCache):
    _class.__module__ = "strata.Usd"
