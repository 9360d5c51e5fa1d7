#!/usr/bin/env python3
"""Dumps the running scenes of the runtime samples and compares them with the texts beside this file; --update rewrites them.

Of each sample: the first and the last scene of the chain, and the last one with what is computed. Of a sample with thousands of
prims: how many there are, the digest of the last scene, and a few prims. The samples come with the project's shared material;
without them this is skipped."""
import argparse
import difflib
import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[3] / "shared" / "conformance" / "runtime"
SKIPPED = 77
LARGE = 200_000
# Prims that are shown of a large sample, with what is computed.
SHOWN = {"wgs84_deutschebahn-rails": ["/RootGeoReference", "/RootGeoReference/World/CurveXform1Geo"]}


def dump(tool, file, *options):
    done = subprocess.run([tool, "scene", "dump", file, *options], capture_output=True, timeout=120, check=False)
    return (done.stdout.decode() + done.stderr.decode()).replace(str(SAMPLES), "$SAMPLES")


def show(tool, name, file):
    last = dump(tool, file)
    if len(last) > LARGE:
        prims = sum(line.startswith("prim ") for line in last.splitlines())
        parts = [("last", f"{prims} prims, {len(last)} bytes, sha256 {hashlib.sha256(last.encode()).hexdigest()}\n")]
        parts += [(f"last computed {path}", "".join(dump(tool, file, "--computed", "--root", path).split("\nprim ")[0:1]) + "\n") for path in SHOWN.get(name, [])]
    else:
        parts = [("stage", dump(tool, file, "--index", "stage")), ("last", last), ("last computed", dump(tool, file, "--computed"))]
    return "".join(f"==== {title}\n{text}" for title, text in parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    if not SAMPLES.is_dir():
        print(f"SKIPPED: there are no samples at {SAMPLES}")
        return SKIPPED
    tool, wrong, names = options.build / "bin" / "strata", 0, set()
    for file in sorted(SAMPLES.rglob("*.usd*")):
        name = "_".join(file.relative_to(SAMPLES).with_suffix("").parts)
        names.add(name)
        expected, got = HERE / f"{name}.txt", show(tool, name, file)
        before = expected.read_text() if expected.exists() else ""
        if before == got:
            continue
        wrong += 1
        sys.stdout.writelines(list(difflib.unified_diff(before.splitlines(True), got.splitlines(True), f"{name} expected", f"{name} now"))[:60])
        if options.update:
            expected.write_text(got)
    for stale in (path for path in HERE.glob("*.txt") if path.stem not in names):
        print(f"{stale.name}: there is no such sample")
        wrong += 1
    print(f"{len(names)} samples, {wrong} differ")
    return 1 if wrong and not options.update else 0


if __name__ == "__main__":
    sys.exit(main())
