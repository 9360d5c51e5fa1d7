"""Transcripts: what usd-core's interpreter prints must be what Strata's prints.

A case is cases/NAME.txt: lines typed after >>> (and ...), each followed by what usd-core answered, errors by their class alone.

    run.py [NAME...]             Strata against the cases
    run.py --oracle [NAME...]    usd-core against the cases: are they still what it answers?
    run.py --update [NAME...]    writes what usd-core answers into the cases

Lines after which nothing is compared end in "# differs: why": there Strata answers otherwise on purpose. Or in "# cannot be called:
why": there usd-core raises, whatever is given.
"""
import argparse
import contextlib
import difflib
import doctest
import importlib.util
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile

CASES = pathlib.Path(__file__).resolve().parent / "cases"
MARK = "# differs:"
UNCALLABLE = "# cannot be called:"  # usd-core raises, whatever is given


def normalized(text, folder):
    text = text.replace(folder, "$DIR")
    text = re.sub(r"anon:0x[0-9a-f]+", "anon:0x", text)
    text = re.sub(r" at 0x[0-9a-f]+", "", text)
    return re.sub(r"\bstrata\.(?=[A-Z])", "pxr.", text)


def rounded(text):
    """Numbers to twelve digits, and no sign of zero: sums may be added in another order."""
    text = re.sub(r"-?\d+\.\d+(e[-+]?\d+)?", lambda number: repr(float(f"{float(number[0]):.12g}")), text)
    text = re.sub(r"(?<![\w.])-?\d\.?\d*e-(1[6-9]|[2-9]\d|\d{3})\b", "0.0", text)
    return re.sub(r"-0\.0\b", "0.0", text)


def answer(source, scope):
    """What the interpreter prints for one piece of input."""
    out = io.StringIO()
    try:
        code = compile(source, "<case>", "single")
        with contextlib.redirect_stdout(out):
            exec(code, scope)
    except Exception as error:  # every error is an answer
        kind = "TypeError" if isinstance(error, TypeError) else type(error).__name__
        out.write(kind + "\n")
    return out.getvalue()


def play(text):
    """The case with the answers of whatever `pxr` is here."""
    folder = tempfile.mkdtemp(prefix="case-")
    os.chdir(folder)
    scope = {"__name__": "__main__", "DIR": folder}
    lines = []
    for part in doctest.DocTestParser().parse(text):
        if isinstance(part, str):
            lines.append(part)
            continue
        for i, line in enumerate(part.source.rstrip("\n").split("\n")):
            lines.append((">>> " if i == 0 else "... ") + line + "\n")
        source = part.source if "\n" not in part.source.rstrip("\n") else part.source + "\n"
        got = normalized(answer(source, scope), folder)
        if MARK in part.source or UNCALLABLE in part.source:
            got = ""
        lines.extend(("<BLANKLINE>" if not line.strip() else line) + "\n" for line in got.rstrip("\n").split("\n") if got)
    return "".join(lines)


def without_answers_that_differ(text):
    """The case as it is compared: nothing after the lines that are marked."""
    lines, skipping = [], False
    for line in text.splitlines(keepends=True):
        if line.startswith((">>> ", "... ")):
            skipping = MARK in line or UNCALLABLE in line
            lines.append(line)
        elif not skipping:
            lines.append(line)
    return "".join(lines)


def run(case, with_strata):
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore",
                       USD_ASSIGN_PROTOTYPES_DETERMINISTICALLY="1")
    done = subprocess.run([sys.executable, __file__, "--play", "strata" if with_strata else "usd-core", str(case)],
                          env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        return None, done.stderr
    return done.stdout, ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--oracle", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--play", choices=("strata", "usd-core"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.play:
        if options.play == "strata":
            import strata.as_pxr
            strata.as_pxr.install()
        text = pathlib.Path(options.names[0]).read_text()
        sys.stdout.write(play(text))
        return 0
    if options.oracle or options.update:
        if subprocess.run([sys.executable, "-c", "import pxr"], capture_output=True).returncode:
            print("skipped: this Python has no usd-core")
            return 77
    wanted = set(options.names)
    cases = sorted(case for case in CASES.glob("*.txt") if not wanted or case.stem in wanted)
    if importlib.util.find_spec("numpy") is None:
        left_out = [case for case in cases if "import numpy" in case.read_text()]
        print("left out, for numpy is not there:", *(case.stem for case in left_out))
        cases = [case for case in cases if case not in left_out]
    failed = 0
    for case in cases:
        got, trouble = run(case, not (options.oracle or options.update))
        if got is not None and options.update:
            case.write_text(got)
            continue
        expected = rounded(without_answers_that_differ(case.read_text()))
        got = rounded(got) if got is not None else None
        if got == expected:
            continue
        failed += 1
        print(f"{case.stem}: differs" if got is not None else f"{case.stem}: ended\n{trouble}")
        if got is not None:
            sys.stdout.writelines(list(difflib.unified_diff(expected.splitlines(keepends=True), got.splitlines(keepends=True),
                                                            "expected", "got", n=2))[:80])
    print(f"{len(cases) - failed} of {len(cases)} cases passed")
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
