"""Settings, products and passes of renders: the schemas of UsdRender."""
from strata import _schemas

_schemas.install("UsdRender", globals(), (
    "collectionCameraVisibilityIncludeRoot=collection:cameraVisibility:includeRoot",
    "collectionRenderVisibilityIncludeRoot=collection:renderVisibility:includeRoot", "color3f",
    "renderSettingsPrimPath", "renderVisibility",
))
