// What a layer stack knows of the shares that its layers have in a site: right before edits and after them.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/compose/scene.h"

using namespace strata;
using namespace strata::compose;

namespace {

using Numbers = std::vector<uint32_t>;

// A root layer with three sublayers, all of which speak of /A; one says what it is.
struct Stack {
  Stack() {
    auto resolver = std::make_shared<asset::MemoryResolver>(nullptr);
    resolver->Put("root.usda", "#usda 1.0\n(subLayers = [@a.usda@, @b.usda@, @c.usda@])");
    resolver->Put("a.usda", "#usda 1.0\nover \"A\"\n{\n}\n");
    resolver->Put("b.usda", "#usda 1.0\nover \"A\"\n{\n    int number = 1\n}\n");
    resolver->Put("c.usda", "#usda 1.0\n" + MakePrim("A", "references = </R>") +
                                MakePrim("R", "kind = \"prop\"", MakePrim("X", "") + MakePrim("Y", "")));
    auto registry = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                                 {format::text::MakeUsdaFormat()});
    for (const char* name : {"root.usda", "a.usda", "b.usda", "c.usda"}) {
      Diagnostics diagnostics;
      const layer::LayerPtr layer = registry->FindOrOpen(name, nullptr, {}, diagnostics);
      REQUIRE(layer);
      layer->AddChangeListener([this, layer](const layer::Layer&, const layer::ChangeList& changes) {
        edits.layers.push_back({layer, changes});
      });
      layers.push_back(layer);
    }
    cache = std::make_unique<Cache>(layers.front(), nullptr, std::make_shared<RegistryProvider>(registry),
                                    CacheOptions());
    (void)Get("/A");
  }
  void Apply() { cache->Apply(std::exchange(edits, {})); }
  PrimIndexPtr Get(const char* path) {
    for (Path above = Path(path).GetParent(); !above.IsAbsoluteRoot(); above = above.GetParent())
      (void)cache->ComputePrimIndex(above);
    return cache->ComputePrimIndex(Path(path));
  }
  std::string GetChildren(const char* path) {
    std::vector<Token> names, prohibited;
    Get(path)->ComputeChildNames(names, prohibited);
    std::string text;
    for (const Token name : names) text += (text.empty() ? "" : " ") + name.GetString();
    return text;
  }

  CacheEdits edits;
  std::vector<layer::LayerPtr> layers;
  std::unique_ptr<Cache> cache;
};

const layer::FieldNames& Names() {
  return layer::GetFieldNames();
}

}  // namespace

TEST_CASE("overs that only list what they hold tell nothing of a prim") {
  Stack stack;
  CHECK(stack.Get("/A")->GetSpecStack().size() == 4);
  CHECK(stack.Get("/A")->ListTellingSpecs() == Numbers{2, 3});
  CHECK(PrimIndex().ListTellingSpecs().empty());
}

TEST_CASE("a spec that comes to say something tells of the prim, whatever it says") {
  for (const Token field : {Names().kind, Names().active, Names().customData, Names().specifier}) {
    CAPTURE(field.GetString());
    Stack stack;
    const Value value = field == Names().active       ? Value(false)
                        : field == Names().customData ? Value(Dictionary())
                        : field == Names().specifier  ? Value(Specifier::kDef)
                                                      : Value(Token("prop"));
    REQUIRE(stack.layers[2]->SetField(Path("/A"), field, value));
    stack.Apply();
    const Numbers telling = stack.Get("/A")->ListTellingSpecs();
    CHECK(std::find(telling.begin(), telling.end(), 1u) != telling.end());
  }
}

TEST_CASE("layers that come and go leave it known, or unknown, what each says") {
  Stack stack;
  REQUIRE(stack.layers[1]->SetField(Path("/A"), Names().kind, Value(Token("prop"))));
  stack.edits.mute.push_back("b.usda");
  stack.Apply();
  REQUIRE(stack.Get("/A")->GetSpecStack().size() == 3);
  const Numbers without = stack.Get("/A")->ListTellingSpecs();
  for (const uint32_t number : {0u, 1u, 2u})
    CHECK(std::find(without.begin(), without.end(), number) != without.end());
  stack.edits.unmute.push_back("b.usda");
  stack.Apply();
  REQUIRE(stack.Get("/A")->GetSpecStack().size() == 4);
  const Numbers with = stack.Get("/A")->ListTellingSpecs();
  for (const uint32_t number : {0u, 2u, 3u}) CHECK(std::find(with.begin(), with.end(), number) != with.end());
}

TEST_CASE("layers that change places take along what each says") {
  Stack stack;
  REQUIRE(stack.layers[0]->SetField(Path("/"), Names().subLayers,
                                    Value(std::vector<std::string>{"c.usda", "b.usda", "a.usda"})));
  stack.Apply();
  REQUIRE(stack.Get("/A")->GetSpecStack().size() == 4);
  const Numbers telling = stack.Get("/A")->ListTellingSpecs();
  for (const uint32_t number : {0u, 3u})
    CHECK(std::find(telling.begin(), telling.end(), number) != telling.end());
}

TEST_CASE("the order of children counts in a layer stack that had named none") {
  Stack stack;
  CHECK(stack.GetChildren("/A") == "X Y");
  REQUIRE(stack.layers[2]->SetField(Path("/A"), Names().primOrder,
                                    Value(TokenVector(std::vector<Token>{Token("Y"), Token("X")}))));
  stack.Apply();
  CHECK(stack.GetChildren("/A") == "Y X");
}

TEST_CASE("a first child is named by a layer stack that had named none, and goes again") {
  Stack stack;
  CHECK(stack.GetChildren("/A/X") == "");
  REQUIRE(stack.layers[1]->CreatePrimSpec(Path("/A/X/New"), Specifier::kDef));
  stack.Apply();
  CHECK(stack.GetChildren("/A/X") == "New");
  stack.edits.mute.push_back("a.usda");
  stack.Apply();
  CHECK(stack.GetChildren("/A/X") == "");
  stack.edits.unmute.push_back("a.usda");
  stack.Apply();
  CHECK(stack.GetChildren("/A/X") == "New");
}
