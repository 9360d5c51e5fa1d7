"""Stages: the scene that layers compose.   (Usd)"""
from strata import _schemas
from strata._core.Usd import *  # noqa: F403
from strata._core.Usd import PrimAllPrimsPredicate, _PrimFlagsPredicate  # noqa: F401
from strata._core.Usd import EditTarget, VariantSet


class EditContext:
    """Within it edits of a stage go to another target (the stage's own when none is given)."""

    def __init__(self, stage, editTarget=None):
        if isinstance(stage, tuple):
            stage, editTarget = stage
        self._stage = stage
        self._target = editTarget if isinstance(editTarget, (EditTarget, type(None))) else EditTarget(editTarget)

    def __enter__(self):
        self._before = self._stage.GetEditTarget()
        if self._target is not None:
            self._stage.SetEditTarget(self._target)
        return self

    def __exit__(self, kind, value, trace):
        self._stage.SetEditTarget(self._before)
        return False


def _variant_edit_context(variant_set, layer=None):
    """Within it edits of the stage go into the selected variant."""
    return EditContext(variant_set.GetPrim().GetStage(), variant_set.GetVariantEditTarget(layer))


VariantSet.GetVariantEditContext = _variant_edit_context


# -- schemas -------------------------------------------------------------------------------------------------------------


@_schemas.add_to("Usd", "CollectionAPI")
class _CollectionAPI:
    def GetCollectionPath(self):
        return self.GetPath().AppendProperty("collection:" + self.GetName())

    def _list(self, create, path):
        return create().AddTarget(path)

    def IncludePath(self, path):
        return self.CreateIncludesRel().AddTarget(path)

    def ExcludePath(self, path):
        return self.CreateExcludesRel().AddTarget(path)

    def HasNoIncludedPaths(self):
        return not self.GetIncludesRel().GetTargets() and not self.GetIncludeRootAttr().Get()

    def ResetCollection(self):
        for relationship in (self.GetIncludesRel(), self.GetExcludesRel()):
            if relationship:
                relationship.ClearTargets(True)
        return True

    def BlockCollection(self):
        return self.CreateIncludesRel().SetTargets([]) and self.CreateExcludesRel().SetTargets([])


@_schemas.add_to("Usd", "ModelAPI")
class _ModelAPI:
    def GetKind(self):
        return self._prim.GetKind()

    def SetKind(self, kind):
        return self._prim.SetKind(kind)

    def IsKind(self, baseKind, validation=None):
        from strata import Kind
        return Kind.Registry.IsA(self._prim.GetKind(), baseKind)

    def IsModel(self):
        return self._prim.IsModel()

    def IsGroup(self):
        return self._prim.IsGroup()

    def _info(name, key):
        def get(self):
            value = self._prim.GetAssetInfoByKey(key)
            return value if value is not None else ""

        def put(self, value):
            self._prim.SetAssetInfoByKey(key, value)

        return {f"GetAsset{name}": get, f"SetAsset{name}": put}

    locals().update({**_info("Name", "name"), **_info("Version", "version"), **_info("Identifier", "identifier")})
    del _info

    def GetModelAssetInfo(self):
        return self._prim.GetAssetInfo()

    def SetModelAssetInfo(self, info):
        self._prim.SetAssetInfo(info)


SchemaBase, APISchemaBase, Typed = _schemas.SchemaBase, _schemas.APISchemaBase, _schemas.Typed
_schemas.install("Usd", globals(), (
    "apiSchemas", "clipSets", "clips", "custom", "exclude", "fallbackPrimTypes",
))
