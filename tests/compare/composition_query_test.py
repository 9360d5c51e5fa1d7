"""Random composed scenes: the arcs of every prim, their accessors and filters are those of Usd.PrimCompositionQuery.

SEED and COUNT in the environment choose which scenes, and how many."""
import json
import os
import signal
import tempfile
import unittest
from pathlib import Path

import compose_generate
import compose_scene
import steps
from pxr import Sdf, Tf, Usd

SEED = int(os.environ.get("SEED", "1"))
COUNT = int(os.environ.get("COUNT", "200"))
# As in compose_known.txt.
KNOWN_TO_DIFFER = set()
LIMIT_S = 5
MAX_PRIMS = 100
Query = Usd.PrimCompositionQuery
FILTERS = ("ArcTypeFilter", "DependencyTypeFilter", "ArcIntroducedFilter", "HasSpecsFilter")


def name_of(layer):
    return layer.identifier if layer else None


def describe_item(arc):
    _, item = arc.GetIntroducingListEditor()
    if isinstance(item, (Sdf.Reference, Sdf.Payload)):
        return [item.assetPath, str(item.primPath), item.layerOffset.offset, item.layerOffset.scale]
    return None if item is None else str(item)


def describe(arc):
    return [str(arc.GetArcType().displayName), name_of(arc.GetTargetLayer()), str(arc.GetTargetPrimPath()),
            name_of(arc.GetIntroducingLayer()), str(arc.GetIntroducingPrimPath()), str(arc.GetIntroducingNode().path), arc.HasSpecs(),
            arc.IsAncestral(), arc.IsImplicit(), arc.IsIntroducedInRootLayerStack(), arc.IsIntroducedInRootLayerPrimSpec(),
            describe_item(arc)]


def place(everything, some):
    """The places of some arcs among all; nodes of two queries are never the same. Of arcs that look the same each has its own."""
    places, after = [], 0
    for arc in map(describe, some):
        while after < len(everything) and everything[after] != arc:
            after += 1
        places.append(after)
        after += 1
    return places


def describe_prim(prim):
    query = Query(prim)
    everything = [describe(arc) for arc in query.GetCompositionArcs()]
    filters = []
    for kind in FILTERS:
        for _, value in sorted(getattr(Query, kind).values.items()):
            asked = Query.Filter()
            setattr(asked, kind[0].lower() + kind[1:], value)
            query.filter = asked
            filters.append(place(everything, query.GetCompositionArcs()))
    for make in (Query.GetDirectReferences, Query.GetDirectInherits, Query.GetDirectRootLayerArcs):
        filters.append(place(everything, make(prim).GetCompositionArcs()))
    return {"arcs": everything, "filters": filters}


ASKED = [f"{kind}.{value.name}" for kind in FILTERS for _, value in sorted(getattr(Query, kind).values.items())]
ASKED += ["GetDirectReferences", "GetDirectInherits", "GetDirectRootLayerArcs"]


def tell_coverage(prims):
    """How many arcs each filter and question admitted and left out, as lines; and those that never admitted, or never left out, any."""
    admitted, left_out, lines, idle = [0] * len(ASKED), [0] * len(ASKED), [], []
    for prim in prims:
        for number, places in enumerate(prim["filters"]):
            admitted[number] += len(places)
            left_out[number] += len(prim["arcs"]) - len(places)
    for name, some, none in zip(ASKED, admitted, left_out):
        lines.append(f"  {name}: {some} admitted, {none} left out")
        if not some or not none and not name.endswith(".All"):
            idle.append(name)
    return lines, idle


def describe_stage(stage):
    answer = {}
    for prim in Usd.PrimRange(stage.GetPseudoRoot(), Usd.TraverseInstanceProxies(Usd.PrimAllPrimsPredicate)):
        if len(answer) == MAX_PRIMS:
            break
        answer[str(prim.GetPath())] = describe_prim(prim)
    return answer


def ask_oracle(opening):
    """usd-core's answer, from a process of its own: nothing where it does not open the scene or takes too long."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        signal.alarm(LIMIT_S)
        Usd.Stage.SetGlobalVariantFallbacks(opening["fallbacks"])
        session = Sdf.Layer.FindOrOpen(opening["session"]) if "session" in opening else None
        try:
            answer = describe_stage(Usd.Stage.Open(Sdf.Layer.FindOrOpen(opening["root"]), session))
        except Tf.ErrorException:
            os._exit(1)
        with os.fdopen(write, "w") as out:
            json.dump(answer, out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if status == 0 else None


class CompositionQueries(unittest.TestCase):
    def test_random_scenes_have_the_arcs_that_usd_core_tells(self):
        with tempfile.TemporaryDirectory() as root:
            cases = []
            for seed in range(SEED, SEED + COUNT):
                folder = Path(root) / str(seed)
                folder.mkdir()
                scene = compose_generate.make_scene(seed)
                compose_scene.write_scene(scene, folder)
                opening = {"do": "open", "root": str(folder / "root.usda"), "fallbacks": scene["fallbacks"]}
                if (folder / "session.usda").exists():
                    opening["session"] = str(folder / "session.usda")
                if expected := ask_oracle(opening):
                    cases.append((seed, [opening, {"do": "arcs"}], expected))
            answers = steps.ask([question for _, question, _ in cases])
            compared, different = 0, {}
            for (seed, _, expected), got in zip(cases, answers):
                compared += sum(len(prim["arcs"]) for prim in expected.values())
                if found := steps.differ(expected, got[1]):
                    different[seed] = found
            print(f"{len(cases)} scenes, {compared} arcs, {len(different)} scenes different: {sorted(different)}")
            lines, idle = tell_coverage(prim for _, _, expected in cases for prim in expected.values())
            print("\n".join(lines))
            self.assertGreater(len(cases), COUNT * 0.8)
            self.assertEqual([], idle, "filters that no scene tries")
            self.assertGreater(compared, COUNT * 10)
            known = KNOWN_TO_DIFFER & {seed for seed, _, _ in cases}
            news = {seed: why for seed, why in different.items() if seed not in known}
            self.assertEqual({}, news, "scenes that differ now")
            self.assertEqual(set(), known - set(different), "known to differ, but do not")


if __name__ == "__main__":
    unittest.main()
