"""The running scene of every scene of the conformance corpus: transforms, visibility, purposes, bound materials and primvars of each
prim at the end of the chain are what usd-core computes on the stage. Prims below instances are found through their instancers.

The corpus comes with the project's shared material; without it this is skipped."""
import json
import os
import subprocess
import unittest
from pathlib import Path

from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade

TOOL = os.environ["STRATA_TOOL"]
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "conformance"
MAX_PRIMS = 4000


def find_scenes():
    """Root layers of all scene and stage runs that need nothing but themselves."""
    found = {}
    for case in sorted(CORPUS.glob("*/*/case.json")):
        about = json.loads(case.read_text())
        if about.get("plugInfo"):
            continue
        for run in about["runs"]:
            if run["kind"] not in ("scene", "stage") or run.get("env") or run.get("session") or run.get("load") == "none":
                continue
            found[str(case.parent / "data" / run["root"])] = f"{about['id']} {run['root']}"
    for file in sorted((CORPUS / "runtime").rglob("*.usd*")):
        found[str(file)] = f"runtime {file.name}"
    return found


def dump(file, time):
    done = subprocess.run([TOOL, "scene", "dump", file, "--time", repr(time), "--json"], capture_output=True, timeout=120, check=False)
    report = json.loads(done.stdout.decode("utf-8", "replace"))
    return report["answer"] if report["ok"] else None


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
        """The prim's data and the transform of what it stands in; None where the scene does not show it."""
        prim = self.prims.get(str(path))
        if prim is not None:
            return prim, Gf.Matrix4d(1)
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
            prim, outer = found
            base, _, _ = self.transform_of(above)
            return (prim, outer * base) if base is not None else None
        return None

    def transform_of(self, path):
        found = self.find(path)
        if found is None:
            return None, None, None
        prim, outer = found
        matrix = at(prim["data"], "xform", "matrix")
        own = Gf.Matrix4d(*[n for row in matrix for n in row]) if matrix else Gf.Matrix4d(1)
        return own * outer, prim, outer


def is_close(a, b):
    for row, other in zip(a, b):
        for x, y in zip(row, other):
            if not (abs(x - y) <= 1e-5 * max(1.0, abs(x), abs(y)) or x != x and y != y):
                return False
    return True


def check_prim(stage_prim, running, time, caches):
    transforms, = caches
    path = stage_prim.GetPath()
    matrix, prim, _ = running.transform_of(path)
    if prim is None:
        return ["is not in the scene"]
    data, wrong = prim["data"], []
    is_instance = bool(at(data, "instance", "instancer"))
    in_copy = stage_prim.IsInstanceProxy()
    if stage_prim.IsA(UsdGeom.Imageable):
        expected = transforms.GetLocalToWorldTransform(stage_prim)
        if not is_close(expected, matrix):
            wrong.append(f"transform {expected} but {matrix}")
        imageable = UsdGeom.Imageable(stage_prim)
        if not in_copy:
            visible = imageable.ComputeVisibility(time) != "invisible"
            if visible != (at(data, "visibility", "visibility") is not False):
                wrong.append(f"visible {visible}")
            purpose = str(imageable.ComputePurpose())
            got = at(data, "purpose", "purpose") or "geometry"
            if (purpose if purpose != "default" else "geometry") != got:
                wrong.append(f"purpose {purpose} but {got}")
    if stage_prim.IsA(UsdGeom.Imageable) and not in_copy and not is_instance:
        for purpose, name in (("allPurpose", ""), ("full", "full"), ("preview", "preview")):
            material, _ = UsdShade.MaterialBindingAPI(stage_prim).ComputeBoundMaterial(
                UsdShade.Tokens.allPurpose if purpose == "allPurpose" else purpose, False)
            bindings = data.get("materialBindings", {})
            got = path_in(at(bindings, name, "path") or at(bindings, "", "path"))
            if material and str(material.GetPath()) != got or not material and got and is_material(stage_prim, got):
                wrong.append(f"bound for '{name}' to {material.GetPath() if material else None} but {got}")
    if stage_prim.IsA(UsdGeom.Gprim) and not in_copy:
        expected = {}
        for primvar in UsdGeom.PrimvarsAPI(stage_prim).FindPrimvarsWithInheritance():
            if primvar.HasValue():
                expected[str(primvar.GetPrimvarName())] = str(primvar.GetInterpolation())
        shown = data.get("primvars", {})
        for name, interpolation in expected.items():
            if name not in shown:
                wrong.append(f"primvar {name} is not shown")
            elif at(shown, name, "interpolation") != interpolation:
                wrong.append(f"primvar {name} is {interpolation} but {at(shown, name, 'interpolation')}")
    return wrong


def is_material(prim, path):
    found = prim.GetStage().GetPrimAtPath(path)
    return bool(found) and found.IsA(UsdShade.Material)


class Scenes(unittest.TestCase):
    maxDiff = None

    def test_each_prim_of_each_scene_is_what_usd_core_computes(self):
        if not CORPUS.is_dir():
            self.skipTest(f"there is no corpus at {CORPUS}")
        scenes, prims, wrong = 0, 0, []
        for file, name in find_scenes().items():
            try:
                stage = Usd.Stage.Open(file)
            except Exception:  # what usd-core refuses is no scene
                continue
            start = stage.GetStartTimeCode() if stage.HasAuthoredTimeCodeRange() else 0.0
            answer = dump(file, start)
            if answer is None:
                wrong.append(f"{name}: the tool refuses it")
                continue
            running, caches = Running(answer), (UsdGeom.XformCache(start),)
            scenes += 1
            shown = 0
            for prim in Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies(Usd.PrimDefaultPredicate)):
                if prim.IsPseudoRoot() or is_represented(prim):
                    continue
                shown += 1
                if shown > MAX_PRIMS:
                    break
                prims += 1
                wrong += [f"{name}: {prim.GetPath()} {what}" for what in check_prim(prim, running, start, caches)]
        print(f"{prims} prims of {scenes} scenes")
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
