#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <thread>

#include "strata/context/context.h"
#include "strata/stage/editor.h"

namespace strata::context {
namespace {

namespace fs = std::filesystem;
using Events = std::vector<std::string>;

// An engine over a folder of files of its own, and what one of its contexts announces.
struct Fixture {
  Fixture() {
    char name[] = "/tmp/strata_context_XXXXXX";
    folder = mkdtemp(name);
    Put("scene.usda", "(\n    subLayers = [\n        @./sub.usda@\n    ]\n)\ndef \"A\"\n{\n}\n");
    Put("sub.usda", "def \"S\"\n{\n}\n");
  }
  ~Fixture() { fs::remove_all(folder); }
  std::string Put(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << "#usda 1.0\n" << text;
    return At(name);
  }
  std::string At(const std::string& name) const { return (folder / name).string(); }
  std::string Read(const std::string& name) const {
    std::ifstream file(folder / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Watch(Context& watched) {
    watched.AddListener([this](Context&, ContextEvent event) {
      std::lock_guard lock(mutex);
      events.emplace_back(GetEventName(event));
    });
  }
  Events Take() {
    std::lock_guard lock(mutex);
    return std::exchange(events, {});
  }
  static EngineOptions MakeOptions() {
    EngineOptions options;
    options.thread_count = 2;
    return options;
  }

  fs::path folder;
  Engine engine{MakeOptions()};
  Context context{engine, "a"};
  Diagnostics remarks;
  std::mutex mutex;
  Events events;
};

// A host's main loop: runs what is put to it when it is asked to.
class Loop {
 public:
  void Put(std::function<void()> step) {
    std::lock_guard lock(mutex_);
    steps_.push_back(std::move(step));
    added_.notify_all();
  }
  // Until `is_done` says so after a step.
  void RunUntil(const std::function<bool()>& is_done) {
    while (!is_done()) {
      std::function<void()> step;
      {
        std::unique_lock lock(mutex_);
        added_.wait(lock, [this] { return !steps_.empty(); });
        step = std::move(steps_.front());
        steps_.pop_front();
      }
      step();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::function<void()>> steps_;
};

}  // namespace

TEST_CASE("stages are cached by ids that nothing else has, and end when they are erased") {
  Fixture f;
  StageCache cache, other;
  auto open = [&] { return *f.engine.OpenStage(f.At("scene.usda"), {}, f.remarks); };
  stage::StagePtr stage = open();
  const StageCache::Id id = cache.Insert(stage);
  CHECK(id.ToLongInt() >= 9223001);
  CHECK(cache.Insert(stage) == id);
  CHECK(StageCache::Id::FromString(id.ToString()) == id);
  CHECK_FALSE(StageCache::Id::FromString("x"));
  CHECK_FALSE(StageCache::Id());
  const StageCache::Id second = other.Insert(open());
  CHECK(second > id);
  CHECK(cache.Find(id) == stage);
  CHECK_FALSE(cache.Find(second));
  CHECK(cache.GetId(stage) == id);
  StageCache::Match match;
  match.root = stage->GetRootLayer();
  CHECK(cache.FindOneMatching(match) == stage);
  match.session = stage->GetSessionLayer();
  CHECK(cache.FindAllMatching(match).size() == 1);
  match.session = nullptr;
  CHECK(cache.FindAllMatching(match).empty());
  match.session.reset();
  match.resolver_context = stage->GetPathResolverContext();
  CHECK(cache.FindOneMatching(match) == stage);
  match.resolver_context->search_paths.push_back("/elsewhere");
  CHECK_FALSE(cache.FindOneMatching(match));
  const stage::Prim prim = stage->GetPrimAtPath(Path("/A"));
  stage.reset();
  CHECK(prim);
  CHECK(cache.Erase(id));
  CHECK_FALSE(prim);
  CHECK(cache.IsEmpty());
}

TEST_CASE("who opens with a cache finds what it holds, fills it, or is kept from either") {
  Fixture f;
  StageCache cache;
  auto open = [&](const StageCacheContext& caches) {
    return *caches.Open(f.engine, f.At("scene.usda"), {}, f.remarks);
  };
  const stage::StagePtr unkept = open(StageCacheContext(cache, StageCacheContext::Use::kRead));
  CHECK(cache.IsEmpty());
  const stage::StagePtr kept = open(StageCacheContext(cache));
  CHECK(kept != unkept);
  CHECK(cache.GetSize() == 1);
  CHECK(open(StageCacheContext(cache)) == kept);
  CHECK(open(StageCacheContext(cache, StageCacheContext::Use::kRead)) == kept);
  CHECK(open(StageCacheContext(cache).Add(StageCacheContext::Block::kPopulation)) == kept);
  CHECK(open(StageCacheContext(cache).Add(StageCacheContext::Block::kCaches)) != kept);
  CHECK(cache.GetSize() == 1);
}

TEST_CASE("attaching by id takes the stage out of the cache, unless someone holds it") {
  Fixture f;
  StageCache cache;
  stage::StagePtr stage = *f.engine.OpenStage(f.At("scene.usda"), {}, f.remarks);
  const StageCache::Id id = cache.Insert(stage);
  Result<void> refused = f.context.Attach(cache, id);
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kStageShared);
  CHECK(cache.Contains(id));
  stage.reset();
  REQUIRE(f.context.Attach(cache, id));
  CHECK_FALSE(cache.Contains(id));
  refused = f.context.Attach(cache, id);
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kStageUncached);
  CHECK(f.context.GetStage());
}

TEST_CASE("asynchronous operations run in order, and their events and callbacks come in order") {
  Fixture f;
  f.Watch(f.context);
  std::vector<int> done;
  const Operation first =
      f.context.OpenAsync(f.At("scene.usda"), {}, [&](const Outcome&) { done.push_back(1); });
  const Operation second = f.context.NewAsync([&](const Outcome&) { done.push_back(2); });
  const Operation third = f.context.CloseAsync();
  CHECK(third.Wait());
  CHECK(first.Wait());
  CHECK(first.IsDone());
  CHECK(done == std::vector<int>{1, 2});
  CHECK(f.Take() ==
        Events{"opening", "opened", "closing", "closed", "opening", "opened", "closing", "closed"});
  const Operation failed = f.context.OpenAsync(f.At("nowhere.usda"), {});
  CHECK_FALSE(failed.Wait());
  CHECK_FALSE(failed.Wait().error->message.empty());
  CHECK(f.Take() == Events{"opening", "open-failed"});
}

TEST_CASE("what waits can be called off, and a later operation may call off those before it or be refused") {
  Fixture f;
  std::promise<void> may_go_on;
  std::shared_future<void> gate = may_go_on.get_future().share();
  const uint64_t listener = f.context.AddListener([gate](Context&, ContextEvent event) {
    if (event == ContextEvent::kOpening) gate.wait();
  });
  const Operation held = f.context.OpenAsync(f.At("scene.usda"), {});
  Operation called_off = f.context.NewAsync();
  called_off.Cancel();
  const Operation refused = f.context.NewAsync({}, Context::Busy::kRefuse);
  CHECK(refused.IsDone());
  CHECK(refused.Wait().error->code == &kContextBusy);
  const Operation last = f.context.OpenAsync(f.At("sub.usda"), {}, {}, Context::Busy::kCancelPrevious);
  may_go_on.set_value();
  CHECK(last.Wait());
  REQUIRE_FALSE(held.Wait());
  CHECK(held.Wait().error->code == &kContextCancelled);
  CHECK(called_off.Wait().error->code == &kContextCancelled);
  CHECK(f.context.GetStageUrl() == f.At("sub.usda"));
  f.context.RemoveListener(listener);
}

TEST_CASE("a dispatcher gets the events and the callback, the building of the stage it does not") {
  Fixture f;
  Loop loop;
  f.context.SetDispatcher([&](std::function<void()> step) { loop.Put(std::move(step)); });
  std::vector<std::thread::id> threads;
  f.context.AddListener([&](Context&, ContextEvent) { threads.push_back(std::this_thread::get_id()); });
  bool is_done = false;
  const Operation opened = f.context.OpenAsync(f.At("scene.usda"), {}, [&](const Outcome& outcome) {
    CHECK(outcome);
    threads.push_back(std::this_thread::get_id());
    is_done = true;
  });
  loop.RunUntil([&] { return is_done; });
  CHECK(threads == std::vector<std::thread::id>(3, std::this_thread::get_id()));
}

TEST_CASE("a context may end while its dispatcher runs nothing any more") {
  Fixture f;
  auto context = std::make_unique<Context>(f.engine, "b");
  context->SetDispatcher([](std::function<void()>) {});
  const Operation opened = context->OpenAsync(f.At("scene.usda"), {});
  context.reset();
  CHECK(opened.IsDone());
}

TEST_CASE("saving writes dirty layers, and dirtiness is announced when it begins and ends") {
  Fixture f;
  REQUIRE(f.context.Open(f.At("scene.usda"), {}, f.remarks));
  f.Watch(f.context);
  CHECK_FALSE(f.context.HasPendingEdit());
  stage::Stage& stage = *f.context.GetStage().Get();
  REQUIRE(stage.GetLayerStack().back()->CreatePrimSpec(Path("/New"), Specifier::kDef));
  REQUIRE(stage.GetLayerStack().back()->CreatePrimSpec(Path("/New2"), Specifier::kDef));
  CHECK(f.context.HasPendingEdit());
  REQUIRE(f.context.Save(f.remarks));
  CHECK_FALSE(f.context.HasPendingEdit());
  CHECK(f.Take() == Events{"dirty-state-changed", "saving", "dirty-state-changed", "saved"});
  CHECK(f.Read("sub.usda").find("New2") != std::string::npos);
  REQUIRE(f.context.Close());
  const Result<void> saved = f.context.Save(f.remarks);
  REQUIRE_FALSE(saved);
  CHECK(saved.GetError().code == &kContextClosed);
}

TEST_CASE("saving under another name goes on there, with unsaved edits of other layers and the selection") {
  Fixture f;
  REQUIRE(f.context.Open(f.At("scene.usda"), {}, f.remarks));
  REQUIRE(
      f.context.GetStage().Get()->GetLayerStack().back()->CreatePrimSpec(Path("/Unsaved"), Specifier::kDef));
  f.context.SetSelection(Selection({Path("/A"), Path("/S"), Path("/A")}));
  REQUIRE(f.context.SaveAs(f.At("other.usda"), f.remarks));
  CHECK(f.context.GetStageUrl() == f.At("other.usda"));
  CHECK(f.context.GetStage().Get()->GetPrimAtPath(Path("/Unsaved")));
  CHECK(f.context.GetSelection().GetPaths() == std::vector<Path>{Path("/A"), Path("/S")});
  CHECK(f.Read("sub.usda").find("Unsaved") == std::string::npos);
  REQUIRE(f.context.New(f.remarks));
  CHECK(f.context.IsNewStage());
  CHECK(f.context.GetSelection().IsEmpty());
  REQUIRE(f.context.GetStage().Get()->GetRootLayer()->CreatePrimSpec(Path("/Fresh"), Specifier::kDef));
  REQUIRE(f.context.SaveAs(f.At("fresh.usda"), f.remarks));
  CHECK_FALSE(f.context.IsNewStage());
  CHECK(f.context.GetStage().Get()->GetPrimAtPath(Path("/Fresh")));
}

TEST_CASE("saving in another folder leads asset paths to where they led") {
  Fixture f;
  f.Put("tex.png", "");
  f.Put("moving.usda",
        "(\n    subLayers = [\n        @./sub.usda@\n    ]\n)\n"
        "def \"A\" (\n    references = @./gone.usda@</R>\n    payload = @/absolute/far.usda@</P>\n)\n{\n"
        "    asset bare = @tex.png@\n    asset searched = @nowhere.png@\n    asset packed = "
        "@./p.usdz[in/a.usda]@\n"
        "    asset told = @`\"./${X}.png\"`@\n    asset[] all.timeSamples = {\n        1: [@../up.png@],\n   "
        " }\n}\n");
  REQUIRE(f.context.Open(f.At("moving.usda"), {}, f.remarks));
  const std::string before = f.Read("moving.usda");
  fs::create_directory(f.At("deep"));
  REQUIRE(f.context.SaveAs(f.At("deep/there.usda"), f.remarks));
  const std::string text = f.Read("deep/there.usda");
  for (const char* expected :
       {"@../sub.usda@", "@../gone.usda@</R>", "@/absolute/far.usda@</P>", "@../tex.png@", "@nowhere.png@",
        "@../p.usdz[in/a.usda]@", "@`\"./${X}.png\"`@", "@../../up.png@"}) {
    CAPTURE(expected);
    CHECK(text.find(expected) != std::string::npos);
  }
  CHECK(f.context.GetStage().Get()->GetLayerStack().back()->GetResolvedPath() == f.At("sub.usda"));
  CHECK(f.Read("moving.usda") == before);
}

TEST_CASE("opening again forgets edits that were not saved") {
  Fixture f;
  CHECK_FALSE(f.context.Reopen(f.remarks));
  REQUIRE(f.context.Open(f.At("scene.usda"), {}, f.remarks));
  const stage::StageRef old_stage = f.context.GetStage();
  REQUIRE(old_stage.Get()->GetRootLayer()->CreatePrimSpec(Path("/Unsaved"), Specifier::kDef));
  REQUIRE(f.context.Reopen(f.remarks));
  CHECK_FALSE(old_stage);
  CHECK(f.context.GetStage().Get()->GetPrimAtPath(Path("/A")));
  CHECK_FALSE(f.context.GetStage().Get()->GetPrimAtPath(Path("/Unsaved")));
}

TEST_CASE("files that others change are read again, and unsaved edits there are conflicts") {
  Fixture f;
  REQUIRE(f.context.Open(f.At("scene.usda"), {}, f.remarks));
  f.Watch(f.context);
  f.Put("sub.usda", "def \"FromOthers\"\n{\n}\n");
  Context::FileChanges changes = f.context.CheckFiles(f.remarks);
  CHECK(changes.reloaded == std::vector<std::string>{f.At("sub.usda")});
  CHECK(f.context.GetStage().Get()->GetPrimAtPath(Path("/FromOthers")));
  CHECK(f.Take() == Events{"layers-reloaded"});
  const layer::LayerPtr sub = f.context.GetStage().Get()->GetLayerStack().back();
  REQUIRE(sub->CreatePrimSpec(Path("/Mine"), Specifier::kDef));
  f.Put("sub.usda", "def \"Theirs\"\n{\n}\n# longer\n");
  changes = f.context.CheckFiles(f.remarks);
  CHECK(changes.reloaded.empty());
  CHECK(f.context.GetConflicts() == std::vector<std::string>{f.At("sub.usda")});
  CHECK(sub->HasSpec(Path("/Mine")));
  CHECK_FALSE(f.context.Save(f.remarks));
  CHECK(f.Read("sub.usda").find("Theirs") != std::string::npos);
  SUBCASE("mine") {
    REQUIRE(f.context.ResolveConflict(f.At("sub.usda"), Context::Resolution::kKeepMine));
    CHECK(f.Read("sub.usda").find("Mine") != std::string::npos);
  }
  SUBCASE("theirs") {
    REQUIRE(f.context.ResolveConflict(f.At("sub.usda"), Context::Resolution::kTakeTheirs));
    CHECK(f.context.GetStage().Get()->GetPrimAtPath(Path("/Theirs")));
    CHECK_FALSE(f.context.GetStage().Get()->GetPrimAtPath(Path("/Mine")));
  }
  CHECK(f.context.GetConflicts().empty());
  CHECK_FALSE(f.context.HasPendingEdit());
  CHECK_FALSE(f.context.ResolveConflict("nowhere.usda", Context::Resolution::kKeepMine));
}

TEST_CASE("a watcher tells of files that change, by notices of the system and by looking") {
  Fixture f;
  for (FileWatcher::Means means : {FileWatcher::Means::kBest, FileWatcher::Means::kPolling}) {
    std::promise<std::vector<std::string>> told;
    std::atomic<bool> was_told{false};
    FileWatcher::Options options;
    options.means = means;
    options.poll_interval = std::chrono::milliseconds(5);
    FileWatcher watcher(
        [&](const std::vector<std::string>& files) {
          if (!was_told.exchange(true)) told.set_value(files);
        },
        options);
    watcher.Watch({f.At("sub.usda"), f.At("scene.usda")});
    f.Put("unwatched.usda", "");
    f.Put("sub.usda", means == FileWatcher::Means::kBest ? "# one\n" : "# another one\n");
    auto files = told.get_future();
    REQUIRE(files.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
    CHECK(files.get() == std::vector<std::string>{f.At("sub.usda")});
  }
}

TEST_CASE("a context that watches and has a dispatcher reads changed files there") {
  Fixture f;
  Loop loop;
  f.context.SetDispatcher([&](std::function<void()> step) { loop.Put(std::move(step)); });
  REQUIRE(f.context.Open(f.At("scene.usda"), {}, f.remarks));
  FileWatcher::Options options;
  options.poll_interval = std::chrono::milliseconds(5);
  f.context.StartWatching(options);
  f.Put("sub.usda", "def \"FromOthers\"\n{\n}\n");
  loop.RunUntil([&] { return bool(f.context.GetStage().Get()->GetPrimAtPath(Path("/FromOthers"))); });
  f.context.StopWatching();
}

}  // namespace strata::context
