"""Reads the composition dumps of the AOUSD suite (pcp.txt) into the structure that is compared.

Result: `entry`, `layerStack` [[layer, offset, scale], or [layer] where the dump has no offset], `prims` in order, `errors` (headings). A prim has `path`, `primStack`
[[layer, path]], `timeOffsets` [[layer, path, arc, offset, scale]] (a sublayer row has arc `sublayer` and path ""),
`variantSelections`, `childNames`, `prohibitedChildNames`, `propertyNames`, and path to list: `propertyStacks`,
`relationshipTargets`, `attributeConnections`, `deletedTargets`. Offsets and scales have two decimals.
"""
import ast
import re

SECTIONS = {
    "Prim Stack": "primStack", "Time Offsets": "timeOffsets", "Variant Selections": "variantSelections",
    "Child names": "childNames", "Prohibited child names": "prohibitedChildNames", "Property names": "propertyNames",
    "Property stacks": "propertyStacks", "Relationship targets": "relationshipTargets",
    "Attribute connections": "attributeConnections", "Deleted target paths": "deletedTargets",
}
OFFSET = re.compile(r"\(offset=([^,]+), scale=([^)]+)\)\s*$")


def offset_of(line):
    """The line without its time offset, and that offset."""
    match = OFFSET.search(line)
    return (line[: match.start()], [float(match[1]), float(match[2])]) if match else (line, [0.0, 1.0])


def split_layer(line):
    """Layer and path of a row: two or more blanks, or one before a slash, part them."""
    layer, _, path = re.sub(r"\s+(?=/)", "\t", line.strip(), count=1).partition("\t")
    return [layer.strip(), path.strip()]


def parse(text):
    lines = text.replace("\r\n", "\n").split("\n")
    entry = re.match(r"Loading @(.*)@\s*$", lines[0])
    if not entry:
        raise ValueError("the first line of pcp.txt does not name an entry layer")
    result = {"entry": re.split(r"[/\\]", entry[1])[-1], "layerStack": [], "prims": [], "errors": []}
    prim, section, key = None, None, None
    for line in lines[1:]:
        if re.match(r"-{20,}\s*$", line):
            prim, section = None, None
        elif line.startswith(("Warning:", "ERROR: Unexpected")) or not line.strip():
            continue
        elif match := re.match(r"Results for composing <(.*)>\s*$", line):
            prim, section = {"path": match[1]}, None
            result["prims"].append(prim)
        elif re.match(r"Errors while (composing <.*>|computing Layer Stack)\s*$", line):
            result["errors"].append(line.strip())
            prim, section = None, "errors"
        elif line.rstrip() == "Layer Stack:":
            section = "layerStack"
        elif prim is not None and (match := re.match(r"([A-Z][A-Za-z ]+):\s*$", line)) and match[1] in SECTIONS:
            section = SECTIONS[match[1]]
        elif section == "layerStack":
            name, offset = offset_of(line)
            result["layerStack"].append([name.strip()] + (offset if OFFSET.search(line) else []))
        elif prim is not None and section is not None:
            key = add_row(prim, section, key, line)
    return result


def add_row(prim, section, key, line):
    """Adds one row of a section; gives the property that rows to come belong to."""
    if section == "primStack":
        prim.setdefault(section, []).append(split_layer(line))
    elif section == "timeOffsets":
        rest, offset = offset_of(line)
        indented = len(line) - len(line.lstrip()) > 4
        words = rest.split()
        row = [words[0], "", words[-1]] if indented else [*split_layer(" ".join(words[:-1])), words[-1]]
        prim.setdefault(section, []).append(row + offset)
    elif section == "variantSelections":
        for name, choice in re.findall(r"([^\s{},]+) = ([^{},]*)", line.strip()):
            prim.setdefault(section, {})[name] = choice.strip()
    elif section in ("childNames", "prohibitedChildNames", "propertyNames"):
        prim.setdefault(section, []).extend(ast.literal_eval(line.strip()))
    elif not line.startswith(" "):
        key = line.strip().rstrip(":")
        prim.setdefault(section, {})[key] = []
    else:
        prim[section][key].append(split_layer(line) if section == "propertyStacks" else line.strip())
    return key
