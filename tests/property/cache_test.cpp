// A cache told of edits is the cache composed from scratch after them, however many threads compose.
#include <doctest/doctest.h>

#include <optional>

#include "strata/base/executor.h"
#include "tests/property/random_layer.h"
#include "tests/property/random_scene.h"

using namespace strata;
using namespace strata::property;
using compose::Cache;

namespace {

std::string Compare(const std::map<Path, std::string>& kept, const std::map<Path, std::string>& fresh) {
  for (const auto& [path, dump] : fresh) {
    auto known = kept.find(path);
    if (known == kept.end()) return "only fresh has " + path.GetString() + "\n" + dump;
    if (known->second != dump) return path.GetString() + "\nkept:\n" + known->second + "fresh:\n" + dump;
  }
  for (const auto& [path, dump] : kept)
    if (!fresh.count(path)) return "only kept has " + path.GetString() + "\n" + dump;
  return {};
}

// What changed must be told: prims that differ are among those resynced, or those with other specs.
std::string CheckAnswer(const compose::CacheChanges& changes, const std::map<Path, std::string>& before,
                        const std::map<Path, std::string>& after) {
  auto is_told = [&](Path path) {
    for (Path root : changes.resynced)
      if (path.HasPrefix(root)) return true;
    return std::find(changes.spec_stacks.begin(), changes.spec_stacks.end(), path) !=
           changes.spec_stacks.end();
  };
  auto is_child_told = [&](Path path) {
    for (Path root : changes.resynced)
      if (root.GetParent() == path) return true;
    for (const compose::SpecChange& change : changes.specs)
      if (change.path.GetAbsoluteRootOrPrimPath() == path) return true;
    return false;
  };
  for (const auto& [path, dump] : after) {
    auto known = before.find(path);
    const bool is_same = known != before.end() && known->second == dump;
    if (!is_same && !is_told(path) && !(known != before.end() && is_child_told(path)))
      return "not told of " + path.GetString() + "\nbefore:\n" +
             (known == before.end() ? "" : known->second) + "after:\n" + dump;
  }
  for (const auto& [path, dump] : before)
    if (!after.count(path) && !is_told(path)) return "not told that there is no " + path.GetString();
  return {};
}

// The indices of a cache that was told of edits, with those of `asked`. A cache that meets a limit of the
// whole scene is composed anew: `changes` tells so then.
std::map<Path, std::string> DumpEdited(Cache& cache, const std::set<Path>& asked,
                                       compose::CacheChanges& changes) {
  std::map<Path, std::string> dumps;
  do {
    dumps = DumpIndices(cache);
    for (Path path : asked) dumps[path] = DumpIndex(*cache.ComputePrimIndex(path));
  } while (cache.StartAnewAtLimit(changes));
  return dumps;
}

// What goes wrong with this sequence of edits; nothing when all is well.
// `kinds` counts the edits that the cache was told of.
using Kinds = std::map<std::string, size_t>;
std::string Try(const std::vector<uint32_t>& seeds, compose::CompositionMode mode, bool explains,
                Kinds* kinds = nullptr) {
  static Executor executor(2);
  RandomScene scene;
  // The second is asked to compose anew what edits concern, and keeps what is the same.
  std::unique_ptr<Cache> cache, renewed;
  std::map<Path, std::string> before;
  std::mt19937 random(seeds.front());
  std::set<Path> asked;
  const std::vector<const char*> others{"/A/Q", "/B/A/C", "/D", "/C/B"};
  for (size_t i = 0; i < seeds.size(); ++i) {
    // Prims that may not be there are asked for, too: before the edit, of which the cache knows nothing yet.
    if (cache && random() % 3 == 0) asked.insert(Path(others[random() % others.size()]));
    for (Path path : asked) before[path] = DumpIndex(*cache->ComputePrimIndex(path));
    const std::string layers_before = explains ? scene.ExportLayers() : std::string();
    const std::string edit = scene.Edit(seeds[i]);
    compose::CacheEdits edits = scene.TakeEdits();
    const Kinds made = scene.TakeKinds();
    // The first half builds the scene.
    if (!cache && i * 2 < seeds.size()) continue;
    if (!cache) {
      cache = scene.MakeCache(nullptr, mode);
      renewed = scene.MakeCache(&executor, mode);
      before = DumpIndices(*cache);
      (void)DumpIndices(*renewed);
      continue;
    }
    if (kinds)
      for (const auto& [kind, count] : made) (*kinds)[kind] += count;
    compose::CacheChanges changes = cache->Apply(edits);
    compose::CacheChanges renewal =
        renewed->Apply(edits, [](const compose::PrimIndex&, std::vector<Token>&) { return true; });
    std::unique_ptr<Cache> fresh = scene.MakeCache(nullptr, mode);
    const auto after = DumpEdited(*cache, asked, changes);
    auto expected = DumpIndices(*fresh);
    std::string wrong = Compare(DumpEdited(*renewed, {}, renewal), expected);
    if (!wrong.empty()) {
      std::string kept = "after it kept";
      for (Path path : renewal.kept) kept += " " + path.GetString();
      wrong.insert(0, kept + ": ");
    }
    for (Path path : asked) expected[path] = DumpIndex(*fresh->ComputePrimIndex(path));
    if (wrong.empty()) wrong = Compare(after, expected);
    if (wrong.empty() && DumpCache(*cache) != DumpCache(*fresh))
      wrong = "kept:\n" + DumpCache(*cache) + "fresh:\n" + DumpCache(*fresh);
    if (wrong.empty()) wrong = CheckAnswer(changes, before, after);
    if (!wrong.empty()) {
      std::string told = "resynced:";
      for (Path path : changes.resynced) told += " " + path.GetString();
      told += "\nspecs:";
      for (Path path : changes.spec_stacks) told += " " + path.GetString();
      return explains ? layers_before + "edit: " + edit + "\n" + told + "\n" + wrong : edit;
    }
    before = after;
  }
  return {};
}

std::vector<uint32_t> MakeSeeds(uint32_t first) {
  std::mt19937 random(first);
  std::vector<uint32_t> seeds(90);
  for (uint32_t& seed : seeds) seed = static_cast<uint32_t>(random());
  return seeds;
}

}  // namespace

TEST_CASE("a cache told of random edits equals one composed from scratch") {
  const uint32_t count = std::max(1u, GetCaseCount() / 3);
  Kinds kinds;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t seed = GetFirstSeed() + i;
    std::vector<uint32_t> seeds = MakeSeeds(seed);
    const auto mode = seed % 4 == 0 ? compose::CompositionMode::kFull : compose::CompositionMode::kUsd;
    if (Try(seeds, mode, false, &kinds).empty()) continue;
    seeds =
        ShrinkSeeds(std::move(seeds), [mode](const auto& fewer) { return !Try(fewer, mode, false).empty(); });
    FAIL("seed " << seed << ", " << seeds.size() << " edits\n" << Try(seeds, mode, true));
  }
  if (count < 20) return;  // too few to meet each kind of edit
  std::string counts;
  for (const auto& [kind, made] : kinds) counts += "\n  " + kind + ": " + std::to_string(made);
  MESSAGE(count << " sequences of edits:" << counts);
  for (const char* kind : {"spec added",
                           "spec removed",
                           "arc edited",
                           "sublayers edited",
                           "sublayer offsets edited",
                           "layer muted",
                           "layer unmuted",
                           "payload included",
                           "payload left out",
                           "relocates edited",
                           "resolver changed",
                           "layer reloaded",
                           "content replaced",
                           "default prim edited",
                           "rate edited",
                           "expression variables edited",
                           "variant fallbacks set",
                           "variant selected",
                           "asset with variants made",
                           "permission edited",
                           "symmetry edited"}) {
    CAPTURE(kind);
    CHECK(kinds[kind] >= count / 20);
  }
}

TEST_CASE("any number of threads composes the same indices") {
  Executor two(2), sixteen(16);
  const uint32_t count = std::max(1u, GetCaseCount() / 20);
  for (uint32_t i = 0; i < count; ++i) {
    RandomScene scene;
    for (uint32_t seed : MakeSeeds(GetFirstSeed() + 7919 + i)) (void)scene.Edit(seed);
    std::unique_ptr<Cache> alone = scene.MakeCache();
    const auto expected = DumpIndices(*alone);
    for (Executor* executor : {&two, &sixteen}) {
      std::unique_ptr<Cache> cache = scene.MakeCache(executor);
      CHECK(Compare(DumpIndices(*cache), expected) == "");
      CHECK(DumpCache(*cache) == DumpCache(*alone));
    }
  }
}
