"""Brings names that are arbitrary into a form that two equal documents share.

A name is arbitrary when only what it stands for matters: prototypes of a scene index (`__Prototype_3`, segments that end in
`$3`) and of a flattened stage (`Flattened_Prototype_3`). Names are coloured by everything said about them, as in graph
isomorphism tests, and numbered in the order of their colours.
"""
import hashlib
import json
import re

SCENE_NAME = re.compile(r"__Prototype_\d+|[^/\s\"$]+\$\d+(?![\w.])")
FLATTENED_NAME = re.compile(r"Flattened_Prototype_\d+")
UNORDERED = ("added", "removed", "finalPathsAfter")


def colour(*parts):
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def kind_of(name):
    return re.sub(r"\d+$", "", name)


def facts(value, at=(), numbers=False):
    """Each leaf as one text with its place; numbers, which may differ a little and be whole or not, coarsely or not at all."""
    if isinstance(value, dict):
        if not value:
            yield json.dumps([*at, {}])
        for key, part in value.items():
            if key != "$value" or value.get("$type") != "ArResolverContext":  # which is information
                yield from facts(part, at + (key,), numbers)
    elif isinstance(value, list):
        unordered = bool(at) and (at[-1] in UNORDERED or (len(at) > 1 and at[-2] == "dirtied"))
        if not value:
            yield json.dumps([*at, []])
        for index, part in enumerate(value):
            yield from facts(part, at if unordered else at + (index,), numbers)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        if numbers:
            yield json.dumps([*at, f"{value + 0.0:.3g}"])
    else:
        yield json.dumps([*at, value])


def rename(value, change):
    """The value with each of its strings and keys changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {change(key): rename(part, change) for key, part in value.items()}
    if isinstance(value, list):
        return [rename(part, change) for part in value]
    return value


class Colouring:
    def __init__(self, texts, pattern):
        self.pattern = pattern
        self.texts = [pattern.split(text) for text in texts]
        self.names_in = [pattern.findall(text) for text in texts]
        self.lines_of = {}
        for line, names in enumerate(self.names_in):
            for name in names:
                self.lines_of.setdefault(name, set()).add(line)
        self.colours = {name: kind_of(name) for name in self.lines_of}

    def say(self, line, about):
        """One text as seen from one name: its own occurrences are marked, the others are colours."""
        pieces = [self.texts[line][0]]
        for name, piece in zip(self.names_in[line], self.texts[line][1:]):
            pieces += ["\1" if name == about else "\2" + self.colours[name], piece]
        return "".join(pieces)

    def refine(self):
        while True:
            count = len(set(self.colours.values()))
            self.colours = {name: colour(kind_of(name), self.colours[name], *sorted(self.say(line, name) for line in lines))
                            for name, lines in self.lines_of.items()}
            if len(set(self.colours.values())) == count:
                return

    def settle(self):
        """Refines until all names differ; where several are alike in every way, any of them may come first."""
        self.refine()
        while True:
            classes = {}
            for name in sorted(self.colours):
                classes.setdefault(self.colours[name], []).append(name)
            tied = min((key for key, names in classes.items() if len(names) > 1), default=None)
            if tied is None:
                return
            self.colours[classes[tied][0]] = colour("first", tied)
            self.refine()


def canonical_scene(document):
    """A scene-index answer with its arbitrary names numbered canonically."""
    first = Colouring([text for text in facts(document) if SCENE_NAME.search(text)], SCENE_NAME)
    if not first.colours:
        return document
    first.refine()
    if len(set(first.colours.values())) < len(first.colours):
        fine = Colouring([text for text in facts(document, numbers=True) if SCENE_NAME.search(text)], SCENE_NAME)
        fine.colours = dict(first.colours)
        first = fine
    first.settle()
    ranked = sorted(first.colours, key=lambda name: (kind_of(name), first.colours[name]))
    counts, names = {}, {}
    for name in ranked:
        counts[kind_of(name)] = counts.get(kind_of(name), 0) + 1
        names[name] = f"{kind_of(name)}{counts[kind_of(name)]}"
    return rename(document, lambda text: SCENE_NAME.sub(lambda match: names.get(match[0], match[0]), text))


def canonical_flattened(text):
    """A flattened stage as text with its prototypes numbered, and put first, in the order of their first use."""
    blocks = re.split(r"(?m)^(?=(?:def|over|class)\b)", text)
    own = re.compile(r'\w+ (?:\w+ )?"(Flattened_Prototype_\d+)"')
    prototypes = {match[1]: block for block in blocks if (match := own.match(block))}
    order = []

    def visit(block):
        waiting = [block]
        while waiting:
            for name in FLATTENED_NAME.findall(waiting.pop(0)):
                if name not in order:
                    order.append(name)
                    waiting.append(prototypes.get(name, ""))

    for block in blocks:
        if not own.match(block):
            visit(block)
    order += sorted((name for name in prototypes if name not in order),
                    key=lambda name: FLATTENED_NAME.sub("Flattened_Prototype", prototypes[name]))
    names = {name: f"Flattened_Prototype_{number}" for number, name in enumerate(order, 1)}
    head = blocks[0]
    body = "".join(prototypes[name] for name in order if name in prototypes)
    body += "".join(block for block in blocks[1:] if not own.match(block))
    return FLATTENED_NAME.sub(lambda match: names.get(match[0], match[0]), head + body)
