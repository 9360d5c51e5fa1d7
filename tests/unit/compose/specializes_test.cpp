// Where specializes are implied to and what comes to stand for them below the root: as usd-core 26.11
// answers.
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

TEST_CASE("what a prim both references and specializes is specialized where a relocate takes from it") {
  const Layers layers = {{"root.usda", R"((relocates = {</C/x>: </C/m>})
def "C" (references = </K>
specializes = </K>) {}
def "K" { def "x" {}
def "y" {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/C/m") ==
        "root </C/m>\n"
        "  relocate </C/x> silent\n"
        "    reference </K/x>\n"
        "  specialize </K/x> silent\n");
  CHECK(DescribeNodes(layers, "/C/y") ==
        "root </C/y>\n"
        "  reference </K/y>\n");
}

TEST_CASE("what a specialized prim specializes is implied by the prim that a relocate took away") {
  const Layers layers = {{"root.usda", R"((relocates = {</A/y>: </A/n>})
def "C" { def "y" (specializes = </C/x>) {}
def "x" {}
 }
def "A" (specializes = </C>) {}
)"}};
  CHECK(DescribeNodes(layers, "/A/n") ==
        "root </A/n>\n"
        "  relocate </A/y> silent\n"
        "  specialize </C/y>\n"
        "    specialize </C/x> silent\n"
        "  specialize </A/x>\n"
        "  specialize </C/x>\n");
}

TEST_CASE(
    "a specialize within what an arc brings is implied as far as that, one of the prim itself further") {
  const Layers layers = {{"root.usda", R"(def "B" { def "z" (references = </K/x>) {}
 }
def "K" (references = @r.usda@</K>) { def "x" {}
 }
)"},
                         {"r.usda", R"(def "C" { def "c" (specializes = </L>) {}
 }
def "K" (references = </C/c>) {}
def "L" { def "x" {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/B/z") ==
        "root </B/z>\n"
        "  reference </K/x>\n"
        "  specialize r.usda</L/x>\n");
  CHECK(DescribeNodes(layers, "/K") ==
        "root </K>\n"
        "  reference r.usda</K>\n"
        "    reference r.usda</C/c>\n"
        "      specialize r.usda</L> silent\n"
        "    specialize r.usda</L> silent\n"
        "  specialize </L>\n"
        "  specialize r.usda</L>\n");
}

TEST_CASE("what ancestors brought to the target of an arc that a relocate took away is dropped") {
  const Layers layers = {{"root.usda", R"((relocates = {</A/z>: </L/m>})
def "K" (specializes = </A/z>) {}
def "C" (inherits = </L/y>) { def "z" {}
 }
def "A" (inherits = </C>) {}
def "L" { def "y" {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/K") ==
        "root </K>\n"
        "  specialize </A/z> silent\n");
}

TEST_CASE("a class inherited by what a prim specializes is not implied to what a relocate took away") {
  const Layers layers = {{"root.usda", R"((relocates = {</A/z>: </A/n>})
def "K" { def "z" (inherits = </K/x>) {}
 }
def "A" (specializes = </K>) {}
)"}};
  CHECK(DescribeNodes(layers, "/A/n") ==
        "root </A/n>\n"
        "  relocate </A/z> silent\n"
        "  specialize </K/z>\n"
        "    inherit </K/x>\n");
}

TEST_CASE("where a class has no say, what implies it again is not asked which is stronger") {
  const Layers layers = {{"root.usda", R"((relocates = {</K/x>: </B/n>})
def "K" (inherits = </B>) { def "c" {}
 }
def "B" { def "x" (specializes = </B/c>) {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/K/n") ==
        "root </K/n>\n"
        "  inherit </B/n>\n"
        "    inherit </B/x> silent\n"
        "      specialize </B/c> silent\n"
        "    relocate </K/x> silent\n"
        "      inherit </B/x>\n"
        "        specialize </B/c> silent\n"
        "    specialize </K/c> silent\n"
        "  specialize </K/c>\n"
        "  specialize </B/c>\n");
}

// usd-core silences what it implied before, although the stronger place leads to the very site that implies
// it.
TEST_CASE("a specialize implied to its own site silences what weaker places implied there") {
  const Layers layers = {{"root.usda", R"(def "B" (references = </L> (scale = 2)) {
  def "y" (references = </L/y> (scale = 2)) {}
  def "z" {}
 }
def "L" { def "y" (specializes = </B/z>) {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/B/y") ==
        "root </B/y>\n"
        "  reference </L/y>\n"
        "    specialize </B/z> silent\n"
        "  reference </L/y>\n"
        "    specialize </B/z> silent\n"
        "  specialize </B/z> silent\n"
        "  specialize </B/z> silent\n");
}

// /A/y is said by the payload; who specializes it besides does not bring what it specializes.
TEST_CASE("who specializes what another arc brought does not bring the classes of that") {
  const Layers layers = {{"root.usda", R"((relocates = {</A/c>: </K/x>})
def "A" (specializes = </L>) {}
def "K" { def "y" {}
 }
def "L" (specializes = </K>) { def "c" (payload = </A/y>) {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/L/x") ==
        "root </L/x>\n"
        "  relocate </A/c> silent\n"
        "  specialize </K/x>\n"
        "    relocate </A/c> silent\n"
        "    specialize </L/c> silent\n"
        "      specialize </L/y> silent\n"
        "      specialize </K/c> silent\n"
        "    specialize </A/y> silent\n"
        "  specialize </L/c>\n"
        "    payload </A/y>\n"
        "    specialize </L/y> silent\n"
        "      specialize </K/y> silent\n"
        "  specialize </L/y>\n"
        "  specialize </K/c>\n"
        "  specialize </K/y>\n");
}

TEST_CASE("a class is not silenced for what it brings itself") {
  const Layers layers = {{"root.usda", R"((relocates = {</K/c>: </C/n>})
def "K" (payload = </B>) {}
def "B" (specializes = [</A>, </C>, </A/c>]) {}
)"}};
  CHECK(DescribeNodes(layers, "/K/n") ==
        "root </K/n>\n"
        "  payload </B/n>\n"
        "    specialize </A/c> silent\n"
        "    specialize </B/c> silent\n"
        "    specialize </A/c/c> silent\n"
        "  specialize </A/c> silent\n"
        "  specialize </A/c> silent\n"
        "  specialize </C/c>\n"
        "  specialize </A/c/c> silent\n"
        "  specialize </A/c/c> silent\n"
        "  specialize </C/n>\n"
        "    relocate </K/c> silent\n"
        "    specialize </A/c> silent\n"
        "    specialize </C/c> silent\n"
        "    specialize </A/c/c> silent\n");
}

TEST_CASE("a class says once what it has in a variant above it, also by a relocate") {
  const Layers layers = {{"root.usda", R"((relocates = {</A/z/z>: </A/z/x>})
def "L" { def "y" { over "z" (specializes = </L/z>) {}
 }
def "z" {}
 }
def "A" { def "z" (variantSets = "w"
variants = {
 string w = "a"
}) { variantSet "w" = { "a" (specializes = </L>) {}
 }
 }
 }
)"}};
  CHECK(DescribeNodes(layers, "/A/z/y/z") ==
        "root </A/z/y/z>\n"
        "    specialize </A/z{w=a}x> silent\n"
        "  relocate </A/z/z> silent\n"
        "  specialize </L/y/z>\n"
        "    specialize </L/z> silent\n"
        "  specialize </A/z/x>\n"
        "    relocate </A/z/z> silent\n"
        "    specialize </L/x> silent\n"
        "  specialize </A/z{w=a}x>\n"
        "  specialize </L/z>\n"
        "  specialize </L/x>\n");
}

TEST_CASE("what stands for a specialize comes before what a reference implies beside it") {
  const Layers layers = {{"root.usda", R"((subLayers = [@./s.usda@])
)"},
                         {"s.usda", R"((defaultPrim = "C"
relocates = {</C/z>: </C/m>})
def "C" (payload = @./r.usda@</C>) {}
def "A" (references = @./s.usda@) {}
)"},
                         {"r.usda", R"(def "C" { def "z" (inherits = </C/_c>
specializes = </_l/_c>) {}
 }
)"}};
  CHECK(DescribeNodes(layers, "/A/m") ==
        "root </A/m>\n"
        "  inherit </A/_c>\n"
        "  relocate </A/z> silent\n"
        "  reference s.usda</C/m>\n"
        "    inherit s.usda</C/_c> silent\n"
        "    relocate s.usda</C/z> silent\n"
        "      inherit s.usda</C/_c>\n"
        "      payload r.usda</C/z>\n"
        "        inherit r.usda</C/_c>\n"
        "        specialize r.usda</_l/_c> silent\n"
        "      specialize s.usda</_l/_c> silent\n"
        "    specialize s.usda</_l/_c> silent\n"
        "  specialize s.usda</_l/_c>\n"
        "  specialize </_l/_c>\n"
        "  specialize r.usda</_l/_c>\n");
}

TEST_CASE(
    "an implied specialize is weighed against the one it meets as siblings are, not by where they stand") {
  const Layers layers = {{"root.usda", R"(over "_k" { def "y" { class "_c" (specializes = </_k/_c>) {}
 }
 }
def "B" (specializes = [</_k>, </_l>]) {}
class "_l" { class "_c" { class "_c" (specializes = </_k>) {}
 }
 }
)"}};
  CHECK(DescribeNodes(layers, "/B/y/_c/_c/y/_c") ==
        "root </B/y/_c/_c/y/_c>\n"
        "  specialize </_k/y/_c/_c/_c>\n"
        "  specialize </_l/y/_c/_c/_c>\n"
        "  specialize </_k/_c/_c/_c>\n"
        "  specialize </_l/_c/_c/_c>\n"
        "  specialize </B/y/_c/_c/_c>\n"
        "    specialize </_k/_c/_c/_c> silent\n"
        "  specialize </B/_c/_c/_c>\n"
        "  specialize </_k/_c>\n"
        "  specialize </_k/y/_c> silent\n"
        "    specialize </_k/_c> silent\n"
        "  specialize </_k/y/_c> silent\n"
        "    specialize </_l/_c/_c/_c> silent\n"
        "    specialize </B/_c/_c/_c> silent\n"
        "    specialize </_k/y/_c> silent\n");
}

TEST_CASE("what a class brings is implied past the source of a relocate that stands for the class") {
  const Layers layers = {{"root.usda", R"((subLayers = [@./s.usda@])
class "_k" (inherits = </C>) {}
over "C" { def "_c" {}
 }
)"},
                         {"s.usda", R"((relocates = {</C/_c>: </_l/m>})
def "C" (inherits = </_l>) { def "y" (references = </C/x>) {}
 }
class "_l" (specializes = </_k>) { def "x" (references = @./q.usda@</_k/y>) {}
 }
)"},
                         {"q.usda", R"((subLayers = [@./root.usda@])
class "_k" { def "y" (inherits = </_l/_c>) {}
 }
)"}};
  const std::string start =
      "root </_k/y>\n"
      "  inherit </C/_c> silent\n"
      "  inherit </C/y>\n"
      "    inherit </_l/m> silent\n";
  CHECK(DescribeNodes(layers, "/_k/y").substr(0, start.size()) == start);
}

TEST_CASE("a class of the namespace parent says again what is there in a variant that it leads into") {
  const char* const text = R"(def "P" (INHERITS
references = </Z>) { def "x" (inherits = </D>) {}
 }
class "C" { def "x" (references = </R/x>) {}
 }
class "D" (references = </R/x>) {}
def "R" (variantSets = "w"
variants = {
 string w = "a"
}) { variantSet "w" = { "a" (references = </Z>) {}
 }
 }
def "Z" { def "x" {}
 }
)";
  const auto open = [&](const std::string& arc, const std::string& own) {
    std::string scene = text;
    scene.replace(scene.find("INHERITS"), 8, arc);
    if (own.empty()) scene.replace(scene.find("(inherits = </D>)"), 17, "");
    return Open(scene);
  };
  const auto above = open("inherits = </C>", "");
  CHECK(GetStack(*above, "/P/x") == "/P/x /C/x /Z/x /Z/x");
  CHECK(GetErrors(*above, "/P/x").empty());
  // A class of the prim itself does not: all it would bring is there, and so its reference finds nothing.
  const auto own = open("", "own");
  CHECK(GetStack(*own, "/P/x") == "/P/x /D /Z/x");
  CHECK(GetErrors(*own, "/P/x") == std::vector<std::string>{"UnresolvedPrimPath"});
}

TEST_CASE(
    "the classes of a specialize that a relocate brought are implied where another stands for its place") {
  const Layers layers = {{"root.usda", R"((relocates = {</A/x/y/_c>: </_l/x/x/y>})
over "A" { def "x" { def "y" (specializes = </_l>) {}
 }
 }
over "C" (inherits = </A>) {}
class "_k" (inherits = </_l/x/_c>) {}
class "_l" { def "x" { over "x" {}
 }
class "_c" { def "z" (inherits = </_k/x>) {}
 }
 }
)"}};
  CHECK(DescribeNodes(layers, "/C/x/y/x/x/y/z") ==
        "root </C/x/y/x/x/y/z>\n"
        "  specialize </_l/x/x/y/z>\n"
        "    inherit </_k/x> silent\n"
        "      inherit </A/x/y/x/_c/x>\n"
        "    specialize </_l/_c/z> silent\n"
        "      inherit </_k/x> silent\n"
        "        inherit </_l/x/_c/x> silent\n"
        "  specialize </_l/_c/z>\n"
        "    inherit </_k/x>\n"
        "      inherit </_l/x/_c/x>\n");
}
