"""Rigid bodies, joints and collisions: the schemas of UsdPhysics."""
from strata import _schemas

_schemas.install("UsdPhysics", globals())
