"""Random collections, by rules and by expressions, have the members that usd-core gives them.

SEED and COUNT in the environment choose which scenes, and how many."""
import os
import random
import tempfile
import unittest
from pathlib import Path

import steps

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "60"))
NAMES = ["A", "B", "Ab", "C1", "x_y"]
PREDICATES = ["abstract", "abstract:false", "defined", "defined:false", "model", "group", "isa:Mesh", "isa:Gprim", "isa:Mesh,Cube",
              "isa(Xform, strict=true)", "kind:component", "kind:model", "kind:group,subcomponent", "kind(model, strict=true)",
              "specifier:over", "specifier:class,def", "hasAPI:CollectionAPI", "hasAPI(CollectionAPI, instanceName=q)",
              "hasAPI:MaterialBindingAPI", "variant(v=a)", "variant(v='[ab]')", "not isa:Mesh", "model and not group",
              "isa:Mesh or kind:group", "(isa:Xform or isa:Mesh) defined"]


class CollectionMaker:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.paths = []

    def chance(self, part):
        return self.random.random() < part

    def prim(self, parent, depth):
        out = []
        for name in self.random.sample(NAMES, self.random.randint(1, 3)):
            path = f"{parent}/{name}"
            self.paths.append(path)
            specifier = self.random.choice(["def"] * 4 + ["over", "class"] * (depth == 0) + ["over"])
            kind = self.random.choice(["Xform", "Mesh", "Cube", "Scope", ""])
            meta = []
            if self.chance(0.4):
                meta.append(f'kind = "{self.random.choice(["group", "assembly", "component", "subcomponent"])}"')
            if self.chance(0.3):
                apis = self.random.sample(["CollectionAPI:q", "CollectionAPI:r", "MaterialBindingAPI"], self.random.randint(1, 2))
                meta.append("prepend apiSchemas = [" + ", ".join(f'"{api}"' for api in apis) + "]")
            if self.chance(0.2):
                meta += ['prepend variantSets = "v"', f'variants = {{\n string v = "{self.random.choice("abc")}"\n }}']
            if self.chance(0.1):
                meta.append("active = false")
            body = ["int p", "rel r"] if self.chance(0.4) else []
            if body:
                self.paths += [f"{path}.p", f"{path}.r"]
            out += [f'{specifier} {kind} "{name}" (', *meta, ")", "{", *body]
            if depth < 3 and self.chance(0.6):
                out += self.prim(path, depth + 1)
            out.append("}")
        return out

    def pattern(self):
        pick = self.random.choice
        text = pick(["/", "//", pick(self.paths).split(".")[0] + pick(["", "/", "//"]), "../" + pick(NAMES)])
        for _ in range(self.random.randint(0, 2)):
            name = pick(["*", "A*", "?", "[AC]*", pick(NAMES), ""])
            predicate = "{" + pick(PREDICATES) + "}" if not name or self.chance(0.3) else ""
            if not text.endswith("/"):
                text += pick(["/", "//"])
            text += name + predicate
        if text.endswith("/") and not text.endswith("//") and text != "/":
            text = text[:-1]
        if self.chance(0.2) and not text.endswith("/"):
            text += pick(["//", ".p", ".*"] if not text.endswith("}") else ["//"])
        return text

    def expression(self, depth=0):
        if depth > 2 or self.chance(0.5):
            if self.chance(0.2):
                # To those before: usd-core ends with collections that lead to themselves.
                return self.random.choice(["%/Nope:x"] + [f"%:s{i}" for i in range(self.number)] + [f"%/Sets:s{i}" for i in range(self.number)])
            return self.pattern()
        left, right = self.expression(depth + 1), self.expression(depth + 1)
        return self.random.choice([f"({left} + {right})", f"({left} & {right})", f"({left} - {right})", f"~({left})", f"({left} {right})"])

    def collection(self, name):
        self.number = int(name[1:])
        prefix = f"collection:{name}"
        if self.chance(0.6):
            out = [f'pathExpression {prefix}:membershipExpression = "{self.expression()}"']
            if self.chance(0.2):
                out.append(f'uniform token {prefix}:mode = "{self.random.choice(["expression", "automatic"])}"')
            return out
        out = []
        if self.chance(0.7):
            rule = self.random.choice(["explicitOnly", "expandPrims", "expandPrimsAndProperties"])
            out.append(f'uniform token {prefix}:expansionRule = "{rule}"')
        for what, part in (("includes", 0.9), ("excludes", 0.5)):
            if self.chance(part):
                targets = self.random.sample(self.paths, min(len(self.paths), self.random.randint(1, 3)))
                if what == "includes" and self.number and self.chance(0.2):
                    targets.append(f"/Sets.collection:s{self.random.randrange(self.number)}")
                out.append(f"rel {prefix}:{what} = [" + ", ".join(f"<{target}>" for target in targets) + "]")
        if self.chance(0.2):
            out.append(f"bool {prefix}:includeRoot = {self.random.choice(['true', 'false'])}")
        return out

    def make(self):
        lines = self.prim("", 0)
        names = [f"s{i}" for i in range(4)]
        lines += ['def "Sets" (', "prepend apiSchemas = [" + ", ".join(f'"CollectionAPI:{name}"' for name in names) + "]", ")", "{"]
        for name in names:
            lines += self.collection(name)
        lines.append("}")
        return "#usda 1.0\n" + "\n".join(lines) + "\n"


class Collections(unittest.TestCase):
    def test_random_collections_have_equal_members(self):
        with tempfile.TemporaryDirectory() as root:
            questions = []
            for seed in range(SEED, SEED + COUNT):
                file = Path(root) / f"{seed}.usda"
                maker = CollectionMaker(seed)
                file.write_text(maker.make())
                questions.append([{"do": "open", "root": str(file), "schemas": True}, {"do": "members", "prim": "/Sets", "paths": maker.paths}])
            for seed, question, got in zip(range(SEED, SEED + COUNT), questions, steps.ask(questions)):
                with self.subTest(seed=seed):
                    expected = steps.ask_apart(question)  # some of these scenes end usd-core
                    if expected and (found := steps.differ(expected, got)):
                        self.fail(found)


if __name__ == "__main__":
    unittest.main()
