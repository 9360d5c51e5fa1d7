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

TEST_CASE("sublayers of the session's owner come first where their layer says that they are owned") {
  auto list = [](const char* session, const char* owners) {
    Layers layers{{"root.usda", std::string("(\n    hasOwnedSubLayers = true\n    subLayers = "
                                            "[@x.usda@, @s.usda@, @r.usda@]\n)\n")},
                  {"session.usda", session},
                  {"sub.usda", "(\n    sessionOwner = \"me\"\n)\n"}};
    for (size_t i = 0; i < 3; ++i) {
      const std::string owner = owners[i] == '-' ? "" : owners[i] == 'm' ? "me" : "you";
      layers.push_back(
          {std::string(1, "xsr"[i]) + ".usda", owner.empty() ? "" : "(\n    owner = \"" + owner + "\"\n)\n"});
    }
    const std::unique_ptr<Cache> cache = Open(layers, {}, "session.usda");
    std::string text;
    for (const LayerStack::Entry& entry : cache->GetRootLayerStack()->GetEntries())
      text += entry.layer->GetIdentifier().substr(entry.layer->GetIdentifier().find_last_of('/') + 1) + " ";
    for (const CompositionError& error : cache->GetRootLayerStack()->GetErrors())
      text += std::string(GetErrorName(error.type)) + " ";
    return text;
  };
  const char* me = "(\n    sessionOwner = \"me\"\n)\n";
  // As usd-core 26.11 lists them.
  CHECK(list(me, "--m") == "session.usda root.usda r.usda x.usda s.usda ");
  CHECK(list(me, "-mm") == "session.usda root.usda s.usda r.usda x.usda InvalidSublayerOwnership ");
  CHECK(list(me, "-yy") == "session.usda root.usda x.usda s.usda r.usda ");
  CHECK(list("", "--m") == "session.usda root.usda x.usda s.usda r.usda ");
  // The strongest layer of the session that names an owner counts.
  CHECK(list("(\n    subLayers = [@sub.usda@]\n)\n", "--m") ==
        "session.usda sub.usda root.usda r.usda x.usda s.usda ");
  CHECK(list("(\n    sessionOwner = \"\"\n    subLayers = [@sub.usda@]\n)\n", "--m") ==
        "session.usda sub.usda root.usda x.usda s.usda r.usda ");
  // In the session's own layers nobody comes first.
  CHECK(list("(\n    sessionOwner = \"me\"\n    subLayers = [@root.usda@]\n)\n", "--m") ==
        "session.usda root.usda x.usda s.usda r.usda root.usda r.usda x.usda s.usda ");
}

TEST_CASE("a layer that is a sublayer twice stands twice in the stack, each time with its own offset") {
  auto list = [](const std::string& sublayers) {
    const std::unique_ptr<Cache> cache =
        Open({{"root.usda", "(\n    subLayers = [" + sublayers + "]\n)\n"},
              {"a.usda", "def \"A\"\n{\n}\n"},
              {"b.usda", "(\n    subLayers = [@a.usda@ (offset = 3)]\n)\n"}});
    const LayerStack& stack = *cache->GetRootLayerStack();
    std::string text;
    for (const LayerStack::Entry& entry : stack.GetEntries()) {
      const std::string& name = entry.layer->GetIdentifier();
      text += fmt::format("{} {}:{} ", name.substr(name.find_last_of('/') + 1), entry.offset.offset,
                          entry.offset.scale);
    }
    for (const CompositionError& error : stack.GetErrors())
      text += std::string(GetErrorName(error.type)) + " ";
    const PrimIndexPtr index = cache->ComputePrimIndex(Path("/A"));
    CHECK(index->GetErrors().empty());
    return text + std::to_string(index->GetSpecStack().size());
  };
  // As usd-core 26.11 lists them: neither a duplicate nor a cycle is told, and the prim's specs stand as
  // often.
  CHECK(list("@a.usda@ (offset = 1), @a.usda@ (offset = 5)") == "root.usda 0:1 a.usda 1:1 a.usda 5:1 2");
  CHECK(list("@a.usda@ (offset = 1; scale = 2), @./a.usda@ (offset = 5)") ==
        "root.usda 0:1 a.usda 1:2 a.usda 5:1 2");
  CHECK(list("@b.usda@ (offset = 1), @a.usda@ (offset = 5)") ==
        "root.usda 0:1 b.usda 1:1 a.usda 4:1 a.usda 5:1 2");
  CHECK(list("@a.usda@ (offset = 1), @b.usda@ (offset = 5)") ==
        "root.usda 0:1 a.usda 1:1 b.usda 5:1 a.usda 8:1 2");
  CHECK(list("@a.usda@ (offset = 5), @a.usda@ (scale = -1)") ==
        "root.usda 0:1 a.usda 5:1 a.usda 0:1 InvalidSublayerOffset 2");
}

}  // namespace strata::compose
