"""Images behind what a camera sees, and bounds with overrides.   (UsdGeom.BackPlateAPI, UsdGeom.BBoxCache)"""
from strata import _schemas
from strata._core import UsdGeom as _geom
from strata._core.UsdGeom import _BackPlate


@_schemas.add_to("UsdGeom", "BackPlateAPI")
class _BackPlates:
    def _plate(self):
        return _BackPlate(self._prim, self._name)

    def ComputeEffectiveDimension(self, computeWidth, time):
        """The width, or the height, of what is seen of the plate at the camera's focus distance."""
        return self._plate().Dimensions(time)[0 if computeWidth else 1]

    def SetAspectRatio(self, width, height, time):
        """Scales the plate so that it has a width and a height at the camera's focus distance, at all times."""
        self.CreateScaleTweakAttr().Set(self._plate().ScaleForSize(width, height, time))

    def GetCameraSpacePosition(self, time):
        """Where the plate is beside the camera."""
        return self._plate().CameraSpacePosition(time)

    def SetCameraSpacePosition(self, pos, time):
        self.CreateTranslateTweakAttr().Set(self._plate().TranslateForCameraSpace(pos, time), time)

    def GetWorldSpacePosition(self, time):
        """Where the plate is; a camera's rotation and scale have no say."""
        return self._plate().WorldSpacePosition(time)

    def SetWorldSpacePosition(self, pos, time):
        self.CreateTranslateTweakAttr().Set(self._plate().TranslateForWorldSpace(pos, time), time)


# -- bounds with overrides -----------------------------------------------------------------------------------------------


def _bound_with_overrides(self, prim, pathsToSkip, primOverride, ctmOverrides):
    """The bound in the world of a prim whose local-to-world transform is `primOverride`: without the subtrees at some paths, and with
    the local-to-world transforms of others given by path."""
    from strata._core.Sdf import Path
    skipped = {Path(path) if isinstance(path, str) else path for path in pathsToSkip}
    transforms = {Path(path) if isinstance(path, str) else path: matrix for path, matrix in ctmOverrides.items()}
    return _bound_of(self, prim, skipped, primOverride, transforms)


def _bound_of(cache, prim, skipped, to_world, transforms):
    from strata.Gf import BBox3d, Range3d, Vec3d
    path, made = prim.GetPath(), BBox3d()
    if path in skipped:
        return made
    if not any(one != path and one.HasPrefix(path) for one in (*skipped, *transforms)):
        made = cache.ComputeUntransformedBound(prim)
        made.Transform(to_world)
        return made
    corners = _geom._Extent(prim, cache.GetTime())
    if corners is not None:
        made = BBox3d(Range3d(*(Vec3d(corner) for corner in corners)), to_world)
    for child in prim.GetChildren():
        below = transforms.get(child.GetPath())
        if below is None:
            below = _geom._LocalTransformation(child, cache.GetTime()) * to_world
        made = BBox3d.Combine(made, _bound_of(cache, child, skipped, below, transforms))
    return made


_geom.BBoxCache.ComputeWorldBoundWithOverrides = _bound_with_overrides
