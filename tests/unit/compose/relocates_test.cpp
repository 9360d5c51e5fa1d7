// What becomes of arcs to prims that a relocate took away, and of what else was where one leads. The answers
// are usd-core's.
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "strata/compose/dependencies.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

using Errors = std::vector<std::string>;

std::string MakeRelocate(const char* source, const char* target) {
  return std::string("(\n relocates = {<") + source + ">: <" + target + ">}\n)\n";
}

}  // namespace

TEST_CASE("what ancestors bring to a prim that a relocate took away is silent") {
  const auto cache = Open(MakeRelocate("/R/x", "/R/y") + MakePrim("A", "references = </R/x>") +
                          MakePrim("R", "references = </S>\ninherits = </K>") +
                          MakePrim("S", "", MakePrim("x", "")) + MakePrim("K", "", MakePrim("x", "")));
  CHECK(GetStack(*cache, "/A") == "/A");
  CHECK(GetErrors(*cache, "/A") == Errors{"ArcToProhibitedChild"});
  CHECK(GetStack(*cache, "/R/y") == "/K/x /S/x");
}

TEST_CASE("a class of a prim that a relocate took away is implied to whoever references it") {
  const auto cache = Open(
      {{"root.usda", MakePrim("A", "references = @ref.usda@</R/x>") + MakePrim("K", "", MakePrim("x", ""))},
       {"ref.usda", MakeRelocate("/R/x", "/R/y") + MakePrim("R", "inherits = </K>") +
                        MakePrim("K", "", MakePrim("x", ""))}});
  CHECK(GetStack(*cache, "/A") == "/A /K/x");
}

TEST_CASE("a specialize that came with a prim that a relocate took away is followed from the root") {
  const auto cache =
      Open(MakeRelocate("/B/x", "/B/n") + MakePrim("B", "specializes = </L>") +
           MakePrim("L", "references = </T>", MakePrim("x", "references = </S>")) +
           MakePrim("T", "", MakePrim("x", "")) + MakePrim("S", "") + MakePrim("A", "references = </B/x>"));
  CHECK(GetStack(*cache, "/A") == "/A /L/x /S /T/x");
  CHECK(GetErrors(*cache, "/A") == Errors{"ArcToProhibitedChild"});
}

TEST_CASE("variants above a prim that a relocate took away speak") {
  const auto cache =
      Open(MakeRelocate("/B/x", "/B/n") +
           MakePrim("B", "variantSets = \"v\"\nvariants = {\n string v = \"a\"\n}",
                    "variantSet \"v\" = {\n \"a\" (\n references = </R>\n ) {\n def \"x\"\n {\n }\n }\n}\n") +
           MakePrim("R", "", MakePrim("x", "")) + MakePrim("A", "references = </B/x>"));
  CHECK(GetStack(*cache, "/A") == "/A /B{v=a}x /R/x");
}

TEST_CASE("at the target of a relocate only variants bring what its parent has, with the arcs in them") {
  const std::string others = MakePrim("S", "", MakePrim("x", "")) + MakePrim("R", "", MakePrim("m", "")) +
                             MakePrim("K", "", MakePrim("m", ""));
  const std::string arcs = "references = </R>\ninherits = </K>";
  const auto plain = Open(MakeRelocate("/S/x", "/A/m") + MakePrim("A", arcs) + others);
  CHECK(GetStack(*plain, "/A/m").empty());
  const auto variant =
      Open(MakeRelocate("/S/x", "/A/m") +
           MakePrim("A", "variantSets = \"v\"\nvariants = {\n string v = \"a\"\n}",
                    "variantSet \"v\" = {\n \"a\" (\n" + arcs + "\n ) {\n def \"m\"\n {\n }\n }\n}\n") +
           others);
  CHECK(GetStack(*variant, "/A/m") == "/A{v=a}m /K/m /R/m");
}

TEST_CASE(
    "a target that an arc on its way cannot name is outside, whatever relocates make of the whole way") {
  const auto cache =
      Open({{"root.usda", MakeRelocate("/B/y", "/B/n") + MakePrim("B", "references = @ref.usda@</K>")},
            {"ref.usda", MakePrim("K", "", MakePrim("y", "specializes = </C>")) +
                             MakePrim("C", "", "rel t = </K/y/y.q>\nrel s = </K/z>")}});
  const PrimIndexPtr index = cache->ComputePrimIndex(Path("/B/n"));
  const TargetList outside = cache->ComputeTargets(*index, Token("t"), Cache::Targets::kRelationshipTargets);
  CHECK(outside.targets.empty());
  REQUIRE(outside.errors.size() == 1);
  CHECK(outside.errors[0].type == ErrorType::kInvalidExternalTargetPath);
  const TargetList beside = cache->ComputeTargets(*index, Token("s"), Cache::Targets::kRelationshipTargets);
  CHECK(beside.targets == std::vector<Path>{Path("/B/z")});
}

TEST_CASE(
    "relocates that lead into each other in a circle are combined in the order in which they are written") {
  const auto cache =
      Open("(\n relocates = {</C/z/x>: </L>, </L/y>: </C/z>}\n)\n" + MakePrim("C", "") + MakePrim("L", ""));
  const std::map<Path, Path>& relocates = cache->GetRootLayerStack()->GetRelocatesSourceToTarget();
  CHECK(relocates == std::map<Path, Path>{{Path("/L/y/x"), Path("/L")}, {Path("/L/y/x/y"), Path("/C/z")}});
}

// From usd-core: the selection of /A{u=p}y/x is not asked, since /A/y is an instance; that of /A{u=p}y is.
TEST_CASE("what an instance overrides below itself selects no variants, the instance does") {
  const std::string inner =
      "def \"y\" (\n variantSets = \"w\"\n instanceable = true\n variants = {\n string w = \"b\"\n}\n)\n{\n"
      "def \"x\" (\n variants = {\n string v = \"b\"\n }\n)\n{\n}\n"
      "variantSet \"w\" = {\n \"b\" {\n def \"x\" (\n variantSets = \"v\"\n)\n{\n variantSet \"v\" = {\n "
      "\"b\" {\n }\n}\n}\n}\n}\n}\n";
  const auto cache = Open(MakePrim("A", "variantSets = \"u\"\nvariants = {\n string u = \"p\"\n}",
                                   "variantSet \"u\" = {\n \"p\" {\n" + inner + "}\n}\n"));
  CHECK(GetStack(*cache, "/A/y") == "/A{u=p}y /A{u=p}y{w=b}");
  CHECK(GetStack(*cache, "/A/y/x") == "/A{u=p}y{w=b}x");
}

TEST_CASE("the index of a prim that a relocate took away, here or where an arc leads, says nothing") {
  const auto cache = Open(
      MakeRelocate("/R/x", "/R/y") +
      MakePrim("R", "inherits = </K>", MakePrim("x", "inherits = </K>", MakePrim("z", "inherits = </K>"))) +
      MakePrim("K", "", MakePrim("x", "")) + MakePrim("C", "inherits = </R>"));
  for (const char* path : {"/R/x", "/R/x/z", "/C/x"}) {
    CAPTURE(path);
    const PrimIndexPtr index = cache->ComputePrimIndex(Path(path));
    CHECK(index->GetNodeCount() == 1);
    CHECK(index->GetRootNode().IsInert());
    CHECK(index->GetSpecStack().empty());
    CHECK(index->GetErrors().empty());
  }
}

// A class that specializes back: at the target of the relocate the way leads to the source once more.
TEST_CASE("a specialize that leads to where a relocate came from is not followed a second time") {
  const auto cache = Open(MakeRelocate("/B/x", "/B/y") + MakePrim("B", "specializes = </K>") +
                          MakePrim("K", "specializes = </B>", MakePrim("x", "") + MakePrim("y", "")));
  CHECK(GetStack(*cache, "/B/y") == "/K/x");
  CHECK(GetErrors(*cache, "/B/y").empty());
  CHECK(GetErrors(*cache, "/K/y").empty());
}

TEST_CASE("what was relocated from where a class is inherited and specialized is followed over both") {
  const auto cache = Open("(\n relocates = {</K/y>: </A/m>, </P/y/x>: </A/z>}\n)\n" + MakePrim("A", "") +
                          MakePrim("K", "") + MakePrim("P", "inherits = </K>\nspecializes = </K>"));
  CHECK(GetErrors(*cache, "/A/z") == Errors{"ArcToProhibitedChild", "ArcToProhibitedChild"});
  CHECK(GetErrors(*cache, "/P/z").empty());
}

// The source of the relocate in /B is, seen from /C, where its own relocate leads: /C/m, which has no say
// there.
TEST_CASE("a relocate that an instance would imply at its own target is a cycle") {
  const std::string relocates = "(\n relocates = {</B/x>: </B/m>, </C/x>: </C/m>}\n)\n";
  const std::string classes = MakePrim("B", "specializes = </K>") + MakePrim("K", "", MakePrim("x", ""));
  const auto plain = Open(relocates + classes + MakePrim("C", "specializes = </B>"));
  CHECK(GetErrors(*plain, "/C/m") == Errors{"ArcToProhibitedChild"});
  const auto instance = Open(relocates + classes + MakePrim("C", "specializes = </B>\ninstanceable = true"));
  CHECK(GetErrors(*instance, "/C/m") == Errors{"ArcCycle"});
  CHECK(GetStack(*instance, "/C/m") == "/K/x");
}

TEST_CASE("a variant above where a prim came from that leads to a prohibited prim is told and left out") {
  const auto cache =
      Open("(\n relocates = {</K/z/x>: </A/m>, </B/x>: </A/n>}\n)\n" + MakePrim("A", "") + MakePrim("B", "") +
           MakePrim("K", "",
                    MakePrim("z", "variantSets = \"v\"\nvariants = {\n string v = \"a\"\n}",
                             "variantSet \"v\" = {\n \"a\" (\n references = </B>\n ) {\n }\n}\n")));
  CHECK(GetErrors(*cache, "/A/m") == Errors{"ArcToProhibitedChild"});
  CHECK(cache->ComputePrimIndex(Path("/A/m"))->GetNodeCount() == 2);
}

// The class of /B in the layer x is implied at /A, which the index of the source /K/c has as a class.
TEST_CASE("a class implied above where a prim came from may lead to the source, one written there may not") {
  const auto open = [](const std::string& a, const std::string& b) {
    return Open({{"root.usda", MakeRelocate("/K/c", "/M/z") + MakePrim("M", "") +
                                   MakePrim("K", "inherits = </A/y>") + MakePrim("A", a)},
                 {"x.usda", MakePrim("B", b)}});
  };
  const auto implied = open("references = @x.usda@</B>", "inherits = </K/c>");
  CHECK(GetErrors(*implied, "/M/z") == Errors{"ArcCycle", "ArcToProhibitedChild"});
  const auto written = open("inherits = </K/c>", "");
  CHECK(GetErrors(*written, "/M/z") == Errors{"ArcCycle"});
}

TEST_CASE(
    "a class implied at what the source of a relocate references may not lead to where that was moved") {
  const auto open = [](const char* arc, const char* inner) {
    return Open(
        {{"root.usda",
          MakeRelocate("/C/c", "/L/n") + MakePrim("L", "") + MakePrim("C", std::string(arc) + " = </D>") +
              MakePrim("D", "", MakePrim("c", inner)) + MakePrim("K", "references = @x.usda@</B>")},
         {"x.usda", MakePrim("B", "inherits = </L/n>")}});
  };
  CHECK(GetErrors(*open("references", "references = @x.usda@</B>"), "/L/n") == Errors{"ArcCycle"});
  CHECK(GetErrors(*open("references", "inherits = </K>"), "/L/n") == Errors{"ArcCycle"});
  CHECK(GetErrors(*open("inherits", "references = </K>"), "/L/n") == Errors{"ArcCycle"});
  CHECK(GetErrors(*open("inherits", "references = @x.usda@</B>"), "/L/n").empty());
}

TEST_CASE("the classes of a specialize that was implied before are implied to where it is written") {
  const auto cache = Open(MakeRelocate("/K/z", "/K/n") +
                          MakePrim("A", "specializes = </C/x>", MakePrim("y", "references = </B>")) +
                          MakePrim("C", "inherits = </A>") + MakePrim("K", "references = </A/y>") +
                          MakePrim("B", "", MakePrim("z", "inherits = </A/x>")));
  CHECK(GetErrors(*cache, "/K/n") == Errors{"ArcCycle", "ArcCycle", "ArcCycle"});
}

TEST_CASE("the classes of a specialize that a relocate brought are implied at the target too") {
  const auto cache = Open(MakeRelocate("/A/x", "/C/n") + MakePrim("K", "", MakePrim("x", "inherits = </C>")) +
                          MakePrim("C", "") + MakePrim("A", "payload = </C>\nspecializes = [</K>, </K/y>]"));
  CHECK(GetErrors(*cache, "/A/n/n") == Errors{"ArcCycle", "ArcCycle"});
}

TEST_CASE(
    "nothing is implied further out of a specialize whose class is the source of a relocate at the root") {
  const auto open = [](const char* specializes) {
    return Open(MakeRelocate("/A/x", "/A/y") + MakePrim("A", "payload = </P>") +
                MakePrim("P", "", MakePrim("x", specializes)) +
                MakePrim("K", "specializes = </A>", MakePrim("y", "")) + MakePrim("L", ""));
  };
  // /A/y with its relocate and the payload, in which the specialize stands; at /K/y also the relocate /K/x.
  CHECK(open("specializes = </K/x>")->ComputePrimIndex(Path("/K/y"))->GetNodeCount() == 6);
  // Any other class is implied at /A/y, and what it says is said at the root.
  CHECK(open("specializes = </L>")->ComputePrimIndex(Path("/K/y"))->GetNodeCount() == 8);
}

// The inherit of /A would bring /L/c to the target of the relocate and has no say there; outside it has.
TEST_CASE(
    "a class that the target of a relocate does not have from its parent is implied to who references it") {
  const auto cache = Open(
      {{"root.usda", MakePrim("K", "references = @r.usda@</A/c>") + MakePrim("L", "", MakePrim("c", ""))},
       {"r.usda", MakeRelocate("/L/y", "/A/c") + MakePrim("A", "inherits = </L>") + MakePrim("L", "")}});
  CHECK(GetStack(*cache, "/K") == "/K /L/c");
}

// usd-core's answers. What the parent brought to the target is gone, and selects nothing in what was moved
// there.
TEST_CASE("what a relocate replaced selects no variants of the prim that comes instead") {
  const std::string variant =
      "variantSet \"u\" = {\n \"p\" {\n" + MakePrim("y", "variants = {\n string v = \"b\"\n}") + "}\n}\n";
  const std::string y = MakePrim("y", "variantSets = \"v\"\nvariants = {\n string v = \"a\"\n}");
  const std::string text =
      MakeRelocate("/K/y", "/K/n") + MakePrim("K", "inherits = </C>") +
      MakePrim("C", "variantSets = \"u\"\nvariants = {\n string u = \"p\"\n}", y + variant);
  CHECK(DescribeNodes({{"root.usda", text}}, "/K/n") ==
        "root </K/n>\n  inherit </C/y> silent\n  relocate </K/y> silent\n    inherit </C/y>\n"
        "      variant </C/y{v=a}>\n      variant </C{u=p}y>\n");
}

TEST_CASE("a variant that undoes the instance above a relocate counts at its source") {
  const auto open = [](const char* in_variant) {
    return Open(MakeRelocate("/A/c", "/A/m") + MakePrim("D", "instanceable = true") +
                MakePrim("A", "references = </D>\nvariantSets = \"w\"\nvariants = {\n string w = \"a\"\n}",
                         std::string("variantSet \"w\" = {\n \"a\" (\n") + in_variant + "\n) {\n" +
                             MakePrim("c", "") + "}\n}\n"));
  };
  CHECK(GetStack(*open("instanceable = false"), "/A/m") == "/A{w=a}c");
  CHECK(GetStack(*open(""), "/A/m").empty());
}

// The two classes of /C/n, from what it was moved from and from where it is, have one map. Where /C/n itself
// is what was moved, one stands for the other, unless one is the prim's own.
TEST_CASE("at the source of a relocate one class stands for another that the same map leads to") {
  const std::string relocates = "(\n relocates = {</C/y>: </C/n>, </C/n/c>: </C/n/y>}\n)\n";
  const std::string b = MakePrim("B", "", MakePrim("y", "", MakePrim("c", "")));
  CHECK(DescribeNodes({{"root.usda",
                        relocates + MakePrim("C", "payload = </K>") + MakePrim("K", "inherits = </B>") + b}},
                      "/C/n/y") ==
        "root </C/n/y>\n  inherit </B/n/c> silent\n  relocate </C/n/c> silent\n    relocate </C/y/c> silent\n"
        "      payload </K/y/c>\n        inherit </B/y/c>\n");
  CHECK(DescribeNodes({{"root.usda", relocates + MakePrim("C", "inherits = </B>") + b}}, "/C/n/y") ==
        "root </C/n/y>\n  inherit </B/y/c> silent\n  inherit </B/n/c> silent\n"
        "  relocate </C/n/c> silent\n    relocate </C/y/c> silent\n      inherit </B/y/c>\n");
}

TEST_CASE("many relocates of one prim each move what is there, through references too") {
  std::string relocates, moved;
  constexpr int kCount = 1000;
  for (int i = 0; i < kCount; ++i) {
    const std::string number = std::to_string(i);
    relocates += "</A/c" + number + ">: </A/d" + number + ">, ";
    moved += MakePrim("c" + number, "", MakePrim("in", ""));
  }
  const Layers layers{{"root.usda", MakePrim("W", "references = @asset.usda@</A>")},
                      {"asset.usda", "(\nrelocates = {" + relocates + "}\n)\n" +
                                         MakePrim("A", "references = </R>") + MakePrim("R", "", moved)}};
  const std::unique_ptr<Cache> cache = Open(layers);
  size_t prims = 0, specs = 0;
  cache->ComputeSubtree(Path("/W"), [&](const PrimIndex& index, std::vector<Token>&) {
    ++prims;
    if (index.GetPath().GetElementCount() == 3) specs += index.GetSpecStack().size();
    return true;
  });
  CHECK(prims == 1 + 2 * kCount);
  CHECK(specs == kCount);
  CHECK(GetStack(*cache, "/W/d7/in") == "/R/c7/in");
  CHECK(cache->GetAllErrors().empty());
}

// What is below a prohibited site is gone; a class implied there all the same is about the prim itself.
TEST_CASE("a class is implied below what came to a prim that was relocated away") {
  const std::string specializing = MakePrim("L", "specializes = </K>", MakePrim("c", "inherits = </L/z>"));
  const std::string classes = MakePrim("K", "inherits = </C>", MakePrim("z", ""));
  CHECK(DescribeNodes({{"root.usda", MakeRelocate("/L/z", "/C/m") + specializing + classes +
                                         MakePrim("B", "", MakePrim("c", "references = @q.usda@</L/c>"))},
                       {"q.usda", MakeRelocate("/L/z", "/C/m") + specializing + classes}},
                      "/B/c") ==
        "root </B/c>\n  inherit </L/z> silent\n      inherit </C/z>\n  reference q.usda</L/c>\n"
        "    inherit q.usda</L/z> silent\n  specialize </K/z>\n  specialize q.usda</K/z>\n"
        "  specialize </K/c>\n  specialize q.usda</K/c>\n");
}

// A payload does not lead to the target of a relocate of its own stack, but the class that is there is
// implied.
TEST_CASE("classes at the target of a relocate are implied where a class already stands for it") {
  CHECK(
      DescribeNodes({{"root.usda", MakeRelocate("/B/z", "/K/n") + MakePrim("B", "payload = </A>") +
                                       MakePrim("A", "inherits = </K>", MakePrim("z", "inherits = </K/c>")) +
                                       MakePrim("K", "", MakePrim("z", ""))}},
                    "/B/n") ==
      "root </B/n>\n  inherit </B/c>\n  inherit </K/n> silent\n    inherit </K/c> silent\n"
      "    inherit </K/z> silent\n  payload </A/n>\n    inherit </A/c>\n    inherit </K/n>\n"
      "      inherit </K/c> silent\n      inherit </K/z> silent\n      relocate </B/z> silent\n"
      "        inherit </K/c> silent\n        payload </A/z>\n          inherit </K/c>\n"
      "          inherit </K/z>\n    relocate </B/z> silent\n");
}

// A relocate that came with an ancestor counts as one of the prim does.
TEST_CASE("a class implied further down than a relocate may lead to what the source is reached from") {
  const Layers layers{{"root.usda", MakeRelocate("/C/y", "/K/m") + MakePrim("C", "inherits = </K>") +
                                        MakePrim("K", "", MakePrim("y", "payload = @r.usda@</B>")) +
                                        MakePrim("L", "payload = </C>")},
                      {"r.usda", MakePrim("B", "", MakePrim("x", "", MakePrim("x", "specializes = </L>")))}};
  CHECK(DescribeNodes(layers, "/L/m/x/x") ==
        "root </L/m/x/x>\n  payload </C/m/x/x>\n    inherit </K/m/x/x>\n"
        "      relocate </C/y/x/x> silent\n        inherit </K/y/x/x>\n          payload r.usda</B/x/x>\n"
        "            specialize r.usda</L> silent\n          specialize </L> silent\n"
        "  specialize r.usda</L>\n");
  CHECK(GetErrors(*Open(layers), "/L/m/x/x") == Errors{"ArcCycle"});
}

TEST_CASE("a class implied at or below a class of what was relocated may lead above the source") {
  const Layers at{{"root.usda", MakeRelocate("/L/x", "/L/n") + MakePrim("L", "inherits = </C>") +
                                    MakePrim("C", "", MakePrim("x", "payload = @r.usda@</A>"))},
                  {"r.usda", MakePrim("A", "inherits = </L>")}};
  CHECK(DescribeNodes(at, "/L/n") ==
        "root </L/n>\n  inherit </C/x> silent\n  relocate </L/x> silent\n    inherit </C/x>\n"
        "      inherit </L>\n      payload r.usda</A>\n        inherit r.usda</L>\n");
  CHECK(GetErrors(*Open(at), "/L/n") == Errors{"ArcCycle", "ArcCycle"});
  const Layers layers{{"root.usda", MakeRelocate("/A/z", "/A/m") + MakePrim("A", "inherits = </B>") +
                                        MakePrim("B", "", MakePrim("z", "payload = @r.usda@</B>"))},
                      {"r.usda", MakePrim("B", "", MakePrim("z", "inherits = </A>"))}};
  CHECK(DescribeNodes(layers, "/A/m/z") ==
        "root </A/m/z>\n  relocate </A/z/z> silent\n    inherit </B/z/z>\n      inherit </A>\n"
        "      payload r.usda</B/z>\n        inherit r.usda</A>\n");
  CHECK(GetErrors(*Open(layers), "/A/m/z") == Errors{"ArcCycle", "ArcCycle"});
}

TEST_CASE("a class implied behind a payload above the source of a relocate may not lead back there") {
  const Layers layers{{"root.usda", MakeRelocate("/C/y", "/B/m") + MakePrim("C", "payload = </B>") +
                                        MakePrim("B", "references = @r.usda@</L/y>")},
                      {"r.usda", MakePrim("L", "inherits = </C/z/x>")}};
  CHECK(DescribeNodes(layers, "/B/m") == "root </B/m>\n  relocate </C/y> silent\n");
}

// Implied a second time, a class of what stands for a specialize is one for its place too.
TEST_CASE("a class in a variant of what was relocated has those beside it implied anew") {
  const auto describe = [](const char* in_variant) {
    return DescribeNodes(
        {{"root.usda",
          MakeRelocate("/B/c", "/B/m") +
              MakePrim("B", "inherits = </C>\nvariantSets = \"u\"\nvariants = {\nstring u = \"q\"\n}",
                       "variantSet \"u\" = {\n\"q\" {\n" + MakePrim("c", in_variant) + "}\n}") +
              MakePrim("A", "") + MakePrim("L", "inherits = </A>") +
              MakePrim("C", "", MakePrim("c", "specializes = </L>"))}},
        "/B/m");
  };
  const std::string start = "root </B/m>\n  inherit </C/c> silent\n    specialize </L> silent\n";
  const std::string implied = "      inherit </A> silent\n";
  const std::string rest =
      "  relocate </B/c> silent\n    inherit </C/c>\n      specialize </L> silent\n"
      "    variant </B{u=q}c>\n";
  const std::string end = "  specialize </L>\n    inherit </A>\n";
  CHECK(describe("") == start + rest + end);
  CHECK(describe("specializes = </Z>") ==
        start + implied + rest + "      specialize </Z> silent\n" + end + "  specialize </Z>\n");
}

TEST_CASE("what a relocate replaces selects no variants, nor does an arc above a variant ask for it") {
  // The faulty selection for `u` of K is in a variant above the prim that K references, in itself or where an
  // arc of it leads. At the prim that was moved below K nothing is left of that when `u` is asked for.
  const std::string bad = "variants = {\nstring u = \"`bad(`\"\n}";
  const std::string sets = "variantSets = \"v\"\nvariants = {\nstring v = \"a\"\n}";
  const auto get_errors = [&](const std::string& selecting, const char* path) {
    const auto cache = Open(
        Layers{{"root.usda",
                MakeRelocate("/K/c", "/K/y") +
                    MakePrim("K", "references = @s.usda@</L/l>\nvariantSets = \"u\"", MakePrim("y", ""))},
               {"s.usda",
                MakePrim("L", sets, "variantSet \"v\" = {\n\"a\" {\n" + MakePrim("l", selecting) + "}\n}") +
                    MakePrim("R", bad)}});
    return GetErrors(*cache, path);
  };
  const std::vector<std::string> none, told{"VariableExpressionError"};
  CHECK(get_errors(bad, "/K") == told);
  CHECK(get_errors(bad, "/K/y") == none);
  CHECK(get_errors("references = </R>", "/K/y") == none);
}

TEST_CASE("a specialize of what was relocated away is a dependency, its place further in is none") {
  const auto cache = Open(MakeRelocate("/Q/y", "/K/x") + MakePrim("K", "", MakePrim("x", "")) +
                          MakePrim("Q", "", MakePrim("y", "")) + MakePrim("T", "specializes = </Q/y>") +
                          MakePrim("U", "references = </T>"));
  const auto classify = [&](const char* path) {
    const auto index = cache->ComputePrimIndex(Path(path));
    std::string types;
    for (uint32_t i = 0; i < index->GetNodeCount(); ++i)
      types += DescribeDependencyTypes(ClassifyNodeDependency(index->GetNode(i))) + "; ";
    return types;
  };
  CHECK(classify("/T") == "root; purely-direct, virtual; ");
  CHECK(classify("/U") == "root; non-virtual, purely-direct; none; none; ");
}

// usd-core says "purely-direct" of what is several arcs away, ancestral ones among them, where the arc
// itself, the one before it and the outermost are direct.
TEST_CASE("a dependency with an ancestral arc on the way is not purely direct") {
  const auto cache =
      Open(MakePrim("A", "", MakePrim("x", "references = </B/x>")) +
           MakePrim("B", "references = </C>", MakePrim("x", "")) +
           MakePrim("C", "", MakePrim("x", "references = </D/x>")) +
           MakePrim("D", "", MakePrim("x", "references = </E/x>")) + MakePrim("E", "", MakePrim("x", "")));
  const auto index = cache->ComputePrimIndex(Path("/A/x"));
  REQUIRE(index->GetNodeCount() == 5);
  CHECK(DescribeDependencyTypes(ClassifyNodeDependency(index->GetNode(4))) == "non-virtual, partly-direct");
}
