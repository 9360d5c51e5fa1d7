#include "strata/context/engine.h"

#include "strata/base/trace.h"
#include "strata/context/context.h"
#include "strata/format/formats.h"
#include "strata/layer/plugin_fields.h"
#include "strata/schema/plugin_schemas.h"

namespace strata::context {

struct Engine::Impl {
  explicit Impl(const EngineOptions& options)
      : executor(options.thread_count ? options.thread_count : GetDefaultThreadCount()),
        budgets(options.budgets) {}

  // Where a host of its own says nothing.
  void Complete(stage::OpenOptions& options) {
    if (!options.executor) options.executor = &executor;
    if (!options.budgets) options.budgets = budgets;
    if (!options.schemas) options.schemas = schemas;
    if (options.instancing == compose::Instancing::kAsMode)
      options.instancing = compose::GetInstancingOfEnvironment();
  }

  Executor executor;
  Budgets budgets;
  Diagnostics remarks;
  std::shared_ptr<layer::LayerRegistry> layers;
  std::shared_ptr<const schema::Registry> schemas;
  std::unique_ptr<ContextRegistry> contexts;
};

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(options)) {
  auto primary = options.resolver ? std::move(options.resolver)
                                  : asset::MakeFileResolver(std::move(options.search_paths));
  auto network =
      options.network == EngineOptions::Network::kOn
          ? asset::MakeHttpResolver(options.http)
          : asset::MakeRefusingResolver("the network is off", "Switch it on in the engine's options.");
  for (const char* scheme : {"http", "https"}) options.uri_resolvers.try_emplace(scheme, network);
  auto resolver = asset::MakeSchemeResolver(std::move(primary), std::move(options.uri_resolvers));
  auto fields = std::make_shared<layer::FieldRegistry>();
  layer::ReadPluginFields(options.plugin_paths, *fields, impl_->remarks);
  const std::vector<std::string> more_plugin_paths = layer::GetPluginPathsOfEnvironment();
  layer::ReadPluginFields(more_plugin_paths, *fields, impl_->remarks);
  auto schemas = std::make_shared<schema::Registry>();
  schema::ReadPluginSchemas(options.plugin_paths, *fields, *schemas, impl_->remarks);
  schema::ReadPluginSchemas(more_plugin_paths, *fields, *schemas, impl_->remarks);
  impl_->schemas = std::move(schemas);
  impl_->layers = layer::LayerRegistry::Create(std::move(resolver), std::move(fields), format::MakeFormats());
  impl_->contexts = std::make_unique<ContextRegistry>(*this);
}

Engine::~Engine() = default;

Executor& Engine::GetExecutor() const {
  return impl_->executor;
}

const std::shared_ptr<layer::LayerRegistry>& Engine::GetLayerRegistry() const {
  return impl_->layers;
}

const std::shared_ptr<const schema::Registry>& Engine::GetSchemas() const {
  return impl_->schemas;
}

const Diagnostics& Engine::GetStartupRemarks() const {
  return impl_->remarks;
}

ContextRegistry& Engine::GetContexts() const {
  return *impl_->contexts;
}

layer::LayerPtr Engine::OpenLayer(const std::string& path, layer::OpenOptions options,
                                  Diagnostics& diagnostics) const {
  const TraceScope scope("open layer", path);
  if (!options.executor) options.executor = &impl_->executor;
  options.budgets = impl_->budgets;
  return impl_->layers->FindOrOpen(path, nullptr, options, diagnostics);
}

Result<stage::StagePtr> Engine::OpenStage(const std::string& path, stage::OpenOptions options,
                                          Diagnostics& diagnostics) const {
  const TraceScope scope("open stage", path);
  impl_->Complete(options);
  return stage::Stage::Open(impl_->layers, path, options, diagnostics);
}

Result<stage::StagePtr> Engine::NewStage(stage::OpenOptions options, Diagnostics& diagnostics) const {
  impl_->Complete(options);
  return stage::Stage::Open(impl_->layers, impl_->layers->CreateAnonymous(), options, diagnostics);
}

}  // namespace strata::context
