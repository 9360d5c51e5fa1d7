"""Squashed and sampled layers of random stages say, to usd-core, what usd-core says of the stages themselves."""
import os
import pathlib
import subprocess
import tempfile
import unittest

from pxr import Sdf, Usd

import stage_values_test

TOOL = os.environ["STRATA_TOOL"]
TIMES = [-3.0, 0.5, 2.0, 2.5, 7.25, 12.0]
SEEDS = range(1, 25)


def make(command, source, *words):
    out = source.with_name(f"{command}.usda")
    # The generator's sessions are opinions that the tool is not asked for.
    subprocess.run([TOOL, command, source, "-o", out, *words], capture_output=True, timeout=60, check=True)
    return Usd.Stage.Open(Sdf.Layer.FindOrOpen(str(out)))


def text(value):
    """Asset paths are evaluated and anchored in the layers; what they resolve to is the same."""
    if isinstance(value, Sdf.AssetPath):
        return value.resolvedPath or pathlib.PurePath(value.evaluatedPath or value.path).name
    if isinstance(value, Sdf.AssetPathArray):
        return str([text(each) for each in value])
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def targets(prop):
    return prop.GetTargets() if isinstance(prop, Usd.Relationship) else prop.GetConnections()


def describe(stage, times, names_of):
    """What a stage says of each prim and property below instances too, times and fallbacks as the caller has it."""
    told = {}
    for prim in stage.Traverse(Usd.TraverseInstanceProxies(Usd.PrimIsActive)):
        told[str(prim.GetPath())] = (prim.GetTypeName(), prim.GetSpecifier(), prim.GetAppliedSchemas())
        for name in names_of(prim):
            prop = prim.GetProperty(name)
            values = [text(prop.Get(time)) for time in times] if isinstance(prop, Usd.Attribute) else []
            told[str(prop.GetPath())] = (prop.IsCustom(), [str(path) for path in targets(prop)], values)
    return told


def difference(expected, got):
    """Where usd-core answers that a value is no number it has interpolated from infinity: docs/stage-differences.md."""
    return {path: (expected.get(path), got.get(path)) for path in expected.keys() | got.keys()
            if expected.get(path) != got.get(path) and "nan" not in str(expected.get(path))}


def get_sayable_names(prim):
    """Without attributes that a layer with one opinion can't say: edits over a block, nothing at the default time and
    something at others."""
    return [name for name in prim.GetAuthoredPropertyNames()
            if not (attribute := prim.GetAttribute(name)) or attribute.GetNumTimeSamples() or attribute.Get() is not None
            or attribute.Get(0) is None]


class Squash(unittest.TestCase):
    def compare(self, clips):
        instances = 0
        with tempfile.TemporaryDirectory() as root:
            for seed in SEEDS:
                folder = pathlib.Path(root) / str(seed)
                stage_values_test.make_question(folder, seed, clips=clips)
                source = folder / "root.usda"
                stage = Usd.Stage.Open(str(source))
                instances += len(stage.GetPrototypes())
                with self.subTest(seed=seed, command="squash"):
                    times = [Usd.TimeCode.Default(), *TIMES]
                    squashed = make("squash", source)
                    self.assertEqual([], squashed.GetPrototypes())
                    names = get_sayable_names
                    if clips:  # between the times of clips no layer says what they do
                        times = times[:1]
                    self.assertEqual({}, difference(describe(stage, times, names), describe(squashed, times, lambda prim: names(stage.GetPrimAtPath(prim.GetPath())))))
                with self.subTest(seed=seed, command="sample"):
                    sampled = make("sample", source, "--times", *map(str, TIMES))
                    names = Usd.Prim.GetPropertyNames
                    self.assertEqual({}, difference(describe(stage, TIMES, names), describe(sampled, TIMES, names)))
        self.assertGreater(instances, 5)

    def test_stages(self):
        self.compare(clips=False)

    def test_stages_with_value_clips(self):
        self.compare(clips=True)

    def test_fallbacks_of_schemas_are_written(self):
        with tempfile.TemporaryDirectory() as root:
            source = pathlib.Path(root) / "root.usda"
            source.write_text('#usda 1.0\ndef Sphere "S"\n{\n    double radius.spline = {\n        1: 1; post linear,\n        3: 5,\n    }\n}\n')
            sampled = make("sample", source, "--times", "1:3").GetRootLayer()
            radius = sampled.GetAttributeAtPath("/S.radius")
            self.assertEqual({1.0: 1.0, 2.0: 3.0, 3.0: 5.0}, radius.GetInfo("timeSamples"))
            self.assertEqual(1.0, radius.default)
            self.assertFalse(radius.HasInfo("spline"))
            self.assertEqual("inherited", sampled.GetAttributeAtPath("/S.visibility").default)
            self.assertIs(True, sampled.GetPrimAtPath("/S").GetInfo("active"))
            self.assertIn("active", sampled.GetPrimAtPath("/S").ListInfoKeys())
            self.assertEqual("Y", sampled.pseudoRoot.GetInfo("upAxis"))


if __name__ == "__main__":
    unittest.main()
