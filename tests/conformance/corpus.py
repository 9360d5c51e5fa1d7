"""Finds the checks under a folder of the corpus's layout, and knows each one's question and expected answer."""
import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import museum
from kinds import QUESTIONS, rule_for

KINDS = ("layer", "pcp", "stage", "geom", "scene", "aousd", "table", "schema")
FALLBACKS = {"standin": ["render"]}
MISSING = object()
TIMED = {"splines": ("eval", "derivative")}  # fields that are [time, value] pairs: their times belong to the question


@lru_cache(maxsize=16)
def read_json(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


@dataclass
class Check:
    """One check. `question` is sent to the answering program; checks with equal questions share one answer. A runner that
    meets a kind that it does not know keeps the check, and it fails."""

    suite: str
    case: str
    kind: str
    label: str  # which check of the case
    oracle: Path
    question: dict
    select: Any = None  # where in the oracle: a file, a row number, a type
    table: str = ""
    data: Path | None = None
    trouble: str = ""  # why this check cannot be asked

    @property
    def name(self):
        return f"{self.suite}/{self.case} {self.kind} {self.label}".replace("//", "/")

    def expected(self):
        """The part of the oracle that this check is about, or MISSING."""
        if self.kind == "aousd":
            return museum.parse(self.oracle.read_text(encoding="utf-8"))
        oracle = read_json(self.oracle)
        if self.kind == "layer":
            entries = {entry["file"]: entry for entry in oracle["layers"]}
            entry = entries.get(self.select, MISSING)
            specs = entry.get("specs") if entry is not MISSING else None
            for _ in range(len(entries)):
                if not (isinstance(specs, dict) and "sameAs" in specs):
                    break
                specs = entries[specs["sameAs"]].get("specs")
            return dict(entry, specs=specs) if specs is not None else entry
        if self.kind == "geom":
            return oracle.get("geom", MISSING)
        if self.kind == "table":
            return (oracle["rows"] if isinstance(oracle, dict) else oracle)[self.select]
        if self.kind == "schema":
            return oracle["types"][self.select]
        return oracle

    def pick(self, answer):
        """The part of the program's answer that this check is about, or MISSING."""
        return answer.get("geom", MISSING) if self.kind == "geom" else answer

    def rule(self, expected):
        return rule_for(self.kind, expected, self.table)


def discover(root):
    """Every check under the folder, in a stable order."""
    root = Path(os.path.abspath(root))
    checks = []
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name not in ("data", "oracle", "baseline") and not name.startswith("."))
        here = Path(folder)
        if "case.json" in files:
            names[:] = []
            checks += case_checks(here, *place(root, here))
        elif "pcp.txt" in files:
            names[:] = []
            suite, case = place(root, here)
            checks.append(museum_check(here, suite, case))
        else:
            for file in sorted(name for name in files if name.endswith(".json")):
                checks += list_checks(root, here / file)
    return checks


def place(root, folder):
    """Suite and case of a case's folder. The folder given may be the corpus, a suite or a case."""
    parts = (root.name,) + folder.relative_to(root).parts
    if len(parts) == 1:
        return folder.parent.name, folder.name
    return (parts[1], "/".join(parts[2:])) if len(parts) > 2 else (parts[0], parts[1])


def case_checks(folder, suite, case):
    data = folder / "data"
    try:
        description = json.loads((folder / "case.json").read_text(encoding="utf-8"))
        runs = description["runs"]
    except (ValueError, KeyError, TypeError) as error:
        return [Check(suite, case, "stage", "case.json", folder / "case.json", {}, trouble=f"case.json cannot be read: {error}")]
    checks = []
    for run in runs:
        common = {"data": str(data)}
        if description.get("plugInfo"):
            common["plugInfo"] = plugins(folder, description["plugInfo"])
        if run.get("env"):
            common["env"] = run["env"]
        try:
            checks += run_checks(folder, suite, case, run, common)
        except (OSError, ValueError, KeyError, TypeError) as error:
            checks.append(Check(suite, case, str(run.get("kind")), str(run.get("oracle")), folder / str(run.get("oracle")), {},
                                trouble=f"the oracle cannot be read: {error!r}"))
    return checks


def plugins(folder, named):
    """The plugInfo file that a case names, and the others among its data: the oracles were made with all of them registered."""
    first = folder / named
    return [str(first)] + [str(path) for path in sorted((folder / "data").rglob("plugInfo.json")) if path != first]


def run_checks(folder, suite, case, run, common):
    kind, oracle, data = run["kind"], folder / run["oracle"], folder / "data"
    label = oracle.name
    if kind == "layer":
        recorded = [entry["file"] for entry in read_json(oracle)["layers"]]
        files = recorded + [file for file in run["layers"] if file not in recorded]
        return [Check(suite, case, kind, f"{label}#{file}", oracle, {"kind": kind, "file": file, **common}, file, data=data,
                      trouble="" if file in recorded else "the oracle has no entry for this file") for file in files]
    expected = read_json(oracle)
    question = {"kind": kind, "root": run["root"], "session": run.get("session"), **common}
    trouble = "".join(f"the oracle is for {name} {expected.get(name)!r}, the run for {run.get(name)!r}"
                      for name in ("root", "session") if (expected.get(name) or None) != (run.get(name) or None))
    if kind == "pcp":
        question |= {"payloads": expected.get("payloads") or run.get("payloads"),
                     "variantFallbacks": expected.get("variantFallbacks") or {}}
    elif kind == "stage":
        question |= {"load": run.get("load") or "all", "lite": bool(expected.get("lite"))}
    elif kind == "scene":
        question["edits"] = [entry["edit"] for entry in expected.get("edits") or ()]
    if kind not in KINDS:
        trouble = f"not answered: kind {kind}"
    checks = [Check(suite, case, kind, label, oracle, question, data=data, trouble=trouble)]
    if kind == "stage" and "geom" in expected:
        checks.append(Check(suite, case, "geom", label, oracle, question, data=data, trouble=trouble))
    return checks


def museum_check(folder, suite, case):
    try:
        entry = museum.parse((folder / "pcp.txt").read_text(encoding="utf-8"))["entry"]
        question, trouble = {"kind": "aousd", "data": str(folder), "root": entry, "variantFallbacks": FALLBACKS}, ""
    except (ValueError, KeyError, IndexError, SyntaxError) as error:
        question, trouble = {}, f"pcp.txt cannot be read: {error}"
    return Check(suite, case, "aousd", "pcp.txt", folder / "pcp.txt", question, data=folder, trouble=trouble)


def list_checks(root, path):
    """The checks of a file that is a list: a table, list-op chains, or schemas. Other files hold none."""
    suite = path.relative_to(root).parts[0] if len(path.relative_to(root).parts) > 1 else root.name
    try:
        content = read_json(path)
    except ValueError as error:
        return [Check(suite, path.name, "table", "", path, {}, trouble=f"the file cannot be read: {error}")]
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema == "schema-oracle/1":
        return [Check(suite, path.name, "schema", name, path, {"kind": "schema", "type": name}, name)
                for name in sorted(content["types"])]
    if schema == "table/1":
        table, rows = content["table"], content["rows"]
        shared = {key: value for key, value in content.items() if key not in ("schema", "table", "rows")}
    elif isinstance(content, list) and content and all(isinstance(row, dict) and "chain" in row for row in content):
        table, rows, shared = "aousd_listop_chains", content, {}
    else:
        return []
    checks = []
    for index, row in enumerate(rows):
        asked = {name: row[name] for name in QUESTIONS.get(table, ()) if name in row}
        for name in TIMED.get(table, ()):
            asked[name + "At"] = [pair[0] for pair in row.get(name, ())]
        checks.append(Check(suite, path.name, "table", f"row {index}", path,
                            {"kind": "table", "table": table, "row": asked, **shared}, index, table=table))
    return checks
