#include "strata/domain/metrics.h"

#include <fmt/format.h>

#include "strata/domain/metrics_editing.h"
#include "strata/domain/xformable.h"
#include "strata/layer/fields.h"
#include "strata/math/transform.h"
#include "strata/stage/editor.h"
#include "tests/unit/stage/scene.h"

// A case for each rule M-01 to M-22 of metrics that compose.
namespace strata::domain {

namespace {

using stage::Scene;

stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

using Layers = std::initializer_list<std::pair<std::string, std::string>>;

Scene Open(Layers layers) {
  return Scene(layers, WithSchemas());
}
Scene Open(const std::string& text) {
  return Scene(text, WithSchemas());
}

std::string Source(const MetricSource& source) {
  if (source.origin == MetricOrigin::kPrim) return source.attribute.GetString();
  if (source.origin == MetricOrigin::kStageMetadata) return source.layer->GetDisplayName();
  return "fallback";
}
template <class T>
std::string Said(const Metric<T>& metric) {
  if constexpr (std::is_same_v<T, Token>) {
    return metric.value.GetString() + " by " + Source(metric.source);
  } else {
    return fmt::format("{} by {}", metric.value, Source(metric.source));
  }
}

// A stage over text, with a session layer.
struct WithSession {
  WithSession(const std::string& root, const std::string& session) {
    auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
    resolver->Put("root.usda", "#usda 1.0\n" + root);
    resolver->Put("sub.usda", "#usda 1.0\n(\n    metersPerUnit = 7\n    upAxis = \"Z\"\n)\n");
    registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                            {format::text::MakeUsdaFormat()});
    stage::OpenOptions options = WithSchemas();
    Diagnostics remarks;
    options.session = registry->ImportFromString("#usda 1.0\n" + session, "session", remarks);
    stage = *stage::Stage::Open(registry, "root.usda", options, remarks);
  }
  std::shared_ptr<layer::LayerRegistry> registry;
  stage::StagePtr stage;
};

constexpr const char* kGram = R"((
    defaultPrim = "Toy"
)
def Xform "Toy" (
    prepend apiSchemas = ["GeomMetricsAPI", "PhysicsMetricsAPI", "SceneAPI"]
)
{
    uniform double metersPerUnit = 0.01
    uniform token upAxis = "Y"
    uniform double kilogramsPerUnit = 0.001
    uniform timecode startTimeCode = 0
    uniform timecode endTimeCode = 24
    def Xform "Arm"
    {
        def Cube "Hand" {
        }
    }
}
)";

}  // namespace

TEST_CASE("M-01 advisory metadata is readable and composes nothing") {
  const Scene scene = Open(
      "(\n    \"about\"\n    customLayerData = {\n        int a = 1\n    }\n    framesPerSecond = 30\n)\n"
      "def Xform \"A\" {\n}\n");
  CHECK(scene->GetMetadata(Token("comment")) == Value(std::string("about")));
  CHECK(scene->GetMetadataByDictKey(Token("customLayerData"), "a") == Value(1));
  CHECK(scene->GetFramesPerSecond() == 30);
  CHECK(stage::PathsOf(scene->TraverseAll()) == "/A");
}

TEST_CASE("M-02 the default prim may be a path") {
  const Scene scene = Open("(\n    defaultPrim = \"A/B\"\n)\ndef \"A\" {\n    def \"B\" {\n    }\n}\n");
  CHECK(scene->GetRootLayer()->GetDefaultPrimAsPath() == Path("/A/B"));
  CHECK(scene->GetDefaultPrim().GetPath() == Path("/A/B"));
}

TEST_CASE("M-03 stage metadata is the session layer over the root layer, sublayers aside") {
  const WithSession open(
      "(\n    metersPerUnit = 0.1\n    subLayers = [@sub.usda@]\n)\ndef Xform \"A\" {\n}\n",
      "(\n    metersPerUnit = 3\n)\n");
  const stage::Prim prim = open.stage->GetPrimAtPath(Path("/A"));
  CHECK(Said(ComputeMetersPerUnit(prim)) == "3 by session");
  CHECK(Said(GetStageMetersPerUnit(*open.stage)) == "3 by session");
  CHECK(Said(ComputeUpAxis(prim)) == "Y by fallback");
  REQUIRE(open.stage->MuteLayer(open.stage->GetSessionLayer()->GetIdentifier()));
  CHECK(GetStageMetersPerUnit(*open.stage).value == 0.1);
}

TEST_CASE("M-04 fallbacks hold where nobody speaks") {
  const Scene scene = Open("(\n    framesPerSecond = 30\n)\ndef Xform \"A\" {\n}\n");
  const stage::Prim prim = scene.At("/A");
  CHECK(Said(ComputeMetersPerUnit(prim)) == "0.01 by fallback");
  CHECK(Said(ComputeUpAxis(prim)) == "Y by fallback");
  CHECK(Said(ComputeKilogramsPerUnit(prim)) == "1 by fallback");
  CHECK(Said(ComputeTimeCodeRange(prim).start) == "0 by fallback");
  CHECK(scene->HasMetadata(Token("metersPerUnit")));
  CHECK_FALSE(StageHasAuthoredMetersPerUnit(*scene));
  CHECK_FALSE(StageHasAuthoredKilogramsPerUnit(*scene));
  CHECK(scene->GetTimeCodesPerSecond() == 30);
  CHECK_FALSE(scene->HasAuthoredTimeCodeRange());
}

TEST_CASE("M-05 stage metadata is written in the root or session layer only") {
  const Scene scene = Open({{"root.usda", Scene::Sublayers({"sub.usda"})}, {"sub.usda", ""}});
  const layer::LayerPtr sub = scene->GetLayerStack().back();
  stage::Editor editor(*scene, stage::EditTarget(sub));
  CHECK_FALSE(editor.SetMetadata(Path("/"), Token("metersPerUnit"), Value(1.0)));
  CHECK_FALSE(sub->GetField(Path("/"), Token("metersPerUnit")));
}

TEST_CASE("M-06 and C-05 the colour configuration is global: session over root, never by reference") {
  const WithSession open("(\n    colorConfiguration = @root.ocio@\n    colorManagementSystem = \"a\"\n)\n",
                         "(\n    colorConfiguration = @session.ocio@\n)\n");
  CHECK(GetColorConfiguration(*open.stage).configuration.authored == "session.ocio");
  CHECK(GetColorConfiguration(*open.stage).management_system == Token("a"));
  const Scene scene = Open({{"root.usda", "def \"A\" (\n    references = @b.usda@</B>\n)\n{\n}\n"},
                            {"b.usda", "(\n    colorManagementSystem = \"b\"\n)\ndef \"B\" {\n}\n"}});
  CHECK(GetColorConfiguration(*scene).management_system.IsEmpty());
  CHECK(GetColorConfiguration(*scene, {AssetPath("x"), Token("y")}).management_system == Token("y"));
}

TEST_CASE("M-07 layer metadata is read without the prims, whatever they are") {
  const Scene scene =
      Open({{"root.usda", ""}, {"asset.usda", "(\n    upAxis = \"Z\"\n)\ndef Xform \"A\" {{{{\n"}});
  Diagnostics remarks;
  layer::OpenOptions options;
  options.scope = layer::ReadScope::kMetadataOnly;
  const layer::LayerPtr layer =
      scene->GetLayerRegistry()->FindOrOpen("asset.usda", nullptr, options, remarks);
  REQUIRE(layer);
  const MetricDefinition& axis = MetricTable::GetStandard().GetAll()[MetricTable::kUpAxis];
  CHECK(ComputeLayerMetric(layer, axis).value == Value(Token("Z")));
  CHECK_FALSE(scene->GetLayerRegistry()->FindOrOpen("asset.usda", nullptr, {}, remarks));
}

TEST_CASE("M-08 every field of layers that metrics fall back to is registered") {
  const layer::FieldRegistry& fields = layer::FieldRegistry::GetBuiltIn();
  for (const MetricDefinition& definition : MetricTable::GetStandard().GetAll()) {
    if (definition.stage_field.IsEmpty()) continue;
    const layer::FieldDefinition* field = fields.Find(definition.stage_field);
    REQUIRE(field);
    CHECK(field->on_layer);
  }
}

TEST_CASE("M-09 fallbackPrimTypes give a prim of an unknown type the schemas of a known one") {
  const Scene scene = Open(
      "(\n    fallbackPrimTypes = {\n        token[] Foo = [\"Bar\", \"Sphere\"]\n    }\n)\n"
      "def Foo \"X\" {\n}\n");
  CHECK(scene.At("/X").GetTypeName() == Token("Foo"));
  CHECK(scene.At("/X").GetSchemaType() == Token("Sphere"));
  CHECK(scene.Attr("/X.radius").GetAs<double>() == 1.0);
}

TEST_CASE("M-10 the time range of a scene is mapped through arcs") {
  const char* clip = R"((
    timeCodesPerSecond = 48
)
def Xform "Clip" (
    prepend apiSchemas = ["SceneAPI"]
)
{
    uniform timecode startTimeCode = 0
    uniform timecode endTimeCode = 10
}
)";
  const Scene scene =
      Open({{"root.usda",
             "(\n    timeCodesPerSecond = 24\n    endTimeCode = 100\n    subLayers = [\n        @sub.usda@ "
             "(offset = 10; scale = 2)\n    ]\n)\ndef Xform \"A\" (\n    references = @clip.usda@</Clip> "
             "(offset = 5)\n)\n{\n}\ndef Xform \"B\" {\n}\n"},
            {"sub.usda",
             "(\n    timeCodesPerSecond = 12\n)\ndef Xform \"S\" (\n    prepend apiSchemas = [\"SceneAPI\"]\n"
             ")\n{\n    uniform timecode startTimeCode = 12\n}\n"},
            {"clip.usda", clip}});
  CHECK(Said(ComputeTimeCodeRange(scene.At("/A")).start) == "5 by /A.startTimeCode");
  CHECK(Said(ComputeTimeCodeRange(scene.At("/A")).end) == "10 by /A.endTimeCode");
  CHECK(Said(ComputeTimeCodeRange(scene.At("/S")).start) == "58 by /S.startTimeCode");
  CHECK(Said(ComputeTimeCodeRange(scene.At("/S")).end) == "100 by root.usda");
}

TEST_CASE("M-11 and M-12 the schemas declare uniform attributes without fallbacks") {
  const auto registry = schema::Registry::GetBuiltIn();
  for (const auto& [name, attribute, type] : {std::tuple("GeomMetricsAPI", "metersPerUnit", "double"),
                                              std::tuple("GeomMetricsAPI", "upAxis", "token"),
                                              std::tuple("PhysicsMetricsAPI", "kilogramsPerUnit", "double"),
                                              std::tuple("SceneAPI", "startTimeCode", "timecode"),
                                              std::tuple("SceneAPI", "endTimeCode", "timecode")}) {
    CAPTURE(attribute);
    const auto definition = registry->FindDefinition(Token(name));
    REQUIRE(definition);
    const schema::PropertyDefinition* property = definition->FindProperty(Token(attribute));
    REQUIRE(property);
    CHECK(property->type_name == Token(type));
    CHECK(property->variability == Variability::kUniform);
    CHECK(property->fallback.IsEmpty());
    CHECK(registry->Find(Token(name))->kind == schema::SchemaKind::kSingleApplyAPI);
  }
  const Value* axes = registry->FindDefinition(Token("GeomMetricsAPI"))
                          ->FindProperty(Token("upAxis"))
                          ->FindMetadata(Token("allowedTokens"));
  REQUIRE(axes);
  CHECK(*axes == Value(Array<Token>{Token("Y"), Token("Z")}));
}

TEST_CASE("M-13 the nearest prim that applies the schema and has a value decides, each attribute by itself") {
  const Scene scene = Open(R"((
    metersPerUnit = 5
)
def Xform "A" (
    prepend apiSchemas = ["GeomMetricsAPI"]
)
{
    uniform double metersPerUnit = 1
    uniform token upAxis = "Z"
    def Xform "EmptyApi" (
        prepend apiSchemas = ["GeomMetricsAPI"]
    )
    {
    }
    def Xform "NoApi"
    {
        uniform double metersPerUnit = 2
    }
    def Xform "Half" (
        prepend apiSchemas = ["GeomMetricsAPI"]
    )
    {
        uniform double metersPerUnit = 3
        def Cube "Below" {
        }
    }
    def Xform "Wrong" (
        prepend apiSchemas = ["GeomMetricsAPI"]
    )
    {
        uniform double metersPerUnit = -1
        uniform token upAxis = "X"
    }
}
)");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A/EmptyApi"))) == "1 by /A.metersPerUnit");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A/NoApi"))) == "1 by /A.metersPerUnit");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A/Half/Below"))) == "3 by /A/Half.metersPerUnit");
  CHECK(Said(ComputeUpAxis(scene.At("/A/Half/Below"))) == "Z by /A.upAxis");
  MetricsCache cache(*scene);
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A/Wrong"), &cache)) == "1 by /A.metersPerUnit");
  CHECK(Said(ComputeUpAxis(scene.At("/A/Wrong"), &cache)) == "Z by /A.upAxis");
  REQUIRE(cache.GetRemarks().GetAll().size() == 2);
  CHECK(cache.GetRemarks().GetAll()[0].location.path == "/A/Wrong.metersPerUnit");
}

TEST_CASE("M-13 a draft's spelling of the schema is read the same") {
  const Scene scene = Open(
      "def Xform \"A\" (\n    prepend apiSchemas = [\"SpatialMetricsAPI\"]\n)\n{\n    double "
      "spatial:metersPerUnit = 1\n    token spatial:upAxis = \"Z\"\n}\n");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A"))) == "1 by /A.spatial:metersPerUnit");
  CHECK(Said(ComputeUpAxis(scene.At("/A"))) == "Z by /A.spatial:upAxis");
}

TEST_CASE("M-14 the answer says where it comes from: prim, stage metadata or fallback") {
  const WithSession open(
      "(\n    upAxis = \"Z\"\n    kilogramsPerUnit = 1000\n)\ndef Xform \"A\" (\n    prepend apiSchemas = "
      "[\"PhysicsMetricsAPI\"]\n)\n{\n    uniform double kilogramsPerUnit = 0.001\n}\ndef Xform \"B\" {\n}\n",
      "(\n    kilogramsPerUnit = 2\n)\n");
  const auto at = [&](const char* path) { return open.stage->GetPrimAtPath(Path(path)); };
  CHECK(Said(ComputeKilogramsPerUnit(at("/A"))) == "0.001 by /A.kilogramsPerUnit");
  CHECK(Said(ComputeKilogramsPerUnit(at("/B"))) == "2 by session");
  CHECK(Said(ComputeUpAxis(at("/B"))) == "Z by root.usda");
  CHECK(Said(ComputeMetersPerUnit(at("/B"))) == "0.01 by fallback");
  CHECK(Said(ComputeMetersPerUnit(stage::Prim())) == "0.01 by fallback");
}

TEST_CASE("M-15 with a cache each prim is looked at once, and no hash table outside of instances") {
  std::string text =
      "(\n    metersPerUnit = 1\n)\ndef Xform \"A\" (\n    prepend apiSchemas = "
      "[\"GeomMetricsAPI\"]\n)\n{\n    uniform double metersPerUnit = 2\n";
  for (int i = 0; i < 200; ++i)
    text += fmt::format("    def Xform \"x{}\" {{\n        def Cube \"c\" {{\n        }}\n    }}\n", i);
  const Scene scene = Open(text + "}\n");
  MetricsCache cache(*scene);
  for (int round = 0; round < 3; ++round)
    for (const stage::Prim& prim : scene->Traverse()) CHECK(ComputeMetersPerUnit(prim, &cache).value == 2);
  CHECK(cache.GetPrimVisitCount() == 401);
  CHECK(cache.GetHashLookupCount() == 0);
}

TEST_CASE("M-15 instance proxies inherit from where they appear, at a bounded number of look-ups") {
  const Scene scene = Open(R"(
def Xform "Proto"
{
    def Xform "Child" {
        def Cube "Leaf" {
        }
    }
}
def Xform "A" (
    prepend apiSchemas = ["GeomMetricsAPI"]
    instanceable = true
    references = </Proto>
)
{
    uniform double metersPerUnit = 1
}
def Xform "B" (
    prepend apiSchemas = ["GeomMetricsAPI"]
    instanceable = true
    references = </Proto>
)
{
    uniform double metersPerUnit = 2
}
)");
  MetricsCache cache(*scene);
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A/Child/Leaf"), &cache)) == "1 by /A.metersPerUnit");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/B/Child/Leaf"), &cache)) == "2 by /B.metersPerUnit");
  const size_t before = cache.GetHashLookupCount();
  CHECK(ComputeMetersPerUnit(scene.At("/B/Child/Leaf"), &cache).value == 2);
  CHECK(cache.GetHashLookupCount() - before == 1);
}

TEST_CASE("M-15 a cache follows edits that compose the stage anew") {
  const Scene scene = Open("def Xform \"A\" {\n    def Cube \"B\" {\n    }\n}\n");
  MetricsCache cache(*scene);
  CHECK(ComputeMetersPerUnit(scene.At("/A/B"), &cache).value == 0.01);
  stage::Editor editor(*scene);
  REQUIRE(editor.SetMetadata(Path("/A"), Token("apiSchemas"),
                             Value(TokenListOp::Create({Token("GeomMetricsAPI")}))));
  REQUIRE(editor.CreateAttribute(Path("/A.metersPerUnit"), Token("double"), stage::Editor::Custom::kNo,
                                 Variability::kUniform));
  REQUIRE(editor.Set(Path("/A.metersPerUnit"), Value(1.0)));
  cache.Clear();
  CHECK(ComputeMetersPerUnit(scene.At("/A/B"), &cache).value == 1);
}

TEST_CASE("M-16 and M-16b a referenced prim brings its metrics, the metadata of an old asset none") {
  const Scene scene =
      Open({{"root.usda",
             "(\n    metersPerUnit = 1\n)\ndef Xform \"New\" (\n    references = @toy.usda@\n)\n{\n}\n"
             "def Xform \"Old\" (\n    references = @old.usda@</Old>\n)\n{\n}\n"},
            {"toy.usda", kGram},
            {"old.usda", "(\n    metersPerUnit = 0.001\n)\ndef Xform \"Old\" {\n}\n"}});
  CHECK(Said(ComputeMetersPerUnit(scene.At("/New/Arm/Hand"))) == "0.01 by /New.metersPerUnit");
  CHECK(Said(ComputeKilogramsPerUnit(scene.At("/New/Arm"))) == "0.001 by /New.kilogramsPerUnit");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/Old"))) == "1 by root.usda");
}

namespace {

constexpr const char* kMetreScene =
    "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    kilogramsPerUnit = 1\n)\ndef Xform \"World\"\n{\n    "
    "def "
    "Xform \"Toy\" {\n        double3 xformOp:translate = (5, 0, 0)\n        uniform token[] xformOpOrder = "
    "[\"xformOp:translate\"]\n    }\n}\n";

ReferencedMetric::Action ActionOf(const std::vector<ReferencedMetric>& all, uint32_t metric) {
  return all[metric].action;
}

}  // namespace

TEST_CASE("M-17 adding a reference says on the prim what an old asset means") {
  const Scene scene =
      Open({{"root.usda", kMetreScene},
            {"old.usda",
             "(\n    defaultPrim = \"T\"\n    kilogramsPerUnit = 0.001\n    startTimeCode = 2\n    "
             "timeCodesPerSecond = 48\n)\ndef Xform \"T\" {\n}\n"}});
  stage::Editor editor(*scene);
  Diagnostics remarks;
  Reference reference;
  reference.asset_path = "old.usda";
  reference.offset = {5, 1};
  auto done = AddReferenceWithMetrics(*scene, editor, Path("/World/Toy"), reference,
                                      MetricsRemedy::kApplySchemas, remarks);
  REQUIRE(done);
  const stage::Prim toy = scene.At("/World/Toy");
  CHECK(Said(ComputeMetersPerUnit(toy)) == "0.01 by /World/Toy.metersPerUnit");
  CHECK(Said(ComputeUpAxis(toy)) == "Y by /World/Toy.upAxis");
  CHECK(Said(ComputeKilogramsPerUnit(toy)) == "0.001 by /World/Toy.kilogramsPerUnit");
  CHECK(Said(ComputeTimeCodeRange(toy).start) == "6 by /World/Toy.startTimeCode");
  CHECK(Said(ComputeTimeCodeRange(toy).end) == "0 by fallback");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/World"))) == "1 by root.usda");
  CHECK(ActionOf(*done, MetricTable::kUpAxis) == ReferencedMetric::Action::kApplied);
  CHECK(ActionOf(*done, MetricTable::kEndTimeCode) == ReferencedMetric::Action::kNone);
}

TEST_CASE("M-17 corrective ops turn and scale an asset into the scene; masses get their schema") {
  const Scene scene = Open({{"root.usda", kMetreScene}, {"toy.usda", kGram}});
  stage::Editor editor(*scene);
  Diagnostics remarks;
  Reference reference;
  reference.asset_path = "toy.usda";
  auto done = AddReferenceWithMetrics(*scene, editor, Path("/World/Toy"), reference,
                                      MetricsRemedy::kCorrectiveOps, remarks);
  REQUIRE(done);
  CHECK(ActionOf(*done, MetricTable::kMetersPerUnit) == ReferencedMetric::Action::kCorrected);
  CHECK(ActionOf(*done, MetricTable::kKilogramsPerUnit) == ReferencedMetric::Action::kBrought);
  const Matrix4d world = Xformable(scene.At("/World/Toy")).ComputeLocalToWorldTransform();
  // A point one hundred centimetres up is one metre up, and the prim's own place stays in metres.
  const Vec3d up = TransformPoint(Vec3d{0, 100, 0}, world);
  CHECK(up[0] == doctest::Approx(5));
  CHECK(up[1] == doctest::Approx(0));
  CHECK(up[2] == doctest::Approx(1));
  CHECK(Said(ComputeKilogramsPerUnit(scene.At("/World/Toy"))) == "0.001 by /World/Toy.kilogramsPerUnit");
}

TEST_CASE("M-17 a host's own metric takes part") {
  MetricTable table;
  MetricDefinition wind;
  wind.schema = Token("WindAPI");
  wind.attribute = Token("wind:scale");
  wind.type_name = Token("double");
  wind.fallback = Value(1.0);
  const uint32_t number = table.Add(wind);
  Scene scene(
      {{"root.usda",
        "def \"A\" (\n    prepend apiSchemas = [\"WindAPI\"]\n)\n{\n    double wind:scale = 3\n    def "
        "\"B\" {\n    }\n}\n"}});
  MetricsCache cache(*scene, table);
  CHECK(cache.Compute(scene.At("/A/B"), number).value == Value(3.0));
}

TEST_CASE("M-18 a reference below a root prim loses the metrics of ancestors, and the helper finds them") {
  const Scene scene = Open({{"root.usda",
                             "(\n    metersPerUnit = 1\n)\ndef Xform \"Hand\" (\n    references = "
                             "@toy.usda@</Toy/Arm/Hand>\n)\n{\n}\n"},
                            {"toy.usda", kGram}});
  CHECK(Said(ComputeMetersPerUnit(scene.At("/Hand"))) == "1 by root.usda");
  Diagnostics remarks;
  const auto registry = scene->GetLayerRegistry();
  const layer::LayerPtr toy = registry->FindOrOpen("toy.usda", nullptr, {}, remarks);
  auto found = ComputeMetricsForReferenceTarget(registry, toy, Path("/Toy/Arm/Hand"), scene->GetOpenOptions(),
                                                remarks);
  REQUIRE(found);
  CHECK((*found)[MetricTable::kMetersPerUnit].value == Value(0.01));
  CHECK((*found)[MetricTable::kMetersPerUnit].source.attribute == Path("/Toy.metersPerUnit"));
  CHECK((*found)[MetricTable::kKilogramsPerUnit].value == Value(0.001));
  CHECK_FALSE(
      ComputeMetricsForReferenceTarget(registry, toy, Path("/Nowhere"), scene->GetOpenOptions(), remarks));
}

TEST_CASE("M-20 stage-level queries ask metadata alone, never root prims") {
  const Scene scene = Open(kGram);
  CHECK(Said(GetStageKilogramsPerUnit(*scene)) == "1 by fallback");
  CHECK(Said(GetStageUpAxis(*scene)) == "Y by fallback");
  CHECK(Said(ComputeKilogramsPerUnit(scene->GetDefaultPrim())) == "0.001 by /Toy.kilogramsPerUnit");
}

TEST_CASE("M-21 migration writes the schemas on defined root prims, once, and keeps the metadata") {
  const Scene scene = Open(
      "(\n    metersPerUnit = 0.1\n    upAxis = \"Z\"\n    startTimeCode = 1\n)\ndef Xform \"A\" {\n}\n"
      "over \"B\" {\n}\nclass \"C\" {\n}\ndef Xform \"D\" (\n    apiSchemas = [\"GeomMetricsAPI\"]\n)\n{\n   "
      " "
      "uniform double metersPerUnit = 9\n}\n");
  layer::Layer& layer = *scene->GetRootLayer();
  const auto changed = MigrateStageMetadata(layer);
  REQUIRE(changed);
  CHECK(stage::Join(*changed) == "/A /D");
  const std::string once = *layer.ExportToString();
  CHECK(MigrateStageMetadata(layer)->empty());
  CHECK(*layer.ExportToString() == once);
  scene->Recompose();
  CHECK(Said(ComputeMetersPerUnit(scene.At("/A"))) == "0.1 by /A.metersPerUnit");
  CHECK(Said(ComputeUpAxis(scene.At("/D"))) == "Z by /D.upAxis");
  CHECK(Said(ComputeMetersPerUnit(scene.At("/D"))) == "9 by /D.metersPerUnit");
  CHECK(Said(ComputeTimeCodeRange(scene.At("/A")).start) == "1 by /A.startTimeCode");
  CHECK(Said(GetStageMetersPerUnit(*scene)) == "0.1 by root.usda");
  CHECK_FALSE(layer.HasSpec(Path("/C.metersPerUnit")));
}

TEST_CASE("M-22 metrics are the same after flattening") {
  const Scene scene =
      Open({{"root.usda",
             "(\n    metersPerUnit = 1\n    timeCodesPerSecond = 24\n)\ndef Xform \"World\"\n{\n    "
             "def Xform \"Toy\" (\n        references = @toy.usda@ (offset = 3)\n    )\n    {\n    "
             "}\n}\n"},
            {"toy.usda", kGram}});
  Diagnostics remarks;
  const auto flat = stage::Stage::Open(scene->GetLayerRegistry(), scene->Flatten(), WithSchemas(), remarks);
  REQUIRE(flat);
  size_t prims = 0;
  for (const stage::Prim& prim : scene->Traverse()) {
    const stage::Prim other = (*flat)->GetPrimAtPath(prim.GetPath());
    REQUIRE(other);
    for (uint32_t metric = 0; metric < MetricTable::kStandardCount; ++metric) {
      const MetricValue before = ComputeMetric(prim, metric), after = ComputeMetric(other, metric);
      CHECK(before.value == after.value);
      CHECK(before.source.attribute == after.source.attribute);
    }
    ++prims;
  }
  CHECK(prims == 4);
  CHECK(ComputeTimeCodeRange((*flat)->GetPrimAtPath(Path("/World/Toy"))).end.value == 27);
}

// docs/metrics.md tells the same example.
TEST_CASE("the guide's example: a centimetre, Y-up, gram toy in a metre, Z-up, kilogram room") {
  const Scene scene = Open({{"root.usda", kMetreScene}, {"toy.usda", kGram}});
  stage::Editor editor(*scene);
  Diagnostics remarks;
  Reference reference;
  reference.asset_path = "toy.usda";
  REQUIRE(AddReferenceWithMetrics(*scene, editor, Path("/World/Toy"), reference,
                                  MetricsRemedy::kCorrectiveOps, remarks));
  Diagnostics of_flat;
  const auto flat = stage::Stage::Open(scene->GetLayerRegistry(), scene->Flatten(), WithSchemas(), of_flat);
  REQUIRE(flat);
  for (stage::Stage* stage : {&*scene, flat->get()}) {
    const stage::Prim hand = stage->GetPrimAtPath(Path("/World/Toy/Arm/Hand"));
    CHECK(ComputeMetersPerUnit(hand).value == 0.01);
    CHECK(ComputeUpAxis(hand).value == Token("Y"));
    CHECK(ComputeKilogramsPerUnit(hand).value == 0.001);
    CHECK(ComputeMetersPerUnit(stage->GetPrimAtPath(Path("/World"))).value == 1);
    const Vec3d top = TransformPoint(Vec3d{0, 100, 0}, Xformable(hand).ComputeLocalToWorldTransform());
    CHECK(top[2] == doctest::Approx(1));
  }
}

TEST_CASE("linear units are compared by their ratio") {
  CHECK(LinearUnitsAre(0.01, 0.0100000001));
  CHECK_FALSE(LinearUnitsAre(0.01, 0.011));
  CHECK_FALSE(LinearUnitsAre(0, 0.01));
}

}  // namespace strata::domain
