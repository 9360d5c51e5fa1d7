"""Coordinate reference systems that a function in Python resolves, and scenes that require them."""
import unittest

from strata import Compute, Gf, Hd, Usd

SURVEY = """(
    metersPerUnit = 1
    upAxis = "Z"%s
)
def CoordinateReferenceSystem "Foot"
{
    uniform int crs:epsg = 2263
}
def CoordinateReferenceSystem "Grid"
{
    uniform int crs:epsg = 7
    uniform asset[] crs:gridFiles = [@a.tif@]
}
def Xform "Frame" ( prepend apiSchemas = ["OmniWGS84ReferencePositionAPI"] )
{
    double3 omni:geospatial:wgs84:reference:referencePosition = (40.7, -74, 0)
    def Xform "A" ( prepend apiSchemas = ["GeospatialCRSBindingAPI"] )
    {
        rel crs:binding = </%s>
        double3 crs:position = (100, 200, 5)
    }
}
"""


class Systems(unittest.TestCase):
    """Coordinate reference systems that a function resolves."""

    def open(self, required=False, system="Foot"):
        stage = Usd.Stage.CreateInMemory()
        more = "\n    customLayerData = { bool crsResolutionRequired = true }" if required else ""
        stage.GetRootLayer().ImportFromString("#usda 1.0\n" + SURVEY % (more, system))
        return stage

    def test_a_backend_is_asked_once_for_a_system_and_gives_what_converts(self):
        asked = []

        def resolve(crs):
            asked.append(crs)
            return lambda x, y, h: (-74 + x / 1e5, 40.7 + y / 1e5, h)

        stage = self.open()
        system = Compute.System(stage, Compute.Registry(crs=resolve))
        prim = stage.GetPrimAtPath("/Frame/A")
        found = system.GetLocalToWorldTransform(prim).ExtractTranslation()
        same = Usd.Stage.CreateInMemory()
        same.GetRootLayer().ImportFromString("#usda 1.0\n" + (SURVEY % ("", "Foot")).replace("= 2263", "= 4979").replace(
            "(100, 200, 5)", "(-73.999, 40.702, 5)"))
        expected = Compute.System(same, Compute.Registry()).GetLocalToWorldTransform(same.GetPrimAtPath("/Frame/A"))
        self.assertLess((found - expected.ExtractTranslation()).GetLength(), 1e-8)
        self.assertGreater(found.GetLength(), 100)
        self.assertEqual(asked, [("", 2263, 0.0, [])])
        stage.GetPrimAtPath("/Foot").GetAttribute("crs:epoch").Set(2020.5)
        system.GetLocalToWorldTransform(prim)
        self.assertEqual(asked[-1], ("", 2263, 2020.5, []))
        self.assertEqual(system.GetDiagnostics(), [])

    def test_grid_files_reach_the_backend(self):
        asked = []
        stage = self.open(system="Grid")
        system = Compute.System(stage, Compute.Registry(crs=lambda crs: asked.append(crs)))
        system.GetLocalToWorldTransform(stage.GetPrimAtPath("/Frame/A"))
        self.assertEqual([(crs.epsg, len(crs.gridFiles)) for crs in asked], [(7, 1)])
        self.assertTrue(asked[0].gridFiles[0].endswith("a.tif"))
        self.assertEqual([each["code"] for each in system.GetDiagnostics()], ["compute.crs-unresolved"])

    def test_what_raises_or_gives_no_place_is_told_of_and_what_is_authored_holds(self):
        def broken(crs):
            raise ValueError("no such database")

        for resolve, code, why in ((broken, "compute.crs-unresolved", "no such database"),
                                   (lambda crs: 5, "compute.crs-unresolved", "a function"),
                                   (lambda crs: None, "compute.crs-unresolved", "does not resolve"),
                                   (lambda crs: lambda x, y, h: (x, y), "compute.geo-place-unusable", "longitude"),
                                   (lambda crs: lambda x, y, h: (0, float("inf"), 0), "compute.geo-place-unusable", "no place"),
                                   (lambda crs: lambda x, y, h: x / 0, "compute.geo-place-unusable", "ZeroDivision")):
            stage = self.open()
            system = Compute.System(stage, Compute.Registry(crs=resolve))
            self.assertEqual(system.GetLocalToWorldTransform(stage.GetPrimAtPath("/Frame/A")), Gf.Matrix4d(1))
            found = system.GetDiagnostics()
            self.assertEqual([each["code"] for each in found], [code])
            self.assertIn(why, found[0]["message"])
        with self.assertRaises(TypeError):
            Compute.Registry(crs=5)

    def test_scenes_that_require_their_systems_are_not_made_without(self):
        with self.assertRaisesRegex(Exception, "EPSG:2263"):
            Hd.CreateSceneIndices(self.open(required=True), computed=True)
        Hd.CreateSceneIndices(self.open(), computed=True)
        Hd.CreateSceneIndices(self.open(required=True))
        known = Compute.Registry(crs=lambda crs: lambda x, y, h: (-74, 40.7, h))
        scene = Hd.CreateSceneIndices(self.open(required=True), computed=known)
        self.assertTrue(scene.finalSceneIndex.GetPrim("/Frame/A"))


if __name__ == "__main__":
    unittest.main()
