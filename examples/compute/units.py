"""Parts in other units: which of a scene's values differ and what becomes of them, and a layer in which all of it is written down for
programs that compute nothing.

    python units.py units.usda [baked.usda]
"""
import pathlib
import sys
import tempfile

from strata import Compute, Usd, UsdGeom

stage = Usd.Stage.Open(sys.argv[1])
system = Compute.System(stage, Compute.Registry())
report = system.CollectMetricsReport()
print(f"the stage is in units of {report['stage']['metersPerUnit']} m")
for each in report["divergences"]:
    layer = pathlib.Path(each["layer"]).name
    print(f"{each['attribute']} ({each['dimension']}): {each['value']['metersPerUnit']} m by {layer}: {each['action']}")

with tempfile.TemporaryDirectory() as folder:
    target = sys.argv[2] if len(sys.argv) > 2 else pathlib.Path(folder) / "baked.usda"
    prims, remarks = Compute.BakeMetrics(stage, target)
    for each in remarks:
        print(each["path"], each["message"], each["hint"])
    # Anybody reads the baked layer alike: as authored it is what is computed of the scene.
    baked = Usd.Stage.Open(str(target))
    for prim in stage.Traverse():
        if not prim.IsA(UsdGeom.Gprim):
            continue
        computed = system.ComputeWorldBound(prim).GetMax()
        written = UsdGeom.BBoxCache(0, ["default"]).ComputeWorldBound(baked.GetPrimAtPath(prim.GetPath())).ComputeAlignedRange().GetMax()
        print(f"{prim.GetPath()} reaches to {written[0]:.3f} m, {'as' if (written - computed).GetLength() < 1e-6 else 'not as'} computed")
print(f"{prims} prim written")
