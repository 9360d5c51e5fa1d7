// A stage under a running scene, for tests: edits of the one and what they tell of the other.
#pragma once

#include <doctest/doctest.h>

#include "strata/bridge/chain.h"
#include "strata/scene/scene.h"
#include "tests/unit/stage/scene.h"

namespace strata::bridge {

inline stage::OpenOptions WithSchemas() {
  stage::OpenOptions options;
  options.schemas = schema::Registry::GetBuiltIn();
  return options;
}

// Braces, and two spaces, as the ends of lines that the format asks for.
inline std::string Lines(const std::string& text) {
  std::string lines;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '}') lines += '\n';
    if (text.compare(i, 2, "  ") == 0) lines += '\n';
    lines += text[i];
    if (text[i] == '{' || text[i] == '}') lines += '\n';
  }
  return lines;
}

// A stage, the chain over it, and what both ends of the chain tell.
class Running {
 public:
  explicit Running(const std::string& text, const ChainOptions& options = {})
      : scene_(Lines(text), WithSchemas()), chain_(MakeChain(options)) {
    chain_.stage->AddObserver(first_);
    chain_.GetFinal()->AddObserver(last_);
    chain_.stage->SetStage(scene_.GetOwner());
  }
  ~Running() {
    chain_.stage->RemoveObserver(first_);
    chain_.GetFinal()->RemoveObserver(last_);
  }

  StageSceneIndex& First() { return *chain_.stage; }
  const scene::SceneIndex& Final() { return *chain_.GetFinal(); }
  Chain& GetChain() { return chain_; }
  std::string TakeFirst() { return first_.TakeSorted(); }
  std::string TakeFinal() { return last_.TakeSorted(); }
  // Reads all there is.
  void Pull() {
    for (const scene::SceneIndexPtr& index : chain_.indices) scene::PrintScene(*index);
  }
  // Edits the root layer and shows what that did.
  template <class Edit>
  void Change(Edit&& edit) {
    const layer::LayerPtr layer = scene_->GetRootLayer();
    compose::CacheEdits edits;
    const uint64_t listener =
        layer->AddChangeListener([&](const layer::Layer&, const layer::ChangeList& changes) {
          edits.layers.push_back({layer, changes});
        });
    {
      layer::Layer::ChangeBlock block(*layer);
      edit(*layer);
    }
    layer->RemoveChangeListener(listener);
    chain_.stage->Recompose(edits);
  }
  void Set(const char* attribute, Value value) {
    Change([&](layer::Layer& layer) {
      CHECK(layer.SetField(Path(attribute), layer::GetFieldNames().default_, std::move(value)));
    });
  }
  void SetActive(const char* prim, bool active) {
    Change([&](layer::Layer& layer) {
      CHECK(layer.SetField(Path(prim), layer::GetFieldNames().active, Value(active)));
    });
  }

 private:
  stage::Scene scene_;
  Chain chain_;
  scene::RecordingObserver first_, last_;
};

inline std::string PathsOf(const scene::SceneIndex& index) {
  std::string text;
  for (Path path : scene::CollectPrimPaths(index)) text += (text.empty() ? "" : " ") + path.GetString();
  return text;
}

}  // namespace strata::bridge
