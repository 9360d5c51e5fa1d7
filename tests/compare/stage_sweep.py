#!/usr/bin/env python3
"""Compares many random cases of stages with usd-core: values, clips, authoring, notices and namespace.

    STRATA_STEPS=build/release/bin/strata_steps python tests/compare/stage_sweep.py --count 20000 --out differences.jsonl

Each kind has its own seeds, from --first on; the parts of 20,000 are in SHARES. Seeds that differ, and in what, are lines of JSON of
--out. usd-core answers in processes of their own, so that where it ends by a signal one case is lost, which is counted."""
import argparse
import collections
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

os.environ.update(PXR_WORK_THREAD_LIMIT="1", USD_ASSIGN_PROTOTYPES_DETERMINISTICALLY="1")  # before pxr is there

import authoring_test
import namespace_test
import notices_test
import stage_values_test
import steps

SHARES = {"values": 6000, "clips": 4000, "authoring": 4000, "notices": 3000, "namespace": 3000}
KINDS = {
    "values": (lambda folder, seed: stage_values_test.make_question(folder, seed, clips=False), stage_values_test.find_difference),
    "clips": (lambda folder, seed: stage_values_test.make_question(folder, seed, clips=True), stage_values_test.find_difference),
    "authoring": (authoring_test.make_question, authoring_test.find_difference),
    "notices": (notices_test.make_question, notices_test.find_difference),
    "namespace": (namespace_test.make_question, namespace_test.find_difference),
}
BATCH = 50


def compare_batch(kind, seeds, folder, out):
    """In a process of its own: a line for each case that was compared."""
    make, find = KINDS[kind]
    questions = [make(folder / str(seed), seed) for seed in seeds]
    for seed, question, got in zip(seeds, questions, steps.ask(questions)):
        print(json.dumps({"asked": seed}), file=out, flush=True)
        print(json.dumps({"seed": seed, "difference": steps.find_true_difference(question, got, find)}), file=out, flush=True)
        shutil.rmtree(folder / str(seed))


def run_apart(kind, seeds, folder):
    """The lines of compare_batch, and whether its process ended well."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with os.fdopen(write, "w") as out:
            compare_batch(kind, seeds, folder, out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        lines = [json.loads(line) for line in answer]
    return lines, os.waitpid(child, 0)[1] == 0


def compare(kind, seeds):
    """(seed, difference) of each case; None as the difference where usd-core did not answer."""
    left = list(seeds)
    while left:
        with tempfile.TemporaryDirectory() as root:
            lines, ended_well = run_apart(kind, left[:BATCH], pathlib.Path(root))
        done = [line["seed"] for line in lines if "seed" in line]
        yield from ((line["seed"], line["difference"]) for line in lines if "seed" in line)
        asked = [line["asked"] for line in lines if "asked" in line]
        if not ended_well:
            lost = asked[-1] if asked and asked[-1] not in done else left[0]
            yield lost, None
            done.append(lost)
        left = [seed for seed in left if seed not in set(done)] if done else left[BATCH:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", default=",".join(KINDS))
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=sum(SHARES.values()), help="of all kinds, shared out as in SHARES")
    parser.add_argument("--each", type=int, help="of each kind, instead of --count")
    parser.add_argument("--seeds", help="these seeds alone, of one kind")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--show", type=int, default=0, help="differences printed in full, of each kind")
    args = parser.parse_args()
    if not os.path.exists(os.environ.get("STRATA_STEPS", "")):
        parser.error("STRATA_STEPS names no program: it is build/release/bin/strata_steps")
    counts = collections.Counter()
    with open(args.out or os.devnull, "w", encoding="utf-8") as out:
        for kind in args.kind.split(","):
            count = args.each or SHARES[kind] * args.count // sum(SHARES.values())
            seeds = map(int, args.seeds.split(",")) if args.seeds else range(args.first, args.first + count)
            start, compared, different, lost, known = time.monotonic(), 0, [], [], collections.Counter()
            for seed, difference in compare(kind, seeds):
                compared += difference is not None
                if difference is None:
                    lost.append(seed)
                elif difference.startswith("known: "):
                    known[difference] += 1
                elif difference:
                    different.append(seed)
                    if len(different) <= args.show:
                        print(f"--- {kind} {seed}: {difference}", flush=True)
                if difference is None or difference:
                    print(json.dumps({"kind": kind, "seed": seed, "difference": difference}), file=out, flush=True)
            print(f"{kind}: {compared} compared, {len(different)} different, known: {dict(known)}, {len(lost)} not answered by usd-core, "
                  f"{compared / (time.monotonic() - start):.1f} a second; different: {different[:40]}, not answered: {lost[:20]}",
                  flush=True)
            counts["different"] += len(different)
    return 1 if counts["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
