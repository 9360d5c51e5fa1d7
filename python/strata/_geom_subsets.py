"""Subsets of the faces, points or edges of a piece of geometry, in families.   (UsdGeomSubset)"""
from strata import _schemas
from strata._core import UsdGeom as _core
from strata._core.Sdf import ValueTypeNames, VariabilityUniform
from strata._core.Usd import TimeCode
from strata._core.Vt import IntArray

_DEFAULT = TimeCode.Default()


@_schemas.add_to("UsdGeom", "Subset")
class Subset:
    @classmethod
    def CreateGeomSubset(cls, geom, subsetName, elementType, indices, familyName="", familyType=""):
        made = cls.Define(geom.GetPrim().GetStage(), geom.GetPath().AppendChild(subsetName))
        made.GetElementTypeAttr().Set(elementType)
        made.GetIndicesAttr().Set(indices)
        made.GetFamilyNameAttr().Set(familyName)
        if familyName and familyType:
            cls.SetFamilyType(geom, familyName, familyType)
        return made

    @classmethod
    def CreateUniqueGeomSubset(cls, geom, subsetName, elementType, indices, familyName="", familyType=""):
        """The same under the first of name, name_1, name_2, ... that is free."""
        name, number = subsetName, 0
        while geom.GetPrim().GetChild(name):
            number += 1
            name = f"{subsetName}_{number}"
        return cls.CreateGeomSubset(geom, name, elementType, indices, familyName, familyType)

    @classmethod
    def GetAllGeomSubsets(cls, geom):
        return [cls(one) for one in _core._GeomSubsets(geom.GetPrim())]

    @classmethod
    def GetGeomSubsets(cls, geom, elementType="", familyName=""):
        return [one for one in cls.GetAllGeomSubsets(geom)
                if (not elementType or one.GetElementTypeAttr().Get() == elementType)
                and (not familyName or one.GetFamilyNameAttr().Get() == familyName)]

    @staticmethod
    def GetAllGeomSubsetFamilyNames(geom):
        return _core._GeomSubsetFamilies(geom.GetPrim())

    @staticmethod
    def SetFamilyType(geom, familyName, familyType):
        attribute = geom.GetPrim().CreateAttribute(
            f"subsetFamily:{familyName}:familyType", ValueTypeNames.Token, False, VariabilityUniform)
        return attribute.Set(familyType)

    @staticmethod
    def GetFamilyType(geom, familyName):
        return _core._GeomSubsetFamilyType(geom.GetPrim(), familyName)

    @staticmethod
    def GetUnassignedIndices(geomOrSubsets, elementType, familyName="", time=None):
        """Of (geom, elementType, familyName, time), or of (subsets, elementCount, time): the indices in none of the subsets."""
        if isinstance(geomOrSubsets, (list, tuple)):
            at = familyName or _DEFAULT
            used = {index for subset in geomOrSubsets for index in subset.GetIndicesAttr().Get(at) or ()}
            return IntArray([index for index in range(elementType) if index not in used])
        given = () if time is None else (time,)
        return _core._UnassignedIndices(geomOrSubsets.GetPrim(), elementType, familyName, *given)

    @staticmethod
    def ValidateFamily(geom, elementType, familyName):
        """(whether the family keeps what its type promises, why not)"""
        return _core._ValidateSubsetFamily(geom.GetPrim(), familyName)

    @staticmethod
    def ValidateSubsets(subsets, elementCount, familyType):
        """(whether subsets keep what the type of a family promises of that many elements, why not)"""
        times = sorted({time for subset in subsets for time in subset.GetIndicesAttr().GetTimeSamples()})
        for time in [_DEFAULT, *times]:
            seen = set()
            for subset in subsets:
                for index in subset.GetIndicesAttr().Get(time) or ():
                    if index in seen and familyType != "unrestricted":
                        return False, f"<{subset.GetPath()}> has index {index}, which another subset has, too, at {time}."
                    seen.add(index)
            if familyType == "partition" and len(seen) != elementCount:
                return False, f"The subsets have {len(seen)} of {elementCount} elements at {time}."
            if elementCount and any(index >= elementCount or index < 0 for index in seen):
                return False, f"There are {elementCount} elements at {time}: an index is below 0 or beyond them."
        return True, ""
