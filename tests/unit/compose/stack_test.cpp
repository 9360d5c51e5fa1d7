// Composition in threads of hosts, which may have less of a stack than the first thread of a process.
#include <pthread.h>

#include <algorithm>
#include <functional>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "strata/compose/compose.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

// Sanitizers and builds that are not optimized take several times as much.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define STRATA_HAS_LARGE_FRAMES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define STRATA_HAS_LARGE_FRAMES 1
#endif
#endif

#ifndef STRATA_HAS_LARGE_FRAMES

namespace {

// Runs it in a thread with a stack of so many bytes.
void RunWithStack(size_t bytes, std::function<void()> body) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
  pthread_t thread;
  const auto run = [](void* data) -> void* {
    (*static_cast<std::function<void()>*>(data))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run, &body) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
}

}  // namespace

TEST_CASE("arcs nested as deep as they may be need half a MiB of stack at most") {
  const int count = static_cast<int>(Budgets().max_nested_arcs) + 10;
  for (const std::string arc : {"references", "payload", "inherits", "relocates", "nested"}) {
    CAPTURE(arc);
    std::string text, path = "/P0/X";
    if (arc == "relocates") {  // each prim was moved from below the next
      std::string moves;
      for (int i = 0; i < count; ++i)
        moves += " </P" + std::to_string(i) + "/M>: </P" + std::to_string(i) + "/X>,\n";
      text = "(\n relocates = {\n" + moves + "}\n)\n";
      for (int i = 0; i < count; ++i)
        text += MakePrim("P" + std::to_string(i), "references = </Q" + std::to_string(i) + ">") +
                MakePrim("Q" + std::to_string(i), "",
                         MakePrim("M", "references = </P" + std::to_string(i + 1) + "/X>"));
    } else if (arc == "nested") {  // each prim has an arc to the one beside its parent
      std::string below, above;
      for (int i = 0; i < count; ++i) above += "/N" + std::to_string(i);
      path = above;
      for (int i = count; i-- > 0;) {
        above.resize(above.rfind('/'));
        const std::string beside =
            i == 0 ? "" : fmt::format("references = <{}/S{}>", above.substr(0, above.rfind('/')), i - 1);
        below = MakePrim(fmt::format("S{}", i), "") + MakePrim(fmt::format("N{}", i), beside, below);
      }
      text = below;
    } else {
      for (int i = 0; i < count; ++i)
        text += MakePrim("P" + std::to_string(i), "",
                         MakePrim("X", arc + " = </P" + std::to_string(i + 1) + "/X>"));
    }
    const std::unique_ptr<Cache> cache = Open(text);
    bool is_valid = false;
    RunWithStack(512 * 1024, [&] { is_valid = cache->ComputePrimIndex(Path(path))->IsValid(); });
    CHECK(is_valid);
    if (arc != "nested") {
      const CompositionErrors errors = cache->GetAllErrors();
      CHECK(std::any_of(errors.begin(), errors.end(),
                        [](const CompositionError& error) { return error.cause == "max_nested_arcs"; }));
    }
  }
}

#endif
