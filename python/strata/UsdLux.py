"""Lights, their filters, what they light and which a scene has.   (UsdLux)"""
from strata import _enums, _schemas
from strata._core import UsdLux as _core
from strata._core.Sdf import ValueTypeNames as _types
from strata._core.Sdf import VariabilityUniform as _uniform
from strata._shade_ports import Connectable as _Connectable


def _collection(view, name):
    return _schemas.find("Usd", "CollectionAPI")(view.GetPrim(), name)


class _Shaded(_Connectable):
    """What lights and filters say of the shaders that stand for them."""

    def GetShaderIdAttrForRenderContext(self, renderContext):
        return self._prim.GetAttribute(renderContext + ":" + self._shader_id)

    def CreateShaderIdAttrForRenderContext(self, renderContext, defaultValue=None, writeSparsely=False):
        made = self._prim.CreateAttribute(renderContext + ":" + self._shader_id, _types.Token, False, _uniform)
        if defaultValue is not None and not (writeSparsely and made.Get() == defaultValue):
            made.Set(defaultValue)
        return made

    def GetShaderId(self, renderContexts):
        """That of the first of the contexts that has one, else that for all."""
        for context in renderContexts:
            attribute = self.GetShaderIdAttrForRenderContext(context)
            if attribute and attribute.Get():
                return attribute.Get()
        return self._prim.GetAttribute(self._shader_id).Get() or ""


@_schemas.add_to("UsdLux", "LightAPI")
class _LightAPI(_Shaded):
    _shader_id = "light:shaderId"

    def GetLightLinkCollectionAPI(self):
        return _collection(self, "lightLink")

    def GetShadowLinkCollectionAPI(self):
        return _collection(self, "shadowLink")


@_schemas.add_to("UsdLux", "LightFilter")
class _LightFilter(_Shaded):
    _shader_id = "lightFilter:shaderId"

    def GetFilterLinkCollectionAPI(self):
        return _collection(self, "filterLink")


for _name in ("ShadowAPI", "ShapingAPI"):
    _schemas.add_to("UsdLux", _name)(type("_" + _name, (_Connectable,), {}))


class _HasLightAPI:
    def LightAPI(self):
        return _schemas.find("UsdLux", "LightAPI")(self._prim)


class _HasNodeDefAPI:
    def GetNodeDefAPI(self):
        return _schemas.find("UsdShade", "NodeDefAPI")(self._prim)


for _name in ("BoundableLightBase", "NonboundableLightBase"):
    _schemas.add_to("UsdLux", _name)(_HasLightAPI)
for _name in ("PluginLight", "PluginLightFilter"):
    _schemas.add_to("UsdLux", _name)(_HasNodeDefAPI)


@_schemas.add_to("UsdLux", "DomeLight")
class _DomeLight:
    def OrientToStageUpAxis(self):
        """On stages whose Z is up, turns the dome, which is made for Y."""
        from strata import UsdGeom
        xformable = UsdGeom.Xformable(self._prim)
        name = "xformOp:rotateX:orientToStageUpAxis"
        if UsdGeom.GetStageUpAxis(self._prim.GetStage()) != UsdGeom.Tokens.z or any(
                one.GetOpName() == name for one in xformable.GetOrderedXformOps()):
            return
        xformable.AddRotateXOp(opSuffix="orientToStageUpAxis").Set(90.0)


def _light_lists(class_name):
    class LightList:
        def ComputeLightList(self, mode):
            """The paths of all lights at and below the prim; of models those that they keep, when the cache is consulted."""
            return _core._LightList(self._prim, mode == LightList.ComputeModeConsultModelHierarchyCache)

        def StoreLightList(self, lights):
            """Keeps a list for others to consult: paths at or below the prim."""
            own = self._prim.GetPath()
            from strata._core.Sdf import Path
            paths = [Path(one) if isinstance(one, str) else one for one in lights]
            kept = sorted({one for one in paths if one.HasPrefix(own)})
            self.CreateLightListRel().SetTargets(kept)
            self.CreateLightListCacheBehaviorAttr().Set("consumeAndContinue")

        def InvalidateLightList(self):
            self.CreateLightListCacheBehaviorAttr().Set("ignore")

    made = _enums.make(LightList, f"UsdLux{class_name}::ComputeMode", "ComputeMode", [
        ("ComputeModeConsultModelHierarchyCache", "Consult lightList cache", 0),
        ("ComputeModeIgnoreCache", "Ignore lightList cache", 1)], f"UsdLux.{class_name}.")
    made.__module__ = "strata.UsdLux"
    _schemas.add_to("UsdLux", class_name)(LightList)


for _name in ("LightListAPI", "ListAPI"):
    _light_lists(_name)

_schemas.install("UsdLux", globals(), (
    "collectionFilterLinkIncludeRoot=collection:filterLink:includeRoot",
    "collectionLightLinkIncludeRoot=collection:lightLink:includeRoot",
    "collectionShadowLinkIncludeRoot=collection:shadowLink:includeRoot", "MeshLight", "VolumeLight",
    "filterLink", "lightLink", "orientToStageUpAxis", "shadowLink",
))
