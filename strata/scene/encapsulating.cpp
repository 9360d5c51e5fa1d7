#include "strata/scene/encapsulating.h"

namespace strata::scene {

Result<SceneIndexPtr> EncapsulatingSceneIndex::New(std::vector<SceneIndexPtr> inputs, SceneIndexPtr last,
                                                   std::string name) {
  for (const SceneIndexPtr& input : inputs)
    if (!input || !last || input == last || !ReadsFrom(*last, *input))
      return Diagnostic(kInputNotRead,
                        "The last scene of \"" + name + "\" does not read \"" +
                            (input ? input->GetDisplayName() : std::string("null")) + "\".",
                        {}, "Name scenes that the last one reads, straight or through others.");
  return SceneIndexPtr(new EncapsulatingSceneIndex(std::move(inputs), std::move(last), std::move(name)));
}

}  // namespace strata::scene
