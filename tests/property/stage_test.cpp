// A stage told of edits is the stage opened after them, and what it says of them is what changed.
#include <doctest/doctest.h>

#include <fmt/format.h>

#include "strata/base/executor.h"
#include "tests/property/random_layer.h"
#include "tests/property/random_scene.h"

using namespace strata;
using namespace strata::property;
using stage::Prim;
using stage::PrimPredicate;
using stage::PrimRange;
using stage::Stage;
using stage::StageChanges;
using stage::StagePtr;

namespace {

using Dump = std::map<Path, std::string>;

// Prototypes are named in the order in which they came: the first instance is a name that tells them apart.
std::string NameOf(const Prim& prototype) {
  return prototype ? "of " + prototype.GetInstances().front().GetPath().GetString() : "none";
}

std::string DumpPrim(const Prim& prim) {
  std::string text =
      fmt::format("flags {:x} type {} children", prim.GetFlags(), prim.GetTypeName().GetText());
  for (Token name : prim.GetAllChildrenNames()) text += " " + name.GetString();
  text += "\nproperties";
  for (Token name : prim.GetPropertyNames()) text += " " + name.GetString();
  for (const stage::SpecWithOffset& spec : prim.GetPrimStack())
    text += fmt::format("\n{} {} {}*{}", spec.layer->GetDisplayName(), spec.path.GetString(),
                        spec.layer_to_stage.offset, spec.layer_to_stage.scale);
  return text + "\n";
}

constexpr size_t kManyPrims = 3000;  // instances in instances multiply

Dump DumpPrims(const Stage& stage) {
  Dump dump;
  for (const Prim& prim : PrimRange(stage.GetPseudoRoot(), PrimPredicate::All())) {
    std::string& text = dump[prim.GetPath()];
    text = DumpPrim(prim);
    if (prim.IsInstance()) {
      text += "prototype " + NameOf(prim.GetPrototype()) + ":";
      for (const Prim& instance : prim.GetPrototype().GetInstances())
        text += " " + (instance.IsInPrototype() ? "*" : instance.GetPath().GetString());
      text += "\n";
    }
  }
  const PrimPredicate all = PrimPredicate::All().With(stage::InstanceProxies::kTraverse);
  for (const Prim& prim : PrimRange(stage.GetPseudoRoot(), all)) {
    if (prim.IsInstanceProxy()) dump[prim.GetPath()] = "proxy " + DumpPrim(prim);
    if (dump.size() >= kManyPrims) break;
  }
  return dump;
}

// The instances that prototypes are made from. Which it is shows: in the paths at which the limit of depth
// cuts off what is below, and in the order of opinions that come with what is above.
std::set<Path> FindSources(const Stage& stage) {
  std::set<Path> sources;
  for (const Prim& prototype : stage.GetPrototypes()) sources.insert(prototype.GetIndexPath());
  return sources;
}

void RemoveShared(Dump& dump) {
  std::erase_if(dump, [](const auto& item) { return item.second.starts_with("proxy "); });
  for (auto& [path, text] : dump) text.resize(std::min(text.size(), text.find("prototype ")));
}

std::string Compare(const Dump& kept, const Dump& fresh) {
  for (const auto& [path, text] : fresh) {
    const auto known = kept.find(path);
    if (known == kept.end()) return "only fresh has " + path.GetString() + "\n" + text;
    if (known->second != text) return path.GetString() + "\nkept:\n" + known->second + "fresh:\n" + text;
  }
  for (const auto& [path, text] : kept)
    if (!fresh.count(path)) return "only kept has " + path.GetString() + "\n" + text;
  return {};
}

// What keeps together the records, seen from outside.
std::string CheckTree(const Stage& stage) {
  size_t count = 0, instances = 0;
  std::vector<Prim> tops = stage.GetPrototypes();
  tops.push_back(stage.GetPseudoRoot());
  for (const Prim& top : tops) {
    for (const Prim& prim : PrimRange(top, PrimPredicate::All())) {
      ++count;
      const std::string where = prim.GetPath().GetString();
      if (stage.GetPrimAtPath(prim.GetPath()) != prim) return "not found: " + where;
      for (const Prim& child : prim.GetAllChildren())
        if (child.GetParent() != prim) return "not the parent of its children: " + where;
      if (!prim.IsInstance()) continue;
      ++instances;
      const std::vector<Prim> all = prim.GetPrototype().GetInstances();
      if (std::count(all.begin(), all.end(), prim) != 1) return "not an instance of its prototype: " + where;
    }
  }
  if (count != stage.GetPrimCount() + 1)
    return fmt::format("{} prims, told {}", count - 1, stage.GetPrimCount());
  for (const Prim& prototype : stage.GetPrototypes()) {
    const std::vector<Prim> all = prototype.GetInstances();
    if (all.empty()) return "no instance: " + prototype.GetPath().GetString();
    if (!std::is_sorted(all.begin(), all.end(),
                        [](const Prim& a, const Prim& b) { return a.GetPath() < b.GetPath(); }))
      return "instances out of order: " + prototype.GetPath().GetString();
    instances -= all.size();
  }
  return instances == 0 ? std::string() : "instances that are none";
}

// Prims that are not what they were must be told of; instance proxies are told of by their prototypes.
std::string CheckAnswer(const StageChanges& changes, const Dump& before, const Dump& after) {
  auto is_told = [&](Path path) {
    for (Path root : changes.resynced)
      if (path.HasPrefix(root)) return true;
    return std::find(changes.changed.begin(), changes.changed.end(), path) != changes.changed.end();
  };
  auto is_about_prototypes = [&](const std::string& a, const std::string& b) {
    return a.substr(0, a.find("prototype ")) == b.substr(0, b.find("prototype "));
  };
  for (const auto& [path, text] : after) {
    const auto known = before.find(path);
    const std::string was = known == before.end() ? std::string() : known->second;
    if (was == text || text.starts_with("proxy ") || was.starts_with("proxy ") || is_told(path)) continue;
    if (known != before.end() && is_about_prototypes(was, text)) continue;
    // Properties come and go without their prim being another one.
    const bool is_property = std::any_of(
        changes.cache.specs.begin(), changes.cache.specs.end(), [&](const compose::SpecChange& change) {
          return change.path.IsPrimProperty() && change.path.GetPrimPath() == path;
        });
    if (!is_property) return "not told of " + path.GetString() + "\nbefore:\n" + was + "after:\n" + text;
  }
  for (const auto& [path, text] : before)
    if (!after.count(path) && !text.starts_with("proxy ") && !is_told(path))
      return "not told that there is no " + path.GetString();
  return {};
}

// What goes wrong with this sequence of edits; nothing when all is well.
std::string Try(const std::vector<uint32_t>& seeds, bool explains) {
  RandomScene scene;
  StagePtr stage;
  Dump before;
  std::vector<Prim> handles;
  for (size_t i = 0; i < seeds.size(); ++i) {
    const std::string layers_before = explains ? scene.ExportLayers() : std::string();
    const std::string edit = scene.Edit(seeds[i]);
    compose::CacheEdits edits = scene.TakeEdits();
    if (!stage && i * 2 < seeds.size()) continue;  // the first half builds the scene
    if (!stage) {
      stage = scene.MakeStage();
      before = DumpPrims(*stage);
      for (const auto& [path, text] : before) handles.push_back(stage->GetPrimAtPath(path));
      continue;
    }
    edits.payloads.clear();
    StageChanges changes = stage->Recompose(edits);
    std::string wrong = CheckTree(*stage);
    const Dump between = DumpPrims(*stage);
    if (wrong.empty()) wrong = CheckAnswer(changes, before, between);
    changes = stage->SetLoadRules(scene.MakeLoadRules());
    const StagePtr fresh = scene.MakeStage();
    const Dump after = DumpPrims(*stage);
    if (wrong.empty()) wrong = CheckTree(*stage);
    if (wrong.empty()) wrong = CheckAnswer(changes, between, after);
    for (const Prim& handle : handles)
      if (wrong.empty() && handle.IsValid() != (after.count(handle.GetPath()) > 0))
        wrong = "handle of " + handle.GetPath().GetString();
    Dump kept = after, expected = DumpPrims(*fresh);
    if (after.size() >= kManyPrims || fresh->GetPrimCount() >= kManyPrims) return {};
    if (FindSources(*stage) != FindSources(*fresh)) {
      RemoveShared(kept);
      RemoveShared(expected);
    } else if (wrong.empty() && stage->GetPrimCount() != fresh->GetPrimCount()) {
      wrong = "other prototypes";
    }
    if (wrong.empty()) wrong = Compare(kept, expected);
    if (!wrong.empty()) return explains ? layers_before + "edit: " + edit + "\n" + wrong : edit;
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

TEST_CASE("a stage told of random edits equals one opened after them") {
  const uint32_t count = std::max(1u, GetCaseCount() / 10);
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t seed = GetFirstSeed() + i;
    std::vector<uint32_t> seeds = MakeSeeds(seed);
    if (Try(seeds, false).empty()) continue;
    seeds = ShrinkSeeds(std::move(seeds), [](const auto& fewer) { return !Try(fewer, false).empty(); });
    FAIL("seed " << seed << ", " << seeds.size() << " edits\n" << Try(seeds, true));
  }
}

TEST_CASE("any number of threads opens the same stage") {
  Executor two(2), sixteen(16);
  const uint32_t count = std::max(1u, GetCaseCount() / 20);
  for (uint32_t i = 0; i < count; ++i) {
    RandomScene scene;
    for (uint32_t seed : MakeSeeds(GetFirstSeed() + 104729 + i)) (void)scene.Edit(seed);
    const Dump expected = DumpPrims(*scene.MakeStage());
    for (Executor* executor : {&two, &sixteen})
      CHECK(Compare(DumpPrims(*scene.MakeStage(executor)), expected) == "");
  }
}
