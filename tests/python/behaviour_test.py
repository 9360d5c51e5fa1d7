"""How the package behaves where transcripts cannot look: beside usd-core, when it is misused, in threads, when Python ends."""
import asyncio
import importlib
import importlib.util
import inspect
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
import warnings
import weakref
from html.parser import HTMLParser

from strata import Gf, Kind, Pcp, Sdf, Tf, Usd, UsdGeom, Vt  # noqa: F401
from strata import context

HAS_USD_CORE = importlib.util.find_spec("pxr") is not None


def python(source, *arguments, module=None):
    """What a fresh interpreter prints; its last line is the exit code. Exit codes below 0 are crashes."""
    command = [sys.executable, *(["-m", module] if module else []), *(arguments if module else ["-c", textwrap.dedent(source), *arguments])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return f"{done.stdout}{done.stderr}exit code {done.returncode}"


class AsPxr(unittest.TestCase):
    def script(self, text):
        folder = tempfile.mkdtemp()
        path = pathlib.Path(folder) / "script.py"
        path.write_text(textwrap.dedent(text))
        (pathlib.Path(folder) / "beside.py").write_text("from pxr import Usd\nwhose = Usd.__name__\n")
        return str(path)

    def test_serves_all_forms_of_import(self):
        script = self.script("""
            import sys, pxr, pxr.Usd, beside
            from pxr import Sdf as layers, UsdGeom
            from pxr.Gf import Vec3d
            import pxr.Gf as gf
            print(pxr.Usd.__name__, layers.__name__, gf.Vec3d is Vec3d, beside.whose)
            print(sys.argv[1:], __name__)
            try:
                from pxr import NoSuchModule
            except ImportError as error:
                print("ImportError")
        """)
        said = python("", script, "--flag", "x", module="strata.as_pxr")
        self.assertEqual(said, "strata.Usd strata.Sdf True strata.Usd\n['--flag', 'x'] __main__\nImportError\nexit code 0")

    def test_passes_on_how_a_script_ends(self):
        self.assertTrue(python("", self.script("import sys; sys.exit(3)"), module="strata.as_pxr").endswith("exit code 3"))
        self.assertIn("ValueError: no", python("", self.script("raise ValueError('no')"), module="strata.as_pxr"))
        self.assertTrue(python("", module="strata.as_pxr").endswith("exit code 2"))

    def test_says_what_is_wrong_when_pxr_is_there_already(self):
        said = python("""
            import sys, types
            sys.modules["pxr"] = types.ModuleType("pxr")
            import strata.as_pxr
            try:
                strata.as_pxr.install()
            except RuntimeError as error:
                print(error)
        """)
        self.assertIn("before the first import of pxr", said)

    @unittest.skipUnless(HAS_USD_CORE, "this Python has no usd-core")
    def test_stands_before_usd_core_where_both_are_installed(self):
        said = python("""
            import strata.as_pxr
            strata.as_pxr.install()
            strata.as_pxr.install()
            from pxr import Usd
            print(Usd.__name__)
        """)
        self.assertEqual(said, "strata.Usd\nexit code 0")

    @unittest.skipUnless(HAS_USD_CORE, "this Python has no usd-core")
    def test_lives_beside_usd_core_in_one_process(self):
        for first, second in (("pxr", "strata"), ("strata", "pxr")):
            said = python(f"""
                import importlib, sys, tempfile, os
                names = {first!r}, {second!r}
                modules = [importlib.import_module(name + ".Usd") for name in names]
                stages = [module.Stage.CreateInMemory() for module in modules]
                for stage in stages:
                    stage.DefinePrim("/A", "Cube").GetAttribute("size").Set(3.0)
                print(*[stage.GetAttributeAtPath("/A.size").Get() for stage in stages])
                print(stages[0].GetRootLayer().ExportToString() == stages[1].GetRootLayer().ExportToString())
                path = os.path.join(tempfile.mkdtemp(), "a.usdc")
                stages[0].GetRootLayer().Export(path)
                print(modules[1].Stage.Open(path).GetAttributeAtPath is not None)
                try:
                    modules[1].AttributeQuery(stages[0].GetAttributeAtPath("/A.size"))
                except Exception as error:
                    print(type(error).__name__ in ("TypeError", "ArgumentError"))
            """)
            self.assertEqual(said, "3.0 3.0\nTrue\nTrue\nTrue\nexit code 0")


class Budgets(unittest.TestCase):
    CHAIN = "#usda 1.0\n" + "".join(f'def "P{i}" (\n references = </P{i + 1}>\n)\n{{\n}}\n' for i in range(6)) + 'def "P6"\n{\n}\n'

    def count(self, root, **named):
        stage = Usd.Stage.Open(root, **named)
        return len(stage.GetPrimAtPath("/P0").GetPrimStack()), [str(error) for error in stage.GetCompositionErrors()]

    def test_limit_a_stage_opened_from_a_path_or_a_layer(self):
        path = pathlib.Path(tempfile.mkdtemp()) / "chain.usda"
        path.write_text(self.CHAIN)
        for root in (str(path), path, Sdf.Layer.FindOrOpen(str(path))):
            self.assertEqual(self.count(root), (7, []))
            with self.assertWarns(Warning):
                specs, errors = self.count(root, budgets={"max_arc_depth": 3, "max_nodes_per_prim": 1000})
            self.assertEqual(specs, 4)
            self.assertTrue(any("max_arc_depth = 3" in error for error in errors), errors)
            self.assertEqual(self.count(root, budgets={}), (7, []))

    def test_refuse_what_is_no_budget(self):
        layer = Sdf.Layer.CreateAnonymous()
        folder = pathlib.Path(tempfile.mkdtemp())
        for make in (lambda budgets: Usd.Stage.Open(layer, budgets=budgets),
                     lambda budgets: Usd.Stage.OpenMasked(layer, Usd.StagePopulationMask(["/A"]), budgets=budgets),
                     lambda budgets: Usd.Stage.CreateInMemory(budgets=budgets),
                     lambda budgets: Usd.Stage.CreateNew(folder / f"{len(os.listdir(folder))}.usda", budgets=budgets),
                     lambda budgets: Pcp.Cache(Pcp.LayerStackIdentifier(layer), budgets=budgets)):
            for budgets in ({"max_arc_dept": 3}, {"max_arc_depth": 1 << 40}):
                with self.assertRaisesRegex(ValueError, "(?s)no budget '.*' can hold .*max_arc_depth"):
                    make(budgets)
            for budgets in ({"max_arc_depth": -1}, 3, {"max_arc_depth": "many"}, {"max_arc_depth": 1.5}, [("max_arc_depth", 3)]):
                with self.assertRaisesRegex(TypeError, "budgets are a dict of names and whole numbers"):
                    make(budgets)
            make({}), make(None)
        self.assertEqual(len(os.listdir(folder)), 2)  # nothing was made where budgets were refused

    def test_limit_stages_and_caches_however_they_are_made(self):
        few = {"max_arc_depth": 3}

        def count(stage):
            return len(stage.GetPrimAtPath("/P0").GetPrimStack())

        layer = Sdf.Layer.CreateAnonymous()
        layer.ImportFromString(self.CHAIN)
        mask = Usd.StagePopulationMask(["/P0"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertEqual(count(Usd.Stage.OpenMasked(layer, mask)), 7)
            self.assertEqual(count(Usd.Stage.OpenMasked(layer, mask, budgets=few)), 4)
            for named, specs in (({}, 7), ({"budgets": few}, 4), ({"sessionLayer": Sdf.Layer.CreateAnonymous(), "budgets": few}, 4)):
                # What is put into a new stage is composed within its budgets.
                stage = Usd.Stage.CreateInMemory(**named)
                stage.GetRootLayer().TransferContent(layer)
                self.assertEqual(count(stage), specs)
                stage = Usd.Stage.CreateNew(pathlib.Path(tempfile.mkdtemp()) / "new.usda", **named)
                stage.GetRootLayer().TransferContent(layer)
                self.assertEqual(count(stage), specs)
            path = pathlib.Path(tempfile.mkdtemp()) / "chain.usda"
            path.write_text(self.CHAIN)
            with context.create_context("narrow") as owner:
                for named, specs in (({}, 7), ({"budgets": few}, 4)):
                    owner.open_stage(path, **named)
                    self.assertEqual(count(owner.get_stage()), specs)
                    owner.reopen_stage()
                    self.assertEqual(count(owner.get_stage()), specs)
                    self.assertTrue(owner.open_stage_with_callback(path, **named))
                    self.assertEqual(count(owner.get_stage()), specs)
                    self.assertEqual(asyncio.run(owner.open_stage_async(path, **named)), (True, ""))
                    self.assertEqual(count(owner.get_stage()), specs)
                    for make in (owner.new_stage, owner.reopen_stage, owner.new_stage_with_callback,
                                 lambda **named: asyncio.run(owner.new_stage_async(**named))):
                        make(**({} if make == owner.reopen_stage else named))
                        owner.get_stage().GetRootLayer().TransferContent(layer)
                        self.assertEqual(count(owner.get_stage()), specs)
                for refused in (lambda: owner.open_stage(path, budgets={"none": 1}), lambda: owner.new_stage(budgets={"none": 1})):
                    with self.assertRaisesRegex(ValueError, "no budget 'none'"):
                        refused()
                    self.assertTrue(owner.get_stage())
            context.destroy_context("narrow")
        for named, specs, wrong in (({}, 7, 0), ({"budgets": few}, 4, 1), ({"usd": True, "budgets": few}, 4, 1)):
            cache = Pcp.Cache(Pcp.LayerStackIdentifier(layer), **named)
            for _ in range(2):
                index, errors = cache.ComputePrimIndex(Sdf.Path("/P0"))
                self.assertEqual((len(index.primStack), len(errors)), (specs, wrong))
                cache.Reload()


class BadInput(unittest.TestCase):
    def setUp(self):
        self.stage = Usd.Stage.CreateInMemory()
        self.prim = self.stage.DefinePrim("/A", "Cube")

    def test_wrong_types_are_type_errors_that_name_what_is_taken(self):
        stage, prim = self.stage, self.prim
        for ask in (lambda: stage.GetPrimAtPath(5), lambda: stage.DefinePrim(None), lambda: prim.GetAttribute([]),
                    lambda: prim.GetAttribute("size").Set("text"), lambda: prim.GetAttribute("size").Set(object()),
                    lambda: Usd.Stage.Open(7), lambda: Gf.Vec3d("a", "b", "c"), lambda: Sdf.Path(3.5),
                    lambda: Vt.IntArray(["x"]), lambda: Sdf.Layer.FindOrOpen(3), lambda: Usd.AttributeQuery(prim)):
            with self.assertRaises((TypeError, Tf.ErrorException)) as caught:
                ask()
            self.assertGreater(len(str(caught.exception)), 10)

    def test_expired_objects_raise_runtime_error(self):
        attribute, relationship = self.prim.GetAttribute("size"), self.prim.CreateRelationship("r")
        query, cube = Usd.AttributeQuery(attribute), UsdGeom.Cube(self.prim)
        references, sets = self.prim.GetReferences(), self.prim.GetVariantSets()
        self.stage.RemovePrim("/A")
        self.assertFalse(self.prim or attribute or relationship or query or cube)
        for ask in (self.prim.GetChildren, attribute.Get, lambda: attribute.Set(1.0), relationship.GetTargets, query.Get,
                    lambda: cube.GetSizeAttr().Get(), lambda: references.AddReference("x.usda"), sets.GetNames,
                    self.prim.GetPrimStack, self.prim.GetPrimIndex, lambda: list(Usd.PrimRange(self.prim))):
            with self.assertRaises(RuntimeError) as caught:
                ask()
            self.assertIn("A", str(caught.exception))

    def test_expired_specs_raise_runtime_error(self):
        layer = Sdf.Layer.CreateAnonymous()
        spec = Sdf.CreatePrimInLayer(layer, "/A/B")
        attribute = Sdf.AttributeSpec(spec, "x", Sdf.ValueTypeNames.Int)
        layer.Clear()
        self.assertTrue(spec.expired and attribute.expired)
        for ask in (lambda: attribute.default, lambda: spec.typeName, lambda: setattr(attribute, "default", 1)):
            with self.assertRaises(RuntimeError):
                ask()

    def test_layers_without_a_holder_are_gone_and_said_to_be(self):
        prim = Usd.Stage.CreateInMemory().DefinePrim("/A")
        self.assertFalse(prim)
        self.assertIn("expired", repr(prim))
        with self.assertRaises(RuntimeError):
            prim.GetStage()

    def test_broken_files_tell_where(self):
        path = pathlib.Path(tempfile.mkdtemp()) / "broken.usda"
        path.write_text('#usda 1.0\ndef Xform "A" {\n  float x = \n}\n')
        with self.assertRaises(Tf.ErrorException) as caught:
            Usd.Stage.Open(path)
        self.assertIn("broken.usda", str(caught.exception))
        with self.assertRaises(Tf.ErrorException):
            Usd.Stage.Open(path.with_name("missing.usda"))

    def test_an_exception_in_a_callback_does_not_stop_the_edit(self):
        raised = []

        def listen(notice, sender):
            raised.append(notice)
            raise ValueError("from a listener")

        kept, sys.unraisablehook = sys.unraisablehook, lambda what: raised.append(what.exc_value)
        try:
            key = Tf.Notice.Register(Usd.Notice.ObjectsChanged, listen, self.stage)
            self.stage.DefinePrim("/B")
            key.Revoke()
        finally:
            sys.unraisablehook = kept
        self.assertTrue(self.stage.GetPrimAtPath("/B"))
        self.assertTrue(raised)

    def test_an_exception_in_a_visitor_comes_through(self):
        layer = self.stage.GetRootLayer()

        def visit(path):
            raise KeyError(path)

        with self.assertRaises(KeyError):
            layer.Traverse(Sdf.Path.absoluteRootPath, visit)

    def test_hostile_numbers_and_names_are_refused(self):
        for ask in (lambda: Gf.Vec3d(1, 2, 3)[9], lambda: Vt.IntArray([1])[5], lambda: self.prim.GetChildren()[7],
                    lambda: Vt.IntArray(-1), lambda: Vt.IntArray(1 << 62), lambda: Vt.IntArray([1 << 40])):
            with self.assertRaises((IndexError, ValueError, OverflowError, TypeError, MemoryError)):
                ask()
        self.assertTrue(Sdf.Path("//").isEmpty)
        with self.assertRaises((Tf.ErrorException, RuntimeError)):
            self.stage.DefinePrim("/1 bad name")


class Threads(unittest.TestCase):
    def test_readers_and_a_writer_share_a_stage(self):
        """The interpreter's lock orders them: each sees a value that was written, or an expired prim."""
        stage = Usd.Stage.CreateInMemory()
        attribute = UsdGeom.Cube.Define(stage, "/A").GetSizeAttr()
        attribute.Set(0.0)
        troubles, stop = [], threading.Event()

        def read():
            while not stop.is_set():
                try:
                    value = attribute.Get()
                    if value is not None and not 0 <= value < 300:
                        troubles.append(value)
                    for prim in stage.Traverse():
                        prim.GetName()
                    stage.ExportToString()
                except RuntimeError:
                    pass  # a prim that the writer has just removed
                except Exception as error:  # noqa: BLE001
                    troubles.append(error)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for number in range(300):
            attribute.Set(float(number))
            stage.DefinePrim(f"/B_{number % 7}/C", "Sphere")
            if number % 5 == 0:
                stage.RemovePrim(f"/B_{number % 7}")
        stop.set()
        for reader in readers:
            reader.join()
        self.assertEqual(troubles, [])

    def test_files_are_opened_in_threads(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        for number in range(8):
            made = Usd.Stage.CreateNew(folder / f"{number}.usda")
            made.DefinePrim(f"/P{number}")
            made.Save()
            del made
        found = {}

        def open_one(number):
            stage = Usd.Stage.Open(folder / f"{number}.usda")
            found[number] = [str(prim.GetPath()) for prim in stage.Traverse()]

        threads = [threading.Thread(target=open_one, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, {number: [f"/P{number}"] for number in range(8)})


class Endings(unittest.TestCase):
    def test_python_ends_with_stages_contexts_and_listeners_alive(self):
        said = python("""
            import atexit, threading
            from strata import Sdf, Tf, Usd, UsdGeom, context
            stage = Usd.Stage.CreateInMemory()
            prim = stage.DefinePrim("/A")
            key = Tf.Notice.RegisterGlobally(Usd.Notice.ObjectsChanged, lambda *given: None)
            shot = context.create_context("shot")
            shot.new_stage()
            shot.add_listener(print)
            kept = iter(stage.Traverse()), Usd.AttributeQuery(), UsdGeom.XformCache(), stage.GetRootLayer()
            atexit.register(lambda: stage.DefinePrim("/late"))
            atexit.register(lambda: print("ends"))
            thread = threading.Thread(target=lambda: [stage.ExportToString() for _ in range(50)], daemon=True)
            thread.start()
            cycle = [stage]; cycle.append(cycle)
        """)
        self.assertEqual(said, "ends\nexit code 0")


class Values(unittest.TestCase):
    def test_paths_of_pathlib_are_taken_everywhere(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        stage = Usd.Stage.CreateNew(folder / "a.usda")
        stage.DefinePrim("/A")
        stage.Save()
        stage.Export(folder / "flat.usdc")
        layer = Sdf.Layer.FindOrOpen(folder / "a.usda")
        layer.Export(folder / "b.usda")
        other = Usd.Stage.CreateInMemory()
        other.DefinePrim("/R").GetReferences().AddReference(folder / "a.usda", "/A")
        flat = Usd.Stage.Open(folder / "flat.usdc")
        self.assertTrue(flat.GetPrimAtPath("/A"))
        self.assertTrue(Sdf.Layer.CreateNew(folder / "new.usda") and Sdf.Layer.Find(folder / "b.usda") is None)

    def test_arrays_share_memory_with_numpy_and_copy_when_written(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("this Python has no numpy")
        stage = Usd.Stage.CreateInMemory()
        attribute = stage.DefinePrim("/A").CreateAttribute("p", Sdf.ValueTypeNames.Point3fArray)
        numbers = numpy.arange(12, dtype=numpy.float32).reshape(4, 3)
        attribute.Set(numbers)
        seen = numpy.asarray(attribute.Get())
        self.assertEqual((seen.shape, seen.dtype), ((4, 3), numpy.float32))
        self.assertFalse(seen.flags.writeable)
        self.assertTrue((seen == numbers).all())
        array = Vt.Vec3fArray.FromNumpy(numbers)
        one, two = numpy.asarray(array), numpy.asarray(array)
        self.assertEqual(one.__array_interface__["data"][0], two.__array_interface__["data"][0])
        array[0] = (9, 9, 9)
        self.assertEqual(one[0].tolist(), [0, 1, 2])  # who looks keeps what was there
        self.assertEqual(tuple(array[0]), (9, 9, 9))
        with self.assertRaises((TypeError, ValueError, Tf.ErrorException)):
            attribute.Set(numpy.zeros((2, 2)))

    def test_values_go_through_pickle(self):
        for value in (Gf.Vec3d(1, 2, 3), Gf.Matrix4d(2), Sdf.Path("/A.b"), Vt.IntArray([1, 2]), Sdf.LayerOffset(1, 2)):
            self.assertEqual(pickle.loads(pickle.dumps(value)), value)

    def test_stages_are_context_managers_and_weakly_referenced(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        stage = Usd.Stage.CreateInMemory()
        seen = weakref.ref(stage)
        with Sdf.ChangeBlock(), Usd.EditContext(stage, stage.GetSessionLayer()):
            stage.OverridePrim("/A")
        self.assertTrue(stage.GetSessionLayer().GetPrimAtPath("/A"))
        self.assertFalse(stage.GetRootLayer().GetPrimAtPath("/A"))
        del stage
        self.assertIsNone(seen())
        with context.create_context("within") as owner:
            owner.new_stage()
            kept = owner.get_stage()
        self.assertFalse(kept)
        context.destroy_context("within")
        self.assertTrue(folder.exists() and os.path.isdir(folder))


class Documentation(unittest.TestCase):
    def test_every_public_module_and_class_says_what_it_is(self):
        silent, count = [], 0
        for path in sorted(pathlib.Path(context.__file__).parent.glob("*.py")):
            if path.stem.startswith("_"):
                continue
            module = importlib.import_module(f"strata.{path.stem}")
            classes = [one for one in (getattr(module, name) for name in dir(module) if not name.startswith("_")) if inspect.isclass(one)]
            for thing in [module, *(one for one in classes if one.__module__.startswith("strata"))]:
                count += 1
                if not (inspect.getdoc(thing) or "").strip():
                    silent.append(f"{module.__name__}: {thing.__name__}")
        self.assertGreater(count, 500)
        self.assertEqual(silent, [])


class Notebooks(unittest.TestCase):
    def setUp(self):
        self.stage = Usd.Stage.CreateInMemory()
        UsdGeom.Cube.Define(self.stage, "/World/Box").GetSizeAttr().Set(3.0)
        self.stage.GetPrimAtPath("/World").SetDocumentation("<script>")

    def check(self, html):
        open_tags = []

        class Parser(HTMLParser):
            def handle_starttag(self, tag, attributes):
                open_tags.append(tag)

            def handle_endtag(self, tag):
                assert open_tags.pop() == tag, tag

        Parser().feed(html)
        self.assertEqual(open_tags, [])
        self.assertNotIn("<script", html)

    def test_show_stages_prims_and_indices(self):
        stage = self.stage._repr_html_()
        self.check(stage)
        self.assertLess(stage.index("World"), stage.index("Box"))
        prim = self.stage.GetPrimAtPath("/World/Box")
        self.check(prim._repr_html_())
        for word in ("/World/Box", "def Cube", "size", "3.0", "tmp.usda"):
            self.assertIn(word, prim._repr_html_())
        self.check(prim.GetPrimIndex()._repr_html_())
        self.assertIn("root", prim.GetPrimIndex()._repr_html_())

    def test_show_a_bounded_part_of_large_and_deep_scenes(self):
        with Sdf.ChangeBlock():
            for number in range(3000):
                Sdf.CreatePrimInLayer(self.stage.GetRootLayer(), f"/P{number}")
        self.stage.DefinePrim("/" + "/".join("d" * 200))
        html = self.stage._repr_html_()
        self.check(html)
        self.assertIn("and more", html)

    def test_show_what_is_gone(self):
        prim = self.stage.GetPrimAtPath("/World")
        self.stage.RemovePrim("/World")
        self.check(prim._repr_html_())
        self.assertIn("expired", prim._repr_html_())


class NamesThatUsdCoreCannotCall(unittest.TestCase):
    """usd-core has no conversions for what these take or give, so that no transcript can compare them."""

    def test_bounds_with_overrides_leave_out_and_move_subtrees(self):
        stage = Usd.Stage.CreateInMemory()
        world = UsdGeom.Xform.Define(stage, "/W")
        UsdGeom.Cube.Define(stage, "/W/A").AddTranslateOp().Set(Gf.Vec3d(10, 0, 0))
        UsdGeom.Cube.Define(stage, "/W/B/C")
        cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])

        def bound(*overrides):
            return cache.ComputeWorldBoundWithOverrides(world.GetPrim(), *overrides).ComputeAlignedRange()

        self.assertEqual(bound(set(), Gf.Matrix4d(1), {}), Gf.Range3d((-1, -1, -1), (11, 1, 1)))
        self.assertEqual(bound({"/W/A"}, Gf.Matrix4d(1), {}), Gf.Range3d((-1, -1, -1), (1, 1, 1)))
        up = Gf.Matrix4d().SetTranslate(Gf.Vec3d(0, 100, 0))
        self.assertEqual(bound(set(), up, {}), Gf.Range3d((-1, 99, -1), (11, 101, 1)))
        self.assertEqual(bound({"/W/A"}, Gf.Matrix4d(1), {"/W/B/C": up}), Gf.Range3d((-1, 99, -1), (1, 101, 1)))
        self.assertTrue(bound({"/W"}, Gf.Matrix4d(1), {}).IsEmpty())

    def test_the_empty_prim_type_is_that_of_prims_without_type_and_schemas(self):
        empty = Usd.PrimTypeInfo.GetEmptyPrimType()
        self.assertEqual((empty.GetTypeName(), empty.GetAppliedAPISchemas()), ("", []))
        stage = Usd.Stage.CreateInMemory()
        self.assertEqual(empty, stage.DefinePrim("/A").GetPrimTypeInfo())
        self.assertNotEqual(empty, stage.DefinePrim("/B", "Xform").GetPrimTypeInfo())

    def test_the_lengths_of_a_dual_quaternion_of_halves(self):
        real, dual = Gf.DualQuath(Gf.Quath(0, 3, 0, 4), Gf.Quath(1, 0, 0, 0)).GetLength()
        self.assertEqual((real, dual), (5.0, 0.0))


if __name__ == "__main__":
    unittest.main()
