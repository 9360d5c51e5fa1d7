"""Run by wheel_test.py in an empty environment that has the wheel and nothing else: the modules, the command, scripts."""
import importlib
import json
import pathlib
import pkgutil
import re
import subprocess
import sys

SHOT = "shot/shot.usda"
CLIP = """#usda 1.0
(
    endTimeCode = {last}
    startTimeCode = {first}
)
def Points "Dust"
{{
    float[] widths.timeSamples = {{ {first}: [1, 2], {last}: [3, 4] }}
}}
"""
SCRIPT = """
import sys
from pxr import Sdf, Usd, UsdGeom
import pxr
stage = Usd.Stage.CreateNew(sys.argv[1])
UsdGeom.Cube.Define(stage, "/Box").CreateSizeAttr(3.0)
stage.GetRootLayer().Save()
stage = Usd.Stage.Open(sys.argv[1])
print(pxr.__name__, stage.GetAttributeAtPath("/Box.size").Get())
"""


def strata(*arguments, expect=0):
    """What the command prints; `expect` is its exit code."""
    done = subprocess.run(["strata", *arguments], capture_output=True, text=True)
    assert done.returncode == expect, f"strata {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def use_modules():
    package = importlib.import_module("strata")
    where = pathlib.Path(package.__file__).resolve()
    assert where.is_relative_to(pathlib.Path(sys.prefix).resolve()), f"strata comes from {where}"
    names = [found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("_")]
    assert {"Sdf", "Usd", "UsdGeom", "as_pxr"} <= set(names), names
    for name in names:
        importlib.import_module(f"strata.{name}")
    print(f"strata {package.__version__}: {len(names)} modules")


def use_commands():
    for number in (1, 2):
        first = 10 * number
        pathlib.Path(f"dust.{number}.usda").write_text(CLIP.format(first=first, last=first + 5))
    pathlib.Path("box.usda").write_text('#usda 1.0\ndef Xform "Box"\n{\n    def Cube "Lid" {}\n}\n')
    root = strata("tree", "--json", SHOT)
    prim = json.loads(root)["answer"][0]["path"]
    answers = {
        "tree": (SHOT,),
        "why": (SHOT, prim),
        "graph": (SHOT, prim, "--format", "text"),
        "squash": (SHOT, "-o", "squashed.usda"),
        "sample": (SHOT, "--times", "1:3", "-o", "sampled.usda"),
        "flatten": (SHOT, "-o", "flat.usda"),
        "cat": (SHOT,),
        "stat": (SHOT,),
        "deps": (SHOT,),
        "pack": ("box.usda", "-o", "box.usdz"),
        "unpack": ("box.usdz", "-o", "unpacked"),
        "stitch": ("dust.1.usda", "dust.2.usda", "-o", "dust.usda"),
        "stitchclips": ("dust.1.usda", "dust.2.usda", "-o", "clips.usda", "--clip-path", "/Dust"),
        "mv": ("box.usda", "/Box/Lid", "/Box/Cover"),
        "rm": ("box.usda", "/Box/Cover"),
        "localize": (SHOT, "-o", "delivery"),
        "check": ("--only", "strata", "box.usda"),
        "metrics": (SHOT,),
        "scene": ("dump", "box.usda"),
        "compute": ("box.usda", "/Box"),
        "assemble": (SHOT,),
        "schema": ("Sphere",),
        "completions": ("bash",),
    }
    listed = strata("--help").split("Subcommands:")[1].split("Examples:")[0]
    commands = re.findall(r"^  (\w+) ", listed, re.MULTILINE)
    assert set(answers) <= set(commands), f"gone: {set(answers) - set(commands)}"
    for command in commands:
        strata(command, "--help")
        if command in answers:
            strata(command, *answers[command])
        else:
            print(f"strata {command}: its help alone is tried")
    for made in ("flat.usda", "squashed.usda", "sampled.usda", "box.usdz", "unpacked", "dust.usda", "clips.usda", "delivery"):
        assert pathlib.Path(made).exists(), f"{made} was not made"
    assert "Cover" not in pathlib.Path("box.usda").read_text()
    strata("tree", "not-there.usda", expect=3)
    assert re.fullmatch(r"\S+( \S+)*", strata("--version").strip())
    print(f"strata: {len(commands)} subcommands")


def use_scripts():
    pathlib.Path("script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "-m", "strata.as_pxr", "script.py", "made.usdc"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "strata 3.0\n", done.stdout
    print("strata.as_pxr: runs a script")


if __name__ == "__main__":
    use_modules()
    use_commands()
    use_scripts()
