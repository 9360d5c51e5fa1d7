// Layered scenes with every arc, edited at random: what the laws of composition are tried on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "strata/asset/resolver.h"
#include "strata/compose/compose.h"
#include "strata/layer/registry.h"
#include "strata/stage/stage.h"

namespace strata::property {

// A few layers that sublayer, reference and payload each other. Every edit follows from its seed and from
// what is there, so that a sequence of seeds is a scene, and any subsequence is one, too.
class RandomScene {
 public:
  static constexpr uint32_t kMaxDepth = 6;  // of prims: references to oneself bring no end of them
  RandomScene();
  ~RandomScene();
  RandomScene(const RandomScene&) = delete;
  RandomScene& operator=(const RandomScene&) = delete;

  // One to three edits. Returns what they were, for messages.
  std::string Edit(uint32_t seed);
  // The edits since the last call.
  compose::CacheEdits TakeEdits();
  // How many of each kind there were since the last call.
  std::map<std::string, size_t> TakeKinds() { return std::exchange(kinds_, {}); }
  // A cache over the layers as they are.
  std::unique_ptr<compose::Cache> MakeCache(
      Executor* executor = nullptr, compose::CompositionMode mode = compose::CompositionMode::kUsd) const;
  // A stage over them, as muted and unloaded as the cache.
  stage::StagePtr MakeStage(Executor* executor = nullptr) const;
  stage::StageLoadRules MakeLoadRules() const;
  std::string ExportLayers() const;
  const std::vector<layer::LayerPtr>& GetLayers() const { return layers_; }

 private:
  uint32_t Below(uint32_t end) { return end ? static_cast<uint32_t>(random_() % end) : 0; }
  bool Chance(uint32_t percent) { return Below(100) < percent; }
  template <class T>
  const T& Pick(const std::vector<T>& from) {
    return from[Below(static_cast<uint32_t>(from.size()))];
  }
  template <class T>
  ListOp<T> MakeListOp(const std::vector<T>& items);
  Path MakePrimPath(uint32_t max_depth);
  Path PickPrimSpec(const layer::Layer& layer);  // or a variant; empty when there is none
  std::string MakeAssetPath();
  LayerOffset MakeOffset();
  std::string EditOnce();
  std::string EditLayer(layer::Layer& layer);
  std::string EditArcs(layer::Layer& layer);
  std::string EditVariants();
  std::string MakeAssetWithVariants();
  std::string EditStack(layer::Layer& layer);
  std::string EditOptions();
  std::string EditResolver();
  std::string Reload(layer::Layer& layer);
  std::string Set(layer::Layer& layer, Path path, Token field, Value value);

  std::mt19937 random_;
  std::shared_ptr<asset::MemoryResolver> resolver_;
  std::shared_ptr<layer::LayerRegistry> registry_;
  std::shared_ptr<compose::LayerProvider> provider_;
  std::shared_ptr<int> moved_ = std::make_shared<int>(-1);  // the layer that moved.usda leads to; -1: to none
  std::map<std::string, size_t> kinds_;
  std::vector<layer::LayerPtr> layers_;  // root, session, and others
  std::vector<uint64_t> listeners_;
  std::shared_ptr<std::set<Path>> unloaded_ = std::make_shared<std::set<Path>>();
  std::set<std::string> muted_;
  std::map<std::string, std::vector<std::string>> fallbacks_;
  compose::CacheEdits edits_;
};

// The shortest sequence found that still goes wrong.
template <class Fails>
std::vector<uint32_t> ShrinkSeeds(std::vector<uint32_t> seeds, Fails&& fails) {
  for (size_t chunk = seeds.size() / 2; chunk != 0; chunk /= 2) {
    for (size_t begin = 0; begin + chunk <= seeds.size();) {
      std::vector<uint32_t> fewer = seeds;
      fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(begin),
                  fewer.begin() + static_cast<ptrdiff_t>(begin + chunk));
      if (fewer.size() > 1 && fails(fewer))
        seeds = std::move(fewer);
      else
        begin += chunk;
    }
  }
  return seeds;
}

std::string DumpIndex(const compose::PrimIndex& index);
// Everything the index of each prim says, by path; "/" and below, as deep as the cache goes.
std::map<Path, std::string> DumpIndices(compose::Cache& cache);
// What the cache says as a whole: errors, layers, layer stacks.
std::string DumpCache(compose::Cache& cache);

}  // namespace strata::property
