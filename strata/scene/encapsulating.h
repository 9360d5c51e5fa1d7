// A graph of scene indices seen as one.   (HdEncapsulatingSceneIndexBase, HdMakeEncapsulatingSceneIndex)
#pragma once

#include "strata/base/diagnostic.h"
#include "strata/base/result.h"
#include "strata/scene/filtering.h"

namespace strata::scene {

inline constexpr DiagnosticCode kInputNotRead{"scene.input-not-read", Severity::kError,
                                              "A scene that was named as an input is read by nobody inside."};

// Shows what `last` shows, and says of itself that it reads `inputs`: what stands between them is inside, and
// is found through GetEncapsulatedScenes.
class EncapsulatingSceneIndex final : public SingleInputFilteringSceneIndex {
 public:
  // In error where `last` does not read one of the inputs, or is one.
  static Result<SceneIndexPtr> New(std::vector<SceneIndexPtr> inputs, SceneIndexPtr last, std::string name);
  std::vector<SceneIndexPtr> GetInputScenes() const override { return inputs_; }
  std::vector<SceneIndexPtr> GetEncapsulatedScenes() const override {
    return SingleInputFilteringSceneIndex::GetInputScenes();
  }
  std::string GetDisplayName() const override { return name_; }

 private:
  EncapsulatingSceneIndex(std::vector<SceneIndexPtr> inputs, SceneIndexPtr last, std::string name)
      : SingleInputFilteringSceneIndex(std::move(last)), inputs_(std::move(inputs)), name_(std::move(name)) {}
  std::vector<SceneIndexPtr> inputs_;
  std::string name_;
};

}  // namespace strata::scene
