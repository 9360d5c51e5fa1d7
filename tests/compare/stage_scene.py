"""Random scenes as usda text, from a seed: a few prims that every kind of arc leads to, attributes that many layers speak of."""
import random

TYPES = ["float", "double", "half", "int", "bool", "string", "token", "asset", "timecode", "duration", "float3", "double2",
         "half4", "int2", "quatf", "quatd", "matrix2d", "matrix4d", "color3f", "float[]", "int[]", "string[]", "timecode[]",
         "double3[]", "quath[]", "asset[]", "token[]", "pathExpression", "uchar", "int64"]
SPLINES = ("float", "double", "half", "timecode")
COUNTS = {"float3": 3, "double2": 2, "half4": 4, "int2": 2, "quatf": 4, "quatd": 4, "quath": 4, "color3f": 3, "double3": 3}
INDENT = "    "


def indent(lines, depth=1):
    return [INDENT * depth + line for line in lines]


class SceneMaker:
    def __init__(self, seed, clips=True):
        self.with_clips = clips
        self.random = random.Random(seed)
        # Few attributes, so that opinions meet.
        # usd-core lists the times of path expressions in clips in ways that follow no rule.
        kinds = [kind for kind in TYPES if not clips or kind != "pathExpression"]
        self.types = {f"a{i}": self.random.choice(kinds) for i in range(6)}
        self.files = {}
        self.edits = True  # whether values may be edits of weaker ones

    def chance(self, part):
        return self.random.random() < part

    def time(self):
        return self.random.choice([0, 1, 2, 2.5, 3, 4, 5, 7.25, 8, 10, -3])

    # -- values ------------------------------------------------------------------------------------------------

    def literal(self, kind):
        if kind.endswith("[]"):
            # usd-core gives edits of asset arrays back unapplied.
            if self.chance(0.2) and self.edits and kind != "asset[]":
                return self.array_edit(kind[:-2])
            return "[" + ", ".join(self.literal(kind[:-2]) for _ in range(self.random.choice([0, 1, 2, 2, 2, 3]))) + "]"
        number = self.random.randint(0, 40) / 4 - 4
        if kind in ("float", "double", "half", "timecode", "duration"):
            return repr(number)
        if kind in ("int", "int64"):
            return str(self.random.randint(-9, 9))
        if kind == "uchar":
            return str(self.random.randint(0, 9))
        if kind == "bool":
            return self.random.choice(["true", "false"])
        if kind in ("string", "token"):
            return self.random.choice(['"one"', '"two"', '"three"'])
        if kind == "asset":
            return self.random.choice(["@./tex.png@", "@`\"${NAME}.png\"`@", "@missing.png@"])
        if kind == "pathExpression":
            return self.random.choice(['"/A//"', '"%_ + /A/B"', '"../X - %_"', '"//b*"'] if self.edits else ['"/A//"', '"//b*"'])
        if kind.startswith("matrix"):
            size = int(kind[6])
            return "(" + ", ".join("(" + ", ".join(str(self.random.randint(0, 4)) for _ in range(size)) + ")" for _ in range(size)) + ")"
        parts = COUNTS[kind]
        if kind.startswith("int"):
            return "(" + ", ".join(str(self.random.randint(-5, 5)) for _ in range(parts)) + ")"
        if kind.startswith("quat"):
            return self.random.choice(["(1, 0, 0, 0)", "(0, 1, 0, 0)", "(0.5, 0.5, 0.5, 0.5)", "(0, 0, 0.6, 0.8)"])
        return "(" + ", ".join(repr(self.random.randint(0, 20) / 4) for _ in range(parts)) + ")"

    def array_edit(self, element):
        steps = []
        for _ in range(self.random.randint(1, 3)):
            index = self.random.randint(-2, 2)
            literal = self.literal(element)
            steps.append(self.random.choice([f"append {literal}", f"prepend {literal}", f"write {literal} to [{index}]",
                                             f"insert {literal} at [{index}]", f"erase [{index}]", f"minsize {abs(index) + 1}",
                                             f"maxsize {abs(index) + 1}"]))
        return "edit [" + "; ".join(steps) + "]"

    def samples(self, kind):
        times = sorted({self.time() for _ in range(self.random.randint(1, 5))})
        literals = ["None" if self.chance(0.12) else self.literal(kind) for _ in times]
        # Between a block and an edit usd-core interpolates from nothing.
        if kind == "pathExpression" or any(literal.startswith("edit") for literal in literals):
            literals = [literal if literal != "None" else self.literal(kind) for literal in literals]
        lines = [f"{time}: {literal}," for time, literal in zip(times, literals)]
        return ["{", *indent(lines), "}"]

    def spline(self, kind):
        lines = []
        curve = self.random.choice(["bezier", "bezier", "hermite"])
        lines.append(curve + ",")
        for side in ("pre", "post"):
            if self.chance(0.5):
                rule = self.random.choice(["none", "held", "linear", "sloped(0.5)", "loop repeat", "loop reset", "loop oscillate"])
                lines.append(f"{side}: {rule},")
        for time in sorted({self.time() for _ in range(self.random.randint(1, 4))}):
            value = self.random.randint(-8, 8) / 2
            knot = f"{time}: {value}" + (f" & {value + 1}" if self.chance(0.2) else "")
            mode = self.random.choice(["held", "linear", "curve", "curve", "none"])
            width, slope = self.random.randint(0, 8) / 4, self.random.randint(-4, 4) / 2
            tangent = f"({width}, {slope})" if curve == "bezier" else f"({slope})"
            knot += f"; pre {tangent}; post {mode} {tangent}"
            lines.append(knot + ",")
        return ["{", *indent(lines), "}"]

    def attribute(self, name):
        kind = self.types[name]
        out = []
        declared = f"{kind} {name}"
        if self.chance(0.5):
            chosen = self.random.random()
            value = "None" if chosen < 0.15 else "AnimationBlock" if chosen < 0.25 else self.literal(kind)
            out.append(f"{declared} = {value}")
        if self.chance(0.4):
            first, *rest = self.samples(kind)
            out += [f"{declared}.timeSamples = {first}", *rest]
        if kind in SPLINES and self.chance(0.3):
            first, *rest = self.spline(kind)
            out += [f"{declared}.spline = {first}", *rest]
        return out or [declared]

    def attributes(self):
        out = []
        for name in self.types:
            if self.chance(0.45):
                out += self.attribute(name)
        return out

    # -- prims -------------------------------------------------------------------------------------------------

    def offset(self):
        if self.chance(0.5):
            return ""
        return f" (offset = {self.random.choice([0, 1, -2.5, 10])}; scale = {self.random.choice([1, 2, 0.5, 4, 1])})"

    def clips(self):
        """A dictionary of clip sets, and the layers that they name."""
        sets = []
        for name in self.random.sample(["default", "b", "a"], self.random.choice([1, 1, 2])):
            lines = [f'string primPath = "/{self.random.choice(["C", "C", "C", "Missing"])}"']
            count = self.random.randint(1, 3)
            files = [f"clip{self.random.randint(1, 4)}.usda" for _ in range(count)]
            for file in files:
                self.files.setdefault(file, None)
            if self.chance(0.25):
                lines += [f'string templateAssetPath = "./tclip.{"#" * self.random.choice([1, 2])}.usda"',
                          f"double templateStartTime = {self.random.choice([1, 2])}", f"double templateEndTime = {self.random.choice([3, 4])}",
                          f"double templateStride = {self.random.choice([1, 2, 0.5])}"]
                if self.chance(0.4):
                    lines.append(f"double templateActiveOffset = {self.random.choice([0.5, -0.5, 1])}")
                for frame in range(1, 5):
                    if self.chance(0.7):
                        self.files.setdefault(f"tclip.{frame}.usda", None)
                        self.files.setdefault(f"tclip.0{frame}.usda", None)
            else:
                lines.append("asset[] assetPaths = [" + ", ".join(f"@./{file}@" for file in files) + "]")
                starts = sorted(self.random.sample([-1, 0, 2, 4, 6, 9], count))
                lines.append("double2[] active = [" + ", ".join(f"({start}, {self.random.randrange(count)})" for start in starts) + "]")
                if self.chance(0.6):
                    pairs, when = [], self.random.choice([0, -2])
                    for _ in range(self.random.randint(1, 4)):
                        pairs.append((when, self.random.choice([0, 1, 2.5, 5, 10, when])))
                        when += self.random.choice([0, 1, 2, 5]) if len(pairs) < 2 or pairs[-1][0] != pairs[-2][0] else 2
                    lines.append("double2[] times = [" + ", ".join(f"({a}, {b})" for a, b in pairs) + "]")
            if self.chance(0.5):
                self.files.setdefault("manifest.usda", None)
                lines.append("asset manifestAssetPath = @./manifest.usda@")
            if self.chance(0.3):
                lines.append(f"bool interpolateMissingClipValues = {self.random.choice(['true', 'false'])}")
            if self.chance(0.1):
                lines.pop(self.random.randrange(len(lines)))
            sets += [f"dictionary {name} = {{", *indent(lines), "}"]
        out = ["clips = {", *indent(sets), "}"]
        if self.chance(0.2):
            out.append('clipSets = ["b", "default"]')
        return out

    def arcs(self, inside):
        out = []
        if self.chance(0.35):
            out.append(f"prepend references = @./ref.usda@</R>{self.offset()}")
        if self.chance(0.2):
            out.append(f"append payload = @./pay.usda@</P>{self.offset()}")
        if self.chance(0.25):
            out.append("prepend inherits = </_K>")
        if self.chance(0.15):
            out.append("append specializes = </_S>")
        if self.chance(0.15):
            out.append("instanceable = true")
        if self.with_clips and self.chance(0.3 if inside else 0.2):
            out += self.clips()
        return out

    def prim(self, specifier, name, children=(), arcs=True, variants=False):
        meta = self.arcs(bool(children)) if arcs else []
        body = self.attributes()
        for child in children:
            body += self.prim(specifier if specifier != "class" else "def", child, arcs=arcs and self.chance(0.4))
        if variants and self.chance(0.4):
            meta += ['prepend variantSets = "v"', "variants = {", *indent([f'string v = "{self.random.choice("xy")}"']), "}"]
            inside = []
            for variant in "xy":
                inside += [f'"{variant}" {{', *indent(self.attributes()), "}"]
            body += ['variantSet "v" = {', *indent(inside), "}"]
        head = [f'{specifier} "{name}" (', *indent(meta), ")"] if meta else [f'{specifier} "{name}"']
        return [*head, "{", *indent(body), "}"]

    def head(self, sublayers=()):
        lines = []
        if sublayers:
            lines += ["subLayers = [", *indent([f"@./{name}@{self.offset()}," for name in sublayers]), "]"]
        if self.chance(0.3):
            lines.append(f"timeCodesPerSecond = {self.random.choice([24, 48, 12])}")
        if self.chance(0.1):
            lines.append(f"framesPerSecond = {self.random.choice([24, 48])}")
        if self.chance(0.5):
            lines += ["expressionVariables = {", '    string NAME = "tex"', "}"]
        return ["(", *indent(lines), ")"] if lines else []

    def clip_layer(self):
        # Clips that hold edits, which no scene does, are left out: what they apply to is told nowhere.
        self.edits = False

        def body():
            out = []
            for name, kind in self.types.items():
                if self.chance(0.6):
                    first, *rest = self.samples(kind)
                    out += [f"{kind} {name}.timeSamples = {first}", *rest]
            return out
        lines = ['over "C"', "{", *indent(body()), *indent(['over "B"', "{", *indent(body()), "}"]), "}"]
        self.edits = True
        return lines

    def manifest(self):
        def body():
            return [f"{'uniform ' if self.chance(0.05) else ''}{kind} {name}" +
                    (f" = {self.literal(kind)}" if self.chance(0.3) and not kind.endswith('[]') else "")
                    for name, kind in self.types.items() if self.chance(0.8)]
        return ['over "C"', "{", *indent(body()), *indent(['over "B"', "{", *indent(body()), "}"]), "}"]

    def make(self):
        """File names and their text; root.usda is the root, session.usda its session."""
        layers = {
            "root.usda": [*self.head(["sub.usda"]), *self.prim("def", "A", ["B"], variants=True), *self.prim("class", "_K", ["B"], arcs=False),
                          *self.prim("class", "_S", ["B"], arcs=False), *self.prim("def", "X", ["B"]), *self.prim("def", "Y", ["B"])],
            "session.usda": [*self.prim("over", "A", ["B"], arcs=False)],
            "sub.usda": [*self.head(), *self.prim("over", "A", ["B"]), *self.prim("over", "_K", arcs=False)],
            "ref.usda": [*self.head(), *self.prim("def", "R", ["B"], arcs=False, variants=True), *self.prim("class", "_K", arcs=False)],
            "pay.usda": [*self.head(), *self.prim("def", "P", ["B"], arcs=False)],
        }
        if self.with_clips and self.chance(0.3):
            layers["ref.usda"] = [*self.head(), 'def "R" (', *indent(self.clips()), ")", "{", *indent(self.attributes()),
                                  *indent(self.prim("def", "B", arcs=False)), "}"]
        for name in list(self.files):
            layers[name] = self.manifest() if name == "manifest.usda" else self.clip_layer()
        return {name: "#usda 1.4\n" + "\n".join(lines) + "\n" for name, lines in layers.items()}
