"""The example shot: its layers' text, its flattened scene and its values over time are those of usd-core."""
import ast
import difflib
import json
import os
import subprocess
import unittest
from pathlib import Path

from pxr import Sdf, Usd

TOOL = os.environ["STRATA_TOOL"]
SHOT = Path(__file__).resolve().parents[2] / "examples" / "shot"
TIMES = [None, 0.0, 1.0, 13.5, 24.0, 60.0, 96.0]


def strata(*words):
    return subprocess.run([TOOL, *map(str, words)], capture_output=True, text=True, timeout=60, check=True).stdout


def difference(expected, got):
    lines = difflib.unified_diff(expected.splitlines(True), got.splitlines(True), "usd-core", "strata", n=1)
    return "".join(list(lines)[:40])


def rounded(value):
    """Numbers of any nesting, to the seven digits that a float carries."""
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (int, float)):
        return float(f"{value:.7g}")
    return [rounded(item) for item in value]


def literal(text):
    """The value that usda text of numbers, tuples and lists stands for."""
    return ast.literal_eval(text) if text else None


class Shot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.stage = Usd.Stage.Open(str(SHOT / "shot.usda"))

    def test_it_composes_without_errors(self):
        self.assertEqual([], self.stage.GetCompositionErrors())

    def test_each_layer_is_written_as_usd_core_writes_it(self):
        layers = sorted(SHOT.rglob("*.usda"))
        self.assertGreater(len(layers), 10)
        for file in layers:
            with self.subTest(layer=file.name):
                expected = Sdf.Layer.FindOrOpen(str(file)).ExportToString()
                self.assertEqual("", difference(expected, strata("cat", file)))

    def test_the_flattened_scene_is_that_of_usd_core(self):
        expected = self.stage.Flatten(addSourceFileComment=False).ExportToString()
        got = strata("flatten", "--no-source-comment", SHOT / "shot.usda")
        self.assertEqual("", difference(expected, got))

    def test_values_over_time_are_those_of_usd_core(self):
        compared = 0
        for prim in self.stage.Traverse():
            for attribute in prim.GetAuthoredAttributes():
                if not attribute.ValueMightBeTimeVarying():
                    continue
                for time in TIMES:
                    expected = attribute.Get() if time is None else attribute.Get(time)
                    words = [] if time is None else ["--time", time]
                    answer = json.loads(strata("why", "--json", SHOT / "shot.usda", attribute.GetPath(), *words))["answer"]
                    with self.subTest(attribute=str(attribute.GetPath()), time=time):
                        self.assertEqual(rounded(expected), rounded(literal(answer.get("resolved"))))
                        compared += 1
        self.assertGreaterEqual(compared, 5 * len(TIMES))


if __name__ == "__main__":
    unittest.main()
