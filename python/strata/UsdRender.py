"""Settings, products and passes of renders: the schemas of UsdRender."""
from strata import _schemas


@_schemas.add_to("UsdRender", "Settings")
class _Settings:
    @classmethod
    def GetStageRenderSettings(cls, stage):
        """The settings that a stage names; invalid where it names none."""
        path = stage.GetMetadata("renderSettingsPrimPath") if stage.HasAuthoredMetadata("renderSettingsPrimPath") else None
        return cls(stage.GetPrimAtPath(path)) if path else cls()


@_schemas.add_to("UsdRender", "Pass")
class _Pass:
    def GetRenderVisibilityCollectionAPI(self):
        return _schemas.find("Usd", "CollectionAPI")(self._prim, "renderVisibility")


_schemas.install("UsdRender", globals(), (
    "collectionCameraVisibilityIncludeRoot=collection:cameraVisibility:includeRoot",
    "collectionRenderVisibilityIncludeRoot=collection:renderVisibility:includeRoot", "color3f",
    "renderSettingsPrimPath", "renderVisibility",
))
