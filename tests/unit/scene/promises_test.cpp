// Line by line what scenes, data and the indices over them promise, where no other test asks it.
#include <algorithm>
#include <functional>
#include <random>
#include <sstream>

#include "doctest/doctest.h"
#include "strata/scene/names.h"
#include "strata/scene/scene.h"

namespace strata::scene {

namespace {

const Token kMesh("mesh"), kMaterial("material");

DataSourceLocator L(std::string_view text) {
  return DataSourceLocator::Parse(text);
}
ContainerDataSourceHandle Box(std::vector<std::pair<const char*, DataSourceHandle>> entries) {
  std::vector<RetainedContainerDataSource::Entry> list;
  for (auto& [name, source] : entries) list.emplace_back(Token(name), source);
  return RetainedContainerDataSource::New(std::move(list));
}
ContainerDataSourceHandle Xform(double x) {
  Matrix4d matrix = Matrix4d::Identity();
  matrix[3][0] = x;
  return Box({{"xform", Box({{"matrix", Retain(matrix)}})}});
}
std::shared_ptr<RetainedSceneIndex> MakeScene(std::vector<RetainedSceneIndex::Entry> entries) {
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(std::move(entries));
  return scene;
}
std::optional<int32_t> IntAt(const SceneIndex& scene, const char* prim, const char* locator) {
  return GetValueAs<int32_t>(scene.GetDataSource(Path(prim), L(locator)));
}

class Watch {
 public:
  explicit Watch(SceneIndex& scene) : scene_(scene) { scene.AddObserver(observer_); }
  ~Watch() { scene_.RemoveObserver(observer_); }
  std::string Take() { return observer_.TakeSorted(); }

 private:
  SceneIndex& scene_;
  RecordingObserver observer_;
};

// A scene whose one prim /A is given and told of by hand.
class Changing final : public SceneIndex {
 public:
  ContainerDataSourceHandle data;
  size_t asked = 0;
  ScenePrim GetPrim(Path path) const override {
    ++const_cast<Changing*>(this)->asked;
    if (path == Path("/A")) return {kMaterial, data};
    return path.IsAbsoluteRoot() ? ScenePrim{Token(), Box({})} : ScenePrim();
  }
  std::vector<Path> GetChildPrimPaths(Path path) const override {
    return path.IsAbsoluteRoot() ? std::vector<Path>{Path("/A")} : std::vector<Path>();
  }
  std::string GetDisplayName() const override { return "Changing"; }
  void Dirty(std::initializer_list<DataSourceLocator> locators) {
    ChangeSet changes;
    changes.dirtied.push_back({Path("/A"), DataSourceLocatorSet(locators)});
    Send(std::move(changes));
  }
  void Rename(const char* from, const char* to) {
    ChangeSet changes;
    changes.renamed.push_back({Path(from), Path(to)});
    Send(std::move(changes));
  }
};

// A container that counts how often it is asked.
class Counting final : public ContainerDataSource {
 public:
  Counting(ContainerDataSourceHandle source, int& asked) : source_(std::move(source)), asked_(asked) {}
  std::vector<Token> GetNames() const override {
    ++asked_;
    return source_->GetNames();
  }
  DataSourceHandle Get(Token name) const override {
    ++asked_;
    return source_->Get(name);
  }

 private:
  ContainerDataSourceHandle source_;
  int& asked_;
};

}  // namespace

// -- data ---------------------------------------------------------------------------------------------------

TEST_CASE("names of an overlay come by strength, then as each container has them first") {
  const auto one = Box({{"b", Retain(1)}});
  const auto two = Box({{"a", Retain(2)}});
  const auto three = Box({{"b", Retain(3)}, {"c", Retain(4)}});
  CHECK(OverlayContainerDataSource::New({one, two, three})->GetNames() ==
        std::vector<Token>{Token("b"), Token("a"), Token("c")});
  CHECK(OverlayContainerDataSource::New({two, three, one})->GetNames() ==
        std::vector<Token>{Token("a"), Token("b"), Token("c")});
}

TEST_CASE("under a container in an overlay a value ends the search, and what is weaker stays away") {
  const auto overlay =
      OverlayContainerDataSource::New({Box({{"n", Box({{"x", Retain(1)}})}}), Box({{"n", Retain(7)}}),
                                       Box({{"n", Box({{"y", Retain(2)}})}})});
  CHECK(GetValueAs<int32_t>(overlay, L("n/x")) == 1);
  CHECK_FALSE(ContainerDataSource::Get(overlay, L("n/y")));
  CHECK_FALSE(SampledDataSource::Cast(overlay->Get(Token("n"))));
}

TEST_CASE("a map changes what is right below, and nothing deeper") {
  const auto mapped = MapContainerDataSource::New(
      [](const DataSourceHandle& child) {
        return child->GetKind() == DataSourceKind::kSampled ? DataSourceHandle(Retain(9)) : child;
      },
      Box({{"a", Retain(1)}, {"n", Box({{"a", Retain(1)}})}}));
  CHECK(GetValueAs<int32_t>(mapped, L("a")) == 9);
  CHECK(GetValueAs<int32_t>(mapped, L("n/a")) == 1);
}

TEST_CASE("a value that has no time of its own is the same at every time of the shutter") {
  const auto value = SampledDataSource::Cast(Retain(3));
  std::vector<double> times = {5};
  CHECK_FALSE(value->GetContributingSampleTimes(-1, 1, &times));
  CHECK(times == std::vector<double>{5});
  CHECK(value->GetValue(-0.25) == value->GetValue(0.25));
}

TEST_CASE("prefixes of sets of any size are replaced as in each locator") {
  std::mt19937 random(3);
  const Token names[] = {Token("a"), Token("b"), Token("c"), Token()};
  const auto make = [&](size_t most) {
    std::vector<Token> parts(random() % (most + 1));
    for (Token& part : parts) part = names[random() % 4];
    return DataSourceLocator(std::span<const Token>(parts));
  };
  for (int round = 0; round < 1000; ++round) {
    std::vector<DataSourceLocator> list(random() % 16);
    for (auto& locator : list) locator = make(4);
    const DataSourceLocatorSet set(list);
    const DataSourceLocator from = make(2), to = make(2);
    std::vector<DataSourceLocator> replaced;
    for (const auto& locator : set) replaced.push_back(locator.ReplacePrefix(from, to));
    CHECK(set.ReplacePrefix(from, to) == DataSourceLocatorSet(replaced));
    const Token name = names[random() % 4];
    CHECK(set.Intersects(name) == set.Intersects(DataSourceLocator(name)));
  }
}

TEST_CASE("copies of a set know each other, and sets made alike do not") {
  const DataSourceLocatorSet set{L("a"), L("b")};
  DataSourceLocatorSet copy = set;
  CHECK(copy.IsCopyOf(set));
  copy.Insert(L("c"));
  CHECK_FALSE(copy.IsCopyOf(set));
  CHECK_FALSE(DataSourceLocatorSet{L("a"), L("b")}.IsCopyOf(set));
  CHECK(DataSourceLocatorSet().IsCopyOf(DataSourceLocatorSet()));
}

TEST_CASE("data keep no scene index alive") {
  for (const ResolvingIndex& resolving : GetResolvingIndices()) {
    CAPTURE(resolving.name);
    auto scene = MakeScene({{Path("/A"), kMesh, Xform(1)},
                            {Path("/M"), kMaterial, Box({{"material", Box({})}})},
                            {Path("/L"), Token("sphereLight"), Box({{"light", Box({})}})}});
    std::vector<ContainerDataSourceHandle> held;
    std::weak_ptr<SceneIndex> over;
    {
      const SceneIndexPtr index = resolving.make(std::make_shared<FlatteningSceneIndex>(
          scene, FlatteningSceneIndex::Providers{{Token("xform"), MakeXformFlattening()}}));
      over = index;
      for (Path path : CollectPrimPaths(*index)) held.push_back(index->GetPrim(path).data);
    }
    CHECK(over.expired());
    for (const ContainerDataSourceHandle& data : held) CHECK(PrintDataSource(data) != "nothing");
  }
}

// -- scenes -------------------------------------------------------------------------------------------------

TEST_CASE("who comes to watch is told of nothing that was, and who leaves of nothing that is") {
  auto scene = MakeScene({{Path("/A"), kMesh, nullptr}});
  RecordingObserver observer;
  scene->AddObserver(observer);
  CHECK(observer.TakeSorted() == "");
  scene->RemoveObserver(observer);
  CHECK(observer.TakeSorted() == "");
  scene->AddPrims({{Path("/B"), kMesh, nullptr}});
  CHECK(observer.TakeSorted() == "");
}

TEST_CASE("parts of a prim at paths of properties are prims without others below") {
  auto scene = MakeScene({{Path("/A"), kMesh, nullptr}, {Path("/A.part"), Token("renderVar"), Xform(1)}});
  FlatteningSceneIndex flattening(scene, {{Token("xform"), MakeXformFlattening()}});
  CHECK(CollectPrimPaths(flattening) == std::vector<Path>{Path("/"), Path("/A"), Path("/A.part")});
  CHECK(flattening.GetPrim(Path("/A.part")).type == "renderVar");
  CHECK(flattening.GetChildPrimPaths(Path("/A.part")).empty());
  DebuggingSceneIndex debugging(scene);
  CHECK(debugging.GetPrim(Path("/A.part")));
  CHECK(debugging.GetViolations().empty());
  scene->RemovePrims({Path("/A")});
  CHECK_FALSE(scene->GetPrim(Path("/A.part")));
}

TEST_CASE("a subtree that is renamed is removed and added to who does not ask for more") {
  auto scene = std::make_shared<Changing>();
  scene->data = Box({});
  class Asking final : public NoticeObserver {
   public:
    void PrimsAdded(const SceneIndex&, const std::vector<AddedPrim>&) override { told += "added "; }
    void PrimsRemoved(const SceneIndex&, const std::vector<Path>&) override { told += "removed "; }
    void PrimsDirtied(const SceneIndex&, const std::vector<DirtiedPrim>&) override {}
    void PrimsRenamed(const SceneIndex&, const std::vector<RenamedPrim>& entries) override {
      for (const RenamedPrim& entry : entries)
        told += "renamed " + entry.old_path.GetString() + " " + entry.new_path.GetString();
    }
    std::string told;
  } asking;
  Watch watch(*scene);
  scene->AddObserver(asking);
  CachingSceneIndex over(scene);
  Watch over_watch(over);
  MergingSceneIndex merged({{scene}});
  Watch merged_watch(merged);
  scene->Rename("/Old", "/A");
  CHECK(watch.Take() == "added /A material; removed /Old");
  CHECK(asking.told == "renamed /Old /A");
  CHECK(over_watch.Take() == "added /A material; removed /Old");
  CHECK(merged_watch.Take() == "added /A material; removed /Old");
  scene->RemoveObserver(asking);
}

TEST_CASE("flattening fetches a prim's container anew when it is told that it is another one") {
  auto scene = std::make_shared<Changing>();
  scene->data = Xform(1);
  const auto flattening = std::make_shared<FlatteningSceneIndex>(
      scene, FlatteningSceneIndex::Providers{{Token("xform"), MakeXformFlattening()}});
  CHECK(GetPrimTransform(*flattening, Path("/A"))[3][0] == 1);
  scene->data = Xform(2);
  scene->Dirty({L("xform")});
  CHECK(GetPrimTransform(*flattening, Path("/A"))[3][0] == 1);  // the container that it holds
  scene->Dirty({DataSourceLocator(GetContainerSentinel()), L("xform")});
  CHECK(GetPrimTransform(*flattening, Path("/A"))[3][0] == 2);
}

TEST_CASE("data that are laid over each other come down from prim to prim, name by name") {
  auto scene =
      MakeScene({{Path("/A"), {}, Box({{"coordSysBinding", Box({{"x", Retain(1)}, {"y", Retain(2)}})}})},
                 {Path("/A/B"), {}, Box({{"coordSysBinding", Box({{"x", Retain(3)}})}})},
                 {Path("/A/B/C"), {}, nullptr}});
  FlatteningSceneIndex flattening(scene, {{Token("coordSysBinding"), MakeOverlayFlattening()}});
  CHECK(IntAt(flattening, "/A/B/C", "coordSysBinding/x") == 3);
  CHECK(IntAt(flattening, "/A/B/C", "coordSysBinding/y") == 2);
  Watch watch(flattening);
  scene->DirtyPrims({{Path("/A"), L("coordSysBinding/y")}});
  CHECK(watch.Take() ==
        "dirtied /A {coordSysBinding/y}; dirtied /A/B {coordSysBinding}; dirtied /A/B/C {coordSysBinding}");
}

TEST_CASE("dependencies of a scene below a prefix lead to prims below it") {
  auto scene =
      MakeScene({{Path("/A"), kMesh,
                  Box({{"__dependencies", Box({{"d", MakeDependency({Path("/B"), L("x"), L("y")})}})}})},
                 {Path("/B"), kMesh, nullptr}});
  const SceneIndexPtr prefixed = MakePrefixingSceneIndex(scene, Path("/P"));
  const std::vector<Dependency> read = ReadDependencies(prefixed->GetPrim(Path("/P/A")).data);
  REQUIRE(read.size() == 1);
  CHECK(read[0].depended_on == Path("/P/B"));
  DependencyForwardingSceneIndex forwarding(prefixed);
  forwarding.GetPrim(Path("/P/A"));
  Watch watch(forwarding);
  scene->DirtyPrims({{Path("/B"), L("x")}});
  CHECK(watch.Take() == "dirtied /P/A {y}; dirtied /P/B {x}");
}

TEST_CASE("an input that tells of everything anew is merged with the types of the others") {
  auto strong = MakeScene({{Path("/A"), {}, nullptr}});
  auto weak = std::make_shared<RepopulatingSceneIndex>(
      MakeScene({{Path("/A"), kMesh, nullptr}, {Path("/B"), kMesh, nullptr}}));
  MergingSceneIndex merged({{strong}, {weak}});
  Watch watch(merged);
  weak->Repopulate();
  CHECK(watch.Take() == "added /; added /A mesh; added /B mesh");
  strong->AddPrims({{Path("/B"), Token("sphere"), nullptr}});
  watch.Take();
  weak->Repopulate();
  CHECK(watch.Take() == "added /; added /A mesh; added /B sphere");
}

// -- a part that is kept ------------------------------------------------------------------------------------

TEST_CASE("one part of a prim's data is asked for once, until it is dirtied") {
  int asked = 0;
  auto scene = std::make_shared<Changing>();
  const auto network = [&](int value) {
    return Make<const Counting>(Box({{"node", Make<const Counting>(Box({{"value", Retain(value)}}), asked)}}),
                                asked);
  };
  scene->data = RetainedContainerDataSource::New({{kMaterial, network(1)}, {Token("other"), network(5)}});
  LocatorCachingSceneIndex caching(scene, L("material"), kMaterial);
  for (int i = 0; i < 3; ++i) CHECK(IntAt(caching, "/A", "material/node/value") == 1);
  CHECK(asked == 2);
  for (int i = 0; i < 2; ++i) CHECK(IntAt(caching, "/A", "other/node/value") == 5);
  CHECK(asked == 6);
  CHECK(scene->asked == 1);
  scene->Dirty({L("other")});
  CHECK(IntAt(caching, "/A", "material/node/value") == 1);
  CHECK(asked == 6);
  const auto held = ContainerDataSource::Cast(caching.GetDataSource(Path("/A"), L("material")));
  scene->Dirty({L("material/node/value")});
  CHECK(GetValueAs<int32_t>(held, L("node/value")) == 1);
  CHECK(asked == 7);  // the value alone
  scene->Dirty({L("material/node")});
  CHECK(GetValueAs<int32_t>(held, L("node/value")) == 1);
  CHECK(asked == 9);
  scene->data = RetainedContainerDataSource::New({{kMaterial, network(2)}});
  scene->Dirty({DataSourceLocator(GetContainerSentinel()), L("material")});
  CHECK(IntAt(caching, "/A", "material/node/value") == 2);
  CHECK(scene->asked == 2);
}

TEST_CASE("a part further down is kept, what leads to it is passed through, and other types are left alone") {
  int asked = 0;
  auto scene = MakeScene(
      {{Path("/A"), kMesh, Box({{"a", Box({{"b", Make<const Counting>(Box({{"x", Retain(1)}}), asked)}})}})},
       {Path("/B"), kMaterial,
        Box({{"a", Box({{"b", Make<const Counting>(Box({{"x", Retain(2)}}), asked)}, {"c", Retain(3)}})}})}});
  LocatorCachingSceneIndex caching(scene, L("a/b"), kMaterial);
  for (int i = 0; i < 3; ++i) CHECK(IntAt(caching, "/B", "a/b/x") == 2);
  CHECK(asked == 1);
  CHECK(IntAt(caching, "/B", "a/c") == 3);
  for (int i = 0; i < 3; ++i) CHECK(IntAt(caching, "/A", "a/b/x") == 1);
  CHECK(asked == 4);
  Watch watch(caching);
  scene->DirtyPrims({{Path("/B"), L("a")}});
  CHECK(watch.Take() == "dirtied /B {a}");
  CHECK(IntAt(caching, "/B", "a/b/x") == 2);
  CHECK(asked == 5);
  scene->RemovePrims({Path("/B")});
  CHECK_FALSE(caching.GetPrim(Path("/B")));
  CHECK(caching.GetCachedPrimCount() == 1);  // "/" above it
}

// -- graphs of scenes ---------------------------------------------------------------------------------------

TEST_CASE("a graph of scenes is seen as one, with what it reads and what is inside") {
  auto scene = MakeScene({{Path("/A"), kMesh, nullptr}});
  const auto inside = std::make_shared<CachingSceneIndex>(std::make_shared<SceneGlobalsSceneIndex>(scene));
  const Result<SceneIndexPtr> made = EncapsulatingSceneIndex::New({scene}, inside, "Look");
  REQUIRE(made);
  CHECK((*made)->GetInputScenes() == std::vector<SceneIndexPtr>{scene});
  CHECK((*made)->GetEncapsulatedScenes() == std::vector<SceneIndexPtr>{inside});
  CHECK((*made)->GetDisplayName() == "Look");
  Watch watch(**made);
  scene->AddPrims({{Path("/B"), kMesh, nullptr}});
  CHECK(watch.Take() == "added /B mesh");
  CHECK(ReadsFrom(**made, *inside));
  const auto stranger = MakeScene({});
  const Result<SceneIndexPtr> wrong = EncapsulatingSceneIndex::New({stranger}, inside, "Look");
  REQUIRE_FALSE(wrong);
  CHECK(std::string(wrong.GetError().code->name) == "scene.input-not-read");
  CHECK_FALSE(EncapsulatingSceneIndex::New({nullptr}, inside, "Look"));
  CHECK_FALSE(EncapsulatingSceneIndex::New({inside}, inside, "Look"));
}

TEST_CASE("a message of the system reaches every scene that is read, once") {
  class Listening final : public SingleInputFilteringSceneIndex {
   public:
    explicit Listening(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
    std::string GetDisplayName() const override { return "Listening"; }
    void OnSystemMessage(Token type, const ContainerDataSourceHandle& arguments) override {
      heard += type.GetString() + (arguments ? " with arguments;" : ";");
    }
    std::string heard;
  };
  const auto bottom = std::make_shared<Listening>(nullptr);
  const auto left = std::make_shared<Listening>(bottom), right = std::make_shared<Listening>(bottom);
  MergingSceneIndex merged({{left}, {right}});
  merged.SystemMessage(Token("asyncAllow"), nullptr);
  merged.SystemMessage(Token("asyncPoll"), Box({}));
  for (const auto& each : {bottom, left, right}) CHECK(each->heard == "asyncAllow;asyncPoll with arguments;");
}

// -- the test kit -------------------------------------------------------------------------------------------

TEST_CASE("the test kit prints notices, reads transforms and unites what is dirtied") {
  auto scene = MakeScene({{Path("/A"), kMesh, Xform(4)}});
  std::ostringstream out;
  PrintingObserver printing(out, "> ");
  scene->AddObserver(printing);
  scene->DirtyPrims({{Path("/A"), L("x")}});
  scene->RemovePrims({Path("/A")});
  scene->RemoveObserver(printing);
  CHECK(out.str() == "> dirtied /A {x}\n> removed /A\n");
  CHECK(GetPrimTransform(*scene, Path("/A")) == Matrix4d::Identity());
  CHECK(UniteDirtied({{Path("/A"), L("x")}, {Path("/B"), L("x")}, {Path("/A"), L("y")}}) ==
        UniteDirtied({{Path("/B"), L("x")}, {Path("/A"), {L("y"), L("x")}}}));
}

}  // namespace strata::scene
