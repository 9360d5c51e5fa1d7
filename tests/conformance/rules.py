"""Rules that say how an expected answer is compared with a given one, and where a change of it must be noticed.

A rule has three faces, so that the comparison and its proof cannot drift apart:

    compare(expected, got, at)  yields each Difference, in the order of the expected answer
    sites(expected, at)         yields each Site whose change must be noticed (normative)
    remarks(expected, at)       yields each Site whose change must not be noticed (information)

`at` is the place as a tuple of keys and indices. A key that is absent means empty, false or none.
"""
import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

ABSENT = type("Absent", (), {"__repr__": lambda self: "absent", "__bool__": lambda self: False})()

# Sites: change a leaf, drop a key or an element, swap an element with the next one, add a key or an element, put a copy of an
# element at the end of its list, let a node be its own parent.
CHANGE, DROP, SWAP, ADD, REPEAT, LOOP = "change", "drop", "swap", "add", "repeat", "loop"


@dataclass(frozen=True)
class Difference:
    at: tuple
    expected: Any
    got: Any
    note: str = ""

    def __str__(self):
        text = f"{pointer(self.at)}: expected {brief(self.expected)}, got {brief(self.got)}"
        return f"{text} ({self.note})" if self.note else text


@dataclass(frozen=True)
class Site:
    at: tuple
    action: str
    scale: float = 0.0  # for a number that is compared with a tolerance: the size of the numbers beside it


def pointer(at):
    """A place as a JSON pointer."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in at) or "/"


def brief(value, limit=160):
    """A value on one line, short enough to read."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= limit else text[: limit - 3] + "..."


def is_empty(value):
    return value is ABSENT or value is None or value is False or (isinstance(value, (str, list, dict)) and not value)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def list_sites(values, at, ordered, same):
    """Sites of a list as such: each element dropped, unequal neighbours swapped, one element added."""
    for index, value in enumerate(values):
        yield Site(at + (index,), DROP)
        if ordered and index + 1 < len(values) and not same(value, values[index + 1]):
            yield Site(at + (index,), SWAP)
    yield Site(at, ADD)


class Rule:
    # Whether an empty value and an absent one are the same thing. Values are data: there only null and absence are.
    empty_is_absent = True

    def absent(self, value):
        return is_empty(value) if self.empty_is_absent else value is ABSENT or value is None

    def compare(self, expected, got, at=()):
        raise NotImplementedError

    def sites(self, expected, at=()):
        return iter(())

    def remarks(self, expected, at=()):
        return iter(())

    def same(self, expected, got):
        return next(iter(self.compare(expected, got)), None) is None


class Information(Rule):
    """A field whose text or value is not compared."""

    def compare(self, expected, got, at=()):
        return iter(())

    def remarks(self, expected, at=()):
        if expected is not ABSENT:
            yield Site(at, CHANGE)


class Given(Rule):
    """A field that belongs to the question, not to the answer: neither compared nor changed by the proof."""

    def compare(self, expected, got, at=()):
        return iter(())


class Presence(Rule):
    """A field of which only whether it is there is compared."""

    def compare(self, expected, got, at=()):
        if is_empty(expected) != is_empty(got):
            yield Difference(at, expected, got)

    def sites(self, expected, at=()):
        if not is_empty(expected):
            yield Site(at, DROP)

    def remarks(self, expected, at=()):
        if isinstance(expected, str) and expected:
            yield Site(at, CHANGE)


class Text(Rule):
    """A long text, byte for byte; a difference names its first line. None, where `optional`, says that no text was kept."""

    def __init__(self, optional=False):
        self.optional = optional

    def compare(self, expected, got, at=()):
        if self.optional and expected is None:
            return
        if expected == got and isinstance(got, str):
            return
        if not isinstance(expected, str) or not isinstance(got, str):
            yield Difference(at, expected, got)
            return
        old, new = expected.split("\n"), got.split("\n")
        for number, (one, other) in enumerate(zip(old, new), 1):
            if one != other:
                yield Difference(at, one, other, f"line {number}")
                return
        shorter = min(len(old), len(new))
        yield Difference(at, old[shorter] if shorter < len(old) else ABSENT,
                         new[shorter] if shorter < len(new) else ABSENT, f"line {shorter + 1}")

    def sites(self, expected, at=()):
        if isinstance(expected, str):
            yield Site(at, CHANGE)
            if expected and not self.optional:
                yield Site(at, DROP)


class Value(Rule):
    """A value in one of the JSON forms: exact, or numbers within a relative tolerance.

    With a tolerance, numbers are measured against the largest one beside them: of the innermost list, or of the whole value.
    """

    empty_is_absent = False
    # Forms whose keys are parts of a record; in all others a key that is there is a statement of its own.
    records = {"$listop": {"explicit"}, "$ref": set(), "$payload": set(), "$spline": set()}

    def __init__(self, tolerance=None, whole=False):
        self.tolerance = tolerance
        self.whole = whole

    def compare(self, expected, got, at=()):
        yield from self._compare(expected, got, at, scale_of(expected) if self.whole else 0.0, None)

    def _compare(self, expected, got, at, scale, record):
        if isinstance(expected, dict) and ("$unreadable" in expected or "$repr" in expected):
            if got is ABSENT or got is None:
                yield Difference(at, expected, got)
            return
        if is_number(expected) and is_number(got):
            if not self.equal_numbers(expected, got, scale):
                yield Difference(at, expected, got)
        elif isinstance(expected, dict) and isinstance(got, dict):
            yield from self._compare_keys(expected, got, at, scale, record)
        elif isinstance(expected, list) and isinstance(got, list):
            if not self.whole:
                scale = scale_of(expected, deep=False)
            for index, (one, other) in enumerate(zip(expected, got)):
                yield from self._compare(one, other, at + (index,), scale, None)
            if len(expected) != len(got):
                index = min(len(expected), len(got))
                yield Difference(at + (index,), expected[index] if index < len(expected) else ABSENT,
                                 got[index] if index < len(got) else ABSENT, f"{len(expected)} against {len(got)} elements")
        elif type(expected) is not type(got) or expected != got:
            yield Difference(at, expected, got)

    def _compare_keys(self, expected, got, at, scale, record):
        for key in list(expected) + [key for key in got if key not in expected]:
            one, other = expected.get(key, ABSENT), got.get(key, ABSENT)
            optional = (record is not None and key not in record) or (key in ("evaluated", "resolved") and "$asset" in expected)
            if optional and is_empty(one) and is_empty(other):
                continue
            if one is ABSENT or other is ABSENT:
                yield Difference(at + (key,), one, other)
            else:
                yield from self._compare(one, other, at + (key,), scale, self.records.get(key))

    def equal_numbers(self, expected, got, scale):
        if self.tolerance is None:
            return expected == got and (expected != 0 or sign_of(expected) == sign_of(got))
        if expected == got:
            return True
        size = max(abs(expected), abs(got), scale)
        return abs(expected - got) <= self.tolerance * size + self.tolerance * 1e-6

    def sites(self, expected, at=()):
        yield from self._sites(expected, at, scale_of(expected) if self.whole else 0.0, None)

    def _sites(self, value, at, scale, record):
        if isinstance(value, dict):
            if "$unreadable" in value or "$repr" in value:
                return
            for key, part in value.items():
                if not (record is not None and key not in record and is_empty(part)):
                    yield Site(at + (key,), DROP)
                yield from self._sites(part, at + (key,), scale, self.records.get(key))
            yield Site(at, ADD)
        elif isinstance(value, list):
            if not self.whole:
                scale = scale_of(value, deep=False)
            yield from list_sites(value, at, True, lambda one, other: next(self._compare(one, other, (), scale, None), None) is None)
            for index, part in enumerate(value):
                yield from self._sites(part, at + (index,), scale, None)
        else:
            yield Site(at, CHANGE, (scale or 1.0) if self.tolerance is not None else 0.0)


def sign_of(number):
    """The sign of a zero: whole numbers have none of their own, so 0 stands for 0.0."""
    return str(number).startswith("-")


def scale_of(value, deep=True):
    """The largest magnitude among the numbers of a list (deep: at any depth)."""
    if is_number(value):
        return abs(value)
    if isinstance(value, list):
        return max((scale_of(part) for part in value if deep or is_number(part)), default=0.0)
    return 0.0


class Plain(Value):
    """A value of a known field: an absent key means empty, false or none."""

    empty_is_absent = True


class Record(Rule):
    """An object of known fields, in which an absent key means empty, false or none. Unknown fields are compared as values."""

    def __init__(self, **fields):
        self.fields = fields
        self.rest = Plain()

    def rule(self, key):
        return self.fields.get(key, self.rest)

    def compare(self, expected, got, at=()):
        if not isinstance(expected, dict) or not isinstance(got, dict):
            if expected != got:
                yield Difference(at, expected, got)
            return
        for key in list(expected) + [key for key in got if key not in expected]:
            rule, one, other = self.rule(key), expected.get(key, ABSENT), got.get(key, ABSENT)
            if isinstance(rule, (Information, Given)) or (rule.absent(one) and rule.absent(other)):
                continue
            if rule.absent(one) or rule.absent(other):
                if isinstance(rule, Text) and rule.optional and rule.absent(one):
                    continue
                yield Difference(at + (key,), one, other)
            else:
                yield from rule.compare(one, other, at + (key,))

    def sites(self, expected, at=()):
        if not isinstance(expected, dict):
            return
        for key, value in expected.items():
            rule = self.rule(key)
            if isinstance(rule, (Information, Given)) or (isinstance(rule, Text) and rule.optional and value is None):
                continue
            if not rule.absent(value) and not isinstance(rule, (Presence, Text)):
                yield Site(at + (key,), DROP)
            yield from rule.sites(value, at + (key,))
        yield Site(at, ADD)

    def remarks(self, expected, at=()):
        if isinstance(expected, dict):
            for key, value in expected.items():
                yield from self.rule(key).remarks(value, at + (key,))


class Map(Rule):
    """An object whose keys are data: each must be there, however empty its value."""

    def __init__(self, rule):
        self.rule = rule

    def compare(self, expected, got, at=()):
        if not isinstance(expected, dict) or not isinstance(got, dict):
            yield Difference(at, expected, got)
            return
        for key in list(expected) + [key for key in got if key not in expected]:
            if key not in expected or key not in got:
                yield Difference(at + (key,), expected.get(key, ABSENT), got.get(key, ABSENT))
            else:
                yield from self.rule.compare(expected[key], got[key], at + (key,))

    def sites(self, expected, at=()):
        if not isinstance(expected, dict):
            yield Site(at, CHANGE)
            return
        for key, value in expected.items():
            yield Site(at + (key,), DROP)
            yield from self.rule.sites(value, at + (key,))
        yield Site(at, ADD)

    def remarks(self, expected, at=()):
        if isinstance(expected, dict):
            for key, value in expected.items():
                yield from self.rule.remarks(value, at + (key,))


class Sequence(Rule):
    """A list whose order is normative."""

    def __init__(self, rule=None):
        self.rule = rule or Value()

    def compare(self, expected, got, at=()):
        if not isinstance(expected, list) or not isinstance(got, list):
            yield Difference(at, expected, got)
            return
        for index, (one, other) in enumerate(zip(expected, got)):
            yield from self.rule.compare(one, other, at + (index,))
        if len(expected) != len(got):
            index = min(len(expected), len(got))
            yield Difference(at + (index,), expected[index] if index < len(expected) else ABSENT,
                             got[index] if index < len(got) else ABSENT, f"{len(expected)} against {len(got)} elements")

    def sites(self, expected, at=()):
        if not isinstance(expected, list):
            yield Site(at, CHANGE)
            return
        yield from list_sites(expected, at, True, self.rule.same)
        for index, value in enumerate(expected):
            yield from self.rule.sites(value, at + (index,))

    def remarks(self, expected, at=()):
        for index, value in enumerate(expected if isinstance(expected, list) else ()):
            yield from self.rule.remarks(value, at + (index,))


class Bag(Rule):
    """A list without order. With a key, only that field of each element is compared; how often an element is there matters
    unless it is a set. `synonyms` says which values of the field stand for others."""

    def __init__(self, key=None, is_set=False, synonyms=None):
        self.key = key
        self.is_set = is_set
        self.synonyms = synonyms or {}

    def mark(self, value):
        part = value.get(self.key) if self.key and isinstance(value, dict) else value
        return json.dumps(self.synonyms.get(part, part) if isinstance(part, str) else part, sort_keys=True)

    def marks(self, values):
        marks = Counter(map(self.mark, values))
        return Counter(dict.fromkeys(marks, 1)) if self.is_set else marks

    def compare(self, expected, got, at=()):
        if not isinstance(expected, list) or not isinstance(got, list):
            yield Difference(at, expected, got)
            return
        old, new = self.marks(expected), self.marks(got)
        lacking, extra = sorted((old - new).elements()), sorted((new - old).elements())
        if lacking or extra:
            yield Difference(at, [json.loads(mark) for mark in lacking] or ABSENT, [json.loads(mark) for mark in extra] or ABSENT,
                             "in any order")

    def sites(self, expected, at=()):
        if not isinstance(expected, list):
            yield Site(at, CHANGE)
            return
        yield Site(at, ADD)
        for index, value in enumerate(expected):
            if self.is_set and expected.count(value) > 1:
                continue
            yield Site(at + (index,), DROP)
            if self.key:
                yield Site(at + (index, self.key), CHANGE)
            else:
                yield from Value().sites(value, at + (index,))

    def remarks(self, expected, at=()):
        if not isinstance(expected, list):
            return
        for index in range(len(expected) - 1):
            yield Site(at + (index,), SWAP)
        if self.key:
            for index, value in enumerate(expected):
                for key in value:
                    if key != self.key:
                        yield Site(at + (index, key), CHANGE)


class Keyed(Rule):
    """A list of records found by key fields. Records of one group come in order where `ordered`; groups never have an order."""

    def __init__(self, keys, rule, ordered, group=None):
        self.keys = keys
        self.rule = rule
        self.ordered = ordered
        self.group = group

    def index(self, values):
        """Key with its count so far, because a key may return, to (index, record)."""
        found, seen = {}, Counter()
        for index, value in enumerate(values):
            key = tuple(json.dumps(value.get(name)) for name in self.keys) if isinstance(value, dict) else (repr(value),)
            found[key + (seen[key],)] = (index, value)
            seen[key] += 1
        return found

    def groups(self, found):
        rows = {}
        for key, (_, value) in found.items():
            rows.setdefault(json.dumps(value.get(self.group)) if self.group else None, []).append(key)
        return rows

    def compare(self, expected, got, at=()):
        if not isinstance(expected, list) or not isinstance(got, list):
            yield Difference(at, expected, got)
            return
        old, new = self.index(expected), self.index(got)
        for key, (index, value) in old.items():
            if key not in new:
                yield Difference(at + (index,), self.name(value), ABSENT)
        for key, (index, value) in new.items():
            if key not in old:
                yield Difference(at + (index,), ABSENT, self.name(value))
        for key, (index, value) in old.items():
            if key in new:
                yield from self.rule.compare(value, new[key][1], at + (index,))
        if self.ordered and old.keys() == new.keys():
            rows = self.groups(new)
            for group, keys in self.groups(old).items():
                if keys != rows.get(group, keys):
                    first = next(n for n, (one, other) in enumerate(zip(keys, rows[group])) if one != other)
                    yield Difference(at + (old[keys[first]][0],), self.name(old[keys[first]][1]),
                                     self.name(new[rows[group][first]][1]), "order")

    def name(self, value):
        return {key: value[key] for key in self.keys if value.get(key) is not None} if isinstance(value, dict) else value

    def sites(self, expected, at=()):
        if not isinstance(expected, list):
            yield Site(at, CHANGE)
            return
        same_place = lambda one, other: (self.group and one.get(self.group) != other.get(self.group)) or one == other
        yield from list_sites(expected, at, self.ordered, same_place)
        for index, value in enumerate(expected):
            yield from self.rule.sites(value, at + (index,))

    def remarks(self, expected, at=()):
        if not isinstance(expected, list):
            return
        if not self.ordered:
            for index in range(len(expected) - 1):
                yield Site(at + (index,), SWAP)
        for index, value in enumerate(expected):
            yield from self.rule.remarks(value, at + (index,))
