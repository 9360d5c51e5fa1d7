"""The running scene in Python: data sources, locators, scene indices and observers of Python's own, and what they do wrong."""
import gc
import pathlib
import sys
import tempfile
import textwrap
import threading
import unittest
import warnings
import weakref

from behaviour_test import python
from strata import Hd, Sdf, Usd, UsdGeom

VISIBILITY = Hd.DataSourceLocator("visibility", "visibility")


def value(number):
    return Hd.RetainedTypedSampledDataSource(number)


def container(**named):
    return Hd.RetainedContainerDataSource(**named)


def retained(**types):
    scene = Hd.RetainedSceneIndex()
    scene.AddPrims([(f"/{name}", kind, container(x=value(index))) for index, (name, kind) in enumerate(types.items())])
    return scene


class Filter(Hd.SingleInputFilteringSceneIndexBase):
    pass


class Locators(unittest.TestCase):
    def test_a_locator_is_a_path_of_names(self):
        locator = Hd.DataSourceLocator("a", "b")
        self.assertEqual([str(locator), len(locator), locator[0], locator[-1]], ["a/b", 2, "a", "b"])
        self.assertEqual(repr(locator), "Hd.DataSourceLocator('a', 'b')")
        self.assertEqual(locator.Append("c").ReplacePrefix(locator, Hd.DataSourceLocator("z")), Hd.DataSourceLocator("z", "c"))
        self.assertEqual(locator.Prepend("x").GetFirstElement(), "x")
        self.assertTrue(locator.HasPrefix(Hd.DataSourceLocator("a")) and not Hd.DataSourceLocator("a").HasPrefix(locator))
        self.assertEqual({locator: 1}[Hd.DataSourceLocator("a", "b")], 1)
        self.assertTrue(Hd.DataSourceLocator.EmptyLocator().IsEmpty())
        with self.assertRaises(IndexError):
            locator[2]

    def test_a_set_holds_what_lies_below(self):
        locators = Hd.DataSourceLocatorSet("a", Hd.DataSourceLocator("b", "c"), Hd.DataSourceLocator("a", "x"))
        self.assertEqual([str(one) for one in locators], ["a", "b/c"])
        self.assertTrue(locators.Contains(Hd.DataSourceLocator("a", "deep", "er")))
        self.assertFalse(locators.Contains("b"))
        self.assertTrue(locators.Intersects("b"))
        self.assertEqual(locators.Intersection("b"), Hd.DataSourceLocatorSet(Hd.DataSourceLocator("b", "c")))
        self.assertTrue(Hd.DataSourceLocatorSet.UniversalSet().Contains(locators) and not Hd.DataSourceLocatorSet())


class DataSources(unittest.TestCase):
    def test_retained_data_give_back_what_they_hold(self):
        data = Hd.RetainedContainerDataSource("size", value(2.5), "names", Hd.RetainedSmallVectorDataSource(value("a"), value("b")))
        self.assertEqual(sorted(data.GetNames()), ["names", "size"])
        self.assertEqual(data.Get("size").GetValue(), 2.5)
        names = data.Get("names")
        self.assertEqual([names.GetElement(i).GetValue() for i in range(names.GetNumElements())], ["a", "b"])
        self.assertIsNone(names.GetElement(2))
        self.assertIsNone(data.Get("other"))
        self.assertEqual(data.Get("size").GetContributingSampleTimesForInterval(-1, 1), (False, []))

    def test_overlays_and_edits(self):
        weak = container(a=value(1), b=container(c=value(2), d=value(3)))
        over = Hd.OverlayContainerDataSource(container(a=Hd.BlockDataSource(), b=container(c=value(20))), None, weak)
        self.assertIsNone(over.Get("a"))
        self.assertEqual(over.GetNames(), ["b"])
        self.assertIsInstance(container(a=Hd.BlockDataSource()).Get("a"), Hd.BlockDataSource)
        self.assertEqual(over.Get(Hd.DataSourceLocator("b", "c")).GetValue(), 20)
        self.assertEqual(over.Get(Hd.DataSourceLocator("b", "d")).GetValue(), 3)
        edited = Hd.ContainerDataSourceEditor(weak).Set(Hd.DataSourceLocator("b", "c"), value(2)).Set("a", None).Finish()
        self.assertIsNone(edited.Get("a"))
        self.assertTrue(Hd.DeepEquals(edited.Get("b"), weak.Get("b")))
        self.assertEqual(Hd.HashDataSource(edited.Get("b")), Hd.HashDataSource(weak.Get("b")))
        self.assertFalse(Hd.DeepEquals(edited, weak))

    def test_data_sources_of_python_are_read_by_the_engine(self):
        class Moving(Hd.SampledDataSource):
            def GetValue(self, shutterOffset):
                return 10.0 + shutterOffset

            def GetContributingSampleTimesForInterval(self, startTime, endTime):
                return True, [startTime, endTime]

        class Names(Hd.VectorDataSource):
            def GetNumElements(self):
                return 2

            def GetElement(self, element):
                return value(f"n{element}")

        class Lazy(Hd.ContainerDataSource):
            asked = []

            def GetNames(self):
                return ["x", "names"]

            def Get(self, name):
                self.asked.append(name)
                return {"x": Moving(), "names": Names()}.get(name)

        data = Lazy()
        scene = Hd.RetainedSceneIndex()
        scene.AddPrims([("/A", "thing", data)])
        self.assertIs(scene.GetPrim("/A").dataSource, data)
        self.assertEqual(Lazy.asked, [])
        self.assertEqual(scene.GetDataSource("/A", "x").GetValue(0.5), 10.5)
        text = scene.Print("/A")
        self.assertIn("n1", text)
        self.assertIn("= 10 at -0.5, 0.5", text)
        self.assertEqual(Hd.ToJson(scene)["/A"]["type"], "thing")
        alive = weakref.ref(data)
        del data
        gc.collect()
        self.assertIsNotNone(alive())
        scene.RemovePrims(["/A"])
        gc.collect()
        self.assertIsNone(alive())

    def test_what_python_answers_wrongly_is_reported_and_counts_as_nothing(self):
        class Broken(Hd.ContainerDataSource):
            def GetNames(self):
                return ["a", 5]

            def Get(self, name):
                raise KeyError(name)

        class Plain(Hd.ContainerDataSource):
            pass

        scene = Hd.RetainedSceneIndex()
        scene.AddPrims([("/A", "thing", Broken()), ("/B", "thing", Plain())])
        with self.assertWarnsRegex(UserWarning, r"(?s)scene\.host-failed.*Broken\.Get failed: KeyError: 'x'"):
            self.assertIsNone(scene.GetDataSource("/A", Hd.DataSourceLocator("x", "y")))
        with self.assertWarnsRegex(UserWarning, r"Broken\.GetNames failed: TypeError: a name is wanted, not 5"):
            scene.Print("/A")
        with self.assertWarnsRegex(UserWarning, r"Plain\.GetNames failed: NotImplementedError"):
            scene.Print("/B")


class SceneIndices(unittest.TestCase):
    def test_retained_merging_and_rerooting_show_what_they_are_given(self):
        strong, weak = retained(A="mesh"), retained(A="cube", B="light")
        merged = Hd.MergingSceneIndex()
        merged.AddInputScene(strong)
        merged.AddInputScene(weak, "/")
        self.assertEqual(sorted(map(str, merged.GetChildPrimPaths("/"))), ["/A", "/B"])
        self.assertEqual([merged.GetPrim(path).primType for path in ("/A", "/B", "/C")], ["mesh", "light", ""])
        self.assertEqual(Hd.PrefixingSceneIndex(merged, "/P").GetPrim("/P/B").primType, "light")
        self.assertEqual(Hd.RerootingSceneIndex(merged, "/B", "/X/Y").CollectPrimPaths(), ["/", "/X", "/X/Y"])
        told = Hd.RecordingSceneIndexObserver()
        merged.AddObserver(told)
        weak.DirtyPrims([("/B", Hd.DataSourceLocator("x"))])
        weak.RemovePrims(["/B"])
        self.assertEqual(told.Take(), ["dirtied /B {x}", "removed /B"])
        merged.RemoveInputScene(strong)
        self.assertEqual(merged.GetPrim("/A").primType, "cube")
        self.assertIs(merged.GetInputScenes()[0], weak)

    def test_a_filter_of_python_decides_what_is_shown_and_told(self):
        class Renamed(Filter):
            def GetPrim(self, primPath):
                prim = super().GetPrim(primPath)
                return Hd.SceneIndexPrim("lamp", prim.dataSource) if prim.primType == "light" else prim

            def GetChildPrimPaths(self, primPath):
                return [path for path in super().GetChildPrimPaths(primPath) if path != "/Hidden"]

            def _PrimsAdded(self, sender, entries):
                self._SendPrimsAdded([(one.primPath, self.GetPrim(one.primPath).primType) for one in entries if one.primPath != "/Hidden"])

            def _PrimsDirtied(self, sender, entries):
                self._SendPrimsDirtied([(one.primPath, "everything") for one in entries])

        source = retained(L="light", Hidden="mesh")
        scene = Renamed(source)
        self.assertIs(scene._GetInputSceneIndex(), source)
        self.assertEqual(scene.GetDisplayName(), "Renamed")
        over = Hd.DebuggingSceneIndex(scene)  # asks it as the engine does
        self.assertEqual([over.GetPrim("/L").primType, over.GetChildPrimPaths("/")], ["lamp", ["/L"]])
        told = Hd.RecordingSceneIndexObserver()
        scene.AddObserver(told)
        source.AddPrims([("/M", "light", None), ("/Hidden", "cube", None)])
        source.DirtyPrims([("/M", "a")])
        source.RemovePrims(["/M"])  # not overridden: passed on
        self.assertEqual(told.Take(), ["added /M lamp", "dirtied /M {everything}", "removed /M"])

    def test_a_filter_in_the_chain_follows_edits_of_the_stage(self):
        class OnlyMeshes(Filter):
            def GetPrim(self, primPath):
                prim = self._GetInputSceneIndex().GetPrim(primPath)
                return prim if prim.primType in ("", "mesh") else Hd.SceneIndexPrim("", prim.dataSource)

        contexts = []

        def append(scene, context):
            contexts.append(context)
            return OnlyMeshes(scene)

        Hd.RegisterSceneIndexPlugin("onlyMeshes", append, phase="resolved", renderers=["Drawing"])
        self.assertEqual([name for name, _ in Hd.PlanSceneIndexPlugins("resolved", "Drawing")], ["onlyMeshes"])
        stage = Usd.Stage.CreateInMemory()
        mesh = UsdGeom.Mesh.Define(stage, "/W/M")
        UsdGeom.Sphere.Define(stage, "/W/S")
        chain = Hd.CreateSceneIndices(stage, renderer="Drawing", app="a test")
        self.assertEqual(contexts, [{"renderer": "Drawing", "app": "a test"}])
        self.assertEqual(sum(isinstance(one, OnlyMeshes) for one in chain.sceneIndices), 1)
        self.assertEqual(len(chain.reasons), len(chain.sceneIndices))
        final = chain.finalSceneIndex
        del chain
        gc.collect()  # the last index holds all before it
        self.assertEqual([final.GetPrim(path).primType for path in ("/W/M", "/W/S")], ["mesh", ""])
        told = Hd.RecordingSceneIndexObserver()
        final.AddObserver(told)
        self.assertTrue(final.GetDataSource("/W/M", VISIBILITY).GetValue())
        mesh.MakeInvisible()
        self.assertFalse(final.GetDataSource("/W/M", VISIBILITY).GetValue())
        self.assertIn("dirtied /W/M {visibility", "; ".join(told.Take()))
        stage.DefinePrim("/W/N", "Mesh")
        self.assertIn("added /W/N mesh", told.Take())
        stage.RemovePrim("/W/M")
        self.assertIn("removed /W/M", told.Take())
        plain = Hd.CreateSceneIndices(stage, renderer="Drawing", withPlugins=False)
        self.assertEqual(plain.finalSceneIndex.GetPrim("/W/S").primType, "sphere")

    def test_time_dirties_what_it_changes(self):
        stage = Usd.Stage.CreateInMemory()
        size = UsdGeom.Cube.Define(stage, "/C").GetSizeAttr()
        size.Set(1.0, 1)
        size.Set(3.0, 3)
        chain = Hd.CreateSceneIndices(stage, time=1)
        where = Hd.DataSourceLocator("cube", "size")
        told = Hd.RecordingSceneIndexObserver()
        chain.finalSceneIndex.AddObserver(told)
        self.assertEqual(chain.finalSceneIndex.GetDataSource("/C", where).GetValue(), 1.0)
        chain.SetTime(3)
        self.assertEqual(chain.finalSceneIndex.GetDataSource("/C", where).GetValue(), 3.0)
        self.assertIn("dirtied /C {cube/size", "; ".join(told.Take()))
        self.assertEqual([chain.GetTime(), chain.stageSceneIndex.GetTime()], [3.0, 3.0])


class Failures(unittest.TestCase):
    def test_a_filter_that_raises_is_reported_and_shows_its_input(self):
        class Raising(Filter):
            def GetPrim(self, primPath):
                raise ValueError("not today")

            def GetChildPrimPaths(self, primPath):
                return 7

            def _PrimsAdded(self, sender, entries):
                raise RuntimeError("nor this")

        source = retained(A="mesh")
        over = Hd.PrefixingSceneIndex(Raising(source), "/P")
        told = Hd.RecordingSceneIndexObserver()
        over.AddObserver(told)
        with self.assertWarnsRegex(UserWarning, r"(?s)scene\.host-failed.*Raising\.GetPrim failed: ValueError: not today"):
            self.assertEqual(over.GetPrim("/P/A").primType, "mesh")
        with self.assertWarnsRegex(UserWarning, r"Raising\.GetChildPrimPaths failed: TypeError"):
            self.assertEqual(over.GetChildPrimPaths("/P"), ["/P/A"])
        with self.assertWarnsRegex(UserWarning, r"Raising\._PrimsAdded failed: RuntimeError: nor this"):
            source.AddPrims([("/B", "light", None)])
        self.assertEqual(told.Take(), ["added /P/B light"])

    def test_a_filter_that_answers_with_another_type_is_reported(self):
        class Text(Filter):
            def GetPrim(self, primPath):
                return "mesh"

        over = Hd.PrefixingSceneIndex(Text(retained(A="mesh")), "/P")
        with self.assertWarnsRegex(UserWarning, r"Text\.GetPrim failed: TypeError: an Hd\.SceneIndexPrim is wanted, not 'mesh'"):
            self.assertEqual(over.GetPrim("/P/A").primType, "mesh")

    def test_an_observer_that_raises_keeps_no_one_from_being_told(self):
        class Raising(Hd.SceneIndexObserver):
            def PrimsAdded(self, sender, entries):
                raise RuntimeError("deaf")

        stage = Usd.Stage.CreateInMemory()
        final = Hd.CreateSceneIndices(stage).finalSceneIndex
        first, last = Raising(), Hd.RecordingSceneIndexObserver()
        final.AddObserver(first)
        final.AddObserver(last)
        with self.assertWarnsRegex(UserWarning, r"Raising\.PrimsAdded failed: RuntimeError: deaf"):
            prim = stage.DefinePrim("/A", "Cube")
        self.assertTrue(prim)
        self.assertIn("added /A cube", last.Take())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            unraisable = []
            before, sys.unraisablehook = sys.unraisablehook, lambda told: unraisable.append(str(told.exc_value))
            try:
                stage.DefinePrim("/B", "Cube")
            finally:
                sys.unraisablehook = before
        self.assertIn("deaf", "".join(unraisable))
        self.assertIn("added /B cube", last.Take())

    def test_a_plugin_that_raises_or_gives_no_scene_index_is_left_out(self):
        def raises(scene, context):
            raise OSError("no licence")

        Hd.RegisterSceneIndexPlugin("raises", raises, renderers=["Failing"])
        Hd.RegisterSceneIndexPlugin("givesText", lambda scene, context: "text", renderers=["Failing"])
        stage = Usd.Stage.CreateInMemory()
        stage.DefinePrim("/A", "Cube")
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            final = Hd.CreateSceneIndices(stage, renderer="Failing").finalSceneIndex
        text = "\n".join(str(one.message) for one in told)
        self.assertIn("OSError: no licence", text)
        self.assertIn("givesText", text)
        self.assertEqual(final.GetPrim("/A").primType, "cube")

    def test_wrong_types_raise(self):
        scene = retained(A="mesh")
        for wrong in (lambda: scene.GetPrim(5), lambda: scene.GetDataSource("/A", 5), lambda: scene.AddPrims(["/B"]),
                      lambda: scene.AddPrims([("/B", "mesh", 5)]), lambda: scene.AddPrims([("/B", "mesh", value(1))]),
                      lambda: scene.AddObserver(scene), lambda: scene.DirtyPrims([("/A", 5)]), lambda: Filter(5),
                      lambda: Hd.RetainedContainerDataSource("a"), lambda: Hd.RetainedContainerDataSource("a", 5),
                      lambda: Hd.RetainedTypedSampledDataSource(object()), lambda: Hd.RetainedTypedSampledDataSource(1, "int"),
                      lambda: Hd.OverlayContainerDataSource(value(1)), lambda: Hd.SceneIndexPrim("mesh", "data"),
                      lambda: Hd.CreateSceneIndices(5), lambda: Hd.DataSourceLocator(5), lambda: container(x=value(1)).Get(5),
                      lambda: scene.AddPrims([(5, "mesh")]), lambda: scene.RemovePrims([5]), lambda: Hd.DataSourceLocatorSet(5),
                      lambda: Hd.RegisterSceneIndexPlugin("wrong", 5)):
            with self.assertRaises(TypeError):
                wrong()
        with self.assertRaisesRegex(ValueError, "no phase 'late', but stage, preInstancing"):
            Hd.RegisterSceneIndexPlugin("late", lambda scene, context: scene, phase="late")
        with self.assertRaisesRegex(ValueError, "no phase 'late'"):
            Hd.PlanSceneIndexPlugins("late")
        self.assertEqual(scene.CollectPrimPaths(), ["/", "/A"])


class Lifetimes(unittest.TestCase):
    def test_an_observer_leaves_when_it_ends(self):
        scene = retained(A="mesh")
        told = Hd.RecordingSceneIndexObserver()
        scene.AddObserver(told)
        self.assertTrue(scene.IsObserved())
        del told
        gc.collect()
        self.assertFalse(scene.IsObserved())
        scene.AddPrims([("/B", "mesh", None)])

    def test_a_filter_of_python_lives_while_the_engine_holds_it(self):
        class Counting(Filter):
            def GetPrim(self, primPath):
                self.count = getattr(self, "count", 0) + 1
                return super().GetPrim(primPath)

        made = Counting(retained(A="mesh"))
        over = Hd.PrefixingSceneIndex(made, "/P")
        alive = weakref.ref(made)
        del made
        gc.collect()
        self.assertEqual(over.GetPrim("/P/A").primType, "mesh")
        self.assertEqual(alive().count, 1)
        del over
        gc.collect()
        self.assertIsNone(alive())

    def test_threads_read_filters_of_python_at_once(self):
        class Slow(Filter):
            def GetPrim(self, primPath):
                return super().GetPrim(primPath)

        stage = Usd.Stage.CreateInMemory()
        for number in range(200):
            UsdGeom.Cube.Define(stage, f"/W/C{number}")
        chain = Hd.CreateSceneIndices(stage)
        scene = Hd.DebuggingSceneIndex(Slow(chain.finalSceneIndex))
        paths, failed = scene.CollectPrimPaths("/W"), []

        def read():
            try:
                for path in paths:
                    scene.GetPrim(path).dataSource.Get("xform")
            except Exception as error:
                failed.append(error)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join(60)
        self.assertEqual([any(one.is_alive() for one in threads), failed, len(paths)], [False, [], 201])

    def test_python_ends_with_chains_filters_and_observers_alive(self):
        said = python("""
            import atexit
            from strata import Hd, Usd
            class Filter(Hd.SingleInputFilteringSceneIndexBase):
                def GetPrim(self, primPath):
                    return super().GetPrim(primPath)
            class Data(Hd.ContainerDataSource):
                def GetNames(self):
                    return []
            Hd.RegisterSceneIndexPlugin("filter", lambda scene, context: Filter(scene))
            stage = Usd.Stage.CreateInMemory()
            chain = Hd.CreateSceneIndices(stage)
            final = chain.finalSceneIndex
            observer, recorder, retained = Hd.SceneIndexObserver(), Hd.RecordingSceneIndexObserver(), Hd.RetainedSceneIndex()
            final.AddObserver(observer)
            final.AddObserver(recorder)
            retained.AddPrims([("/A", "thing", Data())])
            atexit.register(lambda: stage.DefinePrim("/late"))
            atexit.register(lambda: print("ends"))
            observer.cycle = [final, observer]
        """)
        self.assertEqual(said, "ends\nexit code 0")

    def test_plugins_that_plug_info_declares_in_modules_of_python(self):
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            at.joinpath("studio_scene.py").write_text(textwrap.dedent('''
                from strata import Hd

                class Passing(Hd.SingleInputFilteringSceneIndexBase):
                    pass

                class PassingPlugin:
                    phase = "preFlatten"
                    def _AppendSceneIndex(self, scene, context):
                        return Passing(scene)
                '''))
            at.joinpath("plugInfo.json").write_text('''{"Plugins": [{"Type": "python", "Name": "studio_scene", "Info": {"Types": {
                "studio_scene.PassingPlugin": {"bases": ["HdSceneIndexPlugin"], "displayName": "Passing"}}}}]}''')
            said = python(f'''
                import sys
                sys.path.insert(0, {folder!r})
                from strata import Hd, Usd
                Hd.LoadSceneIndexPlugins({str(at / "plugInfo.json")!r})
                print(Hd.PlanSceneIndexPlugins("preFlatten")[0][0])
                chain = Hd.CreateSceneIndices(Usd.Stage.CreateInMemory())
                print([one.GetDisplayName() for one in chain.sceneIndices].count("Passing"))
                ''')
        self.assertEqual(said.splitlines()[:2], ["studio_scene.PassingPlugin", "1"])
        self.assertTrue(said.endswith("exit code 0"), said)


if __name__ == "__main__":
    unittest.main()
