#include "strata/compute/access.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/compute/running.h"

// Threads that ask of a network while it is changed.
namespace strata::compute {

namespace {

using namespace std::chrono_literals;

// Waits until it holds, or long enough for whoever is not held up to have come to it.
template <class Holds>
void WaitFor(const Holds& holds) {
  for (const auto end = std::chrono::steady_clock::now() + 200ms; std::chrono::steady_clock::now() < end;) {
    if (holds()) return;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("many ask at a time, each as often as it likes; who changes is alone") {
  Access access;
  int guarded = 0;  // by the access alone: thread sanitizers look at it
  std::atomic<int> asking = 0, together = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        if (t == 0) {
          const Access::Changing changing(access);
          const Access::Asking nested(access);
          CHECK(asking == 0);
          ++guarded;
          continue;
        }
        const Access::Asking outer(access), inner(access);
        CHECK(access.IsMine());
        ++asking;
        if (asking > 1) together = 1;
        CHECK(guarded >= 0);
        --asking;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(guarded == 2000);
  CHECK(!access.IsMine());
}

TEST_CASE("threads that work for one who asks go on while somebody waits to change") {
  Access access;
  std::atomic<bool> has_changed = false;
  std::thread changer;
  {
    const Access::Asking asking(access);
    changer = std::thread([&] {
      const Access::Changing changing(access);
      has_changed = true;
    });
    for (int i = 0; i < 1000; ++i) std::thread([&] { const Access::Asking helping(access); }).join();
    CHECK(!has_changed);
  }
  changer.join();
  CHECK(has_changed);
}

// "large" is made anew while the network takes in an edit of the size. Who asks then for what nobody has
// asked for before, and which needs something that is yet to be forgotten, must not get it of that.
TEST_CASE("who begins to ask while an edit is taken in gets what holds after it") {
  auto registry = std::make_shared<Registry>();
  std::atomic<bool> is_edited = false, is_inside = false, has_answer = false;
  const auto add = [&](const char* name, std::vector<Input> inputs, Function function,
                       Computation::Cutoff cutoff = Computation::Cutoff::kNone) {
    Computation made = MakeComputation(name, {Token("Cube")}, std::move(inputs), std::move(function));
    made.cutoff = cutoff;
    REQUIRE(registry->Add(std::move(made)));
  };
  add(
      "large", {in::Attribute(Token("size"))},
      [&](const Arguments& a) {
        is_inside = is_edited.load();
        if (is_edited) WaitFor([&] { return has_answer.load(); });
        return Datum(Value(a.GetOr(0, 0.0) > 10));
      },
      Computation::Cutoff::kEarly);
  const Function say = [](const Arguments& a) { return a.Get(0); };
  add("word", {in::Computation(Token("large"))}, say);
  add("late", {in::Computation(Token("word"))}, say);

  stage::Scene scene("def Cube \"A\"\n{\n    double size = 1\n}\n", WithSchemas());
  System system(scene.GetOwner(), registry);
  const stage::Prim prim = scene.At("/A");
  const auto ask = [&](const char* output) { return system.Compute(prim, Token(output), 0.0); };
  CHECK(ask("word") == Datum(Value(false)));
  is_edited = true;
  Datum answer;
  std::thread other([&] {
    WaitFor([&] { return is_inside.load(); });
    answer = ask("late");
    has_answer = true;
  });
  REQUIRE(stage::Editor(*scene).Set(Path("/A.size"), 50.0));
  other.join();
  CHECK(is_inside);
  CHECK(answer == Datum(Value(true)));
  CHECK(ask("late") == Datum(Value(true)));
}

}  // namespace strata::compute
