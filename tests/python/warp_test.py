"""Rows W of the caveats of the Warp sample, with NVIDIA Warp and the modules of examples/simulations. Skipped (exit code 77) where
warp-lang is not installed; with --no-skips that fails, and so does each test that is skipped."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

try:
    import numpy
    import warp as wp
except ModuleNotFoundError as error:
    print(f"skipped: {error.name} is not installed (pip install {'warp-lang' if error.name == 'warp' else error.name})")
    sys.exit(1 if "--no-skips" in sys.argv else 77)

from strata import Compute, Usd

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ROOT / "examples" / "simulations"
SCENES = ROOT.parent / "shared" / "conformance" / "runtime"
SAMPLES = "OmniWarpSceneIndex.warpModules"
HEAD = '#usda 1.0\n(\n    timeCodesPerSecond = 24\n    upAxis = "Y"\n)\n'
wp.config.quiet = True


def system_of(stage, folder=MODULES, prefix=""):
    registry = Compute.Registry()
    registry.AllowModules(prefix, folder, {"deform01": "deform", "deform02": "deform"})
    return Compute.System(stage, registry)


def open_text(text):
    stage = Usd.Stage.CreateInMemory()
    stage.GetRootLayer().ImportFromString(HEAD + text)
    return stage, system_of(stage)


def grid(name, size, more="", module="deform", height=lambda x, y: (x, 0, y), api="OmniWarp"):
    points = ", ".join(str(tuple(float(c) for c in height(x, y))) for y in range(size) for x in range(size))
    faces = [(y * size + x, y * size + x + 1, (y + 1) * size + x + 1, (y + 1) * size + x)
             for y in range(size - 1) for x in range(size - 1)]
    return (f'def Mesh "{name}" (\n    apiSchemas = ["{api}ComputationAPI"]\n)\n{{\n    string warp:sourceFile = "{module}"\n'
            f'    int[] faceVertexCounts = {[4] * len(faces)}\n    int[] faceVertexIndices = {[i for f in faces for i in f]}\n'
            f'    point3f[] points = [{points}]\n{more}}}\n')


# Turns axes about Z; every fourth row is where something stands.
SPIN = """
import numpy
import warp as wp

MOVES = True


@wp.kernel
def turn(rows: wp.array(dtype=wp.vec3), speed: float, dt: float, turned: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    row = rows[i]
    angle = speed * dt * 0.017453292519943295
    if i % 4 < 3:
        turned[i] = wp.vec3(row[0] * wp.cos(angle) - row[1] * wp.sin(angle), row[0] * wp.sin(angle) + row[1] * wp.cos(angle), row[2])
    else:
        turned[i] = row


def values(call, rows):
    matrices = numpy.tile(numpy.eye(4), (rows.shape[0] // 4, 1, 1))
    matrices[:, :, :3] = rows.numpy().reshape(-1, 4, 3)
    return {"instanceTransforms": matrices} if call.shape.isInstancer else {"xform": matrices[0]}


def begin(call):
    matrices = [numpy.array(call.xform)]
    if call.shape.isInstancer:
        matrices = [numpy.vstack((numpy.eye(4)[:3], (*point, 1))) for point in call.AsNumpy(call.shape.points)]
    rows = wp.array(numpy.vstack(matrices)[:, :3].astype(numpy.float32), dtype=wp.vec3, device="cpu")
    return rows, values(call, rows)


def step(call, rows):
    turned = wp.empty_like(rows)
    wp.launch(turn, rows.shape, [rows, float(call.parameters.get("speed", 90)), call.dt], [turned], device=rows.device)
    return turned, values(call, turned)


"""


class Rows(unittest.TestCase):
    def values(self, system, stage, path, time):
        made = system.GetValue(stage.GetAttributeAtPath(path), time)
        self.assertEqual(system.GetDiagnostics(), [])
        return numpy.array(made)

    def test_W1_W3_W4_points_without_samples_move_alike_however_a_time_is_reached(self):
        (stage, played), (other, jumped) = (open_text(grid("A", 8)) for _ in range(2))
        for time in range(101):
            self.values(played, stage, "/A.points", time)
        at = self.values(played, stage, "/A.points", 100)
        numpy.testing.assert_array_equal(self.values(jumped, other, "/A.points", 100), at)
        numpy.testing.assert_array_equal(self.values(jumped, other, "/A.points", 50), self.values(played, stage, "/A.points", 50))
        numpy.testing.assert_array_equal(self.values(jumped, other, "/A.points", 100), at)
        x = numpy.array([i % 8 for i in range(64)], dtype=numpy.float64)
        expected = -0.06 * numpy.sin(x) * sum(numpy.sin(tick / 24) for tick in range(1, 101))
        numpy.testing.assert_allclose(at[:, 1], expected, atol=2e-5)
        count = played.GetEvaluationCount()
        for _ in range(10):
            self.values(played, stage, "/A.points", 100)
        self.assertEqual(played.GetEvaluationCount(), count)

    def test_W2_W14_scenes_of_the_samples_run_under_their_own_names(self):
        for scene, path, bounds in (("warp_demo_mesh.usda", "/root/mesh1.points", None),
                                    ("warp_demo_particles.usda", "/root/particles.positions", None),
                                    ("ocean/grid_128.usda", "/Grid/Grid.points", None)):
            with self.subTest(scene):
                if not (SCENES / scene).is_file():
                    self.skipTest("the scenes of the samples are not there")
                stage = Usd.Stage.Open(str(SCENES / scene))
                system = system_of(stage, prefix=SAMPLES)
                rest, moved = self.values(system, stage, path, 0), self.values(system, stage, path, 60)
                self.assertEqual(rest.shape, moved.shape)
                self.assertGreater(numpy.abs(moved - rest).max(), 0.01)
                self.assertTrue(numpy.isfinite(moved).all())
                # W9: the box is around what moved.
                box = system.ComputeWorldBound(stage.GetAttributeAtPath(path).GetPrim(), 60)
                if path.endswith("points"):
                    numpy.testing.assert_allclose(box.GetMin(), moved.min(axis=0) + self.offset(stage, path), rtol=1e-6)
                    numpy.testing.assert_allclose(box.GetMax(), moved.max(axis=0) + self.offset(stage, path), rtol=1e-6)

    def test_W14_a_module_that_imports_warp_sim_is_told_of_and_what_is_authored_holds(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "old.py").write_text("import warp as wp\nimport warp.sim\n\n\ndef begin(call):\n    return [(5, 5, 5)] * 16\n")
        stage = Usd.Stage.CreateInMemory()
        stage.GetRootLayer().ImportFromString(HEAD + grid("A", 4, module="old"))
        system, points = system_of(stage, folder), stage.GetAttributeAtPath("/A.points")
        self.assertEqual(list(system.GetValue(points, 3)), list(points.Get(3)))
        told, = system.GetDiagnostics()
        self.assertEqual(told["path"], "/A")
        self.assertIn("has no warp.sim", told["message"])

    @staticmethod
    def offset(stage, path):
        translate = stage.GetAttributeAtPath(path).GetPrim().GetAttribute("xformOp:translate")
        return numpy.array(translate.Get(0)) if translate else numpy.zeros(3)

    def test_W5_a_cloth_lies_upon_a_turned_collider(self):
        # A floor that stands upright in its own space, turned to lie at a height of -1.
        floor = ('def Mesh "Floor"\n{\n    int[] faceVertexCounts = [4]\n    int[] faceVertexIndices = [0, 1, 2, 3]\n'
                 '    point3f[] points = [(-50, -50, 0), (50, -50, 0), (50, 50, 0), (-50, 50, 0)]\n'
                 '    float xformOp:rotateX = -90\n    double3 xformOp:translate = (0, -1, 0)\n'
                 '    uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateX"]\n}\n')
        cloth = grid("Cloth", 7, "    rel warp:dependentPrims = </Floor>\n", "cloth",
                     lambda x, y: (x * 0.3, 0.001 * (x == 0), y * 0.3))
        stage, system = open_text(cloth + floor)
        rest, moved = self.values(system, stage, "/Cloth.points", 0), self.values(system, stage, "/Cloth.points", 48)
        held = rest[:, 0] == 0
        numpy.testing.assert_array_equal(moved[held], rest[held])
        self.assertLess(moved[:, 1].min(), -0.5)
        self.assertGreaterEqual(moved[:, 1].min(), -1 + 0.02 - 1e-4)
        freed = open_text(cloth.replace("    rel warp:dependentPrims = </Floor>\n", "") + floor)
        self.assertLess(self.values(freed[1], freed[0], "/Cloth.points", 48)[:, 1].min(), -1.1)

    def test_W6_eight_threads_pull(self):
        stage, system = open_text("".join(grid(f"M{i}", 4) for i in range(4)))
        expected, wrong = {}, []
        for time in range(12):
            expected[time] = self.values(system, stage, "/M0.points", time)
        stage, system = open_text("".join(grid(f"M{i}", 4) for i in range(4)))

        def pull(seed):
            for i in range(12):
                time = (seed * 5 + i * 7) % 12
                made = numpy.array(system.GetValue(stage.GetAttributeAtPath(f"/M{(seed + i) % 4}.points"), time))
                if not numpy.array_equal(made, expected[time]):
                    wrong.append((seed, i))
        threads = [threading.Thread(target=pull, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((wrong, system.GetDiagnostics()), ([], []))

    def test_W7_edits_of_parameters_and_of_kernels_count(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        shutil.copy(MODULES / "deform.py", folder)
        stage = Usd.Stage.CreateInMemory()
        stage.GetRootLayer().ImportFromString(HEAD + grid("A", 4, "    double warp:params:amplitude = 0.06\n"))
        system = system_of(stage, folder)
        before = self.values(system, stage, "/A.points", 10)
        stage.GetAttributeAtPath("/A.warp:params:amplitude").Set(0.12)
        twice = self.values(system, stage, "/A.points", 10)
        numpy.testing.assert_allclose(twice[:, 1], 2 * before[:, 1], rtol=1e-5)
        text = (folder / "deform.py").read_text()
        (folder / "deform.py").write_text(text.replace("point[1] - wp.sin", "point[1] + wp.sin"))
        self.assertTrue(system.Reload())
        numpy.testing.assert_allclose(self.values(system, stage, "/A.points", 10)[:, 1], -twice[:, 1], rtol=1e-5)

    def test_W8_what_a_kernel_or_module_raises_is_told_of_on_the_prim(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "bad.py").write_text("import warp as wp\n\n@wp.kernel\ndef bad(a: wp.array(dtype=wp.vec3)):\n"
                                       "    a[wp.tid()] = 'text'\n\ndef begin(call):\n"
                                       "    a = wp.zeros(16, dtype=wp.vec3, device='cpu')\n"
                                       "    wp.launch(bad, 16, [a], device='cpu')\n    return a\n")
        stage = Usd.Stage.CreateInMemory()
        stage.GetRootLayer().ImportFromString(HEAD + grid("A", 4, module="bad"))
        system = system_of(stage, folder)
        self.assertEqual(len(system.GetValue(stage.GetAttributeAtPath("/A.points"), 3)), 16)
        told, = system.GetDiagnostics()
        self.assertEqual((told["code"], told["path"]), ("compute.simulation-failed", "/A"))

    def test_W9_W11_particles_bounce_off_the_ground_and_off_balls_and_boxes_follow(self):
        stage, system = open_text(
            'def PointInstancer "I"\n{\n    rel prototypes = </I/P>\n    int[] protoIndices = [0, 0]\n'
            '    point3f[] positions = [(0, 3, 0), (5, 3, 0)]\n'
            '    def Sphere "P" (\n        apiSchemas = ["WarpComputationAPI"]\n    )\n    {\n        double radius = 0.1\n'
            '        string warp:sourceFile = "particles"\n        rel warp:dependentPrims = </Ball>\n    }\n}\n'
            'def Sphere "Ball"\n{\n    double radius = 1\n}\n')
        heights = [self.values(system, stage, "/I.positions", time)[:, 1] for time in range(0, 120)]
        self.assertGreaterEqual(min(h[0] for h in heights), 1.1 - 1e-4)  # on the ball
        self.assertAlmostEqual(min(h[1] for h in heights), 0.1, delta=2e-2)  # on the ground
        self.assertLess(heights[10][1], 3 - 0.5 * 9.81 * (10 / 24) ** 2 * 0.9)
        box = system.ComputeWorldBound(stage.GetPrimAtPath("/I"), 10)
        at = self.values(system, stage, "/I.positions", 10)
        numpy.testing.assert_allclose(box.GetMin(), at.min(axis=0) - 0.1, rtol=1e-5)
        numpy.testing.assert_allclose(box.GetMax(), at.max(axis=0) + 0.1, rtol=1e-5)

    def test_W10_between_two_ticks_points_lie_between(self):
        stage, system = open_text(grid("A", 4))
        early, late, between = (self.values(system, stage, "/A.points", time) for time in (4, 5, 4.25))
        numpy.testing.assert_allclose(between, early * 0.75 + late * 0.25, atol=1e-6)

    def test_W12_each_prim_has_its_own_parameters(self):
        stage, system = open_text(grid("A", 4, "    double warp:params:amplitude = 0.1\n")
                                  + grid("B", 4, "    double warp:params:amplitude = 0.3\n", api="Warp"))
        a, b = self.values(system, stage, "/A.points", 9), self.values(system, stage, "/B.points", 9)
        numpy.testing.assert_allclose(b[:, 1], 3 * a[:, 1], rtol=1e-5)

    def test_W13_states_go_with_their_prims(self):
        import gc
        import weakref
        stage, system = open_text(grid("A", 4))
        seen = []

        class Watches:
            def begin(self, call):
                state = wp.array(call.AsNumpy(call.shape.points), dtype=wp.vec3, device="cpu", copy=False)
                seen.append(weakref.ref(state))
                return state

            def step(self, call, state):
                return self.begin(call)

        registry = Compute.Registry()
        registry.AddSimulation("deform", Watches())
        system = Compute.System(stage, registry)
        for time in range(40):
            self.values(system, stage, "/A.points", time)
        self.assertEqual(len(seen), 40)
        stage.RemovePrim("/A")
        gc.collect()
        self.assertEqual([ref for ref in seen if ref() is not None], [])

    def test_W11_kernels_compiled_ahead_of_time_run_without_python_and_without_warp(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        for name in ("deform", "particles"):
            made = Compute.CompileModule(MODULES / f"{name}.py", folder)
            self.assertNotIn("resets", made.read_text())
        text = (MODULES / "deform.py").read_text()
        (folder / "declares.py").write_text(text + '\nRESETS = ("seed", "size")\n')
        self.assertEqual(Compute.CompileModule(folder / "declares.py", folder).read_text().splitlines()[-1], "resets seed, size")
        scenes = {
            "deform": (grid("A", 8, "    double warp:params:amplitude = 0.2\n"), "/A", "points"),
            "particles": (
                'def PointInstancer "A" (\n    apiSchemas = ["WarpComputationAPI"]\n)\n{\n    string warp:sourceFile = "particles"\n'
                '    rel warp:dependentPrims = </Ball>\n    rel prototypes = </A/P>\n    int[] protoIndices = [0, 0]\n'
                '    point3f[] positions = [(0.2, 3, 0), (5, 3, 0)]\n    def Sphere "P"\n    {\n    }\n}\n'
                'def Sphere "Ball"\n{\n    double radius = 1\n}\n', "/A", "positions")}
        for name, (text, prim, attribute) in scenes.items():
            with self.subTest(name):
                scene = folder / f"{name}.usda"
                scene.write_text(HEAD + text)
                stage = Usd.Stage.Open(str(scene))
                expected = self.values(system_of(stage), stage, f"{prim}.{attribute}", 40)
                registry = Compute.Registry()
                registry.AllowKernels("", folder)
                system = Compute.System(stage, registry)
                made = self.values(system, stage, f"{prim}.{attribute}", 40)
                numpy.testing.assert_allclose(made, expected, atol=2e-5)
                tool = os.environ.get("STRATA_TOOL")
                if not tool:
                    self.skipTest("STRATA_TOOL names no program")
                text = subprocess.run([tool, "compute", "--kernels", folder, "--time", "40", "--output", attribute, scene, prim],
                                      env={}, check=True, capture_output=True, text=True).stdout
                numpy.testing.assert_array_equal(numpy.array(eval(text), dtype=numpy.float32), made)

    def test_W9_kernels_move_prims_and_instances_by_warp_and_ahead_of_time(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        (folder / "spin.py").write_text(SPIN + 'KERNELS = """\nstate pose = xform\n'
                                        'launch turn: state pose, float speed = 90, dt, next pose\nvalue xform = pose\n"""\n')
        (folder / "spins.py").write_text(SPIN + 'KERNELS = """\nstate poses = xforms\n'
                                         'launch turn: state poses, float speed = 90, dt, next poses\nvalue instanceTransforms = poses\n"""\n')
        for name in ("spin", "spins"):
            Compute.CompileModule(folder / f"{name}.py", folder / "kernels")
        text = HEAD + (
            'def Xform "B" (\n    apiSchemas = ["WarpComputationAPI"]\n)\n{\n    string warp:sourceFile = "spin"\n'
            '    double3 xformOp:translate = (1, 2, 3)\n    uniform token[] xformOpOrder = ["xformOp:translate"]\n'
            '    def Cube "C"\n    {\n        double3 xformOp:translate = (5, 0, 0)\n'
            '        uniform token[] xformOpOrder = ["xformOp:translate"]\n    }\n}\n'
            'def PointInstancer "I" (\n    apiSchemas = ["WarpComputationAPI"]\n)\n{\n    string warp:sourceFile = "spins"\n'
            '    rel prototypes = </I/P>\n    int[] protoIndices = [0, 0]\n    point3f[] positions = [(9, 0, 0), (8, 0, 0)]\n'
            '    def Sphere "P"\n    {\n    }\n}\n')
        (folder / "scene.usda").write_text(text)
        stage = Usd.Stage.Open(str(folder / "scene.usda"))
        compiled = Compute.Registry()
        compiled.AllowKernels("", folder / "kernels")
        for system in (system_of(stage, folder), Compute.System(stage, compiled)):
            # A quarter of a turn a second, about Z and about where it stands.
            for time, expected in ((0, (6, 2, 3)), (24, (1, 7, 3)), (48, (-4, 2, 3)), (24, (1, 7, 3))):
                at = system.GetLocalToWorldTransform(stage.GetPrimAtPath("/B/C"), time).ExtractTranslation()
                numpy.testing.assert_allclose(numpy.array(at), expected, atol=1e-5)
            turns = system.GetValue(stage.GetAttributeAtPath("/I.orientationsf"), 24)
            for turn in turns:
                self.assertAlmostEqual(abs(turn.GetReal()), 0.5 ** 0.5, places=5)
            numpy.testing.assert_allclose(self.values(system, stage, "/I.positions", 24), [[9, 0, 0], [8, 0, 0]], atol=1e-6)

    def test_points_reach_kernels_and_come_back_without_a_copy(self):
        stage, seen = Usd.Stage.CreateInMemory(), {}
        stage.GetRootLayer().ImportFromString(HEAD + grid("A", 4))

        class Same:
            def begin(self, call):
                state = wp.array(call.AsNumpy(call.shape.points), dtype=wp.vec3, device="cpu", copy=False)
                seen["in"], seen["out"] = state, wp.clone(state)
                return seen["out"]

        registry = Compute.Registry()
        registry.AddSimulation("deform", Same())
        system = Compute.System(stage, registry)
        attribute = stage.GetAttributeAtPath("/A.points")
        self.assertEqual(numpy.asarray(system.GetValue(attribute, 0)).ctypes.data, seen["out"].ptr)
        self.assertEqual(numpy.asarray(attribute.Get(0)).ctypes.data, seen["in"].ptr)


if __name__ == "__main__":
    allows_skips = "--no-skips" not in sys.argv
    print(f"Python {sys.version.split()[0]}, numpy {numpy.__version__}, warp-lang {wp.__version__}", flush=True)
    program = unittest.main(argv=[each for each in sys.argv if each != "--no-skips"], exit=False)
    for test, why in program.result.skipped:
        print(f"skipped: {test}: {why}")
    sys.exit(not program.result.wasSuccessful() or bool(program.result.skipped and not allows_skips))
