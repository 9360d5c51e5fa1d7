"""Random authoring scripts: what a stage tells after each edit is what usd-core tells.

SEED and COUNT in the environment choose which scripts, and how many."""
import os
import re
import unittest

import authoring_test
import steps

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "100"))


class NoticeMaker(authoring_test.ScriptMaker):
    def edit(self):
        if self.random.random() < 0.06:
            return {"edit": self.random.choice(["MuteLayer", "UnmuteLayer"]), "path": "/", "asset": "./sub.usda"}
        return super().edit()

    def steps(self, folder):
        return [step | {"notices": True} if step["do"] == "edit" else step for step in super().steps(folder)]


VARIANT_FIELDS = {"variantChildren", "variantSetChildren"}


def plain(notices):
    """Without what Strata tells otherwise on purpose: prototypes keep their names, nothing is said twice, and where variants are
    listed is not told of."""
    told = []
    for notice in notices:
        if not isinstance(notice, dict) or "resynced" not in notice:
            told.append(notice)
            continue
        fields = {name for names in notice["fields"].values() for name in names}
        if fields and fields <= VARIANT_FIELDS:
            continue
        notice = {key: unnumbered(value) for key, value in notice.items()}
        for key in ("resynced", "info", "assets"):
            notice[key] = sorted(set(notice[key]))
        notice["types"] = {path: kind for path, kind in notice["types"].items() if "__Prototype" not in path}
        told.append(notice)
    # Each of them is followed by this, so it says nothing where one was left out.
    return [notice for notice in told if notice != "StageContentsChanged"]


def unnumbered(value):
    if isinstance(value, dict):
        return {unnumbered(key): unnumbered(part) for key, part in value.items()}
    if isinstance(value, list):
        return [unnumbered(part) for part in value]
    return re.sub(r"__Prototype_\d+", "__Prototype", value)


def without(notices, edit):
    """The notices without what is told of differently where both are right."""
    kept = []
    for notice in notices:
        if "resynced" not in notice:
            kept.append(notice)
            continue
        if edit["edit"] in ("MuteLayer", "UnmuteLayer"):
            notice = notice | {"info": [], "fields": {}}
        if edit["edit"] == "CreateClassPrim" and kept and kept[-1]["resynced"] == notice["resynced"]:
            continue  # usd-core defines the prim, then makes it a class
        kept.append(notice)
    return kept


def is_right_to_say(first, second, edit):
    """Whether usd-core tells of targets that are set to what they were, or Strata of what a layer says that is muted or not."""
    if edit["edit"] == "SetTargets" and not second:
        return all(not notice["resynced"] and ["targetPaths"] == sum(notice["fields"].values(), [])[:1] for notice in first)
    if edit["edit"] in ("MuteLayer", "UnmuteLayer") and len(first) == len(second):
        return all(wanted == got or set(wanted.get("resynced", "?")) <= set(got.get("resynced", "")) for wanted, got in zip(first, second))
    return False


def is_as_right(wanted, got):
    """Whether two notices differ in nothing but in what is made anew for the same change: Strata makes an instance and its
    prototype anew when specs behind the instance come or go, and not when its type changes; and not a prim for an `over` in a
    variant."""
    if wanted == got:
        return True
    if "resynced" not in wanted or "resynced" not in got:
        return False
    more, less = set(got["resynced"]) - set(wanted["resynced"]), set(wanted["resynced"]) - set(got["resynced"])
    if any(path != "/I" and not path.startswith("/I/") and "__Prototype" not in path for path in more):
        return False

    def is_told(path):
        return path in got["info"] or any(path == root or path.startswith((root + "/", root + ".")) for root in got["resynced"])
    if less <= {"/I", "/K", "/__Prototype"} and not set(wanted["info"]) - {"/A", "/I", "/K"}:
        return True  # usd-core tells those who inherit from below a prim of what is said of the prim itself
    return all(path == "/__Prototype" or path not in wanted["fields"] and path in got["info"] or is_told(path)
               for path in [*less, *wanted["info"]])


def make_question(folder, seed):
    return authoring_test.make_question(folder, seed, NoticeMaker)


def find_difference(question, expected, got):
    """The first edit that is not told of alike; nothing where all are."""
    for step, wanted, answer in zip(question, expected, got):
        for edit, (made, told), (other, other_told) in zip(step.get("edits", []), wanted, answer):
            if made == steps.ANY:
                continue
            if made != other:
                return f"{edit}: expected {made}, got {other}"
            first, second = without(plain(told), edit), without(plain(other_told), edit)
            if "variant_target" in step:
                # usd-core makes a prim anew for an `over` in a variant.
                continue
            if (len(first) != len(second) or not all(map(is_as_right, first, second))) and not is_right_to_say(first, second, edit):
                return f"{edit}:\nexpected {first}\ngot      {second}"
    return ""


class Notices(unittest.TestCase):
    def test_random_scripts_are_told_of_as_by_usd_core(self):
        steps.compare_cases(self, range(SEED, SEED + COUNT), make_question, find_difference)


if __name__ == "__main__":
    unittest.main()
