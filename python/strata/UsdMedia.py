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


_PROPERTY, _SCHEMA = "authorship:", "AuthorshipAPI:"


def _checked(prim):
    if not prim:
        from strata.Tf import RaiseCodingError
        RaiseCodingError("Invalid prim")
    return prim


def _added(spec):
    """Names of the records that a spec adds."""
    listed = spec.GetInfo("apiSchemas") if spec.HasInfo("apiSchemas") else None
    return [name[len(_SCHEMA):] for name in (listed.GetAppliedItems() if listed else ()) if name.startswith(_SCHEMA)]


def _written(prim):
    """{name of a record: how many layers add it}"""
    counts = {}
    for spec in _checked(prim).GetPrimStack():
        for name in dict.fromkeys(_added(spec)):
            counts[name] = counts.get(name, 0) + 1
    return counts


def _as_records(prim, names):
    authorship = _schemas.find("UsdMedia", "AuthorshipAPI")
    return [authorship(prim, name) for name in sorted(names)]


def _records(prims):
    authorship = _schemas.find("UsdMedia", "AuthorshipAPI")
    return [one for prim in prims for one in sorted(authorship.GetAll(prim), key=lambda record: record.GetName())]


def _by_path(stage):
    return sorted(stage.Traverse(), key=lambda prim: prim.GetPath())


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
        return _records(sorted(PrimRange(prim), key=lambda one: one.GetPath()))

    @staticmethod
    def GetAllOnStage(stage):
        return _records(_by_path(stage))

    @staticmethod
    def ComputeAccumulatedRecords(prim):
        """The records of a prim and of those above it, those of the uppermost first, sorted by name."""
        chain, at = [], _checked(prim)
        while at and not at.IsPseudoRoot():
            chain.append(at)
            at = at.GetParent()
        return _records(reversed(chain))

    @staticmethod
    def GetShadowed(prim):
        """Records that some layer adds, and a stronger one takes away."""
        applied = {record.GetName() for record in _records([_checked(prim)])}
        return _as_records(prim, [name for name in _written(prim) if name not in applied])

    @staticmethod
    def GetDuplicates(prim):
        """Records that several layers add: the strongest of each property speaks."""
        return _as_records(prim, [name for name, count in _written(prim).items() if count > 1])

    @staticmethod
    def GetAllShadowed(stage):
        return [one for prim in _by_path(stage) for one in _AuthorshipAPI.GetShadowed(prim)]

    @staticmethod
    def GetAllDuplicates(stage):
        return [one for prim in _by_path(stage) for one in _AuthorshipAPI.GetDuplicates(prim)]

    @staticmethod
    def GetAllInLayer(layer):
        """Paths of the records that a layer adds, sorted."""
        from strata._core.Sdf import Path
        found = []

        def look(path):
            spec = layer.GetPrimAtPath(path) if path.IsPrimPath() or path.IsPrimVariantSelectionPath() else None
            if spec is not None:
                found.extend(path.AppendProperty(_PROPERTY + name) for name in _added(spec))

        layer.Traverse(Path.absoluteRootPath, look)
        return sorted(set(found))


_schemas.install("UsdMedia", globals(), (
    "defaultImage", "previewThumbnails=previews:thumbnails",
    "previewThumbnailsDefault=previews:thumbnails:default", "previews", "thumbnails",
))
