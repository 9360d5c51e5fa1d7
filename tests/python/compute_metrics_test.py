"""Where the parts of a scene differ in units, and the same scene with all of it written down."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from strata import Compute, Gf, Sdf, Tf, Usd, UsdGeom

SCENES = pathlib.Path(__file__).resolve().parents[1] / "golden" / "tool" / "assemble"
TOOL = os.environ.get("STRATA_TOOL")
METRES = {"metersPerUnit": 1, "kilogramsPerUnit": 1, "upAxis": "Z"}


class Metrics(unittest.TestCase):
    def setUp(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = pathlib.Path(made.name)
        for scene in SCENES.glob("*.usda"):
            shutil.copy(scene, self.folder)
        self.room = self.folder / "room.usda"

    def ask(self, *arguments):
        if not TOOL:
            self.skipTest("STRATA_TOOL names no program")
        done = subprocess.run([TOOL, "assemble", *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
        answer = json.loads(done.stdout)
        self.assertTrue(answer["ok"], answer)
        return answer["answer"]

    def test_the_report_says_what_differs_by_property_and_layer(self):
        stage = Usd.Stage.Open(str(self.room))
        report = Compute.System(stage, Compute.Registry()).CollectMetricsReport()
        self.assertEqual(report["stage"], METRES)
        toy, mended = report["boundaries"]
        self.assertEqual((toy["prim"], mended["prim"]), (Sdf.Path("/Room/Toy"), Sdf.Path("/Room/Mended")))
        self.assertEqual((toy["domain"], toy["parent"]), ({"metersPerUnit": 0.01, "kilogramsPerUnit": 1, "upAxis": "Y"}, METRES))
        # Centimetres with Y up in metres with Z up, and nothing where people have done it.
        self.assertEqual(toy["corrective"], Gf.Matrix4d(0.01, 0, 0, 0, 0, 0, 0.01, 0, 0, -0.01, 0, 0, 0, 0, 0, 1))
        self.assertEqual(mended["corrective"], Gf.Matrix4d(1))
        self.assertEqual([(each["scaledByHand"], each["turnedByHand"], each["looksCorrected"]) for each in (toy, mended)],
                         [(False, False, False), (True, True, False)])
        found = {str(each["attribute"]): each for each in report["divergences"]}
        height = found["/Lawn/Tree.height"]
        self.assertEqual((height["dimension"], height["action"], height["value"]["metersPerUnit"], height["prim"]),
                         ("length", "converted", 0.3048, METRES))
        self.assertEqual(pathlib.Path(height["layer"]), self.folder / "feet.usda")
        self.assertEqual(found["/Lawn/Tree.axis"]["action"], "left: cannot be converted")
        self.assertEqual(found["/Lawn/Tree.xformOp:translate"]["action"], "turned as a matrix")

    def test_the_report_is_the_tool_s(self):
        for mode in ("values", "transforms"):
            told = self.ask(self.room, "--mode", mode)
            report = Compute.System(Usd.Stage.Open(str(self.room)), Compute.Registry(mode=mode)).CollectMetricsReport()
            self.assertEqual(told["stage"], report["stage"])
            self.assertEqual([(each["prim"], each["domain"], each["parent"]) for each in told["boundaries"]],
                             [(str(each["prim"]), each["domain"], each["parent"]) for each in report["boundaries"]])
            keys = ("dimension", "value", "prim", "action")
            self.assertEqual([(each["attribute"], *(each[key] for key in keys)) for each in told["divergences"]],
                             [(str(each["attribute"]), *(each[key] for key in keys)) for each in report["divergences"]])
            self.assertGreater(len(told["divergences"]), 3)

    def test_a_scene_of_one_unit_has_nothing_to_tell(self):
        stage = Usd.Stage.Open(str(self.folder / "toy.usda"))
        system = Compute.System(stage, Compute.Registry())
        report = system.CollectMetricsReport(1)
        self.assertEqual((report["boundaries"], report["divergences"]), ([], []))
        before = stage.GetRootLayer().ExportToString()
        self.assertEqual(system.BakeMetrics(), (0, []))
        self.assertEqual(stage.GetRootLayer().ExportToString(), before)

    def test_what_is_baked_is_the_same_scene_without_computations_and_is_left_alone_from_then_on(self):
        stage = Usd.Stage.Open(str(self.room))
        system = Compute.System(stage, Compute.Registry())
        ball, tree = stage.GetPrimAtPath("/Room/Toy/Ball"), stage.GetPrimAtPath("/Lawn/Tree")
        expected = [(system.GetLocalToWorldTransform(prim), system.ComputeWorldBound(prim)) for prim in (ball, tree)]
        self.assertNotEqual(UsdGeom.XformCache().GetLocalToWorldTransform(ball), expected[0][0])
        self.assertEqual(tree.GetAttribute("height").Get(), 10)
        stage.SetEditTarget(stage.GetSessionLayer())
        prims, remarks = system.BakeMetrics()
        self.assertEqual(prims, 2)
        self.assertEqual([(each["code"], each["path"]) for each in remarks], [("compute.not-baked", "/Lawn/Tree.axis")])
        self.assertAlmostEqual(tree.GetAttribute("height").Get(), 3.048)
        for prim, (matrix, box) in zip((ball, tree), expected):
            self.assertTrue(Gf.IsClose(UsdGeom.XformCache().GetLocalToWorldTransform(prim), matrix, 1e-12), prim)
            self.assertTrue(Gf.IsClose(system.GetLocalToWorldTransform(prim), matrix, 1e-12), prim)
            self.assertTrue(Gf.IsClose(system.ComputeWorldBound(prim).GetMax(), box.GetMax(), 1e-6), prim)
        actions = {each["action"] for each in system.CollectMetricsReport()["divergences"]}
        self.assertLessEqual(actions, {"left: corrected by hand", "left: cannot be converted"})

    def test_a_baked_file_is_the_tool_s_and_the_stage_stays_as_it_is(self):
        stage = Usd.Stage.Open(str(self.room))
        stage.GetPrimAtPath("/Lawn").SetActive(True)
        stage.GetRootLayer().Save()
        before = stage.GetRootLayer().ExportToString(), stage.GetSessionLayer().ExportToString()
        prims, remarks = Compute.BakeMetrics(stage, self.folder / "baked.usda")
        self.assertEqual((prims, len(remarks)), (2, 1))
        self.assertEqual((stage.GetRootLayer().ExportToString(), stage.GetSessionLayer().ExportToString()), before)
        self.assertEqual(self.ask(self.room, "--bake", "-o", self.folder / "told.usda")["prims"], 2)
        self.assertEqual((self.folder / "baked.usda").read_text(), (self.folder / "told.usda").read_text())
        baked = Usd.Stage.Open(str(self.folder / "baked.usda"))
        self.assertEqual((UsdGeom.GetStageMetersPerUnit(baked), UsdGeom.GetStageUpAxis(baked)), (1, "Z"))
        system = Compute.System(stage, Compute.Registry())
        for path in ("/Room/Toy/Ball", "/Room/Mended/Ball", "/Lawn/Tree"):
            found = UsdGeom.XformCache().GetLocalToWorldTransform(baked.GetPrimAtPath(path))
            self.assertTrue(Gf.IsClose(found, system.GetLocalToWorldTransform(stage.GetPrimAtPath(path)), 1e-12), path)

    def test_what_cannot_be_baked_says_why(self):
        stage = Usd.Stage.CreateInMemory()
        with self.assertRaisesRegex(Tf.ErrorException, "no file that what is baked could stand over"):
            Compute.BakeMetrics(stage, self.folder / "baked.usda")
        with self.assertRaises(Tf.ErrorException):
            Compute.BakeMetrics(Usd.Stage.Open(str(self.room)), self.folder / "no" / "such" / "baked.format")
        with self.assertRaises(ValueError):
            Compute.BakeMetrics(stage, self.folder / "baked.usda", mode="both")


if __name__ == "__main__":
    unittest.main()
