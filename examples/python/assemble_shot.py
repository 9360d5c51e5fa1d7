"""Assembles a shot from assets: departments in sublayers, placed references, variants, animation that starts later.

    assemble_shot.py FOLDER
"""
import os
import sys

from pxr import Gf, Kind, Sdf, Usd, UsdGeom


def make_asset(folder: str, name: str, colors: dict[str, tuple[float, float, float]]) -> str:
    """An asset with its geometry in a payload, a variant for each colour, and a wheel that turns for ten frames."""
    geometry = Usd.Stage.CreateNew(os.path.join(folder, f"{name}.geometry.usda"))
    UsdGeom.SetStageUpAxis(geometry, UsdGeom.Tokens.y)
    root = UsdGeom.Xform.Define(geometry, f"/{name}")
    geometry.SetDefaultPrim(root.GetPrim())
    body = UsdGeom.Cube.Define(geometry, f"/{name}/Body")
    body.CreateSizeAttr(2.0)
    body.AddScaleOp().Set(Gf.Vec3f(2, 0.5, 1))
    wheel = UsdGeom.Cylinder.Define(geometry, f"/{name}/Wheel")
    turn = wheel.AddRotateZOp()
    for frame in range(0, 11, 5):
        turn.Set(36.0 * frame, frame)
    geometry.GetRootLayer().Save()

    asset = Usd.Stage.CreateNew(os.path.join(folder, f"{name}.usda"))
    prim = UsdGeom.Xform.Define(asset, f"/{name}").GetPrim()
    asset.SetDefaultPrim(prim)
    Usd.ModelAPI(prim).SetKind(Kind.Tokens.component)
    prim.GetPayloads().AddPayload(f"./{name}.geometry.usda")
    looks = prim.GetVariantSets().AddVariantSet("look")
    for look, color in colors.items():
        looks.AddVariant(look)
        looks.SetVariantSelection(look)
        with looks.GetVariantEditContext():
            UsdGeom.Gprim(asset.OverridePrim(f"/{name}/Body")).CreateDisplayColorAttr([Gf.Vec3f(color)])
    looks.SetVariantSelection(next(iter(colors)))
    asset.GetRootLayer().Save()
    return f"./{name}.usda"


def assemble(folder: str) -> Usd.Stage:
    cart = make_asset(folder, "Cart", {"red": (1, 0, 0), "blue": (0, 0, 1)})
    shot = Usd.Stage.CreateNew(os.path.join(folder, "shot.usda"))
    layout = Sdf.Layer.CreateNew(os.path.join(folder, "layout.usda"))
    lighting = Sdf.Layer.CreateNew(os.path.join(folder, "lighting.usda"))
    shot.GetRootLayer().subLayerPaths = ["./lighting.usda", "./layout.usda"]
    shot.SetStartTimeCode(1)
    shot.SetEndTimeCode(48)
    with Usd.EditContext(shot, layout):
        world = UsdGeom.Xform.Define(shot, "/World")
        Usd.ModelAPI(world.GetPrim()).SetKind(Kind.Tokens.group)
        for index in range(3):
            place = UsdGeom.Xform.Define(shot, f"/World/Cart_{index}")
            place.GetPrim().GetReferences().AddReference(cart, layerOffset=Sdf.LayerOffset(10 * index))
            UsdGeom.XformCommonAPI(place).SetTranslate((5.0 * index, 0, 0))
        camera = UsdGeom.Camera.Define(shot, "/World/Camera")
        camera.CreateFocalLengthAttr(35)
        camera.AddTranslateOp().Set(Gf.Vec3d(5, 2, 30))
    with Usd.EditContext(shot, lighting):
        shot.GetPrimAtPath("/World/Cart_1").GetVariantSet("look").SetVariantSelection("blue")
        shot.GetPrimAtPath("/World/Cart_2/Wheel").SetActive(False)
    shot.SetDefaultPrim(shot.GetPrimAtPath("/World"))
    for layer in (layout, lighting, shot.GetRootLayer()):
        layer.Save()
    return shot


def main() -> int:
    stage = assemble(sys.argv[1])
    for prim in stage.Traverse():
        model = Usd.ModelAPI(prim).GetKind()
        print(prim.GetPath(), prim.GetTypeName(), model or "-")
    for index in range(3):
        body = UsdGeom.Gprim(stage.GetPrimAtPath(f"/World/Cart_{index}/Body"))
        print(body.GetPath(), body.GetDisplayColorAttr().Get())
    wheel = UsdGeom.Xformable(stage.GetPrimAtPath("/World/Cart_1/Wheel"))
    for frame in (0, 10, 12.5, 20):
        print(frame, wheel.GetLocalTransformation(frame).Transform(Gf.Vec3d(1, 0, 0)))
    bounds = UsdGeom.BBoxCache(Usd.TimeCode(1), [UsdGeom.Tokens.default_])
    print(bounds.ComputeWorldBound(stage.GetPrimAtPath("/World")).ComputeAlignedRange())
    print(stage.GetRootLayer().ExportToString())
    return 0


if __name__ == "__main__":
    sys.exit(main())
