// Scenes of several files in memory, and what the pipeline makes of them.
#pragma once

#include <doctest/doctest.h>

#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "strata/asset/asset.h"
#include "strata/format/formats.h"
#include "strata/layer/registry.h"
#include "strata/pipeline/pipeline.h"
#include "tests/unit/asset/zip_maker.h"

namespace strata::pipeline {

struct Scene {
  std::shared_ptr<asset::MemoryResolver> memory = std::make_shared<asset::MemoryResolver>(nullptr);
  std::shared_ptr<layer::LayerRegistry> registry =
      layer::LayerRegistry::Create(memory, nullptr, format::MakeFormats());
  Diagnostics diagnostics;

  // Names are absolute; those that end in .usda get a header.
  Scene(std::initializer_list<std::pair<std::string, std::string>> files) {
    for (const auto& [name, text] : files)
      memory->Put(name, name.ends_with(".usda") ? "#usda 1.0\n" + text : text);
  }
  layer::LayerPtr Open(const std::string& path) {
    const layer::LayerPtr layer = registry->FindOrOpen(path, nullptr, {}, diagnostics);
    REQUIRE(layer);
    return layer;
  }
  Dependencies Compute(const std::string& root, DependencyOptions options = {}) {
    return ComputeAllDependencies(*registry, Open(root), options, diagnostics);
  }
  // Place to content, of a scene brought together.
  std::map<std::string, std::string> Localize(const std::string& root) {
    auto plan = PlanLocalization(*registry, Open(root), {}, diagnostics);
    if (!plan) FAIL(plan.GetError().message);
    std::map<std::string, std::string> out;
    for (const LocalizedFile& file : plan->files) {
      if (file.content) {
        out[file.place] = *file.content;
      } else {
        out[file.place] = *(*registry->GetResolver().Open(file.source))->ReadAll(1 << 20);
      }
    }
    return out;
  }
};

inline std::string Join(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}
inline std::string Join(const std::vector<layer::LayerPtr>& layers) {
  std::string text;
  for (const layer::LayerPtr& layer : layers) text += (text.empty() ? "" : " ") + layer->GetIdentifier();
  return text;
}

}  // namespace strata::pipeline
