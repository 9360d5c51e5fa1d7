"""The running scene of every scene of the conformance corpus: transforms, visibility, purposes, bound materials and primvars of each
prim are what usd-core computes on the stage, after the chain has resolved them and before it replaces models by what stands in for
them. Prims below instances are found through their instancers. Below point instancers the copies of prototypes are what is drawn:
instances there show nothing at their own paths.

The corpus comes with the project's shared material; without it this is skipped."""
import dataclasses
import json
import math
import os
import subprocess
import unittest
from pathlib import Path

from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade

TOOL = os.environ["STRATA_TOOL"]
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "conformance"
MAX_PRIMS = 4000
BEFORE_STANDINS = "Material bindings"


@dataclasses.dataclass(frozen=True)
class Scene:
    name: str
    root: str
    session: str = ""
    unloaded: bool = False

    def open(self):
        """The stage of usd-core; what that refuses is no scene."""
        load = Usd.Stage.LoadNone if self.unloaded else Usd.Stage.LoadAll
        if not self.session:
            return Usd.Stage.Open(self.root, load)
        return Usd.Stage.Open(Sdf.Layer.FindOrOpen(self.root), Sdf.Layer.FindOrOpen(self.session), load)

    def dump(self, time):
        options = ["--session", self.session] * bool(self.session) + ["--no-payloads"] * self.unloaded
        done = subprocess.run([TOOL, "scene", "dump", self.root, *options, "--at-rest", "--index", BEFORE_STANDINS, "--time", repr(time), "--json"],
                              capture_output=True, timeout=120, check=False)
        report = json.loads(done.stdout.decode("utf-8", "replace"))
        return report["answer"] if report["ok"] else None


def find_scenes():
    """Root layers of all scene and stage runs, with their session layers and load rules. Left out, and given by name: runs that
    need schema plugins, whose types usd-core would have to load; and runs that set variables of the environment."""
    found, left_out = {}, []
    for case in sorted(CORPUS.glob("*/*/case.json")):
        about = json.loads(case.read_text())
        for run in about["runs"]:
            if run["kind"] not in ("scene", "stage"):
                continue
            name = f"{about['id']} {run['root']}"
            reasons = [reason for reason, holds in (("plugins", about.get("plugInfo")), ("environment", run.get("env"))) if holds]
            if reasons:
                left_out.append(f"{name} ({' and '.join(reasons)})")
                continue
            session = str(case.parent / "data" / run["session"]) if run.get("session") else ""
            scene = Scene(name, str(case.parent / "data" / run["root"]), session, run.get("load") == "none")
            found[scene.root, scene.session, scene.unloaded] = scene
    for file in sorted((CORPUS / "runtime").rglob("*.usd*")):
        found[str(file)] = Scene(f"runtime {file.name}", str(file))
    return list(found.values()), left_out


def at(data, *names):
    for name in names:
        data = data.get(name, {}) if isinstance(data, dict) else {}
    return data.get("value") if isinstance(data, dict) else None


def path_in(text):
    return text.strip("<>") if text else text


class Running:
    """A dumped scene, and where each prim of the stage is in it."""

    def __init__(self, prims):
        self.prims = prims

    def find(self, path):
        """The prim's data, the transform of what it stands in, and the instances around it; None where the scene does not show it."""
        prim = self.prims.get(str(path))
        if prim is not None:
            return prim, Gf.Matrix4d(1), []
        for above in list(Sdf.Path(str(path)).GetAncestorsRange())[1:]:
            instance = self.prims.get(str(above))
            instancer = instance and path_in(at(instance["data"], "instance", "instancer"))
            if not instancer:
                continue
            inside = Sdf.Path(instancer).AppendChild("UsdNiPrototype")
            place = inside.AppendPath(Sdf.Path(str(path)).MakeRelativePath(above)) if path != above else inside
            found = self.find(place)
            if found is None:
                return None
            prim, outer, inner = found
            base, _, _ = self.transform_of(above)
            return (prim, outer * base, [instance, *inner]) if base is not None else None
        return None

    def transform_of(self, path):
        found = self.find(path)
        if found is None:
            return None, None, None
        prim, outer, instances = found
        matrix = at(prim["data"], "xform", "matrix")
        own = Gf.Matrix4d(*[n for row in matrix for n in row]) if matrix else Gf.Matrix4d(1)
        return own * outer, prim, instances


def is_close(a, b):
    for row, other in zip(a, b):
        for x, y in zip(row, other):
            if not (abs(x - y) <= 1e-5 * max(1.0, abs(x), abs(y)) or x != x and y != y):
                return False
    return True


def is_in_point_instancer(stage_prim):
    above = stage_prim.GetParent()
    while above and not above.IsA(UsdGeom.PointInstancer):
        above = above.GetParent()
    return bool(above)


# What is wrong of a prim, by what it is about.
CHECKED = ("transform", "visibility", "purpose", "binding", "primvar")


def check_prim(stage_prim, running, time, transforms, counts):
    path = stage_prim.GetPath()
    matrix, prim, instances = running.transform_of(path)
    if prim is None:
        return [] if stage_prim.IsInstanceProxy() and is_in_point_instancer(stage_prim) else ["is not in the scene"]
    if not stage_prim.IsA(UsdGeom.Imageable):
        return []
    data, wrong = prim["data"], []
    in_copy, is_instance = stage_prim.IsInstanceProxy(), bool(at(data, "instance", "instancer"))
    counts["transform"] += 1
    expected = transforms.GetLocalToWorldTransform(stage_prim)
    if not is_close(expected, matrix):
        wrong.append(f"transform {expected} but {matrix}")
    wrong += check_imageable(stage_prim, data, instances, time, counts)
    # Bindings of an instance hold for what it shows; those of collections that hold a single proxy have no place in a shared copy.
    if not is_instance and not (in_copy and has_collection_bindings(stage_prim)):
        wrong += check_bindings(stage_prim, data, counts)
    if stage_prim.IsA(UsdGeom.Gprim):
        wrong += check_primvars(stage_prim, data, time, counts)
    return wrong


def check_imageable(stage_prim, data, instances, time, counts):
    wrong, imageable = [], UsdGeom.Imageable(stage_prim)
    counts["visibility"] += 1
    counts["purpose"] += 1
    visible = imageable.ComputeVisibility(time) != "invisible"
    shown = all(at(each, "visibility", "visibility") is not False for each in (data, *(instance["data"] for instance in instances)))
    if visible != shown:
        wrong.append(f"visibility {visible}")
    purpose, got = str(imageable.ComputePurpose()), at(data, "purpose", "purpose") or "geometry"
    if (purpose if purpose != "default" else "geometry") != got:
        wrong.append(f"purpose {purpose} but {got}")
    return wrong


def check_bindings(stage_prim, data, counts):
    wrong = []
    for purpose, name in ((UsdShade.Tokens.allPurpose, ""), ("full", "full"), ("preview", "preview")):
        counts["binding"] += 1
        material, _ = UsdShade.MaterialBindingAPI(stage_prim).ComputeBoundMaterial(purpose, False)
        bindings = data.get("materialBindings", {})
        got = path_in(at(bindings, name, "path") or at(bindings, "", "path"))
        expected = str(material.GetPath()) if material else None
        if stage_prim.IsInstanceProxy():  # a material inside has the path of its copy
            same = bool(expected) == bool(got) and (not got or Sdf.Path(got).name == Sdf.Path(expected).name)
        else:
            same = expected == got or not material and not is_material(stage_prim, got)
        if not same:
            wrong.append(f"bound for '{name}' to {expected} but {got}")
    return wrong


def has_collection_bindings(prim):
    while prim and not prim.IsPseudoRoot():
        if any(each.GetName().startswith("material:binding:collection") for each in prim.GetAuthoredRelationships()):
            return True
        prim = prim.GetParent()
    return False


def check_primvars(stage_prim, data, time, counts):
    wrong, shown = [], data.get("primvars", {})
    for primvar in UsdGeom.PrimvarsAPI(stage_prim).FindPrimvarsWithInheritance():
        if not primvar.HasValue():
            continue
        name = str(primvar.GetPrimvarName())
        # What instances hand on is a primvar of their instancer.
        if stage_prim.IsInstanceProxy() and name not in shown and primvar.GetAttr().GetPrim() != stage_prim:
            continue
        counts["primvar"] += 1
        if name not in shown:
            wrong.append(f"primvar {name} is not shown")
            continue
        one = shown[name]
        is_indexed = primvar.IsIndexed()
        expected = {"interpolation": str(primvar.GetInterpolation()), "elementSize": primvar.GetElementSize(),
                    # Where there is no value at a time, scenes have zero of the type.
                    "value": listed(primvar.Get(time) if primvar.Get(time) is not None else primvar.GetTypeName().defaultValue), "indices": listed(primvar.GetIndices(time)) if is_indexed else None}
        got = {"interpolation": at(one, "interpolation"), "elementSize": at(one, "elementSize") or 1,
               "value": at(one, "indexedPrimvarValue" if is_indexed else "primvarValue"), "indices": at(one, "indices")}
        for what, value in expected.items():
            if not is_same(value, got[what]):
                wrong.append(f"primvar {name} has {what} {value} but {got[what]}")
    return wrong


LISTED = 8  # elements of long arrays that are printed


def listed(value):
    """A value as the tool prints it."""
    if value is None:
        return None
    if isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Sdf.AssetPath):
        return value.path
    if isinstance(value, (Gf.Quatf, Gf.Quatd, Gf.Quath)):
        return [value.real, *value.imaginary]
    items = [listed(each) for each in value[:LISTED]] if hasattr(value, "__getitem__") and len(value) > 16 else [listed(each) for each in value]
    if len(value) > LISTED and "Array" in type(value).__name__:
        items = items[:LISTED] + [f"... {len(value)} in all"]
    return items


def is_same(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(is_same(x, y) for x, y in zip(a, b))
    if isinstance(a, float) or isinstance(b, float):
        if b is None or isinstance(b, str):  # numbers that JSON has not
            return not math.isfinite(a)
        return abs(a - b) <= 1e-5 * max(1.0, abs(a), abs(b)) or a != a and b != b
    return a == b


def is_material(prim, path):
    found = prim.GetStage().GetPrimAtPath(path)
    return bool(found) and found.IsA(UsdShade.Material)


class Scenes(unittest.TestCase):
    maxDiff = None

    def test_each_prim_of_each_scene_is_what_usd_core_computes(self):
        if not CORPUS.is_dir():
            self.skipTest(f"there is no corpus at {CORPUS}")
        found, left_out = find_scenes()
        scenes, prims, cut, wrong, counts = 0, 0, [], [], dict.fromkeys(CHECKED, 0)
        for scene in found:
            try:
                stage = scene.open()
            except Exception:
                left_out.append(f"{scene.name} (refused by usd-core)")
                continue
            start = stage.GetStartTimeCode() if stage.HasAuthoredTimeCodeRange() else 0.0
            answer = scene.dump(start)
            if answer is None:
                wrong.append(f"{scene.name}: the tool refuses it")
                continue
            running, transforms = Running(answer), UsdGeom.XformCache(start)
            scenes += 1
            shown = 0
            for prim in Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)):
                if prim.IsPseudoRoot() or is_represented(prim):
                    continue
                shown += 1
                if shown > MAX_PRIMS:
                    cut.append(scene.name)
                    break
                prims += 1
                wrong += [f"{scene.name}: {prim.GetPath()} {what}" for what in check_prim(prim, running, start, transforms, counts)]
        print(f"{prims} prims of {scenes} scenes: {', '.join(f'{what} {count}' for what, count in counts.items())}")
        print(f"of {len(cut)} scenes the first {MAX_PRIMS} prims: {', '.join(cut)}")
        print(f"{len(left_out)} scenes left out: {', '.join(left_out)}")
        self.assertGreater(scenes, 140)
        self.assertEqual("", "\n".join(wrong[:60]), f"{len(wrong)} in all")


def is_represented(prim):
    """Whether an ancestor stands for it: nodes of materials, and what is inside lights' filters."""
    above = prim.GetParent()
    while above and not above.IsPseudoRoot():
        if above.IsA(UsdShade.Material) or above.IsA(UsdShade.Shader) or above.IsA(UsdShade.NodeGraph):
            return True
        above = above.GetParent()
    return False


if __name__ == "__main__":
    unittest.main()
