#include "strata/validate/validate.h"

#include <nlohmann/json.hpp>

#include "tests/unit/stage/scene.h"

namespace strata::validate {

namespace {

using stage::Scene;
using Layers = std::initializer_list<std::pair<std::string, std::string>>;

stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

std::vector<Finding> Run(const Scene& scene, std::vector<std::string> names) {
  auto selected = ValidatorRegistry::GetBuiltIn()->Select(names);
  REQUIRE(selected);
  return Validate(StageScope(*scene), *selected);
}

// "Error at path" of each finding, joined by "; ".
std::string Describe(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    if (!text.empty()) text += "; ";
    text += finding.error.GetString();
    if (!finding.sites.empty()) text += " " + finding.sites.front().path.GetString();
  }
  return text;
}
std::string Check(Layers layers, const char* name) {
  const Scene scene(layers, WithSchemas());
  return Describe(Run(scene, {name}));
}
std::string Check(const std::string& text, const char* name) {
  return Check({{"root.usda", text}}, name);
}

constexpr const char* kToy = R"(
def Xform "Toy" (
    prepend apiSchemas = ["GeomMetricsAPI", "MaterialBindingAPI", "CollectionAPI:all"]
)
{
    uniform double metersPerUnit = 0.01
    rel material:binding = </Toy/Red>
    color3f[] primvars:displayColor = [(1, 0, 0)]
    rel skel:skeleton = </Toy/Skel>
    rel collection:all:includes = </Toy>
    def Material "Red" {
    }
    def Skeleton "Skel" {
    }
    def Xform "Arm" {
        def Cube "Hand" {
        }
    }
}
)";

}  // namespace

TEST_CASE("validators are found by name, suite and keyword; unknown names are refused with what was meant") {
  const auto& registry = *ValidatorRegistry::GetBuiltIn();
  CHECK(registry.Select({"usd"})->size() == 30);
  CHECK(registry.Select({"usd", "strata"})->size() == registry.Select({})->size());
  CHECK(registry.Select({"UsdPhysicsValidators"})->size() == 4);
  CHECK(registry.FindBySchemaType(Token("GeomSubset")).size() == 2);
  const auto wrong = registry.Select({"strataEffect:UnderInstanc"});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.GetError().hint == "Did you mean strataEffect:UnderInstance?");
}

TEST_CASE("hosts register validators and suites of their own") {
  ValidatorRegistry registry;
  Validator own{
      .name = Token("studio:NoCubes"), .documentation = "No cubes.", .schema_types = {Token("Cube")}};
  own.check_prim = [](const stage::Prim& prim, const StageScope&, Findings& findings) {
    findings.Error("Cube", {Site::Of(prim)}, "A cube.");
  };
  CHECK(registry.Register(own));
  CHECK_FALSE(registry.Register(own));
  Validator suite{.name = Token("studio"), .contains = {Token("studio:NoCubes")}};
  CHECK(registry.Register(suite));
  const Scene scene({{"root.usda", "def Cube \"C\" {\n}\ndef Sphere \"S\" {\n}\n"}}, WithSchemas());
  const auto findings = Validate(StageScope(*scene), *registry.Select({"studio"}));
  CHECK(Describe(findings) == "Cube /C");
  CHECK(findings[0].GetIdentifier() == "studio:NoCubes.Cube");
  CHECK(ValidatePrims(StageScope(*scene), {scene.At("/S")}, *registry.Select({"studio"})).empty());
}

TEST_CASE("M-19 root prims say their metrics, metadata agrees, values can be") {
  const char* name = "strataMetrics:RootPrimMetrics";
  CHECK(Check("(\n    metersPerUnit = 1\n)\ndef Xform \"A\" {\n}\n", name) == "MissingGeomMetrics /A");
  const std::string sound =
      "def Xform \"A\" (\n    prepend apiSchemas = [\"GeomMetricsAPI\", \"SceneAPI\"]\n)\n{\n    uniform "
      "double "
      "metersPerUnit = 0.01\n    uniform token upAxis = \"Z\"\n";
  CHECK(Check("(\n    metersPerUnit = 0.01\n)\n" + sound + "}\n", name).empty());
  CHECK(Check("(\n    metersPerUnit = 1\n)\n" + sound + "}\n", name) == "ConflictingMetadata /A");
  CHECK(Check(sound + "    uniform timecode startTimeCode = 5\n    uniform timecode endTimeCode = 4\n}\n",
              name) == "InvalidTimeRange /A");
  CHECK(Check("def Xform \"A\" (\n    prepend apiSchemas = [\"GeomMetricsAPI\"]\n)\n{\n    uniform double "
              "metersPerUnit = 0\n    uniform token upAxis = \"X\"\n}\n",
              name) == "InvalidUnit /A.metersPerUnit; InvalidUpAxis /A.upAxis; MissingGeomMetrics /A");
  // OpenUSD's own check is content with a default prim that says it.
  CHECK(Check("(\n    defaultPrim = \"A\"\n)\n" + sound + "}\n", "usdGeomValidators:StageMetadataChecker")
            .empty());
}

TEST_CASE("metadata of layers that cannot be is found") {
  const char* name = "strataMetrics:LayerMetadata";
  CHECK(Check("(\n    upAxis = \"X\"\n    metersPerUnit = 0\n    timeCodesPerSecond = -1\n    "
              "startTimeCode = 5\n    endTimeCode = 1\n)\n",
              name) == "InvalidUnit ; InvalidRate ; InvalidUpAxis ; InvalidTimeRange ");
  CHECK(
      Check("(\n    upAxis = \"Z\"\n    metersPerUnit = 1\n    timeCodesPerSecond = 24\n)\n", name).empty());
}

TEST_CASE("layers that mean other units than what they are put into are found") {
  const std::string centimetres = "(\n    metersPerUnit = 0.01\n)\ndef Xform \"A\" {\n}\n";
  CHECK(Check({{"root.usda", "(\n    metersPerUnit = 1\n    subLayers = [@weak.usda@]\n)\n"},
               {"weak.usda", centimetres}},
              "strataMetrics:Sublayers") == "MixedSublayers ");
  const char* name = "strataMetrics:References";
  const std::string reference =
      "(\n    metersPerUnit = 1\n)\ndef Xform \"A\" (\n    references = @asset.usda@</A>\n";
  CHECK(Check({{"root.usda", reference + ")\n{\n}\n"}, {"asset.usda", centimetres}}, name) ==
        "Unconverted /A");
  CHECK(Check({{"root.usda", reference +
                                 ")\n{\n    double3 xformOp:scale:unitsResolve = (0.01, 0.01, 0.01)\n    "
                                 "uniform token[] xformOpOrder = [\"xformOp:scale:unitsResolve\"]\n}\n"},
               {"asset.usda", centimetres}},
              name)
            .empty());
  CHECK(Check({{"root.usda", reference +
                                 "    prepend apiSchemas = [\"GeomMetricsAPI\"]\n)\n{\n    uniform double "
                                 "metersPerUnit = 0.01\n}\n"},
               {"asset.usda", centimetres}},
              name)
            .empty());
}

TEST_CASE("a node of MaterialX that is not registered is remarked, no error") {
  const std::string shader = "def Shader \"S\" {\n    uniform token info:id = \"";
  const char* name = "usdShadeValidators:ShaderSdrCompliance";
  CHECK(Check(shader + "ND_image_color3\"\n}\n", name) == "UncheckedMaterialX /S.info:id");
  CHECK(Check(shader + "Nonesuch\"\n}\n", name) == "MissingShaderIdInRegistry /S.info:id");
}

TEST_CASE("a corrective that no longer fits its asset is found") {
  const std::string text =
      "(\n    metersPerUnit = 1\n    upAxis = \"Y\"\n)\ndef Xform \"A\" (\n    references = "
      "@asset.usda@</A>\n)\n{\n    "
      "double3 xformOp:scale:unitsResolve = (0.01, 0.01, 0.01)\n    double xformOp:rotateX:unitsResolve = "
      "-90\n    "
      "uniform token[] xformOpOrder = [\"xformOp:rotateX:unitsResolve\", "
      "\"xformOp:scale:unitsResolve\"]\n}\n";
  const char* name = "strataMetrics:UnitsResolve";
  CHECK(Check({{"root.usda", text},
               {"asset.usda", "(\n    metersPerUnit = 0.01\n    upAxis = \"Z\"\n)\ndef Xform \"A\" {\n}\n"}},
              name)
            .empty());
  CHECK(Check({{"root.usda", text},
               {"asset.usda", "(\n    metersPerUnit = 0.1\n    upAxis = \"Y\"\n)\ndef Xform \"A\" {\n}\n"}},
              name) ==
        "StaleCorrective /A.xformOp:rotateX:unitsResolve; StaleCorrective /A.xformOp:scale:unitsResolve");
}

TEST_CASE("a reference below a root prim names each thing that it leaves behind") {
  const char* name = "strataReferences:SubRootReference";
  const Scene scene({{"root.usda",
                      "(\n    metersPerUnit = 1\n)\ndef Xform \"Hand\" (\n    references = "
                      "@toy.usda@</Toy/Arm/Hand>\n)\n{\n}\n"
                      "def Xform \"Whole\" (\n    references = @toy.usda@</Toy>\n)\n{\n}\n"},
                     {"toy.usda", kToy}},
                    WithSchemas());
  const auto findings = Run(scene, {name});
  CHECK(Describe(findings) ==
        "LostMaterialBinding /Hand; LostMetrics /Hand; LostPrimvar /Hand; LostSkeletonBinding /Hand; "
        "LostCollection "
        "/Hand");
  CHECK(findings[0].message.find("</Toy.material:binding>") != std::string::npos);
  CHECK(findings[2].message.find("</Toy.primvars:displayColor>") != std::string::npos);
}

TEST_CASE("what the referencing scene says itself is not lost") {
  CHECK(Check({{"root.usda",
                "(\n    metersPerUnit = 0.01\n)\ndef Xform \"Set\" (\n    prepend apiSchemas = "
                "[\"MaterialBindingAPI\"]\n"
                ")\n{\n    rel material:binding = </Blue>\n    rel skel:skeleton = </Blue>\n    color3f[] "
                "primvars:displayColor = [(0, 0, 1)]\n    def Xform \"Hand\" (\n        references = "
                "@toy.usda@</Toy/Arm/Hand>\n    )\n    {\n    }\n}\ndef Material \"Blue\" {\n}\n"},
               {"toy.usda", kToy}},
              "strataReferences:SubRootReference") == "LostCollection /Set/Hand");
}

TEST_CASE("opinions under an instance have no effect") {
  CHECK(Check("def Xform \"P\" {\n    def Cube \"C\" {\n    }\n}\ndef \"I\" (\n    instanceable = true\n    "
              "references = "
              "</P>\n)\n{\n    over \"C\" {\n        double size = 3\n    }\n}\n",
              "strataEffect:UnderInstance") == "UnderInstance /I/C");
}

TEST_CASE("an over of nothing is found, with the name that was meant") {
  const Scene scene({{"root.usda",
                      "def Xform \"World\" {\n    def Cube \"Table\" {\n    }\n    over \"Tabel\" {\n        "
                      "over \"Leg\" {\n"
                      "        }\n    }\n}\nover \"Base\" {\n}\ndef Xform \"Uses\" (\n    references = "
                      "</Base>\n)\n{\n}\n"}},
                    WithSchemas());
  const auto findings = Run(scene, {"strataEffect:OverOfNothing"});
  CHECK(Describe(findings) == "OverOfNothing /World/Tabel");
  CHECK(findings[0].remedy == "Did you mean Table?");
}

TEST_CASE("properties that nobody knows are found, custom ones left alone") {
  const Scene scene(
      {{"root.usda",
        "def Sphere \"S\" {\n    double raduis = 2\n    custom double mine = 1\n    double userProperties:x "
        "= 1\n    double zzz = 1\n}\ndef \"Untyped\" {\n    double any = 1\n}\n"}},
      WithSchemas());
  const auto findings = Run(scene, {"strataEffect:UnknownProperty"});
  CHECK(Describe(findings) == "UnknownProperty /S.raduis; UnknownProperty /S.zzz");
  CHECK(findings[0].remedy == "Did you mean radius?");
  CHECK(findings[0].type == FindingType::kWarning);
  CHECK(findings[1].type == FindingType::kInfo);
}

TEST_CASE("variant selections that select nothing are found") {
  const std::string set =
      "    variantSet \"v\" = {\n        \"a\" {\n        }\n        \"b\" {\n        }\n    }\n}\n";
  CHECK(Check({{"root.usda", Scene::Sublayers({"strong.usda", "weak.usda"})},
               {"strong.usda", "over \"A\" (\n    variants = {\n        string v = \"a\"\n    }\n)\n{\n}\n"},
               {"weak.usda",
                "def \"A\" (\n    prepend variantSets = \"v\"\n    variants = {\n        string v = \"b\"\n"
                "        string nope = \"x\"\n    }\n)\n{\n" +
                    set}},
              "strataEffect:VariantSelection") == "SelectionOfNoSet /A; WeakerSelection /A");
  CHECK(Check("def \"A\" (\n    prepend variantSets = \"v\"\n    variants = {\n        string v = \"c\"\n    "
              "}\n)\n{\n" +
                  set,
              "strataEffect:VariantSelection") == "SelectionOfNoVariant /A");
}

TEST_CASE("list edits that delete nothing are found") {
  CHECK(Check({{"root.usda", Scene::Sublayers({"strong.usda", "weak.usda"})},
               {"strong.usda",
                "over \"A\" (\n    delete references = [@b.usda@</X>, @c.usda@</C>]\n    delete apiSchemas = "
                "[\"CollectionAPI:c\"]\n)\n{\n    delete rel r = </Nowhere>\n    delete rel s = </A>\n}\n"},
               {"weak.usda",
                "def \"A\" (\n    prepend references = [@b.usda@</B>, @c.usda@</C>]\n)\n{\n    rel s = "
                "</A>\n}\n"},
               {"b.usda", "def \"B\" (\n    prepend apiSchemas = [\"CollectionAPI:c\"]\n)\n{\n}\n"}},
              "strataEffect:DeletesNothing") == "DeletesNothing /A; DeletesNothing /A.r");
}

TEST_CASE("targets and connections that are not there are found") {
  CHECK(Check("def Xform \"A\" (\n    prepend apiSchemas = [\"CollectionAPI:c\"]\n)\n{\n    rel r = [</A>, "
              "</B>, </A.x>, "
              "</A.collection:c>]\n    float x = 1\n    float y.connect = </A.nope>\n}\n",
              "strataEffect:UnreachableTarget") == "UnreachableTarget /A.r; UnreachableTarget /A.y");
}

TEST_CASE("defaults that samples hide at all times are found") {
  CHECK(Check({{"root.usda", Scene::Sublayers({"strong.usda", "weak.usda"})},
               {"strong.usda",
                "over \"A\" {\n    float x.timeSamples = {\n        1: 1,\n    }\n    float y = 1\n}\n"},
               {"weak.usda",
                "def \"A\" {\n    float x = 2\n    float y.timeSamples = {\n        1: 1,\n    }\n}\n"}},
              "strataEffect:ShadowedDefault") == "ShadowedDefault /A.x");
}

TEST_CASE("the fixer of bindings applies the schema, where the edit target says") {
  const Scene scene(
      {{"root.usda", "def Cube \"C\" {\n    rel material:binding = </M>\n}\ndef Material \"M\" {\n}\n"}},
      WithSchemas());
  const std::vector<std::string> name = {"usdShadeValidators:MaterialBindingApiAppliedValidator"};
  const auto findings = Run(scene, name);
  REQUIRE(findings.size() == 1);
  stage::Editor editor(*scene);
  Diagnostics remarks;
  CHECK(Fix(findings, *ValidatorRegistry::GetBuiltIn(), *scene, editor, remarks).size() == 1);
  CHECK(remarks.IsEmpty());
  CHECK(scene.At("/C").HasAPI(Token("MaterialBindingAPI")));
  CHECK(Run(scene, name).empty());
}

TEST_CASE("a baseline accepts what is known, as often as it is known") {
  const Scene scene(
      {{"root.usda", "def Cube \"C\" {\n    rel material:binding = </M>\n    rel other = </N>\n}\n"}},
      WithSchemas());
  const auto findings = Run(scene, {"strataEffect:UnreachableTarget"});
  REQUIRE(findings.size() == 2);
  const Baseline one({findings[0]});
  const auto back = Baseline::Parse(one.Write(), "baseline.json");
  REQUIRE(back);
  const auto fresh = back->Filter(findings);
  REQUIRE(fresh.size() == 1);
  CHECK(fresh[0].sites == findings[1].sites);
  CHECK(back->Filter({findings[0], findings[0]}).size() == 1);
  CHECK_FALSE(Baseline::Parse("[]", "x"));
  CHECK_FALSE(Baseline::Parse("{\"accepted\": {\"a\": -1}}", "x"));
}

TEST_CASE("SARIF has a rule for each kind of finding and a location for each site") {
  const Scene scene({{"root.usda", "def Cube \"C\" {\n    rel material:binding = </M>\n}\n"}}, WithSchemas());
  const auto selected = *ValidatorRegistry::GetBuiltIn()->Select({"strataEffect:UnreachableTarget"});
  const auto sarif =
      nlohmann::json::parse(WriteSarif(Validate(StageScope(*scene), selected), selected, "a b.usda", "1"));
  CHECK(sarif["version"] == "2.1.0");
  const auto& run = sarif["runs"][0];
  CHECK(run["tool"]["driver"]["rules"][0]["id"] == "strataEffect:UnreachableTarget.UnreachableTarget");
  CHECK(run["results"][0]["level"] == "warning");
  const auto& location = run["results"][0]["locations"][0];
  CHECK(location["physicalLocation"]["artifactLocation"]["uri"] == "a%20b.usda");
  CHECK(location["logicalLocations"][0]["fullyQualifiedName"] == "/C.material:binding");
}

}  // namespace strata::validate
