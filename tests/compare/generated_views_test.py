#!/usr/bin/env python3
"""Views that `strata schema --generate python` writes of all schemas reach the properties that usd-core's classes reach.

A generated view asks a prim for its properties by name, whoever's prim it is. So each view is made over a prim of usd-core, where it
must give what usd-core's prim definition lists, no more and no less, and what the method of the same name of usd-core's class gives;
and, where Strata's Python modules were built, over the same prim of Strata's, whose values must be the same.
"""
import os
import subprocess
import sys
from pathlib import Path

import pxr
from pxr import Tf, Usd, UsdGeom, UsdHydra, UsdLux, UsdMedia, UsdPhysics, UsdProc, UsdRender, UsdRi, UsdShade, UsdSkel, UsdUI, UsdVol  # noqa: F401

TOOL = Path(os.environ["STRATA_TOOL"])
sys.path.insert(0, str(TOOL.parent.parent / "python"))
try:
    from strata import Usd as StrataUsd
except ImportError:
    StrataUsd = None

STAGES = []  # prims do not keep their stages


def generate():
    text = subprocess.run([str(TOOL), "schema", "--generate", "python"], capture_output=True, text=True, check=True).stdout
    views = {}
    exec(compile(text, "views.py", "exec"), views)
    return {view.SCHEMA: view for view in views.values() if isinstance(view, type)}


def make_prim(usd, info):
    """A prim that has the schema; None for those that no prim has alone."""
    STAGES.append(usd.Stage.CreateInMemory())
    prim = STAGES[-1].DefinePrim("/P", info.identifier if info.kind == Usd.SchemaKind.ConcreteTyped else "")
    if info.kind == Usd.SchemaKind.SingleApplyAPI:
        prim.AddAppliedSchema(info.identifier)
    elif info.kind == Usd.SchemaKind.MultipleApplyAPI:
        prim.AddAppliedSchema(info.identifier + ":inst")
    elif info.kind != Usd.SchemaKind.ConcreteTyped:
        return None
    return prim


def getters(view):
    return [name for name in dir(view) if name.startswith("Get") and name.endswith(("Attr", "Rel"))]


def find_class(tf_type):
    try:
        return tf_type.pythonClass
    except (RuntimeError, Tf.ErrorException):
        return None


def compare(view, info, tf_type, registry):
    """Differences, and how many properties and methods were compared."""
    prim = make_prim(Usd, info)
    if prim is None:
        return [], 0, 0
    is_multiple = info.kind == Usd.SchemaKind.MultipleApplyAPI
    arguments = ("inst",) if is_multiple else ()
    made, wrong, methods = view(prim, *arguments), [], 0
    theirs = find_class(tf_type)
    their_view = theirs(prim, *arguments) if theirs else None
    ours = make_prim(StrataUsd, info) if StrataUsd else None
    our_view = view(ours, *arguments) if ours is not None else None
    reached = set()
    for name in getters(view):
        found = getattr(made, name)()
        reached.add(found.GetName())
        if not found.IsDefined():
            wrong.append(f"{name}() gives {found.GetName()}, which usd-core's prim does not have")
        method = getattr(their_view, name, None) if their_view else None
        if method is not None:
            try:
                same = method()
            except Exception:  # it takes arguments
                continue
            methods += 1
            if same.GetPath() != found.GetPath():
                wrong.append(f"{name}() gives {found.GetPath()}, usd-core's {same.GetPath()}")
        if our_view is not None and isinstance(found, Usd.Attribute):
            value, other = found.Get(), getattr(our_view, name)().Get()
            if repr(value) != repr(other).replace("strata.", ""):
                wrong.append(f"{name}().Get() is {other!r}, usd-core has {value!r}")
    declared = set(prim.GetPrimDefinition().GetPropertyNames())
    missing = {name for name in declared - reached if not is_brought(name, info, registry)}
    if missing:
        wrong.append(f"no getter gives {sorted(missing)[:5]}")
    return wrong, len(reached), methods


def is_brought(name, info, registry):
    """Whether another schema, which is built in, declares the property: that schema's view has it."""
    definition = registry.FindConcretePrimDefinition(info.identifier) or registry.FindAppliedAPIPrimDefinition(info.identifier)
    for applied in definition.GetAppliedAPISchemas():
        schema, instance = Usd.SchemaRegistry.GetTypeNameAndInstance(applied)
        if schema == info.identifier:
            continue
        brought = registry.FindAppliedAPIPrimDefinition(schema)
        names = brought.GetPropertyNames() if brought else []
        if name in names or (instance and name in [Usd.SchemaRegistry.MakeMultipleApplyNameInstance(one, instance) for one in names]):
            return True
    return False


def main():
    registry, views = Usd.SchemaRegistry(), generate()
    wrong = properties = methods = compared = 0
    for tf_type in Tf.Type.Find(Usd.SchemaBase).GetAllDerivedTypes():
        info = registry.FindSchemaInfo(tf_type)
        view = views.get(info.identifier)
        if view is None:
            if info.kind != Usd.SchemaKind.AbstractBase:
                wrong += 1
                print(f"{info.identifier}: no view was written")
            continue
        differences, reached, called = compare(view, info, tf_type, registry)
        compared += reached > 0
        properties, methods, wrong = properties + reached, methods + called, wrong + len(differences)
        for difference in differences[:4]:
            print(f"{info.identifier}: {difference}")
    print(f"{compared} views with {properties} properties, {methods} methods of the same name, "
          f"{'values too' if StrataUsd else 'values not: the Python modules are not built'}: {wrong} differences from usd-core {pxr.Usd.GetVersion()}")
    return 1 if wrong or not methods else 0


if __name__ == "__main__":
    sys.exit(main())
