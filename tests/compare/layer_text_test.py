"""Layers made by usd-core at random, with every value type: the tool reads its text and writes the same text."""
import difflib
import os
import random
import subprocess
import tempfile
import unittest

from pxr import Gf, Sdf, Vt

TOOL = os.environ["STRATA_TOOL"]
LAYERS = 40
NAMES = ["World", "Set", "Été", "a", "_b", "Mesh_01", "light", "名前", "C3"]
TYPES = sorted(
    {str(getattr(Sdf.ValueTypeNames, n)) for n in dir(Sdf.ValueTypeNames)
     if isinstance(getattr(Sdf.ValueTypeNames, n), Sdf.ValueTypeName)} - {""})


class Maker:
    """Writes a random layer through usd-core."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def number(self, single=True):
        choice = self.random.random()
        if choice < 0.4:
            return float(self.random.randint(-1000, 1000))
        value = self.random.uniform(-1, 1) * 10 ** self.random.randint(-12, 12)
        return Gf.Vec2f(value, 0)[0] if single else value

    def text(self):
        pieces = ["plain", "with space", 'a "quote"', "it's", "back\\slash", "tab\there", "línea", "two\nlines", ""]
        return self.random.choice(pieces)

    def scalar(self, value_type):
        """A random value like the type's default value, or None when the type has no literal."""
        default = value_type.scalarType.defaultValue
        kind = type(default)
        if kind is bool:
            return self.random.random() < 0.5
        if kind is int:
            return self.random.randint(0, 200)
        if kind is float:
            return self.number()
        if kind is str:
            return self.text()
        if kind is Sdf.AssetPath:
            return Sdf.AssetPath(self.random.choice(["", "a.usda", "./dir/b c.png", "pack.usdz[x.usd]"]))
        if kind is Sdf.PathExpression:
            return Sdf.PathExpression(self.random.choice(["/World//", "//Mesh* - /World/a", ""]))
        if kind.__name__ in ("TimeCode", "Duration"):
            return kind(self.random.randint(-200, 200) / 4)
        if kind.__name__.startswith("Vec"):
            return kind(*(self.random.randint(-9, 9) if kind.__name__.endswith("i") else self.number() for _ in default))
        if kind.__name__.startswith("Matrix"):
            size = default.dimension[0]
            return kind(*(self.number() for _ in range(size * size)))
        if kind.__name__.startswith("Quat"):
            return kind(self.number(), self.number(), self.number(), self.number())
        return None

    def value(self, value_type):
        if not value_type.isArray:
            return self.scalar(value_type)
        elements = [self.scalar(value_type) for _ in range(self.random.randint(0, 4))]
        if None in elements:
            return None
        array = type(value_type.defaultValue)
        return array(elements) if elements else array()

    def attributes(self, prim):
        for number in range(self.random.randint(0, 6)):
            value_type = Sdf.ValueTypeNames.Find(self.random.choice(TYPES))
            variability = self.random.choice([Sdf.VariabilityVarying, Sdf.VariabilityUniform])
            attribute = Sdf.AttributeSpec(prim, f"{self.random.choice('xyz')}:n{number}", value_type, variability)
            attribute.custom = self.random.random() < 0.3
            value = self.value(value_type)
            if value is not None and self.random.random() < 0.8:
                attribute.default = value
            if value is not None and self.random.random() < 0.2:
                attribute.layer.SetTimeSample(attribute.path, float(self.random.randint(-5, 5)), value)
                attribute.layer.SetTimeSample(attribute.path, 7.25, Sdf.ValueBlock())
            if self.random.random() < 0.2:
                attribute.documentation = self.text()
            if self.random.random() < 0.2:
                attribute.customData = {"key": self.number(single=False), "nested": {"text": self.text(), "flag": True}}
            if self.random.random() < 0.1:
                attribute.connectionPathList.prependedItems = [Sdf.Path("/World.out"), Sdf.Path("/World/a.b:c")]

    def arcs(self, prim):
        chance = self.random.random
        if chance() < 0.2:
            prim.referenceList.prependedItems = [
                Sdf.Reference("lib.usda", "/World", Sdf.LayerOffset(self.number(single=False), 2)), Sdf.Reference("", "/Set")]
        if chance() < 0.1:
            prim.payloadList.explicitItems = [Sdf.Payload("heavy.usda")]
        if chance() < 0.2:
            prim.inheritPathList.addedItems = [Sdf.Path("/_class")]
        if chance() < 0.1:
            prim.specializesList.deletedItems = [Sdf.Path("/Base")]
        if chance() < 0.2:
            relationship = Sdf.RelationshipSpec(prim, "targets", False)
            relationship.targetPathList.explicitItems = [Sdf.Path("/World"), Sdf.Path("/Set.x:n0")]
        if chance() < 0.2:
            prim.kind = "group"
            prim.comment = self.text()
            prim.instanceable = chance() < 0.5

    def prims(self, parent, depth):
        names = self.random.sample(NAMES, self.random.randint(1, 3))
        for name in names:
            prim = Sdf.PrimSpec(parent, name, self.random.choice([Sdf.SpecifierDef, Sdf.SpecifierOver, Sdf.SpecifierClass]),
                                self.random.choice(["", "Xform", "Scope"]))
            self.attributes(prim)
            self.arcs(prim)
            if depth and self.random.random() < 0.3:
                variants = Sdf.VariantSetSpec(prim, "look")
                for choice in ("red", "blue"):
                    self.attributes(Sdf.VariantSpec(variants, choice).primSpec)
                prim.variantSelections["look"] = "red"
                prim.variantSetNameList.prependedItems = ["look"]
            if depth:
                self.prims(prim, depth - 1)

    def layer(self):
        layer = Sdf.Layer.CreateAnonymous(".usda")
        layer.documentation = self.text()
        if self.random.random() < 0.5:
            layer.timeCodesPerSecond = 30
            layer.subLayerPaths = ["a.usda", "./b.usda"]
            layer.subLayerOffsets[1] = Sdf.LayerOffset(self.number(single=False), 0.5)
        self.prims(layer, 3)
        return layer


class LayerText(unittest.TestCase):
    def test_every_value_type_is_among_them(self):
        self.assertGreater(len(TYPES), 100)

    def test_random_layers_are_written_as_usd_core_writes_them(self):
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(LAYERS):
                layer = Maker(seed).layer()
                file = os.path.join(folder, f"{seed}.usda")
                self.assertTrue(layer.Export(file))
                expected = Sdf.Layer.FindOrOpen(file).ExportToString()
                done = subprocess.run([TOOL, "cat", file], capture_output=True, text=True, timeout=60)
                with self.subTest(seed=seed):
                    self.assertEqual(0, done.returncode, done.stderr)
                    difference = "".join(list(difflib.unified_diff(
                        expected.splitlines(True), done.stdout.splitlines(True), "usd-core", "strata"))[:40])
                    self.assertEqual("", difference)


if __name__ == "__main__":
    unittest.main()
