"""Random layers as usdc: usd-core reads of what the tool writes what it reads of their text, and the tool reads what usd-core
writes.

STRATA_COMPARE_CASES sets how many (default 100), STRATA_COMPARE_SEED where to begin.
"""
import os
import subprocess
import sys
import tempfile
import unittest

from pxr import Sdf

from generate import Maker
from layer_text_test import read_with_usd_core
from oracle import TOOL, explain_difference, read_with_tool

CASES = int(os.environ.get("STRATA_COMPARE_CASES", "100"))
SEED = int(os.environ.get("STRATA_COMPARE_SEED", "1"))
VERSIONS = [f"0.{minor}" for minor in range(8, 17)]
LONG = 40  # elements from which on arrays are compressed, and then some


def convert(source, target, *arguments):
    done = subprocess.run([TOOL, "cat", source, "-o", target, *arguments], capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stderr.decode("utf-8", "replace")


def version_of(path):
    with open(path, "rb") as file:
        head = file.read(16)
    assert head[:8] == b"PXR-USDC", head
    return tuple(head[8:11])


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)


def text_of(path):
    return Sdf.Layer.OpenAsAnonymous(path).ExportToString()


class Crate(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def at(self, name):
        return os.path.join(self.folder, name)

    def check_text(self, text, *arguments):
        write(self.at("a.usda"), text)
        convert(self.at("a.usda"), self.at("a.usdc"), *arguments)
        self.assertEqual("", explain_difference(text_of(self.at("a.usda")), text_of(self.at("a.usdc"))))

    def test_random_layers_in_every_version(self):
        for seed in range(SEED, SEED + CASES):
            text = read_with_usd_core(Maker(seed).layer().ExportToString())
            if text is None:
                continue
            with self.subTest(seed=seed):
                self.check_text(text, "--usdc-version", VERSIONS[seed % len(VERSIONS)])

    def test_random_layers_written_by_usd_core_are_read(self):
        expected = {}
        for seed in range(SEED, SEED + CASES):
            text = read_with_usd_core(Maker(seed).layer().ExportToString())
            if text is None:
                continue
            layer = Sdf.Layer.CreateAnonymous(".usda")
            layer.ImportFromString(text)
            file = self.at(f"{seed}.usdc")
            layer.Export(file)
            expected[file] = text_of(file)
        for file, answer in read_with_tool(list(expected)).items():
            with self.subTest(file=os.path.basename(file)):
                self.assertIsNotNone(answer)
                self.assertEqual("", explain_difference(expected[file], answer))

    def test_what_usd_core_writes_in_every_version_is_read(self):
        expected = {}
        for number, version in enumerate(VERSIONS):
            for seed in range(SEED + number * 3, SEED + number * 3 + 3):
                text = read_with_usd_core(Maker(seed).layer().ExportToString())
                if text is None:
                    continue
                write(self.at("v.usda"), text)
                file = self.at(f"{version}_{seed}.usdc")
                program = "import sys; from pxr import Sdf; Sdf.Layer.OpenAsAnonymous(sys.argv[1]).Export(sys.argv[2])"
                done = subprocess.run([sys.executable, "-c", program, self.at("v.usda"), file], capture_output=True,
                                      env=dict(os.environ, USD_WRITE_NEW_USDC_FILES_AS_VERSION=f"{version}.0"))
                self.assertEqual(0, done.returncode, done.stderr)
                self.assertGreaterEqual(version_of(file), tuple(map(int, f"{version}.0".split("."))))
                expected[file] = text_of(file)
        for file, answer in read_with_tool(list(expected)).items():
            with self.subTest(file=os.path.basename(file)):
                self.assertIsNotNone(answer)
                self.assertEqual("", explain_difference(expected[file], answer))

    def test_versions_are_those_of_usd_core(self):
        cases = {
            "double x = 1": (0, 8, 0),
            "timecode x = 1": (0, 9, 0),
            'pathExpression x = "//"': (0, 10, 0),
            "double x.spline = { 1: 2 }": (0, 12, 0),
            "double x.spline = { 1: 2; post curve (1, 2, autoEase), 3: 4 }": (0, 13, 0),
            "int[] x = edit [append 1]": (0, 14, 0),
            "timecode x.spline = { 1: 2 }": (0, 15, 0),
            "duration x = 1": (0, 16, 0),
            "duration x.spline = { 1: 2 }": (0, 16, 0),
            "custom double x = AnimationBlock": (0, 8, 0),
            "timecode[] x = [1]": (0, 9, 0),
            "duration[] x = [1]": (0, 16, 0),
            "timecode[] x = []": (0, 8, 0),
            "pathExpression[] x = []": (0, 8, 0),
            "duration[] x = []": (0, 8, 0),
            "duration[] x.timeSamples = { 1: [] }": (0, 8, 0),
            'pathExpression[] x = ["//"]': (0, 10, 0),
            "int[] x = edit []": (0, 14, 0),
            "duration[] x = edit [minsize 3]": (0, 14, 0),
            "duration[] x = edit [append 1]": (0, 16, 0),
        }
        for statement, version in cases.items():
            with self.subTest(statement=statement):
                write(self.at("v.usda"), "#usda 1.4\ndef \"A\" {\n    %s\n}\n" % statement)
                convert(self.at("v.usda"), self.at("ours.usdc"))
                Sdf.Layer.OpenAsAnonymous(self.at("v.usda")).Export(self.at("theirs.usdc"))
                self.assertEqual(version, version_of(self.at("theirs.usdc")))
                self.assertEqual(version, version_of(self.at("ours.usdc")))

    def test_long_arrays_of_every_number(self):
        for kind in ("int", "uint", "int64", "uint64", "half", "float", "double", "timecode", "uchar", "bool"):
            for pattern in (lambda i: 1, lambda i: i, lambda i: i * i % 17, lambda i: 100 - i if i < 100 else 0):
                for count in (15, 16, 17, LONG, 5000):
                    values = ", ".join(str(pattern(i) % (2 if kind == "bool" else 200)) for i in range(count))
                    with self.subTest(kind=kind, count=count):
                        self.check_text(f"#usda 1.0\ndef \"A\" {{\n    {kind}[] x = [{values}]\n}}\n")
        for kind in ("half", "float", "double"):
            for pattern in (lambda i: i % 3 * 0.1, lambda i: i * 0.37, lambda i: -0.0 if i == 3 else 1e9):
                values = ", ".join(repr(float(pattern(i))) for i in range(5000))
                if kind == "half":
                    values = values.replace("1000000000.0", "1000")
                with self.subTest(kind=kind):
                    self.check_text(f"#usda 1.0\ndef \"A\" {{\n    {kind}[] x = [{values}]\n}}\n")

    def test_a_deep_and_a_wide_namespace(self):
        deep = "".join(f'def "P{i}" {{\n' for i in range(200)) + "}\n" * 200
        self.check_text("#usda 1.0\n" + deep)
        wide = "".join(f'def Scope "P{i}" {{\n    int x{i % 5} = {i}\n    rel r = </P{i + 3}/a.b>\n}}\n' for i in range(3000))
        self.check_text("#usda 1.0\n" + wide)

    def test_an_empty_layer(self):
        self.check_text("#usda 1.0\n")


if __name__ == "__main__":
    unittest.main()
