#include <filesystem>
#include <fstream>

#include "strata/stage/undo.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

namespace fs = std::filesystem;

// Files in a folder of their own.
class Files {
 public:
  Files() {
    char name[] = "/tmp/strata_stage_XXXXXX";
    folder_ = mkdtemp(name);
    registry =
        layer::LayerRegistry::Create(asset::MakeFileResolver(), std::make_shared<layer::FieldRegistry>(),
                                     {format::text::MakeUsdaFormat()});
  }
  ~Files() { fs::remove_all(folder_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  std::string Put(const std::string& name, const std::string& text) const {
    const std::string path = folder_ / name;
    std::ofstream(path) << "#usda 1.0\n" << text;
    return path;
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::shared_ptr<layer::LayerRegistry> registry;

 private:
  fs::path folder_;
};

}  // namespace

TEST_CASE("a mask includes what is above and below its paths") {
  const StagePopulationMask mask({Path("/A/B"), Path("/A/C/D"), Path("/A/C"), Path("/X"), Path("/A.x")});
  CHECK(Join(mask.GetPaths()) == "/A/B /A/C /X");
  CHECK(mask.Includes(Path("/")));
  CHECK(mask.Includes(Path("/A")));
  CHECK_FALSE(mask.IncludesSubtree(Path("/A")));
  CHECK(mask.IncludesSubtree(Path("/A/B/Q")));
  CHECK_FALSE(mask.Includes(Path("/Z")));
  CHECK(Join(*mask.GetIncludedChildNames(Path("/"))) == "A X");
  CHECK(Join(*mask.GetIncludedChildNames(Path("/A"))) == "B C");
  CHECK_FALSE(mask.GetIncludedChildNames(Path("/A/B")).has_value());
  CHECK(mask.GetIncludedChildNames(Path("/Z"))->empty());
  CHECK(Join(mask.GetUnion(StagePopulationMask({Path("/A")})).GetPaths()) == "/A /X");
  CHECK(Join(mask.GetIntersection(StagePopulationMask({Path("/A"), Path("/X/Y")})).GetPaths()) ==
        "/A/B /A/C /X/Y");
  CHECK(mask.Includes(StagePopulationMask({Path("/A/B/C")})));
  CHECK_FALSE(mask.Includes(StagePopulationMask({Path("/A")})));
  CHECK_FALSE(StagePopulationMask().Includes(Path("/")));
  CHECK(StagePopulationMask::All().IncludesSubtree(Path("/Q")));
}

TEST_CASE("a masked stage composes no prim that its mask leaves out") {
  std::string text;
  for (int i = 0; i < 50; ++i)
    text += "def \"P" + std::to_string(i) + "\"\n{\n    def \"C\"\n    {\n    }\n}\n";
  OpenOptions options;
  options.population_mask = StagePopulationMask({Path("/P7")});
  Scene scene(text, options);
  CHECK(PathsOf(scene->TraverseAll()) == "/P7 /P7/C");
  CHECK(scene->GetPrimCount() == 2);
  CHECK_FALSE(scene.At("/P8"));
  REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/P8/New"), Specifier::kDef));
  REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/P7/New"), Specifier::kDef));
  CHECK(PathsOf(scene->TraverseAll()) == "/P7 /P7/C /P7/New");
  scene->SetPopulationMask(StagePopulationMask::All());
  CHECK(scene->GetPrimCount() == 102);
  CHECK(scene.At("/P8/New"));
}

TEST_CASE("a mask grows by what relationships and connections lead to, from prim to prim") {
  const std::string text =
      "def \"A\"\n{\n    def \"B\"\n    {\n        rel r = </D/E.x>\n    }\n}\n"
      "def \"D\"\n{\n    def \"E\"\n    {\n        rel r = </F>\n        int x\n"
      "        prepend int x.connect = </H.y>\n    }\n}\n"
      "def \"F\"\n{\n    def \"G\"\n    {\n    }\n}\ndef \"H\"\n{\n}\n";
  OpenOptions options;
  options.population_mask = StagePopulationMask({Path("/A/B")});
  Scene scene(text, options);
  SUBCASE("all") {
    scene->ExpandPopulationMask();
    CHECK(Join(scene->GetPopulationMask().GetPaths()) == "/A/B /D/E /F /H");
    CHECK(PathsOf(scene->TraverseAll()) == "/A /A/B /D /D/E /F /F/G /H");
  }
  SUBCASE("no connections") {
    scene->ExpandPopulationMask(PrimPredicate::Default(), {}, [](const Attribute&) { return false; });
    CHECK(Join(scene->GetPopulationMask().GetPaths()) == "/A/B /D/E /F");
  }
  SUBCASE("no relationships") {
    scene->ExpandPopulationMask(PrimPredicate::Default(), [](const Relationship&) { return false; });
    CHECK(Join(scene->GetPopulationMask().GetPaths()) == "/A/B");
  }
}

TEST_CASE("instances that a mask treats alike share a prototype, others do not") {
  std::string text = "def \"R\"\n{\n    def \"P\"\n    {\n    }\n    def \"Q\"\n    {\n    }\n}\n";
  for (const char* name : {"I1", "I2", "I3"})
    text += std::string("def \"") + name + "\" (\n    instanceable = true\n    references = </R>\n)\n{\n}\n";
  OpenOptions options;
  options.population_mask = StagePopulationMask({Path("/I1/P"), Path("/I2/P"), Path("/I3/Q")});
  Scene scene(text, options);
  CHECK(scene->GetPrototypes().size() == 2);
  CHECK(scene.At("/I1").GetPrototype().GetPath() == scene.At("/I2").GetPrototype().GetPath());
  CHECK(PathsOf(scene->Traverse(PrimPredicate::Default().With(InstanceProxies::kTraverse))) ==
        "/I1 /I1/P /I2 /I2/P /I3 /I3/Q");
}

TEST_CASE("saving writes what is dirty and has a file, the session's layers apart") {
  Files files;
  const std::string sub = files.Put("sub.usda", "def \"S\"\n{\n}\n");
  const std::string root = files.Put("root.usda", "(\n    subLayers = [\n        @./sub.usda@\n    ]\n)\n");
  const std::string session = files.Put("session.usda", "");
  Diagnostics remarks;
  OpenOptions options;
  options.session = files.registry->FindOrOpen(session, nullptr, {}, remarks);
  auto opened = Stage::Open(files.registry, root, options, remarks);
  REQUIRE(opened);
  Stage& stage = **opened;
  CHECK_FALSE(stage.HasDirtyLayers());
  const std::string untouched = Files::Read(root);
  REQUIRE(stage.GetLayerStack().back()->CreatePrimSpec(Path("/New"), Specifier::kDef));
  REQUIRE(stage.GetSessionLayer()->CreatePrimSpec(Path("/Session"), Specifier::kDef));
  CHECK(stage.HasDirtyLayers());
  CHECK(stage.Save(remarks));
  CHECK(Files::Read(sub).find("New") != std::string::npos);
  CHECK(Files::Read(root) == untouched);
  CHECK(Files::Read(session).find("Session") == std::string::npos);
  CHECK_FALSE(stage.HasDirtyLayers());
  CHECK(stage.SaveSessionLayers(remarks));
  CHECK(Files::Read(session).find("Session") != std::string::npos);
  files.Put("sub.usda", "def \"FromElsewhere\"\n{\n}\n");
  CHECK(stage.Reload(remarks));
  CHECK(stage.GetPrimAtPath(Path("/FromElsewhere")));
  CHECK_FALSE(stage.GetPrimAtPath(Path("/New")));
}

TEST_CASE("anonymous layers are not saved, and that is said") {
  Scene scene("def \"A\"\n{\n}\n");
  Diagnostics remarks;
  REQUIRE(scene->GetSessionLayer()->CreatePrimSpec(Path("/S"), Specifier::kDef));
  CHECK(scene->SaveSessionLayers(remarks));
  REQUIRE(remarks.GetAll().size() == 1);
  CHECK(remarks.GetAll()[0].code == &kLayerNotSaved);
  CHECK(scene->GetSessionLayer()->IsDirty());
}

TEST_CASE("a default prim may be any prim of the stage but the root of all") {
  Scene scene("def \"A\"\n{\n    def \"B\"\n    {\n    }\n}\n");
  REQUIRE(scene->SetDefaultPrim(scene.At("/A/B")));
  CHECK(scene->GetDefaultPrim().GetPath() == Path("/A/B"));
  REQUIRE(scene->SetDefaultPrim(scene.At("/A")));
  CHECK(scene->GetRootLayer()->ExportToString()->find("defaultPrim = \"A\"") != std::string::npos);
  CHECK_FALSE(scene->SetDefaultPrim(scene->GetPseudoRoot()));
  CHECK_FALSE(scene->SetDefaultPrim({}));
  scene->ClearDefaultPrim();
  CHECK_FALSE(scene->HasDefaultPrim());
}

TEST_CASE("edits are undone and done again, groups as one") {
  Scene scene("def \"A\"\n{\n    int i = 1\n}\n");
  UndoStack stack(*scene);
  const std::string before = *scene->GetRootLayer()->ExportToString();
  CHECK_FALSE(stack.CanUndo());
  CHECK_FALSE(stack.Undo());
  const layer::LayerPtr& root = scene->GetRootLayer();
  REQUIRE(root->SetField(Path("/A.i"), Token("default"), Value(2)));
  {
    UndoStack::Group group(stack, "two prims");
    REQUIRE(root->CreatePrimSpec(Path("/B"), Specifier::kDef));
    REQUIRE(root->CreatePrimSpec(Path("/A/C"), Specifier::kDef));
    REQUIRE(scene->GetSessionLayer()->CreatePrimSpec(Path("/S"), Specifier::kDef));
  }
  const std::string after = *root->ExportToString();
  REQUIRE(stack.GetLog().size() == 2);
  CHECK(stack.GetLog()[1].label == "two prims");
  CHECK(stack.GetLog()[1].parts.size() == 2);
  REQUIRE(stack.Undo());
  CHECK_FALSE(scene.At("/B"));
  CHECK_FALSE(scene.At("/S"));
  CHECK(scene.Attr("/A.i").GetAs<int32_t>() == 2);
  REQUIRE(stack.Undo());
  CHECK(*root->ExportToString() == before);
  REQUIRE(stack.Redo());
  REQUIRE(stack.Redo());
  CHECK(*root->ExportToString() == after);
  CHECK(scene.At("/S"));
  CHECK_FALSE(stack.CanRedo());
  // An edit of its own forgets what could be redone.
  REQUIRE(stack.Undo());
  REQUIRE(root->CreatePrimSpec(Path("/Other"), Specifier::kDef));
  CHECK_FALSE(stack.CanRedo());
}

TEST_CASE("a log replayed on copies of the layers gives the same text") {
  Scene scene("def \"A\"\n{\n    int i = 1\n}\n");
  const layer::LayerPtr& root = scene->GetRootLayer();
  const layer::LayerPtr copy = scene->GetLayerRegistry()->CreateAnonymous("copy");
  copy->TransferContent(*root);
  UndoStack stack({root});
  REQUIRE(root->SetField(Path("/A.i"), Token("default"), Value(2)));
  REQUIRE(root->CopySpec(*root, Path("/A"), Path("/B")));
  REQUIRE(root->DeleteSpec(Path("/A.i")));
  for (const Transaction& made : stack.GetLog())
    REQUIRE(made.ApplyTo([&](const layer::LayerPtr&) { return copy; }));
  CHECK(*copy->ExportToString() == *root->ExportToString());
}

TEST_CASE("an edit gives its inverse as data, and one that does not fit any more is refused as a whole") {
  Scene scene("def \"A\"\n{\n    int i = 1\n}\n");
  const layer::LayerPtr &root = scene->GetRootLayer(), &session = scene->GetSessionLayer();
  TransactionRecorder recorder({root, session});
  REQUIRE(session->CreatePrimSpec(Path("/S"), Specifier::kDef));
  REQUIRE(root->SetField(Path("/A.i"), Token("default"), Value(2)));
  const Transaction inverse = recorder.Take().GetInverse();
  REQUIRE(root->SetField(Path("/A.i"), Token("default"), Value(3)));
  CHECK_FALSE(inverse.Apply());
  CHECK(session->HasSpec(Path("/S")));
  REQUIRE(root->SetField(Path("/A.i"), Token("default"), Value(2)));
  REQUIRE(inverse.Apply());
  CHECK_FALSE(session->HasSpec(Path("/S")));
  CHECK(scene.Attr("/A.i").GetAs<int32_t>() == 1);
}

}  // namespace strata::stage
