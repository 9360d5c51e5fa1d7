"""Traffic lights whose colors come from a feed: what the program tells is dirtied, and nothing else."""
import sys

from strata import Compute, Usd

feed = {}  # what the last message said of each light
registry = Compute.Registry()


@registry.computation("light:color", schemas=["Sphere"], type="color3f[]", attribute="primvars:displayColor")
def shine(call):
    return feed.get(call.prim.GetName())  # None: as authored


stage = Usd.Stage.Open(sys.argv[1])
system = Compute.System(stage, registry)
request = system.MakeRequest([("/North", "light:color"), ("/East", "light:color")],
                             lambda keys: [print("dirty:", ("/North", "/East")[key] + ".primvars:displayColor") for key in keys])


def show(path):
    color = system.GetValue(stage.GetAttributeAtPath(path + ".primvars:displayColor"), 0)[0]
    print(f"{path}: ({color[0]:g}, {color[1]:g}, {color[2]:g})")


request.Compute(0)
show("/North")
show("/East")
feed["North"] = [(0, 1, 0)]
system.Invalidate([("/North", "light:color")])
show("/North")
show("/East")
