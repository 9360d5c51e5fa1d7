// Which classes an index has, where they are implied to, who of them speaks and which is stronger: as
// usd-core 26.11 answers.
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

TEST_CASE(
    "classes of an ancestral class are implied to its instance together, as soon as one looks different "
    "there") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "L" (inherits = </K>) {}
def "K" { def "c" (inherits = [</Z>, </K/Y>]) {}
def "Y" {}
 }
def "Z" {}
)"},
  };
  CHECK(DescribeNodes(layers, "/L/c") ==
        "root </L/c>\n"
        "  inherit </Z> silent\n"
        "  inherit </L/Y>\n"
        "  inherit </K/c>\n"
        "    inherit </Z>\n"
        "    inherit </K/Y>\n");
}

TEST_CASE("classes of an ancestral class that all look the same from its instance are not implied to it") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "L" (inherits = </K>) {}
def "K" { def "c" (inherits = </Z>) {}
 }
def "Z" {}
)"},
  };
  CHECK(DescribeNodes(layers, "/L/c") ==
        "root </L/c>\n"
        "  inherit </K/c>\n"
        "    inherit </Z>\n");
}

TEST_CASE("classes that came with a class are not implied with those that it has itself") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "L" { def "z" (inherits = </L/x>) {}
def "x" (inherits = </K>) {}
 }
def "K" { def "c" (inherits = </K/x>) {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/L/z/c") ==
        "root </L/z/c>\n"
        "  inherit </L/z/x>\n"
        "  inherit </L/x/c>\n"
        "    inherit </L/x/x>\n"
        "    inherit </K/c>\n"
        "      inherit </K/x>\n");
}

TEST_CASE("a class implied inside an instance is as silent as the instance, one outside of it speaks") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "I" (inherits = </K>) {}
def "K" (instanceable = true) { def "z" { def "x" (inherits = </K/c>) {}
 }
 }
def "R" (references = @r.usda@</R>; instanceable = true) {}
)"},
      {"r.usda", R"(def "R" { def "y" (inherits = </Z>) {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/I/z/x") ==
        "root </I/z/x> silent\n"
        "  inherit </I/c> silent\n"
        "  inherit </K/z/x>\n"
        "    inherit </K/c>\n");
  CHECK(DescribeNodes(layers, "/R/y") ==
        "root </R/y> silent\n"
        "  inherit </Z>\n"
        "  reference r.usda</R/y>\n"
        "    inherit r.usda</Z>\n");
}

TEST_CASE("below an instance all that its own arcs bring speaks, opinions or not") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "C" (inherits = </B/c>; instanceable = true) {}
def "B" { def "c" (inherits = </B/y>) { def "c" {}
 }
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/C/c") ==
        "root </C/c> silent\n"
        "  inherit </B/c/c>\n"
        "    inherit </B/y/c>\n");
}

TEST_CASE("an arc of an instance without opinions of its own stays silent below it") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "C" (inherits = [</K>, </L/x>]) {}
def "K" (instanceable = true) { def "c" {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/C/c") ==
        "root </C/c> silent\n"
        "  inherit </K/c>\n"
        "  inherit </L/x/c> silent\n");
}

TEST_CASE("specializes alone make no instance of what lies above the target of an arc") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "T1" (references = </B/x>) {}
def "T2" (references = </C/x>) {}
def "B" (specializes = </K>) {}
def "C" (specializes = </K>; inherits = </K>) {}
def "K" (instanceable = true) {}
)"},
  };
  CHECK(DescribeNodes(layers, "/T1") ==
        "root </T1>\n"
        "  reference </B/x>\n"
        "  specialize </K/x>\n");
  CHECK(DescribeNodes(layers, "/T2") ==
        "root </T2>\n"
        "  inherit </K/x> silent\n"
        "  reference </C/x> silent\n");
}

TEST_CASE("a silent inherit of what lies below a root prim stays in the index") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "L" { def "c" (variantSets = "w"
variants = {
string w = "b"
}
) {
variantSet "w" = {
"b" (inherits = </L/z>) {
def "y" {}
}
}
}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/L/c/y") ==
        "root </L/c/y>\n"
        "  inherit </L/z/y> silent\n"
        "  variant </L/c{w=b}y>\n"
        "    inherit </L/z/y>\n");
}

TEST_CASE("a specialize implied further out is stronger, unless that is further up in namespace") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "V" (references = </R/s>) {}
def "W" { def "c" (references = </Q>) {}
 }
def "R" { def "s" (references = @r.usda@</R>) {}
 }
def "Q" (references = @r.usda@</R>) {}
)"},
      {"r.usda", R"(def "R" (specializes = </K>) {}
def "K" {}
)"},
  };
  CHECK(DescribeNodes(layers, "/V") ==
        "root </V>\n"
        "  reference </R/s>\n"
        "    reference r.usda</R>\n"
        "      specialize r.usda</K> silent\n"
        "    specialize </K> silent\n"
        "  specialize </K>\n"
        "  specialize r.usda</K>\n");
  CHECK(DescribeNodes(layers, "/W/c") ==
        "root </W/c>\n"
        "  reference </Q>\n"
        "    reference r.usda</R>\n"
        "      specialize r.usda</K> silent\n"
        "    specialize </K> silent\n"
        "  specialize r.usda</K>\n"
        "  specialize </K>\n");
}

TEST_CASE("a specialize of what another implies is not inside that other") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "K" { def "c" (specializes = </K/x>) {}
 }
def "C" (specializes = </B>) { def "c" (specializes = </K>) {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/C/c/c") ==
        "root </C/c/c>\n"
        "  specialize </B/c/x>\n"
        "  specialize </K/c>\n"
        "    specialize </K/x> silent\n"
        "  specialize </C/c/x>\n"
        "  specialize </K/x>\n");
}

TEST_CASE(
    "what a specialize leads to is followed below the root and its classes implied from where it is "
    "written") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "A" (references = @r.usda@</R>) {}
class "K" (inherits = </N>) {}
class "N" {}
)"},
      {"r.usda", R"(def "R" (specializes = </K>) {}
class "K" (inherits = </M>; references = </Q>) {}
class "M" {}
def "Q" (specializes = </S>; inherits = </I>) {}
class "S" {}
class "I" {}
)"},
  };
  CHECK(DescribeNodes(layers, "/A") ==
        "root </A>\n"
        "  reference r.usda</R>\n"
        "    specialize r.usda</K> silent\n"
        "  specialize </K>\n"
        "    inherit </N>\n"
        "    inherit </M>\n"
        "    inherit </I>\n"
        "    specialize </S> silent\n"
        "  specialize r.usda</K>\n"
        "    inherit r.usda</M>\n"
        "    inherit r.usda</I> silent\n"
        "    reference r.usda</Q>\n"
        "      inherit r.usda</I>\n"
        "      specialize r.usda</S> silent\n"
        "    specialize r.usda</S> silent\n"
        "  specialize </S>\n"
        "  specialize r.usda</S>\n");
}

TEST_CASE("a class that two arcs specialize stands below the root once") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "A" (references = [</R>, </Q>]) {}
def "R" (specializes = </K>) {}
def "Q" (specializes = </K>) {}
class "K" (inherits = </M>) {}
class "M" {}
)"},
  };
  CHECK(DescribeNodes(layers, "/A") ==
        "root </A>\n"
        "  reference </R>\n"
        "    specialize </K> silent\n"
        "  reference </Q>\n"
        "    specialize </K> silent\n"
        "  specialize </K>\n"
        "    inherit </M>\n");
}

TEST_CASE("the strongest of several that imply one specialize says it, what said it before is silent") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "C" (references = [@r.usda@</B>, </B>]) {}
def "B" (specializes = </L/y>) {}
def "L" { def "y" {}
 }
)"},
      {"r.usda", R"(def "B" (specializes = </L/y>) {}
def "L" { def "y" {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/C") ==
        "root </C>\n"
        "  reference r.usda</B>\n"
        "    specialize r.usda</L/y> silent\n"
        "  reference </B>\n"
        "    specialize </L/y> silent\n"
        "  specialize </L/y>\n"
        "  specialize r.usda</L/y>\n"
        "  specialize </L/y> silent\n");
}

TEST_CASE("what a class that was silenced references stays, and is silent too") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "C" (references = [@r.usda@</B>, </B>]) {}
def "B" (specializes = </L/y>) {}
def "L" { def "y" (references = </R>) {}
 }
def "R" {}
)"},
      {"r.usda", R"(def "B" (specializes = </L/y>) {}
def "L" { def "y" {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/C") ==
        "root </C>\n"
        "  reference r.usda</B>\n"
        "    specialize r.usda</L/y> silent\n"
        "  reference </B>\n"
        "    specialize </L/y> silent\n"
        "  specialize </L/y>\n"
        "    reference </R>\n"
        "  specialize r.usda</L/y>\n"
        "  specialize </L/y> silent\n"
        "    reference </R> silent\n");
}

TEST_CASE("a specialize that is written in a frame is implied once its subtree is attached") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "A" (references = </Q/c>) {}
def "Q" { def "c" (references = </R/d>) {}
 }
def "R" { def "d" (specializes = </K>) {}
 }
class "K" {}
)"},
  };
  CHECK(DescribeNodes(layers, "/A") ==
        "root </A>\n"
        "  reference </Q/c>\n"
        "    reference </R/d>\n"
        "      specialize </K> silent\n"
        "    specialize </K> silent\n"
        "  specialize </K>\n");
}

TEST_CASE("a class that stands at the same prim in another way is no placeholder") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "T" (references = </C/x>) {}
def "C" (specializes = </K>; inherits = </K>) {}
def "K" { def "x" {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/T") ==
        "root </T>\n"
        "  inherit </K/x> silent\n"
        "  reference </C/x>\n"
        "    inherit </K/x>\n");
}

TEST_CASE(
    "what classes imply is stronger only where the instance of their class is no further up in namespace") {
  const std::vector<std::pair<std::string, std::string>> layers = {
      {"root.usda", R"(def "B" { def "y" (specializes = </L>) { def "z" {}
 }
 }
def "C" (specializes = </L>) { def "z" {}
 }
def "L" (specializes = </K>) {}
def "K" { def "z" (specializes = </K/c>) {}
 def "c" {}
 }
)"},
  };
  CHECK(DescribeNodes(layers, "/B/y/z") ==
        "root </B/y/z>\n"
        "  specialize </L/z>\n"
        "    specialize </L/c> silent\n"
        "  specialize </K/z>\n"
        "    specialize </K/c> silent\n"
        "  specialize </K/c>\n"
        "  specialize </B/y/c>\n"
        "  specialize </L/c>\n");
  CHECK(DescribeNodes(layers, "/C/z") ==
        "root </C/z>\n"
        "  specialize </L/z>\n"
        "    specialize </L/c> silent\n"
        "  specialize </K/z>\n"
        "    specialize </K/c> silent\n"
        "  specialize </C/c>\n"
        "  specialize </L/c>\n"
        "  specialize </K/c>\n");
}

TEST_CASE("a class is looked for in the nearest variant that the prim is in, if that can have it") {
  const Layers layers = {{"root.usda", R"(def "A" (variantSets = "u"
variants = { string u = "q" }) { variantSet "u" = { "q" { def "c" (variantSets = "v"
variants = { string v = "b" }) { variantSet "v" = { "b" (variantSets = "w"
variants = { string w = "b" }) { variantSet "w" = { "b" { over "x" (inherits = </A/y>) {}
 }
 }
 }
 }
 }
def "y" {}
 }
 }
 }
)"}};
  CHECK(DescribeNodes(layers, "/A/c/x") ==
        "root </A/c/x>\n"
        "  variant </A{u=q}c/x>\n"
        "    inherit </A{u=q}y>\n"
        "    variant </A{u=q}c{v=b}x>\n"
        "      inherit </A/y> silent\n"
        "      variant </A{u=q}c{v=b}{w=b}x>\n"
        "        inherit </A/y>\n");
}

// usd-core's answers: what /K/x/x references has classes of its own, which lie beside /K/x, not in it.
// The opinions are usd-core's.
TEST_CASE("a class beside a prim in a variant reads what is selected outside of that variant") {
  const std::string instance =
      "prepend variantSets = \"u\"\ninstanceable = true\nvariants = {\nstring u = \"p\"\n}";
  const std::string outside = "over \"y\" (\nvariants = {\nstring v = \"a\"\n}\n)\n{\n}\n";
  const std::string inner =
      "variantSet \"u\" = {\n\"p\" {\n" + MakePrim("y", "", MakePrim("x", "inherits = </I/y/z>")) + "}\n}\n";
  const std::string variants = "variantSet \"v\" = {\n\"a\" {\ndef \"z\"\n{\n}\n}\n}\n";
  const std::string variant = "variantSet \"u\" = {\n\"p\" (\nprepend variantSets = \"u\"\n) {\n" + inner +
                              MakePrim("y", "prepend variantSets = \"v\"", variants) + "}\n}\n";
  const auto cache = Open(MakePrim("I", instance, outside + variant));
  CHECK(GetStack(*cache, "/I/y/x") == "/I{u=p}y{v=a}z /I{u=p}{u=p}y/x");
}

TEST_CASE("what a class references implies nothing beyond the class unless it lies in it") {
  const Layers layers{
      {"root.usda", MakePrim("A", "references = @r.usda@</B/x>") +
                        MakePrim("K", "", MakePrim("x", "", MakePrim("x", "references = @r.usda@</B/y/x>")))},
      {"r.usda", MakePrim("B", "inherits = </K>")}};
  CHECK(DescribeNodes(layers, "/A/x") ==
        "root </A/x>\n  inherit </K/x/x>\n    inherit </K/y/x>\n    reference r.usda</B/y/x>\n");
}

TEST_CASE("an instance on the way to a target has an arc that brings opinions itself") {
  const auto describe = [](const char* in_d) {
    return DescribeNodes({{"root.usda", MakePrim("A", "references = </L/c>") +
                                            MakePrim("L", "instanceable = true\nreferences = </D/x>") +
                                            MakePrim("D", "references = @s.usda@</E>", in_d)},
                          {"s.usda", MakePrim("E", "", MakePrim("x", ""))}},
                         "/A");
  };
  CHECK(describe("") == "root </A>\n  reference </L/c>\n");
  CHECK(describe("over \"x\"\n{\n}\n") == "root </A>\n  reference </L/c> silent\n");
}
