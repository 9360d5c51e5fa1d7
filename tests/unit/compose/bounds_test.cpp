// Hostile scenes: what leads back to itself or multiplies without end is told once, and the rest composes.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "strata/compose/compose.h"
#include "strata/compose/graph.h"
#include "strata/compose/index_graph.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

size_t CountNodes(Cache& cache, const std::string& path) {
  return cache.ComputePrimIndex(Path(path))->GetGraph()->nodes.size();
}

size_t CountPrims(Cache& cache) {
  size_t count = 0;
  cache.ComputeSubtree(Path::AbsoluteRoot(), [&](const PrimIndex&, std::vector<Token>&) {
    ++count;
    return count < 10'000;
  });
  return count;
}

using Errors = std::vector<std::string>;

// Prims that each bring the next two: as many ways lead to the last as Fibonacci has numbers.
std::string MakeDiamonds(int count, const std::string& below) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    std::string targets;
    for (int next = i + 1; next <= i + 2 && next < count; ++next)
      targets += "</P" + std::to_string(next) + below + ">, ";
    const std::string metadata = targets.empty() ? "" : "references = [" + targets + "]";
    const std::string name = "P" + std::to_string(i);
    text += below.empty() ? MakePrim(name, metadata) : MakePrim(name, "", MakePrim("X", metadata));
  }
  return text;
}

}  // namespace

TEST_CASE("a variant that leads to a prim inside itself is one cycle, from wherever it is reached") {
  for (const char* arc : {"references", "payload", "inherits", "specializes"}) {
    CAPTURE(arc);
    const std::string variant = std::string("variantSet \"v\" = {\n \"a\" (\n ") + arc +
                                " = </A/B>\n ) {\n def \"B\"\n {\n def \"C\"\n {\n }\n }\n }\n}";
    const std::unique_ptr<Cache> cache =
        Open(MakePrim("A", "variantSets = \"v\"\nvariants = {\n string v = \"a\"\n}", variant) +
             MakePrim("W", "references = </A/B/C>") + MakePrim("X", "inherits = </A/B/C/B>") +
             MakePrim("Z", "references = </Y>") + MakePrim("Y", ""));
    CHECK(GetErrors(*cache, "/A") == Errors{"ArcCycle"});
    CHECK(GetErrors(*cache, "/W") == Errors{"ArcCycle"});
    CHECK(GetErrors(*cache, "/X") == Errors{"ArcCycle"});
    CHECK(CountNodes(*cache, "/W") < 40);
    CHECK(CountNodes(*cache, "/X") < 40);
    CHECK(CountNodes(*cache, "/Z") == 2);
  }
}

TEST_CASE("a namespace that specializes would continue without end is a cycle where it begins again") {
  const std::unique_ptr<Cache> cache =
      Open("class \"_l\"\n{\n" + MakePrim("z", "specializes = </_q>") + "}\nclass \"_q\"\n{\n" +
           MakePrim("a", "specializes = </_l>") + "}\n" + MakePrim("P", "specializes = </_l>"));
  CHECK(CountPrims(*cache) < 100);
  CHECK(cache->GetAllErrors().size() <= 4);
}

TEST_CASE("arcs that lead back are told once for each prim they are met at, and the rest composes") {
  const std::string arcs[] = {"references", "payload", "inherits", "specializes"};
  for (const std::string& there : arcs) {
    for (const std::string& back : arcs) {
      CAPTURE(there);
      CAPTURE(back);
      const std::string z = MakePrim("Z", "references = </Y>") + MakePrim("Y", "");
      std::vector<std::string> scenes{
          MakePrim("A", there + " = </A>"),
          MakePrim("A", there + " = </A/B>", MakePrim("B", "")),
          MakePrim("A", "", MakePrim("B", there + " = </A>")),
          MakePrim("A", there + " = </B>") + MakePrim("B", back + " = </A>"),
          MakePrim("A", there + " = </C/D>") + MakePrim("C", "", MakePrim("D", back + " = </A>")),
      };
      for (const std::string& scene : scenes) {
        CAPTURE(scene);
        const std::unique_ptr<Cache> cache = Open(scene + z);
        CHECK(CountPrims(*cache) < 20);
        size_t cycles = 0;
        for (const CompositionError& error : cache->GetAllErrors()) {
          CHECK(error.type == ErrorType::kArcCycle);
          ++cycles;
        }
        CHECK(cycles >= 1);
        CHECK(cycles <= 4);
        CHECK(CountNodes(*cache, "/Z") == 2);
      }
    }
  }
}

TEST_CASE("prims that all reference each other end at the budgets") {
  for (const std::string below : {"", "/X"}) {
    CAPTURE(below);
    std::string text = MakePrim("Z", "references = </Y>") + MakePrim("Y", "");
    for (int i = 0; i < 14; ++i) {
      std::string targets;
      for (int other = 0; other < 14; ++other)
        if (other != i) targets += "</A" + std::to_string(other) + below + ">, ";
      const std::string metadata = "references = [" + targets + "]";
      const std::string name = "A" + std::to_string(i);
      text += below.empty() ? MakePrim(name, metadata) : MakePrim(name, "", MakePrim("X", metadata));
    }
    CacheOptions options;
    options.budgets.max_nodes_per_prim = 1000;
    options.budgets.max_nodes_made_per_prim = 4000;
    options.budgets.max_cycles_per_prim = 10;
    const std::unique_ptr<Cache> cache = Open(text, options);
    const std::string path = "/A0" + below;
    CHECK(CountNodes(*cache, path) <= 1001);
    CHECK(GetErrors(*cache, path.c_str()).size() <= 11);
    CHECK(CountNodes(*cache, "/Z") == 2);
  }
}

TEST_CASE("diamonds that no index can hold are known before they are made") {
  for (const char* below : {"", "/X"}) {
    CAPTURE(below);
    std::vector<size_t> nodes;
    for (const int count : {40, 80, 120}) {
      const std::unique_ptr<Cache> cache = Open(MakeDiamonds(count, below));
      nodes.push_back(0);
      for (int i = 0; i < count; ++i) nodes.back() += CountNodes(*cache, "/P" + std::to_string(i) + below);
      CHECK(GetErrors(*cache, (std::string("/P0") + below).c_str()) == Errors{"IndexCapacityExceeded"});
    }
    // Each prim more costs at most what is made of it before it is counted.
    for (size_t i = 1; i < nodes.size(); ++i) CHECK(nodes[i] - nodes[i - 1] <= 40 * 1100);
  }
}

TEST_CASE(
    "a reference to many missing prims costs a node each and tells as many errors as there is room for") {
  for (const size_t count : {500, 1000, 2000, 4000}) {
    std::string targets;
    for (size_t i = 0; i < count; ++i) targets += "</M" + std::to_string(i) + ">, ";
    const std::unique_ptr<Cache> cache =
        Open(MakePrim("A", "references = [" + targets + "]") + MakePrim("Z", ""));
    const size_t limit = Budgets().max_errors_per_prim;
    const PrimIndexPtr index = cache->ComputePrimIndex(Path("/A"));
    CHECK(index->GetGraph()->nodes.size() == count + 1);
    REQUIRE(index->GetErrors().size() == (count > limit ? limit + 1 : count));
    CHECK(index->GetErrors().front().type == ErrorType::kUnresolvedPrimPath);
    if (count <= limit) continue;
    CHECK(index->GetErrors().back().type == ErrorType::kIndexCapacityExceeded);
    CHECK(index->GetErrors().back().diagnostic.message.find(std::to_string(count - limit) + " more errors") ==
          0);
  }
}

TEST_CASE("variants that multiply end at the budget for nodes") {
  // Each of three sets leads, in its variant, to a prim with three more.
  std::string selections;
  for (int level = 0; level < 12; ++level)
    for (int i = 0; i < 3; ++i)
      selections += " string s" + std::to_string(level) + "_" + std::to_string(i) + " = \"a\"\n";
  std::string text = MakePrim("Z", "");
  for (int level = 0; level < 12; ++level) {
    std::string sets, variants;
    for (int i = 0; i < 3; ++i) {
      const std::string name = "s" + std::to_string(level) + "_" + std::to_string(i);
      sets += "\"" + name + "\", ";
      variants += "variantSet \"" + name + "\" = {\n \"a\" (\n references = </R" + std::to_string(level + 1) +
                  ">\n ) {\n }\n}\n";
    }
    text += MakePrim("R" + std::to_string(level),
                     "variantSets = [" + sets + "]\nvariants = {\n" + selections + "}", variants);
  }
  CacheOptions options;
  options.budgets.max_nodes_per_prim = 500;
  const std::unique_ptr<Cache> cache = Open(text + MakePrim("R12", ""), options);
  CHECK(CountNodes(*cache, "/R0") <= 501);
  CHECK(GetErrors(*cache, "/R0") == Errors{"IndexCapacityExceeded"});
  CHECK(CountNodes(*cache, "/Z") == 1);
}

namespace {

// Variant sets of a prim, each with one variant that has as many sets again, `depth` levels; all selected.
std::string MakeNest(const std::vector<std::string>& sets, size_t depth) {
  std::string text;
  for (const std::string& set : sets) {
    std::vector<std::string> inner;
    std::string names, selections;
    for (size_t i = 0; i < sets.size() && depth > 1; ++i) {
      inner.push_back(set + "_" + std::to_string(i));
      names += "\"" + inner.back() + "\", ";
      selections += " string " + inner.back() + " = \"x\"\n";
    }
    text += "variantSet \"" + set + "\" = {\n \"x\" ";
    if (!inner.empty()) text += "(\n variantSets = [" + names + "]\n variants = {\n" + selections + "}\n) ";
    text += "{\n" + (inner.empty() ? std::string() : MakeNest(inner, depth - 1)) + "}\n}\n";
  }
  return text;
}

}  // namespace

TEST_CASE("selections in a nest of variants are read in proportion to its variants") {
  const std::vector<std::string> sets{"a", "b", "c", "d"};
  std::string selections;
  for (const std::string& set : sets) selections += " string " + set + " = \"x\"\n";
  const std::string metadata =
      "variantSets = [\"a\", \"b\", \"c\", \"d\"]\nvariants = {\n" + selections + "}";
  size_t count = 0;
  for (size_t depth = 1; depth <= 5; ++depth) {
    count = 4 * (count + 1);
    const std::unique_ptr<Cache> cache = Open(MakePrim("A", metadata, MakeNest(sets, depth)));
    const PrimIndexPtr index = cache->ComputePrimIndex(Path("/A"));
    CHECK(index->GetVariantSelections().size() == count);
    // Few nodes are asked one by one.
    CHECK(index->GetGraph()->selection_reads <= 4 * count + 2 * 64 * 64);
  }
  CHECK(count == 1364);
}

TEST_CASE("a long trail of a cycle is told by its ends") {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += MakePrim("A" + std::to_string(i), "references = </A" + std::to_string((i + 1) % 100) + ">");
  const std::unique_ptr<Cache> cache = Open(text);
  const CompositionErrors& errors = cache->ComputePrimIndex(Path("/A0"))->GetErrors();
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().type == ErrorType::kArcCycle);
  const std::string& message = errors.front().diagnostic.message;
  CHECK(message.find("... 37 more arcs ...") != std::string::npos);
  CHECK(message.find("@root.usda@</A31>") != std::string::npos);
  CHECK(message.find("@root.usda@</A50>") == std::string::npos);
  CHECK(message.find("CANNOT reference:\n@root.usda@</A0>") != std::string::npos);
  CHECK(errors.front().diagnostic.notes.size() == 65);
}

TEST_CASE("namespace that circles of arcs bring ends at its budget, told once") {
  // Each prim brings the children of others that bring its own: without end, and more at each level.
  const Layers layers = {
      {"a.usda", MakePrim("A", "inherits = </A/B>",
                          MakePrim("B", "references = [</Other>, </A/B>]",
                                   MakePrim("C", "references = @c.usda@</Other>\nspecializes = </A/B>"))) +
                     MakePrim("Class", "specializes = </A>",
                              MakePrim("Inner", "references = [@c.usda@</Class/Inner>, </A>, </Other>]")) +
                     MakePrim("Other",
                              "references = [@a.usda@</A/B/C>, </Class>, </Class/Inner>]\n"
                              "inherits = </A>\nspecializes = </A>") +
                     MakePrim("Plain", "",
                              MakePrim("X", "", MakePrim("Y", "", MakePrim("Z", "", MakePrim("End", "")))))},
      {"c.usda",
       MakePrim("A", "",
                MakePrim("B", "references = @a.usda@</Class>\nspecializes = [</Class>, </Class/Inner>]")) +
           MakePrim("Class", "inherits = </A/B>\nspecializes = [</A>, </A/B>]",
                    MakePrim("Inner", "references = </A/B>\ninherits = </Other>")) +
           MakePrim("Other", "references = @c.usda@</A>\ninherits = </Class/Inner>")}};
  std::vector<size_t> prims;
  for (const uint32_t limit : {128, 256, 512}) {
    CAPTURE(limit);
    CacheOptions options;
    options.budgets.max_cycles_at_once = limit;
    options.budgets.max_cycles_per_prim = 8;
    options.budgets.max_arcs_around_per_prim = 64;
    const std::unique_ptr<Cache> cache = Open(layers, options);
    bool has_end = false;
    size_t errors = 0;
    prims.push_back(0);
    cache->ComputeSubtree(Path::AbsoluteRoot(), [&](const PrimIndex& index, std::vector<Token>&) {
      has_end |= index.GetPath() == Path("/Plain/X/Y/Z/End");
      errors += index.GetErrors().size();
      return ++prims.back() < 20'000;
    });
    CHECK(has_end);
    size_t told = 0;
    for (const CompositionError& error : cache->GetAllErrors())
      told += error.diagnostic.message.find("Namespace capacity exceeded") == 0;
    CHECK(told == 1);
    CHECK(prims.back() < 2'000);
    CHECK(errors < 8 * limit);  // a level is finished
  }
}

TEST_CASE("a circle in an asset that is used many times takes no children from those who use it") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += MakePrim("U" + std::to_string(i), "references = @asset.usda@</A>");
  CacheOptions options;
  options.budgets.max_cycles_at_once = 100;
  const std::unique_ptr<Cache> cache =
      Open(Layers{{"root.usda", text},
                  {"asset.usda", MakePrim("A", "references = </A>", MakePrim("B", "", MakePrim("C", "")))}},
           options);
  CHECK(CountPrims(*cache) == 1 + 3 * 400);
  for (const CompositionError& error : cache->GetAllErrors()) CHECK(error.type == ErrorType::kArcCycle);
}

TEST_CASE("where a long chain leads back to what lies below or above its prims is found") {
  // Back to a prim below the first one, to what is above one, into a variant, and over a class.
  const std::pair<const char*, const char*> ends[] = {
      {"references = </A0/B>", ""}, {"inherits = </A0/B>", ""}, {"specializes = </A0/B>", ""},
      {"", "references = </A0>"},   {"", "inherits = </A50>"},
  };
  for (const auto& [end, below] : ends) {
    CAPTURE(end);
    CAPTURE(below);
    for (const int count : {50, 100, 200}) {  // few nodes are looked at one by one
      CAPTURE(count);
      std::string text;
      for (int i = 0; i < count; ++i) {
        const bool is_last = i + 1 == count;
        const std::string metadata = is_last ? end : "references = </A" + std::to_string(i + 1) + ">";
        text += MakePrim("A" + std::to_string(i), metadata, MakePrim("B", is_last ? below : ""));
      }
      const std::unique_ptr<Cache> cache = Open(text + MakePrim("Z", "references = </A0>"));
      const bool is_below = *below != 0;
      if (!is_below) {
        CHECK(GetErrors(*cache, "/Z") == Errors{"ArcCycle"});
        CHECK(CountNodes(*cache, "/Z") == static_cast<size_t>(count) + 1);
      } else if (count > 50) {
        CHECK(GetErrors(*cache, "/Z/B") == Errors{"ArcCycle"});
      }
    }
  }
}
