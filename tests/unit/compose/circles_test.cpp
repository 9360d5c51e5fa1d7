// Layers that lead to one another in circles, by every arc and at every depth: each index ends, what is wrong
// is told, and what has no part in the circles is whole.
#include <algorithm>
#include <cstdint>
#include <set>
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

class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 1) {}
  uint32_t Below(uint32_t end) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<uint32_t>((state_ >> 33) % end);
  }

 private:
  uint64_t state_;
};

// Three to six layers of two to five prims, up to three deep, with arcs from anywhere to anywhere.
class CircleScene {
 public:
  explicit CircleScene(uint64_t seed) : chance_(seed) {
    const uint32_t count = 3 + chance_.Below(4);
    arcs_ = 1 + chance_.Below(4);
    depth_ = 1 + chance_.Below(3);
    has_variants_ = chance_.Below(3) == 0;
    has_relocates_ = chance_.Below(3) == 0;
    for (uint32_t i = 0; i < count; ++i) {
      names_.push_back(i == 0 ? "root.usda" : std::string(1, static_cast<char>('a' + i)) + ".usda");
      paths_.emplace_back();
      prims_.emplace_back();
      MakePrims(i, "", 1, prims_.back());
    }
  }

  Layers Write() {
    Layers layers;
    for (uint32_t i = 0; i < names_.size(); ++i) {
      std::string text;
      if (has_relocates_ && chance_.Below(2)) {
        const std::string& source = paths_[i][chance_.Below(static_cast<uint32_t>(paths_[i].size()))];
        if (source.find('/', 1) != std::string::npos)
          text += "(\nrelocates = {<" + source + ">: <" + source.substr(0, source.find('/', 1)) + "/R>}\n)\n";
      }
      for (const Prim& prim : prims_[i]) text += WritePrim(i, prim);
      if (i == 0)
        text += MakePrim("Plain", "references = </Asset>") + MakePrim("Asset", "", MakePrim("In", ""));
      layers.emplace_back(names_[i], text);
    }
    return layers;
  }

 private:
  struct Prim {
    std::string name;
    std::vector<Prim> children;
  };

  void MakePrims(uint32_t layer, const std::string& parent, uint32_t depth, std::vector<Prim>& prims) {
    const uint32_t count = depth == 1 ? 2 + chance_.Below(4) : chance_.Below(3);
    const uint32_t first = chance_.Below(5);
    for (uint32_t i = 0; i < count; ++i) {
      const std::string name(1, "ABCDE"[(first + i) % 5]);
      paths_[layer].push_back(parent + "/" + name);
      prims.push_back({name, {}});
      if (depth < depth_) MakePrims(layer, parent + "/" + name, depth + 1, prims.back().children);
    }
  }
  std::string WriteArcs(uint32_t layer) {
    std::vector<std::string> fields(4);
    const uint32_t count = chance_.Below(arcs_ + 1);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t kind = chance_.Below(4);
      const uint32_t target = kind < 2 ? chance_.Below(static_cast<uint32_t>(names_.size())) : layer;
      const std::string& path = paths_[target][chance_.Below(static_cast<uint32_t>(paths_[target].size()))];
      const std::string item = (target == layer ? "" : "@" + names_[target] + "@") + "<" + path + ">";
      if (fields[kind].find(item) == std::string::npos) fields[kind] += item + ", ";
    }
    std::string text;
    const char* const kinds[] = {"references", "payload", "inherits", "specializes"};
    for (size_t kind = 0; kind < 4; ++kind)
      if (!fields[kind].empty()) text += std::string(kinds[kind]) + " = [" + fields[kind] + "]\n";
    return text;
  }
  std::string WritePrim(uint32_t layer, const Prim& prim) {
    std::string metadata = chance_.Below(3) ? WriteArcs(layer) : "", content;
    for (const Prim& child : prim.children) content += WritePrim(layer, child);
    if (has_variants_ && chance_.Below(3) == 0) {
      metadata += "variantSets = \"v\"\nvariants = {\n string v = \"x\"\n}\n";
      content += "variantSet \"v\" = {\n\"x\" (\n" + WriteArcs(layer) + ") {\n" +
                 MakePrim("E", WriteArcs(layer)) + "}\n}\n";
    }
    return MakePrim(prim.name, metadata, content);
  }

  Chance chance_;
  uint32_t arcs_ = 0, depth_ = 0;
  bool has_variants_ = false, has_relocates_ = false;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> paths_;
  std::vector<std::vector<Prim>> prims_;
};

}  // namespace

TEST_CASE("scenes in circles end, index by index and prim by prim") {
  CacheOptions options;
  options.budgets.max_cycles_per_prim = 20;
  options.budgets.max_arcs_around_per_prim = 160;
  size_t full = 0, most_nodes = 0, most_prims = 0, most_cycles = 0;
  for (uint64_t seed = 1; seed <= 120; ++seed) {
    CAPTURE(seed);
    const std::unique_ptr<Cache> cache = Open(CircleScene(seed).Write(), options);
    size_t prims = 0;
    bool has_end = false;
    cache->ComputeSubtree(Path::AbsoluteRoot(), [&](const PrimIndex& index, std::vector<Token>&) {
      has_end |= index.GetPath() == Path("/Plain/In");
      most_nodes = std::max(most_nodes, index.GetGraph()->nodes.size());
      size_t cycles = 0, ends = 0;
      for (const CompositionError& error : index.GetErrors()) {
        cycles += error.type == ErrorType::kArcCycle;
        ends += error.type == ErrorType::kIndexCapacityExceeded &&
                error.diagnostic.message.find("Composition graph capacity exceeded") == 0;
      }
      CHECK(ends <= 1);
      full += ends;
      most_cycles = std::max(most_cycles, cycles);
      return ++prims < 20'000;
    });
    most_prims = std::max(most_prims, prims);
    CHECK(has_end);
    CHECK(cache->ComputePrimIndex(Path("/Plain"))->GetErrors().empty());
  }
  CHECK(full > 100);
  CHECK(most_cycles <= 20);
  CHECK(most_nodes < 5'000);
  CHECK(most_prims < 20'000);
}

TEST_CASE("an index that ends for its circles keeps what had been found, and says which budget it was") {
  // Every prim leads to every other, by two arcs: the ways around are more than there are grains of sand.
  std::string text = MakePrim("Z", "references = </A0>");
  for (int i = 0; i < 12; ++i) {
    std::string targets;
    for (int other = 0; other < 12; ++other)
      if (other != i) targets += "</A" + std::to_string(other) + ">, ";
    text +=
        MakePrim("A" + std::to_string(i), "references = [" + targets + "]\nspecializes = [" + targets + "]");
  }
  std::vector<size_t> nodes;
  for (const uint32_t cycles : {20, 40, 80}) {
    CacheOptions options;
    options.budgets.max_cycles_per_prim = cycles;
    const std::unique_ptr<Cache> cache = Open(text, options);
    const PrimIndexPtr index = cache->ComputePrimIndex(Path("/Z"));
    nodes.push_back(index->GetGraph()->nodes.size());
    REQUIRE(index->GetErrors().size() == cycles + 1);
    const CompositionError& last = index->GetErrors().back();
    CHECK(last.type == ErrorType::kIndexCapacityExceeded);
    CHECK(last.diagnostic.message.find("max_cycles_per_prim = " + std::to_string(cycles)) !=
          std::string::npos);
    CHECK(!last.diagnostic.hint.empty());
    CHECK(GetStack(*cache, "/Z").find("/Z /A0") == 0);
  }
  // In proportion to the budget.
  CHECK(nodes[2] <= 5 * nodes[0]);
}

TEST_CASE("arcs of many kinds to many prims beside one that leads back are all followed") {
  std::string targets, text;
  for (int i = 0; i < 3000; ++i) {
    targets += "</T" + std::to_string(i) + ">, ";
    text += MakePrim("T" + std::to_string(i), "");
  }
  const std::unique_ptr<Cache> cache = Open(MakePrim("A", "references = [</A>, " + targets + "]") + text);
  CHECK(GetErrors(*cache, "/A") == std::vector<std::string>{"ArcCycle"});
  CHECK(cache->ComputePrimIndex(Path("/A"))->GetGraph()->nodes.size() == 3001);
}

TEST_CASE("the strength of nodes follows their places in the graph, wherever nodes come to stand") {
  const std::unique_ptr<Cache> cache = Open(MakePrim("A", ""));
  IndexPool& pool = *cache->ComputePrimIndex(Path("/A"))->GetGraph()->pool;
  Chance chance(7);
  const auto make = [&](int arc, uint32_t origin) {
    Node node;
    node.arc = static_cast<ArcType>(arc);
    node.origin = origin;
    node.path = Path("/A");
    node.sibling_number = chance.Below(1000);
    node.namespace_depth = static_cast<uint16_t>(chance.Below(3));
    return node;
  };
  Graph graph(pool, CompositionMode::kUsd);
  graph.Reset(0, Path("/A"));
  std::vector<std::pair<uint32_t, uint32_t>> known;  // pairs, the stronger first
  for (int i = 0; i < 1500; ++i) {
    const uint32_t parent = chance.Below(static_cast<uint32_t>(graph.GetSize()));
    const Node node = make(static_cast<int>(ArcType::kReference), parent);
    if (i % 50 == 49) {
      Graph other(pool, CompositionMode::kUsd);
      other.Reset(0, Path("/A"));
      for (uint32_t below = 0; below < 20; ++below)
        other.Insert(chance.Below(below + 1), make(static_cast<int>(ArcType::kReference), kNoNode));
      graph.InsertGraph(parent, node, other);
    } else {
      graph.Insert(i % 3 ? 0 : parent, make(static_cast<int>(ArcType::kReference), i % 3 ? 0 : parent));
    }
    const uint32_t a = chance.Below(static_cast<uint32_t>(graph.GetSize()));
    const uint32_t b = chance.Below(static_cast<uint32_t>(graph.GetSize()));
    const int order = graph.CompareStrength(a, b);
    CHECK(order == -graph.CompareStrength(b, a));
    if (order != 0) known.emplace_back(order < 0 ? a : b, order < 0 ? b : a);
  }
  const std::vector<uint32_t> order = graph.GetSubtree(0);
  REQUIRE(order.size() == graph.GetSize());
  for (size_t i = 1; i < order.size(); ++i) CHECK(graph.CompareStrength(order[i - 1], order[i]) < 0);
  for (const auto& [stronger, weaker] : known) CHECK(graph.CompareStrength(stronger, weaker) < 0);
}
