// Plugins that break promises in a chain that is checked, and stages that change under readers.
#include <algorithm>
#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>

#include "tests/unit/bridge/running.h"

namespace strata::bridge {

namespace {

using scene::DataSourceLocator;
using scene::SceneIndexPtr;

const char* const kText = R"(
def Xform "World" {
    def Cube "Box" { double size = 2 }
    def Cube "Other" { double size.timeSamples = { 1: 1, 9: 9 } }
})";

class Passing : public scene::SingleInputFilteringSceneIndex {
 public:
  explicit Passing(SceneIndexPtr input) : SingleInputFilteringSceneIndex(std::move(input)) {}
  std::string GetDisplayName() const override { return "Studio filter"; }
};

template <class Index>
std::shared_ptr<scene::SceneIndexPluginRegistry> MakePlugin() {
  auto registry = std::make_shared<scene::SceneIndexPluginRegistry>();
  scene::SceneIndexPlugin plugin;
  plugin.name = "studio";
  plugin.append = [](SceneIndexPtr input, const scene::PluginContext&) -> SceneIndexPtr {
    return std::make_shared<Index>(std::move(input));
  };
  CHECK(registry->Add(std::move(plugin)));
  return registry;
}

ChainOptions Checked(std::shared_ptr<scene::SceneIndexPluginRegistry> plugins = nullptr) {
  ChainOptions options;
  options.plugins = std::move(plugins);
  options.checks = std::make_shared<scene::SceneChecks>();
  return options;
}

std::optional<double> SizeOf(const scene::SceneIndex& scene, const char* prim) {
  return scene::GetValueAs<double>(
      scene.GetDataSource(Path(prim), DataSourceLocator{Token("cube"), Token("size")}));
}

}  // namespace

TEST_CASE("a chain that is checked shows and tells the same, and says where it looks") {
  const ChainOptions options = Checked(MakePlugin<Passing>());
  // What prims inherit is read by its type.
  const std::string text = std::string(kText) + R"(
def Xform "Moved" {
    token visibility = "invisible"
    double3 xformOp:translate = (1, 2, 3)
    uniform token[] xformOpOrder = ["xformOp:translate"]
    def Cube "Box" {
        double3 xformOp:translate.timeSamples = { 1: (1, 0, 0), 9: (9, 0, 0) }
        uniform token[] xformOpOrder = ["xformOp:translate"]
    }
})";
  Running plain(text), checked(text, options);
  CHECK(checked.TakeFinal() == plain.TakeFinal());
  CHECK(scene::PrintScene(checked.Final()) == scene::PrintScene(plain.Final()));
  for (Running* running : {&plain, &checked}) {
    running->Set("/World/Box.size", Value(3.0));
    running->First().SetTime(5);
  }
  CHECK(checked.TakeFinal() == plain.TakeFinal());
  CHECK(options.checks->GetViolations().empty());
  size_t checks = 0;
  for (const SceneIndexPtr& index : checked.GetChain().indices)
    checks += index->GetDisplayName() == "Debugging";
  CHECK(checks == 4);
}

TEST_CASE("a plugin whose scene throws when it is read is named, and what it does not spoil is shown") {
  class Throwing final : public Passing {
   public:
    using Passing::Passing;
    scene::ScenePrim GetPrim(Path path) const override {
      if (path == Path("/World/Box")) throw std::runtime_error("no licence");
      return Passing::GetPrim(path);
    }
  };
  const ChainOptions options = Checked(MakePlugin<Throwing>());
  Running running(kText, options);
  CHECK_FALSE(running.Final().GetPrim(Path("/World/Box")));
  CHECK(SizeOf(running.Final(), "/World/Other") == 1);
  running.Set("/World/Other.size", Value(3.0));
  CHECK(options.checks->GetViolations().front() == "Studio filter: GetPrim of /World/Box throws: no licence");
}

TEST_CASE("a plugin whose scene throws when it is told of changes is noted, and edits go on") {
  class Throwing final : public Passing {
   public:
    using Passing::Passing;
    void ProcessChanges(const scene::ChangeSet&) override { throw std::runtime_error("not ready"); }
  };
  const ChainOptions options = Checked(MakePlugin<Throwing>());
  Running running(kText, options);
  running.Set("/World/Box.size", Value(3.0));
  running.First().SetTime(5);
  CHECK(SizeOf(running.First(), "/World/Box") == 3);
  bool is_noted = false;
  for (const std::string& note : options.checks->GetViolations())
    is_noted |= note.find("who is told of changes throws: not ready") != std::string::npos;
  CHECK(is_noted);
}

TEST_CASE("a plugin whose scene lies about children is noted, and the chain ends where the lies do") {
  class Lying final : public Passing {
   public:
    using Passing::Passing;
    std::vector<Path> GetChildPrimPaths(Path path) const override {
      std::vector<Path> children = Passing::GetChildPrimPaths(path);
      if (path == Path("/World")) children.insert(children.end(), {Path("/"), Path("/World"), children[0]});
      return children;
    }
  };
  const ChainOptions options = Checked(MakePlugin<Lying>());
  Running running(kText, options);
  CHECK(PathsOf(running.Final()) == "/ /World /World/Box /World/Other");
  const std::vector<std::string> notes = options.checks->GetViolations();
  REQUIRE(notes.size() == 3);
  CHECK(notes[0] == "Studio filter: / is no child of /World");
  CHECK(notes[1] == "Studio filter: /World is no child of /World");
  CHECK(notes[2] == "Studio filter: /World/Box is a child twice");
}

namespace {

class Restless final : public Passing {
 public:
  using Passing::Passing;
  void ProcessChanges(const scene::ChangeSet& changes) override {
    Forward(changes);
    if (!is_armed.exchange(false)) return;
    worker = std::thread([this] {
      scene::ChangeSet more;
      more.dirtied.push_back({Path("/World/Other"), DataSourceLocator(Token("x"))});
      Send(std::move(more));
    });
  }
  static inline std::atomic<bool> is_armed = false;
  static inline std::thread worker;
};

}  // namespace

TEST_CASE("a plugin that tells of changes from a thread of its own is noted, and waits for the change") {
  const ChainOptions options = Checked(MakePlugin<Restless>());
  Running running(kText, options);
  running.Pull();
  running.TakeFinal();
  Restless::is_armed = true;
  running.Set("/World/Box.size", Value(3.0));
  Restless::worker.join();
  CHECK(running.TakeFinal() == "dirtied /World/Box {cube/size}; dirtied /World/Other {x}");
  CHECK(std::ranges::count(options.checks->GetViolations(),
                           "Studio filter: changes are told by another thread than before") == 1);
}

namespace {

class Slow final : public Passing {
 public:
  using Passing::Passing;
  scene::ScenePrim GetPrim(Path path) const override {
    scene::ScenePrim prim = Passing::GetPrim(path);
    if (path == Path("/World/Box") && stop && std::this_thread::get_id() != main) {
      inside->count_down();
      while (checks->GetViolations().empty()) std::this_thread::yield();
    }
    return prim;
  }
  static inline std::latch* inside = nullptr;
  static inline std::atomic<bool> stop = false;
  static inline std::thread::id main;
  static inline scene::SceneChecks* checks = nullptr;
};

}  // namespace

TEST_CASE("a stage that is taken away while its scene is read waits for who reads, and is noted") {
  std::latch inside(1);
  const ChainOptions options = Checked(MakePlugin<Slow>());
  Slow::inside = &inside;
  Slow::main = std::this_thread::get_id();
  Slow::checks = options.checks.get();
  Running running(kText, options);
  Slow::stop = true;
  std::optional<double> size;
  bool was_there = false;
  std::thread reader([&] {
    const scene::ScenePrim prim = running.Final().GetPrim(Path("/World/Box"));
    was_there = bool(prim);
    size = scene::GetValueAs<double>(prim.data, DataSourceLocator{Token("cube"), Token("size")});
  });
  inside.wait();
  running.First().SetStage(nullptr);
  reader.join();
  CHECK(was_there);
  CHECK(options.checks->GetViolations().front() == "The scene is changed while another thread reads it");
  CHECK_FALSE(running.Final().GetPrim(Path("/World/Box")));
}

TEST_CASE("stages that come, go and move in time under eight readers do no harm in a chain that is checked") {
  const ChainOptions options = Checked();
  stage::Scene one(Lines(kText), WithSchemas()),
      other(Lines(R"(def Sphere "Ball" { double radius = 4 })"), WithSchemas());
  const Chain chain = MakeChain(options);
  chain.stage->SetStage(one.GetOwner());
  std::atomic<bool> is_over = false;
  std::atomic<size_t> reads = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 8; ++i)
    readers.emplace_back([&] {
      while (!is_over) {
        scene::PrintScene(*chain.GetFinal());
        ++reads;
      }
    });
  for (int round = 0; round < 40; ++round) {
    chain.stage->SetStage(round % 3 == 0 ? nullptr : round % 3 == 1 ? one.GetOwner() : other.GetOwner());
    chain.stage->SetTime(round);
  }
  while (reads < 16) std::this_thread::yield();
  is_over = true;
  for (std::thread& reader : readers) reader.join();
  chain.stage->SetStage(one.GetOwner());
  CHECK(SizeOf(*chain.GetFinal(), "/World/Box") == 2);
  for (const std::string& note : options.checks->GetViolations())
    CHECK(note.starts_with("The scene is "));  // read while it is changed, changed while it is read
}

TEST_CASE("prims that are not there are asked of each index of the chain without harm") {
  ChainOptions options;
  options.excluded = {Path("/World/None")};
  options.root = Path("/World");
  for (const scene::ResolvingIndex& index : scene::GetResolvingIndices())
    options.resolving.emplace_back(index.name);
  Running running(R"(
def Xform "Model" { def Cube "Box" {} }
def Xform "World" {
    def Xform "I" (instanceable = true  references = </Model>) {}
    def PointInstancer "P" {
        rel prototypes = </World/P/One>
        int[] protoIndices = [0]
        point3f[] positions = [(0, 0, 0)]
        def Cube "One" {}
    }
})",
                  options);
  for (const SceneIndexPtr& index : running.GetChain().indices) {
    CAPTURE(index->GetDisplayName());
    for (const char* text :
         {"/Nowhere", "/World/I/Box", "/World/P/One/Two", "/World.x", "relative", "../up", "/World{v=w}I"}) {
      CHECK_FALSE(index->GetPrim(Path(text)));
      CHECK(index->GetChildPrimPaths(Path(text)).empty());
    }
    CHECK_FALSE(index->GetPrim(Path()));
    CHECK(index->GetChildPrimPaths(Path()).empty());
  }
}

TEST_CASE("data that are held when the stage goes answer harmlessly") {
  scene::DataSourceHandle size;
  scene::ContainerDataSourceHandle box;
  {
    Running running(kText);
    box = running.Final().GetPrim(Path("/World/Box")).data;
    size = scene::ContainerDataSource::Get(box, DataSourceLocator{Token("cube"), Token("size")});
    CHECK(scene::GetValueAs<double>(size) == 2);
    running.First().SetStage(nullptr);
  }
  (void)scene::GetValueAs<double>(size);
  for (Token name : box->GetNames()) (void)scene::PrintDataSource(box->Get(name));
  CHECK(box);
}

namespace {

class Meddling final : public Passing {
 public:
  using Passing::Passing;
  scene::ScenePrim GetPrim(Path path) const override {
    if (edit && path == Path("/World/Box")) std::exchange(edit, nullptr)();
    return Passing::GetPrim(path);
  }
  static inline std::function<void()> edit;
};

}  // namespace

TEST_CASE("a plugin that edits the stage while it is read is noted") {
  const ChainOptions options = Checked(MakePlugin<Meddling>());
  Running running(kText, options);
  Meddling::edit = [&] { running.Set("/World/Other.size", Value(7.0)); };
  running.Final().GetPrim(Path("/World/Box"));
  CHECK(SizeOf(running.Final(), "/World/Box") == 2);
  CHECK(options.checks->GetViolations().front() == "The scene is changed by who is being asked to read it");
}

}  // namespace strata::bridge
