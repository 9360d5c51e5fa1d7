#include <cmath>

#include "strata/stage/attribute_query.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

// A stage of sublayers, strongest first, each of which says something of /A.
Scene Layered(std::initializer_list<const char*> bodies, OpenOptions options = {}) {
  std::vector<std::pair<std::string, std::string>> layers{{"root.usda", ""}};
  std::string names;
  for (const char* body : bodies) {
    std::string name = "layer" + std::to_string(layers.size()) + ".usda";
    names += "        @" + name + "@,\n";
    layers.emplace_back(name, std::string("def \"A\"\n{\n") + body + "\n}\n");
  }
  layers[0].second = "(\n    subLayers = [\n" + names + "    ]\n)\n";
  // A scene of a run-time number of layers: at most four here.
  layers.resize(5, {"unused.usda", ""});
  return Scene({layers[0], layers[1], layers[2], layers[3], layers[4]}, std::move(options));
}

double Number(const Value& value) {
  Value number = CastValue(value, ValueType::kDouble);
  return number.GetOr(std::nan(""));
}

std::string Numbers(const Value& value) {
  if (value.IsEmpty()) return "none";
  Value numbers = CastValue(value, ValueType::kDoubleArray);
  std::string text;
  if (const auto* array = numbers.GetIf<Array<double>>())
    for (double number : *array) text += (text.empty() ? "" : " ") + std::to_string(std::lround(number * 10));
  return "[" + text + "]";  // in tenths
}

std::string Times(const std::vector<double>& times) {
  std::string text;
  for (double time : times) text += (text.empty() ? "" : " ") + std::to_string(std::lround(time * 10));
  return text;  // in tenths
}

}  // namespace

TEST_CASE("samples are interpolated linearly or held, and clamped outside") {
  const char* body = "float x.timeSamples = { 0: 1, 10: 3, 15: None, 20: 5 }";
  Scene linear = Layered({body});
  Attribute x = linear.Attr("/A.x");
  CHECK(Number(x.Get(-1)) == 1);
  CHECK(Number(x.Get(5)) == 2);
  CHECK(Number(x.Get(12)) == 3);  // the upper sample is a block: held
  CHECK(x.Get(15).IsEmpty());
  CHECK(x.Get(16).IsEmpty());
  CHECK(Number(x.Get(30)) == 5);
  CHECK(x.Get(Time::Default()).IsEmpty());
  CHECK(Number(x.Get(Time::PreTime(15))) == 3);
  CHECK(x.Get(Time::PreTime(20)).IsEmpty());
  CHECK(Number(x.Get(Time::PreTime(10))) == 3);
  CHECK(Times(x.GetTimeSamples()) == "0 100 150 200");
  CHECK(x.GetNumTimeSamples() == 4);
  CHECK(x.GetBracketingTimeSamples(12) == std::pair(10.0, 15.0));
  CHECK(x.GetBracketingTimeSamples(99) == std::pair(20.0, 20.0));
  CHECK(x.ValueMightBeTimeVarying());
  OpenOptions options;
  options.interpolation = InterpolationType::kHeld;
  Scene held = Layered({body}, options);
  CHECK(Number(held.Attr("/A.x").Get(5)) == 1);
  CHECK(Number(held.Attr("/A.x").Get(Time::PreTime(10))) == 1);
}

TEST_CASE("in one spec samples hide the spline and the default, across specs the stronger decides") {
  Scene scene = Layered({"float a = 4\nfloat a.timeSamples = { 2: 5 }\nfloat b = 7",
                         "float a.timeSamples = { 0: 1 }\nfloat b.timeSamples = { 0: 1 }"});
  CHECK(Number(scene.Attr("/A.a").Get(9)) == 5);
  CHECK(Number(scene.Attr("/A.a").Get()) == 4);
  CHECK(Number(scene.Attr("/A.b").Get(0)) == 7);
  CHECK(scene.Attr("/A.a").GetResolveInfo().source == ResolveSource::kTimeSamples);
  CHECK(scene.Attr("/A.a").GetResolveInfo(Time::Default()).source == ResolveSource::kDefault);
  CHECK(scene.Attr("/A.b").GetResolveInfo().source == ResolveSource::kDefault);
  CHECK(scene.Attr("/A.b").GetNumTimeSamples() == 0);
}

TEST_CASE("a blocked default hides everything weaker") {
  Scene scene = Layered({"float x = None", "float x = 8\nfloat x.timeSamples = { 0: 1, 10: 3 }"});
  Attribute x = scene.Attr("/A.x");
  CHECK(x.Get().IsEmpty());
  CHECK(x.Get(5).IsEmpty());
  CHECK(x.GetNumTimeSamples() == 0);
  CHECK_FALSE(x.HasValue());
  CHECK(x.HasAuthoredValueOpinion());
  CHECK(x.GetResolveInfo().value_is_blocked);
}

TEST_CASE("an animation block silences weaker animation and lets weaker defaults speak") {
  Scene scene = Layered({"float x = AnimationBlock\nfloat y = AnimationBlock",
                         "float x = 8\nfloat x.timeSamples = { 0: 1 }\nfloat y.timeSamples = { 0: 1 }"});
  CHECK(Number(scene.Attr("/A.x").Get(0)) == 8);
  CHECK(scene.Attr("/A.x").GetNumTimeSamples() == 0);
  CHECK(scene.Attr("/A.x").GetResolveInfo().source == ResolveSource::kDefault);
  CHECK(scene.Attr("/A.y").Get(0).IsEmpty());
  CHECK_FALSE(scene.Attr("/A.y").HasValue());
  CHECK_FALSE(scene.Attr("/A.y").GetResolveInfo().value_is_blocked);
}

TEST_CASE("array edits fold over what is weaker, at the samples of all") {
  Scene defaults = Layered({"int[] x = edit [append 9]", "int[] x = edit [append 1]", "int[] x = [5]"});
  CHECK(Numbers(defaults.Attr("/A.x").Get()) == "[50 10 90]");
  CHECK(defaults.Attr("/A.x").GetResolveInfoChain(Time::Default()).size() == 3);
  Scene blocked = Layered({"int[] x = edit [append 9]", "int[] x = None", "int[] x = [5]"});
  CHECK(blocked.Attr("/A.x").Get().IsEmpty());
  CHECK(Numbers(blocked.Attr("/A.x").Get(0)) == "[90]");
  Scene animated = Layered({"float[] x.timeSamples = { 0: edit [append 9], 10: edit [append 11] }",
                            "float[] x.timeSamples = { 0: [1, 2], 10: [3, 4] }"});
  CHECK(Numbers(animated.Attr("/A.x").Get(0)) == "[10 20 90]");
  CHECK(Numbers(animated.Attr("/A.x").Get(5)) == "[20 30 100]");
  Scene over_default =
      Layered({"float[] x = edit [append 9]", "float[] x.timeSamples = { 0: [1, 2], 10: [3, 4] }"});
  CHECK(Times(over_default.Attr("/A.x").GetTimeSamples()) == "0 100");
  CHECK(Numbers(over_default.Attr("/A.x").Get(5)) == "[20 30 90]");
  CHECK(Numbers(over_default.Attr("/A.x").Get()) == "[90]");
  Scene mixed = Layered({"float[] x.timeSamples = { 0: [1, 1], 5: edit [append 1], 10: [5, 5] }",
                         "float[] x.timeSamples = { 0: [1, 2], 10: [3, 4] }"});
  CHECK(Numbers(mixed.Attr("/A.x").Get(2)) == "[10 10]");
  CHECK(Numbers(mixed.Attr("/A.x").Get(5)) == "[10 20 10]");
  CHECK(Numbers(mixed.Attr("/A.x").Get(7)) == "[10 20 10]");
  Scene own_default = Layered({"float[] x = [7]\nfloat[] x.timeSamples = { 5: edit [append 1] }"});
  CHECK(Numbers(own_default.Attr("/A.x").Get(0)) == "[10]");
}

// As usd-core answers.
TEST_CASE("array edits over samples that are blocks are held or interpolated by who has a say at the time") {
  Scene held = Layered({"float[] x.timeSamples = { 0: edit [append 9], 5.5: edit [append 10] }",
                        "float[] x.timeSamples = { 1: [1], 2: None, 3: [5], 4: [7], 5: None }"});
  const Attribute x = held.Attr("/A.x");
  CHECK(Numbers(x.Get(1.5)) == "[10 90]");
  CHECK(Numbers(x.Get(Time::PreTime(2))) == "[10 90]");
  CHECK(Numbers(x.Get(2)) == "[94]");
  CHECK(Numbers(x.Get(2.5)) == "[90]");
  CHECK(Numbers(x.Get(3.5)) == "[60 90]");
  CHECK(Numbers(x.Get(4.5)) == "[70 90]");
  CHECK(Numbers(x.Get(5)) == "[99]");
  Scene ahead = Layered({"float[] x.timeSamples = { 1: [10, 20], 4: edit [append 9; append 8] }",
                         "float[] x.timeSamples = { 1: [1], 4: None }"});
  CHECK(Numbers(ahead.Attr("/A.x").Get(2.5)) == "[95 140]");
  Scene behind = Layered({"float[] x.timeSamples = { 14: edit [minsize 1] }",
                          "float[] x.timeSamples = { 2.5: [1, 2], 5: None, 7.25: [3] }"});
  CHECK(Numbers(behind.Attr("/A.x").Get(4)) == "[10 20]");
  CHECK(Numbers(behind.Attr("/A.x").Get(5)) == "[0]");
  CHECK(Numbers(behind.Attr("/A.x").Get(5.5)) == "[30]");
  Scene blocked_later = Layered({"float[] x.timeSamples = { 0: edit [append 1], 4: edit [append 2] }",
                                 "float[] x.timeSamples = { 0: [5, 6], 8: None }"});
  CHECK(Numbers(blocked_later.Attr("/A.x").Get(2)) == "[50 60 15]");
  Scene begins_later = Layered(
      {"float[] x.timeSamples = { 0: edit [minsize 3] }", "float[] x.timeSamples = { -2: [1, 2], 5: None }"});
  CHECK(Numbers(begins_later.Attr("/A.x").Get(-1)) == "[10 20 0]");
}

TEST_CASE("array edits after a time take in who has a say then") {
  Scene scene = Layered({"float[] x.timeSamples = { -3: [3, 4], 8: edit [append 1] }",
                         "float[] x.timeSamples = { 0: edit [append 2], 1: [1, 2, 3], 8: edit [append 5] }",
                         "float[] x.timeSamples = { 0: [7] }"});
  const Attribute x = scene.Attr("/A.x");
  CHECK(Numbers(x.Get(8)) == "[70 50 10]");
  CHECK(Numbers(x.Get(0.5)) == "[30 40]");  // not to be interpolated with three
  Scene begins = Layered(
      {"float[] x.timeSamples = { 0: edit [append 8] }", "float[] x.timeSamples = { -6: None, 0: [4] }"});
  CHECK(Numbers(begins.Attr("/A.x").Get(-1)) == "[40 80]");
}

// usd-core 26.11 interpolates from minus infinity there and answers that it is no number.
TEST_CASE("an edit that is a default holds where the samples below it begin, by a deliberate divergence") {
  Scene scene =
      Layered({"float[] x = edit [append 1; minsize 2]", "float[] x.timeSamples = { 1: [3], 2: [5] }"});
  CHECK(Numbers(scene.Attr("/A.x").Get(0.5)) == "[30 10]");
}

TEST_CASE("sublayer offsets and rates of time codes map samples and time values, durations only in length") {
  Scene scene({{"root.usda",
                "(\n    subLayers = [@s.usda@ (offset = 10; scale = 2)]\n    timeCodesPerSecond = 24\n)\n"},
               {"s.usda",
                "(\n    timeCodesPerSecond = 12\n)\ndef \"A\"\n{\n"
                "    double x.timeSamples = { 0: 0, 12: 12 }\n"
                "    timecode t = 12\n    duration d = 12\n"
                "    timecode s.timeSamples = { 0: 0 }\n}\n"}});
  Attribute x = scene.Attr("/A.x");
  CHECK(Times(x.GetTimeSamples()) == "100 580");
  CHECK(Number(x.Get(34)) == doctest::Approx(6));
  CHECK(scene.Attr("/A.t").Get().GetOr(TimeCode{}).value == doctest::Approx(58));
  CHECK(scene.Attr("/A.d").Get().GetOr(Duration{}).value == doctest::Approx(48));
  CHECK(scene.Attr("/A.s").Get(0).GetOr(TimeCode{}).value == doctest::Approx(10));
}

TEST_CASE("a spline gives values between its knots") {
  Scene scene =
      Layered({"double x.spline = {\n    bezier,\n    0: 1; post linear,\n    10: 3,\n}\ndouble x = 4"});
  Attribute x = scene.Attr("/A.x");
  CHECK(Number(x.Get(5)) == doctest::Approx(2));
  CHECK(Number(x.Get()) == 4);
  CHECK(x.HasSpline());
  CHECK(x.GetTimeSamples().empty());
  CHECK(x.GetResolveInfo().source == ResolveSource::kSpline);
  CHECK(x.ValueMightBeTimeVarying());
}

TEST_CASE("type, variability and custom follow their own rules") {
  Scene scene = Layered(
      {"float x = 2\ncustom string s = \"a\"\nrel r", "double x = 1\nuniform string s = \"b\"\nrel r"});
  CHECK(scene.Attr("/A.x").GetTypeName() == Token("float"));
  CHECK(scene.Attr("/A.x").GetValueTypeName() == FindValueTypeName(Token("float")));
  CHECK(scene.Attr("/A.s").GetVariability() == Variability::kUniform);
  CHECK(scene.Attr("/A.s").IsCustom());
  CHECK_FALSE(scene.Attr("/A.x").IsCustom());
  CHECK(scene->GetRelationshipAtPath(Path("/A.r")).IsRelationship());
  CHECK_FALSE(scene.Attr("/A.r").IsDefined());
  CHECK_FALSE(scene.Attr("/A.missing").IsDefined());
}

TEST_CASE("properties come in element order, then as the strongest propertyOrder asks") {
  Scene scene = Layered({"int b10\nint b9\nint a\nint _c"});
  CHECK(Join(scene.At("/A").GetAuthoredPropertyNames()) == "_c a b9 b10");
  Scene ordered = Layered({"reorder properties = [\"b\", \"a\"]", "int a\nint b\nint c"});
  CHECK(Join(ordered.At("/A").GetAuthoredPropertyNames()) == "b a c");
}

TEST_CASE("expressions in asset paths are evaluated and resolved from their layer") {
  Scene scene({{"root.usda",
                "(\n    expressionVariables = {\n        string N = \"tex\"\n    }\n)\ndef \"A\"\n{\n"
                "    asset a = @`\"./${N}.usda\"`@\n    asset b = @./missing.png@\n    asset[] c = "
                "[@./tex.usda@]\n}\n"},
               {"tex.usda", ""}});
  AssetPath a = scene.Attr("/A.a").Get().GetOr(AssetPath());
  CHECK(a.authored == "`\"./${N}.usda\"`");
  CHECK(a.evaluated == "./tex.usda");
  CHECK_FALSE(a.resolved.empty());
  AssetPath b = scene.Attr("/A.b").Get().GetOr(AssetPath());
  CHECK(b.authored == "./missing.png");
  CHECK(b.resolved.empty());
  Value c = scene.Attr("/A.c").Get();
  REQUIRE(c.GetArraySize() == 1);
  CHECK_FALSE((*c.GetIf<Array<AssetPath>>())[0].resolved.empty());
}

TEST_CASE("every opinion is listed with what it does to the answer") {
  Scene scene = Layered({"float x.timeSamples = { 0: 1 }", "float x = 2", "float x = None"});
  auto roles = [&](Time time) {
    std::string text;
    for (const Opinion& opinion : scene.Attr("/A.x").GetOpinions(time).all)
      text += std::string(GetOpinionRoleName(opinion.role)) + " ";
    return text;
  };
  CHECK(roles(1.0) == "wins hidden hidden ");
  CHECK(roles(Time::Default()) == "not-asked wins hidden ");
  CHECK(Number(scene.Attr("/A.x").GetOpinions(1.0).resolved) == 1);
  CHECK(scene.Attr("/A.x").GetOpinions(1.0).source == ResolveSource::kTimeSamples);
  Scene blocked = Layered({"float x = None", "float x = 2"});
  Opinions opinions = blocked.Attr("/A.x").GetOpinions();
  REQUIRE(opinions.all.size() == 2);
  CHECK(opinions.all[0].role == OpinionRole::kBlocks);
  CHECK(opinions.all[1].role == OpinionRole::kHidden);
  CHECK(opinions.resolved.IsEmpty());
}

TEST_CASE("relationships lead on to what their targets target, once each and without going in circles") {
  Scene scene(R"(
def "A"
{
    rel a = [</B.b>, </A/X>]

    def "X"
    {
    }
}
def "B"
{
    rel b = [</B/Y>, </A.a>, </A/X>, </B.none>]
    rel none

    def "Y"
    {
    }
}
)");
  Relationship a = scene->GetRelationshipAtPath(Path("/A.a"));
  CHECK(Join(a.GetTargets()) == "/B.b /A/X");
  CHECK(Join(a.GetForwardedTargets()) == "/B/Y /A/X");
}

// As usd-core 26.11 answers: across an arc only what the arc's map reaches is left of an expression.
TEST_CASE("path expressions speak of the namespace of the asking prim") {
  Scene scene({{"root.usda",
                "def \"R\" (\n    references = @a.usda@</A>\n)\n{\n}\n"
                "def \"I\" (\n    inherits = </K>\n)\n{\n}\n"
                "class \"K\"\n{\n    pathExpression e = \"/A - /B\"\n}\n"},
               {"a.usda",
                "def \"A\"\n{\n    pathExpression e = \"/A - /B\"\n    pathExpression f = \"/B /A/C\"\n"
                "    pathExpression g = \"//b*\"\n    pathExpression h = \"/B\"\n}\n"}});
  auto text = [&](const char* path) { return scene.Attr(path).GetAs<PathExpression>()->GetText(); };
  CHECK(text("/R.e") == "/R");
  CHECK(text("/R.f") == "/R/C");
  CHECK(text("/R.g") == "//b*");
  CHECK(text("/R.h") == "");
  CHECK(text("/I.e") == "/A - /B");
}

TEST_CASE("path expressions of instances that share a prototype speak of each") {
  Scene scene(
      "class \"K\"\n{\n    def \"C\"\n    {\n        pathExpression e = \"/K/X //b*\"\n    }\n}\n"
      "def \"One\" (\n    inherits = </K>\n    instanceable = true\n)\n{\n}\n"
      "def \"Two\" (\n    inherits = </K>\n    instanceable = true\n)\n{\n}\n");
  for (const char* name : {"One", "Two"}) {
    CAPTURE(name);
    const Attribute e = scene.Attr((std::string("/") + name + "/C.e").c_str());
    const std::string expected = std::string("/") + name + "/X //b*";
    CHECK(e.GetAs<PathExpression>()->GetText() == expected);
    CHECK(AttributeQuery(e).Get(Time::Default()).Get<PathExpression>().GetText() == expected);
  }
}

}  // namespace strata::stage
