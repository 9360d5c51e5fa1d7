"""Scene indices, data and observers of Python that break promises, in chains and under the debugging scene index."""
import threading
import unittest
import warnings

from strata import Hd, Usd, UsdGeom


class Filter(Hd.SingleInputFilteringSceneIndexBase):
    pass


def retained(*paths):
    scene = Hd.RetainedSceneIndex()
    scene.AddPrims([(path, "mesh", Hd.RetainedContainerDataSource(x=Hd.RetainedTypedSampledDataSource(1))) for path in paths])
    return scene


def make_stage():
    stage = Usd.Stage.CreateInMemory()
    for name in ("A", "B"):
        UsdGeom.Cube.Define(stage, f"/W/{name}")
    return stage


def checked_chain(stage, name, make):
    """A chain of a renderer of that name, with one plugin, which is checked."""
    Hd.RegisterSceneIndexPlugin(name, lambda scene, context: make(scene), renderers=[name])
    return Hd.CreateSceneIndices(stage, renderer=name, check=True)


class Chains(unittest.TestCase):
    def test_a_chain_that_is_checked_shows_the_same_and_has_nothing_to_say(self):
        stage = make_stage()
        plain, checked = Hd.CreateSceneIndices(stage), Hd.CreateSceneIndices(stage, check=True)
        self.assertEqual(plain.finalSceneIndex.Print(), checked.finalSceneIndex.Print())
        stage.DefinePrim("/W/C", "Sphere")
        self.assertEqual(plain.finalSceneIndex.Print(), checked.finalSceneIndex.Print())
        self.assertEqual([plain.GetViolations(), checked.GetViolations()], [[], []])

    def test_a_plugin_that_raises_is_reported_and_shows_its_input(self):
        class Raising(Filter):
            def GetPrim(self, primPath):
                raise ValueError("not today")

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            chain = checked_chain(make_stage(), "raising", Raising)
            self.assertEqual(chain.finalSceneIndex.GetPrim("/W/A").primType, "cube")
        self.assertIn("Raising.GetPrim failed: ValueError: not today", "".join(str(one.message) for one in told))

    def test_a_plugin_that_lies_about_children_is_noted_and_its_lies_left_out(self):
        class Lying(Filter):
            def GetChildPrimPaths(self, primPath):
                children = list(super().GetChildPrimPaths(primPath))
                return children + ["/", "/W", children[0], "/X/Y"] if primPath == "/W" else children

        chain = checked_chain(make_stage(), "lying", Lying)
        self.assertEqual(list(map(str, chain.finalSceneIndex.CollectPrimPaths())), ["/", "/W", "/W/A", "/W/B"])
        self.assertEqual(chain.GetViolations(), ["Lying: / is no child of /W", "Lying: /W is no child of /W",
                                                 "Lying: /W/A is a child twice", "Lying: /X/Y is no child of /W"])

    def test_a_plugin_that_shows_what_cannot_be_reached_is_noted(self):
        class Inventing(Filter):
            def GetPrim(self, primPath):
                return Hd.SceneIndexPrim("mesh", Hd.RetainedContainerDataSource())

        chain = checked_chain(make_stage(), "inventing", Inventing)
        self.assertFalse(chain.finalSceneIndex.GetPrim("/Nowhere"))
        self.assertIn("Inventing: /Nowhere is shown and cannot be reached", chain.GetViolations())

    def test_a_plugin_that_keeps_silent_about_what_comes_is_noted(self):
        class Silent(Filter):
            def _PrimsAdded(self, sender, entries):
                pass

        stage = make_stage()
        chain = checked_chain(stage, "silent", Silent)
        stage.DefinePrim("/W/New", "Sphere")
        stage.GetPrimAtPath("/W/A").SetActive(False)
        self.assertIn("Silent: /W/New was never added", chain.GetViolations())
        self.assertEqual(chain.finalSceneIndex.GetPrim("/W/New").primType, "sphere")

    def test_a_stage_that_goes_while_threads_read_it_harms_nobody(self):
        stage = make_stage()
        chain = Hd.CreateSceneIndices(stage, check=True)
        final, over, failed = chain.finalSceneIndex, threading.Event(), []

        def read():
            try:
                while not over.is_set():
                    final.Print()
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for one in threads:
            one.start()
        for number in range(20):
            chain.SetTime(number)
            stage.GetPrimAtPath("/W/A").SetActive(number % 2 == 0)
        prim = final.GetPrim("/W/B")
        del stage, chain
        over.set()
        for one in threads:
            one.join(60)
        self.assertEqual([failed, any(one.is_alive() for one in threads)], [[], False])
        self.assertEqual(prim.primType, "cube")
        str(prim.dataSource)


class Debugging(unittest.TestCase):
    def test_notices_of_another_thread_are_noted_and_told(self):
        scene = retained("/A")
        checked = Hd.DebuggingSceneIndex(scene)
        told = Hd.RecordingSceneIndexObserver()
        checked.AddObserver(told)
        scene.DirtyPrims([("/A", "x")])
        other = threading.Thread(target=lambda: scene.DirtyPrims([("/A", "y")]))
        other.start()
        other.join(60)
        self.assertEqual(told.Take(), ["dirtied /A {x}", "dirtied /A {y}"])
        self.assertEqual(checked.GetViolations(), ["changes are told by another thread than before"])

    def test_an_observer_that_answers_changes_with_changes_comes_to_an_end(self):
        scene = retained("/A")
        checked = Hd.DebuggingSceneIndex(scene)

        class Echo(Hd.SceneIndexObserver):
            heard = 0

            def PrimsDirtied(self, sender, entries):
                self.heard += 1
                scene.DirtyPrims([("/A", "x")])

        echo = Echo()
        checked.AddObserver(echo)
        scene.DirtyPrims([("/A", "x")])
        self.assertEqual(checked.GetViolations(), ["changes cause changes without end"])
        self.assertLess(echo.heard, 100)

    def test_prims_that_are_not_there_are_asked_for_without_harm(self):
        class Curious(Filter):
            def GetPrim(self, primPath):
                for path in ("/Nowhere", "/A/B/C", "relative", "../up", "/A.x"):
                    assert not self._GetInputSceneIndex().GetPrim(path)
                    assert not self._GetInputSceneIndex().GetChildPrimPaths(path)
                return super().GetPrim(primPath)

        below = Hd.DebuggingSceneIndex(retained("/A"))
        over = Hd.DebuggingSceneIndex(Curious(below))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            self.assertEqual(over.GetPrim("/A").primType, "mesh")
        self.assertEqual([below.GetViolations(), over.GetViolations()], [[], []])

    def test_a_scene_that_would_read_itself_is_refused(self):
        merged = Hd.MergingSceneIndex()
        merged.AddInputScene(retained("/A"))
        for wrong in (merged, Filter(merged)):
            with self.assertRaisesRegex(Exception, "scene.input-cycle|reads the one"):
                merged.AddInputScene(wrong)
        self.assertEqual(len(merged.GetInputScenes()), 1)

    def test_children_without_end_have_one_under_the_debugging_scene(self):
        class Endless(Filter):
            def GetPrim(self, primPath):
                return Hd.SceneIndexPrim("", Hd.RetainedContainerDataSource())

            def GetChildPrimPaths(self, primPath):
                return [str(primPath).rstrip("/") + "/n"]

        checked = Hd.DebuggingSceneIndex(Endless(retained("/A")))
        self.assertEqual(len(checked.CollectPrimPaths()), 2001)
        self.assertIn("has children below 2000 others", checked.GetViolations()[0])


class Globals(unittest.TestCase):
    def test_an_application_says_what_counts_for_the_scene(self):
        stage = make_stage()
        chain = Hd.CreateSceneIndices(stage)
        final = chain.finalSceneIndex
        told = Hd.RecordingSceneIndexObserver()
        final.AddObserver(told)
        chain.SetSceneGlobals(primaryCameraPrim="/Cam", currentFrame=12.0)
        read = lambda name: final.GetDataSource("/", Hd.DataSourceLocator("sceneGlobals", name))  # noqa: E731
        self.assertEqual([str(read("primaryCameraPrim").GetValue()), read("currentFrame").GetValue()], ["/Cam", 12.0])
        self.assertIn("sceneGlobals/currentFrame", "".join(told.Take()))
        chain.SetSceneGlobals(currentFrame=13.0)
        self.assertIsNone(read("primaryCameraPrim"))
        with self.assertRaises(TypeError):
            chain.SetSceneGlobals(nonsense=1)


if __name__ == "__main__":
    unittest.main()
