"""Surveyed positions in a coordinate reference system that only pyproj knows: where they stand in the scene, and how far apart.

    python survey.py survey.usda            needs pyproj (pip install pyproj)
"""
import sys

try:
    import pyproj
except ModuleNotFoundError:
    print("skipped: pyproj is not installed (pip install pyproj)")
    sys.exit(77)

from strata import Compute, Usd

asked = []


def resolve(crs):
    """Asked once for each system that Strata does not know itself; None would leave what is bound to it where its transform puts it."""
    asked.append(crs.wkt or crs.epsg)
    try:
        return pyproj.Transformer.from_crs(crs.wkt or crs.epsg, 4979, always_xy=True).transform
    except pyproj.exceptions.CRSError:
        return None


stage = Usd.Stage.Open(sys.argv[1])
system = Compute.System(stage, Compute.Registry(crs=resolve))
places = {}
for prim in stage.Traverse():
    if prim.GetAttribute("crs:position").HasValue():
        places[prim.GetName()] = system.GetLocalToWorldTransform(prim).ExtractTranslation()
for each in system.GetDiagnostics():
    print(each["path"], each["message"], each["hint"])
for name, place in places.items():
    print(f"{name}: {place[0]:.1f} m east, {place[1]:.1f} m north")
print(f"{(places['Mill'] - places['Church']).GetLength():.1f} m apart")
print("asked for", asked)
