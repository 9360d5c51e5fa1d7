// Gives composition the layers of a registry; for tests that compose without a stage.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "strata/compose/compose.h"
#include "strata/layer/registry.h"

namespace strata {

class RegistryProvider final : public compose::LayerProvider {
 public:
  explicit RegistryProvider(std::shared_ptr<layer::LayerRegistry> registry)
      : registry_(std::move(registry)) {}
  layer::LayerPtr FindOrOpen(const std::string& asset_path, const layer::Layer& anchor,
                             Diagnostics& diagnostics) override {
    return registry_->FindOrOpen(asset_path, &anchor, {}, diagnostics);
  }
  std::string CreateIdentifier(const std::string& asset_path, const layer::Layer& anchor) override {
    return registry_->CreateIdentifier(asset_path, &anchor);
  }
  compose::DynamicFileFormatPtr FindDynamicFormat(const std::string& asset_path,
                                                  const layer::Layer&) override {
    return compose::FindDynamicFormat(*registry_, asset_path);
  }

 private:
  std::shared_ptr<layer::LayerRegistry> registry_;
};

}  // namespace strata
