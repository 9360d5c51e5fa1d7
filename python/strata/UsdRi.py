"""RenderMan: the schemas of UsdRi."""
from strata import _schemas

_schemas.install("UsdRi", globals(), (
    "bspline", "cameraVisibility", "catmullRom=catmull-rom", "constant", "interpolation", "linear", "matte",
    "positions", "renderContext=ri", "spline", "values",
))
