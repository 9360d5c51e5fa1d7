"""What a step of a million points costs beyond its kernel, in CPU seconds of the calling thread: one JSON line. Needs warp-lang.

    PYTHONPATH=build/release/python python tests/bench/warp_overhead.py [POINTS]
"""
import json
import pathlib
import sys
import time

import numpy
import warp as wp

from strata import Compute, Sdf, Usd, UsdGeom, Vt

wp.config.quiet = True
count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
modules = pathlib.Path(__file__).resolve().parents[2] / "examples" / "simulations"
deform = Compute._load(modules / "deform.py")
inside = [0.0]


class Timed:
    """The module, with the time that is spent in it."""

    def begin(self, call):
        return deform.begin(call)

    def step(self, call, state):
        start = time.thread_time()
        moved = deform.step(call, state)
        inside[0] = time.thread_time() - start
        return moved


stage = Usd.Stage.CreateInMemory()
mesh = UsdGeom.Mesh.Define(stage, "/Mesh")
prim = mesh.GetPrim()
prim.AddAppliedSchema("OmniWarpComputationAPI")
prim.CreateAttribute("warp:sourceFile", Sdf.ValueTypeNames.String).Set("deform")
mesh.GetPointsAttr().Set(Vt.Vec3fArray(numpy.random.default_rng(1).random((count, 3), dtype=numpy.float32)))
registry = Compute.Registry()
registry.AddSimulation("deform", Timed())
system = Compute.System(stage, registry)
kernels, beyond = [], []
for tick in range(60):
    start = time.thread_time()
    system.GetValue(mesh.GetPointsAttr(), tick)
    if tick > 1:
        beyond.append(time.thread_time() - start - inside[0])
        kernels.append(inside[0])
print(json.dumps({"workload": "warp_overhead", "points": count, "kernel_ms": round(1e3 * numpy.median(kernels), 3),
                  "beyond_ms": round(1e3 * numpy.median(beyond), 3), "beyond_ms_least": round(1e3 * min(beyond), 3)}))
