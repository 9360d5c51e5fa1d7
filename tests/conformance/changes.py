"""Makes one change at one site of an oracle, for the proof that the comparison notices it."""
import math

from rules import ADD, CHANGE, DROP, LOOP, REPEAT, SWAP, is_number

ADDED = "conformanceAdded"


def changed_leaf(value, scale, random):
    """A different value of the same sort; a number that is compared with a tolerance moves well beyond it."""
    if isinstance(value, bool):
        return not value
    if is_number(value):
        if scale:
            return value + 2 * max(1.0, abs(value), scale)
        ways = [value + 1, -value - 1]
        if isinstance(value, float) and math.isfinite(value):
            ways.append(math.nextafter(value, math.inf))
        return random.choice([way for way in ways if way != value])
    if isinstance(value, str):
        ways = [value + "x", "x" + value]
        if len(value) > 1:
            ways.append(value[:-1])
            place = random.randrange(len(value))
            ways.append(value[:place] + ("y" if value[place] != "y" else "z") + value[place + 1:])
        return random.choice(ways)
    return "changed"


def fresh_element(values):
    """One more element like the last one, and unlike it where that is simple."""
    if not values:
        return ADDED
    last = values[-1]
    if isinstance(last, str):
        return last + ADDED
    if is_number(last):
        return last + 1
    return last


def put(value, at, make):
    """A copy of the value, along the way to one place only, in which make(container, step) has changed that place."""
    copy = dict(value) if isinstance(value, dict) else list(value)
    if len(at) == 1:
        make(copy, at[0])
    else:
        copy[at[0]] = put(copy[at[0]], at[1:], make)
    return copy


def apply(document, site, random):
    """The document with one change at the site."""
    def change(container, step):
        container[step] = changed_leaf(container[step], site.scale, random)

    def drop(container, step):
        del container[step]

    def swap(container, step):
        container[step], container[step + 1] = container[step + 1], container[step]

    def add(container, step):
        if isinstance(container[step], dict):
            container[step] = {**container[step], ADDED: 1}
        else:
            container[step] = [*container[step], fresh_element(container[step])]

    def repeat(container, step):
        container.append(container[step])

    def loop(container, step):
        container[step] = site.at[-2]

    # The whole document may be a site: it gets a container around it.
    makes = {CHANGE: change, DROP: drop, SWAP: swap, ADD: add, REPEAT: repeat, LOOP: loop}
    return put({"document": document}, ("document",) + site.at, makes[site.action])["document"]
