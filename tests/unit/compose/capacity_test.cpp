// Chains of arcs: as long as real ones they compose whole, and longer ones end at the budgets, where the
// scene says so and not who is faster.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "strata/base/executor.h"
#include "strata/compose/causes.h"
#include "strata/compose/compose.h"
#include "strata/compose/index_graph.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

const std::vector<std::string> kArcs{"inherits", "references", "payload", "specializes"};

std::string GetName(int number) {
  return "P" + std::to_string(10'000 + number);  // in the order of their names
}

// Prims that each bring the next; with `below`, a prim of that name within each.
std::string MakeChain(const std::string& arc, int count, const std::string& below = "") {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string target = "</" + GetName(i + 1) + (below.empty() ? "" : "/" + below) + ">";
    const std::string metadata = i + 1 < count ? arc + " = " + target : "";
    text +=
        below.empty() ? MakePrim(GetName(i), metadata) : MakePrim(GetName(i), "", MakePrim(below, metadata));
  }
  return text;
}

struct Composed {
  size_t nodes = 0;
  std::string answer;  // of each prim: its path, and how many opinions it has
};

struct All final : SubtreeVisitor {
  void BeginLevel(size_t, size_t) override {}
  bool Visit(size_t, const PrimIndex&, std::vector<Token>&) override { return true; }
};

Composed Compose(Cache& cache) {
  Composed composed;
  All all;
  for (const SubtreePrim& prim : cache.ComputeSubtree(Path::AbsoluteRoot(), all)) {
    composed.nodes += prim.index->GetNodeCount();
    composed.answer += prim.path.GetString() + " " + std::to_string(prim.index->GetSpecStack().size()) + "\n";
  }
  return composed;
}

// Room for some ten nodes of each prim.
CacheOptions MakeNarrow() {
  CacheOptions options;
  options.budgets.max_index_bytes_of_few_prims = 1 << 20;
  return options;
}

}  // namespace

TEST_CASE("a chain of a thousand arcs composes whole") {
  for (const std::string& arc : kArcs) {
    CAPTURE(arc);
    const std::unique_ptr<Cache> cache = Open(MakeChain(arc, 1000));
    const PrimIndexPtr index = cache->ComputePrimIndex(Path("/" + GetName(0)));
    CHECK(index->GetSpecStack().size() == 1000);
    CHECK(index->GetErrors().empty());
  }
}

TEST_CASE("a chain ends at the budget for arcs that follow each other, told once") {
  for (const std::string& arc : kArcs) {
    CAPTURE(arc);
    CacheOptions options;
    options.budgets.max_arc_depth = 20;
    const std::unique_ptr<Cache> cache = Open(MakeChain(arc, 100), options);
    Compose(*cache);
    const std::vector<Diagnostic> told = TellCauses(cache->GetAllErrors());
    REQUIRE(told.size() == 1);
    CHECK(told.front().code == &GetErrorCode(ErrorType::kArcCapacityExceeded));
    CHECK(told.front().message.find("max_arc_depth = 20") != std::string::npos);
    CHECK(told.front().location.path == "/" + GetName(20));
    CHECK(!told.front().hint.empty());
  }
}

TEST_CASE("arcs to prims below root prims end where they are nested too deep, told once") {
  for (const std::string& arc : kArcs) {
    CAPTURE(arc);
    CacheOptions options;
    options.budgets.max_nested_arcs = 20;
    const std::unique_ptr<Cache> cache = Open(MakeChain(arc, 100, "X"), options);
    Compose(*cache);
    const std::vector<Diagnostic> told = TellCauses(cache->GetAllErrors());
    if (arc == "specializes") {  // each goes on from the root of the index, and nests nothing
      CHECK(told.empty());
      CHECK(cache->ComputePrimIndex(Path("/" + GetName(0) + "/X"))->GetSpecStack().size() == 100);
      continue;
    }
    REQUIRE(told.size() == 1);
    CHECK(told.front().code == &GetErrorCode(ErrorType::kArcCapacityExceeded));
    CHECK(told.front().message.find("max_nested_arcs = 20") != std::string::npos);
    CHECK(cache->ComputePrimIndex(Path("/" + GetName(0) + "/X"))->GetSpecStack().size() == 21);
  }
}

TEST_CASE(
    "chains cost what the budget for bytes allows for each prim, told once, and single prims are whole") {
  for (const std::string& arc : kArcs) {
    CAPTURE(arc);
    std::vector<size_t> nodes;
    for (const int count : {200, 400, 800}) {
      CAPTURE(count);
      const std::unique_ptr<Cache> cache =
          Open(MakeChain(arc, count) + MakePrim("Z", "", MakePrim("In", "")), MakeNarrow());
      const Composed composed = Compose(*cache);
      nodes.push_back(composed.nodes);
      CHECK(composed.answer.find("/Z/In 1\n") != std::string::npos);
      const CompositionErrors errors = cache->GetAllErrors();
      REQUIRE(errors.size() == 1);
      CHECK(errors.front().type == ErrorType::kIndexCapacityExceeded);
      CHECK(Path("/" + GetName(0)) < errors.front().root_site);
      CHECK(errors.front().diagnostic.message.find("max_index_bytes_of_few_prims = 1048576") !=
            std::string::npos);
      CHECK(errors.front().diagnostic.location.path == errors.front().root_site.GetString());
      CHECK(!errors.front().diagnostic.hint.empty());
      // Before the one that is told, all are whole; from there on, none has arcs.
      const PrimIndexPtr first = cache->ComputePrimIndex(errors.front().root_site);
      CHECK(first->GetNodeCount() == 1);
      CHECK(first->GetSpecStack().size() == 1);
      CHECK(cache->ComputePrimIndex(Path("/" + GetName(0)))->GetSpecStack().size() ==
            static_cast<size_t>(count));
    }
    // The chains have 200 * 200 / 2 nodes, and four times and 16 times as many. The few indices that are made
    // before room is looked for have two nodes for each specializes.
    CHECK(nodes[0] < 200 * 100 / 2);
    CHECK(nodes[1] <= nodes[0] + 16 * 200);
    CHECK(nodes[2] <= nodes[0] + 16 * 600);
  }
}

namespace {

// The budget that the first error of a scene names, or nothing.
std::string GetNamedBudget(const std::string& text, const Budgets& budgets) {
  CacheOptions options;
  options.budgets = budgets;
  const std::unique_ptr<Cache> cache = Open(text, options);
  Compose(*cache);
  for (const CompositionError& error : cache->GetAllErrors())
    if (error.type == ErrorType::kIndexCapacityExceeded) return error.cause;
  return "";
}

// As many prims as two to the power of `levels`, from a few specs each level.
std::string MakeDoubles(int levels) {
  std::string text;
  for (int i = 0; i < levels; ++i) {
    const std::string next = i + 1 < levels ? "references = </" + GetName(i + 1) + ">" : "";
    text += MakePrim(GetName(i), "", MakePrim("A", next) + MakePrim("B", next));
  }
  return text;
}

}  // namespace

TEST_CASE("the budget that is named is the one to raise") {
  Budgets narrow;
  narrow.max_index_bytes_of_few_prims = narrow.max_index_bytes_of_few_specs = 1 << 20;
  narrow.max_prims_of_few_specs = 1 << 12;
  narrow.max_index_bytes_per_spec = narrow.max_index_bytes_per_prim = 1 << 10;
  narrow.max_prims_per_spec = 8;
  for (const std::string& text : {MakeChain("inherits", 400), MakeDoubles(12)}) {
    Budgets budgets = narrow;
    std::string named = GetNamedBudget(text, budgets);
    CHECK(!named.empty());
    // Each is told at most once on the way: what is named helps.
    for (int i = 0; i < 6 && !named.empty(); ++i) {
      CAPTURE(named);
      REQUIRE(SetBudget(budgets, named, 1 << 30));
      const std::string next = GetNamedBudget(text, budgets);
      CHECK(next != named);
      named = next;
    }
    CHECK(named.empty());
  }
}

TEST_CASE("namespace that multiplies ends at the bytes that few specs may have, whatever number of prims") {
  std::vector<size_t> prims;
  for (const int levels : {20, 30, 40}) {
    CAPTURE(levels);
    CacheOptions options;
    options.budgets.max_index_bytes_of_few_specs = 1 << 20;
    options.budgets.max_index_bytes_per_spec = 1 << 12;
    const std::unique_ptr<Cache> cache =
        Open(MakeDoubles(levels) + MakePrim("Z", "references = </" + GetName(levels - 2) + ">"), options);
    const Composed composed = Compose(*cache);
    prims.push_back(static_cast<size_t>(std::count(composed.answer.begin(), composed.answer.end(), '\n')));
    CHECK(prims.back() < 20'000);
    CHECK(composed.answer.find("/Z/A/B ") != std::string::npos);
    const CompositionErrors errors = cache->GetAllErrors();
    REQUIRE(errors.size() == 1);
    CHECK(errors.front().cause == "max_index_bytes_of_few_specs");
  }
}

TEST_CASE(
    "a level of namespace that there is no room for is not begun, one whose prims share their indices is") {
  // Prims whose `ways` children each bring the next such prim.
  const auto make_ways = [](int levels, int ways) {
    std::string text;
    for (int i = 0; i < levels; ++i) {
      std::string children;
      for (int way = 0; way < ways; ++way)
        children += MakePrim("c" + std::to_string(way),
                             i + 1 < levels ? "references = </" + GetName(i + 1) + ">" : "");
      text += MakePrim(GetName(i), "", children);
    }
    return text;
  };
  const auto count_prims = [](const std::string& text, uint64_t bytes, CompositionErrors& errors) {
    CacheOptions options;
    options.budgets.max_prims_of_few_specs = 1 << 14;
    options.budgets.max_index_bytes_of_few_specs = bytes;
    options.budgets.max_index_bytes_per_spec = 1;
    const std::unique_ptr<Cache> cache = Open(text, options);
    const Composed composed = Compose(*cache);
    CHECK(composed.answer.find("/Z/c1/c2 ") != std::string::npos);
    errors = cache->GetAllErrors();
    return std::count(composed.answer.begin(), composed.answer.end(), '\n');
  };
  CompositionErrors errors;
  for (const int ways : {6, 8, 10}) {
    for (const int levels : {20, 40}) {
      CAPTURE(ways);
      CAPTURE(levels);
      const std::string z = MakePrim("Z", "references = </" + GetName(levels - 2) + ">");
      CHECK(count_prims(make_ways(levels, ways) + z, 1 << 19, errors) < 1 << 13);
      REQUIRE(errors.size() == 1);
      CHECK(errors.front().cause == "max_index_bytes_of_few_specs");
      CHECK(errors.front().diagnostic.message.find("are left without children") != std::string::npos);
    }
  }
  // 30 times the same 30 places of one asset with 30 prims.
  std::string asset, places, world;
  for (int i = 0; i < 30; ++i) {
    asset += MakePrim("m" + std::to_string(i), "");
    places += MakePrim("c" + std::to_string(i), "references = </Asset>");
    world += MakePrim("c" + std::to_string(i), "references = </Places>");
  }
  const auto prims = count_prims(MakePrim("Asset", "", asset + MakePrim("c2", "")) +
                                     MakePrim("Places", "", places) + MakePrim("Z", "", world),
                                 1 << 21, errors);
  CHECK(prims > 30 * 30 * 31);
  CHECK(errors.empty());
}

TEST_CASE("where many indices are full, others end early, told once, and those that are small are whole") {
  const auto make = [](int count) {
    // Two ways from each prim to the next, over classes: more than there is room for.
    std::string text = MakePrim("Z", "references = </Y>") + MakePrim("Y", "", MakePrim("In", ""));
    for (int i = 0; i < count; ++i) {
      const std::string name = GetName(i), next = "references = </" + GetName(i + 1) + ">";
      std::string sets, selections;
      for (const char* set : {"a", "b"}) {
        const std::string own = set + std::to_string(i);
        sets += "variantSet \"" + own + "\" = {\n \"x\" (\n " + (i + 1 < count ? next : "kind = \"model\"") +
                "\n ) {\n }\n}\n";
        selections += " string " + own + " = \"x\"\n";
      }
      text += MakePrim(name,
                       "variantSets = [\"a" + std::to_string(i) + "\", \"b" + std::to_string(i) +
                           "\"]\nvariants = {\n" + selections + "}",
                       sets);
    }
    return text;
  };
  std::vector<size_t> nodes;
  for (const int count : {30, 60, 120}) {
    CAPTURE(count);
    CacheOptions options;
    options.budgets.max_nodes_per_prim = 4000;
    const std::unique_ptr<Cache> cache = Open(make(count), options);
    const Composed composed = Compose(*cache);
    nodes.push_back(composed.nodes);
    CHECK(composed.answer.find("/Z/In 1\n") != std::string::npos);
    const std::vector<Diagnostic> told = TellCauses(cache->GetAllErrors());
    REQUIRE(told.size() == 2);
    CHECK(told.front().message.find("max_nodes_per_prim = 4000") != std::string::npos);
    CHECK(told.back().message.find("max_full_prims_at_once = 4") != std::string::npos);
  }
  for (size_t i = 1; i < nodes.size(); ++i) CHECK(nodes[i] - nodes[i - 1] <= 1100 * 60);
}

TEST_CASE("where the room for indices ends is the same for any number of threads") {
  const std::string text = MakeChain("inherits", 800) + MakePrim("Z", "references = </" + GetName(700) + ">");
  std::vector<std::string> answers;
  for (const unsigned threads : {1u, 2u, 4u}) {
    Executor executor(threads);
    CacheOptions options = MakeNarrow();
    options.executor = &executor;
    const std::unique_ptr<Cache> cache = Open(text, options);
    answers.push_back(Compose(*cache).answer);
    answers.back() += cache->GetAllErrors().front().diagnostic.message;
  }
  CHECK(answers[0] == answers[1]);
  CHECK(answers[0] == answers[2]);
}
