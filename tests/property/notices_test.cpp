// A stage that follows its layers equals one opened after the edits, and tells of every prim that changed.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "tests/property/random_layer.h"
#include "tests/property/random_scene.h"

using namespace strata;
using namespace strata::property;
using stage::Prim;
using stage::PrimPredicate;
using stage::PrimRange;
using stage::Stage;
using stage::StagePtr;

namespace {

using Dump = std::map<Path, std::string>;

constexpr size_t kManyPrims = 2000;  // instances in instances multiply

// What prims say of themselves; what instances share is left out, for which of them it is made from may
// differ.
Dump DumpOwn(const Stage& stage) {
  Dump dump;
  for (const Prim& prim : PrimRange(stage.GetPseudoRoot(), PrimPredicate::All())) {
    std::string text = fmt::format("flags {:x} type {}", prim.GetFlags(), prim.GetTypeName().GetText());
    for (Token name : prim.GetAllChildrenNames()) text += " " + name.GetString();
    text += " properties";
    for (Token name : prim.GetPropertyNames()) text += " " + name.GetString();
    // Layers that come and go are told of by the prims that they speak of.
    if (prim.GetPath().IsPrim())
      for (const stage::SpecWithOffset& spec : prim.GetPrimStack())
        text += fmt::format("\n{} {}", spec.layer->GetDisplayName(), spec.path.GetString());
    dump[prim.GetPath()] = std::move(text);
    if (dump.size() >= kManyPrims) break;
  }
  return dump;
}

struct Heard {
  std::vector<Path> resynced, others;

  void Hear(const stage::ObjectsChanged& objects) {
    resynced.insert(resynced.end(), objects.GetResyncedPaths().begin(), objects.GetResyncedPaths().end());
    others.insert(others.end(), objects.GetChangedInfoOnlyPaths().begin(),
                  objects.GetChangedInfoOnlyPaths().end());
  }
  // A prim changes with itself, its properties, its children, also in their order, and what is above it.
  bool IsTold(Path path) const {
    for (Path told : resynced)
      if (path.HasPrefix(told.GetAbsoluteRootOrPrimPath()) || told.GetParent() == path) return true;
    for (Path told : others)
      if (told.GetAbsoluteRootOrPrimPath() == path || told == path || told.GetParent() == path) return true;
    return false;
  }
};

std::string FindUntold(const Heard& heard, const Dump& before, const Dump& after) {
  for (const auto& [path, text] : after) {
    const auto known = before.find(path);
    if ((known == before.end() || known->second != text) && !heard.IsTold(path))
      return "not told of " + path.GetString() + "\nbefore:\n" +
             (known == before.end() ? "" : known->second) + "\nafter:\n" + text;
  }
  for (const auto& [path, text] : before)
    if (!after.count(path) && !heard.IsTold(path)) return "not told that there is no " + path.GetString();
  return {};
}

std::string FindDifference(const Dump& kept, const Dump& fresh) {
  for (const auto& [path, text] : fresh) {
    const auto known = kept.find(path);
    if (known == kept.end() || known->second != text)
      return path.GetString() + "\nkept:\n" + (known == kept.end() ? "none" : known->second) + "\nfresh:\n" +
             text;
  }
  return kept.size() == fresh.size() ? std::string() : "more prims than in a fresh stage";
}

// What goes wrong with this sequence of edits; nothing when all is well.
std::string Try(const std::vector<uint32_t>& seeds, bool explains) {
  RandomScene scene;
  StagePtr stage;
  Heard heard;
  Dump before;
  for (size_t i = 0; i < seeds.size(); ++i) {
    const std::string layers_before = explains ? scene.ExportLayers() : std::string();
    const std::string edit = scene.Edit(seeds[i]);
    compose::CacheEdits edits = scene.TakeEdits();
    if (!stage && i * 2 < seeds.size()) continue;  // the first half builds the scene
    if (!stage) {
      stage = scene.MakeStage();
      stage->FollowLayers();
      stage->AddListener([&heard](const stage::StageNotice& notice) {
        if (notice.objects) heard.Hear(*notice.objects);
      });
      before = DumpOwn(*stage);
      continue;
    }
    edits.layers.clear();  // it heard of them
    edits.payloads.clear();
    (void)stage->Recompose(edits);
    (void)stage->SetLoadRules(scene.MakeLoadRules());
    const StagePtr fresh = scene.MakeStage();
    const Dump after = DumpOwn(*stage), expected = DumpOwn(*fresh);
    if (after.size() >= kManyPrims || expected.size() >= kManyPrims) return {};
    std::string wrong = FindUntold(std::exchange(heard, {}), before, after);
    if (wrong.empty()) wrong = FindDifference(after, expected);
    if (!wrong.empty()) return explains ? layers_before + "edit: " + edit + "\n" + wrong : edit;
    before = after;
  }
  return {};
}

}  // namespace

TEST_CASE("a stage that follows random edits equals one opened after them, and tells of what changed") {
  const uint32_t count = std::max(1u, GetCaseCount() / 10);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t seed = GetFirstSeed() + i;
    std::mt19937 random(seed);
    std::vector<uint32_t> seeds(60);
    for (uint32_t& one : seeds) one = static_cast<uint32_t>(random());
    if (Try(seeds, false).empty()) continue;
    seeds = ShrinkSeeds(std::move(seeds), [](const auto& fewer) { return !Try(fewer, false).empty(); });
    FAIL("seed " << seed << ", " << seeds.size() << " edits\n" << Try(seeds, true));
  }
}
