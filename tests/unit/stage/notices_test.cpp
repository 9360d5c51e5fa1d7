#include <stdexcept>

#include "strata/stage/editor.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

// What a stage tells, as one line a notice. usd-core 26.11 gives the lines that are expected here.
class Ear {
 public:
  explicit Ear(Stage& stage) : stage_(stage.GetRef()) {
    id_ = stage.AddListener([this](const StageNotice& notice) { Hear(notice); });
  }
  ~Ear() {
    if (stage_) stage_.Get()->RemoveListener(id_);
  }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;
  std::string Take() { return std::exchange(heard_, {}); }

 private:
  static std::string List(const ObjectsChanged& objects, const std::vector<Path>& paths) {
    std::string text;
    for (Path path : paths) {
      text += " " + path.GetString();
      const std::vector<Token> fields = objects.GetChangedFields(path);
      if (!fields.empty()) text += "(" + Join(fields) + ")";
    }
    return text;
  }
  void Hear(const StageNotice& notice) {
    switch (notice.kind) {
      case StageNotice::Kind::kObjectsChanged:
        if (!notice.objects->GetResyncedPaths().empty())
          heard_ += "resync" + List(*notice.objects, notice.objects->GetResyncedPaths()) + "\n";
        if (!notice.objects->GetChangedInfoOnlyPaths().empty())
          heard_ += "info" + List(*notice.objects, notice.objects->GetChangedInfoOnlyPaths()) + "\n";
        if (!notice.objects->GetResolvedAssetPathsResyncedPaths().empty()) {
          heard_ += "assets";
          for (Path path : notice.objects->GetResolvedAssetPathsResyncedPaths())
            heard_ += " " + path.GetString();
          heard_ += "\n";
        }
        return;
      case StageNotice::Kind::kStageContentsChanged:
        heard_ += "contents\n";
        return;
      case StageNotice::Kind::kStageEditTargetChanged:
        heard_ += "target\n";
        return;
      case StageNotice::Kind::kLayerMutingChanged:
        heard_ += "muted " + std::to_string(notice.muting->muted.size()) + " unmuted " +
                  std::to_string(notice.muting->unmuted.size()) + "\n";
        return;
    }
  }
  StageRef stage_;
  uint64_t id_;
  std::string heard_;
};

const char* const kRoot =
    "(\n    subLayers = [\n        @sub.usda@\n    ]\n)\n"
    "def \"A\"\n{\n    int x = 1\n    def \"B\"\n    {\n    }\n}\n"
    "def \"K\" (\n    references = @ref.usda@</R>\n)\n{\n}\n"
    "class \"Cls\"\n{\n    int q = 1\n}\ndef \"H\" (\n    inherits = </Cls>\n)\n{\n}\n";
const char* const kSub = "def \"A\"\n{\n    int weak = 1\n}\ndef \"S\"\n{\n}\n";
const char* const kRef = "def \"R\"\n{\n    def \"C\"\n    {\n        int c = 1\n        rel r\n    }\n}\n";

}  // namespace

TEST_CASE("each edit is told of with what it resyncs, what it changes, and the fields") {
  Scene scene({{"root.usda", kRoot}, {"sub.usda", kSub}, {"ref.usda", kRef}});
  Ear ear(*scene);
  Editor editor(*scene);
  REQUIRE(editor.DefinePrim(Path("/N/M"), Token("Scope")));
  CHECK(ear.Take() == "resync /N(specifier)\ncontents\nresync /N/M(specifier typeName)\ncontents\n");
  REQUIRE(editor.OverridePrim(Path("/A/B/Z")));
  CHECK(ear.Take() == "resync /A/B/Z\ncontents\n");
  REQUIRE(editor.CreateAttribute(Path("/A.y"), Token("int")));
  CHECK(ear.Take() == "resync /A.y(custom typeName)\ncontents\n");
  REQUIRE(editor.Set(Path("/A.y"), Value(3)));
  CHECK(ear.Take() == "info /A.y(default)\ncontents\n");
  REQUIRE(editor.Set(Path("/A.y"), Value(3), 2));
  CHECK(ear.Take() == "info /A.y(timeSamples)\ncontents\n");
  REQUIRE(editor.Set(Path("/A.weak"), Value(3)));
  CHECK(ear.Take() == "resync /A.weak(typeName)\ncontents\ninfo /A.weak(default)\ncontents\n");
  REQUIRE(editor.Set(Path("/K/C.c"), Value(3)));
  CHECK(ear.Take() == "resync /K/C.c(typeName)\ninfo /K/C\ncontents\ninfo /K/C.c(default)\ncontents\n");
  REQUIRE(editor.SetMetadata(Path("/A"), Token("kind"), Value(Token("group"))));
  CHECK(ear.Take() == "resync /A(kind)\ncontents\n");
  REQUIRE(editor.SetMetadata(Path("/A"), Token("documentation"), Value(std::string("d"))));
  CHECK(ear.Take() == "info /A(documentation)\ncontents\n");
  REQUIRE(editor.Set(Path("/Cls.q"), Value(5)));
  CHECK(ear.Take() == "info /Cls.q(default) /H.q(default)\ncontents\n");
  REQUIRE(editor.DefinePrim(Path("/Cls/New")));
  CHECK(ear.Take() == "resync /Cls/New(specifier) /H/New(specifier)\ncontents\n");
  REQUIRE(editor.RemovePrim(Path("/N")));
  CHECK(ear.Take() == "resync /N\ncontents\n");
}

TEST_CASE("an instance is another one with the first opinion of its own, and those that lead to it are not") {
  Scene scene(
      "def \"M\"\n{\n    def \"J\" (\n        instanceable = true\n        references = </P>\n    )\n    {\n "
      "   }\n}\n"
      "def \"P\"\n{\n    def \"C\"\n    {\n    }\n}\n"
      "def \"Q\" (\n    references = </M>\n)\n{\n}\n"
      "def \"R\" (\n    references = </Q>\n)\n{\n}\n");
  Ear ear(*scene);
  const layer::LayerPtr layer = scene->GetRootLayer();
  {
    layer::Layer::ChangeBlock block(*layer);
    REQUIRE(layer->CreatePrimSpec(Path("/Q/J"), Specifier::kOver));
    REQUIRE(layer->CreateAttributeSpec(Path("/Q/J.x"), Token("int")));
  }
  CHECK(ear.Take() == "resync /Q/J /R/J.x(typeName)\ninfo /R/J\ncontents\n");
  {
    layer::Layer::ChangeBlock block(*layer);
    REQUIRE(layer->CreatePrimSpec(Path("/M/J/D"), Specifier::kOver));
    REQUIRE(layer->CreateAttributeSpec(Path("/M/J.y"), Token("int")));
  }
  const std::string told = ear.Take();
  CHECK(told.find("resync /M/J.y") == 0);
}

TEST_CASE("muting is told of before what it does, and only where it does something") {
  Scene scene({{"root.usda", kRoot}, {"sub.usda", kSub}, {"ref.usda", kRef}});
  Ear ear(*scene);
  const std::string sub = scene->GetLayerStack().back()->GetIdentifier();
  REQUIRE(scene->MuteLayer(sub));
  const std::string told = ear.Take();
  CHECK(told.starts_with("muted 1 unmuted 0\nresync "));
  CHECK(told.find(" /S") != std::string::npos);
  CHECK_FALSE(scene.At("/S"));
  CHECK(scene->IsLayerMuted(sub));
  REQUIRE(scene->MuteLayer(sub));
  CHECK(ear.Take().empty());
  REQUIRE(scene->UnmuteLayer(sub));
  CHECK(ear.Take().starts_with("muted 0 unmuted 1\nresync "));
  CHECK(scene.At("/S"));
  CHECK_FALSE(scene->MuteLayer(scene->GetRootLayer()->GetIdentifier()));
}

TEST_CASE("one notice tells of a whole change block, when it ends") {
  Scene scene({{"root.usda", kRoot}, {"sub.usda", kSub}, {"ref.usda", kRef}});
  Ear ear(*scene);
  Editor editor(*scene);
  {
    Editor::ChangeBlock block(editor);
    REQUIRE(editor.DefinePrim(Path("/N")));
    REQUIRE(editor.Set(Path("/A.x"), Value(7)));
    REQUIRE(editor.Set(Path("/A.x"), Value(8)));
    REQUIRE(scene->GetLayerStack().back()->CreatePrimSpec(Path("/FromSub"), Specifier::kDef));
    CHECK(ear.Take().empty());
    CHECK_FALSE(scene.At("/N"));
  }
  CHECK(ear.Take() == "resync /FromSub(specifier) /N(specifier)\ninfo /A.x(default)\ncontents\n");
  CHECK(scene.At("/FromSub"));
}

TEST_CASE("edits of layers reach the stages that use them, at the end of the layer's own change block") {
  Scene scene({{"root.usda", kRoot}, {"sub.usda", kSub}, {"ref.usda", kRef}});
  Ear ear(*scene);
  const layer::LayerPtr ref = scene->GetLayerRegistry()->Find("ref.usda");
  REQUIRE(ref);
  {
    layer::Layer::ChangeBlock block(*ref);
    REQUIRE(ref->SetField(Path("/R/C.c"), Token("default"), Value(9)));
    REQUIRE(ref->CreatePrimSpec(Path("/R/New"), Specifier::kDef));
    CHECK_FALSE(scene.At("/K/New"));
  }
  CHECK(scene.At("/K/New"));
  CHECK(scene.Attr("/K/C.c").GetAs<int32_t>() == 9);
  CHECK(ear.Take() == "resync /K/New(specifier)\ninfo /K/C.c(default)\ncontents\n");
}

TEST_CASE("a stage that follows nothing stays as it was until it is told to follow") {
  OpenOptions options;
  options.follow = OpenOptions::Follow::kNothing;
  Scene scene("def \"A\"\n{\n}\n", options);
  REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/B"), Specifier::kDef));
  CHECK_FALSE(scene.At("/B"));
  scene->Recompose();
  CHECK(scene.At("/B"));
  scene->FollowLayers();
  REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/C"), Specifier::kDef));
  CHECK(scene.At("/C"));
}

TEST_CASE("listeners may throw, edit, leave and end the stage") {
  Scene scene("def \"A\"\n{\n}\n");
  std::string order;
  SUBCASE("one that throws keeps nobody from hearing") {
    scene->AddListener([](const StageNotice&) { throw std::runtime_error("no"); });
    scene->AddListener([&](const StageNotice&) { order += "x"; });
    REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/B"), Specifier::kDef));
    CHECK(order == "xx");
    CHECK(scene->GetListenerFailureCount() == 2);
  }
  SUBCASE("what one edits is told of when all have heard of what was before") {
    bool has_edited = false;
    scene->AddListener([&](const StageNotice& notice) {
      if (notice.objects) order += "1" + notice.objects->GetResyncedPaths().at(0).GetString() + " ";
      if (has_edited) return;
      has_edited = true;
      REQUIRE(notice.stage->GetRootLayer()->CreatePrimSpec(Path("/C"), Specifier::kDef));
      CHECK(scene.At("/C"));
    });
    scene->AddListener([&](const StageNotice& notice) {
      if (notice.objects) order += "2" + notice.objects->GetResyncedPaths().at(0).GetString() + " ";
    });
    REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/B"), Specifier::kDef));
    CHECK(order == "1/B 2/B 1/C 2/C ");
  }
  SUBCASE("one that is removed by another is not called any more") {
    uint64_t second = 0;
    scene->AddListener([&](const StageNotice&) { scene->RemoveListener(second); });
    second = scene->AddListener([&](const StageNotice&) { order += "x"; });
    REQUIRE(scene->GetRootLayer()->CreatePrimSpec(Path("/B"), Specifier::kDef));
    CHECK(order.empty());
  }
  SUBCASE("one may end the stage, and nobody else hears") {
    const layer::LayerPtr root = scene->GetRootLayer();
    const StageRef stage = scene->GetRef();
    scene->AddListener([&](const StageNotice&) { scene.GetOwner().reset(); });
    scene->AddListener([&](const StageNotice&) { order += "x"; });
    Editor editor(*scene);
    const Result<Prim> made = editor.DefinePrim(Path("/B"));
    REQUIRE(made);
    CHECK_FALSE(*made);
    CHECK_FALSE(stage);
    CHECK(order.empty());
    CHECK(root->HasSpec(Path("/B")));
  }
}

TEST_CASE("content that is transferred is told of by its differences") {
  const std::string text = "def \"A\"\n{\n    int x = 1\n    def \"B\"\n    {\n    }\n}\ndef \"C\"\n{\n}\n";
  Scene scene(text.c_str());
  Ear ear(*scene);
  const auto transfer = [&](const std::string& from, const std::string& to) {
    std::string other = text;
    if (!from.empty()) other.replace(other.find(from), from.size(), to);
    Scene source(other.c_str());
    scene->GetRootLayer()->TransferContent(*source->GetRootLayer());
    return ear.Take();
  };
  CHECK(transfer("", "") == "");
  CHECK(transfer("= 1", "= 2") == "info /A.x(default)\ncontents\n");
  CHECK(transfer("", "") == "info /A.x(default)\ncontents\n");
  CHECK(transfer("def \"C\"", "def \"D\"\n{\n}\ndef \"C\"") == "resync /D(specifier)\ncontents\n");
  CHECK(transfer("", "") == "resync /D\ncontents\n");
  CHECK(PathsOf(scene->Traverse()) == "/A /A/B /C");
}

TEST_CASE("where asset paths may lead elsewhere is told of when variables change") {
  Scene scene(
      {{"root.usda",
        "def \"A\" (\n    references = @ref.usda@</R>\n)\n{\n}\n"
        "def \"I\" (\n    instanceable = true\n    references = @ref.usda@</R>\n)\n{\n}\n"
        "def \"P\"\n{\n    def \"Q\" (\n        references = @ref.usda@</R/C>\n    )\n    {\n    }\n}\n"},
       {"ref.usda",
        "(\n    expressionVariables = {\n        string NAME = \"one\"\n    }\n)\n"
        "def \"R\"\n{\n    asset t = @`\"${NAME}.png\"`@\n    def \"C\"\n    {\n    }\n}\n"}});
  Ear ear(*scene);
  const auto set = [](const layer::LayerPtr& layer, const char* name) {
    Dictionary variables;
    variables.SetByKeyPath("NAME", Value(std::string(name)));
    REQUIRE(layer->SetField(Path::AbsoluteRoot(), Token("expressionVariables"), Value(std::move(variables))));
  };
  set(scene.At("/A").GetPrimStack().back().layer, "two");
  CHECK(ear.Take() ==
        "info /A(expressionVariables) /I(expressionVariables) /P/Q(expressionVariables)\n"
        "assets /A /I /P/Q\ncontents\n");
  // Those that are referenced have the variables of who references them: all of it is made anew, which
  // usd-core 26.11 does where variables are asked for alone.
  set(scene->GetRootLayer(), "three");
  CHECK(ear.Take() == "resync /(expressionVariables)\ncontents\n");

  Scene alone("def \"A\"\n{\n    asset t = @`\"${NAME}.png\"`@\n}\n");
  Ear other(*alone);
  set(alone->GetRootLayer(), "one");
  CHECK(other.Take() == "info /(expressionVariables)\nassets /\ncontents\n");
  set(alone->GetSessionLayer(), "two");
  CHECK(other.Take() == "info /(expressionVariables)\nassets /\ncontents\n");
  CHECK(alone.Attr("/A.t").GetAs<AssetPath>()->evaluated == "two.png");
}

TEST_CASE("edit targets, interpolation and masks are told of") {
  Scene scene({{"root.usda", kRoot}, {"sub.usda", kSub}, {"ref.usda", kRef}});
  Ear ear(*scene);
  const EditTarget target = scene->GetEditTargetForLocalLayer(scene->GetLayerStack().back());
  REQUIRE(scene->SetEditTarget(target));
  CHECK(ear.Take() == "target\n");
  REQUIRE(scene->SetEditTarget(target));
  CHECK(ear.Take().empty());
  CHECK_FALSE(scene->SetEditTarget({}));
  scene->SetInterpolationType(InterpolationType::kHeld);
  CHECK(ear.Take() == "resync /\ncontents\n");
  scene->SetPopulationMask(StagePopulationMask({Path("/K")}));
  CHECK(ear.Take() == "resync /\ncontents\n");
  CHECK(PathsOf(scene->TraverseAll()) == "/K /K/C");
}

TEST_CASE("deleted prims and moves that an editor of namespaces makes have types of their own") {
  Scene scene("def \"A\"\n{\n}\ndef \"D\"\n{\n}\n");
  std::string types;
  scene->AddListener([&](const StageNotice& notice) {
    if (!notice.objects) return;
    for (Path path : notice.objects->GetResyncedPaths()) {
      const auto type = notice.objects->GetPrimResyncType(path);
      types += path.GetString() + " " + std::string(GetPrimResyncTypeName(type.type)) + " " +
               type.associated.GetString() + ";";
    }
  });
  Editor editor(*scene);
  REQUIRE(editor.RemovePrim(Path("/D")));
  CHECK(types == "/D Delete ;");
  types.clear();
  {
    Stage::ChangeBlock block(*scene);
    scene->ExpectMoves({{Path("/A"), Path("/B")}});
    const layer::LayerPtr& root = scene->GetRootLayer();
    REQUIRE(root->CopySpec(*root, Path("/A"), Path("/B")));
    REQUIRE(root->DeleteSpec(Path("/A")));
  }
  CHECK(types == "/A RenameSource /B;/B RenameDestination /A;");
}

}  // namespace strata::stage
