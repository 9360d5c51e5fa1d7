// Edits recompose the indices that depend on them, and no more: each kind of edit, with the number of
// indices, however many other prims there are.
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "strata/compose/compose.h"
#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

// A cache that composes all there is, gathers the edits of its layers and tells what they did.
class Edited {
 public:
  explicit Edited(const Layers& layers, CacheOptions options = {}) {
    resolver_ = std::make_shared<asset::MemoryResolver>(nullptr);
    for (const auto& [name, text] : layers) Put(name, text);
    registry_ = layer::LayerRegistry::Create(resolver_, std::make_shared<layer::FieldRegistry>(),
                                             {format::text::MakeUsdaFormat()});
    provider_ = std::make_shared<RegistryProvider>(registry_);
    for (const auto& [name, text] : layers) {
      Diagnostics diagnostics;
      const layer::LayerPtr layer = registry_->FindOrOpen(name, nullptr, {}, diagnostics);
      REQUIRE_MESSAGE(layer, RenderDiagnostics(diagnostics, ColorMode::kPlain));
      layer->AddChangeListener([this, layer](const layer::Layer&, const layer::ChangeList& changes) {
        edits.layers.push_back({layer, changes});
      });
      layers_.push_back(layer);
    }
    options_ = std::move(options);
    cache_ = std::make_unique<Cache>(layers_.front(), nullptr, provider_, options_);
    ComposeAll(*cache_);
  }

  void Put(const std::string& name, const std::string& text) { resolver_->Put(name, "#usda 1.0\n" + text); }
  layer::Layer& operator[](size_t number) { return *layers_[number]; }
  Cache& GetCache() { return *cache_; }

  // "/A | 2 1": what is composed anew, and how many indices were dropped and mended for it. All that there is
  // is composed again, and equals what a new cache makes of it.
  std::string Apply() {
    const CacheChanges changes = cache_->Apply(std::exchange(edits, {}));
    std::string text;
    for (const Path path : changes.resynced) text += path.GetString() + " ";
    text += "| " + std::to_string(changes.dropped_indices) + " " + std::to_string(changes.mended_indices);
    Cache anew(layers_.front(), nullptr, provider_, options_);
    CHECK(ComposeAll(*cache_) == ComposeAll(anew));
    return text;
  }

  CacheEdits edits;

 private:
  static std::string ComposeAll(Cache& cache) {
    std::set<std::string> prims;
    cache.ComputeSubtree(Path::AbsoluteRoot(), [&](const PrimIndex& index, std::vector<Token>&) {
      std::string text = index.GetPath().GetString() + ":";
      for (const SpecSite& site : index.GetSpecStack())
        text += " " + site.entry->layer->GetIdentifier() + site.path.GetString();
      prims.insert(std::move(text));
      return true;
    });
    std::string text;
    for (const std::string& prim : prims) text += prim + "\n";
    return text;
  }

  std::shared_ptr<asset::MemoryResolver> resolver_;
  std::shared_ptr<layer::LayerRegistry> registry_;
  std::shared_ptr<RegistryProvider> provider_;
  std::vector<layer::LayerPtr> layers_;
  CacheOptions options_;
  std::unique_ptr<Cache> cache_;
};

// Prims that have nothing to do with the edits.
std::string MakeOthers(int count) {
  std::string text;
  for (int i = 0; i < count; ++i)
    text += MakePrim("Other" + std::to_string(i), "references = @ref.usda@</S>", MakePrim("In", ""));
  return text;
}

const std::string kRef =
    MakePrim("R", "", MakePrim("X", "", MakePrim("Deep", ""))) + MakePrim("S", "", MakePrim("T", ""));
const layer::FieldNames& Names() {
  return layer::GetFieldNames();
}

}  // namespace

TEST_CASE("a sublayer that comes recomposes what it speaks about, and so does one that goes") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene(
        {{"root.usda", MakePrim("A", "references = @ref.usda@</R>") + MakePrim("D", "") + MakeOthers(others)},
         {"ref.usda", kRef},
         {"sub.usda", MakePrim("A", "inherits = </K>") + MakePrim("D", "") + MakePrim("K", "")}});
    REQUIRE(scene[0].SetField(Path("/"), Names().subLayers, Value(std::vector<std::string>{"sub.usda"})));
    CHECK(scene.Apply() == "/A /K | 3 2");  // mended are /D and "/", which the sublayer has too
    REQUIRE(scene[0].SetField(Path("/"), Names().subLayers, Value(std::vector<std::string>{})));
    CHECK(scene.Apply() == "/A /K | 4 2");
  }
}

TEST_CASE("relocates that come and go recompose what is moved, where it was and where it is") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene({{"root.usda", MakePrim("A", "references = @ref.usda@</R>") + MakeOthers(others)},
                  {"ref.usda", kRef}});
    REQUIRE(
        scene[0].SetField(Path("/"), Names().layerRelocates, Value(Relocates{{Path("/A/X"), Path("/A/Y")}})));
    CHECK(scene.Apply() == "/A | 3 0");
    REQUIRE(scene[0].SetField(Path("/"), Names().layerRelocates, Value()));
    CHECK(scene.Apply() == "/A | 3 0");
  }
}

TEST_CASE("specs and arcs that go recompose the prims that had them") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene({{"root.usda", MakePrim("A", "references = @ref.usda@</R>", MakePrim("X", "")) +
                                    MakePrim("B", "references = @ref.usda@</R>") + MakeOthers(others)},
                  {"ref.usda", kRef}});
    REQUIRE(scene[0].DeleteSpec(Path("/A/X")));
    CHECK(scene.Apply() == "| 0 1");
    REQUIRE(scene[0].SetField(Path("/A"), Names().references, Value()));
    CHECK(scene.Apply() == "/A | 3 0");
    REQUIRE(scene[1].DeleteSpec(Path("/R/X/Deep")));
    CHECK(scene.Apply() == "/B/X/Deep | 1 0");
  }
}

TEST_CASE("a layer that is read again recomposes those who use it") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    Edited scene(
        {{"root.usda", MakePrim("A", "references = @own.usda@</R>") + MakePrim("B", "") + MakeOthers(others)},
         {"ref.usda", kRef},
         {"own.usda", kRef}});
    scene.Put("own.usda", MakePrim("R", "", MakePrim("New", "")));
    REQUIRE(scene[2].Reload(layer::Layer::ReloadMode::kAlways));
    CHECK(scene.Apply() == "/A | 3 0");
    CHECK(scene.GetCache().ComputePrimIndex(Path("/A/New"))->GetSpecStack().size() == 1);
  }
}

TEST_CASE("a payload that is loaded recomposes its prim and what is below") {
  for (const int others : {10, 20, 40}) {
    CAPTURE(others);
    auto loaded = std::make_shared<std::set<Path>>();
    CacheOptions options;
    options.include_payload = [loaded](Path path) { return loaded->count(path) != 0; };
    Edited scene({{"root.usda", MakePrim("P", "payload = @ref.usda@</R>", MakePrim("In", "")) +
                                    MakePrim("Q", "payload = @ref.usda@</R>") + MakeOthers(others)},
                  {"ref.usda", kRef}},
                 options);
    loaded->insert(Path("/P"));
    scene.edits.payloads = {Path("/P")};
    CHECK(scene.Apply() == "/P | 2 0");
    loaded->clear();
    scene.edits.payloads = {Path("/P")};
    CHECK(scene.Apply() == "/P | 4 0");
  }
}
