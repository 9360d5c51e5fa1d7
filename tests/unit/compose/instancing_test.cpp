// Which prims are instances, as who opens the cache asks for.
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "strata/compose/compose.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

TEST_CASE("prims are instances as the mode has it, never, or always, as the cache or the environment asks") {
  const std::string text = MakePrim("C", "", MakePrim("X", "")) +
                           MakePrim("I", "inherits = </C>\ninstanceable = true", "over \"X\"\n{\n}\n") +
                           MakePrim("J", "inherits = </C>", "over \"X\"\n{\n}\n");
  for (const CompositionMode mode : {CompositionMode::kUsd, CompositionMode::kFull}) {
    for (const Instancing instancing : {Instancing::kAsMode, Instancing::kNever, Instancing::kAlways}) {
      CacheOptions options;
      options.mode = mode;
      options.instancing = instancing;
      const bool expected = instancing == Instancing::kAsMode ? mode == CompositionMode::kUsd
                                                              : instancing == Instancing::kAlways;
      const std::unique_ptr<Cache> cache = Open(text, options);
      CHECK(cache->ComputePrimIndex(Path("/I"))->IsInstanceable() == expected);
      CHECK_FALSE(cache->ComputePrimIndex(Path("/J"))->IsInstanceable());
      CHECK(GetStack(*cache, "/I/X") == (expected ? "/C/X" : "/I/X /C/X"));
      CHECK(GetStack(*cache, "/J/X") == "/J/X /C/X");
    }
  }
  const char* const name = "PCP_OVERRIDE_INSTANCEABLE";
  const std::pair<const char*, Instancing> asked[] = {
      {"", Instancing::kAsMode},  {"-1", Instancing::kAsMode}, {"0", Instancing::kNever},
      {"1", Instancing::kAlways}, {"2", Instancing::kAlways},  {"yes", Instancing::kAsMode}};
  for (const auto& [value, expected] : asked) {
    CAPTURE(value);
    setenv(name, value, 1);
    CHECK(GetInstancingOfEnvironment() == expected);
  }
  unsetenv(name);
  CHECK(GetInstancingOfEnvironment() == Instancing::kAsMode);
}

TEST_CASE(
    "on the way to a class in an instance within an instance both are instances, as for the prim itself") {
  const Layers layers = {{"root.usda", R"(def "B" (payload = </_l>
specializes = </_k>) {}
class "_l" (instanceable = true) { def "y" (payload = </_k/x/x>) { def "y" (payload = </_k/x>) {}
 }
 }
class "_k" (inherits = </_l>) { over "x" (inherits = </_l>) {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/B/y/y/y") ==
        "root </B/y/y/y> silent\n"
        "  inherit </B/y/y/x/x> silent\n"
        "    inherit </_l/x/x/x> silent\n"
        "  inherit </_l/y> silent\n"
        "    inherit </_l/x/x> silent\n"
        "  inherit </B/x/y> silent\n"
        "    inherit </B/x/x/x> silent\n"
        "      inherit </_l/x/x/x> silent\n"
        "    inherit </_l/y> silent\n"
        "      inherit </_l/x/x> silent\n"
        "  specialize </_k/y/y/x/x> silent\n"
        "  specialize </_k/x/x/x>\n"
        "  specialize </_k/x/y>\n"
        "    inherit </_k/x/x/x> silent\n"
        "    inherit </_l/y>\n"
        "      inherit </_l/x/x> silent\n"
        "      payload </_k/x/x> silent\n");
}
