#!/usr/bin/env python3
"""Asks the tool for what is computed, and why.

Usage: compute_test.py STRATA
"""
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = str(Path(sys.argv[1]).resolve())
SCENE = """#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Z"
    subLayers = [@./places.usda@]
)

def Xform "Frame" (
    prepend apiSchemas = ["OmniWGS84ReferencePositionAPI"]
)
{
    double3 omni:geospatial:wgs84:reference:referencePosition = (53.49, 10.2, 49)

    def Xform "Place"
    {
    }
}
"""
PLACES = """#usda 1.0

over "Frame"
{
    over "Place" (
        prepend apiSchemas = ["OmniWGS84LocalPositionAPI"]
    )
    {
        double3 omni:geospatial:wgs84:local:position.timeSamples = {
            0: (53.49, 10.2, 49),
            10: (53.49, 10.2, 59),
        }
    }
}
"""
POSITION = "omni:geospatial:wgs84:local:position"


class Explained(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        (Path(folder.name) / "scene.usda").write_text(SCENE)
        (Path(folder.name) / "places.usda").write_text(PLACES)
        self.scene = str(Path(folder.name) / "scene.usda")

    def ask(self, *arguments):
        done = subprocess.run([TOOL, "compute", self.scene, "/Frame/Place", *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done)
        return done.stdout

    def test_value_inputs_order_provenance_and_cost(self):
        lines = self.ask("--output", "world.xform", "--time", "10", "--explain").splitlines()
        value = [float(number) for number in re.findall(r"[-+.\de]+", lines[0])]
        self.assertEqual(len(value), 16)
        self.assertAlmostEqual(value[14], 10, places=6)
        text = "\n".join(lines[1:])
        # In the order in which they run: what is authored, then what changes it, then what is asked for.
        self.assertLess(text.index("1. authored"), text.index("2. geo:place (geospatial)"))
        self.assertLess(text.index("1. flattened"), text.index("1. authored"))
        self.assertRegex(text, re.escape(POSITION) + r" = .*by places\.usda </Frame/Place\." + re.escape(POSITION) + ">")
        self.assertRegex(text, r"referencePosition = \(53\.49, 10\.2, 49\)   by scene\.usda")
        self.assertIn("geo:frame of /Frame", text)
        self.assertIn("stage metersPerUnit = 1", text)
        self.assertEqual(len(re.findall(r"\[\d+ calls, [\d.]+ us\]", text)), len(re.findall(r"^ *\d+\. ", text, re.M)))

    def test_between_samples_both_are_inputs(self):
        text = self.ask("--time", "2.5", "--explain")
        self.assertRegex(text, re.escape(POSITION) + r" = \(53\.49, 10\.2, 49\) to \(53\.49, 10\.2, 59\), 0\.25 of the way   by places")

    def test_the_same_as_json(self):
        answer = json.loads(self.ask("--output", "world.xform", "--time", "10", "--explain", "--json"))
        steps = answer["answer"]["explanation"]["steps"]
        self.assertEqual([step["name"] for step in steps], ["flattened"])
        own = steps[0]["inputs"][0]
        self.assertEqual([step["name"] for step in own["steps"]], ["authored", "geo:place"])
        place = own["steps"][1]
        position = next(each for each in place["inputs"] if each.get("attribute", "").endswith(POSITION))
        self.assertTrue(position["by"].startswith("places.usda"))
        self.assertEqual((place["calls"], place["module"]), (1, "geospatial"))
        self.assertGreater(place["nanoseconds"], 0)
        frame = next(each for each in place["inputs"] if each.get("output") == "geo:frame")
        origin = next(each for each in frame["steps"][0]["inputs"] if each["output"] == "geo:origin")
        self.assertIn({"input": "stage metersPerUnit", "value": "1"}, origin["steps"][0]["inputs"])

    def test_what_a_prim_does_not_have_is_told_with_what_to_ask_for(self):
        done = subprocess.run([TOOL, "compute", self.scene, "/Frame/Place", "--output", "none"], capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("has no output", done.stderr)
        self.assertIn("world.bound", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
