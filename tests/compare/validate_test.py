#!/usr/bin/env python3
"""`strata check` finds what usd-core's 30 validators find: on small scenes that break each rule, and on the corpus's real assets.

Compared are identifier, type and sites of each finding; words are our own. Known differences, which the comparison allows for:
composition errors stand at the prim whose composition met them, where usd-core names the stage; a wrong type stands at its spec in the
layer, where usd-core puts the stage's path. A deliberate divergence: that a node of MaterialX is not registered is no fault of the scene,
so Strata says in a remark that it was not checked, where usd-core has an error.
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from pathlib import Path

from pxr import Usd, UsdValidation

SCENES = Path(__file__).resolve().parent / "validate_scenes"
CORPUS = Path(__file__).resolve().parents[2] / ".." / "shared" / "conformance" / "assets"
REGISTRY = UsdValidation.ValidationRegistry()
VALIDATORS = [REGISTRY.GetOrLoadValidatorByName(metadata.name) for metadata in REGISTRY.GetAllValidatorMetadata()]
KINDS = {"error": "Error", "warning": "Warn", "info": "Info"}


def normalize(identifier, kind, sites):
    if identifier.startswith("usdValidation:CompositionErrorTest"):
        sites = []
    if identifier == "usdShadeValidators:ShaderSdrCompliance.UncheckedMaterialX":
        identifier, kind = "usdShadeValidators:ShaderSdrCompliance.MissingShaderIdInRegistry", "Info"
    if identifier.startswith("usdValidation:AttributeTypeMismatch"):
        sites = [site.split(" ")[:2] for site in sites]
    return identifier, kind, str(sites)


def site_of(site):
    if site.IsProperty():
        return f"property {site.GetProperty().GetPath()}"
    if site.IsPrim():
        return f"prim {site.GetPrim().GetPath()}"
    layer = os.path.basename(site.GetLayer().identifier) if site.GetLayer() else ""
    if site.IsValidSpecInLayer():
        spec = site.GetPropertySpec() or site.GetPrimSpec()
        return f"layer {layer} {spec.path if spec else '/'}"
    return f"layer {layer}" if layer else "prim /"


def is_materialx(error):
    if not error.GetIdentifier().endswith("MissingShaderIdInRegistry"):
        return False
    return str(error.GetSites()[0].GetProperty().Get()).startswith("ND_")


def expect(stage):
    found = Counter()
    for error in UsdValidation.ValidationContext(VALIDATORS).Validate(stage):
        kind = "Info" if is_materialx(error) else error.GetType().name
        found[normalize(error.GetIdentifier(), kind, [site_of(site) for site in error.GetSites()])] += 1
    return found


def answer(path):
    done = subprocess.run([os.environ["STRATA_TOOL"], "check", path, "--only", "usd", "--format", "json", "--fail-on", "never"],
                          capture_output=True, text=True, timeout=120)
    found = Counter()
    for finding in json.loads(done.stdout):
        sites = []
        for site in finding["sites"]:
            if site["kind"] in ("layer", "spec"):
                sites.append(" ".join(["layer", os.path.basename(site["layer"])] + ([site["path"]] if "path" in site else [])))
            else:
                sites.append(f"{site['kind'].replace('stage', 'prim')} {site['path']}")
        found[normalize(finding["identifier"], KINDS[finding["type"]], sites)] += 1
    return found


def make_package(path, files, method=zipfile.ZIP_STORED, is_aligned=True):
    with zipfile.ZipFile(path, "w") as package:
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.compress_type = method if name.endswith(".py") else zipfile.ZIP_STORED
            if is_aligned:
                padding = -(package.fp.tell() + 30 + len(name)) % 64
                padding += 64 if 0 < padding < 4 else 0
                info.extra = struct.pack("<HH", 0x1986, padding - 4) + b"\0" * (padding - 4) if padding else b""
            package.writestr(info, data)


def write_inputs():
    for ending in "bmp tga jpg jpeg png tif tiff exr hdr PNG avif webp".split():
        Path("t." + ending).touch()
    Path("real.png").touch()
    Path("real.exr").touch()
    Path("sub").mkdir()
    Path("sub/other.usda").write_text('#usda 1.0\n(\n    defaultPrim = "A"\n)\ndef Xform "A" (\n    prepend references = @deeper.usda@\n)\n'
                                      '{\n    asset z = @zz.png@\n}\n')
    for scene in SCENES.glob("*.usda"):
        shutil.copy(scene, scene.name)
    layer = b'#usda 1.0\n(\n    defaultPrim = "A"\n)\ndef Xform "A" {\n    asset a = @packed.png@\n    asset o = @../out.png@\n}\n'
    make_package("sound.usdz", [("root.usda", layer), ("packed.png", b"")])
    make_package("unaligned.usdz", [("root.usda", layer), ("packed.png", b"")], is_aligned=False)
    make_package("squeezed.usdz", [("root.usda", layer), ("packed.png", b""), ("x.txt", b"hello"), ("y.py", b"hello" * 100)],
                 method=zipfile.ZIP_DEFLATED)
    Path("uses.usda").write_text('#usda 1.0\ndef "A" (\n    references = @unaligned.usdz@\n)\n{\n}\ndef "B" (\n    references = @squeezed.usdz@\n)\n{\n}\n')


def compare(title, path):
    try:
        stage = Usd.Stage.Open(path)
    except Exception:
        return None
    expected, found = expect(stage), answer(path)
    if expected == found:
        return True
    print(f"{title}:")
    for one in list((expected - found).elements())[:5]:
        print("   usd-core alone:", *one)
    for one in list((found - expected).elements())[:5]:
        print("   strata alone:  ", *one)
    return False


def main():
    results = []
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_inputs()
        for path in sorted(os.listdir(".")):
            if path.endswith((".usda", ".usdz")):
                results.append(compare(path, path))
        os.chdir("/")
    for case in sorted(CORPUS.glob("*/case.json")):
        for root in sorted({run["root"] for run in json.loads(case.read_text())["runs"] if run["kind"] == "stage"}):
            path = (case.parent / "data" / root).resolve()
            os.chdir(path.parent)
            results.append(compare(f"{case.parent.name}/{root}", str(path)))
    wrong = results.count(False)
    print(f"{results.count(True)} of {results.count(True) + wrong} stages are judged as usd-core judges them")
    return 1 if wrong or not results.count(True) else 0


if __name__ == "__main__":
    sys.exit(main())
