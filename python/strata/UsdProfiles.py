"""Profiles: the schemas of UsdProfiles."""
from strata import _schemas

_schemas.install("UsdProfiles", globals(), (
    "enhancement", "hard", "soft",
))
