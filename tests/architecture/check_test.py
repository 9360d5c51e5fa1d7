#!/usr/bin/env python3
"""Shows that check.py turns red: breaks rules in a copy of the tree, one at a time, and reads what it says."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]
RULE = "a room uses only rooms above it in the list of ARCHITECTURE.md"


class ArchitectureCheck(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name)
        shutil.copy(PROJECT / "ARCHITECTURE.md", self.root)
        shutil.copytree(PROJECT / "strata", self.root / "strata")

    def check(self):
        done = subprocess.run([sys.executable, HERE / "check.py", "--root", self.root], capture_output=True, text=True)
        self.assertEqual("", done.stderr)
        return done.returncode, done.stdout

    def append(self, path, text):
        with (self.root / path).open("a", encoding="utf-8") as file:
            file.write(text)

    def declare(self, room, *uses):
        (self.root / "strata" / room / "CMakeLists.txt").write_text(f"strata_room({room} USES {' '.join(uses)})\n")

    def test_the_tree_as_it_stands_passes(self):
        code, said = self.check()
        self.assertEqual(0, code, said)

    def test_layer_including_a_header_of_stage_fails(self):
        self.append("strata/layer/layer.h", '#include "strata/stage/stage.h"\n')
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn(f"layer includes strata/stage/stage.h: {RULE}", said)
        self.assertIn("1 rules broken", said)

    def test_declaring_the_use_does_not_help(self):
        self.declare("layer", "base", "math", "path", "value", "asset", "stage")
        self.append("strata/layer/layer.h", '#include "strata/stage/stage.h"\n')
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn(f"layer includes strata/stage/stage.h: {RULE}", said)
        self.assertIn(f"layer declares that it uses stage: {RULE}", said)

    def test_a_use_that_is_not_declared_fails(self):
        self.declare("layer", "base", "math", "value", "asset")
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn("without declaring it: add path to USES in strata/layer/CMakeLists.txt", said)

    def test_a_header_without_an_opening_sentence_fails(self):
        self.append("strata/layer/mute.h", "#pragma once\n\nnamespace strata {}\n")
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn("strata/layer/mute.h: every header opens with one sentence", said)

    def test_a_room_without_its_door_fails(self):
        (self.root / "strata/layer/layer.h").rename(self.root / "strata/layer/entry.h")
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn("strata/layer/layer.h is missing: each room has its door", said)

    def test_a_file_that_is_too_long_fails(self):
        self.append("strata/layer/long.cpp", "\n" * 801)
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn("strata/layer/long.cpp has 801 lines", said)

    def test_a_library_that_prints_fails(self):
        self.append("strata/layer/loud.cpp", '#include <iostream>\nvoid Shout() { std::cout << "no"; }\n')
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn("strata/layer/loud.cpp:2: the library never prints, exits or aborts", said)

    def test_another_library_in_the_core_fails(self):
        self.append("strata/layer/heavy.h", "#include <nlohmann/json.hpp>\n")
        code, said = self.check()
        self.assertEqual(1, code)
        self.assertIn("the core links fmt, robin-map and fast_float and nothing else", said)


if __name__ == "__main__":
    unittest.main()
