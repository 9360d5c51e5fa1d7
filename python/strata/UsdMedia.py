"""Sound and previews: the schemas of UsdMedia."""
from strata import _schemas

_schemas.install("UsdMedia", globals())
