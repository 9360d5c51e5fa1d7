#!/usr/bin/env python3
"""Shading networks, lights, coordinate systems, common transforms, curves, motion, constraint targets and UDIM textures are answered as
by usd-core, on random scenes."""
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from pxr import Sdf, Usd, UsdGeom, UsdLux, UsdShade, UsdUI

TIME = 3.0
LIGHTS = ["SphereLight", "RectLight", "DomeLight", "DistantLight"]
OPS = {"xformOp:translate": "double3", "xformOp:translate:pivot": "float3", "xformOp:rotateXYZ": "float3", "xformOp:rotateZYX": "float3",
       "xformOp:scale": "float3", "xformOp:rotateX": "float", "xformOp:translate:other": "double3", "xformOp:rotateXYZ:more": "float3"}


class Writer:
    """One scene as text."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.lines, self.paths, self.count = ["#usda 1.0"], ["/World", "/World/Nowhere"], 0
        self.light_paths = []

    def vector(self):
        return "(" + ", ".join(str(round(self.rng.uniform(-3, 3), 3)) for _ in range(3)) + ")"

    def targets(self, some):
        chosen = self.rng.sample(some, min(len(some), self.rng.randint(0, 2)))
        return "[" + ", ".join(f"<{path}>" for path in chosen) + "]" if chosen else "None"

    def xform(self):
        rng = self.rng
        usual = ["xformOp:translate", "xformOp:translate:pivot", rng.choice(["xformOp:rotateXYZ", "xformOp:rotateZYX"]), "xformOp:scale",
                 "!invert!xformOp:translate:pivot"]
        order = [name for name in usual if rng.random() < 0.7 or "pivot" in name]
        if rng.random() < 0.3:
            order = [name for name in order if "pivot" not in name]
        if rng.random() < 0.2:
            order.insert(rng.randrange(len(order) + 1), rng.choice(list(OPS)))
        if rng.random() < 0.1:
            rng.shuffle(order)
        if rng.random() < 0.1:
            order.insert(0, "!resetXformStack!")
        lines = []
        for name in sorted({name.removeprefix("!invert!") for name in order if not name.startswith("!reset")}):
            value = self.vector() if OPS[name].endswith("3") else str(rng.randint(-90, 90))
            if OPS[name].endswith("3") and rng.random() < 0.3:
                lines.append(f"{OPS[name]} {name}.timeSamples = {{ 0: {self.vector()}, 5: {self.vector()} }}")
            elif rng.random() < 0.9:
                lines.append(f"{OPS[name]} {name} = {value}")
            else:
                lines.append(f"{OPS[name]} {name}")
        if len(set(order)) == len(order):
            lines.append("uniform token[] xformOpOrder = [" + ", ".join(f'"{name}"' for name in order) + "]")
        return lines

    def hints(self, entries, older=()):
        """Metadata of uiHints, some of it of a wrong type, and of the older fields."""
        rng = self.rng
        entries = entries + ['string displayName = "Hint"', "bool hidden = 0", 'string hidden = "no"', "int displayName = 3"]
        chosen, names = [], set()
        for entry in rng.sample(entries, rng.randint(0, len(entries))):
            name = entry.split(" = ")[0].split()[-1]
            chosen += [entry] if name not in names else []
            names.add(name)
        lines = [one for one in ['displayName = "Older"', "hidden = true", *older] if rng.random() < 0.5]
        return lines + (["uiHints = {"] + chosen + ["}"] if rng.random() < 0.8 else [])

    def light(self):
        rng, lines = self.rng, []
        if rng.random() < 0.5:
            for name in rng.sample(["lightLink", "shadowLink"], rng.randint(1, 2)):
                if rng.random() < 0.6:
                    lines.append(f"uniform bool collection:{name}:includeRoot = false")
                lines.append(f"rel collection:{name}:includes = {self.targets(self.paths)}")
                lines.append(f"rel collection:{name}:excludes = {self.targets(self.paths)}")
        if rng.random() < 0.4:
            lines.append(f"rel light:filters = {self.targets(sorted(set(self.light_paths + self.paths)))}")
        if rng.random() < 0.3:
            lines += ['uniform token light:shaderId = "Mine"', 'uniform token ri:light:shaderId = "PxrMine"']
        return lines

    def curves(self):
        rng = self.rng
        # Of curves that have fewer vertices than one segment needs, usd-core counts segments below 0: not asked for.
        counts = [rng.choice([4, 5, 6, 7, 8, 10]) for _ in range(rng.randint(0, 3))]
        lines = [f"int[] curveVertexCounts = {counts}"]
        for name, choices in (("type", ["linear", "cubic"]), ("basis", ["bezier", "bspline", "catmullRom"]),
                              ("wrap", ["nonperiodic", "periodic", "pinned"])):
            if rng.random() < 0.8:
                lines.append(f'uniform token {name} = "{rng.choice(choices)}"')
        return lines

    def prim(self, parent, depth):
        rng = self.rng
        name = f"P{self.count}"
        self.count += 1
        path = f"{parent}/{name}"
        kind = rng.choice(["Xform", "Xform", "Scope", "Mesh", "BasisCurves", "LightFilter", "", "Material"] + LIGHTS)
        apis, lines, metadata = [], [], []
        if rng.random() < 0.4:
            metadata.append(f'kind = "{rng.choice(["group", "group", "component", "assembly", "subcomponent"])}"')
        if kind in ("Mesh", "Material") and rng.random() < 0.3:
            apis.append("MeshLightAPI" if kind == "Mesh" else "VolumeLightAPI")
        if kind not in ("Scope", "", "Material"):
            lines += self.xform()
        if kind in LIGHTS or (apis and kind == "Mesh"):
            lines += self.light()
            self.light_paths.append(path)
        if kind == "LightFilter":
            lines += ['uniform token lightFilter:shaderId = "F"'] if rng.random() < 0.5 else []
            lines += [f"rel collection:filterLink:includes = {self.targets(self.paths)}"] if rng.random() < 0.5 else []
            self.light_paths.append(path)
        if kind == "BasisCurves":
            lines += self.curves()
        if rng.random() < 0.25:
            apis.append("LightListAPI")
            if rng.random() < 0.8:
                lines.append(f'token lightList:cacheBehavior = "{rng.choice(["consumeAndContinue", "consumeAndHalt", "ignore"])}"')
            lines.append(f"rel lightList = {self.targets(sorted(set(self.light_paths + self.paths)))}")
        for system in rng.sample(["paint", "b", "z"], rng.choice([0, 0, 1, 2])):
            if rng.random() < 0.85:
                apis.append(f"CoordSysAPI:{system}")
            lines.append(f"rel coordSys:{system}:binding = {self.targets(self.paths)}")
        if rng.random() < 0.3:
            apis.append("MotionAPI")
            lines += [line for line in ("float motion:blurScale = 2.5", "float motion:velocityScale = 0.5", "int motion:nonlinearSampleCount = 7")
                      if rng.random() < 0.6]
        if kind == "Xform" and rng.random() < 0.3:
            lines.append(f'matrix4d constraintTargets:hand = ( (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), ({rng.randint(0, 5)}, 1, 0, 1) ) '
                         f'( constraintTargetIdentifier = "hand_{rng.randint(0, 9)}" )')
        if rng.random() < 0.3:
            metadata += self.hints(["dictionary displayGroupsExpanded = { bool A = 1 }", 'dictionary displayGroupsShownIf = { string A = "x == 1" }'])
            lines += [f"custom int shown = 1 ("] + self.hints(['string displayGroup = "G"', 'string shownIf = "y"', "token[] valueLabelsOrder = [\"b\"]",
                                                              "dictionary valueLabels = { int b = 2 }"], ['displayGroup = "Old"']) + [")"]
        if apis:
            metadata.append("prepend apiSchemas = [" + ", ".join(f'"{api}"' for api in apis) + "]")
        self.paths.append(path)
        self.lines += [f'def {kind + " " if kind else ""}"{name}" ('] + metadata + [")", "{"] + lines
        for _ in range(rng.choice([0, 1, 2, 3]) if depth < 4 else 0):
            self.prim(path, depth + 1)
        self.lines.append("}")

    def port(self, name, kind, targets):
        rng = self.rng
        value = f" = {rng.choice(['(1, 0, 0)', '(0, 0, 1)'])}" if kind == "color3f" and rng.random() < 0.5 else ""
        lines = [f"{kind} {name}{value}"]
        if rng.random() < 0.6:
            chosen = rng.sample(targets, min(len(targets), rng.choice([1, 1, 1, 2])))
            lines.append(f"{kind} {name}.connect = [" + ", ".join(f"<{target}>" for target in chosen) + "]")
        return lines

    def network(self, root):
        """A material with node graphs and shaders, whose inputs and outputs are connected at random, in circles too."""
        rng = self.rng
        places = [(root, "Material"), (f"{root}/Graph", "NodeGraph"), (f"{root}/Graph/Tex", "Shader"), (f"{root}/Graph/Mul", "Shader"),
                  (f"{root}/Surf", "Shader")]
        names = {"Material": ["inputs:tint", "outputs:surface", "outputs:mine:surface", "outputs:displacement"],
                 "NodeGraph": ["inputs:in", "outputs:out", "outputs:other"], "Shader": ["inputs:a", "inputs:b", "outputs:out"]}
        targets = [f"{path}.{name}" for path, kind in places for name in names[kind]] + [f"{root}.inputs:absent", f"{root}/Gone.outputs:x",
                                                                                          f"{root}/Surf.plain"]
        for index, (path, kind) in enumerate(places):
            self.lines += [f'def {kind} "{path.rsplit("/", 1)[1]}" (', ")", "{"]
            for name in names[kind]:
                if rng.random() < 0.85:
                    self.lines += self.port(name, rng.choice(["color3f", "token"]), targets)
            if kind == "Shader" and rng.random() < 0.7:
                self.lines.append(f'uniform token info:id = "{rng.choice(["UsdPreviewSurface", "Mine"])}"')
            if kind == "Shader" and rng.random() < 0.2:
                self.lines.append('uniform token info:implementationSource = "sourceAsset"')
            if index >= 2:
                self.lines.append("}")
            if index == 3:
                self.lines.append("}")
        self.lines.append("}")

    def scene(self):
        self.network("/Look")
        self.lines += ['def Xform "World" (', 'kind = "group"', ")", "{"]
        for _ in range(4):
            self.prim("/World", 1)
        self.lines.append("}")
        return "\n".join(self.lines) + "\n"


def bindings(found):
    """The names of usd-core end in ":binding", which belongs to the relationship."""
    return [[name.removesuffix(":binding"), str(rel), str(target)] for name, rel, target in (tuple(one) for one in found)]


def describe_xform(prim):
    api = UsdGeom.XformCommonAPI(prim)
    if not api:
        return None
    translation, rotation, scale, pivot, order = api.GetXformVectors(TIME)
    return {"translation": list(translation), "rotation": list(rotation), "scale": list(scale), "pivot": list(pivot), "order": str(order)[-3:]}


def describe_model(prim):
    motion, targets = UsdGeom.MotionAPI(prim), {}
    for target in UsdGeom.ModelAPI(prim).GetConstraintTargets():
        world = target.ComputeInWorldSpace(TIME)
        targets[target.GetAttr().GetName()] = [target.GetIdentifier(), [world[i][j] for i in range(4) for j in range(4)]]
    return {"motion": [motion.ComputeMotionBlurScale(TIME), motion.ComputeVelocityScale(TIME), motion.ComputeNonlinearSampleCount(TIME)],
            "targets": targets}


def describe_light(prim, everything):
    is_filter = prim.IsA(UsdLux.LightFilter)
    light = UsdLux.LightFilter(prim) if is_filter else UsdLux.LightAPI(prim)
    link = light.GetFilterLinkCollectionAPI() if is_filter else light.GetLightLinkCollectionAPI()
    lit = link.ComputeMembershipQuery()
    shadows = None if is_filter else light.GetShadowLinkCollectionAPI().ComputeMembershipQuery()
    filters = [] if is_filter else light.GetFiltersRel().GetForwardedTargets()
    stage = prim.GetStage()
    return {"lit": [path for path in everything if lit.IsPathIncluded(path)],
            "shadowed": None if is_filter else [path for path in everything if shadows.IsPathIncluded(path)],
            "filters": [str(path) for path in filters if stage.GetPrimAtPath(path)],
            "shader": light.GetShaderId([]), "riShader": light.GetShaderId(["ri"])}


def expect(stage):
    expected = {}
    everything = [str(prim.GetPath()) for prim in stage.Traverse(Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate))]
    for path in everything:
        prim = stage.GetPrimAtPath(path)
        lights, spaces = UsdLux.LightListAPI(prim), UsdShade.CoordSysAPI
        expected[path] = entry = {
            "lights": [str(one) for one in lights.ComputeLightList(lights.ComputeModeIgnoreCache)],
            "cachedLights": [str(one) for one in lights.ComputeLightList(lights.ComputeModeConsultModelHierarchyCache)],
            "bindsSpaces": spaces.HasLocalBindingsForPrim(prim), "localSpaces": bindings(spaces.GetLocalBindingsForPrim(prim)),
            "spaces": bindings(spaces.FindBindingsWithInheritanceForPrim(prim)), "xform": describe_xform(prim), "model": describe_model(prim),
            "hints": describe_hints(prim)}
        curves = UsdGeom.BasisCurves(prim)
        if curves:
            default = Usd.TimeCode.Default()
            entry["curves"] = {
                "curves": curves.GetCurveCount(), "segments": list(curves.ComputeSegmentCounts(default)),
                "uniform": curves.ComputeUniformDataSize(default), "varying": curves.ComputeVaryingDataSize(default),
                "vertex": curves.ComputeVertexDataSize(default),
                "interpolations": [curves.ComputeInterpolationForSize(size, default) for size in range(30)]}
        if UsdShade.ConnectableAPI(prim):
            entry["shading"] = describe_shading(prim)
        if prim.HasAPI(UsdLux.LightAPI) or prim.IsA(UsdLux.LightFilter):
            entry["light"] = describe_light(prim, everything)
    return expected


def once(attributes):
    """usd-core names an attribute as often as ways lead to it; Strata names it once, a deliberate divergence."""
    return list(dict.fromkeys(str(one.GetPath()) for one in attributes))


def describe_port(port):
    sources, invalid = UsdShade.ConnectableAPI.GetConnectedSources(port.GetAttr())
    return {"sources": [[str(one.source.GetPath()), one.sourceName, one.sourceType.name] for one in sources],
            "invalid": [str(path) for path in invalid],
            "producers": once(UsdShade.Utils.GetValueProducingAttributes(port)),
            "shaders": once(UsdShade.Utils.GetValueProducingAttributes(port, True))}


def describe_shading(prim):
    connectable, material, results = UsdShade.ConnectableAPI(prim), UsdShade.Material(prim), {}
    ports = {port.GetAttr().GetName(): describe_port(port) for port in connectable.GetInputs(False) + connectable.GetOutputs(False)}
    if material:
        for output in ("surface", "displacement", "volume"):
            for context in ("", "mine"):
                compute = getattr(material, f"Compute{output.capitalize()}Source")
                shader, name, _ = compute(context)
                results[output + context] = [str(shader.GetPath()), name] if shader else None
    shader = UsdShade.Shader(prim)
    return {"isContainer": connectable.IsContainer(), "ports": ports, "results": results,
            "id": (shader.GetShaderId() or "") if shader else ""}


def describe_hints(prim):
    def plain(dictionary):
        return {"$dict": dict(dictionary)}

    own, properties = UsdUI.PrimHints(prim), {}
    for one in prim.GetAuthoredProperties():
        hints = UsdUI.AttributeHints(one) if isinstance(one, Usd.Attribute) else UsdUI.PropertyHints(one)
        is_attribute = isinstance(one, Usd.Attribute)
        properties[one.GetName()] = [hints.GetDisplayName(), hints.GetDisplayGroup(), hints.GetHidden(), hints.GetShownIf(),
                                     plain(hints.GetValueLabels() if is_attribute else {}),
                                     list(hints.GetValueLabelsOrder() if is_attribute else [])]
    return {"own": [own.GetDisplayName(), own.GetHidden(), own.GetDisplayGroupExpanded("A"), own.GetDisplayGroupShownIf("A"),
                    plain(own.GetDisplayGroupsExpanded()), plain(own.GetDisplayGroupsShownIf())], "properties": properties}


def close(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        return a == b or (a is not None and b is not None and abs(a - b) <= 1e-5 * max(1, abs(a)))
    return a == b


def tell(title, one, other):
    """Prints what differs, part by part; how many parts."""
    if isinstance(one, dict) and isinstance(other, dict):
        return sum(tell(f"{title} {key}", one.get(key), other.get(key)) for key in sorted(set(one) | set(other)))
    if close(one, other):
        return 0
    print(f"{title}: expected {str(one)[:220]}, answered {str(other)[:220]}")
    return 1


def compare_udim(ask, folder):
    wrong = 0
    for name in ("t.1001.png", "t.1002.png", "t.1101.png", "t.1000.png", "sub/1005/x.png", "1009_t.exr"):
        (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
        (Path(folder) / name).touch()
    anchor = Path(folder) / "anchor.usda"
    anchor.write_text("#usda 1.0\n")
    layer, utils = Sdf.Layer.FindOrOpen(str(anchor)), UsdShade.UdimUtils
    for path in ("./t.<UDIM>.png", "t.<UDIM>.png", f"{folder}/t.<UDIM>.png", "./none.<UDIM>.png", "./sub/<UDIM>/x.png", "./<UDIM>_t.exr",
                 "./t.1001.png", "<UDIM>", "", "a<UDIM>b<UDIM>"):
        is_udim = utils.IsUdimIdentifier(path)
        expected = {"isUdim": is_udim, "replaced": utils.ReplaceUdimPattern(path, "1011"),
                    "tiles": [list(tile) for tile in utils.ResolveUdimTilePaths(path, layer)],
                    "resolved": utils.ResolveUdimPath(path, layer) if is_udim else ""}
        found = ask({"kind": "udim", "path": path, "anchor": str(anchor)})
        if found != expected:
            wrong += 1
            print(f"UDIM {path}: expected {expected}, answered {found}")
    return wrong


def main():
    first, seeds = int(os.environ.get("FIRST", "0")), int(os.environ.get("SEEDS", "80"))
    process = subprocess.Popen([os.environ["STRATA_ANSWER"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(question):
        process.stdin.write(json.dumps(question) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline()).get("answer") or {}

    wrong = prims = 0
    with tempfile.TemporaryDirectory() as folder:
        wrong += compare_udim(ask, os.path.realpath(folder))
        for seed in range(first, first + seeds):
            path = Path(os.environ.get("KEEP", folder)) / f"views{seed}.usda"
            path.write_text(Writer(seed).scene())
            expected, found = expect(Usd.Stage.Open(str(path))), ask({"kind": "views", "root": str(path), "time": TIME})
            prims += len(expected)
            for prim, entry in expected.items():
                for key, one in entry.items():
                    other = found.get(prim, {}).get(key)
                    wrong += tell(f"seed {seed} {prim} {key}", one, other)
    process.stdin.close()
    print(f"{seeds} scenes, {prims} prims: {wrong} differences from usd-core")
    return 1 if wrong or not prims else 0


if __name__ == "__main__":
    sys.exit(main())
