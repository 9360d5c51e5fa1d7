// Edits of scenes that meet a limit of the whole scene, or come to: what is composed after them is what is
// composed from scratch, and a scene that is far from its limits keeps what edits do not concern.
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "strata/compose/compose.h"
#include "strata/compose/index_graph.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

std::string Compose(Cache& cache) {
  std::set<std::string> prims;
  cache.ComputeSubtree(Path::AbsoluteRoot(), [&](const PrimIndex& index, std::vector<Token>&) {
    prims.insert(index.GetPath().GetString() + " " + std::to_string(index.GetNodeCount()) + " " +
                 std::to_string(index.GetErrors().size()) + "\n");
    return true;
  });
  std::string text;
  for (const std::string& prim : prims) text += prim;
  for (const CompositionError& error : cache.GetAllErrors())
    text += error.root_site.GetString() + " " + error.diagnostic.message + "\n";
  return text;
}

// Mutes and unmutes the sublayer of the scene, often enough to go past the limit and back; how often the
// cache was composed anew for it.
int Toggle(const Layers& layers, const CacheOptions& options) {
  const std::string sublayer = "sub.usda";
  CacheOptions muted = options;
  muted.muted_layers.insert(sublayer);
  const std::string with = Compose(*Open(layers, options)), without = Compose(*Open(layers, muted));
  int anew = 0;
  for (const bool keeps : {false, true}) {
    CAPTURE(keeps);
    const std::unique_ptr<Cache> cache = Open(layers, muted);
    CHECK(Compose(*cache) == without);
    for (const bool is_muted : {false, true, false, true}) {
      CAPTURE(is_muted);
      CacheEdits edits;
      (is_muted ? edits.mute : edits.unmute).push_back(sublayer);
      const auto all = [](const PrimIndex&, std::vector<Token>&) { return true; };
      CacheChanges changes = cache->Apply(edits, keeps ? Cache::Descend(all) : Cache::Descend());
      std::string composed = Compose(*cache);
      if (cache->StartAnewAtLimit(changes)) composed = Compose(*cache);
      CHECK(composed == (is_muted ? without : with));
      CHECK_FALSE(cache->StartAnewAtLimit(changes));
      anew += changes.resynced == std::vector<Path>{Path::AbsoluteRoot()};
    }
  }
  return anew;
}

// Two ways from each prim to the next, over variants: twice as many nodes for each.
std::string MakeDoubling(const std::string& prefix, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    const std::string next = "references = </" + prefix + std::to_string(i + 1) + ">";
    std::string sets, selections, names;
    for (const std::string set : {"a", "b"}) {
      const std::string own = set + std::to_string(i);
      sets += "variantSet \"" + own + "\" = {\n \"x\" (\n " + (i + 1 < count ? next : "kind = \"model\"") +
              "\n ) {\n }\n}\n";
      selections += " string " + own + " = \"x\"\n";
      names += (names.empty() ? "\"" : ", \"") + own + "\"";
    }
    text += MakePrim(prefix + std::to_string(i),
                     "variantSets = [" + names + "]\nvariants = {\n" + selections + "}", sets);
  }
  return text;
}

}  // namespace

TEST_CASE("circles that come and go with a layer end where they do from scratch") {
  const std::string circles =
      MakePrim("A", "inherits = </A/B>",
               MakePrim("B", "references = [</Other>, </A/B>]", MakePrim("C", "specializes = </A/B>"))) +
      MakePrim("Class", "specializes = </A>", MakePrim("Inner", "references = [</A>, </Other>]")) +
      MakePrim("Other", "references = [</A/B/C>, </Class>, </Class/Inner>]\ninherits = </A>");
  const Layers layers = {
      {"root.usda", "(\nsubLayers = [@sub.usda@]\n)\n" + MakePrim("T", "references = @circles.usda@</A>") +
                        MakePrim("Plain", "", MakePrim("In", ""))},
      {"sub.usda", MakePrim("T", "", MakePrim("U", "references = @circles.usda@</Class>")) +
                       MakePrim("V", "references = @circles.usda@</Other>")},
      {"circles.usda", circles}};
  std::set<int> counts;
  for (uint32_t limit = 8; limit <= 1u << 16; limit *= 2) {
    CAPTURE(limit);
    CacheOptions options;
    options.budgets.max_namespace_depth = 6;
    options.budgets.max_cycles_at_once = limit;
    options.budgets.max_cycles_per_prim = 8;
    options.budgets.max_arcs_around_per_prim = 64;
    counts.insert(Toggle(layers, options));
  }
  CHECK(counts.count(8) == 1);
  CHECK(counts.count(0) == 1);
}

TEST_CASE("full prims that come and go with a layer end where they do from scratch") {
  const Layers layers = {
      {"root.usda", "(\nsubLayers = [@sub.usda@]\n)\n" + MakeDoubling("P", 12) + MakePrim("Plain", "")},
      {"sub.usda", MakeDoubling("Q", 14) + MakePrim("P3", "references = </Q2>")}};
  std::set<int> counts;
  for (const uint32_t limit : {1, 2, 3, 4, 6, 8, 16, 1000}) {
    CAPTURE(limit);
    CacheOptions options;
    options.budgets.max_nodes_per_prim = 2000;
    options.budgets.max_full_prims_at_once = limit;
    counts.insert(Toggle(layers, options));
  }
  CHECK(counts.count(8) == 1);
  CHECK(counts.count(0) == 1);
}

TEST_CASE("where the order of prims decides which are cut short, another order composes them anew") {
  const std::string first = MakeDoubling("P", 12), second = MakeDoubling("Q", 12);
  CacheOptions options;
  options.budgets.max_nodes_per_prim = 2000;
  options.budgets.max_full_prims_at_once = 2;
  const std::unique_ptr<Cache> cache = Open(first + second, options), other = Open(second + first, options);
  const std::string before = Compose(*cache), after = Compose(*other);
  CHECK(before != after);

  const layer::LayerPtr root = cache->GetRootLayerStack()->GetRootLayer();
  CacheEdits edits;
  root->AddChangeListener([&](const layer::Layer&, const layer::ChangeList& changes) {
    edits.layers.push_back({root, changes});
  });
  const auto apply = [&] {
    const bool is_anew = !cache->Apply(std::exchange(edits, {})).resynced.empty();
    return std::pair(is_anew, Compose(*cache));
  };
  const layer::FieldNames& names = layer::GetFieldNames();
  REQUIRE(root->SetField(Path::AbsoluteRoot(), names.documentation, Value(std::string("of no prim"))));
  CHECK(apply() == std::pair(false, before));
  REQUIRE(
      root->SetField(Path::AbsoluteRoot(), names.primOrder, Value(TokenVector{Token("Q0"), Token("P0")})));
  CHECK(apply() == std::pair(true, after));
  REQUIRE(root->SetField(Path::AbsoluteRoot(), names.primOrder, Value()));
  CHECK(apply() == std::pair(true, before));
  root->TransferContent(*other->GetRootLayerStack()->GetRootLayer());
  CHECK(apply() == std::pair(true, after));
}
