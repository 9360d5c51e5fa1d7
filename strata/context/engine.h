// What a program makes once at start-up: formats, resolver, fields, threads, and the layers and stages opened
// with them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "strata/base/executor.h"
#include "strata/layer/registry.h"
#include "strata/schema/registry.h"
#include "strata/stage/stage.h"

namespace strata::context {

class ContextRegistry;

struct EngineOptions {
  unsigned thread_count = 0;              // 0: GetDefaultThreadCount()
  std::vector<std::string> search_paths;  // before those of PXR_AR_DEFAULT_SEARCH_PATH
  std::vector<std::string>
      plugin_paths;  // plugInfo.json files or folders with them, before those of PXR_PLUGINPATH_NAME
  Budgets budgets;
  std::shared_ptr<asset::Resolver> resolver;  // the primary one; null: files of the local disk
  // By URI scheme, before the primary one: "mydb" answers for "mydb://...", and for names in what lies there.
  std::map<std::string, std::shared_ptr<asset::Resolver>> uri_resolvers;
  // Whether layers may name files of http and https servers. Off unless asked for: a scene of unknown origin
  // could otherwise make the program ask any server. Ignored for schemes in `uri_resolvers`.
  enum class Network : uint8_t { kOff, kOn } network = Network::kOff;
  asset::HttpOptions http;
};

// Thread-safe. Outlives the stages and layers opened through it. Two engines share nothing but interned
// tokens and paths.
class Engine {
 public:
  explicit Engine(EngineOptions options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Executor& GetExecutor() const;
  const std::shared_ptr<layer::LayerRegistry>& GetLayerRegistry() const;
  // The schemas of OpenUSD and of the plugins; what stages opened here know.
  const std::shared_ptr<const schema::Registry>& GetSchemas() const;
  const Diagnostics& GetStartupRemarks() const;  // of plugInfo files that could not be read, ...

  ContextRegistry& GetContexts() const;

  // All work on the engine's executor unless `options` name another; layers within its budgets, stages within
  // those that `options` name, if they do.
  layer::LayerPtr OpenLayer(const std::string& path, layer::OpenOptions options,
                            Diagnostics& diagnostics) const;
  Result<stage::StagePtr> OpenStage(const std::string& path, stage::OpenOptions options,
                                    Diagnostics& diagnostics) const;
  // An empty stage over an anonymous layer.
  Result<stage::StagePtr> NewStage(stage::OpenOptions options, Diagnostics& diagnostics) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace strata::context
