"""Which materials prims are bound to: relationships, collections and subsets of faces.   (UsdShadeMaterialBindingAPI)"""
from strata import _schemas
from strata._core import Usd as _Usd
from strata._core import UsdGeom as _geom
from strata._core.Sdf import Path
from strata.Tf import RaiseCodingError

_BINDING, _COLLECTION = "material:binding", "material:binding:collection"


def _material(prim=None):
    return _schemas.find("UsdShade", "Material")(prim)


def _binding_name(purpose):
    return _BINDING + (":" + purpose if purpose else "")


def _collection_name(binding, purpose):
    return _COLLECTION + (":" + purpose if purpose else "") + ":" + binding


def _target_prim(relationship, path):
    return relationship.GetStage().GetPrimAtPath(path) if path else _Usd.Prim()


class DirectBinding:
    """A relationship of a prim that binds it to one material."""

    def __init__(self, bindingRel=None):
        self._relationship = bindingRel if bindingRel is not None else _Usd.Relationship()
        self._path = MaterialBindingAPI.GetResolvedTargetPathFromBindingRel(self._relationship)
        parts = self._relationship.GetName().split(":") if bindingRel is not None else ()
        self._purpose = parts[2] if len(parts) == 3 else ""

    def GetBindingRel(self):
        return self._relationship

    def GetMaterialPath(self):
        return self._path

    def GetMaterial(self):
        return _material(_target_prim(self._relationship, self._path))

    def GetMaterialPurpose(self):
        return self._purpose


class CollectionBinding:
    """A relationship of a prim that binds the members of a collection to a material."""

    def __init__(self, bindingRel=None):
        self._relationship = bindingRel if bindingRel is not None else _Usd.Relationship()
        targets = self._relationship.GetForwardedTargets() if self.IsCollectionBindingRel(self._relationship) else []
        two = targets if len(targets) == 2 and targets[0].IsPropertyPath() != targets[1].IsPropertyPath() else [Path(), Path()]
        self._collection, self._path = two if two[0].IsPropertyPath() else two[::-1]

    def GetBindingRel(self):
        return self._relationship

    def GetCollectionPath(self):
        return self._collection

    def GetCollection(self):
        cls = _schemas.find("Usd", "CollectionAPI")
        return cls.GetCollection(self._relationship.GetStage(), self._collection) if self._collection else cls()

    def GetMaterialPath(self):
        return self._path

    def GetMaterial(self):
        return _material(_target_prim(self._relationship, self._path))

    def IsValid(self):
        return _schemas.find("Usd", "CollectionAPI").IsCollectionAPIPath(self._collection)

    @staticmethod
    def IsCollectionBindingRel(bindingRel):
        return bool(bindingRel) and bindingRel.GetName().startswith(_COLLECTION + ":")


@_schemas.add_to("UsdShade", "MaterialBindingAPI")
class MaterialBindingAPI:
    DirectBinding, CollectionBinding = DirectBinding, CollectionBinding

    @staticmethod
    def CanContainPropertyName(name):
        return name.startswith(_BINDING)

    @staticmethod
    def GetMaterialPurposes():
        return ["", "preview", "full"]

    @staticmethod
    def GetResolvedTargetPathFromBindingRel(bindingRel):
        targets = bindingRel.GetForwardedTargets() if bindingRel else []
        return targets[0] if len(targets) == 1 and targets[0].IsPrimPath() else Path()

    # -- what is bound ---------------------------------------------------------------------------------------------------

    def GetDirectBindingRel(self, materialPurpose=""):
        return self._prim.GetRelationship(_binding_name(materialPurpose))

    def GetDirectBinding(self, materialPurpose=""):
        return DirectBinding(self.GetDirectBindingRel(materialPurpose))

    def GetCollectionBindingRel(self, bindingName, materialPurpose=""):
        return self._prim.GetRelationship(_collection_name(bindingName, materialPurpose))

    def GetCollectionBindingRels(self, materialPurpose=""):
        parts = 4 + bool(materialPurpose)
        start = _collection_name("", materialPurpose)
        names = [one for one in self._prim.GetAuthoredPropertyNames() if one.startswith(start) and len(one.split(":")) == parts]
        return [self._prim.GetRelationship(name) for name in names]

    def GetCollectionBindings(self, materialPurpose=""):
        found = [CollectionBinding(one) for one in self.GetCollectionBindingRels(materialPurpose)]
        return [one for one in found if one.IsValid()]

    def ComputeBoundMaterial(self, materialPurpose="", supportLegacyBindings=True):
        """(the material that holds for the prim, the relationship that says so)"""
        prim, relationship = _geom._BoundMaterial(self._prim, "" if materialPurpose == "allPurpose" else materialPurpose)
        return _material(prim), relationship

    @staticmethod
    def ComputeBoundMaterials(prims, materialPurpose="", supportLegacyBindings=True):
        cls = _schemas.find("UsdShade", "MaterialBindingAPI")
        found = [cls(prim).ComputeBoundMaterial(materialPurpose, supportLegacyBindings) for prim in prims]
        return [material for material, _ in found], [relationship for _, relationship in found]

    # -- binding ---------------------------------------------------------------------------------------------------------

    def Bind(self, first, *given, **named):
        """Bind(material[, strength[, purpose]]), or Bind(collection, material[, name[, strength[, purpose]]])."""
        if isinstance(first, _schemas.find("Usd", "CollectionAPI")):
            return self._bind_collection(first, *given, **named)
        return self._bind_material(first, *given, **named)

    def _bind_material(self, material, bindingStrength="fallbackStrength", materialPurpose=""):
        _check_material(material)
        return self._bind(_binding_name(materialPurpose), [material.GetPath()], bindingStrength)

    def _bind_collection(self, collection, material, bindingName="", bindingStrength="fallbackStrength", materialPurpose=""):
        _check_material(material)
        if ":" in bindingName:
            RaiseCodingError(f"the name '{bindingName}' of a binding has a namespace")
        name = _collection_name(bindingName or collection.GetName().rpartition(":")[2], materialPurpose)
        return self._bind(name, [collection.GetCollectionPath(), material.GetPath()], bindingStrength)

    def _bind(self, name, targets, strength):
        relationship = self._prim.CreateRelationship(name, False)
        self.SetMaterialBindingStrength(relationship, strength)
        return relationship.SetTargets(targets)

    def UnbindDirectBinding(self, materialPurpose=""):
        return self._prim.CreateRelationship(_binding_name(materialPurpose), False).SetTargets([])

    def UnbindCollectionBinding(self, bindingName, materialPurpose=""):
        return self._prim.CreateRelationship(_collection_name(bindingName, materialPurpose), False).SetTargets([])

    def UnbindAllBindings(self):
        names = [name for name in self._prim.GetAuthoredPropertyNames() if name.startswith(_BINDING)]
        return all([self._prim.CreateRelationship(name, False).SetTargets([]) for name in names])

    def AddPrimToBindingCollection(self, prim, bindingName, materialPurpose=""):
        binding = CollectionBinding(self.GetCollectionBindingRel(bindingName, materialPurpose))
        return not binding.IsValid() or binding.GetCollection().IncludePath(prim.GetPath())

    def RemovePrimFromBindingCollection(self, prim, bindingName, materialPurpose=""):
        binding = CollectionBinding(self.GetCollectionBindingRel(bindingName, materialPurpose))
        return not binding.IsValid() or binding.GetCollection().ExcludePath(prim.GetPath())

    @staticmethod
    def GetMaterialBindingStrength(bindingRel):
        said = bindingRel.GetMetadata("bindMaterialAs") if bindingRel else None
        return "strongerThanDescendants" if said == "strongerThanDescendants" else "weakerThanDescendants"

    @staticmethod
    def SetMaterialBindingStrength(bindingRel, bindingStrength):
        if bindingStrength != "fallbackStrength":
            return bindingRel.SetMetadata("bindMaterialAs", bindingStrength)
        stronger = MaterialBindingAPI.GetMaterialBindingStrength(bindingRel) == "strongerThanDescendants"
        return not stronger or bindingRel.SetMetadata("bindMaterialAs", "weakerThanDescendants")

    # -- subsets ---------------------------------------------------------------------------------------------------------

    def _geometry(self):
        return _schemas.find("UsdGeom", "Imageable")(self._prim)

    def CreateMaterialBindSubset(self, subsetName, indices, elementType="face"):
        subset = _schemas.find("UsdGeom", "Subset")
        made = subset.CreateGeomSubset(self._geometry(), subsetName, elementType, indices, "materialBind")
        if not subset.GetFamilyType(self._geometry(), "materialBind") or not self._prim.GetAttribute(
                "subsetFamily:materialBind:familyType").HasAuthoredValue():
            self.SetMaterialBindSubsetsFamilyType("nonOverlapping")
        return made

    def GetMaterialBindSubsets(self):
        return _schemas.find("UsdGeom", "Subset").GetGeomSubsets(self._geometry(), "face", "materialBind")

    def SetMaterialBindSubsetsFamilyType(self, familyType):
        if familyType == "unrestricted":
            RaiseCodingError("subsets that materials are bound to must not overlap: nonOverlapping or partition")
        return _schemas.find("UsdGeom", "Subset").SetFamilyType(self._geometry(), "materialBind", familyType)

    def GetMaterialBindSubsetsFamilyType(self):
        return _schemas.find("UsdGeom", "Subset").GetFamilyType(self._geometry(), "materialBind")


def _check_material(material):
    if not isinstance(material, _schemas.find("UsdShade", "Material")):
        raise TypeError(f"{material!r} is no material")
    if not material.GetPrim():
        RaiseCodingError("an invalid material cannot be bound")


for _one, _name in ((DirectBinding, "DirectBinding"), (CollectionBinding, "CollectionBinding")):
    _one.__module__, _one.__qualname__ = "strata.UsdShade", "MaterialBindingAPI." + _name
