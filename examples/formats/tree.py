"""A tree that grows as its prim says: a file format that composes its arguments from fields."""
import sys

from strata import Sdf, Usd

BRANCH = '''    def "Branch{}" (
        payload = @{}@
        customData = {{
            dictionary tree = {{
                int branches = {}
                int depth = {}
            }}
        }}
    )
    {{
        double tree:height = {}
    }}
'''


class TreeFormat(Sdf.HostFileFormat):
    """A .tree file names the type of a leaf; customData["tree"] and "tree:height" of the prim say what grows of it."""

    formatId, extensions = "tree", ("tree",)

    def ComposeFieldsForFileFormatArguments(self, assetPath, context):
        said = (context.ComposeValue("customData") or {}).get("tree", {})
        arguments = {name: str(said[name]) for name in ("depth", "branches") if name in said}
        height = context.ComposeAttributeDefaultValue("tree:height")
        return arguments if height is None else arguments | {"height": str(height)}

    def CanFieldChangeAffectFileFormatArguments(self, fieldName, oldValue, newValue, dependencyContextData):
        return (oldValue or {}).get("tree") != (newValue or {}).get("tree")

    def Read(self, data, path, arguments):
        depth, branches = int(arguments.get("depth", 1)), int(arguments.get("branches", 2))
        height = float(arguments.get("height", 1))
        text = f'#usda 1.0\n(\n    defaultPrim = "Tree"\n)\ndef Xform "Tree"\n{{\n    double tree:height = {height}\n'
        text += f'    def {data.decode().strip()} "Leaf"\n    {{\n    }}\n'
        for number in range(branches if depth > 1 else 0):
            text += BRANCH.format(number, path, branches, depth - 1, height / 2)
        return text + "}\n"


def tell(stage):
    leaves = sum(prim.GetName() == "Leaf" for prim in stage.Traverse())
    print(f"{leaves} leaves, branches of {stage.GetAttributeAtPath('/Oak/Branch0.tree:height').Get():g}")


TreeFormat().Register()
stage = Usd.Stage.Open(sys.argv[1])
tell(stage)
oak = stage.GetPrimAtPath("/Oak")
oak.SetCustomDataByKey("tree:depth", 3)
tell(stage)
oak.GetAttribute("tree:height").Set(20.0)
tell(stage)
