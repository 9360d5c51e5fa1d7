#!/usr/bin/env python3
"""The schemas of the library are those of usd-core's registry: each type, its place, and each field of each of its properties.

The files of data/schemas hold what the registry reports; they are made anew and compared. Then the program that answers conformance
questions is asked what it made of them: of every type alone, and of random types with random API schemas applied. Documentation is
left out: the words are Strata's own.
"""
import json
import math
import os
import random
import subprocess
import sys
from pathlib import Path

from pxr import Plug, Sdf, Tf, Usd

ROOT = Path(__file__).resolve().parent.parent.parent


def plain(value):
    """A value in the form of the answering program."""
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else {"$f": str(value)}
    if isinstance(value, Sdf.AssetPath):
        return {"$asset": value.path}
    if isinstance(value, Sdf.TimeCode):
        return {"$timecode": float(value)}
    if isinstance(value, Sdf.PathExpression):
        return {"$pathExpression": value.GetText()}
    if hasattr(value, "real") and hasattr(value, "imaginary"):
        return [value.real, *value.imaginary]
    if isinstance(value, dict):
        return {"$dict": {key: plain(one) for key, one in value.items()}}
    return [plain(one) for one in value]


def fields_of(definition, name):
    fields = {}
    is_attribute = definition.GetSpecType(name) == Sdf.SpecTypeAttribute
    for field in definition.ListPropertyMetadataFields(name):
        value = definition.GetPropertyMetadata(name, field)
        if field == "variability":
            fields[field] = "Uniform" if value == Sdf.VariabilityUniform else "Varying"
        elif field not in ("documentation", "customData"):
            fields[field] = plain(value)
    if is_attribute and "default" in fields:
        fields["hasDeclaredType"] = True
    return fields


def describe(definition):
    if not definition:
        return {"names": [], "applied": [], "properties": {}}
    names = sorted(definition.GetPropertyNames())
    return {"names": names, "applied": list(definition.GetAppliedAPISchemas()),
            "properties": {name: fields_of(definition, name) for name in names}}


def find_definition(registry, identifier):
    return (registry.FindConcretePrimDefinition(identifier) or registry.FindAbstractPrimDefinition(identifier) or
            registry.FindAppliedAPIPrimDefinition(identifier))


def describe_type(registry, tf_type):
    info = registry.FindSchemaInfo(tf_type)
    is_applied = info.kind in (Usd.SchemaKind.SingleApplyAPI, Usd.SchemaKind.MultipleApplyAPI)
    bases = [registry.GetSchemaTypeName(base) or base.typeName.removeprefix("Usd") for base in tf_type.baseTypes]
    return {"kind": info.kind.name, "bases": bases, "typeName": tf_type.typeName,
            "library": Plug.Registry().GetPluginForType(tf_type).name, "family": info.family, "version": info.version,
            "canOnlyApplyTo": registry.GetAPISchemaCanOnlyApplyToTypeNames(info.identifier) if is_applied else [],
            "autoApplyTo": registry.GetAutoApplyAPISchemas().get(info.identifier, [])}


def random_compositions(registry, identifiers, count):
    """Questions of types with API schemas, some of them unknown, without the instance name that they need, or with one too many."""
    rng = random.Random(7)
    infos = [registry.FindSchemaInfo(identifier) for identifier in identifiers]
    types = [info.identifier for info in infos if info.kind == Usd.SchemaKind.ConcreteTyped] + ["", "Nothing"]
    single = [info.identifier for info in infos if info.kind == Usd.SchemaKind.SingleApplyAPI] + ["UnknownAPI", "CollectionAPI"]
    multiple = [info.identifier for info in infos if info.kind == Usd.SchemaKind.MultipleApplyAPI] + ["UnknownAPI", "MeshLightAPI"]
    for _ in range(count):
        applied = [f"{rng.choice(multiple)}:{rng.choice(['a', 'b', 'lightLink', 'some:more'])}" if rng.random() < 0.5 else rng.choice(single)
                   for _ in range(rng.randint(1, 5))]
        yield {"kind": "definition", "type": rng.choice(types), "applied": applied, "composed": True}


def tell(title, expected, found):
    """Prints the first differences of two descriptions; how many there are."""
    wrong = 0
    for key in sorted(set(expected) | set(found)):
        one, other = expected.get(key), found.get(key)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict):
            wrong += tell(f"{title} {key}", one, other)
        else:
            wrong += 1
            print(f"{title} {key}: expected {str(one)[:200]}, answered {str(other)[:200]}")
    return wrong


def main():
    done = subprocess.run([sys.executable, str(ROOT / "scripts" / "make_schemas.py"), "--check"], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr, end="")
        return 1
    program = Path(os.environ["STRATA_TOOL"]).parent / "strata_answer"
    registry = Usd.SchemaRegistry()
    types = {registry.FindSchemaInfo(one).identifier: one for one in Tf.Type.Find(Usd.SchemaBase).GetAllDerivedTypes()}
    if not program.exists():
        print(f"{len(types)} schema types are as usd-core has them; {program.name} is not built, so nobody was asked")
        return 0
    questions, expected = [], []
    for identifier, one in types.items():
        questions.append({"kind": "schema", "type": identifier, "named": True})
        expected.append(describe_type(registry, one))
        questions.append({"kind": "definition", "type": identifier, "applied": []})
        expected.append(describe(find_definition(registry, identifier)))
    for question in random_compositions(registry, list(types), int(os.environ.get("SEEDS", "400"))):
        questions.append(question)
        expected.append(describe(registry.BuildComposedPrimDefinition(question["type"], question["applied"])))
    text = "".join(json.dumps(question) + "\n" for question in questions)
    lines = subprocess.run([str(program)], input=text, capture_output=True, text=True, timeout=120).stdout.splitlines()
    wrong = properties = fields = 0
    for question, one, line in zip(questions, expected, lines):
        found = json.loads(line).get("answer", {})
        if question["kind"] == "schema":
            found = {key: value for key, value in found.items() if key in one}
        else:
            found["names"] = sorted(found["names"])
        properties += len(one.get("properties", ()))
        fields += sum(len(entry) for entry in one.get("properties", {}).values())
        wrong += tell(f"{question['type']} {question.get('applied') or ''}", one, found)
    print(f"{len(types)} types, {len(questions) - 2 * len(types)} compositions, {properties} properties with {fields} fields: "
          f"{wrong} differences from usd-core")
    return 1 if wrong or len(lines) != len(questions) or not fields else 0


if __name__ == "__main__":
    sys.exit(main())
