"""Brings layers that were written for older schemas up to date.   (UsdUtils.FixBrokenPixarSchemas)"""
from strata._core import Usd as _usd
from strata.Sdf import CopySpec
from strata._core.Sdf import RelationshipSpec, TokenListOp, VariabilityUniform

_COORD_SYS = "coordSys:"


class FixBrokenPixarSchemas:
    """Each Fixup method looks at all prims of a layer, in variants too, and mends one thing."""

    def __init__(self, usdLayer):
        self._layer, self._is_updated = usdLayer, False

    def IsLayerUpdated(self):
        return self._is_updated

    def _prims(self):
        found = []
        self._layer.Traverse("/", found.append)
        for path in found:
            spec = self._layer.GetPrimAtPath(path) if path.IsPrimPath() else None
            if spec:
                yield spec

    def _apply(self, spec, schema):
        before = spec.GetInfo("apiSchemas") if spec.HasInfo("apiSchemas") else TokenListOp()
        if schema in before.GetAppliedItems():
            return
        if before.isExplicit:
            before.explicitItems = list(before.explicitItems) + [schema]
        else:
            before.prependedItems = list(before.prependedItems) + [schema]
        spec.SetInfo("apiSchemas", before)
        self._is_updated = True

    def FixupMaterialBindingAPI(self):
        """Prims with bindings have the schema of bindings."""
        for spec in self._prims():
            if any(one.name == "material:binding" or one.name.startswith("material:binding:") for one in spec.properties):
                self._apply(spec, "MaterialBindingAPI")

    def FixupSkelBindingAPI(self):
        """Prims with properties of SkelBindingAPI have it."""
        names = {name for name, *_ in _usd._ListProperties("SkelBindingAPI", False)}
        for spec in self._prims():
            if any(one.name in names for one in spec.properties):
                self._apply(spec, "SkelBindingAPI")

    def FixupCoordSysAPI(self):
        """Coordinate systems are bound by coordSys:NAME:binding, of a schema that is applied as NAME."""
        for spec in self._prims():
            for one in list(spec.properties):
                if not isinstance(one, RelationshipSpec) or not one.name.startswith(_COORD_SYS):
                    continue
                name = one.name[len(_COORD_SYS):]
                if name.endswith(":binding"):
                    self._apply(spec, "CoordSysAPI:" + name[:-len(":binding")])
                    continue
                if CopySpec(self._layer, one.path, self._layer, spec.path.AppendProperty(one.name + ":binding")):
                    spec.RemoveProperty(one)
                self._is_updated = True
                self._apply(spec, "CoordSysAPI:" + name)

    def FixupUpAxis(self):
        """The layer says which way is up."""
        if not self._layer.pseudoRoot.HasInfo("upAxis"):
            from strata import UsdGeom
            self._layer.pseudoRoot.SetInfo("upAxis", UsdGeom.GetFallbackUpAxis())
            self._is_updated = True

    def FixupRenderSettingsTerminalsAPI(self):
        """Render settings name filters and integrators by relationships; they used to connect outputs to them."""
        self._connections_to_targets("RenderSettings", "PxrRenderTerminalsAPI",
                                     ("ri:displayFilters", "ri:sampleFilters", "ri:integrator"))

    def FixupCameraProjectionAPI(self):
        """Cameras name their projection by a relationship; they used to connect an output to it."""
        self._connections_to_targets("Camera", "PxrCameraProjectionAPI", ("ri:projection",))

    def _connections_to_targets(self, type_name, schema, names):
        definition = _usd._FindDefinition(type_name)
        if definition is None or schema not in definition.GetAppliedAPISchemas():
            return
        for spec in self._prims():
            attributes = {one.name: one for one in spec.attributes} if spec.typeName == type_name else {}
            for name in names:
                attribute = attributes.get("outputs:" + name)
                targets = attribute.connectionPathList.GetAppliedItems() if attribute else []
                if not targets:
                    continue
                made = RelationshipSpec(spec, name, attribute.custom, VariabilityUniform)
                made.targetPathList.explicitItems = [path.GetPrimPath() for path in targets]
                spec.RemoveProperty(attribute)
                self._is_updated = True


FixBrokenPixarSchemas.__module__ = "strata.UsdUtils"
