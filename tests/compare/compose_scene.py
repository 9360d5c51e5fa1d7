"""A small layered scene as a tree of parts: written as text, and made smaller part by part.

A part is a dictionary with `kind` and, in `parts`, a list of further parts. Every part can be taken away and the rest is still a
scene; that is all that shrinking needs to know.
"""
import copy

OPERATIONS = ("explicit", "delete", "add", "prepend", "append", "reorder")
ARC_FIELDS = {"reference": "references", "payload": "payload", "inherit": "inherits", "specialize": "specializes"}


def part(kind, parts=(), **fields):
    return {"kind": kind, "parts": list(parts), **fields}


def children(of, kind):
    return [one for one in of["parts"] if one["kind"] == kind]


def unique(items):
    return list(dict.fromkeys(items))


def write_offset(offset, scale):
    words = []
    if offset != 0:
        words.append(f"offset = {offset}")
    if scale != 1:
        words.append(f"scale = {scale}")
    return f" ({'; '.join(words)})" if words else ""


def write_arc(arc):
    path = f"<{arc['path']}>" if arc["path"] else ""
    if arc["arc"] in ("inherit", "specialize"):
        return path
    asset = f"@{arc['asset']}@" if arc["asset"] else ""
    return asset + (path or ("" if asset else "<>")) + write_offset(*arc.get("offset", (0, 1)))


def write_list_op(field, items):
    """Lines `prepend field = [..]`; an explicit list stands alone."""
    by_operation = {}
    for operation, text in items:
        by_operation.setdefault(operation, []).append(text)
    if "explicit" in by_operation:
        by_operation = {"explicit": by_operation["explicit"]}
    for operation in OPERATIONS:
        if operation in by_operation:
            texts = ", ".join(unique(text for text in by_operation[operation] if text))
            prefix = "" if operation == "explicit" else operation + " "
            yield f"{prefix}{field} = " + (f"[{texts}]" if texts or operation != "explicit" else "None")


def write_metadata(prim):
    lines = []
    for arc, field in ARC_FIELDS.items():
        lines += write_list_op(field, [(one["op"], write_arc(one)) for one in children(prim, "arc") if one["arc"] == arc])
    sets = unique(one["name"] for one in children(prim, "set") if one["listed"])
    if sets:
        lines.append("prepend variantSets = [" + ", ".join(f'"{name}"' for name in sets) + "]")
    selections = {one["set"]: one["variant"] for one in children(prim, "selection")}
    if selections:
        lines.append("variants = {")
        lines += [f'    string {name} = "{variant}"' for name, variant in selections.items()]
        lines.append("}")
    lines += [f"{name} = {text}" for name, text in {one["name"]: one["text"] for one in children(prim, "meta")}.items()]
    return lines


def write_property(prop):
    custom = "custom " if prop.get("custom") else ""
    if prop["kind"] == "attribute":
        variability = prop.get("variability", "") and prop["variability"] + " "
        yield f"{custom}{variability}{prop['type']} {prop['name']} = {prop['value']}" + write_property_meta(prop)
        for line in write_list_op(f"{custom}{prop['type']} {prop['name']}.connect",
                                  [(one["op"], f"<{one['path']}>") for one in children(prop, "target")]):
            words = line.split(" ")
            if words[0] in OPERATIONS:
                line = " ".join(words[:1] + words[1:])
            yield line
    else:
        targets = [(one["op"], f"<{one['path']}>") for one in children(prop, "target")]
        lines = list(write_list_op(f"rel {prop['name']}", targets)) or [f"rel {prop['name']}"]
        yield from ((f"custom {line}" if custom and not line.startswith(OPERATIONS) else line) for line in lines)


def write_property_meta(prop):
    return f" (\n    permission = {prop['permission']}\n)" if prop.get("permission") else ""


def write_content(prim):
    lines = []
    order = children(prim, "order")
    if order:
        lines.append("reorder nameChildren = [" + ", ".join(f'"{one}"' for one in unique(order[0]["names"])) + "]")
    seen = set()
    for prop in prim["parts"]:
        if prop["kind"] in ("attribute", "relationship") and prop["name"] not in seen:
            seen.add(prop["name"])
            lines += write_property(prop)
    seen = set()
    for child in children(prim, "prim"):
        if child["name"] not in seen:
            seen.add(child["name"])
            lines += write_prim(child)
    seen = set()
    for one in children(prim, "set"):
        if one["name"] in seen or not children(one, "variant"):
            continue
        seen.add(one["name"])
        lines.append(f'variantSet "{one["name"]}" = {{')
        variants = set()
        for variant in children(one, "variant"):
            if variant["name"] in variants:
                continue
            variants.add(variant["name"])
            metadata = write_metadata(variant)
            lines.append(f'    "{variant["name"]}" ' + ("(" if metadata else "{"))
            if metadata:
                lines += ["        " + line for line in metadata] + ["    ) {"]
            lines += ["        " + line for line in write_content(variant)] + ["    }"]
        lines.append("}")
    return lines


def write_prim(prim):
    metadata = write_metadata(prim)
    lines = [f'{prim["specifier"]} "{prim["name"]}"' + (" (" if metadata else "")]
    if metadata:
        lines += ["    " + line for line in metadata] + [")"]
    return lines + ["{"] + ["    " + line for line in write_content(prim)] + ["}"]


def write_layer(layer):
    lines = []
    lines += [f"{name} = {text}" for name, text in {one["name"]: one["text"] for one in children(layer, "meta")}.items()]
    variables = {one["name"]: one for one in children(layer, "variable")}
    if variables:
        lines += ["expressionVariables = {"]
        lines += [f"    {one['type']} {name} = {one['text']}" for name, one in variables.items()]
        lines += ["}"]
    sublayers = {one["asset"]: one for one in children(layer, "sublayer")}
    if sublayers:
        lines.append("subLayers = [" + ", ".join(
            f"@{asset}@" + write_offset(*one["offset"]) for asset, one in sublayers.items()) + "]")
    relocates = {one["source"]: one["target"] for one in children(layer, "relocate")}
    if relocates:
        lines.append("relocates = {" + ", ".join(
            f"<{source}>: <{target}>" for source, target in relocates.items()) + "}")
    text = ["#usda 1.0"] + (["("] + ["    " + line for line in lines] + [")"] if lines else []) + [""]
    seen = set()
    for prim in children(layer, "prim"):
        if prim["name"] not in seen:
            seen.add(prim["name"])
            text += write_prim(prim)
    return "\n".join(text) + "\n"


def write_scene(scene, folder):
    for layer in children(scene, "layer"):
        (folder / layer["name"]).write_text(write_layer(layer), encoding="utf-8")


def find_muted(scene, folder):
    """The identifiers of the layers that the scene mutes."""
    return [str(folder / one["name"]) for one in children(scene, "mute")]


def count_parts(one):
    return 1 + sum(count_parts(inner) for inner in one["parts"])


def removals(scene):
    """Scenes with one part less, the biggest parts first; also with a prim's content put in place of the prim's arcs."""
    places = []

    def visit(one, way):
        for index, inner in enumerate(one["parts"]):
            places.append((count_parts(inner), way + (index,)))
            visit(inner, way + (index,))

    visit(scene, ())
    places.sort(key=lambda place: -place[0])
    for _, way in places:
        smaller = copy.deepcopy(scene)
        holder = smaller
        for index in way[:-1]:
            holder = holder["parts"][index]
        gone = holder["parts"][way[-1]]
        if gone["kind"] == "layer" and gone["name"] == "root.usda":
            continue
        del holder["parts"][way[-1]]
        yield smaller


def shrink(scene, is_different, limit=4000):
    """The smallest scene found that is still different."""
    tries = 0
    progress = True
    while progress and tries < limit:
        progress = False
        for smaller in removals(scene):
            tries += 1
            if tries >= limit:
                break
            if is_different(smaller):
                scene = smaller
                progress = True
                break
    return scene
