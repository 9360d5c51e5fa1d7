#include "strata/value/time_samples.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {
std::string FlatText(const Scene& scene) {
  FlattenOptions options;
  options.source_comment = FlattenOptions::SourceComment::kOmit;
  Result<std::string> text = scene->ExportToString(options);
  REQUIRE(text.HasValue());
  return *text;
}
}  // namespace

TEST_CASE("flattening bakes arcs, times and metadata into one layer") {
  Scene scene(
      {{"root.usda", "(\n    defaultPrim = \"A\"\n    subLayers = [@s.usda@ (offset = 100; scale = 2)]\n)\n"},
       {"s.usda", R"(
def Xform "A" (
    append apiSchemas = ["Foo"]
    references = </R>
    customData = {
        timecode t = 10
    }
)
{
    double a = AnimationBlock
    double b = None
    uniform token c = "x"
    double x.timeSamples = { 0: 3, 10: None }
    rel empty
    prepend rel to = </R/C>

    def "Off" (active = false)
    {
    }
    over "Kept"
    {
    }
}
def "R"
{
    int from = 2

    def "C"
    {
    }
}
)"}});
  CHECK(FlatText(scene) == R"(#usda 1.0
(
    defaultPrim = "A"
)

def Xform "A" (
    apiSchemas = ["Foo"]
    customData = {
        timecode t = 120
    }
)
{
    double a = None
    double b = None
    uniform token c = "x"
    rel empty
    int from = 2
    rel to = </R/C>
    double x.timeSamples = {
        100: 3,
        120: None,
    }

    def "C"
    {
    }

    over "Kept"
    {
    }
}

def "R"
{
    int from = 2

    def "C"
    {
    }
}

)");
}

TEST_CASE("flattening keeps instances as references to prototypes") {
  Scene scene(R"(
def "R"
{
    def "C"
    {
        rel self = </R/C>
    }
}
def "I1" (
    instanceable = true
    references = </R>
)
{
    int own = 1
}
def "I2" (
    instanceable = true
    references = </R>
)
{
}
)");
  CHECK(FlatText(scene) == R"(#usda 1.0

over "Flattened_Prototype_1"
{
    def "C"
    {
        rel self = </Flattened_Prototype_1/C>
    }
}

def "R"
{
    def "C"
    {
        rel self = </R/C>
    }
}

def "I1" (
    instanceable = true
    append references = </Flattened_Prototype_1>
)
{
    int own = 1
}

def "I2" (
    instanceable = true
    append references = </Flattened_Prototype_1>
)
{
}

)");
}

TEST_CASE("a flattened property is custom when its weakest opinion says so") {
  Scene scene({{"root.usda", Scene::Sublayers({"a.usda", "b.usda"})},
               {"a.usda", "over \"A\"\n{\n    custom int x = 1\n    int y = 1\n}\n"},
               {"b.usda", "def \"A\"\n{\n    int x = 2\n    custom int y = 2\n}\n"}});
  CHECK(scene.Attr("/A.x").IsCustom());
  layer::LayerPtr flat = scene->Flatten();
  CHECK_FALSE(flat->GetFieldAs<bool>(Path("/A.x"), Token("custom")) == nullptr);
  CHECK_FALSE(*flat->GetFieldAs<bool>(Path("/A.x"), Token("custom")));
  CHECK(*flat->GetFieldAs<bool>(Path("/A.y"), Token("custom")));
}

TEST_CASE("a flattened stage opened again says the same") {
  Scene scene({{"root.usda", "(\n    subLayers = [@s.usda@ (offset = 10; scale = 2)]\n)\n"},
               {"s.usda",
                "def \"R\"\n{\n    double x.timeSamples = { 0: 1, 4: 3 }\n    timecode t = 3\n}\n"
                "def \"A\" (\n    references = </R>\n)\n{\n    int[] e = edit [append 3]\n}\n"}});
  Result<std::string> text = scene->ExportToString();
  REQUIRE(text.HasValue());
  REQUIRE(text->starts_with("#usda 1.0\n"));
  Scene again(text->substr(10));
  for (double time : {0.0, 10.0, 13.0, 18.0, 40.0})
    CHECK(again.Attr("/A.x").Get(time) == scene.Attr("/A.x").Get(time));
  CHECK(again.Attr("/A.t").Get() == scene.Attr("/A.t").Get());
  CHECK(again.Attr("/A.e").Get() == scene.Attr("/A.e").Get());
}

TEST_CASE("flattening says where it came from") {
  Scene scene("(\n    doc = \"mine\"\n)\n");
  layer::LayerPtr flat = scene->Flatten();
  std::string doc = flat->GetMetadata(layer::GetFieldNames().documentation).GetOr(std::string());
  CHECK(doc.starts_with("mine\n\nGenerated from Composed Stage of root layer "));
  CHECK(doc.ends_with("\n"));
}

namespace {
constexpr const char* kInstances = R"(
def "A" (
    instanceable = true
    references = </P>
)
{
}
def "B" (
    instanceable = true
    references = </P>
)
{
}
over "P"
{
    rel to = </P/C.x>

    def "C"
    {
        double x.timeSamples = { 0: 1, 4: 3 }
        double y.connect = </P/C.x>
    }
}
)";
}  // namespace

TEST_CASE("a squashed layer has a copy of what instances share, and paths lead into the copy") {
  Scene scene(kInstances);
  const layer::LayerPtr squashed = Squash(*scene);
  const layer::FieldNames& names = layer::GetFieldNames();
  for (const char* instance : {"/A", "/B"}) {
    const Path path(instance);
    CHECK(squashed->HasSpec(path.AppendChild(Token("C")).AppendProperty(Token("x"))));
    CHECK(!squashed->GetField(path, names.instanceable));
    CHECK(!squashed->GetField(path, names.references));
    const auto* connections = squashed->GetFieldAs<PathListOp>(
        path.AppendChild(Token("C")).AppendProperty(Token("y")), names.connectionPaths);
    REQUIRE(connections);
    CHECK(connections->explicit_items ==
          std::vector{path.AppendChild(Token("C")).AppendProperty(Token("x"))});
  }
  const auto* children = squashed->GetFieldAs<TokenVector>(Path::AbsoluteRoot(), names.primChildren);
  REQUIRE(children);
  CHECK(children->size() == 3);
  CHECK(!squashed->GetField(Path::AbsoluteRoot(), names.documentation));
}

TEST_CASE("a sampled layer holds the values at the times, and None where there is none") {
  Scene scene(R"(
def "A"
{
    double x.timeSamples = { 0: 1, 4: 3, 6: None }
    double y = 7
}
)");
  const std::vector<double> times{-1, 1, 6};
  const layer::LayerPtr sampled = Sample(*scene, times);
  const layer::FieldNames& names = layer::GetFieldNames();
  const auto* samples = sampled->GetFieldAs<TimeSamples>(Path("/A.x"), names.timeSamples);
  REQUIRE(samples);
  REQUIRE(samples->GetSize() == 3);
  CHECK(samples->GetValue(0) == Value(1.0));
  CHECK(samples->GetValue(1) == Value(1.5));
  CHECK(samples->GetValue(2).IsBlock());
  CHECK(!sampled->GetField(Path("/A.y"), names.timeSamples));
  REQUIRE(sampled->GetFieldAs<bool>(Path("/A"), names.active));
  CHECK(*sampled->GetFieldAs<bool>(Path("/A"), names.active));
  CHECK(!Sample(*scene, {})->GetField(Path("/A.x"), names.timeSamples));
}

}  // namespace strata::stage
