"""Every composition arc, made through layers and through stages, and what it does to a value.

    composition_arcs.py FOLDER
"""
import os
import sys

from pxr import Sdf, Usd


def text_of(layer: Sdf.Layer) -> str:
    return layer.ExportToString().strip()


def make_spec(layer: Sdf.Layer, path: str, type_name: str, size: float | None = None) -> Sdf.PrimSpec:
    spec = Sdf.CreatePrimInLayer(layer, path)
    spec.specifier = Sdf.SpecifierDef if type_name else Sdf.SpecifierOver
    spec.typeName = type_name
    if size is not None:
        Sdf.AttributeSpec(spec, "size", Sdf.ValueTypeNames.Double).default = size
    return spec


def sublayers(folder: str) -> None:
    weak = Sdf.Layer.CreateNew(os.path.join(folder, "weak.usda"))
    make_spec(weak, "/Box", "Cube", 1.0)
    strong = Sdf.Layer.CreateNew(os.path.join(folder, "strong.usda"))
    make_spec(strong, "/Box", "", 2.0)
    root = Sdf.Layer.CreateAnonymous()
    root.subLayerPaths.append(strong.identifier)
    root.subLayerPaths.append(weak.identifier)
    root.subLayerOffsets[1] = Sdf.LayerOffset(offset=10, scale=1)
    stage = Usd.Stage.Open(root)
    print("sublayers:", stage.GetAttributeAtPath("/Box.size").Get(), root.subLayerOffsets[1])
    print([layer.GetDisplayName() for layer in stage.GetLayerStack(includeSessionLayers=False)][1:])
    with Usd.EditContext(stage, weak):
        stage.GetPrimAtPath("/Box").GetAttribute("size").Set(5.0)
    print("weaker edit:", stage.GetAttributeAtPath("/Box.size").Get(), weak.GetAttributeAtPath("/Box.size").default)


def inherits() -> None:
    stage = Usd.Stage.CreateInMemory()
    stage.CreateClassPrim("/_class_bicycle").CreateAttribute("gears", Sdf.ValueTypeNames.Int).Set(7)
    bicycle = stage.DefinePrim("/bicycle", "Xform")
    bicycle.GetInherits().AddInherit("/_class_bicycle", Usd.ListPositionFrontOfAppendList)
    print("inherits:", bicycle.GetInherits().GetAllDirectInherits(), bicycle.GetAttribute("gears").Get())

    layer = Sdf.Layer.CreateAnonymous()
    make_spec(layer, "/_class_bicycle", "Cube", 3.0).specifier = Sdf.SpecifierClass
    spec = make_spec(layer, "/bicycle", "Cube")
    spec.inheritPathList.Append(Sdf.Path("/_class_bicycle"))
    print(text_of(layer))
    print("inherits:", Usd.Stage.Open(layer).GetPrimAtPath("/bicycle").GetPath())


def variants() -> None:
    stage = Usd.Stage.CreateInMemory()
    car = stage.DefinePrim("/car", "Xform")
    color = car.GetVariantSets().AddVariantSet("color")
    for name, shape in (("colorA", "Cube"), ("colorB", "Sphere")):
        color.AddVariant(name)
        color.SetVariantSelection(name)
        with color.GetVariantEditContext():
            stage.DefinePrim(f"/car/{shape.lower()}", shape)
    color.SetVariantSelection("colorA")
    print("variants:", color.GetVariantNames(), [prim.GetName() for prim in car.GetChildren()])

    # The same through a layer, with and without the name that shows the set to user interfaces.
    for is_listed in (True, False):
        layer = Sdf.Layer.CreateAnonymous()
        spec = make_spec(layer, "/car", "Xform")
        if is_listed:
            spec.SetInfo("variantSetNames", Sdf.StringListOp.Create(prependedItems=["color"]))
        variant_set = Sdf.VariantSetSpec(spec, "color")
        for name, shape in (("colorA", "Cube"), ("colorB", "Sphere")):
            variant = Sdf.VariantSpec(variant_set, name)
            Sdf.PrimSpec(variant.primSpec, shape.lower(), Sdf.SpecifierDef, shape)
        spec.variantSelections["color"] = "colorA"
        copy = Usd.Stage.Open(layer)
        prim = copy.GetPrimAtPath("/car")
        print("listed:", is_listed, prim.GetVariantSets().GetNames(), [child.GetName() for child in prim.GetChildren()])
        print(text_of(layer))


def copy_into_variant() -> None:
    layer = Sdf.Layer.CreateAnonymous()
    make_spec(layer, "/source", "Cube", 4.0)
    car = make_spec(layer, "/car", "Xform")
    car.SetInfo("variantSetNames", Sdf.StringListOp.Create(prependedItems=["shape"]))
    Sdf.VariantSpec(Sdf.VariantSetSpec(car, "shape"), "boxy")
    target = Sdf.Path("/car").AppendVariantSelection("shape", "boxy").AppendChild("body")
    print("copied:", Sdf.CopySpec(layer, Sdf.Path("/source"), layer, target))
    car.variantSelections["shape"] = "boxy"
    stage = Usd.Stage.Open(layer)
    print(stage.GetAttributeAtPath("/car/body.size").Get(), target)


def references(folder: str) -> None:
    described = Sdf.Reference("./asset.usda", "/asset", Sdf.LayerOffset(10, 2), {"by": "layout"})
    print("reference:", described.assetPath, described.primPath, described.layerOffset, described.customData)
    print(described, described.IsInternal())

    asset = Sdf.Layer.CreateNew(os.path.join(folder, "asset.usda"))
    make_spec(asset, "/asset", "Cube", 6.0)
    samples = Sdf.AttributeSpec(asset.GetPrimAtPath("/asset"), "turn", Sdf.ValueTypeNames.Double)
    asset.SetTimeSample(samples.path, 1, 10.0)
    asset.SetTimeSample(samples.path, 2, 20.0)
    asset.defaultPrim = "asset"
    asset.Save()

    stage = Usd.Stage.CreateNew(os.path.join(folder, "uses.usda"))
    outside = stage.DefinePrim("/outside")
    outside.GetReferences().AddReference("./asset.usda", Sdf.LayerOffset(10))
    inside = stage.DefinePrim("/inside")
    inside.GetReferences().AddInternalReference("/outside")
    turn = outside.GetAttribute("turn")
    print("outside:", outside.GetAttribute("size").Get(), turn.GetTimeSamples(), turn.Get(11.5))
    print("inside:", inside.GetAttribute("size").Get(), inside.GetTypeName())
    outside.GetReferences().SetReferences([Sdf.Reference("./asset.usda", "/asset")])
    print(text_of(stage.GetRootLayer()))


def payloads(folder: str) -> None:
    described = Sdf.Payload("./asset.usda", "/asset", Sdf.LayerOffset(5))
    print("payload:", described)
    stage = Usd.Stage.CreateNew(os.path.join(folder, "loads.usda"))
    prim = stage.DefinePrim("/heavy", "Xform")
    prim.GetPayloads().AddPayload("./asset.usda")
    print(prim.HasAuthoredPayloads(), prim.IsLoaded(), bool(prim.GetAttribute("size").HasAuthoredValue()))
    prim.Unload()
    print(prim.IsLoaded(), stage.GetLoadSet(), [str(path) for path in stage.FindLoadable()])
    prim.Load()
    print(prim.IsLoaded(), prim.GetAttribute("size").Get())


def specializes() -> None:
    stage = Usd.Stage.CreateInMemory()
    base = stage.DefinePrim("/material")
    base.CreateAttribute("roughness", Sdf.ValueTypeNames.Float).Set(0.5)
    metal = stage.DefinePrim("/metal")
    metal.GetSpecializes().AddSpecialize("/material")
    rust = stage.DefinePrim("/rust")
    rust.GetReferences().AddInternalReference("/metal")
    metal.CreateAttribute("roughness", Sdf.ValueTypeNames.Float).Set(0.25)
    print("specializes:", metal.GetAttribute("roughness").Get(), rust.GetAttribute("roughness").Get())
    print(text_of(stage.GetRootLayer()))


def instances(folder: str) -> None:
    stage = Usd.Stage.CreateInMemory()
    for index in range(4):
        prim = stage.DefinePrim(f"/copy_{index}")
        prim.GetReferences().AddReference(os.path.join(folder, "asset.usda"))
        prim.SetInstanceable(index != 3)
    print("Prototype Count", len(stage.GetPrototypes()))
    prototype = stage.GetPrototypes()[0]
    print(sorted(str(prim.GetPath()) for prim in prototype.GetInstances()))


def main() -> int:
    folder = sys.argv[1]
    sublayers(folder)
    inherits()
    variants()
    copy_into_variant()
    references(folder)
    payloads(folder)
    specializes()
    instances(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
