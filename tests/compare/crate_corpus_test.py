"""Every layer of the conformance corpus as usdc: usd-core reads of what the tool writes what it reads of the layer, the tool reads
what usd-core writes, and the text of a layer is that of its usdc file.

Each layer is written in one version, the next layer in the next, and of the suites that are not about formats one layer in four.
STRATA_COMPARE_VERSIONS=all writes every layer in every version.
"""
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from pxr import Sdf, Tf

from crate_test import VERSIONS, version_of
from layer_text_test import read_with_usd_core
from oracle import TOOL, explain_difference, read_with_tool

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "conformance"
KINDS = (".usda", ".usdc", ".usd", ".sdf")
MOST_BYTES = 1 << 21
ALL = os.environ.get("STRATA_COMPARE_VERSIONS") == "all"
STEP = 1 if ALL else len(VERSIONS)
ABOUT_FORMATS = ("aousd_formats", "crate", "sdf", "sdf_parsing")

# usd-core writes in one version for as long as it runs.
EXPORT = """
import sys
from pxr import Sdf, Tf
for line in sys.stdin.read().splitlines():
    source, target = line.split("\\t")
    try:
        Sdf.Layer.OpenAsAnonymous(source).Export(target)
    except Tf.ErrorException as error:
        if "unsupported type" not in str(error):
            raise
        print(source)
"""
# Text can hold the default of a relationship; no usdc file can.
UNWRITABLE = {"127_varyingRelationship.usda"}


def text_of(path):
    """What usd-core reads, or None where it refuses the file."""
    try:
        layer = Sdf.Layer.OpenAsAnonymous(str(path))
    except Tf.ErrorException:
        return None
    return layer.ExportToString() if layer else None


class Corpus(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        if not CORPUS.is_dir():
            raise unittest.SkipTest("the conformance corpus is not here")
        found = sorted(path for path in CORPUS.rglob("*") if path.suffix in KINDS and path.stat().st_size <= MOST_BYTES)
        if not ALL:
            found = [path for number, path in enumerate(found) if number % 4 == 0 or path.relative_to(CORPUS).parts[0] in ABOUT_FORMATS]
        texts = {path: text_of(path) for path in found}
        cls.texts = {path: text for path, text in texts.items() if text is not None}
        cls.cases = [(path, VERSIONS[at]) for number, path in enumerate(cls.texts)
                     for at in range(number % STEP, len(VERSIONS), STEP)]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def name(self, number, version):
        return str(self.folder / f"{number}_{version}.usdc")

    def test_there_is_a_corpus(self):
        self.assertGreater(len(self.texts), 400)

    def test_what_the_tool_writes_is_read_by_both_as_it_was(self):
        written = {}
        for number, (path, version) in enumerate(self.cases):
            file = self.name(number, version)
            done = subprocess.run([TOOL, "cat", str(path), "-o", file, "--usdc-version", version], capture_output=True, timeout=60)
            with self.subTest(layer=str(path), version=version):
                if path.name in UNWRITABLE:
                    self.assertIn(b"crate.unwritable", done.stderr)
                    continue
                self.assertEqual(0, done.returncode, done.stderr.decode("utf-8", "replace"))
                self.assertGreaterEqual(version_of(file), tuple(map(int, f"{version}.0".split("."))))
                written[file] = path
                self.assertEqual("", explain_difference(self.texts[path], text_of(file) or ""))
        own = read_with_tool(sorted({str(path) for path in written.values()}))
        for file, answer in read_with_tool(list(written)).items():
            with self.subTest(layer=str(written[file]), file=os.path.basename(file)):
                self.assertEqual(own[str(written[file])], answer)

    def test_what_usd_core_writes_is_read_by_the_tool(self):
        written = {}
        for version in VERSIONS:
            mine = {self.name(number, version): path for number, (path, one) in enumerate(self.cases) if one == version}
            orders = "".join(f"{path}\t{file}\n" for file, path in mine.items())
            done = subprocess.run([sys.executable, "-c", EXPORT], input=orders.encode(), capture_output=True, timeout=250,
                                  env=dict(os.environ, USD_WRITE_NEW_USDC_FILES_AS_VERSION=f"{version}.0"))
            self.assertEqual(0, done.returncode, done.stderr)
            refused = {Path(line).name for line in done.stdout.decode().splitlines()}
            self.assertEqual(UNWRITABLE & {path.name for path in mine.values()}, refused)
            written |= {file: path for file, path in mine.items() if path.name not in UNWRITABLE}
        for file, answer in read_with_tool(list(written)).items():
            with self.subTest(layer=str(written[file]), file=os.path.basename(file)):
                self.assertIsNotNone(answer)
                # usd-core writes six digits of a time code; its reading of the answer says the same of both.
                self.assertEqual("", explain_difference(text_of(file), read_with_usd_core(answer)))


if __name__ == "__main__":
    unittest.main()
