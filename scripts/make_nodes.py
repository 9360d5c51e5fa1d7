#!/usr/bin/env python3
"""Writes data/shaders/nodes.usda: the shader nodes of OpenUSD as usd-core's Sdr registry reports them.

    .venv/bin/python scripts/make_nodes.py            rewrites the file
    .venv/bin/python scripts/make_nodes.py --check    says whether the file is what usd-core gives

Each node is a class of type Shader: its inputs and outputs with types and defaults, allowedTokens for inputs with options,
connectability = "interfaceOnly" for inputs that cannot be connected, and in customData what the node is.
"""
import argparse
import sys
from pathlib import Path

from pxr import Sdf, Sdr, Tf

FILE = Path(__file__).resolve().parent.parent / "data" / "shaders" / "nodes.usda"


def add_property(prim, prefix, prop):
    indicator = prop.GetTypeAsSdfType()
    type_name = indicator.GetSdfType()
    spec = Sdf.AttributeSpec(prim, prefix + prop.GetName(), type_name)
    default = prop.GetDefaultValueAsSdfType()
    if default is not None and prefix == "inputs:":
        spec.default = default
    if prefix == "inputs:" and not prop.IsConnectable():
        spec.SetInfo("connectability", "interfaceOnly")
    options = [name for name, _ in prop.GetOptions()]
    if options:
        spec.allowedTokens = options


def make_text():
    registry = Sdr.Registry()
    layer = Sdf.Layer.CreateAnonymous(".usda")
    layer.documentation = "The shader nodes of OpenUSD, made by scripts/make_nodes.py."
    for identifier in sorted(registry.GetShaderNodeIdentifiers()):
        for node in registry.GetShaderNodesByIdentifier(identifier):
            prim = Sdf.CreatePrimInLayer(layer, "/" + Tf.MakeValidIdentifier(identifier))
            prim.specifier = Sdf.SpecifierClass
            prim.typeName = "Shader"
            prim.customData = {"identifier": identifier, "sourceType": str(node.GetSourceType()), "context": str(node.GetContext()),
                               "family": str(node.GetFamily()), "role": str(node.GetRole())}
            for name in node.GetShaderInputNames():
                add_property(prim, "inputs:", node.GetShaderInput(name))
            for name in node.GetShaderOutputNames():
                add_property(prim, "outputs:", node.GetShaderOutput(name))
    return layer.ExportToString()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file would change")
    options = parser.parse_args()
    text = make_text()
    if options.check:
        if not FILE.exists() or FILE.read_text(encoding="utf-8") != text:
            sys.exit("data/shaders/nodes.usda differs from what usd-core reports")
        return
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text, encoding="utf-8")
    print(f"wrote {FILE.name}")


if __name__ == "__main__":
    main()
