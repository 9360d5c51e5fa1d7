"""Random stages: every attribute's values, samples and sources are those of usd-core.

SEED and COUNT in the environment choose which scenes, and how many."""
import os
import tempfile
import unittest
from pathlib import Path

import steps
from stage_scene import SceneMaker

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "150"))
CLIPS = os.environ.get("CLIPS")  # "1" or "0": only scenes with clips, or without; else some of each
TIMES = [-20, -3, -1, 0, 0.5, 1, 2, 2.5, 3.25, 4, 5, 6.9, 7.25, 8, 9, 10, 12, 25]


def make_scene(folder, seed):
    """Writes a scene; the steps to take with it."""
    maker = SceneMaker(seed, clips=CLIPS == "1" or (CLIPS is None and seed % 2 == 0))
    os.makedirs(folder)
    (folder / "tex.png").write_bytes(b"")
    for name, text in maker.make().items():
        (folder / name).write_text(text)
    opening = {"do": "open", "root": str(folder / "root.usda"), "session": str(folder / "session.usda")}
    if maker.chance(0.3):
        opening["interpolation"] = "held"
    if maker.chance(0.2):
        opening["load"] = "none"
    steps = [opening, {"do": "resolve", "times": TIMES}]
    if seed % 3 == 0:
        steps.append({"do": "resolve_parts", "times": [-20, 0, 2.5, 12]})
    return steps


class StageValues(unittest.TestCase):
    def test_random_stages_resolve_as_in_usd_core(self):
        with tempfile.TemporaryDirectory() as root:
            questions = [make_scene(Path(root) / str(seed), seed) for seed in range(SEED, SEED + COUNT)]
            for seed, question, got in zip(range(SEED, SEED + COUNT), questions, steps.ask(questions)):
                with self.subTest(seed=seed):
                    if found := steps.differ(steps.Oracle().take(question), got):
                        self.fail(found)


if __name__ == "__main__":
    unittest.main()
