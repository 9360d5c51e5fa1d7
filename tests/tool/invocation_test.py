#!/usr/bin/env python3
"""Runs the tool in the ways that golden transcripts cannot show: streams, colours, widths, environment, traces, shells.

Usage: invocation_test.py STRATA
"""
import json
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

TOOL = str(Path(sys.argv[1]).resolve())
SOURCE = Path(__file__).resolve().parents[2]
COMMANDS = ("tree", "why", "graph", "flatten", "cat", "stat", "completions")
SCENE = """#usda 1.0
(
    defaultPrim = "World"
)

def Xform "World" (
    kind = "group"
)
{
    double size = 2
    double size.timeSamples = {
        1: 10,
        3: 30,
    }
    string note = "a note that is longer than a narrow terminal is wide, up to the very end"

    def Sphere "Ball"
    {
    }
}
"""


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("STRATA_", "PXR_", "NO_COLOR", "COLUMNS"))}
    return dict(kept, **more)


def run(*words, folder, **environment):
    done = subprocess.run([TOOL, *words], cwd=folder, capture_output=True, text=True, timeout=60,
                          env=clean_environment(**environment))
    return done.returncode, done.stdout, done.stderr


def run_on_terminal(*words, folder, **environment):
    """What appears on a terminal when the tool's output is one.

    The terminal stays open until a mark written after the tool's end has come through: a terminal that nobody
    writes to any more may lose what was not read yet.
    """
    mark = b"<the tool has ended>"
    keeper, terminal = pty.openpty()
    process = subprocess.Popen([TOOL, *words], cwd=folder, stdout=terminal, stderr=terminal, stdin=subprocess.DEVNULL,
                               env=clean_environment(TERM="xterm-256color", **environment))

    def write_mark_at_end():
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
        os.write(terminal, mark)

    waiter = threading.Thread(target=write_mark_at_end)
    waiter.start()
    shown = b""
    while not shown.endswith(mark):
        shown += os.read(keeper, 65536)
    waiter.join()
    os.close(terminal)
    os.close(keeper)
    return shown.removesuffix(mark).decode().replace("\r\n", "\n")


class Invocation(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        (self.folder / "scene.usda").write_text(SCENE)

    def test_help_has_examples_that_run(self):
        for command in COMMANDS:
            with self.subTest(command):
                returned, out, _ = run(command, "--help", folder=self.folder)
                self.assertEqual(returned, 0)
                self.assertIn("Examples:", out)
                for flag in re.findall(r"strata " + command + r".*?(--[a-z-]+)", out):
                    self.assertRegex(out + run("--help", folder=self.folder)[1], re.escape(flag) + r"\b")

    def test_exit_codes(self):
        for code, words in [(0, ["tree", "scene.usda"]), (1, ["why", "scene.usda", "/Nothing"]), (2, ["tree"]),
                            (2, ["frobnicate"]), (3, ["tree", "gone.usda"]), (3, ["cat", "gone.usda"]), (0, ["--version"])]:
            self.assertEqual(run(*words, folder=self.folder)[0], code, words)

    def test_json_everywhere(self):
        for words in (["tree", "scene.usda"], ["why", "scene.usda", "/World"], ["flatten", "scene.usda"],
                      ["cat", "scene.usda"], ["stat", "scene.usda"]):
            with self.subTest(words[0]):
                returned, out, err = run(*words, "--json", folder=self.folder)
                answer = json.loads(out)
                self.assertEqual((returned, err, answer["ok"], answer["command"]), (0, "", True, words[0]))
                self.assertIn("answer", answer)

    def test_colour_only_where_wanted(self):
        self.assertNotIn("\x1b", run("tree", "scene.usda", folder=self.folder)[1])
        self.assertIn("\x1b", run("tree", "scene.usda", "--color", "always", folder=self.folder)[1])
        self.assertIn("\x1b", run_on_terminal("tree", "scene.usda", folder=self.folder))
        self.assertNotIn("\x1b", run_on_terminal("tree", "scene.usda", "--color", "never", folder=self.folder))
        self.assertNotIn("\x1b", run_on_terminal("tree", "scene.usda", folder=self.folder, NO_COLOR="1"))
        self.assertNotIn("\x1b", run("tree", "gone.usda", folder=self.folder)[2])
        self.assertIn("\x1b", run("tree", "gone.usda", "--color", "always", folder=self.folder)[2])

    def test_names_in_scenes_do_not_steer_the_terminal(self):
        name = "sly\x1b]0;title\x07\x1b[2J\r\x1b[31m.usda"
        (self.folder / name).write_text(SCENE)
        for words in (("stat",), ("why", "/World.size"), ("graph", "/World", "--format", "text")):
            shown = run_on_terminal(words[0], name, *words[1:], "--color", "never", folder=self.folder).replace("\r\n", "\n")
            self.assertFalse(set(re.sub(r"\x1b\[[0-9;]*m", "", shown)) & set("\x1b\x07\r"), words)
            self.assertIn("\u241b]0;title\u2407\u241b[2J\u240d", shown, words)
        self.assertIn(name.replace("\r", "\n"), run("graph", name, "/World", "--format", "text", folder=self.folder)[1])

    def test_lines_fit_the_terminal(self):
        for words in (["why", "scene.usda", "/World.note"], ["why", "scene.usda", "/World.size"], ["tree", "scene.usda", "-p"]):
            for columns in (40, 80):
                shown = run_on_terminal(*words, folder=self.folder, COLUMNS=str(columns))
                for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines():
                    self.assertLessEqual(len(line), columns, line)
        self.assertIn("up to the very end", run("why", "scene.usda", "/World.note", folder=self.folder)[1])

    def test_time_is_asked_for(self):
        answer = json.loads(run("why", "scene.usda", "/World.size", "--time", "2", "--json", folder=self.folder)[1])["answer"]
        self.assertEqual((answer["resolved"], answer["opinions"][0]["role"]), ("20", "wins"))
        self.assertEqual((answer["opinions"][0]["line"], answer["opinions"][0]["field"]), (11, "timeSamples"))

    def test_threads_give_one_answer(self):
        one = run("flatten", "scene.usda", "--threads", "1", folder=self.folder)
        self.assertEqual(one, run("flatten", "scene.usda", "--threads", "16", folder=self.folder))
        self.assertEqual(one, run("flatten", "scene.usda", folder=self.folder, STRATA_THREADS="3"))
        self.assertEqual(run("tree", "scene.usda", "--threads", "0", folder=self.folder)[0], 2)

    def test_trace_is_a_chrome_trace(self):
        self.assertEqual(run("tree", "scene.usda", "--trace", "trace.json", folder=self.folder)[0], 0)
        events = json.loads((self.folder / "trace.json").read_text())["traceEvents"]
        self.assertTrue(events)
        for event in events:
            self.assertEqual(event["ph"], "X")
            self.assertGreaterEqual(event["dur"], 0)

    def test_debug_topics_go_to_standard_error(self):
        returned, listed, _ = run("--debug-topics", folder=self.folder)
        self.assertEqual(returned, 0)
        quiet = run("tree", "scene.usda", folder=self.folder)
        loud = run("tree", "scene.usda", folder=self.folder, STRATA_DEBUG="layer.*")
        self.assertEqual(quiet[:2], loud[:2])
        self.assertIn("[layer.open]", loud[2])
        self.assertIn("layer.open", listed)

    def test_every_debug_topic_is_listed(self):
        listed = run("--debug-topics", folder=self.folder)[1]
        declared = [name for path in (SOURCE / "strata").rglob("*.cpp")
                    for name in re.findall(r'DebugTopic\s+k\w+\s*[{(]"([^"]+)"', path.read_text())]
        self.assertTrue(declared)
        self.assertEqual(sorted(declared), sorted(re.findall(r"^  (\S+)  ", listed, re.M)))

    def test_written_files_equal_printed_ones(self):
        for command in ("cat", "flatten"):
            printed = run(command, "scene.usda", folder=self.folder)[1]
            self.assertEqual(run(command, "scene.usda", "-o", f"{command}.usda", folder=self.folder)[0], 0)
            self.assertEqual((self.folder / f"{command}.usda").read_text(), printed)

    def test_search_paths_and_payloads(self):
        (self.folder / "library").mkdir()
        (self.folder / "library" / "asset.usda").write_text(SCENE)
        (self.folder / "shot.usda").write_text('#usda 1.0\ndef "A" (\n    payload = @asset.usda@\n)\n{\n}\n')
        self.assertNotIn("Ball", run("tree", "shot.usda", folder=self.folder)[1])
        self.assertIn("Ball", run("tree", "shot.usda", "--search-path", "library", folder=self.folder)[1])
        self.assertIn("Ball", run("tree", "shot.usda", folder=self.folder, PXR_AR_DEFAULT_SEARCH_PATH="library")[1])
        self.assertNotIn("Ball", run("tree", "shot.usda", "--search-path", "library", "--no-payloads", folder=self.folder)[1])

    def test_completion_scripts_are_taken_by_their_shells(self):
        for shell in ("bash", "zsh", "fish"):
            returned, script, _ = run("completions", shell, folder=self.folder)
            self.assertEqual(returned, 0)
            for command in COMMANDS:
                self.assertIn(command, script)
            if shutil.which(shell):
                checked = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True)
                self.assertEqual((checked.returncode, checked.stderr), (0, ""), shell)
        complete = ("source <(\"$0\" completions bash); COMP_WORDS=(strata tr); COMP_CWORD=1; _strata; echo ${COMPREPLY[@]}; "
                    "COMP_WORDS=(strata tree --no); COMP_CWORD=2; _strata; echo ${COMPREPLY[@]}")
        done = subprocess.run(["bash", "-c", complete, TOOL], capture_output=True, text=True)
        self.assertEqual(done.stdout.split("\n")[:2], ["tree", "--no-payloads"], done.stderr)

    def test_a_closed_pipe_is_no_crash(self):
        done = subprocess.run(["bash", "-c", '"$0" flatten scene.usda | head -n 1; exit ${PIPESTATUS[0]}', TOOL],
                              cwd=self.folder, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 1, 141), done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
