"""Random layered scenes: usd-core and the engine must compose the same prims, nodes, children, targets and errors.

    compose_test.py                     two hundred scenes from a fixed seed (the fast suite)
    compose_test.py --count 20000 --first 1000 --workers 4 --keep DIR

Each difference is shrunk to the smallest scene that still shows it and printed with its seed; --keep writes it to a folder. At the
end --coverage prints which arc was met inside which, list edits and errors, and which of them seldom.
"""
import argparse
import collections
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))

import compose_generate  # noqa: E402
import compose_scene  # noqa: E402
import engine  # noqa: E402
import kinds  # noqa: E402

ARCS = ("root", "inherit", "variant", "relocate", "reference", "payload", "specialize")
LIMIT_S = 10
STACK_ERRORS = ("InvalidSublayerPath", "InvalidSublayerOffset", "SublayerCycle", "InvalidAuthoredRelocation",
                "InvalidConflictingRelocation", "InvalidSameTargetRelocations")


def strip_folder(answer, folder):
    return json.loads(json.dumps(answer).replace(str(folder), "$CASE"))


class Comparison:
    """Asks both sides about scenes, each in a fresh folder: usd-core keeps layers by their path."""

    def __init__(self, program, usd=True):
        self.usd = usd
        self.program = engine.Program(program, LIMIT_S, 4096)
        self.rule = kinds.rule_for("pcp", {})
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="compose-"))
        self.count = 0
        self.why = ""

    def close(self):
        self.program.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, scene):
        """(oracle's answer, first differences); no answer where usd-core does not open the scene or it is too big."""
        import compose_oracle
        from pxr import Tf
        folder = self.folder / str(self.count)
        self.count += 1
        folder.mkdir()
        try:
            compose_scene.write_scene(scene, folder)
            session = "session.usda" if (folder / "session.usda").exists() else None
            muted = compose_scene.find_muted(scene, folder)
            signal.alarm(LIMIT_S)  # ends the worker where usd-core does not end
            try:
                expected = compose_oracle.describe_scene(folder, session, scene["fallbacks"], all_payloads=True, usd=self.usd,
                                                         muted=muted)
            except (compose_oracle.TooBig, Tf.ErrorException) as why:
                self.why = repr(why)
                expected = None
            signal.alarm(0)
            if expected is None:
                return None, []
            expected = strip_folder(expected, folder)
            question = {"kind": "pcp", "everyStack": True, "data": str(folder), "root": "root.usda", "session": session, "payloads": ".*",
                        "variantFallbacks": scene["fallbacks"], "usd": self.usd, "muted": muted}
            try:
                reply = self.program.ask(question)
            except engine.Trouble as trouble:
                return expected, [f"no answer: {trouble}"]
            if "answer" not in reply:
                return expected, [f"not answered: {reply}"]
            answer = strip_folder(reply["answer"], folder)
            stacks = [split_stack_errors(expected, expected["layerStack"]["errors"]),
                      split_stack_errors(answer, answer.pop("stackErrors"))]
            for side in (expected, answer):
                tell_expressions_once(side)
            differences = [show(one) for one in self.rule.compare(expected, answer)]
            if stacks[0] != stacks[1]:
                differences.append(f"errors of layer stacks: usd-core {stacks[0]}, strata {stacks[1]}")
            expected["stackErrors"] = stacks[0]
            return expected, differences
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def tell_expressions_once(answer):
    """How often usd-core repeats the message about one expression of a prim tells how often it asked for a selection again; that it
    has no value is told once here."""
    for prim in answer["prims"]:
        seen, kept = set(), []
        for error in prim["errors"]:
            if error["type"] == "VariableExpressionError":
                if error["message"] in seen:
                    continue
                seen.add(error["message"])
            kept.append(error)
        prim["errors"] = kept


def is_about_stack(error):
    return error["type"] in STACK_ERRORS or (error["type"] == "VariableExpressionError" and " for sublayer " in error["message"])


def split_stack_errors(answer, known):
    """Takes the errors of layer stacks, which usd-core tells where it first meets the stack, out of those of the prims. The types
    of all of them, each message once."""
    found = {(one["type"], one["message"]) for one in known}
    for prim in answer["prims"]:
        found |= {(one["type"], one["message"]) for one in prim["errors"] if is_about_stack(one)}
        prim["errors"] = [one for one in prim["errors"] if not is_about_stack(one)]
    return sorted(kind for kind, _ in found)


def show(difference):
    place = "/".join(str(step) for step in difference.at)
    return f"{place}: usd-core {json.dumps(difference.expected, default=str)}, strata {json.dumps(difference.got, default=str)}" + (
        f" ({difference.note})" if difference.note else "")


def cover(scene, expected, counts):
    def visit(one):
        if one["kind"] == "arc":
            counts[f"edit {one['op']} {one['arc']}"] += 1
        for inner in one["parts"]:
            visit(inner)

    visit(scene)
    for error in expected["stackErrors"]:
        counts["error " + error] += 1
    for prim in expected["prims"]:
        for error in prim["errors"]:
            counts["error " + error["type"]] += 1
        for node in prim["nodes"][1:]:
            counts[f"arc {prim['nodes'][node['parent']]['arc']} {node['arc']}"] += 1


def work(args):
    """Compares the scenes of some seeds; one line of JSON each, so that the caller knows how far a worker came."""
    if not args.loud:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    comparison = Comparison(args.answer, not args.full)

    def tell(**line):
        print(json.dumps(line), flush=True)

    for seed in range(args.first, args.first + args.count):
        scene = compose_generate.make_scene(seed)
        tell(begin=seed)
        expected, differences = comparison.ask(scene)
        if expected is None:
            tell(seed=seed, skipped=comparison.why)
            continue
        counts = collections.Counter()
        cover(scene, expected, counts)
        line = {"seed": seed, "counts": counts}
        if differences:
            if args.shrink:
                scene = compose_scene.shrink(scene, lambda smaller: bool(comparison.ask(smaller)[1]))
                differences = comparison.ask(scene)[1]
            line.update(differences=differences[:6], layers={
                one["name"]: compose_scene.write_layer(one) for one in compose_scene.children(scene, "layer")},
                given={"fallbacks": scene["fallbacks"], "muted": [one["name"] for one in compose_scene.children(scene, "mute")]})
        tell(**line)
    comparison.close()


def start(args, first, count):
    command = [sys.executable, __file__, "--work", "--answer", args.answer, "--first", str(first), "--count", str(count)]
    return subprocess.Popen(command + ([] if args.shrink else ["--no-shrink"])
                            + (["--full"] if args.full else []), stdout=subprocess.PIPE, text=True)


def collect(args):
    """The lines of all workers. A worker that usd-core takes down goes on behind the scene that did it."""
    share = -(-args.count // args.workers)
    end = args.first + args.count
    waiting = [(start(args, first, min(share, end - first)), min(first + share, end))
               for first in range(args.first, end, share)]
    lines = queue.Queue()

    def read(process, stop):
        while True:
            reached = None
            for text in process.stdout:
                line = json.loads(text)
                if "begin" in line:
                    reached = line["begin"]
                else:
                    lines.put(line)
            status = process.wait()
            if status == 0:
                break
            if status > 0 or reached is None:
                lines.put({"failed": status})
                break
            lines.put({"seed": reached, "skipped": True, "crashed": True})
            if reached + 1 >= stop:
                break
            process = start(args, reached + 1, stop - reached - 1)
        lines.put(None)

    for process, stop in waiting:
        threading.Thread(target=read, args=(process, stop), daemon=True).start()
    open_workers = len(waiting)
    while open_workers:
        line = lines.get()
        if line is None:
            open_workers -= 1
        elif "failed" in line:
            raise SystemExit(f"a worker ended with status {line['failed']}")
        else:
            yield line


# Kinds of errors that files in usda can bring about, and those that come about only where permissions count. The others take budgets
# (three kinds), damaged binary files (InvalidPrimPath, InvalidSublayerAndOffsetCount), names that no path can hold
# (InvalidVariantSelection), or do not occur (InternalAssetPath): tests/unit/compose/errors_test.cpp has them.
ERRORS = ("ArcCycle", "AutoGenerated_Pcp2", "InconsistentPropertyType", "InvalidAssetPath", "InvalidAuthoredRelocation",
          "InvalidConflictingRelocation", "InvalidExternalTargetPath", "InvalidInstanceTargetPath", "InvalidReferenceOffset",
          "InvalidSameTargetRelocations", "InvalidSublayerOffset", "InvalidSublayerOwnership", "InvalidSublayerPath", "MutedAssetPath",
          "OpinionAtRelocationSource", "SublayerCycle", "UnresolvedPrimPath", "VariableExpressionError")
FULL_ERRORS = ("ArcPermissionDenied", "InconsistentAttributeType", "InconsistentAttributeVariability", "InvalidTargetPath",
               "PrimPermissionDenied", "PropertyPermissionDenied", "TargetPermissionDenied")
ENOUGH = 50


def print_coverage(counts, usd=True):
    print("\narc inside arc (rows: the outer one)")
    print("            " + "".join(f"{arc:>11}" for arc in ARCS[1:]))
    for outer in ARCS:
        print(f"{outer:>11} " + "".join(f"{counts[f'arc {outer} {inner}']:>11}" for inner in ARCS[1:]))
    print("\nlist edits")
    for arc in ("reference", "payload", "inherit", "specialize"):
        print(f"{arc:>11} " + "  ".join(f"{edit} {counts[f'edit {edit} {arc}']}" for edit in compose_scene.OPERATIONS))
    print("\nerrors")
    possible = ERRORS + (() if usd else FULL_ERRORS)
    for name in sorted({key[6:] for key in counts if key.startswith("error ")}.union(possible)):
        print(f"  {name:<34}{counts[f'error {name}']}")
    cells = [f"arc {outer} {inner}" for outer in ARCS for inner in ARCS[1:]] + [f"error {name}" for name in possible]
    cells += [f"edit {edit} {arc}" for arc in compose_scene.ARC_FIELDS for edit in compose_scene.OPERATIONS]
    rare = [f"{cell} ({counts[cell]})" for cell in cells if counts[cell] < ENOUGH]
    print(f"\nmet fewer than {ENOUGH} times, of {len(cells)}: {', '.join(rare) or 'none'}")


def main(words=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answer", default=os.environ.get("STRATA_ANSWER"), help="the built strata_answer")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=pathlib.Path, help="writes the scenes that differ below this folder")
    parser.add_argument("--known", type=pathlib.Path, default=HERE / "compose_known.txt", help="seeds that differ, and why")
    parser.add_argument("--no-shrink", dest="shrink", action="store_false")
    parser.add_argument("--show", type=int, default=5, help="differences printed in full")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--full", action="store_true", help="as Pcp.Cache(usd=False): permissions, symmetry, property indices")
    parser.add_argument("--loud", action="store_true", help="with --work: shows what usd-core prints")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    if not args.answer or not os.path.exists(args.answer):
        print("skipped: strata_answer is not built (-DSTRATA_BUILD_TESTS=ON builds it)")
        return 77
    if args.work:
        work(args)
        return 0
    counts, reasons = collections.Counter(), collections.Counter()
    different, skipped, crashed, compared = [], 0, [], 0
    for line in collect(args):
        if "skipped" in line:
            skipped += 1
            reasons["usd-core ended" if line.get("crashed") else line["skipped"]] += 1
            if line.get("crashed"):
                crashed.append(line["seed"])
            continue
        compared += 1
        counts.update(line["counts"])
        if "differences" not in line:
            continue
        different.append(line["seed"])
        if args.keep:
            folder = args.keep / str(line["seed"])
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in line["layers"].items():
                (folder / name).write_text(text, encoding="utf-8")
            (folder / "differences.txt").write_text("\n".join(line["differences"] + [json.dumps(line["given"])]) + "\n",
                                                    encoding="utf-8")
        if len(different) <= args.show:
            print(f"\n=== seed {line['seed']} {line['given']}")
            for name, text in line["layers"].items():
                print(f"--- {name}\n{text}", end="")
            print("\n".join(line["differences"]), flush=True)
    if args.coverage:
        print_coverage(counts, not args.full)
    print(f"{compared} scenes compared, {len(different)} different, {skipped} not askable"
          + (f" (usd-core ended at seeds {crashed[:5]})" if crashed else ""))
    for reason, count in reasons.most_common(8):
        print(f"  {count} times not askable: {reason[:300]}")
    known = {int(line.split()[0]) for line in args.known.read_text(encoding="utf-8").splitlines() if line[:1].isdigit()}
    known = {seed for seed in known if args.first <= seed < args.first + args.count}
    if different:
        print("different seeds:", *sorted(different)[:40])
    if known - set(different):
        print("known to differ, but do not:", *sorted(known - set(different)))
    return 1 if set(different) != known else 0


if __name__ == "__main__":
    sys.exit(main())
