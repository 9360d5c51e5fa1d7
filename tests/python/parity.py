"""Which public names of usd-core's modules Strata has: docs/python-parity.md.

A name counts as present only where a line of a transcript (cases/NAME.txt) asks for it, calls it when it can be called, and
Strata prints what usd-core prints. usd-core gives no signatures to compare (its functions have no text of their arguments): the
calls in the transcripts, with their keyword names, stand for them.

Names whose every call raises in usd-core, whatever is given, have nothing to be compared: lines marked "# cannot be called: why" show
that, and they are listed apart from the others.

    parity.py                 writes docs/python-parity.md
    parity.py --check         is the page what would be written?
    parity.py --list MODULE   what is left of a module, by class
"""
import argparse
import ast
import builtins
import collections
import concurrent.futures
import importlib
import inspect
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import run

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "python-parity.md"
MODULES = ("Gf Tf Vt Ar Kind Sdf Pcp Usd UsdGeom UsdShade UsdLux UsdSkel UsdPhysics UsdVol UsdMedia UsdRender UsdUI UsdSemantics "
           "UsdProc UsdUtils UsdValidation UsdHydra UsdLod UsdProfiles UsdRi Sdr Ts Plug Trace Work").split()
STATES = ("present", "differs", "not shown", "absent", "uncallable")
UNCALLABLE = run.UNCALLABLE


# -- what there is -------------------------------------------------------------------------------------------------------


def import_module(name):
    try:
        return importlib.import_module("pxr." + name)
    except ImportError:
        return None


def walk(module_name, visit):
    """Calls visit(name, owner, object) for each public name of a module: "Prim.GetPath", its own and not what it inherits."""
    def walk_into(owner, prefix, depth):
        for name in dir(owner) if inspect.ismodule(owner) else list(vars(owner)):
            if name.startswith("_"):
                continue
            try:
                value = getattr(owner, name)
            except Exception:  # a property that only instances have
                value = None
            if inspect.ismodule(value):
                continue
            visit(prefix + name, owner, value)
            of_pxr = getattr(value, "__module__", "") or ""
            if inspect.isclass(value) and depth < 3 and of_pxr.split(".")[0] in ("pxr", "strata"):
                walk_into(value, prefix + name + ".", depth + 1)

    module = import_module(module_name)
    if module is not None:
        walk_into(module, "", 0)


def inventory():
    """{module: {name: whether it is a function}}"""
    found = {}
    for module_name in MODULES:
        names = found[module_name] = {}
        walk(module_name, lambda name, _, value: names.setdefault(name, is_function(value)))
    return found


def is_function(value):
    return callable(value) and not inspect.isclass(value)


def resolve(names):
    """Which of {module: {name: ...}} the modules here have."""
    found = {}
    for module_name, wanted in names.items():
        module = import_module(module_name)
        there = found[module_name] = []
        for name in wanted if module is not None else ():
            value = module
            try:
                for part in name.split("."):
                    value = getattr(value, part)
            except AttributeError:
                continue
            there.append(name)
    return found


# -- what transcripts ask for --------------------------------------------------------------------------------------------


class Recorder(ast.NodeTransformer):
    """Makes each x.name and getattr(x, "name") of a line tell what it asks for."""

    def visit_Attribute(self, node):
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            target = ast.Attribute(ast.Call(ast.Name("_tell_of", ast.Load()), [node.value, ast.Constant(node.attr)], []),
                                   node.attr, node.ctx)
            return ast.copy_location(target, node)
        return self.ask(node, False)

    def visit_Call(self, node):
        is_method = isinstance(node.func, ast.Attribute)
        if is_method:
            node.func.value = self.visit(node.func.value)
            node.func = self.ask(node.func, True)
        else:
            node.func = self.visit(node.func)
        node.args = [self.visit(argument) for argument in node.args]
        node.keywords = [self.visit(argument) for argument in node.keywords]
        return node

    @staticmethod
    def ask(node, is_call):
        asked = ast.Call(ast.Name("_ask", ast.Load()), [node.value, ast.Constant(node.attr), ast.Constant(is_call)], [])
        return ast.copy_location(asked, node)


class Names:
    """The public names of classes and modules, by the object that holds them."""

    def __init__(self):
        self.by_owner = collections.defaultdict(list)  # (id of the owner, name): ["Usd.Prim.GetPath", ...]
        self.functions = set()
        self.asked = set()
        for module_name in MODULES:
            walk(module_name, lambda name, owner, value, module_name=module_name: self.add(module_name, name, owner, value))

    def add(self, module_name, name, owner, value):
        full = f"{module_name}.{name}"
        self.by_owner[id(owner), name.rpartition(".")[2]].append(full)
        if is_function(value):
            self.functions.add(full)

    def tell(self, owner, name, is_call):
        if inspect.ismodule(owner):
            holders = [owner]
        else:
            holders = (owner if inspect.isclass(owner) else type(owner)).__mro__
        for holder in holders:
            found = self.by_owner.get((id(holder), name))
            if found:
                self.asked.update(full for full in found if is_call or full not in self.functions)
                return


def play(case):
    """[(input, what is printed, what is asked for)] for the lines of a case."""
    names = Names()

    def ask(owner, name, is_call):
        names.tell(owner, name, is_call)
        return getattr(owner, name)

    def ask_by_name(owner, name, *default):
        names.tell(owner, name, True)
        return getattr(owner, name, *default)

    def tell_of(owner, name):
        names.tell(owner, name, True)
        return owner

    folder = tempfile.mkdtemp(prefix="case-")
    os.chdir(folder)
    scope = {"__name__": "__main__", "DIR": folder, "_ask": ask, "_tell_of": tell_of, "getattr": ask_by_name}
    played = []
    for part in run.doctest.DocTestParser().parse(case.read_text()):
        if isinstance(part, str):
            continue
        source = part.source if "\n" not in part.source.rstrip("\n") else part.source + "\n"
        names.asked = set()
        try:
            tree = ast.fix_missing_locations(Recorder().visit(ast.parse(source, "<case>", "single")))
        except SyntaxError:
            tree = source
        printed = run.rounded(run.normalized(run.answer(tree, scope), folder))
        if run.MARK in part.source:
            printed = run.MARK
        if UNCALLABLE in part.source:
            printed = UNCALLABLE + printed
        played.append((part.source, printed, sorted(names.asked)))
    return played


def ask(what, with_strata, argument="", given=None):
    """Runs this file on one of the two sides and reads what it answers."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONWARNINGS="ignore",
                       USD_ASSIGN_PROTOTYPES_DETERMINISTICALLY="1", PXR_WORK_THREAD_LIMIT="1")
    side = "strata" if with_strata else "usd-core"
    done = subprocess.run([sys.executable, __file__, "--side", side, "--answer", what, "--list", argument], env=environment,
                          capture_output=True, text=True, timeout=120, input=json.dumps(given))
    if done.returncode:
        raise RuntimeError(f"{what} {argument} with {side} ended:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def answer(what, side, argument):
    if side == "strata":
        import strata.as_pxr
        strata.as_pxr.install()
    out = sys.stdout
    sys.stdout = sys.stderr
    if what == "inventory":
        answered = inventory()
    elif what == "resolve":
        answered = resolve(json.load(sys.stdin))
    else:
        answered = play(pathlib.Path(argument))
    sys.stdout = out
    print(json.dumps(answered))


def is_error(printed):
    name = printed.strip()
    kind = getattr(builtins, name, None)
    return name == "ErrorException" or isinstance(kind, type) and issubclass(kind, Exception)


def shown_names():
    """(names that lines show to agree, names that only lines ask for which differ, names that usd-core cannot call)"""
    cases = sorted(run.CASES.glob("*.txt"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(lambda case: ask("play", False, str(case)), cases))
        ours = list(pool.map(lambda case: ask("play", True, str(case)), cases))
    agree, differ, uncallable = set(), set(), set()
    for one, other in zip(theirs, ours):
        for (_, expected, asked), (_, got, _) in zip(one, other):
            if expected.startswith(UNCALLABLE):
                if is_error(expected[len(UNCALLABLE):]):
                    uncallable.update(full for full in asked)
                continue
            if is_error(expected):
                continue
            (agree if got == expected and expected != run.MARK else differ).update(asked)
    return agree, differ - agree, uncallable - agree - differ


# -- the page ------------------------------------------------------------------------------------------------------------


def measure():
    """{module: {name: state}}"""
    wanted = ask("inventory", False)
    there = ask("resolve", True, given=wanted)
    agree, differ, uncallable = shown_names()
    states = {}
    for module_name, names in wanted.items():
        of_module = states[module_name] = {}
        has = set(there[module_name])
        for name in sorted(names):
            full = f"{module_name}.{name}"
            of_module[name] = ("absent" if name not in has else "present" if full in agree else
                               "differs" if full in differ else "uncallable" if full in uncallable else "not shown")
    return states


def by_class(names):
    groups = collections.defaultdict(list)
    for name in names:
        owner, _, last = name.rpartition(".")
        groups[owner].append(last)
    return sorted(groups.items())


def render(states):
    lines = ["# Names of usd-core's Python modules", "",
             "Written by `tests/python/parity.py` from usd-core 26.11 and the transcripts in `tests/python/cases`. A name counts as",
             "*present* only where a transcript asks for it (and calls what can be called) and both print the same; *differs*: lines",
             "that ask for it are marked as different on purpose; *not shown*: it is there, but no transcript asks for it yet;",
             "*uncallable*: each call raises in usd-core, whatever is given, so that there is nothing to compare: left out of the share.",
             "", "| module | names | present | differs | not shown | absent | uncallable | share present |",
             "|---|---|---|---|---|---|---|---|"]
    total = collections.Counter()
    for module_name, names in states.items():
        counts = collections.Counter(names.values())
        total.update(counts)
        lines.append(row(module_name, counts))
    lines += [row("all", total), ""]
    for module_name, names in states.items():
        left = {state: [name for name, has in names.items() if has == state] for state in STATES[1:]}
        if not any(left.values()):
            continue
        lines += [f"## {module_name}", ""]
        for state in STATES[1:]:
            if left[state]:
                lines += [f"{state.capitalize()}:", ""]
                lines += [f"- {'`' + owner + '`: ' if owner else ''}" + ", ".join(f"`{name}`" for name in members)
                          for owner, members in by_class(left[state])]
                lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def row(title, counts):
    names = sum(counts.values())
    comparable = names - counts["uncallable"]
    cells = [f"`{title}`" if title != "all" else "**all**", str(names)] + [str(counts[state]) for state in STATES]
    return "| " + " | ".join(cells) + f" | {100 * counts['present'] // comparable if comparable else 0} % |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--list", metavar="MODULE", default="")
    parser.add_argument("--answer", choices=("inventory", "resolve", "play"), help=argparse.SUPPRESS)
    parser.add_argument("--side", choices=("strata", "usd-core"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer(options.answer, options.side, options.list)
        return 0
    if subprocess.run([sys.executable, "-c", "import pxr"], capture_output=True).returncode:
        print("skipped: this Python has no usd-core")
        return 77
    states = measure()
    if options.list:
        for state in STATES[1:]:
            for owner, members in by_class([name for name, has in states[options.list].items() if has == state]):
                print(f"{state}: {owner}: {' '.join(members)}")
        return 0
    page = render(states)
    if options.check:
        if PAGE.read_text() == page:
            return 0
        print("docs/python-parity.md is older than the transcripts: run tests/python/parity.py")
        return 1
    PAGE.write_text(page)
    print("\n".join(line for line in page.splitlines() if line.startswith("|")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
