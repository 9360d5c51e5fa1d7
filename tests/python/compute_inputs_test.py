"""What computations in Python may need, who is told when it changes, and what of a network is made anew."""
import pathlib
import re
import sys
import unittest

try:
    import numpy  # noqa: F401
except ModuleNotFoundError:
    print("skipped: numpy is not installed (pip install numpy)")
    sys.exit(77)

from strata import Compute, Gf, Sdf, Tf, Usd

SCENE = """#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Z"
)
def Xform "Top" (
    prepend apiSchemas = ["OmniWGS84ReferencePositionAPI"]
)
{
    custom double number = 1
    double3 omni:geospatial:wgs84:reference:referencePosition = (53, 10, 0)
    def Scope "Between"
    {
        def Cube "A" (
            customData = { double weight = 1 }
        )
        {
            double size = 2
            custom double moving.timeSamples = { 0: 1, 10: 2 }
            custom double linked.connect = </Top/B.size>
            custom rel others = </Top/B>
            def Cube "Child"
            {
                double size = 1
            }
        }
    }
    def Cube "B"
    {
        double size = 5
    }
    def Cube "Other"
    {
        double size = 7
    }
}
"""
A = "/Top/Between/A"


def open_scene():
    stage = Usd.Stage.CreateInMemory()
    stage.GetRootLayer().ImportFromString(SCENE)
    return stage


def number(answer):
    if isinstance(answer, dict):
        return answer.get("weight", answer.get("source"))
    return answer[0] if isinstance(answer, (list, tuple)) else answer


def make(given):
    """"need" of cubes is what its one input gives; "number", "large", and "seen" of what has the API are there to be asked for."""
    registry = Compute.Registry()

    @registry.computation("number", schemas=["Xform"], type="double")
    def of_group(call, number=Compute.Attribute("number")):
        return number

    @registry.computation("large", schemas=["Cube"], type="double")
    def large(call, size=Compute.Attribute("size")):
        return size

    @registry.computation("seen", schemas=["OmniWGS84ReferencePositionAPI"])
    def seen(call, place=Compute.Attribute("omni:geospatial:wgs84:reference:referencePosition")):
        return place[0]

    @registry.computation("need", schemas=["Cube"])
    def need(call, given=given):
        return number(given)

    return registry


class Inputs(unittest.TestCase):
    def follow(self, given, before, edit, after):
        """The answer before an edit and after it. What is told is told once, and of edits of other things nothing."""
        stage, told = open_scene(), []
        system = Compute.System(stage, make(given))
        request = system.MakeRequest([(A, "need")], told.append)
        self.assertEqual(request.Compute(0), [before])
        made = system.GetEvaluationCount()
        stage.GetAttributeAtPath("/Top/Other.size").Set(7.5)
        stage.GetPrimAtPath("/Top/Other").SetMetadata("comment", "x")
        stage.GetAttributeAtPath("/Top/Other.size").Set(7.0)
        self.assertEqual((told, request.Compute(0), system.GetEvaluationCount()), ([], [before], made))
        edit(stage)
        self.assertEqual(told, [[0]])
        self.assertEqual(request.Compute(0), [after])

    def set(self, path, value):
        return lambda stage: stage.GetAttributeAtPath(path).Set(value)

    def test_the_value_of_an_attribute(self):
        self.follow(Compute.Attribute("size"), 2, self.set(A + ".size", 3.0), 3)

    def test_the_source_of_a_value(self):
        self.follow(Compute.SourceOf("size"), "default", lambda stage: stage.GetAttributeAtPath(A + ".size").Clear(), "fallback")

    def test_metadata(self):
        self.follow(Compute.Metadata("customData"), 1, lambda stage: stage.GetPrimAtPath(A).SetCustomDataByKey("weight", 8.0), 8)

    def test_another_output_of_the_prim(self):
        self.follow(Compute.Computation("large"), 2, self.set(A + ".size", 3.0), 3)

    def test_the_parent(self):
        def give(stage):
            between = stage.GetPrimAtPath("/Top/Between")
            between.CreateAttribute("number", Sdf.ValueTypeNames.Double).Set(3.0)
            between.SetTypeName("Xform")  # what has the output
        self.follow(Compute.Parent("number"), None, give, 3)

    def test_the_nearest_ancestor_of_a_type(self):
        self.follow(Compute.NearestAncestor("number"), 1, self.set("/Top.number", 9.0), 9)

    def test_the_nearest_prim_with_an_api(self):
        place = "omni:geospatial:wgs84:reference:referencePosition"
        self.follow(Compute.NearestAncestor("seen"), 53, self.set("/Top." + place, (54, 10, 0)), 54)

        def nearer(stage):
            between = stage.GetPrimAtPath("/Top/Between")
            between.AddAppliedSchema("OmniWGS84ReferencePositionAPI")
            between.CreateAttribute(place, Sdf.ValueTypeNames.Double3).Set((55, 10, 0))
        self.follow(Compute.NearestAncestor("seen"), 53, nearer, 55)

    def test_children(self):
        self.follow(Compute.Children("large"), 1, self.set(A + "/Child.size", 4.0), 4)

    def test_targets_of_a_relationship(self):
        self.follow(Compute.Targets("others", "large"), 5, self.set("/Top/B.size", 6.0), 6)
        self.follow(Compute.Targets("others", "large"), 5,
                    lambda stage: stage.GetRelationshipAtPath(A + ".others").SetTargets(["/Top/Other"]), 7)

    def test_connections(self):
        self.follow(Compute.Connections("linked", "large"), 5, self.set("/Top/B.size", 6.0), 6)
        self.follow(Compute.Connections("linked", "large"), 5,
                    lambda stage: stage.GetAttributeAtPath(A + ".linked").SetConnections(["/Top/Other.size"]), 7)

    def test_a_prim_at_a_path(self):
        self.follow(Compute.OfPrim("/Top/B", "large"), 5, self.set("/Top/B.size", 6.0), 6)

    def test_the_stage(self):
        self.follow(Compute.StageMetadata("metersPerUnit"), 1, lambda stage: stage.SetMetadata("metersPerUnit", 0.5), 0.5)

    def test_time_samples_and_parameters(self):
        for given, early, late in ((Compute.Time(), 0, 10), (Compute.Attribute("moving"), 1, 2), (Compute.Constant(4.0), 4, 4)):
            stage = open_scene()
            system = Compute.System(stage, make(given))
            self.assertEqual([system.Compute(stage.GetPrimAtPath(A), "need", time) for time in (0, 10)], [early, late])


class Network(unittest.TestCase):
    def test_what_depends_on_an_answer_that_stayed_the_same_is_left_alone(self):
        for cuts_off in (True, False):
            stage, registry, calls, told = open_scene(), Compute.Registry(), [], []

            @registry.computation("large", schemas=["Cube"], cutsOff=cuts_off)
            def large(call, size=Compute.Attribute("size")):
                return size > 10

            @registry.computation("word", schemas=["Cube"])
            def word(call, large=Compute.Computation("large")):
                calls.append(call.prim.GetName())
                return "large" if large else "small"

            system = Compute.System(stage, registry)
            request = system.MakeRequest([(A, "word")], told.append)
            self.assertEqual(request.Compute(0), ["small"])
            stage.GetAttributeAtPath(A + ".size").Set(5.0)
            self.assertEqual(told, [] if cuts_off else [[0]])
            self.assertEqual(request.Compute(0), ["small"])
            self.assertEqual(calls, ["A"] if cuts_off else ["A", "A"])
            stage.GetAttributeAtPath(A + ".size").Set(50.0)
            self.assertEqual(told[-1], [0])
            self.assertEqual(request.Compute(0), ["large"])

    def test_requests_are_told_of_times_whose_values_differ(self):
        stage, values, times = open_scene(), [], []
        system = Compute.System(stage, make(Compute.Attribute("moving")))
        request = system.MakeRequest([("/Top/B", "large"), (A, "need")], values.append, times.append)
        self.assertEqual(request.Compute(0), [5, 1])
        system.ChangeTime(0, 5)
        self.assertEqual((values, times), ([], [[1]]))
        self.assertEqual(request.Compute(5), [5, 1.5])
        system.ChangeTime(10, 20)  # after the last sample
        self.assertEqual((values, times), ([], [[1]]))
        stage.GetAttributeAtPath("/Top/B.size").Set(6.0)
        self.assertEqual((values, times), ([[0]], [[1]]))

    def test_states_are_kept_every_few_ticks_and_seeks_go_back_no_farther(self):
        for ticks in (10, 5):
            stage, registry, steps = open_scene(), Compute.Registry(), []

            @registry.computation("count", schemas=["Cube"], first=0, ticksPerCheckpoint=ticks)
            class Count:
                def init(self, call):
                    return [0]

                def step(self, call):
                    steps.append(call.time)
                    return call.state + [call.time]

                def compute(self, call):
                    return list(call.state)

            system = Compute.System(stage, registry)
            prim = stage.GetPrimAtPath(A)
            played = system.Compute(prim, "count", 43)
            self.assertEqual(played, list(range(44)))
            self.assertEqual(len(steps), 43)
            steps.clear()
            # From the state that is kept at or before it.
            self.assertEqual(system.Compute(prim, "count", 28), list(range(29)))
            self.assertEqual(steps, list(range(28 // ticks * ticks + 1, 29)))
            steps.clear()
            self.assertEqual(system.Compute(prim, "count", 28), list(range(29)))
            self.assertEqual(steps, [])
            self.assertEqual(system.Compute(prim, "count", 43), played)


def open_stage(text):
    stage = Usd.Stage.CreateInMemory()
    stage.GetRootLayer().ImportFromString('#usda 1.0\n(\n    timeCodesPerSecond = 10\n)\n' + text)
    return stage


class Values(unittest.TestCase):
    """What functions are given by each of them."""

    def test_inputs_of_samples_of_names_and_of_sources_by_name(self):
        stage = open_stage('def Sphere "A"\n{\n    double radius.timeSamples = { 0: 2, 10: 4 }\n    custom double my:a = 1\n'
                           '    custom token my:b = "x"\n    custom double other = 3\n}\n')
        registry = Compute.Registry()

        @registry.computation("all", schemas=["Sphere"])
        def everything(call, radius=Compute.AttributeSamples("radius"), mine=Compute.AttributesNamed("my:"),
                       sources=Compute.SourcesNamed("my:"), none=Compute.AttributesNamed("your:")):
            return {"radius": radius, "mine": mine, "sources": {name: each["source"] for name, each in sources.items()}, "none": none}

        system, prim = Compute.System(stage, registry), stage.GetPrimAtPath("/A")
        answer = system.Compute(prim, "all", 2.5)
        self.assertEqual(answer["radius"], (2.0, 4.0, 0.25))
        self.assertEqual(answer["mine"], {"my:a": 1.0, "my:b": "x"})
        self.assertEqual(answer["sources"], {"my:a": "default", "my:b": "default"})
        self.assertEqual(answer["none"], {})
        self.assertEqual(system.Compute(prim, "all", 10)["radius"], (4.0, 4.0, 0.0))
        evaluations = system.GetEvaluationCount()
        prim.GetAttribute("other").Set(4.0)
        self.assertEqual(system.Compute(prim, "all", 2.5)["mine"]["my:a"], 1.0)
        self.assertEqual(system.GetEvaluationCount(), evaluations)
        prim.GetAttribute("my:a").Set(5.0)
        self.assertEqual(system.Compute(prim, "all", 2.5)["mine"]["my:a"], 5.0)
        prim.GetAttribute("my:a").Block()
        answer = system.Compute(prim, "all", 2.5)
        self.assertEqual((answer["mine"], sorted(answer["sources"])), ({"my:b": "x"}, ["my:a", "my:b"]))

    def test_an_input_of_what_was_there_before_a_modifier(self):
        stage, registry = open_stage('def Xform "A"\n{\n    double3 xformOp:translate = (1, 0, 0)\n'
                                     '    uniform token[] xformOpOrder = ["xformOp:translate"]\n}\n'), Compute.Registry()

        @registry.computation("xform", schemas=["Xform"], modifies=True, name="move")
        def move(call, previous=Compute.Previous()):
            return previous * Gf.Matrix4d().SetTranslate((10, 0, 0))

        @registry.computation("both", schemas=["Xform"])
        def both(call, before=Compute.Before("xform", "move"), after=Compute.Computation("xform")):
            return [before.ExtractTranslation()[0], after.ExtractTranslation()[0]]

        system = Compute.System(stage, registry)
        self.assertEqual(system.Compute(stage.GetPrimAtPath("/A"), "both", 0), [1.0, 11.0])

    def test_a_lasting_input_counts_from_the_tick_on_that_was_asked_for_last(self):
        def run(make):
            stage = open_stage('def Sphere "A"\n{\n    double radius = 1\n}\n')
            registry = Compute.Registry()

            @registry.computation("rate", schemas=["Sphere"])
            def rate(call, radius=Compute.Attribute("radius")):
                return radius

            @registry.computation("grown", schemas=["Sphere"])
            class Grown:
                radius = make(Compute.Computation("rate"))

                def init(self, call):
                    return 0.0

                def step(self, call):
                    return call.state + call.radius

                def compute(self, call):
                    return call.state

            system, prim = Compute.System(stage, registry), stage.GetPrimAtPath("/A")
            before = system.Compute(prim, "grown", 3)
            prim.GetAttribute("radius").Set(10.0)
            return before, system.Compute(prim, "grown", 4), system.Compute(prim, "grown", 2)

        self.assertEqual(run(lambda each: each), (3.0, 40.0, 20.0))
        # Ticks 1 and 2 keep the radius of then; from 3, which was asked for, it is the new one.
        self.assertEqual(run(Compute.Lasting), (3.0, 22.0, 2.0))
        with self.assertRaises(ValueError):
            Compute.Lasting(Compute.Attribute("radius"))

    def test_every_input_of_the_library_has_a_name_and_says_what_it_gives(self):
        names = ["Attribute", "AttributeSamples", "AttributesNamed", "Before", "Children", "Computation", "Connections", "Constant",
                 "Lasting", "Metadata", "NearestAncestor", "OfPrim", "Parent", "Previous", "SourceOf", "SourcesNamed", "StageMetadata",
                 "Targets", "Time"]
        header = pathlib.Path(__file__).resolve().parents[2] / "strata" / "compute" / "computation.h"
        declared = re.findall(r"^inline Input (\w+)\(", header.read_text(encoding="utf-8"), re.MULTILINE)
        self.assertEqual(sorted(declared), names)
        for name in names:
            self.assertGreater(len(getattr(Compute, name).__doc__.split()), 3, name)

    def test_overrides_are_of_the_attributes_type_and_in_the_units_of_its_layer(self):
        layer = Sdf.Layer.CreateAnonymous(".usda")
        layer.ImportFromString('#usda 1.0\n(\n    metersPerUnit = 0.01\n)\ndef Sphere "There" {\n    double radius = 200\n}\n')
        stage = Usd.Stage.CreateInMemory()
        stage.GetRootLayer().ImportFromString(
            f'#usda 1.0\n(\n    metersPerUnit = 1\n    subLayers = [@{layer.identifier}@]\n)\n'
            'def Sphere "Here" {\n    double radius = 2\n}\n')
        registry = Compute.Registry()

        @registry.computation("read", schemas=["Sphere"])
        def read(call, radius=Compute.Attribute("radius")):
            return radius

        request = Compute.System(stage, registry).MakeRequest([("/Here", "read"), ("/There", "read")])
        self.assertEqual(request.Compute(1), [2.0, 2.0])
        made = request.ComputeWithOverrides({"/Here.radius": 5, "/There.radius": 500}, 1)
        self.assertEqual([type(each) for each in made], [float, float])
        self.assertEqual(made[0], 5.0)
        self.assertAlmostEqual(made[1], 5.0)
        with self.assertRaisesRegex(Tf.ErrorException, "type string cannot be one of </Here.radius>, which is a double"):
            request.ComputeWithOverrides({"/Here.radius": "far"}, 1)
        with self.assertRaisesRegex(Tf.ErrorException, "</Nowhere.radius> is no attribute"):
            request.ComputeWithOverrides({"/Nowhere.radius": 1.0}, 1)
        self.assertEqual(request.Compute(1), [2.0, 2.0])


if __name__ == "__main__":
    unittest.main()
