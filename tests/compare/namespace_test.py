"""Random scenes whose prims and properties are renamed, moved and deleted: the same refusals and the same layers as usd-core's.

SEED and COUNT in the environment choose which scripts, and how many."""
import copy
import os
import random
import re
import unittest

import steps

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "150"))
NAMES = ["A", "B", "C"]


class NamespaceMaker:
    """A scene of a few prims with arcs among them, and edits of its namespace."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.roots = ["P", "Q", "R", "S"][: self.random.randint(2, 4)]
        self.made = []  # paths of prims of the root layer

    def chance(self, likely):
        return self.random.random() < likely

    def path(self):
        path = "/" + self.random.choice(self.roots)
        while self.chance(0.55) and path.count("/") < 3:
            path += "/" + self.random.choice(NAMES)
        return path

    def properties(self):
        out = []
        for name in ("x", "y"):
            if self.chance(0.4):
                out.append(f"int {name}")
                if self.chance(0.3):
                    out.append(f"int {name}.connect = <{self.path()}.{self.random.choice('xy')}>")
        if self.chance(0.4):
            kind = self.random.choice(["", "prepend ", "append ", "delete "])
            targets = ", ".join(sorted({f"<{self.path()}{self.random.choice(['', '', '.x'])}>" for _ in range(self.random.randint(1, 3))}))
            out.append(f"{kind}rel r = [{targets}]")
        return out

    def arcs(self, root, external):
        """Arcs of a root prim to others that come later, so that none leads in a circle."""
        later = self.roots[self.roots.index(root) + 1:] if root in self.roots else []
        out = []
        if later and self.chance(0.5):
            target = "/" + self.random.choice(later) + self.random.choice(["", "", "/A"])
            out.append(self.random.choice(["prepend references", "append payload", "prepend inherits", "prepend specializes"]) + f" = <{target}>")
        if external and self.chance(0.35):
            out.append(f"append references = @{external}@</X{self.random.choice(['', '', '/A'])}>")
        return out

    def prim(self, name, depth, specifier="def", arcs=(), above=""):
        if specifier == "def":
            self.made.append(f"{above}/{name}")
        out = [f'{specifier} "{name}"' + (f" ({'; '.join(arcs)})" if arcs else ""), "{", *self.properties()]
        if depth < 3:
            for child in NAMES:
                if self.chance(0.4):
                    out += self.prim(child, depth + 1, specifier, above=f"{above}/{name}")
        return [*out, "}"]

    def layers(self):
        with_reference = self.chance(0.6)
        root = ["#usda 1.0", "("]
        if self.chance(0.3):
            root.append(f'defaultPrim = "{self.path()[1:]}"')
        root += ["subLayers = [@./sub.usda@]", ")"]
        for name in self.roots:
            root += self.prim(name, 1, arcs=self.arcs(name, "./ref.usda" if with_reference else ""))
        sub = ["#usda 1.0"]
        for name in self.roots:
            if self.chance(0.4):
                sub += self.prim(name, 1, "over")
        made = list(self.made)
        ref = ["#usda 1.0", *[line.replace("</P", "</X") for line in self.prim("X", 1)]]
        self.made = made
        top = ["#usda 1.0"]
        for name in ("T", "U"):
            target = self.random.choice(self.made)
            top += [f'def "{name}" (prepend references = @./root.usda@<{target}>)', "{", 'over "A" {', "int x", "}", f"rel r = [</{name}/A>, </{name}/B.x>]", "}"]
        return {"root.usda": root, "sub.usda": sub, "ref.usda": ref, "top.usda": top}

    def edit(self):
        path = self.path()
        if self.chance(0.25):
            path += "." + self.random.choice("xyr")
        edit = {"from": path}
        if self.chance(0.8):
            parent = path.rpartition("." if "." in path else "/")[0]
            if self.chance(0.4):
                parent = self.path() if self.chance(0.8) or "." in path else ""
            edit["to"] = parent + ("." if "." in path else "/") + self.random.choice(["N", "M", "A", "x"])
        return edit


def make_question(folder, seed):
    maker = NamespaceMaker(seed)
    folder.mkdir()
    for name, lines in maker.layers().items():
        (folder / name).write_text("\n".join(lines).replace("; ", "\n") + "\n")
    step = {"do": "namespace", "layers": [str(folder / name) for name in ("root.usda", "sub.usda", "ref.usda")]}
    if maker.chance(0.5):
        step["dependent"] = str(folder / "top.usda")
        step["layers"].append(step["dependent"])
    step["edits"] = [maker.edit() for _ in range(maker.random.randint(1, 4))]
    return [{"do": "open", "root": str(folder / "root.usda")}, step]


def plain(answer):
    """Without the places of layers in what is told."""
    for told in answer[1]:
        if told.get("why", steps.ANY) != steps.ANY:
            told["why"] = re.sub(r"@[^@]*@", "@", told["why"])
    return answer


INTERNAL_ARC = re.compile(r"^ *(prepend |append )?(references|payload|inherits|specializes) = <.*\n", re.MULTILINE)


def without_internal_arcs(answer):
    """Where texts differ in arcs within a layer alone, each edit says what is left of them."""
    answer = copy.deepcopy(answer)
    for told in answer[1]:
        if told != steps.ANY:
            told["layers"] = [INTERNAL_ARC.sub("", text) for text in told["layers"]]
    return answer


DEFAULT_PRIM = re.compile(r'^    defaultPrim = ".*/.*"\n', re.MULTILINE)


def without_left_default_prims(expected, got):
    """Without the default prims below a root that usd-core alone leaves."""
    expected = copy.deepcopy(expected)
    for told, ours in zip(expected[1], got[1]):
        if told != steps.ANY:
            told["layers"] = [theirs if "defaultPrim = " in own else DEFAULT_PRIM.sub("", theirs)
                              for theirs, own in zip(told["layers"], ours["layers"])]
    return expected


def find_difference(question, expected, got):
    """The first difference, or "known: " and what docs/stage-differences.md tells of it."""
    expected, got = plain(expected), plain(got)
    if not (found := steps.differ(expected, got)):
        return ""
    done = int(found.split("/")[2])
    if done > 0 and any("relocates = {" in text for text in got[1][done - 1]["layers"]):
        return "known: relocates"
    if not steps.differ(without_internal_arcs(expected), without_internal_arcs(got)):
        return "known: arcs within a layer"
    if not steps.differ(without_left_default_prims(expected, got), got):
        return "known: default prims"
    if "dependent" in question[1]:
        alone = copy.deepcopy(question)
        alone[1]["layers"].remove(alone[1].pop("dependent"))
        if not steps.differ(plain(steps.ask_oracle(alone, doubts=True)), plain(steps.ask([alone])[0])):
            return "known: dependent stages"
    return found


class Namespaces(unittest.TestCase):
    def test_random_edits_of_namespace_do_what_usd_core_does(self):
        # usd-core edits the files' layers, which the other side has read by then.
        steps.compare_cases(self, range(SEED, SEED + COUNT), make_question, find_difference)


if __name__ == "__main__":
    unittest.main()
