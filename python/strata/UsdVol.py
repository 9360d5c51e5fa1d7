"""Volumes, their fields and fields of particles.   (UsdVol)"""
from strata import _schemas
from strata._core.Sdf import Path as _Path

_PREFIX = "field:"


@_schemas.add_to("UsdVol", "Volume")
class _Volume:
    @staticmethod
    def _full(name):
        return name if name.startswith(_PREFIX) else _PREFIX + name

    def _rel(self, name):
        return self._prim.GetRelationship(self._full(name))

    def HasFieldRelationship(self, name):
        return bool(self._rel(name))

    def GetFieldPath(self, name):
        """The prim that a name means; empty where it means none."""
        targets = self._rel(name).GetForwardedTargets() if self._rel(name) else []
        return targets[0] if len(targets) == 1 and targets[0].IsPrimPath() else _Path()

    def GetFieldPaths(self):
        """{name: path of the prim}"""
        names = [one[len(_PREFIX):] for one in self._prim.GetPropertyNames() if one.startswith(_PREFIX)]
        found = {name: self.GetFieldPath(name) for name in names}
        return {name: path for name, path in found.items() if path}

    def CreateFieldRelationship(self, name, fieldPath):
        path = _Path(fieldPath) if isinstance(fieldPath, str) else fieldPath
        if not path.IsPrimPath() and not path.IsPropertyPath():
            return False
        return self._prim.CreateRelationship(self._full(name), True).SetTargets([path])

    def BlockFieldRelationship(self, name):
        relationship = self._rel(name)
        return bool(relationship) and relationship.SetTargets([])


def _give(class_name, *others):
    """A class shows a prim through other schemas, by functions of their names."""
    members = {other: lambda self, other=other: _schemas.find("UsdVol", other)(self._prim) for other in others}
    _schemas.add_to("UsdVol", class_name)(type("_" + class_name, (), members))


_give("ParticleField3DGaussianSplat", "ParticleFieldKernelGaussianEllipsoidAPI", "ParticleFieldOpacityAttributeAPI",
      "ParticleFieldOrientationAttributeAPI", "ParticleFieldPositionAttributeAPI", "ParticleFieldScaleAttributeAPI",
      "ParticleFieldSphericalHarmonicsAttributeAPI")
for _kernel in ("ConstantSurflet", "GaussianEllipsoid", "GaussianSurflet"):
    _give(f"ParticleFieldKernel{_kernel}API", "ParticleFieldKernelBaseAPI")
_give("ParticleFieldPositionAttributeAPI", "ParticleFieldPositionBaseAPI")
_give("ParticleFieldSphericalHarmonicsAttributeAPI", "ParticleFieldRadianceBaseAPI")

_schemas.install("UsdVol", globals(), (
    "field",
))
