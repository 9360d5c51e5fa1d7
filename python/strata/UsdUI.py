"""How editors show nodes and properties: the schemas of UsdUI."""
from strata import _schemas

_schemas.install("UsdUI", globals(), (
    "default_=default", "description", "label", "priority",
))
