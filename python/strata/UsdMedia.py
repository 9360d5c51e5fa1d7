"""Sound, previews of assets and who made them.   (UsdMedia)"""
from strata import _schemas
from strata._core.Sdf import AssetPath as _AssetPath
from strata._core.Sdf import Layer as _Layer

_KEY = "previews:thumbnails:default"


class _Thumbnails:
    """Small images of an asset."""

    defaultImage = None  # each object has its own

    def __init__(self, defaultImage=None):
        self.defaultImage = defaultImage if defaultImage is not None else _AssetPath("")

    def __repr__(self):
        return f"UsdMedia.AssetPreviewsAPI.Thumbnails(defaultImage={self.defaultImage!r})"


_Thumbnails.__name__, _Thumbnails.__qualname__ = "Thumbnails", "AssetPreviewsAPI.Thumbnails"
_Thumbnails.__module__ = "strata.UsdMedia"


@_schemas.add_to("UsdMedia", "AssetPreviewsAPI")
class _AssetPreviewsAPI:
    Thumbnails = _Thumbnails

    def GetDefaultThumbnails(self):
        """The thumbnails that the asset says; None where it says none."""
        image = self._prim.GetAssetInfoByKey(_KEY + ":defaultImage")
        return _Thumbnails(image) if isinstance(image, _AssetPath) else None

    def SetDefaultThumbnails(self, thumbnails):
        self._prim.SetAssetInfoByKey(_KEY, {"defaultImage": thumbnails.defaultImage})

    def ClearDefaultThumbnails(self):
        self._prim.ClearAssetInfoByKey(_KEY)

    @classmethod
    def GetAssetDefaultPreviews(cls, layerOrPath):
        """Those of the default prim of a layer, which is opened without what it leads to; invalid where there are none."""
        from strata.Usd import Stage
        layer = layerOrPath if isinstance(layerOrPath, _Layer) else _Layer.FindOrOpen(layerOrPath)
        if not layer:
            return cls()
        stage = Stage.Open(layer, Stage.LoadNone)
        made = cls(stage.GetDefaultPrim()) if stage.GetDefaultPrim() else cls()
        made._kept_stage = stage  # which nobody else holds
        return made


def _records(prims):
    authorship = _schemas.find("UsdMedia", "AuthorshipAPI")
    return [one for prim in prims for one in authorship.GetAll(prim)]


@_schemas.add_to("UsdMedia", "AuthorshipAPI")
class _AuthorshipAPI:
    @staticmethod
    def IsAuthorshipAPIPath(path):
        from strata._core.Sdf import Path
        path = Path(path) if isinstance(path, str) else path
        parts = path.name.split(":") if path.IsPropertyPath() else []
        return len(parts) == 2 and parts[0] == "authorship"

    @staticmethod
    def GetAllUnder(prim):
        from strata._core.Usd import PrimRange
        return _records(PrimRange(prim))

    @staticmethod
    def GetAllOnStage(stage):
        return _records(stage.Traverse())


_schemas.install("UsdMedia", globals(), (
    "defaultImage", "previewThumbnails=previews:thumbnails",
    "previewThumbnailsDefault=previews:thumbnails:default", "previews", "thumbnails",
))
