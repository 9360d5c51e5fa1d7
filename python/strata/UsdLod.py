"""Levels of detail: the schemas of UsdLod."""
from strata import _schemas

_schemas.install("UsdLod", globals(), (
    "audio", "imaging", "physics",
))
