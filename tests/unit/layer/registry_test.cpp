#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "strata/base/files.h"
#include "strata/layer/registry.h"
#include "tests/unit/layer/line_format.h"

using namespace strata;
using namespace strata::layer;

TEST_CASE("one layer is read once whatever it is called") {
  const Scene scene;
  const std::string root = scene.Write("root.usda", "#usda\nA\n");
  scene.Write("sub/part.usda", "#usda\nB\n");
  const LayerPtr layer = scene.Open(root);
  CHECK(layer->HasSpec(Path("/A")));
  CHECK_FALSE(layer->IsDirty());
  CHECK(layer->GetDisplayName() == "root.usda");
  Diagnostics diagnostics;
  const LayerPtr part = scene.Open("./sub/part.usda", layer.get(), diagnostics);
  REQUIRE(part);
  CHECK(scene.Open("../root.usda", part.get(), diagnostics) == layer);
  CHECK(scene.Open(scene.root.string() + "/sub/../root.usda") == layer);
  CHECK(scene.registry->Find(root) == layer);
  CHECK(scene.format->reads == 2);
  CHECK(scene.registry->GetLoadedLayers().size() == 2);
}

TEST_CASE("file format arguments make another layer of the same file") {
  const Scene scene;
  const std::string root = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr plain = scene.Open(root);
  const LayerPtr with = scene.Open(root + ":SDF_FORMAT_ARGS:b=2&a=1");
  CHECK(plain != with);
  CHECK(with->GetIdentifier() == root + ":SDF_FORMAT_ARGS:a=1&b=2");
  CHECK(with->GetFileFormatArguments().at("b") == "2");
  CHECK(scene.Open(root + ":SDF_FORMAT_ARGS:a=1&b=2") == with);
}

TEST_CASE("a layer that nobody holds is forgotten and read anew") {
  const Scene scene;
  const std::string root = scene.Write("root.usda", "#usda\nA\n");
  scene.Open(root);
  CHECK_FALSE(scene.registry->Find(root));
  CHECK(scene.registry->GetLoadedLayers().empty());
  scene.Open(root);
  CHECK(scene.format->reads == 2);
}

TEST_CASE("a missing layer says who asked and what may have been meant") {
  const Scene scene;
  const LayerPtr root = scene.Open(scene.Write("root.usda", "#usda\n"));
  scene.Write("geometry.usda", "#usda\n");
  const Diagnostic why = scene.Fail("./geometri.usda", root.get());
  CHECK(why.code == &kLayerUnopened);
  CHECK(why.location.file == root->GetIdentifier());
  CHECK(why.hint.find("geometry.usda") != std::string::npos);
  REQUIRE(why.notes.size() == 1);
  CHECK(why.notes[0].message.find("@./geometri.usda@") != std::string::npos);
  CHECK(scene.Fail("/no/such/file.usda").code == &kLayerUnopened);
  Diagnostics diagnostics;
  CHECK_FALSE(scene.Open("", root.get(), diagnostics));
  CHECK_FALSE(scene.Open("anon:0x1:gone", root.get(), diagnostics));
  CHECK(diagnostics.GetErrorCount() == 2);
}

TEST_CASE("empty, binary and foreign files are refused with a remedy") {
  const Scene scene;
  CHECK(scene.Fail(scene.Write("empty.usda", "")).message.find("empty") != std::string::npos);
  const std::string crate = std::string("PXR-USDC\0\x08\0", 11) + std::string(90, '\0');
  CHECK(scene.Fail(scene.Write("a.usdc", crate)).message.find("crate") != std::string::npos);
  CHECK(scene.Fail(scene.Write("b.usd", crate)).message.find("crate") != std::string::npos);
  CHECK(scene.Fail(scene.Write("c.usda", crate)).message.find("crate") != std::string::npos);
  CHECK(scene.Fail(scene.Write("d.usdz", "PK\x03\x04zip")).message.find("zip") != std::string::npos);
  CHECK(scene.Fail(scene.Write("e.usda", std::string("\0\1\2\3", 4))).message.find("binary") !=
        std::string::npos);
  CHECK(scene.Fail(scene.Write("f.txt", "#usda\n")).hint.find(".usda") != std::string::npos);
  CHECK(scene.Fail(scene.Write("g", "#usda\n")).code == &kLayerFormatUnknown);
  CHECK(scene.Fail(scene.Write("h.usdc", "#usda\n")).message.find("extension") != std::string::npos);
  fs::create_directory(scene.root / "folder.usda");
  CHECK(scene.Fail((scene.root / "folder.usda").string()).message.find("folder") != std::string::npos);
}

TEST_CASE("a .usd file is what its content says") {
  const Scene scene;
  CHECK(scene.Open(scene.Write("x.usd", "#usda\nA\n"))->HasSpec(Path("/A")));
}

TEST_CASE("all errors of a file are handed on") {
  const Scene scene;
  Diagnostics diagnostics;
  CHECK_FALSE(scene.Open(scene.Write("bad.usda", "#usda\n!\n"), nullptr, diagnostics));
  CHECK(diagnostics.GetErrorCount() == 2);
  CHECK(scene.registry->GetLoadedLayers().empty());
}

TEST_CASE("a file larger than its budget is not read") {
  const Scene scene;
  OpenOptions options;
  options.budgets.max_file_bytes = 4;
  Diagnostics diagnostics;
  CHECK_FALSE(
      scene.registry->FindOrOpen(scene.Write("big.usda", "#usda\nA\n"), nullptr, options, diagnostics));
  REQUIRE(diagnostics.GetAll().size() == 1);
  CHECK(diagnostics.GetAll()[0].code == &kBudgetExceeded);
  CHECK(scene.format->reads == 0);
}

TEST_CASE("an edited layer is saved whole and read again") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  const LayerPtr layer = scene.Open(path);
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  CHECK(layer->IsDirty());
  REQUIRE(layer->Save());
  CHECK_FALSE(layer->IsDirty());
  CHECK(*ReadWholeFile(path) == "#usda\nA\nB\n");
  REQUIRE(layer->Reload());
  CHECK(scene.format->reads == 1);  // the file is as it was saved
  scene.Write("root.usda", "#usda\nC\nD\nE\n");
  int replaced = 0;
  layer->AddChangeListener([&replaced](const Layer&, const ChangeList&) { ++replaced; });
  REQUIRE(layer->Reload());
  CHECK(layer->HasSpec(Path("/C")));
  CHECK_FALSE(layer->HasSpec(Path("/A")));
  CHECK_FALSE(layer->IsDirty());
  CHECK(replaced == 1);
}

TEST_CASE("reloading drops edits, and a file that went bad leaves the content") {
  const Scene scene;
  const LayerPtr layer = scene.Open(scene.Write("root.usda", "#usda\nA\n"));
  REQUIRE(layer->CreatePrimSpec(Path("/B"), Specifier::kDef));
  REQUIRE(layer->Reload());
  CHECK_FALSE(layer->HasSpec(Path("/B")));
  scene.Write("root.usda", "#usda\n!\n");
  const auto failed = layer->Reload();
  REQUIRE_FALSE(failed);
  CHECK(failed.GetError().notes.size() == 1);
  CHECK(layer->HasSpec(Path("/A")));
}

TEST_CASE("a new layer is found by its name before it is saved") {
  const Scene scene;
  const std::string path = (scene.root / "new.usda").string();
  auto created = scene.registry->CreateNew(path);
  REQUIRE(created);
  CHECK_FALSE(fs::exists(path));
  CHECK(scene.Open(path) == *created);
  CHECK_FALSE(scene.registry->CreateNew(path));
  CHECK_FALSE(scene.registry->CreateNew((scene.root / "new.txt").string()));
  REQUIRE((*created)->Save());
  CHECK(fs::exists(path));
  CHECK(scene.Open(path) == *created);
}

TEST_CASE("anonymous layers of a registry are found and written as text") {
  const Scene scene;
  Diagnostics diagnostics;
  const LayerPtr layer = scene.registry->ImportFromString("#usda\nA\n", "tag", diagnostics);
  REQUIRE(layer);
  CHECK(*layer->ExportToString() == "#usda\nA\n");
  CHECK(scene.Open(layer->GetIdentifier()) == layer);
  CHECK_FALSE(scene.registry->ImportFromString("#usda\n!\n", "", diagnostics));
  CHECK(diagnostics.GetErrorCount() == 2);
  const LayerPtr lone = Layer::CreateAnonymous();
  lone->SetRegistry(scene.registry);
  CHECK(*lone->ExportToString() == "#usda\n");
  CHECK(scene.registry->Find(lone->GetIdentifier()) == lone);
  REQUIRE(layer->Export((scene.root / "out.usda").string()));
  CHECK(scene.Open((scene.root / "out.usda").string())->HasSpec(Path("/A")));
  CHECK_FALSE(layer->Export((scene.root / "out.png").string()));
}

TEST_CASE("metadata-only layers are read for whoever asks and not shared") {
  const Scene scene;
  const std::string path = scene.Write("root.usda", "#usda\nA\n");
  OpenOptions options;
  options.scope = ReadScope::kMetadataOnly;
  Diagnostics diagnostics;
  const LayerPtr one = scene.registry->FindOrOpen(path, nullptr, options, diagnostics);
  const LayerPtr two = scene.Open(path);
  REQUIRE(one);
  CHECK(one != two);
}

TEST_CASE("threads that ask for one layer get the same, read once") {
  const Scene scene;
  const std::string good = scene.Write("good.usda", "#usda\nA\n");
  const std::string bad = scene.Write("bad.usda", "#usda\n!\n");
  constexpr int kThreads = 8;
  std::vector<LayerPtr> got(kThreads);
  std::vector<size_t> errors(kThreads);
  std::vector<std::thread> threads;
  std::atomic<int> ready{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      ++ready;
      while (ready < kThreads) std::this_thread::yield();
      Diagnostics diagnostics;
      got[t] = scene.Open(good, nullptr, diagnostics);
      scene.Open(bad, nullptr, diagnostics);
      errors[t] = diagnostics.GetErrorCount();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 0; t < kThreads; ++t) {
    CHECK(got[t]);
    CHECK(got[t] == got[0]);
    CHECK(errors[t] == 2);  // each asker hears why
  }
}

TEST_CASE("layers open and die on many threads at once") {
  const Scene scene;
  std::vector<std::string> paths;
  for (int i = 0; i < 3; ++i) paths.push_back(scene.Write("l" + std::to_string(i) + ".usda", "#usda\nA\n"));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        Diagnostics diagnostics;
        const LayerPtr layer = scene.Open(paths[(i * 7 + t) % 3], nullptr, diagnostics);
        if (!layer || !layer->HasSpec(Path("/A"))) ++wrong;
        if (i % 5 == t) (void)scene.registry->GetLoadedLayers();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(scene.registry->GetLoadedLayers().empty());
}
