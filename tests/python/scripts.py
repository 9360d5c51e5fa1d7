"""Runs examples/python with usd-core and with Strata: what they print, and the layers they write, must be the same.

    scripts.py [NAME...]     exit code 77 when this Python has no usd-core
    scripts.py --alone       those of Strata alone, against what they printed
    scripts.py --types       strict type checks of the scripts against Strata's stubs; 77 when there is no mypy
"""
import argparse
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "examples" / "python"
SHOT = ROOT / "examples" / "shot"
# Script: what it is run with; $DIR is an empty folder that has a copy of examples/shot.
CASES = {
    "convert": [["$DIR/shot/shot.usda", "$DIR/shot.usdc"], ["$DIR/shot/shot.usda", "$DIR/flat.usda", "--flatten"],
                ["$DIR/shot/assets/boat/boat.usda", "$DIR/boat.usdc"], ["$DIR/boat.usdc", "$DIR/again.usda"]],
    "list_dependencies": [["$DIR/shot/shot.usda"], ["$DIR/shot/assets/boat/boat.usda"]],
    "assemble_shot": [["$DIR"]],
    "stitch_clips": [["$DIR"]],
    "shaded_material": [["$DIR/material.usda"]],
    "bake_skinning": [["$DIR/strip.usda"]],
    "composition_arcs": [["$DIR"]],
    "inspect_composition": [["$DIR"]],
}
# Scripts of Strata alone: what each prints stands in tests/python/NAME.expect.txt.
ALONE = {"contexts": ["$DIR"], "scene_indices": []}
# Scripts that ask for what Strata's modules do not have yet.
NOT_YET = set()


def normalized(text, folder):
    text = text.replace(str(folder), "$DIR")
    text = re.sub(r"anon:0x[0-9a-f]+", "anon:0x", text)
    text = re.sub(r"\d+\.\d{7,}", lambda number: f"{float(number[0]):.6f}", text)
    text = re.sub(r"-?\d\.?\d*e-(1[5-9]|[2-9]\d)\b", "0", text)
    return re.sub(r"\bstrata\.(?=[A-Z])", "pxr.", text)


def run(name, with_strata):
    """What a script prints, and the text of each layer it leaves, by name."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="script-"))
    shutil.copytree(SHOT, folder / "shot")
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", USD_ASSIGN_PROTOTYPES_DETERMINISTICALLY="1")
    said = ""
    for given in CASES.get(name) or [ALONE[name]]:
        arguments = [one.replace("$DIR", str(folder)) for one in given]
        command = [sys.executable, *(["-m", "strata.as_pxr"] if with_strata and name in CASES else []), str(SCRIPTS / f"{name}.py"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
        said += done.stdout + (f"exit code {done.returncode}\n{done.stderr}" if done.returncode else "")
    written = {path.name: normalized(path.read_text(), folder) for path in sorted(folder.glob("*.usda"))}
    shutil.rmtree(folder)
    return normalized(said, folder), written


def compare(name):
    """The differences, as text; empty when there is none."""
    theirs, their_files = run(name, False)
    ours, our_files = run(name, True)
    lines = list(difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "usd-core", "strata", n=2, lineterm=""))
    for file in sorted(their_files.keys() | our_files.keys()):
        lines += difflib.unified_diff(their_files.get(file, "").splitlines(), our_files.get(file, "").splitlines(),
                                      f"usd-core: {file}", f"strata: {file}", n=2, lineterm="")
    if "Traceback" in theirs:
        lines.insert(0, "usd-core cannot run it either")
    return "\n".join(lines[:80])


def check_alone():
    failed = 0
    for name in ALONE:
        expected = pathlib.Path(__file__).with_name(f"{name}.expect.txt").read_text()
        said, _ = run(name, True)
        lines = list(difflib.unified_diff(expected.splitlines(), said.splitlines(), "expected", "got", lineterm=""))
        print(f"{name}: {'differs' if lines else 'as expected'}", *lines, sep="\n")
        failed += bool(lines)
    return 1 if failed else 0


def check_types():
    """Each script under mypy --strict, with Strata's stubs as pxr."""
    import strata
    package = pathlib.Path(strata.__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        for name in ("strata", "pxr"):
            (pathlib.Path(folder) / name).mkdir()
            for stub in package.glob("*.pyi"):
                text = re.sub(r"\bstrata\b", name, stub.read_text())
                (pathlib.Path(folder) / name / stub.name).write_text(text)
        scripts = sorted(str(path) for path in SCRIPTS.glob("*.py") if path.stem not in NOT_YET)
        command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--cache-dir", os.devnull, *scripts]
        done = subprocess.run(command, env=dict(os.environ, MYPYPATH=folder), cwd=folder, text=True, capture_output=True)
    print(done.stdout + done.stderr, end="")
    return done.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--types", action="store_true")
    options = parser.parse_args()
    if options.alone:
        return check_alone()
    needed = "mypy" if options.types else "pxr"
    if subprocess.run([sys.executable, "-c", f"import {needed}"], capture_output=True).returncode:
        print(f"skipped: this Python has no {'mypy' if options.types else 'usd-core'}")
        return 77
    if options.types:
        return check_types()
    failed = 0
    for name in options.names or CASES:
        difference = compare(name)
        print(f"{name}: {'differs' if difference else 'the same'}")
        if name in NOT_YET and not difference:
            print("it runs now: take it out of NOT_YET")
        if bool(difference) != (name in NOT_YET):
            failed += 1
            print(difference)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
