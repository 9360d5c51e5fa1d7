// What opening a stage costs grows with the number of its prims, not faster.
#include <array>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <new>

#include <fmt/format.h>

#include "strata/compose/change_processor.h"
#include "strata/stage/composition_query.h"
#include "strata/stage/flatten.h"
#include "strata/stage/stage_impl.h"
#include "tests/unit/stage/scene.h"

// Of the whole program, so that all that is asked for counts; only a thread that wants it counts.
namespace {
thread_local size_t* allocations = nullptr;
}
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (allocations) ++*allocations;
  if (void* memory = std::malloc(size ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace strata::stage {

namespace {

// Blocks of placements of a few assets that reference a part, with variants, classes, overrides from a
// sublayer and instances.
std::string MakeWorld(int places) {
  std::string text = "(\n    subLayers = [@over.usda@]\n)\nclass \"_Style\"\n{\n}\ndef \"World\"\n{\n";
  for (int i = 0; i < places; ++i) {
    text += fmt::format("    def \"P_{}\" (\n        payload = @asset_{}.usda@\n", i, i % 3);
    if (i % 5 == 0) text += "        instanceable = true\n";
    if (i % 2) text += "        variants = {\n            string lod = \"low\"\n        }\n";
    text += "    )\n    {\n        double size = 1\n    }\n";
  }
  return text + "}\n";
}

std::string MakeOverrides(int places) {
  std::string text = "over \"World\"\n{\n";
  for (int i = 0; i < places; i += 3)
    text += fmt::format(
        "    over \"P_{}\"\n    {{\n        over \"Geom\"\n        {{\n            double x = {}\n        "
        "}}\n    }}\n",
        i, i);
  return text + "}\n";
}

std::string MakeAsset(int number) {
  return fmt::format(
      "(\n    defaultPrim = \"Asset\"\n)\nclass \"_Style\"\n{{\n    double tint = 1\n}}\n"
      "def \"Asset\" (\n    inherits = </_Style>\n    variants = {{\n        string lod = \"high\"\n    }}\n"
      "    prepend variantSets = \"lod\"\n)\n{{\n    def \"Geom\"\n    {{\n"
      "        def \"Part_{}\" (references = @part.usda@)\n        {{\n        }}\n    }}\n"
      "    variantSet \"lod\" = {{\n        \"high\" {{\n            def \"Detail\"\n            {{\n        "
      "    }}\n"
      "        }}\n        \"low\" {{\n        }}\n    }}\n}}\n",
      number);
}

struct Cost {
  size_t prims = 0, allocations = 0;
};

Scene MakeScene(int places) {
  return Scene({{"root.usda", MakeWorld(places)},
                {"over.usda", MakeOverrides(places)},
                {"asset_0.usda", MakeAsset(0)},
                {"asset_1.usda", MakeAsset(1)},
                {"asset_2.usda", MakeAsset(2)},
                {"part.usda",
                 "(\n    defaultPrim = \"Part\"\n)\ndef \"Part\"\n{\n    def \"Mesh\"\n    {\n    }\n}\n"}});
}

Cost CountOpening(int places) {
  const Scene warm = MakeScene(places);  // paths and names are interned for good
  Cost cost;
  Diagnostics diagnostics;
  allocations = &cost.allocations;
  const Result<StagePtr> opened =
      Stage::Open(warm->GetLayerRegistry(), warm->GetRootLayer(), OpenOptions(), diagnostics);
  allocations = nullptr;
  REQUIRE(opened);
  cost.prims = (*opened)->GetPrimCount();
  return cost;
}

}  // namespace

TEST_CASE("opening a stage costs as much for each prim, however many there are") {
  const std::array<Cost, 3> costs{CountOpening(250), CountOpening(500), CountOpening(1000)};
  CHECK(costs[0].prims > 900);
  for (size_t i = 1; i < costs.size(); ++i) {
    const double slope =
        std::log(static_cast<double>(costs[i].allocations) / static_cast<double>(costs[i - 1].allocations)) /
        std::log(static_cast<double>(costs[i].prims) / static_cast<double>(costs[i - 1].prims));
    CAPTURE(costs[i].prims);
    CAPTURE(costs[i].allocations);
    CHECK(slope <= 1.1);
  }
  // Most prims share what is known of those composed alike.
  CHECK(costs[2].allocations < 12 * costs[2].prims);
}

TEST_CASE("who depends on whom is found out when the first edit or question asks, and not by reading") {
  const Scene scene = MakeScene(60);
  const compose::Cache& cache = *scene->GetImpl().cache;
  scene->FollowLayers();
  const auto all = PrimPredicate::All().With(InstanceProxies::kTraverse);
  size_t read = 0;
  for (const Prim& prim : scene->Traverse(all)) {
    read += PrimCompositionQuery(prim).GetCompositionArcs().size() + prim.GetPrimStack().size();
    for (Token name : prim.GetPropertyNames())
      if (Attribute(prim, name).Get().IsEmpty()) ++read;
  }
  CHECK(read > 500);
  (void)scene->GetCompositionErrors();
  CHECK(compose::ChangeProcessor::CountSitesWithDependents(cache) == 0);

  Diagnostics diagnostics;
  const layer::LayerPtr part = scene->GetLayerRegistry()->FindOrOpen("part.usda", nullptr, {}, diagnostics);
  REQUIRE(part);
  SUBCASE("a question") {
    // Those of instances are in six prototypes: of three assets in two variants.
    CHECK(cache.FindSiteDependencies(*part, Path("/Part")).size() == 60 - 12 + 6);
  }
  SUBCASE("an edit") {
    REQUIRE(part->SetField(Path("/Part"), Token("active"), Value(false)));
    CHECK(!scene.At("/World/P_1/Geom/Part_1").IsActive());
  }
  // "/", "/Part" and what is below: the layer stack of this layer alone.
  CHECK(compose::ChangeProcessor::CountSitesWithDependents(cache) > 0);
  CHECK(compose::ChangeProcessor::CountSitesWithDependents(cache) <= 4);
}

TEST_CASE("an edit of what no arc leads to needs to know nobody who depends on it") {
  const Scene scene = MakeScene(60);
  const compose::Cache& cache = *scene->GetImpl().cache;
  scene->FollowLayers();
  REQUIRE(scene->GetRootLayer()->SetField(Path("/World/P_1"), layer::GetFieldNames().variantSelection,
                                          Value(VariantSelectionMap{{"lod", "proxy"}})));
  REQUIRE(scene->GetRootLayer()->SetField(Path("/World/P_2"), Token("active"), Value(false)));
  CHECK(!scene.At("/World/P_2").IsActive());
  CHECK(compose::ChangeProcessor::CountSitesWithDependents(cache) == 0);
}

}  // namespace strata::stage
