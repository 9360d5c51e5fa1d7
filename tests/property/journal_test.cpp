// Journals undo what was done to layers, byte for byte, and do it again.
#include <doctest/doctest.h>

#include <random>

#include "tests/property/random_layer.h"
#include "tests/property/random_scene.h"

using namespace strata;
using namespace strata::property;

namespace {

// What was done to the layers of a scene, edit by edit.
class Recorder {
 public:
  explicit Recorder(const RandomScene& scene) : scene_(scene) {
    for (const layer::LayerPtr& layer : scene.GetLayers()) {
      listeners_.push_back(
          layer->AddJournalListener([this](const layer::Layer& edited, const layer::Journal& made) {
            journals.emplace_back(const_cast<layer::Layer*>(&edited), made);
          }));
    }
  }
  ~Recorder() {
    for (size_t i = 0; i < listeners_.size(); ++i) scene_.GetLayers()[i]->RemoveListener(listeners_[i]);
  }
  std::vector<std::pair<layer::Layer*, layer::Journal>> journals;

 private:
  const RandomScene& scene_;
  std::vector<uint64_t> listeners_;
};

std::string TextOf(const RandomScene& scene) {
  std::string text;
  for (const layer::LayerPtr& layer : scene.GetLayers()) text += *layer->ExportToString();
  return text;
}

}  // namespace

TEST_CASE("after any edits undo restores the text of every layer, and redo the text after them") {
  for (uint32_t seed = GetFirstSeed(); seed < GetFirstSeed() + GetCaseCount() * 2 / 5; ++seed) {
    CAPTURE(seed);
    RandomScene scene;
    std::mt19937 random(seed);
    for (int i = 0; i < 10; ++i) scene.Edit(static_cast<uint32_t>(random()));
    Recorder recorder(scene);
    std::vector<std::string> texts{TextOf(scene)};
    std::vector<size_t> counts{0};
    for (int i = 0; i < 15; ++i) {
      scene.Edit(static_cast<uint32_t>(random()));
      texts.push_back(TextOf(scene));
      counts.push_back(recorder.journals.size());
    }
    const auto journals = recorder.journals;
    for (size_t edit = counts.size() - 1; edit-- > 0;) {
      for (size_t i = counts[edit + 1]; i-- > counts[edit];)
        REQUIRE(journals[i].first->Apply(journals[i].second.GetInverse()));
      REQUIRE(TextOf(scene) == texts[edit]);
    }
    for (size_t edit = 0; edit + 1 < counts.size(); ++edit) {
      for (size_t i = counts[edit]; i < counts[edit + 1]; ++i)
        REQUIRE(journals[i].first->Apply(journals[i].second));
      REQUIRE(TextOf(scene) == texts[edit + 1]);
    }
  }
}
