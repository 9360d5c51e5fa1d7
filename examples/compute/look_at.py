"""A camera that looks at what its relationship `look:at` names, wherever that moves."""
import sys

from strata import Compute, Gf, Usd

registry = Compute.Registry()


@registry.computation("xform", schemas=["Camera"], modifies=True)
def look(call, previous=Compute.Previous(), targets=Compute.Targets("look:at", "world.xform"), above=Compute.Parent("world.xform")):
    """Where the prim is stays, and its -Z points to the target."""
    if not targets:
        return None  # what was there before holds
    eye = (previous * above).ExtractTranslation()
    view = Gf.Matrix4d().SetLookAt(eye, targets[0].ExtractTranslation(), Gf.Vec3d(0, 1, 0))
    return view.GetInverse() * above.GetInverse()


stage = Usd.Stage.Open(sys.argv[1])
system = Compute.System(stage, registry)
for time in (1, 25):
    eye = system.GetLocalToWorldTransform(stage.GetPrimAtPath("/Rig/Eye"), time)
    looks = eye.TransformDir(Gf.Vec3d(0, 0, -1))
    print(f"{time}: ({looks[0] + 0:g}, {looks[1] + 0:g}, {looks[2] + 0:g})")
