"""What renderers read beside geometry: the schemas of UsdHydra."""
from strata import _schemas

_schemas.install("UsdHydra", globals())
