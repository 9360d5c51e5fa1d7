"""Random stages: every attribute's values, samples and sources are those of usd-core.

SEED and COUNT in the environment choose which scenes, and how many."""
import os
import unittest

import steps
from stage_scene import SceneMaker

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "150"))
TIMES = [-20, -3, -1, 0, 0.5, 1, 2, 2.5, 3.25, 4, 5, 6.9, 7.25, 8, 9, 10, 12, 25]


def make_question(folder, seed, clips=None):
    """Writes a scene; the steps to take with it."""
    maker = SceneMaker(seed, clips=seed % 2 == 0 if clips is None else clips)
    folder.mkdir()
    (folder / "tex.png").write_bytes(b"")
    for name, text in maker.make().items():
        (folder / name).write_text(text)
    opening = {"do": "open", "root": str(folder / "root.usda"), "session": str(folder / "session.usda")}
    if maker.chance(0.3):
        opening["interpolation"] = "held"
    if maker.chance(0.2):
        opening["load"] = "none"
    taken = [opening, {"do": "resolve", "times": TIMES}]
    if seed % 3 == 0:
        taken.append({"do": "resolve_parts", "times": [-20, 0, 2.5, 12]})
    return taken


def find_difference(_, expected, got):
    return steps.differ(expected, got)


class StageValues(unittest.TestCase):
    def test_random_stages_resolve_as_in_usd_core(self):
        steps.compare_cases(self, range(SEED, SEED + COUNT), make_question, find_difference)


if __name__ == "__main__":
    unittest.main()
