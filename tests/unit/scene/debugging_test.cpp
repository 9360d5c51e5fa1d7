// Scenes, data and observers that break their promises, under the debugging scene.
#include "strata/scene/debugging.h"

#include <algorithm>
#include <functional>
#include <latch>
#include <stdexcept>
#include <thread>

#include "doctest/doctest.h"
#include "strata/scene/scene.h"

namespace strata::scene {

namespace {

const Token kMesh("mesh");

ContainerDataSourceHandle Box(std::vector<RetainedContainerDataSource::Entry> entries = {}) {
  return RetainedContainerDataSource::New(std::move(entries));
}

// A scene that answers as it is told to.
class Scripted final : public SceneIndex {
 public:
  std::function<ScenePrim(Path)> prim = [](Path) { return ScenePrim{Token(), Box()}; };
  std::function<std::vector<Path>(Path)> children = [](Path) { return std::vector<Path>(); };
  ScenePrim GetPrim(Path path) const override { return prim(path); }
  std::vector<Path> GetChildPrimPaths(Path path) const override { return children(path); }
  std::string GetDisplayName() const override { return "Scripted"; }
  void Tell(ChangeSet changes) { Send(std::move(changes)); }
  void TellAsItIs(ChangeSet changes) { Send(std::move(changes), Form::kNormal); }
};

// "/" and, below it, /A.
std::shared_ptr<Scripted> MakeScripted() {
  auto scene = std::make_shared<Scripted>();
  scene->children = [](Path path) {
    return path.IsAbsoluteRoot() ? std::vector<Path>{Path("/A")} : std::vector<Path>();
  };
  return scene;
}

std::shared_ptr<RetainedSceneIndex> MakeScene(std::vector<RetainedSceneIndex::Entry> entries) {
  auto scene = std::make_shared<RetainedSceneIndex>();
  scene->AddPrims(std::move(entries));
  return scene;
}

ChangeSet Dirty(const char* path) {
  ChangeSet changes;
  changes.dirtied.push_back({Path(path), DataSourceLocator(Token("x"))});
  return changes;
}

bool Has(const std::vector<std::string>& notes, std::string_view text) {
  return std::ranges::any_of(notes, [&](const std::string& note) { return note.find(text) != note.npos; });
}

class Listener final : public SceneIndexObserver {
 public:
  explicit Listener(std::function<void()> heard) : heard_(std::move(heard)) {}
  void ApplyChanges(const SceneIndex&, const ChangeSet&) override { heard_(); }

 private:
  std::function<void()> heard_;
};

// A value that is made by a function.
class MadeValue final : public SampledDataSource {
 public:
  explicit MadeValue(std::function<Value(double)> make) : make_(std::move(make)) {}
  Value GetValue(double offset) const override { return make_(offset); }
  bool GetContributingSampleTimes(double, double, std::vector<double>* times) const override {
    if (times) *times = {1, -1, 0};
    return true;
  }

 private:
  std::function<Value(double)> make_;
};

}  // namespace

TEST_CASE("a scene that throws shows nothing there, which is noted, and the rest of it is read") {
  auto scene = MakeScripted();
  DebuggingSceneIndex debugging(scene, nullptr, "Filter");
  scene->prim = [](Path path) -> ScenePrim {
    if (path == Path("/A")) throw std::runtime_error("no licence");
    return {Token(), Box()};
  };
  CHECK_FALSE(debugging.GetPrim(Path("/A")));
  CHECK(debugging.GetPrim(Path::AbsoluteRoot()));
  scene->children = [](Path) -> std::vector<Path> { throw 7; };
  CHECK(debugging.GetChildPrimPaths(Path::AbsoluteRoot()).empty());
  CHECK(CollectPrimPaths(debugging) == std::vector<Path>{Path::AbsoluteRoot()});
  CHECK(debugging.GetViolations() ==
        std::vector<std::string>{"Filter: GetPrim of /A throws: no licence",
                                 "Filter: GetChildPrimPaths of / throws: what is no std::exception"});
  Diagnostics diagnostics;
  debugging.GetChecks()->Report(diagnostics);
  REQUIRE(diagnostics.GetAll().size() == 2);
  CHECK(std::string(diagnostics.GetAll()[1].code->name) == "scene.contract-broken");
  CHECK(diagnostics.GetAll()[1].message.find("(2 times)") != std::string::npos);
}

TEST_CASE("data that throw count as data that are not there, wherever they do") {
  class Thrower final : public ContainerDataSource {
   public:
    std::vector<Token> GetNames() const override { throw std::runtime_error("names"); }
    DataSourceHandle Get(Token) const override { throw std::runtime_error("get"); }
  };
  class Elements final : public VectorDataSource {
   public:
    size_t GetNumElements() const override { return 2; }
    DataSourceHandle GetElement(size_t i) const override {
      if (i) throw std::runtime_error("element");
      return scene::Retain(3);
    }
  };
  class Times final : public SampledDataSource {
   public:
    Value GetValue(double) const override { throw std::runtime_error("value"); }
    bool GetContributingSampleTimes(double, double, std::vector<double>*) const override {
      throw std::runtime_error("times");
    }
  };
  const auto scene = MakeScene({{Path("/A"), kMesh,
                                 Box({{Token("box"), Make<const Thrower>()},
                                      {Token("list"), Make<const Elements>()},
                                      {Token("value"), Make<const Times>()},
                                      {Token("good"), Retain(5)}})}});
  DebuggingSceneIndex debugging(scene);
  const ContainerDataSourceHandle data = debugging.GetPrim(Path("/A")).data;
  const auto box = ContainerDataSource::Cast(data->Get(Token("box")));
  REQUIRE(box);
  CHECK(box->GetNames().empty());
  CHECK_FALSE(box->Get(Token("x")));
  const auto list = VectorDataSource::Cast(data->Get(Token("list")));
  REQUIRE(list);
  CHECK(list->GetNumElements() == 2);
  CHECK(GetValueAs<int32_t>(list->GetElement(0)) == 3);
  CHECK_FALSE(list->GetElement(1));
  const auto value = SampledDataSource::Cast(data->Get(Token("value")));
  REQUIRE(value);
  CHECK(value->GetValue(0).GetType() == ValueType::kEmpty);
  CHECK_FALSE(value->GetContributingSampleTimes(0, 1, nullptr));
  CHECK(GetValueAs<int32_t>(data->Get(Token("good"))) == 5);
  CHECK(debugging.GetViolations() ==
        std::vector<std::string>{"/A box throws in GetNames: names", "/A box/x throws in Get: get",
                                 "/A list/1 throws in GetElement: element",
                                 "/A value throws in GetValue: value",
                                 "/A value throws in GetContributingSampleTimes: times"});
}

TEST_CASE("values that change their type and sample times that are out of order are noted") {
  const auto turns =
      Make<const MadeValue>([](double offset) { return offset > 0 ? Value(Token("late")) : Value(1.5); });
  const auto scene = MakeScene({{Path("/A"), kMesh, Box({{Token("v"), turns}})}});
  DebuggingSceneIndex debugging(scene);
  const auto value = SampledDataSource::Cast(debugging.GetPrim(Path("/A")).data->Get(Token("v")));
  (void)value->GetValue(0);
  (void)value->GetValue(1);
  std::vector<double> times;
  CHECK(value->GetContributingSampleTimes(-1, 1, &times));
  CHECK(times == std::vector<double>{-1, 0, 1});
  CHECK(debugging.GetViolations() ==
        std::vector<std::string>{"/A v gives values of different types",
                                 "/A v gives sample times that are out of order"});
}

TEST_CASE("an observer that throws keeps no other one from being told, and the change is over") {
  auto scene = MakeScripted();
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  Listener thrower([] { throw std::runtime_error("deaf"); });
  RecordingObserver last;
  debugging->AddObserver(thrower);
  debugging->AddObserver(last);
  for (int round = 0; round < 2; ++round) {
    scene->Tell(Dirty("/A"));
    CHECK(last.TakeSorted() == "dirtied /A {x}");
  }
  CHECK(debugging->GetViolations() == std::vector<std::string>{"who is told of changes throws: deaf"});
  CHECK(debugging->GetChecks()->GetViolationCount() == 2);
  debugging->RemoveObserver(thrower);
  debugging->RemoveObserver(last);
  CHECK_FALSE(debugging->IsObserved());
}

TEST_CASE("without a debugging scene, what an observer throws comes out once all were told") {
  auto scene = MakeScene({{Path("/A"), kMesh, Box()}});
  Listener thrower([] { throw std::runtime_error("deaf"); });
  RecordingObserver last;
  scene->AddObserver(thrower);
  scene->AddObserver(last);
  CHECK_THROWS_WITH(scene->DirtyPrims({{Path("/A"), DataSourceLocator(Token("x"))}}), "deaf");
  CHECK(last.TakeSorted() == "dirtied /A {x}");
  scene->RemoveObserver(thrower);
  scene->RemoveObserver(last);
  CHECK_FALSE(scene->IsObserved());
}

TEST_CASE("children that lie elsewhere, come twice or lead round in circles are left out") {
  auto scene = MakeScripted();
  scene->children = [](Path path) {
    if (path.IsAbsoluteRoot()) return std::vector<Path>{Path("/A"), Path("/"), Path("/A"), Path("/X/Y")};
    if (path == Path("/A")) return std::vector<Path>{Path("/"), Path("/A"), Path("/A/B"), Path()};
    return std::vector<Path>();
  };
  CHECK(CollectPrimPaths(*scene).size() == 5);  // /A twice, and an end
  DebuggingSceneIndex debugging(scene);
  CHECK(CollectPrimPaths(debugging) == std::vector<Path>{Path("/"), Path("/A"), Path("/A/B")});
  const std::vector<std::string> notes = debugging.GetViolations();
  for (const char* note : {"/ is no child of /", "/A is a child twice", "/X/Y is no child of /",
                           "/ is no child of /A", "/A is no child of /A"})
    CHECK(Has(notes, note));
}

TEST_CASE("a scene that goes down without end has one under the debugging scene") {
  auto scene = std::make_shared<Scripted>();
  scene->children = [](Path path) { return std::vector<Path>{path.AppendChild(Token("n"))}; };
  DebuggingSceneIndex debugging(scene);
  CHECK(CollectPrimPaths(debugging).size() == DebuggingSceneIndex::kMaxDepth + 1);
  CHECK(Has(debugging.GetViolations(), "has children below 2000 others"));
}

TEST_CASE("a prim that is shown and cannot be reached is not there") {
  auto scene = MakeScripted();
  DebuggingSceneIndex debugging(scene);
  CHECK(debugging.GetPrim(Path("/A")));
  CHECK_FALSE(debugging.GetPrim(Path("/A/Hidden")));
  CHECK(debugging.GetViolations() == std::vector<std::string>{"/A/Hidden is shown and cannot be reached"});
  // What came and was not told of yet can be reached.
  scene->children = [](Path path) {
    return path.IsAbsoluteRoot() ? std::vector<Path>{Path("/A"), Path("/New")} : std::vector<Path>();
  };
  CHECK(debugging.GetPrim(Path("/New")));
  CHECK(debugging.GetViolations().size() == 1);
}

TEST_CASE("changes that tell of a prim twice, of none, or not of what came and went, are noted") {
  auto scene = MakeScripted();
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  RecordingObserver observer;
  debugging->AddObserver(observer);
  ChangeSet twice = Dirty("/A");
  twice.dirtied.push_back(twice.dirtied.front());
  scene->TellAsItIs(twice);
  CHECK(observer.TakeSorted() == "dirtied /A {x}");
  scene->Tell(Dirty("/Nowhere"));
  scene->children = [](Path path) {
    return path.IsAbsoluteRoot() ? std::vector<Path>{Path("/B")} : std::vector<Path>();
  };
  scene->Tell(Dirty("/B"));
  CHECK(debugging->GetViolations() ==
        std::vector<std::string>{"a change tells of a prim twice, or of one before its parent",
                                 "/Nowhere is dirtied and is not there", "/B was never added",
                                 "/A was never removed", "/B is dirtied and is not there"});
  debugging->RemoveObserver(observer);
}

TEST_CASE("changes that cause changes end") {
  auto scene = MakeScripted();
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  size_t heard = 0;
  Listener echo([&] {
    ++heard;
    scene->Tell(Dirty("/A"));
  });
  debugging->AddObserver(echo);
  scene->Tell(Dirty("/A"));
  CHECK(heard == DebuggingSceneIndex::kMaxNested);
  CHECK(debugging->GetViolations() == std::vector<std::string>{"changes cause changes without end"});
  debugging->RemoveObserver(echo);
}

TEST_CASE("changes that other threads tell are noted") {
  auto scene = MakeScripted();
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  RecordingObserver observer;
  debugging->AddObserver(observer);
  scene->Tell(Dirty("/A"));
  CHECK(debugging->GetViolations().empty());
  std::thread([&] { scene->Tell(Dirty("/A")); }).join();
  CHECK(observer.TakeSorted() == "dirtied /A {x}; dirtied /A {x}");
  CHECK(debugging->GetViolations() ==
        std::vector<std::string>{"changes are told by another thread than before"});
  debugging->RemoveObserver(observer);
}

TEST_CASE("of two threads that tell of changes at once one waits for the other") {
  auto scene = MakeScripted();
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  std::latch inside(1);
  std::atomic<int> listening = 0;
  std::atomic<bool> overlapped = false;
  std::atomic<bool> is_first = true;
  Listener slow([&] {
    if (++listening > 1) overlapped = true;
    if (is_first.exchange(false)) {
      inside.count_down();
      // Until the other one has come, and has been noted.
      while (debugging->GetViolations().empty()) std::this_thread::yield();
    }
    --listening;
  });
  debugging->AddObserver(slow);
  std::thread first([&] { scene->Tell(Dirty("/A")); });
  inside.wait();
  // Delivered by hand: the scene itself is for one thread, the debugging scene looks after its own.
  auto other = MakeScripted();
  const auto sharing = std::make_shared<DebuggingSceneIndex>(other, debugging->GetChecks());
  sharing->AddObserver(slow);
  other->Tell(Dirty("/A"));
  first.join();
  CHECK_FALSE(overlapped);
  CHECK(debugging->GetViolations() ==
        std::vector<std::string>{"The scene is changed by two threads at once"});
  debugging->RemoveObserver(slow);
  sharing->RemoveObserver(slow);
}

TEST_CASE("a change waits for who is reading, and who comes to read waits for the change") {
  std::latch reading(1);
  std::atomic<bool> has_read = false;
  auto scene = MakeScene({{Path("/A"), kMesh, nullptr}});
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  const auto slow = Make<const MadeValue>([&](double) {
    reading.count_down();
    while (debugging->GetViolations().empty()) std::this_thread::yield();
    has_read = true;
    return Value(1);
  });
  scene->AddPrims({{Path("/A"), kMesh, Box({{Token("slow"), slow}})}});
  const DataSourceHandle held = debugging->GetPrim(Path("/A")).data->Get(Token("slow"));
  bool was_read_before = false, was_read_during = false;
  std::thread late;
  Listener listener([&] {
    was_read_before = has_read;
    late = std::thread([&] { was_read_during = bool(debugging->GetPrim(Path("/A"))); });
    while (!Has(debugging->GetViolations(), "read by one thread while")) std::this_thread::yield();
    CHECK_FALSE(was_read_during);
  });
  debugging->AddObserver(listener);
  std::thread reader([&] { CHECK(GetValueAs<int32_t>(held) == 1); });
  reading.wait();
  scene->DirtyPrims({{Path("/A"), DataSourceLocator(Token("slow"))}});
  reader.join();
  late.join();
  CHECK(was_read_before);
  CHECK(was_read_during);
  CHECK(debugging->GetViolations() ==
        std::vector<std::string>{"The scene is changed while another thread reads it",
                                 "The scene is read by one thread while another one changes it"});
  debugging->RemoveObserver(listener);
}

TEST_CASE("data that change the scene when they are read are noted") {
  auto scene = MakeScene({{Path("/A"), kMesh, nullptr}, {Path("/B"), kMesh, nullptr}});
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  const auto meddling = Make<const MadeValue>([&](double) {
    scene->DirtyPrims({{Path("/B"), DataSourceLocator(Token("x"))}});
    return Value(1);
  });
  scene->AddPrims({{Path("/A"), kMesh, Box({{Token("v"), meddling}})}});
  RecordingObserver observer;
  debugging->AddObserver(observer);
  CHECK(GetValueAs<int32_t>(debugging->GetDataSource(Path("/A"), DataSourceLocator(Token("v")))) == 1);
  CHECK(observer.TakeSorted() == "dirtied /B {x}");
  CHECK(debugging->GetViolations() ==
        std::vector<std::string>{"The scene is changed by who is being asked to read it"});
  debugging->RemoveObserver(observer);
}

TEST_CASE("prims that are not there are asked of every scene without harm, and counted") {
  const auto scene = MakeScene({{Path("/A/B"), kMesh, Box({{Token("x"), Retain(1)}})}});
  const auto debugging = std::make_shared<DebuggingSceneIndex>(scene);
  const auto merging =
      std::make_shared<MergingSceneIndex>(std::vector<MergingSceneIndex::Input>{{debugging}});
  std::vector<SceneIndexPtr> all = {
      debugging,
      merging,
      std::make_shared<FlatteningSceneIndex>(
          debugging, FlatteningSceneIndex::Providers{{Token("xform"), MakeXformFlattening()}}),
      std::make_shared<CachingSceneIndex>(debugging),
      std::make_shared<DependencyForwardingSceneIndex>(debugging),
      std::make_shared<RerootingSceneIndex>(debugging, Path("/A"), Path("/P")),
      MakePrefixingSceneIndex(debugging, Path("/P")),
      std::make_shared<SwitchingSceneIndex>(std::vector<SceneIndexPtr>{debugging}),
      std::make_shared<PathPruningSceneIndex>(debugging, [](Path path) { return path == Path("/A/B"); }),
      std::make_shared<SceneGlobalsSceneIndex>(debugging),
      std::make_shared<RenderPassesSceneIndex>(debugging),
  };
  for (const ResolvingIndex& resolving : GetResolvingIndices()) all.push_back(resolving.make(debugging));
  for (const SceneIndexPtr& index : all) {
    CAPTURE(index->GetDisplayName());
    for (const char* text : {"/Nowhere", "/A/B/C/D", "/A.x", "/P/Q/R", "relative", "../up", "/A{v=w}B"}) {
      CHECK_FALSE(index->GetPrim(Path(text)));
      CHECK(index->GetChildPrimPaths(Path(text)).empty());
    }
    CHECK_FALSE(index->GetPrim(Path()));
    CHECK(index->GetChildPrimPaths(Path()).empty());
  }
  CHECK(debugging->GetCounts().missing_asked > all.size());
  CHECK(debugging->GetViolations().empty());
}

TEST_CASE("a scene that would read itself is refused as an input, however far round") {
  const auto scene = MakeScene({{Path("/A"), kMesh, nullptr}});
  const auto merging = std::make_shared<MergingSceneIndex>(std::vector<MergingSceneIndex::Input>{{scene}});
  const auto over = std::make_shared<CachingSceneIndex>(merging);
  for (const SceneIndexPtr& input : {SceneIndexPtr(merging), SceneIndexPtr(over)}) {
    const Result<void> added = merging->AddInputScenes({{input}});
    REQUIRE_FALSE(added);
    CHECK(std::string(added.GetError().code->name) == "scene.input-cycle");
  }
  CHECK(merging->GetInputScenes().size() == 1);
  CHECK(CollectPrimPaths(*over).size() == 2);
  CHECK(ReadsFrom(*over, *scene));
  CHECK_FALSE(ReadsFrom(*scene, *over));
}

TEST_CASE("dependencies in a circle are gone round once, under the debugging scene as without it") {
  const auto depend = [](const char* on) {
    return Box(
        {{Token("__dependencies"), Box({{Token("d"), MakeDependency({Path(on), DataSourceLocator(Token("x")),
                                                                     DataSourceLocator(Token("x"))})}})}});
  };
  const auto scene = MakeScene({{Path("/D"), kMesh, depend("/E")},
                                {Path("/E"), kMesh, depend("/F")},
                                {Path("/F"), kMesh, depend("/D")}});
  const auto debugging = std::make_shared<DebuggingSceneIndex>(
      std::make_shared<DependencyForwardingSceneIndex>(std::make_shared<DebuggingSceneIndex>(scene)));
  for (Path path : CollectPrimPaths(*debugging)) debugging->GetPrim(path);
  RecordingObserver observer;
  debugging->AddObserver(observer);
  scene->DirtyPrims({{Path("/E"), DataSourceLocator(Token("x"))}});
  CHECK(observer.TakeSorted() == "dirtied /D {x}; dirtied /E {x}; dirtied /F {x}");
  CHECK(debugging->GetViolations().empty());
  debugging->RemoveObserver(observer);
}

}  // namespace strata::scene
