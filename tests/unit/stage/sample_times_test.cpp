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

}  // namespace strata::stage
