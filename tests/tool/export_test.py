#!/usr/bin/env python3
"""`strata export`: what glTF files say of scenes, read back here, and by trimesh where that is installed.

    export_test.py TOOL
"""
import base64
import json
import math
import struct
import sys
import zlib
from pathlib import Path

from pictures import Tool

HEAD = "#usda 1.0\n(\n    upAxis = \"Z\"\n    metersPerUnit = 0.01\n    startTimeCode = 1\n    endTimeCode = 3\n    timeCodesPerSecond = 24\n)\n"
QUAD = """
    int[] faceVertexCounts = [4]
    int[] faceVertexIndices = [0, 1, 2, 3]
    point3f[] points = [(0, 0, 0), (100, 0, 0), (100, 100, 0), (0, 100, 0)]
    uniform token subdivisionScheme = "none"
"""
SIZES = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


class Gltf:
    """A file with its numbers, checked as it is read: every index leads somewhere, every node has one parent."""

    def __init__(self, path):
        data = Path(path).read_bytes()
        if data[:4] == b"glTF":
            version, size = struct.unpack("<II", data[4:12])
            assert version == 2 and size == len(data), (version, size, len(data))
            length, kind = struct.unpack("<I4s", data[12:20])
            assert kind == b"JSON"
            self.json, rest = json.loads(data[20:20 + length]), data[20 + length:]
            self.bytes = rest[8:8 + struct.unpack("<I", rest[:4])[0]] if rest else b""
        else:
            self.json = json.loads(data)
            buffers = self.json.get("buffers", [])
            self.bytes = base64.b64decode(buffers[0]["uri"].partition(",")[2]) if buffers else b""
        self.nodes, self.meshes = self.json.get("nodes", []), self.json.get("meshes", [])
        self.check()

    def check(self):
        for buffer in self.json.get("buffers", []):
            assert buffer["byteLength"] <= len(self.bytes)
        for view in self.json.get("bufferViews", []):
            assert view.get("byteOffset", 0) + view["byteLength"] <= len(self.bytes)
        for number in range(len(self.json.get("accessors", []))):
            values = self.read(number)
            for value in values:
                assert all(math.isfinite(each) for each in value)
            accessor = self.json["accessors"][number]
            if "min" in accessor and values:
                assert [min(column) for column in zip(*values)] == accessor["min"], number
        parents = [child for node in self.nodes for child in node.get("children", [])]
        assert len(parents) == len(set(parents)) and sorted(parents) == list(range(1, len(self.nodes)))
        for mesh in self.meshes:
            for primitive in mesh["primitives"]:
                count = self.json["accessors"][primitive["attributes"]["POSITION"]]["count"]
                for attribute in primitive["attributes"].values():
                    assert self.json["accessors"][attribute]["count"] == count
                if "indices" in primitive:
                    assert all(0 <= index < count for index, in self.read(primitive["indices"]))
                assert primitive.get("material", 0) < len(self.json.get("materials", [0]))
        for extension in self.json.get("extensionsRequired", []):
            assert extension in self.json["extensionsUsed"]

    def read(self, number):
        accessor = self.json["accessors"][number]
        view = self.json["bufferViews"][accessor["bufferView"]]
        size, kind = SIZES[accessor["type"]], {5126: "f", 5125: "I"}[accessor["componentType"]]
        at = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
        assert accessor["count"] * size * 4 <= view["byteLength"]
        numbers = struct.unpack_from(f"<{accessor['count'] * size}{kind}", self.bytes, at)
        return [numbers[i:i + size] for i in range(0, len(numbers), size)]

    def node(self, name):
        return next(i for i, node in enumerate(self.nodes) if node.get("name") == name)

    def matrix(self, number):
        """Of the node to the world, columns as glTF has them: a point's row times it."""
        local = self.nodes[number].get("matrix")
        if not local:
            node = self.nodes[number]
            x, y, z, w = node.get("rotation", (0, 0, 0, 1))
            turn = [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w), 2 * (x * y - z * w), 1 - 2 * (x * x + z * z),
                    2 * (y * z + x * w), 2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)]
            local = [*[turn[i] * node.get("scale", (1, 1, 1))[i // 3] for i in range(9)]]
            local = [*local[0:3], 0, *local[3:6], 0, *local[6:9], 0, *node.get("translation", (0, 0, 0)), 1]
        parent = next((i for i, node in enumerate(self.nodes) if number in node.get("children", [])), None)
        if parent is None:
            return local
        above = self.matrix(parent)
        return [sum(local[row * 4 + k] * above[k * 4 + column] for k in range(4)) for row in range(4) for column in range(4)]

    def world(self, number, point):
        m = self.matrix(number)
        return [round(sum(p * m[row * 4 + column] for row, p in enumerate((*point, 1))), 4) + 0 for column in range(3)]

    def corners(self, name):
        number = self.node(name)
        primitive = self.meshes[self.nodes[number]["mesh"]]["primitives"][0]
        return sorted(self.world(number, point) for point in self.read(primitive["attributes"]["POSITION"]))


def write(tool, text, *arguments, name="scene", form="glb", code=0):
    scene = tool.write(f"{name}.usda", text)
    out = tool.folder / f"{name}.{form}"
    done = tool.run("export", scene, out, *arguments, code=code)
    return Gltf(out) if done.returncode == 0 else done


def metres_and_y_up(tool):
    text = HEAD + f'def Xform "X"\n{{\n    double3 xformOp:translate = (0, 0, 200)\n    uniform token[] xformOpOrder = ["xformOp:translate"]\n    def Mesh "Quad"\n    {{{QUAD}    }}\n}}\n'
    for form in ("glb", "gltf"):
        gltf = write(tool, text, form=form)
        assert gltf.corners("Quad") == [[0, 2, -1], [0, 2, 0], [1, 2, -1], [1, 2, 0]], gltf.corners("Quad")
        assert gltf.nodes[gltf.node("Quad")]["extras"]["primPath"] == "/X/Quad"


def attributes_and_materials(tool):
    image = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(b"\0\xff\0\0")), (b"IEND", b"")):
        image += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    (tool.folder / "red.png").write_bytes(image)
    text = HEAD + f'def Mesh "Quad" (prepend apiSchemas = ["MaterialBindingAPI"])\n{{{QUAD}' + """
    texCoord2f[] primvars:st = [(0, 0), (1, 0), (1, 1), (0, 1)] (interpolation = "faceVarying")
    rel material:binding = </M>
}
def Mesh "Plain"
{""" + QUAD + """
    color3f[] primvars:displayColor = [(1, 0.5, 0)]
}
def Material "M"
{
    token outputs:surface.connect = </M/P.outputs:surface>
    def Shader "P"
    {
        uniform token info:id = "UsdPreviewSurface"
        color3f inputs:diffuseColor.connect = </M/T.outputs:rgb>
        color3f inputs:emissiveColor = (4, 0, 0)
        float inputs:metallic = 0.25
        float inputs:roughness = 0.75
        float inputs:opacity = 0.5
        token outputs:surface
    }
    def Shader "T"
    {
        uniform token info:id = "UsdUVTexture"
        asset inputs:file = @./red.png@
        token inputs:wrapS = "clamp"
        float2 inputs:st.connect = </M/R.outputs:result>
        float3 outputs:rgb
    }
    def Shader "R"
    {
        uniform token info:id = "UsdPrimvarReader_float2"
        string inputs:varname = "st"
        float2 outputs:result
    }
}
"""
    gltf = write(tool, text)
    quad = gltf.meshes[gltf.nodes[gltf.node("Quad")]["mesh"]]["primitives"][0]
    material = gltf.json["materials"][quad["material"]]
    pbr = material["pbrMetallicRoughness"]
    assert (pbr["metallicFactor"], pbr["roughnessFactor"], pbr["baseColorFactor"][3]) == (0.25, 0.75, 0.5), pbr
    assert material["alphaMode"] == "BLEND" and material["emissiveFactor"] == [1, 0, 0]
    assert material["extensions"]["KHR_materials_emissive_strength"]["emissiveStrength"] == 4
    texture = gltf.json["textures"][pbr["baseColorTexture"]["index"]]
    assert gltf.json["samplers"][texture["sampler"]]["wrapS"] == 33071
    view = gltf.json["bufferViews"][gltf.json["images"][texture["source"]]["bufferView"]]
    assert gltf.bytes[view["byteOffset"]:view["byteOffset"] + view["byteLength"]] == image
    corners = dict(zip(gltf.read(quad["attributes"]["POSITION"]), gltf.read(quad["attributes"]["TEXCOORD_0"])))
    assert corners[(0, 0, 0)] == (0, 1) and corners[(100, 100, 0)] == (1, 0), corners
    assert set(gltf.read(quad["attributes"]["NORMAL"])) == {(0, 0, 1)}
    plain = gltf.meshes[gltf.nodes[gltf.node("Plain")]["mesh"]]["primitives"][0]
    assert set(gltf.read(plain["attributes"]["COLOR_0"])) == {(1, 0.5, 0, 1)}


INSTANCES = HEAD + """
def PointInstancer "Many"
{
    rel prototypes = </Many/Leaf>
    int[] protoIndices = [0, 0, 0]
    point3f[] positions = [(100, 0, 0), (200, 0, 0), (300, 0, 0)]
    float3[] scales = [(1, 1, 1), (2, 2, 2), (1, 1, 1)]
    int64[] invisibleIds = [3]
    int64[] ids = [1, 2, 3]
    def Mesh "Leaf"
    {""" + QUAD + """    }
}
"""


def instances_share_their_mesh(tool):
    gltf = write(tool, INSTANCES)
    nodes = [i for i, node in enumerate(gltf.nodes) if "mesh" in node]
    assert len(nodes) == 2 and len(gltf.meshes) == 1
    assert sorted(gltf.world(i, (100, 0, 0)) for i in nodes) == [[2, 0, 0], [4, 0, 0]]
    gltf = write(tool, INSTANCES, "--gpu-instancing")
    node = next(node for node in gltf.nodes if "mesh" in node)
    attributes = node["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]
    assert gltf.read(attributes["TRANSLATION"]) == [(100, 0, 0), (200, 0, 0)]
    assert gltf.read(attributes["SCALE"]) == [(1, 1, 1), (2, 2, 2)]
    assert "EXT_mesh_gpu_instancing" in gltf.json["extensionsRequired"]


def what_moves_is_animated(tool):
    text = HEAD + f'def Mesh "Quad"\n{{{QUAD}' + """
    double3 xformOp:translate.timeSamples = { 1: (0, 0, 0), 3: (20, 0, 0) }
    double xformOp:rotateZ.timeSamples = { 1: 0, 3: 180 }
    uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateZ"]
}
def Mesh "Still"
{""" + QUAD + "}\n" + 'def Mesh "Bent"\n{' + QUAD.replace("point3f[] points = [", "point3f[] points.timeSamples = { 1: [").replace(
        "(0, 100, 0)]", "(0, 100, 0)], 3: [(0, 0, 0), (100, 0, 0), (100, 100, 0), (0, 100, 50)] }") + "}\n"
    gltf = write(tool, text, "--frames", 1, 3)
    animation, = gltf.json["animations"]
    tracks = {(channel["target"]["node"], channel["target"]["path"]): animation["samplers"][channel["sampler"]]
              for channel in animation["channels"]}
    quad, bent = gltf.node("Quad"), gltf.node("Bent")
    assert set(tracks) == {(quad, "translation"), (quad, "rotation"), (quad, "scale"), (bent, "weights")}, tracks
    moved = tracks[quad, "translation"]
    assert [round(time * 24, 4) for time, in gltf.read(moved["input"])] == [0, 1, 2]
    assert gltf.read(moved["output"]) == [(0, 0, 0), (10, 0, 0), (20, 0, 0)]
    turned = gltf.read(tracks[quad, "rotation"]["output"])
    assert [round(each, 4) for each in turned[1]] == [0, 0, 0.7071, 0.7071], turned
    targets = gltf.meshes[gltf.nodes[bent]["mesh"]]["primitives"][0]["targets"]
    assert len(targets) == 2 and (0, 0, 50) in gltf.read(targets[1]["POSITION"])
    assert [weight for weight, in gltf.read(tracks[bent, "weights"]["output"])] == [0, 0, 1, 0, 0, 1]


def cameras_and_lights(tool):
    text = HEAD + """
def Camera "Cam"
{
    float focalLength = 50
    float horizontalAperture = 20
    float verticalAperture = 10
    float2 clippingRange = (10, 1000)
}
def DistantLight "Sun"
{
    float inputs:intensity = 3
    bool inputs:normalize = true
}
def SphereLight "Bulb"
{
    float inputs:intensity = 10000
    float inputs:radius = 10
    color3f inputs:color = (1, 0.5, 0)
}
def RectLight "Panel"
{
}
def DomeLight "Sky"
{
}
"""
    gltf = write(tool, text)
    camera = gltf.json["cameras"][gltf.nodes[gltf.node("Cam")]["camera"]]["perspective"]
    assert round(camera["yfov"], 6) == round(2 * math.atan(0.1), 6) and camera["aspectRatio"] == 2
    assert (round(camera["znear"], 6), round(camera["zfar"], 6)) == (0.1, 10)
    lights = gltf.json["extensions"]["KHR_lights_punctual"]["lights"]
    light = {name: lights[gltf.nodes[gltf.node(name)]["extensions"]["KHR_lights_punctual"]["light"]] for name in ("Sun", "Bulb", "Panel")}
    assert light["Sun"]["type"] == "directional" and light["Sun"]["intensity"] == 3
    assert light["Bulb"]["type"] == "point" and round(light["Bulb"]["intensity"], 3) == round(10000 * math.pi * 0.01, 3)
    assert light["Bulb"]["color"] == [1, 0.5, 0] and light["Panel"]["type"] == "spot"
    said = tool.run("export", tool.folder / "scene.usda", tool.folder / "scene.glb").stderr
    assert "no dome lights" in said and "/Sky" in said, said


def bad_input_writes_what_it_can(tool):
    mesh = 'def Mesh "M"\n{{\n    int[] faceVertexCounts = {}\n    int[] faceVertexIndices = {}\n    point3f[] points = {}\n}}\n'
    bad = [
        "",
        mesh.format("[3, 3]", "[0, 1, 2, 0, 1, 9]", "[(0, 0, 0), (1, 0, 0), (0, 1, 0)]"),
        mesh.format("[3]", "[0, 1, 2]", "[(nan, 0, 0), (1, 0, 0), (0, 1, 0)]"),
        mesh.format("[2147483647]", "[0]", "[(0, 0, 0)]"),
        'def Xform "X"\n{\n    float3 xformOp:scale = (0, 0, 0)\n    uniform token[] xformOpOrder = ["xformOp:scale"]\n    def Cube "C"\n    {\n    }\n}\n',
        'def Cube "C"\n{\n    matrix4d xformOp:transform = ( (nan, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1) )\n'
        '    uniform token[] xformOpOrder = ["xformOp:transform"]\n}\n',
        'def PointInstancer "I"\n{\n    rel prototypes = </I>\n    int[] protoIndices = [0, -5, 2147483647]\n}\n',
        'def SphereLight "L"\n{\n    float inputs:intensity = inf\n    float inputs:radius = nan\n}\n',
    ]
    for number, text in enumerate(bad):
        write(tool, HEAD + text, "--frames", 1, 3, name=f"bad{number}")


def what_cannot_be_done_is_said(tool):
    scene = tool.write("said.usda", HEAD)
    assert ".glb" in tool.run("export", scene, tool.folder / "said.obj", code=1).stderr
    assert "hundred thousand" in tool.run("export", scene, tool.folder / "said.glb", "--frames", 0, 1e12, code=1).stderr
    assert not (tool.folder / "said.glb").exists()


def trimesh_reads_the_same(tool):
    try:
        import trimesh
    except ImportError:
        print("   (trimesh is not installed)")
        return
    write(tool, INSTANCES, name="read")
    scene = trimesh.load(tool.folder / "read.glb")
    assert len(scene.geometry) == 1 and len(scene.graph.nodes_geometry) == 2
    assert [[round(float(each), 4) for each in row] for row in scene.bounds] == [[1, 0, -2], [4, 0, 0]], scene.bounds


def main():
    tool = Tool(sys.argv[1])
    scene = tool.write("probe.usda", HEAD)
    probe = tool.run("export", scene, tool.folder / "probe.glb", code=None)
    if "writes no glTF" in probe.stderr:
        assert "libtinygltf-dev" in probe.stderr, probe.stderr
        print("SKIPPED: this build writes no glTF; on Debian: apt-get install libtinygltf-dev")
        return 77
    for test in (metres_and_y_up, attributes_and_materials, instances_share_their_mesh, what_moves_is_animated, cameras_and_lights,
                 bad_input_writes_what_it_can, what_cannot_be_done_is_said, trimesh_reads_the_same):
        test(tool)
        print("ok:", test.__name__.replace("_", " "))
    return 0


if __name__ == "__main__":
    sys.exit(main())
