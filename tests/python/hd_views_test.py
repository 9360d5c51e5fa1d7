"""Typed views of the running scene in Python, the scene indices that come with the engine, and helpers to plan and watch."""
import unittest

from strata import Gf, Hd, Sdf, Usd, UsdGeom


def make_stage():
    stage = Usd.Stage.CreateInMemory()
    mesh = UsdGeom.Mesh.Define(stage, "/World/Mesh")
    mesh.CreatePointsAttr([(0, 0, 0), (1, 0, 0), (0, 1, 0)])
    mesh.CreateFaceVertexCountsAttr([3])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2])
    mesh.CreateDoubleSidedAttr(True)
    UsdGeom.Sphere.Define(stage, "/World/Ball")
    moved = UsdGeom.Xformable(stage.GetPrimAtPath("/World/Ball")).AddTranslateOp()
    moved.Set((1, 0, 0), 1)
    moved.Set((3, 0, 0), 3)
    return stage


def retained(*paths, **data):
    scene = Hd.RetainedSceneIndex()
    scene.AddPrims([(path, "thing", Hd.RetainedContainerDataSource(**data)) for path in paths])
    return scene


def number(value):
    return Hd.RetainedContainerDataSource(x=Hd.RetainedTypedSampledDataSource(value))


class Views(unittest.TestCase):
    def test_a_view_reads_members_by_name_and_type(self):
        chain = Hd.CreateSceneIndices(make_stage())
        prim = chain.finalSceneIndex.GetPrim("/World/Mesh")
        mesh = Hd.MeshSchema.GetFromParent(prim.dataSource)
        self.assertTrue(mesh.IsDefined() and mesh)
        self.assertEqual([mesh.GetDoubleSided(), list(mesh.GetTopology().GetFaceVertexCounts())], [True, [3]])
        primvars = Hd.PrimvarsSchema.GetFromParent(prim.dataSource)
        self.assertIn("points", primvars.GetNames())
        points = primvars.Get("points")
        self.assertEqual([points.GetInterpolation(), points.GetPrimvarValue().GetValue()[1]], ["vertex", Gf.Vec3f(1, 0, 0)])
        self.assertEqual(len(Hd.GetFlattenedPrimvarValue(points.GetContainer()).GetValue()), 3)
        self.assertEqual(Hd.XformSchema.GetFromParent(prim.dataSource).GetMatrix(), Gf.Matrix4d(1))

    def test_what_is_not_there_reads_as_none(self):
        for container in (None, Hd.RetainedContainerDataSource(), Hd.RetainedContainerDataSource(mesh=Hd.BlockDataSource())):
            mesh = Hd.MeshSchema.GetFromParent(container)
            self.assertFalse(mesh.IsDefined())
            self.assertEqual([mesh.GetDoubleSided(), mesh.GetTopology().GetOrientation(), mesh.GetContainer()], [None] * 3)
            self.assertEqual(Hd.PrimvarsSchema.GetFromParent(container).Get("points").GetInterpolation(), None)
            self.assertEqual(Hd.SelectionsSchema.GetFromParent(container).GetNumElements(), 0)

    def test_locators_lead_to_members(self):
        self.assertEqual(str(Hd.MeshSchema.GetTopologyLocator()), "mesh/topology")
        self.assertEqual(str(Hd.MeshTopologySchema.GetDefaultLocator().Prepend("mesh")), "mesh/topology")
        self.assertEqual(Hd.PrimvarSchema.GetDefaultLocator(), Hd.DataSourceLocator())
        self.assertEqual(Hd.XformSchema.GetSchemaToken(), "xform")

    def test_builders_hold_values_of_the_members_types(self):
        topology = Hd.MeshTopologySchema.BuildRetained(faceVertexCounts=[3], orientation="leftHanded")
        mesh = Hd.MeshSchema(Hd.MeshSchema.BuildRetained(topology=topology, doubleSided=True, subdivisionScheme=None))
        self.assertEqual(sorted(mesh.GetContainer().GetNames()), ["doubleSided", "topology"])
        self.assertEqual([mesh.GetTopology().GetOrientation(), list(mesh.GetTopology().GetFaceVertexCounts())], ["leftHanded", [3]])
        by = Hd.InstancedBySchema(Hd.InstancedBySchema.BuildRetained(paths=["/A"], prototypeRoots=[Sdf.Path("/B")]))
        self.assertEqual([by.GetPaths(), by.GetPrototypeRoots()], [[Sdf.Path("/A")], [Sdf.Path("/B")]])
        binding = Hd.MaterialBindingSchema.BuildRetained(path="/M")
        bindings = Hd.MaterialBindingsSchema(Hd.MaterialBindingsSchema.BuildRetained({"": binding}))
        self.assertEqual(bindings.Get("").GetPath(), Sdf.Path("/M"))
        selections = Hd.SelectionsSchema(Hd.SelectionsSchema.BuildRetained([Hd.SelectionSchema.BuildRetained(fullySelected=True)]))
        self.assertEqual([len(selections), selections.GetElement(0).GetFullySelected()], [1, True])
        with self.assertRaisesRegex(TypeError, "has no member 'doubleSide', but topology"):
            Hd.MeshSchema.BuildRetained(doubleSide=True)
        with self.assertRaises(Exception):
            Hd.MeshSchema.BuildRetained(doubleSided=object())

    def test_every_schema_of_the_file_is_there(self):
        from strata._hd_schemas import SCHEMAS
        self.assertGreater(len(SCHEMAS), 80)
        for name, token, form, of, members in SCHEMAS:
            view = getattr(Hd, name + "Schema")
            self.assertEqual(view.GetSchemaToken(), token)
            for member, _ in members:
                upper = member[0].upper() + member[1:]
                locator = "GetDefaultMemberLocator" if member == "default" else f"Get{upper}Locator"
                self.assertEqual(getattr(view, locator)().GetLastElement(), member)
                if not form:
                    getattr(view(), "Get" + upper)()


class Indices(unittest.TestCase):
    def test_flattening_hands_data_down(self):
        scene = retained("/A", "/A/B", model=number(1))
        scene.AddPrims([("/A/B", "thing", Hd.RetainedContainerDataSource(other=number(2)))])
        flat = Hd.FlatteningSceneIndex(scene, {"model": "overlay"})
        self.assertEqual(flat.GetDataSource("/A/B", Hd.DataSourceLocator("model", "x")).GetValue(), 1)
        with self.assertRaisesRegex(ValueError, "but xform"):
            Hd.FlatteningSceneIndex(scene, {"model": "magic"})

    def test_pruning_leaves_out_paths_and_types(self):
        scene = retained("/A", "/A/B", "/C")
        pruned = Hd.PrefixPathPruningSceneIndex(scene, lambda path: path == "/A")
        self.assertEqual(pruned.CollectPrimPaths(), ["/", "/C"])
        self.assertEqual(Hd.PrimTypePruningSceneIndex(scene, ["thing"]).GetPrim("/C").primType, "")

    def test_batching_sends_one_change_set(self):
        scene = retained("/A")
        batching, told = Hd.NoticeBatchingSceneIndex(scene), Hd.RecordingSceneIndexObserver()
        batching.AddObserver(told)
        batching.SetBatchingEnabled(True)
        scene.AddPrims([("/B", "thing", None)])
        scene.RemovePrims(["/B"])
        scene.AddPrims([("/C", "thing", None)])
        self.assertEqual([batching.IsBatchingEnabled(), told.Take()], [True, []])
        batching.SetBatchingEnabled(False)
        self.assertIn("added /C thing", told.Take())

    def test_switching_tells_the_difference(self):
        first, second = retained("/A", "/B"), retained("/B", "/C")
        switching, told = Hd.SwitchingSceneIndex([first, second]), Hd.RecordingSceneIndexObserver()
        switching.AddObserver(told)
        switching.SetIndex(1)
        lines = told.Take()
        self.assertTrue("removed /A" in lines and "added /C thing" in lines, lines)
        self.assertEqual(switching.GetIndex(), 1)
        with self.assertRaises(IndexError):
            switching.SetIndex(2)
        with self.assertRaises(ValueError):
            Hd.SwitchingSceneIndex([])

    def test_the_difference_of_two_scenes(self):
        removed, added, dirtied = Hd.ComputeSceneIndexDiff(retained("/A", "/B", x=number(1)), retained("/B", "/C", x=number(1)),
                                                           comparesData=True)
        self.assertEqual([removed, [one.primPath for one in added], dirtied], [["/A"], ["/C"], []])

    def test_resolving_indices_by_name_and_class(self):
        scene = Hd.CreateSceneIndices(make_stage()).finalSceneIndex
        self.assertIn("implicitSurfaces", Hd.GetResolvingSceneIndexNames())
        for resolved in (Hd.MakeResolvingSceneIndex("implicitSurfaces", scene), Hd.ImplicitSurfaceSceneIndex(scene),
                         Hd.CreateSceneIndices(make_stage(), resolving=["implicitSurfaces"]).finalSceneIndex):
            self.assertEqual(resolved.GetPrim("/World/Ball").primType, "mesh")
        with self.assertRaisesRegex(ValueError, "no resolving scene index 'magic'"):
            Hd.MakeResolvingSceneIndex("magic", scene)
        for make in (Hd.CachingSceneIndex, Hd.DependencyForwardingSceneIndex, Hd.TetMeshConversionSceneIndex,
                     Hd.PinnedCurveExpandingSceneIndex, Hd.LightLinkingSceneIndex):
            self.assertEqual(make(scene).GetPrim("/World/Mesh").primType, "mesh")


class Chains(unittest.TestCase):
    def test_a_plan_says_why_and_finds_indices(self):
        chain = Hd.CreateSceneIndices(make_stage(), rootPrimPath="/World/Ball")
        names = [name for name, reason in Hd.Plan(chain) if reason]
        self.assertEqual(names[0], "Stage")
        self.assertEqual(len(names), len(chain.sceneIndices))
        self.assertEqual(Hd.FindSceneIndex(chain, "material-bindings").GetDisplayName(), "Material bindings")
        self.assertIsNone(Hd.FindSceneIndex(chain, "magic"))
        self.assertEqual([chain.finalSceneIndex.GetPrim(path).primType for path in ("/World/Mesh", "/World/Ball")], ["", "sphere"])

    def test_watching_gives_what_each_time_dirties(self):
        chain = Hd.CreateSceneIndices(make_stage(), time=1)
        watched = dict(Hd.Watch(chain, [2, 2, 3]))
        self.assertEqual(sorted(watched), [2, 3])
        self.assertTrue(any(line.startswith("dirtied /World/Ball") and "xform" in line for line in watched[3]), watched)
        self.assertFalse(any("/World/Mesh" in line for line in watched[3]), watched)
        steps = [lines for _, lines in Hd.Watch(chain, [3, 3], Hd.FindSceneIndex(chain, "stage"))]
        self.assertEqual(steps, [[], []])


if __name__ == "__main__":
    unittest.main()
