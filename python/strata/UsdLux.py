"""Lights: the schemas of UsdLux."""
from strata import _schemas

_schemas.install("UsdLux", globals())
