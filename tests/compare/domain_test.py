#!/usr/bin/env python3
"""Skinned points, primvars, cameras and model draw modes are those of usd-core: on the corpus's assets and on random scenes."""
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from pxr import Gf, Usd, UsdGeom, UsdSkel, Vt

CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "conformance"


def flat(value):
    if value is None:
        return None
    if isinstance(value, (int, float, str, bool)):
        return [value]
    if isinstance(value, (Gf.Quatf, Gf.Quatd, Gf.Quath)):
        return [value.real, *value.imaginary]
    if hasattr(value, "__len__"):
        return [number for part in value for number in flat(part)]
    return [str(value)]


def close(a, b, tolerance=2e-4):
    if a is None or b is None:
        return a is None and b is None
    if len(a) != len(b):
        return False
    return all(x == y if isinstance(x, str) or isinstance(y, str) else abs(x - y) <= tolerance * max(1.0, abs(x), abs(y)) for x, y in zip(a, b))


def expect(stage, times):
    expected = {"primvars": {}, "cameras": {}, "drawModes": {}, "skinned": {}}
    for prim in stage.Traverse():
        path = str(prim.GetPath())
        primvars = UsdGeom.PrimvarsAPI(prim).FindPrimvarsWithInheritance()
        found = {}
        for primvar in primvars:
            try:
                value = flat(primvar.ComputeFlattened())
            except Exception:
                value = None
            found[primvar.GetPrimvarName()] = [str(primvar.GetAttr().GetPath()), primvar.GetInterpolation(), value]
        expected["primvars"][path] = found
        if prim.IsA(UsdGeom.Camera):
            frustum = UsdGeom.Camera(prim).GetCamera(times[0]).frustum
            expected["cameras"][path] = flat(frustum.ComputeViewMatrix()) + flat(frustum.ComputeProjectionMatrix())
        expected["drawModes"][path] = UsdGeom.ModelAPI(prim).ComputeModelDrawMode()
    cache = UsdSkel.Cache()
    for prim in stage.Traverse():
        if not prim.IsA(UsdSkel.Root):
            continue
        cache.Populate(UsdSkel.Root(prim), Usd.PrimDefaultPredicate)
        for binding in cache.ComputeSkelBindings(UsdSkel.Root(prim), Usd.PrimDefaultPredicate):
            skeleton = cache.GetSkelQuery(binding.GetSkeleton())
            for query in binding.GetSkinningTargets():
                geometry = query.GetPrim()
                if not geometry.IsA(UsdGeom.PointBased):
                    continue
                samples = []
                for time in times:
                    points = UsdGeom.PointBased(geometry).GetPointsAttr().Get(time)
                    if not points:
                        samples.append(None)
                        continue
                    points = Vt.Vec3fArray(points)
                    if query.HasBlendShapes() and skeleton.GetAnimQuery():
                        weights = skeleton.GetAnimQuery().ComputeBlendShapeWeights(time)
                        mapper = query.GetBlendShapeMapper()
                        weights = mapper.Remap(weights) if mapper else weights
                        blend = UsdSkel.BlendShapeQuery(UsdSkel.BindingAPI(geometry))
                        sub, shapes, subs = blend.ComputeSubShapeWeights(weights)
                        blend.ComputeDeformedPoints(sub, shapes, subs, blend.ComputeBlendShapePointIndices(), blend.ComputeSubShapePointOffsets(),
                                                    points)
                    if query.HasJointInfluences():
                        transforms = skeleton.ComputeSkinningTransforms(time)
                        if not transforms or not query.ComputeSkinnedPoints(transforms, points, time):
                            samples.append(None)
                            continue
                    samples.append(flat(points))
                expected["skinned"][str(geometry.GetPath())] = samples
    return expected


def compare(title, path, times, ask):
    stage = Usd.Stage.Open(path)
    expected, found = expect(stage, times), ask({"kind": "domain", "root": path, "times": times})
    wrong = 0
    for prim, names in expected["primvars"].items():
        other = found["primvars"].get(prim, {})
        for name in sorted(set(names) | set(other)):
            a, b = names.get(name), other.get(name)
            if a is None or b is None or a[:2] != b[:2] or not close(a[2], b[2]):
                wrong += 1
                print(f"{title} {prim} primvar {name}: expected {str(a)[:120]}, answered {str(b)[:120]}")
    for prim, numbers in expected["cameras"].items():
        if not close(numbers, found["cameras"].get(prim)):
            wrong += 1
            print(f"{title} {prim} camera: expected {numbers}, answered {found['cameras'].get(prim)}")
    for prim, mode in expected["drawModes"].items():
        if mode != found["drawModes"].get(prim):
            wrong += 1
            print(f"{title} {prim} draw mode: expected {mode}, answered {found['drawModes'].get(prim)}")
    for prim, samples in expected["skinned"].items():
        other = found["skinned"].get(prim)
        if not other or not all(close(a, b) for a, b in zip(samples, other)):
            wrong += 1
            print(f"{title} {prim} skinned: expected {str(samples)[:200]}, answered {str(other)[:200]}")
    return wrong, len(expected["skinned"])


def numbers(rng, count, low=-2.0, high=2.0):
    return [round(rng.uniform(low, high), 3) for _ in range(count)]


def vectors(rng, count, size=3, low=-2.0, high=2.0):
    return "[" + ", ".join("(" + ", ".join(map(str, numbers(rng, size, low, high))) + ")" for _ in range(count)) + "]"


def matrix(rng, has_scale):
    rotation = Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(*numbers(rng, 3)), rng.uniform(0, 360)))
    scale = Gf.Matrix4d().SetScale(Gf.Vec3d(*numbers(rng, 3, 0.5, 2))) if has_scale else Gf.Matrix4d(1)
    m = scale * rotation * Gf.Matrix4d().SetTranslate(Gf.Vec3d(*numbers(rng, 3)))
    return "( " + ", ".join("(" + ", ".join(repr(m[i][j]) for j in range(4)) + ")" for i in range(4)) + " )"


def quaternions(rng, count):
    parts = []
    for _ in range(count):
        q = Gf.Quatf(rng.uniform(-1, 1), *numbers(rng, 3, -1, 1)).GetNormalized()
        parts.append(f"({q.real}, {q.imaginary[0]}, {q.imaginary[1]}, {q.imaginary[2]})")
    return "[" + ", ".join(parts) + "]"


def make_skeleton(rng):
    joints = ["A", "A/B", "A/B/C", "A/D"][:rng.randint(1, 4)]
    count, points, influences = len(joints), rng.randint(3, 7), rng.randint(1, 3)
    has_scale = rng.random() < 0.5
    order = rng.sample(joints, count)
    animated = rng.sample(joints, rng.randint(1, count))
    quoted = lambda names: "[" + ", ".join(f'"{name}"' for name in names) + "]"
    is_rigid = rng.random() < 0.2
    elements = 1 if is_rigid else points
    weights = []
    for _ in range(elements):
        some = [rng.random() for _ in range(influences)]
        weights += [one / sum(some) for one in some]
    half = lambda n: vectors(rng, n, 3, 0.5, 2) if has_scale else "[" + ", ".join(["(1, 1, 1)"] * n) + "]"
    shape_points = rng.sample(range(points), rng.randint(1, points))
    method = rng.choice(["", 'uniform token primvars:skel:skinningMethod = "dualQuaternion"', 'uniform token primvars:skel:skinningMethod = "classicLinear"'])
    joint_order = f"uniform token[] skel:joints = {quoted(order)}" if rng.random() < 0.5 else ""
    text = f"""#usda 1.0
def SkelRoot "Root" (
    prepend apiSchemas = ["SkelBindingAPI"]
)
{{
    rel skel:skeleton = </Root/Skel>
    def Skeleton "Skel" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {{
        uniform token[] joints = {quoted(joints)}
        uniform matrix4d[] bindTransforms = [{", ".join(matrix(rng, False) for _ in joints)}]
        uniform matrix4d[] restTransforms = [{", ".join(matrix(rng, False) for _ in joints)}]
        rel skel:animationSource = </Root/Anim>
    }}
    def SkelAnimation "Anim"
    {{
        uniform token[] joints = {quoted(animated)}
        float3[] translations.timeSamples = {{
            0: {vectors(rng, len(animated))},
            10: {vectors(rng, len(animated))},
        }}
        quatf[] rotations.timeSamples = {{
            0: {quaternions(rng, len(animated))},
            10: {quaternions(rng, len(animated))},
        }}
        half3[] scales = {half(len(animated))}
        uniform token[] blendShapes = ["other", "smile"]
        float[] blendShapeWeights.timeSamples = {{
            0: [0.5, {round(rng.uniform(-0.5, 1.5), 3)}],
            10: [0, {round(rng.uniform(-0.5, 1.5), 3)}],
        }}
    }}
    def Mesh "Mesh" (
        prepend apiSchemas = ["SkelBindingAPI"]
    )
    {{
        point3f[] points = {vectors(rng, points)}
        int[] faceVertexCounts = [3]
        int[] faceVertexIndices = [0, 1, 2]
        {joint_order}
        {method}
        matrix4d primvars:skel:geomBindTransform = {matrix(rng, has_scale)}
        int[] primvars:skel:jointIndices = {[rng.randrange(count) for _ in range(elements * influences)]} (
            elementSize = {influences}
            interpolation = "{'constant' if is_rigid else 'vertex'}"
        )
        float[] primvars:skel:jointWeights = {weights} (
            elementSize = {influences}
            interpolation = "{'constant' if is_rigid else 'vertex'}"
        )
        uniform token[] skel:blendShapes = ["smile"]
        rel skel:blendShapeTargets = </Root/Mesh/smile>
        def BlendShape "smile"
        {{
            uniform vector3f[] offsets = {vectors(rng, len(shape_points))}
            uniform int[] pointIndices = {shape_points}
            uniform vector3f[] inbetweens:half = {vectors(rng, len(shape_points))} (
                weight = {round(rng.uniform(0.2, 0.8), 3)}
            )
        }}
    }}
}}
"""
    return text


def make_primvars(rng):
    lines, depth = ["#usda 1.0"], rng.randint(2, 4)
    for level in range(depth):
        pad = "    " * level
        lines += [f'{pad}def Xform "P{level}" (', f'{pad}    kind = "{rng.choice(["group", "component", "assembly"])}"',
                  f'{pad}    prepend apiSchemas = ["GeomModelAPI"]', pad + ")", pad + "{"]
        if rng.random() < 0.6:
            lines.append(f'{pad}    uniform token model:drawMode = "{rng.choice(["inherited", "cards", "bounds", "default"])}"')
        for name in rng.sample(["a", "b", "ns:c", "d"], rng.randint(0, 4)):
            interpolation = rng.choice(["constant", "constant", "uniform", "vertex"])
            kind = rng.choice(["values", "values", "blocked", "none", "indexed", "bad"])
            value = {"values": " = [1, 2, 3, 4]", "blocked": " = None", "none": "", "indexed": " = [5, 6, 7, 8]", "bad": " = [5, 6]"}[kind]
            size = rng.choice([1, 1, 2])
            lines += [f"{pad}    float[] primvars:{name}{value} (", f'{pad}        interpolation = "{interpolation}"',
                      f"{pad}        elementSize = {size}", pad + "    )"]
            if kind in ("indexed", "bad"):
                lines.append(f"{pad}    int[] primvars:{name}:indices = {[rng.randrange(2 if kind == 'indexed' else 4) for _ in range(3)]}")
        lens = "\n".join(f"{pad}        float {name} = {value}" for name, value in
                         (("horizontalAperture", rng.randint(10, 40)), ("verticalApertureOffset", rng.randint(-3, 3)), ("focalLength", rng.randint(20, 90))))
        lines.append(f'{pad}    def Camera "Cam" {{\n{lens}\n{pad}        token projection = "{rng.choice(["perspective", "orthographic"])}"\n'
                     f'{pad}        double3 xformOp:translate = {tuple(numbers(rng, 3))}\n'
                     f'{pad}        uniform token[] xformOpOrder = ["xformOp:translate"]\n{pad}    }}')
    return "\n".join(lines) + "\n" + "\n".join("    " * level + "}" for level in reversed(range(depth))) + "\n"


def main():
    seeds = int(os.environ.get("SEEDS", "60"))
    process = subprocess.Popen([os.environ["STRATA_ANSWER"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(question):
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        reply = json.loads(process.stdout.readline())
        return reply.get("answer") or {"primvars": {}, "cameras": {}, "drawModes": {}, "skinned": {}}

    wrong = skinned = stages = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(seeds):
            rng = random.Random(seed)
            path = f"{folder}/scene{seed}.usda"
            Path(path).write_text(make_skeleton(rng) if seed % 2 else make_primvars(rng))
            one, meshes = compare(f"seed {seed}", path, [0.0, 4.0, 10.0], ask)
            wrong, skinned, stages = wrong + one, skinned + meshes, stages + 1
    for case in sorted(CORPUS.glob("usdSkel/*/case.json")) + sorted(CORPUS.glob("assets/*/case.json")):
        for run in json.loads(case.read_text())["runs"]:
            if run["kind"] != "stage" or "session" in run or "load" in run:
                continue
            path = (case.parent / "data" / run["root"]).resolve()
            try:
                stage = Usd.Stage.Open(str(path))
            except Exception:
                continue
            if not any(prim.IsA(UsdSkel.Root) for prim in stage.Traverse()):
                continue
            one, meshes = compare(run["root"], str(path), [stage.GetStartTimeCode(), stage.GetEndTimeCode()], ask)
            wrong, skinned, stages = wrong + one, skinned + meshes, stages + 1
    process.stdin.close()
    print(f"{stages} stages, {skinned} skinned meshes: {wrong} differences from usd-core")
    return 1 if wrong or not skinned else 0


if __name__ == "__main__":
    sys.exit(main())
