"""Builds a textured material with an interface of its own, and binds it to parts of a model.

    shaded_material.py OUTPUT
"""
import sys

from pxr import Gf, Sdf, Usd, UsdGeom, UsdShade


def make_plate(stage: Usd.Stage, path: str) -> UsdGeom.Mesh:
    mesh = UsdGeom.Mesh.Define(stage, path)
    mesh.CreatePointsAttr([(-1, 0, -1), (1, 0, -1), (1, 0, 1), (-1, 0, 1)])
    mesh.CreateFaceVertexCountsAttr([4])
    mesh.CreateFaceVertexIndicesAttr([0, 3, 2, 1])
    mesh.CreateExtentAttr([(-1, 0, -1), (1, 0, 1)])
    primvars = UsdGeom.PrimvarsAPI(mesh)
    st = primvars.CreatePrimvar("st", Sdf.ValueTypeNames.TexCoord2fArray, UsdGeom.Tokens.varying)
    st.Set([(0, 0), (1, 0), (1, 1), (0, 1)])
    return mesh


def make_material(stage: Usd.Stage, path: str) -> UsdShade.Material:
    material = UsdShade.Material.Define(stage, path)
    surface = UsdShade.Shader.Define(stage, path + "/Surface")
    surface.CreateIdAttr("UsdPreviewSurface")
    surface.CreateInput("metallic", Sdf.ValueTypeNames.Float).Set(0.0)
    roughness = material.CreateInput("roughness", Sdf.ValueTypeNames.Float)
    roughness.Set(0.4)
    surface.CreateInput("roughness", Sdf.ValueTypeNames.Float).ConnectToSource(roughness)
    material.CreateSurfaceOutput().ConnectToSource(surface.ConnectableAPI(), "surface")

    reader = UsdShade.Shader.Define(stage, path + "/Coordinates")
    reader.CreateIdAttr("UsdPrimvarReader_float2")
    reader.CreateInput("varname", Sdf.ValueTypeNames.String).Set("st")
    texture = UsdShade.Shader.Define(stage, path + "/Texture")
    texture.CreateIdAttr("UsdUVTexture")
    texture.CreateInput("file", Sdf.ValueTypeNames.Asset).Set("./plate.png")
    texture.CreateInput("fallback", Sdf.ValueTypeNames.Float4).Set(Gf.Vec4f(0.5, 0.5, 0.5, 1))
    texture.CreateInput("st", Sdf.ValueTypeNames.Float2).ConnectToSource(reader.ConnectableAPI(), "result")
    texture.CreateOutput("rgb", Sdf.ValueTypeNames.Float3)
    surface.CreateInput("diffuseColor", Sdf.ValueTypeNames.Color3f).ConnectToSource(texture.ConnectableAPI(), "rgb")
    return material


def main() -> int:
    stage = Usd.Stage.CreateNew(sys.argv[1])
    model = UsdGeom.Xform.Define(stage, "/Model")
    stage.SetDefaultPrim(model.GetPrim())
    plate = make_plate(stage, "/Model/Plate")
    lid = make_plate(stage, "/Model/Lid")
    painted = make_material(stage, "/Model/Looks/Painted")
    plain = UsdShade.Material.Define(stage, "/Model/Looks/Plain")
    UsdShade.MaterialBindingAPI.Apply(model.GetPrim()).Bind(plain)
    UsdShade.MaterialBindingAPI.Apply(plate.GetPrim()).Bind(painted)
    half = UsdShade.MaterialBindingAPI.Apply(lid.GetPrim()).CreateMaterialBindSubset("edge", [0])
    UsdShade.MaterialBindingAPI.Apply(half.GetPrim()).Bind(painted)
    stage.GetRootLayer().Save()

    for prim in (plate.GetPrim(), lid.GetPrim(), half.GetPrim()):
        material, binding = UsdShade.MaterialBindingAPI(prim).ComputeBoundMaterial()
        print(prim.GetPath(), "has", material.GetPath(), "by", binding.GetPath())
    surface, name, kind = painted.ComputeSurfaceSource()
    print(surface.GetPath(), name, kind, surface.GetShaderId())
    for shader_input in surface.GetInputs():
        source = shader_input.GetConnectedSources()[0]
        where = f"from {source[0].source.GetPath()}.{source[0].sourceName}" if source else shader_input.Get()
        print(shader_input.GetBaseName(), shader_input.GetTypeName(), where)
    values = UsdShade.Utils.GetValueProducingAttributes(surface.GetInput("roughness"))
    print([str(attribute.GetPath()) for attribute in values])
    print(stage.GetRootLayer().ExportToString())
    return 0


if __name__ == "__main__":
    sys.exit(main())
