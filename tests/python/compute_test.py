"""Computations in Python: what is registered, how it is called, and what becomes of it when it fails."""
import os
import pathlib
import sys
import tempfile
import threading
import time as clock
import unittest

try:
    import numpy
except ModuleNotFoundError:
    print("skipped: numpy is not installed (pip install numpy)")
    sys.exit(77)

from strata import Compute, Gf, Hd, Sdf, Usd

HEAD = "#usda 1.0\n(\n    timeCodesPerSecond = 10\n)\n"


def translated(name, place, more=""):
    return (f'def Xform "{name}"\n{{\n    double3 xformOp:translate = {place}\n'
            f'    uniform token[] xformOpOrder = ["xformOp:translate"]\n{more}}}\n')


def mesh(name, more="", module="sink"):
    return (f'def Mesh "{name}" (\n    apiSchemas = ["WarpComputationAPI"]\n)\n{{\n    string warp:sourceFile = "{module}"\n'
            f'    point3f[] points = [(0, 0, 0), (1, 0, 0)]\n{more}}}\n')


def open_stage(text):
    stage = Usd.Stage.CreateInMemory()
    stage.GetRootLayer().ImportFromString(HEAD + text)
    return stage


class Sink:
    """Sinks by a unit a second."""

    def __init__(self):
        self.begins = self.steps = 0

    def begin(self, call):
        self.begins += 1
        return call.AsNumpy(call.shape.points)

    def step(self, call, state):
        self.steps += 1
        return state - numpy.float32([0, call.dt, 0])


def simulating(text, module, name="sink"):
    stage, registry = open_stage(text), Compute.Registry()
    registry.AddSimulation(name, module)
    return stage, Compute.System(stage, registry)


class Functions(unittest.TestCase):
    def test_a_modifier_is_called_with_its_inputs_and_again_only_when_they_change(self):
        stage, registry, calls = open_stage(translated("A", (1, 2, 3), '    custom double by = 4\n')), Compute.Registry(), []

        @registry.computation("xform", schemas=["Xform"], modifies=True)
        def lift(call, previous=Compute.Previous(), by=Compute.Attribute("by")):
            calls.append((str(call.prim.GetPath()), call.time))
            return previous * Gf.Matrix4d().SetTranslate((0, by or 0, 0))

        system = Compute.System(stage, registry)
        prim = stage.GetPrimAtPath("/A")
        for _ in range(3):
            self.assertEqual(system.GetLocalToWorldTransform(prim, 1).ExtractTranslation(), (1, 6, 3))
        self.assertEqual(calls, [("/A", 1.0)])
        prim.GetAttribute("by").Set(5.0)
        self.assertEqual(system.GetLocalToWorldTransform(prim, 1).ExtractTranslation(), (1, 7, 3))
        self.assertEqual(len(calls), 2)

    def test_inputs_of_parents_children_targets_and_the_stage(self):
        stage = open_stage(translated("P", (1, 0, 0), '    rel proxyPrim = [</Q>, </P/C>]\n' + translated("C", (0, 5, 0)))
                           + translated("Q", (0, 0, 7)))
        registry = Compute.Registry()

        @registry.computation("sum", schemas=["Xform"])
        def total(call, below=Compute.Children("world.xform"), others=Compute.Targets("proxyPrim", "world.xform"),
                  above=Compute.Parent("world.xform"), rate=Compute.StageMetadata("timeCodesPerSecond"), time=Compute.Time()):
            return [[m.ExtractTranslation() for m in below], [m.ExtractTranslation() for m in others],
                    above and above.ExtractTranslation(), rate, time]

        system = Compute.System(stage, registry)
        answer = system.Compute(stage.GetPrimAtPath("/P"), "sum", 3)
        self.assertEqual(answer[0], [(1, 5, 0)])
        self.assertEqual(answer[1], [(0, 0, 7), (1, 5, 0)])
        self.assertEqual(answer[2:], [None, 10.0, 3.0])
        self.assertEqual(system.Compute(stage.GetPrimAtPath("/P/C"), "sum", 3)[2], (1, 0, 0))
        self.assertIsNone(system.Compute(stage.GetPrimAtPath("/P"), "other", 3))

    def test_inputs_of_connections_sources_and_constants(self):
        stage = open_stage('def Sphere "A"\n{\n    double radius = 2\n    double twice.connect = [</A.radius>, </B.radius>]\n}\n'
                           'def Sphere "B"\n{\n    double radius.timeSamples = { 0: 5, 10: 7 }\n}\n')
        registry = Compute.Registry()

        @registry.computation("size", schemas=["Sphere"])
        def size(call, radius=Compute.Attribute("radius"), factor=Compute.Constant(3)):
            return radius * factor

        @registry.computation("sizes", schemas=["Sphere"])
        def sizes(call, connected=Compute.Connections("twice", "size"), source=Compute.SourceOf("radius")):
            return [[*connected], source["source"], source["blocked"], "text"]

        system = Compute.System(stage, registry)
        a, b = stage.GetPrimAtPath("/A"), stage.GetPrimAtPath("/B")
        self.assertEqual(system.Compute(a, "sizes", 5)[:3], [[6.0, 18.0], "default", False])
        self.assertEqual(system.Compute(b, "sizes", 5)[:3], [[], "timeSamples", False])
        a.GetAttribute("twice").SetConnections(["/B.radius"])
        self.assertEqual(system.Compute(a, "sizes", 5)[0], [18.0])
        a.GetAttribute("radius").Block()
        self.assertEqual(system.Compute(a, "sizes", 5)[1:3], ["fallback", True])

    def test_an_output_stands_in_place_of_a_value_and_numpy_gives_it(self):
        stage, registry = open_stage('def Points "P"\n{\n    point3f[] points = [(1, 1, 1)]\n}\n'), Compute.Registry()

        @registry.computation("spread", schemas=["Points"], type="point3f[]", attribute="points")
        def spread(call, points=Compute.Attribute("points"), time=Compute.Time()):
            return numpy.asarray(points) * numpy.float32(time)

        system = Compute.System(stage, registry)
        prim = stage.GetPrimAtPath("/P")
        self.assertEqual(list(system.GetValue(prim.GetAttribute("points"), 4)), [(4, 4, 4)])
        self.assertEqual(system.ComputeWorldBound(prim, 4).GetMax(), (4, 4, 4))

    def test_states_step_and_are_the_same_however_a_time_is_reached(self):
        def make():
            stage, registry = open_stage('def Sphere "S"\n{\n}\n'), Compute.Registry()

            @registry.computation("count", schemas=["Sphere"])
            class Count:
                radius = Compute.Attribute("radius")

                def init(self, call):
                    return 0.1

                def step(self, call):
                    return call.state * 1.1 + call.radius * call.dt

                def compute(self, call):
                    return call.state
            return stage, Compute.System(stage, registry)

        (stage, played), (other, jumped) = make(), make()
        prim, same = stage.GetPrimAtPath("/S"), other.GetPrimAtPath("/S")
        for time in range(60):
            played.Compute(prim, "count", time)
        self.assertEqual(jumped.Compute(same, "count", 59), played.Compute(prim, "count", 59))
        self.assertEqual(jumped.Compute(same, "count", 20), played.Compute(prim, "count", 20))
        self.assertEqual(jumped.Compute(same, "count", 59), played.Compute(prim, "count", 59))

    def test_a_batch_is_one_call_for_all_prims_and_each_has_its_own_answer_or_error(self):
        stage, registry, calls = open_stage("".join(f'def Sphere "S{i}"\n{{\n    double radius = {i}\n}}\n' for i in range(600))), \
            Compute.Registry(), []

        @registry.computation("area", schemas=["Sphere"], batch=True, type="double")
        def area(all, radius=Compute.Attribute("radius")):
            calls.append(len(all))
            return [call.radius ** 2 if call.radius != 7 else "seven" for call in all]

        @registry.computation("twice", schemas=["Sphere"], batch=True)
        def twice(all, area=Compute.Computation("area")):
            return [2 * (call.area or 0) for call in all]

        @registry.computation("short", schemas=["Sphere"], batch=True)
        def short(all):
            return [1]

        system = Compute.System(stage, registry)
        made = system.MakeRequest([(f"/S{i}", "twice") for i in range(600)]).Compute(1)
        self.assertEqual([made[6], made[7], made[599]], [72.0, 0, 2 * 599.0 ** 2])
        self.assertEqual(sum(calls), 600)
        self.assertLessEqual(len(calls), 4)
        told, = system.GetDiagnostics()
        self.assertEqual((told["path"], told["code"]), ("/S7", "compute.failed"))
        self.assertEqual(system.Compute(stage.GetPrimAtPath("/S3"), "area", 2), 9.0)
        self.assertEqual(system.MakeRequest([("/S1", "short"), ("/S2", "short")]).Compute(1), [None, None])
        self.assertIn("gave 1 answers for 2 prims", system.GetDiagnostics()[0]["message"])

    def test_requests_tell_once_and_overrides_leave_nothing_behind(self):
        stage, registry = open_stage('def Sphere "S"\n{\n    double radius = 2\n}\n'), Compute.Registry()

        @registry.computation("area", schemas=["Sphere"], cutsOff=True)
        def area(call, radius=Compute.Attribute("radius")):
            return 2 * radius

        system, told = Compute.System(stage, registry), []
        request = system.MakeRequest([("/S", "area")], told.append)
        self.assertEqual(request.Compute(1), [4.0])
        self.assertEqual(request.ComputeWithOverrides({"/S.radius": 10}, 1), [20.0])
        self.assertEqual(request.Compute(1), [4.0])
        attribute = stage.GetAttributeAtPath("/S.radius")
        attribute.Set(3.0)
        attribute.Set(4.0)
        self.assertEqual(told, [[0]])
        self.assertEqual(request.Compute(1), [8.0])
        step = system.Explain(stage.GetPrimAtPath("/S"), "area", 1)[-1]
        self.assertEqual((step["answer"], [str(each) for each in step["inputs"]]), (8.0, ["/S.radius"]))

    def test_modifiers_say_their_order_and_the_program_has_the_last_word(self):
        def place(order):
            stage, registry = open_stage(translated("A", (1, 0, 0))), Compute.Registry()

            @registry.computation("xform", schemas=["Xform"], modifies=True, name="double", after=order.get("double", ()))
            def double(call, previous=Compute.Previous()):
                return previous * Gf.Matrix4d().SetScale(2)

            @registry.computation("xform", schemas=["Xform"], modifies=True, name="move", after=order.get("move", ()))
            def move(call, previous=Compute.Previous()):
                return previous * Gf.Matrix4d().SetTranslate((10, 0, 0))
            if "program" in order:
                registry.Order(*order["program"])
            system = Compute.System(stage, registry)
            return system.GetLocalToWorldTransform(stage.GetPrimAtPath("/A"), 1).ExtractTranslation()[0], system.GetDiagnostics()

        self.assertEqual(place({"double": ["move"]}), (22, []))
        self.assertEqual(place({"move": ["double"]}), (12, []))
        self.assertEqual(place({"move": ["double"], "program": ("move", "double")}), (22, []))
        where, (told,) = place({})
        self.assertEqual((where, told["code"], told["path"]), (1, "compute.modifiers-unordered", "/A"))


class Failures(unittest.TestCase):
    def fails(self, function, code, why, limit=10, **options):
        stage, registry = open_stage(translated("A", (1, 2, 3)) + 'def Sphere "Other"\n{\n}\n'), Compute.Registry()
        registry.computation("xform", schemas=["Xform"], modifies=True, name="it", **options)(function)
        system = Compute.System(stage, registry, maxSecondsPerCall=limit)
        prim = stage.GetPrimAtPath("/A")
        self.assertEqual(system.GetLocalToWorldTransform(prim, 1).ExtractTranslation(), (1, 2, 3))
        told, = system.GetDiagnostics()
        self.assertEqual((told["code"], told["path"]), (code, "/A"))
        self.assertIn(why, told["message"])
        return told

    def test_the_program_says_how_metrics_are_made_right(self):
        layer = Sdf.Layer.CreateAnonymous(".usda")
        layer.ImportFromString('#usda 1.0\n(\n    metersPerUnit = 0.5\n)\ndef Sphere "S" {\n    double radius = 1\n    custom double reach = 4\n}\n')
        bare = Sdf.Layer.CreateAnonymous(".usda")
        bare.ImportFromString('#usda 1.0\n(\n    defaultPrim = "T"\n)\ndef Xform "T" {\n}\n')
        stage = Usd.Stage.CreateInMemory()
        stage.GetRootLayer().ImportFromString(
            f'#usda 1.0\n(\n    metersPerUnit = 1\n    subLayers = [@{layer.identifier}@]\n)\n'
            f'def "Bare" (\n    references = @{bare.identifier}@\n)\n{{\n}}\n')
        radius, ball = stage.GetAttributeAtPath("/S.radius"), stage.GetPrimAtPath("/S")

        def scale(path, **options):
            system = Compute.System(stage, Compute.Registry(**options))
            return system.GetLocalToWorldTransform(stage.GetPrimAtPath(path))[0][0]

        values = Compute.System(stage, Compute.Registry())
        self.assertEqual((values.GetValue(radius), values.GetLocalToWorldTransform(ball)[0][0]), (0.5, 1))
        transforms = Compute.System(stage, Compute.Registry(mode="transforms"))
        self.assertEqual((transforms.GetValue(radius), transforms.GetLocalToWorldTransform(ball)[0][0]), (1, 0.5))
        self.assertEqual(values.ComputeWorldBound(ball), transforms.ComputeWorldBound(ball))
        self.assertEqual([scale("/Bare", unauthored=how) for how in ("inherit", "fallback", "error")], [1, 0.01, 1])
        self.assertEqual(scale("/S", mode="transforms", tolerance=0.6), 1)
        measured = Compute.System(stage, Compute.Registry(dimensions="Sphere.reach | length | scalar\n"))
        reach = stage.GetAttributeAtPath("/S.reach")
        self.assertEqual((measured.GetValue(reach), values.GetValue(reach)), (2, 4))
        twice = Compute.Registry()

        @twice.computation("my:twice", schemas=["Sphere"], type="double")
        def double(call, radius=Compute.Attribute("radius")):
            return 2 * radius

        self.assertEqual(Compute.System(stage, twice).Compute(ball, "my:twice"), 1)  # as everybody sees the radius
        for wrong in ({"mode": "both"}, {"unauthored": ""}, {"fallbacks": "layer"}, {"tolerance": -1},
                      {"tolerance": float("nan")}, {"dimensions": "Sphere.reach | lenght"}):
            with self.assertRaises(ValueError, msg=str(wrong)):
                Compute.Registry(**wrong)

    def test_scenes_show_what_is_registered_and_are_told_of_edits(self):
        stage, registry = open_stage(translated("A", (1, 2, 3), "    custom double by = 4\n")), Compute.Registry()

        @registry.computation("xform", schemas=["Xform"], modifies=True)
        def lift(call, previous=Compute.Previous(), by=Compute.Attribute("by")):
            return previous * Gf.Matrix4d().SetTranslate((0, 0, by))

        @registry.computation("my:twice", schemas=["Xform"], type="double")
        def twice(call, by=Compute.Attribute("by")):
            return 2 * by

        registry.Publish("my:twice", "mine/twice")
        chain = Hd.CreateSceneIndices(stage, computed=registry)
        final = chain.finalSceneIndex

        def read(*names):
            return final.GetPrim("/A").dataSource.Get(Hd.DataSourceLocator(*names)).GetValue(0)

        self.assertEqual(read("xform", "matrix").ExtractTranslation(), Gf.Vec3d(1, 2, 7))
        self.assertEqual(read("authoredXform", "matrix").ExtractTranslation(), Gf.Vec3d(1, 2, 3))
        self.assertEqual(read("mine", "twice"), 8)
        told = Hd.RecordingSceneIndexObserver()
        final.AddObserver(told)
        stage.GetAttributeAtPath("/A.by").Set(5.0)
        self.assertEqual("; ".join(told.Take()), "dirtied /A {mine/twice, xform}")
        self.assertEqual((read("mine", "twice"), read("xform", "matrix").ExtractTranslation()), (10, Gf.Vec3d(1, 2, 8)))
        with self.assertRaises(RuntimeError):
            registry.Publish("my:twice", "late")
        with self.assertRaises(TypeError):
            Hd.CreateSceneIndices(stage, computed="yes")

    def test_scenes_are_read_while_functions_run_elsewhere(self):
        stage, registry = open_stage("".join(translated(f"A{i}", (i, 0, 0)) for i in range(40))), Compute.Registry()

        @registry.computation("xform", schemas=["Xform"], modifies=True)
        def lift(call, previous=Compute.Previous()):
            clock.sleep(0.001)
            return previous * Gf.Matrix4d().SetTranslate((0, 0, 1))

        final = Hd.CreateSceneIndices(stage, computed=registry).finalSceneIndex
        system, wrong = Compute.System(stage, registry), []

        def read(order, ask):
            for i in order:
                if ask(i) != Gf.Vec3d(i, 0, 1):
                    wrong.append(i)

        def of_scene(i):
            return final.GetPrim(f"/A{i}").dataSource.Get(Hd.DataSourceLocator("xform", "matrix")).GetValue(0).ExtractTranslation()

        def of_system(i):
            return system.GetLocalToWorldTransform(stage.GetPrimAtPath(f"/A{i}")).ExtractTranslation()

        threads = [threading.Thread(target=read, args=(order, ask), daemon=True)
                   for ask in (of_scene, of_system) for order in (range(40), range(39, -1, -1))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertFalse(any(thread.is_alive() for thread in threads))
        self.assertEqual(wrong, [])

    def test_what_raises_is_told_of_with_its_place_and_what_is_authored_holds(self):
        def broken(call):
            raise ValueError("no way")
        told = self.fails(broken, "compute.failed", "`it` raised ValueError: no way")
        self.assertTrue(told["notes"][0][1].endswith("compute_test.py"))
        self.assertGreater(told["notes"][0][2], 100)

    def test_answers_of_the_wrong_type_or_shape_or_without_end(self):
        self.fails(lambda call: "text", "compute.failed", "a transform is a Gf.Matrix4d")
        self.fails(lambda call: numpy.ones((3, 3)), "compute.failed", "a transform is a Gf.Matrix4d")
        self.fails(lambda call: Gf.Matrix4d(float("inf")), "compute.failed", "is none that")

    def test_what_takes_too_long_is_not_called_again(self):
        self.fails(lambda call: clock.sleep(0.03), "compute.too-slow", "is not called again", limit=0.02)

    def test_what_never_comes_back_is_interrupted_and_others_go_on(self):
        def endless(call):
            while True:
                pass

        def stubborn(call):
            end = clock.monotonic() + 30
            while clock.monotonic() < end:
                try:
                    while True:
                        pass
                except TimeoutError:
                    return Gf.Matrix4d(7)
        begin = clock.monotonic()
        self.fails(endless, "compute.too-slow", "is not called again", limit=0.2)
        self.fails(stubborn, "compute.too-slow", "is not called again", limit=0.2)
        stage, registry = open_stage("".join(f'def Sphere "S{i}"\n{{\n    double radius = {i}\n}}\n' for i in range(3))), Compute.Registry()

        @registry.computation("size", schemas=["Sphere"])
        def size(call, radius=Compute.Attribute("radius")):
            while radius == 1:
                pass
            return radius
        system = Compute.System(stage, registry, maxSecondsPerCall=1)
        self.assertEqual([system.Compute(stage.GetPrimAtPath(f"/S{i}"), "size", 1) for i in range(3)], [0, None, 2])
        self.assertEqual([(told["code"], told["path"]) for told in system.GetDiagnostics()], [("compute.too-slow", "/S1")])

        class Stuck(Sink):
            def step(self, call, state):
                while str(call.prim.GetPath()) == "/A":
                    pass
                return super().step(call, state)
        registry = Compute.Registry()
        registry.AddSimulation("sink", Stuck())
        stage = open_stage(mesh("A") + mesh("B"))
        system = Compute.System(stage, registry, maxSecondsPerCall=1)
        for path, height in (("/A", 0), ("/B", -0.5)):
            self.assertAlmostEqual(system.GetValue(stage.GetAttributeAtPath(path + ".points"), 5)[0][1], height, places=5)
        self.assertEqual([(told["code"], told["path"]) for told in system.GetDiagnostics()], [("compute.too-slow", "/A")])
        self.assertLess(clock.monotonic() - begin, 60)

    def test_simulations_that_look_at_each_other_stay_as_they_are(self):
        stage, system = simulating(mesh("A", "    rel warp:dependentPrims = </B>\n") + mesh("B", "    rel warp:dependentPrims = </A>\n")
                                   + mesh("C"), Sink())
        heights = [system.GetValue(stage.GetAttributeAtPath(f"/{name}.points"), 10)[0][1] for name in "ABC"]
        self.assertEqual(heights[:2], [0, 0])
        self.assertAlmostEqual(heights[2], -1, places=5)
        self.assertEqual({(told["code"], told["path"]) for told in system.GetDiagnostics()},
                         {("compute.cycle", "/A"), ("compute.cycle", "/B")})

    def test_two_that_stand_for_one_value_leave_it_as_it_is_authored(self):
        stage, registry = open_stage('def Sphere "S"\n{\n    double radius = 2\n}\ndef Cube "C"\n{\n    double size = 2\n}\n'), Compute.Registry()
        for name, attribute, schema in (("a", "radius", "Sphere"), ("b", "radius", "Sphere"), ("c", "size", "Cube")):
            registry.computation(name, schemas=[schema], type="double", attribute=attribute)(lambda call: 9.0)
        system = Compute.System(stage, registry)
        self.assertEqual(system.GetValue(stage.GetAttributeAtPath("/S.radius"), 1), 2)
        self.assertEqual(system.GetValue(stage.GetAttributeAtPath("/C.size"), 1), 9)
        self.assertEqual([(told["code"], told["path"]) for told in system.GetDiagnostics()], [("compute.modifiers-unordered", "/S")])

    def test_computations_that_need_each_other_are_cut(self):
        stage, registry = open_stage(translated("A", (1, 0, 0)) + 'def Sphere "S"\n{\n}\n'), Compute.Registry()

        @registry.computation("egg", schemas=["Sphere"])
        def egg(call, hen=Compute.Computation("hen")):
            return 1

        @registry.computation("hen", schemas=["Sphere"])
        def hen(call, egg=Compute.Computation("egg")):
            return 1

        system = Compute.System(stage, registry)
        self.assertIsNone(system.Compute(stage.GetPrimAtPath("/S"), "egg", 1))
        self.assertEqual({(told["code"], told["path"]) for told in system.GetDiagnostics()}, {("compute.cycle", "/S")})

    def test_registering_what_cannot_be_is_refused(self):
        registry = Compute.Registry()
        with self.assertRaisesRegex(TypeError, "has no Compute.Input"):
            registry.computation("x")(lambda call, other=3: 1)
        registry.computation("x", name="twice")(lambda call: 1)
        with self.assertRaisesRegex(RuntimeError, "twice"):
            registry.computation("x", name="twice")(lambda call: 1)
        with self.assertRaisesRegex(TypeError, "no type of values"):
            registry.computation("x", name="typed", type="colour9")(lambda call: 1)
        Compute.System(open_stage(""), registry)
        with self.assertRaisesRegex(RuntimeError, "in use"):
            registry.computation("x", name="late")(lambda call: 1)


class Threads(unittest.TestCase):
    """A stage has many readers or one writer, whatever Python does meanwhile."""

    def test_edits_wait_for_who_computes_and_nobody_waits_for_ever(self):
        stage, registry = open_stage(translated("A", (1, 0, 0), "    custom double by = 0\n" + translated("B", (0, 1, 0)))), \
            Compute.Registry()

        @registry.computation("twice", schemas=["Xform"], cutsOff=True)
        def twice(call, by=Compute.Attribute("by"), time=Compute.Time()):
            before = call.prim.GetAttribute("by").Get()
            clock.sleep(0.002)  # lets the interpreter's lock go
            if call.prim.GetAttribute("by").Get() != before:
                changed.append(before)
            return (by or 0) * 2

        @registry.computation("more", schemas=["Xform"])
        def more(call, twice=Compute.Computation("twice"), above=Compute.Parent("twice")):
            clock.sleep(0.001)
            return (twice or 0) + (above or 0)

        system, changed, made, is_done = Compute.System(stage, registry), [], [], threading.Event()
        a, b = stage.GetPrimAtPath("/A"), stage.GetPrimAtPath("/A/B")
        by = a.GetAttribute("by")
        spec = stage.GetRootLayer().GetAttributeAtPath("/A.by")

        def pull():
            time = 0
            while not is_done.is_set():
                time += 1
                made.append(system.Compute(b, "more", time % 7))

        threads = [threading.Thread(target=pull, daemon=True) for _ in range(4)]
        for thread in threads:
            thread.start()
        for value in range(1, 25):
            by.Set(float(value))
            self.assertEqual(system.Compute(b, "more", 3), 2.0 * value)
            spec.default = value + 0.5
            self.assertEqual(system.Compute(b, "more", 3), 2.0 * value + 1)
        while len(made) < 10:  # the machine may be busy with others
            clock.sleep(0.001)
        is_done.set()
        for thread in threads:
            thread.join()
        self.assertEqual(changed, [])
        self.assertLessEqual(set(made), {each / 1.0 for each in range(50)})

    def test_what_is_told_of_changes_may_edit_again(self):
        stage, registry = open_stage('def Sphere "S"\n{\n    double radius = 2\n    custom double seen = 0\n}\n'), Compute.Registry()

        @registry.computation("area", schemas=["Sphere"])
        def area(call, radius=Compute.Attribute("radius"), time=Compute.Time()):
            return 2 * radius + time

        system, told = Compute.System(stage, registry), []

        def note(keys):
            told.append(keys)
            stage.GetAttributeAtPath("/S.seen").Set(float(len(told)))
        request = system.MakeRequest([("/S", "area")], note, note)
        self.assertEqual(request.Compute(1), [5.0])
        system.ChangeTime(1, 2)
        self.assertEqual(request.Compute(2), [6.0])
        stage.GetAttributeAtPath("/S.radius").Set(3.0)
        self.assertEqual(stage.GetAttributeAtPath("/S.seen").Get(), 2.0)

    def test_a_function_that_edits_or_asks_is_refused_and_told_of(self):
        stage, registry = open_stage('def Sphere "S"\n{\n    double radius = 2\n}\ndef Sphere "T"\n{\n}\n'), Compute.Registry()

        @registry.computation("edits", schemas=["Sphere"])
        def edits(call):
            call.prim.GetAttribute("radius").Set(7.0)
            return 1

        @registry.computation("edits layer", schemas=["Sphere"])
        def edits_layer(call):
            stage.GetRootLayer().GetAttributeAtPath("/S.radius").default = 8.0
            return 1

        @registry.computation("asks", schemas=["Sphere"])
        def asks(call):
            return system.Compute(call.prim, "asks", call.time) or 4

        @registry.computation("scratch", schemas=["Sphere"])
        def scratch(call):
            other = Usd.Stage.CreateInMemory()
            return other.DefinePrim("/A").GetName()

        system, prim = Compute.System(stage, registry), stage.GetPrimAtPath("/S")
        self.assertIsNone(system.Compute(prim, "edits", 1))
        told, = system.GetDiagnostics()
        self.assertIn("RuntimeError: A computation cannot edit the stage", told["message"])
        self.assertEqual(prim.GetAttribute("radius").Get(), 2.0)
        self.assertIsNone(system.Compute(prim, "asks", 1))
        self.assertEqual(system.Compute(prim, "scratch", 1), "A")
        self.assertIsNone(system.Compute(prim, "edits layer", 1))
        codes = {told["code"] for told in system.GetDiagnostics()}
        self.assertEqual(codes, {"compute.failed", "compute.need-undeclared", "compute.edited-by-computation"})

    def test_one_function_at_a_time_whoever_asks(self):
        stage, registry = open_stage("".join(f'def Sphere "S{i}"\n{{\n}}\n' for i in range(8))), Compute.Registry()
        inside, most = [], []

        @registry.computation("x", schemas=["Sphere"])
        def x(call):
            inside.append(1)
            clock.sleep(0.003)
            most.append(len(inside))
            inside.pop()
            return 1

        system = Compute.System(stage, registry)
        threads = [threading.Thread(target=lambda i=i: system.Compute(stage.GetPrimAtPath(f"/S{i}"), "x", 1)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(most, [1] * 8)


class Simulations(unittest.TestCase):
    def test_W1_W3_playing_jumping_and_scrubbing_agree_and_pulls_read_what_was_made(self):
        (stage, played), (other, jumped) = (simulating(mesh("A"), Sink()) for _ in range(2))
        points, same = stage.GetAttributeAtPath("/A.points"), other.GetAttributeAtPath("/A.points")
        for time in range(101):
            played.GetValue(points, time)
        self.assertEqual(jumped.GetValue(same, 100), played.GetValue(points, 100))
        self.assertEqual(jumped.GetValue(same, 50), played.GetValue(points, 50))
        self.assertEqual(jumped.GetValue(same, 100), played.GetValue(points, 100))
        sink = Sink()
        stage, system = simulating(mesh("A"), sink)
        for _ in range(10):
            system.GetValue(stage.GetAttributeAtPath("/A.points"), 1)
        self.assertEqual((sink.begins, sink.steps), (1, 1))

    def test_arrays_go_in_and_out_without_a_copy_and_cannot_be_written(self):
        seen = {}

        class Same:
            def begin(self, call):
                seen["in"] = call.AsNumpy(call.shape.points)
                seen["out"] = numpy.zeros((2, 3), numpy.float32)
                return seen["out"]

        stage, system = simulating(mesh("A"), Same())
        attribute = stage.GetAttributeAtPath("/A.points")
        given = numpy.asarray(system.GetValue(attribute, 0))
        self.assertEqual(given.ctypes.data, seen["out"].ctypes.data)
        for array in (seen["in"], seen["out"], given):
            self.assertFalse(array.flags.writeable)
        authored = numpy.asarray(attribute.Get(0))
        self.assertEqual(authored.ctypes.data, seen["in"].ctypes.data)

    def test_W9_modules_move_prims_without_points_and_instances(self):
        class Moves:
            MOVES = True

            def begin(self, call):
                return 0, self.pose(call, 0)

            def step(self, call, state):
                return state + 1, self.pose(call, state + 1)

            def pose(self, call, fallen):
                down = numpy.eye(4)
                down[3, 1] = -fallen
                if call.shape.isInstancer:
                    return {"instanceTransforms": [Gf.Matrix4d(*down.flatten().tolist()) for _ in call.shape.points]}
                return {"xform": numpy.array(call.xform) @ down}

        text = ('def Xform "B" (\n    apiSchemas = ["WarpComputationAPI"]\n)\n{\n    string warp:sourceFile = "sink"\n'
                '    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = ["xformOp:translate"]\n'
                '    def Cube "C"\n    {\n    }\n}\n'
                'def PointInstancer "I" (\n    apiSchemas = ["WarpComputationAPI"]\n)\n{\n    string warp:sourceFile = "sink"\n'
                '    rel prototypes = </I/P>\n    int[] protoIndices = [0, 0]\n    point3f[] positions = [(9, 0, 0), (8, 0, 0)]\n'
                '    def Sphere "P"\n    {\n    }\n}\n')
        stage, system = simulating(text, Moves())
        for time in (0, 4, 2):
            matrix = system.GetLocalToWorldTransform(stage.GetPrimAtPath("/B/C"), time)
            self.assertEqual(matrix.ExtractTranslation(), (1, 2 - time, 3))
            positions = numpy.array(system.GetValue(stage.GetAttributeAtPath("/I.positions"), time))
            numpy.testing.assert_array_equal(positions, [[0, -time, 0]] * 2)
        self.assertEqual(system.GetDiagnostics(), [])

    def test_W5_colliders_come_with_what_they_are_and_where(self):
        seen = {}

        class Looks:
            def begin(self, call):
                seen.update((str(each.path), (each, call.TransformedPoints(each))) for each in call.colliders)
                return call.AsNumpy(call.shape.points)

        stage, system = simulating(
            mesh("A", '    rel warp:dependentPrims = [</B>, </S>]\n')
            + 'def Mesh "B"\n{\n    point3f[] points = [(0, 0, 1)]\n    float xformOp:rotateX = 90\n'
              '    uniform token[] xformOpOrder = ["xformOp:rotateX"]\n}\n'
              'def Sphere "S"\n{\n    double radius = 3\n    double3 xformOp:translate = (0, 4, 0)\n'
              '    uniform token[] xformOpOrder = ["xformOp:translate"]\n}\n', Looks())
        system.GetValue(stage.GetAttributeAtPath("/A.points"), 0)
        numpy.testing.assert_allclose(seen["/B"][1], [[0, -1, 0]], atol=1e-6)
        self.assertEqual(seen["/S"][0].attributes["radius"], 3.0)
        self.assertEqual(seen["/S"][0].matrix.ExtractTranslation(), (0, 4, 0))

    def test_W6_eight_threads_pull_while_functions_run(self):
        stage, system = simulating("".join(mesh(f"M{i}") for i in range(8)), Sink())
        attributes, wrong = [stage.GetAttributeAtPath(f"/M{i}.points") for i in range(8)], []

        def pull(seed):
            for i in range(16):
                time = (seed * 5 + i * 3) % 20
                height = system.GetValue(attributes[(seed + i) % 8], time)[0][1]
                if abs(height + time / 10) > 1e-5:
                    wrong.append((seed, i, height))
        threads = [threading.Thread(target=pull, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_W7_files_that_change_are_loaded_anew_and_nothing_else_that_scenes_name_is_run(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        text = "def begin(call):\n    return [(0, {}, 0), (1, 1, 1)]\n"
        edits = []

        def write(content):
            (folder / "moves.py").write_text(content)
            edits.append(content)
            os.utime(folder / "moves.py", (len(edits), len(edits)))  # not as coarse as the clock of a file system
        write(text.format(1))
        stage = open_stage(mesh("A", module="mine.moves") + mesh("B", module="os") + mesh("C", module="mine.../../etc"))
        registry = Compute.Registry()
        registry.AllowModules("mine", folder)
        system = Compute.System(stage, registry)
        points = stage.GetAttributeAtPath("/A.points")
        self.assertEqual(system.GetValue(points, 0)[0], (0, 1, 0))
        self.assertFalse(system.Reload())
        write(text.format(2))
        self.assertTrue(system.Reload())
        self.assertEqual(system.GetValue(points, 0)[0], (0, 2, 0))
        write("def begin(call:\n")
        self.assertTrue(system.Reload())
        self.assertEqual(system.GetValue(points, 0)[0], (0, 0, 0))
        self.assertIn("SyntaxError", system.GetDiagnostics()[0]["message"])
        write(text.format(3))
        system.Reload()
        self.assertEqual(system.GetValue(points, 0)[0], (0, 3, 0))
        stage.GetAttributeAtPath("/A.warp:sourceFile").Set(str(folder / "moves.py"))
        self.assertEqual(system.GetValue(points, 0)[0], (0, 3, 0))
        stage.GetAttributeAtPath("/C.warp:sourceFile").Set(str(folder / "deeper" / "moves.py"))
        for path in ("/B", "/C"):
            system.GetValue(stage.GetAttributeAtPath(path + ".points"), 0)
        self.assertEqual({told["path"]: told["code"] for told in system.GetDiagnostics()},
                         {"/B": "compute.simulation-module-missing", "/C": "compute.simulation-module-missing"})

    def test_W7_parameters_that_do_not_reset_count_from_the_tick_that_was_asked_for_last(self):
        class Rises:
            RESETS = ("kind",)
            begins = 0

            def begin(self, call):
                self.begins += 1
                return call.AsNumpy(call.shape.points)

            def step(self, call, state):
                return state + numpy.float32([0, call.parameters["by"], 0])

        module = Rises()
        stage, system = simulating(mesh("A", "    double warp:params:by = 1\n    int warp:params:kind = 0\n"), module)
        points = stage.GetAttributeAtPath("/A.points")
        self.assertEqual(system.GetValue(points, 10)[0], (0, 10, 0))
        stage.GetAttributeAtPath("/A.warp:params:by").Set(3.0)
        self.assertEqual([system.GetValue(points, time)[0][1] for time in (10, 12, 9, 12)], [12, 18, 9, 18])
        self.assertEqual(module.begins, 1)
        stage.GetAttributeAtPath("/A.warp:params:kind").Set(1)
        self.assertEqual(system.GetValue(points, 10)[0], (0, 30, 0))
        self.assertEqual(module.begins, 2)

    def test_W8_what_raises_or_has_the_wrong_shape_is_told_of_on_the_prim(self):
        def check(result, why):
            class Module:
                def begin(self, call):
                    return result()
            stage, system = simulating(mesh("A") + mesh("B", module="none"), Module())
            self.assertEqual(len(system.GetValue(stage.GetAttributeAtPath("/A.points"), 0)), 2)
            told, = system.GetDiagnostics()
            self.assertEqual((told["code"], told["path"]), ("compute.simulation-failed", "/A"))
            self.assertIn(why, told["message"])
        check(lambda: 1 / 0, "ZeroDivisionError")
        check(lambda: numpy.zeros((3, 3), numpy.float32), "gives 3 points where there are 2")
        check(lambda: numpy.zeros((2, 2), numpy.float32), "not of type point3f[]")
        check(lambda: numpy.full((2, 3), numpy.nan, numpy.float32), "no numbers")
        check(lambda: None, "not of type")

    def test_W14_modules_that_want_what_warp_has_no_more_are_told_of_with_a_remedy(self):
        import types
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "old.py").write_text("import warp as wp\nimport warp.sim\n\n\ndef begin(call):\n    return [(5, 5, 5)] * 2\n")

        def told_with(warp):
            former = {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "warp"}
            sys.modules["warp"] = warp
            try:
                stage, registry = open_stage(mesh("A", module="old") + mesh("B")), Compute.Registry()
                registry.AllowModules("", folder)
                registry.AddSimulation("sink", Sink())
                system = Compute.System(stage, registry)
                # What is authored holds, and nobody else is hurt.
                self.assertEqual(list(system.GetValue(stage.GetAttributeAtPath("/A.points"), 10)), [(0, 0, 0), (1, 0, 0)])
                self.assertAlmostEqual(system.GetValue(stage.GetAttributeAtPath("/B.points"), 10)[0][1], -1, places=5)
                told, = system.GetDiagnostics()
                self.assertEqual(told["path"], "/A")
                return told["message"]
            finally:
                del sys.modules["warp"]
                sys.modules.update(former)
        without_sim = types.ModuleType("warp")
        without_sim.__path__ = []  # a package with nothing in it
        message = told_with(without_sim)
        self.assertIn("has no warp.sim", message)
        self.assertIn("as kernels", message)
        self.assertIn("NVIDIA Warp is not installed: pip install warp-lang", told_with(None))

    def test_W12_W13_the_samples_protocol_each_prim_with_its_own_parameters_begun_and_ended_once(self):
        log = []

        class Sample:
            points = {}

            def initialize_sim_mesh(self, prim, indices, points, dep_mesh_indices=None, dep_mesh_points=None, sim_params=None):
                log.append(("begin", prim))
                self.points[prim] = numpy.array(points)

            def exec_sim(self, prim, dt, dep_mesh_points=None, sim_params=None):
                self.points[prim] += numpy.float32([0, sim_params["rise"], dt])  # in place, and dt is the time
                return self.points[prim]

            def terminate_sim(self, prim):
                log.append(("end", prim))
                del self.points[prim]

        stage, system = simulating(mesh("A", "    double warp:params:rise = 1\n") + mesh("B", "    double warp:params:rise = 2\n"),
                                   Sample())
        a, b = stage.GetAttributeAtPath("/A.points"), stage.GetAttributeAtPath("/B.points")
        self.assertEqual(system.GetValue(a, 4)[0], (0, 5, 0 + 1 + 2 + 3 + 4))
        self.assertEqual(system.GetValue(b, 4)[0], (0, 10, 10))
        for _ in range(5):
            system.GetValue(a, 4)
        self.assertEqual(log, [("begin", "/A"), ("begin", "/B")])
        self.assertEqual(system.GetValue(a, 2)[0], (0, 3, 3))  # begins anew: the module has only one state
        self.assertEqual(system.GetValue(a, 4)[0], (0, 5, 10))
        stage.RemovePrim("/A")
        del system
        self.assertEqual([log.count((what, prim)) for prim in ("/A", "/B") for what in ("begin", "end")], [2, 2, 1, 1])


if __name__ == "__main__":
    unittest.main()
