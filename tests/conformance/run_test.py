#!/usr/bin/env python3
"""Tests the conformance runner on a small corpus of its own, with programs that answer well, badly or not at all."""
import hashlib
import io
import json
import random
import sys
import tempfile
import textwrap
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import museum  # noqa: E402
import run  # noqa: E402
from changes import apply  # noqa: E402
from kinds import rule_for  # noqa: E402
from renaming import canonical_flattened, canonical_scene  # noqa: E402
from rules import Bag, Keyed, Map, Plain, Record, Sequence, Value  # noqa: E402

LAYERS = {"schema": "layer-oracle/1", "layers": [
    {"file": "a.usda", "ok": True, "format": "usda", "header": "#usda 1.0", "usda": "#usda 1.0\n", "usdaSha256": "00",
     "specs": [{"path": "/", "type": "PseudoRoot", "fields": {}}, {"path": "/A", "type": "Prim", "fields": {"active": False}}]},
    {"file": "b.usda", "ok": True, "format": "usda", "header": "#usda 1.0", "usda": None, "usdaSha256": "00",
     "specs": {"sameAs": "a.usda"}},
    {"file": "c.usda", "ok": False, "error": "whatever"}]}
NODE = {"i": 0, "parent": None, "origin": None, "arc": "root", "path": "/A", "layerStack": "r.usda", "session": None,
        "introPath": "/", "pathAtIntro": "/A", "namespaceDepth": 0, "sibling": 0, "hasSpecs": True, "culled": False,
        "inert": False, "restricted": False, "ancestral": False, "permission": "Public",
        "mapToParent": {"offset": [0.0, 1.0], "paths": [["/", "/"]]}, "mapToRoot": {"offset": [0.0, 1.0], "paths": [["/", "/"]]}}

ANSWERER = """\
#!{python}
import json, os, sys, time
known = json.loads({answers!r})
for line in sys.stdin:
    question = json.loads(line)
    answer = known.get(question.get("file") or question.get("root") or json.dumps(question.get("row")))
    if answer == "crash":
        sys.stderr.write("a bad day\\n"); sys.stderr.flush(); os.kill(os.getpid(), 11)
    if answer == "hang":
        time.sleep(60)
    reply = {{"answer": answer}} if isinstance(answer, (dict, list)) else {{"notAnswered": "kind " + question["kind"]}}
    print(json.dumps(reply), flush=True)
"""


class SmallCorpus(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        self.corpus = self.folder / "corpus"
        self.add_case("suite/case", [{"kind": "layer", "oracle": "oracle/layers.json",
                                      "layers": ["a.usda", "b.usda", "c.usda"], "env": {}}], {"layers.json": LAYERS})

    def add_case(self, name, runs, oracles):
        case = self.corpus / name
        (case / "oracle").mkdir(parents=True)
        (case / "data").mkdir()
        (case / "case.json").write_text(json.dumps({"id": name, "runs": runs}))
        for file, content in oracles.items():
            (case / "oracle" / file).write_text(json.dumps(content))

    def run_with(self, answers, *more):
        program = self.folder / "program"
        program.write_text(ANSWERER.format(python=sys.executable, answers=json.dumps(answers)))
        program.chmod(0o755)
        self.failures = self.folder / "failures.txt"
        out = io.StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            status = run.main([str(self.corpus), "--answer", str(program), "--failures", str(self.failures), *more])
        return status, out.getvalue()

    def good(self):
        first = LAYERS["layers"][0]
        return {"a.usda": first, "b.usda": dict(first, file="b.usda", usda="#usda 1.0\n"),
                "c.usda": {"file": "c.usda", "ok": False, "error": "another text"}}

    def test_right_answers_pass(self):
        status, out = self.run_with(self.good())
        self.assertIn("suite layer: 3/3\n", out)
        self.assertTrue(out.endswith("3 passed, 0 failed\n"), out)
        self.assertEqual(status, 0)
        self.assertEqual(self.failures.read_text(), "")

    def test_a_wrong_value_is_named_with_its_place(self):
        answers = self.good()
        answers["a.usda"] = json.loads(json.dumps(answers["a.usda"]))
        answers["a.usda"]["specs"][1]["fields"]["active"] = True
        status, out = self.run_with(answers)
        self.assertIn("2 passed, 1 failed", out)
        self.assertEqual(self.failures.read_text(), "suite/case layer layers.json#a.usda: /specs/1/fields/active: "
                                                    "expected false, got true\n")
        self.assertEqual(status, 0)

    def test_a_crash_fails_one_check_only(self):
        status, out = self.run_with(self.good() | {"a.usda": "crash"}, "--workers", "1")
        self.assertIn("2 passed, 1 failed", out)
        self.assertIn("signal 11: a bad day", self.failures.read_text())

    def test_a_question_without_end_fails_one_check_only(self):
        status, out = self.run_with(self.good() | {"b.usda": "hang"}, "--workers", "1", "--timeout", "2")
        self.assertIn("2 passed, 1 failed", out)
        self.assertIn("#b.usda: no answer within 2 s", self.failures.read_text())

    def test_what_is_not_answered_counts_as_failed(self):
        self.add_case("suite/other", [{"kind": "scene", "oracle": "oracle/s.json", "root": "x.usda"}],
                      {"s.json": {"schema": "scene-index-oracle/1", "root": "x.usda", "edits": []}})
        status, out = self.run_with(self.good())
        self.assertIn("suite scene: 0/1\n", out)
        self.assertIn("suite/other scene s.json: not answered: kind scene\n", self.failures.read_text())

    def test_an_oracle_that_is_missing_or_for_another_run_counts_as_failed(self):
        stage = {"schema": "stage-oracle/1", "root": "y.usda", "ok": False}
        self.add_case("suite/other", [{"kind": "stage", "oracle": "oracle/gone.json", "root": "x.usda"},
                                      {"kind": "stage", "oracle": "oracle/s.json", "root": "x.usda"}], {"s.json": stage})
        status, out = self.run_with(self.good() | {"x.usda": stage})
        self.assertIn("suite stage: 0/2\n", out)

    def test_without_a_program_every_check_fails(self):
        out = io.StringIO()
        with redirect_stdout(out):
            run.main([str(self.corpus), "--answer", "/nonexistent/program", "--failures", str(self.folder / "f")])
        self.assertIn("0 passed, 3 failed", out.getvalue())

    def test_a_program_that_ends_at_once_fails_every_check_with_its_words(self):
        self.run_with(self.good())
        program = self.folder / "program"
        program.write_text("#!/bin/sh\necho cannot begin >&2\nexit 3\n")
        out = io.StringIO()
        with redirect_stdout(out):
            run.main([str(self.corpus), "--answer", str(program), "--failures", str(self.failures)])
        self.assertIn("0 passed, 3 failed", out.getvalue())
        self.assertEqual(self.failures.read_text().count("the program ended with status 3: cannot begin"), 3)

    def diverge(self, answer_text):
        text = "#usda 1.0\n\ndef \"A\"\n{\n    int[] x = edit [append 9]\n}\n"
        layer = {"file": "e.usda", "ok": True, "format": "usda", "header": "#usda 1.0", "usda": text,
                 "usdaSha256": hashlib.sha256(text.encode()).hexdigest(), "specs": []}
        self.add_case("suite/edits", [{"kind": "layer", "oracle": "oracle/layers.json", "layers": ["e.usda"], "env": {}}],
                      {"layers.json": {"schema": "layer-oracle/1", "layers": [layer]}})
        given = answer_text(text)
        answer = dict(layer, usda=given, usdaSha256=hashlib.sha256(given.encode()).hexdigest())
        return self.run_with(self.good() | {"e.usda": answer})

    def test_a_divergence_that_is_listed_passes_and_is_told(self):
        status, out = self.diverge(lambda text: text.replace("1.0", "1.2"))
        self.assertIn("4 passed, 0 failed", out)
        self.assertIn("array-edits-need-1.2: 1 of the passed checks differ from the oracle on purpose", out)

    def test_a_divergence_that_no_longer_holds_fails(self):
        status, out = self.diverge(lambda text: text)
        self.assertIn("3 passed, 1 failed", out)
        self.assertIn("the divergence array-edits-need-1.2 no longer holds", self.failures.read_text())

    def test_a_divergence_excuses_nothing_else(self):
        status, out = self.diverge(lambda text: text.replace("1.0", "1.2").replace("9", "8"))
        self.assertIn("3 passed, 1 failed", out)
        self.assertNotIn("on purpose", out)

    def test_requirements_set_the_status(self):
        gate = self.folder / "gate.txt"
        gate.write_text("# what must hold\nsuite layer: all\n")
        self.assertEqual(self.run_with(self.good(), "--gate", str(gate))[0], 0)
        self.assertEqual(self.run_with(self.good() | {"a.usda": {}}, "--gate", str(gate))[0], 1)
        self.assertEqual(self.run_with(self.good(), "--require", "pcp:suite")[0], 1)
        gate.write_text("suite layer: 2\n")
        self.assertEqual(self.run_with(self.good() | {"a.usda": {}}, "--gate", str(gate))[0], 0)

    def test_an_absent_folder_is_an_error_or_a_skip(self):
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            self.assertEqual(run.main([str(self.folder / "none")]), 2)
            self.assertEqual(run.main([str(self.folder / "none"), "--skip-absent"]), run.SKIPPED)

    def test_one_suite_or_case_can_be_the_folder(self):
        self.corpus = self.corpus / "suite"
        self.assertIn("suite layer: 3/3\n", self.run_with(self.good())[1])
        self.corpus = self.corpus / "case"
        self.assertIn("suite layer: 3/3\n", self.run_with(self.good())[1])

    def test_tables_ask_row_by_row_without_the_answer(self):
        tables = self.corpus / "tables"
        tables.mkdir()
        rows = [{"text": "/A", "valid": True, "name": "A"}, {"text": "//", "valid": False}]
        (tables / "paths.json").write_text(json.dumps({"schema": "table/1", "table": "paths", "rows": rows}))
        asked = {json.dumps({"text": "/A"}): rows[0], json.dumps({"text": "//"}): {"valid": True}}
        self.assertIn("tables table: 1/2\n", self.run_with(self.good() | asked)[1])


class Rules(unittest.TestCase):
    def assert_same(self, rule, one, other):
        self.assertEqual([str(d) for d in rule.compare(one, other)], [])

    def assert_differ(self, rule, one, other):
        self.assertNotEqual([str(d) for d in rule.compare(one, other)], [])

    def test_absent_means_empty_in_records_and_not_in_data(self):
        self.assert_same(Record(), {"custom": False, "names": []}, {})
        self.assert_differ(Map(Value()), {"active": False}, {})
        self.assert_differ(Record(fallback=Value()), {"fallback": False}, {})
        self.assert_differ(Record(), {"sibling": 0}, {})

    def test_values_are_exact_down_to_type_and_sign(self):
        self.assert_same(Value(), 1, 1.0)
        self.assert_differ(Value(), 1, True)
        self.assert_differ(Value(), 0.0, -0.0)
        self.assert_differ(Value(), 0.1, 0.1 + 2e-17)
        self.assert_differ(Value(), [1, 2], [2, 1])
        self.assert_same(Value(), {"$listop": {"prepended": ["a"], "deleted": []}}, {"$listop": {"prepended": ["a"]}})
        self.assert_differ(Value(), {"$listop": {"explicit": []}}, {"$listop": {}})
        self.assert_same(Value(), {"$repr": "x"}, 3)
        self.assert_differ(Record(default=Value()), {"default": {"$repr": "x"}}, {})

    def test_a_tolerance_is_relative_to_the_numbers_beside(self):
        near = Value(1e-5)
        self.assert_same(near, [1e-17, 0.0, 1.0, 0.0], [0.0, 0.0, 1.000001, 0.0])
        self.assert_differ(near, [0.0, 0.0, 1.0, 0.0], [0.0, 1e-3, 1.0, 0.0])
        self.assert_differ(near, [[1e6, 0.0], [0.5, 0.5]], [[1e6, 0.0], [0.6, 0.5]])
        self.assert_same(Value(1e-5, whole=True), [[0.0], [100.0]], [[1e-4], [100.0]])

    def test_order_matters_only_where_it_is_normative(self):
        self.assert_differ(Sequence(Plain()), [1, 2], [2, 1])
        self.assert_same(Bag(), [1, 2], [2, 1])
        self.assert_differ(Bag(), [1, 2], [1, 2, 2])
        self.assert_same(Bag("type"), [{"type": "A", "message": "x"}], [{"type": "A", "message": "y"}])
        rows = [{"path": "/A"}, {"path": "/B"}]
        self.assert_differ(Keyed(("path",), Record(), ordered=True), rows, rows[::-1])
        self.assert_same(Keyed(("path",), Record(), ordered=False), rows, rows[::-1])

    def test_optional_nodes_may_be_there_or_not(self):
        rule = rule_for("pcp", {}).fields["prims"].rule.fields["nodes"]
        child = dict(NODE, i=1, parent=0, origin=0, arc="inherit", path="/C")
        culled = dict(NODE, i=1, parent=0, origin=0, arc="reference", path="/X", culled=True)
        moved = dict(child, i=2, parent=1, origin=1)
        self.assert_same(rule, [NODE, child], [NODE, child, dict(culled, i=2)])
        self.assert_same(rule, [NODE, culled, moved], [NODE, child])
        self.assert_differ(rule, [NODE, child], [NODE])
        self.assert_differ(rule, [NODE, child], [NODE, dict(child, mapToRoot={"offset": [1.0, 1.0], "paths": [["/", "/"]]})])
        self.assert_differ(rule, [NODE, child], [NODE, dict(child, parent=7)])

    def test_text_is_information_where_the_writer_rounds(self):
        layer = {"file": "a", "ok": True, "usda": "x", "usdaSha256": "1", "specs": [
            {"path": "/", "type": "PseudoRoot", "fields": {"t": {"$timecode": 1234567.5}}}]}
        other = dict(layer, usda="y", usdaSha256="2")
        self.assert_same(rule_for("layer", layer), layer, other)
        layer["specs"][0]["fields"]["t"] = {"$timecode": 1.5}
        self.assert_differ(rule_for("layer", layer), layer, other)

    def test_values_between_samples_are_near(self):
        rule = rule_for("stage", {"prims": []}).fields["prims"].rule.fields["attributes"].rule
        digest = lambda sha, first: {"$array": {"n": 40, "sha256": sha, "head": [first, 1.0, 2.0, 3.0]}}
        one = {"timeSamples": [0.0, 2.0], "values": [[0.0, digest("a", 0.0)], [1.0, digest("b", 1.0)], [2.0, digest("c", 2.0)]]}
        near = json.loads(json.dumps(one))
        near["values"][1][1] = digest("other", 1.000001)
        self.assert_same(rule, one, near)
        near["values"][1][1] = digest("other", 1.1)
        self.assert_differ(rule, one, near)
        near = json.loads(json.dumps(one))
        near["values"][0][1] = digest("other", 0.0)
        self.assert_differ(rule, one, near)


class Renaming(unittest.TestCase):
    def test_scene_prototypes_are_compared_up_to_their_names(self):
        def scene(first, second):
            return {"finalSceneIndex": {f"/P/For${first}/__Prototype_{first}": {"type": "mesh", "data": {"of": "/A"}},
                                        f"/P/For${second}/__Prototype_{second}": {"type": "mesh", "data": {"of": "/B"}}}}
        self.assertEqual(canonical_scene(scene(1, 2)), canonical_scene(scene(5, 3)))
        other = scene(1, 2)
        other["finalSceneIndex"]["/P/For$1/__Prototype_1"]["data"]["of"] = "/C"
        self.assertNotEqual(canonical_scene(scene(1, 2)), canonical_scene(other))

    def test_flattened_prototypes_are_compared_up_to_their_numbers(self):
        def text(a, b):
            over = lambda number, name: f'over "Flattened_Prototype_{number}"\n{{\n    def "{name}"\n    {{\n    }}\n}}\n\n'
            use = lambda number: f'def "I" (\n    append references = </Flattened_Prototype_{number}>\n)\n{{\n}}\n\n'
            blocks = sorted([(a, over(a, "x")), (b, over(b, "y"))])
            return "#usda 1.0\n\n" + "".join(block for _, block in blocks) + use(a) + use(b)
        self.assertEqual(canonical_flattened(text(1, 2)), canonical_flattened(text(2, 1)))
        self.assertNotEqual(canonical_flattened(text(1, 2)), canonical_flattened(text(1, 2).replace('"x"', '"z"')))


class Museum(unittest.TestCase):
    def test_a_dump_becomes_a_structure(self):
        dump = textwrap.dedent("""\
            Loading @some/where/root.usd@

            ------------------------------------------------------------------------
            Layer Stack:
                 root.usd
                 sub dir/sub.usd

            ------------------------------------------------------------------------
            Results for composing </A>

            Prim Stack:
                root.usd             /A
                a name that is very long.usd /A{v=x}B

            Time Offsets:
                root.usd             /A              root       (offset=0.00, scale=1.00)
                    sub.usd                          sublayer   (offset=10.00, scale=2.00)

            Variant Selections:
                {v = x}

            Child names:
                 ['a', 'b']

            Property stacks:
            /A.p:
                root.usd             /A.p

            ------------------------------------------------------------------------
            Errors while composing </A>

            Cycle detected:
            one more line

            ERROR: Unexpected error(s) encountered during test!
            """)
        self.assertEqual(museum.parse(dump), {
            "entry": "root.usd", "layerStack": [["root.usd"], ["sub dir/sub.usd"]], "errors": ["Errors while composing </A>"],
            "prims": [{"path": "/A", "primStack": [["root.usd", "/A"], ["a name that is very long.usd", "/A{v=x}B"]],
                       "timeOffsets": [["root.usd", "/A", "root", 0.0, 1.0], ["sub.usd", "", "sublayer", 10.0, 2.0]],
                       "variantSelections": {"v": "x"}, "childNames": ["a", "b"],
                       "propertyStacks": {"/A.p": [["root.usd", "/A.p"]]}}]})


class Changes(unittest.TestCase):
    def test_every_site_of_a_small_layer_is_noticed(self):
        expected = LAYERS["layers"][0]
        rule, dice = rule_for("layer", expected), random.Random(1)
        sites = list(rule.sites(expected))
        self.assertGreater(len(sites), 20)
        for site in sites:
            self.assertTrue(list(rule.compare(apply(expected, site, dice), expected)), site)


if __name__ == "__main__":
    unittest.main()
