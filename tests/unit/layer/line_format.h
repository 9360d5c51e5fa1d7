// Layers of lines in a folder of their own: what the tests of registries, saving and formats stand on.
#pragma once

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "strata/base/files.h"
#include "strata/layer/registry.h"

namespace strata::layer {

namespace fs = std::filesystem;

// A format of lines, each the name of a root prim, after "#usda"; "!" is an error.
class LineFormat final : public FileFormat {
 public:
  mutable std::atomic<int> reads{0};
  Token GetId() const override { return Token("usda"); }
  std::vector<std::string> GetExtensions() const override { return {"usda", "usd"}; }
  bool CanRead(std::string_view first_bytes) const override { return first_bytes.starts_with("#usda"); }
  bool CanWrite() const override { return true; }
  bool Read(const asset::Asset& asset, const std::string& identifier, const ReadOptions& options,
            SpecStore& out, Diagnostics& diagnostics) const override {
    ++reads;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // so that others come while one reads
    auto text = asset.ReadAll(options.budgets.max_file_bytes);
    if (!text) return diagnostics.Add(text.TakeError()), false;
    TokenVector children;
    const auto root = out.Create(Path::AbsoluteRoot(), SpecType::kPseudoRoot);
    size_t begin = text->find('\n');
    while (begin != std::string::npos && begin + 1 < text->size()) {
      const size_t end = std::min(text->find('\n', begin + 1), text->size());
      const std::string line = text->substr(begin + 1, end - begin - 1);
      begin = end;
      if (line == "!") {
        SourceLocation where;
        where.file = identifier;
        where.line = 2;
        diagnostics.Add(Diagnostic(kLayerUnopened, "An error in the text.", where));
        diagnostics.Add(Diagnostic(kLayerUnopened, "Another error in the text.", where));
        return false;
      }
      children.push_back(Token(line));
      out.SetField(out.Create(Path("/").AppendChild(Token(line)), SpecType::kPrim), GetFieldNames().specifier,
                   Value(Specifier::kDef));
    }
    if (!children.empty()) out.SetField(root, GetFieldNames().primChildren, Value(children));
    return true;
  }
  Result<std::string> WriteToString(const SpecStore& content, const WriteOptions&) const override {
    std::string text = "#usda\n";
    if (const Value* children = content.GetField(Path::AbsoluteRoot(), GetFieldNames().primChildren))
      for (const Token name : children->Get<TokenVector>()) text += name.GetString() + '\n';
    return text;
  }
  Result<void> WriteToFile(const SpecStore& content, const std::string& path,
                           const WriteOptions& options) const override {
    STRATA_TRY(const std::string text, WriteToString(content, options));
    return ReplaceFile(path, text);
  }
};

struct Scene {
  fs::path root;
  std::shared_ptr<LineFormat> format = std::make_shared<LineFormat>();
  std::shared_ptr<LayerRegistry> registry =
      LayerRegistry::Create(asset::MakeFileResolver(), nullptr, {format});

  Scene() {
    std::string pattern = (fs::temp_directory_path() / "strata_layer_XXXXXX").string();
    root = mkdtemp(pattern.data());
  }
  ~Scene() { fs::remove_all(root); }
  std::string Write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((root / name).parent_path());
    std::ofstream(root / name, std::ios::binary) << bytes;
    return (root / name).string();
  }
  LayerPtr Open(const std::string& path, const Layer* anchor, Diagnostics& diagnostics) const {
    return registry->FindOrOpen(path, anchor, {}, diagnostics);
  }
  LayerPtr Open(const std::string& path) const {
    Diagnostics diagnostics;
    LayerPtr layer = Open(path, nullptr, diagnostics);
    REQUIRE_MESSAGE(layer, (diagnostics.IsEmpty() ? std::string() : diagnostics.GetAll()[0].message));
    return layer;
  }
  // The only error of a failed opening.
  Diagnostic Fail(const std::string& path, const Layer* anchor = nullptr) const {
    Diagnostics diagnostics;
    CHECK_FALSE(Open(path, anchor, diagnostics));
    REQUIRE(diagnostics.GetAll().size() == 1);
    CHECK_FALSE(diagnostics.GetAll()[0].hint.empty());
    CHECK_FALSE(diagnostics.GetAll()[0].location.file.empty());
    return diagnostics.GetAll()[0];
  }
};

}  // namespace strata::layer
