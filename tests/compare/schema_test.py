#!/usr/bin/env python3
"""The schemas of the library are those of usd-core's registry: each type, its properties, built-in and auto-applied schemas.

The files of data/schemas hold what the registry reports, fallbacks and metadata included; they are made anew and compared. Then
the program that answers conformance questions is asked what it made of them.
"""
import json
import os
import subprocess
import sys
from pathlib import Path

from pxr import Sdf, Tf, Usd

ROOT = Path(__file__).resolve().parent.parent.parent


def expect(registry, tf_type):
    info = registry.FindSchemaInfo(tf_type)
    name = info.identifier
    definition = registry.FindConcretePrimDefinition(name) or registry.FindAppliedAPIPrimDefinition(name)
    expected = {"kind": info.kind.name, "builtinAPISchemas": [], "properties": {}}
    if not definition:
        return name, expected
    expected["builtinAPISchemas"] = list(definition.GetAppliedAPISchemas())
    for prop in definition.GetPropertyNames():
        if definition.GetSpecType(prop) == Sdf.SpecTypeRelationship:
            expected["properties"][prop] = "relationship"
        else:
            is_uniform = definition.GetPropertyMetadata(prop, "variability") == Sdf.VariabilityUniform
            has_fallback = definition.GetPropertyMetadata(prop, "default") is not None
            expected["properties"][prop] = [definition.GetPropertyMetadata(prop, "typeName"),
                                            "Uniform" if is_uniform else "Varying", has_fallback]
    return name, expected


def shape(answer):
    properties = {name: "relationship" if "relationship" in entry else
                  [entry["typeName"], entry["variability"], "fallback" in entry]
                  for name, entry in answer.get("properties", {}).items()}
    return {"kind": answer["kind"], "builtinAPISchemas": answer.get("builtinAPISchemas", []), "properties": properties}


def main():
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "make_schemas.py"), "--check"], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr, end="")
        return 1
    registry = Usd.SchemaRegistry()
    expected = dict(expect(registry, tf_type) for tf_type in Tf.Type.Find(Usd.SchemaBase).GetAllDerivedTypes())
    program = Path(os.environ["STRATA_TOOL"]).parent / "strata_answer"
    if not program.exists():
        print(f"{len(expected)} schema types are as usd-core has them; {program.name} is not built, so nobody was asked")
        return 0
    questions = "".join(json.dumps({"kind": "schema", "type": name}) + "\n" for name in expected)
    lines = subprocess.run([str(program)], input=questions, capture_output=True, text=True, timeout=60).stdout.splitlines()
    wrong = 0
    for (name, one), line in zip(expected.items(), lines):
        other = shape(json.loads(line)["answer"])
        if one != other:
            wrong += 1
            different = [key for key in {**one["properties"], **other["properties"]}
                         if one["properties"].get(key) != other["properties"].get(key)]
            print(f"{name}: {different[:5] or (one['builtinAPISchemas'], other['builtinAPISchemas'])}")
    print(f"{len(lines) - wrong} of {len(expected)} schema types are as usd-core has them")
    return 1 if wrong or len(lines) != len(expected) else 0


if __name__ == "__main__":
    sys.exit(main())
