"""Dependencies, localized folders and packages are those of usd-core, and it reads what Strata packs."""
import json
import os
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

from pxr import Sdf, Usd, UsdUtils

TOOL = os.environ["STRATA_TOOL"]
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "conformance"

# Everything lies below the root layer, so that both put each file into the same place.
SCENE = {
    "root.usda": """#usda 1.0
(
    customLayerData = {
        asset c = @./maps/c.png@
        dictionary d = {
            asset[] a = [@./maps/d1.png@, @@, @maps/d2.png@]
        }
    }
    expressionVariables = {
        string X = "xsub"
    }
    subLayers = [
        @./sub.usda@ (offset = 10),
        @`"./${X}.usda"`@
    ]
)

def "A" (
    assetInfo = {
        asset identifier = @./root.usda@
        asset[] payloadAssetDependencies = [@./maps/p.png@]
    }
    clips = {
        dictionary one = {
            asset[] assetPaths = [@./clips/clip.usda@]
            asset manifestAssetPath = @./clips/manifest.usda@
            string primPath = "/M"
        }
        dictionary two = {
            string templateAssetPath = "./clips/t.#.usda"
            double templateStartTime = 1
            double templateEndTime = 2
            double templateStride = 1
            string primPath = "/M"
        }
    }
    references = @./ref.usda@</X>
    payload = @./pay.usda@</X>
    prepend variantSets = "v"
    variants = {
        string v = "a"
    }
)
{
    asset tex = @./maps/tex.png@ (
        customData = {
            asset m = @./maps/m.png@
        }
    )
    asset tile = @./maps/tile.<UDIM>.png@
    asset ts.timeSamples = {
        1: @./maps/ts1.png@,
        2: @./maps/ts2.png@,
    }
    asset expression = @`"./maps/${X}.png"`@
    variantSet "v" = {
        "a" (
            references = @./va.usda@</X>
        ) {

        }
        "b" {
            asset vb = @./maps/vb.png@

        }
    }
}
""",
    **{f"{name}.usda": f'#usda 1.0\ndef "X"\n{{\n    asset own = @./maps/{name}.png@\n}}\n'
       for name in ("sub", "xsub", "ref", "pay", "va")},
    **{f"clips/{name}.usda": f'#usda 1.0\ndef "M"\n{{\n    asset own = @./{name}.png@\n}}\n'
       for name in ("clip", "manifest", "t.1", "t.2")},
    **{f"clips/{name}.png": name for name in ("clip", "manifest", "t.1", "t.2")},
    **{f"maps/{name}.png": name for name in ("c", "d1", "d2", "p", "tex", "m", "tile.1001", "tile.1012", "ts1", "ts2",
                                             "xsub", "vb", "sub", "ref", "pay", "va")},
}
# Files in folders beside that of the root layer.
SCATTERED = {
    "main/root.usda": """#usda 1.0
(
    subLayers = [
        @../other/a.usda@
    ]
)

def "P" (
    references = @../other/sub/b.usda@</B>
)
{
    asset tile = @../other/sub/u.<UDIM>.png@
    asset search = @s.png@
}
""",
    "main/s.png": "s",
    "other/a.usda": '#usda 1.0\ndef "A"\n{\n    asset t = @./t.png@\n    asset back = @../main/s.png@\n}\n',
    "other/t.png": "t",
    "other/sub/b.usda": '#usda 1.0\ndef "B"\n{\n    asset t = @../t.png@\n}\n',
    "other/sub/u.1001.png": "u",
}


def strata(*words):
    done = subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done.stdout


def dependencies_of(root):
    """What both say, in one form."""
    ours = json.loads(strata("--json", "deps", root))["answer"]
    layers, assets, unresolved = UsdUtils.ComputeAllDependencies(Sdf.AssetPath(str(root)))
    theirs = {"layers": sorted(layer.identifier for layer in layers), "assets": sorted(set(assets)),
              "unresolved": sorted(set(unresolved))}
    return theirs, {"layers": sorted(ours["layers"]), "assets": ours["assets"], "unresolved": ours["unresolved"]}


def describe(path):
    """What a stage says, without where its files are."""
    stage = Usd.Stage.Open(str(path))
    found = {}
    for prim in stage.TraverseAll():
        for attribute in prim.GetAttributes():
            for time in (Usd.TimeCode.Default(), Usd.TimeCode(1.0)):
                value = attribute.Get(time)
                if isinstance(value, Sdf.AssetPath):
                    # The content of a file tells which one was found.
                    value = read_asset(value.resolvedPath) if "<" not in value.path else "pattern"
                found[f"{attribute.GetPath()} {time}"] = value
    return found, [str(error) for error in stage.GetCompositionErrors()]


def read_asset(resolved):
    if "[" in resolved:
        package, inside = resolved[:-1].split("[", 1)
        return zipfile.ZipFile(package).read(inside)
    return Path(resolved).read_bytes() if resolved else None


class Packages(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name).resolve()
        for folder, files in (("scene", SCENE), ("scattered", SCATTERED)):
            for name, content in files.items():
                path = self.folder / folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        self.scene = self.folder / "scene" / "root.usda"
        self.scattered = self.folder / "scattered" / "main" / "root.usda"

    def test_dependencies_are_the_same(self):
        for root in (self.scene, self.scattered):
            theirs, ours = dependencies_of(root)
            # Patterns are reported by usd-core on standard error alone.
            self.assertEqual(theirs, ours, root)

    def test_dependencies_of_the_corpus_are_the_same(self):
        if not CORPUS.is_dir():
            self.skipTest("the conformance corpus is not here")
        roots = sorted(CORPUS.glob("usdUtils/*/data/**/*root*.usd*")) + sorted(CORPUS.glob("usd/UsdUsdz*/data/*.usdz"))
        self.assertGreater(len(roots), 8)
        for root in roots:
            if root.name == "first_file_not_usd.usdz":
                continue
            theirs, ours = dependencies_of(root)
            self.assertEqual(theirs["layers"], ours["layers"], root)
            self.assertEqual(theirs["assets"], ours["assets"], root)

    def test_usd_core_packs_the_same_files(self):
        ours, theirs = self.folder / "ours.usdz", self.folder / "theirs.usdz"
        strata("pack", self.scene, "-o", ours)
        UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(str(self.scene)), str(theirs))
        ours, theirs = zipfile.ZipFile(ours), zipfile.ZipFile(theirs)
        self.assertEqual(ours.namelist()[0], theirs.namelist()[0])
        # usd-core puts what is named as a search path into numbered folders; here it keeps its place.
        expected = {name.removeprefix("0/") for name in theirs.namelist()}
        self.assertEqual({Path(name).name for name in expected}, {Path(name).name for name in ours.namelist()})
        for info in ours.infolist():
            self.assertEqual(zipfile.ZIP_STORED, info.compress_type)
        self.assertIsNone(ours.testzip())

    def test_usd_core_reads_a_package_as_it_reads_the_scene(self):
        for root in (self.scene, self.scattered):
            package = self.folder / "packed.usdz"
            strata("pack", root, "-o", package)
            self.assertEqual(describe(root), describe(package))
            zip_file = Sdf.ZipFile.Open(str(package))
            for name in zip_file.GetFileNames():
                self.assertEqual(0, zip_file.GetFileInfo(name).dataOffset % 64, name)
            strata("pack", "--check", package)

    def test_usd_core_reads_a_localized_folder_as_it_reads_the_scene(self):
        for root in (self.scene, self.scattered):
            folder = self.folder / f"local-{root.parent.name}"
            strata("localize", root, "-o", folder)
            here = describe(root)
            away = root.parent.rename(root.parent.with_name("moved away"))
            self.assertEqual(here, describe(folder / "root.usda"))
            away.rename(root.parent)

    def test_what_usd_core_packs_is_read_and_unpacked(self):
        package = self.folder / "theirs.usdz"
        UsdUtils.CreateNewUsdzPackage(Sdf.AssetPath(str(self.scene)), str(package))
        theirs, ours = dependencies_of(package)
        # usd-core does not look for clips of a template in a package.
        clips = [layer for layer in ours["layers"] if "/t." in layer]
        self.assertEqual(2, len(clips))
        self.assertEqual(theirs["layers"], [layer for layer in ours["layers"] if layer not in clips])
        strata("pack", "--check", package)
        strata("unpack", package, "-o", self.folder / "unpacked")
        for name in zipfile.ZipFile(package).namelist():
            self.assertEqual(zipfile.ZipFile(package).read(name), (self.folder / "unpacked" / name).read_bytes())


if __name__ == "__main__":
    unittest.main()
