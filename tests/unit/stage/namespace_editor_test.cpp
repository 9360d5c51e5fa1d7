#include "strata/stage/namespace_editor.h"

#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

std::string TextOf(const layer::LayerPtr& layer) {
  auto text = layer->ExportToString();
  return text ? *text : "no text";
}

// The text of the scene's root layer after an edit; why not, where it cannot be made.
std::string Edit(const Scene& scene, const char* from, const char* to,
                 NamespaceEditor::Relocates relocates = NamespaceEditor::Relocates::kAuthor) {
  NamespaceEditor editor(*scene, relocates);
  const Path path(from), target(to);
  const bool deletes = target.IsEmpty();
  Result<void> asked = path.IsPrimProperty() ? deletes ? editor.DeletePropertyAtPath(path)
                                                       : editor.MovePropertyAtPath(path, target)
                       : deletes ? editor.DeletePrimAtPath(path)
                                             : editor.MovePrimAtPath(path, target);
  if (!asked) return asked.GetError().message;
  const NamespacePlan plan = editor.Plan();
  if (!plan.CanApply()) return plan.errors.front();
  auto done = editor.ApplyEdits();
  return done ? TextOf(scene->GetRootLayer()) : done.GetError().message;
}

bool Has(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

const char* const kPlain = R"((
    defaultPrim = "A"
)
def "A" {
    def "B" {
        double x = 1
        double x.connect = </A/B.y>
        rel r = [</A/B>, </A/B/C>, </A>]
        def "C" {
        }
    }
    def "Last" {
    }
}
def "D" (references = </A/B>
    prepend inherits = </A/B/C>) {
    pathExpression e = "/A/B//* /A/C"
})";

// A over a reference; what the root layer says of it stands in `body`.
Scene Referencing(const std::string& body) {
  return Scene{{"root.usda", "def \"A\" (references = @ref.usda@</R>) {\n" + body + "\n}\ndef \"B\" {\n}\n"},
               {"ref.usda", R"(
def "R" {
    double x = 1
    def "C" {
        def "D" {
        }
    }
    def "F" {
    }
})"}};
}

}  // namespace

TEST_CASE("a renamed prim keeps its place, and all paths to it follow") {
  const Scene scene(kPlain);
  const std::string text = Edit(scene, "/A/B", "/A/N");
  CHECK(Join(scene.At("/A").GetAllChildrenNames()) == "N Last");
  CHECK(Has(text, "references = </A/N>"));
  CHECK(Has(text, "prepend inherits = </A/N/C>"));
  CHECK(Has(text, "double x.connect = </A/N.y>"));
  CHECK(Has(text, "</A/N/C>,\n            </A>,"));
  CHECK(Has(text, "pathExpression e = \"/A/N//* /A/C\""));
  CHECK(!Has(text, "/A/B"));
}

TEST_CASE("a default prim follows, also one that is not a root prim") {
  CHECK(Has(Edit(Scene(kPlain), "/A", "/M"), "defaultPrim = \"M\""));
  CHECK(!Has(Edit(Scene(kPlain), "/A", ""), "defaultPrim"));
  const Scene nested("(\n    defaultPrim = \"A/B\"\n)\ndef \"A\" {\n    def \"B\" {\n    }\n}\n");
  Edit(nested, "/A/B", "/A/C");
  CHECK(nested->GetDefaultPrim().GetPath() == Path("/A/C"));
}

TEST_CASE("what points to a deleted object points there no more") {
  const std::string text = Edit(Scene(kPlain), "/A/B", "");
  CHECK(Has(text, "references = None"));
  CHECK(Has(text, "pathExpression e = \"/A/C\""));
  CHECK(!Has(text, "/A/B"));
  CHECK(Has(Edit(Scene(kPlain), "/A/B.x", ""), "rel r"));
}

TEST_CASE("a moved prim comes last in its new parent, and empty overs are left nowhere") {
  const Scene scene({{"root.usda",
                      "(\n    subLayers = [@sub.usda@]\n)\ndef \"A\" {\n    def \"B\" {\n    }\n}\n"
                      "def \"D\" {\n    def \"E\" {\n    }\n}\n"},
                     {"sub.usda", "over \"A\" {\n    over \"B\" {\n        int z = 3\n    }\n}\n"}});
  const std::string text = Edit(scene, "/A/B", "/D/K");
  CHECK(text.find("def \"E\"") < text.find("def \"K\""));
  const layer::LayerPtr sublayer = scene->GetLayerStack().at(2);
  CHECK(!sublayer->HasSpec(Path("/A")));
  CHECK(sublayer->HasSpec(Path("/D/K.z")));
}

TEST_CASE("what comes over arcs of ancestors is relocated") {
  const Scene scene =
      Referencing("    over \"C\" {\n        int z = 1\n    }\n    rel q = [</A/C>, </A/C/D>]");
  const std::string text = Edit(scene, "/A/C", "/A/N");
  CHECK(Has(text, "</A/C>: </A/N>"));
  CHECK(Has(text, "over \"N\""));
  CHECK(Has(text, "</A/N/D>"));
  CHECK(scene.At("/A/N/D"));
  CHECK(!scene.At("/A/C"));
}

TEST_CASE("relocates follow further edits, and go when their prim is back") {
  const Scene scene = Referencing("");
  Edit(scene, "/A/C", "/A/N");
  CHECK(Has(Edit(scene, "/A/N/D", "/A/N/E"), "</A/N/D>: </A/N/E>"));
  const std::string moved = Edit(scene, "/A/N", "/A/P");
  CHECK(Has(moved, "</A/C>: </A/P>"));
  CHECK(Has(moved, "</A/P/D>: </A/P/E>"));
  CHECK(Has(Edit(scene, "/A", "/AA"), "</AA/C>: </AA/P>"));
  CHECK(Has(Edit(scene, "/AA/P/E", "/AA/P/D"), "relocates = {\n        </AA/C>: </AA/P>\n    }"));
  CHECK(Has(Edit(scene, "/AA/P", ""), "</AA/C>: <>"));
  CHECK(Edit(scene, "/B", "/AA/C") ==
        "The new path is a prohibited child of its parent path because of existing relocates.");
}

TEST_CASE("relocates are refused where they are not wanted, and for properties") {
  const Scene scene = Referencing("");
  CHECK(Edit(scene, "/A/C", "/A/N", NamespaceEditor::Relocates::kRefuse) ==
        "The prim to edit requires authoring relocates since it composes opinions introduced by ancestral "
        "composition arcs; relocates authoring must be enabled to perform this edit");
  CHECK(
      Edit(scene, "/A.x", "/A.w") ==
      "The property to edit requires authoring relocates since it composes opinions introduced by ancestral "
      "composition arcs; authoring relocates is not supported for properties");
}

TEST_CASE("what speaks of an object over arcs moves with it") {
  const Scene scene(R"(
def "A" {
    int w
    def "B" {
    }
}
def "U" (references = </A>) {
    int w = 2
    over "B" {
        int z = 1
    }
    rel r = [</U/B>, </U.w>]
}
def "V" (inherits = </U>) {
    over "B" {
        int k = 1
    }
    rel r = </V/B>
})");
  const std::string text = Edit(scene, "/A/B", "/A/N");
  CHECK(!Has(text, "\"B\""));
  CHECK(Has(text, "</U/N>"));
  CHECK(Has(text, "</V/N>"));
  CHECK(scene.Attr("/V/N.k").IsDefined());
  const std::string renamed = Edit(scene, "/A.w", "/A.y");
  CHECK(Has(renamed, "</U.y>"));
  CHECK(scene.Attr("/V.y").GetAs<int>() == 2);
}

TEST_CASE("opinions that others need stay, which is told") {
  const Scene scene({{"root.usda", R"(
def "A" {
    def "B" {
    }
}
def "U" (references = [</A>, @ref.usda@</R>]) {
    over "B" {
        int z = 1
    }
})"},
                     {"ref.usda", "def \"R\" {\n    def \"B\" {\n    }\n}\n"}});
  NamespaceEditor editor(*scene);
  REQUIRE(editor.MovePrimAtPath(Path("/A/B"), Path("/A/K")));
  const NamespacePlan plan = editor.Plan();
  REQUIRE(plan.warnings.size() == 1);
  CHECK(Has(plan.warnings[0], "/U/B"));
  REQUIRE(editor.ApplyEdits());
  CHECK(scene.Attr("/U/B.z").IsDefined());
  CHECK(scene.At("/A/K"));
}

TEST_CASE("stages that have the layers over arcs follow") {
  const Scene scene(
      {{"root.usda", "def \"A\" {\n    def \"B\" {\n        int x\n    }\n}\n"}, {"top.usda", R"(
def "T" (references = @root.usda@</A>) {
    over "B" {
        int z = 1
    }
    rel r = </T/B.x>
}
def "T2" (references = @root.usda@</A/B>) {
})"}});
  Diagnostics remarks;
  const StagePtr top = *Stage::Open(scene->GetLayerRegistry(), "top.usda", {}, remarks);
  NamespaceEditor editor(*scene);
  editor.AddDependentStage(*top);
  REQUIRE(editor.MovePrimAtPath(Path("/A/B"), Path("/A/K")));
  const auto done = editor.ApplyEdits();
  REQUIRE(done);
  CHECK(top->GetAttributeAtPath(Path("/T/K.z")).IsDefined());
  CHECK(top->GetAttributeAtPath(Path("/T2.x")).IsDefined());
  CHECK(Join(top->GetRelationshipAtPath(Path("/T.r")).GetTargets()) == "/T/K.x");
  REQUIRE(done->GetInverse().Apply());
  CHECK(top->GetAttributeAtPath(Path("/T/B.z")).IsDefined());
}

TEST_CASE("a plan changes nothing, and an edit is undone by its inverse") {
  const Scene scene = Referencing("    over \"C\" {\n        int z = 1\n    }\n    rel q = </A/C>");
  const std::string before = TextOf(scene->GetRootLayer());
  NamespaceEditor editor(*scene);
  REQUIRE(editor.MovePrimAtPath(Path("/A/C"), Path("/B/C")));
  const NamespacePlan plan = editor.Plan();
  CHECK(plan.steps.size() == 3);  // the target, the relocate, the over
  CHECK(plan.GetLayersToEdit() == std::vector<layer::LayerPtr>{scene->GetRootLayer()});
  CHECK(TextOf(scene->GetRootLayer()) == before);
  const auto done = editor.ApplyEdits();
  REQUIRE(done);
  CHECK(scene.At("/B/C/D"));
  REQUIRE(done->GetInverse().Apply());
  CHECK(TextOf(scene->GetRootLayer()) == before);
  CHECK(scene.At("/A/C/D"));
}

TEST_CASE("one notice tells of a rename") {
  const Scene scene(kPlain);
  std::vector<std::string> told;
  scene->AddListener([&](const StageNotice& notice) {
    if (notice.objects)
      told.emplace_back(GetPrimResyncTypeName(notice.objects->GetPrimResyncType(Path("/A/N")).type));
  });
  Edit(scene, "/A/B", "/A/N");
  CHECK(told == std::vector<std::string>{"RenameDestination"});
}

TEST_CASE("edits that cannot be made are refused as usd-core refuses them") {
  const Scene scene(R"(
def "A" {
    def "B" {
        int x
    }
}
def "D" {
}
def "I" (instanceable = true
    references = </A>) {
})");
  CHECK(Edit(scene, "/X", "/Y") == "The prim to edit is not a valid prim");
  CHECK(Edit(scene, "/A", "/D") == "An object already exists at the new path");
  CHECK(Edit(scene, "/A", "/A/B/Q") == "The new parent prim is a descendant of the prim to move");
  CHECK(Edit(scene, "/A", "/A/Q") == "The new parent prim is the same as the prim to move");
  CHECK(Edit(scene, "/A/B", "/Nope/B") == "The new parent prim is not a valid prim");
  CHECK(Edit(scene, "/A/B.y", "/A/B.z") == "The property to edit is not a valid property");
  CHECK(Edit(scene, "/I/B", "/I/C") ==
        "The prim to edit is a prototype proxy descendant of an instance prim");
  CHECK(Edit(scene, "/D", "/I/C") ==
        "The new parent prim is an instance prim whose children are provided exclusively by its prototype");
  CHECK(Edit(scene, "/I/B.x", "/I/B.y") == "The property to edit belongs to an instance prototype proxy");
  NamespaceEditor editor(*scene);
  CHECK(!editor.MovePrimAtPath(Path("/A.x"), Path("/B")));
  CHECK(!editor.MovePropertyAtPath(Path("/A/B.x"), Path("/B")));
  CHECK(!editor.ApplyEdits());
  CHECK(editor.Plan().errors.front() == "There is no edit to apply");
}

}  // namespace strata::stage
