"""Shader prims as definitions of nodes of the registry.   (UsdShadeShaderDefUtils)"""


class ShaderDefUtils:
    """What a shader prim that defines nodes says of them."""

    def __init__(self):
        raise RuntimeError("This class cannot be instantiated from Python")

    @staticmethod
    def GetDiscoveryResults(shaderDef, sourceUri):
        """A result for each source type of which the prim names a file."""
        from strata import Sdr
        out = []
        split = Sdr.FsHelpersSplitShaderIdentifier(shaderDef.GetPrim().GetName())
        if split is None or shaderDef.GetImplementationSource() != "sourceAsset":
            return out
        family, name, version = split
        for source_type in shaderDef.GetSourceTypes():
            asset = shaderDef.GetSourceAsset(source_type)
            if asset is None or not asset.path:
                continue
            out.append(Sdr.NodeDiscoveryResult(
                shaderDef.GetPrim().GetName(), version, name, family, sourceUri.rpartition(".")[2], source_type, sourceUri, sourceUri,
                "", shaderDef.GetSdrMetadata(), "", shaderDef.GetPrim().GetName(), family))
        return out

    @staticmethod
    def GetProperties(shaderDef):
        from strata import Sdr
        return Sdr.properties_of(shaderDef)

    @staticmethod
    def GetPrimvarNamesMetadataString(metadata, shaderDef):
        """Names of primvars that the node reads, and of inputs that name some, for its metadata."""
        from strata._shade_ports import connectable
        names = [metadata["primvars"]] if metadata.get("primvars") else []
        for port in connectable(shaderDef.GetPrim()).GetInputs():
            if port.HasSdrMetadataByKey("primvarProperty"):
                names.append("$" + port.GetBaseName())
        return "|".join(names)


class ShaderDefParserPlugin:
    """Reads definitions of nodes from files of scene description."""

    def GetDiscoveryTypes(self):
        return ["usd", "usda", "usdc"]

    def GetShadingSystem(self):
        return ""

    def ParseShaderNode(self, discoveryResult):
        """The node; None where the file has none."""
        from strata import Sdr
        one = discoveryResult
        return Sdr.Registry()._read(one.resolvedUri or one.uri, one.subIdentifier, one.identifier, one.shadingSystem, one.metadata)


for _one in (ShaderDefUtils, ShaderDefParserPlugin):
    _one.__module__ = "strata.UsdShade"
