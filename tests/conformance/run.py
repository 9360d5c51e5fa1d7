#!/usr/bin/env python3
"""Runs every conformance check under a folder and reports, per suite and kind, how many pass.

    run.py DIR [--kind layer,pcp] [--case 'usd/*'] [--require layer:sdf_parsing ...]

Prints `suite kind: passed/total` for each and `N passed, N failed` last; writes one line per failing check, with its first
difference (place in the oracle, expected, got). A check that cannot run counts as failed, with the reason. The exit status
is 0 when the checks ran, 1 when a requirement is not met, 2 when nothing could be run.
"""
import argparse
import fnmatch
import os
import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import divergences  # noqa: E402
from corpus import KINDS, MISSING, discover  # noqa: E402
from engine import Program, Trouble, answers  # noqa: E402

PROJECT = Path(__file__).resolve().parents[2]
SKIPPED = 77


def arguments(given):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR", help="a corpus, one suite of it, or one case")
    parser.add_argument("--kind", action="append", default=[], metavar="K,...", help=f"only these kinds of {', '.join(KINDS)}")
    parser.add_argument("--case", action="append", default=[], metavar="GLOB",
                        help="only checks whose `suite/case kind label` this matches")
    parser.add_argument("--build", default=None, metavar="DIR", help="build folder whose bin/strata_answer answers")
    parser.add_argument("--answer", default=None, metavar="PROGRAM", help="the answering program itself")
    parser.add_argument("--failures", default=None, metavar="FILE", help="default: build/conformance/failures.txt")
    parser.add_argument("--require", action="append", default=[], metavar="KIND:SUITE",
                        help="fail unless all checks of this kind and suite pass, and there are some")
    parser.add_argument("--gate", default=None, metavar="FILE", help="requirements: lines `suite kind: all` or `suite kind: N`")
    parser.add_argument("--divergences", default=Path(__file__).with_name("divergences.json"), metavar="FILE",
                        help="where answers differ from the oracles on purpose; an empty name: nowhere")
    parser.add_argument("--only-required", action="store_true", help="run nothing but what is required")
    parser.add_argument("--skip-absent", action="store_true", help=f"status {SKIPPED} where DIR does not exist")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="for one question")
    parser.add_argument("--memory", type=int, default=8192, metavar="MIB", help="address space of the program; 0: no limit")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print up to N differences of each failing check")
    return parser.parse_args(given)


def find_program(options):
    if options.answer:
        return Path(options.answer)
    folders = [options.build] if options.build else [PROJECT / "build" / "release", PROJECT / "build"]
    found = [Path(folder) / "bin" / "strata_answer" for folder in folders]
    return next((path for path in found if path.exists()), found[0])


def read_requirements(options):
    """(suite, kind) to the number of checks that must pass, None for all of them."""
    required = {}
    for word in options.require:
        kind, _, suite = word.partition(":")
        if kind not in KINDS or not suite:
            sys.exit(f"run.py: --require takes KIND:SUITE, as layer:sdf_parsing, not '{word}'")
        required[suite, kind] = None
    if options.gate:
        for number, line in enumerate(Path(options.gate).read_text(encoding="utf-8").splitlines(), 1):
            line = line.partition("#")[0].strip()
            if not line:
                continue
            name, _, count = line.partition(":")
            words, count = name.split(), count.strip()
            if len(words) != 2 or words[1] not in KINDS or not (count == "all" or count.isdigit()):
                sys.exit(f"{options.gate}:{number}: expected `suite kind: all` or `suite kind: N`")
            required[words[0], words[1]] = None if count == "all" else int(count)
    return required


def differences(check, reply, intended=(), diverging=None):
    """What is wrong with the answer to one check: nothing, a reason, or Differences. The names of the divergences that make
    it right are added to `diverging`."""
    if check.trouble:
        return [check.trouble]
    if isinstance(reply, Trouble):
        return [str(reply)]
    if "notAnswered" in reply:
        return [f"not answered: {reply['notAnswered']}"]
    if "answer" not in reply:
        return ["the answer has neither `answer` nor `notAnswered`"]
    expected = check.expected()
    if expected is MISSING:
        return ["the oracle has no answer to this check"]
    got = check.pick(reply["answer"])
    if got is MISSING:
        return [f"not answered: {reply.get('partNotAnswered', {}).get(check.kind, 'kind ' + check.kind)}"]
    for divergence in intended:
        meant = divergence.apply(check.kind, expected)
        if meant is None:
            continue
        if not any(True for _ in check.rule(expected).compare(expected, got)):
            return [f"the divergence {divergence.name} no longer holds: the answer is the oracle's"]
        expected = meant
        if diverging is not None:
            diverging.append(divergence.name)
    return check.rule(expected).compare(expected, got)


def judge(check, reply, count, intended=(), diverging=None):
    """Up to `count` of a check's differences as texts; an accident of the comparison is one of them."""
    try:
        return [str(difference) for difference in islice(differences(check, reply, intended, diverging), count)]
    except Exception as error:
        return [f"the answer cannot be compared: {error!r}"]


def run(checks, options, diverged):
    """(check, list of differences) of every check, as they come. `diverged` gets the name of each divergence with the checks
    that pass by it."""
    path = find_program(options)
    intended = divergences.read(options.divergences) if str(options.divergences) else []
    groups = defaultdict(list)
    for check in checks:
        if check.trouble:
            yield check, [check.trouble]
        elif not path.exists():
            yield check, [f"not answered: there is no program {path}"]
        else:
            groups[str(sorted(check.question.items(), key=lambda item: item[0]))].append(check)
    make = lambda: Program(path, options.timeout, options.memory)
    for group, reply in answers(list(groups.values()), make, options.workers):
        for check in group:
            names = []
            found = judge(check, reply, max(1, options.show), intended, names)
            for name in names if not found else []:
                diverged[name].append(check)
            yield check, found


def report(results):
    """Prints the counts; gives (suite, kind) to (passed, total)."""
    counts = defaultdict(lambda: [0, 0])
    for check, found in results:
        counts[check.suite, check.kind][1] += 1
        counts[check.suite, check.kind][0] += not found
    for (suite, kind), (passed, total) in sorted(counts.items(), key=lambda item: (item[0][0], KINDS.index(item[0][1])
                                                                                  if item[0][1] in KINDS else 99)):
        print(f"{suite} {kind}: {passed}/{total}")
    return {key: tuple(value) for key, value in counts.items()}


def unmet(required, counts):
    for (suite, kind), least in sorted(required.items()):
        passed, total = counts.get((suite, kind), (0, 0))
        if total == 0:
            yield f"required: {suite} {kind}, but there is no such check"
        elif passed < (total if least is None else least):
            yield f"required: {suite} {kind}: {'all' if least is None else least}, but {passed}/{total} pass"


def main(given=None):
    options = arguments(given)
    kinds = [kind for word in options.kind for kind in word.split(",") if kind] or list(KINDS)
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        print(f"run.py: there is no kind '{unknown[0]}'; kinds are {', '.join(KINDS)}", file=sys.stderr)
        return 2
    required = read_requirements(options)
    folder = Path(options.folder)
    if not folder.is_dir():
        if options.skip_absent:
            print(f"SKIPPED: there is no folder {folder}, so no conformance check can run")
            return SKIPPED
        print(f"run.py: there is no folder {folder}", file=sys.stderr)
        return 2
    checks = [check for check in discover(folder)
              if (check.kind in kinds or check.kind not in KINDS)
              and (not options.only_required or (check.suite, check.kind) in required)
              and (not options.case or any(fnmatch.fnmatch(check.name, f"*{glob}*") for glob in options.case))]
    if not checks:
        print(f"run.py: there is no check of kind {', '.join(kinds)} under {folder}", file=sys.stderr)
        return 2
    order = {id(check): number for number, check in enumerate(checks)}
    diverged = defaultdict(list)
    results = sorted(run(checks, options, diverged), key=lambda result: order[id(result[0])])

    failures = Path(options.failures) if options.failures else PROJECT / "build" / "conformance" / "failures.txt"
    failures.parent.mkdir(parents=True, exist_ok=True)
    failed = [(check, found) for check, found in results if found]
    failures.write_text("".join(" ".join(f"{check.name}: {found[0]}".splitlines()) + "\n" for check, found in failed),
                        encoding="utf-8", errors="surrogateescape")
    if options.show:
        for check, found in failed:
            print(check.name, *found, sep="\n  ")
    counts = report(results)
    for name, checks_of in sorted(diverged.items()):
        print(f"{name}: {len(checks_of)} of the passed checks differ from the oracle on purpose (divergences.json says why)")
    problems = list(unmet(required, counts))
    for problem in problems:
        print(problem)
    print(f"{len(failed)} failing checks are listed in {os.path.relpath(failures)}")
    print(f"{len(results) - len(failed)} passed, {len(failed)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
