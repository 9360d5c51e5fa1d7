"""What renderers read beside geometry: the schemas of UsdHydra."""
from strata import _schemas

_schemas.install("UsdHydra", globals(), (
    "HwPrimvar_1", "HwPtexTexture_1", "HwUvTexture_1", "black", "clamp", "displayLookBxdf=displayLook:bxdf",
    "faceIndex", "faceOffset", "frame", "hydraGenerativeProcedural", "infoFilename=inputs:file",
    "infoVarname=inputs:varname", "linear", "linearMipmapLinear", "linearMipmapNearest", "magFilter",
    "minFilter", "mirror", "nearest", "nearestMipmapLinear", "nearestMipmapNearest", "repeat", "textureMemory",
    "useMetadata", "uv", "wrapS", "wrapT",
))
