"""Rigid bodies, joints and collisions: the schemas of UsdPhysics."""
from strata import _schemas


@_schemas.add_to("UsdPhysics", "CollisionGroup")
class _CollisionGroup:
    GetMergeGroupNameAttr, CreateMergeGroupNameAttr = _schemas.accessors("physics:mergeGroup", "string")


_schemas.install("UsdPhysics", globals(), (
    "angular", "colliders", "distance", "kilogramsPerUnit", "linear", "rotX", "rotY", "rotZ", "transX",
    "transY", "transZ", "x=X", "y=Y", "z=Z",
))
