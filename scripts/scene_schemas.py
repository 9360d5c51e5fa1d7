#!/usr/bin/env python3
"""Makes the typed views of data in running scenes from data/scene_schemas: strata/scene/schemas_<file>.h for each file there,
python/strata/_hd_schemas.py, and docs/reference/scene_schemas.md. With --check nothing is written, and what is out of date fails."""
import argparse
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = PROJECT / "data" / "scene_schemas"
VALUES = {
    "token": "Token", "bool": "bool", "int": "int32_t", "float": "float", "double": "double", "string": "std::string", "path": "Path",
    "asset": "AssetPath", "pathExpression": "PathExpression", "pathVector": "PathVector", "matrix4d": "Matrix4d", "int2": "Vec2i",
    "int3": "Vec3i", "int4": "Vec4i", "float2": "Vec2f", "float3": "Vec3f", "float4": "Vec4f", "double2": "Vec2d", "double3": "Vec3d",
    "double4": "Vec4d"}


class Schema:
    def __init__(self, name, token, form="", of=""):
        self.name, self.token, self.form, self.of = name, "" if token == "-" else token, form, of
        self.members = []


def read(file):
    about, schemas = [], []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        words = line.split()
        if line.startswith("#"):
            about.append(line[1:].strip())
        elif line.startswith("  ") and len(words) == 2 and schemas:
            schemas[-1].members.append(words)
        elif words and not line.startswith(" ") and len(words) in (2, 4) and (len(words) == 2 or words[2] in ("each", "list")):
            schemas.append(Schema(*words))
        elif words:
            raise SystemExit(f"{file}:{number}: a schema is `Name token`, `Name token each Type` or `Name token list Type`; a member is `  name type`")
    return " ".join(about), schemas


def value_type(name):
    if name.endswith("[]"):
        return f"Array<{VALUES[name[:-2]]}>" if name[:-2] in VALUES else None
    return VALUES.get(name)


def upper(name):
    return name[0].upper() + name[1:]


def write_class(schema, known):
    def cpp(kind):
        return "DataSourceHandle" if kind == "any" else value_type(kind) or f"{kind}Schema"

    for kind in [schema.of] * bool(schema.form) + [kind for _, kind in schema.members]:
        if kind != "any" and not value_type(kind) and kind not in known:
            raise SystemExit(f"{schema.name}: {kind} is neither a value type nor a schema above")
    form = {"": "SchemaOf", "each": "SchemaOfEach", "list": "SchemaOfList"}[schema.form]
    of = f", {cpp(schema.of)}" if schema.form else ""
    out = [f'class {schema.name}Schema final : public {form}<{schema.name}Schema, "{schema.token}"{of}> {{', " public:",
           f"  using {form}::{form};"]
    for name, kind in schema.members:
        out.append(f'  static constexpr SchemaMember<"{name}", {cpp(kind)}> k{upper(name)}{{}};')
    for name, kind in schema.members:
        if value_type(kind):
            out.append(f"  auto Get{upper(name)}(double shutter_offset = 0) const {{ return Read(k{upper(name)}, shutter_offset); }}")
        else:
            out.append(f"  auto Get{upper(name)}() const {{ return Read(k{upper(name)}); }}")
    return out + ["};", ""]


def write_python(schemas):
    """The schemas as Python has them: what _hd_views makes classes of."""
    lines = ['"""What typed views of data there are, made by scripts/scene_schemas.py from data/scene_schemas: (name, token, form, kind of what',
             'it holds, members)."""', "SCHEMAS = ["]
    for schema in schemas:
        line = f'    ("{schema.name}", "{schema.token}", "{schema.form}", "{schema.of}", ['
        for name, kind in schema.members:
            member = f'("{name}", "{kind}"), '
            if len(line) + len(member) > 128:
                lines.append(line.rstrip())
                line = "        "
            line += member
        lines.append(line.rstrip(", ") + "]),")
    return "\n".join([*lines, "]", ""])


def formatted(text, file):
    done = subprocess.run(["clang-format-19", f"--assume-filename={file}"], input=text, capture_output=True, text=True, cwd=PROJECT, check=True)
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    made, all_schemas, docs, known = {}, [], ["# Data of prims in running scenes", "", "Made by `scripts/scene_schemas.py` from `data/scene_schemas`. "
                             "A schema is a typed view of a container: `MeshSchema::GetFromParent(data).GetTopology()`. Members are named for "
                             "locators and builders: `MeshSchema::GetLocator(MeshSchema::kTopology)`, `SchemaBuilder().SetValue(CubeSchema::kSize, 2.0).Build()`.", ""], set()
    for file in sorted(SOURCES.glob("*.txt")):
        about, schemas = read(file)
        about = about.partition(" A line ")[0]
        lines = [f"// {about} Made by scripts/scene_schemas.py from data/scene_schemas/{file.name}.", "#pragma once", "", "#include <string>", "", '#include "strata/math/matrix.h"', '#include "strata/scene/schema.h"', '#include "strata/value/types.h"', "",
                 "namespace strata::scene {", ""]
        docs += [f"## {about}", "", "| schema | in data | members |", "|---|---|---|"]
        local = set()
        all_schemas += schemas
        for schema in schemas:
            lines += write_class(schema, local)
            local.add(schema.name)
            members = ", ".join(f"`{name}` {kind}" for name, kind in schema.members) or f"{schema.form} {schema.of}"
            docs.append(f"| {schema.name}Schema | {f'`{schema.token}`' if schema.token else ''} | {members} |")
        docs.append("")
        known |= local
        made[PROJECT / "strata" / "scene" / f"schemas_{file.stem}.h"] = "\n".join([*lines, "}  // namespace strata::scene", ""])
    made[PROJECT / "docs" / "reference" / "scene_schemas.md"] = "\n".join(docs).rstrip() + "\n"
    made[PROJECT / "python" / "strata" / "_hd_schemas.py"] = write_python(all_schemas)
    stale = 0
    for file, text in made.items():
        if file.suffix == ".h":
            try:
                text = formatted(text, file)
            except (OSError, subprocess.CalledProcessError):
                print("SKIPPED: there is no clang-format-19 to write headers with")
                return 77
        if not file.exists() or file.read_text() != text:
            stale += 1
            print(f"{'out of date' if options.check else 'wrote'}: {file.relative_to(PROJECT)}")
            if not options.check:
                file.write_text(text)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
