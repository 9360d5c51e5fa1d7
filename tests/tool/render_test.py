#!/usr/bin/env python3
"""`strata render` as people use it: what is covered, lit and coloured, what moves, and what bad input does.

    render_test.py TOOL
"""
import sys
from pathlib import Path

from pictures import Picture, Tool

HEAD = "#usda 1.0\n(\n    upAxis = \"Y\"\n    startTimeCode = 1\n    endTimeCode = 3\n)\n"
CAMERA = """
def Camera "Cam"
{
    token projection = "orthographic"
    float horizontalAperture = 100
    float verticalAperture = 100
    float2 clippingRange = (0.1, 1000)
    double3 xformOp:translate = (0, 0, 50)
    uniform token[] xformOpOrder = ["xformOp:translate"]
}
"""  # sees ten units across, from -5 to 5
CUBE = """
def Cube "Cube"
{
    double size = 2
    color3f[] primvars:displayColor = [(1, 0, 0)]
    double3 xformOp:translate.timeSamples = { 1: (-3, 0, 0), 3: (3, 0, 0) }
    uniform token[] xformOpOrder = ["xformOp:translate"]
}
"""


def draw(tool, text, *arguments, name="scene", code=0, size=40):
    scene = tool.write(f"{name}.usda", text)
    picture = tool.folder / f"{name}.png"
    done = tool.run("render", scene, picture, "--width", size, "--height", size, *arguments, code=code)
    return Picture(picture) if done.returncode == 0 else done


def covered_box(picture):
    covered = picture.covered()
    if not covered:
        return None
    xs, ys = [x for x, _ in covered], [y for _, y in covered]
    return min(xs), min(ys), max(xs), max(ys)


def the_object_covers_its_pixels_and_moves_with_time(tool):
    # Four pixels a unit: from -4 to -2 units across is from pixel 4 to 11.
    assert covered_box(draw(tool, HEAD + CAMERA + CUBE)) == (4, 16, 11, 23)
    assert covered_box(draw(tool, HEAD + CAMERA + CUBE, "--time", 2)) == (16, 16, 23, 23)
    assert covered_box(draw(tool, HEAD + CAMERA + CUBE, "--time", 3)) == (28, 16, 35, 23)


def the_colour_is_the_prims_and_then_its_materials(tool):
    red, green, blue, alpha = draw(tool, HEAD + CAMERA + CUBE, "--time", 2)[20, 20]
    assert alpha == 255 and red > 150 and green < 100 and blue < 100, (red, green, blue)
    material = """
def Material "M"
{
    token outputs:surface.connect = </M/P.outputs:surface>
    def Shader "P"
    {
        uniform token info:id = "UsdPreviewSurface"
        color3f inputs:diffuseColor = (0, 0, 0)
        color3f inputs:emissiveColor = (0, 0, 1)
        token outputs:surface
    }
}
def Cube "Lamp" (prepend apiSchemas = ["MaterialBindingAPI"])
{
    rel material:binding = </M>
}
"""
    red, green, blue, _ = draw(tool, HEAD + CAMERA + CUBE + material, "--time", 1)[20, 20]
    assert blue == 255 and red < 130 and green < 130, (red, green, blue)


def instances_are_drawn_where_they_are_placed(tool):
    text = HEAD + CAMERA + """
def PointInstancer "Many"
{
    rel prototypes = </Many/P>
    int[] protoIndices = [0, 0, 0, 0]
    point3f[] positions = [(-4, -4, 0), (4, -4, 0), (-4, 4, 0), (4, 4, 0)]
    int64[] invisibleIds = [3]
    def Xform "P"
    {
        def Xform "Inner" (instanceable = true
            references = </Shape>)
        {
        }
    }
}
class Xform "Shape"
{
    def Sphere "Ball"
    {
        double radius = 0.9
    }
}
"""
    covered = draw(tool, text).covered()
    for x, y, is_there in ((4, 35, True), (35, 35, True), (4, 4, True), (35, 4, False), (20, 20, False)):
        assert ((x, y) in covered) == is_there, (x, y)


def curves_and_points_are_drawn(tool):
    text = HEAD + CAMERA + """
def BasisCurves "Line"
{
    uniform token type = "linear"
    int[] curveVertexCounts = [2]
    point3f[] points = [(-4, 3, 0), (4, 3, 0)]
    float[] widths = [0.5] (interpolation = "constant")
}
def Points "Dots"
{
    point3f[] points = [(0, -3, 0), (nan, 0, 0)]
    float[] widths = [1, 1]
}
"""
    covered = draw(tool, text).covered()
    assert (6, 8) in covered and (34, 8) in covered and (20, 31) in covered and (20, 20) not in covered


def light_comes_from_where_lights_are(tool):
    text = HEAD + CAMERA + """
def Sphere "Ball"
{
    double radius = 4
}
def DistantLight "Sun"
{
    float inputs:intensity = 50000
    float3 xformOp:rotateXYZ = (0, -70, 0)
    uniform token[] xformOpOrder = ["xformOp:rotateXYZ"]
}
"""
    picture = draw(tool, text, "--samples", 32)
    assert sum(picture[8, 20][:3]) > 200 + sum(picture[31, 20][:3]), (picture[8, 20], picture[31, 20])
    # What stands between a floor and the light keeps it dark.
    floor = """
def Mesh "Floor"
{
    int[] faceVertexCounts = [4]
    int[] faceVertexIndices = [0, 1, 2, 3]
    point3f[] points = [(-5, -5, 0), (5, -5, 0), (5, 5, 0), (-5, 5, 0)]
    uniform token subdivisionScheme = "none"
}
def Cube "Shade"
{
    double size = 2
    double3 xformOp:translate = (-3, 0, 3)
    uniform token[] xformOpOrder = ["xformOp:translate"]
}
def DistantLight "Sun"
{
    float3 xformOp:rotateXYZ = (0, -45, 0)
    uniform token[] xformOpOrder = ["xformOp:rotateXYZ"]
}
"""
    picture = draw(tool, HEAD + CAMERA + floor, "--samples", 16, "--setting", "bounces=0")
    assert sum(picture[20, 20][:3]) < 60 < sum(picture[20, 4][:3]), (picture[20, 20], picture[20, 4])


def the_same_input_gives_the_same_picture(tool):
    first = draw(tool, HEAD + CAMERA + CUBE, "--threads", 1, name="one")
    second = draw(tool, HEAD + CAMERA + CUBE, "--threads", 4, name="two")
    assert first.rows == second.rows


def without_a_camera_all_is_seen(tool):
    box = covered_box(draw(tool, HEAD + CUBE, size=64))
    assert box and min(box) > 0 and max(box) < 63 and box[2] - box[0] > 20, box


def the_example_shot_looks_as_it_did(tool):
    """Up to what processors make of the last bits: few pixels differ, and none by much of the whole."""
    shot, here = Path(__file__).resolve().parents[2] / "examples" / "shot" / "shot.usda", Path(__file__).resolve().parent
    out = tool.folder / "trawler.png"
    tool.run("render", shot, out, "--scope", "/Harbour/Boats/Trawler", "--headlight", "--width", 128)
    now, expected = Picture(out), Picture(here / "expected" / "trawler.png")
    assert (now.width, now.height) == (expected.width, expected.height) == (128, 96)
    apart = [max(abs(a - b) for a, b in zip(one, other)) for one, other in zip(now.pixels(), expected.pixels())]
    assert sum(apart) / len(apart) < 0.5 and sum(each > 24 for each in apart) < len(apart) / 200, (sum(apart) / len(apart), max(apart))
    assert len(expected.covered()) > 700


def progress_is_told(tool):
    scene = tool.write("progress.usda", HEAD + CUBE)
    done = tool.run("render", scene, tool.folder / "p.png", "--width", 64, "--progress")
    assert "rendering: 0 %" in done.stderr and "rendering: 100 %" in done.stderr, done.stderr


def bad_input_draws_what_it_can(tool):
    mesh = 'def Mesh "M"\n{{\n    int[] faceVertexCounts = {}\n    int[] faceVertexIndices = {}\n    point3f[] points = {}\n}}\n'
    bad = [
        mesh.format("[3]", "[0, 1, 2]", "[(nan, 0, 0), (inf, 0, 0), (0, 1, 0)]"),
        mesh.format("[3]", "[0, 1, 999999]", "[(0, 0, 0), (1, 0, 0), (0, 1, 0)]"),
        mesh.format("[2147483647]", "[0]", "[(0, 0, 0)]"),
        mesh.format("[-3, 3]", "[0, 1, 2]", "[(0, 0, 0), (1, 0, 0), (0, 1, 0)]"),
        mesh.format("[3]", "[0, 1, 2]", "[(1e38, 0, 0), (0, 1e38, 0), (-1e38, 0, 0)]"),
        mesh.format("[3]", "[0, 0, 0]", "[(0, 0, 0)]"),
        'def PointInstancer "I"\n{\n    rel prototypes = </I>\n    int[] protoIndices = [0, -5, 2147483647]\n}\n',
        'def PointInstancer "I"\n{\n    rel prototypes = </I/C>\n    int[] protoIndices = [0, 0]\n'
        '    point3f[] positions = [(nan, 0, 0)]\n    def Cube "C"\n    {\n    }\n}\n',
        'def BasisCurves "B"\n{\n    int[] curveVertexCounts = [3, 99]\n    point3f[] points = [(0, 0, 0), (nan, 1, 1)]\n}\n',
        'def Sphere "S"\n{\n    double radius = nan\n}\n',
        'def Cube "S"\n{\n    matrix4d xformOp:transform = ( (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0) )\n'
        '    uniform token[] xformOpOrder = ["xformOp:transform"]\n}\n',
        'def SphereLight "L"\n{\n    float inputs:intensity = inf\n    float inputs:radius = -1\n}\ndef Cube "C"\n{\n}\n',
        'def Camera "Z"\n{\n    float focalLength = 0\n    float horizontalAperture = 0\n    float verticalAperture = nan\n'
        '    float2 clippingRange = (9, 1)\n    matrix4d xformOp:transform = ( (0, 0, 0, 0), (0, 0, 0, 0), (0, 0, 0, 0), '
        '(nan, 0, 0, 1) )\n    uniform token[] xformOpOrder = ["xformOp:transform"]\n}\ndef Cube "C"\n{\n}\n',
        "",
    ]
    for number, text in enumerate(bad):
        draw(tool, HEAD + text, name=f"bad{number}")
    assert "render.geometry-bad" in tool.run("render", tool.folder / "bad1.usda", tool.folder / "x.png").stderr


def what_cannot_be_done_is_said(tool):
    scene = tool.write("said.usda", HEAD + CAMERA + CUBE)
    out = tool.folder / "said.png"
    assert "/Cam" in tool.run("render", scene, out, "--camera", "/Nowhere", code=1).stderr
    assert "samples" in tool.run("render", scene, out, "--setting", "sharpness=3", code=1).stderr
    assert "embree" in tool.run("render", scene, out, "--renderer", "storm", code=1).stderr
    tool.run("render", scene, tool.folder / "no" / "such" / "folder.png", code=1)
    tool.run("render", scene, out, "--width", 0, code=2)
    assert not out.exists()


def main():
    tool = Tool(sys.argv[1])
    scene = tool.write("probe.usda", HEAD + CUBE)
    probe = tool.run("render", scene, tool.folder / "probe.png", "--width", 8, code=None)
    if "has no renderer" in probe.stderr:
        assert "libembree-dev" in probe.stderr, probe.stderr
        print("SKIPPED: this build has no renderer; on Debian: apt-get install libembree-dev libpng-dev")
        return 77
    for test in (the_object_covers_its_pixels_and_moves_with_time, the_colour_is_the_prims_and_then_its_materials,
                 instances_are_drawn_where_they_are_placed, curves_and_points_are_drawn, light_comes_from_where_lights_are,
                 the_same_input_gives_the_same_picture, without_a_camera_all_is_seen, the_example_shot_looks_as_it_did, progress_is_told,
                 bad_input_draws_what_it_can, what_cannot_be_done_is_said):
        test(tool)
        print("ok:", test.__name__.replace("_", " "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
