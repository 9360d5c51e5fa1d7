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
  Scene scene({{"root.usda", "(\n    defaultPrim = \"A\"\n    subLayers = [@s.usda@ (offset = 100; scale = 2)]\n)\n"},
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

TEST_CASE("flattening says where it came from") {
  Scene scene("(\n    doc = \"mine\"\n)\n");
  layer::LayerPtr flat = scene->Flatten();
  std::string doc = flat->GetMetadata(layer::GetFieldNames().documentation).GetOr(std::string());
  CHECK(doc.starts_with("mine\n\nGenerated from Composed Stage of root layer "));
  CHECK(doc.ends_with("\n"));
}

}  // namespace strata::stage
