#include "doctest/doctest.h"
#include "strata/scene/names.h"
#include "strata/scene/scene.h"

namespace strata::scene {

namespace {

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}

ContainerDataSourceHandle Under(const char* name, DataSourceHandle source) {
  return RetainedContainerDataSource::New({{Token(name), std::move(source)}});
}

ContainerDataSourceHandle DependOn(const char* path, const char* on, const char* affected) {
  return Under("__dependencies", Under("d", MakeDependency({Path(path), L(on), L(affected)})));
}

// A value that is edited while scenes hold its data source.
class Edited final : public TypedSampledDataSource<Path> {
 public:
  explicit Edited(std::shared_ptr<const Path> path) : path_(std::move(path)) {}
  Path GetTypedValue(double) const override { return *path_; }
  bool GetContributingSampleTimes(double, double, std::vector<double>*) const override { return false; }

 private:
  std::shared_ptr<const Path> path_;
};

// A (taco) -> B (chicken) -> C (salsa), U alone; all of it seen by somebody.
class Chained {
 public:
  Chained() {
    scene->AddPrims({{Path("/A"), {}, DependOn("/B", "chicken", "taco")},
                     {Path("/B"), {}, DependOn("/C", "salsa", "chicken")},
                     {Path("/C"), {}, nullptr},
                     {Path("/U"), {}, nullptr}});
    PullAll();
    forwarding.AddObserver(observer);
  }
  ~Chained() { forwarding.RemoveObserver(observer); }
  void PullAll() {
    for (Path path : CollectPrimPaths(forwarding)) forwarding.GetPrim(path);
  }
  std::string Remove(const char* path) {
    scene->RemovePrims({Path(path)});
    return observer.TakeSorted();
  }
  std::string Dirty(const char* path, const char* locator) {
    scene->DirtyPrims({{Path(path), L(locator)}});
    return observer.TakeSorted();
  }
  std::pair<size_t, size_t> GetCounts() const {
    return {forwarding.GetDependentCount(), forwarding.GetDependedOnCount()};
  }

  std::shared_ptr<RetainedSceneIndex> scene = std::make_shared<RetainedSceneIndex>();
  DependencyForwardingSceneIndex forwarding{scene};
  RecordingObserver observer;
};

using Counts = std::pair<size_t, size_t>;

}  // namespace

TEST_CASE("a dependent prim that goes is forgotten, with the prims that only it depended on") {
  Chained chained;
  CHECK(chained.GetCounts() == Counts(2, 2));
  CHECK(chained.Remove("/A") == "removed /A");
  CHECK(chained.GetCounts() == Counts(1, 1));
  CHECK(chained.Dirty("/C", "salsa") == "dirtied /B {chicken}; dirtied /C {salsa}");
  CHECK(chained.Dirty("/B", "chicken") == "dirtied /B {chicken}");
}

TEST_CASE(
    "a prim in the middle of a chain that goes is told to those above, and its own dependency forgotten") {
  Chained chained;
  CHECK(chained.Remove("/B") == "dirtied /A {taco}; removed /B");
  CHECK(chained.GetCounts() == Counts(1, 1));
  CHECK(chained.Dirty("/C", "salsa") == "dirtied /C {salsa}");
  // What comes back where it was counts again.
  chained.scene->AddPrims({{Path("/B"), {}, DependOn("/C", "salsa", "chicken")}});
  CHECK(chained.observer.TakeSorted() == "added /B; dirtied /A {taco}");
  CHECK(chained.Dirty("/C", "salsa") == "dirtied /C {salsa}");
  chained.PullAll();
  CHECK(chained.GetCounts() == Counts(2, 2));
  CHECK(chained.Dirty("/C", "salsa") == "dirtied /A {taco}; dirtied /B {chicken}; dirtied /C {salsa}");
}

TEST_CASE("a prim that others depend on goes: they are told, and stay known for as long as they say so") {
  Chained chained;
  CHECK(chained.Remove("/C") == "dirtied /A {taco}; dirtied /B {chicken}; removed /C");
  CHECK(chained.GetCounts() == Counts(2, 2));
  CHECK(chained.Remove("/B") == "dirtied /A {taco}; removed /B");
  CHECK(chained.GetCounts() == Counts(1, 1));
  CHECK(chained.Remove("/A") == "removed /A");
  CHECK(chained.GetCounts() == Counts(0, 0));
}

TEST_CASE("a prim that nobody depends on goes and takes nothing along") {
  Chained chained;
  CHECK(chained.Remove("/U") == "removed /U");
  CHECK(chained.GetCounts() == Counts(2, 2));
  CHECK(chained.Dirty("/C", "salsa") == "dirtied /A {taco}; dirtied /B {chicken}; dirtied /C {salsa}");
}

TEST_CASE("nothing is remembered of a scene that went as a whole") {
  Chained chained;
  CHECK(chained.Remove("/") == "removed /");
  CHECK(chained.GetCounts() == Counts(0, 0));
}

TEST_CASE("a dependency whose target is edited forwards from the new target, and no more from the old one") {
  const auto pet = std::make_shared<Path>("/Dog");
  const ContainerDataSourceHandle on_pet = RetainedContainerDataSource::New(
      {{GetNames().dependedOnPrimPath, Make<const Edited>(pet)},
       {GetNames().dependedOnDataSourceLocator, Retain(TokenVector{Token("bark")})},
       {GetNames().affectedDataSourceLocator, Retain(TokenVector{Token("mood")})}});
  const ContainerDataSourceHandle owner = Under(
      "__dependencies", RetainedContainerDataSource::New(
                            {{Token("pet"), on_pet},
                             {Token("pets"), MakeDependency({Path(), L("pets"), L("__dependencies")})}}));
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims({{Path("/Me"), {}, owner}, {Path("/Dog"), {}, nullptr}, {Path("/Tiger"), {}, nullptr}});
  DependencyForwardingSceneIndex forwarding(scene);
  RecordingObserver observer;
  forwarding.AddObserver(observer);
  forwarding.GetPrim(Path("/Me"));
  const auto dirty = [&](const char* path, const char* locator) {
    scene->DirtyPrims({{Path(path), L(locator)}});
    return observer.TakeSorted();
  };
  CHECK(dirty("/Dog", "bark") == "dirtied /Dog {bark}; dirtied /Me {mood}");
  CHECK(dirty("/Tiger", "bark") == "dirtied /Tiger {bark}");
  *pet = Path("/Tiger");
  CHECK(dirty("/Me", "pets") == "dirtied /Me {__dependencies, pets}");
  CHECK(dirty("/Dog", "bark") == "dirtied /Dog {bark}");
  CHECK(dirty("/Tiger", "bark") == "dirtied /Me {mood}; dirtied /Tiger {bark}");
  CHECK(forwarding.GetDependentCount() == 1);
  CHECK(forwarding.GetDependedOnCount() == 2);  // the tiger, and the prim itself for its pets
  forwarding.RemoveObserver(observer);
}

}  // namespace strata::scene
