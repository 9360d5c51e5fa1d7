"""Scenes that usd-core does not answer as its own rules have it: what it says, what Strata says, and a neighbour on which both agree.

docs/composition-differences.md tells of them under "Explained". A version of usd-core that answers otherwise fails here."""
import json
import os
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import compose_oracle  # noqa: E402
import compose_test  # noqa: E402
import engine  # noqa: E402
from pxr import Tf  # noqa: E402

RELOCATED_PAYLOAD = """#usda 1.0
(
    relocates = {</L/x>: </A/m>}
)
def "A"
{
}
def "L" (
    prepend variantSets = "w"
    variants = {
        string w = "b"
    }
)
{
    variantSet "w" = {
        "b" {
            def "x" (
                payload = <TARGET>
            )
            {
            }
        }
    }
}
def "P"
{
}
"""


@unittest.skipUnless(os.environ.get("STRATA_ANSWER"), "strata_answer is not built")
class Explained(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.scenes = 0
        self.program = engine.Program(os.environ["STRATA_ANSWER"], 10, 4096)
        self.addCleanup(self.program.close)

    def write(self, text):
        self.scenes += 1  # usd-core keeps layers by their path
        folder = self.folder / str(self.scenes)
        folder.mkdir()
        (folder / "root.usda").write_text(text, encoding="utf-8")
        return folder

    def ask_usd_core(self, folder):
        answer = compose_oracle.describe_scene(folder, all_payloads=True)
        return {prim["path"]: prim for prim in compose_test.strip_folder(answer, folder)["prims"]}

    def ask_strata(self, folder):
        question = {"kind": "pcp", "everyStack": True, "data": str(folder), "root": "root.usda", "session": None, "payloads": ".*",
                    "variantFallbacks": {}, "usd": True}
        answer = compose_test.strip_folder(self.program.ask(question)["answer"], folder)
        return {prim["path"]: prim for prim in answer["prims"]}

    def test_a_payload_in_a_variant_above_what_was_relocated_that_leads_nowhere(self):
        leading = self.write(RELOCATED_PAYLOAD.replace("TARGET", "/P"))
        stack = [["root.usda", "/L{w=b}x"], ["root.usda", "/P"]]
        for ask in (self.ask_usd_core, self.ask_strata):
            prim = ask(leading)["/A/m"]
            self.assertEqual(stack, prim["primStack"])
            self.assertEqual([], prim["errors"])

        nowhere = self.write(RELOCATED_PAYLOAD.replace("TARGET", "/Missing"))
        with self.assertRaisesRegex(Tf.ErrorException, "Failed verification: ' arcNum < srcInfo.size"):
            self.ask_usd_core(nowhere)
        prim = self.ask_strata(nowhere)["/A/m"]
        self.assertEqual(stack[:1], prim["primStack"])
        self.assertEqual([("UnresolvedPrimPath", "Unresolved payload prim path @$CASE/root.usda@</Missing> introduced by "
                           "@$CASE/root.usda@</L{w=b}x>")], [(one["type"], one["message"]) for one in prim["errors"]],
                         json.dumps(prim["errors"]))


if __name__ == "__main__":
    unittest.main()
