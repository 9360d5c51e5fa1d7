"""RenderMan: the schemas of UsdRi."""
from strata import _schemas

_schemas.install("UsdRi", globals())
