#include "strata/path/path_table.h"
#include "strata/stage/attribute_query.h"
#include "strata/value/time_samples.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

// Scales such as 24/30 and 1/24: the way back to the layer's time rounds.
TEST_CASE("between samples of a scaled layer values interpolate in the stage's time") {
  Scene scene(
      {{"root.usda", "(\n    subLayers = [\n        @a.usda@ (scale = 0.041666666666666664)\n    ]\n)\n"},
       {"a.usda",
        "def \"A\"\n{\n    double x.timeSamples = {\n        0: 0,\n        100: 100,\n    }\n}\n"}});
  const Attribute x = scene.Attr("/A.x");
  const std::vector<double> times = x.GetTimeSamples();
  REQUIRE(times.size() == 2);
  CHECK(x.GetAs<double>(times[1] / 2) == 50.0);
  CHECK(x.GetAs<double>(times[1]) == 100.0);
}

TEST_CASE("a held value changes at the very time that GetTimeSamples gives") {
  OpenOptions options;
  options.interpolation = InterpolationType::kHeld;
  for (const char* scale : {"0.8", "0.3", "1.7", "0.041666666666666664"}) {
    CAPTURE(scale);
    Scene scene({{"root.usda", "(\n    subLayers = [\n        @a.usda@ (offset = 0.1; scale = " +
                                   std::string(scale) + ")\n    ]\n)\n"},
                 {"a.usda",
                  "def \"A\"\n{\n    int x.timeSamples = {\n        1: 1,\n        7: 7,\n        49: 49,\n  "
                  "      101: 101,\n    }\n}\n"}},
                options);
    const Attribute x = scene.Attr("/A.x");
    const std::vector<double> times = x.GetTimeSamples();
    REQUIRE(times.size() == 4);
    const int expected[] = {1, 7, 49, 101};
    for (size_t i = 0; i < 4; ++i) CHECK(x.GetAs<int32_t>(times[i]) == expected[i]);
  }
}

// As usd-core 26.11 answers for a layer whose timeCodesPerSecond is negative.
TEST_CASE("where time runs backwards samples stay in the layer's order and are held") {
  Scene scene({{"root.usda",
                "(\n    timeCodesPerSecond = -1\n)\ndef \"A\" (\n    references = @a.usda@</A>\n)\n{\n}\n"},
               {"a.usda",
                "def \"A\"\n{\n    double x.timeSamples = {\n        0: 0,\n        100: 100,\n    }\n}\n"}});
  const Attribute x = scene.Attr("/A.x");
  const std::vector<double> times = x.GetTimeSamples();
  REQUIRE(times.size() == 2);
  CHECK(times[0] == 0);
  CHECK(times[1] < 0);
  CHECK(x.GetAs<double>(-2.0) == 0.0);
  CHECK(x.GetAs<double>(-6.0) == 100.0);
  CHECK(x.GetBracketingTimeSamples(-2.0) == std::pair(times[0], times[1]));
}

// As usd-core 26.11 answers.
TEST_CASE("a session layer without a rate is read at 24 time codes a second") {
  OpenOptions options;
  options.session = layer::Layer::CreateAnonymous("session.usda");
  Scene scene("(\n    timeCodesPerSecond = 30\n)\ndef \"A\"\n{\n    double x\n}\n", options);
  REQUIRE(options.session->CreateAttributeSpec(Path("/A.x"), Token("double")));
  REQUIRE(options.session->SetTimeSample(Path("/A.x"), 8, Value(1.0)));
  scene->Recompose();
  CHECK(scene.Attr("/A.x").GetTimeSamples() == std::vector<double>{10});
}

TEST_CASE("just before a knot a spline has the value it comes with") {
  Scene scene(
      "def \"A\"\n{\n    double x.spline = {\n        pre: held,\n        1: 3 & 5; post held,\n"
      "        2: 7; post linear,\n    }\n}\n");
  const Attribute x = scene.Attr("/A.x");
  CHECK(x.GetAs<double>(Time(1)) == 5.0);
  CHECK(x.GetAs<double>(Time::PreTime(1)) == 3.0);
  CHECK(x.GetAs<double>(Time::PreTime(2)) == 5.0);
}

TEST_CASE("a query tells whether a value may be another one at another time") {
  Scene scene(
      "def \"A\"\n{\n    double x.timeSamples = {\n        1: 1,\n        10: 2,\n    }\n"
      "    token t.timeSamples = {\n        1: \"a\",\n        10: \"b\",\n    }\n"
      "    double d = 3\n}\n");
  const Prim prim = scene->GetPrimAtPath(Path("/A"));
  AttributeQuery number(prim, Token("x")), token(prim, Token("t"));
  CHECK(number.MightDiffer(4, 6, 1));          // interpolated between the two samples
  CHECK_FALSE(token.MightDiffer(4, 6, 1));     // held
  CHECK(token.MightDiffer(4, 12, 1));          // a sample lies between
  CHECK(token.MightDiffer(4, 9, 1));           // a sample within reach
  CHECK_FALSE(number.MightDiffer(12, 20, 1));  // beyond the last
  CHECK_FALSE(number.MightDiffer(-5, -3, 1));  // before the first
  // What was edited counts, whether or not the query was told to look again.
  const layer::LayerPtr layer = scene->GetRootLayer();
  TimeSamples samples;
  samples.Set(1, Value(1.0));
  samples.Set(15, Value(2.0));
  CHECK(layer->SetField(Path("/A.x"), layer::GetFieldNames().timeSamples, Value(std::move(samples))));
  CHECK(number.MightDiffer(12, 13, 1));
  number.Refresh();
  CHECK(number.MightDiffer(12, 13, 1));
  CHECK_FALSE(number.MightDiffer(17, 18, 1));
}

TEST_CASE("asking for attributes that are not there makes no paths of them") {
  Scene scene("def \"A\"\n{\n    double x = 1\n}\n");
  const Prim prim = scene->GetPrimAtPath(Path("/A"));
  const Token name("nobodyHasThisAttribute");
  CHECK_FALSE(prim.GetAttribute(name).HasAuthoredValue());
  CHECK_FALSE(prim.GetAttribute(name).ValueMightBeTimeVarying());
  CHECK(prim.GetAttribute(name).Get().IsEmpty());
  CHECK_FALSE(prim.HasAttribute(name));
  CHECK(path_table::Find(prim.GetPath().GetId(), PathElement::kProperty, name.GetId(), 0) == 0);
  CHECK(prim.GetAttribute(Token("x")).HasAuthoredValue());
}

}  // namespace strata::stage
