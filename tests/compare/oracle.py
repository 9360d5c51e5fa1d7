"""What the comparisons share: asking the tool about many files at once, and showing how two texts differ."""
import difflib
import json
import os
import subprocess

TOOL = os.environ["STRATA_TOOL"]
FILES_AT_ONCE = 100


def read_with_tool(files):
    """The text that the tool writes of each file, or None where it refuses the file."""
    answers = {}
    for first in range(0, len(files), FILES_AT_ONCE):
        part = files[first:first + FILES_AT_ONCE]
        done = subprocess.run([TOOL, "cat", "--json", *part], capture_output=True, timeout=300)
        report = json.loads(done.stdout.decode("utf-8", "replace"))
        for entry in report["answer"]:
            answers[entry["input"]] = entry.get("text", "") if entry["ok"] else None
    missing = [file for file in files if file not in answers]
    assert not missing, f"the tool said nothing of {missing[:3]}"
    return answers


def explain_difference(expected, actual, lines=40):
    """Nothing for equal texts, else the beginning of their difference.

    An array edit needs usda 1.2 and a duration 1.4. usd-core overlooks edits of numbers, and durations in metadata of the
    layer; Strata writes the version that the content needs.
    """
    for needs, version in ((" edit [", "1.2"), ("duration", "1.4")):
        head = f"#usda {version}\n"
        if needs in expected and actual.startswith(head) and expected[:len(head)] < head:
            expected = head + expected[len(head):]
    if expected == actual:
        return ""
    difference = difflib.unified_diff(expected.splitlines(True), actual.splitlines(True), "usd-core", "strata")
    return "".join(list(difference)[:lines])
