"""Labels: the schemas of UsdSemantics."""
from strata import _schemas

_schemas.install("UsdSemantics", globals())
