"""Lights: the schemas of UsdLux."""
from strata import _schemas

_schemas.install("UsdLux", globals(), (
    "collectionFilterLinkIncludeRoot=collection:filterLink:includeRoot",
    "collectionLightLinkIncludeRoot=collection:lightLink:includeRoot",
    "collectionShadowLinkIncludeRoot=collection:shadowLink:includeRoot", "MeshLight", "VolumeLight",
    "filterLink", "lightLink", "orientToStageUpAxis", "shadowLink",
))
