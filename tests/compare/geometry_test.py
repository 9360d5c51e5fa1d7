#!/usr/bin/env python3
"""Transforms, bounds, visibility, purposes and bound materials are those of usd-core: on random scenes and on the corpus's assets.

SCENES names further files, separated by colons, such as the scenes that are measured.
"""
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from pxr import Usd, UsdGeom, UsdShade

CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "conformance"
PURPOSES = ["default", "render", "proxy", "guide"]
SHAPES = ["Sphere", "Cube", "Cone", "Cylinder", "Capsule", "Plane", "Mesh", "Points", "BasisCurves", "NurbsCurves", "HermiteCurves", "TetMesh",
          "Cylinder_1", "Capsule_1", "NurbsPatch"]
LIGHTS = ["SphereLight", "RectLight", "DiskLight", "CylinderLight", "PortalLight", "DistantLight", "DomeLight"]
ROTATIONS = ["rotateX", "rotateY", "rotateZ", "rotateXYZ", "rotateXZY", "rotateYXZ", "rotateYZX", "rotateZXY", "rotateZYX"]
SCALES = ("xformOp:scaleX", "xformOp:scaleY", "xformOp:scaleZ")
PRECISIONS = {"half": "half3", "float": "float3", "double": "double3"}


class Writer:
    """One scene as text."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines = ['#usda 1.0', "(", "    startTimeCode = 0", "    endTimeCode = 10", ")", ""]
        # usd-core 26.11 takes the axes of an animated component from the default time when a prim below is asked first: scenes have
        # components or animated transforms.
        self.moves = self.rng.random() < 0.5
        self.classes = []
        self.count = 0

    def number(self, low=-4.0, high=4.0):
        return round(self.rng.uniform(low, high), 3)

    def vector(self, size=3, low=-4.0, high=4.0):
        return "(" + ", ".join(str(self.number(low, high)) for _ in range(size)) + ")"

    def vectors(self, count, size=3):
        return "[" + ", ".join(self.vector(size) for _ in range(count)) + "]"

    def animate(self, declaration, make, chance=0.25):
        """An attribute with a value by `make`, with samples, or with both."""
        if self.rng.random() >= chance:
            return [f"{declaration} = {make()}"]
        samples = ", ".join(f"{time}: {make()}" for time in sorted(self.rng.sample([0, 2, 5, 8, 10], self.rng.randint(1, 3))))
        lines = [f"{declaration}.timeSamples = {{ {samples} }}"]
        return ([f"{declaration} = {make()}"] if self.rng.random() < 0.3 else []) + lines

    def op(self, suffix):
        rng = self.rng
        kind = rng.choice(["translate", "translate", "scale", "orient", "transform", "translateX", "translateY", "translateZ", "scaleX", "scaleY",
                           "scaleZ"] + ROTATIONS)
        name = f"xformOp:{kind}" + (f":{suffix}" if suffix else "")
        precision = rng.choice(list(PRECISIONS))
        if kind == "transform":
            rows = [[1 if i == j else 0 for j in range(4)] for i in range(4)]
            for i in range(3):
                for j in range(3):
                    rows[i][j] = round(rows[i][j] + rng.uniform(-0.4, 0.4), 3)
            rows[3][:3] = [self.number() for _ in range(3)]
            return name, self.animate(f"matrix4d {name}", lambda: "( " + ", ".join(str(tuple(row)) for row in rows) + " )", 0.1 * self.moves)
        if kind == "orient":
            declared = {"half": "quath", "float": "quatf", "double": "quatd"}[precision]
            return name, self.animate(f"{declared} {name}", lambda: self.vector(4, 0.1, 1), 0.25 * self.moves)
        low, high = (0.3, 2.0) if kind.startswith("scale") else (-180, 180) if kind.startswith("rotate") else (-4, 4)
        if kind in ("translate", "scale") or kind in ROTATIONS[3:]:
            return name, self.animate(f"{PRECISIONS[precision]} {name}", lambda: self.vector(3, low, high), 0.25 * self.moves)
        return name, self.animate(f"{precision} {name}", lambda: self.number(low, high), 0.25 * self.moves)

    def transform(self, path):
        rng, ops, lines = self.rng, [], []
        for index in range(rng.choice([0, 0, 1, 1, 2, 3, 4])):
            name, declared = self.op(rng.choice(["", f"s{index}", "pivot"]))
            if name in ops:
                continue
            ops.append(name)
            lines += declared
        # usd-core 26.11 gives scaleX by -2 for the inverse of scaleX by 2: left out, a deliberate divergence (docs/schemas.md).
        inverses = [f"!invert!{name}" for name in ops if rng.random() < 0.15 and not name.startswith(SCALES)]
        order = ops + inverses
        if rng.random() < 0.08 and path.startswith("/World"):  # below instances it leads to the prototype's root or to the world
            order.insert(rng.randrange(len(order) + 1), "!resetXformStack!")
        if rng.random() < 0.05:
            order.append("xformOp:translate:absent")
        if order:
            lines.append("uniform token[] xformOpOrder = [" + ", ".join(f'"{name}"' for name in order) + "]")
        return lines

    def shape(self, kind):
        rng, lines = self.rng, []
        count = rng.randint(4, 7)
        if kind in ("Cone", "Cylinder", "Capsule", "Plane", "Cylinder_1", "Capsule_1") and rng.random() < 0.6:
            lines.append(f'uniform token axis = "{rng.choice("XYZ")}"')
        sizes = {"Sphere": ["radius"], "Cube": ["size"], "Cone": ["radius", "height"], "Cylinder": ["radius", "height"],
                 "Capsule": ["radius", "height"], "Plane": ["width", "length"], "Cylinder_1": ["radiusTop", "radiusBottom", "height"],
                 "Capsule_1": ["radiusTop", "radiusBottom", "height"]}
        for name in sizes.get(kind, []):
            if rng.random() < 0.6:
                # usd-core 26.11 computes the extent of planes from defaults at every time: not asked, a deliberate divergence.
                chance = 0 if kind == "Plane" else 0.25
                lines += self.animate(f"double {name}", lambda: self.number(0.2, 3), chance)
        if kind in ("Mesh", "Points", "BasisCurves", "NurbsCurves", "HermiteCurves", "TetMesh", "NurbsPatch"):
            lines += self.animate("point3f[] points", lambda: self.vectors(count))
        if kind == "Mesh":
            lines += ["int[] faceVertexCounts = [3]", "int[] faceVertexIndices = [0, 1, 2]"]
        if kind in ("Points", "BasisCurves", "NurbsCurves", "HermiteCurves") and rng.random() < 0.6:
            widths = rng.choice([1, count])
            lines += self.animate("float[] widths", lambda: "[" + ", ".join(str(self.number(0.1, 1)) for _ in range(widths)) + "]")
        if kind in ("BasisCurves", "NurbsCurves", "HermiteCurves"):
            lines.append(f"int[] curveVertexCounts = [{count}]")
        return lines

    def extent(self):
        if self.rng.random() < 0.7:
            return []
        return self.animate("float3[] extent", lambda: "[" + self.vector(3, -3, 0) + ", " + self.vector(3, 0, 3) + "]")

    def hint(self):
        count = self.rng.choice([2, 2, 4, 8])
        return ["float3[] extentsHint = [" + ", ".join(self.vector(3, -3, 0) if i % 2 == 0 else self.vector(3, 0, 3) for i in range(count)) + "]"]

    def bindings(self):
        rng, lines, apis = self.rng, [], []
        if rng.random() < 0.35:
            apis.append("MaterialBindingAPI")
            for purpose in rng.sample(["", ":preview", ":full"], rng.choice([1, 1, 2])):
                strength = ' ( bindMaterialAs = "strongerThanDescendants" )' if rng.random() < 0.25 else ""
                target = rng.choice(["</Looks/A>", "</Looks/B>", "</Looks/C>", "</Looks/None>"])
                lines.append(f"rel material:binding{purpose} = {target}{strength}")
            if rng.random() < 0.4:
                strength = ' ( bindMaterialAs = "strongerThanDescendants" )' if rng.random() < 0.3 else ""
                lines.append(f"rel material:binding:collection:some = [</World.collection:some>, </Looks/B>]{strength}")
        return lines, apis

    def prim(self, depth, path):
        rng = self.rng
        name = f"P{self.count}"
        self.count += 1
        path = f"{path}/{name}"
        kind = rng.choice(["Xform", "Xform", "Xform", "Scope", "", "SkelRoot", "Camera", "PointInstancer"] + rng.sample(SHAPES, 6) + rng.sample(LIGHTS, 1))
        metadata, body = [], []
        if rng.random() < 0.25:
            metadata.append(f'kind = "{rng.choice(["group", "assembly", "model"] if self.moves else ["component", "group", "subcomponent"])}"')
        if self.classes and kind in ("Xform", "") and rng.random() < 0.3:
            metadata += [f"prepend inherits = <{rng.choice(self.classes)}>", f"instanceable = {rng.choice(['true', 'true', 'false'])}"]
        bindings, apis = self.bindings()
        body += bindings
        if kind not in ("Scope", ""):
            body += self.transform(path)
        if kind in SHAPES:
            body += self.shape(kind) + self.extent()
        if kind and rng.random() < 0.2:
            body.append(f'uniform token purpose = "{rng.choice(PURPOSES)}"')
        if kind and rng.random() < 0.2:
            body += self.animate("token visibility", lambda: f'"{rng.choice(["inherited", "invisible"])}"')
        if rng.random() < 0.1:
            apis.append("GeomModelAPI")
            body += self.hint()
        if apis:
            metadata.append("prepend apiSchemas = [" + ", ".join(f'"{api}"' for api in apis) + "]")
        children = []
        if kind == "PointInstancer":
            body += self.instancer(path)
            children = ["Sphere", "Cube"]
        self.write(depth, "def", kind, name, metadata, body, lambda: [self.prototype(depth + 1, child) for child in children] if children else
                   [self.prim(depth + 1, path) for _ in range(rng.choice([0, 1, 2, 3]) if depth < 4 else 0)])

    def instancer(self, path):
        rng, count = self.rng, self.rng.randint(1, 5)
        lines = [f"rel prototypes = [<{path}/Sphere>, <{path}/Cube>]", f"int[] protoIndices = {[rng.randrange(2) for _ in range(count)]}"]
        lines += self.animate("point3f[] positions", lambda: self.vectors(count))
        if rng.random() < 0.5:
            lines += self.animate("float3[] scales", lambda: self.vectors(count))
        if rng.random() < 0.5:
            lines.append("quath[] orientations = [" + ", ".join(self.vector(4, 0.1, 1) for _ in range(count)) + "]")
        if rng.random() < 0.3:
            lines.append(f"int64[] invisibleIds = [{rng.randrange(count)}]")
        if rng.random() < 0.2:
            lines.append(f"int64[] ids = {list(range(10, 10 + count))}")
        return lines

    def prototype(self, depth, kind):
        self.write(depth, "def", kind, kind, [], self.transform("") + self.shape(kind), lambda: None)

    def write(self, depth, specifier, kind, name, metadata, body, below):
        pad = "    " * depth
        self.lines.append(f'{pad}{specifier} {kind + " " if kind else ""}"{name}"')
        if metadata:
            self.lines += [pad + "("] + [f"{pad}    {line}" for line in metadata] + [pad + ")"]
        self.lines += [pad + "{"] + [f"{pad}    {line}" for line in body]
        below()
        self.lines.append(pad + "}")

    def scene(self):
        def looks():
            for name in "ABC":
                self.write(1, "def", "Material", name, [], [], lambda: None)

        self.write(0, "def", "Scope", "Looks", [], [], looks)
        for index in range(self.rng.randint(0, 2)):
            name = f"_Class{index}"
            self.write(0, "class", "Xform", name, [], [], lambda: [self.prim(2, f"/{name}") for _ in range(self.rng.randint(1, 2))])
            self.classes.append(f"/{name}")
        members = ["uniform token collection:some:expansionRule = \"expandPrims\"", "rel collection:some:includes = </World/P{}>".format(self.count)]
        self.write(0, "def", "Xform", "World", ['prepend apiSchemas = ["CollectionAPI:some"]'], members,
                   lambda: [self.prim(1, "/World") for _ in range(self.rng.randint(2, 4))])
        return "\n".join(self.lines) + "\n"


def numbers(value):
    if value is None:
        return []
    if isinstance(value, (int, float)):
        return [float(value)]
    if isinstance(value, dict):
        return [float(value["$f"])]
    return [number for part in value for number in numbers(part)]


def differs(a, b):
    a, b = numbers(a), numbers(b)
    if len(a) != len(b):
        return True
    size = max([1.0] + [abs(x) for x in a if abs(x) < 1e30])
    return any(not (x == y or abs(x - y) <= 2e-5 * size) for x, y in zip(a, b))


def expect(stage):
    """Per imageable prim what usd-core says, in the form of the answers."""
    times = [Usd.TimeCode.Default(), Usd.TimeCode(stage.GetStartTimeCode()), Usd.TimeCode(stage.GetEndTimeCode())]
    xforms = [UsdGeom.XformCache(time) for time in times]
    bounds = [UsdGeom.BBoxCache(time, ["default", "render", "proxy"]) for time in times]
    prims = {}
    # What an instance below a class shows is not abstract: each prim is judged by itself.
    for prim in Usd.PrimRange.Stage(stage, Usd.TraverseInstanceProxies(Usd.PrimAllPrimsPredicate)):
        imageable = UsdGeom.Imageable(prim)
        if not imageable or not prim.IsActive() or not prim.IsDefined() or prim.IsAbstract():
            continue
        materials = {}
        for purpose, token in (("allPurpose", ""), ("preview", "preview"), ("full", "full")):
            material, relationship = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial(token)
            if material:
                materials[purpose] = [str(material.GetPath()), str(relationship.GetPath())]
        at = []
        for time, xform, bound in zip(times, xforms, bounds):
            box = bound.ComputeWorldBound(prim).ComputeAlignedRange()
            at.append({"visibility": str(imageable.ComputeVisibility(time)),
                       "localToWorld": [[row[i] for i in range(4)] for row in xform.GetLocalToWorldTransform(prim)],
                       "worldBound": None if box.IsEmpty() else [list(box.min), list(box.max)]})
        prims[str(prim.GetPath())] = {"purpose": str(imageable.ComputePurpose()), "material": materials, "at": at}
    return prims


def compare(title, expected, found):
    """Prints what differs; gives how many prims."""
    wrong = 0
    for path in sorted(set(expected) | set(found)):
        a, b = expected.get(path), found.get(path)
        what = []
        if a is None or b is None:
            what.append(f"expected {'no such prim' if a is None else 'it'}")
        else:
            what += [f"{key}: expected {a[key]}, answered {b[key]}" for key in ("purpose", "material") if a[key] != b[key]]
            for index, (x, y) in enumerate(zip(a["at"], b["at"])):
                if x["visibility"] != y["visibility"]:
                    what.append(f"visibility at {index}: expected {x['visibility']}, answered {y['visibility']}")
                what += [f"{key} at {index}: expected {x[key]}, answered {y[key]}" for key in ("localToWorld", "worldBound") if differs(x[key], y[key])]
        if what:
            wrong += 1
            print(f"{title} {path}: " + "; ".join(what)[:600])
    return wrong


def real_scenes():
    """The corpus's assets that are opened plainly, and what SCENES names."""
    for case in sorted(CORPUS.glob("assets/*/case.json")):
        for root in sorted({run["root"] for run in json.loads(case.read_text())["runs"] if run["kind"] == "stage"}):
            yield (case.parent / "data" / root).resolve()
    yield from (Path(name).resolve() for name in os.environ.get("SCENES", "").split(":") if name)


def main():
    first, count = int(os.environ.get("FIRST", "0")), int(os.environ.get("SEEDS", "60"))
    process = subprocess.Popen([os.environ["STRATA_ANSWER"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(path):
        process.stdin.write(json.dumps({"kind": "stage", "data": str(path.parent), "root": path.name, "load": "all", "lite": False}) + "\n")
        process.stdin.flush()
        reply = json.loads(process.stdout.readline())
        return {prim["path"]: prim for prim in (reply.get("answer") or {}).get("geom") or []}

    wrong = prims = bounded = real = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            path = Path(os.environ.get("KEEP", folder)) / f"scene{seed}.usda"
            path.write_text(Writer(seed).scene())
            found = ask(path)
            expected = expect(Usd.Stage.Open(str(path)))
            wrong += compare(f"seed {seed}", expected, found)
            prims += len(expected)
            bounded += sum(1 for prim in expected.values() if prim["at"][0]["worldBound"])
    for path in real_scenes():
        try:
            stage = Usd.Stage.Open(str(path))
        except Exception:
            continue
        expected = expect(stage)
        wrong += compare(path.name, expected, ask(path))
        real += len(expected)
    process.stdin.close()
    print(f"{real} imageable prims of assets, {count} scenes, {prims} imageable prims, {bounded} of them with bounds: {wrong} differ from usd-core")
    return 1 if wrong or not bounded else 0


if __name__ == "__main__":
    sys.exit(main())
