#!/usr/bin/env python3
"""`strata check` says of the corpus's real assets what a reviewer agrees with: the reviewed list is check_assets.txt.

The validators of OpenUSD are compared with usd-core in validate_test.py; here Strata's own are held to the list, which names for each
asset each finding and where. `--update` writes it anew, to be reviewed again.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[1] / ".." / "shared" / "conformance" / "assets"
REVIEWED = HERE / "check_assets.txt"


def findings_of(path):
    done = subprocess.run([os.environ["STRATA_TOOL"], "check", str(path), "--only", "strata", "--format", "json", "--fail-on", "never"],
                          capture_output=True, text=True, timeout=120)
    lines = []
    for finding in json.loads(done.stdout):
        site = finding["sites"][0]
        where = site.get("path") or os.path.basename(site.get("layer", ""))
        lines.append(f"    {finding['type']} {finding['identifier'].split(':')[1]} {where}")
    return sorted(lines)


def main():
    lines = []
    for case in sorted(CORPUS.glob("*/case.json")):
        for root in sorted({run["root"] for run in json.loads(case.read_text())["runs"] if run["kind"] == "stage"}):
            lines += [f"{case.parent.name}/{root}"] + findings_of((case.parent / "data" / root).resolve())
    if not lines:
        print("skipped: the corpus is not here")
        return 77
    text = "\n".join(lines) + "\n"
    if "--update" in sys.argv:
        REVIEWED.write_text(text)
        return 0
    reviewed = REVIEWED.read_text().splitlines()
    differ = [line for line in lines if line not in reviewed] + [line for line in reviewed if line not in lines]
    for line in differ[:20]:
        print(("new: " if line in lines else "gone:") + line)
    same = "\n".join(reviewed) + "\n" == text
    print(f"{sum(not line.startswith(' ') for line in lines)} assets, {sum(line.startswith(' ') for line in lines)} findings: "
          f"{'as reviewed' if same else 'not as reviewed'}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
