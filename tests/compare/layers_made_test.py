"""Layers made of random scenes have the text that usd-core gives them: layer stacks flattened, stages flattened, layers stitched.

SEED and COUNT in the environment choose which scenes, and how many."""
import os
import tempfile
import unittest
from pathlib import Path

import oracle
import steps
from stage_scene import SPLINES, SceneMaker

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "80"))


class PlainMaker(SceneMaker):
    """Without what usd-core loses when it makes one layer of several: edits of weaker arrays, times of splines, asset paths of
    samples that are arrays or blocked, defaults below blocked animation, the rate of times beside that of a weaker layer,
    expressions whose variables are not there, clips of a layer below one with clips."""

    def __init__(self, seed, splines):
        super().__init__(seed, clips=False)
        self.edits = False
        instead = {"asset[]": "asset"} | ({} if splines else {kind: "float3" for kind in SPLINES})
        self.types = {name: instead.get(kind, kind) for name, kind in self.types.items()}

    def literal(self, kind):
        return super().literal(kind).replace('`"${NAME}.png"`', "./tex.png")

    def samples(self, kind):
        return [line.replace("None", "@missing.png@") if kind == "asset" else line for line in super().samples(kind)]

    def attribute(self, name):
        return [line.replace("= AnimationBlock", "= None") for line in super().attribute(name)]

    def head(self, sublayers=()):
        return [line for line in super().head(sublayers) if sublayers or "PerSecond" not in line]


class LayersMade(unittest.TestCase):
    def compare(self, make, splines=True):
        with tempfile.TemporaryDirectory() as root:
            questions = []
            for seed in range(SEED, SEED + COUNT):
                folder = Path(root) / str(seed)
                folder.mkdir()
                for name, text in PlainMaker(seed, splines).make().items():
                    (folder / name).write_text(text)
                opening = {"do": "open", "root": str(folder / "root.usda"), "session": str(folder / "session.usda")}
                questions.append([opening, make(folder)])
            for seed, question, got in zip(range(SEED, SEED + COUNT), questions, steps.ask(questions)):
                with self.subTest(seed=seed):
                    expected = steps.Oracle().take(question)[-1]
                    self.assertFalse(found := oracle.explain_difference(expected, got[-1]), found)

    def test_layer_stacks_flatten_to_the_same_text(self):
        self.compare(lambda _: {"do": "flatten_stack"}, splines=False)

    def test_stages_flatten_to_the_same_text(self):
        self.compare(lambda _: {"do": "flatten"})

    def test_layers_stitch_to_the_same_text(self):
        self.compare(lambda folder: {"do": "stitch", "strong": str(folder / "root.usda"), "weak": str(folder / "ref.usda")})


if __name__ == "__main__":
    unittest.main()
