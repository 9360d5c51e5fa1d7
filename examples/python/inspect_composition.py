"""Asks where the values of a prim come from: stacks of specs, the prim index, composition arcs.

    inspect_composition.py FOLDER
"""
import os
import sys

from pxr import Pcp, Sdf, Usd


def make_scene() -> Usd.Stage:
    asset = Sdf.Layer.CreateAnonymous("ReferenceExample")
    spec = Sdf.CreatePrimInLayer(asset, "/bicycle")
    spec.specifier = Sdf.SpecifierDef
    spec.typeName = "Cube"
    size = Sdf.AttributeSpec(spec, "size", Sdf.ValueTypeNames.Double)
    size.default = 5.0
    asset.SetTimeSample(size.path, 1, 7.0)

    stage = Usd.Stage.CreateInMemory()
    bicycle = stage.DefinePrim("/bicycle", "Cube")
    bicycle.GetReferences().AddReference(asset.identifier, "/bicycle", Sdf.LayerOffset(10))
    stage.CreateClassPrim("/_class")
    bicycle.GetInherits().AddInherit("/_class")
    sets = bicycle.GetVariantSets().AddVariantSet("paint")
    sets.AddVariant("matte")
    sets.SetVariantSelection("matte")
    bicycle.GetAttribute("size").Set(10.0)
    return stage


def name_of(layer: Sdf.Layer) -> str:
    return layer.identifier.split(":")[-1] if layer.anonymous else layer.GetDisplayName()


def print_stacks(prim: Usd.Prim) -> None:
    print("prim stack")
    for spec in prim.GetPrimStack():
        print("  ", name_of(spec.layer), spec.path, spec.specifier)
    for spec, offset in prim.GetPrimStackWithLayerOffsets():
        print("  ", spec.path, offset)
    print("property stack")
    for property_spec in prim.GetAttribute("size").GetPropertyStack(Usd.TimeCode.Default()):
        print("  ", name_of(property_spec.layer), property_spec.path, property_spec.default)
    for property_spec, offset in prim.GetAttribute("size").GetPropertyStackWithLayerOffsets(Usd.TimeCode(1)):
        print("  ", property_spec.path, offset)


def print_nodes(node: Pcp.NodeRef, depth: int = 1) -> None:
    layers = [name_of(layer) for layer in node.layerStack.layers]
    print("  " * depth, node.arcType.displayName, node.path, layers[0], "specs" if node.hasSpecs else "no specs")
    for child in node.children:
        print_nodes(child, depth + 1)


def print_index(prim: Usd.Prim, folder: str) -> None:
    print("prim index")
    index = prim.GetPrimIndex()  # keep it: OpenUSD's nodes do not outlive their index
    print_nodes(index.rootNode)
    print("expanded")
    expanded = prim.ComputeExpandedPrimIndex()
    print_nodes(expanded.rootNode)
    lines = index.DumpToString().splitlines()
    print([line.split(":")[0].strip() for line in lines[1:17]])
    drawing = os.path.join(folder, "index.dot")
    index.DumpToDotGraph(drawing, includeInheritOriginInfo=True, includeMaps=False)
    with open(drawing, encoding="utf-8") as file:
        print(file.readline().split()[0])


def print_arcs(prim: Usd.Prim) -> None:
    def show(label: str, query: Usd.PrimCompositionQuery) -> None:
        print(label)
        for arc in query.GetCompositionArcs():
            introducing = arc.GetIntroducingPrimPath()
            print("  ", arc.GetArcType().displayName, arc.GetTargetPrimPath(), introducing, arc.IsAncestral(),
                  arc.HasSpecs(), arc.IsIntroducedInRootLayerStack(), arc.IsIntroducedInRootLayerPrimSpec())

    show("all", Usd.PrimCompositionQuery(prim))
    show("direct inherits", Usd.PrimCompositionQuery.GetDirectInherits(prim))
    show("direct references", Usd.PrimCompositionQuery.GetDirectReferences(prim))
    show("direct in the root layer", Usd.PrimCompositionQuery.GetDirectRootLayerArcs(prim))
    wanted = Usd.PrimCompositionQuery.Filter()
    wanted.arcTypeFilter = Usd.PrimCompositionQuery.ArcTypeFilter.NotVariant
    wanted.dependencyTypeFilter = Usd.PrimCompositionQuery.DependencyTypeFilter.Direct
    wanted.arcIntroducedFilter = Usd.PrimCompositionQuery.ArcIntroducedFilter.IntroducedInRootLayerStack
    wanted.hasSpecsFilter = Usd.PrimCompositionQuery.HasSpecsFilter.HasSpecs
    query = Usd.PrimCompositionQuery(prim)
    query.filter = wanted
    show("filtered", query)
    for arc in query.GetCompositionArcs():
        if arc.GetArcType() == Pcp.ArcTypeReference:
            editor, reference = arc.GetIntroducingListEditor()
            print(name_of(arc.GetIntroducingLayer()), name_of(arc.GetTargetLayer()), reference.primPath)


def main() -> int:
    stage = make_scene()
    prim = stage.GetPrimAtPath("/bicycle")
    print_stacks(prim)
    print_index(prim, sys.argv[1])
    print_arcs(prim)
    return 0


if __name__ == "__main__":
    sys.exit(main())
