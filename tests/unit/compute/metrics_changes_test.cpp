#include "tests/unit/compute/units.h"

// Rows M12 and M13: whose units count as the time goes on, and what edits of any kind dirty.
namespace strata::compute {

namespace {

layer::LayerPtr FindLayer(Running& running, std::string_view name) {
  for (const layer::LayerPtr& layer : running.GetStage().GetUsedLayers())
    if (layer->GetIdentifier().ends_with(name)) return layer;
  return nullptr;
}

const std::string kCentimetres =
    "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n)\ndef Xform \"T\" {\n    def Cube \"C\" {\n    "
    "}\n}\n";
const std::string kMetres =
    "(\n    defaultPrim = \"T\"\n    metersPerUnit = 1\n)\ndef Xform \"T\" {\n    def Cube \"C\" {\n    "
    "}\n}\n";

double Radius(Running& running, const char* path) {
  return scene::GetValueAs<double>(running.GetChain().GetFinal()->GetPrim(Path(path)).data,
                                   scene::DataSourceLocator::Parse("sphere/radius"))
      .value_or(0);
}

}  // namespace

TEST_CASE("M12: splines are in the units of the layer that they are in, and so are fallbacks of nobody") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @a.usda@,\n        @b.usda@,\n    ]\n)\n"},
       {"a.usda",
        "(\n    metersPerUnit = 0.1\n)\nover \"S\" {\n    double radius.spline = {\n        0: 10; post "
        "linear,\n        10: 20,\n    }\n}\ndef Sphere \"Plain\" {\n}\n"},
       {"b.usda", "(\n    metersPerUnit = 0.01\n)\ndef Sphere \"S\" {\n    double radius = 300\n}\n"}},
      GetMetrics());
  CHECK(Number(running, "/S.radius", 0) == doctest::Approx(1));
  CHECK(Number(running, "/S.radius", 5) == doctest::Approx(1.5));
  CHECK(Number(running, "/S.radius", stage::Time::Default()) == doctest::Approx(3));
  CHECK(Number(running, "/Plain.radius") == 1);
  CHECK(running.Bound("/S", 5).max[0] == doctest::Approx(1.5));
  running.GetChain().stage->SetTime(5);
  CHECK(Radius(running, "/S") == doctest::Approx(1.5));
}

TEST_CASE("M13: another variant is looked at anew with what is below it, and nothing else is") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n)\ndef Xform \"V\" (\n    variants = {\n        string how = \"cm\"\n    "
        "}\n    prepend variantSets = \"how\"\n)\n{\n    variantSet \"how\" = {\n        \"cm\" (\n          "
        "  prepend references = @cm.usda@\n        ) {\n        }\n        \"m\" (\n            prepend "
        "references = @m.usda@\n        ) {\n        }\n    }\n}\n" +
            Ref("B", "cm.usda") + "def Cube \"Plain\" {\n}\n"},
       {"cm.usda", kCentimetres},
       {"m.usda", kMetres}},
      GetMetrics());
  CHECK(Scale(running.World("/V/C")) == 0.01);
  running.PullAll();
  REQUIRE(running.Edit().SetVariantSelection(Path("/V"), Token("how"), Token("m")));
  CHECK(running.TakeNotices() == "added /V; added /V/C cube; removed /V");
  CHECK(Scale(running.World("/V/C")) == 1);
  CHECK(Scale(running.World("/B/C")) == 0.01);
}

TEST_CASE("M13: a variant whose layers differ in one value's units dirties that value alone") {
  const auto variant = [](const char* name, const char* radius) {
    return fmt::format("        \"{}\" {{\n            double radius = {}\n        }}\n", name, radius);
  };
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @half.usda@\n    ]\n)\nover \"S\" (\n "
        "   variants = {\n        string size = \"a\"\n    }\n)\n{\n}\ndef Cube \"Plain\" {\n}\n"},
       {"half.usda",
        "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"S\" (\n    prepend variantSets = \"size\"\n)\n{\n"
        "    variantSet \"size\" = {\n" +
            variant("a", "2") + variant("b", "4") + "    }\n}\n"}},
      GetMetrics());
  CHECK(Radius(running, "/S") == 1);
  running.PullAll();
  REQUIRE(running.Edit().SetVariantSelection(Path("/S"), Token("size"), Token("b")));
  CHECK(running.TakeNotices() == "added /S sphere; removed /S");
  CHECK(Radius(running, "/S") == 2);
  running.PullAll();
  REQUIRE(FindLayer(running, "half.usda")->SetField(Path("/S{size=b}.radius"), Token("default"), Value(6.0)));
  CHECK(running.TakeNotices() == "dirtied /S {sphere/radius}");
  CHECK(Radius(running, "/S") == 3);
}

TEST_CASE("M13: editing the units of an asset's layer dirties the transforms of its prims alone") {
  Running running({{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "cm.usda") + Ref("B", "m.usda") +
                                     "def Cube \"Plain\" {\n}\n"},
                   {"cm.usda", kCentimetres},
                   {"m.usda", kMetres}},
                  GetMetrics());
  CHECK(Scale(running.World("/A/C")) == 0.01);
  running.PullAll();
  REQUIRE(FindLayer(running, "cm.usda")->SetField(Path::AbsoluteRoot(), Token("metersPerUnit"), Value(0.1)));
  CHECK(running.TakeNotices() == "dirtied /A {xform}; dirtied /A/C {xform}");
  CHECK(Scale(running.World("/A/C")) == 0.1);
}

TEST_CASE("M13: editing the units of a sublayer dirties what it says, and what others say in that") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @sub.usda@\n    ]\n)\ndef Sphere \"Other\" {\n "
        "   double radius = 3\n}\n"},
       {"sub.usda", "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"S\" {\n    double radius = 1\n" +
                        Move("(2, 0, 0)") + "}\n"}},
      GetMetrics());
  CHECK(Radius(running, "/S") == 0.5);
  running.PullAll();
  REQUIRE(
      FindLayer(running, "sub.usda")->SetField(Path::AbsoluteRoot(), Token("metersPerUnit"), Value(0.25)));
  CHECK(running.TakeNotices() == "dirtied /S {sphere/radius, xform}");
  CHECK(Radius(running, "/S") == 0.25);
  CHECK(Distance(At(running, "/S"), {0.5, 0, 0}) < 1e-15);
}

TEST_CASE("M13: editing the units of a sublayer of an asset dirties what it says of the asset's prims") {
  Running running(
      {{"root.usda", "(\n    metersPerUnit = 1\n)\n" + Ref("A", "asset.usda") + Ref("B", "asset.usda")},
       {"asset.usda",
        "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n    subLayers = [\n        "
        "@inner.usda@\n    ]\n)\ndef Sphere \"T\" {\n    def Sphere \"Own\" {\n        double "
        "radius = 3\n    }\n}\n"},
       {"inner.usda", "(\n    metersPerUnit = 0.001\n)\nover \"T\" {\n    double radius = 20\n}\n"}},
      GetMetrics());
  CHECK(Radius(running, "/A") == doctest::Approx(2));
  CHECK(Radius(running, "/A/Own") == 3);
  running.PullAll();
  // The prims stay in centimetres.
  REQUIRE(
      FindLayer(running, "inner.usda")->SetField(Path::AbsoluteRoot(), Token("metersPerUnit"), Value(0.1)));
  CHECK(running.TakeNotices() == "dirtied /A {sphere/radius}; dirtied /B {sphere/radius}");
  CHECK(Radius(running, "/A") == doctest::Approx(200));
  CHECK(Scale(running.World("/A")) == 0.01);
}

TEST_CASE("M13: scenes hold the units of prims and what diverges, under `metrics`, and are told of them") {
  const std::string head =
      "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @half.usda@\n    ]\n)\n";
  Running running(
      {{"root.usda", head + "def Sphere \"Whole\" {\n    double radius = 2\n}\n"},
       {"half.usda", "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"Half\" {\n    double radius = 2\n" +
                         Move("(4, 0, 0)") + "}\n"}},
      *MakeStandardRegistry());
  const auto read = [&](const char* path) { return running.GetChain().GetFinal()->GetPrim(Path(path)).data; };
  const auto number = [&](const char* path, const char* locator) {
    return scene::GetValueAs<double>(read(path), scene::DataSourceLocator::Parse(locator)).value_or(-1);
  };
  const auto list = [&](const char* path) {
    const auto divergences = scene::VectorDataSource::Cast(
        scene::ContainerDataSource::Get(read(path), scene::DataSourceLocator::Parse("metrics/divergences")));
    std::string all;
    for (size_t i = 0; divergences && i < divergences->GetNumElements(); ++i) {
      const auto each = scene::ContainerDataSource::Cast(divergences->GetElement(i));
      REQUIRE(each);
      all += scene::GetValueAs<Token>(each, Token("property")).value_or(Token()).GetString() + " " +
             scene::GetValueAs<Token>(each, Token("action")).value_or(Token()).GetString() + " ";
      const double unit =
          scene::GetValueAs<double>(each, scene::DataSourceLocator::Parse("layer/metersPerUnit")).value_or(0);
      all += unit == 0.5 ? "0.5; " : "?; ";
      CHECK(scene::GetValueAs<double>(each, Token("layerMpu")).value_or(0) == unit);
      CHECK(scene::GetValueAs<double>(each, Token("stageMpu")).value_or(0) == 1);
      CHECK(scene::GetValueAs<std::string>(each, Token("layerId")).value_or("").find("half.usda") !=
            std::string::npos);
    }
    return all;
  };
  CHECK(number("/Half", "metrics/stage/metersPerUnit") == 1);
  CHECK(number("/Half", "metrics/domain/metersPerUnit") == 1);
  CHECK(list("/Half") == "radius converted 0.5; xformOp:translate turned as a matrix 0.5; ");
  CHECK(list("/Whole").empty());
  CHECK(scene::GetValueAs<Matrix4d>(read("/Half"),
                                    scene::DataSourceLocator::Parse("metricsPreservedXform/matrix")) ==
        MakeTranslation({4, 0, 0}));
  CHECK(Distance(At(running, "/Half"), {2, 0, 0}) < 1e-12);
  running.PullAll();
  list("/Half");
  running.TakeNotices();
  // A stronger opinion in the stage's units diverges no more.
  REQUIRE(running.Edit().Set(Path("/Half.radius"), 3.0));
  CHECK(running.TakeNotices().find("metrics") != std::string::npos);
  CHECK(list("/Half") == "xformOp:translate turned as a matrix 0.5; ");
  // The same layer again says another number: nothing diverges otherwise.
  REQUIRE(running.Edit().Set(Path("/Half.radius"), 4.0));
  CHECK(running.TakeNotices().find("metrics") == std::string::npos);
}

TEST_CASE("M12, M13: divergences are those of all frames, of the default time and of each clip") {
  const auto clip = [](const char* unit, const char* samples) {
    return fmt::format(
        "(\n    metersPerUnit = {}\n)\ndef Sphere \"S\" {{\n    double radius.timeSamples = {{ {} "
        "}}\n}}\n",
        unit, samples);
  };
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    startTimeCode = 0\n    subLayers = [\n        @sub.usda@\n    ]\n)\n"
        "over \"Sampled\" {\n    double radius.timeSamples = { 0: 1, 10: 2 }\n}\n"
        "def Sphere \"S\" (\n    clips = {\n        dictionary default = {\n            asset[] assetPaths = "
        "[@a.usda@, @b.usda@]\n            asset manifestAssetPath = @manifest.usda@\n            string "
        "primPath = \"/S\"\n            double2[] active = [(0, 0), (10, 1)]\n        }\n    }\n)\n{\n}\n"},
       {"sub.usda",
        "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"Sampled\" {\n    double radius = 3\n}\n"
        "def Sphere \"Moves\" {\n    double3 xformOp:translate.timeSamples = { 0: (0, 0, 0), 8: (4, 0, 0) "
        "}\n  "
        "  uniform token[] xformOpOrder = [\"xformOp:translate\"]\n}\n"},
       {"manifest.usda", "over \"S\" {\n    double radius\n}\n"},
       {"a.usda", clip("1", "0: 3, 8: 5")},
       {"b.usda", clip("0.01", "10: 700, 20: 900")}},
      *MakeStandardRegistry());
  const MetricsReport report = CollectMetricsReport(running.GetSystem(), 0.0);
  std::string all;
  for (const MetricsReport::Divergence& each : report.divergences)
    all += fmt::format("{} {} {}; ", each.attribute.GetString(), each.of_value.meters_per_unit,
                       GetActionName(each.action));
  // The samples of one are in the stage's units, its default is not; the second clip alone is in others; and
  // what stands at the origin in the first frame moves away from it.
  CHECK(all.find("/Sampled.radius 0.5 converted; ") != std::string::npos);
  CHECK(all.find("/S.radius 0.01 converted; ") != std::string::npos);
  CHECK(all.find("/Moves.xformOp:translate 0.5 turned as a matrix; ") != std::string::npos);
  CHECK(report.divergences.size() == 3);
  const auto metrics = scene::VectorDataSource::Cast(
      scene::ContainerDataSource::Get(running.GetChain().GetFinal()->GetPrim(Path("/S")).data,
                                      scene::DataSourceLocator::Parse("metrics/divergences")));
  REQUIRE(metrics);
  CHECK(metrics->GetNumElements() == 1);
  CHECK(Radius(running, "/S") == 3);
}

TEST_CASE("M13: a muted layer and one of the session change whose units count") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    subLayers = [\n        @a.usda@,\n        @b.usda@,\n    ]\n)\ndef "
        "Cube "
        "\"Plain\" {\n}\n"},
       {"a.usda", "(\n    metersPerUnit = 0.1\n)\nover \"S\" {\n    double radius = 20\n}\n"},
       {"b.usda", "(\n    metersPerUnit = 0.01\n)\ndef Sphere \"S\" {\n    double radius = 300\n}\n"}},
      GetMetrics());
  CHECK(Radius(running, "/S") == doctest::Approx(2));
  const std::string a = FindLayer(running, "a.usda")->GetIdentifier();
  REQUIRE(running.GetStage().MuteLayer(a));
  CHECK(Radius(running, "/S") == doctest::Approx(3));
  REQUIRE(running.GetStage().UnmuteLayer(a));
  CHECK(Radius(running, "/S") == doctest::Approx(2));
  // The session's own number is in the stage's units, and then in those that the session says.
  const layer::LayerPtr session = running.GetStage().GetSessionLayer();
  REQUIRE(session);
  stage::Editor edit(running.GetStage(), stage::EditTarget(session));
  REQUIRE(edit.Set(Path("/S.radius"), 5.0));
  CHECK(Radius(running, "/S") == 5);
  running.PullAll();
  REQUIRE(session->SetField(Path::AbsoluteRoot(), Token("metersPerUnit"), Value(0.1)));
  CHECK(Radius(running, "/S") == doctest::Approx(5));  // the session's metadata are the stage's
  CHECK(Number(running, "/Plain.size") == 2);
}

}  // namespace strata::compute
