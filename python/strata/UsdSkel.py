"""Skeletons and what they move: the schemas of UsdSkel."""
from strata import _schemas

_schemas.install("UsdSkel", globals(), (
    "weight",
))
