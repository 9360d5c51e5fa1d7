// Stages written as text in the test itself: layers by name, opened from memory.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "doctest/doctest.h"
#include "strata/format/text/text.h"
#include "strata/stage/stage.h"

namespace strata::stage {

// Keeps the layers' registry alive as long as its stage.
class Scene {
 public:
  // The first layer is the root; others are found by name ("b.usda" or "./b.usda").
  explicit Scene(std::initializer_list<std::pair<std::string, std::string>> layers,
                 OpenOptions options = {}) {
    auto resolver = std::make_shared<asset::MemoryResolver>(asset::MakeFileResolver());
    for (const auto& [name, text] : layers) resolver->Put(name, "#usda 1.0\n" + text);
    registry_ = layer::LayerRegistry::Create(resolver, std::make_shared<layer::FieldRegistry>(),
                                             {format::text::MakeUsdaFormat()});
    Result<StagePtr> opened = Stage::Open(registry_, layers.begin()->first, options, diagnostics_);
    if (!opened) FAIL(RenderDiagnostic(opened.GetError(), ColorMode::kPlain));
    stage_ = *opened;
  }
  explicit Scene(const std::string& text, OpenOptions options = {})
      : Scene({{"root.usda", text}}, std::move(options)) {}

  Stage& operator*() const { return *stage_; }
  Stage* operator->() const { return stage_.get(); }
  StagePtr& GetOwner() { return stage_; }
  const Diagnostics& GetDiagnostics() const { return diagnostics_; }
  Prim At(const char* path) const { return stage_->GetPrimAtPath(Path(path)); }
  Attribute Attr(const char* path) const { return stage_->GetAttributeAtPath(Path(path)); }
  // Sublayers of the root, strongest first, as one line of metadata.
  static std::string Sublayers(std::initializer_list<const char*> names) {
    std::string text = "(\n    subLayers = [\n";
    for (const char* name : names) text += std::string("        @") + name + "@,\n";
    return text + "    ]\n)\n";
  }

 private:
  std::shared_ptr<layer::LayerRegistry> registry_;
  StagePtr stage_;
  Diagnostics diagnostics_;
};

// Paths joined by spaces: easy to compare and to read when they differ.
template <class Range>
std::string PathsOf(const Range& prims) {
  std::string text;
  for (const Prim& prim : prims) text += (text.empty() ? "" : " ") + prim.GetPath().GetString();
  return text;
}
inline std::string Join(const std::vector<Path>& paths) {
  std::string text;
  for (Path path : paths) text += (text.empty() ? "" : " ") + path.GetString();
  return text;
}
inline std::string Join(const std::vector<Token>& tokens) {
  std::string text;
  for (Token token : tokens) text += (text.empty() ? "" : " ") + token.GetString();
  return text;
}

}  // namespace strata::stage
