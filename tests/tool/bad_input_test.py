#!/usr/bin/env python3
"""Gives the tool input that is missing, empty, cut off, hostile or circular: it must say what is wrong and where, end
quickly and never by a signal, and still compose what can be composed.

Usage: bad_input_test.py STRATA
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = str(Path(sys.argv[1]).resolve())
# A hang is a failure; how long a machine under load may take is not what is tested here.
SECONDS = float(os.environ.get("STRATA_TEST_SECONDS", "30"))
HEADER = "#usda 1.0\n"
MANY = 100_000


class BadInput(unittest.TestCase):
    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.addCleanup(self.holder.cleanup)
        self.folder = Path(self.holder.name)

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    def run_tool(self, *words):
        done = subprocess.run([TOOL, *words], cwd=self.folder, capture_output=True, timeout=SECONDS,
                              env=dict(os.environ, NO_COLOR="1"))
        self.assertGreaterEqual(done.returncode, 0, f"{words} ended by signal {-done.returncode}")
        self.assertLess(len(done.stderr), 1_000_000, f"{words} says far too much")
        return done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def refuse(self, name, *expected, code=1):
        """The file does not open: the tool says so with the words `expected`, with a place and a remedy."""
        for command in (["tree", name], ["cat", name]):
            returned, out, err = self.run_tool(*command)
            self.assertEqual(returned, code, f"{command}: {err[:500]}")
            self.assertEqual(out, "", command)
            for words in ("error[", Path(name).name, *expected):
                self.assertIn(words, err[:20_000], command)
            # A syntax error says in its message what is expected.
            self.assertTrue("hint: " in err or "Expected " in err, err[:500])

    def compose(self, name, *errors, prims=()):
        """The stage opens, shows `prims`, and says each of `errors`, with the line of the file it is about."""
        returned, out, err = self.run_tool("tree", name)
        self.assertEqual(returned, 0, err[:500])
        for prim in prims:
            self.assertIn(prim, out)
        for words in errors:
            self.assertIn(words, err)
        if errors:
            self.assertIn("hint: ", err)
            self.assertRegex(err, r"--> \S+\.usda:\d+:\d+")
            self.assertEqual(self.run_tool("tree", name, "--strict")[0], 1)
        returned, out, _ = self.run_tool("flatten", name)
        self.assertEqual(returned, 0)
        self.assertTrue(out.startswith("#usda 1."))
        return err

    # -- files that do not open ------------------------------------------------------------------------------------

    def test_missing_file(self):
        self.refuse("nowhere.usda", "layer.unopened", code=3)

    def test_missing_file_with_a_similar_name_nearby(self):
        self.write("harbour.usda", HEADER)
        self.assertIn("harbour.usda", self.run_tool("tree", "harbor.usda")[2])

    def test_empty_file(self):
        self.refuse(self.write("empty.usda", ""), "empty")

    def test_folder(self):
        (self.folder / "folder.usda").mkdir()
        self.refuse("folder.usda", "folder")

    def test_pipe_without_writer(self):
        os.mkfifo(self.folder / "pipe.usda")
        self.refuse("pipe.usda")

    def test_binary_file(self):
        self.refuse(self.write("binary.usda", bytes(range(256)) * 40), "binary")

    def test_crate_under_a_text_name(self):
        self.refuse(self.write("crate.usda", b"PXR-USDC" + bytes(200)))

    def test_unknown_version(self):
        self.refuse(self.write("future.usda", "#usda 9.0\n"), "text.version")

    def test_bytes_that_are_not_utf8(self):
        self.refuse(self.write("latin.usda", b'#usda 1.0\ndef "A\xe9" {\n}\n'), "latin.usda:2:")

    def test_every_truncation_of_a_good_file(self):
        whole = (HEADER + '(\n    defaultPrim = "A"\n    subLayers = [@./b.usda@ (offset = 2)]\n)\n'
                 'def Xform "A" (\n    references = [@./b.usda@</B>, </C>]\n    variants = {\n        string v = "s"\n    }\n)\n'
                 '{\n    double3 p.timeSamples = {\n        1: (1, 2, 3),\n        2: None,\n    }\n    rel r = [</A>, </C.x>]\n'
                 '    variantSet "v" = {\n        "s" {\n            token t = "q"\n        }\n    }\n}\n')
        self.assertEqual(self.run_tool("cat", self.write("whole.usda", whole))[0], 0)
        names = [self.write(f"cut{end}.usda", whole[:end]) for end in range(0, len(whole), 5)]
        returned, out, err = self.run_tool("cat", "--check", *names)
        self.assertEqual(returned, 1)
        for name in names:
            self.assertTrue(f"{name}: ok" in out or name in err, f"nothing was said about {name}")

    def test_depth_without_end(self):
        shapes = {
            "prims": 'def "A" {\n' * MANY + "}\n" * MANY,
            "open_prims": 'def "A" {\n' * MANY,
            "brackets": 'def "A" {\n    double[] x = ' + "[" * MANY + "]" * MANY + "\n}\n",
            "parentheses": 'def "A" {\n    double3 x = ' + "(" * MANY + ")" * MANY + "\n}\n",
            "metadata": 'def "A" ' + "(" * MANY + ")" * MANY + "\n{\n}\n",
            "dictionaries": "(\n    customLayerData = {\n" + "dictionary a = {\n" * MANY + "}\n" * MANY + "    }\n)\n",
            "path": 'def "A" {\n    rel r = <' + "/A" * MANY + ">\n}\n",
            "targets": 'def "A" {\n    rel r = <' + "/A.x[" * MANY + "]" * MANY + ">\n}\n",
            "variants": 'def "A" {\n' + 'variantSet "v" = {\n"s" {\n' * MANY + "}\n}\n" * MANY + "}\n",
            "expression": 'def "A" {\n    pathExpression e = "' + "/A - (" * MANY + '"\n}\n',
        }
        for name, text in shapes.items():
            with self.subTest(name):
                # An expression is a string until someone asks what it matches.
                if name == "expression":
                    self.run_tool("flatten", self.write(name + ".usda", HEADER + text))
                else:
                    self.refuse(self.write(name + ".usda", HEADER + text), f"{name}.usda:")

    def test_length_without_end(self):
        self.refuse(self.write("string.usda", HEADER + 'def "A" {\n    string s = "' + "x" * 3_000_000), "string.usda:3:")
        self.refuse(self.write("triple.usda", HEADER + 'def "A" {\n    string s = """' + "x\n" * MANY), "triple.usda:3:")
        self.refuse(self.write("number.usda", HEADER + 'def "A" {\n    double d = ' + "1" * 3_000_000 + "z\n}\n"), "number.usda:3:")

    def test_all_errors_of_a_file_up_to_a_limit(self):
        text = HEADER + "".join(f'def "A{i}" {{\n    double x = !\n}}\n' for i in range(5000))
        returned, _, err = self.run_tool("cat", "--check", self.write("errors.usda", text))
        self.assertEqual(returned, 1)
        self.assertGreater(err.count("error["), 50)
        self.assertLess(err.count("error["), 1001)

    # -- stages that open in part ----------------------------------------------------------------------------------

    def test_missing_layers(self):
        self.write("good.usda", HEADER + 'def "FromGood" {\n}\n')
        self.compose(self.write("root.usda", HEADER + "(\n    subLayers = [@gone.usda@, @good.usda@]\n)\n"
                                'def "A" (\n    references = [@gone.usda@</X>, @good.usda@</FromGood>, @good.usda@</Nothing>]\n'
                                "    payload = @gone.usda@</Y>\n)\n{\n    double x = 1\n}\n"),
                     "gone.usda", "Nothing", prims=["A", "FromGood"])

    def test_broken_sublayer(self):
        self.write("broken.usda", HEADER + 'def "B" {\n    double = \n}\n')
        err = self.compose(self.write("root.usda", HEADER + '(\n    subLayers = [@broken.usda@]\n)\ndef "A" {\n}\n'),
                           "broken.usda", prims=["A"])
        self.assertIn("broken.usda:3:", err)

    def test_sublayer_cycles(self):
        self.compose(self.write("self.usda", HEADER + '(\n    subLayers = [@self.usda@]\n)\ndef "A" {\n}\n'), "cycle", prims=["A"])
        self.write("b.usda", HEADER + '(\n    subLayers = [@c.usda@]\n)\ndef "B" {\n}\n')
        self.write("c.usda", HEADER + '(\n    subLayers = [@a.usda@]\n)\ndef "C" {\n}\n')
        self.compose(self.write("a.usda", HEADER + '(\n    subLayers = [@b.usda@]\n)\ndef "A" {\n}\n'), "cycle", prims=["A", "B", "C"])

    def test_arc_cycles(self):
        for arc in ("references", "payload", "inherits", "specializes"):
            with self.subTest(arc):
                self.compose(self.write(f"{arc}.usda", HEADER + f'def "A" (\n    {arc} = </B>\n)\n{{\n    double x = 1\n}}\n'
                                        f'def "B" (\n    {arc} = </A>\n)\n{{\n}}\ndef "Other" {{\n}}\n'),
                             "cycle", prims=["A", "B", "Other"])

    def test_reference_to_itself_its_child_and_its_parent(self):
        for name, text in {"itself": 'def "A" (\n    references = </A>\n)\n{\n}\n',
                           "parent": 'def "A" {\n    def "C" (\n        references = </A>\n    )\n    {\n    }\n}\n',
                           "child": 'def "A" (\n    references = </A/C>\n)\n{\n    def "C" {\n    }\n}\n'}.items():
            with self.subTest(name):
                self.compose(self.write(f"{name}.usda", HEADER + text), "cycle", prims=["A"])

    def test_reference_cycle_through_files(self):
        self.write("two.usda", HEADER + '(\n    defaultPrim = "A"\n)\ndef "A" (\n    references = @one.usda@\n)\n{\n    double y = 2\n}\n')
        self.compose(self.write("one.usda", HEADER + '(\n    defaultPrim = "A"\n)\ndef "A" (\n    references = @two.usda@\n)\n{\n}\n'),
                     "cycle", prims=["A"])
        returned, out, _ = self.run_tool("why", "one.usda", "/A.y", "--json")
        self.assertEqual(returned, 0)
        self.assertEqual(json.loads(out)["answer"]["resolved"], "2")

    def test_json_says_the_same(self):
        self.write("root.usda", HEADER + "(\n    subLayers = [@gone.usda@]\n)\n")
        returned, out, err = self.run_tool("tree", "root.usda", "--json")
        answer = json.loads(out)
        self.assertEqual((returned, answer["ok"], err), (0, True, ""))
        self.assertEqual(answer["diagnostics"][0]["severity"], "error")
        self.assertEqual(answer["diagnostics"][0]["location"]["line"], 3)
        returned, out, err = self.run_tool("tree", "missing.usda", "--json")
        self.assertEqual((returned, json.loads(out)["ok"]), (3, False))

    def test_output_that_cannot_be_written(self):
        self.write("a.usda", HEADER + 'def "A" {\n}\n')
        for command in ("cat", "flatten"):
            returned, _, err = self.run_tool(command, "a.usda", "-o", "no/such/folder/x.usda")
            self.assertEqual(returned, 1)
            self.assertIn("no/such/folder", err)
        if os.path.exists("/dev/full"):
            with open("/dev/full", "w") as full:
                done = subprocess.run([TOOL, "cat", "a.usda"], cwd=self.folder, stdout=full, stderr=subprocess.PIPE, timeout=SECONDS)
            self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
