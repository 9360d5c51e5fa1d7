"""Threads: long calls let go of the interpreter's lock, and edits of other threads wait for them; nothing is read half written."""
import pathlib
import sys
import tempfile
import threading
import time
import unittest

from behaviour_test import python
from strata import Sdf, Tf, Usd, UsdGeom, UsdUtils

PRIMS = 4000


def make_stage(path=None):
    stage = Usd.Stage.CreateNew(path) if path else Usd.Stage.CreateInMemory()
    layer = stage.GetRootLayer()
    for number in range(50):
        stage.DefinePrim(f"/World/Group_{number}", "Xform")
    with Sdf.ChangeBlock():
        for number in range(PRIMS):
            spec = Sdf.CreatePrimInLayer(layer, f"/World/Group_{number % 50}/Box_{number}")
            spec.specifier, spec.typeName = Sdf.SpecifierDef, "Cube"
            Sdf.AttributeSpec(spec, "size", Sdf.ValueTypeNames.Double).default = float(number % 7 + 1)
    return stage


class Ticker(threading.Thread):
    """Counts while it gets the interpreter's lock."""

    def __init__(self):
        super().__init__(daemon=True)
        self.count, self.running = 0, True

    def run(self):
        while self.running:
            self.count += 1
            time.sleep(0)  # gives the lock back


def ticks_during(call):
    """How often another thread ran Python while `call` did; the switch interval is so long that it gives nothing by itself."""
    before = sys.getswitchinterval()
    ticker = Ticker()
    ticker.start()
    try:
        sys.setswitchinterval(100)
        time.sleep(0.01)  # a request for the lock that the shorter interval led to is served before counting starts
        count = ticker.count
        for _ in range(20):
            call()
            if ticker.count > count:
                break
        return ticker.count - count
    finally:
        sys.setswitchinterval(before)
        ticker.running = False
        ticker.join()


class LongCalls(unittest.TestCase):
    def test_let_other_threads_run(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        stage = make_stage(folder / "stage.usda")
        stage.Save()
        layer, root = stage.GetRootLayer(), stage.GetPrimAtPath("/World")
        copy = Sdf.Layer.CreateNew(folder / "copy.usda")
        copy.TransferContent(layer)
        saved = make_stage(folder / "saved.usda")
        calls = {
            "Stage.Open": lambda: Usd.Stage.Open(folder / "stage.usda"),
            "Stage.Open of a layer": lambda: Usd.Stage.Open(layer),
            "Stage.Flatten": stage.Flatten,
            "Stage.Export": lambda: stage.Export(folder / "flat.usda"),
            "Stage.ExportToString": stage.ExportToString,
            "Stage.Save": saved.Save,
            "Layer.Export": lambda: layer.Export(folder / "export.usda"),
            "Layer.ExportToString": layer.ExportToString,
            "Layer.Save": copy.Save,
            "BBoxCache.ComputeWorldBound": lambda: UsdGeom.BBoxCache(0, ["default"]).ComputeWorldBound(root),
        }
        held = [name for name, call in calls.items() if ticks_during(call) == 0]
        self.assertEqual(held, [])
        self.assertEqual(ticks_during(lambda: sum(range(100000))), 0)  # what the test would see if they did not

    def test_edits_wait_for_them(self):
        """Whatever a long call answers is one state of the stage: of two attributes that are set in turn, one is never two ahead."""
        stage = make_stage()
        one, other = (stage.GetAttributeAtPath(f"/World/Group_{number}/Box_{number}.size") for number in (0, 49))
        one.Set(0.0), other.Set(0.0)
        stop, troubles, asked, rounds = threading.Event(), [], [], 0

        def read(how):
            while not stop.is_set():
                try:
                    how()
                    asked.append(how)
                except Exception as error:  # noqa: BLE001
                    troubles.append(error)

        def flattened():
            layer = stage.Flatten()
            found = [layer.GetAttributeAtPath(attribute.GetPath()).default for attribute in (one, other)]
            if not 0 <= found[0] - found[1] <= 1:
                troubles.append(found)

        def written():
            text = stage.GetRootLayer().ExportToString()
            if not (text.startswith("#usda 1.0") and text.endswith("}\n\n")):
                troubles.append(text[-40:])

        def bounded():
            if UsdGeom.BBoxCache(0, ["default"]).ComputeWorldBound(stage.GetPseudoRoot()).GetRange().IsEmpty():
                troubles.append("no box")

        readers = [threading.Thread(target=read, args=(how,)) for how in (flattened, flattened, written, bounded)]
        for reader in readers:
            reader.start()
        end = time.monotonic() + 2
        while time.monotonic() < end or len(asked) < 8:
            rounds += 1
            one.Set(float(rounds)), other.Set(float(rounds))
            stage.DefinePrim(f"/New_{rounds % 5}", "Sphere")
            stage.RemovePrim(f"/New_{(rounds + 2) % 5}")
            stage.MuteLayer("nowhere.usda")
            stage.UnmuteLayer("nowhere.usda")
        stop.set()
        for reader in readers:
            reader.join()
        self.assertEqual(troubles, [])

    def test_one_cache_of_boxes_serves_several_threads(self):
        stage = make_stage()
        cache = UsdGeom.BBoxCache(0, ["default"])
        prims = list(stage.GetPrimAtPath("/World").GetChildren())
        expected = {str(prim.GetPath()): str(UsdGeom.BBoxCache(0, ["default"]).ComputeWorldBound(prim)) for prim in prims}
        wrong = []

        def ask(number):
            for _ in range(5):
                for prim in prims[number:] + prims[:number]:
                    if str(cache.ComputeWorldBound(prim)) != expected[str(prim.GetPath())]:
                        wrong.append(prim)
                cache.Clear() if number == 0 else cache.SetTime(0)

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_listeners_may_read_save_and_edit_while_others_do(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        stage = make_stage(folder / "heard.usda")
        stage.Save()
        heard = []

        def listen(notice, sender):
            heard.append(len(stage.ExportToString(addSourceFileComment=False)))
            if len(heard) < 4:
                stage.DefinePrim(f"/Heard_{len(heard)}")
                stage.Save()

        key = Tf.Notice.Register(Usd.Notice.ObjectsChanged, listen, stage)
        others = [threading.Thread(target=lambda: [stage.Flatten() for _ in range(5)]) for _ in range(3)]
        for other in others:
            other.start()
        stage.DefinePrim("/First")
        for other in others:
            other.join()
        key.Revoke()
        self.assertGreaterEqual(len(heard), 4)
        self.assertTrue(stage.GetPrimAtPath("/Heard_3"))

    def test_saving_one_stage_from_several_threads_leaves_a_whole_file(self):
        path = pathlib.Path(tempfile.mkdtemp()) / "shared.usda"
        stage = make_stage(path)

        def work(number):
            for turn in range(5):
                stage.DefinePrim(f"/Thread_{number}_{turn}")
                stage.Save()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        again = Usd.Stage.Open(Sdf.Layer.OpenAsAnonymous(path))
        self.assertEqual(len([prim for prim in again.GetPseudoRoot().GetChildren() if prim.GetName().startswith("Thread")]), 20)


class ChangeBlocks(unittest.TestCase):
    """As in usd-core, one delays what its own thread does."""

    def setUp(self):
        self.stages = {name: Usd.Stage.CreateInMemory() for name in ("one", "other")}
        self.told = []
        self.keys = [Tf.Notice.Register(Usd.Notice.ObjectsChanged, self.hear(name), stage) for name, stage in self.stages.items()]

    def hear(self, name):
        return lambda notice, sender: self.told.append((name, [str(path) for path in notice.GetResyncedPaths()]))

    def add(self, name, path):
        return Sdf.CreatePrimInLayer(self.stages[name].GetRootLayer(), path)

    def in_a_thread(self, call, *arguments):
        answers = []
        thread = threading.Thread(target=lambda: answers.append(call(*arguments)))
        thread.start()
        thread.join()
        return answers[0]

    def test_other_threads_go_on(self):
        other = self.stages["other"]
        with Sdf.ChangeBlock():
            self.add("one", "/Mine")
            self.in_a_thread(self.add, "other", "/Theirs")
            self.assertEqual(self.told, [("other", ["/Theirs"])])
            self.assertTrue(self.in_a_thread(other.DefinePrim, "/Defined"))
            self.assertFalse(self.stages["one"].GetPrimAtPath("/Mine"))
        self.assertEqual(self.told[2:], [("one", ["/Mine"])])

    def test_what_another_thread_does_to_the_same_layer_is_told_at_once(self):
        one = self.stages["one"]
        with Sdf.ChangeBlock():
            self.add("one", "/Mine")
            self.in_a_thread(self.add, "one", "/Theirs")
            self.assertTrue(one.GetPrimAtPath("/Theirs") and one.GetPrimAtPath("/Mine"))
            self.add("one", "/Again")
            self.assertFalse(one.GetPrimAtPath("/Again"))
        self.assertTrue(one.GetPrimAtPath("/Again"))

    def test_layers_that_are_opened_meanwhile_are_held_too(self):
        with Sdf.ChangeBlock():
            stage = Usd.Stage.CreateInMemory()
            with Sdf.ChangeBlock():
                Sdf.CreatePrimInLayer(stage.GetRootLayer(), "/A")
            self.assertFalse(stage.GetPrimAtPath("/A"))
        self.assertTrue(stage.GetPrimAtPath("/A"))

    def test_threads_with_blocks_of_their_own_read_what_they_made(self):
        found = []

        def work():
            for _ in range(20):
                stage = Usd.Stage.CreateInMemory()
                with Sdf.ChangeBlock():
                    for number in range(20):
                        Sdf.CreatePrimInLayer(stage.GetRootLayer(), f"/A{number}")
                found.append(len(stage.GetPseudoRoot().GetAllChildren()))

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [20] * 80)


class Callbacks(unittest.TestCase):
    """What is raised where the engine called Python is told, in words, and nothing is lost for it."""

    def setUp(self):
        self.stage = Usd.Stage.CreateInMemory()
        self.raised = []
        self.hook, sys.unraisablehook = sys.unraisablehook, lambda what: self.raised.append((str(what.exc_value), str(what.object)))

    def tearDown(self):
        sys.unraisablehook = self.hook

    def test_of_layers_and_stages_are_told_of_by_name(self):
        def fail(*given):
            raise ValueError("from a listener")

        keys = [Tf.Notice.RegisterGlobally(kind, fail) for kind in (Usd.Notice.ObjectsChanged, Sdf.Notice.LayersDidChange)]
        self.stage.DefinePrim("/A")
        del keys
        self.assertTrue(self.stage.GetPrimAtPath("/A"))
        self.assertTrue(all(error == "from a listener" for error, _ in self.raised) and self.raised)
        self.assertTrue(any("a listener of a stage" in where for _, where in self.raised), self.raised)

    def test_that_decide_come_through_to_who_asked(self):
        def fail(*given):
            raise LookupError("cannot decide")

        layer = self.stage.GetRootLayer()
        layer.ImportFromString('#usda 1.0\ndef "A" {\n asset a = @y.png@\n rel r = </B>\n}\n')
        for ask in (lambda: UsdUtils.ModifyAssetPaths(layer, fail), lambda: layer.Traverse("/", fail),
                    lambda: UsdUtils.FlattenLayerStack(self.stage, fail),
                    lambda: self.stage.ExpandPopulationMask(Usd.PrimDefaultPredicate, fail, fail)):
            with self.assertRaises(LookupError):
                ask()


class Endings(unittest.TestCase):
    def test_python_ends_while_threads_are_in_long_calls(self):
        for turn in range(3):
            said = python(f"""
                import threading, time
                from strata import Sdf, Usd, UsdGeom
                stage = Usd.Stage.CreateInMemory()
                with Sdf.ChangeBlock():
                    for number in range(3000):
                        Sdf.CreatePrimInLayer(stage.GetRootLayer(), f"/A/B_{{number}}")
                def work():
                    while True:
                        stage.Flatten()
                        UsdGeom.BBoxCache(0, ["default"]).ComputeWorldBound(stage.GetPseudoRoot())
                        stage.DefinePrim("/New"), stage.RemovePrim("/New")
                for _ in range(3):
                    threading.Thread(target=work, daemon=True).start()
                time.sleep({0.05 * turn})
                print("ends")
            """)
            self.assertEqual(said, "ends\nexit code 0")

    def test_python_ends_with_a_stage_that_notices_and_resolvers_are_kept_for(self):
        said = python("""
            from strata import Ar, Tf, Usd
            class Mine(Ar.Resolver):
                pass
            Ar.RegisterResolver(Mine(), "mine")
            stage = Usd.Stage.CreateInMemory()
            class Holder:
                def __del__(self):
                    stage.DefinePrim("/late")
            kept = Holder()
            kept.self, kept.stage = kept, stage
            key = Tf.Notice.Register(Usd.Notice.ObjectsChanged, lambda *given: None, stage)
        """)
        self.assertTrue(said.endswith("exit code 0"), said)


if __name__ == "__main__":
    unittest.main()
