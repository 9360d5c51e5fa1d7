"""What is normative in the answers of each kind of check: one rule per kind, as the corpus's README says it."""
import re

from renaming import canonical_flattened, canonical_scene
from rules import (ABSENT, CHANGE, DROP, LOOP, REPEAT, Bag, Difference, Given, Information, Keyed, Map, Presence, Record, Rule,
                   Sequence, Site, Text, Value)

GEOM_TOLERANCE = 1e-5
SCENE_TOLERANCE = 1e-6
BETWEEN_TOLERANCE = 1e-5
SPLINE_TOLERANCE = 1e-9  # of values that come out of a root search: far below any spline's own precision
MUSEUM_DECIMALS = 2


# --- layer ------------------------------------------------------------------------------------------------------------

def writer_rounds(value):
    """Whether a time code or duration in here needs more than the six digits that usd-core's text writer gives it."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            for key, inner in part.items():
                if key in ("$timecode", "$duration") and isinstance(inner, (int, float)) and float(f"{inner:.6g}") != inner:
                    return True
                waiting.append(inner)
        elif isinstance(part, list):
            waiting.extend(part)
    return False


def layer_rule(oracle):
    rounds = writer_rounds(oracle.get("specs"))
    return Record(
        error=Information(), exportError=Presence(),
        specs=Keyed(("path",), Record(fields=Map(Value())), ordered=False),
        usda=Information() if rounds else Text(optional=True),
        usdaSha256=Information() if rounds else Value())


# --- pcp --------------------------------------------------------------------------------------------------------------

NODE = Record(i=Given(), parent=Given(), origin=Given(),
              mapToParent=Record(offset=Sequence(), paths=Bag()), mapToRoot=Record(offset=Sequence(), paths=Bag()))
# What an optional node between a node and its parent leaves open.
OF_PARENT = ("introPath", "mapToParent")
OF_FIRST = ("culled", "inert", "hasSpecs")


def is_optional(node):
    return bool(node.get("culled") or (node.get("inert") and not node.get("hasSpecs")))


class Nodes(Rule):
    """A prim index graph in strength order; nodes that are culled, or inert without specs, may be there or not."""

    def kept(self, nodes):
        """The nodes to compare, each with `parent` and `origin` among them; an origin that is optional is left open (-1)."""
        rank = {}
        for index, node in enumerate(nodes):
            if index == 0 or not is_optional(node):
                rank[index] = len(rank)
        rows = []
        for index in rank:
            node = nodes[index]
            parent, origin, steps = node.get("parent"), node.get("origin"), 0
            direct = parent in rank or parent is None
            while parent is not None and parent not in rank and steps < len(nodes):
                parent, steps = nodes[parent].get("parent") if parent < len(nodes) else None, steps + 1
            rows.append((index, node, {"parent": rank.get(parent), "direct": direct,
                                       "origin": rank.get(origin) if origin is None or origin in rank else -1}))
        return rows

    def compare(self, expected, got, at=()):
        if not isinstance(got, list) or not all(isinstance(node, dict) for node in got):
            yield Difference(at, expected, got)
            return
        for node in got:
            for key in ("parent", "origin"):
                if node.get(key) is not None and not (isinstance(node[key], int) and 0 <= node[key] < len(got)):
                    yield Difference(at, "an index of a node", node[key], key)
                    return
        old, new = self.kept(expected), self.kept(got)
        for (index, one, place), (_, other, its_place) in zip(old, new):
            yield from self.compare_node(one, other, place, its_place, at + (index,))
        if len(old) != len(new):
            shorter = min(len(old), len(new))
            yield Difference(at + (old[shorter][0] if shorter < len(old) else len(expected),),
                             self.name(old[shorter][1]) if shorter < len(old) else ABSENT,
                             self.name(new[shorter][1]) if shorter < len(new) else ABSENT,
                             f"{len(old)} against {len(new)} nodes without the optional ones")

    def compare_node(self, one, other, place, its_place, at):
        for key in ("arc", "layerStack", "path"):
            if one.get(key) != other.get(key):
                yield Difference(at, self.name(one), self.name(other))
                return
        if place["parent"] != its_place["parent"]:
            yield Difference(at + ("parent",), place["parent"], its_place["parent"], "without the optional nodes")
        if -1 not in (place["origin"], its_place["origin"]) and place["origin"] != its_place["origin"]:
            yield Difference(at + ("origin",), place["origin"], its_place["origin"], "without the optional nodes")
        skipped = () if place["direct"] and its_place["direct"] else OF_PARENT
        if place["parent"] is None and is_optional(one):
            skipped += OF_FIRST
        yield from NODE.compare({key: value for key, value in one.items() if key not in skipped},
                                {key: value for key, value in other.items() if key not in skipped}, at)

    def name(self, node):
        return {key: node.get(key) for key in ("arc", "layerStack", "path")}

    def sites(self, expected, at=()):
        for index, node, place in self.kept(expected):
            if place["parent"] is not None:
                yield Site(at + (index, "parent"), LOOP)
                if place["origin"] != -1:
                    yield Site(at + (index, "origin"), LOOP)
                yield Site(at + (index,), DROP)
                yield Site(at + (index,), REPEAT)
            skipped = () if place["direct"] else OF_PARENT
            if place["parent"] is None:
                # A root that a change makes optional is still there, but its flags are no longer compared.
                skipped += OF_FIRST if is_optional(node) or node.get("inert") else OF_FIRST[:2]
            yield from (site for site in NODE.sites(node, at + (index,))
                        if len(site.at) == len(at) + 1 or site.at[len(at) + 1] not in skipped)

    def remarks(self, expected, at=()):
        for index, node in enumerate(expected):
            if index and is_optional(node):
                yield Site(at + (index, "path"), CHANGE)


PCP = Record(
    root=Given(), session=Given(), variantFallbacks=Given(), payloads=Given(), env=Given(),
    layerStack=Record(layers=Sequence(), relocates=Bag(), expressionVariables=Value(), errors=Bag("type")),
    prims=Keyed(("path",), Record(
        primStack=Sequence(), propertyStacks=Map(Sequence()), variantSelections=Map(Value()), childNames=Sequence(),
        prohibitedChildNames=Bag(), propertyNames=Sequence(), targets=Map(Sequence()), connections=Map(Sequence()),
        deletedTargets=Map(Sequence()), errors=Bag("type"), nodes=Nodes()), ordered=True))


# --- stage and geom ---------------------------------------------------------------------------------------------------

class Attribute(Record):
    """An attribute; the digest of a value at a time between samples is information, and its head has a tolerance."""

    def __init__(self):
        super().__init__(default=Value(), values=Value(), connections=Sequence(), stack=Sequence(),
                         metadata=Map(Value()), timeSamples=Sequence())

    def between(self, attribute):
        """Indices of `values` that lie strictly between samples and are digests."""
        times = attribute.get("timeSamples") or []
        if not isinstance(times, list) or not isinstance(attribute.get("values"), list):
            return set()
        return {index for index, row in enumerate(attribute["values"])
                if isinstance(row, list) and len(row) == 2 and isinstance(row[1], dict) and "$array" in row[1]
                and times and row[0] not in times and min(times) < row[0] < max(times)}

    def compare(self, expected, got, at=()):
        free = self.between(expected) if isinstance(expected, dict) else set()
        if not free or not isinstance(got, dict) or not isinstance(got.get("values"), list):
            yield from super().compare(expected, got, at)
            return
        settled = dict(got, values=list(got["values"]))
        for index in sorted(free):
            if index >= len(settled["values"]):
                break
            one, other = expected["values"][index], settled["values"][index]
            loose = Record(**{"$array": Record(sha256=Information(), head=Value(BETWEEN_TOLERANCE))})
            if one[0] == other[0]:
                yield from loose.compare(one[1], other[1], at + ("values", index, 1))
                settled["values"][index] = one
        yield from super().compare(expected, settled, at)

    def sites(self, expected, at=()):
        free = self.between(expected)
        for site in super().sites(expected, at):
            inside = site.at[len(at):]
            if len(inside) > 2 and inside[0] == "values" and inside[1] in free:
                if inside[2:] == (1, "$array", "sha256"):
                    continue
                if inside[2:5] == (1, "$array", "head"):
                    yield Site(site.at, site.action, 1.0)
                    continue
            yield site

    def remarks(self, expected, at=()):
        for index in self.between(expected):
            yield Site(at + ("values", index, 1, "$array", "sha256"), CHANGE)


class Flattened(Text):
    """The flattened stage; the numbering of its prototypes is information."""

    def compare(self, expected, got, at=()):
        if isinstance(expected, str) and isinstance(got, str) and expected != got:
            expected, got = canonical_flattened(expected), canonical_flattened(got)
        yield from super().compare(expected, got, at)


RELATIONSHIP = Record(targets=Sequence(), forwarded=Sequence(), stack=Sequence(), metadata=Map(Value()))
PRIM = Record(
    children=Sequence(), apiSchemas=Sequence(), variantSets=Map(Record(variants=Sequence())), metadata=Map(Value()),
    primStack=Sequence(), arcs=Sequence(Record()), authoredProperties=Sequence(), attributes=Map(Attribute()),
    relationships=Map(RELATIONSHIP))


def stage_rule(oracle):
    rounds = writer_rounds(oracle.get("prims"))
    if rounds:
        flattened = Information()
    elif oracle.get("flattenedHasPrototypes"):
        flattened = Flattened(optional=True)
    else:
        flattened = Text(optional=True)
    return Record(
        root=Given(), session=Given(), load=Given(), lite=Given(), error=Information(), geom=Given(),
        stage=Record(layerStack=Sequence(), usedLayers=Bag()), compositionErrors=Bag("type"), traverse=Sequence(),
        prims=Keyed(("inPrototypeOf", "path"), PRIM, ordered=True, group="inPrototypeOf"),
        flattened=flattened)


GEOM = Keyed(("path",), Record(
    material=Map(Sequence()),
    at=Sequence(Record(localToWorld=Value(GEOM_TOLERANCE), worldBound=Value(GEOM_TOLERANCE, whole=True)))),
    ordered=False)


# --- scene ------------------------------------------------------------------------------------------------------------

class SceneData(Rule):
    """Containers, vectors and sampled values of a scene index prim."""

    empty_is_absent = False
    exact = Value()
    near = Value(SCENE_TOLERANCE)

    def value_rule(self, source):
        whole = re.search(r"bool|int|char|Token|string|Path|Vec\di", str(source.get("$type"))) is not None
        return self.exact if whole else self.near

    def is_context(self, source):
        return source.get("$type") == "ArResolverContext"

    def compare(self, expected, got, at=()):
        if isinstance(expected, dict) and "$value" in expected and isinstance(got, dict):
            if expected.get("$type") != got.get("$type"):
                yield Difference(at + ("$type",), expected.get("$type"), got.get("$type"))
            elif not self.is_context(expected):
                yield from self.value_rule(expected).compare(expected["$value"], got.get("$value", ABSENT), at + ("$value",))
            yield from self.near.compare(expected.get("$times") or [], got.get("$times") or [], at + ("$times",))
        elif isinstance(expected, dict) and isinstance(got, dict):
            yield from Map(self).compare(expected, got, at)
        elif isinstance(expected, list) and isinstance(got, list):
            yield from Sequence(self).compare(expected, got, at)
        elif type(expected) is not type(got) or expected != got:
            yield Difference(at, expected, got)

    def sites(self, expected, at=()):
        if isinstance(expected, dict) and "$value" in expected:
            yield Site(at + ("$type",), CHANGE)
            if not self.is_context(expected):
                yield from self.value_rule(expected).sites(expected["$value"], at + ("$value",))
                yield Site(at + ("$value",), DROP)
            yield from self.near.sites(expected.get("$times") or [], at + ("$times",)) if "$times" in expected else ()
        elif isinstance(expected, dict):
            yield from Map(self).sites(expected, at)
        elif isinstance(expected, list):
            yield from Sequence(self).sites(expected, at)
        else:
            yield Site(at, CHANGE)

    def remarks(self, expected, at=()):
        if isinstance(expected, dict) and "$value" in expected:
            if self.is_context(expected):
                yield Site(at + ("$value",), CHANGE)
        elif isinstance(expected, dict):
            yield from Map(self).remarks(expected, at)
        elif isinstance(expected, list):
            yield from Sequence(self).remarks(expected, at)


class Notices(Record):
    """What one edit caused at one index; a prim that is removed and added again counts as added."""

    def __init__(self):
        super().__init__(added=Bag(), removed=Bag(), dirtied=Map(Bag()))

    def settle(self, notices):
        if not isinstance(notices, dict) or not isinstance(notices.get("added"), list) or not isinstance(notices.get("removed"), list):
            return notices
        added = {str(line).partition(" ")[0] for line in notices["added"]}
        return dict(notices, removed=sorted({path for path in notices["removed"] if path not in added}),
                    added=sorted(set(notices["added"])))

    def compare(self, expected, got, at=()):
        yield from super().compare(self.settle(expected), self.settle(got), at)

    def sites(self, expected, at=()):
        added = {line.partition(" ")[0] for line in expected.get("added", ())}
        taken_back = {index for index, path in enumerate(expected.get("removed", ())) if path in added}
        removed_again = set(expected.get("removed", ()))
        for site in super().sites(expected, at):
            inside = site.at[len(at):]
            if inside[:1] == ("removed",) and (site.action == DROP and len(inside) == 1 and
                                               len(taken_back) == len(expected["removed"]) or
                                               len(inside) > 1 and inside[1] in taken_back):
                continue
            if inside[:1] == ("added",) and removed_again & added:
                continue
            yield site


SCENE_PRIMS = Map(Record(data=SceneData()))
SCENE_BODY = Record(
    root=Given(), stageSceneIndex=SCENE_PRIMS, finalSceneIndex=SCENE_PRIMS,
    edits=Sequence(Record(edit=Given(), stageSceneIndex=Notices(), finalSceneIndex=Notices())), finalPathsAfter=Bag())


class Scene(Rule):
    """A scene-index answer, up to a renaming of its prototypes."""

    def compare(self, expected, got, at=()):
        if expected == got:
            return
        yield from SCENE_BODY.compare(canonical_scene(expected), canonical_scene(got), at)

    def sites(self, expected, at=()):
        return SCENE_BODY.sites(expected, at)

    def remarks(self, expected, at=()):
        return SCENE_BODY.remarks(expected, at)


# --- aousd ------------------------------------------------------------------------------------------------------------

class Rounded(Value):
    """Values whose numbers are written with two decimals."""

    def equal_numbers(self, expected, got, scale):
        return f"{expected:.{MUSEUM_DECIMALS}f}" == f"{got:.{MUSEUM_DECIMALS}f}"

    def sites(self, expected, at=()):
        for site in super().sites(expected, at):
            yield Site(site.at, site.action, 1.0)


class LayerRow(Rounded):
    """A layer with its offset; the dump prints offsets beside prims and may leave them out here."""

    def compare(self, expected, got, at=()):
        if isinstance(got, list) and len(expected) == 1:
            got = got[:1]
        yield from super().compare(expected, got, at)


PATH_LISTS = Map(Sequence())
AOUSD = Record(
    entry=Given(), layerStack=Sequence(LayerRow()), errors=Bag(is_set=True),
    prims=Keyed(("path",), Record(
        primStack=Sequence(), timeOffsets=Sequence(Rounded()), variantSelections=Map(Value()), childNames=Sequence(),
        prohibitedChildNames=Sequence(), propertyNames=Sequence(), propertyStacks=PATH_LISTS, relationshipTargets=PATH_LISTS,
        attributeConnections=PATH_LISTS, deletedTargets=PATH_LISTS), ordered=True))


# --- tables and schemas -----------------------------------------------------------------------------------------------

QUESTIONS = {  # the fields of a row that are the question
    "paths": ("text",), "path_pairs": ("a", "b"), "variable_expressions": ("expr",), "list_ops": ("strong", "weak", "base"),
    "path_patterns": ("pattern",), "splines": ("spline",), "aousd_listop_chains": ("description", "chain"),
}
ROWS = {
    "path_patterns": dict(matches=Bag(), error=Presence()),
    "splines": dict(eval=Value(SPLINE_TOLERANCE), derivative=Value(SPLINE_TOLERANCE)),
    "variable_expressions": dict(value=Value(), used=Bag()),
    "aousd_listop_chains": dict(combined_reduced=Record(explicit_items=Value())),
}


def table_rule(table):
    fields = {name: Given() for name in QUESTIONS.get(table, ())}
    return Record(**fields, **ROWS.get(table, {}))


SCHEMA = Record(
    bases=Sequence(), builtinAPISchemas=Sequence(), canOnlyApplyTo=Sequence(), autoApplyTo=Sequence(),
    properties=Map(Record(fallback=Value(), allowedTokens=Sequence())))


def rule_for(kind, oracle, table=None):
    """The rule of one check. Some rules depend on what the oracle itself holds."""
    if kind == "layer":
        return layer_rule(oracle)
    if kind == "stage":
        return stage_rule(oracle)
    if kind == "table":
        return table_rule(table)
    return {"pcp": PCP, "geom": GEOM, "scene": Scene(), "aousd": AOUSD, "schema": SCHEMA}[kind]
