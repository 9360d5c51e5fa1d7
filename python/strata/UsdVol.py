"""Volumes and fields: the schemas of UsdVol."""
from strata import _schemas

_schemas.install("UsdVol", globals(), (
    "field",
))
