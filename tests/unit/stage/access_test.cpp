#include <atomic>
#include <thread>

#include "strata/stage/editor.h"
#include "tests/unit/stage/scene.h"

namespace strata::stage {

namespace {

OpenOptions With(WhileRead policy) {
  OpenOptions options;
  options.while_read = policy;
  return options;
}

}  // namespace

TEST_CASE("an edit while others read is refused, and changes nothing, where the options say so") {
  Scene scene("def \"A\"\n{\n    int i = 1\n}\n", With(WhileRead::kRefuse));
  Editor editor(*scene);
  const std::string before = *scene->GetRootLayer()->ExportToString();
  std::atomic<int> step{0};
  std::thread reader([&] {
    const ReadScope reading(*scene);
    step = 1;
    while (step != 2) std::this_thread::yield();
  });
  while (step != 1) std::this_thread::yield();
  const Result<void> set = editor.Set(Path("/A.i"), Value(2));
  REQUIRE_FALSE(set);
  CHECK(set.GetError().code == &kEditRefused);
  CHECK_FALSE(editor.DefinePrim(Path("/B")));
  CHECK(*scene->GetRootLayer()->ExportToString() == before);
  step = 2;
  reader.join();
  REQUIRE(editor.Set(Path("/A.i"), Value(2)));
}

TEST_CASE("who reads in the thread that edits is refused, not waited for") {
  Scene scene("def \"A\"\n{\n    int i = 1\n}\n", With(WhileRead::kWait));
  Editor editor(*scene);
  const ReadScope reading(*scene);
  CHECK_FALSE(editor.Set(Path("/A.i"), Value(2)));
}

TEST_CASE("edits that wait and readers see each other's stage whole") {
  Scene scene("def \"A\"\n{\n    int i = 0\n    int j = 0\n}\n", With(WhileRead::kWait));
  std::atomic<bool> is_over{false};
  std::atomic<int> torn{0}, read{0};
  std::vector<std::thread> readers;
  for (int n = 0; n < 3; ++n) {
    readers.emplace_back([&] {
      while (!is_over) {
        const ReadScope reading(*scene);
        const auto i = scene.Attr("/A.i").GetAs<int32_t>(), j = scene.Attr("/A.j").GetAs<int32_t>();
        size_t children = 0;
        for ([[maybe_unused]] const Prim& prim : scene->Traverse()) ++children;
        torn += i != j || children != static_cast<size_t>(*i) + 1;
        ++read;
      }
    });
  }
  Editor editor(*scene);
  for (int n = 1; n <= 30; ++n) {
    Result<WriteScope> writing = WriteScope::Begin(*scene);
    REQUIRE(writing);
    REQUIRE(editor.Set(Path("/A.i"), Value(n)));
    REQUIRE(editor.DefinePrim(Path("/P" + std::to_string(n))));
    REQUIRE(scene->GetRootLayer()->SetField(Path("/A.j"), Token("default"), Value(n)));
  }
  while (read == 0) std::this_thread::yield();
  is_over = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
}

}  // namespace strata::stage
