"""Procedurals: the schemas of UsdProc."""
from strata import _schemas

_schemas.install("UsdProc", globals())
