"""Texts that may or may not be usda: the tool accepts what usd-core accepts, reads the same from it, and refuses the rest."""
import os
import tempfile
import unittest

from pxr import Sdf, Tf

from oracle import explain_difference, read_with_tool
from parse_cases import CASES

# Where Strata answers otherwise on purpose, and why.
DIVERGENCES = {
    "meta.badMetaPath": "usd-core loses the value of an unknown field that is a path; Strata keeps it",
    "meta.apiSchemasDup": "usd-core drops a list of schemas that names one twice; Strata keeps it once",
}


def ask_usd_core(text):
    """The text that usd-core writes of what it read, or None where it refuses."""
    layer = Sdf.Layer.CreateAnonymous(".usda")
    try:
        return layer.ExportToString() if layer.ImportFromString(text) else None
    except Tf.ErrorException:
        return None


class Parse(unittest.TestCase):
    def test_every_case_is_accepted_or_refused_as_by_usd_core(self):
        with tempfile.TemporaryDirectory() as folder:
            files = {}
            for number, (name, text) in enumerate(CASES.items()):
                files[name] = os.path.join(folder, f"{number}.usda")
                with open(files[name], "w", encoding="utf-8", newline="") as out:
                    out.write(text)
            answers = read_with_tool(list(files.values()))
            for name, file in files.items():
                if name in DIVERGENCES:
                    continue
                expected = ask_usd_core(CASES[name])
                with self.subTest(case=name, text=CASES[name]):
                    if expected is None:
                        self.assertIsNone(answers[file], "the tool accepts what usd-core refuses")
                    else:
                        self.assertIsNotNone(answers[file], "the tool refuses what usd-core accepts")
                        self.assertEqual("", explain_difference(expected, answers[file]))


if __name__ == "__main__":
    unittest.main()
