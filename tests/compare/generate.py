"""Random layers, made through usd-core from a seed: every value type, every kind of field, names in several scripts."""
import random

from pxr import Gf, Sdf, Ts, Vt

NAMES = ["World", "Set", "Été", "a", "_b", "Mesh_01", "light", "名前", "C3", "def", "ñandú", "x10"]
TEXTS = ["plain", "with space", 'a "quote"', "it's", "back\\slash", "tab\there", "línea", "two\nlines", "", "'both' \"kinds\"", '"""', "名", "a\rb", "\x01"]
TYPES = sorted({str(getattr(Sdf.ValueTypeNames, name)) for name in dir(Sdf.ValueTypeNames)
                if isinstance(getattr(Sdf.ValueTypeNames, name), Sdf.ValueTypeName)} - {""})
EDITABLE = {"int": Vt.IntArrayEditBuilder, "float": Vt.FloatArrayEditBuilder, "string": Vt.StringArrayEditBuilder,
            "double3": Vt.Vec3dArrayEditBuilder, "token": Vt.TokenArrayEditBuilder}
CHILD_TEXT = """
def "Typed" (
    {meta}
)
{{
    {body}
}}
"""


class Maker:
    """Writes one random layer."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.chance = lambda part: self.random.random() < part

    # -- values ---------------------------------------------------------------------------------------------

    def number(self):
        choice = self.random.random()
        if choice < 0.3:
            return float(self.random.randint(-1000, 1000))
        if choice < 0.34:
            return self.random.choice([0.0, -0.0, float("inf"), float("-inf"), 1e-310, 1e300, 0.1, 123456789.0, 1e15, 1e16, 1e17])
        return self.random.uniform(-1, 1) * 10 ** self.random.randint(-12, 12)

    def text(self):
        return self.random.choice(TEXTS)

    def scalar(self, value_type):
        """A random value of the type, or None when it has no literal."""
        default = value_type.scalarType.defaultValue
        kind = type(default)
        if kind is bool:
            return self.chance(0.5)
        if kind is int:
            return self.random.randint(0, 200) if "u" in str(value_type) else self.random.randint(-(2 ** 31), 2 ** 31 - 1)
        if kind is float:
            return self.number()
        if kind is str:
            return self.text()
        if kind is Sdf.AssetPath:
            return Sdf.AssetPath(self.random.choice(["", "a.usda", "./dir/b c.png", "pack.usdz[x.usd]", "a@b", "é.png", "`${V}.usd`"]))
        if kind is Sdf.PathExpression:
            return Sdf.PathExpression(self.random.choice(["/World//", "//Mesh* - /World/a", "", "%_ + /a", "/a{isa:Mesh} & ~/b"]))
        if kind.__name__ in ("TimeCode", "Duration"):
            return kind(self.random.randint(-200, 200) / 4)
        if kind.__name__.startswith("Vec"):
            whole = kind.__name__.endswith("i")
            return kind(*(self.random.randint(-9, 9) if whole else self.number() for _ in range(len(default))))
        if kind.__name__.startswith("Matrix"):
            return kind(*(self.number() for _ in range(default.dimension[0] ** 2)))
        if kind.__name__.startswith("Quat"):
            return kind(self.number(), self.number(), self.number(), self.number())
        return None

    def value(self, value_type):
        if not value_type.isArray:
            return self.scalar(value_type)
        elements = [self.scalar(value_type) for _ in range(self.random.randint(0, 4))]
        if None in elements:
            return None
        array = type(value_type.defaultValue)
        return array(elements) if elements else array()

    def dictionary(self, depth=2):
        out = {}
        for _ in range(self.random.randint(0, 3)):
            key = self.random.choice(["a", "key two", "ñ", "x:y", "def", "nested"])
            if depth and self.chance(0.3):
                out[key] = self.dictionary(depth - 1)
            else:
                value = self.value(Sdf.ValueTypeNames.Find(self.random.choice(TYPES)))
                if value is not None:
                    out[key] = value
        return out

    def array_edit(self, element):
        value_type = Sdf.ValueTypeNames.Find(element)
        edit = EDITABLE[element]()
        for _ in range(self.random.randint(1, 4)):
            index = self.random.randint(-3, 3)
            literal = self.scalar(value_type)
            step = self.random.randrange(9)
            if step == 0:
                edit.Append(literal)
            elif step == 1:
                edit.Prepend(literal)
            elif step == 2:
                edit.Write(literal, index)
            elif step == 3:
                edit.Insert(literal, index)
            elif step == 4:
                edit.EraseRef(index)
            elif step == 5:
                edit.MinSize(abs(index))
            elif step == 6:
                edit.MaxSize(abs(index))
            elif step == 7:
                edit.WriteRef(index, 0)
            else:
                edit.AppendRef(index)
        return edit.FinalizeAndReset()

    def spline(self, name):
        kind = {"double": "double", "float": "float", "half": "half"}[name]
        spline = Ts.Spline(kind)
        if self.chance(0.3):
            spline.SetCurveType(Ts.CurveTypeHermite)
        for time in sorted(self.random.sample(range(-10, 30), self.random.randint(0, 4))):
            knot = Ts.Knot(kind, spline.GetCurveType())
            knot.SetTime(time / 2)
            knot.SetValue(float(self.random.randint(-50, 50)) / 4)
            knot.SetNextInterpolation(self.random.choice([Ts.InterpHeld, Ts.InterpLinear, Ts.InterpCurve, Ts.InterpValueBlock]))
            if self.chance(0.3):
                knot.SetPreValue(float(self.random.randint(-5, 5)))
            if self.chance(0.6):
                knot.SetPreTanSlope(self.random.randint(-8, 8) / 4)
                knot.SetPostTanSlope(self.random.randint(-8, 8) / 4)
                if spline.GetCurveType() == Ts.CurveTypeBezier:
                    knot.SetPreTanWidth(self.random.randint(0, 8) / 4)
                    knot.SetPostTanWidth(self.random.randint(0, 8) / 4)
            if self.chance(0.2):
                knot.SetCustomData({"note": self.text()})
            spline.SetKnot(knot)
        for setter in (spline.SetPreExtrapolation, spline.SetPostExtrapolation):
            if self.chance(0.4):
                rule = Ts.Extrapolation(self.random.choice([Ts.ExtrapValueBlock, Ts.ExtrapLinear, Ts.ExtrapSloped, Ts.ExtrapLoopRepeat, Ts.ExtrapLoopReset, Ts.ExtrapLoopOscillate]))
                if rule.mode == Ts.ExtrapSloped:
                    rule.slope = self.random.randint(-8, 8) / 4
                setter(rule)
        return spline

    # -- list ops --------------------------------------------------------------------------------------------

    def edit_list(self, proxy, items, may_be_empty=True):
        """Gives a list editor a random op over the items."""
        def some():
            return self.random.sample(items, self.random.randint(0, min(3, len(items))))
        kind = self.random.randrange(4)
        if kind == 0:
            chosen = some()
            if chosen:
                proxy.explicitItems = chosen
            elif may_be_empty:
                proxy.ClearEditsAndMakeExplicit()
            return
        for name in ("prependedItems", "appendedItems", "deletedItems", "addedItems", "orderedItems"):
            chosen = some()
            if chosen and self.chance(0.35):
                setattr(proxy, name, chosen)

    # -- specs -----------------------------------------------------------------------------------------------

    def attribute(self, prim, name):
        value_type = Sdf.ValueTypeNames.Find(self.random.choice(TYPES))
        attribute = Sdf.AttributeSpec(prim, name, value_type, self.random.choice([Sdf.VariabilityVarying, Sdf.VariabilityUniform]))
        attribute.custom = self.chance(0.3)
        layer, value = attribute.layer, self.value(value_type)
        if value is not None and self.chance(0.8):
            attribute.default = value
        elif value is not None and self.chance(0.5):
            attribute.default = self.random.choice([Sdf.ValueBlock(), Sdf.AnimationBlock()])
        element = str(value_type)[:-2]
        if value_type.isArray and element in EDITABLE and self.chance(0.5):
            attribute.default = self.array_edit(element)
        if str(value_type) in ("double", "float", "half") and self.chance(0.4):
            attribute.SetSpline(self.spline(str(value_type)))
        if value is not None and self.chance(0.25):
            for _ in range(self.random.randint(1, 4)):
                layer.SetTimeSample(attribute.path, self.random.choice([float(self.random.randint(-5, 5)), self.number()]), self.value(value_type))
            if self.chance(0.3):
                layer.SetTimeSample(attribute.path, 7.25, Sdf.ValueBlock())
        self.metadata(attribute)
        if self.chance(0.1):
            attribute.SetInfo("colorSpace", self.text())
        if self.chance(0.1):
            attribute.allowedTokens = [self.text() for _ in range(self.random.randint(0, 3))]
        if self.chance(0.2):
            self.edit_list(attribute.connectionPathList, [Sdf.Path("/World.out"), Sdf.Path("/World/a.b:c"), Sdf.Path("/Été.x"), Sdf.Path("/World")],
                           may_be_empty=False)  # usd-core refuses "= None" here when an edit came before it in the text

    def relationship(self, prim, name):
        relationship = Sdf.RelationshipSpec(prim, name, self.chance(0.3), self.random.choice([Sdf.VariabilityVarying, Sdf.VariabilityUniform]))
        self.edit_list(relationship.targetPathList, [Sdf.Path("/World"), Sdf.Path("/Set.x:n0"), Sdf.Path("/名前/a"), Sdf.Path("/a.b[/c].d")],
                       may_be_empty=False)
        self.metadata(relationship)

    def metadata(self, spec):
        if self.chance(0.15):
            spec.documentation = self.text()
        if self.chance(0.15):
            spec.comment = self.text()
        if self.chance(0.2):
            spec.SetInfo("customData", self.dictionary())
        if self.chance(0.1):
            spec.hidden = self.chance(0.5)
        if self.chance(0.05):
            spec.displayGroup = self.text()
        if self.chance(0.05):
            spec.symmetryFunction = self.random.choice(["mirror", ""])
        if self.chance(0.05):
            spec.permission = Sdf.PermissionPrivate

    def properties(self, prim):
        for number in range(self.random.randint(0, 6)):
            name = f"{self.random.choice(['x', 'y:z', 'é', 'def', 'inputs:a'])}{self.random.choice(['', '_', ':n'])}{number}"
            self.relationship(prim, name) if self.chance(0.15) else self.attribute(prim, name)
        if self.chance(0.1):
            prim.propertyOrder = [f"x{number}" for number in range(self.random.randint(0, 3))]

    def offset(self):
        return Sdf.LayerOffset(self.random.choice([0, self.number(), 10]), self.random.choice([1, 2, 0.5, self.number()]))

    def arcs(self, prim):
        references = [Sdf.Reference("lib.usda", "/World", self.offset()), Sdf.Reference("", "/Set"), Sdf.Reference("", "/Set/a"),
                      Sdf.Reference("a b.usd"), Sdf.Reference("c.usda", "/名前", Sdf.LayerOffset(), {"note": self.text()}), Sdf.Reference("at@sign.usda")]
        if self.chance(0.2):
            self.edit_list(prim.referenceList, references)
        if self.chance(0.1):
            self.edit_list(prim.payloadList, [Sdf.Payload("heavy.usda"), Sdf.Payload("", "/Set", self.offset()), Sdf.Payload("x.usd", "/A")])
        if self.chance(0.15):
            self.edit_list(prim.inheritPathList, [Sdf.Path("/_class"), Sdf.Path("/World/a"), Sdf.Path("/é")])
        if self.chance(0.1):
            self.edit_list(prim.specializesList, [Sdf.Path("/Base"), Sdf.Path("/World")])
        if self.chance(0.1):
            op = Sdf.TokenListOp()
            op.prependedItems = self.random.sample(["A", "B:x", "CollectionAPI:lights"], 2)
            op.deletedItems = ["Z"] if self.chance(0.5) else []
            prim.SetInfo("apiSchemas", op)
        if self.chance(0.1):
            prim.kind = self.random.choice(["group", "", "my kind"])
        if self.chance(0.1):
            prim.instanceable = self.chance(0.5)
        if self.chance(0.1):
            prim.active = self.chance(0.5)
        if self.chance(0.1):
            prim.SetInfo("assetInfo", self.dictionary())
        if self.chance(0.05):
            prim.SetInfo("clips", {"default": {"assetPaths": Sdf.AssetPathArray([Sdf.AssetPath("a.usd")]), "active": Vt.Vec2dArray([(0, 0)])}})
        if self.chance(0.05):
            op = Sdf.StringListOp()
            op.appendedItems = ["one", "two"]
            prim.SetInfo("clipSets", op)

    def variants(self, prim, depth):
        for name in self.random.sample(["look", "größe", "v-1"], self.random.randint(1, 2)):
            if not Sdf.Path.IsValidIdentifier(name):
                continue
            variant_set = Sdf.VariantSetSpec(prim, name)
            for choice in self.random.sample(["red", "blue", "1", "a-b", "x|y", "été"], self.random.randint(1, 3)):
                inside = Sdf.VariantSpec(variant_set, choice).primSpec
                self.properties(inside)
                self.metadata(inside)
                self.arcs(inside)
                if depth and self.chance(0.4):
                    self.prims(inside, depth - 1)
                if depth and self.chance(0.2):
                    self.variants(inside, depth - 1)
            if self.chance(0.6):
                prim.variantSelections[name] = self.random.choice(["red", ""])
        # usd-core writes an explicit empty list of variant sets as text that it does not read.
        self.edit_list(prim.variantSetNameList, ["look", "größe", "other"], may_be_empty=False)

    def prims(self, parent, depth):
        for name in self.random.sample(NAMES, self.random.randint(1, 3)):
            prim = Sdf.PrimSpec(parent, name, self.random.choice([Sdf.SpecifierDef, Sdf.SpecifierOver, Sdf.SpecifierClass]),
                                self.random.choice(["", "Xform", "Scope", "Ünit"]))
            self.properties(prim)
            self.metadata(prim)
            self.arcs(prim)
            if depth and self.chance(0.3):
                self.variants(prim, depth - 1)
            if depth:
                self.prims(prim, depth - 1)
            if self.chance(0.1):
                prim.nameChildrenOrder = self.random.sample(NAMES, 2)

    def unregistered(self):
        """Fields that nobody registered cannot be made through usd-core; they come as text."""
        literals = ['"text"', "1", "-2.5", "[1, 2, 3]", "(1, 2)", "{\n        int a = 1\n    }", "[[1, 2], [3, 4]]", "None", "word", '"esc\\n\\"q\\""', "@asset@", "[]"]
        meta = [f"unknown{number} = {self.random.choice(literals)}" for number in range(self.random.randint(0, 3))]
        if self.chance(0.3):
            meta.append("prepend unknownList = [1, 2]")
        body = [f"foo{number} u{number} = {self.random.choice(['1', '2.5', 'None'])}" for number in range(self.random.randint(0, 2))]
        return CHILD_TEXT.format(meta="\n    ".join(meta), body="\n    ".join(body))

    def layer(self):
        layer = Sdf.Layer.CreateAnonymous(".usda")
        if self.chance(0.5):
            layer.ImportFromString("#usda 1.0\n" + self.unregistered())
        layer.documentation = self.text()
        if self.chance(0.5):
            layer.timeCodesPerSecond = 30
            layer.subLayerPaths = ["a.usda", "./b c.usda", "é@.usd"]
            layer.subLayerOffsets[1] = self.offset()
            layer.startTimeCode, layer.defaultPrim = self.number(), "World"
        if self.chance(0.3):
            layer.relocates = [(Sdf.Path("/World/a"), Sdf.Path("/World/b")), (Sdf.Path("/World/c"), Sdf.Path.emptyPath)]
        if self.chance(0.3):
            layer.pseudoRoot.SetInfo("customLayerData", self.dictionary())
            layer.pseudoRoot.SetInfo("expressionVariables", {"A": "x", "B": True, "C": Vt.StringArray(["p", "q"])})
        if self.chance(0.2):
            layer.comment = self.text()
        if self.chance(0.2):
            layer.rootPrimOrder = self.random.sample(NAMES, 2)
        self.prims(layer, 3)
        return layer
