"""What is computed is what closed forms of our own in 40 digits say, what pyproj says, and, once baked, what usd-core sees."""
import json
import os
import re
import subprocess
import tempfile
import unittest
from decimal import Decimal, getcontext
from pathlib import Path
from random import Random

from pxr import Gf, Usd, UsdGeom

TOOL = os.environ["STRATA_TOOL"]
HERE = Path(__file__).resolve().parent
CORPUS = HERE.parents[2] / "shared" / "conformance" / "runtime"
GOLDEN = HERE.parent / "golden" / "tool"

getcontext().prec = 40
PI = Decimal("3.1415926535897932384626433832795028841971693993751058")
A, F = Decimal(6378137), 1 / Decimal("298.257223563")
E2 = F * (2 - F)


def sine(x):
    """By its series; x is at most a few turns."""
    term, total, n = x, x, 1
    while abs(term) > Decimal(10) ** -38:
        n += 2
        term = -term * x * x / (n * (n - 1))
        total += term
    return total


def turn(degrees):
    radians = Decimal(degrees) * PI / 180
    return sine(radians), sine(radians + PI / 2)


def ecef(place):
    (s, c), (sl, cl) = turn(place[0]), turn(place[1])
    normal = A / (1 - E2 * s * s).sqrt()
    h = Decimal(place[2])
    return ((normal + h) * c * cl, (normal + h) * c * sl, (normal * (1 - E2) + h) * s)


def east_north_up(place, origin):
    d = [p - q for p, q in zip(ecef(place), ecef(origin))]
    (s, c), (sl, cl) = turn(origin[0]), turn(origin[1])
    return (-sl * d[0] + cl * d[1], -s * cl * d[0] - s * sl * d[1] + c * d[2], c * cl * d[0] + c * sl * d[1] + s * d[2])


def ask(*arguments):
    done = subprocess.run([TOOL, *map(str, arguments), "--json"], capture_output=True, text=True, check=False)
    answer = json.loads(done.stdout)
    assert answer["ok"], answer
    return answer["answer"]


def matrix(text):
    numbers = [float(n) for n in re.findall(r"[-+0-9.einfa]+", text)]
    return Gf.Matrix4d(*numbers[:16])


@unittest.skipUnless(CORPUS.is_dir(), f"{CORPUS} is not there")
class Rails(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scene = CORPUS / "wgs84" / "deutschebahn-rails.usda"
        cls.computed = ask("compute", cls.scene, "/", "--below")
        cls.stage = Usd.Stage.Open(str(cls.scene))
        prim = cls.stage.GetPrimAtPath("/RootGeoReference")
        cls.origin = prim.GetAttribute("omni:geospatial:wgs84:reference:referencePosition").Get()

    def place(self, path):
        return self.stage.GetAttributeAtPath(path + ".omni:geospatial:wgs84:local:position").Get()

    def test_all_places_are_those_of_the_closed_form(self):
        self.assertEqual(1476, len(self.computed))
        worst = 0
        for path, text in self.computed.items():
            expected = east_north_up(self.place(path), self.origin)
            found = matrix(text).ExtractTranslation()
            worst = max(worst, max(abs(Decimal(f) - e) for f, e in zip(found, expected)))
        self.assertLess(worst, Decimal("1e-9"))

    def test_all_places_are_those_of_pyproj(self):
        try:
            import pyproj
        except ImportError:
            self.skipTest("pyproj is not installed")
        lat, lon, height = self.origin
        topocentric = pyproj.Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cart +ellps=WGS84 "
            f"+step +proj=topocentric +ellps=WGS84 +lon_0={lon!r} +lat_0={lat!r} +h_0={height!r}")
        for path, text in self.computed.items():
            place = self.place(path)
            expected = topocentric.transform(place[1], place[0], place[2])
            found = matrix(text).ExtractTranslation()
            # Its differences of geocentric coordinates carry their rounding.
            self.assertLess((Gf.Vec3d(*expected) - found).GetLength(), 4e-9, path)

    def test_geodesics_and_chords_agree_with_geographiclib(self):
        try:
            from geographiclib.geodesic import Geodesic
        except ImportError:
            self.skipTest("geographiclib is not installed")
        for path in list(self.computed)[:200]:
            place = self.place(path)
            along = Geodesic.WGS84.Inverse(self.origin[0], self.origin[1], place[0], place[1])["s12"]
            chord = matrix(self.computed[path]).ExtractTranslation()
            # Within a few kilometres they differ by the curve and the height alone.
            flat = (chord[0] ** 2 + chord[1] ** 2) ** 0.5
            self.assertLess(abs(along - flat), 1e-4 * along + 1e-6, path)

    def test_the_document_s_curve_is_where_it_says(self):
        found = matrix(self.computed["/RootGeoReference/World/CurveXform1Geo"]).ExtractTranslation()
        for number, expected in zip(found, (11.226189434, 0.346755118, 0.209172084)):
            # Printed there from differences of geocentric coordinates, which round at a nanometre.
            self.assertAlmostEqual(number, expected, delta=2e-9)


class Systems(unittest.TestCase):
    """Positions of the coordinate reference systems that are known without PROJ are where PROJ puts them."""

    def test_known_systems_agree_with_pyproj(self):
        try:
            import pyproj
        except ImportError:
            self.skipTest("pyproj is not installed")
        random = Random(7)
        codes = [4326, 4979, 4978, 3857, 4258, 4936, 4937] + [32600 + zone for zone in (1, 17, 32, 60)] + [
            32700 + zone for zone in (1, 33, 56)]
        for code in codes:
            # The frame has geocentric axes, so that what is computed is what is compared.
            to_geocentric = pyproj.Transformer.from_crs(code, 4978, always_xy=True)
            positions = []
            for _ in range(40):
                if code in (4326, 4979, 4258, 4937):
                    position = random.uniform(-180, 180), random.uniform(-90, 90), random.uniform(-100, 9000)
                elif code in (4978, 4936):
                    position = pyproj.Transformer.from_crs(4979, 4978, always_xy=True).transform(
                        random.uniform(-180, 180), random.uniform(-90, 90), random.uniform(-100, 9000))
                elif code == 3857:
                    position = random.uniform(-2e7, 2e7), random.uniform(-2e7, 2e7), random.uniform(-100, 9000)
                else:
                    north = random.uniform(0, 9.3e6)
                    position = random.uniform(1e5, 9e5), north if code < 32700 else 1e7 - north, random.uniform(-100, 9000)
                positions.append(position)
            prims = "\n".join(f'def Xform "P{i}" (prepend apiSchemas = ["GeospatialCRSBindingAPI"])\n'
                              f'{{\n    double3 crs:position = ({x!r}, {y!r}, {z!r})\n}}\n' for i, (x, y, z) in enumerate(positions))
            text = f"""#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Z"
)
def CoordinateReferenceSystem "System"
{{
    uniform int crs:epsg = {code}
}}
def Xform "Earth" (prepend apiSchemas = ["OmniWGS84ReferencePositionAPI", "GeospatialCRSBindingAPI"])
{{
    uniform token omni:geospatial:wgs84:reference:tangentPlane = "ECEF"
    rel crs:binding = </System>
    {prims}
}}
"""
            with tempfile.TemporaryDirectory() as folder:
                scene = Path(folder) / "scene.usda"
                scene.write_text(text)
                computed = ask("compute", scene, "/Earth", "--below")
            for i, position in enumerate(positions):
                expected = Gf.Vec3d(*to_geocentric.transform(*position))
                found = matrix(computed[f"/Earth/P{i}"]).ExtractTranslation()
                # Numbers of the Earth's size and degrees have steps of a nanometre, and there are several on both ways.
                self.assertLess((expected - found).GetLength(), 1e-8, (code, position))


class Baked(unittest.TestCase):
    """A baked layer gives usd-core the scene that Strata computes without it."""

    def check(self, scene):
        with tempfile.TemporaryDirectory() as folder:
            baked = Path(folder) / "baked.usda"
            ask("assemble", scene, "--bake", "-o", baked)
            stage = Usd.Stage.Open(str(baked))
            computed = ask("compute", scene, "/", "--below")
            self.assertTrue(computed)
            cache = UsdGeom.XformCache()
            for path, text in computed.items():
                prim = stage.GetPrimAtPath(path)
                self.assertTrue(Gf.IsClose(cache.GetLocalToWorldTransform(prim), matrix(text), 1e-12), path)
            bounds = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default"])
            for prim in stage.Traverse():
                if not prim.IsA(UsdGeom.Boundable):
                    continue
                text = ask("compute", scene, prim.GetPath(), "--output", "world.bound")["value"]
                numbers = [float(n) for n in re.findall(r"[-+0-9.e]+", text.replace("to", " "))]
                box = bounds.ComputeWorldBound(prim).ComputeAlignedRange()
                for found, expected in zip(numbers, [*box.GetMin(), *box.GetMax()]):
                    self.assertAlmostEqual(found, expected, delta=1e-6, msg=str(prim.GetPath()))

    @unittest.skipUnless(CORPUS.is_dir(), f"{CORPUS} is not there")
    def test_the_sample(self):
        self.check(CORPUS / "metrics_assembler.usda")

    def test_scenes_that_people_made(self):
        assets = CORPUS.parent / "assets"
        names = ("sedanFullAsset.usda", "formulaFullAsset.usda", "metersPerUnit_mix.usda", "upAxis_Z.usda")
        found = [scene for name in names for scene in sorted(assets.glob(f"**/{name}"))[:1]]
        if not found:
            self.skipTest(f"{assets} is not there")
        for scene in found:
            with self.subTest(scene.name):
                self.check(scene)

    def test_references(self):
        with tempfile.TemporaryDirectory() as folder:
            text = (GOLDEN / "assemble" / "toy.usda").read_text()
            (Path(folder) / "toy.usda").write_text(text)
            root = Path(folder) / "root.usda"
            root.write_text("""#usda 1.0
(
    metersPerUnit = 1
    upAxis = "Z"
)
def Xform "A" (
    instanceable = true
    prepend references = @toy.usda@
)
{
    double3 xformOp:translate = (5, 0, 0)
    float3 xformOp:rotateXYZ = (10, 20, 30)
    uniform token[] xformOpOrder = ["xformOp:translate", "xformOp:rotateXYZ"]
}
def Xform "B" (
    prepend references = @toy.usda@
)
{
}
""")
            self.check(root)


if __name__ == "__main__":
    unittest.main()
