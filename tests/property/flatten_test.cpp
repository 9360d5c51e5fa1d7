// What a flattened stage says, and what edits of its namespace leave behind.
#include <doctest/doctest.h>

#include <random>

#include <fmt/format.h>

#include "strata/layer/fields.h"
#include "strata/stage/namespace_editor.h"
#include "tests/property/random_layer.h"
#include "tests/property/random_scene.h"

using namespace strata;
using namespace strata::property;

namespace {

// Values for the attributes that the scene's layers have: defaults, blocks and
// samples.
void AuthorValues(const RandomScene& scene, std::mt19937& random) {
  const layer::FieldNames& names = layer::GetFieldNames();
  for (const layer::LayerPtr& layer : scene.GetLayers()) {
    std::vector<Path> attributes;
    layer->GetContent().VisitSpecs([&](Path path, const layer::SpecStore::SpecView& spec) {
      if (spec.GetType() == layer::SpecType::kAttribute) attributes.push_back(path);
    });
    std::sort(attributes.begin(), attributes.end());
    for (const Path attribute : attributes) {
      const uint32_t kind = random() % 8;
      if (kind < 3)
        REQUIRE(layer->SetField(attribute, names.default_, Value(static_cast<float>(random() % 100))));
      if (kind == 3) REQUIRE(layer->SetField(attribute, names.default_, Value(ValueBlock())));
      if (kind < 5) continue;
      for (uint32_t count = 1 + random() % 3; count != 0; --count) {
        const Value sample =
            random() % 6 == 0 ? Value(ValueBlock()) : Value(static_cast<float>(random() % 100));
        REQUIRE(layer->SetTimeSample(attribute, static_cast<double>(random() % 20), sample));
      }
    }
  }
}

// Every value of every attribute, as text by path. Where instances share prims
// these are told at each.
std::map<std::string, std::string> DumpValues(const stage::Stage& stage, size_t& count) {
  std::map<std::string, std::string> values;
  // What is inactive is not among what is flattened.
  const auto predicate =
      stage::PrimPredicate().Require(stage::PrimFlag::kActive).With(stage::InstanceProxies::kTraverse);
  for (const stage::Prim& prim : stage.Traverse(predicate)) {
    if (values.size() > 2000) break;
    for (const stage::Attribute& attribute : prim.GetAttributes()) {
      std::string text;
      for (const double time : {-1.0, 0.0, 3.0, 7.5, 12.0, 40.0, 200.0}) {
        const auto value = attribute.GetAs<float>(time);
        text += value ? fmt::format("{:.3f} ", *value) : "none ";
      }
      const auto value = attribute.GetAs<float>();
      text += value ? fmt::format("default {}", *value) : "no default";
      for (const double time : attribute.GetTimeSamples()) text += fmt::format(" {:.3f}", time);
      values[attribute.GetPath().GetString()] = text;
      ++count;
    }
  }
  return values;
}

std::string TextOf(const RandomScene& scene) {
  std::string text;
  for (const layer::LayerPtr& layer : scene.GetLayers()) text += *layer->ExportToString();
  return text;
}

std::string TreeOf(const stage::Stage& stage) {
  std::string text;
  for (const stage::Prim& prim : stage.TraverseAll()) {
    text += prim.GetPath().GetString();
    for (const Token name : prim.GetAuthoredPropertyNames()) text += " " + name.GetString();
    text += "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("a flattened stage opens as a stage of the same values") {
  size_t count = 0;
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount(); ++seed) {
    CAPTURE(seed);
    RandomScene scene;
    std::mt19937 random(seed);
    for (int i = 0; i < 45; ++i) scene.Edit(static_cast<uint32_t>(random()));
    AuthorValues(scene, random);
    const stage::StagePtr stage = scene.MakeStage();
    if (stage->GetPrimCount() > 500) continue;
    Diagnostics remarks;
    const auto flat = stage::Stage::Open(stage->GetLayerRegistry(), stage->Flatten(), {}, remarks);
    REQUIRE(flat);
    auto expected = DumpValues(*stage, count);
    auto got = DumpValues(**flat, count);
    // Prototypes are prims of their own in what is flattened.
    std::erase_if(got, [](const auto& entry) { return entry.first.starts_with("/Flattened_Prototype"); });
    for (const auto& [path, values] : expected) {
      CAPTURE(path);
      CHECK(got[path] == values);
    }
    CHECK(got.size() == expected.size());
  }
  CHECK(count > 100);
}

TEST_CASE("journals replayed on layers as they were give the layers as they are") {
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount(); ++seed) {
    CAPTURE(seed);
    RandomScene scene, other;
    std::mt19937 random(seed);
    for (int i = 0; i < 10; ++i) {
      const auto edit = static_cast<uint32_t>(random());
      scene.Edit(edit);
      other.Edit(edit);
    }
    REQUIRE(TextOf(scene) == TextOf(other));
    stage::TransactionRecorder recorder(scene.GetLayers());
    for (int i = 0; i < 15; ++i) scene.Edit(static_cast<uint32_t>(random()));
    const auto& layers = scene.GetLayers();
    REQUIRE(recorder.Take().ApplyTo([&](const layer::LayerPtr& layer) {
      return other
          .GetLayers()[static_cast<size_t>(std::find(layers.begin(), layers.end(), layer) - layers.begin())];
    }));
    CHECK(TextOf(scene) == TextOf(other));
  }
}

TEST_CASE(
    "edits of the namespace leave the stage that opens from their "
    "layers, and are undone") {
  size_t done_edits = 0, refused_edits = 0;
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount() * 2 / 5; ++seed) {
    CAPTURE(seed);
    RandomScene scene;
    std::mt19937 random(seed);
    for (int i = 0; i < 45; ++i) scene.Edit(static_cast<uint32_t>(random()));
    const stage::StagePtr stage = scene.MakeStage();
    if (stage->GetPrimCount() > 300) continue;
    for (int i = 0; i < 6; ++i) {
      std::vector<Path> paths;
      for (const stage::Prim& prim : stage->TraverseAll()) paths.push_back(prim.GetPath());
      if (paths.empty()) break;
      const Path from = paths[random() % paths.size()];
      const Path parent = random() % 2 ? from.GetParent() : paths[random() % paths.size()];
      const Path to = parent.AppendChild(Token(fmt::format("N{}", i)));
      CAPTURE(from.GetString());
      CAPTURE(to.GetString());
      const std::string before = TextOf(scene), tree = TreeOf(*stage);
      stage::NamespaceEditor editor(*stage);
      const bool deletes = random() % 4 == 0;
      REQUIRE((deletes ? editor.DeletePrimAtPath(from) : editor.MovePrimAtPath(from, to)));
      const bool can = editor.Plan().CanApply();
      CHECK(TextOf(scene) == before);
      const auto done = editor.ApplyEdits();
      REQUIRE(bool(done) == can);
      ++(done ? done_edits : refused_edits);
      if (!done) {
        CHECK(TextOf(scene) == before);
        continue;
      }
      CHECK(TreeOf(*stage) == TreeOf(*scene.MakeStage()));
      // Relocates that contradict others do nothing, which composition tells.
      CHECK((!stage->GetPrimAtPath(from) || !stage->GetCompositionErrors().empty()));
      if (random() % 2) continue;
      REQUIRE(done->GetInverse().Apply());
      CHECK(TextOf(scene) == before);
      CHECK(TreeOf(*stage) == tree);
    }
  }
  CHECK(done_edits > 60);
  CHECK(refused_edits > 5);
}
