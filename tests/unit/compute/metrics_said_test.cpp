// Units that prims say of themselves, dimensions that programs add, and that nothing is authored of either.
#include <functional>
#include <map>

#include "strata/compute/compute.h"
#include "tests/unit/compute/units.h"

namespace strata::compute {

TEST_CASE("PhysicsMetricsAPI of an asset's prim: its masses are in grams, and the scene's become grams") {
  const auto open = [](const char* kilograms) {
    return std::make_unique<Running>(
        Running::Layers{
            {"root.usda", "(\n    metersPerUnit = 1\n    kilogramsPerUnit = 1\n)\n" + Ref("A", "asset.usda") +
                              Ref("B", "asset.usda", "    float physics:mass = 5\n")},
            {"asset.usda",
             fmt::format(
                 "(\n    defaultPrim = \"T\"\n    metersPerUnit = 1\n    kilogramsPerUnit = 1\n)\ndef Xform "
                 "\"T\" (\n    prepend apiSchemas = [\"PhysicsMetricsAPI\", \"PhysicsMassAPI\"]\n)\n{{\n"
                 "    uniform double kilogramsPerUnit = {}\n    float physics:mass = 7\n    def Xform "
                 "\"Below\" (\n        prepend apiSchemas = [\"PhysicsMassAPI\"]\n    )\n    {{\n        "
                 "float physics:mass = 9\n    }}\n}}\n",
                 kilograms)}},
        GetMetrics());
  };
  const auto grams = open("0.001");
  CHECK(Number(*grams, "/A.physics:mass") == 7);
  CHECK(Number(*grams, "/B.physics:mass") == doctest::Approx(5000));
  CHECK(Number(*grams, "/B/Below.physics:mass") == 9);
  const auto domain = [&](const char* path) {
    return grams->GetSystem().Compute(grams->At(path), Token("metrics:domain"), 0.0);
  };
  for (const char* path : {"/A", "/A/Below", "/B"})
    CHECK(domain(path).GetIf<MetricDomain>()->kilograms_per_unit == 0.001);
  // Masses move nothing.
  CHECK(grams->World("/B") == Matrix4d::Identity());
  const auto zero = open("0");
  CHECK(Number(*zero, "/B.physics:mass") == 5);
  const Diagnostics remarks = zero->GetSystem().GetDiagnostics();
  REQUIRE_FALSE(remarks.IsEmpty());
  for (const Diagnostic& each : remarks.GetAll()) CHECK(each.code == &kMetricsUnusable);
}

TEST_CASE("dimensions that a program adds count for typed and for applied schemas, by code as by text") {
  const auto values = [](const std::function<void(DimensionRegistry&)>& add) {
    auto dimensions = std::make_shared<DimensionRegistry>();
    add(*dimensions);
    MetricsOptions options;
    options.dimensions = dimensions;
    Running running(
        {{"root.usda", "(\n    metersPerUnit = 1\n    subLayers = [\n        @half.usda@\n    ]\n)\n"},
         {"half.usda",
          "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"S\" (\n    prepend apiSchemas = "
          "[\"CollectionAPI:lights\"]\n)\n{\n    custom double reach = 4\n    custom double area = 8\n}\n"}},
        GetMetrics(options));
    return std::pair(Number(running, "/S.reach"), Number(running, "/S.area"));
  };
  CHECK(values([](DimensionRegistry&) {}) == std::pair(4.0, 8.0));
  const std::pair changed(2.0, 2.0);
  CHECK(values([](DimensionRegistry& registry) {
          registry.Add(Token("Sphere"), "reach", Dimension{1, 0, DimensionKind::kScalar, {}});
          registry.Add(Token("Sphere"), "area", Dimension{2, 0, DimensionKind::kScalar, {}});
        }) == changed);
  CHECK(values([](DimensionRegistry& registry) {
          Diagnostics remarks;
          registry.AddText("Sphere.reach | length | scalar\nSphere.area | length^2 | scalar\n", "mine.txt",
                           remarks);
          CHECK(remarks.IsEmpty());
        }) == changed);
}

TEST_CASE("computing places, units and reports authors nothing, in no layer") {
  Running running(
      {{"root.usda",
        "(\n    metersPerUnit = 1\n    upAxis = \"Z\"\n    subLayers = [\n        @half.usda@\n    ]\n)\n" +
            Ref("A", "asset.usda", Move("(5, 0, 0)"))},
       {"half.usda", "(\n    metersPerUnit = 0.5\n)\ndef Sphere \"S\" {\n    double radius = 1\n}\n"},
       {"asset.usda",
        "(\n    defaultPrim = \"T\"\n    metersPerUnit = 0.01\n    upAxis = \"Y\"\n)\ndef Xform \"T\" (\n    "
        "prepend "
        "apiSchemas = [\"OmniWGS84ReferencePositionAPI\"]\n)\n{\n    def Cube \"C\" (\n        prepend "
        "apiSchemas = "
        "[\"OmniWGS84LocalPositionAPI\"]\n    )\n    {\n        double3 omni:geospatial:wgs84:local:position "
        "= (1, 1, "
        "0)\n    }\n}\n"}},
      *MakeStandardRegistry());
  const auto write = [&] {
    std::map<std::string, std::string> all;
    for (const layer::LayerPtr& each : running.GetStage().GetUsedLayers())
      all[each->GetIdentifier()] = *each->ExportToString();
    return all;
  };
  const auto before = write();
  CHECK(before.size() >= 3);
  running.PullAll();
  CHECK(Number(running, "/S.radius") == 0.5);
  CHECK(running.World("/A/C")[3][0] != 0);
  running.Bound("/A");
  CHECK_FALSE(CollectMetricsReport(running.GetSystem(), 0.0).divergences.empty());
  CHECK(write() == before);
  for (const layer::LayerPtr& each : running.GetStage().GetUsedLayers()) CHECK_FALSE(each->IsDirty());
}

}  // namespace strata::compute
