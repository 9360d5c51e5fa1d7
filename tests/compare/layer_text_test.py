"""Random layers made by usd-core: the tool reads their text and writes the same text, and usd-core reads the tool's.

STRATA_COMPARE_CASES sets how many (default 200), STRATA_COMPARE_SEED where to begin.
"""
import os
import tempfile
import unittest

from pxr import Sdf, Tf

from generate import TYPES, Maker
from oracle import explain_difference, read_with_tool

CASES = int(os.environ.get("STRATA_COMPARE_CASES", "200"))
SEED = int(os.environ.get("STRATA_COMPARE_SEED", "1"))


def read_with_usd_core(text):
    """The text of the layer that usd-core reads, or None where it refuses: it does not read all that it writes."""
    layer = Sdf.Layer.CreateAnonymous(".usda")
    try:
        return layer.ExportToString() if layer.ImportFromString(text) else None
    except Tf.ErrorException:
        return None


def shrink(layer, fails):
    """Takes away prims and properties for as long as the layer still fails; the text of what is left."""
    again = True
    while again:
        again = False
        paths = []
        layer.Traverse(Sdf.Path.absoluteRootPath, paths.append)
        for path in sorted(paths, key=lambda path: path.pathElementCount):
            copy = Sdf.Layer.CreateAnonymous(".usda")
            copy.TransferContent(layer)
            spec = copy.GetObjectAtPath(path)
            if isinstance(spec, Sdf.PropertySpec):
                spec.owner.RemoveProperty(spec)
            elif isinstance(spec, Sdf.PrimSpec) and not path.IsPrimVariantSelectionPath() and path != Sdf.Path.absoluteRootPath:
                del spec.realNameParent.nameChildren[spec.name]
            else:
                continue
            if fails(copy):
                layer, again = copy, True
                break
    return layer


class LayerText(unittest.TestCase):
    def test_every_value_type_is_among_them(self):
        self.assertGreater(len(TYPES), 100)

    def test_random_layers_are_read_and_written_as_by_usd_core(self):
        with tempfile.TemporaryDirectory() as folder:
            expected = {}
            for seed in range(SEED, SEED + CASES):
                made = Maker(seed).layer().ExportToString()
                # usd-core's first reading of what its API made settles what text can hold at all.
                text = read_with_usd_core(made)
                file = os.path.join(folder, f"{seed}.usda")
                with open(file, "w", encoding="utf-8", newline="") as out:
                    out.write(made if text is None else text)
                expected[seed] = (file, text and read_with_usd_core(text))
            answers = read_with_tool([file for file, _ in expected.values()])
            for seed, (file, text) in expected.items():
                with self.subTest(seed=seed):
                    self.assertIsNotNone(text, "usd-core does not read what it wrote")
                    if answers[file] is None or explain_difference(text, answers[file]):
                        self.report(seed, folder, text)
                    self.assertEqual("", explain_difference(text, read_with_usd_core(answers[file])))

    def report(self, seed, folder, text):
        layer = Sdf.Layer.CreateAnonymous(".usda")
        layer.ImportFromString(text)

        def answer(candidate):
            file = os.path.join(folder, "candidate.usda")
            with open(file, "w", encoding="utf-8", newline="") as out:
                out.write(candidate.ExportToString())
            return read_with_tool([file])[file]

        def fails(candidate):
            written = answer(candidate)
            return written is None or bool(explain_difference(candidate.ExportToString(), written))

        small = shrink(layer, fails)
        written = answer(small)
        self.fail(f"seed {seed}\n-- usd-core\n{small.ExportToString()}\n-- strata\n{written}\n" +
                  ("" if written is None else explain_difference(small.ExportToString(), written)))


if __name__ == "__main__":
    unittest.main()
