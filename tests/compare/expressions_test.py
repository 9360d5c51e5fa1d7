"""Random variable expressions: what they parse to, evaluate to, complain about and ask for is what Sdf.VariableExpression tells.

SEED and COUNT in the environment choose which expressions, and how many."""
import json
import os
import random
import subprocess
import unittest

from pxr import Sdf, Tf, Vt

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "4000"))
FUNCTIONS = ("if", "and", "or", "not", "eq", "neq", "lt", "leq", "gt", "geq", "contains", "at", "len", "defined")
ARITY = {"if": (2, 3), "not": (1, 1), "and": (2, 4), "or": (2, 4), "len": (1, 1), "defined": (1, 3)}

# As the program reads them, and as usd-core holds them.
VARIABLES = {"A": "x", "B": "two words", "EMPTY": "", "GREEK": "α", "ON": True, "OFF": False, "N": 3, "BIG": 1 << 40, "NESTED": '`"n_${A}"`',
             "NUMBER": "`${N}`", "FLAG": "`not(${OFF})`", "LOOP": "`${LOOP}`", "PING": '`"${PONG}"`', "PONG": "`${PING}`", "BROKEN": "`eq(`",
             "UNKNOWN": "`what(1)`", "NONE": "`None`", "PICK": "`at(${WORDS}, ${N})`", "TICK": "``", "GENERIC": ["x", 1],
             "WORDS": {"$string[]": ["x", "y", "`${A}`"]}, "INTS": {"$int[]": [1, -2, 3]}, "LONGS": {"$int64[]": [5, 1 << 40]},
             "FLAGS": {"$bool[]": [True, False]}, "NOTHING": {"$string[]": []}, "HALF": {"$double": 1.5}, "TREE": {"$dict": {"a": 1}}}
ARRAYS = {"$string[]": Vt.StringArray, "$int[]": Vt.IntArray, "$int64[]": Vt.Int64Array, "$bool[]": Vt.BoolArray}


def held(written):
    if not isinstance(written, dict):
        return written
    (kind, content), = written.items()
    return ARRAYS[kind](content) if kind in ARRAYS else content


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, part):
        return self.random.random() < part

    def name(self):
        return self.random.choice([*VARIABLES, "MISSING", "A", "N", "ON"])

    def space(self):
        return "\t" if self.chance(0.002) else self.random.choice(("", "", "", " ", "  "))

    def text(self):
        quote = self.random.choice("\"'")
        parts = [self.random.choice(("x", "y", "3", " ", "a.usd", "\\n", "\\t", "\\\\", "\\" + quote, "\\$", "\\`", "\\q", "$", "{}", "α",
                                     "${" + self.name() + "}")) for _ in range(self.random.randrange(4))]
        return quote + "".join(parts) + quote

    def literal(self):
        return self.random.choice((self.text, self.text, lambda: str(self.random.choice((0, 1, -1, 3, 7, 1 << 40))),
                                   lambda: self.random.choice(("True", "true", "False", "false", "None", "none", "007", "-0"))))()

    def listed(self, depth):
        items = [self.any(depth + 2) for _ in range(self.random.randrange(4))]
        if self.chance(0.6):
            one = self.random.choice((self.text, lambda: str(self.random.randrange(-3, 9)), lambda: self.random.choice(("true", "False"))))
            items = [one() for _ in items]
        edge = self.space() if self.chance(0.05) else ""  # usd-core allows none there
        return "[" + edge + ("," + self.space()).join(items) + edge + "]"

    def condition(self, depth):
        return self.random.choice(("true", "false", "${ON}", "${OFF}", f"eq({self.any(depth + 1)}, {self.any(depth + 1)})"))

    def call(self, depth):
        name = self.random.choice(FUNCTIONS)
        low, high = ARITY.get(name, (2, 2))
        arguments = [self.any(depth + 1) for _ in range(self.random.randint(low, high))]
        if name in ("if", "and", "or", "not") and self.chance(0.8):
            arguments[0] = self.condition(depth)
        if name == "defined" and self.chance(0.8):
            arguments = ['"' + self.name() + '"' for _ in arguments]
        if name in ("at", "contains", "len") and self.chance(0.6):
            arguments[0] = self.random.choice((self.listed(depth), self.text(), "${WORDS}", "${INTS}", "${FLAGS}", "${LONGS}"))
        if self.chance(0.04):
            arguments = arguments[1:] if self.chance(0.5) else [*arguments, "1"]
        if self.chance(0.02):
            name = self.random.choice(("in", "join", "IF", "concat"))
        gap = self.space() if self.chance(0.3) else ""
        return name + gap + "(" + self.space() + ("," + self.space()).join(item + self.space() for item in arguments) + ")"

    def any(self, depth=0):
        pick = self.random.random()
        if depth > 3 or pick < 0.2:
            return self.literal()
        if pick < 0.45:
            return "${" + self.name() + "}"
        return self.listed(depth) if pick < 0.55 else self.call(depth)

    def make(self):
        text = "`" + self.any() + "`"
        while self.chance(0.15):
            place, extra = self.random.randrange(len(text) + 1), self.random.choice("`'\"$[](),{} \n-+x3\\α.")
            text = text[:place] + (extra if self.chance(0.6) else "") + text[place + self.chance(0.5):]
        return text


def form(value):
    if type(value).__name__ == "EmptyList":
        return []
    return list(value) if isinstance(value, (list, tuple)) or type(value).__name__.endswith("Array") else value


def ask_oracle(text, variables):
    expression = Sdf.VariableExpression(text)
    answer = {"isExpression": Sdf.VariableExpression.IsExpression(text), "parses": bool(expression),
              "parseErrors": list(expression.GetErrors())}
    if expression:
        try:
            result = expression.Evaluate(variables)
            answer |= {"value": form(result.value), "errors": list(result.errors), "used": sorted(result.usedVariables)}
        except (Tf.ErrorException, UnicodeDecodeError):
            return None  # usd-core does not compare empty lists, and Python does not hold half a character
    return answer


class Expressions(unittest.TestCase):
    def test_random_expressions_mean_what_usd_core_tells(self):
        variables = {name: held(written) for name, written in VARIABLES.items()}
        texts = list(dict.fromkeys(Maker(seed).make() for seed in range(SEED, SEED + COUNT)))
        questions = "".join(json.dumps({"kind": "table", "table": "variable_expressions", "variables": VARIABLES, "row": {"expr": text}}) + "\n"
                            for text in texts)
        done = subprocess.run([os.environ["STRATA_ANSWER"]], input=questions.encode(), capture_output=True, timeout=200)
        answers = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").splitlines()]
        self.assertEqual(len(answers), len(texts), "the program ended early")
        parsed, failed, different = 0, 0, []
        for text, got in zip(texts, answers):
            expected = ask_oracle(text, variables)
            if expected is None:
                continue
            got = got.get("answer", got)
            if "used" in got:
                got["used"] = sorted(got["used"])
            parsed += expected["parses"]
            failed += bool(expected.get("errors"))
            if expected != got:
                different.append(f"{text!r}\n  usd-core {expected}\n  strata   {got}")
        print(f"{len(texts)} expressions: {parsed} parse, {failed} of these fail; {len(different)} different")
        self.assertGreater(parsed, len(texts) // 2)
        self.assertGreater(failed, len(texts) // 10)
        self.assertEqual(different, [], "\n".join(different[:20]))


if __name__ == "__main__":
    unittest.main()
