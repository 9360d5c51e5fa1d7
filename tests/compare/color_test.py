#!/usr/bin/env python3
"""Colour spaces and conversions are those of usd-core: each pair of built-in spaces over a grid of colours, custom spaces, black bodies.

The program strata_answer is asked; usd-core computes in single precision, so answers are compared to five digits.
"""
import json
import os
import subprocess
import sys

from pxr import Gf

COLORS = [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.18, 0.18, 0.18), (0.5, 0.2, 0.9), (1.0, 1.0, 1.0), (0.003, 0.04, 0.02), (2.0, 1.5, 0.25),
          (-0.1, 0.5, 0.2)]
CUSTOM = [((0.7, 0.3), (0.2, 0.7), (0.14, 0.05), (0.3457, 0.3585), 2.2, 0.0), ((0.64, 0.33), (0.3, 0.6), (0.15, 0.06), (0.3127, 0.329), 2.4, 0.055)]


def close(a, b):
    # Curves are steep at black: what rounds to 1e-8 there shows as 5e-4.
    return all(abs(x - y) <= 2e-5 * max(1.0, abs(x), abs(y)) or max(abs(x), abs(y)) < 5e-4 for x, y in zip(a, b))


def main():
    names = sorted({getattr(Gf.ColorSpaceNames, name) for name in dir(Gf.ColorSpaceNames) if not name.startswith("_")})
    spaces = [(name, Gf.ColorSpace(name), {"name": name}) for name in names]
    for number, (red, green, blue, white, gamma, bias) in enumerate(CUSTOM):
        spaces.append((f"custom{number}", Gf.ColorSpace(f"custom{number}", Gf.Vec2f(red), Gf.Vec2f(green), Gf.Vec2f(blue), Gf.Vec2f(white), gamma, bias),
                       {"primaries": [red, green, blue, white], "gamma": gamma, "bias": bias}))
    questions, expected = [], []
    for source_name, source, source_json in spaces:
        for target_name, target, target_json in spaces:
            questions.append({"kind": "color", "from": source_json, "to": target_json, "colors": COLORS})
            expected.append((f"{source_name} to {target_name}", [list(target.Convert(source, Gf.Vec3f(color)).GetRGB()) for color in COLORS]))
    for kelvin in (1700, 2000, 2500, 3500, 4500, 6500, 9000, 20000):
        color = Gf.Color()
        color.SetFromPlanckianLocus(kelvin, 1.5)
        questions.append({"kind": "color", "kelvin": kelvin, "luminance": 1.5})
        expected.append((f"{kelvin} K", [list(color.GetRGB())]))
    done = subprocess.run([os.environ["STRATA_ANSWER"]], input="".join(json.dumps(one) + "\n" for one in questions), capture_output=True, text=True,
                          timeout=60)
    wrong = 0
    lines = done.stdout.splitlines()
    for (title, colors), line in zip(expected, lines):
        answer = json.loads(line).get("answer")
        if not answer or not all(close(a, b) for a, b in zip(colors, answer)):
            wrong += 1
            if wrong < 10:
                print(f"{title}: expected {colors}, answered {answer or line}")
    print(f"{len(lines) - wrong} of {len(expected)} conversions are as usd-core has them")
    return 1 if wrong or len(lines) != len(expected) else 0


if __name__ == "__main__":
    sys.exit(main())
