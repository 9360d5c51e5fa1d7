"""Random authoring scripts: each edit is made or refused, and the layers' text is, as with usd-core.

SEED and COUNT in the environment choose which scripts, and how many."""
import os
import random
import unittest

import steps

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "150"))
PRIMS = ["/A", "/A/B", "/A/B/C", "/K", "/K/B", "/I", "/I/B", "/New", "/New/Child"]
POSITIONS = ["FrontOfPrependList", "BackOfPrependList", "FrontOfAppendList", "BackOfAppendList"]
ROOT = """#usda 1.0
(
    subLayers = [
        @./sub.usda@ (offset = 10; scale = 2)
    ]
)

def Scope "A" (
    prepend references = @./ref.usda@</R>
    prepend variantSets = "v"
    variants = {
        string v = "x"
    }
)
{
    float own = 1
    rel r = </K>
    def "B"
    {
        uniform timecode t = 1
    }
    variantSet "v" = {
        "x" {
        }
    }
}

class "K"
{
    int i = 1
    def "B"
    {
    }
}

def "I" (
    inherits = </K>
    instanceable = true
)
{
}
"""
SUB = '#usda 1.0\nover "A"\n{\n    float own.timeSamples = {\n        1: 2,\n    }\n}\n'
REF = '#usda 1.0\ndef "R"\n{\n    custom double far = 2\n    def "B"\n    {\n        token far (\n            hidden = true\n        )\n    }\n}\n'
VALUES = {"float": "2.5", "int": "7", "timecode": "4", "double": "-1", "token": '"word"', "string": '"text"', "float[]": "[1, 2]"}
ATTRIBUTES = [("own", "float"), ("t", "timecode"), ("far", "double"), ("i", "int"), ("made", "float[]")]
METADATA = [("active", "bool", "false"), ("active", "bool", "true"), ("kind", "token", '"group"'), ("hidden", "bool", "true"),
            ("comment", "string", '"note"'), ("instanceable", "bool", "false"), ("documentation", "string", '"doc"')]


class ScriptMaker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def edit(self):
        pick, prim = self.random.choice, self.random.choice(PRIMS)
        name, kind = pick(ATTRIBUTES)
        attribute, position = f"{prim}.{name}", pick(POSITIONS)
        value = {"type": kind, "value": VALUES[kind]}
        time = {"time": pick([0, 2, 12])} if self.random.random() < 0.5 else {}
        field, field_type, field_value = pick(METADATA)
        arc = {"asset": pick(["./ref.usda", "./ref.usda", ""]), "target": pick(["/R", "/K"])}
        if not arc["asset"]:
            arc["target"] = "/K"
        elif self.random.random() < 0.3:
            arc |= {"offset": 3, "scale": 2}
        return pick([
            {"edit": "DefinePrim", "path": prim, "type": pick(["", "Scope"])}, {"edit": "OverridePrim", "path": prim},
            {"edit": "CreateClassPrim", "path": prim}, {"edit": "RemovePrim", "path": prim},
            {"edit": "CreateAttribute", "path": attribute, "type": kind}, {"edit": "CreateRelationship", "path": f"{prim}.{pick(['r', 'rr'])}"},
            {"edit": "Set", "path": attribute, **value, **time}, {"edit": "Set", "path": attribute, **value, **time},
            {"edit": "Clear", "path": attribute}, {"edit": "Block", "path": attribute},
            {"edit": "RemoveProperty", "path": attribute},
            {"edit": "SetMetadata", "path": prim, "name": field, "type": field_type, "value": field_value},
            {"edit": "SetMetadata", "path": prim, "name": field},
            {"edit": "SetMetadataByDictKey", "path": prim, "name": "customData", "key": pick(["a", "a:b"]), "type": "int", "value": "3"},
            {"edit": "SetMetadataByDictKey", "path": attribute, "name": "customData", "key": "k", "type": "timecode", "value": "5"},
            {"edit": "SetMetadataByDictKey", "path": prim, "name": "customData", "key": "a:b"},
            {"edit": "AddReference", "path": prim, "position": position, **arc}, {"edit": "RemoveReference", "path": prim, **arc},
            {"edit": "AddPayload", "path": prim, "position": position, **arc}, {"edit": "RemovePayload", "path": prim, **arc},
            {"edit": "AddInherit", "path": prim, "target": pick(["/K", "/A/B"]), "position": position},
            {"edit": "RemoveInherit", "path": prim, "target": "/K"},
            {"edit": "AddSpecialize", "path": prim, "target": "/K", "position": position},
            {"edit": "AddTarget", "path": f"{prim}.r", "target": pick(["/K", "/A", "/A/B"]), "position": position},
            {"edit": "RemoveTarget", "path": f"{prim}.r", "target": "/K"}, {"edit": "SetTargets", "path": f"{prim}.r", "target": "/A"},
            {"edit": "AddConnection", "path": attribute, "target": pick(["/K.i", "/A.own"]), "position": position},
            {"edit": "AddVariantSet", "path": prim, "name": pick(["v", "w"]), "position": position},
            {"edit": "AddVariant", "path": prim, "name": "v", "variant": pick(["x", "y"])},
            {"edit": "SetVariantSelection", "path": prim, "name": "v", "variant": pick(["x", "y"])},
        ])

    def steps(self, folder):
        taken = [{"do": "open", "root": str(folder / "root.usda")}]
        for _ in range(self.random.randint(1, 4)):
            step = {"do": "edit", "layer": self.random.choice([0, 1, 1, 2])}
            if self.random.random() < 0.2:
                step |= {"layer": 1, "variant_target": "/A{v=x}"}
            taken.append(step | {"edits": [self.edit() for _ in range(self.random.randint(1, 4))]})
        return [*taken, {"do": "export"}]


def make_question(folder, seed, maker=ScriptMaker):
    """Writes the scene of a script; the steps to take with it."""
    folder.mkdir()
    for name, text in (("root", ROOT), ("sub", SUB), ("ref", REF)):
        (folder / f"{name}.usda").write_text(text)
    return maker(seed).steps(folder)


def find_difference(question, expected, got):
    """The first edit, or the layer, in which two answers differ; nothing where they are equal."""
    for step, wanted, answer in zip(question, expected, got):
        if step["do"] == "export" and wanted != steps.ANY:
            for text, other in zip(wanted, answer):
                if text != other:
                    return f"{question[1:-1]}\n" + steps.show_difference(text, other)
        for edit, made, other in zip(step.get("edits", []), wanted, answer):
            if steps.differ(made, other):
                return f"{edit}: expected {made}, got {other}"
    return ""


class Authoring(unittest.TestCase):
    def test_random_scripts_write_what_usd_core_writes(self):
        steps.compare_cases(self, range(SEED, SEED + COUNT), make_question, find_difference)


if __name__ == "__main__":
    unittest.main()
