#include "strata/context/context.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace strata::context {
namespace {

constexpr const char* kTwoPrims =
    "#usda 1.0\n(\n    defaultPrim = \"A\"\n)\n\ndef \"A\"\n{\n    def \"B\"\n    {\n        int x = 3\n    "
    "}\n}\n";

// An engine whose only files are in memory.
struct Fixture {
  Fixture() : resolver(std::make_shared<asset::MemoryResolver>(nullptr)), engine(MakeOptions(resolver)) {
    resolver->Put("scene.usda", kTwoPrims);
    resolver->Put("broken.usda", "#usda 1.0\ndef {");
  }
  static EngineOptions MakeOptions(std::shared_ptr<asset::Resolver> resolver) {
    EngineOptions options;
    options.thread_count = 2;
    options.resolver = std::move(resolver);
    return options;
  }
  std::vector<std::string>& Watch(Context& context) {
    context.AddListener([this](Context&, ContextEvent event) { events.emplace_back(GetEventName(event)); });
    return events;
  }

  std::shared_ptr<asset::MemoryResolver> resolver;
  Engine engine;
  Diagnostics remarks;
  std::vector<std::string> events;
};

using Events = std::vector<std::string>;

TEST_CASE("The default context is there when asked for, and has no stage before one is opened") {
  Fixture f;
  const ContextPtr context = f.engine.GetContexts().Get();
  REQUIRE(context);
  CHECK(context->GetState() == ContextState::kClosed);
  CHECK_FALSE(context->GetStage());
  CHECK(context->GetStageUrl().empty());
  CHECK(f.engine.GetContexts().Get() == context);
  CHECK_FALSE(f.engine.GetContexts().Get("other"));
}

TEST_CASE("Opening announces opening, then opened, and the stage answers") {
  Fixture f;
  Context context(f.engine, "a");
  f.Watch(context);
  REQUIRE(context.Open("scene.usda", {}, f.remarks));
  CHECK(f.events == Events{"opening", "opened"});
  CHECK(context.GetState() == ContextState::kOpen);
  REQUIRE(context.GetStage());
  CHECK(context.GetStage().Get()->GetPrimAtPath(Path("/A/B")));
}

TEST_CASE(
    "A stage has budgets of its own where it is given some, also when it is opened again, else the "
    "engine's") {
  Fixture f;
  EngineOptions narrow = Fixture::MakeOptions(f.resolver);
  narrow.budgets.max_arc_depth = 7;
  const Engine engine(std::move(narrow));
  Context context(engine, "budgets");
  auto depth = [&] {
    return context.GetStage().Get()->GetOpenOptions().budgets.value_or(Budgets()).max_arc_depth;
  };
  stage::OpenOptions options;
  REQUIRE(context.Open("scene.usda", options, f.remarks));
  CHECK(depth() == 7);
  options.budgets = Budgets();
  options.budgets->max_arc_depth = 9;
  REQUIRE(context.Open("scene.usda", options, f.remarks));
  CHECK(depth() == 9);
  REQUIRE(context.Reopen(f.remarks));
  CHECK(depth() == 9);
  REQUIRE(context.New(f.remarks));
  CHECK(depth() == 7);
  REQUIRE(context.New(f.remarks, options.budgets));
  CHECK(depth() == 9);
  REQUIRE(context.Reopen(f.remarks));
  CHECK(depth() == 9);
}

TEST_CASE("Handles to the old stage expire before its end is announced") {
  Fixture f;
  Context context(f.engine, "a");
  REQUIRE(context.Open("scene.usda", {}, f.remarks));
  const stage::StageRef old_stage = context.GetStage();
  const stage::Prim old_prim = old_stage.Get()->GetPrimAtPath(Path("/A/B"));
  const stage::Attribute old_attribute = old_prim.GetAttribute(Token("x"));
  REQUIRE(old_prim);
  bool was_expired_when_announced = false;
  context.AddListener([&](Context&, ContextEvent event) {
    if (event == ContextEvent::kClosed) was_expired_when_announced = !old_stage && !old_prim;
  });
  f.Watch(context);
  REQUIRE(context.Open("scene.usda", {}, f.remarks));
  CHECK(was_expired_when_announced);
  CHECK(f.events == Events{"closing", "closed", "opening", "opened"});
  CHECK_FALSE(old_stage);
  CHECK_FALSE(old_prim);
  CHECK(old_prim.GetChildren().empty());
  CHECK(old_attribute.Get().IsEmpty());
  CHECK(context.GetStage());
}

TEST_CASE("A stage that cannot be opened leaves the context closed and says why") {
  Fixture f;
  Context context(f.engine, "a");
  f.Watch(context);
  const Result<void> opened = context.Open("nowhere.usda", {}, f.remarks);
  REQUIRE_FALSE(opened);
  CHECK_FALSE(opened.GetError().message.empty());
  CHECK_FALSE(opened.GetError().hint.empty());
  CHECK(f.events == Events{"opening", "open-failed"});
  CHECK(context.GetState() == ContextState::kClosed);
  CHECK_FALSE(context.Open("broken.usda", {}, f.remarks));
  REQUIRE(context.Open("scene.usda", {}, f.remarks));
}

TEST_CASE("A context owns its stage alone: one with another owner is refused, a sole one is taken") {
  Fixture f;
  Context context(f.engine, "a");
  Result<stage::StagePtr> opened = f.engine.OpenStage("scene.usda", {}, f.remarks);
  REQUIRE(opened);
  stage::StagePtr mine = *std::move(opened);
  stage::StagePtr also_mine = mine;
  const Result<void> refused = context.Attach(std::move(also_mine));
  REQUIRE_FALSE(refused);
  CHECK(refused.GetError().code == &kStageShared);
  CHECK(mine.use_count() == 2);
  also_mine.reset();
  const stage::Prim prim = mine->GetPrimAtPath(Path("/A"));
  REQUIRE(context.Attach(std::move(mine)));
  CHECK(prim);
  REQUIRE(context.Close());
  CHECK_FALSE(prim);
}

TEST_CASE("A listener may open and close without a deadlock, and the busy context refuses") {
  Fixture f;
  Context context(f.engine, "a");
  Result<void> inner;
  context.AddListener([&](Context& c, ContextEvent event) {
    if (event == ContextEvent::kOpening) inner = c.Open("scene.usda", {}, f.remarks);
  });
  REQUIRE(context.Open("scene.usda", {}, f.remarks));
  REQUIRE_FALSE(inner);
  CHECK(inner.GetError().code == &kContextBusy);
}

TEST_CASE("Contexts are created by name once, and a destroyed one is closed for good") {
  Fixture f;
  ContextRegistry& contexts = f.engine.GetContexts();
  const Result<ContextPtr> made = contexts.Create("shot");
  REQUIRE(made);
  const ContextPtr context = *made;
  CHECK_FALSE(contexts.Create("shot"));
  REQUIRE(context->Open("scene.usda", {}, f.remarks));
  const stage::StageRef stage = context->GetStage();
  CHECK(contexts.Destroy("shot"));
  CHECK_FALSE(contexts.Destroy("shot"));
  CHECK_FALSE(stage);
  const Result<void> again = context->Open("scene.usda", {}, f.remarks);
  REQUIRE_FALSE(again);
  CHECK(again.GetError().code == &kContextDestroyed);
}

TEST_CASE("A new stage is empty and anonymous") {
  Fixture f;
  Context context(f.engine, "a");
  REQUIRE(context.New(f.remarks));
  CHECK(context.GetStage().Get()->GetPrimCount() == 0);
  CHECK(context.GetStage().Get()->GetRootLayer()->IsAnonymous());
}

TEST_CASE("Many threads open and close one context, and it ends in a state that was announced") {
  Fixture f;
  Context context(f.engine, "a");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        Diagnostics remarks;
        (void)context.Open("scene.usda", {}, remarks);
        (void)context.Close();
      }
    });
  for (std::thread& thread : threads) thread.join();
  REQUIRE(context.Close());
  CHECK(context.GetState() == ContextState::kClosed);
  CHECK_FALSE(context.GetStage());
}

TEST_CASE("A context destroyed while a thread opens it again and again keeps no stage") {
  Fixture f;
  ContextRegistry& contexts = f.engine.GetContexts();
  for (int round = 0; round < 30; ++round) {
    const Result<ContextPtr> made = contexts.Create("shot");
    REQUIRE(made);
    const ContextPtr context = *made;
    std::atomic<bool> has_begun{false};
    std::thread opener([&] {
      for (;;) {
        has_begun = true;
        Diagnostics remarks;
        const Result<void> opened = context->Open("scene.usda", {}, remarks);
        if (!opened && opened.GetError().code == &kContextDestroyed) return;
      }
    });
    while (!has_begun) std::this_thread::yield();
    CHECK(contexts.Destroy("shot"));
    opener.join();
    CHECK_FALSE(context->GetStage());
    CHECK(context->GetState() == ContextState::kClosed);
  }
}

}  // namespace
}  // namespace strata::context
