"""A wheel that turns with the distance it travels: a state that goes on from tick to tick."""
import math
import sys

from strata import Compute, Gf, Usd

registry = Compute.Registry()


@registry.computation("xform", schemas=["Cylinder"], modifies=True)
class Roll:
    previous = Compute.Previous()
    radius = Compute.Attribute("radius")

    def init(self, call):
        return call.previous[3][0], 0.0

    def step(self, call):
        x, degrees = call.state
        return call.previous[3][0], degrees - math.degrees((call.previous[3][0] - x) / call.radius)

    def compute(self, call):
        turn = Gf.Matrix4d().SetRotate(Gf.Rotation(Gf.Vec3d(0, 0, 1), call.state[1]))
        return turn * call.previous


stage = Usd.Stage.Open(sys.argv[1])
system = Compute.System(stage, registry)
for time in (13, 7, 19):
    wheel = system.GetLocalToWorldTransform(stage.GetPrimAtPath("/Wheel"), time)
    print(f"{time}: at {wheel[3][0]:.3f}, its top is at {wheel[1][0] * 2 + wheel[3][0]:.3f}")
