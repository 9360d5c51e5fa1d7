"""Sound and previews: the schemas of UsdMedia."""
from strata import _schemas

_schemas.install("UsdMedia", globals(), (
    "defaultImage", "previewThumbnails=previews:thumbnails",
    "previewThumbnailsDefault=previews:thumbnails:default", "previews", "thumbnails",
))
