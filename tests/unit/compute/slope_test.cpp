// What is kept for prims that something is computed of grows with their number, and is little for each; prims
// of which nothing is computed cost nothing.
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <set>

#include "strata/compute/crs.h"
#include "tests/unit/compute/places.h"

// Of the whole program, so that all that is kept counts; only a thread that wants it counts.
namespace {
thread_local long long* held_bytes = nullptr;
thread_local size_t* allocations = nullptr;
constexpr long long kHeader = sizeof(size_t);  // of the allocator, before each piece
}  // namespace
[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = std::malloc(size ? size : 1);
  if (!memory) throw std::bad_alloc();
  if (allocations) ++*allocations;
  if (held_bytes) *held_bytes += static_cast<long long>(malloc_usable_size(memory)) + kHeader;
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (held_bytes && memory) *held_bytes -= static_cast<long long>(malloc_usable_size(memory)) + kHeader;
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace strata::compute {

namespace {

// Places in one frame, each with an op of its own to keep.
std::string MakePlaces(int count) {
  std::string places;
  for (int i = 0; i < count; ++i)
    places += Place("P" + std::to_string(i), {53.49 + i * 1e-6, 10.2, 0}, Moved("(1, 2, 3)"));
  return Stage(kZUp, Frame("A", kHamburg, "", places));
}

// The same in coordinate reference systems, `count` places in each of `systems`.
std::string MakePlacesInSystems(int count, int systems) {
  std::string text, places;
  for (int i = 0; i < systems; ++i) {
    text += fmt::format("def CoordinateReferenceSystem \"S{}\"\n{{\n    uniform int crs:epsg = {}\n}}\n", i,
                        32601 + i);
    for (int j = 0; j < count; ++j)
      places += fmt::format(
          "def Xform \"P{0}_{1}\" (\n    prepend apiSchemas = [\"GeospatialCRSBindingAPI\"]\n)\n{{\n    rel "
          "crs:binding = </S{0}>\n    double3 crs:position = ({2}, 5927500, 50)\n{3}}}\n",
          i, j, 565000 + j, Moved("(1, 2, 3)"));
  }
  return Stage(kZUp, text + Frame("A", kHamburg, "", places));
}
std::shared_ptr<const Registry> GetSystems() {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddGeospatial(*registry));
  REQUIRE(AddCrsPlaces(*registry));
  return registry;
}

// What is held once an output of all places was asked for, more than before.
long long CountHeld(const std::string& text, std::shared_ptr<const Registry> registry, Token output) {
  stage::Scene scene(text, WithSchemas());
  std::vector<ValueKey> keys;
  for (const stage::Prim& prim : scene.At("/A").GetChildren()) keys.push_back({prim.GetPath(), output});
  // What the stage itself makes when it is first read is not the network's.
  System(scene.GetOwner(), registry).MakeRequest(keys)->Compute(0.0);
  System system(scene.GetOwner(), registry);
  const auto request = system.MakeRequest(keys);
  long long held = 0;
  held_bytes = &held;
  for (const Datum& datum : request->Compute(0.0))
    if (datum.IsEmpty()) FAIL_CHECK("a place without an answer");
  held_bytes = nullptr;
  CHECK(system.GetNetwork().GetNodeCount() >= keys.size());
  return held;
}

// Stands right after the stage.
class Counting final : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit Counting(scene::SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  scene::ScenePrim GetPrim(Path path) const override {
    ++count_;
    return GetInput().GetPrim(path);
  }
  std::string GetDisplayName() const override { return "Counting"; }
  size_t GetCount() const { return count_; }

 private:
  mutable size_t count_ = 0;
};

struct Cost {
  size_t prims = 0, allocations = 0;
};

// What it costs to fill a chain from prims without places, of one unit, and to read all their transforms at
// its end.
Cost CountPlain(int groups, std::shared_ptr<const Registry> registry) {
  std::string text(kZUp);
  for (int i = 0; i < groups; ++i)
    text += fmt::format("def Xform \"G{}\"\n{{\n{}    def Cube \"C\"\n    {{\n{}    }}\n}}\n", i,
                        Moved("(1, 2, 3)"), Moved("(4, 5, 6)"));
  stage::Scene scene(text, WithSchemas());
  scene::SceneIndexPlugin plugin;
  std::shared_ptr<Counting> counting;
  plugin.name = "counting";
  plugin.phase = scene::ChainPhase::kStage;
  plugin.append = [&](scene::SceneIndexPtr input, const scene::PluginContext&) -> scene::SceneIndexPtr {
    return counting = std::make_shared<Counting>(std::move(input));
  };
  const auto plugins = std::make_shared<scene::SceneIndexPluginRegistry>();
  REQUIRE(plugins->Add(std::move(plugin)));
  bridge::ChainOptions options;
  options.plugins = plugins;
  options.stage.computations = std::move(registry);
  const bridge::Chain chain = bridge::MakeChain(options);
  const auto matrix = scene::DataSourceLocator::Parse("xform/matrix");
  std::vector<Path> paths;
  for (int i = 0; i < groups; ++i) paths.push_back(Path(fmt::format("/G{}/C", i)));
  Cost cost;
  double sum = 0;
  allocations = &cost.allocations;
  chain.stage->SetStage(scene.GetOwner());
  for (const Path path : paths)
    if (const auto world = scene::GetValueAs<Matrix4d>(chain.GetFinal()->GetPrim(path).data, matrix))
      sum += (*world)[3][0];
  allocations = nullptr;
  CHECK(sum == 5 * groups);
  cost.prims = counting->GetCount();
  return cost;
}

// What a place on the Earth needs, with its frame or without; its answer is the place itself.
std::shared_ptr<const Registry> MakeLinked(bool has_frame) {
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddGeospatial(*registry));
  Computation place;
  place.output = place.name = Token("linked");
  place.schemas = {Token("OmniWGS84LocalPositionAPI")};
  place.reads = Computation::Reads::kAsWritten;  // as places themselves
  place.inputs = {in::Computation(GetOutputs().xform),
                  in::AttributeSamples(Token("omni:geospatial:wgs84:local:position")),
                  in::Attribute(Token("omni:geospatial:wgs84:local:orientToLocalFrame"))};
  if (has_frame) place.inputs.push_back(in::NearestAncestor(Token("geo:frame")));
  place.function = [](const Arguments& arguments) { return arguments.Get(0); };
  REQUIRE(registry->Add(std::move(place)));
  return registry;
}

}  // namespace

TEST_CASE("G5: a place that was asked for takes less than a thousand bytes, however many there are") {
  constexpr int kPlaces = 1476;
  double first = 0;
  for (const int times : {1, 2, 4}) {
    const int count = times * kPlaces;
    const double each =
        static_cast<double>(CountHeld(MakePlaces(count), GetGeospatial(), GetOutputs().xform)) / count;
    INFO(count << " places, " << each << " bytes each");
    CHECK(each > 2 * sizeof(stage::ComputedTransform));  // the transforms before and after it, at least
    CHECK(each < 1000);
    if (times == 1) first = each;
    CHECK(each < 1.1 * first);
  }
}

TEST_CASE("G5: a place in a coordinate reference system takes less than 1300 bytes, a system less than 2000") {
  constexpr int kPlaces = 500;
  double first = 0;
  for (const int times : {1, 2, 4}) {
    const int count = times * kPlaces;
    const auto of = [&](int each, int systems) {
      return static_cast<double>(
          CountHeld(MakePlacesInSystems(each, systems), GetSystems(), GetOutputs().xform));
    };
    const double each = of(count, 1) / count;
    INFO(count << " places, " << each << " bytes each");
    CHECK(each < 1300);
    if (times == 1) first = each;
    CHECK(each < 1.1 * first);
    // Ten systems are ten descriptions, however many stand in them.
    const double of_system = (of(count / 10, 10) - of(count, 1)) / 9;
    INFO(of_system << " bytes for a system");
    CHECK(of_system < 2000);
  }
}

TEST_CASE("G5: to stand in a frame takes no more than 24 bytes of a place, however many there are") {
  constexpr int kPlaces = 1476;
  for (const int times : {1, 2, 4}) {
    const int count = times * kPlaces;
    const long long with = CountHeld(MakePlaces(count), MakeLinked(true), Token("linked")),
                    without = CountHeld(MakePlaces(count), MakeLinked(false), Token("linked"));
    const double each = static_cast<double>(with - without) / count;
    INFO(count << " places, " << each << " bytes each for their frame");
    CHECK(each > 0);
    CHECK(each <= 24);
  }
}

TEST_CASE(
    "G11, M20: prims without places and of one unit are asked for no more often, and nothing is allocated") {
  const auto standard = MakeStandardRegistry();
  REQUIRE(standard);
  CountPlain(1, *standard);  // what is made once for the program
  size_t more = 0;
  for (const int groups : {100, 200, 400}) {
    const Cost with = CountPlain(groups, *standard), without = CountPlain(groups, nullptr);
    INFO(groups << " groups, " << without.prims << " prims asked for, " << without.allocations
                << " allocations without computations");
    CHECK(with.prims == without.prims);
    REQUIRE(with.allocations >= without.allocations);
    // What the system itself is made of, whatever the number of prims.
    if (groups == 100) more = with.allocations - without.allocations;
    CHECK(with.allocations - without.allocations == more);
  }
}

TEST_CASE("G5: all places see one and the same frame") {
  std::set<const GeoFrame*> seen;
  size_t calls = 0;
  auto registry = std::make_shared<Registry>();
  REQUIRE(AddGeospatial(*registry));
  Computation look;
  look.output = look.name = Token("look");
  look.schemas = {Token("OmniWGS84LocalPositionAPI")};
  look.inputs = {in::NearestAncestor(Token("geo:frame"))};
  look.function = [&](const Arguments& arguments) {
    ++calls;
    seen.insert(arguments.GetIf<GeoFrame>(0));
    return Datum(Value(1.0));
  };
  REQUIRE(registry->Add(std::move(look)));
  CountHeld(MakePlaces(100), registry, Token("look"));
  CHECK(calls == 200);      // two networks
  CHECK(seen.size() <= 2);  // each with a frame of its own
  CHECK(!seen.contains(nullptr));
}

}  // namespace strata::compute
