#!/usr/bin/env python3
"""Runs golden cases and compares each answer with its expect.txt; --update rewrites what differs and shows the change.

A case is a folder tests/golden/<room>/<case>/. Where it holds a file `cmd`, each line of it is a command `strata ...`, run in
the case's folder, and the answer is the transcript, without the folder's own path. Otherwise build/<preset>/bin/golden_<room> answers.
"""
import argparse
import difflib
import os
import shlex
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECONDS = 60


def transcript(tool, case):
    lines = []
    plain = dict(os.environ, NO_COLOR="1", TERM="dumb")
    for command in (case / "cmd").read_text().splitlines():
        words = shlex.split(command, comments=True)
        if not words:
            continue
        if words[0] != "strata":
            raise ValueError(f"{case / 'cmd'}: a line begins with 'strata', not '{words[0]}'")
        done = subprocess.run([tool, *words[1:]], cwd=case, env=plain, capture_output=True, timeout=SECONDS)
        said = [stream.decode(errors="replace").replace(f"{case}/", "") for stream in (done.stdout, done.stderr)]
        lines += [f"$ {command}\n", *said]
        if done.returncode:
            lines.append(f"[exit {done.returncode}]\n")
    return "".join(lines).replace(str(case), "$CASE")  # no transcript may depend on where the repository lies


def answer(build, case):
    if (case / "cmd").exists():
        return transcript(build / "bin" / "strata", case)
    runner = build / "bin" / f"golden_{case.parent.name}"
    done = subprocess.run([runner, case], capture_output=True, timeout=SECONDS)
    text = done.stdout.decode(errors="replace")
    if done.returncode:
        text += f"[exit {done.returncode}]\n{done.stderr.decode(errors='replace')}"
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("select", nargs="?", default="", help="room or room/case; all by default")
    parser.add_argument("--build", type=Path, required=True, help="build folder")
    parser.add_argument("--update", action="store_true", help="rewrite the expectations that differ")
    args = parser.parse_args()
    build = args.build.resolve()

    cases = sorted({p.parent for name in ("cmd", "expect.txt") for p in HERE.glob(f"*/*/{name}")})
    wanted = args.select.strip("/")
    cases = [c for c in cases if not wanted or f"{c.relative_to(HERE)}/".startswith(wanted + "/")]
    if not cases:
        sys.exit(f"no golden case matches '{wanted}'")

    differing = []
    for case in cases:
        expect = case / "expect.txt"
        old = expect.read_text() if expect.exists() else ""
        try:
            new = answer(build, case)
        except (OSError, ValueError, subprocess.TimeoutExpired) as trouble:
            new = f"[{trouble}]\n"
        if new == old and expect.exists():
            continue
        differing.append(expect)
        if args.update:
            expect.write_text(new)
        else:
            name = str(case.relative_to(HERE))
            sys.stdout.writelines(difflib.unified_diff(
                old.splitlines(True), new.splitlines(True), f"{name}/expect.txt", f"{name} now"))

    if args.update and differing:
        subprocess.run(["git", "add", "--intent-to-add", *differing], cwd=HERE, check=False)
        subprocess.run(["git", "--no-pager", "diff", "--", *differing], cwd=HERE, check=False)
        print(f"{len(differing)} of {len(cases)} expectations rewritten")
        return 0
    print(f"{len(cases) - len(differing)} of {len(cases)} golden cases as expected")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
