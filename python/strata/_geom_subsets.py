"""Subsets of the faces, points or edges of a piece of geometry, in families.   (UsdGeomSubset)"""
from strata import _schemas
from strata._core import UsdGeom as _core
from strata._core.Sdf import ValueTypeNames, VariabilityUniform


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
        given = () if time is None else (time,)
        return _core._UnassignedIndices(geomOrSubsets.GetPrim(), elementType, familyName, *given)

    @staticmethod
    def ValidateFamily(geom, elementType, familyName):
        """(whether the family keeps what its type promises, why not)"""
        return _core._ValidateSubsetFamily(geom.GetPrim(), familyName)
