"""Shaders, node graphs and materials.   (UsdShade)"""
from strata import _schemas
from strata._core import UsdShade as _core
from strata._core.Sdf import AssetPath, Path, ValueTypeNames, VariabilityUniform
from strata._core.Usd import PrimRange
from strata._shade_ports import AttributeType, Connectable, SdrMetadata, connectable, kind_and_name
from strata.Tf import RaiseCodingError

_SOURCES = ("id", "sourceAsset", "sourceCode")


def _view(name, prim=None):
    return _schemas.find("UsdShade", name)(prim)


class _NodeDef:
    """What a prim says about the shader that it is."""

    def _set_source(self, kind):
        return self.CreateImplementationSourceAttr().Set(kind)

    def _source_name(self, source_type, last):
        return "info:" + (source_type + ":" if source_type else "") + last

    def _get(self, kind, source_type, last):
        """What is said for a source type, or for all."""
        if self.GetImplementationSource() != kind:
            return None
        for one in dict.fromkeys((source_type, "")):
            attribute = self._prim.GetAttribute(self._source_name(one, last))
            if attribute:
                return attribute.Get()
        return None

    def _set(self, type_name, source_type, last, value):
        name = self._source_name(source_type, last)
        attribute = self._prim.GetAttribute(name) or self._prim.CreateAttribute(name, type_name, False, VariabilityUniform)
        return attribute.Set(value)

    def GetImplementationSource(self):
        said = self.GetImplementationSourceAttr().Get()
        return said if said in _SOURCES else "id"

    def GetShaderId(self):
        return self.GetIdAttr().Get() if self.GetImplementationSource() == "id" else None

    def SetShaderId(self, id):
        return self._set_source("id") and bool(self.CreateIdAttr(id))

    def GetSourceAsset(self, sourceType=""):
        return self._get("sourceAsset", sourceType, "sourceAsset")

    def SetSourceAsset(self, sourceAsset, sourceType=""):
        return self._set_source("sourceAsset") and self._set(
            ValueTypeNames.Asset, sourceType, "sourceAsset", AssetPath(sourceAsset) if isinstance(sourceAsset, str) else sourceAsset)

    def GetSourceAssetSubIdentifier(self, sourceType=""):
        return self._get("sourceAsset", sourceType, "sourceAsset:subIdentifier")

    def SetSourceAssetSubIdentifier(self, subIdentifier, sourceType=""):
        return self._set_source("sourceAsset") and self._set(
            ValueTypeNames.Token, sourceType, "sourceAsset:subIdentifier", subIdentifier)

    def GetSourceCode(self, sourceType=""):
        return self._get("sourceCode", sourceType, "sourceCode")

    def SetSourceCode(self, sourceCode, sourceType=""):
        return self._set_source("sourceCode") and self._set(ValueTypeNames.String, sourceType, "sourceCode", sourceCode)

    def GetSourceTypes(self):
        return _core._SourceTypes(self._prim)

    def GetShaderNodeForSourceType(self, sourceType):
        """The node of the registry that the prim names; None when there is none."""
        from strata import Sdr
        return Sdr._find_for_prim(self, sourceType)


@_schemas.add_to("UsdShade", "NodeDefAPI")
class NodeDefAPI(_NodeDef):
    def GetShaderNodeForShadingSystem(self, system):
        return self.GetShaderNodeForSourceType(system)


@_schemas.add_to("UsdShade", "Shader")
class Shader(_NodeDef, Connectable, SdrMetadata):
    def _sdr_owner(self):
        return self._prim

    def GetIdAttr(self):
        return self._prim.GetAttribute("info:id")

    def CreateIdAttr(self, defaultValue=None, writeSparsely=False):
        return _view("NodeDefAPI", self._prim).CreateIdAttr(defaultValue, writeSparsely)

    def GetImplementationSourceAttr(self):
        return self._prim.GetAttribute("info:implementationSource")

    def CreateImplementationSourceAttr(self, defaultValue=None, writeSparsely=False):
        return _view("NodeDefAPI", self._prim).CreateImplementationSourceAttr(defaultValue, writeSparsely)


def consumers_map(view, computeTransitiveConsumers=False):
    """{an input of a container: the inputs inside that take its value}; transitive: past the inputs of containers inside."""
    prim = view.GetPrim()
    found = {port: [] for port in view.GetInputs()}
    for below in PrimRange(prim):
        for taker in connectable(below).GetInputs() if below != prim else ():
            for info in taker.GetConnectedSources()[0]:
                if info.source.GetPrim() == prim and info.sourceType == AttributeType.Input:
                    found.setdefault(view.GetInput(info.sourceName), []).append(taker)
    if not computeTransitiveConsumers:
        return found
    inner_maps = {}
    return {port: _far_consumers(takers, inner_maps) for port, takers in found.items()}


def _far_consumers(takers, inner_maps):
    far = []
    for taker in takers:
        inside = connectable(taker.GetPrim())
        if inside.IsContainer() and taker.GetPrim().GetPath() not in inner_maps:
            inner_maps[taker.GetPrim().GetPath()] = consumers_map(inside, True)
        behind = inner_maps.get(taker.GetPrim().GetPath(), {}).get(taker, [])
        far += behind or [taker]
    return far


@_schemas.add_to("UsdShade", "NodeGraph")
class NodeGraph(Connectable):
    def GetInterfaceInputs(self):
        return self.GetInputs()

    def ComputeOutputSource(self, outputName):
        """(the shader behind an output, the name of its output, the kind)"""
        output = self.GetOutput(outputName)
        for attribute in output.GetValueProducingAttributes(True) if output else []:
            kind, name = kind_and_name(attribute.GetName())
            return _view("Shader", attribute.GetPrim()), name, kind
        return _view("Shader"), "", AttributeType.Invalid

    ComputeInterfaceInputConsumersMap = consumers_map


@_schemas.add_to("UsdShade", "Material")
class Material(NodeGraph):
    @staticmethod
    def _terminal(terminal, render_context):
        return (render_context + ":" if render_context else "") + terminal

    def _outputs(self, terminal):
        found = [self.GetOutput(terminal)] + [one for one in self.GetOutputs() if one.GetBaseName().endswith(":" + terminal)]
        return [one for one in found if one]

    def _compute(self, terminal, contexts):
        for context in ([contexts] if isinstance(contexts, str) else list(contexts)) + [""]:
            found = self.ComputeOutputSource(self._terminal(terminal, context))
            if found[0]:
                return found
        return _view("Shader"), "", AttributeType.Invalid

    def GetMaterialVariant(self):
        return self._prim.GetVariantSet("materialVariant")

    def GetEditContextForVariant(self, materialVariantName, layer=None):
        """Within it edits go into a variant of the material, which is made and selected."""
        variants = self.GetMaterialVariant()
        if not variants.AddVariant(materialVariantName) and materialVariantName not in variants.GetVariantNames():
            raise RuntimeError(f"<{self.GetPath()}> cannot have a variant '{materialVariantName}'")
        variants.SetVariantSelection(materialVariantName)
        return variants.GetVariantEditContext(layer)

    @staticmethod
    def CreateMasterMaterialVariant(masterPrim, materialPrims, masterVariantSetName=""):
        """A variant set of a prim that selects among those of materials, all of which have the same variants."""
        names = None
        for prim in materialPrims:
            if not prim or not prim.IsA("Material") and not prim.HasVariantSets():
                RaiseCodingError(f"{prim} is no material with variants")
            if prim.GetStage() != masterPrim.GetStage():
                RaiseCodingError("the materials are on another stage than the prim that selects among them")
            own = prim.GetVariantSet("materialVariant").GetVariantNames()
            if not own or names not in (None, own):
                RaiseCodingError(f"{prim} has not the variants of the other materials")
            names = own
        if not names:
            RaiseCodingError("no materials to select among")
        master = masterPrim.GetVariantSet(masterVariantSetName or "materialVariant")
        for name in names:
            if not master.AddVariant(name):
                RaiseCodingError(f"{masterPrim} cannot have a variant '{name}'")
            master.SetVariantSelection(name)
            with master.GetVariantEditContext():
                for prim in materialPrims:
                    # Prims that lie elsewhere cannot speak within the variant: the prim itself selects for them.
                    inside = prim if prim.GetPath().HasPrefix(masterPrim.GetPath()) else masterPrim
                    inside.GetVariantSet("materialVariant").SetVariantSelection(name)
        return True

    # -- base materials --------------------------------------------------------------------------------------------------

    def GetBaseMaterialPath(self):
        """What the material specializes directly, when that is a material."""
        for path in self._prim.GetMetadata("specializes").GetAppliedItems() if self._prim.HasMetadata("specializes") else ():
            prim = self._prim.GetStage().GetPrimAtPath(path)
            if prim and prim.IsA("Material"):
                return path
        return Path()

    def GetBaseMaterial(self):
        path = self.GetBaseMaterialPath()
        return _view("Material", self._prim.GetStage().GetPrimAtPath(path) if path else None)

    def SetBaseMaterialPath(self, baseMaterialPath):
        path = Path(baseMaterialPath) if isinstance(baseMaterialPath, str) else baseMaterialPath
        specializes = self._prim.GetSpecializes()
        if not path:
            specializes.ClearSpecializes()
        else:
            specializes.SetSpecializes([path])

    def SetBaseMaterial(self, baseMaterial):
        self.SetBaseMaterialPath(baseMaterial.GetPath() if baseMaterial else Path())

    def ClearBaseMaterial(self):
        self._prim.GetSpecializes().ClearSpecializes()

    def HasBaseMaterial(self):
        return bool(self.GetBaseMaterialPath())


def _add_terminal(terminal):
    title = terminal[:1].upper() + terminal[1:]

    def create(self, renderContext=""):
        return self.CreateOutput(self._terminal(terminal, renderContext), ValueTypeNames.Token)

    def get(self, renderContext=""):
        return self.GetOutput(self._terminal(terminal, renderContext))

    def get_all(self):
        return self._outputs(terminal)

    def compute(self, renderContext="", contextVector=()):
        return self._compute(terminal, renderContext or list(contextVector))

    for name, function in ((f"Create{title}Output", create), (f"Get{title}Output", get), (f"Get{title}Outputs", get_all),
                           (f"Compute{title}Source", compute)):
        setattr(Material, name, function)


for _terminal in ("surface", "displacement", "volume"):
    _add_terminal(_terminal)
