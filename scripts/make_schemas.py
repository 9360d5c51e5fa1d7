#!/usr/bin/env python3
"""Writes data/schemas: the schemas of OpenUSD as usd-core's registry reports them, with documentation of our own.

    .venv/bin/python scripts/make_schemas.py            rewrites data/schemas
    .venv/bin/python scripts/make_schemas.py --check    says whether the files are what usd-core and the documentation give

Facts (types, fallbacks, metadata, inheritance, rules of application) are asked from the running registry; no text of
OpenUSD's own files is read. Documentation comes from data/schemas/documentation.txt, one sentence a line:

    Sphere: A ball around the origin.
    Sphere.radius: Distance from the centre to the surface, in scene units.

What is written, in a fixed order, so that equal facts give equal files:
  index.txt        one line a schema type: its place in the registry, without its properties
  <library>.usda   one class a schema type: the properties it declares itself, and its built-in API schemas
"""
import argparse
import sys
from pathlib import Path

from pxr import Plug, Sdf, Tf, Usd

FOLDER = Path(__file__).resolve().parent.parent / "data" / "schemas"
INDEX_HEADER = """\
# The schema types of OpenUSD, made by scripts/make_schemas.py.
# identifier | type name | kind | base | library | traits | can only apply to | applies itself to
"""
STRUCTURE = ("custom", "typeName", "variability", "default")
KINDS = {Usd.SchemaKind.AbstractBase: "abstractBase", Usd.SchemaKind.AbstractTyped: "abstractTyped",
         Usd.SchemaKind.ConcreteTyped: "concreteTyped", Usd.SchemaKind.NonAppliedAPI: "nonAppliedAPI",
         Usd.SchemaKind.SingleApplyAPI: "singleApplyAPI", Usd.SchemaKind.MultipleApplyAPI: "multipleApplyAPI"}


class Schema:
    def __init__(self, registry, tf_type):
        info = registry.FindSchemaInfo(tf_type)
        self.identifier = info.identifier
        self.type_name = tf_type.typeName
        self.kind = KINDS[info.kind]
        plugin = Plug.Registry().GetPluginForType(tf_type)
        self.library = plugin.name
        facts = plugin.metadata["Types"][tf_type.typeName]
        bases = [registry.GetSchemaTypeName(base) or base.typeName.removeprefix("Usd") for base in tf_type.baseTypes]
        assert len(bases) == 1, (self.identifier, bases)
        self.base = bases[0]
        self.traits = [trait for key, trait in (("implementsComputeExtent", "computesExtent"),
                                                ("providesUsdShadeConnectableAPIBehavior", "connectable"))
                       if facts.get(key)]
        applied = info.kind in (Usd.SchemaKind.SingleApplyAPI, Usd.SchemaKind.MultipleApplyAPI)
        self.can_only_apply_to = registry.GetAPISchemaCanOnlyApplyToTypeNames(self.identifier) if applied else []
        self.auto_apply_to = registry.GetAutoApplyAPISchemas().get(self.identifier, [])
        self.definition = (registry.FindConcretePrimDefinition(self.identifier) or
                           registry.FindAbstractPrimDefinition(self.identifier) or
                           registry.FindAppliedAPIPrimDefinition(self.identifier))

    def index_line(self):
        return " | ".join([self.identifier, self.type_name, self.kind, self.base, self.library, " ".join(self.traits),
                           " ".join(self.can_only_apply_to), " ".join(self.auto_apply_to)]).rstrip()


def facts_of(definition, name):
    """Everything the registry says of a property, as something that can be compared."""
    return str(definition.GetSpecType(name)), {field: str(definition.GetPropertyMetadata(name, field))
                                               for field in definition.ListPropertyMetadataFields(name)}


def own_properties(schema, by_identifier):
    """Names of the properties that neither the base nor a built-in API schema gives just so."""
    own = set(schema.definition.GetLocallyDefinedPropertyNames())
    base = by_identifier.get(schema.base)
    if base and base.definition:
        inherited = set(base.definition.GetPropertyNames())
        own = {name for name in own if name not in inherited}
        own |= {name for name in inherited
                if facts_of(base.definition, name) != facts_of(schema.definition, name)}
    return sorted(own)


def add_class(layer, schema, by_identifier, documentation):
    prim = Sdf.CreatePrimInLayer(layer, "/" + schema.identifier)
    prim.specifier = Sdf.SpecifierClass
    if schema.kind == "concreteTyped":
        prim.typeName = schema.identifier
    if schema.identifier in documentation:
        prim.documentation = documentation[schema.identifier]
    if not schema.definition:
        return
    built_in = schema.definition.GetMetadata("apiSchemas")
    if built_in:
        prim.SetInfo("apiSchemas", built_in)
    for name in own_properties(schema, by_identifier):
        add_property(prim, schema, name, documentation)


def add_property(prim, schema, name, documentation):
    definition = schema.definition
    if definition.GetSpecType(name) == Sdf.SpecTypeRelationship:
        spec = Sdf.RelationshipSpec(prim, name, False)
    else:
        type_name = Sdf.ValueTypeNames.Find(definition.GetPropertyMetadata(name, "typeName"))
        spec = Sdf.AttributeSpec(prim, name, type_name, definition.GetPropertyMetadata(name, "variability"))
        fallback = definition.GetPropertyMetadata(name, "default")
        if fallback is not None:
            spec.default = fallback
    for field in definition.ListPropertyMetadataFields(name):
        if field not in STRUCTURE:
            spec.SetInfo(field, definition.GetPropertyMetadata(name, field))
    sentence = documentation.get(f"{schema.identifier}.{name}")
    if sentence:
        spec.documentation = sentence


def read_documentation(path):
    sentences = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else (), 1):
        if not line.strip() or line.startswith("#"):
            continue
        subject, separator, sentence = line.partition(": ")
        if not separator or subject in sentences:
            sys.exit(f"{path.name}:{number}: expected 'Schema.property: sentence.', each subject once")
        sentences[subject] = sentence.strip()
    return sentences


def make_files(documentation):
    """File name to content."""
    registry = Usd.SchemaRegistry()
    schemas = [Schema(registry, tf_type) for tf_type in Tf.Type.Find(Usd.SchemaBase).GetAllDerivedTypes()]
    schemas.sort(key=lambda schema: (schema.library.lower(), schema.identifier))
    by_identifier = {schema.identifier: schema for schema in schemas}
    files = {"index.txt": INDEX_HEADER + "".join(schema.index_line() + "\n" for schema in schemas)}
    for library in sorted({schema.library for schema in schemas}):
        layer = Sdf.Layer.CreateAnonymous(".usda")
        for schema in schemas:
            if schema.library == library:
                add_class(layer, schema, by_identifier, documentation)
        layer.documentation = f"The schemas of {library}, made by scripts/make_schemas.py."
        files[library + ".usda"] = layer.ExportToString()
    known = set(by_identifier) | {f"{schema.identifier}.{name}" for schema in schemas if schema.definition
                                  for name in own_properties(schema, by_identifier)}
    return files, known


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file would change")
    parser.add_argument("--missing", action="store_true", help="list what has no documentation")
    options = parser.parse_args()
    documentation = read_documentation(FOLDER / "documentation.txt")
    files, known = make_files(documentation)
    if options.missing:
        print("\n".join(sorted(known - set(documentation))))
        return
    unknown = sorted(set(documentation) - known)
    if unknown:
        sys.exit("documentation.txt speaks of what is not there: " + ", ".join(unknown))
    stale = [name for name, text in files.items()
             if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text]
    if options.check:
        if stale:
            sys.exit("data/schemas differs from what usd-core reports: " + ", ".join(stale))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in stale:
        (FOLDER / name).write_text(files[name], encoding="utf-8")
    print(f"{len(stale)} of {len(files)} files changed")


if __name__ == "__main__":
    main()
