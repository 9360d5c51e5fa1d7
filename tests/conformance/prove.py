#!/usr/bin/env python3
"""Proves that the conformance runner sees: every oracle agrees with itself, and single changes to it are noticed.

    prove.py DIR [--changes 1000] [--seed 1]           the comparison, with the oracle in the place of the answer
    prove.py DIR --answer PROGRAM [--changes 100]      the whole runner, with changed oracles of checks that pass

1. The oracle as the answer: every check passes.
2. N sampled changes of a single leaf, key or element that is normative (changed, dropped, added, swapped): each fails its check.
3. N sampled changes of information: none does.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from changes import apply  # noqa: E402
from corpus import KINDS, MISSING, TIMED, discover  # noqa: E402
from rules import pointer  # noqa: E402

SKIPPED = 77


def is_green(check, expected, got):
    return next(iter(check.rule(expected).compare(expected, got)), None) is None


def prove_identity(checks):
    wrong = []
    for check in checks:
        expected = check.expected()
        if expected is not MISSING and not check.trouble and not is_green(check, expected, expected):
            wrong.append(f"{check.name}: the oracle does not agree with itself")
    return wrong


def sample(checks, faces, count, dice):
    """`count` (check, site) pairs, spread over kinds, then over the shapes of sites, then over checks.

    A shape is the action with the keys on the way and without the indices, so that rare fields are met too.
    """
    by_kind = defaultdict(list)
    for check in checks:
        by_kind[check.kind].append(check)
    pairs, kinds, idle, turn = [], sorted(by_kind), Counter(), 0
    seen = Counter()
    while len(pairs) < count and kinds:
        turn += 1
        kind = kinds[turn % len(kinds)]
        check = dice.choice(by_kind[kind])
        expected = check.expected()
        sites = list(faces(check.rule(expected), expected)) if expected is not MISSING else []
        if not sites:
            idle[kind] += 1
            if idle[kind] >= 100:  # in a row: this kind has hardly any such site
                kinds.remove(kind)
            continue
        idle[kind] = 0
        shape = lambda site: (check.kind, site.action, tuple(step for step in site.at if isinstance(step, str)))
        # Prefer what was met least so far: a few candidates, the rarest wins.
        site = min((dice.choice(sites) for _ in range(8)), key=lambda site: seen[shape(site)])
        seen[shape(site)] += 1
        pairs.append((check, site))
    return pairs


def prove_changes(checks, count, seed, must_fail):
    """Samples changes and gives the wrong ones, with what was counted."""
    dice = random.Random(seed)
    faces = (lambda rule, expected: rule.sites(expected)) if must_fail else (lambda rule, expected: rule.remarks(expected))
    wrong, counts = [], Counter()
    for check, site in sample(checks, faces, count, dice):
        expected = check.expected()
        other = apply(expected, site, dice)
        counts[check.kind] += 1
        if is_green(check, other, expected) is must_fail:
            outcome = "is not noticed" if must_fail else "turns the check red, though it is information"
            wrong.append(f"{check.name}: {site.action} at {pointer(site.at)} {outcome}")
    return wrong, counts


def prove_with_program(checks, folder, program, count, seed):
    """Changes oracles of checks that the program passes, in a copy of their cases, and runs the runner over the copies."""
    runner = [sys.executable, str(Path(__file__).resolve().parent / "run.py")]
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as scratch:
        failures = Path(scratch) / "failures.txt"
        subprocess.run([*runner, str(folder), "--answer", program, "--failures", str(failures)], check=True,
                       stdout=subprocess.DEVNULL)
        failing = {line.partition(": ")[0] for line in failures.read_text(encoding="utf-8").splitlines()}
        # A dump of the AOUSD suite is text for people; its changes are proved on its structure, above.
        passing = [check for check in checks if check.name not in failing and check.kind != "aousd"]
        if not passing:
            return [], Counter()
        counts, expected_red = Counter(), set()
        corpus = Path(scratch) / "corpus"
        for number, (check, site) in enumerate(sample(passing, lambda rule, expected: rule.sites(expected), count, dice)):
            name = f"case{number}" + ("" if has_case(check) else ".json")
            write = write_changed_case if has_case(check) else write_changed_list
            if write(check, site, corpus / check.suite / name, dice):
                counts[check.kind] += 1
                expected_red.add((check.suite, name, check.kind))
        done = subprocess.run([*runner, str(corpus), "--answer", program, "--failures", str(failures)], check=True,
                              capture_output=True, text=True)
        red = {tuple(line.split(" ")[0].rsplit("/", 1)) + (line.split(" ")[1],)
               for line in failures.read_text(encoding="utf-8").splitlines()}
        return [f"{'/'.join(name[:2])} {name[2]}: a changed oracle still passes" for name in sorted(expected_red - red)], counts


def has_case(check):
    return check.kind not in ("table", "schema")


def write_changed_list(check, site, path, dice):
    """A table of one row, or a list of one schema, changed."""
    if site.at and site.at[0] in TIMED.get(check.table, ()) and site.at[-1] == 0:
        return False  # a changed time is another question
    changed = apply(check.expected(), site, dice)
    content = json.loads(check.oracle.read_text(encoding="utf-8"))
    if check.kind == "schema":
        content = dict(content, types={check.select: changed})
    elif isinstance(content, dict):
        content = dict(content, rows=[changed])
    else:
        content = [changed]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return True


def write_changed_case(check, site, folder, dice):
    """A case that holds the one check, with its oracle changed."""
    source = check.oracle
    while not (source / "case.json").exists():
        source = source.parent
    description = json.loads((source / "case.json").read_text(encoding="utf-8"))
    kind = "stage" if check.kind == "geom" else check.kind
    run = next((run for run in description["runs"] if run["kind"] == kind and source / run["oracle"] == check.oracle), None)
    if run is None:
        return False
    changed = apply(check.expected(), site, dice)
    if check.kind == "layer":
        if not isinstance(changed, dict) or changed.get("file") != check.select:
            return False  # a changed question is another question
        run, oracle = dict(run, layers=[check.select]), {"schema": "layer-oracle/1", "layers": [changed]}
    elif check.kind == "geom":
        oracle = dict(json.loads(check.oracle.read_text(encoding="utf-8")), geom=changed)
    else:
        oracle = changed
    folder.mkdir(parents=True)
    for name in sorted(path.name for path in source.iterdir()):
        if name not in ("case.json", "oracle"):
            os.symlink(source / name, folder / name)
    (folder / "case.json").write_text(json.dumps(dict(description, runs=[dict(run, oracle="oracle/changed.json")])))
    (folder / "oracle").mkdir()
    (folder / "oracle" / "changed.json").write_text(json.dumps(oracle))
    return True


def main(given=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--answer", metavar="PROGRAM")
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(given)
    if not Path(options.folder).is_dir():
        print(f"SKIPPED: there is no folder {options.folder}, so there is no oracle to change")
        return SKIPPED
    checks = [check for check in discover(options.folder) if check.kind in KINDS and not check.trouble]
    if options.answer:
        wrong, counts = prove_with_program(checks, Path(options.folder).resolve(), os.path.abspath(options.answer),
                                           options.changes, options.seed)
        print(f"{sum(counts.values())} changed oracles of passing checks: {dict(counts)}")
        if not counts:
            wrong = ["no check passes, so nothing could be proved"]
    else:
        wrong = prove_identity(checks)
        print(f"{len(checks)} oracles in the place of the answer")
        unseen, counts = prove_changes(checks, options.changes, options.seed, must_fail=True)
        print(f"{sum(counts.values())} changes to normative fields: {dict(counts)}")
        loud, counts = prove_changes(checks, options.changes, options.seed, must_fail=False)
        print(f"{sum(counts.values())} changes to information: {dict(counts)}")
        wrong += unseen + loud
    for line in wrong:
        print(f"WRONG {line}")
    print("proved" if not wrong else f"{len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
