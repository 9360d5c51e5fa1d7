"""What notebooks show: a stage as a tree that unfolds, a prim with its opinions, a prim index as the tree of its nodes.

Text of scenes is escaped, and at most MAX_ITEMS lines are written, whatever the scene holds.
"""
from html import escape

from strata._core import Usd as _usd

MAX_ITEMS = 2000
_STYLE = 'style="font-family:monospace;margin-left:1.2em"'
_CELL = 'style="text-align:left;padding:0 1em 0 0"'


def _line(prim):
    words = [f"<b>{escape(prim.GetName() or '/')}</b>"]
    if prim.GetTypeName():
        words.append(escape(prim.GetTypeName()))
    notes = [note for note, holds in (("instance", prim.IsInstance()), ("inactive", not prim.IsActive()),
                                      ("abstract", prim.IsAbstract()), ("not loaded", not prim.IsLoaded())) if holds]
    return " ".join(words + [f"<i>{note}</i>" for note in notes])


def stage_html(stage):
    if not stage:
        return "<pre>invalid null stage</pre>"
    parts, count, closing = [f"<div><code>{escape(repr(stage))}</code>"], 0, []
    # Without recursion: a scene may be deeper than Python's stack.
    waiting = [(prim, 0) for prim in reversed(stage.GetPseudoRoot().GetAllChildren())]
    while waiting:
        prim, depth = waiting.pop()
        while closing and closing[-1] >= depth:
            parts.append("</details>")
            closing.pop()
        if count == MAX_ITEMS:
            parts.append(f"<div {_STYLE}>… and more</div>")
            break
        count += 1
        children = prim.GetAllChildren()
        if children:
            parts.append(f"<details {_STYLE}{' open' if depth == 0 else ''}><summary>{_line(prim)}</summary>")
            closing.append(depth)
            waiting.extend((child, depth + 1) for child in reversed(children))
        else:
            parts.append(f"<div {_STYLE}>{_line(prim)}</div>")
    return "".join(parts) + "</details>" * len(closing) + "</div>"


def _value_text(value):
    text = repr(value) if not hasattr(value, "__len__") or isinstance(value, str) or len(value) <= 8 else (
        f"{type(value).__name__} of {len(value)}")
    return text if len(text) <= 120 else text[:117] + "…"


def prim_html(prim):
    if not prim:
        return f"<pre>{escape(repr(prim))}</pre>"
    parts = [f"<div><code>{escape(str(prim.GetPath()))}</code> {_line(prim)}<table><tr>",
             *(f"<th {_CELL}>{title}</th>" for title in ("spec", "layer", "says")), "</tr>"]
    for spec in prim.GetPrimStack()[:MAX_ITEMS]:
        cells = (str(spec.path), spec.layer.identifier, f"{str(spec.specifier).rpartition('.Specifier')[2].lower()} {spec.typeName}")
        parts.append("<tr>" + "".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in cells) + "</tr>")
    parts.append("</table><table><tr>" + "".join(f"<th {_CELL}>{title}</th>" for title in ("property", "value", "from")) + "</tr>")
    for prop in prim.GetAuthoredProperties()[:MAX_ITEMS]:
        value = [str(path) for path in prop.GetTargets()] if isinstance(prop, _usd.Relationship) else prop.Get()
        layers = [spec.layer.GetDisplayName() or spec.layer.identifier for spec in prop.GetPropertyStack()]
        cells = (prop.GetName(), _value_text(value), ", ".join(layers))
        parts.append("<tr>" + "".join(f"<td {_CELL}>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return "".join(parts) + "</table></div>"


def index_html(index):
    if not index.IsValid():
        return "<pre>invalid prim index</pre>"
    parts, count, waiting = ["<div>"], 0, [index.rootNode]
    while waiting and count < MAX_ITEMS:
        node = waiting.pop()
        if node is None:
            parts.append("</details>")
            continue
        count += 1
        layers = ", ".join(layer.identifier for layer in node.layerStack.layers)
        words = f"<b>{escape(node.arcType.displayName)}</b> {escape(str(node.path))} <i>@{escape(layers)}@</i>"
        parts.append(f"<details open {_STYLE}><summary>{words}{'' if node.hasSpecs else ' (no specs)'}</summary>")
        waiting.append(None)
        waiting.extend(reversed(node.children))
    return "".join(parts) + "</details>" * sum(node is None for node in waiting) + "</div>"

