"""A scene index of your own in the chain that renderers read, and an observer of what it shows. (Strata alone)

    scene_indices.py
"""
import sys

from strata import Hd, Sdf, Usd, UsdGeom


class Recoloured(Hd.SingleInputFilteringSceneIndexBase):
    """Says of every mesh that it is red, and of nothing else anything else."""

    red = Hd.RetainedTypedSampledDataSource([(1.0, 0.0, 0.0)], Sdf.ValueTypeNames.Color3fArray)
    where = Hd.DataSourceLocator("primvars", "displayColor", "primvarValue")

    def GetPrim(self, primPath: Sdf.Path | str) -> Hd.SceneIndexPrim:
        prim = self._GetInputSceneIndex().GetPrim(primPath)
        if prim.primType == "mesh":
            prim.dataSource = Hd.ContainerDataSourceEditor(prim.dataSource).Set(self.where, self.red).Finish()
        return prim


class Told(Hd.SceneIndexObserver):
    def PrimsAdded(self, sender: object, entries: list[Hd.SceneIndexObserver.AddedPrimEntry]) -> None:
        print("added:", [(str(entry.primPath), entry.primType) for entry in entries])

    def PrimsRemoved(self, sender: object, entries: list[Hd.SceneIndexObserver.RemovedPrimEntry]) -> None:
        print("removed:", [str(entry.primPath) for entry in entries])

    def PrimsDirtied(self, sender: object, entries: list[Hd.SceneIndexObserver.DirtiedPrimEntry]) -> None:
        for entry in entries:
            print("dirtied:", entry.primPath, *entry.dirtyLocators)


def main() -> int:
    Hd.RegisterSceneIndexPlugin("recoloured", lambda scene, context: Recoloured(scene), phase="resolved")
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/World/Sail")
    scene = Hd.CreateSceneIndices(stage)
    final = scene.finalSceneIndex
    print([index.GetDisplayName() for index in scene.sceneIndices if isinstance(index, Recoloured)])
    print(final.GetPrim("/World/Sail").primType, final.GetChildPrimPaths("/World"))
    print(final.GetDataSource("/World/Sail", Recoloured.where).GetValue())
    primvars = Hd.PrimvarsSchema.GetFromParent(final.GetPrim("/World/Sail").dataSource)
    print("typed:", primvars.Get("displayColor").GetPrimvarValue().GetValue(), Hd.MeshSchema.GetTopologyLocator())

    told = Told()
    final.AddObserver(told)
    visible = Hd.DataSourceLocator("visibility", "visibility")
    print("visible:", final.GetDataSource("/World/Sail", visible).GetValue())
    mesh.MakeInvisible()
    print("visible:", final.GetDataSource("/World/Sail", visible).GetValue())
    stage.DefinePrim("/World/Mast", "Cylinder")
    stage.RemovePrim("/World/Sail")
    return 0


if __name__ == "__main__":
    sys.exit(main())
