// How the layers of a stack are opened.
#include "tests/unit/compose/scene.h"

namespace strata::compose {

TEST_CASE("sublayers are opened on all threads, and listed with their errors as one thread does") {
  std::string paths;
  Layers layers{{"", ""}};
  for (int i = 0; i < 60; ++i) {
    paths += fmt::format("@{}_{}.usda@, ", i % 4 == 3 ? "none" : "layer", i);
    if (i % 4 != 3)
      layers.emplace_back(fmt::format("layer_{}.usda", i),
                          fmt::format("over \"A\"\n{{\n    int i = {}\n}}\n", i));
  }
  layers.front() = {"root.usda", "(\n    subLayers = [" + paths + "@`${NONE}`@]\n)\ndef \"A\"\n{\n}\n"};
  std::string with_one;
  for (unsigned threads : {1u, 8u}) {
    Executor executor(threads);
    CacheOptions options;
    options.executor = &executor;
    options.muted_layers = {"layer_1.usda", "/layer_1.usda"};
    const std::unique_ptr<Cache> cache = Open(layers, options);
    const LayerStack& stack = *cache->GetRootLayerStack();
    std::string text;
    for (const LayerStack::Entry& entry : stack.GetEntries()) text += entry.layer->GetIdentifier() + "\n";
    for (const CompositionError& error : stack.GetErrors()) text += error.diagnostic.message + "\n";
    if (threads == 1) with_one = text;
    CHECK(text == with_one);
    CHECK(stack.GetErrors().size() == 16);
    CHECK(stack.GetEntries().size() == 1 + 45 - stack.GetMutedLayers().size());
    CHECK(stack.GetMutedLayers().size() == 1);
  }
}

}  // namespace strata::compose
