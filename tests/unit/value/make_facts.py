"""Writes facts.json: what usd-core answers about value types, interpolation and splines. Run with a Python that has pxr."""
import json
import math
import os
import random

from pxr import Gf, Sdf, Ts, Usd, Vt

SEED = 7


def plain(value):
    """A value as JSON: numbers, and lists of them (matrices row by row, quaternions real first)."""
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$f": str(value)}
    if hasattr(value, "imaginary"):
        return [value.real, *value.imaginary]
    if hasattr(value, "dimension") and isinstance(value.dimension, tuple):
        return [element for row in value for element in row]
    if isinstance(value, (Sdf.AssetPath, Sdf.PathExpression)):
        return ""
    if isinstance(value, Sdf.OpaqueValue):
        return None
    if hasattr(value, "__len__"):
        return [plain(value[i]) for i in range(len(value))]
    return float(value)


def value_types():
    names = [getattr(Sdf.ValueTypeNames, name) for name in dir(Sdf.ValueTypeNames) if name != "Find"]
    names = [name for name in names if isinstance(name, Sdf.ValueTypeName)]
    for old in ("Transform", "PointIndex", "EdgeIndex", "FaceIndex"):
        names += [Sdf.ValueTypeNames.Find(old), Sdf.ValueTypeNames.Find(old + "[]")]
    rows = []
    for name in names:
        primary, *aliases = name.aliasesAsStrings
        rows.append({
            "name": primary, "aliases": aliases, "role": name.role, "isArray": name.isArray,
            "scalar": str(name.scalarType), "array": str(name.arrayType) if name.arrayType else None,
            "default": plain(name.defaultValue)})
    return sorted(rows, key=lambda row: row["name"])


def random_like(rng, default):
    number = lambda: rng.uniform(-1, 1) * 10 ** rng.randint(-3, 3)
    kind = type(default)
    if kind is float:
        return number()
    if hasattr(default, "imaginary"):
        return kind(rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(-1, 1), rng.uniform(-1, 1))
    if kind.__name__.startswith("Matrix"):
        return kind(*(number() for _ in range(default.dimension[0] ** 2)))
    if kind.__name__.startswith("Vec"):
        return kind(*(number() for _ in range(len(default))))
    return kind(number())


def interpolation():
    """Values of attributes between samples at 0 and 1."""
    rng = random.Random(SEED)
    stage = Usd.Stage.CreateInMemory()
    prim = stage.DefinePrim("/P")
    rows = []
    types = ["half", "float", "double", "timecode", "duration", "quath", "quatf", "quatd", "matrix2d", "matrix3d", "matrix4d"]
    types += [f"{kind}{size}" for kind in ("half", "float", "double") for size in (2, 3, 4)]
    for name in types:
        value_type = Sdf.ValueTypeNames.Find(name)
        attribute = prim.CreateAttribute("x_" + name, value_type)
        for _ in range(20):
            a, b = random_like(rng, value_type.defaultValue), random_like(rng, value_type.defaultValue)
            u = rng.random()
            attribute.Clear()
            attribute.Set(a, 0)
            attribute.Set(b, 1)
            rows.append([name, plain(attribute.Get(0.0)), plain(attribute.Get(1.0)), u, plain(attribute.Get(u))])
    return rows


def spline_text(rng):
    """A random spline whose tangents are short enough to be taken as they are."""
    extrapolation = lambda: rng.choice(["none", "held", "linear", "sloped(1.5)", "loop repeat", "loop reset", "loop oscillate"])
    curve = rng.choice(["bezier", "hermite"])
    parts = [curve, f"pre: {extrapolation()}", f"post: {extrapolation()}"]
    number = lambda: round(rng.uniform(-5, 5), 2)
    times = sorted(rng.sample(range(-6, 20), rng.randint(1, 6)))
    if len(times) > 2 and rng.random() < 0.3:
        first = rng.randrange(len(times) - 1)
        parts.append(f"loop: ({times[first]}, {times[first] + rng.randint(1, 5)}, {rng.randint(0, 2)}, {rng.randint(0, 3)}, {number()})")
    width = lambda: round(rng.uniform(0, 0.4), 2)
    tangent = (lambda: f"({width()}, {number()})") if curve == "bezier" else (lambda: f"({number()})")
    for time in times:
        value = f"{number()} & {number()}" if rng.random() < 0.2 else f"{number()}"
        kind = rng.choice(["held", "linear", "curve", "curve", "none" if rng.random() < 0.2 else "curve"])
        post = f"post {kind} {tangent()}" if kind == "curve" else f"post {kind}"
        parts.append(f"{time}: {value}; pre {tangent()}; {post}")
    return ", ".join(parts) + ","


INTERPOLATIONS = {Ts.InterpValueBlock: "none", Ts.InterpHeld: "held", Ts.InterpLinear: "linear", Ts.InterpCurve: "curve"}
EXTRAPOLATIONS = {Ts.ExtrapValueBlock: "none", Ts.ExtrapHeld: "held", Ts.ExtrapLinear: "linear", Ts.ExtrapSloped: "sloped",
                  Ts.ExtrapLoopRepeat: "repeat", Ts.ExtrapLoopReset: "reset", Ts.ExtrapLoopOscillate: "oscillate"}


def splines():
    rng = random.Random(SEED)
    rows = []
    for _ in range(70):
        text = spline_text(rng)
        layer = Sdf.Layer.CreateAnonymous(".usda")
        layer.ImportFromString('#usda 1.1\ndef "A" {\n double x.spline = { %s }\n}' % text)
        spline = layer.GetAttributeAtPath("/A.x").GetSpline()
        knots = []
        for knot in spline.GetKnots().values():
            knots.append({
                "time": knot.GetTime(), "value": knot.GetValue(), "preValue": knot.GetPreValue() if knot.IsDualValued() else None,
                "interp": INTERPOLATIONS[knot.GetNextInterpolation()],
                "pre": [knot.GetPreTanWidth(), knot.GetPreTanSlope()], "post": [knot.GetPostTanWidth(), knot.GetPostTanSlope()]})
        loop = spline.GetInnerLoopParams() if spline.HasInnerLoops() else None
        pre, post = spline.GetPreExtrapolation(), spline.GetPostExtrapolation()
        rows.append({
            "text": text, "curve": "hermite" if spline.GetCurveType() == Ts.CurveTypeHermite else "bezier", "knots": knots,
            "pre": [EXTRAPOLATIONS[pre.mode], pre.slope], "post": [EXTRAPOLATIONS[post.mode], post.slope],
            "loop": [loop.protoStart, loop.protoEnd, loop.numPreLoops, loop.numPostLoops, loop.valueOffset] if loop else None,
            "eval": [[step / 4, spline.Eval(step / 4)] for step in range(-120, 160, 7)]})
    return rows


def main():
    facts = {"valueTypes": value_types(), "interpolation": interpolation(), "splines": splines()}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "facts.json"), "w", encoding="utf-8") as out:
        out.write("{\n")
        for i, (key, rows) in enumerate(facts.items()):
            out.write(f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]" + (",\n" if i < len(facts) - 1 else "\n"))
        out.write("}\n")


if __name__ == "__main__":
    main()
