"""What the 50 commonest calls take from Python, on usd-core and on Strata: the same script, in turn.

    python_calls.py [--rounds N] [--markdown] [--only TEXT]

Nanoseconds of CPU for one call, the least of all rounds, the call of an empty function taken off. PYTHONPATH must lead to strata.
"""
import argparse
import json
import os
import subprocess
import sys
import time

SET_UP = """
from pxr import Gf, Sdf, Tf, Usd, UsdGeom, UsdShade, Vt
stage = Usd.Stage.CreateInMemory()
world = UsdGeom.Xform.Define(stage, "/World")
for i in range(20):
    cube = UsdGeom.Cube.Define(stage, f"/World/Group/Cube_{i}")
    cube.AddTranslateOp().Set(Gf.Vec3d(i, 0, 0))
    cube.CreateDisplayColorAttr([(1, 0, 0)])
prim = cube.GetPrim()
parent = prim.GetParent()
size = prim.GetAttribute("size")
size.Set(1.0)
animated = prim.CreateAttribute("animated", Sdf.ValueTypeNames.Double)
for i in range(10):
    animated.Set(float(i), i)
color = prim.GetAttribute("primvars:displayColor")
rel = prim.CreateRelationship("friends")
rel.SetTargets(["/World"])
prim.GetVariantSets().AddVariantSet("look").AddVariant("red")
points = prim.CreateAttribute("many", Sdf.ValueTypeNames.Point3fArray)
points.Set(Vt.Vec3fArray([(i, i, i) for i in range(1000)]))
layer = stage.GetRootLayer()
spec = layer.GetPrimAtPath("/World/Group/Cube_3")
size_spec = layer.GetAttributeAtPath("/World/Group/Cube_19.size")
path = Sdf.Path("/World/Group/Cube_3.size")
prim_path = path.GetPrimPath()
query = Usd.AttributeQuery(animated)
time = Usd.TimeCode(3)
cache = UsdGeom.XformCache()
xformable = UsdGeom.Xformable(prim)
matrix, other = Gf.Matrix4d(2), Gf.Matrix4d(3)
a, b = Gf.Vec3d(1, 2, 3), Gf.Vec3d(4, 5, 6)
f = Gf.Vec3f(1, 2, 3)
array = Vt.Vec3fArray([(1, 2, 3)] * 100)
"""
CALLS = """
stage.GetPrimAtPath("/World/Group/Cube_3")
stage.GetPrimAtPath(prim_path)
stage.GetPseudoRoot()
stage.GetRootLayer()
stage.GetAttributeAtPath(path)
prim.GetPath()
prim.GetName()
prim.GetTypeName()
prim.GetParent()
prim.GetStage()
prim.IsValid()
bool(prim)
prim.IsActive()
prim.IsA(UsdGeom.Cube)
prim.IsA("Cube")
prim.HasAPI("CollectionAPI")
prim.GetChildren()
parent.GetChildren()
prim.GetAttribute("size")
prim.HasAttribute("size")
prim.GetAttributes()
prim.GetPropertyNames()
prim.GetRelationship("friends")
prim.GetMetadata("active")
prim.GetVariantSets()
prim == parent
hash(prim)
size.Get()
animated.Get(3.5)
animated.Get(time)
query.Get(3.5)
color.Get()
points.Get()
size.Set(2.0)
size.GetName()
size.GetTypeName()
size.GetNumTimeSamples()
rel.GetTargets()
UsdGeom.Cube(prim)
cube.GetSizeAttr()
xformable.GetLocalTransformation()
cache.GetLocalToWorldTransform(prim)
layer.GetPrimAtPath(prim_path)
spec.name
size_spec.default
Sdf.Path("/World/Group/Cube_3")
path.name
prim_path.AppendChild("Child")
prim_path == path
Gf.Vec3d(1, 2, 3)
a + b
a * 2.0
Gf.Dot(a, b)
a[0]
matrix * other
matrix.Transform(a)
len(array)
array[3]
Usd.TimeCode(3)
"""


def measure(name, rounds):
    if name == "strata":
        import strata.as_pxr
        strata.as_pxr.install()
    scope = {}
    exec(SET_UP, scope)
    found = {}
    for call in ["None", *CALLS.strip().splitlines()]:
        code = f"def once(count):\n  for _ in range(count):\n    {call}\n"
        local = dict(scope)
        exec(code, local)
        once = local["once"]
        count = 100
        while True:
            start = time.process_time_ns()
            once(count)
            taken = time.process_time_ns() - start
            if taken > 2_000_000:
                break
            count *= 4
        best = taken / count
        for _ in range(rounds):
            start = time.process_time_ns()
            once(count)
            best = min(best, (time.process_time_ns() - start) / count)
        found[call] = best
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--child", choices=("strata", "usd-core"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        measure(options.child, options.rounds)
    best = {"strata": {}, "usd-core": {}}
    for _ in range(2):
        for name, figures in best.items():
            done = subprocess.run([sys.executable, __file__, "--child", name, "--rounds", str(options.rounds)], check=True,
                                  capture_output=True, text=True)
            for call, taken in json.loads(done.stdout.splitlines()[-1]).items():
                figures[call] = min(taken, figures.get(call, taken))
    met, calls = 0, CALLS.strip().splitlines()
    if options.markdown:
        print("| call | usd-core, ns | Strata, ns | ratio | at most half |\n|---|---|---|---|---|")
    for call in calls:
        theirs, ours = (max(figures[call] - figures["None"], 0.1) for figures in (best["usd-core"], best["strata"]))
        met += ours * 2 <= theirs
        word = "yes" if ours * 2 <= theirs else "**no**"
        if options.markdown:
            print(f"| `{call}` | {theirs:.0f} | {ours:.0f} | {theirs / ours:.1f}x | {word} |")
        else:
            print(f"{call:45} {theirs:9.0f} {ours:9.0f} {theirs / ours:6.1f}x {word}")
    print(f"\n{met} of {len(calls)} calls take at most half of what usd-core takes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
